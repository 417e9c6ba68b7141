//! Tokens of the .efg and .nfg files, and what can be wrong with a file.

use super::rational::Rational;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// The largest number in a file.
const LARGEST: f64 = 1e150;

/// Something wrong with a file, or worth a warning, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

/// A problem that knows its byte offset only.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Fault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Gives faults their lines and columns, in one pass over the text.
pub(super) fn place(text: &[u8], mut faults: Vec<Fault>) -> Vec<Problem> {
    faults.sort_by_key(|f| f.at);
    let (mut at, mut line, mut column) = (0, 1, 1);
    faults
        .into_iter()
        .map(|f| {
            let end = f.at.min(text.len());
            for &b in &text[at..end] {
                if b == b'\n' {
                    line += 1;
                    column = 1;
                } else if b & 0xc0 != 0x80 {
                    column += 1;
                }
            }
            at = end;
            Problem { message: f.message, line, column, help: f.help }
        })
        .collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    Comma,
    Number(&'a str),
    Text(&'a [u8]),
    Symbol(&'a [u8]),
    End,
}

impl Token<'_> {
    fn describe(self) -> String {
        match self {
            Self::Open => "`{`".to_owned(),
            Self::Close => "`}`".to_owned(),
            Self::Comma => "a comma".to_owned(),
            Self::Number(n) => format!("the number {}", clip(n.as_bytes())),
            Self::Text(t) => format!("the text \"{}\"", clip(t)),
            Self::Symbol(s) => format!("`{}`", clip(s)),
            Self::End => "the end of the file".to_owned(),
        }
    }
}

/// The first characters of a text for a message.
pub(super) fn clip(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(&text[..text.len().min(160)]);
    let mut out: String = text.chars().take(40).collect();
    if out.len() < text.len() {
        out.push_str("..");
    }
    out
}

/// Reads tokens with one token of look-ahead.
pub(super) struct Lexer<'a> {
    text: &'a [u8],
    /// Where the next token starts.
    at: usize,
    next: Token<'a>,
    end: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a [u8]) -> Result<Self, Fault> {
        let skip = if text.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
        let mut lexer = Self { text, at: skip, next: Token::End, end: skip };
        lexer.advance()?;
        Ok(lexer)
    }

    /// The next token, not taken.
    pub(super) fn peek(&self) -> Token<'a> {
        self.next
    }

    /// Byte offset of the next token.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Bytes not read yet.
    pub(super) fn left(&self) -> usize {
        self.text.len() - self.at
    }

    pub(super) fn take(&mut self) -> Result<Token<'a>, Fault> {
        let token = self.next;
        self.advance()?;
        Ok(token)
    }

    fn advance(&mut self) -> Result<(), Fault> {
        let text = self.text;
        let mut i = self.end;
        while i < text.len() && blank(text[i]) {
            i += 1;
        }
        self.at = i;
        let Some(&b) = text.get(i) else {
            (self.next, self.end) = (Token::End, i);
            return Ok(());
        };
        (self.next, self.end) = match b {
            b'{' => (Token::Open, i + 1),
            b'}' => (Token::Close, i + 1),
            b',' => (Token::Comma, i + 1),
            b'"' => {
                let mut j = i + 1;
                loop {
                    match text.get(j) {
                        Some(b'"') => break,
                        // Only `\"` is an escape; any other backslash stands for itself.
                        Some(b'\\') if text.get(j + 1) == Some(&b'"') => j += 2,
                        Some(_) => j += 1,
                        None => return Err(Fault::new(i, "a text without its closing quote")),
                    }
                }
                (Token::Text(&text[i + 1..j]), j + 1)
            }
            b'+' | b'-' | b'.' | b'0'..=b'9' => number(text, i),
            _ => {
                let mut j = i;
                while j < text.len() && !blank(text[j]) {
                    j += 1;
                }
                (Token::Symbol(&text[i..j]), j)
            }
        };
        Ok(())
    }

    pub(super) fn unexpected(&self, want: &str) -> Fault {
        Fault::new(self.at, format!("expected {want}, found {}", self.next.describe()))
    }

    pub(super) fn open(&mut self) -> Result<(), Fault> {
        if self.next != Token::Open {
            return Err(self.unexpected("`{`"));
        }
        self.advance()
    }

    /// Takes a token if it is next.
    pub(super) fn takes(&mut self, token: Token<'_>) -> Result<bool, Fault> {
        let found = self.next == token;
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    pub(super) fn text(&mut self, what: &str) -> Result<Cow<'a, str>, Fault> {
        let Token::Text(raw) = self.next else {
            return Err(self.unexpected(what));
        };
        self.advance()?;
        Ok(unescape(raw))
    }

    pub(super) fn number(&mut self, what: &str) -> Result<Rational, Fault> {
        let Token::Number(raw) = self.next else {
            return Err(self.unexpected(what));
        };
        let value = Rational::parse(raw)
            .map_err(|e| Fault::new(self.at, format!("{}: {e}", clip(raw.as_bytes()))))?;
        // Sums of payoffs must stay within the range of floats.
        if value.to_f64().abs() > LARGEST {
            return Err(Fault::new(self.at, "a number beyond 1e150"));
        }
        self.advance()?;
        Ok(value)
    }

    pub(super) fn integer(&mut self, what: &str) -> Result<i64, Fault> {
        let fault = || self.unexpected(what);
        let Token::Number(raw) = self.next else {
            return Err(fault());
        };
        let value = raw.parse::<i64>().map_err(|_| fault())?;
        self.advance()?;
        Ok(value)
    }
}

