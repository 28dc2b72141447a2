//! Ports for servers that a test starts and that bind by themselves.

use local::ports::Picker;

/// A free port of this machine, which nothing else of this process and no outgoing connection takes before the server does.
///
/// # Panics
/// When the machine has no free port.
#[expect(clippy::unwrap_used, reason = "a test that has no port has failed")]
pub fn free() -> u16 {
    Picker::default().any().unwrap()
}

/// The same as an address.
pub fn address() -> String {
    format!("127.0.0.1:{}", free())
}
