//! Referrals on the wire.

use base::wire::timestamp;
use prost::Message;
use proto::intake::v1 as wire;
use time::OffsetDateTime;

use crate::domain::{Body, Known, Origin, referral};

/// The fields that the rules use, and the canonical bytes without the key.
#[must_use]
pub fn referral(message: wire::Referral) -> (referral::SubmittedReferral, Body) {
    let told = referral::SubmittedReferral {
        idempotency_key: message.idempotency_key.clone(),
        origin: origin(message.origin),
        site: message.site.clone(),
        request: message.request.clone().into(),
        offender_name: message.offender_name.clone().into(),
        offender_fps: message.offender_fps.clone().into(),
        victim_name: message.victim_name.clone().into(),
        representative_name: message.representative_name.clone().into(),
        representative_relation: message.representative_relation.clone().into(),
        offender_asked: known(message.offender_asked),
        offender_in_custody: known(message.offender_in_custody),
        no_contact_condition: known(message.no_contact_condition),
        safety_concern: message.safety_concern.clone().into(),
    };
    let keyless = wire::Referral { idempotency_key: String::new(), ..message };
    (told, Body::of(keyless.encode_to_vec()))
}

/// The safety concern in the bytes of an undecodable referral: text in another encoding, a cut, a wrong byte. The fields are read as far as
/// possible, and the text of this one as well as possible.
#[must_use]
pub fn concern_in_unreadable(bytes: &[u8]) -> Option<String> {
    /// Tag of the field `safety_concern`: its number with the wire type of a string.
    const CONCERN: u64 = 16 << 3 | 2;
    let (mut rest, mut found) = (bytes, None);
    while let Some((tag, after)) = varint(rest) {
        rest = match tag & 7 {
            0 => varint(after).map_or(&[][..], |(_, after)| after),
            1 => after.get(8..).unwrap_or_default(),
            2 => {
                let (length, after) = varint(after).unwrap_or_default();
                // A field longer than the message ends with the message.
                let end = usize::try_from(length).unwrap_or(usize::MAX).min(after.len());
                let (value, after) = after.split_at(end);
                if tag == CONCERN {
                    found = Some(String::from_utf8_lossy(value).into_owned());
                }
                after
            }
            5 => after.get(4..).unwrap_or_default(),
            _ => &[],
        };
    }
    found.filter(|text| crate::domain::text::is_given(text))
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (place, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(place + 1..)?));
        }
    }
    None
}

/// A stored body as submitted.
#[must_use]
pub fn kept_referral(content: &[u8], key: &str) -> Option<wire::Referral> {
    let message = wire::Referral::decode(content).ok()?;
    Some(wire::Referral { idempotency_key: key.to_owned(), ..message })
}

/// Origin of a number; an unknown one counts as not stated.
pub(super) fn origin(number: i32) -> Option<Origin> {
    match wire::Origin::try_from(number) {
        Ok(wire::Origin::Victim) => Some(Origin::Victim),
        Ok(wire::Origin::Institutional) => Some(Origin::Institutional),
        Ok(wire::Origin::Community) => Some(Origin::Community),
        Ok(wire::Origin::AnyCommunication) => Some(Origin::AnyCommunication),
        Ok(wire::Origin::Unspecified) | Err(_) => None,
    }
}

fn known(number: i32) -> Known {
    match wire::Known::try_from(number) {
        Ok(wire::Known::Yes) => Known::Yes,
        Ok(wire::Known::No) => Known::No,
        Ok(wire::Known::Unknown | wire::Known::Unspecified) | Err(_) => Known::Unknown,
    }
}

#[must_use]
pub const fn origin_code(origin: Origin) -> wire::Origin {
    match origin {
        Origin::Victim => wire::Origin::Victim,
        Origin::Institutional => wire::Origin::Institutional,
        Origin::Community => wire::Origin::Community,
        Origin::AnyCommunication => wire::Origin::AnyCommunication,
    }
}

/// Event: a referral entered the national queue. The bytes of several, one behind the other, are the event of all of them.
#[must_use]
pub fn referral_received(
    (id, import): (uuid::Uuid, Option<uuid::Uuid>),
    referral: &referral::Examined,
    at: OffsetDateTime,
) -> wire::ReferralsReceived {
    let received = wire::ReferralReceived {
        referral_id: id.to_string(),
        origin: origin_code(referral.origin).into(),
        counted_origin: origin_code(referral.counted_origin).into(),
        site: referral.site.to_string(),
        received_at: Some(timestamp(at)),
        import_id: import.map(|import| import.to_string()).unwrap_or_default(),
    };
    wire::ReferralsReceived { referrals: vec![received] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_origin_of_the_wire_is_one_of_the_domain() {
        for number in [-1, 0, 11, i32::MAX] {
            assert_eq!(origin(number), None);
        }
        for number in 1..=4 {
            assert_eq!(origin(number).map(|o| origin_code(o) as i32), Some(number));
        }
    }

    #[test]
    fn a_statement_that_is_not_known_to_this_version_counts_as_unknown() {
        for (number, expected) in [(0, Known::Unknown), (1, Known::Yes), (2, Known::No), (3, Known::Unknown), (99, Known::Unknown)] {
            assert_eq!(known(number), expected);
        }
    }

    #[test]
    fn the_concern_in_bytes_that_are_no_message_is_read_all_the_same() {
        let message =
            wire::Referral { site: "mission".into(), safety_concern: "il a un couteau".into(), language: 2, ..Default::default() };
        let good = message.encode_to_vec();
        assert_eq!(concern_in_unreadable(&good).as_deref(), Some("il a un couteau"));
        // Windows-1252 in another field, and in the concern itself.
        let mut bytes = vec![4 << 3 | 2, 4, b'R', 0xe9, b'n', 0xe9];
        assert!(wire::Referral::decode(bytes.as_slice()).is_err());
        bytes.extend(&good);
        assert_eq!(concern_in_unreadable(&bytes).as_deref(), Some("il a un couteau"));
        assert_eq!(concern_in_unreadable(&[0x82, 0x01, 3, b'b', 0xe9, b'!']).as_deref(), Some("b\u{fffd}!"));
        // Cut in the middle of the concern.
        let cut = &good[..good.len() - 5];
        assert!(concern_in_unreadable(cut).is_some_and(|text| text.starts_with("il a un")));
        for nothing in [&b""[..], b"not a message", &[0xff; 40], &[0x82, 0x01, 2, b' ', b' ']] {
            assert_eq!(concern_in_unreadable(nothing), None);
        }
    }

    #[test]
    fn the_key_is_no_part_of_the_body() {
        let message = |key: &str| wire::Referral { idempotency_key: key.into(), site: "mission".into(), ..Default::default() };
        let ((one, body), (other, same)) = (referral(message("a")), referral(message("b")));
        assert_eq!(body, same);
        assert_ne!(one.idempotency_key, other.idempotency_key);
        let kept = kept_referral(body.bytes(), "a").unwrap();
        assert!(kept == message("a"), "what is read back is what was sent");
    }
}
