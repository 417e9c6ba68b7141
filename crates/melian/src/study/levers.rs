//! Levers: what an actor, or a mediator, could offer that widens the room or moves the terms.
//!
//! Only concessions (an accept range widened, a position moved towards the others), attention (salience, the matter of
//! mediation and information), links loosened, and the scenario's own policies that are none of: coercive, orders to
//! refuse, changes of capability, of walk-away values or of no-deal points. Nothing else is ever looked at, whatever
//! the status of the conflict. Every effect is on the same draws with and without the lever; the terms' derivative is
//! exact where the lens has one.

use rayon::prelude::*;

use crate::case::{CaseBlock, LANES};
use crate::diagnostic::Diagnostic;
use crate::ensemble::{Settings, Variant};
use crate::lens::{Lens, Model, Quantity, RowBlock, Scratch, Streams, Unable};
use crate::package::{Room, RoomBlock, Stakes};
use crate::scenario::{
    ActorId, Bound, Change, Conduct, FieldId, Guard, IssueId, LensOptions, Overlay, Relation, Scenario,
};

/// Whose levers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// What this actor could do itself.
    Actor(ActorId),
    /// What a mediator could ask of anyone.
    Mediator,
}

/// Kinds of levers; they are ranked within their kind, never across kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A red line or a position gives way.
    Concession,
    /// An issue gets more attention, or less.
    Attention,
    /// A link between issues is loosened.
    Link,
    /// A policy of the scenario, as a whole.
    Policy,
}

/// What is done, by one unit (a policy: as a whole).
#[derive(Debug, Clone, PartialEq)]
pub enum Move {
    /// The low end of the accept range goes down.
    AcceptLess(ActorId, IssueId),
    /// The high end goes up.
    AcceptMore(ActorId, IssueId),
    /// The position moves towards the others'; true if upwards.
    Position(ActorId, IssueId, bool),
    /// Salience rises (true) or falls.
    Salience(ActorId, IssueId, bool),
    /// What the link with this index demands is relaxed.
    Loosen(usize),
    /// The policy with this index.
    Policy(usize),
}

/// What a lever does to one lens's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The lens's full id.
    pub lens: String,
    /// Mean change of the terms over the draws, by issue, per unit; NaN where the lens says nothing.
    pub terms: Vec<f64>,
    /// Whether it is the lens's own derivative and no finite difference.
    pub exact: bool,
    /// Mean change of every actor's gain, on its stake as the scenario was written; NaN without payoffs.
    pub gains: Vec<f64>,
}

/// A lever with its effects.
#[derive(Debug, Clone, PartialEq)]
pub struct Lever {
    /// What is done.
    pub what: Move,
    /// Its kind.
    pub kind: Kind,
    /// Change of the share of draws with room, per unit; none if some draw could not be judged.
    pub room: Option<f64>,
    /// Effects by lens.
    pub effects: Vec<Effect>,
}

/// All levers of a seat.
#[derive(Debug, Clone, PartialEq)]
pub struct Levers {
    /// Levers by kind, each kind by its effect on room, then on terms.
    pub levers: Vec<Lever>,
    /// Share of draws with room as things are; none without red lines.
    pub room: Option<f64>,
    /// Policies left out because of what they are: coercive, or pressure.
    pub left_out: usize,
    /// Lenses that can't run here, with the reason.
    pub silent: Vec<(String, String)>,
    /// The unit, in points.
    pub unit: f64,
    /// Draws looked at.
    pub draws: u64,
}

/// A lens made ready.
struct Voice {
    lens: &'static dyn Lens,
    model: Box<dyn Model>,
    streams: Streams,
}

/// One scenario with its draws and voices.
struct World {
    variant: Variant,
    room: Room,
    voices: Vec<Voice>,
}

/// What was measured in a world: shares and means over draws.
struct Measured {
    open: Vec<f64>,
    /// `terms[voice][issue][draw]`.
    terms: Vec<Vec<Vec<f64>>>,
}

