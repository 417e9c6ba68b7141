//! `melian backtest`

use anstream::println;
use melian::diagnostic::Sources;
use melian::history::deu::{self, PUBLIC_ROWS};
use melian::study::backtest::{Backtest, Difference, DistributionScore, Row, backtest};
use serde_json::json;

use crate::args::{BacktestArguments, Format};
use crate::exit::Failure;
use crate::{files, render};

/// Scores every lens on past negotiations.
pub(crate) fn run(arguments: &BacktestArguments) -> Result<(), Failure> {
    let (data, scored) = match &arguments.issues {
        None => (PUBLIC_ROWS.to_owned(), backtest(deu::public())),
        Some(path) => {
            let name = path.display().to_string();
            let text = String::from_utf8(files::read(path)?)
                .map_err(|_| Failure::used(format!("`{name}` is not UTF-8 text")))?;
            let mut sources = Sources::default();
            let file = sources.add(name.clone(), text.clone());
            match deu::read(file, &text) {
                Ok(table) => (name, backtest(&table)),
                Err(wrong) => {
                    render::to_stderr(&wrong, &sources);
                    return Err(Failure::Scenario);
                }
            }
        }
    };
    let scored = scored.ok_or_else(|| {
        Failure::used(format!("no issue in {data} can be scored"))
            .help("an issue needs an outcome and three actors with a position")
    })?;
    match arguments.format {
        Format::Json => {
            let value = serde_json::to_value(&scored).expect("scores hold only strings and numbers");
            println!("{:#}", json!({ "schema_version": 1, "data": data, "backtest": value }));
        }
        Format::Text => print(&data, &scored),
    }
    Ok(())
}

fn print(data: &str, scored: &Backtest) {
    println!("{data}: {} issues of {} dossiers\n", scored.issues, scored.dossiers);
    let width = scored.rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(44);
    println!("Points: absolute error, and its difference to the unweighted mean's [95 % by dossier]");
    println!("{:<width$}    n   MAE  RMSE median <=5 <=10  to the mean", "");
    for row in &scored.rows {
        let s = &row.score;
        println!(
            "{:<width$}  {:>3} {:>5.2} {:>5.2} {:>5.2}  {} {}  {}",
            row.name,
            s.issues,
            s.mae,
            s.rmse,
            s.median,
            share(s.within_5),
            share(s.within_10),
            difference(row.to_mean)
        );
    }
    println!(
        "\nDistributions: CRPS with other dossiers' residuals and with the calibrated mixture around the points;"
    );
    println!(
        "of the mixture, the share of outcomes inside its central 50 % and 90 %, and CRPS less the bar's"
    );
    println!("{:<width$}  resid.  mixt. 50 % 90 %  to the bar", "");
    for row in scored.rows.iter().filter(|row| row.lens) {
        println!("{:<width$}  {:>6.2} {}", row.name, row.residuals.crps, mixture(row.mixture.as_ref()));
    }
    println!("{:<width$}  {:>6.2}", "bar: compromise, residuals of all other issues", scored.bar.crps);
    println!();
    for line in verdicts(scored) {
        println!("{}", wrapped(&line));
    }
}

/// Broken between words, to at most 100 columns.
fn wrapped(text: &str) -> String {
    let (mut lines, mut column) = (String::new(), 0);
    for word in text.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > 100 {
            lines.push('\n');
            column = 0;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += width;
    }
    lines
}

fn share(share: f64) -> String {
    format!("{share:.2}").trim_start_matches('0').to_owned()
}

fn difference(difference: Difference) -> String {
    format!("{:+.2} [{:+.2}, {:+.2}]", difference.mean, difference.low, difference.high)
}

fn mixture(score: Option<&DistributionScore>) -> String {
    score.map_or_else(String::new, |score| {
        format!(
            "{:>6.2}  {}  {}  {}",
            score.crps,
            share(score.coverage_50),
            share(score.coverage_90),
            difference(score.to_bar)
        )
    })
}

/// Which lenses lose to the unweighted mean, and how the mixture did, in words.
fn verdicts(scored: &Backtest) -> Vec<String> {
    let lenses = || scored.rows.iter().filter(|row| row.lens && row.name != "mean");
    let names = |of: &dyn Fn(&Row) -> bool| {
        let names: Vec<&str> = lenses().filter(|row| of(row)).map(|row| row.name.as_str()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let mut lines = vec![
        format!("Lose to the unweighted mean (interval above 0): {}.", names(&|row| row.to_mean.low > 0.0)),
        format!("Beat it (interval below 0): {}.", names(&|row| row.to_mean.high < 0.0)),
        format!(
            "Can't be told apart from it: {}.",
            names(&|row| row.to_mean.low <= 0.0 && row.to_mean.high >= 0.0)
        ),
    ];
    let compromise = scored.rows.iter().find(|row| row.name == "compromise");
    if let Some(mixture) = compromise.and_then(|row| row.mixture.as_ref()) {
        let gain = mixture.to_bar;
        let change = 100.0 * gain.mean / scored.bar.crps;
        let sure = if gain.high < 0.0 || gain.low > 0.0 { "does not hold 0" } else { "holds 0" };
        lines.push(format!(
            "The mixture around the compromise: CRPS {:.2} against the bar's {:.2} ({change:+.1} %), difference {}; the \
             interval {sure}.",
            mixture.crps,
            scored.bar.crps,
            difference(gain)
        ));
    }
    lines
}
