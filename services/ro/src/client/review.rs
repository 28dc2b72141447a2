//! The command `ro review`: what an event or its own schedule opened for the RJ Unit, and what it found [RM1a, R3a].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{FinishReviewRequest, ListReviewsRequest, Review, ReviewFinding, ReviewState, ReviewTrigger, SignOffReviewRequest},
    role,
};

use super::{
    ask::given_or_chosen,
    choices,
    common::Common,
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::{Lang, Words},
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, reviews: proto::cases::v1::review_service_client::ReviewServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Done(Done),
    SignOff(SignOff),
}

/// The reviews of a case, with their findings
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro review list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

/// A review of a case.
#[derive(Debug, Args)]
pub struct Which {
    /// Case number or id
    case: String,
    /// Review id, as `ro review list` shows it; asked for where it is not given
    review: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Record what was found: from then on the review stands in the way of nothing
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro review done RC-4TQM-9XKD ID --finding goes-on\n  \
    ro review done RC-4TQM-9XKD ID --finding goes-on-with-measures --note \"two officers stay within call\"")]
pub struct Done {
    #[command(flatten)]
    which: Which,
    /// As long as it is not safe, leave the review open
    #[arg(long, value_parser = choices::review_finding())]
    finding: ReviewFinding,
    /// The measures, or a note: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "", hide_default_value = true)]
    note: String,
}

/// As a supervisor, sign off a finding of somebody else
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro review sign-off RC-4TQM-9XKD ID")]
pub struct SignOff {
    #[command(flatten)]
    which: Which,
}

const NONE: Words = Words { en: "no review of this case was opened", fr: "aucun réexamen de ce dossier n’a été ouvert" };
const WHICH: Words = Words { en: "Which review?", fr: "Quel réexamen?" };
const NOW: Words = Words { en: "now {}", fr: "maintenant {}" };
const DUE: Words = Words { en: "due by {}", fr: "à faire au plus tard le {}" };
const BLOCKS: Words =
    Words { en: "BLOCKS what is to be confirmed or released", fr: "BLOQUE ce qui doit être confirmé ou mis en circulation" };
const AGAIN: Words = Words { en: "again on {}", fr: "de nouveau le {}" };
const FOUND: Words = Words { en: "found on {} by {}: {}", fr: "conclusion du {} par {} : {}" };
const SIGNED: Words = Words { en: "signed off on {} by {}", fr: "approuvé le {} par {}" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Done(c) => &c.which.common,
            Self::SignOff(c) => &c.which.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        match self {
            Self::List(c) => {
                let who = session.who(&[Wanted::role(role::RJ_OFFICER), Wanted::role(role::MEDIATOR)])?;
                c.run(session, &who).await
            }
            Self::Done(c) => {
                let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
                c.run(session, &who).await
            }
            Self::SignOff(c) => {
                let who = session.who(&[Wanted::role(role::RJ_SUPERVISOR)])?;
                c.run(session, &who).await
            }
        }
    }
}

impl List {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let answer = session.reviews(who)?.list_reviews(ListReviewsRequest { case_ref: self.case.clone() }).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else if answer.reviews.is_empty() {
            print::line(NONE.of(session.lang));
        } else {
            answer.reviews.iter().for_each(|one| print::line(card(one, session.lang)));
        }
        Ok(())
    }
}

impl Which {
    /// The review that was typed, or that is chosen among those in a state.
    async fn id(&self, session: &Session, who: &Who, state: ReviewState) -> Result<String, Failure> {
        let waiting = if self.review.is_some() {
            Vec::new()
        } else {
            let request = ListReviewsRequest { case_ref: self.case.clone() };
            let reviews = session.reviews(who)?.list_reviews(request).await?.into_inner().reviews;
            let waits = reviews.iter().filter(|one| one.state() == state);
            waits.map(|one| (one.review_id.clone(), head(one, session.lang))).collect()
        };
        given_or_chosen(session, self.review.as_deref(), (WHICH, "REVIEW"), &waiting)
    }
}

