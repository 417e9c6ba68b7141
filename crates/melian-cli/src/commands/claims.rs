//! `melian claims`

use anstream::{print, println};
use melian::analysis::claims::{Judge, Judgement, Moved, Tally};
use melian::diagnostic::did_you_mean;
use melian::ensemble::{Plan, Settings};
use melian::scenario::Scenario;
use melian::study::claims::moved;
use melian_report::ClaimsInput;
use melian_store::RunDirectory;

use super::{report, run};
use crate::args::{ClaimsArguments, Format};
use crate::exit::Failure;
use crate::{input, render};

/// Judges the claims of a scenario, or of a run.
pub(crate) fn run(arguments: &ClaimsArguments) -> Result<(), Failure> {
    if arguments.scenario.is_dir() {
        let directory = RunDirectory::new(&arguments.scenario);
        let manifest = directory.manifest().map_err(|error| Failure::used(error.to_string()))?;
        let input = input::read(&directory.scenario(&manifest.file))?;
        let scenario = input.scenario_or_fail()?;
        check(scenario, &arguments.claims)?;
        let plan = report::replan(scenario, &manifest)?;
        return answer(arguments, &plan, Some(&directory));
    }
    let input = input::read(&arguments.scenario)?;
    check(input.scenario_or_fail()?, &arguments.claims)?;
    let settings = Settings {
        seed: arguments.seed,
        draws: arguments.draws,
        design: arguments.design.of(arguments.draws),
        lenses: arguments.lenses.clone(),
    };
    answer(arguments, &run::plan(&input, settings)?, None)
}

fn check(scenario: &Scenario, wanted: &[String]) -> Result<(), Failure> {
    if scenario.claims.is_empty() {
        return Err(Failure::used("the scenario states no claims")
            .help("a claim is a table `[[claim]]` with `by`, `says` and `test`"));
    }
    for id in wanted {
        let known = || scenario.claims.iter().map(|claim| claim.id.as_str());
        if !known().any(|known| known == id) {
            let failure = Failure::used(format!("the scenario has no claim `{id}`"));
            return Err(match did_you_mean(id, known()) {
                Some(known) => failure.help(format!("did you mean `{known}`?")),
                None => failure,
            });
        }
    }
    Ok(())
}

fn answer(arguments: &ClaimsArguments, plan: &Plan, directory: Option<&RunDirectory>) -> Result<(), Failure> {
    let judgements = judged(plan, directory)?;
    let input = ClaimsInput {
        scenario: &plan.variants()[0].scenario,
        judgements: &judgements,
        draws: plan.settings().draws,
        seed: plan.settings().seed,
        only: &arguments.claims,
    };
    match arguments.format {
        Format::Json => println!("{:#}", melian_report::claims_json(&input)),
        Format::Text => print!("{}", melian_report::claims(&input, render::terminal_width())),
    }
    Ok(())
}

/// The verdicts, from the tables of a run, or, without one, from a run in memory.
pub(super) fn judged(plan: &Plan, directory: Option<&RunDirectory>) -> Result<Vec<Judgement>, Failure> {
    let judge = Judge::new(plan);
    let moved = known(&judge, directory);
    let tally = match directory {
        Some(directory) => melian_store::tally(directory, &judge, &moved)
            .map_err(|error| Failure::used(error.to_string()))?
            .ok_or_else(|| {
                Failure::used(format!("the run `{}` has no whole part yet", directory.root().display()))
            })?,
        None => in_memory(plan, &judge, |chunk| judge.tally(chunk, &moved)),
    };
    Ok(judge.finish(&tally))
}

/// What is known of movements: a run keeps it, since it takes evaluations of the models.
fn known(judge: &Judge<'_>, directory: Option<&RunDirectory>) -> Moved {
    let manifest = directory.and_then(|directory| Some((directory, directory.manifest().ok()?)));
    if let Some(kept) = manifest.as_ref().and_then(|(directory, manifest)| directory.moved(manifest, judge)) {
        return kept;
    }
    let moved = moved(judge);
    if let Some((directory, manifest)) = manifest.filter(|_| !judge.movements().is_empty()) {
        // A run that can't be written to answers all the same.
        let _ = directory.keep_moved(&manifest, &moved);
    }
    moved
}

fn in_memory(plan: &Plan, judge: &Judge<'_>, tally: impl Fn(&melian::ensemble::Chunk) -> Tally) -> Tally {
    let arms: std::collections::BTreeSet<usize> =
        judge.sources().into_iter().map(|source| source.arm).collect();
    let of_chunk = |index: u64| tally(&plan.chunk_of(index, &|arm| arms.contains(&arm)));
    let mut all = of_chunk(0);
    for index in 1..plan.chunks() {
        all.add(&of_chunk(index));
    }
    all
}
