//! Tests of the pages over the real services, as a browser without a script sees them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod account;
mod assessment;
mod break_glass;
mod case;
mod casework;
mod channel;
mod clause;
mod concern;
mod condition;
mod consent;
mod contact;
mod delivery;
mod device;
mod document;
mod drill;
mod due;
mod entry;
mod exchange;
mod extract;
mod grant;
mod hold;
mod import;
mod inbox;
mod mediator;
mod office;
mod proposal;
mod protocol;
mod referral;
mod report;
mod request;
mod review;
mod session;
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
    // Push services and a gateway on this machine, where nothing answers.
    let secret = std::env::temp_dir().join(format!("ro-web-gateway-{}", std::process::id()));
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let outside = [
        ("NOTIFICATION_PUSH_HOSTS", "127.0.0.1:9".to_owned()),
        ("NOTIFICATION_GATEWAY_URL", "http://127.0.0.1:9/rings".to_owned()),
        ("NOTIFICATION_GATEWAY_SECRET_FILE", secret.display().to_string()),
    ];
    let outside = outside.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let settings = BTreeMap::from([("notification".to_owned(), outside)]);
    SHARED.get_or_init(|| System::start(Wishes { dashboard: true, settings, ..Wishes::default() })).await.clone()
}

/// One of the invented people, signed in.
async fn signed_in(identity: &str) -> Browser {
    Browser::signed_in(&system().await, identity).await
}
