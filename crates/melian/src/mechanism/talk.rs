//! (k) Cheap talk: what can be said at no cost, and when talks are for form's sake.

use super::answer::{Answer, Branch};
use super::distribution::{Distribution, Prior};
use super::parameter::{Domain, Given, Parameter};
use super::{Card, Model, above};
use crate::math::ln;

/// An expert who knows a state, uniform on [0, 1], and wants a reply `bias` above it; the receiver wants it met (Crawford
/// and Sobel 1982, Econometrica 50, 1431-1451). Losses are squared distances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CheapTalk {
    /// The sender's bias, above 0.
    pub bias: f64,
}

impl CheapTalk {
    /// The most messages an equilibrium can have: the largest N with 2 b N (N - 1) < 1, which is
    /// ceil(-1/2 + sqrt(1 + 2/b)/2).
    #[must_use]
    pub fn most(&self) -> u32 {
        let guess = (0.5 * (1.0 + 2.0 / self.bias).sqrt() - 0.5).ceil().clamp(1.0, 1e9);
        let fits = |n: f64| 2.0 * self.bias * n * (n - 1.0) < 1.0 - 1e-12;
        // The closed form rounds where N would just not fit.
        let n = if guess > 1.0 && !fits(guess) { guess - 1.0 } else { guess };
        n as u32
    }

    /// Where the messages of the equilibrium with `n` of them meet: i/N + 2 b i (i - N).
    #[must_use]
    pub fn cuts(&self, n: u32) -> Vec<f64> {
        let of = f64::from(n);
        (1..n).map(|i| f64::from(i) / of + 2.0 * self.bias * f64::from(i) * (f64::from(i) - of)).collect()
    }

    /// What is left of the state's variance: 1/(12 N^2) + b^2 (N^2 - 1)/3.
    #[must_use]
    pub fn variance(&self, n: u32) -> f64 {
        let square = f64::from(n) * f64::from(n);
        1.0 / (12.0 * square) + self.bias * self.bias * (square - 1.0) / 3.0
    }

    /// Information the messages carry, in bits.
    #[must_use]
    pub fn information(&self, n: u32) -> f64 {
        let mut ends = vec![0.0];
        ends.extend(self.cuts(n));
        ends.push(1.0);
        entropy(ends.windows(2).map(|pair| pair[1] - pair[0]))
    }
}

/// Entropy in bits.
fn entropy(chances: impl Iterator<Item = f64>) -> f64 {
    let nats: f64 = chances.filter(|&p| p > 0.0).map(|p| -p * ln(p)).sum();
    nats / ln(2.0)
}

/// The value of being believed (Sartori 2002, International Organization 56, 121-149): a bluff gains once and costs belief
/// for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Honesty {
    /// What a bluff gains.
    pub bluff: f64,
    /// What being believed is worth per period.
    pub belief: f64,
    /// Worth of the next period, 0..1.
    pub discount: f64,
}

impl Honesty {
    /// What `periods` of disbelief cost: L d (1 - d^T) / (1 - d).
    #[must_use]
    pub fn price(&self, periods: f64) -> f64 {
        let d = self.discount;
        if d >= 1.0 {
            self.belief * periods
        } else if d <= 0.0 {
            0.0
        } else {
            self.belief * d * -libm::expm1(periods * ln(d)) / (1.0 - d)
        }
    }

    /// Whether honesty pays where a caught bluff isn't believed for so long.
    #[must_use]
    pub fn honest(&self, periods: f64) -> bool {
        self.bluff <= self.price(periods) * (1.0 + 1e-12)
    }

    /// The fewest periods of disbelief that keep a side honest; `None` if none do.
    #[must_use]
    pub fn periods(&self) -> Option<f64> {
        let d = self.discount;
        if self.honest(0.0) {
            return Some(0.0);
        }
        // A bluff worth as much as endless disbelief costs is not made up for in any number of periods.
        if d < 1.0 && !above(self.price(f64::INFINITY), self.bluff) {
            return None;
        }
        let guess = if d >= 1.0 {
            self.bluff / self.belief
        } else {
            libm::log1p(-self.bluff * (1.0 - d) / (self.belief * d)) / ln(d)
        };
        if !guess.is_finite() || guess > 1e15 {
            return None;
        }
        let from = (guess - 1.0).max(1.0).floor();
        [from, from + 1.0, from + 2.0].into_iter().find(|&periods| self.honest(periods))
    }
}

