//! Limit of open files of the process: each connection is one, and what systems give by default is less than one instance may serve.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are open besides connections: databases, the bus, logs.
const BESIDES: u64 = 200;

/// Raises the limit of open files to what the system allows this process.
///
/// # Errors
/// The kernel refuses; the process goes on with what it has.
pub fn open_as_many_as_allowed() -> std::io::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
    Ok(())
}

/// Logs where the limit is lower than the connections that are set may need.
pub fn check(connections: u32) {
    let wanted = u64::from(connections) + BESIDES;
    if let Some(allowed) = getrlimit(Resource::Nofile).current
        && allowed < wanted
    {
        tracing::warn!(
            files.allowed = allowed,
            files.wanted = wanted,
            "the system allows fewer open files than connections may need: some will be refused"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_files_may_be_open_as_the_system_allows() {
        open_as_many_as_allowed().unwrap();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
