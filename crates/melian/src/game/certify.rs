//! The one judge: whatever solver produced a profile, its quality is recomputed here, in code that shares
//! nothing with the solvers.
//!
//! Regret is the gain of the best deviation of one player from the start of the game, every other player's
//! play fixed. For a player with perfect recall the best response is exact and found in one pass over the
//! histories: payoffs weighted by the others' and chance's reach are collected at the player's own sequences
//! of moves, then the best action of every information set is passed up (von Stengel 1996, section 6).
//! For a player who forgets, the same pass with a deviator who remembers all own moves gives an upper bound;
//! the exact value comes from trying every pure strategy where there are few enough.

use super::arena::{Arena, InfosetId, NodeKind, Recall};
use super::payoffs::{Numbers, range, ranges};
use super::rational::Rational;
use super::sweep::Sweep;
use serde::Serialize;
use std::collections::HashMap;
use std::ops::{Add, Mul};

/// How a player's regret is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Exact up to rounding: the best response was computed.
    Exact,
    /// An upper bound: the deviator remembers more than the player does.
    Upper,
    /// Not certified: only a lower bound, from the deviations tried.
    NotCertified,
}

/// The regret of one player.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Regret {
    /// Expected payoff under the profile.
    pub value: f64,
    /// The most the player could gain, as far as `bound` says.
    pub regret: f64,
    /// How the regret is known.
    pub bound: Bound,
    /// The gain of the best deviation found; equals `regret` if exact.
    pub found: f64,
    /// For a player who forgets: the most a deviator with memory of all own moves could gain.
    pub with_memory: Option<f64>,
}

/// The measured quality of a profile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Certificate {
    /// By player.
    pub players: Vec<Regret>,
    /// The largest regret.
    pub max_regret: f64,
    /// The largest regret as a part of the player's own spread of payoffs, so that nobody's units matter.
    pub relative_regret: f64,
    /// The largest spread of a player's payoffs, for scale.
    pub range: f64,
    /// Whether every regret is exact or an upper bound.
    pub certified: bool,
    /// The largest gain from one action at one information set, given the beliefs there.
    pub local_regret: f64,
    /// Where that is.
    pub local_at: Option<usize>,
    /// For a QRE: the largest difference between a probability and the logit response.
    pub residual: Option<f64>,
}

/// Numbers a best response can be computed in.
trait Field: Clone + PartialOrd
where
    for<'a> &'a Self: Add<&'a Self, Output = Self> + Mul<&'a Self, Output = Self>,
{
    fn nought() -> Self;
    fn is_nought(&self) -> bool;
}

impl Field for f64 {
    fn nought() -> Self {
        0.0
    }
    fn is_nought(&self) -> bool {
        *self == 0.0
    }
}

impl Field for Rational {
    fn nought() -> Self {
        Self::zero()
    }
    fn is_nought(&self) -> bool {
        self.is_zero()
    }
}

/// Most (node, memory) pairs a best response may take.
const MAX_STATES: usize = 4_000_000;
/// Most pure strategies tried for a player who forgets.
const MAX_PURE: usize = 1 << 14;

/// One player's view of a game for a best response: the value of the best play with memory of all own moves.
struct BestResponse<'a, T> {
    arena: &'a Arena,
    player: usize,
    /// Probability by slot.
    p: &'a [T],
    payoff: &'a [T],
    /// Value from each node on under the profile, for nodes without own moves below.
    settled: &'a [Option<T>],
    /// Collected payoff of each own sequence; 0 is the empty one.
    worth: Vec<T>,
    /// (sequence before, first sequence after, number of actions, information set), in order of discovery.
    met: Vec<(usize, usize, usize, usize)>,
    index: HashMap<(usize, usize), usize>,
}

