//! Fuzz target: the decoder `page_token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("page_token", bytes));
