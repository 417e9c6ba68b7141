//! Figures published with the test lattice (a naive prototype's, from uniform play) and with small crisis games.

use melian::game::public_state::{
    JudgeOptions, Method, Mover, Payoff, PublicStateBuilder, Reading, StateId, judge,
};

use crate::lattice::Lattice;
use crate::solved;

/// (parties, types, periods, rungs), value of each party at lambda = 8.
const VALUES: [([usize; 4], &[f64]); 10] = [
    ([2, 2, 6, 4], &[0.3220, 0.3452]),
    ([2, 2, 8, 4], &[0.2822, 0.3295]),
    ([2, 2, 10, 5], &[0.2642, 0.3300]),
    ([2, 3, 6, 4], &[0.3302, 0.3448]),
    ([3, 2, 6, 4], &[0.3002, 0.3100, 0.3235]),
    ([2, 2, 20, 8], &[0.2502, 0.3517]),
    ([2, 2, 40, 12], &[0.3320, 0.3453]),
    ([2, 4, 40, 12], &[0.2756, 0.2902]),
    ([3, 3, 40, 12], &[0.2016, 0.2088, 0.2193]),
    ([4, 4, 40, 12], &[0.1420, 0.1541, 0.1639, 0.1717]),
];

/// The same, and the largest regret of any type against history-dependent play at lambda = 4 and 8.
const REGRETS: [([usize; 4], [f64; 2]); 4] = [
    ([2, 2, 6, 4], [0.1800, 0.0925]),
    ([2, 2, 8, 4], [0.2504, 0.1473]),
    ([2, 2, 10, 5], [0.2891, 0.1820]),
    ([2, 3, 6, 4], [0.1617, 0.0806]),
];

fn lattice([parties, types, periods, rungs]: [usize; 4]) -> Lattice {
    Lattice { parties, types, periods, rungs }
}

