//! The merged lattice against plain recursions over the full tree of histories, which share nothing with the engine.

use melian::game::public_state::{JudgeOptions, PublicStateGame, Reading, StateId, Strategy, View, judge};

use melian::math::exp;

use crate::lattice::Lattice;
use crate::solved;

/// A lattice with the choice probabilities `[period][rung][type][action]` of whoever moves.
struct Tree<'a> {
    lattice: Lattice,
    play: &'a dyn Fn(usize, usize, usize) -> [f64; 3],
}

impl Tree<'_> {
    /// Payoff if the game is over.
    fn end(&self, period: usize, rung: usize, own_type: usize) -> Option<f64> {
        if rung == self.lattice.rungs {
            Some(self.lattice.war(own_type))
        } else if period == self.lattice.periods {
            Some(Lattice::peace(rung))
        } else {
            None
        }
    }

    /// Expected payoff to a party from a history on, with all types known.
    fn value(&self, types: &[usize], party: usize, period: usize, rung: usize) -> f64 {
        if let Some(end) = self.end(period, rung, types[party]) {
            return end;
        }
        let mover = period % self.lattice.parties;
        let play = (self.play)(period, rung, types[mover]);
        play[0] * self.value(types, party, period + 1, rung)
            + play[1] * self.value(types, party, period + 1, rung + 1)
            + play[2] * self.lattice.concession(rung, mover, party)
    }

    /// The most a type can get from a history on, given the weights of the others' types (`[joint type of all]`).
    fn best(
        &self,
        party: usize,
        own: usize,
        worlds: &[(Vec<usize>, f64)],
        period: usize,
        rung: usize,
    ) -> f64 {
        let mass: f64 = worlds.iter().map(|world| world.1).sum();
        if let Some(end) = self.end(period, rung, own) {
            return mass * end;
        }
        let mover = period % self.lattice.parties;
        let after = |action: usize, worlds: &[(Vec<usize>, f64)]| match action {
            0 => self.best(party, own, worlds, period + 1, rung),
            1 => self.best(party, own, worlds, period + 1, rung + 1),
            _ => {
                worlds.iter().map(|world| world.1).sum::<f64>() * self.lattice.concession(rung, mover, party)
            }
        };
        if mover == party {
            return (0..3).map(|action| after(action, worlds)).fold(f64::NEG_INFINITY, f64::max);
        }
        (0..3)
            .map(|action| {
                let seen: Vec<(Vec<usize>, f64)> = worlds
                    .iter()
                    .map(|(types, weight)| {
                        (types.clone(), weight * (self.play)(period, rung, types[mover])[action])
                    })
                    .collect();
                after(action, &seen)
            })
            .sum()
    }

    /// Adds, for every history, the weight of the types at its (period, rung).
    fn reach(
        &self,
        types: &[usize],
        weight: f64,
        period: usize,
        rung: usize,
        out: &mut dyn FnMut(usize, usize, f64),
    ) {
        out(period, rung, weight);
        if rung == self.lattice.rungs || period == self.lattice.periods {
            return;
        }
        let play = (self.play)(period, rung, types[period % self.lattice.parties]);
        self.reach(types, weight * play[0], period + 1, rung, out);
        self.reach(types, weight * play[1], period + 1, rung + 1, out);
    }

    fn worlds(&self) -> Vec<(Vec<usize>, f64)> {
        (0..self.lattice.parties).fold(vec![(Vec::new(), 1.0)], |worlds, _| {
            worlds
                .iter()
                .flat_map(|(types, weight)| {
                    (0..self.lattice.types).map(move |q| {
                        let mut types = types.clone();
                        types.push(q);
                        (types, weight * self.lattice.weight(q))
                    })
                })
                .collect()
        })
    }
}

fn state_at(game: &PublicStateGame, period: usize, rung: usize) -> StateId {
    let reading_order = (0..game.states()).map(|at| game.state(at).unwrap());
    reading_order
        .into_iter()
        .find(|&state| {
            !game.is_terminal(state)
                && game.period(state) as usize == period
                && game.rung(state) as usize == rung
        })
        .unwrap()
}

