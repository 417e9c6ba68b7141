//! (k5) Whether talks are for form's sake: talk before an act with few types and few acts.

use super::answer::{Answer, Branch, Shown, Table};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::talk::{OUTSIDE, verdict};
use super::{Card, Model};
use crate::math::ln;

/// Talk before an act.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    /// Chance of each of the sender's types.
    pub prior: Vec<f64>,
    /// The sender's payoffs: a row per type, a column per act of the receiver.
    pub sender: Vec<Vec<f64>>,
    /// The receiver's, in the same shape.
    pub receiver: Vec<Vec<f64>>,
}

/// What is said and done in an equilibrium.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// By type: the chance of each message.
    pub sends: Vec<Vec<f64>>,
    /// By message: the chance of each of the receiver's acts.
    pub acts: Vec<Vec<f64>>,
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

/// A chance of `weight` for `one` and of the rest for `other`.
fn lot(one: usize, weight: f64, other: usize, of: usize) -> Vec<f64> {
    let mut chances = vec![0.0; of];
    chances[other] += 1.0 - weight;
    chances[one] += weight;
    chances
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(x, y)| x * y).sum()
}

impl Talk {
    /// The equilibria in which each type sends one message and each message brings another act, and those in which one
    /// type draws lots between two messages, one of which the receiver answers with lots; the most informative first, the
    /// silent ones last. Messages that would bring the same act count as one.
    #[must_use]
    pub fn equilibria(&self) -> Vec<Said> {
        let mut found = Vec::new();
        for (message, used) in groupings(self.prior.len()) {
            let sends: Vec<Vec<f64>> = message.iter().map(|&m| lot(m, 1.0, m, used)).collect();
            self.answered(&sends, None, &mut found);
            for (of, &home) in message.iter().enumerate() {
                for visits in (0..used).filter(|&other| other != home) {
                    self.with_lots(&sends, of, (home, visits), &mut found);
                }
            }
        }
        found.sort_by(|one, other| {
            other.information.total_cmp(&one.information).then(other.receiver.total_cmp(&one.receiver))
        });
        found
    }

    fn act_count(&self) -> usize {
        self.receiver[0].len()
    }

    /// By act, what the receiver expects of it after a message, times the chance of the message.
    fn worth(&self, sends: &[Vec<f64>], message: usize) -> Vec<f64> {
        let of_act = |act: usize| {
            let types = self.prior.iter().zip(sends).zip(&self.receiver);
            types.map(|((prior, sends), payoffs)| prior * sends[message] * payoffs[act]).sum()
        };
        (0..self.act_count()).map(of_act).collect()
    }

    /// The receiver's best acts after a message.
    fn best(&self, sends: &[Vec<f64>], message: usize) -> Vec<usize> {
        let worth = self.worth(sends, message);
        let most = worth.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (0..worth.len()).filter(|&act| worth[act] >= most - ALIKE).collect()
    }

    /// A type at home in one message also sends another, just so often that the receiver is indifferent there between
    /// two acts; the receiver draws lots between them so that the type is indifferent between its messages.
    fn with_lots(
        &self,
        sends: &[Vec<f64>],
        of: usize,
        (home, visits): (usize, usize),
        found: &mut Vec<Said>,
    ) {
        let acts = self.act_count();
        let without = self.worth(sends, visits);
        for (one, other) in (0..acts).flat_map(|one| (0..one).map(move |other| (one, other))) {
            let tilt = self.prior[of] * (self.receiver[of][one] - self.receiver[of][other]);
            let share = (without[other] - without[one]) / tilt;
            let inside = share > ALIKE && share < 1.0 - ALIKE;
            if !inside {
                continue;
            }
            let mut mixed = sends.to_vec();
            mixed[of] = lot(visits, share, home, sends[of].len());
            let best = self.best(&mixed, visits);
            if !best.contains(&one) || !best.contains(&other) {
                continue;
            }
            for act in self.best(&mixed, home) {
                let own = &self.sender[of];
                let weight = (own[act] - own[other]) / (own[one] - own[other]);
                if weight > ALIKE && weight < 1.0 - ALIKE {
                    self.answered(&mixed, Some((visits, &lot(one, weight, other, acts))), found);
                }
            }
        }
    }

    /// Every set of best replies, one act each and all different but for a reply that is set; those in which no type
    /// would rather say something else are kept.
    fn answered(&self, sends: &[Vec<f64>], set: Option<(usize, &[f64])>, found: &mut Vec<Said>) {
        let acts = self.act_count();
        let mut sets: Vec<Vec<Vec<f64>>> = vec![Vec::new()];
        for message in 0..sends[0].len() {
            let replies: Vec<Vec<f64>> = match set {
                Some((at, reply)) if at == message => vec![reply.to_vec()],
                _ => self.best(sends, message).into_iter().map(|act| lot(act, 1.0, act, acts)).collect(),
            };
            let longer = |so_far: &Vec<Vec<f64>>| {
                let new = replies.iter().filter(|reply| !so_far.contains(reply));
                new.map(|reply| [so_far.as_slice(), std::slice::from_ref(reply)].concat()).collect::<Vec<_>>()
            };
            sets = sets.iter().flat_map(longer).collect();
        }
        found.extend(
            sets.into_iter().filter(|acts| self.content(sends, acts)).map(|acts| self.said(sends, acts)),
        );
    }

