//! What a ledger holds. The order of the fields is the order on the line.

use serde::{Deserialize, Serialize};

use crate::lens::{Ending, Family};
use crate::scenario::Files;

/// The version of the layout of a line.
pub const LAYOUT: u32 = 1;

/// One line of a ledger, without its own hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// [`LAYOUT`].
    pub ledger: u32,
    /// Its number, from 1.
    pub entry: u64,
    /// The hash of the line before, in hex; [`GENESIS`](super::GENESIS) in the first.
    pub previous: String,
    /// The day it was written, UTC, `2026-11-25`: the writer's word.
    pub date: String,
    /// What it says.
    pub content: Content,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// What was expected.
    Forecast(Box<Forecast>),
    /// What came of it.
    Outcome(Outcome),
}

/// What a run expected, and all that is needed to remake it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// The scenario's title.
    pub title: String,
    /// The question that will be resolved.
    pub question: String,
    /// How it will be decided what came of it.
    pub resolution: Option<String>,
    /// The day by which: a date, of which day or month may be missing.
    pub due: Option<String>,
    /// `past`, `ongoing` or `hypothetical`, when it was sealed.
    pub status: String,
    /// The policy it is conditional on.
    pub policy: Option<String>,
    /// The perspective it is made from.
    pub perspective: Option<String>,
    /// The run.
    pub run: SealedRun,
    /// The scenario and its tables.
    pub files: Vec<SealedFile>,
    /// What can be resolved.
    pub questions: Vec<Question>,
    /// What each lens says of each.
    pub said: Vec<Said>,
}

/// What makes the run what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRun {
    /// Melian's version.
    pub version: String,
    /// Hash of everything that makes the run.
    pub campaign: String,
    /// Hash of the scenario's text and its tables.
    pub scenario: String,
    /// Digest of the result tables.
    pub digest: String,
    /// The seed.
    pub seed: u64,
    /// The design's name.
    pub design: String,
    /// The lenses asked for; empty for all that can run.
    pub lenses: Vec<String>,
    /// Draws.
    pub draws: u64,
}

/// A file of the run. Text as text, anything else in hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedFile {
    /// The name the scenario knows it by; the first is the scenario itself.
    pub name: String,
    /// The bytes, where they are UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The bytes in hex, where they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
}

impl SealedFile {
    /// A file with its bytes.
    #[must_use]
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).ok().map(str::to_owned);
        let hex = text.is_none().then(|| crate::ensemble::hex(bytes));
        Self { name: name.to_owned(), text, hex }
    }

    /// Its bytes; `None` where the entry holds none that can be read.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match (&self.text, &self.hex) {
            (Some(text), None) => Some(text.clone().into_bytes()),
            (None, Some(hex)) => unhex(hex),
            _ => None,
        }
    }
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| Some(16 * digit(pair[0])? + digit(*pair.get(1)?)?)).collect()
}

/// The files of a forecast, for reading its scenario.
impl Files for Forecast {
    fn read(&self, relative: &str) -> Result<Vec<u8>, crate::scenario::FileProblem> {
        let file = self.files.iter().skip(1).find(|file| file.name == relative);
        file.and_then(SealedFile::bytes).ok_or(crate::scenario::FileProblem::NotFound)
    }
}

/// Something that will be known one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// `ending`, or the name of the measure's column: `terms_submission`, `p_war`.
    pub name: String,
    /// What kind of answer it takes.
    pub kind: Kind,
    /// In words.
    pub says: String,
}

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A point on an issue's scale, 0..100, given a deal.
    Value,
    /// Yes or no.
    Event,
    /// How things stand: deal, broken, imposed, none.
    Ending,
}

/// What one lens says of one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The lens's id.
    pub lens: String,
    /// Its reading; empty where it has only one.
    pub reading: String,
    /// Its family.
    pub family: Family,
    /// The question's name.
    pub question: String,
    /// In how many draws it says anything; the distribution is over these.
    pub draws: u64,
    /// What it says.
    pub distribution: Distribution,
}

/// A forecast. Numbers are rounded: points to 0.01, chances to 0.000001.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// The terms of a deal.
    Value {
        /// Whether the lens's measured error on history is in it; else it is the spread of the inputs only.
        with_error: bool,
        /// Its quantiles at 0.005, 0.015 ... 0.995: a hundred values of equal weight, ascending.
        quantiles: Vec<f64>,
    },
    /// The chance that something happens.
    Event {
        /// Its mean over draws.
        chance: f64,
        /// Its 5 % point over draws.
        low: f64,
        /// Its 95 % point over draws.
        high: f64,
    },
    /// The chances of how things stand, as means over draws.
    Ending {
        /// A deal stands.
        deal: f64,
        /// A deal was made and broke.
        broken: f64,
        /// Terms were imposed.
        imposed: f64,
        /// Neither.
        none: f64,
    },
}

impl Distribution {
    /// The kind of question it answers.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Value { .. } => Kind::Value,
            Self::Event { .. } => Kind::Event,
            Self::Ending { .. } => Kind::Ending,
        }
    }
}

/// What came of a forecast, or of a part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The number of the forecast's entry.
    pub of: u64,
    /// What happened, by question.
    pub happened: Vec<Happened>,
    /// Who says so.
    pub source: Option<String>,
    /// Anything to add.
    pub note: Option<String>,
}

/// What came of one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Happened {
    /// The question's name.
    pub question: String,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Terms of a deal, 0..100.
    Value(f64),
    /// Whether it happened.
    Occurred(bool),
    /// How things stand.
    Ended(Ending),
    /// It can't be known, or its condition was not met; it is not scored.
    Void,
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Occurred(true) => write!(f, "yes"),
            Self::Occurred(false) => write!(f, "no"),
            Self::Ended(ending) => write!(f, "{}", ending_word(*ending)),
            Self::Void => write!(f, "void"),
        }
    }
}

/// The word of an ending, as it is entered.
pub(super) fn ending_word(ending: Ending) -> &'static str {
    match ending {
        Ending::Deal => "deal",
        Ending::Broken => "broken",
        Ending::Imposed => "imposed",
        Ending::None => "none",
    }
}
