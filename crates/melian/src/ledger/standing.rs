//! Which questions are answered, and which are open.

use std::collections::BTreeMap;

use super::chain::Ledger;
use super::entry::{Kind, What};
use crate::lens::Ending;
use crate::scenario::Date;

/// Where one question stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing {
    /// Something happened, or it was called void: by the latest entry that says so.
    Answered {
        /// What.
        what: What,
        /// The entry that counts.
        entry: u64,
        /// How many earlier entries said something else or the same.
        earlier: usize,
    },
    /// Its condition was not met (terms without a deal, an ally without a war): not scored.
    Unmet,
    /// Nobody has said.
    Open(Open),
}

/// Since when an open question could be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// It has no date.
    Undated,
    /// The date has not passed.
    Waiting,
    /// It has.
    Overdue,
}

/// One question of one forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution<'a> {
    /// The forecast's entry.
    pub entry: u64,
    /// The question's name.
    pub question: &'a str,
    /// Where it stands.
    pub standing: Standing,
}

/// Every question of every forecast, in order, as things stand `today`.
#[must_use]
pub fn resolutions(ledger: &Ledger, today: Date) -> Vec<Resolution<'_>> {
    let mut said: BTreeMap<(u64, &str), (What, u64, usize)> = BTreeMap::new();
    for (entry, _, outcome) in ledger.outcomes() {
        for happened in &outcome.happened {
            let key = (outcome.of, happened.question.as_str());
            let earlier = said.get(&key).map_or(0, |(_, _, earlier)| earlier + 1);
            said.insert(key, (happened.what, entry, earlier));
        }
    }
    let mut resolutions = Vec::new();
    for (entry, _, forecast) in ledger.forecasts() {
        let answer = |question: &str| said.get(&(entry, question)).copied();
        let no_deal = matches!(answer("ending"), Some((What::Ended(ending), ..)) if ending != Ending::Deal);
        let no_war = matches!(answer("p_war"), Some((What::Occurred(false), ..)));
        let due = forecast.due.as_ref().and_then(|due| due.parse::<Date>().ok());
        for question in &forecast.questions {
            let unmet =
                no_deal && question.kind == Kind::Value || no_war && question.name.starts_with("p_joins_");
            let standing = match (answer(&question.name), due) {
                (Some((what, entry, earlier)), _) => Standing::Answered { what, entry, earlier },
                (None, _) if unmet => Standing::Unmet,
                (None, None) => Standing::Open(Open::Undated),
                (None, Some(due)) if due.is_before(&today) => Standing::Open(Open::Overdue),
                (None, Some(_)) => Standing::Open(Open::Waiting),
            };
            resolutions.push(Resolution { entry, question: &question.name, standing });
        }
    }
    resolutions
}
