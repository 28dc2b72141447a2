//! Play of a fictional caseload: each request is submitted, decided and worked through the calls that people use.

use std::time::{Duration, Instant};

use proto::{
    cases::v1::{
        AskEntryRequest, AssignMediatorRequest, Case, ConditionKind, ConsentStatus, DecideEntryRequest, DeliveryWay, DocumentSide,
        EntryPurpose, EntryScreening, EntryStep, FindCaseByReferralRequest, FinishReviewRequest, Initiative, ItemStep, ListReviewsRequest,
        MoveCaseRequest, ParticipantKind, PlanSessionRequest, RecordAssessmentRequest, RecordConditionRequest, RecordConsentRequest,
        RegisterItemRequest, ReviewFinding, ReviewState, RiskLevel, SessionOutcome, SessionStep, Stage, StateNoConditionRequest,
        StepItemRequest, StepSessionRequest, Understanding,
    },
    intake::v1::{Disposition, Known, Language, ListQueueRequest, Mode, Referral, ScreenReferralRequest, SubmitReferralRequest},
};
use time::OffsetDateTime;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::caseload::{Reaches, Request, opens_a_case};
use crate::client::{failure::Failure, session::Session, who::Who};

/// Timeout for a decision to open its case.
const OPENS_WITHIN: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Times that a call is tried that safety must have answered for.
const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(500);

/// Who works the caseload.
pub struct Staff {
    pub officers: Vec<Who>,
    pub mediators: Vec<Who>,
    /// Whoever answers for a site, by its code.
    pub heads: Vec<(String, Who)>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Played {
    /// It was there: nothing is done to it.
    Known,
    Waits,
    Decided,
    Case,
}

/// The work on one request.
pub struct Play<'a> {
    pub session: &'a Session,
    pub staff: &'a Staff,
    pub request: &'a Request,
    pub seed: u64,
    pub now: OffsetDateTime,
}

impl Play<'_> {
    /// # Errors
    /// A service does not answer, or refuses what the plan holds to be possible.
    pub async fn play(&self) -> Result<Played, Failure> {
        let officer = self.one(&self.staff.officers)?;
        let request = SubmitReferralRequest { referral: Some(self.referral()) };
        let receipt = self.session.referrals(officer)?.submit_referral(request).await?.into_inner().receipt.unwrap_or_default();
        if receipt.already_known {
            return Ok(Played::Known);
        }
        let Some(disposition) = self.request.disposition else { return Ok(Played::Waits) };
        let referral_id = self.screen(officer, &receipt.number, disposition).await?;
        if !opens_a_case(self.request.disposition) {
            return Ok(Played::Decided);
        }
        let case = self.opened(officer, &referral_id).await?;
        Work { play: self, officer, mediator: self.one(&self.staff.mediators)?, case: &case }.work().await?;
        Ok(Played::Case)
    }

    fn one<'a>(&self, all: &'a [Who]) -> Result<&'a Who, Failure> {
        let place = self.request.number as usize % all.len().max(1);
        all.get(place).ok_or_else(|| Failure::Usage("the stack has no officer, or no mediator".to_owned()))
    }

    fn key(&self, what: &str) -> String {
        format!("seed-{}-{}-{what}", self.seed, self.request.number)
    }

    fn referral(&self) -> Referral {
        let one = self.request;
        let request = match one.language {
            Language::French => "demande s'il serait possible de transmettre un message",
            _ => "asks whether something could be passed on",
        };
        Referral {
            idempotency_key: self.key("referral"),
            origin: one.origin.into(),
            site: one.site.clone(),
            request: request.to_owned(),
            offender_name: one.offender.clone(),
            offender_fps: one.fps.clone(),
            victim_name: one.victim.clone(),
            victim_registered: Known::Yes.into(),
            offender_asked: Known::Yes.into(),
            no_contact_condition: one.condition.into(),
            modes: vec![one.mode.into()],
            language: one.language.into(),
            ..Referral::default()
        }
    }

    async fn screen(&self, officer: &Who, receipt: &str, disposition: Disposition) -> Result<String, Failure> {
        let mut intake = self.session.referrals(officer)?;
        let asked = ListQueueRequest { receipt_number: receipt.to_owned(), ..ListQueueRequest::default() };
        let entry = intake.list_queue(asked).await?.into_inner().entries.pop().unwrap_or_default();
        let is_deferred = disposition == Disposition::DeferredForPreparation;
        let request = ScreenReferralRequest {
            referral_id: entry.referral_id.clone(),
            disposition: disposition.into(),
            reason: "as both sides said when they were asked".to_owned(),
            review_on: if is_deferred { self.in_days(60) } else { String::new() },
            ..ScreenReferralRequest::default()
        };
        intake.screen_referral(request).await?;
        Ok(entry.referral_id)
    }

    fn in_days(&self, days: i64) -> String {
        (self.now + time::Duration::days(days)).date().to_string()
    }

    async fn opened(&self, officer: &Who, referral_id: &str) -> Result<Case, Failure> {
        let mut cases = self.session.cases(officer)?;
        let begun = Instant::now();
        loop {
            let request = FindCaseByReferralRequest { referral_id: referral_id.to_owned() };
            match cases.find_case_by_referral(request).await {
                Ok(answer) => return Ok(answer.into_inner().case.unwrap_or_default()),
                Err(status) if status.code() == Code::NotFound && begun.elapsed() < OPENS_WITHIN => tokio::time::sleep(POLL_INTERVAL).await,
                Err(status) => return Err(status.into()),
            }
        }
    }
}

