//! Scores of what was forecast against what happened.
//!
//! A question counts once in a mean, however many lenses speak to it: scores are first averaged over the lenses of a group,
//! then over questions. Intervals draw whole conflicts anew.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bootstrap;
use super::chain::Ledger;
use super::entry::{Distribution, Forecast, Kind, Said, What, ending_word};
use super::standing::{Standing, resolutions};
use crate::history::crps;
use crate::lens::{Ending, Family, full_id};
use crate::math::ln;
use crate::scenario::Date;

/// Bins of chances, and of places in a distribution.
const BINS: usize = 10;

/// A forecast that can be scored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scored {
    /// The forecast's entry.
    pub entry: u64,
    /// The conflict: forecasts of one title are not independent.
    pub title: String,
    /// The question.
    pub question: String,
    /// The policy it was conditional on.
    pub policy: Option<String>,
    /// The perspective it was made from.
    pub perspective: Option<String>,
    /// The lens, with its reading.
    pub lens: String,
    /// Its family.
    pub family: Family,
    /// How it fared.
    pub verdict: Verdict,
}

/// How a forecast fared. Lower scores are better.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Terms.
    Value {
        /// What came of it.
        outcome: f64,
        /// The forecast's median.
        median: f64,
        /// Continuous ranked probability score, in points.
        crps: f64,
        /// The part of the forecast below the outcome, half of what equals it included.
        pit: f64,
        /// Whether the outcome lies between the 25 % and the 75 % point.
        in_half: bool,
        /// Whether it lies between the 5 % and the 95 % point.
        in_ninety: bool,
        /// Whether the forecast had the lens's measured error in it.
        with_error: bool,
    },
    /// Whether something happened.
    Event {
        /// Whether it did.
        outcome: bool,
        /// The chance that was given.
        chance: f64,
        /// (chance - outcome) squared, 0..1: half of what Brier (1950) sums over both cases.
        brier: f64,
        /// Minus the natural logarithm of the chance given to what happened; infinite if that was none (`null` in JSON).
        log: f64,
    },
    /// How things stand.
    Ending {
        /// How.
        outcome: Ending,
        /// The chances given to deal, broken, imposed and none.
        chances: [f64; 4],
        /// The sum over the four of (chance - outcome) squared, 0..2 (Brier 1950, equation 2).
        brier: f64,
        /// As for events.
        log: f64,
    },
}

/// Whose scores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// Everyone's.
    All,
    /// One family's.
    Family(Family),
    /// One lens's.
    Lens(Family, String),
}

/// A mean score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// Over questions.
    pub mean: f64,
    /// 90 %, by bootstrap over conflicts; `None` where there are too few, or a score is infinite.
    pub interval: Option<Interval>,
}

/// An interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The scores of a group on one kind of question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Whose.
    pub of: Rows,
    /// On what.
    pub kind: Kind,
    /// How many forecasts were scored.
    pub forecasts: usize,
    /// On how many questions.
    pub questions: usize,
    /// In how many conflicts.
    pub conflicts: usize,
    /// Mean Brier score of events or endings.
    pub brier: Option<Mean>,
    /// Mean log score of events or endings.
    pub log: Option<Mean>,
    /// Forecasts that called impossible what happened.
    pub impossible: usize,
    /// Mean continuous ranked probability score of terms.
    pub crps: Option<Mean>,
    /// Mean absolute error of the medians of terms.
    pub error: Option<Mean>,
}

/// Forecasts whose chance lies in one bin.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Bin {
    /// How many.
    pub forecasts: usize,
    /// Their mean chance; NaN of none.
    pub said: f64,
    /// How many of them came true.
    pub happened: usize,
}

/// Whether what was said matches what happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Whose.
    pub of: Rows,
    /// Ten bins of equal width, `[0, 0.1)` to `[0.9, 1]`: events, and each of the four endings as one.
    pub bins: Vec<Bin>,
    /// How many outcomes of terms lie in each tenth of their forecast: even, if the forecasts are calibrated.
    pub places: Vec<usize>,
    /// Forecasts of terms.
    pub values: usize,
    /// How many outcomes lie in the middle half of their forecast.
    pub in_half: usize,
    /// How many between the 5 % and the 95 % point.
    pub in_ninety: usize,
    /// How many of these forecasts are the spread of inputs only, without a measured error.
    pub without_error: usize,
}

/// All scores of a ledger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Every forecast that can be scored, in the order of the ledger.
    pub scored: Vec<Scored>,
    /// Means: everyone's, then by family, then by lens.
    pub rows: Vec<Row>,
    /// Calibration: everyone's, then by family.
    pub calibration: Vec<Calibration>,
    /// Whether these are the forecasts made in hindsight.
    pub hindsight: bool,
    /// Forecasts that could be scored, but are of the other sort.
    pub left_out: usize,
}

