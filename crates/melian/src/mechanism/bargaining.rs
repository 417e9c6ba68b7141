//! (a) The bargaining range, and the ultimatum under a cost that isn't known.

use super::answer::{Answer, Branch};
use super::distribution::{Distribution, Prior};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model, above};
use crate::math::{brent, pow};

/// Two sides that know all divide a pie of 1 or fight (Fearon 1995, International Organization 49, 386-388).
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// A's chance of winning, 0..1.
    pub p: f64,
    /// What war costs A, in shares of the pie.
    pub ca: f64,
    /// What war costs B.
    pub cb: f64,
    /// Exponent of both sides' utility x^r, above 0; 1: no aversion to risk, below 1: averse.
    pub r: f64,
}

/// Which side would rather fight than live with the status quo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threat {
    /// A's threat is credible.
    A,
    /// B's threat is credible.
    B,
    /// Both are: no share is better for both than war.
    Both,
    /// Neither.
    None,
}

impl Range {
    /// The least and the greatest share for A that both would rather have than war: u(x) = p - cA and
    /// u(1 - x) = 1 - p - cB, within [0, 1]. Low above high: there is none.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        let worth = |utility: f64| if utility <= 0.0 { 0.0 } else { pow(utility, 1.0 / self.r) };
        let a = worth(self.p - self.ca);
        let b = worth(1.0 - self.p - self.cb);
        // Without curvature the sums are exact where roots would round.
        if self.r == 1.0 { (a, (self.p + self.cb).min(1.0)) } else { (a, 1.0 - b) }
    }

    /// Whether any share is better for both than war.
    #[must_use]
    pub fn exists(&self) -> bool {
        let (low, high) = self.ends();
        !above(low, high)
    }

    /// Who can revise a status quo in which A holds the share `q`.
    #[must_use]
    pub fn threat(&self, q: f64) -> Threat {
        let (low, high) = self.ends();
        match (above(low, q), above(q, high)) {
            (true, true) => Threat::Both,
            (true, false) => Threat::A,
            (false, true) => Threat::B,
            (false, false) => Threat::None,
        }
    }

    /// The points of an indivisible issue that both would rather have than war. None: war is inevitable.
    #[must_use]
    pub fn feasible(&self, grid: &[f64]) -> Vec<f64> {
        let (low, high) = self.ends();
        grid.iter().copied().filter(|&x| !above(low, x) && !above(x, high)).collect()
    }
}

/// An ultimatum by A to B, whose cost of war A doesn't know (Powell 1999, In the Shadow of Power, chapter 3; Fearon
/// 1995, 390-395).
#[derive(Debug, Clone, PartialEq)]
pub struct Ultimatum<D = Prior> {
    /// A's chance of winning, 0..1.
    pub p: f64,
    /// What war costs A.
    pub ca: f64,
    /// What A believes of B's cost.
    pub cost: D,
}

/// A demand and what comes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// What A demands beyond its chance of winning.
    pub k: f64,
    /// The share A demands, p + k.
    pub x: f64,
    /// Chance that B refuses, and fights.
    pub war: f64,
    /// What A expects.
    pub expected: f64,
}

/// Points of the first search for A's best demand.
const DEMANDS: u32 = 1000;
/// Two demands whose worth differs by less are equally good.
const ALIKE: f64 = 1e-12;

impl<D: Distribution> Ultimatum<D> {
    /// A demand of p + k: B takes it if its cost is at least k.
    #[must_use]
    pub fn demand(&self, k: f64) -> Demand {
        let agree = self.cost.tail(k);
        let war = self.cost.cdf(k);
        Demand { k, x: self.p + k, war, expected: agree * (self.p + k) + war * (self.p - self.ca) }
    }

    /// The best demands: the maxima of (1 - F(k)) (k + cA), inside the pie (p + k <= 1). Inside the support they
    /// solve 1 - F(k) = f(k) (k + cA). Usually one; several only where A is indifferent.
    #[must_use]
    pub fn best(&self) -> Vec<Demand> {
        let maxima = self.local_maxima();
        let best = maxima.iter().map(|demand| demand.expected).fold(f64::NEG_INFINITY, f64::max);
        maxima.into_iter().filter(|demand| demand.expected >= best - ALIKE).collect()
    }

