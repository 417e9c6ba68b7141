//! What each player remembers: perfect recall, imperfect recall, absent-mindedness.
//!
//! Perfect recall (Kuhn 1953): any two nodes of an information set follow the same sequence of the owner's
//! own information sets and actions. With merged histories, every history into a node counts.

use super::arena::{Arena, InfosetId, NodeKind, Recall};

const NONE: u32 = u32::MAX;
const MIXED: u32 = u32::MAX - 1;
const UNSEEN: u32 = u32::MAX - 2;

pub(super) fn of(arena: &Arena) -> Vec<Recall> {
    let mut recall = vec![Recall::Perfect; arena.players];
    if arena.tree {
        on_tree(arena, &mut recall);
    } else {
        on_merged(arena, &mut recall);
    }
    recall
}

/// Walks the tree once, keeping each player's last own action and the information sets on the path.
fn on_tree(arena: &Arena, recall: &mut [Recall]) {
    let mut last = vec![NONE; arena.players];
    let mut before = vec![UNSEEN; arena.infosets()];
    let mut open = vec![0_u32; arena.infosets()];
    let mut path: Vec<(usize, usize, u32)> = Vec::new();
    let mut enter = Some(0_usize);
    loop {
        if let Some(node) = enter.take() {
            let mut kept = NONE;
            if let NodeKind::Decision(i) = arena.kind[node] {
                let player = arena.info_player[i.index()] as usize;
                kept = last[player];
                if open[i.index()] > 0 {
                    recall[player] = Recall::AbsentMinded(i);
                }
                open[i.index()] += 1;
                note(&mut before[i.index()], kept, &mut recall[player], i);
            }
            path.push((node, 0, kept));
        }
        let Some(top) = path.last_mut() else { return };
        let (node, k, kept) = *top;
        top.1 += 1;
        let child = arena.kids(node).get(k).copied();
        if let NodeKind::Decision(i) = arena.kind[node] {
            let player = arena.info_player[i.index()] as usize;
            if child.is_some() {
                last[player] = arena.slot0[node] + k as u32;
            } else {
                last[player] = kept;
                open[i.index()] -= 1;
            }
        }
        match child {
            Some(c) => enter = Some(c as usize),
            None => {
                path.pop();
            }
        }
    }
}

fn note(before: &mut u32, last: u32, recall: &mut Recall, infoset: InfosetId) {
    if last == MIXED || (*before != UNSEEN && *before != last) {
        if *recall == Recall::Perfect {
            *recall = Recall::Imperfect(infoset);
        }
    } else {
        *before = last;
    }
}

/// Carries the last own action of every player forward; histories that merge with different ones are mixed.
fn on_merged(arena: &Arena, recall: &mut [Recall]) {
    for (player, known) in recall.iter_mut().enumerate() {
        let mut last = vec![UNSEEN; arena.nodes()];
        last[0] = NONE;
        let mut before = vec![UNSEEN; arena.infosets()];
        for node in 0..arena.nodes() {
            let mut here = last[node];
            let mut own = false;
            if let NodeKind::Decision(i) = arena.kind[node]
                && arena.info_player[i.index()] as usize == player
            {
                note(&mut before[i.index()], here, known, i);
                own = true;
            }
            for (k, &c) in arena.kids(node).iter().enumerate() {
                if own {
                    here = arena.slot0[node] + k as u32;
                }
                let there = &mut last[c as usize];
                *there = if *there == UNSEEN || *there == here { here } else { MIXED };
            }
        }
    }
    for i in absent_minded(arena) {
        recall[arena.info_player[i.index()] as usize] = Recall::AbsentMinded(i);
    }
}

/// Information sets of which one node can be reached from another. Nodes at the same greatest distance from
/// the root cannot reach each other, which settles most sets without a search.
fn absent_minded(arena: &Arena) -> Vec<InfosetId> {
    let mut level = vec![0_u32; arena.nodes()];
    for node in 0..arena.nodes() {
        for &c in arena.kids(node) {
            level[c as usize] = level[c as usize].max(level[node] + 1);
        }
    }
    let mut found = Vec::new();
    for i in 0..arena.infosets() {
        let mates = arena.mates(i);
        let levels = || mates.iter().map(|&n| level[n as usize]);
        if levels().min() == levels().max() {
            continue;
        }
        let from = *mates.first().expect("levels differ, so there are nodes") as usize;
        let mut below = vec![false; arena.nodes()];
        for node in from..arena.nodes() {
            let mate = mates.binary_search(&(node as u32)).is_ok();
            if mate && below[node] {
                found.push(InfosetId::new(i));
                break;
            }
            if mate || below[node] {
                for &c in arena.kids(node) {
                    below[c as usize] = true;
                }
            }
        }
    }
    found
}
