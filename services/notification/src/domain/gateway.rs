//! Calls by a gateway: what it is sent, what its answers mean, and when it is asked again. No content of a concern leaves by it [TS1a].

use base::Private;
use serde::Serialize;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::domain::{
    channel::Kind,
    concern::Grade,
    delivery::{Reason, State, Verdict, pause},
};

/// What a call says besides the ring, from the settings.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// How people reach the dashboard, without a slash at the end.
    pub dashboard: Option<String>,
    /// Telephone number of the duty desk.
    pub telephone: Option<String>,
}

/// What a gateway is asked to bring to a duty desk, or to a number of a person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub delivery_id: Uuid,
    /// Office that must accept, or person.
    pub recipient: String,
    /// Number to reach; `None`: the duty desk of the office, which the gateway knows.
    pub to: Option<Number>,
    pub concern_id: Option<Uuid>,
    pub reference: String,
    pub says: Says,
}

/// Number of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    pub by: Kind,
    pub number: Private<String>,
}

/// What a call says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    Ring(Grade),
    /// The code that shows that the number is the person's.
    Code(Private<String>),
}

/// The call as JSON; the order of its fields is that of this type.
#[derive(Serialize)]
struct Payload<'a> {
    r#type: &'static str,
    timestamp: String,
    data: PayloadData<'a>,
}

#[derive(Serialize)]
struct PayloadData<'a> {
    delivery_id: Uuid,
    recipient: &'a str,
    to: Option<To<'a>>,
    reference: &'a str,
    urgency: Option<&'static str>,
    text_en: String,
    text_fr: String,
    accept_at: Option<String>,
    telephone: Option<&'a str>,
}

#[derive(Serialize)]
struct To<'a> {
    by: &'static str,
    number: &'a str,
}

impl Call {
    /// Body of the request: reference, how urgent, where to accept, whom to call. Nothing of what was said, of whom, or of the programme.
    #[must_use]
    pub fn body(&self, hints: &Hints, now: OffsetDateTime) -> Vec<u8> {
        let accept_at = hints.dashboard.as_deref().zip(self.concern_id);
        let reference = &self.reference;
        let (kind, urgency, text_en, text_fr) = match &self.says {
            Says::Ring(grade) => {
                let english = format!("{} {reference}: accept it now.", urgency_en(*grade));
                let french = format!("{} {reference}\u{a0}: acceptez maintenant.", urgency_fr(*grade));
                ("ring.due", Some(grade.code()), english, french)
            }
            Says::Code(code) => {
                // One digit after the other, so that a voice does not read a number.
                let code: Vec<String> = code.expose().chars().map(String::from).collect();
                let code = code.join(" ");
                let english = format!("Your code is {code}. It is good for ten minutes.");
                ("channel.code", None, english, format!("Votre code est {code}. Il est valable dix minutes."))
            }
        };
        let payload = Payload {
            r#type: kind,
            timestamp: now.format(&time::format_description::well_known::Rfc3339).unwrap_or_default(),
            data: PayloadData {
                delivery_id: self.delivery_id,
                recipient: &self.recipient,
                to: self.to.as_ref().map(|to| To { by: to.by.code(), number: to.number.expose() }),
                reference,
                urgency,
                text_en,
                text_fr,
                accept_at: accept_at.map(|(dashboard, concern)| format!("{}/en/concerns/{concern}", dashboard.trim_end_matches('/'))),
                telephone: hints.telephone.as_deref(),
            },
        };
        serde_json::to_vec(&payload).unwrap_or_default()
    }
}

const fn urgency_en(grade: Grade) -> &'static str {
    match grade {
        Grade::Imminent => "URGENT, imminent risk,",
        Grade::Concern => "Safety concern",
        Grade::Question => "Question",
        Grade::Drill => "DRILL, nobody is at risk,",
    }
}

const fn urgency_fr(grade: Grade) -> &'static str {
    match grade {
        Grade::Imminent => "URGENT, risque imminent,",
        Grade::Concern => "Préoccupation de sécurité",
        Grade::Question => "Question",
        Grade::Drill => "EXERCICE, personne n'est en danger,",
    }
}

/// What a gateway answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It took the call, or has it still.
    Taken,
    /// Somebody was reached.
    Reached,
    /// It tried, and reached nobody.
    NotReached,
    /// The gateway itself has gone for good (410).
    Gone,
    NotTaken(Reason),
}

/// Interval at which the gateway is asked what came of a call.
pub const REPORT_INTERVAL: Duration = Duration::seconds(5);
/// How long a report is awaited from the asking on. An example until CSC sets it.
pub const REPORT_WITHIN: Duration = Duration::minutes(10);

