//! Use cases of entry to a site: ask, decide, hand out the manifest, check what changed, let lapse; and curfews [R2a, R6d, R7d, X-559].

pub mod ask;
pub mod curfew;
pub mod decide;
pub mod lapse;
pub mod list;
pub mod manifest;
pub mod step;

/// Object kind of an entry in the audit log.
const ENTRY: &str = "entry";
