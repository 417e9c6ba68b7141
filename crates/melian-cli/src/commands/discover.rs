//! `melian discover`

use std::path::Path;

use anstream::{print, println};
use melian::analysis::claims::{Judge, Truth};
use melian::analysis::{
    ArmDraws, ArmInputs, Discovery, DiscoveryOptions, DrawTable, Nothing, Predicate, PredicateProblem,
    discover,
};
use melian::ensemble::Arm;
use melian::lens::{self, Measure};
use melian::scenario::{Guard, Overlay, Scenario};
use melian_report::Sought;
use serde_json::{Value, json};

use super::draws::{Asked, Draws};
use super::drivers::likely;
use super::table;
use crate::args::{DiscoverArguments, Format};
use crate::exit::Failure;
use crate::render;

/// Draws looked at, where nobody says how many.
const DRAWS: u64 = 10_000;

/// Tells in which part of what is allowed something is true.
pub(crate) fn run(arguments: &DiscoverArguments) -> Result<(), Failure> {
    match (&arguments.source, &arguments.table) {
        (Some(source), None) => of_scenario(arguments, source),
        (None, Some(file)) => of_table(arguments, file),
        _ => Err(Failure::used("give a scenario, a run, or --table FILE")),
    }
}

fn options(arguments: &DiscoverArguments) -> DiscoveryOptions {
    DiscoveryOptions {
        peel: arguments.peel,
        paste: if arguments.no_paste { 0.0 } else { arguments.peel },
        smallest: arguments.smallest,
        density: arguments.density,
        boxes: arguments.boxes,
        depth: arguments.depth,
        ..DiscoveryOptions::default()
    }
}

/// One answer before it is told.
struct Answer {
    whose: String,
    inputs: ArmInputs,
    words: Vec<Vec<String>>,
    found: Result<Discovery, Nothing>,
}

fn of_scenario(arguments: &DiscoverArguments, source: &Path) -> Result<(), Failure> {
    let draws = Draws::open(&Asked {
        source,
        lenses: &arguments.lenses,
        under: &arguments.under,
        draws: arguments.draws.unwrap_or(DRAWS),
        seed: arguments.seed,
        all_overlays: arguments.claim.is_some(),
    })?;
    let scenario = draws.scenario();
    if let Some(id) = &arguments.claim {
        return of_claim(arguments, &draws, id);
    }
    let condition = condition(arguments)?;
    let table = draws.table(&mut |_| {})?;
    let answers = answers(&table, scenario, condition, arguments)
        .map_err(|wrong| wrong_condition(condition, &wrong))?;
    let about =
        json!({ "scenario": scenario.about.title, "seed": draws.plan.settings().seed, "draws": table.draws });
    tell(arguments, Some(scenario), condition, &answers, about);
    Ok(())
}

/// Where a claim is true, by lens, in the scenario as written.
fn of_claim(arguments: &DiscoverArguments, draws: &Draws, id: &str) -> Result<(), Failure> {
    let scenario = draws.scenario();
    let place = scenario.claims.iter().position(|claim| claim.id == id).ok_or_else(|| {
        let known: Vec<String> = scenario.claims.iter().map(|claim| claim.id.clone()).collect();
        likely(Failure::used(format!("the scenario has no claim `{id}`")), id, &known)
    })?;
    let claim = &scenario.claims[place];
    let used = claim.expression.overlays();
    let guard = Guard::new(scenario);
    let tested = |policy: &&Overlay| used.iter().any(|set| set.contains(&policy.id));
    if scenario.policies.iter().filter(tested).any(|policy| !guard.may_rank(policy)) {
        return Err(Failure::used(format!("`{id}` tests a coercive policy, and the conflict is not over"))
            .help("`melian claims` judges it; no box is looked for"));
    }
    let judge = Judge::new(&draws.plan);
    let arms: Vec<Arm> = draws.plan.arms().cloned().collect();
    let mut truths: Vec<Option<Vec<f64>>> = vec![Some(Vec::new()); draws.arms().len()];
    let table = draws.table(&mut |chunk| {
        for (truths, arm) in truths.iter_mut().zip(draws.arms()) {
            let arm = &arms[*arm];
            match (truths.as_mut(), judge.truth(place, &arm.lens, &arm.reading, chunk)) {
                (Some(so_far), Some(more)) => so_far.extend(more.into_iter().map(|truth| match truth {
                    Truth::True => 1.0,
                    Truth::False => 0.0,
                    Truth::Undefined => f64::NAN,
                })),
                _ => *truths = None,
            }
        }
    })?;
    let answers: Vec<Answer> = table
        .arms
        .iter()
        .zip(truths)
        .filter_map(|(arm, truth)| Some(answer(&table, arm, truth?.get(..table.draws)?, arguments)))
        .collect();
    if answers.is_empty() {
        return Err(Failure::used(format!("no lens asked can speak to `{id}` draw by draw"))
            .help("claims about chances alone are judged over all draws: `melian claims`"));
    }
    let about = json!({
        "scenario": scenario.about.title,
        "claim": id,
        "by": claim.by,
        "says": claim.says,
        "seed": draws.plan.settings().seed,
        "draws": table.draws,
    });
    tell(arguments, Some(scenario), &format!("{id}, by {}: {}", claim.by, claim.test), &answers, about);
    Ok(())
}

/// The columns that a condition on one lens may name: its measures, the inputs, and what only one other lens measures.
struct Columns<'a> {
    names: Vec<String>,
    values: Vec<&'a [f64]>,
    /// How many of them are its own measures.
    own: usize,
}

