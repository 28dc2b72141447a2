//! The command `ro inbox`: the notifications of the caller, newest first.

use clap::Args;
use proto::{
    notification::v1::{ListInboxRequest, ListInboxResponse, MarkReadRequest, inbox_service_client::InboxServiceClient},
    role,
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::{Peer, Session, Wanted},
    text::Words,
};
use crate::print;

super::session::service_client!(notification, inbox: proto::notification::v1::inbox_service_client::InboxServiceClient);

/// Your own inbox: yours by name and by the offices you hold, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro inbox --as institutional-head-mission\n  ro inbox --unread --mark-read")]
pub struct Inbox {
    /// Only what is not read
    #[arg(long)]
    unread: bool,
    /// Show at most this many; the last line says when there are more
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Show all of it
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Mark what is shown as read
    #[arg(long)]
    mark_read: bool,
    #[command(flatten)]
    pub common: Common,
}

/// Page size: the service returns no more items at once.
const PAGE: i32 = 200;

const MORE: Words =
    Words { en: "there is more: give --all, or a higher --limit", fr: "il y en a d'autres : indiquez --all, ou un --limit plus grand" };
const EMPTY: Words = Words { en: "nothing in the inbox of {}", fr: "rien dans la boîte de {}" };

impl Inbox {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        let mut client = session.inbox(&who)?;
        let inbox = self.read(&mut client).await?;
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
        if !session.json && !inbox.next_page_token.is_empty() {
            print::line(MORE.fill(session.lang, &[]));
        }
        Ok(())
    }

    /// Reads all pages before anything is marked as read: marking moves an item.
    async fn read(&self, client: &mut InboxServiceClient<Peer>) -> Result<ListInboxResponse, Failure> {
        let most = if self.all { usize::MAX } else { usize::try_from(self.limit).unwrap_or(usize::MAX) };
        let mut inbox = ListInboxResponse::default();
        loop {
            let page_size = i32::try_from(most - inbox.items.len()).unwrap_or(PAGE).min(PAGE);
            let request = ListInboxRequest { unread_only: self.unread, page_size, page_token: inbox.next_page_token };
            let page = client.list_inbox(request).await?.into_inner();
            inbox.items.extend(page.items);
            inbox.next_page_token = page.next_page_token;
            if inbox.next_page_token.is_empty() || inbox.items.len() >= most {
                return Ok(inbox);
            }
        }
    }
}
