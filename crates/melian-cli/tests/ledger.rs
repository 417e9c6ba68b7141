//! The ledger from outside: sealed, verified, remade, resolved, scored; tampering is seen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const SCENARIO: &str = r#"
[scenario]
title = "The harbour"
question = "How many berths does the town get?"
status = "hypothetical"
horizon = "2027-06"

[actor.town]
capability = "40..60"
[actor.port]
capability = 50

[issue.berths]
name = "Berths"
no_deal = 0

[stance.town.berths]
position = "60..100"
salience = 80
[stance.port.berths]
position = "0..40"
salience = 60

[lens.base_rate]
class = "all"

[policy.study]
set = { "stance.port.berths.position" = 50 }

[policy.blockade]
coercive = true
set = { "stance.port.berths.position" = 20 }
"#;

fn melian(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
    command.current_dir(folder).env("NO_COLOR", "1").env("COLUMNS", "100");
    for variable in
        ["MELIAN_DRAWS", "MELIAN_SEED", "MELIAN_LENS", "MELIAN_OUT", "MELIAN_FORMAT", "MELIAN_LEDGER"]
    {
        command.env_remove(variable);
    }
    command.args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command prints; it must succeed.
fn told(folder: &Path, arguments: &[&str]) -> String {
    let output = melian(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// What a command complains of; it must end with this code.
fn complaint(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = melian(folder, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stderr)
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let mut arguments = arguments.to_vec();
    arguments.extend(["--format", "json"]);
    serde_json::from_str(&told(folder, &arguments)).expect("JSON")
}

/// A folder with a scenario and a run of it.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    fs::write(folder.join("harbour.toml"), SCENARIO).expect("a scenario");
    run(&folder, "harbour.toml", "a", &[]);
    folder
}

fn run(folder: &Path, scenario: &str, out: &str, more: &[&str]) {
    let mut arguments = vec!["run", scenario, "--out", out, "--draws", "500", "--quiet"];
    arguments.extend(more);
    told(folder, &arguments);
}

#[test]
fn a_forecast_is_sealed_verified_remade_resolved_and_scored() {
    let folder = folder("sealed");
    let sealed = told(&folder, &["seal", "a", "--date", "2026-11-25"]);
    assert!(sealed.contains("entry 1 of ledger.jsonl, 2026-11-25"), "{sealed}");
    let verified = told(&folder, &["verify", "ledger.jsonl", "--remake"]);
    assert!(verified.contains("1 entry, the chain holds"), "{verified}");
    assert!(verified.contains("entry 1: remade to the byte"), "{verified}");

    let before = json(&folder, &["score", "ledger.jsonl", "--date", "2026-12-01"]);
    assert_eq!((&before["answered"], &before["overdue"]), (&0.into(), &0.into()));
    let late = told(&folder, &["score", "ledger.jsonl", "--date", "2027-07-01"]);
    assert!(late.contains("overdue since June 2027"), "{late}");

    let wrong = ["resolve", "ledger.jsonl", "1", "--outcome", "ending=war,terms_bertha=3"];
    let complaint = complaint(&folder, &wrong, 2);
    assert!(complaint.contains("expected deal, broken, imposed, none or void"), "{complaint}");
    assert!(complaint.contains("did you mean `terms_berths`?"), "{complaint}");

    let outcome = "ending=deal,terms_berths=64,p_war=yes";
    told(&folder, &["resolve", "ledger.jsonl", "1", "--outcome", outcome, "--date", "2027-07-01"]);
    let corrected =
        told(&folder, &["resolve", "ledger.jsonl", "1", "--outcome", "p_war=no", "--date", "2027-07-02"]);
    assert!(corrected.contains("p_war: no (a correction"), "{corrected}");
    told(&folder, &["verify", "ledger.jsonl"]);

    let scores = json(&folder, &["score", "ledger.jsonl", "--date", "2027-07-03"]);
    let scored = scores["scored"].as_array().expect("a list");
    let of = |question: &str| {
        scored.iter().find(|scored| scored["question"] == question).expect("it is scored")["score"].clone()
    };
    let (war, ending) = (of("p_war"), of("ending"));
    assert_eq!(war["outcome"], false);
    let chance = war["chance"].as_f64().expect("a number");
    assert!((war["brier"].as_f64().expect("a number") - chance * chance).abs() < 1e-12);
    let log = -ending["chances"]["deal"].as_f64().expect("a number").ln();
    assert!((ending["log"].as_f64().expect("a number") - log).abs() < 1e-12);
    // As the issue's terms of each lens: the error of the median in the run is the distance from 64.
    let mean = scored.iter().find(|scored| scored["lens"] == "mean").expect("the mean speaks");
    assert_eq!(mean["score"]["outcome"], 64.0);
}

#[test]
fn tampering_is_seen_and_named() {
    let folder = folder("tampered");
    told(&folder, &["seal", "a", "--measure", "ending", "--date", "2026-11-25"]);
    told(&folder, &["seal", "a", "--measure", "terms_berths", "--date", "2026-11-26"]);
    told(&folder, &["resolve", "ledger.jsonl", "1", "--outcome", "ending=deal", "--date", "2027-07-01"]);
    let path = folder.join("ledger.jsonl");
    let whole = fs::read_to_string(&path).expect("a ledger");
    let lines: Vec<&str> = whole.lines().collect();
    let head = json(&folder, &["verify", "ledger.jsonl"])["head"].as_str().expect("a hash").to_owned();
    let verify = |text: String| {
        fs::write(&path, text).expect("writable");
        complaint(&folder, &["verify", "ledger.jsonl"], 1)
    };
    let edited = verify(whole.replacen("2026-11-26", "2026-11-25", 1));
    assert!(edited.contains("ledger.jsonl:2") && edited.contains("changed after it was sealed"), "{edited}");
    let removed = verify(format!("{}\n{}\n", lines[0], lines[2]));
    assert!(removed.contains("ledger.jsonl:2") && removed.contains("the chain breaks here"), "{removed}");
    let moved = verify(format!("{}\n{}\n{}\n", lines[1], lines[0], lines[2]));
    assert!(moved.contains("ledger.jsonl:1"), "{moved}");
    let torn = verify(whole[..whole.len() - 20].to_owned());
    assert!(torn.contains("ledger.jsonl:3") && torn.contains("interrupted"), "{torn}");
    // Nothing is added to a broken chain.
    let refused = complaint(&folder, &["seal", "a", "--measure", "p_war", "--date", "2026-11-27"], 1);
    assert!(refused.contains("nothing was added"), "{refused}");
    // Cut at the end, only the noted head tells.
    fs::write(&path, format!("{}\n{}\n", lines[0], lines[1])).expect("writable");
    told(&folder, &["verify", "ledger.jsonl"]);
    let cut = complaint(&folder, &["verify", "ledger.jsonl", "--head", &head], 1);
    assert!(cut.contains("no entry has the noted head"), "{cut}");
    fs::write(&path, &whole).expect("writable");
    told(&folder, &["verify", "ledger.jsonl", "--head", &head]);
}

/// Bytes of a scenario that an honest chain seals need not give the distribution beside them.
#[test]
fn a_forecast_that_was_never_run_is_seen_by_remaking() {
    let folder = folder("forged");
    told(&folder, &["seal", "a", "--measure", "ending", "--date", "2026-11-25"]);
    let path = folder.join("ledger.jsonl");
    let line = fs::read_to_string(&path).expect("a ledger");
    let (body, _) = line.split_once(",\"hash\"").expect("a hash");
    let forged = format!("{}}}", body.replacen("\"seed\":1", "\"seed\":2", 1));
    let entry: melian::ledger::Entry = serde_json::from_str(&forged).expect("an entry");
    fs::write(&path, melian::ledger::Sealed::new(entry).line() + "\n").expect("writable");
    told(&folder, &["verify", "ledger.jsonl"]);
    let seen = complaint(&folder, &["verify", "ledger.jsonl", "--remake"], 1);
    assert!(seen.contains("entry 1: the digest differs, all 1 distributions are the same"), "{seen}");
}

#[test]
fn many_writers_at_once_leave_a_whole_chain() {
    let folder = folder("writers");
    let measures = ["ending", "p_war", "terms_berths", "p_violence_2"];
    std::thread::scope(|scope| {
        for measure in measures {
            let folder = &folder;
            scope.spawn(move || told(folder, &["seal", "a", "--measure", measure, "--date", "2026-11-25"]));
        }
    });
    assert_eq!(json(&folder, &["verify", "ledger.jsonl"])["entries"], 4);
}

#[test]
fn what_can_not_be_sealed_is_refused_with_a_reason() {
    let folder = folder("refused");
    let seal = |more: &[&str]| {
        let mut arguments = vec!["seal", "a", "--date", "2026-11-25"];
        arguments.extend(more);
        arguments.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let refused = |more: &[&str]| {
        let arguments = seal(more);
        complaint(&folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>(), 2)
    };
    assert!(refused(&["--measure", "terms_bertha"]).contains("did you mean `terms_berths`?"));
    assert!(refused(&["--under", "studi"]).contains("did you mean `study`?"));
    assert!(refused(&["--under", "study,blockade"]).contains("one policy"));
    assert!(refused(&["--due", "soon"]).contains("--due"));
    told(&folder, &["seal", "a", "--date", "2026-11-25", "--under", "study"]);
    assert!(refused(&["--under", "study"]).contains("entry 1 holds this run's forecast"));
    assert!(
        complaint(&folder, &["seal", "a", "--date", "2026-11-24"], 2)
            .contains("2026-11-24 is before 2026-11-25")
    );
    assert!(complaint(&folder, &["score", "none.jsonl"], 2).contains("there is no ledger"));
    // While a conflict lasts, nothing is sealed under a coercive policy.
    fs::write(folder.join("on.toml"), SCENARIO.replace("hypothetical", "ongoing")).expect("a scenario");
    run(&folder, "on.toml", "b", &[]);
    assert!(complaint(&folder, &["seal", "b", "--under", "blockade"], 2).contains("coercive"));
}
