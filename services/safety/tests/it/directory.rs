//! Grants and offices: who gives them, who confirms, and what is in the audit log.

use base::{
    Caller, Error,
    caller::{Grant, Proof},
    database::begin,
};
use proto::{role, safety::v1};
use safety::{
    app::{
        directory::{App, grants, proposals},
        row_security,
    },
    domain::directory::{grant::Wanted, office::Holder},
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::world::{World, administrator, imminent_at};

fn wanted(subject: &str, role: &str, site: Option<&str>) -> Wanted {
    let grant = Grant { role: role.into(), site: site.map(str::to_owned), region: None };
    Wanted { subject: subject.into(), grant, since: None, until: None }
}

async fn propose(pool: &PgPool, app: &App, by: &Caller, wanted: Wanted) -> base::Result<proposals::Outcome> {
    let mut tx = begin(pool, &row_security::actor(by)).await?;
    let outcome = proposals::propose_grants(&mut tx, app, by, vec![wanted]).await?;
    tx.commit().await?;
    Ok(outcome.into_iter().next().unwrap())
}

async fn confirm(pool: &PgPool, app: &App, by: &Caller, id: Uuid) -> base::Result<()> {
    let mut tx = begin(pool, &row_security::actor(by)).await?;
    proposals::confirm(&mut tx, app, by, &[id]).await?;
    tx.commit().await?;
    Ok(())
}

/// A grant in force that one administrator may give alone.
pub async fn give(pool: &PgPool, app: &App, subject: &str, role: &str, site: Option<&str>) -> Uuid {
    match propose(pool, app, &administrator("admin-1"), wanted(subject, role, site)).await.unwrap() {
        proposals::Outcome::InForce(Some(id)) => id,
        other => unreachable!("{other:?}"),
    }
}

fn waits(outcome: proposals::Outcome) -> Uuid {
    match outcome {
        proposals::Outcome::Waits(id) => id,
        proposals::Outcome::InForce(_) => unreachable!("it is in force already"),
    }
}

fn refused<T: std::fmt::Debug>(ended: base::Result<T>) -> &'static str {
    match ended {
        Err(Error::Refused(refusal)) => refusal.reason,
        other => unreachable!("not refused: {other:?}"),
    }
}

impl World {
    async fn roles_of(&self, subject: &str) -> Vec<String> {
        let now = self.app.directory.clock.now();
        let proof = base::caller::Proof::new(subject, now + Duration::DAY);
        let caller = auth::grants::Copy::new(self.db.pool.clone(), None).caller(proof, now).await.unwrap();
        caller.grants.into_iter().map(|grant| grant.role).collect()
    }
}

#[tokio::test]
async fn a_head_is_named_by_two_administrators_and_the_log_names_both() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let (one, other) = (administrator("admin-1"), administrator("admin-2"));
    let id = waits(propose(pool, app, &one, wanted("head-of-kent", role::INSTITUTIONAL_HEAD, Some("kent"))).await.unwrap());
    assert!(world.roles_of("head-of-kent").await.is_empty(), "in force before anybody confirmed");
    assert_eq!(refused(confirm(pool, app, &one, id).await), "second-person-needed");
    assert_eq!(refused(confirm(pool, app, &administrator("head-of-kent"), id).await), "second-person-needed");
    confirm(pool, app, &other, id).await.unwrap();
    assert_eq!(world.roles_of("head-of-kent").await, ["institutional-head"]);
    assert!(matches!(confirm(pool, app, &other, id).await, Err(Error::NotFound)), "confirmed twice");
    let noted: Vec<(String, String)> = sqlx::query_as("select actor, action from audit_staged where object = $1 order by staged")
        .bind(id.to_string())
        .fetch_all(&world.db.admin)
        .await
        .unwrap();
    let noted: Vec<(&str, &str)> = noted.iter().map(|(actor, action)| (actor.as_str(), action.as_str())).collect();
    assert_eq!(noted, [("admin-1", "grant.propose"), ("admin-2", "change.confirm")]);
    let again = propose(pool, app, &one, wanted("head-of-kent", role::INSTITUTIONAL_HEAD, Some("kent"))).await.unwrap();
    assert!(matches!(again, proposals::Outcome::InForce(Some(_))), "what is in force is proposed again");
}

