//! `melian report`

use std::ops::ControlFlow;
use std::path::Path;

use anstream::{eprintln, print, println};
use melian::analysis::claims::Judgement;
use melian::analysis::{DrawCollector, DriverOptions, MeasureDrivers};
use melian::ensemble::{Arm, CHUNK_DRAWS, Manifest, Plan, Settings};
use melian::lens::{self, Family, Lens};
use melian::scenario::Scenario;
use melian::study::course::{self, Story};
use melian::study::crisis::{self, CrisisStory};
use melian::study::hinges::{self, Hinges};
use melian::study::packages::Packages;
use melian::study::policies::{self, Policies};
use melian::uncertainty::Design;
use melian_report::{LensNote, ReportInput};
use melian_store::{Finished, RunDirectory};

use super::draws::is_headline;
use crate::args::{Format, ReportArguments};
use crate::exit::Failure;
use crate::{files, input, render};

/// Draws over which packages are counted in a report, unless the run has fewer.
const PACKAGE_DRAWS: u64 = 1000;
/// Draws over which policies are compared in a report, unless the run has fewer.
const POLICY_DRAWS: u64 = 256;

/// Writes the report of a run anew and prints its answer.
pub(crate) fn run(arguments: &ReportArguments) -> Result<(), Failure> {
    let directory = RunDirectory::new(&arguments.run);
    let manifest = directory.manifest().map_err(|error| Failure::used(error.to_string()))?;
    let input = input::read(&directory.scenario(&manifest.file))?;
    let scenario = input.scenario_or_fail()?;
    let plan = replan(scenario, &manifest)?;
    let finished =
        melian_store::collect(&directory, &plan).map_err(|error| Failure::used(error.to_string()))?;
    if finished.summary.draws == 0 {
        return Err(Failure::used(format!("the run `{}` has no whole part yet", arguments.run.display()))
            .help(format!("go on with it: `{}`", manifest.command)));
    }
    let claims = super::claims::judged(&plan, Some(&directory))?;
    let answer = Answer::new(scenario, &plan, &manifest, &finished)
        .with_claims(claims)
        .with_drivers(decided(&plan, &directory)?);
    let path = arguments.out.clone().unwrap_or_else(|| directory.report());
    answer.write(&path)?;
    answer.print(arguments.format, Some(&path));
    Ok(())
}

/// The plan of a run that is on disk.
pub(crate) fn replan(scenario: &Scenario, manifest: &Manifest) -> Result<Plan, Failure> {
    let other = || {
        Failure::used("the run was made by another version of Melian")
            .help(format!("run it anew: `{}`", manifest.command))
    };
    let design = Design::named(&manifest.design, manifest.draws).ok_or_else(other)?;
    let settings =
        Settings { seed: manifest.seed, draws: manifest.draws, design, lenses: manifest.lenses.clone() };
    let plan = Plan::new(scenario, settings).map_err(|_| other())?;
    if plan.manifest(&manifest.file, scenario.hash()).campaign == manifest.campaign {
        Ok(plan)
    } else {
        Err(other())
    }
}

/// Everything an answer is made of.
pub(crate) struct Answer<'a> {
    scenario: &'a Scenario,
    manifest: &'a Manifest,
    finished: &'a Finished,
    lenses: Vec<LensNote<'static>>,
    stories: Vec<Story>,
    crises: Vec<CrisisStory>,
    drivers: Vec<MeasureDrivers>,
    packages: Option<Packages>,
    hinges: Hinges,
    policies: Option<Policies>,
    claims: Vec<Judgement>,
}

impl<'a> Answer<'a> {
    /// Works out what the rows don't hold.
    pub(crate) fn new(
        scenario: &'a Scenario,
        plan: &Plan,
        manifest: &'a Manifest,
        finished: &'a Finished,
    ) -> Self {
        let (lenses, stories) = (lens_notes(plan), course::stories(plan, course::DRAWS));
        let crises = crisis::stories(plan, crisis::DRAWS);
        let packages = packages(scenario, manifest);
        let (hinges, policies) = (hinges::glance(plan), policies(scenario, manifest));
        let (drivers, claims) = (Vec::new(), Vec::new());
        Self {
            scenario,
            manifest,
            finished,
            lenses,
            stories,
            crises,
            drivers,
            packages,
            hinges,
            policies,
            claims,
        }
    }