/// A threat made in private or in public (Kurizaki 2007, American Political Science Review 101, 543-558): a target that
/// gives in to a public one pays its own audience.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivateThreat<D = Prior> {
    /// The target's belief that the threat would be carried out.
    pub belief: f64,
    /// What is believed of its loss from war, net of what giving in costs.
    pub loss: D,
    /// What it keeps by resisting an empty threat, 0 or more.
    pub keeps: f64,
    /// What giving in to a public threat costs it before its audience.
    pub audience: f64,
}

impl<D: Distribution> PrivateThreat<D> {
    /// The expected loss from resisting that giving in must be worth: what an empty threat would leave it, and its
    /// audience cost if the threat is public.
    fn price(&self, public: bool) -> f64 {
        (1.0 - self.belief) * self.keeps + if public { self.audience } else { 0.0 }
    }

    /// The chance that the target gives in: belief times loss exceeds the price. One that is indifferent resists.
    #[must_use]
    pub fn concedes(&self, public: bool) -> f64 {
        if self.belief <= 0.0 {
            return 0.0;
        }
        match (self.loss.support(), self.price(public)) {
            ((low, high), price) if low == high => f64::from(u8::from(above(self.belief * low, price))),
            (_, price) => self.loss.tail(price / self.belief),
        }
    }
}

/// A demand that costs something by itself: it may turn the target to others (Trager 2010, American Political Science
/// Review 104, 347-368).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// Chance that the sender means it.
    pub q: f64,
    /// What making the demand gains a sender who means it.
    pub gain: f64,
    /// What it gains one who doesn't.
    pub bluff: f64,
    /// Chance that the demand turns the target to others.
    pub breach: f64,
    /// What that costs the sender.
    pub cost: f64,
}

impl Alignment {
    /// What the demand is expected to cost.
    #[must_use]
    pub fn price(&self) -> f64 {
        self.breach * self.cost
    }

    /// Whether only a sender who means it makes the demand.
    #[must_use]
    pub fn informative(&self) -> bool {
        above(self.price(), self.bluff) && !above(self.price(), self.gain)
    }
}

pub(super) const OUTSIDE: Parameter =
    Parameter::new("outside", "whether the talks change somebody's outside option", Domain::Flag, "no")
        .or("no");

/// The verdict on talks that say something or nothing.
pub(super) fn verdict(information: f64, outside: bool) -> Answer {
    match (information > 0.0, outside) {
        (true, _) => Answer::new("informative", "Talks can tell something: they are more than form."),
        (false, true) => Answer::new(
            "outside options",
            "Nothing said can be believed, but the talks change outside options: they are more than form.",
        ),
        (false, false) => Answer::new(
            "for form's sake",
            "Talks are for form's sake: nothing said can be believed and no outside option changes; they only buy time.",
        ),
    }
}

/// k1.
pub(super) const CHEAP_TALK: Model = Model {
    card: Card {
        letter: "k1",
        id: "cheap_talk",
        mechanism: "cheap talk",
        name: "Cheap talk by a biased expert",
        idea: "The further apart what both want, the coarser what can be said and believed; from a bias of a quarter on, \
               nothing.",
        citation: "V. P. Crawford and J. Sobel (1982), Strategic information transmission, Econometrica 50, 1431-1451",
        parameters: &[
            Parameter::new("b", "the sender's bias, in units of the state's range", Domain::POSITIVE, ".1"),
            OUTSIDE,
        ],
        headlines: &["messages", "variance"],
        when_not: &["when words are costly or can be checked (c, k3, k4)"],
    },
    solve: |given| Ok(cheap_talk(given)),
};

