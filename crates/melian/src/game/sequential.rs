//! Is an assessment (strategies with beliefs) a sequential equilibrium?
//!
//! Sequential rationality: no gain from one action at any information set, given its beliefs; with consistent
//! beliefs and perfect recall one action is enough (Hendon, Jacobsen and Sloth 1996).
//! Consistency (Kreps and Wilson 1982): the beliefs are a limit of Bayes beliefs of fully mixed strategies.
//! That is so exactly if every action of probability zero can be given an order K >= 1 and a weight w > 0,
//! its tremble being w eps^K, such that in every information set the nodes believed in are those of least
//! total order, and their beliefs are in proportion to the products of weights and probabilities along their
//! paths (Kreps and Wilson, lemmas A1 and A2). The orders are a linear program, solved in exact arithmetic;
//! the weights a linear system in logarithms.

use super::arena::{Arena, InfosetId, Recall};
use super::payoffs::{Numbers, ranges};
use super::rational::Rational;
use super::sweep::Sweep;
use crate::math::ln;
use serde::Serialize;

/// Strategies with beliefs.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Probability of each action.
    pub profile: Vec<f64>,
    /// Belief at each node of each information set, sets in order and nodes in order.
    pub belief: Vec<f64>,
}

/// Whether beliefs are limits of Bayes beliefs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Consistency {
    /// They are.
    Consistent,
    /// They contradict Bayes' rule on the path of play, at this information set.
    AgainstBayes(usize),
    /// No trembles lead to them.
    Inconsistent,
    /// Not decided: the game is too large, or histories are merged.
    Unknown,
}

/// What the check found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SequentialCheck {
    /// The largest gain from one action at one information set.
    pub gain: f64,
    /// Where.
    pub at: Option<usize>,
    /// Whether beliefs are consistent.
    pub consistency: Consistency,
    /// Gains at most the tolerance times the mover's payoff range, beliefs consistent, and perfect recall.
    pub sequential: bool,
}

/// An assessment of the wrong size, or not made of probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAssessment(pub InfosetId);

impl std::fmt::Display for NotAnAssessment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "information set {} lacks probabilities or beliefs that sum to one", self.0.index())
    }
}

impl std::error::Error for NotAnAssessment {}

/// Probabilities at most this count as zero.
const ZERO: f64 = 1e-9;
/// Most entries of the linear program.
const MAX_ENTRIES: usize = 40_000;

/// Checks an assessment; `tolerance` is relative to the mover's payoff range and applies to probabilities too.
///
/// # Errors
/// [`NotAnAssessment`].
pub fn check_sequential(
    arena: &Arena,
    numbers: &Numbers,
    assessment: &Assessment,
    tolerance: f64,
) -> Result<SequentialCheck, NotAnAssessment> {
    validate(arena, assessment)?;
    let mut sweep = Sweep::new(arena, numbers);
    let profile: Vec<f64> = assessment.profile.iter().map(|&p| if p <= ZERO { 0.0 } else { p }).collect();
    sweep.set_profile(arena, &profile);
    sweep.forward(arena);
    sweep.backward(arena, &numbers.payoff);
    let gains = one_shot(arena, &sweep, &assessment.belief);
    let (gain, at) = gains
        .iter()
        .enumerate()
        .fold((0.0, None), |worst, (set, &gain)| if gain > worst.0 { (gain, Some(set)) } else { worst });
    let consistency = consistency(arena, &sweep, &assessment.belief, tolerance.max(1e-7));
    let remembers = arena.recall.iter().all(|r| *r == Recall::Perfect);
    let ranges = ranges(arena, &numbers.payoff);
    let rational = (gains.iter().zip(&arena.info_player))
        .all(|(&gain, &player)| gain <= tolerance * ranges[player as usize]);
    Ok(SequentialCheck {
        gain,
        at,
        consistency,
        sequential: rational && remembers && consistency == Consistency::Consistent,
    })
}

