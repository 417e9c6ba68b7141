//! `melian hinges`

use anstream::{print, println};
use melian::diagnostic::did_you_mean;
use melian::ensemble::{Plan, Settings};
use melian::scenario::Scenario;
use melian::study::hinges::{self, Reach};
use melian::uncertainty::Design;

use crate::args::{Format, HingesArguments};
use crate::exit::Failure;
use crate::{input, render};

/// Tells at which values of which numbers the answers turn over.
pub(crate) fn run(arguments: &HingesArguments) -> Result<(), Failure> {
    let input = input::read(&arguments.scenario)?;
    let scenario = input.scenario_or_fail()?;
    let settings = Settings {
        seed: arguments.seed,
        draws: arguments.draws,
        design: Design::MonteCarlo,
        lenses: arguments.lenses.clone(),
    };
    let plan = Plan::new(scenario, settings).map_err(|diagnostics| {
        render::to_stderr(&diagnostics, &input.sources);
        Failure::Scenario
    })?;
    let reach = Reach { draws: arguments.draws, certain: !arguments.uncertain, pairs: !arguments.single };
    let only = arguments.claim.as_deref().map(|id| claim(scenario, id)).transpose()?;
    let answer = hinges::study(&plan, reach, only);
    match arguments.format {
        Format::Json => println!("{:#}", melian_report::hinges_json(scenario, &answer, arguments.seed)),
        Format::Text => {
            print!("{}", melian_report::hinges(scenario, &answer, arguments.top, render::terminal_width()));
        }
    }
    Ok(())
}

fn claim(scenario: &Scenario, id: &str) -> Result<usize, Failure> {
    let ids = || scenario.claims.iter().map(|claim| claim.id.as_str());
    ids().position(|known| known == id).ok_or_else(|| {
        let failure = Failure::used(format!("the scenario has no claim `{id}`"));
        match did_you_mean(id, ids()) {
            Some(known) => failure.help(format!("did you mean `{known}`?")),
            None => failure,
        }
    })
}