fn cheap_talk(given: &Given) -> Answer {
    let model = CheapTalk { bias: given.number("b") };
    let most = model.most();
    let value = 1.0 / 12.0 - model.variance(most);
    let mut answer = verdict(f64::from(u8::from(most > 1)), given.flag("outside"))
        .condition(
            "informative",
            "the bias is small enough for two messages",
            "b < 1/4",
            (model.bias, 0.25),
            most > 1,
        )
        .fact("messages", "N: most messages", f64::from(most))
        .fact("variance", "variance left with most messages", model.variance(most))
        .fact("value_receiver", "value of talks to the receiver, against silence", value)
        .fact("value_sender", "value of talks to the sender", value);
    let shown: Vec<u32> = if most <= 12 { (1..=most).rev().collect() } else { vec![most, 2, 1] };
    for n in shown {
        let name = if n == 1 { "silence".to_owned() } else { format!("{n} messages") };
        let mut branch = Branch::new(name).fact("n", "messages", f64::from(n)).fact(
            "variance",
            "variance left",
            model.variance(n),
        );
        if n <= 10_000 {
            branch = branch.fact("information", "information carried, in bits", model.information(n));
        }
        if n <= 100 {
            branch = branch.fact("cuts", "where messages meet", model.cuts(n));
        }
        answer = answer.branch(branch);
    }
    if most > 12 {
        answer =
            answer.note(format!("There is an equilibrium with every number of messages from 1 to {most}."));
    }
    answer
}

/// k2.
pub(super) const HONESTY: Model = Model {
    card: Card {
        letter: "k2",
        id: "honesty",
        mechanism: "cheap talk",
        name: "A reputation for honesty",
        idea: "Words are believed by whoever would lose more by not being believed later than a bluff gains now.",
        citation: "A. E. Sartori (2002), The might of the pen, International Organization 56, 121-149",
        parameters: &[
            Parameter::new("g", "what a bluff gains", Domain::NOT_NEGATIVE, ".5"),
            Parameter::new("l", "what being believed is worth per period", Domain::POSITIVE, ".1"),
            Parameter::new("d", "worth of the next period", Domain::UNIT, ".9"),
            Parameter::new(
                "t",
                "periods of disbelief after a bluff that is called",
                Domain::Whole { low: 0, high: 1_000_000 },
                "8",
            )
            .optional(),
        ],
        headlines: &["periods", "longest"],
        when_not: &["when bluffs are seldom found out, or forgotten with the office that made them"],
    },
    solve: |given| Ok(honesty(given)),
};

fn honesty(given: &Given) -> Answer {
    let model = Honesty { bluff: given.number("g"), belief: given.number("l"), discount: given.number("d") };
    let needed = model.periods();
    let answer = match given.optional("t") {
        Some(periods) => {
            let honest = model.honest(periods);
            let answer = if honest {
                Answer::new("honest", "Honesty pays: such words can be believed.")
            } else {
                Answer::new("bluffs", "A bluff pays: such words can't be believed.")
            };
            answer
                .condition(
                    "honest",
                    "disbelief costs at least what a bluff gains",
                    "g <= l d (1 - d^t) / (1 - d)",
                    (model.bluff, model.price(periods)),
                    honest,
                )
                .fact("price", "what so much disbelief costs", model.price(periods))
        }
        None if needed.is_some() => Answer::new("honest", "Honesty pays if disbelief lasts long enough."),
        None => Answer::new("bluffs", "A bluff pays however long disbelief lasts."),
    };
    let forever = model.price(f64::INFINITY);
    answer.maybe("periods", "T: periods of disbelief that keep honest", needed).maybe(
        "longest",
        "what endless disbelief costs",
        forever.is_finite().then_some(forever),
    )
}

/// k3.
pub(super) const PRIVATE_THREAT: Model = Model {
    card: Card {
        letter: "k3",
        id: "private_threat",
        mechanism: "cheap talk",
        name: "Threats in private",
        idea: "A private threat ties nobody's hands, but it spares the target its own audience: more targets give in.",
        citation: "S. Kurizaki (2007), Efficient secrecy: public versus private threats in crisis diplomacy, American \
                   Political Science Review 101, 543-558",
        parameters: &[
            Parameter::new(
                "belief",
                "the target's belief that the threat would be carried out",
                Domain::UNIT,
                ".6",
            ),
            Parameter::new(
                "loss",
                "its loss from war, net of what giving in costs: a number, or what is believed of it",
                Domain::Distribution,
                "uniform(-.2,.8)",
            ),
            Parameter::new(
                "at",
                "what giving in to a public threat costs before its audience",
                Domain::NOT_NEGATIVE,
                ".2",
            ),
            Parameter::new(
                "keeps",
                "what it keeps by resisting a threat that was empty",
                Domain::NOT_NEGATIVE,
                "0",
            )
            .or("0"),
        ],
        headlines: &["public", "private"],
        when_not: &[
            "when belief in a private threat is much lower than in a public one: then compare the two beliefs",
        ],
    },
    solve: |given| Ok(private_threat(given)),
};

