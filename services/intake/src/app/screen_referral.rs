//! The RJ Unit's screening decision: added to those before it, and told when it changes something [R3a].

use std::str::FromStr;

use chassis::{
    Caller, Error, Private, Result,
    audit::{self, Act},
    outbox::{self, Outgoing},
    wire::timestamp,
};
use proto::{id::ReferralId, intake::v1::ReferralScreened, subject};

use super::{Desk, REFERRAL};
use crate::{
    access,
    domain::{
        Disposition, State,
        screening::{Decision, Outcome, decide},
    },
    store::screening,
    wire,
};

/// A decision as an officer sends it.
pub struct Screening<'a> {
    pub referral_id: &'a str,
    /// `None`: not stated, or not known to this version.
    pub disposition: Option<Disposition>,
    pub reason: Private<String>,
    /// YYYY-MM-DD, or empty.
    pub review_on: &'a str,
}

/// Records the decision and answers the state that follows. Two officers at once are taken in turn: the second decides on
/// what the first has left.
///
/// # Errors
/// [`Error::NotFound`]; or a refusal that says what is missing.
pub async fn screen_referral(desk: &Desk, caller: &Caller, screening: Screening<'_>) -> Result<State> {
    if !access::is_rj_unit(caller) {
        return Err(Error::NotFound);
    }
    let id = ReferralId::from_str(screening.referral_id).map_err(|_| Error::NotFound)?.uuid();
    let at = desk.clock.now();
    let decision = Decision::read(screening.disposition, screening.reason, screening.review_on, at.date())?;
    let mut tx = desk.begin(caller, []).await?;
    let (decisions, standing) = screening::lock(&mut tx, &desk.vault, id).await?.ok_or(Error::NotFound)?;
    let outcome = decide(&standing, &decision, &caller.subject)?;
    let (Outcome::Repeated(state) | Outcome::Confirmed(state) | Outcome::Changed(state)) = outcome;
    audit::granted(&mut tx, &Act::new(caller, "referral.screen", REFERRAL, &id.to_string()), at).await?;
    if matches!(outcome, Outcome::Repeated(_)) {
        tx.commit().await?;
        return Ok(state);
    }
    let decided_at = standing.moment(at);
    screening::add(&mut tx, &desk.vault, (id, decisions + 1), &decision, state, &caller.subject, decided_at).await?;
    if matches!(outcome, Outcome::Changed(_)) {
        let fact = ReferralScreened {
            referral_id: id.to_string(),
            disposition: wire::disposition_code(decision.disposition).into(),
            screened_at: Some(timestamp(decided_at)),
        };
        outbox::enqueue(&mut tx, &Outgoing::event(&desk.ids, id, subject::REFERRAL_SCREENED, &fact), at).await?;
    }
    tx.commit().await?;
    desk.outbox.wake();
    Ok(state)
}
