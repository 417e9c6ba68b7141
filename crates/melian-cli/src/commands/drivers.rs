//! `melian drivers`

use std::path::Path;

use anstream::{print, println};
use melian::analysis::{
    DriverOptions, Drivers, ElementaryEffects, MeasureDrivers, SaltelliSample, Silent, SobolIndices, Table,
    drivers, effects_of_paths, elementary_effects, sobol,
};
use melian::diagnostic::did_you_mean;
use melian::study::drivers::{Designed, morris, saltelli};
use melian_report::{Found, Output};
use serde_json::{Value, json};

use super::draws::{Asked, Draws, measures};
use super::table;
use crate::args::{DriversArguments, Format, Method};
use crate::exit::Failure;
use crate::render;

/// Draws looked at, where nobody says how many.
const DRAWS: u64 = 4096;
/// Base points of Saltelli's design.
const POINTS: u64 = 512;
/// Paths of Morris's design.
const PATHS: u64 = 64;

/// Tells what explains the spread of the answers.
pub(crate) fn run(arguments: &DriversArguments) -> Result<(), Failure> {
    match (&arguments.source, &arguments.table) {
        (Some(source), None) => of_scenario(arguments, source),
        (None, Some(file)) => of_table(arguments, file),
        _ => Err(Failure::used("give a scenario, a run, or --table FILE")),
    }
}

fn options(arguments: &DriversArguments) -> DriverOptions {
    DriverOptions { resamples: arguments.resamples, together: true, seed: arguments.seed }
}

fn of_scenario(arguments: &DriversArguments, source: &Path) -> Result<(), Failure> {
    let usual = match arguments.method {
        Method::Given => DRAWS,
        Method::Saltelli => POINTS,
        Method::Morris => PATHS,
    };
    let number = arguments.draws.unwrap_or(usual);
    let draws = Draws::open(&Asked {
        source,
        lenses: &arguments.lenses,
        under: &arguments.under,
        draws: number,
        seed: arguments.seed,
        all_overlays: false,
    })?;
    let wanted = measures(&draws, &arguments.measures)?;
    let (plan, arms) = (&draws.plan, draws.arms());
    let found = match arguments.method {
        Method::Given => Answers::Given(draws.table(&mut |_| {})?.drivers(wanted, &options(arguments))),
        Method::Saltelli => Answers::Saltelli(saltelli(
            plan,
            arms,
            wanted,
            number as usize,
            arguments.pairs,
            arguments.resamples,
        )),
        Method::Morris => Answers::Morris(morris(plan, arms, wanted, number as usize, arguments.resamples)),
    };
    let scenario = draws.scenario();
    let outputs: Vec<Output<'_>> = match &found {
        Answers::Given(found) => found.iter().map(|one| Output::of_run(scenario, one)).collect(),
        Answers::Saltelli(found) => {
            found.iter().map(|one| Output::of_design(scenario, one, Found::Saltelli)).collect()
        }
        Answers::Morris(found) => {
            found.iter().map(|one| Output::of_design(scenario, one, |one| Found::Morris(one))).collect()
        }
    };
    if outputs.is_empty() {
        return Err(Failure::used("the lenses asked have none of the measures that are told by default")
            .help("`--measure all` tells every measure"));
    }
    let about = json!({ "scenario": scenario.about.title, "seed": plan.settings().seed });
    tell(arguments, Some(scenario), &outputs, about);
    Ok(())
}

/// What a method found.
enum Answers {
    Given(Vec<MeasureDrivers>),
    Saltelli(Vec<Designed<SobolIndices>>),
    Morris(Vec<Designed<Vec<ElementaryEffects>>>),
}

