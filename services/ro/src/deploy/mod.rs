//! Deployment commands, seldom run by people: a file per command.

mod init;
mod issuer;

use std::process::ExitCode;

use clap::Subcommand;

use crate::print;

/// Commands for a deployment.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make what a set of containers needs before it starts: keys, certificates, passwords, tokens
    #[command(hide = true)]
    Init(init::Init),
    /// Serve the development sign-in
    #[command(hide = true)]
    Issuer(issuer::Issuer),
}

/// Runs a command to its exit status: 0 done, 1 not.
pub fn run(command: Command) -> ExitCode {
    let result = match command {
        Command::Init(command) => command.run(),
        Command::Issuer(command) => command.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::note(format!("ro: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
