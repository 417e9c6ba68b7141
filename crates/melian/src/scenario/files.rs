//! How attached files reach the library, which reads none itself.

/// Gives the bytes of files that a scenario names.
pub trait Files {
    /// The bytes of a file, by its path relative to the scenario's own.
    ///
    /// # Errors
    /// Why there are none.
    fn read(&self, relative: &str) -> Result<Vec<u8>, FileProblem>;
}

/// Why a file could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileProblem {
    /// There is no such file.
    NotFound,
    /// The path leaves the scenario's directory, or files are not read here at all.
    NotAllowed,
    /// Anything else, in words.
    Other(String),
}

/// No files at all: for scenarios in one text.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileProblem> {
        Err(FileProblem::NotAllowed)
    }
}

/// Files held in memory, by their relative path.
impl Files for std::collections::BTreeMap<String, Vec<u8>> {
    fn read(&self, relative: &str) -> Result<Vec<u8>, FileProblem> {
        self.get(relative).cloned().ok_or(FileProblem::NotFound)
    }
}
