//! (m) Short horizons and limited attention.

use super::answer::{Answer, Branch, Shown, Table};
use super::commitment::Shift;
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model};

/// Cooperation under the shadow of the future, by an office that may not last (Axelrod 1984, The Evolution of
/// Cooperation, Basic Books; survival as discount: Downs and Rocke 1995, Optimal Imperfection?, Princeton).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Horizon {
    /// Cheats on a cooperator: T, above R.
    pub tempted: f64,
    /// Both cooperate: R, above P.
    pub rewarded: f64,
    /// Neither does: P.
    pub punished: f64,
    /// Worth of the next period, 0..1.
    pub discount: f64,
    /// Chance of still deciding in the next period, 0..1.
    pub survives: f64,
}

impl Horizon {
    /// d s: what the next period is worth to who may be gone by then.
    #[must_use]
    pub fn effective(&self) -> f64 {
        self.discount * self.survives
    }

    /// The effective discount that cooperation needs: (T - R) / (T - P).
    #[must_use]
    pub fn needed(&self) -> f64 {
        (self.tempted - self.rewarded) / (self.tempted - self.punished)
    }

    /// Whether cooperation, with a return to P for ever after a breach, is an equilibrium.
    #[must_use]
    pub fn cooperates(&self) -> bool {
        self.effective() >= self.needed() - 1e-12
    }
}

/// Sparse attention (Gabaix 2014, Quarterly Journal of Economics 129, 1661-1710): what matters little isn't looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Attention {
    /// What attention costs, from 0.
    pub kappa: f64,
    /// By issue: variance times squared effect, sigma^2 a^2, from 0.
    pub stakes: Vec<f64>,
}

impl Attention {
    /// The weight on each issue: max(0, 1 - kappa / (sigma^2 a^2)).
    #[must_use]
    pub fn weights(&self) -> Vec<f64> {
        let weight = |&stake: &f64| match () {
            () if self.kappa == 0.0 => 1.0,
            () if stake <= 0.0 => 0.0,
            () => (1.0 - self.kappa / stake).max(0.0),
        };
        self.stakes.iter().map(weight).collect()
    }

    /// The reply to deviations from the default: the sum of weight times response times deviation.
    #[must_use]
    pub fn reply(&self, responses: &[f64], deviations: &[f64]) -> f64 {
        let terms = self.weights().into_iter().zip(responses).zip(deviations);
        terms.map(|((weight, response), deviation)| weight * response * deviation).sum()
    }
}

const SHIFT: [&str; 4] = ["p1", "p2", "ca", "cb"];

/// m1.
pub(super) const HORIZON: Model = Model {
    card: Card {
        letter: "m1",
        id: "horizon",
        mechanism: "horizons and memory",
        name: "Short horizons",
        idea: "Who may be gone tomorrow cooperates less today, for lack of a future to lose, and fears a shift of power \
               less, for lack of a future to fear for: the horizon has opposite signs in the two mechanisms.",
        citation: "R. Axelrod (1984), The Evolution of Cooperation, Basic Books; G. W. Downs and D. M. Rocke (1995), \
                   Optimal Imperfection?, Princeton; R. Powell (2006), International Organization 60, 169-203",
        parameters: &[
            Parameter::new("t", "cheats on a cooperator", Domain::ANY, "1.5"),
            Parameter::new("r", "both cooperate; below t", Domain::ANY, "1"),
            Parameter::new("p", "neither cooperates; below r", Domain::ANY, "0"),
            Parameter::new("d", "worth of the next period", Domain::UNIT, ".95"),
            Parameter::new("s", "chance of still deciding in it", Domain::UNIT, ".9"),
            Parameter::new(
                "p1",
                "A's chance of winning now, for the preventive condition",
                Domain::UNIT,
                ".7",
            )
            .optional(),
            Parameter::new("p2", "A's chance of winning later", Domain::UNIT, ".3").optional(),
            Parameter::new("ca", "what war costs A", Domain::NOT_NEGATIVE, ".1").optional(),
            Parameter::new("cb", "what war costs B", Domain::NOT_NEGATIVE, ".1").optional(),
        ],
        headlines: &["effective"],
        when_not: &["when who follows in office is bound by what this one did"],
    },
    solve: horizon,
};

