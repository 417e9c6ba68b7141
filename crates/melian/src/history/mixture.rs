//! A calibrated distribution of an issue's terms around a lens's point, given a deal. How it is made and judged was
//! fixed before the first score: `docs/mixture-protocol.md`.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use super::PastIssue;

/// Steps of half a point on the scale 0..100: how fine distributions are when they are scored.
const CELLS: usize = 200;
/// Width of a step, in points.
const STEP: f64 = 0.5;
/// Folds of whole dossiers.
pub const FOLDS: u8 = 10;
/// Distance, in points, at which a position counts half.
const NEAR: f64 = 20.0;
/// Bandwidths of `similar`, in points.
const BANDWIDTHS: [f64; 3] = [10.0, 15.0, 25.0];
/// How finely `similar` looks at point and spread.
const POINT_STEP: f64 = 2.0;
const SPREAD_STEP: f64 = 5.0;
const POINTS: usize = 51;
const SPREADS: usize = 11;

/// The components, in the order of weights.
pub const COMPONENTS: [&str; 7] =
    ["residuals", "similar", "positions", "near_positions", "median", "poles", "climate"];
const KINDS: usize = COMPONENTS.len();

/// The chance to be at or below each grid point but the last.
type Cdf = [f64; CELLS];

/// The fold of a dossier: the first eight bytes of the SHA-256 of its name, modulo [`FOLDS`].
#[must_use]
pub fn fold(dossier: &str) -> u8 {
    let digest = Sha256::digest(dossier.as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |number, &byte| (number << 8) | u64::from(byte));
    (number % u64::from(FOLDS)) as u8
}

/// What the mixture reads of an issue.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    point: f64,
    spread: f64,
    /// Positions ascending, with the sum of weights up to each; the last is 1.
    reached: Vec<(f64, f64)>,
    /// The same with weights that fall with the distance to the point.
    near: Vec<(f64, f64)>,
}

impl Setting {
    /// An issue on which a lens has the point `point` (0..100) and actors have these positions and weights (capability
    /// times salience; equal ones if all are 0). `None` without an actor or a point.
    #[must_use]
    pub fn new(point: f64, mut actors: Vec<(f64, f64)>) -> Option<Self> {
        if actors.is_empty() || !point.is_finite() {
            return None;
        }
        let point = point.clamp(0.0, 100.0);
        mend(&mut actors);
        let spread = spread(&actors);
        let mut near = actors.clone();
        weigh_near(point, &mut near);
        reach(&mut near);
        reach(&mut actors);
        Some(Self { point, spread, reached: actors, near })
    }
}

/// Equal weights where all are 0.
fn mend(actors: &mut [(f64, f64)]) {
    if actors.iter().all(|actor| actor.1 <= 0.0) {
        for actor in actors {
            actor.1 = 1.0;
        }
    }
}

/// The weighted standard deviation of positions.
fn spread(actors: &[(f64, f64)]) -> f64 {
    let total: f64 = actors.iter().map(|actor| actor.1).sum();
    let mean = actors.iter().map(|(x, w)| w * x).sum::<f64>() / total;
    (actors.iter().map(|(x, w)| w * (x - mean) * (x - mean)).sum::<f64>() / total).sqrt()
}

/// Weights that fall with the distance to the point.
fn weigh_near(point: f64, actors: &mut [(f64, f64)]) {
    for (x, w) in actors {
        let off = (*x - point) / NEAR;
        *w /= 1.0 + off * off;
    }
}

/// Positions ascending, weights summed up and scaled to 1.
fn reach(atoms: &mut [(f64, f64)]) {
    atoms.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0.0;
    for atom in &mut *atoms {
        sum += atom.1;
        atom.1 = sum;
    }
    for atom in atoms {
        atom.1 /= sum;
    }
}

