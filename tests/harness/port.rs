//! Ports for servers that a test starts and that bind by themselves.

use local::ports::Picker;

/// A free port of this machine. Nothing else of this process takes it before the server does, and no connection does by chance.
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
