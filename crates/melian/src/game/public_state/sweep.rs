//! One forward and backward pass over the states, and its exact derivative.
//!
//! Unknown: a score `v(a | type, state)` for every action, whose softmax is the strategy. Forward, the strategy gives
//! joint weights over types at every state (kept as logarithms) and by Bayes' rule the beliefs; backward, with those
//! beliefs, `v'(a) = ln mu(a) + lambda Q(a)` where `Q` looks ahead with the *new* strategy of later states. Fixed points
//! of `v -> v'` are the agent quantal-response equilibria (`McKelvey` and Palfrey 1998) of the public-state game; because the
//! backward part is solved outright, only the dependence of beliefs on play is left to iterate on.

use super::elementary::exp_all;
use super::structure::{NONE, Numbers, PublicStateGame, Structure};
use crate::math::ln;

/// A small change of the numbers, in the shape of the numbers.
#[derive(Clone, Debug)]
pub(super) struct Nudge {
    pub(super) lambda: f64,
    pub(super) payoffs: Vec<f64>,
    pub(super) probabilities: Vec<f64>,
    /// Change of the logarithm of the prior weights.
    pub(super) log_prior: Vec<f64>,
}

impl Nudge {
    pub(super) fn none(numbers: &Numbers) -> Self {
        Self {
            lambda: 0.0,
            payoffs: vec![0.0; numbers.payoffs.len()],
            probabilities: vec![0.0; numbers.probabilities.len()],
            log_prior: vec![0.0; numbers.log_prior.len()],
        }
    }
}

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
    share: Vec<f64>,
    /// `[seat][joint type]`: belief given the mover's own type.
    pub(super) belief: Vec<f64>,
    /// `[row][player][joint type]`: continuation values.
    pub(super) value: Vec<f64>,
    pub(super) action_value: Vec<f64>,
    pub(super) next_score: Vec<f64>,
    /// The strategy that came out.
    pub(super) next_strategy: Vec<f64>,
    scratch: Scratch,
}

#[derive(Clone, Debug, Default)]
struct Scratch {
    wide: Vec<f64>,
    spread: Vec<f64>,
    spread_change: Vec<f64>,
    row: Vec<f64>,
    tally: Vec<f64>,
}

/// Work space of the derivative.
#[derive(Clone, Debug)]
pub(super) struct Change {
    strategy_log: Vec<f64>,
    pub(super) log_weight: Vec<f64>,
    pub(super) value: Vec<f64>,
    scratch: Scratch,
    belief: Vec<f64>,
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

fn width<const WIDTH: usize>(structure: &Structure) -> usize {
    if WIDTH == 0 { structure.joint_types } else { WIDTH }
}

/// Shape of the scratch a state needs: the most actions of a seat and joint actions of a state.
fn scratch_for(structure: &Structure) -> Scratch {
    let joint = structure.joint_types;
    let actions = structure.seats.iter().map(|seat| seat.actions).max().unwrap_or(1);
    let types = structure.types.iter().map(Vec::len).max().unwrap_or(0);
    let seats = structure.players.len();
    Scratch {
        wide: vec![0.0; actions * joint],
        spread: vec![0.0; seats * actions * joint],
        spread_change: vec![0.0; seats * actions * joint],
        row: vec![0.0; seats.max(2) * joint],
        tally: vec![0.0; types * (actions + 1)],
    }
}

impl Pass {
    pub(super) fn new(game: &PublicStateGame) -> Self {
        let structure = &*game.structure;
        let joint = structure.joint_types;
        let players = structure.players.len();
        let unknowns = structure.unknowns;
        Self {
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
            scratch: scratch_for(structure),
        }
    }

    /// Runs the pass at a score.
    pub(super) fn run(&mut self, game: &PublicStateGame, score: &[f64], lambda: f64) {
        self.lambda = lambda;
        with_width!(game.structure.joint_types, forward, (game, self, score));
        with_width!(game.structure.joint_types, backward, (game, self));
    }

