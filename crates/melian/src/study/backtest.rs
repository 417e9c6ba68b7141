//! Every lens and reading on past negotiations: errors of points, scores of distributions, differences to the means.
//!
//! Points are what [`Lens::predict_dossier`] gives. Whatever is fitted learns from the public rows, never from the dossier
//! it is scored on: residuals from all other dossiers, mixtures from the other folds (`docs/mixture-protocol.md`).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rayon::prelude::*;
use serde::Serialize;

use crate::diagnostic::Span;
use crate::history::mixture::{COMPONENTS, Mixture, PastForecast, Predictive};
use crate::history::{PastIssue, PastTable, Score, crps, deu};
use crate::lens::point::past_points as points;
use crate::lens::{self, Lens};
use crate::scenario::{LensOptions, OptionValue, Plain};
use crate::uncertainty::Stream;

/// Resamples of dossiers behind an interval.
const RESAMPLES: u64 = 10_000;
/// The named stream of the resamples, and its seed.
const STREAM: (u64, &str) = (1, "backtest bootstrap");

/// How all predictors did on a table of past issues.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// Scored issues: outcome known, at least three positions.
    pub issues: usize,
    /// Dossiers they belong to.
    pub dossiers: usize,
    /// A row per predictor.
    pub rows: Vec<Row>,
    /// The compromise mean with the residuals of every other public issue, dossier or not: the bar of the mixture.
    pub bar: DistributionScore,
}

/// How one predictor did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// `compromise`, `spatial/smp forecast=mode`, `constant 50`.
    pub name: String,
    /// Whether it is a lens with its own options.
    pub lens: bool,
    /// Errors of its points.
    pub score: Score,
    /// Its absolute error minus the compromise mean's on the same issues.
    pub to_compromise: Difference,
    /// Its absolute error minus the unweighted mean's on the same issues.
    pub to_mean: Difference,
    /// Its points with the residuals of other dossiers around them.
    pub residuals: DistributionScore,
    /// Its points with the calibrated mixture around them; for lenses only.
    pub mixture: Option<DistributionScore>,
}

/// A mean difference with its 95 % bootstrap interval, whole dossiers resampled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// In points; below 0 is better.
    pub mean: f64,
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// How good a distribution was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DistributionScore {
    /// Mean continuous ranked probability score, in points.
    pub crps: f64,
    /// Its CRPS minus the bar's on the same issues.
    pub to_bar: Difference,
    /// Share of outcomes inside the central 50 % of the distribution, by the probability integral transform.
    pub coverage_50: f64,
    /// Share of outcomes inside the central 90 %.
    pub coverage_90: f64,
    /// Mean mass within 5 points of the outcome.
    pub mass_within_5: f64,
    /// Mean mass within 10 points of the outcome.
    pub mass_within_10: f64,
    /// Share of outcomes by tenth of the probability integral transform (nonrandomised, as in Czado, Gneiting and Held
    /// 2009); all 0.1 if calibrated.
    pub pit: [f64; 10],
}

/// Where points come from.
enum Source {
    Naive(fn(&PastIssue) -> Option<f64>),
    Lens(&'static dyn Lens, LensOptions),
    /// The mean of the points of two lenses.
    Half(&'static dyn Lens, &'static dyn Lens),
}

struct Predictor {
    name: String,
    source: Source,
}

impl Predictor {
    fn is_lens(&self) -> bool {
        matches!(&self.source, Source::Lens(_, options) if options.values.is_empty())
    }

