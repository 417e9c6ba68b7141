//! Building a game in code, from the leaves up.
//!
//! A node is made after its children, so no cycle can be written; a node used twice is a merged history.

use super::Game;
use super::arena::{Arena, ChanceId, InfosetId, NodeId, NodeKind, OutcomeId, Parts};
use super::labels::{Labels, make_unique};
use super::rational::Rational;
use std::fmt;

/// What is wrong with a game being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The id was not made by this builder.
    Unknown(&'static str, usize),
    /// A node needs one child per action or move: (needed, given).
    Children(usize, usize),
    /// An outcome needs one payoff per player: (needed, given).
    Payoffs(usize, usize),
    /// A payoff is infinite or not a number.
    NotFinite,
    /// An information set or chance set without actions.
    NoActions(String),
    /// Chance probabilities of a set are negative or do not sum to exactly one; the sum as text.
    Chance(String, String),
    /// Nodes that the root doesn't reach.
    Unreached(usize),
    /// More nodes than fit.
    TooLarge,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(what, i) => write!(f, "there is no {what} {i} in this game"),
            Self::Children(want, got) => {
                write!(f, "a node with {want} actions needs {want} children, not {got}")
            }
            Self::Payoffs(want, got) => {
                write!(f, "a game of {want} players needs {want} payoffs, not {got}")
            }
            Self::NotFinite => write!(f, "a payoff is not a finite number"),
            Self::NoActions(label) => write!(f, "the set `{label}` has no actions"),
            Self::Chance(label, sum) => write!(
                f,
                "the probabilities of chance set `{label}` must be at least 0 and sum to 1, not {sum}"
            ),
            Self::Unreached(n) => write!(f, "the root does not reach {n} of the nodes"),
            Self::TooLarge => write!(f, "more nodes or actions than fit in 31 bits"),
        }
    }
}

impl std::error::Error for BuildError {}

/// Builds a [`Game`]; see the example at [the module](super).
#[derive(Clone, Debug)]
pub struct Builder {
    title: String,
    players: Vec<Box<str>>,
    info_player: Vec<u32>,
    info_actions: Vec<Vec<Box<str>>>,
    info_label: Vec<Box<str>>,
    chance_label: Vec<Box<str>>,
    chance_moves: Vec<Vec<Box<str>>>,
    chance: Vec<Rational>,
    outcome_label: Vec<Box<str>>,
    payoffs: Vec<Rational>,
    kind: Vec<NodeKind>,
    outcome: Vec<u32>,
    first: Vec<u32>,
    child: Vec<u32>,
}

impl Builder {
    /// An empty game of the named players.
    #[must_use]
    pub fn new<S: AsRef<str>>(title: &str, players: &[S]) -> Self {
        Self {
            title: title.to_owned(),
            players: players.iter().map(|p| p.as_ref().into()).collect(),
            info_player: Vec::new(),
            info_actions: Vec::new(),
            info_label: Vec::new(),
            chance_label: Vec::new(),
            chance_moves: Vec::new(),
            chance: Vec::new(),
            outcome_label: vec!["".into()],
            payoffs: Vec::new(),
            kind: Vec::new(),
            outcome: Vec::new(),
            first: vec![0],
            child: Vec::new(),
        }
    }

    /// A new information set of a player (from 0) with the labels of its actions.
    ///
    /// # Errors
    /// No such player, or no actions.
    pub fn infoset<S: AsRef<str>>(
        &mut self,
        player: usize,
        label: &str,
        actions: &[S],
    ) -> Result<InfosetId, BuildError> {
        if player >= self.players.len() {
            return Err(BuildError::Unknown("player", player));
        }
        if actions.is_empty() {
            return Err(BuildError::NoActions(label.to_owned()));
        }
        self.info_player.push(player as u32);
        self.info_label.push(label.into());
        self.info_actions.push(actions.iter().map(|a| a.as_ref().into()).collect());
        Ok(InfosetId::new(self.info_player.len() - 1))
    }

