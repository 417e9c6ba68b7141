//! (b) Audience costs: a crisis as a war of attrition before two publics.

use super::answer::{Answer, Branch, Shown, Table};
use super::parameter::{Domain, Given, Parameter};
use super::{Card, Model};
use crate::math::integrate;

/// Fearon's crisis (1994, American Political Science Review 88, 577-592): both sides may quit, wait or attack at any
/// time. Who quits at t pays `a` t before its public and the other takes the prize; the private value of war is
/// uniform on [-W, 0].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attrition {
    /// Worth of the prize, above 0.
    pub v: f64,
    /// How fast the audience costs of sides 1 and 2 grow, above 0.
    pub a: [f64; 2],
    /// Greatest cost of war of sides 1 and 2, above 0.
    pub w: [f64; 2],
}

/// The equilibrium with a horizon: before it each quits at the rate that keeps the other indifferent, at it the
/// rest attacks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// What is played.
    pub game: Attrition,
    /// After this nobody quits any more.
    pub horizon: f64,
    /// Chance that a side doesn't quit at once; 1 for at least one of them.
    pub stays: [f64; 2],
    /// Chance of war.
    pub war: f64,
    /// Chance that a side concedes, at the start or later.
    pub concedes: [f64; 2],
    /// What a side expects as long as it does not fight.
    pub value: [f64; 2],
}

impl Attrition {
    /// When side `i` alone would be left with only types that rather fight than quit.
    fn own_horizon(&self, i: usize) -> f64 {
        let (own, other, v, w) = (self.a[i], self.a[1 - i], self.v, self.w[i]);
        2.0 * w * v / (own * v + (own * own * v * v + 4.0 * own * other * w * v).sqrt())
    }

    /// The equilibrium.
    #[must_use]
    pub fn solve(&self) -> Course {
        let horizon = self.own_horizon(0).min(self.own_horizon(1));
        let fights = [0, 1].map(|i| (self.a[i] * horizon / self.w[i]).min(1.0));
        let stays = [0, 1].map(|i| {
            let last = self.own_horizon(i) <= horizon;
            if last { 1.0 } else { fights[i] * (self.v + self.a[1 - i] * horizon) / self.v }
        });
        let mut course = Course {
            game: *self,
            horizon,
            stays,
            war: fights[0] * fights[1],
            concedes: [0.0; 2],
            value: [0, 1].map(|i| self.v * (1.0 - stays[1 - i])),
        };
        course.concedes = [0, 1].map(|i| {
            let later = integrate(|t| course.left(1 - i, t) * course.rate(i, t), 0.0, horizon, 1e-15);
            1.0 - stays[i] + later
        });
        course
    }
}

impl Course {
    /// Chance that side `i` has not quit by time `t`, 1 - `Q_i`(t).
    #[must_use]
    pub fn left(&self, i: usize, t: f64) -> f64 {
        self.stays[i] * self.game.v / (self.game.v + self.game.a[1 - i] * t.clamp(0.0, self.horizon))
    }

    /// Density of side `i` quitting at `t`.
    fn rate(&self, i: usize, t: f64) -> f64 {
        self.left(i, t) * self.game.a[1 - i] / (self.game.v + self.game.a[1 - i] * t)
    }

    /// What side `i` expects of planning to quit at `t`: v where the other has quit, else minus its audience cost.
    /// Constant up to the horizon if this is an equilibrium.
    #[must_use]
    pub fn plan(&self, i: usize, t: f64) -> f64 {
        let other = self.left(1 - i, t);
        self.game.v * (1.0 - other) - other * self.game.a[i] * t
    }

    /// The largest distance between a plan's worth and the side's value, over 64 times up to the horizon, and the
    /// distance of the marginal type at the horizon from being indifferent between quitting and war.
    #[must_use]
    pub fn residual(&self) -> f64 {
        let mut worst = 0.0_f64;
        for i in [0, 1] {
            for step in 1..=64 {
                let t = self.horizon * f64::from(step) / 64.0;
                worst = worst.max((self.plan(i, t) - self.value[i]).abs());
            }
            let fights = self.game.a[i] * self.horizon / self.game.w[i];
            worst = worst.max((self.left(i, self.horizon) - fights.min(1.0)).abs());
        }
        worst
    }
}

