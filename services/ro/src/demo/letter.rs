//! The exchange of letters of the demo: from a letter that is held to one that was answered, and the case in follow-up.

use proto::{
    cases::v1::{
        Case, ConsentStatus, DeliveryWay, FinishReviewRequest, GetCaseRequest, Initiative, Item, ItemStep, ListItemsRequest,
        ListReviewsRequest, MoveCaseRequest, ParticipantKind, RecordAssessmentRequest, RecordConsentRequest, RegisterItemRequest,
        ReviewFinding, ReviewState, RiskLevel, Stage, StepItemRequest,
    },
    notification::v1::ListInboxRequest,
};

use super::day::Day;
use crate::client::{
    failure::{Explained, Failure},
    text::Words,
    who::Who,
};

const HELD: Words = Words {
    en: "{} registers a letter of the offender: it is held, and nobody else has it",
    fr: "{} consigne une lettre du délinquant : elle est gardée, et personne d'autre ne l'a",
};
const REFUSED: Words = Words {
    en: "reviewed, but not released: {} conditions are missing, the consent of each side among them; nobody can override one",
    fr: "examinée, mais non mise en circulation : il manque {} conditions, dont le consentement de chaque partie; personne ne peut y passer outre",
};
const DELIVERED: Words = Words {
    en: "both consent, and the RJ Unit has reviewed the concern: released, read aloud to the victim, and acknowledged",
    fr: "les deux consentent, et l'Unité de la justice réparatrice a fait son réexamen : mise en circulation, lue à la victime, qui en confirme la réception",
};
const BLOCKED: Words = Words {
    en: "the victim's answer is released, and the offender withdraws: it is blocked in that very moment, and {} is told",
    fr: "la réponse de la victime est mise en circulation, et le délinquant se retire : elle est bloquée à l'instant, et {} en est avisé",
};
const ANSWERED: Words = Words {
    en: "he comes back on his own initiative, and the RJ Unit reviews it: clear again by itself, and delivered; the case is in follow-up",
    fr: "il revient de sa propre initiative, et l'Unité de la justice réparatrice réexamine le dossier : débloquée d'elle-même, puis remise; le dossier est au suivi",
};
const MISSING: Words = Words { en: "a refused release names what is missing", fr: "un refus nomme ce qui manque" };
const STATE: Words = Words { en: "the item stands where its steps led", fr: "l'élément en est là où ses étapes ont mené" };
const BLOCK_SEEN: Words = Words { en: "the block, in the same moment", fr: "le blocage, au même instant" };
const KEPT_BACK: Words = Words { en: "what is blocked is not delivered", fr: "ce qui est bloqué n'est pas remis" };
const TOLD: Words = Words { en: "the block in the mediator's inbox", fr: "le blocage dans la boîte du médiateur" };
const FOLLOW_UP: Words = Words { en: "the case in follow-up", fr: "le dossier au suivi" };

/// The two sides of the case, and who works on it.
struct Exchange<'a> {
    day: &'a Day,
    case_id: String,
    mediator: Who,
    victim: String,
    offender: String,
}

/// # Errors
/// A step was not seen.
pub async fn letters_pass(day: &Day, case_id: &str) -> Result<(), Failure> {
    let mediator = Who::of(&day.cast.mediator);
    let request = GetCaseRequest { case_ref: case_id.to_owned() };
    let case = day.session.cases(&mediator)?.get_case(request).await?.into_inner().case.unwrap_or_default();
    let of = |kind| participant(&case, kind);
    let (victim, offender) = (of(ParticipantKind::Victim), of(ParticipantKind::Offender));
    let exchange = Exchange { day, case_id: case_id.to_owned(), mediator, victim, offender };
    exchange.prepare().await?;
    exchange.first_letter().await?;
    exchange.answer().await
}

fn participant(case: &Case, kind: ParticipantKind) -> String {
    case.participants.iter().find(|one| one.kind() == kind).map(|one| one.participant_id.clone()).unwrap_or_default()
}

