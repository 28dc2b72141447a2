//! Search of programs in the folders of PATH.

use std::{env, path::PathBuf};

/// Whether a program of this name is on PATH or in the administrator's folders.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let dirs = path_dirs().into_iter().chain(["/usr/sbin".into(), "/sbin".into()]);
    dirs.map(|dir: PathBuf| dir.join(name)).find(|path| path.is_file())
}

/// The folders of PATH.
#[must_use]
pub fn path_dirs() -> Vec<PathBuf> {
    // Not a program in the current folder.
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|dir| dir.is_absolute()).collect()
}
