//! `melian solve`

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anstream::{eprintln, print, println};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
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
    let options = SolveOptions {
        concept,
        exact: arguments.exact,
        restarts: arguments.restarts,
        seed: arguments.seed,
        limits,
        ..SolveOptions::default()
    };
    if arguments.restarts > 0 && !matches!(concept, Concept::Auto | Concept::LogitLimit | Concept::Qre { .. })
    {
        return Err(Failure::used("this concept has no branches to look for")
            .help("--restarts goes with --concept auto, limit or qre"));
    }
    let mut watch = Watch::new(arguments.format == Format::Json, arguments.time);
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
    if watch.is_late() {
        eprintln!("the time is up; the best found until then is above");
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

/// Progress on stderr past half a second, the ear for Ctrl-C, and the time that is given.
struct Watch {
    bar: ProgressBar,
    hidden: bool,
    started: Instant,
    time: Option<Duration>,
    stop: Arc<AtomicBool>,
}

impl Watch {
    fn new(hidden: bool, time: Option<Duration>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let heard = Arc::clone(&stop);
        let _ = ctrlc::set_handler(move || {
            if heard.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        });
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        bar.set_style(style);
        Self { bar, hidden, started: Instant::now(), time, stop }
    }

    fn is_late(&self) -> bool {
        self.time.is_some_and(|time| self.started.elapsed() >= time)
    }

    fn at(&mut self, status: Status) -> Control {
        if !self.hidden && self.started.elapsed() > Duration::from_millis(500) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.hidden = true;
        }
        if !self.bar.is_hidden() {
            self.bar.set_message(in_words(status));
            self.bar.tick();
        }
        if self.stop.load(Ordering::SeqCst) || self.is_late() { Control::Stop } else { Control::Continue }
    }
}

/// Where a run stands: what is known of it, and no more.
fn in_words(status: Status) -> String {
    let mut words = format!("{}, step {}", status.stage, status.step);
    if status.lambda > 0.0 {
        let _ = write!(words, ", lambda {:.3}", status.lambda);
    }
    if status.regret.is_finite() {
        let _ = write!(words, ", smallest regret {:.1e}", status.regret);
    }
    words
}
