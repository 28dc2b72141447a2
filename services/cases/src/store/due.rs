//! Due things: written with the row that they follow from, planned by their rules, and taken one by one.

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        access::scope::Scope,
        due::{Kind, Object, Of, rule::Rule},
    },
    store::decode::known,
};

/// Writes that something is due: at a stated moment, or so long after `since` as its rule says. Where it stands with the same stated moment
/// already nothing changes, and nothing is told twice.
///
/// # Errors
/// The statement failed.
pub async fn set(
    tx: &mut PgConnection,
    object: &Object,
    of: &Of,
    since: OffsetDateTime,
    stated: Option<OffsetDateTime>,
) -> sqlx::Result<()> {
    let (case, subject) = match of {
        Of::Case(case) => (Some(case.uuid()), None),
        Of::Mediator(subject) => (None, Some(subject.as_str())),
    };
    sqlx::query!(
        "insert into due (kind, object, case_id, subject, since, stated_at, asleep)
         values ($1, $2, $3, $4, $5, $6, coalesce((select stage = 'closed' from case_file where id = $3), false))
         on conflict on constraint due_once_per_object do update
         set since = excluded.since, stated_at = excluded.stated_at, at = null, rule = '', next_at = null, told_at = null, settled_at = null
         where due.settled_at is not null or due.stated_at is null or due.stated_at is distinct from excluded.stated_at",
        object.kind.code(),
        object.id,
        case,
        subject,
        since,
        stated
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes that something waits no more; nothing where it did not.
///
/// # Errors
/// The statement failed.
pub async fn settle(tx: &mut PgConnection, object: &Object, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update due set settled_at = $3 where kind = $1 and object = $2 and settled_at is null",
        object.kind.code(),
        object.id,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes that nothing of a participant waits any more: they have left.
///
/// # Errors
/// The statement failed.
pub async fn settle_of_participant(tx: &mut PgConnection, case: CaseId, participant: Uuid, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update due set settled_at = $3
         where case_id = $1 and kind in ('assessment', 'consent') and split_part(object, ' ', 1) = $2::uuid::text and settled_at is null",
        case.uuid(),
        participant,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes that nothing of a mediator waits any more: the engagement has ended.
///
/// # Errors
/// The statement failed.
pub async fn settle_of_mediator(tx: &mut PgConnection, subject: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update due set settled_at = $2 where case_id is null and subject = $1 and settled_at is null", subject, at)
        .execute(tx)
        .await?;
    Ok(())
}

/// Nothing of a closed case is told; all of it again once the case is re-opened.
///
/// # Errors
/// The statement failed.
pub async fn sleep(tx: &mut PgConnection, case: CaseId, closed: bool) -> sqlx::Result<()> {
    sqlx::query!("update due set asleep = $2 where case_id = $1 and asleep <> $2", case.uuid(), closed).execute(tx).await?;
    Ok(())
}

/// Something that a rule has not planned yet, or that another rule planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplanned {
    pub object: Object,
    pub since: OffsetDateTime,
    pub stated: Option<OffsetDateTime>,
    pub told: Option<OffsetDateTime>,
}

/// The same, held until the transaction ends; what another instance holds is left to it. `anew`: also what another rule planned.
///
/// # Errors
/// The statement failed.
pub async fn unplanned(tx: &mut PgConnection, rules: &[(Kind, Rule)], anew: bool, limit: i64) -> sqlx::Result<Vec<Unplanned>> {
    let (kinds, codes): (Vec<String>, Vec<String>) = rules.iter().map(|(kind, rule)| (kind.code().to_owned(), rule.code())).unzip();
    let rows = sqlx::query!(
        "select due.kind, object, since, stated_at, told_at
         from due join unnest($1::text[], $2::text[]) as now_of (kind, rule) on now_of.kind = due.kind
         where settled_at is null and (due.rule = '' or $3 and due.rule <> now_of.rule)
         order by due.kind, object limit $4 for update of due skip locked",
        &kinds,
        &codes,
        anew,
        limit
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let object = Object { kind: known("kind", &row.kind)?, id: row.object };
            Ok(Unplanned { object, since: row.since, stated: row.stated_at, told: row.told_at })
        })
        .collect()
}

/// A plan: when something is due, and when it is told next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub object: Object,
    pub rule: String,
    pub at: OffsetDateTime,
    pub next: Option<OffsetDateTime>,
}

/// Writes plans of what is held.
///
/// # Errors
/// The statement failed.
pub async fn plan(tx: &mut PgConnection, plans: &[Plan]) -> sqlx::Result<()> {
    let kinds: Vec<String> = plans.iter().map(|plan| plan.object.kind.code().to_owned()).collect();
    let objects: Vec<String> = plans.iter().map(|plan| plan.object.id.clone()).collect();
    let rules: Vec<String> = plans.iter().map(|plan| plan.rule.clone()).collect();
    let (at, next): (Vec<OffsetDateTime>, Vec<Option<OffsetDateTime>>) = plans.iter().map(|plan| (plan.at, plan.next)).unzip();
    sqlx::query!(
        "update due set rule = plan.rule, at = plan.at, next_at = plan.next_at
         from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) as plan (kind, object, rule, at, next_at)
         where due.kind = plan.kind and due.object = plan.object",
        &kinds,
        &objects,
        &rules,
        &at,
        &next as &[Option<OffsetDateTime>]
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A thing whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ripe {
    pub object: Object,
    pub of: Of,
    pub at: OffsetDateTime,
}

struct Row {
    kind: String,
    object: String,
    case_id: Option<Uuid>,
    subject: Option<String>,
    at: OffsetDateTime,
}

impl TryFrom<Row> for Ripe {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let of = match (row.case_id, row.subject) {
            (Some(case), _) => Of::Case(CaseId::new(case)),
            (None, subject) => Of::Mediator(subject.unwrap_or_default()),
        };
        Ok(Self { object: Object { kind: known("kind", &row.kind)?, id: row.object }, of, at: row.at })
    }
}

/// The things whose time has come, those that wait longest first; none is held.
///
/// # Errors
/// The statement failed.
pub async fn ripe(tx: &mut PgConnection, at: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<Ripe>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select kind, object, case_id, subject, at as "at!" from due
           where settled_at is null and not asleep and next_at <= $1 order by next_at limit $2"#,
        at,
        limit
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(Ripe::try_from).collect()
}

/// One of them, held until the transaction ends, if its time has come still: another instance may have taken it in between.
///
/// # Errors
/// The statement failed.
pub async fn hold(tx: &mut PgConnection, object: &Object, at: OffsetDateTime) -> sqlx::Result<Option<Ripe>> {
    let row = sqlx::query_as!(
        Row,
        r#"select kind, object, case_id, subject, at as "at!" from due
           where kind = $1 and object = $2 and settled_at is null and not asleep and next_at <= $3 for update"#,
        object.kind.code(),
        object.id,
        at
    )
    .fetch_optional(tx)
    .await?;
    row.map(Ripe::try_from).transpose()
}

/// Writes that a held thing was told, under the id of the notice, and when it is told next.
///
/// # Errors
/// The statement failed.
pub async fn told(
    tx: &mut PgConnection,
    object: &Object,
    notice: Uuid,
    next: Option<OffsetDateTime>,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update due set told_at = $3, next_at = $4, notices = notices || $5::uuid where kind = $1 and object = $2",
        object.kind.code(),
        object.id,
        at,
        next,
        notice
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What a list is filtered by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub case: Option<CaseId>,
    /// Empty: every kind.
    pub kinds: Vec<Kind>,
    pub mediator: Option<String>,
    pub overdue: bool,
}

impl Filter {
    fn kind_codes(&self) -> Vec<String> {
        self.kinds.iter().map(|kind| kind.code().to_owned()).collect()
    }
}

/// A thing that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub object: Object,
    /// The case with its number.
    pub case: Option<(CaseId, String)>,
    pub mediator: Option<String>,
    pub since: OffsetDateTime,
    pub at: OffsetDateTime,
}

