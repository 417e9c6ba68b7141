//! The talks, turn by turn.

use super::bargain::{Side, bargain};
use super::condorcet::Election;
use super::contest::{Contests, Field, Judged, Seats, expected_gain};
use super::lanes::{LANES, Lanes};
use super::options::{BargainModel, Options, RiskRange, Settlement};
use super::talks::{InputError, Talks};
use super::vote::utility;

/// A challenge must promise more than this.
const LEAST_GAIN: f64 = 1e-5;
/// Talks end after this many turns.
pub const MOST_TURNS: usize = 100;
/// Talks end when a turn moves actors by less than this share of what the first one did.
pub const QUIET: f64 = 0.02;
/// Positions closer than this (in 0..1) are one option in the reported distribution.
const SAME_POSITION: f64 = 1e-3;
/// Relative spread of probabilities below which positions are equally favoured, and risk
/// attitudes neutral (KTAB divides 0 by 0).
const SAME_FAVOUR: f64 = 1e-12;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A turn moved actors by less than 2 % of what the first one did.
    Quiet,
    /// Positions returned to those of turn `first` and will do so every `period` turns.
    Cycle {
        /// First turn of the cycle.
        first: usize,
        /// Its length, at least 2.
        period: usize,
    },
    /// Still moving after the last turn.
    Limit,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Number of actors.
    pub actors: usize,
    /// Number of dimensions.
    pub dimensions: usize,
    /// Turns taken.
    pub turns: usize,
    /// How it ended.
    pub ending: Ending,
    /// Positions, 0..100, by turn (from 0, the start), actor and dimension.
    pub path: Vec<f64>,
    /// Movement of each turn, relative to the first.
    pub stop_ratio: Vec<f64>,
    /// Ideals at the end, 0..100, by actor and dimension.
    pub ideal: Vec<f64>,
    /// Probability, at the end, of each actor's position. Actors at one position share one
    /// entry's worth: see [`Course::distribution`].
    pub probability: Vec<f64>,
    /// For each actor, the actor that stands for its position at the end (itself, or one
    /// within a thousandth of the scale).
    pub same: Vec<usize>,
}

impl Course {
    /// Positions after a turn, by actor and dimension.
    pub fn at(&self, turn: usize) -> &[f64] {
        let size = self.actors * self.dimensions;
        &self.path[turn * size..][..size]
    }

    /// The distinct positions at the end, by the actor that stands for each, with their probabilities,
    /// which sum to 1.
    pub fn distribution(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        (0..self.actors).filter(|&a| self.same[a] == a).map(|a| (a, self.probability[a]))
    }

    /// The mean of the distribution on a dimension.
    pub fn mean(&self, dimension: usize) -> f64 {
        let last = self.at(self.turns);
        self.distribution().map(|(a, p)| p * last[a * self.dimensions + dimension]).sum()
    }
}

/// What an actor found worth challenging.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) receiver: usize,
    pub(super) chance: f64,
}

/// Whose estimate shaped an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The initiator's.
    Initiator,
    /// The receiver's.
    Receiver,
    /// A weighted mean of both.
    Weighted,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) initiator: usize,
    pub(super) receiver: usize,
    pub(super) view: View,
}

/// What an actor did with the bargains before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Choice {
    /// The offer taken; none for the status quo.
    pub(super) offer: Option<usize>,
    /// The probability of what was taken.
    pub(super) probability: f64,
    /// How many there were besides the status quo.
    pub(super) offers: usize,
}

/// The solver: working space for talks of one shape, to be used again and again.
#[derive(Debug, Clone)]
pub struct Solver {
    options: Options,
    most_turns: usize,
    actors: usize,
    dimensions: usize,
    contests: Contests,
    pub(super) field: Field,
    capability: Vec<f64>,
    salience: Vec<f64>,
    share: Vec<f64>,
    accommodation: Option<Vec<f64>>,
    pub(super) position: Vec<f64>,
    pub(super) ideal: Vec<f64>,
    old_ideal: Vec<f64>,
    seats: Seats,
    pub(super) chance: Lanes,
    pub(super) gain: Lanes,
    /// Utility of a row's position to a column's actor, by its own risk attitude.
    own: Lanes,
    election: Election,
    favour: Vec<f64>,
    next_probability: Vec<f64>,
    pub(super) targets: Vec<Option<Target>>,
    pub(super) offers: Vec<Offer>,
    /// The initiator's then the receiver's terms, for each offer.
    terms: Vec<f64>,
    offer_utility: Lanes,
    standing: Vec<f64>,
    queue: Vec<usize>,
    queue_utility: Lanes,
    pub(super) choices: Vec<Choice>,
    ideals: Vec<f64>,
}

