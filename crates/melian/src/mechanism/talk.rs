//! (k) Cheap talk: what can be said at no cost, and when talks are for form's sake.

use super::answer::{Answer, Branch, Shown, Table};
use super::distribution::{Distribution, Prior};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model};
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
    /// What giving in to a public threat costs it before its audience.
    pub audience: f64,
}

impl<D: Distribution> PrivateThreat<D> {
    /// The chance that the target gives in: belief times loss exceeds its audience cost, if the threat is public, or 0.
    #[must_use]
    pub fn concedes(&self, public: bool) -> f64 {
        let price = if public { self.audience } else { 0.0 };
        if self.belief <= 0.0 { 0.0 } else { self.loss.tail(price / self.belief) }
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
        self.bluff < self.price() && self.price() <= self.gain
    }
}

/// Talk before an act with few types and few acts.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    /// Chance of each of the sender's types.
    pub prior: Vec<f64>,
    /// The sender's payoffs: a row per type, a column per act of the receiver.
    pub sender: Vec<Vec<f64>>,
    /// The receiver's, in the same shape.
    pub receiver: Vec<Vec<f64>>,
}

/// What is said and done: which types say the same, and the act that follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// By type: its message, numbered by first use.
    pub message: Vec<usize>,
    /// By message: the receiver's act. No two messages bring the same.
    pub act: Vec<usize>,
    /// Information about the type that reaches the receiver's act, in bits.
    pub information: f64,
    /// What the sender expects.
    pub sender: f64,
    /// What the receiver expects.
    pub receiver: f64,
}

/// Most types of a sender: every way to group them is tried.
pub const MOST_TYPES: usize = 7;
const ALIKE: f64 = 1e-12;

impl Talk {
    /// All equilibria in which each type sends one message and each message brings another act; the most informative
    /// first, the silent one last. Messages that would bring the same act count as one.
    #[must_use]
    pub fn equilibria(&self) -> Vec<Said> {
        let mut found = Vec::new();
        let mut message = vec![0; self.prior.len()];
        self.group(1, 1, &mut message, &mut found);
        found.sort_by(|one, other| {
            other.information.total_cmp(&one.information).then(other.receiver.total_cmp(&one.receiver))
        });
        found
    }

    /// Puts type `at` and those after it into messages in every way.
    fn group(&self, at: usize, used: usize, message: &mut [usize], found: &mut Vec<Said>) {
        if at >= message.len() {
            let replies: Vec<Vec<usize>> = (0..used).map(|m| self.replies(message, m)).collect();
            self.choose(&replies, &mut Vec::new(), message, found);
            return;
        }
        for into in 0..=used {
            message[at] = into;
            self.group(at + 1, used.max(into + 1), message, found);
        }
    }

    /// The receiver's best acts after a message.
    fn replies(&self, message: &[usize], said: usize) -> Vec<usize> {
        let worth: Vec<f64> = (0..self.receiver[0].len())
            .map(|act| {
                let types = message.iter().enumerate().filter(|(_, m)| **m == said);
                types.map(|(of, _)| self.prior[of] * self.receiver[of][act]).sum()
            })
            .collect();
        let best = worth.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (0..worth.len()).filter(|&act| worth[act] >= best - ALIKE).collect()
    }

    /// One best act for each message, all different; kept if no type would rather say something else.
    fn choose(
        &self,
        replies: &[Vec<usize>],
        acts: &mut Vec<usize>,
        message: &[usize],
        found: &mut Vec<Said>,
    ) {
        if acts.len() == replies.len() {
            let content = message.iter().enumerate().all(|(of, &m)| {
                acts.iter().all(|&act| self.sender[of][act] <= self.sender[of][acts[m]] + ALIKE)
            });
            if content {
                found.push(self.said(message, acts));
            }
            return;
        }
        for &act in &replies[acts.len()] {
            if !acts.contains(&act) {
                acts.push(act);
                self.choose(replies, acts, message, found);
                acts.pop();
            }
        }
    }

    fn said(&self, message: &[usize], acts: &[usize]) -> Said {
        let of_message = |m: usize| -> f64 {
            message.iter().zip(&self.prior).filter(|(said, _)| **said == m).map(|(_, p)| p).sum()
        };
        let expect = |payoff: &[Vec<f64>]| -> f64 {
            message.iter().enumerate().map(|(of, &m)| self.prior[of] * payoff[of][acts[m]]).sum()
        };
        Said {
            message: message.to_vec(),
            act: acts.to_vec(),
            information: entropy((0..acts.len()).map(of_message)),
            sender: expect(&self.sender),
            receiver: expect(&self.receiver),
        }
    }

    /// Whether all types rank the receiver's acts alike: then nothing they say at no cost can tell them apart.
    #[must_use]
    pub fn ranked_alike(&self) -> bool {
        let acts = 0..self.sender[0].len();
        let sign = |row: &[f64], a: usize, b: usize| (row[a] - row[b]).partial_cmp(&0.0);
        acts.clone().all(|a| {
            acts.clone().all(|b| self.sender.iter().all(|row| sign(row, a, b) == sign(&self.sender[0], a, b)))
        })
    }
}

const OUTSIDE: Parameter =
    Parameter::new("outside", "whether the talks change somebody's outside option", Domain::Flag, "no")
        .or("no");

