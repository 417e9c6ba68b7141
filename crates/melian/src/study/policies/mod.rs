//! What each policy would change: every measure, on the same draws; and which policy an actor could want by which
//! standard, without a probability for families.
//!
//! Options are the scenario as written and each of its policies alone. The guard decides what is compared: while a
//! conflict is not over, coercive policies are left out. Combinations are searched among policies that are not coercive
//! whatever the status, and change different things.

mod options;
#[cfg(test)]
mod tests;

use rayon::prelude::*;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::ensemble::Settings;
use crate::lens::{Family, Lens, Quantity, Unit};
use crate::scenario::{ActorId, Guard, Overlay, Scenario, conflicts};
use options::{Column, Outcome};

/// Policies put on together at most.
const TOGETHER: usize = 3;
/// Combinations looked at, smaller ones first, in the order of the file.
const COMBINATIONS: usize = 60;

/// What the policies of a scenario would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Policies {
    /// Draws looked at.
    pub draws: u64,
    /// Policies compared, by their place in the scenario.
    pub compared: Vec<usize>,
    /// Policies left out because the conflict is not over and they are coercive.
    pub left_out: Vec<usize>,
    /// The effect of each policy on each measure of each lens.
    pub effects: Vec<Effect>,
    /// How each actor could choose, by actor and option.
    pub standards: Vec<Standards>,
    /// Policies put on together.
    pub combinations: Vec<Combination>,
    /// Combinations there are beyond those looked at.
    pub not_looked_at: usize,
    /// Lenses that can't speak here, with the reason.
    pub silent: Vec<(String, String)>,
}

/// What a policy does to a measure of a lens: differences draw by draw, on the same draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// The policy's place in the scenario.
    pub policy: usize,
    /// The lens's full id.
    pub lens: String,
    /// Its family.
    pub family: Family,
    /// The measure's column: `gain_melos`.
    pub measure: String,
    /// What it measures, in the scenario as written.
    #[serde(skip)]
    pub quantity: Quantity,
    /// Its unit.
    pub unit: Unit,
    /// Draws in which it has a value with and without the policy.
    pub judged: u64,
    /// Its mean without the policy, over these.
    pub before: f64,
    /// Its mean with it.
    pub after: f64,
    /// The mean difference, with a 90 % interval for it (normal, from the spread of the differences).
    pub change: f64,
    /// The interval.
    pub interval: (f64, f64),
    /// The 5 % and 95 % points of the differences over the draws.
    pub spread: (f64, f64),
    /// The share of draws in which it rises.
    pub rises: f64,
    /// The share in which it falls.
    pub falls: f64,
}

/// How an actor's gain fares under each option, in every draw and lens; never pooled over families.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standards {
    /// Whose gain.
    pub actor: ActorId,
    /// One per option: as written, then the policies compared.
    pub options: Vec<Standing>,
    /// Options that are at least as good as another in every draw and lens and better in some: (better, worse).
    pub dominates: Vec<(usize, usize)>,
    /// The option with the best worst case; `None` where several tie.
    pub maximin: Option<usize>,
    /// The option with the least greatest regret.
    pub minimax_regret: Option<usize>,
    /// The option that is no worse than no deal most often, in the family in which it is so least often.
    pub satisficing: Option<usize>,
}

/// One option in an actor's eyes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The policy's place in the scenario; `None` for the scenario as written.
    pub policy: Option<usize>,
    /// Mean gain by family, over its lenses and the draws.
    pub mean: Vec<(Family, f64)>,
    /// The worst gain in any draw and lens.
    pub worst: f64,
    /// The greatest regret in any draw and lens: what the best option there gains more.
    pub regret: f64,
    /// The mean regret by family.
    pub mean_regret: Vec<(Family, f64)>,
    /// The share of draws in which it gains at least nothing, by family.
    pub satisfied: Vec<(Family, f64)>,
}

