//! `melian run`

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anstream::{eprintln, println};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use melian::diagnostic::{Code, Diagnostic};
use melian::ensemble::{Plan, Settings};
use melian::lens::{self, Trace};
use melian::study::course;
use melian_store::{RunDirectory, StoreError};

use crate::args::{Format, RunArguments, Traced};
use crate::commands::check::{LONG, duration};
use crate::commands::report::{Answer, decided};
use crate::exit::Failure;
use crate::{input, render};

/// Runs a scenario through every lens and writes the report.
pub(crate) fn run(arguments: &RunArguments) -> Result<(), Failure> {
    let input = input::read(&arguments.scenario)?;
    let scenario = input.scenario_or_fail()?;
    let settings = Settings {
        seed: arguments.seed,
        draws: arguments.draws,
        design: arguments.design.of(arguments.draws),
        lenses: arguments.lenses.clone(),
    };
    let plan = plan(&input, settings)?;
    if let Some(traced) = arguments.trace {
        if let Traced::Draw(draw) = traced
            && draw >= arguments.draws
        {
            return Err(Failure::used(format!("there is no draw {draw} among {}", arguments.draws))
                .help("draws are counted from 0; `--draws` says how many there are"));
        }
        trace(&plan, variant(&plan, &arguments.under)?, traced, arguments.format);
        return Ok(());
    }
    if !arguments.quiet {
        foretell(&plan);
    }
    let manifest = plan.manifest(&input.file_name, scenario.hash());
    let root = arguments.out.clone().unwrap_or_else(|| default_root(&arguments.scenario));
    let directory = RunDirectory::new(root);
    prepare(&directory, &manifest, &input.files, arguments.replace)?;
    let threads = arguments.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Failure::used(format!("no threads: {error}")))?;
    let mut progress = Progress::new(arguments.draws, arguments.quiet || arguments.format == Format::Json);
    let finished = pool
        .install(|| melian_store::execute(&directory, &plan, &mut |done| progress.at(done)))
        .map_err(|error| Failure::used(error.to_string()))?;
    progress.finish();
    if finished.summary.draws > 0 {
        let claims = pool.install(|| super::claims::judged(&plan, Some(&directory)))?;
        let drivers = pool.install(|| decided(&plan, &directory))?;
        let answer =
            Answer::new(scenario, &plan, &manifest, &finished).with_claims(claims).with_drivers(drivers);
        answer.write(&directory.report())?;
        answer.print(arguments.format, (!arguments.quiet).then(|| directory.report()).as_deref());
    }
    if finished.is_complete() {
        return Ok(());
    }
    eprintln!(
        "stopped after {} of {} draws; the same command goes on from there",
        finished.summary.draws, finished.summary.planned
    );
    Err(Failure::Stopped)
}

/// Says beforehand what will take long.
fn foretell(plan: &Plan) {
    let costly: Vec<f64> = (0..plan.arms().len())
        .filter_map(|arm| Some(plan.model(arm).seconds()? * plan.draws(arm) as f64))
        .collect();
    let total: f64 = costly.iter().sum();
    if total > LONG {
        let cases = if costly.len() == 1 { "1 case".to_owned() } else { format!("{} cases", costly.len()) };
        eprintln!(
            "the crisis lens needs about {} on one core, {cases}, and the report as much again; `melian check` tells the \
             size, `draws` in `[lens.crisis]` says how many draws are solved",
            duration(total)
        );
    }
}

/// The plan of a scenario, or what is wrong with it on stderr.
pub(super) fn plan(input: &input::Input, settings: Settings) -> Result<Plan, Failure> {
    Plan::new(input.scenario_or_fail()?, settings).map_err(|diagnostics| {
        render::to_stderr(&diagnostics, &input.sources);
        // A lens that no text names was named on the command line.
        let asked =
            |diagnostic: &Diagnostic| diagnostic.code == Code::UNKNOWN_LENS && diagnostic.primary.is_none();
        if diagnostics.iter().all(asked) { Failure::Told } else { Failure::Scenario }
    })
}

fn default_root(scenario: &Path) -> PathBuf {
    PathBuf::from(format!("{}.run", input::stem(scenario)))
}

fn prepare(
    directory: &RunDirectory,
    manifest: &melian::ensemble::Manifest,
    files: &[(String, Vec<u8>)],
    replace: bool,
) -> Result<(), Failure> {
    let first = directory.prepare(manifest, files);
    let again = match first {
        Err(StoreError::OtherCampaign { .. }) if replace => {
            directory.remove().and_then(|()| directory.prepare(manifest, files))
        }
        other => other,
    };
    again.map_err(|error| {
        let help = matches!(error, StoreError::OtherCampaign { .. });
        let failure = Failure::used(error.to_string());
        if help {
            failure.help("`--replace` runs it anew in its place; `--out DIR` keeps both")
        } else {
            failure
        }
    })
}

/// Progress on stderr past half a second, and the ear for Ctrl-C.
struct Progress {
    bar: ProgressBar,
    hidden: bool,
    started: Instant,
    stop: Arc<AtomicBool>,
}

impl Progress {
    fn new(draws: u64, hidden: bool) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let heard = Arc::clone(&stop);
        // A second Ctrl-C must work even if the first can't be heeded: then the default stays.
        let _ = ctrlc::set_handler(move || {
            if heard.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        });
        let bar = ProgressBar::with_draw_target(Some(draws), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} draws, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        Self { bar, hidden, started: Instant::now(), stop }
    }

    fn at(&mut self, done: u64) -> ControlFlow<()> {
        if !self.hidden && self.started.elapsed() > Duration::from_millis(500) && self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            // On anything but a terminal the bar stays hidden: don't ask again.
            self.hidden = true;
        }
        self.bar.set_position(done);
        if self.stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// The variant of the plan under some overlays.
fn variant(plan: &Plan, under: &[String]) -> Result<usize, Failure> {
    plan.variant_under(under).ok_or_else(|| {
        Failure::used(format!("the run has no case under `{}`", under.join("`, `"))).help(
            "a run has each policy, each perspective and a policy with a perspective; what else claims put on together",
        )
    })
}

/// Prints how each lens came to its answer in one draw, or at the central values.
fn trace(plan: &Plan, variant: usize, traced: Traced, format: Format) {
    let worked = course::worked(plan, variant, traced.draw());
    let lenses: Vec<(String, &Trace)> =
        worked.lenses.iter().map(|(arm, trace)| (lens::full_id(&arm.lens, &arm.reading), trace)).collect();
    if format == Format::Json {
        let draw = traced.draw().map_or_else(|| "central".into(), serde_json::Value::from);
        let lenses: Vec<_> =
            lenses.iter().map(|(lens, trace)| serde_json::json!({ "lens": lens, "trace": trace })).collect();
        println!("{:#}", serde_json::json!({ "schema_version": 1, "draw": draw, "lenses": lenses }));
        return;
    }
    let width = render::terminal_width();
    let value = |field| worked.numbers.value(field, 0);
    let name = traced.to_string();
    println!("{}", melian_report::inputs(&plan.variants()[variant].scenario, &name, width, value));
    for (lens, trace) in &lenses {
        println!("{}", melian_report::trace(lens, &name, trace, width));
    }
}