/// The verdict on talks that say something or nothing.
fn verdict(information: f64, outside: bool) -> Answer {
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
        let mut branch = Branch::new(name)
            .fact("n", "messages", f64::from(n))
            .fact("variance", "variance left", model.variance(n))
            .fact("information", "information carried, in bits", model.information(n));
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
    let model = PrivateThreat { belief: given.number("belief"), loss, audience: given.number("at") };
    // A known loss is compared strictly: a target that is indifferent resists.
    let concedes = |public: bool| match model.loss {
        Prior::Known(loss) => {
            let price = if public { model.audience } else { 0.0 };
            f64::from(u8::from(model.belief * loss > price))
        }
        _ => model.concedes(public),
    };
    let (public, private) = (concedes(true), concedes(false));
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
                "belief * loss > at",
                (model.belief * loss, model.audience),
                public > 0.0,
            )
            .condition(
                "private",
                "the target gives in to a private one",
                "belief * loss > 0",
                (model.belief * loss, 0.0),
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
        () if price > low.max(high) => {
            ("silent", "Nobody makes the demand: the breach costs more than it gains.", None)
        }
        () if price > high => {
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
            low < price,
        )
        .condition(
            "worth_it",
            "who means it risks the breach",
            "breach * cost <= gain",
            (price, high),
            price <= high,
        )
        .fact("price", "what the demand is expected to cost", price)
        .maybe("belief", "belief after the demand that the sender means it", after)
        .fact("demanded", "P(the demand is made)", demanded)
}

/// k5.
pub(super) const FORM: Model = Model {
    card: Card {
        letter: "k5",
        id: "form",
        mechanism: "cheap talk",
        name: "Whether talks are for form's sake",
        idea: "If all of a sender's types rank the other's acts alike, nothing they say can be believed. Talks that neither \
               tell nor change an outside option only buy time.",
        citation: "V. P. Crawford and J. Sobel (1982), Econometrica 50, 1431-1451; J. Farrell and M. Rabin (1996), Cheap \
                   talk, Journal of Economic Perspectives 10, 103-118",
        parameters: &[
            Parameter::new(
                "prior",
                "chance of each type of the sender",
                Domain::List { low: 0.0, high: 1.0 },
                "[.5,.5]",
            ),
            Parameter::new(
                "sender",
                "its payoffs: a row per type, a column per act of the receiver",
                Domain::Matrix,
                "[2,0;0,1]",
            ),
            Parameter::new(
                "receiver",
                "the receiver's payoffs, in the same shape",
                Domain::Matrix,
                "[1,0;0,1]",
            ),
            OUTSIDE,
        ],
        headlines: &["information"],
        when_not: &[
            "when words are costly (c) or a lie is punished later (k2)",
            "for equilibria in which a type draws lots over messages",
        ],
    },
    solve: form,
};

fn form(given: &Given) -> Result<Answer, Vec<Problem>> {
    let model = talk_of(given)?;
    let said = model.equilibria();
    let Some((best, silent)) = said.first().zip(said.iter().find(|said| said.act.len() == 1)) else {
        return Err(vec![Problem::new("receiver", "the payoffs are too large to be compared")]);
    };
    let mut answer = verdict(best.information, given.flag("outside"))
        .fact("information", "most information that can reach an act, in bits", best.information)
        .fact("value_sender", "value of talks to the sender, against silence", best.sender - silent.sender)
        .fact("value_receiver", "value of talks to the receiver", best.receiver - silent.receiver)
        .fact("ranked_alike", "all types rank the acts alike", model.ranked_alike());
    for said in said.iter().take(20) {
        let rows = (1_u32..).zip(&said.message).map(|(of, &m)| {
            vec![
                Shown::Number(f64::from(of)),
                Shown::Number(m as f64 + 1.0),
                Shown::Number(said.act[m] as f64 + 1.0),
            ]
        });
        let name = match said.act.len() {
            1 => "silence".to_owned(),
            n => format!("{n} messages"),
        };
        answer = answer.branch(
            Branch::new(name)
                .fact(
                    "types",
                    "by type",
                    Table { columns: vec!["type", "message", "act"], rows: rows.collect() },
                )
                .fact("bits", "information that reaches an act, in bits", said.information)
                .fact("sender", "what the sender expects", said.sender)
                .fact("receiver", "what the receiver expects", said.receiver),
        );
    }
    if said.len() > 20 {
        answer = answer.note(format!("{} more equilibria are not shown.", said.len() - 20));
    }
    Ok(answer.note("Equilibria in which each type sends one message; those that draw lots over messages are not looked for."))
}

fn talk_of(given: &Given) -> Result<Talk, Vec<Problem>> {
    let prior = given.list("prior").unwrap_or_default().to_vec();
    let rows = |key: &str| given.matrix(key).unwrap_or_default().to_vec();
    let talk = Talk { prior, sender: rows("sender"), receiver: rows("receiver") };
    let types = talk.prior.len();
    let mut problems = Vec::new();
    if types > MOST_TYPES {
        problems.push(Problem::new(
            "prior",
            format!("`prior` has {types} types; at most {MOST_TYPES} can be grouped"),
        ));
    }
    if (talk.prior.iter().sum::<f64>() - 1.0).abs() > 1e-9 {
        problems.push(Problem::new(
            "prior",
            format!("`prior` sums to {}, not 1", talk.prior.iter().sum::<f64>()),
        ));
    }
    for (key, rows) in [("sender", &talk.sender), ("receiver", &talk.receiver)] {
        if rows.len() != types {
            let said =
                format!("`{key}` has {} rows, `prior` has {types} types: one row for each", rows.len());
            problems.push(Problem::new(key, said));
        }
    }
    let width = |rows: &[Vec<f64>]| rows.first().map_or(0, Vec::len);
    if width(&talk.sender) != width(&talk.receiver) {
        problems.push(Problem::new(
            "receiver",
            "`sender` and `receiver` must have a column for each act, the same in both",
        ));
    }
    if width(&talk.receiver) > 12 {
        problems.push(Problem::new("receiver", "at most 12 acts"));
    }
    if problems.is_empty() { Ok(talk) } else { Err(problems) }
}
