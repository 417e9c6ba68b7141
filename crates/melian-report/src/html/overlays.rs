//! Policies and perspectives compared, on the same draws.

use melian::lens::{Family, Quantity};
use melian::scenario::{Change, Conduct, Overlay, OverlayKind};

use super::families::{key, kinds, row};
use super::markup::{Section, bullets, details, figure, number, table, text};
use crate::chart::{Caption, DumbbellRow, dumbbell, span};
use crate::number::{difference, exact, points};
use crate::text::{capital, escape, words};
use crate::view::{Condition, Spread, View};

/// Issues shown at once; the rest are folded.
const ISSUES: usize = 2;

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let conditions = view.conditions();
    if conditions.is_empty() {
        return None;
    }
    let (apart, shown): (Vec<_>, Vec<_>) = conditions.into_iter().partition(|c| view.guarded(*c));
    let mut body = "<p>A <em>policy</em> is something somebody could do; a <em>perspective</em> is how a named source sees the \
                    conflict. All are run on the same draws as the scenario as written, so differences are theirs and not \
                    chance.</p>"
        .to_owned();
    body.push_str(&details("What each changes", &descriptions(view)));
    if !shown.is_empty() {
        let (alone, together): (Vec<_>, Vec<_>) = shown.iter().copied().partition(|c| single(*c));
        body.push_str(&room(view, &alone));
        if !together.is_empty() {
            body.push_str(&details("Policies under each perspective", &room(view, &together)));
        }
        let kinds = kinds(view);
        for (place, (issue, _)) in view.by_disagreement().into_iter().enumerate() {
            let chart = issue_chart(view, issue, &shown, &kinds);
            if place < ISSUES {
                body.push_str(&chart);
            } else {
                body.push_str(&details(&format!("Terms on {}", words(&view.issue(issue).name)), &chart));
            }
        }
        let gains = gains(view, &alone);
        if view.ongoing() {
            body.push_str(&gains);
            body.push_str(&out_of_hand(view));
        } else {
            body.push_str(&details("What each actor gains or loses under each", &gains));
        }
    }
    if !apart.is_empty() {
        body.push_str(&format!(
            "<p class=\"note\">Not compared here, because the conflict is not over and they are coercive: {}.</p>",
            apart.iter().map(|c| words(&view.condition_name(*c))).collect::<Vec<_>>().join(", ")
        ));
    }
    Some(Section::new("overlays", "Policies and perspectives compared", body))
}

/// What can be said of the chance of getting out of hand under a policy.
fn out_of_hand(view: View<'_>) -> String {
    let war = view.base().iter().find_map(|voice| Some(voice.group.measure(Quantity::War)?.mean));
    let known = war.map_or_else(
        || "No lens that ran speaks of it.".to_owned(),
        |share| {
            format!(
                "As written, {} of 100 by the base rate or the lenses that speak of it.",
                points(100.0 * share)
            )
        },
    );
    format!(
        "<p class=\"note\">Getting out of hand: {known} How a policy changes that, no lens here can say.</p>"
    )
}

fn descriptions(view: View<'_>) -> String {
    let scenario = view.input.scenario;
    let items = scenario.policies.iter().chain(&scenario.perspectives).map(|overlay| {
        let kind = match overlay.kind {
            OverlayKind::Policy => "policy",
            OverlayKind::Perspective => "perspective",
        };
        let by = overlay.by.as_deref().map(|by| format!(", {}", words(by))).unwrap_or_default();
        let coercive = if overlay.coercive { ", coercive" } else { "" };
        format!("<strong>{}</strong> ({kind}{by}{coercive}): {}", words(&overlay.name), changes(overlay))
    });
    bullets(items)
}

fn changes(overlay: &Overlay) -> String {
    let items: Vec<String> = overlay
        .operations
        .iter()
        .map(|operation| {
            let path = format!("<code>{}</code>", escape(&operation.path));
            match &operation.change {
                Change::Set(value) => format!("{path} set to <code>{}</code>", escape(value)),
                Change::Scale(factor) => format!("{path} times {}", exact(*factor)),
                Change::Shift(by) => format!("{path} moved by {}", difference(*by)),
                Change::Drop => format!("{path} dropped"),
                Change::Add => format!("{path} added"),
                Change::Do(Conduct::Accept) => format!("{path} accepts any package"),
                Change::Do(Conduct::Refuse) => format!("{path} refuses every package"),
            }
        })
        .collect();
    if items.is_empty() { "changes nothing".to_owned() } else { items.join("; ") }
}