/// Scores every forecast whose question is answered, by the answer that counts: those made in time, or those made in
/// hindsight, which are never mixed.
#[must_use]
pub fn score(ledger: &Ledger, today: Date, hindsight: bool) -> Scores {
    let mut scored = Vec::new();
    let mut left_out = 0;
    for resolution in resolutions(ledger, today) {
        let Standing::Answered { what, .. } = resolution.standing else { continue };
        let Some((forecast, sealed)) = ledger.forecast(resolution.entry) else { continue };
        let said = forecast.said.iter().filter(|said| said.question == resolution.question);
        let own = said.filter_map(|said| one(resolution.entry, forecast, said, what));
        if is_hindsight(forecast, sealed) == hindsight {
            scored.extend(own);
        } else {
            left_out += own.count();
        }
    }
    let groups = groups(&scored);
    let rows = groups.iter().flat_map(|of| {
        [Kind::Ending, Kind::Event, Kind::Value].into_iter().filter_map(|kind| row(of, kind, &scored))
    });
    let calibrated = groups.iter().filter(|of| !matches!(of, Rows::Lens(..)));
    let calibration = calibrated.map(|of| calibration(of, &scored)).collect();
    Scores { rows: rows.collect(), calibration, scored, hindsight, left_out }
}

/// Whether a forecast was sealed when what came of it could be known: of a conflict that is past, or after its date.
#[must_use]
pub fn is_hindsight(forecast: &Forecast, sealed: &str) -> bool {
    let due = forecast.due.as_ref().and_then(|due| due.parse::<Date>().ok());
    let late = due.zip(sealed.parse().ok()).is_some_and(|(due, sealed)| due.is_before(&sealed));
    late || forecast.status == "past"
}

fn one(entry: u64, forecast: &Forecast, said: &Said, what: What) -> Option<Scored> {
    Some(Scored {
        entry,
        title: forecast.title.clone(),
        question: said.question.clone(),
        policy: forecast.policy.clone(),
        perspective: forecast.perspective.clone(),
        lens: full_id(&said.lens, &said.reading),
        family: said.family,
        verdict: verdict(&said.distribution, what)?,
    })
}

/// `None` for what is void, or an answer of another kind.
fn verdict(distribution: &Distribution, what: What) -> Option<Verdict> {
    match (distribution, what) {
        (Distribution::Value { with_error, quantiles }, What::Value(outcome)) => {
            let n = quantiles.len();
            let inside = |tail: f64| {
                let cut = (tail * n as f64) as usize;
                quantiles[cut] <= outcome && outcome <= quantiles[n - 1 - cut]
            };
            let below = quantiles.partition_point(|value| *value < outcome);
            let up_to = quantiles.partition_point(|value| *value <= outcome);
            Some(Verdict::Value {
                outcome,
                median: 0.5 * (quantiles[(n - 1) / 2] + quantiles[n / 2]),
                crps: crps(quantiles, outcome),
                pit: (below + up_to) as f64 / (2 * n) as f64,
                in_half: inside(0.25),
                in_ninety: inside(0.05),
                with_error: *with_error,
            })
        }
        (Distribution::Event { chance, .. }, What::Occurred(outcome)) => {
            let given = if outcome { *chance } else { 1.0 - chance };
            Some(Verdict::Event {
                outcome,
                chance: *chance,
                brier: (1.0 - given) * (1.0 - given),
                log: surprise(given),
            })
        }
        (Distribution::Ending { deal, broken, imposed, none }, What::Ended(outcome)) => {
            let chances = [*deal, *broken, *imposed, *none];
            let at = ENDINGS.iter().position(|ending| *ending == outcome)?;
            let off = |(index, chance): (usize, &f64)| chance - f64::from(u8::from(index == at));
            Some(Verdict::Ending {
                outcome,
                chances,
                brier: chances.iter().enumerate().map(off).map(|off| off * off).sum(),
                log: surprise(chances[at]),
            })
        }
        _ => None,
    }
}

const ENDINGS: [Ending; 4] = [Ending::Deal, Ending::Broken, Ending::Imposed, Ending::None];

/// The logarithmic score (Good 1952), with the sign turned so that lower is better.
fn surprise(chance: f64) -> f64 {
    // Not -0 for what was certain.
    if chance >= 1.0 { 0.0 } else { -ln(chance) }
}

/// Everyone, then each family, then each lens.
fn groups(scored: &[Scored]) -> Vec<Rows> {
    let mut groups = vec![Rows::All];
    groups.extend(scored.iter().map(|scored| Rows::Family(scored.family)));
    groups.extend(scored.iter().map(|scored| Rows::Lens(scored.family, scored.lens.clone())));
    groups.sort();
    groups.dedup();
    groups
}

impl Rows {
    fn holds(&self, scored: &Scored) -> bool {
        match self {
            Self::All => true,
            Self::Family(family) => scored.family == *family,
            Self::Lens(family, lens) => scored.family == *family && scored.lens == *lens,
        }
    }
}

