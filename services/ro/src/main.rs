//! The `ro` command: runs the local stack, and is the client of the services for people and systems. A file per command.

mod bench;
mod client;
mod demo;
mod deploy;
#[cfg(test)]
mod help_tests;
mod print;
mod stack;
mod text;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Restorative Opportunities on one machine and from the command line
#[derive(Debug, Parser)]
#[command(name = "ro", bin_name = "cargo ro", version, propagate_version = true, max_term_width = 110, after_help = client::text_argument::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Stack(stack::Command),
    #[command(flatten)]
    Client(client::Command),
    /// Play a day on the running stack, starting one when none runs
    Demo(demo::Demo),
    /// Measure the system beside what the machine can do at best
    Bench(bench::Bench),
    #[command(flatten)]
    Deploy(deploy::Command),
}

/// Removes the variables set for other databases and buses, except for a command whose options name a database of the person's own.
fn leave_foreign(command: &Command) -> std::io::Result<()> {
    if matches!(command, Command::Client(command) if command.names_a_database()) {
        return Ok(());
    }
    local::environment::leave_foreign()
}

fn main() -> ExitCode {
    base::programme::set(proto::PROGRAMME);
    let command = Cli::parse().command;
    if let Err(error) = leave_foreign(&command) {
        print::note(format!("ro: what is set for other databases cannot be left out ({error}): unset PG… and NATS_…"));
    }
    if let Err(error) = server::memory::keep_memory_private() {
        print::note(format!("ro: {error}: a crash may leave secrets on the disk"));
    }
    match command {
        Command::Stack(command) => stack::run(command),
        Command::Client(command) => client::run(command),
        Command::Demo(command) => demo::run(&command),
        Command::Bench(command) => bench::run(&command),
        Command::Deploy(command) => deploy::run(command),
    }
}
