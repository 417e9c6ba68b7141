//! The commands, a module each.

pub(crate) mod backtest;
pub(crate) mod check;
pub(crate) mod cite;
pub(crate) mod claims;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod discover;
mod draws;
pub(crate) mod drivers;
pub(crate) mod explain;
pub(crate) mod hinges;
pub(crate) mod import;
pub(crate) mod lenses;
pub(crate) mod levers;
pub(crate) mod mechanism;
pub(crate) mod new;
pub(crate) mod packages;
pub(crate) mod policies;
pub(crate) mod report;
pub(crate) mod resolve;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod score;
pub(crate) mod seal;
pub(crate) mod solve;
mod table;
pub(crate) mod verify;
