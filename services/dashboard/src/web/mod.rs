//! Basis of the pages: state of the handlers, visitors, members, and what they send.

pub mod download;
pub mod multipart;
pub mod of_case;
pub mod page;
pub mod renew;
pub mod rules;
pub mod streams;
pub mod strip;
pub mod submitted;
pub mod uploaded;
pub mod visitor;
pub mod watch;

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use base::{Clock, Ids};
use server::limits::Quota;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    clients::{Clients, Safety},
    frame::Shell,
    provider::Provider,
    session::Sessions,
    text::Language,
    web::{streams::Streams, strip::Strip, watch::Watches},
};

/// Most pages processed at once. Forms that raise or accept are not counted, and wait for none.
pub const MAX_PAGES: usize = 128;
/// Most pages leading to these forms processed at once: signing in, and the empty form.
pub const MAX_ON_THE_WAY: usize = 64;
/// Shared state of the handlers. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub clients: Clients,
    /// What every page has around it.
    pub shell: Arc<Shell>,
    pub safety: Safety,
    pub sessions: Sessions,
    /// Where people sign in; none where that is not set.
    pub provider: Option<Provider>,
    pub clock: Clock,
    pub ids: Ids,
    pub stop: CancellationToken,
    pub streams: Streams,
    pub watches: Watches,
    pub strip: Strip,
    pub places: Arc<Semaphore>,
    pub on_the_way: Arc<Semaphore>,
    /// Files that arrive.
    pub uploads: uploaded::Uploads,
    /// Answers to sign-ins that were not begun here, per address.
    pub sign_ins: Quota,
}

/// Redirect after a successful form.
pub fn see_other(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// A local address allowed in `next`: a page in one of the two languages, never another site.
pub fn safe_next(next: &str, language: Language) -> String {
    let ours = Language::ALL.iter().any(|l| next.starts_with(&format!("/{}/", l.code())));
    let plain = next.chars().all(|c| c.is_ascii_graphic() && c != '\\') && next.len() <= 400;
    if ours && plain { next.to_owned() } else { format!("/{}/", language.code()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_to_another_site() {
        let home = "/fr/";
        for hostile in ["https://evil.example/", "//evil.example", "/\\evil.example", "/en\\..\\x", "", "/en/\r\nSet-Cookie: a", "/de/x"] {
            assert_eq!(safe_next(hostile, Language::French), home, "{hostile}");
        }
        assert_eq!(safe_next("/en/concerns/abc?x=1", Language::French), "/en/concerns/abc?x=1");
    }
}
