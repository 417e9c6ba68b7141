//! What changed between two runs, in words.

use melian::analysis::Summary;
use melian::ensemble::Manifest;
use melian::lens::{Ending, Family, Quantity, Unit};
use melian::scenario::Scenario;
use melian::study::compare::{Change, Changed, Comparison, Input, Part, Reach};
use serde_json::{Value, json as object};

use crate::levers::Page;
use crate::text::{clean, plural, shorten};

/// Below this, in points or draws of 100, a change is not told.
const NOTHING: f64 = 0.05;

/// One of the two runs.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What the reader calls it.
    pub name: &'a str,
    /// What makes it what it is.
    pub manifest: &'a Manifest,
    /// Its scenario.
    pub scenario: &'a Scenario,
    /// What it said; `None` where this version can't read its rows.
    pub summary: Option<&'a Summary>,
}

/// What changed, for a terminal of `width` columns.
#[must_use]
pub fn compare(old: Side<'_>, new: Side<'_>, comparison: &Comparison, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    for (word, side) in [("Old", old), ("New", new)] {
        let Manifest { version, draws, seed, design, .. } = side.manifest;
        let draws = plural(*draws, "draw", "draws");
        let name = clean(side.name);
        page.put(&format!("{word}  {name}: {draws}, seed {seed}, {design}, Melian {version}"), 0);
        if side.summary.is_none() {
            page.put("its own rows are not read: another version made them, or they are not all there", 5);
        }
    }
    inputs(&mut page, comparison);
    answer(&mut page, new.scenario, comparison);
    sampling(&mut page, old, new, comparison);
    page.text.replace('−', "-")
}

fn inputs(page: &mut Page, comparison: &Comparison) {
    let of = |reach: Reach| comparison.changed.iter().filter(move |changed| changed.reach == reach);
    page.put("", 0);
    if comparison.changed.is_empty() {
        page.put("Nothing differs in the scenarios.", 0);
        return;
    }
    if !comparison.inputs.is_empty() {
        page.put("Inputs that changed", 0);
    }
    for (index, input) in comparison.inputs.iter().enumerate() {
        let own: Vec<&Changed> =
            comparison.changed.iter().filter(|changed| changed.input == Some(index)).collect();
        for (place, changed) in own.iter().enumerate() {
            let number = if place == 0 { format!("({})", index + 1) } else { "   ".to_owned() };
            page.put(&format!("{number} {}", in_words(changed)), 2);
        }
        if own.len() > 1 {
            page.put(together(input), 6);
        }
    }
    for (reach, title) in [
        (Reach::Guarded, "Changed, not told apart or ranked: the conflict is not over"),
        (
            Reach::Words,
            "Words, claims and overlays that changed: the scenario as written is not moved by them",
        ),
    ] {
        if of(reach).next().is_some() {
            page.put(title, 0);
        }
        for changed in of(reach) {
            page.put(&in_words(changed), 2);
        }
    }
}

fn together(input: &Input) -> &'static str {
    let same = input.paths.iter().all(|path| path.0[0] == input.paths[0].0[0]);
    if same { "taken together" } else { "taken together: apart they make no scenario" }
}

fn in_words(changed: &Changed) -> String {
    let difference = &changed.difference;
    let value = |value: &Option<String>, none: &str| {
        value.as_ref().map_or_else(|| none.to_owned(), |value| shorten(value, 70))
    };
    let path = clean(&difference.path.to_string());
    match (&difference.old, &difference.new) {
        (None, new) => format!("{path}: new, {}", value(new, "")),
        (old, None) => format!("{path}: gone, was {}", value(old, "")),
        (old, new) => format!("{path}: {} -> {}", value(old, ""), value(new, "")),
    }
}

/// Lenses that are told together: one family on one measure.
struct Told<'a> {
    family: Family,
    changes: Vec<&'a Change>,
}

fn answer(page: &mut Page, scenario: &Scenario, comparison: &Comparison) {
    page.put("", 0);
    page.put(&format!("The answer, on the same {} for both", plural(comparison.draws, "draw", "draws")), 0);
    let mut columns: Vec<&str> = Vec::new();
    for change in &comparison.changes {
        if !columns.contains(&change.column.as_str()) {
            columns.push(&change.column);
        }
    }
    let mut still = 0;
    for column in columns {
        let told: Vec<Told<'_>> = by_family(comparison, column).into_iter().filter(Told::moves).collect();
        let Some(first) = told.first() else {
            still += 1;
            continue;
        };
        page.put(&measure(scenario, first.changes[0].quantity), 2);
        for family in &told {
            family.tell(page, comparison.inputs.len(), comparison.draws);
        }
    }
    if still > 0 {
        page.put(&format!("unchanged: {}", plural(still, "measure", "measures")), 2);
    }
    for (lens, reason) in &comparison.fell_silent {
        page.put(&format!("{lens} no longer speaks: {}", clean(reason)), 2);
    }
    for (lens, reason) in &comparison.spoke_up {
        page.put(&format!("{lens} speaks now; before: {}", clean(reason)), 2);
    }
}

