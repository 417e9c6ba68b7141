//! Two scenarios on the same draws: what changed in the answer, and which changed input did it.
//!
//! Every world is run on common random numbers, so that a change of the mean is told to a small part of the spread. Each
//! input that changed is put from old to new by itself (*first*), and from new back to old by itself (*last*); what the first
//! effects leave of the whole change is the inputs' working together. In a conflict that is not over, inputs that the guard
//! holds back are listed and not told apart.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::case::LANES;
use crate::diagnostic::Diagnostic;
use crate::ensemble::{Settings, Variant};
use crate::lens::{Family, Lens, Model, Quantity, RowBlock, Scratch, Streams, Unable, Unit};
use crate::scenario::{Difference, Guard, LensOptions, Path, Scenario};

/// Lenses to which a draw is costly take so many.
const COSTLY: u64 = 200;

/// More changed inputs than this are taken together, table by table.
const MOST_INPUTS: usize = 60;

/// What an input's change can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// It may move the answer.
    Answer,
    /// It says how pressure or force would work, and the conflict is not over: listed, never told apart or ranked.
    Guarded,
    /// Words, claims and overlays: the answer to the scenario as written does not read them.
    Words,
}

/// A difference and its reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// What differs.
    pub difference: Difference,
    /// What it can do.
    pub reach: Reach,
    /// The input it is told with; `None` unless it may move the answer.
    pub input: Option<usize>,
}

/// Differences that are put from old to new together: one, or several that don't make a scenario apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where they stand.
    pub paths: Vec<Path>,
}

/// What one input does to one measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// The change of the mean when it alone goes from old to new; NaN where the lens says nothing then.
    pub first: f64,
    /// The change of the mean when it goes last, all others being new.
    pub last: f64,
}

/// How one measure of one lens changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The lens's full id.
    pub lens: String,
    /// Its family.
    pub family: Family,
    /// The measure's column.
    pub column: String,
    /// What it is, in the new scenario.
    pub quantity: Quantity,
    /// Its unit.
    pub unit: Unit,
    /// How many draws the lens took: fewer than asked for where they are costly.
    pub draws: u64,
    /// Its mean over the draws, old.
    pub old: f64,
    /// New.
    pub new: f64,
    /// 90 % interval of the change of the mean, from the number of draws.
    pub interval: (f64, f64),
    /// Whether it rests on the differences in each draw; else some draws have a value in one scenario only, and it rests
    /// on the two spreads.
    pub paired: bool,
    /// By input.
    pub parts: Vec<Part>,
    /// What the first effects leave of the change: inputs working together, and the guarded ones.
    pub rest: f64,
}

/// All that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What differs, in the order of the scenarios.
    pub changed: Vec<Changed>,
    /// Inputs told apart.
    pub inputs: Vec<Input>,
    /// Draws.
    pub draws: u64,
    /// How each measure changed, by lens.
    pub changes: Vec<Change>,
    /// Lenses that speak in the old scenario only, with the reason.
    pub fell_silent: Vec<(String, String)>,
    /// Lenses that speak in the new scenario only, with the reason why not before.
    pub spoke_up: Vec<(String, String)>,
}

