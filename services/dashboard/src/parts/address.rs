//! Addresses with a query: values escaped, empty ones left out.

use std::fmt::Write as _;

/// An address with the values of a query.
#[must_use]
pub fn with(path: &str, values: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
        let joint = if address.contains('?') { '&' } else { '?' };
        let _ = write!(address, "{joint}{name}={}", escaped(value));
    }
    address
}

/// A value with every character that could end it, or that is no ASCII, as bytes.
#[must_use]
pub fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    value.bytes().fold(String::new(), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_place_in_an_address() {
        assert_eq!(with("/x", &[("a", "é&b=1#?"), ("empty", ""), ("c", "rj-unit/nhq")]), "/x?a=%C3%A9%26b%3D1%23%3F&c=rj-unit/nhq");
        assert_eq!(with("/x?y=1", &[("a", "1 +2")]), "/x?y=1&a=1%20%2B2");
        assert_eq!(with("/x", &[]), "/x");
    }
}