impl<T: Field> BestResponse<'_, T>
where
    for<'x> &'x T: Add<&'x T, Output = T> + Mul<&'x T, Output = T>,
{
    fn pay(&self, node: usize) -> &T {
        &self.payoff[self.arena.outcome[node] as usize * self.arena.players() + self.player]
    }

    /// The sequences after an information set met after `sequence`.
    fn after(&mut self, infoset: usize, sequence: usize) -> usize {
        if let Some(&at) = self.index.get(&(infoset, sequence)) {
            return self.met[at].1;
        }
        let first = self.worth.len();
        let actions = self.arena.acts(infoset).len();
        self.worth.resize(first + actions, T::nought());
        self.index.insert((infoset, sequence), self.met.len());
        self.met.push((sequence, first, actions, infoset));
        first
    }

    /// Carries the others' reach down; `None` if merged histories unfold into too many states.
    fn collect(&mut self, one: T) -> Option<()> {
        let nodes = self.arena.nodes();
        let mut states: Vec<Vec<(usize, T)>> = vec![Vec::new(); nodes];
        states[0].push((0, one));
        let mut count = 0;
        for node in 0..nodes {
            let here = std::mem::take(&mut states[node]);
            count += here.len();
            if count > MAX_STATES {
                return None;
            }
            for (sequence, reach) in here {
                if let Some(v) = &self.settled[node] {
                    self.worth[sequence] = &self.worth[sequence] + &(&reach * v);
                    continue;
                }
                self.worth[sequence] = &self.worth[sequence] + &(&reach * self.pay(node));
                let own = match self.arena.kind[node] {
                    NodeKind::Decision(i) if self.arena.info_player[i.index()] as usize == self.player => {
                        Some(self.after(i.index(), sequence))
                    }
                    _ => None,
                };
                let slot0 = self.arena.slot0[node] as usize;
                for (k, &c) in self.arena.kids(node).iter().enumerate() {
                    let (to, flow) = match own {
                        Some(first) => (first + k, reach.clone()),
                        None => (sequence, &reach * &self.p[slot0 + k]),
                    };
                    if own.is_none() && flow.is_nought() {
                        continue;
                    }
                    let there = &mut states[c as usize];
                    match there.iter_mut().find(|s| s.0 == to) {
                        Some(s) => s.1 = &s.1 + &flow,
                        None => there.push((to, flow)),
                    }
                }
            }
        }
        Some(())
    }

    fn value(&mut self) -> T {
        for &(before, first, actions, _) in self.met.iter().rev() {
            let mut best = self.worth[first].clone();
            for k in 1..actions {
                if self.worth[first + k] > best {
                    best = self.worth[first + k].clone();
                }
            }
            self.worth[before] = &self.worth[before] + &best;
        }
        self.worth[0].clone()
    }
}

/// Values of one player under the profile, from each node on.
fn values<T: Field>(arena: &Arena, player: usize, p: &[T], payoff: &[T]) -> Vec<T>
where
    for<'x> &'x T: Add<&'x T, Output = T> + Mul<&'x T, Output = T>,
{
    let mut value = vec![T::nought(); arena.nodes()];
    for node in (0..arena.nodes()).rev() {
        let mut v = payoff[arena.outcome[node] as usize * arena.players() + player].clone();
        let slot0 = arena.slot0[node] as usize;
        for (k, &c) in arena.kids(node).iter().enumerate() {
            v = &v + &(&p[slot0 + k] * &value[c as usize]);
        }
        value[node] = v;
    }
    value
}

/// Value under the profile and value of the best response with memory of all own moves.
fn respond<T: Field>(arena: &Arena, player: usize, p: &[T], payoff: &[T], one: T) -> (T, Option<T>)
where
    for<'x> &'x T: Add<&'x T, Output = T> + Mul<&'x T, Output = T>,
{
    let value = values(arena, player, p, payoff);
    let mut below = vec![false; arena.nodes()];
    for node in (0..arena.nodes()).rev() {
        let own = matches!(arena.kind[node],
            NodeKind::Decision(i) if arena.info_player[i.index()] as usize == player);
        below[node] = own || arena.kids(node).iter().any(|&c| below[c as usize]);
    }
    let settled: Vec<Option<T>> = value.iter().zip(&below).map(|(v, b)| (!b).then(|| v.clone())).collect();
    let mut response = BestResponse {
        arena,
        player,
        p,
        payoff,
        settled: &settled,
        worth: vec![T::nought()],
        met: Vec::new(),
        index: HashMap::new(),
    };
    let done = response.collect(one);
    let best = done.map(|()| response.value());
    (value[0].clone(), best)
}