    /// Largest change of a probability from the strategy that went in to the one that came out.
    pub(super) fn residual(&self) -> f64 {
        self.strategy.iter().zip(&self.next_strategy).map(|(old, new)| (old - new).abs()).fold(0.0, f64::max)
    }
}

impl Change {
    pub(super) fn new(game: &PublicStateGame) -> Self {
        let structure = &*game.structure;
        let joint = structure.joint_types;
        Self {
            strategy_log: vec![0.0; structure.unknowns],
            log_weight: vec![0.0; structure.views * structure.states() * joint],
            value: vec![0.0; structure.rows * structure.players.len() * joint],
            scratch: scratch_for(structure),
            belief: vec![0.0; joint],
        }
    }

    /// The change of `next_score` when the score changes by `score` and, if given, the numbers by `nudge`.
    pub(super) fn apply(
        &mut self,
        game: &PublicStateGame,
        pass: &Pass,
        score: &[f64],
        nudge: Option<&Nudge>,
        out: &mut [f64],
    ) {
        with_width!(game.structure.joint_types, forward_change, (game, pass, self, score, nudge));
        let lambda = nudge.map_or(0.0, |nudge| nudge.lambda);
        if let Some(nudge) = nudge {
            self.set_terminals(game, |payoffs, out| out.copy_from_slice(payoffs), &nudge.payoffs);
        }
        with_width!(game.structure.joint_types, backward_change, (game, pass, self, nudge, lambda, out));
        if let Some(nudge) = nudge {
            self.set_terminals(game, |_, out| out.fill(0.0), &nudge.payoffs);
        }
    }

    /// Change of the log-probability that went in of a seat's action, by joint type.
    pub(super) fn log_play(&self, game: &PublicStateGame, seat: usize, action: usize, theta: usize) -> f64 {
        let structure = &*game.structure;
        let seat = &structure.seats[seat];
        self.strategy_log[seat.first + structure.type_of[seat.player][theta] as usize * seat.actions + action]
    }

    fn set_terminals(&mut self, game: &PublicStateGame, set: impl Fn(&[f64], &mut [f64]), payoffs: &[f64]) {
        let structure = &*game.structure;
        let block = structure.players.len() * structure.joint_types;
        for (state, &payoff) in structure.terminal_payoff.iter().enumerate() {
            if payoff != NONE {
                set(&payoffs[payoff as usize * block..][..block], &mut self.value[state * block..][..block]);
            }
        }
    }

    /// The change of `next_score` when only lambda changes, by 1.
    pub(super) fn apply_lambda(&mut self, game: &PublicStateGame, pass: &Pass, out: &mut [f64]) {
        self.log_weight.fill(0.0);
        self.strategy_log.fill(0.0);
        with_width!(game.structure.joint_types, backward_change, (game, pass, self, None, 1.0, out));
    }
}

/// Softmax of every run of `actions` entries in place; `log_total` gets the logarithm of each sum of exponentials.
fn softmax(score: &[f64], actions: usize, out: &mut [f64], mut log_total: impl FnMut(usize, f64)) {
    for (score, out) in score.chunks_exact(actions).zip(out.chunks_exact_mut(actions)) {
        let top = score.iter().fold(f64::NEG_INFINITY, |top, &value| top.max(value));
        for (out, value) in out.iter_mut().zip(score) {
            *out = value - top;
        }
    }
    exp_all(out);
    for (own, (score, out)) in score.chunks_exact(actions).zip(out.chunks_exact_mut(actions)).enumerate() {
        let total: f64 = out.iter().sum();
        // The largest entry was exp(0) = 1, so its score is the top.
        for probability in out.iter_mut() {
            *probability /= total;
        }
        let top = score.iter().fold(f64::NEG_INFINITY, |top, &value| top.max(value));
        log_total(own, top + ln(total));
    }
}

fn forward<const WIDTH: usize>(game: &PublicStateGame, pass: &mut Pass, score: &[f64]) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    for seat in &structure.seats {
        let range = seat.first..seat.first + structure.types[seat.player].len() * seat.actions;
        let score = &score[range.clone()];
        let logs = &mut pass.log_strategy[range.clone()];
        softmax(score, seat.actions, &mut pass.strategy[range], |own, total| {
            let own = own * seat.actions..(own + 1) * seat.actions;
            for (log, value) in logs[own.clone()].iter_mut().zip(&score[own]) {
                *log = value - total;
            }
        });
    }
    for view in 0..structure.views {
        forward_view::<WIDTH>(game, pass, view);
    }
    for &state in &structure.order {
        for seat in structure.seats_at(state as usize) {
            let view = structure.view_of[structure.seats[seat].player];
            let weights = &pass.log_weight[(view * structure.states() + state as usize) * joint..][..joint];
            let prior = &game.numbers.log_prior[view * joint..][..joint];
            let types = structure.types[structure.seats[seat].player].len();
            let belief = &mut pass.belief[seat * joint..][..joint];
            condition(
                weights,
                prior,
                &structure.type_of[structure.seats[seat].player],
                types,
                &mut pass.scratch.tally,
                belief,
            );
        }
    }
}

