//! The network connections of the processes, from the kernel's own list, compared with the addresses in their settings.

use std::{collections::BTreeSet, fs};

use harness::system::System;

use crate::searched_places;

/// Connections of a process that it opened itself: the ports of the other ends. All of it is on this machine.
fn opened(pid: u32, listens: &BTreeSet<u16>) -> BTreeSet<String> {
    let mine: BTreeSet<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|fd| fs::read_link(fd.path()).ok()?.to_str()?.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned))
        .collect();
    let mut found = BTreeSet::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        for line in fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [_, local, remote, state, _, _, _, _, _, inode, ..] = fields.as_slice() else { continue };
            let port = |end: &str| end.rsplit(':').next().and_then(|hex| u16::from_str_radix(hex, 16).ok()).unwrap_or_default();
            // Listening, or taken in at its own door.
            if !mine.contains(*inode) || *state == "0A" || listens.contains(&port(local)) || port(remote) == 0 {
                continue;
            }
            let loopback =
                remote.starts_with("0100007F:") || remote.contains("0100007F:") || remote.starts_with("00000000000000000000000001000000:");
            found.insert(if loopback { port(remote).to_string() } else { format!("elsewhere: {remote}") });
        }
    }
    found
}

/// The ports that the settings of a process name: where it serves, and where it may go.
fn settings(pid: u32) -> (BTreeSet<u16>, BTreeSet<String>) {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let text = String::from_utf8_lossy(&environment).into_owned();
    let pairs = || text.split('\0').filter_map(|pair| pair.split_once('='));
    let port = |value: &str| value.trim_end_matches('/').rsplit(':').next().map(str::to_owned).unwrap_or_default();
    let listens = pairs().filter(|(name, _)| name.ends_with("_LISTEN")).filter_map(|(_, value)| port(value).parse().ok()).collect();
    let names = |name: &str| name.ends_with("_URL") || name.ends_with("_ENDPOINT");
    (listens, pairs().filter(|(name, _)| names(name)).map(|(_, value)| port(value)).collect())
}

/// Fails where a process is connected to what its settings do not name; gives the number of connections that were looked at.
pub fn look(system: &System) -> usize {
    let mut seen = 0;
    for (name, service) in &searched_places::now(system).services {
        let (listens, allowed) = settings(service.pid);
        assert!(!listens.is_empty() && !allowed.is_empty(), "the settings of {name} cannot be read");
        let opened = opened(service.pid, &listens);
        seen += opened.len();
        let beyond: Vec<_> = opened.difference(&allowed).collect();
        assert!(beyond.is_empty(), "{name} is connected to {beyond:?}; its settings name {allowed:?}");
    }
    seen
}
