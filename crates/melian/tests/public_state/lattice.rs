//! The test lattice: hold, escalate or concede over `periods` and `rungs`, parties moving in turn.
//!
//! Party `t mod n` moves in period t. Hold keeps the rung, escalate adds one, and reaching `rungs` is war, which pays
//! -0.9 + 1.1 q / (K - 1) by own type q. Conceding at rung r pays -0.06 r to oneself and 1 / (n - 1) to each other party.
//! After the last period everyone gets 0.4 - 0.03 r. Types are independent, with weights K, K - 1, .., 1.

use std::collections::BTreeMap;

use melian::game::public_state::{Mover, Payoff, PublicStateBuilder, PublicStateGame};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Lattice {
    pub(crate) parties: usize,
    pub(crate) types: usize,
    pub(crate) periods: usize,
    pub(crate) rungs: usize,
}

impl Lattice {
    pub(crate) fn war(&self, own_type: usize) -> f64 {
        -0.9 + 1.1 * own_type as f64 / (self.types - 1) as f64
    }

    pub(crate) fn concession(&self, rung: usize, conceding: usize, party: usize) -> f64 {
        if party == conceding { -0.06 * rung as f64 } else { 1.0 / (self.parties - 1) as f64 }
    }

    pub(crate) fn peace(rung: usize) -> f64 {
        0.4 - 0.03 * rung as f64
    }

    pub(crate) fn weight(&self, own_type: usize) -> f64 {
        2.0 * (self.types - own_type) as f64 / (self.types * (self.types + 1)) as f64
    }

    pub(crate) fn game(&self) -> PublicStateGame {
        let order: Vec<usize> = (0..self.parties).collect();
        self.game_with(&order, 1.0)
    }

    /// The game in which party `m` is player `player_of[m]` and every payoff is multiplied by `factor`.
    pub(crate) fn game_with(&self, player_of: &[usize], factor: f64) -> PublicStateGame {
        let names: Vec<String> = (0..self.parties.max(self.types)).map(|at| format!("n{at}")).collect();
        let types: Vec<&str> = names[..self.types].iter().map(String::as_str).collect();
        let players: Vec<(&str, &[&str])> =
            names[..self.parties].iter().map(|name| (name.as_str(), &types[..])).collect();
        let mut builder = PublicStateBuilder::new(&players).unwrap();
        let weights: Vec<f64> = (0..self.types).map(|q| self.weight(q)).collect();
        builder.independent_prior(&vec![&weights[..]; self.parties]);
        let by_player = |value: &dyn Fn(usize) -> f64| {
            let mut row = vec![0.0; self.parties];
            (0..self.parties).for_each(|party| row[player_of[party]] = factor * value(party));
            Payoff::Common(row)
        };
        let war: Vec<f64> = (0..self.types).map(|q| factor * self.war(q)).collect();
        let war = builder.payoff(Payoff::OwnType(vec![war; self.parties]));
        let war = builder.terminal(0, self.rungs as u32, "war", Some(war));
        let mut concessions = BTreeMap::new();
        let mut states = BTreeMap::new();
        for period in 0..self.periods {
            for rung in 0..self.rungs.min(period + 1) {
                let mover = Mover::new(player_of[period % self.parties], &["hold", "escalate", "concede"]);
                states.insert((period, rung), builder.state(period as u32, rung as u32, vec![mover]));
            }
        }
        for rung in 0..self.rungs.min(self.periods + 1) {
            let payoff = builder.payoff(by_player(&|_| Self::peace(rung)));
            let end = builder.terminal(self.periods as u32, rung as u32, "peace", Some(payoff));
            states.insert((self.periods, rung), end);
        }
        for period in 0..self.periods {
            for rung in 0..self.rungs.min(period + 1) {
                let state = states[&(period, rung)];
                let party = period % self.parties;
                builder.transition(state, &[0], states[&(period + 1, rung)]).unwrap();
                let up = if rung + 1 == self.rungs { war } else { states[&(period + 1, rung + 1)] };
                builder.transition(state, &[1], up).unwrap();
                let concede = *concessions.entry((rung, party)).or_insert_with(|| {
                    let payoff = builder.payoff(by_player(&|other| self.concession(rung, party, other)));
                    builder.terminal(0, rung as u32, &format!("party {party} concedes"), Some(payoff))
                });
                builder.transition(state, &[2], concede).unwrap();
            }
        }
        builder.build().unwrap()
    }
}
