//! Backward induction in exact arithmetic, and subgame perfection for games with proper subgames.

use super::qre::{Choice, Goal, Identify, QreError, limit_of, principal_branch};
use crate::game::arena::{Arena, InfosetId, NodeKind, Parts};
use crate::game::budget::{Limits, Progress};
use crate::game::certify::relative_regret;
use crate::game::payoffs::Numbers;
use crate::game::rational::Rational;

/// A subgame-perfect equilibrium in pure strategies of a game of perfect information.
#[derive(Clone, Debug, PartialEq)]
pub struct Induction {
    /// Probability (0 or 1) of each action.
    pub profile: Vec<f64>,
    /// Exact value of the game to each player.
    pub values: Vec<Rational>,
    /// Information sets whose mover was indifferent between best actions.
    pub ties: Vec<InfosetId>,
}

/// All subgame-perfect equilibria in pure strategies of a game of perfect information, at most `limit` of
/// them, the one that breaks every tie for the earlier action first. `None` if some mover doesn't know the
/// history. The flag says whether the list is complete.
#[must_use]
pub fn backward_induction(arena: &Arena, limit: usize) -> Option<(Vec<Induction>, bool)> {
    if !arena.has_perfect_information() {
        return None;
    }
    let mut found: Vec<Induction> = Vec::new();
    // Which of the tied actions to take at the first, second, .. tie met (from the end of the game).
    let mut picks: Vec<usize> = Vec::new();
    loop {
        let mut counts = Vec::new();
        found.push(induce(arena, &picks, &mut counts));
        picks.resize(counts.len(), 0);
        while let Some(last) = picks.last_mut() {
            *last += 1;
            if *last < counts[picks.len() - 1] {
                break;
            }
            picks.pop();
        }
        if picks.is_empty() {
            return Some((found, true));
        }
        if found.len() >= limit {
            return Some((found, false));
        }
    }
}

fn induce(arena: &Arena, picks: &[usize], counts: &mut Vec<usize>) -> Induction {
    let n = arena.players();
    let mut profile = vec![0.0; arena.actions()];
    let mut ties = Vec::new();
    let mut value: Vec<Vec<Rational>> = vec![Vec::new(); arena.nodes()];
    for node in (0..arena.nodes()).rev() {
        let below: Vec<Vec<Rational>> =
            arena.kids(node).iter().map(|&c| std::mem::take(&mut value[c as usize])).collect();
        let mut here = arena.pay_exact(node).to_vec();
        match arena.kind[node] {
            NodeKind::Terminal => {}
            NodeKind::Chance(c) => {
                for (p, v) in arena.exact_chances(c).iter().zip(&below) {
                    for i in 0..n {
                        here[i] += &(p * &v[i]);
                    }
                }
            }
            NodeKind::Decision(set) => {
                let i = arena.owner(set).index();
                let best = below.iter().map(|v| &v[i]).max().expect("sets have actions");
                let tied: Vec<usize> = (0..below.len()).filter(|&k| below[k][i] == *best).collect();
                let mut pick = tied[0];
                if tied.len() > 1 {
                    pick = tied[picks.get(counts.len()).copied().unwrap_or(0)];
                    counts.push(tied.len());
                    ties.push(set);
                }
                profile[arena.slot0[node] as usize + pick] = 1.0;
                for (h, v) in here.iter_mut().zip(&below[pick]) {
                    *h += v;
                }
            }
        }
        value[node] = here;
    }
    // Information sets without nodes still need a distribution.
    for set in (0..arena.infosets()).filter(|&s| arena.mates(s).is_empty()) {
        profile[arena.acts(set).start] = 1.0;
    }
    ties.reverse();
    Induction { profile, values: std::mem::take(&mut value[0]), ties }
}

/// The roots of subgames of a tree, in prefix order: nodes below which no information set reaches outside.
#[must_use]
pub fn subgames(arena: &Arena) -> Vec<usize> {
    if !arena.is_tree() {
        return vec![0];
    }
    let nodes = arena.nodes();
    let (mut end, mut low, mut high) = (vec![0; nodes], vec![0; nodes], vec![0; nodes]);
    let mut roots = Vec::new();
    for node in (0..nodes).rev() {
        (end[node], low[node], high[node]) = (node + 1, node, node);
        if let NodeKind::Decision(i) = arena.kind[node] {
            let mates = arena.mates(i.index());
            low[node] = mates[0] as usize;
            high[node] = mates[mates.len() - 1] as usize;
        }
        for &c in arena.kids(node) {
            let c = c as usize;
            end[node] = end[node].max(end[c]);
            low[node] = low[node].min(low[c]);
            high[node] = high[node].max(high[c]);
        }
        let decides = end[node] > node + 1;
        if decides && low[node] >= node && high[node] < end[node] {
            roots.push(node);
        }
    }
    roots.reverse();
    if roots.first() != Some(&0) {
        roots.insert(0, 0);
    }
    roots
}

