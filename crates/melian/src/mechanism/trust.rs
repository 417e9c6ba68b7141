//! (h) Trust and the security spiral: a small step first.

use super::answer::{Answer, Branch};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model, above};

/// Two sides that don't know whether the other wants more than cooperation (Kydd 2005, Trust and Mistrust in
/// International Relations, Princeton, chapters 2 and 7; Kydd 2000, International Organization 54, 325-357). For a type
/// that wants cooperation R > T > P > S, per unit of stake; a greedy type gains Tg > R from cheating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reassurance {
    /// Both cooperate.
    pub r: f64,
    /// Cheats on a cooperator.
    pub t: f64,
    /// Neither cooperates.
    pub p: f64,
    /// Is cheated.
    pub s: f64,
    /// What a greedy type gets from cheating.
    pub tg: f64,
    /// Trust: the chance that the other is not greedy, 0..1.
    pub trust: f64,
}

impl Reassurance {
    /// The trust from which cooperation in one step is an equilibrium: (P - S) / ((R - T) + (P - S)).
    #[must_use]
    pub fn one_step(&self) -> f64 {
        (self.p - self.s) / ((self.r - self.t) + (self.p - self.s))
    }

    /// Sizes of a first step that sort the types: large enough that the greedy don't mimic it, small enough that the
    /// others dare it.
    #[must_use]
    pub fn window(&self) -> (f64, f64) {
        let Self { r, t, p, s, tg, trust } = *self;
        let doubt = (1.0 - trust) * (p - s);
        let least = trust * (tg - p) / (trust * (tg - r) + trust * (tg - p) + doubt);
        let most = trust * (r - p) / (trust * (r - p) - trust * (r - t) + doubt);
        (least, most)
    }

    /// Whether a first step of some size at most the whole sorts the types.
    #[must_use]
    pub fn reassures(&self) -> bool {
        let (least, most) = self.window();
        most > 0.0 && !above(least, most.min(1.0))
    }

    /// The trust from which such a step exists.
    #[must_use]
    pub fn two_steps(&self) -> f64 {
        let Self { r, t, p, s, tg, .. } = *self;
        let (greed, gain, fear) = (tg - p, r - p, p - s);
        let doubt = fear * (greed - gain);
        doubt / (doubt + gain * (2.0 * greed - gain) - greed * (t - p))
    }
}

/// h.
pub(super) const REASSURANCE: Model = Model {
    card: Card {
        letter: "h",
        id: "reassurance",
        mechanism: "trust",
        name: "Trust and reassurance",
        idea: "Sides that would both cooperate may not dare to. A first step that is dear enough to be no trick and cheap \
               enough to be risked shows who means it: no deal in one step, a deal in two.",
        citation: "A. H. Kydd (2000), Trust, reassurance, and cooperation, International Organization 54, 325-357; \
                   A. H. Kydd (2005), Trust and Mistrust in International Relations, Princeton",
        parameters: &[
            Parameter::new("r", "both cooperate", Domain::ANY, "1"),
            Parameter::new("t", "cheats on a cooperator; below r", Domain::ANY, ".5"),
            Parameter::new("p", "neither cooperates; below t", Domain::ANY, "0"),
            Parameter::new("s", "is cheated; below p", Domain::ANY, "-1"),
            Parameter::new("tg", "what a greedy type gets from cheating; above r", Domain::ANY, "1.5"),
            Parameter::new("trust", "chance that the other is not greedy", Domain::UNIT, ".4"),
        ],
        headlines: &["least_step", "most_step", "one_step"],
        when_not: &[
            "when the question can't be cut into steps",
            "when a step, once taken, shifts power (f1)",
        ],
    },
    solve: reassurance,
};

fn reassurance(given: &Given) -> Result<Answer, Vec<Problem>> {
    let of = |key: &str| given.number(key);
    let model =
        Reassurance { r: of("r"), t: of("t"), p: of("p"), s: of("s"), tg: of("tg"), trust: of("trust") };
    let order = [
        ("tg", model.tg, "r", model.r),
        ("r", model.r, "t", model.t),
        ("t", model.t, "p", model.p),
        ("p", model.p, "s", model.s),
    ];
    let problems: Vec<Problem> = order
        .into_iter()
        .filter(|(_, above, _, below)| above <= below)
        .map(|(key, above, other, below)| {
            Problem::new(key, format!("`{key}` ({above}) must be above `{other}` ({below})"))
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let (least, most) = model.window();
    let (in_one, in_two) = (!above(model.one_step(), model.trust), model.reassures());
    let (verdict, says) = match (in_one, in_two) {
        (true, _) => ("one step", "Trust suffices for cooperation in one step."),
        (false, true) => {
            ("two steps", "No deal in one step, but a deal in two: a first step shows who means it.")
        }
        (false, false) => ("none", "No deal: trust is too low even for a first step."),
    };
    let mut answer = Answer::new(verdict, says)
        .condition(
            "one_step",
            "trust suffices for cooperation at once",
            "trust >= (P - S) / ((R - T) + (P - S))",
            (model.trust, model.one_step()),
            in_one,
        )
        .condition(
            "two_steps",
            "some first step sorts the types",
            "alpha_min <= alpha_max",
            (least, most.min(1.0)),
            in_two,
        )
        .fact("one_step", "m: trust that one step needs", model.one_step())
        .fact("two_steps", "trust that two steps need", model.two_steps())
        .fact("least_step", "alpha_min: least first step the greedy don't mimic", least)
        .fact("most_step", "alpha_max: greatest first step the others dare", most);
    if in_two {
        answer = answer.branch(
            Branch::new("two steps: only the trustworthy take the first")
                .fact("step", "size of the first step", vec![least, most.min(1.0)])
                .fact("cooperation", "P(both cooperate fully)", model.trust * model.trust),
        );
    }
    if in_one {
        answer = answer.branch(Branch::new("one step: the trustworthy cooperate at once").fact(
            "cooperation",
            "P(both cooperate fully)",
            model.trust * model.trust,
        ));
    }
    Ok(answer.branch(Branch::new("nobody cooperates").fact("cooperation", "P(both cooperate fully)", 0.0)))
}