impl Solver {
    /// Working space for talks of this many actors and dimensions under these options.
    #[must_use]
    pub fn new(actors: usize, dimensions: usize, options: Options) -> Self {
        let (n, d) = (actors, dimensions);
        let most_options = 2 * n + 1;
        Self {
            options,
            most_turns: MOST_TURNS,
            actors,
            dimensions,
            contests: Contests::new(options.voting_rule, options.third_parties, options.ktab_errors),
            field: Field {
                near: Lanes::new(n, n),
                slope: Lanes::new(n, n),
                weight: vec![0.0; n],
                resolve: vec![0.0; n],
                risk: vec![0.0; n],
                insight: options.risk_adjustment.share(),
            },
            capability: vec![0.0; n],
            salience: vec![0.0; n * d],
            share: vec![0.0; n * d],
            accommodation: None,
            position: vec![0.0; n * d],
            ideal: vec![0.0; n * d],
            old_ideal: vec![0.0; n * d],
            seats: Seats::default(),
            chance: Lanes::new(n, n),
            gain: Lanes::new(n, n),
            own: Lanes::new(n, n),
            election: Election::new(options.voting_rule, options.victory, options.condorcet, most_options),
            favour: vec![0.0; n],
            next_probability: vec![0.0; most_options],
            targets: vec![None; n],
            offers: Vec::with_capacity(2 * n),
            terms: Vec::with_capacity(4 * n * d),
            offer_utility: Lanes::new(2 * n, n),
            standing: vec![0.0; n],
            queue: Vec::with_capacity(most_options),
            queue_utility: Lanes::new(n, most_options),
            choices: vec![Choice::default(); n],
            ideals: Vec::new(),
        }
    }

    /// Ends talks after this many turns at most; with 0, nobody moves.
    #[must_use]
    pub fn within(self, most_turns: usize) -> Self {
        Self { most_turns, ..self }
    }

    /// Holds the talks to their end. `stream` gives the random words of a stochastic run,
    /// one for each actor and turn; a deterministic run asks for none.
    ///
    /// # Errors
    /// If the numbers are out of range, or of another shape than this solver's.
    pub fn solve(&mut self, talks: &Talks, stream: &mut dyn FnMut() -> u64) -> Result<Course, InputError> {
        self.run(talks, stream, &mut |_, _| {})
    }

    /// As [`Solver::solve`], showing the solver after each turn's offers and choices are
    /// known and before anyone moves (`turn` counts from 1).
    pub(super) fn run(
        &mut self,
        talks: &Talks,
        stream: &mut dyn FnMut() -> u64,
        watch: &mut dyn FnMut(&mut Self, usize),
    ) -> Result<Course, InputError> {
        self.load(talks)?;
        let size = self.position.len();
        let mut path = self.position.clone();
        self.ideals.clear();
        self.ideals.extend_from_slice(&self.ideal);
        let mut stop_ratio = Vec::new();
        let mut first_step = 0.0;
        let mut cycle: Option<(usize, usize)> = None;
        let mut turn = 0;
        let ending = loop {
            if turn >= self.most_turns {
                break match cycle {
                    Some((first, period)) => Ending::Cycle { first, period },
                    None => Ending::Limit,
                };
            }
            turn += 1;
            self.prepare();
            self.challenge();
            self.make_offers();
            self.choose(stream);
            watch(self, turn);
            self.step();
            path.extend_from_slice(&self.position);
            self.ideals.extend_from_slice(&self.ideal);
            let step = self.moved(&path[(turn - 1) * size..]);
            if turn == 1 {
                first_step = step + 1e-4;
            }
            let ratio = step / first_step;
            stop_ratio.push(ratio);
            if turn >= 2 && ratio < QUIET {
                break Ending::Quiet;
            }
            if cycle.is_none() && self.options.settlement == Settlement::Deterministic {
                let earlier = |t: usize| {
                    path[t * size..][..size] == self.position && self.ideals[t * size..][..size] == self.ideal
                };
                cycle = (0..turn).find(|&t| earlier(t)).map(|t| (t, turn - t));
            }
        };
        let (probability, same) = self.report();
        for x in &mut path {
            *x *= 100.0;
        }
        Ok(Course {
            actors: self.actors,
            dimensions: self.dimensions,
            turns: turn,
            ending,
            path,
            stop_ratio,
            ideal: self.ideal.iter().map(|x| x * 100.0).collect(),
            probability,
            same,
        })
    }

