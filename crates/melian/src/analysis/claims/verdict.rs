//! From counts to verdicts: per reading, per family, per perspective.

use std::borrow::Cow;

use serde::Serialize;

use super::compile::{Comparison, Compiled, Data, Source};
use super::stakes::{self, Stakes};
use super::tally::{Counts, GROUPS, Leaf, Sums, Tally, judge};
use super::turn::{self, Lean, Region, Sorted, Turn};
use super::values::{Bounds, Truth, compared};
use super::{Case, Judge};
use crate::claim::Level;
use crate::lens::{self, Family};
use crate::scenario::VerdictRule;

/// What the draws say of a claim. The verdict of a negation is the verdict flipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// True in nearly all judged draws.
    Holds,
    /// False in nearly all.
    Fails,
    /// Neither: it depends on what is not known.
    Depends,
    /// Judged in too few draws.
    CannotTell,
    /// The guard: answered in conditions and directions only.
    Conditions,
}

/// The verdicts on one claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// The claim's id.
    pub claim: String,
    /// Whether it is judged draw by draw, or by chances over all draws.
    pub each_draw: bool,
    /// Whether the guard keeps the answer to conditions and directions.
    pub guarded: bool,
    /// As written first, then under each perspective.
    pub seen: Vec<Seen>,
    /// While the conflict is not over: what is at stake for everyone as written, then under the overlays it asks about.
    pub stakes: Vec<Stakes>,
}

/// The verdicts on a claim as written, or as one perspective sees the conflict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    /// The perspective's id; `None`: as written.
    pub perspective: Option<String>,
    /// Whether somebody else than the author of the base scenario sees it so.
    pub other_side: bool,
    /// Families that have something to say, first to last.
    pub families: Vec<FamilyVerdict>,
    /// Families that can't speak to it.
    pub silent: Vec<Silence>,
}

/// Why a family can't speak to a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Silence {
    /// The family.
    pub family: Family,
    /// Why, in words.
    pub reason: String,
}

/// What a family of lenses says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FamilyVerdict {
    /// The family.
    pub family: Family,
    /// The verdict of all its readings that can judge; where they differ, it depends on the reading.
    pub verdict: Verdict,
    /// Whether its readings differ.
    pub by_reading: bool,
    /// Whether it is so close that another seed could turn it over.
    pub knife_edge: bool,
    /// Whether it holds, or fails, as written, and no perspective of another side agrees.
    pub own_premises: bool,
    /// Its lenses and readings.
    pub readings: Vec<ReadingVerdict>,
}

/// What one lens in one reading says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadingVerdict {
    /// The lens's id.
    pub lens: String,
    /// Its reading; empty where it has only one.
    pub reading: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether it is so close that another seed could turn it over.
    pub knife_edge: bool,
    /// Draws looked at.
    pub draws: u64,
    /// Draws in which the test is true, ...
    pub yes: u64,
    /// ... false, ...
    pub no: u64,
    /// ... or on whose truth the solutions of the lens disagree. The rest are not judged.
    pub split: u64,
    /// Judged draws of which some solution did not settle.
    pub unsettled: u64,
    /// The chances the test is made of, over all draws, where it is judged by them.
    pub chances: Vec<ChanceFound>,
    /// Draws to look at.
    pub example: Example,
    /// The input on which it turns most.
    pub turns_on: Option<Turn>,
    /// As written, for one reading of each family: where it takes several inputs.
    pub turns_in: Option<Region>,
    /// Whether there were too few draws, or too few of one kind, to tell what it turns on.
    pub one_sided: bool,
    /// Under the guard: every input that clearly leans, by path.
    pub leans: Vec<Lean>,
    /// Whether nothing in the lens changes with what the test changes (policies, perspectives, an input over its range):
    /// then it can't tell.
    pub blind: bool,
    /// Quantities of the test that the lens does not report.
    pub missing: Vec<String>,
}

/// The first draw in which the test is true, and the first in which it is false: `melian run FILE --trace DRAW`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Example {
    /// True here.
    pub yes: Option<u64>,
    /// False here.
    pub no: Option<u64>,
}

/// A chance over all draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChanceFound {
    /// As written: `P(deal) under submit`.
    pub chance: String,
    /// 0..1; where only bounds are known, their middle.
    pub value: f64,
    /// The bounds, widened by the sampling error (95 %).
    pub interval: (f64, f64),
}

