//! The use cases, a file each: load, decide, and save state and outbox in one transaction.

pub mod deliver_ring;
pub mod deliveries;
pub mod inbox;
pub mod mailer;
mod post;
pub mod preferences;
pub mod read_ring;
pub mod send_mail;
pub mod settle;
pub mod take_contact;
pub mod tell;

use std::sync::Arc;

use chassis::{Clock, Ids, Vault, outbox::Wake};
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::domain::address::StaffDomains;

/// What every use case needs. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub pool: PgPool,
    pub clock: Clock,
    pub ids: Ids,
    pub outbox: Wake,
    /// Wakes the mail worker; it looks by itself too.
    pub mail: Arc<Notify>,
    pub staff: Arc<StaffDomains>,
    pub vault: Vault,
}

impl App {
    #[must_use]
    pub fn new(pool: PgPool, clock: Clock, ids: Ids, outbox: Wake, staff: StaffDomains, vault: Vault) -> Self {
        Self { pool, clock, ids, outbox, mail: Arc::default(), staff: Arc::new(staff), vault }
    }
}
