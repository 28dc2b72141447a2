//! The settings of each process, as its own command line declares them, and the table of them in docs/OPERATIONS.md.

use std::collections::BTreeMap;

use clap::{Arg, Command};
use server::config::command;

use crate::repo;

/// The command of a process with its environment variables.
pub fn of(process: &str) -> Command {
    base::programme::set(proto::PROGRAMME);
    match process {
        "intake" => command::<intake::Config>("intake"),
        "cases" => command::<cases::Config>("cases"),
        "safety" => command::<safety::Config>("safety"),
        "notification" => command::<notification::Config>("notification"),
        "reporting" => command::<reporting::Config>("reporting"),
        "oms-reader" => command::<oms_reader::Config>("oms-reader"),
        "dashboard" => command::<dashboard::Config>("dashboard"),
        other => panic!("{other} is no process of ours"),
    }
}

/// Each variable, and whether the process starts without it.
pub fn variables(command: &Command) -> BTreeMap<String, bool> {
    let named = |arg: &Arg| Some((arg.get_env()?.to_string_lossy().into_owned(), arg.is_required_set()));
    command.get_arguments().filter_map(named).collect()
}

const BEGIN: &str = "<!-- settings: written by tests/contract/settings.rs -->\n";
const END: &str = "<!-- end of settings -->";

#[test]
fn the_operations_guide_lists_every_setting_of_every_process() {
    let document = repo::read("docs/OPERATIONS.md");
    let (head, rest) = document.split_once(BEGIN).expect("docs/OPERATIONS.md has no place for the settings");
    let (_, tail) = rest.split_once(END).expect("docs/OPERATIONS.md: the settings do not end");
    repo::golden("docs/OPERATIONS.md", &format!("{head}{BEGIN}{}{END}{tail}", tables()));
}

fn tables() -> String {
    let of_one = |process: &str| -> Vec<String> { variables(&of(process)).into_keys().map(|name| suffix(process, &name)).collect() };
    let (mut shared, safety, reporting) = (of_one("intake"), of_one("safety"), of_one("reporting"));
    shared.retain(|name| safety.contains(name) && reporting.contains(name));
    let mut text = String::from("\nEvery process (`<SERVICE>_` stands for its name in capitals):\n\n");
    let is_shared = |arg: &Arg| shared.contains(&arg.get_id().as_str().to_uppercase());
    let intake = of("intake");
    text += &table("<SERVICE>_", intake.get_arguments().filter(|arg| has_variable(arg) && is_shared(arg)));
    for process in repo::PROCESSES {
        let own = of(process);
        let mut own = own.get_arguments().filter(|arg| has_variable(arg) && !is_shared(arg)).peekable();
        if own.peek().is_some() {
            text += &format!("\nOf `{process}` alone:\n\n");
            text += &table(&repo::prefix(process), own);
        }
    }
    text + "\n"
}

fn has_variable(arg: &Arg) -> bool {
    arg.get_env().is_some()
}

fn suffix(process: &str, variable: &str) -> String {
    variable.trim_start_matches(&process.to_uppercase()).trim_start_matches('_').to_owned()
}

fn table<'a>(prefix: &str, args: impl Iterator<Item = &'a Arg>) -> String {
    let mut text = String::from("| variable | without it | meaning |\n| --- | --- | --- |\n");
    for arg in args {
        let default: Vec<String> = arg.get_default_values().iter().map(|v| format!("`{}`", v.to_string_lossy())).collect();
        let default = match (default.is_empty(), arg.is_required_set()) {
            (false, _) => default.join(","),
            (true, true) => "does not start".to_owned(),
            (true, false) => "unset".to_owned(),
        };
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default().replace('\n', " ");
        text += &format!("| `{prefix}{}` | {default} | {help} |\n", arg.get_id().as_str().to_uppercase());
    }
    text
}