/// The first position whose reached weight is at least `u`.
fn quantile(reached: &[(f64, f64)], u: f64) -> f64 {
    let at = reached.partition_point(|atom| atom.1 < u);
    reached[at.min(reached.len() - 1)].0
}

/// A past issue with a lens's point on it.
#[derive(Debug, Clone, PartialEq)]
pub struct PastForecast {
    /// See [`fold`].
    pub fold: u8,
    /// The issue.
    pub setting: Setting,
    /// What came of it, 0..100.
    pub outcome: f64,
}

impl PastForecast {
    /// What a mixture learns from an issue with a lens's point on it; `None` without an outcome.
    #[must_use]
    pub fn of(issue: &PastIssue, point: f64) -> Option<Self> {
        let actors = issue.actors.iter().map(|actor| (actor.position, actor.capability * actor.salience));
        let setting = Setting::new(point, actors.collect())?;
        Some(Self { fold: fold(&issue.dossier), setting, outcome: issue.outcome? })
    }
}

/// The mass of atoms at or below each grid point.
fn spread_out(atoms: impl IntoIterator<Item = (f64, f64)>) -> Cdf {
    let mut cdf = [0.0; CELLS];
    let mut total = 0.0;
    for (x, weight) in atoms {
        total += weight;
        let at = (x / STEP + 0.5).floor() as usize;
        if let Some(mass) = cdf.get_mut(at) {
            *mass += weight;
        }
    }
    let mut sum = 0.0;
    for mass in &mut cdf {
        sum += *mass;
        *mass = sum / total;
    }
    cdf
}

/// What past issues teach.
#[derive(Debug)]
struct Lessons {
    /// Ascending.
    residuals: Vec<f64>,
    /// Point, spread and outcome.
    issues: Vec<[f64; 3]>,
    /// Outcomes and their mirror images, ascending.
    climate: Vec<f64>,
}

impl Lessons {
    fn of<'a>(past: impl Iterator<Item = &'a PastForecast>) -> Self {
        let mut lessons = Self { residuals: Vec::new(), issues: Vec::new(), climate: Vec::new() };
        for past in past {
            let (point, y) = (past.setting.point, past.outcome);
            lessons.residuals.push(y - point);
            lessons.issues.push([point, past.setting.spread, y]);
            lessons.climate.extend([y, 100.0 - y]);
        }
        lessons.residuals.sort_by(f64::total_cmp);
        lessons.climate.sort_by(f64::total_cmp);
        lessons
    }

    /// Outcomes of issues like this one; `None` if there are none. Point and spread come in steps.
    fn similar(&self, (point, spread): (usize, usize), bandwidth: f64) -> Option<Cdf> {
        let (m, s) = (point as f64 * POINT_STEP, spread as f64 * SPREAD_STEP);
        let mut reached = false;
        let atoms = self.issues.iter().flat_map(|&[past, its_spread, y]| {
            let apart = kernel((s - its_spread) / bandwidth);
            let plain = apart * kernel((m - past) / bandwidth);
            let mirrored = apart * kernel((m - (100.0 - past)) / bandwidth);
            [(y, plain), (100.0 - y, mirrored)]
        });
        let cdf = spread_out(atoms.inspect(|atom| reached |= atom.1 > 0.0));
        reached.then_some(cdf)
    }

    fn around(&self, point: f64) -> Cdf {
        spread_out(self.residuals.iter().map(|error| ((point + error).clamp(0.0, 100.0), 1.0)))
    }

    /// Every component for an issue.
    fn components(&self, setting: &Setting, bandwidth: f64) -> [Cdf; KINDS] {
        let m = setting.point;
        let residuals = self.around(m);
        let similar = self.similar(cell(setting.point, setting.spread), bandwidth).unwrap_or(residuals);
        let atoms = |reached: &[(f64, f64)]| {
            let mut before = 0.0;
            spread_out(reached.iter().map(|&(x, sum)| (x, sum - std::mem::replace(&mut before, sum))))
        };
        let median = spread_out([(quantile(&setting.reached, 0.5), 1.0)]);
        let poles = spread_out([(0.0, 1.0 - m / 100.0), (100.0, m / 100.0)]);
        let climate = spread_out(self.climate.iter().map(|&y| (y, 1.0)));
        [residuals, similar, atoms(&setting.reached), atoms(&setting.near), median, poles, climate]
    }
}

