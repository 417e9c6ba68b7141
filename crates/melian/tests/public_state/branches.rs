//! Many equilibria, many variants, and stopping early.

use melian::game::public_state::{
    Control, Event, JudgeOptions, Mover, Payoff, PublicStateBuilder, SolveOptions, Status, branches, judge,
    solve, solve_variants, trace,
};

use melian::math::exp;

use crate::lattice::Lattice;

fn go_on<T>(_: T) -> Control {
    Control::Continue
}

/// Meeting at one of two places: beyond the pitchfork there are three quantal-response equilibria.
#[test]
fn coordination_has_three() {
    let mut builder = PublicStateBuilder::new(&[("A", &["a"]), ("B", &["b"])]).unwrap();
    builder.prior(&[1.0]);
    let state = builder.state(0, 0, vec![Mover::new(0, &["x", "y"]), Mover::new(1, &["x", "y"])]);
    for a in 0..2 {
        for b in 0..2 {
            let payoff = builder.payoff(Payoff::Common(vec![if a == b { 1.0 } else { 0.0 }; 2]));
            let end = builder.terminal(1, 0, "end", Some(payoff));
            builder.transition(state, &[a, b], end).unwrap();
        }
    }
    let game = builder.build().unwrap();
    let found = branches(&game, 6.0, &SolveOptions::default(), 40, 1, &mut go_on);
    let mut chances: Vec<f64> =
        found.iter().map(|solution| solution.strategy.at(&game, state, 0, 0).unwrap()[0]).collect();
    chances.sort_by(f64::total_cmp);
    let (mut low, mut root) = (0.6, 1.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + root);
        if 1.0 / (1.0 + exp(6.0 * (1.0 - 2.0 * middle))) > middle {
            low = middle;
        } else {
            root = middle;
        }
    }
    assert_eq!(chances.len(), 3, "{chances:?}");
    for (found, expected) in chances.iter().zip([1.0 - root, 0.5, root]) {
        assert!((found - expected).abs() < 1e-8, "{found} {expected}");
    }
    for solution in &found {
        let certificate = judge(&game, 6.0, &solution.strategy, &JudgeOptions::default()).unwrap();
        assert!(certificate.residual < 1e-8);
    }
    assert!(found[0].on_principal_branch() && !found[1].on_principal_branch());
}

#[test]
fn variants_have_the_bits_of_the_plain_path() {
    let game = Lattice { parties: 2, types: 2, periods: 12, rungs: 6 }.game();
    let variants: Vec<_> = [0.5, 0.8, 1.0, 1.3, 2.0]
        .map(|factor| {
            Lattice { parties: 2, types: 2, periods: 12, rungs: 6 }
                .game_with(&[0, 1], factor)
                .numbers()
                .clone()
        })
        .into();
    let options = SolveOptions::default();
    let together = solve_variants(&game, &variants, 8.0, &options, &|_, progress| go_on(progress)).unwrap();
    for (numbers, together) in variants.iter().zip(&together) {
        let alone = solve(&game.with_numbers(numbers.clone()).unwrap(), 8.0, &options, &mut go_on);
        assert_eq!(&alone, together);
    }
    let other = Lattice { parties: 2, types: 3, periods: 12, rungs: 6 }.game();
    assert!(solve_variants(&other, &variants, 8.0, &options, &|_, progress| go_on(progress)).is_err());
}

#[test]
fn a_walk_stopped_early_tells_the_truth() {
    let game = Lattice { parties: 2, types: 2, periods: 20, rungs: 8 }.game();
    let short = SolveOptions { work: 40, ..SolveOptions::default() };
    let solution = solve(&game, 8.0, &short, &mut go_on);
    assert_eq!(solution.status, Status::OutOfWork);
    assert!(solution.lambda < 8.0 && solution.work < 400);
    let certificate = judge(&game, solution.lambda, &solution.strategy, &JudgeOptions::default()).unwrap();
    assert!((certificate.residual - solution.residual).abs() < 0.1 && certificate.residual < 1e-2);
    let mut calls = 0;
    let solution = solve(&game, 8.0, &SolveOptions::default(), &mut |progress| {
        calls += 1;
        assert!(progress.target == 8.0);
        if calls > 6 { Control::Stop } else { Control::Continue }
    });
    assert_eq!(solution.status, Status::Cancelled);
    let all = trace(&game, &[4.0, 0.5, 2.0], &SolveOptions::default(), &mut go_on);
    assert_eq!(all.iter().map(|solution| solution.lambda).collect::<Vec<_>>(), [0.5, 2.0, 4.0]);
    assert_eq!(solve(&game, f64::NAN, &SolveOptions::default(), &mut go_on).status, Status::Stuck);
}

/// The principal branch of this lattice turns back near lambda = 30.6 and 20.95; the prototype stopped at 16.
#[test]
fn folds_are_followed_and_reported() {
    let game = Lattice { parties: 2, types: 2, periods: 20, rungs: 8 }.game();
    let solution = solve(&game, 32.0, &SolveOptions::default(), &mut go_on);
    assert_eq!(solution.status, Status::Converged);
    let turns: Vec<f64> = solution
        .events
        .iter()
        .map(|event| match event {
            Event::Turn { lambda } => *lambda,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(turns.len(), 2);
    assert!((turns[0] - 30.61).abs() < 0.02 && (turns[1] - 20.95).abs() < 0.02);
    let certificate = judge(&game, 32.0, &solution.strategy, &JudgeOptions::default()).unwrap();
    assert!(certificate.residual < 1e-8);
}

/// Between its first two turning points, near 20.95 and 30.6, the principal branch passes every lambda three times.
#[test]
fn a_folded_branch_gives_three() {
    let game = Lattice { parties: 2, types: 2, periods: 20, rungs: 8 }.game();
    let options = SolveOptions { turns: 2, work: 60_000, ..SolveOptions::default() };
    let found = branches(&game, 24.0, &options, 0, 1, &mut go_on);
    assert!(found.len() >= 3, "{}", found.len());
    for solution in &found {
        assert!(solution.on_principal_branch());
        let certificate = judge(&game, 24.0, &solution.strategy, &JudgeOptions::default()).unwrap();
        assert!(certificate.residual < 1e-8);
    }
}
