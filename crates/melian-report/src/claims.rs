//! Verdicts on claims in words, for the terminal and for scripts.

use melian::analysis::claims::{
    Cut, Edge, FamilyVerdict, Judgement, ReadingVerdict, Region, Seen, Stake, Stakes, Turn, Verdict, Way,
};
use melian::lens::full_id;
use melian::scenario::{Scenario, StatedClaim};
use serde_json::{Value, json as object};

use crate::input::input;
use crate::number::{Share, count, exact};
use crate::text::{capital, clean, list, plural, wrap};

/// Said under every verdict.
pub(crate) const CAVEAT: &str = "Share of the draws you allowed, not evidence that it is true.";
/// Said where the guard allows no more.
pub(crate) const GUARDED: &str = "It tests a coercive policy in a conflict that is not over: answered in conditions and directions, not in numbers. \
     No lens here is validated on crises between nuclear powers.";
/// Inputs told by name before the rest is counted.
const LEANS: usize = 8;

/// The verdicts on the claims of a scenario.
#[derive(Debug, Clone, Copy)]
pub struct ClaimsInput<'a> {
    /// The scenario, without overlays.
    pub scenario: &'a Scenario,
    /// A verdict for every claim, in the order of the scenario.
    pub judgements: &'a [Judgement],
    /// Draws that were run.
    pub draws: u64,
    /// The seed.
    pub seed: u64,
    /// Claims to show; empty for all.
    pub only: &'a [String],
}

/// The answer of `melian claims` for a terminal of `width` columns.
#[must_use]
pub fn claims(input: &ClaimsInput<'_>, width: usize) -> String {
    let scenario = input.scenario;
    let mut page = Page { text: String::new(), width };
    page.line(
        0,
        &format!(
            "Claims: {}; {}, seed {}",
            clean(&scenario.about.title),
            plural(input.draws, "draw", "draws"),
            input.seed
        ),
    );
    let as_written = input.judgements.first().and_then(|judgement| judgement.stakes.first());
    if let Some(told) = as_written.and_then(|as_written| stakes(scenario, as_written)) {
        page.line(0, &capital(&told));
        page.line(0, STAKES);
    }
    for (claim, level) in in_pairs(scenario) {
        if input.only.is_empty() || input.only.contains(&scenario.claims[claim].id) {
            page.claim(scenario, &scenario.claims[claim], &input.judgements[claim], 2 * level);
        }
    }
    page.text
}