/// The best pure strategy of a player who forgets but is not absent-minded: payoffs are linear in the choice
/// at each information set, so a pure one is best. `None` if there are too many.
fn best_pure(arena: &Arena, player: usize, p: &[f64], payoff: &[f64]) -> Option<f64> {
    let own: Vec<usize> = (0..arena.infosets())
        .filter(|&i| arena.info_player[i] as usize == player && !arena.mates(i).is_empty())
        .collect();
    let count = own
        .iter()
        .try_fold(1_usize, |n, &i| n.checked_mul(arena.acts(i).len()))
        .filter(|&n| n <= MAX_PURE && n.saturating_mul(arena.nodes()) <= 64 * MAX_STATES)?;
    let mut p = p.to_vec();
    let mut best = f64::NEG_INFINITY;
    for number in 0..count {
        let mut rest = number;
        for &i in &own {
            let slots = arena.acts(i);
            p[slots.clone()].fill(0.0);
            p[slots.start + rest % slots.len()] = 1.0;
            rest /= slots.len();
        }
        best = best.max(values(arena, player, &p, payoff)[0]);
    }
    Some(best)
}

/// The best change of behaviour at one information set of a player who forgets (pure choices, which is all
/// there is unless the set is met twice).
fn best_single(arena: &Arena, player: usize, p: &[f64], payoff: &[f64]) -> f64 {
    let mut p = p.to_vec();
    let mut best = f64::NEG_INFINITY;
    let own = (0..arena.infosets()).filter(|&i| arena.info_player[i] as usize == player);
    for i in own.take(1 + 16 * MAX_STATES / arena.nodes()) {
        let slots = arena.acts(i);
        let kept = p[slots.clone()].to_vec();
        for k in 0..slots.len() {
            p[slots.clone()].fill(0.0);
            p[slots.start + k] = 1.0;
            best = best.max(values(arena, player, &p, payoff)[0]);
        }
        p[slots].copy_from_slice(&kept);
    }
    best
}

fn regret_of(arena: &Arena, player: usize, p: &[f64], payoff: &[f64]) -> Regret {
    let (value, best) = respond(arena, player, p, payoff, 1.0);
    let gain = best.map(|b| (b - value).max(0.0));
    if arena.recall[player] == Recall::Perfect
        && let Some(gain) = gain
    {
        return Regret { value, regret: gain, bound: Bound::Exact, found: gain, with_memory: None };
    }
    let forgets_only = matches!(arena.recall[player], Recall::Imperfect(_));
    let pure = if forgets_only { best_pure(arena, player, p, payoff) } else { None };
    if let Some(best) = pure {
        let exact = (best - value).max(0.0);
        return Regret { value, regret: exact, bound: Bound::Exact, found: exact, with_memory: gain };
    }
    let found = (best_single(arena, player, p, payoff) - value).max(0.0);
    match gain {
        Some(gain) => Regret { value, regret: gain, bound: Bound::Upper, found, with_memory: Some(gain) },
        None => Regret { value, regret: found, bound: Bound::NotCertified, found, with_memory: None },
    }
}

/// The certificate of a profile (probability of each action, by slot); log probabilities below carry the
/// beliefs at information sets of probability zero.
#[must_use]
pub fn certify(arena: &Arena, numbers: &Numbers, log_profile: &[f64]) -> Certificate {
    certify_qre(arena, numbers, log_profile, None)
}

