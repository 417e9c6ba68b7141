//! Building a public-state game, with every mistake named.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::error::PublicStateError;
use super::structure::{
    Chance, ChanceId, Link, NONE, Numbers, Parts, Payoff, PayoffId, PublicStateGame, Seat, StateId,
    Structure, View,
};
use crate::math::ln;

const MOST_JOINT_TYPES: usize = 65_536;

/// A kind of act with the acts that belong to it.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionClass {
    /// Weight of the kind against the other kinds, positive.
    pub weight: f64,
    /// Label and measure (positive, normalised within the class) of each act.
    pub actions: Vec<(String, f64)>,
}

impl ActionClass {
    /// Acts that share the weight of one kind evenly: a finer grid of offers, say, weighs no more than a coarse one.
    #[must_use]
    pub fn even(weight: f64, labels: &[&str]) -> Self {
        Self { weight, actions: labels.iter().map(|&label| (label.to_string(), 1.0)).collect() }
    }
}

/// One player who moves at a state. At precision lambda it plays act `a` of kind `c` with probability proportional to
/// `weight(c) * measure(a | c) * exp(lambda * Q(a))`: logit choice with a base measure, which equals a nested logit of
/// one precision (`McFadden` 1978), so that a duplicated act within a kind changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Mover {
    player: usize,
    classes: Vec<ActionClass>,
}

impl Mover {
    /// Every act a kind of its own, all of one weight.
    #[must_use]
    pub fn new(player: usize, actions: &[&str]) -> Self {
        Self { player, classes: actions.iter().map(|label| ActionClass::even(1.0, &[label])).collect() }
    }

    /// Acts grouped in kinds. Actions are numbered through the classes in order.
    #[must_use]
    pub fn nested(player: usize, classes: Vec<ActionClass>) -> Self {
        Self { player, classes }
    }

    /// Who moves.
    #[must_use]
    pub fn player(&self) -> usize {
        self.player
    }

    /// How many acts it has.
    #[must_use]
    pub fn actions(&self) -> usize {
        self.classes.iter().map(|class| class.actions.len()).sum()
    }
}

/// Where a transition leads, and what is paid on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The next state.
    pub next: StateId,
    /// Payoff on the way.
    pub payoff: Option<PayoffId>,
}

impl From<StateId> for Branch {
    fn from(next: StateId) -> Self {
        Self { next, payoff: None }
    }
}

#[derive(Clone, Debug)]
struct StateDraft {
    period: u32,
    rung: u32,
    outcome: u32,
    payoff: u32,
    movers: Vec<Mover>,
    transitions: Vec<Option<(Option<ChanceId>, Vec<Branch>)>>,
}

/// Collects players, numbers, states and transitions; [`PublicStateBuilder::build`] checks and freezes them.
#[derive(Clone, Debug)]
pub struct PublicStateBuilder {
    players: Vec<String>,
    types: Vec<Vec<String>>,
    prior: Option<Vec<f64>>,
    believed_priors: Vec<(usize, Vec<f64>)>,
    payoffs: Vec<Payoff>,
    chances: Vec<Vec<Vec<f64>>>,
    believed_chances: Vec<(usize, ChanceId, Vec<Vec<f64>>)>,
    outcomes: Vec<String>,
    states: Vec<StateDraft>,
    root: Option<StateId>,
}

impl PublicStateBuilder {
    /// A game among these players, each with its types.
    ///
    /// # Errors
    /// If there is no player, a player without a type, or more than 65,536 joint types.
    pub fn new(players: &[(&str, &[&str])]) -> Result<Self, PublicStateError> {
        if players.is_empty() {
            return Err(PublicStateError::NoPlayers);
        }
        if let Some(player) = players.iter().position(|(_, types)| types.is_empty()) {
            return Err(PublicStateError::NoTypes { player });
        }
        let joint = players.iter().try_fold(1usize, |all, (_, types)| all.checked_mul(types.len()));
        if joint.is_none_or(|joint| joint > MOST_JOINT_TYPES) {
            return Err(PublicStateError::TooManyJointTypes);
        }
        Ok(Self {
            players: players.iter().map(|(name, _)| (*name).to_string()).collect(),
            types: players
                .iter()
                .map(|(_, types)| types.iter().map(|t| (*t).to_string()).collect())
                .collect(),
            prior: None,
            believed_priors: Vec::new(),
            payoffs: Vec::new(),
            chances: Vec::new(),
            believed_chances: Vec::new(),
            outcomes: Vec::new(),
            states: Vec::new(),
            root: None,
        })
    }

