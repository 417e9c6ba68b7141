//! `melian claims` from outside: a run and a scenario say the same, mistakes are named, the guard is kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn output(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
    command.current_dir(folder).env("NO_COLOR", "1").env("COLUMNS", "100");
    for variable in
        ["MELIAN_DRAWS", "MELIAN_SEED", "MELIAN_LENS", "MELIAN_OUT", "MELIAN_THREADS", "MELIAN_FORMAT"]
    {
        command.env_remove(variable);
    }
    command.args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An empty folder that is ours alone.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

const BORDER: &str = r#"
[scenario]
title  = "A border"
status = "STATUS"

[actor.alba]
capability = "40..80"
[actor.brun]
capability = 50

[issue.border]
no_deal = 20

[stance.alba.border]
position = 100
salience = 80
accept   = { min = "30..60" }
[stance.brun.border]
position = "0..20"
salience = 90
accept   = { max = "40..70" }

[policy.open]
shift = { "stance.brun.border.accept.max" = 10 }
[policy.press]
coercive = true
shift = { "stance.brun.border.accept.max" = 5 }

[perspective.alba_says]
by  = "Alba"
set = { "stance.brun.border.accept.max" = "60..80" }

[[claim]]
id   = "room_there_is"
by   = "Alba's envoy"
says = "there is room, if they only looked"
test = "room under open"

[[claim]]
id         = "no_room"
by         = "Brun's envoy"
says       = "there is none"
counter_to = "room_there_is"
test       = "not room under open"

[[claim]]
id   = "pressure_works"
by   = "Alba's envoy"
says = "they understand one language only"
test = "room under press"
"#;

const LENSES: &str = "room,compromise,mean";

#[test]
fn a_run_and_its_scenario_say_the_same() {
    let folder = folder("claims_of_a_run");
    fs::write(folder.join("border.toml"), BORDER.replace("STATUS", "past")).expect("a scenario");
    let common = ["--draws", "3000", "--lens", LENSES];
    let ran = output(&folder, &[&["run", "border.toml", "-q"], &common[..]].concat());
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    assert!(text(&ran.stdout).contains("Claims  "), "{}", text(&ran.stdout));
    for format in ["text", "json"] {
        let of_run = output(&folder, &["claims", "border.run", "--format", format]);
        let anew = output(&folder, &[&["claims", "border.toml", "--format", format], &common[..]].concat());
        assert!(of_run.status.success() && anew.status.success(), "{}", text(&of_run.stderr));
        assert_eq!(text(&of_run.stdout), text(&anew.stdout));
    }
    let one = text(&output(&folder, &["claims", "border.run", "--claim", "no_room"]).stdout);
    assert!(one.contains("\"there is none\"") && !one.contains("if they only looked"), "{one}");
    let traced =
        output(&folder, &["run", "border.toml", "--trace", "4", "--under", "open", "--lens", LENSES]);
    assert!(traced.status.success(), "{}", text(&traced.stderr));
}

#[test]
fn the_guard_leaves_conditions() {
    let folder = folder("claims_guarded");
    fs::write(folder.join("border.toml"), BORDER.replace("STATUS", "ongoing")).expect("a scenario");
    let common = ["border.toml", "--draws", "2000", "--lens", LENSES, "--claim", "pressure_works"];
    let said = text(&output(&folder, &[&["claims"], &common[..]].concat()).stdout);
    assert!(said.contains("answered in conditions"), "{said}");
    let conditions = said.split("  as written").nth(1).expect("the verdicts");
    assert!(conditions.contains("it takes higher values of brun on border: most it accepts"), "{said}");
    assert!(!conditions.contains("draws") && !conditions.contains('%'), "{said}");
    let json = text(&output(&folder, &[&["claims"], &common[..], &["--format", "json"]].concat()).stdout);
    assert!(json.contains("\"guarded\": true") && json.contains("\"yes\": 0"), "{json}");
}

#[test]
fn mistakes_are_named() {
    let folder = folder("claims_mistakes");
    fs::write(folder.join("border.toml"), BORDER.replace("STATUS", "past")).expect("a scenario");
    let bare = BORDER.replace("STATUS", "past");
    let bare = bare.split("[[claim]]").next().expect("a first part");
    fs::write(folder.join("bare.toml"), bare).expect("a scenario");
    for (arguments, said) in [
        (vec!["claims", "border.toml", "--claim", "no_rom"], "did you mean `no_room`?"),
        (vec!["claims", "bare.toml"], "states no claims"),
        (vec!["claims", "nowhere.toml"], "nowhere.toml"),
        (vec!["claims", "."], "not a run directory"),
        (vec!["run", "border.toml", "--trace", "0", "--under", "opne"], "opne"),
    ] {
        let out = output(&folder, &arguments);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        assert!(text(&out.stderr).contains(said), "{}", text(&out.stderr));
    }
}
