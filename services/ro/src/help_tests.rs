//! Commands that the help, the messages and the documents name: each is there, with the options it is named with.

use std::{fs, path::Path};

use clap::{Command, CommandFactory};

use crate::Cli;

/// The words of a line as a shell splits them, up to whatever ends the command.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            '|' | '>' | '<' | ';' | '#' if !quoted => break,
            _ => word.push(letter),
        }
    }
    words.push(word);
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// What is wrong with a command line behind `ro`.
fn fault(root: &Command, line: &str) -> Option<String> {
    let (mut command, mut words) = (root, words(line).into_iter());
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        if let Some(option) = word.strip_prefix("--") {
            let (name, value) = option.split_once('=').map_or((option, false), |(name, _)| (name, true));
            let known = command.get_arguments().chain(root.get_arguments()).find(|argument| argument.get_long() == Some(name));
            match known {
                Some(argument) if argument.get_action().takes_values() && !value => drop(words.next()),
                Some(_) => {}
                None if ["help", "version"].contains(&name) => {}
                None => return Some(format!("`{}` has no --{name}", command.get_name())),
            }
        } else if let Some(inner) = command.find_subcommand(&word) {
            command = inner;
        } else if command.has_subcommands() && command.get_positionals().next().is_none() {
            return Some(format!("`{}` has no {word}", command.get_name()));
        }
    }
    None
}

/// The examples of a command and of all below it.
fn examples(command: &Command, found: &mut Vec<String>) {
    for help in [command.get_after_help(), command.get_after_long_help()].into_iter().flatten() {
        let help = help.to_string().replace("\\\n", " ");
        let lines = help.lines().map(str::trim).filter_map(|line| line.strip_prefix("cargo ").unwrap_or(line).strip_prefix("ro "));
        found.extend(lines.map(str::to_owned));
    }
    command.get_subcommands().for_each(|inner| examples(inner, found));
}

/// What stands behind `ro` between backticks, or to the end of a message.
fn named(text: &str) -> Vec<String> {
    let in_backticks = text.split('`').skip(1).step_by(2).map(|quoted| quoted.strip_prefix("cargo ").unwrap_or(quoted));
    let at_the_end = text.lines().filter_map(|line| line.split_once(": ro ").map(|(_, rest)| rest.split('"').next().unwrap_or_default()));
    in_backticks.filter_map(|quoted| quoted.strip_prefix("ro ")).chain(at_the_end).map(str::to_owned).collect()
}

fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            texts(&entry, found);
        } else if entry.extension().is_some_and(|kind| kind == "rs" || kind == "md") && !entry.ends_with("src/help_tests.rs") {
            found.push((entry.display().to_string(), fs::read_to_string(&entry).unwrap()));
        }
    }
}

#[test]
fn every_example_of_the_help_names_commands_and_options_that_are_there() {
    let mut root = Cli::command();
    root.build();
    let mut found = Vec::new();
    examples(&root, &mut found);
    let faults: Vec<String> = found.iter().filter_map(|line| fault(&root, line).map(|fault| format!("ro {line}: {fault}"))).collect();
    assert_eq!(faults, Vec::<String>::new());
    assert!(found.len() > 80, "only {} examples were found", found.len());
    assert!(fault(&root, "case break_glass end ID").is_some() && fault(&root, "case glass list --closed").is_some());
}

#[test]
fn every_command_that_a_message_or_a_document_names_is_there() {
    let mut root = Cli::command();
    root.build();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    texts(&here.join("src"), &mut found);
    texts(&here.join("../../docs"), &mut found);
    let readme = here.join("../../README.md");
    found.push(("README.md".to_owned(), fs::read_to_string(readme).unwrap()));
    let (mut faults, mut seen) = (Vec::new(), 0);
    for (file, text) in &found {
        for line in named(text) {
            seen += 1;
            faults.extend(fault(&root, &line).map(|fault| format!("{file}: ro {line}: {fault}")));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    assert!(seen > 100, "only {seen} commands are named");
}
