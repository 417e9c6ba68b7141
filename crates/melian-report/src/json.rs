//! The answer for scripts.

use melian::analysis::{Group, MeasureSummary};
use melian::lens::Unit;
use melian::scenario::{Overlay, Scenario, Status};
use serde_json::{Map, Value, json as object};

use crate::{LensNote, ReportInput};

/// The version of the layout of [`json`].
pub const SCHEMA_VERSION: u32 = 1;

/// The answer as data: measures by the names of their columns in the tables. A value that says nothing is `null`.
#[must_use]
pub fn json(input: &ReportInput<'_>) -> Value {
    let (scenario, summary, manifest) = (input.scenario, input.summary, input.manifest);
    let made = scenario.provenance_counts();
    let arms: Vec<Value> = summary
        .arms
        .iter()
        .map(|arm| {
            let mut value = group(scenario, &arm.pooled);
            let by_expert: Map<String, Value> = arm
                .by_expert
                .iter()
                .map(|(name, said)| (name.clone(), Value::Object(group(scenario, said))))
                .collect();
            value.insert("policy".into(), object!(arm.arm.policy));
            value.insert("perspective".into(), object!(arm.arm.perspective));
            value.insert("lens".into(), object!(arm.arm.lens));
            value.insert("reading".into(), object!(arm.arm.reading));
            value.insert("family".into(), object!(arm.arm.family));
            value.insert("by_expert".into(), Value::Object(by_expert));
            Value::Object(value)
        })
        .collect();
    object!({
        "schema_version": SCHEMA_VERSION,
        "run": {
            "version": manifest.version,
            "campaign": manifest.campaign,
            "scenario": manifest.scenario,
            "seed": manifest.seed,
            "design": manifest.design,
            "draws": summary.draws,
            "planned": summary.planned,
            "digest": input.digest,
            "command": manifest.command,
        },
        "scenario": about(scenario),
        "numbers": {
            "total": made.total(),
            "quote": made.quoted,
            "data": made.data,
            "expert": made.expert,
            "modeller": made.modeller,
        },
        "lenses": input.lenses.iter().map(|note| lens(scenario, note)).collect::<Vec<_>>(),
        "arms": arms,
    })
}

fn about(scenario: &Scenario) -> Value {
    let about = &scenario.about;
    let actors: Vec<Value> =
        scenario.actors.iter().map(|actor| object!({ "id": actor.id, "name": actor.name })).collect();
    let issues: Vec<Value> = scenario
        .issues
        .iter()
        .map(|issue| {
            let anchors: Vec<Value> =
                issue.anchors.iter().map(|(at, words)| object!({ "at": at, "words": words })).collect();
            let central = |id| scenario.field(id).central();
            object!({
                "id": issue.id,
                "name": issue.name,
                "anchors": anchors,
                "no_deal": issue.no_deal.map(central),
                "outcome": issue.outcome.map(central),
            })
        })
        .collect();
    let claims: Vec<Value> = scenario
        .claims
        .iter()
        .map(|claim| {
            object!({
                "id": claim.id,
                "by": claim.by,
                "says": claim.says,
                "counter_to": claim.counter_to,
                "test": claim.test,
            })
        })
        .collect();
    object!({
        "title": about.title,
        "question": about.question,
        "source": about.source,
        "status": match about.status {
            Status::Past => "past",
            Status::Ongoing => "ongoing",
            Status::Hypothetical => "hypothetical",
        },
        "from": about.from.map(|day| day.to_string()),
        "horizon": about.horizon.map(|day| day.to_string()),
        "resolution": about.resolution,
        "actors": actors,
        "issues": issues,
        "policies": scenario.policies.iter().map(overlay).collect::<Vec<_>>(),
        "perspectives": scenario.perspectives.iter().map(overlay).collect::<Vec<_>>(),
        "experts": scenario.experts,
        "claims": claims,
    })
}

fn overlay(overlay: &Overlay) -> Value {
    object!({ "id": overlay.id, "name": overlay.name, "by": overlay.by, "coercive": overlay.coercive })
}

fn lens(scenario: &Scenario, note: &LensNote<'_>) -> Value {
    let reference = note.reference.as_ref().map(|class| {
        let shares: Vec<Value> = class
            .shares
            .iter()
            .map(|share| {
                object!({
                    "column": share.quantity.column(scenario),
                    "label": share.label,
                    "count": share.count,
                    "of": share.of,
                    "interval90": [share.interval.0, share.interval.1],
                })
            })
            .collect();
        object!({
            "name": class.name,
            "filter": class.filter,
            "cases": class.cases,
            "period": [class.period.0, class.period.1],
            "shares": shares,
            "examples": class.examples,
            "citation": class.citation,
            "caveats": class.caveats,
        })
    });
    object!({
        "card": note.card,
        "record": note.record,
        "reference": reference,
        "problem": note.problem,
    })
}

fn group(scenario: &Scenario, group: &Group) -> Map<String, Value> {
    let measures: Map<String, Value> =
        group.measures.iter().map(|said| (said.measure.quantity.column(scenario), measure(said))).collect();
    let mut value = Map::new();
    value.insert("rows".into(), group.rows.into());
    value.insert("not_converged".into(), group.not_converged.into());
    value.insert("no_solution".into(), group.no_solution.into());
    value.insert("measures".into(), Value::Object(measures));
    value
}

fn measure(said: &MeasureSummary) -> Value {
    let mut value = object!({
        "unit": said.measure.unit,
        "count": said.count,
        "mean": said.mean,
    });
    if said.measure.unit != Unit::Flag {
        let q = said.quantiles;
        value["quantiles"] =
            object!({ "p05": q.p05, "p25": q.p25, "p50": q.p50, "p75": q.p75, "p95": q.p95 });
        value["bins"] = object!({ "from": said.bins_from, "to": said.bins_to, "rows": said.bins });
    }
    value
}
