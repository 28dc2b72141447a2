//! The `ro` command when a call is refused: its output, and the import of a file.

use std::{fs, path::Path, process::Stdio};

use harness::system::System;
use proto::wire::v1::Class;
use tokio::process::Command;

use crate::{canaries::Marks, searched_places::Sink};

async fn run(system: &System, arguments: &[&str]) -> Sink {
    let stack = local::Description::path(&system.description.state_dir);
    let mut command = Command::new(System::programs().join("ro"));
    command.args(arguments).arg("--stack").arg(stack).stdin(Stdio::null()).current_dir(&system.description.state_dir);
    command.env("XDG_STATE_HOME", &system.description.state_dir);
    let output = command.output().await.unwrap();
    // What was typed stands on the screen already; what the command makes of it may not repeat it to a log.
    (format!("ro {}", arguments.join(" ").split(' ').take(2).collect::<Vec<_>>().join(" ")), [output.stdout, output.stderr].concat())
}

/// Refused commands and an import with lines that cannot be read.
pub async fn type_wrong(system: &System, marks: &Marks) -> Vec<Sink> {
    let mark = || marks.loose("an argument of ro", Class::Protected);
    let mut printed = Vec::new();
    for who in ["staff-mission", "rj-officer-1"] {
        printed.push(run(system, &["case", "show", &mark(), "--as", who]).await);
        printed.push(run(system, &["case", "who-viewed", &mark(), "--as", who]).await);
    }
    let push = ["contact", "push", "--region", "pacific", "--kind", "email", "--victim-ref"];
    let (reference, value) = (mark(), mark());
    printed.push(run(system, &[&push[..], &[&reference, "--value", &value, "--as", "victim-services-pacific"]].concat()).await);
    let file = system.description.state_dir.join("canary-import.csv");
    fs::write(&file, import(marks)).unwrap();
    let path = file.to_string_lossy().into_owned();
    printed.push(run(system, &["referral", "import", &path, "--as", "rj-officer-1"]).await);
    kept(&file);
    printed
}

fn import(marks: &Marks) -> String {
    let mark = || marks.loose("a line of a file", Class::Protected);
    let good = |n: usize| format!("canary-{n},institutional,mission,{},{},804713K,{}", mark(), mark(), mark());
    let bad = format!("canary-bad,{},{},\"{}\x01,{}", mark(), mark(), mark(), mark());
    ["idempotency_key,origin,site,request,offender_name,offender_fps,victim_name".to_owned(), good(1), bad, good(2)].join("\n")
}

/// The rejected lines are kept beside the file, for who imports: they are that person's own.
fn kept(file: &Path) {
    let rejects = file.with_extension("csv.rejects.csv");
    for own in [file.to_path_buf(), rejects] {
        let _gone = fs::remove_file(own);
    }
}
