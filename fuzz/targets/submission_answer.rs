//! Fuzz target: the decoder `submission_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("submission_answer", bytes));
