//! The ledger of forecasts: dated entries in a chain of hashes, what came of them, and scores.
//!
//! A ledger is a text of JSON Lines. Each line says the hash of the line before, and its own, so that no earlier line can
//! be changed, taken out or moved without it showing. Nothing is ever edited: what happened is an entry of its own, and a
//! correction is another. Everything here is text in, data out; files, locks and the date belong to the caller.

mod bootstrap;
mod chain;
mod entry;
mod forecast;
mod rules;
mod score;
mod standing;
#[cfg(test)]
mod tests;

pub use chain::{GENESIS, Head, Ledger, Problem, Reading, Sealed};
pub use entry::{
    Content, Distribution, Entry, Forecast, Happened, Kind, LAYOUT, Outcome, Question, Said, SealedFile,
    SealedRun, What,
};
pub use forecast::{Forecaster, Terms};
pub use rules::{parse_outcome, read_date};
pub use score::{Bin, Calibration, Interval, Mean, Row, Rows, Scored, Scores, Verdict, is_hindsight, score};
pub use standing::{Open, Resolution, Standing, resolutions};
