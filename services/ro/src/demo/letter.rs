//! The exchange of letters of the demo: from a letter that is held to one that was answered, and the case in follow-up.

use proto::{
    cases::v1::{
        ConsentStatus, DeliveryWay, Initiative, Item, ItemStep, ListItemsRequest, RecordConsentRequest, RegisterItemRequest, Stage,
        StepItemRequest,
    },
    notification::v1::ListInboxRequest,
};

use super::{day::Day, on_case::OnCase};
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

/// The letters of a case.
struct Exchange<'a>(OnCase<'a>);

/// # Errors
/// A step was not seen.
pub async fn letters_pass(day: &Day, case_id: &str) -> Result<(), Failure> {
    let exchange = Exchange(OnCase::of(day, case_id, "letter").await?);
    exchange.0.assess_both().await?;
    exchange.0.go(Stage::Preparation).await?;
    exchange.first_letter().await?;
    exchange.answer().await
}

impl Exchange<'_> {
    async fn first_letter(&self) -> Result<(), Failure> {
        let item = self.register(&self.0.offender, &self.0.victim, "I am sorry. I did not see you then; I do now.").await?;
        self.0.day.print(HELD, &[&self.0.day.cast.mediator.name]);
        self.step(&item, ItemStep::Review).await?;
        let missing = self.item(&item).await?.missing.len().to_string();
        let refused = self.refused(&item, ItemStep::Release).await?;
        let names_both = ["victim", "offender"].iter().all(|kind| refused.contains(&format!("consent-missing:{kind}:letter")));
        self.0.day.must(names_both, MISSING)?;
        self.0.day.print(REFUSED, &[&missing]);
        self.0.both_consent().await?;
        self.0.review().await?;
        self.0.go(Stage::Mediation).await?;
        for step in [ItemStep::Release, ItemStep::Deliver, ItemStep::Acknowledge] {
            self.step(&item, step).await?;
        }
        self.0.day.print(DELIVERED, &[]);
        Ok(())
    }

    async fn answer(&self) -> Result<(), Failure> {
        let item = self.register(&self.0.victim, &self.0.offender, "I have read it. I want to know why that night.").await?;
        self.step(&item, ItemStep::Review).await?;
        self.step(&item, ItemStep::Release).await?;
        self.0.consent(&self.0.offender, ConsentStatus::Withdrawn).await?;
        self.0.day.must(self.item(&item).await?.blocked_since.is_some(), BLOCK_SEEN)?;
        let refused = self.refused(&item, ItemStep::Deliver).await?;
        self.0.day.must(refused.contains("own-initiative-missing:offender"), KEPT_BACK)?;
        self.told().await?;
        self.0.day.print(BLOCKED, &[&self.0.day.cast.mediator.name]);
        self.comes_back().await?;
        self.0.review().await?;
        self.0.go(Stage::Mediation).await?;
        self.0.day.must(self.item(&item).await?.blocked_since.is_none(), STATE)?;
        self.step(&item, ItemStep::Deliver).await?;
        self.0.go(Stage::FollowUp).await?;
        let case = self.0.read().await?;
        self.0.day.must(case.stage() == Stage::FollowUp, FOLLOW_UP)?;
        self.0.day.print(ANSWERED, &[]);
        Ok(())
    }

    async fn register(&self, from: &str, to: &str, words: &str) -> Result<String, Failure> {
        let request = RegisterItemRequest {
            case_ref: self.0.case_id.clone(),
            from: from.to_owned(),
            to: to.to_owned(),
            mode: "letter".to_owned(),
            words: words.to_owned(),
            idempotency_key: self.0.day.key(&format!("item-{from}")),
            ..RegisterItemRequest::default()
        };
        Ok(self.0.day.session.exchange(&self.0.mediator)?.register_item(request).await?.into_inner().item_id)
    }

    fn asked(&self, item: &str, step: ItemStep) -> StepItemRequest {
        let way = if step == ItemStep::Deliver { DeliveryWay::ReadAloud } else { DeliveryWay::Unspecified };
        StepItemRequest {
            case_ref: self.0.case_id.clone(),
            item_id: item.to_owned(),
            step: step.into(),
            words: String::new(),
            way: way.into(),
        }
    }

    async fn step(&self, item: &str, step: ItemStep) -> Result<(), Failure> {
        self.0.day.session.exchange(&self.0.mediator)?.step_item(self.asked(item, step)).await?;
        Ok(())
    }

    /// What the refusal of a step says.
    async fn refused(&self, item: &str, step: ItemStep) -> Result<String, Failure> {
        match self.0.day.session.exchange(&self.0.mediator)?.step_item(self.asked(item, step)).await.map_err(Failure::from) {
            Err(Failure::Refused(status)) => Ok(Explained::of(&status).message_en),
            Err(other) => Err(other),
            Ok(_) => Ok(String::new()),
        }
    }

    async fn item(&self, id: &str) -> Result<Item, Failure> {
        let request = ListItemsRequest { case_ref: self.0.case_id.clone() };
        let items = self.0.day.session.exchange(&self.0.mediator)?.list_items(request).await?.into_inner().items;
        Ok(items.into_iter().find(|item| item.item_id == id).unwrap_or_default())
    }

    /// The offender says, on his own initiative, that he wants to go on; the RJ Unit records it, and not the mediator [IM1c].
    async fn comes_back(&self) -> Result<(), Failure> {
        let request = RecordConsentRequest {
            initiative: Initiative::ByTelephone.into(),
            initiative_at: Some(base::wire::timestamp(self.0.day.clock.now())),
            ..self.0.consent_of(&self.0.offender, ConsentStatus::Offered)
        };
        self.0.day.session.consents(&Who::of(&self.0.day.cast.nhq))?.record_consent(request).await?;
        self.0.consent(&self.0.offender, ConsentStatus::Given).await
    }

    async fn told(&self) -> Result<(), Failure> {
        let client = self.0.day.session.inbox(&self.0.mediator)?;
        self.0
            .day
            .seen(TOLD, || {
                let mut client = client.clone();
                async move {
                    let request = ListInboxRequest { unread_only: true, page_size: 200, page_token: String::new() };
                    let inbox = client.list_inbox(request).await?.into_inner();
                    let of_this_case = |item: &&proto::notification::v1::InboxItem| item.body.contains(&self.0.case_id);
                    Ok(inbox.items.iter().filter(of_this_case).any(|item| item.template == "passage-blocked").then_some(()))
                }
            })
            .await
    }
}
