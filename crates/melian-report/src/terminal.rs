//! The answer in the terminal.

use melian::lens::{Ending, Family, Quantity};
use melian::scenario::IssueId;
use unicode_width::UnicodeWidthStr;

use crate::ReportInput;
use crate::drivers::{Shared, measure_name};
use crate::number::{self, Share, count, interval, percent, points};
use crate::text::{capital, clean, list, plural, shorten, wrap};
use crate::view::{Condition, Solved, Spread, View, Voice, date};

/// Columns before the content of a line.
const LABEL: usize = 19;
/// Headlines whose hinge is told.
const HINGES: usize = 2;
/// Overlays told before the rest is left to the report.
const OVERLAYS: usize = 5;

/// The answer for a terminal of `width` columns; with escape sequences only if `color`.
#[must_use]
pub fn terminal(input: &ReportInput<'_>, width: usize, color: bool) -> String {
    let view = View::new(input);
    let mut page = Page { width: width.max(LABEL + 30), color, text: String::new() };
    head(&mut page, view);
    room(&mut page, view);
    terms(&mut page, view);
    endings(&mut page, view);
    drivers(&mut page, view);
    hinges(&mut page, view);
    overlays(&mut page, view);
    claims(&mut page, view);
    made_of(&mut page, view);
    silent(&mut page, view);
    page.text
}

/// One more line in the manner of [`terminal`], such as where the report was written.
#[must_use]
pub fn line(label: &str, content: &str, width: usize, color: bool) -> String {
    let mut page = Page { width: width.max(LABEL + 30), color, text: String::new() };
    page.say(label, content);
    page.text
}

struct Page {
    width: usize,
    color: bool,
    text: String,
}

impl Page {
    /// A labelled line, wrapped; an empty label continues the one above.
    fn say(&mut self, label: &str, content: &str) {
        self.put(label, content, 0);
    }

    /// A line that belongs to the one above.
    fn more(&mut self, content: &str) {
        self.put("", content, 2);
    }

    fn put(&mut self, label: &str, content: &str, indent: usize) {
        let content = content.replace('−', "-");
        for (i, line) in wrap(&content, self.width - LABEL - 2).iter().enumerate() {
            let hanging = indent + if i > 0 && indent == 0 { 2 } else { 0 };
            let label = if i == 0 { label } else { "" };
            let gap = " ".repeat(LABEL.saturating_sub(label.width()).max(usize::from(!label.is_empty())));
            let label = self.bold(label);
            let line = line.replace('\u{a0}', " ");
            self.text.push_str(&format!("{label}{gap}{}{line}\n", " ".repeat(hanging)));
        }
    }