fn by_family<'a>(comparison: &'a Comparison, column: &str) -> Vec<Told<'a>> {
    let mut told: Vec<Told<'a>> = Vec::new();
    for change in comparison.changes.iter().filter(|change| change.column == column) {
        match told.iter_mut().find(|told| told.family == change.family) {
            Some(told) => told.changes.push(change),
            None => told.push(Told { family: change.family, changes: vec![change] }),
        }
    }
    told
}

impl Told<'_> {
    fn moves(&self) -> bool {
        self.changes.iter().any(|change| {
            let by = scale(change.unit);
            let parts = change.parts.iter().flat_map(|part| [part.first, part.last]);
            parts.chain([change.new - change.old]).any(|value| by * value.abs() >= NOTHING)
        })
    }

    fn tell(&self, page: &mut Page, inputs: usize, draws: u64) {
        let unit = self.changes[0].unit;
        let by = scale(unit);
        let over =
            |value: &dyn Fn(&Change) -> f64| range(self.changes.iter().map(|change| by * value(change)));
        let signed_over = |value: &dyn Fn(&Change) -> f64| {
            signed_range(self.changes.iter().map(|change| by * value(change)))
        };
        let what = match unit {
            Unit::Flag => " of 100 draws",
            Unit::Chance => " in 100",
            Unit::Points | Unit::Stake => "",
        };
        let lenses = match self.changes.as_slice() {
            [one] => one.lens.clone(),
            many => format!("{} ({} lenses)", self.family.name(), many.len()),
        };
        let few = match self.changes.iter().map(|change| change.draws).min() {
            Some(least) if least < draws => format!(", {}", plural(least, "draw", "draws")),
            _ => String::new(),
        };
        let sure = match self.changes.as_slice() {
            [one] => {
                format!(" [{}, {}]", signed(by * one.interval.0), signed(by * one.interval.1))
            }
            _ => String::new(),
        };
        page.put(
            &format!(
                "{lenses}{few}: {} -> {}{what}, change {}{sure}",
                over(&|change| change.old),
                over(&|change| change.new),
                signed_over(&|change| change.new - change.old)
            ),
            4,
        );
        if inputs == 0 {
            return;
        }
        let part = |index: usize, end: &dyn Fn(&Part) -> f64| {
            signed_over(&|change: &Change| end(&change.parts[index]))
        };
        let mut causes = Vec::new();
        for index in 0..inputs {
            let (first, last) = (part(index, &|part| part.first), part(index, &|part| part.last));
            if first == "0" && last == "0" {
                continue;
            }
            let last = if first == last { String::new() } else { format!(" (last {last})") };
            causes.push(format!("({}) {first}{last}", index + 1));
        }
        let rest = signed_over(&|change| change.rest);
        if rest != "0" {
            causes.push(format!("rest {rest}"));
        }
        if !causes.is_empty() {
            page.put(&causes.join("; "), 6);
        }
    }
}

/// What a unit is told in: points, or draws and chances of 100.
fn scale(unit: Unit) -> f64 {
    match unit {
        Unit::Points | Unit::Stake => 1.0,
        Unit::Flag | Unit::Chance => 100.0,
    }
}

fn measure(scenario: &Scenario, quantity: Quantity) -> String {
    match quantity {
        Quantity::Room => "Room: a package inside every needed red line".to_owned(),
        Quantity::Terms(issue) => {
            format!("Terms given a deal: {}", shorten(&scenario.issues[issue.index()].name, 70))
        }
        Quantity::Ending(Ending::Deal) => "How things stand: a deal".to_owned(),
        Quantity::Ending(Ending::Broken) => "How things stand: a broken deal".to_owned(),
        Quantity::Ending(Ending::Imposed) => "How things stand: imposed terms".to_owned(),
        Quantity::Ending(Ending::None) => "How things stand: none of these".to_owned(),
        Quantity::War => "War".to_owned(),
        Quantity::Gain(actor) => {
            format!("Gain, on its own stakes: {}", shorten(&scenario.actors[actor.index()].name, 60))
        }
        other => other.column(scenario),
    }
}

/// The lowest and the highest of some values, or the one they share.
fn range(values: impl Iterator<Item = f64>) -> String {
    let (low, high) = ends(values);
    let (low, high) = (format!("{low:.1}"), format!("{high:.1}"));
    if low == high { low } else { format!("{low} to {high}") }
}

