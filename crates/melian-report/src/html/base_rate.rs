//! The base rate: how a named class of past cases ended.

use melian::lens::{Quantity, ReferenceClass, ReferenceShare};

use super::markup::{Section, bullets, details, figure, number, table, text};
use crate::LensNote;
use crate::chart::{Caption, Kind, ShareRow, icon_array, shares};
use crate::number::percent;
use crate::terminal::ENDINGS;
use crate::text::{capital, escape, words};
use crate::view::{View, Voice};
use crate::words::earned;

pub(super) fn section(view: View<'_>) -> Section {
    let speakers = view.speakers_of_endings();
    let mut body = String::new();
    for (i, voice) in speakers.iter().enumerate() {
        match voice.note.and_then(|note| Some((note, note.reference.as_ref()?))) {
            Some((note, class)) => body.push_str(&reference(i, note, class)),
            None => body.push_str(&chances(voice)),
        }
    }
    if speakers.is_empty() {
        body.push_str(
            "<p>No lens that ran speaks of how this may end: there is no base rate here. The lenses below say what terms a \
             deal would have, not whether there will be one.</p>",
        );
    }
    Section::new("endings", "How such cases end: the base rate", body)
}

fn reference(index: usize, note: &LensNote<'_>, class: &ReferenceClass) -> String {
    let (from, to) = class.period;
    let mut body = format!(
        "<p>The class {}: <strong>{} cases</strong>, {from} to {to} ({}). It is a starting point that knows nothing of \
         this scenario’s numbers.</p>",
        crate::text::quoted(&class.name),
        class.cases,
        words(&class.filter)
    );
    body.push_str(&bars(index, note, class));
    let mut cases = icons(index, class);
    if !class.examples.is_empty() {
        let examples: Vec<String> = class.examples.iter().map(|example| words(example)).collect();
        cases.push_str(&format!("<p><strong>The latest first:</strong> {}.</p>", examples.join("; ")));
    }
    body.push_str(&details("The cases", &cases));
    if !class.caveats.is_empty() {
        body.push_str("<h3>What this class can’t tell</h3>");
        body.push_str(&bullets(class.caveats.iter().map(|caveat| words(caveat))));
    }
    body.push_str(&format!("<p class=\"note\">Data: {}.</p>", escape(class.citation.trim_end_matches('.'))));
    body
}

fn part(share: &ReferenceShare) -> f64 {
    f64::from(share.count) / f64::from(share.of)
}

fn bars(index: usize, note: &LensNote<'_>, class: &ReferenceClass) -> String {
    let rows: Vec<ShareRow> = class
        .shares
        .iter()
        .filter(|share| share.of > 0 && share.quantity != Quantity::Violence(4))
        .map(|share| ShareRow {
            label: format!("{}: {} of {}", capital(&share.label), share.count, share.of),
            share: part(share),
            interval: Some(share.interval),
            value: percent(part(share)),
        })
        .collect();
    let cells: Vec<Vec<String>> = class
        .shares
        .iter()
        .map(|share| {
            let (low, high) = share.interval;
            let word = earned(note.card, note.record.as_ref(), low, high).unwrap_or_default();
            vec![
                words(&share.label),
                share.count.to_string(),
                share.of.to_string(),
                percent(part(share)),
                format!("{} to {}", percent(low), percent(high)),
                word,
            ]
        })
        .collect();
    let description: Vec<String> = rows.iter().map(|row| format!("{} ({})", row.label, row.value)).collect();
    let id = format!("base-rate-{index}");
    let caption = Caption {
        id: &id,
        title: "How the cases ended and how violent they got",
        description: &description.join("; "),
    };
    let columns = [
        text("What is counted"),
        number("Cases"),
        number("Of"),
        number("Share"),
        number("90 % interval"),
        text("In words, where earned"),
    ];
    figure(
        &caption,
        &shares(&caption, &rows),
        "The bar is the share of the coded cases; the whisker its 90 % interval, from the number of cases alone.",
        &table(caption.title, &columns, &cells),
    )
}

/// Endings exclude one another; levels of violence don't, and stay out of the icons.
fn icons(index: usize, class: &ReferenceClass) -> String {
    let endings: Vec<&ReferenceShare> =
        class.shares.iter().filter(|share| matches!(share.quantity, Quantity::Ending(_))).collect();
    let Some(of) = endings.first().map(|share| share.of) else { return String::new() };
    let told: u32 = endings.iter().map(|share| share.count).sum();
    if endings.iter().any(|share| share.of != of) || told > of {
        return String::new();
    }
    let mut kinds: Vec<Kind> = endings
        .iter()
        .map(|share| Kind { label: capital(&share.label), cases: u64::from(share.count) })
        .collect();
    if told < of {
        kinds.push(Kind { label: "None of these".to_owned(), cases: u64::from(of - told) });
    }
    let description: Vec<String> =
        kinds.iter().map(|kind| format!("{} {}", kind.cases, kind.label)).collect();
    let id = format!("base-rate-icons-{index}");
    let caption = Caption { id: &id, title: "The same, case by case", description: &description.join("; ") };
    let cells: Vec<Vec<String>> =
        kinds.iter().map(|kind| vec![words(&kind.label), kind.cases.to_string()]).collect();
    figure(
        &caption,
        &icon_array(&caption, &kinds),
        "Each mark is a past case.",
        &table(caption.title, &[text("Ending"), number("Cases")], &cells),
    )
}

/// What a model of escalation says of endings, as chances inside it.
fn chances(voice: &Voice<'_>) -> String {
    let rows: Vec<Vec<String>> = ENDINGS
        .iter()
        .filter_map(|(quantity, name)| {
            let said = voice.group.measure(*quantity)?;
            let (low, high) = (said.quantiles.p05, said.quantiles.p95);
            let word = voice
                .note
                .and_then(|note| earned(note.card, note.record.as_ref(), low, high))
                .unwrap_or_default();
            Some(vec![
                (*name).to_owned(),
                percent(said.mean),
                format!("{} to {}", percent(low), percent(high)),
                word,
            ])
        })
        .collect();
    let columns = [
        text("Ending"),
        number("Mean chance inside the lens"),
        number("5 % to 95 % of draws"),
        text("In words, where earned"),
    ];
    table(&format!("{}: how things stand at the horizon", voice.label), &columns, &rows)
}
