//! What may import what: the table below is the documentation, and this test keeps it true.

#![expect(clippy::disallowed_methods, reason = "tests read sources; the library does not")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the library with the modules it may name. Everything may name itself.
const ALLOWED: &[(&str, &[&str])] = &[
    ("math", &[]),
    ("diagnostic", &[]),
    ("game", &["math"]),
    ("mechanism", &["diagnostic", "math"]),
    ("uncertainty", &["math"]),
    ("claim", &["diagnostic", "scenario"]),
    ("scenario", &["claim", "diagnostic", "math", "uncertainty"]),
    ("case", &["scenario"]),
    ("package", &["case", "scenario"]),
    ("history", &["diagnostic", "math", "uncertainty"]),
    (
        "lens",
        &["case", "claim", "diagnostic", "game", "history", "math", "package", "scenario", "uncertainty"],
    ),
    ("ensemble", &["case", "diagnostic", "lens", "scenario", "uncertainty"]),
    ("analysis", &["claim", "diagnostic", "ensemble", "lens", "math", "scenario", "uncertainty"]),
    ("ledger", &["ensemble", "history", "lens", "math", "scenario", "uncertainty"]),
    (
        "study",
        &[
            "analysis",
            "case",
            "claim",
            "diagnostic",
            "ensemble",
            "history",
            "lens",
            "math",
            "package",
            "scenario",
            "uncertainty",
        ],
    ),
];

/// What a lens may name inside `lens/` beside itself: what all lenses share.
const SHARED_BY_LENSES: &[&str] = &["course", "options", "point", "seats"];

#[test]
fn modules_name_only_what_the_table_allows() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let module = module_of(&source, &file);
        if module == "lib" {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{module} is not in the table"));
            continue;
        };
        for named in named_modules(&file, "crate::") {
            if named != module && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{} names {named}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_lens_never_names_another() {
    let lenses = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lens");
    let modules: BTreeSet<String> = fs::read_dir(&lenses)
        .expect("the folder of lenses")
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .filter(|name| name != "mod" && name != "registry")
        .collect();
    let mut wrong = Vec::new();
    for file in rust_files(&lenses) {
        let module = module_of(&lenses, &file);
        if module == "mod" || module == "registry" {
            continue;
        }
        for named in named_modules(&file, "crate::lens::") {
            let other = modules.contains(&named) && named != module;
            if other && !SHARED_BY_LENSES.contains(&named.as_str()) {
                wrong.push(format!("{} names {named}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_stays_free_of_terminals_and_the_web() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .expect("the manifest of the library");
    for heavy in ["clap", "tokio", "axum", "askama", "pyo3", "anstream", "indicatif", "parquet", "melian-"] {
        assert!(!manifest.lines().any(|line| line.starts_with(heavy)), "the library depends on {heavy}");
    }
}

/// Sources, those that only tests use aside.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("fixture.rs")
        {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The first part of a file's path below `folder`, without `.rs`.
fn module_of(folder: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(folder).expect("a file of the folder");
    let first = inside.components().next().expect("a path").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Modules named behind `prefix`, in `use` lines and in paths, comments and tests aside.
fn named_modules(file: &Path, prefix: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(file).expect("a source file");
    let code: String = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut named = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            named.insert(word(rest));
            continue;
        };
        let (mut depth, mut item) = (0, true);
        for (offset, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => item = true,
                c if item && depth == 0 && c.is_alphabetic() => {
                    named.insert(word(&list[offset..]));
                    item = false;
                }
                _ => {}
            }
        }
    }
    named.retain(|name| name.chars().next().is_some_and(char::is_lowercase));
    named
}
