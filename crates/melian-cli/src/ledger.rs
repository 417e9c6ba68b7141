//! What the commands of the ledger share: today, and how problems are told.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anstream::eprintln;
use melian::ledger::{Ledger, Problem, read_date};
use melian::scenario::Date;
use melian_store::{LedgerFile, StoreError};

use crate::exit::Failure;

/// The day that is given, or today in UTC.
pub(crate) fn day(given: Option<&str>) -> Result<Date, Failure> {
    match given {
        Some(text) => read_date(text).map_err(|expected| Failure::used(format!("`{text}`: {expected}"))),
        None => Ok(today()),
    }
}

fn today() -> Date {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = i64::try_from(seconds / 86_400).unwrap_or(0);
    civil(days)
}

/// The day so many days after 1970-01-01 in the Gregorian calendar, by eras of 400 years that begin in March.
fn civil(days: i64) -> Date {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + 400 * era + i64::from(month <= 2);
    Date { year: year as i32, month: month as u8, day: day as u8 }
}

/// Reads a ledger that nobody tampered with.
pub(crate) fn read_sound(path: &Path) -> Result<Ledger, Failure> {
    let reading = melian_store::read_ledger(path).map_err(|error| fault(path, error))?;
    if reading.problems.is_empty() {
        return Ok(reading.ledger);
    }
    tell(path, &reading.problems);
    Err(Failure::Scenario)
}

/// Opens a ledger to add to it.
pub(crate) fn open(path: &Path, create: bool) -> Result<LedgerFile, Failure> {
    LedgerFile::open(path, create).map_err(|error| fault(path, error))
}

/// Problems, each with its place.
pub(crate) fn tell(path: &Path, problems: &[Problem]) {
    for problem in problems {
        let column = problem.column.map_or_else(String::new, |column| format!(":{column}"));
        eprintln!("error: {}", problem.message);
        eprintln!("  --> {}:{}{column}", path.display(), problem.line);
        if let Some(help) = &problem.help {
            eprintln!("  help: {help}");
        }
    }
}

/// What went wrong with the file.
pub(crate) fn fault(path: &Path, error: StoreError) -> Failure {
    match error {
        StoreError::Tampered { problems, .. } => {
            tell(path, &problems);
            eprintln!("nothing was added to `{}`", path.display());
            Failure::Scenario
        }
        StoreError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Failure::used(format!("there is no ledger `{}`", path.display()))
                .help("`melian seal RUN --ledger FILE` begins one")
        }
        StoreError::Locked { .. } => Failure::used(error.to_string()).help("try again when it has ended"),
        other => Failure::used(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_are_counted_by_the_gregorian_calendar() {
        let days = [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_782, "2026-11-25"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ];
        for (days, expected) in days {
            assert_eq!(civil(days).to_string(), expected);
        }
    }
}
