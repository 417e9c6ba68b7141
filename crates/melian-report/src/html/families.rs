//! Families side by side, disagreement first.

use melian::lens::Family;

use super::markup::{Section, figure, number, table, text};
use crate::chart::{Caption, DumbbellRow, Mark, dumbbell, legend};
use crate::number::{interval, points};
use crate::text::{capital, escape, words};
use crate::view::{Spread, View};

/// The families that speak of terms: a family's place here is its mark in every chart.
pub(super) fn kinds(view: View<'_>) -> Vec<Family> {
    let mut families: Vec<Family> = view
        .by_disagreement()
        .iter()
        .flat_map(|(_, spread)| &spread.voices)
        .map(|(voice, _)| voice.arm.family)
        .collect();
    families.sort_unstable();
    families.dedup();
    families
}

/// The key to the marks.
pub(super) fn key(kinds: &[Family]) -> String {
    legend(&kinds.iter().map(|family| capital(family.name())).collect::<Vec<_>>())
}

/// A row with a mark per lens, in the manner of its family.
pub(super) fn row(label: String, spread: &Spread<'_>, kinds: &[Family]) -> DumbbellRow {
    let marks = spread
        .voices
        .iter()
        .map(|(voice, terms)| Mark {
            at: terms.quantiles.p50,
            kind: kinds.iter().position(|family| *family == voice.arm.family).unwrap_or(0),
        })
        .collect();
    let (low, high) = (points(spread.low), points(spread.high));
    let value = if low == high { low } else { format!("{low}–{high}") };
    DumbbellRow { label, marks, reach: None, value }
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
    let chart = dumbbell(&caption, &[], &[], &rows, None);
    let mut body = "<p>No number here is pooled over lenses: each is a different idea of how bargaining works, and none has \
                    earned the right to outvote the others. The issue they disagree on most stands first.</p>"
        .to_owned();
    let chart = figure(
        &caption,
        &format!("{}{chart}", key(&kinds)),
        "One mark per lens, shaped by its family, joined from the lowest to the highest; each issue on its own scale from 0 \
         to 100.",
        &table(caption.title, &columns, &cells),
    );
    // A single issue's marks stand in its own section already.
    if rows.len() > 1 {
        body.push_str(&chart);
    }
    body.push_str(&by_family(view));
    Some(Section::new("families", "The lenses side by side", body))
}

/// The range of each family.
fn by_family(view: View<'_>) -> String {
    let families = view.families_asked_for_terms();
    let columns: Vec<_> = std::iter::once(text("Issue"))
        .chain(families.iter().map(|family| number(capital(family.name()))))
        .collect();
    let rows: Vec<Vec<String>> = view
        .by_disagreement()
        .iter()
        .map(|(issue, spread)| {
            let own = spread.by_family();
            let mut cells = vec![words(&view.issue(*issue).name)];
            cells.extend(families.iter().map(|family| {
                own.iter()
                    .find(|(other, _)| other == family)
                    .map_or_else(|| "says nothing".to_owned(), |(_, spread)| spread.text())
            }));
            cells
        })
        .collect();
    table("Middle values by family, lowest to highest lens", &columns, &rows)
}
