//! An issue: who wants what, and where a deal would settle.

use melian::lens::Quantity;
use melian::scenario::{ActorId, FieldId, Issue, IssueId};
use melian::uncertainty::Estimate;

use super::families::{kinds, row};
use super::judgement::in_words;
use super::markup::{Section, details, figure, number, table, text};
use crate::chart::{
    Accepts, Caption, DumbbellRow, Forecast, Guide, Position, dumbbell, forecasts, positions,
};
use crate::number::{interval, points};
use crate::text::{capital, escape, words};
use crate::view::{Condition, Spread, View};

pub(super) fn sections(view: View<'_>) -> Vec<Section> {
    view.input.scenario.issue_ids().map(|id| section(view, id)).collect()
}

fn section(view: View<'_>, id: IssueId) -> Section {
    let issue = view.issue(id);
    let mut body = String::new();
    body.push_str(&facts(view, id, issue));
    body.push_str("<h3>Who wants what</h3>");
    body.push_str(&who_wants_what(view, id));
    if let Some(spread) = view.spread(id, Condition::BASE, None) {
        body.push_str("<h3>Where a deal would settle</h3>");
        body.push_str(&by_family(view, id, &spread));
        body.push_str(&details("Every lens by itself", &where_it_settles(view, id, &spread)));
        body.push_str(&details("Where the spread comes from", &kinds_of_spread(id, &spread)));
    } else {
        body.push_str("<p>No lens that ran speaks of terms on this issue.</p>");
    }
    Section::new(format!("issue-{}", id.index() + 1), format!("Issue: {}", words(&issue.name)), body)
}

fn facts(view: View<'_>, id: IssueId, issue: &Issue) -> String {
    let no_deal = issue.no_deal.map_or_else(
        || "The scenario doesn’t say what stands without a deal.".to_owned(),
        |field| {
            let at = view.field(field).central();
            format!("Without a deal: {}{}.", points(at), in_words(view, id, at, at))
        },
    );
    let outcome = view
        .outcome(id)
        .map(|at| {
            format!(" <strong>What history did: {}{}.</strong>", points(at), in_words(view, id, at, at))
        })
        .unwrap_or_default();
    format!("<p>{no_deal}{outcome}</p>")
}

/// The no-deal point and, for past cases, the outcome.
fn guides(view: View<'_>, id: IssueId) -> Vec<Guide> {
    let no_deal = view.issue(id).no_deal.map(|field| Guide {
        at: view.field(field).central(),
        label: "no deal".to_owned(),
        class: "nodeal",
    });
    let outcome =
        view.outcome(id).map(|at| Guide { at, label: "what history did".to_owned(), class: "outcome" });
    no_deal.into_iter().chain(outcome).collect()
}

/// The range an estimate allows, as written.
fn extent(estimate: &Estimate) -> (f64, f64) {
    match estimate {
        Estimate::Exact(value) => (*value, *value),
        Estimate::Uniform { low, high } | Estimate::Pert { low, high, .. } => (*low, *high),
        Estimate::Normal { mean, sd } => (mean - 1.645 * sd, mean + 1.645 * sd),
        Estimate::Discrete { values, .. } => hull(values.iter().map(|value| (*value, *value))),
        Estimate::Experts(experts) => hull(experts.iter().map(|(_, said)| extent(said))),
    }
}

fn hull(ranges: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    ranges.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (from, to)| (low.min(from), high.max(to)))
}

fn field_extent(view: View<'_>, id: FieldId) -> (f64, f64) {
    let field = view.field(id);
    let (low, high) = extent(&field.estimate);
    let (least, most) = field.range;
    let place = |value: f64| (value * field.scale + field.shift).clamp(least, most);
    let (a, b) = (place(low), place(high));
    (a.min(b), a.max(b))
}

fn position(view: View<'_>, actor: ActorId, issue: IssueId, heaviest: f64) -> Option<Position> {
    let stance = view.input.scenario.stance(actor, issue)?;
    let accept = stance.accept.map(|accept| {
        let min = accept.min.map_or((0.0, 0.0), |id| field_extent(view, id));
        let max = accept.max.map_or((100.0, 100.0), |id| field_extent(view, id));
        Accepts { surely: (min.1, max.0), perhaps: (min.0, max.1) }
    });
    Some(Position {
        name: view.actor(actor).name.clone(),
        at: view.field(stance.position).central(),
        extent: field_extent(view, stance.position),
        accept,
        weight: weight(view, actor, issue).filter(|_| heaviest > 0.0).map(|weight| weight / heaviest),
    })
}

/// Capability times salience, typically; `None` where capability is not given.
fn weight(view: View<'_>, actor: ActorId, issue: IssueId) -> Option<f64> {
    let stance = view.input.scenario.stance(actor, issue)?;
    let capability = view.actor(actor).capability.get(issue.index())?;
    Some(view.field(*capability).central() * view.field(stance.salience).central())
}

