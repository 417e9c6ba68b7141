//! What can turn over: the headlines of an answer, each with its sides.

use serde::Serialize;

use crate::analysis::claims::Judge;
use crate::ensemble::{ArmRows, Chunk, Plan};
use crate::lens::{Ending, Family, Quantity};
use crate::scenario::{Issue, IssueId};

/// The question a hinge is a hinge of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Is there room in more than half the draws?
    Room,
    /// Which anchor do a family's central terms lie nearest to? Of several lenses the middle of their median draws. On
    /// an issue with fewer than two anchors: which half of the scale are they in?
    Terms(Family, IssueId),
    /// Which ending is the likeliest, by a family?
    Ending(Family),
    /// Is a claim true in more than half the draws that can be judged, by a family? Of a claim on chances: is it true?
    Claim(usize, Family),
}

/// What an answer can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// True in less than half the draws, or exactly half.
    No,
    /// True in more than half.
    Yes,
    /// Nearest to the anchor at this place.
    Anchor(usize),
    /// In the lower half of the scale.
    Low,
    /// In the upper half.
    High,
    /// How it ends.
    Ends(Ending),
}

/// What the rows say to a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// `None` where fewer than half the draws can be judged.
    pub(super) side: Option<Side>,
    /// What the side is read from: a share of draws, terms, the lead of the likeliest ending; NaN without a side.
    pub(super) score: f64,
    /// The share of draws on each side, where a side has one; else empty.
    pub(super) shares: Vec<f64>,
}

impl Reading {
    fn nothing() -> Self {
        Self { side: None, score: f64::NAN, shares: Vec::new() }
    }

    /// How far apart two readings are: the largest difference of a share, or of terms as parts of their scale.
    pub(super) fn apart(&self, other: &Self) -> f64 {
        if self.side.is_some() != other.side.is_some() {
            return 1.0;
        }
        let shares = self.shares.iter().zip(&other.shares).map(|(one, other)| (one - other).abs());
        let scores = (self.score - other.score).abs() / 100.0;
        shares.fold(if scores.is_nan() { 0.0 } else { scores }, f64::max)
    }

    /// Of something true in a share of draws.
    pub(super) fn of_share(share: f64) -> Self {
        let side = if share > 0.5 { Side::Yes } else { Side::No };
        Self { side: Some(side), score: share, shares: vec![share, 1.0 - share] }
    }
}

/// A question with the arms that answer it.
pub(super) struct Asked<'j> {
    pub(super) question: Question,
    pub(super) arms: Vec<usize>,
    /// Whether the guard keeps every hinge of it to a direction: a claim that tests a coercive policy.
    pub(super) guarded: bool,
    columns: Columns<'j>,
}

enum Columns<'j> {
    /// A claim of the judge, for a family.
    Claim(&'j Judge<'j>, usize, Family),
    /// A flag's column in the one arm.
    Flag(usize),
    /// The column of the terms in each arm, and where the sides part.
    Terms(Vec<usize>, Parting),
    /// The columns of the endings in the one arm, in the order of [`ENDINGS`].
    Endings(Vec<(Ending, usize)>),
}

/// Where the sides of terms on an issue part.
struct Parting {
    /// Boundaries, ascending; side k lies below boundary k.
    at: Vec<f64>,
    anchors: bool,
}

const ENDINGS: [Ending; 4] = [Ending::Deal, Ending::Broken, Ending::Imposed, Ending::None];

impl Parting {
    fn of(issue: &Issue) -> Self {
        let points: Vec<f64> = issue.anchors.iter().map(|(at, _)| *at).collect();
        if points.len() < 2 {
            return Self { at: vec![50.0], anchors: false };
        }
        Self { at: points.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect(), anchors: true }
    }

    fn place(&self, terms: f64) -> usize {
        self.at.partition_point(|boundary| *boundary <= terms)
    }

    fn side(&self, terms: f64) -> Side {
        match (self.anchors, self.place(terms)) {
            (true, place) => Side::Anchor(place),
            (false, 0) => Side::Low,
            (false, _) => Side::High,
        }
    }
}

/// The headlines of a plan: room, central terms by family and issue, endings by family; of the scenario as written.
pub(super) fn headlines(plan: &Plan) -> Vec<Asked<'static>> {
    let base: Vec<usize> = (0..plan.arms().len()).filter(|&arm| plan.variant_index(arm) == 0).collect();
    let column = |arm: usize, quantity| plan.measures(arm).iter().position(|own| own.quantity == quantity);
    let all: Vec<_> = plan.arms().collect();
    let mut families: Vec<Family> = base.iter().map(|&arm| all[arm].family).collect();
    families.sort_unstable();
    families.dedup();
    let scenario = &plan.variants()[0].scenario;
    let of =
        |family: Family| base.iter().copied().filter(|&arm| all[arm].family == family).collect::<Vec<_>>();
    let mut asked = Vec::new();
    if let Some((arm, flag)) = base.iter().find_map(|&arm| Some((arm, column(arm, Quantity::Room)?))) {
        asked.push(Asked {
            question: Question::Room,
            arms: vec![arm],
            guarded: false,
            columns: Columns::Flag(flag),
        });
    }
    for issue in scenario.issue_ids() {
        for &family in &families {
            let (arms, columns): (Vec<usize>, Vec<usize>) = of(family)
                .into_iter()
                .filter_map(|arm| Some((arm, column(arm, Quantity::Terms(issue))?)))
                .unzip();
            if !arms.is_empty() {
                let parting = Parting::of(&scenario.issues[issue.index()]);
                let question = Question::Terms(family, issue);
                asked.push(Asked {
                    question,
                    arms,
                    guarded: false,
                    columns: Columns::Terms(columns, parting),
                });
            }
        }
    }
    for &family in &families {
        let speaker = of(family).into_iter().find_map(|arm| {
            let columns: Vec<(Ending, usize)> = ENDINGS
                .into_iter()
                .filter_map(|ending| Some((ending, column(arm, Quantity::Ending(ending))?)))
                .collect();
            (columns.len() > 1).then_some((arm, columns))
        });
        if let Some((arm, columns)) = speaker {
            let question = Question::Ending(family);
            asked.push(Asked {
                question,
                arms: vec![arm],
                guarded: false,
                columns: Columns::Endings(columns),
            });
        }
    }
    asked
}

