//! Starting points: what `melian new` writes.

/// A small, complete, commented scenario that checks clean and that every lens can run.
///
/// Line breaks and other control characters in `title` become spaces; an empty title becomes "Untitled".
#[must_use]
pub fn scenario(title: &str) -> String {
    TEMPLATE.replace("TITLE", &title_text(title))
}

/// A spreadsheet with the actors and stances of [`scenario`], in Melian's layout.
#[must_use]
pub fn table() -> &'static str {
    TABLE
}

fn title_text(title: &str) -> String {
    let plain: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain = plain.trim();
    if plain.is_empty() { "Untitled".to_owned() } else { plain.replace('\\', "\\\\").replace('"', "\\\"") }
}

const TEMPLATE: &str = r#"# A scenario for Melian. Everything here is made up: replace it by your own case.
# `melian check FILE` says what is wrong or missing, `melian run FILE` answers.

[scenario]
title = "TITLE"
question = "Do upstream and downstream agree on the river, and on what terms?"
status = "hypothetical"  # "past", "ongoing" or "hypothetical"
from = "2026-01"
horizon = "2026-12"
step = "1 month"
resolution = "terms signed by the horizon, as published by the commission"

# --- Who takes part: offices and bodies, not persons -------------------------------------------

[actor.upstream]
name = "Upstream state"
# Power to press, on any one scale for all actors.
capability = 60
capability_meaning = "share of the river's storage, in percent"

[actor.downstream]
name = "Downstream state"
# Any number may be a range (all of it equally likely)...
capability = "30..45"

[actor.commission]
name = "River commission"
# ...or a low, a most likely and a high value (5 % and 95 % points).
capability = { low = 5, likely = 10, high = 20, basis = "modeller" }

# --- Over what, each on a scale from 0 to 100 ---------------------------------------------------

[issue.water]
name = "Water left for downstream"
anchors = { 0 = "what the dam spills", 50 = "half of the old flow", 100 = "all of the old flow" }
no_deal = 10  # what stands without a deal

[issue.monitoring]
name = "Monitoring of the flow"
anchors = { 0 = "none", 60 = "shared gauges", 100 = "inspectors at the dam" }
no_deal = 0

# --- What each wants, how much it cares, and its red line ---------------------------------------

[stance.upstream.water]
position = 20
salience = 60
# What it would rather have than no deal; without `accept` an actor takes anything.
accept = { max = "45..65" }

[stance.upstream.monitoring]
position = 10
salience = 40
accept = { max = 80 }

[stance.downstream.water]
position = { value = 90, basis = "quote", quote = "the river as our fathers knew it" }
salience = 90
accept = { min = "30..50" }
# What it has said in public, where that differs from what it wants.
declared = 100

[stance.downstream.monitoring]
position = 80
salience = 50

[stance.commission.water]
position = 50
salience = 30

[stance.commission.monitoring]
position = 100
salience = 70

# --- What a deal must meet -----------------------------------------------------------------------

# A condition between issues.
[[link]]
if = "water >= 50"
then = "monitoring >= 40"

# Whose agreement is needed.
[[consent]]
stage = "sign"
rule = "all(upstream, downstream)"

# --- The crisis, if there is one: take away the first hash of each line -------------------------

# [game]
# players = ["upstream", "downstream"]
#
# # Steps of escalation in the abstract. A period on a rung costs points of one's own stake (100 = all one wants).
# [ladder]
# rungs = [
#   { name = "talks" },
#   { name = "protest", cost = 1 },
#   { name = "closure", by = "upstream", cost = { upstream = 2, downstream = "5..10" }, accident = 0.01 },
#   { name = "war", war = true },
# ]
#
# [war]
# cost = "40..80"
#
# # What others don't know about an actor: one of these is so.
# [type.upstream.resolve]
# firm   = { chance = "0.3..0.6", believed = { downstream = 0.4 }, war_cost = 30 }
# wavers = { war_cost = 90 }
#
# # Who may come to help, and what others believe of that.
# [[ally]]
# of       = "commission"
# supports = "downstream"
# chance   = "0..0.2"
# believed = { upstream = "0.1..0.5" }

