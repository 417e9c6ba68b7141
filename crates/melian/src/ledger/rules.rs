//! What entries must obey beside the chain: known questions, answers of the right kind, days that don't go back.

use super::chain::Ledger;
use super::entry::{Content, Distribution, Entry, Forecast, Happened, Kind, LAYOUT, Outcome, What};
use crate::lens::Ending;
use crate::scenario::Date;

/// The most quantiles a forecast may hold.
const MOST_QUANTILES: usize = 1000;

/// What an entry breaks, if it were to follow the ledger.
pub(super) fn broken_by(ledger: &Ledger, entry: &Entry) -> Vec<String> {
    let mut broken = Vec::new();
    if entry.ledger != LAYOUT {
        broken.push(format!("layout {} is not known to this version, which knows {LAYOUT}", entry.ledger));
    }
    match read_date(&entry.date) {
        Err(expected) => broken.push(format!("`{}` is no day: {expected}", entry.date)),
        Ok(date) => {
            let before = ledger.entries.last().and_then(|last| read_date(&last.entry.date).ok());
            if let Some(before) = before.filter(|before| date < *before) {
                broken.push(format!("{date} is before {before}, the day of the entry before"));
            }
        }
    }
    match &entry.content {
        Content::Forecast(forecast) => sound(forecast, &mut broken),
        Content::Outcome(outcome) => answers(ledger, outcome, &mut broken),
    }
    broken
}

/// Reads a whole day.
///
/// # Errors
/// What was expected.
pub fn read_date(text: &str) -> Result<Date, &'static str> {
    let date: Date = text.parse()?;
    if date.month == 0 || date.day == 0 {
        return Err("expected a whole day such as \"2026-02-04\"");
    }
    Ok(date)
}

fn sound(forecast: &Forecast, broken: &mut Vec<String>) {
    if let Some(due) = &forecast.due
        && let Err(expected) = due.parse::<Date>()
    {
        broken.push(format!("`{due}` is no date: {expected}"));
    }
    if forecast.files.is_empty() || forecast.files.iter().any(|file| file.bytes().is_none()) {
        broken.push("the forecast does not hold its scenario and tables".to_owned());
    }
    for (index, question) in forecast.questions.iter().enumerate() {
        if forecast.questions[..index].iter().any(|other| other.name == question.name) {
            broken.push(format!("the question `{}` is asked twice", question.name));
        }
    }
    for said in &forecast.said {
        let question = forecast.questions.iter().find(|question| question.name == said.question);
        let fits = question.is_some_and(|question| question.kind == said.distribution.kind());
        if !fits || !is_distribution(&said.distribution) {
            broken.push(format!("what `{}` says of `{}` is no forecast of it", said.lens, said.question));
        }
    }
}

fn is_distribution(distribution: &Distribution) -> bool {
    let chance = |value: &f64| (0.0..=1.0).contains(value);
    match distribution {
        Distribution::Value { quantiles, .. } => {
            (1..=MOST_QUANTILES).contains(&quantiles.len())
                && quantiles.iter().all(|value| (0.0..=100.0).contains(value))
                && quantiles.is_sorted()
        }
        Distribution::Event { chance: mean, low, high } => [mean, low, high].into_iter().all(chance),
        Distribution::Ending { deal, broken, imposed, none } => {
            [deal, broken, imposed, none].into_iter().all(chance)
                && ((deal + broken + imposed + none) - 1.0).abs() < 1e-4
        }
    }
}

fn answers(ledger: &Ledger, outcome: &Outcome, broken: &mut Vec<String>) {
    let Some((forecast, _)) = ledger.forecast(outcome.of) else {
        broken.push(format!("entry {} is no forecast that stands before", outcome.of));
        return;
    };
    if outcome.happened.is_empty() {
        broken.push("an outcome of nothing".to_owned());
    }
    for (index, Happened { question, what }) in outcome.happened.iter().enumerate() {
        if outcome.happened[..index].iter().any(|other| other.question == *question) {
            broken.push(format!("`{question}` is answered twice"));
        }
        match forecast.questions.iter().find(|known| known.name == *question) {
            None => broken.push(format!("entry {} has no question `{question}`", outcome.of)),
            Some(known) if !takes(known.kind, what) => {
                broken.push(format!("`{what}` is no answer to `{question}`: {}", expected(known.kind)));
            }
            Some(_) => {}
        }
    }
}

fn takes(kind: Kind, what: &What) -> bool {
    match (kind, what) {
        (Kind::Value, What::Value(value)) => (0.0..=100.0).contains(value),
        (Kind::Event, What::Occurred(_)) | (Kind::Ending, What::Ended(_)) | (_, What::Void) => true,
        _ => false,
    }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Value => "expected a number from 0 to 100, or void",
        Kind::Event => "expected yes, no or void",
        Kind::Ending => "expected deal, broken, imposed, none or void",
    }
}

/// Reads an answer to a question of this kind.
///
/// # Errors
/// What was expected.
pub fn parse_outcome(kind: Kind, text: &str) -> Result<What, &'static str> {
    let ended = [Ending::Deal, Ending::Broken, Ending::Imposed, Ending::None];
    let what = match (kind, text) {
        (_, "void") => Some(What::Void),
        (Kind::Event, "yes") => Some(What::Occurred(true)),
        (Kind::Event, "no") => Some(What::Occurred(false)),
        (Kind::Ending, _) => {
            ended.into_iter().find(|ending| super::entry::ending_word(*ending) == text).map(What::Ended)
        }
        // Numbers of few digits are read back to the same bits by any reader of JSON.
        (Kind::Value, _) => text.parse().ok().map(|value: f64| What::Value((value * 1e6).round() / 1e6)),
        (Kind::Event, _) => None,
    };
    what.filter(|what| takes(kind, what)).ok_or(expected(kind))
}
