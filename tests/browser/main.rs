//! The dashboard in a real Chromium, as people use it: the built programs, real PostgreSQL, real NATS, a mouse and a keyboard.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "the times that were measured, and the progress of a fetch, are read in the output of the tests")]

mod chromium;
mod devtools;
mod keys;
mod look;
mod page;
mod pages;
mod print;
mod proxy;
mod samples;
mod scene;
mod sign_in;

mod accessibility;
mod burst;
mod checks;
mod drafts;
mod event;
mod first_use;
mod half_open;
mod keyboard;
mod languages;
mod night;
mod race;
mod session_end;
mod tabs;
mod told;
mod without_script;

use harness::system::{System, Wishes};
use tokio::sync::OnceCell;

/// One system for every test that harms nothing; it ends with the process.
async fn system() -> System {
    static SHARED: OnceCell<System> = OnceCell::const_new();
    SHARED.get_or_init(|| System::start(Wishes { dashboard: true, ..Wishes::default() })).await.clone()
}

/// The origin of the dashboard: its address without the last slash.
fn origin(system: &System) -> String {
    let url = system.description.services.get("dashboard").and_then(|service| service.http.clone()).unwrap();
    url.trim_end_matches('/').to_owned()
}
