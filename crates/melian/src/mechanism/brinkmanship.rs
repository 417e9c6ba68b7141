//! (e) Brinkmanship: threats that leave something to chance.

use super::answer::{Answer, Branch, Shown, Table};
use super::distribution::{Distribution, Prior};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model};
use crate::math::{Collocation, brent, exp, integrate, ln};

/// A contest in risk between two sides that know each other (Schelling 1960, chapters 7-8; Powell 1988, American
/// Political Science Review 82, 155-178): each may quit (0 for it, the prize for the other) while a hazard of disaster
/// runs for both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// Worth of the prize to sides 1 and 2, above 0.
    pub v: [f64; 2],
    /// Loss from disaster to sides 1 and 2, from 0.
    pub d: [f64; 2],
}

/// How a contest in risk ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ending {
    /// Chance of disaster.
    pub disaster: f64,
    /// Chance that a side wins.
    pub wins: [f64; 2],
}

impl Clock {
    /// The chance of disaster at which a side would rather quit: v / (v + d).
    #[must_use]
    pub fn critical_risk(&self, i: usize) -> f64 {
        self.v[i] / (self.v[i] + self.d[i])
    }

    /// The mixed equilibrium: side i quits at `d_j/v_j` times the hazard of disaster, which keeps j indifferent.
    #[must_use]
    pub fn mixed(&self) -> Ending {
        let [one, two] = [0, 1].map(|i| self.d[i] / self.v[i]);
        let sum = 1.0 + one + two;
        Ending { disaster: 1.0 / sum, wins: [one / sum, two / sum] }
    }
}

/// A contest in risk between two sides whose resolve v/d is private, drawn from one distribution (after Nalebuff 1986,
/// Conflict Management and Peace Science 9, 19-30, and Powell 1990, Nuclear Deterrence Theory, chapter 3). Time is the cumulative
/// hazard of disaster: the sum of -ln(1 - r) over the rungs.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolve<D = Prior> {
    /// What each believes of the other's resolve; from 0 up.
    pub resolve: D,
}

/// How a lopsided contest goes: one of a continuum of equilibria in which one side holds out longer than its types' resolve
/// alone would have it, because the other expects it to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lopsided {
    /// Chance of disaster, where the clock is risk.
    pub disaster: f64,
    /// Chance that a side wins, where the clock is risk.
    pub wins: [f64; 2],
    /// Mean time on the clock until one gives way, where the clock is no risk.
    pub mean_bid: f64,
    /// Chance that side 1 gives way first, where the clock is no risk.
    pub first_gives_way: f64,
    /// Chance that a side gives way at once.
    pub at_once: [f64; 2],
}

/// Where a lopsided contest stands when side 1's types up to rank `u` have quit, and what has come of it since (or, going
/// backward, will) the anchor.
#[derive(Debug, Clone, Copy)]
struct Standing {
    /// ln u.
    s: f64,
    /// Side 2's rank w; the clock; integrals of the chances to end by disaster, by 2's and by 1's quitting with the
    /// clock as risk; of both standing; of 1's quitting first with the clock as time.
    y: [f64; 7],
}

/// Beyond this cumulative hazard of the types nothing is left: exp(-2 x 24) is below 1e-20.
const ALL_TYPES: f64 = 24.0;
const TOLERANCE: f64 = 1e-14;
/// Logarithm of a rank that is as good as 0.
const EARLIEST: f64 = -27.0;

impl<D: Distribution> Resolve<D> {
    /// The cumulative hazard at which a side of resolve `theta` quits: T = integral of s f(s) / (1 - F(s)) up to
    /// `theta`, which is that of the type over y = -ln(1 - F); infinite from the top of a bounded support on.
    #[must_use]
    pub fn quits_at(&self, theta: f64) -> f64 {
        let (low, high) = self.resolve.support();
        if theta <= low {
            return 0.0;
        }
        let tail = self.resolve.tail(theta);
        if theta >= high || tail <= 0.0 {
            return f64::INFINITY;
        }
        let last = -ln(tail);
        let steps = (2.0 * last).ceil().max(1.0);
        let end = |step: u32| last * f64::from(step) / steps;
        (0..steps as u32).map(|step| self.bid(end(step), end(step + 1))).sum()
    }