/// Belief over joint types given the own type. Where no play can arrive, the prior; where that says nothing, even odds.
fn condition(
    weights: &[f64],
    prior: &[f64],
    own_type: &[u32],
    types: usize,
    tally: &mut [f64],
    belief: &mut [f64],
) {
    let (top, total) = tally.split_at_mut(types);
    top.fill(f64::NEG_INFINITY);
    for (&weight, &own) in weights.iter().zip(own_type) {
        let top = &mut top[own as usize];
        *top = top.max(weight);
    }
    let total = &mut total[..types];
    total.fill(0.0);
    for theta in 0..belief.len() {
        let top = top[own_type[theta] as usize];
        belief[theta] = if top == f64::NEG_INFINITY { prior[theta] } else { weights[theta] - top };
    }
    exp_all(belief);
    for theta in 0..belief.len() {
        total[own_type[theta] as usize] += belief[theta];
    }
    for theta in 0..belief.len() {
        let own = own_type[theta] as usize;
        if total[own] > 0.0 {
            belief[theta] /= total[own];
        } else {
            belief[theta] = types as f64 / belief.len() as f64;
        }
    }
}

fn forward_view<const WIDTH: usize>(game: &PublicStateGame, pass: &mut Pass, view: usize) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    let weights_at = view * structure.states() * joint;
    let shares_at = view * structure.links.len() * joint;
    let probabilities = &game.numbers.probabilities[view * structure.probability_rows * joint..];
    let Pass { log_weight, share, log_strategy, scratch, .. } = pass;
    let log_weight = &mut log_weight[weights_at..weights_at + structure.states() * joint];
    let share = &mut share[shares_at..shares_at + structure.links.len() * joint];
    let played = &mut scratch.row[..joint];
    for &state in &structure.order {
        let state = state as usize;
        if state == structure.root {
            log_weight[state * joint..][..joint]
                .copy_from_slice(&game.numbers.log_prior[view * joint..][..joint]);
        } else {
            gather(structure, state, joint, share, played, &mut log_weight[state * joint..][..joint]);
        }
        let seats = structure.seats_at(state);
        for (offset, at) in structure.joint_at(state).enumerate() {
            let links = structure.links_of(at);
            if structure.links[links.clone()].iter().all(|link| structure.is_terminal(link.next as usize)) {
                continue;
            }
            played.copy_from_slice(&log_weight[state * joint..][..joint]);
            if seats.len() == 1 {
                add_log_play::<WIDTH>(structure, seats.start, offset, log_strategy, played);
            } else {
                for (seat, action) in structure.joint_actions(state, offset) {
                    add_log_play::<WIDTH>(structure, seat, action, log_strategy, played);
                }
            }
            for link in links {
                let out = &mut share[link * joint..][..joint];
                let row = structure.links[link].probability;
                if row == NONE {
                    out.copy_from_slice(played);
                } else {
                    let chance = &probabilities[row as usize * joint..][..joint];
                    for theta in 0..joint {
                        out[theta] = played[theta] + ln(chance[theta]);
                    }
                }
            }
        }
    }
}

