//! Place of the folders of tests: in memory where there is room, so that no test waits for the disk. A killed process loses nothing there,
//! and no test makes a power cut.

use std::{path::Path, sync::LazyLock};

use crate::sys;

/// File system in memory.
const MEMORY: &str = "/dev/shm";
const DISK: &str = "/var/tmp";
/// Memory that must be free, in bytes: the data of all systems and test databases of a run at once, with a margin.
const ROOM: u64 = 6 << 30;

/// Both, for whoever removes what processes that are gone have left.
pub const PLACES: [&str; 2] = [MEMORY, DISK];

/// The place that this process uses.
#[must_use]
pub fn place() -> &'static str {
    static PLACE: LazyLock<&str> = LazyLock::new(|| if sys::free_space(Path::new(MEMORY)) >= ROOM { MEMORY } else { DISK });
    *PLACE
}

/// Whether a folder is in memory.
#[must_use]
pub fn is_in_memory(folder: &Path) -> bool {
    folder.starts_with(MEMORY)
}
