//! One forward and backward pass over the states; [`super::derivative`] has its exact derivative.
//!
//! Unknown: a score `v(a | type, state)` for every action, whose softmax is the strategy. Forward, the strategy gives
//! joint weights over types at every state (kept as logarithms) and by Bayes' rule the beliefs; backward, with those
//! beliefs, `v'(a) = ln mu(a) + lambda Q(a)` where `Q` looks ahead with the *new* strategy of later states. Fixed points
//! of `v -> v'` are the agent quantal-response equilibria (`McKelvey` and Palfrey 1998) of the public-state game; because the
//! backward part is solved outright, only the dependence of beliefs on play is left to iterate on.
//!
//! Exponentials and logarithms are taken over whole arrays where nothing forbids it, and the entries of small loops lie
//! side by side, so that they run in lanes; the order of sums is fixed.

use super::elementary::{exp_all, ln_all};
use super::lanes;
use super::structure::{NONE, PublicStateGame, Seat, Spot, Structure};
use crate::math::ln;

/// Everything one pass computes, kept for the derivative and for reading results.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) lambda: f64,
    /// The strategy that went in, and its logarithm.
    pub(super) strategy: Vec<f64>,
    pub(super) log_strategy: Vec<f64>,
    /// `[view][state][joint type]`
    pub(super) log_weight: Vec<f64>,
    /// `[view][link][joint type]`: the part of the next state's weight that came this way.
    pub(super) share: Vec<f64>,
    /// `[seat][joint type]`: belief given the mover's own type.
    pub(super) belief: Vec<f64>,
    /// `[row][player][joint type]`: continuation values.
    pub(super) value: Vec<f64>,
    pub(super) action_value: Vec<f64>,
    pub(super) next_score: Vec<f64>,
    /// The strategy that came out.
    pub(super) next_strategy: Vec<f64>,
    /// `[joint action][joint type]`: its probability in the strategy that came out.
    pub(super) play: Vec<f64>,
    /// `[joint action][joint type]`, where one player moves: belief times what the mover's value of that joint type is
    /// above its action value. The derivative of the action value by the logarithm of the type's weight.
    pub(super) slope: Vec<f64>,
    /// `[view][probability row][joint type]`: logarithms of chances.
    log_chance: Vec<f64>,
    /// Of each choice: the sum of exponentials, then its logarithm.
    total: Vec<f64>,
    scratch: Scratch,
}

/// Small work space of a pass or its derivative.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    /// `[action][joint type]`
    pub(super) wide: Vec<f64>,
    /// `[place][action][joint type]`, places one after another.
    pub(super) spread: Vec<f64>,
    /// `[player][joint type]`
    pub(super) row: Vec<f64>,
    /// `[own type]`
    pub(super) own: Vec<f64>,
}

/// Calls a pass with the number of joint types known to the compiler where it is small.
macro_rules! with_width {
    ($joint:expr, $name:ident, ($($argument:expr),*)) => {
        match $joint {
            2 => $name::<2>($($argument),*),
            3 => $name::<3>($($argument),*),
            4 => $name::<4>($($argument),*),
            6 => $name::<6>($($argument),*),
            8 => $name::<8>($($argument),*),
            9 => $name::<9>($($argument),*),
            _ => $name::<0>($($argument),*),
        }
    };
}
pub(super) use with_width;

/// Calls a step with the number of actions known to the compiler where it is small.
macro_rules! with_actions {
    ($actions:expr, $name:ident, ($($argument:expr),*)) => {
        match $actions {
            2 => $name::<2>($($argument),*),
            3 => $name::<3>($($argument),*),
            4 => $name::<4>($($argument),*),
            _ => $name::<0>($($argument),*),
        }
    };
}
pub(super) use with_actions;

/// The same, with the number of joint types in a tile: all of them where they are few.
macro_rules! with_tiles {
    ($joint:expr, $name:ident, ($($argument:expr),*)) => {
        match $joint {
            2 => $name::<2, 2>($($argument),*),
            3 => $name::<3, 3>($($argument),*),
            4 => $name::<4, 4>($($argument),*),
            6 => $name::<6, 6>($($argument),*),
            8 => $name::<8, 8>($($argument),*),
            9 => $name::<9, 3>($($argument),*),
            many if many % 8 == 0 => $name::<0, 8>($($argument),*),
            many if many % 4 == 0 => $name::<0, 4>($($argument),*),
            many if many % 3 == 0 => $name::<0, 3>($($argument),*),
            _ => $name::<0, 1>($($argument),*),
        }
    };
}
pub(super) use with_tiles;

