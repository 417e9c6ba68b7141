//! Agent quantal-response equilibria of n-player games, followed in precision.
//!
//! The equations (`McKelvey` and Palfrey 1998, eq. 2, with a base measure m): at every information set
//! s(a) = m(a) exp(lambda Q(a)) / sum, Q being expected payoffs given Bayes beliefs and everyone's play. They
//! are solved in logits z(a) = ln s(a) / s(reference), so that no probability underflows, along a curve
//! followed by pseudo-arclength (Keller 1977), which passes turning points in lambda.
//!
//! Payoffs are divided by their range inside, so lambda times range is what the algorithm sees.

use super::coupling::Coupling;
use crate::game::arena::{Arena, InfosetId};
use crate::game::budget::{Control, Limits, Progress, Status};
use crate::game::linear::{Columns, DenseLu, Lu, SparseLu};
use crate::game::payoffs::{Numbers, range};
use crate::game::sweep::Sweep;
use crate::math::{exp, ln};
use serde::Serialize;

/// How an information set chooses, apart from payoffs: classes of actions, and weights inside a class.
///
/// Choice is nested: first the kind of act, then the act within its class, both at the same precision and with
/// the class valued at its inclusive value (`McFadden` 1978). That is one softmax with base measure
/// m(a) = weight(class) * weight(a in class), the second summing to one: splitting an action in two inside a
/// class, its weight shared out, changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    log_base: Vec<f64>,
}

/// A choice rule that makes no sense, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadChoice(pub InfosetId, pub &'static str);

impl std::fmt::Display for BadChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "information set {}: {}", self.0.index(), self.1)
    }
}

impl std::error::Error for BadChoice {}

impl Choice {
    /// Every action its own class, all alike: plain logit.
    #[must_use]
    pub fn plain(arena: &Arena) -> Self {
        Self { log_base: vec![0.0; arena.actions()] }
    }

    /// Sets the classes of one information set: a class number and a weight inside the class for each action.
    /// Weights are brought to sum one in each class; every class counts the same.
    ///
    /// # Errors
    /// The wrong number of entries, or a weight that is not positive and finite.
    pub fn nest(
        &mut self,
        arena: &Arena,
        infoset: InfosetId,
        classes: &[usize],
        weights: &[f64],
    ) -> Result<(), BadChoice> {
        let slots = arena.action_slots(infoset);
        if classes.len() != slots.len() || weights.len() != slots.len() {
            return Err(BadChoice(infoset, "needs one class and one weight per action"));
        }
        if !weights.iter().all(|w| *w > 0.0 && w.is_finite()) {
            return Err(BadChoice(infoset, "weights must be positive and finite"));
        }
        for (k, slot) in slots.enumerate() {
            let total: f64 =
                (0..classes.len()).filter(|&j| classes[j] == classes[k]).map(|j| weights[j]).sum();
            self.log_base[slot] = ln(weights[k] / total);
        }
        Ok(())
    }

    /// The log base measure by action slot.
    #[must_use]
    pub fn log_base(&self) -> &[f64] {
        &self.log_base
    }
}

/// Something that happens on a branch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BranchEvent {
    /// The branch turns: lambda stops rising, or falling, near this value.
    Turn {
        /// Lambda at the turn.
        lambda: f64,
    },
    /// Another branch crosses between these values of lambda.
    Bifurcation {
        /// Lambda before the crossing.
        from: f64,
        /// Lambda after it.
        to: f64,
    },
}

/// A point on a branch.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchPoint {
    /// The precision, in units of one over payoff.
    pub lambda: f64,
    /// Log probability of each action.
    pub log_profile: Vec<f64>,
}

impl BranchPoint {
    /// Probability of each action.
    #[must_use]
    pub fn profile(&self) -> Vec<f64> {
        self.log_profile.iter().map(|&l| exp(l)).collect()
    }
}

/// Why a branch was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchEnd {
    /// The asked lambda was reached.
    Reached,
    /// Play no longer changes with lambda.
    Limit,
    /// No step succeeds any more.
    Stalled,
    /// Out of steps, or stopped from outside.
    Stopped,
    /// Back at lambda zero.
    Returned,
}

/// A branch followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// The last point.
    pub last: BranchPoint,
    /// Why it ends there.
    pub end: BranchEnd,
    /// Turning points and bifurcations passed.
    pub events: Vec<BranchEvent>,
    /// Points accepted.
    pub steps: u64,
    /// Points where lambda passed each of the asked values, in order of passage.
    pub at: Vec<BranchPoint>,
}

