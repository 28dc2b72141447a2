//! Purging: notifications of a purged case are deleted with it, late facts are notified to nobody, and no alarm is touched [LPR4].

use std::sync::LazyLock;

use audit_log::Signer;
use destruction::Orders;
use messaging::inbox::Rejection;
use notification::{bus::Purges, domain::purge::LEAST};
use prost::Message;
use proto::{
    cases::v1::{BreakGlassOpened, CaseOpened, CasePurged, MediatorAssigned},
    intake::v1::{Origin, ReferralReceived},
    notification::v1::NoticesPurged,
    safety::v1::Grade,
    subject,
};
use sqlx::{AssertSqlSafe, Executor};
use time::Duration;
use uuid::Uuid;

use crate::{
    fact::facts,
    world::{START, World, event_of, head, hear, officer, person, ring_head, world},
};

const REFERRAL: Uuid = Uuid::from_u128(0x4ef);
const CASE: Uuid = Uuid::from_u128(0xca5e);
const GLASS: Uuid = Uuid::from_u128(0x91a55);
const OTHER: Uuid = Uuid::from_u128(0x1ca5e);
const SECOND: Uuid = Uuid::from_u128(0x24ef);
const WAIT: Duration = Duration::DAY;
const NO_INTAKE: &str = "http://127.0.0.1:1";

/// The referral, the case it became, its mediator and its break-glass are told, mails among them; so is another case, and an alarm.
async fn told(world: &World) {
    let handler = facts(world, NO_INTAKE);
    world.prefers("mediator-1", "en", "mediator-1@csc-scc.gc.ca").await.unwrap();
    let at = Some(base::wire::timestamp(START));
    let received = |referral: Uuid| ReferralReceived {
        referral_id: referral.to_string(),
        origin: Origin::Victim.into(),
        counted_origin: Origin::Victim.into(),
        site: "mission".into(),
        received_at: at,
        import_id: String::new(),
    };
    // The same case was referred twice.
    for referral in [REFERRAL, SECOND] {
        hear(&world.app.pool, &handler, subject::REFERRALS_RECEIVED, &event_of(&received(referral))).await.unwrap();
    }
    late_facts(world).await;
    let other = CaseOpened { case_id: OTHER.to_string(), referral_id: OTHER.to_string(), opened_at: at };
    hear(&world.app.pool, &handler, subject::CASE_OPENED, &other).await.unwrap();
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
}

async fn late_facts(world: &World) {
    let (handler, at) = (facts(world, NO_INTAKE), Some(base::wire::timestamp(START)));
    let opened = CaseOpened { case_id: CASE.to_string(), referral_id: REFERRAL.to_string(), opened_at: at };
    hear(&world.app.pool, &handler, subject::CASE_OPENED, &opened).await.unwrap();
    let assigned = MediatorAssigned { case_id: CASE.to_string(), mediator: "mediator-1".into(), assigned_at: at };
    hear(&world.app.pool, &handler, subject::MEDIATOR_ASSIGNED, &assigned).await.unwrap();
    let broken = BreakGlassOpened { break_glass_id: GLASS.to_string(), case_id: CASE.to_string(), broken_at: at };
    hear(&world.app.pool, &handler, subject::BREAK_GLASS_OPENED, &broken).await.unwrap();
}

/// What cases says once nobody has used the case for two years.
fn order() -> CasePurged {
    CasePurged {
        case_id: CASE.to_string(),
        referral_id: REFERRAL.to_string(),
        purged_at: Some(base::wire::timestamp(START + LEAST)),
        break_glass_ids: vec![GLASS.to_string()],
        block_ids: Vec::new(),
        due_notice_ids: Vec::new(),
        entry_notice_ids: Vec::new(),
        request_notice_ids: Vec::new(),
        referral_ids: vec![SECOND.to_string()],
        last_used_at: Some(base::wire::timestamp(START)),
        signature: Vec::new(),
    }
}

/// The audit key of cases.
static CASES: LazyLock<Signer> = LazyLock::new(harness::keys::signer);

fn signed(order: &CasePurged, by: &Signer) -> CasePurged {
    let values = proto::purge::order(order);
    let signature = by.sign_row(proto::purge::ORDER, &values.iter().map(String::as_str).collect::<Vec<_>>());
    CasePurged { signature, ..order.clone() }
}

fn orders(world: &World) -> Orders<Purges> {
    let receiver = Purges { app: world.app.clone() };
    Orders { receiver, key: Some(CASES.public()), clock: world.clock.clone(), wait: WAIT }
}

