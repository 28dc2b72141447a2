//! Fuzz target: the decoder `raise_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("raise_answer", bytes));
