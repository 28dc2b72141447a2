//! What the operating system must not do with the memory of a process: write it to a disk, or show it to another of the same user.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// No core file, whatever the crash, and no reading of this memory by other processes of the same user (THREAT-13).
///
/// # Errors
/// The kernel refuses; the process may go on, and must say so.
pub fn keep_memory_private() -> std::io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}
