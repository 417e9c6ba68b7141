//! Where something holds: boxes and trees in the words of the scenario, for the terminal and for scripts.

use melian::analysis::{
    ArmInputs, Counts, Discovery, FoundBox, Leaf, Limit, Limits, Nothing, QuasiP, Side, Step,
};
use melian::scenario::{Guard, Scenario};
use melian::uncertainty::EXPERT_PATH;
use serde_json::{Value, json as object};

use crate::input::input;
use crate::number::{Share, count, exact};
use crate::text::{clean, list, plural, shorten, wrap};
use crate::view;

/// What was looked for, of whom, and what was found.
#[derive(Debug, Clone)]
pub struct Sought<'a> {
    /// Whose answer it is about: a lens; empty for a table.
    pub whose: String,
    /// The inputs.
    pub inputs: ArmInputs,
    /// Words of the inputs that are categories, by input.
    pub words: Vec<Vec<String>>,
    /// What was found, or why nothing.
    pub found: Result<&'a Discovery, Nothing>,
}

/// Boxes and tree for a terminal of `width` columns.
#[must_use]
pub fn discovery(scenario: Option<&Scenario>, what: &str, sought: &[Sought<'_>], width: usize) -> String {
    let mut page = Page { text: String::new(), width: width.max(60) };
    page.put(&format!("Where is it true: {}", clean(what)), 0);
    for one in sought {
        page.text.push('\n');
        let teller = Teller { scenario, sought: one };
        match one.found {
            Err(nothing) => {
                let whose = if one.whose.is_empty() { String::new() } else { format!("{}: ", one.whose) };
                page.put(&format!("{whose}{nothing}."), 0);
            }
            Ok(found) => page.found(&teller, found),
        }
    }
    page.text.push('\n');
    page.put(
        "A box is a part of what the scenario allows, found by peeling (PRIM); shares of draws are not evidence that it \
         is true. In brackets the quasi-p-value of a limit: small where the limit does something.",
        0,
    );
    let hidden = sought.iter().any(|one| {
        let teller = Teller { scenario, sought: one };
        one.inputs.names.iter().any(|name| teller.hides(name))
    });
    if hidden {
        page.put(
            "The conflict is not over: limits on what war, pressure or help would do are told as directions only.",
            0,
        );
    }
    page.text
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn put(&mut self, content: &str, indent: usize) {
        let content = content.replace('−', "-");
        for (index, line) in wrap(&content, self.width.saturating_sub(indent + 2)).iter().enumerate() {
            let hanging = indent + if index > 0 && indent > 0 { 4 } else { 0 };
            self.text.push_str(&format!("{}{}\n", " ".repeat(hanging), line.replace('\u{a0}', " ")));
        }
    }

    fn found(&mut self, teller: &Teller<'_>, found: &Discovery) {
        let whose = &teller.sought.whose;
        let whose = if whose.is_empty() { String::new() } else { format!("{whose}: ") };
        let left_out = if found.left_out > 0 {
            format!("; {} can't be judged", count(found.left_out as u64))
        } else {
            String::new()
        };
        self.put(&format!("{whose}true in {}{left_out}", of(found.all).draws()), 0);
        if found.boxes.is_empty() {
            self.put("No box is denser than everything.", 2);
        }
        for (place, one) in found.boxes.iter().enumerate() {
            self.found_box(teller, found, place, one);
        }
        if found.tree.len() > 1 {
            self.put("A tree that parts everything:", 2);
            for leaf in &found.tree {
                self.leaf(teller, found, leaf);
            }
        }
    }

    fn found_box(&mut self, teller: &Teller<'_>, found: &Discovery, place: usize, one: &FoundBox) {
        let among = if place > 0 { " of what is outside the boxes above" } else { "" };
        let cover = Share { hits: one.counts.cases, of: found.all.cases };
        self.put(
            &format!(
                "Box {}{among}: true in {}; it holds {} of 100 of all draws, {} of 100 of those in which it is true",
                place + 1,
                of(one.counts).draws(),
                Share { hits: one.counts.rows, of: found.all.rows }.in_hundred(),
                cover.in_hundred(),
            ),
            2,
        );
        for limit in &one.limits.0 {
            let p: Vec<String> = one
                .quasi_p
                .iter()
                .filter(|p| p.input == limit.input)
                .map(|p| if p.value < 0.001 { "<.001".to_owned() } else { format!("{:.3}", p.value) })
                .collect();
            self.put(&format!("{}  [{}]", teller.limit(limit), p.join(", ")), 4);
        }
        let last = one.trajectory.last();
        let trail: Vec<String> = trail(&one.trajectory).into_iter().map(step).collect();
        self.put(&format!("peeling, true of 100 draws (share of all true ones): {}", trail.join(", ")), 4);
        if let Some(last) = last.filter(|_| one.taken + 1 < one.trajectory.len()) {
            self.put(
                &format!(
                    "peeled on to the end: {} true of {}, {} limited",
                    count(last.counts.cases),
                    plural(last.counts.rows, "draw", "draws"),
                    plural(last.limits.0.len() as u64, "input", "inputs"),
                ),
                4,
            );
        }
    }

    fn leaf(&mut self, teller: &Teller<'_>, found: &Discovery, leaf: &Leaf) {
        let limits: Vec<String> = leaf.limits.0.iter().map(|limit| teller.limit(limit)).collect();
        let share = Share { hits: leaf.counts.rows, of: found.all.rows };
        self.put(
            &format!(
                "{} of 100 draws, true in {}: {}",
                share.in_hundred(),
                of(leaf.counts).in_hundred(),
                limits.join("; ")
            ),
            4,
        );
    }
}

fn of(counts: Counts) -> Share {
    Share { hits: counts.cases, of: counts.rows }
}

/// At most eight steps of a trajectory, first and last among them.
fn trail(steps: &[Step]) -> Vec<(&Step, &Step)> {
    let shown = steps.len().min(8);
    (0..shown)
        .map(|place| (&steps[place * (steps.len() - 1) / shown.max(2).saturating_sub(1)], &steps[0]))
        .collect()
}

fn step((step, first): (&Step, &Step)) -> String {
    let cover = Share { hits: step.counts.cases, of: first.counts.cases };
    format!("{} ({})", of(step.counts).in_hundred(), cover.in_hundred())
}

/// Tells limits in the words of a scenario, or of a table.
struct Teller<'a> {
    scenario: Option<&'a Scenario>,
    sought: &'a Sought<'a>,
}

