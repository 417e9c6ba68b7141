//! The text of a scenario as a tree of values with their places: what overlays patch and checks read.

use toml::de::{DeTable, DeValue};
use toml_parser::lexer::TokenKind;

use crate::diagnostic::{Code, Diagnostic, FileId, Span};

/// The most bytes a scenario or a table may have.
pub const MAX_BYTES: usize = 16 << 20;

/// The most parts a dotted key may have.
const MAX_DOTS: usize = 32;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// A value of the text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A float; NaN and infinities are still possible here.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or time, as written.
    Date(String),
    /// An array.
    List(Vec<Node>),
    /// A table.
    Table(Table),
}

/// A table in the order of the text; keys are unique.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Keys with their values.
    pub entries: Vec<(Key, Node)>,
}

/// A key and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The bare key.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

impl Table {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The sub-table of a key.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.get(name).and_then(Node::as_table)
    }

    /// The string of a key.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Node::as_text)
    }
}

impl Node {
    /// The table, if it is one.
    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is an array.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The number, if it is one; may be NaN or infinite.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    /// What kind of value it is, in words: "a string".
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a string",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// How many values it is made of, itself included.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.value {
            Value::List(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Value::Table(table) => 1 + table.entries.iter().map(|(_, node)| node.size()).sum::<usize>(),
            _ => 1,
        }
    }
}

/// What is said of files above [`MAX_BYTES`], which may not have been read to their end.
pub(super) fn too_large(name: &str) -> String {
    format!("`{name}` has more than {} MiB, the most that is read", MAX_BYTES >> 20)
}

/// Reads bytes as UTF-8 text within the limit of [`MAX_BYTES`].
///
/// # Errors
/// If there are too many bytes, or some are not UTF-8: then with a place in what is left of the text as `file`.
pub fn decode(bytes: &[u8], name: &str, file: FileId) -> Result<String, Box<Diagnostic>> {
    if bytes.len() > MAX_BYTES {
        return Err(Box::new(Diagnostic::general(Code::TOO_LARGE, too_large(name))));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let at = error.valid_up_to();
            let message = format!("`{name}` is not UTF-8 text");
            let diagnostic = Diagnostic::general(Code::NOT_UTF8, message.as_str());
            // Up to the first bad byte, the text shown is the file's own.
            let place = Span::new(file, at..at + char::REPLACEMENT_CHARACTER.len_utf8());
            Err(Box::new(match bytes {
                [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                    diagnostic.help("this looks like UTF-16: save the file as UTF-8")
                }
                [b'P', b'K', ..] => diagnostic
                    .help("this looks like a spreadsheet: `melian import`, or name it as `actors = \"...\"`"),
                _ => Diagnostic::error(Code::NOT_UTF8, place, message)
                    .label(format!("byte {:#04X}; most likely Windows-1252 or Latin-1", bytes[at]))
                    .help("save the file as UTF-8"),
            }))
        }
    }
}

/// Reads TOML: the tree as far as it could be read, and every syntax error.
#[must_use]
pub fn parse(text: &str, file: FileId) -> (Table, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    if let Some(span) = too_deep(text) {
        diagnostics.push(
            Diagnostic::error(Code::SYNTAX, Span::new(file, span), "a key of too many parts")
                .label(format!("at most {MAX_DOTS} dots in a key")),
        );
        return (Table::default(), diagnostics);
    }
    // A byte order mark is skipped by the parser, with spans still counted from the first byte.
    let (tree, errors) = DeTable::parse_recoverable(text);
    let span = tree.span();
    for error in errors {
        diagnostics.push(syntax_error(&error, text, file));
    }
    let node = convert(DeValue::Table(tree.into_inner()), Span::new(file, span), &mut diagnostics);
    let Value::Table(table) = node.value else { unreachable!("a document is a table") };
    (table, diagnostics)
}

fn syntax_error(error: &toml::de::Error, text: &str, file: FileId) -> Diagnostic {
    let mut span = error.span().unwrap_or(text.len()..text.len());
    span.end = span.end.min(text.len());
    span.start = span.start.min(span.end);
    let message = error.message();
    let code = if message.contains("duplicate") { Code::DUPLICATE_KEY } else { Code::SYNTAX };
    if message.starts_with("cannot recurse") {
        return Diagnostic::error(code, Span::new(file, span), "lists or tables are nested too deeply")
            .help("no value of the language needs more than a few levels");
    }
    let (head, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let head = match text.get(span.clone()) {
        Some(key) if code == Code::DUPLICATE_KEY => format!("`{key}` is written twice"),
        Some("") if head == "string values must be quoted" => {
            return Diagnostic::error(code, Span::new(file, span), "a value is missing after `=`");
        }
        _ => head.to_owned(),
    };
    let diagnostic = Diagnostic::error(code, Span::new(file, span), head);
    if expected.is_empty() { diagnostic } else { diagnostic.label(format!("expected {expected}")) }
}

/// A key with more than [`MAX_DOTS`] dots: nested tables that deep would exhaust the stack.
fn too_deep(text: &str) -> Option<std::ops::Range<usize>> {
    let mut dots = 0;
    let mut start = 0;
    for token in toml_parser::Source::new(text).lex() {
        match token.kind() {
            TokenKind::Dot => {
                dots += 1;
                if dots > MAX_DOTS {
                    return Some(start..token.span().end());
                }
            }
            TokenKind::Newline
            | TokenKind::Equals
            | TokenKind::Comma
            | TokenKind::LeftCurlyBracket
            | TokenKind::LeftSquareBracket => {
                dots = 0;
                start = token.span().end();
            }
            _ => {}
        }
    }
    None
}

fn convert(value: DeValue<'_>, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Boolean(flag) => Value::Boolean(flag),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Integer(integer) => {
            if let Ok(number) = i64::from_str_radix(integer.as_str(), integer.radix()) {
                Value::Integer(number)
            } else {
                diagnostics.push(Diagnostic::error(Code::OUT_OF_RANGE, span, "the number is too large"));
                Value::Integer(0)
            }
        }
        DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Array(items) => Value::List(
            items
                .into_iter()
                .map(|item| {
                    let span = Span::new(span.file, item.span());
                    convert(item.into_inner(), span, diagnostics)
                })
                .collect(),
        ),
        DeValue::Table(table) => {
            let mut entries: Vec<(Key, Node)> = table
                .into_iter()
                .map(|(key, node)| {
                    let key_span = Span::new(span.file, key.span());
                    let node_span = Span::new(span.file, node.span());
                    let node = convert(node.into_inner(), node_span, diagnostics);
                    (Key { name: key.into_inner().into_owned(), span: key_span }, node)
                })
                .collect();
            entries.sort_by_key(|(key, _)| (key.span.start, key.span.end));
            Value::Table(Table { entries })
        }
    };
    Node { value, span }
}