    /// What is added to T between two values of y.
    fn bid(&self, from: f64, to: f64) -> f64 {
        integrate(|y| self.resolve.exceeded_with(exp(-y)), from, to, TOLERANCE)
    }

    /// The type that quits at cumulative hazard `h`.
    #[must_use]
    pub fn marginal(&self, h: f64) -> f64 {
        self.resolve.exceeded_with(exp(-self.rank(h)))
    }

    /// y = -ln(1 - F) of the type that quits at cumulative hazard `h`: T is the integral of the type over y.
    fn rank(&self, h: f64) -> f64 {
        let step = 0.5;
        let (mut from, mut reached) = (0.0, 0.0);
        while from < ALL_TYPES {
            let next = reached + self.bid(from, from + step);
            if next >= h {
                let gap = |y: f64| reached + self.bid(from, y) - h;
                return brent(gap, from, from + step, 1e-15).unwrap_or(from);
            }
            (from, reached) = (from + step, next);
        }
        ALL_TYPES
    }

    /// The chance of disaster, E[1 - exp(-T(weaker side))].
    #[must_use]
    pub fn disaster(&self) -> f64 {
        1.0 - self.weaker((0.0, ALL_TYPES), 0.0, |t| exp(-t))
    }

    /// The mean of T(weaker side): the cumulative hazard at which the contest ends if disaster doesn't come first.
    #[must_use]
    pub fn mean_bid(&self) -> f64 {
        self.weaker((0.0, ALL_TYPES), 0.0, |t| t)
    }

    /// The mean of T(weaker side), but `most` at most.
    #[must_use]
    pub fn mean_bid_until(&self, most: f64) -> f64 {
        let last = self.rank(most);
        self.weaker((0.0, last), 0.0, |t| t) + exp(-2.0 * last) * most
    }

    /// The mean of `g`(T(weaker side)) over the weaker sides between two ranks, the lower of which quits at `quits`.
    ///
    /// With y = -ln(1 - F) as the variable, dT/dy is the type itself and the weaker side's density 2 exp(-2y):
    /// bounded integrands whatever the density does at the ends of its support.
    fn weaker(&self, (start, end): (f64, f64), mut quits: f64, g: impl Fn(f64) -> f64) -> f64 {
        let rule = Collocation::new(8);
        let pieces = (2.0 * (end - start)).ceil().max(1.0) as u32;
        let width = (end - start) / f64::from(pieces);
        let mut waiting: Vec<(f64, f64, u32)> =
            (0..pieces).rev().map(|k| (start + width * f64::from(k), width, 0)).collect();
        let mut mean = 0.0;
        while let Some((from, width, depth)) = waiting.pop() {
            let half = 0.5 * width;
            let whole = self.panel(&rule, &g, from, width, quits);
            let first = self.panel(&rule, &g, from, half, quits);
            let second = self.panel(&rule, &g, from + half, half, quits + first.1);
            let fine = (first.0 + second.0, first.1 + second.1);
            let error = (fine.0 - whole.0).abs() + exp(-2.0 * from) * (fine.1 - whole.1).abs();
            if error <= TOLERANCE * (1.0 + fine.0.abs()) || depth >= 30 {
                mean += fine.0;
                quits += fine.1;
            } else {
                waiting.push((from + half, half, depth + 1));
                waiting.push((from, half, depth + 1));
            }
        }
        mean
    }

    /// Integrals over y from `from` to `from + width`: of 2 exp(-2y) g(T), and of dT/dy.
    fn panel(
        &self,
        rule: &Collocation,
        g: &impl Fn(f64) -> f64,
        from: f64,
        width: f64,
        quits: f64,
    ) -> (f64, f64) {
        let types: Vec<f64> =
            rule.nodes.iter().map(|node| self.resolve.exceeded_with(exp(-(from + width * node)))).collect();
        let sum = |weights: &[f64]| -> f64 { weights.iter().zip(&types).map(|(w, theta)| w * theta).sum() };
        let mut mean = 0.0;
        for ((node, weight), running) in rule.nodes.iter().zip(&rule.weights).zip(&rule.running) {
            let y = from + width * node;
            mean += weight * 2.0 * exp(-2.0 * y) * g(quits + width * sum(running));
        }
        (width * mean, width * sum(&rule.weights))
    }

