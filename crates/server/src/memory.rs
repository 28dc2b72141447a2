//! Protection of the process's memory: no core dump to disk, no reading by another process of the same user.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Forbids core files, whatever the crash, and the reading of this memory by other processes of the same user.
///
/// # Errors
/// The kernel refuses; the process may go on, and must log it.
pub fn keep_memory_private() -> std::io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}
