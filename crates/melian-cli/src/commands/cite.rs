//! `melian cite`

use anstream::println;
use melian::ensemble::{Plan, Settings};
use melian::lens;
use melian::uncertainty::Design;

use crate::args::CiteArguments;
use crate::exit::Failure;
use crate::{input, render};

/// Prints references for a scenario and the lenses that can speak to it.
pub(crate) fn run(arguments: &CiteArguments) -> Result<(), Failure> {
    let input = input::read(&arguments.scenario)?;
    let scenario = input.scenario_or_fail()?;
    let settings = Settings { seed: 1, draws: 1, design: Design::MonteCarlo, lenses: Vec::new() };
    let plan = Plan::new(scenario, settings).map_err(|diagnostics| {
        render::to_stderr(&diagnostics, &input.sources);
        Failure::Scenario
    })?;
    println!("Program\n  Melian {} (The Melian developers)", env!("CARGO_PKG_VERSION"));
    println!("Scenario\n  {} (SHA-256 {})", scenario.about.title, scenario.hash());
    if let Some(source) = &scenario.about.source {
        println!("  after {source}");
    }
    println!("Lenses");
    let mut data: Vec<&str> = Vec::new();
    let mut works: Vec<(&str, Vec<String>)> = Vec::new();
    for (arm, planned) in plan.arms().enumerate() {
        if planned.policy.is_some() || planned.perspective.is_some() {
            continue;
        }
        let id = lens::full_id(&planned.lens, &planned.reading);
        if let Some(lens) = lens::all().iter().find(|lens| lens.card().full_id() == id) {
            let citation = lens.card().citation;
            match works.iter_mut().find(|(known, _)| *known == citation) {
                Some((_, ids)) => ids.push(id),
                None => works.push((citation, vec![id])),
            }
        }
        let model = plan.model(arm);
        let used =
            [model.track_record().map(|record| record.data), model.reference().map(|class| class.citation)];
        for citation in used.into_iter().flatten() {
            if !data.contains(&citation) {
                data.push(citation);
            }
        }
    }
    for (citation, ids) in works {
        println!("  {}: {citation}", ids.join(", "));
    }
    println!("Data");
    for citation in data {
        println!("  {citation}");
    }
    let sources: std::collections::BTreeSet<&str> =
        scenario.fields.iter().filter_map(|field| field.provenance.source.as_deref()).collect();
    if !sources.is_empty() {
        println!("Sources of its numbers");
        for source in sources {
            println!("  {source}");
        }
    }
    Ok(())
}