/// Position in a list.
pub type After = (OffsetDateTime, String, String);

struct Listed {
    kind: String,
    object: String,
    case_id: Option<Uuid>,
    number: Option<String>,
    mediator: Option<String>,
    since: OffsetDateTime,
    at: OffsetDateTime,
}

impl TryFrom<Listed> for Waiting {
    type Error = sqlx::Error;

    fn try_from(row: Listed) -> sqlx::Result<Self> {
        Ok(Self {
            object: Object { kind: known("kind", &row.kind)?, id: row.object },
            case: row.case_id.map(CaseId::new).zip(row.number),
            mediator: row.mediator,
            since: row.since,
            at: row.at,
        })
    }
}

/// A part of a list: what stands after a position, and how many at most.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub after: Option<After>,
    pub limit: i64,
}

impl Part {
    fn position(&self) -> (Option<OffsetDateTime>, Option<String>, Option<String>) {
        self.after.clone().map_or((None, None, None), |(at, kind, object)| (Some(at), Some(kind), Some(object)))
    }
}

/// What the caller answers for and what waits, what is due first first. A case is named where they may know of it; without one those with a
/// line of their own count, and none that they opened by break-glass.
///
/// # Errors
/// The statement failed.
pub async fn list(tx: &mut PgConnection, scope: &Scope, filter: &Filter, part: Part, at: OffsetDateTime) -> sqlx::Result<Vec<Waiting>> {
    let rows = match filter.case {
        Some(case) => list_of_case(tx, case, filter, part, at).await?,
        None if scope.is_unit() => list_of_unit(tx, filter, part, at).await?,
        None => list_of_person(tx, scope.subject(), filter, part, at).await?,
    };
    rows.into_iter().map(Waiting::try_from).collect()
}

