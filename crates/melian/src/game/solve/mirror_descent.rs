//! Magnetic mirror descent towards agent QRE (Sokota et al. 2023), on one set of numbers or on blocks of
//! variants that share a structure.
//!
//! One step at every information set: z <- (z + eta Q + (eta/lambda) ln m) / (1 + eta/lambda), whose fixed
//! point is the logit response z = ln m + lambda Q. Lambda is raised in doublings, each step started where the
//! last ended. A block runs the same operations on `L` variants side by side; a lane that has converged is
//! frozen. Lanes never mix, so a lane's bits are those of a run on its own.

use super::qre::{Choice, QreError};
use crate::game::arena::Arena;
use crate::game::budget::{Control, Limits, Progress, Status};
use crate::game::payoffs::{Numbers, range};
use crate::math::{exp, ln};

/// Step size, in units of one over the payoff range.
const ETA: f64 = 0.5;

/// Where mirror descent ended for one variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// The precision asked for.
    pub lambda: f64,
    /// Log probability of each action.
    pub log_profile: Vec<f64>,
    /// The largest gap between logits and the logit response, over lambda times range (or 1 if that is
    /// smaller).
    pub change: f64,
    /// Whether the gap is below the tolerance.
    pub converged: bool,
    /// Sweeps made.
    pub sweeps: u64,
}

/// Lanes of a block.
const LANES: usize = 8;

