//! The scenarios of the catalog, and what must hold of every run whatever the scenario.

#![expect(clippy::disallowed_methods, reason = "tests read the catalog; the library reads no files")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use melian::ensemble::{Plan, Settings, speakers};
use melian::lens::{Quantity, full_id};
use melian::scenario::{FileProblem, Files, NoFiles, Scenario};
use melian::uncertainty::Design;

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, relative: &str) -> Result<Vec<u8>, FileProblem> {
        std::fs::read(self.0.join(relative)).map_err(|_| FileProblem::NotFound)
    }
}

fn catalog() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog");
    let entries = std::fs::read_dir(folder).expect("the catalog is part of the repository");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    folders.retain(|path| path.join("scenario.toml").exists());
    folders.sort();
    folders
}

fn read(folder: &Path) -> Scenario {
    let bytes = std::fs::read(folder.join("scenario.toml")).expect("each folder holds a scenario");
    sound(Scenario::read("scenario.toml", &bytes, &Folder(folder.to_owned())))
}

fn sound(read: melian::scenario::Read) -> Scenario {
    let said: Vec<String> = read.diagnostics.iter().map(ToString::to_string).collect();
    read.scenario.unwrap_or_else(|| panic!("{said:#?}"))
}

fn plan(scenario: &Scenario, draws: u64, lenses: &[&str]) -> Plan {
    let lenses = lenses.iter().map(|&lens| lens.to_owned()).collect();
    let settings = Settings { seed: 1, draws, design: Design::MonteCarlo, lenses };
    Plan::new(scenario, settings).expect("its lenses can run")
}

/// The terms of every lens on every issue in every draw: `(lens, issue, terms by draw)`.
fn terms(scenario: &Scenario, draws: u64, lenses: &[&str]) -> Vec<(String, String, Vec<f64>)> {
    let plan = plan(scenario, draws, lenses);
    let chunk = plan.chunk(0);
    let mut terms = Vec::new();
    for (index, arm) in plan.arms().enumerate() {
        for (measure, column) in plan.measures(index).iter().zip(&chunk.arms[index].columns) {
            if let Quantity::Terms(issue) = measure.quantity {
                let issue = scenario.issues[issue.index()].id.clone();
                terms.push((full_id(&arm.lens, &arm.reading), issue, column.clone()));
            }
        }
    }
    assert!(!terms.is_empty());
    terms
}

#[test]
fn every_scenario_is_sound_and_spoken_to() {
    let folders = catalog();
    assert!(folders.len() >= 4, "{folders:?}");
    for folder in folders {
        let scenario = read(&folder);
        let speakers = speakers(&scenario).unwrap_or_else(|wrong| panic!("{}: {wrong:?}", folder.display()));
        assert!(speakers.able.len() > 5, "{}: {speakers:?}", folder.display());
        assert!(folder.join("sources.md").is_file(), "{}", folder.display());
        let chunk = plan(&scenario, 4, &[]).chunk(0);
        assert!(chunk.arms.iter().all(|arm| !arm.draws.is_empty()), "{}", folder.display());
    }
}

/// `expected.toml` holds published values: `[terms.ISSUE]`, a lens's id and its terms.
#[test]
fn published_values_are_met() {
    let mut met = 0;
    for folder in catalog() {
        let Ok(text) = std::fs::read_to_string(folder.join("expected.toml")) else { continue };
        let expected: toml::Table = text.parse().expect("TOML");
        let found = terms(&read(&folder), 1, &[]);
        for (issue, lenses) in expected["terms"].as_table().expect("a table by issue") {
            for (lens, value) in lenses.as_table().expect("a table by lens") {
                let (_, _, column) = found
                    .iter()
                    .find(|row| row.0 == *lens && row.1 == *issue)
                    .expect("the lens speaks of it");
                let value = value.as_float().expect("a number");
                assert!((column[0] - value).abs() < 1e-9, "{lens} on {issue}: {} for {value}", column[0]);
                met += 1;
            }
        }
    }
    assert!(met >= 2, "{met}");
}

