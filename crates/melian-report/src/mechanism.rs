//! What the closed-form mechanisms say, for the terminal and for scripts.

use melian::mechanism::{
    Answer, Branch, Card, Condition, Direction, Fact, Flip, Given, Model, Problem, Shown, Study, Sweep,
    Table, Value as Setting,
};
use serde_json::{Map, Value, json as object};
use unicode_width::UnicodeWidthStr;

use crate::text::{list, wrap};

/// Columns that labels of values get at most.
const LABEL: usize = 56;

/// The list of mechanisms for a terminal of `width` columns.
#[must_use]
pub fn mechanisms(models: &[Model], width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    let id = models.iter().map(|model| model.card.id.len()).max().unwrap_or(0);
    let mut mechanism = "";
    for card in models.iter().map(|model| &model.card) {
        if card.mechanism != mechanism {
            mechanism = card.mechanism;
            let letter = card.letter.chars().next().unwrap_or(' ');
            page.put(&format!("({letter}) {mechanism}"), 0);
        }
        page.text.push_str(&format!("  {:<3} {:<id$}  {}\n", card.letter, card.id, card.name));
    }
    page.text.push('\n');
    page.put(
        "`melian mechanism NAME` tells what one takes; `melian mechanism NAME --set key=value,...` asks it.",
        0,
    );
    page.text
}

/// A mechanism's card.
#[must_use]
pub fn mechanism_card(model: &Model, width: usize) -> String {
    let card = &model.card;
    let mut page = Page { text: String::new(), width };
    page.put(
        &format!("{} ({}, {}): ({}) {}", card.name, card.id, card.letter, &card.letter[..1], card.mechanism),
        0,
    );
    page.text.push('\n');
    page.put(card.idea, 0);
    page.text.push_str("\nParameters\n");
    let key = card.parameters.iter().map(|parameter| parameter.key.len()).max().unwrap_or(0);
    for parameter in card.parameters {
        let unless = match (parameter.default, parameter.optional) {
            (Some(default), _) => format!("; else {default}"),
            (None, true) => "; may be left out".to_owned(),
            (None, false) => String::new(),
        };
        let said = format!("{}: {}{unless}", parameter.meaning, parameter.domain.words());
        page.hang(&format!("  {:<key$}  ", parameter.key), &said);
    }
    page.text.push_str("Not to be used\n");
    for line in card.when_not {
        page.hang("  - ", line);
    }
    page.hang("Source: ", card.citation);
    page.text.push_str(&format!("\n  melian mechanism {} --set \"{}\"\n", card.id, model.example()));
    page.text
}

/// The answer of a mechanism, with what moves it.
#[must_use]
pub fn mechanism(card: &Card, given: &Given, study: &Study, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    let answer = &study.answer;
    page.put(&format!("{} ({}, {})", card.name, card.id, card.letter), 0);
    let set: Vec<String> = card
        .parameters
        .iter()
        .filter_map(|parameter| given.iter().find(|(key, _)| *key == parameter.key))
        .map(|(key, value)| format!("{key} = {}", setting(value)))
        .collect();
    page.hang("given  ", &set.join(", "));
    page.text.push('\n');
    page.put(&answer.says, 0);
    for condition in &answer.conditions {
        page.hang("  ", &in_words(condition));
    }
    page.text.push('\n');
    page.facts(&answer.facts, 0);
    page.equilibria(&answer.equilibria);
    page.flips(given, &study.flips);
    page.statics(card, study);
    for note in &answer.notes {
        page.hang("note: ", note);
    }
    page.hang("Source: ", card.citation);
    page.text
}

/// A table of a mechanism's answers over the values of a parameter: a row per value and equilibrium.
#[must_use]
pub fn mechanism_sweep(card: &Card, sweep: &Sweep) -> String {
    let several = sweep.points.iter().any(|(_, answer)| rows_of(card, answer).len() > 1);
    let mut header = vec![sweep.parameter.to_owned()];
    if several {
        header.push("branch".to_owned());
    }
    header.extend(card.headlines.iter().map(|&key| key.to_owned()));
    header.push("verdict".to_owned());
    let mut rows = vec![header];
    for (value, answer) in &sweep.points {
        for (index, values) in rows_of(card, answer).into_iter().enumerate() {
            let mut row = vec![number(*value)];
            if several {
                row.push((index + 1).to_string());
            }
            row.extend(values.into_iter().map(|value| value.map_or_else(|| "-".to_owned(), number)));
            row.push(match answer {
                Ok(answer) => answer.verdict.to_owned(),
                Err(problems) => messages(problems),
            });
            rows.push(row);
        }
    }
    let mut text = String::new();
    lay_out(&mut text, &rows, 0);
    text
}

