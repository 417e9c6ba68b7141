//! The rounds.

use super::{Course, Dispute, Ending, InputError, Reading, power};

/// Expected utilities (on a scale of 4) closer than this are even, so that rounding noise
/// moves nobody.
const EVEN: f64 = 1e-12;

/// What an actor is offered, most enforceable first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Confrontation,
    Compromise,
    Compelled,
}

/// What an actor accepts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accepted {
    pub(super) by: usize,
    pub(super) kind: Kind,
    pub(super) to: f64,
}

/// The solver: working space for disputes of one size, to be used again and again.
///
/// Tables are square and row-major, entry (i, j) about actor i and its rival j.
#[derive(Debug, Clone)]
pub struct Solver {
    pub(super) reading: Reading,
    pub(super) actors: usize,
    pub(super) range: f64,
    pub(super) weight: Vec<f64>,
    pub(super) resolve: Vec<f64>,
    pub(super) position: Vec<f64>,
    /// Distance relative to the range of the start; later its logarithm.
    gap: Vec<f64>,
    /// Bases of the utilities of success, failure, and no challenge; later their logarithms.
    success_base: Vec<f64>,
    failure_base: Vec<f64>,
    drift_base: Vec<f64>,
    /// What each actor (row) loses by each position (column), in votes.
    loss: Vec<f64>,
    /// Votes for i's position against j's.
    pub(super) support: Vec<f64>,
    /// Chance that i's position beats j's.
    pub(super) chance: Vec<f64>,
    pub(super) success: Vec<f64>,
    pub(super) failure: Vec<f64>,
    pub(super) drift: Vec<f64>,
    pub(super) rival_drift: Vec<f64>,
    pub(super) quiet: Vec<f64>,
    pub(super) danger: Vec<f64>,
    pub(super) exponent: Vec<f64>,
    /// What i expects of challenging j, and of being challenged by j (to j), in i's eyes.
    pub(super) own: Vec<f64>,
    pub(super) rival: Vec<f64>,
    pub(super) accepted: Vec<Option<Accepted>>,
    /// Whether some pair was even in this round.
    even: bool,
    order: Vec<usize>,
}

impl Solver {
    /// Working space for disputes of this many actors, in this reading.
    #[must_use]
    pub fn new(actors: usize, reading: Reading) -> Self {
        let row = || vec![0.0; actors];
        let table = || vec![0.0; actors * actors];
        Self {
            reading,
            actors,
            range: 0.0,
            weight: row(),
            resolve: row(),
            position: row(),
            gap: table(),
            success_base: table(),
            failure_base: table(),
            drift_base: table(),
            loss: table(),
            support: table(),
            chance: table(),
            success: table(),
            failure: table(),
            drift: table(),
            rival_drift: table(),
            quiet: row(),
            danger: row(),
            exponent: row(),
            own: table(),
            rival: table(),
            accepted: vec![None; actors],
            even: false,
            order: (0..actors).collect(),
        }
    }

    /// Number of actors.
    #[must_use]
    pub fn actors(&self) -> usize {
        self.actors
    }

    /// Runs the dispute for this many rounds.
    ///
    /// # Errors
    /// If the numbers are out of range, or of another size than this solver's.
    pub fn solve(&mut self, dispute: &Dispute, rounds: usize) -> Result<Course, InputError> {
        self.run(dispute, rounds, &mut |_, _| {})
    }

