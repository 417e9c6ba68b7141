//! `melian packages` and `melian levers` from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn melian(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
    command.env("NO_COLOR", "1").env("COLUMNS", "100").env_remove("MELIAN_FORMAT").env_remove("MELIAN_SEED");
    command.args(arguments).output().expect("the program starts")
}

fn json(arguments: &[&str]) -> serde_json::Value {
    let output = melian(&[arguments, &["--format", "json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON on stdout")
}

fn catalog(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog").join(name).join("scenario.toml");
    path.to_str().expect("a path in UTF-8").to_owned()
}

fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("a file for the test");
    path
}

/// Two parties, two issues: one with listed options, one on which a clause binds.
const OPTIONS: &str = r#"
[scenario]
title  = "Water and money"
status = "STATUS"
[actor.up]
name = "Upstream"
[actor.down]
name = "Downstream"
[issue.water]
options = true
anchors = { 0 = "nothing is released", 40 = "the dry season's flow", 100 = "all of it" }
no_deal = 0
[issue.money]
no_deal = 0
[stance.up.water]
position = 0
salience = 50
accept   = { max = "30..60" }
[stance.up.money]
position = 100
salience = 50
[stance.down.water]
position = 100
salience = 80
accept   = { min = 20 }
[stance.down.money]
position = 0
salience = 20
[policy.monitors]
shift = { "stance.up.water.accept.max" = 20 }
[policy.threat]
coercive = true
shift = { "stance.up.water.accept.max" = 40 }
"#;

#[test]
fn listed_options_are_all_there_is_to_choose_from() {
    let path = written("options.toml", &OPTIONS.replace("STATUS", "hypothetical"));
    let path = path.to_str().expect("a path in UTF-8");
    let answer = json(&["packages", path, "--draws", "400"]);
    assert_eq!(answer["grid"]["points"]["water"], serde_json::json!([0.0, 40.0, 100.0]));
    assert_eq!(answer["parties"], serde_json::json!(["up", "down"]));
    let points = answer["points"].as_array().expect("points");
    assert_eq!(points.len(), 4);
    for point in points {
        assert_eq!(point["terms"]["water"]["at"], 40.0);
        assert!(point["terms"]["water"]["words"].as_str().is_some_and(|words| words.contains("dry season")));
        let (accepted, refused) = (point["accepted"].as_u64(), point["refused"]["up"].as_u64());
        assert_eq!(accepted.zip(refused).map(|(a, r)| a + r), Some(400));
        assert!(accepted.is_some_and(|accepted| (200..340).contains(&accepted)), "{accepted:?}");
    }
    let text = String::from_utf8(melian(&["packages", path]).stdout).expect("UTF-8");
    assert!(
        text.contains("acceptable to all whose consent it needs in 6") && text.contains("dry season"),
        "{text}"
    );
}

#[test]
fn coercive_policies_are_neither_searched_nor_listed_while_a_conflict_lasts() {
    let path = written("ongoing.toml", &OPTIONS.replace("STATUS", "ongoing"));
    let path = path.to_str().expect("a path in UTF-8");
    let refused = melian(&["packages", path, "--under", "threat"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("coercive"));
    assert!(melian(&["packages", path, "--under", "monitors"]).status.success());
    let answer = json(&["levers", path, "--for", "mediator", "--lens", "mean"]);
    let levers = answer["levers"].as_array().expect("levers");
    let policies: Vec<_> = levers.iter().filter(|lever| lever["kind"] == "policy").collect();
    assert!(policies.len() == 1 && policies[0]["id"] == "monitors", "{policies:?}");
    assert_eq!(answer["left_out"], 1);
    let gains =
        |lever: &serde_json::Value| lever["effects"][0]["gains"].as_object().map(serde_json::Map::len);
    assert!(levers.iter().all(|lever| gains(lever) == Some(2)));
    let text =
        String::from_utf8(melian(&["levers", path, "--for", "up", "--lens", "mean"]).stdout).expect("UTF-8");
    assert!(!text.contains("threat") && text.contains("left out"), "{text}");
}

#[test]
fn the_catalog_is_answered() {
    for name in ["melos-416bc", "abu-dhabi-2026", "ec-emissions-1994", "eu-beef-labels-2000"] {
        let path = catalog(name);
        let packages = json(&["packages", &path, "--draws", "50"]);
        assert!(packages["packages"].as_u64().is_some_and(|count| count > 1), "{name}");
        let levers = json(&["levers", &path, "--for", "mediator", "--draws", "50"]);
        assert!(levers["levers"].as_array().is_some_and(|levers| !levers.is_empty()), "{name}");
        for command in [
            &["packages", &path, "--draws", "20"][..],
            &["levers", &path, "--for", "mediator", "--draws", "20"],
        ] {
            assert!(melian(command).status.success(), "{name}");
        }
    }
}

#[test]
fn wrong_use_is_told() {
    let path = catalog("melos-416bc");
    let wrong = melian(&["levers", &path, "--for", "atens"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("athens"));
    assert_eq!(melian(&["levers", &path, "--for", "melos", "--by", "0"]).status.code(), Some(2));
    assert_eq!(melian(&["packages", &path, "--under", "nothing"]).status.code(), Some(2));
    let bare = written(
        "bare.toml",
        "[scenario]\ntitle = \"t\"\nstatus = \"past\"\n[actor.a]\n[issue.x]\noptions = true\n",
    );
    let refused = melian(&["packages", bare.to_str().expect("a path in UTF-8")]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("anchors"));
}
