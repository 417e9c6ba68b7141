//! `melian score`

use anstream::{print, println};

use crate::args::{Format, ScoreArguments};
use crate::exit::Failure;
use crate::{ledger, render};

/// Scores what was forecast against what happened.
pub(crate) fn run(arguments: &ScoreArguments) -> Result<(), Failure> {
    let today = ledger::day(arguments.date.as_deref())?;
    let book = ledger::read_sound(&arguments.ledger)?;
    let scores = melian::ledger::score(&book, today, arguments.hindsight);
    match arguments.format {
        Format::Json => println!("{:#}", melian_report::scores_json(&book, &scores, today)),
        Format::Text => {
            print!("{}", melian_report::scores(&book, &scores, today, render::terminal_width()));
        }
    }
    Ok(())
}