    fn bold(&self, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn head(page: &mut Page, view: View<'_>) {
    let (about, summary) = (&view.input.scenario.about, view.input.summary);
    let title = shorten(&about.title, page.width);
    let families = view.families().len() as u64;
    let mut facts = vec![
        plural(summary.draws, "draw", "draws"),
        plural(families, "lens family", "lens families"),
        format!("seed {}", view.input.manifest.seed),
    ];
    facts.extend(about.horizon.map(|day| format!("horizon {}", date(day))));
    let facts = facts.join(", ");
    let gap = page.width.saturating_sub(title.width() + facts.width());
    let shown = page.bold(&title);
    if gap >= 4 {
        page.text.push_str(&format!("{shown}    {facts}\n"));
    } else {
        page.text.push_str(&format!("{shown}\n"));
        for line in wrap(&facts, page.width) {
            page.text.push_str(&format!("{line}\n"));
        }
    }
    if view.partial() {
        let (run, planned) = (number::count(summary.draws), number::count(summary.planned));
        page.say(
            "Partial run",
            &format!("stopped after {run} of {planned} draws; the same command resumes it"),
        );
    }
    if view.ongoing() {
        page.say(
            "Ongoing",
            "coercive policies are neither ranked nor searched for here; imposed terms are no settlement",
        );
    }
}

fn room(page: &mut Page, view: View<'_>) {
    const QUESTION: &str = "Is there room?";
    if !view.has_red_lines() {
        page.say(QUESTION, "not asked: no actor has a red line (`accept`), so any package would do");
        return;
    }
    let Some(room) = view.room(Condition::BASE, None) else {
        page.say(QUESTION, "no lens that ran can say");
        return;
    };
    page.say(QUESTION, &format!("a package inside every needed red line: {}", room.open.draws()));
    if !room.closed_by.is_empty() {
        let shown: Vec<String> = room
            .closed_by
            .iter()
            .take(4)
            .map(|(actor, share)| {
                format!("{} ({})", shorten(&view.actor(*actor).name, 40), share.in_hundred())
            })
            .collect();
        let rest = room.closed_by.len() - shown.len();
        let others = if rest > 0 { format!("; {rest} more less often") } else { String::new() };
        page.say("", &format!("closed by {}{others}", list(&shown)));
    }
    if let Some(fit) = fit(view) {
        page.say("", &fit);
    }
}

/// In how many draws the lenses' own terms pass, by family.
fn fit(view: View<'_>) -> Option<String> {
    let mut families: Vec<(Family, Share, Share)> = Vec::new();
    for voice in view.base() {
        let Some(fit) = voice.group.measure(Quantity::Fit) else { continue };
        let share = Share::of_flag(fit);
        match families.iter_mut().find(|(family, ..)| *family == voice.arm.family) {
            None => families.push((voice.arm.family, share, share)),
            Some((_, low, high)) => {
                if share.value() < low.value() {
                    *low = share;
                }
                if share.value() > high.value() {
                    *high = share;
                }
            }
        }
    }
    let said: Vec<String> = families
        .iter()
        .map(|(family, low, high)| {
            let (low, high) = (low.in_hundred(), high.in_hundred());
            let range = if low == high { low } else { format!("{low} to {high}") };
            format!("{} {range}", family.name())
        })
        .collect();
    (!said.is_empty()).then(|| format!("lenses' own terms would pass in: {} of 100 draws", said.join(", ")))
}

fn terms(page: &mut Page, view: View<'_>) {
    let mut label = "Terms";
    for issue in view.input.scenario.issue_ids() {
        let Some(spread) = view.spread(issue, Condition::BASE, None) else { continue };
        page.say(label, &headline(view, issue, &spread));
        label = "";
        page.more(&families(view, &spread));
        if let Some(outcome) = view.outcome(issue) {
            page.more(&format!(
                "what history did: {}{}",
                points(outcome),
                in_words(view, issue, outcome, outcome)
            ));
        }
    }
    if label.is_empty() {
        page.say("", "middle draws of the lenses, in case of a deal; not the chance of one");
        if let Some(errors) = errors(view) {
            page.say("", &errors);
        }
    }
}

fn headline(view: View<'_>, issue: IssueId, spread: &Spread<'_>) -> String {
    let id = &view.issue(issue).id;
    format!("{id}  {}{}", spread.text(), in_words(view, issue, spread.low, spread.high))
}

fn in_words(view: View<'_>, issue: IssueId, low: f64, high: f64) -> String {
    crate::view::in_words(view.issue(issue), low, high, |words| format!("\"{}\"", shorten(words, 60)))
}

/// The middle draws of each family, and a dash for one that is silent. Of a single lens, its range over draws.
fn families(view: View<'_>, spread: &Spread<'_>) -> String {
    let by_family = spread.by_family();
    let mut asked = view.families_asked_for_terms();
    asked.extend(by_family.iter().map(|(family, _)| *family));
    asked.sort_unstable();
    asked.dedup();
    let said: Vec<String> = asked
        .iter()
        .map(|family| match by_family.iter().find(|(other, _)| other == family) {
            None => format!("{} -", family.name()),
            Some((_, own)) => {
                let (low, high) = own.reach();
                let range = if own.voices.len() > 1 || points(low) == points(high) {
                    String::new()
                } else {
                    format!(" {}", interval(low, high))
                };
                format!("{} {}{range}", family.name(), own.text())
            }
        })
        .collect();
    format!("lenses: {}", said.join(", "))
}

/// How far the lenses' errors on history stretch the terms, over all issues.
fn errors(view: View<'_>) -> Option<String> {
    let wide: Vec<_> = view
        .input
        .scenario
        .issue_ids()
        .flat_map(|issue| {
            let measured = move |voice: &Voice<'_>| {
                Some(voice.group.measure(Quantity::TermsWithError(issue))?.quantiles)
            };
            view.base().into_iter().filter_map(move |voice| measured(&voice))
        })
        .map(|q| q.p95 - q.p05)
        .collect();
    let widest = wide.iter().copied().max_by(f64::total_cmp)?;
    Some(format!("their errors on past issues stretch ranges over up to {} of 100 points", points(widest)))
}

fn endings(page: &mut Page, view: View<'_>) {
    let speakers = view.speakers_of_endings();
    let total = view.families().len();
    let mut label = "How it ends";
    for voice in &speakers {
        let reference = voice.note.and_then(|note| note.reference.as_ref());
        let text = if let Some(class) = reference {
            let shares: Vec<String> = class
                .shares
                .iter()
                .filter(|share| !matches!(share.quantity, Quantity::Violence(_)))
                .map(|share| {
                    format!(
                        "{} {}",
                        clean(&share.label),
                        percent(f64::from(share.count) / f64::from(share.of))
                    )
                })
                .collect();
            let (name, cases, (from, to)) = (clean(&class.name), class.cases, class.period);
            format!("base rate ({name}, {cases} cases, {from}-{to}): {}", shares.join("; "))
        } else {
            let chances: Vec<String> = ENDINGS
                .iter()
                .filter_map(|(quantity, name)| {
                    let said = voice.group.measure(*quantity)?;
                    let (low, high) = (100.0 * said.quantiles.p05, 100.0 * said.quantiles.p95);
                    Some(format!("{name} {} {}", points(100.0 * said.mean), interval(low, high)))
                })
                .collect();
            format!("{}: {} (chance inside the lens, of 100)", voice.label, chances.join(", "))
        };
        page.say(label, &text);
        label = "";
        let solved = Solved::of(voice);
        if !solved.soundly() {
            page.more(&format!(
                "of {} {} not solved to the tolerance, {} only by a jump to another branch of equilibria",
                plural(solved.rows, "draw", "draws"),
                count(solved.failed),
                count(solved.jumped)
            ));
        }
    }
    let speaking = view.families_on_endings();
    let can = if speaking == 0 {
        "no lens here can speak of endings: their terms hold in case of a deal".to_owned()
    } else {
        format!("{speaking} of {} can speak to this", plural(total as u64, "family", "families"))
    };
    page.say(label, &can);
}

/// Measures of endings with their names in a sentence.
pub(crate) const ENDINGS: [(Quantity, &str); 5] = [
    (Quantity::Ending(Ending::Deal), "deal stands"),
    (Quantity::Ending(Ending::Broken), "deal broken"),
    (Quantity::Ending(Ending::Imposed), "imposed"),
    (Quantity::Ending(Ending::None), "none"),
    (Quantity::War, "full-scale war reached"),
];

/// Measures whose drivers are told; the report has all.
const DRIVEN: usize = 4;

/// The one or two numbers that explain most of each headline.
fn drivers(page: &mut Page, view: View<'_>) {
    let mut quantities: Vec<Quantity> = Vec::new();
    for output in view.input.drivers {
        if !quantities.contains(&output.measure.quantity) {
            quantities.push(output.measure.quantity);
        }
    }
    let mut label = "Decided by";
    for quantity in quantities.into_iter().take(DRIVEN) {
        let of: Vec<_> =
            view.input.drivers.iter().filter(|output| output.measure.quantity == quantity).collect();
        let shared = Shared::of(view.input.scenario, &of);
        let told: Vec<String> = shared
            .iter()
            .filter(|input| input.clear)
            .take(2)
            .map(|input| format!("{} ({})", input.name, input.text()))
            .collect();
        if !told.is_empty() {
            let measure = measure_name(view.input.scenario, quantity);
            page.say(label, &format!("{measure}, by {}", told.join("; ")));
            label = "";
        }
    }
    if label.is_empty() {
        page.say("", "shares of each lens's spread by one number alone, lowest to highest lens");
    }
}

/// The nearest hinge of each headline that has one.
fn hinges(page: &mut Page, view: View<'_>) {
    let Some(answer) = view.input.hinges else { return };
    let mut label = "It hinges on";
    for line in crate::hinges::lines(view.input.scenario, answer).iter().take(HINGES) {
        page.say(label, line);
        label = "";
    }
}

/// Each overlay by itself, those that change the room most first: one line for the room, one for the terms.
fn overlays(page: &mut Page, view: View<'_>) {
    let single = |condition: &Condition<'_>| condition.policy.is_none() || condition.perspective.is_none();
    let conditions: Vec<Condition<'_>> =
        view.conditions().into_iter().filter(|&condition| !view.guarded(condition)).collect();
    let name = |condition| shorten(&view.condition_name(condition), 40);
    let mut label = "Compared";
    let mut told = 0;
    if let Some(base) = view.room(Condition::BASE, None).filter(|_| view.has_red_lines()) {
        let mut rooms: Vec<(Condition<'_>, Share)> = conditions
            .iter()
            .copied()
            .filter(single)
            .filter_map(|condition| Some((condition, view.room(condition, None)?.open)))
            .collect();
        let change = |share: &Share| (share.value() - base.open.value()).abs();
        rooms.sort_by(|a, b| change(&b.1).total_cmp(&change(&a.1)));
        rooms.truncate(OVERLAYS);
        told = rooms.len();
        let said: Vec<String> = rooms
            .iter()
            .map(|(condition, share)| format!("{} {}", name(*condition), share.in_hundred()))
            .collect();
        if !said.is_empty() {
            let base = base.open.in_hundred();
            page.say(label, &format!("room, of 100 draws (as written {base}): {}", said.join("; ")));
            label = "";
        }
    }
    if let Some((condition, issue, by, from, to)) = farthest(view, &conditions) {
        let id = &view.issue(issue).id;
        let (from, to) = (points(from), points(to));
        page.say(label, &format!("terms move most: {}, {id} {from} to {to} ({by})", name(condition)));
        label = "";
    }
    if label.is_empty() && conditions.len() > told {
        page.say(
            "",
            &format!("all {} are compared in the report", plural(conditions.len() as u64, "case", "cases")),
        );
    }
}

/// The single overlay that moves some lens's middle draw most: the lens, from where and to where.
fn farthest<'a>(
    view: View<'a>,
    conditions: &[Condition<'a>],
) -> Option<(Condition<'a>, IssueId, String, f64, f64)> {
    let mut farthest: Option<(Condition<'a>, IssueId, String, f64, f64)> = None;
    for &condition in conditions.iter().filter(|c| c.policy.is_none() || c.perspective.is_none()) {
        for issue in view.input.scenario.issue_ids() {
            let (Some(now), Some(base)) =
                (view.spread(issue, condition, None), view.spread(issue, Condition::BASE, None))
            else {
                continue;
            };
            for (voice, terms) in &now.voices {
                let same = base.voices.iter().find(|(other, _)| other.label == voice.label);
                let Some((_, before)) = same else { continue };
                let (from, to) = (before.quantiles.p50, terms.quantiles.p50);
                let most = farthest.as_ref().map_or(0.5, |(.., from, to)| (to - from).abs());
                if (to - from).abs() > most {
                    farthest = Some((condition, issue, voice.label.clone(), from, to));
                }
            }
        }
    }
    farthest
}

fn claims(page: &mut Page, view: View<'_>) {
    let claims = &view.input.scenario.claims;
    if claims.is_empty() {
        return;
    }
    if view.input.claims.is_empty() {
        page.say("Claims", &format!("{} stated, not judged", claims.len()));
        return;
    }
    page.say(
        "Claims",
        &format!("{} (`melian claims` tells by which lens)", crate::claims::tallied(view.input.claims)),
    );
    page.say("", "shares of the draws you allowed, not evidence that a claim is true");
}

fn made_of(page: &mut Page, view: View<'_>) {
    let made = view.input.scenario.provenance_counts();
    let kinds = [
        (made.quoted, "quoted"),
        (made.data, "data"),
        (made.expert, "expert judgement"),
        (made.modeller, "the modeller's guess"),
    ];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, kind)| format!("{} {kind}", number::count(*n as u64)))
        .collect();
    page.say(
        "Made of",
        &format!("{}: {}", plural(made.total() as u64, "number", "numbers"), kinds.join(", ")),
    );
}

fn silent(page: &mut Page, view: View<'_>) {
    let mut label = "Silent";
    for note in view.input.lenses {
        if let Some(problem) = &note.problem {
            page.say(label, &format!("{}: {}", capital(&view.card_label(note)), clean(problem)));
            label = "";
        }
    }
}
