//! Public-state games: many periods, private types, histories merged in states that everyone sees.
//!
//! Build with [`PublicStateBuilder`], solve with [`solve`] (or [`trace`], [`branches`], [`solve_variants`]), have the
//! answer checked by [`judge`], read it with [`Reading`], differentiate it with [`sensitivities`].
//!
//! ```
//! use melian::game::public_state::{
//!     Control, JudgeOptions, Mover, Payoff, PublicStateBuilder, Reading, SolveOptions, judge, solve,
//! };
//!
//! # fn main() -> Result<(), melian::game::public_state::PublicStateError> {
//! let mut builder = PublicStateBuilder::new(&[("A", &["resolute", "not"]), ("B", &["b"])])?;
//! builder.independent_prior(&[&[0.3, 0.7], &[1.0]]);
//! let challenge = builder.state(0, 0, vec![Mover::new(0, &["challenge", "not"])]);
//! let answer = builder.state(1, 1, vec![Mover::new(1, &["concede", "resist"])]);
//! let mut end = |label: &str, payoff| {
//!     let payoff = builder.payoff(payoff);
//!     builder.terminal(2, 2, label, Some(payoff))
//! };
//! let peace = end("status quo", Payoff::Common(vec![0.0, 1.0]));
//! let gain = end("concession", Payoff::Common(vec![1.0, 0.0]));
//! let clash = end("resistance", Payoff::JointType(vec![vec![0.2, -0.4], vec![-0.5, 1.0]]));
//! builder.transition(challenge, &[0], answer)?;
//! builder.transition(challenge, &[1], peace)?;
//! builder.transition(answer, &[0], gain)?;
//! builder.transition(answer, &[1], clash)?;
//! let game = builder.build()?;
//!
//! let solution = solve(&game, 4.0, &SolveOptions::default(), &mut |_| Control::Continue);
//! let certificate = judge(&game, 4.0, &solution.strategy, &JudgeOptions::default())?;
//! assert!(certificate.residual < 1e-8);
//! let reading = Reading::new(&game, &solution.strategy);
//! assert!((reading.outcomes.iter().sum::<f64>() - 1.0).abs() < 1e-12);
//! # Ok(())
//! # }
//! ```

mod builder;
mod derivative;
mod elementary;
mod error;
mod judge;
mod krylov;
mod lanes;
mod reading;
mod sensitivity;
mod simplex;
mod solve;
mod strategy;
mod structure;
mod sweep;

pub use builder::{ActionClass, Branch, Mover, PublicStateBuilder};
pub use error::PublicStateError;
pub use judge::{Certificate, JudgeOptions, Method, Regret, judge};
pub use reading::{BeliefRow, CourseStep, Reading, expect_ahead, reach_by_type, reach_of_rungs};
pub use sensitivity::{Parameter, Sensitivity, sensitivities};
pub use solve::{
    Control, Event, Progress, Solution, SolveOptions, Status, branches, solve, solve_variants, trace,
};
pub use strategy::Strategy;
pub use structure::{ChanceId, Numbers, Payoff, PayoffId, PublicStateGame, StateId, View};
