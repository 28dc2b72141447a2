//! Fuzz target: the decoder `certificate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("certificate", bytes));
