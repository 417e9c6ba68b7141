//! `melian drivers` and `melian discover` as a user meets them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn melian(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_melian"))
        .args(arguments)
        .current_dir(root())
        .env_remove("MELIAN_FORMAT")
        .output()
        .expect("the program runs")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("melian-drivers-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_str(&text(output)).expect("JSON")
}

fn error(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// Numbers in 0..1 (splitmix64), row by row.
fn table(seed: u64, rows: usize, columns: usize) -> Vec<Vec<f64>> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    };
    (0..rows).map(|_| (0..columns).map(|_| next()).collect()).collect()
}

fn write(path: &Path, header: &str, rows: &[Vec<f64>]) -> String {
    let line = |row: &Vec<f64>| row.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    let body: Vec<String> = rows.iter().map(line).collect();
    std::fs::write(path, format!("{header}\n{}\n", body.join("\n"))).expect("a table");
    path.display().to_string()
}

#[test]
fn a_table_of_ones_own_is_explained() {
    let folder = folder("table");
    let mut rows = table(4, 2000, 2);
    for row in &mut rows {
        row.push(2.0 * row[0] + row[1]);
    }
    let file = write(&folder.join("t.csv"), "a,b,y", &rows);
    let found = json(&melian(&["drivers", "--table", &file, "--format", "json"]));
    let output = &found["outputs"][0];
    assert_eq!(output["measure"], "y");
    let first = &output["drivers"][0];
    assert_eq!(first["input"], "a");
    let (low, high) = (first["first"]["low"].as_f64().unwrap(), first["first"]["high"].as_f64().unwrap());
    assert!(low < 0.8 && 0.8 < high, "{first}");
    let told = text(&melian(&["drivers", "--table", &file, "--output", "y", "--inputs", "b"]));
    assert!(told.contains("2,000 draws") && !told.contains("  a "), "{told}");
    assert!(error(&melian(&["drivers", "--table", &file, "--output", "z"])).contains("no column `z`"));
    assert!(error(&melian(&["drivers"])).contains("<SOURCE"));
    let broken = error(&melian(&["drivers", "--table", &file, "--method", "morris"]));
    assert!(broken.contains("row 3 of the table breaks Morris's design"), "{broken}");
    std::fs::write(folder.join("ragged.csv"), "a,y\n1,2\n3\n").expect("a table");
    let ragged = error(&melian(&["drivers", "--table", &folder.join("ragged.csv").display().to_string()]));
    assert!(ragged.contains("ragged.csv:3") && ragged.contains("1 cells"), "{ragged}");
    std::fs::remove_dir_all(folder).expect("gone");
}

#[test]
fn the_reference_box_is_found_in_a_table() {
    let folder = folder("box");
    let mut rows = table(2026, 2000, 5);
    for row in &mut rows {
        row.push(f64::from(row[0] > 0.7 && row[1] < 0.4 && row[2] > 0.2));
    }
    let file = write(&folder.join("t.csv"), "a,b,c,d,e,y", &rows);
    let found = json(&melian(&[
        "discover",
        "--table",
        &file,
        "--where",
        "y == 1",
        "--density",
        "1",
        "--format",
        "json",
    ]));
    let steps = found["found"][0]["boxes"][0]["trajectory"].as_array().unwrap();
    assert_eq!(steps.len(), 47);
    let last = &steps[46]["counts"];
    assert_eq!((last["rows"].as_u64(), last["cases"].as_u64()), (Some(180), Some(180)));
    assert!((last["coverage"].as_f64().unwrap() - 0.923_077).abs() < 1e-6);
    let told = text(&melian(&["discover", "--table", &file, "--where", "y == 1"]));
    assert!(told.contains("a: at least 0.69"), "{told}");
    assert!(error(&melian(&["discover", "--table", &file, "--where", "z > 1"])).contains("no column `z`"));
    assert!(error(&melian(&["discover", "--table", &file])).contains("--where"));
    std::fs::remove_dir_all(folder).expect("gone");
}