#[test]
fn lattice_values() {
    for (shape, expected) in VALUES {
        let lattice = lattice(shape);
        let game = lattice.game();
        let solution = solved(&game, 8.0);
        let reading = Reading::new(&game, &solution.strategy);
        for (party, expected) in expected.iter().enumerate() {
            let value: f64 = (0..lattice.types).map(|q| lattice.weight(q) * reading.values[party][q]).sum();
            assert!(
                (value - expected).abs() < 5.1e-5,
                "{shape:?}: party {party} {value}, {expected} expected"
            );
        }
        assert!((reading.outcomes.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((reading.highest_rung.iter().map(|rung| rung.1).sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn lattice_regrets() {
    for (shape, expected) in REGRETS {
        for (lambda, expected) in [4.0, 8.0].into_iter().zip(expected) {
            let game = lattice(shape).game();
            let solution = solved(&game, lambda);
            let certificate = judge(&game, lambda, &solution.strategy, &JudgeOptions::default()).unwrap();
            assert!(certificate.residual < 1e-9, "{shape:?}: residual {}", certificate.residual);
            assert!(
                (certificate.regret_upper() - expected).abs() < 5.1e-5,
                "{shape:?}: {}",
                certificate.regret_upper()
            );
            assert!(
                (certificate.regret_lower() - expected).abs() < 5.1e-5,
                "{shape:?}: {}",
                certificate.regret_lower()
            );
            if shape[1] == 2 {
                assert_eq!(certificate.regrets[0][0].method, Method::Exact);
            }
        }
    }
}

/// Regret .29 at 2, 2, 20, 8 and lambda = 8.
#[test]
fn lattice_regret_of_twenty_periods() {
    let game = lattice([2, 2, 20, 8]).game();
    let certificate = judge(&game, 8.0, &solved(&game, 8.0).strategy, &JudgeOptions::default()).unwrap();
    assert!((certificate.regret_upper() - 0.29).abs() < 0.005);
    assert!(certificate.certified(1e-9));
}

/// Strategic deterrence in the manner of Signorino (1999), lambda = 1: reference .5621765, .7663516, .4419112 by the
/// closed recursion, e.g. sigma(.25) for war.
#[test]
fn deterrence() {
    let mut builder = PublicStateBuilder::new(&[("A", &["a"]), ("B", &["b"])]).unwrap();
    builder.prior(&[1.0]);
    let challenge = builder.state(0, 0, vec![Mover::new(0, &["challenge", "status quo"])]);
    let resist = builder.state(1, 1, vec![Mover::new(1, &["resist", "concede"])]);
    let war = builder.state(2, 2, vec![Mover::new(0, &["war", "back down"])]);
    let mut end = |label: &str, a: f64, b: f64| {
        let payoff = builder.payoff(Payoff::Common(vec![a, b]));
        builder.terminal(3, 2, label, Some(payoff))
    };
    let ends =
        [end("war", -0.5, -0.25), end("back", -0.75, 0.75), end("concede", 1.0, -1.0), end("quo", 0.0, 0.5)];
    builder.transition(challenge, &[0], resist).unwrap();
    builder.transition(challenge, &[1], ends[3]).unwrap();
    builder.transition(resist, &[0], war).unwrap();
    builder.transition(resist, &[1], ends[2]).unwrap();
    builder.transition(war, &[0], ends[0]).unwrap();
    builder.transition(war, &[1], ends[1]).unwrap();
    let game = builder.build().unwrap();
    let solution = solved(&game, 1.0);
    for (state, player, expected) in
        [(war, 0, 0.562_176_5), (resist, 1, 0.766_351_6), (challenge, 0, 0.441_911_2)]
    {
        let found = solution.strategy.at(&game, state, player, 0).unwrap()[0];
        assert!((found - expected).abs() < 1e-7, "{found}, {expected} expected");
    }
}

/// Centipede with the payoffs of `McKelvey` and Palfrey (1992), .4 and .1 doubling; chance to take at each of four moves.
#[test]
fn centipede() {
    let expected = [
        (1.0, [0.296_256_6, 0.277_980_3, 0.464_883_6, 0.832_018_4]),
        (4.0, [0.372_846_3, 0.758_750_8, 0.959_411_8, 0.998_341_2]),
    ];
    let mut builder = PublicStateBuilder::new(&[("One", &["a"]), ("Two", &["b"])]).unwrap();
    builder.prior(&[1.0]);
    let moves: Vec<StateId> =
        (0..4).map(|k| builder.state(k, k, vec![Mover::new(k as usize % 2, &["take", "pass"])])).collect();
    let mut pile = 1.0;
    for (k, &state) in moves.iter().enumerate() {
        let mut end = |label: &str, to: usize, pile: f64| {
            let mut payoff = vec![0.1 * pile; 2];
            payoff[to] = 0.4 * pile;
            let payoff = builder.payoff(Payoff::Common(payoff));
            builder.terminal(4, 4, label, Some(payoff))
        };
        let take = end("take", k % 2, pile);
        pile *= 2.0;
        let pass = if k == 3 { end("pass", 0, pile) } else { moves[k + 1] };
        builder.transition(state, &[0], take).unwrap();
        builder.transition(state, &[1], pass).unwrap();
    }
    let game = builder.build().unwrap();
    for (lambda, expected) in expected {
        let solution = solved(&game, lambda);
        for (k, expected) in expected.iter().enumerate() {
            let found = solution.strategy.at(&game, moves[k], k % 2, 0).unwrap()[0];
            assert!((found - expected).abs() < 1e-7, "{found}, {expected} expected");
        }
    }
}

/// Kreps and Wilson (1982) with two entrants, tough with 1/8, a = 2, b = 1/2: the limit has E1 in, the weak incumbent
/// fighting with 1/7, E2 in with 1/2 after a fight (posterior 1/2) and surely after acquiescence.
#[test]
fn chain_store_limit() {
    let mut builder =
        PublicStateBuilder::new(&[("Incumbent", &["tough", "weak"]), ("E1", &["e"]), ("E2", &["e"])])
            .unwrap();
    builder.independent_prior(&[&[1.0, 7.0], &[1.0], &[1.0]]);
    let fought = builder.payoff(Payoff::OwnType(vec![vec![0.0, -1.0], vec![-0.5], vec![0.0]]));
    let let_in = builder.payoff(Payoff::OwnType(vec![vec![-1.0, 0.0], vec![0.5], vec![0.0]]));
    let stay_out = builder.payoff(Payoff::Common(vec![2.0, 0.0, 0.0]));
    let fought_second = builder.payoff(Payoff::OwnType(vec![vec![0.0, -1.0], vec![0.0], vec![-0.5]]));
    let let_in_second = builder.payoff(Payoff::OwnType(vec![vec![-1.0, 0.0], vec![0.0], vec![0.5]]));
    let enter = |builder: &mut PublicStateBuilder, period: u32, who: usize| {
        let entry = builder.state(period, 0, vec![Mover::new(who, &["in", "out"])]);
        let reply = builder.state(period, 1, vec![Mover::new(0, &["fight", "acquiesce"])]);
        builder.transition(entry, &[0], reply).unwrap();
        (entry, reply)
    };
    let (first, first_reply) = enter(&mut builder, 0, 1);
    let mut second = Vec::new();
    for _ in 0..3 {
        let (entry, reply) = enter(&mut builder, 1, 2);
        let ends = [fought_second, let_in_second, stay_out]
            .map(|payoff| builder.terminal(2, 0, "end", Some(payoff)));
        builder.transition(reply, &[0], ends[0]).unwrap();
        builder.transition(reply, &[1], ends[1]).unwrap();
        builder.transition(entry, &[1], ends[2]).unwrap();
        second.push(entry);
    }
    let with = |next: StateId, payoff| melian::game::public_state::Branch { next, payoff: Some(payoff) };
    builder.transition(first_reply, &[0], with(second[0], fought)).unwrap();
    builder.transition(first_reply, &[1], with(second[1], let_in)).unwrap();
    builder.transition(first, &[1], with(second[2], stay_out)).unwrap();
    let game = builder.build().unwrap();
    let solution = solved(&game, 20_000.0);
    let at = |state, player, own: usize| solution.strategy.at(&game, state, player, own).unwrap()[0];
    assert!((at(first, 1, 0) - 1.0).abs() < 1e-3);
    assert!((at(first_reply, 0, 1) - 1.0 / 7.0).abs() < 1e-3, "{}", at(first_reply, 0, 1));
    assert!((at(second[0], 2, 0) - 0.5).abs() < 1e-3, "{}", at(second[0], 2, 0));
    assert!((at(second[1], 2, 0) - 1.0).abs() < 1e-3);
    let certificate = judge(&game, 20_000.0, &solution.strategy, &JudgeOptions::default()).unwrap();
    assert!(certificate.regret_upper() < 1e-3, "{}", certificate.regret_upper());
}
