//! What is not in these models.

use melian::lens::Family;

use super::markup::{Section, bullets};
use crate::text::plural;
use crate::view::View;

pub(super) fn section(view: View<'_>) -> Section {
    let mut items: Vec<String> = Vec::new();
    let families = view.families();
    if !families.contains(&Family::Crisis) {
        items.push(
            "Private information, bluff, threats and escalation: no lens that ran models them. How it ends rests on past \
             cases alone."
                .into(),
        );
        items.push("The course of talks: who speaks first, deadlines, breaks, mediation and delay.".into());
        items.push("Whether a deal, once made, is kept: commitment, monitoring, spoilers.".into());
    }
    if !families.contains(&Family::Exchange) {
        items.push("Trades between issues: each issue’s terms are found by themselves.".into());
    }
    if !families.contains(&Family::Challenge) && !families.contains(&Family::Spatial) {
        items.push("Persuasion and pressure: positions and salience stay as they are written.".into());
    }
    items.push("Anything the scenario doesn’t name: other actors, other issues, events from outside, politics within an actor.".into());
    items.push("Values no scale of 0 to 100 can hold, such as lives, rights and law.".into());
    items.extend(gaps(view));
    let body = format!(
        "<p>A quantified range is only as wide as what was put into it. Not quantified here:</p>{}",
        bullets(items)
    );
    Section::new("limits", "What is not in these models", body)
}

/// What the scenario itself leaves open.
fn gaps(view: View<'_>) -> Vec<String> {
    let scenario = view.input.scenario;
    let mut gaps = Vec::new();
    let uncoded = scenario.issues.iter().filter(|issue| issue.no_deal.is_none()).count() as u64;
    if uncoded > 0 {
        gaps.push(format!(
            "What stands without a deal on {}: the scenario gives no no-deal point.",
            plural(uncoded, "issue", "issues")
        ));
    }
    let open = scenario.stances.iter().flatten().filter(|stance| stance.accept.is_none()).count() as u64;
    if open > 0 && view.has_red_lines() {
        let have = if open == 1 { "has" } else { "have" };
        gaps.push(format!(
            "Unwritten red lines: {} {have} none, and counts as taking anything there.",
            plural(open, "stance", "stances")
        ));
    }
    let absent = scenario.stances.iter().filter(|stance| stance.is_none()).count() as u64;
    if absent > 0 {
        gaps.push(format!(
            "{} of an actor and an issue have no stance: that actor takes no part there.",
            plural(absent, "pair", "pairs")
        ));
    }
    gaps
}