/// How far to follow a branch.
#[derive(Clone, Copy, Debug)]
pub enum Goal<'a> {
    /// To a given lambda.
    Lambda(f64),
    /// To the first point found past a lambda.
    Past(f64),
    /// To the limit as lambda grows; points are kept where lambda passes the given values.
    Limit(&'a [f64]),
}

/// Why a branch cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QreError {
    /// Beliefs are not defined at an information set met twice on one path.
    AbsentMinded(InfosetId),
    /// The Jacobian does not fit into the memory allowed.
    TooLarge,
    /// Lambda is negative or not finite, or the numbers do not fit the arena.
    BadNumbers,
}

impl std::fmt::Display for QreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AbsentMinded(i) => write!(
                f,
                "information set {} is met twice on one path (absent-mindedness), where agent QRE is not defined; pure \
                 equilibria and regret matching still are",
                i.index()
            ),
            Self::TooLarge => write!(f, "the game is too large for path-following in the memory allowed"),
            Self::BadNumbers => {
                write!(f, "lambda must be at least 0 and numbers must fit the game")
            }
        }
    }
}

impl std::error::Error for QreError {}

/// Precision, times payoff range, at which play counts as the limit.
const LIMIT: f64 = 1e8;
/// A step may miss by this share of its length before it is halved.
const MISS: f64 = 0.35;

/// How careful the second attempt at a branch is.
const CAREFUL: f64 = 0.1;

/// The equations at one point, and what it takes to solve them.
pub(crate) struct Model<'a> {
    arena: &'a Arena,
    payoff: Vec<f64>,
    range: f64,
    log_base: Vec<f64>,
    coupling: Coupling,
    /// First unknown of each information set; unknowns run from the deepest sets up.
    start: Vec<u32>,
    /// Action whose logit is zero, by information set.
    reference: Vec<u32>,
    unknowns: usize,
    dense: bool,
    pub(crate) sweep: Sweep,
    blocks: Vec<f64>,
}

#[derive(Clone)]
struct Point {
    z: Vec<f64>,
    lambda: f64,
}

impl<'a> Model<'a> {
    pub(crate) fn new(
        arena: &'a Arena,
        numbers: &Numbers,
        choice: &Choice,
        memory: u64,
    ) -> Result<Self, QreError> {
        if let Some(i) = arena.absent_minded() {
            return Err(QreError::AbsentMinded(i));
        }
        if !numbers.fit(arena) || choice.log_base.len() != arena.actions() {
            return Err(QreError::BadNumbers);
        }
        let sweep_size = (arena.nodes() as u64).saturating_mul(arena.players() as u64 + 3);
        if sweep_size.saturating_mul(8) > memory {
            return Err(QreError::TooLarge);
        }
        let range = range(arena, &numbers.payoff);
        let coupling = Coupling::new(arena, memory).ok_or(QreError::TooLarge)?;
        let (start, unknowns) = elimination_order(arena);
        let entries = coupling.size + unknowns;
        let dense = unknowns <= 48 || entries * 4 > unknowns * unknowns;
        if dense && (unknowns as u64 + 1).pow(2) * 16 > memory {
            return Err(QreError::TooLarge);
        }
        Ok(Self {
            arena,
            payoff: numbers.payoff.iter().map(|x| x / range).collect(),
            range,
            log_base: choice.log_base.clone(),
            coupling,
            start,
            reference: vec![0; arena.infosets()],
            unknowns,
            dense,
            sweep: Sweep::new(arena, numbers),
            blocks: Vec::new(),
        })
    }

    /// Calls `f(unknown, slot, reference slot)` for every unknown.
    fn each(&self, mut f: impl FnMut(usize, usize, usize)) {
        for i in 0..self.arena.infosets() {
            let slots = self.arena.acts(i);
            let origin = slots.start + self.reference[i] as usize;
            let mut k = self.start[i] as usize;
            for s in slots {
                if s != origin {
                    f(k, s, origin);
                    k += 1;
                }
            }
        }
    }

    fn evaluate(&mut self, at: &Point) {
        self.sweep.set_logits(self.arena, &at.z);
        self.sweep.run(self.arena, &self.payoff);
    }

    /// z - ln m - lambda (Q - Q of the reference), for every unknown.
    fn gap(&self, at: &Point, out: &mut [f64]) {
        let (q, base) = (&self.sweep.q, &self.log_base);
        self.each(|k, s, r| {
            out[k] = at.z[s] - (base[s] - base[r]) - at.lambda * (q[s] - q[r]);
        });
    }