async fn hears(world: &World, order: &CasePurged) -> Result<(), Rejection> {
    hear(&world.app.pool, &orders(world), subject::CASE_PURGED, order).await
}

/// Two years later cases has purged the case, and nobody stops that.
async fn purge(world: &World) -> NoticesPurged {
    let over = START + LEAST;
    world.clock.advance((over - world.clock.now()).max(Duration::ZERO));
    hears(world, &signed(&order(), &CASES)).await.unwrap();
    assert_eq!(orders(world).look(&world.app.pool, "notification").await.unwrap(), 0, "nobody could have stopped it");
    world.clock.advance(WAIT);
    assert_eq!(orders(world).look(&world.app.pool, "notification").await.unwrap(), 1);
    NoticesPurged::decode(world.told(subject::NOTICES_PURGED).await.pop().unwrap().as_slice()).unwrap()
}

fn said(answer: &NoticesPurged) -> (i64, Vec<(&str, i64)>) {
    (answer.keys, answer.deleted.iter().map(|rows| (rows.table.as_str(), rows.rows)).collect())
}

// [LPR4] [TRAP-11]
#[tokio::test]
async fn what_was_told_of_a_purged_case_is_gone_from_every_inbox_with_its_mail_and_no_old_copy_opens() {
    let world = world().await;
    told(&world).await;
    let opened = "select count(*) from delivery where channel = 'email' and state = 'pending' and recipient = 'mediator-1'";
    assert_eq!(world.count(opened).await, 1, "no mail was on its way");
    world.admin.execute("create table backup_item as select * from inbox_item").await.unwrap();

    let answer = purge(&world).await;
    assert_eq!(
        (answer.case_id.as_str(), said(&answer)),
        (CASE.to_string().as_str(), (4, vec![("delivery", 6), ("inbox_item", 5), ("contact_stop", 0)]))
    );
    assert!(world.inbox(&person("mediator-1")).await.is_empty());
    let left: Vec<String> = world.inbox(&officer("rj-officer-1")).await.iter().map(|item| item.template.clone()).collect();
    assert_eq!(left, ["case-opened"], "the other case");
    assert!(world.mails().await.iter().all(|(recipient, ..)| recipient != "mediator-1"));
    let alarm = world.inbox(&head("head-mission-1", "mission")).await;
    assert!(!alarm.is_empty() && alarm.iter().all(|item| item.envelope.is_some()), "a purge silenced an alarm");

    let mut db = world.admin.acquire().await.unwrap();
    let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as("select about, body_sealed from backup_item").fetch_all(&mut *db).await.unwrap();
    let mut tried = 0;
    for vault in [world.app.vault.clone(), harness::vault::vault("notification", &world.clock)] {
        for (about, sealed) in &rows {
            let error = vault.open(&mut db, vault::Place::new("inbox_item", "body", *about), sealed).await.unwrap_err();
            let is_destroyed = vault::fault(&error) == Some(&vault::Fault::Destroyed);
            assert_eq!(is_destroyed, [CASE, REFERRAL, SECOND, GLASS].contains(about), "{about}");
            tried += i32::from(is_destroyed);
        }
    }
    assert_eq!(tried, 10);
}

#[tokio::test]
async fn a_purge_that_is_heard_twice_deletes_once_and_what_comes_late_is_told_to_nobody() {
    let world = world().await;
    told(&world).await;
    purge(&world).await;
    assert_eq!(said(&purge(&world).await), (0, vec![("delivery", 0), ("inbox_item", 0), ("contact_stop", 0)]));
    late_facts(&world).await;
    let about = "select count(*) from inbox_item where about in (select about from purged_thing)";
    assert_eq!(world.count(about).await, 0);
    assert_eq!(world.count("select count(*) from delivery where recipient = 'mediator-1'").await, 0);
    assert_eq!(world.count("select count(*) from quarantine").await, 0);
}

#[tokio::test]
async fn a_case_that_nobody_was_told_of_is_answered_and_is_told_to_nobody_afterwards() {
    let world = world().await;
    assert_eq!(said(&purge(&world).await), (0, vec![("delivery", 0), ("inbox_item", 0), ("contact_stop", 0)]));
    late_facts(&world).await;
    assert_eq!(world.count("select count(*) from inbox_item").await, 0);
}