#[inline]
pub(super) fn width<const WIDTH: usize>(structure: &Structure) -> usize {
    if WIDTH == 0 { structure.joint_types } else { WIDTH }
}

impl Scratch {
    /// Large enough for every state.
    pub(super) fn for_all(structure: &Structure) -> Self {
        let joint = structure.joint_types;
        let actions = structure.seats.iter().map(|seat| seat.actions).max().unwrap_or(1);
        let types = structure.types.iter().map(Vec::len).max().unwrap_or(0);
        let players = structure.players.len();
        Self {
            wide: vec![0.0; actions * joint],
            spread: vec![0.0; players * actions * joint],
            row: vec![0.0; players.max(2) * joint],
            own: vec![0.0; types],
        }
    }
}

impl Pass {
    pub(super) fn new(game: &PublicStateGame) -> Self {
        let structure = &*game.structure;
        let joint = structure.joint_types;
        let players = structure.players.len();
        let unknowns = structure.unknowns;
        let joint_actions = structure.row_of_joint.len();
        let mut pass = Self {
            lambda: 0.0,
            strategy: vec![0.0; unknowns],
            log_strategy: vec![0.0; unknowns],
            log_weight: vec![f64::NEG_INFINITY; structure.views * structure.states() * joint],
            share: vec![0.0; structure.views * structure.links.len() * joint],
            belief: vec![0.0; structure.seats.len() * joint],
            value: vec![0.0; structure.rows * players * joint],
            action_value: vec![0.0; unknowns],
            next_score: vec![0.0; unknowns],
            next_strategy: vec![0.0; unknowns],
            play: vec![0.0; joint_actions * joint],
            slope: vec![0.0; joint_actions * joint],
            log_chance: game.numbers.probabilities.iter().map(|&chance| ln(chance)).collect(),
            total: vec![0.0; structure.choices.len()],
            scratch: Scratch::for_all(structure),
        };
        pass.set_terminals(game);
        pass
    }

    fn set_terminals(&mut self, game: &PublicStateGame) {
        let block = game.structure.players.len() * game.structure.joint_types;
        for (state, &payoff) in game.structure.terminal_payoff.iter().enumerate() {
            if payoff != NONE {
                let paid = &game.numbers.payoffs[payoff as usize * block..][..block];
                self.value[state * block..][..block].copy_from_slice(paid);
            }
        }
    }

    /// Runs the pass at a score. The game is the one the pass was made for.
    pub(super) fn run(&mut self, game: &PublicStateGame, score: &[f64], lambda: f64) {
        self.lambda = lambda;
        self.play_scores(&game.structure, score);
        with_width!(game.structure.joint_types, forward, (game, self));
        with_width!(game.structure.joint_types, condition, (game, self));
        with_tiles!(game.structure.joint_types, backward, (game, self));
    }

    /// Largest change of a probability from the strategy that went in to the one that came out.
    pub(super) fn residual(&self) -> f64 {
        self.strategy.iter().zip(&self.next_strategy).map(|(old, new)| (old - new).abs()).fold(0.0, f64::max)
    }

    /// The softmax of the scores at every (seat, own type), and its logarithm.
    fn play_scores(&mut self, structure: &Structure, score: &[f64]) {
        for choice in &structure.choices {
            let score = &score[choice.clone()];
            let top = highest(score);
            for (log, value) in self.log_strategy[choice.clone()].iter_mut().zip(score) {
                *log = value - top;
            }
        }
        self.strategy.copy_from_slice(&self.log_strategy);
        exp_all(&mut self.strategy);
        for (total, choice) in self.total.iter_mut().zip(&structure.choices) {
            let play = &mut self.strategy[choice.clone()];
            *total = play.iter().sum();
            for probability in play {
                *probability /= *total;
            }
        }
        ln_all(&mut self.total);
        for (log_total, choice) in self.total.iter().zip(&structure.choices) {
            for log in &mut self.log_strategy[choice.clone()] {
                *log -= log_total;
            }
        }
    }
}

