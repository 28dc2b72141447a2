//! Fuzz target: the decoder `referral`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run("referral", bytes));
