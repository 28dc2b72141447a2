//! The day of a canary victim and a canary offender, through every flow, and every kind of faulty input.

use harness::{
    system::{SOON, System},
    wait::eventually,
};
use prost::Message;
use proto::{
    cases::v1::{
        AddParticipantRequest, AssignMediatorRequest, ConsentStatus, DescribeModeRequest, DocumentKind, DocumentOffered, DocumentSide,
        EndAssignmentRequest, FindCaseByReferralRequest, KeepDocumentRequest, LeaveCaseRequest, MoveCaseRequest, ParticipantKind,
        RecordAssessmentRequest, RecordConsentRequest, RiskLevel, Stage, Wish, keep_document_request,
    },
    intake::v1::{
        ContactKind, Disposition, ListQueueRequest, Origin, PushContactRequest, Referral, ScreenReferralRequest, SubmitReferralRequest,
        SubmitReferralsRequest, VictimContact,
    },
    notification::v1::{ListInboxRequest, SetPreferencesRequest},
    safety::v1::{AcceptConcernRequest, Audience, CloseConcernRequest, Concern, Grade, RaiseConcernRequest},
    wire::v1::Class,
};
use tonic::Status;
use uuid::Uuid;

use crate::{
    canaries::{FPS, Marks, PHONE},
    dynamic_calls,
};

pub const OFFICER: &str = "rj-officer-1";
pub const MEDIATOR: &str = "mediator-1";
const HEAD: &str = "institutional-head-mission";
const REGION: &str = "victim-services-pacific";

/// What the day has left behind, to ask for afterwards; and what callers were told when they were refused.
#[derive(Default)]
pub struct Day {
    pub referral: String,
    pub receipt: String,
    pub case: String,
    pub participant: String,
    pub document: String,
    pub concern: String,
    /// Name of the offender: their head may know it, where they are at risk [RM1b].
    pub offender: String,
    /// What that head wrote when they accepted: they read it again, and NHQ does.
    pub noted_by_head: String,
    pub refusals: Vec<Vec<u8>>,
}

impl Day {
    fn told<T>(&mut self, ended: Result<T, Status>) -> Option<T> {
        ended.inspect_err(|status| self.refusals.push(dynamic_calls::printed(status))).ok()
    }
}

#[expect(clippy::disallowed_methods, reason = "each run sends under ids of its own")]
pub fn fresh() -> String {
    Uuid::now_v7().to_string()
}

fn referral(marks: &Marks, origin: Origin) -> Referral {
    let own = [("idempotency_key", fresh()), ("site", "mission".into()), ("offender_fps", FPS.into()), ("safety_concern", String::new())];
    let mut referral: Referral = marks.fill(&own.each_ref().map(|(field, value)| (*field, value.as_str())));
    referral.origin = origin as i32;
    (referral.offender_asked, referral.offender_in_custody) = (1, 1);
    (referral.no_contact_condition, referral.victim_registered) = (2, 1);
    referral
}

fn contact(marks: &Marks, kind: ContactKind, value: &str) -> VictimContact {
    let key = fresh();
    let own = [("idempotency_key", key.as_str()), ("region", "pacific"), ("value", value), ("receipt_number", "")];
    let mut contact: VictimContact = marks.fill(&own);
    contact.kind = kind as i32;
    contact
}

fn concern(marks: &Marks, grade: Grade) -> Concern {
    let id = fresh();
    let mut concern: Concern = marks.fill(&[("concern_id", &id), ("site", "mission")]);
    concern.grade = grade as i32;
    concern
}

/// Every way into the queue, the contact register and the RO file, and the alarm.
pub async fn live(system: &System, marks: &Marks) -> Day {
    let mut day = Day::default();
    submissions(system, marks, &mut day).await;
    contacts(system, marks).await;
    case(system, marks, &mut day).await;
    concerns(system, marks, &mut day).await;
    day
}