    /// A new chance set: labels and exact probabilities of its moves.
    ///
    /// # Errors
    /// No moves, a negative probability, or a sum that is not exactly one.
    pub fn chance_set<S: AsRef<str>>(
        &mut self,
        label: &str,
        moves: &[(S, Rational)],
    ) -> Result<ChanceId, BuildError> {
        if moves.is_empty() {
            return Err(BuildError::NoActions(label.to_owned()));
        }
        let sum = moves.iter().fold(Rational::zero(), |s, m| &s + &m.1);
        if sum != Rational::one() || moves.iter().any(|m| m.1.is_negative()) {
            return Err(BuildError::Chance(label.to_owned(), sum.to_string()));
        }
        self.chance.extend(moves.iter().map(|m| m.1.clone()));
        self.chance_label.push(label.into());
        self.chance_moves.push(moves.iter().map(|m| m.0.as_ref().into()).collect());
        Ok(ChanceId::new(self.chance_label.len() - 1))
    }

    /// A new outcome with exact payoffs, one per player.
    ///
    /// # Errors
    /// The wrong number of payoffs.
    pub fn outcome(&mut self, label: &str, payoffs: &[Rational]) -> Result<OutcomeId, BuildError> {
        if payoffs.len() != self.players.len() {
            return Err(BuildError::Payoffs(self.players.len(), payoffs.len()));
        }
        self.payoffs.extend_from_slice(payoffs);
        self.outcome_label.push(label.into());
        Ok(OutcomeId::new(self.outcome_label.len() - 1))
    }

    /// A new outcome with float payoffs, taken as the exact numbers they are.
    ///
    /// # Errors
    /// The wrong number of payoffs, or one that is not finite.
    pub fn outcome_f64(&mut self, label: &str, payoffs: &[f64]) -> Result<OutcomeId, BuildError> {
        let exact: Option<Vec<_>> = payoffs.iter().map(|&x| Rational::from_f64(x)).collect();
        self.outcome(label, &exact.ok_or(BuildError::NotFinite)?)
    }

    fn node(&mut self, kind: NodeKind, want: usize, children: &[NodeId]) -> Result<NodeId, BuildError> {
        if children.len() != want {
            return Err(BuildError::Children(want, children.len()));
        }
        if let Some(bad) = children.iter().find(|c| c.index() >= self.kind.len()) {
            return Err(BuildError::Unknown("node", bad.index()));
        }
        if self.child.len() + want >= (u32::MAX >> 1) as usize {
            return Err(BuildError::TooLarge);
        }
        self.child.extend(children.iter().map(|c| c.0));
        self.first.push(self.child.len() as u32);
        self.kind.push(kind);
        self.outcome.push(0);
        Ok(NodeId::new(self.kind.len() - 1))
    }

    /// A terminal node with an outcome.
    ///
    /// # Errors
    /// No such outcome.
    pub fn terminal(&mut self, outcome: OutcomeId) -> Result<NodeId, BuildError> {
        let node = self.node(NodeKind::Terminal, 0, &[])?;
        self.pay(node, outcome)?;
        Ok(node)
    }

    /// A decision node, one child per action.
    ///
    /// # Errors
    /// No such information set or child, or the wrong number of children.
    pub fn decision(&mut self, infoset: InfosetId, children: &[NodeId]) -> Result<NodeId, BuildError> {
        let actions = self
            .info_actions
            .get(infoset.index())
            .ok_or(BuildError::Unknown("information set", infoset.index()))?;
        self.node(NodeKind::Decision(infoset), actions.len(), children)
    }

    /// A chance node, one child per move.
    ///
    /// # Errors
    /// No such chance set or child, or the wrong number of children.
    pub fn chance(&mut self, set: ChanceId, children: &[NodeId]) -> Result<NodeId, BuildError> {
        let moves =
            self.chance_moves.get(set.index()).ok_or(BuildError::Unknown("chance set", set.index()))?;
        self.node(NodeKind::Chance(set), moves.len(), children)
    }

