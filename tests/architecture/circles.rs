//! Circles between the modules of a crate: there are none.
//!
//! The rule: of the modules that stand in one folder, a file or a folder with all that is in it, none reaches itself over its neighbours.
//! A module reaches another when a file of it names a path there (`crate::…`, `super::…`); a name that a `mod.rs` or `lib.rs` re-exports
//! counts for the module that it comes from. What a folder's `mod.rs` defines itself belongs to the folder, so a parent and its child are
//! no circle. A circle of files is always one of neighbours in some folder.

use std::collections::{BTreeMap, BTreeSet};

use crate::scan::{self, File};

/// Folders of the crates.
const CRATES: [&str; 5] = ["services/", "crates/", "deploy/", "proto/", "tests/harness/"];

/// The circles that still stand: the folder, and the modules of one circle. Nothing may be added, and what is no longer in a circle goes.
const STILL: &[(&str, &[&str])] = &[];

type Module = Vec<String>;
/// For a folder, which of its modules names which other, and where.
type Edges = BTreeMap<Module, BTreeMap<(String, String), String>>;

/// The modules of one crate.
struct Crate<'a> {
    modules: BTreeMap<Module, &'a File>,
    /// Where a name that a module re-exports comes from.
    exports: BTreeMap<(Module, String), Module>,
}

/// The folder of sources of a crate, and the path of the module in it.
fn place(path: &str) -> Option<(String, Module)> {
    let (root, inside) = match path.split_once("/src/") {
        Some((root, inside)) => (format!("{root}/src"), inside),
        None => ("tests/harness".to_owned(), path.strip_prefix("tests/harness/")?),
    };
    let inside = inside.strip_suffix(".rs")?;
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    let module = if ["lib", "main"].contains(&inside) { Vec::new() } else { inside.split('/').map(str::to_owned).collect() };
    Some((root, module))
}

impl<'a> Crate<'a> {
    fn of(modules: BTreeMap<Module, &'a File>) -> Self {
        let mut this = Self { modules, exports: BTreeMap::new() };
        let exports: Vec<_> = this.modules.iter().flat_map(|(module, file)| this.exports_of(module, file)).collect();
        this.exports.extend(exports);
        this
    }

    /// What a module takes by `use` from another, by its name there.
    fn exports_of(&self, module: &Module, file: &File) -> Vec<((Module, String), Module)> {
        let code = file.plain();
        let mut found = Vec::new();
        let begins = |at: usize| {
            let before = code[..at].rsplit('\n').next().unwrap_or_default();
            before.is_empty() || before == "pub " || (before.starts_with("pub(") && before.ends_with(") "))
        };
        for (at, _) in code.match_indices("use ").filter(|(at, _)| begins(*at)) {
            for path in scan::tree(&code[at + 4..]) {
                let (Some(first), Some(name)) = (path.first(), path.last()) else { continue };
                let child = [module.as_slice(), std::slice::from_ref(first)].concat();
                let whole = match first.as_str() {
                    "crate" | "super" | "self" => self.absolute(module, &path),
                    _ if self.modules.contains_key(&child) => [module.as_slice(), &path].concat(),
                    _ => continue,
                };
                found.push(((module.clone(), name.clone()), whole));
            }
        }
        found
    }

    /// The path from the root of the crate.
    fn absolute(&self, module: &Module, path: &[String]) -> Module {
        let mut base = module.clone();
        let mut rest = path;
        while let [first, further @ ..] = rest {
            match first.as_str() {
                "crate" => base.clear(),
                "super" => drop(base.pop()),
                "self" => {}
                _ => break,
            }
            rest = further;
        }
        base.extend(rest.iter().cloned());
        base
    }

    /// The module in which what a path names is defined.
    fn defines(&self, path: &Module) -> Module {
        let mut path = path.clone();
        // Bounded: a re-export of a re-export is rare, and a circle of them does not compile.
        for _ in 0..8 {
            let depth = (0..=path.len()).rev().find(|depth| self.modules.contains_key(&path[..*depth])).unwrap_or_default();
            let (module, rest) = path.split_at(depth);
            let exported = rest.first().and_then(|name| self.exports.get(&(module.to_vec(), name.clone())));
            match exported {
                Some(origin) if *origin != path => path = [origin.as_slice(), &rest[1..]].concat(),
                _ => return module.to_vec(),
            }
        }
        path
    }

    fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (module, file) in &self.modules {
            let code = file.plain();
            for (line, path) in ["crate", "super"].iter().flat_map(|root| scan::named(&code, root)) {
                let target = self.defines(&self.absolute(module, &path));
                let shared = module.iter().zip(&target).take_while(|(a, b)| a == b).count();
                if let (Some(from), Some(to)) = (module.get(shared), target.get(shared)) {
                    let folder = edges.entry(module[..shared].to_vec()).or_default();
                    folder.entry((from.clone(), to.clone())).or_insert_with(|| file.at(line, &format!("{from} names {to}")));
                }
            }
        }
        edges
    }
}