#[tokio::test]
async fn who_is_rung_changes_only_when_a_second_administrator_confirms() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    give(pool, app, "accomplice", role::STAFF, Some("mission")).await;
    let holder = Holder { office: "institutional-head/mission".into(), holder: "accomplice".into(), rank: 0 };
    let mut tx = begin(pool, &row_security::actor(&administrator("admin-1"))).await.unwrap();
    let proposed = proposals::propose_office(&mut tx, app, &administrator("admin-1"), holder).await.unwrap();
    tx.commit().await.unwrap();
    let rung = async |world: &World| -> Vec<String> {
        world.raise(imminent_at("mission")).await;
        let ring = world.rings().await.into_iter().rev().find(|r| r.audience() == v1::Audience::ResponsibleHead).unwrap();
        ring.recipients.into_iter().map(|r| r.holder).collect()
    };
    assert!(!rung(&world).await.contains(&"accomplice".to_owned()));
    assert_eq!(refused(confirm(pool, app, &administrator("admin-1"), waits(proposed)).await), "second-person-needed");
    confirm(pool, app, &administrator("admin-2"), waits(proposed)).await.unwrap();
    assert!(rung(&world).await.contains(&"accomplice".to_owned()));
}

// [R3e, TRAP-2]
#[tokio::test]
async fn somebody_leaves_an_office_when_a_second_administrator_confirms_and_is_rung_no_more_and_knows_no_more() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let office = "institutional-head/mission";
    let concern = world.raise(imminent_at("mission")).await;
    let leave = async |holder: &str| {
        let one = administrator("admin-1");
        let mut tx = begin(pool, &row_security::actor(&one)).await.unwrap();
        let proposed = proposals::propose_leaving(&mut tx, app, &one, office, holder).await;
        tx.commit().await.unwrap();
        proposed
    };
    let rung = async || {
        world.raise(imminent_at("mission")).await;
        let ring = world.rings().await.into_iter().rev().find(|r| r.audience() == v1::Audience::ResponsibleHead).unwrap();
        (ring.no_route, ring.recipients.into_iter().map(|r| r.holder).collect::<Vec<_>>())
    };
    assert_eq!(refused(leave("nobody-of-this-name").await), "office-not-held");
    let id = waits(leave(crate::world::HEAD).await.unwrap());
    let mut db = begin(pool, &row_security::actor(&administrator("admin-2"))).await.unwrap();
    let waiting = proposals::waiting(&mut db, app.clock.now()).await.unwrap();
    assert!(matches!(&waiting[0].what, proposals::What::Leaving(holder) if holder.holder == crate::world::HEAD), "{waiting:?}");
    drop(db);
    assert_eq!(refused(confirm(pool, app, &administrator("admin-1"), id).await), "second-person-needed");
    assert_eq!(refused(confirm(pool, app, &administrator(crate::world::HEAD), id).await), "second-person-needed");
    assert!(rung().await.1.contains(&crate::world::HEAD.to_owned()), "one administrator alone silenced a head");
    confirm(pool, app, &administrator("admin-2"), id).await.unwrap();
    let (no_route, told) = rung().await;
    // A deputy is left, whom the first step does not reach: the office rings as one that nobody holds.
    assert!(no_route && !told.contains(&crate::world::HEAD.to_owned()) && told.contains(&"officer-1".to_owned()), "{told:?}");
    // Known by nothing but the office that they left.
    let former = crate::world::caller(crate::world::HEAD, &[role::STAFF], &["kent"]);
    let ended = world.accept(&former, concern.id, safety::domain::alarm::concern::Audience::ResponsibleHead).await;
    assert!(matches!(ended, Err(Error::NotFound)), "whoever left an office still accepts for it");
    let noted: Vec<String> = sqlx::query_scalar("select action from audit_staged where object = $1 order by staged")
        .bind(id.to_string())
        .fetch_all(&world.db.admin)
        .await
        .unwrap();
    assert_eq!(noted, ["office.end", "change.confirm"]);
}

