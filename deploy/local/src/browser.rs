//! Search for the browser that the tests of the pages drive, and for axe-core, which they run in it. The stack itself needs neither.
//!
//! Order: the path the person named, the usual folders, PATH, our own folder of fetched tools, and last a download.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    error::{Doing, Error, Progress, Result, Say},
    fetch, place,
    search_path::path_dirs,
    tools::{Choice, Wishes},
    version::Version,
};

/// The oldest Chromium the tests are written for: its headless mode is the browser itself.
pub const CHROMIUM_MINIMUM: Version = Version([120, 0, 0]);

/// Names of Chromium and its relatives.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
/// Where a script of Debian finds the program itself.
const DEBIAN: &str = "usr/lib/chromium/chromium";

/// A Chromium that is new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChromiumTool {
    pub program: PathBuf,
    /// Root of the packages of a fetched copy, with the libraries and fonts that came along.
    pub home: Option<PathBuf>,
    pub version: Version,
}

impl ChromiumTool {
    /// The program with a clean environment: no proxy, no display and no setting of the person.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear();
        self.environment().into_iter().for_each(|(name, value)| {
            command.env(name, value);
        });
        command
    }

    /// The variables it runs with.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![("PATH", "/usr/bin:/bin".to_owned()), ("LANG", "C.UTF-8".to_owned()), ("TZ", "UTC".to_owned())];
        if let Some(home) = &self.home {
            let libraries: Vec<String> = libraries(home).iter().map(|dir| dir.display().to_string()).collect();
            variables.push(("LD_LIBRARY_PATH", libraries.join(":")));
            variables.push(("FONTCONFIG_FILE", fonts_file(home).display().to_string()));
        }
        variables
    }
}

/// Finds Chromium (`RO_CHROMIUM` names a program, or `fetch`), or fetches it.
///
/// # Errors
/// When there is none that is new enough and none can be fetched.
pub fn chromium(wishes: &Wishes, say: Say<'_>) -> Result<ChromiumTool> {
    let minimum = CHROMIUM_MINIMUM;
    let choice = Choice::from_env("RO_CHROMIUM");
    if let Choice::Path(program) = choice {
        return match look_at(program, None) {
            Ok(tool) if tool.version >= minimum => Ok(tool),
            Ok(tool) => {
                Err(Error::said(format!("{} is Chromium {}, older than {}", tool.program.display(), tool.version, minimum.major())))
            }
            Err(why) => Err(Error::said(format!("{why}: name another program in RO_CHROMIUM, or unset it"))),
        };
    }
    if choice == Choice::Find {
        for program in candidates() {
            match look_at(program, None) {
                Ok(tool) if tool.version >= minimum => return Ok(tool),
                Ok(tool) => say(Progress::Note(format!("not used: {} is Chromium {}", tool.program.display(), tool.version))),
                Err(why) => say(Progress::Note(format!("not used: {why}"))),
            }
        }
    }
    if let Some(tool) = own(&wishes.tools_dir)? {
        return Ok(tool);
    }
    if !wishes.may_fetch {
        return Err(Error::said(
            "Chromium is missing: unset RO_OFFLINE so that it can be fetched, or install it (apt-get install chromium)".to_owned(),
        ));
    }
    fetch::chromium(wishes.place(), say)?;
    own(&wishes.tools_dir)?.ok_or_else(|| {
        Error::said("the fetched Chromium does not run on this machine: install it (apt-get install chromium) or name one in RO_CHROMIUM")
    })
}

/// Finds axe-core (`RO_AXE` names its file `axe.min.js`, or `fetch`), or fetches it.
///
/// # Errors
/// When there is none and none can be fetched.
pub fn axe(wishes: &Wishes, say: Say<'_>) -> Result<PathBuf> {
    if let Choice::Path(file) = Choice::from_env("RO_AXE") {
        return if file.is_file() { Ok(file) } else { Err(Error::said(format!("{} is no file: RO_AXE names axe.min.js", file.display()))) };
    }
    let file = fetch::axe_file(&wishes.tools_dir);
    if !(place::check(&wishes.tools_dir)? && file.is_file()) {
        if !wishes.may_fetch {
            return Err(Error::said(
                "axe-core is missing: unset RO_OFFLINE so that it can be fetched, or name its file in RO_AXE".to_owned(),
            ));
        }
        fetch::axe(wishes.place(), say)?;
    }
    place::check_program(&file)?;
    Ok(file)
}