/// Claims by their places, those that stand against one right after it, with how deep they stand.
pub(crate) fn in_pairs(scenario: &Scenario) -> Vec<(usize, usize)> {
    let claims = &scenario.claims;
    let place = |id: &str| claims.iter().position(|claim| claim.id == id);
    let mut order = Vec::new();
    let mut stack: Vec<(usize, usize)> = (0..claims.len())
        .rev()
        .filter(|&claim| claims[claim].counter_to.as_deref().and_then(place).is_none())
        .map(|claim| (claim, 0))
        .collect();
    while let Some((claim, level)) = stack.pop() {
        order.push((claim, level));
        let against = |other: &usize| claims[*other].counter_to.as_deref() == Some(claims[claim].id.as_str());
        stack.extend((0..claims.len()).rev().filter(against).map(|other| (other, level + 1)));
    }
    // Claims that stand against each other in a ring.
    let left = (0..claims.len()).filter(|claim| !order.iter().any(|(other, _)| other == claim));
    let left: Vec<(usize, usize)> = left.map(|claim| (claim, 0)).collect();
    order.extend(left);
    order
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, indent: usize, content: &str) {
        let content = content.replace('−', "-");
        for (index, line) in wrap(&content, self.width.saturating_sub(indent + 2).max(30)).iter().enumerate()
        {
            let hanging = indent + if index > 0 && indent > 0 { 2 } else { 0 };
            self.text.push_str(&format!("{}{}\n", " ".repeat(hanging), line.replace('\u{a0}', " ")));
        }
    }

    fn claim(&mut self, scenario: &Scenario, claim: &StatedClaim, judgement: &Judgement, indent: usize) {
        self.text.push('\n');
        let against = claim.counter_to.as_deref().map_or_else(String::new, |id| format!(", against {id}"));
        self.line(indent, &format!("{}{against}", claim.id));
        let body = indent + 2;
        self.line(body, &format!("\"{}\" ({})", clean(&claim.says), clean(&claim.by)));
        self.line(body, &format!("tested by: {}", clean(&claim.test)));
        if judgement.guarded {
            self.line(body, GUARDED);
        }
        for seen in &judgement.seen {
            self.seen(scenario, judgement, seen, body);
        }
        for stakes in judgement.stakes.iter().skip(1) {
            if let Some(told) = self::stakes(scenario, stakes) {
                self.line(body, &told);
            }
        }
        if !judgement.guarded && judgement.seen.iter().any(|seen| seen.judging() > 0) {
            self.line(body, CAVEAT);
        }
    }

    fn seen(&mut self, scenario: &Scenario, judgement: &Judgement, seen: &Seen, indent: usize) {
        self.line(indent, &format!("{}: {}", name(scenario, seen), overall(judgement, seen)));
        let base = seen.perspective.is_none();
        for family in seen.families.iter().filter(|family| base || differs(judgement, family)) {
            self.line(
                indent + 2,
                &format!("{}: {}", family.family.name(), sentence(scenario, judgement, family)),
            );
        }
        if base && !seen.silent.is_empty() {
            self.line(indent + 2, &format!("can't speak to it: {}", silences(seen)));
        }
    }
}

/// "as written", or the perspective's name.
pub(crate) fn name(scenario: &Scenario, seen: &Seen) -> String {
    match &seen.perspective {
        None => "as written".to_owned(),
        Some(id) => {
            let overlay = scenario.perspectives.iter().find(|overlay| overlay.id == *id);
            overlay.map_or_else(|| id.clone(), |overlay| clean(&overlay.name))
        }
    }
}

/// Whether a family says something else than as written.
fn differs(judgement: &Judgement, family: &FamilyVerdict) -> bool {
    let base = judgement.base().families.iter().find(|base| base.family == family.family);
    base.is_none_or(|base| base.verdict != family.verdict) && family.verdict != Verdict::Conditions
}

/// "holds in 3 of the 4 families that can judge it".
pub(crate) fn overall(judgement: &Judgement, seen: &Seen) -> String {
    if judgement.guarded {
        let speak = seen.count(Verdict::Conditions) as u64;
        return match speak {
            0 => "no lens can speak to it".to_owned(),
            _ => format!("{} can speak to its conditions", plural(speak, "family", "families")),
        };
    }
    let judging = seen.judging();
    let counts = [Verdict::Holds, Verdict::Fails, Verdict::Depends]
        .map(|verdict| (verdict, seen.count(verdict)))
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect::<Vec<_>>();
    match counts.as_slice() {
        [] => "no lens can judge it".to_owned(),
        [(verdict, _)] if judging == 1 => format!("{} in the one family that can judge it", word(*verdict)),
        [(verdict, _)] => format!("{} in all {judging} families that can judge it", word(*verdict)),
        several => {
            let said: Vec<String> =
                several.iter().map(|(verdict, count)| format!("{} in {count}", word(*verdict))).collect();
            format!("{} of the {judging} families that can judge it", list(&said))
        }
    }
}

pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "fails",
        Verdict::Depends => "depends",
        Verdict::CannotTell => "cannot tell",
        Verdict::Conditions => "answered in conditions",
    }
}

