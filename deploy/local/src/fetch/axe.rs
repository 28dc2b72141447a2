//! Download of axe-core from the npm registry: one package, pinned by its integrity hash, of which one file is kept.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use base64::Engine as _;
use sha2::{Digest, Sha512};

use super::{Place, axe_file, children, megabytes, run, size_of};
use crate::{
    error::{Doing, Error, Progress, Result, Say},
    search_path,
};

pub const VERSION: &str = "4.14.1";
/// Integrity of the package as the registry publishes it: base64 of its SHA-512.
const INTEGRITY: &str = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==";
/// Programme that every apt brings along and that downloads one file.
const APT_HELPER: &str = "/usr/lib/apt/apt-helper";

/// Fetches the package with npm as it is set up on this machine, or else by https; checks it, and keeps the one file.
pub fn fetch(place: Place<'_>, say: Say<'_>) -> Result<()> {
    say(Progress::Step(format!("fetching axe-core {VERSION} from the npm registry into {}", place.dir.display())));
    let work = place.dir.join("npm");
    let mut failures = Vec::new();
    for (name, command) in clients(&work) {
        let _absent = fs::remove_dir_all(&work);
        fs::create_dir_all(&work).doing(|| format!("make {}", work.display()))?;
        match run(command, "axe-core", place, &work, say).and_then(|()| package(&work)) {
            Ok(()) => {
                unpack(place, &work, say)?;
                let size = megabytes(size_of(&axe_file(place.dir)));
                say(Progress::Note(format!("fetched axe-core through {name}: {size}, SHA-512 of the package checked")));
                let _left = fs::remove_dir_all(&work);
                return Ok(());
            }
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    let _left = fs::remove_dir_all(&work);
    Err(Error::said(format!(
        "axe-core is missing and could not be fetched ({}): install npm or curl, or name its file axe.min.js in RO_AXE",
        if failures.is_empty() { "there is no npm, curl or apt".to_owned() } else { failures.join("; ") }
    )))
}

/// What can fetch the package on this machine, best first.
fn clients(work: &Path) -> Vec<(&'static str, Command)> {
    let url = format!("https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz");
    let file = work.join("axe-core.tgz");
    let mut found = Vec::new();
    if let (Some(npm), Some(_)) = (search_path::program("npm"), search_path::program("node")) {
        let mut command = Command::new(npm);
        command
            .args(["pack", "--silent", "--ignore-scripts", &format!("axe-core@{VERSION}"), "--pack-destination"])
            .arg(work)
            .current_dir(work);
        found.push(("npm", command));
    }
    if let Some(curl) = search_path::program("curl") {
        let mut command = Command::new(curl);
        command.args(["--fail", "--silent", "--show-error", "--location", "--proto", "=https", "--output"]).arg(&file).arg(&url);
        found.push(("curl", command));
    }
    if Path::new(APT_HELPER).is_file() {
        let mut command = Command::new(APT_HELPER);
        command.args(["-o", "APT::Sandbox::User=", "download-file"]).arg(&url).arg(&file);
        found.push(("apt", command));
    }
    found
}

/// Checks that the folder holds the one package that was wanted.
fn package(work: &Path) -> Result<()> {
    let found = children(work).into_iter().find(|path| path.extension().is_some_and(|end| end == "tgz"));
    let path = found.ok_or_else(|| Error::said("no package came"))?;
    let bytes = fs::read(&path).doing(|| format!("read {}", path.display()))?;
    check(&bytes)?;
    fs::rename(&path, work.join("checked.tgz")).doing(|| format!("rename {}", path.display()))
}

fn check(bytes: &[u8]) -> Result<()> {
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha512::digest(bytes));
    if hash == INTEGRITY { Ok(()) } else { Err(Error::said(format!("the package is not axe-core {VERSION}: its SHA-512 is {hash}"))) }
}

fn unpack(place: Place<'_>, work: &Path, say: Say<'_>) -> Result<()> {
    let mut tar = Command::new("tar");
    tar.args(["-xzf", "checked.tgz", "package/axe.min.js"]).current_dir(work).stdin(Stdio::null());
    run(tar, "axe-core", place, work, say)?;
    let file = axe_file(place.dir);
    fs::rename(work.join("package/axe.min.js"), &file).doing(|| "find axe.min.js in the package".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_is_not_the_pinned_one_is_refused_and_never_unpacked() {
        let dir = std::env::temp_dir().join(format!("ro-axe-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("axe-core-9.9.9.tgz"), b"something else").unwrap();
        let refusal = package(&dir).unwrap_err().to_string();
        assert!(refusal.contains("is not axe-core"), "{refusal}");
        assert!(!dir.join("checked.tgz").exists());
        fs::remove_dir_all(&dir).unwrap();
    }
}
