//! Processor time, so that a busy machine doesn't spoil a measurement. Where the system doesn't tell, wall time.

use std::sync::OnceLock;
use std::time::Instant;

fn wall() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Seconds of the main thread so far, to a few milliseconds.
pub fn seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok()).map_or_else(wall, |nanos| nanos / 1e9)
}

/// Median over five batches of the seconds one run takes; a batch is as many runs as fill a twentieth of a second.
pub fn median(mut run: impl FnMut()) -> f64 {
    run();
    let mut batches: Vec<f64> = (0..5)
        .map(|_| {
            let (start, mut runs) = (seconds(), 0.0);
            loop {
                run();
                runs += 1.0;
                let spent = seconds() - start;
                if spent >= 0.05 {
                    return spent / runs;
                }
            }
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    batches[2]
}
