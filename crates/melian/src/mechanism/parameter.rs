//! Parameters of a mechanism: what they mean, what they may be, and reading them from text.

use std::collections::BTreeMap;

use super::distribution::{Prior, read_number};
use crate::diagnostic::did_you_mean;

/// What a parameter may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// A number between two ends; `open` excludes an end.
    Number {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
        /// Whether the ends themselves are excluded.
        open: (bool, bool),
    },
    /// A whole number between two ends.
    Whole {
        /// Least value.
        low: u32,
        /// Greatest value.
        high: u32,
    },
    /// `[1, 2, 3]`, each between two ends.
    List {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
    },
    /// `[1, 0; 0, 1]`, rows of equal length.
    Matrix,
    /// A distribution, see [`Prior::read`].
    Distribution,
    /// `yes` or `no`.
    Flag,
}

impl Domain {
    /// 0 to 1.
    pub const UNIT: Self = Self::Number { low: 0.0, high: 1.0, open: (false, false) };
    /// Between 0 and 1, neither of them.
    pub const INSIDE: Self = Self::Number { low: 0.0, high: 1.0, open: (true, true) };
    /// Above 0.
    pub const POSITIVE: Self = Self::Number { low: 0.0, high: f64::INFINITY, open: (true, true) };
    /// From 0 up.
    pub const NOT_NEGATIVE: Self = Self::Number { low: 0.0, high: f64::INFINITY, open: (false, true) };
    /// Any number.
    pub const ANY: Self = Self::Number { low: f64::NEG_INFINITY, high: f64::INFINITY, open: (true, true) };

    /// Whether a number lies in it; lists and distributions hold no single number.
    #[must_use]
    pub fn holds(&self, x: f64) -> bool {
        match *self {
            Self::Number { low, high, open } => {
                let above = if open.0 { x > low } else { x >= low };
                let below = if open.1 { x < high } else { x <= high };
                above && below
            }
            Self::Whole { low, high } => x == libm::trunc(x) && x >= f64::from(low) && x <= f64::from(high),
            _ => false,
        }
    }

    /// In words: "from 0 to 1", "above 0".
    #[must_use]
    pub fn words(&self) -> String {
        match *self {
            Self::Number { low, high, open } => match (low.is_finite(), high.is_finite()) {
                (false, false) => "any number".to_owned(),
                (true, false) if open.0 => format!("above {low}"),
                (true, false) => format!("{low} or more"),
                (false, true) => format!("{high} or less"),
                (true, true) => match open {
                    (false, false) => format!("from {low} to {high}"),
                    (true, true) => format!("between {low} and {high}, neither of them"),
                    (true, false) => format!("above {low}, up to {high}"),
                    (false, true) => format!("from {low}, below {high}"),
                },
            },
            Self::Whole { low, high } => format!("a whole number from {low} to {high}"),
            Self::List { low, high } if low.is_finite() && high.is_finite() => {
                format!("a list such as [.1,.5], each from {low} to {high}")
            }
            Self::List { low, .. } if low.is_finite() => {
                format!("a list such as [.1,.5], each {low} or more")
            }
            Self::List { .. } => "a list such as [.1,.5]".to_owned(),
            Self::Matrix => "rows such as [1,0;0,1]".to_owned(),
            Self::Distribution => {
                "a distribution: uniform(low,high), exponential(rate), beta(a,b), normal(mean,sd,low), \
                 table(x:chance,...)"
                    .to_owned()
            }
            Self::Flag => "yes or no".to_owned(),
        }
    }
}

/// One parameter of a mechanism.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// What it is called on the command line.
    pub key: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// What it may be.
    pub domain: Domain,
    /// A value to show its use.
    pub example: &'static str,
    /// What it is unless given.
    pub default: Option<&'static str>,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether the model's example sets it though it may be left out.
    pub shown: bool,
}

impl Parameter {
    /// A parameter that must be given.
    #[must_use]
    pub const fn new(
        key: &'static str,
        meaning: &'static str,
        domain: Domain,
        example: &'static str,
    ) -> Self {
        Self { key, meaning, domain, example, default: None, optional: false, shown: false }
    }

