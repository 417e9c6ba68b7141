//! The library's window on the file system.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use melian::scenario::{FileProblem, Files};

use crate::exit::Failure;

/// Larger files are not read whole: the library refuses them by their first bytes beyond the limit.
const READ_AT_MOST: u64 = 64 * 1024 * 1024;

/// Files beside a scenario, remembered so that a run can keep copies of them.
pub(crate) struct Beside {
    folder: PathBuf,
    read: RefCell<Vec<(String, Vec<u8>)>>,
}

impl Beside {
    pub(crate) fn new(scenario: &Path) -> Self {
        let folder = scenario.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        Self { folder, read: RefCell::default() }
    }

    /// The files that were read, by the paths the scenario gives them.
    pub(crate) fn into_read(self) -> Vec<(String, Vec<u8>)> {
        self.read.into_inner()
    }
}

impl Files for Beside {
    fn read(&self, relative: &str) -> Result<Vec<u8>, FileProblem> {
        // A run keeps copies of what is read, by the same paths inside its own directory.
        let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !Path::new(relative).components().all(inside) {
            return Err(FileProblem::NotAllowed);
        }
        let path = self.folder.join(relative);
        let bytes = read_some(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => FileProblem::NotFound,
            _ if path.is_dir() => FileProblem::Other("this is a directory".to_owned()),
            _ => FileProblem::Other(error.to_string()),
        })?;
        self.read.borrow_mut().push((relative.to_owned(), bytes.clone()));
        Ok(bytes)
    }
}

fn read_some(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(READ_AT_MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file of the user's.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_some(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::used(format!("there is no file `{}`", path.display())),
        _ if path.is_dir() => Failure::used(format!("`{}` is a directory", path.display()))
            .help("give the scenario file in it, such as scenario.toml"),
        _ => Failure::used(format!("`{}` can't be read: {error}", path.display())),
    })
}

/// Writes a new file and refuses to replace one.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::used(format!("`{}` is there already", path.display()))
            .help("give another name with --out"),
        _ => cant_write(path, &error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| cant_write(path, &error))
}

/// Writes a file of ours.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| cant_write(path, &error))
}

fn cant_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::used(format!("`{}` can't be written: {error}", path.display()))
}
