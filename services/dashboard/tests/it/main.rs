//! Integration tests of the dashboard's HTTP server over a stand-in for the safety service: pages, forms, sessions and the live stream.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod acceptance;
mod certified;
mod crowded;
mod html;
mod live;
mod pages;
mod provider;
mod raising;
mod rules;
mod safety;
mod signing_in;
mod world;
