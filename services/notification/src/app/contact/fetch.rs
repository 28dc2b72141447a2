//! Fetching of a pushed contact from intake: the event holds its id only, the content comes by gRPC between the services.

use base::wire::instant;
use messaging::inbox::Rejection;
use proto::{
    id::{ContactId, Malformed},
    intake::v1::{self as wire, ContactPushed, GetContactRequest, GetContactResponse, contact_service_client::ContactServiceClient},
    normal,
};
use server::client::Peer;
use tonic::Code;

use crate::domain::{
    contact::{Contact, Kind},
    language::Language,
    text::plain,
};

/// Fetches the contact from intake and decodes it.
///
/// # Errors
/// Intake does not answer, does not hold it, or holds one that cannot be taken.
pub async fn fetch(mut intake: ContactServiceClient<Peer>, pushed: &ContactPushed) -> Result<Contact, Rejection> {
    let contact_id: ContactId = pushed.contact_id.parse().map_err(malformed)?;
    let asked = GetContactRequest { contact_id: contact_id.to_string() };
    match intake.get_contact(asked).await {
        Ok(answer) => read(contact_id, pushed, answer.into_inner()),
        Err(status) if status.code() == Code::NotFound => {
            Err(never("contact-unknown", "intake does not hold the contact that its event names"))
        }
        Err(status) => Err(Rejection::Later(format!("intake did not give the contact: {:?}", status.code()))),
    }
}

fn read(contact_id: ContactId, pushed: &ContactPushed, answer: GetContactResponse) -> Result<Contact, Rejection> {
    let sent = answer.contact.ok_or_else(|| never("contact-empty", "intake answered without a contact"))?;
    let kind = match sent.kind() {
        wire::ContactKind::Phone => Kind::Phone,
        wire::ContactKind::Email => Kind::Email,
        wire::ContactKind::Post => Kind::Post,
        wire::ContactKind::Tty => Kind::Tty,
        wire::ContactKind::Unspecified => Kind::Unknown,
    };
    let language = match sent.language() {
        wire::Language::English => Some(Language::English),
        wire::Language::French => Some(Language::French),
        wire::Language::Unspecified => None,
    };
    // Without a reference two victims would become one.
    if normal::is_blank(&sent.victim_ref) {
        return Err(never("victim-ref-missing", "the contact does not say whose it is"));
    }
    let effective_at = [sent.effective_at, answer.received_at, pushed.received_at].iter().flatten().find_map(instant);
    Ok(Contact {
        contact_id,
        region: sent.region.parse().map_err(malformed)?,
        kind,
        language,
        do_not_contact: sent.do_not_contact,
        effective_at: effective_at.ok_or_else(|| never("contact-undated", "neither the region nor intake dated the contact"))?,
        victim_ref: plain(sent.victim_ref.trim()).into(),
        value: plain(&sent.value).into(),
        safe_contact: plain(&sent.safe_contact).into(),
        receipt_number: plain(&sent.receipt_number),
    })
}

fn never(reason: &'static str, detail: &str) -> Rejection {
    Rejection::Never { reason, detail: detail.to_owned() }
}

fn malformed(error: Malformed) -> Rejection {
    Rejection::Never { reason: "id-malformed", detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use proto::id::Region;
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;

    fn answer(sent: wire::VictimContact) -> GetContactResponse {
        GetContactResponse {
            received_at: Some(prost_types::Timestamp { seconds: 60, nanos: 0 }),
            contact: Some(sent),
            ..GetContactResponse::default()
        }
    }

    fn sent() -> wire::VictimContact {
        wire::VictimContact {
            region: "pacific".into(),
            victim_ref: "V-1 ".into(),
            victim_name: "Ada Exemple".into(),
            ..wire::VictimContact::default()
        }
    }

    fn read_it(sent: wire::VictimContact) -> Result<Contact, Rejection> {
        read(ContactId::new(Uuid::from_u128(1)), &ContactPushed::default(), answer(sent))
    }

    #[test]
    fn a_contact_that_says_little_is_taken_and_holds_from_when_it_was_received() {
        let contact = read_it(sent()).unwrap();
        assert_eq!((contact.region, contact.kind, contact.language), (Region::Pacific, Kind::Unknown, None));
        assert_eq!(contact.effective_at, OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(60));
        assert_eq!(contact.victim_ref.expose(), "V-1");
    }

    #[test]
    fn a_contact_of_nobody_or_of_no_region_is_set_aside() {
        let reason = |sent| match read_it(sent) {
            Err(Rejection::Never { reason, .. }) => reason,
            _ => "taken",
        };
        assert_eq!(reason(wire::VictimContact { victim_ref: " ".into(), ..sent() }), "victim-ref-missing");
        assert_eq!(reason(wire::VictimContact { victim_ref: "\u{200b}\u{a0}".into(), ..sent() }), "victim-ref-missing");
        assert_eq!(reason(wire::VictimContact { region: "moon".into(), ..sent() }), "id-malformed");
    }
}
