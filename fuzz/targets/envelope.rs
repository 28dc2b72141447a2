//! Fuzz target: the decoder `envelope`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("envelope", bytes));
