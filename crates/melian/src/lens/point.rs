//! What all point lenses share: from terms on every issue to room, fit, blockers and gains.
//!
//! A point lens only says what it expects of the terms, given a deal; it never speaks of whether there is one.

use super::{Measure, Model, Quantity, RowBlock, RowStatus, Scratch, Streams, Trace, TraceStep, Unit};
use crate::case::{Case, CaseBlock};
use crate::package::{Closed, FitBlock, Room, RoomBlock, Stakes};
use crate::scenario::Scenario;

/// The part of a point lens that is its own.
pub trait PointPredictor: Send + Sync {
    /// Writes `terms[issue][lane]` for every lane of the block (missing where it says nothing of an issue), and the
    /// status of lanes that were not solved as meant.
    fn predict(
        &self,
        cases: &CaseBlock,
        terms: &mut [Vec<f64>],
        statuses: &mut [RowStatus],
        scratch: &mut Scratch,
    );

    /// How the terms of one draw came about.
    fn explain(&self, case: &Case<'_>) -> Trace;
}

/// A point lens made ready for one scenario: one row per draw.
pub struct PointModel {
    predictor: Box<dyn PointPredictor>,
    room: Room,
    stakes: Stakes,
    measures: Vec<Measure>,
    issues: usize,
    actors: Vec<String>,
}

impl PointModel {
    /// Joins a predictor with what its terms mean to the actors of `scenario`.
    #[must_use]
    pub fn new(scenario: &Scenario, predictor: Box<dyn PointPredictor>) -> Self {
        Self {
            predictor,
            room: Room::new(scenario),
            stakes: Stakes::new(scenario),
            measures: measures(scenario),
            issues: scenario.issues.len(),
            actors: scenario.actors.iter().map(|actor| actor.name.clone()).collect(),
        }
    }

    fn terms(&self, cases: &CaseBlock, statuses: &mut [RowStatus], scratch: &mut Scratch) -> Vec<Vec<f64>> {
        let mut terms = vec![vec![f64::NAN; cases.len()]; self.issues];
        self.predictor.predict(cases, &mut terms, statuses, scratch);
        terms
    }

    fn say(&self, closed: &Closed, open: &str, what: &str) -> String {
        match closed {
            Closed::Open => open.to_owned(),
            Closed::By(actors, size) => {
                let names: Vec<&str> =
                    actors.iter().map(|actor| self.actors[actor.index()].as_str()).collect();
                let names = names.join(", ");
                if *size as usize == actors.len() {
                    format!("{what}. It would take {names} to give way.")
                } else {
                    format!("{what}. It would take {size} of these to give way: {names}.")
                }
            }
            Closed::Beyond => {
                format!("{what}, whoever gives way: the links between issues or the consent rule exclude it.")
            }
            Closed::Unjudged => "There are too many combinations to judge this draw.".to_owned(),
        }
    }
}

/// The columns, in order: for each issue terms, then room, fit, the room's ends, closers of room and fit, gains.
fn measures(scenario: &Scenario) -> Vec<Measure> {
    let issues = || scenario.issue_ids();
    let actors = || scenario.actor_ids();
    let points = |quantity| Measure { quantity, unit: Unit::Points };
    let flag = |quantity| Measure { quantity, unit: Unit::Flag };
    let stake = |quantity| Measure { quantity, unit: Unit::Stake };
    issues()
        .map(|issue| points(Quantity::Terms(issue)))
        .chain([flag(Quantity::Room), flag(Quantity::Fit)])
        .chain(issues().map(|issue| points(Quantity::RoomLow(issue))))
        .chain(issues().map(|issue| points(Quantity::RoomHigh(issue))))
        .chain(actors().map(|actor| flag(Quantity::ClosesRoom(actor))))
        .chain(actors().map(|actor| flag(Quantity::ClosesFit(actor))))
        .chain(actors().map(|actor| stake(Quantity::Gain(actor))))
        .collect()
}

impl Model for PointModel {
    fn measures(&self) -> &[Measure] {
        &self.measures
    }

    fn solve(&self, cases: &CaseBlock, _streams: &Streams, out: &mut RowBlock, scratch: &mut Scratch) {
        out.one_row_per_lane(self.measures.len(), cases.len());
        let terms = self.terms(cases, &mut out.statuses, scratch);
        let mut room = RoomBlock::default();
        self.room.solve(cases, &mut room);
        let mut fit = FitBlock::default();
        self.room.fit(cases, &terms, &mut fit);
        for (measure, column) in self.measures.iter().zip(&mut out.columns) {
            match measure.quantity {
                Quantity::Terms(issue) => column.copy_from_slice(&terms[issue.index()]),
                Quantity::Room => std::mem::swap(column, &mut room.open),
                Quantity::Fit => std::mem::swap(column, &mut fit.fits),
                Quantity::RoomLow(issue) => std::mem::swap(column, &mut room.low[issue.index()]),
                Quantity::RoomHigh(issue) => std::mem::swap(column, &mut room.high[issue.index()]),
                Quantity::ClosesRoom(actor) => std::mem::swap(column, &mut room.closers[actor.index()]),
                Quantity::ClosesFit(actor) => std::mem::swap(column, &mut fit.closers[actor.index()]),
                Quantity::Gain(actor) => self.stakes.gain(actor, cases, &terms, column),
                _ => {}
            }
        }
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        let mut trace = self.predictor.explain(case);
        let (cases, lane) = case.place();
        let mut statuses = vec![RowStatus::Solved; cases.len()];
        let terms = self.terms(cases, &mut statuses, &mut Scratch::default());
        let package: Vec<f64> = terms.iter().map(|issue| issue[lane]).collect();
        let room = self.room.closed_by(case);
        trace.steps.push(TraceStep {
            title: "Is there room?".to_owned(),
            text: self.say(
                &room,
                "A package lies inside every needed red line.",
                "No package lies inside them all",
            ),
            tables: Vec::new(),
        });
        if package.iter().all(|value| !value.is_nan()) {
            let fit = self.room.refused_by(case, &package);
            trace.steps.push(TraceStep {
                title: "Do these terms fit?".to_owned(),
                text: self.say(&fit, "They lie inside every needed red line.", "They cross a red line"),
                tables: Vec::new(),
            });
        }
        trace
    }
}
