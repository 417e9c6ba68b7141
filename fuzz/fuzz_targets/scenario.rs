//! No bytes make the reader of scenarios panic, and a scenario comes out exactly when there is no error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use melian::scenario::{NoFiles, Scenario};

fuzz_target!(|bytes: &[u8]| {
    let read = Scenario::read("scenario.toml", bytes, &NoFiles);
    assert_eq!(read.scenario.is_some(), read.diagnostics.iter().all(|diagnostic| !diagnostic.is_error()));
    if let Some(scenario) = read.scenario {
        for overlay in scenario.policies.iter().chain(&scenario.perspectives) {
            let _ = scenario.under(&[overlay]);
        }
    }
});