    /// With a value unless given.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), optional: true, ..self }
    }

    /// That may be left out.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// That the model's example sets.
    #[must_use]
    pub const fn shown(self) -> Self {
        Self { shown: true, ..self }
    }
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number, whole or not.
    Number(f64),
    /// Several.
    List(Vec<f64>),
    /// Rows.
    Matrix(Vec<Vec<f64>>),
    /// What is believed of a number.
    Distribution(Prior),
    /// Yes or no.
    Flag(bool),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let row = |row: &[f64]| row.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Number(x) => write!(f, "{x}"),
            Self::List(list) => write!(f, "[{}]", row(list)),
            Self::Matrix(rows) => {
                write!(f, "[{}]", rows.iter().map(|r| row(r)).collect::<Vec<_>>().join("; "))
            }
            Self::Distribution(prior) => write!(f, "{prior}"),
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
        }
    }
}

/// What is wrong with the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Which one, where it is one.
    pub parameter: Option<String>,
    /// What is wrong, lower-case.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// A problem of one parameter or of several together.
    #[must_use]
    pub fn new(parameter: &str, message: impl Into<String>) -> Self {
        Self { parameter: Some(parameter.to_owned()), message: message.into(), help: None }
    }

    fn help(self, text: impl Into<String>) -> Self {
        Self { help: Some(text.into()), ..self }
    }
}

/// Checked values of a mechanism's parameters: every one that must be given is there and in its range.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    values: BTreeMap<&'static str, Value>,
}

impl Given {
    /// Reads `key`, `text` pairs against the parameters; capitals in keys make no difference.
    ///
    /// # Errors
    ///
    /// Everything wrong at once: unknown and repeated keys, what can't be read, what is out of range, what is
    /// missing.
    pub fn read(parameters: &'static [Parameter], pairs: &[(String, String)]) -> Result<Self, Vec<Problem>> {
        let mut values = BTreeMap::new();
        let mut problems = Vec::new();
        for (key, text) in pairs {
            let Some(parameter) = parameters.iter().find(|parameter| parameter.key.eq_ignore_ascii_case(key))
            else {
                problems.push(unknown(parameters, key));
                continue;
            };
            match read_value(parameter, text) {
                Ok(value) => {
                    if values.insert(parameter.key, value).is_some() {
                        problems.push(Problem::new(key, format!("`{key}` is given twice")));
                    }
                }
                Err(problem) => {
                    problems.push(problem);
                    values.insert(parameter.key, Value::Flag(false));
                }
            }
        }
        for parameter in parameters {
            if values.contains_key(parameter.key) {
                continue;
            }
            match (parameter.default, parameter.optional) {
                (Some(text), _) => match read_value(parameter, text) {
                    Ok(value) => {
                        values.insert(parameter.key, value);
                    }
                    Err(problem) => problems.push(problem),
                },
                (None, true) => {}
                (None, false) => problems.push(
                    Problem::new(parameter.key, format!("`{}` is missing", parameter.key)).help(format!(
                        "{}: {}",
                        parameter.meaning,
                        parameter.domain.words()
                    )),
                ),
            }
        }
        if problems.is_empty() { Ok(Self { values }) } else { Err(problems) }
    }

    /// The values that are set, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.values.iter().map(|(key, value)| (*key, value))
    }

    /// The same with one number changed.
    #[must_use]
    pub fn with(&self, key: &'static str, x: f64) -> Self {
        let mut changed = self.clone();
        changed.values.insert(key, Value::Number(x));
        changed
    }

    /// A number that is there: given or by default. NaN where it was left out.
    #[must_use]
    pub fn number(&self, key: &str) -> f64 {
        self.optional(key).unwrap_or(f64::NAN)
    }

    /// A number that may have been left out.
    #[must_use]
    pub fn optional(&self, key: &str) -> Option<f64> {
        match self.values.get(key) {
            Some(Value::Number(x)) => Some(*x),
            _ => None,
        }
    }

    /// A whole number.
    #[must_use]
    pub fn whole(&self, key: &str) -> u32 {
        self.number(key) as u32
    }

    /// A list; `None` where it was left out.
    #[must_use]
    pub fn list(&self, key: &str) -> Option<&[f64]> {
        match self.values.get(key) {
            Some(Value::List(list)) => Some(list),
            _ => None,
        }
    }

    /// Rows; `None` where they were left out.
    #[must_use]
    pub fn matrix(&self, key: &str) -> Option<&[Vec<f64>]> {
        match self.values.get(key) {
            Some(Value::Matrix(rows)) => Some(rows),
            _ => None,
        }
    }

    /// A distribution; `None` where it was left out.
    #[must_use]
    pub fn distribution(&self, key: &str) -> Option<&Prior> {
        match self.values.get(key) {
            Some(Value::Distribution(prior)) => Some(prior),
            _ => None,
        }
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        self.values.get(key) == Some(&Value::Flag(true))
    }
}