/// What a family says, as one sentence of plain text.
pub(crate) fn sentence(scenario: &Scenario, judgement: &Judgement, family: &FamilyVerdict) -> String {
    let mut said = word(family.verdict).to_owned();
    if family.own_premises {
        said.push_str(" on its author's own premises");
    }
    if family.by_reading {
        said.push_str(&format!(" on the lens or reading ({})", by_reading(family)));
    }
    if family.knife_edge && family.verdict.is_judged() {
        said.push_str(", on a knife-edge (another seed could turn it over)");
    }
    let speaking: Vec<&ReadingVerdict> =
        family.readings.iter().filter(|reading| reading.verdict != Verdict::CannotTell).collect();
    let mut parts = vec![said];
    match family.verdict {
        Verdict::CannotTell => parts.extend(undecided(family)),
        Verdict::Conditions => parts.push(conditions(scenario, &speaking)),
        _ => {
            parts.extend((!judgement.each_draw).then(|| chances(&speaking)).filter(|said| !said.is_empty()));
            parts.push(shares(judgement, &speaking));
            parts.extend(examples(family.verdict, &speaking));
            parts.extend(turns_on(scenario, &speaking));
            parts.extend(turns_in(scenario, &speaking));
        }
    }
    parts.join("; ")
}

fn by_reading(family: &FamilyVerdict) -> String {
    let of = |verdict: Verdict| {
        let own = family.readings.iter().filter(|reading| reading.verdict == verdict);
        let names: Vec<String> = own.map(|reading| full_id(&reading.lens, &reading.reading)).collect();
        (!names.is_empty()).then(|| format!("{}: {}", word(verdict), names.join(", ")))
    };
    let said: Vec<String> =
        [Verdict::Holds, Verdict::Fails, Verdict::Depends].into_iter().filter_map(of).collect();
    said.join("; ")
}

/// Why nothing was judged.
fn undecided(family: &FamilyVerdict) -> Option<String> {
    let first = family.readings.first()?;
    if family.readings.iter().all(|reading| reading.blind) {
        return Some("nothing in it changes with what the test changes".to_owned());
    }
    if !first.missing.is_empty() {
        return Some(format!("it does not speak of {}", first.missing.join(", ")));
    }
    let most = family.readings.iter().max_by_key(|reading| reading.judged())?;
    Some(format!(
        "it is undefined in most draws (judged: {})",
        Share { hits: most.judged(), of: most.draws }.draws()
    ))
}

/// In what share of judged draws it is true; the range over readings.
fn shares(judgement: &Judgement, readings: &[&ReadingVerdict]) -> String {
    let share = |reading: &ReadingVerdict| Share { hits: reading.yes, of: reading.judged() };
    let ends = ends(readings, |reading| share(reading).value());
    let Some((low, high)) = ends else { return String::new() };
    let range = if low.lens == high.lens && low.reading == high.reading
        || share(low).in_hundred() == share(high).in_hundred()
    {
        share(low).draws()
    } else {
        format!("{} to {} of 100 draws", share(low).in_hundred(), share(high).in_hundred())
    };
    let mut said = if judgement.each_draw {
        format!("true in {range}")
    } else {
        format!("draw by draw, true in {range}")
    };
    let least = readings.iter().min_by(|a, b| {
        let judged = |reading: &ReadingVerdict| Share { hits: reading.judged(), of: reading.draws }.value();
        judged(a).total_cmp(&judged(b))
    });
    if let Some(least) = least.filter(|least| least.judged() < least.draws) {
        let judged = Share { hits: least.judged(), of: least.draws };
        said.push_str(&format!(" that could be judged ({})", judged.draws()));
    }
    if let Some(reading) = readings.iter().find(|reading| reading.draws <= 256) {
        said.push_str(&format!(", looked at over {}", plural(reading.draws, "draw", "draws")));
    }
    let split: u64 = readings.iter().map(|reading| reading.split).max().unwrap_or(0);
    if split > 0 {
        said.push_str(&format!(
            ", solutions of the lens disagree in up to {}",
            plural(split, "draw", "draws")
        ));
    }
    let unsettled: u64 = readings.iter().map(|reading| reading.unsettled).max().unwrap_or(0);
    if unsettled > 0 {
        said.push_str(&format!(", not converged in up to {}", plural(unsettled, "draw", "draws")));
    }
    said
}

