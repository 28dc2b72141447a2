//! Safe folders: made, owned and checked before anything in them is read, written or run, so that no other user can have prepared them.
//!
//! Our folders have well-known names, and some are below `/var/tmp`, where every user may create one. So every folder on the path must
//! belong to root or this user, and others may at most add to it, never rename what is ours (the sticky bit).

use std::{
    collections::VecDeque,
    ffi::{OsStr, OsString},
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Component, Path, PathBuf},
};

use crate::{
    error::{Doing, Error, Result},
    sys,
};

const ROOT: u32 = 0;
/// Largest number of symbolic links on one path, as in the kernel.
const MAX_LINKS: u32 = 40;
const OTHERS_WRITE: u32 = 0o002;
const GROUP_WRITES: u32 = 0o020;
const STICKY: u32 = 0o1000;

/// Makes a folder, and those above it that are missing, or sets the mode of the one that is there: it must be ours already.
///
/// # Errors
/// When it is a link or no folder, belongs to another user, others may write in it, or the path to it is not safe.
pub fn make(dir: &Path, mode: u32) -> Result<()> {
    let doing = || format!("make the folder {}", dir.display());
    if !check(dir)? {
        // For nobody else, whatever the person's usual mode is.
        DirBuilder::new().recursive(true).mode(0o700).create(dir).doing(doing)?;
        if !check(dir)? {
            return Err(refused(dir, "is gone again"));
        }
    }
    open_folder(dir).and_then(|folder| folder.set_permissions(fs::Permissions::from_mode(mode))).doing(doing)
}

/// Whether a folder is there. When it is, it is ours and nobody else can have changed what is in it.
///
/// # Errors
/// As for [`make`].
pub fn check(dir: &Path) -> Result<bool> {
    let dir = std::path::absolute(dir).doing(|| format!("find {}", dir.display()))?;
    judge_way(dir.parent().unwrap_or(&dir))?;
    let found = match fs::symlink_metadata(&dir) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).doing(|| format!("look at {}", dir.display())),
    };
    if !found.is_dir() {
        return Err(refused(&dir, "is a link or no folder"));
    }
    if found.uid() != sys::user_id() {
        return Err(refused(&dir, "belongs to another user"));
    }
    if others_may_write(&found) {
        return Err(refused(&dir, "may be written by other users"));
    }
    Ok(true)
}

/// Checks a program in a folder of ours: a file, no link, and writable by nobody else.
///
/// # Errors
/// When it is not.
pub fn check_program(program: &Path) -> Result<()> {
    let found = fs::symlink_metadata(program).doing(|| format!("look at {}", program.display()))?;
    if !found.is_file() {
        return Err(refused(program, "is a link or no file"));
    }
    if ![ROOT, sys::user_id()].contains(&found.uid()) {
        return Err(refused(program, "belongs to another user"));
    }
    if others_may_write(&found) {
        return Err(refused(program, "may be written by other users"));
    }
    Ok(())
}

/// Opens a folder without following a link, so that operations on it affect no other.
///
/// # Errors
/// When it is none.
pub fn open_folder(dir: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_DIRECTORY).open(dir)
}

/// Walks a path from the root as far as it exists. What is missing at its end is made by us.
fn judge_way(way: &Path) -> Result<()> {
    let mut left: VecDeque<OsString> = names(way);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    judge_step(&at)?;
    while let Some(name) = left.pop_front() {
        if name == OsStr::new("..") {
            at.pop();
            continue;
        }
        let next = at.join(name);
        let found = match fs::symlink_metadata(&next) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error).doing(|| format!("look at {}", next.display())),
        };
        if !found.is_symlink() {
            at = next;
            judge_step(&at)?;
            continue;
        }
        links += 1;
        if links > MAX_LINKS || !is_trusted(found.uid()) {
            return Err(refused(&next, "is a link of another user"));
        }
        let target = fs::read_link(&next).doing(|| format!("read {}", next.display()))?;
        if target.is_absolute() {
            at = PathBuf::from("/");
        }
        for name in names(&target).into_iter().rev() {
            left.push_front(name);
        }
    }
    Ok(())
}

fn names(path: &Path) -> VecDeque<OsString> {
    let name = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    };
    path.components().filter_map(name).collect()
}

fn judge_step(dir: &Path) -> Result<()> {
    let found = fs::symlink_metadata(dir).doing(|| format!("look at {}", dir.display()))?;
    if !found.is_dir() {
        return Err(refused(dir, "is no folder"));
    }
    if !is_trusted(found.uid()) {
        return Err(refused(dir, "belongs to another user"));
    }
    if others_may_write(&found) && found.mode() & STICKY == 0 {
        return Err(refused(dir, "may be written by other users"));
    }
    Ok(())
}

fn others_may_write(found: &Metadata) -> bool {
    found.mode() & OTHERS_WRITE != 0 || (found.mode() & GROUP_WRITES != 0 && !is_own_group(found.gid()))
}

/// The group that distributions make for one user, with that user's number: nobody else is in it.
fn is_own_group(group: u32) -> bool {
    group == sys::user_id() && group == sys::group_id()
}

fn is_trusted(owner: u32) -> bool {
    owner == ROOT || owner == sys::user_id() || is_outside(owner)
}

/// Whether an owner is outside this process's user namespace: all such users share one number, and nobody inside can act as that.
fn is_outside(owner: u32) -> bool {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let map = read("/proc/self/uid_map");
    let whole = map.split_whitespace().eq(["0", "0", "4294967295"]);
    !whole && !map.is_empty() && read("/proc/sys/kernel/overflowuid").trim().parse() == Ok(owner)
}

fn refused(path: &Path, why: &str) -> Error {
    Error::said(format!(
        "{} {why}: nothing there is used. Have it removed, or choose another place: --state-dir for the data, RO_NATS_SERVER and RO_PG_BIN for the programs",
        path.display()
    ))
}
