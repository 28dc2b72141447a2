//! Use cases of submitters: submit referrals, read a receipt, and list their own.

pub mod get_receipt;
pub mod list_receipts;
pub mod record;
pub mod record_batched;
pub mod submit;
pub mod submit_set;

pub use record::Submission;
pub use record_batched::{Batching, Recorder};