    /// The derivative of the gap in the unknowns, entry by entry.
    fn jacobian(&mut self, lambda: f64, mut put: impl FnMut(usize, usize, f64)) {
        let mut blocks = std::mem::take(&mut self.blocks);
        self.coupling.fill(self.arena, &self.sweep, &mut blocks);
        for k in 0..self.unknowns {
            put(k, k, 1.0);
        }
        for &(row, column, offset) in &self.coupling.blocks {
            let (rows, columns) = (self.arena.acts(row as usize), self.arena.acts(column as usize));
            let width = columns.len();
            let block = &blocks[offset as usize..offset as usize + rows.len() * width];
            let (origin, skip) =
                (self.reference[row as usize] as usize, self.reference[column as usize] as usize);
            let base = &block[origin * width..(origin + 1) * width];
            let first = self.start[row as usize] as usize;
            for (r, a) in (first..).zip((0..rows.len()).filter(|&a| a != origin)) {
                let line = &block[a * width..(a + 1) * width];
                let total: f64 = line.iter().zip(base).map(|(x, y)| x - y).sum();
                let first = self.start[column as usize] as usize;
                for (c, b) in (first..).zip((0..width).filter(|&b| b != skip)) {
                    let p = self.sweep.p[columns.start + b];
                    put(r, c, -lambda * (line[b] - base[b] - p * total));
                }
            }
        }
        self.blocks = blocks;
    }

    /// Factors the Jacobian, bordered by the lambda column and the row `border` if there is one.
    fn factor(&mut self, lambda: f64, border: Option<&[f64]>) -> Option<Lu> {
        let n = self.unknowns + usize::from(border.is_some());
        let last = self.unknowns;
        let mut slope = vec![0.0; last];
        let q = &self.sweep.q;
        self.each(|k, s, r| slope[k] = q[r] - q[s]);
        if self.dense {
            let mut a = vec![0.0; n * n];
            self.jacobian(lambda, |r, c, x| a[r * n + c] += x);
            if let Some(row) = border {
                for (k, d) in slope.iter().enumerate() {
                    a[k * n + last] = *d;
                }
                a[last * n..].copy_from_slice(row);
            }
            return DenseLu::new(n, a).map(Lu::Dense);
        }
        let mut entries: Vec<(u32, u32, f64)> = Vec::with_capacity(self.coupling.size + 3 * n);
        self.jacobian(lambda, |r, c, x| {
            if x != 0.0 {
                entries.push((r as u32, c as u32, x));
            }
        });
        if let Some(row) = border {
            entries.extend(slope.iter().enumerate().map(|(k, &d)| (k as u32, last as u32, d)));
            entries.extend(row.iter().enumerate().map(|(k, &d)| (last as u32, k as u32, d)));
        }
        SparseLu::new(&columns(n, &entries)).map(Lu::Sparse)
    }

    /// Makes the likeliest action of a set its reference where the old one has become unlikely, so that
    /// close actions are compared with each other and not through a distant third.
    fn refer(&mut self, at: &mut Point, direction: &mut [f64]) {
        for i in 0..self.arena.infosets() {
            let slots = self.arena.acts(i);
            let old = self.reference[i] as usize;
            let best = (0..slots.len())
                .max_by(|&a, &b| at.z[slots.start + a].total_cmp(&at.z[slots.start + b]).then(b.cmp(&a)));
            let Some(best) = best else { continue };
            if best != old && at.z[slots.start + best] > at.z[slots.start + old] + 1.0 {
                let shift = at.z[slots.start + best];
                for s in slots.clone() {
                    at.z[s] -= shift;
                }
                let k = self.start[i] as usize;
                let place = |a: usize, r: usize| k + a - usize::from(a > r);
                let moved = direction[place(best, old)];
                let before = direction.to_vec();
                for a in (0..slots.len()).filter(|&a| a != best) {
                    let was = if a == old { 0.0 } else { before[place(a, old)] };
                    direction[place(a, best)] = was - moved;
                }
                self.reference[i] = best as u32;
            }
        }
    }

    fn shift(&self, at: &Point, by: &[f64], length: f64) -> Point {
        let mut to = at.clone();
        self.each(|k, s, _| to.z[s] += length * by[k]);
        to.lambda += length * by.get(self.unknowns).copied().unwrap_or(0.0);
        to
    }

    /// One over the square of the natural size of each unknown.
    fn weights(&self, at: &Point) -> Vec<f64> {
        let mut w = vec![0.0; self.unknowns + 1];
        let share = 1.0 / self.unknowns.max(1) as f64;
        self.each(|k, s, _| {
            let size = 1.0 + at.z[s].abs();
            w[k] = share / (size * size);
        });
        let size = 1.0 + at.lambda.abs();
        w[self.unknowns] = 1.0 / (size * size);
        w
    }

