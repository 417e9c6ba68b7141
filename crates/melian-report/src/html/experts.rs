//! Experts apart as well as pooled.

use super::families::{key, kinds, row};
use super::markup::{Section, figure, number, table, text};
use crate::chart::{Caption, DumbbellRow, dumbbell, span};
use crate::text::{escape, words};
use crate::view::{Condition, View};

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let experts: Vec<&str> = view
        .input
        .scenario
        .experts
        .iter()
        .map(String::as_str)
        .filter(|expert| !view.voices(Condition::BASE, Some(expert)).is_empty())
        .collect();
    if experts.is_empty() {
        return None;
    }
    let mut body = "<p>Each draw follows one expert throughout. Pooled results can hide that two experts describe two different \
                    worlds, so each is shown apart.</p>"
        .to_owned();
    body.push_str(&room(view, &experts));
    let kinds = kinds(view);
    for (issue, pooled) in view.by_disagreement() {
        let mut rows: Vec<DumbbellRow> = vec![row("All experts".to_owned(), &pooled, &kinds)];
        for expert in &experts {
            if let Some(spread) = view.spread(issue, Condition::BASE, Some(expert)) {
                rows.push(row((*expert).to_owned(), &spread, &kinds));
            }
        }
        let said: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.value)).collect();
        let id = format!("experts-{}", issue.index() + 1);
        let title = format!("{}: terms in case of a deal, by expert", &view.issue(issue).name);
        let caption = Caption { id: &id, title: &title, description: &said.join("; ") };
        let cells: Vec<Vec<String>> =
            rows.iter().map(|row| vec![words(&row.label), row.value.clone()]).collect();
        body.push_str(&figure(
            &caption,
            &format!(
                "{}{}",
                key(&kinds),
                dumbbell(&caption, &view.issue(issue).anchors, &[], &rows, rows.first().and_then(span))
            ),
            "One mark per lens (its middle draw); the green band is the span over all experts.",
            &table(&title, &[text("Expert"), number("Lowest to highest lens")], &cells),
        ));
    }
    Some(Section::new("experts", "Experts apart", body))
}

fn room(view: View<'_>, experts: &[&str]) -> String {
    if !view.has_red_lines() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = std::iter::once(None)
        .chain(experts.iter().copied().map(Some))
        .filter_map(|expert| {
            let room = view.room(Condition::BASE, expert)?;
            let name = expert.map_or_else(|| "All experts".to_owned(), words);
            Some(vec![name, escape(&room.open.draws()), crate::number::count(room.open.of)])
        })
        .collect();
    table("Room for a deal, by expert", &[text("Expert"), text("Room in"), number("Draws")], &rows)
}
