//! Numbers and truth over many draws at once: bounds, three-valued logic, the algebra of events.

use std::borrow::Cow;

use crate::scenario::Relation;

/// A number in each draw, NaN where it is undefined. Where only bounds are known, `high` holds the upper ones.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bounds<'a> {
    pub(super) low: Cow<'a, [f64]>,
    pub(super) high: Option<Cow<'a, [f64]>>,
}

impl<'a> Bounds<'a> {
    pub(super) fn exact(low: impl Into<Cow<'a, [f64]>>) -> Self {
        Self { low: low.into(), high: None }
    }

    pub(super) fn between(low: Vec<f64>, high: Vec<f64>) -> Self {
        Self { low: low.into(), high: Some(high.into()) }
    }

    pub(super) fn constant(value: f64, draws: usize) -> Self {
        Self::exact(vec![value; draws])
    }

    pub(super) fn high(&self) -> &[f64] {
        self.high.as_deref().unwrap_or(&self.low)
    }

    /// The opposite.
    pub(super) fn negative(self) -> Self {
        let opposite = |values: &[f64]| values.iter().map(|value| -value).collect::<Vec<_>>();
        match self.high {
            None => Self::exact(opposite(&self.low)),
            Some(high) => Self::between(opposite(&high), opposite(&self.low)),
        }
    }

    /// The chance of the opposite event.
    pub(super) fn complement(self) -> Self {
        let mut rest = self.negative();
        for end in std::iter::once(&mut rest.low).chain(&mut rest.high) {
            end.to_mut().iter_mut().for_each(|value| *value += 1.0);
        }
        rest
    }

    /// Combined draw by draw: for bounds, the least and the greatest over their ends.
    pub(super) fn with<'b>(&self, other: &Bounds<'_>, combine: impl Fn(f64, f64) -> f64) -> Bounds<'b> {
        if self.high.is_none() && other.high.is_none() {
            let pairs = self.low.iter().zip(other.low.iter());
            return Bounds::exact(pairs.map(|(&a, &b)| combine(a, b)).collect::<Vec<f64>>());
        }
        let (mut low, mut high) = (Vec::with_capacity(self.low.len()), Vec::with_capacity(self.low.len()));
        for draw in 0..self.low.len() {
            let mut ends = [f64::INFINITY, f64::NEG_INFINITY];
            let mut known = true;
            for a in [self.low[draw], self.high()[draw]] {
                for b in [other.low[draw], other.high()[draw]] {
                    let value = combine(a, b);
                    known &= !value.is_nan();
                    ends = [ends[0].min(value), ends[1].max(value)];
                }
            }
            let [least, most] = if known { ends } else { [f64::NAN; 2] };
            low.push(least);
            high.push(most);
        }
        Bounds::between(low, high)
    }

    /// A quotient; undefined where the divisor may be zero.
    pub(super) fn over<'b>(&self, other: &Bounds<'_>) -> Bounds<'b> {
        let mut divisor = other.clone();
        let zero = |draw: usize| other.low[draw] <= 0.0 && other.high()[draw] >= 0.0;
        for draw in (0..other.low.len()).filter(|&draw| zero(draw)) {
            divisor.low.to_mut()[draw] = f64::NAN;
        }
        self.with(&divisor, |a, b| a / b)
    }

    /// The larger of both; undefined if either is.
    pub(super) fn larger<'b>(&self, other: &Bounds<'_>) -> Bounds<'b> {
        self.with(other, |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) })
    }
}

/// All of these events happen: what their chances allow (Frechet 1935). Exact where all but one are certain or
/// impossible.
pub(super) fn all_of<'b>(parts: &[Bounds<'_>], draws: usize) -> Bounds<'b> {
    tightened(draws, |draw| {
        let (mut sum, mut high, mut known) = (0.0, 1.0_f64, true);
        for part in parts {
            let (low, most) = (part.low[draw], part.high()[draw]);
            if most <= 0.0 {
                return (0.0, 0.0);
            }
            known &= !low.is_nan();
            sum += low;
            high = high.min(most);
        }
        if known { ((sum - (parts.len() - 1) as f64).max(0.0), high) } else { (f64::NAN, f64::NAN) }
    })
}

/// Bounds that are one number where both ends are the same in every draw.
fn tightened<'b>(draws: usize, ends: impl Fn(usize) -> (f64, f64)) -> Bounds<'b> {
    let (mut low, mut high) = (Vec::with_capacity(draws), Vec::with_capacity(draws));
    let mut exact = true;
    for draw in 0..draws {
        let (least, most) = ends(draw);
        // Sums may differ in the last digits.
        exact &= least.is_nan() || most - least <= 1e-12;
        low.push(least);
        high.push(most);
    }
    if exact { Bounds::exact(high) } else { Bounds::between(low, high) }
}

/// True, false or neither; false below neither below true, so that "and" is the lesser and "or" the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It is not so.
    False,
    /// It can't be said.
    Undefined,
    /// It is so.
    True,
}

impl Truth {
    /// Of a flag column: 1, 0 or missing.
    pub(super) fn of_flag(value: f64) -> Self {
        if value.is_nan() { Self::Undefined } else { Self::of(value != 0.0) }
    }

