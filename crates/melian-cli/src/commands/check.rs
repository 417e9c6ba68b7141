//! `melian check`

use std::path::Path;

use anstream::println;
use melian::diagnostic::Diagnostic;
use melian::ensemble::{self, Speakers};
use melian::lens::crisis::{self, GameSize};
use melian::scenario::Scenario;
use serde_json::{Value, json};

use crate::args::{CheckArguments, Format};
use crate::exit::Failure;
use crate::input::{self, Input};
use crate::render;

/// Draws that take longer, in seconds on one core, come with advice, and a run says so beforehand.
pub(super) const LONG: f64 = 120.0;

/// Checks scenarios and says which lenses can run on them.
pub(crate) fn run(arguments: &CheckArguments) -> Result<(), Failure> {
    let mut failed = false;
    let mut reports = Vec::new();
    for path in &arguments.scenarios {
        let mut input = input::read(path)?;
        let lenses = input.scenario.as_ref().map(ensemble::speakers);
        let lenses =
            lenses.and_then(|lenses| lenses.map_err(|mistakes| input.diagnostics.extend(mistakes)).ok());
        failed |= input.diagnostics.iter().any(Diagnostic::is_error);
        match arguments.format {
            Format::Text => print(path, &input, lenses.as_ref()),
            Format::Json => reports.push(report(path, &input, lenses.as_ref())),
        }
    }
    if arguments.format == Format::Json {
        println!("{:#}", json!({ "schema_version": 1, "scenarios": reports }));
    }
    if failed { Err(Failure::Scenario) } else { Ok(()) }
}

fn print(path: &Path, input: &Input, lenses: Option<&Speakers>) {
    render::to_stderr(&input.diagnostics, &input.sources);
    let (Some(scenario), Some(lenses)) = (&input.scenario, lenses) else { return };
    println!("{}: {}", path.display(), described(scenario));
    println!("  can run     {}", lenses.able.join(", "));
    for (lens, reason) in &lenses.silent {
        println!("  can't run   {lens}: {reason}");
    }
    if let Some(size) = game(scenario) {
        println!("  the game    {}", sized(&size));
    }
    for sentence in left_out(scenario) {
        println!("  left out    {sentence}");
    }
}

/// The game of the crisis lens, where it can be played.
fn game(scenario: &Scenario) -> Option<GameSize> {
    let options = scenario.lens_options.get("crisis").cloned().unwrap_or_default();
    crisis::size(scenario, &options).ok()
}

/// What the scenario says and that game leaves out.
fn left_out(scenario: &Scenario) -> Vec<String> {
    let options = scenario.lens_options.get("crisis").cloned().unwrap_or_default();
    crisis::left_out(scenario, &options).unwrap_or_default()
}

fn sized(size: &GameSize) -> String {
    let types: Vec<String> = size.types.iter().map(usize::to_string).collect();
    let all = size.seconds * size.draws as f64;
    let advice = if all > LONG {
        "; fewer types, players, periods, rungs or offers make it quicker, `draws` in `[lens.crisis]` says how many are solved"
    } else {
        ""
    };
    format!(
        "{} players of {} types, {} periods, {} offers: {} public states, {} unknowns; about {} a draw on one core, {} for the \
         {} draws of a case{advice}",
        size.players,
        types.join(" and "),
        size.periods,
        size.offers,
        size.states,
        size.unknowns,
        duration(size.seconds),
        duration(all),
        size.draws,
    )
}

/// "20 ms", "16 s", "4 min", "2 h".
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        short if short < 0.001 => "under 1 ms".to_owned(),
        short if short < 1.0 => format!("{:.0} ms", 1000.0 * short),
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        long if long < 7200.0 => format!("{:.0} min", long / 60.0),
        long => format!("{:.0} h", long / 3600.0),
    }
}

fn described(scenario: &Scenario) -> String {
    let uncertain = scenario.fields.iter().filter(|field| !field.is_certain()).count();
    let parts = [
        (scenario.actors.len(), "actor", "actors"),
        (scenario.issues.len(), "issue", "issues"),
        (scenario.policies.len(), "policy", "policies"),
        (scenario.perspectives.len(), "perspective", "perspectives"),
        (scenario.claims.len(), "claim", "claims"),
    ];
    let mut words: Vec<String> = parts
        .iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
        .collect();
    words.push(format!("{} numbers, {uncertain} of them uncertain", scenario.fields.len()));
    words.join(", ")
}

fn report(path: &Path, input: &Input, lenses: Option<&Speakers>) -> Value {
    json!({
        "scenario": path.display().to_string(),
        "valid": input.scenario.is_some() && !input.diagnostics.iter().any(Diagnostic::is_error),
        "diagnostics": render::json(&input.diagnostics, &input.sources),
        "game": input.scenario.as_ref().and_then(game),
        "left_out": input.scenario.as_ref().map(left_out),
        "lenses": lenses.map(|lenses| &lenses.able),
        "silent": lenses.map(|lenses| {
            lenses.silent.iter().map(|(lens, why)| json!({ "lens": lens, "reason": why })).collect::<Vec<_>>()
        }),
    })
}
