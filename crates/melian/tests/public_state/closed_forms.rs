//! Small games whose answer is known by hand: chance, beliefs, unequal priors, moves at once.

use melian::game::public_state::{
    ActionClass, Branch, JudgeOptions, Mover, Payoff, PublicStateBuilder, PublicStateGame, Reading, StateId,
    Strategy, View, judge,
};

use melian::math::exp;

use crate::solved;

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// A takes a bet that it believes to win with .9 and that wins with .5.
#[test]
fn a_chance_believed_otherwise() {
    let mut builder = PublicStateBuilder::new(&[("A", &["a"]), ("B", &["b"])]).unwrap();
    builder.prior(&[1.0]);
    let bet = builder.state(0, 0, vec![Mover::new(0, &["bet", "pass"])]);
    let chance = builder.chance(&[0.5, 0.5]);
    builder.believed_chance(0, chance, &[0.9, 0.1]);
    let mut end = |label: &str, value: f64| {
        let payoff = builder.payoff(Payoff::Common(vec![value, -value]));
        builder.terminal(1, 0, label, Some(payoff))
    };
    let (win, lose, pass) = (end("win", 1.0), end("lose", -1.0), end("pass", 0.1));
    builder.lottery(bet, &[0], chance, vec![win.into(), lose.into()]).unwrap();
    builder.transition(bet, &[1], pass).unwrap();
    let game = builder.build().unwrap();
    let solution = solved(&game, 2.0);
    let takes = logistic(2.0 * (0.8 - 0.1));
    assert!((solution.strategy.at(&game, bet, 0, 0).unwrap()[0] - takes).abs() < 1e-12);
    let reading = Reading::new(&game, &solution.strategy);
    assert!((reading.outcomes[0] - takes * 0.5).abs() < 1e-12);
    assert!((reading.values[0][0] - (takes * 0.8 + (1.0 - takes) * 0.1)).abs() < 1e-12);
    assert!((reading.true_values[0][0] - (1.0 - takes) * 0.1).abs() < 1e-12);
    let certificate = judge(&game, 2.0, &solution.strategy, &JudgeOptions::default()).unwrap();
    assert!((certificate.regret_upper() - (1.0 - takes) * 0.7).abs() < 1e-12);
}

/// Kydd and Walter (2002): trust .7, attacks succeed with .2 under the trustworthy and .6 under others: posterior .4375
/// after an attack; .8235294 after a calm. B believes trust to be .5: .25 and .6666667.
#[test]
fn a_spoiler_read_by_bayes() {
    let mut builder = PublicStateBuilder::new(&[("A", &["trustworthy", "not"]), ("B", &["b"])]).unwrap();
    builder.independent_prior(&[&[0.7, 0.3], &[1.0]]);
    builder.believed_prior(1, &[0.5, 0.5]);
    let attack = builder.chance_by_type(vec![vec![0.2, 0.6], vec![0.8, 0.4]]);
    let start = builder.state(0, 0, vec![]);
    let payoffs = [
        builder.payoff(Payoff::JointType(vec![vec![0.0, 0.0], vec![1.0, -1.0]])),
        builder.payoff(Payoff::Common(vec![0.0, 0.0])),
    ];
    let mut after = Vec::new();
    for rung in [1, 0] {
        let state = builder.state(1, rung, vec![Mover::new(1, &["implement", "stop"])]);
        for (action, label) in ["done", "stopped"].into_iter().enumerate() {
            let end = builder.terminal(2, rung, label, Some(payoffs[action]));
            builder.transition(state, &[action], end).unwrap();
        }
        after.push(state);
    }
    builder.lottery(start, &[], attack, after.iter().map(|&state| Branch::from(state)).collect()).unwrap();
    let game = builder.build().unwrap();
    let solution = solved(&game, 3.0);
    let reading = Reading::new(&game, &solution.strategy);
    let belief = |view, state| reading.belief(&game, view, state, 0).unwrap()[0];
    assert!((belief(View::Truth, after[0]) - 0.4375).abs() < 1e-12);
    assert!((belief(View::Truth, after[1]) - 0.823_529_411_764_7).abs() < 1e-12);
    assert!((belief(View::Of(1), after[0]) - 0.25).abs() < 1e-12);
    assert!((belief(View::Of(1), after[1]) - 2.0 / 3.0).abs() < 1e-12);
    for (state, trust) in [(after[0], 0.25), (after[1], 2.0 / 3.0)] {
        let implements = solution.strategy.at(&game, state, 1, 0).unwrap()[0];
        assert!((implements - logistic(3.0 * (2.0 * trust - 1.0))).abs() < 1e-12);
    }
    assert!((reading.highest_rung[1].1 - 0.32).abs() < 1e-12);
}