    fn load(&mut self, talks: &Talks) -> Result<(), InputError> {
        talks.check()?;
        let (n, d) = (self.actors, self.dimensions);
        if talks.actors() != n || talks.dimensions != d {
            return Err(InputError::Shape("capability"));
        }
        self.capability.copy_from_slice(&talks.capability);
        self.accommodation.clone_from(&talks.accommodation);
        for (to, from) in self.position.iter_mut().zip(&talks.position) {
            *to = from / 100.0;
        }
        for (to, from) in self.salience.iter_mut().zip(&talks.salience) {
            *to = from / 100.0;
        }
        self.ideal.copy_from_slice(&self.position);
        for a in 0..n {
            let salience = &self.salience[a * d..][..d];
            let total: f64 = salience.iter().sum();
            let squares: f64 = salience.iter().map(|s| s * s).sum();
            for (share, s) in self.share[a * d..][..d].iter_mut().zip(salience) {
                *share = if squares > 0.0 { s * s / squares } else { 0.0 };
            }
            self.field.resolve[a] = if total < 1.0 { total } else { 1.0 };
            self.field.weight[a] = self.field.resolve[a] * self.capability[a];
        }
        Ok(())
    }

    /// Distance (0..1, a little more if ideals left the scale) between `actor`'s ideal and a
    /// point, by its saliences.
    fn distance(&self, actor: usize, point: &[f64]) -> f64 {
        let d = self.dimensions;
        if let ([ideal], [point], [share]) =
            (&self.ideal[actor * d..][..d], point, &self.share[actor * d..][..d])
        {
            return share * (ideal - point).abs();
        }
        let mut sum = 0.0;
        for ((ideal, point), share) in
            self.ideal[actor * d..][..d].iter().zip(point).zip(&self.share[actor * d..][..d])
        {
            sum += share * ((ideal - point) * (ideal - point));
        }
        sum.sqrt()
    }

    /// Distances, risk attitudes and utilities of the positions as they stand.
    fn prepare(&mut self) {
        let (n, d) = (self.actors, self.dimensions);
        for i in 0..n {
            for j in 0..n {
                let distance = self.distance(i, &self.position[j * d..][..d]);
                self.field.near.set(i, j, 1.0 - distance);
                self.field.slope.set(i, j, distance.min(1.0));
            }
        }
        // A neutral actor's utility is just nearness.
        self.election.hold(&self.field.near, &self.capability, &mut self.favour);
        attitudes(self.options.risk_range, &self.favour, &mut self.field.risk);
        for a in 0..n {
            for at in 0..n {
                self.own.set(at, a, self.field.utility(a, a, at));
            }
        }
    }

    fn challenge(&mut self) {
        for i in 0..self.actors {
            self.contests.all(&self.field, i, &mut self.seats, &mut self.chance, &mut self.gain);
            self.targets[i] = None;
            let mut best = LEAST_GAIN;
            for j in (0..self.actors).filter(|&j| j != i) {
                let gain = self.gain.get(i, j);
                if gain > best {
                    best = gain;
                    let chance = self.chance.get(i, j);
                    self.targets[i] = Some(Target { receiver: j, chance });
                }
            }
        }
    }

    /// The challenge of `j` by `i` in `viewer`'s eyes.
    pub(super) fn judge(
        &self,
        viewer: usize,
        pair: (usize, usize),
        votes: &mut dyn FnMut(usize, f64),
    ) -> Judged {
        self.contests.one(&self.field, viewer, pair, votes)
    }

    fn make_offers(&mut self) {
        self.offers.clear();
        self.terms.clear();
        for i in 0..self.actors {
            let Some(target) = self.targets[i] else {
                continue;
            };
            let j = target.receiver;
            let receiver_chance = |solver: &Self| {
                let chance = solver.judge(j, (i, j), &mut |_, _| {}).chance;
                if solver.options.ktab_errors.gain_as_chance {
                    let (at_i, at_j) = (solver.field.utility(j, i, i), solver.field.utility(j, i, j));
                    expected_gain(solver.field.resolve[j], chance, at_i, at_j)
                } else {
                    chance
                }
            };
            match self.options.bargain {
                BargainModel::InitOnlyInterp => self.offer((i, j), View::Initiator, target.chance),
                BargainModel::InitRcvrInterp => {
                    let theirs = receiver_chance(self);
                    self.offer((i, j), View::Initiator, target.chance);
                    self.offer((i, j), View::Receiver, theirs);
                }
                BargainModel::PWCompInterp => {
                    let theirs = receiver_chance(self);
                    self.offer((i, j), View::Weighted, target.chance);
                    let start = self.terms.len() - 2 * self.dimensions;
                    self.put_terms((i, j), theirs);
                    self.average_terms((i, j), start);
                }
            }
        }
        for offer in 0..self.offers.len() {
            self.value(offer);
        }
        self.standing.fill(0.0);
        for at in 0..self.actors {
            add_row(&mut self.standing, self.own.row(at));
        }
        for u in &mut self.standing {
            *u /= self.actors as f64;
        }
    }

