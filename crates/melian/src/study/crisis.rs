//! The crisis lens read in full: the middle case, how plays go over draws, and whether choices of the modeller matter.

use rayon::prelude::*;
use serde::Serialize;

use crate::case::{CaseBlock, LANES};
use crate::ensemble::{Arm, Plan};
use crate::lens::crisis::{BeliefPath, Choice, CrisisReading, Round};
use crate::lens::{self, Family, Measure, Model, Quantity, RowBlock, Scratch, Streams};
use crate::scenario::{ActorId, LensOptions, OptionValue, Plain, Scenario};
use crate::study::course::{SHARES, central};

/// Draws a reading is averaged over, unless the run has fewer.
pub const DRAWS: u64 = 32;
/// A chance that moves by more than this, or terms by more than a hundred times it, counts as another answer.
pub const TOLERANCE: f64 = 0.05;
/// Above this many probabilities in the game, other grids and memories are not tried.
const COMPARED: usize = 20_000;

/// What the crisis lens makes of the scenario as written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrisisStory {
    /// The lens.
    pub arm: Arm,
    /// Every input at its median: no draw of the run, but the one to read first.
    pub central: CrisisReading,
    /// How many draws the rest is of: the first of the run.
    pub draws: u64,
    /// Where plays stand, as a mean over draws.
    pub rounds: Vec<Round>,
    /// Beliefs over draws.
    pub beliefs: Vec<BeliefFan>,
    /// What a finer grid of offers and another memory would change.
    pub checks: Vec<Check>,
}

/// One actor's belief about another's type, if it is of that type, over draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BeliefFan {
    /// Who believes.
    pub holder: ActorId,
    /// About whom.
    pub about: ActorId,
    /// The type.
    pub of_type: String,
    /// Quantiles at [`SHARES`] by round; only rounds that play reaches in every draw.
    pub rounds: Vec<[f64; 5]>,
}

/// How far the answer moves under another choice of the modeller.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// The choice.
    pub choice: Choice,
    /// Draws compared, the middle case among them.
    pub draws: u64,
    /// Each headline with its mean before and after, and the largest move in a single draw.
    pub moves: Vec<Moved>,
    /// Whether no headline's mean moves by more than [`TOLERANCE`].
    pub holds: bool,
}

/// How far one headline moves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Moved {
    /// Which.
    pub quantity: Quantity,
    /// Its mean as given.
    pub from: f64,
    /// Its mean under the other choice.
    pub to: f64,
    /// The largest move in one draw.
    pub most: f64,
}

/// The stories of every crisis lens of the run, from its first `draws` draws (at most [`LANES`]).
#[must_use]
pub fn stories(plan: &Plan, draws: u64) -> Vec<CrisisStory> {
    let draws = draws.min(plan.settings().draws).clamp(1, LANES as u64);
    let variant = &plan.variants()[0];
    let middle = central(&variant.scenario);
    let block = variant.block(0, draws as usize);
    plan.arms()
        .enumerate()
        .filter(|(_, arm)| arm.policy.is_none() && arm.perspective.is_none() && arm.family == Family::Crisis)
        .filter_map(|(index, arm)| story(arm, &variant.scenario, plan.model(index), &middle, &block))
        .collect()
}

fn story(
    arm: &Arm,
    scenario: &Scenario,
    model: &dyn Model,
    middle: &CaseBlock,
    block: &CaseBlock,
) -> Option<CrisisStory> {
    let central = model.crisis(&middle.case(0))?;
    let paths: Vec<(Vec<Round>, Vec<BeliefPath>)> = (0..block.len())
        .into_par_iter()
        .filter_map(|lane| model.crisis_over_time(&block.case(lane)))
        .collect();
    let rounds: Vec<&[Round]> = paths.iter().map(|(rounds, _)| rounds.as_slice()).collect();
    let beliefs: Vec<&[BeliefPath]> = paths.iter().map(|(_, beliefs)| beliefs.as_slice()).collect();
    let checks = if central.size.unknowns > COMPARED {
        Vec::new()
    } else {
        let others = central.others.iter().map(|other| other.choice);
        let tried = others.filter(|choice| matches!(choice, Choice::Memory(_) | Choice::Offers(_)));
        tried.filter_map(|choice| check(arm, scenario, model, choice, &[middle, block])).collect()
    };
    Some(CrisisStory {
        arm: arm.clone(),
        draws: paths.len() as u64,
        rounds: mean_rounds(&rounds),
        beliefs: fans(&beliefs),
        checks,
        central,
    })
}

fn mean_rounds(draws: &[&[Round]]) -> Vec<Round> {
    let Some(first) = draws.first() else { return Vec::new() };
    let mean = |of: &dyn Fn(&[Round]) -> f64| {
        draws.iter().map(|rounds| of(rounds)).sum::<f64>() / draws.len() as f64
    };
    (0..first.len())
        .map(|at| Round {
            round: first[at].round,
            on_rung: (0..first[at].on_rung.len())
                .map(|rung| mean(&|rounds| rounds[at].on_rung[rung]))
                .collect(),
            ended: [0, 1, 2, 3].map(|ending| mean(&|rounds| rounds[at].ended[ending])),
            war: mean(&|rounds| rounds[at].war),
        })
        .collect()
}