/// Of one case.
async fn list_of_case(tx: &mut PgConnection, case: CaseId, filter: &Filter, part: Part, at: OffsetDateTime) -> sqlx::Result<Vec<Listed>> {
    let (after_at, after_kind, after_object) = part.position();
    sqlx::query_as!(
        Listed,
        r#"select kind, object, case_id, number as "number?", coalesce(d.subject, mediator_of(case_id, $1)) as mediator, since, d.at as "at!"
           from due d join case_file f on f.id = d.case_id
           where d.case_id = $2 and settled_at is null and not asleep and d.at is not null
             and (cardinality($3::text[]) = 0 or kind = any($3))
             and ($4::text is null or mediator_of(case_id, $1) = $4) and (not $5 or d.at <= $1)
             and ($6::timestamptz is null or (d.at, kind, object) > ($6, $7::text, $8::text))
           order by d.at, kind, object limit $9"#,
        at,
        case.uuid(),
        &filter.kind_codes(),
        filter.mediator,
        filter.overdue,
        after_at,
        after_kind,
        after_object,
        part.limit
    )
    .fetch_all(tx)
    .await
}

/// Of every case, and of the registry: for the RJ Unit.
async fn list_of_unit(tx: &mut PgConnection, filter: &Filter, part: Part, at: OffsetDateTime) -> sqlx::Result<Vec<Listed>> {
    let (after_at, after_kind, after_object) = part.position();
    sqlx::query_as!(
        Listed,
        r#"select kind as "kind!", object as "object!", case_id, number, mediator, since as "since!", due_at as "at!"
           from due_of_the_unit($1, $2, $3, $4, $5, $6, $7, $8)"#,
        at,
        &filter.kind_codes(),
        filter.mediator,
        filter.overdue,
        after_at,
        after_kind,
        after_object,
        part.limit
    )
    .fetch_all(tx)
    .await
}

