//! What the study of packages says, for the terminal and for scripts.

use melian::scenario::{ActorId, Issue, Scenario, Status};
use melian::study::packages::{Package, Packages, Solution};
use serde_json::{Value, json as object};

use crate::number::{Share, count, difference, exact};
use crate::text::{clean, list, plural, shorten, wrap};

/// Frontier packages given in full to scripts.
const FRONTIER: usize = 1000;
/// Blocking sets told by name.
const SETS: usize = 6;

/// The answer of `melian packages` for a terminal of `width` columns.
#[must_use]
pub fn packages(scenario: &Scenario, answer: &Packages, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    page.line(&format!("Packages: {}", clean(&scenario.about.title)));
    if scenario.about.status == Status::Ongoing {
        page.line("Ongoing: a package here is what could be agreed, not what could be imposed.");
    }
    page.looked_at(scenario, answer);
    page.consent(scenario, answer);
    page.points(scenario, answer);
    page.most_often(scenario, answer);
    page.line("");
    page.line(
        "Gains are over no deal, on each actor's own stake: 0 = the no-deal points, 100 = its own position on every \
         issue. Kalai's and the utilitarian point count full stakes as equals; the other two need no such comparison.",
    );
    page.line(
        "Shares of draws are shares of what the scenario allows, not evidence of what will be accepted.",
    );
    page.text
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, content: &str) {
        self.indented(content, 0);
    }

    fn indented(&mut self, content: &str, indent: usize) {
        let content = content.replace('−', "-");
        for (index, line) in wrap(&content, self.width.saturating_sub(indent + 2)).iter().enumerate() {
            let hanging = indent + if index > 0 && indent > 0 { 2 } else { 0 };
            self.text.push_str(&format!("{}{}\n", " ".repeat(hanging), line.replace('\u{a0}', " ")));
        }
    }

    fn looked_at(&mut self, scenario: &Scenario, answer: &Packages) {
        let grid = &answer.grid;
        let own = "anchors, no-deal points, ends of accept ranges and positions";
        let how = match grid.step {
            Some(1.0) => format!("{own}, and every whole point"),
            Some(step) => format!("{own}, and every multiple of {}", exact(step)),
            None if grid.thinned => {
                format!("as many of {own} as leave no more packages than can be looked at")
            }
            None if scenario.issues.iter().all(|issue| issue.options) => "the listed options".to_owned(),
            None => own.to_owned(),
        };
        let size = count(grid.len() as u64);
        let mut said = format!("Looked at {size} packages: {how}.");
        if !scenario.links.is_empty() {
            said.push_str(&format!(" {} meet the links.", count(answer.linked as u64)));
        }
        self.line(&said);
        self.line(&format!(
            "At the central values {} the consent rule; {} of these leave every party at least at its reservation \
             value; {} on the Pareto frontier of those.",
            verb(answer.passing, "passes", "pass"),
            count(answer.rational as u64),
            verb(answer.frontier.len(), "is", "are"),
        ));
        let share = Share { hits: answer.room, of: answer.draws };
        self.line(&format!(
            "Some package of these is acceptable to all whose consent it needs in {}.",
            share.draws()
        ));
        if answer.exact_room > answer.room {
            let exact = Share { hits: answer.exact_room, of: answer.draws };
            self.line(&format!(
                "Between the points of this grid there is more: a package inside every needed red line exists in {}.",
                exact.draws()
            ));
        }
    }

    fn consent(&mut self, scenario: &Scenario, answer: &Packages) {
        let names =
            |actors: &[ActorId]| list(&actors.iter().map(|&actor| name(scenario, actor)).collect::<Vec<_>>());
        let blocking = &answer.blocking;
        if blocking.too_many {
            self.line("Who can stop a deal: too many sets to look at.");
        } else if blocking.sets.is_empty() {
            self.line("Who can stop a deal: nobody; no consent is asked.");
        } else if let [alone] = answer.vetoes.as_slice() {
            self.line(&format!("Who can stop a deal alone: {}.", name(scenario, *alone)));
        } else if !answer.vetoes.is_empty() {
            self.line(&format!("Who can stop a deal: each of {} alone.", names(&answer.vetoes)));
        } else {
            let size = blocking.sets[0].len();
            let shown: Vec<String> =
                blocking.sets.iter().take(SETS).map(|set| format!("{{{}}}", names(set))).collect();
            let more = blocking.sets.len().saturating_sub(SETS);
            let rest = if more > 0 { format!("; and {} more", count(more as u64)) } else { String::new() };
            self.line(&format!(
                "Who can stop a deal: no one alone; {size} together, such as {}{rest}.",
                shown.join("; ")
            ));
        }
        if answer.vetoes.len() < 2 && !answer.parties.is_empty() {
            self.line("The points count everyone that the consent rule names as a party.");
        }
        let reservations: Vec<String> = answer
            .reservations
            .iter()
            .map(|&(actor, value)| format!("{} {}", name(scenario, actor), difference(value)))
            .collect();
        if !reservations.is_empty() {
            self.line(&format!(
                "Reservation values (no deal, each on its own stake): {}.",
                list(&reservations)
            ));
        }
        if !answer.without_payoffs.is_empty() {
            self.line(&format!(
                "No payoffs are known of {}: the points leave them out.",
                names(&answer.without_payoffs)
            ));
        }
    }

    fn points(&mut self, scenario: &Scenario, answer: &Packages) {
        let mut told: Vec<(Vec<&str>, &Package)> = Vec::new();
        for (solution, package) in &answer.points {
            match told.iter_mut().find(|(_, other)| other.outcome == package.outcome) {
                Some((solutions, _)) => solutions.push(title(*solution)),
                None => told.push((vec![title(*solution)], package)),
            }
        }
        if told.is_empty() {
            self.line("");
            self.line("No solution point: at the central values no package passes and pays every party.");
        }
        for (solutions, package) in told {
            self.package(scenario, answer, &solutions.join(", "), package);
        }
    }

    fn most_often(&mut self, scenario: &Scenario, answer: &Packages) {
        let Some(best) = answer.most_often.first() else {
            self.line("");
            self.line("No package of these passes in any draw.");
            return;
        };
        self.package(scenario, answer, "Most often acceptable", best);
        let others: Vec<String> = answer.most_often[1..]
            .iter()
            .map(|package| {
                let points: Vec<String> = package.terms.iter().map(|&at| exact(at)).collect();
                format!(
                    "{} ({})",
                    points.join(", "),
                    Share { hits: package.accepted, of: answer.draws }.in_hundred()
                )
            })
            .collect();
        if !others.is_empty() {
            self.indented(&format!("next: {}", others.join("; ")), 2);
        }
    }

    fn package(&mut self, scenario: &Scenario, answer: &Packages, title: &str, package: &Package) {
        self.line("");
        self.line(title);
        for (issue, &at) in scenario.issues.iter().zip(&package.terms) {
            self.indented(&format!("{}: {}", shorten(&issue.name, 60), in_words(issue, at)), 2);
        }
        let accepted = Share { hits: package.accepted, of: answer.draws };
        self.indented(&format!("acceptable to all whose consent it needs in {}", accepted.draws()), 2);
        let refused: Vec<String> = scenario
            .actor_ids()
            .zip(&package.refused)
            .filter(|(_, refused)| **refused > 0)
            .map(|(actor, &hits)| {
                format!("{} {}", name(scenario, actor), Share { hits, of: answer.draws }.in_hundred())
            })
            .collect();
        if !refused.is_empty() {
            self.indented(&format!("refused, in 100 draws, by: {}", refused.join(", ")), 2);
        }
        let gains = |party: bool| {
            let actors = scenario.actor_ids().zip(&package.gains);
            let shown =
                actors.filter(|(actor, gain)| answer.parties.contains(actor) == party && !gain.is_nan());
            shown
                .map(|(actor, &gain)| format!("{} {}", name(scenario, actor), difference(gain)))
                .collect::<Vec<_>>()
        };
        self.indented(&format!("gains: {}", gains(true).join(", ")), 2);
        let bystanders = gains(false);
        if !bystanders.is_empty() {
            self.indented(&format!("gains of those not asked: {}", bystanders.join(", ")), 2);
        }
    }
}