    /// Newton at a fixed lambda, to the last bit that helps.
    fn polish(&mut self, at: &Point) -> Option<Point> {
        let mut at = at.clone();
        let mut gap = vec![0.0; self.unknowns];
        let mut best = f64::INFINITY;
        let mut kept = None;
        for _ in 0..24 {
            self.evaluate(&at);
            self.gap(&at, &mut gap);
            let mut size = 0.0_f64;
            self.each(|k, s, _| size = size.max(gap[k].abs() / (1.0 + at.z[s].abs())));
            if size.is_nan() {
                break;
            }
            let stuck = size >= 0.5 * best && best < 1e-9;
            if size < best {
                kept = Some(at.clone());
                best = size;
            }
            if size < 1e-15 || stuck {
                break;
            }
            let lu = self.factor(at.lambda, None)?;
            lu.solve(&mut gap);
            at = self.shift(&at, &gap, -1.0);
        }
        let rounding = 1e-13 * (1.0 + at.lambda);
        let kept = kept.filter(|_| best <= 1e-9_f64.max(rounding))?;
        self.evaluate(&kept);
        Some(kept)
    }

    /// Support identification and Newton's method on the indifference of the likely actions.
    fn limit(&mut self, at: &Point, how: Identify) -> Option<Point> {
        let mut at = at.clone();
        self.sweep.set_logits(self.arena, &at.z);
        let mut free = vec![false; self.unknowns];
        let floor = ln(how.threshold);
        let mut vanish = Vec::new();
        self.each(|k, s, _| {
            free[k] = self.sweep.lp[s] >= floor;
            if !free[k] {
                vanish.push(s);
            }
        });
        for s in vanish {
            at.z[s] -= how.vanish;
        }
        let n = self.unknowns;
        let mut gap = vec![0.0; n];
        let mut before = f64::INFINITY;
        for _ in 0..40 {
            self.evaluate(&at);
            let q = &self.sweep.q;
            let mut worst = 0.0_f64;
            self.each(|k, s, r| {
                gap[k] = if free[k] { q[r] - q[s] } else { 0.0 };
                worst = worst.max(gap[k].abs());
            });
            if !worst.is_finite() {
                return None;
            }
            if worst < 2e-16 || (worst < 1e-14 && worst >= 0.5 * before) {
                break;
            }
            before = worst;
            let mut entries: Vec<(u32, u32, f64)> = Vec::new();
            self.jacobian(1.0, |r, c, x| {
                if free[r] {
                    entries.push((r as u32, c as u32, if r == c { how.pull } else { x }));
                } else if r == c {
                    entries.push((r as u32, c as u32, 1.0));
                }
            });
            let lu = if self.dense {
                let mut a = vec![0.0; n * n];
                for (r, c, x) in entries {
                    a[r as usize * n + c as usize] += x;
                }
                Lu::Dense(DenseLu::new(n, a)?)
            } else {
                Lu::Sparse(SparseLu::new(&columns(n, &entries))?)
            };
            lu.solve(&mut gap);
            let length = gap.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
            let part = if length > 2.0 { 2.0 / length } else { 1.0 };
            at = self.shift(&at, &gap, -part);
            if length < 1e-15 {
                break;
            }
        }
        Some(at)
    }

    /// A point in logits relative to the likeliest actions; `None` if its size is wrong.
    fn anchor(&mut self, from: &BranchPoint) -> Option<Point> {
        if from.log_profile.len() != self.arena.actions() || from.log_profile.iter().any(|l| l.is_nan()) {
            return None;
        }
        // A probability of zero has no logit; take one far below any other.
        let z = from.log_profile.iter().map(|&l| l.max(-1e9)).collect();
        let mut at = Point { z, lambda: from.lambda * self.range };
        for i in 0..self.arena.infosets() {
            let shift = at.z[self.arena.info_slot[i] as usize];
            for s in self.arena.acts(i) {
                at.z[s] -= shift;
            }
        }
        self.reference.fill(0);
        let mut zero = vec![0.0; self.unknowns + 1];
        self.refer(&mut at, &mut zero);
        Some(at)
    }

    /// How the logits of a solution respond to shifts of lambda * Q, given per action: one linear solve each.
    /// The reference's logit does not move. `None` if the solution is not isolated.
    pub(crate) fn response(&mut self, at: &BranchPoint, shifts: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
        let at = self.anchor(at)?;
        self.evaluate(&at);
        let lu = self.factor(at.lambda, None)?;
        let respond = |shift: &Vec<f64>| {
            let mut x = vec![0.0; self.unknowns];
            self.each(|k, s, r| x[k] = shift[s] - shift[r]);
            lu.solve(&mut x);
            let mut z = vec![0.0; self.arena.actions()];
            self.each(|k, s, _| z[s] = x[k]);
            z
        };
        Some(shifts.iter().map(respond).collect())
    }