#[inline]
fn add_log_play<const WIDTH: usize>(
    structure: &Structure,
    seat: usize,
    action: usize,
    logs: &[f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let seat = &structure.seats[seat];
    let own_type = &structure.type_of[seat.player][..joint];
    let logs = &logs[seat.first..];
    for (value, &own) in out[..joint].iter_mut().zip(own_type) {
        *value += logs[own as usize * seat.actions + action];
    }
}

/// Sums the incoming weights of a state and turns them into shares.
fn gather(
    structure: &Structure,
    state: usize,
    joint: usize,
    share: &mut [f64],
    total: &mut [f64],
    out: &mut [f64],
) {
    let incoming = structure.incoming(state);
    if let [only] = *incoming {
        let share = &mut share[only as usize * joint..][..joint];
        out.copy_from_slice(share);
        share.fill(1.0);
        return;
    }
    // No weight is as small as this but those of plays that never happen.
    out.fill(-1e300);
    for &link in incoming {
        for (top, &weight) in out.iter_mut().zip(&share[link as usize * joint..][..joint]) {
            *top = top.max(weight);
        }
    }
    total.fill(0.0);
    for &link in incoming {
        let share = &mut share[link as usize * joint..][..joint];
        for (value, &top) in share.iter_mut().zip(out.iter()) {
            *value -= top;
        }
        exp_all(share);
        for (total, value) in total.iter_mut().zip(share.iter()) {
            *total += value;
        }
    }
    for &link in incoming {
        for (value, &total) in share[link as usize * joint..][..joint].iter_mut().zip(total.iter()) {
            *value /= total.max(f64::MIN_POSITIVE);
        }
    }
    for (weight, &total) in out.iter_mut().zip(total.iter()) {
        *weight += ln(total);
    }
}

fn backward<const WIDTH: usize>(game: &PublicStateGame, pass: &mut Pass) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    let players = structure.players.len();
    let block = players * joint;
    for (state, &payoff) in structure.terminal_payoff.iter().enumerate() {
        if structure.is_terminal(state) {
            let out = &mut pass.value[state * block..][..block];
            if payoff == NONE {
                out.fill(0.0);
            } else {
                out.copy_from_slice(&game.numbers.payoffs[payoff as usize * block..][..block]);
            }
        }
    }
    for &state in structure.order.iter().rev() {
        let state = state as usize;
        for at in structure.joint_at(state) {
            if structure.row_of_joint[at] as usize >= structure.states() {
                mix_row::<WIDTH>(game, &mut pass.value, at);
            }
        }
        let seats = structure.seats_at(state);
        let rows = &structure.row_of_joint[structure.joint_at(state)];
        let Pass {
            value, action_value, belief, next_score, next_strategy, strategy, scratch, lambda, ..
        } = pass;
        let Scratch { wide, spread, row, tally, .. } = scratch;
        for (place, seat) in seats.clone().enumerate() {
            let shape = structure.seats[seat];
            let own_type = &structure.type_of[shape.player][..joint];
            let belief = &belief[seat * joint..][..joint];
            let types = structure.types[shape.player].len();
            let unknowns = shape.first..shape.first + types * shape.actions;
            let found = &mut tally[..types * shape.actions];
            found.fill(0.0);
            if seats.len() == 1 {
                for (action, &row) in rows.iter().enumerate() {
                    let ahead = &value[row as usize * block + shape.player * joint..][..joint];
                    for theta in 0..joint {
                        found[own_type[theta] as usize * shape.actions + action] +=
                            belief[theta] * ahead[theta];
                    }
                }
            } else {
                expected_ahead::<WIDTH>(structure, state, place, strategy, value, row, wide);
                for action in 0..shape.actions {
                    let ahead = &wide[action * joint..][..joint];
                    for theta in 0..joint {
                        found[own_type[theta] as usize * shape.actions + action] +=
                            belief[theta] * ahead[theta];
                    }
                }
            }
            action_value[unknowns.clone()].copy_from_slice(found);
            for (at, slot) in unknowns.clone().enumerate() {
                next_score[slot] =
                    structure.log_measure[shape.measure + at % shape.actions] + *lambda * action_value[slot];
            }
            softmax(&next_score[unknowns.clone()], shape.actions, &mut next_strategy[unknowns], |_, _| {});
        }
        spread_play::<WIDTH>(structure, state, next_strategy, spread);
        let out = &mut row[..block];
        out.fill(0.0);
        for (offset, &from) in rows.iter().enumerate() {
            let ahead = &value[from as usize * block..][..block];
            let play: &[f64] = joint_play::<WIDTH>(structure, state, offset, spread, wide);
            for player in 0..players {
                let (out, ahead) = (&mut out[player * joint..][..joint], &ahead[player * joint..][..joint]);
                for theta in 0..joint {
                    out[theta] += play[theta] * ahead[theta];
                }
            }
        }
        value[state * block..][..block].copy_from_slice(out);
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

fn paid_on<'a>(
    structure: &Structure,
    payoffs: &'a [f64],
    block: u32,
    player: usize,
    joint: usize,
) -> Option<&'a [f64]> {
    (block != NONE).then(|| &payoffs[(block as usize * structure.players.len() + player) * joint..][..joint])
}

