//! Tables of anybody's samples: a row per run, a column per input or output.

use crate::diagnostic::{Code, Diagnostic, FileId, Sources, Span};

/// More text categories than this are no categories.
const MOST_CATEGORIES: usize = 64;
/// The mistakes that are told of one table.
const SHOWN: usize = 20;

/// Columns with names, all of the same length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Names, in the order of the file.
    pub names: Vec<String>,
    /// What is in them.
    pub columns: Vec<Column>,
    /// How many rows there are.
    pub rows: usize,
}

/// A column of a [`Table`].
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; NaN in empty cells and those that say `nan` or `NA`.
    Numbers(Vec<f64>),
    /// At most 64 words: the number of each row's word, and the words in alphabetical order.
    Words(Vec<f64>, Vec<String>),
    /// Other text.
    Text,
}

impl Table {
    /// Reads CSV whose first row names the columns: commas, semicolons (with decimal commas, if need be) or tabs.
    ///
    /// # Errors
    /// Text that is not UTF-8, no rows, columns without a name or with the same one, rows of another length.
    pub fn read_csv(bytes: &[u8], name: &str, sources: &mut Sources) -> Result<Self, Vec<Diagnostic>> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(problem) => {
                let row = bytes[..problem.valid_up_to()].split(|byte| *byte == b'\n').count();
                let message = format!("row {row}: the table `{name}` is not UTF-8 text");
                return Err(vec![
                    Diagnostic::general(Code::NOT_UTF8, message).help("save it as \"CSV UTF-8\""),
                ]);
            }
        };
        let file = sources.add(name, text);
        let separator = separator(text.lines().next().unwrap_or(""));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| vec![unreadable(&error, name)])?.clone();
        let names: Vec<String> = headers.iter().map(str::to_owned).collect();
        let mut problems = header_problems(&names, text, file);
        let mut cells: Vec<Vec<String>> = vec![Vec::new(); names.len()];
        for record in reader.records() {
            let record = record.map_err(|error| vec![unreadable(&error, name)])?;
            if record.len() == names.len() {
                cells.iter_mut().zip(&record).for_each(|(column, cell)| column.push(cell.to_owned()));
            } else if problems.len() < SHOWN {
                problems.push(ragged(&record, names.len(), text, file));
            }
        }
        let rows = cells.first().map_or(0, Vec::len);
        if rows == 0 && problems.is_empty() {
            let message = format!("the table `{name}` has no rows");
            problems.push(
                Diagnostic::general(Code::TABLE_EMPTY, message)
                    .help("its first row names the columns; every other row is one run"),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let columns = cells.iter().map(|cells| column(cells, separator != b',')).collect();
        Ok(Self { names, columns, rows })
    }

    /// The numbers of a column, or the numbers of its words; `None` for other text.
    #[must_use]
    pub fn values(&self, column: usize) -> Option<&[f64]> {
        match &self.columns[column] {
            Column::Numbers(values) | Column::Words(values, _) => Some(values),
            Column::Text => None,
        }
    }

    /// Whether a column holds words.
    #[must_use]
    pub fn words(&self, column: usize) -> Option<&[String]> {
        match &self.columns[column] {
            Column::Words(_, words) => Some(words),
            _ => None,
        }
    }
}

fn unreadable(error: &csv::Error, name: &str) -> Diagnostic {
    Diagnostic::general(Code::TABLE_FORMAT, format!("the table `{name}` can't be read: {error}"))
}

/// The sign most often in the first line.
fn separator(line: &str) -> u8 {
    let count = |sign: u8| line.bytes().filter(|byte| *byte == sign).count();
    let most = [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| count(*sign));
    most.unwrap_or(b',')
}

