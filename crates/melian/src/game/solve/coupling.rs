//! How action values move with choice probabilities: the blocks of the Jacobian of the QRE equations.
//!
//! On a tree, information set I's action values depend on set J's choices in two ways only: J lies above I and
//! moves I's beliefs, or below it and moves I's values. Every pair (decision node, decision node above it)
//! gives one contribution of each kind, so the whole Jacobian costs nodes times depth. With merged histories
//! the columns come from exact directional derivatives instead.

use crate::game::arena::{Arena, Recall};
use crate::game::sweep::{Sweep, infoset_of};
use crate::game::tangent::Tangent;
use std::collections::HashMap;

const NONE: u32 = u32::MAX;

/// The blocks and where each pair of nodes contributes.
#[derive(Clone, Debug)]
pub(crate) struct Coupling {
    /// (row information set, column information set, offset of the block's values).
    pub(crate) blocks: Vec<(u32, u32, u32)>,
    /// For each pair, in the order of the walk: offset of the block above-to-below and below-to-above.
    pairs: Vec<(u32, u32)>,
    /// Position of each decision node among its members.
    member_at: Vec<u32>,
    pub(crate) size: usize,
    merged: bool,
}

impl Coupling {
    /// `None` if the tables would take more than `memory` bytes.
    pub(crate) fn new(arena: &Arena, memory: u64) -> Option<Self> {
        let mut member_at = vec![NONE; arena.nodes()];
        for (at, &node) in arena.member.iter().enumerate() {
            member_at[node as usize] = at as u32;
        }
        let mut out =
            Self { blocks: Vec::new(), pairs: Vec::new(), member_at, size: 0, merged: !arena.is_tree() };
        if out.merged {
            out.full(arena, memory)?;
        } else {
            out.tree(arena, memory)?;
        }
        Some(out)
    }

    fn full(&mut self, arena: &Arena, memory: u64) -> Option<()> {
        let n = arena.actions() as u64;
        if n.saturating_mul(n).saturating_mul(16) > memory || n * n > u64::from(NONE) {
            return None;
        }
        for r in 0..arena.infosets() as u32 {
            for c in 0..arena.infosets() as u32 {
                self.block(arena, r, c);
            }
        }
        Some(())
    }

    fn block(&mut self, arena: &Arena, row: u32, column: u32) -> u32 {
        let at = self.size as u32;
        self.blocks.push((row, column, at));
        self.size += arena.acts(row as usize).len() * arena.acts(column as usize).len();
        at
    }

    fn tree(&mut self, arena: &Arena, memory: u64) -> Option<()> {
        let mut depth = vec![0_u64; arena.nodes()];
        let mut total = 0;
        for node in 1..arena.nodes() {
            let (up, _) = arena.parent(node)?;
            depth[node] = depth[up] + u64::from(infoset_of(arena, up).is_some());
            if infoset_of(arena, node).is_some() {
                total += depth[node];
            }
        }
        if total * 48 > memory {
            return None;
        }
        let mut known: HashMap<(u32, u32), u32> = HashMap::new();
        for node in 0..arena.nodes() {
            let Some(below) = infoset_of(arena, node) else {
                continue;
            };
            let owner = arena.info_player[below];
            let remembers = arena.recall[owner as usize] == Recall::Perfect;
            let mut at = node;
            while let Some((up, _)) = arena.parent(at) {
                at = up;
                let Some(above) = infoset_of(arena, up) else {
                    continue;
                };
                // A player with perfect recall learns nothing from its own choices.
                let silent = remembers && arena.info_player[above] == owner;
                let mut find = |r: usize, c: usize| {
                    let key = (r as u32, c as u32);
                    *known.entry(key).or_insert_with(|| self.block(arena, key.0, key.1))
                };
                let down = if silent { NONE } else { find(below, above) };
                let up = find(above, below);
                self.pairs.push((down, up));
            }
            if self.size as u64 * 8 + self.pairs.len() as u64 * 8 > memory || self.size >= NONE as usize {
                return None;
            }
        }
        Some(())
    }

    /// Derivatives of the action values with respect to log choice probabilities, block by block (row action
    /// by column action), each probability taken as free.
    pub(crate) fn fill(&self, arena: &Arena, at: &Sweep, out: &mut Vec<f64>) {
        out.clear();
        out.resize(self.size, 0.0);
        if self.merged {
            self.fill_merged(arena, at, out);
        } else {
            self.fill_tree(arena, at, out);
        }
    }

    fn fill_tree(&self, arena: &Arena, at: &Sweep, out: &mut [f64]) {
        let n = arena.players();
        let mut next = 0;
        let mut learn = Vec::new();
        for node in 0..arena.nodes() {
            let Some(below) = infoset_of(arena, node) else {
                continue;
            };
            let owner = arena.info_player[below] as usize;
            let acts = arena.acts(below);
            let kids = arena.kids(node);
            let blocked = at.mass[below] == f64::NEG_INFINITY;
            let belief = if blocked { 0.0 } else { at.belief[self.member_at[node] as usize] };
            learn.clear();
            learn.extend(
                kids.iter()
                    .zip(acts.clone())
                    .map(|(&c, s)| belief * (at.value[c as usize * n + owner] - at.q[s])),
            );
            let mut cur = node;
            let mut chance_of = 1.0;
            while let Some((up, slot)) = arena.parent(cur) {
                cur = up;
                if let Some(above) = infoset_of(arena, up) {
                    let b = slot - arena.info_slot[above] as usize;
                    let (down, above_at) = self.pairs[next];
                    next += 1;
                    if down != NONE {
                        let width = arena.acts(above).len();
                        for (a, d) in learn.iter().enumerate() {
                            out[down as usize + a * width + b] += d;
                        }
                    }
                    let mover = arena.info_player[above] as usize;
                    let weight = at.belief[self.member_at[up] as usize] * chance_of;
                    let row = above_at as usize + b * kids.len();
                    for ((o, &c), s) in out[row..].iter_mut().zip(kids).zip(acts.clone()) {
                        *o += weight * at.p[s] * at.value[c as usize * n + mover];
                    }
                }
                chance_of *= at.p[slot];
            }
        }
    }

    fn fill_merged(&self, arena: &Arena, at: &Sweep, out: &mut [f64]) {
        let mut tangent = Tangent::new(arena);
        let sets = arena.infosets();
        for c in 0..sets {
            let width = arena.acts(c).len();
            for (b, slot) in arena.acts(c).enumerate() {
                tangent.lp[slot] = 1.0;
                tangent.run(arena, at);
                tangent.lp[slot] = 0.0;
                for r in 0..sets {
                    let offset = self.blocks[r * sets + c].2 as usize;
                    for (a, s) in arena.acts(r).enumerate() {
                        out[offset + a * width + b] = tangent.q[s];
                    }
                }
            }
        }
    }
}
