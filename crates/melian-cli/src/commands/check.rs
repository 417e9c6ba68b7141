//! `melian check`

use std::path::Path;

use anstream::println;
use melian::diagnostic::Diagnostic;
use melian::ensemble::{Plan, Settings};
use melian::lens;
use melian::scenario::Scenario;
use melian::uncertainty::Design;
use serde_json::{Value, json};

use crate::args::{CheckArguments, Format};
use crate::exit::Failure;
use crate::input::{self, Input};
use crate::render;

/// Checks scenarios and says which lenses can run on them.
pub(crate) fn run(arguments: &CheckArguments) -> Result<(), Failure> {
    let mut failed = false;
    let mut reports = Vec::new();
    for path in &arguments.scenarios {
        let mut input = input::read(path)?;
        let plan = input.scenario.as_ref().map(plan);
        let plan = plan.and_then(|plan| plan.map_err(|problems| input.diagnostics.extend(problems)).ok());
        failed |= input.diagnostics.iter().any(Diagnostic::is_error);
        match arguments.format {
            Format::Text => print(path, &input, plan.as_ref()),
            Format::Json => reports.push(report(path, &input, plan.as_ref())),
        }
    }
    if arguments.format == Format::Json {
        println!("{:#}", json!({ "schema_version": 1, "scenarios": reports }));
    }
    if failed { Err(Failure::Scenario) } else { Ok(()) }
}

fn plan(scenario: &Scenario) -> Result<Plan, Vec<Diagnostic>> {
    Plan::new(scenario, Settings { seed: 1, draws: 1, design: Design::MonteCarlo, lenses: Vec::new() })
}

fn print(path: &Path, input: &Input, plan: Option<&Plan>) {
    render::to_stderr(&input.diagnostics, &input.sources);
    let (Some(scenario), Some(plan)) = (&input.scenario, plan) else { return };
    println!("{}: {}", path.display(), described(scenario));
    println!("  can run     {}", speakers(plan).join(", "));
    for (lens, reason) in plan.silent() {
        println!("  can't run   {lens}: {reason}");
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

/// Full ids of the lenses that can run on the scenario as written.
fn speakers(plan: &Plan) -> Vec<String> {
    plan.arms()
        .filter(|arm| arm.policy.is_none() && arm.perspective.is_none())
        .map(|arm| lens::full_id(&arm.lens, &arm.reading))
        .collect()
}

fn report(path: &Path, input: &Input, plan: Option<&Plan>) -> Value {
    json!({
        "scenario": path.display().to_string(),
        "valid": input.scenario.is_some() && !input.diagnostics.iter().any(Diagnostic::is_error),
        "diagnostics": render::json(&input.diagnostics, &input.sources),
        "lenses": plan.map(speakers),
        "silent": plan.map(|plan| {
            plan.silent().iter().map(|(lens, why)| json!({ "lens": lens, "reason": why })).collect::<Vec<_>>()
        }),
    })
}