    /// Demands that no small change improves.
    fn local_maxima(&self) -> Vec<Demand> {
        let (low, high) = self.cost.support();
        let top = 1.0 - self.p;
        if low >= top {
            return vec![self.demand(top)];
        }
        let high = high.min(top);
        let slope = |k: f64| self.cost.tail(k) - self.cost.density(k) * (k + self.ca);
        let mut edges = vec![low];
        edges.extend(self.cost.breaks().into_iter().filter(|&at| at > low && at < high));
        edges.push(high);
        let mut found: Vec<f64> = vec![low];
        for pair in edges.windows(2) {
            found.extend(crossings(slope, pair[0], pair[1]));
            found.push(pair[1]);
        }
        let step = 1e-7 * (high - low);
        let worth = |k: f64| self.cost.tail(k) * (k + self.ca);
        let peak = |&k: &f64| {
            let near = [(k - step).max(low), (k + step).min(high)];
            near.into_iter().all(|other| worth(other) <= worth(k) + 1e-15)
        };
        let mut demands: Vec<Demand> = found.into_iter().filter(peak).map(|k| self.demand(k)).collect();
        demands.dedup_by(|one, other| (one.k - other.k).abs() <= 1e-9 * (high - low));
        demands
    }
}

/// Where a falling function crosses zero inside an interval.
fn crossings(slope: impl Fn(f64) -> f64, low: f64, high: f64) -> Vec<f64> {
    let place = |step: u32| low + (high - low) * (f64::from(step) + 0.5) / (f64::from(DEMANDS) + 1.0);
    let ends: Vec<f64> = std::iter::once(low + 1e-12 * (high - low))
        .chain((0..=DEMANDS).map(place))
        .chain(std::iter::once(high - 1e-12 * (high - low)))
        .collect();
    let falls = |pair: &&[f64]| slope(pair[0]) > 0.0 && slope(pair[1]) <= 0.0;
    ends.windows(2).filter(falls).filter_map(|pair| brent(&slope, pair[0], pair[1], 1e-15)).collect()
}

/// An ultimatum to one of two types (Fearon 1995, 390-395, with two types).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoTypes {
    /// A's chance of winning.
    pub p: f64,
    /// What war costs A.
    pub ca: f64,
    /// What it costs a tough B.
    pub ct: f64,
    /// What it costs a weak B, more than a tough one.
    pub cw: f64,
    /// Chance that B is tough.
    pub pi: f64,
}

impl TwoTypes {
    /// The chance of a tough B below which A takes the risk: (cw - ct) / (cw + cA).
    #[must_use]
    pub fn threshold(&self) -> f64 {
        (self.cw - self.ct) / (self.cw + self.ca)
    }

    /// The demand that every B takes.
    #[must_use]
    pub fn safe(&self) -> Demand {
        let x = self.p + self.ct;
        Demand { k: self.ct, x, war: 0.0, expected: x }
    }

    /// The demand that only a weak B takes.
    #[must_use]
    pub fn risky(&self) -> Demand {
        let x = self.p + self.cw;
        let expected = (1.0 - self.pi) * x + self.pi * (self.p - self.ca);
        Demand { k: self.cw, x, war: self.pi, expected }
    }

    /// The best demand, both where A is indifferent.
    #[must_use]
    pub fn best(&self) -> Vec<Demand> {
        let apart = self.threshold() - self.pi;
        match () {
            () if apart.abs() <= ALIKE => vec![self.safe(), self.risky()],
            () if apart > 0.0 => vec![self.risky()],
            () => vec![self.safe()],
        }
    }
}

const P: Parameter = Parameter::new("p", "A's chance of winning a war", Domain::UNIT, ".5");
const CA: Parameter =
    Parameter::new("ca", "what war costs A, in shares of the pie", Domain::NOT_NEGATIVE, ".1");

/// a1.
pub(super) const RANGE: Model = Model {
    card: Card {
        letter: "a1",
        id: "range",
        mechanism: "bargaining range",
        name: "The bargaining range",
        idea: "War wastes what both could share: as long as it costs something, there are divisions that both \
               would rather have, unless the issue can't be divided there.",
        citation: "J. D. Fearon (1995), Rationalist explanations for war, International Organization 49, 379-414",
        parameters: &[
            Parameter::new("p", "A's chance of winning a war", Domain::UNIT, ".6"),
            CA,
            Parameter::new("cb", "what war costs B", Domain::NOT_NEGATIVE, ".15"),
            Parameter::new(
                "r",
                "exponent of both utilities x^r; below 1 averse to risk",
                Domain::POSITIVE,
                ".5",
            )
            .or("1"),
            Parameter::new("q", "A's share in the status quo", Domain::UNIT, ".4").optional(),
            Parameter::new(
                "grid",
                "the only possible shares, for an indivisible issue",
                Domain::List { low: 0.0, high: 1.0 },
                "[0,1]",
            )
            .optional(),
        ],
        headlines: &["low", "high", "width"],
        when_not: &[
            "when sides don't know each other's costs or strength (a2, a3), or can't trust a division to last (f1)",
        ],
    },
    solve: |given| Ok(range(given)),
};

