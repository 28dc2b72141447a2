//! The command `ro logs NAME`: the log of one process.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::Path,
    process::ExitCode,
    thread,
    time::Duration,
};

use anyhow::bail;
use clap::Args;
use local::process;

use super::Place;
use crate::print;

/// Options of `ro logs`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo ro logs safety\n  cargo ro logs nats -f")]
pub struct Logs {
    #[command(flatten)]
    place: Place,

    /// A service, dashboard, nats, postgres, provision or seed
    name: String,

    /// Go on showing what is written, until Ctrl-C
    #[arg(short, long)]
    follow: bool,

    /// How many of the last lines
    #[arg(short = 'n', long, default_value_t = 100)]
    lines: usize,
}

impl Logs {
    /// Shows the last lines.
    ///
    /// # Errors
    /// When there is no such log; the sentence lists those there are.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let dir = self.place.dir().join("logs");
        let path = dir.join(format!("{}.log", self.name));
        if self.name.contains('/') || !path.is_file() {
            let mut names: Vec<String> = fs::read_dir(&dir)
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".log")?.to_owned()))
                .collect();
            names.sort();
            if names.is_empty() {
                bail!("there are no logs in {}: start the stack with `cargo ro up`", dir.display());
            }
            bail!("there is no log of {}: there are {}", self.name, names.join(", "));
        }
        for line in process::tail(&path, self.lines) {
            print::line(line);
        }
        if self.follow {
            follow(&path)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn follow(path: &Path) -> std::io::Result<()> {
    let mut at = fs::metadata(path)?.len();
    let mut rest = String::new();
    loop {
        thread::sleep(Duration::from_millis(150));
        let Ok(mut file) = File::open(path) else { continue };
        if file.metadata()?.len() < at {
            // The file was restarted by the next run.
            at = 0;
        }
        file.seek(SeekFrom::Start(at))?;
        let mut bytes = Vec::new();
        let read = file.take(1 << 20).read_to_end(&mut bytes)?;
        at += u64::try_from(read).unwrap_or_default();
        rest.push_str(&String::from_utf8_lossy(&bytes));
        while let Some((line, left)) = rest.split_once('\n') {
            print::line(line);
            rest = left.to_owned();
        }
    }
}
