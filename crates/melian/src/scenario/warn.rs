//! What a correct scenario says that is likely a mistake.

use super::report::{Findings, clip};
use super::{ActorId, FieldId, IssueId, Rule, Scenario, Stance, Status};
use crate::diagnostic::{Code, Diagnostic, Span};

/// Looks at a scenario without errors.
pub(super) fn check(scenario: &Scenario, findings: &mut Findings) {
    actors(scenario, findings);
    issues(scenario, findings);
    stances(scenario, findings);
    packages(scenario, findings);
    super::link::check(scenario, findings);
}

fn actors(scenario: &Scenario, findings: &mut Findings) {
    let some_capability = scenario.actors.iter().find(|actor| !actor.capability.is_empty());
    for (actor, id) in scenario.actors.iter().zip(scenario.actor_ids()) {
        let has_stance = scenario.issue_ids().any(|issue| scenario.stance(id, issue).is_some());
        if !has_stance && !scenario.crisis.has_part(id) {
            findings.push(
                Diagnostic::warning(
                    Code::NO_STANCE,
                    actor.span,
                    format!("`{}` has no stance", clip(&actor.id)),
                )
                .label("no lens can see it")
                .help(format!("write [stance.{}.ISSUE] with position and salience", actor.id)),
            );
        } else if let Some(other) = some_capability.filter(|_| has_stance && actor.capability.is_empty()) {
            let message = format!("`{}` has stances but no capability", clip(&actor.id));
            findings.push(
                Diagnostic::warning(Code::NO_CAPABILITY, actor.span, message)
                    .label("lenses that weigh by power can't run")
                    .also(other.span, format!("`{}` has one", clip(&other.id))),
            );
        }
        if let Some(drift) = actor.walk_away.and_then(|walk_away| walk_away.drift)
            && scenario.about.step.is_none()
        {
            findings.push(
                Diagnostic::warning(Code::MOVES_NOTHING, scenario.field(drift).span, "a drift, but no step")
                    .help("give the length of a period in [scenario]: step = \"1 month\""),
            );
        }
    }
}

fn issues(scenario: &Scenario, findings: &mut Findings) {
    for (issue, id) in scenario.issues.iter().zip(scenario.issue_ids()) {
        let stances: Vec<&Stance> =
            scenario.actor_ids().filter_map(|actor| scenario.stance(actor, id)).collect();
        let span = issue.span;
        if stances.is_empty() {
            let message = format!("nobody has a stance on `{}`", clip(&issue.id));
            findings.push(
                Diagnostic::warning(Code::ISSUE_WITHOUT_STANCE, span, message)
                    .label("nothing can be said of its terms"),
            );
        } else if stances.iter().all(|stance| scenario.field(stance.salience).support().1 == 0.0) {
            let message = format!("nobody cares about `{}`: salience is 0 throughout", clip(&issue.id));
            findings.push(Diagnostic::warning(Code::MOVES_NOTHING, span, message));
        }
        if issue.no_deal.is_none()
            && let Some(accept) = stances.iter().find_map(|stance| stance.accept)
            && let Some(end) = accept.min.or(accept.max)
        {
            let message = format!("`{}` has red lines but no no-deal point", clip(&issue.id));
            findings.push(
                Diagnostic::warning(Code::MISSING_NO_DEAL, span, message)
                    .label("gains and bargaining can't be computed")
                    .also(scenario.field(end).span, "better than no deal: but what is that?")
                    .help("say what stands where there is no deal: no_deal = 0"),
            );
        }
        if let Some(outcome) = issue.outcome.filter(|_| scenario.about.status != Status::Past) {
            findings.push(
                Diagnostic::warning(
                    Code::OUTCOME_NOT_PAST,
                    scenario.field(outcome).span,
                    "an outcome, but not past",
                )
                .help("set status = \"past\" in [scenario], or take the outcome out"),
            );
        }
    }
}

