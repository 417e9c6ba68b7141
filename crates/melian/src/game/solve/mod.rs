//! Solvers, a file per method.

pub mod backward_induction;
pub(crate) mod coupling;
pub mod mirror_descent;
pub mod pure;
pub mod qre;
pub mod regret_matching;