fn range(given: &Given) -> Answer {
    let model =
        Range { p: given.number("p"), ca: given.number("ca"), cb: given.number("cb"), r: given.number("r") };
    let (low, high) = model.ends();
    let points = given.list("grid").map(|grid| model.feasible(grid));
    let none = !model.exists();
    let (verdict, says) = match (none, &points) {
        (true, _) => ("war", "War: no share is better for both; sides that like risk would rather gamble."),
        (_, Some(points)) if points.is_empty() => {
            ("war", "War: shares that both would take exist, but the issue can't be divided there.")
        }
        _ => ("deal", "There are divisions that both would rather have than war."),
    };
    let mut answer = Answer::new(verdict, says)
        .condition("range", "some share is better for both than war", "low <= high", (low, high), !none)
        .fact("low", "least share A would take", low)
        .fact("high", "greatest share B would leave to A", high)
        .fact("width", "width of the range", (high - low).max(0.0))
        .fact("surplus", "what war would waste, ca + cb", model.ca + model.cb)
        .fact("war_a", "what A expects of war", model.p - model.ca)
        .fact("war_b", "what B expects of war", 1.0 - model.p - model.cb);
    // The best offers: the ends of the range, or the outermost points of an indivisible issue.
    let offers = match &points {
        None => (!none).then_some((low, high)),
        Some(points) => points.iter().copied().reduce(f64::min).zip(points.iter().copied().reduce(f64::max)),
    };
    if let Some(points) = points {
        answer = answer.fact("points", "possible shares inside the range", points);
    }
    if let Some(q) = given.optional("q") {
        let threat = match model.threat(q) {
            Threat::A => "A: it would rather fight than live with it",
            Threat::B => "B: it would rather fight than live with it",
            Threat::Both => "both: each would rather fight than live with it",
            Threat::None => "nobody: it stands",
        };
        answer = answer.fact("threat", "who can revise the status quo", threat);
    }
    if let Some((least, most)) = offers {
        answer = answer
            .branch(Branch::new("A makes the only offer").fact("x_a", "A's share", most))
            .branch(Branch::new("B makes the only offer").fact("x_b", "A's share", least));
    }
    answer
}

/// a2.
pub(super) const ULTIMATUM: Model = Model {
    card: Card {
        letter: "a2",
        id: "ultimatum",
        mechanism: "bargaining range",
        name: "The ultimatum under unknown cost",
        idea: "A demands more than its strength is worth, betting that war is dear to B; the better the demand, the \
               greater the chance that B would rather fight.",
        citation: "R. Powell (1999), In the Shadow of Power, Princeton, chapter 3; J. D. Fearon (1995), \
                   International Organization 49, 390-395",
        parameters: &[
            P,
            CA,
            Parameter::new("cl", "least cost of war to B, where its cost is uniform", Domain::ANY, "0")
                .optional()
                .shown(),
            Parameter::new("ch", "greatest cost of war to B, where its cost is uniform", Domain::ANY, ".4")
                .optional()
                .shown(),
            Parameter::new(
                "cost",
                "what A believes of B's cost, in place of cl and ch",
                Domain::Distribution,
                "uniform(0,.4)",
            )
            .optional(),
        ],
        headlines: &["k", "x", "war", "expected"],
        when_not: &[
            "when B can make an offer of its own, or offers can be repeated (l)",
            "when it is strength, not cost, that A doesn't know",
        ],
    },
    solve: ultimatum,
};

fn ultimatum(given: &Given) -> Result<Answer, Vec<Problem>> {
    let cost = cost_of(given)?;
    let model = Ultimatum { p: given.number("p"), ca: given.number("ca"), cost };
    let best = model.best();
    let war = best.iter().any(|demand| demand.war > 0.0);
    let (low, high) = model.cost.support();
    let mut answer = if war {
        Answer::new("risk", "A runs a risk of war for a better share.")
    } else {
        Answer::new("safe", "A demands only what every B would concede: no war.")
    };
    let (sides, holds, formula, says) = if let Prior::Uniform { low, high } = model.cost {
        let right = model.ca + 2.0 * low;
        ((high, right), high > right, "ch > ca + 2 cl", "B's cost spreads so far that a risky demand pays")
    } else {
        let right = model.cost.density(low) * (low + model.ca);
        ((1.0, right), right < 1.0, "1 > f(cl) (cl + ca)", "a demand just above the least cost pays")
    };
    answer = answer.condition("risk", says, formula, sides, holds);
    for (index, demand) in best.iter().enumerate() {
        let name = if best.len() == 1 { "the demand".to_owned() } else { format!("demand {}", index + 1) };
        answer = answer.branch(demand_branch(name, demand));
    }
    if model.p + high > 1.0 {
        answer = answer.note(
            "A demand can't exceed the whole pie (p + ch > 1): the closed form (ch - ca)/2 is cut there if it must be, \
             and then P(war) does depend on p.",
        );
    }
    Ok(answer)
}

