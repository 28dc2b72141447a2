//! Case files as a caller may see them: lookup through need to know, lists, and the lock.

use proto::id::{CaseId, ReferralId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        access::{decision::Tie, scope::Scope},
        case::{
            filter::{Filter, Wait},
            reference::CaseRef,
            stage::Standing,
        },
    },
    store::{case::step::standing, decode::known},
};

/// A case as a caller who may know of it sees it at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    pub id: CaseId,
    pub number: String,
    pub referral: ReferralId,
    pub standing: Standing,
    /// The newest decision of the RJ Unit accepts the referral.
    pub accepted: bool,
    pub indirect_only: bool,
    pub site: Option<String>,
    /// The mediator whose assignment is live.
    pub mediator: Option<String>,
    /// The officers in whose portfolio the case is, in the order of assignment.
    pub officers: Vec<String>,
    /// What ties the caller to it.
    pub tie: Tie,
    /// A concern of the case is open [RM1].
    pub contact_frozen: bool,
    pub opened_at: OffsetDateTime,
}

struct Row {
    id: Uuid,
    number: String,
    referral_id: Uuid,
    stage: String,
    left_stage: Option<String>,
    mode: Option<String>,
    described_mode: Option<Uuid>,
    direct: Option<bool>,
    accepted: bool,
    indirect_only: bool,
    site: Option<String>,
    mediator: Option<String>,
    officers: Vec<String>,
    line: Option<String>,
    contact_frozen: bool,
    opened_at: OffsetDateTime,
}

impl TryFrom<Row> for CaseFile {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: CaseId::new(row.id),
            number: row.number,
            referral: ReferralId::new(row.referral_id),
            standing: standing(&row.stage, row.left_stage.as_deref(), row.mode.as_deref(), (row.described_mode, row.direct))?,
            accepted: row.accepted,
            indirect_only: row.indirect_only,
            site: row.site,
            mediator: row.mediator,
            officers: row.officers,
            // The statement finds a case by a line of the access list, or for a scope that covers every case and needs none.
            tie: row.line.map_or(Ok(Tie::Unit), |code| known("role", &code).map(Tie::Line))?,
            contact_frozen: row.contact_frozen,
            opened_at: row.opened_at,
        })
    }
}

/// The case, if the caller may know of it at this moment. The only path from a caller to a case: a hidden case is absent [R3c].
///
/// # Errors
/// The statement failed.
pub async fn visible(tx: &mut PgConnection, scope: &Scope, case_ref: &CaseRef, at: OffsetDateTime) -> sqlx::Result<Option<CaseFile>> {
    let (id, number, referral) = match case_ref {
        CaseRef::Id(id) => (Some(id.uuid()), None, None),
        CaseRef::Number(number) => (None, Some(number.as_str()), None),
        CaseRef::Referral(referral) => (None, None, Some(referral.uuid())),
    };
    sqlx::query_as!(
        Row,
        r#"select id, number, referral_id, stage, left_stage, mode, described_mode, is_direct(described_mode) as direct, accepted, indirect_only, site, opened_at,
                  mediator_of(id, $6) as mediator, officers_of(id, $6) as "officers!", line_of(id, $5, $7, $6) as line,
                  exists (select from case_concern where case_id = case_file.id and closed_at is null) as "contact_frozen!"
           from case_file
           where (id = $1 or number = $2 or referral_id = $3) and purged_at is null and may_know_of(id, $4, $5, $6)
             and ($4 or line_of(id, $5, $7, $6) is not null)"#,
        id,
        number,
        referral,
        scope.is_unit(),
        scope.subject(),
        at,
        &scope.kinds()
    )
    .fetch_optional(tx)
    .await?
    .map(CaseFile::try_from)
    .transpose()
}

/// Position in a list: the moment at which a case opened, and its id.
type After = (OffsetDateTime, Uuid);

/// The cases the caller may know of at this moment that are as they ask, oldest first, after a position. Others are not counted [R3c, TRAP-6].
///
/// # Errors
/// The statement failed.
pub async fn visible_list(
    tx: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
    after: Option<After>,
    limit: i64,
    at: OffsetDateTime,
) -> sqlx::Result<Vec<CaseFile>> {
    let after = after.unwrap_or((OffsetDateTime::UNIX_EPOCH, Uuid::nil()));
    let rows = match (filter.is_empty(), scope.is_unit()) {
        (true, true) => list_of_all(tx, after, limit, at).await?,
        (true, false) => list_of_person(tx, scope, after, limit, at).await?,
        (false, _) => list_as_asked(tx, scope, filter, after, limit, at).await?,
    };
    rows.into_iter().map(CaseFile::try_from).collect()
}

