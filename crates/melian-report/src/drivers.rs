//! What explains an answer, for the terminal and for scripts.

use melian::analysis::{
    Driver, Drivers, ElementaryEffects, Estimated, MeasureDrivers, Pair, Silent, SobolIndices, Total,
};
use melian::ensemble::Arm;
use melian::lens::{Ending, Measure, Quantity, Unit, full_id};
use melian::scenario::{Guard, Scenario};
use melian::study::drivers::Designed;
use melian::uncertainty::EXPERT_PATH;
use serde_json::{Map, Value, json as object};
use unicode_width::UnicodeWidthStr;

use crate::input::input;
use crate::number::count;
use crate::text::{clean, list, plural, shorten, wrap};

/// Columns of an input's name.
const NAME: usize = 54;
/// Columns of each number.
const NUMBER: usize = 14;

/// Drivers of one output, by whatever method.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// From rows that were there.
    Given(&'a Drivers),
    /// By Saltelli's design.
    Saltelli(&'a SobolIndices),
    /// By Morris's design.
    Morris(&'a [ElementaryEffects]),
}

/// One output with its drivers.
#[derive(Debug, Clone)]
pub struct Output<'a> {
    /// What it is: the measure and the lens; a column.
    pub name: String,
    /// The measure by the name of its column, the lens and what it is under, for scripts.
    pub place: Map<String, Value>,
    /// Names of the inputs, by number: paths, or columns.
    pub inputs: Vec<String>,
    /// Draws without a solution that converged, whose last values were used.
    pub not_converged: u64,
    /// What was found, or why nothing.
    pub found: Result<Found<'a>, Silent>,
}

impl<'a> Output<'a> {
    /// From the rows of a run.
    #[must_use]
    pub fn of_run(scenario: &Scenario, drivers: &'a MeasureDrivers) -> Self {
        Self {
            inputs: drivers.inputs.clone(),
            not_converged: drivers.not_converged,
            found: drivers.found.as_ref().map(Found::Given).map_err(|silent| *silent),
            ..Self::of_arm(scenario, &drivers.arm, &drivers.measure)
        }
    }

    /// From a design of its own.
    #[must_use]
    pub fn of_design<T>(
        scenario: &Scenario,
        designed: &'a Designed<T>,
        found: impl Fn(&'a T) -> Found<'a>,
    ) -> Self {
        Self {
            inputs: designed.factors.iter().map(|factor| factor.name.clone()).collect(),
            found: designed.found.as_ref().map(found).map_err(|silent| *silent),
            ..Self::of_arm(scenario, &designed.arm, &designed.measure)
        }
    }

    /// From a table.
    #[must_use]
    pub fn of_table(column: &str, inputs: Vec<String>, found: Result<Found<'a>, Silent>) -> Self {
        let place = Map::from_iter([("measure".to_owned(), object!(column))]);
        Self { name: column.to_owned(), place, inputs, not_converged: 0, found }
    }

    fn of_arm(scenario: &Scenario, arm: &Arm, measure: &Measure) -> Self {
        let column = measure.quantity.column(scenario);
        let lens = full_id(&arm.lens, &arm.reading);
        let overlays: Vec<String> = arm.perspective.iter().chain(&arm.policy).cloned().collect();
        let under =
            if overlays.is_empty() { String::new() } else { format!(" under {}", overlays.join(" and ")) };
        let place = object!({
            "measure": column,
            "unit": measure.unit,
            "lens": arm.lens,
            "reading": arm.reading,
            "family": arm.family,
            "policy": arm.policy,
            "perspective": arm.perspective,
        });
        let unit = match measure.unit {
            Unit::Flag => ", a share of draws",
            Unit::Chance => ", a chance inside the lens",
            Unit::Points | Unit::Stake => "",
        };
        Self {
            name: format!("{column}, {lens}{under}{unit}"),
            place: place.as_object().cloned().unwrap_or_default(),
            inputs: Vec::new(),
            not_converged: 0,
            found: Err(Silent::NoInputs),
        }
    }
}

/// The drivers of some outputs for a terminal of `width` columns: the `top` inputs of each. Paths are told in the words
/// of the scenario, where there is one.
#[must_use]
pub fn drivers(scenario: Option<&Scenario>, outputs: &[Output<'_>], top: usize, width: usize) -> String {
    let mut page = Page { text: String::new(), width: width.max(60), scenario };
    for output in outputs {
        page.output(output, top);
    }
    page.explain(outputs);
    page.text
}

struct Page<'a> {
    text: String,
    width: usize,
    scenario: Option<&'a Scenario>,
}

/// A line of the table: the input's number and its cells.
struct Line {
    input: usize,
    cells: Vec<String>,
    /// Whether it stands out from chance.
    clear: bool,
}

impl Page<'_> {
    fn put(&mut self, content: &str, indent: usize) {
        let content = content.replace('−', "-");
        for (index, line) in wrap(&content, self.width.saturating_sub(indent + 2)).iter().enumerate() {
            let hanging = indent + if index > 0 && indent > 0 { 2 } else { 0 };
            self.text.push_str(&format!("{}{}\n", " ".repeat(hanging), line.replace('\u{a0}', " ")));
        }
    }

    fn name(&self, name: &str) -> String {
        self.scenario.map_or_else(|| clean(name), |scenario| name_of(scenario, name))
    }

    fn output(&mut self, output: &Output<'_>, top: usize) {
        match output.found {
            Err(silent) => self.put(&format!("{}: {silent}.", output.name), 0),
            Ok(Found::Given(found)) => {
                self.head(output, found.rows, found.left_out, (found.mean, found.deviation));
                self.given(output, found, top);
            }
            Ok(Found::Saltelli(found)) => {
                self.head(output, found.rows, found.left_out, (found.mean, found.deviation));
                self.saltelli(output, found, top);
            }
            Ok(Found::Morris(found)) => {
                self.put(&output.name, 0);
                self.morris(output, found, top);
            }
        }
        self.text.push('\n');
    }

    fn head(&mut self, output: &Output<'_>, rows: usize, left_out: usize, (mean, deviation): (f64, f64)) {
        let mut said = format!(
            "{}: {}, mean {}, standard deviation {}",
            output.name,
            plural(rows as u64, "draw", "draws"),
            figure(mean),
            figure(deviation)
        );
        if left_out > 0 {
            said.push_str(&format!("; {} left out, where it has no value", count(left_out as u64)));
        }
        if output.not_converged > 0 {
            said.push_str(&format!("; {} did not converge", count(output.not_converged)));
        }
        self.put(&said, 0);
    }

    /// A header and the lines, those beyond `top` or not clear of chance only counted.
    fn table(&mut self, output: &Output<'_>, headers: &[&str], lines: Vec<Line>, top: usize) {
        let name_width = NAME.min(self.width.saturating_sub(NUMBER * headers.len() + 2)).max(16);
        let (mut apart, lines): (Vec<Line>, Vec<Line>) =
            lines.into_iter().partition(|line| self.is_apart(&output.inputs[line.input]));
        let (clear, chance): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|line| line.clear);
        let names: Vec<String> =
            clear.iter().take(top).map(|line| self.name(&output.inputs[line.input])).collect();
        let mut row = |name: &str, cells: &[String]| {
            let name = shorten(name, name_width);
            let gap = name_width - name.width();
            self.text.push_str(&format!("  {name}{}", " ".repeat(gap)));
            for cell in cells {
                self.text.push_str(&format!("{}{cell}", " ".repeat(NUMBER.saturating_sub(cell.width()))));
            }
            self.text.push('\n');
        };
        row("", &headers.iter().map(|header| (*header).to_owned()).collect::<Vec<_>>());
        for (line, name) in clear.iter().zip(&names) {
            row(name, &line.cells);
        }
        let more = clear.len().saturating_sub(top);
        let mut rest = Vec::new();
        if more > 0 {
            rest.push(format!("{more} more"));
        }
        if !chance.is_empty() {
            rest.push(format!("{} not told from chance", count(chance.len() as u64)));
        }
        if !rest.is_empty() {
            self.put(&format!("and {}", list(&rest)), 2);
        }
        apart.sort_by_key(|line| line.input);
        let apart: Vec<String> = apart
            .iter()
            .filter(|line| line.clear)
            .map(|line| format!("{} {}", self.name(&output.inputs[line.input]), line.cells[0]))
            .collect();
        if !apart.is_empty() {
            self.put(&format!("not ranked while the conflict goes on: {}", apart.join("; ")), 2);
        }
    }

    /// Whether an input stands apart: the guard keeps it from being ranked.
    fn is_apart(&self, name: &str) -> bool {
        self.scenario.is_some_and(|scenario| is_apart(scenario, name))
    }

    fn given(&mut self, output: &Output<'_>, found: &Drivers, top: usize) {
        let lines = found.drivers.iter().map(|driver| Line {
            input: driver.input,
            clear: clear(driver),
            cells: vec![
                share(&driver.first),
                driver.total.map_or_else(|| "-".to_owned(), |total| range(&total)),
                signed(&driver.rank_correlation),
                format!("{:.2}", driver.pawn.value),
            ],
        });
        let chance = found.drivers.first().map_or(0.0, |driver| driver.pawn_by_chance);
        let pawn = format!("PAWN (>{chance:.2})");
        self.table(output, &["alone, %", "in all, %", "rank corr.", &pawn], lines.collect(), top);
        if !found.pairs.is_empty() {
            self.pairs(output, &found.pairs);
        }
        if let Some(rest) = found.unexplained.filter(|rest| rest.low > 0.01) {
            self.put(
                &format!(
                    "{} % is explained by no input and no pair: three or more at once, or chance",
                    share(&rest)
                ),
                2,
            );
        }
        if let Some((first, second, correlation)) = found.dependent.first() {
            let (first, second) = (self.name(&output.inputs[*first]), self.name(&output.inputs[*second]));
            let more = found.dependent.len() - 1;
            let others = if more > 0 { format!(", and {more} more pairs") } else { String::new() };
            self.put(
                &format!(
                    "no totals: inputs are not independent ({first} with {second}, rank correlation {correlation:.2}{others})"
                ),
                2,
            );
        }
    }

    fn pairs(&mut self, output: &Output<'_>, pairs: &[Pair]) {
        let is_apart = |pair: &&Pair| {
            [pair.first, pair.second].iter().any(|&input| self.is_apart(&output.inputs[input]))
        };
        let (mut apart, ranked): (Vec<&Pair>, Vec<&Pair>) = pairs.iter().partition(is_apart);
        let told = |pair: &&Pair| {
            let (first, second) =
                (self.name(&output.inputs[pair.first]), self.name(&output.inputs[pair.second]));
            format!("{first} and {second}: {} %", share(&pair.share))
        };
        let ranked: Vec<String> = ranked.iter().take(3).map(told).collect();
        apart.sort_by_key(|pair| (pair.first, pair.second));
        let apart: Vec<String> = apart.iter().map(told).collect();
        for pair in ranked {
            self.put(&format!("together: {pair}"), 2);
        }
        if !apart.is_empty() {
            self.put(&format!("together, not ranked while the conflict goes on: {}", apart.join("; ")), 2);
        }
    }

    fn saltelli(&mut self, output: &Output<'_>, found: &SobolIndices, top: usize) {
        let mut order: Vec<usize> = (0..found.first.len()).collect();
        order.sort_by(|a, b| found.total[*b].value.total_cmp(&found.total[*a].value));
        let lines = order.into_iter().map(|input| Line {
            input,
            clear: found.total[input].value > 0.005 || found.first[input].above(0.0),
            cells: vec![share(&found.first[input]), share(&found.total[input])],
        });
        self.table(output, &["alone, %", "in all, %"], lines.collect(), top);
        let mut pairs: Vec<Pair> = found
            .pairs
            .iter()
            .filter(|pair| pair.share.value > 0.005 && pair.share.above(0.0))
            .copied()
            .collect();
        pairs.sort_by(|a, b| b.share.value.total_cmp(&a.share.value));
        self.pairs(output, &pairs);
    }

    fn morris(&mut self, output: &Output<'_>, found: &[ElementaryEffects], top: usize) {
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by(|a, b| found[*b].mean_size.value.total_cmp(&found[*a].mean_size.value));
        let lines = order.into_iter().map(|input| {
            let effects = &found[input];
            Line {
                input,
                clear: effects.mean_size.value > 0.0,
                cells: vec![
                    format!("{} {}", figure(effects.mean_size.value), interval(&effects.mean_size, figure)),
                    figure(effects.mean),
                    figure(effects.deviation),
                ],
            }
        });
        self.table(output, &["mu*", "mu", "sigma"], lines.collect(), top);
    }

    fn explain(&mut self, outputs: &[Output<'_>]) {
        let any =
            |is: fn(&Found<'_>) -> bool| outputs.iter().any(|output| output.found.as_ref().is_ok_and(is));
        if any(|found| matches!(found, Found::Given(_) | Found::Saltelli(_))) {
            self.put(
                "alone: the share of the spread (variance) that would go if this one number were known. In all: with \
                 what it does together with others. In brackets the 95 % interval from resampled draws.",
                0,
            );
        }
        if any(|found| matches!(found, Found::Given(_))) {
            self.put(
                "In all is a range: from what a number explains alone and in pairs, to that and all that nothing else \
                 explains. PAWN: how far the whole distribution moves with it; below the number above by chance alone. A \
                 driver is a share of the spread the scenario allows, not a cause.",
                0,
            );
        }
        if any(|found| matches!(found, Found::Morris(_))) {
            self.put(
                "mu*: the mean size of the effect of moving one number alone over its whole range, from many places; mu: \
                 with signs; sigma: how much the effect depends on where the others are.",
                0,
            );
        }
        let experts = outputs.iter().any(|output| output.inputs.iter().any(|name| name == EXPERT_PATH));
        if experts && self.scenario.is_some() {
            self.put(
                "Numbers are measured within what each expert says; what experts disagree on is explained by whom one \
                 asks.",
                0,
            );
        }
    }
}

/// An input in words: its path, with the overlay that changes it, or several that move as one.
pub(crate) fn name_of(scenario: &Scenario, name: &str) -> String {
    let words = |path: &str| match path.split_once('@') {
        Some((path, overlay)) => format!("{} (under {overlay})", input(scenario, path)),
        None if path == EXPERT_PATH => "whom one asks (expert)".to_owned(),
        None => input(scenario, path),
    };
    name.split(" + ").map(words).collect::<Vec<_>>().join(" + ")
}

/// A measure in words.
pub(crate) fn measure_name(scenario: &Scenario, quantity: Quantity) -> String {
    match quantity {
        Quantity::Terms(issue) => format!("terms on {}", shorten(&scenario.issues[issue.index()].name, 60)),
        Quantity::Room => "whether there is room".to_owned(),
        Quantity::War => "chance of war".to_owned(),
        Quantity::Ending(Ending::Deal) => "chance that a deal stands".to_owned(),
        Quantity::Ending(Ending::Imposed) => "chance that terms are imposed".to_owned(),
        Quantity::Ending(Ending::Broken) => "chance that a deal breaks".to_owned(),
        Quantity::Ending(Ending::None) => "chance of neither".to_owned(),
        other => other.column(scenario),
    }
}

/// Whether the guard keeps an input from being ranked: its path, or one of those that move with it.
pub(crate) fn is_apart(scenario: &Scenario, name: &str) -> bool {
    let guard = Guard::new(scenario);
    name.split(" + ").any(|path| guard.hides(path.split('@').next().unwrap_or(path)))
}

/// Whether a driver stands out from chance in some way.
fn clear(driver: &Driver) -> bool {
    driver.first.above(0.002)
        || driver.total.is_some_and(|total| total.at_least.above(0.005))
        || driver.pawn.above(1.5 * driver.pawn_by_chance)
}

/// A share in per cent with its interval: `41 [38, 44]`.
fn share(share: &Estimated) -> String {
    format!("{} {}", per_cent(share.value), interval(share, per_cent)).trim_end().to_owned()
}

fn interval(number: &Estimated, words: impl Fn(f64) -> String) -> String {
    if number.low.is_nan() {
        String::new()
    } else {
        format!("[{}, {}]", words(number.low), words(number.high))
    }
}

/// Per input, the first-order shares that the lenses give it in one measure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shared {
    /// The input in words.
    pub(crate) name: String,
    /// Shares by lens, lowest first.
    pub(crate) shares: Vec<f64>,
    /// Whether in some lens it is clear of chance.
    pub(crate) clear: bool,
}

impl Shared {
    /// Of the lenses' answers on one measure, the input with the largest share in any lens first. Inputs that must not
    /// be ranked are left out.
    pub(crate) fn of(scenario: &Scenario, outputs: &[&MeasureDrivers]) -> Vec<Self> {
        let mut inputs: Vec<(&str, Vec<f64>, bool)> = Vec::new();
        for (output, found) in outputs.iter().filter_map(|output| Some((output, output.found.as_ref().ok()?)))
        {
            for driver in &found.drivers {
                let name = output.inputs[driver.input].as_str();
                let at = inputs.iter().position(|(known, ..)| *known == name).unwrap_or_else(|| {
                    inputs.push((name, Vec::new(), false));
                    inputs.len() - 1
                });
                inputs[at].1.push(driver.first.value.clamp(0.0, 1.0));
                inputs[at].2 |= driver.first.above(0.005);
            }
        }
        inputs.retain(|(name, ..)| !is_apart(scenario, name));
        let mut shared: Vec<Self> = inputs
            .into_iter()
            .map(|(name, mut shares, clear)| {
                shares.sort_by(f64::total_cmp);
                Self { name: name_of(scenario, name), shares, clear }
            })
            .collect();
        shared.sort_by(|a, b| b.ends().1.total_cmp(&a.ends().1));
        shared
    }

    /// The lowest and the highest share.
    pub(crate) fn ends(&self) -> (f64, f64) {
        (self.shares.first().copied().unwrap_or(0.0), self.shares.last().copied().unwrap_or(0.0))
    }

    /// The middle share.
    pub(crate) fn middle(&self) -> f64 {
        self.shares.get(self.shares.len() / 2).copied().unwrap_or(0.0)
    }

    /// `41 %`, or `12 to 41 %` where lenses differ.
    pub(crate) fn text(&self) -> String {
        let (low, high) = self.ends();
        let (low, high) = (per_cent(low), per_cent(high));
        if low == high { format!("{low}\u{a0}%") } else { format!("{low} to {high}\u{a0}%") }
    }
}

/// A share as whole per cents; small ones keep a digit, and nothing is below 0 or above 100.
fn per_cent(share: f64) -> String {
    let per_cent = 100.0 * share.clamp(0.0, 1.0);
    if per_cent > 0.05 && per_cent < 0.95 { format!("{per_cent:.1}") } else { format!("{per_cent:.0}") }
}

/// A total as a range: `43 to 45`.
fn range(total: &Total) -> String {
    let (low, high) = (per_cent(total.at_least.value), per_cent(total.at_most.value));
    if low == high { low } else { format!("{low} to {high}") }
}

fn signed(number: &Estimated) -> String {
    format!("{:+.2}", number.value)
}

/// A number with three digits that tell something.
fn figure(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => "-".to_owned(),
        0.0 => "0".to_owned(),
        size if !(1e-3..1e6).contains(&size) => format!("{value:.2e}"),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Takes drivers and pairs that must not be ranked out of their order, into lists in the order of the inputs' paths.
fn set_apart(scenario: Option<&Scenario>, found: &mut Map<String, Value>) {
    let Some(scenario) = scenario else { return };
    let inputs = |told: &Value| match (&told["input"], &told["inputs"]) {
        (Value::String(one), _) => vec![one.clone()],
        (_, Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    for (list, aside) in [("drivers", "not_ranked"), ("pairs", "pairs_not_ranked")] {
        let Some(Value::Array(told)) = found.get_mut(list) else { continue };
        let (mut apart, ranked): (Vec<Value>, Vec<Value>) = std::mem::take(told)
            .into_iter()
            .partition(|told| inputs(told).iter().any(|path| is_apart(scenario, path)));
        *told = ranked;
        if !apart.is_empty() {
            apart.sort_by_key(inputs);
            found.insert(aside.to_owned(), Value::Array(apart));
        }
    }
}

/// The same for scripts: inputs by path, everything that was found.
#[must_use]
pub fn drivers_json(scenario: Option<&Scenario>, outputs: &[Output<'_>], about: Value) -> Value {
    let outputs: Vec<Value> = outputs.iter().map(|output| output_json(scenario, output)).collect();
    let mut value = object!({ "schema_version": crate::SCHEMA_VERSION, "outputs": outputs });
    if let (Some(value), Value::Object(about)) = (value.as_object_mut(), about) {
        value.extend(about);
    }
    value
}

fn output_json(scenario: Option<&Scenario>, output: &Output<'_>) -> Value {
    let mut value = output.place.clone();
    let name = |input: usize| output.inputs[input].as_str();
    let pair =
        |pair: &Pair| object!({ "inputs": [name(pair.first), name(pair.second)], "share": pair.share });
    let words = |input: usize| scenario.map(|scenario| name_of(scenario, &output.inputs[input]));
    let found = match output.found {
        Err(silent) => object!({ "silent": silent.to_string() }),
        Ok(Found::Given(found)) => object!({
            "method": "given",
            "draws": found.rows,
            "left_out": found.left_out,
            "not_converged": output.not_converged,
            "mean": found.mean,
            "deviation": found.deviation,
            "drivers": found.drivers.iter().map(|driver| object!({
                "input": name(driver.input),
                "words": words(driver.input),
                "first": driver.first,
                "total": driver.total,
                "pawn": driver.pawn,
                "pawn_by_chance": driver.pawn_by_chance,
                "rank_correlation": driver.rank_correlation,
            })).collect::<Vec<_>>(),
            "fixed": found.fixed.iter().map(|input| name(*input)).collect::<Vec<_>>(),
            "dependent": found.dependent.iter().map(|(first, second, correlation)| object!({
                "inputs": [name(*first), name(*second)],
                "rank_correlation": correlation,
            })).collect::<Vec<_>>(),
            "pairs": found.pairs.iter().map(pair).collect::<Vec<_>>(),
            "unexplained": found.unexplained,
        }),
        Ok(Found::Saltelli(found)) => object!({
            "method": "saltelli",
            "base_points": found.rows,
            "left_out": found.left_out,
            "mean": found.mean,
            "deviation": found.deviation,
            "drivers": (0..found.first.len()).map(|input| object!({
                "input": name(input),
                "words": words(input),
                "first": found.first[input],
                "total": found.total[input],
            })).collect::<Vec<_>>(),
            "pairs": found.pairs.iter().map(pair).collect::<Vec<_>>(),
        }),
        Ok(Found::Morris(found)) => object!({
            "method": "morris",
            "drivers": found.iter().enumerate().map(|(input, effects)| object!({
                "input": name(input),
                "words": words(input),
                "effects": effects.count,
                "mu_star": effects.mean_size,
                "mu": effects.mean,
                "sigma": effects.deviation,
            })).collect::<Vec<_>>(),
        }),
    };
    if let Value::Object(mut found) = found {
        set_apart(scenario, &mut found);
        value.extend(found);
    }
    Value::Object(value)
}