    /// Points on all issues of a table.
    fn points(&self, table: &PastTable) -> Vec<Option<f64>> {
        match &self.source {
            Source::Naive(predict) => table.issues.iter().map(predict).collect(),
            Source::Lens(lens, options) => points(*lens, options, table),
            Source::Half(one, other) => {
                let none = LensOptions::default();
                let both = points(*one, &none, table).into_iter().zip(points(*other, &none, table));
                both.map(|(a, b)| Some(0.5 * (a? + b?))).collect()
            }
        }
    }
}

fn options(pairs: &[(&str, &str)]) -> LensOptions {
    let value = |text: &str| OptionValue {
        value: text.parse().map_or_else(|_| Plain::Text(text.to_owned()), Plain::Number),
        key_span: Span::default(),
        span: Span::default(),
    };
    let values = pairs.iter().map(|(key, text)| ((*key).to_owned(), value(text))).collect();
    LensOptions { values, span: None }
}

fn mean(issue: &PastIssue) -> Option<f64> {
    let n = issue.actors.len();
    (n > 0).then(|| issue.actors.iter().map(|actor| actor.position).sum::<f64>() / n as f64)
}

/// Further readings that are scored: lens, options.
const VARIANTS: &[(&str, &[(&str, &str)])] = &[
    ("mean", &[("weights", "salience")]),
    ("mean", &[("weights", "capability")]),
    ("median/weighted", &[("weights", "salience")]),
    ("challenge/text_q1", &[("forecast", "mean")]),
    ("challenge/text_q05", &[("forecast", "mean")]),
    ("challenge/scholz_code", &[("forecast", "mean")]),
    ("challenge/scholz_code_corrected", &[("forecast", "mean")]),
    ("spatial/by_issue", &[("turns", "0")]),
    ("spatial/by_issue", &[("turns", "0"), ("victory", "Square")]),
    ("spatial/by_issue", &[("turns", "0"), ("forecast", "mode")]),
    ("spatial/by_issue", &[("turns", "0"), ("victory", "Square"), ("forecast", "mode")]),
    ("spatial/by_issue", &[("forecast", "mode")]),
    ("spatial/by_issue", &[("forecast", "weighted_mean")]),
    ("spatial/by_issue", &[("forecast", "weighted_median")]),
];

fn predictors() -> Vec<Predictor> {
    let naive = |name: &str, predict| Predictor { name: name.to_owned(), source: Source::Naive(predict) };
    let mut all = vec![
        naive("constant 50", |_| Some(50.0)),
        naive("no-deal point, or 50", |issue| Some(issue.reference.unwrap_or(50.0))),
        naive("Commission, or mean", |issue| issue.position("com").or_else(|| mean(issue))),
        naive("Parliament, or mean", |issue| issue.position("ep").or_else(|| mean(issue))),
    ];
    let of = |lens: &'static dyn Lens, pairs: &[(&str, &str)]| {
        let mut name = lens.card().full_id();
        for (key, value) in pairs {
            let _ = write!(name, " {key}={value}");
        }
        Predictor { name, source: Source::Lens(lens, options(pairs)) }
    };
    for lens in lens::all() {
        all.push(of(lens, &[]));
        let id = lens.card().full_id();
        all.extend(VARIANTS.iter().filter(|(of, _)| *of == id).map(|(_, pairs)| of(lens, pairs)));
        if id == "median/weighted"
            && let [compromise] = lens::find("compromise")[..]
        {
            let name = "half compromise, half median/weighted".to_owned();
            all.push(Predictor { name, source: Source::Half(compromise, lens) });
        }
    }
    all
}

/// A past issue with a point and an outcome.
struct Forecast<'a> {
    issue: &'a PastIssue,
    past: PastForecast,
    /// As the lens gave it.
    point: f64,
}

impl Forecast<'_> {
    fn error(&self) -> f64 {
        self.past.outcome - self.point
    }
}

fn forecasts<'a>(table: &'a PastTable, points: &[Option<f64>]) -> Vec<Forecast<'a>> {
    let of = |(issue, point): (&'a PastIssue, &Option<f64>)| {
        if !issue.is_scored() {
            return None;
        }
        let past = PastForecast::of(issue, (*point)?)?;
        Some(Forecast { issue, past, point: (*point)? })
    };
    table.issues.iter().zip(points).filter_map(of).collect()
}

/// Resampled dossiers: how often each is drawn, by resample.
struct Resamples {
    dossiers: Vec<String>,
    counts: Vec<Vec<f64>>,
}

impl Resamples {
    fn of(table: &PastTable) -> Self {
        let names: BTreeSet<&str> = table.scored().map(|issue| issue.dossier.as_str()).collect();
        let dossiers: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let n = dossiers.len();
        let counts = (0..RESAMPLES)
            .into_par_iter()
            .map(|resample| {
                let mut stream = Stream::new(STREAM.0, STREAM.1, resample);
                let mut counts = vec![0.0; n];
                for _ in 0..n {
                    counts[((stream.uniform() * n as f64) as usize).min(n - 1)] += 1.0;
                }
                counts
            })
            .collect();
        Self { dossiers, counts }
    }