impl Teller<'_> {
    /// Whether a threshold on an input must not be shown.
    fn hides(&self, name: &str) -> bool {
        let path = name.split('@').next().unwrap_or(name);
        self.scenario.is_some_and(|scenario| Guard::new(scenario).hides(path))
    }

    fn limit(&self, limit: &Limit) -> String {
        let name = &self.sought.inputs.names[limit.input];
        let path = name.split('@').next().unwrap_or(name);
        let known = match self.scenario {
            Some(_) if name == EXPERT_PATH => "whom one asks".to_owned(),
            Some(scenario) => input(scenario, path),
            None => shorten(name, 60),
        };
        if self.hides(name) {
            return format!("{known}: {}", direction(limit));
        }
        format!("{known}: {}", self.range(path, limit))
    }

    fn range(&self, path: &str, limit: &Limit) -> String {
        let value = |value: f64| format!("{}{}", number(value), self.anchor(path, value));
        match (limit.low, limit.high) {
            (Some(low), Some(high)) => format!("{} to {}", value(low), value(high)),
            (Some(low), None) => format!("at least {}", value(low)),
            (None, Some(high)) => format!("at most {}", value(high)),
            (None, None) => format!("not {}", list(&self.without(limit))),
        }
    }

    fn without(&self, limit: &Limit) -> Vec<String> {
        let words = &self.sought.words[limit.input];
        limit
            .without
            .iter()
            .map(|word| words.get(*word as usize).map_or(word.to_string(), |word| clean(word)))
            .collect()
    }

    /// The words of the scale near a value, where the input lies on an issue's scale.
    fn anchor(&self, path: &str, value: f64) -> String {
        let parts: Vec<&str> = path.split('.').collect();
        let (["stance", _, issue, "position" | "declared"]
        | ["stance", _, issue, "accept", _]
        | ["issue", issue, "no_deal"]) = parts.as_slice()
        else {
            return String::new();
        };
        let known =
            self.scenario.and_then(|scenario| scenario.issues.iter().find(|known| known.id == *issue));
        known.map_or_else(String::new, |issue| {
            let words = view::in_words(issue, value, value, |words| format!("\"{}\"", shorten(words, 40)));
            words.strip_prefix(", ").map_or_else(String::new, |words| format!(" ({words})"))
        })
    }

    fn limits_json(&self, limits: &Limits) -> Vec<Value> {
        limits
            .0
            .iter()
            .map(|limit| {
                let name = &self.sought.inputs.names[limit.input];
                if self.hides(name) {
                    return object!({ "input": name, "direction": direction(limit), "words": self.limit(limit) });
                }
                object!({
                    "input": name,
                    "low": limit.low,
                    "high": limit.high,
                    "without": self.without(limit),
                    "words": self.limit(limit),
                })
            })
            .collect()
    }
}

