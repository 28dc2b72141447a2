//! The meeting of the demo: refused six times, each time for another reason, until everything is in place; blocked when the offender is
//! transferred, and clear again by itself.

use proto::{
    cases::v1::{
        AmendConditionRequest, AskEntryRequest, AssignMediatorRequest, ConditionKind, DecideEntryRequest, EntryPurpose, EntryScreening,
        EntryStep, GetExceptionWordingRequest, InformedHow, ListSessionsRequest, PlanSessionRequest, RecordConditionRequest,
        RecordPersonMoveRequest, RecordVictimInformedRequest, Session, SessionStep, SiteChange, Stage, StepSessionRequest,
    },
    intake::v1::{Disposition, Known, ListQueueRequest, Mode, Origin, Referral, ScreenReferralRequest},
};
use time::OffsetDateTime;

use super::{day::Day, morning, on_case::OnCase};
use crate::client::{
    failure::{Explained, Failure},
    text::Words,
    who::Who,
};

const PLANNED: Words = Words {
    en: "another case: {} plans a meeting face to face, and asks six times whether it may take place",
    fr: "un autre dossier : {} planifie une rencontre face à face et demande six fois si elle peut avoir lieu",
};
const REFUSED: Words = Words { en: "refused, {} missing: {}", fr: "refusé, conditions manquantes : {}; {}" };
const CONFIRMED: Words = Words {
    en: "confirmed: everything is in place, and nobody had to be believed",
    fr: "confirmée : tout est en place, et il n'a fallu croire personne sur parole",
};
const BLOCKED: Words = Words {
    en: "the offender is transferred to {}: the meeting is blocked in that moment, and its entry is on hold",
    fr: "le délinquant est transféré à {} : la rencontre est bloquée à l'instant, et son entrée est suspendue",
};
const CLEAR: Words = Words {
    en: "the RJ Unit has reviewed the transfer, and the head of {} approves the entry there: clear again by itself",
    fr: "l'Unité de la justice réparatrice a réexaminé le transfèrement, et la direction de {} y approuve l'entrée : débloquée d'elle-même",
};
const NAMES_IT: Words = Words { en: "the refusal names what is missing", fr: "le refus nomme ce qui manque" };
const PLACE: Words = Words { en: "confirmed, once nothing is missing", fr: "confirmée quand rien ne manque" };
const STOPPED: Words = Words { en: "blocked by the transfer", fr: "bloquée par le transfèrement" };
const FREE: Words = Words { en: "clear again, with nobody's word for it", fr: "débloquée, sans que personne l'ait dit" };

/// One reason after the other for which a meeting is refused, by the beginning of its code.
const REASONS: [&str; 6] =
    ["assessment-missing:", "condition-forbids-contact", "consent-missing:", "review-open:condition", "not-in-mediation", "entry-missing:"];

struct Meeting<'a> {
    on: OnCase<'a>,
    session_id: String,
    starts_at: OffsetDateTime,
    condition_id: String,
}

/// Plays it; returns how many referrals it recorded.
///
/// # Errors
/// A step was not seen.
pub async fn they_meet(day: &Day) -> Result<i64, Failure> {
    let case_id = a_case(day).await?;
    let on = OnCase::of(day, &case_id, "face_to_face").await?;
    let condition_id = recorded(&on).await?;
    let starts_at = day.clock.now() + time::Duration::days(30);
    let plan = PlanSessionRequest {
        case_ref: case_id,
        mode: on.mode.to_owned(),
        starts_at: Some(base::wire::timestamp(starts_at)),
        participant_ids: vec![on.victim.clone(), on.offender.clone()],
        place: "the room beside the library".to_owned(),
        idempotency_key: day.key("meeting"),
        ..PlanSessionRequest::default()
    };
    let session_id = day.session.meetings(&on.mediator)?.plan_session(plan).await?.into_inner().session_id;
    day.print(PLANNED, &[&day.cast.mediator.name]);
    let meeting = Meeting { on, session_id, starts_at, condition_id };
    meeting.six_times().await?;
    meeting.transferred().await?;
    Ok(1)
}

