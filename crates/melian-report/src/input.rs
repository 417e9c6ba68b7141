//! The numbers of a scenario by name.

use melian::scenario::Scenario;

use crate::text::shorten;

/// Columns of an actor's or an issue's name.
const NAME: usize = 40;

/// The number at a path in words: "Athens on What Melos becomes: position", "Melos on What Melos becomes: most it accepts".
pub(crate) fn input(scenario: &Scenario, path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let actor = |id: &str| {
        let known = scenario.actors.iter().find(|actor| actor.id == id);
        shorten(known.map_or(id, |actor| &actor.name), NAME)
    };
    let issue = |id: &str| {
        let known = scenario.issues.iter().find(|issue| issue.id == id);
        shorten(known.map_or(id, |issue| &issue.name), NAME)
    };
    let rest = |from: usize| shorten(&parts[from..].join(" ").replace('_', " "), NAME);
    match parts.as_slice() {
        ["actor", who, "capability", what] => format!("{} on {}: capability", actor(who), issue(what)),
        ["actor", who, _, ..] => format!("{}: {}", actor(who), rest(2)),
        ["issue", what, "no_deal"] => format!("{}: without a deal", issue(what)),
        ["issue", what, _, ..] => format!("{}: {}", issue(what), rest(2)),
        ["stance", who, what, "accept", end] => {
            let end = if *end == "min" { "least it accepts" } else { "most it accepts" };
            format!("{} on {}: {end}", actor(who), issue(what))
        }
        ["stance", who, what, _, ..] => format!("{} on {}: {}", actor(who), issue(what), rest(3)),
        ["ally", who, "chance"] => format!("chance that {} comes", actor(who)),
        ["ally", who, "believed", by] => {
            format!("chance that {} comes, as {} believes", actor(who), actor(by))
        }
        ["war", what, who] => format!("{}: war {}", actor(who), what.replace('_', " ")),
        ["type" | "audience" | "office" | "power_shift", who, _, ..] => {
            format!("{}: {}", actor(who), rest(2))
        }
        ["ladder", "rungs", _, ..] => format!("step {}", rest(2)),
        ["walk_away", who, "value"] => format!("{}: value of no deal", actor(who)),
        ["walk_away", who, _, ..] => format!("{}: walk-away {}", actor(who), rest(2)),
        _ => rest(0),
    }
}
