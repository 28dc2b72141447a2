//! Errors of starting and running the stack, each as one sentence a newcomer can act on, and the progress messages of the runner.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitStatus,
};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Error of starting or running the stack or a part of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A sentence that already names the remedy.
    #[error("{0}")]
    Said(String),
    #[error("{doing}")]
    Io {
        doing: String,
        #[source]
        source: io::Error,
    },
    /// A process of ours ended; with its last log lines.
    #[error("{name} ended: {status}{}", shown(.tail, .log))]
    Ended { name: String, status: ExitStatus, log: PathBuf, tail: Vec<String> },
    /// A process of ours did not become ready in time.
    #[error("{name} was not ready after {seconds} s{}", shown(.tail, .log))]
    NotReady { name: String, seconds: u64, log: PathBuf, tail: Vec<String> },
    /// Ctrl-C or SIGTERM while starting.
    #[error("stopped on request")]
    Cancelled,
}

fn shown(tail: &[String], log: &Path) -> String {
    if tail.is_empty() {
        return format!(" and wrote nothing to {}", log.display());
    }
    tail.iter().fold(format!("; the last lines of {}:", log.display()), |text, line| text + "\n    " + line)
}

impl Error {
    /// A sentence that names the remedy.
    pub fn said(sentence: impl Into<String>) -> Self {
        Self::Said(sentence.into())
    }
}

/// Extension that names what was attempted when the operating system refused.
pub trait Doing<T> {
    /// Adds the attempt to an input/output error.
    fn doing(self, attempt: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, attempt: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::Io { doing: attempt(), source })
    }
}

/// Progress message of the runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A step begins.
    Step(String),
    /// Something the person should know.
    Note(String),
}

/// Receiver of progress messages.
pub type Say<'a> = &'a mut dyn FnMut(Progress);