/// Point and spread in steps.
fn cell(point: f64, spread: f64) -> (usize, usize) {
    let step = |value: f64, step: f64| (value / step + 0.5).floor() as usize;
    (step(point, POINT_STEP).min(POINTS - 1), step(spread, SPREAD_STEP).min(SPREADS - 1))
}

/// A smooth bump on -3..3, close to the normal curve.
fn kernel(z: f64) -> f64 {
    let rest = (1.0 - z * z / 9.0).max(0.0);
    rest * rest * rest
}

/// The CRPS of a distribution that steps on the grid, at an outcome: exact.
#[must_use]
fn crps(cdf: &Cdf, outcome: f64) -> f64 {
    cdf.iter().zip(above(outcome)).map(|(f, above)| STEP * f * f - 2.0 * f * above + above).sum()
}

/// How much of each grid step lies above an outcome.
fn above(outcome: f64) -> impl Iterator<Item = f64> {
    (0..CELLS).map(move |at| ((at + 1) as f64 * STEP - outcome).clamp(0.0, STEP))
}

/// The loss of weights `w`: `w'Aw - 2 b'w + c`.
#[derive(Debug, Clone)]
struct Loss {
    a: [[f64; KINDS]; KINDS],
    b: [f64; KINDS],
    c: f64,
    issues: f64,
}

impl Loss {
    const NONE: Self = Self { a: [[0.0; KINDS]; KINDS], b: [0.0; KINDS], c: 0.0, issues: 0.0 };

    fn add(&mut self, components: &[Cdf; KINDS], outcome: f64) {
        let above: Vec<f64> = above(outcome).collect();
        for (k, one) in components.iter().enumerate() {
            for (l, other) in components.iter().enumerate().take(k + 1) {
                let product = STEP * one.iter().zip(other).map(|(f, g)| f * g).sum::<f64>();
                self.a[k][l] += product;
                if k != l {
                    self.a[l][k] += product;
                }
            }
            self.b[k] += one.iter().zip(&above).map(|(f, above)| f * above).sum::<f64>();
        }
        self.c += above.iter().sum::<f64>();
        self.issues += 1.0;
    }

    fn of(&self, weights: &[f64; KINDS]) -> f64 {
        let mut loss = self.c;
        for (k, w) in weights.iter().enumerate() {
            let row: f64 = self.a[k].iter().zip(weights).map(|(a, v)| a * v).sum();
            loss += w * (row - 2.0 * self.b[k]);
        }
        loss / self.issues
    }

    /// The weights of the least loss, at least 0 and of sum 1: the best of the optima on every face of the simplex.
    fn minimise(&self) -> ([f64; KINDS], f64) {
        let mut best = ([0.0; KINDS], f64::INFINITY);
        for face in 1_u32..1 << KINDS {
            let Some(weights) = self.optimum(face) else { continue };
            let loss = self.of(&weights);
            if loss < best.1 {
                best = (weights, loss);
            }
        }
        best
    }

    /// The optimum among weights that are 0 outside `face` and sum to 1; `None` if one is below 0 or it is not unique.
    fn optimum(&self, face: u32) -> Option<[f64; KINDS]> {
        let members: Vec<usize> = (0..KINDS).filter(|k| face >> k & 1 == 1).collect();
        let n = members.len() + 1;
        let mut rows: Vec<Vec<f64>> = members
            .iter()
            .map(|&k| {
                let mut row: Vec<f64> = members.iter().map(|&l| self.a[k][l] / self.issues).collect();
                row.extend([1.0, self.b[k] / self.issues]);
                row
            })
            .collect();
        let mut last = vec![1.0; n + 1];
        last[n - 1] = 0.0;
        rows.push(last);
        let solution = solve(rows)?;
        let mut weights = [0.0; KINDS];
        for (&k, &w) in members.iter().zip(&solution) {
            if w < 0.0 {
                return None;
            }
            weights[k] = w;
        }
        Some(weights)
    }
}

