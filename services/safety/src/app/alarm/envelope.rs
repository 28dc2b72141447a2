//! Envelopes of a concern: what each audience may read of it, cut by the field classes of the wire [TRAP-1, RM1b].

use base::wire::timestamp;
use prost::Message;
use proto::{class, safety::v1, wire::v1::Class};

use crate::{
    domain::alarm::concern::{Audience, Grade, State},
    store::alarm::concern::{Concern, Content},
};

/// Longest text in an envelope, in characters; the full text stays in the database.
const MAX_TEXT_LENGTH: usize = 20_000;

/// Text shown to an audience where the content is sealed and its key is unavailable.
pub const LOST: &str = "[What was said cannot be read now: the key of this service is missing. Act on the grade and the site, and call NHQ. \
     · Ce qui a été dit est illisible pour l'instant : la clé de ce service manque. Agissez selon la gravité et l'établissement, et appelez l'AC.]";

/// Separator between the latest statement and an earlier one under the same id.
pub const BEFORE: &str = "\n\n[Said before · Dit auparavant]\n";

#[must_use]
pub const fn grade(grade: Grade) -> v1::Grade {
    match grade {
        Grade::Imminent => v1::Grade::Imminent,
        Grade::Concern => v1::Grade::Concern,
        Grade::Question => v1::Grade::Question,
        Grade::Drill => v1::Grade::Drill,
    }
}

#[must_use]
pub const fn audience(audience: Audience) -> v1::Audience {
    match audience {
        Audience::Nhq => v1::Audience::Nhq,
        Audience::ResponsibleHead => v1::Audience::ResponsibleHead,
    }
}

#[must_use]
pub const fn state(state: State) -> v1::ConcernState {
    match state {
        State::Ringing => v1::ConcernState::Ringing,
        State::Accepted => v1::ConcernState::Accepted,
        State::Closed => v1::ConcernState::Closed,
    }
}

/// Highest field class an audience may read: NHQ everything; the head, at imminent risk, what is needed to act; at any other concern only
/// that NHQ is to be called.
#[must_use]
pub const fn limit(audience: Audience, grade: Grade) -> Class {
    match (audience, grade) {
        (Audience::Nhq, _) => Class::Protected,
        (Audience::ResponsibleHead, Grade::Imminent) => Class::NeedToKnow,
        (Audience::ResponsibleHead, Grade::Concern | Grade::Question | Grade::Drill) => Class::Open,
    }
}

/// Envelope of one audience.
#[must_use]
pub fn envelope(concern: &Concern, to: Audience) -> v1::Envelope {
    let limit = limit(to, concern.grade);
    let said = std::iter::once(&concern.content).chain(&concern.more);
    let mut content = told_together(said.map(|said| class::cut(&read(said), limit)));
    for text in [
        &mut content.text,
        &mut content.person_at_risk,
        &mut content.nature,
        &mut content.place,
        &mut content.advice,
        &mut content.call_back,
    ] {
        shorten(text);
    }
    content.grade = grade(concern.grade) as i32;
    if to != Audience::Nhq {
        // As parsed: in the raiser's own message a code or an id can be any text.
        content.site = concern.site.clone().unwrap_or_default();
        content.concern_id = concern.id.to_string();
    }
    v1::Envelope {
        audience: audience(to) as i32,
        concern_id: concern.id.to_string(),
        reference: concern.reference.clone(),
        grade: grade(concern.grade) as i32,
        site: concern.site.clone().unwrap_or_default(),
        raised_at: Some(timestamp(concern.raised_at)),
        content: Some(content),
        unreadable: concern.unreadable,
    }
}

fn read(said: &Content) -> v1::Concern {
    match said {
        Content::Clear(bytes) => v1::Concern::decode(bytes.as_slice()).unwrap_or_default(),
        Content::Sealed(_) | Content::Lost => v1::Concern { text: LOST.to_owned(), nature: LOST.to_owned(), ..v1::Concern::default() },
    }
}

