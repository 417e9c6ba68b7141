//! Agent quantal-response equilibria of public-state games by continuation in lambda.
//!
//! From uniform play at lambda = 0 the principal branch is followed by predictor and corrector: quadratic extrapolation,
//! then Newton's method whose linear systems are solved by GMRES with exact products from [`super::sweep`] (Newton-Krylov).
//! Where steps in lambda shrink to nothing a fold is near: from there the branch is followed in pseudo-arclength
//! (Keller 1977; Turocy 2005 for quantal response) through its turning points. When it winds without end, the walk may
//! leave the branch by a damped transient (Kelley and Keyes 1998) just beyond the fold: a jump, reported as one.

use rayon::prelude::*;

use super::derivative::Change;
use super::error::PublicStateError;
use super::krylov::{Gmres, add_scaled, dot, norm};
use super::strategy::Strategy;
use super::structure::{Numbers, PublicStateGame};
use super::sweep::Pass;

/// How to solve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SolveOptions {
    /// Largest residual, in probabilities, of a solution that counts as one.
    pub tolerance: f64,
    /// Most passes over the states (evaluations and derivative products together).
    pub work: usize,
    /// Turning points followed between one largest lambda and the next before the walk gives up on the branch.
    pub turns: usize,
    /// Whether the walk may jump to another branch when it gives up on the one it is on.
    pub jump: bool,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self { tolerance: 1e-9, work: 400_000, turns: 60, jump: true }
    }
}

/// What the watcher is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Where the walk is.
    pub lambda: f64,
    /// Where it should get.
    pub target: f64,
    /// Passes spent so far.
    pub work: usize,
}

/// What the watcher answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Stop and hand back the best found.
    Stop,
}

/// Something that happened on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// The branch turned back in lambda, or forward again.
    Turn {
        /// Lambda near the turning point.
        lambda: f64,
    },
    /// The walk left the branch: beyond this the solution isn't on the principal branch.
    Jump {
        /// Lambda before the jump.
        from: f64,
        /// Lambda after it.
        to: f64,
    },
    /// The search began from random play: nothing ties the solution to the principal branch.
    Restart {
        /// Number of the start.
        start: usize,
    },
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// At the lambda asked for, with the residual asked for.
    Converged,
    /// The watcher stopped it.
    Cancelled,
    /// The work ran out.
    OutOfWork,
    /// The branch could be followed no further.
    Stuck,
}

/// The best found: an equilibrium at `lambda` up to `residual`. Only if the status is `Converged` is that the lambda asked
/// for, and the residual within the tolerance (or within what rounding allows at that lambda).
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The equilibrium's precision.
    pub lambda: f64,
    /// The precision asked for.
    pub target: f64,
    /// Choice probabilities.
    pub strategy: Strategy,
    /// Largest change of a probability in one pass, as the solver sees it. The judge's is in the certificate.
    pub residual: f64,
    /// How the walk ended.
    pub status: Status,
    /// Turning points and jumps on the way from lambda = 0, in order.
    pub events: Vec<Event>,
    /// Passes spent.
    pub work: usize,
}

impl Solution {
    /// Whether the solution lies on the branch that starts at uniform play.
    #[must_use]
    pub fn on_principal_branch(&self) -> bool {
        self.events.iter().all(|event| matches!(event, Event::Turn { .. }))
    }
}

/// Solves at one precision.
pub fn solve(
    game: &PublicStateGame,
    lambda: f64,
    options: &SolveOptions,
    watch: &mut dyn FnMut(Progress) -> Control,
) -> Solution {
    let mut walk = Walk::new(game, *options, watch);
    let status = walk.go(lambda);
    walk.solution(lambda, status)
}

/// Solves at several precisions in one walk, in increasing order. Ends early if the walk does.
pub fn trace(
    game: &PublicStateGame,
    lambdas: &[f64],
    options: &SolveOptions,
    watch: &mut dyn FnMut(Progress) -> Control,
) -> Vec<Solution> {
    let mut wanted = lambdas.to_vec();
    wanted.sort_by(f64::total_cmp);
    let mut walk = Walk::new(game, *options, watch);
    let mut found = Vec::new();
    for lambda in wanted {
        let status = walk.go(lambda);
        found.push(walk.solution(lambda, status));
        if status != Status::Converged {
            break;
        }
    }
    found
}