fn tell(
    arguments: &DriversArguments,
    scenario: Option<&melian::scenario::Scenario>,
    outputs: &[Output<'_>],
    about: Value,
) {
    match arguments.format {
        Format::Json => println!("{:#}", melian_report::drivers_json(scenario, outputs, about)),
        Format::Text => {
            let width = render::terminal_width();
            print!("{}", melian_report::drivers(scenario, outputs, arguments.top, width));
        }
    }
}

fn of_table(arguments: &DriversArguments, file: &Path) -> Result<(), Failure> {
    let table = table::read(file)?;
    let output = output_column(&table, arguments.output.as_deref())?;
    let inputs = table::inputs(&table, &arguments.inputs, &[output])?;
    let columns: Vec<Vec<f64>> =
        inputs.iter().map(|input| table.values(*input).unwrap_or_default().to_vec()).collect();
    let names: Vec<String> = inputs.iter().map(|input| table.names[*input].clone()).collect();
    let values = table.values(output).unwrap_or_default();
    let found: Result<Answer, Silent> = match arguments.method {
        Method::Given => drivers(&columns, values, &options(arguments)).map(Answer::Given),
        Method::Saltelli => {
            let sample = unstacked(&columns, values, &names)?;
            sobol(&sample, arguments.resamples, arguments.seed).map(Answer::Saltelli)
        }
        Method::Morris => {
            let effects = effects_of_paths(&columns, values).map_err(|row| {
                Failure::used(format!("row {} of the table breaks Morris's design", row + 2)).help(
                    "in a path every row differs from the one above in one input, and each input moves once",
                )
            })?;
            Ok(Answer::Morris(elementary_effects(&effects, arguments.resamples, arguments.seed)))
        }
    };
    let output = Output::of_table(
        &table.names[output],
        names,
        found.as_ref().map(Answer::found).map_err(|silent| *silent),
    );
    tell(arguments, None, &[output], json!({ "table": file.display().to_string(), "seed": arguments.seed }));
    Ok(())
}

/// What a method found in one table.
enum Answer {
    Given(Drivers),
    Saltelli(SobolIndices),
    Morris(Vec<ElementaryEffects>),
}

impl Answer {
    fn found(&self) -> Found<'_> {
        match self {
            Self::Given(found) => Found::Given(found),
            Self::Saltelli(found) => Found::Saltelli(found),
            Self::Morris(found) => Found::Morris(found),
        }
    }
}

/// The column that is to be explained: that named, or the last with numbers.
fn output_column(table: &Table, name: Option<&str>) -> Result<usize, Failure> {
    let numbers = |column: &usize| table.values(*column).is_some() && table.words(*column).is_none();
    let Some(name) = name else {
        return (0..table.names.len())
            .rev()
            .find(numbers)
            .ok_or_else(|| Failure::used("the table has no column of numbers"));
    };
    let column = table::column(table, name)?;
    if numbers(&column) { Ok(column) } else { Err(Failure::used(format!("`{name}` does not hold numbers"))) }
}

/// The sample of a table in Saltelli's design: rows in the order A, AB by input, (BA by input,) B, base point by base
/// point, which the inputs are checked to follow.
fn unstacked(columns: &[Vec<f64>], output: &[f64], names: &[String]) -> Result<SaltelliSample, Failure> {
    let inputs = columns.len();
    let broken = |second: bool| {
        let step = if second { 2 * inputs + 2 } else { inputs + 2 };
        (0..output.len()).find(|row| {
            let (base, place) = (row - row % step, row % step);
            let (own, other) =
                if place <= inputs { (base, base + step - 1) } else { (base + step - 1, base) };
            let swapped = match place {
                0 => None,
                _ if place <= inputs => Some(place - 1),
                _ if place + 1 == step => None,
                _ => Some(place - 1 - inputs),
            };
            other >= output.len()
                || own >= output.len()
                || (0..inputs).any(|input| {
                    let from = if swapped == Some(input) { other } else { own };
                    columns[input][*row] != columns[input][from]
                })
        })
    };
    let second = broken(true).is_none();
    let first_broken = if second { None } else { broken(false) };
    if let Some(row) = first_broken {
        return Err(Failure::used(format!("row {} of the table breaks Saltelli's design", row + 2)).help(format!(
            "for the inputs {}, base point by base point: A, A with one input of B each, (B with one of A each,) B",
            names.join(", ")
        )));
    }
    SaltelliSample::unstack(output, inputs, second)
        .ok_or_else(|| Failure::used("the table's rows don't make whole base points"))
}

/// What is likely meant by a name that isn't there.
pub(super) fn likely(failure: Failure, name: &str, known: &[String]) -> Failure {
    match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(known) => failure.help(format!("did you mean `{known}`?")),
        None => failure.help(format!("there are: {}", known.join(", "))),
    }
}
