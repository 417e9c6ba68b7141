//! (j) Alliances: whether an ally comes, why those that are tested look unreliable, and when a coalition falls apart.

use super::answer::{Answer, Branch, Shown, Table};
use super::distribution::{Distribution, Prior};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model, above};
use crate::math::integrate;

/// An attacker that knows how reliable the target's ally is (Smith 1995, International Studies Quarterly 39, 405-425).
/// The ally comes if its private cost is below beta dp + alpha, alpha being what abandoning its pledge would cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Deterrence<K = Prior, A = Prior> {
    /// The attacker's chance of winning if the ally stays away.
    pub alone: f64,
    /// Its chance if the ally comes, below `alone`.
    pub joined: f64,
    /// What war costs the attacker.
    pub cost: f64,
    /// The attacker's status quo.
    pub status_quo: f64,
    /// Worth of the target to the ally.
    pub beta: f64,
    /// How much the ally's coming changes the odds; usually `alone` - `joined`.
    pub dp: f64,
    /// What is believed of the ally's cost of coming.
    pub kappa: K,
    /// How pledges are spread over cases: what abandoning them costs.
    pub alpha: A,
}

/// What is seen over many such cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selection {
    /// Share of cases with an attack.
    pub attacked: f64,
    /// Mean chance that the ally comes, over all cases.
    pub reliability: f64,
    /// The same over cases with an attack: the rate at which pledges are seen to be kept.
    pub seen: Option<f64>,
}

impl<K: Distribution, A: Distribution> Deterrence<K, A> {
    /// The chance that the ally comes after a pledge worth `alpha`: F(beta dp + alpha).
    #[must_use]
    pub fn comes(&self, alpha: f64) -> f64 {
        self.kappa.cdf(self.beta * self.dp + alpha)
    }

    /// The reliability that deters: attack iff the chance that the ally comes is below
    /// (p0 - cA - SQ) / (p0 - p1).
    #[must_use]
    pub fn deterring(&self) -> f64 {
        (self.alone - self.cost - self.status_quo) / (self.alone - self.joined)
    }

    /// Pledges below this invite attack.
    fn critical_pledge(&self) -> f64 {
        match self.deterring() {
            share if share <= 0.0 => f64::NEG_INFINITY,
            share if share > 1.0 => f64::INFINITY,
            share => self.kappa.exceeded_with(1.0 - share) - self.beta * self.dp,
        }
    }

    /// Attacks, and reliability over all cases and over those attacked.
    #[must_use]
    pub fn selection(&self) -> Selection {
        let (low, high) = self.alpha.support();
        if low == high {
            let reliability = self.comes(low);
            let attacked = above(self.deterring(), reliability);
            return Selection {
                attacked: f64::from(u8::from(attacked)),
                reliability,
                seen: attacked.then_some(reliability),
            };
        }
        let critical = self.critical_pledge();
        let attacked = if critical == f64::INFINITY { 1.0 } else { self.alpha.cdf(critical) };
        // Over the chance that a pledge exceeds alpha: bounded, whatever its density.
        let over = |q: f64| self.comes(self.alpha.exceeded_with(q));
        let sum = |from: f64, to: f64| integrate(over, from, to, 1e-14);
        let (tested, spared) = (sum(1.0 - attacked, 1.0), sum(0.0, 1.0 - attacked));
        Selection {
            attacked,
            reliability: tested + spared,
            seen: (attacked > 0.0).then(|| tested / attacked),
        }
    }
}

/// The dilemma of a pledge (Snyder 1984, World Politics 36, 461-495): it calms the fear of being abandoned and raises
/// the risk of being drawn in.
#[derive(Debug, Clone, PartialEq)]
pub struct Pledge<K = Prior> {
    /// What abandoning the pledge costs.
    pub alpha: f64,
    /// Worth of the partner to the ally.
    pub beta: f64,
    /// How much the ally's help changes the odds of a war the partner was drawn into.
    pub dp: f64,
    /// The same for a war over the partner's bluff.
    pub bluff: f64,
    /// What is believed of the ally's cost of coming.
    pub kappa: K,
}

impl<K: Distribution> Pledge<K> {
    /// The chance that the partner is abandoned.
    #[must_use]
    pub fn abandons(&self) -> f64 {
        self.kappa.tail(self.beta * self.dp + self.alpha)
    }

