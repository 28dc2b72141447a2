//! What a screen gives to the dashboard: addresses, access rules, texts and its place in the navigation.

use axum::Router;

use super::{App, rules::Rule};
use crate::{frame::navigation::Entry, text::List};

/// One screen. `docs/WEB.md` says how a new one is made.
pub struct Page {
    /// Its addresses.
    pub routes: fn() -> Router<App>,
    /// One rule for each of its addresses.
    pub rules: &'static [Rule],
    pub texts: List,
    /// Its place in the navigation, where it has one.
    pub entry: Option<Entry>,
}