/// The values of the emissions case that were published, whatever `expected.toml` says: the weighted median
/// and the weighted mean of the start (Scholz, Calbert and Smith 2011), times ten.
#[test]
fn the_emissions_case_starts_where_it_was_published_to() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/ec-emissions-1994");
    let found = terms(&read(&folder), 1, &["median/weighted", "compromise"]);
    let of = |lens: &str| found.iter().find(|row| row.0 == lens).expect("it ran").2[0];
    assert_eq!(of("median/weighted"), 70.0);
    assert!((of("compromise") - 73.899_556_868_537_67).abs() < 1e-9);
}

const BASELINES: [&str; 4] = ["mean", "compromise", "median", "nash"];

/// An actor on two issues: positions, saliences, capability.
type Row = (&'static str, [f64; 2], [f64; 2], f64);

const ROWS: [Row; 5] = [
    ("ash", [10.0, 80.0], [50.0, 20.0], 9.0),
    ("birch", [35.0, 60.0], [90.0, 70.0], 4.5),
    ("cedar", [60.0, 0.0], [30.0, 100.0], 7.25),
    ("elm", [75.0, 45.0], [65.0, 35.0], 12.0),
    ("fir", [100.0, 25.0], [80.0, 60.0], 3.0),
];

/// A scenario of these rows in this order; `spread` makes positions uncertain, `name` renames actors.
fn text(rows: &[Row], no_deal: [f64; 2], spread: f64, name: impl Fn(&str) -> String) -> String {
    let mut text = "[scenario]\ntitle = \"Trees\"\nstatus = \"hypothetical\"\n".to_owned();
    for (issue, point) in ["height", "shade"].iter().zip(no_deal) {
        writeln!(text, "[issue.{issue}]\nno_deal = {point}").expect("a string");
    }
    for (id, positions, saliences, capability) in rows {
        let id = name(id);
        writeln!(text, "[actor.{id}]\ncapability = {capability}").expect("a string");
        for (issue, (position, salience)) in ["height", "shade"].iter().zip(positions.iter().zip(saliences)) {
            let (low, high) = ((position - spread).max(0.0), (position + spread).min(100.0));
            let position = if spread > 0.0 { format!("\"{low}..{high}\"") } else { position.to_string() };
            writeln!(text, "[stance.{id}.{issue}]\nposition = {position}\nsalience = {salience}")
                .expect("a string");
        }
    }
    text
}

fn scenario(text: &str) -> Scenario {
    sound(Scenario::read("trees.toml", text.as_bytes(), &NoFiles))
}

fn assert_alike(one: &[(String, String, Vec<f64>)], other: &[(String, String, Vec<f64>)]) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert_eq!((&one.0, &one.1, one.2.len()), (&other.0, &other.1, other.2.len()));
        for (a, b) in one.2.iter().zip(&other.2) {
            assert!((a - b).abs() < 1e-6, "{} on {}: {a} and {b}", one.0, one.1);
        }
    }
}

#[test]
fn the_order_of_actors_changes_no_draw() {
    let mut turned = ROWS;
    turned.reverse();
    turned.swap(0, 2);
    let same =
        |rows: &[Row]| terms(&scenario(&text(rows, [0.0, 100.0], 8.0, str::to_owned)), 300, &BASELINES);
    assert_alike(&same(&ROWS), &same(&turned));
}

#[test]
fn relabelling_actors_changes_nothing() {
    let named = |name: &dyn Fn(&str) -> String| {
        terms(&scenario(&text(&ROWS, [0.0, 100.0], 0.0, name)), 1, &BASELINES)
    };
    let relabelled = named(&|id| format!("{}_{id}", if id < "cedar" { "z" } else { "a" }));
    assert_alike(&named(&str::to_owned), &relabelled);
}

#[test]
fn mirroring_positions_mirrors_results() {
    let mirrored = ROWS.map(|(id, positions, saliences, capability)| {
        (id, positions.map(|position| 100.0 - position), saliences, capability)
    });
    let plain = terms(&scenario(&text(&ROWS, [0.0, 100.0], 0.0, str::to_owned)), 1, &BASELINES);
    let turned = terms(&scenario(&text(&mirrored, [100.0, 0.0], 0.0, str::to_owned)), 1, &BASELINES);
    let back: Vec<_> = turned
        .into_iter()
        .map(|(lens, issue, column)| (lens, issue, column.into_iter().map(|terms| 100.0 - terms).collect()))
        .collect();
    assert_alike(&plain, &back);
}