#[inline]
fn highest(values: &[f64]) -> f64 {
    values.iter().fold(f64::NEG_INFINITY, |top, &value| if value > top { value } else { top })
}

fn forward<const WIDTH: usize>(game: &PublicStateGame, pass: &mut Pass) {
    for view in 0..game.structure.views {
        forward_view::<WIDTH>(game, pass, view);
    }
}

/// Beliefs over joint types given the own type, at every seat. Where no play can arrive, the prior; where that says
/// nothing, even odds.
fn condition<const WIDTH: usize>(game: &PublicStateGame, pass: &mut Pass) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    let Pass { belief, log_weight, scratch, .. } = pass;
    for &state in &structure.order {
        for seat in structure.seats_at(state as usize) {
            let player = structure.seats[seat].player;
            let view = structure.view_of[player];
            let weights = &log_weight[(view * structure.states() + state as usize) * joint..][..joint];
            let prior = &game.numbers.log_prior[view * joint..][..joint];
            let own_type = &structure.type_of[player][..joint];
            let top = &mut scratch.own[..structure.types[player].len()];
            top.fill(f64::NEG_INFINITY);
            for theta in 0..joint {
                let top = &mut top[own_type[theta] as usize];
                *top = if weights[theta] > *top { weights[theta] } else { *top };
            }
            let belief = &mut belief[seat * joint..][..joint];
            for theta in 0..joint {
                let top = top[own_type[theta] as usize];
                belief[theta] = if top == f64::NEG_INFINITY { prior[theta] } else { weights[theta] - top };
            }
        }
    }
    exp_all(belief);
    for (seat, belief) in structure.seats.iter().zip(belief.chunks_exact_mut(joint)) {
        let own_type = &structure.type_of[seat.player][..joint];
        let types = structure.types[seat.player].len();
        let total = &mut scratch.own[..types];
        total.fill(0.0);
        for theta in 0..joint {
            total[own_type[theta] as usize] += belief[theta];
        }
        for theta in 0..joint {
            let total = total[own_type[theta] as usize];
            belief[theta] = if total > 0.0 { belief[theta] / total } else { types as f64 / joint as f64 };
        }
    }
}

fn forward_view<const WIDTH: usize>(game: &PublicStateGame, pass: &mut Pass, view: usize) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    let weights_at = view * structure.states() * joint;
    let shares_at = view * structure.links.len() * joint;
    let Pass { log_weight, share, log_strategy, log_chance, scratch, .. } = pass;
    let log_chance = &log_chance[view * structure.probability_rows * joint..];
    let log_weight = &mut log_weight[weights_at..weights_at + structure.states() * joint];
    let share = &mut share[shares_at..shares_at + structure.links.len() * joint];
    let work = &mut scratch.row[..2 * joint];
    for &state in &structure.order {
        let state = state as usize;
        if state == structure.root {
            log_weight[state * joint..][..joint]
                .copy_from_slice(&game.numbers.log_prior[view * joint..][..joint]);
        } else {
            gather::<WIDTH>(structure, state, share, work, &mut log_weight[state * joint..][..joint]);
        }
        let seats = structure.seats_at(state);
        for (offset, at) in structure.joint_at(state).enumerate() {
            if structure.ends[at] {
                continue;
            }
            let played = &mut work[..joint];
            lanes::copy(played, &log_weight[state * joint..]);
            if seats.len() == 1 {
                add_log_play::<WIDTH>(structure, seats.start, offset, log_strategy, played);
            } else {
                for (seat, action) in structure.joint_actions(state, offset) {
                    add_log_play::<WIDTH>(structure, seat, action, log_strategy, played);
                }
            }
            for link in structure.links_of(at) {
                let out = &mut share[link * joint..][..joint];
                let row = structure.links[link].probability;
                if row == NONE {
                    lanes::copy(out, played);
                } else {
                    let chance = &log_chance[row as usize * joint..][..joint];
                    for theta in 0..joint {
                        out[theta] = played[theta] + chance[theta];
                    }
                }
            }
        }
    }
}