    /// The chance that the ally backs a bluff that is called.
    #[must_use]
    pub fn entrapped(&self) -> f64 {
        self.kappa.cdf(self.beta * self.bluff + self.alpha)
    }
}

/// A coalition whose members leave once their burden exceeds what staying is worth and what leaving would cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Coalition {
    /// Each member's burden while all stay, from 0.
    pub burdens: Vec<f64>,
    /// What holding on is worth to each.
    pub benefits: Vec<f64>,
    /// What leaving would cost each.
    pub pledges: Vec<f64>,
    /// Which part of the leavers' burdens falls on those who stay, by their own burdens; 0..1.
    pub shifted: f64,
}

/// Up to this many members all sets that hold are found.
const ENUMERATED: usize = 16;

impl Coalition {
    /// Whether a member stays if the set (a flag by member, itself among them) stays.
    fn stays(&self, member: usize, set: &[bool]) -> bool {
        let own = self.burdens[member];
        let of = |inside: bool| -> f64 {
            let members = self.burdens.iter().zip(set).enumerate();
            members.filter(|(i, (_, stays))| (**stays || *i == member) == inside).map(|(_, (b, _))| b).sum()
        };
        let carried = if own > 0.0 { own + self.shifted * of(false) * own / of(true) } else { 0.0 };
        carried <= self.benefits[member] + self.pledges[member] + 1e-12
    }

    /// One round: who stays if each looks at who stays now.
    fn step(&self, set: &[bool]) -> Vec<bool> {
        (0..set.len()).map(|member| self.stays(member, set)).collect()
    }

    /// The cascade from all members, round by round, to a set that holds: the largest there is, as burdens only grow
    /// when others leave.
    #[must_use]
    pub fn cascade(&self) -> Vec<Vec<bool>> {
        let mut rounds = vec![vec![true; self.burdens.len()]];
        loop {
            let last = &rounds[rounds.len() - 1];
            let next: Vec<bool> = last.iter().zip(self.step(last)).map(|(was, is)| *was && is).collect();
            if &next == last {
                return rounds;
            }
            rounds.push(next);
        }
    }

    /// Every set that holds: no member wants to leave and no one outside to come back. Largest first; `None` with more
    /// than 16 members.
    #[must_use]
    pub fn holding(&self) -> Option<Vec<Vec<bool>>> {
        let members = self.burdens.len();
        if members > ENUMERATED {
            return None;
        }
        let set = |bits: u32| (0..members).map(|member| bits >> member & 1 == 1).collect::<Vec<bool>>();
        let mut sets: Vec<Vec<bool>> =
            (0..1u32 << members).map(set).filter(|set| self.step(set) == *set).collect();
        sets.sort_by_key(|set| std::cmp::Reverse(set.iter().filter(|&&stays| stays).count()));
        Some(sets)
    }
}

const KAPPA: Parameter = Parameter::new(
    "kappa",
    "what is believed of the ally's cost of coming",
    Domain::Distribution,
    "uniform(0,1)",
)
.or("uniform(0,1)");

/// j1.
pub(super) const DETERRENCE: Model = Model {
    card: Card {
        letter: "j1",
        id: "alliance",
        mechanism: "alliance reliability",
        name: "Extended deterrence and its selection effect",
        idea: "Attackers spare those whose allies would come. The alliances that are put to the test are the weak ones, \
               so that the rate at which pledges are seen to be kept understates reliability.",
        citation: "A. Smith (1995), Alliance formation and war, International Studies Quarterly 39, 405-425",
        parameters: &[
            Parameter::new(
                "p0",
                "the attacker's chance of winning if the ally stays away",
                Domain::UNIT,
                ".7",
            ),
            Parameter::new("p1", "its chance if the ally comes; below p0", Domain::UNIT, ".35"),
            Parameter::new("ca", "what war costs the attacker", Domain::NOT_NEGATIVE, ".5"),
            Parameter::new("sq", "the attacker's status quo", Domain::ANY, "0").or("0"),
            Parameter::new("beta", "worth of the target to the ally", Domain::NOT_NEGATIVE, "1").or("1"),
            Parameter::new(
                "dp",
                "how much the ally changes the odds; else p0 - p1",
                Domain::NOT_NEGATIVE,
                ".35",
            )
            .optional(),
            KAPPA,
            Parameter::new(
                "alpha",
                "what abandoning the pledge costs: a number, or its spread over cases",
                Domain::Distribution,
                "uniform(0,.5)",
            )
            .or("uniform(0,.5)"),
        ],
        headlines: &["deterring", "attacked", "reliability", "seen"],
        when_not: &[
            "when the attacker doesn't know the pledge's worth",
            "when the target's own conduct is in question (j2)",
        ],
    },
    solve: deterrence,
};