/// Two players at once; payoffs `[a][b]`, and a payoff for moving paid on the way.
fn at_once(first: [[f64; 2]; 2], second: [[f64; 2]; 2], toll: f64) -> (PublicStateGame, StateId) {
    let mut builder = PublicStateBuilder::new(&[("A", &["a"]), ("B", &["b"])]).unwrap();
    builder.prior(&[1.0]);
    let state = builder.state(0, 0, vec![Mover::new(0, &["c", "d"]), Mover::new(1, &["c", "d"])]);
    let paid = builder.payoff(Payoff::Common(vec![toll, 0.0]));
    for a in 0..2 {
        for b in 0..2 {
            let payoff = builder.payoff(Payoff::Common(vec![first[a][b], second[a][b]]));
            let next = builder.terminal(1, 0, "end", Some(payoff));
            let payoff = (a == 0).then_some(paid);
            builder.transition(state, &[a, b], Branch { next, payoff }).unwrap();
        }
    }
    (builder.build().unwrap(), state)
}

/// Asymmetric matching pennies of Goeree and Holt (2001), 320 instead of 80: the fixed point by plain bisection.
#[test]
fn matching_pennies() {
    for (lambda, toll) in [(0.5, 0.0), (4.0, 0.0), (4.0, 0.3)] {
        let (game, state) = at_once([[3.2, 0.4], [0.4, 0.8]], [[0.4, 0.8], [0.8, 0.4]], toll);
        let reply_a = |q: f64| logistic(lambda * (q * 2.8 + (1.0 - q) * -0.4 + toll));
        let reply_b = |p: f64| logistic(lambda * (p * -0.4 + (1.0 - p) * 0.4));
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if reply_a(reply_b(middle)) > middle {
                low = middle;
            } else {
                high = middle;
            }
        }
        let solution = solved(&game, lambda);
        let found = solution.strategy.at(&game, state, 0, 0).unwrap()[0];
        assert!((found - low).abs() < 1e-10, "{found} {low}");
        let found = solution.strategy.at(&game, state, 1, 0).unwrap()[0];
        assert!((found - reply_b(low)).abs() < 1e-10);
        let certificate = judge(&game, lambda, &solution.strategy, &JudgeOptions::default()).unwrap();
        assert!(certificate.residual < 1e-10);
        let gain = |chance: f64, better: f64| better.max(0.0) * (1.0 - chance) + (-better).max(0.0) * chance;
        let expected = gain(low, reply_b(low) * 2.8 - (1.0 - reply_b(low)) * 0.4 + toll)
            .max(gain(reply_b(low), 0.4 - 0.8 * low));
        assert!((certificate.regret_upper() - expected).abs() < 1e-9);
    }
}

/// A player who alone sees nothing against types that are correlated: weights must stay joint.
#[test]
fn correlated_types() {
    let mut builder = PublicStateBuilder::new(&[("A", &["0", "1"]), ("B", &["0", "1"])]).unwrap();
    builder.prior(&[0.4, 0.1, 0.2, 0.3]);
    let guess = builder.state(0, 0, vec![Mover::new(0, &["0", "1"])]);
    for own in 0..2 {
        let right: Vec<f64> = (0..4).map(|theta| if theta % 2 == own { 1.0 } else { 0.0 }).collect();
        let payoff = builder.payoff(Payoff::JointType(vec![right, vec![0.0; 4]]));
        let end = builder.terminal(1, 0, "end", Some(payoff));
        builder.transition(guess, &[own], end).unwrap();
    }
    let game = builder.build().unwrap();
    let solution = solved(&game, 5.0);
    for (own, likely) in [(0, 0.8), (1, 0.4)] {
        let found = solution.strategy.at(&game, guess, 0, own).unwrap()[0];
        assert!((found - logistic(5.0 * (2.0 * likely - 1.0))).abs() < 1e-12);
    }
}

