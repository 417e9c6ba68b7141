//! The challenge lens against published and independently re-derived runs.

#![allow(clippy::unreadable_literal)] // Figures as printed.

use melian::lens::challenge::*;

/// Date of introduction of emission standards, EC 1989 (Bueno de Mesquita's example; order NL
/// BE LU DE FR IT UK IE DK EL).
fn emission() -> Dispute {
    Dispute {
        capability: vec![8.0, 8.0, 3.0, 16.0, 16.0, 16.0, 16.0, 5.0, 5.0, 8.0],
        position: vec![4.0, 7.0, 4.0, 4.0, 10.0, 10.0, 10.0, 7.0, 4.0, 7.0],
        salience: vec![80.0, 40.0, 20.0, 80.0, 60.0, 60.0, 90.0, 10.0, 100.0, 70.0],
    }
}

#[track_caller]
fn near(got: &[f64], want: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (index, (a, b)) in got.iter().zip(want).enumerate() {
        assert!((a - b).abs() <= tolerance, "{what} [{index}]: {a} is not {b}");
    }
}

fn solve(dispute: &Dispute, reading: Reading, rounds: usize) -> Course {
    Solver::new(dispute.actors(), reading).solve(dispute, rounds).unwrap()
}

/// P6: the Scholz program on the emission example, rounds 0-5, re-derived and checked against
/// its authors' original by jmckib and D. Masad; the medians truncate to those of Scholz,
/// Calbert and Smith (2011), table 2.
#[test]
fn emission_by_the_scholz_program() {
    let story = tell(&emission(), Reading::ScholzCode, 5).unwrap();
    let course = &story.course;
    near(&course.mean[..1], &[7.389955686853767], 1e-12, "start");
    let medians = [7.0, 8.415932, 9.610859, 9.961980, 9.961980, 9.961980];
    near(&course.median, &medians, 1e-6, "median");
    let means = [7.389956, 7.461314, 7.552501, 7.590145, 7.358131, 7.349174];
    near(&course.mean, &means, 1e-6, "mean");
    let of = |actor: usize| -> Vec<f64> { (0..=5).map(|r| course.at(r)[actor]).collect() };
    near(&of(1), &[7.0, 8.4159, 9.6109, 9.9620, 4.8009, 5.5242], 5e-5, "BE");
    near(&of(2), &[4.0, 7.0, 8.4159, 9.6109, 9.9620, 4.8009], 5e-5, "LU");
    near(&of(7), &[7.0, 4.0, 7.0, 8.4159, 9.6109, 9.9620], 5e-5, "IE");
    let exponents =
        [1.405653, 0.754196, 0.508864, 1.405653, 1.046524, 1.046524, 1.964898, 0.5, 2.0, 1.112125];
    near(&story.rounds[0].exponent, &exponents, 1e-6, "exponents");
}

/// P7: Sultan example (oil price, 17 actors), the start, from the table in jmckib's
/// public replication.
#[test]
fn sultan_start() {
    let dispute = Dispute {
        capability: vec![
            0.65, 0.85, 0.55, 0.7, 0.5, 0.75, 0.65, 0.85, 0.95, 0.6, 0.95, 0.45, 1.0, 1.05, 0.6, 0.8, 0.75,
        ],
        position: vec![
            14.25, 14.20, 14.20, 14.10, 14.10, 14.00, 14.00, 13.95, 13.90, 13.75, 13.40, 13.35, 13.25, 13.00,
            13.00, 12.90, 12.85,
        ],
        salience: vec![
            80.0, 85.0, 65.0, 75.0, 75.0, 85.0, 90.0, 85.0, 90.0, 80.0, 95.0, 75.0, 90.0, 90.0, 70.0, 85.0,
            75.0,
        ],
    };
    let course = solve(&dispute, Reading::ScholzCode, 1);
    assert_eq!(course.median[0], 13.9);
    near(&course.mean[..1], &[13.619912134884823], 1e-12, "mean");
}

