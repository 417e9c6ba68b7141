//! (i) Leader survival: gambling for resurrection, and what a coalition costs.

use super::answer::{Answer, Branch, Shown};
use super::parameter::{Domain, Given, Parameter, Problem};
use super::{Card, Model, above};

/// An office that weighs its own survival (Downs and Rocke 1994, American Journal of Political Science 38, 362-380;
/// Goemans 2000, War and Punishment, Princeton, chapter 2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resurrection {
    /// Worth of holding office.
    pub office: f64,
    /// What losing office after a settlement costs.
    pub exit: f64,
    /// What losing office after a defeat costs.
    pub defeat: f64,
    /// Chance of keeping office after a settlement.
    pub survives: f64,
    /// Chance of winning if it fights on; a winner keeps office.
    pub wins: f64,
}

impl Resurrection {
    /// What settling now is worth to the office: s B - (1 - s) Km.
    #[must_use]
    pub fn settle(&self) -> f64 {
        self.survives * self.office - (1.0 - self.survives) * self.exit
    }

    /// What fighting on is worth to it: pW B - (1 - pW) KL.
    #[must_use]
    pub fn fight(&self) -> f64 {
        self.wins * self.office - (1.0 - self.wins) * self.defeat
    }

    /// The chance of winning above which it fights on: (Us + KL) / (B + KL).
    #[must_use]
    pub fn threshold(&self) -> f64 {
        (self.settle() + self.defeat) / (self.office + self.defeat)
    }
}

/// What an incumbent must spend to keep its winning coalition (Bueno de Mesquita, Morrow, Siverson and Smith 2003, The
/// Logic of Political Survival, MIT Press, chapter 3), with utility sqrt(public) + sqrt(private/W).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selectorate {
    /// Size of the winning coalition, above 0.
    pub coalition: f64,
    /// Size of the selectorate, at least that.
    pub selectorate: f64,
    /// Price of public goods against private ones, from 0.
    pub price: f64,
    /// Patience, from 0, below 1.
    pub patience: f64,
}

impl Selectorate {
    /// The share of resources that must be spent:
    /// [(1 - d)(1 + p/W) / ((1 + p/W) - d (1 + p/S))]^2.
    #[must_use]
    pub fn spends(&self) -> f64 {
        let (d, p) = (self.patience, self.price);
        let (inside, outside) = (1.0 + p / self.coalition, 1.0 + p / self.selectorate);
        let root = (1.0 - d) * inside / (inside - d * outside);
        root * root
    }
}

/// i1.
pub(super) const RESURRECTION: Model = Model {
    card: Card {
        letter: "i1",
        id: "resurrection",
        mechanism: "leader survival",
        name: "Gambling for resurrection",
        idea: "An office that falls with a settlement fights on at odds its country wouldn't take, if a defeat costs it \
               hardly more. With no foreign stake the same inequality is diversion.",
        citation: "G. W. Downs and D. M. Rocke (1994), Conflict, agency, and gambling for resurrection, American Journal \
                   of Political Science 38, 362-380; H. E. Goemans (2000), War and Punishment, Princeton",
        parameters: &[
            Parameter::new("b", "worth of holding office", Domain::NOT_NEGATIVE, "1").or("1"),
            Parameter::new("km", "what losing office after a settlement costs", Domain::NOT_NEGATIVE, "1"),
            Parameter::new("kl", "what losing it after a defeat costs", Domain::NOT_NEGATIVE, "1"),
            Parameter::new("s", "chance of keeping office after a settlement", Domain::UNIT, ".1"),
            Parameter::new("pw", "chance of winning if the war goes on", Domain::UNIT, ".3"),
            Parameter::new("win", "what victory is worth to the country", Domain::ANY, "1").optional(),
            Parameter::new("lose", "what defeat is worth to the country", Domain::ANY, "-1").optional(),
            Parameter::new("deal", "what the settlement is worth to the country", Domain::ANY, "0")
                .optional(),
            Parameter::new("cost", "what fighting on costs the country", Domain::NOT_NEGATIVE, ".2").or("0"),
        ],
        headlines: &["threshold", "settle", "fight"],
        when_not: &[
            "when survival hangs on terms more than on who wins",
            "when an office is bound by law to settle",
        ],
    },
    solve: resurrection,
};

