//! The lenses: what each assumes, when not to use it, and how it did on history.

use melian::lens::TrackRecord;

use super::markup::{Section, bullets, details};
use crate::LensNote;
use crate::text::{capital, escape, words};
use crate::view::View;

pub(super) fn silent(view: View<'_>) -> Option<Section> {
    let items: Vec<String> = view
        .input
        .lenses
        .iter()
        .filter_map(|note| {
            let problem = note.problem.as_deref()?;
            Some(format!("<strong>{}</strong>: {}", escape(&capital(&view.card_label(note))), words(problem)))
        })
        .collect();
    if items.is_empty() {
        return None;
    }
    let body = format!("<p>These lenses were asked and can’t run on this scenario:</p>{}", bullets(items));
    Some(Section::new("silent", "Lenses that can’t speak", body))
}

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let ran: Vec<&LensNote<'_>> = view.input.lenses.iter().filter(|note| note.problem.is_none()).collect();
    if ran.is_empty() {
        return None;
    }
    let body: String = ran
        .iter()
        .map(|note| {
            let card = note.card;
            let name = escape(&capital(&view.card_label(note)));
            let inner = format!(
                "<p>{}</p>{}<h4>It takes for granted</h4>{}<h4>When not to use it</h4>{}<p class=\"note\">{}. \
                 In commands and files: <code>{}</code></p>",
                escape(card.idea),
                record(note.record.as_ref()),
                bullets(card.assumptions.iter().map(|a| escape(a))),
                bullets(card.when_not.iter().map(|a| escape(a))),
                escape(card.citation.trim_end_matches('.')),
                escape(&card.full_id()),
            );
            details(&format!("<h3>{name}</h3> <span class=\"family\">{}</span>", card.family.name()), &inner)
        })
        .collect();
    Some(Section::new("lenses", "The lenses used", body))
}

fn record(record: Option<&TrackRecord>) -> String {
    match record {
        Some(record) => format!(
            "<p><strong>Track record.</strong> On {} issues ({}) it missed by {:.1} points on average; the plain mean of \
             positions by {:.1}. A record on such cases says little about crises.</p>",
            record.issues,
            escape(record.data),
            record.mae,
            record.mae_of_mean
        ),
        None => "<p><strong>Track record.</strong> None in this version.</p>".to_owned(),
    }
}
