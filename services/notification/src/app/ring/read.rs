//! Decoding of a ring, for both delivery paths. The envelope is cut once more to the classes of its audience, so that a head never holds
//! more than a head may read, whatever was sent [TRAP-1].

use base::{Refusal, wire::instant};
use prost::Message;
use proto::{class, safety::v1 as wire, wire::v1::Class};

use crate::{
    domain::{
        concern::{Audience, Bulletin, Grade},
        ring::{Called, Ring},
        text::plain,
    },
    error,
};

/// Decodes a ring. Whatever is missing beside its ids and its audience is left open: it rings all the same.
///
/// # Errors
/// The ids or the audience cannot be read, so it is unknown whom to ring for what.
pub fn read(ring: wire::Ring) -> Result<Ring, Refusal> {
    let ring_id = ring.ring_id.parse().map_err(|_| error::ring_malformed("ring.ring_id"))?;
    let concern_id = ring.concern_id.parse().map_err(|_| error::ring_malformed("ring.concern_id"))?;
    let audience = match ring.audience() {
        wire::Audience::Nhq => Audience::Nhq,
        wire::Audience::ResponsibleHead => Audience::ResponsibleHead,
        wire::Audience::Unspecified => return Err(error::ring_malformed("ring.audience")),
    };
    let wire_audience = ring.audience;
    let received = ring.envelope.unwrap_or_default();
    let grade = match received.grade() {
        wire::Grade::Imminent => Grade::Imminent,
        wire::Grade::Question => Grade::Question,
        wire::Grade::Drill => Grade::Drill,
        wire::Grade::Concern | wire::Grade::Unspecified => Grade::Concern,
    };
    let content = received.content.as_ref().map(|concern| class::cut(concern, limit(audience, grade)));
    let envelope = wire::Envelope { audience: wire_audience, concern_id: ring.concern_id, content, ..received };
    let reference = if is_reference(&envelope.reference) { envelope.reference.clone() } else { envelope.concern_id.clone() };
    Ok(Ring {
        ring_id,
        concern_id,
        audience,
        step: ring.step,
        level: ring.level,
        no_route: ring.no_route,
        next_ring_by: ring.next_ring_at.as_ref().and_then(instant),
        rung_at: ring.rung_at.as_ref().and_then(instant),
        called: ring.recipients.into_iter().map(|r| Called { office: plain(&r.office), holder: plain(&r.holder) }).collect(),
        reference,
        grade,
        bulletin: bulletin(&envelope),
        envelope: envelope.encode_to_vec().into(),
    })
}

/// Highest class of the concern that the audience may read [RM1b, RM1c].
const fn limit(audience: Audience, grade: Grade) -> Class {
    match (audience, grade) {
        (Audience::Nhq, _) => Class::Protected,
        (Audience::ResponsibleHead, Grade::Imminent) => Class::NeedToKnow,
        (Audience::ResponsibleHead, Grade::Concern | Grade::Question | Grade::Drill) => Class::Open,
    }
}

fn bulletin(envelope: &wire::Envelope) -> Bulletin {
    let told = envelope.content.clone().unwrap_or_default();
    Bulletin {
        site: envelope.site.clone(),
        raised_at: envelope.raised_at.as_ref().and_then(instant),
        unreadable: envelope.unreadable,
        person_at_risk: told.person_at_risk.into(),
        nature: told.nature.into(),
        place: told.place.into(),
        advice: told.advice.into(),
        text: told.text.into(),
        case: told.case_id.into(),
        call_back: told.call_back.into(),
    }
}

/// Whether the text has only the capitals, digits and dashes of a reference.
fn is_reference(text: &str) -> bool {
    (1..=24).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01890000-0000-7000-8000-000000000001";

    fn sent(audience: wire::Audience, grade: wire::Grade) -> wire::Ring {
        let concern = wire::Concern {
            text: "marker-text".into(),
            case_id: "marker-case".into(),
            call_back: "marker-call-back".into(),
            person_at_risk: "marker-person".into(),
            nature: "marker-nature".into(),
            ..wire::Concern::default()
        };
        let envelope =
            wire::Envelope { grade: grade.into(), reference: "RS-7KDM-Q4XP".into(), content: Some(concern), ..wire::Envelope::default() };
        wire::Ring {
            ring_id: ID.into(),
            concern_id: ID.into(),
            audience: audience.into(),
            envelope: Some(envelope),
            ..wire::Ring::default()
        }
    }

    fn holds(ring: &Ring, marker: &str) -> bool {
        ring.envelope.expose().windows(marker.len()).any(|bytes| bytes == marker.as_bytes())
    }

    #[test]
    fn a_head_who_is_sent_too_much_by_mistake_holds_only_what_a_head_may_read() {
        let imminent = read(sent(wire::Audience::ResponsibleHead, wire::Grade::Imminent)).unwrap();
        let other = read(sent(wire::Audience::ResponsibleHead, wire::Grade::Concern)).unwrap();
        for marker in ["marker-text", "marker-case", "marker-call-back"] {
            assert!(!holds(&imminent, marker) && !holds(&other, marker), "{marker}");
        }
        for marker in ["marker-person", "marker-nature"] {
            assert!(holds(&imminent, marker) && !holds(&other, marker), "{marker}");
        }
        assert_eq!(other.bulletin.person_at_risk.expose(), "");
        assert!(holds(&read(sent(wire::Audience::Nhq, wire::Grade::Question)).unwrap(), "marker-text"));
    }

    #[test]
    fn a_ring_without_an_envelope_rings_with_what_is_known() {
        let ring = read(wire::Ring { envelope: None, ..sent(wire::Audience::Nhq, wire::Grade::Imminent) }).unwrap();
        assert_eq!((ring.grade, ring.reference.as_str()), (Grade::Concern, ID));
    }

    #[test]
    fn nothing_but_a_reference_is_quoted_as_one() {
        for hostile in ["", "RS-7KDM\r\nBcc: a@example.org", "rs-7kdm", "RS 7KDM", &"A".repeat(25)] {
            let mut ring = sent(wire::Audience::Nhq, wire::Grade::Concern);
            ring.envelope.as_mut().unwrap().reference = hostile.into();
            assert_eq!(read(ring).unwrap().reference, ID, "{hostile:?}");
        }
    }

    #[test]
    fn a_ring_for_nobody_or_about_nothing_is_refused_with_its_field() {
        let good = sent(wire::Audience::Nhq, wire::Grade::Concern);
        for (ring, field) in [
            (wire::Ring { ring_id: "x".into(), ..good.clone() }, "ring.ring_id"),
            (wire::Ring { concern_id: String::new(), ..good.clone() }, "ring.concern_id"),
            (wire::Ring { audience: 9, ..good }, "ring.audience"),
        ] {
            let refusal = read(ring).unwrap_err();
            assert_eq!((refusal.reason, refusal.field), ("ring-malformed", Some(field)));
        }
    }
}
