//! `melian new`

use std::path::PathBuf;

use anstream::{eprintln, println};
use melian::scenario::template;

use crate::args::NewArguments;
use crate::exit::Failure;
use crate::files;

/// Writes a commented scenario to start from.
pub(crate) fn run(arguments: &NewArguments) -> Result<(), Failure> {
    let path =
        arguments.out.clone().unwrap_or_else(|| PathBuf::from(slug(&arguments.title)).with_extension("toml"));
    files::write_new(&path, &template::scenario(&arguments.title))?;
    println!("{}", path.display());
    if arguments.table {
        let table = path.with_extension("csv");
        files::write_new(&table, template::table())?;
        println!("{}", table.display());
    }
    eprintln!("Next: edit it, then `melian run {}`.", path.display());
    Ok(())
}

/// A title as a file name: lower-case letters, digits and hyphens.
pub(crate) fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "scenario".to_owned() } else { slug.to_owned() }
}
