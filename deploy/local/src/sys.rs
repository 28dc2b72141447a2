//! System calls that the standard library does not wrap. The only unsafe code of this crate.
#![expect(unsafe_code, reason = "prctl and kill have no wrapper in the standard library")]

use std::{io, os::unix::process::CommandExt, process::Command};

pub use libc::{SIGINT, SIGKILL, SIGQUIT, SIGTERM};

/// Lets the kernel send `signal` to the child when the thread that spawned it ends, however it ends.
pub fn die_with_parent(command: &mut Command, signal: i32) {
    let parent = std::process::id();
    let arm = move || {
        // SAFETY: prctl and getppid are async-signal-safe and touch no memory of ours.
        let (armed, now) = unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, signal), libc::getppid()) };
        if armed != 0 {
            return Err(io::Error::last_os_error());
        }
        // The parent may have died between fork and prctl: the signal would then never come.
        if u32::try_from(now) != Ok(parent) {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        Ok(())
    };
    // SAFETY: the closure runs between fork and exec and calls only async-signal-safe functions; it does not allocate.
    unsafe { command.pre_exec(arm) };
}

/// Sends a signal to one process. False when there is no such process or it is not ours.
#[must_use]
pub fn send(pid: u32, signal: i32) -> bool {
    let Ok(pid) = i32::try_from(pid) else { return false };
    if pid <= 1 {
        return false;
    }
    // SAFETY: kill touches no memory of ours; the pid is above 1, so it names exactly one process.
    unsafe { libc::kill(pid, signal) == 0 }
}

/// Whether a process with this id exists and is not a zombie.
#[must_use]
pub fn alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z')))
}

/// The name the kernel keeps for a process.
#[must_use]
pub fn command_name(pid: u32) -> Option<String> {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).ok().map(|name| name.trim_end().to_owned())
}

/// Bytes that this user may still write below a folder; none where it cannot be asked.
#[must_use]
pub fn free_space(folder: &std::path::Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(0, |of| of.f_bavail.saturating_mul(of.f_frsize))
}

/// The user this process acts as.
#[must_use]
pub fn user_id() -> u32 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").map_or(u32::MAX, |data| data.uid())
}

/// The group this process acts for.
#[must_use]
pub fn group_id() -> u32 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").map_or(u32::MAX, |data| data.gid())
}

/// Whether this process acts as root.
#[must_use]
pub fn is_root() -> bool {
    user_id() == 0
}