/// The headline values of an answer, a row per equilibrium that has any of them.
fn rows_of(card: &Card, answer: &Result<Answer, Vec<Problem>>) -> Vec<Vec<Option<f64>>> {
    let Ok(answer) = answer else { return vec![vec![None; card.headlines.len()]] };
    let of = |facts: &[Fact], key: &str| {
        facts.iter().find(|fact| fact.key == key).and_then(|fact| match fact.value {
            Some(Shown::Number(x)) => Some(x),
            _ => None,
        })
    };
    let row = |branch: Option<&Branch>| {
        let inside =
            |key: &&str| of(&answer.facts, key).or_else(|| branch.and_then(|branch| of(&branch.facts, key)));
        card.headlines.iter().map(inside).collect::<Vec<_>>()
    };
    let telling =
        |branch: &&Branch| card.headlines.iter().any(|key| branch.facts.iter().any(|fact| fact.key == *key));
    let rows: Vec<Vec<Option<f64>>> =
        answer.equilibria.iter().filter(telling).map(|branch| row(Some(branch))).collect();
    if rows.is_empty() { vec![row(None)] } else { rows }
}

/// All cards for scripts.
#[must_use]
pub fn mechanisms_json(models: &[Model]) -> Value {
    let mechanisms: Vec<Value> = models
        .iter()
        .map(|model| {
            let card = &model.card;
            let parameters: Vec<Value> = card
                .parameters
                .iter()
                .map(|parameter| {
                    object!({
                        "key": parameter.key,
                        "meaning": parameter.meaning,
                        "range": parameter.domain.words(),
                        "default": parameter.default,
                        "optional": parameter.optional,
                        "example": parameter.example,
                    })
                })
                .collect();
            object!({
                "id": card.id,
                "letter": card.letter,
                "mechanism": card.mechanism,
                "name": card.name,
                "idea": card.idea,
                "citation": card.citation,
                "when_not": card.when_not,
                "headlines": card.headlines,
                "parameters": parameters,
                "example": model.example(),
            })
        })
        .collect();
    object!({ "schema_version": crate::SCHEMA_VERSION, "mechanisms": mechanisms })
}

/// The answer for scripts: values by their keys.
#[must_use]
pub fn mechanism_json(card: &Card, given: &Given, study: &Study) -> Value {
    let mut value = object!({
        "schema_version": crate::SCHEMA_VERSION,
        "mechanism": card.id,
        "letter": card.letter,
        "given": given.iter().map(|(key, value)| (key.to_owned(), object!(value))).collect::<Map<_, _>>(),
        "statics": study.statics,
        "flips": study.flips,
    });
    merge(&mut value, answer_json(&study.answer));
    value
}

/// A sweep for scripts.
#[must_use]
pub fn mechanism_sweep_json(card: &Card, given: &Given, sweep: &Sweep) -> Value {
    let points: Vec<Value> = sweep
        .points
        .iter()
        .map(|(at, answer)| {
            let mut point = object!({ "value": at });
            match answer {
                Ok(answer) => merge(&mut point, answer_json(answer)),
                Err(problems) => point["problem"] = messages(problems).into(),
            }
            point
        })
        .collect();
    object!({
        "schema_version": crate::SCHEMA_VERSION,
        "mechanism": card.id,
        "letter": card.letter,
        "given": given.iter().map(|(key, value)| (key.to_owned(), object!(value))).collect::<Map<_, _>>(),
        "swept": sweep.parameter,
        "points": points,
    })
}

