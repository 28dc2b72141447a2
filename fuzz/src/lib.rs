//! Calls a decoder of `harness::decoders` by its name.

/// # Panics
/// The decoder breaks its promise, or there is none of this name.
pub fn run(name: &str, bytes: &[u8]) {
    let decoder = harness::decoders::ALL.iter().find(|(known, _)| *known == name);
    assert!(decoder.is_some(), "no decoder is named {name}");
    if let Some((_, decode)) = decoder {
        decode(bytes);
    }
}