/// The readings with the least and the most of something.
fn ends<'a>(
    readings: &[&'a ReadingVerdict],
    of: impl Fn(&ReadingVerdict) -> f64,
) -> Option<(&'a ReadingVerdict, &'a ReadingVerdict)> {
    let low = readings.iter().min_by(|a, b| of(a).total_cmp(&of(b)))?;
    let high = readings.iter().max_by(|a, b| of(a).total_cmp(&of(b)))?;
    Some((low, high))
}

/// The chances over all draws, by the reading that speaks of them.
fn chances(readings: &[&ReadingVerdict]) -> String {
    let several = readings.len() > 1;
    let said = readings.iter().map(|reading| {
        let all: Vec<String> = reading
            .chances
            .iter()
            .map(|found| {
                let (low, high) = found.interval;
                format!("{} = {} [{}, {}]", found.chance, digits(found.value), digits(low), digits(high))
            })
            .collect();
        let by =
            if several { format!(" ({})", full_id(&reading.lens, &reading.reading)) } else { String::new() };
        format!("{}{by}", all.join(", "))
    });
    said.filter(|said| !said.trim().is_empty()).collect::<Vec<_>>().join("; ")
}

fn digits(chance: f64) -> String {
    format!("{chance:.3}")
}

/// A draw to look at: against the verdict, or one of each kind.
fn examples(verdict: Verdict, readings: &[&ReadingVerdict]) -> Option<String> {
    let first = |of: fn(&ReadingVerdict) -> Option<u64>| {
        let found = readings
            .iter()
            .filter_map(|reading| Some((of(reading)?, full_id(&reading.lens, &reading.reading))));
        found.min_by_key(|(draw, _)| *draw)
    };
    let by = |lens: &str| if readings.len() > 1 { format!(" ({lens})") } else { String::new() };
    let told = |word: &str, found: Option<(u64, String)>| {
        found.map(|(draw, lens)| format!("{word} in draw {draw}{}", by(&lens)))
    };
    let (yes, no) = (told("true", first(|r| r.example.yes)), told("false", first(|r| r.example.no)));
    let told: Vec<String> = match verdict {
        Verdict::Holds => no.into_iter().collect(),
        Verdict::Fails => yes.into_iter().collect(),
        _ => yes.into_iter().chain(no).collect(),
    };
    (!told.is_empty()).then(|| told.join(", "))
}

/// The input on which it turns most, over the readings.
fn turns_on(scenario: &Scenario, readings: &[&ReadingVerdict]) -> Option<String> {
    let strength = |turn: &Turn| turn.strength.map_or(0.0, f64::abs);
    let turns = readings.iter().filter_map(|reading| reading.turns_on.as_ref());
    let turn = turns.max_by(|a, b| strength(a).total_cmp(&strength(b)))?;
    let input = input(scenario, &turn.lean.input);
    Some(match turn.cut {
        None => {
            let way = if turn.lean.rises { "higher" } else { "lower" };
            format!("true more often the {way} this is: {input}")
        }
        Some(Cut { at, below, above }) => format!(
            "turns most on {input}: true in {} of 100 draws from {} up, in {} below",
            in_hundred(above),
            two_digits(at),
            in_hundred(below)
        ),
    })
}

/// The box in which it is mostly true, or mostly false, where it takes several inputs.
fn turns_in(scenario: &Scenario, readings: &[&ReadingVerdict]) -> Option<String> {
    let Region { holds, limits, inside, outside } =
        readings.iter().find_map(|reading| reading.turns_in.as_ref())?;
    let edges: Vec<String> = limits.iter().map(|limit| edge(scenario, limit)).collect();
    let (word, inside, outside) =
        (if *holds { "true" } else { "false" }, in_hundred(*inside), in_hundred(*outside));
    Some(format!("{word} in {inside} of 100 draws with {}, in {outside} of the others", list(&edges)))
}

