//! `melian solve`

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anstream::{eprintln, print, println};
use indicatif::{ProgressBar, ProgressDrawTarget};
use melian::game::{self, Concept, Control, Limits, Outcome, Problem, SolveOptions, Status, render};
use serde_json::json;

use crate::args::{Format, SolveArguments, SolveConcept};
use crate::exit::Failure;
use crate::files;

/// Reads a game, solves it and prints what the judge makes of the answer.
pub(crate) fn run(arguments: &SolveArguments) -> Result<(), Failure> {
    let concept = concept(arguments)?;
    let bytes = files::read(&arguments.game)?;
    let game = game::read(&bytes).map_err(|problems| {
        print_problems(&arguments.game, &problems, arguments.format);
        Failure::Scenario
    })?;
    let limits = Limits { steps: arguments.steps, memory: arguments.memory };
    let options = SolveOptions { concept, exact: arguments.exact, limits, ..SolveOptions::default() };
    let mut watch = Watch::new(arguments.format == Format::Json);
    let report = game::solve(&game, &options, &mut |status: Status| watch.at(status));
    watch.bar.finish_and_clear();
    match arguments.format {
        Format::Text => print!("{}", render::text(&report)),
        Format::Json => println!("{:#}", json!({ "schema_version": 1, "report": report })),
    }
    if report.outcome == Outcome::Solved {
        return Ok(());
    }
    if watch.stop.load(Ordering::SeqCst) {
        eprintln!("stopped; the best found until then is above");
        return Err(Failure::Stopped);
    }
    Err(Failure::Scenario)
}

fn concept(arguments: &SolveArguments) -> Result<Concept, Failure> {
    let lambda = || match arguments.lambda {
        Some(lambda) if lambda.is_finite() && lambda >= 0.0 => Ok(lambda),
        Some(_) => Err(Failure::used("--lambda must be a number from 0 up")),
        None => Err(Failure::used("this concept needs a precision").help("add --lambda X")),
    };
    let concept = match arguments.concept {
        SolveConcept::Qre => return Ok(Concept::Qre { lambda: lambda()? }),
        SolveConcept::Mirror => return Ok(Concept::MirrorDescent { lambda: lambda()? }),
        SolveConcept::Auto => Concept::Auto,
        SolveConcept::BackwardInduction => Concept::BackwardInduction,
        SolveConcept::SubgamePerfect => Concept::SubgamePerfect,
        SolveConcept::Pure => Concept::PureNash,
        SolveConcept::PureAgent => Concept::PureAgent,
        SolveConcept::Limit => Concept::LogitLimit,
        SolveConcept::Learned => Concept::Learned,
    };
    if arguments.lambda.is_some() {
        return Err(Failure::used("this concept has no precision").help("--lambda goes with --concept qre"));
    }
    Ok(concept)
}

fn print_problems(path: &Path, problems: &[Problem], format: Format) {
    if format == Format::Json {
        println!(
            "{:#}",
            json!({ "schema_version": 1, "file": path.display().to_string(), "problems": problems })
        );
        return;
    }
    for problem in problems {
        eprintln!("error: {}", problem.message);
        eprintln!(" --> {}:{}:{}", path.display(), problem.line, problem.column);
        if let Some(help) = &problem.help {
            eprintln!("  help: {help}");
        }
    }
}

/// Progress on stderr past half a second, and the ear for Ctrl-C.
struct Watch {
    bar: ProgressBar,
    hidden: bool,
    started: Instant,
    stop: Arc<AtomicBool>,
}

impl Watch {
    fn new(hidden: bool) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let heard = Arc::clone(&stop);
        let _ = ctrlc::set_handler(move || {
            if heard.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        });
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self { bar, hidden, started: Instant::now(), stop }
    }

    fn at(&mut self, status: Status) -> Control {
        if !self.hidden && self.started.elapsed() > Duration::from_millis(500) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.hidden = true;
        }
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{}, step {}", status.stage, status.step));
        }
        if self.stop.load(Ordering::SeqCst) { Control::Stop } else { Control::Continue }
    }
}
