//! The frozen, flat form of a public-state game, and the numbers that go with it.

use std::ops::Range;
use std::sync::Arc;

use super::error::PublicStateError;
use crate::math::ln;

/// A public state, decision or terminal, in order of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub(super) u32);

/// A block of payoffs: a number per player and joint type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayoffId(pub(super) u32);

/// A chance distribution over the branches of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChanceId(pub(super) u32);

impl StateId {
    /// Position of the state in arrays indexed by state.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl PayoffId {
    /// Position of the block among the payoff blocks.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl ChanceId {
    /// Position of the distribution among the chance distributions.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Payoffs to all players, as far as types matter.
#[derive(Clone, Debug, PartialEq)]
pub enum Payoff {
    /// `[player]`: the same for every type.
    Common(Vec<f64>),
    /// `[player][own type]`.
    OwnType(Vec<Vec<f64>>),
    /// `[player][joint type]`, joint types counted with the last player's type fastest.
    JointType(Vec<Vec<f64>>),
}

/// Whose probability is meant: what is so, or what a player believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What is so; everyone without a belief of their own holds it too.
    Truth,
    /// What this player believes.
    Of(usize),
}

pub(super) const NONE: u32 = u32::MAX;

/// One player at one state where it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seat {
    pub(super) player: usize,
    pub(super) actions: usize,
    /// First unknown of the seat; the unknown of (type, action) is `first + type * actions + action`.
    pub(super) first: usize,
    /// First entry of the seat in the base measures, one an action.
    pub(super) measure: usize,
}

/// One branch of a transition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Link {
    pub(super) next: u32,
    /// Payoff on the way, or `NONE`.
    pub(super) payoff: u32,
    /// Row of the probability table, or `NONE` for certainty.
    pub(super) probability: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chance {
    pub(super) first: usize,
    pub(super) branches: usize,
}

/// What a pass needs to know of a decision state, side by side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    pub(super) state: usize,
    /// The first seat; the only one if there is one mover.
    pub(super) seat: usize,
    pub(super) movers: usize,
    pub(super) player: usize,
    pub(super) actions: usize,
    pub(super) types: usize,
    /// First unknown of the seat.
    pub(super) first: usize,
    /// First joint action.
    pub(super) joint: usize,
    /// Row of the state in the weights of the mover's view.
    pub(super) weights: usize,
    /// Whether a joint action has a row of values of its own.
    pub(super) mixes: bool,
}

/// Everything about a game but its numbers. Shared by all payoff variants.
#[derive(Debug, PartialEq)]
pub(super) struct Structure {
    pub(super) players: Vec<String>,
    pub(super) types: Vec<Vec<String>>,
    pub(super) joint_types: usize,
    /// `[player][joint type]`: the player's own type.
    pub(super) type_of: Vec<Vec<u32>>,
    /// View of each player; view 0 is the truth.
    pub(super) view_of: Vec<usize>,
    pub(super) views: usize,
    pub(super) root: usize,
    /// Decision states, every state before those it leads to.
    pub(super) order: Vec<u32>,
    pub(super) period: Vec<u32>,
    pub(super) rung: Vec<u32>,
    /// Terminal label of a state, or `NONE` at decision states.
    pub(super) outcome: Vec<u32>,
    /// Payoff block of a terminal, or `NONE`.
    pub(super) terminal_payoff: Vec<u32>,
    pub(super) outcomes: Vec<String>,
    seat_start: Vec<u32>,
    pub(super) seats: Vec<Seat>,
    joint_start: Vec<u32>,
    link_start: Vec<u32>,
    pub(super) links: Vec<Link>,
    incoming_start: Vec<u32>,
    incoming: Vec<u32>,
    /// Row of continuation values of every joint action: the row of its next state where nothing is paid on a certain
    /// way there, else a row of its own after those of the states.
    pub(super) row_of_joint: Vec<u32>,
    pub(super) rows: usize,
    /// Whether play surely ends after a joint action.
    pub(super) ends: Vec<bool>,
    /// ln of the base measure of every action of every seat.
    pub(super) log_measure: Vec<f64>,
    /// Class of every action of every seat.
    pub(super) class: Vec<u32>,
    pub(super) action_labels: Vec<String>,
    pub(super) unknowns: usize,
    /// Unknowns of every (seat, own type), in order: each a choice among the seat's actions.
    pub(super) choices: Vec<Range<usize>>,
    /// `[seat][joint type]`: unknown of the mover's first action.
    slots: Vec<u32>,
    pub(super) chances: Vec<Chance>,
    pub(super) probability_rows: usize,
    pub(super) payoff_blocks: usize,
    /// Decision states, in order.
    pub(super) spots: Vec<Spot>,
}