    /// A few damped logit responses from a point, to come near some solution.
    fn settle(&mut self, at: &mut Point, sweeps: u32) {
        for _ in 0..sweeps {
            self.evaluate(at);
            for s in 0..self.arena.actions() {
                let want = self.log_base[s] + at.lambda * self.sweep.q[s];
                at.z[s] += 0.3 * (want - at.z[s]);
            }
        }
        let mut zero = vec![0.0; self.unknowns + 1];
        for i in 0..self.arena.infosets() {
            let shift = at.z[self.arena.info_slot[i] as usize + self.reference[i] as usize];
            for s in self.arena.acts(i) {
                at.z[s] -= shift;
            }
        }
        self.refer(at, &mut zero);
    }

    fn branch_point(&mut self, at: &Point) -> BranchPoint {
        self.sweep.set_logits(self.arena, &at.z);
        BranchPoint {
            lambda: at.lambda / self.range,
            log_profile: self.sweep.lp[..self.arena.actions()].to_vec(),
        }
    }
}

/// Columns from entries, repeated ones side by side.
fn columns(n: usize, entries: &[(u32, u32, f64)]) -> Columns {
    let mut first = vec![0_usize; n + 1];
    for e in entries {
        first[e.1 as usize + 1] += 1;
    }
    for j in 0..n {
        first[j + 1] += first[j];
    }
    let mut next = first.clone();
    let mut out = Columns { first, row: vec![0; entries.len()], value: vec![0.0; entries.len()] };
    for &(r, c, x) in entries {
        let at = &mut next[c as usize];
        out.row[*at] = r;
        out.value[*at] = x;
        *at += 1;
    }
    out
}

/// First unknown of each information set when the deepest are eliminated first, and the number of unknowns:
/// on a tree with public histories that order creates no fill.
fn elimination_order(arena: &Arena) -> (Vec<u32>, usize) {
    let mut depth = vec![0_u32; arena.nodes()];
    for node in 0..arena.nodes() {
        for &c in arena.kids(node) {
            depth[c as usize] = depth[c as usize].max(depth[node] + 1);
        }
    }
    let deepest = |i: usize| arena.mates(i).iter().map(|&h| depth[h as usize]).max().unwrap_or(0);
    let mut order: Vec<usize> = (0..arena.infosets()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(deepest(i)), i));
    let mut start = vec![0; arena.infosets()];
    let mut next = 0;
    for i in order {
        start[i] = next as u32;
        next += arena.acts(i).len() - 1;
    }
    (start, next)
}

/// A curve being followed: where, in which direction, with which step.
struct Tracker<'m, 'a> {
    model: &'m mut Model<'a>,
    at: Point,
    direction: Vec<f64>,
    lu: Lu,
    step: f64,
    /// 1, or less: steps are shorter by about as much, so that no other branch is taken for this one.
    care: f64,
}

impl<'m, 'a> Tracker<'m, 'a> {
    /// `up`: towards larger lambda.
    fn new(model: &'m mut Model<'a>, at: Point, up: bool, care: f64) -> Option<Self> {
        let n = model.unknowns;
        model.evaluate(&at);
        let mut border = vec![0.0; n + 1];
        border[n] = if up { 1.0 } else { -1.0 };
        let lu = model.factor(at.lambda, Some(&border))?;
        let mut tracker = Self { model, at, direction: border.clone(), lu, step: 0.1 * care, care };
        tracker.aim(&border);
        Some(tracker)
    }

    /// The tangent at the current point, of unit length, on the side of `border`.
    fn aim(&mut self, border: &[f64]) {
        let n = self.model.unknowns;
        let mut t = vec![0.0; n + 1];
        t[n] = 1.0;
        self.lu.solve(&mut t);
        let w = self.model.weights(&self.at);
        let length: f64 = t.iter().zip(&w).map(|(t, w)| t * t * w).sum::<f64>().sqrt();
        let side: f64 = t.iter().zip(border).map(|(t, b)| t * b).sum();
        let scale = if side < 0.0 { -1.0 } else { 1.0 } / length;
        for x in &mut t {
            *x *= scale;
        }
        self.direction = t;
    }