/// State after the `attempts`-th request for a call that was asked for at `asked_at`. A gateway that does not take a ring is asked again for
/// as long as nobody has accepted [R3e].
#[must_use]
pub fn after(answer: Answer, attempts: i32, asked_at: OffsetDateTime, now: OffsetDateTime) -> Verdict {
    let ended = |state, reason| Verdict { state, reason, again_at: None };
    match answer {
        Answer::Reached => ended(State::Delivered, None),
        Answer::NotReached => ended(State::Failed, Some(Reason::NotReached)),
        Answer::Gone => ended(State::Failed, Some(Reason::GatewayGone)),
        Answer::Taken if now - asked_at >= REPORT_WITHIN => ended(State::Failed, Some(Reason::NoReport)),
        Answer::Taken => Verdict { state: State::Sent, reason: None, again_at: Some(now + REPORT_INTERVAL) },
        Answer::NotTaken(reason) => Verdict { state: State::Retrying, reason: Some(reason), again_at: Some(now + pause(attempts)) },
    }
}

/// State of a call that the gateway took, where it gives no report now.
#[must_use]
pub fn unreported(asked_at: OffsetDateTime, now: OffsetDateTime) -> Verdict {
    after(Answer::Taken, 1, asked_at, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-11-30 02:00 UTC);

    #[test]
    fn a_call_says_which_ring_how_urgent_where_to_accept_and_whom_to_call_and_no_more() {
        let call = Call {
            delivery_id: Uuid::nil(),
            recipient: "institutional-head/mission".into(),
            to: None,
            concern_id: Some(Uuid::nil()),
            reference: "RS-7KDM-Q4XP".into(),
            says: Says::Ring(Grade::Imminent),
        };
        let hints = Hints { dashboard: Some("https://ro.example.org/".into()), telephone: Some("+1 613 555 0100".into()) };
        let body: serde_json::Value = serde_json::from_slice(&call.body(&hints, NOW)).unwrap();
        let fields: Vec<&str> = body["data"].as_object().unwrap().keys().map(String::as_str).collect();
        let named = ["accept_at", "delivery_id", "recipient", "reference", "telephone", "text_en", "text_fr", "to", "urgency"];
        assert_eq!(fields, named);
        assert_eq!((body["type"].as_str(), body["timestamp"].as_str()), (Some("ring.due"), Some("2026-11-30T02:00:00Z")));
        assert_eq!(body["data"]["accept_at"], format!("https://ro.example.org/en/concerns/{}", Uuid::nil()));
        let bare: serde_json::Value = serde_json::from_slice(&call.body(&Hints::default(), NOW)).unwrap();
        assert!(bare["data"]["accept_at"].is_null() && bare["data"]["telephone"].is_null() && bare["data"]["to"].is_null());

        let number = Number { by: Kind::Voice, number: "+16135550100".to_owned().into() };
        let code = Call { to: Some(number), concern_id: None, says: Says::Code("000042".to_owned().into()), ..call };
        let body: serde_json::Value = serde_json::from_slice(&code.body(&Hints::default(), NOW)).unwrap();
        assert_eq!((&body["type"], &body["data"]["urgency"]), (&"channel.code".into(), &serde_json::Value::Null));
        assert_eq!(body["data"]["to"], serde_json::json!({ "by": "voice", "number": "+16135550100" }));
        assert_eq!(body["data"]["text_fr"], "Votre code est 0 0 0 0 4 2. Il est valable dix minutes.");
    }

    #[test]
    fn a_gateway_that_does_not_take_a_ring_is_asked_again_for_ever() {
        let pauses = [1, 2, 3, 10_000].map(|attempts| {
            let verdict = after(Answer::NotTaken(Reason::GatewayTimeout), attempts, NOW - Duration::DAY, NOW);
            assert_eq!((verdict.state, verdict.reason), (State::Retrying, Some(Reason::GatewayTimeout)));
            (verdict.again_at.unwrap() - NOW).whole_seconds()
        });
        assert_eq!(pauses, [5, 15, 60, 60]);
    }

    #[test]
    fn a_call_that_was_taken_is_done_when_somebody_was_reached_and_fails_when_no_report_comes() {
        let (asked_at, late) = (NOW, NOW + REPORT_WITHIN);
        assert_eq!(after(Answer::Taken, 1, asked_at, NOW).state, State::Sent);
        assert_eq!(after(Answer::Reached, 1, asked_at, late), Verdict { state: State::Delivered, reason: None, again_at: None });
        assert_eq!(unreported(asked_at, late), Verdict { state: State::Failed, reason: Some(Reason::NoReport), again_at: None });
        assert_eq!(after(Answer::NotReached, 1, asked_at, NOW).reason, Some(Reason::NotReached));
        assert_eq!(after(Answer::Gone, 1, asked_at, NOW).state, State::Failed);
    }
}