fn who_wants_what(view: View<'_>, id: IssueId) -> String {
    let issue = view.issue(id);
    let actors = || view.input.scenario.actor_ids();
    let heaviest = actors().filter_map(|actor| weight(view, actor, id)).fold(0.0, f64::max);
    let mut rows: Vec<(ActorId, Position)> =
        actors().filter_map(|actor| Some((actor, position(view, actor, id, heaviest)?))).collect();
    if rows.is_empty() {
        return "<p>No actor takes part in this issue.</p>".to_owned();
    }
    rows.sort_by(|a, b| b.1.at.total_cmp(&a.1.at));
    let cells = rows.iter().map(|(actor, row)| stance_row(view, *actor, id, row)).collect::<Vec<_>>();
    let said: Vec<String> = rows.iter().map(|(_, row)| format!("{} {}", row.name, points(row.at))).collect();
    let positions_only: Vec<Position> = rows.into_iter().map(|(_, row)| row).collect();
    let chart_id = format!("positions-{}", id.index() + 1);
    let title = "Positions and red lines";
    let description = format!("On {}, actors want: {}", issue.name, said.join(", "));
    let caption = Caption { id: &chart_id, title, description: &description };
    let size = if positions_only.iter().any(|row| row.weight.is_some()) {
        " Its area is capability times salience: the weight the actor brings."
    } else {
        ""
    };
    let whisker = if positions_only.iter().any(|row| row.extent.0 < row.extent.1) {
        " A thin line is the range allowed for what it wants."
    } else {
        ""
    };
    let accept = if positions_only.iter().any(|row| row.accept.is_some()) {
        " Bar: what it would rather have than no deal; paler where that is uncertain. No bar: it would take anything."
    } else {
        ""
    };
    let columns = [
        text("Actor"),
        number("Wants"),
        number("Accepts from"),
        number("to"),
        number("Salience"),
        number("Capability"),
        text("Has said in public"),
    ];
    figure(
        &caption,
        &positions(&caption, &issue.anchors, &guides(view, id), &positions_only),
        &format!("Disc: what the actor wants.{size}{whisker}{accept}"),
        &table(title, &columns, &cells),
    )
}

fn stance_row(view: View<'_>, actor: ActorId, id: IssueId, row: &Position) -> Vec<String> {
    let estimate = |id: FieldId| escape(&crate::number::estimate(&view.field(id).estimate));
    let stance = view.input.scenario.stance(actor, id);
    let side = |pick: fn(&melian::scenario::Accept) -> Option<FieldId>| {
        stance.and_then(|s| s.accept.as_ref().and_then(pick)).map_or_else(|| "any".to_owned(), estimate)
    };
    vec![
        words(&row.name),
        stance.map(|s| estimate(s.position)).unwrap_or_default(),
        side(|accept| accept.min),
        side(|accept| accept.max),
        stance.map(|s| estimate(s.salience)).unwrap_or_default(),
        view.actor(actor).capability.get(id.index()).map_or_else(|| "–".to_owned(), |c| estimate(*c)),
        stance.and_then(|s| s.declared).map(estimate).unwrap_or_default(),
    ]
}

/// A row per family: its lenses' middle draws over how far any of them reaches.
fn by_family(view: View<'_>, id: IssueId, spread: &Spread<'_>) -> String {
    let issue = view.issue(id);
    let kinds = kinds(view);
    let families = spread.by_family();
    let rows: Vec<DumbbellRow> = families
        .iter()
        .map(|(family, own)| DumbbellRow {
            reach: Some(own.reach()),
            ..row(capital(family.name()), own, &kinds)
        })
        .collect();
    let cells: Vec<Vec<String>> = families
        .iter()
        .map(|(family, own)| {
            let (low, high) = own.reach();
            vec![capital(family.name()), own.voices.len().to_string(), own.text(), interval(low, high)]
        })
        .collect();
    let said: Vec<String> = rows.iter().map(|row| format!("{} {}", row.label, row.value)).collect();
    let room = room_range(view, id);
    let chart_id = format!("settles-{}", id.index() + 1);
    let title = "Terms, if there is a deal, by family of lenses";
    let description = format!("On {}, middle draws: {}", issue.name, said.join(", "));
    let caption = Caption { id: &chart_id, title, description: &description };
    let mut reading = "One mark per lens: its middle draw. Pale bar: 5 % to 95 % of draws, from the uncertain inputs alone, \
                       over all lenses of the family."
        .to_owned();
    if room.is_some() {
        reading
            .push_str(" Green band: where packages inside the room lie, in the middle draw that has room.");
    }
    let columns =
        [text("Family"), number("Lenses"), number("Middle draws"), number("90 % on inputs, any lens")];
    figure(
        &caption,
        &dumbbell(&caption, &issue.anchors, &guides(view, id), &rows, room),
        &reading,
        &table(title, &columns, &cells),
    )
}