    /// Newton towards the curve in the plane across the direction of travel; returns the point and how far it
    /// is from the prediction.
    fn correct(&mut self, from: &Point, weights: &[f64], reach: f64) -> Option<(Point, f64)> {
        let n = self.model.unknowns;
        let border: Vec<f64> = self.direction.iter().zip(weights).map(|(t, w)| t * w).collect();
        let mut at = from.clone();
        let mut moved = vec![0.0; n + 1];
        let mut gap = vec![0.0; n + 1];
        let mut fresh: Option<Lu> = None;
        let mut before = f64::INFINITY;
        let mut factored = 0;
        for turn in 0..16 {
            self.model.evaluate(&at);
            self.model.gap(&at, &mut gap[..n]);
            gap[n] = border.iter().zip(&moved).map(|(b, m)| b * m).sum();
            if gap.iter().any(|x| !x.is_finite()) {
                return None;
            }
            if turn > 0 && before > 0.3 * reach {
                return None;
            }
            // At the level of rounding in lambda * Q no further step can help.
            let rounding = if turn > 3 { 2e-12 } else { 2e-13 } * (1.0 + at.lambda.abs());
            if turn > 1 && gap[..n].iter().all(|g| g.abs() <= rounding) {
                return Some((at, norm(&moved, weights)));
            }
            let mut delta = gap.clone();
            fresh.as_ref().unwrap_or(&self.lu).solve(&mut delta);
            let mut size = norm(&delta, weights);
            // A stale factorisation that gains too little is renewed where we are.
            if (size > 0.25 * before || (turn == 0 && size > 0.1 * reach)) && factored < 5 {
                fresh = Some(self.model.factor(at.lambda, Some(&border))?);
                factored += 1;
                delta.copy_from_slice(&gap);
                fresh.as_ref().expect("just made").solve(&mut delta);
                size = norm(&delta, weights);
            }
            at = self.model.shift(&at, &delta, -1.0);
            for (m, d) in moved.iter_mut().zip(&delta) {
                *m -= d;
            }
            let missed = norm(&moved, weights);
            if size.is_nan() || missed > MISS * self.care * reach {
                return None;
            }
            let rate = if before.is_finite() { (size / before).min(1.0) } else { 0.5 };
            if size * rate < 1e-10 {
                return Some((at, missed));
            }
            before = size;
        }
        None
    }

    /// Tries one step; on success moves there. Returns the events met.
    fn advance(&mut self, events: &mut Vec<BranchEvent>) -> Result<(), Failed> {
        loop {
            if self.step < 1e-11 {
                return Err(Failed);
            }
            let weights = self.model.weights(&self.at);
            let guess = self.model.shift(&self.at, &self.direction, self.step);
            let Some((mut point, missed)) = self.correct(&guess, &weights, self.step) else {
                self.step *= 0.5;
                continue;
            };
            let border: Vec<f64> = self.direction.iter().zip(&weights).map(|(t, w)| t * w).collect();
            self.model.evaluate(&point);
            let Some(lu) = self.model.factor(point.lambda, Some(&border)) else {
                self.step *= 0.7;
                continue;
            };
            let old = (self.at.clone(), std::mem::take(&mut self.direction), self.lu.sign());
            self.at = point.clone();
            self.lu = lu;
            self.aim(&border);
            // The new direction, measured with the old weights, must not have turned far. And a determinant
            // that changes sign in a long step is more often a leap to another branch than a bifurcation.
            let along: f64 = self.direction.iter().zip(&border).map(|(t, b)| t * b).sum();
            let length = norm(&self.direction, &weights);
            let turned = along < (1.0 - 0.5 * self.care) * length && self.step > 1e-7;
            if turned || (old.2 * self.lu.sign() < 0.0 && self.step > 2e-3) {
                (self.at, self.direction) = (old.0, old.1);
                self.model.evaluate(&self.at);
                let border: Vec<f64> = self.direction.iter().zip(&weights).map(|(t, w)| t * w).collect();
                self.lu = self.model.factor(self.at.lambda, Some(&border)).ok_or(Failed)?;
                self.step *= 0.5;
                continue;
            }
            self.note(&old, events);
            let mut direction = std::mem::take(&mut self.direction);
            self.model.refer(&mut point, &mut direction);
            self.direction = direction;
            if point.z != self.at.z {
                self.at = point;
                self.model.evaluate(&self.at);
                let w = self.model.weights(&self.at);
                let border: Vec<f64> = self.direction.iter().zip(&w).map(|(t, w)| t * w).collect();
                self.lu = self.model.factor(self.at.lambda, Some(&border)).ok_or(Failed)?;
                self.aim(&border);
            }
            let share = missed / self.step;
            let grow = (0.08 * self.care / share.max(1e-4)).sqrt().clamp(0.5, 3.0);
            self.step = (self.step * grow).min(4.0 * self.care);
            return Ok(());
        }
    }