/// What the builder hands over; see [`Structure::freeze`].
pub(super) struct Parts {
    pub(super) players: Vec<String>,
    pub(super) types: Vec<Vec<String>>,
    pub(super) view_of: Vec<usize>,
    pub(super) views: usize,
    pub(super) root: usize,
    pub(super) order: Vec<u32>,
    pub(super) period: Vec<u32>,
    pub(super) rung: Vec<u32>,
    pub(super) outcome: Vec<u32>,
    pub(super) terminal_payoff: Vec<u32>,
    pub(super) outcomes: Vec<String>,
    pub(super) seat_start: Vec<u32>,
    pub(super) seats: Vec<Seat>,
    pub(super) joint_start: Vec<u32>,
    pub(super) link_start: Vec<u32>,
    pub(super) links: Vec<Link>,
    pub(super) log_measure: Vec<f64>,
    pub(super) class: Vec<u32>,
    pub(super) action_labels: Vec<String>,
    pub(super) unknowns: usize,
    pub(super) chances: Vec<Chance>,
    pub(super) payoff_blocks: usize,
}

/// `[player][joint type]`: the player's own type, the last player's type running fastest.
pub(super) fn type_table(sizes: &[usize]) -> Vec<Vec<u32>> {
    let joint: usize = sizes.iter().product();
    let mut stride = joint;
    sizes
        .iter()
        .map(|&size| {
            stride /= size;
            (0..joint).map(|theta| (theta / stride % size) as u32).collect()
        })
        .collect()
}

impl Structure {
    pub(super) fn freeze(parts: Parts) -> Self {
        let sizes: Vec<usize> = parts.types.iter().map(Vec::len).collect();
        let states = parts.period.len();
        let mut incoming_start = vec![0u32; states + 1];
        for link in &parts.links {
            incoming_start[link.next as usize + 1] += 1;
        }
        for state in 0..states {
            incoming_start[state + 1] += incoming_start[state];
        }
        let mut fill = incoming_start.clone();
        let mut incoming = vec![0u32; parts.links.len()];
        for (at, link) in parts.links.iter().enumerate() {
            let slot = &mut fill[link.next as usize];
            incoming[*slot as usize] = at as u32;
            *slot += 1;
        }
        let joints = parts.link_start.len() - 1;
        let mut rows = states;
        let row_of_joint = (0..joints)
            .map(|joint| {
                let own =
                    &parts.links[parts.link_start[joint] as usize..parts.link_start[joint + 1] as usize];
                if let [Link { next, payoff: NONE, probability: NONE, .. }] = own {
                    return *next;
                }
                rows += 1;
                (rows - 1) as u32
            })
            .collect();
        let ends = (0..joints)
            .map(|joint| {
                let own = parts.link_start[joint] as usize..parts.link_start[joint + 1] as usize;
                parts.links[own].iter().all(|link| parts.outcome[link.next as usize] != NONE)
            })
            .collect();
        let type_of = type_table(&sizes);
        let slots = parts.seats.iter().flat_map(|seat| {
            type_of[seat.player].iter().map(|own| (seat.first + *own as usize * seat.actions) as u32)
        });
        let choices = parts.seats.iter().flat_map(|seat| {
            let types = sizes[seat.player];
            (0..types).map(move |own| seat.first + own * seat.actions..seat.first + (own + 1) * seat.actions)
        });
        let mut structure = Self {
            spots: Vec::new(),
            slots: slots.collect(),
            choices: choices.collect(),
            ends,
            row_of_joint,
            rows,
            joint_types: sizes.iter().product(),
            type_of,
            probability_rows: parts.chances.iter().map(|chance| chance.branches).sum(),
            players: parts.players,
            types: parts.types,
            view_of: parts.view_of,
            views: parts.views,
            root: parts.root,
            order: parts.order,
            period: parts.period,
            rung: parts.rung,
            outcome: parts.outcome,
            terminal_payoff: parts.terminal_payoff,
            outcomes: parts.outcomes,
            seat_start: parts.seat_start,
            seats: parts.seats,
            joint_start: parts.joint_start,
            link_start: parts.link_start,
            links: parts.links,
            incoming_start,
            incoming,
            log_measure: parts.log_measure,
            class: parts.class,
            action_labels: parts.action_labels,
            unknowns: parts.unknowns,
            chances: parts.chances,
            payoff_blocks: parts.payoff_blocks,
        };
        structure.spots = structure.order.iter().map(|&state| structure.spot(state as usize)).collect();
        structure
    }

