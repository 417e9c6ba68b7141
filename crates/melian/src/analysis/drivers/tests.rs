//! Test functions with known indices.

use super::*;
use crate::uncertainty::StreamKey;

/// Independent uniform columns on [0, 1).
fn uniform(inputs: usize, rows: usize, seed: u64) -> Vec<Vec<f64>> {
    let key = StreamKey::new(seed, "test columns");
    (0..inputs as u64)
        .map(|input| {
            let mut stream = key.draw(input);
            (0..rows).map(|_| stream.uniform()).collect()
        })
        .collect()
}

fn output(inputs: &[Vec<f64>], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    (0..inputs[0].len())
        .map(|row| f(&inputs.iter().map(|column| column[row]).collect::<Vec<f64>>()))
        .collect()
}

/// Ishigami and Homma (1990), a = 7, b = 0.1, on [0, 1) stretched to [-pi, pi).
fn ishigami(u: &[f64]) -> f64 {
    let x: Vec<f64> = u.iter().map(|u| std::f64::consts::PI * (2.0 * u - 1.0)).collect();
    libm::sin(x[0]) * (1.0 + 0.1 * x[2] * x[2] * x[2] * x[2]) + 7.0 * libm::sin(x[1]) * libm::sin(x[1])
}

fn of(drivers: &Drivers, input: usize) -> &Driver {
    drivers.drivers.iter().find(|driver| driver.input == input).expect("the input varies")
}

fn check(name: &str, drivers: &Drivers, first: &[f64], total: &[f64]) {
    for (input, (first, total)) in first.iter().zip(total).enumerate() {
        let driver = of(drivers, input);
        assert!(driver.first.holds(*first), "{name} {input}: first {first} in {:?}", driver.first);
        let found = driver.total.expect("totals were asked for");
        let holds = found.at_least.low <= *total && *total <= found.at_most.high;
        assert!(holds, "{name} {input}: total {total} in {found:?}");
    }
}

/// In how many of so many samples of `rows` rows an input's analytic index lies in the interval, at worst over inputs.
fn coverage(
    samples: u64,
    rows: usize,
    inputs: usize,
    f: fn(&[f64]) -> f64,
    first: &[f64],
    total: &[f64],
) -> (usize, usize) {
    let (mut firsts, mut totals) = (vec![0; inputs], vec![0; inputs]);
    for seed in 0..samples {
        let columns = uniform(inputs, rows, 1000 + seed);
        let options = Options { resamples: 200, seed, ..Options::default() };
        let found = drivers(&columns, &output(&columns, f), &options).unwrap();
        for input in 0..inputs {
            let driver = of(&found, input);
            let range = driver.total.unwrap();
            firsts[input] += usize::from(driver.first.holds(first[input]));
            totals[input] +=
                usize::from(range.at_least.low <= total[input] && total[input] <= range.at_most.high);
        }
    }
    (firsts.into_iter().min().unwrap(), totals.into_iter().min().unwrap())
}

#[test]
fn ishigami_analytic_indices_lie_inside_the_intervals() {
    // Saltelli et al. (2010): S1 .3139, .4424, 0; ST .5576, .4424, .2437. Of 200 intervals that hold the truth with
    // chance 0.95, fewer than 180 do with chance 0.002.
    let (first, total) = ([0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]);
    for (samples, rows, least) in [(200, 600, 180), (100, 2000, 88), (30, 4000, 25)] {
        let (firsts, totals) = coverage(samples, rows, 3, ishigami, &first, &total);
        println!("{rows}: {firsts} and {totals} of {samples}");
        assert!(firsts >= least && totals >= least, "{rows}: {firsts} {totals}");
    }
    let inputs = uniform(3, 16_384, 2);
    let found = drivers(&inputs, &output(&inputs, ishigami), &Options::default()).unwrap();
    for input in 0..3 {
        let driver = of(&found, input);
        assert!((driver.first.value - first[input]).abs() < 0.02, "{driver:?}");
        assert!((driver.total.unwrap().at_least.value - total[input]).abs() < 0.02, "{driver:?}");
    }
    assert_eq!((found.pairs.len(), found.pairs[0].first, found.pairs[0].second), (1, 0, 2));
    assert!((found.pairs[0].share.value - 0.2437).abs() < 0.02, "{:?}", found.pairs[0]);
    assert!(found.unexplained.unwrap().value.abs() < 0.02, "{:?}", found.unexplained);
}