/// A case that staff of the institution brought in, with a mediator.
async fn a_case(day: &Day) -> Result<String, Failure> {
    let referral = Referral {
        idempotency_key: day.key("meeting"),
        origin: Origin::Institutional.into(),
        site: day.cast.site.clone(),
        request: "asks to meet the person he harmed".to_owned(),
        offender_name: "Riley Fictitious".to_owned(),
        victim_name: "Jamie Placeholder".to_owned(),
        offender_asked: Known::Yes.into(),
        offender_in_custody: Known::Yes.into(),
        no_contact_condition: Known::Yes.into(),
        modes: vec![Mode::FaceToFace.into()],
        ..Referral::default()
    };
    let number = morning::submit(day, &Who::of(&day.cast.staff), referral).await?;
    let nhq = Who::of(&day.cast.nhq);
    let mut intake = day.session.referrals(&nhq)?;
    let asked = ListQueueRequest { receipt_number: number, ..ListQueueRequest::default() };
    let referral_id = intake.list_queue(asked).await?.into_inner().entries.pop().unwrap_or_default().referral_id;
    let request = ScreenReferralRequest {
        referral_id: referral_id.clone(),
        disposition: Disposition::Accepted.into(),
        reason: "demonstration: both sides have been spoken with".to_owned(),
        ..ScreenReferralRequest::default()
    };
    intake.screen_referral(request).await?;
    let case = morning::case_of(day, &referral_id).await?;
    let assign = AssignMediatorRequest { case_id: case.case_id.clone(), mediator: day.cast.mediator.subject.clone(), until: None };
    day.session.access(&nhq)?.assign_mediator(assign).await?;
    Ok(case.case_id)
}

/// A court order, without the exception words.
async fn recorded(on: &OnCase<'_>) -> Result<String, Failure> {
    let request = RecordConditionRequest {
        case_ref: on.case_id.clone(),
        kind: ConditionKind::CourtOrder.into(),
        text: "not to communicate with the person named, directly or indirectly".to_owned(),
        source: "an order that the demo invents".to_owned(),
        idempotency_key: on.day.key("condition"),
        ..RecordConditionRequest::default()
    };
    let nhq = Who::of(&on.day.cast.nhq);
    Ok(on.day.session.conditions(&nhq)?.record_condition(request).await?.into_inner().condition_id)
}

