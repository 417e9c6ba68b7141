//! Mistakes in building are named.

use melian::game::public_state::{
    ActionClass, Mover, Payoff, PublicStateBuilder, PublicStateError, StateId, View,
};

fn two() -> PublicStateBuilder {
    let mut builder = PublicStateBuilder::new(&[("A", &["a"]), ("B", &["b", "c"])]).unwrap();
    builder.prior(&[0.5, 0.5]);
    builder
}

fn with_choice(builder: &mut PublicStateBuilder) -> (StateId, StateId) {
    let state = builder.state(0, 0, vec![Mover::new(0, &["x", "y"])]);
    let end = builder.terminal(1, 0, "end", None);
    builder.transition(state, &[0], end).unwrap();
    builder.transition(state, &[1], end).unwrap();
    (state, end)
}

#[test]
fn players_and_types() {
    assert_eq!(PublicStateBuilder::new(&[]).unwrap_err(), PublicStateError::NoPlayers);
    assert_eq!(PublicStateBuilder::new(&[("A", &[])]).unwrap_err(), PublicStateError::NoTypes { player: 0 });
    let many: Vec<&str> = vec!["t"; 300];
    let error = PublicStateBuilder::new(&[("A", &many), ("B", &many)]).unwrap_err();
    assert_eq!(error, PublicStateError::TooManyJointTypes);
    assert_eq!(two().build().unwrap_err(), PublicStateError::NoDecision);
}

#[test]
fn numbers() {
    let mut builder = two();
    with_choice(&mut builder);
    builder.payoff(Payoff::OwnType(vec![vec![1.0], vec![1.0]]));
    assert!(matches!(builder.build(), Err(PublicStateError::BadPayoff { .. })));
    for prior in [vec![1.0], vec![-1.0, 2.0], vec![0.0, 0.0], vec![f64::NAN, 1.0]] {
        let mut builder = two();
        with_choice(&mut builder);
        builder.prior(&prior);
        assert!(matches!(builder.build(), Err(PublicStateError::BadPrior { .. })), "{prior:?}");
    }
    for chance in [vec![0.5, 0.4], vec![1.5, -0.5], vec![]] {
        let mut builder = two();
        with_choice(&mut builder);
        builder.chance(&chance);
        assert!(matches!(builder.build(), Err(PublicStateError::BadChance { .. })), "{chance:?}");
    }
    let mut builder = two();
    with_choice(&mut builder);
    builder.payoff(Payoff::Common(vec![f64::INFINITY, 0.0]));
    assert!(builder.build().unwrap_err().to_string().contains("finite"));
    let mut builder = two();
    with_choice(&mut builder);
    let game = builder.build().unwrap();
    let mut numbers = game.numbers().clone();
    assert_eq!(numbers.set_prior(View::Of(1), &[1.0, 1.0]), Err(PublicStateError::NoOwnView { player: 1 }));
    assert_eq!(
        numbers.set_prior(View::Of(9), &[1.0, 1.0]),
        Err(PublicStateError::NoSuchPlayer { player: 9 })
    );
}

#[test]
fn moves_and_transitions() {
    let mut builder = two();
    let (state, end) = with_choice(&mut builder);
    assert!(matches!(builder.transition(state, &[0], end), Err(PublicStateError::BadTransition { .. })));
    assert!(matches!(builder.transition(state, &[2], end), Err(PublicStateError::BadTransition { .. })));
    assert!(matches!(builder.transition(state, &[], end), Err(PublicStateError::BadTransition { .. })));
    assert!(matches!(builder.transition(end, &[], state), Err(PublicStateError::BadTransition { .. })));
    let chance = builder.chance(&[0.5, 0.5]);
    assert!(matches!(
        builder.lottery(state, &[0], chance, vec![end.into()]),
        Err(PublicStateError::BadTransition { .. })
    ));

    let mut builder = two();
    builder.state(0, 0, vec![Mover::new(0, &["x", "y"])]);
    assert!(matches!(builder.build(), Err(PublicStateError::MissingTransition { .. })));

    for movers in [
        vec![Mover::new(0, &["x"]), Mover::new(0, &["y"])],
        vec![Mover::new(0, &[])],
        vec![Mover::nested(0, vec![ActionClass::even(-1.0, &["x"])])],
        vec![Mover::nested(0, vec![ActionClass { weight: 1.0, actions: vec![("x".into(), f64::NAN)] }])],
    ] {
        let mut builder = two();
        builder.state(0, 0, movers);
        assert!(matches!(builder.build(), Err(PublicStateError::BadMove { .. })));
    }
    let mut builder = two();
    builder.state(0, 0, vec![Mover::new(5, &["x"])]);
    assert_eq!(builder.build().unwrap_err(), PublicStateError::NoSuchPlayer { player: 5 });
}

#[test]
fn shape() {
    let mut builder = two();
    let (first, _) = with_choice(&mut builder);
    let lost = builder.terminal(1, 0, "lost", None);
    assert_eq!(builder.clone().build().unwrap_err(), PublicStateError::Unreachable { state: lost });
    builder.root(lost);
    assert!(matches!(builder.build(), Err(PublicStateError::Unreachable { state }) if state == first));

    let mut builder = two();
    let first = builder.state(0, 0, vec![Mover::new(0, &["x"])]);
    let second = builder.state(0, 0, vec![Mover::new(1, &["x"])]);
    builder.transition(first, &[0], second).unwrap();
    builder.transition(second, &[0], first).unwrap();
    assert!(matches!(builder.build(), Err(PublicStateError::Cycle { .. })));
}

/// A terminal may be the root only if something happens somewhere; a game of chance alone is a game.
#[test]
fn chance_alone() {
    let mut builder = two();
    let start = builder.state(0, 0, vec![]);
    let chance = builder.chance(&[0.25, 0.75]);
    let ends = [builder.terminal(1, 0, "a", None), builder.terminal(1, 3, "b", None)];
    builder.lottery(start, &[], chance, vec![ends[0].into(), ends[1].into()]).unwrap();
    let game = builder.build().unwrap();
    let solution = crate::solved(&game, 10.0);
    let reading = melian::game::public_state::Reading::new(&game, &solution.strategy);
    assert_eq!(reading.outcomes, [0.25, 0.75]);
    assert_eq!(reading.highest_rung, [(0, 0.25), (3, 0.75)]);
    assert_eq!(reading.course.len(), 1);
    assert_eq!(reading.course[0].next, ends[1]);
}
