//! Consumer of screening decisions: one that accepts opens the case, with the content fetched from intake, any other stops it [R3a]. A
//! correction that came after the decision stops it too, until it is decided anew.

use base::{Clock, Ids, wire};
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::{
    id::ReferralId,
    intake::v1::{
        self as wire_intake, Disposition, GetReferralRequest, GetReferralResponse, ReferralCorrected, ReferralScreened,
        referral_service_client::ReferralServiceClient,
    },
    subject,
};
use server::client::Peer;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tonic::{Code, Status};
use vault::Vault;

use crate::{
    app::case::{
        open::open_case,
        take_back::{repeats, take_back},
    },
    domain::{
        case::opening::{Decision, Known, Origin, Referral, Screened, TakenBack},
        language::Language,
        text,
    },
};

/// Handler of the consumer `cases-referral-screened`.
pub struct Screenings {
    pub intake: ReferralServiceClient<Peer>,
    pub ids: Ids,
    pub clock: Clock,
    pub vault: Vault,
}

impl Handler for Screenings {
    /// `None`: intake has since decided otherwise, and that decision will follow.
    type Work = Option<Decision>;

    async fn read(&self, message: &Incoming) -> Result<Option<Decision>, Rejection> {
        if message.subject == subject::REFERRAL_CORRECTED {
            return Ok(Some(Decision::TakenBack(corrected(&message.decode()?)?)));
        }
        let decision: ReferralScreened = message.decode()?;
        let referral = referral_id(&decision.referral_id)?;
        if !opens(decision.disposition()) {
            let back = TakenBack { referral, screened_at: screened_at(&decision)? };
            let of = Some(&decision.duplicate_of).filter(|_| decision.disposition() == Disposition::Duplicate);
            let of = of.and_then(|of| of.parse::<ReferralId>().ok()).filter(|of| *of != referral);
            return Ok(Some(of.map_or(Decision::TakenBack(back), |of| Decision::Repeats(back, of))));
        }
        // The case opens in the portfolio of the officer who made this decision, whatever was decided since.
        let request = GetReferralRequest { referral_id: referral.to_string(), decided_at: decision.screened_at };
        let answer = self.intake.clone().get_referral(request).await.map_err(|status| intake_answer(&status))?;
        Ok(screened(referral, &decision, answer.into_inner())?.map(Decision::Accepted))
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, work: Option<Decision>, _: &Incoming) -> Result<(), Rejection> {
        match work {
            Some(Decision::Accepted(screened)) => Ok(open_case(tx, &self.vault, &self.ids, &screened, self.clock.now()).await?),
            Some(Decision::Repeats(decision, of)) => Ok(repeats(tx, (&self.vault, &self.ids), decision, of, self.clock.now()).await?),
            Some(Decision::TakenBack(decision)) => Ok(take_back(tx, (&self.vault, &self.ids), decision, self.clock.now()).await?),
            None => Ok(()),
        }
    }
}

/// Maps an answer of intake: where intake does not answer the message waits; where it knows no such referral an operator must check.
#[must_use]
pub fn intake_answer(status: &Status) -> Rejection {
    match status.code() {
        Code::NotFound | Code::InvalidArgument => {
            Rejection::Never { reason: "referral-unknown", detail: "intake knows no such referral".to_owned() }
        }
        code => Rejection::Later(format!("intake does not answer: {code}")),
    }
}

/// The decision was made on other words: the case stops until it is made anew, as after a decision that no longer accepts it.
fn corrected(said: &ReferralCorrected) -> Result<TakenBack, Rejection> {
    let at = said.corrected_at.as_ref().and_then(wire::instant).ok_or_else(|| incomplete("the correction has no time"))?;
    Ok(TakenBack { referral: referral_id(&said.referral_id)?, screened_at: at })
}

fn referral_id(text: &str) -> Result<ReferralId, Rejection> {
    let malformed = |_| Rejection::Never { reason: "referral-id-malformed", detail: "the referral id is not a UUID".to_owned() };
    text.parse().map_err(malformed)
}

const fn opens(disposition: Disposition) -> bool {
    matches!(disposition, Disposition::Accepted | Disposition::IndirectOnly)
}

/// The decision with its referral's content. `None` where the RJ Unit has since decided that there is no case.
///
/// # Errors
/// [`Rejection::Never`] where the decision has no time, or intake answered without content.
pub fn screened(referral: ReferralId, decision: &ReferralScreened, answer: GetReferralResponse) -> Result<Option<Screened>, Rejection> {
    if !opens(answer.disposition()) {
        return Ok(None);
    }
    let screened_at = screened_at(decision)?;
    let content = answer.referral.ok_or_else(|| incomplete("intake answered without the referral"))?;
    let indirect_only = decision.disposition() == Disposition::IndirectOnly;
    // An identity too long to be stored counts as none: the case then waits for a supervisor.
    let screened_by = text::bounded(&answer.screened_by, text::LINE, "screened_by").ok().filter(|officer| !officer.is_empty());
    let referral_number = Some(answer.receipt_number).filter(|number| !number.is_empty());
    Ok(Some(Screened { referral, referral_number, indirect_only, screened_at, screened_by, content: translate(content) }))
}

fn screened_at(decision: &ReferralScreened) -> Result<OffsetDateTime, Rejection> {
    decision.screened_at.as_ref().and_then(wire::instant).ok_or_else(|| incomplete("the decision has no time"))
}

fn incomplete(detail: &str) -> Rejection {
    Rejection::Never { reason: "decision-incomplete", detail: detail.to_owned() }
}

fn translate(referral: wire_intake::Referral) -> Referral {
    Referral {
        origin: match referral.origin() {
            wire_intake::Origin::Victim => Origin::Victim,
            wire_intake::Origin::Institutional => Origin::Institutional,
            wire_intake::Origin::Community => Origin::Community,
            wire_intake::Origin::AnyCommunication | wire_intake::Origin::Unspecified => Origin::AnyCommunication,
        },
        site: referral.site.parse().ok(),
        offender_asked: known(referral.offender_asked()),
        offender_in_custody: known(referral.offender_in_custody()),
        no_contact_condition: known(referral.no_contact_condition()),
        language: match referral.language() {
            wire_intake::Language::English => Some(Language::English),
            wire_intake::Language::French => Some(Language::French),
            wire_intake::Language::Unspecified => None,
        },
        victim_name: referral.victim_name.into(),
        offender_name: referral.offender_name.into(),
        offender_fps: referral.offender_fps.into(),
        representative_name: referral.representative_name.into(),
    }
}

const fn known(stated: wire_intake::Known) -> Known {
    match stated {
        wire_intake::Known::Yes => Known::Yes,
        wire_intake::Known::No => Known::No,
        wire_intake::Known::Unknown | wire_intake::Known::Unspecified => Known::Unknown,
    }
}
