//! Room: is there a package inside every red line that counts? No forecast, and no theory of who gives way.

use super::point::say;
use super::{
    Family, Lens, LensCard, Measure, Model, Quantity, RowBlock, Scratch, Streams, Trace, TraceStep, Unable,
    Unit,
};
use crate::case::{Case, CaseBlock};
use crate::claim::FlagQuantity;
use crate::package::{Room, RoomBlock};
use crate::scenario::{Accept, ActorId, Conduct, LensOptions, Scenario};

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
            proposals: scenario
                .acceptables()
                .into_iter()
                .map(|asked| Proposal::new(scenario, asked))
                .collect(),
            actors: scenario.actors.iter().map(|actor| actor.name.clone()).collect(),
        }))
    }
}

struct RoomModel {
    room: Room,
    measures: Vec<Measure>,
    /// In the order of [`Scenario::acceptables`].
    proposals: Vec<Option<Proposal>>,
    actors: Vec<String>,
}

/// A package that a claim names, with the red lines it must not cross.
struct Proposal {
    /// Someone asked consents to nothing.
    refused: bool,
    /// Terms, and the range they must lie in.
    bounds: Vec<(f64, Accept)>,
}

impl Proposal {
    /// `None` if an overlay took away an issue or an actor that the package names.
    fn new(scenario: &Scenario, asked: &FlagQuantity) -> Option<Self> {
        let FlagQuantity::Acceptable { package, parties } = asked else { return None };
        let actors = actors_of(scenario, parties)?;
        let conduct = |actor: ActorId| scenario.actors[actor.index()].conduct;
        let mut proposal = Self {
            refused: actors.iter().any(|&actor| conduct(actor) == Some(Conduct::Refuse)),
            bounds: Vec::new(),
        };
        for (issue, terms) in package {
            let issue = scenario.names.issue(issue)?;
            for &actor in actors.iter().filter(|&&actor| conduct(actor).is_none()) {
                let accept = scenario.stance(actor, issue).and_then(|stance| stance.accept);
                proposal.bounds.extend(accept.map(|accept| (*terms, accept)));
            }
        }
        Some(proposal)
    }

    fn solve(&self, cases: &CaseBlock, column: &mut [f64]) {
        for (lane, value) in column.iter_mut().enumerate() {
            let inside = |(terms, accept): &(f64, Accept)| {
                accept.min.is_none_or(|min| cases.value(min, lane) <= *terms)
                    && accept.max.is_none_or(|max| *terms <= cases.value(max, lane))
            };
            *value = f64::from(!self.refused && self.bounds.iter().all(inside));
        }
    }
}

/// Actors by id, and all members of groups.
fn actors_of(scenario: &Scenario, parties: &[String]) -> Option<Vec<ActorId>> {
    let mut actors = Vec::new();
    for party in parties {
        match scenario.names.group(party) {
            Some(group) => actors.extend(scenario.names.members(group)),
            None => actors.push(scenario.names.actor(party)?),
        }
    }
    Some(actors)
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
        .chain((0..scenario.acceptables().len()).map(|place| flag(Quantity::Acceptable(place as u16))))
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
                Quantity::Acceptable(place) => {
                    if let Some(proposal) = &self.proposals[usize::from(place)] {
                        proposal.solve(cases, column);
                    }
                }
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
