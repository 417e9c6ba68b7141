//! `melian explain`

use anstream::println;
use melian::diagnostic::explain;

use crate::args::ExplainArguments;
use crate::exit::Failure;

/// Prints what a code means and how to mend it.
pub(crate) fn run(arguments: &ExplainArguments) -> Result<(), Failure> {
    let explanation = explain(&arguments.code).ok_or_else(|| {
        Failure::used(format!("there is no code `{}`", arguments.code))
            .help("codes look like M0101 and stand in brackets behind `error` or `warning`")
    })?;
    println!("{}: {}\n\n{}", explanation.code, explanation.title, explanation.text.trim_end());
    Ok(())
}