#[test]
fn sobol_g_function_analytic_indices_lie_inside_the_intervals() {
    // Sobol' (1993) with a = 0, 1, 4.5, 9, 99, 99: V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1,
    // S_i = V_i / V, ST_i = V_i prod_{j != i}(1 + V_j) / V (Saltelli et al. 2010). It has interactions of every order.
    const A: [f64; 6] = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0];
    fn g(x: &[f64]) -> f64 {
        x.iter().zip(A).map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a)).product()
    }
    let parts = A.map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
    let whole: f64 = parts.iter().map(|part| 1.0 + part).product();
    let first = parts.map(|part| part / (whole - 1.0));
    let total = parts.map(|part| part * whole / (1.0 + part) / (whole - 1.0));
    for (samples, rows, least) in [(100, 600, 88), (30, 4000, 25)] {
        let (firsts, totals) = coverage(samples, rows, 6, g, &first, &total);
        println!("{rows}: {firsts} and {totals} of {samples}");
        assert!(firsts >= least && totals >= least, "{rows}: {firsts} {totals}");
    }
}

#[test]
fn linear_indices_are_squared_slopes() {
    // y = 3a + 2b + c on the unit cube: 9/14, 4/14, 1/14, nothing together; rank correlations about their roots.
    let exact = [9.0 / 14.0, 4.0 / 14.0, 1.0 / 14.0, 0.0];
    let (firsts, totals) = coverage(200, 600, 4, |x| 3.0 * x[0] + 2.0 * x[1] + x[2], &exact, &exact);
    println!("600: {firsts} and {totals} of 200");
    assert!(firsts >= 180 && totals >= 180, "{firsts} {totals}");
    let inputs = uniform(4, 8192, 5);
    let y = output(&inputs, |x| 3.0 * x[0] + 2.0 * x[1] + x[2]);
    let found = drivers(&inputs, &y, &Options::default()).unwrap();
    check(
        "linear",
        &found,
        &[9.0 / 14.0, 4.0 / 14.0, 1.0 / 14.0, 0.0],
        &[9.0 / 14.0, 4.0 / 14.0, 1.0 / 14.0, 0.0],
    );
    assert!(found.pairs.is_empty(), "{:?}", found.pairs);
    assert!(of(&found, 0).rank_correlation.value > 0.75);
    assert!(
        of(&found, 3).rank_correlation.holds(0.0)
            && of(&found, 3).pawn.value < 2.0 * of(&found, 3).pawn_by_chance
    );
    assert_eq!(found.drivers.iter().map(|driver| driver.input).collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn three_at_once_are_told_as_unexplained() {
    // A parity of three: nothing alone, nothing in pairs, everything together; each total is 1.
    let inputs = uniform(3, 4000, 6);
    let y = output(&inputs, |x| x.iter().map(|x| if *x < 0.5 { -1.0 } else { 1.0 }).product());
    let found = drivers(&inputs, &y, &Options::default()).unwrap();
    check("parity", &found, &[0.0; 3], &[1.0; 3]);
    assert!(found.unexplained.unwrap().value > 0.9);
    assert!(found.drivers.iter().all(|driver| driver.total.unwrap().at_least.value < 0.1));
}

#[test]
fn numbers_agree_with_other_programs() {
    // On 2000 splitmix64 points (seed 9) of Ishigami's function. SALib 1.6.0, pawn.analyze(S=10), medians: 0.2415,
    // 0.3905, 0.0975 (its last class leaves the largest point out). SciPy 1.17 spearmanr to all digits.
    let inputs = crate::analysis::discovery::splitmix(9, 2000, 3);
    let y = output(&inputs, ishigami);
    let found = drivers(&inputs, &y, &Options { resamples: 0, ..Options::default() }).unwrap();
    for (input, (pawn, spearman)) in [
        (0.2415, 0.431_370_877_342_719_34),
        (0.3905, -0.002_623_349_155_837_289),
        (0.0975, -0.003_110_565_777_641_444_3),
    ]
    .into_iter()
    .enumerate()
    {
        let driver = of(&found, input);
        assert!((driver.pawn.value - pawn).abs() <= 1.0 / 200.0, "{driver:?}");
        assert!((driver.rank_correlation.value - spearman).abs() < 1e-12, "{driver:?}");
    }
    // With ties: inputs times five and the output, rounded.
    let round =
        |column: &Vec<f64>, by: f64| column.iter().map(|x| (x * by).round_ties_even()).collect::<Vec<f64>>();
    let tied: Vec<Vec<f64>> = inputs.iter().map(|column| round(column, 5.0)).collect();
    let found = drivers(&tied, &round(&y, 1.0), &Options { resamples: 0, ..Options::default() }).unwrap();
    for (input, spearman) in [0.433_144_271_870_783_9, -0.013_298_530_651_144_062, -0.005_956_853_743_489_99]
        .into_iter()
        .enumerate()
    {
        assert!((of(&found, input).rank_correlation.value - spearman).abs() < 1e-12);
    }
}

#[test]
fn what_can_t_be_told_is_said() {
    let inputs = uniform(2, 200, 1);
    let y = output(&inputs, |x| x[0]);
    let options = Options::default();
    assert_eq!(drivers(&inputs, &[2.5; 200], &options), Err(Silent::Constant { value: 2.5 }));
    assert_eq!(drivers(&[vec![1.0; 200]], &y, &options), Err(Silent::NoInputs));
    let mut missing = y.clone();
    missing[..150].fill(f64::NAN);
    assert_eq!(drivers(&inputs, &missing, &options), Err(Silent::TooFew { rows: 50 }));
    let mut some = y;
    some[..20].fill(f64::NAN);
    some[20] = f64::INFINITY;
    let found = drivers(&[inputs[0].clone(), vec![3.0; 200]], &some, &options).unwrap();
    assert_eq!((found.rows, found.left_out, found.fixed), (179, 21, vec![1]));
}

#[test]
fn inputs_that_move_together_have_no_totals() {
    let mut inputs = uniform(2, 1000, 1);
    let mixed = inputs[0].iter().zip(&inputs[1]).map(|(a, b)| a + 0.5 * b).collect();
    inputs[1] = mixed;
    let y = output(&inputs, |x| x[0] + x[1]);
    let found = drivers(&inputs, &y, &Options::default()).unwrap();
    assert_eq!((found.dependent[0].0, found.dependent[0].1), (0, 1));
    assert!(found.drivers.iter().all(|driver| driver.total.is_none()) && found.unexplained.is_none());
}

#[test]
fn categories_are_their_own_classes() {
    // Three values of weight a third each: the share between them exactly.
    let mut inputs = uniform(2, 9000, 8);
    inputs[0].iter_mut().for_each(|x| *x = (*x * 3.0).floor());
    let y = output(&inputs, |x| [0.0, 10.0, 4.0][x[0] as usize] + 4.0 * x[1]);
    let found = drivers(&inputs, &y, &Options::default()).unwrap();
    // Variance of 0, 10, 4 all alike is 152/9; of 4u it is 4/3.
    let between = 152.0 / 9.0 / (152.0 / 9.0 + 4.0 / 3.0);
    assert!(of(&found, 0).first.holds(between), "{between} {:?}", of(&found, 0).first);
}

#[test]
fn threads_change_nothing() {
    let inputs = uniform(4, 1500, 3);
    let y = output(&inputs, |x| x[0] * x[1] + x[2]);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| drivers(&inputs, &y, &Options::default()).unwrap())
    };
    assert_eq!(with(1), with(3));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// A monotone change of an input, a positive affine change of the output and another order of the inputs leave
    /// everything as it is; all numbers stay where they can be.
    #[test]
    fn only_what_matters_matters(seed in 0_u64..1000, scale in 0.01..100.0, shift in -50.0..50.0) {
        let inputs = uniform(3, 300, seed);
        let y = output(&inputs, |x| x[0] * x[0] + x[0] * x[1]);
        let options = Options { resamples: 8, ..Options::default() };
        let first = drivers(&inputs, &y, &options).unwrap();
        let changed: Vec<Vec<f64>> = inputs
            .iter()
            .rev()
            .map(|column| column.iter().map(|x| x * x * x - 5.0).collect())
            .collect();
        let moved: Vec<f64> = y.iter().map(|y| scale * y + shift).collect();
        let second = drivers(&changed, &moved, &options).unwrap();
        for input in 0..3 {
            let (a, b) = (of(&first, input), of(&second, 2 - input));
            proptest::prop_assert!((a.first.value - b.first.value).abs() < 1e-9);
            proptest::prop_assert!((a.pawn.value - b.pawn.value).abs() < 1e-9);
            proptest::prop_assert!((a.rank_correlation.value - b.rank_correlation.value).abs() < 1e-9);
            proptest::prop_assert!((a.total.unwrap().at_least.value - b.total.unwrap().at_least.value).abs() < 1e-9);
            proptest::prop_assert!((0.0..=1.0).contains(&a.pawn.value) && a.first.value <= 1.0);
            proptest::prop_assert!(a.total.unwrap().at_most.value >= a.total.unwrap().at_least.value);
        }
    }
}
