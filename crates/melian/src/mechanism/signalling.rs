//! (c1) Signalling resolve: the crisis game with private shocks, and all of its equilibria.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use super::answer::{Answer, Branch};
use super::parameter::{Domain, Given, Parameter};
use super::{Card, Model};
use crate::math::{bivariate_normal_cdf, brent, exp, normal_cdf};

/// The crisis game of Lewis and Schultz (2003, Political Analysis 11, 345-367), in the form of Jo (2011, Political
/// Analysis 19, 351-364). A challenges or not; B concedes or resists; A stands firm or backs down. A's payoffs of war
/// and of backing down, and B's of war, carry private standard normal shocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crisis {
    /// A without a challenge.
    pub sa: f64,
    /// A if B concedes.
    pub va: f64,
    /// B if it concedes.
    pub cb: f64,
    /// A in a war, before its shock.
    pub wa: f64,
    /// B in a war, before its shock.
    pub wb: f64,
    /// A if it backs down, before its shock: its audience cost.
    pub a: f64,
    /// B if A backs down.
    pub vb: f64,
}

/// An equilibrium: a fixed point in B's chance of resisting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equilibrium {
    /// B's chance of resisting a challenge.
    pub resists: f64,
    /// A's chance of a challenge.
    pub challenges: f64,
    /// Chance that A stands firm once resisted.
    pub firm: f64,
    /// No challenge.
    pub status_quo: f64,
    /// B concedes.
    pub concession: f64,
    /// War.
    pub stand: f64,
    /// A backs down.
    pub back_down: f64,
    /// Slope of B's reply in its own chance of resisting, in normal scores; below 1: stable under small errors.
    pub slope: f64,
}

/// How far in normal scores equilibria are looked for: chances from 1e-300 on.
const FAR: f64 = 37.0;
/// Where a challenge is rarer than this, its parts are told by their tails: there the bivariate chance loses digits, and
/// in the end doubles end.
const FAINT: f64 = 1e-28;

impl Crisis {
    /// All equilibria, by rising chance that B resists.
    ///
    /// With z the normal score of that chance, the fixed points are the zeros of reply(z) - z. The function is
    /// looked at on a grid, dense where chances are moderate, and between grid points around which it bends towards
    /// zero, so that a close pair isn't stepped over.
    #[must_use]
    pub fn equilibria(&self) -> Vec<Equilibrium> {
        let gap = |z: f64| self.reply(z) - z;
        let grid = self.grid();
        let values: Vec<f64> = grid.iter().map(|&z| gap(z)).collect();
        let mut roots = Vec::new();
        let mut push = |low: f64, high: f64| roots.extend(brent(gap, low, high, 1e-15));
        for at in 1..grid.len() {
            let (low, high) = (values[at - 1], values[at]);
            if low.signum() * high.signum() <= 0.0 {
                push(grid[at - 1], grid[at]);
            } else if at + 1 < grid.len() && low.signum() == values[at + 1].signum() {
                // A dip towards zero between two neighbours of the same sign may hide two roots.
                let toward = |x: f64| x * low.signum();
                if toward(high) <= toward(low) && toward(high) <= toward(values[at + 1]) {
                    let dip = lowest(|z| toward(gap(z)), grid[at - 1], grid[at + 1]);
                    if toward(gap(dip)) <= 0.0 {
                        push(grid[at - 1], dip);
                        push(dip, grid[at + 1]);
                    }
                }
            }
        }
        roots.sort_by(f64::total_cmp);
        roots.dedup_by(|one, other| (*one - *other).abs() <= 1e-12);
        roots.into_iter().map(|z| self.equilibrium(z)).collect()
    }

    /// Normal scores: steps of .02 up to 6, of .25 up to 37. Further out the reply is the same everywhere, and a fixed
    /// point lies there if the reply does.
    fn grid(&self) -> Vec<f64> {
        let inner = (-300..=300).map(|step| f64::from(step) * 0.02);
        let outer = (25..=148).map(|step| f64::from(step) * 0.25);
        let mut grid: Vec<f64> = inner.chain(outer.clone()).chain(outer.map(|z| -z)).collect();
        grid.push((self.reply(-FAR) - 1.0).min(-FAR - 1.0));
        grid.push((self.reply(FAR) + 1.0).max(FAR + 1.0));
        grid.sort_by(f64::total_cmp);
        grid
    }

    /// A's chances of challenging and of standing firm, if B resists with normal score `z`.
    fn challenger(&self, z: f64) -> (f64, f64) {
        let ahead = self.sa - self.va;
        let c = if ahead == 0.0 { self.va } else { self.va + ahead / normal_cdf(z) };
        let (war, down) = (normal_cdf(self.wa - c), normal_cdf(self.a - c));
        let challenges = war + down - war * down;
        let both = bivariate_normal_cdf((self.wa - self.a) / SQRT_2, self.wa - c, FRAC_1_SQRT_2);
        let firm = if challenges > FAINT { (both / challenges).min(1.0) } else { self.firm_far_out(c) };
        (challenges, firm)
    }

    /// The chance of standing firm where to challenge takes a shock beyond what doubles can tell: there the two shocks are
    /// never large together, and their tails' ratio decides.
    fn firm_far_out(&self, c: f64) -> f64 {
        // Mills' ratio by its asymptotic series (Abramowitz and Stegun 1964, 26.2.12).
        let mills = |t: f64| {
            let s = 1.0 / (t * t);
            (1.0 - s * (1.0 - 3.0 * s * (1.0 - 5.0 * s * (1.0 - 7.0 * s * (1.0 - 9.0 * s))))) / t
        };
        let apart = self.a - self.wa;
        let gap = if apart == 0.0 { 0.0 } else { apart * (c - 0.5 * (self.wa + self.a)) };
        let scale = if c.is_finite() { mills(c - self.a) / mills(c - self.wa) } else { 1.0 };
        1.0 / (1.0 + exp(gap) * scale)
    }