fn demand_branch(name: impl Into<String>, demand: &Demand) -> Branch {
    Branch::new(name)
        .fact("k", "demand beyond A's strength", demand.k)
        .fact("x", "share A demands", demand.x)
        .fact("war", "P(war)", demand.war)
        .fact("expected", "what A expects", demand.expected)
}

fn cost_of(given: &Given) -> Result<Prior, Vec<Problem>> {
    match (given.distribution("cost"), given.optional("cl"), given.optional("ch")) {
        (Some(Prior::Known(_)), None, None) => Err(vec![Problem::new(
            "cost",
            "`cost` must leave something unknown; with a known cost see `range`",
        )]),
        (Some(prior), None, None) => Ok(prior.clone()),
        (None, Some(low), Some(high)) if low < high => Ok(Prior::Uniform { low, high }),
        (None, Some(low), Some(high)) => {
            Err(vec![Problem::new("ch", format!("`ch` ({high}) must be above `cl` ({low})"))])
        }
        (Some(_), ..) => Err(vec![Problem::new("cost", "give either `cost` or `cl` and `ch`")]),
        (None, low, high) => Err([("cl", low), ("ch", high)]
            .into_iter()
            .filter(|(_, value)| value.is_none())
            .map(|(key, _)| Problem {
                help: Some("B's cost is uniform from cl to ch, or any `cost=DISTRIBUTION`".to_owned()),
                ..Problem::new(key, format!("`{key}` is missing"))
            })
            .collect()),
    }
}

/// a3.
pub(super) const TWO_TYPES: Model = Model {
    card: Card {
        letter: "a3",
        id: "two_types",
        mechanism: "bargaining range",
        name: "The ultimatum to one of two types",
        idea: "A either demands what even a tough B would concede, or what only a weak one would, and then fights the \
               tough one.",
        citation: "J. D. Fearon (1995), International Organization 49, 390-395",
        parameters: &[
            P.or(".5"),
            CA,
            Parameter::new("ct", "what war costs a tough B", Domain::NOT_NEGATIVE, ".1"),
            Parameter::new("cw", "what war costs a weak B", Domain::NOT_NEGATIVE, ".4"),
            Parameter::new("pi", "chance that B is tough", Domain::UNIT, ".5"),
        ],
        headlines: &["threshold", "war", "expected"],
        when_not: &["when B can show its type before the demand (c, k)"],
    },
    solve: two_types,
};

fn two_types(given: &Given) -> Result<Answer, Vec<Problem>> {
    let model = TwoTypes {
        p: given.number("p"),
        ca: given.number("ca"),
        ct: given.number("ct"),
        cw: given.number("cw"),
        pi: given.number("pi"),
    };
    if model.cw <= model.ct {
        let said =
            format!("`cw` ({}) must be above `ct` ({}): war is dearer to the weak", model.cw, model.ct);
        return Err(vec![Problem::new("cw", said)]);
    }
    let best = model.best();
    let (verdict, says) = match best.as_slice() {
        [_, _] => ("indifferent", "A is indifferent between the safe and the risky demand."),
        [demand] if demand.war > 0.0 || model.pi == 0.0 => {
            ("risk", "A makes the risky demand, and fights the tough B.")
        }
        _ => ("safe", "A makes the safe demand: no war."),
    };
    let mut answer = Answer::new(verdict, says)
        .condition(
            "risk",
            "a tough B is unlikely enough for the risk",
            "pi < (cw - ct) / (cw + ca)",
            (model.pi, model.threshold()),
            model.pi < model.threshold(),
        )
        .fact("threshold", "chance of a tough B below which A takes the risk", model.threshold())
        .fact("safe_expected", "what A expects of the safe demand", model.safe().expected)
        .fact("risky_expected", "what A expects of the risky demand", model.risky().expected);
    for demand in &best {
        let name = if demand.k == model.cw { "risky demand" } else { "safe demand" };
        answer = answer.branch(demand_branch(name, demand));
    }
    if model.p + model.cw > 1.0 {
        let (tough, weak) = (model.ct.min(1.0 - model.p), 1.0 - model.p);
        let cut = (weak - tough) / (weak + model.ca);
        answer = answer.note(format!(
            "The risky demand exceeds the whole pie (p + cw > 1), where the closed form ends. Cut to the pie it is 1, and pays \
             if pi < {cut:.4}.",
        ));
    }
    Ok(answer)
}