    /// The prior over joint types: weights, the last player's type running fastest. They may be correlated.
    pub fn prior(&mut self, weights: &[f64]) -> &mut Self {
        self.prior = Some(weights.to_vec());
        self
    }

    /// The prior of independent types: `[player][type]` weights.
    pub fn independent_prior(&mut self, weights: &[&[f64]]) -> &mut Self {
        self.prior = Some(product(weights));
        self
    }

    /// What a player believes the prior over joint types to be, where that isn't the truth: unequal priors.
    pub fn believed_prior(&mut self, player: usize, weights: &[f64]) -> &mut Self {
        self.believed_priors.push((player, weights.to_vec()));
        self
    }

    /// A block of payoffs.
    pub fn payoff(&mut self, payoff: Payoff) -> PayoffId {
        self.payoffs.push(payoff);
        PayoffId((self.payoffs.len() - 1) as u32)
    }

    /// A chance distribution: `[branch]`.
    pub fn chance(&mut self, probabilities: &[f64]) -> ChanceId {
        let joint = self.joint_types();
        self.chance_by_type(probabilities.iter().map(|&p| vec![p; joint]).collect())
    }

    /// A chance distribution that depends on types: `[branch][joint type]`.
    pub fn chance_by_type(&mut self, rows: Vec<Vec<f64>>) -> ChanceId {
        self.chances.push(rows);
        ChanceId((self.chances.len() - 1) as u32)
    }

    /// What a player believes a chance to be, where that isn't the truth: `[branch]`.
    pub fn believed_chance(&mut self, player: usize, chance: ChanceId, probabilities: &[f64]) -> &mut Self {
        let joint = self.joint_types();
        let rows = probabilities.iter().map(|&p| vec![p; joint]).collect();
        self.believed_chance_by_type(player, chance, rows)
    }

    /// What a player believes a chance that depends on types to be: `[branch][joint type]`.
    pub fn believed_chance_by_type(
        &mut self,
        player: usize,
        chance: ChanceId,
        rows: Vec<Vec<f64>>,
    ) -> &mut Self {
        self.believed_chances.push((player, chance, rows));
        self
    }

    /// A state at which these players move at once; none means that only chance moves.
    /// Period and rung are labels for the outputs.
    pub fn state(&mut self, period: u32, rung: u32, movers: Vec<Mover>) -> StateId {
        let joint = movers
            .iter()
            .map(|mover| mover.classes.iter().map(|class| class.actions.len()).sum::<usize>())
            .product();
        self.push(StateDraft {
            period,
            rung,
            outcome: NONE,
            payoff: NONE,
            movers,
            transitions: vec![None; joint],
        })
    }

    /// A state at which play ends, with a label (shared by terminals of one kind) and what it pays.
    pub fn terminal(&mut self, period: u32, rung: u32, outcome: &str, payoff: Option<PayoffId>) -> StateId {
        let label = self.outcomes.iter().position(|known| known == outcome).unwrap_or_else(|| {
            self.outcomes.push(outcome.to_string());
            self.outcomes.len() - 1
        });
        let payoff = payoff.map_or(NONE, |id| id.0);
        self.push(StateDraft {
            period,
            rung,
            outcome: label as u32,
            payoff,
            movers: Vec::new(),
            transitions: Vec::new(),
        })
    }

    /// The state where play begins; by default the decision state declared first.
    pub fn root(&mut self, state: StateId) -> &mut Self {
        self.root = Some(state);
        self
    }

    /// After these actions (one a mover, in order) play goes on for certain.
    ///
    /// # Errors
    /// If the state, an action or the target doesn't exist, or the joint action has a transition already.
    pub fn transition(
        &mut self,
        from: StateId,
        actions: &[usize],
        to: impl Into<Branch>,
    ) -> Result<(), PublicStateError> {
        self.add_transition(from, actions, None, vec![to.into()])
    }

