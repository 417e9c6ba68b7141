//! What the study of hinges says, for the terminal and for scripts.

use melian::lens::Ending;
use melian::scenario::{FieldId, Guard, Scenario, Status};
use melian::study::hinges::{Answer, Hinge, Hinges, Question, Side, Worth};
use serde_json::{Value, json as object};

use crate::input::input;
use crate::number::{exact, percent, points};
use crate::text::{capital, clean, plural, shorten, wrap};

/// Below this chance of turning the answer over, and this many draws of 100, a number is not worth telling.
const WORTHLESS: f64 = 0.005;

/// The answer of `melian hinges` for a terminal of `width` columns, `top` hinges of each answer.
#[must_use]
pub fn hinges(scenario: &Scenario, answer: &Hinges, top: usize, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    page.put(&format!("Hinges: {}", clean(&scenario.about.title)), 0);
    let tried = plural(answer.inputs as u64, "number", "numbers");
    let draws = plural(answer.draws, "draw", "draws");
    page.put(
        &format!("{tried} tried, each pinned to one value in {draws}; {} move nothing.", answer.idle),
        0,
    );
    if scenario.about.status == Status::Ongoing {
        page.put(
            "Ongoing: numbers that say how force or pressure would work get a direction and no value, and are not ranked.",
            0,
        );
    }
    for told in &answer.answers {
        page.put("", 0);
        told_answer(&mut page, scenario, told, top, told.draws < answer.draws);
    }
    for &claim in &answer.moving {
        let claim = &scenario.claims[claim];
        page.put("", 0);
        page.put(
            &format!(
                "Claim {}: \"{}\": no hinge: it asks how a quantity moves with a number over its whole range, so no value of \
                 that number turns it over; `melian claims` tells in which draws it is so",
                clean(&claim.id),
                shorten(&claim.says, 90)
            ),
            0,
        );
    }
    let worth: Vec<String> = answer
        .worth
        .iter()
        .filter(|(_, worth)| *worth >= WORTHLESS)
        .take(top)
        .map(|(field, _)| name(scenario, *field))
        .collect();
    if !worth.is_empty() {
        page.put("", 0);
        page.put(&format!("Most worth finding out, over all answers: {}.", worth.join("; then ")), 0);
    }
    page.put("", 0);
    page.put(
        "A hinge is the value nearest to the middle of what you gave at which the answer is another, checked there; near is \
         what crosses little of the probability you gave. In brackets: your middle value, and the share crossed. Everything \
         else stays as drawn, on the same draws.",
        0,
    );
    page.text
}

fn told_answer(page: &mut Page, scenario: &Scenario, answer: &Answer, top: usize, costly: bool) {
    page.put(&stands(scenario, answer), 0);
    if costly {
        let (tried, draws) = (answer.tried, plural(answer.draws, "draw", "draws"));
        page.put(
            &format!("costly to solve: over {draws}, by the {tried} uncertain numbers that move it most at their ends"),
            2,
        );
    }
    if answer.stands.is_none() {
        return;
    }
    if answer.moved_by == 0 {
        page.put("nothing you gave moves this", 2);
        return;
    }
    let (allowed, excluded): (Vec<&Hinge>, Vec<&Hinge>) =
        answer.hinges.iter().partition(|hinge| !hinge.excluded);
    for hinge in allowed.iter().take(top) {
        page.put(&hinge_text(scenario, hinge, answer.question), 2);
    }
    more(page, allowed.len(), top);
    if allowed.is_empty() && !answer.guarded {
        page.put("no single number you gave turns this over inside its range", 2);
    }
    if let Some(pair) = &answer.pair {
        let both: Vec<String> = (0..2)
            .map(|at| {
                let up = if pair.at[at] >= pair.from[at] { "up to" } else { "down to" };
                format!("{} {up} {}", name(scenario, pair.inputs[at]), digits(pair.at[at]))
            })
            .collect();
        let becomes = becomes(scenario, answer.question, pair.becomes);
        page.put(
            &format!("{becomes} by two together (distance {}): {}", digits(pair.distance), both.join(", ")),
            2,
        );
    }
    if allowed.len() < top {
        for hinge in excluded.iter().take(top - allowed.len()) {
            page.put(
                &format!("needs a value you excluded: {}", hinge_text(scenario, hinge, answer.question)),
                2,
            );
        }
    }
    for condition in &answer.conditions {
        let becomes = becomes(scenario, answer.question, condition.becomes);
        let way = if condition.up { "more" } else { "less" };
        page.put(&format!("{becomes} if {} were {way}", name(scenario, condition.input)), 2);
    }
    if let Some(worth) = answer.worth.first().filter(|worth| worth_telling(worth)) {
        page.put(&worth_text(scenario, worth), 2);
    }
}

