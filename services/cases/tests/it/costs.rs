//! Cost that does not grow: however many cases there are, a page of them, a page of those due, and one case read only their own rows, by an
//! index.

use base::Caller;
use cases::{
    app::{
        access::need_to_know::{actor, seen},
        case::read::whole,
        purge::due::{LIMIT, list_due, longest_unused},
    },
    domain::{
        access::{decision::Verb, scope::Scope},
        case::{
            filter::{Filter, Wait},
            reference::CaseRef,
            stage::Stage,
        },
    },
    store::{
        case::file::{CaseFile, visible_list},
        due::{self, Part},
    },
};
use sqlx::{PgConnection, types::Uuid};
use time::{Duration, OffsetDateTime};

use crate::world::{NOW, World, mediator, officer, other_officer, supervisor};

const CASES: i64 = 50_000;
/// Cases of the second officer, in the middle of all.
const OWN: i64 = 60;
const PAGE: i64 = 51;
/// Rows of one table that are read for one case of a page, by the statement, its functions and the policies of its tables.
const ROWS_OF_A_CASE: i64 = 20;
/// The same in a filtered list of somebody's own cases, where the fence of the access list is asked of each of their lines too.
const ROWS_OF_A_LINE: i64 = 80;
/// The same for everything on the file of one case, with what its next steps need.
const ROWS_OF_A_FILE: i64 = 30;

/// Tables of which every case has rows here. PostgreSQL rightly walks one that has next to none.
const FILLED: &str =
    "('case_file', 'participant', 'case_move', 'assessment', 'consent_record', 'case_access', 'case_concern', 'break_glass', 'due')";

