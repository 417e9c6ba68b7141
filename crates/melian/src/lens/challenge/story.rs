//! The same run with everything a student needs to follow it by hand.

use super::engine::{Kind, Solver};
use super::{Course, Dispute, InputError, Reading};

/// How actor i sees its standing with rival j: the octants of the model. `a` is what i
/// expects of challenging j, `b` what j expects of challenging i, both in i's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// Same actor or same position: nothing between them.
    Same,
    /// Both expect to gain, i at least as much: i stands.
    ConfrontationWon,
    /// Both expect to gain, j more: i gives in.
    ConfrontationLost,
    /// j gains more than i loses: i moves part of the way.
    CompromiseByOwn,
    /// j gains no more than i loses: i moves all the way.
    CompelledOwn,
    /// i gains more than j loses: j is to move part of the way.
    CompromiseByRival,
    /// i gains no more than j loses: j is to move all the way.
    CompelledRival,
    /// Neither expects to gain.
    Stalemate,
}

impl Outlook {
    fn of(a: f64, b: f64) -> Self {
        match (a > 0.0, b > 0.0) {
            (true, true) if b > a => Self::ConfrontationLost,
            (true, true) => Self::ConfrontationWon,
            (false, true) if b > -a => Self::CompromiseByOwn,
            (false, true) => Self::CompelledOwn,
            (true, false) if a > -b => Self::CompromiseByRival,
            (true, false) => Self::CompelledRival,
            (false, false) => Self::Stalemate,
        }
    }
}

/// What an offer rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferKind {
    /// A confrontation the receiver would lose: it moves all the way.
    Confrontation,
    /// A compromise: it moves part of the way.
    Compromise,
    /// It is compelled: it moves all the way.
    Compelled,
}

/// An offer an actor believes it could be held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// Who presses.
    pub by: usize,
    /// Who would move.
    pub to: usize,
    /// What it rests on.
    pub kind: OfferKind,
    /// Where the receiver would stand.
    pub position: f64,
}

/// An actor's move.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Who moved, because of whom, and where to.
    pub offer: Offer,
    /// Where it stood.
    pub from: f64,
    /// The chance that the one who pressed wins, by the votes.
    pub chance: f64,
    /// Others who vote for the position of the one who pressed, with their votes, above 0.
    pub backers: Vec<(usize, f64)>,
    /// What the mover expected to lose, against an undisturbed status quo, if it resisted:
    /// between -2 and 4; below 0, to gain.
    pub fear: f64,
}

/// One round, before anyone moves. Square tables are row-major, entry (i, j) about actor i
/// and its rival j.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// Counts from 1.
    pub round: usize,
    /// Positions.
    pub position: Vec<f64>,
    /// Entry (k, i, j), rows of tables: k's vote for i's position against j's.
    pub votes: Vec<f64>,
    /// Chance that i's position beats j's.
    pub chance: Vec<f64>,
    /// What all others together expect of challenging the actor, without risk: the higher,
    /// the less secure.
    pub danger: Vec<f64>,
    /// Acceptance of risk, -1..1.
    pub risk: Vec<f64>,
    /// Risk exponent, 1/2..2; above 1 averse.
    pub exponent: Vec<f64>,
    /// Utility of success to i against j, -2..2.
    pub success: Vec<f64>,
    /// Utility of failure to i against j.
    pub failure: Vec<f64>,
    /// Utility of the status quo to i.
    pub status_quo: Vec<f64>,
    /// Utility to i of what j would do undisturbed; 0 where the status quo is certain to hold.
    pub drift: Vec<f64>,
    /// The same of what i would do undisturbed, to j, in i's eyes.
    pub rival_drift: Vec<f64>,
    /// What i expects of challenging j, in i's eyes.
    pub own: Vec<f64>,
    /// What j expects of challenging i, in i's eyes.
    pub rival: Vec<f64>,
    /// How i sees its standing with j.
    pub outlook: Vec<Outlook>,
    /// Every offer, by receiver.
    pub offers: Vec<Offer>,
    /// Who moved, by actor.
    pub moves: Vec<Move>,
}

/// A run with its reasons. Rounds after the first that repeats an earlier one are not told.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The result, equal bit for bit to that of [`Solver::solve`].
    pub course: Course,
    /// The rounds.
    pub rounds: Vec<Round>,
}

/// Runs a dispute and tells it.
///
/// # Errors
/// If the numbers are out of range.
pub fn tell(dispute: &Dispute, reading: Reading, rounds: usize) -> Result<Story, InputError> {
    let mut told = Vec::new();
    let mut solver = Solver::new(dispute.actors(), reading);
    let course = solver.run(dispute, rounds, &mut |solver, round| {
        told.push(round_of(solver, round));
    })?;
    Ok(Story { course, rounds: told })
}

fn round_of(solver: &Solver, round: usize) -> Round {
    let n = solver.actors;
    let pairs = || (0..n).flat_map(move |i| (0..n).map(move |j| (i, j)));
    let outlook = pairs()
        .map(|(i, j)| {
            if solver.position[i] == solver.position[j] {
                Outlook::Same
            } else {
                Outlook::of(solver.own[i * n + j], solver.rival[i * n + j])
            }
        })
        .collect();
    let offers = if solver.range == 0.0 {
        Vec::new()
    } else {
        pairs().filter_map(|(i, j)| offer_of(solver, i, j)).collect()
    };
    Round {
        round,
        position: solver.position.clone(),
        votes: (0..n).flat_map(|k| pairs().map(move |(i, j)| solver.vote(k, i, j))).collect(),
        chance: solver.chance.clone(),
        danger: solver.danger.clone(),
        risk: (0..n).map(|i| solver.risk(i)).collect(),
        exponent: solver.exponent.clone(),
        success: solver.success.clone(),
        failure: solver.failure.clone(),
        status_quo: solver.quiet.clone(),
        drift: solver.drift.clone(),
        rival_drift: solver.rival_drift.clone(),
        own: solver.own.clone(),
        rival: solver.rival.clone(),
        outlook,
        offers,
        moves: (0..n).filter_map(|i| move_of(solver, i)).collect(),
    }
}

fn kind_of(kind: Kind) -> OfferKind {
    match kind {
        Kind::Confrontation => OfferKind::Confrontation,
        Kind::Compromise => OfferKind::Compromise,
        Kind::Compelled => OfferKind::Compelled,
    }
}

fn offer_of(solver: &Solver, i: usize, j: usize) -> Option<Offer> {
    solver.offer(i, j).map(|offer| Offer { by: j, to: i, kind: kind_of(offer.kind), position: offer.to })
}

fn move_of(solver: &Solver, i: usize) -> Option<Move> {
    let accepted = solver.accepted[i]?;
    let (n, j) = (solver.actors, accepted.by);
    let stands = solver.chance[i * n + j];
    let resisted = stands * solver.success[i * n + j] + (1.0 - stands) * solver.failure[i * n + j];
    (accepted.to != solver.position[i]).then(|| Move {
        offer: Offer { by: j, to: i, kind: kind_of(accepted.kind), position: accepted.to },
        from: solver.position[i],
        chance: solver.chance[j * n + i],
        backers: (0..n)
            .filter(|&k| k != i && k != j)
            .map(|k| (k, solver.vote(k, j, i)))
            .filter(|&(_, vote)| vote > 0.0)
            .collect(),
        fear: solver.quiet[i] - resisted,
    })
}
