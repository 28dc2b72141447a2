//! Package download from the distribution's archive: verified by apt, unpacked and never installed.
//!
//! apt works on a private state and cache; the machine's own are only read.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Place, children, chromium_home, megabytes, nats_program, run, size_of, sources};
use crate::{
    error::{Doing, Error, Progress, Result, Say},
    search_path, version,
};

/// The Debian release whose nats-server is new enough.
const NATS_SUITE: &str = "trixie";

/// nats-server from Debian's archive, and from the release that has it new enough.
pub fn nats_server(place: Place<'_>, say: Say<'_>) -> Result<()> {
    let (id, codename) = distribution()?;
    let mut list = sources::of_distribution(&codename);
    if id == "debian" {
        list.retain(|source| source.suite == codename);
        list.truncate(1);
        for source in &mut list {
            NATS_SUITE.clone_into(&mut source.suite);
        }
    }
    let suite = list.first().map_or_else(String::new, |source| source.suite.clone());
    say(Progress::Step(format!(
        "fetching nats-server from the {id} archive (apt package nats-server, {suite}) into {}",
        place.dir.display()
    )));
    let apt = Apt::open(place, "nats", &list)?;
    apt.update(say)?;
    let size = apt.unpack(&["nats-server".to_owned()], &apt.dir.join("unpacked"), say)?;
    let program = nats_program(place.dir);
    fs::rename(apt.dir.join("unpacked/usr/sbin/nats-server"), &program).doing(|| "find nats-server in the package".to_owned())?;
    let _left = fs::remove_dir_all(&apt.dir);
    say(Progress::Note(format!("fetched nats-server: {} package, signature of the archive checked", megabytes(size))));
    Ok(())
}

/// PostgreSQL server, client and the libraries that this machine lacks.
pub fn postgres(place: Place<'_>, say: Say<'_>) -> Result<()> {
    let (id, codename) = distribution()?;
    let list = sources::of_distribution(&codename);
    let apt = Apt::open(place, "pg", &list)?;
    say(Progress::Step(format!("fetching PostgreSQL from the {id} archive (apt, {codename}) into {}", place.dir.display())));
    apt.update(say)?;
    let major = apt.newest_postgres()?;
    let server = format!("postgresql-{major}");
    let wanted = apt.missing(&server)?;
    say(Progress::Note(format!("packages: {}", wanted.join(" "))));
    let unpacked = apt.dir.join("unpacked");
    let size = apt.unpack(&wanted, &unpacked, say)?;
    let home = place.dir.join("postgresql");
    let _absent = fs::remove_dir_all(&home);
    fs::rename(&unpacked, &home).doing(|| format!("move PostgreSQL to {}", home.display()))?;
    let _left = fs::remove_dir_all(&apt.dir);
    say(Progress::Note(format!("fetched {server}: {} of packages, signature of the archive checked", megabytes(size))));
    Ok(())
}

/// Chromium and the libraries that this machine lacks. Only Debian has it as a package that can be unpacked: elsewhere it comes from Debian's
/// archive, whose key the distribution's own archive has.
pub fn chromium(place: Place<'_>, say: Say<'_>) -> Result<()> {
    let (id, codename) = distribution()?;
    let own = sources::of_distribution(&codename);
    let list = if id == "debian" { own } else { debian(place, &own, say)? };
    let apt = Apt::open(place, "chromium", &list)?;
    if id != "debian" {
        apt.forget_installed()?;
    }
    say(Progress::Step(format!("fetching Chromium from the Debian archive (apt) into {}", place.dir.display())));
    apt.update(say)?;
    let wanted = apt.with_libraries("chromium", &["chromium", "chromium-common", "fonts-dejavu-core"])?;
    say(Progress::Note(format!("packages: {}", wanted.join(" "))));
    let unpacked = apt.dir.join("unpacked");
    let size = apt.unpack(&wanted, &unpacked, say)?;
    let home = chromium_home(place.dir);
    let _absent = fs::remove_dir_all(&home);
    fs::rename(&unpacked, &home).doing(|| format!("move Chromium to {}", home.display()))?;
    let _left = fs::remove_dir_all(&apt.dir);
    say(Progress::Note(format!("fetched Chromium: {} of packages, signature of the archive checked", megabytes(size))));
    Ok(())
}

/// The sources of Debian on a machine of another distribution.
fn debian(place: Place<'_>, own: &[sources::Source], say: Say<'_>) -> Result<Vec<sources::Source>> {
    let apt = Apt::open(place, "keyring", own)?;
    say(Progress::Step("fetching the keys of the Debian archive (apt package debian-archive-keyring)".to_owned()));
    apt.update(say)?;
    let unpacked = place.dir.join("debian-archive-keyring");
    apt.unpack(&["debian-archive-keyring".to_owned()], &unpacked, say)?;
    let _left = fs::remove_dir_all(&apt.dir);
    let keys = unpacked.join("usr/share/keyrings/debian-archive-keyring.gpg");
    let source = |uri: &str, suite: &str| sources::Source {
        options: vec![format!("signed-by={}", keys.display())],
        uri: uri.to_owned(),
        suite: suite.to_owned(),
        components: "main".to_owned(),
    };
    Ok(vec![source("http://deb.debian.org/debian", "bookworm"), source("http://deb.debian.org/debian-security", "bookworm-security")])
}

