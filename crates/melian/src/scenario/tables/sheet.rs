//! Bytes of a spreadsheet file as rows of cells with their places.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};

use super::super::document::MAX_BYTES;
use super::workbook;
use crate::diagnostic::{Code, Diagnostic, FileId, Sources, Span};

/// More rows than any table of actors has.
const MOST_ROWS: u32 = 20_000;
/// More columns than any table of actors has.
const MOST_COLUMNS: u32 = 200;

/// A sheet of cells.
pub(super) struct Sheet {
    /// The rows that hold anything, in order.
    pub(super) rows: Vec<Row>,
    /// Whether `12,5` is a number in it.
    pub(super) decimal_comma: bool,
    /// The whole text.
    pub(super) span: Span,
}

/// A row that holds anything.
#[derive(Clone)]
pub(super) struct Row {
    /// As spreadsheet programs count, from 1.
    pub(super) number: usize,
    /// The whole row.
    pub(super) span: Span,
    /// From column A on, without spaces around; empty where blank.
    pub(super) cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) span: Span,
}

/// `A`, `B`, ... `Z`, `AA`, as spreadsheet programs name columns; counted from 0.
pub(super) fn column_name(column: usize) -> String {
    let mut name = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        name.push(char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    name.iter().rev().collect()
}

/// Reads CSV (comma, semicolon or tab) or XLSX and keeps its text among `sources`.
pub(super) fn read(bytes: &[u8], name: &str, sources: &mut Sources) -> Result<Sheet, Vec<Diagnostic>> {
    let sheet = if bytes.starts_with(b"PK") {
        xlsx(bytes, name, sources)
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        Err(Box::new(refused(name, "is an old or an encrypted Excel file").help(
            "open it in a spreadsheet program and save it as .xlsx without a password, or as CSV UTF-8",
        )))
    } else {
        text(bytes, name, sources).and_then(|(text, file)| csv(&text, file))
    };
    let sheet = sheet.map_err(|error| vec![*error])?;
    if sheet.rows.is_empty() {
        return Err(vec![
            Diagnostic::error(Code::TABLE_EMPTY, sheet.span, format!("the table `{name}` is empty"))
                .help("its first row names the columns: actor, issue, capability, position, salience"),
        ]);
    }
    Ok(sheet)
}

pub(super) fn refused(name: &str, why: &str) -> Diagnostic {
    Diagnostic::general(Code::TABLE_FORMAT, format!("the table `{name}` {why}"))
}

/// The text of a CSV file: UTF-8, or UTF-16 with its mark.
fn text(bytes: &[u8], name: &str, sources: &mut Sources) -> Result<(String, FileId), Box<Diagnostic>> {
    let wide = |big: bool| -> String {
        let units = bytes[2..].chunks(2).map(|pair| {
            let pair = [pair[0], pair.get(1).copied().unwrap_or(0)];
            if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        });
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    let text = match bytes {
        [0xFF, 0xFE, ..] => wide(false),
        [0xFE, 0xFF, ..] => wide(true),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
            Err(problem) => return Err(Box::new(not_utf8(bytes, problem.valid_up_to(), name, sources))),
        },
    };
    if text.contains('\0') {
        return Err(Box::new(
            refused(name, "is not text, or is UTF-16 without its mark")
                .help("save it as \"CSV UTF-8\" or as .xlsx"),
        ));
    }
    let file = sources.add(name, text.clone());
    Ok((text, file))
}

fn not_utf8(bytes: &[u8], at: usize, name: &str, sources: &mut Sources) -> Diagnostic {
    let row = bytes[..at].split(|&byte| byte == b'\n').count();
    let shown = String::from_utf8_lossy(bytes).into_owned();
    let file = sources.add(name, shown);
    // Up to the first bad byte, the text shown is the file's own.
    let span = Span::new(file, at..at + char::REPLACEMENT_CHARACTER.len_utf8());
    Diagnostic::error(Code::NOT_UTF8, span, format!("row {row}: the table `{name}` is not UTF-8 text"))
        .label(format!("byte {:#04X}; most likely Windows-1252 or Latin-1, as older exports are", bytes[at]))
        .help("save it as \"CSV UTF-8\" or as .xlsx: a guess could turn names into others")
}

/// The sign most often between the cells of the first line.
fn separator(line: &str) -> char {
    let mut quoted = false;
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    for c in line.chars() {
        if c == '"' {
            quoted = !quoted;
        }
        if let Some(count) = counts.iter_mut().find(|(sign, _)| *sign == c && !quoted) {
            count.1 += 1;
        }
    }
    // The first of equals: a comma unless another is seen more often.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(sign, _)| *sign)
}

fn csv(text: &str, file: FileId) -> Result<Sheet, Box<Diagnostic>> {
    let first = text.split(['\n', '\r']).next().unwrap_or("");
    let mut at = 0;
    let mut number = 1;
    let separator = match first.strip_prefix("sep=").and_then(|rest| rest.chars().next()) {
        Some(stated) => {
            at = first.len() + line_break(&text[first.len()..]);
            number = 2;
            stated
        }
        None => separator(first),
    };
    let mut rows = Vec::new();
    while at < text.len() {
        let start = at;
        let mut cells = Vec::new();
        loop {
            let (cell, end) = field(text, at, separator, file)?;
            cells.push(cell);
            at = end;
            if !text[at..].starts_with(separator) {
                break;
            }
            at += separator.len_utf8();
        }
        let span = Span::new(file, start..at);
        at += line_break(&text[at..]);
        push_row(&mut rows, Row { number, span, cells })?;
        number += 1;
    }
    Ok(Sheet { rows, decimal_comma: separator != ',', span: Span::new(file, 0..text.len()) })
}

fn push_row(rows: &mut Vec<Row>, row: Row) -> Result<(), Box<Diagnostic>> {
    if row.cells.iter().all(|cell| cell.text.is_empty()) {
        return Ok(());
    }
    if rows.len() >= MOST_ROWS as usize || row.cells.len() > MOST_COLUMNS as usize {
        return Err(Box::new(Diagnostic::error(
            Code::TOO_LARGE,
            row.span,
            format!("a table has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns"),
        )));
    }
    rows.push(row);
    Ok(())
}

fn line_break(text: &str) -> usize {
    if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with(['\n', '\r'])) }
}