impl Verdict {
    /// The verdict of the negation.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
            other => other,
        }
    }

    /// Whether anything was judged.
    #[must_use]
    pub fn is_judged(self) -> bool {
        matches!(self, Self::Holds | Self::Fails | Self::Depends)
    }
}

impl Seen {
    /// How many families come to a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.families.iter().filter(|family| family.verdict == verdict).count()
    }

    /// How many families can judge it.
    #[must_use]
    pub fn judging(&self) -> usize {
        self.families.iter().filter(|family| family.verdict.is_judged()).count()
    }
}

impl Judgement {
    /// The verdicts on the scenario as written.
    #[must_use]
    pub fn base(&self) -> &Seen {
        &self.seen[0]
    }
}

impl ReadingVerdict {
    /// Draws that could be judged.
    #[must_use]
    pub fn judged(&self) -> u64 {
        self.yes + self.no + self.split
    }
}

pub(super) fn judgement(judge: &Judge<'_>, tally: &Tally, sorted: &Sorted<'_>, claim: usize) -> Judgement {
    let stated = judge.claim(claim);
    let perspectives = std::iter::once(None).chain((0..judge.scenario().perspectives.len()).map(Some));
    let mut seen: Vec<Seen> = perspectives.map(|place| view(judge, tally, sorted, claim, place)).collect();
    mark_own_premises(&mut seen);
    Judgement {
        claim: stated.id.clone(),
        each_draw: stated.expression.test.level() == Level::EachDraw,
        guarded: judge.guarded(claim),
        seen,
        stakes: stakes::stakes(judge, tally, stated, judge.guarded(claim)),
    }
}

fn view(
    judge: &Judge<'_>,
    tally: &Tally,
    sorted: &Sorted<'_>,
    claim: usize,
    perspective: Option<usize>,
) -> Seen {
    let cases = judge.cases.iter().zip(&tally.cases);
    let own = cases.filter(|(case, _)| case.claim == claim && case.perspective == perspective);
    let mut families: Vec<(Family, Vec<Read<'_>>)> = Vec::new();
    for (case, counts) in own {
        let family = judge.families[case.voice].1;
        let reading = (reading(judge, sorted, case, counts), case, counts);
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, readings)) => readings.push(reading),
            None => families.push((family, vec![reading])),
        }
    }
    families.sort_by_key(|(family, _)| *family);
    if perspective.is_none() && !judge.guarded(claim) {
        for (_, readings) in &mut families {
            look_for_region(judge, sorted, readings);
        }
    }
    let bare = |(family, readings): (Family, Vec<Read<'_>>)| {
        (family, readings.into_iter().map(|(reading, ..)| reading).collect())
    };
    let families: Vec<(Family, Vec<ReadingVerdict>)> = families.into_iter().map(bare).collect();
    let families: Vec<FamilyVerdict> =
        families.into_iter().map(|(family, own)| joined(family, own)).collect();
    let overlay = judge.perspective(perspective);
    let drawn_by = judge.scenario().about.drawn_by.as_deref();
    Seen {
        perspective: overlay.map(|overlay| overlay.id.clone()),
        other_side: overlay.is_some_and(|overlay| overlay.by.is_some() && overlay.by.as_deref() != drawn_by),
        silent: silent(judge, claim, &families),
        families,
    }
}

/// A reading with what it was read from.
type Read<'a> = (ReadingVerdict, &'a Case, &'a Counts);