/// b.
pub(super) const ATTRITION: Model = Model {
    card: Card {
        letter: "b",
        id: "audience",
        mechanism: "audience costs",
        name: "Audience costs in a war of attrition",
        idea: "Backing down before a public costs the more the longer the crisis lasts. The side with the stronger \
               audience concedes less often: it can tie its hands faster.",
        citation: "J. D. Fearon (1994), Domestic political audiences and the escalation of international disputes, \
                   American Political Science Review 88, 577-592",
        parameters: &[
            Parameter::new("v", "worth of the prize to either side", Domain::POSITIVE, "1").or("1"),
            Parameter::new("a1", "how fast side 1's audience cost grows", Domain::POSITIVE, "1"),
            Parameter::new("a2", "how fast side 2's audience cost grows", Domain::POSITIVE, ".5"),
            Parameter::new("w1", "greatest cost of war to side 1 (uniform from 0)", Domain::POSITIVE, "2"),
            Parameter::new("w2", "greatest cost of war to side 2 (uniform from 0)", Domain::POSITIVE, "2"),
        ],
        headlines: &["war", "concedes_1", "concedes_2", "horizon"],
        when_not: &[
            "when threats can be made in private, or publics prefer that their side back down",
            "for the clock: only the ratio of the audience costs moves who concedes and whether there is war",
        ],
    },
    solve: |given| Ok(attrition(given)),
};

fn attrition(given: &Given) -> Answer {
    let game = Attrition {
        v: given.number("v"),
        a: [given.number("a1"), given.number("a2")],
        w: [given.number("w1"), given.number("w2")],
    };
    let course = game.solve();
    let [one, two] = course.concedes;
    let (verdict, says) = match () {
        () if (one - two).abs() <= 1e-12 => ("even", "Both sides are equally likely to concede."),
        () if one < two => ("1 prevails", "Side 2 is the more likely to concede."),
        () => ("2 prevails", "Side 1 is the more likely to concede."),
    };
    let rows = (0..=8).map(|step| {
        let t = course.horizon * f64::from(step) / 8.0;
        [t, course.left(0, t), course.left(1, t)].map(Shown::Number).to_vec()
    });
    Answer::new(verdict, says)
        .fact("horizon", "time after which nobody quits", course.horizon)
        .fact("war", "P(war)", course.war)
        .fact("concedes_1", "P(side 1 concedes)", one)
        .fact("concedes_2", "P(side 2 concedes)", two)
        .fact("residual", "worst distance from indifference", course.residual())
        .branch(
            Branch::new("equilibrium with a horizon")
                .fact("war", "P(war)", course.war)
                .fact("concedes_1", "P(side 1 concedes)", one)
                .fact("concedes_2", "P(side 2 concedes)", two)
                .fact("stays_1", "K1: chance that side 1 doesn't quit at once", course.stays[0])
                .fact("stays_2", "K2: chance that side 2 doesn't quit at once", course.stays[1])
                .fact("value_1", "what side 1 expects", course.value[0])
                .fact("value_2", "what side 2 expects", course.value[1])
                .fact(
                    "course",
                    "chance that each side still stands",
                    Table { columns: vec!["time", "side 1", "side 2"], rows: rows.collect() },
                ),
        )
        .branch(at_once("side 1 concedes at once", [1.0, 0.0], game.v))
        .branch(at_once("side 2 concedes at once", [0.0, 1.0], game.v))
        .note("Multiplying both audience costs by one factor changes the clock and nothing else.")
        .note(
            "The numbers above are those of the equilibrium with a horizon, in which each side reads standing firm as a sign of \
             strength. Where one side is expected to concede at once and is taken for weak if it doesn't, that confirms itself.",
        )
}

/// A lopsided equilibrium: one side concedes at once, at no cost as no time has passed; the other never does.
fn at_once(name: &str, concedes: [f64; 2], v: f64) -> Branch {
    Branch::new(name)
        .fact("war", "P(war)", 0.0)
        .fact("concedes_1", "P(side 1 concedes)", concedes[0])
        .fact("concedes_2", "P(side 2 concedes)", concedes[1])
        .fact("value_1", "what side 1 expects", concedes[1] * v)
        .fact("value_2", "what side 2 expects", concedes[0] * v)
}