fn deterrence(given: &Given) -> Result<Answer, Vec<Problem>> {
    let (alone, joined) = (given.number("p0"), given.number("p1"));
    if joined >= alone {
        let said = format!("`p1` ({joined}) must be below `p0` ({alone}): the ally helps the target");
        return Err(vec![Problem::new("p1", said)]);
    }
    let prior = |key: &str| given.distribution(key).cloned().unwrap_or(Prior::UNIT);
    let model = Deterrence {
        alone,
        joined,
        cost: given.number("ca"),
        status_quo: given.number("sq"),
        beta: given.number("beta"),
        dp: given.optional("dp").unwrap_or(alone - joined),
        kappa: prior("kappa"),
        alpha: prior("alpha"),
    };
    let seen = model.selection();
    let (verdict, says) = match seen.attacked {
        share if share <= 0.0 => ("deterred", "The attacker is deterred, whatever the pledge."),
        share if share >= 1.0 => ("attacked", "The attacker attacks, whatever the pledge."),
        _ => {
            ("selected", "The attacker picks the weak pledges: those tested are less reliable than the rest.")
        }
    };
    let mut answer = Answer::new(verdict, says)
        .fact("deterring", "rho*: reliability that deters", model.deterring())
        .fact("attacked", "share of cases with an attack", seen.attacked)
        .fact("reliability", "mean chance that the ally comes", seen.reliability)
        .maybe("seen", "the same where there is an attack", seen.seen)
        .maybe(
            "understated",
            "by how much the record understates reliability",
            seen.seen.map(|s| seen.reliability - s),
        )
        .fact(
            "joined_war",
            "share of cases with a war that the ally joins",
            seen.attacked * seen.seen.unwrap_or(0.0),
        );
    if let Prior::Known(alpha) = model.alpha {
        let comes = model.comes(alpha);
        answer = answer.condition(
            "attack",
            "the ally is not reliable enough to deter",
            "F(beta dp + alpha) < (p0 - ca - sq) / (p0 - p1)",
            (comes, model.deterring()),
            above(model.deterring(), comes),
        );
    }
    Ok(answer)
}

/// j2.
pub(super) const PLEDGE: Model = Model {
    card: Card {
        letter: "j2",
        id: "pledge",
        mechanism: "alliance reliability",
        name: "Abandonment and entrapment",
        idea: "A firmer pledge lowers the partner's fear of being abandoned and raises the ally's risk of being drawn into \
               the partner's bluffs.",
        citation: "G. H. Snyder (1984), The security dilemma in alliance politics, World Politics 36, 461-495",
        parameters: &[
            Parameter::new("alpha", "what abandoning the pledge costs", Domain::NOT_NEGATIVE, ".2"),
            Parameter::new("beta", "worth of the partner to the ally", Domain::NOT_NEGATIVE, "1").or("1"),
            Parameter::new(
                "dp",
                "how much help changes the odds of a war forced on the partner",
                Domain::UNIT,
                ".35",
            ),
            Parameter::new("bluff", "the same for a war over the partner's bluff", Domain::UNIT, "0").or("0"),
            KAPPA,
        ],
        headlines: &["abandons", "entrapped"],
        when_not: &["when a pledge can be tied to the partner's conduct"],
    },
    solve: |given| Ok(pledge(given)),
};

fn pledge(given: &Given) -> Answer {
    let model = Pledge {
        alpha: given.number("alpha"),
        beta: given.number("beta"),
        dp: given.number("dp"),
        bluff: given.number("bluff"),
        kappa: given.distribution("kappa").cloned().unwrap_or(Prior::UNIT),
    };
    let (abandons, entrapped) = (model.abandons(), model.entrapped());
    let (verdict, says) = if abandons > entrapped {
        ("abandonment", "Abandonment is the greater fear: the partner has reason to doubt the pledge.")
    } else {
        ("entrapment", "Entrapment is the greater risk: the ally would back even a bluff.")
    };
    Answer::new(verdict, says)
        .condition(
            "abandonment",
            "being abandoned is likelier than a backed bluff",
            "1 - F(beta dp + alpha) > F(beta bluff + alpha)",
            (abandons, entrapped),
            abandons > entrapped,
        )
        .fact("abandons", "chance that the partner is abandoned", abandons)
        .fact("entrapped", "chance that the ally backs a bluff", entrapped)
}

