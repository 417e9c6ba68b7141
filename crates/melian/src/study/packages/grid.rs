//! The packages that are looked at: a grid over the issues.

use crate::diagnostic::{Code, Diagnostic};
use crate::scenario::{FieldId, Issue, IssueId, Scenario};

/// Packages on the grid, up to three parties. Beyond, the frontier is dearer and the grid smaller.
const PACKAGES: usize = 100_000;
const PACKAGES_OF_MANY: usize = 20_000;
/// Listed options are never thinned out: more combinations than this are refused.
const LISTED: usize = 1_000_000;
/// Distances between regular points, in points of the scale; the smallest that fits is taken.
const STEPS: [f64; 8] = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0];

/// All combinations of some points on every issue; the first issue varies slowest.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Points by issue, ascending.
    pub points: Vec<Vec<f64>>,
    /// The distance of the regular points on issues without listed options; none where even the scenario's own points
    /// were as many as there may be.
    pub step: Option<f64>,
    /// Whether some of the scenario's own points (positions, ends of accept ranges) had to be left out.
    pub thinned: bool,
}

impl Grid {
    /// Points on every issue: its anchors alone where it has listed options; else anchors, no-deal point, ends of accept
    /// ranges and positions at their central values, and regular points as dense as the number of packages allows.
    ///
    /// # Errors
    /// More combinations than can be looked at.
    pub fn new(scenario: &Scenario, parties: usize) -> Result<Self, Vec<Diagnostic>> {
        let most = if parties <= 3 { PACKAGES } else { PACKAGES_OF_MANY };
        let own: Vec<Vec<f64>> = scenario.issue_ids().map(|issue| own_points(scenario, issue)).collect();
        let listed: Vec<bool> = scenario.issues.iter().map(|issue| issue.options).collect();
        if size(&own) <= most {
            let with = |step: f64| -> Vec<Vec<f64>> {
                own.iter().zip(&listed).map(|(own, &listed)| regular(own, listed, step)).collect()
            };
            let step = STEPS.into_iter().find(|&step| size(&with(step)) <= most);
            let points = step.map_or_else(|| own.iter().map(|own| sorted(own)).collect(), with);
            return Ok(Self { points, step: step.filter(|_| listed.contains(&false)), thinned: false });
        }
        thinned(&own, &listed, most).ok_or_else(|| vec![too_many()])
    }

    /// The number of packages.
    #[must_use]
    pub fn len(&self) -> usize {
        size(&self.points)
    }

    /// Whether there is no package.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The terms of a package by issue.
    #[must_use]
    pub fn package(&self, mut outcome: usize) -> Vec<f64> {
        let mut package = vec![0.0; self.points.len()];
        for (at, points) in package.iter_mut().zip(&self.points).rev() {
            *at = points[outcome % points.len()];
            outcome /= points.len();
        }
        package
    }
}

fn size(points: &[Vec<f64>]) -> usize {
    points.iter().fold(1_usize, |size, points| size.saturating_mul(points.len()))
}

fn too_many() -> Diagnostic {
    Diagnostic::general(Code::TOO_LARGE, "there are too many combinations of terms to look at")
        .help("ask about fewer issues at a time, or list fewer options")
}

/// The scenario's own points of an issue, the most telling first.
fn own_points(scenario: &Scenario, issue: IssueId) -> Vec<f64> {
    let coded = &scenario.issues[issue.index()];
    let anchors = ends_first(coded);
    if coded.options && !anchors.is_empty() {
        return anchors;
    }
    let anchors = if anchors.is_empty() { vec![0.0, 100.0] } else { anchors };
    let stances = || scenario.actor_ids().filter_map(|actor| scenario.stance(actor, issue));
    let at = |field: FieldId| scenario.field(field).central();
    // A package just inside a red line is where room is, if anywhere.
    let ends =
        stances().filter_map(|stance| stance.accept).flat_map(|accept| [accept.min, accept.max]).flatten();
    let others = coded.no_deal.into_iter().chain(stances().map(|stance| stance.position));
    let mut points: Vec<f64> = Vec::new();
    for point in ends.map(at).chain(anchors).chain(others.map(at)) {
        if !points.contains(&point) {
            points.push(point);
        }
    }
    points
}