    /// After these actions chance decides how play goes on.
    ///
    /// # Errors
    /// As [`PublicStateBuilder::transition`], or if the distribution doesn't exist or has another number of branches.
    pub fn lottery(
        &mut self,
        from: StateId,
        actions: &[usize],
        chance: ChanceId,
        branches: Vec<Branch>,
    ) -> Result<(), PublicStateError> {
        let rows = self.chances.get(chance.index()).ok_or(PublicStateError::NoSuchChance { chance })?.len();
        if rows != branches.len() {
            let why = format!("{} branches given, chance {} has {rows}", branches.len(), chance.index());
            return Err(PublicStateError::BadTransition { state: from, why });
        }
        self.add_transition(from, actions, Some(chance), branches)
    }

    /// Checks everything and freezes the game.
    ///
    /// # Errors
    /// The first mistake found.
    pub fn build(self) -> Result<PublicStateGame, PublicStateError> {
        self.check_states()?;
        let first =
            self.states.iter().position(|state| state.outcome == NONE).ok_or(PublicStateError::NoDecision)?;
        let root = self.root.map_or(first, StateId::index);
        let order = self.sort(root)?;
        let (view_of, views) = self.views()?;
        let structure = self.freeze(root, order, view_of, views);
        let numbers = self.numbers(&structure)?;
        Ok(PublicStateGame { structure: Arc::new(structure), numbers })
    }

    fn joint_types(&self) -> usize {
        self.types.iter().map(Vec::len).product()
    }

    fn push(&mut self, state: StateDraft) -> StateId {
        self.states.push(state);
        StateId((self.states.len() - 1) as u32)
    }

    fn add_transition(
        &mut self,
        from: StateId,
        actions: &[usize],
        chance: Option<ChanceId>,
        branches: Vec<Branch>,
    ) -> Result<(), PublicStateError> {
        if let Some(missing) = branches.iter().find(|branch| branch.next.index() >= self.states.len()) {
            return Err(PublicStateError::NoSuchState { state: missing.next });
        }
        if let Some(payoff) =
            branches.iter().filter_map(|b| b.payoff).find(|id| id.index() >= self.payoffs.len())
        {
            return Err(PublicStateError::NoSuchPayoff { payoff });
        }
        let state = self.states.get_mut(from.index()).ok_or(PublicStateError::NoSuchState { state: from })?;
        let bad = |why: String| PublicStateError::BadTransition { state: from, why };
        if state.outcome != NONE {
            return Err(bad("play has ended there".into()));
        }
        if actions.len() != state.movers.len() {
            return Err(bad(format!("{} actions given for {} movers", actions.len(), state.movers.len())));
        }
        let mut joint = 0;
        for (mover, &action) in state.movers.iter().zip(actions) {
            let count: usize = mover.classes.iter().map(|class| class.actions.len()).sum();
            if action >= count {
                return Err(bad(format!("player {} has {count} actions, not action {action}", mover.player)));
            }
            joint = joint * count + action;
        }
        let slot = &mut state.transitions[joint];
        if slot.is_some() {
            return Err(bad(format!("joint action {actions:?} has a transition already")));
        }
        *slot = Some((chance, branches));
        Ok(())
    }

    fn check_states(&self) -> Result<(), PublicStateError> {
        for (at, state) in self.states.iter().enumerate() {
            let id = StateId(at as u32);
            if state.payoff != NONE && state.payoff as usize >= self.payoffs.len() {
                return Err(PublicStateError::NoSuchPayoff { payoff: PayoffId(state.payoff) });
            }
            self.check_movers(id, &state.movers)?;
            if let Some(joint) = state.transitions.iter().position(Option::is_none) {
                return Err(PublicStateError::MissingTransition {
                    state: id,
                    actions: decode(&state.movers, joint),
                });
            }
        }
        Ok(())
    }

