//! The command `ro concern`: raise, list, show, watch, accept, hand over, note, route and close [R3e, R4c, RM1b, RM1c].

pub mod deliver;
mod draft;
mod follow;
mod hand_over;
mod raise;
mod route;
mod verify;
mod view;

use std::process::ExitCode;

use clap::Subcommand;
use proto::safety::v1::alarm_service_client::AlarmServiceClient;

use super::{
    failure::Failure,
    finish,
    session::{Peer, Session, service_client},
    who::Who,
    with_device, with_session,
};

service_client!(safety, alarm: AlarmServiceClient);

impl Session {
    /// A client for calls that stream without end.
    ///
    /// # Errors
    /// The address or the certificate cannot be used.
    pub fn alarm_stream(&self, who: &Who) -> Result<AlarmServiceClient<Peer>, Failure> {
        Ok(AlarmServiceClient::new(self.peer("safety", who, None)?))
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Raise(Box<raise::Raise>),
    List(follow::List),
    Show(follow::Show),
    Watch(follow::Watch),
    Accept(follow::Accept),
    HandOver(hand_over::HandOver),
    Note(hand_over::Note),
    Route(route::Route),
    Close(follow::Close),
    Verify(verify::Verify),
}

/// Runs a concern command. Raising begins without a stack file: the text is stored whatever is missing.
pub fn run(command: Command) -> ExitCode {
    match command {
        Command::Raise(c) => finish(c.common.lang(), c.common.json, super::block_on(c.run())),
        Command::List(c) => with_device(&c.common.clone(), &c.by.clone(), |session| async move { c.run(&session).await }),
        Command::Show(c) => with_device(&c.common.clone(), &c.by.clone(), |session| async move { c.run(&session).await }),
        Command::Watch(c) => with_session(c.common.clone(), |session| async move { c.run(&session).await }),
        Command::Accept(c) => with_device(&c.common.clone(), &c.by.clone(), |session| async move { c.run(&session).await }),
        Command::HandOver(c) => with_session(c.common.clone(), |session| async move { c.run(&session).await }),
        Command::Note(c) => with_session(c.common.clone(), |session| async move { c.run(&session).await }),
        Command::Route(c) => with_session(c.common.clone(), |session| async move { c.run(&session).await }),
        Command::Verify(c) => finish(c.common.lang(), c.common.json, c.run()),
        Command::Close(c) => with_session(c.common.clone(), |session| async move { c.run(&session).await }),
    }
}
