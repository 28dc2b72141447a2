//! Parser of the machine's own apt sources, so that packages come only from the archives it is set up for.

use std::{fs, path::PathBuf};

/// One line of sources: an archive, a suite, its components and the options in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub options: Vec<String>,
    pub uri: String,
    pub suite: String,
    pub components: String,
}

impl Source {
    /// The one-line format of apt.
    pub fn line(&self) -> String {
        let options = if self.options.is_empty() { String::new() } else { format!("[{}] ", self.options.join(" ")) };
        format!("deb {options}{} {} {}\n", self.uri, self.suite, self.components)
    }
}

/// `ID` and `VERSION_CODENAME` of the distribution.
pub fn distribution() -> Option<(String, String)> {
    let text = fs::read_to_string("/etc/os-release").ok()?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).map(|v| v.trim_matches('"').to_owned());
    Some((value("ID")?, value("VERSION_CODENAME")?))
}

/// The sources of the distribution itself: those whose suite begins with its code name.
pub fn of_distribution(codename: &str) -> Vec<Source> {
    let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten().map(|entry| entry.path());
    let files: Vec<PathBuf> = std::iter::once(PathBuf::from("/etc/apt/sources.list")).chain(parts).collect();
    let mut found = Vec::new();
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        match file.extension().and_then(|ext| ext.to_str()) {
            Some("list") => found.extend(text.lines().filter_map(one_line)),
            Some("sources") => found.extend(text.split("\n\n").flat_map(stanza)),
            _ => {}
        }
    }
    found.retain(|source| source.suite.starts_with(codename));
    found.dedup();
    found
}

fn one_line(line: &str) -> Option<Source> {
    let rest = line.trim().strip_prefix("deb ")?.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(inner) => {
            let (options, rest) = inner.split_once(']')?;
            (options.split_whitespace().map(str::to_owned).collect(), rest)
        }
        None => (Vec::new(), rest),
    };
    let mut words = rest.split_whitespace();
    let (uri, suite) = (words.next()?.to_owned(), words.next()?.to_owned());
    Some(Source { options, uri, suite, components: words.collect::<Vec<_>>().join(" ") })
}

fn stanza(text: &str) -> Vec<Source> {
    let field = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    let words = |name: &str| -> Vec<String> { field(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect() };
    if !words("types").iter().any(|kind| kind == "deb") || field("enabled").is_some_and(|on| on == "no") {
        return Vec::new();
    }
    let mut options = Vec::new();
    for (name, option) in [("signed-by", "signed-by"), ("trusted", "trusted"), ("architectures", "arch")] {
        if let Some(value) = field(name).filter(|value| !value.is_empty()) {
            options.push(format!("{option}={}", value.replace(' ', ",")));
        }
    }
    let components = words("components").join(" ");
    let suites = words("suites");
    let per_uri = |uri: String| {
        suites.clone().into_iter().map({
            let (options, components) = (options.clone(), components.clone());
            move |suite| Source { options: options.clone(), uri: uri.clone(), suite, components: components.clone() }
        })
    };
    words("uris").into_iter().flat_map(per_uri).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_a_source_are_read() {
        let line = one_line("deb [signed-by=/k.gpg arch=amd64] http://archive.example/debian bookworm main contrib").unwrap();
        assert_eq!(line.line(), "deb [signed-by=/k.gpg arch=amd64] http://archive.example/debian bookworm main contrib\n");
        let text = "Types: deb\n# a remark\nURIs: http://archive.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /k.gpg\n";
        let found = stanza(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].line(), "deb [signed-by=/k.gpg] http://archive.example/debian bookworm-updates main\n");
        assert!(stanza(&format!("Enabled: no\n{text}")).is_empty());
        assert_eq!(one_line("deb-src http://archive.example/debian bookworm main"), None);
    }
}