    /// The equilibrium in which a share `pace` of side 2 has given way when half of side 1 has; at .5 the symmetric one.
    ///
    /// Who quits when the other is indifferent: a type x of side 1 and y of side 2 that quit at the same moment satisfy
    /// dT = x dw = y du, with u and w their ranks -ln(1 - F). That leaves one constant open, which `pace` sets. Followed from
    /// the moment at which side 1's median quits, forward to the end and back to the start, where the types of one side that
    /// are left quit at once.
    #[must_use]
    pub fn lopsided(&self, pace: f64) -> Lopsided {
        let median = ln(2.0);
        let anchor = Standing { s: ln(median), y: [-libm::log1p(-pace), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0] };
        let start = self.follow(anchor, -0.04, |at| at.s > EARLIEST);
        let end = self.follow(anchor, 0.02, |at| exp(at.s) + at.y[0] < 80.0 && at.s < 4.4);
        let (quit, before) = (exp(start.s), start.y[0]);
        let at_once = match () {
            () if start.s > EARLIEST => [quit, 0.0],
            () if before > 1e-8 => [0.0, before],
            () => [0.0; 2],
        }
        .map(|rank| -libm::expm1(-rank));
        // The clock runs from the start, the integrals were taken as if from the anchor.
        let scale = exp(start.y[1]);
        let between = |i: usize| end.y[i] - start.y[i];
        Lopsided {
            disaster: scale * between(2),
            wins: [at_once[1] + scale * between(3), at_once[0] + scale * between(4)],
            mean_bid: between(5),
            first_gives_way: at_once[0] + between(6),
            at_once,
        }
    }

    /// Runge and Kutta's steps while `on`; where side 2's rank would fall to 0, ever smaller ones up to that place.
    fn follow(&self, mut at: Standing, mut step: f64, on: impl Fn(&Standing) -> bool) -> Standing {
        let type_of = |rank: f64| self.resolve.exceeded_with(exp(-rank));
        let slopes = |s: f64, y: &[f64; 7]| {
            let u = exp(s);
            let (one, two) = (type_of(u), type_of(y[0]));
            let (w, clock) = (u * two / one, u * two);
            let both = exp(-u - y[0]);
            let struck = exp(-u - y[0] - y[1]);
            [w, clock, struck * clock, struck * w, struck * u, both * clock, both * u]
        };
        let moved = |y: &[f64; 7], slope: &[f64; 7], by: f64| std::array::from_fn(|i| y[i] + by * slope[i]);
        let mut closing = false;
        while on(&at) && step.abs() > 1e-10 {
            let half = at.s + 0.5 * step;
            let first = slopes(at.s, &at.y);
            let second = slopes(half, &moved(&at.y, &first, 0.5 * step));
            let third = slopes(half, &moved(&at.y, &second, 0.5 * step));
            let fourth = slopes(at.s + step, &moved(&at.y, &third, step));
            let mean = |i: usize| (first[i] + 2.0 * second[i] + 2.0 * third[i] + fourth[i]) / 6.0;
            let next: [f64; 7] = std::array::from_fn(|i| at.y[i] + step * mean(i));
            let stands = next[0] > 1e-12 * exp(at.s);
            closing |= !stands;
            if stands {
                at = Standing { s: at.s + step, y: next };
            }
            if closing {
                step *= 0.5;
            }
        }
        at
    }

    /// The contest on a ladder: chance of disaster at each rung, and at the last, repeated for ever. A rung adds
    /// -ln(1 - r) to the cumulative hazard; how the risks are spaced moves the parts, not their sum.
    #[must_use]
    pub fn on_ladder(&self, risks: &[f64]) -> Vec<f64> {
        let mut reached = 0.0;
        let mut parts = Vec::with_capacity(risks.len() + 1);
        for &risk in risks {
            let next = reached - libm::log1p(-risk);
            parts.push(self.disaster_between(reached, next));
            reached = next;
        }
        // Types have quit or the disaster has come long before a hazard of 50.
        parts.push(self.disaster_between(reached, reached.max(50.0)));
        parts
    }