    fn note(&self, old: &(Point, Vec<f64>, f64), events: &mut Vec<BranchEvent>) {
        let n = self.model.unknowns;
        let (before, after) = (old.1[n], self.direction[n]);
        let range = self.model.range;
        if before * after < 0.0 {
            // Lambda is nearly a parabola in arclength around a turn: its slope falls linearly.
            let part = before.abs() / (before.abs() + after.abs());
            let lambda = (old.0.lambda + 0.5 * self.step * before * part) / range;
            events.push(BranchEvent::Turn { lambda });
        }
        if old.2 * self.lu.sign() < 0.0 {
            let (a, b) = (old.0.lambda / range, self.at.lambda / range);
            events.push(BranchEvent::Bifurcation { from: a.min(b), to: a.max(b) });
        }
    }
}

struct Failed;

fn norm(x: &[f64], weights: &[f64]) -> f64 {
    x.iter().zip(weights).map(|(x, w)| x * x * w).sum::<f64>().sqrt()
}

/// Follows the principal branch: from the base measure at lambda 0.
///
/// # Errors
/// See [`QreError`].
pub fn principal_branch(
    arena: &Arena,
    numbers: &Numbers,
    choice: &Choice,
    goal: Goal<'_>,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Result<Branch, QreError> {
    let mut model = Model::new(arena, numbers, choice, limits.memory)?;
    let base = BranchPoint { lambda: 0.0, log_profile: choice.log_base.clone() };
    let Some(start) = model.anchor(&base) else {
        return Err(QreError::BadNumbers);
    };
    let first = follow(&mut model, start.clone(), true, 1.0, goal, limits, progress)?;
    // This branch can't come back or go in circles (Turocy 2005): if it did, another was taken for it.
    let lost = first.end == BranchEnd::Returned || first.steps >= limits.steps;
    if !lost {
        return Ok(first);
    }
    let second = follow(&mut model, start, true, CAREFUL, goal, limits, progress)?;
    let found = matches!(second.end, BranchEnd::Reached | BranchEnd::Limit);
    Ok(if found { second } else { first })
}

/// Follows a branch from a solution, towards larger lambda or (`up` false) smaller first.
///
/// # Errors
/// See [`QreError`].
#[expect(clippy::too_many_arguments, reason = "the principal branch's, and where to start")]
pub fn branch_from(
    arena: &Arena,
    numbers: &Numbers,
    choice: &Choice,
    from: &BranchPoint,
    up: bool,
    goal: Goal<'_>,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Result<Branch, QreError> {
    let mut model = Model::new(arena, numbers, choice, limits.memory)?;
    let Some(start) = model.anchor(from) else {
        return Err(QreError::BadNumbers);
    };
    follow(&mut model, start, up, 1.0, goal, limits, progress)
}

