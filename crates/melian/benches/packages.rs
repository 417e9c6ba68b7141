//! How fast frontier and solution points are: `cargo bench -p melian --bench packages`.
//!
//! Prints the median of seven repetitions on one core, beside a plain comparison of every outcome with every other on
//! fewer outcomes. Utilities are additive over five issues with ten options each, weights and values at random.

#![allow(clippy::disallowed_methods)] // A benchmark needs a clock.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use melian::package::frontier::{KalaiSmorodinsky, Outcomes};

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
}

/// Seconds a run takes: the median of seven.
fn seconds(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[3]
}

fn additive(numbers: &mut Numbers, options: usize, issues: usize) -> Vec<f64> {
    let mut utilities = vec![0.0];
    for _ in 0..issues {
        let weight = numbers.next();
        let values: Vec<f64> = (0..options).map(|_| weight * numbers.next()).collect();
        utilities =
            utilities.iter().flat_map(|so_far| values.iter().map(move |value| so_far + value)).collect();
    }
    utilities
}

/// Every outcome against every other.
fn plain_frontier(columns: &[Vec<f64>]) -> usize {
    let beats = |one: usize, other: usize| {
        columns.iter().all(|u| u[one] >= u[other]) && columns.iter().any(|u| u[one] > u[other])
    };
    let len = columns[0].len();
    (0..len).filter(|&outcome| !(0..len).any(|other| beats(other, outcome))).count()
}

fn points(parties: usize, name: &str, columns: &[Vec<f64>]) {
    let reservations = vec![0.3; parties];
    let outcomes = Outcomes::new(columns).expect("finite utilities");
    let mut frontier = 0;
    let time = seconds(|| {
        let points = black_box(&outcomes).points(&reservations, KalaiSmorodinsky::GreatestLeast);
        frontier = points.frontier.len();
        black_box(points);
    });
    println!(
        "packages, {parties} parties, {} outcomes, {name}: {:.1} ms for frontier ({frontier}) and all points, {:.0} ns \
         per outcome",
        outcomes.len(),
        time * 1e3,
        time * 1e9 / outcomes.len() as f64
    );
}

fn main() {
    let mut numbers = Numbers(1);
    for parties in [2, 3] {
        let columns: Vec<Vec<f64>> = (0..parties).map(|_| additive(&mut numbers, 10, 5)).collect();
        points(parties, "additive", &columns);
        let columns: Vec<Vec<f64>> =
            (0..parties).map(|_| (0..100_000).map(|_| numbers.next()).collect()).collect();
        points(parties, "independent", &columns);
        // The worst case: shares of a pie, nothing beats anything.
        let mut columns = vec![Vec::new(); parties];
        for _ in 0..100_000 {
            let shares: Vec<f64> = (0..parties).map(|_| numbers.next()).collect();
            let total: f64 = shares.iter().sum();
            columns.iter_mut().zip(&shares).for_each(|(column, share)| column.push(share / total));
        }
        points(parties, "a pie", &columns);
        let few: Vec<Vec<f64>> = columns.iter().map(|column| column[..4000].to_vec()).collect();
        points(parties, "a pie", &few);
        let time = seconds(|| {
            black_box(plain_frontier(black_box(&few)));
        });
        println!("every outcome against every other, {parties} parties, 4000 outcomes: {:.1} ms", time * 1e3);
    }
}
