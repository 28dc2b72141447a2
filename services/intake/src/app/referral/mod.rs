//! Use cases of submitters: submit referrals, and read a receipt.

pub mod get_receipt;
pub mod record;
pub mod record_batched;
pub mod submit;
pub mod submit_set;

pub use record::Submission;
pub use record_batched::{Batching, Recorder};