fn ends_first(issue: &Issue) -> Vec<f64> {
    let mut points: Vec<f64> = issue.anchors.iter().map(|anchor| anchor.0).collect();
    if let [_, _, ..] = points.as_slice()
        && let Some(last) = points.pop()
    {
        points.insert(1, last);
    }
    points
}

fn sorted(points: &[f64]) -> Vec<f64> {
    let mut points = points.to_vec();
    points.sort_by(f64::total_cmp);
    points.dedup();
    points
}

fn regular(own: &[f64], listed: bool, step: f64) -> Vec<f64> {
    if listed {
        return sorted(own);
    }
    let count = (100.0 / step) as usize;
    let points: Vec<f64> = own.iter().copied().chain((0..=count).map(|n| n as f64 * step)).collect();
    sorted(&points)
}

/// As many of the own points as fit, evenly over the issues; `None` if two points on each are too many.
fn thinned(own: &[Vec<f64>], listed: &[bool], most: usize) -> Option<Grid> {
    let mut taken: Vec<usize> = own
        .iter()
        .zip(listed)
        .map(|(own, &listed)| if listed { own.len() } else { own.len().min(2) })
        .collect();
    let product = |taken: &[usize]| taken.iter().fold(1_usize, |size, &n| size.saturating_mul(n));
    if product(&taken) > LISTED {
        return None;
    }
    let mut open: Vec<usize> = (0..own.len()).filter(|&issue| taken[issue] < own[issue].len()).collect();
    while let Some(&issue) = open.iter().min_by_key(|&&issue| taken[issue]) {
        taken[issue] += 1;
        let over = product(&taken) > most;
        if over {
            taken[issue] -= 1;
        }
        if over || taken[issue] == own[issue].len() {
            open.retain(|&other| other != issue);
        }
    }
    let points: Vec<Vec<f64>> = own.iter().zip(&taken).map(|(own, &n)| sorted(&own[..n])).collect();
    let thinned = own.iter().zip(&taken).any(|(own, &n)| n < own.len());
    Some(Grid { points, step: None, thinned })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::fixture::Builder;

    #[test]
    fn one_issue_gets_every_whole_point_and_its_own() {
        let mut b = Builder::new(2, 1);
        b.stance(0, 0, 33.5, 50.0);
        let grid = Grid::new(&b.scenario(), 2).expect("a grid");
        assert_eq!((grid.len(), grid.step), (102, Some(1.0)));
        assert!(grid.points[0].contains(&33.5));
    }

    #[test]
    fn many_issues_are_thinned_out_below_the_limit() {
        let mut b = Builder::new(6, 8);
        for actor in 0..6 {
            for issue in 0..8 {
                b.stance(actor, issue, (13 * actor + 5 * issue + 1) as f64, 50.0);
            }
        }
        let grid = Grid::new(&b.scenario(), 3).expect("a grid");
        assert!(grid.thinned && grid.step.is_none());
        assert!((20_000..=PACKAGES).contains(&grid.len()), "{}", grid.len());
        assert!(
            grid.points.iter().all(|points| points.first() == Some(&0.0) && points.last() == Some(&100.0))
        );
    }

    #[test]
    fn packages_are_numbered_last_issue_fastest() {
        let grid = Grid { points: vec![vec![0.0, 1.0], vec![5.0, 6.0, 7.0]], step: None, thinned: false };
        assert_eq!(grid.package(0), [0.0, 5.0]);
        assert_eq!(grid.package(4), [1.0, 6.0]);
    }

    #[test]
    fn too_many_issues_are_refused() {
        let b = Builder::new(1, 40);
        assert!(Grid::new(&b.scenario(), 2).is_err());
    }
}