/// Gaussian elimination with row pivots; each row ends with its right-hand side.
fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = rows.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&a, &b| rows[a][k].abs().total_cmp(&rows[b][k].abs()))?;
        rows.swap(k, pivot);
        if rows[k][k].abs() < 1e-10 {
            return None;
        }
        let (done, rest) = rows.split_at_mut(k + 1);
        for row in rest {
            let factor = row[k] / done[k][k];
            for (entry, above) in row.iter_mut().zip(&done[k]).skip(k) {
                *entry -= factor * above;
            }
        }
    }
    let mut solution = vec![0.0; n];
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|l| rows[k][l] * solution[l]).sum();
        solution[k] = (rows[k][n] - known) / rows[k][k];
    }
    Some(solution)
}

/// The fitted numbers of a mixture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitted {
    /// Of `similar`, in points.
    pub bandwidth: f64,
    /// In the order of [`COMPONENTS`], of sum 1.
    pub weights: [f64; KINDS],
}

impl Fitted {
    /// Fits by cross-validation over the folds of `past`; `None` if fewer than two folds hold issues.
    fn fit(past: &[&PastForecast]) -> Option<Self> {
        let mut losses = [const { Loss::NONE }; BANDWIDTHS.len()];
        for inner in 0..FOLDS {
            let lessons = Lessons::of(past.iter().copied().filter(|past| past.fold != inner));
            if lessons.issues.is_empty() {
                return None;
            }
            for past in past.iter().filter(|past| past.fold == inner) {
                let mut components = lessons.components(&past.setting, BANDWIDTHS[0]);
                for (loss, &bandwidth) in losses.iter_mut().zip(&BANDWIDTHS) {
                    components[1] = lessons
                        .similar(cell(past.setting.point, past.setting.spread), bandwidth)
                        .unwrap_or(components[0]);
                    loss.add(&components, past.outcome);
                }
            }
        }
        let fits = losses.iter().zip(&BANDWIDTHS).map(|(loss, &bandwidth)| (loss.minimise(), bandwidth));
        let ((weights, loss), bandwidth) = fits.min_by(|a, b| a.0.1.total_cmp(&b.0.1))?;
        loss.is_finite().then_some(Self { bandwidth, weights })
    }
}

/// A mixture ready to be drawn from.
#[derive(Debug)]
pub struct Mixture {
    fitted: Fitted,
    /// Weights summed up.
    reached: [f64; KINDS],
    lessons: Lessons,
    /// `similar` by point and spread, made when first asked for.
    similar: Vec<OnceLock<Option<Box<Cdf>>>>,
}

impl Mixture {
    /// The mixture of numbers fitted before on the same past.
    #[must_use]
    pub fn new(past: &[PastForecast], fitted: Fitted) -> Self {
        Self::with(past.iter(), fitted)
    }

    /// Fits a mixture to all of the past; `None` if it is too short.
    #[must_use]
    pub fn fit(past: &[PastForecast]) -> Option<Self> {
        let all: Vec<&PastForecast> = past.iter().collect();
        Some(Self::new(past, Fitted::fit(&all)?))
    }

    /// Fits a mixture to the past without one fold, to be scored on that fold; `None` if it is too short.
    #[must_use]
    pub fn fit_without(past: &[PastForecast], fold: u8) -> Option<Self> {
        let rest: Vec<&PastForecast> = past.iter().filter(|past| past.fold != fold).collect();
        let fitted = Fitted::fit(&rest)?;
        Some(Self::with(rest.into_iter(), fitted))
    }

