//! The spatial model of politics: bargaining in pairs under the shadow of a vote by power.
//!
//! Wise, Lester and Efird's model as KAPSARC's toolkit KTAB 1.4 runs it. In each turn every
//! actor looks for the one challenge that promises it most, puts a compromise to that actor,
//! and all then settle on one of the bargains before them.

mod bargain;
mod condorcet;
mod contest;
mod engine;
mod formulas;
mod lanes;
mod lens;
mod options;
mod story;
mod talks;
mod vote;

pub use bargain::{Side, bargain};
pub use condorcet::{condorcet, victory};
pub use engine::{Course, Ending, MOST_TURNS, QUIET, Solver, View};
pub(crate) use lens::SPATIALS;
pub use options::{
    BargainModel, CondorcetModel, Interpolation, KtabErrors, Options, RiskAdjustment, RiskRange, Settlement,
    ThirdPartyCommitment, VictoryModel, VotingRule,
};
pub use story::{Backer, Estimate, Move, Offer, Story, Turn, tell};
pub use talks::{InputError, Talks};
pub use vote::{utility, vote};
