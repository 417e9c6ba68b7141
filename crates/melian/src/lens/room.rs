//! Room: is there a package inside every red line that counts? No forecast, and no theory of who gives way.

use super::point::say;
use super::{
    Family, Lens, LensCard, Measure, Model, Quantity, RowBlock, Scratch, Streams, Trace, TraceStep, Unable,
    Unit,
};
use crate::case::{Case, CaseBlock};
use crate::package::{Room, RoomBlock};
use crate::scenario::{LensOptions, Scenario};

/// The lens that only looks at red lines, links and the consent rule.
pub(super) struct RoomLens;

static CARD: LensCard = LensCard {
    id: "room",
    reading: "",
    family: Family::Packages,
    name: "Room",
    idea: "Looks for a package inside the accept range of everyone whose consent is needed, and for who closes the way.",
    citation: "Raiffa, H. (1982), The Art and Science of Negotiation: the zone of possible agreement",
    assumptions: &[
        "each actor takes any terms inside its accept ranges and none outside them, issue by issue",
        "the consent rule and the links are as the scenario has them",
    ],
    when_not: &[
        "red lines are bargaining talk that nobody believes",
        "an actor would give on one issue for a gain on another beyond its accept ranges",
    ],
    speaks_of_endings: false,
};

impl Lens for RoomLens {
    fn card(&self) -> &LensCard {
        &CARD
    }

    fn prepare(&self, scenario: &Scenario, options: &LensOptions) -> Result<Box<dyn Model>, Unable> {
        super::options::Checked::new(&CARD, options, &[]).finish()?;
        let asked = scenario.stances.iter().flatten().any(|stance| stance.accept.is_some())
            || scenario.actors.iter().any(|actor| actor.conduct.is_some())
            || !scenario.links.is_empty();
        if !asked {
            return Err(Unable::Lacks("no accept range and no link, so nothing closes the room".to_owned()));
        }
        Ok(Box::new(RoomModel {
            room: Room::new(scenario),
            measures: measures(scenario),
            actors: scenario.actors.iter().map(|actor| actor.name.clone()).collect(),
        }))
    }
}

struct RoomModel {
    room: Room,
    measures: Vec<Measure>,
    actors: Vec<String>,
}

fn measures(scenario: &Scenario) -> Vec<Measure> {
    let issues = || scenario.issue_ids();
    let flag = |quantity| Measure { quantity, unit: Unit::Flag };
    let points = |quantity| Measure { quantity, unit: Unit::Points };
    [flag(Quantity::Room)]
        .into_iter()
        .chain(issues().map(|issue| points(Quantity::RoomLow(issue))))
        .chain(issues().map(|issue| points(Quantity::RoomHigh(issue))))
        .chain(scenario.actor_ids().map(|actor| flag(Quantity::ClosesRoom(actor))))
        .collect()
}

impl Model for RoomModel {
    fn measures(&self) -> &[Measure] {
        &self.measures
    }

    fn solve(&self, cases: &CaseBlock, _: &Streams, out: &mut RowBlock, _: &mut Scratch) {
        out.one_row_per_lane(self.measures.len(), cases.len());
        let mut room = RoomBlock::default();
        self.room.solve(cases, &mut room);
        for (measure, column) in self.measures.iter().zip(&mut out.columns) {
            match measure.quantity {
                Quantity::Room => std::mem::swap(column, &mut room.open),
                Quantity::RoomLow(issue) => std::mem::swap(column, &mut room.low[issue.index()]),
                Quantity::RoomHigh(issue) => std::mem::swap(column, &mut room.high[issue.index()]),
                Quantity::ClosesRoom(actor) => std::mem::swap(column, &mut room.closers[actor.index()]),
                _ => {}
            }
        }
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        let open = "A package lies inside every needed red line.";
        let text = say(&self.actors, &self.room.closed_by(case), open, "No package lies inside them all");
        Trace { steps: vec![TraceStep { title: "Is there room?".to_owned(), text, tables: Vec::new() }] }
    }
}