// [R3e], THREAT-2
#[tokio::test]
async fn nobody_leaves_a_national_office_while_nobody_else_is_in_it() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let one = administrator("admin-1");
    let leave = async |office: &str, holder: &str| {
        let mut tx = begin(pool, &row_security::actor(&one)).await.unwrap();
        let proposed = proposals::propose_leaving(&mut tx, app, &one, office, holder).await;
        tx.commit().await.unwrap();
        proposed
    };
    assert_eq!(refused(leave("nmc", "nmc-1").await), "office-must-be-held");
    assert_eq!(refused(leave("rj-unit", "officer-1").await), "office-must-be-held");
    world.assign("nmc", "nmc-2", 0).await.unwrap();
    let both = [waits(leave("nmc", "nmc-1").await.unwrap()), waits(leave("nmc", "nmc-2").await.unwrap())];
    let mut tx = begin(pool, &row_security::actor(&administrator("admin-2"))).await.unwrap();
    assert_eq!(refused(proposals::confirm(&mut tx, app, &administrator("admin-2"), &both).await), "office-must-be-held");
    drop(tx);
    confirm(pool, app, &administrator("admin-2"), both[0]).await.unwrap();
    assert_eq!(refused(confirm(pool, app, &administrator("admin-2"), both[1]).await), "office-must-be-held");
}

// [R3e], THREAT-16
#[tokio::test]
async fn the_old_signed_row_of_somebody_who_left_an_office_is_not_believed_when_it_is_put_back_and_a_new_naming_is() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let (office, head) = ("institutional-head/mission", crate::world::HEAD);
    let held = async || {
        safety::app::directory::trust_cache::refresh(pool, app).await.unwrap();
        let mut tx = begin(pool, &row_security::actor(&administrator("admin-1"))).await.unwrap();
        let holders = safety::app::directory::roster::holders(&mut tx, app, &[office.to_owned()]).await.unwrap();
        holders.iter().any(|holder| holder.holder == head)
    };
    let leave = async || {
        let one = administrator("admin-1");
        let mut tx = begin(pool, &row_security::actor(&one)).await.unwrap();
        let proposed = proposals::propose_leaving(&mut tx, app, &one, office, head).await.unwrap();
        tx.commit().await.unwrap();
        confirm(pool, app, &administrator("admin-2"), waits(proposed)).await.unwrap();
    };
    let copy = "create table copy as select * from office_holder where holder = 'head-of-mission'";
    let put_back = "insert into office_holder select * from copy on conflict (office, holder) do update
                    set term = excluded.term, signature = excluded.signature, confirmed_by = excluded.confirmed_by";
    sqlx::raw_sql(copy).execute(&world.db.admin).await.unwrap();
    leave().await;
    assert!(!held().await);
    sqlx::raw_sql(put_back).execute(&world.db.admin).await.unwrap();
    assert!(!held().await, "an old signed row is believed");
    // Sealed into the log, which keeps it for good, the leaving counts as before.
    let sealed = "insert into audit_entry select staged, at, actor, action, kind, object, outcome, reason from audit_staged; delete from audit_staged";
    sqlx::raw_sql(sealed).execute(&world.db.admin).await.unwrap();
    assert!(!held().await, "an old signed row is believed once the leaving is sealed");
    world.assign(office, head, 0).await.unwrap();
    assert!(held().await, "named anew by two administrators");
    sqlx::raw_sql(put_back).execute(&world.db.admin).await.unwrap();
    assert!(!held().await, "the row of the first term stands for the second");
    sqlx::raw_sql("update office_holder set term = 2 where holder = 'head-of-mission'").execute(&world.db.admin).await.unwrap();
    assert!(!held().await, "a term that nobody signed");
}

