//! (f1) The commitment problem: power that shifts faster than promises can follow. (l3) Its form in civil wars.

use super::answer::Answer;
use super::parameter::{Domain, Given, Parameter};
use super::{Card, Model, above};

/// A pie of 1 per period; A's strength falls once from `p1` to `p2` (Powell 2006, War as a commitment problem,
/// International Organization 60, 169-203). War values are averages per period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Worth of the next period against this one, 0..1.
    pub d: f64,
    /// A's chance of winning now.
    pub p1: f64,
    /// A's chance of winning later.
    pub p2: f64,
    /// What war costs A.
    pub ca: f64,
    /// What war costs B.
    pub cb: f64,
}

impl Shift {
    /// p1 - cA + d (1 - p2 - cB): above 1, what both can expect of war exceeds the pie and no peace is an equilibrium.
    #[must_use]
    pub fn index(&self) -> f64 {
        self.p1 - self.ca + self.d * (1.0 - self.p2 - self.cb)
    }

    /// Whether no peaceful equilibrium exists, whoever makes the offers.
    #[must_use]
    pub fn inevitable(&self) -> bool {
        above(self.index(), 1.0)
    }

    /// The same game with the sides' names exchanged: B falls from 1 - p1 to 1 - p2.
    fn exchanged(&self) -> Self {
        Self { d: self.d, p1: 1.0 - self.p1, p2: 1.0 - self.p2, ca: self.cb, cb: self.ca }
    }

    /// What A can get in peace if B makes all offers from tomorrow on: all of today's pie, then its war value.
    #[must_use]
    pub fn best_peace(&self) -> f64 {
        (1.0 - self.d) + self.d * (self.p2 - self.ca)
    }

    /// Whether A fights now if B makes all offers later (a weaker condition).
    #[must_use]
    pub fn preventive(&self) -> bool {
        above(self.p1 - self.ca, self.best_peace())
    }

    /// The shift p1 - p2 above which A fights, if B makes all offers: (1 - d)(1 - p1 + cA)/d.
    #[must_use]
    pub fn critical_shift(&self) -> f64 {
        (1.0 - self.d) * (1.0 - self.p1 + self.ca) / self.d
    }

    /// The later strength below which no peace is possible, whoever makes the offers.
    #[must_use]
    pub fn critical_p2(&self) -> f64 {
        1.0 - self.cb - (1.0 - self.p1 + self.ca) / self.d
    }
}

const D: Parameter = Parameter::new("d", "worth of the next period against this one", Domain::UNIT, ".9");
const CB: Parameter = Parameter::new("cb", "what war costs the other side", Domain::NOT_NEGATIVE, ".1");

/// f1.
pub(super) const PREVENTIVE: Model = Model {
    card: Card {
        letter: "f1",
        id: "preventive",
        mechanism: "commitment and first moves",
        name: "Preventive war",
        idea: "If power shifts faster than war destroys, the rising side can't promise to forgo its later strength, and \
               the declining side fights while it can.",
        citation: "R. Powell (2006), War as a commitment problem, International Organization 60, 169-203",
        parameters: &[
            D,
            Parameter::new("p1", "A's chance of winning now", Domain::UNIT, ".7"),
            Parameter::new("p2", "A's chance of winning later", Domain::UNIT, ".3"),
            Parameter::new("ca", "what war costs A", Domain::NOT_NEGATIVE, ".1"),
            CB,
        ],
        headlines: &["index", "critical_shift", "critical_p2"],
        when_not: &[
            "when the shift hangs on terms that can be slowed, shared or guaranteed by a third side",
            "when the pie can be moved between periods",
        ],
    },
    solve: |given| Ok(preventive(given)),
};

fn preventive(given: &Given) -> Answer {
    let model = Shift {
        d: given.number("d"),
        p1: given.number("p1"),
        p2: given.number("p2"),
        ca: given.number("ca"),
        cb: given.number("cb"),
    };
    shift_answer(&model)
}

pub(super) fn shift_answer(model: &Shift) -> Answer {
    let rises = above(model.p2, model.p1) && model.exchanged().inevitable();
    let (verdict, says) = match (model.inevitable(), model.preventive()) {
        (true, _) => ("war", "War: no division over time is better for both, whoever makes the offers."),
        _ if rises => ("war", "War: A rises, and what B would lose later exceeds what war would waste."),
        (false, true) => (
            "war if B offers",
            "Peace could be kept if A had a say in later offers; if B makes them all, A fights now.",
        ),
        (false, false) => ("peace", "Peace: the shift is small enough to be paid for."),
    };
    let finite = |x: f64| x.is_finite().then_some(x);
    let answer = Answer::new(verdict, says)
        .condition(
            "general",
            "the shift exceeds what war would waste",
            "p1 - ca + d (1 - p2 - cb) > 1",
            (model.index(), 1.0),
            model.inevitable(),
        )
        .condition(
            "b_offers",
            "A fights if B makes all offers later",
            "p1 - ca > (1 - d) + d (p2 - ca)",
            (model.p1 - model.ca, model.best_peace()),
            model.preventive(),
        )
        .fact("index", "p1 - ca + d (1 - p2 - cb), against 1", model.index())
        .fact("shift", "p1 - p2", model.p1 - model.p2)
        .maybe(
            "critical_shift",
            "shift above which A fights if B makes all offers",
            finite(model.critical_shift()),
        )
        .maybe("critical_p2", "later strength below which no peace is possible", finite(model.critical_p2()));
    if above(model.p2, model.p1) {
        return answer.note(format!(
            "Here A rises and B declines: the conditions are written for a declining A. Exchange the sides to have them for B \
             (its index is {}, against 1).",
            model.exchanged().index()
        ));
    }
    answer
}

/// l3.
pub(super) const RECOVERY: Model = Model {
    card: Card {
        letter: "l3",
        id: "recovery",
        mechanism: "delay and deadlines",
        name: "A state that will recover",
        idea: "Rebels who are strong only while the state is weak fight on: what they are promised now is taken back \
               once it has recovered.",
        citation: "J. D. Fearon (2004), Why do some civil wars last so much longer than others?, Journal of Peace \
                   Research 41, 275-301; the condition of Powell (2006)",
        parameters: &[
            D,
            Parameter::new(
                "now",
                "the rebels' chance of winning while the state is weak",
                Domain::UNIT,
                ".5",
            ),
            Parameter::new("later", "their chance once it has recovered", Domain::UNIT, ".2"),
            Parameter::new("cr", "what war costs the rebels", Domain::NOT_NEGATIVE, ".1"),
            Parameter::new("cs", "what war costs the state", Domain::NOT_NEGATIVE, ".1"),
        ],
        headlines: &["index", "critical_shift", "critical_p2"],
        when_not: &["when a third side guarantees the terms after recovery"],
    },
    solve: |given| {
        let model = Shift {
            d: given.number("d"),
            p1: given.number("now"),
            p2: given.number("later"),
            ca: given.number("cr"),
            cb: given.number("cs"),
        };
        Ok(shift_answer(&model).note("A are the rebels (p1 = now, p2 = later), B is the state."))
    },
};