/// A limit without its number.
fn direction(limit: &Limit) -> &'static str {
    match (limit.low, limit.high) {
        (Some(_), Some(_)) => "neither low nor high",
        (Some(_), None) => "high rather than low",
        (None, Some(_)) => "low rather than high",
        (None, None) => "some of its values",
    }
}

/// A limit with the digits that matter.
fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 10.0 {
        exact((value * 10.0).round() / 10.0)
    } else if size >= 0.1 || value == 0.0 {
        exact((value * 1000.0).round() / 1000.0)
    } else {
        format!("{value:.3e}")
    }
}

/// The same for scripts, with every step of the peeling.
#[must_use]
pub fn discovery_json(scenario: Option<&Scenario>, what: &str, sought: &[Sought<'_>], about: Value) -> Value {
    let found: Vec<Value> = sought
        .iter()
        .map(|one| {
            let teller = Teller { scenario, sought: one };
            let mut value = match one.found {
                Err(nothing) => object!({ "silent": nothing.to_string() }),
                Ok(found) => found_json(&teller, found),
            };
            value["whose"] = object!(one.whose);
            value
        })
        .collect();
    let mut value = object!({ "schema_version": crate::SCHEMA_VERSION, "what": what, "found": found });
    if let (Some(value), Value::Object(about)) = (value.as_object_mut(), about) {
        value.extend(about);
    }
    value
}

fn found_json(teller: &Teller<'_>, found: &Discovery) -> Value {
    let counted = |counts: Counts, cases: u64| {
        object!({
            "rows": counts.rows,
            "cases": counts.cases,
            "density": counts.density(),
            "coverage": counts.cases as f64 / cases as f64,
            "mass": counts.rows as f64 / found.all.rows as f64,
        })
    };
    let name = |input: usize| teller.sought.inputs.names[input].as_str();
    let side = |side: Side| match side {
        Side::Low => "low",
        Side::High => "high",
        Side::Without => "without",
    };
    let p = |p: &QuasiP| object!({ "input": name(p.input), "end": side(p.side), "value": p.value });
    let step = |step: &Step, first: &Step| {
        object!({
            "counts": counted(step.counts, first.counts.cases),
            "limits": teller.limits_json(&step.limits),
        })
    };
    object!({
        "rows": found.all.rows,
        "cases": found.all.cases,
        "left_out": found.left_out,
        "boxes": found.boxes.iter().map(|one| object!({
            "limits": teller.limits_json(&one.limits),
            "counts": counted(one.counts, found.all.cases),
            "among": one.among,
            "quasi_p": one.quasi_p.iter().map(p).collect::<Vec<_>>(),
            "taken": one.taken,
            "trajectory": one.trajectory.iter().map(|this| step(this, &one.trajectory[0])).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "tree": found.tree.iter().map(|leaf| object!({
            "limits": teller.limits_json(&leaf.limits),
            "counts": counted(leaf.counts, found.all.cases),
        })).collect::<Vec<_>>(),
    })
}
