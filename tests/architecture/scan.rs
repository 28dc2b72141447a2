//! The files of the repository, and the parts of a Rust file that are not tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub const SERVICES: [&str; 5] = ["intake", "cases", "safety", "notification", "reporting"];

/// A text file, with its path from the root of the repository.
#[derive(Debug, Clone)]
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    pub fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Numbered lines.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(i, line)| (i + 1, line))
    }

    /// The lines before the unit tests; none of a file that holds only tests.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests_only = self.is_test();
        self.lines().take_while(move |(_, line)| !tests_only && !line.trim_start().starts_with("#[cfg(test)]"))
    }

    /// The lines of the unit tests, or of a file that holds only tests.
    pub fn tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests_only = self.is_test();
        self.lines().skip_while(move |(_, line)| !tests_only && !line.trim_start().starts_with("#[cfg(test)]"))
    }

    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.ends_with("tests.rs")
    }

    pub fn at(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file with one of the extensions, build output and the like left out.
pub fn files(extensions: &[&str]) -> Vec<File> {
    let (root, mut found, mut folders) = (root(), Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", ".git", ".sqlx", "node_modules"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if extensions.iter().any(|extension| name.ends_with(&format!(".{extension}"))) {
                let relative = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                found.push(File { path: relative, text: fs::read_to_string(&path).unwrap_or_default() });
            }
        }
    }
    assert!(!found.is_empty(), "nothing was found to look at");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

pub fn rust() -> Vec<File> {
    files(&["rs"])
}

/// Fails with every finding on a line of its own.
pub fn none(rule: &str, findings: Vec<String>) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}