/// The circles of each folder of a set of files: the folder, its modules of one circle, and where they name each other.
fn circles(files: &[File]) -> Vec<(String, BTreeSet<String>, Vec<String>)> {
    let mut crates: BTreeMap<String, BTreeMap<Module, &File>> = BTreeMap::new();
    for file in files.iter().filter(|file| CRATES.iter().any(|root| file.path.starts_with(root))) {
        if let Some((root, module)) = place(&file.path).filter(|(root, _)| root == "tests/harness" || !file.is_test()) {
            crates.entry(root).or_default().insert(module, file);
        }
    }
    let mut found = Vec::new();
    for (root, modules) in crates {
        for (folder, edges) in Crate::of(modules).edges() {
            for circle in strong(edges.keys()) {
                let inside = edges.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
                let places = inside.map(|(_, place)| place.clone()).collect();
                found.push((
                    std::iter::once(root.as_str()).chain(folder.iter().map(String::as_str)).collect::<Vec<_>>().join("/"),
                    circle,
                    places,
                ));
            }
        }
    }
    found
}

/// The sets of nodes that reach each other.
fn strong<'a>(edges: impl Iterator<Item = &'a (String, String)> + Clone) -> Vec<BTreeSet<String>> {
    let reached = |from: &String| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(node) = next.pop() {
            for (_, to) in edges.clone().filter(|(a, _)| *a == node) {
                if seen.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
        seen
    };
    let nodes: BTreeSet<&String> = edges.clone().map(|(from, _)| from).collect();
    let reach: BTreeMap<&String, BTreeSet<String>> = nodes.iter().map(|node| (*node, reached(node))).collect();
    let mut found: Vec<BTreeSet<String>> = Vec::new();
    for node in nodes {
        let with: BTreeSet<String> =
            reach[node].iter().filter(|other| reach.get(other).is_some_and(|r| r.contains(node))).cloned().collect();
        if !with.is_empty() && !found.contains(&with) {
            found.push(with);
        }
    }
    found
}

/// What is wrong: a circle that is not known, and a known one that is there no longer, or not with all its modules.
fn wrong(circles: &[(String, BTreeSet<String>, Vec<String>)], known: &[(&str, &[&str])]) -> Vec<String> {
    let is_in = |circle: &BTreeSet<String>, modules: &[&str]| circle.iter().all(|module| modules.contains(&module.as_str()));
    let mut found = Vec::new();
    for (folder, circle, places) in circles {
        if !known.iter().any(|(known, modules)| known == folder && is_in(circle, modules)) {
            let members: Vec<&str> = circle.iter().map(String::as_str).collect();
            found.push(format!("{folder}: {} form a circle\n    {}", members.join(", "), places.join("\n    ")));
        }
    }
    for (folder, modules) in known {
        let still =
            |module: &&&str| circles.iter().any(|(of, circle, _)| of == folder && is_in(circle, modules) && circle.contains(**module));
        let gone: Vec<&str> = modules.iter().filter(|module| !still(module)).copied().collect();
        if !gone.is_empty() {
            found.push(format!("{folder}: {} are in no circle any more, and leave the list STILL", gone.join(", ")));
        }
    }
    found
}

#[test]
fn the_modules_of_a_folder_form_no_circle() {
    scan::none("circles", wrong(&circles(&scan::rust()), STILL));
}

#[test]
fn a_circle_is_noticed_and_so_is_one_that_is_gone() {
    let crate_of = |files: &[(&str, &str)]| {
        let files: Vec<File> = files.iter().map(|(path, text)| File::sample(&format!("services/x/src/{path}"), text)).collect();
        circles(&files)
            .into_iter()
            .map(|(folder, circle, _)| format!("{folder}: {}", circle.into_iter().collect::<Vec<_>>().join(" ")))
            .collect::<Vec<_>>()
    };
    assert_eq!(crate_of(&[("a.rs", "use crate::b::B;"), ("b.rs", "fn f() { super::a::g() }")]), ["services/x/src: a b"]);
    // Of rooms, though no two files name each other; of three; over a re-export.
    let rooms = [("a/mod.rs", ""), ("a/one.rs", "use crate::b::two;"), ("b/mod.rs", ""), ("b/two.rs", ""), ("b/three.rs", "use crate::a;")];
    assert_eq!(crate_of(&rooms), ["services/x/src: a b"]);
    let three = [("r/mod.rs", ""), ("r/a.rs", "use super::b;"), ("r/b.rs", "use super::c;"), ("r/c.rs", "use crate::r::{a::A, b};")];
    assert_eq!(crate_of(&three), ["services/x/src/r: a b c"]);
    let exported = [("r/mod.rs", "pub use a::{A, Z};\n"), ("r/a.rs", "use super::b::B;"), ("r/b.rs", "use super::A;")];
    assert_eq!(crate_of(&exported), ["services/x/src/r: a b"]);
    // A parent and its child are none, nor is what only a test names.
    assert!(crate_of(&[("r/mod.rs", "mod a;\nuse a::A;\npub struct R;"), ("r/a.rs", "use super::R;")]).is_empty());
    assert!(crate_of(&[("a.rs", "#[cfg(test)]\nmod tests {\n    use crate::b;\n}"), ("b.rs", "use crate::a;")]).is_empty());

    let now = [("x".to_owned(), BTreeSet::from(["a".to_owned(), "b".to_owned()]), Vec::new())];
    let counted = |known: &[(&str, &[&str])]| wrong(&now, known).len();
    assert_eq!([counted(&[]), counted(&[("x", &["a", "b"])]), counted(&[("x", &["a", "b", "c"])])], [1, 0, 1]);
    assert_eq!(counted(&[("x", &["a", "b"]), ("y", &["a", "b"])]), 1);
}
