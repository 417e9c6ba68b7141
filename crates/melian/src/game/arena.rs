//! The frozen arena: one finite game in flat arrays, ready for sweeps.
//!
//! Nodes are in topological order (a parent before its children; for a tree, prefix order), so that a
//! forward sweep is a loop and a backward sweep the loop reversed. Every action of every information set and
//! every move of every chance set has a *slot*; one vector over slots holds a whole profile together with
//! the chance probabilities.

use super::rational::Rational;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The id of place `index`.
            #[must_use]
            pub const fn new(index: usize) -> Self {
                Self(index as u32)
            }

            /// Its place, from 0.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}
id!(
    /// A node of an arena.
    NodeId
);
id!(
    /// A player, from 0.
    PlayerId
);
id!(
    /// An information set of a player.
    InfosetId
);
id!(
    /// A chance set: chance nodes with the same moves and probabilities.
    ChanceId
);
id!(
    /// An outcome: a row of payoffs, one per player. Outcome 0 is the null outcome and pays nothing.
    OutcomeId
);

/// What happens at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// The game ends.
    Terminal,
    /// Chance moves.
    Chance(ChanceId),
    /// The owner of the information set moves.
    Decision(InfosetId),
}

/// What a player remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recall {
    /// All own moves and all own information sets passed.
    Perfect,
    /// At the named information set two histories differ in the player's own past.
    Imperfect(InfosetId),
    /// The named information set is met twice on one path.
    AbsentMinded(InfosetId),
}

/// A finite game: structure, chance, payoffs. Built by [`Builder`](super::Builder) or by the readers.
#[derive(Clone, Debug)]
pub struct Arena {
    pub(crate) players: usize,
    pub(crate) kind: Vec<NodeKind>,
    /// Outcome row of each node; row 0 is all zero.
    pub(crate) outcome: Vec<u32>,
    pub(crate) first: Vec<u32>,
    pub(crate) child: Vec<u32>,
    /// Slot of the first child's edge of each node; edge `k` has slot `slot0 + k`.
    pub(crate) slot0: Vec<u32>,
    pub(crate) in_first: Vec<u32>,
    pub(crate) in_node: Vec<u32>,
    pub(crate) in_slot: Vec<u32>,
    pub(crate) info_player: Vec<u32>,
    pub(crate) info_slot: Vec<u32>,
    pub(crate) member_first: Vec<u32>,
    pub(crate) member: Vec<u32>,
    pub(crate) chance_slot: Vec<u32>,
    pub(crate) chance: Vec<Rational>,
    pub(crate) exact: Vec<Rational>,
    pub(crate) payoff: Vec<f64>,
    pub(crate) tree: bool,
    pub(crate) recall: Vec<Recall>,
}

/// The parts a reader or builder hands over; nodes in topological order.
pub(crate) struct Parts {
    pub(crate) players: usize,
    pub(crate) kind: Vec<NodeKind>,
    pub(crate) outcome: Vec<u32>,
    pub(crate) first: Vec<u32>,
    pub(crate) child: Vec<u32>,
    pub(crate) info_player: Vec<u32>,
    /// Number of actions of each information set.
    pub(crate) info_actions: Vec<u32>,
    pub(crate) chance_moves: Vec<u32>,
    pub(crate) chance: Vec<Rational>,
    /// Rows of payoffs without the null row.
    pub(crate) exact: Vec<Rational>,
}