/// Solves one set of numbers: a block of one.
///
/// # Errors
/// As for a block.
pub fn mirror_descent(
    arena: &Arena,
    numbers: &Numbers,
    choice: &Choice,
    lambda: f64,
    tolerance: f64,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Result<Descent, QreError> {
    check(arena, std::slice::from_ref(numbers), choice, lambda)?;
    let mut found =
        block::<1>(arena, std::slice::from_ref(numbers), choice, lambda, tolerance, limits, progress);
    Ok(found.remove(0))
}

/// Solves many variants of one structure, in blocks of eight; each result has the same bits as
/// [`mirror_descent`] on that variant alone.
///
/// # Errors
/// Absent-mindedness, numbers that don't fit the arena, a lambda that is not positive.
pub fn mirror_descent_block(
    arena: &Arena,
    variants: &[Numbers],
    choice: &Choice,
    lambda: f64,
    tolerance: f64,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Result<Vec<Descent>, QreError> {
    check(arena, variants, choice, lambda)?;
    let mut out = Vec::with_capacity(variants.len());
    for part in variants.chunks(LANES) {
        out.extend(block::<LANES>(arena, part, choice, lambda, tolerance, limits, progress));
    }
    Ok(out)
}

fn check(arena: &Arena, variants: &[Numbers], choice: &Choice, lambda: f64) -> Result<(), QreError> {
    if let Some(i) = arena.absent_minded() {
        return Err(QreError::AbsentMinded(i));
    }
    let fits = variants.iter().all(|v| v.fit(arena)) && choice.log_base().len() == arena.actions();
    if fits && lambda > 0.0 && lambda.is_finite() { Ok(()) } else { Err(QreError::BadNumbers) }
}

type Lane<const L: usize> = [f64; L];

struct Block<'a, const L: usize> {
    arena: &'a Arena,
    payoff: Vec<Lane<L>>,
    z: Vec<Lane<L>>,
    lp: Vec<Lane<L>>,
    p: Vec<Lane<L>>,
    reach: Vec<Lane<L>>,
    value: Vec<Lane<L>>,
    q: Vec<Lane<L>>,
}

fn block<const L: usize>(
    arena: &Arena,
    variants: &[Numbers],
    choice: &Choice,
    lambda: f64,
    tolerance: f64,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Vec<Descent> {
    // Lanes without a variant repeat the first one.
    let of = |lane: usize| variants.get(lane).unwrap_or(&variants[0]);
    let ranges: Lane<L> = std::array::from_fn(|l| range(arena, &of(l).payoff));
    let mut run = Block::<L>::new(arena, of, &ranges, choice);
    let goal: Lane<L> = std::array::from_fn(|l| lambda * ranges[l]);
    // Each lane doubles its own lambda up to its own goal.
    let mut now: Lane<L> = goal.map(|g| g.min(2.0));
    let mut done = [false; L];
    let mut change = [f64::INFINITY; L];
    let mut sweeps = [0_u64; L];
    let mut step = 0;
    while step < limits.steps && !done[..variants.len()].iter().all(|d| *d) {
        step += 1;
        run.sweep();
        let last = run.step(&now, choice.log_base(), &done);
        for l in 0..L {
            if done[l] {
                continue;
            }
            sweeps[l] += 1;
            change[l] = last[l] * (now[l] + ETA) / ETA / now[l].max(1.0);
            let rough = if now[l] < goal[l] { tolerance.max(1e-4) } else { tolerance };
            if change[l] <= rough {
                if now[l] >= goal[l] {
                    done[l] = true;
                } else {
                    now[l] = (2.0 * now[l]).min(goal[l]);
                }
            }
        }
        let status =
            Status { stage: "mirror descent", step, lambda: now[0] / ranges[0], regret: f64::INFINITY };
        if progress.report(status) == Control::Stop {
            break;
        }
    }
    (0..variants.len())
        .map(|l| Descent {
            lambda: now[l] / ranges[l],
            log_profile: (0..arena.actions()).map(|s| run.lp[s][l]).collect(),
            change: change[l],
            converged: done[l],
            sweeps: sweeps[l],
        })
        .collect()
}

impl<'a, const L: usize> Block<'a, L> {
    fn new<'v>(
        arena: &'a Arena,
        of: impl Fn(usize) -> &'v Numbers,
        ranges: &Lane<L>,
        choice: &Choice,
    ) -> Self {
        let actions = arena.actions();
        let lanes = |f: &dyn Fn(usize) -> f64| -> Lane<L> { std::array::from_fn(f) };
        let mut p = vec![[0.0; L]; arena.slots()];
        let mut lp = p.clone();
        for (i, (p, lp)) in p[actions..].iter_mut().zip(&mut lp[actions..]).enumerate() {
            *p = lanes(&|l| of(l).chance[i]);
            *lp = p.map(ln);
        }
        let mut run = Self {
            arena,
            payoff: (0..arena.payoff.len()).map(|i| lanes(&|l| of(l).payoff[i] / ranges[l])).collect(),
            z: choice.log_base().iter().map(|&b| [b; L]).collect(),
            lp,
            p,
            reach: vec![[0.0; L]; arena.nodes()],
            value: vec![[0.0; L]; arena.nodes() * arena.players()],
            q: vec![[0.0; L]; actions],
        };
        run.choose(&[false; L]);
        run
    }

    /// Probabilities from logits, in the lanes still running.
    fn choose(&mut self, done: &[bool; L]) {
        for i in 0..self.arena.infosets() {
            let r = self.arena.acts(i);
            for l in (0..L).filter(|&l| !done[l]) {
                let top = r.clone().map(|s| self.z[s][l]).fold(f64::NEG_INFINITY, f64::max);
                let mut sum = 0.0;
                for s in r.clone() {
                    let e = exp(self.z[s][l] - top);
                    self.p[s][l] = e;
                    sum += e;
                }
                let log = ln(sum);
                for s in r.clone() {
                    self.p[s][l] /= sum;
                    self.lp[s][l] = self.z[s][l] - top - log;
                    self.z[s][l] = self.lp[s][l];
                }
            }
        }
    }

    fn sweep(&mut self) {
        let (arena, n) = (self.arena, self.arena.players());
        for node in 1..arena.nodes() {
            let edges = arena.in_first[node] as usize..arena.in_first[node + 1] as usize;
            let e = edges.start;
            let (from, slot) = (arena.in_node[e] as usize, arena.in_slot[e] as usize);
            let mut here: Lane<L> = std::array::from_fn(|l| self.reach[from][l] + self.lp[slot][l]);
            for e in edges.skip(1) {
                let (from, slot) = (arena.in_node[e] as usize, arena.in_slot[e] as usize);
                for (l, x) in here.iter_mut().enumerate() {
                    *x = log_add(*x, self.reach[from][l] + self.lp[slot][l]);
                }
            }
            self.reach[node] = here;
        }
        for node in (0..arena.nodes()).rev() {
            let row = arena.outcome[node] as usize * n;
            let slot0 = arena.slot0[node] as usize;
            for i in 0..n {
                let mut v = self.payoff[row + i];
                for (k, &c) in arena.kids(node).iter().enumerate() {
                    let (p, w) = (&self.p[slot0 + k], &self.value[c as usize * n + i]);
                    for l in 0..L {
                        v[l] += p[l] * w[l];
                    }
                }
                self.value[node * n + i] = v;
            }
        }
        self.q.fill([0.0; L]);
        for i in 0..arena.infosets() {
            let mates = arena.mates(i);
            let player = arena.info_player[i] as usize;
            let mut top = [f64::NEG_INFINITY; L];
            for &h in mates {
                for (t, r) in top.iter_mut().zip(&self.reach[h as usize]) {
                    *t = t.max(*r);
                }
            }
            let mut sum = [0.0; L];
            for &h in mates {
                let weight: Lane<L> = std::array::from_fn(|l| {
                    if top[l] == f64::NEG_INFINITY { 1.0 } else { exp(self.reach[h as usize][l] - top[l]) }
                });
                for (s, &c) in arena.acts(i).zip(arena.kids(h as usize)) {
                    let v = &self.value[c as usize * n + player];
                    for l in 0..L {
                        self.q[s][l] += weight[l] * v[l];
                    }
                }
                for (s, w) in sum.iter_mut().zip(&weight) {
                    *s += w;
                }
            }
            for s in arena.acts(i) {
                for (q, total) in self.q[s].iter_mut().zip(&sum) {
                    *q /= total;
                }
            }
        }
    }

    /// One mirror step at every information set; returns the largest change of a log odds, by lane.
    fn step(&mut self, lambda: &Lane<L>, log_base: &[f64], done: &[bool; L]) -> Lane<L> {
        let mut worst = [0.0_f64; L];
        for i in (0..self.arena.infosets()).filter(|&i| !self.arena.mates(i).is_empty()) {
            let r = self.arena.acts(i);
            let first = r.start;
            for l in (0..L).filter(|&l| !done[l]) {
                let pull = ETA / lambda[l];
                let old = self.z[first][l];
                let new = |z: f64, q: f64, b: f64| (z + ETA * q + pull * b) / (1.0 + pull);
                let base = new(old, self.q[first][l], log_base[first]);
                for s in r.clone() {
                    let z = new(self.z[s][l], self.q[s][l], log_base[s]);
                    worst[l] = worst[l].max(((z - base) - (self.z[s][l] - old)).abs());
                    if s != first {
                        self.z[s][l] = z;
                    }
                }
                self.z[first][l] = base;
            }
        }
        self.choose(done);
        worst
    }
}

fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if high == f64::NEG_INFINITY { high } else { high + ln(1.0 + exp(low - high)) }
}