fn edge(scenario: &Scenario, edge: &Edge) -> String {
    let input = input(scenario, &edge.input);
    match (edge.low.map(two_digits), edge.high.map(two_digits)) {
        (Some(low), Some(high)) => format!("{input} between {low} and {high}"),
        (Some(low), None) => format!("{input} from {low} up"),
        (None, Some(high)) => format!("{input} up to {high}"),
        (None, None) => input,
    }
}

fn in_hundred((hits, of): (u64, u64)) -> String {
    Share { hits, of }.in_hundred()
}

fn two_digits(value: f64) -> String {
    exact((value * 100.0).round() / 100.0)
}

/// Under the guard: in which direction each assumption works.
fn conditions(scenario: &Scenario, readings: &[&ReadingVerdict]) -> String {
    let mut rising: Vec<String> = Vec::new();
    let mut falling: Vec<String> = Vec::new();
    for lean in readings.iter().flat_map(|reading| &reading.leans) {
        let side = if lean.rises { &mut rising } else { &mut falling };
        let input = input(scenario, &lean.input);
        if !side.contains(&input) {
            side.push(input);
        }
    }
    let told = |way: &str, inputs: &[String]| {
        let more = inputs.len().saturating_sub(LEANS);
        let rest = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
        let shown = &inputs[..inputs.len() - more];
        (!inputs.is_empty()).then(|| format!("it takes {way} values of {}{rest}", shown.join(", ")))
    };
    let said: Vec<String> = told("higher", &rising).into_iter().chain(told("lower", &falling)).collect();
    if !said.is_empty() {
        said.join("; ")
    } else if readings.iter().any(|reading| reading.one_sided) {
        let draws = readings.iter().map(|reading| reading.draws).max().unwrap_or(0);
        format!("{} are too few, or too alike, to tell what it takes", plural(draws, "draw", "draws"))
    } else {
        "no single number of the scenario clearly moves it".to_owned()
    }
}

/// What is at stake for everyone: as written, or what overlays change.
pub(crate) fn stakes(scenario: &Scenario, stakes: &Stakes) -> Option<String> {
    let named = |stake: &Stake| match &stake.actor {
        None => "chance that it gets out of hand".to_owned(),
        Some(id) => {
            let known = scenario.actors.iter().find(|actor| actor.id == *id);
            clean(known.map_or(id, |actor| &actor.name))
        }
    };
    let value = |stake: &Stake| -> Option<String> {
        let Some((low, high)) = stake.range else { return stake.way.map(|way| way_word(way).to_owned()) };
        let chance = stake.actor.is_none();
        let digits = |value: f64| {
            let value = if chance { 100.0 * value } else { value };
            let near = (value * 10.0).round() / 10.0 + 0.0;
            let rounded = exact(near);
            if stake.way.is_some() && near > 0.0 { format!("+{rounded}") } else { rounded }
        };
        let unit = if chance { " of 100" } else { "" };
        let (low, high) = (digits(low), digits(high));
        Some(if low == high { format!("{low}{unit}") } else { format!("{low} to {high}{unit}") })
    };
    let told: Vec<String> =
        stakes.at.iter().filter_map(|stake| Some(format!("{} {}", named(stake), value(stake)?))).collect();
    if told.is_empty() {
        return None;
    }
    let under = stakes.under.iter().map(|id| {
        let mut all = scenario.policies.iter().chain(&scenario.perspectives);
        clean(all.find(|overlay| overlay.id == *id).map_or(id, |overlay| &overlay.name))
    });
    let under: Vec<String> = under.collect();
    let told = told.join(", ");
    Some(if under.is_empty() {
        format!("at stake as written: {told}")
    } else {
        format!("with \"{}\": {told}", under.join("\" and \""))
    })
}

