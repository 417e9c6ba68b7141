//! Bueno de Mesquita's expected-utility model: who can press whom on one issue, and who
//! therefore moves.
//!
//! The publications don't determine a program, and defensible readings of them end far
//! apart; so each reading has a name, and there is no default. The formulas follow Scholz,
//! Calbert and Smith, "Unravelling Bueno de Mesquita's group decision model" (Journal of
//! Theoretical Politics 23, 2011), whose equation numbers are given.

mod engine;
mod lens;
mod power;
mod story;

use std::fmt;

pub use engine::Solver;
pub(crate) use lens::CHALLENGES;
pub use story::{Move, Offer, OfferKind, Outlook, Round, Story, tell};

/// A named reading of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reading {
    /// The published formulas, the status quo being certain to hold otherwise (Q = 1).
    TextQ1,
    /// The published formulas with an even chance that it holds (Q = 1/2).
    TextQ05,
    /// The program of Scholz and others, errors and all: votes bent by each voter's risk
    /// exponent, chances of winning divided by the votes of all pairs, compromises taken by
    /// lowest position.
    ScholzCode,
    /// That program with compromises taken by least movement.
    ScholzCodeCorrected,
}

impl Reading {
    /// Every reading.
    pub const ALL: [Self; 4] = [Self::TextQ1, Self::TextQ05, Self::ScholzCode, Self::ScholzCodeCorrected];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TextQ1 => "text_q1",
            Self::TextQ05 => "text_q05",
            Self::ScholzCode => "scholz_code",
            Self::ScholzCodeCorrected => "scholz_code_corrected",
        }
    }

    /// The reading of this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reading| reading.name() == name)
    }

    const fn is_text(self) -> bool {
        matches!(self, Self::TextQ1 | Self::TextQ05)
    }

    /// Probability that the status quo holds if nobody presses.
    const fn status_quo(self) -> f64 {
        match self {
            Self::TextQ05 => 0.5,
            _ => 1.0,
        }
    }
}

/// Actors on one issue, in plain numbers, one of each for every actor.
#[derive(Debug, Clone, PartialEq)]
pub struct Dispute {
    /// Power to press, at least 0, any ratio scale.
    pub capability: Vec<f64>,
    /// 0..100: the chance, in per cent, that the actor resists.
    pub salience: Vec<f64>,
    /// On any one scale; only distances relative to the range count.
    pub position: Vec<f64>,
}

/// Why a dispute can't be run on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputError {
    /// There are no actors.
    Empty,
    /// A column has the wrong number of entries.
    Shape(&'static str),
    /// This actor's capability is out of range.
    Capability(usize),
    /// This actor's salience isn't within 0..100.
    Salience(usize),
    /// This actor's position is out of range.
    Position(usize),
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "there must be an actor"),
            Self::Shape(column) => write!(f, "`{column}` must have an entry for every actor"),
            Self::Capability(a) => {
                write!(f, "the capability of actor {a} must be at least 0 (and below 1e100)")
            }
            Self::Salience(a) => write!(f, "the salience of actor {a} must be within 0 and 100"),
            Self::Position(a) => {
                write!(f, "the position of actor {a} must be a number within -1e100 and 1e100")
            }
        }
    }
}

impl std::error::Error for InputError {}

impl Dispute {
    /// Number of actors.
    pub fn actors(&self) -> usize {
        self.position.len()
    }

    /// # Errors
    /// The first thing wrong with the numbers.
    pub fn check(&self) -> Result<(), InputError> {
        const LARGE: f64 = 1e100;
        let n = self.actors();
        if n == 0 {
            return Err(InputError::Empty);
        }
        if self.capability.len() != n {
            return Err(InputError::Shape("capability"));
        }
        if self.salience.len() != n {
            return Err(InputError::Shape("salience"));
        }
        for a in 0..n {
            if !(0.0..LARGE).contains(&self.capability[a]) {
                return Err(InputError::Capability(a));
            }
            if !(0.0..=100.0).contains(&self.salience[a]) {
                return Err(InputError::Salience(a));
            }
            if !(-LARGE..LARGE).contains(&self.position[a]) {
                return Err(InputError::Position(a));
            }
        }
        Ok(())
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// From this round on, nobody moves.
    Settled {
        /// The first round whose positions stay.
        round: usize,
    },
    /// Positions return to those of round `first` every `period` rounds: the last round is an
    /// arbitrary point of a circle.
    Cycle {
        /// First round of the cycle.
        first: usize,
        /// Its length, at least 2.
        period: usize,
    },
    /// Still moving, without having returned anywhere, after the last round.
    Limit,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Number of actors.
    pub actors: usize,
    /// How it ended.
    pub ending: Ending,
    /// The first round in which two actors' expectations of each other were even to 1e-12, if
    /// there was one: what happens from there on hangs on that tie, which moves nobody here.
    pub even: Option<usize>,
    /// Positions by round (from 0, the start) and actor.
    pub path: Vec<f64>,
    /// Median of positions, weighted by capability times salience, by round.
    pub median: Vec<f64>,
    /// Mean of positions, so weighted, by round.
    pub mean: Vec<f64>,
}

impl Course {
    /// Rounds run.
    pub fn rounds(&self) -> usize {
        self.median.len() - 1
    }

    /// Positions after a round.
    pub fn at(&self, round: usize) -> &[f64] {
        &self.path[round * self.actors..][..self.actors]
    }
}
