//! Pages of the national queue, one of its referrals by number, and how many stand in each list.

use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{
    domain::{
        Flags, Origin, State,
        queue::list::{Asked, By, List},
    },
    error::unknown_code,
};

/// Nobody counts further: a list of more has no exact number.
pub const MOST_COUNTED: i64 = 1_000;

/// A referral of the queue, without its content.
pub struct Entry {
    pub id: Uuid,
    pub receipt_number: String,
    pub origin: Origin,
    pub site: String,
    pub state: State,
    pub received_at: OffsetDateTime,
    pub flags: Flags,
    pub variants: i64,
    /// Another one may be about the same persons.
    pub has_alike: bool,
}

/// How many stand in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub n: i64,
    /// There are more.
    pub is_more: bool,
}

/// Ends between which the rows of a page stand, both left out.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    from: (OffsetDateTime, Uuid),
    until: (OffsetDateTime, Uuid),
}

impl Range {
    /// Everything that the list may hold.
    #[must_use]
    pub fn of(asked: &Asked) -> Self {
        let last = OffsetDateTime::new_utc(time::Date::MAX, time::Time::MIDNIGHT);
        // The nil id is none of a referral, so that what was received at the very moment is in, or out.
        Self {
            from: (asked.received_from.unwrap_or(OffsetDateTime::UNIX_EPOCH), Uuid::nil()),
            until: (asked.received_before.unwrap_or(last), Uuid::nil()),
        }
    }

    /// What comes after a row, in the order of the list.
    #[must_use]
    pub fn after(self, row: Option<(OffsetDateTime, Uuid)>, newest_first: bool) -> Self {
        match row {
            None => self,
            Some(row) if newest_first => Self { until: self.until.min(row), ..self },
            Some(row) => Self { from: self.from.max(row), ..self },
        }
    }
}

/// A row of the queue.
struct Row {
    referral_id: Uuid,
    receipt_number: String,
    origin: String,
    site: String,
    state: String,
    received_at: OffsetDateTime,
    flags: Vec<String>,
    variants: i64,
    has_alike: bool,
}

impl Row {
    fn entry(self) -> base::Result<Entry> {
        Ok(Entry {
            id: self.referral_id,
            receipt_number: self.receipt_number,
            origin: Origin::from_code(&self.origin).ok_or_else(|| unknown_code("referral.origin"))?,
            site: self.site,
            state: State::from_code(&self.state).ok_or_else(|| unknown_code("referral.state"))?,
            received_at: self.received_at,
            flags: Flags::from_codes(&self.flags),
            variants: self.variants,
            has_alike: self.has_alike,
        })
    }
}

/// The column of a key.
const fn column(by: By) -> &'static str {
    match by {
        By::List => "listed",
        By::Origin => "listed_by_origin",
        By::Site => "listed_by_site",
    }
}

/// The first rows of a list within a range, in its order. Of the accepted ones, those to which the `officer` is tied, or all where no tie
/// is needed.
///
/// # Errors
/// The statement failed, or a row holds an unknown code.
pub async fn page(
    db: &mut PgConnection,
    (asked, range): (&Asked, Range),
    today: Date,
    officer: Option<&str>,
    limit: i64,
) -> base::Result<Vec<Entry>> {
    let (keys, due_by): (Vec<String>, Vec<Option<Date>>) = asked.keys(asked.list, today).into_iter().unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"select referral_id as "referral_id!", receipt_number as "receipt_number!", origin as "origin!", site as "site!", state as "state!",
                  received_at as "received_at!", flags as "flags!", variants as "variants!", has_alike as "has_alike!"
           from referrals_listed($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
        column(asked.by()),
        &keys,
        &due_by as &[Option<Date>],
        range.from.0,
        range.from.1,
        range.until.0,
        range.until.1,
        officer,
        limit,
        asked.newest_first
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::entry).collect()
}

/// The referral with a number, decided or not; an accepted one is absent for an `officer` without a tie to its case.
///
/// # Errors
/// The statement failed, or the row holds an unknown code.
pub async fn find(db: &mut PgConnection, number: &str, officer: Option<&str>) -> base::Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        r#"select referral_id, receipt_number, origin, site, state, received_at, flags,
                  (select count(*) from referral_variant v where v.referral_id = r.referral_id) as "variants!",
                  exists (select from referrals_alike(r.referral_id, $2, 1)) as "has_alike!"
           from referral r
           where receipt_number = $1 and purged_at is null
             and (accepted_at is null or $2::text is null or is_tied(referral_id, $2, acting_at(), false))"#,
        number,
        officer
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::entry).transpose()
}

/// How many stand in each list that has a number, each counted to [`MOST_COUNTED`].
///
/// # Errors
/// The statement failed.
pub async fn counts(db: &mut PgConnection, asked: &Asked, today: Date, officer: Option<&str>) -> sqlx::Result<Vec<(List, Count)>> {
    let (mut keys, mut due_by, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (place, list) in (0..).zip(List::COUNTED) {
        for (key, due) in asked.keys(list, today) {
            keys.push(key);
            due_by.push(due);
            places.push(place);
        }
    }
    let range = Range::of(asked);
    let rows = sqlx::query!(
        r#"select place as "place!", found as "found!" from referrals_counted($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
        column(asked.by()),
        &keys,
        &due_by as &[Option<Date>],
        &places,
        range.from.0,
        range.from.1,
        range.until.0,
        range.until.1,
        officer,
        MOST_COUNTED + 1
    )
    .fetch_all(db)
    .await?;
    let count = |(place, list): (i32, List)| {
        let n = rows.iter().find(|row| row.place == place).map_or(0, |row| row.found);
        (list, Count { n: n.min(MOST_COUNTED), is_more: n > MOST_COUNTED })
    };
    Ok((0..).zip(List::COUNTED).map(count).collect())
}
