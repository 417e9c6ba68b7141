//! What all point lenses share: from terms on every issue to fit, blockers and gains.
//!
//! A point lens only says what it expects of the terms, given a deal; it never speaks of whether there is one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Course, Lens, Measure, Model, Quantity, RowBlock, RowStatus, Scratch, Streams, Trace, TraceStep,
    TrackRecord, Unit,
};
use crate::case::{Case, CaseBlock};
use crate::history::{PastErrors, PastIssue, PastTable, deu};
use crate::package::{Closed, FitBlock, Room, Stakes};
use crate::scenario::{FieldId, IssueId, LensOptions, Scenario};
use crate::uncertainty::StreamKey;

/// The part of a point lens that is its own.
pub trait PointPredictor: Send + Sync {
    /// Writes `terms[issue][lane]` for every lane of the block (missing where it says nothing of an issue), and the
    /// status of lanes that were not solved as meant.
    fn predict(&self, cases: &CaseBlock, terms: &mut [Vec<f64>], statuses: &mut [RowStatus]);

    /// Every field that [`Self::predict`] looks at: variants in which these are the same have the same terms.
    fn reads(&self) -> Vec<FieldId>;

    /// How the terms of one draw came about.
    fn explain(&self, case: &Case<'_>) -> Trace;

    /// How one draw went round by round; `None` without rounds.
    fn course(&self, _case: &Case<'_>) -> Option<Course> {
        None
    }

    /// How fast the terms on an issue change with `field` in one draw, where there is a closed form for it.
    fn derivative(&self, _issue: IssueId, _field: FieldId, _case: &Case<'_>) -> Option<f64> {
        None
    }
}

/// The terms of one block, kept for a variant of the scenario with the same numbers.
#[derive(Debug, Clone)]
pub(crate) struct Remembered {
    lens: String,
    /// Paths of the fields read: they tell which actors and issues there are.
    paths: Arc<Vec<String>>,
    first_draw: u64,
    /// The fields read, one after the other.
    values: Vec<f64>,
    terms: Vec<Vec<f64>>,
    statuses: Vec<RowStatus>,
}

impl Remembered {
    fn is_of(&self, lens: &str, paths: &Arc<Vec<String>>) -> bool {
        self.lens == lens && self.paths == *paths
    }
}

/// A point lens made ready for one scenario: one row per draw.
pub struct PointModel {
    predictor: Box<dyn PointPredictor>,
    room: Room,
    stakes: Stakes,
    errors: Option<Arc<PastErrors>>,
    /// By issue, for the distribution around terms.
    seats: Vec<Vec<Seat>>,
    measures: Vec<Measure>,
    issues: usize,
    actors: Vec<String>,
    reads: Vec<FieldId>,
    /// The paths of `reads`.
    paths: Arc<Vec<String>>,
}

impl PointModel {
    /// Joins a predictor with what its terms mean to the actors of `scenario`, and with its errors on history if they are
    /// known.
    #[must_use]
    pub fn new(
        scenario: &Scenario,
        predictor: Box<dyn PointPredictor>,
        errors: Option<Arc<PastErrors>>,
    ) -> Self {
        let reads = predictor.reads();
        Self {
            predictor,
            room: Room::new(scenario),
            stakes: Stakes::new(scenario),
            measures: measures(scenario, errors.is_some()),
            errors,
            seats: seats(scenario),
            issues: scenario.issues.len(),
            actors: scenario.actors.iter().map(|actor| actor.name.clone()).collect(),
            paths: Arc::new(reads.iter().map(|&field| scenario.field(field).path.clone()).collect()),
            reads,
        }
    }

    fn terms(&self, cases: &CaseBlock, statuses: &mut [RowStatus]) -> Vec<Vec<f64>> {
        let mut terms = vec![vec![f64::NAN; cases.len()]; self.issues];
        self.predictor.predict(cases, &mut terms, statuses);
        terms
    }

    /// As [`Self::terms`]; a variant in which nothing changes that the predictor reads (an order to accept, a
    /// red line moved) finds the terms of the same draws remembered.
    fn terms_or_remembered(
        &self,
        cases: &CaseBlock,
        lens: &str,
        statuses: &mut [RowStatus],
        scratch: &mut Scratch,
    ) -> Vec<Vec<f64>> {
        let values: Vec<f64> = self.reads.iter().flat_map(|&field| cases.field(field)).copied().collect();
        let of_block = scratch.remembered.iter().find(|known| {
            known.first_draw == cases.first_draw() && known.is_of(lens, &self.paths) && known.values == values
        });
        if let Some(known) = of_block {
            statuses.copy_from_slice(&known.statuses);
            return known.terms.clone();
        }
        let terms = self.terms(cases, statuses);
        let fresh = Remembered {
            lens: lens.to_owned(),
            paths: Arc::clone(&self.paths),
            first_draw: cases.first_draw(),
            values,
            terms: terms.clone(),
            statuses: statuses.to_vec(),
        };
        // What is remembered of another block is of no more use.
        let stale = scratch
            .remembered
            .iter_mut()
            .find(|known| known.is_of(lens, &self.paths) && known.first_draw != fresh.first_draw);
        match stale {
            Some(stale) => *stale = fresh,
            None => scratch.remembered.push(fresh),
        }
        terms
    }

