//! Cost that does not grow: however many referrals there are, a page of the queue, a submission, a receipt, the look for what is in clear and
//! the retention read only their own rows, by an index.

use base::Caller;
use intake::{
    bus::Referrals,
    domain::{
        Key, Origin,
        queue::list::{Asked, List},
    },
    store::{
        purge::retention,
        queue::list::{MOST_COUNTED, Range, counts, page},
        referral::{find_held, find_receipt},
        sealed::InClear,
    },
};
use messaging::{
    inbox::{Handler, ReadMessage},
    leftovers::Leftovers,
    outbox::Fresh,
};
use prost::Message;
use sqlx::{PgConnection, types::Uuid};

use crate::{
    referral_sets::published,
    support::{MORNING, TestDesk, app, officer, referral, service, staff, supervisor},
};

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
         insert into screening_decision (referral_id, number, disposition, reason, reason_sealed, decided_by, decided_at)
         select referral_id, 1, case when receipt_number like '%0' then 'accepted' else 'withdrawn' end, '', 'sealed', 'x',
                received_at from referral
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

/// Rows that two pages of a list read of each table: by walking it, and by an index.
async fn read(app: &TestDesk, who: &Caller, asked: &Asked) -> Vec<(String, i64, i64)> {
    let mut tx = app.begin(who, []).await.unwrap();
    let tied = intake::access::needs_a_tie(who).then_some(who.subject.as_str());
    let before = read_so_far(&mut tx).await;
    let whole = Range::of(asked);
    let first = page(&mut tx, (asked, whole), MORNING.date(), tied, PAGE).await.unwrap();
    assert_eq!(first.len(), 51);
    // A page from the middle of the list costs what the first one costs.
    let far = time::Duration::seconds(if asked.newest_first { -900 } else { 900 });
    let middle = whole.after(first.first().map(|row| (row.received_at + far, row.id)), asked.newest_first);
    assert_eq!(page(&mut tx, (asked, middle), MORNING.date(), tied, PAGE).await.unwrap().len(), 51);
    read_since(&mut tx, &before).await
}