/// Adds the entries of a seat's action by joint type.
#[inline]
pub(super) fn add_log_play<const WIDTH: usize>(
    structure: &Structure,
    seat: usize,
    action: usize,
    logs: &[f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let slots = &structure.slots(seat)[..joint];
    for (value, &slot) in out[..joint].iter_mut().zip(slots) {
        *value += logs[slot as usize + action];
    }
}

/// Sums the incoming weights of a state and turns them into shares.
#[inline]
fn gather<const WIDTH: usize>(
    structure: &Structure,
    state: usize,
    share: &mut [f64],
    work: &mut [f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let out = &mut out[..joint];
    let incoming = structure.incoming(state);
    if let [only] = *incoming {
        let share = &mut share[only as usize * joint..][..joint];
        out.copy_from_slice(share);
        share.fill(1.0);
        return;
    }
    let (total, logs) = work.split_at_mut(joint);
    let logs = &mut logs[..joint];
    // No weight is as small as this but those of plays that never happen.
    out.fill(-1e300);
    for &link in incoming {
        let share = &share[link as usize * joint..][..joint];
        lanes::raise(out, share);
    }
    total.fill(0.0);
    for &link in incoming {
        let share = &mut share[link as usize * joint..][..joint];
        lanes::subtract(share, out);
        exp_all(share);
        lanes::add(total, share);
    }
    lanes::copy(logs, total);
    ln_all(logs);
    lanes::invert(total);
    for &link in incoming {
        lanes::multiply(&mut share[link as usize * joint..][..joint], total);
    }
    lanes::add(out, logs);
}

fn backward<const WIDTH: usize, const T: usize>(game: &PublicStateGame, pass: &mut Pass) {
    let structure = &*game.structure;
    for spot in structure.spots.iter().rev() {
        if spot.mixes {
            for at in structure.joint_at(spot.state) {
                if structure.row_of_joint[at] as usize >= structure.states() {
                    mix_row::<WIDTH>(game, &mut pass.value, at);
                }
            }
        }
        if spot.movers == 1 {
            value_actions::<T>(structure, pass, spot);
            pass.choose(structure, spot.seat);
            value_state::<T>(structure, pass, spot);
        } else {
            choose_at_once::<WIDTH>(structure, pass, spot.state);
            set_value::<WIDTH>(structure, pass, spot.state);
        }
    }
}

/// Values of the actions of the one player who moves at a state, and what the derivative needs of them.
#[inline]
fn value_actions<const T: usize>(structure: &Structure, pass: &mut Pass, spot: &Spot) {
    let Spot { player, actions, .. } = *spot;
    let (players, tiles) = (structure.players.len(), structure.joint_types / T);
    let own_types = structure.type_of[player].as_chunks::<T>().0;
    let belief = &lanes::tiles::<T>(&pass.belief)[spot.seat * tiles..][..tiles];
    let value = lanes::tiles::<T>(&pass.value);
    let slope = &mut lanes::tiles_mut::<T>(&mut pass.slope)[spot.joint * tiles..][..actions * tiles];
    let out = &mut pass.action_value[spot.first..][..spot.types * actions];
    out.fill(0.0);
    for (action, (row, slope)) in
        structure.row_of_joint[spot.joint..][..actions].iter().zip(slope.chunks_exact_mut(tiles)).enumerate()
    {
        let ahead = &value[(*row as usize * players + player) * tiles..][..tiles];
        for tile in 0..tiles {
            let weighted = std::array::from_fn(|at| belief[tile][at] * ahead[tile][at]);
            lanes::give(out, weighted, &own_types[tile], actions, action);
            slope[tile] = weighted;
        }
    }
}

/// Values of a state where one player moves, and what the derivative needs.
#[inline]
fn value_state<const T: usize>(structure: &Structure, pass: &mut Pass, spot: &Spot) {
    let Spot { player, actions, .. } = *spot;
    let (players, tiles) = (structure.players.len(), structure.joint_types / T);
    let own_types = structure.type_of[player].as_chunks::<T>().0;
    let belief = &lanes::tiles::<T>(&pass.belief)[spot.seat * tiles..][..tiles];
    let slope = &mut lanes::tiles_mut::<T>(&mut pass.slope)[spot.joint * tiles..][..actions * tiles];
    let play = &mut lanes::tiles_mut::<T>(&mut pass.play)[spot.joint * tiles..][..actions * tiles];
    let values = &pass.action_value[spot.first..][..spot.types * actions];
    let choices = &pass.next_strategy[spot.first..][..spot.types * actions];
    for action in 0..actions {
        for tile in 0..tiles {
            let mean = lanes::pick(values, &own_types[tile], actions, action);
            let slope = &mut slope[action * tiles + tile];
            for at in 0..T {
                slope[at] -= belief[tile][at] * mean[at];
            }
            play[action * tiles + tile] = lanes::pick(choices, &own_types[tile], actions, action);
        }
    }
    let value = lanes::tiles_mut::<T>(&mut pass.value);
    let rows = &structure.row_of_joint[spot.joint..][..actions];
    for part in 0..players * tiles {
        let mut sum = [0.0; T];
        for (action, row) in rows.iter().enumerate() {
            let play = &play[action * tiles + part % tiles];
            let ahead = &value[*row as usize * players * tiles + part];
            for at in 0..T {
                sum[at] += play[at] * ahead[at];
            }
        }
        value[spot.state * players * tiles + part] = sum;
    }
}

/// Scores and choices of several players who move at once (or of none, where only chance moves).
fn choose_at_once<const WIDTH: usize>(structure: &Structure, pass: &mut Pass, state: usize) {
    let joint = width::<WIDTH>(structure);
    for (place, seat) in structure.seats_at(state).enumerate() {
        let shape = structure.seats[seat];
        let Pass { value, action_value, belief, strategy, scratch, .. } = &mut *pass;
        let Scratch { wide, row, .. } = scratch;
        expected_ahead::<WIDTH>(structure, state, place, strategy, value, row, wide);
        action_value[structure.unknowns_of(seat)].fill(0.0);
        for (action, ahead) in wide.chunks_exact_mut(joint).take(shape.actions).enumerate() {
            lanes::multiply(ahead, &belief[seat * joint..]);
            lanes::tally(action_value, ahead, structure.slots(seat), action);
        }
        pass.choose(structure, seat);
    }
    let Pass { play, next_strategy, scratch, .. } = pass;
    spread_play::<WIDTH>(structure, state, next_strategy, &mut scratch.spread);
    for (offset, at) in structure.joint_at(state).enumerate() {
        joint_play(structure, state, offset, &scratch.spread, &mut play[at * joint..][..joint]);
    }
}

impl Pass {
    /// Scores and choices of a seat from its action values.
    #[inline]
    fn choose(&mut self, structure: &Structure, seat: usize) {
        let unknowns = structure.unknowns_of(seat);
        let Seat { actions, measure, .. } = structure.seats[seat];
        let measure = &structure.log_measure[measure..][..actions];
        let scores = &mut self.next_score[unknowns.clone()];
        let choices = &mut self.next_strategy[unknowns.clone()];
        let values = &self.action_value[unknowns];
        with_actions!(actions, score_all, (values, measure, self.lambda, scores, choices));
        exp_all(choices);
        with_actions!(actions, share_all, (choices, actions));
    }
}

/// Scores from action values, and what they lie below the highest of their choice.
#[inline]
fn score_all<const A: usize>(
    values: &[f64],
    measure: &[f64],
    lambda: f64,
    scores: &mut [f64],
    below: &mut [f64],
) {
    let actions = if A == 0 { measure.len() } else { A };
    let choices = scores.chunks_exact_mut(actions).zip(below.chunks_exact_mut(actions));
    for ((scores, below), values) in choices.zip(values.chunks_exact(actions)) {
        for at in 0..actions {
            scores[at] = measure[at] + lambda * values[at];
        }
        let top = highest(scores);
        for at in 0..actions {
            below[at] = scores[at] - top;
        }
    }
}

/// Divides every choice by its sum.
#[inline]
fn share_all<const A: usize>(choices: &mut [f64], actions: usize) {
    let actions = if A == 0 { actions } else { A };
    for choice in choices.chunks_exact_mut(actions) {
        let total: f64 = choice.iter().sum();
        for probability in choice {
            *probability /= total;
        }
    }
}

/// Values of a state from the play of its joint actions.
#[inline]
fn set_value<const WIDTH: usize>(structure: &Structure, pass: &mut Pass, state: usize) {
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let out = &mut pass.scratch.row[..block];
    out.fill(0.0);
    for at in structure.joint_at(state) {
        let play = &pass.play[at * joint..][..joint];
        let ahead = &pass.value[structure.row_of_joint[at] as usize * block..][..block];
        lanes::add_product_by_row(out, play, ahead);
    }
    for (value, out) in
        pass.value[state * block..][..block].chunks_exact_mut(joint).zip(out.chunks_exact(joint))
    {
        lanes::copy(value, out);
    }
}

/// Continuation value of a joint action with payoffs or chance on the way, each player by its own view of chance.
fn mix_row<const WIDTH: usize>(game: &PublicStateGame, value: &mut [f64], at: usize) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let (states, own) = value.split_at_mut(structure.row_of_joint[at] as usize * block);
    let out = &mut own[..block];
    out.fill(0.0);
    for link in &structure.links[structure.links_of(at)] {
        for player in 0..structure.players.len() {
            let out = &mut out[player * joint..][..joint];
            let ahead = &states[link.next as usize * block + player * joint..][..joint];
            let paid = paid_on(structure, &game.numbers.payoffs, link.payoff, player, joint);
            let chance = chance_of(
                structure,
                &game.numbers.probabilities,
                structure.view_of[player],
                link.probability,
                joint,
            );
            for theta in 0..joint {
                let total = ahead[theta] + paid.map_or(0.0, |paid| paid[theta]);
                out[theta] += chance.map_or(1.0, |chance| chance[theta]) * total;
            }
        }
    }
}

pub(super) fn paid_on<'a>(
    structure: &Structure,
    payoffs: &'a [f64],
    block: u32,
    player: usize,
    joint: usize,
) -> Option<&'a [f64]> {
    (block != NONE).then(|| &payoffs[(block as usize * structure.players.len() + player) * joint..][..joint])
}