#[test]
fn a_run_and_its_scenario_say_the_same() {
    let folder = folder("run");
    let run = folder.join("m.run").display().to_string();
    let scenario = "catalog/melos-416bc/scenario.toml";
    let report = melian(&["run", scenario, "--draws", "3000", "--lens", "compromise,room", "--out", &run]);
    let answer = text(&report);
    assert!(answer.contains("Decided by"), "{answer}");
    let page = std::fs::read_to_string(folder.join("m.run/report.html")).expect("the report");
    assert!(page.contains("What decides the answer"));
    let common = ["--draws", "2500", "--measure", "terms_submission", "--format", "json"];
    let of = |source: &str| {
        let mut arguments = vec!["drivers", source, "--lens", "compromise"];
        arguments.extend(common);
        json(&melian(&arguments))
    };
    let (first, second) = (of(&run), of(scenario));
    assert_eq!(first["outputs"], second["outputs"]);
    assert_eq!(first["outputs"][0]["draws"], 2500);
    let boxes = text(&melian(&["discover", &run, "--where", "room == 1 and terms_submission > 60"]));
    assert!(
        boxes.contains("compromise: true in") && boxes.contains("Melos on What Melos becomes"),
        "{boxes}"
    );
    let wrong = error(&melian(&["discover", &run, "--where", "terms_submision > 60"]));
    assert!(wrong.contains("did you mean `terms_submission`?"), "{wrong}");
    std::fs::remove_dir_all(folder).expect("gone");
}

#[test]
fn designs_of_their_own_agree_with_given_draws() {
    let scenario = "catalog/melos-416bc/scenario.toml";
    let of = |method: &str, draws: &str| {
        json(&melian(&[
            "drivers",
            scenario,
            "--lens",
            "compromise",
            "--method",
            method,
            "--draws",
            draws,
            "--format",
            "json",
        ]))
    };
    let share = |found: &serde_json::Value, input: &str, kind: &str| -> f64 {
        let drivers = found["outputs"][0]["drivers"].as_array().unwrap().clone();
        let driver = drivers.into_iter().find(|driver| driver["input"] == input).unwrap();
        driver[kind]["value"].as_f64().unwrap()
    };
    let (given, saltelli, morris) = (of("given", "4096"), of("saltelli", "1024"), of("morris", "32"));
    for input in ["actor.sparta.capability", "stance.sparta.submission.salience"] {
        let (a, b) = (share(&given, input, "first"), share(&saltelli, input, "first"));
        assert!((a - b).abs() < 0.06, "{input}: {a} {b}");
        assert!(share(&saltelli, input, "total") >= b - 0.06);
        assert!(share(&morris, input, "mu_star") > 1.0);
    }
    // What no lens reads moves nothing, exactly.
    assert_eq!(share(&saltelli, "stance.melos.submission.accept.max", "total"), 0.0);
    assert_eq!(share(&morris, "stance.melos.submission.accept.max", "mu_star"), 0.0);
}

/// Two actors and a ladder; only what war costs is unsure, and a red line.
fn crisis(status: &str) -> String {
    format!(
        "[scenario]\ntitle = \"t\"\nstatus = \"{status}\"\n[actor.a]\ncapability = \"1..9\"\n[actor.b]\ncapability = \"2..8\"\n\
         [issue.i]\nno_deal = 10\n[stance.a.i]\nposition = \"0..20\"\nsalience = 50\n\
         accept = {{ max = \"20..80\" }}\n[stance.b.i]\nposition = 90\nsalience = \"40..60\"\naccept = {{ min = \"30..70\" }}\n\
         [policy.press]\ncoercive = true\nshift = {{ \"stance.a.i.position\" = 5 }}\n{}",
        "[ladder]\nrungs = [ { name = \"talks\" }, { name = \"war\", war = true } ]\n"
    )
}