impl Done {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let review_id = self.which.id(session, who, ReviewState::Open).await?;
        let request =
            FinishReviewRequest { case_ref: self.which.case.clone(), review_id, finding: self.finding.into(), note: self.note.clone() };
        let answer = session.reviews(who)?.finish_review(request).await?.into_inner();
        output::answer(session, &answer, NOW.fill(session.lang, &[state(answer.state()).of(session.lang)]));
        Ok(())
    }
}

impl SignOff {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let review_id = self.which.id(session, who, ReviewState::Done).await?;
        let request = SignOffReviewRequest { case_ref: self.which.case.clone(), review_id };
        let answer = session.reviews(who)?.sign_off_review(request).await?.into_inner();
        output::answer(session, &answer, NOW.fill(session.lang, &[state(answer.state()).of(session.lang)]));
        Ok(())
    }
}

fn head(one: &Review, lang: Lang) -> String {
    format!("{}  {}", output::instant(one.opened_at.as_ref()), trigger(one.trigger()).of(lang))
}

fn card(one: &Review, lang: Lang) -> String {
    let mut lines = vec![format!("{}  {}  {}", one.review_id, head(one, lang), state(one.state()).of(lang))];
    if one.blocks {
        lines.push(format!("  {}", BLOCKS.of(lang)));
    }
    if one.due_at.is_some() {
        lines.push(format!("  {}", DUE.fill(lang, &[&output::instant(one.due_at.as_ref())])));
    }
    lines.extend(one.events.iter().skip(1).map(|event| format!("  {}", AGAIN.fill(lang, &[&output::instant(Some(event))]))));
    if one.finished_at.is_some() {
        let at = output::instant(one.finished_at.as_ref());
        lines.push(format!("  {}", FOUND.fill(lang, &[&at, &one.finished_by, finding(one.finding()).of(lang)])));
    }
    if !one.note.is_empty() {
        lines.push(format!("      | {}", print::indented(&one.note)));
    }
    if one.signed_off_at.is_some() {
        lines.push(format!("  {}", SIGNED.fill(lang, &[&output::instant(one.signed_off_at.as_ref()), &one.signed_off_by])));
    }
    lines.join("\n")
}

const NOT_STATED: Words = Words { en: "not stated", fr: "non précisé" };

const fn trigger(value: ReviewTrigger) -> Words {
    match value {
        ReviewTrigger::Unspecified => NOT_STATED,
        ReviewTrigger::Transfer => Words { en: "a transfer", fr: "un transfèrement" },
        ReviewTrigger::Release => Words { en: "a release", fr: "une mise en liberté" },
        ReviewTrigger::Condition => Words { en: "a new condition", fr: "une nouvelle condition" },
        ReviewTrigger::Concern => Words { en: "a safety concern", fr: "une préoccupation de sécurité" },
        ReviewTrigger::Withdrawal => Words { en: "a withdrawal", fr: "un retrait" },
        ReviewTrigger::Schedule => Words { en: "its own schedule", fr: "son propre calendrier" },
    }
}

const fn state(value: ReviewState) -> Words {
    match value {
        ReviewState::Unspecified => NOT_STATED,
        ReviewState::Open => Words { en: "open", fr: "en cours" },
        ReviewState::Done => Words { en: "done", fr: "terminé" },
        ReviewState::SignedOff => Words { en: "signed off", fr: "approuvé" },
    }
}

const fn finding(value: ReviewFinding) -> Words {
    match value {
        ReviewFinding::Unspecified => NOT_STATED,
        ReviewFinding::GoesOn => Words { en: "it goes on", fr: "la démarche se poursuit" },
        ReviewFinding::GoesOnWithMeasures => Words { en: "it goes on with measures", fr: "la démarche se poursuit avec des mesures" },
    }
}
