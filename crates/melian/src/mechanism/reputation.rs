//! (d) Reputation for resolve: the chain of tests, and its erosion by unclear acts.

use super::answer::{Answer, Branch, Shown, Table};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model};
use crate::math::{exp, ln};

/// A defender tested by one challenger after the other (Kreps and Wilson 1982, Journal of Economic Theory 27,
/// 253-279). The challenger gets 0 by staying out, b - 1 if fought, b if let pass; the defender a if there is no
/// challenge. A weak defender loses 1 by fighting, 0 by letting pass; a tough one always enforces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain {
    /// What a challenge that is let pass is worth, between 0 and 1.
    pub b: f64,
    /// What being left alone is worth to the defender, above 1.
    pub a: f64,
    /// Belief that the defender is tough, between 0 and 1.
    pub p: f64,
    /// Tests still to come, from 1.
    pub stages: u32,
}

/// A test on the path on which the defender has enforced until now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// Tests still to come, this one among them.
    pub left: u32,
    /// Belief that the defender is tough.
    pub belief: f64,
    /// The belief that keeps challengers out, b^n.
    pub threshold: f64,
    /// Chance that the challenger stays out.
    pub out: f64,
    /// Chance that a weak defender enforces.
    pub enforces: f64,
    /// Chance that a challenge is answered, over both types.
    pub answered: f64,
    /// Belief after an enforced challenge.
    pub after: f64,
    /// Chance that the path comes to this stage with the reputation intact.
    pub reached: f64,
}

impl Chain {
    /// Stage by stage along enforcement. After a challenge that was let pass the belief is 0 and every later
    /// challenger comes in.
    #[must_use]
    pub fn path(&self) -> Vec<Stage> {
        let mut powers = vec![1.0];
        for n in 0..self.stages as usize {
            powers.push(powers[n] * self.b);
        }
        let (mut belief, mut reached) = (self.p, 1.0);
        let mut path = Vec::with_capacity(self.stages as usize);
        for left in (1..=self.stages).rev() {
            let (threshold, next) = (powers[left as usize], powers[left as usize - 1]);
            let even = (belief - threshold).abs() <= 1e-12 * threshold;
            let out = match () {
                () if even => 1.0 / self.a,
                () if belief > threshold => 1.0,
                () => 0.0,
            };
            let enforces = match () {
                () if belief >= next * (1.0 - 1e-12) => 1.0,
                () => (1.0 - next) * belief / ((1.0 - belief) * next),
            };
            let answered = belief + (1.0 - belief) * enforces;
            let after = next.max(belief);
            path.push(Stage { left, belief, threshold, out, enforces, answered, after, reached });
            reached *= out + (1.0 - out) * answered;
            // A stage without a challenge teaches nothing; one with, on this path, was enforced.
            if out < 1.0 {
                belief = after;
            }
        }
        path
    }
}

/// A belief moved by acts that are seen unclearly: a lapse may be chance, enforcement may be luck.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Erosion {
    /// Belief that the defender is tough.
    pub p: f64,
    /// Chance that enforcement is seen from a tough defender.
    pub tough: f64,
    /// Chance that it is seen from a weak one.
    pub weak: f64,
}

impl Erosion {
    /// The belief after so many lapses and enforced tests, in any order (Bayes).
    #[must_use]
    pub fn after(&self, lapses: u32, enforced: u32) -> f64 {
        // In logarithms: long records have chances below all doubles.
        let times = |chance: f64, count: u32| if count == 0 { 0.0 } else { f64::from(count) * ln(chance) };
        let tough = ln(self.p) + times(1.0 - self.tough, lapses) + times(self.tough, enforced);
        let weak = ln(1.0 - self.p) + times(1.0 - self.weak, lapses) + times(self.weak, enforced);
        let most = tough.max(weak);
        let (tough, weak) = (exp(tough - most), exp(weak - most));
        tough / (tough + weak)
    }
}

/// d1.
pub(super) const CHAIN: Model = Model {
    card: Card {
        letter: "d1",
        id: "reputation",
        mechanism: "reputation for resolve",
        name: "The chain of tests",
        idea: "A weak defender enforces early red lines to be taken for tough: with many tests to come a little doubt \
               keeps challengers out, and near the end they come.",
        citation: "D. M. Kreps and R. Wilson (1982), Reputation and imperfect information, Journal of Economic Theory \
                   27, 253-279",
        parameters: &[
            Parameter::new(
                "b",
                "worth of a challenge that is let pass (fought: b - 1)",
                Domain::INSIDE,
                ".5",
            ),
            Parameter::new(
                "a",
                "worth to the defender of not being challenged",
                Domain::Number { low: 1.0, high: f64::INFINITY, open: (true, true) },
                "2",
            ),
            Parameter::new("p", "belief that the defender is tough", Domain::INSIDE, ".1"),
            Parameter::new("n", "tests to come", Domain::Whole { low: 1, high: 1000 }, "5"),
        ],
        headlines: &["challenged", "intact", "first_test"],
        when_not: &[
            "when acts are seen unclearly (d2), or tests differ so much that one tells little of the next",
        ],
    },
    solve: |given| Ok(chain(given)),
};

