//! The story of the talks, in lenses that have rounds: the middle case, the most typical draw, and the spread of draws.

use rayon::prelude::*;
use serde::Serialize;

use crate::case::{CaseBlock, LANES};
use crate::ensemble::{Arm, Plan};
use crate::lens::{Course, Model, Trace};
use crate::scenario::{ActorId, FieldId, IssueId, Scenario};

/// Draws a story is told from, unless the run has fewer.
pub const DRAWS: u64 = 200;
/// Rounds shown; later ones are left out of the fan.
pub const MOST_ROUNDS: usize = 20;
/// What the five numbers of a fan are: shares of draws at or below.
pub const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// How one lens tells the talks, of the scenario as written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Story {
    /// The lens.
    pub arm: Arm,
    /// Every input at its median: no draw of the run, but the one to read first.
    pub central: Course,
    /// The same with every intermediate quantity.
    #[serde(skip)]
    pub worked: Trace,
    /// The draw that is most like the others (see [`Modal`]).
    pub modal: Modal,
    /// How many draws `fans` and `pressures` are of: the first of the run.
    pub draws: u64,
    /// Positions over draws, an issue each.
    pub fans: Vec<Fan>,
    /// Who gives way to whom and in how many draws, most often first.
    pub pressures: Vec<Pressure>,
}

/// The draw whose set of "who gives way to whom on what" is, on average over all draws, most alike to theirs: the
/// largest mean share of common among all such pairs of two draws (Jaccard); the first of several.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Modal {
    /// Its number.
    pub draw: u64,
    /// How many draws have exactly its set.
    pub same: u64,
    /// That mean share, 0..1.
    pub likeness: f64,
    /// How it went.
    pub course: Course,
}

/// Positions by round over draws. A draw that ends early stays where it ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fan {
    /// The issue.
    pub issue: IssueId,
    /// Those who take part.
    pub actors: Vec<ActorFan>,
}

/// One actor's positions by round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActorFan {
    /// Who.
    pub actor: ActorId,
    /// In how many draws it takes part.
    pub draws: u64,
    /// Quantiles at [`SHARES`] by round, from 0, the start.
    pub rounds: Vec<[f64; 5]>,
}

/// An actor gives way to another on an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pressure {
    /// On what.
    pub issue: IssueId,
    /// Who moves.
    pub actor: ActorId,
    /// Because of whom.
    pub by: ActorId,
    /// In how many draws, in any round.
    pub draws: u64,
}

/// The stories of all lenses that have rounds, in the order of the run, from its first `draws` draws (at most
/// [`LANES`]).
#[must_use]
pub fn stories(plan: &Plan, draws: u64) -> Vec<Story> {
    let draws = draws.min(plan.settings().draws).clamp(1, LANES as u64);
    let variant = &plan.variants()[0];
    let central = central(&variant.scenario);
    let block = variant.block(0, draws as usize);
    base(plan).filter_map(|(index, arm)| story(arm, plan.model(index), &central, &block)).collect()
}

/// One case worked through by every lens.
#[derive(Debug, Clone)]
pub struct Worked {
    /// Its numbers.
    pub numbers: CaseBlock,
    /// How each lens came to its answer, in the order of the run.
    pub lenses: Vec<(Arm, Trace)>,
}

/// Works through one draw of a variant of the plan (0: as written), or, without one, the case with every input at its
/// median.
#[must_use]
pub fn worked(plan: &Plan, variant: usize, draw: Option<u64>) -> Worked {
    let own = |arm: usize| plan.variant_index(arm) == variant;
    let variant = &plan.variants()[variant];
    let numbers = draw.map_or_else(|| central(&variant.scenario), |draw| variant.block(draw, 1));
    let arms = plan.arms().enumerate().filter(|(index, _)| own(*index));
    let lenses = arms.map(|(index, arm)| (arm.clone(), plan.model(index).explain(&numbers.case(0))));
    Worked { lenses: lenses.collect(), numbers }
}

/// The arms of the scenario as written.
fn base(plan: &Plan) -> impl Iterator<Item = (usize, &Arm)> {
    plan.arms().enumerate().filter(|(_, arm)| arm.policy.is_none() && arm.perspective.is_none())
}

