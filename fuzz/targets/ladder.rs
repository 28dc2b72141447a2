//! Fuzz target: the decoder `ladder`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("ladder", bytes));
