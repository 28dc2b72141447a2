//! Fuzz target: the decoder `ring`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("ring", bytes));
