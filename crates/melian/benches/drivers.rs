//! How fast drivers and boxes are: `cargo bench -p melian --bench drivers`.
//!
//! Prints medians of nine repetitions: wall time on all cores, and on one thread (which is close to CPU time).
//! `peer_salib_ema.py` beside it times `SALib` and the EMA Workbench on tables of the same size and kind.

#![allow(clippy::disallowed_methods)] // A benchmark needs a clock.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use melian::analysis::{DiscoveryOptions, DriverOptions, SaltelliSample, discover, drivers, sobol};

/// A reproducible stream of numbers in 0..1.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn columns(&mut self, columns: usize, rows: usize) -> Vec<Vec<f64>> {
        let mut table = vec![vec![0.0; rows]; columns];
        for row in 0..rows {
            for column in &mut table {
                column[row] = self.next();
            }
        }
        table
    }
}

/// Sobol's g-function with a = 0, 1, 2, ...
fn g(x: &[f64]) -> f64 {
    x.iter().enumerate().map(|(a, x)| ((4.0 * x - 2.0).abs() + a as f64) / (1.0 + a as f64)).product()
}

fn output(columns: &[Vec<f64>]) -> Vec<f64> {
    (0..columns[0].len())
        .map(|row| g(&columns.iter().map(|column| column[row]).collect::<Vec<f64>>()))
        .collect()
}

/// Outputs of Saltelli's design with second order.
fn saltelli(numbers: &mut Numbers, inputs: usize, points: usize) -> SaltelliSample {
    let (a, b) = (numbers.columns(inputs, points), numbers.columns(inputs, points));
    let swapped = |own: &[Vec<f64>], other: &[Vec<f64>], input: usize| {
        let mut columns = own.to_vec();
        columns[input].clone_from(&other[input]);
        output(&columns)
    };
    SaltelliSample {
        ab: (0..inputs).map(|input| swapped(&a, &b, input)).collect(),
        ba: (0..inputs).map(|input| swapped(&b, &a, input)).collect(),
        a: output(&a),
        b: output(&b),
    }
}

/// Milliseconds a run takes: the median of nine.
fn milliseconds(threads: usize, run: &(impl Fn() + Sync)) -> f64 {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let start = Instant::now();
            pool.install(run);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[4]
}

fn time(name: &str, run: impl Fn() + Sync) {
    println!(
        "{name}: {:.2} ms on all cores, {:.2} ms on one thread",
        milliseconds(0, &run),
        milliseconds(1, &run)
    );
}

fn main() {
    let mut numbers = Numbers(1);
    let sample = saltelli(&mut numbers, 15, 512);
    time("Sobol' analysis, 16384 x 15, second order, 100 resamples", || {
        black_box(sobol(black_box(&sample), 100, 1)).expect("indices");
    });
    let long = saltelli(&mut numbers, 3, 2048);
    time("Sobol' analysis, 16384 x 3, second order, 1000 resamples", || {
        black_box(sobol(black_box(&long), 1000, 1)).expect("indices");
    });
    let inputs = numbers.columns(15, 16_384);
    let y = output(&inputs);
    for (name, resamples, together) in [
        ("first order, PAWN and rank correlations, 16384 x 15", 0, false),
        ("the same with pairs and totals", 0, true),
        ("the same with pairs, totals and 100 resamples", 100, true),
    ] {
        time(name, || {
            let options = DriverOptions { resamples, together, seed: 1 };
            black_box(drivers(black_box(&inputs), black_box(&y), &options)).expect("drivers");
        });
    }
    let inputs = numbers.columns(15, 10_000);
    let truth: Vec<f64> = (0..10_000)
        .map(|row| f64::from(inputs[0][row] > 0.7 && inputs[1][row] < 0.4 && inputs[2][row] > 0.2))
        .collect();
    let one_box = DiscoveryOptions { boxes: 1, depth: 0, density: 1.0, ..DiscoveryOptions::default() };
    time("PRIM, one box, 10000 x 15", || {
        black_box(discover(black_box(&inputs), &[false; 15], black_box(&truth), &one_box)).expect("a box");
    });
    time("up to three boxes and a tree, 10000 x 15", || {
        let options = DiscoveryOptions::default();
        black_box(discover(black_box(&inputs), &[false; 15], black_box(&truth), &options)).expect("boxes");
    });
}
