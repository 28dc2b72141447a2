//! Fiscal years and months in NHQ's time zone, computed by PostgreSQL, which has the time zone data.

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::domain::year::{FiscalYear, ZONE};

/// Position of an instant in NHQ's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// The fiscal year the instant is in.
    pub year: FiscalYear,
    pub year_begins: OffsetDateTime,
    pub month_begins: OffsetDateTime,
}

/// The fiscal year and month of an instant, and when they began.
pub async fn calendar(db: &mut PgConnection, at: OffsetDateTime) -> sqlx::Result<Calendar> {
    let row = sqlx::query!(
        r#"select extract(year from local - interval '3 months')::int as "year!",
                  (date_trunc('year', local - interval '3 months') + interval '3 months') at time zone $2 as "year_begins!",
                  date_trunc('month', local) at time zone $2 as "month_begins!"
           from (select $1::timestamptz at time zone $2 as local) as clock"#,
        at,
        ZONE,
    )
    .fetch_one(db)
    .await?;
    Ok(Calendar { year: FiscalYear::new(row.year), year_begins: row.year_begins, month_begins: row.month_begins })
}

/// The end of a fiscal year.
pub async fn end(db: &mut PgConnection, year: FiscalYear) -> sqlx::Result<OffsetDateTime> {
    sqlx::query_scalar!(r#"select make_timestamptz($1 + 1, 4, 1, 0, 0, 0, $2) as "end!""#, year.first_calendar_year(), ZONE,)
        .fetch_one(db)
        .await
}