    fn check_movers(&self, state: StateId, movers: &[Mover]) -> Result<(), PublicStateError> {
        let bad = |why: String| Err(PublicStateError::BadMove { state, why });
        for (at, mover) in movers.iter().enumerate() {
            if mover.player >= self.players.len() {
                return Err(PublicStateError::NoSuchPlayer { player: mover.player });
            }
            if movers[..at].iter().any(|other| other.player == mover.player) {
                return bad(format!("player {} moves twice", mover.player));
            }
            if mover.classes.is_empty() || mover.classes.iter().any(|class| class.actions.is_empty()) {
                return bad(format!("player {} has no action, or a class without one", mover.player));
            }
            let weights = mover.classes.iter().flat_map(|c| c.actions.iter().map(|a| a.1).chain([c.weight]));
            if let Some(weight) = weights.into_iter().find(|w| !w.is_finite() || *w <= 0.0) {
                return bad(format!("player {}: a weight must be positive, not {weight}", mover.player));
            }
        }
        Ok(())
    }

    fn targets(&self, state: usize) -> impl Iterator<Item = usize> {
        self.states[state]
            .transitions
            .iter()
            .flatten()
            .flat_map(|(_, branches)| branches.iter().map(|b| b.next.index()))
    }

    fn sort(&self, root: usize) -> Result<Vec<u32>, PublicStateError> {
        if root >= self.states.len() {
            return Err(PublicStateError::NoSuchState { state: StateId(root as u32) });
        }
        let mut reached = vec![false; self.states.len()];
        let mut waiting = vec![root];
        reached[root] = true;
        let mut arrivals = vec![0usize; self.states.len()];
        while let Some(state) = waiting.pop() {
            for next in self.targets(state) {
                arrivals[next] += 1;
                if !reached[next] {
                    reached[next] = true;
                    waiting.push(next);
                }
            }
        }
        if let Some(state) = reached.iter().position(|reached| !reached) {
            return Err(PublicStateError::Unreachable { state: StateId(state as u32) });
        }
        let mut order = Vec::new();
        let mut ready = VecDeque::from([root]);
        if arrivals[root] > 0 {
            return Err(PublicStateError::Cycle { state: StateId(root as u32) });
        }
        while let Some(state) = ready.pop_front() {
            if self.states[state].outcome == NONE {
                order.push(state as u32);
            }
            for next in self.targets(state) {
                arrivals[next] -= 1;
                if arrivals[next] == 0 {
                    ready.push_back(next);
                }
            }
        }
        match arrivals.iter().position(|&left| left > 0) {
            Some(state) => Err(PublicStateError::Cycle { state: StateId(state as u32) }),
            None => Ok(order),
        }
    }

    fn views(&self) -> Result<(Vec<usize>, usize), PublicStateError> {
        let mut own = vec![false; self.players.len()];
        let believers =
            self.believed_priors.iter().map(|b| b.0).chain(self.believed_chances.iter().map(|b| b.0));
        for player in believers {
            *own.get_mut(player).ok_or(PublicStateError::NoSuchPlayer { player })? = true;
        }
        let mut views = 1;
        let view_of = own
            .into_iter()
            .map(|own| {
                if own {
                    views += 1;
                    views - 1
                } else {
                    0
                }
            })
            .collect();
        Ok((view_of, views))
    }

    fn freeze(&self, root: usize, order: Vec<u32>, view_of: Vec<usize>, views: usize) -> Structure {
        let mut seats = SeatTable::default();
        let mut links = LinkTable::default();
        let mut next_row = 0;
        let chances: Vec<Chance> = self
            .chances
            .iter()
            .map(|rows| {
                let first = next_row;
                next_row += rows.len();
                Chance { first, branches: rows.len() }
            })
            .collect();
        for state in &self.states {
            for mover in &state.movers {
                seats.push(mover, self.types[mover.player].len());
            }
            seats.start.push(seats.rows.len() as u32);
            for (chance, branches) in state.transitions.iter().flatten() {
                links.push(chance.map(|id| chances[id.index()]), branches);
            }
            links.joint_start.push((links.link_start.len() - 1) as u32);
        }
        Structure::freeze(Parts {
            players: self.players.clone(),
            types: self.types.clone(),
            view_of,
            views,
            root,
            order,
            period: self.states.iter().map(|s| s.period).collect(),
            rung: self.states.iter().map(|s| s.rung).collect(),
            outcome: self.states.iter().map(|s| s.outcome).collect(),
            terminal_payoff: self.states.iter().map(|s| s.payoff).collect(),
            outcomes: self.outcomes.clone(),
            seat_start: seats.start,
            seats: seats.rows,
            joint_start: links.joint_start,
            link_start: links.link_start,
            links: links.rows,
            log_measure: seats.log_measure,
            class: seats.class,
            action_labels: seats.labels,
            unknowns: seats.unknowns,
            chances,
            payoff_blocks: self.payoffs.len(),
        })
    }

