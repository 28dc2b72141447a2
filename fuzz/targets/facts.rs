//! Fuzz target: the decoder `facts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("facts", bytes));
