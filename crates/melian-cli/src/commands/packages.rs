//! `melian packages`

use anstream::{print, println};
use melian::ensemble::Settings;
use melian::scenario::{Guard, Overlay, OverlayKind, Scenario};
use melian::study::packages::Packages;
use melian::uncertainty::Design;

use crate::args::{Format, PackagesArguments};
use crate::exit::Failure;
use crate::{input, render};

/// Looks for packages and tells the solution points.
pub(crate) fn run(arguments: &PackagesArguments) -> Result<(), Failure> {
    let input = input::read(&arguments.scenario)?;
    let base = input.scenario_or_fail()?;
    let overlays = arguments.under.iter().map(|id| overlay(base, id)).collect::<Result<Vec<_>, _>>()?;
    let fault = |diagnostics: Vec<melian::diagnostic::Diagnostic>| {
        render::to_stderr(&diagnostics, &input.sources);
        Failure::Scenario
    };
    let scenario = if overlays.is_empty() { base.clone() } else { base.under(&overlays).map_err(fault)? };
    let settings = Settings {
        seed: arguments.seed,
        draws: arguments.draws,
        design: Design::MonteCarlo,
        lenses: Vec::new(),
    };
    let answer = Packages::study(base, &scenario, &settings).map_err(fault)?;
    match arguments.format {
        Format::Json => println!("{:#}", melian_report::packages_json(&scenario, &answer, arguments.seed)),
        Format::Text => print!("{}", melian_report::packages(&scenario, &answer, render::terminal_width())),
    }
    Ok(())
}

fn overlay<'a>(scenario: &'a Scenario, id: &str) -> Result<&'a Overlay, Failure> {
    let all = || scenario.policies.iter().chain(&scenario.perspectives);
    let Some(overlay) = all().find(|overlay| overlay.id == id) else {
        let failure = Failure::used(format!("the scenario has no policy or perspective `{id}`"));
        let known = melian::diagnostic::did_you_mean(id, all().map(|overlay| overlay.id.as_str()));
        return Err(match known {
            Some(known) => failure.help(format!("did you mean `{known}`?")),
            None => failure,
        });
    };
    if overlay.kind == OverlayKind::Policy && !Guard::new(scenario).may_rank(overlay) {
        return Err(Failure::used(format!("`{id}` is coercive, and the conflict is not over"))
            .help("packages are not searched under coercive policies; a claim may test it"));
    }
    Ok(overlay)
}
