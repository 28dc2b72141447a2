//! Use case: open the case of a referral on its screening decision, once; a later decision changes how far the open case may go [R3a].

use chassis::{
    Error, Ids, Result, Vault,
    audit::{self, Act},
    outbox,
};
use proto::{
    id::{CaseId, ParticipantId},
    reference,
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{
    KIND, events,
    move_case::{self, Means},
    ties,
};
use crate::{
    domain::{
        access::NUMBER_PREFIX,
        decision::{self, Tie, Verb},
        opening::Screened,
        stage::{self, Stage, Standing},
    },
    store::{
        access,
        case_file::{self, NewCase, Screening, Step},
        participant,
    },
};

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
    case_file::forget_duplicate(tx, screened.referral).await?;
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
        if case_file::open(tx, &new, at).await? {
            return begin(tx, (vault, ids), new.id, screened, at).await;
        }
        if let Some(open) = case_file::lock_screening(tx, screened.referral).await? {
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
    case_file::step(tx, vault, case, Step { id: ids.uuid(), from: None, to, reason: "", by: move_case::BY_ITSELF }, at).await?;
    outbox::enqueue(tx, &events::case_opened(ids, case, screened.referral, at), at).await?;
    // Intake names no officer: the case is listed for supervisors among the cases without an officer.
    if let Some(officer) = &screened.screened_by {
        access::assign_officer(tx, case, officer, None, move_case::BY_ITSELF, at).await?;
        outbox::enqueue(tx, &events::officer_assigned(ids, case, officer, at), at).await?;
    }
    ties::tell(tx, ids, case, at).await?;
    audit::granted(tx, &Act::by(move_case::BY_ITSELF, Verb::Open.permission(), KIND, &case.to_string()), at).await?;
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
        let to = stage::after_indirect_only(open.standing);
        move_case::apply(tx, means, open.case, open.standing, to, "", move_case::BY_ITSELF, at).await?;
    }
    audit::granted(tx, &Act::by(move_case::BY_ITSELF, Verb::DecideAgain.permission(), KIND, &open.case.to_string()), at).await?;
    case_file::accept_again(tx, open.case, screened.indirect_only, screened.referral_number.as_deref(), screened.screened_at).await?;
    Ok(())
}
