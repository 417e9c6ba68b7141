//! How the terms of a deal scatter around a lens's point: its errors on history, and the mixture made of them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::deu::{self, PastTable};
use super::mixture::{Fitted, Mixture, PastForecast};
use super::residuals::{Residuals, TrackRecord};

/// What a lens's points on past issues teach about the next one.
#[derive(Debug)]
pub struct PastErrors {
    residuals: Residuals,
    mixture: Mixture,
}

impl PastErrors {
    /// Learns from points on the issues of a table (`points[i]` on issue `i`); `None` if there are too few.
    #[must_use]
    pub fn of(table: &PastTable, points: &[Option<f64>]) -> Option<Self> {
        let residuals = Residuals::of(table, points)?;
        Some(Self { residuals, mixture: Mixture::fit(&past(table, points))? })
    }

    /// What ships with the program for a lens with its own options (`nash/quadratic_zero`): learned from the public rows.
    #[must_use]
    pub fn shipped(lens: &str) -> Option<Arc<Self>> {
        static ALL: OnceLock<BTreeMap<String, Arc<PastErrors>>> = OnceLock::new();
        ALL.get_or_init(read_shipped).get(lens).cloned()
    }

    /// How wrong the lens was.
    #[must_use]
    pub fn record(&self) -> &TrackRecord {
        self.residuals.record()
    }

    /// The distribution around a point.
    #[must_use]
    pub fn mixture(&self) -> &Mixture {
        &self.mixture
    }

    /// Draws forecasts of all issues jointly: `points[k]` and the positions with weights in `actors[k]` become
    /// `out[k]`, missing where the point is. `actors` are left in any state.
    pub fn draw(
        &self,
        mut uniform: impl FnMut() -> f64,
        points: &[f64],
        actors: &mut [Vec<(f64, f64)>],
        out: &mut [f64],
    ) {
        self.residuals.draw_ranks(&mut uniform, out);
        for ((out, point), actors) in out.iter_mut().zip(points).zip(actors) {
            *out = self.mixture.draw(*point, actors, uniform(), *out).unwrap_or(f64::NAN);
        }
    }
}

fn past(table: &PastTable, points: &[Option<f64>]) -> Vec<PastForecast> {
    let scored = table.issues.iter().zip(points).filter(|(issue, _)| issue.is_scored());
    scored.filter_map(|(issue, point)| PastForecast::of(issue, (*point)?)).collect()
}

/// The shipped points by lens, on the issues of the public rows.
fn shipped_points() -> BTreeMap<String, Vec<Option<f64>>> {
    let mut lines = include_str!("../../data/deu3/points.csv").lines();
    let lenses: Vec<&str> = lines.next().unwrap_or_default().split(',').skip(1).collect();
    let rows: BTreeMap<&str, Vec<Option<f64>>> = lines
        .filter_map(|line| line.split_once(','))
        .map(|(issue, cells)| (issue, cells.split(',').map(|cell| cell.parse().ok()).collect()))
        .collect();
    let point = |issue: &str, column: usize| rows.get(issue)?.get(column).copied()?;
    let issues = &deu::public().issues;
    let of = |column: usize| issues.iter().map(|issue| point(&issue.id, column)).collect();
    lenses.iter().enumerate().map(|(column, &lens)| (lens.to_owned(), of(column))).collect()
}

fn read_shipped() -> BTreeMap<String, Arc<PastErrors>> {
    let points = shipped_points();
    let mut all = BTreeMap::new();
    for line in include_str!("../../data/deu3/mixture.csv").lines().skip(1) {
        let mut cells = line.split(',');
        let Some(points) = cells.next().and_then(|lens| points.get_key_value(lens)) else { continue };
        let mut numbers = cells.filter_map(|cell| cell.parse::<f64>().ok());
        let Some(bandwidth) = numbers.next() else { continue };
        let Ok(weights) = numbers.collect::<Vec<f64>>().try_into() else { continue };
        let Some(residuals) = Residuals::of(deu::public(), points.1) else { continue };
        let mixture = Mixture::new(&past(deu::public(), points.1), Fitted { bandwidth, weights });
        all.insert(points.0.clone(), Arc::new(PastErrors { residuals, mixture }));
    }
    all
}
