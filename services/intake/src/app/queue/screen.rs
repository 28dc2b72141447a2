//! Use case: record the RJ Unit's screening decision, append-only, and publish it when it changes something [R3a].

use std::str::FromStr;

use audit_log::Act;
use base::{
    Caller, Error, Private, Refusal, Result,
    database::{Actor, act_as},
    wire::timestamp,
};
use messaging::outbox::{self, Outgoing};
use proto::{id::ReferralId, intake::v1::ReferralScreened, reference, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    access,
    app::{App, NAME, REFERRAL, tied},
    domain::{
        Disposition, State,
        queue::{Decision, Outcome, decide},
        text,
    },
    error,
    store::{queue::screening, referral as store, tie},
    wire,
};

/// A decision as an officer sends it.
pub struct Screening<'a> {
    pub referral_id: &'a str,
    /// `None`: not stated, or unknown to this version.
    pub disposition: Option<Disposition>,
    pub reason: Private<String>,
    /// YYYY-MM-DD, or empty.
    pub review_on: &'a str,
    /// For a duplicate: the receipt number of the referral that it repeats, or empty.
    pub duplicate_of: &'a str,
}

/// Records the decision and returns the resulting state. Concurrent decisions are serialised: the second decides on the result of the
/// first.
///
/// # Errors
/// [`Error::NotFound`]; or a refusal that names what is missing.
pub async fn screen_referral(app: &App, caller: &Caller, screening: Screening<'_>) -> Result<State> {
    if !access::is_rj_unit(caller) {
        return Err(Error::NotFound);
    }
    let id = ReferralId::from_str(screening.referral_id).map_err(|_| Error::NotFound)?.uuid();
    let at = app.clock.now();
    let decision = Decision::read(screening.disposition, screening.reason, screening.review_on, at.date())?;
    let duplicate_of = repeated(screening.disposition, screening.duplicate_of)?;
    let mut tx = app.begin(caller, []).await?;
    let (decisions, standing) = screening::lock(&mut tx, &app.vault, id, tied(caller)).await?.ok_or(Error::NotFound)?;
    let outcome = decide(&standing, &decision, &caller.subject)?;
    let (Outcome::Repeated(state) | Outcome::Confirmed(state) | Outcome::Changed(state)) = outcome;
    audit_log::granted(&mut tx, &Act::new(caller, "referral.screen", REFERRAL, &id.to_string()), at).await?;
    if matches!(outcome, Outcome::Repeated(_)) {
        link(&mut tx, (id, decision.disposition, duplicate_of.as_deref()), at).await?;
        tx.commit().await?;
        return Ok(state);
    }
    let decided_at = standing.moment(at);
    screening::add(
        &mut tx,
        &app.vault,
        (id, decisions + 1),
        &decision,
        state,
        (&caller.subject, access::role_in_the_unit(caller)),
        decided_at,
    )
    .await?;
    let repeats = link(&mut tx, (id, decision.disposition, duplicate_of.as_deref()), at).await?;
    if matches!(outcome, Outcome::Changed(_)) {
        let fact = ReferralScreened {
            referral_id: id.to_string(),
            disposition: wire::disposition_code(decision.disposition).into(),
            screened_at: Some(timestamp(decided_at)),
            duplicate_of: repeats.map(|referral| referral.to_string()).unwrap_or_default(),
        };
        outbox::enqueue(&mut tx, &Outgoing::event(&app.ids, id, subject::REFERRAL_SCREENED, &fact), at).await?;
    }
    if decision.disposition.opens_a_case() {
        // The officer who accepts is tied to its case before cases publishes the tie.
        tie::begin(&mut tx, id, &caller.subject, decided_at).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    Ok(state)
}

/// Records what a duplicate repeats; any other decision removes that. From here on the service writes: the officer may not know the
/// repeated referral, and does not set who is tied to a case.
async fn link(
    db: &mut PgConnection,
    (id, disposition, duplicate_of): (Uuid, Disposition, Option<&str>),
    at: OffsetDateTime,
) -> sqlx::Result<Option<Uuid>> {
    act_as(db, &Actor::service(NAME).at(at)).await?;
    if disposition == Disposition::Duplicate && duplicate_of.is_none() {
        return Ok(None);
    }
    store::link_duplicate(db, id, duplicate_of).await
}

/// Number of the referral that a duplicate repeats. Whether it exists is not disclosed: it may be a case.
fn repeated(disposition: Option<Disposition>, typed: &str) -> std::result::Result<Option<String>, Refusal> {
    if !text::is_given(typed) {
        return Ok(None);
    }
    if disposition != Some(Disposition::Duplicate) {
        return Err(error::duplicate_of_out_of_place());
    }
    reference::parse("RO", typed).map(Some).ok_or_else(error::duplicate_of_malformed)
}
