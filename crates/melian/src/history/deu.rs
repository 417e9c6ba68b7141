//! Issues of European Union legislation (DEU III): positions, salience, no-deal point and outcome.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use crate::diagnostic::{Code, Diagnostic, FileId, Span, did_you_mean};

/// A table of past issues.
#[derive(Debug, Clone, PartialEq)]
pub struct PastTable {
    /// The issues in the order of the table; issues of one dossier share [`PastIssue::dossier`].
    pub issues: Vec<PastIssue>,
}

/// One issue of a past negotiation.
#[derive(Debug, Clone, PartialEq)]
pub struct PastIssue {
    /// `d00032i1`.
    pub id: String,
    /// The proposal the issue is part of: issues of one proposal are not independent.
    pub dossier: String,
    /// A short name.
    pub name: String,
    /// Everyone with a position.
    pub actors: Vec<PastActor>,
    /// What stands without agreement, 0..100, where it is known.
    pub reference: Option<f64>,
    /// What came of it, 0..100, where it can be used.
    pub outcome: Option<f64>,
}

/// An actor with a position on a past issue.
#[derive(Debug, Clone, PartialEq)]
pub struct PastActor {
    /// `com`, `ep`, or a member state's two letters.
    pub id: &'static str,
    /// 0..100.
    pub position: f64,
    /// 0..100; 0 where none is recorded.
    pub salience: f64,
    /// Votes in the Council at the time; the Commission and the Parliament have those of the largest state.
    pub capability: f64,
}

impl PastIssue {
    /// Whether forecasts are scored on it: its outcome is known and at least three actors have a position.
    #[must_use]
    pub fn is_scored(&self) -> bool {
        self.outcome.is_some() && self.actors.len() >= 3
    }

    /// The position of an actor, if it has one.
    #[must_use]
    pub fn position(&self, actor: &str) -> Option<f64> {
        self.actors.iter().find(|candidate| candidate.id == actor).map(|actor| actor.position)
    }
}

impl PastTable {
    /// The issues forecasts are scored on, in order.
    pub fn scored(&self) -> impl Iterator<Item = &PastIssue> {
        self.issues.iter().filter(|issue| issue.is_scored())
    }
}

/// What the public rows are, for track records.
pub const PUBLIC_ROWS: &str = "DEU III, public rows (Arregui and Perarnaud 2021)";

/// The public rows of DEU III, which come with the program (Arregui and Perarnaud 2021, CC BY 4.0).
#[must_use]
pub fn public() -> &'static PastTable {
    static TABLE: OnceLock<PastTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = include_str!("../../data/deu3/deu3_issues.csv");
        read(FileId::default(), text).unwrap_or(PastTable { issues: Vec::new() })
    })
}

/// A seat at the Council table: votes under the treaties for fifteen members (of 87) and under Nice (of 352).
struct Seat {
    id: &'static str,
    /// 0 for those who joined later.
    of_fifteen: f64,
    nice: f64,
}

const fn seat(id: &'static str, of_fifteen: f64, nice: f64) -> Seat {
    Seat { id, of_fifteen, nice }
}

/// Treaty of the European Union in the version of the accession of 1995, article 148; Treaty of Nice with the accession
/// treaties of 2003, 2005 and 2011 (Croatia 7).
static SEATS: [Seat; 30] = [
    seat("com", 10.0, 29.0),
    seat("ep", 10.0, 29.0),
    seat("at", 4.0, 10.0),
    seat("be", 5.0, 12.0),
    seat("bu", 0.0, 10.0),
    seat("cr", 0.0, 7.0),
    seat("cy", 0.0, 4.0),
    seat("cz", 0.0, 12.0),
    seat("dk", 3.0, 7.0),
    seat("ee", 0.0, 4.0),
    seat("fi", 3.0, 7.0),
    seat("fr", 10.0, 29.0),
    seat("de", 10.0, 29.0),
    seat("el", 5.0, 12.0),
    seat("hu", 0.0, 12.0),
    seat("ie", 3.0, 7.0),
    seat("it", 10.0, 29.0),
    seat("lv", 0.0, 4.0),
    seat("lt", 0.0, 7.0),
    seat("lu", 2.0, 4.0),
    seat("mt", 0.0, 3.0),
    seat("nl", 5.0, 13.0),
    seat("pl", 0.0, 27.0),
    seat("pt", 5.0, 12.0),
    seat("ro", 0.0, 14.0),
    seat("si", 0.0, 4.0),
    seat("sk", 0.0, 7.0),
    seat("es", 8.0, 27.0),
    seat("se", 4.0, 10.0),
    seat("uk", 10.0, 29.0),
];

/// Columns that say what the issue is; all but the first four may be missing.
const FIXED: [&str; 10] =
    ["issue", "proposal", "rp", "out", "prname", "type", "council", "proc", "vote", "finact_year"];

