//! Who gains and who loses: everyone, with or without a vote.

use melian::analysis::MeasureSummary;
use melian::lens::{Family, Quantity};
use melian::scenario::ActorId;

use super::markup::{Section, details, number, table, text};
use crate::number::{difference, points};
use crate::text::{escape, words};
use crate::view::{View, Voice};

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let voices: Vec<_> = view
        .base()
        .into_iter()
        .filter(|voice| {
            view.input.scenario.actor_ids().any(|a| voice.group.measure(Quantity::Gain(a)).is_some())
        })
        .collect();
    if voices.is_empty() {
        return None;
    }
    let (voting, others): (Vec<ActorId>, Vec<ActorId>) =
        view.input.scenario.actor_ids().partition(|actor| view.has_vote(*actor));
    let columns: Vec<_> = [text("Actor"), text("All lenses")]
        .into_iter()
        .chain(voices.iter().map(|voice| number(escape(&voice.label))))
        .collect();
    let mut families: Vec<Family> = voices.iter().map(|voice| voice.arm.family).collect();
    families.sort_unstable();
    families.dedup();
    let short_columns: Vec<_> = [text("Actor"), text("All lenses")]
        .into_iter()
        .chain(families.iter().map(|family| number(crate::text::capital(family.name()))))
        .collect();
    let short_rows = |actors: &[ActorId]| -> Vec<Vec<String>> {
        actors
            .iter()
            .map(|&actor| {
                let median =
                    |voice: &Voice<'_>| Some(voice.group.measure(Quantity::Gain(actor))?.quantiles.p50);
                let all: Vec<f64> = voices.iter().filter_map(median).collect();
                let mut cells = vec![words(&view.actor(actor).name), verdict(&all).to_owned()];
                cells.extend(families.iter().map(|family| {
                    let own = voices.iter().filter(|voice| voice.arm.family == *family);
                    span(&own.filter_map(median).collect::<Vec<f64>>())
                }));
                cells
            })
            .collect()
    };
    let rows = |actors: &[ActorId]| -> Vec<Vec<String>> {
        actors
            .iter()
            .map(|&actor| {
                let said: Vec<Option<&MeasureSummary>> =
                    voices.iter().map(|voice| voice.group.measure(Quantity::Gain(actor))).collect();
                let medians: Vec<f64> = said.iter().flatten().map(|gain| gain.quantiles.p50).collect();
                let mut cells = vec![words(&view.actor(actor).name), verdict(&medians).to_owned()];
                cells.extend(said.iter().map(|gain| gain.map_or_else(|| "says nothing".to_owned(), cell)));
                cells
            })
            .collect()
    };
    let mut body = "<p>What the lenses’ terms are worth to each actor against the points that stand without a deal. <strong>0</strong> \
                    is the no-deal points, <strong>100</strong> is getting its own position on every issue. Each row is on that \
                    actor’s own scale: <strong>a number in one row must never be compared with, or added to, a number in \
                    another.</strong> Middle draws, lowest to highest lens.</p>"
        .to_owned();
    if !voting.is_empty() {
        body.push_str(&table("Actors whose consent can count", &short_columns, &short_rows(&voting)));
    }
    if !others.is_empty() {
        body.push_str(&table("Actors without a vote", &short_columns, &short_rows(&others)));
    }
    let everyone: Vec<ActorId> = voting.iter().chain(&others).copied().collect();
    let full = table("Middle draw, then [5 %, 95 %], by lens", &columns, &rows(&everyone));
    body.push_str(&details("Every lens by itself", &full));
    Some(Section::new("gains", "Who gains and who loses", body))
}

/// In words: what all lenses agree on.
fn verdict(medians: &[f64]) -> &'static str {
    let gains = medians.iter().filter(|&&gain| gain > 0.5).count();
    let losses = medians.iter().filter(|&&gain| gain < -0.5).count();
    match (gains, losses) {
        _ if medians.is_empty() => "",
        (0, 0) => "neither gain nor lose",
        (g, _) if g == medians.len() => "gain",
        (_, l) if l == medians.len() => "lose",
        (_, 0) => "gain or stay",
        (0, _) => "lose or stay",
        _ => "disagree",
    }
}

fn cell(gain: &MeasureSummary) -> String {
    let q = gain.quantiles;
    if q.p05 == q.p95 {
        difference(q.p50)
    } else {
        format!("{} [{}, {}]", difference(q.p50), points(q.p05), points(q.p95))
    }
}

/// The lowest and the highest of some gains.
pub(super) fn span(gains: &[f64]) -> String {
    let low = gains.iter().copied().min_by(f64::total_cmp);
    let high = gains.iter().copied().max_by(f64::total_cmp);
    match (low, high) {
        (Some(low), Some(high)) if difference(low) == difference(high) => difference(low),
        (Some(low), Some(high)) => format!("{} to {}", difference(low), difference(high)),
        _ => "–".to_owned(),
    }
}