/// The levers of a seat, `unit` points each, through the given lenses.
///
/// # Errors
/// Mistaken lens options, a policy that can't be applied, or a design that can't carry the scenario.
pub fn study(
    scenario: &Scenario,
    settings: &Settings,
    lenses: &[&'static dyn Lens],
    seat: Seat,
    unit: f64,
) -> Result<Levers, Vec<Diagnostic>> {
    let mut silent = Vec::new();
    let base = World::new(scenario, scenario.clone(), settings, lenses, &mut silent)?;
    let before = base.measure(settings.draws, None);
    let (policies, left_out) = policies(scenario, seat);
    let mut moves = stance_moves(scenario, seat, unit);
    if seat == Seat::Mediator {
        moves.extend((0..scenario.links.len()).map(Move::Loosen));
    }
    moves.extend(policies.into_iter().map(Move::Policy));
    let asked = asks_room(scenario);
    let mut levers = moves
        .into_par_iter()
        .map(|what| {
            let mut quiet = Vec::new();
            let after = match &what {
                Move::Loosen(link) => {
                    let loosened = loosened(scenario, *link, unit);
                    World::new(scenario, loosened, settings, lenses, &mut quiet)?
                        .measure(settings.draws, None)
                }
                Move::Policy(index) => {
                    let patched = scenario.under(&[&scenario.policies[*index]])?;
                    let world = World::new(scenario, patched, settings, lenses, &mut quiet)?;
                    world.measure(settings.draws, None).by_issues_of(scenario, &world.variant.scenario)
                }
                stance => base.measure(settings.draws, Some(&shifts(scenario, stance, unit))),
            };
            Ok(base.compare(&before, &after, what, unit, settings.draws))
        })
        .collect::<Result<Vec<Lever>, Vec<Diagnostic>>>()?;
    rank(&mut levers);
    let room = mean(&before.open).filter(|_| asked);
    Ok(Levers { levers, room, left_out, silent, unit, draws: settings.draws })
}

fn asks_room(scenario: &Scenario) -> bool {
    !scenario.links.is_empty() || scenario.stances.iter().flatten().any(|stance| stance.accept.is_some())
}

impl World {
    fn new(
        base: &Scenario,
        scenario: Scenario,
        settings: &Settings,
        lenses: &[&'static dyn Lens],
        silent: &mut Vec<(String, String)>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let none = LensOptions::default();
        let mut voices = Vec::new();
        for &lens in lenses {
            let card = lens.card();
            let options = scenario.lens_options.get(card.id).unwrap_or(&none);
            match lens.prepare(&scenario, options) {
                Ok(model) => voices.push(Voice { lens, model, streams: Streams::new(settings.seed, card) }),
                Err(Unable::Lacks(reason)) => silent.push((card.full_id(), reason)),
                Err(Unable::Mistaken(diagnostics)) => return Err(diagnostics),
            }
        }
        let room = Room::new(&scenario);
        Ok(Self { variant: Variant::of(base, scenario, settings)?, room, voices })
    }

    /// Room and terms in every draw, with some fields shifted.
    fn measure(&self, draws: u64, shift: Option<&Shift>) -> Measured {
        let issues = self.variant.scenario.issues.len();
        let mut measured =
            Measured { open: Vec::new(), terms: vec![vec![Vec::new(); issues]; self.voices.len()] };
        let (mut room, mut rows, mut scratch) =
            (RoomBlock::default(), RowBlock::default(), Scratch::default());
        for first in (0..draws).step_by(LANES) {
            let cases = self.block(first, draws, shift);
            self.room.solve(&cases, &mut room);
            measured.open.extend_from_slice(&room.open);
            for (voice, terms) in self.voices.iter().zip(&mut measured.terms) {
                voice.model.solve(&cases, &voice.streams, &mut rows, &mut scratch);
                append_terms(&*voice.model, &rows, cases.len(), terms);
            }
        }
        measured
    }

    fn block(&self, first: u64, draws: u64, shift: Option<&Shift>) -> CaseBlock {
        let len = (LANES as u64).min(draws - first) as usize;
        let mut cases = self.variant.block(first, len);
        if let Some(shift) = shift {
            for lane in 0..len {
                let value = cases.value(shift.field, lane) + shift.by;
                cases.set(shift.field, lane, value.clamp(0.0, 100.0));
            }
        }
        cases
    }

    fn compare(&self, before: &Measured, after: &Measured, what: Move, unit: f64, draws: u64) -> Lever {
        let kind = what.kind();
        let per = if kind == Kind::Policy { 1.0 } else { unit };
        let change = |after: &[f64], before: &[f64]| {
            let differences: Vec<f64> =
                after.iter().zip(before).map(|(after, before)| after - before).collect();
            mean(&differences).map_or(f64::NAN, |mean| mean / per)
        };
        let effects = self.voices.iter().enumerate().map(|(index, voice)| {
            let Some(terms_after) = after.terms.get(index) else {
                return Effect::nothing(voice.lens, &self.variant.scenario);
            };
            let terms_before = &before.terms[index];
            let exact = self.derivative(voice, &what, draws);
            let terms =
                terms_after.iter().zip(terms_before).map(|(after, before)| change(after, before)).collect();
            Effect {
                lens: voice.lens.card().full_id(),
                exact: exact.is_some(),
                terms: exact.unwrap_or(terms),
                gains: self.gains(terms_before, terms_after, draws, per),
            }
        });
        let judged = !before.open.iter().chain(&after.open).any(|open| open.is_nan());
        let room = (judged && asks_room(&self.variant.scenario)).then(|| change(&after.open, &before.open));
        Lever { kind, room, effects: effects.collect(), what }
    }

    /// The mean of the lens's own derivative over the draws, by issue, signed as the move goes.
    fn derivative(&self, voice: &Voice, what: &Move, draws: u64) -> Option<Vec<f64>> {
        let issues = self.variant.scenario.issues.len();
        let (field, issue, sign) = what.derived(&self.variant.scenario)?;
        let mut slopes = Vec::new();
        for first in (0..draws).step_by(LANES) {
            let cases = self.block(first, draws, None);
            for lane in 0..cases.len() {
                slopes.push(sign * voice.model.derivative(Quantity::Terms(issue), field, &cases.case(lane))?);
            }
        }
        let mut terms = vec![0.0; issues];
        terms[issue.index()] = mean(&slopes)?;
        Some(terms)
    }

    /// Mean change of each actor's gain, judged by its preferences as the scenario has them.
    fn gains(&self, before: &[Vec<f64>], after: &[Vec<f64>], draws: u64, per: f64) -> Vec<f64> {
        let scenario = &self.variant.scenario;
        let stakes = Stakes::new(scenario);
        let mut differences = vec![Vec::new(); scenario.actors.len()];
        let (mut then, mut now) = ([0.0; LANES], [0.0; LANES]);
        for first in (0..draws).step_by(LANES) {
            let cases = self.block(first, draws, None);
            let lanes = first as usize..first as usize + cases.len();
            let package = |terms: &[Vec<f64>]| -> Vec<Vec<f64>> {
                terms.iter().map(|issue| issue[lanes.clone()].to_vec()).collect()
            };
            let (old, new) = (package(before), package(after));
            for actor in scenario.actor_ids() {
                stakes.gain(actor, &cases, &old, &mut then);
                stakes.gain(actor, &cases, &new, &mut now);
                differences[actor.index()].extend((0..cases.len()).map(|lane| now[lane] - then[lane]));
            }
        }
        differences.iter().map(|gains| mean(gains).map_or(f64::NAN, |mean| mean / per)).collect()
    }
}

impl Effect {
    fn nothing(lens: &dyn Lens, scenario: &Scenario) -> Self {
        Self {
            lens: lens.card().full_id(),
            terms: vec![f64::NAN; scenario.issues.len()],
            exact: false,
            gains: vec![f64::NAN; scenario.actors.len()],
        }
    }
}

impl Measured {
    /// Terms in the order of the base scenario's issues; missing for an issue that a policy took away.
    fn by_issues_of(mut self, base: &Scenario, patched: &Scenario) -> Self {
        let draws = self.open.len();
        for terms in &mut self.terms {
            let of = |id: &str| patched.issues.iter().position(|issue| issue.id == id);
            let ordered = base
                .issues
                .iter()
                .map(|issue| of(&issue.id).map_or_else(|| vec![f64::NAN; draws], |at| terms[at].clone()));
            *terms = ordered.collect();
        }
        self
    }
}

/// The terms of each draw: of several branches, the first.
fn append_terms(model: &dyn Model, rows: &RowBlock, lanes: usize, terms: &mut [Vec<f64>]) {
    for (issue, terms) in terms.iter_mut().enumerate() {
        let from = terms.len();
        terms.resize(from + lanes, f64::NAN);
        let quantity = Quantity::Terms(IssueId::new(issue));
        let Some(column) = model.measures().iter().position(|measure| measure.quantity == quantity) else {
            continue;
        };
        for (row, &lane) in rows.lanes.iter().enumerate() {
            if rows.branches[row] == 0 {
                terms[from + lane as usize] = rows.columns[column][row];
            }
        }
    }
}

/// The mean of what is there; none of nothing.
fn mean(values: &[f64]) -> Option<f64> {
    let there = values.iter().filter(|value| !value.is_nan());
    let (sum, count) = there.fold((0.0, 0_u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

/// A change of one field in every draw.
struct Shift {
    field: FieldId,
    by: f64,
}

impl Move {
    /// The kind it belongs to.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::AcceptLess(..) | Self::AcceptMore(..) | Self::Position(..) => Kind::Concession,
            Self::Salience(..) => Kind::Attention,
            Self::Loosen(_) => Kind::Link,
            Self::Policy(_) => Kind::Policy,
        }
    }

    /// The field of a position or salience that a lens may have a derivative for, and the direction.
    fn derived(&self, scenario: &Scenario) -> Option<(FieldId, IssueId, f64)> {
        let sign = |up: bool| if up { 1.0 } else { -1.0 };
        match *self {
            Self::Position(actor, issue, up) => {
                Some((scenario.stance(actor, issue)?.position, issue, sign(up)))
            }
            Self::Salience(actor, issue, up) => {
                Some((scenario.stance(actor, issue)?.salience, issue, sign(up)))
            }
            _ => None,
        }
    }
}

fn shifts(scenario: &Scenario, what: &Move, unit: f64) -> Shift {
    let stance = |actor, issue| scenario.stance(actor, issue).expect("moves are made of stances");
    let accept = |actor, issue| stance(actor, issue).accept.expect("moves are made of accept ranges");
    let signed = |up: bool| if up { unit } else { -unit };
    match *what {
        Move::AcceptLess(actor, issue) => {
            Shift { field: accept(actor, issue).min.expect("a low end"), by: -unit }
        }
        Move::AcceptMore(actor, issue) => {
            Shift { field: accept(actor, issue).max.expect("a high end"), by: unit }
        }
        Move::Position(actor, issue, up) => Shift { field: stance(actor, issue).position, by: signed(up) },
        Move::Salience(actor, issue, up) => Shift { field: stance(actor, issue).salience, by: signed(up) },
        Move::Loosen(_) | Move::Policy(_) => unreachable!("these change the scenario, not a draw"),
    }
}

fn stance_moves(scenario: &Scenario, seat: Seat, unit: f64) -> Vec<Move> {
    let mut moves = Vec::new();
    for actor in scenario.actor_ids().filter(|&actor| seat == Seat::Mediator || seat == Seat::Actor(actor)) {
        for issue in scenario.issue_ids() {
            let Some(stance) = scenario.stance(actor, issue) else { continue };
            let accept = stance.accept;
            let central = |field: FieldId| scenario.field(field).central();
            moves.extend(accept.and_then(|accept| accept.min).map(|_| Move::AcceptLess(actor, issue)));
            moves.extend(accept.and_then(|accept| accept.max).map(|_| Move::AcceptMore(actor, issue)));
            let others: Vec<f64> = scenario
                .actor_ids()
                .filter(|&other| other != actor)
                .filter_map(|other| Some(central(scenario.stance(other, issue)?.position)))
                .collect();
            if let Some(middle) = mean(&others) {
                let position = central(stance.position);
                if position != middle {
                    moves.push(Move::Position(actor, issue, position < middle));
                }
            }
            moves.push(Move::Salience(actor, issue, central(stance.salience) + unit <= 100.0));
        }
    }
    moves
}

/// The scenario with what a link demands relaxed.
fn loosened(scenario: &Scenario, link: usize, unit: f64) -> Scenario {
    let mut scenario = scenario.clone();
    let relax = |bound: &mut Bound| match bound.relation {
        Relation::Less | Relation::AtMost => bound.value += unit,
        Relation::AtLeast | Relation::Greater => bound.value -= unit,
    };
    scenario.links[link].consequence.iter_mut().for_each(relax);
    scenario
}

/// The policies a seat could use, by index, and how many were left out for what they are.
fn policies(scenario: &Scenario, seat: Seat) -> (Vec<usize>, usize) {
    let guard = Guard::new(scenario);
    let allowed = |policy: &Overlay| guard.coercion(policy).is_none() && !is_pressure(policy);
    let left_out = scenario.policies.iter().filter(|policy| !allowed(policy)).count();
    let indices = (0..scenario.policies.len()).filter(|&index| {
        let policy = &scenario.policies[index];
        allowed(policy) && can(scenario, policy, seat)
    });
    (indices.collect(), left_out)
}

/// Whether a policy is outside what levers may be: it orders a refusal, adds actors, or changes power or what no deal is worth.
fn is_pressure(policy: &Overlay) -> bool {
    policy.operations.iter().any(|operation| {
        let parts: Vec<&str> = operation.path.split('.').collect();
        let refuses = operation.change == Change::Do(Conduct::Refuse);
        let power = match parts.as_slice() {
            ["actor", _, "capability", ..] | ["walk_away", ..] | [_, _, "no_deal"] => true,
            ["actor", _] => !matches!(operation.change, Change::Do(_)),
            _ => false,
        };
        refuses || power
    })
}

/// Whether the seat is among those that could do it; everyone is where the policy names nobody.
fn can(scenario: &Scenario, policy: &Overlay, seat: Seat) -> bool {
    let Seat::Actor(actor) = seat else { return true };
    let Some(by) = policy.by.as_ref().map(|by| by.to_lowercase()) else { return true };
    let actor = &scenario.actors[actor.index()];
    by.contains(&actor.name.to_lowercase()) || by.contains(&actor.id) || by.contains("all parties")
}

/// By kind; within a kind by the effect on room, then by the largest effect on any lens's terms.
fn rank(levers: &mut [Lever]) {
    let room = |lever: &Lever| lever.room.filter(|room| !room.is_nan()).unwrap_or(0.0);
    let terms = |lever: &Lever| {
        let all = lever.effects.iter().flat_map(|effect| &effect.terms);
        all.filter(|slope| !slope.is_nan()).fold(0.0_f64, |most, slope| most.max(slope.abs()))
    };
    levers.sort_by(|a, b| {
        a.kind.cmp(&b.kind).then(room(b).total_cmp(&room(a))).then(terms(b).total_cmp(&terms(a)))
    });
}

#[cfg(test)]
mod tests;
