//! Settings of the safety service.

use clap::Parser;
use server::{Configured, Settings};

use crate::{app::alarm::Ladders, domain::alarm::ladder::Ladder};

/// The alarm: takes concerns, rings until each audience has accepted.
#[derive(Debug, Clone, Parser)]
pub struct Config {
    #[command(flatten)]
    pub server: server::Settings,

    /// Address of notification, for direct delivery while the bus is silent
    #[arg(long, default_value = "http://127.0.0.1:8754")]
    pub notification_url: String,

    /// Ladder of an imminent risk. An example until CSC sets it
    #[arg(long, default_value = "0s:holder,2m:holder,5m:deputy,10m:everyone,every 5m")]
    pub ladder_imminent: Ladder,

    /// Ladder of any other concern. An example until CSC sets it
    #[arg(long, default_value = "0s:holder,15m:holder,1h:deputy,4h:everyone,every 24h")]
    pub ladder_concern: Ladder,

    /// Ladder of a question. An example until CSC sets it
    #[arg(long, default_value = "0s:holder,4h:holder,12h:deputy,24h:everyone,every 24h")]
    pub ladder_question: Ladder,

    /// Identities that become directory administrators at the first start of all, and never again: at least two, separated by commas. Later changes go through the directory itself
    #[arg(long, value_delimiter = ',')]
    pub first_administrators: Vec<String>,

    /// Hours in which a second administrator must confirm a proposed change. An example until CSC sets it
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=720))]
    pub proposal_hours: u16,

    /// Days that a device may stand for a person at most. An example until CSC sets it
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=1830))]
    pub device_days: u16,

    /// Minutes since somebody last proved themselves to the identity provider (`auth_time` of the token) within which they may accept a concern; 0: it is not asked. A device asks for its PIN each time. CSC sets it
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1440))]
    pub accept_minutes: u16,

    /// Minutes in which NHQ and the head are to accept a drill, where whoever begins it says nothing else. An example until CSC sets it
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(5..=240))]
    pub drill_minutes: u16,

    /// Version of the three ladders, recorded with each concern
    #[arg(long, default_value_t = 1)]
    pub ladder_version: i32,
}

impl Configured for Config {
    fn server(&self) -> &Settings {
        &self.server
    }

    /// Watches the clocks and rings when one went back, that of the database too (`app/alarm/timekeeping.rs`).
    fn keeps_its_clocks(&self) -> bool {
        true
    }
}

impl Config {
    /// The ladders in force.
    #[must_use]
    pub fn ladders(&self) -> Ladders {
        Ladders {
            version: self.ladder_version,
            imminent: self.ladder_imminent.clone(),
            concern: self.ladder_concern.clone(),
            question: self.ladder_question.clone(),
        }
    }
}
