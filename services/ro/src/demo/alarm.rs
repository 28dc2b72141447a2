//! The afternoon of the demo: a mediator sees an imminent risk; NHQ and the head of the right site are each notified, and each accepts.

use std::time::Instant;

use local::description::Identity;
use proto::{
    cases::v1::{AssignMediatorRequest, Case, GetCaseRequest, ParticipantKind, RecordAssessmentRequest, RiskLevel},
    class,
    notification::v1::{InboxItem, ListInboxRequest},
    safety::v1::{AcceptConcernRequest, Audience, AudienceStatus, CloseConcernRequest, ConcernState, ConcernView, GetConcernRequest},
    wire::v1::Class,
};

use super::{
    day::{Day, if_found},
    referrals::OFFENDER,
};
use crate::client::{failure::Failure, text::Words, who::Who};

/// Text of the day's concern.
pub struct Alarm {
    pub concern_id: String,
    pub reference: String,
    pub case_id: String,
}

/// Text that only NHQ may read.
pub const NARRATIVE: &str = "told his mediator, while preparing a letter to the person he harmed, that he will not live to see the answer";
const NATURE: &str = "said he will hurt himself tonight";

const ASSIGNED: Words = Words {
    en: "{} is assigned and can read the case; {} cannot tell that it exists",
    fr: "{} est désigné et peut lire le dossier; {} ne peut savoir qu'il existe",
};
const FLAGGED: Words = Words {
    en: "{} records an assessment that flags imminent risk; contact is frozen",
    fr: "{} consigne une évaluation signalant un risque imminent; les contacts sont suspendus",
};
const RUNG: Words = Words {
    en: "{}: NHQ and the head of {} each have their own envelope, {} ms after the assessment",
    fr: "{} : l'AC et le directeur de {} ont chacun leur enveloppe, {} ms après l'évaluation",
};
const CUT: Words = Words {
    en: "the head's says who is at risk and how, and nothing of the RO file; the head of {} has none",
    fr: "celle du directeur dit qui est à risque et comment, et rien du dossier de PJR; le directeur de {} n'en a aucune",
};
const NHQ_ACCEPTS: Words = Words { en: "NHQ accepts; the head is still being rung", fr: "l'AC accepte; le directeur est toujours appelé" };
const HEAD_ACCEPTS: Words = Words { en: "the head accepts; the concern is {}", fr: "le directeur accepte; la préoccupation est {}" };
const CLOSED: Words =
    Words { en: "NHQ closes it with an outcome; contact is free again", fr: "l'AC la ferme avec son issue; les contacts reprennent" };
const OPEN_TO_MEDIATOR: Words = Words { en: "the assigned mediator can read the case", fr: "le médiateur désigné peut lire le dossier" };
const HIDDEN: Words = Words { en: "the case does not exist for another mediator", fr: "le dossier n'existe pas pour un autre médiateur" };
const OFFENDER_IN_CASE: Words =
    Words { en: "the offender is a participant of the case", fr: "le délinquant est un participant du dossier" };
const RAISED: Words = Words { en: "the assessment raised a concern", fr: "l'évaluation a soulevé une préoccupation" };
const FROZEN: Words = Words { en: "contact frozen by the assessment", fr: "contacts suspendus par l'évaluation" };
const AT_NHQ: Words = Words { en: "the concern in NHQ's inbox", fr: "la préoccupation dans la boîte de l'AC" };
const AT_HEAD: Words = Words { en: "the concern in the head's inbox", fr: "la préoccupation dans la boîte du directeur" };
const NHQ_IN_FULL: Words = Words { en: "NHQ's envelope tells everything", fr: "l'enveloppe de l'AC dit tout" };
const HEAD_NEEDS: Words =
    Words { en: "the head's envelope tells who is at risk and how", fr: "l'enveloppe du directeur dit qui est à risque et comment" };
const HEAD_NO_MORE: Words = Words {
    en: "no protected field in the head's envelope or text",
    fr: "aucun champ protégé dans l'enveloppe ou le texte du directeur",
};
const NOT_ELSEWHERE: Words = Words { en: "nothing at the head of another site", fr: "rien chez le directeur d'un autre établissement" };
const STILL_RINGING: Words =
    Words { en: "one acceptance does not silence the other audience", fr: "une acceptation ne fait pas taire l'autre destinataire" };