    fn with<'a>(past: impl Iterator<Item = &'a PastForecast>, fitted: Fitted) -> Self {
        let mut sum = 0.0;
        let reached = fitted.weights.map(|weight| {
            sum += weight;
            sum
        });
        let similar = (0..POINTS * SPREADS).map(|_| OnceLock::new()).collect();
        Self { fitted, reached, lessons: Lessons::of(past), similar }
    }

    /// What was fitted.
    #[must_use]
    pub fn fitted(&self) -> Fitted {
        self.fitted
    }

    /// The distribution on the grid, to be scored.
    #[must_use]
    pub fn predict(&self, setting: &Setting) -> Predictive {
        let components = self.lessons.components(setting, self.fitted.bandwidth);
        let mut cdf = [0.0; CELLS];
        for (component, weight) in components.iter().zip(&self.fitted.weights) {
            cdf.iter_mut().zip(component).for_each(|(sum, f)| *sum += weight * f);
        }
        Predictive(cdf)
    }

    /// One draw around `point` with actors' positions and weights as for [`Setting::new`]: the component at `component`,
    /// its quantile at `u`, both in [0, 1). `None` without an actor or a point. Leaves `actors` in any state.
    #[must_use]
    pub fn draw(&self, point: f64, actors: &mut [(f64, f64)], component: f64, u: f64) -> Option<f64> {
        if actors.is_empty() || !point.is_finite() {
            return None;
        }
        let m = point.clamp(0.0, 100.0);
        let last = self.reached[KINDS - 1];
        let kind = self.reached.partition_point(|&sum| sum <= component * last).min(KINDS - 1);
        let pick = |values: &[f64]| values[((u * values.len() as f64) as usize).min(values.len() - 1)];
        let around = || (m + pick(&self.lessons.residuals)).clamp(0.0, 100.0);
        if (1..=4).contains(&kind) {
            mend(actors);
        }
        Some(match kind {
            0 => around(),
            1 => self
                .similar(cell(m, spread(actors)))
                .map_or_else(around, |cdf| cdf.partition_point(|&f| f <= u) as f64 * STEP),
            2..=4 => {
                if kind == 3 {
                    weigh_near(m, actors);
                }
                reach(actors);
                quantile(actors, if kind == 4 { 0.5 } else { u })
            }
            5 if u < 1.0 - m / 100.0 => 0.0,
            5 => 100.0,
            _ => pick(&self.lessons.climate),
        })
    }

    fn similar(&self, cell: (usize, usize)) -> Option<&Cdf> {
        let make = || self.lessons.similar(cell, self.fitted.bandwidth).map(Box::new);
        self.similar[cell.0 * SPREADS + cell.1].get_or_init(make).as_deref()
    }
}

/// A distribution over the scale, on a grid of half points.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictive(Cdf);