/// Reads a table in the layout of the public rows: columns in any order, `issue`, `proposal`, `rp`, `out`, and `pACTOR`
/// (position) with `sACTOR` (salience) for actors of the DEU data; other columns are left alone.
///
/// # Errors
/// Everything that is wrong with the table, with its place.
pub fn read(file: FileId, text: &str) -> Result<PastTable, Vec<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut wrong = Vec::new();
    let mut columns: Option<Columns> = None;
    let mut issues = Vec::new();
    let mut seen = BTreeMap::new();
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                wrong.push(Diagnostic::general(
                    Code::TABLE_FORMAT,
                    format!("the table can't be read: {error}"),
                ));
                break;
            }
        }
        let span = place(file, text, &record);
        let Ok(row) = StringRecord::from_byte_record(record.clone()) else {
            wrong.push(Diagnostic::error(Code::NOT_UTF8, span, "this row is not UTF-8 text"));
            continue;
        };
        match &columns {
            None => columns = Some(Columns::read(&row, (text, span), &mut wrong)),
            Some(columns) => {
                if let Some(issue) = columns.issue(&row, (text, span), &mut wrong) {
                    if let Some(first) = seen.insert(issue.id.clone(), span) {
                        let message = format!("two rows for the issue `{}`", issue.id);
                        wrong.push(
                            Diagnostic::error(Code::TABLE_DUPLICATE, span, message)
                                .also(first, "the first is here"),
                        );
                    }
                    issues.push(issue);
                }
            }
        }
    }
    if issues.is_empty() && wrong.is_empty() {
        wrong.push(Diagnostic::general(Code::TABLE_EMPTY, "the table has no issues"));
    }
    if wrong.is_empty() { Ok(PastTable { issues }) } else { Err(wrong) }
}

/// The bytes of a row.
fn place(file: FileId, text: &str, record: &ByteRecord) -> Span {
    let start = record.position().map_or(0, |position| position.byte() as usize).min(text.len());
    let length =
        text.as_bytes()[start..].iter().position(|&byte| byte == b'\n').unwrap_or(text.len() - start);
    Span::new(file, start..start + length)
}

/// The bytes of a cell in the row at `row`; the row's own if it has fewer cells.
fn cell_place(text: &str, row: Span, column: usize) -> Span {
    let bytes = &text.as_bytes()[row.start..row.end];
    let (mut quoted, mut index, mut start) = (false, 0, 0);
    for at in 0..=bytes.len() {
        let byte = bytes.get(at).copied();
        quoted ^= byte == Some(b'"');
        if byte.is_none() || (byte == Some(b',') && !quoted) {
            if index == column {
                return Span::new(row.file, row.start + start..row.start + at);
            }
            index += 1;
            start = at + 1;
        }
    }
    row
}

/// Where everything stands in a row.
struct Columns {
    fixed: [Option<usize>; FIXED.len()],
    /// By seat: position and salience.
    seats: Vec<(Option<usize>, Option<usize>)>,
}

impl Columns {
    fn read(header: &StringRecord, (text, span): (&str, Span), wrong: &mut Vec<Diagnostic>) -> Self {
        let mut columns = Self { fixed: [None; FIXED.len()], seats: vec![(None, None); SEATS.len()] };
        for (index, name) in header.iter().enumerate() {
            let name = name.trim().to_ascii_lowercase();
            let seat = |prefix: char| {
                let id = name.strip_prefix(prefix)?;
                SEATS.iter().position(|seat| seat.id == id)
            };
            let place = if let Some(fixed) = FIXED.iter().position(|fixed| *fixed == name) {
                &mut columns.fixed[fixed]
            } else if let Some(seat) = seat('p') {
                &mut columns.seats[seat].0
            } else if let Some(seat) = seat('s') {
                &mut columns.seats[seat].1
            } else {
                unknown(&name, cell_place(text, span, index), wrong);
                continue;
            };
            if place.replace(index).is_some() {
                let message = format!("two columns named `{name}`");
                let place = cell_place(text, span, index);
                wrong.push(Diagnostic::error(Code::TABLE_COLUMN, place, message));
            }
        }
        for (index, name) in FIXED.iter().enumerate().take(4) {
            if columns.fixed[index].is_none() {
                let message = format!("no column `{name}`");
                wrong.push(Diagnostic::error(Code::TABLE_MISSING_COLUMN, span, message).label("among these"));
            }
        }
        if columns.seats.iter().all(|seat| seat.0.is_none()) {
            let message = "no column with an actor's positions";
            let help = "positions are in `pcom`, `pep`, `pde`, `pfr`...";
            wrong.push(Diagnostic::error(Code::TABLE_MISSING_COLUMN, span, message).help(help));
        }
        columns
    }

    fn cell(row: &StringRecord, column: Option<usize>) -> &str {
        column.and_then(|column| row.get(column)).unwrap_or("").trim()
    }

