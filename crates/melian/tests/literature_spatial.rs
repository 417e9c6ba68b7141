//! The spatial lens against KTAB's own runs and the hand-worked cases.

#![allow(clippy::unreadable_literal, clippy::approx_constant)] // Figures as printed.

use melian::lens::spatial::*;
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().expect("a number")],
    }
}

fn ktab(case: &Value) -> (Talks, Options) {
    let input = &case["input"];
    let talks = Talks {
        dimensions: input["position"][0].as_array().expect("rows").len(),
        capability: numbers(&input["capability"]),
        position: numbers(&input["position"]),
        salience: numbers(&input["salience"]),
        accommodation: input.get("accommodation").map(numbers),
    };
    let name = |key: &str| case["options"][key].as_str().expect("an option's name");
    let options = Options {
        voting_rule: VotingRule::from_name(name("VotingRule")).unwrap(),
        victory: VictoryModel::from_name(name("VictoryProbModel")).unwrap(),
        condorcet: CondorcetModel::from_name(name("PCEModel")).unwrap(),
        risk_range: RiskRange::from_name(name("BigRRange")).unwrap(),
        risk_adjustment: RiskAdjustment::from_name(name("BigRAdjust")).unwrap(),
        third_parties: ThirdPartyCommitment::from_name(name("ThirdPartyCommit")).unwrap(),
        interpolation: Interpolation::from_name(name("InterVecBrgn")).unwrap(),
        bargain: BargainModel::from_name(name("BargnModel")).unwrap(),
        settlement: Settlement::Deterministic,
        ktab_errors: KtabErrors::ALL,
    };
    (talks, options)
}

fn never() -> u64 {
    unreachable!("a deterministic run asks for no random word")
}

fn solve(talks: &Talks, options: Options) -> Course {
    Solver::new(talks.actors(), talks.dimensions, options).solve(talks, &mut never).unwrap()
}

#[track_caller]
fn near(got: &[f64], want: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (index, (a, b)) in got.iter().zip(want).enumerate() {
        assert!((a - b).abs() <= tolerance, "{what} [{index}]: {a} is not {b}");
    }
}

/// P5: 13 deterministic runs of KTAB 1.4 (commit 3b5b063), see `data/README.md`.
#[test]
fn ktab_runs() {
    let cases: Value = serde_json::from_str(include_str!("data/ktab_smp_public.json")).unwrap();
    assert_eq!(cases.as_array().unwrap().len(), 13);
    for case in cases.as_array().unwrap() {
        let name = case["case"].as_str().unwrap();
        let (talks, options) = ktab(case);
        let story = tell(&talks, options, MOST_TURNS, &mut never).unwrap();
        let course = &story.course;
        assert_eq!(course, &solve(&talks, options), "{name}: told as run");
        assert_eq!(course.turns as u64, case["turns"].as_u64().unwrap(), "{name}");
        near(&course.path, &numbers(&case["positions"]), 1e-6, name);
        near(&course.ideal, &numbers(&case["ideals_last"]), 1e-6, name);
        near(&course.stop_ratio, &numbers(&case["stop_ratio_4dp"]), 5e-5 + 1e-9, name);
        let chances = story.turns.iter().map(|t| &t.probability);
        let chances: Vec<&Vec<f64>> = chances.chain([&course.probability]).collect();
        for actor in 0..talks.actors() {
            let own: Vec<f64> = chances.iter().map(|c| c[actor]).collect();
            near(&own, &numbers(&case["win_prob_4dp"][actor]), 5e-5 + 1e-9, name);
        }
    }
}

/// Which of those runs need KTAB's errors.
#[test]
fn runs_that_need_errors() {
    let cases: Value = serde_json::from_str(include_str!("data/ktab_smp_public.json")).unwrap();
    let mut need = Vec::new();
    for case in cases.as_array().unwrap() {
        let (talks, options) = ktab(case);
        let right = Options { ktab_errors: KtabErrors::default(), ..options };
        if solve(&talks, right) != solve(&talks, options) {
            need.push(case["case"].as_str().unwrap());
        }
    }
    let kinds = ["smpExample-det ThirdPartyCommit=NoCommit", "smpExample-det BargnModel=InitRcvrInterp"];
    assert_eq!(need, kinds);
}

/// P1: votes of weight 2 on differences of 0.3 and -0.3; utility at distance 1/4.
#[test]
fn votes_and_utility() {
    for (rule, gain, loss) in [
        (VotingRule::Binary, 2.0, -2.0),
        (VotingRule::PropBin, 0.88, -0.88),
        (VotingRule::Prop, 0.6, -0.6),
        (VotingRule::PropCbc, 0.327, -0.327),
        (VotingRule::Cubic, 0.054, -0.054),
        (VotingRule::AsymProsp, 0.4, -0.6),
    ] {
        near(&[vote(rule, 2.0, 0.3), vote(rule, 2.0, -0.3)], &[gain, loss], 1e-12, rule.name());
    }
    near(&[utility(0.25, 0.5), utility(0.25, -0.5)], &[0.84375, 0.65625], 1e-15, "utility");
}