fn header_problems(names: &[String], text: &str, file: FileId) -> Vec<Diagnostic> {
    let line = Span::new(file, 0..text.lines().next().map_or(0, str::len));
    let mut problems = Vec::new();
    for (column, name) in names.iter().enumerate() {
        if name.is_empty() {
            problems.push(
                Diagnostic::error(Code::TABLE_FORMAT, line, format!("column {} has no name", column + 1))
                    .label("the first row names the columns"),
            );
        } else if names[..column].contains(name) {
            let message = format!("two columns are named `{name}`");
            problems.push(Diagnostic::error(Code::TABLE_FORMAT, line, message).label("each needs its own"));
        }
    }
    // Numbers where names should be are rows without a header.
    if !names.is_empty() && names.iter().all(|name| name.parse::<f64>().is_ok()) {
        problems.push(
            Diagnostic::error(Code::TABLE_FORMAT, line, "the first row holds numbers, not names")
                .label("names of the columns were expected here"),
        );
    }
    problems.truncate(SHOWN);
    problems
}

fn ragged(record: &csv::StringRecord, columns: usize, text: &str, file: FileId) -> Diagnostic {
    let start = record.position().map_or(0, |position| position.byte() as usize).min(text.len());
    let start = start + (text[start..].len() - text[start..].trim_start().len());
    let end = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let message = format!("this row has {} cells, and the table {columns} columns", record.len());
    Diagnostic::error(Code::TABLE_FORMAT, Span::new(file, start..end), message)
}

fn column(cells: &[String], decimal_comma: bool) -> Column {
    let number = |cell: &String| -> Option<f64> {
        if cell.is_empty() || cell.eq_ignore_ascii_case("nan") || cell.eq_ignore_ascii_case("na") {
            return Some(f64::NAN);
        }
        let plain = cell.parse().ok();
        plain.or_else(|| if decimal_comma { cell.replace(',', ".").parse().ok() } else { None })
    };
    let flag = |cell: &String| match cell.to_ascii_lowercase().as_str() {
        "true" => Some(1.0),
        "false" => Some(0.0),
        _ => number(cell),
    };
    if let Some(numbers) = cells.iter().map(flag).collect::<Option<Vec<f64>>>() {
        return Column::Numbers(numbers);
    }
    let mut words: Vec<String> = cells.iter().filter(|cell| !cell.is_empty()).cloned().collect();
    words.sort_unstable();
    words.dedup();
    if words.len() > MOST_CATEGORIES {
        return Column::Text;
    }
    let place = |cell: &String| words.binary_search(cell).map_or(f64::NAN, |place| place as f64);
    Column::Words(cells.iter().map(place).collect(), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Table, Vec<Diagnostic>> {
        Table::read_csv(text.as_bytes(), "t.csv", &mut Sources::default())
    }

    #[test]
    fn numbers_words_and_gaps_are_read() {
        let table = read("a;b;c;d\n1,5;x;true;1e3\n;y;FALSE;\nNA;x;true;-2\n").unwrap();
        assert_eq!(table.names, ["a", "b", "c", "d"]);
        assert_eq!(table.values(0).unwrap()[0], 1.5);
        assert!(table.values(0).unwrap()[1..].iter().all(|value| value.is_nan()));
        assert_eq!(table.values(1).unwrap(), [0.0, 1.0, 0.0]);
        assert_eq!(table.words(1).unwrap(), ["x", "y"]);
        assert_eq!(table.values(2).unwrap(), [1.0, 0.0, 1.0]);
        assert_eq!(table.values(3).unwrap()[2], -2.0);
        let many: Vec<String> = (0..100).map(|i| format!("w{i}")).collect();
        assert_eq!(read(&format!("a\n{}\n", many.join("\n"))).unwrap().columns, [Column::Text]);
    }

    #[test]
    fn mistakes_are_told_together() {
        let problems = read("a,a,\n1,2,3\n1,2\n").unwrap_err();
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "two columns are named `a`",
                "column 3 has no name",
                "this row has 2 cells, and the table 3 columns"
            ]
        );
        assert_eq!(problems[2].primary.as_ref().unwrap().span.start, 11);
        assert!(read("a,b\n").unwrap_err()[0].message.contains("no rows"));
        assert!(read("").is_err());
        assert!(read("1,2\n3,4\n").unwrap_err()[0].message.contains("numbers, not names"));
        assert!(Table::read_csv(b"a\n\xff\n", "t", &mut Sources::default()).is_err());
    }
}
