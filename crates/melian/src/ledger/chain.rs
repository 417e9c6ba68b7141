//! The chain of hashes: reading a ledger, finding what was tampered with, writing the next line.

use sha2::{Digest, Sha256};

use super::entry::{Content, Entry, Forecast, Outcome};
use super::{LAYOUT, rules};
use crate::ensemble::hex;

/// What the first entry says in the place of the hash of the line before.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What stands between an entry and its own hash on the line.
const SEAL: &str = ",\"hash\":\"";

/// An entry with its own hash, as it stands on a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    /// The entry.
    pub entry: Entry,
    /// SHA-256, in hex, of the entry's bytes: the line without `,"hash":"..."`.
    pub hash: String,
}

/// The entries of a ledger, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    /// Its lines.
    pub entries: Vec<Sealed>,
}

/// Something wrong with a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; one past the last for what is missing at the end.
    pub line: usize,
    /// The column, from 1, where one can be told.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What it means, or what to do.
    pub help: Option<String>,
}

/// What came of reading a ledger.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// The entries that could be read.
    pub ledger: Ledger,
    /// What is wrong, in the order of the lines; empty for a ledger nobody tampered with.
    pub problems: Vec<Problem>,
}

/// What a noted hash says of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// It is the hash of the last entry.
    Last,
    /// It is the hash of this entry, and others were added since.
    Earlier(u64),
    /// No entry has it: lines were cut off or rewritten since it was noted.
    Missing,
}

impl Sealed {
    /// Seals an entry.
    #[must_use]
    pub fn new(entry: Entry) -> Self {
        let hash = hash(body(&entry).as_bytes());
        Self { entry, hash }
    }

    /// The line, without its end.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = body(&self.entry);
        line.pop();
        line.push_str(SEAL);
        line.push_str(&self.hash);
        line.push_str("\"}");
        line
    }
}

/// An entry's bytes. What holds only strings and finite numbers can always be written.
fn body(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

impl Ledger {
    /// Reads a whole ledger and checks every line, the chain, and what the entries say of each other. Never panics,
    /// whatever the bytes.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Reading {
        let mut reading = Reading::default();
        let mut previous = Some(GENESIS.to_owned());
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        for (line, bytes) in (1..).zip(lines) {
            previous = reading.take(line, bytes, previous.as_deref());
        }
        reading
    }

    /// The hash of the last entry: note it elsewhere, and nobody can cut lines off the end unseen.
    #[must_use]
    pub fn head(&self) -> &str {
        self.entries.last().map_or(GENESIS, |sealed| &sealed.hash)
    }

    /// What a hash noted earlier says of the ledger as it is.
    #[must_use]
    pub fn find(&self, noted: &str) -> Head {
        match self.entries.iter().rposition(|sealed| sealed.hash == noted) {
            Some(at) if at + 1 == self.entries.len() => Head::Last,
            Some(at) => Head::Earlier(self.entries[at].entry.entry),
            None if noted == GENESIS && self.entries.is_empty() => Head::Last,
            None => Head::Missing,
        }
    }

    /// The entry that would follow, not yet added.
    #[must_use]
    pub fn next(&self, date: &str, content: Content) -> Sealed {
        Sealed::new(Entry {
            ledger: LAYOUT,
            entry: self.entries.len() as u64 + 1,
            previous: self.head().to_owned(),
            date: date.to_owned(),
            content,
        })
    }

    /// Why an entry can't follow, if it can't.
    #[must_use]
    pub fn refuses(&self, next: &Sealed) -> Vec<String> {
        rules::broken_by(self, &next.entry)
    }

    /// The forecast of this number, with the day it was sealed.
    #[must_use]
    pub fn forecast(&self, number: u64) -> Option<(&Forecast, &str)> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        let entry = &self.entries.get(at)?.entry;
        match &entry.content {
            Content::Forecast(forecast) => Some((forecast, &entry.date)),
            Content::Outcome(_) => None,
        }
    }

    /// All forecasts: number, day, forecast.
    pub fn forecasts(&self) -> impl Iterator<Item = (u64, &str, &Forecast)> {
        self.entries.iter().filter_map(|Sealed { entry, .. }| match &entry.content {
            Content::Forecast(forecast) => Some((entry.entry, entry.date.as_str(), &**forecast)),
            Content::Outcome(_) => None,
        })
    }

    /// All outcomes: number, day, outcome.
    pub fn outcomes(&self) -> impl Iterator<Item = (u64, &str, &Outcome)> {
        self.entries.iter().filter_map(|Sealed { entry, .. }| match &entry.content {
            Content::Forecast(_) => None,
            Content::Outcome(outcome) => Some((entry.entry, entry.date.as_str(), outcome)),
        })
    }
}

impl Reading {
    fn problem(&mut self, line: usize, message: impl Into<String>, help: Option<&str>) {
        self.problems.push(Problem {
            line,
            column: None,
            message: message.into(),
            help: help.map(str::to_owned),
        });
    }

    /// Checks one line against the hash of the line before, where that is known, and gives its own.
    fn take(&mut self, line: usize, bytes: &[u8], previous: Option<&str>) -> Option<String> {
        let Some(whole) = bytes.strip_suffix(b"\n") else {
            self.problem(
                line,
                "the line does not end: it was cut off, or its writing was interrupted",
                Some("an entry whose writing was interrupted was never sealed: remove this line"),
            );
            return None;
        };
        let Some((body, stated)) = split(whole) else {
            self.problem(line, "this is no line of a ledger: it does not end in its hash", None);
            return None;
        };
        let own = hash(&body);
        if own != stated {
            self.problem(line, "the line was changed after it was sealed: it does not have its hash", None);
        }
        match serde_json::from_slice::<Entry>(&body) {
            Err(error) => self.problems.push(Problem {
                line,
                column: Some(error.column()),
                message: format!("the entry can't be read: {error}"),
                help: None,
            }),
            Ok(entry) => {
                if self::body(&entry).as_bytes() != body {
                    self.problem(line, "the entry is not written as Melian writes it", None);
                }
                self.link(line, &entry, previous);
                self.ledger.entries.push(Sealed { entry, hash: stated.clone() });
            }
        }
        Some(stated)
    }

    fn link(&mut self, line: usize, entry: &Entry, previous: Option<&str>) {
        if entry.entry != line as u64 {
            let message = format!("entry {} stands in the place of entry {line}", entry.entry);
            self.problem(line, message, Some("lines before it were removed, added or moved"));
        }
        match previous {
            Some(previous) if previous != entry.previous && line == 1 => {
                self.problem(line, "the first entry follows another: lines before it were removed", None);
            }
            Some(previous) if previous != entry.previous => {
                let message = format!(
                    "the chain breaks here: the line before is not the one entry {} was written after",
                    entry.entry
                );
                let help = format!("line {} was changed, removed, added or moved", line - 1);
                self.problem(line, message, Some(&help));
            }
            _ => {}
        }
        for message in rules::broken_by(&self.ledger, entry) {
            self.problem(line, message, None);
        }
    }
}

/// The entry's bytes and the hash that the line states.
fn split(line: &[u8]) -> Option<(Vec<u8>, String)> {
    let rest = line.strip_suffix(b"\"}")?;
    let (rest, stated) = rest.split_at_checked(rest.len().checked_sub(64)?)?;
    let digits = stated.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut body = rest.strip_suffix(SEAL.as_bytes())?.to_vec();
    body.push(b'}');
    digits.then(|| (body, String::from_utf8_lossy(stated).into_owned()))
}
