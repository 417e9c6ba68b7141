//! (l) Delay and deadlines: alternating offers, and holding out for the other to give in.

use super::answer::{Answer, Branch};
use super::brinkmanship::{LOPSIDED, Lopsided, PACE, Resolve};
use super::distribution::{Distribution, Prior};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model};

/// Two parties that take turns at offers on a pie of 1 (Rubinstein 1982, Econometrica 50, 97-109); party 1 makes the
/// first. The responder 2 may have an outside option (Binmore, Shaked and Sutton 1989, Quarterly Journal of Economics
/// 104, 753-770).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alternating {
    /// Party 1's patience per period, 0..1.
    pub d1: f64,
    /// Party 2's, 0..1, not both 1.
    pub d2: f64,
    /// What party 2 gets if it walks away instead of answering, 0..1.
    pub outside: f64,
}

impl Alternating {
    /// The first proposer's share without outside option and deadline: (1 - d2) / (1 - d1 d2).
    #[must_use]
    pub fn rubinstein(&self) -> f64 {
        (1.0 - self.d2) / (1.0 - self.d1 * self.d2)
    }

    /// The outside option from which it changes terms: d2 (1 - d1) / (1 - d1 d2).
    #[must_use]
    pub fn binds_from(&self) -> f64 {
        self.d2 * (1.0 - self.d1) / (1.0 - self.d1 * self.d2)
    }

    /// The first proposer's share without a deadline.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.outside > self.binds_from() { 1.0 - self.outside } else { self.rubinstein() }
    }

    /// The first proposer's share if the offer of period `periods` (from 1) is the last: odd periods are party 1's, and
    /// after the last offer there is nothing, or party 2's outside option.
    #[must_use]
    pub fn with_deadline(&self, periods: u32) -> f64 {
        // After the last period party 1 has nothing and party 2 nothing but its outside option.
        let (mut one, mut two) = (0.0, 0.0);
        for period in (1..=periods).rev() {
            if period % 2 == 1 {
                one = 1.0 - f64::max(self.d2 * two, self.outside);
            } else {
                one *= self.d1;
            }
            two = 1.0 - one;
        }
        one
    }
}

/// l1.
pub(super) const ALTERNATING: Model = Model {
    card: Card {
        letter: "l1",
        id: "rubinstein",
        mechanism: "delay and deadlines",
        name: "Alternating offers, outside options, deadlines",
        idea: "The more patient side gets more, without delay. An outside option matters only if it is better than what \
               patience gets; a deadline gives weight to whoever makes the last offer.",
        citation: "A. Rubinstein (1982), Perfect equilibrium in a bargaining model, Econometrica 50, 97-109; K. Binmore, \
                   A. Shaked and J. Sutton (1989), An outside option experiment, Quarterly Journal of Economics 104, \
                   753-770; I. Stahl (1972), Bargaining Theory, Stockholm",
        parameters: &[
            Parameter::new("d1", "patience of party 1, who makes the first offer", Domain::UNIT, ".9"),
            Parameter::new("d2", "patience of party 2", Domain::UNIT, ".8"),
            Parameter::new("w2", "what party 2 gets if it walks away", Domain::UNIT, "0").or("0"),
            Parameter::new("t", "periods until the last offer", Domain::Whole { low: 1, high: 10_000 }, "5")
                .optional(),
        ],
        headlines: &["share"],
        when_not: &["to explain delay: with all known there is none (l2)"],
    },
    solve: alternating,
};

fn alternating(given: &Given) -> Result<Answer, Vec<Problem>> {
    let model = Alternating { d1: given.number("d1"), d2: given.number("d2"), outside: given.number("w2") };
    if model.d1 * model.d2 >= 1.0 && given.optional("t").is_none() {
        return Err(vec![Problem::new(
            "d1",
            "with both `d1` and `d2` at 1 no share is determined; give a deadline `t`",
        )]);
    }
    let binds = model.outside > model.binds_from();
    let deadline = given.optional("t").map(|_| model.with_deadline(given.whole("t")));
    let share = deadline.unwrap_or_else(|| model.share());
    let (verdict, says) = match (deadline.is_some(), binds) {
        (true, _) => ("deadline", "Agreement at once, on terms that the deadline shapes."),
        (false, true) => ("outside option", "Agreement at once; party 2's outside option sets the terms."),
        (false, false) => ("patience", "Agreement at once; patience sets the terms."),
    };
    let mut answer = Answer::new(verdict, says)
        .condition(
            "binds",
            "the outside option is better than what patience gets",
            "w2 > d2 (1 - d1) / (1 - d1 d2)",
            (model.outside, model.binds_from()),
            binds,
        )
        .fact("share", "first proposer's share", share)
        .maybe("rubinstein", "its share without outside option and deadline", finite(model.rubinstein()))
        .maybe("binds_from", "outside option from which it matters", finite(model.binds_from()));
    if let Some(share) = deadline {
        let periods = given.whole("t");
        let shown = periods.min(10);
        let shares: Vec<f64> = (1..=shown).map(|t| model.with_deadline(t)).collect();
        answer =
            answer.fact("by_deadline", "its share if the last offer is in period 1, 2, ...", shares).maybe(
                "distance",
                "distance to its share without a deadline",
                finite((share - model.share()).abs()),
            );
    }
    Ok(answer.branch(
        Branch::new("subgame perfect: the first offer is taken").fact("x1", "party 1", share).fact(
            "x2",
            "party 2",
            1.0 - share,
        ),
    ))
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// Two parties that hold out for the other to give in, each with a private value of winning and a cost per unit of time
/// (Fudenberg and Tirole 1986, Econometrica 54, 943-960). Who gives in gets 0.
#[derive(Debug, Clone, PartialEq)]
pub struct HoldOut<D = Prior> {
    /// What each believes of the other's value; from 0 up.
    pub value: D,
    /// What holding out costs per unit of time, above 0.
    pub cost: f64,
}

/// What a deadline does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Eleventh {
    /// The value from which a party holds out to the deadline.
    pub marginal: f64,
    /// Chance that both do.
    pub both: f64,
    /// Chance that at least one does.
    pub any: f64,
    /// Mean time until it is over, the deadline at the latest.
    pub delay: f64,
}