const ACCEPTED_BY: Words = Words { en: "who accepted, and when", fr: "qui a accepté, et quand" };
const BOTH: Words = Words { en: "the concern accepted by both", fr: "la préoccupation acceptée par les deux" };
const FREE: Words = Words { en: "contact free after the concern is closed", fr: "contacts repris après la fermeture" };

/// # Errors
/// A step was not seen.
pub async fn imminent_risk(day: &Day, case: Case) -> Result<Alarm, Failure> {
    assign(day, &case).await?;
    let mediator = Who::of(&day.cast.mediator);
    let offender = case.participants.iter().find(|p| p.kind() == ParticipantKind::Offender);
    day.must(offender.is_some_and(|p| p.name == OFFENDER), OFFENDER_IN_CASE)?;
    let request = RecordAssessmentRequest {
        case_id: case.case_id.clone(),
        participant_id: offender.map(|p| p.participant_id.clone()).unwrap_or_default(),
        risk: RiskLevel::Imminent as i32,
        notes: NARRATIVE.to_owned(),
        next_review_on: day.in_days(1),
        what_the_head_must_know: NATURE.to_owned(),
        idempotency_key: day.key("assessment"),
    };
    let flagged = Instant::now();
    let cases = day.session.assessments(&mediator)?;
    let record = || {
        let (mut cases, request) = (cases.clone(), request.clone());
        async move { cases.record_assessment(request).await }
    };
    let concern_id = day.answered(record).await?.concern_id;
    day.must(!concern_id.is_empty(), RAISED)?;
    let (at_nhq, at_head) = tokio::try_join!(
        day.seen(AT_NHQ, || inbox_item(day, &day.cast.nhq, &concern_id)),
        day.seen(AT_HEAD, || inbox_item(day, &day.cast.head, &concern_id)),
    )?;
    let rung_after = flagged.elapsed().as_millis().to_string();
    day.must(fetch(day, &case.case_id).await?.contact_frozen, FROZEN)?;
    day.print(FLAGGED, &[&day.cast.mediator.name]);
    let reference = at_nhq.envelope.as_ref().map(|e| e.reference.clone()).unwrap_or_default();
    day.print(RUNG, &[&reference, &day.cast.site, &rung_after]);
    each_has_its_own(day, &at_nhq, &at_head, &concern_id).await?;
    Ok(Alarm { concern_id, reference, case_id: case.case_id })
}

async fn assign(day: &Day, case: &Case) -> Result<(), Failure> {
    let request = AssignMediatorRequest { case_id: case.case_id.clone(), mediator: day.cast.mediator.subject.clone(), until: None };
    day.session.access(&Who::of(&day.cast.nhq))?.assign_mediator(request).await?;
    let by = |identity: &Identity| day.session.cases(&Who::of(identity));
    let request = || GetCaseRequest { case_ref: case.case_number.clone() };
    day.must(if_found(by(&day.cast.mediator)?.get_case(request()).await)?.is_some(), OPEN_TO_MEDIATOR)?;
    day.must(if_found(by(&day.cast.other_mediator)?.get_case(request()).await)?.is_none(), HIDDEN)?;
    day.print(ASSIGNED, &[&day.cast.mediator.name, &day.cast.other_mediator.name]);
    Ok(())
}

async fn fetch(day: &Day, case_id: &str) -> Result<Case, Failure> {
    let cases = day.session.cases(&Who::of(&day.cast.nhq))?;
    let read = || {
        let (mut cases, request) = (cases.clone(), GetCaseRequest { case_ref: case_id.to_owned() });
        async move { cases.get_case(request).await }
    };
    Ok(day.answered(read).await?.case.unwrap_or_default())
}

/// The item of a concern in a person's inbox, addressed to them by name.
async fn inbox_item(day: &Day, whose: &Identity, concern_id: &str) -> Result<Option<InboxItem>, Failure> {
    let mut client = day.session.inbox(&Who::of(whose))?;
    let inbox = client.list_inbox(ListInboxRequest { unread_only: false, page_size: 200, page_token: String::new() }).await?.into_inner();
    Ok(inbox.items.into_iter().find(|item| item.concern_id == concern_id && item.recipient == whose.subject))
}