    fn offer(&mut self, (initiator, receiver): (usize, usize), view: View, chance: f64) {
        self.offers.push(Offer { initiator, receiver, view });
        self.put_terms((initiator, receiver), chance);
    }

    fn put_terms(&mut self, (i, j): (usize, usize), chance: f64) {
        let d = self.dimensions;
        let start = self.terms.len();
        self.terms.resize(start + 2 * d, 0.0);
        for k in 0..d {
            let side =
                |a: usize| Side { position: self.position[a * d + k], salience: self.salience[a * d + k] };
            let (to_i, to_j) = bargain(self.options.interpolation, side(i), side(j), chance);
            self.terms[start + k] = to_i;
            self.terms[start + d + k] = to_j;
        }
    }

    /// Folds the last terms into those at `start`, by the parties' power.
    fn average_terms(&mut self, (i, j): (usize, usize), start: usize) {
        let receiver = if self.options.ktab_errors.initiator_capability { i } else { j };
        let wi = self.capability[i] * self.field.resolve[i];
        let wj = self.capability[receiver] * self.field.resolve[j];
        let (kept, last) = self.terms.split_at_mut(start + 2 * self.dimensions);
        if wi + wj > 0.0 {
            for (a, b) in kept[start..].iter_mut().zip(last) {
                *a = (wi * *a + wj * *b) / (wi + wj);
            }
        }
        self.terms.truncate(start + 2 * self.dimensions);
    }

    /// Terms of an offer to one of its parties.
    pub(super) fn terms_of(&self, offer: usize, actor: usize) -> &[f64] {
        let d = self.dimensions;
        let seat = usize::from(self.offers[offer].receiver == actor);
        &self.terms[(2 * offer + seat) * d..][..d]
    }

    /// Mean utility to every actor of the positions after an offer is taken by both.
    fn value(&mut self, offer: usize) {
        let Offer { initiator, receiver, .. } = self.offers[offer];
        let risk = &self.field.risk;
        for (a, &risk) in risk.iter().enumerate() {
            let u = |party| utility(self.distance(a, self.terms_of(offer, party)), risk);
            let sum = u(initiator) + u(receiver);
            self.offer_utility.set(offer, a, sum);
        }
        let total = self.offer_utility.row_mut(offer);
        for at in (0..self.actors).filter(|&at| at != initiator && at != receiver) {
            for (sum, row) in total.iter_mut().zip(self.own.row(at)) {
                for lane in 0..LANES {
                    sum[lane] += row[lane];
                }
            }
        }
        let actors = self.actors as f64;
        for u in total.iter_mut().flatten() {
            *u /= actors;
        }
    }

    fn choose(&mut self, stream: &mut dyn FnMut() -> u64) {
        for k in 0..self.actors {
            self.queue.clear();
            let offers = || self.offers.iter().enumerate();
            self.queue.extend(offers().filter(|(_, o)| o.initiator == k).map(|(o, _)| o));
            self.queue.extend(offers().filter(|(_, o)| o.receiver == k).map(|(o, _)| o));
            let word = if self.options.settlement == Settlement::Stochastic { stream() } else { 0 };
            if self.queue.is_empty() {
                self.choices[k] = Choice { offer: None, probability: 1.0, offers: 0 };
                continue;
            }
            for a in 0..self.actors {
                self.queue_utility.set(a, 0, self.standing[a]);
                for (m, &offer) in self.queue.iter().enumerate() {
                    let u = self.offer_utility.get(offer, a);
                    self.queue_utility.set(a, m + 1, u);
                }
            }
            let probability = &mut self.next_probability[..=self.queue.len()];
            self.election.hold(&self.queue_utility, &self.capability, probability);
            let taken = match self.options.settlement {
                Settlement::Deterministic => likeliest(probability),
                Settlement::Stochastic => drawn(probability, word),
            };
            self.choices[k] = Choice {
                offer: taken.checked_sub(1).map(|m| self.queue[m]),
                probability: probability[taken],
                offers: self.queue.len(),
            };
        }
    }