fn horizon(given: &Given) -> Result<Answer, Vec<Problem>> {
    let model = Horizon {
        tempted: given.number("t"),
        rewarded: given.number("r"),
        punished: given.number("p"),
        discount: given.number("d"),
        survives: given.number("s"),
    };
    let order = [("t", model.tempted, "r", model.rewarded), ("r", model.rewarded, "p", model.punished)];
    let mut problems: Vec<Problem> = order
        .into_iter()
        .filter(|(_, above, _, below)| above <= below)
        .map(|(key, above, other, below)| {
            Problem::new(key, format!("`{key}` ({above}) must be above `{other}` ({below})"))
        })
        .collect();
    let set = SHIFT.map(|key| given.optional(key));
    let some = set.iter().flatten().count();
    if some > 0 && some < SHIFT.len() {
        problems.extend(SHIFT.iter().zip(&set).filter(|(_, value)| value.is_none()).map(|(key, _)| {
            Problem::new(key, format!("`{key}` is missing: the preventive condition needs p1, p2, ca and cb"))
        }));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let effective = model.effective();
    let shift = match set {
        [Some(p1), Some(p2), Some(ca), Some(cb)] => Some(Shift { d: effective, p1, p2, ca, cb }),
        _ => None,
    };
    let (verdict, says) = match (model.cooperates(), shift.map(|shift| shift.inevitable())) {
        (true, None) => ("cooperates", "The horizon is long enough for cooperation."),
        (false, None) => ("defects", "The horizon is too short for cooperation."),
        (true, Some(false)) => {
            ("cooperates, peace", "Long enough for cooperation, and no cause for preventive war.")
        }
        (true, Some(true)) => {
            ("cooperates, war", "Long enough for cooperation, but also for preventive war.")
        }
        (false, Some(false)) => ("defects, peace", "Too short for cooperation, but also for preventive war."),
        (false, Some(true)) => {
            ("defects, war", "Too short for cooperation, and still long enough for preventive war.")
        }
    };
    let mut answer = Answer::new(verdict, says)
        .condition(
            "cooperation",
            "the future is worth more than cheating",
            "d s >= (T - R) / (T - P)",
            (effective, model.needed()),
            model.cooperates(),
        )
        .fact("effective", "effective discount, d s", effective)
        .fact("needed", "effective discount that cooperation needs", model.needed());
    if let Some(shift) = shift {
        answer = answer
            .condition(
                "preventive",
                "the shift exceeds what war would waste, at the effective discount",
                "p1 - ca + d s (1 - p2 - cb) > 1",
                (shift.index(), 1.0),
                shift.inevitable(),
            )
            .condition(
                "preventive_b_offers",
                "A fights if B makes all offers later",
                "p1 - ca > (1 - d s) + d s (p2 - ca)",
                (shift.p1 - shift.ca, shift.best_peace()),
                shift.preventive(),
            )
            .fact("index", "p1 - ca + d s (1 - p2 - cb), against 1", shift.index());
    }
    if model.cooperates() {
        answer = answer.branch(Branch::new("cooperation, kept by the threat of its end").fact(
            "payoff",
            "per period",
            model.rewarded,
        ));
    }
    Ok(answer.branch(Branch::new("no cooperation").fact("payoff", "per period", model.punished)))
}

/// m2.
pub(super) const ATTENTION: Model = Model {
    card: Card {
        letter: "m2",
        id: "attention",
        mechanism: "horizons and memory",
        name: "Limited attention",
        idea: "An office looks at what moves its payoff and takes the rest as usual: small issues are not weighed little, but \
               not at all.",
        citation: "X. Gabaix (2014), A sparsity-based model of bounded rationality, Quarterly Journal of Economics 129, \
                   1661-1710",
        parameters: &[
            Parameter::new("kappa", "what attention costs", Domain::NOT_NEGATIVE, ".1"),
            Parameter::new(
                "stakes",
                "by issue: variance times squared effect",
                Domain::List { low: 0.0, high: f64::INFINITY },
                "[.05,.2,.5,1]",
            ),
            Parameter::new(
                "deviations",
                "by issue: how far things are from usual",
                Domain::List { low: f64::NEG_INFINITY, high: f64::INFINITY },
                "[1,1,1,1]",
            )
            .optional(),
            Parameter::new(
                "responses",
                "by issue: the best reply per unit of deviation; else 1",
                Domain::List { low: f64::NEG_INFINITY, high: f64::INFINITY },
                "[1,1,1,1]",
            )
            .optional(),
        ],
        headlines: &["attended", "attention"],
        when_not: &["when an adviser or the other side can put an issue before the office"],
    },
    solve: attention,
};

fn attention(given: &Given) -> Result<Answer, Vec<Problem>> {
    let stakes = given.list("stakes").unwrap_or_default().to_vec();
    let issues = stakes.len();
    let deviations = given.list("deviations");
    let responses = given.list("responses").map_or_else(|| vec![1.0; issues], <[f64]>::to_vec);
    let problems: Vec<Problem> =
        [("deviations", deviations.map_or(issues, <[f64]>::len)), ("responses", responses.len())]
            .into_iter()
            .filter(|(_, length)| *length != issues)
            .map(|(key, length)| {
                Problem::new(
                    key,
                    format!("`{key}` has {length} entries, `stakes` has {issues}: one for each issue"),
                )
            })
            .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let model = Attention { kappa: given.number("kappa"), stakes };
    let weights = model.weights();
    let attended = weights.iter().filter(|&&weight| weight > 0.0).count();
    let (verdict, says) = match attended {
        0 => ("none", "No issue is worth the attention: everything is taken as usual.".to_owned()),
        all if all == issues => ("all", "Every issue gets some attention.".to_owned()),
        some => ("some", format!("{some} of {issues} issues get attention; the rest is taken as usual.")),
    };
    let rows = model.stakes.iter().zip(&weights).zip(1_u32..).map(|((&stake, &weight), issue)| {
        vec![Shown::Number(f64::from(issue)), Shown::Number(stake), Shown::Number(weight)]
    });
    let mut answer = Answer::new(verdict, says)
        .fact("weights", "m: weight on each issue", weights.clone())
        .fact("attended", "issues that get attention", attended as f64)
        .fact("attention", "sum of the weights", weights.iter().sum::<f64>())
        .fact(
            "issues",
            "by issue",
            Table { columns: vec!["issue", "stake", "weight"], rows: rows.collect() },
        );
    if let Some(deviations) = deviations {
        let full: f64 =
            responses.iter().zip(deviations).map(|(response, deviation)| response * deviation).sum();
        answer = answer
            .fact("reply", "best reply, from the usual", model.reply(&responses, deviations))
            .fact("full_reply", "the same with full attention", full);
    }
    Ok(answer)
}