#[test]
fn nothing_guarded_has_a_threshold_while_the_conflict_goes_on() {
    let folder = folder("guard");
    let file = |status: &str| {
        let path = folder.join(format!("{status}.toml"));
        std::fs::write(&path, crisis(status)).expect("a scenario");
        path.display().to_string()
    };
    let (past, ongoing) = (file("past"), file("ongoing"));
    let condition = ["--where", "terms_i > 50", "--lens", "compromise", "--draws", "4000"];
    let of = |command: &str, file: &str, more: &[&str]| {
        let mut arguments = vec![command, file];
        arguments.extend(more);
        melian(&arguments)
    };
    let told = text(&of("discover", &past, &condition));
    assert!(told.contains("a: capability: at most") || told.contains("b: capability: at least"), "{told}");
    let told = text(&of("discover", &ongoing, &condition));
    assert!(
        told.contains("capability: low rather than high")
            || told.contains("capability: high rather than low"),
        "{told}"
    );
    assert!(!told.contains("capability: at "), "{told}");
    let mut arguments = condition.to_vec();
    arguments.extend(["--format", "json"]);
    let found = json(&of("discover", &ongoing, &arguments)).to_string();
    assert!(found.contains("\"direction\"") && !found.contains("capability: at "));
    let found = json(&of("discover", &ongoing, &arguments));
    let mut limits = Vec::new();
    collect(&found, &mut limits);
    assert!(limits.iter().any(|limit| limit["input"] == "actor.a.capability"));
    for limit in limits.iter().filter(|limit| limit["input"].as_str().unwrap().ends_with("capability")) {
        assert!(limit.get("low").is_none() && limit.get("high").is_none(), "{limit}");
    }
    // Shares are told, out of the ranking.
    let told = text(&of("drivers", &ongoing, &["--lens", "compromise"]));
    assert!(told.contains("not ranked while the conflict goes on: a: capability"), "{told}");
    let told = text(&of("drivers", &past, &["--lens", "compromise"]));
    assert!(!told.contains("not ranked"), "{told}");
    // Nothing is searched under a coercive policy.
    for command in ["drivers", "discover"] {
        let refused = error(&of(
            command,
            &ongoing,
            &["--under", "press", "--where", "room == 1"][..if command == "drivers" { 2 } else { 4 }],
        ));
        assert!(refused.contains("coercive"), "{refused}");
    }
    std::fs::remove_dir_all(folder).expect("gone");
}

/// Every object with an `input` in some JSON.
fn collect(value: &serde_json::Value, limits: &mut Vec<serde_json::Value>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, limits)),
        serde_json::Value::Object(fields) => {
            if fields.contains_key("words") {
                limits.push(value.clone());
            }
            fields.values().for_each(|field| collect(field, limits));
        }
        _ => {}
    }
}

#[test]
fn experts_are_a_driver() {
    let folder = folder("experts");
    let path = folder.join("s.toml");
    std::fs::write(
        &path,
        "[scenario]\ntitle = \"t\"\nstatus = \"hypothetical\"\n[actor.a]\ncapability = 5\n[actor.b]\ncapability = 5\n[issue.i]\nno_deal = 10\n\
         [stance.a.i]\nposition = { experts = { kim = \"0..10\", ortiz = \"40..50\" } }\nsalience = 50\n\
         [stance.b.i]\nposition = \"80..90\"\nsalience = 50\n",
    )
    .expect("a scenario");
    let file = path.display().to_string();
    for method in ["given", "saltelli"] {
        let found = json(&melian(&[
            "drivers", &file, "--lens", "mean", "--method", method, "--draws", "1000", "--format", "json",
        ]));
        let drivers = found["outputs"][0]["drivers"].as_array().unwrap();
        let expert = drivers.iter().find(|driver| driver["input"] == "expert").unwrap();
        // Experts 40 apart, each number 10 wide: 400 against twice 100/12.
        let exact = 400.0 / (400.0 + 200.0 / 12.0);
        let share = expert["first"]["value"].as_f64().unwrap();
        assert!((share - exact).abs() < 0.03, "{method}: {share} for {exact}");
        assert_eq!(expert["words"], "whom one asks (expert)");
    }
    std::fs::remove_dir_all(folder).expect("gone");
}
