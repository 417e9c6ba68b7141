//! Running other programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a chore comes to; the message says what failed.
pub(crate) type Outcome = Result<(), String>;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// Runs cargo at the root.
pub(crate) fn cargo(arguments: &[&str]) -> Outcome {
    run_with("cargo", arguments, &[])
}

/// Runs a program at the root, its output shown.
pub(crate) fn run_with(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root())
        .status()
        .map_err(|error| format!("`{program}` can't be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{program} {}` failed", arguments.join(" "))) }
}

/// Runs the release build of `melian` in `folder` and returns what it says.
pub(crate) fn melian(folder: &Path, arguments: &[String]) -> Result<Output, String> {
    Command::new(melian_path())
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .output()
        .map_err(|error| format!("`melian` can't be started: {error}"))
}

fn melian_path() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("release").join(if cfg!(windows) { "melian.exe" } else { "melian" })
}

/// An empty folder of our own under `target/`.
pub(crate) fn empty_folder(name: &str) -> Result<PathBuf, String> {
    let folder = root().join("target").join("xtask").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Copies a folder with all in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Outcome {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    std::fs::create_dir_all(to).map_err(failed)?;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(failed)?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target).map_err(failed)?;
        }
    }
    Ok(())
}
