//! Families side by side, disagreement first.

use melian::lens::Family;

use super::markup::{Section, figure, number, table, text};
use crate::chart::{Caption, DumbbellRow, Mark, dumbbell, legend};
use crate::number::{interval, points};
use crate::text::{capital, escape, words};
use crate::view::{Spread, View};

/// The names of all lenses that speak of terms: a lens's place here is its mark in every chart.
pub(super) fn kinds(view: View<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, spread) in view.by_disagreement() {
        for (voice, _) in &spread.voices {
            if !names.contains(&voice.label) {
                names.push(voice.label.clone());
            }
        }
    }
    names.sort_by_key(|name| view.base().iter().position(|voice| voice.label == *name));
    names
}

/// A row with a mark per lens.
pub(super) fn row(label: String, spread: &Spread<'_>, kinds: &[String]) -> DumbbellRow {
    let marks = spread
        .voices
        .iter()
        .map(|(voice, terms)| Mark {
            at: terms.quantiles.p50,
            kind: kinds.iter().position(|name| *name == voice.label).unwrap_or(0),
        })
        .collect();
    let (low, high) = (points(spread.low), points(spread.high));
    let value = if low == high { low } else { format!("{low}–{high}") };
    DumbbellRow { label, marks, value }
}

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let issues = view.by_disagreement();
    if issues.is_empty() {
        return None;
    }
    let kinds = kinds(view);
    let rows: Vec<DumbbellRow> =
        issues.iter().map(|(issue, spread)| row(view.issue(*issue).name.clone(), spread, &kinds)).collect();
    let cells: Vec<Vec<String>> = issues
        .iter()
        .flat_map(|(issue, spread)| {
            spread.voices.iter().map(|(voice, terms)| {
                let q = terms.quantiles;
                vec![
                    words(&view.issue(*issue).name),
                    capital(voice.arm.family.name()),
                    escape(&voice.label),
                    points(q.p50),
                    interval(q.p05, q.p95),
                ]
            })
        })
        .collect();
    let said: Vec<String> = issues
        .iter()
        .map(|(issue, spread)| format!("{}: {}", &view.issue(*issue).name, spread.text()))
        .collect();
    let caption = Caption {
        id: "families-chart",
        title: "Where the lenses’ middle values lie",
        description: &said.join("; "),
    };
    let columns = [text("Issue"), text("Family"), text("Lens"), number("Middle"), number("90 % on inputs")];
    let chart = dumbbell(&caption, &[], &[], &rows, false);
    let mut body = "<p>No number here is pooled over lenses: each is a different idea of how bargaining works, and none has \
                    earned the right to outvote the others. The issue they disagree on most stands first.</p>"
        .to_owned();
    body.push_str(&figure(
        &caption,
        &format!("{}{chart}", legend(&kinds)),
        "One mark per lens, joined from the lowest to the highest; each issue on its own scale from 0 to 100.",
        &table(caption.title, &columns, &cells),
    ));
    body.push_str(&by_family(view));
    Some(Section::new("families", "The lenses side by side", body))
}

/// The range of each family.
fn by_family(view: View<'_>) -> String {
    let families: Vec<Family> = view.families();
    let columns: Vec<_> = std::iter::once(text("Issue"))
        .chain(families.iter().map(|family| number(capital(family.name()))))
        .collect();
    let rows: Vec<Vec<String>> = view
        .by_disagreement()
        .iter()
        .map(|(issue, spread)| {
            let mut cells = vec![words(&view.issue(*issue).name)];
            cells.extend(families.iter().map(|family| {
                let own: Vec<_> =
                    spread.voices.iter().filter(|(voice, _)| voice.arm.family == *family).cloned().collect();
                let medians = || own.iter().map(|(_, terms)| terms.quantiles.p50);
                match (medians().min_by(f64::total_cmp), medians().max_by(f64::total_cmp)) {
                    (Some(low), Some(high)) => Spread { voices: own, low, high }.text(),
                    _ => "says nothing".to_owned(),
                }
            }));
            cells
        })
        .collect();
    table("Middle values by family", &columns, &rows)
}
