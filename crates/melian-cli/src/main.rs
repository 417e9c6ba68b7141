//! The program `melian`: arguments, files, progress, and the rendering of diagnostics.
//! Results go to stdout, progress and diagnostics to stderr.

mod args;
mod commands;
mod exit;
mod files;
mod input;
mod ledger;
mod render;

use std::panic;
use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
use exit::Failure;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.color.apply();
    exit::on_panic();
    match panic::catch_unwind(|| run(arguments.command)) {
        Ok(Ok(())) => ExitCode::from(exit::DONE),
        Ok(Err(failure)) => failure.report(),
        Err(_) => ExitCode::from(exit::USE),
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::New(arguments) => commands::new::run(&arguments),
        Command::Import(arguments) => commands::import::run(&arguments),
        Command::Report(arguments) => commands::report::run(&arguments),
        Command::Solve(arguments) => commands::solve::run(&arguments),
        Command::Lenses(arguments) => commands::lenses::run(&arguments),
        Command::Backtest(arguments) => commands::backtest::run(&arguments),
        Command::Claims(arguments) => commands::claims::run(&arguments),
        Command::Packages(arguments) => commands::packages::run(&arguments),
        Command::Hinges(arguments) => commands::hinges::run(&arguments),
        Command::Policies(arguments) => commands::policies::run(&arguments),
        Command::Levers(arguments) => commands::levers::run(&arguments),
        Command::Drivers(arguments) => commands::drivers::run(&arguments),
        Command::Discover(arguments) => commands::discover::run(&arguments),
        Command::Compare(arguments) => commands::compare::run(&arguments),
        Command::Seal(arguments) => commands::seal::run(&arguments),
        Command::Verify(arguments) => commands::verify::run(&arguments),
        Command::Resolve(arguments) => commands::resolve::run(&arguments),
        Command::Score(arguments) => commands::score::run(&arguments),
        Command::Mechanism(arguments) => commands::mechanism::run(&arguments),
        Command::Cite(arguments) => commands::cite::run(&arguments),
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Schema => commands::schema::run(),
        Command::Completions(arguments) => commands::completions::run(&arguments),
    }
}
