//! Runs from outside: same bytes whatever the threads, killed and resumed, refused and replaced.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

fn melian(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
    command.current_dir(folder).env("NO_COLOR", "1").env("COLUMNS", "100");
    for variable in
        ["MELIAN_DRAWS", "MELIAN_SEED", "MELIAN_LENS", "MELIAN_OUT", "MELIAN_THREADS", "MELIAN_FORMAT"]
    {
        command.env_remove(variable);
    }
    command
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    melian(folder).args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn melos() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/melos-416bc/scenario.toml")
}

/// An empty folder that is ours alone.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// All files below a folder, by their paths in it.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("a path below the root").to_path_buf();
                found.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

fn run(folder: &Path, out: &str, more: &[&str]) -> Output {
    let scenario = melos();
    let mut arguments = vec!["run", scenario.to_str().expect("a path in UTF-8"), "--out", out];
    arguments.extend(more);
    output(folder, &arguments)
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let folder = folder("threads");
    for threads in ["1", "2", "7"] {
        let done = run(&folder, threads, &["--draws", "5000", "--threads", threads]);
        assert!(done.status.success(), "{}", text(&done.stderr));
    }
    let one = files(&folder.join("1"));
    assert!(one.len() >= 5, "{:?}", one.keys());
    assert_eq!(one, files(&folder.join("2")));
    assert_eq!(one, files(&folder.join("7")));
}

#[test]
fn a_run_that_is_killed_goes_on_and_ends_with_the_same_bytes() {
    let folder = folder("killed");
    let draws = ["--draws", "140000", "--lens", "compromise,median"];
    assert!(run(&folder, "whole", &draws).status.success());
    let scenario = melos();
    let mut child = melian(&folder)
        .args(["run", scenario.to_str().expect("a path in UTF-8"), "--out", "killed"])
        .args(draws)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    // Killed once its first part is there, or at the latest when it has ended.
    let first = folder.join("killed/outcomes/part-00000.parquet");
    while !first.exists() && child.try_wait().expect("a child").is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    let _ = child.wait();
    assert!(first.exists());
    let resumed = run(&folder, "killed", &draws);
    assert!(resumed.status.success(), "{}", text(&resumed.stderr));
    let partial = |name: &Path| name.extension().is_some_and(|extension| extension == "partial");
    let mut killed = files(&folder.join("killed"));
    killed.retain(|name, _| !partial(name));
    assert_eq!(files(&folder.join("whole")), killed);
}

#[test]
fn a_report_made_anew_is_the_same() {
    let folder = folder("anew");
    assert!(run(&folder, "a", &["--draws", "1000"]).status.success());
    let first = fs::read(folder.join("a/report.html")).expect("a report");
    let again = output(&folder, &["report", "a"]);
    assert!(again.status.success(), "{}", text(&again.stderr));
    assert_eq!(fs::read(folder.join("a/report.html")).expect("a report"), first);
}