    /// Chance of disaster between two cumulative hazards. By ranks: a weaker side that quits between them is struck
    /// before, one that would quit later before the second hazard.
    fn disaster_between(&self, from: f64, to: f64) -> f64 {
        if to <= from {
            return 0.0;
        }
        let (first, last) = (self.rank(from), self.rank(to));
        let quit_between = self.weaker((first, last), from, |quits| exp(-from) - exp(-quits));
        quit_between + exp(-2.0 * last) * (exp(-from) - exp(-to))
    }
}

/// e1.
pub(super) const CLOCK: Model = Model {
    card: Card {
        letter: "e1",
        id: "brinkmanship",
        mechanism: "brinkmanship",
        name: "The contest in risk, all known",
        idea: "Each side bids up a shared risk of disaster. In the mixed equilibrium the more resolved side wins less \
               often: the other quits at the rate that keeps it indifferent.",
        citation: "T. C. Schelling (1960), The Strategy of Conflict, Harvard; R. Powell (1988), Nuclear brinkmanship \
                   with two-sided incomplete information, American Political Science Review 82, 155-178",
        parameters: &[
            Parameter::new("v1", "worth of the prize to side 1", Domain::POSITIVE, "1").or("1"),
            Parameter::new("v2", "worth of the prize to side 2", Domain::POSITIVE, "1").or("1"),
            Parameter::new("d1", "loss from disaster to side 1", Domain::NOT_NEGATIVE, "4"),
            Parameter::new("d2", "loss from disaster to side 2", Domain::NOT_NEGATIVE, "2"),
        ],
        headlines: &["disaster", "wins_1", "wins_2"],
        when_not: &["when resolve is private (e2): there the more resolved side wins"],
    },
    solve: |given| Ok(clock(given)),
};

fn clock(given: &Given) -> Answer {
    let game =
        Clock { v: [given.number("v1"), given.number("v2")], d: [given.number("d1"), given.number("d2")] };
    let mixed = game.mixed();
    let risks = [game.critical_risk(0), game.critical_risk(1)];
    let (verdict, says) = match () {
        () if (risks[0] - risks[1]).abs() <= 1e-12 => ("even", "Both sides are equally resolved."),
        () if risks[0] < risks[1] => {
            ("2 more resolved", "Side 2 is the more resolved, and wins less often where both mix.")
        }
        () => ("1 more resolved", "Side 1 is the more resolved, and wins less often where both mix."),
    };
    let ending = |name: &str, ending: Ending| {
        Branch::new(name)
            .fact("disaster", "P(disaster)", ending.disaster)
            .fact("wins_1", "P(side 1 wins)", ending.wins[0])
            .fact("wins_2", "P(side 2 wins)", ending.wins[1])
    };
    Answer::new(verdict, says)
        .fact("critical_1", "critical risk of side 1, v/(v + d)", risks[0])
        .fact("critical_2", "critical risk of side 2", risks[1])
        .branch(
            ending("both mix", mixed)
                .fact("quits_1", "side 1 quits at this multiple of the hazard", game.d[1] / game.v[1])
                .fact("quits_2", "side 2 quits at this multiple of the hazard", game.d[0] / game.v[0]),
        )
        .branch(ending("side 1 quits at once", Ending { disaster: 0.0, wins: [0.0, 1.0] }))
        .branch(ending("side 2 quits at once", Ending { disaster: 0.0, wins: [1.0, 0.0] }))
        .note("Between them: one side quits at once with any chance, and else both mix as in the first.")
}

/// Which lopsided equilibrium is asked for.
pub(super) const PACE: Parameter = Parameter::new(
    "pace",
    "for a lopsided equilibrium: the share of side 2 that has given way when half of side 1 has",
    Domain::INSIDE,
    ".2",
)
.optional();

/// What is said of equilibria that are not symmetric.
pub(super) const LOPSIDED: &str = "The numbers above are those of the symmetric equilibrium. Between it and those in which one \
     side gives way at once lies a continuum of lopsided ones, told apart by how many of side 2 have given way when half of \
     side 1 has: ask with `pace`, between 0 and 1.";