fn validate(arena: &Arena, a: &Assessment) -> Result<(), NotAnAssessment> {
    let sums = |x: Option<&[f64]>| {
        x.is_some_and(|x| {
            x.is_empty()
                || (x.iter().all(|p| (-1e-12..=1.0 + 1e-9).contains(p))
                    && (x.iter().sum::<f64>() - 1.0).abs() < 1e-6)
        })
    };
    for i in 0..arena.infosets() {
        let members = arena.member_first[i] as usize..arena.member_first[i + 1] as usize;
        if !sums(a.profile.get(arena.acts(i))) || !sums(a.belief.get(members)) {
            return Err(NotAnAssessment(InfosetId::new(i)));
        }
    }
    Ok(())
}

/// The largest gain from one action at every information set under given beliefs.
fn one_shot(arena: &Arena, sweep: &Sweep, belief: &[f64]) -> Vec<f64> {
    let n = arena.players();
    let gain = |i: usize| {
        let player = arena.info_player[i] as usize;
        let m0 = arena.member_first[i] as usize;
        let slots = arena.acts(i);
        let mut q = vec![0.0; slots.len()];
        for (k, &h) in arena.mates(i).iter().enumerate() {
            for (q, &c) in q.iter_mut().zip(arena.kids(h as usize)) {
                *q += belief[m0 + k] * sweep.value[c as usize * n + player];
            }
        }
        let best = q.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mean: f64 = q.iter().zip(slots).map(|(q, s)| q * sweep.p[s]).sum();
        best - mean
    };
    (0..arena.infosets()).map(gain).collect()
}

fn consistency(arena: &Arena, sweep: &Sweep, belief: &[f64], tolerance: f64) -> Consistency {
    if !arena.is_tree() {
        return Consistency::Unknown;
    }
    let mut index = vec![usize::MAX; arena.slots()];
    let mut zeros = 0;
    for (slot, &p) in sweep.p.iter().enumerate() {
        if p <= ZERO {
            index[slot] = zeros;
            zeros += 1;
        }
    }
    // The zeros on the path to a node and the log probability of the rest of it.
    let path = |node: usize| {
        let (mut on, mut rest, mut at) = (Vec::new(), 0.0, node);
        while let Some((up, slot)) = arena.parent(at) {
            if index[slot] == usize::MAX {
                rest += sweep.lp[slot];
            } else {
                on.push(index[slot]);
            }
            at = up;
        }
        (on, rest)
    };
    let mut program = Program::new(zeros);
    let mut weights = Logs::new(zeros, tolerance);
    for i in 0..arena.infosets() {
        let m0 = arena.member_first[i] as usize;
        let mates = arena.mates(i);
        let Some(base) = (0..mates.len()).max_by(|&a, &b| belief[m0 + a].total_cmp(&belief[m0 + b])) else {
            continue;
        };
        let (from, from_rest) = path(mates[base] as usize);
        for (k, &h) in mates.iter().enumerate().filter(|(k, _)| *k != base) {
            let (on, rest) = path(h as usize);
            let mut row = vec![0_i64; zeros];
            for &z in &on {
                row[z] += 1;
            }
            for &z in &from {
                row[z] -= 1;
            }
            let believed = belief[m0 + k] > ZERO;
            program.add(&row, believed);
            if believed {
                let odds = ln(belief[m0 + k] / belief[m0 + base]) - (rest - from_rest);
                weights.add(&row, odds);
            }
            // With no tremble on either path Bayes' rule alone decides.
            if row.iter().all(|&x| x == 0) {
                let bayes = crate::math::exp(rest - from_rest) * belief[m0 + base];
                if (bayes - belief[m0 + k]).abs() > tolerance {
                    return Consistency::AgainstBayes(i);
                }
            }
            if program.rows.len() * (zeros + 1) > MAX_ENTRIES {
                return Consistency::Unknown;
            }
        }
    }
    match (weights.consistent, program.feasible()) {
        (true, Some(true)) => Consistency::Consistent,
        (_, None) => Consistency::Unknown,
        _ => Consistency::Inconsistent,
    }
}

/// A linear system in log weights, solved row by row.
struct Logs {
    rows: Vec<(usize, Vec<f64>, f64)>,
    zeros: usize,
    tolerance: f64,
    consistent: bool,
}

impl Logs {
    fn new(zeros: usize, tolerance: f64) -> Self {
        Self { rows: Vec::new(), zeros, tolerance, consistent: true }
    }

