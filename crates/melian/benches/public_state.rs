//! Public-state games against a plain naive prototype in the same run: ratios of medians of processor time.
//!
//! The prototype is the annealed magnetic mirror step on flat arrays, one thread, no tables: lambda = 4, then 8, from
//! uniform play, step .5, until no probability moves by more than 1e-7, at most 1,000 sweeps each.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock, and a plain prototype is plain")]

#[path = "cpu.rs"]
mod cpu;
#[path = "../tests/public_state/lattice.rs"]
mod lattice;

use std::time::Instant;

use cpu::median;
use lattice::Lattice;
use melian::game::public_state::{Control, JudgeOptions, SolveOptions, Status, judge, solve, solve_variants};

/// Naive solver of the test lattice.
struct Naive {
    lattice: Lattice,
    joint: Vec<Vec<usize>>,
    /// `[period][rung][type][action]`, logarithms.
    logs: Vec<Vec<Vec<[f64; 3]>>>,
}

impl Naive {
    fn new(lattice: Lattice) -> Self {
        let joint = (0..lattice.types.pow(lattice.parties as u32))
            .map(|at| {
                (0..lattice.parties)
                    .rev()
                    .map(|party| at / lattice.types.pow(party as u32) % lattice.types)
                    .collect()
            })
            .collect();
        let third = (1.0f64 / 3.0).ln();
        let logs = vec![vec![vec![[third; 3]; lattice.types]; lattice.rungs]; lattice.periods];
        Self { lattice, joint, logs }
    }

    fn rungs(&self, period: usize) -> usize {
        self.lattice.rungs.min(period + 1)
    }

    /// Logarithms of the joint weights `[period][rung][joint type]`.
    fn forward(&self) -> Vec<Vec<Vec<f64>>> {
        let Lattice { parties, periods, rungs, .. } = self.lattice;
        let none = f64::NEG_INFINITY;
        let mut weights = vec![vec![vec![none; self.joint.len()]; rungs + 1]; periods + 1];
        for (theta, types) in self.joint.iter().enumerate() {
            weights[0][0][theta] = types.iter().map(|&q| self.lattice.weight(q).ln()).sum();
        }
        for period in 0..periods {
            for rung in 0..self.rungs(period) {
                for (theta, types) in self.joint.iter().enumerate() {
                    let play = self.logs[period][rung][types[period % parties]];
                    for action in 0..2 {
                        let arriving = weights[period][rung][theta] + play[action];
                        let there = &mut weights[period + 1][rung + action][theta];
                        let top = there.max(arriving);
                        if top > none {
                            *there = top + ((*there - top).exp() + (arriving - top).exp()).ln();
                        }
                    }
                }
            }
        }
        weights
    }

    /// One sweep; returns the largest change of a probability and the value of each party.
    fn sweep(&mut self, lambda: f64) -> (f64, Vec<f64>) {
        let Lattice { parties, types, periods, rungs } = self.lattice;
        let weights = self.forward();
        let mut change = 0.0f64;
        let mut later: Vec<Vec<Vec<f64>>> = vec![
            (0..=rungs)
                .map(|rung| self.joint.iter().map(|_| Lattice::peace(rung)).collect::<Vec<_>>())
                .collect();
            parties
        ];
        for period in (0..periods).rev() {
            let mover = period % parties;
            for (party, later) in later.iter_mut().enumerate() {
                later[rungs] = self.joint.iter().map(|types| self.lattice.war(types[party])).collect();
            }
            let mut now = later.clone();
            for rung in 0..self.rungs(period) {
                for own in 0..types {
                    let mine: Vec<usize> =
                        (0..self.joint.len()).filter(|&theta| self.joint[theta][mover] == own).collect();
                    let top = mine
                        .iter()
                        .map(|&theta| weights[period][rung][theta])
                        .fold(f64::NEG_INFINITY, f64::max);
                    let mut values = [0.0, 0.0, self.lattice.concession(rung, mover, mover)];
                    let mut mass = 0.0;
                    for &theta in &mine {
                        let weight = (weights[period][rung][theta] - top).exp();
                        mass += weight;
                        values[0] += weight * later[mover][rung][theta];
                        values[1] += weight * later[mover][rung + 1][theta];
                    }
                    values[0] /= mass;
                    values[1] /= mass;
                    let play = &mut self.logs[period][rung][own];
                    let mut next = [0.0; 3];
                    for action in 0..3 {
                        next[action] = (play[action] + 0.5 * values[action]) / (1.0 + 0.5 / lambda);
                    }
                    let top = next.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let total = top + next.iter().map(|value| (value - top).exp()).sum::<f64>().ln();
                    for action in 0..3 {
                        next[action] -= total;
                        change = change.max((next[action].exp() - play[action].exp()).abs());
                    }
                    *play = next;
                }
                let plays: Vec<[f64; 3]> =
                    self.logs[period][rung].iter().map(|play| play.map(f64::exp)).collect();
                for party in 0..parties {
                    for theta in 0..self.joint.len() {
                        let play = plays[self.joint[theta][mover]];
                        now[party][rung][theta] = play[0] * later[party][rung][theta]
                            + play[1] * later[party][rung + 1][theta]
                            + play[2] * self.lattice.concession(rung, mover, party);
                    }
                }
            }
            later = now;
        }
        let values = (0..parties)
            .map(|party| {
                let prior =
                    |types: &Vec<usize>| types.iter().map(|&q| self.lattice.weight(q)).product::<f64>();
                self.joint
                    .iter()
                    .enumerate()
                    .map(|(theta, types)| prior(types) * later[party][0][theta])
                    .sum()
            })
            .collect();
        (change, values)
    }