/// The cell that begins at `at`, and where it ends.
fn field(text: &str, at: usize, separator: char, file: FileId) -> Result<(Cell, usize), Box<Diagnostic>> {
    let ends = |rest: &str| rest.find([separator, '\n', '\r']).unwrap_or(rest.len());
    let rest = &text[at..];
    let lead = rest.len() - rest.trim_start_matches(' ').len();
    if !rest[lead..].starts_with('"') {
        let end = at + ends(rest);
        let trimmed = text[at..end].trim();
        let start = at + (text[at..end].len() - text[at..end].trim_start().len());
        return Ok((
            Cell { text: trimmed.to_owned(), span: Span::new(file, start..start + trimmed.len()) },
            end,
        ));
    }
    let open = at + lead;
    let mut value = String::new();
    let mut next = open + 1;
    loop {
        let Some(quote) = text[next..].find('"') else {
            return Err(Box::new(
                Diagnostic::error(
                    Code::TABLE_FORMAT,
                    Span::new(file, open..open + 1),
                    "this cell's quotation mark is never closed",
                )
                .help("a quotation mark inside a quoted cell is written twice"),
            ));
        };
        value.push_str(&text[next..next + quote]);
        next += quote + 1;
        if text[next..].starts_with('"') {
            value.push('"');
            next += 1;
        } else {
            break;
        }
    }
    let end = next + ends(&text[next..]);
    if !text[next..end].trim().is_empty() {
        return Err(Box::new(
            Diagnostic::error(
                Code::TABLE_FORMAT,
                Span::new(file, next..end),
                "there is text after this cell's closing quotation mark",
            )
            .help("a quotation mark inside a quoted cell is written twice"),
        ));
    }
    let cell = Cell { text: value.trim().to_owned(), span: Span::new(file, open..next) };
    Ok((cell, end))
}

