//! Choice of loopback ports: the listed ones when they are free, the next free ones otherwise.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    io,
    net::{Ipv4Addr, TcpListener},
    ops::Range,
    sync::{
        LazyLock,
        atomic::{AtomicU16, Ordering},
    },
};

use crate::error::{Doing, Result};

/// Port range below the machine's ephemeral ports, so that no other process gets one of these by chance.
const QUIET: Range<u16> = 15_000..32_000;

/// The next port this process tries. Two processes hardly ever begin at the same one.
static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
    let places = u64::from(QUIET.end - QUIET.start);
    AtomicU16::new(u16::try_from(RandomState::new().hash_one(std::process::id()) % places).unwrap_or_default())
});

/// Rule for choosing the services' ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ports {
    /// The listed port, else the next free one.
    #[default]
    Stable,
    /// Any that is free: for tests beside each other.
    Free,
}

/// Picker of ports that keeps them all bound until it is dropped, so that it never gives one twice.
#[derive(Debug, Default)]
pub struct Picker {
    held: Vec<TcpListener>,
}

impl Picker {
    /// The first free port at or above `first`.
    ///
    /// # Errors
    /// When none of the next hundred is free.
    pub fn from(&mut self, first: u16) -> Result<u16> {
        self.first_of(first..=first.saturating_add(99)).doing(|| format!("find a free port from {first} on"))
    }

    /// Takes exactly this port when it is free.
    pub fn exactly(&mut self, port: u16) -> bool {
        self.first_of([port]).is_ok()
    }

    /// Any free port; no picker of this process gets the same soon after another, even once that one was dropped.
    ///
    /// # Errors
    /// When none of a hundred is free.
    pub fn any(&mut self) -> Result<u16> {
        let next = || QUIET.start + NEXT.fetch_add(1, Ordering::Relaxed) % (QUIET.end - QUIET.start);
        self.first_of(std::iter::repeat_with(next).take(100)).doing(|| "find a free port".to_owned())
    }

    fn first_of(&mut self, ports: impl IntoIterator<Item = u16>) -> io::Result<u16> {
        let mut refused = io::ErrorKind::AddrNotAvailable.into();
        for port in ports {
            match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
                Ok(listener) => {
                    self.held.push(listener);
                    return Ok(port);
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_passed_over_and_none_is_given_twice() {
        let mut picker = Picker::default();
        let taken = picker.any().unwrap();
        let next = picker.from(taken).unwrap();
        assert_ne!(taken, next);
    }

    #[test]
    fn a_port_that_was_given_back_is_not_the_next_that_is_given_and_no_connection_takes_it_by_chance() {
        let given: Vec<u16> = (0..50).map(|_| Picker::default().any().unwrap()).collect();
        let different: std::collections::BTreeSet<u16> = given.iter().copied().collect();
        assert_eq!(different.len(), given.len());
        assert!(given.iter().all(|port| *port < 32_768), "{given:?}");
    }
}
