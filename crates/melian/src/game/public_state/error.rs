//! What can be wrong with a public-state game.

use std::fmt;

use super::structure::{ChanceId, PayoffId, StateId};

/// Why a public-state game can't be built or its numbers not be set.
#[derive(Clone, Debug, PartialEq)]
pub enum PublicStateError {
    /// No player was given.
    NoPlayers,
    /// A player has no type.
    NoTypes {
        /// The player.
        player: usize,
    },
    /// More joint types than the engine holds (65,536).
    TooManyJointTypes,
    /// A player index out of range.
    NoSuchPlayer {
        /// The index given.
        player: usize,
    },
    /// A player holds no belief of its own, so it can't be set.
    NoOwnView {
        /// The player.
        player: usize,
    },
    /// A state that was never declared.
    NoSuchState {
        /// The state.
        state: StateId,
    },
    /// A payoff block that was never declared.
    NoSuchPayoff {
        /// The block.
        payoff: PayoffId,
    },
    /// A chance distribution that was never declared.
    NoSuchChance {
        /// The distribution.
        chance: ChanceId,
    },
    /// A payoff block with the wrong shape or values.
    BadPayoff {
        /// The block.
        payoff: PayoffId,
        /// What is wrong.
        why: String,
    },
    /// A chance distribution with the wrong shape or values.
    BadChance {
        /// The distribution.
        chance: ChanceId,
        /// What is wrong.
        why: String,
    },
    /// A prior with the wrong shape or values.
    BadPrior {
        /// What is wrong.
        why: String,
    },
    /// Movers or actions of a state that make no sense.
    BadMove {
        /// The state.
        state: StateId,
        /// What is wrong.
        why: String,
    },
    /// A transition that makes no sense.
    BadTransition {
        /// The state.
        state: StateId,
        /// What is wrong.
        why: String,
    },
    /// A joint action without a transition.
    MissingTransition {
        /// The state.
        state: StateId,
        /// The action of each mover.
        actions: Vec<usize>,
    },
    /// No decision state at all.
    NoDecision,
    /// The prior was never given.
    NoPrior,
    /// The states can be walked in a circle.
    Cycle {
        /// A state on the circle.
        state: StateId,
    },
    /// A state that play can't reach.
    Unreachable {
        /// The state.
        state: StateId,
    },
    /// Numbers taken from a game of another shape.
    NumbersOfAnotherGame,
    /// A strategy of the wrong length, or not a distribution at every seat.
    BadStrategy {
        /// What is wrong.
        why: String,
    },
}

impl fmt::Display for PublicStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlayers => write!(f, "a game needs at least one player"),
            Self::NoTypes { player } => write!(f, "player {player} has no type"),
            Self::TooManyJointTypes => write!(f, "more than 65536 joint types"),
            Self::NoSuchPlayer { player } => write!(f, "there is no player {player}"),
            Self::NoOwnView { player } => {
                write!(f, "player {player} holds no belief of its own; declare it in the builder")
            }
            Self::NoSuchState { state } => write!(f, "state {} was never declared", state.index()),
            Self::NoSuchPayoff { payoff } => {
                write!(f, "payoff {} was never declared", payoff.index())
            }
            Self::NoSuchChance { chance } => {
                write!(f, "chance {} was never declared", chance.index())
            }
            Self::BadPayoff { payoff, why } => write!(f, "payoff {}: {why}", payoff.index()),
            Self::BadChance { chance, why } => write!(f, "chance {}: {why}", chance.index()),
            Self::BadPrior { why } => write!(f, "prior: {why}"),
            Self::BadMove { state, why } | Self::BadTransition { state, why } => {
                write!(f, "state {}: {why}", state.index())
            }
            Self::MissingTransition { state, actions } => {
                write!(f, "state {}: joint action {actions:?} leads nowhere", state.index())
            }
            Self::NoDecision => write!(f, "no state at which anything happens"),
            Self::NoPrior => write!(f, "the prior over types was never given"),
            Self::Cycle { state } => write!(f, "state {} leads back to itself", state.index()),
            Self::Unreachable { state } => write!(f, "state {} can't be reached", state.index()),
            Self::NumbersOfAnotherGame => {
                write!(f, "these numbers belong to a game of another shape")
            }
            Self::BadStrategy { why } => write!(f, "strategy: {why}"),
        }
    }
}

impl std::error::Error for PublicStateError {}