fn chain(given: &Given) -> Answer {
    let game =
        Chain { b: given.number("b"), a: given.number("a"), p: given.number("p"), stages: given.whole("n") };
    let path = game.path();
    let first = path[0];
    let (verdict, says) = match first.out {
        out if out >= 1.0 => ("out", "The reputation holds for now: the next challenger stays out."),
        out if out > 0.0 => ("indifferent", "The next challenger is indifferent, and comes at times."),
        _ => ("enter", "The next challenger comes: the line is tested now."),
    };
    let tested = path.iter().find(|stage| stage.out < 1.0);
    let last = path[path.len() - 1];
    let intact = last.reached * (last.out + (1.0 - last.out) * last.answered);
    // With the reputation gone every challenger comes.
    let challenged: f64 =
        path.iter().map(|stage| stage.reached * (1.0 - stage.out) + 1.0 - stage.reached).sum();
    let rows = path.iter().map(|stage| {
        let act = match stage.out {
            out if out >= 1.0 => "stays out",
            out if out > 0.0 => "indifferent",
            _ => "challenges",
        };
        let mut row = vec![Shown::Number(f64::from(stage.left)), Shown::from(act)];
        row.extend(
            [
                stage.belief,
                stage.threshold,
                stage.out,
                stage.enforces,
                stage.answered,
                stage.after,
                stage.reached,
            ]
            .map(Shown::Number),
        );
        row
    });
    let table = Table {
        columns: vec![
            "tests left",
            "challenger",
            "belief",
            "threshold",
            "stays out",
            "weak enforces",
            "answered",
            "belief after",
            "reached intact",
        ],
        rows: rows.collect(),
    };
    Answer::new(verdict, says)
        .condition(
            "deterred",
            "the belief in a tough defender keeps the next challenger out",
            "p > b^n",
            (first.belief, first.threshold),
            first.belief > first.threshold,
        )
        .maybe(
            "first_test",
            "tests left when the first challenge may come",
            tested.map(|s| f64::from(s.left)),
        )
        .fact("challenged", "expected number of challenges", challenged)
        .fact("intact", "chance that nothing was let pass", intact)
        .fact("enforces", "chance that a weak defender enforces the next test", first.enforces)
        .branch(Branch::new("sequential equilibrium").fact("path", "along enforcement", table))
        .note("After one challenge that is let pass the belief is 0, and every later challenger comes.")
}

/// d2.
pub(super) const EROSION: Model = Model {
    card: Card {
        letter: "d2",
        id: "erosion",
        mechanism: "reputation for resolve",
        name: "Erosion by unclear acts",
        idea: "Where a lapse may be chance, each one costs some belief in resolve instead of all of it.",
        citation: "Bayes' rule with imperfect monitoring, after D. M. Kreps and R. Wilson (1982), Journal of Economic \
                   Theory 27, 253-279",
        parameters: &[
            Parameter::new("p", "belief that the defender is tough", Domain::UNIT, ".6"),
            Parameter::new("et", "chance that enforcement is seen from a tough defender", Domain::UNIT, ".9"),
            Parameter::new("ew", "chance that it is seen from a weak one", Domain::UNIT, ".3"),
            Parameter::new(
                "lapses",
                "tests that were seen to pass",
                Domain::Whole { low: 0, high: 1000 },
                "1",
            )
            .or("1"),
            Parameter::new(
                "enforced",
                "tests that were seen to be enforced",
                Domain::Whole { low: 0, high: 1000 },
                "0",
            )
            .or("0"),
            Parameter::new("needed", "the belief that keeps challengers out", Domain::UNIT, ".25").optional(),
        ],
        headlines: &["belief"],
        when_not: &["when the defender minds its reputation and acts for it (d1): here chances are fixed"],
    },
    solve: erosion,
};

fn erosion(given: &Given) -> Result<Answer, Vec<Problem>> {
    let model = Erosion { p: given.number("p"), tough: given.number("et"), weak: given.number("ew") };
    if model.tough < model.weak {
        let said = format!("`et` ({}) must be at least `ew` ({})", model.tough, model.weak);
        return Err(vec![Problem::new("et", said)]);
    }
    let belief = model.after(given.whole("lapses"), given.whole("enforced"));
    if belief.is_nan() {
        return Err(vec![Problem::new("lapses", "no type could have left this record")]);
    }
    let next = |lapses, enforced| Erosion { p: belief, ..model }.after(lapses, enforced);
    let (lapse, enforced) = (next(1, 0), next(0, 1));
    let defined = |x: f64| (!x.is_nan()).then_some(x);
    let answer = match given.optional("needed") {
        Some(needed) if belief >= needed => {
            Answer::new("holds", "The belief in resolve still keeps challengers out.")
        }
        Some(_) => Answer::new("gone", "The belief in resolve no longer keeps challengers out."),
        None if belief < model.p => Answer::new("eroded", "The record has worn the belief in resolve down."),
        None if belief > model.p => {
            Answer::new("strengthened", "The record has strengthened the belief in resolve.")
        }
        None => Answer::new("unmoved", "The record leaves the belief in resolve as it was."),
    };
    let answer = match given.optional("needed") {
        Some(needed) => answer.condition(
            "deterred",
            "the belief suffices",
            "belief >= needed",
            (belief, needed),
            belief >= needed,
        ),
        None => answer,
    };
    Ok(answer
        .fact("belief", "belief in a tough defender after the record", belief)
        .maybe("after_lapse", "after one more lapse", defined(lapse))
        .maybe("after_enforced", "after one more enforced test", defined(enforced)))
}
