//! No bytes make the reader of ledgers panic; a ledger without a problem is written again to the same bytes, and scored.
#![no_main]

use libfuzzer_sys::fuzz_target;
use melian::ledger::{Ledger, Sealed, read_date, score};

fuzz_target!(|bytes: &[u8]| {
    let reading = Ledger::read(bytes);
    let today = read_date("2027-01-01").expect("a day");
    for hindsight in [false, true] {
        let _ = score(&reading.ledger, today, hindsight);
    }
    if reading.problems.is_empty() {
        let lines: Vec<String> = reading.ledger.entries.iter().map(Sealed::line).collect();
        assert_eq!(lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>().as_bytes(), bytes);
    }
});