#[tokio::test]
async fn an_office_changed_with_a_sql_prompt_rings_nhq_and_the_monitoring_centre_and_not_whoever_was_written_in() {
    let world = World::new().await;
    let rung = async || -> (bool, Vec<String>) {
        world.raise(imminent_at("mission")).await;
        let ring = world.rings().await.into_iter().rev().find(|r| r.audience() == v1::Audience::ResponsibleHead).unwrap();
        (ring.no_route, ring.recipients.into_iter().map(|r| r.holder).collect())
    };
    let id = world.raise(imminent_at("mission")).await.id;
    let (no_route, sound) = rung().await;
    assert!(!no_route && sound.contains(&crate::world::HEAD.to_owned()));
    for statement in [
        "update office_holder set holder = 'accomplice' where office = 'institutional-head/mission' and rank = 0",
        "insert into office_holder (office, holder, rank, since, assigned_by, confirmed_by, signature)
         select office, 'accomplice-2', rank, since, assigned_by, confirmed_by, signature from office_holder where rank = 0 and office = 'rj-unit'",
        "update office_holder set office = 'institutional-head/mission' where holder = 'nmc-1'",
    ] {
        sqlx::query(statement).execute(&world.db.admin).await.unwrap();
        let (no_route, told) = rung().await;
        assert!(no_route, "{statement}");
        assert!(!told.iter().any(|holder| holder.starts_with("accomplice")), "{told:?}");
        assert!(told.contains(&"officer-1".to_owned()), "{told:?}");
    }
    let accomplice = crate::world::caller("accomplice", &[role::STAFF], &["kent"]);
    let ended = world.accept(&accomplice, id, safety::domain::alarm::concern::Audience::ResponsibleHead).await;
    assert!(matches!(ended, Err(Error::NotFound)), "whoever wrote himself in accepts nothing and knows of nothing");
}

#[tokio::test]
async fn a_proposal_that_nobody_confirms_in_a_day_is_over() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let id = waits(propose(pool, app, &administrator("admin-1"), wanted("officer-9", role::RJ_OFFICER, None)).await.unwrap());
    let mut db = begin(pool, &row_security::actor(&administrator("admin-2"))).await.unwrap();
    assert_eq!(proposals::waiting(&mut db, app.clock.now()).await.unwrap().len(), 1);
    app.clock.advance(Duration::DAY);
    assert!(proposals::waiting(&mut db, app.clock.now()).await.unwrap().is_empty());
    drop(db);
    assert_eq!(refused(confirm(pool, app, &administrator("admin-2"), id).await), "proposal-over");
    assert!(world.roles_of("officer-9").await.is_empty());
}

#[tokio::test]
async fn a_role_is_taken_back_by_one_administrator_at_once_and_stays_in_the_list() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let id = give(pool, app, "mediator-9", role::MEDIATOR, None).await;
    assert_eq!(world.roles_of("mediator-9").await, ["mediator"]);
    let end = async || {
        let mut tx = begin(pool, &row_security::actor(&administrator("admin-2"))).await.unwrap();
        let ended = grants::end(&mut tx, app, &administrator("admin-2"), id).await;
        tx.commit().await.unwrap();
        ended
    };
    end().await.unwrap();
    assert!(world.roles_of("mediator-9").await.is_empty());
    assert!(matches!(end().await, Err(Error::NotFound)));
    let mut db = world.begin(&row_security::actor(&administrator("admin-2"))).await;
    let held = grants::of(&mut db, "mediator-9").await.unwrap();
    assert_eq!((held.len(), held[0].proposed_by.as_str(), held[0].ended_by.as_deref()), (1, "admin-1", Some("admin-2")));
}