    /// As [`Solver::solve`], showing the solver in each round (from 1) before anyone moves.
    /// Rounds that repeat earlier ones are copied, not shown.
    pub(super) fn run(
        &mut self,
        dispute: &Dispute,
        rounds: usize,
        watch: &mut dyn FnMut(&Self, usize),
    ) -> Result<Course, InputError> {
        dispute.check()?;
        let n = self.actors;
        if dispute.actors() != n {
            return Err(InputError::Shape("position"));
        }
        self.load(dispute);
        let mut course = Course {
            actors: n,
            ending: Ending::Limit,
            even: None,
            path: Vec::with_capacity((rounds + 1) * n),
            median: Vec::with_capacity(rounds + 1),
            mean: Vec::with_capacity(rounds + 1),
        };
        self.record(&mut course);
        for round in 1..=rounds {
            self.round();
            watch(self, round);
            if self.even && course.even.is_none() {
                course.even = Some(round);
            }
            for (x, accepted) in self.position.iter_mut().zip(&self.accepted) {
                if let Some(accepted) = accepted {
                    *x = accepted.to;
                }
            }
            let earlier = (0..round).find(|&r| course.at(r) == self.position);
            self.record(&mut course);
            let Some(first) = earlier else { continue };
            let period = round - first;
            course.ending =
                if period == 1 { Ending::Settled { round: first } } else { Ending::Cycle { first, period } };
            for later in round + 1..=rounds {
                let from = later - period;
                course.path.extend_from_within(from * n..(from + 1) * n);
                course.median.push(course.median[from]);
                course.mean.push(course.mean[from]);
            }
            break;
        }
        Ok(course)
    }

    fn load(&mut self, dispute: &Dispute) {
        self.position.copy_from_slice(&dispute.position);
        for a in 0..self.actors {
            self.resolve[a] = dispute.salience[a] / 100.0;
            self.weight[a] = dispute.capability[a] * self.resolve[a];
        }
        if self.weight.iter().all(|&w| w == 0.0) {
            self.weight.fill(1.0);
        }
        let low = self.position.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.position.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        self.range = high - low;
    }

    fn record(&mut self, course: &mut Course) {
        course.path.extend_from_slice(&self.position);
        course.median.push(self.median());
        course.mean.push(self.mean());
    }

    /// The position that beats every other in pairwise votes: the weighted median, the lower
    /// one of two.
    fn median(&mut self) -> f64 {
        let x = &self.position;
        self.order.sort_by(|&a, &b| x[a].total_cmp(&x[b]).then(a.cmp(&b)));
        let total: f64 = self.weight.iter().sum();
        let mut below = 0.0;
        for &a in &self.order {
            below += self.weight[a];
            if 2.0 * below >= total {
                return x[a];
            }
        }
        self.order.last().map_or(0.0, |&a| x[a])
    }

    fn mean(&self) -> f64 {
        let total: f64 = self.weight.iter().sum();
        self.weight.iter().zip(&self.position).map(|(w, x)| w * x).sum::<f64>() / total
    }

    /// Everything up to who accepts what.
    fn round(&mut self) {
        self.accepted.fill(None);
        self.even = false;
        if self.range == 0.0 {
            return;
        }
        self.measure();
        self.loss.copy_from_slice(&self.gap);
        self.weigh_losses();
        self.count_votes();
        self.neutral_utilities();
        self.expect();
        self.security();
        self.take_logarithms();
        if !self.reading.is_text() {
            // The program bends votes by the voter's own risk exponent.
            scale_rows(&mut self.loss, &self.gap, &self.exponent);
            power::exp(&mut self.loss);
            self.weigh_losses();
            self.count_votes();
        }
        self.utilities();
        self.expect();
        for i in 0..self.actors {
            self.accepted[i] = self.accept(i);
        }
        self.even = (0..self.actors).any(|i| (0..self.actors).any(|j| self.is_even(i, j)));
    }

    /// Distances, and from them the bases of all powers.
    fn measure(&mut self) {
        let n = self.actors;
        for i in 0..n {
            for j in 0..n {
                self.gap[i * n + j] = (self.position[i] - self.position[j]).abs() / self.range;
            }
        }
        for (base, gap) in self.success_base.iter_mut().zip(&self.gap) {
            *base = positive(0.5 - 0.5 * gap);
        }
        for (base, gap) in self.failure_base.iter_mut().zip(&self.gap) {
            *base = 0.5 + 0.5 * gap;
        }
        if self.reading.status_quo() < 1.0 {
            let median = self.median();
            for i in 0..n {
                let off = (self.position[i] - median).abs() / self.range;
                for j in 0..n {
                    let gap = self.gap[i * n + j];
                    let moved = 0.25 * (off + gap);
                    let improves = off < gap;
                    let base = if improves { 0.5 - moved } else { 0.5 + moved };
                    self.drift_base[i * n + j] = positive(base);
                }
            }
        }
    }

