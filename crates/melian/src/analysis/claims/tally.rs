//! Counting: what each case comes to over the draws of a chunk.

use std::borrow::Cow;

use super::compile::{Chance, Compiled, Data, Source, Test};
use super::values::{Bounds, Truth};
use super::{Case, Judge, Moved};
use crate::claim::Level;
use crate::ensemble::{ArmRows, Chunk};
use crate::lens::RowStatus;

/// Groups of draws that the sampling error of a chance is taken from.
pub(super) const GROUPS: usize = 64;

/// What the claims come to over some draws. Tallies are added up in the order of draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    pub(super) cases: Vec<Counts>,
    /// One per column that is shown.
    pub(super) shown: Vec<Counted>,
    /// The inputs of the first chunk.
    pub(super) inputs: Vec<Vec<f64>>,
}

/// The values of a column in the solution that the lens would pick.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Counted {
    pub(super) count: u64,
    pub(super) sum: f64,
}

/// What one case comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Counts {
    /// Draws looked at.
    pub(super) draws: u64,
    pub(super) yes: u64,
    pub(super) no: u64,
    /// Draws whose solutions disagree.
    pub(super) split: u64,
    /// Judged draws of which some solution did not settle.
    pub(super) unsettled: u64,
    /// Whether some measure that is asked in several worlds differs between them in some draw.
    pub(super) sees: bool,
    pub(super) first_yes: Option<u64>,
    pub(super) first_no: Option<u64>,
    /// One per comparison of a claim of chances only.
    pub(super) sums: Vec<Sums>,
    /// The truth in the draws of the first chunk.
    pub(super) early: Vec<Truth>,
}

/// Sums of the chances in a comparison over the draws in which all of them are known, by group of draws.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sums {
    pub(super) draws: [u64; GROUPS],
    /// By chance: lower and upper bounds.
    pub(super) chances: Vec<[[f64; GROUPS]; 2]>,
}

impl Sums {
    fn new(chances: usize) -> Self {
        Self { draws: [0; GROUPS], chances: vec![[[0.0; GROUPS]; 2]; chances] }
    }

    fn add(&mut self, other: &Self) {
        self.draws.iter_mut().zip(other.draws).for_each(|(sum, more)| *sum += more);
        for (mine, theirs) in
            self.chances.iter_mut().flatten().flatten().zip(other.chances.iter().flatten().flatten())
        {
            *mine += theirs;
        }
    }
}

impl Counts {
    /// Counts draws from `first` on. Those whose solutions disagree are judged, for neither side.
    fn add_draws(&mut self, first: u64, truth: &[Truth], split: Option<&[bool]>, unsettled: Option<&[bool]>) {
        let mut sides = Cow::Borrowed(truth);
        if let Some(split) = split {
            for draw in (0..truth.len()).filter(|&draw| split[draw]) {
                sides.to_mut()[draw] = Truth::Undefined;
                self.split += 1;
            }
        }
        let count = |side: Truth| sides.iter().filter(|truth| **truth == side).count() as u64;
        let place = |side: Truth| sides.iter().position(|truth| *truth == side);
        let number = |place: usize| first + place as u64;
        (self.yes, self.no) = (count(Truth::True), count(Truth::False));
        (self.first_yes, self.first_no) = (place(Truth::True).map(number), place(Truth::False).map(number));
        // A draw whose solutions disagree has a truth by each of them.
        let judged = truth.iter().map(|truth| *truth != Truth::Undefined);
        let unsettled = unsettled.into_iter().flatten().zip(judged);
        self.unsettled = unsettled.filter(|(unsettled, judged)| **unsettled && *judged).count() as u64;
    }
}

impl Tally {
    /// Adds the tally of the draws that follow.
    pub fn add(&mut self, next: &Self) {
        for (mine, theirs) in self.shown.iter_mut().zip(&next.shown) {
            mine.count += theirs.count;
            mine.sum += theirs.sum;
        }
        for (mine, theirs) in self.cases.iter_mut().zip(&next.cases) {
            mine.draws += theirs.draws;
            mine.yes += theirs.yes;
            mine.no += theirs.no;
            mine.split += theirs.split;
            mine.unsettled += theirs.unsettled;
            mine.sees |= theirs.sees;
            mine.first_yes = mine.first_yes.or(theirs.first_yes);
            mine.first_no = mine.first_no.or(theirs.first_no);
            mine.sums.iter_mut().zip(&theirs.sums).for_each(|(mine, theirs)| mine.add(theirs));
        }
    }

    pub(super) fn of(judge: &Judge<'_>, chunk: &Chunk, moved: &Moved) -> Self {
        let rows = Rows::new(chunk);
        let count = |(index, case): (usize, &Case)| {
            let covered = limit(judge, &case.compiled);
            let limit =
                moved.limit(index, case.compiled.moves.len()).map_or(covered, |most| most.min(covered));
            let draws = (chunk.draws as u64).min(limit.saturating_sub(chunk.first_draw)) as usize;
            let moves = |place: usize| {
                let known = moved.of(index, place);
                let at = |draw: usize| known.get(chunk.first_draw as usize + draw).copied();
                (0..chunk.draws).map(|draw| at(draw).unwrap_or(Truth::Undefined)).collect()
            };
            count(judge, case, &rows, draws, &moves)
        };
        let inputs = if chunk.first_draw == 0 { chunk.inputs.clone() } else { Vec::new() };
        let shown =
            judge.shown.iter().map(|source| counted(&chunk.arms[source.arm], source.measure)).collect();
        Self { cases: judge.cases.iter().enumerate().map(count).collect(), shown, inputs }
    }
}

