//! Budgets without a clock: limits in steps and memory, and a hand on the caller's side that may stop a run.

use serde::Serialize;

/// What a run does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Stop and return the best found so far.
    Stop,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// What is being done, in a word or two.
    pub stage: &'static str,
    /// Steps taken in this stage.
    pub step: u64,
    /// Precision reached on a branch, 0 elsewhere.
    pub lambda: f64,
    /// The smallest regret found so far, infinite if none is known.
    pub regret: f64,
}

/// Hears of progress and may stop the run (a time limit, Ctrl-C): the library itself knows no clock.
pub trait Progress {
    /// Called once per step of any solver.
    fn report(&mut self, status: Status) -> Control;
}

impl<F: FnMut(Status) -> Control> Progress for F {
    fn report(&mut self, status: Status) -> Control {
        self(status)
    }
}

/// Never stops a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlimited;

impl Progress for Unlimited {
    fn report(&mut self, _: Status) -> Control {
        Control::Continue
    }
}

/// Limits that do not depend on the machine's speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Most steps of one method: points on a branch, iterations of a learner, profiles of an enumeration.
    pub steps: u64,
    /// Most bytes for a solver's tables.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 100_000, memory: 1 << 30 }
    }
}