    /// Turns the bases into their logarithms, to be raised to any power.
    fn take_logarithms(&mut self) {
        power::ln(&mut self.success_base);
        power::ln(&mut self.failure_base);
        if self.reading.status_quo() < 1.0 {
            power::ln(&mut self.drift_base);
        }
        if !self.reading.is_text() {
            power::ln(&mut self.gap);
        }
    }

    fn weigh_losses(&mut self) {
        for (row, w) in self.loss.chunks_mut(self.actors).zip(&self.weight) {
            for loss in row {
                *loss *= w;
            }
        }
    }

    /// Votes (26-29) and chances of winning (30-31).
    fn count_votes(&mut self) {
        let n = self.actors;
        self.support.fill(0.0);
        for losses in self.loss.chunks(n) {
            for (row, &mine) in self.support.chunks_mut(n).zip(losses) {
                for (support, &theirs) in row.iter_mut().zip(losses) {
                    *support += positive(theirs - mine);
                }
            }
        }
        let all = 2.0 * self.support.iter().sum::<f64>();
        for i in 0..n {
            for j in 0..n {
                let support = self.support[i * n + j];
                let votes = if self.reading.is_text() { support + self.support[j * n + i] } else { all };
                let differ = self.position[i] != self.position[j] && votes > 0.0;
                self.chance[i * n + j] = if differ { support / votes } else { 0.0 };
            }
        }
    }

    /// Utilities (15-24) without risk: the bases as they are.
    fn neutral_utilities(&mut self) {
        self.exponent.fill(1.0);
        self.quiet.fill(0.0);
        on_scale(&mut self.success, &self.success_base);
        on_scale(&mut self.failure, &self.failure_base);
        if self.reading.status_quo() < 1.0 {
            on_scale(&mut self.drift, &self.drift_base);
            self.turn_drift();
        }
    }

    /// Utilities (15-24) with everyone's risk exponent.
    fn utilities(&mut self) {
        let n = self.actors;
        for (quiet, r) in self.quiet.iter_mut().zip(&self.exponent) {
            *quiet = -r * std::f64::consts::LN_2;
        }
        finish(&mut self.quiet);
        raise(&mut self.success, &self.success_base, &self.exponent);
        raise(&mut self.failure, &self.failure_base, &self.exponent);
        if self.reading.status_quo() < 1.0 {
            self.drift.copy_from_slice(&self.drift_base);
            self.turn_drift();
            for (i, &r) in self.exponent.iter().enumerate() {
                for x in &mut self.drift[i * n..][..n] {
                    *x *= r;
                }
                for x in &mut self.rival_drift[i * n..][..n] {
                    *x *= r;
                }
            }
            finish(&mut self.drift);
            finish(&mut self.rival_drift);
        }
    }

    /// What each actor (row) sees of its rivals' (columns) drift.
    fn turn_drift(&mut self) {
        let n = self.actors;
        for i in 0..n {
            for j in 0..n {
                self.rival_drift[i * n + j] = self.drift[j * n + i];
            }
        }
    }

    /// Expected utilities (25a).
    fn expect(&mut self) {
        let n = self.actors;
        let holds = self.reading.status_quo();
        for i in 0..n {
            let otherwise = holds * self.quiet[i];
            for j in 0..n {
                let at = i * n + j;
                let (us, uf) = (self.success[at], self.failure[at]);
                let expect = |chance: f64, resolve: f64, drift: f64| {
                    resolve * (chance * us + (1.0 - chance) * uf) + (1.0 - resolve) * us
                        - otherwise
                        - (1.0 - holds) * drift
                };
                self.own[at] = expect(self.chance[at], self.resolve[j], self.drift[at]);
                let back = self.chance[j * n + i];
                self.rival[at] = expect(back, self.resolve[i], self.rival_drift[at]);
            }
        }
    }

    /// Security and risk exponents (32-33), from expected utilities without risk.
    fn security(&mut self) {
        let n = self.actors;
        for i in 0..n {
            self.danger[i] = (0..n).filter(|&j| j != i).map(|j| self.rival[i * n + j]).sum();
        }
        for i in 0..n {
            self.exponent[i] = exponent(self.risk(i));
        }
    }

