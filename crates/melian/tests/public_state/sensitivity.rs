//! Derivatives against central differences of solved games.

use melian::game::public_state::{
    Branch, JudgeOptions, Mover, Numbers, Parameter, Payoff, PublicStateBuilder, PublicStateGame, Reading,
    View, judge, sensitivities,
};

use crate::lattice::Lattice;
use crate::solved;

/// Two sides, two types each, both moving at once at every rung; accidents by a chance on which A is mistaken; a toll.
fn brink() -> (PublicStateGame, Vec<Parameter>) {
    let mut builder = PublicStateBuilder::new(&[("A", &["soft", "hard"]), ("B", &["soft", "hard"])]).unwrap();
    builder.prior(&[0.3, 0.2, 0.1, 0.4]);
    builder.believed_prior(1, &[0.25, 0.25, 0.25, 0.25]);
    let accident = builder.chance(&[0.2, 0.8]);
    builder.believed_chance(0, accident, &[0.05, 0.95]);
    let war = builder.payoff(Payoff::OwnType(vec![vec![-1.0, 0.1], vec![-0.8, 0.2]]));
    let toll = builder.payoff(Payoff::Common(vec![-0.05, -0.02]));
    let war_end = builder.terminal(9, 9, "war", Some(war));
    let states: Vec<_> = (0..4)
        .map(|t| builder.state(t, t, vec![Mover::new(0, &["on", "out"]), Mover::new(1, &["on", "out"])]))
        .collect();
    for (t, &state) in states.iter().enumerate() {
        let next = states.get(t + 1).copied().unwrap_or(war_end);
        let branches = vec![war_end.into(), Branch { next, payoff: Some(toll) }];
        builder.lottery(state, &[0, 0], accident, branches).unwrap();
        for (actions, share) in [([0, 1], [1.0, 0.0]), ([1, 0], [0.0, 1.0]), ([1, 1], [0.4, 0.4])] {
            let payoff = builder.payoff(Payoff::Common(share.to_vec()));
            let end =
                builder.terminal(9, t as u32, if actions == [1, 1] { "peace" } else { "way" }, Some(payoff));
            builder.transition(state, &actions, end).unwrap();
        }
    }
    let parameters = vec![
        Parameter::Lambda,
        Parameter::Payoff { payoff: war, player: 0, own_type: Some(1) },
        Parameter::Payoff { payoff: toll, player: 1, own_type: None },
        Parameter::Prior { view: View::Truth, direction: vec![0.5, -0.5, 0.3, -0.3] },
        Parameter::Prior { view: View::Of(1), direction: vec![1.0, 0.0, -1.0, 0.0] },
        Parameter::Chance { chance: accident, view: View::Truth, direction: vec![1.0, -1.0] },
        Parameter::Chance { chance: accident, view: View::Of(0), direction: vec![1.0, -1.0] },
    ];
    (builder.build().unwrap(), parameters)
}

const STEP: f64 = 1e-5;

/// The numbers of [`brink`] with a parameter moved, written out by hand.
fn moved(game: &PublicStateGame, parameter: &Parameter, by: f64) -> Numbers {
    let mut numbers = game.numbers().clone();
    match parameter {
        Parameter::Lambda => {}
        Parameter::Payoff { payoff, player: 0, .. } => {
            numbers
                .set_payoff(*payoff, &Payoff::OwnType(vec![vec![-1.0, 0.1 + by], vec![-0.8, 0.2]]))
                .unwrap();
        }
        Parameter::Payoff { payoff, .. } => {
            numbers.set_payoff(*payoff, &Payoff::Common(vec![-0.05, -0.02 + by])).unwrap();
        }
        Parameter::Prior { view, direction } => {
            let base = if *view == View::Truth { [0.3, 0.2, 0.1, 0.4] } else { [0.25; 4] };
            let weights: Vec<f64> =
                base.iter().zip(direction).map(|(base, change)| base + by * change).collect();
            numbers.set_prior(*view, &weights).unwrap();
        }
        Parameter::Chance { chance, view, .. } => {
            let base = if *view == View::Truth { 0.2 } else { 0.05 };
            numbers.set_chance(*chance, *view, &[base + by, 1.0 - base - by]).unwrap();
        }
    }
    numbers
}

