//! The commands `ro concern list | show | watch | accept | close`.

use clap::Args;
use proto::{
    role,
    safety::v1::{
        AcceptConcernRequest, Audience, CloseConcernRequest, GetConcernRequest, ListConcernsRequest, ListConcernsResponse,
        WatchConcernsRequest, watch_concerns_response::Item,
    },
};

use super::view;
use crate::{
    client::{
        choices,
        common::Common,
        device_key::unlock::ByDevice,
        failure::Failure,
        output,
        session::{Session, Wanted},
        text::Words,
        text_argument::text_argument,
        who::Who,
    },
    print,
};

/// The concerns you may see, unaccepted and oldest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro concern list\n  ro concern list --as institutional-head-mission --json")]
pub struct List {
    /// Also those that are closed
    #[arg(long)]
    closed: bool,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub by: ByDevice,
}

/// One concern, as far as your audience may read it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro concern show RS-7KDM-Q4XP")]
pub struct Show {
    /// Reference or id
    concern: String,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub by: ByDevice,
}

/// Every open concern, then every change, until Ctrl-C
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro concern watch\n  ro concern watch --json | jq .")]
pub struct Watch {
    #[command(flatten)]
    pub common: Common,
}

/// Take a concern in hand for one audience; the other keeps ringing until it accepts too
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro concern accept RS-7KDM-Q4XP --audience nhq\n  \
    ro concern accept RS-7KDM-Q4XP --audience head --note \"on the way\"")]
pub struct Accept {
    /// Reference or id
    concern: String,
    #[arg(long, value_parser = choices::audience())]
    audience: Audience,
    #[arg(long, default_value = "", value_parser = text_argument)]
    note: String,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub by: ByDevice,
}

/// Close a concern that every audience has accepted
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro concern close RS-7KDM-Q4XP --outcome \"seen by health services\"")]
pub struct Close {
    /// Reference or id
    concern: String,
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    outcome: String,
    #[command(flatten)]
    pub common: Common,
}

const NONE: Words = Words { en: "no open concern", fr: "aucune préoccupation ouverte" };
const FIRST: Words = Words { en: "already accepted by somebody else of this audience:", fr: "déjà acceptée par quelqu'un d'autre :" };
const CLOSED: Words = Words { en: "closed", fr: "fermée" };
const ENDED: Words = Words { en: "the service ended the watch", fr: "le service a mis fin au suivi" };
/// Largest number of pages read for one list.
const PAGES: usize = 1_000;

fn nhq(session: &Session) -> Result<Who, Failure> {
    session.who(&[Wanted::role(role::RJ_OFFICER)])
}

impl List {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.alarm(&nhq(session)?)?;
        let mut whole = ListConcernsResponse::default();
        for _ in 0..PAGES {
            let page_token = std::mem::take(&mut whole.next_page_token);
            let request = ListConcernsRequest { include_closed: self.closed, page_size: 500, page_token, ..ListConcernsRequest::default() };
            let page = client.list_concerns(request).await?.into_inner();
            whole.concerns.extend(page.concerns);
            whole.next_page_token = page.next_page_token;
            if whole.next_page_token.is_empty() {
                break;
            }
        }
        if session.json {
            output::print_json(&whole);
        } else if whole.concerns.is_empty() {
            print::line(NONE.of(session.lang));
        }
        if !session.json {
            whole.concerns.iter().for_each(|concern| print::line(view::line(concern, session.lang)));
        }
        Ok(())
    }
}

impl Show {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let request = GetConcernRequest { concern_ref: self.concern.clone(), with_history: true };
        let answer = session.alarm(&nhq(session)?)?.get_concern(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            print::line(view::card(&answer.concern.unwrap_or_default(), session.lang));
            answer.notes.iter().for_each(|note| print::line(view::note(note, session.lang)));
        }
        Ok(())
    }
}

impl Watch {
    /// # Errors
    /// See [`Failure`]; the stream is broken.
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.alarm_stream(&nhq(session)?)?;
        let mut stream = client.watch_concerns(WatchConcernsRequest::default()).await?.into_inner();
        loop {
            let message = tokio::select! {
                message = stream.message() => message?,
                _ = tokio::signal::ctrl_c() => return Ok(()),
            };
            let Some(message) = message else {
                return Err(Failure::Unreachable(ENDED.of(session.lang).to_owned()));
            };
            if session.json {
                output::print_json(&message);
                continue;
            }
            match message.item {
                Some(Item::Snapshot(all)) if all.concerns.is_empty() => print::line(NONE.of(session.lang)),
                Some(Item::Snapshot(all)) => all.concerns.iter().for_each(|c| print::line(view::line(c, session.lang))),
                Some(Item::Changed(concern)) => print::line(view::line(&concern, session.lang)),
                Some(Item::Beat(_)) | None => {}
            }
        }
    }
}

impl Accept {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = self.who(session).await?;
        let mut client = session.alarm(&who)?;
        let request = GetConcernRequest { concern_ref: self.concern.clone(), with_history: false };
        let concern = client.get_concern(request).await?.into_inner().concern.unwrap_or_default();
        let request = AcceptConcernRequest {
            concern_id: concern.concern_id,
            audience: self.audience as i32,
            note: self.note.clone(),
            knowing: concern.said,
        };
        let answer = client.accept_concern(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
            return Ok(());
        }
        if answer.already_accepted {
            print::line(FIRST.of(session.lang));
        }
        print::line(view::audience(&answer.status.unwrap_or_default(), session.lang));
        Ok(())
    }

    /// The identity that accepts. For the head: the head of the concern's site, which NHQ can see.
    async fn who(&self, session: &Session) -> Result<Who, Failure> {
        let nhq = nhq(session)?;
        if session.is_named() || self.audience == Audience::Nhq {
            return Ok(nhq);
        }
        let request = GetConcernRequest { concern_ref: self.concern.clone(), with_history: false };
        let concern = session.alarm(&nhq)?.get_concern(request).await?.into_inner().concern.unwrap_or_default();
        session.who(&role::RESPONSIBLE_HEADS.map(|role| Wanted::at(role, &concern.site)))
    }
}

impl Close {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.alarm(&nhq(session)?)?;
        let request = GetConcernRequest { concern_ref: self.concern.clone(), with_history: false };
        let concern = client.get_concern(request).await?.into_inner().concern.unwrap_or_default();
        let request = CloseConcernRequest { concern_id: concern.concern_id, outcome: self.outcome.clone() };
        let answer = client.close_concern(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            print::line(CLOSED.of(session.lang));
        }
        Ok(())
    }
}
