//! Cost that does not grow: however many referrals there are, a page of the queue and a submission read only their own rows, by an index.

use chassis::Caller;
use intake::{
    domain::Key,
    store::referral::{all, find_held, waiting},
};
use sqlx::{PgConnection, types::Uuid};
use time::OffsetDateTime;

use crate::support::{MORNING, TestDesk, app, officer, staff, supervisor};

const PAGE: i64 = 51;
/// Of the rows that a page shows, each is read once; a few more are looked at where a list begins.
const MAX_ROWS_READ: i64 = 2 * PAGE;

const REFERRALS: i64 = 20_000;

/// As many that were decided long ago as wait, each with another body beside it: nothing tells the planner how many there are.
async fn fill(app: &TestDesk) {
    let rows = format!(
        "insert into referral (referral_id, receipt_number, site, idempotency_key, key_form, body_hash, content, content_sealed, origin,
                counted_origin, flags, submitter, received_at, state)
         select gen_random_uuid(), 'RO-' || n, 'mission', 'k' || n, 'k' || n, sha256('x'), '', 'sealed', 'institutional', 'institutional',
                '{{}}', 'someone', timestamptz '2025-03-02' + n * interval '1 second', 'received' from generate_series(1, {REFERRALS}) n;
         insert into screening_decision (referral_id, number, disposition, reason, decided_by, decided_at)
         select referral_id, 1, case when receipt_number like '%0' then 'accepted' else 'withdrawn' end, 'x', 'x', now() from referral
         order by received_at limit {REFERRALS} / 2;
         update referral r set state = case when d.disposition = 'accepted' then 'screened-accepted' else 'screened-closed' end,
                disposition = d.disposition, decisions = 1, accepted_at = case when d.disposition = 'accepted' then received_at end
         from screening_decision d where d.referral_id = r.referral_id;
         insert into referral_variant (referral_id, body_hash, content, content_sealed, submitter, received_at)
         select referral_id, sha256('y'), '', 'sealed', 'someone', received_at from referral"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(rows)).execute(&app.database.admin).await.unwrap();
}

/// Versions of a row that an index may still lead to: the rows are changed twice after they are written, and what another connection may
/// still see is not pruned.
const VERSIONS: i64 = 4;

/// Rows that a page of each list read of each table: by walking it, and by an index.
async fn read(app: &TestDesk, who: &Caller) -> Vec<(String, i64, i64)> {
    let mut tx = app.begin(who, []).await.unwrap();
    let (start, tied) = ((OffsetDateTime::UNIX_EPOCH, Uuid::nil()), intake::access::needs_a_tie(who).then_some(who.subject.as_str()));
    assert_eq!(waiting(&mut tx, start, MORNING.date(), tied, PAGE).await.unwrap().len(), 51);
    assert_eq!(all(&mut tx, start, tied, PAGE).await.unwrap().len(), 51);
    read_so_far(&mut tx).await
}

async fn read_so_far(tx: &mut PgConnection) -> Vec<(String, i64, i64)> {
    let counted = "select relname::text, seq_tup_read, idx_tup_fetch from pg_stat_xact_user_tables
                   where relname in ('referral', 'referral_variant')";
    sqlx::query_as(counted).fetch_all(tx).await.unwrap()
}

#[tokio::test]
async fn a_page_of_the_queue_reads_its_own_rows_however_many_referrals_there_are() {
    let app = app().await;
    fill(&app).await;
    for known_to_the_planner in [false, true] {
        if known_to_the_planner {
            sqlx::raw_sql("analyze").execute(&app.database.admin).await.unwrap();
        }
        for who in [officer(1), supervisor(1)] {
            for (table, walked, by_index) in read(&app, &who).await {
                assert_eq!(walked, 0, "{table} is walked for {}", who.subject);
                assert!(by_index <= VERSIONS * MAX_ROWS_READ, "{by_index} rows of {table} are read for {}", who.subject);
            }
        }
    }
}

#[tokio::test]
async fn whether_a_key_is_known_is_found_by_an_index_however_many_a_site_has() {
    let app = app().await;
    fill(&app).await;
    sqlx::raw_sql("update referral set key_form = null where receipt_number like '%7'").execute(&app.database.admin).await.unwrap();
    for known_to_the_planner in [false, true] {
        if known_to_the_planner {
            sqlx::raw_sql("analyze").execute(&app.database.admin).await.unwrap();
        }
        let mut tx = app.begin(&staff("mission"), ["mission".to_owned()]).await.unwrap();
        let keys: Vec<Key> = ["k1", "K2", "k7", "K17", "unknown"].map(|key| Key::read(key, Uuid::nil())).into();
        let asked: Vec<(&str, &Key)> = keys.iter().map(|key| ("mission", key)).collect();
        let held = find_held(&mut tx, &asked).await.unwrap();
        let mut forms: Vec<&str> = held.iter().map(|((_, form), _)| form.as_str()).collect();
        forms.sort_unstable();
        assert_eq!(forms, ["k1", "k17", "k2", "k7"]);
        for (table, walked, by_index) in read_so_far(&mut tx).await {
            assert!(walked == 0 && by_index <= VERSIONS * keys.len() as i64, "{walked} and {by_index} rows of {table} are read");
        }
    }
}
