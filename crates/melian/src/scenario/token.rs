//! The words of the small languages inside strings: rules, links and claims.

use std::ops::Range;

use super::Relation;
use crate::diagnostic::{Code, Diagnostic, Span};

/// The most tokens one string may have: far more than a reader could follow, few enough for recursion.
const MOST_TOKENS: usize = 512;

/// Where the text of a string lies in its file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    span: Span,
    /// The place of the text's first byte, where no escape moved the others.
    start: Option<usize>,
}

impl Place {
    /// `span` covers a TOML string with its quotes, or the bare text.
    pub(crate) fn new(text: &str, span: Span) -> Self {
        let length = span.end.saturating_sub(span.start);
        let opening = match length.checked_sub(text.len()) {
            Some(0) => Some(0),
            Some(2) => Some(1),
            Some(6) => Some(3),
            // A line break straight after the opening quotes is no part of the string.
            Some(7) => Some(4),
            Some(8) => Some(5),
            _ => None,
        };
        Self { span, start: opening.map(|quotes| span.start + quotes) }
    }

    /// The place of some bytes of the text; the whole string where escapes hide it.
    pub(crate) fn of(&self, range: Range<usize>) -> Span {
        self.start.map_or(self.span, |start| Span {
            file: self.span.file,
            start: start + range.start,
            end: start + range.end,
        })
    }
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// A name, a keyword, or a path with dots.
    Word(String),
    /// A number without sign.
    Number(f64),
    /// `<`, `<=`, `>=`, `>`.
    Relation(Relation),
    /// One of `( ) { } , + - * / =`.
    Sign(char),
    /// The end of the text.
    End,
}

/// A token and its bytes in the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

/// Tokens with a place in them; stays at the end once there.
pub(crate) struct Tokens {
    tokens: Vec<Token>,
    next: usize,
}

impl Tokens {
    /// Splits `text`; whatever can't be part of a rule or claim is an error under `code`.
    pub(crate) fn new(text: &str, place: &Place, code: Code) -> Result<Self, Vec<Diagnostic>> {
        let mut tokens = Vec::new();
        let mut errors = Vec::new();
        let mut at = 0;
        while let Some(first) = text[at..].chars().next() {
            if first.is_whitespace() {
                at += first.len_utf8();
                continue;
            }
            let (length, kind) = read(&text[at..]);
            let range = at..at + length;
            at += length;
            match kind {
                Ok(kind) => tokens.push(Token { kind, range }),
                Err(problem) => errors.push(problem.diagnostic(code, place.of(range))),
            }
            if tokens.len() > MOST_TOKENS {
                errors.push(
                    Diagnostic::error(code, place.of(0..text.len()), "this text is too long to be read")
                        .label(format!("more than {MOST_TOKENS} words and signs")),
                );
                break;
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        tokens.push(Token { kind: Kind::End, range: text.len()..text.len() });
        Ok(Self { tokens, next: 0 })
    }

    /// The next token, left in place.
    pub(crate) fn peek(&self) -> &Token {
        &self.tokens[self.next]
    }

    /// The next token, taken.
    pub(crate) fn take(&mut self) -> Token {
        let token = self.tokens[self.next].clone();
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
        token
    }

    /// The end of the token taken last.
    pub(crate) fn end(&self) -> usize {
        self.next.checked_sub(1).map_or(0, |last| self.tokens[last].range.end)
    }

    /// Whether the next token is the word `word`.
    pub(crate) fn at_word(&self, word: &str) -> bool {
        matches!(&self.peek().kind, Kind::Word(found) if found == word)
    }

    /// Whether the next token is the sign `sign`.
    pub(crate) fn at_sign(&self, sign: char) -> bool {
        self.peek().kind == Kind::Sign(sign)
    }

    /// Whether the token after the next is an opening parenthesis.
    pub(crate) fn call_follows(&self) -> bool {
        self.tokens.get(self.next + 1).is_some_and(|token| token.kind == Kind::Sign('('))
    }

    /// Takes the next token if it is the word `word`.
    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.take();
        }
        found
    }

    /// Takes the next token if it is the sign `sign`.
    pub(crate) fn eat_sign(&mut self, sign: char) -> bool {
        let found = self.at_sign(sign);
        if found {
            self.take();
        }
        found
    }
}

impl Kind {
    /// What it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Word(word) => format!("`{word}`"),
            Self::Number(value) => format!("`{value}`"),
            Self::Relation(relation) => format!("`{}`", relation_sign(*relation)),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "end of the text".to_owned(),
        }
    }
}

