//! Fuzz target: the decoder `reference_number`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("reference_number", bytes));