/// What this machine may have, the program itself before scripts that start it.
fn candidates() -> Vec<PathBuf> {
    let named = NAMES.iter().flat_map(|name| path_dirs().into_iter().map(move |dir| dir.join(name)));
    let mut found: Vec<PathBuf> =
        [Path::new("/").join(DEBIAN)].into_iter().chain(named).filter(|path| path.is_file() && !is_snap(path)).collect();
    found.dedup();
    found
}

/// Whether a program is one of snap, or the script that Ubuntu has in its place: it sees neither our folders nor our pipes.
fn is_snap(program: &Path) -> bool {
    let target = fs::canonicalize(program).unwrap_or_default();
    let script = fs::read(program).is_ok_and(|text| text.starts_with(b"#!") && String::from_utf8_lossy(&text).contains("/snap/"));
    target.starts_with("/snap") || target.ends_with("usr/bin/snap") || script
}

fn own(tools_dir: &Path) -> Result<Option<ChromiumTool>> {
    let home = fetch::chromium_home(tools_dir);
    let program = home.join(DEBIAN);
    if !place::check(tools_dir)? || !program.is_file() {
        return Ok(None);
    }
    place::check(&home)?;
    place::check_program(&program)?;
    if !fonts_file(&home).is_file() {
        write_fonts_file(&home)?;
    }
    Ok(look_at(program, Some(home)).ok().filter(|tool| tool.version >= CHROMIUM_MINIMUM))
}

fn look_at(program: PathBuf, home: Option<PathBuf>) -> Result<ChromiumTool> {
    let mut tool = ChromiumTool { program, home, version: Version([0; 3]) };
    let output = tool.command().arg("--version").output().doing(|| format!("run {}", tool.program.display()))?;
    let version = Version::parse(&String::from_utf8_lossy(&output.stdout));
    tool.version = version.ok_or_else(|| Error::said(format!("{} tells no version", tool.program.display())))?;
    Ok(tool)
}

/// Folders of shared libraries below the root of unpacked packages: with or without `/usr`, and those of packages with a folder of their own.
fn libraries(home: &Path) -> Vec<PathBuf> {
    let of_machine = |dir: PathBuf| fetch::children(&dir).into_iter().find(|dir| dir.to_string_lossy().ends_with("-linux-gnu"));
    let roots: Vec<PathBuf> = ["usr/lib", "lib"].iter().filter_map(|lib| of_machine(home.join(lib))).collect();
    let inside = roots.iter().flat_map(|root| ["pulseaudio", "nss"].map(|name| root.join(name))).filter(|dir| dir.is_dir());
    roots.clone().into_iter().chain(inside).collect()
}

fn fonts_file(home: &Path) -> PathBuf {
    home.join("fonts.conf")
}

/// Tells the fetched copy where its fonts are: a bare machine has none, and no settings for them.
fn write_fonts_file(home: &Path) -> Result<()> {
    let fonts = home.join("usr/share/fonts");
    let text = format!(
        "<?xml version=\"1.0\"?>\n<fontconfig><dir>{}</dir><dir>/usr/share/fonts</dir><cachedir>{}</cachedir></fontconfig>\n",
        fonts.display(),
        env::temp_dir().join("ro-fonts").display()
    );
    let file = fonts_file(home);
    fs::write(&file, text).doing(|| format!("write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn script(dir: &Path, name: &str, text: &str) -> PathBuf {
        let path = dir.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn the_script_that_only_leads_to_a_snap_is_no_browser_and_a_program_tells_its_version() {
        let dir = env::temp_dir().join(format!("ro-chromium-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let snap = script(&dir, "chromium-browser", "exec /snap/bin/chromium \"$@\"");
        let real = script(&dir, "chromium", "echo 'Chromium 148.0.7778.167 built on Debian GNU/Linux 12 (bookworm)'");
        let silent = script(&dir, "chrome", "exit 3");
        assert!(is_snap(&snap) && !is_snap(&real));
        assert_eq!(look_at(real, None).unwrap().version.major(), 148);
        assert!(look_at(silent, None).unwrap_err().to_string().contains("tells no version"));
        fs::remove_dir_all(&dir).unwrap();
    }
}
