//! The answer for scripts.

mod crisis;

use melian::analysis::{Group, MeasureSummary};
use melian::lens::Unit;
use melian::lens::course::{Cause, Course};
use melian::scenario::{ActorId, IssueId, Overlay, Scenario, Status};
use melian::study::course::Story;
use serde_json::{Map, Value, json as object};

use crate::view::{Condition, View};
use crate::{LensNote, ReportInput};

/// The version of the layout of [`json`].
pub const SCHEMA_VERSION: u32 = 1;

/// The answer as data: measures by the names of their columns in the tables. A value that says nothing is `null`.
#[must_use]
pub fn json(input: &ReportInput<'_>) -> Value {
    let (scenario, summary, manifest) = (input.scenario, input.summary, input.manifest);
    let made = scenario.provenance_counts();
    let view = View::new(input);
    let arms: Vec<Value> = summary
        .arms
        .iter()
        .filter(|arm| !view.guarded(Condition::of(&arm.arm)))
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
        "claims": scenario
            .claims
            .iter()
            .zip(input.claims)
            .map(|(claim, judgement)| crate::claims::claim_json(claim, judgement))
            .collect::<Vec<_>>(),
        "hinges": input.hinges.map(|found| crate::hinges_json(scenario, found, manifest.seed)),
        "policies": input.policies.map(|found| crate::policies_json(scenario, found, manifest.seed)),
        "stories": input.stories.iter().map(|told| story(scenario, told)).collect::<Vec<_>>(),
        "crises": input.crises.iter().map(|told| crisis::crisis(scenario, told)).collect::<Vec<_>>(),
    })
}

/// The talks as a lens with rounds tells them: every number at its median, the most typical draw, the spread over draws.
fn story(scenario: &Scenario, story: &Story) -> Value {
    let issue = |id: IssueId| scenario.issues[id.index()].id.as_str();
    let actor = |id: ActorId| scenario.actors[id.index()].id.as_str();
    let fans: Map<String, Value> = story
        .fans
        .iter()
        .map(|fan| {
            let actors: Map<String, Value> = fan
                .actors
                .iter()
                .map(|own| {
                    let rounds: Vec<Value> = own
                        .rounds
                        .iter()
                        .map(|[p05, p25, p50, p75, p95]| {
                            object!({ "p05": p05, "p25": p25, "p50": p50, "p75": p75, "p95": p95 })
                        })
                        .collect();
                    (actor(own.actor).to_owned(), object!({ "draws": own.draws, "rounds": rounds }))
                })
                .collect();
            (issue(fan.issue).to_owned(), Value::Object(actors))
        })
        .collect();
    let pressures: Vec<Value> = story
        .pressures
        .iter()
        .map(|p| object!({ "issue": issue(p.issue), "actor": actor(p.actor), "by": actor(p.by), "draws": p.draws }))
        .collect();
    let modal = &story.modal;
    object!({
        "lens": story.arm.lens,
        "reading": story.arm.reading,
        "family": story.arm.family,
        "draws": story.draws,
        "central": course(scenario, &story.central),
        "typical": {
            "draw": modal.draw,
            "same": modal.same,
            "likeness": modal.likeness,
            "course": course(scenario, &modal.course),
        },
        "gives_way": pressures,
        "positions": fans,
    })
}

/// One draw round by round, an issue each.
fn course(scenario: &Scenario, course: &Course) -> Value {
    let issue = |id: IssueId| scenario.issues[id.index()].id.as_str();
    let actor = |id: ActorId| scenario.actors[id.index()].id.as_str();
    let issues: Map<String, Value> = course
        .issues
        .iter()
        .map(|told| {
            let paths: Map<String, Value> = told
                .actors
                .iter()
                .enumerate()
                .map(|(seat, id)| {
                    let path: Vec<f64> = told.positions.iter().map(|round| round[seat]).collect();
                    (actor(*id).to_owned(), object!(path))
                })
                .collect();
            let moves: Vec<Value> = told
                .moves
                .iter()
                .map(|step| {
                    let (cause, on) = match step.cause {
                        Cause::Trade(other) => ("trade", Some(issue(other))),
                        Cause::Confrontation => ("confrontation", None),
                        Cause::Compromise => ("compromise", None),
                        Cause::Compelled => ("compelled", None),
                        Cause::Pressed => ("pressed", None),
                        Cause::OwnOffer => ("own_offer", None),
                    };
                    object!({
                        "round": step.round,
                        "actor": actor(step.actor),
                        "by": actor(step.by),
                        "cause": cause,
                        "for": on,
                        "from": step.from,
                        "to": step.to,
                        "backers": step.backers.iter().map(|&id| actor(id)).collect::<Vec<_>>(),
                        "chance": step.chance,
                        "fear": step.fear,
                    })
                })
                .collect();
            (told.issue, object!({ "positions": paths, "moves": moves, "close": told.close }))
        })
        .map(|(id, told)| (issue(id).to_owned(), told))
        .collect();
    Value::Object(issues)
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