impl Arena {
    pub(crate) fn assemble(parts: Parts) -> Self {
        let nodes = parts.kind.len();
        let info_slot = offsets(&parts.info_actions, 0);
        let actions = *info_slot.last().expect("offsets has one entry more");
        let chance_slot = offsets(&parts.chance_moves, actions);
        let slot0 = parts
            .kind
            .iter()
            .map(|kind| match kind {
                NodeKind::Terminal => 0,
                NodeKind::Chance(c) => chance_slot[c.index()],
                NodeKind::Decision(i) => info_slot[i.index()],
            })
            .collect::<Vec<u32>>();
        let (in_first, in_node, in_slot) = parents(&parts, &slot0);
        let mut count = vec![0_u32; parts.info_player.len()];
        for kind in &parts.kind {
            if let NodeKind::Decision(i) = kind {
                count[i.index()] += 1;
            }
        }
        let member_first = offsets(&count, 0);
        let mut next = member_first.clone();
        let mut member = vec![0; *member_first.last().expect("one more") as usize];
        for (node, kind) in parts.kind.iter().enumerate() {
            if let NodeKind::Decision(i) = kind {
                member[next[i.index()] as usize] = node as u32;
                next[i.index()] += 1;
            }
        }
        let mut exact = vec![Rational::zero(); parts.players];
        exact.extend(parts.exact);
        let tree = in_node.len() + 1 == nodes && in_first.windows(2).skip(1).all(|w| w[1] == w[0] + 1);
        let mut arena = Self {
            players: parts.players,
            payoff: exact.iter().map(Rational::to_f64).collect(),
            kind: parts.kind,
            outcome: parts.outcome,
            first: parts.first,
            child: parts.child,
            slot0,
            in_first,
            in_node,
            in_slot,
            info_player: parts.info_player,
            info_slot,
            member_first,
            member,
            chance_slot,
            chance: parts.chance,
            exact,
            tree,
            recall: Vec::new(),
        };
        arena.recall = super::recall::of(&arena);
        arena
    }

    /// Number of players.
    #[must_use]
    pub fn players(&self) -> usize {
        self.players
    }

