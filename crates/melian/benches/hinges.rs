//! How fast hinges are: `cargo bench -p melian --bench hinges`.
//!
//! Ten claims on the Melian dialogue, without the crisis lens: wall time on all cores and on one thread, medians of five.

#![allow(clippy::disallowed_methods)] // A benchmark needs a clock.
#![allow(missing_docs)]

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use melian::ensemble::{Plan, Settings};
use melian::scenario::{NoFiles, Scenario};
use melian::study::hinges::{self, Reach};
use melian::uncertainty::Design;

const MELOS: &str = include_str!("../../../catalog/melos-416bc/scenario.toml");
const TESTS: [&str; 10] = [
    "terms(submission) >= 60",
    "room and terms(submission) <= 40",
    "terms(submission) <= 50",
    "gain(melos) > -50",
    "gain(athens) > gain(athens) under hold_out - 1",
    "room",
    "fit",
    "terms(submission) under athenian_envoys >= 60",
    "not room or terms(submission) >= 70",
    "P(terms(submission) >= 50) >= 0.5",
];

fn scenario() -> Scenario {
    let mut text = MELOS.split("[[claim]]").next().unwrap_or_default().to_owned();
    for (index, test) in TESTS.iter().enumerate() {
        write!(text, "\n[[claim]]\nid = \"c{index}\"\nby = \"a speaker\"\nsays = \"so\"\ntest = {test:?}\n")
            .expect("a string");
    }
    Scenario::read("scenario.toml", text.as_bytes(), &NoFiles).scenario.expect("a scenario")
}

fn seconds(threads: usize, run: &(impl Fn() + Sync)) -> f64 {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let once = |_| {
        let start = Instant::now();
        pool.install(run);
        start.elapsed().as_secs_f64()
    };
    let mut times: Vec<f64> = (0..5).map(once).collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

fn main() {
    let scenario = scenario();
    let reach = |pairs| Reach { draws: 500, certain: true, pairs };
    for (name, lenses, pairs) in [
        ("one baseline", &["room", "compromise"][..], true),
        ("nine baseline readings", &["room", "mean", "compromise", "median", "nash"], false),
        ("nine baseline readings, with pairs", &["room", "mean", "compromise", "median", "nash"], true),
    ] {
        let lenses = lenses.iter().map(|&lens| lens.to_owned()).collect();
        let settings = Settings { seed: 1, draws: 500, design: Design::MonteCarlo, lenses };
        let plan = Plan::new(&scenario, settings).expect("its lenses can run");
        let run = || {
            black_box(hinges::study(&plan, reach(pairs), None));
        };
        println!(
            "hinges of ten claims, {name}: {:.2} s on all cores, {:.2} s on one thread",
            seconds(0, &run),
            seconds(1, &run)
        );
    }
}