/// Every field at its median.
pub(super) fn central(scenario: &Scenario) -> CaseBlock {
    let mut block = CaseBlock::new(scenario.fields.len(), 0, 1);
    for (index, field) in scenario.fields.iter().enumerate() {
        block.set(FieldId::new(index), 0, field.central());
    }
    block
}

fn story(arm: &Arm, model: &dyn Model, central: &CaseBlock, block: &CaseBlock) -> Option<Story> {
    let told = model.course(&central.case(0))?;
    let worked = model.explain(&central.case(0));
    let courses: Vec<Course> =
        (0..block.len()).into_par_iter().filter_map(|lane| model.course(&block.case(lane))).collect();
    let links: Vec<Vec<Link>> = courses.iter().map(links).collect();
    let (typical, same, likeness) = typical(&links)?;
    Some(Story {
        arm: arm.clone(),
        fans: fans(&told, &courses),
        modal: Modal { draw: typical as u64, same, likeness, course: courses[typical].clone() },
        central: told,
        worked,
        draws: courses.len() as u64,
        pressures: pressures(&links),
    })
}

/// Issue, who moves, because of whom.
type Link = (IssueId, ActorId, ActorId);

/// Who gives way to whom, sorted, each once.
fn links(course: &Course) -> Vec<Link> {
    let mut links: Vec<Link> = course
        .issues
        .iter()
        .flat_map(|issue| issue.moves.iter().map(|step| (issue.issue, step.actor, step.by)))
        .collect();
    links.sort_unstable();
    links.dedup();
    links
}

/// The draw most like all, how many are just like it, and its mean likeness to all; `None` without draws.
fn typical(links: &[Vec<Link>]) -> Option<(usize, u64, f64)> {
    let mut best: Option<(usize, f64)> = None;
    for (draw, mine) in links.iter().enumerate() {
        let sum: f64 = links.iter().map(|theirs| common(mine, theirs)).sum();
        if best.is_none_or(|(_, most)| sum > most) {
            best = Some((draw, sum));
        }
    }
    let (draw, sum) = best?;
    let same = links.iter().filter(|theirs| **theirs == links[draw]).count() as u64;
    Some((draw, same, sum / links.len() as f64))
}

/// The share of two sorted sets' union that is in both; 1 where both are empty.
fn common(a: &[Link], b: &[Link]) -> f64 {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                both += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let all = a.len() + b.len() - both;
    if all == 0 { 1.0 } else { both as f64 / all as f64 }
}

fn pressures(links: &[Vec<Link>]) -> Vec<Pressure> {
    let mut all: Vec<Link> = links.iter().flatten().copied().collect();
    all.sort_unstable();
    let mut pressures: Vec<Pressure> = all
        .chunk_by(|a, b| a == b)
        .map(|same| {
            let (issue, actor, by) = same[0];
            Pressure { issue, actor, by, draws: same.len() as u64 }
        })
        .collect();
    pressures.sort_by_key(|pressure| std::cmp::Reverse(pressure.draws));
    pressures
}

fn fans(central: &Course, courses: &[Course]) -> Vec<Fan> {
    central
        .issues
        .iter()
        .map(|told| {
            let paths =
                || courses.iter().filter_map(|course| course.issues.iter().find(|i| i.issue == told.issue));
            let rounds = paths().map(|path| path.positions.len()).max().unwrap_or(1).min(MOST_ROUNDS + 1);
            let mut actors: Vec<ActorId> = paths().flat_map(|path| path.actors.iter().copied()).collect();
            actors.sort_unstable();
            actors.dedup();
            let fan = |actor: ActorId| {
                let own: Vec<(usize, &Vec<Vec<f64>>)> = paths()
                    .filter_map(|path| Some((path.actors.iter().position(|a| *a == actor)?, &path.positions)))
                    .collect();
                let at = |round: usize| {
                    let mut values: Vec<f64> =
                        own.iter().map(|(seat, path)| path[round.min(path.len() - 1)][*seat]).collect();
                    values.sort_by(f64::total_cmp);
                    SHARES.map(|share| quantile(&values, share))
                };
                ActorFan { actor, draws: own.len() as u64, rounds: (0..rounds).map(at).collect() }
            };
            Fan { issue: told.issue, actors: actors.iter().copied().map(fan).collect() }
        })
        .collect()
}

/// Linear between the sorted values (Hyndman and Fan 1996, type 7).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let below = at as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
}