    /// The terms with an error as on history around them, inside the scale; empty without history.
    fn forecast(&self, terms: &[Vec<f64>], cases: &CaseBlock, streams: &Streams) -> Vec<Vec<f64>> {
        let Some(errors) = &self.errors else { return Vec::new() };
        let (seed, name) = streams.key();
        let key = StreamKey::new(seed, name);
        let mut forecast = terms.to_vec();
        let (mut points, mut out) = (vec![0.0; terms.len()], vec![0.0; terms.len()]);
        let mut actors: Vec<Vec<(f64, f64)>> = vec![Vec::new(); terms.len()];
        for lane in 0..cases.len() {
            for (((seats, actors), point), terms) in
                self.seats.iter().zip(&mut actors).zip(&mut points).zip(terms)
            {
                actors.clear();
                actors.extend(seats.iter().map(|seat| seat.weighed(cases, lane)));
                *point = terms[lane];
            }
            let mut stream = key.draw(cases.first_draw() + lane as u64);
            errors.draw(|| stream.uniform(), &points, &mut actors, &mut out);
            for (issue, out) in forecast.iter_mut().zip(&out) {
                issue[lane] = *out;
            }
        }
        forecast
    }
}

/// An actor on an issue, as the distribution around terms weighs it.
struct Seat {
    position: FieldId,
    salience: FieldId,
    /// Missing where an actor on the issue has none: all count the same then.
    capability: Option<FieldId>,
}

impl Seat {
    fn weighed(&self, cases: &CaseBlock, lane: usize) -> (f64, f64) {
        let capability = self.capability.map_or(1.0, |field| cases.value(field, lane));
        (cases.value(self.position, lane), capability * cases.value(self.salience, lane))
    }
}

fn seats(scenario: &Scenario) -> Vec<Vec<Seat>> {
    let on = |issue| {
        let mut seats = Vec::new();
        for actor in scenario.actor_ids() {
            let Some(stance) = scenario.stance(actor, issue) else { continue };
            let capability = scenario.actors[actor.index()].capability.get(issue.index()).copied();
            seats.push(Seat { position: stance.position, salience: stance.salience, capability });
        }
        if seats.iter().any(|seat| seat.capability.is_none()) {
            for seat in &mut seats {
                seat.capability = None;
            }
        }
        seats
    };
    scenario.issue_ids().map(on).collect()
}

/// A lens's points on all issues of a table, dossier by dossier.
#[must_use]
pub fn past_points(lens: &dyn Lens, options: &LensOptions, table: &PastTable) -> Vec<Option<f64>> {
    let mut dossiers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, issue) in table.issues.iter().enumerate() {
        dossiers.entry(&issue.dossier).or_default().push(index);
    }
    let mut points = vec![None; table.issues.len()];
    for members in dossiers.values() {
        let issues: Vec<&PastIssue> = members.iter().map(|&index| &table.issues[index]).collect();
        for (&index, point) in members.iter().zip(lens.predict_dossier(&issues, options)) {
            points[index] = point.filter(|point| point.is_finite());
        }
    }
    points
}

/// A lens's errors on history: shipped for its own options, worked out for others.
pub(crate) fn past_errors(lens: &dyn Lens, options: &LensOptions) -> Option<Arc<PastErrors>> {
    if options.values.is_empty() {
        return PastErrors::shipped(&lens.card().full_id());
    }
    PastErrors::of(deu::public(), &past_points(lens, options, deu::public())).map(Arc::new)
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
        let terms = self.terms_or_remembered(cases, streams.key().1, &mut out.statuses, scratch);
        let mut fit = FitBlock::default();
        self.room.fit(cases, &terms, &mut fit);
        let mut forecast = if out.without_errors {
            vec![vec![f64::NAN; cases.len()]; self.issues]
        } else {
            self.forecast(&terms, cases, streams)
        };
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

    fn course(&self, case: &Case<'_>) -> Option<Course> {
        self.predictor.course(case)
    }

    fn derivative(&self, quantity: Quantity, field: FieldId, case: &Case<'_>) -> Option<f64> {
        match quantity {
            Quantity::Terms(issue) => self.predictor.derivative(issue, field, case),
            _ => None,
        }
    }

    fn track_record(&self) -> Option<&TrackRecord> {
        self.errors.as_deref().map(PastErrors::record)
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        let mut trace = self.predictor.explain(case);
        let (cases, lane) = case.place();
        let mut statuses = vec![RowStatus::Solved; cases.len()];
        let terms = self.terms(cases, &mut statuses);
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
