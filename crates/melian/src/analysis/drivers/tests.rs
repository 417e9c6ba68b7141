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

fn of<'a>(drivers: &'a Drivers, input: usize) -> &'a Driver {
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

#[test]
fn ishigami_analytic_indices_lie_inside_the_intervals() {
    // Saltelli et al. (2010): S1 .3139, .4424, 0; ST .5576, .4424, .2437.
    for (rows, seed) in [(2000, 1), (10_000, 2), (16_384, 3)] {
        let inputs = uniform(3, rows, seed);
        let drivers = drivers(&inputs, &output(&inputs, ishigami), &Options::default()).unwrap();
        check("ishigami", &drivers, &[0.3139, 0.4424, 0.0], &[0.5576, 0.4424, 0.2437]);
        assert_eq!((drivers.pairs[0].first, drivers.pairs[0].second), (0, 2));
        if rows > 9000 {
            assert!((drivers.pairs[0].share.value - 0.2437).abs() < 0.02, "{:?}", drivers.pairs[0]);
            assert!(drivers.unexplained.unwrap().value.abs() < 0.03, "{:?}", drivers.unexplained);
            let total = of(&drivers, 1).total.unwrap();
            assert!((total.at_least.value - 0.4424).abs() < 0.03, "{total:?}");
        }
    }
}

#[test]
#[ignore]
fn tmp_coverage() {
    for rows in [500, 2000, 10_000] {
        let mut out = vec![(0.0, 0.0, 0.0, 0); 6];
        let truth = [0.3139, 0.4424, 0.0, 0.5576, 0.4424, 0.2437];
        let reps = 60;
        for seed in 0..reps {
            let inputs = uniform(3, rows, 100 + seed);
            let d = drivers(&inputs, &output(&inputs, ishigami), &Options { resamples: 60, ..Options::default() }).unwrap();
            for i in 0..6 {
                let x = of(&d, i % 3);
                let (lo, v, hi) = if i < 3 { (x.first.low, x.first.value, x.first.high) } else { let t = x.total.unwrap(); (t.at_least.low, t.at_least.value, t.at_least.high) };
                out[i].0 += v - truth[i]; out[i].1 += (v - truth[i]) * (v - truth[i]); out[i].2 += (hi - lo) / 3.92;
                out[i].3 += usize::from(lo <= truth[i] && truth[i] <= hi);
            }
        }
        let r = reps as f64;
        for (i, o) in out.iter().enumerate() {
            println!("{rows} {i}: bias {:.4} rmse {:.4} se {:.4} cover {:.2}", o.0 / r, (o.1 / r).sqrt(), o.2 / r, o.3 as f64 / r);
        }
    }
}
