//! `melian mechanism`

use anstream::{eprintln, print, println};
use melian::diagnostic::did_you_mean;
use melian::mechanism::{self, Given, Model, Problem, Study, Sweep};
use serde_json::json;

use crate::args::{Format, MechanismArguments};
use crate::exit::Failure;
use crate::render;

/// Lists the mechanisms, tells about one, or asks it.
pub(crate) fn run(arguments: &MechanismArguments) -> Result<(), Failure> {
    let asked = !arguments.set.is_empty() || arguments.sweep.is_some();
    let Some(name) = &arguments.mechanism else {
        if asked {
            return Err(
                Failure::used("--set and --sweep go with a mechanism").help("`melian mechanism` lists them")
            );
        }
        list(mechanism::all(), arguments.format);
        return Ok(());
    };
    let models = find(name)?;
    match (models.as_slice(), asked) {
        ([model], true) => ask(model, arguments),
        (_, false) => {
            tell(&models, arguments.format);
            Ok(())
        }
        (several, true) => {
            let ids: Vec<&str> = several.iter().map(|model| model.card.id).collect();
            Err(Failure::used(format!("`{name}` is more than one mechanism"))
                .help(format!("name one: {}", ids.join(", "))))
        }
    }
}

fn find(name: &str) -> Result<Vec<&'static Model>, Failure> {
    let models = mechanism::find(name);
    if !models.is_empty() {
        return Ok(models);
    }
    let failure = Failure::used(format!("unknown mechanism `{name}`"));
    Err(match did_you_mean(name, mechanism::all().iter().map(|model| model.card.id)) {
        Some(known) => failure.help(format!("did you mean `{known}`?")),
        None => failure.help("`melian mechanism` lists them"),
    })
}

fn list(models: &[Model], format: Format) {
    match format {
        Format::Text => print!("{}", melian_report::mechanisms(models, render::terminal_width())),
        Format::Json => println!("{:#}", melian_report::mechanisms_json(models)),
    }
}

fn tell(models: &[&'static Model], format: Format) {
    let models: Vec<Model> = models.iter().map(|model| **model).collect();
    match format {
        Format::Json => list(&models, format),
        Format::Text => {
            let cards =
                models.iter().map(|model| melian_report::mechanism_card(model, render::terminal_width()));
            print!("{}", cards.collect::<Vec<_>>().join("\n"));
        }
    }
}

fn ask(model: &Model, arguments: &MechanismArguments) -> Result<(), Failure> {
    let fault = |problems: Vec<Problem>| told(&problems, arguments.format);
    let mut pairs = Vec::new();
    for text in &arguments.set {
        pairs.extend(
            mechanism::pairs(text)
                .map_err(|said| fault(vec![Problem { parameter: None, message: said, help: None }]))?,
        );
    }
    let Some(sweep) = &arguments.sweep else {
        let given = model.read(&pairs).map_err(fault)?;
        let study = Study::of(model, &given).map_err(fault)?;
        answer(model, &given, &study, arguments.format);
        return Ok(());
    };
    let swept = parse(sweep)?;
    if !pairs.iter().any(|(key, _)| key.eq_ignore_ascii_case(&swept.key)) {
        pairs.push((swept.key.clone(), swept.values[0].to_string()));
    }
    let given = model.read(&pairs).map_err(fault)?;
    let sweep = Sweep::of(model, &given, &swept.key, &swept.values).map_err(fault)?;
    match arguments.format {
        Format::Text => print!("{}", melian_report::mechanism_sweep(&model.card, &sweep)),
        Format::Json => println!("{:#}", melian_report::mechanism_sweep_json(&model.card, &given, &sweep)),
    }
    Ok(())
}

fn answer(model: &Model, given: &Given, study: &Study, format: Format) {
    match format {
        Format::Text => {
            print!("{}", melian_report::mechanism(&model.card, given, study, render::terminal_width()));
        }
        Format::Json => println!("{:#}", melian_report::mechanism_json(&model.card, given, study)),
    }
}

/// Says all that is wrong with the parameters.
fn told(problems: &[Problem], format: Format) -> Failure {
    if format == Format::Json {
        let problems: Vec<_> = problems
            .iter()
            .map(|problem| {
                json!({ "parameter": problem.parameter, "message": problem.message, "help": problem.help })
            })
            .collect();
        println!("{:#}", json!({ "schema_version": melian_report::SCHEMA_VERSION, "problems": problems }));
        return Failure::Told;
    }
    for problem in problems {
        eprintln!("error: {}", problem.message);
        if let Some(help) = &problem.help {
            eprintln!("  help: {help}");
        }
    }
    Failure::Told
}

/// A parameter and its values.
struct Swept {
    key: String,
    values: Vec<f64>,
}

/// `key=from:to:count`, both ends among the values.
fn parse(text: &str) -> Result<Swept, Failure> {
    let wrong = || {
        Failure::used(format!("--sweep {text} can't be read"))
            .help(format!("write KEY=FROM:TO:COUNT with 2 to {} values, such as p=.1:.9:9", Sweep::MOST))
    };
    let (key, range) = text.split_once('=').ok_or_else(wrong)?;
    let [from, to, count] = range.split(':').collect::<Vec<_>>()[..] else { return Err(wrong()) };
    let number = |text: &str| text.trim().parse().ok().filter(|x: &f64| x.is_finite()).ok_or_else(wrong);
    let (from, to) = (number(from)?, number(to)?);
    let count: u32 = count.trim().parse().map_err(|_| wrong())?;
    if !(2..=Sweep::MOST).contains(&count) {
        return Err(wrong());
    }
    let steps = f64::from(count - 1);
    // Each value from both ends: .1:.9:9 gives .3, not .30000000000000004.
    let value = |step: u32| ((steps - f64::from(step)) * from + f64::from(step) * to) / steps;
    Ok(Swept { key: key.trim().to_owned(), values: (0..count).map(value).collect() })
}
