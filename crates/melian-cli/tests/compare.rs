//! Two runs compared from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const SCENARIO: &str = r#"
[scenario]
title = "The strait"
status = "ongoing"
horizon = "2027-06"
[actor.a]
capability = 40
[actor.b]
capability = 60
[issue.x]
name = "Passage"
no_deal = 0
[stance.a.x]
position = "60..100"
salience = 80
accept = { min = "30..50" }
[stance.b.x]
position = "0..40"
salience = 60
accept = { max = "40..60" }
[ladder]
rungs = [ { name = "talks" }, { name = "patrols", accident = 0.01 }, { name = "clash", war = true } ]
[policy.escort]
coercive = true
set = { "stance.b.x.salience" = 90 }
"#;

fn melian(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
    command.current_dir(folder).env("NO_COLOR", "1").env("COLUMNS", "100");
    for variable in ["MELIAN_DRAWS", "MELIAN_SEED", "MELIAN_LENS", "MELIAN_OUT", "MELIAN_FORMAT"] {
        command.env_remove(variable);
    }
    command.args(arguments).output().expect("the program starts")
}

fn told(folder: &Path, arguments: &[&str]) -> String {
    let output = melian(folder, arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A folder with runs `old` and `new` of two texts.
fn runs(name: &str, old: &str, new: &str, more: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    for (out, text, more) in [("old", old, &[][..]), ("new", new, more)] {
        let file = format!("{out}.toml");
        fs::write(folder.join(&file), text).expect("a scenario");
        let mut arguments = vec![
            "run",
            file.as_str(),
            "--out",
            out,
            "--draws",
            "400",
            "--quiet",
            "--lens",
            "mean,compromise,room",
        ];
        arguments.extend(more);
        told(&folder, &arguments);
    }
    folder
}

#[test]
fn inputs_are_told_apart_and_guarded_ones_are_not() {
    let new = SCENARIO
        .replace("\"60..100\"", "\"50..90\"")
        .replace("{ max = \"40..60\" }", "{ max = \"50..70\" }")
        .replace("accident = 0.01", "accident = 0.05")
        .replace("capability = 60", "capability = 70")
        .replace("= 90 }", "= 95 }")
        .replace("name = \"Passage\"", "name = \"Free passage\"");
    let folder = runs("inputs", SCENARIO, &new, &["--seed", "2"]);
    let text = told(&folder, &["compare", "old", "new"]);
    assert!(text.contains("(1) stance.a.x.position: \"60..100\" -> \"50..90\""), "{text}");
    assert!(text.contains("Changed, not told apart or ranked: the conflict is not over"), "{text}");
    assert!(text.contains("seed 1 -> 2"), "{text}");
    let json: Value =
        serde_json::from_str(&told(&folder, &["compare", "old", "new", "--format", "json"])).expect("JSON");
    let reach = |path: &str| {
        let changed = json["changed"].as_array().expect("a list");
        changed.iter().find(|changed| changed["path"] == path).map_or(Value::Null, |c| c["reach"].clone())
    };
    assert_eq!(reach("stance.a.x.position"), "answer");
    assert_eq!(reach("actor.b.capability"), "guarded");
    assert_eq!(reach("ladder.rungs.2.accident"), "guarded");
    assert_eq!(reach("policy.escort.set.\"stance.b.x.salience\""), "words");
    assert_eq!(reach("issue.x.name"), "words");
    let change = |lens: &str, measure: &str| {
        let changes = json["changes"].as_array().expect("a list");
        changes.iter().find(|c| c["lens"] == lens && c["measure"] == measure).expect("it speaks").clone()
    };
    // The mean of two positions moves by half of ten, in every draw, and the red line does not reach it.
    let mean = change("mean", "terms_x");
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!((number(&mean["change"]) + 5.0).abs() < 1e-9, "{mean}");
    assert!((number(&mean["parts"][0]["first"]) + 5.0).abs() < 1e-9, "{mean}");
    assert!(number(&mean["parts"][1]["last"]).abs() < 1e-9, "{mean}");
    let room = change("room", "room");
    assert!(number(&room["change"]) > 0.0);
    // What a changed capability does to the compromise is part of the rest.
    assert!(number(&change("compromise", "terms_x")["rest"]).abs() > 0.1);
}

#[test]
fn a_run_and_itself_are_the_same_on_any_number_of_threads() {
    let folder = runs("itself", SCENARIO, &SCENARIO.replace("position = \"0..40\"", "position = 10"), &[]);
    let same = told(&folder, &["compare", "old", "old"]);
    assert!(same.contains("Nothing differs in the scenarios."), "{same}");
    let threads = |count: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
        command
            .current_dir(&folder)
            .env("RAYON_NUM_THREADS", count)
            .args(["compare", "old", "new", "--format", "json"]);
        command.output().expect("the program starts").stdout
    };
    assert!(!threads("1").is_empty());
    assert_eq!(threads("1"), threads("3"));
}

#[test]
fn what_is_no_run_is_refused() {
    let folder = runs("refused-runs", SCENARIO, SCENARIO, &[]);
    let output = melian(&folder, &["compare", "old", "none"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a run directory"));
    let output = melian(&folder, &["compare", "old", "new", "--lens", "meen"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("unknown lens `meen`"));
}