    /// The mean of differences, given with their dossiers.
    fn difference<'a>(&self, differences: impl Iterator<Item = (&'a str, f64)>) -> Difference {
        let mut sums = vec![(0.0, 0.0); self.dossiers.len()];
        for (dossier, difference) in differences {
            if let Ok(at) = self.dossiers.binary_search_by(|name| name.as_str().cmp(dossier)) {
                sums[at].0 += difference;
                sums[at].1 += 1.0;
            }
        }
        let mean = |weight: &dyn Fn(usize) -> f64| {
            let (mut sum, mut count) = (0.0, 0.0);
            for (at, (difference, issues)) in sums.iter().enumerate() {
                sum += weight(at) * difference;
                count += weight(at) * issues;
            }
            sum / count
        };
        let mut means: Vec<f64> =
            self.counts.iter().map(|counts| mean(&|at| counts[at])).filter(|mean| mean.is_finite()).collect();
        means.sort_by(f64::total_cmp);
        let percentile = |share: f64| {
            let at = (share * means.len() as f64) as usize;
            means.get(at.min(means.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
        };
        Difference { mean: mean(&|_| 1.0), low: percentile(0.025), high: percentile(0.975) }
    }
}

/// Scores every predictor on the scored issues of `table`; `None` if there are none. The same on any number of threads.
#[must_use]
pub fn backtest(table: &PastTable) -> Option<Backtest> {
    table.scored().next()?;
    let predictors = predictors();
    let public = deu::public();
    let points: Vec<[Vec<Option<f64>>; 2]> = predictors
        .par_iter()
        .map(|predictor| {
            let tested = predictor.points(table);
            let learned = if std::ptr::eq(table, public) { tested.clone() } else { predictor.points(public) };
            [tested, learned]
        })
        .collect();
    let resamples = Resamples::of(table);
    let at = |name: &str| predictors.iter().position(|predictor| predictor.name == name);
    let [compromise, mean] =
        [at("compromise")?, at("mean")?].map(|at| Errors::of(&forecasts(table, &points[at][0])));
    let (tested, learned) =
        (forecasts(table, &points[at("compromise")?][0]), forecasts(public, &points[at("compromise")?][1]));
    let bar = bar(&tested, &learned);
    let bar_scores = Errors(
        tested.iter().zip(&bar).map(|(forecast, bar)| (forecast.issue.id.as_str(), bar.crps)).collect(),
    );
    let rows = predictors
        .par_iter()
        .zip(&points)
        .filter_map(|(predictor, [here, there])| {
            let (tested, learned) = (forecasts(table, here), forecasts(public, there));
            let errors: Vec<f64> = tested.iter().map(Forecast::error).collect();
            let score = Score::of(&errors)?;
            let to = |other: &Errors<'_>| resamples.difference(other.against(&tested, |at| errors[at].abs()));
            let judge = |predicted: &[Predicted]| judged(&tested, predicted, &bar_scores, &resamples);
            Some(Row {
                name: predictor.name.clone(),
                lens: predictor.is_lens(),
                score,
                to_compromise: to(&compromise),
                to_mean: to(&mean),
                residuals: judge(&by_residuals(&tested, &learned)),
                mixture: predictor
                    .is_lens()
                    .then(|| by_mixture(&tested, &learned))
                    .flatten()
                    .map(|p| judge(&p)),
            })
        })
        .collect::<Vec<Row>>();
    Some(Backtest {
        issues: tested.len(),
        dossiers: resamples.dossiers.len(),
        rows,
        bar: judged(&tested, &bar, &bar_scores, &resamples),
    })
}

/// Scores by issue.
struct Errors<'a>(BTreeMap<&'a str, f64>);

impl<'a> Errors<'a> {
    fn of(forecasts: &[Forecast<'a>]) -> Self {
        Self(forecasts.iter().map(|forecast| (forecast.issue.id.as_str(), forecast.error().abs())).collect())
    }

    /// Differences to these on the issues that both have, with their dossiers.
    fn against<'b>(
        &'b self,
        forecasts: &'b [Forecast<'_>],
        score: impl Fn(usize) -> f64 + 'b,
    ) -> impl Iterator<Item = (&'b str, f64)> + 'b {
        forecasts.iter().enumerate().filter_map(move |(at, forecast)| {
            let other = self.0.get(forecast.issue.id.as_str())?;
            Some((forecast.issue.dossier.as_str(), score(at) - other))
        })
    }
}

/// A distribution and its score.
struct Predicted {
    distribution: Predictive,
    crps: f64,
}

/// Residuals around a point; their score is that of their atoms, off the grid too.
fn around(one: &Forecast<'_>, learned: &[Forecast<'_>], counts: impl Fn(&PastIssue) -> bool) -> Predicted {
    let errors = learned.iter().filter(|past| counts(past.issue));
    let values: Vec<f64> = errors.map(|past| (one.point + past.error()).clamp(0.0, 100.0)).collect();
    Predicted { distribution: Predictive::of(&values), crps: crps(&values, one.past.outcome) }
}

/// The residuals of all other issues around each point.
fn bar(tested: &[Forecast<'_>], learned: &[Forecast<'_>]) -> Vec<Predicted> {
    tested.iter().map(|one| around(one, learned, |issue| issue.id != one.issue.id)).collect()
}

/// The residuals of all other dossiers around each point.
fn by_residuals(tested: &[Forecast<'_>], learned: &[Forecast<'_>]) -> Vec<Predicted> {
    tested.iter().map(|one| around(one, learned, |issue| issue.dossier != one.issue.dossier)).collect()
}