    fn spot(&self, state: usize) -> Spot {
        let seats = self.seats_at(state);
        let joints = self.joint_at(state);
        let nobody = Seat { player: 0, actions: 0, first: 0, measure: 0 };
        let Seat { player, actions, first, .. } =
            seats.clone().next().map_or(nobody, |seat| self.seats[seat]);
        Spot {
            state,
            seat: seats.start,
            movers: seats.len(),
            player,
            actions,
            types: self.types[player].len(),
            first,
            joint: joints.start,
            weights: self.view_of[player] * self.states() + state,
            mixes: joints.clone().any(|joint| self.row_of_joint[joint] as usize >= self.states()),
        }
    }

    pub(super) fn states(&self) -> usize {
        self.period.len()
    }

    pub(super) fn is_terminal(&self, state: usize) -> bool {
        self.outcome[state] != NONE
    }

    pub(super) fn seats_at(&self, state: usize) -> Range<usize> {
        self.seat_start[state] as usize..self.seat_start[state + 1] as usize
    }

    /// By joint type, the unknown of the first action of a seat.
    pub(super) fn slots(&self, seat: usize) -> &[u32] {
        &self.slots[seat * self.joint_types..][..self.joint_types]
    }

    /// Unknowns of all types of a seat.
    pub(super) fn unknowns_of(&self, seat: usize) -> Range<usize> {
        let Seat { player, actions, first, .. } = self.seats[seat];
        first..first + self.types[player].len() * actions
    }

    pub(super) fn joint_at(&self, state: usize) -> Range<usize> {
        self.joint_start[state] as usize..self.joint_start[state + 1] as usize
    }

    pub(super) fn links_of(&self, joint: usize) -> Range<usize> {
        self.link_start[joint] as usize..self.link_start[joint + 1] as usize
    }

    pub(super) fn incoming(&self, state: usize) -> &[u32] {
        &self.incoming[self.incoming_start[state] as usize..self.incoming_start[state + 1] as usize]
    }

    pub(super) fn type_sizes(&self) -> Vec<usize> {
        self.types.iter().map(Vec::len).collect()
    }

    /// The action of each mover in joint action `offset` (counted from the state's first), last mover fastest.
    pub(super) fn joint_actions(&self, state: usize, offset: usize) -> impl Iterator<Item = (usize, usize)> {
        let seats = self.seats_at(state);
        let mut stride: usize = self.seats[seats.clone()].iter().map(|seat| seat.actions).product();
        seats.map(move |seat| {
            stride /= self.seats[seat].actions;
            (seat, offset / stride % self.seats[seat].actions)
        })
    }
}

/// The numbers of a game: payoffs, chances and priors. One structure takes many (the draws of an ensemble).
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    type_sizes: Vec<usize>,
    views: usize,
    view_of: Vec<usize>,
    chances: Vec<(usize, usize)>,
    rows: usize,
    /// `[block][player][joint type]`
    pub(super) payoffs: Vec<f64>,
    /// `[view][row][joint type]`
    pub(super) probabilities: Vec<f64>,
    /// `[view][joint type]`, natural logarithms of the normalised weights
    pub(super) log_prior: Vec<f64>,
}

impl Numbers {
    pub(super) fn zeroed(structure: &Structure) -> Self {
        let joint = structure.joint_types;
        Self {
            type_sizes: structure.type_sizes(),
            views: structure.views,
            view_of: structure.view_of.clone(),
            chances: structure.chances.iter().map(|c| (c.first, c.branches)).collect(),
            rows: structure.probability_rows,
            payoffs: vec![0.0; structure.payoff_blocks * structure.players.len() * joint],
            probabilities: vec![0.0; structure.views * structure.probability_rows * joint],
            log_prior: vec![0.0; structure.views * joint],
        }
    }

    fn joint_types(&self) -> usize {
        self.type_sizes.iter().product()
    }