impl Verdict {
    fn kind(&self) -> Kind {
        match self {
            Self::Value { .. } => Kind::Value,
            Self::Event { .. } => Kind::Event,
            Self::Ending { .. } => Kind::Ending,
        }
    }

    fn brier(&self) -> Option<f64> {
        match self {
            Self::Value { .. } => None,
            Self::Event { brier, .. } | Self::Ending { brier, .. } => Some(*brier),
        }
    }

    fn log(&self) -> Option<f64> {
        match self {
            Self::Value { .. } => None,
            Self::Event { log, .. } | Self::Ending { log, .. } => Some(*log),
        }
    }

    fn crps(&self) -> Option<f64> {
        match self {
            Self::Value { crps, .. } => Some(*crps),
            _ => None,
        }
    }

    fn error(&self) -> Option<f64> {
        match self {
            Self::Value { outcome, median, .. } => Some((outcome - median).abs()),
            _ => None,
        }
    }

    /// What was said of yes-or-no questions, and whether they came true.
    fn chances(&self) -> Vec<(f64, bool)> {
        match self {
            Self::Value { .. } => Vec::new(),
            Self::Event { outcome, chance, .. } => vec![(*chance, *outcome)],
            Self::Ending { outcome, chances, .. } => {
                chances.iter().zip(ENDINGS).map(|(chance, ending)| (*chance, ending == *outcome)).collect()
            }
        }
    }

    /// What happened, in a word or a number.
    #[must_use]
    pub fn outcome(&self) -> String {
        match self {
            Self::Value { outcome, .. } => What::Value(*outcome).to_string(),
            Self::Event { outcome, .. } => What::Occurred(*outcome).to_string(),
            Self::Ending { outcome, .. } => ending_word(*outcome).to_owned(),
        }
    }
}

fn row(of: &Rows, kind: Kind, scored: &[Scored]) -> Option<Row> {
    let own: Vec<&Scored> =
        scored.iter().filter(|scored| of.holds(scored) && scored.verdict.kind() == kind).collect();
    let questions = by_question(&own, |_| Some(0.0));
    (!own.is_empty()).then(|| Row {
        of: of.clone(),
        kind,
        forecasts: own.len(),
        questions: questions.values().map(BTreeMap::len).sum(),
        conflicts: questions.len(),
        brier: mean(&own, Verdict::brier),
        log: mean(&own, Verdict::log),
        impossible: own.iter().filter(|scored| scored.verdict.log() == Some(f64::INFINITY)).count(),
        crps: mean(&own, Verdict::crps),
        error: mean(&own, Verdict::error),
    })
}

/// Scores by conflict and, in it, by question.
type ByQuestion<'a> = BTreeMap<&'a str, BTreeMap<(u64, &'a str), Vec<f64>>>;

fn by_question<'a>(scored: &[&'a Scored], score: impl Fn(&Verdict) -> Option<f64>) -> ByQuestion<'a> {
    let mut conflicts = ByQuestion::new();
    for &scored in scored {
        if let Some(score) = score(&scored.verdict) {
            let questions = conflicts.entry(&scored.title).or_default();
            questions.entry((scored.entry, &scored.question)).or_default().push(score);
        }
    }
    conflicts
}

fn mean(scored: &[&Scored], score: impl Fn(&Verdict) -> Option<f64>) -> Option<Mean> {
    let average = |scores: &Vec<f64>| scores.iter().sum::<f64>() / scores.len() as f64;
    let clusters: Vec<Vec<f64>> = by_question(scored, score)
        .values()
        .map(|questions| questions.values().map(average).collect())
        .collect();
    let all: Vec<f64> = clusters.concat();
    let interval = bootstrap::interval(&clusters).map(|(low, high)| Interval { low, high });
    (!all.is_empty()).then(|| Mean { mean: average(&all), interval })
}

fn calibration(of: &Rows, scored: &[Scored]) -> Calibration {
    let mut bins = vec![Bin::default(); BINS];
    let mut places = vec![0; BINS];
    let (mut values, mut half, mut ninety, mut without_error) = (0, 0, 0, 0);
    let tenth = |share: f64| ((share * BINS as f64) as usize).min(BINS - 1);
    for Scored { verdict, .. } in scored.iter().filter(|scored| of.holds(scored)) {
        for (chance, happened) in verdict.chances() {
            let bin = &mut bins[tenth(chance)];
            bin.forecasts += 1;
            bin.said += chance;
            bin.happened += usize::from(happened);
        }
        if let Verdict::Value { pit, in_half, in_ninety, with_error, .. } = verdict {
            places[tenth(*pit)] += 1;
            values += 1;
            half += usize::from(*in_half);
            ninety += usize::from(*in_ninety);
            without_error += usize::from(!with_error);
        }
    }
    for bin in &mut bins {
        bin.said /= bin.forecasts as f64;
    }
    Calibration { of: of.clone(), bins, places, values, in_half: half, in_ninety: ninety, without_error }
}