/// The mixture that did not learn from the issue's fold; the whole one for dossiers that are not public.
fn by_mixture(tested: &[Forecast<'_>], learned: &[Forecast<'_>]) -> Option<Vec<Predicted>> {
    let past: Vec<PastForecast> = learned.iter().map(|forecast| forecast.past.clone()).collect();
    let known: BTreeSet<&str> = learned.iter().map(|forecast| forecast.issue.dossier.as_str()).collect();
    let without = |one: &Forecast<'_>| known.contains(one.issue.dossier.as_str()).then_some(one.past.fold);
    let mut mixtures: BTreeMap<Option<u8>, Mixture> = BTreeMap::new();
    for one in tested {
        if let Entry::Vacant(place) = mixtures.entry(without(one)) {
            let fold = *place.key();
            place.insert(fold.map_or_else(|| Mixture::fit(&past), |fold| Mixture::fit_without(&past, fold))?);
        }
    }
    let predicted = |one: &Forecast<'_>| {
        let distribution = mixtures.get(&without(one))?.predict(&one.past.setting);
        let crps = distribution.crps(one.past.outcome);
        Some(Predicted { distribution, crps })
    };
    tested.iter().map(predicted).collect()
}

fn judged(
    tested: &[Forecast<'_>],
    predicted: &[Predicted],
    bar: &Errors<'_>,
    resamples: &Resamples,
) -> DistributionScore {
    let n = tested.len() as f64;
    let outcome = |at: usize| tested[at].past.outcome;
    let mean = |of: &dyn Fn(usize) -> f64| (0..tested.len()).map(of).sum::<f64>() / n;
    let between = |low: f64, high: f64| {
        mean(&|at| {
            let (below, up_to) = predicted[at].distribution.place(outcome(at));
            let inside = up_to.min(high) - below.max(low);
            if up_to > below { inside.max(0.0) / (up_to - below) } else { f64::from(u8::from(inside >= 0.0)) }
        })
    };
    let covered = |share: f64| between(0.5 - 0.5 * share, 0.5 + 0.5 * share);
    let pit = std::array::from_fn(|tenth| between(0.1 * tenth as f64, 0.1 * (tenth + 1) as f64));
    let score = |at: usize| predicted[at].crps;
    DistributionScore {
        crps: mean(&score),
        to_bar: resamples.difference(bar.against(tested, score)),
        coverage_50: covered(0.5),
        coverage_90: covered(0.9),
        mass_within_5: mean(&|at| predicted[at].distribution.within(outcome(at), 5.0)),
        mass_within_10: mean(&|at| predicted[at].distribution.within(outcome(at), 10.0)),
        pit,
    }
}

/// Points of every point lens on the scored public issues, as CSV: what ships with the program.
#[must_use]
pub fn points_table() -> String {
    let columns = shipped_columns();
    let mut text = String::from("issue");
    for (id, _) in &columns {
        let _ = write!(text, ",{id}");
    }
    text.push('\n');
    for (index, issue) in deu::public().issues.iter().enumerate().filter(|(_, issue)| issue.is_scored()) {
        text.push_str(&issue.id);
        for (_, points) in &columns {
            text.push(',');
            text.push_str(&points[index].map_or_else(String::new, |point| format!("{point:.6}")));
        }
        text.push('\n');
    }
    text
}

/// The fitted mixture around every point lens, as CSV: what ships with the program.
#[must_use]
pub fn mixture_table() -> String {
    let mut text = format!("lens,bandwidth,{}\n", COMPONENTS.join(","));
    let columns = shipped_columns();
    let fits: Vec<Option<Mixture>> = columns
        .par_iter()
        .map(|(_, points)| {
            let learned = forecasts(deu::public(), points);
            Mixture::fit(&learned.into_iter().map(|forecast| forecast.past).collect::<Vec<_>>())
        })
        .collect();
    for ((id, _), mixture) in columns.iter().zip(fits) {
        let Some(mixture) = mixture else { continue };
        let fitted = mixture.fitted();
        let _ = write!(text, "{id},{}", fitted.bandwidth);
        for weight in fitted.weights {
            let _ = write!(text, ",{weight:.6}");
        }
        text.push('\n');
    }
    text
}

fn shipped_columns() -> Vec<(String, Vec<Option<f64>>)> {
    let none = LensOptions::default();
    let lenses: Vec<&dyn Lens> = lens::all();
    let columns: Vec<(String, Vec<Option<f64>>)> =
        lenses.par_iter().map(|lens| (lens.card().full_id(), points(*lens, &none, deu::public()))).collect();
    columns.into_iter().filter(|(_, points)| points.iter().any(Option::is_some)).collect()
}
