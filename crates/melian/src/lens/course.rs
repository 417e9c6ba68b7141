//! How talks went, round by round, in lenses that have rounds.

use serde::Serialize;

use crate::scenario::{ActorId, IssueId};

/// One draw told round by round.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Course {
    /// One for each issue the lens speaks of.
    pub issues: Vec<IssueCourse>,
}

/// The course of one issue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssueCourse {
    /// Which.
    pub issue: IssueId,
    /// Who takes part.
    pub actors: Vec<ActorId>,
    /// Positions, 0..100, `[round][place in actors]`; round 0 is the start.
    pub positions: Vec<Vec<f64>>,
    /// Who moved and why, by round.
    pub moves: Vec<Move>,
    /// How it ended.
    pub close: Close,
}

/// An actor's move on an issue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    /// In which round, from 1.
    pub round: usize,
    /// Who moved.
    pub actor: ActorId,
    /// Because of whom.
    pub by: ActorId,
    /// Why.
    pub cause: Cause,
    /// Where it stood, 0..100.
    pub from: f64,
    /// Where it went, 0..100.
    pub to: f64,
    /// Others on the side of `by`.
    pub backers: Vec<ActorId>,
    /// The chance, in a contest, that `by` wins; `None` in lenses without contests.
    pub chance: Option<f64>,
    /// What the mover expected to lose by resisting, in the lens's own utility; below 0, to gain. `None` in lenses
    /// without contests.
    pub fear: Option<f64>,
}

/// Why an actor moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Both would gain by a confrontation, the other more: it gives in.
    Confrontation,
    /// The other gains more than it loses: it meets the other part of the way.
    Compromise,
    /// It loses at least what the other gains: it is made to move all the way.
    Compelled,
    /// It takes the other's offer.
    Pressed,
    /// It moves to carry its own offer to the other.
    OwnOffer,
    /// It gives way here for the other's giving way on this issue.
    Trade(IssueId),
}

/// How a course ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Close {
    /// Hardly anybody moves any more.
    Settled,
    /// Positions go round in a circle: where it stops is arbitrary.
    Cycle,
    /// Still moving after the last round.
    Limit,
}
