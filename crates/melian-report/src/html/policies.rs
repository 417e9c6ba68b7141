//! What each policy would change, draw by draw, and by which standard an actor could want it.

use melian::lens::{Family, Quantity};
use melian::study::policies::{Effect, Policies, Standards};

use super::markup::{Section, details, number, table, text};
use crate::number::points;
use crate::policies::{by_family, scale};
use crate::terminal::ENDINGS;
use crate::text::{escape, plural, words};
use crate::view::View;

/// Below this, in points or draws of 100, a change is not told.
const NOTHING: f64 = 0.05;

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let answer = view.input.policies.filter(|answer| !answer.compared.is_empty())?;
    let mut body = format!(
        "<p>Each policy against the scenario as written, on the same {}: mean differences draw by draw, in brackets the 5 % to \
         95 % of them over the draws, by lens family. Families are never pooled.</p>",
        plural(answer.draws, "draw", "draws"),
    );
    for &policy in &answer.compared {
        body.push_str(&effects(view, answer, policy));
    }
    let standards: String = answer.standards.iter().map(|standards| standing(view, standards)).collect();
    if !standards.is_empty() {
        body.push_str(&details("By which standard each actor could choose", &standards));
    }
    body.push_str(
        "<p class=\"note\"><code>melian policies</code> asks the crisis lens too, and looks at policies together.</p>",
    );
    Some(Section::new("policies", "What each policy would change", body))
}

fn effects(view: View<'_>, answer: &Policies, policy: usize) -> String {
    let name = &view.input.scenario.policies[policy].name;
    let own: Vec<&Effect> = answer
        .effects
        .iter()
        .filter(|effect| effect.policy == policy && effect.change.abs() * scale(effect.unit) >= NOTHING)
        .collect();
    let rows: Vec<Vec<String>> = quantities(view)
        .into_iter()
        .filter_map(|(title, quantity)| {
            let of: Vec<&Effect> = own.iter().copied().filter(|effect| effect.quantity == quantity).collect();
            (!of.is_empty()).then(|| vec![title, escape(&by_family(&of))])
        })
        .collect();
    if rows.is_empty() {
        return format!("<p><strong>{}</strong> changes nothing that a lens here measures.</p>", words(name));
    }
    table(name, &[text("What"), text("Change by family")], &rows)
}

/// What a reader asks about, with its name as markup.
fn quantities(view: View<'_>) -> Vec<(String, Quantity)> {
    let scenario = view.input.scenario;
    let mut all = vec![
        ("Room, draws of 100".to_owned(), Quantity::Room),
        ("The lens’s own terms pass, draws of 100".to_owned(), Quantity::Fit),
    ];
    all.extend(
        scenario
            .issue_ids()
            .map(|issue| (format!("Terms on {}", words(&view.issue(issue).name)), Quantity::Terms(issue))),
    );
    all.extend(ENDINGS.iter().map(|(quantity, title)| (format!("{}, of 100", escape(title)), *quantity)));
    all.extend(
        scenario
            .actor_ids()
            .map(|actor| (format!("Gain of {}", words(&view.actor(actor).name)), Quantity::Gain(actor))),
    );
    all
}

fn standing(view: View<'_>, standards: &Standards) -> String {
    let name = |policy: Option<usize>| {
        policy.map_or_else(
            || "as written".to_owned(),
            |policy| words(&view.input.scenario.policies[policy].name),
        )
    };
    let families = |values: &[(Family, f64)], factor: f64| {
        let said =
            values.iter().map(|(family, value)| format!("{} {}", family.name(), points(value * factor)));
        escape(&said.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<Vec<String>> = standards
        .options
        .iter()
        .map(|standing| {
            vec![
                name(standing.policy),
                families(&standing.mean, 1.0),
                points(standing.worst),
                points(standing.regret),
                families(&standing.satisfied, 100.0),
            ]
        })
        .collect();
    let columns = [
        text("Option"),
        text("Mean gain"),
        number("Worst gain"),
        number("Greatest regret"),
        text("No worse than no deal, draws of 100"),
    ];
    let best = |label: &str, option: Option<usize>| {
        let said = option
            .map_or_else(|| "several alike".to_owned(), |option| name(standards.options[option].policy));
        format!("{label}: {said}")
    };
    let title = format!("{}, on its own stake", view.actor(standards.actor).name);
    format!(
        "{}<p>{}; {}; {}.</p>",
        table(&title, &columns, &rows),
        best("Best worst case", standards.maximin),
        best("least greatest regret", standards.minimax_regret),
        best("most often no worse than no deal", standards.satisficing),
    )
}
