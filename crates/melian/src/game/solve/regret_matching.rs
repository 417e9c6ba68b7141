//! Counterfactual regret minimisation with regret matching plus (Tammelin 2014): a fall-back. In two-player
//! zero-sum games with perfect recall the average play tends to equilibrium; elsewhere the judge decides.

use crate::game::arena::{Arena, NodeKind};
use crate::game::budget::{Control, Limits, Progress, Status};
use crate::game::certify::relative_regret;
use crate::game::payoffs::Numbers;

/// The best profile a learner met.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// Probability of each action.
    pub profile: Vec<f64>,
    /// Its largest regret, as a part of the player's own spread of payoffs.
    pub regret: f64,
    /// Iterations made.
    pub iterations: u64,
}

/// Runs until the largest regret (as a part of the player's own spread of payoffs) of the average or the current play is at most `target`, or out of steps.
/// Play is judged at iterations 1, 2, 4, 8, .. and every eighth of the way beyond.
pub fn regret_matching(
    arena: &Arena,
    numbers: &Numbers,
    target: f64,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Learned {
    let mut run = Run::new(arena, numbers);
    let mut best = Learned { profile: run.current(), regret: f64::INFINITY, iterations: 0 };
    let mut check = 1;
    for t in 1..=limits.steps {
        for player in 0..arena.players() {
            run.update(player, t);
        }
        best.iterations = t;
        if t == check || t == limits.steps {
            for profile in [run.average(), run.current()] {
                let regret = relative_regret(arena, numbers, &profile);
                if regret < best.regret {
                    (best.profile, best.regret) = (profile, regret);
                }
            }
            if best.regret <= target {
                break;
            }
            check += (check / 8).max(1);
        }
        let status = Status { stage: "regret matching", step: t, lambda: 0.0, regret: best.regret };
        if progress.report(status) == Control::Stop {
            break;
        }
    }
    if best.regret == f64::INFINITY {
        best.regret = relative_regret(arena, numbers, &best.profile);
    }
    best
}

struct Run<'a> {
    arena: &'a Arena,
    payoff: &'a [f64],
    p: Vec<f64>,
    regret: Vec<f64>,
    total: Vec<f64>,
    /// Reach by the player updated, and by everyone else with chance.
    own: Vec<f64>,
    others: Vec<f64>,
    value: Vec<f64>,
}

impl<'a> Run<'a> {
    fn new(arena: &'a Arena, numbers: &'a Numbers) -> Self {
        let mut p = vec![0.0; arena.actions()];
        for i in 0..arena.infosets() {
            let r = arena.acts(i);
            let share = 1.0 / r.len() as f64;
            p[r].fill(share);
        }
        p.extend_from_slice(&numbers.chance);
        Self {
            arena,
            payoff: &numbers.payoff,
            p,
            regret: vec![0.0; arena.actions()],
            total: vec![0.0; arena.actions()],
            own: vec![0.0; arena.nodes()],
            others: vec![0.0; arena.nodes()],
            value: vec![0.0; arena.nodes()],
        }
    }

    fn update(&mut self, player: usize, t: u64) {
        let (arena, n) = (self.arena, self.arena.players());
        self.own.fill(0.0);
        self.others.fill(0.0);
        (self.own[0], self.others[0]) = (1.0, 1.0);
        let mine = |node: usize| match arena.kind[node] {
            NodeKind::Decision(i) => arena.info_player[i.index()] as usize == player,
            _ => false,
        };
        for node in 0..arena.nodes() {
            let slot0 = arena.slot0[node] as usize;
            let is_mine = mine(node);
            for (k, &c) in arena.kids(node).iter().enumerate() {
                let p = self.p[slot0 + k];
                let (a, b) = if is_mine { (p, 1.0) } else { (1.0, p) };
                self.own[c as usize] += self.own[node] * a;
                self.others[c as usize] += self.others[node] * b;
            }
        }
        for node in (0..arena.nodes()).rev() {
            let slot0 = arena.slot0[node] as usize;
            let mut v = self.payoff[arena.outcome[node] as usize * n + player];
            let kids = arena.kids(node);
            let below: f64 =
                kids.iter().enumerate().map(|(k, &c)| self.p[slot0 + k] * self.value[c as usize]).sum();
            v += below;
            self.value[node] = v;
            if mine(node) {
                for (k, &c) in kids.iter().enumerate() {
                    self.regret[slot0 + k] += self.others[node] * (self.value[c as usize] - below);
                    self.total[slot0 + k] += t as f64 * self.own[node] * self.p[slot0 + k];
                }
            }
        }
        for i in (0..arena.infosets()).filter(|&i| arena.info_player[i] as usize == player) {
            let r = arena.acts(i);
            let mut sum = 0.0;
            for x in &mut self.regret[r.clone()] {
                *x = x.max(0.0);
                sum += *x;
            }
            for s in r.clone() {
                self.p[s] = if sum > 0.0 { self.regret[s] / sum } else { 1.0 / r.len() as f64 };
            }
        }
    }

    fn current(&self) -> Vec<f64> {
        self.p[..self.arena.actions()].to_vec()
    }

    fn average(&self) -> Vec<f64> {
        let mut out = self.current();
        for i in 0..self.arena.infosets() {
            let r = self.arena.acts(i);
            let sum: f64 = self.total[r.clone()].iter().sum();
            if sum > 0.0 {
                for s in r {
                    out[s] = self.total[s] / sum;
                }
            }
        }
        out
    }
}
