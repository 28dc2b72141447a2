//! Tests of the pages over the real services, as a browser without a script sees them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod account;
mod assessment;
mod break_glass;
mod case;
mod casework;
mod channel;
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

use std::collections::BTreeMap;

use harness::{
    system::{System, Wishes},
    web::Browser,
};
use tokio::sync::OnceCell;

/// One system for every test; it ends with the process.
async fn system() -> System {
    static SHARED: OnceCell<System> = OnceCell::const_new();
    // Push services on this machine, where nothing answers.
    let push = vec![("NOTIFICATION_PUSH_HOSTS".to_owned(), "127.0.0.1:9".to_owned())];
    let settings = BTreeMap::from([("notification".to_owned(), push)]);
    SHARED.get_or_init(|| System::start(Wishes { dashboard: true, settings, ..Wishes::default() })).await.clone()
}

/// One of the invented people, signed in.
async fn signed_in(identity: &str) -> Browser {
    Browser::signed_in(&system().await, identity).await
}
