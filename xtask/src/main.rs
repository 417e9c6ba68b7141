//! Chores of the workspace: `cargo xtask ci`, `cargo xtask docs`, `cargo xtask fuzz`.

mod docs;
mod examples;
mod shell;

use std::process::ExitCode;

use shell::{Outcome, cargo, root};

const USAGE: &str = "\
cargo xtask ci             everything that must pass: format, lints, tests, docs, examples
cargo xtask docs           write the sample output in README and docs anew
cargo xtask docs --check   fail if it is stale
cargo xtask examples       run every scenario of the catalog end to end, with few draws
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["ci"] => ci(),
        ["docs"] => release().and_then(|()| docs::run(docs::Mode::Write)),
        ["docs", "--check"] => release().and_then(|()| docs::run(docs::Mode::Check)),
        ["examples"] => release().and_then(|()| examples::run()),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn ci() -> Outcome {
    step("format", || cargo(&["fmt", "--all", "--check"]))?;
    step("lints", || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    step("tests", || cargo(&["test", "--workspace", "--lib", "--bins", "--tests"]))?;
    step("doc tests", || cargo(&["test", "--workspace", "--doc"]))?;
    step("docs", || {
        shell::run_with(
            "cargo",
            &["doc", "--workspace", "--no-deps", "--quiet"],
            &[("RUSTDOCFLAGS", "-D warnings")],
        )
    })?;
    step("release build", release)?;
    step("examples", examples::run)?;
    step("samples in README and docs", || docs::run(docs::Mode::Check))?;
    println!("all passed in {}", root().file_name().map_or("melian".into(), |name| name.to_string_lossy()));
    Ok(())
}

fn release() -> Outcome {
    cargo(&["build", "--release", "--package", "melian-cli"])
}

fn step(name: &str, action: impl FnOnce() -> Outcome) -> Outcome {
    println!("== {name}");
    action().map_err(|message| format!("{name}: {message}"))
}
