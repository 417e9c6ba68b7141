//! The numbers of a scenario by name.

use melian::scenario::Scenario;

use crate::text::shorten;

/// Columns of an actor's or an issue's name.
const NAME: usize = 40;

/// The number at a path in words: "Athens on What Melos becomes: position", "chance that Melos is united, as Athens
/// believes".
pub(crate) fn input(scenario: &Scenario, path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let names = Names(scenario);
    names
        .bargaining(&parts)
        .or_else(|| names.play(&parts))
        .or_else(|| names.deal(&parts))
        .unwrap_or_else(|| words(&parts))
}

/// Parts of a path as words.
fn words(parts: &[&str]) -> String {
    shorten(&parts.join(" ").replace('_', " "), NAME)
}

struct Names<'a>(&'a Scenario);

impl Names<'_> {
    /// The name of an actor, or the id of something that needn't be one.
    fn actor(&self, id: &str) -> String {
        let known = self.0.actors.iter().find(|actor| actor.id == id);
        known.map_or_else(|| words(&[id]), |actor| shorten(&actor.name, NAME))
    }

    fn issue(&self, id: &str) -> String {
        let known = self.0.issues.iter().find(|issue| issue.id == id);
        known.map_or_else(|| words(&[id]), |issue| shorten(&issue.name, NAME))
    }

    /// What something is, and to whom if the path says so.
    fn to(&self, what: &str, who: &[&str]) -> String {
        match who {
            [] => what.to_owned(),
            [who, ..] => format!("{what}, for {}", self.actor(who)),
        }
    }

    /// A chance, or what somebody believes of it.
    fn chance(&self, of: &str, rest: &[&str]) -> Option<String> {
        match rest {
            ["chance" | "honoured"] => Some(of.to_owned()),
            ["believed", by] => Some(format!("{of}, as {} believes", self.actor(by))),
            _ => None,
        }
    }

    fn bargaining(&self, parts: &[&str]) -> Option<String> {
        Some(match parts {
            ["actor", who, "capability", what] => {
                format!("{} on {}: capability", self.actor(who), self.issue(what))
            }
            ["actor", who, rest @ ..] => format!("{}: {}", self.actor(who), words(rest)),
            ["issue", what, "no_deal"] => format!("{}: without a deal", self.issue(what)),
            ["issue", what, rest @ ..] => format!("{}: {}", self.issue(what), words(rest)),
            ["stance", who, what, "accept", end] => {
                let end = if *end == "min" { "least it accepts" } else { "most it accepts" };
                format!("{} on {}: {end}", self.actor(who), self.issue(what))
            }
            ["stance", who, what, rest @ ..] => {
                format!("{} on {}: {}", self.actor(who), self.issue(what), words(rest))
            }
            ["walk_away", who, "value"] => format!("{}: value of no deal", self.actor(who)),
            ["walk_away", who, rest @ ..] => format!("{}: walk-away {}", self.actor(who), words(rest)),
            _ => return None,
        })
    }

    /// Numbers of who plays, of the ladder and of war.
    fn play(&self, parts: &[&str]) -> Option<String> {
        Some(match parts {
            ["ladder", "rungs", rung, "cost", who @ ..] => {
                self.to(&format!("cost of a period on {}", words(&[rung])), who)
            }
            ["ladder", "rungs", rung, "accident"] => {
                format!("chance of an accident on {}", words(&[rung]))
            }
            ["war", "first_move"] => "war: what moving first adds to the odds".to_owned(),
            ["war", "wins", who] => format!("chance that {} wins a war", self.actor(who)),
            ["war", what, who @ ..] => self.to(&format!("war: {}", words(&[what])), who),
            ["type", who, _, kind, rest @ ..] => self.kind(who, kind, rest)?,
            ["audience", who, "cost"] => format!("{}: audience cost", self.actor(who)),
            ["audience", who, rest @ ..] => format!("{}: audience cost {}", self.actor(who), words(rest)),
            ["red_line", who, "cost"] => {
                format!("{}: cost of letting its red line pass", self.actor(who))
            }
            ["power_shift", who, ..] => format!("{}: factor on its capability in time", self.actor(who)),
            ["office", who, "survival", end] => {
                format!("{}: office's chance to survive {}", self.actor(who), ending(end))
            }
            ["office", who, "weight"] => format!("{}: weight of the office's own stakes", self.actor(who)),
            ["office", who, "value"] => format!("{}: what holding office is worth", self.actor(who)),
            ["office", who, "fall"] => format!("{}: cost of losing office", self.actor(who)),
            ["game", "precision"] => "precision of choices".to_owned(),
            ["game", "discount", who @ ..] => self.to("worth of the next period", who),
            _ => return None,
        })
    }

    /// A number of one type of an actor.
    fn kind(&self, who: &str, kind: &str, rest: &[&str]) -> Option<String> {
        let (who, kind) = (self.actor(who), words(&[kind]));
        let chance = self.chance(&format!("chance that {who} is of type {kind}"), rest);
        chance.or_else(|| (!rest.is_empty()).then(|| format!("{who}, if {kind}: {}", words(rest))))
    }

    /// Numbers of what becomes of a deal, and of those who act on it from outside.
    fn deal(&self, parts: &[&str]) -> Option<String> {
        Some(match parts {
            ["compliance", "temptation", who @ ..] => self.to("what breaking a deal gains", who),
            ["compliance", "betrayed", who @ ..] => self.to("cost of others' breaking a deal", who),
            ["compliance", "monitoring", who @ ..] => {
                self.to("monitoring: chance that a breach is seen", who)
            }
            ["compliance", "snap_back", ..] => "snap-back: cost of a breach that is seen".to_owned(),
            ["guarantee", who, rest @ ..] => {
                let guarantee = format!("guarantee by {}", self.actor(who));
                self.chance(&format!("chance that the {guarantee} is honoured"), rest)
                    .unwrap_or_else(|| format!("{guarantee}: {}", words(rest)))
            }
            ["spoiler", who, "strikes"] => {
                format!("chance that spoiler {} strikes at a deal", self.actor(who))
            }
            ["spoiler", who, "succeeds"] => {
                format!("chance that a strike by spoiler {} succeeds", self.actor(who))
            }
            ["spoiler", who, rest @ ..] => format!("spoiler {}: {}", self.actor(who), words(rest)),
            ["ally", who, "cost"] => format!("{}: cost of coming to help", self.actor(who)),
            ["ally", who, "pledge"] => format!("{}: cost of breaking its pledge", self.actor(who)),
            ["ally", who, rest @ ..] => {
                self.chance(&format!("chance that {} comes", self.actor(who)), rest)?
            }
            ["mediator", who, "adds", to @ ..] => {
                self.to(&format!("what mediation by {} adds to a deal", self.actor(who)), to)
            }
            ["mediator", who, "patience"] => {
                format!("chance that {} stays a mediator, per period", self.actor(who))
            }
            ["mediator", who, rest @ ..] => format!("mediator {}: {}", self.actor(who), words(rest)),
            _ => return None,
        })
    }
}

/// How things ended for an office.
fn ending(key: &str) -> &str {
    match key {
        "deal" => "a deal",
        "none" => "no deal",
        "imposed" => "imposed terms",
        "won" => "a war won",
        "lost" => "a war lost",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use melian::scenario::NoFiles;

    use super::*;

    #[test]
    fn every_number_of_a_crisis_has_a_name_of_its_own() {
        let text = include_bytes!("../../../catalog/abu-dhabi-2026/scenario.toml");
        let read = Scenario::read("scenario.toml", text, &NoFiles);
        let scenario = read.scenario.expect("the scenario is right");
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for field in &scenario.fields {
            let name = input(&scenario, &field.path);
            assert!(!name.contains(['.', '_']), "{name}");
            if let Some(other) = seen.insert(name.clone(), &field.path) {
                assert_eq!(other, field.path, "both are “{name}”");
            }
        }
    }
}