fn counted(rows: &ArmRows, measure: usize) -> Counted {
    let mut counted = Counted::default();
    let Some(column) = rows.columns.get(measure) else { return counted };
    for (value, _) in
        column.iter().zip(&rows.branches).filter(|(value, branch)| **branch == 0 && !value.is_nan())
    {
        counted.count += 1;
        counted.sum += value;
    }
    counted
}

/// What a case without movements comes to over a chunk that no run holds: all its draws count.
pub(super) fn alone(judge: &Judge<'_>, case: &Case, rows: &Rows<'_>) -> Counts {
    count(judge, case, rows, rows.chunk.draws, &|_| vec![Truth::Undefined; rows.chunk.draws])
}

fn count(
    judge: &Judge<'_>,
    case: &Case,
    rows: &Rows<'_>,
    draws: usize,
    moves: &dyn Fn(usize) -> Vec<Truth>,
) -> Counts {
    let compiled = &case.compiled;
    let chunk = rows.chunk;
    let picked = Draws::new(rows, &compiled.chances, 0);
    let mut truth = truth(compiled, &picked, moves);
    let split = split(compiled, rows, &mut truth, moves);
    let unsettled = unsettled(compiled, rows);
    let mut counts = Counts { draws: draws as u64, sees: sees(compiled, &picked), ..Counts::default() };
    counts.add_draws(chunk.first_draw, &truth[..draws], split.as_deref(), unsettled.as_deref());
    if judge.claim(case.claim).expression.test.level() == Level::OverDraws {
        let covered = limit(judge, compiled);
        counts.sums = compiled.comparisons.iter().map(|one| sums(&one.chances, &picked, covered)).collect();
    }
    if chunk.first_draw == 0 {
        counts.early = truth;
        counts.early.truncate(draws);
    }
    counts
}

/// The test in each draw.
pub(super) fn truth(
    compiled: &Compiled,
    rows: &Draws<'_>,
    moves: &dyn Fn(usize) -> Vec<Truth>,
) -> Vec<Truth> {
    judge(&compiled.test, &|leaf| match leaf {
        Leaf::Compare(place) => compiled.comparisons[place].over(rows),
        Leaf::Fact(source) => rows.column_or_missing(source).iter().copied().map(Truth::of_flag).collect(),
        Leaf::Moves(place) => moves(place),
    })
}

/// What a test is made of.
pub(super) enum Leaf {
    Compare(usize),
    Fact(Option<Source>),
    Moves(usize),
}

/// A test from the truth of what it is made of, in three values.
pub(super) fn judge(test: &Test, leaf: &dyn Fn(Leaf) -> Vec<Truth>) -> Vec<Truth> {
    let fold = |parts: &[Test], join: fn(Truth, Truth) -> Truth| {
        let all = parts.iter().map(|part| judge(part, leaf));
        let pairwise = |a: Vec<Truth>, b: Vec<Truth>| a.into_iter().zip(b).map(|(a, b)| join(a, b)).collect();
        all.reduce(pairwise).unwrap_or_default()
    };
    match test {
        Test::All(parts) => fold(parts, Truth::and),
        Test::Any(parts) => fold(parts, Truth::or),
        Test::Not(part) => judge(part, leaf).into_iter().map(Truth::not).collect(),
        Test::Compare(place) => leaf(Leaf::Compare(*place)),
        Test::Fact(source) => leaf(Leaf::Fact(*source)),
        Test::Moves(place) => leaf(Leaf::Moves(*place)),
    }
}

/// In which draws several solutions disagree on the test; none without other solutions. Where the first leaves it
/// undefined, so do all.
fn split(
    compiled: &Compiled,
    rows: &Rows<'_>,
    first: &mut [Truth],
    moves: &dyn Fn(usize) -> Vec<Truth>,
) -> Option<Vec<bool>> {
    let (chunk, arms) = (rows.chunk, arms(compiled));
    let branches = arms.iter().map(|&arm| rows.forms[arm].branches).max().unwrap_or(0);
    if branches == 0 {
        return None;
    }
    let mut split = vec![false; chunk.draws];
    for branch in 1..=branches {
        let mut has = vec![false; chunk.draws];
        for rows in arms.iter().map(|&arm| &chunk.arms[arm]) {
            for (&draw, _) in rows.draws.iter().zip(&rows.branches).filter(|(_, own)| **own == branch) {
                has[draw as usize] = true;
            }
        }
        let other = truth(compiled, &Draws::new(rows, &compiled.chances, branch), moves);
        for draw in (0..chunk.draws).filter(|&draw| has[draw]) {
            match (first[draw], other[draw]) {
                (Truth::Undefined, _) | (_, Truth::Undefined) => first[draw] = Truth::Undefined,
                (mine, theirs) => split[draw] |= mine != theirs,
            }
        }
    }
    for draw in (0..chunk.draws).filter(|&draw| first[draw] == Truth::Undefined) {
        split[draw] = false;
    }
    Some(split)
}

