//! Reading a scenario for a command.

use std::path::{Path, PathBuf};

use melian::diagnostic::{Diagnostic, Sources};
use melian::scenario::Scenario;

use crate::exit::Failure;
use crate::files::{self, Beside};
use crate::render;

/// A scenario with all that was read for it.
pub(crate) struct Input {
    /// The scenario; `None` if there are errors.
    pub(crate) scenario: Option<Scenario>,
    /// Errors and warnings.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The texts they point into.
    pub(crate) sources: Sources,
    /// The scenario file's own name, without its folder.
    pub(crate) file_name: String,
    /// The scenario and its tables, by their names.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

/// Reads and checks a scenario.
pub(crate) fn read(path: &Path) -> Result<Input, Failure> {
    let bytes = files::read(path)?;
    let beside = Beside::new(path);
    let read = Scenario::read(&path.display().to_string(), &bytes, &beside);
    let file_name = path
        .file_name()
        .map_or_else(|| "scenario.toml".to_owned(), |name| name.to_string_lossy().into_owned());
    let mut files = vec![(file_name.clone(), bytes)];
    files.extend(beside.into_read());
    Ok(Input {
        scenario: read.scenario,
        diagnostics: read.diagnostics,
        sources: read.sources,
        file_name,
        files,
    })
}

impl Input {
    /// The scenario, with all diagnostics printed; a failure if there are errors.
    pub(crate) fn scenario_or_fail(&self) -> Result<&Scenario, Failure> {
        render::to_stderr(&self.diagnostics, &self.sources);
        self.scenario.as_ref().ok_or(Failure::Scenario)
    }
}

/// A short name for what is made of a scenario: the file's, or its folder's for `scenario.toml`.
pub(crate) fn stem(path: &Path) -> String {
    let text = |part: &std::ffi::OsStr| part.to_string_lossy().into_owned();
    let stem = path.file_stem().map_or_else(|| "scenario".to_owned(), text);
    if stem != "scenario" {
        return stem;
    }
    let folder = path.canonicalize().ok().and_then(|path| path.parent().map(PathBuf::from));
    folder.and_then(|folder| folder.file_name().map(text)).unwrap_or(stem)
}
