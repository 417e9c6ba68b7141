//! Conditions on the columns of a table: `terms_territory > 60 and not (room == 0)`.
//!
//! Comparisons (`<`, `<=`, `>`, `>=`, `==`, `!=`, also in chains) of sums and products of columns and numbers, joined by
//! `and`, `or`, `not` and parentheses. A column alone is true where it isn't 0. Names with other signs than letters,
//! digits, `_`, `.` and `@` stand in backticks. What can't be judged (an empty cell) stays unknown, unless the rest
//! decides.

use std::ops::Range;

use crate::diagnostic::did_you_mean;

/// Parentheses and signs nest at most this deep.
const DEEPEST: usize = 64;

/// A condition, read and checked against a table's columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicate {
    root: Node,
    used: Vec<usize>,
}

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PredicateProblem {
    /// The bytes of the text that are meant.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(f64),
    Column(usize),
    Negative(Box<Node>),
    Arithmetic(char, Box<Node>, Box<Node>),
    Chain(Box<Node>, Vec<(Compare, Node)>),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Unequal,
}

impl Compare {
    fn holds(self, left: f64, right: f64) -> f64 {
        if left.is_nan() || right.is_nan() {
            return f64::NAN;
        }
        f64::from(match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => left == right,
            Self::Unequal => left != right,
        })
    }
}

impl Predicate {
    /// Reads a condition on the columns with these names.
    ///
    /// # Errors
    /// What can't be read, or a name that no column has.
    pub fn parse(text: &str, columns: &[String]) -> Result<Self, PredicateProblem> {
        let tokens = tokens(text)?;
        let mut reader = Reader { tokens, at: 0, depth: 0, columns, used: Vec::new(), end: text.len() };
        let root = reader.any()?;
        if let Some((_, range)) = reader.tokens.get(reader.at) {
            return Err(problem(range.clone(), "`and`, `or` or the end was expected here"));
        }
        let mut used = reader.used;
        used.sort_unstable();
        used.dedup();
        Ok(Self { root, used })
    }

    /// The columns it names, in their order.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        &self.used
    }

    /// 1 where it is true, 0 where it is false, NaN where that can't be told; `value` gives a column's value in a row.
    #[must_use]
    pub fn judge(&self, rows: usize, value: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        (0..rows).map(|row| truth(self.root.at(&|column| value(column, row)))).collect()
    }
}

fn truth(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { f64::from(value != 0.0) }
}

/// True if all are, false if one is false.
fn all(values: impl Iterator<Item = f64>) -> f64 {
    let mut known = 1.0;
    for value in values.map(truth) {
        if value == 0.0 {
            return 0.0;
        }
        known += value - 1.0;
    }
    known
}

impl Node {
    fn at(&self, value: &dyn Fn(usize) -> f64) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Column(column) => value(*column),
            Self::Negative(inner) => -inner.at(value),
            Self::Arithmetic(sign, left, right) => {
                let (left, right) = (left.at(value), right.at(value));
                match sign {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ => left / right,
                }
            }
            Self::Chain(first, rest) => {
                let mut left = first.at(value);
                all(rest.iter().map(|(compare, right)| {
                    let right = right.at(value);
                    compare.holds(std::mem::replace(&mut left, right), right)
                }))
            }
            Self::Not(inner) => 1.0 - truth(inner.at(value)),
            Self::All(parts) => all(parts.iter().map(|part| part.at(value))),
            Self::Any(parts) => 1.0 - all(parts.iter().map(|part| 1.0 - truth(part.at(value)))),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Word(String),
    /// A name in backticks, never a keyword.
    Name(String),
    Compare(Compare),
    Sign(char),
}

fn problem(range: Range<usize>, message: impl Into<String>) -> PredicateProblem {
    PredicateProblem { range, message: message.into(), help: None }
}

fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, PredicateProblem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let while_ = |ok: fn(char) -> bool| rest.find(|c: char| !ok(c)).unwrap_or(rest.len());
        let (token, length) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if first.is_ascii_digit() || first == '.' {
            number(rest, at)?
        } else if first.is_alphabetic() || first == '_' {
            let length = while_(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '@'));
            (Token::Word(rest[..length].to_owned()), length)
        } else if first == '`' {
            let Some(end) = rest[1..].find('`') else {
                return Err(problem(at..text.len(), "this name has no closing backtick"));
            };
            (Token::Name(rest[1..=end].to_owned()), end + 2)
        } else if let Some((compare, length)) = comparison(rest) {
            (Token::Compare(compare), length)
        } else if matches!(first, '(' | ')' | '+' | '-' | '*' | '/') {
            (Token::Sign(first), 1)
        } else {
            let mut wrong = problem(at..at + first.len_utf8(), format!("`{first}` has no meaning here"));
            if first == '=' {
                wrong.help = Some("compare with `==`".to_owned());
            }
            return Err(wrong);
        };
        tokens.push((token, at..at + length));
        at += length;
    }
    Ok(tokens)
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), PredicateProblem> {
    let digits = |from: usize| {
        rest[from..].find(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(rest.len(), |end| from + end)
    };
    let mut length = digits(0);
    if let Some(after) = rest[length..].strip_prefix(['e', 'E']) {
        let sign = usize::from(after.starts_with(['+', '-']));
        if after[sign..].starts_with(|c: char| c.is_ascii_digit()) {
            length = digits(length + 1 + sign);
        }
    }
    match rest[..length].parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((Token::Number(value), length)),
        _ => Err(problem(at..at + length, format!("`{}` is no number", &rest[..length]))),
    }
}

fn comparison(rest: &str) -> Option<(Compare, usize)> {
    const SIGNS: [(&str, Compare); 6] = [
        ("<=", Compare::AtMost),
        (">=", Compare::AtLeast),
        ("==", Compare::Equal),
        ("!=", Compare::Unequal),
        ("<", Compare::Less),
        (">", Compare::More),
    ];
    SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)).map(|(sign, compare)| (*compare, sign.len()))
}

struct Reader<'a> {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
    columns: &'a [String],
    used: Vec<usize>,
    end: usize,
}

