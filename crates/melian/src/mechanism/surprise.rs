//! (f2) The reciprocal fear of surprise attack.

use super::answer::{Answer, Branch};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model};
use crate::math::{brent, normal_cdf};

/// Two sides that strike or wait (Schelling 1960, chapter 9; Powell 1989, American Political Science Review 83,
/// 61-76). Both wait: s. Strike first: a private normal value. Struck first: g. Both strike: m, at least g.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surprise {
    /// Both wait.
    pub s: f64,
    /// Mean value of striking first.
    pub f: f64,
    /// Its standard deviation, above 0.
    pub sd: f64,
    /// What striking back is worth over being struck while waiting, m - g, from 0.
    pub gain: f64,
}

impl Surprise {
    /// The chance that a side strikes if it believes the other to strike with chance `p`.
    #[must_use]
    pub fn reply(&self, p: f64) -> f64 {
        if p >= 1.0 {
            return if self.gain > 0.0 { 1.0 } else { normal_cdf((self.f - self.s) / self.sd) };
        }
        normal_cdf(-(self.s - p * self.gain / (1.0 - p) - self.f) / self.sd)
    }

    /// The chances of striking below 1 that confirm themselves, rising: the calm one, then the tipping belief. None:
    /// fear spirals to certainty.
    ///
    /// With z the normal score of waiting, they are the zeros of sd z + f - s + (m - g)(1/Phi(z) - 1), which is convex
    /// (Phi is log-concave): at most two.
    #[must_use]
    pub fn interior(&self) -> Vec<f64> {
        let gap = |z: f64| self.sd * z + self.f - self.s + self.gain * normal_cdf(-z) / normal_cdf(z);
        let (low, high) = (-37.0, 37.0_f64.max((self.s - self.f) / self.sd + 1.0));
        if self.gain <= 0.0 {
            return vec![normal_cdf((self.f - self.s) / self.sd)];
        }
        let bottom = lowest(gap, low, high);
        if gap(bottom) > 0.0 {
            return Vec::new();
        }
        let mut chances: Vec<f64> = [(bottom, high), (low, bottom)]
            .into_iter()
            .filter_map(|(a, b)| brent(gap, a, b, 1e-15))
            .map(|z| normal_cdf(-z))
            .collect();
        chances.dedup_by(|one, other| (*one - *other).abs() <= 1e-14);
        chances
    }

    /// Beliefs from 0 on, each the reply to the one before.
    #[must_use]
    pub fn rounds(&self, count: usize) -> Vec<f64> {
        let mut rounds = Vec::with_capacity(count);
        let mut p = 0.0;
        for _ in 0..count {
            p = self.reply(p);
            rounds.push(p);
        }
        rounds
    }

    /// The tipping belief if both know that striking first is worth f: (s - f) / (s - f + m - g); `None` if striking
    /// first is worth more than peace.
    #[must_use]
    pub fn known_tipping(&self) -> Option<f64> {
        let caution = self.s - self.f;
        (caution >= 0.0 && caution + self.gain > 0.0).then(|| caution / (caution + self.gain))
    }
}

/// The lowest place of a convex function.
fn lowest(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..200 {
        let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if f(left) <= f(right) {
            high = right;
        } else {
            low = left;
        }
    }
    0.5 * (low + high)
}

/// f2.
pub(super) const SURPRISE: Model = Model {
    card: Card {
        letter: "f2",
        id: "surprise",
        mechanism: "commitment and first moves",
        name: "The reciprocal fear of surprise attack",
        idea: "Each may strike only because it fears that the other will. A calm equilibrium can stand beside a panic, \
               with a belief between them that tips one into the other.",
        citation: "T. C. Schelling (1960), The Strategy of Conflict, Harvard, chapter 9; R. Powell (1989), Crisis \
                   stability in the nuclear age, American Political Science Review 83, 61-76",
        parameters: &[
            Parameter::new("s", "both wait", Domain::ANY, "0"),
            Parameter::new("f", "mean value of striking first", Domain::ANY, "-.6"),
            Parameter::new("sd", "its standard deviation", Domain::POSITIVE, ".4"),
            Parameter::new("m", "both strike", Domain::ANY, ".5"),
            Parameter::new("g", "struck while waiting; at most m", Domain::ANY, "0").or("0"),
        ],
        headlines: &["calm", "tipping"],
        when_not: &["when moves are seen in time to answer them: warning and buffers raise s - f and g"],
    },
    solve: surprise,
};

fn surprise(given: &Given) -> Result<Answer, Vec<Problem>> {
    let gain = given.number("m") - given.number("g");
    if gain < 0.0 {
        let said = "`m` must be at least `g`: striking back is worth no less than being struck while waiting";
        return Err(vec![Problem::new("m", said)]);
    }
    let model = Surprise { s: given.number("s"), f: given.number("f"), sd: given.number("sd"), gain };
    let interior = model.interior();
    let (verdict, says) = if interior.is_empty() {
        ("spiral", "Fear spirals: whatever the first belief, both end up striking.")
    } else {
        ("calm", "A calm equilibrium exists; panic remains possible beside it.")
    };
    let rounds = model.rounds(8);
    let mut answer = Answer::new(verdict, says)
        .maybe("calm", "calm chance of striking", interior.first().copied())
        .maybe("tipping", "tipping belief", interior.get(1).copied())
        .maybe(
            "known_tipping",
            "tipping belief if both know that striking first is worth f",
            model.known_tipping(),
        )
        .fact("spiral", "fear spirals to certainty", interior.is_empty())
        .fact("rounds", "mutual fear from 0, round by round", rounds);
    for (index, &p) in interior.iter().enumerate() {
        let name = if index == 0 { "calm" } else { "on the edge: the tipping belief" };
        answer = answer.branch(strikes(name, p));
    }
    let name = if gain > 0.0 { "panic" } else { "panic (only if indifferent: m = g)" };
    Ok(answer.branch(strikes(name, 1.0)))
}

fn strikes(name: &str, p: f64) -> Branch {
    Branch::new(name).fact("strikes", "chance that a side strikes", p).fact(
        "peace",
        "chance that neither strikes",
        (1.0 - p) * (1.0 - p),
    )
}