/// P2: probabilistic Condorcet elections on known coalitions.
#[test]
fn elections() {
    let strength = [0.0, 3.0, 1.0, 1.0, 0.0, 4.0, 2.0, 1.0, 0.0];
    for (model, want) in [
        (CondorcetModel::Conditional, [0.428571, 0.342857, 0.228571]),
        (CondorcetModel::MarkovUniform, [0.379311, 0.337931, 0.282758]),
        (CondorcetModel::MarkovIncentive, [0.384857, 0.322377, 0.292766]),
    ] {
        let got = condorcet(VictoryModel::Linear, model, &strength, 3);
        near(&got, &want, 1e-5, model.name());
        let two = condorcet(VictoryModel::Linear, model, &[0.0, 3.0, 1.0, 0.0], 2);
        near(&two, &[0.75, 0.25], 1e-5, model.name());
    }
}

/// P3: compromises of (0.2, 0.8) with saliences (0.5, 0.25), the first winning 3 in 5.
#[test]
fn compromises() {
    let (i, j) = (Side { position: 0.2, salience: 0.5 }, Side { position: 0.8, salience: 0.25 });
    assert_eq!(bargain(Interpolation::S1P1, i, j, 0.6), (0.35, 0.35));
    assert_eq!(bargain(Interpolation::S2P2, i, j, 0.6), (0.26, 0.26));
    let (to_i, to_j) = bargain(Interpolation::S2PMax, i, j, 0.6);
    near(&[to_i, to_j], &[0.2, 0.500003], 1e-6, "S2PMax");
}

fn hand_case() -> Talks {
    Talks {
        dimensions: 1,
        capability: vec![100.0, 80.0, 60.0],
        position: vec![20.0, 80.0, 50.0],
        salience: vec![50.0, 25.0, 40.0],
        accommodation: None,
    }
}

/// P4: the hand-worked case of three actors.
#[test]
fn hand_worked() {
    let story = tell(&hand_case(), Options::default(), MOST_TURNS, &mut never).unwrap();
    assert_eq!(story.course.turns, 3);
    for (turn, want) in
        [[20.0, 80.0, 50.0], [22.29, 54.62, 54.62], [22.52, 22.52, 23.15], [22.52, 23.12, 23.12]]
            .iter()
            .enumerate()
    {
        near(story.course.at(turn), want, 1e-9, "positions");
    }
    let offers = &story.turns[0].offers;
    let seen: Vec<(usize, usize)> = offers.iter().map(|o| (o.initiator, o.receiver)).collect();
    assert_eq!(seen, [(0, 1), (1, 2), (2, 1)]);
    let of = |o: &Offer| [o.initiator_estimate.chance, o.initiator_estimate.initiator_gain];
    near(&of(&offers[0]), &[0.7150, 0.5105], 5e-5, "A against B");
    near(&[offers[0].initiator_estimate.receiver_gain], &[-0.5462], 5e-5, "effect on B");
    near(&of(&offers[1]), &[0.4058, 0.2125], 5e-5, "B against C");
    near(&of(&offers[2]), &[0.5235, 0.0686], 5e-5, "C against B");
}

/// Combinations of options.
fn all_options() -> Vec<Options> {
    let mut all = Vec::new();
    for &voting_rule in VotingRule::ALL {
        for &victory in VictoryModel::ALL {
            for &condorcet in CondorcetModel::ALL {
                for &third_parties in ThirdPartyCommitment::ALL {
                    for &interpolation in Interpolation::ALL {
                        for &bargain in BargainModel::ALL {
                            let pick = all.len();
                            all.push(Options {
                                voting_rule,
                                victory,
                                condorcet,
                                third_parties,
                                interpolation,
                                bargain,
                                risk_range: RiskRange::ALL[pick % 3],
                                risk_adjustment: RiskAdjustment::ALL[pick % 5],
                                ..Options::default()
                            });
                        }
                    }
                }
            }
        }
    }
    // Every eleventh still holds each choice with each other one.
    all.into_iter().step_by(11).collect()
}

fn seven(dimensions: usize) -> Talks {
    let n = 7;
    let number = |k: usize, low: f64, high: f64| {
        let x = ((k * k * k * 7919 + k * 104_729) % 9973) as f64 / 9973.0;
        low + (high - low) * x
    };
    Talks {
        dimensions,
        capability: (0..n).map(|k| number(k, 10.0, 120.0)).collect(),
        position: (0..n * dimensions).map(|k| number(k + 31, 0.0, 100.0)).collect(),
        salience: (0..n * dimensions).map(|k| number(k + 97, 10.0, 95.0) / dimensions as f64).collect(),
        accommodation: None,
    }
}

fn reorder(table: &[f64], order: &[usize], columns: usize) -> Vec<f64> {
    order.iter().flat_map(|&a| table[a * columns..][..columns].to_vec()).collect()
}

