//! End-to-end tests of the whole system from outside: the built programs, real PostgreSQL, real NATS.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
mod bad_input;
mod break_glass;
mod commands;
mod concern;
mod crashes;
mod database_copies;
mod device;
mod direct_delivery;
mod flood;
mod foreign_client;
mod gate;
mod gateway;
mod mediator;
mod process_secrets;
mod purge;
mod reconciliation;
mod referral;
mod review;
mod samples;
mod services;
mod site_move;
mod traces;
mod unauthorised_callers;

use harness::system::{System, Wishes};
use tokio::sync::OnceCell;

/// One system for every test that harms nothing; it ends with the process.
async fn system() -> System {
    static SHARED: OnceCell<System> = OnceCell::const_new();
    SHARED.get_or_init(|| System::start(Wishes::default())).await.clone()
}
