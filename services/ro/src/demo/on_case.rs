//! One case of the demo: the two sides, who works on it, and the steps that both stories take.

use proto::cases::v1::{
    Case, ConsentStatus, FinishReviewRequest, GetCaseRequest, Initiative, ListReviewsRequest, MoveCaseRequest, ParticipantKind,
    RecordAssessmentRequest, RecordConsentRequest, ReviewFinding, ReviewState, RiskLevel, Stage, Understanding,
};

use super::day::Day;
use crate::client::{failure::Failure, who::Who};

/// A case with its two sides.
pub struct OnCase<'a> {
    pub day: &'a Day,
    pub case_id: String,
    pub mediator: Who,
    pub victim: String,
    pub offender: String,
    /// Mode of the whole story.
    pub mode: &'static str,
}

impl<'a> OnCase<'a> {
    /// # Errors
    /// The case cannot be read.
    pub async fn of(day: &'a Day, case_id: &str, mode: &'static str) -> Result<Self, Failure> {
        let mediator = Who::of(&day.cast.mediator);
        let request = GetCaseRequest { case_ref: case_id.to_owned() };
        let case = day.session.cases(&mediator)?.get_case(request).await?.into_inner().case.unwrap_or_default();
        let of = |kind| participant(&case, kind);
        let (victim, offender) = (of(ParticipantKind::Victim), of(ParticipantKind::Offender));
        Ok(Self { day, case_id: case_id.to_owned(), mediator, victim, offender, mode })
    }

    /// # Errors
    /// As those below: a service does not answer, or refuses.
    pub async fn read(&self) -> Result<Case, Failure> {
        let request = GetCaseRequest { case_ref: self.case_id.clone() };
        Ok(self.day.session.cases(&self.mediator)?.get_case(request).await?.into_inner().case.unwrap_or_default())
    }

    pub async fn assess_both(&self) -> Result<(), Failure> {
        for who in [&self.victim, &self.offender] {
            let request = RecordAssessmentRequest {
                case_id: self.case_id.clone(),
                participant_id: who.clone(),
                risk: RiskLevel::Low as i32,
                notes: "calm, and ready to read".to_owned(),
                next_review_on: self.day.in_days(60),
                idempotency_key: self.day.key(&format!("low-{who}")),
                ..RecordAssessmentRequest::default()
            };
            self.day.session.assessments(&self.mediator)?.record_assessment(request).await?;
        }
        Ok(())
    }

    pub fn consent_of(&self, who: &str, status: ConsentStatus) -> RecordConsentRequest {
        RecordConsentRequest {
            case_id: self.case_id.clone(),
            participant_id: who.to_owned(),
            mode: self.mode.to_owned(),
            status: status.into(),
            form_version: "demo-1".to_owned(),
            language: "en".to_owned(),
            informed_and_voluntary: true,
            how: Initiative::InPerson.into(),
            understanding: vec![Understanding::OwnWords.into()],
            ..RecordConsentRequest::default()
        }
    }

    pub async fn consent(&self, who: &str, status: ConsentStatus) -> Result<(), Failure> {
        self.day.session.consents(&self.mediator)?.record_consent(self.consent_of(who, status)).await?;
        Ok(())
    }

    pub async fn both_consent(&self) -> Result<(), Failure> {
        for who in [&self.victim, &self.offender] {
            self.consent(who, ConsentStatus::Offered).await?;
            self.consent(who, ConsentStatus::Given).await?;
        }
        Ok(())
    }

    /// The RJ Unit records its finding in every review that an event of the day opened [RM1a].
    pub async fn review(&self) -> Result<(), Failure> {
        let mut client = self.day.session.reviews(&Who::of(&self.day.cast.nhq))?;
        let listed = client.list_reviews(ListReviewsRequest { case_ref: self.case_id.clone() }).await?.into_inner();
        for review in listed.reviews.iter().filter(|review| review.state() == ReviewState::Open) {
            let request = FinishReviewRequest {
                case_ref: self.case_id.clone(),
                review_id: review.review_id.clone(),
                finding: ReviewFinding::GoesOn.into(),
                note: String::new(),
            };
            client.finish_review(request).await?;
        }
        Ok(())
    }

    pub async fn go(&self, to: Stage) -> Result<(), Failure> {
        let mode = if to == Stage::FollowUp { String::new() } else { self.mode.to_owned() };
        let request = MoveCaseRequest { case_id: self.case_id.clone(), to: to.into(), mode, ..MoveCaseRequest::default() };
        self.day.session.cases(&self.mediator)?.move_case(request).await?;
        Ok(())
    }
}

fn participant(case: &Case, kind: ParticipantKind) -> String {
    case.participants.iter().find(|one| one.kind() == kind).map(|one| one.participant_id.clone()).unwrap_or_default()
}
