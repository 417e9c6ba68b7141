//! `melian lenses`

use anstream::println;
use melian::diagnostic::did_you_mean;
use melian::lens::{self, LensCard};

use crate::args::{Format, LensesArguments};
use crate::exit::Failure;

/// Lists the lenses, or tells about one.
pub(crate) fn run(arguments: &LensesArguments) -> Result<(), Failure> {
    let cards: Vec<&LensCard> = lens::all().iter().map(|lens| lens.card()).collect();
    let wanted = match &arguments.lens {
        None => cards.clone(),
        Some(name) => matching(&cards, name)?,
    };
    match (arguments.format, &arguments.lens) {
        (Format::Json, _) => {
            let lenses = serde_json::to_value(&wanted).expect("cards hold only strings and flags");
            println!("{:#}", serde_json::json!({ "schema_version": 1, "lenses": lenses }));
        }
        (Format::Text, None) => list(&wanted),
        (Format::Text, Some(_)) => wanted.iter().for_each(|card| tell(card)),
    }
    Ok(())
}

fn matching<'a>(cards: &[&'a LensCard], name: &str) -> Result<Vec<&'a LensCard>, Failure> {
    let found: Vec<&LensCard> =
        cards.iter().copied().filter(|card| card.id == name || card.full_id() == name).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let ids: Vec<String> = cards.iter().flat_map(|card| [card.id.to_owned(), card.full_id()]).collect();
    let failure = Failure::used(format!("unknown lens `{name}`"));
    Err(match did_you_mean(name, ids.iter().map(String::as_str)) {
        Some(known) => failure.help(format!("did you mean `{known}`?")),
        None => failure.help("`melian lenses` lists them"),
    })
}

fn list(cards: &[&LensCard]) {
    let width = cards.iter().map(|card| card.full_id().len()).max().unwrap_or(0);
    let mut family = None;
    let mut idea = "";
    for card in cards {
        if family != Some(card.family) {
            family = Some(card.family);
            println!("{}", card.family.name());
        }
        // Readings of one lens share its idea: what tells them apart is their name.
        if card.idea == idea {
            println!("  {:<width$}  {}", card.full_id(), card.name);
        } else if card.reading.is_empty() {
            println!("  {:<width$}  {}", card.full_id(), card.idea);
        } else {
            println!("  {:<width$}  {}. {}", card.full_id(), card.name, card.idea);
        }
        idea = card.idea;
        if let Some(record) = record(card) {
            println!("  {:<width$}  {record}", "");
        }
    }
    println!("\n`melian lenses LENS` tells what one assumes and when not to use it.");
}

/// How wrong a lens was on history, in short.
fn record(card: &LensCard) -> Option<String> {
    let record = lens::find(&card.full_id()).first()?.track_record()?;
    let (mae, mean) = (record.mae, record.mae_of_mean);
    Some(match card.full_id().as_str() {
        "mean" => format!("on past issues off by {mae:.1} points"),
        _ => format!("on past issues off by {mae:.1} points, the mean by {mean:.1}"),
    })
}

fn tell(card: &LensCard) {
    println!("{} ({}, family: {})", card.name, card.full_id(), card.family.name());
    println!("\n{}\n\nAssumes", card.idea);
    card.assumptions.iter().for_each(|line| println!("  - {line}"));
    println!("Not to be used when");
    card.when_not.iter().for_each(|line| println!("  - {line}"));
    println!(
        "Speaks of {}",
        if card.speaks_of_endings {
            "how things end"
        } else {
            "terms given a deal, never of the chance of one"
        }
    );
    if let Some(record) = record(card) {
        println!("Track record: {record} (`melian backtest deu`)");
    }
    println!("Source: {}\n", card.citation);
}
