//! `melian completions`

use anstream::print;
use clap::CommandFactory;

use crate::args::{Arguments, CompletionsArguments};
use crate::exit::Failure;

/// Prints completions for a shell.
#[expect(clippy::unnecessary_wraps, reason = "all commands have one signature")]
pub(crate) fn run(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "melian", &mut script);
    print!("{}", String::from_utf8_lossy(&script));
    Ok(())
}