/// The readings end far apart on one input; and not all of them settle.
#[test]
fn readings_disagree() {
    let last = |reading| {
        let course = solve(&emission(), reading, 10);
        (course.median[10], course.ending)
    };
    assert_eq!(last(Reading::TextQ1), (7.0, Ending::Settled { round: 3 }));
    assert_eq!(last(Reading::TextQ05), (4.0, Ending::Settled { round: 4 }));
    assert_eq!(last(Reading::ScholzCode).1, Ending::Limit);
    assert_eq!(last(Reading::ScholzCodeCorrected).1, Ending::Limit);
}

fn nine() -> Dispute {
    let number = |k: usize, low: f64, high: f64| {
        low + (high - low) * ((k * k * k * 7919 + k * 104_729) % 9973) as f64 / 9973.0
    };
    Dispute {
        capability: (0..9).map(|k| number(k, 10.0, 120.0)).collect(),
        position: (0..9).map(|k| number(k + 31, 0.0, 100.0)).collect(),
        salience: (0..9).map(|k| number(k + 97, 10.0, 95.0)).collect(),
    }
}

/// P12: relabelling actors, scaling capability, mirroring positions.
#[test]
fn any_order_any_scale_either_way() {
    let order = [8, 3, 0, 6, 2, 5, 1, 7, 4];
    let by = |column: &[f64]| order.iter().map(|&a| column[a]).collect::<Vec<f64>>();
    let dispute = nine();
    let relabelled = Dispute {
        capability: by(&dispute.capability),
        salience: by(&dispute.salience),
        position: by(&dispute.position),
    };
    let mut scaled = dispute.clone();
    scaled.capability.iter_mut().for_each(|c| *c *= 13.0);
    let mut mirrored = dispute.clone();
    mirrored.position.iter_mut().for_each(|x| *x = 100.0 - *x);
    for reading in Reading::ALL {
        let course = solve(&dispute, reading, 5);
        let name = reading.name();
        near(&by(course.at(5)), solve(&relabelled, reading, 5).at(5), 1e-6, name);
        near(course.at(5), solve(&scaled, reading, 5).at(5), 1e-6, name);
        // The program's choice by lowest position isn't the same from the other end.
        if reading != Reading::ScholzCode {
            let back: Vec<f64> = solve(&mirrored, reading, 5).at(5).iter().map(|x| 100.0 - x).collect();
            near(course.at(5), &back, 1e-6, name);
        }
    }
}

#[test]
fn told_as_run() {
    for dispute in [emission(), nine()] {
        for reading in Reading::ALL {
            let story = tell(&dispute, reading, 10).unwrap();
            assert_eq!(story.course, solve(&dispute, reading, 10));
            for (index, round) in story.rounds.iter().enumerate() {
                let mut after = round.position.clone();
                for step in &round.moves {
                    assert_eq!(after[step.offer.to], step.from);
                    after[step.offer.to] = step.offer.position;
                    assert!(round.offers.contains(&step.offer));
                    assert_ne!(step.offer.by, step.offer.to);
                }
                assert_eq!(after, story.course.at(index + 1));
                assert!(round.exponent.iter().all(|r| (0.5 - 1e-9..=2.0 + 1e-9).contains(r)));
            }
        }
    }
}

/// One actor, two, all alike, or nobody who cares: 0/0 in the formulas.
#[test]
fn settled_disputes() {
    let dispute = |position: &[f64], salience: f64| Dispute {
        capability: vec![1.0; position.len()],
        salience: vec![salience; position.len()],
        position: position.to_vec(),
    };
    for reading in Reading::ALL {
        for same in [dispute(&[3.0], 50.0), dispute(&[40.0; 4], 50.0), dispute(&[0.0; 4], 0.0)] {
            let course = solve(&same, reading, 5);
            assert_eq!(course.ending, Ending::Settled { round: 0 });
            assert_eq!(course.at(5), same.position);
        }
        for pair in [dispute(&[10.0, 90.0], 50.0), dispute(&[10.0, 90.0, 20.0], 0.0)] {
            let course = solve(&pair, reading, 5);
            assert!(course.path.iter().all(|x| (10.0..=90.0).contains(x)));
        }
    }
    let mut bad = nine();
    bad.salience[4] = f64::NAN;
    let refused = Solver::new(9, Reading::TextQ1).solve(&bad, 3);
    assert_eq!(refused, Err(InputError::Salience(4)));
}