fn distribution() -> Result<(String, String)> {
    if search_path::program("apt-get").is_none() || search_path::program("dpkg-deb").is_none() {
        return Err(Error::said("there is no apt on this machine"));
    }
    sources::distribution().ok_or_else(|| Error::said("/etc/os-release does not tell the distribution"))
}

/// An apt command with private state and cache folders.
struct Apt<'a> {
    place: Place<'a>,
    dir: PathBuf,
}

impl<'a> Apt<'a> {
    fn open(place: Place<'a>, name: &str, list: &[sources::Source]) -> Result<Self> {
        if list.is_empty() {
            return Err(Error::said("apt has no source of the distribution itself"));
        }
        let dir = place.dir.join(format!("apt-{name}"));
        let _absent = fs::remove_dir_all(&dir);
        let doing = || format!("prepare {}", dir.display());
        for part in ["state/lists/partial", "cache/archives/partial", "debs"] {
            fs::create_dir_all(dir.join(part)).doing(doing)?;
        }
        let lines: String = list.iter().map(sources::Source::line).collect();
        fs::write(dir.join("sources.list"), lines).doing(doing)?;
        // A copy: apt must not wait for, or lock, the machine's own.
        let installed = fs::read("/var/lib/dpkg/status").unwrap_or_default();
        fs::write(dir.join("status"), installed).doing(doing)?;
        Ok(Self { place, dir })
    }

    /// Plans as for a machine with nothing installed: the libraries of another distribution have other names and versions.
    fn forget_installed(&self) -> Result<()> {
        fs::write(self.dir.join("status"), "").doing(|| format!("write in {}", self.dir.display()))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let dir = self.dir.display();
        for option in [
            format!("Dir::State={dir}/state"),
            format!("Dir::State::status={dir}/status"),
            format!("Dir::Cache={dir}/cache"),
            format!("Dir::Etc::sourcelist={dir}/sources.list"),
            "Dir::Etc::sourceparts=/dev/null".to_owned(),
            "Debug::NoLocking=true".to_owned(),
            "APT::Sandbox::User=".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "Acquire::Retries=2".to_owned(),
        ] {
            command.arg("-o").arg(option);
        }
        command.env("LC_ALL", "C").env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    fn update(&self, say: Say<'_>) -> Result<()> {
        let mut command = self.command("apt-get");
        command.args(["-q", "-o", "APT::Update::Error-Mode=any", "update"]);
        run(command, "package lists", self.place, &self.dir.join("state"), say)
    }

    fn newest_postgres(&self) -> Result<u32> {
        let minimum = version::POSTGRES_MINIMUM.major();
        let text = output(self.command("apt-cache").args(["search", "--names-only", "^postgresql-[0-9]+$"]))?;
        let offered = text.lines().filter_map(|line| line.split_whitespace().next()?.strip_prefix("postgresql-")?.parse::<u32>().ok());
        match offered.max() {
            Some(major) if major >= minimum => Ok(major),
            Some(major) => Err(Error::said(format!("this distribution offers PostgreSQL {major}, older than {minimum}"))),
            None => Err(Error::said("this distribution offers no PostgreSQL")),
        }
    }

    /// The server, its client, and the libraries apt would install with them. Perl, the compiler for queries and the
    /// scripts that manage system services are left out: a private cluster does without.
    fn missing(&self, server: &str) -> Result<Vec<String>> {
        self.with_libraries(server, &[server, &server.replace("postgresql-", "postgresql-client-"), "libpq5"])
    }

    /// The named packages, whatever the machine has: an installation may be there and broken. And the libraries apt would install with `package`.
    fn with_libraries(&self, package: &str, named: &[&str]) -> Result<Vec<String>> {
        let plan = output(self.command("apt-get").args(["-s", "--no-install-recommends", "install", package]))?;
        let planned = plan.lines().filter_map(|line| line.strip_prefix("Inst ")?.split_whitespace().next());
        let libraries = planned.filter(|name| is_plain_library(name) && !named.contains(name));
        Ok(named.iter().copied().chain(libraries).map(str::to_owned).collect())
    }

    fn unpack(&self, packages: &[String], into: &Path, say: Say<'_>) -> Result<u64> {
        let debs = self.dir.join("debs");
        let mut command = self.command("apt-get");
        command.args(["-q", "download"]).args(packages).current_dir(&debs);
        run(command, "packages", self.place, &debs, say)?;
        let size = size_of(&debs);
        fs::create_dir_all(into).doing(|| format!("make {}", into.display()))?;
        for deb in children(&debs) {
            let mut unpack = Command::new("dpkg-deb");
            unpack.arg("-x").arg(&deb).arg(into);
            run(unpack, "unpacking", self.place, into, say)?;
        }
        Ok(size)
    }
}

fn is_plain_library(name: &str) -> bool {
    // The C library is the machine's own, and the drivers of graphics cards are nothing a test needs.
    name.starts_with("lib")
        && !name.ends_with("-perl")
        && !name.ends_with("-dev")
        && !["libc6", "libllvm", "libz3", "libperl", "libgl1-mesa-dri"].iter().any(|p| name.starts_with(p))
}

fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().doing(|| format!("run {program}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(Error::said(format!("{program}: {}", errors.lines().next_back().unwrap_or("failed"))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