fn more(page: &mut Page, all: usize, top: usize) {
    if all > top {
        page.put(&format!("and {} more, farther", all - top), 2);
    }
}

pub(crate) fn hinge_text(scenario: &Scenario, hinge: &Hinge, question: Question) -> String {
    let becomes = becomes(scenario, question, hinge.becomes);
    let name = name(scenario, hinge.input);
    let (from, at) = (digits(hinge.from), exact(hinge.at));
    if hinge.distance == 0.0 && !hinge.excluded {
        return format!(
            "{becomes} once {name} is known to be {at}, the middle of what you gave: on a knife's edge"
        );
    }
    let side = if hinge.up { "or more" } else { "or less" };
    if hinge.excluded {
        return format!("{becomes} at {name} {at} {side} ({from})");
    }
    let crossed = percent(hinge.distance);
    format!("{becomes} at {name} {at} {side} ({from}; {crossed})")
}

pub(crate) fn worth_telling(worth: &Worth) -> bool {
    worth.turns >= WORTHLESS || worth.gain >= WORTHLESS
}

fn worth_text(scenario: &Scenario, worth: &Worth) -> String {
    let name = name(scenario, worth.input);
    let turns = percent(worth.turns);
    let gain = if worth.gain >= WORTHLESS {
        format!(", and be right in {} more of 100 draws", points(100.0 * worth.gain))
    } else {
        String::new()
    };
    format!("most worth finding out: {name}: it would change the answer with chance {turns}{gain}")
}

/// The question with its answer as it stands.
pub(crate) fn stands(scenario: &Scenario, answer: &Answer) -> String {
    let question = question(scenario, answer.question);
    if answer.guarded {
        return format!(
            "{question} directions only: it tests a coercive policy, and the conflict is not over"
        );
    }
    let Some(side) = answer.stands else { return format!("{question} can't be told in half the draws") };
    let score = match answer.question {
        Question::Room | Question::Claim(..) if answer.score.is_nan() => String::new(),
        Question::Room | Question::Claim(..) => format!(", in {} of 100 draws", points(100.0 * answer.score)),
        Question::Terms(..) => format!(" ({})", points(answer.score)),
        Question::Ending(_) => format!(", by {} of 100", points(100.0 * answer.score)),
    };
    format!("{question} {}{score}", side_text(scenario, answer.question, side))
}

pub(crate) fn question(scenario: &Scenario, question: Question) -> String {
    match question {
        Question::Room => "Is there room?".to_owned(),
        Question::Terms(family, issue) => {
            format!("{}, {}:", shorten(&scenario.issues[issue.index()].name, 60), family.name())
        }
        Question::Ending(family) => format!("Likeliest ending, {}:", family.name()),
        Question::Claim(claim, family) => {
            let claim = &scenario.claims[claim];
            format!("Claim {}, {}: \"{}\":", clean(&claim.id), family.name(), shorten(&claim.says, 90))
        }
    }
}

pub(crate) fn side_text(scenario: &Scenario, question: Question, side: Side) -> String {
    match (side, question) {
        (Side::Yes, Question::Room) => "Yes".to_owned(),
        (Side::No, Question::Room) => "No".to_owned(),
        (Side::Yes, _) => "true".to_owned(),
        (Side::No, _) => "not true".to_owned(),
        (Side::Anchor(place), Question::Terms(_, issue)) => {
            let anchors = &scenario.issues[issue.index()].anchors;
            let words = anchors.get(place).map_or("", |(_, words)| words);
            format!("nearest to \"{}\"", shorten(words, 60))
        }
        (Side::Anchor(place), _) => format!("nearest to anchor {}", place + 1),
        (Side::Low, _) => "in the lower half of the scale".to_owned(),
        (Side::High, _) => "in the upper half of the scale".to_owned(),
        (Side::Ends(ending), _) => ending_text(ending).to_owned(),
    }
}

fn ending_text(ending: Ending) -> &'static str {
    match ending {
        Ending::Deal => "a deal stands",
        Ending::Broken => "a deal is broken",
        Ending::Imposed => "terms are imposed",
        Ending::None => "no deal",
    }
}

pub(crate) fn becomes(scenario: &Scenario, question: Question, side: Side) -> String {
    match (side, question) {
        (Side::Yes, Question::Room) => "room".to_owned(),
        (Side::No, Question::Room) => "no room".to_owned(),
        _ => side_text(scenario, question, side),
    }
}

pub(crate) fn name(scenario: &Scenario, field: FieldId) -> String {
    input(scenario, &scenario.field(field).path)
}