async fn submissions(system: &System, marks: &Marks, day: &mut Day) {
    // A relation is a code; where a text stands in its place the RJ Unit must ask, and the referral goes no further.
    let first = Referral { representative_relation: "spouse".into(), ..referral(marks, Origin::Institutional) };
    let sent = SubmitReferralRequest { referral: Some(first.clone()) };
    let receipt = system.referrals("staff-mission").submit_referral(sent).await.unwrap().into_inner().receipt.unwrap();
    day.receipt = receipt.number;
    // The same key with another body, a batch with a bad line, and one with a safety concern in it.
    let variant = Referral { request: marks.loose("another body", Class::Protected), ..first };
    system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral: Some(variant) }).await.unwrap();
    let mut alarming = referral(marks, Origin::AnyCommunication);
    alarming.safety_concern = marks.loose("ro.intake.v1.Referral.safety_concern", Class::Protected);
    let bad = Referral { site: marks.loose("a site that is none", Class::Protected), ..referral(marks, Origin::Institutional) };
    let many =
        SubmitReferralsRequest { referrals: vec![alarming, bad, referral(marks, Origin::Victim)], ..SubmitReferralsRequest::default() };
    let answers = system.referrals("staff-mission").submit_referrals(many).await.unwrap().into_inner().answers;
    let rejected = answers.into_iter().nth(1).map(|answer| {
        let printed = answer.encode_to_vec();
        let key = marks.of(&String::from_utf8_lossy(&printed));
        assert!(key.iter().all(|mark| mark.class == Class::Open), "a rejection repeats {key:?}");
    });
    assert!(rejected.is_some());
    let bus = system.bus("publishing-system-mission").await;
    bus.publish("ro.intake.submit.referral.mission", referral(marks, Origin::Institutional).encode_to_vec().into()).await.unwrap();
    bus.flush().await.unwrap();
    day.referral = eventually("the referral is in the queue", SOON, async || queued(system, &day.receipt).await).await;
}

async fn queued(system: &System, receipt: &str) -> Result<String, String> {
    let ask = ListQueueRequest { include_screened: true, page_size: 200, ..ListQueueRequest::default() };
    let queue = system.referrals(OFFICER).list_queue(ask).await.map_err(|s| s.to_string())?.into_inner();
    queue.entries.into_iter().find(|entry| entry.receipt_number == receipt).map(|entry| entry.referral_id).ok_or("not yet".to_owned())
}

async fn contacts(system: &System, marks: &Marks) {
    let mut intake = system.contacts(REGION);
    let email = format!("{}@example.org", marks.loose("ro.intake.v1.VictimContact.value", Class::Protected));
    for (kind, value) in [(ContactKind::Phone, PHONE), (ContactKind::Email, email.as_str())] {
        intake.push_contact(PushContactRequest { contact: Some(contact(marks, kind, value)) }).await.unwrap();
    }
    let bus = system.bus("publishing-system-pacific").await;
    let post = marks.loose("ro.intake.v1.VictimContact.value", Class::Protected);
    bus.publish("ro.intake.submit.contact.pacific", contact(marks, ContactKind::Post, &post).encode_to_vec().into()).await.unwrap();
    bus.flush().await.unwrap();
    let address = format!("{}@csc-scc.gc.ca", marks.loose("ro.notification.v1.Preferences.email", Class::Protected));
    let mut preferences: SetPreferencesRequest =
        marks.fill(&[("language", "fr"), ("email", &address), ("zone", ""), ("quiet_from", ""), ("quiet_until", "")]);
    if let Some(own) = &mut preferences.preferences {
        own.language = "fr".into();
    }
    system.preferences("staff-mission").set_preferences(preferences).await.unwrap();
}