/// Every case: for the RJ Unit.
async fn list_of_all(tx: &mut PgConnection, (after_at, after_id): After, limit: i64, at: OffsetDateTime) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select id as "id!", number as "number!", referral_id as "referral_id!", stage as "stage!", left_stage, mode, described_mode, direct,
                  accepted as "accepted!", indirect_only as "indirect_only!", site, mediator, officers as "officers!", line,
                  contact_frozen as "contact_frozen!", opened_at as "opened_at!"
           from cases_of_the_unit($1, $2, $3, $4)"#,
        after_at,
        after_id,
        at,
        limit
    )
    .fetch_all(tx)
    .await
}

/// The cases with a live line of the caller.
async fn list_of_person(
    tx: &mut PgConnection,
    scope: &Scope,
    (after_at, after_id): After,
    limit: i64,
    at: OffsetDateTime,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select id as "id!", number as "number!", referral_id as "referral_id!", stage as "stage!", left_stage, mode, described_mode, direct,
                  accepted as "accepted!", indirect_only as "indirect_only!", site, mediator, officers as "officers!", line,
                  contact_frozen as "contact_frozen!", opened_at as "opened_at!"
           from cases_of_person($1, $2, $3, $4, $5, $6)"#,
        scope.subject(),
        &scope.kinds(),
        after_at,
        after_id,
        at,
        limit
    )
    .fetch_all(tx)
    .await
}

/// The cases of either that are as the caller asks.
async fn list_as_asked(
    tx: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
    (after_at, after_id): After,
    limit: i64,
    at: OffsetDateTime,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select id as "id!", number as "number!", referral_id as "referral_id!", stage as "stage!", left_stage, mode, described_mode, direct,
                  accepted as "accepted!", indirect_only as "indirect_only!", site, mediator, officers as "officers!", line,
                  contact_frozen as "contact_frozen!", opened_at as "opened_at!"
           from cases_as_asked($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"#,
        &filter.stage_codes(),
        &filter.site_codes(),
        filter.mediator.as_deref(),
        filter.waits_for.map(Wait::code),
        at,
        scope.is_unit(),
        scope.subject(),
        &scope.kinds(),
        after_at,
        after_id,
        limit
    )
    .fetch_all(tx)
    .await
}

/// How many cases the same list has, up to a bound.
///
/// # Errors
/// The statement failed.
pub async fn count(tx: &mut PgConnection, scope: &Scope, filter: &Filter, most: i64, at: OffsetDateTime) -> sqlx::Result<i64> {
    if filter.is_empty() && !scope.is_unit() {
        return sqlx::query_scalar!(r#"select count_of_person($1, $2, $3, $4) as "count!""#, scope.subject(), &scope.kinds(), at, most)
            .fetch_one(tx)
            .await;
    }
    sqlx::query_scalar!(
        r#"select count_of_cases($1, $2, $3, $4, $5, $6, $7, $8, $9) as "count!""#,
        &filter.stage_codes(),
        &filter.site_codes(),
        filter.mediator.as_deref(),
        filter.waits_for.map(Wait::code),
        at,
        scope.is_unit(),
        scope.subject(),
        &scope.kinds(),
        most
    )
    .fetch_one(tx)
    .await
}

/// The case behind an id or a number, for any caller. For break-glass alone: the only path that bypasses need to know.
///
/// # Errors
/// The statement failed.
pub async fn for_break_glass(tx: &mut PgConnection, case_ref: &CaseRef) -> sqlx::Result<Option<CaseId>> {
    let (id, number) = match case_ref {
        CaseRef::Id(id) => (Some(id.uuid()), None),
        CaseRef::Number(number) => (None, Some(number.as_str())),
        CaseRef::Referral(_) => (None, None),
    };
    let found = sqlx::query_scalar!("select id from case_file where (id = $1 or number = $2) and purged_at is null", id, number)
        .fetch_optional(tx)
        .await?;
    Ok(found.map(CaseId::new))
}

/// Locks a case until the transaction ends: changes to one case are serialised.
///
/// # Errors
/// The statement failed.
pub async fn lock(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<()> {
    sqlx::query!("select id from case_file where id = $1 for update", case.uuid()).fetch_optional(tx).await?;
    Ok(())
}