    fn add(&mut self, row: &[i64], right: f64) {
        let mut row: Vec<f64> = row.iter().map(|&x| x as f64).collect();
        let mut right = right;
        for (pivot, other, value) in &self.rows {
            let f = row[*pivot];
            if f != 0.0 {
                for (x, y) in row.iter_mut().zip(other) {
                    *x -= f * y;
                }
                right -= f * value;
            }
        }
        let largest = (0..self.zeros).max_by(|&a, &b| row[a].abs().total_cmp(&row[b].abs()));
        match largest.filter(|&k| row[k].abs() > 1e-9) {
            Some(pivot) => {
                let scale = row[pivot];
                for x in &mut row {
                    *x /= scale;
                }
                self.rows.push((pivot, row, right / scale));
            }
            None => self.consistent &= right.abs() <= 10.0 * self.tolerance,
        }
    }
}

/// Orders K >= 1 with row . K = 0 (believed) or >= 1.
struct Program {
    zeros: usize,
    rows: Vec<(Vec<i64>, bool)>,
    impossible: bool,
}

impl Program {
    fn new(zeros: usize) -> Self {
        Self { zeros, rows: Vec::new(), impossible: false }
    }

    fn add(&mut self, row: &[i64], equal: bool) {
        if row.iter().all(|&x| x == 0) {
            self.impossible |= !equal;
            return;
        }
        let entry = (row.to_vec(), equal);
        if !self.rows.contains(&entry) {
            self.rows.push(entry);
        }
    }

    /// Phase one of the simplex method with Bland's rule, in rationals. `None` if it takes too long.
    fn feasible(&self) -> Option<bool> {
        if self.impossible {
            return Some(false);
        }
        // K = 1 + y; columns: y, a surplus per inequality, an artificial per row, the right side.
        let m = self.rows.len();
        let surplus = self.rows.iter().filter(|r| !r.1).count();
        let (artificial, width) = (self.zeros + surplus, self.zeros + surplus + m + 1);
        let mut table: Vec<Vec<Rational>> = Vec::with_capacity(m);
        let mut next = self.zeros;
        for (i, (row, equal)) in self.rows.iter().enumerate() {
            let right = i64::from(!equal) - row.iter().sum::<i64>();
            let sign = if right < 0 { -1 } else { 1 };
            let mut line = vec![Rational::zero(); width];
            for (x, &a) in line.iter_mut().zip(row) {
                *x = Rational::from(sign * a);
            }
            if !equal {
                line[next] = Rational::from(-sign);
                next += 1;
            }
            line[artificial + i] = Rational::one();
            line[width - 1] = Rational::from(sign * right);
            table.push(line);
        }
        let mut basis: Vec<usize> = (artificial..artificial + m).collect();
        for _ in 0..10_000 {
            // The cost of a column is the sum of its entries in rows with an artificial basis.
            let cost = |j: usize| {
                (0..m).filter(|&i| basis[i] >= artificial).fold(Rational::zero(), |s, i| &s + &table[i][j])
            };
            if cost(width - 1).is_zero() {
                return Some(true);
            }
            let enters = (0..artificial).find(|&j| {
                let c = cost(j);
                !c.is_zero() && !c.is_negative()
            });
            let Some(enters) = enters else {
                return Some(false);
            };
            let mut leaves: Option<(usize, Rational)> = None;
            for i in 0..m {
                let a = &table[i][enters];
                if a.is_zero() || a.is_negative() {
                    continue;
                }
                let ratio = &table[i][width - 1] / a;
                let better = match &leaves {
                    None => true,
                    Some((l, best)) => ratio < *best || (ratio == *best && basis[i] < basis[*l]),
                };
                if better {
                    leaves = Some((i, ratio));
                }
            }
            let (leaves, _) = leaves?;
            let pivot = table[leaves][enters].clone();
            for x in &mut table[leaves] {
                *x = &*x / &pivot;
            }
            let line = table[leaves].clone();
            for (i, row) in table.iter_mut().enumerate() {
                if i != leaves && !row[enters].is_zero() {
                    let f = row[enters].clone();
                    for (x, y) in row.iter_mut().zip(&line) {
                        *x = &*x - &(&f * y);
                    }
                }
            }
            basis[leaves] = enters;
        }
        None
    }
}
