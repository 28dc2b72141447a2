//! Fuzz target: the decoder `concern`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("concern", bytes));
