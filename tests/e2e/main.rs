//! End-to-end tests of the whole system from outside: the built programs, real PostgreSQL, real NATS.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
mod bad_input;
mod break_glass;
mod commands;
mod concern;
mod device;
mod dumped;
mod flood;
mod gate;
mod guarded;
mod handed_over;
mod killed;
mod outsider;
mod people;
mod private;
mod purge;
mod referral;
mod services;
mod site;
mod strangers;
mod traced;

use harness::system::{System, Wishes};
use tokio::sync::OnceCell;

/// One system for every test that harms nothing; it ends with the process.
async fn system() -> System {
    static SHARED: OnceCell<System> = OnceCell::const_new();
    SHARED.get_or_init(|| System::start(Wishes::default())).await.clone()
}