    fn views_meant(&self, view: View) -> Result<Range<usize>, PublicStateError> {
        match view {
            View::Truth => Ok(0..1),
            View::Of(player) => match self.view_of.get(player) {
                None => Err(PublicStateError::NoSuchPlayer { player }),
                Some(0) => Err(PublicStateError::NoOwnView { player }),
                Some(&at) => Ok(at..at + 1),
            },
        }
    }

    /// Replaces a payoff block.
    ///
    /// # Errors
    /// If the block doesn't exist, the shape is wrong or a value isn't finite.
    pub fn set_payoff(&mut self, id: PayoffId, payoff: &Payoff) -> Result<(), PublicStateError> {
        let block = self.type_sizes.len() * self.joint_types();
        let start = id.index() * block;
        if start + block > self.payoffs.len() {
            return Err(PublicStateError::NoSuchPayoff { payoff: id });
        }
        let values = expand_payoff(payoff, &self.type_sizes)
            .map_err(|why| PublicStateError::BadPayoff { payoff: id, why })?;
        self.payoffs[start..start + block].copy_from_slice(&values);
        Ok(())
    }

    /// Replaces a chance distribution, as it is or as one player believes it to be: `[branch]`.
    /// Setting the truth leaves beliefs alone.
    ///
    /// # Errors
    /// If the distribution doesn't exist, has another number of branches, or isn't a distribution;
    /// or if the player had no belief of its own in the builder.
    pub fn set_chance(
        &mut self,
        id: ChanceId,
        view: View,
        probabilities: &[f64],
    ) -> Result<(), PublicStateError> {
        let rows: Vec<Vec<f64>> = probabilities.iter().map(|&p| vec![p; self.joint_types()]).collect();
        self.set_chance_by_type(id, view, &rows)
    }

    /// Replaces a chance distribution that depends on types: `[branch][joint type]`.
    ///
    /// # Errors
    /// As [`Numbers::set_chance`].
    pub fn set_chance_by_type(
        &mut self,
        id: ChanceId,
        view: View,
        rows: &[Vec<f64>],
    ) -> Result<(), PublicStateError> {
        let &(first, branches) =
            self.chances.get(id.index()).ok_or(PublicStateError::NoSuchChance { chance: id })?;
        let joint = self.joint_types();
        let bad = |why: String| PublicStateError::BadChance { chance: id, why };
        if rows.len() != branches {
            return Err(bad(format!("{} branches given, {branches} expected", rows.len())));
        }
        if let Some(row) = rows.iter().find(|row| row.len() != joint) {
            return Err(bad(format!("{} joint types given, {joint} expected", row.len())));
        }
        let values = normalised_rows(rows, joint).map_err(bad)?;
        for view in self.views_meant(view)? {
            let start = (view * self.rows + first) * joint;
            self.probabilities[start..start + branches * joint].copy_from_slice(&values);
        }
        Ok(())
    }

    /// Replaces the prior over joint types (weights, not necessarily normalised), as it is or as a player believes it to be.
    /// Setting the truth leaves beliefs alone.
    ///
    /// # Errors
    /// If the number of weights is wrong, one is negative or not finite, or all are zero;
    /// or if the player had no belief of its own in the builder.
    pub fn set_prior(&mut self, view: View, weights: &[f64]) -> Result<(), PublicStateError> {
        let joint = self.joint_types();
        let logs = log_weights(weights, joint).map_err(|why| PublicStateError::BadPrior { why })?;
        for view in self.views_meant(view)? {
            self.log_prior[view * joint..(view + 1) * joint].copy_from_slice(&logs);
        }
        Ok(())
    }

    fn fits(&self, structure: &Structure) -> bool {
        self.type_sizes == structure.type_sizes()
            && self.views == structure.views
            && self.view_of == structure.view_of
            && self.rows == structure.probability_rows
            && self.chances.len() == structure.chances.len()
            && self.payoffs.len() == structure.payoff_blocks * structure.players.len() * structure.joint_types
    }
}

