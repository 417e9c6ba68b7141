//! (c2) Signalling resolve with two types: the bluff in closed form.

use super::answer::{Answer, Branch};
use super::parameter::{Domain, Given, Parameter};
use super::{Card, Model, above};

/// A challenge over a prize of 1 by a resolute or an irresolute A, after Fearon (1994) and Schultz (1998). B concedes
/// (1, 0) or resists; the resolute A then fights (B gets -w), the irresolute one backs down (-a, 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bluff {
    /// Chance that A is resolute, 0..1.
    pub q: f64,
    /// What war costs B, from 0.
    pub w: f64,
    /// What backing down costs an irresolute A, from 0.
    pub a: f64,
}

/// An equilibrium.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equilibrium {
    /// Chance that an irresolute A challenges.
    pub bluffs: f64,
    /// Chance that B resists a challenge.
    pub resists: f64,
    /// Chance of a challenge.
    pub challenges: f64,
    /// Chance of war.
    pub war: f64,
    /// Chance that B concedes.
    pub concedes: f64,
    /// Chance that a bluff is called.
    pub caught: f64,
}

impl Bluff {
    /// The chance of a resolute A from which B always concedes: 1 / (1 + w).
    #[must_use]
    pub fn threshold(&self) -> f64 {
        1.0 / (1.0 + self.w)
    }

    /// The equilibria: one, but where the chance of a resolute A is exactly the threshold. There all A challenge, and B may
    /// resist with any chance from 0 to 1 / (1 + a); both ends are given.
    #[must_use]
    pub fn solve(&self) -> Vec<Equilibrium> {
        let mixed = || self.play((self.q * self.w / (1.0 - self.q)).min(1.0), 1.0 / (1.0 + self.a));
        let concedes = || self.play(1.0, 0.0);
        match (above(self.threshold(), self.q), above(self.q, self.threshold())) {
            (true, _) => vec![mixed()],
            (_, true) => vec![concedes()],
            _ if self.q < 1.0 => vec![concedes(), mixed()],
            _ => vec![concedes()],
        }
    }

    fn play(&self, bluffs: f64, resists: f64) -> Equilibrium {
        let challenges = self.q + (1.0 - self.q) * bluffs;
        Equilibrium {
            bluffs,
            resists,
            challenges,
            war: self.q * resists,
            concedes: challenges * (1.0 - resists),
            caught: (1.0 - self.q) * bluffs * resists,
        }
    }
}

/// c2.
pub(super) const BLUFF: Model = Model {
    card: Card {
        letter: "c2",
        id: "bluff",
        mechanism: "signalling resolve",
        name: "The bluff",
        idea: "The irresolute challenge just often enough that B can't tell, and B resists just often enough that \
               bluffing doesn't pay. Dearer backing down makes B resist less, not bluffs rarer.",
        citation: "J. D. Fearon (1994), American Political Science Review 88, 577-592; K. A. Schultz (1998), Domestic \
                   opposition and signaling in international crises, American Political Science Review 92, 829-844; \
                   reduced to two types",
        parameters: &[
            Parameter::new("q", "chance that A is resolute", Domain::UNIT, ".3"),
            Parameter::new("w", "what war costs B", Domain::NOT_NEGATIVE, ".5"),
            Parameter::new("a", "what backing down costs an irresolute A", Domain::NOT_NEGATIVE, ".4"),
        ],
        headlines: &["bluffs", "resists", "war"],
        when_not: &["when an irresolute A might fight after all, or B has types of its own (c1)"],
    },
    solve: |given| Ok(bluff(given)),
};

fn bluff(given: &Given) -> Answer {
    let game = Bluff { q: given.number("q"), w: given.number("w"), a: given.number("a") };
    let found = game.solve();
    let mixed = above(game.threshold(), game.q);
    let (verdict, says) = match found.len() {
        1 if mixed => ("resists", "A bluffs now and then, and B resists now and then: war is possible."),
        1 => ("concedes", "A is so likely resolute that B concedes to every challenge: no war."),
        _ => (
            "indifferent",
            "On the edge: every A challenges, and B is indifferent between conceding and resisting.",
        ),
    };
    let mut answer = Answer::new(verdict, says)
        .condition(
            "doubt",
            "B doubts A's resolve enough to resist",
            "q < 1 / (1 + w)",
            (game.q, game.threshold()),
            mixed,
        )
        .fact("threshold", "chance of a resolute A from which B concedes", game.threshold());
    for one in &found {
        answer = answer.branch(
            Branch::new(if one.resists > 0.0 { "both mix" } else { "B concedes" })
                .fact("bluffs", "beta: an irresolute A challenges", one.bluffs)
                .fact("resists", "r: B resists a challenge", one.resists)
                .fact("challenges", "P(challenge)", one.challenges)
                .fact("war", "P(war)", one.war)
                .fact("caught", "P(a bluff is called)", one.caught)
                .fact("concedes", "P(B concedes)", one.concedes)
                .maybe(
                    "belief",
                    "B's belief that a challenger is resolute",
                    (one.challenges > 0.0).then(|| game.q / one.challenges),
                ),
        );
    }
    if found.len() > 1 {
        answer = answer.note("B may resist with any chance between the two.");
    }
    if mixed && game.a * game.w * game.q == 0.0 {
        answer = answer.note(
            "At a cost or a chance of 0 somebody is indifferent; given is what the equilibrium comes to as it goes to 0.",
        );
    }
    answer
}