impl<D: Distribution + Clone> HoldOut<D> {
    fn contest(&self) -> Resolve<D> {
        Resolve { resolve: self.value.clone() }
    }

    /// When a party of value `v` gives in: the integral of s f(s) / (1 - F(s)) over the cost.
    #[must_use]
    pub fn gives_in_at(&self, v: f64) -> f64 {
        self.contest().quits_at(v) / self.cost
    }

    /// The mean time until one gives in.
    #[must_use]
    pub fn mean_delay(&self) -> f64 {
        self.contest().mean_bid() / self.cost
    }

    /// An equilibrium in which a share `pace` of side 2 has given in when half of side 1 has, without a deadline.
    #[must_use]
    pub fn lopsided(&self, pace: f64) -> Lopsided {
        let found = self.contest().lopsided(pace);
        Lopsided { mean_bid: found.mean_bid / self.cost, ..found }
    }

    /// With a deadline: values above the one that gives in just then hold out to it.
    #[must_use]
    pub fn until(&self, deadline: f64) -> Eleventh {
        let contest = self.contest();
        let marginal = contest.marginal(deadline * self.cost);
        let holds = contest.resolve.tail(marginal);
        Eleventh {
            marginal,
            both: holds * holds,
            any: holds * (2.0 - holds),
            delay: contest.mean_bid_until(deadline * self.cost) / self.cost,
        }
    }
}

/// l2.
pub(super) const ATTRITION: Model = Model {
    card: Card {
        letter: "l2",
        id: "attrition",
        mechanism: "delay and deadlines",
        name: "Holding out, and the eleventh hour",
        idea: "Each holds out as long as its private value allows; delay is how they find out who wants it more. With a \
               deadline the strongest wait for it, and settlements pile up there.",
        citation: "D. Fudenberg and J. Tirole (1986), A theory of exit in duopoly, Econometrica 54, 943-960; A. E. Roth, \
                   J. K. Murnighan and F. Schoumaker (1988), The deadline effect in bargaining, American Economic Review \
                   78, 806-823",
        parameters: &[
            Parameter::new(
                "value",
                "what each believes of the other's value",
                Domain::Distribution,
                "uniform(0,1)",
            )
            .or("uniform(0,1)"),
            Parameter::new("cost", "what holding out costs per unit of time", Domain::POSITIVE, "1").or("1"),
            Parameter::new("deadline", "when it ends at the latest", Domain::POSITIVE, ".5"),
            Parameter::new("v", "a party's own value", Domain::NOT_NEGATIVE, ".6").optional(),
            PACE,
        ],
        headlines: &["mean_delay", "atom"],
        when_not: &[
            "when terms can be offered in between (l1)",
            "when reaching the deadline itself hurts or settles it",
        ],
    },
    solve: attrition,
};

fn attrition(given: &Given) -> Result<Answer, Vec<Problem>> {
    let value = given.distribution("value").cloned().unwrap_or(Prior::UNIT);
    if value.is_known() || value.support().0 < 0.0 {
        return Err(vec![Problem::new("value", "`value` must be a spread of numbers from 0 up")]);
    }
    let model = HoldOut { value, cost: given.number("cost") };
    let eleventh = model.until(given.number("deadline"));
    let (verdict, says) = if eleventh.both > 0.5 {
        ("eleventh hour", "More often than not both hold out to the deadline.")
    } else {
        ("settled before", "More often than not one gives in before the deadline.")
    };
    let mut answer = Answer::new(verdict, says)
        .fact("mean_delay", "mean delay without a deadline", model.mean_delay())
        .fact("marginal", "v(D): value from which a party holds out to the deadline", eleventh.marginal)
        .fact("atom", "P(both hold out to the deadline)", eleventh.both)
        .fact("any", "P(at least one would hold out to it)", eleventh.any)
        .fact("before", "P(one gives in before it)", 1.0 - eleventh.both)
        .fact("delay", "mean time until it is over", eleventh.delay);
    if let Some(v) = given.optional("v") {
        let time = model.gives_in_at(v);
        answer =
            answer.maybe("gives_in", "when a party of that value gives in", time.is_finite().then_some(time));
    }
    let ending = |name: &str, delay: f64, first: f64| {
        Branch::new(name)
            .fact("delay_without", "mean delay without a deadline", delay)
            .fact("gives_in_1", "P(side 1 gives in)", first)
            .fact("gives_in_2", "P(side 2 gives in)", 1.0 - first)
    };
    answer = answer.branch(ending("symmetric", model.mean_delay(), 0.5));
    if let Some(pace) = given.optional("pace") {
        let found = model.lopsided(pace);
        answer = answer.branch(ending("lopsided", found.mean_bid, found.first_gives_way));
    }
    Ok(answer
        .branch(ending("side 1 gives in at once", 0.0, 1.0))
        .branch(ending("side 2 gives in at once", 0.0, 0.0))
        .note(LOPSIDED)
        .note("What happens at the deadline when both still stand is not modelled."))
}