    fn issue(
        &self,
        row: &StringRecord,
        (text, span): (&str, Span),
        wrong: &mut Vec<Diagnostic>,
    ) -> Option<PastIssue> {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
        let written = |index: usize| Self::cell(row, self.fixed[index]).to_owned();
        let mut point = |column: Option<usize>, what: &str| {
            let cell = Self::cell(row, column);
            if cell.is_empty() {
                return None;
            }
            match cell.parse::<f64>() {
                Ok(value) if (0.0..=100.0).contains(&value) => Some(value),
                _ => {
                    let message = format!("`{cell}` in `{what}` is not a number from 0 to 100");
                    let place = column.map_or(span, |column| cell_place(text, span, column));
                    wrong.push(Diagnostic::error(Code::TABLE_CELL, place, message));
                    None
                }
            }
        };
        let mut held = Vec::new();
        for (seat, (position, salience)) in SEATS.iter().zip(&self.seats) {
            let position = point(*position, &format!("p{}", seat.id));
            let salience = point(*salience, &format!("s{}", seat.id));
            held.extend(position.map(|position| (seat, position, salience.unwrap_or(0.0))));
        }
        let (reference, outcome) = (point(self.fixed[2], "rp"), point(self.fixed[3], "out"));
        let of_fifteen = held.iter().all(|(seat, ..)| seat.of_fifteen > 0.0);
        let actors = held
            .into_iter()
            .map(|(seat, position, salience)| PastActor {
                id: seat.id,
                position,
                salience,
                capability: if of_fifteen { seat.of_fifteen } else { seat.nice },
            })
            .collect();
        let issue =
            PastIssue { id: written(0), dossier: written(1), name: written(4), actors, reference, outcome };
        for (value, column) in [(&issue.id, "issue"), (&issue.dossier, "proposal")] {
            if value.is_empty() {
                let message = format!("a row without `{column}`");
                wrong.push(Diagnostic::error(Code::TABLE_CELL, span, message));
            }
        }
        Some(issue)
    }
}

/// Refuses a column that looks like an actor's; other unknown columns are left alone.
fn unknown(name: &str, span: Span, wrong: &mut Vec<Diagnostic>) {
    let looks_like_an_actor = name.starts_with(['p', 's']) && (3..=4).contains(&name.len());
    if !looks_like_an_actor {
        return;
    }
    let message = format!("`{name}` names no actor of the DEU data");
    let mut diagnostic = Diagnostic::error(Code::TABLE_COLUMN, span, message);
    if let Some(likely) = did_you_mean(&name[1..], SEATS.iter().map(|seat| seat.id)) {
        diagnostic = diagnostic.help(format!("did you mean `{}{likely}`?", &name[..1]));
    }
    wrong.push(diagnostic);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Treaty sums: 87 votes of fifteen members, 352 of twenty-eight.
    #[test]
    fn votes_add_up() {
        let states = || SEATS.iter().skip(2);
        assert_eq!(states().map(|seat| seat.of_fifteen).sum::<f64>(), 87.0);
        assert_eq!(states().map(|seat| seat.nice).sum::<f64>(), 352.0);
    }

    /// Reference case P10 of the project.
    #[test]
    fn the_public_rows_are_all_there() {
        let table = public();
        assert_eq!(table.issues.len(), 255);
        assert_eq!(table.issues.iter().filter(|issue| issue.outcome.is_some()).count(), 244);
        assert_eq!(table.scored().count(), 242);
        assert_eq!(table.scored().filter(|issue| issue.reference.is_some()).count(), 177);
    }

    fn messages(text: &str) -> Vec<String> {
        read(FileId::default(), text)
            .expect_err("the table is wrong")
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said() {
        assert_eq!(messages(""), ["error[M0406]: the table has no issues"]);
        assert_eq!(
            messages("issue,proposal,rp,pcom,pxx\na,b,,50,\n"),
            ["error[M0401]: `pxx` names no actor of the DEU data", "error[M0405]: no column `out`",]
        );
        let text = "issue,proposal,rp,out,pcom\na,b,,10,500\na,b,,x,5\n,b,,1,5\n";
        assert_eq!(
            messages(text),
            [
                "error[M0402]: `500` in `pcom` is not a number from 0 to 100",
                "error[M0402]: `x` in `out` is not a number from 0 to 100",
                "error[M0404]: two rows for the issue `a`",
                "error[M0402]: a row without `issue`",
            ]
        );
        let wrong = read(FileId::default(), text).expect_err("the table is wrong");
        let span = wrong[0].primary.as_ref().expect("it has a place").span;
        assert_eq!(&text[span.start..span.end], "500");
    }

    #[test]
    fn members_who_joined_later_bring_the_votes_of_nice() {
        let header = "issue,proposal,rp,out,pcom,pde,ppl\n";
        let votes = |row: &str| -> Vec<f64> {
            let table = read(FileId::default(), &format!("{header}{row}")).expect("it is right");
            table.issues[0].actors.iter().map(|actor| actor.capability).collect()
        };
        assert_eq!(votes("a,b,,,1,2,\n"), [10.0, 10.0]);
        assert_eq!(votes("a,b,,,1,2,3\n"), [29.0, 29.0, 27.0]);
    }
}