/// Whether safety has to answer first: it is asked again in a moment.
fn waits_for_safety(status: &Status) -> bool {
    status.message().contains("safety-cannot-be-asked")
        || status.get_details_error_info().is_some_and(|info| info.reason == "safety-cannot-be-asked")
}

/// Tries a call until safety was asked, or the tries are used up.
macro_rules! once_safety_answers {
    ($call:expr) => {{
        let mut tries = 0;
        loop {
            tries += 1;
            match $call.await {
                Err(status) if tries < TRIES && waits_for_safety(&status) => tokio::time::sleep(PAUSE).await,
                ended => break ended,
            }
        }
    }};
}

/// The work on the case of a request.
struct Work<'a> {
    play: &'a Play<'a>,
    officer: &'a Who,
    mediator: &'a Who,
    case: &'a Case,
}

impl Work<'_> {
    async fn work(&self) -> Result<(), Failure> {
        let reaches = self.play.request.reaches;
        self.answer_on_conditions().await?;
        let assign = AssignMediatorRequest { case_id: self.id(), mediator: self.mediator.name.clone(), until: None };
        self.play.session.access(self.officer)?.assign_mediator(assign).await?;
        if reaches == Reaches::Assessment {
            return Ok(());
        }
        for who in [ParticipantKind::Victim, ParticipantKind::Offender] {
            self.assess(who).await?;
        }
        self.go(Stage::Preparation, "").await?;
        match reaches {
            Reaches::Assessment | Reaches::Preparation => return Ok(()),
            Reaches::Pause => return self.go(Stage::Paused, "a participant asked for time").await,
            Reaches::ClosedEarly => return self.go(Stage::Closed, "a participant would rather not go on").await,
            Reaches::Mediation | Reaches::Withdrawal | Reaches::FollowUp | Reaches::Closed => {}
        }
        // With a condition that forbids contact nothing passes: the amendment takes longer than a play.
        if self.play.request.condition == Known::Yes {
            return Ok(());
        }
        for who in [ParticipantKind::Victim, ParticipantKind::Offender] {
            self.consent(who, ConsentStatus::Offered).await?;
            self.consent(who, ConsentStatus::Given).await?;
        }
        self.review().await?;
        self.go(Stage::Mediation, "").await?;
        self.exchange(reaches).await?;
        match reaches {
            Reaches::Withdrawal => self.consent(ParticipantKind::Victim, ConsentStatus::Withdrawn).await,
            Reaches::FollowUp => self.go(Stage::FollowUp, "").await,
            Reaches::Closed => {
                self.go(Stage::FollowUp, "").await?;
                self.go(Stage::Closed, "both say that it is done").await
            }
            _ => Ok(()),
        }
    }

    fn id(&self) -> String {
        self.case.case_id.clone()
    }

    fn mode(&self) -> &'static str {
        match self.play.request.mode {
            Mode::Shuttle => "shuttle",
            Mode::Video => "video",
            Mode::FaceToFace => "face_to_face",
            _ => "letter",
        }
    }

    fn language(&self) -> String {
        if self.play.request.language == Language::French { "fr" } else { "en" }.to_owned()
    }

    fn participant(&self, kind: ParticipantKind) -> Result<String, Failure> {
        let found = self.case.participants.iter().find(|one| one.kind() == kind);
        found
            .map(|one| one.participant_id.clone())
            .ok_or_else(|| Failure::Other(anyhow::anyhow!("{} has no {kind:?}", self.case.case_number)))
    }

    /// The condition that the referral names is recorded; where it left that open, the unit asks and hears that there is none.
    async fn answer_on_conditions(&self) -> Result<(), Failure> {
        let mut client = self.play.session.conditions(self.officer)?;
        match self.play.request.condition {
            Known::Unknown => {
                let reason = "asked the court and the parole board".to_owned();
                client.state_no_condition(StateNoConditionRequest { case_ref: self.id(), reason }).await?;
            }
            Known::Yes => {
                let request = RecordConditionRequest {
                    case_ref: self.id(),
                    kind: ConditionKind::CourtOrder.into(),
                    text: "not to communicate with the person named".to_owned(),
                    source: "an order that is invented".to_owned(),
                    idempotency_key: self.play.key("condition"),
                    ..RecordConditionRequest::default()
                };
                client.record_condition(request).await?;
            }
            Known::No | Known::Unspecified => {}
        }
        Ok(())
    }

    async fn assess(&self, who: ParticipantKind) -> Result<(), Failure> {
        let risk = if self.play.request.number.is_multiple_of(9) { RiskLevel::Moderate } else { RiskLevel::Low };
        let request = RecordAssessmentRequest {
            case_id: self.id(),
            participant_id: self.participant(who)?,
            risk: risk.into(),
            notes: "calm, and knows what to expect".to_owned(),
            next_review_on: self.play.in_days(90),
            idempotency_key: self.play.key(&format!("assessment-{}", i32::from(who))),
            ..RecordAssessmentRequest::default()
        };
        self.play.session.assessments(self.mediator)?.record_assessment(request).await?;
        Ok(())
    }

    async fn consent(&self, who: ParticipantKind, status: ConsentStatus) -> Result<(), Failure> {
        let request = RecordConsentRequest {
            case_id: self.id(),
            participant_id: self.participant(who)?,
            mode: self.mode().to_owned(),
            status: status.into(),
            form_version: "seed-1".to_owned(),
            language: self.language(),
            informed_and_voluntary: true,
            how: Initiative::InPerson.into(),
            understanding: vec![Understanding::OwnWords.into()],
            ..RecordConsentRequest::default()
        };
        self.play.session.consents(self.mediator)?.record_consent(request).await?;
        Ok(())
    }

    /// The unit finishes every review that an event opened.
    async fn review(&self) -> Result<(), Failure> {
        let mut client = self.play.session.reviews(self.officer)?;
        let listed = client.list_reviews(ListReviewsRequest { case_ref: self.id() }).await?.into_inner();
        for review in listed.reviews.iter().filter(|review| review.state() == ReviewState::Open) {
            let finding = ReviewFinding::GoesOn.into();
            client
                .finish_review(FinishReviewRequest {
                    case_ref: self.id(),
                    review_id: review.review_id.clone(),
                    finding,
                    note: String::new(),
                })
                .await?;
        }
        Ok(())
    }

    async fn go(&self, to: Stage, reason: &str) -> Result<(), Failure> {
        let mode = if matches!(to, Stage::Preparation | Stage::Mediation) { self.mode() } else { "" };
        let request =
            MoveCaseRequest { case_id: self.id(), to: to.into(), mode: mode.into(), reason: reason.into(), ..MoveCaseRequest::default() };
        let mut client = self.play.session.cases(self.mediator)?;
        once_safety_answers!(client.move_case(request.clone()))?;
        Ok(())
    }

    /// What passes between the parties: letters and messages, or a meeting.
    async fn exchange(&self, reaches: Reaches) -> Result<(), Failure> {
        if matches!(self.play.request.mode, Mode::Letter | Mode::Shuttle) {
            for number in 0..self.play.request.items {
                self.item(number).await?;
            }
            return Ok(());
        }
        self.meeting(reaches).await
    }

    async fn item(&self, number: u32) -> Result<(), Failure> {
        let (victim, offender) = (self.participant(ParticipantKind::Victim)?, self.participant(ParticipantKind::Offender)?);
        let (from, to) = if number.is_multiple_of(2) { (offender, victim) } else { (victim, offender) };
        let words = if self.play.request.language == Language::French { "Je voulais vous le dire." } else { "I wanted to tell you." };
        let register = RegisterItemRequest {
            case_ref: self.id(),
            from,
            to,
            mode: self.mode().to_owned(),
            words: words.to_owned(),
            idempotency_key: self.play.key(&format!("item-{number}")),
            ..RegisterItemRequest::default()
        };
        let mut client = self.play.session.exchange(self.mediator)?;
        let item_id = client.register_item(register).await?.into_inner().item_id;
        for step in [ItemStep::Review, ItemStep::Release, ItemStep::Deliver, ItemStep::Acknowledge] {
            let way = if step == ItemStep::Deliver { DeliveryWay::HandedOver } else { DeliveryWay::Unspecified };
            let request =
                StepItemRequest { case_ref: self.id(), item_id: item_id.clone(), step: step.into(), words: String::new(), way: way.into() };
            once_safety_answers!(client.step_item(request.clone()))?;
        }
        Ok(())
    }

    /// A meeting, which is held unless the case is to stand in mediation.
    async fn meeting(&self, reaches: Reaches) -> Result<(), Failure> {
        let days = 20 + i64::from(self.play.request.number % 40);
        let starts_at = self.play.now + time::Duration::days(days);
        let people = vec![self.participant(ParticipantKind::Victim)?, self.participant(ParticipantKind::Offender)?];
        if self.play.request.mode == Mode::FaceToFace {
            self.enter(starts_at).await?;
        }
        let plan = PlanSessionRequest {
            case_ref: self.id(),
            mode: self.mode().to_owned(),
            starts_at: Some(base::wire::timestamp(starts_at)),
            participant_ids: people,
            place: "a room with two doors".to_owned(),
            idempotency_key: self.play.key("session"),
            ..PlanSessionRequest::default()
        };
        let mut client = self.play.session.meetings(self.mediator)?;
        let session_id = client.plan_session(plan).await?.into_inner().session_id;
        let steps: &[SessionStep] = match reaches {
            Reaches::Mediation | Reaches::Withdrawal => &[SessionStep::Confirm],
            _ => &[
                SessionStep::Confirm,
                SessionStep::Begin,
                SessionStep::End,
                SessionStep::Debrief,
                SessionStep::FollowUp,
                SessionStep::Finish,
            ],
        };
        for step in steps {
            let request = StepSessionRequest {
                case_ref: self.id(),
                session_id: session_id.clone(),
                step: (*step).into(),
                outcome: if *step == SessionStep::End { SessionOutcome::Completed.into() } else { 0 },
                side: if *step == SessionStep::Debrief { DocumentSide::Victim.into() } else { 0 },
                ..StepSessionRequest::default()
            };
            once_safety_answers!(client.step_session(request.clone()))?;
        }
        Ok(())
    }

    /// Entry of the victim and of the mediator to the institution, approved by its head.
    async fn enter(&self, starts_at: OffsetDateTime) -> Result<(), Failure> {
        let site = &self.play.request.site;
        let head = self.play.staff.heads.iter().find(|(of, _)| of == site).map(|(_, head)| head);
        let head = head.ok_or_else(|| Failure::Other(anyhow::anyhow!("nobody here answers for {site}")))?;
        let ask = AskEntryRequest {
            case_ref: self.id(),
            purpose: EntryPurpose::Mediation.into(),
            site: site.clone(),
            starts_at: Some(base::wire::timestamp(starts_at - time::Duration::HOUR)),
            ends_at: Some(base::wire::timestamp(starts_at + 4 * time::Duration::HOUR)),
            participant_ids: vec![self.participant(ParticipantKind::Victim)?],
            mediator: self.mediator.name.clone(),
            mediator_name: "Mika Exemple".to_owned(),
            idempotency_key: self.play.key("entry"),
            ..AskEntryRequest::default()
        };
        let entry_id = self.play.session.entries(self.mediator)?.ask_entry(ask).await?.into_inner().entry_id;
        let decide = DecideEntryRequest {
            entry_id,
            step: EntryStep::Approve.into(),
            screening: EntryScreening::Done.into(),
            ..DecideEntryRequest::default()
        };
        self.play.session.entries(head)?.decide_entry(decide).await?;
        Ok(())
    }
}