/// Compares two scenarios through the given lenses, on Monte Carlo draws of `settings`. `done` is told how many of how
/// many scenarios have been run, from any thread.
///
/// # Errors
/// Mistaken lens options, or a scenario that no draws can be made of.
pub fn compare(
    old: &Scenario,
    new: &Scenario,
    settings: &Settings,
    lenses: &[&'static dyn Lens],
    done: &(dyn Fn(usize, usize) + Sync),
) -> Result<Comparison, Vec<Diagnostic>> {
    let mut changed = reaches(old, new);
    let inputs = inputs(old, new, &changed);
    for difference in &mut changed {
        let path = &difference.difference.path;
        difference.input = inputs.iter().position(|input| input.paths.contains(path));
    }
    let (all, run) = (2 + 2 * inputs.len(), AtomicUsize::new(0));
    let world = |scenario: &Scenario| {
        let world = World::run(scenario, settings, lenses);
        done(run.fetch_add(1, Ordering::Relaxed) + 1, all);
        world
    };
    let (before, after) = rayon::join(|| world(old), || world(new));
    let (before, after) = (before?, after?);
    // An input alone may make a world that no lens can run: then it says nothing.
    let steps: Vec<[Option<World>; 2]> = inputs
        .par_iter()
        .map(|input| {
            let paths: Vec<&Path> = input.paths.iter().collect();
            let mixed = |from: &Scenario, to: &Scenario| {
                from.with_parts_of(to, &paths).ok().and_then(|mixed| world(&mixed).ok())
            };
            [mixed(old, new), mixed(new, old)]
        })
        .collect();
    let mut changes = Vec::new();
    for voice in &after.voices {
        let Some(other) = before.voices.iter().find(|other| other.lens == voice.lens) else { continue };
        for column in &voice.columns {
            let Some(was) = other.column(&column.name) else { continue };
            changes.extend(change(voice, was, column, &steps));
        }
    }
    Ok(Comparison {
        changed,
        inputs,
        draws: settings.draws,
        changes,
        fell_silent: only_in(&before, &after),
        spoke_up: only_in(&after, &before),
    })
}

/// Lenses that speak here and not there, with the reason.
fn only_in(here: &World, there: &World) -> Vec<(String, String)> {
    let spoken = |lens: &str| here.voices.iter().any(|voice| voice.lens == lens);
    there.silent.iter().filter(|(lens, _)| spoken(lens)).cloned().collect()
}

fn change(voice: &Voice, was: &Column, is: &Column, steps: &[[Option<World>; 2]]) -> Option<Change> {
    let (old, new) = (mean(&was.values)?, mean(&is.values)?);
    let at = |world: &Option<World>| -> f64 {
        let values = world.as_ref().and_then(|world| world.column(&voice.lens, &is.name));
        values.and_then(|column| mean(&column.values)).unwrap_or(f64::NAN)
    };
    let parts: Vec<Part> =
        steps.iter().map(|[first, last]| Part { first: at(first) - old, last: new - at(last) }).collect();
    let told: f64 = parts.iter().map(|part| part.first).filter(|first| !first.is_nan()).sum();
    let (half, paired) = half_width(&was.values, &is.values);
    Some(Change {
        lens: voice.lens.clone(),
        family: voice.family,
        column: is.name.clone(),
        quantity: is.quantity,
        unit: is.unit,
        draws: is.values.len() as u64,
        old,
        new,
        interval: (new - old - half, new - old + half),
        paired,
        rest: new - old - told,
        parts,
    })
}

/// Half the width of the 90 % interval of a change of means (normal), and whether it rests on pairs.
fn half_width(old: &[f64], new: &[f64]) -> (f64, bool) {
    const NINETY: f64 = 1.644_853_626_951_472_2;
    let paired = old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.is_nan() == new.is_nan());
    let error = if paired {
        let differences: Vec<f64> = old.iter().zip(new).map(|(old, new)| new - old).collect();
        error_of_mean(&differences)
    } else {
        let (one, other) = (error_of_mean(old), error_of_mean(new));
        (one * one + other * other).sqrt()
    };
    (NINETY * error, paired)
}

/// The standard error of the mean of the values that are there; 0 of a single one.
fn error_of_mean(values: &[f64]) -> f64 {
    let Some(mean) = mean(values) else { return 0.0 };
    let there = || values.iter().filter(|value| !value.is_nan());
    let n = there().count() as f64;
    let squares: f64 = there().map(|value| (value - mean) * (value - mean)).sum();
    if n > 1.0 { (squares / (n - 1.0) / n).sqrt() } else { 0.0 }
}

fn mean(values: &[f64]) -> Option<f64> {
    let there = || values.iter().filter(|value| !value.is_nan());
    let n = there().count();
    (n > 0).then(|| there().sum::<f64>() / n as f64)
}