#[tokio::test]
async fn nobody_is_granted_a_role_at_a_site_that_the_directory_does_not_know() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let propose = async |wanted| refused(propose(pool, app, &administrator("admin-1"), wanted).await);
    assert_eq!(propose(wanted("x", role::STAFF, Some("nowhere"))).await, "site-unknown");
    assert_eq!(propose(wanted("x", role::STAFF, None)).await, "place-wrong");
    assert_eq!(propose(wanted("x", "minister", None)).await, "role-unknown");
    assert_eq!(propose(wanted("service:cases", role::MEDIATOR, None)).await, "subject-missing");
}

#[tokio::test]
async fn the_first_administrators_come_from_the_settings_once_ever_and_two_at_the_least() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    grants::begin(pool, app, &["alone".into(), " alone".into(), String::new()]).await.unwrap();
    assert!(world.roles_of("alone").await.is_empty(), "one could never confirm anything");
    grants::begin(pool, app, &["first-1".into(), " first-2".into(), String::new()]).await.unwrap();
    for first in ["first-1", "first-2"] {
        assert_eq!(world.roles_of(first).await, ["directory-administrator"]);
    }
    // Also when nobody is an administrator any more: whoever changes the settings makes nobody one.
    sqlx::query("update role_grant set ended_at = now(), ended_by = 'x' where role = 'directory-administrator'")
        .execute(&world.db.admin)
        .await
        .unwrap();
    grants::begin(pool, app, &["intruder".into(), "accomplice".into()]).await.unwrap();
    assert!(world.roles_of("intruder").await.is_empty());
}

/// Ends a role as an administrator does.
async fn end(world: &World, by: &Caller, id: Uuid) -> base::Result<proposals::Outcome> {
    let mut tx = begin(&world.db.pool, &row_security::actor(by)).await?;
    let outcome = proposals::propose_ending(&mut tx, &world.app.directory, by, id).await?;
    tx.commit().await?;
    Ok(outcome)
}

async fn grant_of(world: &World, subject: &str) -> Uuid {
    let mut db = world.begin(&row_security::itself()).await;
    grants::of(&mut db, subject).await.unwrap().first().unwrap().line.id
}

// [A1]
#[tokio::test]
async fn two_administrators_of_the_directory_always_remain() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    grants::begin(pool, app, &["first-1".into(), "first-2".into()]).await.unwrap();
    let (one, other) = (administrator("first-1"), administrator("first-2"));
    let first = grant_of(&world, "first-1").await;
    assert_eq!(refused(end(&world, &other, first).await), "two-administrators-must-remain");
    let ends = Wanted { until: Some(app.clock.now() + Duration::DAY), ..wanted("third", role::DIRECTORY_ADMINISTRATOR, None) };
    confirm(pool, app, &other, waits(propose(pool, app, &one, ends).await.unwrap())).await.unwrap();
    assert_eq!(refused(end(&world, &other, first).await), "two-administrators-must-remain", "the third ends tomorrow");
    let third = wanted("fourth", role::DIRECTORY_ADMINISTRATOR, None);
    confirm(pool, app, &other, waits(propose(pool, app, &one, third).await.unwrap())).await.unwrap();
    assert!(matches!(end(&world, &other, first).await.unwrap(), proposals::Outcome::InForce(_)));
    assert!(world.roles_of("first-1").await.is_empty());
}

/// Whether the office of the head of the site rings as one that nobody holds, and who is told.
async fn rung_at(world: &World, site: &str) -> (bool, Vec<String>) {
    world.raise(imminent_at(site)).await;
    let ring = world.rings().await.into_iter().rev().find(|r| r.audience() == v1::Audience::ResponsibleHead).unwrap();
    (ring.no_route, ring.recipients.into_iter().map(|r| r.holder).collect())
}

