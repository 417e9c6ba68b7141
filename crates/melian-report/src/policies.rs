//! What the study of policies says, for the terminal and for scripts.

use melian::lens::{Family, Quantity, Unit};
use melian::scenario::{ActorId, Scenario, Status};
use melian::study::policies::{Combination, Effect, Policies, Standards, Standing};
use serde_json::{Map, Value, json as object};

use crate::number::points;
use crate::text::{clean, list, plural, shorten, wrap};

/// Below this, in points or draws of 100, a change is not told.
const NOTHING: f64 = 0.05;

/// The answer of `melian policies` for a terminal of `width` columns, `top` combinations.
#[must_use]
pub fn policies(scenario: &Scenario, answer: &Policies, top: usize, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    page.put(&format!("Policies: {}", clean(&scenario.about.title)), 0);
    let draws = plural(answer.draws, "draw", "draws");
    page.put(&format!("Each against the scenario as written, on the same {draws}."), 0);
    if scenario.about.status == Status::Ongoing {
        page.put("Ongoing: coercive policies are not compared, ranked or combined; a claim may test one.", 0);
    }
    if !answer.left_out.is_empty() {
        let names: Vec<String> = answer.left_out.iter().map(|&policy| name(scenario, Some(policy))).collect();
        page.put(&format!("Left out: {}.", list(&names)), 0);
    }
    if answer.compared.is_empty() {
        page.put("There is no policy to compare.", 0);
        return page.text;
    }
    for &policy in &answer.compared {
        page.put("", 0);
        page.put(&name(scenario, Some(policy)), 0);
        let own: Vec<&Effect> = answer.effects.iter().filter(|effect| effect.policy == policy).collect();
        effects(&mut page, scenario, &own);
    }
    page.put("", 0);
    page.put(
        "By which standard, for whom (gains in points of each actor's own stake, at the lenses' terms)",
        0,
    );
    for standards in &answer.standards {
        standard(&mut page, scenario, standards);
    }
    together(&mut page, scenario, answer, top);
    page.put("", 0);
    page.put(
        "Changes are mean differences draw by draw; in brackets the 5 % to 95 % of them over the draws; families are never \
         pooled. Worst and regret are the worst of any draw and lens. Gains of different actors are not to be compared.",
        0,
    );
    page.text
}

/// One line for each quantity that a reader asks about, families side by side.
fn effects(page: &mut Page, scenario: &Scenario, own: &[&Effect]) {
    let mut told = false;
    let mut line = |title: String, quantity: Quantity| {
        let of: Vec<&Effect> = own
            .iter()
            .copied()
            .filter(|e| e.quantity == quantity && e.change.abs() * scale(e.unit) >= NOTHING)
            .collect();
        if of.is_empty() {
            return;
        }
        told = true;
        page.put(&format!("{title}: {}", by_family(&of)), 2);
    };
    line("room, draws of 100".to_owned(), Quantity::Room);
    line("the lens's own terms pass, draws of 100".to_owned(), Quantity::Fit);
    for issue in scenario.issue_ids() {
        line(
            format!("terms on {}", shorten(&scenario.issues[issue.index()].name, 50)),
            Quantity::Terms(issue),
        );
    }
    for (quantity, title) in crate::terminal::ENDINGS {
        line(format!("{title}, of 100"), quantity);
    }
    for actor in scenario.actor_ids() {
        line(format!("gain of {}", actor_name(scenario, actor)), Quantity::Gain(actor));
    }
    if !told {
        page.put("changes nothing that a lens here measures", 2);
    }
}

/// "baselines +2.1 [0, 5], challenge -3 [-9, 0]": of several lenses of a family, the one that moves least to the one
/// that moves most.
pub(crate) fn by_family(effects: &[&Effect]) -> String {
    let mut families: Vec<Family> = effects.iter().map(|effect| effect.family).collect();
    families.sort_unstable();
    families.dedup();
    let said = families.iter().map(|family| {
        let of: Vec<&&Effect> = effects.iter().filter(|effect| effect.family == *family).collect();
        let low = of.iter().min_by(|a, b| a.change.total_cmp(&b.change)).expect("the family has an effect");
        let high = of.iter().max_by(|a, b| a.change.total_cmp(&b.change)).expect("the family has an effect");
        let (least, most) = (signed(low.change * scale(low.unit)), signed(high.change * scale(high.unit)));
        let change = if least == most { least } else { format!("{least} to {most}") };
        let flag = low.unit == Unit::Flag;
        let ends = |from: f64, to: f64| {
            format!(" [{}, {}]", points(from * scale(low.unit)), points(to * scale(low.unit)))
        };
        let spread = if flag { String::new() } else { ends(low.spread.0, high.spread.1) };
        format!("{} {change}{spread}", family.name())
    });
    said.collect::<Vec<_>>().join(", ")
}