/// A number of per cent as a share, without the dust of a division.
pub(crate) fn per_cent(value: f64) -> f64 {
    (value * 1e10).round() / 1e12
}

/// `<`, `<=`, `>=` or `>`.
pub(crate) fn relation_sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Less => "<",
        Relation::AtMost => "<=",
        Relation::AtLeast => ">=",
        Relation::Greater => ">",
    }
}

/// The relation as seen from the right-hand side.
pub(crate) fn flipped(relation: Relation) -> Relation {
    match relation {
        Relation::Less => Relation::Greater,
        Relation::AtMost => Relation::AtLeast,
        Relation::AtLeast => Relation::AtMost,
        Relation::Greater => Relation::Less,
    }
}

/// Why some bytes are no token.
enum Problem {
    Character(char),
    Equality,
    Number,
    Percent,
}

impl Problem {
    fn diagnostic(self, code: Code, span: Span) -> Diagnostic {
        match self {
            Self::Character(c) => {
                Diagnostic::error(code, span, format!("`{}` has no meaning here", c.escape_debug()))
            }
            Self::Equality => Diagnostic::error(code, span, "exact equality is not in the language")
                .label("expected `<`, `<=`, `>=` or `>`")
                .help("uncertain numbers are never exactly equal: ask for a range, `40 <= x <= 60`"),
            Self::Number => Diagnostic::error(code, span, "this is not a number")
                .label("expected a number such as `12` or `0.5`"),
            Self::Percent => Diagnostic::error(code, span, "percentages are not in the language")
                .label("expected a share between 0 and 1")
                .help("write `0.74` for 74 %"),
        }
    }
}

/// The token at the start of `text` (not empty, no space) and its length in bytes.
fn read(text: &str) -> (usize, Result<Kind, Problem>) {
    let first = text.chars().next().unwrap_or(' ');
    if first.is_ascii_alphabetic() || first == '_' {
        let length = word_length(text);
        return (length, Ok(Kind::Word(text[..length].to_owned())));
    }
    if first.is_ascii_digit() || first == '.' {
        return number(text);
    }
    for (sign, relation) in [
        ("<=", Relation::AtMost),
        (">=", Relation::AtLeast),
        ("≤", Relation::AtMost),
        ("≥", Relation::AtLeast),
    ] {
        if text.starts_with(sign) {
            return (sign.len(), Ok(Kind::Relation(relation)));
        }
    }
    for sign in ["==", "!=", "<>", "≠"] {
        if text.starts_with(sign) {
            return (sign.len(), Err(Problem::Equality));
        }
    }
    match first {
        '<' => (1, Ok(Kind::Relation(Relation::Less))),
        '>' => (1, Ok(Kind::Relation(Relation::Greater))),
        '(' | ')' | '{' | '}' | ',' | '+' | '-' | '*' | '/' | '=' => (1, Ok(Kind::Sign(first))),
        '\u{2212}' => (first.len_utf8(), Ok(Kind::Sign('-'))),
        '%' => (1, Err(Problem::Percent)),
        _ => (first.len_utf8(), Err(Problem::Character(first))),
    }
}

/// Letters, digits and underscores, in parts joined by dots.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_part = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let mut at = 0;
    while is_part(at) || (bytes.get(at) == Some(&b'.') && is_part(at + 1)) {
        at += 1;
    }
    at
}

fn number(text: &str) -> (usize, Result<Kind, Problem>) {
    let bytes = text.as_bytes();
    let mut length = 0;
    while let Some(byte) = bytes.get(length) {
        let sign_of_exponent =
            matches!(byte, b'+' | b'-') && length > 0 && matches!(bytes[length - 1], b'e' | b'E');
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || sign_of_exponent {
            length += 1;
        } else {
            break;
        }
    }
    let plain =
        bytes[..length].iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    match text[..length].parse::<f64>() {
        Ok(value) if plain && value.is_finite() => (length, Ok(Kind::Number(value))),
        _ => (length, Err(Problem::Number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::FileId;

    #[test]
    fn places_are_exact_in_each_kind_of_string() {
        let span = |length| Span::new(FileId(0), 10..10 + length);
        let text = "all(athens)";
        for (quotes, offset) in [(0, 0), (2, 1), (6, 3), (7, 4)] {
            let place = Place::new(text, span(text.len() + quotes));
            assert_eq!(place.of(4..10).start, 10 + offset + 4, "{quotes}");
        }
        let escaped = Place::new(text, span(text.len() + 3));
        assert_eq!(escaped.of(4..10), span(text.len() + 3), "an escape hides the place");
    }
}
