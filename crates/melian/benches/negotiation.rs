//! How fast the negotiation lenses run: `cargo bench -p melian --bench negotiation`.
//!
//! Prints the median of several repetitions on one core. The figures of other programs are
//! in `docs/lenses/`.

#![allow(clippy::disallowed_methods)] // A benchmark needs a clock.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use melian::lens::{challenge, exchange, spatial};

/// A reproducible stream of numbers within limits.
struct Numbers(u64);

impl Numbers {
    fn within(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        low + (high - low) * ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn column(&mut self, length: usize, low: f64, high: f64) -> Vec<f64> {
        (0..length).map(|_| self.within(low, high)).collect()
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

fn talks(numbers: &mut Numbers, actors: usize, dimensions: usize) -> spatial::Talks {
    spatial::Talks {
        dimensions,
        capability: numbers.column(actors, 10.0, 200.0),
        position: numbers.column(actors * dimensions, 0.0, 100.0),
        salience: numbers.column(actors * dimensions, 10.0 / dimensions as f64, 95.0 / dimensions as f64),
        accommodation: None,
    }
}

fn spatial_turns(actors: usize, dimensions: usize, runs: usize) {
    let mut numbers = Numbers(1);
    let all: Vec<_> = (0..runs).map(|_| talks(&mut numbers, actors, dimensions)).collect();
    let mut solver = spatial::Solver::new(actors, dimensions, spatial::Options::default());
    let mut turns = 0;
    let time = seconds(|| {
        turns = 0;
        for talks in &all {
            let course = solver.solve(black_box(talks), &mut || 0).expect("numbers in range");
            turns += course.turns;
        }
    });
    let (rate, contests) = (turns as f64 / time, (actors * actors * actors * turns) as f64);
    println!(
        "spatial, {actors} actors, {dimensions} dimension(s): {rate:.0} turns/s, {:.2} s per 10,000 \
         runs, {:.1} ns per third party and contest",
        time * 10_000.0 / runs as f64,
        time * 1e9 / contests
    );
}

fn challenge_rounds(reading: challenge::Reading) {
    let mut numbers = Numbers(2);
    let actors = 10;
    let all: Vec<_> = (0..2000)
        .map(|_| challenge::Dispute {
            capability: numbers.column(actors, 1.0, 100.0),
            salience: numbers.column(actors, 5.0, 95.0),
            position: numbers.column(actors, 0.0, 100.0),
        })
        .collect();
    let mut solver = challenge::Solver::new(actors, reading);
    let time = seconds(|| {
        for dispute in &all {
            let course = solver.solve(black_box(dispute), 10).expect("numbers in range");
            black_box(course.median[10]);
        }
    });
    println!("challenge/{}, 10 actors: {:.3} s per 10,000 draws x 10 rounds", reading.name(), time * 5.0);
}

fn exchanges() {
    let mut numbers = Numbers(3);
    let all: Vec<_> = (0..50)
        .map(|_| exchange::Market {
            issues: 4,
            capability: numbers.column(60, 1.0, 100.0),
            position: numbers.column(60, 0.0, 100.0),
            salience: numbers.column(60, 5.0, 95.0),
        })
        .collect();
    let time = seconds(|| {
        for market in &all {
            black_box(market.trade(20).expect("numbers in range").net[0]);
        }
    });
    println!("exchange, 15 actors, 4 issues: {:.2} s per 10,000 draws", time * 200.0);
}

fn main() {
    spatial_turns(20, 1, 100);
    spatial_turns(20, 3, 100);
    spatial_turns(10, 1, 400);
    spatial_turns(40, 1, 20);
    for reading in challenge::Reading::ALL {
        challenge_rounds(reading);
    }
    exchanges();
}