fn chance_of<'a>(
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
fn expected_ahead<const WIDTH: usize>(
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

fn times_play<const WIDTH: usize>(
    structure: &Structure,
    seat: usize,
    action: usize,
    strategy: &[f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let seat = &structure.seats[seat];
    let own_type = &structure.type_of[seat.player][..joint];
    let play = &strategy[seat.first..];
    for (value, &own) in out[..joint].iter_mut().zip(own_type) {
        *value *= play[own as usize * seat.actions + action];
    }
}

/// Writes entries of every (seat of the state, action) by joint type: `[place][action][joint type]`, places apart by the
/// most actions of any seat.
fn spread_play<const WIDTH: usize>(structure: &Structure, state: usize, entries: &[f64], out: &mut [f64]) {
    let joint = width::<WIDTH>(structure);
    let mut at = 0;
    for seat in &structure.seats[structure.seats_at(state)] {
        let own_type = &structure.type_of[seat.player][..joint];
        let entries = &entries[seat.first..];
        for action in 0..seat.actions {
            for (value, &own) in out[at..at + joint].iter_mut().zip(own_type) {
                *value = entries[own as usize * seat.actions + action];
            }
            at += joint;
        }
    }
}

/// Probability of a joint action by joint type, from spread play.
#[inline]
fn joint_play<'a, const WIDTH: usize>(
    structure: &Structure,
    state: usize,
    offset: usize,
    spread: &'a [f64],
    product: &'a mut [f64],
) -> &'a [f64] {
    let joint = width::<WIDTH>(structure);
    let seats = structure.seats_at(state);
    if seats.len() == 1 {
        return &spread[offset * joint..][..joint];
    }
    let product = &mut product[..joint];
    product.fill(1.0);
    let mut at = 0;
    for (seat, action) in structure.joint_actions(state, offset) {
        let play = &spread[at + action * joint..][..joint];
        for theta in 0..joint {
            product[theta] *= play[theta];
        }
        at += structure.seats[seat].actions * joint;
    }
    product
}