/// A subgame-perfect equilibrium: every subgame solved from the smallest up, a solved one standing as its
/// value; a single mover picks the first best action, else the logit limit is taken.
/// Returns the probability of each action.
///
/// # Errors
/// See [`QreError`]; merged histories are solved as one game.
pub fn subgame_perfect(
    arena: &Arena,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Result<Vec<f64>, QreError> {
    let n = arena.players();
    let mut profile = vec![0.0; arena.actions()];
    for i in 0..arena.infosets() {
        profile[arena.acts(i).start] = 1.0;
    }
    let mut solved: Vec<Option<Vec<f64>>> = vec![None; arena.nodes()];
    for &root in subgames(arena).iter().rev() {
        if arena.kids(root).is_empty() {
            continue;
        }
        let (sub, sets) = extract(arena, root, &solved);
        let numbers = Numbers::of(&sub);
        let play = solve_one(&sub, &numbers, limits, progress)?;
        for (local, &set) in sets.iter().enumerate() {
            profile[arena.acts(set)].copy_from_slice(&play[sub.acts(local)]);
        }
        let mut sweep = crate::game::sweep::Sweep::new(&sub, &numbers);
        sweep.set_profile(&sub, &play);
        sweep.backward(&sub, &numbers.payoff);
        solved[root] = Some(sweep.value[..n].to_vec());
    }
    Ok(profile)
}

fn solve_one(
    sub: &Arena,
    numbers: &Numbers,
    limits: Limits,
    progress: &mut dyn Progress,
) -> Result<Vec<f64>, QreError> {
    if let Some((found, _)) = backward_induction(sub, 1) {
        return Ok(found[0].profile.clone());
    }
    let choice = Choice::plain(sub);
    let branch = principal_branch(sub, numbers, &choice, Goal::Limit(&[]), limits, progress)?;
    let mut best = branch.last.profile();
    let mut least = relative_regret(sub, numbers, &best);
    for how in [identify(1e-5, 1e-9, 800.0), identify(1e-3, 1e-9, 0.0)] {
        if let Some(limit) = limit_of(sub, numbers, &choice, &branch.last, how, limits)? {
            let play = limit.profile();
            let regret = relative_regret(sub, numbers, &play);
            if regret < least {
                (best, least) = (play, regret);
            }
        }
    }
    Ok(best)
}

fn identify(threshold: f64, pull: f64, vanish: f64) -> Identify {
    Identify { threshold, pull, vanish }
}

/// The subgame at `root` with solved subgames inside as terminal nodes, and its information sets' old places.
fn extract(arena: &Arena, root: usize, solved: &[Option<Vec<f64>>]) -> (Arena, Vec<usize>) {
    let n = arena.players();
    let mut sets: Vec<usize> = Vec::new();
    let mut set_at = vec![usize::MAX; arena.infosets()];
    let mut chances: Vec<usize> = Vec::new();
    let mut chance_at = vec![usize::MAX; arena.chances()];
    let mut nodes = vec![root];
    let mut place = vec![u32::MAX; arena.nodes()];
    // Children have larger places than parents, and a sorted list of places is a topological order.
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if node != root && solved[node].is_some() {
            continue;
        }
        for &c in arena.kids(node) {
            if place[c as usize] == u32::MAX {
                place[c as usize] = 0;
                nodes.push(c as usize);
                stack.push(c as usize);
            }
        }
    }
    nodes.sort_unstable();
    for (at, &node) in nodes.iter().enumerate() {
        place[node] = at as u32;
    }
    let mut parts = Parts {
        players: n,
        kind: Vec::new(),
        outcome: Vec::new(),
        first: vec![0],
        child: Vec::new(),
        info_player: Vec::new(),
        info_actions: Vec::new(),
        chance_moves: Vec::new(),
        chance: Vec::new(),
        exact: Vec::new(),
    };
    for &node in &nodes {
        let ended = if node == root { None } else { solved[node].as_ref() };
        let row: Vec<Rational> = match ended {
            Some(v) => v.iter().map(|&x| Rational::from_f64(x).unwrap_or(Rational::zero())).collect(),
            None => arena.pay_exact(node).to_vec(),
        };
        parts.exact.extend(row);
        parts.outcome.push(parts.outcome.len() as u32 + 1);
        let kind = match arena.kind[node] {
            _ if ended.is_some() => NodeKind::Terminal,
            NodeKind::Decision(i) => {
                let at = &mut set_at[i.index()];
                if *at == usize::MAX {
                    *at = sets.len();
                    sets.push(i.index());
                    parts.info_player.push(arena.info_player[i.index()]);
                    parts.info_actions.push(arena.acts(i.index()).len() as u32);
                }
                NodeKind::Decision(InfosetId::new(*at))
            }
            NodeKind::Chance(c) => {
                let at = &mut chance_at[c.index()];
                if *at == usize::MAX {
                    *at = chances.len();
                    chances.push(c.index());
                    parts.chance_moves.push(arena.exact_chances(c).len() as u32);
                    parts.chance.extend_from_slice(arena.exact_chances(c));
                }
                NodeKind::Chance(crate::game::ChanceId::new(*at))
            }
            NodeKind::Terminal => NodeKind::Terminal,
        };
        if ended.is_none() {
            parts.child.extend(arena.kids(node).iter().map(|&c| place[c as usize]));
        }
        parts.first.push(parts.child.len() as u32);
        parts.kind.push(kind);
    }
    (Arena::assemble(parts), sets)
}