/// Of the cases with a line of a person, and of the registry as far as they see it. The cases are found first: no other is looked at.
async fn list_of_person(tx: &mut PgConnection, person: &str, filter: &Filter, part: Part, at: OffsetDateTime) -> sqlx::Result<Vec<Listed>> {
    let (after_at, after_kind, after_object) = part.position();
    sqlx::query_as!(
        Listed,
        r#"with own as (
               select distinct a.case_id from case_access a
               where a.subject = $2 and a.role in ('officer', 'mediator') and a.ended_at is null and a.since <= $1
                 and (a.until is null or a.until > $1)),
           waits as (
               select d.* from own cross join lateral (
                   select * from due where due.case_id = own.case_id and settled_at is null and not asleep offset 0) d
               where line_of(d.case_id, $2, array['officer', 'mediator'], $1) is not null
               union all
               select * from due where case_id is null and settled_at is null and not asleep)
           select kind as "kind!", object as "object!", case_id, number as "number?",
                  coalesce(d.subject, mediator_of(case_id, $1)) as mediator, since as "since!", d.at as "at!"
           from waits d left join lateral (select number from case_file where id = d.case_id offset 0) f on true
           where d.at is not null and (cardinality($3::text[]) = 0 or kind = any($3))
             and ($4::text is null or coalesce(d.subject, mediator_of(case_id, $1)) = $4) and (not $5 or d.at <= $1)
             and ($6::timestamptz is null or (d.at, kind, object) > ($6, $7::text, $8::text))
           order by d.at, kind, object limit $9"#,
        at,
        person,
        &filter.kind_codes(),
        filter.mediator,
        filter.overdue,
        after_at,
        after_kind,
        after_object,
        part.limit
    )
    .fetch_all(tx)
    .await
}

/// How many things the same list has, up to a bound.
///
/// # Errors
/// The statement failed.
pub async fn count(tx: &mut PgConnection, scope: &Scope, filter: &Filter, most: i64, at: OffsetDateTime) -> sqlx::Result<i64> {
    if let (None, true) = (filter.case, scope.is_unit()) {
        return sqlx::query_scalar!(
            r#"select count(*) as "count!" from (
                   select from due d
                   where settled_at is null and not asleep and d.at is not null and (cardinality($2::text[]) = 0 or kind = any($2))
                     and ($3::text is null or coalesce(d.subject, mediator_of(case_id, $1)) = $3) and (not $4 or d.at <= $1)
                   limit $5) found"#,
            at,
            &filter.kind_codes(),
            filter.mediator,
            filter.overdue,
            most
        )
        .fetch_one(tx)
        .await;
    }
    // Of one case, or of one person's, there are never many.
    let listed = list(tx, scope, filter, Part { after: None, limit: most }, at).await?;
    Ok(i64::try_from(listed.len()).unwrap_or(i64::MAX))
}

/// What somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    pub person: String,
    pub role: String,
    pub cases: i64,
    pub overdue: i64,
    pub soon: i64,
}

/// How many open cases each mediator and officer has, and what of these is theirs and overdue, or due by a moment; of the cases that the
/// caller answers for.
///
/// # Errors
/// The statement failed.
pub async fn workload(
    tx: &mut PgConnection,
    scope: &Scope,
    (mediators, officers): (&[Kind], &[Kind]),
    (at, soon): (OffsetDateTime, OffsetDateTime),
    limit: i64,
) -> sqlx::Result<Vec<Load>> {
    let codes = |kinds: &[Kind]| kinds.iter().map(|kind| kind.code().to_owned()).collect::<Vec<_>>();
    let rows = sqlx::query!(
        r#"select a.subject, a.role, count(distinct f.id) as "cases!",
                  count(d.object) filter (where d.at <= $1) as "overdue!", count(d.object) filter (where d.at > $1 and d.at <= $2) as "soon!"
           from case_access a join case_file f on f.id = a.case_id
           -- Read once for all cases, and not for each.
           left join (select case_id, kind, object, at from due where settled_at is null and not asleep offset 0) d
               on d.case_id = f.id and d.kind = any(case a.role when 'mediator' then $3::text[] else $4::text[] end)
           where a.role in ('mediator', 'officer') and a.ended_at is null and a.since <= $1 and (a.until is null or a.until > $1)
             and f.stage <> 'closed' and f.purged_at is null
             and ($5 or line_of(f.id, $6, array['officer'], $1) is not null)
           group by a.subject, a.role order by 4 desc, 5 desc, 3 desc, 1, 2 limit $7"#,
        at,
        soon,
        &codes(mediators),
        &codes(officers),
        scope.is_unit(),
        scope.subject(),
        limit
    )
    .fetch_all(tx)
    .await?;
    let load = |(person, role, cases, overdue, soon)| Load { person, role, cases, overdue, soon };
    Ok(rows.into_iter().map(|row| load((row.subject, row.role, row.cases, row.overdue, row.soon))).collect())
}
