//! The client commands, by which people and systems call the services: a file per command.

mod ask;
pub mod audit;
pub mod break_glass;
pub mod case;
mod case_card;
pub mod case_session;
pub mod channel;
pub mod choices;
pub mod clause;
pub mod common;
pub mod concern;
pub mod condition;
mod condition_card;
pub mod consent;
pub mod contact;
mod curfew;
pub mod device;
pub mod device_key;
pub mod disclosure;
pub mod document;
pub mod drill;
pub mod due;
pub mod entry;
mod entry_card;
pub mod exchange;
pub mod extract;
pub mod failure;
pub mod grant;
pub mod hold;
pub mod inbox;
pub mod labels;
pub mod mediator;
mod mediator_card;
pub mod mode;
pub mod office;
pub mod output;
mod own_files;
mod pages;
pub mod participant;
pub mod person;
pub mod preferences;
pub mod protocol;
mod protocol_card;
pub mod provision;
pub mod purge;
pub mod quarantine;
pub mod referral;
pub mod report;
pub mod request;
mod request_card;
pub mod review;
pub mod seed;
pub mod session;
pub mod site;
pub mod site_zone;
pub mod text_argument;
pub mod who;
mod witness;

use std::{future::Future, process::ExitCode};

use clap::Subcommand;

pub(crate) use crate::text;
use common::Common;
use device_key::unlock::ByDevice;
use failure::Failure;
use session::Session;
use text::Lang;

/// Commands of the client half.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Submit, import, follow and screen referrals
    #[command(subcommand)]
    Referral(referral::Command),
    /// Push a victim's contact points
    #[command(subcommand)]
    Contact(contact::Command),
    /// Raise a safety concern, watch, accept and close it
    #[command(subcommand)]
    Concern(concern::Command),
    /// Work the RO cases
    #[command(subcommand)]
    Case(case::Command),
    /// Orders and conditions that forbid contact, and the advice to who drafts one
    #[command(subcommand)]
    Condition(condition::Command),
    /// Entry of people to a site: ask, decide, hand out the list for the gate; curfews
    #[command(subcommand)]
    Entry(entry::Command),
    /// What OMS says of the offender of a case
    #[command(subcommand)]
    Extract(extract::Command),
    /// Information asked of an office or a person: ask, answer, decline
    #[command(subcommand)]
    Request(request::Command),
    /// The register of disclosures
    #[command(subcommand)]
    Disclosure(disclosure::Command),
    /// What is due, and who has how much of it
    #[command(subcommand)]
    Due(due::Command),
    /// The reviews of the RJ Unit, and what it found
    #[command(subcommand)]
    Review(review::Command),
    /// The registry of mediators, and who of them fits a case
    #[command(subcommand)]
    Mediator(mediator::Command),
    /// Versions of the protocols: draft, approve, read, and which one governed a step
    #[command(subcommand)]
    Protocol(protocol::Command),
    /// The clauses behind rules and refusals
    #[command(subcommand)]
    Clause(clause::Command),
    /// Verify that nobody has rewritten who did what
    #[command(subcommand)]
    Audit(audit::Command),
    /// Who may do what: give, confirm, end and list roles
    #[command(subcommand)]
    Grant(grant::Command),
    /// Who is rung: name somebody for an office, list and release them
    #[command(subcommand)]
    Office(office::Command),
    /// Names and telephones on duty of people, shown beside their identities
    #[command(subcommand)]
    Person(person::Command),
    /// The sites of the directory, and the time zone of each
    #[command(subcommand)]
    Site(site_zone::Command),
    /// Drills of the alarm: begin one at a site, and see who was reached and how fast
    #[command(subcommand)]
    Drill(drill::Command),
    /// A device that raises and accepts while the identity provider is away: make, enrol, list and end it
    #[command(subcommand)]
    Device(device::Command),
    /// Who you are here, and what you may do now
    Whoami(grant::Whoami),
    /// Your own inbox
    Inbox(inbox::Inbox),
    /// Your own channels, by which rings reach you outside the pages
    #[command(subcommand)]
    Channel(channel::Command),
    /// What a service has set aside because it could not be read, and a way to try it again
    Quarantine(quarantine::Quarantine),
    /// Your own preferences: language, address, time zone, quiet hours
    #[command(subcommand)]
    Preferences(preferences::Command),
    /// A table of the annual report, small cells withheld
    Report(report::Report),
    /// Create the streams and consumers of the bus
    #[command(hide = true)]
    Provision(provision::Provision),
    /// Grant the development identities their roles and offices
    #[command(hide = true)]
    Seed(seed::Seed),
}

impl Command {
    /// Whether it concerns a database that is not the local stack's.
    #[must_use]
    pub const fn names_a_database(&self) -> bool {
        matches!(self, Self::Audit(audit) if audit.names_a_database())
    }
}

/// Runs a command to its exit status: 0 done, 1 refused, 2 wrong usage, 3 no answer.
pub fn run(command: Command) -> ExitCode {
    match command {
        Command::Referral(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Contact(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Concern(c) => concern::run(c),
        Command::Case(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Condition(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Entry(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Extract(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Request(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Disclosure(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Due(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Review(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Mediator(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Protocol(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Clause(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Audit(c) => finish(Lang::En, false, block_on(c.run())),
        Command::Grant(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Office(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Person(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Drill(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Site(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Device(c) => finish(c.common().lang(), c.common().json, block_on(c.run())),
        Command::Whoami(c) => with_device(&c.common.clone(), &c.by.clone(), |session| async move { c.run(&session).await }),
        Command::Channel(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Preferences(c) => with_session(c.common().clone(), |session| async move { c.run(&session).await }),
        Command::Inbox(c) => with_session(c.common.clone(), |session| async move { c.run(&session).await }),
        Command::Quarantine(c) => with_session(c.common.clone(), |session| async move { c.run(&session).await }),
        Command::Report(c) => with_session(c.common.clone(), |session| async move { c.run(&session).await }),
        Command::Provision(c) => finish(Lang::En, false, block_on(c.run())),
        Command::Seed(c) => finish(Lang::En, false, block_on(c.run())),
    }
}

fn with_session<F, T>(common: Common, work: F) -> ExitCode
where
    F: FnOnce(Session) -> T,
    T: Future<Output = Result<(), Failure>>,
{
    with_device(&common, &ByDevice::default(), work)
}

/// The same for a command that may be given with a device.
fn with_device<F, T>(common: &Common, by: &ByDevice, work: F) -> ExitCode
where
    F: FnOnce(Session) -> T,
    T: Future<Output = Result<(), Failure>>,
{
    let result = Session::open_by(common, by).and_then(|session| block_on(work(session)));
    finish(common.lang(), common.json, result)
}

/// Runs to the end on the calling thread.
///
/// # Errors
/// What the work ends with, or no runtime.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|e| Failure::Other(e.into()))?.block_on(work)
}

fn finish(lang: Lang, json: bool, result: Result<(), Failure>) -> ExitCode {
    result.map_or_else(|failure| failure.report(lang, json), |()| ExitCode::SUCCESS)
}
