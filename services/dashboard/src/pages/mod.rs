//! Pages of the dashboard: a folder per screen, under the same word in its address, its texts and its tests.

pub mod access;
pub mod account;
pub mod advice;
pub mod assessment;
pub mod break_glass;
pub mod case;
pub mod channel;
pub mod clause;
pub mod concern;
pub mod condition;
pub mod consent;
pub mod contact;
pub mod delivery;
pub mod device;
pub mod disclosure;
pub mod document;
pub mod drill;
pub mod due;
pub mod entry;
pub mod exchange;
pub mod extract;
pub mod grant;
pub mod hold;
pub mod import;
pub mod inbox;
pub mod mediator;
pub mod mode;
pub mod office;
pub mod participant;
pub mod proposal;
pub mod protocol;
pub mod purge;
pub mod raise;
pub mod receipt;
pub mod referral;
pub mod report;
pub mod request;
pub mod review;
pub mod session;
pub mod sign_in;
pub mod site;
pub mod status;
pub mod submission;
pub mod wall;

use axum::Router;

use crate::{
    frame::{self, navigation::Entry},
    parts,
    web::{App, page::Page, rules::Rule},
};

/// Every screen, in the order of the navigation.
pub const ALL: &[&Page] = &[
    &concern::PAGE,
    &raise::PAGE,
    &referral::PAGE,
    &submission::PAGE,
    &import::PAGE,
    &receipt::PAGE,
    &contact::PAGE,
    &case::PAGE,
    &due::PAGE,
    &review::PAGE,
    &participant::PAGE,
    &consent::PAGE,
    &assessment::PAGE,
    &mode::PAGE,
    &condition::PAGE,
    &advice::PAGE,
    &disclosure::PAGE,
    &access::PAGE,
    &document::PAGE,
    &exchange::PAGE,
    &extract::PAGE,
    &session::PAGE,
    &entry::PAGE,
    &request::PAGE,
    &break_glass::PAGE,
    &hold::PAGE,
    &purge::PAGE,
    &mediator::PAGE,
    &protocol::PAGE,
    &clause::PAGE,
    &inbox::PAGE,
    &proposal::PAGE,
    &grant::PAGE,
    &office::PAGE,
    &device::PAGE,
    &site::PAGE,
    &report::PAGE,
    &drill::PAGE,
    &delivery::PAGE,
    &wall::PAGE,
    &status::PAGE,
    &account::PAGE,
    &channel::PAGE,
    &sign_in::PAGE,
];

/// Texts of every page and of the frame.
pub fn texts() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let of_pages = ALL.iter().flat_map(|page| page.texts.iter());
    let words = parts::words::ALL.into_iter().flatten();
    frame::texts::ALL.iter().chain(parts::texts::ALL).chain(words).chain(parts::casework::texts::ALL).chain(of_pages).copied()
}

/// Addresses of every page.
pub fn routes() -> Router<App> {
    ALL.iter().fold(Router::new(), |router, page| router.merge((page.routes)()))
}

/// Entries of the navigation.
#[must_use]
pub fn entries() -> Vec<&'static Entry> {
    ALL.iter().filter_map(|page| page.entry.as_ref()).collect()
}

/// Rules of the addresses of every page.
pub fn rules() -> impl Iterator<Item = Rule> {
    ALL.iter().flat_map(|page| page.rules.iter().copied())
}
