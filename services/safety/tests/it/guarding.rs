//! The guard of the alarm: with a SQL prompt alone, nothing that was accepted vanishes and nothing silences it (THREAT-1, THREAT-3).

use base::Error;
use proto::safety::v1;
use safety::{
    app::alarm::reconcile::{self, Missing, Standing},
    domain::alarm::concern::Audience,
    store::alarm::concern::Content,
};
use time::Duration;
use uuid::Uuid;

use crate::world::{World, head_of, imminent_at, officer};

const BOTH: [Audience; 2] = [Audience::Nhq, Audience::ResponsibleHead];

impl World {
    async fn check(&self, missing: &mut Missing) -> usize {
        reconcile::check(&self.db.pool, &self.app, missing).await.unwrap()
    }

    /// What a superuser types.
    async fn prompt(&self, sql: &str, concern: Uuid) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.replace("$id", &format!("'{concern}'")))).execute(&self.db.admin).await.unwrap();
    }

    async fn remove(&self, concern: Uuid) {
        let tables = ["ring", "timeline", "audience", "former_audience", "concern_variant"]
            .map(|table| format!("delete from {table} where concern_id = $id;"));
        self.prompt(&format!("{} delete from outbox; delete from concern where id = $id", tables.concat()), concern).await;
    }

    /// Puts what was staged into the log, as the service does every few seconds.
    async fn seal(&self) {
        audit_log::checkpoint(&self.db.pool, "safety", None, self.app.clock.now()).await.unwrap();
    }

    async fn compare(&self, guarded: &[(Uuid, Audience)]) -> Vec<Standing> {
        reconcile::compare(&self.db.pool, &self.app, guarded, true).await.unwrap()
    }

    async fn content(&self, id: Uuid) -> Option<(String, Vec<u8>, bool)> {
        let mut db = self.begin(&safety::app::row_security::itself()).await;
        let found = safety::store::alarm::concern::find(&mut db, id).await.unwrap()?;
        let found = safety::store::alarm::concern::opened(&mut db, &self.app.vault, found).await.unwrap();
        match found.content {
            Content::Clear(bytes) => Some((found.reference, bytes, found.unreadable)),
            Content::Sealed(_) | Content::Lost => None,
        }
    }
}

#[tokio::test]
async fn a_concern_that_was_removed_with_a_sql_prompt_comes_back_with_every_word_and_rings_both_audiences_anew() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.accept(&head_of("mission"), concern.id, Audience::ResponsibleHead).await.unwrap();
    let told_nhq = world.rings().await.into_iter().find(|ring| ring.audience() == v1::Audience::Nhq).unwrap().envelope.unwrap();
    let before = world.content(concern.id).await.unwrap();
    let both = BOTH.map(|audience| (concern.id, audience));
    assert_eq!(world.compare(&both).await, [Standing::Rings, Standing::Settled]);
    world.remove(concern.id).await;
    assert_eq!(world.compare(&both).await, [Standing::Vanished; 2]);

    assert!(reconcile::restore_guarded(&world.db.pool, &world.app, told_nhq.clone()).await.unwrap());
    let rung: Vec<_> = world.rings().await.into_iter().map(|ring| (ring.concern_id.clone(), ring.audience())).collect();
    let id = concern.id.to_string();
    assert_eq!(rung, [(id.clone(), v1::Audience::Nhq), (id, v1::Audience::ResponsibleHead)]);
    let after = world.content(concern.id).await.unwrap();
    assert_eq!((&after.0, after.2), (&before.0, false), "under the number that people have written down");
    let said = |bytes: &[u8]| <v1::Concern as prost::Message>::decode(bytes).unwrap();
    assert_eq!((said(&after.1).text, said(&after.1).nature), (said(&before.1).text, said(&before.1).nature));
    assert_eq!(world.compare(&both).await, [Standing::Rings; 2], "what was accepted was lost with it");
    // A second instance, or the same call again, puts nothing back twice.
    assert!(!reconcile::restore_guarded(&world.db.pool, &world.app, told_nhq).await.unwrap());
    assert_eq!(world.rings().await.len(), 2);
    world.accept(&officer(), concern.id, Audience::Nhq).await.unwrap();
}

#[tokio::test]
async fn rows_that_were_left_behind_do_not_keep_a_concern_from_coming_back() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let leave = "set session_replication_role = replica; delete from concern where id = $id; reset session_replication_role;";
    world.prompt(leave, concern.id).await;
    let envelope = v1::Envelope { concern_id: concern.id.to_string(), reference: concern.reference, ..v1::Envelope::default() };
    assert!(reconcile::restore_guarded(&world.db.pool, &world.app, envelope).await.unwrap());
    assert_eq!(world.rings().await.len(), 4);
}