    /// The normal score of B's best reply where A believes in `z`.
    fn reply(&self, z: f64) -> f64 {
        let (_, firm) = self.challenger(z);
        let score = (firm * self.wb + (1.0 - firm) * self.vb - self.cb) / firm;
        if score.is_nan() { 0.0 } else { score.clamp(-1e6, 1e6) }
    }

    fn equilibrium(&self, z: f64) -> Equilibrium {
        let (resists, concedes) = (normal_cdf(z), normal_cdf(-z));
        let (challenges, firm) = self.challenger(z);
        let step = 1e-5;
        Equilibrium {
            resists,
            challenges,
            firm,
            status_quo: 1.0 - challenges,
            concession: challenges * concedes,
            stand: challenges * resists * firm,
            back_down: challenges * resists * (1.0 - firm),
            slope: (self.reply(z + step) - self.reply(z - step)) / (2.0 * step),
        }
    }
}

/// The place of the least value between two ends, by golden section.
fn lowest(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..60 {
        let (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
        if f(left) <= f(right) {
            high = right;
        } else {
            low = left;
        }
    }
    0.5 * (low + high)
}

/// c1.
pub(super) const CRISIS: Model = Model {
    card: Card {
        letter: "c1",
        id: "signalling",
        mechanism: "signalling resolve",
        name: "The crisis game with private shocks",
        idea: "A challenge tells something of A's resolve, and the more so the dearer backing down is. Where B's doubts \
               and A's caution feed each other there are several equilibria, and nothing in the game picks one.",
        citation: "J. B. Lewis and K. A. Schultz (2003), Revealing preferences, Political Analysis 11, 345-367; \
                   J. Jo (2011), Nonuniqueness of the equilibrium in Lewis and Schultz's model, Political Analysis \
                   19, 351-364",
        parameters: &[
            Parameter::new("sa", "A's payoff without a challenge", Domain::ANY, "0").or("0"),
            Parameter::new("va", "A's payoff if B concedes", Domain::ANY, "1").or("1"),
            Parameter::new("cb", "B's payoff if it concedes", Domain::ANY, "0").or("0"),
            Parameter::new("wa", "A's mean payoff of war", Domain::ANY, "-1.9"),
            Parameter::new("wb", "B's mean payoff of war", Domain::ANY, "-2.8"),
            Parameter::new("a", "A's mean payoff of backing down (its audience cost)", Domain::ANY, "-1.2"),
            Parameter::new("vb", "B's payoff if A backs down", Domain::ANY, "1").or("1"),
        ],
        headlines: &["resists", "challenges", "stand"],
        when_not: &[
            "to name one outcome where there are several equilibria: look at all, at every parameter value",
            "for comparative statics along one equilibrium: it can vanish",
        ],
    },
    solve: |given| Ok(crisis(given)),
};

fn crisis(given: &Given) -> Answer {
    let of = |key: &str| given.number(key);
    let game = Crisis {
        sa: of("sa"),
        va: of("va"),
        cb: of("cb"),
        wa: of("wa"),
        wb: of("wb"),
        a: of("a"),
        vb: of("vb"),
    };
    let equilibria = game.equilibria();
    let (verdict, says) = match equilibria.len() {
        1 => ("one", "There is one equilibrium.".to_owned()),
        n => ("several", format!("There are {n} equilibria; the game doesn't say which is played.")),
    };
    let mut answer = Answer::new(verdict, says).fact("count", "equilibria", equilibria.len() as f64);
    for found in &equilibria {
        let stable = found.slope < 1.0;
        answer = answer.branch(
            Branch::new(if stable { "stable under small errors" } else { "unstable under small errors" })
                .fact("resists", "p_R: B resists a challenge", found.resists)
                .fact("challenges", "p_C: A challenges", found.challenges)
                .fact("firm", "p_F: A stands firm once resisted", found.firm)
                .fact("status_quo", "P(status quo)", found.status_quo)
                .fact("concession", "P(B concedes)", found.concession)
                .fact("stand", "P(war)", found.stand)
                .fact("back_down", "P(A backs down)", found.back_down)
                .fact("stable", "stable under small errors", stable),
        );
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where both ways of telling it hold, they agree; further out the tails alone go on.
    #[test]
    fn far_out_the_tails_tell_who_stands_firm() {
        for (wa, a, near) in [(-2.9, -2.94, -1.5), (-3.0, -3.0, -1.5), (-1.0, -1.3, -1.6), (0.2, 0.5, -1.65)]
        {
            let game = Crisis { sa: 0.5, va: 0.0, cb: 0.0, wa, wb: -1.0, a, vb: 1.0 };
            let far_out = |score: f64| game.firm_far_out(game.sa / normal_cdf(score));
            let (challenges, firm) = game.challenger(near);
            assert!(challenges > FAINT && (firm - far_out(near)).abs() < 5e-9, "{challenges} {firm}");
            let (challenges, firm) = game.challenger(-2.6);
            assert!(challenges < FAINT && firm == far_out(-2.6), "{challenges} {firm}");
        }
    }
}
