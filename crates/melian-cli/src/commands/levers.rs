//! `melian levers`

use anstream::{print, println};
use melian::diagnostic::did_you_mean;
use melian::ensemble::Settings;
use melian::lens::{self, Lens};
use melian::scenario::{ActorId, Scenario};
use melian::study::levers::{self, Seat};
use melian::uncertainty::Design;

use crate::args::{Format, LeversArguments};
use crate::exit::Failure;
use crate::{input, render};

/// Tells what could widen the room or move the terms.
pub(crate) fn run(arguments: &LeversArguments) -> Result<(), Failure> {
    let input = input::read(&arguments.scenario)?;
    let scenario = input.scenario_or_fail()?;
    let seat = seat(scenario, &arguments.seat)?;
    let lenses = lenses(&arguments.lenses)?;
    let settings = Settings {
        seed: arguments.seed,
        draws: arguments.draws,
        design: Design::MonteCarlo,
        lenses: arguments.lenses.clone(),
    };
    let answer = levers::study(scenario, &settings, &lenses, seat, arguments.by).map_err(|diagnostics| {
        render::to_stderr(&diagnostics, &input.sources);
        Failure::Scenario
    })?;
    match arguments.format {
        Format::Json => println!("{:#}", melian_report::levers_json(scenario, &answer, seat, arguments.seed)),
        Format::Text => {
            let width = render::terminal_width();
            print!("{}", melian_report::levers(scenario, &answer, seat, arguments.top, width));
        }
    }
    Ok(())
}

fn seat(scenario: &Scenario, name: &str) -> Result<Seat, Failure> {
    let ids = || scenario.actors.iter().map(|actor| actor.id.as_str());
    if let Some(index) = ids().position(|id| id == name) {
        return Ok(Seat::Actor(ActorId::new(index)));
    }
    if name == "mediator" {
        return Ok(Seat::Mediator);
    }
    let failure = Failure::used(format!("the scenario has no actor `{name}`"));
    Err(match did_you_mean(name, ids().chain(["mediator"])) {
        Some(known) => failure.help(format!("did you mean `{known}`?")),
        None => {
            failure.help(format!("--for takes mediator or one of: {}", ids().collect::<Vec<_>>().join(", ")))
        }
    })
}

/// The lenses of these names, each once.
pub(crate) fn lenses(names: &[String]) -> Result<Vec<&'static dyn Lens>, Failure> {
    let mut chosen: Vec<&'static dyn Lens> = Vec::new();
    for name in names {
        let found = lens::find(name);
        if found.is_empty() {
            return Err(Failure::used(format!("unknown lens `{name}`")).help("`melian lenses` lists them"));
        }
        for lens in found {
            if !chosen.iter().any(|known| known.card().full_id() == lens.card().full_id()) {
                chosen.push(lens);
            }
        }
    }
    Ok(chosen)
}
