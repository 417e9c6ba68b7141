//! (c2) Signalling resolve with two types: the bluff in closed form.

use super::answer::{Answer, Branch};
use super::parameter::{Domain, Given, Parameter};
use super::{Card, Model};

/// A challenge over a prize of 1 by a resolute or an irresolute A, after Fearon (1994) and Schultz (1998). B concedes
/// (1, 0) or resists; the resolute A then fights (B gets -w), the irresolute one backs down (-a, 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bluff {
    /// Chance that A is resolute, 0..1.
    pub q: f64,
    /// What war costs B, above 0.
    pub w: f64,
    /// What backing down costs an irresolute A, above 0.
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

    /// The equilibrium; where the chance of a resolute A is exactly the threshold, the one in which B concedes.
    #[must_use]
    pub fn solve(&self) -> Equilibrium {
        let (bluffs, resists) = if self.q < self.threshold() {
            (self.q * self.w / (1.0 - self.q), 1.0 / (1.0 + self.a))
        } else {
            (1.0, 0.0)
        };
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
            Parameter::new("w", "what war costs B", Domain::POSITIVE, ".5"),
            Parameter::new("a", "what backing down costs an irresolute A", Domain::POSITIVE, ".4"),
        ],
        headlines: &["bluffs", "resists", "war"],
        when_not: &["when an irresolute A might fight after all, or B has types of its own (c1)"],
    },
    solve: |given| Ok(bluff(given)),
};

fn bluff(given: &Given) -> Answer {
    let game = Bluff { q: given.number("q"), w: given.number("w"), a: given.number("a") };
    let found = game.solve();
    let mixed = game.q < game.threshold();
    let (verdict, says) = if mixed {
        ("resists", "A bluffs now and then, and B resists now and then: war is possible.")
    } else {
        ("concedes", "A is so likely resolute that B concedes to every challenge: no war.")
    };
    Answer::new(verdict, says)
        .condition(
            "doubt",
            "B doubts A's resolve enough to resist",
            "q < 1 / (1 + w)",
            (game.q, game.threshold()),
            mixed,
        )
        .fact("threshold", "chance of a resolute A from which B concedes", game.threshold())
        .branch(
            Branch::new(if mixed { "both mix" } else { "B concedes" })
                .fact("bluffs", "beta: an irresolute A challenges", found.bluffs)
                .fact("resists", "r: B resists a challenge", found.resists)
                .fact("challenges", "P(challenge)", found.challenges)
                .fact("war", "P(war)", found.war)
                .fact("caught", "P(a bluff is called)", found.caught)
                .fact("concedes", "P(B concedes)", found.concedes)
                .maybe(
                    "belief",
                    "B's belief that a challenger is resolute",
                    (found.challenges > 0.0).then(|| game.q / found.challenges),
                ),
        )
}