# --- What somebody could do, and how others see it ------------------------------------------------

[policy.share_power]
name = "Upstream offers electricity, downstream asks for less water"
by = "upstream and downstream"
shift = { "stance.downstream.water.accept.min" = -10 }

[perspective.downstream_press]
name = "As downstream's press sees it"
by = "downstream's press"
scale = { "actor.upstream.capability" = 1.5 }

# --- What is claimed: each with its speaker, the words, and a test ---------------------------------

[[claim]]
id = "no_way"
by = "an upstream minister"
says = "No water treaty can satisfy both of us"
test = "not room"

[[claim]]
id = "power_helps"
by = "the river commission"
says = "With electricity in the deal, downstream is better off than it is without"
test = "gain(downstream under share_power) >= gain(downstream)"
counter_to = "no_way"
"#;

const TABLE: &str = "\
actor,name,issue,capability,position,salience,accept_min,accept_max,declared,source
upstream,Upstream state,water,60,20,60,,45..65,,
upstream,,monitoring,,10,40,,80,,
downstream,Downstream state,water,30..45,90,90,30..50,,100,
downstream,,monitoring,,80,50,,,,
commission,River commission,water,5..20,50,30,,,,
commission,,monitoring,,100,70,,,,
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;
    use crate::scenario::{NoFiles, Scenario, tables};

    #[test]
    fn the_crisis_of_the_template_checks_without_a_word() {
        let text = scenario("The river");
        let (before, rest) = text.split_once("hash of each line ---").expect("the crisis begins here");
        let (crisis, after) = rest.split_once("# --- What somebody").expect("and ends here");
        let bare: Vec<&str> = crisis
            .lines()
            .skip(1)
            .map(|line| line.strip_prefix("# ").or(line.strip_prefix('#')).unwrap_or(line))
            .collect();
        let text = format!("{before}\n{}\n# {after}", bare.join("\n"));
        let read = Scenario::read("scenario.toml", text.as_bytes(), &NoFiles);
        assert!(read.diagnostics.is_empty(), "{:#?}", read.diagnostics);
        let crisis = read.scenario.expect("no errors").crisis;
        assert_eq!((crisis.types.len(), crisis.allies.len()), (1, 1));
        assert_eq!(crisis.ladder.expect("there is one").rungs.len(), 4);
    }

    #[test]
    fn the_template_checks_without_a_word() {
        for title in ["The river", "", "A \"quoted\\\" title\nof two lines"] {
            let read = Scenario::read("scenario.toml", scenario(title).as_bytes(), &NoFiles);
            assert!(read.diagnostics.is_empty(), "{:#?}", read.diagnostics);
            let made = read.scenario.expect("no errors");
            assert!(made.about.title.len() > 3);
            assert_eq!((made.actors.len(), made.issues.len(), made.links.len()), (3, 2, 1));
            assert_eq!((made.policies.len(), made.perspectives.len(), made.claims.len()), (1, 1, 2));
            for overlay in made.policies.iter().chain(&made.perspectives) {
                assert!(made.under(&[overlay]).is_ok());
            }
        }
    }

    #[test]
    fn the_table_is_read_and_imports_clean() {
        let read = tables::read(
            table().as_bytes(),
            "actors.csv",
            None,
            &mut Sources::default(),
            &["water", "monitoring"],
        );
        assert!(read.is_ok(), "{read:?}");
        let toml = tables::to_toml(table().as_bytes(), "actors.csv", None, None, &mut Sources::default())
            .expect("a table");
        assert!(Scenario::read("scenario.toml", toml.as_bytes(), &NoFiles).scenario.is_some());
    }
}