    /// Whether no type would rather send another message than those it sends.
    fn content(&self, sends: &[Vec<f64>], acts: &[Vec<f64>]) -> bool {
        self.sender.iter().zip(sends).all(|(payoffs, sends)| {
            let worth: Vec<f64> = acts.iter().map(|reply| dot(reply, payoffs)).collect();
            let most = worth.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            worth.iter().zip(sends).all(|(worth, chance)| *chance == 0.0 || *worth >= most - ALIKE)
        })
    }

    fn said(&self, sends: &[Vec<f64>], acts: Vec<Vec<f64>>) -> Said {
        // By type: the chance of each act.
        let done: Vec<Vec<f64>> = sends
            .iter()
            .map(|sends| {
                (0..self.act_count())
                    .map(|act| sends.iter().zip(&acts).map(|(p, a)| p * a[act]).sum())
                    .collect()
            })
            .collect();
        let expect = |payoffs: &[Vec<f64>]| -> f64 {
            self.prior
                .iter()
                .zip(&done)
                .zip(payoffs)
                .map(|((prior, done), payoffs)| prior * dot(done, payoffs))
                .sum()
        };
        let (information, sender, receiver) =
            (self.information(&done), expect(&self.sender), expect(&self.receiver));
        Said { sends: sends.to_vec(), acts, information, sender, receiver }
    }

    /// Mutual information of type and act, in bits.
    fn information(&self, done: &[Vec<f64>]) -> f64 {
        let overall =
            |act: usize| -> f64 { self.prior.iter().zip(done).map(|(p, done)| p * done[act]).sum() };
        let mut nats = 0.0;
        for act in 0..self.act_count() {
            let all = overall(act);
            for (prior, done) in self.prior.iter().zip(done).filter(|(p, done)| **p * done[act] > 0.0) {
                nats += prior * done[act] * ln(done[act] / all);
            }
        }
        let bits = nats / ln(2.0);
        if bits > ALIKE { bits } else { 0.0 }
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

/// Every way to give each type a message, numbered by first use, with their number.
fn groupings(types: usize) -> Vec<(Vec<usize>, usize)> {
    let mut ways = vec![(Vec::new(), 0)];
    for _ in 0..types {
        let longer = |(message, used): &(Vec<usize>, usize)| {
            (0..=*used)
                .map(|into| ([message.as_slice(), &[into]].concat(), (*used).max(into + 1)))
                .collect::<Vec<_>>()
        };
        ways = ways.iter().flat_map(longer).collect();
    }
    ways
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
            "for equilibria in which several draw lots at once: not all of those are found",
        ],
    },
    solve: form,
};

fn form(given: &Given) -> Result<Answer, Vec<Problem>> {
    let model = talk_of(given)?;
    let said = model.equilibria();
    let Some((best, silent)) = said.first().zip(said.iter().find(|said| said.acts.len() == 1)) else {
        return Err(vec![Problem::new("receiver", "the payoffs are too large to be compared")]);
    };
    let mut answer = verdict(best.information, given.flag("outside"))
        .fact("information", "most information that can reach an act, in bits", best.information)
        .fact("value_sender", "value of talks to the sender, against silence", best.sender - silent.sender)
        .fact("value_receiver", "value of talks to the receiver", best.receiver - silent.receiver)
        .fact("ranked_alike", "all types rank the acts alike", model.ranked_alike());
    for said in said.iter().take(20) {
        answer = answer.branch(branch(said));
    }
    if said.len() > 20 {
        answer = answer.note(format!("{} more equilibria are not shown.", said.len() - 20));
    }
    Ok(answer.note(
        "Looked for: equilibria in which each type sends one message, and those in which one type and the receiver draw lots. \
         Where several types draw lots there may be others.",
    ))
}

fn branch(said: &Said) -> Branch {
    let lots = said.sends.iter().chain(&said.acts).any(|chances| !chances.contains(&1.0));
    let name = match said.acts.len() {
        1 => "silence".to_owned(),
        n => format!("{n} messages{}", if lots { ", with lots" } else { "" }),
    };
    let rows = said.sends.iter().zip(1_u32..).flat_map(|(sends, of)| {
        let sent = sends.iter().enumerate().filter(|(_, chance)| **chance > 0.0);
        sent.map(move |(m, chance)| {
            let mut row =
                vec![Shown::Number(f64::from(of)), Shown::Number(m as f64 + 1.0), act(&said.acts[m])];
            row.extend(lots.then_some(Shown::Number(*chance)));
            row
        })
    });
    let mut columns = vec!["type", "message", "act"];
    columns.extend(lots.then_some("chance"));
    Branch::new(name)
        .fact("types", "by type", Table { columns, rows: rows.collect() })
        .fact("bits", "information that reaches an act, in bits", said.information)
        .fact("sender", "what the sender expects", said.sender)
        .fact("receiver", "what the receiver expects", said.receiver)
}

/// A reply: the number of its act, or "1 (0.25) or 3 (0.75)".
fn act(reply: &[f64]) -> Shown {
    if let Some(only) = reply.iter().position(|&chance| chance == 1.0) {
        return Shown::Number(only as f64 + 1.0);
    }
    let parts: Vec<String> = (1_u32..)
        .zip(reply)
        .filter(|(_, chance)| **chance > 0.0)
        .map(|(act, chance)| format!("{act} ({chance:.4})"))
        .collect();
    Shown::Words(parts.join(" or "))
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