/// Cases of three years ago, every other one closed. The first officer and the mediator know of each, the third officer did; every fiftieth
/// case was used a month after it was closed.
async fn fill(world: &World) {
    let rows = format!(
        "set local session_replication_role = replica;
         insert into case_file (id, number, referral_id, stage, indirect_only, screened_at, opened_at, moved_at)
         select md5('case ' || n)::uuid, 'RC-' || n, md5('referral ' || n)::uuid, case when n % 2 = 0 then 'closed' else 'assessment' end, false,
                opened, opened, opened + interval '1 hour'
         from (select n, timestamptz '2023-03-02' + n * interval '1 minute' as opened from generate_series(1, {CASES}) n) x;
         insert into case_access (case_id, subject, role, since, granted_by, ended_at, ended_by, opened_at)
         select id, subject, role, opened_at, 'x', case when ended then opened_at end, case when ended then 'x' end, opened_at
         from case_file cross join (values ('rj-officer-1', 'officer', false), ('rj-officer-3', 'officer', true),
                                           ('mediator-1', 'mediator', false)) line (subject, role, ended);
         insert into case_access (case_id, subject, role, since, granted_by, opened_at)
         select md5('case ' || n)::uuid, 'rj-officer-2', 'officer', timestamptz '2023-03-01', 'x', timestamptz '2023-03-02' + n * interval '1 minute'
         from generate_series({CASES} / 2, {CASES} / 2 + {OWN} - 1) n;
         insert into participant (id, case_id, kind, name, fps, added_by, added_at)
         select md5(id || kind)::uuid, id, kind, 'Somebody Invented', '', 'x', opened_at
         from case_file cross join (values ('victim'), ('offender')) k (kind);
         insert into case_move (case_id, to_stage, reason, moved_by, moved_at) select id, 'assessment', '', 'x', opened_at from case_file;
         insert into case_move (case_id, to_stage, reason, moved_by, moved_at) select id, stage, '', 'x', moved_at from case_file;
         insert into assessment (id, case_id, participant_id, risk, notes, for_the_head, variant, recorded_by, recorded_at)
         select gen_random_uuid(), case_id, id, 'low', '', '', 0, 'x', added_at from participant;
         insert into assessment (id, case_id, participant_id, risk, notes, for_the_head, variant, recorded_by, recorded_at)
         select gen_random_uuid(), id, md5(id || 'victim')::uuid, 'low', '', '', 1, 'x', moved_at + interval '30 days'
         from case_file where substr(number, 4)::int % 50 = 0;
         insert into consent_record (case_id, participant_id, mode, status, form_version, informed_and_voluntary, recorded_by, recorded_at)
         select case_id, id, 'letter', 'offered', '', false, 'x', added_at from participant;
         insert into case_concern (concern_id, case_id, raised_at, revision, closed_at)
         select gen_random_uuid(), id, opened_at, 0, opened_at from case_file;
         insert into break_glass (id, case_id, subject, reason_sealed, broken_at, review_due, finding, reviewed_by, reviewed_at)
         select gen_random_uuid(), id, 'rj-officer-3', 'sealed', opened_at, opened_at::date, 'justified', 'x', opened_at from case_file"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(rows)).execute(&world.db.admin).await.unwrap();
}

/// Rows of each table read so far by this connection: by walking it, and by an index.
async fn read_so_far(tx: &mut PgConnection) -> Vec<(String, i64, i64)> {
    let counted = format!(
        "select relname::text, coalesce(seq_tup_read, 0), coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables where relname in {FILLED}"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(counted)).fetch_all(tx).await.unwrap()
}

/// Asserts that nothing was walked since then, and that at most so many rows of each table were read by an index.
async fn read_at_most(tx: &mut PgConnection, before: &[(String, i64, i64)], most: i64, what: &str) {
    for (table, walked, by_index) in read_so_far(tx).await {
        let former = before.iter().find(|(name, ..)| *name == table).map_or((0, 0), |(_, walked, by_index)| (*walked, *by_index));
        let (walked, by_index) = (walked - former.0, by_index - former.1);
        assert!(walked == 0 && by_index <= most, "{what}: {walked} and {by_index} rows of {table} are read");
    }
}

/// What is measured, before and after the planner knows how many rows there are.
async fn whatever_the_planner_knows(world: &World, measure: impl AsyncFn()) {
    measure().await;
    sqlx::raw_sql("analyze").execute(&world.db.admin).await.unwrap();
    measure().await;
}

/// A page of the list of somebody, after a case, and that it reads no more than its own rows.
async fn page(world: &World, who: &Caller, after: Option<(OffsetDateTime, Uuid)>) -> Vec<CaseFile> {
    filtered(world, who, &Filter::default(), after, ROWS_OF_A_CASE).await
}

/// The same of a filtered list, with so many rows of a table for each case.
async fn filtered(world: &World, who: &Caller, filter: &Filter, after: Option<(OffsetDateTime, Uuid)>, rows: i64) -> Vec<CaseFile> {
    let mut tx = world.app.begin(who).await.unwrap();
    let before = read_so_far(&mut tx).await;
    let page = visible_list(&mut tx, &Scope::of(who), filter, after, PAGE, NOW).await.unwrap();
    read_at_most(&mut tx, &before, rows * PAGE, &format!("a page of {} {filter:?}", who.subject)).await;
    page
}

#[tokio::test]
async fn a_page_of_cases_reads_its_own_rows_however_many_cases_there_are() {
    let world = World::new().await;
    fill(&world).await;
    whatever_the_planner_knows(&world, async || {
        for (who, all) in [(supervisor(), CASES), (officer(), CASES), (mediator("mediator-1"), CASES), (other_officer(), OWN)] {
            let first = page(&world, &who, None).await;
            assert_eq!(first.len() as i64, PAGE);
            assert!(first.is_sorted_by_key(|file| (file.opened_at, file.id)));
            let last = first.last().unwrap();
            assert_eq!(page(&world, &who, Some((last.opened_at, last.id.uuid()))).await.len() as i64, PAGE.min(all - PAGE));
            // Far behind: what stands before a page is not read either.
            let from = first[0].opened_at + Duration::minutes(all - OWN / 2);
            assert_eq!(page(&world, &who, Some((from, Uuid::nil()))).await.len() as i64, OWN / 2);
        }
        // Whose assignments have ended, and who never had one.
        for nobody in [mediator("mediator-2"), crate::world::caller("rj-officer-3", &[proto::role::RJ_OFFICER])] {
            assert!(page(&world, &nobody, None).await.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_of_a_filtered_list_is_read_by_the_index_of_what_was_chosen() {
    let world = World::new().await;
    fill(&world).await;
    // Those of the second officer are at Kent, in the middle of all.
    let at_kent = "update case_file set site = 'kent' where id in (select case_id from case_access where subject = 'rj-officer-2')";
    sqlx::raw_sql(at_kent).execute(&world.db.admin).await.unwrap();
    let site = |code: &str| Filter { site: code.parse().ok(), ..Filter::default() };
    whatever_the_planner_knows(&world, async || {
        assert_eq!(filtered(&world, &supervisor(), &site("kent"), None, ROWS_OF_A_CASE).await.len() as i64, PAGE);
        assert!(filtered(&world, &supervisor(), &site("bath"), None, ROWS_OF_A_CASE).await.is_empty());
        let closed = Filter { stages: vec![Stage::Closed], ..Filter::default() };
        assert_eq!(filtered(&world, &supervisor(), &closed, None, ROWS_OF_A_CASE).await.len() as i64, PAGE);
        assert_eq!(filtered(&world, &other_officer(), &site("kent"), None, ROWS_OF_A_LINE).await.len() as i64, PAGE);
        assert!(filtered(&world, &supervisor(), &Filter::waiting_for(Wait::EndOfConcern), None, ROWS_OF_A_CASE).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_cases_due_are_those_unused_for_the_longest_time_and_no_other_rows_are_read() {
    let world = World::new().await;
    fill(&world).await;
    let expected: Vec<Uuid> = sqlx::query_scalar("select id from case_file where stage = 'closed' order by last_use_of(id), id limit 500")
        .fetch_all(&world.db.admin)
        .await
        .unwrap();
    assert_eq!(expected.len(), LIMIT);
    whatever_the_planner_knows(&world, async || {
        let mut tx = world.app.begin(&supervisor()).await.unwrap();
        let before = read_so_far(&mut tx).await;
        let due = longest_unused(&mut tx, &world.app, NOW).await.unwrap();
        // Some were used after they were closed: a second page follows the first.
        read_at_most(&mut tx, &before, ROWS_OF_A_CASE * 2 * LIMIT as i64, "the list of those due").await;
        assert!(due.iter().map(|due| due.closed.case.uuid()).eq(expected.iter().copied()));
    })
    .await;
    assert_eq!(list_due(&world.app, &supervisor()).await.unwrap().len(), LIMIT);
}

#[tokio::test]
async fn one_case_is_read_by_its_own_rows_however_many_others_there_are() {
    let world = World::new().await;
    fill(&world).await;
    // Nobody is given one more case who has as many as all of these.
    let room = "alter table mediator drop constraint a_mediator_has_room_for_a_case; update mediator set capacity = 1000000";
    sqlx::raw_sql(room).execute(&world.db.admin).await.unwrap();
    let case = world.in_mediation("letter").await;
    let file = world.read(&case).await.file;
    whatever_the_planner_knows(&world, async || {
        for who in [officer(), mediator("mediator-1"), supervisor()] {
            for named in [CaseRef::Id(file.id), CaseRef::Number(file.number.clone()), CaseRef::Referral(file.referral)] {
                let mut tx = base::database::begin(&world.app.pool, &actor(&who, NOW)).await.unwrap();
                let before = read_so_far(&mut tx).await;
                let found = seen(&mut tx, &who, Verb::Read, &named, NOW).await.unwrap();
                let read = whole(&mut tx, &world.app, found, NOW).await.unwrap();
                assert_eq!(read.participants.len(), 2);
                read_at_most(&mut tx, &before, ROWS_OF_A_FILE, &format!("one case for {}", who.subject)).await;
            }
        }
    })
    .await;
}

// [R3a]
#[tokio::test]
async fn a_page_of_what_is_due_reads_its_own_rows_however_many_things_wait() {
    let world = World::new().await;
    fill(&world).await;
    let due = "set local session_replication_role = replica;
        insert into due (kind, object, case_id, since, at, rule, next_at)
        select kind, md5(id || kind), id, opened_at, opened_at + interval '30 days', 'x', opened_at + interval '4000 days'
        from case_file cross join (values ('assessment'), ('schedule')) k (kind)";
    sqlx::raw_sql(due).execute(&world.db.admin).await.unwrap();
    whatever_the_planner_knows(&world, async || {
        for who in [supervisor(), other_officer()] {
            let mut tx = world.app.begin(&who).await.unwrap();
            let before = read_so_far(&mut tx).await;
            let part = |after| Part { after, limit: PAGE };
            let first = due::list(&mut tx, &Scope::of(&who), &due::Filter::default(), part(None), NOW).await.unwrap();
            assert_eq!(first.len() as i64, PAGE, "{}", who.subject);
            let last = first.last().map(|last| (last.at, last.object.kind.code().to_owned(), last.object.id.clone()));
            let next = due::list(&mut tx, &Scope::of(&who), &due::Filter::default(), part(last), NOW).await.unwrap();
            assert!(next.first().unwrap().at >= first.last().unwrap().at);
            read_at_most(&mut tx, &before, 2 * ROWS_OF_A_LINE * PAGE, &format!("a page of what is due of {}", who.subject)).await;
        }
    })
    .await;
}