impl Exchange<'_> {
    async fn prepare(&self) -> Result<(), Failure> {
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
        self.go(Stage::Preparation).await
    }

    async fn first_letter(&self) -> Result<(), Failure> {
        let item = self.register(&self.offender, &self.victim, "I am sorry. I did not see you then; I do now.").await?;
        self.day.print(HELD, &[&self.day.cast.mediator.name]);
        self.step(&item, ItemStep::Review).await?;
        let missing = self.item(&item).await?.missing.len().to_string();
        let refused = self.refused(&item, ItemStep::Release).await?;
        let names_both = ["victim", "offender"].iter().all(|kind| refused.contains(&format!("consent-missing:{kind}:letter")));
        self.day.must(names_both, MISSING)?;
        self.day.print(REFUSED, &[&missing]);
        for who in [&self.victim, &self.offender] {
            self.consent(who, ConsentStatus::Offered).await?;
            self.consent(who, ConsentStatus::Given).await?;
        }
        self.review().await?;
        self.go(Stage::Mediation).await?;
        for step in [ItemStep::Release, ItemStep::Deliver, ItemStep::Acknowledge] {
            self.step(&item, step).await?;
        }
        self.day.print(DELIVERED, &[]);
        Ok(())
    }

    async fn answer(&self) -> Result<(), Failure> {
        let item = self.register(&self.victim, &self.offender, "I have read it. I want to know why that night.").await?;
        self.step(&item, ItemStep::Review).await?;
        self.step(&item, ItemStep::Release).await?;
        self.consent(&self.offender, ConsentStatus::Withdrawn).await?;
        self.day.must(self.item(&item).await?.blocked_since.is_some(), BLOCK_SEEN)?;
        let refused = self.refused(&item, ItemStep::Deliver).await?;
        self.day.must(refused.contains("own-initiative-missing:offender"), KEPT_BACK)?;
        self.told().await?;
        self.day.print(BLOCKED, &[&self.day.cast.mediator.name]);
        self.comes_back().await?;
        self.review().await?;
        self.go(Stage::Mediation).await?;
        self.day.must(self.item(&item).await?.blocked_since.is_none(), STATE)?;
        self.step(&item, ItemStep::Deliver).await?;
        self.go(Stage::FollowUp).await?;
        let request = GetCaseRequest { case_ref: self.case_id.clone() };
        let case = self.day.session.cases(&self.mediator)?.get_case(request).await?.into_inner().case.unwrap_or_default();
        self.day.must(case.stage() == Stage::FollowUp, FOLLOW_UP)?;
        self.day.print(ANSWERED, &[]);
        Ok(())
    }

    /// The RJ Unit records its finding in every review that an event of the day opened [RM1a].
    async fn review(&self) -> Result<(), Failure> {
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

    async fn go(&self, to: Stage) -> Result<(), Failure> {
        let mode = if to == Stage::FollowUp { String::new() } else { "letter".to_owned() };
        let request = MoveCaseRequest { case_id: self.case_id.clone(), to: to.into(), mode, ..MoveCaseRequest::default() };
        self.day.session.cases(&self.mediator)?.move_case(request).await?;
        Ok(())
    }

    async fn register(&self, from: &str, to: &str, words: &str) -> Result<String, Failure> {
        let request = RegisterItemRequest {
            case_ref: self.case_id.clone(),
            from: from.to_owned(),
            to: to.to_owned(),
            mode: "letter".to_owned(),
            words: words.to_owned(),
            idempotency_key: self.day.key(&format!("item-{from}")),
            ..RegisterItemRequest::default()
        };
        Ok(self.day.session.exchange(&self.mediator)?.register_item(request).await?.into_inner().item_id)
    }

    fn asked(&self, item: &str, step: ItemStep) -> StepItemRequest {
        let way = if step == ItemStep::Deliver { DeliveryWay::ReadAloud } else { DeliveryWay::Unspecified };
        StepItemRequest {
            case_ref: self.case_id.clone(),
            item_id: item.to_owned(),
            step: step.into(),
            words: String::new(),
            way: way.into(),
        }
    }

    async fn step(&self, item: &str, step: ItemStep) -> Result<(), Failure> {
        self.day.session.exchange(&self.mediator)?.step_item(self.asked(item, step)).await?;
        Ok(())
    }

    /// What the refusal of a step says.
    async fn refused(&self, item: &str, step: ItemStep) -> Result<String, Failure> {
        match self.day.session.exchange(&self.mediator)?.step_item(self.asked(item, step)).await.map_err(Failure::from) {
            Err(Failure::Refused(status)) => Ok(Explained::of(&status).message_en),
            Err(other) => Err(other),
            Ok(_) => Ok(String::new()),
        }
    }

    async fn item(&self, id: &str) -> Result<Item, Failure> {
        let request = ListItemsRequest { case_ref: self.case_id.clone() };
        let items = self.day.session.exchange(&self.mediator)?.list_items(request).await?.into_inner().items;
        Ok(items.into_iter().find(|item| item.item_id == id).unwrap_or_default())
    }

    fn consent_of(&self, who: &str, status: ConsentStatus) -> RecordConsentRequest {
        RecordConsentRequest {
            case_id: self.case_id.clone(),
            participant_id: who.to_owned(),
            mode: "letter".to_owned(),
            status: status.into(),
            form_version: "demo-1".to_owned(),
            language: "en".to_owned(),
            informed_and_voluntary: true,
            ..RecordConsentRequest::default()
        }
    }

    async fn consent(&self, who: &str, status: ConsentStatus) -> Result<(), Failure> {
        self.day.session.consents(&self.mediator)?.record_consent(self.consent_of(who, status)).await?;
        Ok(())
    }

    /// The offender says, on his own initiative, that he wants to go on; the RJ Unit records it, and not the mediator [IM1c].
    async fn comes_back(&self) -> Result<(), Failure> {
        let request = RecordConsentRequest {
            initiative: Initiative::ByTelephone.into(),
            initiative_at: Some(base::wire::timestamp(self.day.clock.now())),
            ..self.consent_of(&self.offender, ConsentStatus::Offered)
        };
        self.day.session.consents(&Who::of(&self.day.cast.nhq))?.record_consent(request).await?;
        self.consent(&self.offender, ConsentStatus::Given).await
    }

    async fn told(&self) -> Result<(), Failure> {
        let client = self.day.session.inbox(&self.mediator)?;
        self.day
            .seen(TOLD, || {
                let mut client = client.clone();
                async move {
                    let request = ListInboxRequest { unread_only: true, page_size: 200, page_token: String::new() };
                    let inbox = client.list_inbox(request).await?.into_inner();
                    let of_this_case = |item: &&proto::notification::v1::InboxItem| item.body.contains(&self.case_id);
                    Ok(inbox.items.iter().filter(of_this_case).any(|item| item.template == "passage-blocked").then_some(()))
                }
            })
            .await
    }
}