/// Solves many variants of one structure, in parallel, each with the bits that [`solve`] gives it alone.
/// The watcher is told the number of the variant.
///
/// # Errors
/// If some numbers come from a game of another shape.
pub fn solve_variants(
    game: &PublicStateGame,
    variants: &[Numbers],
    lambda: f64,
    options: &SolveOptions,
    watch: &(dyn Fn(usize, Progress) -> Control + Sync),
) -> Result<Vec<Solution>, PublicStateError> {
    variants
        .par_iter()
        .enumerate()
        .map(|(at, numbers)| {
            let variant = game.with_numbers(numbers.clone())?;
            Ok(solve(&variant, lambda, options, &mut |progress| watch(at, progress)))
        })
        .collect()
}

/// The solution of [`solve`], followed by every other equilibrium found at the same precision: where the principal
/// branch, followed on through up to `options.turns` turning points, comes back to it, and from random starts.
/// Nobody can say whether these are all. The work is counted anew for the branch and for every start.
pub fn branches(
    game: &PublicStateGame,
    lambda: f64,
    options: &SolveOptions,
    starts: usize,
    seed: u64,
    watch: &mut dyn FnMut(Progress) -> Control,
) -> Vec<Solution> {
    let mut walk = Walk::new(game, *options, watch);
    let status = walk.go(lambda);
    let mut found = vec![walk.solution(lambda, status)];
    if status == Status::Converged && lambda > 0.0 {
        for solution in walk.harvest(lambda) {
            add_distinct(&mut found, solution);
        }
    }
    let mut cancelled = walk.stopped == Some(Status::Cancelled);
    for start in 0..starts {
        if cancelled {
            break;
        }
        let mut walk = Walk::new(game, *options, watch);
        let mut score = random_score(game, lambda * walk.range, seed, start as u64);
        (walk.lambda, walk.target) = (lambda, lambda);
        if walk.transient(&mut score, lambda) {
            walk.score = score;
            walk.events.push(Event::Restart { start });
            let solution = walk.solution(lambda, Status::Converged);
            add_distinct(&mut found, solution);
        }
        cancelled = walk.stopped == Some(Status::Cancelled);
    }
    found
}

fn add_distinct(found: &mut Vec<Solution>, solution: Solution) {
    if found.iter().all(|known| known.strategy.distance(&solution.strategy) > DISTINCT) {
        found.push(solution);
    }
}

/// Beyond this many times the lambda asked for, the branch is no longer searched for returns.
const HARVEST_END: f64 = 3.0;
/// Strategies that differ by less than this in every probability count as one.
const DISTINCT: f64 = 1e-5;

