//! Every scenario of the catalog, end to end, with few draws.

use std::path::{Path, PathBuf};

use crate::shell::{Outcome, empty_folder, melian, root};

/// Checks and runs every scenario of the catalog and looks at what it leaves.
pub(crate) fn run() -> Outcome {
    let folder = empty_folder("examples")?;
    let scenarios = scenarios(&root().join("catalog"))?;
    if scenarios.is_empty() {
        return Err("the catalog is empty".to_owned());
    }
    for scenario in &scenarios {
        let name = scenario.display().to_string();
        let home = scenario.parent().ok_or_else(|| format!("{name}: no folder"))?;
        if !home.join("sources.md").exists() {
            return Err(format!("{name}: no sources.md beside it"));
        }
        must(&folder, &["check", &name])?;
        must(&folder, &["run", &name, "--draws", "60", "--out", "example.run", "--replace"])?;
        let report = std::fs::read_to_string(folder.join("example.run/report.html"))
            .map_err(|error| format!("{name}: no report: {error}"))?;
        if !report.contains("</html>") {
            return Err(format!("{name}: the report is cut short"));
        }
        println!("  {name}");
    }
    println!("{} passed, 0 failed", scenarios.len());
    Ok(())
}

fn must(folder: &Path, arguments: &[&str]) -> Outcome {
    let arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
    let output = melian(folder, &arguments)?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("melian {}\n{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)))
}

/// All `scenario.toml` below a folder, in order.
fn scenarios(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(scenarios(&path)?);
        } else if path.file_name().is_some_and(|name| name == "scenario.toml") {
            found.push(path);
        }
    }
    Ok(found)
}
