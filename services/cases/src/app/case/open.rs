//! Use case: open the case of a referral on its screening decision, once; a later decision changes how far the open case may go [R3a].

use audit_log::Act;
use base::{Error, Ids, Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{
    cases::v1::CaseOpened,
    id::{CaseId, ParticipantId, ReferralId},
    reference, subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use vault::Vault;

use crate::{
    app::{
        access::{assign_officer, need_to_know::KIND, ties},
        protocol::follow,
        transition::{self, Means},
    },
    domain::{
        access::decision::{self, Tie, Verb},
        case::{
            opening::Screened,
            reference::NUMBER_PREFIX,
            stage::{Stage, Standing},
        },
        gate::conditions,
    },
    store::{
        access,
        case::{
            opening::{self, NewCase, Screening},
            step::{self, Step},
        },
        condition::answer,
        participant,
    },
};

/// Event: a case was opened.
#[must_use]
pub fn case_opened(ids: &Ids, case: CaseId, referral: ReferralId, at: OffsetDateTime) -> Outgoing {
    let message = CaseOpened { case_id: case.to_string(), referral_id: referral.to_string(), opened_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, case.uuid(), subject::CASE_OPENED, &message)
}

/// Most draws of a case number; one is taken once in 2.5 thousand million draws.
const MAX_DRAWS: usize = 8;
/// Actor recorded for the participants named in the referral.
const BY_REFERRAL: &str = "referral";

/// Opens the case, or applies a newer decision to the open one, in the caller's transaction.
///
/// # Errors
/// The database failed.
pub async fn open_case(tx: &mut PgConnection, vault: &Vault, ids: &Ids, screened: &Screened, at: OffsetDateTime) -> Result<()> {
    decision::allowed(Tie::Service, Verb::Open, None)?;
    opening::forget_duplicate(tx, screened.referral).await?;
    for _ in 0..MAX_DRAWS {
        let new = NewCase {
            id: CaseId::new(ids.uuid()),
            number: reference::make(NUMBER_PREFIX, ids.number()),
            referral: screened.referral,
            referral_number: screened.referral_number.clone(),
            indirect_only: screened.indirect_only,
            site: screened.content.site_of_the_offender().map(ToString::to_string),
            screened_at: screened.screened_at,
        };
        if opening::open(tx, &new, at).await? {
            return begin(tx, (vault, ids), new.id, screened, at).await;
        }
        if let Some(open) = opening::lock_screening(tx, screened.referral).await? {
            return decide_again(tx, (vault, ids), open, screened, at).await;
        }
    }
    Err(Error::Internal("no case number was free".to_owned()))
}

async fn begin(tx: &mut PgConnection, (vault, ids): Means<'_>, case: CaseId, screened: &Screened, at: OffsetDateTime) -> Result<()> {
    for person in screened.content.participants() {
        participant::add(tx, vault, case, ParticipantId::new(ids.uuid()), &person, BY_REFERRAL, "", None, at).await?;
    }
    let to = Standing { stage: Stage::Assessment, left: None, mode: None };
    step::step(tx, vault, case, Step { id: ids.uuid(), from: None, to, reason: "", by: transition::BY_ITSELF }, at).await?;
    ask_for_conditions(tx, ids, case, screened, at).await?;
    outbox::enqueue(tx, &case_opened(ids, case, screened.referral, at), at).await?;
    // Intake names no officer: the case is listed for supervisors among the cases without an officer.
    if let Some(officer) = &screened.screened_by {
        access::assign_officer(tx, case, officer, None, transition::BY_ITSELF, at).await?;
        outbox::enqueue(tx, &assign_officer::officer_assigned(ids, case, officer, at), at).await?;
    }
    ties::publish(tx, ids, case, at).await?;
    audit_log::granted(tx, &Act::by(transition::BY_ITSELF, Verb::Open.permission(), KIND, &case.to_string()), at).await?;
    follow::record_own(tx, transition::BY_ITSELF, Verb::Open, case, at).await?;
    tracing::info!(case.id = %case, "case opened");
    Ok(())
}

/// Applies a newer decision. One older than the decision applied changes nothing: deliveries may come in any order.
async fn decide_again(tx: &mut PgConnection, means: Means<'_>, open: Screening, screened: &Screened, at: OffsetDateTime) -> Result<()> {
    // A purged case is not reopened [LPR4].
    if open.purged || screened.screened_at <= open.screened_at {
        return Ok(());
    }
    decision::allowed(Tie::Service, Verb::DecideAgain, Some(open.standing.stage))?;
    if screened.indirect_only {
        let to = conditions::after_indirect_only(open.standing);
        transition::apply(tx, means, open.case, open.standing, to, "", transition::BY_ITSELF, at).await?;
    }
    audit_log::granted(tx, &Act::by(transition::BY_ITSELF, Verb::DecideAgain.permission(), KIND, &open.case.to_string()), at).await?;
    follow::record_own(tx, transition::BY_ITSELF, Verb::DecideAgain, open.case, at).await?;
    ask_for_conditions(tx, means.1, open.case, screened, at).await?;
    opening::accept_again(tx, open.case, screened.indirect_only, screened.referral_number.as_deref(), screened.screened_at).await?;
    Ok(())
}

/// The unit has to answer for conditions that the referral tells of, or leaves open [R7a, GL2a].
async fn ask_for_conditions(tx: &mut PgConnection, ids: &Ids, case: CaseId, screened: &Screened, at: OffsetDateTime) -> Result<()> {
    if screened.content.leaves_conditions_open() {
        answer::ask(tx, case, ids.uuid(), transition::BY_ITSELF, at).await?;
    }
    Ok(())
}