fn random_score(game: &PublicStateGame, spread: f64, seed: u64, start: u64) -> Vec<f64> {
    let mut state = seed ^ start.wrapping_add(1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    let mut score = uniform(game);
    for value in &mut score {
        *value += spread * (split_mix(&mut state) - 0.5);
    }
    score
}

/// `SplitMix64` (Steele, Lea and Flood 2014), as a number in [0, 1).
fn split_mix(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((word ^ (word >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

const CYCLE: usize = 200;
const LINEAR_WORK: usize = 600;
/// Actions played less than the square of this count as if played so much, in the scale of linear systems.
const LEAST_WEIGHT: f64 = 1e-3;
const CORRECTIONS: usize = 8;
/// Residual that is good enough between where the walk is and where it should get.
const PASSING: f64 = 1e-2;
/// The same, once the branch has folded and neighbours are near.
const PASSING_FOLDED: f64 = 1e-5;
/// Part of the residual that linear systems may leave: no more than Newton's method will itself (forcing terms after
/// Eisenstat and Walker 1996), and no less than will do to reach the tolerance.
const FORCING: f64 = 3e-2;
const LEAST_FORCING: f64 = 0.1;
const FORCING_ARC: f64 = 1e-4;
/// Steps shorter than this part of lambda mean that a fold is near.
const STEP: f64 = 3e-3;

pub(super) struct Walk<'a> {
    game: &'a PublicStateGame,
    options: SolveOptions,
    watch: &'a mut dyn FnMut(Progress) -> Control,
    pub(super) pass: Pass,
    change: Change,
    gmres: Gmres,
    range: f64,
    lambda: f64,
    score: Vec<f64>,
    /// Derivative of the score by lambda at the point before, and that point.
    before: Option<(f64, Vec<f64>)>,
    target: f64,
    step: f64,
    /// Residual that is good enough for a point on the way.
    passing: f64,
    events: Vec<Event>,
    work: usize,
    right: Vec<f64>,
    delta: Vec<f64>,
    weight: Vec<f64>,
    unscaled: Vec<f64>,
    stopped: Option<Status>,
}

/// A walk in pseudo-arclength.
struct Arc {
    /// Unit tangent: the score, then `lambda * scale`.
    tangent: Vec<f64>,
    scale: f64,
    length: f64,
    least: f64,
    turns: usize,
}

impl Arc {
    fn forward(&self) -> bool {
        self.tangent.last().is_some_and(|&by_lambda| by_lambda > 0.0)
    }
}

enum Corrected {
    After(usize),
    Failed,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        game: &'a PublicStateGame,
        options: SolveOptions,
        watch: &'a mut dyn FnMut(Progress) -> Control,
    ) -> Self {
        let unknowns = game.structure.unknowns;
        let range = game.payoff_range();
        let mut walk = Self {
            game,
            options,
            watch,
            pass: Pass::new(game),
            change: Change::new(game),
            gmres: Gmres::default(),
            range: if range > 0.0 { range } else { 1.0 },
            lambda: 0.0,
            score: uniform(game),
            before: None,
            target: 0.0,
            step: 0.0,
            passing: PASSING,
            events: Vec::new(),
            work: 0,
            right: vec![0.0; unknowns],
            delta: vec![0.0; unknowns],
            weight: vec![0.0; unknowns],
            unscaled: vec![0.0; unknowns],
            stopped: None,
        };
        walk.step = 2.0 / walk.range;
        let score = std::mem::take(&mut walk.score);
        walk.evaluate(&score, 0.0);
        walk.score = score;
        walk
    }

    /// The tolerance asked for, or what rounding allows at this precision.
    fn tolerance(&self, lambda: f64) -> f64 {
        self.options.tolerance.max(32.0 * f64::EPSILON * lambda * self.range)
    }

    fn evaluate(&mut self, score: &[f64], lambda: f64) {
        self.pass.run(self.game, score, lambda);
        self.work += 1;
    }

    /// Asks the watcher and the budget; remembers the answer.
    fn may_go_on(&mut self) -> bool {
        if self.stopped.is_none() {
            if self.work >= self.options.work {
                self.stopped = Some(Status::OutOfWork);
            } else if (self.watch)(Progress { lambda: self.lambda, target: self.target, work: self.work })
                == Control::Stop
            {
                self.stopped = Some(Status::Cancelled);
            }
        }
        self.stopped.is_none()
    }

    fn go(&mut self, target: f64) -> Status {
        self.target = target;
        if !(target.is_finite() && target >= self.lambda) {
            return Status::Stuck;
        }
        loop {
            if self.walk_in_lambda(target) {
                return Status::Converged;
            }
            if let Some(status) = self.stopped {
                return status;
            }
            if self.follow_arc(target) {
                continue;
            }
            if let Some(status) = self.stopped {
                return status;
            }
            if !(self.options.jump && self.jump(target)) {
                return self.stopped.unwrap_or(Status::Stuck);
            }
        }
    }

    /// Steps of growing and shrinking length in lambda. False if they shrink to nothing or the walk is stopped.
    fn walk_in_lambda(&mut self, target: f64) -> bool {
        let unknowns = self.score.len();
        let mut tangent = vec![0.0; unknowns];
        while self.lambda < target {
            if !self.may_go_on() {
                return false;
            }
            self.tangent(&mut tangent);
            loop {
                let mut next = (self.lambda + self.step).min(target);
                if target - next < 0.3 * self.step {
                    next = target;
                }
                let mut score = self.predict(&tangent, next);
                let tolerance = if next == target { self.tolerance(next) } else { self.passing };
                if let Corrected::After(corrections) = self.correct(&mut score, next, tolerance) {
                    let known = std::mem::replace(&mut self.score, score);
                    self.before = Some((self.lambda, known));
                    self.lambda = next;
                    if corrections <= 1 {
                        self.step *= 2.0;
                    } else if corrections >= 4 {
                        self.step /= 1.5;
                    }
                    break;
                }
                self.step /= 3.0;
                if !self.may_go_on() {
                    self.restore();
                    return false;
                }
                if self.step < STEP * self.lambda.max(0.1 / self.range) {
                    self.restore();
                    return false;
                }
            }
        }
        self.pass.residual() <= self.tolerance(target) || {
            let mut score = self.score.clone();
            let ok = matches!(self.correct(&mut score, target, self.tolerance(target)), Corrected::After(_));
            if ok {
                self.score = score;
            } else {
                self.restore();
            }
            ok
        }
    }

    /// Evaluates at the point the walk stands on.
    fn restore(&mut self) {
        let score = std::mem::take(&mut self.score);
        self.evaluate(&score, self.lambda);
        self.score = score;
    }

    fn tangent(&mut self, tangent: &mut [f64]) {
        let mut right = std::mem::take(&mut self.right);
        self.change.apply_lambda(self.game, &self.pass, &mut right);
        self.work += 1;
        self.linear_solve(&right, tangent, 0.0, FORCING);
        self.right = right;
    }

    /// Solves `(1 + damping) x - pass'(x) = right`, in a scale in which actions count as they are played: scores of
    /// actions that are hardly played are large, and hardly matter.
    fn linear_solve(&mut self, right: &[f64], x: &mut [f64], damping: f64, forcing: f64) {
        self.weigh();
        let (game, pass, change, weight, unscaled) =
            (self.game, &self.pass, &mut self.change, &self.weight, &mut self.unscaled);
        let scaled: Vec<f64> = right.iter().zip(weight).map(|(value, weight)| value * weight).collect();
        let apply = |y: &[f64], out: &mut [f64]| {
            for ((unscaled, y), weight) in unscaled.iter_mut().zip(y).zip(weight) {
                *unscaled = y / weight;
            }
            change.apply(game, pass, unscaled, None, out);
            for ((out, y), weight) in out.iter_mut().zip(y).zip(weight) {
                *out = y * (1.0 + damping) - weight * *out;
            }
        };
        let solved = self.gmres.solve(apply, &scaled, x, forcing, CYCLE, LINEAR_WORK);
        self.work += solved.products;
        for (x, weight) in x.iter_mut().zip(weight) {
            *x /= weight;
        }
    }

    fn weigh(&mut self) {
        for (weight, play) in self.weight.iter_mut().zip(&self.pass.strategy) {
            *weight = play.sqrt().max(LEAST_WEIGHT);
        }
    }

    fn predict(&self, tangent: &[f64], next: f64) -> Vec<f64> {
        let length = next - self.lambda;
        let mut score = self.score.clone();
        add_scaled(&mut score, length, tangent);
        if let Some((lambda, before)) = &self.before {
            let back = self.lambda - lambda;
            let bend = length * length / back;
            for (at, value) in score.iter_mut().enumerate() {
                *value += bend * (tangent[at] - (self.score[at] - before[at]) / back);
            }
        }
        score
    }

    /// Newton's method at a fixed lambda.
    fn correct(&mut self, score: &mut [f64], lambda: f64, tolerance: f64) -> Corrected {
        let mut last = f64::INFINITY;
        for corrections in 0..=CORRECTIONS {
            self.evaluate(score, lambda);
            let residual = self.pass.residual();
            if residual <= tolerance {
                return Corrected::After(corrections);
            }
            if residual.is_nan()
                || residual > last
                || corrections == 0 && residual > 0.3
                || corrections == CORRECTIONS
                || !self.may_go_on()
            {
                break;
            }
            last = residual;
            self.set_right(score);
            let forcing = residual.max(LEAST_FORCING * tolerance / residual).min(FORCING);
            self.newton_step(score, 0.0, forcing);
        }
        Corrected::Failed
    }

    fn set_right(&mut self, score: &[f64]) {
        for ((right, new), old) in self.right.iter_mut().zip(&self.pass.next_score).zip(score) {
            *right = new - old;
        }
    }

    fn newton_step(&mut self, score: &mut [f64], damping: f64, forcing: f64) {
        let right = std::mem::take(&mut self.right);
        let mut delta = std::mem::take(&mut self.delta);
        self.linear_solve(&right, &mut delta, damping, forcing);
        add_scaled(score, 1.0, &delta);
        (self.right, self.delta) = (right, delta);
    }

    /// Solves the bordered system of pseudo-arclength, in the scale of [`Walk::linear_solve`]. The unknowns are the score
    /// and `lambda * scale`; the last row is the product with the tangent.
    fn bordered_solve(&mut self, tangent: &[f64], scale: f64, right: &[f64], out: &mut [f64]) {
        let size = tangent.len() - 1;
        let mut by_lambda = vec![0.0; size];
        self.change.apply_lambda(self.game, &self.pass, &mut by_lambda);
        self.weigh();
        let (game, pass, change, weight, unscaled) =
            (self.game, &self.pass, &mut self.change, &self.weight, &mut self.unscaled);
        let scaled = |values: &[f64]| -> Vec<f64> {
            let whole = values[..size].iter().zip(weight).map(|(value, weight)| value * weight);
            whole.chain(values.get(size).copied()).collect()
        };
        let (tangent, right, by_lambda) = (scaled(tangent), scaled(right), scaled(&by_lambda));
        let apply = |y: &[f64], image: &mut [f64]| {
            for ((unscaled, y), weight) in unscaled.iter_mut().zip(y).zip(weight) {
                *unscaled = y / weight;
            }
            change.apply(game, pass, unscaled, None, &mut image[..size]);
            for at in 0..size {
                image[at] = y[at] - weight[at] * image[at] - y[size] / scale * by_lambda[at];
            }
            image[size] = dot(&tangent, y);
        };
        let solved = self.gmres.solve(apply, &right, out, FORCING_ARC, CYCLE, LINEAR_WORK);
        self.work += 1 + solved.products;
        for (out, weight) in out.iter_mut().zip(weight) {
            *out /= weight;
        }
    }

    /// Length of a step along the branch in that scale.
    fn arc_length(&self, step: &[f64]) -> f64 {
        let size = step.len() - 1;
        let square: f64 = step[..size]
            .iter()
            .zip(&self.weight)
            .map(|(value, weight)| value * weight * value * weight)
            .sum();
        (square + step[size] * step[size]).sqrt()
    }

    /// Follows the branch through turning points until lambda is larger than ever and steps in lambda are worth trying again.
    fn follow_arc(&mut self, target: f64) -> bool {
        let mut arc = self.start_arc();
        let start = self.lambda;
        let mut farthest = (self.lambda, self.score.clone());
        while self.may_follow(&arc) {
            let Some((score, lambda, corrections)) = self.try_arc(&mut arc) else {
                continue;
            };
            if (self.lambda - target) * (lambda - target) <= 0.0 {
                if self.land(&score, lambda, target) {
                    return true;
                }
                if arc.length > 1e3 * arc.least {
                    arc.length /= 3.0;
                    self.restore();
                    continue;
                }
                self.evaluate(&score, lambda);
            }
            let ahead = lambda - self.lambda;
            self.advance(&mut arc, score, lambda, corrections);
            if lambda > farthest.0 {
                farthest = (lambda, self.score.clone());
            }
            if lambda > start && ahead > 2.0 * STEP * lambda && arc.forward() {
                self.step = ahead;
                return true;
            }
        }
        (self.lambda, self.score) = farthest;
        self.settle();
        false
    }

    /// Follows the branch on through its turning points and solves wherever it comes back to the target.
    fn harvest(&mut self, target: f64) -> Vec<Solution> {
        let mut arc = self.start_arc();
        let mut found = Vec::new();
        while self.may_follow(&arc) && self.lambda <= HARVEST_END * target {
            let Some((score, lambda, corrections)) = self.try_arc(&mut arc) else {
                continue;
            };
            if (self.lambda - target) * (lambda - target) <= 0.0 {
                let here = (self.lambda, self.score.clone());
                if self.land(&score, lambda, target) {
                    found.push(self.solution(target, Status::Converged));
                    (self.lambda, self.score) = here;
                }
                self.evaluate(&score, lambda);
            }
            self.advance(&mut arc, score, lambda, corrections);
        }
        found
    }

    fn start_arc(&mut self) -> Arc {
        self.passing = PASSING_FOLDED;
        let size = self.score.len();
        let scale = self.range * (size as f64).sqrt();
        self.settle();
        let mut tangent = vec![0.0; size + 1];
        tangent[size] = 1.0;
        self.arc_tangent(&mut tangent, scale);
        let length = 0.01 * self.lambda.max(1.0 / self.range) * scale;
        Arc { tangent, scale, length, least: 1e-6 * length, turns: 0 }
    }

    fn may_follow(&mut self, arc: &Arc) -> bool {
        arc.turns <= self.options.turns && arc.length >= arc.least && self.may_go_on()
    }

    /// The next point on the branch, its lambda and the corrections it took; failing that, a shorter step.
    fn try_arc(&mut self, arc: &mut Arc) -> Option<(Vec<f64>, f64, usize)> {
        let size = self.score.len();
        let mut score = self.score.clone();
        add_scaled(&mut score, arc.length, &arc.tangent[..size]);
        let mut lambda = self.lambda + arc.length * arc.tangent[size] / arc.scale;
        match self.correct_on_arc(&mut score, &mut lambda, &arc.tangent, arc.scale) {
            Corrected::After(corrections) if lambda > 0.0 => Some((score, lambda, corrections)),
            _ => {
                arc.length /= 3.0;
                self.restore();
                None
            }
        }
    }

    fn advance(&mut self, arc: &mut Arc, score: Vec<f64>, lambda: f64, corrections: usize) {
        (self.score, self.lambda, self.before) = (score, lambda, None);
        let forward = arc.forward();
        self.arc_tangent(&mut arc.tangent, arc.scale);
        if forward != arc.forward() {
            arc.turns += 1;
            self.events.push(Event::Turn { lambda });
        }
        if corrections <= 2 {
            arc.length *= 1.6;
        } else if corrections >= 5 {
            arc.length /= 1.6;
        }
    }

    /// Solves at the target, between the point the walk stands on and the next on the branch.
    fn land(&mut self, next: &[f64], lambda: f64, target: f64) -> bool {
        let part = (target - self.lambda) / (lambda - self.lambda);
        let mut score = self.score.clone();
        for (value, next) in score.iter_mut().zip(next) {
            *value += part * (next - *value);
        }
        if let Corrected::After(_) = self.correct(&mut score, target, self.tolerance(target)) {
            (self.lambda, self.score, self.before) = (target, score, None);
            return true;
        }
        false
    }

    /// Puts the point the walk stands on exactly on the branch; failing that, the point before.
    fn settle(&mut self) {
        let here = (self.lambda, self.score.clone());
        for (lambda, mut score) in [Some(here), self.before.clone()].into_iter().flatten() {
            if let Corrected::After(_) = self.correct(&mut score, lambda, self.tolerance(lambda)) {
                (self.lambda, self.score) = (lambda, score);
                return;
            }
        }
        self.restore();
    }

    fn arc_tangent(&mut self, tangent: &mut Vec<f64>, scale: f64) {
        let size = tangent.len() - 1;
        let mut right = vec![0.0; size + 1];
        right[size] = 1.0;
        let mut next = vec![0.0; size + 1];
        self.bordered_solve(tangent, scale, &right, &mut next);
        let length = self.arc_length(&next);
        if length > 0.0 {
            for value in &mut next {
                *value /= length;
            }
            *tangent = next;
        }
    }

    fn correct_on_arc(
        &mut self,
        score: &mut [f64],
        lambda: &mut f64,
        tangent: &[f64],
        scale: f64,
    ) -> Corrected {
        let size = score.len();
        let mut last = f64::INFINITY;
        for corrections in 0..=CORRECTIONS {
            if lambda.is_nan() || *lambda <= 0.0 {
                break;
            }
            self.evaluate(score, *lambda);
            let residual = self.pass.residual();
            if residual <= 1e-7 {
                return Corrected::After(corrections);
            }
            if residual.is_nan()
                || residual > last
                || corrections == 0 && residual > 0.2
                || corrections == CORRECTIONS
                || !self.may_go_on()
            {
                break;
            }
            last = residual;
            let mut right: Vec<f64> =
                self.pass.next_score.iter().zip(score.iter()).map(|(new, old)| new - old).collect();
            right.push(0.0);
            let mut delta = vec![0.0; size + 1];
            self.bordered_solve(tangent, scale, &right, &mut delta);
            add_scaled(score, 1.0, &delta[..size]);
            *lambda += delta[size] / scale;
        }
        Corrected::Failed
    }

    /// Leaves the branch: a damped transient at a lambda a little larger, until it rests somewhere.
    fn jump(&mut self, target: f64) -> bool {
        let from = self.lambda;
        for ahead in [1.01, 1.03, 1.1] {
            let lambda = (from * ahead).min(target);
            let mut score = self.score.clone();
            if self.transient(&mut score, lambda) {
                self.events.push(Event::Jump { from, to: lambda });
                self.score = score;
                self.lambda = lambda;
                self.before = None;
                self.step = 0.01 * lambda;
                return true;
            }
            if self.stopped.is_some() {
                break;
            }
        }
        self.restore();
        false
    }

    /// Pseudo-transient continuation: implicit Euler steps of `dv/dt = v' - v`, longer as the residual falls.
    pub(super) fn transient(&mut self, score: &mut [f64], lambda: f64) -> bool {
        let mut time = 1.0;
        let mut last = f64::INFINITY;
        for _ in 0..400 {
            self.evaluate(score, lambda);
            let residual = self.pass.residual();
            if residual <= PASSING_FOLDED {
                let mut polished = score.to_vec();
                if let Corrected::After(_) = self.correct(&mut polished, lambda, self.tolerance(lambda)) {
                    score.copy_from_slice(&polished);
                    return true;
                }
                self.evaluate(score, lambda);
            }
            if !self.may_go_on() {
                return false;
            }
            self.set_right(score);
            let total = norm(&self.right);
            if last.is_finite() && total > 0.0 {
                time = (time * (last / total)).clamp(0.1, 1e6);
            }
            last = total;
            self.newton_step(score, 1.0 / time, FORCING);
        }
        false
    }

    pub(super) fn solution(&self, target: f64, status: Status) -> Solution {
        Solution {
            lambda: self.lambda,
            target,
            strategy: Strategy::of_scores(self.game, &self.score),
            residual: self.pass.residual(),
            status,
            events: self.events.clone(),
            work: self.work,
        }
    }
}

/// The score of play at lambda = 0: the base measures.
fn uniform(game: &PublicStateGame) -> Vec<f64> {
    let structure = &*game.structure;
    let mut score = Vec::with_capacity(structure.unknowns);
    for seat in &structure.seats {
        for _ in 0..structure.types[seat.player].len() {
            score.extend_from_slice(&structure.log_measure[seat.measure..seat.measure + seat.actions]);
        }
    }
    score
}