fn room(view: View<'_>, conditions: &[Condition<'_>]) -> String {
    let Some(base) = view.room(Condition::BASE, None).filter(|_| view.has_red_lines()) else {
        return String::new();
    };
    let mut rows =
        vec![vec!["As written".to_owned(), escape(&base.open.draws()), String::new(), closers(view, &base)]];
    for &condition in conditions {
        if let Some(room) = view.room(condition, None) {
            let change = 100.0 * (room.open.value() - base.open.value());
            rows.push(vec![
                words(&view.condition_name(condition)),
                escape(&room.open.draws()),
                difference(change),
                closers(view, &room),
            ]);
        }
    }
    let columns = [
        text("Under"),
        text("Room in"),
        number("Change, draws of 100"),
        text("Closed most often by (of 100 draws)"),
    ];
    table("Room for a deal", &columns, &rows)
}

fn closers(view: View<'_>, room: &crate::view::Room) -> String {
    let names: Vec<String> = room
        .closed_by
        .iter()
        .take(3)
        .map(|(actor, share)| {
            format!("{} ({})", words(&view.actor(*actor).name), escape(&share.in_hundred()))
        })
        .collect();
    names.join(", ")
}

/// Terms on an issue under each: overlays by themselves as a chart, their combinations in the table.
fn issue_chart(
    view: View<'_>,
    issue: melian::scenario::IssueId,
    conditions: &[Condition<'_>],
    kinds: &[Family],
) -> String {
    let Some(base) = view.spread(issue, Condition::BASE, None) else { return String::new() };
    let mut rows: Vec<DumbbellRow> = vec![row("As written".to_owned(), &base, kinds)];
    let families = |spread: &Spread<'_>| -> Vec<String> {
        let own = spread.by_family();
        let said =
            |kind: &Family| own.iter().find(|(family, _)| family == kind).map(|(_, spread)| spread.text());
        kinds.iter().map(|kind| said(kind).unwrap_or_else(|| "–".to_owned())).collect()
    };
    let line = |name: &str, spread: &Spread<'_>| -> Vec<String> {
        std::iter::once(words(name)).chain(families(spread)).collect()
    };
    let mut cells = vec![line("As written", &base)];
    for &condition in conditions {
        let Some(spread) = view.spread(issue, condition, None) else { continue };
        let name = view.condition_name(condition);
        if single(condition) {
            rows.push(row(name.clone(), &spread, kinds));
        }
        cells.push(line(&name, &spread));
    }
    let said: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.value)).collect();
    let id = format!("overlay-{}", issue.index() + 1);
    let title = format!("{}: terms in case of a deal, under each", &view.issue(issue).name);
    let caption = Caption { id: &id, title: &title, description: &said.join("; ") };
    let columns: Vec<_> = std::iter::once(text("Under"))
        .chain(kinds.iter().map(|family| number(capital(family.name()))))
        .collect();
    let band = rows.first().and_then(span);
    figure(
        &caption,
        &format!("{}{}", key(kinds), dumbbell(&caption, &view.issue(issue).anchors, &[], &rows, band)),
        "One mark per lens (its middle draw), shaped by its family; the green band is the span of the scenario as written.",
        &table(&title, &columns, &cells),
    )
}

/// Whether it is one overlay rather than two together.
fn single(condition: Condition<'_>) -> bool {
    condition.policy.is_none() || condition.perspective.is_none()
}

fn gains(view: View<'_>, conditions: &[Condition<'_>]) -> String {
    let mut all = vec![Condition::BASE];
    all.extend(conditions);
    let columns: Vec<_> = std::iter::once(text("Actor"))
        .chain(all.iter().map(|&c| {
            number(words(&if c == Condition::BASE { "as written".into() } else { view.condition_name(c) }))
        }))
        .collect();
    let rows: Vec<Vec<String>> = view
        .input
        .scenario
        .actor_ids()
        .map(|actor| {
            let mut cells = vec![words(&view.actor(actor).name)];
            cells.extend(all.iter().map(|&condition| {
                let medians: Vec<f64> = view
                    .voices(condition, None)
                    .iter()
                    .filter_map(|voice| Some(voice.group.measure(Quantity::Gain(actor))?.quantiles.p50))
                    .collect();
                super::gains::span(&medians)
            }));
            cells
        })
        .collect();
    table(
        "Gain at the lenses’ terms, on each actor’s own stake scale: lowest to highest lens",
        &columns,
        &rows,
    )
}
