//! Room and fit: is there a package everyone needed would take, and who closes it.

use melian::lens::{Family, Quantity};

use super::markup::{Section, details, figure, number, table, text};
use crate::chart::{Caption, ShareRow, shares};
use crate::number::{Share, points};
use crate::text::{capital, escape, list, words};
use crate::view::{Condition, Room, View};

pub(super) fn section(view: View<'_>) -> Section {
    let mut body = consent(view);
    if !view.has_red_lines() {
        body.push_str(
            "<p>No actor in this scenario has a red line, so any package would do, and the question of room was not \
             asked.</p>",
        );
        return Section::new("room", "Is there room, and who closes it", body);
    }
    let Some(room) = view.room(Condition::BASE, None) else {
        body.push_str("<p>No lens that ran can say whether there is room.</p>");
        return Section::new("room", "Is there room, and who closes it", body);
    };
    body.push_str(&format!(
        "<p><strong>A package inside every needed red line exists in {}.</strong></p>",
        escape(&room.open.draws())
    ));
    body.push_str(&closers(view, &room));
    body.push_str(&ranges(view));
    body.push_str(&fits_by_family(view));
    body.push_str(&details("Every lens by itself", &fits(view)));
    Section::new("room", "Is there room, and who closes it", body)
}

/// Whose consent a deal needs.
fn consent(view: View<'_>) -> String {
    let rows: Vec<Vec<String>> = view
        .input
        .scenario
        .consent
        .iter()
        .map(|stage| {
            let issues: Vec<String> = stage.issues.iter().map(|&id| words(&view.issue(id).name)).collect();
            let every = stage.issues.len() == view.input.scenario.issues.len();
            vec![
                words(&stage.name),
                format!("<code>{}</code>", escape(&stage.text)),
                if every { "all".to_owned() } else { list(&issues) },
                if stage.partial { "yes" } else { "no" }.to_owned(),
                stage.by.map(crate::view::date).unwrap_or_default(),
            ]
        })
        .collect();
    let columns = [text("Stage"), text("Rule"), text("Issues"), text("May issues settle singly"), text("By")];
    table("Whose consent a deal needs", &columns, &rows)
}

fn closers(view: View<'_>, room: &Room) -> String {
    if room.closed_by.is_empty() {
        return String::new();
    }
    let rows: Vec<ShareRow> = room
        .closed_by
        .iter()
        .take(10)
        .map(|(actor, share)| ShareRow {
            label: view.actor(*actor).name.clone(),
            share: share.value(),
            interval: None,
            value: share.in_hundred(),
        })
        .collect();
    let cells: Vec<Vec<String>> = room
        .closed_by
        .iter()
        .map(|(actor, share)| vec![words(&view.actor(*actor).name), escape(&share.draws())])
        .collect();
    let said: Vec<String> = room
        .closed_by
        .iter()
        .map(|(actor, share)| format!("{} in {}", &view.actor(*actor).name, share.draws()))
        .collect();
    let caption =
        Caption { id: "closers", title: "Whose red lines close the room", description: &said.join("; ") };
    figure(
        &caption,
        &shares(&caption, &rows),
        "Of 100 draws: in how many the actor is in a smallest set whose red lines, dropped, would open the room. \
         Several actors can close it together, so shares need not sum to anything.",
        &table(caption.title, &[text("Actor"), number("Closes the room in")], &cells),
    )
}

fn ranges(view: View<'_>) -> String {
    let rows: Vec<Vec<String>> = view
        .input
        .scenario
        .issue_ids()
        .filter_map(|issue| {
            view.base().iter().find_map(|voice| {
                let low = voice.group.measure(Quantity::RoomLow(issue))?;
                let high = voice.group.measure(Quantity::RoomHigh(issue))?;
                let spread = |q: melian::analysis::Quantiles| {
                    format!("{} {}", points(q.p50), crate::number::interval(q.p05, q.p95))
                };
                Some(vec![words(&view.issue(issue).name), spread(low.quantiles), spread(high.quantiles)])
            })
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = [text("Issue"), number("Lowest point inside"), number("Highest point inside")];
    table("Where the room lies, in draws that have room: middle draw [5 %, 95 %]", &columns, &rows)
}

/// The same by family.
fn fits_by_family(view: View<'_>) -> String {
    let mut families: Vec<(Family, Vec<Share>)> = Vec::new();
    for voice in view.base() {
        let Some(fit) = voice.group.measure(Quantity::Fit) else { continue };
        let share = Share::of_flag(fit);
        match families.iter_mut().find(|(family, _)| *family == voice.arm.family) {
            Some((_, shares)) => shares.push(share),
            None => families.push((voice.arm.family, vec![share])),
        }
    }
    let rows: Vec<Vec<String>> = families
        .iter()
        .map(|(family, shares)| {
            let by = |a: &&Share, b: &&Share| a.value().total_cmp(&b.value());
            let least = shares.iter().min_by(by).map(|share| share.in_hundred()).unwrap_or_default();
            let most = shares.iter().max_by(by).map(|share| share.in_hundred()).unwrap_or_default();
            let range = if least == most { least } else { format!("{least} to {most}") };
            vec![capital(family.name()), shares.len().to_string(), escape(&range)]
        })
        .collect();
    let columns = [text("Family"), number("Lenses"), number("Terms pass in, of 100 draws")];
    table("Fit: would the lenses’ own terms be taken by everyone needed", &columns, &rows)
}

fn fits(view: View<'_>) -> String {
    let rows: Vec<Vec<String>> = view
        .base()
        .iter()
        .filter_map(|voice| {
            let fit = Share::of_flag(voice.group.measure(Quantity::Fit)?);
            let mut closers: Vec<(u64, String)> = view
                .input
                .scenario
                .actor_ids()
                .filter_map(|actor| {
                    let closes = Share::of_flag(voice.group.measure(Quantity::ClosesFit(actor))?);
                    let closes = Share { of: fit.of, ..closes };
                    (closes.hits > 0).then(|| {
                        (
                            closes.hits,
                            format!("{} ({})", words(&view.actor(actor).name), escape(&closes.in_hundred())),
                        )
                    })
                })
                .collect();
            closers.sort_by_key(|(hits, _)| std::cmp::Reverse(*hits));
            let shown: Vec<String> = closers.into_iter().take(4).map(|(_, text)| text).collect();
            Some(vec![escape(&voice.label), escape(&fit.draws()), list(&shown)])
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = [text("Lens"), text("Its terms pass in"), text("Refused most often by (of 100 draws)")];
    table("Fit: would the lens’s own terms be taken by everyone needed", &columns, &rows)
}
