//! Message of a grant: every field that the wire declares comes from a line of the directory.

use std::collections::BTreeSet;

use auth::grants::Line;
use base::caller::Grant;
use prost::Message;
use proto::safety::v1;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

#[test]
fn a_grant_travels_as_the_message_that_the_directory_declares() {
    let instant = |seconds| OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds);
    let message = |site: Option<&str>, region: Option<&str>| {
        let place = |code: Option<&str>| code.map(str::to_owned);
        v1::GrantChanged::from(&Line {
            id: Uuid::from_u128(7),
            subject: "b".into(),
            grant: Grant { role: "c".into(), site: place(site), region: place(region) },
            since: instant(1),
            until: Some(instant(2)),
            ended_at: Some(instant(3)),
            revision: 4,
            epoch: 6,
            signature: vec![5],
        })
    };
    let declared = proto::DESCRIPTORS.get_message_by_name("ro.safety.v1.GrantChanged").unwrap();
    let filled = |message: v1::GrantChanged| {
        let read = prost_reflect::DynamicMessage::decode(declared.clone(), message.encode_to_vec().as_slice()).unwrap();
        assert!(read.unknown_fields().next().is_none());
        declared.fields().filter(|field| read.has_field(field)).map(|field| field.name().to_owned()).collect::<BTreeSet<_>>()
    };
    // A grant is for one place: together the two fill every field.
    let both = filled(message(Some("d"), None)).into_iter().chain(filled(message(None, Some("e")))).collect::<BTreeSet<_>>();
    assert_eq!((both.len(), declared.fields().len()), (11, 11), "a field that the copies do not take");
}