#[test]
fn another_run_is_not_overwritten_unasked() {
    let folder = folder("another");
    assert!(run(&folder, "a", &["--draws", "100"]).status.success());
    let before = files(&folder.join("a"));
    let refused = run(&folder, "a", &["--draws", "100", "--seed", "2"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("the seed") && said.contains("--replace"), "{said}");
    assert_eq!(files(&folder.join("a")), before);
    assert!(run(&folder, "a", &["--draws", "100", "--seed", "2", "--replace"]).status.success());
    assert_ne!(files(&folder.join("a")), before);
}

#[test]
fn a_folder_that_is_no_run_is_left_alone() {
    let folder = folder("precious");
    fs::create_dir(folder.join("a")).expect("a folder");
    fs::write(folder.join("a/letter.txt"), "keep me").expect("a file");
    for more in [&["--draws", "10"][..], &["--draws", "10", "--replace"]] {
        let refused = run(&folder, "a", more);
        assert_eq!(refused.status.code(), Some(2));
        assert_eq!(fs::read_to_string(folder.join("a/letter.txt")).expect("a file"), "keep me");
    }
}

#[test]
fn wrong_use_is_told_from_a_wrong_scenario() {
    let folder = folder("exit_codes");
    assert_eq!(output(&folder, &["run", "nothing.toml"]).status.code(), Some(2));
    assert_eq!(output(&folder, &["frobnicate"]).status.code(), Some(2));
    fs::write(folder.join("bad.toml"), "[scenario]\ntitle = 1\n").expect("a file");
    let bad = output(&folder, &["check", "bad.toml"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(text(&bad.stderr).contains("bad.toml:2:"), "{}", text(&bad.stderr));
    let unknown = run(&folder, "a", &["--lens", "compromize"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("compromise"), "{}", text(&unknown.stderr));
}

#[test]
fn results_for_programs_are_json() {
    let folder = folder("json");
    let ran = run(&folder, "a", &["--draws", "200", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON on stdout");
    assert!(answer["schema_version"].is_number());
    for arguments in [&["lenses", "--format", "json"][..], &["schema"]] {
        let said = output(&folder, arguments);
        serde_json::from_slice::<serde_json::Value>(&said.stdout).expect("JSON on stdout");
    }
    fs::write(folder.join("bad.toml"), "[scenario]\n").expect("a file");
    let bad = output(&folder, &["check", "bad.toml", "--format", "json"]);
    assert_eq!(bad.status.code(), Some(1));
    let said: serde_json::Value = serde_json::from_slice(&bad.stdout).expect("JSON on stdout");
    let first = &said["scenarios"][0]["diagnostics"][0];
    assert!(first["code"].is_string() && first["message"].is_string(), "{said}");
}

#[test]
fn what_new_writes_checks_clean_and_runs() {
    let folder = folder("new");
    assert!(output(&folder, &["new", "Harbour dispute"]).status.success());
    let checked = output(&folder, &["check", "harbour-dispute.toml"]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    assert_eq!(text(&checked.stderr), "", "no warnings");
    assert!(output(&folder, &["run", "harbour-dispute.toml", "--draws", "100"]).status.success());
    assert!(folder.join("harbour-dispute.run/report.html").exists());
    let again = output(&folder, &["new", "Harbour dispute"]);
    assert_eq!(again.status.code(), Some(2), "an existing file is not overwritten");
}

#[test]
fn files_from_outside_the_scenarios_folder_are_neither_read_nor_copied() {
    let folder = folder("outside_files");
    fs::write(folder.join("secret.csv"), "actor\na\n").expect("written");
    fs::create_dir(folder.join("inner")).expect("a folder");
    for path in ["../secret.csv", "./../secret.csv", folder.join("secret.csv").to_str().expect("UTF-8")] {
        let scenario = format!(
            "[scenario]\ntitle = \"T\"\nstatus = \"past\"\nactors = '{path}'\n[issue.x]\n[[consent]]\n\
             stage = \"sign\"\nrule = \"all(a, b)\"\n"
        );
        fs::write(folder.join("inner/scenario.toml"), scenario).expect("written");
        let refused = output(&folder, &["check", "inner/scenario.toml"]);
        assert_eq!(refused.status.code(), Some(1));
        let said = text(&refused.stderr);
        assert!(said.contains("files from outside the scenario's directory are not read"), "{said}");
        assert!(said.trim_end().ends_with("1 error"), "{said}");
    }
}

#[test]
fn wrong_use_ends_with_2_and_names_what_was_meant() {
    let folder = folder("wrong_use");
    let scenario = melos();
    let scenario = scenario.to_str().expect("a path in UTF-8");
    for (arguments, said) in [
        (vec!["run", scenario, "--lens", "nosh"], "did you mean `nash`?"),
        (vec!["run", scenario, "--draws", "10", "--trace", "10"], "there is no draw 10 among 10"),
        (vec!["lenses", "nosh"], "did you mean `nash`?"),
        (vec!["explain", "M9999"], "there is no code `M9999`"),
        (vec!["report", "."], "it has no run.json"),
    ] {
        let refused = output(&folder, &arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(text(&refused.stderr).contains(said), "{arguments:?}: {}", text(&refused.stderr));
    }
}