/// Draws of which some row did not settle; `None` if all did.
fn unsettled(compiled: &Compiled, rows: &Rows<'_>) -> Option<Vec<bool>> {
    let arms = arms(compiled);
    if arms.iter().all(|&arm| rows.forms[arm].settled) {
        return None;
    }
    let mut unsettled = vec![false; rows.chunk.draws];
    for rows in arms.into_iter().map(|arm| &rows.chunk.arms[arm]) {
        let not_settled = rows.draws.iter().zip(&rows.statuses);
        for (&draw, _) in not_settled.filter(|(_, status)| **status == RowStatus::NotConverged) {
            unsettled[draw as usize] = true;
        }
    }
    Some(unsettled)
}

fn sees(compiled: &Compiled, rows: &Draws<'_>) -> bool {
    let differ = |sources: &Vec<Source>| {
        let mut columns = sources.iter().map(|source| rows.column(*source));
        let first = columns.next().unwrap_or_default();
        let same = |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan();
        columns.any(|other| !first.iter().zip(other.iter()).all(same))
    };
    compiled.compared.iter().any(differ)
}

/// How many draws of the run all of a case's lenses take.
fn limit(judge: &Judge<'_>, compiled: &Compiled) -> u64 {
    let all = judge.plan.settings().draws;
    arms(compiled).into_iter().map(|arm| judge.plan.draws(arm)).min().unwrap_or(all)
}

fn arms(compiled: &Compiled) -> Vec<usize> {
    let mut arms: Vec<usize> = compiled.sources.iter().map(|source| source.arm).collect();
    arms.dedup();
    arms
}

fn sums(places: &[usize], rows: &Draws<'_>, planned: u64) -> Sums {
    let chances: Vec<Bounds<'_>> = places.iter().map(|&place| rows.chance(place)).collect();
    let mut sums = Sums::new(places.len());
    for draw in 0..rows.len() {
        if chances.iter().any(|chance| chance.low[draw].is_nan()) {
            continue;
        }
        let number = rows.rows.chunk.first_draw + draw as u64;
        let group =
            ((u128::from(number) * GROUPS as u128 / u128::from(planned.max(1))) as usize).min(GROUPS - 1);
        sums.draws[group] += 1;
        for (chance, [low, high]) in chances.iter().zip(&mut sums.chances) {
            low[group] += chance.low[draw];
            high[group] += chance.high()[draw];
        }
    }
    sums
}

/// The rows of a chunk, with the form of each arm's, which every claim asks for.
pub(super) struct Rows<'a> {
    chunk: &'a Chunk,
    forms: Vec<Form>,
}

struct Form {
    /// Just one row for each draw, in their order.
    regular: bool,
    /// The highest number of a solution.
    branches: u16,
    /// No row that did not settle.
    settled: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(chunk: &'a Chunk) -> Self {
        let form = |rows: &ArmRows| {
            let branches = rows.branches.iter().copied().max().unwrap_or(0);
            let ordered = || rows.draws.iter().enumerate().all(|(place, &draw)| place == draw as usize);
            Form {
                regular: branches == 0 && rows.draws.len() == chunk.draws && ordered(),
                branches,
                settled: !rows.statuses.contains(&RowStatus::NotConverged),
            }
        };
        Self { chunk, forms: chunk.arms.iter().map(form).collect() }
    }
}

/// The draws of a chunk as one solution has them.
pub(super) struct Draws<'a> {
    rows: &'a Rows<'a>,
    chances: &'a [Chance],
    branch: u16,
}

impl<'a> Draws<'a> {
    /// Branch `branch` where a draw has it, else the first.
    pub(super) fn new(rows: &'a Rows<'a>, chances: &'a [Chance], branch: u16) -> Self {
        Self { rows, chances, branch }
    }
}

impl Data for Draws<'_> {
    fn len(&self) -> usize {
        self.rows.chunk.draws
    }

    fn column(&self, source: Source) -> Cow<'_, [f64]> {
        let rows = &self.rows.chunk.arms[source.arm];
        let column = &rows.columns[source.measure];
        if self.rows.forms[source.arm].regular {
            return Cow::Borrowed(column);
        }
        // By draw, whatever the order of the rows.
        let mut values = vec![f64::NAN; self.len()];
        let mut put = |branch: u16| {
            let rows = rows.draws.iter().zip(&rows.branches).zip(column);
            for ((&draw, _), &value) in rows.filter(|((_, own), _)| **own == branch) {
                values[draw as usize] = value;
            }
        };
        put(0);
        if self.branch != 0 {
            put(self.branch);
        }
        Cow::Owned(values)
    }

    fn chance(&self, place: usize) -> Bounds<'_> {
        self.chances[place].odds.over(self)
    }
}