/// The sheet named `actors`, else the first one.
fn xlsx(bytes: &[u8], name: &str, sources: &mut Sources) -> Result<Sheet, Box<Diagnostic>> {
    let unreadable = |problem: calamine::XlsxError| {
        Box::new(
            refused(name, "can't be read as an Excel workbook")
                .help(format!("what went wrong: {problem}"))
                .help("open it in a spreadsheet program and save it again as .xlsx or as CSV UTF-8"),
        )
    };
    workbook::check(bytes).map_err(|reason| Box::new(reason.told(name)))?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let names = book.sheet_names();
    let chosen =
        names.iter().find(|sheet| sheet.trim().eq_ignore_ascii_case("actors")).or(names.first()).cloned();
    let Some(chosen) = chosen else {
        return Err(Box::new(refused(name, "has no sheet")));
    };
    let mut cells: BTreeMap<(u32, u32), String> = BTreeMap::new();
    let mut text_bytes = 0;
    let too_large = || {
        let limits = format!(
            "at most {MOST_ROWS} rows, {MOST_COLUMNS} columns and {} MiB of text are read",
            MAX_BYTES >> 20
        );
        Box::new(refused(name, "is too large to be a table of actors").help(limits))
    };
    {
        let mut reader = book.worksheet_cells_reader(&chosen).map_err(unreadable)?;
        while let Some(cell) = reader.next_cell().map_err(unreadable)? {
            let text = match cell.get_value() {
                DataRef::Int(value) => value.to_string(),
                DataRef::Float(value) => value.to_string(),
                DataRef::String(value) => value.trim().to_owned(),
                DataRef::SharedString(value) => value.trim().to_owned(),
                DataRef::Bool(value) => value.to_string(),
                DataRef::DateTime(value) => format!("{} (a date)", value.as_f64()),
                DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => value.clone(),
                DataRef::Error(error) => format!("{error}"),
                DataRef::Empty => String::new(),
            };
            let (row, column) = cell.get_position();
            text_bytes += text.len();
            if row >= MOST_ROWS || column >= MOST_COLUMNS || text_bytes > MAX_BYTES {
                return Err(too_large());
            }
            if !text.is_empty() {
                cells.insert((row, column), text);
            }
        }
    }
    // A merged cell says its value of every row it spans.
    let last_row = cells.keys().next_back().map_or(0, |&(row, _)| row);
    for area in book.merge_cells_by_sheet_name(&chosen).unwrap_or_default() {
        let Some(value) = cells.get(&area.start).cloned() else { continue };
        for row in area.start.0..=area.end.0.min(last_row) {
            text_bytes += 1 + value.len();
            if text_bytes > MAX_BYTES {
                return Err(too_large());
            }
            cells.entry((row, area.start.1)).or_insert_with(|| value.clone());
        }
    }
    Ok(rendered(&cells, &format!("{name} (sheet {chosen})"), sources))
}

/// A text of the sheet in which line n is row n, for messages to point into.
fn rendered(cells: &BTreeMap<(u32, u32), String>, name: &str, sources: &mut Sources) -> Sheet {
    let file = FileId(sources.0.len());
    let mut text = String::new();
    let mut rows: Vec<Row> = Vec::new();
    let last_row = cells.keys().next_back().map_or(0, |&(row, _)| row);
    for row in 0..=last_row {
        let width = cells.range((row, 0)..(row + 1, 0)).next_back().map_or(0, |(&(_, column), _)| column + 1);
        let start = text.len();
        let mut line = Vec::new();
        for column in 0..width {
            if column > 0 {
                text.push_str(" | ");
            }
            let from = text.len();
            let value = cells.get(&(row, column)).cloned().unwrap_or_default();
            text.push_str(&value.replace(['\n', '\r'], " "));
            line.push(Cell { text: value, span: Span::new(file, from..text.len()) });
        }
        if width > 0 {
            rows.push(Row {
                number: row as usize + 1,
                span: Span::new(file, start..text.len()),
                cells: line,
            });
        }
        text.push('\n');
    }
    let span = Span::new(file, 0..text.len());
    sources.add(name, text);
    Sheet { rows, decimal_comma: false, span }
}
