//! Calls to cargo that build the programs of the other packages.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};
use local::{environment, sys};

use super::checkout;
use crate::print;

/// A cargo command in the checkout, without the variables that an outer `cargo run` or other work set.
#[must_use]
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let left = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|p| name.starts_with(p));
        if environment::is_foreign(&name) || name.to_str().is_some_and(left) {
            command.env_remove(name);
        }
    }
    sys::die_with_parent(&mut command, sys::SIGTERM);
    command.current_dir(checkout());
    command
}

/// Whether cargo started this program.
#[must_use]
pub fn by_cargo() -> bool {
    env::var_os("CARGO_MANIFEST_DIR").is_some() && env::var_os("CARGO").is_some()
}

/// The folder of the programs built together with this one.
///
/// # Errors
/// When this program has no path.
pub fn bin_dir() -> anyhow::Result<PathBuf> {
    let program = env::current_exe().context("find this program")?;
    Ok(program.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf))
}

/// Builds every program of the workspace in the profile of this one, with cargo's own progress.
///
/// # Errors
/// When the build fails.
pub fn programs() -> anyhow::Result<()> {
    let dir = bin_dir()?;
    let missing = local::SERVICES.iter().chain(&[local::OMS_READER, "dashboard"]).any(|name| !dir.join(name).is_file());
    if missing {
        print::note("building the services: the first build takes some minutes, later ones seconds");
    }
    let mut command = cargo();
    command.args(["build", "--workspace", "--bins"]);
    if dir.file_name().is_some_and(|name| name == "release") {
        command.arg("--release");
    }
    let status = command.status().context("run cargo")?;
    ensure!(status.success(), "the build failed ({status}): the lines above tell where");
    Ok(())
}
