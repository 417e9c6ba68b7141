//! The exchange lens against the equal-gain formulas of Stokman and Van Oosten (1994).

#![allow(clippy::unreadable_literal)] // Figures as printed.

use melian::lens::exchange::*;

#[track_caller]
fn near(got: f64, want: f64, tolerance: f64, what: &str) {
    assert!((got - want).abs() <= tolerance, "{what}: {got} is not {want}");
}

/// P8: the test values of the open exchange-model program (decide-exchange-model).
#[test]
fn equal_gain_exchange() {
    let e = Standing { outcome: 49.488304, weight: 3.42 };
    let t = Standing { outcome: 49.353234, weight: 5.025 };
    let stake = |position, salience, capability| Stake { position, salience, capability };
    let i = (stake(100.0, 0.9, 0.9), stake(0.0, 0.95, 0.9));
    let j = (stake(25.0, 0.6, 1.0), stake(100.0, 0.95, 1.0));
    let terms = equal_gain(i, j, (e, t)).unwrap();
    near(terms.shift_p, 13.157895, 1e-6, "shift on E");
    near(terms.move_j, 75.0, 1e-9, "move on E");
    near(terms.shift_q, 10.387812, 1e-6, "shift on T");
    near(terms.move_i, 61.051174, 1e-6, "move on T");
    near(terms.gain, 1.973684, 1e-6, "gain");
    near(terms.shift_q * 0.95 - terms.shift_p * 0.6, terms.gain, 1e-12, "equal gain");
    assert_eq!(equal_gain(j, i, (e, t)), None, "the other way round nobody gains");
}

fn market() -> Market {
    let number = |k: usize, low: f64, high: f64| {
        low + (high - low) * ((k * k * k * 7919 + k * 104_729) % 9973) as f64 / 9973.0
    };
    Market {
        issues: 3,
        capability: (0..24).map(|k| number(k / 3 + 3, 10.0, 120.0)).collect(),
        position: (0..24).map(|k| number(k + 31, 0.0, 100.0)).collect(),
        salience: (0..24).map(|k| number(k + 97, 5.0, 100.0)).collect(),
    }
}

#[test]
fn partners_gain_alike_and_outcomes_follow_positions() {
    let market = market();
    let course = market.trade(50).unwrap();
    assert!(!course.rounds[0].is_empty());
    let first = &course.rounds[0][0];
    near(first.effect[first.i], first.terms.gain, 1e-9, "gain of i");
    near(first.effect[first.j], first.terms.gain, 1e-9, "gain of j");
    assert!(first.effect.iter().enumerate().any(|(k, e)| k != first.i && k != first.j && *e != 0.0));
    for (index, round) in course.rounds.iter().enumerate() {
        for exchange in round {
            let shift = |o: (f64, f64)| (o.1 - o.0).abs();
            near(shift(exchange.outcome_p), exchange.terms.shift_p, 1e-9, "p");
            near(shift(exchange.outcome_q), exchange.terms.shift_q, 1e-9, "q");
            assert!(exchange.terms.gain > 0.0);
        }
        let gains: Vec<f64> = round.iter().map(|e| e.terms.gain).collect();
        assert!(index > 50 || gains[0] >= *gains.last().unwrap());
    }
    if course.ending == Ending::Exhausted {
        let after = Market { position: course.position.clone(), ..market };
        assert!(after.trade(1).unwrap().rounds.is_empty());
    }
}

/// P12: the order of actors or issues, scaling capability and mirroring change nothing.
#[test]
fn any_order_any_scale_either_way() {
    let market = market();
    let order = [5, 2, 7, 0, 4, 1, 6, 3];
    let by = |table: &[f64], columns: usize| -> Vec<f64> {
        order.iter().flat_map(|&a| table[a * columns..][..columns].to_vec()).collect()
    };
    let course = market.trade(20).unwrap();
    let relabelled = Market {
        issues: 3,
        capability: by(&market.capability, 3),
        position: by(&market.position, 3),
        salience: by(&market.salience, 3),
    };
    let mut scaled = market.clone();
    scaled.capability.iter_mut().for_each(|c| *c *= 13.0);
    let mut mirrored = market.clone();
    mirrored.position.iter_mut().for_each(|x| *x = 100.0 - *x);
    let mut swapped = market.clone();
    for row in swapped.position.chunks_mut(3).chain(swapped.salience.chunks_mut(3)) {
        row.reverse();
    }
    for issue in 0..3 {
        let want = course.last()[issue];
        near(relabelled.trade(20).unwrap().last()[issue], want, 1e-6, "relabelled");
        near(scaled.trade(20).unwrap().last()[issue], want, 1e-6, "scaled");
        near(100.0 - mirrored.trade(20).unwrap().last()[issue], want, 1e-6, "mirrored");
        near(swapped.trade(20).unwrap().last()[2 - issue], want, 1e-6, "issues swapped");
    }
}

#[test]
fn nothing_to_trade() {
    for market in [
        Market { issues: 1, ..market_of(&[0.0, 100.0], 2) },
        market_of(&[50.0, 50.0, 50.0, 50.0], 2),
        Market { salience: vec![0.0; 4], ..market_of(&[0.0, 100.0, 100.0, 0.0], 2) },
        Market { salience: vec![1.0; 4], ..market_of(&[0.0, 100.0, 100.0, 0.0], 2) },
    ] {
        let course = market.trade(5).unwrap();
        assert_eq!(course.ending, Ending::Exhausted);
        assert_eq!(course.position, market.position);
        assert!(course.net.iter().all(|n| *n == 0.0));
    }
    let mut bad = market();
    bad.position[4] = f64::INFINITY;
    let refused = InputError::Range { table: "position", actor: 1, issue: 1 };
    assert_eq!(bad.trade(5), Err(refused));
}

fn market_of(position: &[f64], actors: usize) -> Market {
    Market {
        issues: position.len() / actors,
        capability: vec![1.0; position.len()],
        position: position.to_vec(),
        salience: (0..position.len()).map(|k| 1.0 + k as f64).collect(),
    }
}