impl Predictive {
    /// Equal weights on these values.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        Self(spread_out(values.iter().map(|&value| (value.clamp(0.0, 100.0), 1.0))))
    }

    /// The continuous ranked probability score at an outcome.
    #[must_use]
    pub fn crps(&self, outcome: f64) -> f64 {
        crps(&self.0, outcome)
    }

    /// The chance to be at or below `x`.
    #[must_use]
    pub fn at_most(&self, x: f64) -> f64 {
        let at = (x / STEP + 1e-9).floor();
        if at < 0.0 { 0.0 } else { self.0.get(at as usize).copied().unwrap_or(1.0) }
    }

    /// The chance to be at most `off` points from `x`.
    #[must_use]
    pub fn within(&self, x: f64, off: f64) -> f64 {
        self.at_most(x + off) - self.at_most(x - off - STEP)
    }

    /// The chances to be below and at or below an outcome: its place in the distribution is spread evenly between the
    /// two (the nonrandomised probability integral transform; Czado, Gneiting and Held 2009, Biometrics 65).
    #[must_use]
    pub fn place(&self, outcome: f64) -> (f64, f64) {
        let at = (outcome / STEP + 0.5).floor() * STEP;
        (self.at_most(at - STEP), self.at_most(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_on_the_grid_is_that_of_its_atoms() {
        let values = [3.0, 90.0, 41.0, 41.0, 7.5, 100.0, 0.0];
        for outcome in [0.0, 0.2, 41.0, 66.3, 99.9, 100.0] {
            let score = Predictive::of(&values).crps(outcome);
            assert!((score - crate::history::crps(&values, outcome)).abs() < 1e-12, "{outcome}");
        }
    }

    fn uniforms(mut state: u64) -> impl FnMut() -> f64 {
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / 9_007_199_254_740_992.0
        }
    }

    fn past(count: usize) -> Vec<PastForecast> {
        let mut uniform = uniforms(3);
        let mut one = |index: usize| {
            let actors = (0..6).map(|_| ((20.0 * uniform()).round() * 5.0, uniform())).collect();
            let setting = Setting::new(100.0 * uniform(), actors).expect("it has actors");
            let outcome = (setting.point + 60.0 * (uniform() - 0.5)).clamp(0.0, 100.0).round();
            PastForecast { fold: (index % 10) as u8, setting, outcome }
        };
        (0..count).map(&mut one).collect()
    }

    #[test]
    fn fitted_weights_are_the_least_of_the_simplex() {
        let past = past(60);
        let mut loss = Loss::NONE;
        let lessons = Lessons::of(past.iter());
        for past in &past {
            loss.add(&lessons.components(&past.setting, 15.0), past.outcome);
        }
        let (weights, least) = loss.minimise();
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9 && weights.iter().all(|&w| w >= 0.0));
        let mut uniform = uniforms(8);
        for _ in 0..2000 {
            let mut other = [0.0; KINDS].map(|_: f64| uniform());
            let sum: f64 = other.iter().sum();
            for (other, best) in other.iter_mut().zip(&weights) {
                *other = 0.9 * best + 0.1 * *other / sum;
            }
            assert!(loss.of(&other) >= least - 1e-9);
        }
    }

    #[test]
    fn draws_follow_the_distribution_that_is_scored() {
        let past = past(80);
        let mixture =
            Mixture::new(&past, Fitted { bandwidth: 15.0, weights: [0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.2] });
        let actors = vec![(80.0, 1.0), (0.0, 2.0), (60.0, 1.0)];
        let setting = Setting::new(37.0, actors.clone()).expect("it has actors");
        let mut uniform = uniforms(11);
        let mut draw = || mixture.draw(37.0, &mut actors.clone(), uniform(), uniform());
        let draws: Vec<f64> = (0..200_000).filter_map(|_| draw()).collect();
        let (drawn, scored) = (Predictive::of(&draws), mixture.predict(&setting));
        for at in 0..CELLS {
            assert!((drawn.0[at] - scored.0[at]).abs() < 0.006, "{at}: {} {}", drawn.0[at], scored.0[at]);
        }
    }

    #[test]
    fn far_from_everything_residuals_stand_in() {
        let past: Vec<PastForecast> = past(30).into_iter().filter(|past| past.setting.point > 60.0).collect();
        let lessons = Lessons::of(past.iter());
        assert!(lessons.similar((25, 0), 1.0).is_none());
    }

    #[test]
    fn nobody_and_no_weight() {
        assert_eq!(Setting::new(50.0, Vec::new()), None);
        assert_eq!(Setting::new(f64::NAN, vec![(1.0, 1.0)]), None);
        let equal = Setting::new(50.0, vec![(0.0, 0.0), (100.0, 0.0)]).expect("it has actors");
        assert!((equal.spread - 50.0).abs() < 1e-12);
    }
}
