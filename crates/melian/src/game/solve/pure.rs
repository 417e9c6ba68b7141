//! All equilibria in pure strategies, by enumeration: of the reduced strategic form, or of the agent form.

use crate::game::arena::{Arena, NodeKind, Recall};
use crate::game::budget::{Control, Limits, Progress, Status};
use crate::game::certify::{exact_regrets, relative_regret};
use crate::game::payoffs::{Numbers, ranges};
use crate::game::rational::Rational;

/// Who may deviate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Players, over whole strategies: Nash equilibrium.
    Strategic,
    /// One information set at a time: a superset of the Nash equilibria.
    Agent,
}

/// What an enumeration found.
#[derive(Clone, Debug, PartialEq)]
pub struct PureEquilibria {
    /// Probability (0 or 1) of each action, for each equilibrium. In the strategic form, sets that a player's
    /// own strategy rules out play their first action.
    pub profiles: Vec<Vec<f64>>,
    /// Whether all profiles were tried.
    pub complete: bool,
}

/// Too many strategies for an enumeration in the memory allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl std::fmt::Display for TooMany {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "too many pure strategy profiles for the memory allowed")
    }
}

impl std::error::Error for TooMany {}

/// One who chooses among strategies; a strategy lists the slots it plays.
struct Unit {
    owner: usize,
    strategies: Vec<Vec<u32>>,
}