/// The claims of a plan, by family.
pub(super) fn claims<'j>(judge: &'j Judge<'j>) -> Vec<Asked<'j>> {
    let claims = 0..judge.plan().variants()[0].scenario.claims.len();
    let of_claim = |claim: usize| {
        judge.families(claim).into_iter().map(move |(family, arms)| Asked {
            question: Question::Claim(claim, family),
            arms: arms.into_iter().collect(),
            guarded: judge.is_guarded(claim),
            columns: Columns::Claim(judge, claim, family),
        })
    };
    claims.flat_map(of_claim).collect()
}

impl Asked<'_> {
    /// Whether some lens it is asked of is costly to solve.
    pub(super) fn is_costly(&self, plan: &Plan) -> bool {
        self.arms.iter().any(|&arm| plan.model(arm).draws().is_some())
    }

    /// What the rows say.
    pub(super) fn read(&self, rows: &Chunk) -> Reading {
        match &self.columns {
            Columns::Flag(flag) => share_of(&rows.arms[self.arms[0]], *flag, rows.draws)
                .map_or_else(Reading::nothing, Reading::of_share),
            Columns::Terms(columns, parting) => self.terms(rows, columns, parting),
            Columns::Endings(columns) => self.endings(rows, columns),
            Columns::Claim(judge, claim, family) => {
                judge.share(*claim, *family, rows).map_or_else(Reading::nothing, Reading::of_share)
            }
        }
    }

    fn terms(&self, rows: &Chunk, columns: &[usize], parting: &Parting) -> Reading {
        let mut counts = vec![0_u64; parting.at.len() + 1];
        let mut medians = Vec::new();
        for (&arm, &column) in self.arms.iter().zip(columns) {
            let mut values: Vec<f64> = first_branch(&rows.arms[arm], column).collect();
            if 2 * values.len() < rows.draws {
                continue;
            }
            for &terms in &values {
                counts[parting.place(terms)] += 1;
            }
            medians.push(middle(&mut values));
        }
        if medians.is_empty() {
            return Reading::nothing();
        }
        let terms = middle(&mut medians);
        let all = counts.iter().sum::<u64>() as f64;
        let shares = counts.iter().map(|&count| count as f64 / all).collect();
        Reading { side: Some(parting.side(terms)), score: terms, shares }
    }

    fn endings(&self, rows: &Chunk, columns: &[(Ending, usize)]) -> Reading {
        let arm = &rows.arms[self.arms[0]];
        let means: Vec<Option<f64>> = columns
            .iter()
            .map(|(_, column)| {
                let chances: Vec<f64> = first_branch(arm, *column).collect();
                (2 * chances.len() >= rows.draws && !chances.is_empty())
                    .then(|| chances.iter().sum::<f64>() / chances.len() as f64)
            })
            .collect();
        let Some(shares) = means.into_iter().collect::<Option<Vec<f64>>>() else { return Reading::nothing() };
        let first = (0..shares.len()).fold(0, |best, at| if shares[at] > shares[best] { at } else { best });
        let next = (0..shares.len()).filter(|&at| at != first).map(|at| shares[at]).fold(0.0, f64::max);
        let side = Some(Side::Ends(columns[first].0));
        Reading { side, score: shares[first] - next, shares }
    }
}

/// The share of draws in which a flag is true; `None` if fewer than half of them can be judged.
fn share_of(rows: &ArmRows, column: usize, draws: usize) -> Option<f64> {
    let (mut hits, mut judged) = (0_u64, 0_u64);
    for value in first_branch(rows, column) {
        judged += 1;
        hits += u64::from(value != 0.0);
    }
    (judged > 0 && 2 * judged >= draws as u64).then(|| hits as f64 / judged as f64)
}

/// The values of a measure in the branch that the lens would pick.
fn first_branch(rows: &ArmRows, column: usize) -> impl Iterator<Item = f64> {
    let values = rows.columns[column].iter().zip(&rows.branches);
    values.filter(|(value, branch)| **branch == 0 && !value.is_nan()).map(|(value, _)| *value)
}

/// The median; of an even number the mean of the middle two. Of something.
fn middle(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    let (_, &mut upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    if values.len() % 2 == 1 {
        return upper;
    }
    let lower = values[..half].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    0.5 * (lower + upper)
}
