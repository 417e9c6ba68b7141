//! Melian's tables as words, charts and a report.
//!
//! Everything here formats what a [`Summary`] already holds; nothing computes a probability.

#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "pages are small, and what is written should read like the page"
)]

mod chart;
mod claims;
mod compare;
mod discovery;
mod drivers;
mod hinges;
mod html;
mod input;
mod json;
mod ledger;
mod levers;
mod mechanism;
mod number;
mod packages;
mod policies;
mod terminal;
mod text;
mod trace;
mod view;
mod words;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

use melian::analysis::claims::Judgement;
use melian::analysis::{MeasureDrivers, Summary};
use melian::ensemble::Manifest;
use melian::lens::{LensCard, ReferenceClass, TrackRecord};
use melian::scenario::Scenario;
use melian::study::course::Story;
use melian::study::crisis::CrisisStory;
use melian::study::hinges::Hinges;
use melian::study::packages::Packages;
use melian::study::policies::Policies;

pub use claims::{ClaimsInput, claims, claims_json};
pub use compare::{Side, compare, compare_json};
pub use discovery::{Sought, discovery, discovery_json};
pub use drivers::{Found, Output, drivers, drivers_json};
pub use hinges::{hinges, hinges_json};
pub use html::html;
pub use json::{SCHEMA_VERSION, json};
pub use ledger::{example_answer, scores, scores_json, sealed};
pub use levers::{levers, levers_json};
pub use mechanism::{
    mechanism, mechanism_card, mechanism_json, mechanism_sweep, mechanism_sweep_json, mechanisms,
    mechanisms_json,
};
pub use packages::{packages, packages_json};
pub use policies::{policies, policies_json};
pub use terminal::{line, terminal};
pub use trace::{inputs, trace};

/// Everything an answer is told from.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    /// The checked scenario, without overlays.
    pub scenario: &'a Scenario,
    /// What the run says.
    pub summary: &'a Summary,
    /// What makes the run what it is.
    pub manifest: &'a Manifest,
    /// The digest of the result tables, in hex.
    pub digest: &'a str,
    /// Every lens that was asked, with those that can't speak.
    pub lenses: &'a [LensNote<'a>],
    /// The talks as lenses with rounds tell them; empty if they were not asked.
    pub stories: &'a [Story],
    /// The crisis as lenses of escalation tell it; empty if there were none.
    pub crises: &'a [CrisisStory],
    /// What explains the headline measures of the scenario as written; empty if that was not asked.
    pub drivers: &'a [MeasureDrivers],
    /// A verdict for each claim of the scenario, in its order; empty if they were not judged.
    pub claims: &'a [Judgement],
    /// The packages of the scenario as written; `None` if there is nothing to put together.
    pub packages: Option<&'a Packages>,
    /// Where the headlines turn over; `None` if it was not asked.
    pub hinges: Option<&'a Hinges>,
    /// What each policy would change; `None` without policies.
    pub policies: Option<&'a Policies>,
}

/// A lens as the report needs to know it.
#[derive(Debug, Clone)]
pub struct LensNote<'a> {
    /// What it is.
    pub card: &'a LensCard,
    /// The past cases it rests on, for a base rate.
    pub reference: Option<ReferenceClass>,
    /// How wrong it was on history.
    pub record: Option<TrackRecord>,
    /// Why it can't run on this scenario; `None` where it ran.
    pub problem: Option<String>,
}