/// What a strategy means doesn't depend on where it comes from; the judge sees through one that isn't an equilibrium.
#[test]
fn a_strategy_from_outside() {
    let (game, _) = at_once([[2.0, 0.0], [3.0, 1.0]], [[2.0, 3.0], [0.0, 1.0]], 0.0);
    let strategy = Strategy::from_probabilities(&game, &[1.0, 0.0, 1.0, 0.0]).unwrap();
    let certificate = judge(&game, 1.0, &strategy, &JudgeOptions::default()).unwrap();
    assert!(
        (certificate.regret_lower() - 1.0).abs() < 1e-12 && (certificate.regret_upper() - 1.0).abs() < 1e-12
    );
    assert!((certificate.residual - logistic(1.0)).abs() < 1e-12);
    assert!(Strategy::from_probabilities(&game, &[1.0, 0.0, 1.0]).is_err());
    assert!(Strategy::from_probabilities(&game, &[0.0, 0.0, 1.0, 0.0]).is_err());
}

/// Three rounds in which A offers one of five packages and B and C, each of two types, answer at once; talks break down
/// by a chance that depends on B's type. The judge, which shares no code with the solver, finds it in order.
#[test]
fn offers_answered_at_once() {
    let sides: [(&str, &[&str]); 3] = [("A", &["a", "b"]), ("B", &["a", "b"]), ("C", &["a", "b"])];
    let mut builder = PublicStateBuilder::new(&sides).unwrap();
    builder.prior(&[3.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 4.0]);
    let stays: Vec<f64> = (0..8).map(|theta| if theta / 2 % 2 == 0 { 0.9 } else { 0.6 }).collect();
    let breakdown = stays.iter().map(|stays| 1.0 - stays).collect();
    let goes_on = builder.chance_by_type(vec![stays, breakdown]);
    let none = vec![vec![0.1, 0.3], vec![0.0, 0.35], vec![0.1, 0.25]];
    let none = builder.payoff(Payoff::OwnType(none));
    let none = builder.terminal(3, 0, "none", Some(none));
    let rounds: Vec<StateId> = (0..3)
        .map(|round| {
            let labels = ["0", "1", "2", "3", "4"];
            let classes = vec![ActionClass::even(1.0, &labels), ActionClass::even(1.0, &["wait"])];
            builder.state(round, 0, vec![Mover::nested(0, classes)])
        })
        .collect();
    let wait = builder.payoff(Payoff::Common(vec![-0.02, -0.01, -0.03]));
    for (round, &state) in rounds.iter().enumerate() {
        let next = rounds.get(round + 1).copied().unwrap_or(none);
        let later = vec![Branch { next, payoff: Some(wait) }, Branch::from(none)];
        builder.lottery(state, &[5], goes_on, later.clone()).unwrap();
        for offer in 0..5 {
            let share = 0.2 * f64::from(offer);
            let deal = builder.payoff(Payoff::Common(vec![1.0 - share, 0.6 * share, 0.4 * share]));
            let deal = builder.terminal(3, 0, "deal", Some(deal));
            let answers = vec![Mover::new(1, &["yes", "no"]), Mover::new(2, &["yes", "no"])];
            let reply = builder.state(round as u32, 0, answers);
            builder.transition(state, &[offer as usize], reply).unwrap();
            builder.transition(reply, &[0, 0], deal).unwrap();
            for actions in [[0, 1], [1, 0], [1, 1]] {
                builder.lottery(reply, &actions, goes_on, later.clone()).unwrap();
            }
        }
    }
    let game = builder.build().unwrap();
    for lambda in [1.0, 10.0, 40.0] {
        let solution = solved(&game, lambda);
        let options = JudgeOptions { points: 2_000, ..JudgeOptions::default() };
        let certificate = judge(&game, lambda, &solution.strategy, &options).unwrap();
        assert!(certificate.residual < 1e-9, "{}", certificate.residual);
        assert!(certificate.certified(1e-3), "{:?}", certificate.regrets);
        let reading = Reading::new(&game, &solution.strategy);
        assert!((reading.outcomes.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (player, values) in reading.values.iter().enumerate() {
            for (own, value) in values.iter().enumerate() {
                assert!((certificate.regrets[player][own].value - value).abs() < 1e-12);
            }
        }
    }
}