    pub(super) fn letter(self) -> char {
        match self {
            Self::False => 'f',
            Self::True => 't',
            Self::Undefined => 'u',
        }
    }

    pub(super) fn of_letter(letter: char) -> Option<Self> {
        [Self::False, Self::True, Self::Undefined].into_iter().find(|truth| truth.letter() == letter)
    }

    #[inline]
    pub(super) fn of(so: bool) -> Self {
        if so { Self::True } else { Self::False }
    }

    /// As a chance: 1, 0 or missing.
    pub(super) fn chance(self) -> f64 {
        match self {
            Self::False => 0.0,
            Self::True => 1.0,
            Self::Undefined => f64::NAN,
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::True => Self::False,
            Self::Undefined => Self::Undefined,
        }
    }

    /// Both: false decides (Kleene 1952).
    #[inline]
    pub(super) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// At least one: true decides.
    #[inline]
    pub(super) fn or(self, other: Self) -> Self {
        self.max(other)
    }
}

/// Joins to `truth`, draw by draw, whether `a R b`.
pub(super) fn also_compared(truth: &mut [Truth], a: &Bounds<'_>, relation: Relation, b: &Bounds<'_>) {
    if a.high.is_some() || b.high.is_some() {
        let ends = |bounds: &Bounds<'_>, draw: usize| (bounds.low[draw], bounds.high()[draw]);
        for (draw, truth) in truth.iter_mut().enumerate() {
            *truth = truth.and(compared(ends(a, draw), relation, ends(b, draw)));
        }
        return;
    }
    // One simple loop per relation: these run over every draw of every claim.
    match relation {
        Relation::Less => also(truth, a, b, |a, b| a < b),
        Relation::AtMost => also(truth, a, b, |a, b| a <= b),
        Relation::AtLeast => also(truth, a, b, |a, b| a >= b),
        Relation::Greater => also(truth, a, b, |a, b| a > b),
    }
}

fn also(truth: &mut [Truth], a: &Bounds<'_>, b: &Bounds<'_>, holds: impl Fn(f64, f64) -> bool) {
    for (truth, (&a, &b)) in truth.iter_mut().zip(a.low.iter().zip(b.low.iter())) {
        let here = if a.is_nan() || b.is_nan() { Truth::Undefined } else { Truth::of(holds(a, b)) };
        *truth = truth.and(here);
    }
}

/// Whether `a R b`, whatever lies between their bounds.
pub(super) fn compared(a: (f64, f64), relation: Relation, b: (f64, f64)) -> Truth {
    let holds = |a: f64, b: f64| match relation {
        Relation::Less => a < b,
        Relation::AtMost => a <= b,
        Relation::AtLeast => a >= b,
        Relation::Greater => a > b,
    };
    if a.0.is_nan() || b.0.is_nan() {
        return Truth::Undefined;
    }
    let (hard, easy) = match relation {
        Relation::Less | Relation::AtMost => (holds(a.1, b.0), holds(a.0, b.1)),
        Relation::AtLeast | Relation::Greater => (holds(a.0, b.1), holds(a.1, b.0)),
    };
    if hard {
        Truth::True
    } else if easy {
        Truth::Undefined
    } else {
        Truth::False
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_bounds_of_frechet() {
        let (a, b) = (Bounds::constant(0.7, 1), Bounds::constant(0.6, 1));
        let both = all_of(&[a.clone(), b.clone()], 1);
        assert!((both.low[0] - 0.3).abs() < 1e-12 && (both.high()[0] - 0.6).abs() < 1e-12);
        let either = all_of(&[a.clone().complement(), b.complement()], 1).complement();
        assert!((either.low[0] - 0.7).abs() < 1e-12 && (either.high()[0] - 1.0).abs() < 1e-12);
        let sure = all_of(&[a.clone(), Bounds::constant(1.0, 1)], 1);
        assert_eq!(sure, Bounds::constant(0.7, 1));
        let never = all_of(&[a, Bounds::constant(0.0, 1), Bounds::constant(f64::NAN, 1)], 1);
        assert_eq!(never, Bounds::constant(0.0, 1));
    }

    #[test]
    fn bounds_are_compared_only_where_they_do_not_overlap() {
        let (low, high) = ((0.1, 0.3), (0.2, 0.4));
        assert_eq!(compared(low, Relation::Less, high), Truth::Undefined);
        assert_eq!(compared(low, Relation::Less, (0.5, 0.5)), Truth::True);
        assert_eq!(compared(low, Relation::AtLeast, (0.5, 0.5)), Truth::False);
        assert_eq!(compared((0.3, 0.3), Relation::AtLeast, (0.3, 0.3)), Truth::True);
        assert_eq!(compared((f64::NAN, f64::NAN), Relation::Less, high), Truth::Undefined);
    }

    #[test]
    fn a_quotient_is_undefined_where_the_divisor_may_be_zero() {
        let divisor = Bounds::between(vec![-0.1, 0.2], vec![0.1, 0.4]);
        let quotient = Bounds::constant(1.0, 2).over(&divisor);
        assert!(quotient.low[0].is_nan());
        assert!((quotient.low[1] - 2.5).abs() < 1e-12 && (quotient.high()[1] - 5.0).abs() < 1e-12);
    }
}