    /// Number of nodes.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.kind.len()
    }

    /// Number of information sets, of all players.
    #[must_use]
    pub fn infosets(&self) -> usize {
        self.info_player.len()
    }

    /// Number of chance sets.
    #[must_use]
    pub fn chances(&self) -> usize {
        self.chance_slot.len() - 1
    }

    /// Number of outcome rows, the null outcome included.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.exact.len() / self.players.max(1)
    }

    /// Number of actions over all information sets: the length of a profile.
    #[must_use]
    pub fn actions(&self) -> usize {
        self.info_slot.last().map_or(0, |&s| s as usize)
    }

    /// Number of slots: actions, then chance moves.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.chance_slot.last().map_or(0, |&s| s as usize)
    }

    /// What happens at a node.
    #[must_use]
    pub fn kind(&self, node: NodeId) -> NodeKind {
        self.kind[node.index()]
    }

    /// The children of a node, in the order of its moves.
    pub fn children(&self, node: NodeId) -> impl ExactSizeIterator<Item = NodeId> + '_ {
        self.kids(node.index()).iter().map(|&c| NodeId(c))
    }

    /// The outcome attached to a node.
    #[must_use]
    pub fn outcome(&self, node: NodeId) -> OutcomeId {
        OutcomeId(self.outcome[node.index()])
    }

    /// The player who owns an information set.
    #[must_use]
    pub fn owner(&self, infoset: InfosetId) -> PlayerId {
        PlayerId(self.info_player[infoset.index()])
    }

    /// The slots of an information set's actions.
    #[must_use]
    pub fn action_slots(&self, infoset: InfosetId) -> std::ops::Range<usize> {
        self.acts(infoset.index())
    }

    /// The slots of a chance set's moves.
    #[must_use]
    pub fn chance_slots(&self, chance: ChanceId) -> std::ops::Range<usize> {
        let c = chance.index();
        self.chance_slot[c] as usize..self.chance_slot[c + 1] as usize
    }

    /// The nodes of an information set.
    pub fn members(&self, infoset: InfosetId) -> impl ExactSizeIterator<Item = NodeId> + '_ {
        self.mates(infoset.index()).iter().map(|&n| NodeId(n))
    }

    /// The exact payoffs of an outcome.
    #[must_use]
    pub fn exact_payoffs(&self, outcome: OutcomeId) -> &[Rational] {
        let at = outcome.index() * self.players;
        &self.exact[at..at + self.players]
    }

    /// The exact probabilities of a chance set.
    #[must_use]
    pub fn exact_chances(&self, chance: ChanceId) -> &[Rational] {
        let r = self.chance_slots(chance);
        &self.chance[r.start - self.actions()..r.end - self.actions()]
    }

    /// Whether every node has one history: a tree, nothing merged.
    #[must_use]
    pub fn is_tree(&self) -> bool {
        self.tree
    }

    /// What a player remembers.
    #[must_use]
    pub fn recall(&self, player: PlayerId) -> Recall {
        self.recall[player.index()]
    }

    /// Whether every player has perfect recall.
    #[must_use]
    pub fn has_perfect_recall(&self) -> bool {
        self.recall.iter().all(|r| *r == Recall::Perfect)
    }

    /// The first information set met twice on one path, if any.
    #[must_use]
    pub fn absent_minded(&self) -> Option<InfosetId> {
        self.recall.iter().find_map(|r| match r {
            Recall::AbsentMinded(i) => Some(*i),
            _ => None,
        })
    }

    /// Whether every information set and every history is single: each mover knows all that happened.
    #[must_use]
    pub fn has_perfect_information(&self) -> bool {
        self.tree && (0..self.infosets()).all(|i| self.mates(i).len() <= 1)
    }

    /// The largest difference between any two totals of payoffs of one player along paths, bounded from
    /// above by the spread of all path totals; 1 if nothing differs.
    #[must_use]
    pub fn payoff_range(&self) -> f64 {
        super::payoffs::range(self, &self.payoff)
    }

    pub(crate) fn kids(&self, node: usize) -> &[u32] {
        &self.child[self.first[node] as usize..self.first[node + 1] as usize]
    }

    pub(crate) fn acts(&self, infoset: usize) -> std::ops::Range<usize> {
        self.info_slot[infoset] as usize..self.info_slot[infoset + 1] as usize
    }

    pub(crate) fn mates(&self, infoset: usize) -> &[u32] {
        &self.member[self.member_first[infoset] as usize..self.member_first[infoset + 1] as usize]
    }

    pub(crate) fn pay_exact(&self, node: usize) -> &[Rational] {
        let at = self.outcome[node] as usize * self.players;
        &self.exact[at..at + self.players]
    }

    /// The one in-edge of a node of a tree, as (parent, slot); none at the root.
    pub(crate) fn parent(&self, node: usize) -> Option<(usize, usize)> {
        let at = self.in_first[node] as usize;
        (at < self.in_first[node + 1] as usize)
            .then(|| (self.in_node[at] as usize, self.in_slot[at] as usize))
    }
}

/// Running sums starting at `from`, one entry more than `counts`.
pub(crate) fn offsets(counts: &[u32], from: u32) -> Vec<u32> {
    let mut out = Vec::with_capacity(counts.len() + 1);
    let mut sum = from;
    out.push(sum);
    for c in counts {
        sum += c;
        out.push(sum);
    }
    out
}

/// In-edges of every node: offsets, parents, slots.
fn parents(parts: &Parts, slot0: &[u32]) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let mut count = vec![0_u32; parts.kind.len()];
    for &c in &parts.child {
        count[c as usize] += 1;
    }
    let in_first = offsets(&count, 0);
    let mut next = in_first.clone();
    let mut in_node = vec![0; parts.child.len()];
    let mut in_slot = vec![0; parts.child.len()];
    for (node, &slot) in slot0.iter().enumerate() {
        let edges = parts.first[node] as usize..parts.first[node + 1] as usize;
        for (k, &c) in parts.child[edges].iter().enumerate() {
            let at = next[c as usize] as usize;
            in_node[at] = node as u32;
            in_slot[at] = slot + k as u32;
            next[c as usize] += 1;
        }
    }
    (in_first, in_node, in_slot)
}
