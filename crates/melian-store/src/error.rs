//! What can go wrong with a run directory.

use std::fmt;
use std::path::{Path, PathBuf};

use melian::ledger::Problem;

/// What can go wrong with a run directory.
#[derive(Debug)]
pub enum StoreError {
    /// The system refused.
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A table could not be written or read.
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// The directory holds a run of another scenario, seed, design, number of draws or version.
    OtherCampaign {
        /// The directory.
        path: PathBuf,
        /// What differs, in words.
        differs: Vec<&'static str>,
    },
    /// The directory is there and holds no run of Melian's.
    NotARun {
        /// The directory.
        path: PathBuf,
        /// Why it is not taken for one.
        reason: String,
    },
    /// Another program is writing to the ledger.
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The ledger is not as it was written.
    Tampered {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problems: Vec<Problem>,
    },
    /// The entry can't be added to the ledger.
    Refused {
        /// The file.
        path: PathBuf,
        /// Why not.
        reasons: Vec<String>,
    },
}

impl StoreError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn table(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Table { path, source }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, source } => write!(f, "`{}`: {source}", path.display()),
            Self::Table { path, source } => write!(f, "`{}`: {source}", path.display()),
            Self::OtherCampaign { path, differs } => {
                write!(f, "`{}` holds another run: it differs in {}", path.display(), differs.join(", "))
            }
            Self::NotARun { path, reason } => {
                write!(f, "`{}` is not a run directory: {reason}", path.display())
            }
            Self::Locked { path } => write!(f, "`{}`: another program is writing to it", path.display()),
            Self::Tampered { path, problems } => {
                let lines: Vec<String> = problems
                    .iter()
                    .map(|problem| format!("line {}: {}", problem.line, problem.message))
                    .collect();
                write!(f, "`{}` is not as it was written: {}", path.display(), lines.join("; "))
            }
            Self::Refused { path, reasons } => {
                write!(f, "this can't be added to `{}`: {}", path.display(), reasons.join("; "))
            }
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Table { source, .. } => Some(source),
            _ => None,
        }
    }
}
