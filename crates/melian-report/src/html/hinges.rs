//! It hinges on: the values at which the headlines turn over.

use melian::study::hinges::{Answer, Hinge};

use super::markup::{Section, bullets, number, table, text};
use crate::hinges::{becomes, digits, name, side_text, stands, worth_telling};
use crate::number::{exact, percent, points};
use crate::text::{escape, plural};
use crate::view::View;

/// Hinges told of each headline.
const TOLD: usize = 4;

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let answer = view.input.hinges.filter(|answer| !answer.answers.is_empty())?;
    let mut body = format!(
        "<p>A <em>hinge</em> is the value of one number, nearest to the middle of what was given for it, at which an answer \
         is another: with the number pinned there and everything else as drawn, over the first {}. Near is what crosses \
         little of the probability that was given. Each is checked to turn the answer over.</p>",
        plural(answer.draws, "draw", "draws"),
    );
    if view.ongoing() {
        body.push_str(
            "<p class=\"note\">This conflict is not over: numbers that say how force or pressure would work get a direction \
             and no value.</p>",
        );
    }
    for told in &answer.answers {
        body.push_str(&headline(view, told));
    }
    body.push_str(
        "<p class=\"note\"><code>melian hinges</code> asks every lens and claim, numbers given as certain, and changes of \
         two numbers together.</p>",
    );
    Some(Section::new("hinges", "It hinges on", body))
}

fn headline(view: View<'_>, answer: &Answer) -> String {
    let scenario = view.input.scenario;
    let title = stands(scenario, answer);
    if answer.stands.is_none() {
        return format!("<p>{}.</p>", escape(&title));
    }
    let rows: Vec<Vec<String>> =
        answer.hinges.iter().take(TOLD).map(|hinge| row(view, answer, hinge)).collect();
    let mut said = if rows.is_empty() {
        let none = if answer.moved_by == 0 { "Nothing that was given moves this." } else { NONE };
        format!("<p><strong>{}.</strong> {none}</p>", escape(&title))
    } else {
        let columns = [
            text("Number"),
            number("Middle of what was given"),
            text("Turns over at"),
            number("Probability crossed"),
            text("Then"),
        ];
        table(&title, &columns, &rows)
    };
    said.push_str(&bullets(answer.conditions.iter().map(|condition| {
        let way = if condition.up { "more" } else { "less" };
        let then = side_text(scenario, answer.question, condition.becomes);
        format!(
            "{}: another answer ({}) if it were {way}",
            escape(&name(scenario, condition.input)),
            escape(&then)
        )
    })));
    if let Some(worth) = answer.worth.first().filter(|worth| worth_telling(worth)) {
        said.push_str(&format!(
            "<p>Most worth finding out: {}. It would change this answer with chance {}, and make it right in {} more of 100 \
             draws.</p>",
            escape(&name(scenario, worth.input)),
            escape(&percent(worth.turns)),
            escape(&points(100.0 * worth.gain)),
        ));
    }
    said
}

const NONE: &str = "No single number that was given turns this over.";

fn row(view: View<'_>, answer: &Answer, hinge: &Hinge) -> Vec<String> {
    let scenario = view.input.scenario;
    let side = if hinge.up { "or more" } else { "or less" };
    let crossed = if hinge.excluded { "outside the range given".to_owned() } else { percent(hinge.distance) };
    vec![
        escape(&name(scenario, hinge.input)),
        escape(&digits(hinge.from)),
        format!("{} {side}", escape(&exact(hinge.at))),
        escape(&crossed),
        escape(&becomes(scenario, answer.question, hinge.becomes)),
    ]
}