fn close(name: &str, found: f64, up: f64, down: f64) {
    let difference = (up - down) / (2.0 * STEP);
    assert!(
        (found - difference).abs() < 1e-6 * (1.0 + difference.abs()),
        "{name}: {found}, difference {difference}"
    );
}

#[test]
fn all_parameters_of_a_game_with_everything() {
    let (game, parameters) = brink();
    let lambda = 5.0;
    let solution = solved(&game, lambda);
    let certificate = judge(&game, lambda, &solution.strategy, &JudgeOptions::default()).unwrap();
    assert!(certificate.residual < 1e-9 && certificate.certified(1e-9));
    let found = sensitivities(&game, lambda, &solution.strategy, &parameters).unwrap();
    for (parameter, found) in parameters.iter().zip(&found) {
        let ends = [STEP, -STEP].map(|by| {
            let variant = game.with_numbers(moved(&game, parameter, by)).unwrap();
            let lambda = if *parameter == Parameter::Lambda { lambda + by } else { lambda };
            let strategy = solved(&variant, lambda).strategy;
            let reading = Reading::new(&variant, &strategy);
            (strategy.probabilities(), reading)
        });
        let name = format!("{parameter:?}");
        for (at, found) in found.strategy.iter().enumerate() {
            close(&name, *found, ends[0].0[at], ends[1].0[at]);
        }
        for (at, found) in found.outcomes.iter().enumerate() {
            close(&name, *found, ends[0].1.outcomes[at], ends[1].1.outcomes[at]);
        }
        for player in 0..2 {
            for own in 0..2 {
                close(
                    &name,
                    found.values[player][own],
                    ends[0].1.values[player][own],
                    ends[1].1.values[player][own],
                );
            }
        }
        let states =
            (0..game.states()).map(|at| game.state(at).unwrap()).filter(|&state| !game.is_terminal(state));
        for state in states {
            for (view, about) in [(View::Truth, 0), (View::Of(0), 1), (View::Of(1), 0)] {
                let found = found.belief(&game, view, state, about).unwrap();
                let up = ends[0].1.belief(&game, view, state, about).unwrap();
                let down = ends[1].1.belief(&game, view, state, about).unwrap();
                close(&name, found[1], up[1], down[1]);
            }
        }
    }
}

#[test]
fn lambda_on_the_lattice() {
    for lattice in [
        Lattice { parties: 2, types: 2, periods: 20, rungs: 8 },
        Lattice { parties: 3, types: 2, periods: 9, rungs: 4 },
    ] {
        let game = lattice.game();
        let strategy = solved(&game, 6.0).strategy;
        let found = sensitivities(&game, 6.0, &strategy, &[Parameter::Lambda]).unwrap().remove(0);
        assert!(found.residual < 1e-10);
        let up = solved(&game, 6.0 + STEP).strategy.probabilities();
        let down = solved(&game, 6.0 - STEP).strategy.probabilities();
        for (at, found) in found.strategy.iter().enumerate() {
            close("lambda", *found, up[at], down[at]);
        }
    }
}

#[test]
fn wrong_parameters_are_named() {
    let (game, parameters) = brink();
    let strategy = solved(&game, 1.0).strategy;
    let wrong = [
        Parameter::Prior { view: View::Truth, direction: vec![1.0, 0.0, 0.0, 0.0] },
        Parameter::Prior { view: View::Of(0), direction: vec![1.0, -1.0, 0.0] },
        Parameter::Prior { view: View::Of(7), direction: vec![1.0, -1.0, 0.0, 0.0] },
    ];
    for parameter in wrong {
        assert!(sensitivities(&game, 1.0, &strategy, &[parameters[0].clone(), parameter]).is_err());
    }
}