/// What differs, and what each difference can do.
fn reaches(old: &Scenario, new: &Scenario) -> Vec<Changed> {
    let hides = |path: &str| Guard::new(old).hides(path) || Guard::new(new).hides(path);
    old.differences(new)
        .into_iter()
        .map(|difference| {
            let path = &difference.path;
            let reach = if is_words(path) {
                Reach::Words
            } else if hides(&path.to_string()) {
                Reach::Guarded
            } else {
                Reach::Answer
            };
            Changed { difference, reach, input: None }
        })
        .collect()
}

/// Whether no lens reads what stands at a path, when the scenario is run as written.
fn is_words(path: &Path) -> bool {
    let parts: Vec<&str> = path.0.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["claim" | "claims" | "policy" | "perspective", ..]
        | ["scenario", "title" | "question" | "source" | "resolution"]
        | ["issue", _, "outcome"] => true,
        [_, .., last] => {
            matches!(*last, "name" | "source" | "quote" | "date" | "basis" | "capability_meaning")
        }
        _ => false,
    }
}

/// Inputs that make a scenario by themselves, put into the old one and taken back from the new one; what does not is
/// joined with others until it does.
fn inputs(old: &Scenario, new: &Scenario, changed: &[Changed]) -> Vec<Input> {
    let paths: Vec<&Path> = changed
        .iter()
        .filter(|changed| changed.reach == Reach::Answer)
        .map(|changed| &changed.difference.path)
        .collect();
    let mut groups = Vec::new();
    for depth in [usize::MAX, 3, 2, 1] {
        groups = grouped(&paths, depth);
        if groups.len() <= MOST_INPUTS {
            break;
        }
    }
    let stands =
        |group: &Vec<&Path>| old.with_parts_of(new, group).is_ok() && new.with_parts_of(old, group).is_ok();
    let standing: Vec<bool> = groups.par_iter().map(stands).collect();
    let groups = with_what_they_name(groups, &standing);
    let (mut inputs, mut rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| stands(group));
    if !rest.is_empty() {
        let together = rest.concat();
        if stands(&together) {
            inputs.push(together);
        } else {
            rest.extend(inputs);
            inputs = vec![rest.concat()];
        }
    }
    inputs
        .into_iter()
        .map(|mut group| {
            group.sort();
            Input { paths: group.into_iter().cloned().collect() }
        })
        .collect()
}

/// Paths that share their first `depth` parts, in the order of their first.
fn grouped<'a>(paths: &[&'a Path], depth: usize) -> Vec<Vec<&'a Path>> {
    let start = |path: &'a Path| &path.0[..depth.min(path.0.len())];
    let mut groups: Vec<Vec<&Path>> = Vec::new();
    for &path in paths {
        match groups.iter_mut().find(|group| start(group[0]) == start(path)) {
            Some(group) => group.push(path),
            None => groups.push(vec![path]),
        }
    }
    groups
}

/// Groups that don't stand alone, joined with those that declare what they name, or name what they declare.
fn with_what_they_name<'a>(mut groups: Vec<Vec<&'a Path>>, standing: &[bool]) -> Vec<Vec<&'a Path>> {
    let mut standing = standing.to_vec();
    while let Some(at) = standing.iter().position(|stands| !stands) {
        let mut group = groups.remove(at);
        standing.remove(at);
        let mut index = 0;
        while index < groups.len() {
            if names(&group, &groups[index]) || names(&groups[index], &group) {
                group.extend(groups.remove(index));
                standing.remove(index);
                index = 0;
            } else {
                index += 1;
            }
        }
        groups.push(group);
        standing.push(true);
    }
    groups
}

/// Whether some path of a group names an actor, an issue or a group that the other declares.
fn names(group: &[&Path], other: &[&Path]) -> bool {
    let mut declared = other.iter().filter_map(|path| match path.0.as_slice() {
        [section, id] if matches!(section.as_str(), "actor" | "issue" | "group") => Some(id),
        _ => None,
    });
    declared.any(|id| group.iter().any(|path| path.0[1..].contains(id)))
}

/// One scenario run through the lenses.
struct World {
    voices: Vec<Voice>,
    silent: Vec<(String, String)>,
}

/// What one lens says in a world.
struct Voice {
    lens: String,
    family: Family,
    columns: Vec<Column>,
}