fn verb(number: usize, one: &str, many: &str) -> String {
    plural(number as u64, one, many)
}

fn title(solution: Solution) -> &'static str {
    match solution {
        Solution::Nash => "Nash point (greatest product of gains)",
        Solution::KalaiSmorodinsky => "Kalai-Smorodinsky point (greatest least share of what each could get)",
        Solution::Kalai => "Kalai's egalitarian point (greatest least gain)",
        Solution::Utilitarian => "Utilitarian point (greatest sum of gains)",
    }
}

/// A name for the head of a column.
pub(crate) fn brief(solution: Solution) -> &'static str {
    match solution {
        Solution::Nash => "Nash",
        Solution::KalaiSmorodinsky => "Kalai-Smorodinsky",
        Solution::Kalai => "Kalai",
        Solution::Utilitarian => "Utilitarian",
    }
}

fn name(scenario: &Scenario, actor: ActorId) -> String {
    shorten(&scenario.actors[actor.index()].name, 40)
}

/// A point with the anchors it lies at or between.
pub(crate) fn in_words(issue: &Issue, at: f64) -> String {
    let point = exact(at);
    let words = |anchor: &(f64, String)| shorten(&anchor.1, 60);
    let below = issue.anchors.iter().rev().find(|anchor| anchor.0 <= at);
    let above = issue.anchors.iter().find(|anchor| anchor.0 >= at);
    match (below, above) {
        (Some(anchor), _) if anchor.0 == at => format!("{point}, {}", words(anchor)),
        // One anchor says nothing of the rest of the scale.
        _ if issue.anchors.len() == 1 => point,
        (Some(low), Some(high)) => format!(
            "{point}, between {} ({}) and {} ({})",
            words(low),
            exact(low.0),
            words(high),
            exact(high.0)
        ),
        (Some(low), None) => format!("{point}, beyond {} ({})", words(low), exact(low.0)),
        (None, Some(high)) => format!("{point}, short of {} ({})", words(high), exact(high.0)),
        (None, None) => point,
    }
}

