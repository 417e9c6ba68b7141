//! Solvers, a file per method.

pub(crate) mod coupling;
pub mod qre;
