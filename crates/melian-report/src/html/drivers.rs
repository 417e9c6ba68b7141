//! What decides the answer: the numbers that explain its spread, measure by measure.

use melian::analysis::MeasureDrivers;
use melian::lens::{Quantity, full_id};

use super::markup::{Section, details, figure, number, table, text};
use crate::chart::{Caption, ShareRow, shares};
use crate::drivers::{Shared, is_apart, measure_name, name_of};
use crate::number::{count, percent};
use crate::text::{capital, escape};
use crate::view::View;

/// Inputs told of each measure.
const TOLD: usize = 5;

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let drivers = view.input.drivers;
    let mut quantities: Vec<Quantity> = Vec::new();
    for output in drivers {
        if !quantities.contains(&output.measure.quantity) {
            quantities.push(output.measure.quantity);
        }
    }
    let parts: Vec<String> = quantities.into_iter().filter_map(|quantity| part(view, quantity)).collect();
    if parts.is_empty() {
        return None;
    }
    let draws = drivers.iter().map(|output| output.draws).max().unwrap_or(0) as u64;
    let mut body = format!(
        "<p>Which of the numbers that the scenario is unsure of explain the spread of the answers, from the first {} \
         draws: the share of the variance that would go if this one number were known. A bar ends at the middle lens, a \
         whisker spans all lenses that speak to it. What numbers do only together is not in these shares; \
         <code>melian drivers</code> tells it. A driver is a share of the spread the scenario allows, not a cause.</p>",
        count(draws)
    );
    if drivers.iter().any(|output| output.inputs.iter().any(|name| is_apart(view.input.scenario, name))) {
        body.push_str(
            "<p>Numbers on what war, pressure or help would do are not ranked while the conflict goes on.</p>",
        );
    }
    body.push_str(&parts.concat());
    Some(Section::new("drivers", "What decides the answer", body))
}

fn part(view: View<'_>, quantity: Quantity) -> Option<String> {
    let outputs: Vec<&MeasureDrivers> =
        view.input.drivers.iter().filter(|output| output.measure.quantity == quantity).collect();
    let shared = Shared::of(view.input.scenario, &outputs);
    let told: Vec<&Shared> = shared.iter().filter(|input| input.clear).take(TOLD).collect();
    if told.is_empty() {
        return None;
    }
    let title = capital(&measure_name(view.input.scenario, quantity));
    let rows: Vec<ShareRow> = told
        .iter()
        .map(|input| ShareRow {
            label: input.name.clone(),
            share: input.middle(),
            interval: (input.shares.len() > 1).then(|| input.ends()),
            value: input.text(),
        })
        .collect();
    let said: Vec<String> = told.iter().map(|input| format!("{} {}", input.name, input.text())).collect();
    let column = quantity.column(view.input.scenario);
    let caption = Caption {
        id: &format!("drivers-{}", column.replace(|c: char| !c.is_ascii_alphanumeric(), "-")),
        title: &title,
        description: &format!("Shares of the spread: {}.", said.join("; ")),
    };
    let columns = [text("Number"), number("Lowest lens"), number("Middle"), number("Highest lens")];
    let cells: Vec<Vec<String>> = shared
        .iter()
        .filter(|input| input.clear)
        .map(|input| {
            let (low, high) = input.ends();
            vec![escape(&input.name), percent(low), percent(input.middle()), percent(high)]
        })
        .collect();
    let mut numbers = table("Shares of the spread, by number", &columns, &cells);
    numbers.push_str(&details("Every lens by itself", &by_lens(view, &outputs)));
    Some(figure(&caption, &shares(&caption, &rows), "Share of the spread.", &numbers))
}

/// The strongest number of each lens, or why it has none.
fn by_lens(view: View<'_>, outputs: &[&MeasureDrivers]) -> String {
    let scenario = view.input.scenario;
    let rows: Vec<Vec<String>> = outputs
        .iter()
        .map(|output| {
            let lens = full_id(&output.arm.lens, &output.arm.reading);
            match &output.found {
                Err(silent) => vec![escape(&lens), escape(&capital(&silent.to_string())), String::new()],
                Ok(found) => {
                    let first =
                        found.drivers.iter().find(|driver| !is_apart(scenario, &output.inputs[driver.input]));
                    let name = first
                        .map_or_else(String::new, |driver| name_of(scenario, &output.inputs[driver.input]));
                    let share = first.map_or_else(String::new, |driver| percent(driver.first.value.max(0.0)));
                    vec![escape(&lens), escape(&name), share]
                }
            }
        })
        .collect();
    table("The strongest number of each lens", &[text("Lens"), text("Number"), number("Share")], &rows)
}