pub(super) fn chance_of<'a>(
    structure: &Structure,
    probabilities: &'a [f64],
    view: usize,
    row: u32,
    joint: usize,
) -> Option<&'a [f64]> {
    (row != NONE)
        .then(|| &probabilities[(view * structure.probability_rows + row as usize) * joint..][..joint])
}

/// Expected continuation value of each action of the seat at `place`, over the other movers' play, by joint type.
pub(super) fn expected_ahead<const WIDTH: usize>(
    structure: &Structure,
    state: usize,
    place: usize,
    strategy: &[f64],
    value: &[f64],
    play: &mut [f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let seats = structure.seats_at(state);
    let mine = structure.seats[seats.start + place];
    let play = &mut play[..joint];
    out[..mine.actions * joint].fill(0.0);
    for (offset, at) in structure.joint_at(state).enumerate() {
        play.fill(1.0);
        let mut own_action = 0;
        for (seat, action) in structure.joint_actions(state, offset) {
            if seat == seats.start + place {
                own_action = action;
                continue;
            }
            times_play::<WIDTH>(structure, seat, action, strategy, play);
        }
        let ahead = &value[structure.row_of_joint[at] as usize * block + mine.player * joint..][..joint];
        let out = &mut out[own_action * joint..][..joint];
        for theta in 0..joint {
            out[theta] += play[theta] * ahead[theta];
        }
    }
}

pub(super) fn times_play<const WIDTH: usize>(
    structure: &Structure,
    seat: usize,
    action: usize,
    strategy: &[f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let slots = &structure.slots(seat)[..joint];
    for (value, &slot) in out[..joint].iter_mut().zip(slots) {
        *value *= strategy[slot as usize + action];
    }
}

/// Writes entries of every (seat of the state, action) by joint type: `[place][action][joint type]`, places one after another.
pub(super) fn spread_play<const WIDTH: usize>(
    structure: &Structure,
    state: usize,
    entries: &[f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let mut at = 0;
    for seat in structure.seats_at(state) {
        for action in 0..structure.seats[seat].actions {
            lanes::spread(&mut out[at..at + joint], entries, structure.slots(seat), action);
            at += joint;
        }
    }
}

/// Probability of a joint action by joint type, from spread play.
fn joint_play(structure: &Structure, state: usize, offset: usize, spread: &[f64], product: &mut [f64]) {
    product.fill(1.0);
    let joint = product.len();
    let mut at = 0;
    for (seat, action) in structure.joint_actions(state, offset) {
        for (product, play) in product.iter_mut().zip(&spread[at + action * joint..]) {
            *product *= play;
        }
        at += structure.seats[seat].actions * joint;
    }
}
