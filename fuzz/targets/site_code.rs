//! Fuzz target: the decoder `site_code`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("site_code", bytes));
