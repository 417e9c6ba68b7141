//! What the study of levers says, for the terminal and for scripts.

use melian::scenario::{ActorId, IssueId, Scenario, Status};
use melian::study::levers::{Effect, Kind, Lever, Levers, Move, Seat};
use serde_json::{Map, Value, json as object};

use crate::number::percent;
use crate::text::{clean, plural, shorten, wrap};

/// Below this, in points or draws of 100, an effect is not told.
const NOTHING: f64 = 0.0005;

/// The answer of `melian levers` for a terminal of `width` columns, `top` levers of each kind.
#[must_use]
pub fn levers(scenario: &Scenario, answer: &Levers, seat: Seat, top: usize, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    let whose = match seat {
        Seat::Actor(actor) => name(scenario, actor),
        Seat::Mediator => "a mediator".to_owned(),
    };
    page.put(&format!("Levers of {whose}: {}", clean(&scenario.about.title)), 0);
    if scenario.about.status == Status::Ongoing {
        page.put("Ongoing: only what could be offered, asked for or explained is looked at.", 0);
    }
    match answer.room {
        Some(room) => page.put(&format!("There is room in {} of {}.", percent(room), draws(answer)), 0),
        None => page.put("Room is not asked: no red lines, or some draw has too many combinations.", 0),
    }
    for (lens, reason) in &answer.silent {
        page.put(&format!("{lens} can't speak here: {}", clean(reason)), 0);
    }
    for kind in [Kind::Concession, Kind::Attention, Kind::Link, Kind::Policy] {
        kind_of(&mut page, scenario, answer, kind, top);
    }
    page.put("", 0);
    let left_out = answer.left_out as u64;
    if left_out > 0 {
        let what = plural(left_out, "policy of the scenario is", "policies of the scenario are");
        page.put(&format!("{what} left out: coercive, or a change of power, of no deal, or a refusal."), 0);
    }
    page.put(
        "Effects are means over draws, on the same draws with and without the lever; gains are each actor's own, at the \
         lens's terms, on the stakes as the scenario has them, and are not to be compared across actors.",
        0,
    );
    page.text
}

/// Lines of plain text for a terminal.
pub(crate) struct Page {
    pub(crate) text: String,
    pub(crate) width: usize,
}

impl Page {
    pub(crate) fn put(&mut self, content: &str, indent: usize) {
        for (index, line) in wrap(content, self.width.saturating_sub(indent + 2)).iter().enumerate() {
            let hanging = indent + if index > 0 && indent > 0 { 2 } else { 0 };
            self.text.push_str(&format!("{}{}\n", " ".repeat(hanging), line.replace('\u{a0}', " ")));
        }
    }
}

fn draws(answer: &Levers) -> String {
    plural(answer.draws, "draw", "draws")
}

fn kind_of(page: &mut Page, scenario: &Scenario, answer: &Levers, kind: Kind, top: usize) {
    let of: Vec<&Lever> = answer.levers.iter().filter(|lever| lever.kind == kind).collect();
    if of.is_empty() {
        return;
    }
    page.put("", 0);
    page.put(
        match kind {
            Kind::Concession => "Concessions, per point",
            Kind::Attention => "Attention (salience), per point",
            Kind::Link => "Links loosened, per point",
            Kind::Policy => "Policies of the scenario, each as a whole",
        },
        0,
    );
    let (telling, idle): (Vec<&Lever>, Vec<&Lever>) = of.into_iter().partition(|lever| moves(lever));
    for lever in telling.iter().take(top) {
        page.put(&said(scenario, &lever.what), 2);
        if let Some(room) = lever.room.filter(|room| room.abs() >= NOTHING / 100.0) {
            page.put(&format!("room: {} of 100 draws", signed(100.0 * room)), 4);
        }
        for effect in &lever.effects {
            effect_of(page, scenario, effect);
        }
    }
    let more = telling.len().saturating_sub(top);
    if more > 0 {
        page.put(&format!("and {more} more with less effect"), 2);
    }
    if !idle.is_empty() {
        page.put(&format!("without effect: {}", idle.len()), 2);
    }
}

fn moves(lever: &Lever) -> bool {
    let terms = lever.effects.iter().flat_map(|effect| &effect.terms);
    lever.room.is_some_and(|room| room.abs() >= NOTHING / 100.0)
        || terms.into_iter().any(|slope| slope.abs() >= NOTHING)
}