/// Several policies together, against the scenario as written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Combination {
    /// Their places in the scenario.
    pub policies: Vec<usize>,
    /// The share of draws with room; NaN where nobody can say.
    pub room: f64,
    /// The same under the best of its parts alone.
    pub room_of_best_part: f64,
    /// The mean chance that a deal stands, by family that can speak of it.
    pub deal: Vec<(Family, f64)>,
    /// The mean chance of war, by family.
    pub war: Vec<(Family, f64)>,
    /// The change of every actor's mean gain, by family.
    pub gains: Vec<Vec<(Family, f64)>>,
}

/// What the scenario's policies would change, through the given lenses, seen as `under` has it; `combine`: also together.
///
/// # Errors
/// Mistaken lens options, overlays that can't be put on together, or a design that can't carry the scenario.
pub fn study(
    scenario: &Scenario,
    under: &[&Overlay],
    settings: &Settings,
    lenses: &[&'static dyn Lens],
    combine: bool,
) -> Result<Policies, Vec<Diagnostic>> {
    let guard = Guard::new(scenario);
    let (compared, left_out): (Vec<usize>, Vec<usize>) =
        (0..scenario.policies.len()).partition(|&policy| guard.may_rank(&scenario.policies[policy]));
    let run = |policies: &[usize]| {
        let on = policies.iter().map(|&policy| &scenario.policies[policy]);
        let overlays: Vec<&Overlay> = under.iter().copied().chain(on).collect();
        options::run(scenario, &overlays, settings, lenses)
    };
    let alone: Vec<Outcome> = std::iter::once(Vec::new())
        .chain(compared.iter().map(|&policy| vec![policy]))
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|policies| run(&policies))
        .collect::<Result<_, _>>()?;
    let (base, others) = (&alone[0], &alone[1..]);
    let effects = compared
        .iter()
        .zip(others)
        .flat_map(|(&policy, outcome)| effects(scenario, policy, base, outcome))
        .collect();
    let standards =
        scenario.actor_ids().filter_map(|actor| standards(scenario, actor, &compared, &alone)).collect();
    let (sets, not_looked_at) =
        if combine { combinations(scenario, under, &compared, guard) } else { (Vec::new(), 0) };
    let combinations = sets
        .into_par_iter()
        .map(|set| {
            let outcome = run(&set)?;
            let parts: Vec<&Outcome> =
                (0..compared.len()).filter(|&at| set.contains(&compared[at])).map(|at| &others[at]).collect();
            Ok(combination(scenario, set, &outcome, base, &parts))
        })
        .collect::<Result<Vec<Combination>, Vec<Diagnostic>>>()?;
    let mut answer = Policies {
        draws: settings.draws,
        compared,
        left_out,
        effects,
        standards,
        combinations,
        not_looked_at,
        silent: base.silent.clone(),
    };
    rank(&mut answer.combinations);
    Ok(answer)
}

/// The differences a policy makes, measure by measure.
fn effects(scenario: &Scenario, policy: usize, base: &Outcome, outcome: &Outcome) -> Vec<Effect> {
    let of = |before: &Column| {
        let after = outcome.column(&before.lens, &before.name)?;
        let pairs = before.values.iter().zip(&after.values).filter(|(a, b)| !a.is_nan() && !b.is_nan());
        let pairs: Vec<(f64, f64)> = pairs.map(|(a, b)| (*a, *b)).collect();
        let quantity = before.quantity?;
        effect(&pairs).map(|told| Effect {
            policy,
            lens: before.lens.clone(),
            family: before.family,
            measure: before.name.clone(),
            quantity,
            unit: before.unit,
            ..told
        })
    };
    debug_assert!(policy < scenario.policies.len());
    base.columns.iter().filter_map(of).collect()
}

