//! Replays the corpus of the fuzz targets.

use std::path::Path;

use melian::ledger::{Ledger, Sealed, read_date, score};
use melian::scenario::{NoFiles, Scenario};

#[test]
fn scenarios_of_the_corpus_are_read_without_panic() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/scenario");
    let mut replayed = 0;
    for entry in std::fs::read_dir(corpus).expect("the corpus is part of the repository") {
        let path = entry.expect("readable").path();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(
            &mut std::fs::OpenOptions::new().read(true).open(&path).expect("readable"),
            &mut bytes,
        )
        .expect("readable");
        let read = Scenario::read("scenario.toml", &bytes, &NoFiles);
        let sound = read.diagnostics.iter().all(|diagnostic| !diagnostic.is_error());
        assert_eq!(read.scenario.is_some(), sound, "{}", path.display());
        if let Some(scenario) = read.scenario {
            for overlay in scenario.policies.iter().chain(&scenario.perspectives) {
                scenario.under(&[overlay]).expect("overlays were tried while reading");
            }
        }
        replayed += 1;
    }
    assert!(replayed >= 5, "{replayed}");
}

#[test]
fn ledgers_of_the_corpus_are_read_without_panic() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/ledger");
    let today = read_date("2027-01-01").expect("a day");
    let mut sound = 0;
    for entry in std::fs::read_dir(corpus).expect("the corpus is part of the repository") {
        let path = entry.expect("readable").path();
        let mut bytes = Vec::new();
        let mut file = std::fs::OpenOptions::new().read(true).open(&path).expect("readable");
        std::io::Read::read_to_end(&mut file, &mut bytes).expect("readable");
        let reading = Ledger::read(&bytes);
        let _ = score(&reading.ledger, today, true);
        let whole = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("whole"));
        assert_eq!(reading.problems.is_empty(), whole, "{}: {:?}", path.display(), reading.problems);
        if whole {
            let lines = reading.ledger.entries.iter().map(Sealed::line);
            assert_eq!(lines.map(|line| line + "\n").collect::<String>().into_bytes(), bytes);
            sound += 1;
        }
    }
    assert!(sound >= 2, "{sound}");
}

#[test]
fn lists_and_details_of_the_corpus_are_sound() {
    let text = include_bytes!("../../../fuzz/corpus/scenario/list.toml");
    let read = Scenario::read("list.toml", text, &NoFiles);
    let said: Vec<String> = read.diagnostics.iter().map(|d| format!("{d} {:?}", d.help)).collect();
    assert!(read.scenario.is_some(), "{said:#?}");
}
