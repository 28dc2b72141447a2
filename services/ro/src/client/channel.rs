//! The command `ro channel`: the caller's own channels, by which rings reach them outside the pages.

use clap::{Args, Subcommand, ValueEnum};
use proto::{
    notification::v1::{AddChannelRequest, Channel, ConfirmChannelRequest, ListChannelsRequest, Number, OwnChannel, RemoveChannelRequest},
    role,
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::{Lang, Words},
};
use crate::print;

super::session::service_client!(notification, channels: proto::notification::v1::channel_service_client::ChannelServiceClient);

/// Your own channels: browsers, which you enrol on the page of your account, and numbers
#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Add(Add),
    Confirm(Confirm),
    Remove(Remove),
}

/// Your own channels, and whether rings are sent to them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro channel list --as institutional-head-mission")]
pub struct List {
    #[command(flatten)]
    common: Common,
}

/// Add a telephone number; a code is sent to it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro channel add \"613 555-0100\" --by text")]
pub struct Add {
    /// Ten digits, or + and the country
    number: String,
    #[arg(long)]
    by: By,
    #[command(flatten)]
    common: Common,
}

/// Confirm a number by the code that was sent to it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro channel confirm ID 123456")]
pub struct Confirm {
    /// Id, as `ro channel list` shows it
    channel: String,
    /// Six digits
    code: String,
    #[command(flatten)]
    common: Common,
}

/// Remove a channel; nothing is sent by it any more
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro channel remove ID")]
pub struct Remove {
    /// Id, as `ro channel list` shows it
    channel: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    Text,
    Voice,
}

const NONE: Words = Words { en: "you have added no channel", fr: "vous n'avez ajouté aucun moyen" };
const RINGS: Words = Words { en: "rings", fr: "reçoit les appels" };
const UNCONFIRMED: Words = Words { en: "NOT CONFIRMED", fr: "NON CONFIRMÉ" };
const SENT: Words =
    Words { en: "a code is on its way; then: ro channel confirm {} CODE", fr: "un code est envoyé ; puis : ro channel confirm {} CODE" };
const CONFIRMED: Words = Words { en: "confirmed: it rings from now on", fr: "confirmé : il reçoit désormais les appels" };
const REMOVED: Words = Words { en: "removed", fr: "retiré" };
const PUSH: Words = Words { en: "browser", fr: "navigateur" };
const TEXT: Words = Words { en: "text message", fr: "message texte" };
const VOICE: Words = Words { en: "call", fr: "appel" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Add(c) => &c.common,
            Self::Confirm(c) => &c.common,
            Self::Remove(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        let mut client = session.channels(&who)?;
        match self {
            Self::List(_) => {
                let answer = client.list_channels(ListChannelsRequest {}).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else if answer.channels.is_empty() {
                    print::line(NONE.fill(session.lang, &[]));
                } else {
                    answer.channels.iter().for_each(|channel| print::line(print::one_line(&line(channel, session.lang))));
                }
            }
            Self::Add(c) => {
                let kind = match c.by {
                    By::Text => Channel::Text,
                    By::Voice => Channel::Voice,
                };
                let number = Some(Number { kind: kind.into(), number: c.number.clone() });
                let answer = client.add_channel(AddChannelRequest { number, ..AddChannelRequest::default() }).await?.into_inner();
                output::answer(session, &answer, SENT.fill(session.lang, &[&answer.channel_id]));
            }
            Self::Confirm(c) => {
                let request = ConfirmChannelRequest { channel_id: c.channel.clone(), code: c.code.clone() };
                let answer = client.confirm_channel(request).await?.into_inner();
                output::answer(session, &answer, CONFIRMED.fill(session.lang, &[]));
            }
            Self::Remove(c) => {
                let answer = client.remove_channel(RemoveChannelRequest { channel_id: c.channel.clone() }).await?.into_inner();
                output::answer(session, &answer, REMOVED.fill(session.lang, &[]));
            }
        }
        Ok(())
    }
}

fn line(channel: &OwnChannel, lang: Lang) -> String {
    let kind = match channel.kind() {
        Channel::Text => TEXT,
        Channel::Voice => VOICE,
        _ => PUSH,
    };
    let state = if channel.confirmed { RINGS } else { UNCONFIRMED };
    let at = output::instant(channel.added_at.as_ref());
    format!("{}  {at}  {}: {}  {}", channel.channel_id, kind.fill(lang, &[]), channel.name, state.fill(lang, &[]))
}