fn follow(
    model: &mut Model<'_>,
    start: Point,
    up: bool,
    care: f64,
    goal: Goal<'_>,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Result<Branch, QreError> {
    let range = model.range;
    let (target, marks): (f64, Vec<f64>) = match goal {
        Goal::Lambda(l) | Goal::Past(l) => (l * range, Vec::new()),
        Goal::Limit(at) => (LIMIT, at.iter().map(|l| l * range).collect()),
    };
    if !target.is_finite() || target < 0.0 {
        return Err(QreError::BadNumbers);
    }
    let mut branch = Branch {
        last: model.branch_point(&start),
        end: BranchEnd::Stalled,
        events: Vec::new(),
        steps: 0,
        at: Vec::new(),
    };
    let reached = model.unknowns == 0 || (start.lambda == target && !matches!(goal, Goal::Limit(_)));
    if reached {
        branch.end = BranchEnd::Reached;
        branch.last.lambda = target / range;
        return Ok(branch);
    }
    let Some(mut tracker) = Tracker::new(model, start, up, care) else {
        return Ok(branch);
    };
    branch.end = loop {
        if branch.steps >= limits.steps {
            break BranchEnd::Stopped;
        }
        let status = Status {
            stage: "branch",
            step: branch.steps,
            lambda: tracker.at.lambda / range,
            regret: f64::INFINITY,
        };
        if progress.report(status) == Control::Stop {
            break BranchEnd::Stopped;
        }
        let before = tracker.at.clone();
        let direction = tracker.direction.clone();
        // A first step from just below the target may be far too long.
        if matches!(goal, Goal::Lambda(_)) {
            let rate = direction[tracker.model.unknowns];
            let reach = (target - before.lambda) / rate;
            if rate > 0.0 && reach > 0.0 {
                tracker.step = tracker.step.min(1.5 * reach);
            }
        }
        let failed = tracker.advance(&mut branch.events).is_err();
        if failed {
            break BranchEnd::Stalled;
        }
        branch.steps += 1;
        let after = tracker.at.clone();
        let crossed = |l: f64| (before.lambda - l) * (after.lambda - l) <= 0.0;
        let mut wanted: Vec<f64> = marks.iter().copied().filter(|&l| crossed(l)).collect();
        if after.lambda < before.lambda {
            wanted.reverse();
        }
        for l in wanted {
            if let Some(point) = between(tracker.model, &before, &after, l) {
                branch.at.push(tracker.model.branch_point(&point));
            }
            tracker.model.evaluate(&after);
        }
        if crossed(target) {
            if let Some(point) = between(tracker.model, &before, &after, target) {
                branch.last = tracker.model.branch_point(&point);
                break match goal {
                    Goal::Lambda(_) | Goal::Past(_) => BranchEnd::Reached,
                    Goal::Limit(_) => BranchEnd::Limit,
                };
            }
            tracker.model.evaluate(&after);
            match goal {
                Goal::Lambda(_) => {}
                Goal::Past(_) => {
                    branch.last = tracker.model.branch_point(&after);
                    break BranchEnd::Reached;
                }
                Goal::Limit(_) => {
                    branch.last = tracker.model.branch_point(&after);
                    break BranchEnd::Limit;
                }
            }
        }
        branch.last = tracker.model.branch_point(&after);
        if after.lambda <= 0.0 {
            break BranchEnd::Returned;
        }
    };
    Ok(branch)
}

/// The point of the branch at a lambda between two of its points. Their logits may refer to different
/// actions, so both are taken relative to the present references.
fn between(model: &mut Model<'_>, before: &Point, after: &Point, lambda: f64) -> Option<Point> {
    let part = (lambda - before.lambda) / (after.lambda - before.lambda);
    let part = if part.is_finite() { part } else { 0.0 };
    let mut guess = Point { z: vec![0.0; after.z.len()], lambda };
    for i in 0..model.arena.infosets() {
        let slots = model.arena.acts(i);
        let origin = slots.start + model.reference[i] as usize;
        for s in slots {
            let (a, b) = (before.z[s] - before.z[origin], after.z[s] - after.z[origin]);
            guess.z[s] = a + part * (b - a);
        }
    }
    model.polish(&guess)
}

/// How an equilibrium is identified from the end of a branch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identify {
    /// Actions likelier than this are made exactly indifferent.
    pub threshold: f64,
    /// Where the branch leaves choices open, this (about 1e-9 to 1e-6) keeps them near where they are.
    pub pull: f64,
    /// Taken off the logits of all other actions: 0 leaves their odds, and so all beliefs, as they are; 800
    /// makes their probabilities zero.
    pub vanish: f64,
}

/// The equilibrium a branch tends to: actions likelier than a threshold at its last point are made exactly
/// indifferent by Newton's method, the others vanish. `None` if that fails; whether it succeeded is for the
/// judge to say.
///
/// # Errors
/// See [`QreError`].
pub fn limit_of(
    arena: &Arena,
    numbers: &Numbers,
    choice: &Choice,
    last: &BranchPoint,
    how: Identify,
    limits: Limits,
) -> Result<Option<BranchPoint>, QreError> {
    let mut model = Model::new(arena, numbers, choice, limits.memory)?;
    let Some(at) = model.anchor(last) else {
        return Err(QreError::BadNumbers);
    };
    let found = model.limit(&at, how);
    Ok(found.map(|p| BranchPoint { lambda: f64::INFINITY, ..model.branch_point(&p) }))
}

/// Solves the equations at one lambda from a first guess, by `sweeps` damped logit responses and then Newton's
/// method: any solution, on whatever branch. `None` if that did not lead to one.
///
/// # Errors
/// See [`QreError`].
pub fn solution_near(
    arena: &Arena,
    numbers: &Numbers,
    choice: &Choice,
    guess: &BranchPoint,
    sweeps: u32,
    limits: Limits,
) -> Result<Option<BranchPoint>, QreError> {
    let mut model = Model::new(arena, numbers, choice, limits.memory)?;
    let Some(mut at) = model.anchor(guess) else {
        return Err(QreError::BadNumbers);
    };
    model.settle(&mut at, sweeps);
    let found = model.polish(&at);
    Ok(found.map(|p| model.branch_point(&p)))
}
