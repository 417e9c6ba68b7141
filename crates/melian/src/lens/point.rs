//! What all point lenses share: from terms on every issue to fit, blockers and gains.
//!
//! A point lens only says what it expects of the terms, given a deal; it never speaks of whether there is one.

use std::sync::Arc;

use super::{
    Measure, Model, Quantity, RowBlock, RowStatus, Scratch, Streams, Trace, TraceStep, TrackRecord, Unit,
};
use crate::case::{Case, CaseBlock};
use crate::history::Residuals;
use crate::package::{Closed, FitBlock, Room, Stakes};
use crate::scenario::{FieldId, IssueId, Scenario};
use crate::uncertainty::StreamKey;

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

    /// How fast the terms on an issue change with `field` in one draw, where there is a closed form for it.
    fn derivative(&self, _issue: IssueId, _field: FieldId, _case: &Case<'_>) -> Option<f64> {
        None
    }
}

/// A point lens made ready for one scenario: one row per draw.
pub struct PointModel {
    predictor: Box<dyn PointPredictor>,
    room: Room,
    stakes: Stakes,
    residuals: Option<Arc<Residuals>>,
    measures: Vec<Measure>,
    issues: usize,
    actors: Vec<String>,
}

impl PointModel {
    /// Joins a predictor with what its terms mean to the actors of `scenario`, and with its errors on history if they are
    /// known.
    #[must_use]
    pub fn new(
        scenario: &Scenario,
        predictor: Box<dyn PointPredictor>,
        residuals: Option<Arc<Residuals>>,
    ) -> Self {
        Self {
            predictor,
            room: Room::new(scenario),
            stakes: Stakes::new(scenario),
            measures: measures(scenario, residuals.is_some()),
            residuals,
            issues: scenario.issues.len(),
            actors: scenario.actors.iter().map(|actor| actor.name.clone()).collect(),
        }
    }

    fn terms(&self, cases: &CaseBlock, statuses: &mut [RowStatus], scratch: &mut Scratch) -> Vec<Vec<f64>> {
        let mut terms = vec![vec![f64::NAN; cases.len()]; self.issues];
        self.predictor.predict(cases, &mut terms, statuses, scratch);
        terms
    }

    /// The terms with an error drawn from history, inside the scale; empty without history.
    fn forecast(&self, terms: &[Vec<f64>], cases: &CaseBlock, streams: &Streams) -> Vec<Vec<f64>> {
        let Some(residuals) = &self.residuals else { return Vec::new() };
        let (seed, name) = streams.key();
        let key = StreamKey::new(seed, name);
        let mut forecast = terms.to_vec();
        let mut errors = vec![0.0; terms.len()];
        for lane in 0..cases.len() {
            let mut stream = key.draw(cases.first_draw() + lane as u64);
            residuals.draw(|| stream.uniform(), &mut errors);
            for (issue, error) in forecast.iter_mut().zip(&errors) {
                issue[lane] = (issue[lane] + error).clamp(0.0, 100.0);
            }
        }
        forecast
    }
}

/// What closes the room, or refuses a package, in words; `actors` are names.
pub(super) fn say(actors: &[String], closed: &Closed, open: &str, what: &str) -> String {
    match closed {
        Closed::Open => open.to_owned(),
        Closed::By(closers, size) => {
            let names: Vec<&str> = closers.iter().map(|actor| actors[actor.index()].as_str()).collect();
            let names = names.join(", ");
            if *size as usize == closers.len() {
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

/// The columns, in order: for each issue terms, then terms with error, then room, fit, the room's ends, closers of room and fit, gains.
fn measures(scenario: &Scenario, with_error: bool) -> Vec<Measure> {
    let issues = || scenario.issue_ids();
    let actors = || scenario.actor_ids();
    let points = |quantity| Measure { quantity, unit: Unit::Points };
    let flag = |quantity| Measure { quantity, unit: Unit::Flag };
    let stake = |quantity| Measure { quantity, unit: Unit::Stake };
    issues()
        .map(|issue| points(Quantity::Terms(issue)))
        .chain(issues().filter(|_| with_error).map(|issue| points(Quantity::TermsWithError(issue))))
        .chain([flag(Quantity::Fit)])
        .chain(actors().map(|actor| flag(Quantity::ClosesFit(actor))))
        .chain(actors().map(|actor| stake(Quantity::Gain(actor))))
        .collect()
}

impl Model for PointModel {
    fn measures(&self) -> &[Measure] {
        &self.measures
    }

    fn solve(&self, cases: &CaseBlock, streams: &Streams, out: &mut RowBlock, scratch: &mut Scratch) {
        out.one_row_per_lane(self.measures.len(), cases.len());
        let terms = self.terms(cases, &mut out.statuses, scratch);
        let mut fit = FitBlock::default();
        self.room.fit(cases, &terms, &mut fit);
        let mut forecast = self.forecast(&terms, cases, streams);
        for (measure, column) in self.measures.iter().zip(&mut out.columns) {
            match measure.quantity {
                Quantity::Terms(issue) => column.copy_from_slice(&terms[issue.index()]),
                Quantity::TermsWithError(issue) => std::mem::swap(column, &mut forecast[issue.index()]),
                Quantity::Fit => std::mem::swap(column, &mut fit.fits),
                Quantity::ClosesFit(actor) => std::mem::swap(column, &mut fit.closers[actor.index()]),
                Quantity::Gain(actor) => self.stakes.gain(actor, cases, &terms, column),
                _ => {}
            }
        }
    }

    fn derivative(&self, quantity: Quantity, field: FieldId, case: &Case<'_>) -> Option<f64> {
        match quantity {
            Quantity::Terms(issue) => self.predictor.derivative(issue, field, case),
            _ => None,
        }
    }

    fn track_record(&self) -> Option<&TrackRecord> {
        self.residuals.as_deref().map(Residuals::record)
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        let mut trace = self.predictor.explain(case);
        let (cases, lane) = case.place();
        let mut statuses = vec![RowStatus::Solved; cases.len()];
        let terms = self.terms(cases, &mut statuses, &mut Scratch::default());
        let package: Vec<f64> = terms.iter().map(|issue| issue[lane]).collect();
        if package.iter().all(|value| !value.is_nan()) {
            let fit = self.room.refused_by(case, &package);
            trace.steps.push(TraceStep {
                title: "Do these terms fit?".to_owned(),
                text: say(
                    &self.actors,
                    &fit,
                    "They lie inside every needed red line.",
                    "They cross a red line",
                ),
                tables: Vec::new(),
            });
        }
        trace
    }
}
