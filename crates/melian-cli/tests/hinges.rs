//! `melian hinges` and `melian policies` from outside, and the guard over every command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn melian(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
    command.env("NO_COLOR", "1").env("COLUMNS", "100").env_remove("MELIAN_FORMAT").env_remove("MELIAN_SEED");
    command.current_dir(env!("CARGO_TARGET_TMPDIR")).args(arguments).output().expect("the program starts")
}

fn text(arguments: &[&str]) -> String {
    let output = melian(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&text(&[arguments, &["--format", "json"]].concat())).expect("JSON on stdout")
}

fn written(name: &str, text: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("a file for the test");
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// Two parties on one issue, a policy that eases and one that presses.
const TALKS: &str = r#"
[scenario]
title  = "Water"
status = "STATUS"
[actor.up]
name = "Upstream"
capability = 60
[actor.down]
name = "Downstream"
capability = "30..50"
[issue.water]
name    = "Water released"
anchors = { 0 = "nothing", 50 = "the dry season's flow", 100 = "all of it" }
no_deal = 0
[stance.up.water]
position = 0
salience = 50
accept   = { max = "30..60" }
[stance.down.water]
position = 100
salience = 80
accept   = { min = 40 }
[policy.monitors]
name  = "Monitors at the gates"
shift = { "stance.up.water.accept.max" = 20 }
[policy.patience]
name  = "Downstream takes its time"
shift = { "stance.down.water.accept.min" = -5 }
[policy.cut_off]
name  = "The gates are shut"
coercive = true
shift = { "stance.down.water.accept.min" = -40 }
[lens.base_rate]
filter = { territorial = true }
"#;

fn talks(status: &str) -> String {
    written(&format!("talks-{status}.toml"), &TALKS.replace("STATUS", status))
}

#[test]
fn hinges_are_told_in_words_and_in_json() {
    let file = talks("past");
    let said = text(&["hinges", &file, "--lens", "room,compromise,base_rate"]);
    assert!(said.contains("Is there room? Yes"), "{said}");
    assert!(said.contains("Upstream on Water released: most it accepts"), "{said}");
    assert!(said.contains("nothing you gave moves this"), "{said}");
    assert_eq!(said, text(&["hinges", &file, "--lens", "room,compromise,base_rate"]));
    let found = json(&["hinges", &file, "--lens", "room"]);
    let room = &found["answers"][0];
    assert_eq!(room["question"], "room");
    let hinge = &room["hinges"][0];
    assert_eq!(hinge["input"], "stance.up.water.accept.max");
    // Room if U(30, 60) >= 40: no longer once it is known to be below.
    let at = hinge["at"].as_f64().expect("a value");
    assert!((39.5..40.0).contains(&at), "{hinge}");
    assert_eq!(hinge["becomes"], "No");
}

#[test]
fn policies_are_told_in_words_and_in_json() {
    let file = talks("past");
    let said = text(&["policies", &file, "--lens", "room,compromise"]);
    for words in
        ["Monitors at the gates", "room, draws of 100", "whichever policy, mean", "Together: 1 combination"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let found = json(&["policies", &file, "--lens", "room,compromise"]);
    assert_eq!(found["compared"].as_array().expect("a list").len(), 3);
    let room = found["effects"].as_array().expect("a list").iter();
    let mut room = room.filter(|effect| effect["measure"] == "room" && effect["policy"] == "monitors");
    // U(50, 80) always reaches 40; U(30, 60) does in two draws of three.
    let change = room.next().expect("an effect")["change"].as_f64().expect("a number");
    assert!((change - 1.0 / 3.0).abs() < 0.05, "{change}");
}

#[test]
fn mistakes_are_told() {
    let file = talks("past");
    let output = melian(&["policies", &file, "--under", "nobody"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no perspective `nobody`"));
    let output = melian(&["hinges", &file, "--lens", "nsh"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("unknown lens `nsh`"));
}

#[test]
fn no_command_ranks_or_combines_coercion_while_it_goes_on() {
    let file = talks("ongoing");
    let run = text(&["run", &file, "--draws", "500", "--replace", "--quiet"]);
    assert!(!run.contains("The gates are shut"), "{run}");
    let said = text(&["policies", &file, "--top", "50"]);
    assert_eq!(said.matches("The gates are shut").count(), 1, "{said}");
    assert!(said.contains("Left out: The gates are shut."), "{said}");
    let found = json(&["policies", &file]);
    let told = found.as_object().expect("an object").iter().filter(|(key, _)| *key != "left_out");
    for (key, value) in told {
        assert!(!value.to_string().contains("cut_off"), "{key}");
    }
    for seat in ["mediator", "up", "down"] {
        let levers = text(&["levers", &file, "--for", seat, "--top", "99"]);
        assert!(!levers.contains("The gates are shut"), "{levers}");
    }
    let refused = melian(&["packages", &file, "--under", "cut_off"]);
    assert_eq!(refused.status.code(), Some(2));
    let page =
        fs::read_to_string(Path::new(env!("CARGO_TARGET_TMPDIR")).join("talks-ongoing.run/report.html"))
            .expect("the report");
    let section = |id: &str| {
        let from = page.find(&format!("<section id=\"{id}\"")).expect("the section");
        &page[from..from + page[from..].find("</section>").expect("its end")]
    };
    assert!(!section("policies").contains("The gates are shut"));
    assert!(page.contains("Not compared here, because the conflict is not over"));
}

/// A way up to war: then power is what would decide it.
const LADDER: &str = r#"
[ladder]
rungs = [ { name = "talks" }, { name = "clash", cost = "1..5", accident = "0.01..0.05" }, { name = "war", war = true } ]
[war]
cost = "20..60"
"#;

#[test]
fn numbers_of_force_get_no_threshold_while_it_goes_on() {
    for (status, guarded) in [("ongoing", true), ("past", false)] {
        let file = written(
            &format!("ladder-{status}.toml"),
            &format!("{}{LADDER}", TALKS.replace("STATUS", status)),
        );
        let found = json(&["hinges", &file, "--lens", "room,compromise"]);
        let answers = found["answers"].as_array().expect("a list");
        let told = |key: &str| {
            answers.iter().any(|answer| answer[key].to_string().contains("actor.down.capability"))
        };
        assert_eq!(told("hinges") || told("worth") || told("pair"), !guarded, "{status}: {found}");
        assert!(!found["worth"].to_string().contains("capability") || !guarded);
        for answer in answers {
            for condition in answer["conditions"].as_array().expect("a list") {
                let keys: Vec<&String> = condition.as_object().expect("an object").keys().collect();
                assert_eq!(keys, ["becomes", "direction", "input", "kind"]);
            }
        }
    }
}