impl Meeting<'_> {
    /// It is asked, refused, and what the refusal names is put right: one reason after the other.
    async fn six_times(&self) -> Result<(), Failure> {
        for reason in REASONS {
            let refused = self.confirm().await?.unwrap_or_default();
            self.on.day.must(refused.iter().any(|code| code.starts_with(reason)), NAMES_IT)?;
            self.on.day.print(REFUSED, &[&refused.len().to_string(), &refused.join(", ")]);
            self.put_right(reason).await?;
        }
        self.on.day.must(self.confirm().await?.is_none(), PLACE)?;
        self.on.day.print(CONFIRMED, &[]);
        Ok(())
    }

    async fn put_right(&self, reason: &str) -> Result<(), Failure> {
        match reason {
            "assessment-missing:" => self.on.assess_both().await,
            "condition-forbids-contact" => self.amended().await,
            "consent-missing:" => self.on.both_consent().await,
            "review-open:condition" => self.on.review().await,
            "not-in-mediation" => {
                self.on.go(Stage::Preparation).await?;
                self.on.go(Stage::Mediation).await
            }
            _ => self.enter(&self.on.day.cast.site, &Who::of(&self.on.day.cast.head)).await,
        }
    }

    /// Asks whether it may take place; `None` where it is confirmed, otherwise the codes of all that is missing.
    async fn confirm(&self) -> Result<Option<Vec<String>>, Failure> {
        let request = StepSessionRequest {
            case_ref: self.on.case_id.clone(),
            session_id: self.session_id.clone(),
            step: SessionStep::Confirm.into(),
            ..StepSessionRequest::default()
        };
        match self.on.day.session.meetings(&self.on.mediator)?.step_session(request).await.map_err(Failure::from) {
            Ok(_) => Ok(None),
            Err(Failure::Refused(status)) => {
                let said = Explained::of(&status).message_en;
                let missing = self.session().await?.missing.into_iter().map(|missing| missing.code);
                Ok(Some(missing.filter(|code| said.contains(code.as_str())).collect()))
            }
            Err(other) => Err(other),
        }
    }

    async fn session(&self) -> Result<Session, Failure> {
        let request = ListSessionsRequest { case_ref: self.on.case_id.clone() };
        let sessions = self.on.day.session.meetings(&self.on.mediator)?.list_sessions(request).await?.into_inner().sessions;
        Ok(sessions.into_iter().find(|one| one.session_id == self.session_id).unwrap_or_default())
    }

    /// The victim is informed, and then the court amends its order with the exception words [CCRA 133(7)].
    async fn amended(&self) -> Result<(), Failure> {
        let day = self.on.day;
        let mut conditions = day.session.conditions(&Who::of(&day.cast.nhq))?;
        let informed = RecordVictimInformedRequest {
            case_ref: self.on.case_id.clone(),
            condition_id: self.condition_id.clone(),
            participant_id: self.on.victim.clone(),
            how: InformedHow::ByTelephone.into(),
            informed_on: day.in_days(0),
            informed_by: "victim services".to_owned(),
            ..RecordVictimInformedRequest::default()
        };
        conditions.record_victim_informed(informed).await?;
        let words = conditions.get_exception_wording(GetExceptionWordingRequest {}).await?.into_inner().wording.unwrap_or_default();
        let amend = AmendConditionRequest {
            case_ref: self.on.case_id.clone(),
            condition_id: self.condition_id.clone(),
            text: format!("not to communicate with the person named, {}", words.english),
            amended_on: day.in_days(0),
            has_exception_words: true,
            ..AmendConditionRequest::default()
        };
        conditions.amend_condition(amend).await?;
        Ok(())
    }

    /// The victim and the mediator may enter a site at the time of the meeting, as its head decides [R2a].
    async fn enter(&self, site: &str, head: &Who) -> Result<(), Failure> {
        let day = self.on.day;
        let ask = AskEntryRequest {
            case_ref: self.on.case_id.clone(),
            purpose: EntryPurpose::Mediation.into(),
            site: site.to_owned(),
            starts_at: Some(base::wire::timestamp(self.starts_at - time::Duration::HOUR)),
            ends_at: Some(base::wire::timestamp(self.starts_at + 3 * time::Duration::HOUR)),
            participant_ids: vec![self.on.victim.clone()],
            mediator: day.cast.mediator.subject.clone(),
            mediator_name: "Mika Exemple".to_owned(),
            idempotency_key: day.key(&format!("entry-{site}")),
            ..AskEntryRequest::default()
        };
        let entry_id = day.session.entries(&self.on.mediator)?.ask_entry(ask).await?.into_inner().entry_id;
        let approve = DecideEntryRequest {
            entry_id,
            step: EntryStep::Approve.into(),
            screening: EntryScreening::Done.into(),
            ..DecideEntryRequest::default()
        };
        day.session.entries(head)?.decide_entry(approve).await?;
        Ok(())
    }

    async fn transferred(&self) -> Result<(), Failure> {
        let day = self.on.day;
        let elsewhere = day.cast.head_of_another_site.sites.first().cloned().unwrap_or_default();
        let moved = RecordPersonMoveRequest {
            case_ref: self.on.case_id.clone(),
            how: SiteChange::Transfer.into(),
            site: elsewhere.clone(),
            moved_on: day.in_days(0),
            reason: "told by the sending institution".to_owned(),
            idempotency_key: day.key("transfer"),
        };
        day.session.cases(&self.on.mediator)?.record_person_move(moved).await?;
        day.must(self.session().await?.blocked_since.is_some(), STOPPED)?;
        day.print(BLOCKED, &[&elsewhere]);
        self.on.review().await?;
        self.enter(&elsewhere, &Who::of(&day.cast.head_of_another_site)).await?;
        day.must(self.session().await?.blocked_since.is_none(), FREE)?;
        day.print(CLEAR, &[&elsewhere]);
        Ok(())
    }
}
