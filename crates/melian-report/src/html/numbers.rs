//! Every number with its source and basis.

use melian::scenario::{Basis, Field, Scenario};

use super::markup::{Section, details, number, table, text};
use crate::number::{count, estimate, exact, percent};
use crate::text::{capital, escape, plural, words};
use crate::view::View;

pub(super) fn section(view: View<'_>) -> Section {
    let scenario = view.input.scenario;
    let made = view.input.scenario.provenance_counts();
    let share = made.modeller as f64 / made.total().max(1) as f64;
    let mut body = format!(
        "<p>The scenario is made of <strong>{}</strong>: {} quoted, {} data, {} expert judgement and <strong>{} the \
         modeller’s guess</strong> ({}). {} uncertain. A source given for a whole table does not count for its cells.</p>",
        plural(made.total() as u64, "number", "numbers"),
        count(made.quoted as u64),
        count(made.data as u64),
        count(made.expert as u64),
        count(made.modeller as u64),
        percent(share),
        uncertain(scenario),
    );
    for (group, fields) in groups(scenario) {
        let rows: Vec<Vec<String>> = fields.iter().map(|field| row(scenario, field)).collect();
        let title = format!("{} ({})", capital(group), plural(fields.len() as u64, "number", "numbers"));
        let columns = [
            text("Number"),
            text("Value"),
            text("Basis"),
            text("Source, words and date"),
            text("Path in the file"),
        ];
        body.push_str(&details(&escape(&title), &table(&title, &columns, &rows)));
    }
    body.push_str(&correlations(scenario));
    Section::new("numbers", "Every number and where it comes from", body)
}

fn uncertain(scenario: &Scenario) -> String {
    let uncertain = scenario.fields.iter().filter(|field| !field.is_certain()).count() as u64;
    if uncertain == 1 { "1 is".to_owned() } else { format!("{} are", count(uncertain)) }
}

/// Fields by the section of the file they stand in, in the order of the file.
fn groups(scenario: &Scenario) -> Vec<(&str, Vec<&Field>)> {
    let mut groups: Vec<(&str, Vec<&Field>)> = Vec::new();
    for field in &scenario.fields {
        let section = field.path.split('.').next().unwrap_or("");
        let name = match section {
            "actor" => "actors",
            "issue" => "issues",
            "stance" => "stances of actors on issues",
            other => other,
        };
        match groups.iter_mut().find(|(group, _)| *group == name) {
            Some((_, fields)) => fields.push(field),
            None => groups.push((name, vec![field])),
        }
    }
    groups
}

fn row(scenario: &Scenario, field: &Field) -> Vec<String> {
    let kind = match field.basis() {
        Basis::Quote => "quoted",
        Basis::Data => "data",
        Basis::Expert => "expert",
        Basis::Modeller => "guess",
    };
    let origin = &field.provenance;
    let mut sources: Vec<String> = Vec::new();
    sources.extend(origin.source.as_deref().map(words));
    sources.extend(origin.quote.as_deref().map(crate::text::quoted));
    sources.extend(origin.date.as_deref().map(words));
    vec![
        label(scenario, &field.path),
        escape(&estimate(&field.estimate)),
        kind.to_owned(),
        sources.join("; "),
        format!("<code>{}</code>", escape(&field.path)),
    ]
}

/// A path in words: "Athens on What Melos becomes: position".
fn label(scenario: &Scenario, path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let actor =
        |id: &str| scenario.actors.iter().find(|a| a.id == id).map_or_else(|| words(id), |a| words(&a.name));
    let issue =
        |id: &str| scenario.issues.iter().find(|i| i.id == id).map_or_else(|| words(id), |i| words(&i.name));
    let rest = |from: usize| escape(&parts[from..].join(" ").replace('_', " "));
    match parts.as_slice() {
        ["actor", id, _, ..] => format!("{}: {}", actor(id), rest(2)),
        ["issue", id, _, ..] => format!("{}: {}", issue(id), rest(2)),
        ["stance", who, what, _, ..] => format!("{} on {}: {}", actor(who), issue(what), rest(3)),
        _ => rest(0),
    }
}

fn correlations(scenario: &Scenario) -> String {
    if scenario.correlations.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = scenario
        .correlations
        .iter()
        .map(|tie| {
            let name = |id| label(scenario, &scenario.field(id).path);
            vec![name(tie.first), name(tie.second), exact(tie.rank)]
        })
        .collect();
    let columns = [text("Number"), text("Moves with"), number("Rank correlation")];
    table("Numbers that move together", &columns, &rows)
}