async fn case(system: &System, marks: &Marks, day: &mut Day) {
    let mut decision: ScreenReferralRequest = marks.fill(&[("referral_id", &day.referral), ("review_on", ""), ("duplicate_of", "")]);
    decision.disposition = Disposition::Accepted as i32;
    system.referrals(OFFICER).screen_referral(decision).await.unwrap();
    let find = async || {
        let ask = FindCaseByReferralRequest { referral_id: day.referral.clone() };
        let found = system.cases(OFFICER).find_case_by_referral(ask).await.map_err(|s| s.to_string())?;
        Ok::<_, String>(found.into_inner().case.map(|case| case.case_id).unwrap_or_default())
    };
    day.case = eventually("the case is open", SOON, find).await;
    let assign = AssignMediatorRequest { case_id: day.case.clone(), mediator: "mediator-2".into(), until: None };
    system.access(OFFICER).assign_mediator(assign.clone()).await.unwrap();
    let end = EndAssignmentRequest { case_id: day.case.clone(), mediator: "mediator-2".into() };
    system.access(OFFICER).end_assignment(end).await.unwrap();
    system.access(OFFICER).assign_mediator(AssignMediatorRequest { mediator: MEDIATOR.into(), ..assign }).await.unwrap();
    let mut added_first = None;
    for kind in [ParticipantKind::Victim, ParticipantKind::Offender, ParticipantKind::Representative] {
        let fps = if kind == ParticipantKind::Offender { FPS } else { "" };
        let mut person: AddParticipantRequest = marks.fill(&[("case_id", &day.case), ("fps", fps), ("language", "fr")]);
        person.kind = kind as i32;
        if kind == ParticipantKind::Offender {
            day.offender.clone_from(&person.name);
        }
        let added = system.participants(MEDIATOR).add_participant(person).await.unwrap();
        day.participant = added.into_inner().participant_id;
        added_first.get_or_insert_with(|| day.participant.clone());
        let mut consent: RecordConsentRequest = marks.fill(&[
            ("case_id", &day.case),
            ("participant_id", &day.participant),
            ("mode", "letter"),
            ("language", "fr"),
            ("described_mode_id", ""),
        ]);
        (consent.status, consent.informed_and_voluntary) = (ConsentStatus::Given as i32, true);
        let recorded = system.consents(MEDIATOR).record_consent(consent).await;
        day.told(recorded);
        for risk in [RiskLevel::Moderate, RiskLevel::Imminent] {
            let key = fresh();
            let own = [
                ("idempotency_key", key.as_str()),
                ("case_id", &day.case),
                ("participant_id", &day.participant),
                ("next_review_on", "2099-01-01"),
            ];
            let mut assessment: RecordAssessmentRequest = marks.fill(&own);
            assessment.risk = risk as i32;
            let recorded = system.assessments(MEDIATOR).record_assessment(assessment).await;
            day.told(recorded);
        }
    }
    let describe: DescribeModeRequest = marks.fill(&[("case_ref", &day.case)]);
    system.modes(MEDIATOR).describe_mode(describe).await.unwrap();
    document(system, marks, day).await;
    for to in [Stage::Preparation, Stage::Mediation, Stage::Paused, Stage::Closed] {
        let mut step: MoveCaseRequest = marks.fill(&[("case_id", &day.case), ("mode", "letter"), ("described_mode_id", "")]);
        step.to = to as i32;
        let moved = system.cases(MEDIATOR).move_case(step).await;
        day.told(moved);
    }
    let leaves = added_first.unwrap_or_default();
    let mut leave: LeaveCaseRequest = marks.fill(&[("case_ref", &day.case), ("participant_id", &leaves)]);
    leave.wish = Wish::ByTheMediator as i32;
    system.participants(MEDIATOR).leave_case(leave).await.unwrap();
}

/// A document with a mark in its name and in its bytes.
async fn document(system: &System, marks: &Marks, day: &mut Day) {
    let key = fresh();
    let mut said: DocumentOffered = marks.fill(&[("case_ref", &day.case), ("media_type", "text/plain"), ("key", &key)]);
    (said.kind, said.side) = (DocumentKind::Letter as i32, DocumentSide::Victim as i32);
    let bytes = marks.loose("the bytes of a document", Class::Protected).into_bytes();
    let parts = [keep_document_request::Part::Offered(said), keep_document_request::Part::Chunk(bytes)];
    let parts = parts.map(|part| KeepDocumentRequest { part: Some(part) });
    let kept = system.documents(MEDIATOR).keep_document(tokio_stream::iter(parts)).await.unwrap();
    day.document = kept.into_inner().document.unwrap_or_default().document_id;
}