#[tokio::test]
async fn the_database_lets_the_service_delete_what_was_told_of_a_purged_case_and_nothing_else() {
    let world = world().await;
    told(&world).await;
    for table in ["delivery", "inbox_item", "contact_stop"] {
        let mut tx = world.begin().await;
        assert_eq!(tx.execute(AssertSqlSafe(format!("delete from {table}"))).await.unwrap().rows_affected(), 0, "{table}");
    }
    for table in ["purged_thing", "contact_point", "do_not_contact", "preference", "ring", "outbox"] {
        let mut tx = world.begin().await;
        let refused = tx.execute(AssertSqlSafe(format!("delete from {table}"))).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{table}");
    }
}

// [LPR4] [R3e]
#[tokio::test]
async fn a_purge_that_cases_has_not_signed_deletes_nothing_though_it_comes_from_the_login_of_cases() {
    let world = world().await;
    told(&world).await;
    world.clock.advance(LEAST);
    let before = world.count("select count(*) from inbox_item").await;
    let genuine = signed(&order(), &CASES);
    for forged in [
        order(),
        signed(&order(), &harness::keys::signer()),
        CasePurged { case_id: OTHER.to_string(), ..genuine.clone() },
        CasePurged { break_glass_ids: vec![GLASS.to_string(), OTHER.to_string()], ..genuine.clone() },
    ] {
        let refused = hears(&world, &forged).await;
        assert!(matches!(refused, Err(Rejection::Never { reason: "order-not-genuine", .. })), "{refused:?}");
    }
    world.clock.advance(WAIT * 2);
    assert_eq!(orders(&world).look(&world.app.pool, "notification").await.unwrap(), 0);
    assert_eq!(world.count("select count(*) from inbox_item").await, before);
}

// [R3e]
#[tokio::test]
async fn a_purge_never_deletes_what_was_told_of_a_concern_under_whatever_name_it_comes() {
    let world = world().await;
    told(&world).await;
    world.clock.advance(LEAST);
    let concern = Uuid::from_u128(crate::world::CONCERN).to_string();
    for disguised in [
        CasePurged { case_id: concern.clone(), ..order() },
        CasePurged { referral_id: concern.clone(), ..order() },
        CasePurged { referral_ids: vec![concern.clone()], ..order() },
        CasePurged { break_glass_ids: vec![concern.clone()], ..order() },
    ] {
        let refused = hears(&world, &signed(&disguised, &CASES)).await;
        assert!(matches!(refused, Err(Rejection::Never { reason: "purge-names-a-concern", .. })), "{refused:?}");
    }
    // And where the programme asked nothing: the database itself holds the alarm.
    world.admin.execute("insert into purged_thing select about, about, now() from inbox_item on conflict do nothing").await.unwrap();
    let alarms = "select count(*) from inbox_item where audience is not null";
    let before = world.count(alarms).await;
    let mut tx = world.begin().await;
    tx.execute("delete from delivery").await.unwrap();
    assert!(tx.execute("delete from inbox_item").await.unwrap().rows_affected() > 0);
    tx.commit().await.unwrap();
    assert_eq!((before > 0, world.count(alarms).await), (true, before));
    assert!(world.count("select count(*) from delivery where grade is not null").await > 0);
}

// [LPR4]
#[tokio::test]
async fn a_case_that_is_younger_here_than_the_law_allows_is_not_purged_whatever_cases_says() {
    let world = world().await;
    told(&world).await;
    world.clock.advance(Duration::DAY * 30);
    let dated = |at| Some(base::wire::timestamp(at));
    let old = CasePurged { purged_at: dated(world.clock.now()), last_used_at: dated(world.clock.now() - LEAST), ..order() };
    let refused = hears(&world, &signed(&old, &CASES)).await;
    assert!(matches!(refused, Err(Rejection::Never { reason: "retention-not-over", .. })), "{refused:?}");
}

// [LPR4]
#[tokio::test]
async fn an_operator_can_stop_the_deletion_of_what_was_told_of_a_case_before_it_is_made() {
    let world = world().await;
    told(&world).await;
    world.clock.advance(LEAST);
    let before = world.count("select count(*) from inbox_item").await;
    hears(&world, &signed(&order(), &CASES)).await.unwrap();
    let mut tx = world.begin().await;
    tx.execute("update destruction set stopped_at = now(), stopped_because = 'the wrong case was purged'").await.unwrap();
    tx.commit().await.unwrap();
    world.clock.advance(WAIT * 3);
    assert_eq!(orders(&world).look(&world.app.pool, "notification").await.unwrap(), 0);
    assert_eq!((world.count("select count(*) from inbox_item").await, world.told(subject::NOTICES_PURGED).await.len()), (before, 0));
}
