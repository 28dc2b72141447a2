//! Keys of a keyboard as the DevTools protocol names them.

use serde_json::{Value, json};

/// One key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    name: &'static str,
    code: &'static str,
    number: u32,
    text: &'static str,
}

impl Key {
    pub const TAB: Self = Self { name: "Tab", code: "Tab", number: 9, text: "" };
    pub const ENTER: Self = Self { name: "Enter", code: "Enter", number: 13, text: "\r" };
    pub const SPACE: Self = Self { name: " ", code: "Space", number: 32, text: " " };

    /// The key goes down and comes up again.
    pub fn events(self) -> [Value; 2] {
        let Self { name, code, number, text } = self;
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        [
            json!({ "type": down, "key": name, "code": code, "windowsVirtualKeyCode": number, "text": text }),
            json!({ "type": "keyUp", "key": name, "code": code, "windowsVirtualKeyCode": number }),
        ]
    }
}
