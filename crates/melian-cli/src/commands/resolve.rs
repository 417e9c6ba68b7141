//! `melian resolve`

use anstream::println;
use melian::diagnostic::did_you_mean;
use melian::ledger::{Content, Forecast, Happened, Outcome, parse_outcome};

use crate::args::{Format, ResolveArguments};
use crate::exit::Failure;
use crate::ledger;

/// Adds what came of a forecast.
pub(crate) fn run(arguments: &ResolveArguments) -> Result<(), Failure> {
    let path = &arguments.ledger;
    let date = ledger::day(arguments.date.as_deref())?;
    let mut file = ledger::open(path, false)?;
    let (happened, title) = {
        let Some((forecast, _)) = file.ledger().forecast(arguments.entry) else {
            let known: Vec<String> = file
                .ledger()
                .forecasts()
                .map(|(entry, _, forecast)| format!("{entry} ({})", forecast.title))
                .collect();
            return Err(Failure::used(format!("entry {} is no forecast", arguments.entry))
                .help(format!("forecasts: {}", known.join(", "))));
        };
        (answers(forecast, &arguments.outcomes)?, forecast.title.clone())
    };
    let before = melian::ledger::resolutions(file.ledger(), date);
    let corrects: Vec<String> = happened
        .iter()
        .filter(|answer| {
            before.iter().any(|known| {
                known.entry == arguments.entry
                    && known.question == answer.question
                    && matches!(known.standing, melian::ledger::Standing::Answered { .. })
            })
        })
        .map(|answer| answer.question.clone())
        .collect();
    let outcome = Outcome {
        of: arguments.entry,
        happened,
        source: arguments.source.clone(),
        note: arguments.note.clone(),
    };
    let content = Content::Outcome(outcome.clone());
    let sealed = file.append(&date.to_string(), content).map_err(|error| ledger::fault(path, error))?;
    match arguments.format {
        Format::Json => println!(
            "{:#}",
            serde_json::json!({
                "schema_version": 1, "entry": sealed.entry.entry, "hash": sealed.hash,
                "outcome": outcome, "corrects": corrects,
            })
        ),
        Format::Text => {
            println!(
                "entry {} of {}, {date}: what came of entry {}, {title}",
                sealed.entry.entry,
                path.display(),
                arguments.entry
            );
            for answer in &outcome.happened {
                let corrected = if corrects.contains(&answer.question) {
                    " (a correction: both are kept, this one counts)"
                } else {
                    ""
                };
                println!("  {}: {}{corrected}", answer.question, answer.what);
            }
            println!("head {}", sealed.hash);
        }
    }
    Ok(())
}

/// The answers as given, all that is wrong with them at once.
fn answers(forecast: &Forecast, given: &[String]) -> Result<Vec<Happened>, Failure> {
    let names: Vec<&str> = forecast.questions.iter().map(|question| question.name.as_str()).collect();
    let mut answers = Vec::new();
    let mut wrong = Vec::new();
    for text in given {
        let (name, answer) = text.split_once('=').unwrap_or((text, ""));
        match forecast.questions.iter().find(|question| question.name == name.trim()) {
            None => {
                let close = did_you_mean(name.trim(), names.iter().copied());
                let hint = close.map_or_else(String::new, |close| format!("; did you mean `{close}`?"));
                wrong.push(format!("the forecast has no question `{}`{hint}", name.trim()));
            }
            Some(question) => match parse_outcome(question.kind, answer.trim()) {
                Ok(what) => answers.push(Happened { question: question.name.clone(), what }),
                Err(expected) => wrong.push(format!("`{text}`: {expected}")),
            },
        }
    }
    if wrong.is_empty() {
        return Ok(answers);
    }
    let examples: Vec<String> = forecast
        .questions
        .iter()
        .map(|question| melian_report::example_answer(&question.name, question.kind))
        .collect();
    Err(Failure::used(wrong.join("; ")).help(format!("answers look like: {}", examples.join(", "))))
}
