//! What a mechanism answers: a verdict, the conditions behind it, numbers, and every equilibrium.

use serde::Serialize;

/// A value that is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Words.
    Words(String),
    /// Several numbers.
    List(Vec<f64>),
    /// A table.
    Table(Table),
}

/// Rows under names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// What the columns hold.
    pub columns: Vec<&'static str>,
    /// Row by row, a value per column.
    pub rows: Vec<Vec<Shown>>,
}

impl From<f64> for Shown {
    fn from(x: f64) -> Self {
        Self::Number(x)
    }
}

impl From<bool> for Shown {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Shown {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<Vec<f64>> for Shown {
    fn from(list: Vec<f64>) -> Self {
        Self::List(list)
    }
}

impl From<Table> for Shown {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// A stable name, for scripts.
    pub key: &'static str,
    /// What it is, for people.
    pub label: &'static str,
    /// The value; `None`: undefined here.
    pub value: Option<Shown>,
}

/// An inequality that decides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// A stable name.
    pub key: &'static str,
    /// The inequality in words: "the shift exceeds the surplus".
    pub says: &'static str,
    /// The two sides as they are compared: "p1 - ca + d (1 - p2 - cb) > 1".
    pub formula: &'static str,
    /// Value of the left side.
    pub left: f64,
    /// Value of the right side.
    pub right: f64,
    /// Whether it holds.
    pub holds: bool,
}

/// One equilibrium.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// What sets it apart.
    pub name: String,
    /// Its values.
    pub facts: Vec<Fact>,
}

impl Branch {
    /// An equilibrium without values yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), facts: Vec::new() }
    }

    /// With a value.
    #[must_use]
    pub fn fact(mut self, key: &'static str, label: &'static str, value: impl Into<Shown>) -> Self {
        self.facts.push(Fact { key, label, value: Some(value.into()) });
        self
    }

    /// With a value that may be undefined.
    #[must_use]
    pub fn maybe(mut self, key: &'static str, label: &'static str, value: Option<f64>) -> Self {
        self.facts.push(Fact { key, label, value: value.map(Shown::Number) });
        self
    }
}

/// The answer of a mechanism.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// A stable word: what is compared where one asks what would turn the verdict over.
    pub verdict: &'static str,
    /// The verdict in a sentence.
    pub says: String,
    /// The inequalities that decide it.
    pub conditions: Vec<Condition>,
    /// Values that don't hang on the equilibrium.
    pub facts: Vec<Fact>,
    /// Every equilibrium there is, or that this model knows of, as its notes say.
    pub equilibria: Vec<Branch>,
    /// What else a reader should know of this answer.
    pub notes: Vec<String>,
}

impl Answer {
    /// A verdict without values yet.
    #[must_use]
    pub fn new(verdict: &'static str, says: impl Into<String>) -> Self {
        Self {
            verdict,
            says: says.into(),
            conditions: Vec::new(),
            facts: Vec::new(),
            equilibria: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// With an inequality "left > right" (or as its formula has it) that holds or not.
    #[must_use]
    pub fn condition(
        mut self,
        key: &'static str,
        says: &'static str,
        formula: &'static str,
        (left, right): (f64, f64),
        holds: bool,
    ) -> Self {
        self.conditions.push(Condition { key, says, formula, left, right, holds });
        self
    }

    /// With a value.
    #[must_use]
    pub fn fact(mut self, key: &'static str, label: &'static str, value: impl Into<Shown>) -> Self {
        self.facts.push(Fact { key, label, value: Some(value.into()) });
        self
    }

    /// With a value that may be undefined.
    #[must_use]
    pub fn maybe(mut self, key: &'static str, label: &'static str, value: Option<f64>) -> Self {
        self.facts.push(Fact { key, label, value: value.map(Shown::Number) });
        self
    }

    /// With an equilibrium.
    #[must_use]
    pub fn branch(mut self, branch: Branch) -> Self {
        self.equilibria.push(branch);
        self
    }

    /// With a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The value of a fact: of the answer itself, else of its first equilibrium that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Shown> {
        let branches = self.equilibria.iter().flat_map(|branch| &branch.facts);
        self.facts.iter().chain(branches).find(|fact| fact.key == key)?.value.as_ref()
    }

    /// A number by its key, as [`get`](Self::get); `None` where there is none.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.get(key) {
            Some(Shown::Number(x)) => Some(*x),
            _ => None,
        }
    }

    /// A fact's label.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'static str> {
        let branches = self.equilibria.iter().flat_map(|branch| &branch.facts);
        self.facts.iter().chain(branches).find(|fact| fact.key == key).map(|fact| fact.label)
    }

    /// Whether a condition holds; `None` if there is none of that name.
    #[must_use]
    pub fn holds(&self, key: &str) -> Option<bool> {
        self.conditions.iter().find(|condition| condition.key == key).map(|condition| condition.holds)
    }
}