fn answer_json(answer: &Answer) -> Value {
    let facts = |facts: &[Fact]| -> Map<String, Value> {
        facts.iter().map(|fact| (fact.key.to_owned(), object!(fact.value))).collect()
    };
    let equilibria: Vec<Value> = answer
        .equilibria
        .iter()
        .map(|branch| object!({ "name": branch.name, "facts": facts(&branch.facts) }))
        .collect();
    object!({
        "verdict": answer.verdict,
        "says": answer.says,
        "conditions": answer.conditions,
        "facts": facts(&answer.facts),
        "equilibria": equilibria,
        "notes": answer.notes,
    })
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

fn messages(problems: &[Problem]) -> String {
    problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; ")
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn put(&mut self, content: &str, indent: usize) {
        self.hang(&" ".repeat(indent), content);
    }

    /// `content` behind `lead`, later lines under it.
    fn hang(&mut self, lead: &str, content: &str) {
        let indent = lead.width();
        for (index, line) in wrap(content, self.width.saturating_sub(indent).max(20)).iter().enumerate() {
            let lead = if index == 0 { lead.to_owned() } else { " ".repeat(indent) };
            self.text.push_str(&format!("{lead}{line}\n"));
        }
    }

    fn facts(&mut self, facts: &[Fact], indent: usize) {
        let label = |fact: &Fact| fact.label.width();
        let plain = |fact: &&Fact| !matches!(fact.value, Some(Shown::Table(_)));
        let column = facts.iter().filter(plain).map(label).max().unwrap_or(0).min(LABEL);
        for fact in facts {
            match &fact.value {
                Some(Shown::Table(table)) => {
                    self.put(fact.label, indent);
                    table_of(&mut self.text, table, indent + 2);
                }
                value => {
                    let said = value.as_ref().map_or_else(|| "none".to_owned(), shown);
                    let space = column.saturating_sub(fact.label.width());
                    let lead = format!("{}{}{}  ", " ".repeat(indent), fact.label, " ".repeat(space));
                    self.hang(&lead, &said);
                }
            }
        }
    }

    fn equilibria(&mut self, equilibria: &[Branch]) {
        let many = equilibria.len();
        for (index, branch) in equilibria.iter().enumerate() {
            match many {
                1 => self.put(&format!("Equilibrium: {}", branch.name), 0),
                _ => self.put(&format!("Equilibrium {} of {many}: {}", index + 1, branch.name), 0),
            }
            self.facts(&branch.facts, 2);
        }
    }

    fn flips(&mut self, given: &Given, flips: &[Flip]) {
        self.text.push('\n');
        if flips.is_empty() {
            self.put("No single number turns the verdict over.", 0);
            return;
        }
        self.put("The verdict turns over, one number changed", 0);
        for flip in flips {
            let side = if flip.at > given.number(flip.parameter) { "up to" } else { "down to" };
            self.hang("  ", &format!("{} {side} {}: {}", flip.parameter, rounded(flip.at), flip.says));
        }
    }

    fn statics(&mut self, card: &Card, study: &Study) {
        if study.statics.is_empty() {
            return;
        }
        self.put("As one number rises", 0);
        for &key in card.headlines {
            let Some(label) = study.answer.label(key) else { continue };
            let with = |direction: Direction| {
                let found =
                    study.statics.iter().filter(|found| found.of == key && found.direction == direction);
                found.map(|found| found.parameter.to_owned()).collect::<Vec<String>>()
            };
            let said: Vec<String> = [
                ("rises with", Direction::Up),
                ("falls with", Direction::Down),
                ("unmoved by", Direction::Flat),
                ("turns in", Direction::Turns),
            ]
            .into_iter()
            .filter(|(_, direction)| !with(*direction).is_empty())
            .map(|(words, direction)| format!("{words} {}", list(&with(direction))))
            .collect();
            if !said.is_empty() {
                self.hang("  ", &format!("{label}: {}", said.join("; ")));
            }
        }
    }
}

fn in_words(condition: &Condition) -> String {
    let whether = if condition.holds { "holds" } else { "does not hold" };
    format!(
        "{}: {} ({} against {}) {whether}",
        condition.says,
        condition.formula,
        number(condition.left),
        number(condition.right)
    )
}

fn setting(value: &Setting) -> String {
    value.to_string()
}

fn shown(value: &Shown) -> String {
    match value {
        Shown::Number(x) => number(*x),
        Shown::Flag(flag) => (if *flag { "yes" } else { "no" }).to_owned(),
        Shown::Words(words) => words.clone(),
        Shown::List(list) if list.is_empty() => "none".to_owned(),
        Shown::List(list) => list.iter().map(|x| number(*x)).collect::<Vec<_>>().join(", "),
        Shown::Table(_) => String::new(),
    }
}

fn table_of(text: &mut String, table: &Table, indent: usize) {
    let mut rows: Vec<Vec<String>> = vec![table.columns.iter().map(|&column| column.to_owned()).collect()];
    rows.extend(table.rows.iter().map(|row| row.iter().map(shown).collect()));
    lay_out(text, &rows, indent);
}

/// Columns, each as wide as its widest cell.
fn lay_out(text: &mut String, rows: &[Vec<String>], indent: usize) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let mut line = " ".repeat(indent);
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// A number to seven decimals, without idle zeros; tiny ones by their power of ten.
fn number(x: f64) -> String {
    if !x.is_finite() {
        return "-".to_owned();
    }
    if x != 0.0 && x.abs() < 5e-8 {
        return format!("{x:.2e}");
    }
    let text = format!("{x:.7}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A value found by halving, to six decimals.
fn rounded(x: f64) -> String {
    let text = format!("{x:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melian::mechanism::{all, find, pairs};

    fn told(name: &str, text: &str) -> String {
        let model = find(name)[0];
        let given = model.read(&pairs(text).expect("pairs")).expect("sound");
        let study = Study::of(model, &given).expect("answered");
        mechanism(&model.card, &given, &study, 100)
    }

    #[test]
    fn numbers_are_short_and_never_rounded_to_nothing() {
        assert_eq!(number(0.375), "0.375");
        assert_eq!(number(4.0 / 7.0), "0.5714286");
        assert_eq!(number(3e-12), "3.00e-12");
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(f64::NAN), "-");
    }

    #[test]
    fn an_answer_tells_verdict_numbers_and_what_moves_them() {
        let said = told("ultimatum", "p=.5,ca=.1,cl=0,ch=.4");
        for words in
            ["A runs a risk of war", "P(war)", "0.375", "ch down to 0.1", "falls with ca", "unmoved by p"]
        {
            assert!(said.contains(words), "{words} is not in\n{said}");
        }
        let said = told("c1", "wa=-1.9,a=-1.2,wb=-2.8");
        assert!(said.contains("Equilibrium 2 of 3") && said.contains("0.4724232"), "{said}");
    }

    #[test]
    fn every_card_and_example_can_be_told() {
        let listed = mechanisms(all(), 100);
        for model in all() {
            assert!(listed.contains(model.card.id), "{}", model.card.id);
            let card = mechanism_card(model, 100);
            assert!(card.lines().all(|line| line.width() <= 110), "{card}");
            assert!(card.contains(&model.example()), "{card}");
            let told = told(model.card.id, &model.example());
            assert!(told.contains("Source: "), "{told}");
        }
    }

    #[test]
    fn scripts_get_values_by_key() {
        let model = find("ultimatum")[0];
        let given = model.read(&pairs("p=.5,ca=.1,cl=0,ch=.4").expect("pairs")).expect("sound");
        let study = Study::of(model, &given).expect("answered");
        let value = mechanism_json(&model.card, &given, &study);
        assert_eq!(value["verdict"], "risk");
        let near = |war: &Value| war.as_f64().is_some_and(|war| (war - 0.375).abs() < 1e-12);
        assert!(near(&value["equilibria"][0]["facts"]["war"]), "{value}");
        assert_eq!(value["given"]["ca"], 0.1);
        let sweep = Sweep::of(model, &given, "p", &[0.1, 0.5]).expect("in range");
        let value = mechanism_sweep_json(&model.card, &given, &sweep);
        assert!(near(&value["points"][1]["equilibria"][0]["facts"]["war"]), "{value}");
        assert_eq!(mechanism_sweep(&model.card, &sweep).lines().count(), 3);
    }
}