impl<'a> Columns<'a> {
    fn new(table: &'a DrawTable, scenario: &Scenario, arm: &'a ArmDraws, inputs: &'a ArmInputs) -> Self {
        let column = |measure: &Measure| measure.quantity.column(scenario);
        let mut names: Vec<String> = arm.measures.iter().map(column).collect();
        let own = names.len();
        let mut values: Vec<&[f64]> = arm.columns.iter().map(Vec::as_slice).collect();
        names.extend(inputs.names.iter().cloned());
        values.extend(inputs.columns.iter().map(Vec::as_slice));
        let others: Vec<(String, &[f64])> = table
            .arms
            .iter()
            .flat_map(|other| other.measures.iter().map(column).zip(other.columns.iter().map(Vec::as_slice)))
            .filter(|(name, _)| !names.contains(name))
            .collect();
        for (name, value) in &others {
            if others.iter().filter(|(other, _)| other == name).count() == 1 {
                names.push(name.clone());
                values.push(value);
            }
        }
        Self { names, values, own }
    }
}

/// One answer per lens that measures something the condition names; one in all where it names inputs only. A lens that
/// lacks a measure has no say; if all lack it, that is the problem.
fn answers(
    table: &DrawTable,
    scenario: &Scenario,
    condition: &str,
    arguments: &DiscoverArguments,
) -> Result<Vec<Answer>, PredicateProblem> {
    let (mut answers, mut common, mut problem) = (Vec::new(), None, None);
    for arm in &table.arms {
        let inputs = table.inputs_of(&arm.arm);
        let columns = Columns::new(table, scenario, arm, &inputs);
        let predicate = match Predicate::parse(condition, &columns.names) {
            Ok(predicate) => predicate,
            Err(wrong) => {
                problem = Some(wrong);
                continue;
            }
        };
        let own = predicate.columns().iter().any(|column| *column < columns.own);
        if own || common.is_none() {
            let truth = predicate.judge(table.draws, |column, draw| columns.values[column][draw]);
            let answer = answer(table, arm, &truth, arguments);
            if own {
                answers.push(answer);
            } else {
                common = Some(answer);
            }
        }
    }
    if answers.is_empty() {
        answers.extend(common.map(|answer| Answer { whose: String::new(), ..answer }));
    }
    match problem {
        Some(problem) if answers.is_empty() => Err(problem),
        _ => Ok(answers),
    }
}

fn answer(table: &DrawTable, arm: &ArmDraws, truth: &[f64], arguments: &DiscoverArguments) -> Answer {
    let whose = lens::full_id(&arm.arm.lens, &arm.arm.reading);
    match table.discover(&arm.arm, truth, &options(arguments)) {
        Ok((inputs, found)) => {
            let words = inputs
                .named
                .iter()
                .map(|named| if *named { table.roster.clone() } else { Vec::new() })
                .collect();
            Answer { whose, inputs, words, found: Ok(found) }
        }
        Err(nothing) => {
            Answer { whose, inputs: ArmInputs::default(), words: Vec::new(), found: Err(nothing) }
        }
    }
}

fn condition(arguments: &DiscoverArguments) -> Result<&str, Failure> {
    arguments.condition.as_deref().ok_or_else(|| {
        Failure::used("say what is looked for: --where CONDITION").help("such as --where 'room == 1'")
    })
}

fn wrong_condition(condition: &str, wrong: &PredicateProblem) -> Failure {
    let column = condition[..wrong.range.start.min(condition.len())].chars().count() + 1;
    let failure = Failure::used(format!("--where, column {column}: {}", wrong.message));
    match &wrong.help {
        Some(help) => failure.help(help.clone()),
        None => failure,
    }
}

fn of_table(arguments: &DiscoverArguments, file: &Path) -> Result<(), Failure> {
    let table = table::read(file)?;
    let condition = condition(arguments)?;
    let predicate =
        Predicate::parse(condition, &table.names).map_err(|wrong| wrong_condition(condition, &wrong))?;
    if let Some(text) = predicate
        .columns()
        .iter()
        .find(|column| table.values(**column).is_none() || table.words(**column).is_some())
    {
        return Err(Failure::used(format!("`{}` does not hold numbers", table.names[*text])));
    }
    let truth = predicate
        .judge(table.rows, |column, row| table.values(column).map_or(f64::NAN, |values| values[row]));
    let chosen = table::inputs(&table, &arguments.inputs, predicate.columns())?;
    let column = |input: &usize| table.values(*input).unwrap_or_default().to_vec();
    let words = |input: &usize| table.words(*input).map(<[String]>::to_vec).unwrap_or_default();
    let inputs = ArmInputs {
        names: chosen.iter().map(|input| table.names[*input].clone()).collect(),
        columns: chosen.iter().map(column).collect(),
        named: chosen.iter().map(|input| table.words(*input).is_some()).collect(),
    };
    let found = discover(&inputs.columns, &inputs.named, &truth, &options(arguments));
    let answer = Answer { whose: String::new(), inputs, words: chosen.iter().map(words).collect(), found };
    tell(arguments, None, condition, &[answer], json!({ "table": file.display().to_string() }));
    Ok(())
}

fn tell(
    arguments: &DiscoverArguments,
    scenario: Option<&Scenario>,
    what: &str,
    answers: &[Answer],
    about: Value,
) {
    let sought: Vec<Sought<'_>> = answers
        .iter()
        .map(|answer| Sought {
            whose: answer.whose.clone(),
            inputs: answer.inputs.clone(),
            words: answer.words.clone(),
            found: answer.found.as_ref().map_err(|nothing| *nothing),
        })
        .collect();
    match arguments.format {
        Format::Json => println!("{:#}", melian_report::discovery_json(scenario, what, &sought, about)),
        Format::Text => {
            print!("{}", melian_report::discovery(scenario, what, &sought, render::terminal_width()));
        }
    }
}