type Read = Result<Node, PredicateProblem>;

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn eat(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn here(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |(_, range)| range.clone())
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Read) -> Read {
        if self.depth == DEEPEST {
            return Err(problem(self.here(), "the condition nests too deep"));
        }
        self.depth += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn list(&mut self, word: &str, part: fn(&mut Self) -> Read, join: fn(Vec<Node>) -> Node) -> Read {
        let mut parts = vec![part(self)?];
        while self.eat(&Token::Word(word.to_owned())) {
            parts.push(part(self)?);
        }
        if parts.len() > 1 {
            return Ok(join(parts));
        }
        Ok(parts.remove(0))
    }

    fn any(&mut self) -> Read {
        self.list("or", Self::all, Node::Any)
    }

    fn all(&mut self) -> Read {
        self.list("and", Self::not, Node::All)
    }

    fn not(&mut self) -> Read {
        if self.eat(&Token::Word("not".to_owned())) {
            return Ok(Node::Not(Box::new(self.deeper(Self::not)?)));
        }
        let first = self.sum()?;
        let mut rest = Vec::new();
        while let Some(Token::Compare(compare)) = self.peek() {
            let compare = *compare;
            self.at += 1;
            rest.push((compare, self.sum()?));
        }
        Ok(if rest.is_empty() { first } else { Node::Chain(Box::new(first), rest) })
    }

    fn arithmetic(&mut self, signs: [char; 2], part: fn(&mut Self) -> Read) -> Read {
        let mut left = part(self)?;
        while let Some(Token::Sign(sign)) = self.peek() {
            let sign = *sign;
            if !signs.contains(&sign) {
                break;
            }
            self.at += 1;
            left = Node::Arithmetic(sign, Box::new(left), Box::new(part(self)?));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Read {
        self.arithmetic(['+', '-'], Self::product)
    }

    fn product(&mut self) -> Read {
        self.arithmetic(['*', '/'], Self::signed)
    }

    fn signed(&mut self) -> Read {
        if self.eat(&Token::Sign('-')) {
            return Ok(Node::Negative(Box::new(self.deeper(Self::signed)?)));
        }
        let range = self.here();
        let Some(token) = self.peek().cloned() else {
            return Err(problem(range, "a column or a number was expected at the end"));
        };
        self.at += 1;
        match token {
            Token::Number(value) => Ok(Node::Number(value)),
            Token::Name(name) => self.column(&name, range),
            Token::Word(word) if !matches!(word.as_str(), "and" | "or" | "not") => self.column(&word, range),
            Token::Sign('(') => {
                let inner = self.deeper(Self::any)?;
                if self.eat(&Token::Sign(')')) {
                    Ok(inner)
                } else {
                    Err(problem(self.here(), "`)` was expected here"))
                }
            }
            _ => Err(problem(range, "a column, a number or `(` was expected here")),
        }
    }

    fn column(&mut self, name: &str, range: Range<usize>) -> Read {
        if let Some(column) = self.columns.iter().position(|column| column == name) {
            self.used.push(column);
            return Ok(Node::Column(column));
        }
        let mut wrong = problem(range, format!("there is no column `{name}`"));
        let names = || self.columns.iter().map(String::as_str);
        wrong.help = Some(if let Some(known) = did_you_mean(name, names()) {
            format!("did you mean `{known}`?")
        } else {
            let shown: Vec<&str> = names().take(12).collect();
            let more = if self.columns.len() > 12 { ", ..." } else { "" };
            format!("the columns are: {}{more}", shown.join(", "))
        });
        Err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str, x: f64, y: f64) -> f64 {
        let columns = ["x".to_owned(), "my y".to_owned()];
        let predicate = Predicate::parse(text, &columns).unwrap();
        predicate.judge(1, |column, _| [x, y][column])[0]
    }

    #[test]
    fn conditions_are_judged_as_they_read() {
        assert_eq!(judge("x == 1", 1.0, 0.0), 1.0);
        assert_eq!(judge("x != 1 or `my y` > 2", 1.0, 3.0), 1.0);
        assert_eq!(judge("not (x >= 1 and `my y` < 2)", 1.0, 1.0), 0.0);
        assert_eq!(judge("0 < x <= 3 < `my y`", 3.0, 4.0), 1.0);
        assert_eq!(judge("0 < x < 3", 3.0, 0.0), 0.0);
        assert_eq!(judge("x - 2 * -1.5e0 / 3 == 2", 1.0, 0.0), 1.0);
        assert_eq!(judge("x", 2.0, 0.0), 1.0);
    }

    #[test]
    fn what_is_unknown_stays_so_unless_the_rest_decides() {
        let missing = f64::NAN;
        assert!(judge("x > 1", missing, 0.0).is_nan());
        assert!(judge("not x > 1", missing, 0.0).is_nan());
        assert!(judge("x > 1 and `my y` == 0", missing, 0.0).is_nan());
        assert_eq!(judge("x > 1 and `my y` == 1", missing, 0.0), 0.0);
        assert_eq!(judge("x > 1 or `my y` == 0", missing, 0.0), 1.0);
    }

    #[test]
    fn mistakes_are_placed() {
        let columns = ["terms_submission".to_owned()];
        let wrong = |text: &str| Predicate::parse(text, &columns).unwrap_err();
        assert_eq!(wrong("terms_submision > 1").help.as_deref(), Some("did you mean `terms_submission`?"));
        assert_eq!(wrong("terms_submission = 1").range, 17..18);
        assert_eq!(wrong("terms_submission >").range, 18..18);
        assert_eq!(wrong("(terms_submission > 1").message, "`)` was expected here");
        assert_eq!(wrong("terms_submission > 1 2").range, 21..22);
        assert_eq!(wrong("1.2.3").message, "`1.2.3` is no number");
        assert_eq!(wrong("`x").message, "this name has no closing backtick");
        assert_eq!(wrong("").range, 0..0);
        assert_eq!(wrong(&"(".repeat(1000)).message, "the condition nests too deep");
        assert_eq!(wrong(&"not ".repeat(1000)).message, "the condition nests too deep");
    }
}
