//! One forward and one backward sweep: log reach, beliefs, values, action values.
//!
//! Reach is kept as logarithms, so that beliefs exist at information sets whose probability is far below the
//! smallest float: only ratios inside an information set matter.

use super::arena::{Arena, NodeKind};
use super::payoffs::Numbers;
use crate::math::{exp, ln};

/// A profile evaluated on an arena.
#[derive(Clone, Debug)]
pub(crate) struct Sweep {
    /// Log probability by slot.
    pub(crate) lp: Vec<f64>,
    /// Probability by slot.
    pub(crate) p: Vec<f64>,
    /// Log probability of reaching each node.
    pub(crate) reach: Vec<f64>,
    /// Expected payoff from each node on, node by player.
    pub(crate) value: Vec<f64>,
    /// Belief at each member of each information set, in the arena's order of members.
    pub(crate) belief: Vec<f64>,
    /// Log of the probability of each information set (for a chance-blocked one, minus infinity).
    pub(crate) mass: Vec<f64>,
    /// The owner's expected payoff from each action, given the beliefs.
    pub(crate) q: Vec<f64>,
}

impl Sweep {
    pub(crate) fn new(arena: &Arena, numbers: &Numbers) -> Self {
        let actions = arena.actions();
        let mut lp = vec![0.0; arena.slots()];
        let mut p = vec![0.0; arena.slots()];
        for (i, &c) in numbers.chance.iter().enumerate() {
            p[actions + i] = c;
            lp[actions + i] = ln(c);
        }
        Self {
            lp,
            p,
            reach: vec![0.0; arena.nodes()],
            value: vec![0.0; arena.nodes() * arena.players()],
            belief: vec![0.0; arena.member.len()],
            mass: vec![0.0; arena.infosets()],
            q: vec![0.0; actions],
        }
    }

    /// Sets the profile to the softmax of `logits` in every information set.
    pub(crate) fn set_logits(&mut self, arena: &Arena, logits: &[f64]) {
        for i in 0..arena.infosets() {
            let r = arena.acts(i);
            log_softmax(&logits[r.clone()], &mut self.lp[r.clone()], &mut self.p[r]);
        }
    }

    /// Sets the profile to probabilities.
    pub(crate) fn set_profile(&mut self, arena: &Arena, profile: &[f64]) {
        self.p[..arena.actions()].copy_from_slice(profile);
        for (lp, &p) in self.lp.iter_mut().zip(profile) {
            *lp = ln(p);
        }
    }

    pub(crate) fn run(&mut self, arena: &Arena, payoff: &[f64]) {
        self.forward(arena);
        self.backward(arena, payoff);
        self.at_infosets(arena);
    }

    pub(crate) fn forward(&mut self, arena: &Arena) {
        self.reach[0] = 0.0;
        for node in 1..arena.nodes() {
            let edges = arena.in_first[node] as usize..arena.in_first[node + 1] as usize;
            let log = |e: usize| self.reach[arena.in_node[e] as usize] + self.lp[arena.in_slot[e] as usize];
            self.reach[node] = if edges.len() == 1 {
                log(edges.start)
            } else {
                let top = edges.clone().map(log).fold(f64::NEG_INFINITY, f64::max);
                if top == f64::NEG_INFINITY { top } else { top + ln(edges.map(|e| exp(log(e) - top)).sum()) }
            };
        }
    }

    pub(crate) fn backward(&mut self, arena: &Arena, payoff: &[f64]) {
        let n = arena.players();
        for node in (0..arena.nodes()).rev() {
            let row = arena.outcome[node] as usize * n;
            let (here, below) = self.value.split_at_mut((node + 1) * n);
            let here = &mut here[node * n..];
            here.copy_from_slice(&payoff[row..row + n]);
            let slot0 = arena.slot0[node] as usize;
            for (k, &c) in arena.kids(node).iter().enumerate() {
                let p = self.p[slot0 + k];
                let from = (c as usize - node - 1) * n;
                for (v, w) in here.iter_mut().zip(&below[from..from + n]) {
                    *v += p * w;
                }
            }
        }
    }

    /// Beliefs by Bayes' rule (uniform where chance blocks every node) and action values.
    fn at_infosets(&mut self, arena: &Arena) {
        let n = arena.players();
        self.q.fill(0.0);
        for i in 0..arena.infosets() {
            let m0 = arena.member_first[i] as usize;
            let mates = arena.mates(i);
            let player = arena.info_player[i] as usize;
            let slot = arena.acts(i);
            let top = mates.iter().map(|&h| self.reach[h as usize]).fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for (b, &h) in self.belief[m0..].iter_mut().zip(mates) {
                *b = if top == f64::NEG_INFINITY { 1.0 } else { exp(self.reach[h as usize] - top) };
                sum += *b;
            }
            self.mass[i] = top + ln(sum);
            for (k, &h) in mates.iter().enumerate() {
                self.belief[m0 + k] /= sum;
                let b = self.belief[m0 + k];
                for (s, &c) in slot.clone().zip(arena.kids(h as usize)) {
                    self.q[s] += b * self.value[c as usize * n + player];
                }
            }
        }
    }

    /// The largest gain from changing one action at one information set, given the beliefs there, and where.
    pub(crate) fn local_regret(&self, arena: &Arena) -> (f64, Option<usize>) {
        let mut worst = (0.0, None);
        for i in 0..arena.infosets() {
            let r = arena.acts(i);
            let best = self.q[r.clone()].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mean: f64 = r.map(|s| self.p[s] * self.q[s]).sum();
            if best - mean > worst.0 && !arena.mates(i).is_empty() {
                worst = (best - mean, Some(i));
            }
        }
        worst
    }

    /// The largest difference between a choice probability and the logit response at precision `lambda`.
    pub(crate) fn residual(&self, arena: &Arena, log_base: &[f64], lambda: f64) -> f64 {
        let mut worst = 0.0_f64;
        let mut lp = Vec::new();
        let mut p = Vec::new();
        for i in (0..arena.infosets()).filter(|&i| !arena.mates(i).is_empty()) {
            let r = arena.acts(i);
            let logits: Vec<f64> = r.clone().map(|s| log_base[s] + lambda * self.q[s]).collect();
            lp.resize(r.len(), 0.0);
            p.resize(r.len(), 0.0);
            log_softmax(&logits, &mut lp, &mut p);
            for (s, want) in r.zip(&p) {
                worst = worst.max((self.p[s] - want).abs());
            }
        }
        worst
    }
}

/// `lp = logits - ln sum exp(logits)` and `p = exp(lp)`.
pub(crate) fn log_softmax(logits: &[f64], lp: &mut [f64], p: &mut [f64]) {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for (p, &z) in p.iter_mut().zip(logits) {
        *p = exp(z - top);
        sum += *p;
    }
    let log = ln(sum);
    for ((lp, p), &z) in lp.iter_mut().zip(p).zip(logits) {
        *p /= sum;
        *lp = z - top - log;
    }
}

/// Whether a node is a decision, and of which information set.
pub(crate) fn infoset_of(arena: &Arena, node: usize) -> Option<usize> {
    match arena.kind[node] {
        NodeKind::Decision(i) => Some(i.index()),
        _ => None,
    }
}