    /// Adds the verdicts on the scenario's claims.
    pub(crate) fn with_claims(self, claims: Vec<Judgement>) -> Self {
        Self { claims, ..self }
    }

    /// Adds what explains the headlines.
    pub(crate) fn with_drivers(self, drivers: Vec<MeasureDrivers>) -> Self {
        Self { drivers, ..self }
    }

    fn input(&self) -> ReportInput<'_> {
        ReportInput {
            scenario: self.scenario,
            summary: &self.finished.summary,
            manifest: self.manifest,
            digest: &self.finished.digest,
            lenses: &self.lenses,
            stories: &self.stories,
            crises: &self.crises,
            drivers: &self.drivers,
            packages: self.packages.as_ref(),
            hinges: Some(&self.hinges),
            policies: self.policies.as_ref(),
            claims: &self.claims,
        }
    }

    /// Writes the HTML report.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        files::write(path, &melian_report::html(&self.input()))
    }

    /// Prints the answer.
    pub(crate) fn print(&self, format: Format, report: Option<&Path>) {
        match format {
            Format::Text => {
                let (width, color) = (render::terminal_width(), render::stdout_color());
                print!("{}", melian_report::terminal(&self.input(), width, color));
                if let Some(path) = report {
                    println!("Report             {}", path.display());
                }
            }
            Format::Json => {
                println!("{:#}", melian_report::json(&self.input()));
                if let Some(path) = report {
                    eprintln!("report: {}", path.display());
                }
            }
        }
    }
}

/// What explains the headlines of the scenario as written, from the run's first draws.
pub(super) fn decided(plan: &Plan, directory: &RunDirectory) -> Result<Vec<MeasureDrivers>, Failure> {
    let base = |arm: &Arm| arm.policy.is_none() && arm.perspective.is_none();
    let mut collector = DrawCollector::new(plan, CHUNK_DRAWS as usize, base);
    melian_store::visit(directory, plan, &mut |chunk| {
        collector.add(chunk);
        if collector.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .map_err(|error| Failure::used(error.to_string()))?;
    let options = DriverOptions { resamples: 0, together: false, seed: plan.settings().seed };
    Ok(collector.finish().drivers(is_headline, &options))
}

/// What each policy would change, through the lenses of the run that are quick to solve.
fn policies(scenario: &Scenario, manifest: &Manifest) -> Option<Policies> {
    let named = manifest.lenses.iter().flat_map(|name| lens::find(name));
    let mut lenses: Vec<&'static dyn Lens> =
        if manifest.lenses.is_empty() { lens::all() } else { named.collect() };
    lenses.retain(|lens| lens.card().family != Family::Crisis);
    let settings = Settings {
        seed: manifest.seed,
        draws: manifest.draws.min(POLICY_DRAWS),
        design: Design::MonteCarlo,
        lenses: Vec::new(),
    };
    let told = !scenario.policies.is_empty();
    told.then(|| policies::study(scenario, &[], &settings, &lenses, false).ok()).flatten()
}

/// The packages, where there are several issues to put together or options to choose from. A scenario with too many
/// combinations is told by its issues alone.
fn packages(scenario: &Scenario, manifest: &Manifest) -> Option<Packages> {
    let together = scenario.issues.len() > 1 || scenario.issues.iter().any(|issue| issue.options);
    let settings = Settings {
        seed: manifest.seed,
        draws: manifest.draws.min(PACKAGE_DRAWS),
        design: Design::MonteCarlo,
        lenses: Vec::new(),
    };
    together.then(|| Packages::study(scenario, scenario, &settings).ok()).flatten()
}

/// One note per lens of the run: what it is, what it rests on, or why it is silent.
fn lens_notes(plan: &Plan) -> Vec<LensNote<'static>> {
    lens::all()
        .iter()
        .filter_map(|lens| {
            let card = lens.card();
            let id = card.full_id();
            let arm = plan.arms().position(|arm| lens::full_id(&arm.lens, &arm.reading) == id);
            let problem = plan.silent().iter().find(|(silent, _)| *silent == id).map(|(_, why)| why.clone());
            if arm.is_none() && problem.is_none() {
                return None;
            }
            let model = arm.map(|arm| plan.model(arm));
            Some(LensNote {
                card,
                reference: model.and_then(|model| model.reference().cloned()),
                record: model.and_then(|model| model.track_record().cloned()),
                problem: if arm.is_some() { None } else { problem },
            })
        })
        .collect()
}