async fn concerns(system: &System, marks: &Marks, day: &mut Day) {
    for (who, grade) in [("staff-mission", Grade::Imminent), (MEDIATOR, Grade::Concern), (HEAD, Grade::Question)] {
        let raised = RaiseConcernRequest { concern: Some(concern(marks, grade)) };
        let receipt = system.alarm(who).raise_concern(raised).await.unwrap().into_inner().receipt.unwrap();
        if grade == Grade::Imminent {
            day.concern = receipt.concern_id;
        }
    }
    let bus = system.bus("publishing-system-mission").await;
    bus.publish("ro.safety.raise.mission", concern(marks, Grade::Imminent).encode_to_vec().into()).await.unwrap();
    bus.flush().await.unwrap();
    let rung = async || {
        let ask = ListInboxRequest { unread_only: false, page_size: 200, page_token: String::new() };
        let items = system.inbox(HEAD).list_inbox(ask).await.map_err(|s| s.to_string())?.into_inner().items;
        if items.iter().any(|item| item.concern_id == day.concern) { Ok(()) } else { Err(format!("{} items", items.len())) }
    };
    eventually("the head is rung", SOON, rung).await;
    for (who, audience) in [(OFFICER, Audience::Nhq), (HEAD, Audience::ResponsibleHead)] {
        let mut accept: AcceptConcernRequest = marks.fill(&[("concern_id", &day.concern)]);
        accept.audience = audience as i32;
        if who == HEAD {
            day.noted_by_head.clone_from(&accept.note);
        }
        system.alarm(who).accept_concern(accept).await.unwrap();
    }
    let close: CloseConcernRequest = marks.fill(&[("concern_id", &day.concern)]);
    system.alarm(OFFICER).close_concern(close).await.unwrap();
}

/// What nobody should send: bytes that are no message, headers, keys, tokens and paths that hold a canary.
pub async fn go_wrong(system: &System, marks: &Marks, day: &mut Day) {
    let mut headers = async_nats::HeaderMap::new();
    for name in ["ce-id", "ce-type", "ce-source", "ce-time", "traceparent", "content-type", "Nats-Msg-Id", "X-Canary"] {
        headers.insert(name, marks.loose("a header of the bus", Class::Protected).as_str());
    }
    let junk =
        || [b"\xff\xfe".to_vec(), marks.loose("bytes that are no message", Class::Protected).into_bytes(), b"\0\x01".to_vec()].concat();
    let site = system.bus("publishing-system-mission").await;
    for subject in ["ro.intake.submit.referral.mission", "ro.safety.raise.mission"] {
        site.publish_with_headers(subject, headers.clone(), junk().into()).await.unwrap();
        let foreign = Referral { site: "kent".into(), ..referral(marks, Origin::Institutional) };
        site.publish_with_headers(subject, headers.clone(), foreign.encode_to_vec().into()).await.unwrap();
    }
    let odd = Concern { site: marks.loose("a site that is none", Class::Protected), ..concern(marks, Grade::Imminent) };
    let unparsed = Concern { concern_id: marks.loose("an id that is none", Class::Protected), ..concern(marks, Grade::Concern) };
    for told in [odd, unparsed] {
        site.publish("ro.safety.raise.mission", told.encode_to_vec().into()).await.unwrap();
        let raised = system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(told) }).await;
        day.told(raised);
    }
    let region = system.bus("publishing-system-pacific").await;
    region.publish_with_headers("ro.intake.submit.contact.pacific", headers.clone(), junk().into()).await.unwrap();
    let lost = VictimContact {
        region: marks.loose("a region that is none", Class::Protected),
        ..contact(marks, ContactKind::Phone, "not a number")
    };
    region.publish("ro.intake.submit.contact.pacific", lost.encode_to_vec().into()).await.unwrap();
    let pushed = system.contacts(REGION).push_contact(PushContactRequest { contact: Some(lost) }).await;
    day.told(pushed);
    for bus in [site, region] {
        bus.flush().await.unwrap();
    }
    rows(system, marks).await;
}

/// Rows that a constraint refuses, as a fault of ours would send them: the server's own words could hold the row.
async fn rows(system: &System, marks: &Marks) {
    for service in local::SERVICES {
        let db = system.database(service).await;
        let text = marks.loose("a row that is refused", Class::Protected);
        let refused = sqlx::query("insert into outbox (subject) values ($1)").bind(&text).execute(&db).await;
        assert!(refused.is_err(), "{service} took the row");
    }
}