fn signed_range(values: impl Iterator<Item = f64>) -> String {
    let (low, high) = ends(values);
    let (low, high) = (signed(low), signed(high));
    if low == high { low } else { format!("{low} to {high}") }
}

fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|value| !value.is_nan())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

fn signed(value: f64) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    let text = format!("{value:+.1}");
    if text == "+0.0" || text == "-0.0" { "0".to_owned() } else { text }
}

/// How far the runs themselves tell another change, since their own draws differ.
fn sampling(page: &mut Page, old: Side<'_>, new: Side<'_>, comparison: &Comparison) {
    let (before, after) = (old.manifest, new.manifest);
    let mut differ = Vec::new();
    if before.seed != after.seed {
        differ.push(format!("seed {} -> {}", before.seed, after.seed));
    }
    if before.draws != after.draws {
        differ.push(format!("draws {} -> {}", before.draws, after.draws));
    }
    if before.design != after.design {
        differ.push(format!("design {} -> {}", before.design, after.design));
    }
    if before.version != after.version {
        differ.push(format!("version {} -> {}", before.version, after.version));
    }
    let apart = comparison.changes.iter().filter_map(|change| {
        let (was, is) = recorded(old, new, change)?;
        Some(scale(change.unit) * ((is - was) - (change.new - change.old)).abs())
    });
    let most = apart.fold(0.0, f64::max);
    page.put("", 0);
    if !differ.is_empty() {
        page.put(
            &format!(
                "The runs also differ in: {}. By their own draws, changes differ from these by up to {most:.1}.",
                differ.join(", ")
            ),
            0,
        );
    }
    if !comparison.inputs.is_empty() {
        page.put(
            "Means over draws; [..] is the 90 % interval that the number of draws leaves. After each number in brackets: what \
             that input does alone, going from old to new first; \"last\", going last. \"rest\" is what the first effects leave.",
            0,
        );
    }
}

/// The means that the two runs themselves hold.
fn recorded(old: Side<'_>, new: Side<'_>, change: &Change) -> Option<(f64, f64)> {
    let mean = |side: Side<'_>| {
        let arm = side
            .summary?
            .base()
            .find(|arm| melian::lens::full_id(&arm.arm.lens, &arm.arm.reading) == change.lens)?;
        let measures = &arm.pooled.measures;
        let own = measures.iter().find(|m| m.measure.quantity.column(side.scenario) == change.column)?;
        (own.count > 0).then_some(own.mean)
    };
    mean(old).zip(mean(new))
}

/// What changed, for scripts.
#[must_use]
pub fn compare_json(old: Side<'_>, new: Side<'_>, comparison: &Comparison) -> Value {
    let side = |side: Side<'_>| {
        let manifest = side.manifest;
        object!({
            "run": side.name,
            "campaign": manifest.campaign,
            "scenario": manifest.scenario,
            "version": manifest.version,
            "seed": manifest.seed,
            "design": manifest.design,
            "draws": manifest.draws,
            "lenses": manifest.lenses,
        })
    };
    let changed: Vec<Value> = comparison
        .changed
        .iter()
        .map(|changed| {
            object!({
                "path": changed.difference.path.to_string(),
                "old": changed.difference.old,
                "new": changed.difference.new,
                "reach": changed.reach,
                "input": changed.input.map(|input| input + 1),
            })
        })
        .collect();
    let changes: Vec<Value> = comparison
        .changes
        .iter()
        .map(|change| {
            let parts: Vec<Value> = change
                .parts
                .iter()
                .zip(1..)
                .map(|(part, input)| object!({ "input": input, "first": part.first, "last": part.last }))
                .collect();
            let recorded = recorded(old, new, change).map(|(was, is)| object!({ "old": was, "new": is }));
            object!({
                "lens": change.lens,
                "family": change.family,
                "measure": change.column,
                "unit": change.unit,
                "draws": change.draws,
                "old": change.old,
                "new": change.new,
                "change": change.new - change.old,
                "interval": { "low": change.interval.0, "high": change.interval.1 },
                "paired": change.paired,
                "parts": parts,
                "rest": change.rest,
                "recorded": recorded,
            })
        })
        .collect();
    let silent = |lenses: &[(String, String)]| -> Vec<Value> {
        lenses.iter().map(|(lens, reason)| object!({ "lens": lens, "reason": reason })).collect()
    };
    object!({
        "schema_version": crate::SCHEMA_VERSION,
        "old": side(old),
        "new": side(new),
        "draws": comparison.draws,
        "changed": changed,
        "changes": changes,
        "fell_silent": silent(&comparison.fell_silent),
        "spoke_up": silent(&comparison.spoke_up),
    })
}