/// One measure, a value per draw; NaN where the lens says nothing.
struct Column {
    name: String,
    quantity: Quantity,
    unit: Unit,
    values: Vec<f64>,
}

impl World {
    fn run(
        scenario: &Scenario,
        settings: &Settings,
        lenses: &[&'static dyn Lens],
    ) -> Result<Self, Vec<Diagnostic>> {
        let none = LensOptions::default();
        let variant = Variant::of(scenario, scenario.clone(), settings)?;
        let mut world = Self { voices: Vec::new(), silent: Vec::new() };
        for lens in lenses {
            let card = lens.card();
            match lens.prepare(scenario, scenario.lens_options.get(card.id).unwrap_or(&none)) {
                Ok(model) => {
                    let streams = Streams::new(settings.seed, card);
                    let columns = columns(scenario, &*model, &variant, &streams, settings.draws);
                    world.voices.push(Voice { lens: card.full_id(), family: card.family, columns });
                }
                Err(Unable::Lacks(reason)) => world.silent.push((card.full_id(), reason)),
                Err(Unable::Mistaken(diagnostics)) => return Err(diagnostics),
            }
        }
        Ok(world)
    }

    fn column(&self, lens: &str, name: &str) -> Option<&Column> {
        self.voices.iter().find(|voice| voice.lens == lens)?.column(name)
    }
}

impl Voice {
    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What an answer is told by: room, terms, how it ends, and everybody's gain.
fn is_headline(quantity: Quantity) -> bool {
    matches!(
        quantity,
        Quantity::Room | Quantity::Terms(_) | Quantity::Ending(_) | Quantity::War | Quantity::Gain(_)
    )
}

/// Every headline measure of a model over the draws: of several branches, the one it would pick.
fn columns(
    scenario: &Scenario,
    model: &dyn Model,
    variant: &Variant,
    streams: &Streams,
    draws: u64,
) -> Vec<Column> {
    let draws = model.draws().map_or(draws, |most| most.min(draws).min(COSTLY));
    let measures = model.measures().iter().enumerate().filter(|(_, measure)| is_headline(measure.quantity));
    let (places, mut columns): (Vec<usize>, Vec<Column>) = measures
        .map(|(place, measure)| {
            let name = measure.quantity.column(scenario);
            (place, Column { name, quantity: measure.quantity, unit: measure.unit, values: Vec::new() })
        })
        .unzip();
    let (mut rows, mut scratch) = (RowBlock::default(), Scratch::default());
    for first in (0..draws).step_by(LANES) {
        let len = (LANES as u64).min(draws - first) as usize;
        model.solve(&variant.block(first, len), streams, &mut rows, &mut scratch);
        for (column, place) in columns.iter_mut().zip(&places) {
            let from = column.values.len();
            column.values.resize(from + len, f64::NAN);
            for row in (0..rows.len()).filter(|row| rows.branches[*row] == 0) {
                column.values[from + rows.lanes[row] as usize] = rows.columns[*place][row];
            }
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lens;
    use crate::scenario::NoFiles;
    use crate::uncertainty::Design;

    const OLD: &str = r#"
[scenario]
title = "T"
status = "hypothetical"
[actor.a]
capability = 10
[actor.b]
capability = 30
[issue.x]
no_deal = 0
[stance.a.x]
position = "0..20"
salience = 50
[stance.b.x]
position = 50
salience = 20
[[claim]]
by = "somebody"
says = "much"
test = "terms(x) > 50"
"#;

    fn read(text: &str) -> Scenario {
        let read = Scenario::read("s.toml", text.as_bytes(), &NoFiles);
        read.scenario.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
    }

    fn compared(old: &str, new: &str) -> Comparison {
        let settings = Settings { seed: 3, draws: 300, design: Design::MonteCarlo, lenses: Vec::new() };
        let lenses: Vec<_> = ["mean", "compromise"].iter().flat_map(|id| lens::find(id)).collect();
        compare(&read(old), &read(new), &settings, &lenses, &|_, _| ()).expect("two scenarios")
    }

    fn terms<'a>(comparison: &'a Comparison, lens: &str) -> &'a Change {
        let found =
            comparison.changes.iter().find(|change| change.lens == lens && change.column == "terms_x");
        found.expect("the lens speaks")
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn additive_inputs_are_told_apart_exactly() {
        let new = OLD.replace("\"0..20\"", "\"10..30\"").replace("position = 50", "position = 70");
        let comparison = compared(OLD, &new.replace("says = \"much\"", "says = \"more\""));
        let reaches: Vec<(String, Reach)> =
            comparison.changed.iter().map(|c| (c.difference.path.to_string(), c.reach)).collect();
        let expected = [
            ("stance.a.x.position".to_owned(), Reach::Answer),
            ("stance.b.x.position".to_owned(), Reach::Answer),
            ("claim.1.says".to_owned(), Reach::Words),
        ];
        assert_eq!(reaches, expected);
        // The mean of two positions moves by half of what each moves, in every draw.
        let change = terms(&comparison, "mean");
        near(change.new - change.old, 15.0);
        near(change.interval.0, 15.0);
        near(change.interval.1, 15.0);
        for (part, by) in change.parts.iter().zip([5.0, 10.0]) {
            near(part.first, by);
            near(part.last, by);
        }
        near(change.rest, 0.0);
        assert!(change.paired);
    }

    #[test]
    fn what_inputs_do_together_is_the_rest() {
        let old = OLD.replace("\"0..20\"", "10");
        let new = old.replace("salience = 50", "salience = 80").replace("capability = 10", "capability = 40");
        // Weights of a: capability times salience; b has 30 * 20 at 50.
        let at = |weight: f64| (weight * 10.0 + 600.0 * 50.0) / (weight + 600.0);
        let comparison = compared(&old, &new);
        let change = terms(&comparison, "compromise");
        near(change.old, at(500.0));
        near(change.new, at(3200.0));
        let (capability, salience) = (at(2000.0) - at(500.0), at(800.0) - at(500.0));
        near(change.parts[0].first, capability);
        near(change.parts[1].first, salience);
        near(change.parts[0].last, at(3200.0) - at(800.0));
        near(change.rest, at(3200.0) - at(500.0) - capability - salience);
    }

    #[test]
    fn an_actor_comes_with_its_stances_and_leaves_with_them() {
        let third = "[actor.c]\ncapability = 5\n[stance.c.x]\nposition = 90\nsalience = 10\n";
        let new = OLD.replace("capability = 30", "capability = 35") + third;
        for comparison in [compared(OLD, &new), compared(&new, OLD)] {
            let inputs: Vec<Vec<String>> = comparison
                .inputs
                .iter()
                .map(|input| input.paths.iter().map(ToString::to_string).collect())
                .collect();
            let expected =
                [vec!["actor.b.capability".to_owned()], vec!["actor.c".to_owned(), "stance.c".to_owned()]];
            assert_eq!(inputs, expected);
            assert!(terms(&comparison, "mean").parts.iter().all(|part| part.first.is_finite()));
        }
    }

    #[test]
    fn a_change_without_the_same_draws_rests_on_both_spreads() {
        let (half, paired) = half_width(&[0.0, 10.0, f64::NAN], &[f64::NAN, 4.0, 6.0]);
        assert!(!paired);
        // Standard errors 5 and 1.
        near(half, 1.644_853_626_951_472_2 * 26.0_f64.sqrt());
    }

    #[test]
    fn many_inputs_are_taken_by_table() {
        let one = |n: u32, position: u32| {
            format!("[actor.m{n}]\ncapability = 1\n[stance.m{n}.y]\nposition = {position}\nsalience = 10\n")
        };
        let text = |position| {
            let stances: Vec<String> = (0..70).map(|n| one(n, position)).collect();
            format!("{OLD}[issue.y]\nno_deal = 0\n{}", stances.concat())
        };
        let comparison = compared(&text(10), &text(20));
        assert_eq!((comparison.changed.len(), comparison.inputs.len()), (70, 1));
        let change = comparison.changes.iter().find(|change| change.column == "terms_y").expect("they speak");
        near(change.parts[0].first, 10.0);
    }
}
