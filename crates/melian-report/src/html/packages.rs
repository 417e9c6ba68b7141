//! Packages: where the solution points lie, who gains by them, and in how many draws each would be accepted.

use melian::scenario::{ActorId, IssueId};
use melian::study::packages::{Package, Packages};

use super::markup::{Section, number, table, text};
use crate::number::{Share, count, difference};
use crate::packages::{brief, in_words};
use crate::text::{capital, escape, list, plural, words};
use crate::view::View;

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let answer = view.input.packages?;
    let mut body = format!(
        "<p>A package settles every issue at once. {} were looked at, over the first {}. It counts as accepted in a draw \
         if everyone whose consent it needs would rather have it than no deal.</p>{}",
        plural(answer.grid.len() as u64, "package", "packages"),
        plural(answer.draws, "draw", "draws"),
        room(answer),
    );
    let told = told(answer);
    if told.is_empty() {
        body.push_str("<p>No package of these passes in any draw.</p>");
    } else {
        body.push_str(&terms(view, answer, &told));
        body.push_str(&gains(view, answer, &told));
        body.push_str(
            "<p class=\"note\">The points are those of the central values, on the Pareto frontier of the packages that pass \
             and pay every party: Nash's maximises the product of gains, Kalai and Smorodinsky's the least share of what \
             each could get, Kalai's the least gain, the utilitarian point the sum; the last two take full stakes for \
             equals. <code>melian packages</code> gives the frontier.</p>",
        );
    }
    Some(Section::new("packages", "Packages", body))
}

fn room(answer: &Packages) -> String {
    let found = Share { hits: answer.room, of: answer.draws };
    let exact = Share { hits: answer.exact_room, of: answer.draws };
    let beyond = if answer.exact_room > answer.room {
        format!(" Between their points there is more: red lines leave room in {}.", escape(&exact.draws()))
    } else {
        String::new()
    };
    format!("<p>Some of them are accepted in {}.{beyond}</p>", escape(&found.draws()))
}

/// The packages with their names; those that several names share once.
fn told(answer: &Packages) -> Vec<(String, &Package)> {
    let named = answer.points.iter().map(|(solution, package)| (brief(*solution), package));
    let often = answer.most_often.first().map(|package| ("most often accepted", package));
    let mut told: Vec<(Vec<&str>, &Package)> = Vec::new();
    for (name, package) in named.chain(often) {
        match told.iter_mut().find(|(_, other)| other.outcome == package.outcome) {
            Some((names, _)) => names.push(name),
            None => told.push((vec![name], package)),
        }
    }
    told.into_iter().map(|(names, package)| (capital(&names.join(", ")), package)).collect()
}

fn terms(view: View<'_>, answer: &Packages, told: &[(String, &Package)]) -> String {
    let mut columns = vec![text("Issue")];
    columns.extend(told.iter().map(|(name, _)| text(name.clone())));
    let mut rows: Vec<Vec<String>> = (0..view.input.scenario.issues.len())
        .map(|index| {
            let issue = view.issue(IssueId::new(index));
            let at = told.iter().map(|(_, package)| escape(&in_words(issue, package.terms[index])));
            std::iter::once(words(&issue.name)).chain(at).collect()
        })
        .collect();
    let share = |hits: u64| Share { hits, of: answer.draws };
    let accepted = told.iter().map(|(_, package)| escape(&share(package.accepted).draws()));
    rows.push(std::iter::once("Accepted by all whose consent it needs".to_owned()).chain(accepted).collect());
    let refused = told.iter().map(|(_, package)| {
        let by = package.refused.iter().enumerate().filter(|(_, hits)| **hits > 0);
        let said: Vec<String> = by
            .map(|(actor, &hits)| {
                format!(
                    "{} {}",
                    words(&view.actor(ActorId::new(actor)).name),
                    escape(&share(hits).in_hundred())
                )
            })
            .collect();
        list(&said)
    });
    rows.push(std::iter::once("Refused, in 100 draws, by".to_owned()).chain(refused).collect());
    table("The packages", &columns, &rows)
}

fn gains(view: View<'_>, answer: &Packages, told: &[(String, &Package)]) -> String {
    let mut columns = vec![text("Actor"), text("Asked")];
    columns.extend(told.iter().map(|(name, _)| number(name.clone())));
    let rows: Vec<Vec<String>> = view
        .input
        .scenario
        .actor_ids()
        .filter(|actor| told.iter().any(|(_, package)| !package.gains[actor.index()].is_nan()))
        .map(|actor| {
            let asked = if answer.parties.contains(&actor) { "party" } else { "not a party" };
            let gains = told.iter().map(|(_, package)| {
                let gain = package.gains[actor.index()];
                if gain.is_nan() { String::new() } else { escape(&difference(gain)) }
            });
            [words(&view.actor(actor).name), asked.to_owned()].into_iter().chain(gains).collect()
        })
        .collect();
    format!(
        "{}<p class=\"note\">Gains over no deal, each on the actor's own stake: 0 = the no-deal points, 100 = its own position \
         on every issue. Never compared across actors. {} at the central values.</p>",
        table("Who gains by them", &columns, &rows),
        match answer.passing {
            0 => "No package passes".to_owned(),
            passing => format!(
                "{} of {} pass",
                count(passing as u64),
                plural(answer.grid.len() as u64, "package", "packages")
            ),
        }
    )
}