fn fans(draws: &[&[BeliefPath]]) -> Vec<BeliefFan> {
    let Some(first) = draws.first() else { return Vec::new() };
    (0..first.len())
        .map(|path| {
            let reached = |round: usize| draws.iter().all(|paths| paths[path].if_so[round].is_finite());
            let rounds = (0..first[path].if_so.len()).take_while(|&round| reached(round));
            let spread = |round: usize| {
                let mut values: Vec<f64> = draws.iter().map(|paths| paths[path].if_so[round]).collect();
                values.sort_by(f64::total_cmp);
                SHARES.map(|share| values[((values.len() - 1) as f64 * share).round() as usize])
            };
            BeliefFan {
                holder: first[path].holder,
                about: first[path].about,
                of_type: first[path].of_type.clone(),
                rounds: rounds.map(spread).collect(),
            }
        })
        .collect()
}

/// The same draws by the same lens with one option changed.
fn check(
    arm: &Arm,
    scenario: &Scenario,
    model: &dyn Model,
    choice: Choice,
    blocks: &[&CaseBlock],
) -> Option<Check> {
    let (key, value) = match choice {
        Choice::Memory(acts) => ("memory", acts),
        Choice::Offers(points) => ("offers", points),
        _ => return None,
    };
    let mut options = scenario.lens_options.get(&arm.lens).cloned().unwrap_or_default();
    set(&mut options, key, f64::from(value));
    let lens = *lens::find(&lens::full_id(&arm.lens, &arm.reading)).first()?;
    let other = lens.prepare(scenario, &options).ok()?;
    let streams = Streams::new(0, lens.card());
    let before = means(model, blocks, &streams);
    let after = means(other.as_ref(), blocks, &streams);
    let moves: Vec<Moved> = model
        .measures()
        .iter()
        .enumerate()
        .filter(|(_, measure)| is_headline(measure))
        .filter_map(|(at, measure)| {
            let place = other.measures().iter().position(|other| other.quantity == measure.quantity)?;
            moved(measure.quantity, &before[at], &after[place])
        })
        .collect();
    let draws = blocks.iter().map(|block| block.len() as u64).sum();
    let holds = moves.iter().all(|moved| (moved.to - moved.from).abs() <= tolerance(moved.quantity));
    Some(Check { choice, draws, moves, holds })
}

/// How far a headline's mean may move.
#[must_use]
pub fn tolerance(quantity: Quantity) -> f64 {
    match quantity {
        Quantity::Terms(_) => 100.0 * TOLERANCE,
        _ => TOLERANCE,
    }
}

fn set(options: &mut LensOptions, key: &str, number: f64) {
    let span = options.span.unwrap_or_default();
    let value = OptionValue { value: Plain::Number(number), key_span: span, span };
    options.values.insert(key.to_owned(), value);
}

fn is_headline(measure: &Measure) -> bool {
    matches!(measure.quantity, Quantity::Ending(_) | Quantity::War | Quantity::Terms(_))
}

/// `[measure][draw]`, the first branch of each; NaN where there is no row.
fn means(model: &dyn Model, blocks: &[&CaseBlock], streams: &Streams) -> Vec<Vec<f64>> {
    let lanes: Vec<(&CaseBlock, usize)> =
        blocks.iter().flat_map(|&block| (0..block.len()).map(move |lane| (block, lane))).collect();
    let rows: Vec<Vec<f64>> = lanes
        .into_par_iter()
        .map_init(Scratch::default, |scratch, (block, lane)| {
            let mut rows = RowBlock::default();
            model.solve(&block.single(lane), streams, &mut rows, scratch);
            rows.columns.iter().map(|column| column.first().copied().unwrap_or(f64::NAN)).collect()
        })
        .collect();
    (0..model.measures().len()).map(|at| rows.iter().map(|row| row[at]).collect()).collect()
}

fn moved(quantity: Quantity, before: &[f64], after: &[f64]) -> Option<Moved> {
    let both: Vec<(f64, f64)> = before
        .iter()
        .copied()
        .zip(after.iter().copied())
        .filter(|(a, b)| a.is_finite() && b.is_finite())
        .collect();
    if both.is_empty() {
        return None;
    }
    let mean = |of: fn(&(f64, f64)) -> f64| both.iter().map(of).sum::<f64>() / both.len() as f64;
    let most = both.iter().map(|(a, b)| (b - a).abs()).fold(0.0, f64::max);
    Some(Moved { quantity, from: mean(|(a, _)| *a), to: mean(|(_, b)| *b), most })
}
