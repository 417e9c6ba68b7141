//! `melian seal`

use anstream::{print, println};
use melian::diagnostic::did_you_mean;
use melian::ensemble::{Manifest, Plan};
use melian::ledger::{Content, Forecast, Forecaster, Ledger, SealedFile, SealedRun, Terms};
use melian::scenario::{Date, Guard, Scenario, Status};
use melian_store::{Finished, RunDirectory};
use std::ops::ControlFlow;

use crate::args::{Format, SealArguments};
use crate::commands::report::replan;
use crate::exit::Failure;
use crate::{input, ledger, render};

/// Adds what a run expects to the ledger.
pub(crate) fn run(arguments: &SealArguments) -> Result<(), Failure> {
    let directory = RunDirectory::new(&arguments.run);
    let used = |error: melian_store::StoreError| Failure::used(error.to_string());
    let manifest = directory.manifest().map_err(used)?;
    let input = input::read(&directory.scenario(&manifest.file))?;
    let scenario = input.scenario_or_fail()?;
    let plan = replan(scenario, &manifest)?;
    let terms = terms(scenario, arguments)?;
    let finished = melian_store::collect(&directory, &plan).map_err(used)?;
    if !finished.is_complete() {
        let (done, planned) = (finished.summary.draws, finished.summary.planned);
        return Err(Failure::used(format!("the run has only {done} of its {planned} draws"))
            .help(format!("go on with it: `{}`", manifest.command)));
    }
    let mut forecaster = forecaster(&plan, &terms)?;
    melian_store::visit(&directory, &plan, &mut |chunk| {
        forecaster.add(chunk);
        ControlFlow::Continue(())
    })
    .map_err(used)?;
    let files = input.files.iter().map(|(name, bytes)| SealedFile::new(name, bytes)).collect();
    let forecast = forecast(scenario, &manifest, &finished, terms, forecaster, files, arguments)?;
    let date = ledger::day(arguments.date.as_deref())?;
    let mut file = ledger::open(&arguments.ledger, true)?;
    refuse_twice(file.ledger(), &forecast)?;
    let content = Content::Forecast(Box::new(forecast.clone()));
    let sealed =
        file.append(&date.to_string(), content).map_err(|error| ledger::fault(&arguments.ledger, error))?;
    match arguments.format {
        Format::Json => println!(
            "{:#}",
            serde_json::json!({ "schema_version": 1, "entry": sealed.entry.entry, "hash": sealed.hash, "forecast": forecast })
        ),
        Format::Text => {
            print!("{}", melian_report::sealed(&forecast, render::terminal_width()));
            println!();
            println!("entry {} of {}, {date}", sealed.entry.entry, arguments.ledger.display());
            println!("head {}", sealed.hash);
        }
    }
    Ok(())
}

/// What is wanted, with overlays told apart.
fn terms(scenario: &Scenario, arguments: &SealArguments) -> Result<Terms, Failure> {
    let mut terms = Terms { questions: arguments.measures.clone(), ..Terms::default() };
    for id in &arguments.under {
        let policy = scenario.policies.iter().find(|policy| policy.id == *id);
        let perspective = scenario.perspectives.iter().find(|perspective| perspective.id == *id);
        let place = match (policy, perspective) {
            (Some(policy), _) => {
                if !Guard::new(scenario).may_rank(policy) {
                    return Err(Failure::used(format!("`{id}` is coercive, and the conflict is not over"))
                        .help("forecasts under coercive policies are not sealed; a claim may test it"));
                }
                &mut terms.policy
            }
            (None, Some(_)) => &mut terms.perspective,
            (None, None) => {
                let overlays = || scenario.policies.iter().chain(&scenario.perspectives);
                let failure = Failure::used(format!("the scenario has no policy or perspective `{id}`"));
                return Err(match did_you_mean(id, overlays().map(|overlay| overlay.id.as_str())) {
                    Some(known) => failure.help(format!("did you mean `{known}`?")),
                    None => failure,
                });
            }
        };
        if place.replace(id.clone()).is_some() {
            return Err(Failure::used("--under takes one policy and one perspective at most")
                .help("seal the run once for each"));
        }
    }
    Ok(terms)
}

/// A forecaster of what is asked.
pub(crate) fn forecaster(plan: &Plan, terms: &Terms) -> Result<Forecaster, Failure> {
    Forecaster::new(plan, terms).map_err(|known| {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let unknown = terms.questions.iter().find(|name| !known.contains(&name.as_str()));
        match unknown {
            Some(name) if !known.is_empty() => {
                let failure = Failure::used(format!("no lens of the run forecasts `{name}`"));
                match did_you_mean(name, known.iter().copied()) {
                    Some(close) => failure.help(format!("did you mean `{close}`?")),
                    None => failure.help(format!("--measure takes: {}", known.join(", "))),
                }
            }
            _ => Failure::used("no lens of the run forecasts anything that will be known one day")
                .help("terms, endings, war, rungs, allies and offices can be sealed; room and gains can't"),
        }
    })
}

fn forecast(
    scenario: &Scenario,
    manifest: &Manifest,
    finished: &Finished,
    terms: Terms,
    forecaster: Forecaster,
    files: Vec<SealedFile>,
    arguments: &SealArguments,
) -> Result<Forecast, Failure> {
    let about = &scenario.about;
    let question = arguments.question.clone().or_else(|| about.question.clone()).ok_or_else(|| {
        Failure::used("the scenario asks no question").help("say what will be resolved: --question TEXT")
    })?;
    let due = match &arguments.due {
        Some(text) => {
            Some(text.parse::<Date>().map_err(|expected| Failure::used(format!("--due: {expected}")))?)
        }
        None => about.horizon,
    };
    let (questions, said) = forecaster.finish();
    if said.is_empty() {
        return Err(Failure::used("no lens says anything of this in any draw"));
    }
    Ok(Forecast {
        title: about.title.clone(),
        question,
        resolution: arguments.resolution.clone().or_else(|| about.resolution.clone()),
        due: due.map(|due| due.to_string()),
        status: match about.status {
            Status::Past => "past",
            Status::Ongoing => "ongoing",
            Status::Hypothetical => "hypothetical",
        }
        .to_owned(),
        policy: terms.policy,
        perspective: terms.perspective,
        run: SealedRun {
            version: manifest.version.clone(),
            campaign: manifest.campaign.clone(),
            scenario: manifest.scenario.clone(),
            digest: finished.digest.clone(),
            seed: manifest.seed,
            design: manifest.design.clone(),
            lenses: manifest.lenses.clone(),
            draws: manifest.draws,
        },
        files,
        questions,
        said,
    })
}

/// The same forecast twice would count twice.
fn refuse_twice(ledger: &Ledger, forecast: &Forecast) -> Result<(), Failure> {
    for (entry, _, other) in ledger.forecasts() {
        let same = other.run.campaign == forecast.run.campaign
            && other.policy == forecast.policy
            && other.perspective == forecast.perspective;
        let both = other.questions.iter().find(|question| forecast.questions.contains(question));
        if let Some(question) = both.filter(|_| same) {
            return Err(Failure::used(format!(
                "entry {entry} holds this run's forecast of `{}`",
                question.name
            ))
            .help("a forecast counts once; seal another run, or other measures"));
        }
    }
    Ok(())
}
