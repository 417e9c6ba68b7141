//! `melian import`

use std::path::{Path, PathBuf};

use anstream::{eprintln, print, println};
use melian::diagnostic::Sources;
use melian::scenario::tables::{self, TableFormat};

use crate::args::{ImportArguments, Layout};
use crate::exit::Failure;
use crate::{files, input, render};

/// Turns a table of actors into a scenario.
pub(crate) fn run(arguments: &ImportArguments) -> Result<(), Failure> {
    let bytes = files::read(&arguments.table)?;
    let layout = arguments.layout.map(|layout| match layout {
        Layout::Melian => TableFormat::Melian,
        Layout::Ktab => TableFormat::Ktab,
    });
    let stem = input::stem(&arguments.table);
    let mut sources = Sources::default();
    let name = arguments.table.display().to_string();
    let text = tables::to_toml(&bytes, &name, layout, arguments.title.as_deref(), &mut sources).map_err(
        |diagnostics| {
            render::to_stderr(&diagnostics, &sources);
            Failure::Scenario
        },
    )?;
    let path = arguments.out.clone().unwrap_or_else(|| PathBuf::from(stem).with_extension("toml"));
    if path == Path::new("-") {
        print!("{text}");
        return Ok(());
    }
    files::write_new(&path, &text)?;
    println!("{}", path.display());
    eprintln!("Next: `melian run {}`.", path.display());
    Ok(())
}
