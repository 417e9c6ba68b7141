//! What must not change the answer, or change it in a known way.

use melian::game::public_state::{
    ActionClass, JudgeOptions, Mover, Payoff, PublicStateBuilder, PublicStateGame, Reading, judge,
};

use crate::lattice::Lattice;
use crate::solved;

const SMALL: Lattice = Lattice { parties: 2, types: 2, periods: 10, rungs: 5 };

#[test]
fn uniform_at_zero() {
    let game = SMALL.game();
    for probability in solved(&game, 0.0).strategy.probabilities() {
        assert!((probability - 1.0 / 3.0).abs() < 1e-15);
    }
}

#[test]
fn scaled_payoffs_and_lambda() {
    let plain = SMALL.game();
    for (factor, lambda) in [(100.0, 8.0), (0.01, 3.0), (7.3, 16.0)] {
        let scaled = SMALL.game_with(&[0, 1], factor);
        let one = solved(&plain, lambda);
        let other = solved(&scaled, lambda / factor);
        assert!(one.strategy.distance(&other.strategy) < 1e-9);
        let options = JudgeOptions::default();
        let one = judge(&plain, lambda, &one.strategy, &options).unwrap();
        let other = judge(&scaled, lambda / factor, &other.strategy, &options).unwrap();
        assert!((one.regret_upper() * factor - other.regret_upper()).abs() < 1e-7 * factor);
        assert!((one.range * factor - other.range).abs() < 1e-9 * factor);
    }
}

/// Which party is called which player changes no value.
#[test]
fn players_renamed() {
    let lattice = Lattice { parties: 3, types: 2, periods: 9, rungs: 5 };
    let plain = lattice.game();
    let values = Reading::new(&plain, &solved(&plain, 8.0).strategy).values;
    for player_of in [[1, 2, 0], [2, 1, 0], [0, 2, 1]] {
        let renamed = lattice.game_with(&player_of, 1.0);
        let found = Reading::new(&renamed, &solved(&renamed, 8.0).strategy).values;
        for party in 0..3 {
            for own in 0..2 {
                assert!((values[party][own] - found[player_of[party]][own]).abs() < 1e-9);
            }
        }
    }
}

/// An ultimatum: A offers a share out of a class of offers or refuses to talk, B accepts or not; A's type is its cost of none.
fn ultimatum(offers: &[(f64, f64)]) -> PublicStateGame {
    let mut builder = PublicStateBuilder::new(&[("A", &["soft", "hard"]), ("B", &["soft", "hard"])]).unwrap();
    builder.independent_prior(&[&[0.6, 0.4], &[0.7, 0.3]]);
    let none = builder.payoff(Payoff::OwnType(vec![vec![-0.4, 0.3], vec![-0.2, 0.4]]));
    let none = builder.terminal(2, 1, "no deal", Some(none));
    let labels: Vec<String> = offers.iter().map(|offer| format!("offer {}", offer.0)).collect();
    let offering = ActionClass {
        weight: 1.0,
        actions: labels.iter().zip(offers).map(|(label, offer)| (label.clone(), offer.1)).collect(),
    };
    let start =
        builder.state(0, 0, vec![Mover::nested(0, vec![offering, ActionClass::even(1.0, &["refuse"])])]);
    for (at, &(share, _)) in offers.iter().enumerate() {
        let reply = builder.state(1, 0, vec![Mover::new(1, &["accept", "reject"])]);
        let deal = builder.payoff(Payoff::Common(vec![1.0 - share, share]));
        let deal = builder.terminal(2, 0, "deal", Some(deal));
        builder.transition(start, &[at], reply).unwrap();
        builder.transition(reply, &[0], deal).unwrap();
        builder.transition(reply, &[1], none).unwrap();
    }
    builder.transition(start, &[offers.len()], none).unwrap();
    builder.build().unwrap()
}

#[test]
fn a_duplicated_offer_changes_nothing() {
    let coarse = ultimatum(&[(0.2, 1.0), (0.5, 1.0), (0.8, 1.0)]);
    let doubled = ultimatum(&[(0.2, 1.0), (0.2, 1.0), (0.5, 1.5), (0.5, 0.5), (0.8, 0.3), (0.8, 1.7)]);
    for lambda in [0.0, 2.0, 10.0, 60.0] {
        let one = Reading::new(&coarse, &solved(&coarse, lambda).strategy);
        let other = Reading::new(&doubled, &solved(&doubled, lambda).strategy);
        for (a, b) in one.values.iter().flatten().zip(other.values.iter().flatten()) {
            assert!((a - b).abs() < 1e-10);
        }
        for (a, b) in one.outcomes.iter().zip(&other.outcomes) {
            assert!((a - b).abs() < 1e-10);
        }
    }
}

#[test]
fn at_zero_kinds_of_acts_weigh_alike() {
    let game = ultimatum(&[(0.2, 1.0), (0.5, 2.0), (0.8, 1.0)]);
    let play = solved(&game, 0.0).strategy.at(&game, game.root(), 0, 0).unwrap();
    for (found, expected) in play.iter().zip([0.125, 0.25, 0.125, 0.5]) {
        assert!((found - expected).abs() < 1e-15);
    }
}