    /// Attaches an outcome to a node, inner ones too: payoffs add up along a path.
    ///
    /// # Errors
    /// No such node or outcome.
    pub fn pay(&mut self, node: NodeId, outcome: OutcomeId) -> Result<(), BuildError> {
        if outcome.index() >= self.outcome_label.len() {
            return Err(BuildError::Unknown("outcome", outcome.index()));
        }
        *self.outcome.get_mut(node.index()).ok_or(BuildError::Unknown("node", node.index()))? = outcome.0;
        Ok(())
    }

    /// Freezes the game that starts at `root`. Labels are made unique and non-empty.
    ///
    /// # Errors
    /// No such root, or nodes it doesn't reach.
    pub fn build(mut self, root: NodeId) -> Result<Game, BuildError> {
        if root.index() >= self.kind.len() {
            return Err(BuildError::Unknown("node", root.index()));
        }
        let order = self.order(root);
        if order.len() < self.kind.len() {
            return Err(BuildError::Unreached(self.kind.len() - order.len()));
        }
        let mut place = vec![0_u32; order.len()];
        for (at, &node) in order.iter().enumerate() {
            place[node as usize] = at as u32;
        }
        let mut first = vec![0];
        let mut child = Vec::with_capacity(self.child.len());
        for &node in &order {
            let edges = self.first[node as usize] as usize..self.first[node as usize + 1] as usize;
            child.extend(self.child[edges].iter().map(|&c| place[c as usize]));
            first.push(child.len() as u32);
        }
        let lengths = |sets: &[Vec<Box<str>>]| sets.iter().map(|s| s.len() as u32).collect();
        let arena = Arena::assemble(Parts {
            players: self.players.len(),
            kind: order.iter().map(|&n| self.kind[n as usize]).collect(),
            outcome: order.iter().map(|&n| self.outcome[n as usize]).collect(),
            first,
            child,
            info_player: self.info_player.clone(),
            info_actions: lengths(&self.info_actions),
            chance_moves: lengths(&self.chance_moves),
            chance: std::mem::take(&mut self.chance),
            exact: std::mem::take(&mut self.payoffs),
        });
        Ok(Game::new(self.title.clone(), String::new(), arena, self.labels()))
    }

    /// Nodes in topological order; for a tree, prefix order. (Reverse post-order, last child first.)
    fn order(&self, root: NodeId) -> Vec<u32> {
        let mut seen = vec![false; self.kind.len()];
        let mut done = Vec::with_capacity(self.kind.len());
        let mut stack = vec![(root.0, 0_u32)];
        seen[root.index()] = true;
        while let Some((node, k)) = stack.last_mut() {
            let (from, to) = (self.first[*node as usize], self.first[*node as usize + 1]);
            if *k == to - from {
                done.push(*node);
                stack.pop();
                continue;
            }
            let next = self.child[(to - 1 - *k) as usize];
            *k += 1;
            if !seen[next as usize] {
                seen[next as usize] = true;
                stack.push((next, 0));
            }
        }
        done.reverse();
        done
    }

    fn labels(mut self) -> Labels {
        make_unique(&mut self.players, "player");
        for set in self.info_actions.iter_mut().chain(&mut self.chance_moves) {
            make_unique(set, "action");
        }
        unique_by_owner(&mut self.info_label, &self.info_player, self.players.len());
        make_unique(&mut self.outcome_label[1..], "outcome");
        Labels {
            players: self.players,
            infosets: self.info_label,
            slots: self.info_actions.into_iter().chain(self.chance_moves).flatten().collect(),
            chances: self.chance_label,
            outcomes: self.outcome_label,
            nodes: Vec::new(),
        }
    }
}

/// Makes labels of information sets unique for each owner.
pub(crate) fn unique_by_owner(labels: &mut [Box<str>], owner: &[u32], players: usize) -> usize {
    let mut of: Vec<Vec<u32>> = vec![Vec::new(); players];
    for (i, &p) in owner.iter().enumerate() {
        of[p as usize].push(i as u32);
    }
    let mut changed = 0;
    for sets in of {
        let mut own: Vec<Box<str>> = sets.iter().map(|&i| std::mem::take(&mut labels[i as usize])).collect();
        changed += make_unique(&mut own, "infoset");
        for (i, label) in sets.into_iter().zip(own) {
            labels[i as usize] = label;
        }
    }
    changed
}