/// A list and what narrows it: everything that stands in an index, alone and together.
fn narrowed() -> Vec<Asked> {
    let of_mission = |asked: Asked| asked.of_sites(&["mission".to_owned(), "kent".to_owned()]).unwrap();
    let lists = [List::Waiting, List::All, List::Closed].map(Asked::from);
    let newest = lists.clone().map(|asked| Asked { newest_first: true, ..asked });
    let institutional = lists.clone().map(|asked| Asked { origin: Some(Origin::Institutional), ..asked });
    let dated = lists.clone().map(|asked| Asked {
        received_from: Some(MORNING - time::Duration::days(400)),
        received_before: Some(MORNING),
        ..asked
    });
    let sited = lists.clone().map(of_mission);
    let both = institutional.clone().map(of_mission);
    [lists, newest, institutional, dated, sited, both].concat()
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
            for asked in narrowed() {
                for (table, walked, by_index) in read(&app, &who, &asked).await {
                    assert_eq!(walked, 0, "{table} is walked for {}: {asked:?}", who.subject);
                    assert!(by_index <= VERSIONS * MAX_ROWS_READ, "{by_index} rows of {table} are read for {}: {asked:?}", who.subject);
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_rare_is_found_and_what_is_many_is_counted_to_a_limit_however_many_referrals_there_are() {
    let app = app().await;
    fill(&app).await;
    let rare = "update referral set site = 'kent', origin = 'community' where receipt_number in ('RO-20000', 'RO-19999')";
    sqlx::raw_sql(rare).execute(&app.database.admin).await.unwrap();
    for known_to_the_planner in [false, true] {
        if known_to_the_planner {
            sqlx::raw_sql("analyze").execute(&app.database.admin).await.unwrap();
        }
        let who = officer(1);
        let mut tx = app.begin(&who, []).await.unwrap();
        let of_kent = Asked::from(List::All).of_sites(&["kent".to_owned()]).unwrap();
        let of_an_origin = Asked { origin: Some(Origin::Community), ..List::All.into() };
        for asked in [of_kent, of_an_origin] {
            let before = read_so_far(&mut tx).await;
            assert_eq!(page(&mut tx, (&asked, Range::of(&asked)), MORNING.date(), Some(&who.subject), PAGE).await.unwrap().len(), 2);
            assert_eq!(counts(&mut tx, &asked, MORNING.date(), Some(&who.subject)).await.unwrap()[1].1.n, 2);
            read_at_most(&mut tx, &before, 16 * VERSIONS, "two of many").await;
        }
        let before = read_so_far(&mut tx).await;
        let all = counts(&mut tx, &List::All.into(), MORNING.date(), Some(&who.subject)).await.unwrap();
        assert!(all.iter().filter(|(_, count)| count.is_more && count.n == MOST_COUNTED).count() == 3, "{all:?}");
        read_at_most(&mut tx, &before, 4 * (MOST_COUNTED + 1), "the numbers of all lists").await;
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

/// Rows read of each table since these were: a connection counts over several transactions.
async fn read_since(tx: &mut PgConnection, before: &[(String, i64, i64)]) -> Vec<(String, i64, i64)> {
    let since = |(table, walked, by_index): (String, i64, i64)| {
        let former = before.iter().find(|(name, ..)| *name == table).map_or((0, 0), |(_, walked, by_index)| (*walked, *by_index));
        (table, walked - former.0, by_index - former.1)
    };
    read_so_far(tx).await.into_iter().map(since).collect()
}

/// Asserts that nothing was walked since then, and that at most so many rows of each table were read by an index.
async fn read_at_most(tx: &mut PgConnection, before: &[(String, i64, i64)], most: i64, what: &str) {
    for (table, walked, by_index) in read_since(tx, before).await {
        assert!(walked == 0 && by_index <= most, "{what}: {walked} and {by_index} rows of {table} are read");
    }
}

#[tokio::test]
async fn a_submission_a_receipt_and_the_retention_read_their_own_rows_only() {
    let app = app().await;
    fill(&app).await;
    sqlx::raw_sql("vacuum").execute(&app.database.admin).await.unwrap();
    for known_to_the_planner in [false, true] {
        if known_to_the_planner {
            sqlx::raw_sql("analyze").execute(&app.database.admin).await.unwrap();
        }
        // What the bus delivers together: new ones, and one that stands.
        let sent = ["new-1", "new-2", "k5"].map(|key| published("mission", referral(key).encode_to_vec()));
        let handler = Referrals(app.clone());
        let mut set = Vec::new();
        for message in &sent {
            set.push(ReadMessage { work: handler.read(message).await.unwrap(), message, span: tracing::Span::none() });
        }
        let mut tx = service(&app).await;
        let before = read_so_far(&mut tx).await;
        handler.apply_set(&mut tx, &mut Fresh::default(), set).await.unwrap();
        read_at_most(&mut tx, &before, 4 * VERSIONS * sent.len() as i64, "a set from the bus").await;
        drop(tx);

        for who in [staff("mission"), officer(1)] {
            let mut tx = app.begin(&who, []).await.unwrap();
            let before = read_so_far(&mut tx).await;
            find_receipt(&mut tx, "RO-17", Some(&who.subject)).await.unwrap();
            read_at_most(&mut tx, &before, 2 * VERSIONS, "a receipt").await;
        }

        let mut tx = service(&app).await;
        let before = read_so_far(&mut tx).await;
        assert_eq!(InClear.seal(&mut tx, &app.vault, MORNING).await.unwrap(), 0);
        read_at_most(&mut tx, &before, 0, "the look for what is in clear").await;
        drop(tx);

        let (now, months) = (MORNING + time::Duration::days(4_000), 24);
        let mut tx = service(&app).await;
        let before = read_so_far(&mut tx).await;
        let over = retention::over(&mut tx, (now, months), None, 20).await.unwrap();
        assert_eq!(over.len(), 20);
        read_at_most(&mut tx, &before, 4 * VERSIONS * 20, "a page of the retention").await;
        drop(tx);
        let mut tx = service(&app).await;
        let before = read_so_far(&mut tx).await;
        assert!(retention::is_over(&mut tx, (now, months), over[0].1).await.unwrap());
        retention::names_of(&mut tx, &[over[0].1]).await.unwrap();
        read_at_most(&mut tx, &before, 4 * VERSIONS, "the retention of one").await;
    }
}