fn expand_payoff(payoff: &Payoff, sizes: &[usize]) -> Result<Vec<f64>, String> {
    let joint: usize = sizes.iter().product();
    let table = type_table(sizes);
    let given = match payoff {
        Payoff::Common(values) => values.len(),
        Payoff::OwnType(values) | Payoff::JointType(values) => values.len(),
    };
    if given != sizes.len() {
        return Err(format!("{given} players given, {} expected", sizes.len()));
    }
    let mut out = Vec::with_capacity(sizes.len() * joint);
    for (player, &size) in sizes.iter().enumerate() {
        let expected = |given: usize, wanted: usize| {
            if given == wanted {
                Ok(())
            } else {
                Err(format!("player {player}: {given} values given, {wanted} expected"))
            }
        };
        match payoff {
            Payoff::Common(values) => out.extend((0..joint).map(|_| values[player])),
            Payoff::OwnType(values) => {
                expected(values[player].len(), size)?;
                out.extend(table[player].iter().map(|&q| values[player][q as usize]));
            }
            Payoff::JointType(values) => {
                expected(values[player].len(), joint)?;
                out.extend_from_slice(&values[player]);
            }
        }
    }
    if out.iter().all(|value| value.is_finite()) {
        Ok(out)
    } else {
        Err("a value is not a finite number".into())
    }
}

fn normalised_rows(rows: &[Vec<f64>], joint: usize) -> Result<Vec<f64>, String> {
    let mut out: Vec<f64> = rows.iter().flatten().copied().collect();
    if let Some(bad) = out.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(format!("{bad} is not a probability"));
    }
    for theta in 0..joint {
        let total: f64 = rows.iter().map(|row| row[theta]).sum();
        if (total - 1.0).abs() > 1e-9 {
            return Err(format!("the probabilities sum to {total}, not to 1"));
        }
        for branch in 0..rows.len() {
            out[branch * joint + theta] /= total;
        }
    }
    Ok(out)
}

fn log_weights(weights: &[f64], joint: usize) -> Result<Vec<f64>, String> {
    if weights.len() != joint {
        return Err(format!("{} weights given for {joint} joint types", weights.len()));
    }
    if let Some(bad) = weights.iter().find(|w| !w.is_finite() || **w < 0.0) {
        return Err(format!("{bad} is not a weight"));
    }
    let total: f64 = weights.iter().sum();
    if !total.is_finite() || total <= 0.0 {
        return Err("the weights sum to nothing".into());
    }
    Ok(weights.iter().map(|&w| ln(w / total)).collect())
}

/// A game on public states with private types: a directed acyclic graph of states that everyone sees, at which players
/// move (one, several at once, or none where only chance does), each knowing its own type. Histories that lead to the
/// same state are merged: strategies condition on (own type, state).
#[derive(Clone, Debug)]
pub struct PublicStateGame {
    pub(super) structure: Arc<Structure>,
    pub(super) numbers: Numbers,
}

impl PartialEq for PublicStateGame {
    fn eq(&self, other: &Self) -> bool {
        // Numbers are few, and tell most games apart.
        self.numbers == other.numbers
            && (Arc::ptr_eq(&self.structure, &other.structure) || self.structure == other.structure)
    }
}

impl PublicStateGame {
    /// The numbers, to copy and change for a variant.
    #[must_use]
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// The same structure with other numbers.
    ///
    /// # Errors
    /// If the numbers come from a game of another shape.
    pub fn with_numbers(&self, numbers: Numbers) -> Result<Self, PublicStateError> {
        if !numbers.fits(&self.structure) {
            return Err(PublicStateError::NumbersOfAnotherGame);
        }
        Ok(Self { structure: Arc::clone(&self.structure), numbers })
    }

    /// Names of the players.
    #[must_use]
    pub fn players(&self) -> &[String] {
        &self.structure.players
    }

    /// Names of a player's types.
    #[must_use]
    pub fn types(&self, player: usize) -> &[String] {
        &self.structure.types[player]
    }

    /// Number of joint types.
    #[must_use]
    pub fn joint_types(&self) -> usize {
        self.structure.joint_types
    }

    /// A player's own type in a joint type.
    #[must_use]
    pub fn type_in(&self, player: usize, joint_type: usize) -> usize {
        self.structure.type_of[player][joint_type] as usize
    }

    /// Number of states, terminals included.
    #[must_use]
    pub fn states(&self) -> usize {
        self.structure.states()
    }

    /// The state at a position in arrays indexed by state.
    #[must_use]
    pub fn state(&self, index: usize) -> Option<StateId> {
        (index < self.states()).then_some(StateId(index as u32))
    }

    /// The state where play begins.
    #[must_use]
    pub fn root(&self) -> StateId {
        StateId(self.structure.root as u32)
    }

    /// Whether play ends at a state.
    #[must_use]
    pub fn is_terminal(&self, state: StateId) -> bool {
        self.structure.is_terminal(state.index())
    }

    /// Period of a state, as declared.
    #[must_use]
    pub fn period(&self, state: StateId) -> u32 {
        self.structure.period[state.index()]
    }

