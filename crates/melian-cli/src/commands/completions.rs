//! `melian completions`

use clap::CommandFactory;

use crate::args::{Arguments, CompletionsArguments};
use crate::exit::Failure;

/// Prints completions for a shell.
#[expect(clippy::unnecessary_wraps, reason = "all commands have one signature")]
pub(crate) fn run(arguments: &CompletionsArguments) -> Result<(), Failure> {
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "melian", &mut std::io::stdout());
    Ok(())
}
