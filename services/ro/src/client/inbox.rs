//! `ro inbox`: what the system told you, newest first.

use clap::Args;
use proto::{
    notification::v1::{ListInboxRequest, MarkReadRequest},
    role,
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::Words,
};
use crate::print;

/// Your own inbox: yours by name and by the offices you hold, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro inbox --as institutional-head-mission\n  ro inbox --unread --mark-read")]
pub struct Inbox {
    /// Only what is not read
    #[arg(long)]
    unread: bool,
    /// Show at most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=200))]
    limit: i32,
    /// Mark what is shown as read
    #[arg(long)]
    mark_read: bool,
    #[command(flatten)]
    pub common: Common,
}

const EMPTY: Words = Words { en: "nothing in the inbox of {}", fr: "rien dans la boîte de {}" };

impl Inbox {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        let mut client = session.notification(&who)?;
        let request = ListInboxRequest { unread_only: self.unread, page_size: self.limit };
        let inbox = client.list_inbox(request).await?.into_inner();
        if session.json {
            output::print_json(&inbox);
        } else if inbox.items.is_empty() {
            print::line(EMPTY.fill(session.lang, &[&who.name]));
        }
        for item in &inbox.items {
            if !session.json {
                let mark = if item.read_at.is_some() { ' ' } else { '*' };
                let at = output::instant(item.created_at.as_ref());
                print::line(print::one_line(&format!("{mark} {at}  [{}]  {}", item.recipient, item.title)));
                item.body.lines().for_each(|line| print::line(format!("    {line}")));
            }
            if self.mark_read && item.read_at.is_none() {
                client.mark_read(MarkReadRequest { item_id: item.item_id.clone() }).await?;
            }
        }
        Ok(())
    }
}
