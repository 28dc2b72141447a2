//! The commands `ro concern hand-over | note`: what was accepted is given to others, and words for those who answer for it [R3e].

use clap::Args;
use proto::{
    role,
    safety::v1::{AddConcernNoteRequest, Audience, GetConcernRequest, HandOverConcernRequest},
};

use super::view;
use crate::{
    client::{
        choices,
        common::Common,
        failure::Failure,
        output,
        session::{Session, Wanted},
        text::Words,
        text_argument::text_argument,
    },
    print,
};

/// Hand over what you have accepted: it rings others of the office at once, and you answer for it until one of them accepts
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro concern hand-over RS-7KDM-Q4XP --audience nhq --to rj-officer-2\n  \
    ro concern hand-over RS-7KDM-Q4XP --audience head --note \"he is in cell 12\" --as institutional-head-mission")]
pub struct HandOver {
    /// Reference or id
    concern: String,
    #[arg(long, value_parser = choices::audience())]
    audience: Audience,
    /// Identity of the person who is to have it; without it, everybody else who holds the office
    #[arg(long, default_value = "")]
    to: String,
    #[arg(long, default_value = "", value_parser = text_argument)]
    note: String,
    #[command(flatten)]
    pub common: Common,
}

/// Add a note for those who answer for a concern; it rings nobody, and stays as it is
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro concern note RS-7KDM-Q4XP --text \"health services are with him\"")]
pub struct Note {
    /// Reference or id
    concern: String,
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    text: String,
    #[command(flatten)]
    pub common: Common,
}

const NOTED: Words = Words { en: "noted", fr: "note ajoutée" };

impl HandOver {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.alarm(&session.who(&[Wanted::role(role::RJ_OFFICER)])?)?;
        let request = GetConcernRequest { concern_ref: self.concern.clone(), with_history: false };
        let concern_id = client.get_concern(request).await?.into_inner().concern.unwrap_or_default().concern_id;
        let request =
            HandOverConcernRequest { concern_id, audience: self.audience as i32, to: self.to.trim().to_owned(), note: self.note.clone() };
        let answer = client.hand_over_concern(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            print::line(view::audience(&answer.status.unwrap_or_default(), session.lang));
        }
        Ok(())
    }
}

impl Note {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.alarm(&session.who(&[Wanted::role(role::RJ_OFFICER)])?)?;
        let request = GetConcernRequest { concern_ref: self.concern.clone(), with_history: false };
        let concern_id = client.get_concern(request).await?.into_inner().concern.unwrap_or_default().concern_id;
        let request = AddConcernNoteRequest { concern_id, note_id: base::Ids::random().uuid().to_string(), text: self.text.clone() };
        let answer = client.add_concern_note(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            print::line(NOTED.of(session.lang));
        }
        Ok(())
    }
}