/// j3.
pub(super) const COALITION: Model = Model {
    card: Card {
        letter: "j3",
        id: "coalition",
        mechanism: "alliance reliability",
        name: "Whether a coalition holds",
        idea: "Each member leaves once its burden exceeds what the cause and its pledge are worth to it; burdens of those who \
               leave fall on the rest, and one departure can bring the next.",
        citation: "threshold cascades: M. Granovetter (1978), American Journal of Sociology 83, 1420-1443; pledges after \
                   G. H. Snyder (1984), World Politics 36, 461-495",
        parameters: &[
            Parameter::new(
                "burdens",
                "each member's burden while all stay",
                Domain::List { low: 0.0, high: f64::INFINITY },
                "[.3,.3,.4]",
            ),
            Parameter::new(
                "benefits",
                "what holding on is worth to each",
                Domain::List { low: f64::NEG_INFINITY, high: f64::INFINITY },
                "[.5,.4,.3]",
            ),
            Parameter::new(
                "pledges",
                "what leaving would cost each; else 0",
                Domain::List { low: 0.0, high: f64::INFINITY },
                "[.1,0,0]",
            )
            .optional(),
            Parameter::new(
                "shifted",
                "part of the leavers' burdens that falls on the rest",
                Domain::UNIT,
                "1",
            )
            .or("1"),
        ],
        headlines: &["holds"],
        when_not: &[
            "when members can share burdens by agreement",
            "when one member can hold the rest by paying them",
        ],
    },
    solve: coalition,
};

fn coalition(given: &Given) -> Result<Answer, Vec<Problem>> {
    let list = |key: &str| given.list(key).map(<[f64]>::to_vec);
    let burdens = list("burdens").unwrap_or_default();
    let members = burdens.len();
    let benefits = list("benefits").unwrap_or_default();
    let pledges = list("pledges").unwrap_or_else(|| vec![0.0; members]);
    let problems: Vec<Problem> = [("benefits", benefits.len()), ("pledges", pledges.len())]
        .into_iter()
        .filter(|(_, length)| *length != members)
        .map(|(key, length)| {
            Problem::new(
                key,
                format!("`{key}` has {length} entries, `burdens` has {members}: one for each member"),
            )
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let model = Coalition { burdens, benefits, pledges, shifted: given.number("shifted") };
    let rounds = model.cascade();
    let rest = &rounds[rounds.len() - 1];
    let count = |set: &[bool]| set.iter().filter(|&&stays| stays).count();
    let (verdict, says) = match count(rest) {
        0 => ("falls apart", "The coalition falls apart: nobody stays.".to_owned()),
        left if left == members => ("holds", "The coalition holds: everybody stays.".to_owned()),
        left => ("shrinks", format!("The coalition shrinks to {left} of {members} members.")),
    };
    let names = |set: &[bool]| -> Vec<f64> {
        (1..).zip(set).filter(|(_, stays)| **stays).map(|(at, _): (u32, _)| f64::from(at)).collect()
    };
    let rows = rounds.iter().zip(0_u32..).map(|(set, round)| {
        vec![Shown::Number(f64::from(round)), Shown::Number(count(set) as f64), Shown::List(names(set))]
    });
    let mut answer = Answer::new(verdict, says).fact("holds", "members that stay", count(rest) as f64).fact(
        "cascade",
        "round by round, from all",
        Table { columns: vec!["round", "stay", "who"], rows: rows.collect() },
    );
    match model.holding() {
        Some(sets) => {
            for set in sets {
                let name =
                    if set == *rest { "the largest coalition that holds" } else { "another that holds" };
                answer = answer.branch(Branch::new(name).fact("members", "who stays", names(&set)).fact(
                    "size",
                    "members",
                    count(&set) as f64,
                ));
            }
        }
        None => {
            answer = answer
                .branch(Branch::new("the largest coalition that holds").fact("members", "who stays", names(rest)))
                .note("With more than 16 members only the cascade from all is followed; smaller coalitions may hold too.");
        }
    }
    Ok(answer)
}
