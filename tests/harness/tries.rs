//! How many random tries a test makes: all that its name states when `RO_TEST_EVERY_TRY` is set (`cargo ro test --every-try`, and CI), and
//! else a seeded share of them.

/// Variable that asks for all of them.
const EVERY_TRY: &str = "RO_TEST_EVERY_TRY";

/// All, or this share.
#[must_use]
pub fn of(all: usize, share: usize) -> usize {
    let every = std::env::var_os(EVERY_TRY).is_some_and(|value| !value.is_empty());
    if every { all } else { share }
}