/// The same with the residual of the QRE equations at a log base measure and a lambda.
#[must_use]
pub fn certify_qre(
    arena: &Arena,
    numbers: &Numbers,
    log_profile: &[f64],
    qre: Option<(&[f64], f64)>,
) -> Certificate {
    let mut sweep = Sweep::new(arena, numbers);
    for i in 0..arena.infosets() {
        let r = arena.acts(i);
        super::sweep::log_softmax(&log_profile[r.clone()], &mut sweep.lp[r.clone()], &mut sweep.p[r]);
    }
    sweep.run(arena, &numbers.payoff);
    let players: Vec<Regret> =
        (0..arena.players()).map(|i| regret_of(arena, i, &sweep.p, &numbers.payoff)).collect();
    let (local_regret, local_at) = sweep.local_regret(arena);
    Certificate {
        max_regret: players.iter().map(|r| r.regret).fold(0.0, f64::max),
        relative_regret: relative(players.iter().map(|r| r.regret), &ranges(arena, &numbers.payoff)),
        certified: players.iter().all(|r| r.bound != Bound::NotCertified),
        range: range(arena, &numbers.payoff),
        players,
        local_regret,
        local_at,
        residual: qre.map(|(base, lambda)| sweep.residual(arena, base, lambda)),
    }
}

/// The largest regret of a profile as a part of the player's own spread of payoffs, nothing else.
#[must_use]
pub fn relative_regret(arena: &Arena, numbers: &Numbers, profile: &[f64]) -> f64 {
    let mut p = profile.to_vec();
    p.extend_from_slice(&numbers.chance);
    let regrets = (0..arena.players()).map(|i| regret_of(arena, i, &p, &numbers.payoff).regret);
    relative(regrets, &ranges(arena, &numbers.payoff))
}

fn relative(regrets: impl Iterator<Item = f64>, ranges: &[f64]) -> f64 {
    regrets.zip(ranges).map(|(regret, range)| regret / range).fold(0.0, f64::max)
}

/// A profile of rationals checked in rational arithmetic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExactCheck {
    /// Whether the profile is exactly an equilibrium: every regret is zero.
    pub equilibrium: bool,
    /// Whether it is the nearby profile of simple fractions (else the floats themselves).
    pub simple: bool,
    /// Probability of each action, as a fraction.
    pub profile: Vec<String>,
    /// Expected payoff of each player, as a fraction.
    pub values: Vec<String>,
    /// Regret of each player, as a fraction.
    pub regrets: Vec<String>,
    /// The largest regret, rounded.
    pub max_regret: f64,
}

/// Why an exact check could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotExact {
    /// The player forgets: exact regret is computed for perfect recall only.
    Forgets(usize),
    /// The profile is not made of probabilities.
    NotAProfile(InfosetId),
    /// Too many histories.
    TooLarge,
}

impl std::fmt::Display for NotExact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Forgets(p) => {
                write!(f, "player {} has imperfect recall; an exact check needs perfect recall", p + 1)
            }
            Self::NotAProfile(i) => write!(f, "information set {} has no probabilities", i.index()),
            Self::TooLarge => write!(f, "too many histories for an exact check"),
        }
    }
}

impl std::error::Error for NotExact {}

/// Exact regret of an exact profile: values and regrets by player.
///
/// # Errors
/// See [`NotExact`].
pub fn exact_regrets(
    arena: &Arena,
    profile: &[Rational],
) -> Result<(Vec<Rational>, Vec<Rational>), NotExact> {
    if let Some(p) = arena.recall.iter().position(|r| *r != Recall::Perfect) {
        return Err(NotExact::Forgets(p));
    }
    for i in 0..arena.infosets() {
        let own = profile.get(arena.acts(i)).ok_or(NotExact::NotAProfile(InfosetId::new(i)))?;
        let sum = own.iter().fold(Rational::zero(), |s, p| &s + p);
        if sum != Rational::one() || own.iter().any(Rational::is_negative) {
            return Err(NotExact::NotAProfile(InfosetId::new(i)));
        }
    }
    let mut p = profile.to_vec();
    p.extend(arena.chance.iter().cloned());
    let (mut value, mut regret) = (Vec::new(), Vec::new());
    for player in 0..arena.players() {
        let (v, best) = respond(arena, player, &p, &arena.exact, Rational::one());
        let best = best.ok_or(NotExact::TooLarge)?;
        regret.push(&best - &v);
        value.push(v);
    }
    Ok((value, regret))
}

