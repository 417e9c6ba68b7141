//! Cases with known boxes.

use super::*;

fn truth(inputs: &[Vec<f64>], is: impl Fn(&[f64]) -> bool) -> Vec<f64> {
    let row = |row: usize| inputs.iter().map(|column| column[row]).collect::<Vec<f64>>();
    (0..inputs[0].len()).map(|at| f64::from(is(&row(at)))).collect()
}

fn numbers(inputs: &[Vec<f64>]) -> Vec<bool> {
    vec![false; inputs.len()]
}

#[test]
fn the_reference_case_is_peeled_step_by_step() {
    // Computed independently with the EMA Workbench's rules: 195 positives, 46 peels, final density 1,
    // coverage .923077, mass .09, three inputs restricted.
    let inputs = splitmix(2026, 2000, 5);
    assert!((inputs[0][0] - 0.857_854_22).abs() < 1e-8);
    let truth = truth(&inputs, |x| x[0] > 0.7 && x[1] < 0.4 && x[2] > 0.2);
    let found = discover(&inputs, &numbers(&inputs), &truth, &Options::default()).unwrap();
    assert_eq!(found.all, Counts { rows: 2000, cases: 195 });
    let trajectory = &found.boxes[0].trajectory;
    assert_eq!(trajectory.len(), 47);
    let last = trajectory.last().unwrap();
    assert_eq!(last.counts, Counts { rows: 180, cases: 180 });
    assert_eq!(last.limits.0.iter().map(|limit| limit.input).collect::<Vec<_>>(), [0, 1, 2]);
    for pair in trajectory.windows(2) {
        assert!(pair[1].counts.rows < pair[0].counts.rows);
        assert!(pair[1].counts.density() > pair[0].counts.density());
    }
    // Every step's counts are those of its limits.
    for step in trajectory {
        let inside = (0..2000).filter(|row| step.limits.hold(&inputs, *row));
        assert_eq!(Counts::of(inside.map(|row| truth[row] == 1.0)), step.counts);
    }
}

#[test]
fn peeling_ends_where_the_ema_workbench_ends() {
    // EMA Workbench 2.5.3, Prim(threshold=0.5, mass_min=0.05, peel_alpha=0.05) without pasting.
    type Case = (u64, usize, usize, fn(&[f64]) -> bool, usize, Counts);
    let cases: [Case; 3] = [
        (
            7,
            3000,
            6,
            |x| x[0] + x[1] * x[1] - x[2] * x[3] + 0.3 * x[4] > 1.2,
            58,
            Counts { rows: 152, cases: 145 },
        ),
        (
            8,
            1000,
            4,
            |x| (x[0] - 0.5) * (x[0] - 0.5) + (x[1] - 0.3) * (x[1] - 0.3) < 0.04,
            45,
            Counts { rows: 96, cases: 96 },
        ),
        (21, 1537, 3, |x| x[0] * x[1] > 0.3 && x[2] < 0.77, 36, Counts { rows: 247, cases: 247 }),
    ];
    for (seed, rows, columns, is, steps, last) in cases {
        let inputs = splitmix(seed, rows, columns);
        let found = discover(&inputs, &numbers(&inputs), &truth(&inputs, is), &Options::default()).unwrap();
        let trajectory = &found.boxes[0].trajectory;
        assert_eq!((trajectory.len(), trajectory.last().unwrap().counts), (steps, last), "seed {seed}");
    }
}

#[test]
fn a_box_is_found_with_its_own_limits_and_no_others() {
    let inputs = splitmix(7, 5000, 8);
    let truth = truth(&inputs, |x| x[3] > 0.6 && x[5] < 0.5);
    let options = Options { density: 0.97, ..Options::default() };
    let found = discover(&inputs, &numbers(&inputs), &truth, &options).unwrap();
    let limits = &found.boxes[0].limits.0;
    assert_eq!(limits.iter().map(|limit| limit.input).collect::<Vec<_>>(), [3, 5]);
    assert!((limits[0].low.unwrap() - 0.6).abs() < 0.02 && limits[0].high.is_none(), "{limits:?}");
    assert!((limits[1].high.unwrap() - 0.5).abs() < 0.02 && limits[1].low.is_none(), "{limits:?}");
    assert!(found.boxes[0].quasi_p.iter().all(|p| p.value < 1e-6));
    // The tree finds the corner too.
    let pure = found.tree.iter().filter(|leaf| leaf.counts.density() > 0.99).count();
    assert_eq!((pure, found.tree.len()), (1, 3));
}

#[test]
fn several_places_are_covered_by_several_boxes() {
    let inputs = splitmix(11, 8000, 4);
    let truth = truth(&inputs, |x| x[0] > 0.75 && x[1] > 0.6 || x[0] < 0.25 && x[2] < 0.4);
    let found = discover(&inputs, &numbers(&inputs), &truth, &Options::default()).unwrap();
    // Peeling is greedy: the first box lies across both places, and the next ones take what it left of each.
    let covered: u64 = found.boxes.iter().map(|one| one.counts.cases).sum();
    assert!(found.boxes.len() > 1 && covered as f64 > 0.95 * found.all.cases as f64, "{covered}");
    let denser = |one: &FoundBox| one.counts.density() > 2.0 * one.among.density();
    assert!(found.boxes.iter().all(denser));
}

