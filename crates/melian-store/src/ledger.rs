//! The file of a ledger: read whole, written at its end only.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use melian::ledger::{Content, Ledger, Reading, Sealed};

use crate::StoreError;

/// How often, and how far apart, a writer asks for its turn.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// Reads a ledger and checks it.
///
/// # Errors
/// The file can't be read.
pub fn read_ledger(path: &Path) -> Result<Reading, StoreError> {
    fs::read(path).map(|bytes| Ledger::read(&bytes)).map_err(StoreError::io(path))
}

/// A ledger that nobody else can write to while this lives.
#[derive(Debug)]
pub struct LedgerFile {
    path: PathBuf,
    file: File,
    ledger: Ledger,
    length: u64,
}

impl LedgerFile {
    /// Opens a ledger for writing, and makes an empty one where `create` says so and none is there.
    ///
    /// # Errors
    /// The file can't be opened, another writer has it, or it was tampered with: nothing is added to a broken chain.
    pub fn open(path: &Path, create: bool) -> Result<Self, StoreError> {
        let io = || StoreError::io(path);
        let is_new = !path.exists();
        let mut file = OpenOptions::new().read(true).append(true).create(create).open(path).map_err(io())?;
        lock(&file, path)?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).map_err(io())?;
        file.read_to_end(&mut bytes).map_err(io())?;
        let reading = Ledger::read(&bytes);
        if !reading.problems.is_empty() {
            return Err(StoreError::Tampered { path: path.to_owned(), problems: reading.problems });
        }
        if is_new {
            sync_folder(path)?;
        }
        Ok(Self { path: path.to_owned(), file, ledger: reading.ledger, length: bytes.len() as u64 })
    }

    /// What it holds.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Adds an entry and waits until it is on the disk. If that fails, the file is as it was.
    ///
    /// # Errors
    /// The entry can't follow, or the file can't be written.
    pub fn append(&mut self, date: &str, content: Content) -> Result<&Sealed, StoreError> {
        let next = self.ledger.next(date, content);
        let reasons = self.ledger.refuses(&next);
        if !reasons.is_empty() {
            return Err(StoreError::Refused { path: self.path.clone(), reasons });
        }
        let line = next.line() + "\n";
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_all());
        if let Err(error) = written {
            // Half a line would be taken for tampering.
            let _ = self.file.set_len(self.length);
            return Err(StoreError::io(&self.path)(error));
        }
        self.length += line.len() as u64;
        self.ledger.entries.push(next);
        Ok(&self.ledger.entries[self.ledger.entries.len() - 1])
    }
}

/// Waits a moment for another writer to end.
fn lock(file: &File, path: &Path) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(StoreError::io(path)(error)),
        }
    }
    Err(StoreError::Locked { path: path.to_owned() })
}

/// Makes sure that a new file is found again after a crash, where the system lets folders be synchronised.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io(folder))?;
    }
    Ok(())
}
