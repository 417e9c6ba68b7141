//! `melian solve` from outside.

use std::path::Path;
use std::process::{Command, Output};

fn solve(arguments: &[&str]) -> Output {
    let games = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/games");
    let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
    command.current_dir(games).env("NO_COLOR", "1").env_remove("MELIAN_FORMAT");
    command.arg("solve").args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Cho and Kreps (1987): pooling on beer gives the sender 2.9 and the receiver 0.9.
#[test]
fn beer_and_quiche_are_solved_with_beliefs_and_a_certificate() {
    let said = solve(&["beerquiche.efg"]);
    assert!(said.status.success(), "{}", text(&said.stderr));
    let said = text(&said.stdout);
    for line in ["2.9", "0.9", "Beer 1, Quiche 0", "belief", "certified", "sequential yes"] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
}

#[test]
fn the_answer_for_programs_is_json() {
    let said = solve(&["chain2.efg", "--format", "json"]);
    assert!(said.status.success(), "{}", text(&said.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON on stdout");
    assert_eq!(answer["report"]["outcome"], "solved");
}

#[test]
fn a_broken_game_is_told_with_its_place() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken_game");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("bad.efg");
    std::fs::write(&file, "EFG 2 R \"x\" { \"a\" }\nt \"\" 1 \"\" { 1 2 }\n").expect("a file");
    let said = solve(&[file.to_str().expect("a path in UTF-8")]);
    assert_eq!(said.status.code(), Some(1));
    assert!(text(&said.stderr).contains("bad.efg:2:"), "{}", text(&said.stderr));
    assert_eq!(solve(&["nothing.efg"]).status.code(), Some(2));
    assert_eq!(solve(&["chain2.efg", "--concept", "magic"]).status.code(), Some(2));
}

/// Beer-quiche has a second component, pooling on quiche, which the principal branch doesn't tend to.
#[test]
fn restarts_keep_the_first_answer_and_every_further_one_is_certified() {
    let said = solve(&["beerquiche.efg", "--restarts", "8", "--seed", "3", "--format", "json"]);
    assert!(said.status.success(), "{}", text(&said.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON on stdout");
    let solutions = answer["report"]["solutions"].as_array().expect("a list");
    assert!(!solutions.is_empty());
    for solution in solutions {
        assert!(solution["certificate"]["max_regret"].as_f64().expect("a number") <= 1e-8);
    }
    assert!((solutions[0]["payoffs"][0]["payoff"].as_f64().expect("a number") - 2.9).abs() < 1e-6);
    let again = solve(&["beerquiche.efg", "--restarts", "8", "--seed", "3", "--format", "json"]);
    assert_eq!(said.stdout, again.stdout);
    let refused = solve(&["beerquiche.efg", "--restarts", "8", "--concept", "pure"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("--restarts"), "{}", text(&refused.stderr));
}

#[test]
fn when_the_time_is_up_the_best_found_is_judged_and_printed() {
    let said = solve(&["beerquiche.efg", "--time", "0.000000001"]);
    assert_eq!(said.status.code(), Some(1));
    assert!(text(&said.stderr).contains("the time is up"), "{}", text(&said.stderr));
    let shown = text(&said.stdout);
    for line in ["NOT solved to tolerance", "largest regret"] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
    assert_eq!(solve(&["beerquiche.efg", "--time", "-1"]).status.code(), Some(2));
    assert!(solve(&["beerquiche.efg", "--time", "600"]).status.success());
}