fn forward_change<const WIDTH: usize>(
    game: &PublicStateGame,
    pass: &Pass,
    change: &mut Change,
    score: &[f64],
    nudge: Option<&Nudge>,
) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    for seat in &structure.seats {
        for own in 0..structure.types[seat.player].len() {
            let range = seat.first + own * seat.actions..seat.first + (own + 1) * seat.actions;
            log_softmax_change(
                &score[range.clone()],
                &pass.strategy[range.clone()],
                &mut change.strategy_log[range],
            );
        }
    }
    let Change { strategy_log, log_weight, scratch, .. } = change;
    log_weight.fill(0.0);
    for view in 0..structure.views {
        let log_weight = &mut log_weight[view * structure.states() * joint..][..structure.states() * joint];
        let share = &pass.share[view * structure.links.len() * joint..];
        if let Some(nudge) = nudge {
            let prior = &nudge.log_prior[view * joint..][..joint];
            log_weight[structure.root * joint..][..joint].copy_from_slice(prior);
        }
        let played = &mut scratch.row[..joint];
        for &state in &structure.order {
            let state = state as usize;
            let seats = structure.seats_at(state);
            for (offset, at) in structure.joint_at(state).enumerate() {
                if structure.ends[at] {
                    continue;
                }
                let links = structure.links_of(at);
                played.copy_from_slice(&log_weight[state * joint..][..joint]);
                if seats.len() == 1 {
                    add_log_play::<WIDTH>(structure, seats.start, offset, strategy_log, played);
                } else {
                    for (seat, action) in structure.joint_actions(state, offset) {
                        add_log_play::<WIDTH>(structure, seat, action, strategy_log, played);
                    }
                }
                for link in links {
                    let shape = structure.links[link];
                    if structure.is_terminal(shape.next as usize) {
                        continue;
                    }
                    let share = &share[link * joint..][..joint];
                    let out = &mut log_weight[shape.next as usize * joint..][..joint];
                    for theta in 0..joint {
                        out[theta] += share[theta] * played[theta];
                    }
                    if let (Some(nudge), true) = (nudge, shape.probability != NONE) {
                        let from = (view * structure.probability_rows + shape.probability as usize) * joint;
                        for theta in 0..joint {
                            let chance = game.numbers.probabilities[from + theta];
                            if chance > 0.0 {
                                out[theta] += share[theta] * nudge.probabilities[from + theta] / chance;
                            }
                        }
                    }
                }
            }
        }
    }
}

fn log_softmax_change(score: &[f64], strategy: &[f64], out: &mut [f64]) {
    let mean: f64 = score.iter().zip(strategy).map(|(change, play)| change * play).sum();
    for (out, change) in out.iter_mut().zip(score) {
        *out = change - mean;
    }
}

fn backward_change<const WIDTH: usize>(
    game: &PublicStateGame,
    pass: &Pass,
    change: &mut Change,
    nudge: Option<&Nudge>,
    lambda_change: f64,
    out_score: &mut [f64],
) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    for &state in structure.order.iter().rev() {
        let state = state as usize;
        for at in structure.joint_at(state) {
            if structure.row_of_joint[at] as usize >= structure.states() {
                mix_row_change::<WIDTH>(game, pass, nudge, &mut change.value, at);
            }
        }
        for (place, seat) in structure.seats_at(state).enumerate() {
            let found = choice_change::<WIDTH>(structure, pass, change, state, place);
            let first = structure.seats[seat].first;
            for (at, &change) in (first..).zip(found) {
                out_score[at] = pass.lambda * change + lambda_change * pass.action_value[at];
            }
        }
        let Scratch { spread, spread_change, tally, .. } = &mut change.scratch;
        spread_play::<WIDTH>(structure, state, &pass.next_strategy, spread);
        let mut at = 0;
        for seat in structure.seats_at(state) {
            let out = &mut spread_change[at..];
            spread_log_change::<WIDTH>(structure, seat, &pass.next_strategy, out_score, tally, out);
            at += structure.seats[seat].actions * joint;
        }
        state_value_change::<WIDTH>(structure, pass, change, state);
        let out = &mut change.value[state * block..][..block];
        for (out, &found) in out.iter_mut().zip(&change.scratch.row[..block]) {
            *out = found;
        }
    }
}