/// Enumerates all pure equilibria.
///
/// # Errors
/// [`TooMany`] if the table of payoffs would not fit.
pub fn pure_equilibria(
    arena: &Arena,
    form: Form,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Result<PureEquilibria, TooMany> {
    let most = (limits.memory / 16).min(1 << 32) as usize;
    let units = match form {
        Form::Strategic => (0..arena.players())
            .map(|p| reduced(arena, p, most).map(|strategies| Unit { owner: p, strategies }))
            .collect::<Option<Vec<_>>>()
            .ok_or(TooMany)?,
        Form::Agent => (0..arena.infosets())
            .map(|i| Unit {
                owner: arena.info_player[i] as usize,
                strategies: arena.acts(i).map(|s| vec![s as u32]).collect(),
            })
            .collect(),
    };
    let cells = units
        .iter()
        .try_fold(1_usize, |n, u| n.checked_mul(u.strategies.len()))
        .filter(|&n| n.saturating_mul(units.len().max(1)) <= most)
        .ok_or(TooMany)?;
    let numbers = Numbers::of(arena);
    let mut table = vec![0.0; cells * units.len()];
    let mut picks = vec![0; units.len()];
    for cell in 0..cells {
        let status = Status { stage: "pure", step: cell as u64, lambda: 0.0, regret: f64::INFINITY };
        if cell % 1024 == 0 && (cell as u64 / 1024 > limits.steps || progress.report(status) == Control::Stop)
        {
            return Ok(PureEquilibria { profiles: Vec::new(), complete: false });
        }
        let mut rest = cell;
        for (pick, unit) in picks.iter_mut().zip(&units) {
            *pick = rest % unit.strategies.len();
            rest /= unit.strategies.len();
        }
        let value = play(arena, &numbers, &chosen(arena, &units, &picks));
        for (k, unit) in units.iter().enumerate() {
            table[cell * units.len() + k] = value[unit.owner];
        }
    }
    let ranges = ranges(arena, &numbers.payoff);
    let good = stable_cells(&units, &table, cells, &ranges);
    let mut profiles = Vec::new();
    for cell in good {
        let mut rest = cell;
        for (pick, unit) in picks.iter_mut().zip(&units) {
            *pick = rest % unit.strategies.len();
            rest /= unit.strategies.len();
        }
        let profile = profile(arena, &chosen(arena, &units, &picks));
        if form == Form::Agent || confirmed(arena, &numbers, &profile) {
            profiles.push(profile);
        }
    }
    Ok(PureEquilibria { profiles, complete: true })
}

/// Cells in which no unit gains by another strategy.
fn stable_cells(units: &[Unit], table: &[f64], cells: usize, ranges: &[f64]) -> Vec<usize> {
    let mut good = vec![true; cells];
    let mut stride = 1;
    for (k, unit) in units.iter().enumerate() {
        let m = unit.strategies.len();
        let tolerance = 1e-9 * ranges[unit.owner];
        for cell in (0..cells).filter(|c| (c / stride) % m == 0) {
            let at = |j: usize| table[(cell + j * stride) * units.len() + k];
            let best = (0..m).map(at).fold(f64::NEG_INFINITY, f64::max);
            for j in 0..m {
                good[cell + j * stride] &= at(j) >= best - tolerance;
            }
        }
        stride *= m;
    }
    (0..cells).filter(|&c| good[c]).collect()
}

/// Exact where recall is perfect. Absent-minded players are tested against pure deviations only.
fn confirmed(arena: &Arena, numbers: &Numbers, profile: &[f64]) -> bool {
    if arena.absent_minded().is_some() {
        return true;
    }
    let exact: Vec<Rational> = profile.iter().map(|&p| Rational::from(p as i64)).collect();
    match exact_regrets(arena, &exact) {
        Ok((_, regrets)) => regrets.iter().all(Rational::is_zero),
        Err(_) => relative_regret(arena, numbers, profile) <= 1e-9,
    }
}

/// The slot played at each information set; `u32::MAX` where the strategies say nothing.
fn chosen(arena: &Arena, units: &[Unit], picks: &[usize]) -> Vec<u32> {
    let mut out = vec![u32::MAX; arena.infosets()];
    for (unit, &pick) in units.iter().zip(picks) {
        for &slot in &unit.strategies[pick] {
            out[infoset_of_slot(arena, slot)] = slot;
        }
    }
    out
}

fn infoset_of_slot(arena: &Arena, slot: u32) -> usize {
    arena.info_slot.partition_point(|&s| s <= slot) - 1
}

fn profile(arena: &Arena, chosen: &[u32]) -> Vec<f64> {
    let mut out = vec![0.0; arena.actions()];
    for (i, &slot) in chosen.iter().enumerate() {
        let slot = if slot == u32::MAX { arena.acts(i).start } else { slot as usize };
        out[slot] = 1.0;
    }
    out
}

/// Expected payoffs of a pure profile, walking only what it reaches.
fn play(arena: &Arena, numbers: &Numbers, chosen: &[u32]) -> Vec<f64> {
    let n = arena.players();
    let mut value = vec![0.0; n];
    let mut stack = vec![(0_usize, 1.0)];
    while let Some((node, p)) = stack.pop() {
        let row = arena.outcome[node] as usize * n;
        for (v, u) in value.iter_mut().zip(&numbers.payoff[row..row + n]) {
            *v += p * u;
        }
        match arena.kind[node] {
            NodeKind::Terminal => {}
            NodeKind::Chance(_) => {
                let at = arena.slot0[node] as usize - arena.actions();
                for (&c, q) in arena.kids(node).iter().zip(&numbers.chance[at..]) {
                    if *q > 0.0 {
                        stack.push((c as usize, p * q));
                    }
                }
            }
            NodeKind::Decision(i) => {
                let slot = chosen[i.index()];
                let k = if slot == u32::MAX { 0 } else { slot - arena.slot0[node] };
                stack.push((arena.kids(node)[k as usize] as usize, p));
            }
        }
    }
    value
}

/// The reduced pure strategies of a player: choices only where own earlier choices lead. For a player who
/// forgets, one choice at every information set. `None` if there are more than `most`.
fn reduced(arena: &Arena, player: usize, most: usize) -> Option<Vec<Vec<u32>>> {
    let own: Vec<usize> = (0..arena.infosets())
        .filter(|&i| arena.info_player[i] as usize == player && !arena.mates(i).is_empty())
        .collect();
    let before = last_own_slots(arena, player);
    let remembers = arena.recall[player] == Recall::Perfect;
    let mut strategies: Vec<Vec<u32>> = vec![Vec::new()];
    // In order of first nodes, an information set comes after the own moves that lead to it.
    let mut order = own;
    order.sort_by_key(|&i| arena.mates(i)[0]);
    for i in order {
        let needs = before[arena.mates(i)[0] as usize];
        let mut next = Vec::with_capacity(strategies.len() * arena.acts(i).len());
        for s in strategies {
            if remembers && needs != u32::MAX && !s.contains(&needs) {
                next.push(s);
                continue;
            }
            for slot in arena.acts(i) {
                let mut longer = s.clone();
                longer.push(slot as u32);
                next.push(longer);
            }
            if next.len() > most {
                return None;
            }
        }
        strategies = next;
    }
    Some(strategies)
}

/// The player's last own action before each node (any, where histories merge), or `u32::MAX`.
fn last_own_slots(arena: &Arena, player: usize) -> Vec<u32> {
    let mut last = vec![u32::MAX; arena.nodes()];
    for node in 0..arena.nodes() {
        let own = matches!(arena.kind[node],
            NodeKind::Decision(i) if arena.info_player[i.index()] as usize == player);
        for (k, &c) in arena.kids(node).iter().enumerate() {
            last[c as usize] = if own { arena.slot0[node] + k as u32 } else { last[node] };
        }
    }
    last
}