fn way_word(way: Way) -> &'static str {
    match way {
        Way::Up => "up",
        Way::Down => "down",
        Way::Either => "up or down by lens",
        Way::Same => "hardly moved",
    }
}

/// What stands under the stakes.
pub(crate) const STAKES: &str = "At stake: everyone's mean gain in points of its own stake at each lens's terms, never compared between \
     actors, and the chance of full-scale war; lowest to highest lens. Under overlays: the change.";

/// Families that can't speak, those of one reason together.
pub(crate) fn silences(seen: &Seen) -> String {
    let mut said: Vec<(Vec<String>, String)> = Vec::new();
    for silence in &seen.silent {
        let (family, reason) = (silence.family.name().to_owned(), clean(&silence.reason));
        match said.iter_mut().find(|(_, known)| *known == reason) {
            Some((families, _)) => families.push(family),
            None => said.push((vec![family], reason)),
        }
    }
    let said = said.iter().map(|(families, reason)| format!("{} ({reason})", families.join(", ")));
    said.collect::<Vec<_>>().join("; ")
}

/// All claims in a few words: "1 holds, 2 depend; 3 no lens can judge".
pub(crate) fn tallied(judgements: &[Judgement]) -> String {
    let of = |judgement: &Judgement| {
        let seen = judgement.base();
        match (judgement.guarded, seen.judging()) {
            (true, _) => Verdict::Conditions,
            (false, 0) => Verdict::CannotTell,
            (false, all) if seen.count(Verdict::Holds) == all => Verdict::Holds,
            (false, all) if seen.count(Verdict::Fails) == all => Verdict::Fails,
            _ => Verdict::Depends,
        }
    };
    let number =
        |verdict: Verdict| judgements.iter().filter(|judgement| of(judgement) == verdict).count() as u64;
    let said = [
        (Verdict::Holds, "holds", "hold"),
        (Verdict::Fails, "fails", "fail"),
        (Verdict::Depends, "depends", "depend"),
        (Verdict::CannotTell, "no lens can judge", "no lens can judge"),
        (Verdict::Conditions, "answered in conditions", "answered in conditions"),
    ];
    let said = said.iter().filter(|(verdict, ..)| number(*verdict) > 0);
    said.map(|(verdict, one, many)| plural(number(*verdict), one, many)).collect::<Vec<_>>().join(", ")
}

/// The answer of `melian claims` for scripts.
#[must_use]
pub fn claims_json(input: &ClaimsInput<'_>) -> Value {
    let shown = |claim: &&StatedClaim| input.only.is_empty() || input.only.contains(&claim.id);
    let claims: Vec<Value> = input
        .scenario
        .claims
        .iter()
        .zip(input.judgements)
        .filter(|(claim, _)| shown(claim))
        .map(|(claim, judgement)| claim_json(claim, judgement))
        .collect();
    object!({
        "schema_version": crate::SCHEMA_VERSION,
        "scenario": input.scenario.about.title,
        "draws": input.draws,
        "seed": input.seed,
        "rule": input.scenario.verdict,
        "caveat": CAVEAT,
        "claims": claims,
    })
}

pub(crate) fn claim_json(claim: &StatedClaim, judgement: &Judgement) -> Value {
    let seen: Vec<Value> = judgement
        .seen
        .iter()
        .map(|seen| {
            let mut value = object!(seen);
            value["overall"] = overall(judgement, seen).into();
            value
        })
        .collect();
    object!({
        "id": claim.id,
        "by": claim.by,
        "says": claim.says,
        "test": claim.test,
        "counter_to": claim.counter_to,
        "each_draw": judgement.each_draw,
        "guarded": judgement.guarded,
        "seen": seen,
        "stakes": judgement.stakes,
    })
}
