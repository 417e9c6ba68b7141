//! `melian schema`

use anstream::println;

use crate::exit::Failure;

/// Prints the JSON Schema of the scenario language.
#[expect(clippy::unnecessary_wraps, reason = "all commands have one signature")]
pub(crate) fn run() -> Result<(), Failure> {
    println!("{:#}", melian::scenario::schema());
    Ok(())
}
