//! The use cases of intake, a file each: load, decide, save state and outbox in one transaction.

pub mod answer;
pub mod get_contact;
pub mod get_receipt;
pub mod get_referral;
pub mod list_queue;
pub mod push_contact;
pub mod record_referrals;
pub mod screen_referral;
pub mod submit_referral;

use chassis::{Clock, Ids, outbox};
use sqlx::PgPool;

pub use answer::{Answer, Receipt, Repeat};
pub use record_referrals::Submission;

/// What every use case needs besides its request.
#[derive(Clone)]
pub struct Desk {
    pub pool: PgPool,
    pub clock: Clock,
    pub ids: Ids,
    pub outbox: outbox::Wake,
}