#[tokio::test]
async fn what_only_the_audit_log_still_knows_rings_too_and_only_when_nobody_gives_it_back_with_its_words() {
    let world = World::new().await;
    let (one, other) = (world.raise(imminent_at("mission")).await, world.raise(imminent_at("mission")).await);
    let told = world.rings().await.into_iter().find(|ring| ring.concern_id == other.id.to_string()).unwrap().envelope.unwrap();
    let mut missing = Missing::new();
    assert_eq!(world.check(&mut missing).await, 0);
    world.seal().await;
    world.remove(one.id).await;
    world.remove(other.id).await;
    assert_eq!(world.check(&mut missing).await, 0, "notification may still give it back");
    reconcile::restore_guarded(&world.db.pool, &world.app, told).await.unwrap();
    world.app.clock.advance(Duration::seconds(15));
    assert_eq!(world.check(&mut missing).await, 1);
    let (reference, _, unreadable) = world.content(one.id).await.unwrap();
    assert!(unreadable && reference.starts_with("RS-"));
    assert!(!world.content(other.id).await.unwrap().2);
    assert_eq!(world.audience(one.id, Audience::Nhq).await.rings, 1);
    assert_eq!(world.check(&mut missing).await, 0);
}

#[tokio::test]
async fn a_raise_does_not_wait_for_the_audit_log_and_stands_in_it_once_when_it_takes_entries_again() {
    let world = World::new().await;
    let mut lock = world.db.admin.begin().await.unwrap();
    sqlx::query("lock table audit_staged in access exclusive mode").execute(&mut *lock).await.unwrap();
    let concern = world.raise(imminent_at("mission")).await;
    lock.rollback().await.unwrap();
    let passes = futures::future::join_all((0..4).map(|_| reconcile::enter_raises(&world.db.pool, &world.app))).await;
    assert_eq!(passes.into_iter().map(Result::unwrap).sum::<usize>(), 1);
    let entered = "select count(*) from audit_staged where action = 'concern.raise' and actor = 'someone'";
    assert_eq!(world.count(entered).await, 1);
    assert_eq!(world.audience(concern.id, Audience::Nhq).await.rings, 1);
}

#[tokio::test]
async fn an_acceptance_that_was_typed_at_a_sql_prompt_silences_nobody() {
    let world = World::new().await;
    let (one, other) = (world.raise(imminent_at("mission")).await, world.raise(imminent_at("mission")).await);
    world.accept(&officer(), one.id, Audience::Nhq).await.unwrap();
    let signature = format!("(select accepted_signature from audience where concern_id = '{}' and kind = 'nhq')", one.id);
    for forged in ["null", "decode(repeat('00', 64), 'hex')", signature.as_str()] {
        let accept = format!(
            "update audience set accepted_at = now(), accepted_by = 'officer-1', accepted_knowing = 1, next_ring_at = null, accepted_signature = {forged}
             where concern_id = $id"
        );
        world.prompt(&accept, other.id).await;
        world.prompt("update concern set state = 'accepted' where id = $id", other.id).await;
        assert_eq!(world.compare(&[(other.id, Audience::Nhq)]).await, [Standing::Rings], "{forged}");
        assert_eq!(world.check(&mut Missing::new()).await, 2, "{forged}");
        assert_eq!(world.tick().await, 2, "both audiences ring at once");
    }
    assert_eq!(world.count("select count(*) from timeline where what = 'voided'").await, 6);
    let true_one = world.audience(one.id, Audience::Nhq).await;
    assert!(true_one.accepted.is_some() && true_one.rings == 1, "what was accepted over gRPC stays accepted");
    // Moved in time, or given to somebody else, it counts no more.
    world.prompt("update audience set accepted_by = 'officer-2' where concern_id = $id and kind = 'nhq'", one.id).await;
    assert_eq!(world.check(&mut Missing::new()).await, 1);
}

