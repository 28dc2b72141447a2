//! Fuzz target: the decoder `contact`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("contact", bytes));
