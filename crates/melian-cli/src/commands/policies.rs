//! `melian policies`

use anstream::{print, println};
use melian::ensemble::Settings;
use melian::lens::{self, Lens};
use melian::scenario::{Overlay, OverlayKind, Scenario};
use melian::study::policies;
use melian::uncertainty::Design;

use crate::args::{Format, PoliciesArguments};
use crate::commands::levers;
use crate::exit::Failure;
use crate::{input, render};

/// Tells what each policy would change.
pub(crate) fn run(arguments: &PoliciesArguments) -> Result<(), Failure> {
    let input = input::read(&arguments.scenario)?;
    let scenario = input.scenario_or_fail()?;
    let under = arguments.under.iter().map(|id| perspective(scenario, id)).collect::<Result<Vec<_>, _>>()?;
    let lenses: Vec<&'static dyn Lens> =
        if arguments.lenses.is_empty() { lens::all() } else { levers::lenses(&arguments.lenses)? };
    let settings = Settings {
        seed: arguments.seed,
        draws: arguments.draws,
        design: Design::MonteCarlo,
        lenses: arguments.lenses.clone(),
    };
    let answer = policies::study(scenario, &under, &settings, &lenses, true).map_err(|diagnostics| {
        render::to_stderr(&diagnostics, &input.sources);
        Failure::Scenario
    })?;
    match arguments.format {
        Format::Json => println!("{:#}", melian_report::policies_json(scenario, &answer, arguments.seed)),
        Format::Text => {
            print!("{}", melian_report::policies(scenario, &answer, arguments.top, render::terminal_width()));
        }
    }
    Ok(())
}

fn perspective<'a>(scenario: &'a Scenario, id: &str) -> Result<&'a Overlay, Failure> {
    let all = || scenario.perspectives.iter().filter(|overlay| overlay.kind == OverlayKind::Perspective);
    all().find(|overlay| overlay.id == id).ok_or_else(|| {
        let failure = Failure::used(format!("the scenario has no perspective `{id}`"));
        match melian::diagnostic::did_you_mean(id, all().map(|overlay| overlay.id.as_str())) {
            Some(known) => failure.help(format!("did you mean `{known}`?")),
            None => failure,
        }
    })
}
