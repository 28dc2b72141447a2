//! Tests of the pages over the real services, as a browser without a script sees them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod account;
mod assessment;
mod break_glass;
mod case;
mod casework;
mod concern;
mod consent;
mod contact;
mod delivery;
mod device;
mod document;
mod grant;
mod hold;
mod inbox;
mod office;
mod proposal;
mod referral;
mod report;
mod site;
mod status;
mod wall;

use harness::{
    system::{System, Wishes},
    web::Browser,
};
use tokio::sync::OnceCell;

/// One system for every test; it ends with the process.
async fn system() -> System {
    static SHARED: OnceCell<System> = OnceCell::const_new();
    SHARED.get_or_init(|| System::start(Wishes { dashboard: true, ..Wishes::default() })).await.clone()
}

/// One of the invented people, signed in.
async fn signed_in(identity: &str) -> Browser {
    Browser::signed_in(&system().await, identity).await
}