async fn each_has_its_own(day: &Day, at_nhq: &InboxItem, at_head: &InboxItem, concern_id: &str) -> Result<(), Failure> {
    let content = |item: &InboxItem| item.envelope.clone().unwrap_or_default().content.unwrap_or_default();
    let (nhq, head) = (content(at_nhq), content(at_head));
    day.must(at_nhq.audience() == Audience::Nhq && nhq.text.contains(NARRATIVE) && !nhq.case_id.is_empty(), NHQ_IN_FULL)?;
    let needed = at_head.audience() == Audience::ResponsibleHead && head.person_at_risk == OFFENDER && head.nature == NATURE;
    day.must(needed, HEAD_NEEDS)?;
    let text = format!("{} {}", at_head.title, at_head.body).to_lowercase();
    let silent = ["mediat", "médiat", "restorative", "réparatrice", "letter", NARRATIVE].iter().all(|word| !text.contains(word));
    day.must(head == class::cut(&head, Class::NeedToKnow) && silent, HEAD_NO_MORE)?;
    let other = &day.cast.head_of_another_site;
    let mut client = day.session.inbox(&Who::of(other))?;
    let inbox = client.list_inbox(ListInboxRequest { unread_only: false, page_size: 200, page_token: String::new() }).await?.into_inner();
    let in_inbox = inbox.items.iter().any(|item| item.concern_id == concern_id);
    let request = GetConcernRequest { concern_ref: concern_id.to_owned(), with_history: false };
    let readable = if_found(day.session.alarm(&Who::of(other))?.get_concern(request).await)?.is_some();
    day.must(!in_inbox && !readable, NOT_ELSEWHERE)?;
    day.print(CUT, &[&other.sites.join(", ")]);
    Ok(())
}

/// # Errors
/// A step was not seen.
pub async fn each_accepts(day: &Day, alarm: &Alarm) -> Result<(), Failure> {
    accept(day, &day.cast.nhq, Audience::Nhq, alarm).await?;
    let concern = read_back(day, alarm).await?;
    let head = status_of(&concern, Audience::ResponsibleHead);
    day.must(concern.state() == ConcernState::Ringing && head.accepted_at.is_none(), STILL_RINGING)?;
    day.print(NHQ_ACCEPTS, &[]);
    accept(day, &day.cast.head, Audience::ResponsibleHead, alarm).await?;
    let concern = day
        .seen(BOTH, || async {
            let concern = read_back(day, alarm).await?;
            Ok((concern.state() == ConcernState::Accepted).then_some(concern))
        })
        .await?;
    let by = |audience| status_of(&concern, audience).accepted_by;
    let who = by(Audience::Nhq) == day.cast.nhq.subject && by(Audience::ResponsibleHead) == day.cast.head.subject;
    day.must(who, ACCEPTED_BY)?;
    day.print(HEAD_ACCEPTS, &[crate::client::labels::concern_state(concern.state()).of(day.lang())]);
    let request = CloseConcernRequest { concern_id: alarm.concern_id.clone(), outcome: "demonstration: seen and safe".to_owned() };
    day.session.alarm(&Who::of(&day.cast.nhq))?.close_concern(request).await?;
    day.seen(FREE, || async { Ok((!fetch(day, &alarm.case_id).await?.contact_frozen).then_some(())) }).await?;
    day.print(CLOSED, &[]);
    Ok(())
}

async fn accept(day: &Day, who: &Identity, audience: Audience, alarm: &Alarm) -> Result<(), Failure> {
    let request = AcceptConcernRequest {
        concern_id: alarm.concern_id.clone(),
        audience: audience as i32,
        note: "demonstration: on the way".to_owned(),
        knowing: 0,
    };
    let answer = day.session.alarm(&Who::of(who))?.accept_concern(request).await?.into_inner();
    let status = answer.status.unwrap_or_default();
    day.must(status.accepted_at.is_some() && !answer.already_accepted, ACCEPTED_BY)
}

async fn read_back(day: &Day, alarm: &Alarm) -> Result<ConcernView, Failure> {
    let safety = day.session.alarm(&Who::of(&day.cast.nhq))?;
    let read = || {
        let (mut safety, request) = (safety.clone(), GetConcernRequest { concern_ref: alarm.concern_id.clone(), with_history: false });
        async move { safety.get_concern(request).await }
    };
    Ok(day.answered(read).await?.concern.unwrap_or_default())
}

fn status_of(concern: &ConcernView, audience: Audience) -> AudienceStatus {
    concern.audiences.iter().find(|a| a.audience() == audience).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proto::safety::v1::Concern;

    use super::*;

    #[test]
    fn an_envelope_with_the_narrative_in_it_would_be_noticed() {
        let leaking = Concern { text: NARRATIVE.into(), ..Concern::default() };
        assert!(leaking != class::cut(&leaking, Class::NeedToKnow));
    }
}