    /// Rung of a state, as declared.
    #[must_use]
    pub fn rung(&self, state: StateId) -> u32 {
        self.structure.rung[state.index()]
    }

    /// Labels of the ways play can end.
    #[must_use]
    pub fn outcomes(&self) -> &[String] {
        &self.structure.outcomes
    }

    /// Index among [`PublicStateGame::outcomes`] of a terminal's label.
    #[must_use]
    pub fn outcome(&self, state: StateId) -> Option<usize> {
        let label = self.structure.outcome[state.index()];
        (label != NONE).then_some(label as usize)
    }

    /// The players who move at a state, in the order of joint actions.
    pub fn movers(&self, state: StateId) -> impl Iterator<Item = usize> {
        self.structure.seats_at(state.index()).map(|seat| self.structure.seats[seat].player)
    }

    /// Labels of a player's actions at a state; none if it doesn't move there.
    #[must_use]
    pub fn actions(&self, state: StateId, player: usize) -> &[String] {
        self.seat(state, player)
            .map_or(&[], |seat| &self.structure.action_labels[seat.measure..seat.measure + seat.actions])
    }

    /// The states that a joint action (in the order of declaration, the last mover's fastest) may lead to, by branch;
    /// none at terminals and beyond the last joint action.
    pub fn next_states(&self, state: StateId, joint_action: usize) -> impl Iterator<Item = StateId> {
        let structure = &*self.structure;
        let links =
            structure.joint_at(state.index()).nth(joint_action).map(|joint| structure.links_of(joint));
        structure.links[links.unwrap_or(0..0)].iter().map(|link| StateId(link.next))
    }

    /// Class of each of a player's actions at a state.
    #[must_use]
    pub fn classes(&self, state: StateId, player: usize) -> &[u32] {
        self.seat(state, player)
            .map_or(&[], |seat| &self.structure.class[seat.measure..seat.measure + seat.actions])
    }

    /// Number of strategy entries: the sum over players, types and states of the number of actions.
    #[must_use]
    pub fn strategy_len(&self) -> usize {
        self.structure.unknowns
    }

    /// Where in a strategy the actions of (state, player, type) lie.
    #[must_use]
    pub fn strategy_range(&self, state: StateId, player: usize, own_type: usize) -> Option<Range<usize>> {
        let seat = self.seat(state, player)?;
        let first = seat.first + own_type * seat.actions;
        (own_type < self.structure.types[player].len()).then_some(first..first + seat.actions)
    }

    /// The widest range of total payoffs over whole plays, over players (0 if nothing is at stake).
    #[must_use]
    pub fn payoff_range(&self) -> f64 {
        (0..self.structure.players.len()).map(|player| self.range_of(player)).fold(0.0, f64::max)
    }

    fn range_of(&self, player: usize) -> f64 {
        let structure = &*self.structure;
        let joint = structure.joint_types;
        let mut bounds = vec![(0.0f64, 0.0f64); structure.states() * joint];
        for (state, &payoff) in structure.terminal_payoff.iter().enumerate() {
            for theta in 0..joint {
                let value = self.payoff(payoff, player, theta);
                bounds[state * joint + theta] = (value, value);
            }
        }
        for &state in structure.order.iter().rev() {
            let joints = structure.joint_at(state as usize);
            for theta in 0..joint {
                let mut range = (f64::INFINITY, f64::NEG_INFINITY);
                for link in joints.clone().flat_map(|at| &structure.links[structure.links_of(at)]) {
                    let value = self.payoff(link.payoff, player, theta);
                    let (low, high) = bounds[link.next as usize * joint + theta];
                    range = (range.0.min(value + low), range.1.max(value + high));
                }
                bounds[state as usize * joint + theta] = range;
            }
        }
        let root = structure.root * joint;
        let (low, high) = bounds[root..root + joint]
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |all, one| (all.0.min(one.0), all.1.max(one.1)));
        high - low
    }

    fn payoff(&self, block: u32, player: usize, theta: usize) -> f64 {
        if block == NONE {
            return 0.0;
        }
        let structure = &*self.structure;
        self.numbers.payoffs
            [(block as usize * structure.players.len() + player) * structure.joint_types + theta]
    }

    fn seat(&self, state: StateId, player: usize) -> Option<&Seat> {
        self.structure.seats[self.structure.seats_at(state.index())].iter().find(|seat| seat.player == player)
    }
}
