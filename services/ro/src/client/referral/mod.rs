//! The command `ro referral`: submit one, import many, follow by number, and the RJ Unit's queue [R5a, R6a, R7a, R8a, R3a].

mod import;
mod keys;
mod queue;
mod receipts;
mod rejects;
pub mod send;
mod submit;

use clap::Subcommand;
pub use submit::{new_key, show};

use super::{common::Common, failure::Failure, session::Session};

super::session::service_client!(intake, referrals: proto::intake::v1::referral_service_client::ReferralServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Submit(Box<submit::Submit>),
    Import(import::Import),
    Status(submit::ReceiptStatus),
    Receipts(receipts::Receipts),
    Queue(queue::Queue),
    Screen(queue::Screen),
}

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Submit(c) => &c.common,
            Self::Import(c) => &c.common,
            Self::Status(c) => &c.common,
            Self::Receipts(c) => &c.common,
            Self::Queue(c) => &c.common,
            Self::Screen(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        match self {
            Self::Submit(c) => c.run(session).await,
            Self::Import(c) => c.run(session).await,
            Self::Status(c) => c.run(session).await,
            Self::Receipts(c) => c.run(session).await,
            Self::Queue(c) => c.run(session).await,
            Self::Screen(c) => c.run(session).await,
        }
    }
}