/// The answer of `melian packages` for scripts.
#[must_use]
pub fn packages_json(scenario: &Scenario, answer: &Packages, seed: u64) -> Value {
    let ids = |actors: &[ActorId]| -> Vec<&str> {
        actors.iter().map(|actor| scenario.actors[actor.index()].id.as_str()).collect()
    };
    let points: Vec<Value> = answer
        .points
        .iter()
        .map(|(solution, package)| {
            let mut value = package_json(scenario, package);
            value["solution"] = object!(solution);
            value
        })
        .collect();
    let all = |packages: &[Package]| -> Vec<Value> {
        packages.iter().map(|package| package_json(scenario, package)).collect()
    };
    let grid: serde_json::Map<String, Value> = scenario
        .issues
        .iter()
        .zip(&answer.grid.points)
        .map(|(issue, points)| (issue.id.clone(), object!(points)))
        .collect();
    let reservations: serde_json::Map<String, Value> = answer
        .reservations
        .iter()
        .map(|(actor, value)| (scenario.actors[actor.index()].id.clone(), object!(value)))
        .collect();
    let frontier = &answer.frontier[..answer.frontier.len().min(FRONTIER)];
    object!({
        "schema_version": crate::SCHEMA_VERSION,
        "scenario": scenario.about.title,
        "seed": seed,
        "draws": answer.draws,
        "grid": { "points": grid, "step": answer.grid.step, "thinned": answer.grid.thinned },
        "packages": answer.grid.len(),
        "meet_links": answer.linked,
        "passing": answer.passing,
        "rational": answer.rational,
        "room": answer.room,
        "exact_room": answer.exact_room,
        "parties": ids(&answer.parties),
        "vetoes": ids(&answer.vetoes),
        "without_payoffs": ids(&answer.without_payoffs),
        "reservations": reservations,
        "blocking": {
            "sets": answer.blocking.sets.iter().map(|set| ids(set)).collect::<Vec<_>>(),
            "too_many": answer.blocking.too_many,
        },
        "kalai_smorodinsky": "greatest_least",
        "points": points,
        "most_often": all(&answer.most_often),
        "frontier_size": answer.frontier.len(),
        "frontier": all(frontier),
    })
}

fn package_json(scenario: &Scenario, package: &Package) -> Value {
    let terms: serde_json::Map<String, Value> = scenario
        .issues
        .iter()
        .zip(&package.terms)
        .map(|(issue, &at)| (issue.id.clone(), object!({ "at": at, "words": in_words(issue, at) })))
        .collect();
    let by_actor = |value: &dyn Fn(usize) -> Value| -> serde_json::Map<String, Value> {
        scenario.actors.iter().enumerate().map(|(index, actor)| (actor.id.clone(), value(index))).collect()
    };
    let mut value = object!({
        "terms": terms,
        "gains": by_actor(&|index| object!(package.gains[index])),
        "accepted": package.accepted,
    });
    if !package.refused.is_empty() {
        value["refused"] = Value::Object(by_actor(&|index| object!(package.refused[index])));
    }
    value
}
