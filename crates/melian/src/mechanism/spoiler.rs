//! (g) Spoilers: violence that reads as bad faith.

use super::answer::{Answer, Branch};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model};

/// A government, moderates and spoilers (Kydd and Walter 2002, International Organization 56, 263-296). The government
/// carries a deal out as long as it trusts the moderates enough; an attack succeeds with a chance that hangs on whether
/// the moderates try to stop it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spoiler {
    /// What the government gains with a trustworthy partner, from 0.
    pub b: f64,
    /// What it loses with another, from 0, not both 0.
    pub c: f64,
    /// Its trust: belief that the moderates are trustworthy.
    pub t: f64,
    /// Chance that an attack succeeds if they are.
    pub trusted: f64,
    /// Chance that it succeeds if they aren't, at least as large.
    pub untrusted: f64,
}

/// What becomes of the deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Trust is too low for a deal in the first place.
    NoDeal,
    /// The deal survives a successful attack.
    Holds,
    /// A successful attack ends it.
    Collapses,
}

impl Spoiler {
    /// The trust that a deal needs: c / (b + c).
    #[must_use]
    pub fn needed(&self) -> f64 {
        self.c / (self.b + self.c)
    }

    /// Trust after a successful attack; `None` if none could succeed.
    #[must_use]
    pub fn after_attack(&self) -> Option<f64> {
        let mass = self.success();
        (mass > 0.0).then(|| self.t * self.trusted / mass)
    }

    /// Trust after calm, where an attack was tried and failed; `None` if none could fail.
    #[must_use]
    pub fn after_calm(&self) -> Option<f64> {
        let mass = 1.0 - self.success();
        (mass > 0.0).then(|| self.t * (1.0 - self.trusted) / mass)
    }

    /// The chance that an attack succeeds.
    #[must_use]
    pub fn success(&self) -> f64 {
        self.t * self.trusted + (1.0 - self.t) * self.untrusted
    }

    /// The trust from which a deal survives an attack; spoilers can break deals between [`needed`](Self::needed) and
    /// this.
    #[must_use]
    pub fn safe(&self) -> f64 {
        let needed = self.needed();
        let break_even = needed * self.untrusted;
        if break_even > 0.0 { break_even / (break_even + (1.0 - needed) * self.trusted) } else { needed }
    }

    /// What becomes of the deal if an attack succeeds.
    #[must_use]
    pub fn fate(&self) -> Fate {
        let slack = 1e-12;
        match self.after_attack() {
            _ if self.t < self.needed() - slack => Fate::NoDeal,
            Some(trust) if trust < self.needed() - slack => Fate::Collapses,
            _ => Fate::Holds,
        }
    }
}

/// g.
pub(super) const SPOILER: Model = Model {
    card: Card {
        letter: "g",
        id: "spoiler",
        mechanism: "spoilers",
        name: "Spoilers and trust",
        idea: "An attack doesn't end a deal by its damage but by what it says of the partner. The more the moderates could \
               have stopped it, the more it reads as bad faith: strength makes them vulnerable.",
        citation: "A. Kydd and B. F. Walter (2002), Sabotaging the peace, International Organization 56, 263-296",
        parameters: &[
            Parameter::new(
                "b",
                "what the government gains with a trustworthy partner",
                Domain::NOT_NEGATIVE,
                "1",
            ),
            Parameter::new("c", "what it loses with another", Domain::NOT_NEGATIVE, "1"),
            Parameter::new("t", "its trust in the moderates", Domain::UNIT, ".7"),
            Parameter::new(
                "st",
                "chance that an attack succeeds if they are trustworthy",
                Domain::UNIT,
                ".2",
            ),
            Parameter::new("su", "chance that it succeeds if they aren't; at least st", Domain::UNIT, ".6"),
            Parameter::new("cost", "what attacking costs the spoilers", Domain::NOT_NEGATIVE, "0").or("0"),
            Parameter::new("gain", "what they expect from a collapse", Domain::NOT_NEGATIVE, "1").or("1"),
        ],
        headlines: &["after_attack", "safe", "success"],
        when_not: &[
            "when the spoilers' attack does its damage by itself, or their strength is what isn't known",
        ],
    },
    solve: spoiler,
};

fn spoiler(given: &Given) -> Result<Answer, Vec<Problem>> {
    let model = Spoiler {
        b: given.number("b"),
        c: given.number("c"),
        t: given.number("t"),
        trusted: given.number("st"),
        untrusted: given.number("su"),
    };
    if model.untrusted < model.trusted {
        let said = format!("`su` ({}) must be at least `st` ({})", model.untrusted, model.trusted);
        return Err(vec![Problem::new("su", said)]);
    }
    if model.b + model.c <= 0.0 {
        return Err(vec![Problem::new("b", "`b` and `c` can't both be 0: nothing would be at stake")]);
    }
    let fate = model.fate();
    let worth = given.number("cost") < given.number("gain");
    let attacks = fate == Fate::Collapses && worth;
    let (verdict, says) = match fate {
        Fate::NoDeal => ("no deal", "No deal to spoil: the government trusts too little as it is."),
        Fate::Holds => ("holds", "The deal holds: trust survives a successful attack."),
        Fate::Collapses if worth => ("collapses", "Spoilers attack, and a successful attack ends the deal."),
        Fate::Collapses => {
            ("not worth it", "A successful attack would end the deal, but costs the spoilers too much.")
        }
    };
    let after = model.after_attack();
    Ok(Answer::new(verdict, says)
        .condition(
            "deal",
            "the government trusts enough for a deal",
            "t >= c / (b + c)",
            (model.t, model.needed()),
            fate != Fate::NoDeal,
        )
        .condition(
            "survives",
            "trust after an attack still suffices",
            "t' >= c / (b + c)",
            (after.unwrap_or(model.t), model.needed()),
            after.unwrap_or(model.t) >= model.needed() - 1e-12,
        )
        .fact("needed", "t*: trust that a deal needs", model.needed())
        .maybe("after_attack", "t': trust after a successful attack", after)
        .maybe("after_calm", "trust after an attack that failed", model.after_calm())
        .fact("window", "trust at which spoilers can break a deal", vec![model.needed(), model.safe()])
        .fact("safe", "trust from which a deal is safe", model.safe())
        .fact("success", "chance that an attack succeeds", model.success())
        .branch(
            Branch::new("the equilibrium")
                .fact("attacks", "spoilers attack", attacks)
                .fact("collapse", "P(the deal collapses)", if attacks { model.success() } else { 0.0 })
                .fact(
                    "stands",
                    "P(the deal stands)",
                    match fate {
                        Fate::NoDeal => 0.0,
                        _ if attacks => 1.0 - model.success(),
                        _ => 1.0,
                    },
                ),
        ))
}