/// A measure with and without something, draw by draw; `None` without draws. What it is of is left to the caller.
fn effect(pairs: &[(f64, f64)]) -> Option<Effect> {
    /// The 95 % point of the normal distribution.
    const Z: f64 = 1.644_853_626_951_472_2;
    if pairs.is_empty() {
        return None;
    }
    let n = pairs.len() as f64;
    let mut differences: Vec<f64> = pairs.iter().map(|(before, after)| after - before).collect();
    let change = differences.iter().sum::<f64>() / n;
    let squares: f64 =
        differences.iter().map(|difference| (difference - change) * (difference - change)).sum();
    let error = if pairs.len() > 1 { (squares / (n - 1.0) / n).sqrt() } else { f64::NAN };
    let share = |wanted: &dyn Fn(f64) -> bool| differences.iter().filter(|&&d| wanted(d)).count() as f64 / n;
    let (rises, falls) = (share(&|d| d > 0.0), share(&|d| d < 0.0));
    differences.sort_by(f64::total_cmp);
    Some(Effect {
        policy: 0,
        lens: String::new(),
        family: Family::BaseRate,
        measure: String::new(),
        quantity: Quantity::Room,
        unit: Unit::Flag,
        judged: pairs.len() as u64,
        before: pairs.iter().map(|(before, _)| before).sum::<f64>() / n,
        after: pairs.iter().map(|(_, after)| after).sum::<f64>() / n,
        change,
        interval: (change - Z * error, change + Z * error),
        spread: (quantile(&differences, 0.05), quantile(&differences, 0.95)),
        rises,
        falls,
    })
}

/// Linear between the sorted values (Hyndman and Fan 1996, type 7).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let below = at as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
}

/// An actor's gains by option in the draws and lenses where every option has one: by lens, `[draw][option]`.
struct Gains {
    lenses: Vec<(Family, Vec<Vec<f64>>)>,
}

impl Gains {
    fn of(scenario: &Scenario, actor: ActorId, options: &[Outcome]) -> Self {
        let name = Quantity::Gain(actor).column(scenario);
        let own = options[0].columns.iter().filter(|column| column.name == name);
        let lenses = own.filter_map(|column| {
            let by_option: Vec<&Column> =
                options.iter().map(|option| option.column(&column.lens, &name)).collect::<Option<_>>()?;
            let cells = (0..column.values.len()).map(|draw| {
                by_option.iter().map(|column| column.values.get(draw).copied().unwrap_or(f64::NAN)).collect()
            });
            let whole: Vec<Vec<f64>> =
                cells.filter(|cell: &Vec<f64>| !cell.iter().any(|v| v.is_nan())).collect();
            (!whole.is_empty()).then_some((column.family, whole))
        });
        Self { lenses: lenses.collect() }
    }

    fn cells(&self) -> impl Iterator<Item = &Vec<f64>> {
        self.lenses.iter().flat_map(|(_, cells)| cells)
    }

    /// The mean of something of each cell, by family.
    fn by_family(&self, of: impl Fn(&[f64]) -> f64) -> Vec<(Family, f64)> {
        let mut families: Vec<(Family, f64, f64)> = Vec::new();
        for (family, cells) in &self.lenses {
            let sum: f64 = cells.iter().map(|cell| of(cell)).sum();
            match families.iter_mut().find(|(known, ..)| known == family) {
                Some((_, total, count)) => {
                    *total += sum;
                    *count += cells.len() as f64;
                }
                None => families.push((*family, sum, cells.len() as f64)),
            }
        }
        families.sort_unstable_by_key(|(family, ..)| *family);
        families.into_iter().map(|(family, sum, count)| (family, sum / count)).collect()
    }
}

/// How an actor could choose; `None` where it has no payoffs.
fn standards(
    scenario: &Scenario,
    actor: ActorId,
    compared: &[usize],
    options: &[Outcome],
) -> Option<Standards> {
    let gains = Gains::of(scenario, actor, options);
    if gains.lenses.is_empty() {
        return None;
    }
    let best = |cell: &[f64]| cell.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let standing = |option: usize| Standing {
        policy: option.checked_sub(1).map(|at| compared[at]),
        mean: gains.by_family(|cell| cell[option]),
        worst: gains.cells().map(|cell| cell[option]).fold(f64::INFINITY, f64::min),
        regret: gains.cells().map(|cell| best(cell) - cell[option]).fold(0.0, f64::max),
        mean_regret: gains.by_family(|cell| best(cell) - cell[option]),
        satisfied: gains.by_family(|cell| f64::from(cell[option] >= 0.0)),
    };
    let standings: Vec<Standing> = (0..options.len()).map(standing).collect();
    let least = |standing: &Standing| standing.satisfied.iter().map(|(_, share)| *share).fold(1.0, f64::min);
    Some(Standards {
        actor,
        dominates: dominates(&gains, options.len()),
        maximin: only_best(&standings, |standing| standing.worst),
        minimax_regret: only_best(&standings, |standing| -standing.regret),
        satisficing: only_best(&standings, least),
        options: standings,
    })
}