// [R3e, TRAP-2]
#[tokio::test]
async fn whoever_is_in_an_office_without_a_role_to_accept_with_is_not_rung_and_stand_ins_are_at_once() {
    let world = World::new().await;
    world.name("institutional-head/kent", "new-head", 0).await.unwrap();
    let (no_route, told) = rung_at(&world, "kent").await;
    assert!(no_route && !told.contains(&"new-head".to_owned()), "{told:?}");
    assert!(told.contains(&"officer-1".to_owned()) && told.contains(&"nmc-1".to_owned()), "{told:?}");
    // A role that was typed into the table is none.
    sqlx::query(
        "insert into role_grant (id, subject, role, site, since, proposed_by, revision, stated_at)
         values (gen_random_uuid(), 'new-head', 'institutional-head', 'kent', '2026-01-01', 'admin-1', 1, now())",
    )
    .execute(&world.db.admin)
    .await
    .unwrap();
    assert!(rung_at(&world, "kent").await.0);
    world.assign("institutional-head/kent", "new-head", 0).await.unwrap();
    let (no_route, told) = rung_at(&world, "kent").await;
    assert!(!no_route && told.contains(&"new-head".to_owned()), "{told:?}");
    // At NHQ the role of a site is not enough.
    world.name("nmc", "new-head", 0).await.unwrap();
    let mut db = world.begin(&row_security::itself()).await;
    let held = safety::app::directory::roster::holders(&mut db, &world.app.directory, &["nmc".to_owned()]).await.unwrap();
    assert!(held.iter().all(|holder| holder.holder == "nmc-1"), "{held:?}");
}

// [R3e], THREAT-2
#[tokio::test]
async fn the_last_role_of_whoever_holds_an_office_is_taken_back_by_two_persons_and_any_other_by_one() {
    let world = World::new().await;
    let head = crate::world::HEAD;
    let last = grant_of(&world, head).await;
    let spare = give(&world.db.pool, &world.app.directory, head, role::STAFF, Some("mission")).await;
    assert!(
        matches!(end(&world, &administrator("admin-1"), spare).await.unwrap(), proposals::Outcome::InForce(_)),
        "they can accept without it"
    );
    let proposal = waits(end(&world, &administrator("admin-1"), last).await.unwrap());
    assert!(!rung_at(&world, "mission").await.0, "one administrator alone emptied an office");
    assert_eq!(refused(confirm(&world.db.pool, &world.app.directory, &administrator("admin-1"), proposal).await), "second-person-needed");
    let mut db = world.begin(&row_security::actor(&administrator("admin-2"))).await;
    let waiting = proposals::waiting(&mut db, world.app.directory.clock.now()).await.unwrap();
    assert!(matches!(&waiting[0].what, proposals::What::Ending(e) if e.subject == head && e.grant.role == role::INSTITUTIONAL_HEAD));
    drop(db);
    confirm(&world.db.pool, &world.app.directory, &administrator("admin-2"), proposal).await.unwrap();
    assert!(rung_at(&world, "mission").await.0);
    // Of the two national offices somebody always stays.
    let nmc = grant_of(&world, "nmc-1").await;
    assert_eq!(refused(end(&world, &administrator("admin-1"), nmc).await), "office-must-be-held");
}