fn unknown(parameters: &[Parameter], key: &str) -> Problem {
    let known: Vec<&str> = parameters.iter().map(|parameter| parameter.key).collect();
    let problem = Problem::new(key, format!("there is no parameter `{key}`"));
    match did_you_mean(key, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("the parameters are {}", known.join(", "))),
    }
}

fn read_value(parameter: &Parameter, text: &str) -> Result<Value, Problem> {
    let key = parameter.key;
    let expected = || format!("{}: {}", parameter.meaning, parameter.domain.words());
    let wrong = |said: String| Problem::new(key, format!("`{key}`: {said}")).help(expected());
    match parameter.domain {
        Domain::Number { .. } | Domain::Whole { .. } => {
            let x = read_number(text).map_err(wrong)?;
            if parameter.domain.holds(x) {
                return Ok(Value::Number(x));
            }
            Err(wrong(format!("{x} is not {}", parameter.domain.words())))
        }
        Domain::List { low, high } => {
            let list = read_row(bare(text)).map_err(wrong)?;
            match list.iter().find(|&&x| x < low || x > high) {
                None => Ok(Value::List(list)),
                Some(x) => Err(wrong(format!("{x} is out of range"))),
            }
        }
        Domain::Matrix => {
            let rows = bare(text).split(';').map(read_row).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
            if rows.iter().any(|row| row.len() != rows[0].len()) {
                return Err(wrong("its rows differ in length".to_owned()));
            }
            Ok(Value::Matrix(rows))
        }
        Domain::Distribution => Prior::read(text)
            .map(Value::Distribution)
            .map_err(|form| wrong(format!("`{}` can't be read; expected {form}", text.trim()))),
        Domain::Flag => match text.trim() {
            "yes" | "true" => Ok(Value::Flag(true)),
            "no" | "false" => Ok(Value::Flag(false)),
            other => Err(wrong(format!("`{other}` is neither yes nor no"))),
        },
    }
}

/// What is between square brackets, if there are some.
fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text)
}

fn read_row(text: &str) -> Result<Vec<f64>, String> {
    text.split(',').map(read_number).collect()
}

/// Parts `p=.5,cost=uniform(0,.4)` at commas that are in no bracket, and each part at its first `=`.
///
/// # Errors
///
/// A part without `=`.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let (mut depth, mut start) = (0_i32, 0);
    let mut parts = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
        .into_iter()
        .filter(|part| !part.trim().is_empty())
        .map(|part| match part.split_once('=') {
            Some((key, value)) => Ok((key.trim().to_owned(), value.trim().to_owned())),
            None => Err(format!("`{}` sets nothing: write key=value", part.trim())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: &[Parameter] = &[
        Parameter::new("p", "chance of winning", Domain::UNIT, ".5"),
        Parameter::new("cost", "what war costs", Domain::Distribution, "uniform(0,1)").optional(),
        Parameter::new("stages", "tests to come", Domain::Whole { low: 1, high: 9 }, "5").or("3"),
        Parameter::new("grid", "points", Domain::List { low: 0.0, high: 1.0 }, "[0,1]").optional(),
    ];

    #[test]
    fn everything_wrong_is_told_at_once() {
        let pairs = pairs("cots=uniform(0,.4),stages=2.5,grid=[0,.5,2]").expect("pairs");
        let problems = Given::read(PARAMETERS, &pairs).expect_err("four problems");
        let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(problems.len(), 4, "{said:?}");
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `cost`?"));
        assert_eq!(said[3], "`p` is missing");
    }

    #[test]
    fn values_are_read_and_filled_up() {
        let given = Given::read(PARAMETERS, &pairs("P=.5,grid=[0,.5]").expect("pairs")).expect("sound");
        assert_eq!((given.number("p"), given.whole("stages")), (0.5, 3));
        assert_eq!(given.list("grid"), Some(&[0.0, 0.5][..]));
        assert!(given.distribution("cost").is_none());
        assert!(pairs("p").is_err());
        assert!(Given::read(PARAMETERS, &pairs("p=1.5").expect("pairs")).is_err());
    }
}
