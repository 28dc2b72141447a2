//! Loopback ports: the listed ones when they are free, the next free ones otherwise.

use std::net::{Ipv4Addr, TcpListener};

use crate::error::{Doing, Result};

/// Which ports the services take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ports {
    /// The listed port, else the next free one.
    #[default]
    Stable,
    /// Whatever the machine gives: for tests beside each other.
    Free,
}

/// Picks ports and holds them all until it is dropped, so that it never gives one twice.
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
        let mut refused = None;
        for port in first..first.saturating_add(100) {
            match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
                Ok(listener) => {
                    self.held.push(listener);
                    return Ok(port);
                }
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or_else(|| self.any(), |error| Err(error).doing(|| format!("find a free port from {first} on")))
    }

    /// Takes this very port when it is free.
    pub fn exactly(&mut self, port: u16) -> bool {
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let free = bound.is_ok();
        self.held.extend(bound);
        free
    }

    /// Any free port.
    ///
    /// # Errors
    /// When the machine gives none.
    pub fn any(&mut self) -> Result<u16> {
        let doing = || "find a free port".to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing(doing)?;
        let port = listener.local_addr().doing(doing)?.port();
        self.held.push(listener);
        Ok(port)
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
}
