//! `melian compare`

use std::path::Path;
use std::time::{Duration, Instant};

use anstream::{print, println};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use melian::ensemble::{Manifest, Settings};
use melian::lens::{self, Lens};
use melian::scenario::Scenario;
use melian::study::compare;
use melian::uncertainty::Design;
use melian_report::Side;
use melian_store::{Finished, RunDirectory};

use crate::args::{CompareArguments, Format};
use crate::commands::report::replan;
use crate::exit::Failure;
use crate::input::Input;
use crate::{input, render};

/// Tells what changed between two runs, and which input did it.
pub(crate) fn run(arguments: &CompareArguments) -> Result<(), Failure> {
    let (old, new) = (Run::read(&arguments.old)?, Run::read(&arguments.new)?);
    let (before, after) = (old.input.scenario_or_fail()?, new.input.scenario_or_fail()?);
    let settings = Settings {
        seed: new.manifest.seed,
        draws: arguments.draws,
        design: Design::MonteCarlo,
        lenses: arguments.lenses.clone(),
    };
    let lenses = lenses(arguments, &[&old.manifest, &new.manifest])?;
    let watch = Watch::new(arguments.format == Format::Json);
    let compared = compare::compare(before, after, &settings, &lenses, &|done, all| watch.at(done, all));
    watch.bar.finish_and_clear();
    let comparison = compared.map_err(|diagnostics| {
        render::to_stderr(&diagnostics, &new.input.sources);
        Failure::Scenario
    })?;
    let (kept_old, kept_new) = (old.finished(before), new.finished(after));
    let (old, new) = (old.side(before, kept_old.as_ref()), new.side(after, kept_new.as_ref()));
    match arguments.format {
        Format::Json => println!("{:#}", melian_report::compare_json(old, new, &comparison)),
        Format::Text => {
            print!("{}", melian_report::compare(old, new, &comparison, render::terminal_width()));
        }
    }
    Ok(())
}

/// Progress on stderr past half a second.
struct Watch {
    bar: ProgressBar,
    hidden: bool,
    started: Instant,
}

impl Watch {
    fn new(hidden: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} scenarios, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        Self { bar, hidden, started: Instant::now() }
    }

    fn at(&self, done: usize, all: usize) {
        if !self.hidden && self.bar.is_hidden() && self.started.elapsed() > Duration::from_millis(500) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_length(all as u64);
        self.bar.set_position(done as u64);
    }
}

/// A run on disk.
struct Run {
    name: String,
    directory: RunDirectory,
    manifest: Manifest,
    input: Input,
}

impl Run {
    fn read(path: &Path) -> Result<Self, Failure> {
        let directory = RunDirectory::new(path);
        let manifest = directory.manifest().map_err(|error| Failure::used(error.to_string()))?;
        let input = input::read(&directory.scenario(&manifest.file))?;
        Ok(Self { name: path.display().to_string(), directory, manifest, input })
    }

    /// What the run holds, if this version made it and all of it is there.
    fn finished(&self, scenario: &Scenario) -> Option<Finished> {
        let plan = replan(scenario, &self.manifest).ok()?;
        melian_store::collect(&self.directory, &plan).ok().filter(Finished::is_complete)
    }

    fn side<'a>(&'a self, scenario: &'a Scenario, finished: Option<&'a Finished>) -> Side<'a> {
        Side {
            name: &self.name,
            manifest: &self.manifest,
            scenario,
            summary: finished.map(|finished| &finished.summary),
        }
    }
}

/// The lenses that are asked for; else those that spoke in one of the runs.
fn lenses(arguments: &CompareArguments, manifests: &[&Manifest]) -> Result<Vec<&'static dyn Lens>, Failure> {
    if let Some(unknown) = arguments.lenses.iter().find(|name| lens::find(name).is_empty()) {
        return Err(Failure::used(format!("unknown lens `{unknown}`")).help("`melian lenses` lists them"));
    }
    let asked = |lens: &dyn Lens| {
        let card = lens.card();
        arguments.lenses.iter().any(|name| *name == card.id || *name == card.full_id())
    };
    let spoke = |lens: &dyn Lens| {
        let card = lens.card();
        manifests
            .iter()
            .flat_map(|manifest| &manifest.arms)
            .any(|arm| arm.lens == card.id && arm.reading == card.reading)
    };
    let all = lens::all().into_iter();
    Ok(all.filter(|lens| if arguments.lenses.is_empty() { spoke(*lens) } else { asked(*lens) }).collect())
}