/// e2.
pub(super) const RESOLVE: Model = Model {
    card: Card {
        letter: "e2",
        id: "resolve",
        mechanism: "brinkmanship",
        name: "The contest in risk, resolve unknown",
        idea: "Each side holds out the longer the more it is resolved; the more resolved wins, and disaster is the price \
               of finding out who that is. How the risk is cut into rungs doesn't matter.",
        citation: "B. Nalebuff (1986), Brinkmanship and nuclear deterrence, Conflict Management and Peace Science 9, \
                   19-30; R. Powell (1990), Nuclear Deterrence Theory, Cambridge, chapter 3",
        parameters: &[
            Parameter::new(
                "resolve",
                "what each believes of the other's resolve v/d",
                Domain::Distribution,
                "uniform(0,1)",
            ),
            Parameter::new("theta", "a side's own resolve", Domain::NOT_NEGATIVE, ".6").optional(),
            Parameter::new(
                "rungs",
                "chance of disaster at each rung",
                Domain::List { low: 0.0, high: 0.999_999 },
                "[.1,.2,.3]",
            )
            .optional(),
            PACE,
        ],
        headlines: &["disaster"],
        when_not: &["when a step on the ladder is so large that sides can't choose a risk in between"],
    },
    solve: resolve,
};

fn resolve(given: &Given) -> Result<Answer, Vec<Problem>> {
    let prior = given.distribution("resolve").cloned().unwrap_or(Prior::UNIT);
    if prior.is_known() || prior.support().0 < 0.0 {
        let said = "`resolve` must be a spread of numbers from 0 up; known resolve is `brinkmanship`";
        return Err(vec![Problem::new("resolve", said)]);
    }
    let model = Resolve { resolve: prior };
    let disaster = model.disaster();
    let mut answer =
        Answer::new("the more resolved wins", "The more resolved side wins, unless disaster comes first.")
            .fact("disaster", "P(disaster)", disaster)
            .fact("mean_bid", "cumulative hazard borne on average", model.mean_bid());
    if let Some(theta) = given.optional("theta") {
        let bid = model.quits_at(theta);
        answer = answer
            .maybe("bid", "T: cumulative hazard at which this side quits", bid.is_finite().then_some(bid))
            .fact("risk", "risk of disaster it is ready to run, 1 - exp(-T)", 1.0 - exp(-bid))
            .fact("wins_first", "chance that the other is less resolved", model.resolve.cdf(theta));
        if bid.is_infinite() {
            answer = answer.note("Nobody is more resolved than that: it never quits.");
        }
    }
    if let Some(risks) = given.list("rungs") {
        answer = answer.fact("ladder", "by rung", ladder(&model, risks));
    }
    let ending = |name: &str, disaster: f64, wins: [f64; 2]| {
        Branch::new(name)
            .fact("disaster", "P(disaster)", disaster)
            .fact("wins_1", "P(side 1 wins)", wins[0])
            .fact("wins_2", "P(side 2 wins)", wins[1])
    };
    answer = answer.branch(ending("symmetric", disaster, [0.5 * (1.0 - disaster); 2]));
    if let Some(pace) = given.optional("pace") {
        let found = model.lopsided(pace);
        answer = answer.branch(
            ending("lopsided", found.disaster, found.wins)
                .fact("at_once_1", "chance that side 1 quits at once", found.at_once[0])
                .fact("at_once_2", "chance that side 2 quits at once", found.at_once[1]),
        );
    }
    Ok(answer
        .branch(ending("side 1 quits at once", 0.0, [0.0, 1.0]))
        .branch(ending("side 2 quits at once", 0.0, [1.0, 0.0]))
        .note(LOPSIDED))
}

fn ladder(model: &Resolve, risks: &[f64]) -> Table {
    let parts = model.on_ladder(risks);
    let mut hazard = 0.0;
    let rows = parts.iter().enumerate().map(|(rung, &part)| {
        let name = if rung < risks.len() { format!("{}", rung + 1) } else { "the last, repeated".to_owned() };
        let row = vec![
            Shown::Words(name),
            Shown::Number(hazard),
            Shown::Number(model.resolve.tail(model.marginal(hazard))),
            Shown::Number(part),
        ];
        hazard -= risks.get(rung).map_or(0.0, |risk| ln(1.0 - risk));
        row
    });
    Table {
        columns: vec!["rung", "hazard before", "a side still stands", "P(disaster here)"],
        rows: rows.collect(),
    }
}
