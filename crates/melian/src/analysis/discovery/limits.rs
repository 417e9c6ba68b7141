//! Boxes: limits on some inputs.

use serde::Serialize;

/// What is asked of one input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Limit {
    /// Number of the input.
    pub input: usize,
    /// At least this.
    pub low: Option<f64>,
    /// At most this.
    pub high: Option<f64>,
    /// None of these, of an input with names instead of numbers.
    pub without: Vec<u32>,
}

impl Limit {
    fn holds(&self, value: f64) -> bool {
        self.low.is_none_or(|low| value >= low)
            && self.high.is_none_or(|high| value <= high)
            && !self.without.iter().any(|category| f64::from(*category) == value)
    }

    fn is_empty(&self) -> bool {
        self.low.is_none() && self.high.is_none() && self.without.is_empty()
    }
}

/// One end of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// `high`.
    High,
    /// `low`.
    Low,
    /// `without`.
    Without,
}

/// Limits on some inputs, in the order of the inputs; without any, everything.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Limits(pub Vec<Limit>);

impl Limits {
    /// Whether a row lies inside.
    #[must_use]
    pub fn hold(&self, inputs: &[Vec<f64>], row: usize) -> bool {
        self.0.iter().all(|limit| limit.holds(inputs[limit.input][row]))
    }

    /// The limit on an input, made if there is none.
    pub(super) fn on(&mut self, input: usize) -> &mut Limit {
        let at = match self.0.binary_search_by_key(&input, |limit| limit.input) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, Limit { input, low: None, high: None, without: Vec::new() });
                at
            }
        };
        &mut self.0[at]
    }

    /// Whether an input has a limit.
    pub(super) fn restrict(&self, input: usize) -> bool {
        self.0.binary_search_by_key(&input, |limit| limit.input).is_ok()
    }

    /// The same without one end of the limit on an input.
    pub(super) fn freed(&self, input: usize, side: Side) -> Self {
        let mut freed = self.clone();
        let limit = freed.on(input);
        match side {
            Side::High => limit.high = None,
            Side::Low => limit.low = None,
            Side::Without => limit.without.clear(),
        }
        freed.0.retain(|limit| !limit.is_empty());
        freed
    }

    /// All ends of all limits.
    pub(super) fn sides(&self) -> Vec<(usize, Side)> {
        let sides = |limit: &Limit| {
            let input = limit.input;
            [
                limit.low.map(|_| (input, Side::Low)),
                limit.high.map(|_| (input, Side::High)),
                (!limit.without.is_empty()).then_some((input, Side::Without)),
            ]
        };
        self.0.iter().flat_map(sides).flatten().collect()
    }
}

/// Rows, and how many of them are of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Rows.
    pub rows: u64,
    /// Rows of interest among them.
    pub cases: u64,
}

impl Counts {
    /// The share of rows that are of interest; NaN of none.
    #[must_use]
    pub fn density(self) -> f64 {
        self.cases as f64 / self.rows as f64
    }

    pub(super) fn add(&mut self, case: bool) {
        self.rows += 1;
        self.cases += u64::from(case);
    }

    pub(super) fn of(rows: impl Iterator<Item = bool>) -> Self {
        let mut counts = Self::default();
        rows.for_each(|case| counts.add(case));
        counts
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self { rows: self.rows - other.rows, cases: self.cases - other.cases }
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self { rows: self.rows + other.rows, cases: self.cases + other.cases }
    }
}