/// Change of the action values of the seat at `place`: `[type][action]`.
#[inline]
fn choice_change<'a, const WIDTH: usize>(
    structure: &Structure,
    pass: &Pass,
    change: &'a mut Change,
    state: usize,
    place: usize,
) -> &'a [f64] {
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let seats = structure.seats_at(state);
    let shape = structure.seats[seats.start + place];
    let own_type = &structure.type_of[shape.player][..joint];
    let belief = &pass.belief[(seats.start + place) * joint..][..joint];
    let types = structure.types[shape.player].len();
    let view = structure.view_of[shape.player];
    let dweight = &change.log_weight[(view * structure.states() + state) * joint..][..joint];
    let dbelief = &mut change.belief[..joint];
    let Scratch { wide, row, tally, .. } = &mut change.scratch;
    belief_change(belief, dweight, own_type, &mut tally[..types], dbelief);
    let found = &mut tally[..types * shape.actions];
    found.fill(0.0);
    if seats.len() == 1 {
        let rows = &structure.row_of_joint[structure.joint_at(state)];
        for (action, &from) in rows.iter().enumerate() {
            let from = from as usize * block + shape.player * joint;
            let (ahead, dahead) = (&pass.value[from..][..joint], &change.value[from..][..joint]);
            for theta in 0..joint {
                found[own_type[theta] as usize * shape.actions + action] +=
                    belief[theta] * dahead[theta] + dbelief[theta] * ahead[theta];
            }
        }
    } else {
        expected_ahead::<WIDTH>(structure, state, place, &pass.strategy, &pass.value, row, wide);
        tally_ahead(wide, dbelief, own_type, shape.actions, found);
        let (logs, values) = (&change.strategy_log, &change.value);
        expected_ahead_change::<WIDTH>(structure, state, place, pass, (logs, values), row, wide);
        tally_ahead(wide, belief, own_type, shape.actions, found);
    }
    found
}

/// Change of the values of a state, into `scratch.row`, from spread play and its change.
#[inline]
fn state_value_change<const WIDTH: usize>(
    structure: &Structure,
    pass: &Pass,
    change: &mut Change,
    state: usize,
) {
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let single = structure.seats_at(state).len() == 1;
    let Scratch { wide, spread, spread_change, row, .. } = &mut change.scratch;
    let out = &mut row[..block];
    for (offset, at) in structure.joint_at(state).enumerate() {
        let play = joint_play::<WIDTH>(structure, state, offset, spread, wide);
        let dplay = if single {
            &spread_change[offset * joint..][..joint]
        } else {
            let sum = &mut change.belief[..joint];
            sum_of_changes(structure, state, offset, spread_change, sum);
            &sum[..joint]
        };
        let from = structure.row_of_joint[at] as usize * block;
        let ahead = pass.value[from..from + block].chunks_exact(joint);
        let dahead = change.value[from..from + block].chunks_exact(joint);
        for ((out, ahead), dahead) in out.chunks_exact_mut(joint).zip(ahead).zip(dahead) {
            let (out, ahead, dahead) = (&mut out[..joint], &ahead[..joint], &dahead[..joint]);
            if offset == 0 {
                for theta in 0..joint {
                    out[theta] = play[theta] * (dahead[theta] + dplay[theta] * ahead[theta]);
                }
            } else {
                for theta in 0..joint {
                    out[theta] += play[theta] * (dahead[theta] + dplay[theta] * ahead[theta]);
                }
            }
        }
    }
}

/// Change of the log-probability of a joint action, by joint type.
fn sum_of_changes(structure: &Structure, state: usize, offset: usize, spread: &[f64], sum: &mut [f64]) {
    sum.fill(0.0);
    let joint = sum.len();
    let mut at = 0;
    for (seat, action) in structure.joint_actions(state, offset) {
        for (sum, change) in sum.iter_mut().zip(&spread[at + action * joint..]) {
            *sum += change;
        }
        at += structure.seats[seat].actions * joint;
    }
}

fn tally_ahead(ahead: &[f64], weight: &[f64], own_type: &[u32], actions: usize, found: &mut [f64]) {
    let joint = weight.len();
    for action in 0..actions {
        for theta in 0..joint {
            found[own_type[theta] as usize * actions + action] +=
                weight[theta] * ahead[action * joint + theta];
        }
    }
}

fn belief_change(belief: &[f64], dweight: &[f64], own_type: &[u32], mean: &mut [f64], out: &mut [f64]) {
    mean.fill(0.0);
    for theta in 0..out.len() {
        mean[own_type[theta] as usize] += belief[theta] * dweight[theta];
    }
    for theta in 0..out.len() {
        out[theta] = belief[theta] * (dweight[theta] - mean[own_type[theta] as usize]);
    }
}

