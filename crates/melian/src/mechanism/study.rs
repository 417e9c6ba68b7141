//! What moves an answer: comparative statics, the values that turn the verdict over, and sweeps.

use super::answer::Answer;
use super::parameter::{Domain, Given, Parameter, Problem, Value};
use super::{Card, Model};
use serde::Serialize;

/// Where a value goes as a parameter rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It rises.
    Up,
    /// It falls.
    Down,
    /// It stays.
    Flat,
    /// It rises on one side and not on the other.
    Turns,
}

/// A comparative static at the given values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Static {
    /// The parameter that rises.
    pub parameter: &'static str,
    /// The value that is looked at.
    pub of: &'static str,
    /// Where it goes.
    pub direction: Direction,
    /// Its slope: change per unit, both sides pooled; per step of one for whole numbers.
    pub slope: f64,
}

/// The nearest value of one parameter, on one side, at which the verdict is another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// The parameter.
    pub parameter: &'static str,
    /// A value just over the edge.
    pub at: f64,
    /// The verdict there.
    pub verdict: &'static str,
    /// That verdict in words.
    pub says: String,
}

/// An answer with what moves it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Study {
    /// The answer itself.
    pub answer: Answer,
    /// By parameter and headline value.
    pub statics: Vec<Static>,
    /// By parameter, downwards and upwards.
    pub flips: Vec<Flip>,
}

/// Steps outward when looking for another verdict.
const STEPS: u32 = 40;

impl Study {
    /// Answers, and asks again with each number a little and a lot different.
    ///
    /// # Errors
    ///
    /// As [`Model::solve`].
    pub fn of(model: &Model, given: &Given) -> Result<Self, Vec<Problem>> {
        let answer = model.solve(given)?;
        let numbers: Vec<(&Parameter, f64)> = numbers(&model.card, given).collect();
        let mut statics = Vec::new();
        let mut flips = Vec::new();
        for &(parameter, at) in &numbers {
            statics.extend(statics_of(model, given, &answer, parameter, at));
            for up in [false, true] {
                flips.extend(flip_of(model, given, &answer, parameter, at, up));
            }
        }
        Ok(Self { answer, statics, flips })
    }
}

/// The parameters that are single numbers and set.
fn numbers<'a>(card: &'a Card, given: &'a Given) -> impl Iterator<Item = (&'static Parameter, f64)> + 'a {
    card.parameters.iter().filter_map(|parameter| {
        let single = matches!(parameter.domain, Domain::Number { .. } | Domain::Whole { .. });
        Some((parameter, given.optional(parameter.key).filter(|_| single)?))
    })
}

fn statics_of(model: &Model, given: &Given, answer: &Answer, parameter: &Parameter, at: f64) -> Vec<Static> {
    let step = match parameter.domain {
        Domain::Whole { .. } => 1.0,
        _ => 1e-4 * at.abs().max(0.01),
    };
    let ask = |x: f64| parameter.domain.holds(x).then(|| model.solve(&given.with(parameter.key, x)).ok())?;
    let (below, above) = (ask(at - step), ask(at + step));
    let of = |key: &'static str| {
        let here = answer.number(key)?;
        let low = below.as_ref().and_then(|answer| answer.number(key)).map(|x| (here - x) / step);
        let high = above.as_ref().and_then(|answer| answer.number(key)).map(|x| (x - here) / step);
        let sides: Vec<f64> = low.into_iter().chain(high).collect();
        let noise = 1e-8 * (1.0 + here.abs());
        let (ups, downs) = (sides.iter().any(|&s| s > noise), sides.iter().any(|&s| s < -noise));
        let direction = match (ups, downs) {
            _ if sides.is_empty() => return None,
            (true, true) => Direction::Turns,
            (true, false) => Direction::Up,
            (false, true) => Direction::Down,
            (false, false) => Direction::Flat,
        };
        let slope =
            if direction == Direction::Flat { 0.0 } else { sides.iter().sum::<f64>() / sides.len() as f64 };
        Some(Static { parameter: parameter.key, of: key, direction, slope })
    };
    model.card.headlines.iter().filter_map(|key| of(key)).collect()
}

/// Looks outward from `at`, ever wider, until the verdict is another; then halves the way to the edge.
fn flip_of(
    model: &Model,
    given: &Given,
    answer: &Answer,
    parameter: &Parameter,
    at: f64,
    up: bool,
) -> Option<Flip> {
    let (whole, end) = match parameter.domain {
        Domain::Whole { low, high } => (true, f64::from(if up { high } else { low })),
        Domain::Number { low, high, .. } => (false, if up { high } else { low }),
        _ => return None,
    };
    let reach = 10.0 * at.abs().max(1.0);
    let end = if end.is_finite() { end } else { at + if up { reach } else { -reach } };
    let place = |step: u32| {
        let share = f64::from(step) / f64::from(STEPS);
        let x = at + share * share * (end - at);
        if whole { at + (x - at).round() } else { x }
    };
    let ask = |x: f64| parameter.domain.holds(x).then(|| model.solve(&given.with(parameter.key, x)).ok())?;
    let mut same = at;
    for x in (1..=STEPS).map(place).filter(|&x| x != at) {
        // An end that is itself excluded is not a verdict; values that don't go together end the search.
        let there = ask(x)?;
        if there.verdict == answer.verdict {
            same = x;
            continue;
        }
        let mut other = (x, there);
        for _ in 0..60 {
            let middle = 0.5 * (same + other.0);
            let middle = if whole { middle.round() } else { middle };
            if middle == same || middle == other.0 {
                break;
            }
            match ask(middle) {
                Some(there) if there.verdict == answer.verdict => same = middle,
                Some(there) => other = (middle, there),
                None => break,
            }
        }
        let (at, there) = other;
        return Some(Flip { parameter: parameter.key, at, verdict: there.verdict, says: there.says });
    }
    None
}

/// A parameter moved over evenly spaced values.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The parameter.
    pub parameter: &'static str,
    /// A value and the answer there, or what is wrong there.
    pub points: Vec<(f64, Result<Answer, Vec<Problem>>)>,
}

impl Sweep {
    /// Most points of a sweep.
    pub const MOST: u32 = 10_000;

    /// Answers at the `values` of a number; the others stay as given.
    ///
    /// # Errors
    ///
    /// A key that is not a number of this model, or a value out of its range.
    pub fn of(model: &Model, given: &Given, key: &str, values: &[f64]) -> Result<Self, Vec<Problem>> {
        let parameter =
            model.card.parameters.iter().find(|parameter| parameter.key.eq_ignore_ascii_case(key));
        let Some(parameter) = parameter
            .filter(|parameter| matches!(parameter.domain, Domain::Number { .. } | Domain::Whole { .. }))
        else {
            return Err(vec![Problem::new(key, format!("`{key}` is not a number that can be swept"))]);
        };
        let outside = values.iter().find(|&&x| !parameter.domain.holds(x));
        if let Some(x) = outside {
            let said = format!("`{key}`: {x} is not {}", parameter.domain.words());
            return Err(vec![Problem::new(key, said)]);
        }
        let points = values.iter().map(|&x| (x, model.solve(&given.with(parameter.key, x)))).collect();
        Ok(Self { parameter: parameter.key, points })
    }
}

/// A value as it was given, for programs.
impl Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(x) => serializer.serialize_f64(*x),
            Self::List(list) => list.serialize(serializer),
            Self::Matrix(rows) => rows.serialize(serializer),
            Self::Distribution(prior) => serializer.serialize_str(&prior.to_string()),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
        }
    }
}