    /// Everyone moves, and takes the others' new positions into its ideal.
    fn step(&mut self) {
        let (n, d) = (self.actors, self.dimensions);
        for k in 0..n {
            if let Some(offer) = self.choices[k].offer {
                let seat = usize::from(self.offers[offer].receiver == k);
                let from = (2 * offer + seat) * d;
                self.position[k * d..][..d].copy_from_slice(&self.terms[from..][..d]);
            }
        }
        let Some(table) = &self.accommodation else {
            self.ideal.copy_from_slice(&self.position);
            return;
        };
        self.old_ideal.copy_from_slice(&self.ideal);
        for i in 0..n {
            let row = &table[i * n..][..n];
            let kept = (1.0 - row.iter().sum::<f64>()).max(0.0);
            for k in 0..d {
                let mut ideal = 0.0;
                for (j, share) in row.iter().enumerate() {
                    ideal += share * self.position[j * d + k];
                }
                self.ideal[i * d + k] = ideal + kept * self.old_ideal[i * d + k];
            }
        }
    }

    /// The sum over actors of how far each moved from `before`.
    fn moved(&self, before: &[f64]) -> f64 {
        let d = self.dimensions;
        self.position.chunks(d).zip(before.chunks(d)).map(|(now, then)| apart(now, then)).sum()
    }

    /// Probability of each actor's position, and the first actor at it, as things stand.
    fn report(&mut self) -> (Vec<f64>, Vec<usize>) {
        self.prepare();
        self.standing_report()
    }

    /// As [`Solver::report`], on distances and risks already prepared.
    pub(super) fn standing_report(&mut self) -> (Vec<f64>, Vec<usize>) {
        let (n, d) = (self.actors, self.dimensions);
        let at = |a: usize| &self.position[a * d..][..d];
        let close = |a: usize, b: usize| apart(at(a), at(b)) < SAME_POSITION;
        let mut distinct: Vec<usize> = Vec::with_capacity(n);
        for a in 0..n {
            if !distinct.iter().any(|&b| close(a, b)) {
                distinct.push(a);
            }
        }
        // An actor between two distinct positions counts with the later one, as in KTAB.
        let same: Vec<usize> =
            (0..n).map(|a| distinct.iter().copied().rfind(|&b| close(a, b)).unwrap_or(a)).collect();
        for a in 0..n {
            for (m, &at) in distinct.iter().enumerate() {
                self.queue_utility.set(a, m, self.own.get(at, a));
            }
        }
        let mut probability = vec![0.0; distinct.len()];
        self.election.hold(&self.queue_utility, &self.capability, &mut probability);
        let of = |a: usize| distinct.iter().position(|&b| b == same[a]).map_or(0.0, |m| probability[m]);
        ((0..n).map(of).collect(), same)
    }
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    if let ([a], [b]) = (a, b) {
        return (a - b).abs();
    }
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

fn add_row(sum: &mut [f64], row: &[[f64; LANES]]) {
    for (sum, x) in sum.iter_mut().zip(row.iter().flatten()) {
        *sum += x;
    }
}

/// Risk attitudes from the favour each position finds: the least favoured risk the most.
fn attitudes(range: RiskRange, favour: &[f64], risk: &mut [f64]) {
    let least = favour.iter().copied().fold(f64::INFINITY, f64::min);
    let most = favour.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let spread = most - least;
    for (r, p) in risk.iter_mut().zip(favour) {
        *r = if spread <= SAME_FAVOUR * most {
            0.0
        } else {
            match range {
                RiskRange::Min => (p - least) / spread,
                RiskRange::Mid => (3.0 * p - most - 2.0 * least) / (2.0 * spread),
                RiskRange::Max => (2.0 * p - most - least) / spread,
            }
        };
    }
}

fn likeliest(probability: &[f64]) -> usize {
    let mut best = 0;
    for (m, p) in probability.iter().enumerate() {
        if *p > probability[best] {
            best = m;
        }
    }
    best
}

/// The option a random word falls on.
fn drawn(probability: &[f64], word: u64) -> usize {
    let x = (word >> 11) as f64 / (1u64 << 53) as f64;
    let mut sum = 0.0;
    for (m, p) in probability.iter().enumerate() {
        sum += p;
        if x < sum {
            return m;
        }
    }
    probability.len() - 1
}
