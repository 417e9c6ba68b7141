//! The judgement: a few plain sentences with numbers.

use melian::lens::{Quantity, ReferenceClass};
use melian::scenario::IssueId;

use super::markup::{Section, bullets};
use crate::number::{interval, percent, points};
use crate::terminal::ENDINGS;
use crate::text::{list, plural, words};
use crate::view::{Condition, Spread, View, Voice};

/// Issues told in the judgement; the rest have their own sections.
const ISSUES: usize = 4;

pub(super) fn section(view: View<'_>) -> Section {
    let mut body = tiles(view);
    let mut sentences = vec![room(view)];
    sentences.extend(terms(view));
    sentences.extend(endings(view));
    sentences.push(disagreement(view));
    sentences.push(made_of(view));
    body.push_str(&bullets(sentences.into_iter().filter(|s| !s.is_empty())));
    body.push_str(
        "<p class=\"note\">A <em>draw</em> is one set of values for all uncertain numbers, taken from the ranges the \
         scenario allows. “38 of 100 draws” is a share of those draws, not a probability that something will happen. \
         A <em>lens</em> is one formal model; lenses that share their idea form a family.</p>",
    );
    Section::new("judgement", "The judgement", body)
}

/// The answer at a glance.
fn tiles(view: View<'_>) -> String {
    let mut tiles = Vec::new();
    if let Some(room) = view.room(Condition::BASE, None).filter(|_| view.has_red_lines()) {
        let of = if room.open.of < 100 { room.open.of } else { 100 };
        let hits = if room.open.of < 100 { room.open.hits.to_string() } else { room.open.in_hundred() };
        tiles.push((
            "Room for a deal".to_owned(),
            hits.replace('<', "&lt;").replace('>', "&gt;"),
            format!("of {of} draws"),
        ));
    }
    for (issue, spread) in view.by_disagreement().into_iter().take(2) {
        let by = plural(spread.voices.len() as u64, "lens", "lenses");
        tiles.push((
            words(&view.issue(issue).name),
            spread.text(),
            format!("of 100, by {by}, if there is a deal"),
        ));
    }
    let class = view.speakers_of_endings().into_iter().find_map(|voice| voice.note?.reference.as_ref());
    if let Some((class, share)) = class.and_then(|class| Some((class, class.shares.first()?))) {
        let part = f64::from(share.count) / f64::from(share.of);
        tiles.push((
            format!("Past cases: {}", words(&share.label)),
            percent(part),
            format!(
                "{} of {} (class of {})",
                share.count,
                share.of,
                plural(u64::from(class.cases), "case", "cases")
            ),
        ));
    }
    let tiles: String = tiles
        .iter()
        .map(|(name, value, unit)| {
            format!("<div><dt>{name}</dt><dd><span class=\"big\">{value}</span> <span class=\"unit\">{unit}</span></dd></div>")
        })
        .collect();
    if tiles.is_empty() { tiles } else { format!("<dl class=\"tiles\">{tiles}</dl>") }
}

fn room(view: View<'_>) -> String {
    if !view.has_red_lines() {
        return "<strong>Room.</strong> The scenario gives no red lines, so whether a deal is possible was not asked.".into();
    }
    let Some(room) = view.room(Condition::BASE, None) else {
        return "<strong>Room.</strong> No lens that ran can say whether a deal is possible.".into();
    };
    let mut text = format!(
        "<strong>Room.</strong> Some package lies inside the red lines of everyone whose consent is needed in {}.",
        crate::text::escape(&room.open.draws())
    );
    let closers: Vec<String> = room
        .closed_by
        .iter()
        .take(3)
        .map(|(actor, share)| {
            format!(
                "{} ({} of 100)",
                words(&view.actor(*actor).name),
                crate::text::escape(&share.in_hundred())
            )
        })
        .collect();
    if !closers.is_empty() {
        text.push_str(&format!(
            " Where there is none, it is closed most often by the red lines of {}.",
            list(&closers)
        ));
    }
    text
}

fn terms(view: View<'_>) -> Vec<String> {
    let issues = view.by_disagreement();
    let mut sentences: Vec<String> =
        issues.iter().take(ISSUES).map(|(issue, spread)| terms_of(view, *issue, spread)).collect();
    if issues.len() > ISSUES {
        sentences.push(format!(
            "{} have their own sections below.",
            plural((issues.len() - ISSUES) as u64, "more issue", "more issues")
        ));
    }
    sentences
}

