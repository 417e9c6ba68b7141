//! The files of a run.

use std::fs;
use std::path::{Path, PathBuf};

use melian::analysis::claims::{Judge, Moved};
use melian::ensemble::Manifest;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// What `movements.json` holds.
#[derive(Serialize, Deserialize)]
struct Movements {
    /// The campaign they are of.
    campaign: String,
    /// A word per movement.
    moved: Vec<String>,
}

/// A directory that holds, or will hold, one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDirectory {
    root: PathBuf,
}

impl RunDirectory {
    /// The directory at `root`, whether or not it is there yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The directory itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the report goes.
    #[must_use]
    pub fn report(&self) -> PathBuf {
        self.root.join("report.html")
    }

    /// The copy of the scenario file, under the name it was given.
    #[must_use]
    pub fn scenario(&self, name: &str) -> PathBuf {
        self.root.join("scenario").join(name)
    }

    fn movements(&self) -> PathBuf {
        self.root.join("movements.json")
    }

    /// What the run knows of the movements that claims ask about; `None` if nobody has looked yet.
    #[must_use]
    pub fn moved(&self, manifest: &Manifest, judge: &Judge<'_>) -> Option<Moved> {
        let known: Movements = serde_json::from_slice(&fs::read(self.movements()).ok()?).ok()?;
        if known.campaign == manifest.campaign { Moved::of_words(judge, &known.moved) } else { None }
    }

    /// Keeps what is known of movements, which took evaluations of the models, beside the tables.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn keep_moved(&self, manifest: &Manifest, moved: &Moved) -> Result<(), StoreError> {
        let known = Movements { campaign: manifest.campaign.clone(), moved: moved.words() };
        let written = serde_json::to_string_pretty(&known).map_err(std::io::Error::from);
        let text = written.map_err(StoreError::io(&self.movements()))? + "\n";
        write_aside(&self.movements(), text.as_bytes())
    }

    pub(crate) fn inputs(&self, part: u64) -> PathBuf {
        self.root.join("inputs").join(format!("part-{part:05}.parquet"))
    }

    pub(crate) fn outcomes(&self, part: u64) -> PathBuf {
        self.root.join("outcomes").join(format!("part-{part:05}.parquet"))
    }

    /// What the directory says it holds.
    ///
    /// # Errors
    /// No directory, no `run.json`, or one that can't be read.
    pub fn manifest(&self) -> Result<Manifest, StoreError> {
        let path = self.root.join("run.json");
        let not_a_run = |reason: String| StoreError::NotARun { path: self.root.clone(), reason };
        let text = fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => not_a_run("it has no run.json".to_owned()),
            _ => StoreError::Io { path, source: error },
        })?;
        serde_json::from_slice(&text)
            .map_err(|error| not_a_run(format!("its run.json can't be read: {error}")))
    }

    /// Makes the directory ready for a run: new, or with the parts of the same campaign.
    ///
    /// `files` are the scenario and its tables, by the names they are known by.
    ///
    /// # Errors
    /// The directory holds another run, something else, or can't be written.
    pub fn prepare(&self, manifest: &Manifest, files: &[(String, Vec<u8>)]) -> Result<(), StoreError> {
        if self.root.join("run.json").exists() {
            let found = self.manifest()?;
            if found.campaign != manifest.campaign {
                return Err(StoreError::OtherCampaign {
                    path: self.root.clone(),
                    differs: differences(&found, manifest),
                });
            }
        } else if fs::read_dir(&self.root).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(StoreError::NotARun {
                path: self.root.clone(),
                reason: "it has files but no run.json".to_owned(),
            });
        }
        for folder in ["inputs", "outcomes", "scenario"] {
            let path = self.root.join(folder);
            fs::create_dir_all(&path).map_err(StoreError::io(&path))?;
        }
        for (name, bytes) in files {
            let path = self.scenario(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(StoreError::io(parent))?;
            }
            write_aside(&path, bytes)?;
        }
        let path = self.root.join("run.json");
        let written = serde_json::to_string_pretty(manifest).map_err(std::io::Error::from);
        let text = written.map_err(StoreError::io(&path))? + "\n";
        write_aside(&path, text.as_bytes())
    }

    /// Removes a run, and nothing else: what Melian did not write stays, and then so does the directory.
    ///
    /// # Errors
    /// The directory holds no run, or a file can't be removed.
    pub fn remove(&self) -> Result<(), StoreError> {
        self.manifest()?;
        for folder in ["inputs", "outcomes", "scenario"] {
            let path = self.root.join(folder);
            if path.exists() {
                fs::remove_dir_all(&path).map_err(StoreError::io(&path))?;
            }
        }
        for file in ["report.html", "movements.json", "run.json"] {
            let path = self.root.join(file);
            if path.exists() {
                fs::remove_file(&path).map_err(StoreError::io(&path))?;
            }
        }
        Ok(())
    }
}

/// Writes a file whole or not at all.
pub(crate) fn write_aside(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let aside = aside(path);
    fs::write(&aside, bytes).map_err(StoreError::io(&aside))?;
    fs::rename(&aside, path).map_err(StoreError::io(path))
}

/// Where a file is written before it is renamed.
pub(crate) fn aside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}

fn differences(found: &Manifest, wanted: &Manifest) -> Vec<&'static str> {
    let mut differs = Vec::new();
    let mut note = |differ: bool, what| {
        if differ {
            differs.push(what);
        }
    };
    note(found.scenario != wanted.scenario, "the scenario");
    note(found.seed != wanted.seed, "the seed");
    note(found.draws != wanted.draws, "the number of draws");
    note(found.design != wanted.design, "the design");
    note(found.arms != wanted.arms, "the lenses or overlays");
    note(found.version != wanted.version, "Melian's version");
    if differs.is_empty() {
        differs.push("its layout");
    }
    differs
}
