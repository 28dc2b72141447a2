//! The command `ro quarantine SERVICE`: the messages a service has quarantined, without their content, and the request to try one again.

use clap::{Args, builder::PossibleValuesParser};
use proto::{
    operations::v1::{
        ListQuarantineRequest, ListQuarantineResponse, QuarantinedMessage, ReplayQuarantinedRequest, ReplayQuarantinedResponse,
        ReplayState, operations_service_client::OperationsServiceClient,
    },
    role,
};

use super::{
    common::Common,
    failure::Failure,
    output, pages,
    session::{Peer, Session, Wanted, deadline},
    text::{Lang, Words},
};
use crate::print;

/// Most messages of a list, or of a request to try all of them again.
const MOST: u32 = 10_000;

/// Options of `ro quarantine`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo ro quarantine safety\n  cargo ro quarantine cases --replay 0199a6c2-5a1e-7cc0-9d57-3f3f0c1f5b11\n  \
    cargo ro quarantine cases --replay-all"
)]
pub struct Quarantine {
    /// One of intake, cases, safety, notification, reporting
    #[arg(value_parser = PossibleValuesParser::new(local::SERVICES), hide_possible_values = true)]
    service: String,

    /// Try this message again
    #[arg(long, value_name = "ID", conflicts_with = "replay_all")]
    replay: Option<String>,

    /// Try every message again
    #[arg(long)]
    replay_all: bool,

    #[command(flatten)]
    pub common: Common,
}

const NONE: Words = Words { en: "nothing is set aside", fr: "rien n'est mis de côté" };
const MORE: Words = Words { en: "only the oldest {} are shown", fr: "seuls les {} plus anciens sont affichés" };
const ASKED: Words = Words { en: "asked: it is tried within seconds", fr: "demandé : il est réessayé dans les secondes qui suivent" };
const ALL_ASKED: Words =
    Words { en: "{} messages are tried again within seconds", fr: "{} messages sont réessayés dans les secondes qui suivent" };
const APPLIED: Words = Words { en: "it was tried and applied before", fr: "il a déjà été réessayé et appliqué" };
const HEADINGS: [Words; 9] = [
    Words { en: "id", fr: "id" },
    Words { en: "received", fr: "reçu" },
    Words { en: "consumer", fr: "consommateur" },
    Words { en: "subject", fr: "sujet" },
    Words { en: "reason", fr: "motif" },
    Words { en: "bytes", fr: "octets" },
    Words { en: "tries", fr: "essais" },
    Words { en: "asked again", fr: "redemandé" },
    Words { en: "detail", fr: "précision" },
];

impl Quarantine {
    /// Lists quarantined messages, or asks the running service to try them again; the next list shows the result.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::OPERATIONS)])?;
        let service = local::SERVICES.into_iter().find(|service| *service == self.service).unwrap_or_default();
        let mut client = OperationsServiceClient::new(session.peer(service, &who, Some(deadline(service)))?);
        match (&self.replay, self.replay_all) {
            (Some(id), _) => {
                let answer = replay(&mut client, id).await?;
                let words = if answer.state() == ReplayState::Applied { APPLIED } else { ASKED };
                output::answer(session, &answer, words.of(session.lang));
            }
            (None, true) => {
                let mut asked: usize = 0;
                for message in all(&mut client).await?.messages {
                    replay(&mut client, &message.quarantine_id).await?;
                    asked = asked.saturating_add(1);
                }
                print::line(ALL_ASKED.fill(session.lang, &[&asked.to_string()]));
            }
            (None, false) => show(&all(&mut client).await?, session),
        }
        Ok(())
    }
}

async fn replay(client: &mut OperationsServiceClient<Peer>, id: &str) -> Result<ReplayQuarantinedResponse, Failure> {
    Ok(client.replay_quarantined(ReplayQuarantinedRequest { quarantine_id: id.to_owned() }).await?.into_inner())
}

async fn all(client: &mut OperationsServiceClient<Peer>) -> Result<ListQuarantineResponse, Failure> {
    let (messages, next_page_token) = pages::up_to(MOST, async |page_size, page_token| {
        let request = ListQuarantineRequest { page_size, page_token, ..ListQuarantineRequest::default() };
        let page = client.list_quarantine(request).await?.into_inner();
        Ok((page.messages, page.next_page_token))
    })
    .await?;
    Ok(ListQuarantineResponse { messages, next_page_token })
}

fn show(list: &ListQuarantineResponse, session: &Session) {
    let lang = session.lang;
    if session.json {
        return output::print_json(list);
    }
    if list.messages.is_empty() {
        return print::line(NONE.of(lang));
    }
    print::line(table(&list.messages, lang));
    if !list.next_page_token.is_empty() {
        print::note(MORE.fill(lang, &[&list.messages.len().to_string()]));
    }
}

fn table(messages: &[QuarantinedMessage], lang: Lang) -> String {
    let row = |message: &QuarantinedMessage| {
        vec![
            message.quarantine_id.clone(),
            output::instant(message.received_at.as_ref()),
            message.consumer.clone(),
            message.subject.clone(),
            message.reason.clone(),
            message.size.to_string(),
            message.tries.to_string(),
            output::instant(message.replay_asked_at.as_ref()),
            message.detail.clone(),
        ]
    };
    output::table(&HEADINGS.map(|heading| heading.of(lang)), &messages.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_was_set_aside_is_one_line_with_its_reason_whatever_its_detail_holds() {
        let message =
            QuarantinedMessage { quarantine_id: "7".into(), reason: "unreadable".into(), detail: "a\nb".into(), ..Default::default() };
        let text = table(&[message], Lang::Fr);
        assert!(text.lines().count() == 2 && text.contains("motif") && text.contains("unreadable"), "{text}");
    }
}