fn resurrection(given: &Given) -> Result<Answer, Vec<Problem>> {
    let model = Resurrection {
        office: given.number("b"),
        exit: given.number("km"),
        defeat: given.number("kl"),
        survives: given.number("s"),
        wins: given.number("pw"),
    };
    if model.office + model.defeat <= 0.0 {
        return Err(vec![Problem::new("b", "`b` and `kl` can't both be 0: war would put nothing at stake")]);
    }
    let country = country(given)?;
    let fights = above(model.wins, model.threshold());
    let (verdict, says) = if fights {
        ("fights on", "The office fights on: its own survival is worth the gamble.")
    } else {
        ("settles", "The office settles.")
    };
    let mut answer = Answer::new(verdict, says)
        .condition(
            "gamble",
            "the chance of winning is worth the gamble to the office",
            "pW > (Us + KL) / (B + KL)",
            (model.wins, model.threshold()),
            fights,
        )
        .fact("threshold", "pW*: chance of winning above which it fights on", model.threshold())
        .fact("settle", "what settling is worth to the office", model.settle())
        .fact("fight", "what fighting on is worth to it", model.fight());
    if let Some((settle, fight)) = country(model.wins) {
        let says = match (fights, above(fight, settle)) {
            (true, false) => "fighting on: the office gains, the country loses",
            (false, true) => "settling: the office gains, the country loses",
            (true, true) => "fighting on: both would",
            (false, false) => "settling: both would",
        };
        answer = answer
            .fact("country_settle", "what settling is worth to the country", settle)
            .fact("country_fight", "what fighting on is worth to it", fight)
            .fact("apart", "what is chosen, and for whom", Shown::from(says));
    }
    Ok(answer)
}

/// What settling and fighting are worth to the country at a chance of winning; nothing unless all three values are
/// given.
fn country(given: &Given) -> Result<impl Fn(f64) -> Option<(f64, f64)>, Vec<Problem>> {
    let [win, lose, deal] = ["win", "lose", "deal"].map(|key| given.optional(key));
    let set = [win, lose, deal].iter().flatten().count();
    if set == 1 || set == 2 {
        let missing = [("win", win), ("lose", lose), ("deal", deal)];
        return Err(missing
            .into_iter()
            .filter(|(_, value)| value.is_none())
            .map(|(key, _)| {
                Problem::new(key, format!("`{key}` is missing: the country needs `win`, `lose` and `deal`"))
            })
            .collect());
    }
    let cost = given.number("cost");
    Ok(move |wins: f64| Some((deal?, wins * win? + (1.0 - wins) * lose? - cost)))
}

/// i2.
pub(super) const SELECTORATE: Model = Model {
    card: Card {
        letter: "i2",
        id: "selectorate",
        mechanism: "leader survival",
        name: "What a coalition costs",
        idea: "An office that needs few keeps most for itself: loyalty is cheap where being left out is likely. One that \
               needs many must spend, and so fights only what is worth it to many.",
        citation: "B. Bueno de Mesquita, J. D. Morrow, R. M. Siverson and A. Smith (2003), The Logic of Political \
                   Survival, MIT Press",
        parameters: &[
            Parameter::new("w", "size of the winning coalition", Domain::POSITIVE, "10"),
            Parameter::new("s", "size of the selectorate; at least w", Domain::POSITIVE, "100"),
            Parameter::new("p", "price of public goods", Domain::NOT_NEGATIVE, "20"),
            Parameter::new(
                "d",
                "patience",
                Domain::Number { low: 0.0, high: 1.0, open: (false, true) },
                ".9",
            ),
        ],
        headlines: &["spends"],
        when_not: &["when coalition and selectorate aren't known from institutions: they aren't chosen here"],
    },
    solve: selectorate,
};

fn selectorate(given: &Given) -> Result<Answer, Vec<Problem>> {
    let model = Selectorate {
        coalition: given.number("w"),
        selectorate: given.number("s"),
        price: given.number("p"),
        patience: given.number("d"),
    };
    if model.coalition > model.selectorate {
        let said = format!("`w` ({}) must be at most `s` ({})", model.coalition, model.selectorate);
        return Err(vec![Problem::new("w", said)]);
    }
    let spends = model.spends();
    let (verdict, says) = if spends < 0.5 {
        ("keeps most", "The incumbent keeps most of the resources.")
    } else {
        ("spends most", "The incumbent must spend most of the resources on its coalition.")
    };
    Ok(Answer::new(verdict, says)
        .fact("spends", "M/R: share of resources that must be spent", spends)
        .fact("keeps", "share left to the incumbent", 1.0 - spends)
        .branch(
            Branch::new("cheapest spending that keeps the coalition")
                .fact("public", "share spent on public goods", spends / (1.0 + model.price / model.coalition))
                .fact(
                    "private",
                    "share spent on private goods",
                    spends * (model.price / model.coalition) / (1.0 + model.price / model.coalition),
                ),
        ))
}
