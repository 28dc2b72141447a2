//! Fuzz target: the decoder `identifier`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("identifier", bytes));
