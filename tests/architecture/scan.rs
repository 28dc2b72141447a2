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

    /// The lines outside of unit tests; none of a file that holds only tests.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.marked().into_iter().filter(|(_, _, test)| !test).map(|(number, line, _)| (number, line))
    }

    /// The lines of the unit tests, or of a file that holds only tests.
    pub fn tests(&self) -> impl Iterator<Item = (usize, &str)> {
        self.marked().into_iter().filter(|(_, _, test)| *test).map(|(number, line, _)| (number, line))
    }

    /// Each line, and whether it is compiled for tests only: what follows `#[cfg(test)]` up to the end of that item. The code is formatted, so
    /// an item ends at a semicolon on its first line or at a closing brace under that line.
    fn marked(&self) -> Vec<(usize, &str, bool)> {
        let (tests_only, mut end, mut begins) = (self.is_test(), None, false);
        let mut mark = |line: &str| {
            let (code, indent) = (line.trim(), &line[..line.len() - line.trim_start().len()]);
            if let Some(last) = &end {
                if line == last {
                    end = None;
                }
                return true;
            }
            if code.starts_with("#[cfg(test)]") || (begins && code.starts_with("#[")) {
                begins = true;
            } else if begins {
                begins = false;
                end = (!code.ends_with([';', '}'])).then(|| format!("{indent}}}"));
            } else {
                return false;
            }
            true
        };
        self.lines().map(|(number, line)| (number, line, mark(line) || tests_only)).collect()
    }

    /// The code without comments, one line for each of the file, empty where there was a test or a comment.
    pub fn plain(&self) -> String {
        let lines = self.marked().into_iter();
        lines
            .map(|(_, line, test)| if test || line.trim_start().starts_with("//") { "\n".to_owned() } else { format!("{line}\n") })
            .collect()
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

/// The paths that begin with `root` (`crate` or `super`), with their line: `[crate, a, b]` of `crate::a::b`, and one for each in
/// `crate::{a, b::c}`. A visibility, as `pub(in crate::a)`, names nothing.
pub fn named(code: &str, root: &str) -> Vec<(usize, Vec<String>)> {
    let mark = format!("{root}::");
    let starts = code.match_indices(&mark).filter(|(at, _)| {
        let before = &code[..*at];
        !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') && !before.ends_with("in ")
    });
    let line = |at: usize| code[..at].matches('\n').count() + 1;
    starts.flat_map(|(at, _)| tree(&code[at..]).into_iter().map(move |path| (line(at), path))).collect()
}

/// Every path of a use tree, written out: `a::{self, b::c}` is `a`, `a::b::c`.
pub fn tree(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    branch(text, &[], &mut found);
    found
}

/// Reads one branch; answers with what follows it.
fn branch<'a>(text: &'a str, before: &[String], found: &mut Vec<Vec<String>>) -> &'a str {
    let (mut rest, mut path) = (text.trim_start(), before.to_vec());
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            rest = group.trim_start();
            while !rest.is_empty() && !rest.starts_with('}') {
                let after = branch(rest, &path, found).trim_start_matches([',', ' ', '\n']);
                if after.len() == rest.len() {
                    return "";
                }
                rest = after;
            }
            return rest.strip_prefix('}').unwrap_or_default();
        }
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        rest = &rest[name.len()..];
        if !name.is_empty() && (name != "self" || path.is_empty()) {
            path.push(name);
        }
        rest = rest.strip_prefix('*').unwrap_or(rest);
        match rest.strip_prefix("::") {
            Some(further) => rest = further,
            None => break,
        }
    }
    if let Some(alias) = rest.strip_prefix(" as ") {
        rest = alias.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    }
    found.push(path);
    rest
}

#[test]
fn code_is_what_is_no_test_wherever_the_tests_stand() {
    let file =
        File::sample("a.rs", "#[cfg(test)]\nmod tests;\nfn a() {}\n#[cfg(test)]\n#[expect(x)]\nmod b {\n    fn c() {}\n}\nfn d() {}\n");
    assert_eq!(file.code().map(|(number, _)| number).collect::<Vec<_>>(), [3, 9]);
    assert_eq!(file.tests().count(), 7);
    assert_eq!(File::sample("x/tests/a.rs", "fn a() {}\n").code().count(), 0);
}

#[test]
fn every_path_of_a_use_tree_is_read() {
    let paths = |code: &str, root: &str| {
        named(code, root).into_iter().map(|(line, path)| format!("{line} {}", path.join("::"))).collect::<Vec<_>>()
    };
    let code = "use crate::{\n    a::{self, B},\n    c as d,\n};\nfn f(_: crate::e::G<super::super::H>) {}\npub(in crate::i) struct J;\n";
    assert_eq!(paths(code, "crate"), ["1 crate::a", "1 crate::a::B", "1 crate::c", "5 crate::e::G"]);
    assert_eq!(paths(code, "super"), ["5 super::super::H"]);
    assert_eq!(paths("use super::{x, y::*};", "super"), ["1 super::x", "1 super::y"]);
}