/// Three digits that tell something.
pub(crate) fn digits(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    let factor = [1.0, 10.0, 100.0, 1000.0][digits];
    exact((value * factor).round() / factor).replace('−', "-")
}

/// The nearest hinge of each answer that has one inside the user's ranges, the nearest first, a line each.
pub(crate) fn lines(scenario: &Scenario, answer: &Hinges) -> Vec<String> {
    let mut nearest: Vec<(&Answer, &Hinge)> = answer
        .answers
        .iter()
        .filter_map(|told| Some((told, told.hinges.first().filter(|hinge| !hinge.excluded)?)))
        .collect();
    nearest.sort_by(|a, b| a.1.distance.total_cmp(&b.1.distance));
    let line = |(told, hinge): &(&Answer, &Hinge)| {
        let about = match told.question {
            Question::Room => String::new(),
            other => format!("{} ", question(scenario, other)),
        };
        format!("{about}{}", hinge_text(scenario, hinge, told.question).replace('−', "-"))
    };
    nearest.iter().map(line).collect()
}

/// The answer of `melian hinges` for scripts.
#[must_use]
pub fn hinges_json(scenario: &Scenario, answer: &Hinges, seed: u64) -> Value {
    let path = |field: FieldId| scenario.field(field).path.clone();
    let answers: Vec<Value> = answer.answers.iter().map(|told| answer_json(scenario, told)).collect();
    let worth: Vec<Value> = answer
        .worth
        .iter()
        .map(|(field, worth)| object!({ "input": path(*field), "worth": worth }))
        .collect();
    object!({
        "schema_version": crate::SCHEMA_VERSION,
        "scenario": scenario.about.title,
        "seed": seed,
        "draws": answer.draws,
        "inputs": answer.inputs,
        "idle": answer.idle,
        "guarded": Guard::new(scenario).is_on(),
        "answers": answers,
        "without_hinge": answer.moving.iter().map(|&claim| scenario.claims[claim].id.as_str()).collect::<Vec<_>>(),
        "worth": worth,
    })
}

fn answer_json(scenario: &Scenario, answer: &Answer) -> Value {
    let path = |field: FieldId| scenario.field(field).path.clone();
    let side = |side: Side| side_text(scenario, answer.question, side);
    let (kind, subject, family) = match answer.question {
        Question::Room => ("room", None, None),
        Question::Terms(family, issue) => {
            ("terms", Some(scenario.issues[issue.index()].id.clone()), Some(family))
        }
        Question::Ending(family) => ("ending", None, Some(family)),
        Question::Claim(claim, family) => ("claim", Some(scenario.claims[claim].id.clone()), Some(family)),
    };
    let hinges: Vec<Value> = answer
        .hinges
        .iter()
        .map(|hinge| {
            object!({
                "input": path(hinge.input),
                "from": hinge.from,
                "at": hinge.at,
                "direction": if hinge.up { "up" } else { "down" },
                "distance": hinge.distance,
                "excluded": hinge.excluded,
                "becomes": side(hinge.becomes),
                "score": hinge.score,
            })
        })
        .collect();
    let conditions: Vec<Value> = answer
        .conditions
        .iter()
        .map(|condition| {
            object!({
                "input": path(condition.input),
                "kind": condition.kind,
                "direction": if condition.up { "up" } else { "down" },
                "becomes": side(condition.becomes),
            })
        })
        .collect();
    let pair = answer.pair.as_ref().map(|pair| {
        object!({
            "inputs": pair.inputs.map(path),
            "from": pair.from,
            "at": pair.at,
            "distance": pair.distance,
            "becomes": side(pair.becomes),
            "score": pair.score,
        })
    });
    let worth: Vec<Value> = answer
        .worth
        .iter()
        .map(|worth| object!({ "input": path(worth.input), "turns": worth.turns, "gain": worth.gain }))
        .collect();
    object!({
        "draws": answer.draws,
        "tried": answer.tried,
        "question": kind,
        "subject": subject,
        "family": family,
        "words": capital(&question(scenario, answer.question)),
        "guarded": answer.guarded,
        "stands": answer.stands.filter(|_| !answer.guarded).map(side),
        "score": answer.score,
        "moved_by": answer.moved_by,
        "hinges": hinges,
        "conditions": conditions,
        "pair": pair,
        "worth": worth,
    })
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn put(&mut self, content: &str, indent: usize) {
        let content = content.replace('−', "-");
        for (index, line) in wrap(&content, self.width.saturating_sub(indent + 2)).iter().enumerate() {
            let hanging = indent + if index > 0 && indent > 0 { 2 } else { 0 };
            self.text.push_str(&format!("{}{}\n", " ".repeat(hanging), line.replace('\u{a0}', " ")));
        }
    }
}