fn where_it_settles(view: View<'_>, id: IssueId, spread: &Spread<'_>) -> String {
    let issue = view.issue(id);
    let rows: Vec<Forecast<'_>> = spread
        .voices
        .iter()
        .map(|(voice, inputs)| Forecast {
            label: voice.label.clone(),
            inputs,
            with_error: voice.group.measure(Quantity::TermsWithError(id)),
        })
        .collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .zip(&spread.voices)
        .map(|(row, (voice, _))| {
            let q = row.inputs.quantiles;
            let wide = row
                .with_error
                .map_or_else(|| "not measured".to_owned(), |e| interval(e.quantiles.p05, e.quantiles.p95));
            let unsolved = voice.group.no_solution + voice.group.not_converged;
            vec![
                escape(&row.label),
                points(q.p50),
                interval(q.p25, q.p75),
                interval(q.p05, q.p95),
                wide,
                crate::number::count(row.inputs.count),
                crate::number::count(unsolved),
            ]
        })
        .collect();
    let said: Vec<String> =
        rows.iter().map(|row| format!("{} {}", row.label, points(row.inputs.quantiles.p50))).collect();
    let room = room_range(view, id);
    let chart_id = format!("forecast-{}", id.index() + 1);
    let title = "Terms, if there is a deal, by lens";
    let description = format!("On {}, middle values: {}", issue.name, said.join(", "));
    let caption = Caption { id: &chart_id, title, description: &description };
    let mut reading = "Tick: the middle draw, printed at the right. Dark bar: half of the draws; light bar: 90 of 100, from the \
                       uncertain inputs alone."
        .to_owned();
    if rows.iter().any(|row| row.with_error.is_some()) {
        reading.push_str(
            " Thin line and pale columns: the same with the lens’s error measured on past negotiations around it.",
        );
    }
    if room.is_some() {
        reading
            .push_str(" Green band: where packages inside the room lie, in the middle draw that has room.");
    }
    let columns = [
        text("Lens"),
        number("Middle"),
        number("50 % on inputs"),
        number("90 % on inputs"),
        number("90 % with measured error"),
        number("Draws"),
        number("Not solved"),
    ];
    figure(
        &caption,
        &forecasts(&caption, &issue.anchors, &guides(view, id), room, &rows),
        &reading,
        &table(title, &columns, &cells),
    )
}

fn room_range(view: View<'_>, id: IssueId) -> Option<(f64, f64)> {
    if !view.has_red_lines() {
        return None;
    }
    view.base().iter().find_map(|voice| {
        let low = voice.group.measure(Quantity::RoomLow(id))?;
        let high = voice.group.measure(Quantity::RoomHigh(id))?;
        Some((low.quantiles.p50, high.quantiles.p50))
    })
}

/// The four kinds of spread, kept apart.
fn kinds_of_spread(id: IssueId, spread: &Spread<'_>) -> String {
    let widest = spread
        .voices
        .iter()
        .max_by(|a, b| {
            let width = |t: &&melian::analysis::MeasureSummary| t.quantiles.p95 - t.quantiles.p05;
            width(&a.1).total_cmp(&width(&b.1))
        })
        .map(|(voice, terms)| {
            let q = terms.quantiles;
            if q.p05 == q.p95 {
                "none: no uncertain number moves these terms".to_owned()
            } else {
                format!(
                    "up to {} points: {} {}",
                    points(q.p95 - q.p05),
                    escape(&voice.label),
                    interval(q.p05, q.p95)
                )
            }
        })
        .unwrap_or_default();
    let error = spread
        .voices
        .iter()
        .filter_map(|(voice, _)| Some((voice, voice.group.measure(Quantity::TermsWithError(id))?.quantiles)))
        .max_by(|a, b| (a.1.p95 - a.1.p05).total_cmp(&(b.1.p95 - b.1.p05)))
        .map_or_else(
            || "not measured for these lenses; they give one point per draw".to_owned(),
            |(voice, q)| {
                format!(
                    "with the error measured on history, up to {} points: {} {}",
                    points(q.p95 - q.p05),
                    escape(&voice.label),
                    interval(q.p05, q.p95)
                )
            },
        );
    let lenses = if spread.voices.len() == 1 {
        "only one lens speaks".to_owned()
    } else {
        format!("{} points: middle values {}", points(spread.width()), spread.text())
    };
    let rows = [
        vec!["Disagreement of lenses".to_owned(), lenses],
        vec!["Ignorance of the inputs".to_owned(), widest],
        vec!["Chance inside a lens, and its error".to_owned(), error],
        vec![
            "Choice among equilibria".to_owned(),
            "none: each of these lenses has one solution per draw".to_owned(),
        ],
    ];
    table("Four kinds of spread, kept apart", &[text("Kind"), text("How much")], &rows)
}