/// Flags and chances are told of a hundred.
pub(crate) fn scale(unit: Unit) -> f64 {
    if matches!(unit, Unit::Flag | Unit::Chance) { 100.0 } else { 1.0 }
}

fn standard(page: &mut Page, scenario: &Scenario, standards: &Standards) {
    page.put(&actor_name(scenario, standards.actor), 2);
    let alike = alike(scenario, standards);
    if let [(names, text)] = alike.as_slice() {
        // Nothing to choose between.
        let whichever = if names.len() > 1 { "whichever policy, " } else { "" };
        page.put(&format!("{whichever}{text}"), 4);
        return;
    }
    let at = |option: usize| name(scenario, standards.options[option].policy);
    let said = [
        ("best worst case", standards.maximin),
        ("least greatest regret", standards.minimax_regret),
        ("most often no worse than no deal", standards.satisficing),
    ];
    for (standard, option) in said {
        if let Some(option) = option {
            page.put(&format!("{standard}: {}", at(option)), 4);
        }
    }
    let none: Vec<String> =
        said.iter().filter(|(_, option)| option.is_none()).map(|(name, _)| (*name).to_owned()).collect();
    if !none.is_empty() {
        page.put(&format!("several alike by {}", list(&none)), 4);
    }
    for (names, text) in &alike {
        page.put(&format!("{}: {text}", list(names)), 4);
    }
    let mut betters: Vec<usize> = standards.dominates.iter().map(|(better, _)| *better).collect();
    betters.dedup();
    for better in betters {
        let worse = standards.dominates.iter().filter(|(other, _)| *other == better);
        let worse: Vec<String> = worse.map(|(_, worse)| at(*worse)).collect();
        page.put(
            &format!(
                "{} is at least as good as {} in every draw and lens, and better in some",
                at(better),
                list(&worse)
            ),
            4,
        );
    }
}

/// Options by what is said of them, those of which the same is said together.
fn alike(scenario: &Scenario, standards: &Standards) -> Vec<(Vec<String>, String)> {
    let mut alike: Vec<(Vec<String>, String)> = Vec::new();
    for standing in &standards.options {
        let (name, text) = (name(scenario, standing.policy), standing_text(standing));
        match alike.iter_mut().find(|(_, known)| *known == text) {
            Some((names, _)) => names.push(name),
            None => alike.push((vec![name], text)),
        }
    }
    alike
}

fn standing_text(standing: &Standing) -> String {
    let families = |values: &[(Family, f64)], factor: f64| {
        let said =
            values.iter().map(|(family, value)| format!("{} {}", family.name(), points(value * factor)));
        said.collect::<Vec<_>>().join(", ")
    };
    format!(
        "mean {}; worst {}, regret up to {}; no worse than no deal in {} of 100 draws",
        families(&standing.mean, 1.0),
        points(standing.worst),
        points(standing.regret),
        families(&standing.satisfied, 100.0),
    )
}

fn together(page: &mut Page, scenario: &Scenario, answer: &Policies, top: usize) {
    if answer.combinations.is_empty() {
        return;
    }
    page.put("", 0);
    let looked_at = plural(answer.combinations.len() as u64, "combination", "combinations");
    let rest = match answer.not_looked_at {
        0 => String::new(),
        more => format!("; {more} more were not looked at"),
    };
    page.put(
        &format!("Together: {looked_at} of policies that are not coercive and change different things{rest}"),
        0,
    );
    for combination in answer.combinations.iter().take(top) {
        combined(page, scenario, combination);
    }
}

fn combined(page: &mut Page, scenario: &Scenario, combination: &Combination) {
    let names: Vec<String> =
        combination.policies.iter().map(|&policy| name(scenario, Some(policy))).collect();
    page.put(&names.join(" + "), 2);
    let mut said = Vec::new();
    if !combination.room.is_nan() {
        let (room, part) = (points(100.0 * combination.room), points(100.0 * combination.room_of_best_part));
        said.push(format!("room in {room} of 100 draws (best part alone {part})"));
    }
    let chances = |label: &str, values: &[(Family, f64)]| {
        let values: Vec<String> = values
            .iter()
            .map(|(family, value)| format!("{} {}", family.name(), points(100.0 * value)))
            .collect();
        (!values.is_empty()).then(|| format!("{label} {}, of 100", values.join(", ")))
    };
    said.extend(chances("a deal stands", &combination.deal));
    said.extend(chances("war reached", &combination.war));
    if !said.is_empty() {
        page.put(&said.join("; "), 4);
    }
    let gains: Vec<String> = scenario
        .actor_ids()
        .zip(&combination.gains)
        .filter_map(|(actor, changes)| Some(format!("{} {}", actor_name(scenario, actor), range(changes)?)))
        .collect();
    if !gains.is_empty() {
        page.put(&format!("gains change by family: {}", gains.join(", ")), 4);
    }
}

