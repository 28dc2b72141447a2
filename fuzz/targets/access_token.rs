//! Fuzz target: the decoder `access_token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("access_token", bytes));
