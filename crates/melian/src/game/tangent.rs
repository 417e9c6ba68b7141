//! Exact directional derivatives of a sweep: how reach, values, beliefs and action values move with the
//! profile, the payoffs and the chance probabilities (forward mode, one forward and one backward pass).

use super::arena::Arena;
use super::sweep::Sweep;
use crate::math::exp;

/// Directions in, derivatives out.
#[derive(Clone, Debug)]
pub(crate) struct Tangent {
    /// In: derivative of the log probability of each slot.
    pub(crate) lp: Vec<f64>,
    /// In: derivative of the payoff table.
    pub(crate) payoff: Vec<f64>,
    /// Out: derivative of log reach of each node.
    pub(crate) reach: Vec<f64>,
    /// Out: derivative of the values.
    pub(crate) value: Vec<f64>,
    /// Out: derivative of the beliefs.
    pub(crate) belief: Vec<f64>,
    /// Out: derivative of the action values.
    pub(crate) q: Vec<f64>,
}

impl Tangent {
    pub(crate) fn new(arena: &Arena) -> Self {
        Self {
            lp: vec![0.0; arena.slots()],
            payoff: vec![0.0; arena.payoff.len()],
            reach: vec![0.0; arena.nodes()],
            value: vec![0.0; arena.nodes() * arena.players()],
            belief: vec![0.0; arena.member.len()],
            q: vec![0.0; arena.actions()],
        }
    }

    pub(crate) fn run(&mut self, arena: &Arena, at: &Sweep) {
        self.forward(arena, at);
        self.backward(arena, at);
        self.at_infosets(arena, at);
    }

    fn forward(&mut self, arena: &Arena, at: &Sweep) {
        self.reach[0] = 0.0;
        for node in 1..arena.nodes() {
            let edges = arena.in_first[node] as usize..arena.in_first[node + 1] as usize;
            let single = edges.len() == 1;
            let mut sum = 0.0;
            for e in edges {
                let (from, slot) = (arena.in_node[e] as usize, arena.in_slot[e] as usize);
                let weight = if single {
                    1.0
                } else if at.reach[node] == f64::NEG_INFINITY {
                    0.0
                } else {
                    exp(at.reach[from] + at.lp[slot] - at.reach[node])
                };
                sum += weight * (self.reach[from] + self.lp[slot]);
            }
            self.reach[node] = sum;
        }
    }

    fn backward(&mut self, arena: &Arena, at: &Sweep) {
        let n = arena.players();
        for node in (0..arena.nodes()).rev() {
            let row = arena.outcome[node] as usize * n;
            let slot0 = arena.slot0[node] as usize;
            for i in 0..n {
                let mut sum = self.payoff[row + i];
                for (k, &c) in arena.kids(node).iter().enumerate() {
                    let c = c as usize * n + i;
                    sum += at.p[slot0 + k] * (self.lp[slot0 + k] * at.value[c] + self.value[c]);
                }
                self.value[node * n + i] = sum;
            }
        }
    }

    fn at_infosets(&mut self, arena: &Arena, at: &Sweep) {
        let n = arena.players();
        self.q.fill(0.0);
        for i in 0..arena.infosets() {
            let m0 = arena.member_first[i] as usize;
            let mates = arena.mates(i);
            let player = arena.info_player[i] as usize;
            let blocked = at.mass[i] == f64::NEG_INFINITY;
            let mean: f64 =
                mates.iter().enumerate().map(|(k, &h)| at.belief[m0 + k] * self.reach[h as usize]).sum();
            for (k, &h) in mates.iter().enumerate() {
                let b = at.belief[m0 + k];
                let d = if blocked { 0.0 } else { b * (self.reach[h as usize] - mean) };
                self.belief[m0 + k] = d;
                for (s, &c) in arena.acts(i).zip(arena.kids(h as usize)) {
                    let c = c as usize * n + player;
                    self.q[s] += d * at.value[c] + b * self.value[c];
                }
            }
        }
    }
}
