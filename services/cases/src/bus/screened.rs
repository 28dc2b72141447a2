//! Hears screening decisions; one that accepts opens the case, with the content fetched from intake [R3a].

use chassis::{
    Clock, Ids,
    client::Peer,
    inbox::{Handler, Incoming, Rejection},
    wire,
};
use proto::{
    id::ReferralId,
    intake::v1::{
        self as wire_intake, Disposition, GetReferralRequest, GetReferralResponse, ReferralScreened, intake_client::IntakeClient,
    },
};
use sqlx::PgConnection;

use crate::{
    app::open_case::open_case,
    domain::{
        opening::{Known, Origin, Referral, Screened},
        participant::Language,
        text,
    },
    error,
};

/// Handler of the consumer `cases-referral-screened`.
pub struct Screenings {
    pub intake: IntakeClient<Peer>,
    pub ids: Ids,
    pub clock: Clock,
}

impl Handler for Screenings {
    /// `None`: the decision opens no case.
    type Work = Option<Screened>;

    async fn read(&self, message: &Incoming) -> Result<Option<Screened>, Rejection> {
        let decision: ReferralScreened = message.decode()?;
        if !opens(decision.disposition()) {
            return Ok(None);
        }
        let referral: ReferralId = decision
            .referral_id
            .parse()
            .map_err(|_| Rejection::Never { reason: "referral-id-malformed", detail: "the referral id is not a UUID".to_owned() })?;
        let request = GetReferralRequest { referral_id: referral.to_string() };
        let answer = self.intake.clone().get_referral(request).await.map_err(|status| error::intake_answer(&status))?;
        screened(referral, &decision, answer.into_inner())
    }

    async fn apply(&self, tx: &mut PgConnection, work: Option<Screened>, _: &Incoming) -> Result<(), Rejection> {
        match work {
            Some(screened) => Ok(open_case(tx, &self.ids, &screened, self.clock.now()).await?),
            None => Ok(()),
        }
    }
}

const fn opens(disposition: Disposition) -> bool {
    matches!(disposition, Disposition::Accepted | Disposition::IndirectOnly)
}

/// The decision with the content it is about. `None` where the RJ Unit has since decided that there is no case.
///
/// # Errors
/// [`Rejection::Never`] where the decision has no time, or intake answered without content.
pub fn screened(referral: ReferralId, decision: &ReferralScreened, answer: GetReferralResponse) -> Result<Option<Screened>, Rejection> {
    if !opens(answer.disposition()) {
        return Ok(None);
    }
    let never = |detail: &str| Rejection::Never { reason: "decision-incomplete", detail: detail.to_owned() };
    let screened_at = decision.screened_at.as_ref().and_then(wire::instant).ok_or_else(|| never("the decision has no time"))?;
    let content = answer.referral.ok_or_else(|| never("intake answered without the referral"))?;
    let indirect_only = decision.disposition() == Disposition::IndirectOnly;
    // An identity that could not be kept is nobody's: the case then waits for a supervisor.
    let screened_by = text::bounded(&answer.screened_by, text::LINE, "screened_by").ok().filter(|officer| !officer.is_empty());
    Ok(Some(Screened { referral, indirect_only, screened_at, screened_by, content: translate(content) }))
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