fn terms_of(view: View<'_>, id: IssueId, spread: &Spread<'_>) -> String {
    let issue = view.issue(id);
    let lenses = spread.voices.len() as u64;
    let who = if lenses == 1 { "the one lens that speaks puts" } else { "the lenses’ middle values put" };
    let (low, high) = spread.reach();
    let by_family: Vec<String> =
        spread.by_family().iter().map(|(family, own)| format!("{} {}", family.name(), own.text())).collect();
    let mut text = format!(
        "<strong>Terms on “{}”.</strong> If there is a deal, {who} it at {} of 100{}",
        words(&issue.name),
        spread.text(),
        in_words(view, id, spread.low, spread.high)
    );
    if by_family.len() > 1 {
        text.push_str(&format!(" ({})", by_family.join(", ")));
    }
    if high > low {
        let of = if lenses == 1 { "" } else { " of any lens" };
        text.push_str(&format!(
            "; the uncertain inputs alone reach {} (5 % to 95 %{of})",
            interval(low, high)
        ));
    }
    text.push('.');
    if let Some(outcome) = view.outcome(id) {
        text.push_str(&format!(
            " What history did: {}{}.",
            points(outcome),
            in_words(view, id, outcome, outcome)
        ));
    }
    text
}

pub(super) fn in_words(view: View<'_>, issue: IssueId, low: f64, high: f64) -> String {
    crate::view::in_words(view.issue(issue), low, high, crate::text::quoted)
}

fn endings(view: View<'_>) -> Vec<String> {
    let speakers = view.speakers_of_endings();
    let classes = speakers.iter().filter_map(|voice| voice.note?.reference.as_ref()).map(of_class);
    let models = speakers.iter().filter_map(by_model);
    let mut said: Vec<String> = classes.chain(models).collect();
    let families = view.families().len() as u64;
    let speaking = view.families_on_endings() as u64;
    said.push(if speaking == 0 {
        "No lens here can speak of endings; their terms hold in case of a deal.".to_owned()
    } else {
        format!(
            "{speaking} of {} can speak of endings at all; the others say what terms a deal would have, not whether there is one.",
            plural(families, "lens family", "lens families")
        )
    });
    vec![format!("<strong>How it ends.</strong> {}", said.join(" "))]
}

/// What became of past cases of a class.
fn of_class(class: &ReferenceClass) -> String {
    let shares: Vec<String> = class
        .shares
        .iter()
        .filter(|share| !matches!(share.quantity, Quantity::Violence(_)))
        .map(|share| {
            let part = f64::from(share.count) / f64::from(share.of);
            let (low, high) = share.interval;
            format!("{} in {} {}", words(&share.label), percent(part), interval(100.0 * low, 100.0 * high))
        })
        .collect();
    format!(
        "Of {} past cases of the class {} ({} to {}): {} (90 % intervals in brackets). Violence and endings overlap.",
        class.cases,
        crate::text::quoted(&class.name),
        class.period.0,
        class.period.1,
        list(&shares)
    )
}

/// What a lens that plays the case makes of it.
fn by_model(voice: &Voice<'_>) -> Option<String> {
    let chances: Vec<String> = ENDINGS
        .iter()
        .filter_map(|(quantity, name)| {
            let said = voice.group.measure(*quantity)?;
            let (low, high) = (said.quantiles.p05, said.quantiles.p95);
            Some(format!("{name} {} {}", percent(said.mean), interval(100.0 * low, 100.0 * high)))
        })
        .collect();
    let speaks = voice.note.is_none_or(|note| note.reference.is_none()) && !chances.is_empty();
    speaks.then(|| {
        format!(
            "{}: {} (mean chance inside the lens, and 5 % to 95 % of draws).",
            crate::text::escape(&voice.label),
            list(&chances)
        )
    })
}

fn disagreement(view: View<'_>) -> String {
    let issues = view.by_disagreement();
    let Some((issue, spread)) = issues.first().filter(|(_, spread)| spread.voices.len() > 1) else {
        return String::new();
    };
    let extreme = |at: f64| {
        let voice = spread.voices.iter().find(|(_, terms)| terms.quantiles.p50 == at);
        voice.map(|(voice, _)| crate::text::escape(&voice.label)).unwrap_or_default()
    };
    format!(
        "<strong>Disagreement.</strong> The lenses differ most on {}: {} says {}, {} says {}.",
        words(&view.issue(*issue).name),
        extreme(spread.low),
        points(spread.low),
        extreme(spread.high),
        points(spread.high)
    )
}

fn made_of(view: View<'_>) -> String {
    let made = view.input.scenario.provenance_counts();
    format!(
        "<strong>Made of.</strong> {}, of which {} the modeller’s guess.",
        plural(made.total() as u64, "number", "numbers"),
        if made.modeller == 1 { "1 is".to_owned() } else { format!("{} are", made.modeller) }
    )
}