/// Looks for a region in the one reading of a family whose verdict is least one-sided.
fn look_for_region(judge: &Judge<'_>, sorted: &Sorted<'_>, readings: &mut [Read<'_>]) {
    let judged = readings.iter_mut().filter(|(reading, ..)| reading.verdict.is_judged());
    let rarer = |reading: &ReadingVerdict| reading.yes.min(reading.no);
    // Of several the first.
    let found = judged.reduce(|best, next| if rarer(&next.0) > rarer(&best.0) { next } else { best });
    if let Some((reading, case, counts)) = found {
        reading.turns_in = turn::region(judge, case, &counts.early, reading.turns_on.as_ref(), sorted);
    }
}

/// A family holds, or fails, only if all its readings that can judge do.
fn joined(family: Family, readings: Vec<ReadingVerdict>) -> FamilyVerdict {
    let mut said: Vec<Verdict> = readings.iter().map(|reading| reading.verdict).collect();
    said.retain(|verdict| *verdict != Verdict::CannotTell);
    let knife_edge = readings.iter().any(|reading| reading.knife_edge);
    said.dedup();
    let verdict = match said.as_slice() {
        [] => Verdict::CannotTell,
        [only] => *only,
        _ => Verdict::Depends,
    };
    FamilyVerdict { family, verdict, by_reading: said.len() > 1, knife_edge, own_premises: false, readings }
}

/// What holds, or fails, as written and in no perspective of another side rests on its author's premises.
fn mark_own_premises(seen: &mut [Seen]) {
    let Some((base, others)) = seen.split_first_mut() else { return };
    for family in
        base.families.iter_mut().filter(|own| matches!(own.verdict, Verdict::Holds | Verdict::Fails))
    {
        let agrees = |other: &FamilyVerdict| other.family == family.family && other.verdict == family.verdict;
        family.own_premises =
            !others.iter().any(|other| other.other_side && other.families.iter().any(agrees));
    }
}

fn silent(judge: &Judge<'_>, claim: usize, families: &[FamilyVerdict]) -> Vec<Silence> {
    let mut silent: Vec<Silence> = Vec::new();
    for known in lens::all() {
        let card = known.card();
        let speaks = families.iter().any(|own| own.family == card.family);
        if speaks || silent.iter().any(|other| other.family == card.family) {
            continue;
        }
        let ran = judge.families.iter().any(|(_, family)| *family == card.family);
        let refused = judge.plan.silent().iter().find(|(id, _)| *id == card.full_id());
        let reason = match refused {
            _ if ran => format!("silent on {}", asked(judge, claim)),
            Some((_, reason)) => reason.clone(),
            None => "not asked in this run".to_owned(),
        };
        silent.push(Silence { family: card.family, reason });
    }
    silent.sort_by_key(|silence| silence.family);
    silent
}

/// The quantities of a claim, as written.
fn asked(judge: &Judge<'_>, claim: usize) -> String {
    use crate::claim::Asked;
    let mut said: Vec<String> = Vec::new();
    for needed in judge.claim(claim).expression.quantities() {
        let text = match needed.quantity {
            Asked::Number(quantity) => quantity.to_string(),
            Asked::Flag(quantity) => quantity.to_string(),
            Asked::Event(event) => format!("P({event})"),
        };
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said.join(", ")
}

fn reading(judge: &Judge<'_>, sorted: &Sorted<'_>, case: &Case, counts: &Counts) -> ReadingVerdict {
    let rule = judge.scenario().verdict;
    let voice = &judge.families[case.voice].0;
    let found = turn::leans(judge, case, &counts.early, sorted);
    let mut said = ReadingVerdict {
        lens: voice.lens.clone(),
        reading: voice.reading.clone(),
        verdict: Verdict::Conditions,
        knife_edge: false,
        draws: counts.draws,
        yes: 0,
        no: 0,
        split: 0,
        unsettled: 0,
        chances: Vec::new(),
        example: Example::default(),
        turns_on: None,
        turns_in: None,
        one_sided: turn::sides(&counts.early).is_none(),
        leans: Vec::new(),
        blind: is_blind(case, counts),
        missing: case.compiled.missing.clone(),
    };
    if said.blind {
        said.verdict = Verdict::CannotTell;
        return said;
    }
    let judged = counts.yes + counts.no + counts.split;
    if judge.guarded(case.claim) {
        if too_few(rule, judged, counts.draws) {
            said.verdict = Verdict::CannotTell;
        } else {
            said.leans = found.into_iter().map(|turn| turn.lean).collect();
            said.leans.sort_by(|a, b| a.input.cmp(&b.input));
        }
        return said;
    }
    (said.verdict, said.knife_edge) = if judge.claim(case.claim).expression.test.level() == Level::EachDraw {
        by_draws(rule, counts)
    } else {
        said.chances = chances(&case.compiled, &counts.sums);
        by_chances(rule, &case.compiled, counts)
    };
    (said.yes, said.no, said.split, said.unsettled) = (counts.yes, counts.no, counts.split, counts.unsettled);
    said.example = Example { yes: counts.first_yes, no: counts.first_no };
    said.turns_on = found.into_iter().next();
    said
}

/// Whether nothing in the lens changes with what the test changes: overlays, or an input over its range.
fn is_blind(case: &Case, counts: &Counts) -> bool {
    let judged = counts.yes + counts.no + counts.split;
    let same = !case.compiled.compared.is_empty() && !counts.sees;
    same || (!case.compiled.moves.is_empty() && judged == 0 && case.compiled.missing.is_empty())
}

fn too_few(rule: VerdictRule, judged: u64, draws: u64) -> bool {
    judged == 0 || (judged as f64) < rule.judged * draws as f64
}

/// By the share of judged draws in which the test is true.
fn by_draws(rule: VerdictRule, counts: &Counts) -> (Verdict, bool) {
    let judged = counts.yes + counts.no + counts.split;
    let near = |hits: u64, of: u64, line: f64| {
        let (low, high) = wilson(hits, of);
        low < line && line < high
    };
    let judged_is_near = judged > 0 && judged < counts.draws && near(judged, counts.draws, rule.judged);
    if too_few(rule, judged, counts.draws) {
        return (Verdict::CannotTell, judged_is_near);
    }
    let enough = |hits: u64| hits as f64 >= rule.holds * judged as f64;
    let verdict = match (enough(counts.yes), enough(counts.no)) {
        (true, false) => Verdict::Holds,
        (false, true) => Verdict::Fails,
        _ => Verdict::Depends,
    };
    let knife_edge =
        judged_is_near || near(counts.yes, judged, rule.holds) || near(counts.no, judged, rule.holds);
    (verdict, knife_edge)
}

/// The interval of a share (Wilson 1927), 95 %.
fn wilson(hits: u64, of: u64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let (hits, of) = (hits as f64, of as f64);
    let middle = (hits + Z * Z / 2.0) / (of + Z * Z);
    let half = Z / (of + Z * Z) * (hits * (of - hits) / of + Z * Z / 4.0).sqrt();
    (middle - half, middle + half)
}

/// By the chances over all draws, with their sampling error.
fn by_chances(rule: VerdictRule, compiled: &Compiled, counts: &Counts) -> (Verdict, bool) {
    let judged = counts.yes + counts.no + counts.split;
    if too_few(rule, judged, counts.draws) {
        return (Verdict::CannotTell, false);
    }
    let truth = judge(&compiled.test, &|leaf| match leaf {
        Leaf::Compare(place) => vec![integrated(compiled, place, &counts.sums[place])],
        Leaf::Fact(_) | Leaf::Moves(_) => vec![Truth::Undefined],
    });
    match truth[0] {
        Truth::True => (Verdict::Holds, false),
        Truth::False => (Verdict::Fails, false),
        Truth::Undefined => (Verdict::Depends, true),
    }
}

/// The share of judged draws in which a claim is true for one lens; of a claim on chances, 1 if it is true of them as they
/// are, without their sampling error, else 0. `None` in too few draws, or where the lens sees no difference.
pub(super) fn share(judge: &Judge<'_>, case: &Case, counts: &Counts) -> Option<f64> {
    let judged = counts.yes + counts.no + counts.split;
    let blind = !case.compiled.compared.is_empty() && !counts.sees;
    if blind || too_few(judge.scenario().verdict, judged, counts.draws) {
        return None;
    }
    if judge.claim(case.claim).expression.test.level() == Level::EachDraw {
        return Some(counts.yes as f64 / judged as f64);
    }
    let truth = self::judge(&case.compiled.test, &|leaf| match leaf {
        Leaf::Compare(place) => vec![as_is(&case.compiled, place, &counts.sums[place])],
        Leaf::Fact(_) | Leaf::Moves(_) => vec![Truth::Undefined],
    });
    match truth[0] {
        Truth::True => Some(1.0),
        Truth::False => Some(0.0),
        Truth::Undefined => None,
    }
}

/// Whether a chain of comparisons is true of the chances over all draws as they are.
fn as_is(compiled: &Compiled, place: usize, sums: &Sums) -> Truth {
    let comparison: &Comparison = &compiled.comparisons[place];
    let means = Means::new(comparison, sums);
    let mut left = comparison.first.over(&means);
    let mut truth = Truth::True;
    for (relation, value) in &comparison.rest {
        let right = value.over(&means);
        let ends = |bounds: &Bounds<'_>| (bounds.low[0], bounds.high()[0]);
        truth = truth.and(compared(ends(&left), *relation, ends(&right)));
        left = right;
    }
    truth
}

/// Whether a chain of comparisons is true of the chances over all draws; undefined where the sampling error leaves it
/// open.
fn integrated(compiled: &Compiled, place: usize, sums: &Sums) -> Truth {
    let comparison: &Comparison = &compiled.comparisons[place];
    let means = Means::new(comparison, sums);
    let mut left = comparison.first.over(&means);
    let mut truth = Truth::True;
    for (relation, value) in &comparison.rest {
        let right = value.over(&means);
        let margin = right.with(&left, |a, b| a - b);
        truth = truth.and(compared((0.0, 0.0), *relation, means.interval(&margin)));
        left = right;
    }
    truth
}

fn chances(compiled: &Compiled, sums: &[Sums]) -> Vec<ChanceFound> {
    let mut found: Vec<ChanceFound> = Vec::new();
    for (comparison, sums) in compiled.comparisons.iter().zip(sums) {
        let means = Means::new(comparison, sums);
        for &place in &comparison.chances {
            let text = &compiled.chances[place].text;
            let bounds = means.chance(place);
            if bounds.low[0].is_nan() || found.iter().any(|known| known.chance == *text) {
                continue;
            }
            let (low, high) = means.interval(&bounds);
            found.push(ChanceFound {
                chance: text.clone(),
                value: f64::midpoint(bounds.low[0], bounds.high()[0]),
                interval: (low.max(0.0), high.min(1.0)),
            });
        }
    }
    found
}

/// The chances of a comparison over all draws, then with each group of draws left out.
struct Means<'a> {
    comparison: &'a Comparison,
    sums: &'a Sums,
    groups: Vec<usize>,
}

impl<'a> Means<'a> {
    fn new(comparison: &'a Comparison, sums: &'a Sums) -> Self {
        Self { comparison, sums, groups: (0..GROUPS).filter(|&group| sums.draws[group] > 0).collect() }
    }

    fn of(&self, sums: &[f64; GROUPS]) -> Vec<f64> {
        let (all, draws) = (sums.iter().sum::<f64>(), self.sums.draws.iter().sum::<u64>());
        let without =
            self.groups.iter().map(|&group| (all - sums[group]) / (draws - self.sums.draws[group]) as f64);
        std::iter::once(all / draws as f64).chain(without).collect()
    }

    /// A 95 % interval of what was worked out from means: the delete-a-group jackknife (Kott 2001), with Student's
    /// quantile to its first correction.
    fn interval(&self, found: &Bounds<'_>) -> (f64, f64) {
        let groups = self.groups.len() as f64;
        let error = |values: &[f64]| {
            let mean = values[1..].iter().sum::<f64>() / groups;
            let squares: f64 = values[1..].iter().map(|value| (value - mean) * (value - mean)).sum();
            ((groups - 1.0) / groups * squares).sqrt()
        };
        if groups < 2.0 {
            let known = found.low[0].is_nan();
            return if known { (f64::NAN, f64::NAN) } else { (f64::NEG_INFINITY, f64::INFINITY) };
        }
        let z = 1.96;
        let quantile = z + (z * z * z + z) / (4.0 * (groups - 1.0));
        let snapped = |value: f64| if value.abs() < 1e-12 { 0.0 } else { value };
        let low = snapped(found.low[0] - quantile * error(&found.low));
        (low, snapped(found.high()[0] + quantile * error(found.high())))
    }
}

impl Data for Means<'_> {
    fn len(&self) -> usize {
        1 + self.groups.len()
    }

    fn column(&self, _: Source) -> Cow<'_, [f64]> {
        vec![f64::NAN; self.len()].into()
    }

    fn chance(&self, place: usize) -> Bounds<'_> {
        let Some(own) = self.comparison.chances.iter().position(|&other| other == place) else {
            return Bounds::constant(f64::NAN, self.len());
        };
        let [low, high] = &self.sums.chances[own];
        let (low, high) = (self.of(low), self.of(high));
        if low == high { Bounds::exact(low) } else { Bounds::between(low, high) }
    }
}