    fn numbers(&self, structure: &Structure) -> Result<Numbers, PublicStateError> {
        let mut numbers = Numbers::zeroed(structure);
        for (at, payoff) in self.payoffs.iter().enumerate() {
            numbers.set_payoff(PayoffId(at as u32), payoff)?;
        }
        let prior = self.prior.as_ref().ok_or(PublicStateError::NoPrior)?;
        let believers: Vec<usize> =
            (0..self.players.len()).filter(|&player| structure.view_of[player] != 0).collect();
        let all = || [View::Truth].into_iter().chain(believers.iter().map(|&player| View::Of(player)));
        for view in all() {
            numbers.set_prior(view, prior)?;
        }
        for (at, rows) in self.chances.iter().enumerate() {
            for view in all() {
                numbers.set_chance_by_type(ChanceId(at as u32), view, rows)?;
            }
        }
        for (player, weights) in &self.believed_priors {
            numbers.set_prior(View::Of(*player), weights)?;
        }
        for (player, chance, rows) in &self.believed_chances {
            numbers.set_chance_by_type(*chance, View::Of(*player), rows)?;
        }
        Ok(numbers)
    }
}

/// Weights of independent types over joint types.
fn product(weights: &[&[f64]]) -> Vec<f64> {
    weights.iter().fold(vec![1.0], |joint, own| {
        joint.iter().flat_map(|&before| own.iter().map(move |&weight| before * weight)).collect()
    })
}

fn decode(movers: &[Mover], joint: usize) -> Vec<usize> {
    let counts = movers.iter().map(|m| m.classes.iter().map(|c| c.actions.len()).sum::<usize>());
    let mut stride: usize = counts.clone().product();
    counts
        .map(|count| {
            stride /= count;
            joint / stride % count
        })
        .collect()
}

struct SeatTable {
    start: Vec<u32>,
    rows: Vec<Seat>,
    log_measure: Vec<f64>,
    class: Vec<u32>,
    labels: Vec<String>,
    unknowns: usize,
}

impl Default for SeatTable {
    fn default() -> Self {
        Self { start: vec![0], rows: vec![], log_measure: vec![], class: vec![], labels: vec![], unknowns: 0 }
    }
}

impl SeatTable {
    fn push(&mut self, mover: &Mover, types: usize) {
        let measure = self.log_measure.len();
        let kinds: f64 = mover.classes.iter().map(|class| class.weight).sum();
        for (at, class) in mover.classes.iter().enumerate() {
            let within: f64 = class.actions.iter().map(|action| action.1).sum();
            for (label, weight) in &class.actions {
                self.log_measure.push(ln(class.weight / kinds * (weight / within)));
                self.class.push(at as u32);
                self.labels.push(label.clone());
            }
        }
        let actions = self.log_measure.len() - measure;
        self.rows.push(Seat { player: mover.player, actions, first: self.unknowns, measure });
        self.unknowns += types * actions;
    }
}

struct LinkTable {
    joint_start: Vec<u32>,
    link_start: Vec<u32>,
    rows: Vec<Link>,
}

impl Default for LinkTable {
    fn default() -> Self {
        Self { joint_start: vec![0], link_start: vec![0], rows: vec![] }
    }
}

impl LinkTable {
    fn push(&mut self, chance: Option<Chance>, branches: &[Branch]) {
        let rows: Range<usize> = chance.map_or(0..0, |chance| chance.first..chance.first + chance.branches);
        for (at, branch) in branches.iter().enumerate() {
            self.rows.push(Link {
                next: branch.next.0,
                payoff: branch.payoff.map_or(NONE, |id| id.0),
                probability: rows.clone().nth(at).map_or(NONE, |row| row as u32),
            });
        }
        self.link_start.push(self.rows.len() as u32);
    }
}