// THREAT-17
#[tokio::test]
async fn a_database_that_was_set_back_tells_everything_in_a_new_epoch_and_grants_once_an_operator_has_accepted_it() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let id = give(pool, app, "mediator-9", role::MEDIATOR, None).await;
    sqlx::raw_sql("create table former as select * from role_grant where subject = 'mediator-9'").execute(&world.db.admin).await.unwrap();
    end(&world, &administrator("admin-2"), id).await.unwrap();
    assert!(world.roles_of("mediator-9").await.is_empty());
    // The directory goes back behind the copies, as from a backup.
    let back = "update role_grant g set ended_at = null, ended_by = null, revision = f.revision, signature = f.signature
                from former f where g.id = f.id";
    sqlx::raw_sql(back).execute(&world.db.admin).await.unwrap();
    app.epoch.begin(pool, ("safety", app.trust.signer.as_deref()), app.clock.now()).await.unwrap();
    let number = app.epoch.number();
    assert!(number > 0);
    app.epoch.begin(pool, ("safety", app.trust.signer.as_deref()), app.clock.now()).await.unwrap();
    assert_eq!(app.epoch.number(), number, "found twice is one epoch");

    world.raise(imminent_at("mission")).await;
    let raised: Vec<v1::ConcernRaised> = world.facts("ro.safety.event.concern-raised").await;
    assert_eq!(raised.last().unwrap().epoch, number);

    assert_eq!(grants::restate(pool, app, false).await.unwrap(), 0, "nobody has accepted it: the copies keep what they know");
    assert!(world.roles_of("mediator-9").await.is_empty());
    assert!(grants::restate(pool, app, true).await.unwrap() > 0);
    assert_eq!(world.roles_of("mediator-9").await, ["mediator"], "revision 1 of the new epoch is newer than revision 2 of the old");
    let told: Vec<v1::GrantChanged> = world.facts("ro.safety.event.grant-changed").await;
    assert!(told.iter().any(|line| line.subject == "mediator-9" && line.epoch == number && line.revision == 1));
    assert_eq!(grants::restate(pool, app, true).await.unwrap(), 0, "once");
    let key = app.trust.signer.as_ref().unwrap().public();
    let copy = auth::grants::Copy::new(pool.clone(), Some(key.into()));
    let believed = copy.caller(Proof::new("mediator-9", OffsetDateTime::UNIX_EPOCH), app.clock.now()).await.unwrap();
    assert_eq!(believed.roles(), ["mediator"]);
}

// [A1]
#[tokio::test]
async fn what_is_given_and_ended_is_signed_and_what_was_typed_into_the_directory_is_told_to_nobody_as_signed() {
    let world = World::new().await;
    let key = world.app.directory.trust.signer.as_ref().unwrap().public();
    let copy = auth::grants::Copy::new(world.db.pool.clone(), Some(key.into()));
    let roles = async |subject: &str| {
        let proof = Proof::new(subject, OffsetDateTime::UNIX_EPOCH);
        copy.caller(proof, world.app.directory.clock.now()).await.unwrap().roles().iter().map(|role| (*role).to_owned()).collect::<Vec<_>>()
    };
    // A version that did not sign left lines behind: they are signed once.
    let typed = "insert into role_grant (id, subject, role, since, proposed_by, revision, stated_at)
                 values (gen_random_uuid(), $1, 'mediator', $2, 'admin-1', 1, $2)";
    let before = world.app.directory.clock.now() - time::Duration::days(3);
    let insert = async |who: &'static str| {
        sqlx::query(typed).bind(who).bind(before).execute(&world.db.admin).await.unwrap();
    };
    insert("of-former-times").await;
    assert_eq!(grants::sign_former(&world.db.pool, &world.app.directory).await.unwrap(), 1);
    insert("intruder").await;
    assert_eq!(grants::sign_former(&world.db.pool, &world.app.directory).await.unwrap(), 0, "once, and never again");
    assert_eq!(grants::restate(&world.db.pool, &world.app.directory, true).await.unwrap(), 1, "the intruder's is told as it stands");
    assert_eq!((roles("of-former-times").await, roles("intruder").await), (vec!["mediator".to_owned()], Vec::new()));

    let mut tx = world.begin(&row_security::actor(&administrator("admin-1"))).await;
    let wanted = wanted("staff-9", role::STAFF, Some("mission"));
    let id = grants::give(&mut tx, &world.app.directory, wanted, "admin-1", None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(roles("staff-9").await, ["staff"]);
    let mut tx = world.begin(&row_security::actor(&administrator("admin-1"))).await;
    grants::end(&mut tx, &world.app.directory, &administrator("admin-1"), id).await.unwrap();
    tx.commit().await.unwrap();
    let ended = "select count(*) from role_grant where ended_at is not null and signature is not null";
    assert_eq!((roles("staff-9").await.len(), world.count(ended).await), (0, 1));
}
