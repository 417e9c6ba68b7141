//! The crisis lens read in full: the middle case, how plays go over draws, and whether choices of the modeller matter.

use rayon::prelude::*;
use serde::Serialize;

use crate::case::{CaseBlock, LANES};
use crate::ensemble::{Arm, Plan};
use crate::lens::crisis::{BeliefPath, Choice, CrisisReading, Headline, OverTime, Round};
use crate::lens::{self, Family, Measure, Model, Quantity};
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
    let variant = &plan.variants()[0];
    let middle = central(&variant.scenario);
    plan.arms()
        .enumerate()
        .filter(|(_, arm)| arm.policy.is_none() && arm.perspective.is_none() && arm.family == Family::Crisis)
        .filter_map(|(index, arm)| {
            let draws = draws.min(plan.draws(index)).clamp(1, LANES as u64);
            let block = variant.block(0, draws as usize);
            story(arm, &variant.scenario, plan.model(index), &middle, &block)
        })
        .collect()
}

fn story(
    arm: &Arm,
    scenario: &Scenario,
    model: &dyn Model,
    middle: &CaseBlock,
    block: &CaseBlock,
) -> Option<CrisisStory> {
    let draws = || (0..block.len()).into_par_iter().map(|lane| model.crisis_over_time(&block.case(lane)));
    let (central, draws) =
        rayon::join(|| model.crisis(&middle.case(0)), || draws().collect::<Option<Vec<OverTime>>>());
    let (central, draws) = (central?, draws?);
    let rounds: Vec<&[Round]> = draws.iter().map(|draw| draw.rounds.as_slice()).collect();
    let beliefs: Vec<&[BeliefPath]> = draws.iter().map(|draw| draw.beliefs.as_slice()).collect();
    let before: Vec<&Headline> = draws.iter().map(|draw| &draw.headline).collect();
    let headlines: Vec<Quantity> =
        model.measures().iter().filter(|one| is_headline(one)).map(|one| one.quantity).collect();
    Some(CrisisStory {
        arm: arm.clone(),
        draws: draws.len() as u64,
        rounds: mean_rounds(&rounds),
        beliefs: fans(&beliefs),
        checks: checks(arm, scenario, &central, block, &before, &headlines),
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

/// The middle case and the same draws by the same lens, with one choice of the modeller changed at a time.
fn checks(
    arm: &Arm,
    scenario: &Scenario,
    central: &CrisisReading,
    block: &CaseBlock,
    before: &[&Headline],
    headlines: &[Quantity],
) -> Vec<Check> {
    if central.size.unknowns > COMPARED {
        return Vec::new();
    }
    let Some(given) = central.others.first() else { return Vec::new() };
    let tried: Vec<(&Headline, Box<dyn Model>)> = central
        .others
        .iter()
        .filter_map(|other| Some((other, with_choice(arm, scenario, other.choice)?)))
        .collect();
    let cases = tried.len() * block.len();
    let after: Vec<Option<Headline>> = (0..cases)
        .into_par_iter()
        .map(|at| tried[at / block.len()].1.crisis_headline(&block.case(at % block.len())))
        .collect();
    tried
        .iter()
        .zip(after.chunks(block.len()))
        .map(|((other, _), after)| {
            let drawn =
                before.iter().zip(after).filter_map(|(before, after)| Some((*before, after.as_ref()?)));
            let pairs: Vec<(&Headline, &Headline)> = std::iter::once((given, *other)).chain(drawn).collect();
            check(other.choice, &pairs, headlines)
        })
        .collect()
}

/// The lens with another memory or another grid of offers; `None` for choices that are not tried on draws.
fn with_choice(arm: &Arm, scenario: &Scenario, choice: Choice) -> Option<Box<dyn Model>> {
    let (key, value) = match choice {
        Choice::Memory(acts) => ("memory", acts),
        Choice::Offers(points) => ("offers", points),
        _ => return None,
    };
    let mut options = scenario.lens_options.get(&arm.lens).cloned().unwrap_or_default();
    set(&mut options, key, f64::from(value));
    let lens = *lens::find(&lens::full_id(&arm.lens, &arm.reading)).first()?;
    lens.prepare(scenario, &options).ok()
}

fn check(choice: Choice, pairs: &[(&Headline, &Headline)], headlines: &[Quantity]) -> Check {
    let moves: Vec<Moved> = headlines.iter().filter_map(|&quantity| moved(quantity, pairs)).collect();
    let holds = moves.iter().all(|moved| (moved.to - moved.from).abs() <= tolerance(moved.quantity));
    Check { choice, draws: pairs.len() as u64, moves, holds }
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

/// One of a draw's main numbers; NaN where it says nothing.
fn value(headline: &Headline, quantity: Quantity) -> f64 {
    match quantity {
        Quantity::Ending(ending) => headline.endings[ending as usize],
        Quantity::War => headline.war,
        Quantity::Terms(issue) => {
            headline.terms.iter().find(|(known, _)| *known == issue).map_or(f64::NAN, |(_, at)| *at)
        }
        _ => f64::NAN,
    }
}

fn moved(quantity: Quantity, pairs: &[(&Headline, &Headline)]) -> Option<Moved> {
    let both: Vec<(f64, f64)> = pairs
        .iter()
        .map(|(before, after)| (value(before, quantity), value(after, quantity)))
        .filter(|(a, b)| a.is_finite() && b.is_finite())
        .collect();
    if both.is_empty() {
        return None;
    }
    let mean = |of: fn(&(f64, f64)) -> f64| both.iter().map(of).sum::<f64>() / both.len() as f64;
    let most = both.iter().map(|(a, b)| (b - a).abs()).fold(0.0, f64::max);
    Some(Moved { quantity, from: mean(|(a, _)| *a), to: mean(|(_, b)| *b), most })
}