/// Checks a float profile exactly, with the arena's own numbers: first the profile of simple fractions nearby,
/// if there is one and it is an equilibrium; else the floats as the rationals they are.
///
/// # Errors
/// See [`NotExact`].
pub fn verify_exactly(arena: &Arena, profile: &[f64]) -> Result<ExactCheck, NotExact> {
    let nodes_bits = arena.nodes() as u64;
    if nodes_bits > 20_000 {
        return Err(NotExact::TooLarge);
    }
    if let Some(simple) = simple_profile(arena, profile)
        && let Ok((values, regrets)) = exact_regrets(arena, &simple)
        && regrets.iter().all(Rational::is_zero)
    {
        return Ok(check(true, &simple, &values, &regrets));
    }
    let exact = exact_profile(arena, profile)?;
    let (values, regrets) = exact_regrets(arena, &exact)?;
    Ok(check(false, &exact, &values, &regrets))
}

fn check(simple: bool, profile: &[Rational], values: &[Rational], regrets: &[Rational]) -> ExactCheck {
    // The exact fractions of floats fill pages; past a few words the float says as much.
    let print = |x: &Rational| {
        if x.bits() <= 256 { x.to_string() } else { format!("about {}", x.to_f64()) }
    };
    let text = |xs: &[Rational]| xs.iter().map(print).collect();
    ExactCheck {
        equilibrium: regrets.iter().all(Rational::is_zero),
        simple,
        profile: text(profile),
        values: text(values),
        regrets: text(regrets),
        max_regret: regrets.iter().map(Rational::to_f64).fold(0.0, f64::max),
    }
}

/// Simple fractions near the probabilities, summing to one; `None` if some are not near any.
fn simple_profile(arena: &Arena, profile: &[f64]) -> Option<Vec<Rational>> {
    let mut out = Vec::with_capacity(profile.len());
    for i in 0..arena.infosets() {
        let own = profile.get(arena.acts(i))?;
        let largest = (0..own.len()).max_by(|&a, &b| own[a].total_cmp(&own[b]))?;
        let start = out.len();
        let mut rest = Rational::one();
        for (k, &p) in own.iter().enumerate() {
            let near = if k == largest { Rational::zero() } else { Rational::nearest(p, 100_000, 1e-9)? };
            rest = &rest - &near;
            out.push(near);
        }
        if rest.is_negative() {
            return None;
        }
        out[start + largest] = rest;
    }
    Some(out)
}

/// The floats as rationals, each information set's likeliest action taking up the rounding.
fn exact_profile(arena: &Arena, profile: &[f64]) -> Result<Vec<Rational>, NotExact> {
    let mut out = Vec::with_capacity(profile.len());
    for i in 0..arena.infosets() {
        let bad = || NotExact::NotAProfile(InfosetId::new(i));
        let own = profile.get(arena.acts(i)).ok_or_else(bad)?;
        let largest = (0..own.len()).max_by(|&a, &b| own[a].total_cmp(&own[b])).ok_or_else(bad)?;
        let start = out.len();
        let mut rest = Rational::one();
        for (k, &p) in own.iter().enumerate() {
            // Probabilities far below rounding would only lengthen the fractions.
            let p = if p < 1e-30 { 0.0 } else { p };
            let exact = Rational::from_f64(p).ok_or_else(bad)?;
            let exact = if k == largest { Rational::zero() } else { exact };
            rest = &rest - &exact;
            out.push(exact);
        }
        if rest.is_negative() {
            return Err(bad());
        }
        out[start + largest] = rest;
    }
    Ok(out)
}