fn dominates(gains: &Gains, options: usize) -> Vec<(usize, usize)> {
    let pairs = (0..options).flat_map(|one| (0..options).map(move |other| (one, other)));
    pairs
        .filter(|&(one, other)| {
            one != other
                && gains.cells().all(|cell| cell[one] >= cell[other])
                && gains.cells().any(|cell| cell[one] > cell[other])
        })
        .collect()
}

/// The option with the greatest value; `None` if several have it.
fn only_best(standings: &[Standing], value: impl Fn(&Standing) -> f64) -> Option<usize> {
    let best = standings.iter().map(&value).fold(f64::NEG_INFINITY, f64::max);
    let mut at = (0..standings.len()).filter(|&option| value(&standings[option]) == best);
    let first = at.next()?;
    at.next().is_none().then_some(first)
}

/// Sets of two and three policies that are not coercive and change different things, smaller sets first; and how many
/// more there are.
fn combinations(
    scenario: &Scenario,
    under: &[&Overlay],
    compared: &[usize],
    guard: Guard<'_>,
) -> (Vec<Vec<usize>>, usize) {
    let open: Vec<usize> = compared
        .iter()
        .copied()
        .filter(|&policy| guard.coercion(&scenario.policies[policy]).is_none())
        .collect();
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut last: Vec<Vec<usize>> = open.iter().map(|&policy| vec![policy]).collect();
    for _ in 1..TOGETHER {
        let larger = last.iter().flat_map(|set| {
            let after = open.iter().copied().filter(|policy| set.last().is_some_and(|last| policy > last));
            after.map(|policy| set.iter().copied().chain([policy]).collect::<Vec<_>>()).collect::<Vec<_>>()
        });
        last = larger.filter(|set| compatible(scenario, under, set)).collect();
        all.extend(last.iter().cloned());
    }
    let rest = all.len().saturating_sub(COMBINATIONS);
    all.truncate(COMBINATIONS);
    (all, rest)
}

fn compatible(scenario: &Scenario, under: &[&Overlay], set: &[usize]) -> bool {
    let on = set.iter().map(|&policy| &scenario.policies[policy]);
    let overlays: Vec<&Overlay> = under.iter().copied().chain(on).collect();
    conflicts(&overlays).is_empty()
}

fn combination(
    scenario: &Scenario,
    policies: Vec<usize>,
    outcome: &Outcome,
    base: &Outcome,
    parts: &[&Outcome],
) -> Combination {
    let room = Quantity::Room.column(scenario);
    let of = |quantity: Quantity, outcome: &Outcome| outcome.means_by_family(&quantity.column(scenario));
    let gains = scenario.actor_ids().map(|actor| {
        let (now, then) = (of(Quantity::Gain(actor), outcome), of(Quantity::Gain(actor), base));
        let change = |(family, mean): (Family, f64)| {
            let before = then.iter().find(|(known, _)| *known == family)?.1;
            Some((family, mean - before))
        };
        now.into_iter().filter_map(change).collect()
    });
    Combination {
        room: outcome.mean(&room),
        room_of_best_part: parts.iter().map(|part| part.mean(&room)).fold(f64::NAN, f64::max),
        deal: of(Quantity::Ending(crate::lens::Ending::Deal), outcome),
        war: of(Quantity::War, outcome),
        gains: gains.collect(),
        policies,
    }
}

/// By room, then by the least chance of a deal that a family gives; ties as they are.
fn rank(combinations: &mut [Combination]) {
    let room = |one: &Combination| if one.room.is_nan() { 0.0 } else { one.room };
    let deal = |one: &Combination| one.deal.iter().map(|(_, chance)| *chance).fold(f64::INFINITY, f64::min);
    combinations.sort_by(|a, b| room(b).total_cmp(&room(a)).then_with(|| deal(b).total_cmp(&deal(a))));
}