/// Whether positions too close to count as two, yet not equal, ended beside each other: which
/// of them stands for both then depends on the order of actors, as in KTAB.
fn has_close_positions(course: &Course) -> bool {
    let d = course.dimensions;
    let last = course.at(course.turns);
    let apart =
        |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt() };
    last.chunks(d).any(|a| last.chunks(d).any(|b| a != b && apart(a, b) < 0.1 + 1e-9))
}

/// P12: relabelling actors changes nothing (the asymmetric rule reads options in order).
#[test]
fn any_order_of_actors() {
    let order = [3, 0, 6, 2, 5, 1, 4];
    for dimensions in [1, 3] {
        let talks = seven(dimensions);
        let other = Talks {
            dimensions,
            capability: reorder(&talks.capability, &order, 1),
            position: reorder(&talks.position, &order, dimensions),
            salience: reorder(&talks.salience, &order, dimensions),
            accommodation: None,
        };
        let mut compared = 0;
        for options in all_options() {
            let ordered = options.voting_rule == VotingRule::AsymProsp;
            // All-or-nothing chances tie: three options that beat each other in a circle.
            let tied = options.victory == VictoryModel::Binary;
            if ordered || tied {
                continue;
            }
            let (a, b) = (solve(&talks, options), solve(&other, options));
            let what = format!("{options:?}");
            assert_eq!(a.turns, b.turns, "{what}");
            let moved = reorder(a.at(a.turns), &order, dimensions);
            near(&moved, b.at(b.turns), 1e-3, &what);
            if !has_close_positions(&a) {
                compared += 1;
                near(&reorder(&a.probability, &order, 1), &b.probability, 1e-5, &what);
            }
        }
        assert!(compared > 20, "{compared} distributions compared");
    }
}

/// P12: mirroring positions mirrors the result, up to rounding to four decimals; scaling
/// capability changes nothing.
#[test]
fn mirrored_and_scaled() {
    let talks = seven(2);
    let mut mirrored = talks.clone();
    mirrored.position.iter_mut().for_each(|x| *x = 100.0 - *x);
    let mut scaled = talks.clone();
    scaled.capability.iter_mut().for_each(|c| *c *= 7.0);
    let options = Options { interpolation: Interpolation::S2PMax, ..Options::default() };
    let (a, b, c) = (solve(&talks, options), solve(&mirrored, options), solve(&scaled, options));
    let back: Vec<f64> = b.path.iter().map(|x| 100.0 - x).collect();
    near(&back, &a.path, 1e-3, "mirrored");
    near(&c.path, &a.path, 1e-3, "scaled");
}

/// Nothing panics or leaves its range under any options; told as run.
#[test]
fn every_option_combination() {
    for dimensions in [1, 2] {
        let talks = seven(dimensions);
        for mut options in all_options() {
            for settlement in [Settlement::Deterministic, Settlement::Stochastic] {
                options.settlement = settlement;
                let words = || {
                    let mut word = 0u64;
                    move || {
                        word = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
                        (word ^ (word >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
                    }
                };
                let course = Solver::new(7, dimensions, options).solve(&talks, &mut words()).unwrap();
                let what = format!("{options:?}");
                assert!(course.path.iter().all(|x| (-1e-9..=100.0 + 1e-9).contains(x)), "{what}");
                let total: f64 = course.distribution().map(|(_, p)| p).sum();
                near(&[total], &[1.0], 1e-9, &what);
                let story = tell(&talks, options, MOST_TURNS, &mut words()).unwrap();
                assert_eq!(story.course, course, "{what}");
                for offer in story.turns.iter().flat_map(|t| &t.offers) {
                    assert!((0.0..=1.0).contains(&offer.initiator_estimate.chance), "{what}");
                }
            }
        }
    }
}

/// Talks of one, two and of like-minded actors, which KTAB refuses or divides 0 by 0 on.
#[test]
fn small_and_settled_talks() {
    let talks = |position: &[f64], salience: f64| Talks {
        dimensions: 1,
        capability: (1..=position.len()).map(|c| c as f64 * 10.0).collect(),
        position: position.to_vec(),
        salience: vec![salience; position.len()],
        accommodation: None,
    };
    for options in all_options() {
        let two = solve(&talks(&[10.0, 80.0], 60.0), options);
        assert!(two.path.iter().all(|x| (10.0 - 1e-9..=80.0 + 1e-9).contains(x)), "{options:?}");
        for same in [talks(&[40.0], 50.0), talks(&[40.0; 5], 50.0), talks(&[40.0; 3], 0.0)] {
            let course = solve(&same, options);
            assert_eq!(course.ending, Ending::Quiet);
            assert!(course.path.iter().all(|x| *x == 40.0), "{options:?}");
            near(&[course.distribution().map(|(_, p)| p).sum()], &[1.0], 1e-12, "one position");
        }
        let unmoved = solve(&talks(&[10.0, 50.0, 80.0], 0.0), options);
        assert!(unmoved.path.iter().all(|x| x.is_finite()));
    }
}