fn private_threat(given: &Given) -> Answer {
    let loss = given.distribution("loss").cloned().unwrap_or(Prior::UNIT);
    let belief = given.number("belief");
    let model = PrivateThreat { belief, loss, keeps: given.number("keeps"), audience: given.number("at") };
    let (public, private) = (model.concedes(true), model.concedes(false));
    let answer = match (private > public, private > 0.0) {
        (true, _) => Answer::new("privacy helps", "In private more targets give in."),
        (false, true) => {
            Answer::new("no difference", "The target gives in as often in public as in private.")
        }
        (false, false) => Answer::new("refuses", "The target doesn't give in, in public or in private."),
    };
    let answer = match model.loss {
        Prior::Known(loss) => answer
            .condition(
                "public",
                "the target gives in to a public threat",
                "belief * loss > (1 - belief) * keeps + at",
                (model.belief * loss, model.price(true)),
                public > 0.0,
            )
            .condition(
                "private",
                "the target gives in to a private one",
                "belief * loss > (1 - belief) * keeps",
                (model.belief * loss, model.price(false)),
                private > 0.0,
            ),
        _ => answer,
    };
    answer
        .fact("public", "P(gives in to a public threat)", public)
        .fact("private", "P(gives in to a private threat)", private)
        .fact("difference", "what privacy adds", private - public)
}

/// k4.
pub(super) const ALIGNMENT: Model = Model {
    card: Card {
        letter: "k4",
        id: "demand",
        mechanism: "cheap talk",
        name: "A demand that costs alignments",
        idea: "A demand that may turn the target to others is dear in itself, and so tells something: only who means it \
               risks the breach.",
        citation: "R. F. Trager (2010), Diplomatic calculus in anarchy: how communication matters, American Political \
                   Science Review 104, 347-368; reduced to two types",
        parameters: &[
            Parameter::new("q", "chance that the sender means it", Domain::INSIDE, ".4"),
            Parameter::new("gain", "what the demand gains a sender who means it", Domain::NOT_NEGATIVE, ".5"),
            Parameter::new("bluff", "what it gains one who doesn't", Domain::NOT_NEGATIVE, ".2"),
            Parameter::new("breach", "chance that it turns the target to others", Domain::UNIT, ".5"),
            Parameter::new("cost", "what that costs the sender", Domain::NOT_NEGATIVE, ".6"),
        ],
        headlines: &["price"],
        when_not: &["when the target has nowhere to turn"],
    },
    solve: |given| Ok(alignment(given)),
};

fn alignment(given: &Given) -> Answer {
    let of = |key: &str| given.number(key);
    let model = Alignment {
        q: of("q"),
        gain: of("gain"),
        bluff: of("bluff"),
        breach: of("breach"),
        cost: of("cost"),
    };
    let price = model.price();
    let (low, high) = (model.bluff, model.gain);
    let (verdict, says, after) = match () {
        () if model.informative() => {
            ("informative", "The demand tells: only a sender who means it risks the breach.", Some(1.0))
        }
        () if above(price, low.max(high)) => {
            ("silent", "Nobody makes the demand: the breach costs more than it gains.", None)
        }
        () if above(price, high) => {
            ("perverse", "Only a sender who doesn't mean it would make the demand.", Some(0.0))
        }
        () => ("uninformative", "Every sender makes the demand: it tells nothing.", Some(model.q)),
    };
    let demanded = match verdict {
        "informative" => model.q,
        "silent" => 0.0,
        "perverse" => 1.0 - model.q,
        _ => 1.0,
    };
    Answer::new(verdict, says)
        .condition(
            "not_a_bluff",
            "a bluff isn't worth the breach",
            "bluff < breach * cost",
            (low, price),
            above(price, low),
        )
        .condition(
            "worth_it",
            "who means it risks the breach",
            "breach * cost <= gain",
            (price, high),
            !above(price, high),
        )
        .fact("price", "what the demand is expected to cost", price)
        .maybe("belief", "belief after the demand that the sender means it", after)
        .fact("demanded", "P(the demand is made)", demanded)
}
