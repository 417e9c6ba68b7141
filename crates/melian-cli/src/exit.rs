//! Exit codes, and what is said before leaving.

use std::io::Write;
use std::panic;
use std::process::ExitCode;

use anstream::eprintln;

/// Done.
pub(crate) const DONE: u8 = 0;
/// The scenario, or its result, is at fault.
pub(crate) const SCENARIO: u8 = 1;
/// Wrong use, a file that can't be read or written, or a failure of ours.
pub(crate) const USE: u8 = 2;

/// What is said where nothing could be done: a full disk behind stdout, or a mistake of ours.
pub(crate) fn on_panic() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let said = info.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to") {
            let _ = writeln!(std::io::stderr(), "error: {said}");
        } else {
            usual(info);
            let _ = writeln!(
                std::io::stderr(),
                "error: this is a mistake in Melian; please report it with the lines above"
            );
        }
    }));
}

/// Why the program leaves without a result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The scenario is at fault; its diagnostics are already printed.
    Scenario,
    /// Wrong use; its diagnostics are already printed.
    Told,
    /// Stopped by the user, who has been told how to go on.
    Stopped,
    /// Wrong use or I/O.
    Use {
        /// What happened, lower-case.
        message: String,
        /// What to do.
        help: Option<String>,
    },
}

impl Failure {
    pub(crate) fn used(message: impl Into<String>) -> Self {
        Self::Use { message: message.into(), help: None }
    }

    pub(crate) fn help(self, text: impl Into<String>) -> Self {
        match self {
            Self::Use { message, .. } => Self::Use { message, help: Some(text.into()) },
            other => other,
        }
    }

    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Scenario => ExitCode::from(SCENARIO),
            Self::Stopped | Self::Told => ExitCode::from(USE),
            Self::Use { message, help } => {
                eprintln!("error: {message}");
                if let Some(help) = help {
                    eprintln!("  help: {help}");
                }
                ExitCode::from(USE)
            }
        }
    }
}