fn check(lattice: Lattice, lambda: f64) {
    let game = lattice.game();
    let solution = solved(&game, lambda);
    let strategy: &Strategy = &solution.strategy;
    let play = |period: usize, rung: usize, own: usize| {
        let found = strategy.at(&game, state_at(&game, period, rung), period % lattice.parties, own).unwrap();
        [found[0], found[1], found[2]]
    };
    let tree = Tree { lattice, play: &play };
    let worlds = tree.worlds();
    let reading = Reading::new(&game, strategy);
    let certificate =
        judge(&game, lambda, strategy, &JudgeOptions { points: 3_000, ..JudgeOptions::default() }).unwrap();
    for party in 0..lattice.parties {
        for own in 0..lattice.types {
            let mine: Vec<(Vec<usize>, f64)> =
                worlds.iter().filter(|world| world.0[party] == own).cloned().collect();
            let mass: f64 = mine.iter().map(|world| world.1).sum();
            let value =
                mine.iter().map(|(types, weight)| weight * tree.value(types, party, 0, 0)).sum::<f64>()
                    / mass;
            assert!((value - reading.values[party][own]).abs() < 1e-12);
            assert_eq!(reading.values, reading.true_values);
            let regret = tree.best(party, own, &mine, 0, 0) / mass - value;
            let found = certificate.regrets[party][own];
            let tolerance = if lattice.parties == 2 && lattice.types == 2 { 1e-12 } else { 1e-4 };
            assert!((found.value - value).abs() < 1e-12);
            assert!(
                found.upper > regret - 1e-12 && found.upper < regret + tolerance,
                "{lattice:?} {found:?} {regret}"
            );
            assert!(
                found.lower < regret + 1e-12 && found.lower > regret - tolerance,
                "{lattice:?} {found:?} {regret}"
            );
        }
    }
    check_choices(lattice, lambda, &tree, &reading, &game);
}

/// Beliefs and choices at every state, from weights summed over histories.
fn check_choices(lattice: Lattice, lambda: f64, tree: &Tree, reading: &Reading, game: &PublicStateGame) {
    let worlds = tree.worlds();
    for period in 0..lattice.periods {
        for rung in 0..lattice.rungs.min(period + 1) {
            let weights: Vec<f64> = worlds
                .iter()
                .map(|(types, weight)| {
                    let mut sum = 0.0;
                    tree.reach(types, *weight, 0, 0, &mut |t, r, weight| {
                        sum += if (t, r) == (period, rung) { weight } else { 0.0 }
                    });
                    sum
                })
                .collect();
            let total: f64 = weights.iter().sum();
            let state = state_at(game, period, rung);
            assert!((reading.reach[state.index()] - total).abs() < 1e-13);
            for party in 0..lattice.parties {
                let believed = reading.belief(game, View::Truth, state, party).unwrap();
                for (own, believed) in believed.iter().enumerate() {
                    let mass: f64 = worlds
                        .iter()
                        .zip(&weights)
                        .filter(|(world, _)| world.0[party] == own)
                        .map(|(_, w)| w)
                        .sum();
                    assert!((mass / total - believed).abs() < 1e-10);
                }
            }
            let mover = period % lattice.parties;
            for own in 0..lattice.types {
                let mut scores = [0.0; 3];
                let mut mass = 0.0;
                for ((types, _), weight) in
                    worlds.iter().zip(&weights).filter(|(world, _)| world.0[mover] == own)
                {
                    mass += weight;
                    scores[0] += weight * tree.value(types, mover, period + 1, rung);
                    scores[1] += weight * tree.value(types, mover, period + 1, rung + 1);
                    scores[2] += weight * lattice.concession(rung, mover, mover);
                }
                let odds = scores.map(|score| exp(lambda * score / mass));
                let sum: f64 = odds.iter().sum();
                for (found, odds) in (tree.play)(period, rung, own).iter().zip(odds) {
                    assert!((found - odds / sum).abs() < 1e-9, "{found} {}", odds / sum);
                }
            }
        }
    }
}

#[test]
fn two_parties_two_types() {
    for lambda in [1.0, 4.0, 12.0] {
        check(Lattice { parties: 2, types: 2, periods: 7, rungs: 4 }, lambda);
    }
    check(Lattice { parties: 2, types: 2, periods: 8, rungs: 3 }, 30.0);
}

#[test]
fn more_types() {
    check(Lattice { parties: 2, types: 3, periods: 6, rungs: 4 }, 8.0);
    check(Lattice { parties: 2, types: 4, periods: 5, rungs: 3 }, 6.0);
}

#[test]
fn more_parties() {
    check(Lattice { parties: 3, types: 2, periods: 6, rungs: 4 }, 8.0);
    check(Lattice { parties: 4, types: 2, periods: 5, rungs: 3 }, 5.0);
}