fn stances(scenario: &Scenario, findings: &mut Findings) {
    for stance in scenario.stances.iter().flatten() {
        let Some(accept) = stance.accept else { continue };
        let position = scenario.field(stance.position);
        let (least, most) = position.support();
        let support =
            |end: Option<FieldId>| end.map(|end| (scenario.field(end).support(), scenario.field(end).span));
        let (min, max) = (support(accept.min), support(accept.max));
        let below = min.filter(|((lowest, _), _)| most < *lowest);
        let above = max.filter(|((_, highest), _)| least > *highest);
        if let Some((_, end)) = below.or(above) {
            let word = if below.is_some() { "below" } else { "above" };
            findings.push(
                Diagnostic::warning(
                    Code::POSITION_NOT_ACCEPTED,
                    position.span,
                    "the position is outside the accept range",
                )
                .label(format!("{word} what the actor would take"))
                .also(end, "its red line"),
            );
        }
        let idle =
            min.is_none_or(|((_, high), _)| high <= 0.0) && max.is_none_or(|((low, _), _)| low >= 100.0);
        if let Some((_, span)) = min.or(max).filter(|_| idle) {
            findings.push(
                Diagnostic::warning(
                    Code::MOVES_NOTHING,
                    span,
                    "an accept range of the whole scale excludes nothing",
                )
                .help("leave `accept` out: the actor would take anything"),
            );
        }
    }
}

/// "No package in any draw": even the widest ends of the ranges of those who must agree do not meet.
fn packages(scenario: &Scenario, findings: &mut Findings) {
    for issue in scenario.issue_ids() {
        let mut floor: Option<(f64, Span, ActorId)> = None;
        let mut ceiling: Option<(f64, Span, ActorId)> = None;
        for actor in needed(scenario, issue) {
            let Some(accept) = scenario.stance(actor, issue).and_then(|stance| stance.accept) else {
                continue;
            };
            if let Some(min) = accept.min.map(|id| scenario.field(id))
                && floor.is_none_or(|(highest, ..)| min.support().0 > highest)
            {
                floor = Some((min.support().0, min.span, actor));
            }
            if let Some(max) = accept.max.map(|id| scenario.field(id))
                && ceiling.is_none_or(|(lowest, ..)| max.support().1 < lowest)
            {
                ceiling = Some((max.support().1, max.span, actor));
            }
        }
        if let (Some((low, low_span, low_actor)), Some((high, high_span, high_actor))) = (floor, ceiling)
            && low > high
        {
            let name = |actor: ActorId| clip(&scenario.actors[actor.index()].id);
            let message = format!(
                "no terms of `{}` suit all whose consent is needed",
                scenario.issues[issue.index()].id
            );
            findings.push(
                Diagnostic::warning(Code::NO_PACKAGE, low_span, message)
                    .label(format!("`{}` takes {low} or more", name(low_actor)))
                    .also(high_span, format!("`{}` takes {high} or less", name(high_actor)))
                    .help("there will be no room in any draw; if that is meant, let it stand"),
            );
        }
    }
}

/// The actors without whom no stage that decides this issue can pass.
fn needed(scenario: &Scenario, issue: IssueId) -> Vec<ActorId> {
    let mut needed: Vec<ActorId> = scenario
        .consent
        .iter()
        .filter(|stage| stage.issues.contains(&issue))
        .flat_map(|stage| required(&stage.rule, scenario))
        .collect();
    needed.sort_unstable();
    needed.dedup();
    needed
}

/// The actors whose agreement a rule can't do without, ascending.
fn required(rule: &Rule, scenario: &Scenario) -> Vec<ActorId> {
    let mut actors: Vec<ActorId> = match rule {
        Rule::Actor(actor) => vec![*actor],
        Rule::All(parts) => parts.iter().flat_map(|part| required(part, scenario)).collect(),
        Rule::Any(parts) => {
            let mut sets = parts.iter().map(|part| required(part, scenario));
            let first = sets.next().unwrap_or_default();
            sets.fold(first, |common, set| common.into_iter().filter(|actor| set.contains(actor)).collect())
        }
        Rule::Weight(group, share) => {
            let members = &scenario.groups[group.index()].members;
            let total: f64 = members.iter().map(|(_, weight)| weight).sum();
            let needs = |weight: f64| total - weight < share * total - 1e-9 * total;
            members.iter().filter(|(_, weight)| needs(*weight)).map(|(actor, _)| *actor).collect()
        }
        Rule::Count(group, count) => {
            let members = &scenario.groups[group.index()].members;
            if *count as usize >= members.len() {
                members.iter().map(|(actor, _)| *actor).collect()
            } else {
                vec![]
            }
        }
    };
    actors.sort_unstable();
    actors.dedup();
    actors
}