// [TRAP-2], THREAT-3
#[tokio::test]
async fn an_acceptance_stands_for_no_other_office_for_no_other_routing_and_for_nothing_said_later() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.accept(&officer(), concern.id, Audience::Nhq).await.unwrap();
    world.accept(&head_of("mission"), concern.id, Audience::ResponsibleHead).await.unwrap();
    world.route(concern.id, "kent").await;
    // A true acceptance of the former head, given to the new one; with its office; moved to another routing; or made to know more.
    let give = "update audience a set accepted_at = f.accepted_at, accepted_by = f.accepted_by, accepted_knowing = f.accepted_knowing,
                    accepted_signature = f.accepted_signature, next_ring_at = null
                from former_audience f where a.concern_id = $id and f.concern_id = $id and a.kind = 'responsible-head';
                update concern set state = 'accepted' where id = $id";
    let close = async || {
        let mut tx = world.begin(&safety::app::row_security::actor(&officer())).await;
        let closed = safety::app::alarm::close_concern::close(&mut tx, &world.app, &officer(), concern.id, "handled").await;
        tx.commit().await.unwrap();
        closed
    };
    for and in [
        "",
        "update audience set accepted_knowing = 7 where concern_id = $id and kind = 'responsible-head';",
        "update audience set rung_from = rung_from - interval '1 second' where concern_id = $id and kind = 'responsible-head';",
    ] {
        world.prompt(give, concern.id).await;
        world.prompt(and, concern.id).await;
        assert!(close().await.is_err(), "closed by what was typed: {and}");
        assert_eq!(world.compare(&[(concern.id, Audience::ResponsibleHead)]).await, [Standing::Rings]);
        assert_eq!(world.check(&mut Missing::new()).await, 1, "{and}");
    }
    world.prompt(give, concern.id).await;
    assert!(
        !world.accept(&head_of("kent"), concern.id, Audience::ResponsibleHead).await.unwrap(),
        "told that it is accepted, which it is not"
    );
    world.prompt("update concern set state = 'ringing' where id = $id", concern.id).await;
    close().await.unwrap();
}

#[tokio::test]
async fn a_concern_that_was_closed_at_a_sql_prompt_is_open_again_as_soon_as_somebody_waits_for_it() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let close = "update concern set state = 'closed', closed_at = now(), closed_by = 'officer-1', outcome = 'calm' where id = $id";
    world.prompt(close, concern.id).await;
    world.app.clock.advance(Duration::minutes(10));
    assert_eq!(world.tick().await, 0, "the ladder believes the table");
    assert_eq!(world.compare(&BOTH.map(|audience| (concern.id, audience))).await, [Standing::Rings; 2]);
    assert_eq!(world.tick().await, 2);
    for (who, audience) in [(officer(), Audience::Nhq), (head_of("mission"), Audience::ResponsibleHead)] {
        world.accept(&who, concern.id, audience).await.unwrap();
    }
    let mut tx = world.begin(&safety::app::row_security::actor(&officer())).await;
    safety::app::alarm::close_concern::close(&mut tx, &world.app, &officer(), concern.id, "handled").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.compare(&BOTH.map(|audience| (concern.id, audience))).await, [Standing::Closed; 2]);
    assert_eq!(world.count("select count(*) from concern where state = 'closed'").await, 1);
}

#[tokio::test]
async fn an_audience_that_was_removed_is_put_back_and_rings() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world
        .prompt(
            "delete from ring where concern_id = $id; delete from audience where concern_id = $id and kind = 'responsible-head'",
            concern.id,
        )
        .await;
    assert_eq!(world.check(&mut Missing::new()).await, 1);
    let back = world.audience(concern.id, Audience::ResponsibleHead).await;
    assert_eq!((back.office.as_str(), back.rings), ("institutional-head/mission", 1));
    assert_eq!(world.check(&mut Missing::new()).await, 0);
}

#[tokio::test]
async fn what_notification_has_lost_rings_again_at_once_and_what_is_on_its_way_does_not() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    assert_eq!(world.compare(&[]).await, []);
    assert_eq!(world.tick().await, 0, "nothing was delivered yet");
    world.prompt("update audience set delivered_at = now() - interval '100 years'", concern.id).await;
    assert_eq!(world.compare(&[]).await, []);
    assert_eq!(world.tick().await, 0, "what has just rung may be on its way");
    world.app.clock.advance(Duration::seconds(20));
    let partly = reconcile::compare(&world.db.pool, &world.app, &[], false).await.unwrap();
    assert!(partly.is_empty() && world.tick().await == 0, "what was not listed is not lost");
    world.compare(&[(concern.id, Audience::Nhq)]).await;
    assert_eq!(world.tick().await, 1);
    assert_eq!(world.audience(concern.id, Audience::ResponsibleHead).await.rings, 2);
    world.compare(&[]).await;
    assert_eq!(world.tick().await, 1, "the head has just been rung");
}

#[tokio::test]
async fn a_comparison_of_too_many_and_an_envelope_of_nothing_are_refused_with_a_reason() {
    let world = World::new().await;
    let many = vec![(Uuid::from_u128(1), Audience::Nhq); reconcile::MAX_CONCERNS + 1];
    let refused = reconcile::compare(&world.db.pool, &world.app, &many, true).await;
    assert!(matches!(refused, Err(Error::Refused(r)) if r.reason == "too-many"));
    let refused = reconcile::restore_guarded(&world.db.pool, &world.app, v1::Envelope::default()).await;
    assert!(matches!(refused, Err(Error::Refused(r)) if r.reason == "concern-malformed"));
}