    /// An actor's acceptance of risk, -1..1; 0 where all are equally secure.
    pub(super) fn risk(&self, actor: usize) -> f64 {
        let least = self.danger.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.danger.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most - least <= 1e-12 * least.abs().max(most.abs()) {
            return 0.0;
        }
        (2.0 * self.danger[actor] - most - least) / (most - least)
    }

    /// Voter `k`'s vote for `i`'s position against `j`'s.
    pub(super) fn vote(&self, k: usize, i: usize, j: usize) -> f64 {
        let row = &self.loss[k * self.actors..];
        let scale = if self.reading.is_text() { 2.0 } else { 1.0 };
        scale * (row[j] - row[i])
    }

    /// What rival `j` can make actor `i` an offer of, in `i`'s eyes.
    pub(super) fn offer(&self, i: usize, j: usize) -> Option<Accepted> {
        let (xi, xj) = (self.position[i], self.position[j]);
        if xi == xj {
            return None;
        }
        let (a, b) = (self.own[i * self.actors + j], self.rival[i * self.actors + j]);
        let (kind, to) = if b > a + EVEN && a > EVEN {
            (Kind::Confrontation, xj)
        } else if a < -EVEN && b > -a + EVEN {
            (Kind::Compromise, xi + (xj - xi) * (a / b).abs())
        } else if a < -EVEN && b > EVEN && self.reading.is_text() {
            (Kind::Compelled, xj)
        } else {
            return None;
        };
        Some(Accepted { by: j, kind, to })
    }

    /// Whether rounding alone could change what `j` can offer `i`.
    fn is_even(&self, i: usize, j: usize) -> bool {
        let (a, b) = (self.own[i * self.actors + j], self.rival[i * self.actors + j]);
        let close = |x: f64| x.abs() <= EVEN;
        self.position[i] != self.position[j] && b >= -EVEN && (close(b) || close(a) || close(b - a.abs()))
    }

    fn accept(&self, i: usize) -> Option<Accepted> {
        let mut best: Option<(f64, Accepted)> = None;
        for offer in (0..self.actors).filter_map(|j| self.offer(i, j)) {
            let cost = self.cost(i, &offer);
            let better = best.is_none_or(|(least, kept)| {
                offer.kind < kept.kind || (offer.kind == kept.kind && cost < least)
            });
            if better {
                best = Some((cost, offer));
            }
        }
        best.map(|(_, offer)| offer)
    }

    /// By what an actor chooses among offers of one kind.
    fn cost(&self, i: usize, offer: &Accepted) -> f64 {
        if self.reading == Reading::ScholzCode && offer.kind == Kind::Compromise {
            let at = i * self.actors + offer.by;
            let (a, b) = (self.own[at].abs(), self.rival[at].abs());
            return (a * self.position[i] + b * self.position[offer.by]) / (a + b);
        }
        (self.position[i] - offer.to).abs()
    }
}

/// The risk exponent (33), 1/2..2.
fn exponent(risk: f64) -> f64 {
    (1.0 - risk / 3.0) / (1.0 + risk / 3.0)
}

fn positive(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

fn scale_rows(to: &mut [f64], from: &[f64], factors: &[f64]) {
    let n = factors.len();
    for ((to, from), r) in to.chunks_mut(n).zip(from.chunks(n)).zip(factors) {
        for (to, from) in to.iter_mut().zip(from) {
            *to = r * from;
        }
    }
}

/// Utilities of bases, given their logarithms, raised to each row's exponent.
fn raise(to: &mut [f64], logarithms: &[f64], exponents: &[f64]) {
    scale_rows(to, logarithms, exponents);
    finish(to);
}

/// From logarithms of powers to utilities on their scale of -2..2.
fn finish(numbers: &mut [f64]) {
    power::exp(numbers);
    for x in numbers {
        *x = 2.0 - 4.0 * *x;
    }
}

fn on_scale(to: &mut [f64], bases: &[f64]) {
    for (to, base) in to.iter_mut().zip(bases) {
        *to = 2.0 - 4.0 * base;
    }
}