/// All statements under one id merged into one: the latest words first, and none of the earlier ones dropped.
fn told_together(mut said: impl Iterator<Item = v1::Concern>) -> v1::Concern {
    let mut all = said.next().unwrap_or_default();
    for later in said {
        for (now, before) in [
            (&later.text, &mut all.text),
            (&later.person_at_risk, &mut all.person_at_risk),
            (&later.nature, &mut all.nature),
            (&later.place, &mut all.place),
            (&later.advice, &mut all.advice),
            (&later.call_back, &mut all.call_back),
        ] {
            put_before(now, before);
        }
        for (now, before) in [(later.concern_id, &mut all.concern_id), (later.site, &mut all.site), (later.case_id, &mut all.case_id)] {
            if !now.is_empty() {
                *before = now;
            }
        }
        all.observed_at = later.observed_at.or(all.observed_at);
    }
    all
}

fn put_before(now: &str, before: &mut String) {
    if now.is_empty() || before.split(BEFORE).any(|said| said == now) {
        return;
    }
    let between = if before.is_empty() { "" } else { BEFORE };
    *before = format!("{now}{between}{before}");
}

fn shorten(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(MAX_TEXT_LENGTH) {
        text.truncate(at);
        text.push_str(" […]");
    }
}

#[cfg(test)]
mod tests {
    use prost_reflect::{ReflectMessage, Value};
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;

    /// A concern in which every text field holds a marker with its own class.
    fn marked() -> v1::Concern {
        let mut dynamic = v1::Concern::default().transcode_to_dynamic();
        let fields: Vec<_> = dynamic.descriptor().fields().collect();
        for field in fields.iter().filter(|f| f.kind() == prost_reflect::Kind::String) {
            dynamic.set_field(field, Value::String(format!("marker-{:?}-{}", class::of(field), field.name())));
        }
        dynamic.transcode_to().unwrap()
    }

    fn told(to: Audience, grade: Grade) -> String {
        let concern = Concern {
            id: Uuid::from_u128(7),
            reference: "RS-TEST-TEST".into(),
            grade,
            site: Some("mission".into()),
            content: Content::Clear(marked().encode_to_vec()),
            more: Vec::new(),
            said: crate::domain::alarm::concern::Said { count: 1, gravest: 1 },
            unreadable: false,
            raised_by: "someone".into(),
            raised_at: OffsetDateTime::UNIX_EPOCH,
            state: State::Ringing,
            revision: 1,
            ladder_version: 1,
        };
        serde_json::to_string(&envelope(&concern, to).transcode_to_dynamic()).unwrap()
    }

    #[test]
    fn nhq_reads_everything_and_the_head_never_a_word_of_the_ro_file() {
        for grade in [Grade::Imminent, Grade::Concern, Grade::Question, Grade::Drill] {
            let nhq = told(Audience::Nhq, grade);
            assert!(nhq.contains("marker-Protected-text") && nhq.contains("marker-NeedToKnow-nature"), "{nhq}");
            assert!(!told(Audience::ResponsibleHead, grade).contains("marker-Protected"));
            assert!(!told(Audience::ResponsibleHead, grade).contains("marker-Open"), "a text in the place of a code");
        }
        assert!(told(Audience::ResponsibleHead, Grade::Imminent).contains("marker-NeedToKnow-person_at_risk"));
        for grade in [Grade::Concern, Grade::Question, Grade::Drill] {
            assert!(!told(Audience::ResponsibleHead, grade).contains("marker-NeedToKnow"));
        }
    }

    #[test]
    fn what_was_said_later_stands_before_what_was_said_first_and_nothing_is_told_twice() {
        let said = |text: &str, place: &str| v1::Concern { text: text.into(), place: place.into(), ..v1::Concern::default() };
        let told =
            told_together([said("may I sit in?", "Unit 3"), said("he has a knife", "Unit 3"), said("may I sit in?", "")].into_iter());
        assert_eq!(told.text, format!("he has a knife{BEFORE}may I sit in?"));
        assert_eq!(told.place, "Unit 3");
    }
}