/// From the family in which it changes least to the one in which it changes most.
fn range(changes: &[(Family, f64)]) -> Option<String> {
    let low = changes.iter().map(|(_, change)| *change).min_by(f64::total_cmp)?;
    let high = changes.iter().map(|(_, change)| *change).max_by(f64::total_cmp)?;
    let (low, high) = (signed(low), signed(high));
    Some(if low == high { low } else { format!("{low} to {high}") })
}

fn signed(value: f64) -> String {
    let text = format!("{value:+.1}");
    if text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'+' | b'-')) { "0".to_owned() } else { text }
}

fn name(scenario: &Scenario, policy: Option<usize>) -> String {
    policy.map_or_else(|| "as written".to_owned(), |policy| shorten(&scenario.policies[policy].name, 60))
}

fn actor_name(scenario: &Scenario, actor: ActorId) -> String {
    shorten(&scenario.actors[actor.index()].name, 40)
}

/// The answer of `melian policies` for scripts.
#[must_use]
pub fn policies_json(scenario: &Scenario, answer: &Policies, seed: u64) -> Value {
    let id = |policy: usize| scenario.policies[policy].id.clone();
    let option = |policy: Option<usize>| policy.map(id);
    let families = |values: &[(Family, f64)]| -> Map<String, Value> {
        values.iter().map(|(family, value)| (key(*family), object!(value))).collect()
    };
    let effects: Vec<Value> = answer
        .effects
        .iter()
        .map(|effect| {
            object!({
                "policy": id(effect.policy), "lens": effect.lens, "family": effect.family, "measure": effect.measure,
                "unit": effect.unit, "judged": effect.judged, "before": effect.before, "after": effect.after,
                "change": effect.change, "interval": effect.interval, "spread": effect.spread,
                "rises": effect.rises, "falls": effect.falls,
            })
        })
        .collect();
    let standards: Vec<Value> = answer
        .standards
        .iter()
        .map(|standards| {
            let at = |place: usize| option(standards.options[place].policy);
            let options: Vec<Value> = standards
                .options
                .iter()
                .map(|standing| {
                    object!({
                        "policy": option(standing.policy),
                        "mean": families(&standing.mean),
                        "worst": standing.worst,
                        "regret": standing.regret,
                        "mean_regret": families(&standing.mean_regret),
                        "satisfied": families(&standing.satisfied),
                    })
                })
                .collect();
            let dominates: Vec<Value> = standards
                .dominates
                .iter()
                .map(|&(better, worse)| object!({ "better": at(better), "worse": at(worse) }))
                .collect();
            let best = |place: Option<usize>| {
                place.map(|place| at(place).unwrap_or_else(|| "as_written".to_owned()))
            };
            object!({
                "actor": scenario.actors[standards.actor.index()].id,
                "options": options,
                "dominates": dominates,
                "maximin": best(standards.maximin),
                "minimax_regret": best(standards.minimax_regret),
                "satisficing": best(standards.satisficing),
            })
        })
        .collect();
    let combinations: Vec<Value> = answer
        .combinations
        .iter()
        .map(|combination| {
            let gains: Map<String, Value> = scenario
                .actors
                .iter()
                .zip(&combination.gains)
                .map(|(actor, changes)| (actor.id.clone(), Value::Object(families(changes))))
                .collect();
            object!({
                "policies": combination.policies.iter().map(|&policy| id(policy)).collect::<Vec<_>>(),
                "room": combination.room,
                "room_of_best_part": combination.room_of_best_part,
                "deal": families(&combination.deal),
                "war": families(&combination.war),
                "gains": gains,
            })
        })
        .collect();
    object!({
        "schema_version": crate::SCHEMA_VERSION,
        "scenario": scenario.about.title,
        "seed": seed,
        "draws": answer.draws,
        "compared": answer.compared.iter().map(|&policy| id(policy)).collect::<Vec<_>>(),
        "left_out": answer.left_out.iter().map(|&policy| id(policy)).collect::<Vec<_>>(),
        "effects": effects,
        "standards": standards,
        "combinations": combinations,
        "combinations_not_looked_at": answer.not_looked_at,
        "silent": answer.silent.iter().map(|(lens, reason)| object!({ "lens": lens, "reason": reason }))
            .collect::<Vec<_>>(),
    })
}

/// A family as JSON names it.
fn key(family: Family) -> String {
    serde_json::to_value(family).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn put(&mut self, content: &str, indent: usize) {
        let content = content.replace('−', "-");
        for (index, line) in wrap(&content, self.width.saturating_sub(indent + 2)).iter().enumerate() {
            let hanging = indent + if index > 0 && indent > 0 { 2 } else { 0 };
            self.text.push_str(&format!("{}{}\n", " ".repeat(hanging), line.replace('\u{a0}', " ")));
        }
    }
}