fn blank(b: u8) -> bool {
    b.is_ascii_whitespace() || b == 0x0b
}

/// A NUMBER token starting at `i`: sign, digits, then a fraction, or decimals and exponent.
fn number(text: &[u8], i: usize) -> (Token<'_>, usize) {
    let digits = |mut j: usize| {
        while text.get(j).is_some_and(u8::is_ascii_digit) {
            j += 1;
        }
        j
    };
    let mut j = i;
    if matches!(text[j], b'+' | b'-') {
        j += 1;
    }
    j = digits(j);
    if text.get(j) == Some(&b'/') {
        j = digits(j + 1);
    } else {
        if text.get(j) == Some(&b'.') {
            j = digits(j + 1);
        }
        if matches!(text.get(j), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(text.get(j + 1), Some(b'+' | b'-')));
            if text.get(j + 1 + sign).is_some_and(u8::is_ascii_digit) {
                j = digits(j + 1 + sign);
            }
        }
    }
    let raw = std::str::from_utf8(&text[i..j]).expect("signs, digits and letters are ASCII");
    (Token::Number(raw), j)
}

fn unescape(raw: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(raw);
    if raw.contains(&b'\\') { Cow::Owned(text.replace("\\\"", "\"")) } else { text }
}

/// A label between quotes, as the writers print it.
pub(super) fn quote(out: &mut String, label: &str) {
    out.push('"');
    for c in label.chars() {
        if c == '"' {
            out.push('\\');
        }
        out.push(c);
    }
    // A backslash before the closing quote would escape it.
    if label.ends_with('\\') {
        out.push(' ');
    }
    out.push('"');
}

/// The start both formats share: `MAGIC VERSION R|D "title"`.
pub(super) fn header(lexer: &mut Lexer<'_>, magic: &str, version: &str) -> Result<String, Fault> {
    if lexer.peek() != Token::Symbol(magic.as_bytes()) {
        return Err(lexer
            .unexpected(&format!("`{magic}`"))
            .help("an .efg file begins with `EFG 2 R`, an .nfg file with `NFG 1 R`"));
    }
    lexer.take()?;
    if lexer.peek() != Token::Number(version) {
        return Err(lexer.unexpected(&format!("version {version}")));
    }
    lexer.take()?;
    if !matches!(lexer.peek(), Token::Symbol(b"R" | b"D")) {
        return Err(lexer.unexpected("`R` or `D`").help("leave a blank before the title"));
    }
    lexer.take()?;
    Ok(lexer.text("the title in quotes")?.into_owned())
}

/// `{ "label" .. }`.
pub(super) fn labels(lexer: &mut Lexer<'_>, what: &str) -> Result<Vec<Box<str>>, Fault> {
    lexer.open()?;
    let mut out = Vec::new();
    while !lexer.takes(Token::Close)? {
        out.push(lexer.text(what)?.into());
    }
    Ok(out)
}

/// `n` payoffs and the closing brace; commas between them are optional.
pub(super) fn payoffs(lexer: &mut Lexer<'_>, n: usize, out: &mut Vec<Rational>) -> Result<(), Fault> {
    let start = lexer.at();
    let mut count = 0;
    while !lexer.takes(Token::Close)? {
        if matches!(lexer.peek(), Token::End) || count > n {
            break;
        }
        out.push(lexer.number("a payoff")?);
        count += 1;
        lexer.takes(Token::Comma)?;
    }
    if count == n {
        Ok(())
    } else {
        let found = if count > n { "more".to_owned() } else { count.to_string() };
        Err(Fault::new(start, format!("{n} players need {n} payoffs, found {found}")))
    }
}