#[test]
fn a_rare_corner_is_found_if_boxes_may_be_small() {
    // 2 in 100 draws, among twenty inputs.
    let inputs = splitmix(23, 10_000, 20);
    let truth = truth(&inputs, |x| x[4] > 0.9 && x[11] < 0.2);
    let options = Options { smallest: 0.01, ..Options::default() };
    let found = discover(&inputs, &numbers(&inputs), &truth, &options).unwrap();
    let first = &found.boxes[0];
    assert_eq!(first.limits.0.iter().map(|limit| limit.input).collect::<Vec<_>>(), [4, 11]);
    assert!(first.counts.density() >= 0.8, "{:?}", first.counts);
    assert!(first.counts.cases as f64 > 0.9 * found.all.cases as f64, "{:?} {:?}", first.counts, found.all);
    // No box smaller than 5 in 100 can be as dense.
    let wide = discover(&inputs, &numbers(&inputs), &truth, &Options::default()).unwrap();
    assert!(wide.boxes[0].counts.density() < 0.5 && wide.boxes[0].counts.rows >= 500);
}

#[test]
fn an_oblique_edge_is_cut_by_the_inputs_it_is_made_of() {
    let inputs = splitmix(29, 6000, 20);
    let truth = truth(&inputs, |x| x[2] + x[7] > 1.4);
    let found = discover(&inputs, &numbers(&inputs), &truth, &Options::default()).unwrap();
    let first = &found.boxes[0];
    assert_eq!(first.limits.0.iter().map(|limit| limit.input).collect::<Vec<_>>(), [2, 7]);
    assert!(first.limits.0.iter().all(|limit| limit.low.is_some() && limit.high.is_none()));
    // No box covers a triangle: a good half of it at four in five.
    assert!(first.counts.density() >= 0.8 && first.counts.cases as f64 > 0.5 * found.all.cases as f64);
}

#[test]
fn names_are_taken_out_one_by_one() {
    let mut inputs = splitmix(13, 4000, 3);
    inputs[1].iter_mut().for_each(|value| *value = (*value * 4.0).floor());
    let truth = truth(&inputs, |x| x[1] == 2.0 && x[0] > 0.3);
    let found = discover(&inputs, &[false, true, false], &truth, &Options::default()).unwrap();
    let named = found.boxes[0].limits.0.iter().find(|limit| limit.input == 1).unwrap();
    let mut without = named.without.clone();
    without.sort_unstable();
    assert_eq!(without, [0, 1, 3]);
    assert!(found.tree.iter().any(|leaf| leaf.counts.density() > 0.95));
}

#[test]
fn ties_don_t_stop_the_peeling() {
    // Three values only: a peel takes a whole value.
    let mut inputs = splitmix(17, 3000, 2);
    inputs[0].iter_mut().for_each(|value| *value = (*value * 3.0).floor());
    let truth = truth(&inputs, |x| x[0] == 2.0);
    let found = discover(&inputs, &numbers(&inputs), &truth, &Options::default()).unwrap();
    assert_eq!(found.boxes[0].counts.density(), 1.0);
    assert_eq!(found.boxes[0].counts.cases, found.all.cases);
    assert_eq!(found.boxes[0].limits.0[0].low, Some(1.5));
}

#[test]
fn nothing_is_said_of_nothing() {
    let inputs = splitmix(1, 200, 2);
    let discover = |truth: &[f64]| discover(&inputs, &[false, false], truth, &Options::default());
    assert_eq!(discover(&[1.0; 200]), Err(Nothing::Always { value: true }));
    assert_eq!(discover(&[f64::NAN; 200]), Err(Nothing::TooFew { rows: 0 }));
}

#[test]
fn quasi_p_values_are_binomial_tails() {
    // R: pbinom(7, 10, 0.5, lower.tail = FALSE) = 0.0546875.
    assert!((at_least(Counts { rows: 10, cases: 8 }, 0.5) - 0.054_687_5).abs() < 1e-12);
    assert_eq!(at_least(Counts { rows: 10, cases: 0 }, 0.5), 1.0);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// Another order of the rows and a monotone change of every input leave the counts of every step as they are; every
    /// step is a part of the one before, and the leaves hold every row once.
    #[test]
    fn boxes_depend_on_ranks_only(seed in 0_u64..500, at in 0.2_f64..0.7, other in 0.3_f64..0.9) {
        let inputs = splitmix(seed, 400, 3);
        let truth = truth(&inputs, |x| x[0] > at && x[1] < other);
        let options = Options::default();
        let Ok(found) = discover(&inputs, &numbers(&inputs), &truth, &options) else { return Ok(()) };
        let changed: Vec<Vec<f64>> = inputs
            .iter()
            .map(|column| column.iter().rev().map(|x| x * x * x + 2.0).collect())
            .collect();
        let backwards: Vec<f64> = truth.iter().rev().copied().collect();
        let again = discover(&changed, &numbers(&inputs), &backwards, &options).unwrap();
        let steps = |found: &Discovery| -> Vec<Vec<Counts>> {
            let of = |one: &FoundBox| one.trajectory.iter().map(|step| step.counts).collect();
            found.boxes.iter().map(of).collect()
        };
        proptest::prop_assert_eq!(steps(&found), steps(&again));
        let leaves: u64 = found.tree.iter().map(|leaf| leaf.counts.rows).sum();
        proptest::prop_assert_eq!(leaves, found.all.rows);
        for one in &found.boxes {
            for pair in one.trajectory.windows(2) {
                proptest::prop_assert!(pair[1].counts.rows < pair[0].counts.rows);
                proptest::prop_assert!(pair[1].counts.cases <= pair[0].counts.cases);
            }
            proptest::prop_assert!(one.quasi_p.iter().all(|p| (0.0..=1.0).contains(&p.value)));
        }
    }
}
