//! Delivery of concerns to the safety service: each is written to disk first, sent, and deleted only when there is a receipt.

use std::{io, path::PathBuf};

use clap::Args;
use proto::safety::v1::{Concern, ConcernReceipt, RaiseConcernRequest, alarm_service_client::AlarmServiceClient};

use super::draft;
use crate::{
    client::{
        failure::Failure,
        session::Peer,
        text::{Lang, Words},
    },
    print,
};

/// Whom to phone where a concern cannot be sent.
#[derive(Debug, Clone, Default, Args)]
pub struct Phone {
    /// Whom to phone when a safety concern cannot be sent
    #[arg(long, value_name = "TEXT", env = "RO_SAFETY_PHONE")]
    phone: Option<String>,
}

const NOT_SENT: Words = Words {
    en: "!!! NOT SENT: nobody has been told of {} concern(s)",
    fr: "!!! NON ENVOYÉES : personne n'a été avisé de {} préoccupation(s)",
};
const KEPT: Words = Words {
    en: "!!! the text is kept; send it again with: ro concern raise --draft {}",
    fr: "!!! le texte est conservé; renvoyez-le avec : ro concern raise --draft {}",
};
const NOT_KEPT: Words = Words {
    en: "!!! the text could NOT be kept in {} ({}): copy it now",
    fr: "!!! le texte n'a PAS pu être conservé dans {} ({}) : copiez-le maintenant",
};
const PHONE: Words = Words { en: "!!! PHONE NOW: {}", fr: "!!! TÉLÉPHONEZ MAINTENANT : {}" };
const PHONE_UNKNOWN: Words = Words {
    en: "NHQ and the institutional head, as your site's instructions say (set RO_SAFETY_PHONE to show the number here)",
    fr: "l'AC et le directeur de l'établissement, selon les consignes de votre site (RO_SAFETY_PHONE affiche le numéro ici)",
};

/// A concern and the path of its draft.
pub struct Kept {
    pub concern: Concern,
    pub draft: io::Result<PathBuf>,
}

/// Writes a draft of each of them before the first is sent.
#[must_use]
pub fn keep(concerns: Vec<Concern>) -> Vec<Kept> {
    let folder = draft::folder();
    concerns.into_iter().map(|concern| Kept { draft: draft::keep(&folder, &concern), concern }).collect()
}

/// Deletes the drafts of concerns that were recorded by another path.
pub fn forget(kept: &[Kept]) {
    for path in kept.iter().filter_map(|one| one.draft.as_ref().ok()) {
        draft::forget(path);
    }
}

/// Sends the drafts in order. Those that get no answer are left, and reported prominently with whom to phone.
///
/// # Errors
/// Not every one was recorded.
pub async fn send(
    client: Result<AlarmServiceClient<Peer>, Failure>,
    kept: Vec<Kept>,
    (phone, lang): (&Phone, Lang),
    mut each: impl FnMut(&ConcernReceipt),
) -> Result<(), Failure> {
    let mut left = Vec::new();
    let mut why = None;
    let mut client = client.map_err(|failure| why = Some(failure)).ok();
    for one in kept {
        // A service that does not answer is not waited for a second time.
        let gone = matches!(why, Some(Failure::Unreachable(_)));
        let Some(service) = client.as_mut().filter(|_| !gone) else {
            left.push(one);
            continue;
        };
        match raise(service, one.concern.clone()).await {
            Ok(receipt) => {
                if let Ok(path) = &one.draft {
                    draft::forget(path);
                }
                each(&receipt);
            }
            Err(failure) => {
                why = Some(failure);
                left.push(one);
            }
        }
    }
    let Some(failure) = why else { return Ok(()) };
    cry(&left, phone, lang);
    Err(failure)
}

async fn raise(client: &mut AlarmServiceClient<Peer>, concern: Concern) -> Result<ConcernReceipt, Failure> {
    let answer = client.raise_concern(RaiseConcernRequest { concern: Some(concern) }).await?.into_inner();
    Ok(answer.receipt.ok_or_else(|| anyhow::anyhow!("the service answered without a receipt"))?)
}

/// Prints the failure prominently on standard error, also where the answer is wanted as JSON.
fn cry(left: &[Kept], phone: &Phone, lang: Lang) {
    print::note(NOT_SENT.fill(lang, &[&left.len().to_string()]));
    for one in left {
        match &one.draft {
            Ok(path) => print::note(KEPT.fill(lang, &[&path.display().to_string()])),
            Err(why) => {
                print::note(NOT_KEPT.fill(lang, &[&draft::folder().display().to_string(), &why.to_string()]));
                print::note(print::indented(&one.concern.text));
            }
        }
    }
    call(phone, lang);
}

/// Whom to phone.
pub fn call(phone: &Phone, lang: Lang) {
    let whom = phone.phone.clone().unwrap_or_else(|| PHONE_UNKNOWN.of(lang).to_owned());
    print::note(PHONE.fill(lang, &[&whom]));
}