    fn solve(&mut self) -> Vec<f64> {
        let mut values = Vec::new();
        for lambda in [4.0, 8.0] {
            for _ in 0..1_000 {
                let (change, found) = self.sweep(lambda);
                values = found;
                if change <= 1e-7 {
                    break;
                }
            }
        }
        values
    }
}

/// Processor seconds of all threads so far, to a hundredth.
fn all_threads() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
    Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / 100.0)
}

fn main() {
    let options = SolveOptions::default();
    let judging = JudgeOptions { points: 200, ..JudgeOptions::default() };
    println!("lambda = 8            solve s    naive s    naive/solve   residual   judge s   regret");
    for (parties, types, periods, rungs) in
        [(2, 2, 10, 5), (2, 2, 20, 8), (2, 2, 40, 12), (2, 4, 40, 12), (3, 3, 40, 12), (4, 4, 40, 12)]
    {
        let lattice = Lattice { parties, types, periods, rungs };
        let game = lattice.game();
        let mut solution = None;
        let fast = median(|| solution = Some(solve(&game, 8.0, &options, &mut |_| Control::Continue)));
        let solution = solution.expect("ran");
        assert_eq!(solution.status, Status::Converged);
        let mut values = Vec::new();
        let slow = median(|| values = Naive::new(lattice).solve());
        let start = Instant::now();
        let certificate = judge(&game, 8.0, &solution.strategy, &judging).expect("fits");
        println!(
            "{parties},{types},{periods},{rungs:<10} {fast:12.5} {slow:10.5} {:10.1} {:14.1e} {:9.3}   {:.4} .. {:.4}  naive values {values:.4?}",
            slow / fast,
            certificate.residual,
            start.elapsed().as_secs_f64(),
            certificate.regret_lower(),
            certificate.regret_upper(),
        );
    }
    let lattice = Lattice { parties: 2, types: 2, periods: 40, rungs: 12 };
    let game = lattice.game();
    let variants: Vec<_> = (0..1_000)
        .map(|draw| lattice.game_with(&[0, 1], 0.5 + f64::from(draw) / 1_000.0).numbers().clone())
        .collect();
    let (start, before) = (Instant::now(), all_threads());
    let found =
        solve_variants(&game, &variants, 8.0, &options, &|_, _| Control::Continue).expect("one shape");
    let converged = found.iter().filter(|solution| solution.status == Status::Converged).count();
    println!(
        "1,000 payoff draws of 2,2,40,12: {:.2} s ({:.2} s of processor time), {converged} converged",
        start.elapsed().as_secs_f64(),
        all_threads().zip(before).map_or(f64::NAN, |(after, before)| after - before)
    );
    for (periods, rungs) in [(20, 8), (40, 12)] {
        let game = Lattice { parties: 2, types: 2, periods, rungs }.game();
        let start = Instant::now();
        let found = solve(&game, 64.0, &options, &mut |_| Control::Continue);
        let seconds = start.elapsed().as_secs_f64();
        let certificate = judge(&game, found.lambda, &found.strategy, &judging).expect("fits");
        println!(
            "2,2,{periods},{rungs} towards lambda = 64: {:?} at {:.3} in {seconds:.2} s, {} events, principal {}, residual {:.1e}, regret {:.4} .. {:.4}",
            found.status,
            found.lambda,
            found.events.len(),
            found.on_principal_branch(),
            certificate.residual,
            certificate.regret_lower(),
            certificate.regret_upper(),
        );
    }
}