/// Change of the log-probability of each action of a seat when its scores change, by joint type.
#[inline]
fn spread_log_change<const WIDTH: usize>(
    structure: &Structure,
    seat: usize,
    strategy: &[f64],
    score_change: &[f64],
    mean: &mut [f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let seat = &structure.seats[seat];
    let own_type = &structure.type_of[seat.player][..joint];
    for (own, mean) in mean[..structure.types[seat.player].len()].iter_mut().enumerate() {
        let range = seat.first + own * seat.actions..seat.first + (own + 1) * seat.actions;
        *mean = score_change[range.clone()]
            .iter()
            .zip(&strategy[range])
            .map(|(change, play)| change * play)
            .sum();
    }
    let change = &score_change[seat.first..];
    for action in 0..seat.actions {
        for (value, &own) in out[action * joint..][..joint].iter_mut().zip(own_type) {
            *value = change[own as usize * seat.actions + action] - mean[own as usize];
        }
    }
}

fn mix_row_change<const WIDTH: usize>(
    game: &PublicStateGame,
    pass: &Pass,
    nudge: Option<&Nudge>,
    dvalue: &mut [f64],
    at: usize,
) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let (states, own) = dvalue.split_at_mut(structure.row_of_joint[at] as usize * block);
    let out = &mut own[..block];
    out.fill(0.0);
    for link in &structure.links[structure.links_of(at)] {
        for player in 0..structure.players.len() {
            let out = &mut out[player * joint..][..joint];
            let from = link.next as usize * block + player * joint;
            let view = structure.view_of[player];
            let chance = chance_of(structure, &game.numbers.probabilities, view, link.probability, joint);
            for theta in 0..joint {
                out[theta] += chance.map_or(1.0, |chance| chance[theta]) * states[from + theta];
            }
            let Some(nudge) = nudge else { continue };
            if let Some(paid) = paid_on(structure, &nudge.payoffs, link.payoff, player, joint) {
                for theta in 0..joint {
                    out[theta] += chance.map_or(1.0, |chance| chance[theta]) * paid[theta];
                }
            }
            if let Some(dchance) = chance_of(structure, &nudge.probabilities, view, link.probability, joint) {
                let paid = paid_on(structure, &game.numbers.payoffs, link.payoff, player, joint);
                for theta in 0..joint {
                    out[theta] +=
                        dchance[theta] * (pass.value[from + theta] + paid.map_or(0.0, |paid| paid[theta]));
                }
            }
        }
    }
}

/// Change of [`expected_ahead`] when the other movers' play and the continuation values change.
fn expected_ahead_change<const WIDTH: usize>(
    structure: &Structure,
    state: usize,
    place: usize,
    pass: &Pass,
    (strategy_log_change, dvalue): (&[f64], &[f64]),
    scratch: &mut [f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let seats = structure.seats_at(state);
    let mine = structure.seats[seats.start + place];
    let (play, dplay) = scratch.split_at_mut(joint);
    let dplay = &mut dplay[..joint];
    out[..mine.actions * joint].fill(0.0);
    for (offset, at) in structure.joint_at(state).enumerate() {
        play.fill(1.0);
        dplay.fill(0.0);
        let mut own_action = 0;
        for (seat, action) in structure.joint_actions(state, offset) {
            if seat == seats.start + place {
                own_action = action;
                continue;
            }
            times_play::<WIDTH>(structure, seat, action, &pass.strategy, play);
            add_log_play::<WIDTH>(structure, seat, action, strategy_log_change, dplay);
        }
        let from = structure.row_of_joint[at] as usize * block + mine.player * joint;
        let (ahead, dahead) = (&pass.value[from..][..joint], &dvalue[from..][..joint]);
        let out = &mut out[own_action * joint..][..joint];
        for theta in 0..joint {
            out[theta] += play[theta] * (dahead[theta] + dplay[theta] * ahead[theta]);
        }
    }
}