fn effect_of(page: &mut Page, scenario: &Scenario, effect: &Effect) {
    let terms: Vec<String> = scenario
        .issues
        .iter()
        .zip(&effect.terms)
        .filter(|(_, slope)| slope.abs() >= NOTHING)
        .map(|(issue, &slope)| format!("{} {}", shorten(&issue.name, 40), signed(slope)))
        .collect();
    if terms.is_empty() {
        page.put(&format!("{}: the terms, and so all gains, stay as they are", effect.lens), 4);
        return;
    }
    let how = if effect.exact { " (exact)" } else { "" };
    page.put(&format!("{}{how}: {}", effect.lens, terms.join(", ")), 4);
    let gains: Vec<String> = scenario
        .actor_ids()
        .zip(&effect.gains)
        .filter(|(_, gain)| !gain.is_nan())
        .map(|(actor, &gain)| format!("{} {}", name(scenario, actor), signed(gain)))
        .collect();
    page.put(&format!("gains: {}", gains.join(", ")), 4);
}

/// A change with its sign and as many digits as tell something.
fn signed(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 10.0 => 0,
        v if v >= 1.0 => 1,
        v if v >= 0.1 => 2,
        _ => 3,
    };
    let text = format!("{value:+.digits$}");
    if text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'+' | b'-')) { "0".to_owned() } else { text }
}

fn name(scenario: &Scenario, actor: ActorId) -> String {
    shorten(&scenario.actors[actor.index()].name, 40)
}

fn said(scenario: &Scenario, what: &Move) -> String {
    let issue = |issue: IssueId| shorten(&scenario.issues[issue.index()].name, 50);
    let toward = |up: bool| if up { "up" } else { "down" };
    match *what {
        Move::AcceptLess(actor, at) => format!("{} would take less on: {}", name(scenario, actor), issue(at)),
        Move::AcceptMore(actor, at) => format!("{} would take more on: {}", name(scenario, actor), issue(at)),
        Move::Position(actor, at, up) => {
            format!(
                "{} moves its position {} towards the others on: {}",
                name(scenario, actor),
                toward(up),
                issue(at)
            )
        }
        Move::Salience(actor, at, true) => {
            format!("{} attends more to: {}", name(scenario, actor), issue(at))
        }
        Move::Salience(actor, at, false) => {
            format!("{} attends less to: {}", name(scenario, actor), issue(at))
        }
        Move::Loosen(link) => clean(&scenario.links[link].text),
        Move::Policy(policy) => shorten(&scenario.policies[policy].name, 90),
    }
}

/// The answer of `melian levers` for scripts.
#[must_use]
pub fn levers_json(scenario: &Scenario, answer: &Levers, seat: Seat, seed: u64) -> Value {
    let whose = match seat {
        Seat::Actor(actor) => scenario.actors[actor.index()].id.as_str(),
        Seat::Mediator => "mediator",
    };
    let levers: Vec<Value> = answer.levers.iter().map(|lever| lever_json(scenario, lever)).collect();
    object!({
        "schema_version": crate::SCHEMA_VERSION,
        "scenario": scenario.about.title,
        "for": whose,
        "seed": seed,
        "draws": answer.draws,
        "moved_by": answer.unit,
        "room": answer.room,
        "left_out": answer.left_out,
        "silent": answer.silent.iter().map(|(lens, reason)| object!({ "lens": lens, "reason": reason }))
            .collect::<Vec<_>>(),
        "levers": levers,
    })
}

fn lever_json(scenario: &Scenario, lever: &Lever) -> Value {
    let effects: Vec<Value> = lever
        .effects
        .iter()
        .map(|effect| {
            let terms: Map<String, Value> = scenario
                .issues
                .iter()
                .zip(&effect.terms)
                .map(|(issue, slope)| (issue.id.clone(), object!(slope)))
                .collect();
            let gains: Map<String, Value> = scenario
                .actors
                .iter()
                .zip(&effect.gains)
                .map(|(actor, gain)| (actor.id.clone(), object!(gain)))
                .collect();
            object!({ "lens": effect.lens, "exact": effect.exact, "terms": terms, "gains": gains })
        })
        .collect();
    let (what, actor, issue, by) = match lever.what {
        Move::AcceptLess(actor, issue) => ("accept_min", Some(actor), Some(issue), -1),
        Move::AcceptMore(actor, issue) => ("accept_max", Some(actor), Some(issue), 1),
        Move::Position(actor, issue, up) => ("position", Some(actor), Some(issue), if up { 1 } else { -1 }),
        Move::Salience(actor, issue, up) => ("salience", Some(actor), Some(issue), if up { 1 } else { -1 }),
        Move::Loosen(_) => ("link", None, None, 1),
        Move::Policy(_) => ("policy", None, None, 1),
    };
    let id = match lever.what {
        Move::Loosen(link) => Some(format!("link.{}", link + 1)),
        Move::Policy(policy) => Some(scenario.policies[policy].id.clone()),
        _ => None,
    };
    object!({
        "kind": lever.kind,
        "what": what,
        "id": id,
        "actor": actor.map(|actor| scenario.actors[actor.index()].id.as_str()),
        "issue": issue.map(|issue| scenario.issues[issue.index()].id.as_str()),
        "direction": by,
        "words": said(scenario, &lever.what),
        "room": lever.room,
        "effects": effects,
    })
}
