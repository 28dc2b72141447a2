//! Sealing of what was said of a danger; the alarm never waits for a key [RM1b, R3e].

use std::collections::BTreeSet;

use harness::dump::{holders, rows};
use prost::Message;
use proto::safety::v1;
use safety::{
    app::{
        alarm::{close_concern, envelope::LOST, read_concerns, ring},
        row_security,
    },
    domain::alarm::concern::Audience,
    store::{self, alarm::sealed::InClear},
};
use vault::Vault;

use crate::world::{HEAD, World, head_of, imminent_at, officer, one_line};

const SAID: [&str; 5] = ["Alex", "hurt himself", "preparation meeting", "on my way", "calmed down"];

async fn whole_life(world: &World) -> uuid::Uuid {
    let id = world.raise(imminent_at("mission")).await.id;
    world.raise(v1::Concern { concern_id: id.to_string(), text: "Alex again".into(), ..imminent_at("mission") }).await;
    for (who, audience) in [(officer(), Audience::Nhq), (head_of("mission"), Audience::ResponsibleHead)] {
        let mut tx = world.begin(&row_security::itself()).await;
        world.accept_in(&mut tx, &who, id, audience, "on my way").await.unwrap();
        tx.commit().await.unwrap();
    }
    id
}

async fn told(world: &World, id: uuid::Uuid) -> v1::Concern {
    let mut db = world.begin(&row_security::itself()).await;
    let viewer = read_concerns::viewer(&mut db, &world.app, &officer()).await.unwrap();
    let view = read_concerns::find(&mut db, &world.app.vault, &viewer, id).await.unwrap().unwrap();
    view.envelope.unwrap().content.unwrap()
}

#[tokio::test]
async fn a_copy_of_the_alarms_database_holds_no_word_of_a_concern_and_nhq_reads_all_of_it() {
    let world = World::new().await;
    let id = whole_life(&world).await;
    let mut tx = world.begin(&row_security::itself()).await;
    close_concern::close(&mut tx, &world.app, &officer(), id, "calmed down").await.unwrap();
    tx.commit().await.unwrap();
    let copy = rows(&world.db.admin).await;
    for word in SAID {
        assert_eq!(holders(&copy, word), BTreeSet::new(), "{word}");
    }
    assert!(holders(&copy, HEAD).contains("audience") && holders(&copy, "mission").contains("concern"), "the copy was not read");
    assert_eq!(told(&world, id).await.nature, "said he will hurt himself tonight");
    let mut db = world.begin(&row_security::itself()).await;
    let notes = store::alarm::note::of(&mut db, &world.app.vault, id).await.unwrap();
    assert_eq!(
        notes.iter().map(|note| (note.audience.as_str(), note.text.as_str())).collect::<Vec<_>>(),
        [("nhq", "on my way"), ("responsible-head", "on my way")]
    );
}

#[tokio::test]
async fn without_a_key_a_concern_is_recorded_rings_and_is_accepted_and_is_sealed_when_there_is_one() {
    let mut world = World::new().await;
    let keyed = world.app.vault.clone();
    world.app.vault = Vault::none("safety", world.app.clock.clone());
    let id = whole_life(&world).await;
    assert_eq!(world.rings().await.len(), 3, "nhq once more, for what was said again");
    assert_eq!(told(&world, id).await.person_at_risk, "Alex Exemple");
    assert!(world.audience(id, Audience::Nhq).await.accepted.is_some());
    world.app.vault = keyed;
    let in_clear = rows(&world.db.admin).await;
    assert!(SAID.iter().take(4).all(|word| !holders(&in_clear, word).is_empty()));
    let sealed = messaging::leftovers::seal_leftovers(&world.db.pool, &world.app.vault, &InClear, world.app.clock.now()).await.unwrap();
    // The concern, another body, two notes, and the three rings that wait for the bus.
    assert_eq!(sealed, 1 + 1 + 2 + 3);
    let copy = rows(&world.db.admin).await;
    for word in SAID {
        assert_eq!(holders(&copy, word), BTreeSet::new(), "{word}");
    }
    let tables = "select count(*) from concern where content <> '' or outcome <> ''";
    assert_eq!(world.count(tables).await, 0);
    assert_eq!(told(&world, id).await.person_at_risk, "Alex Exemple");
}

#[tokio::test]
async fn a_concern_whose_key_is_missing_says_so_and_rings_all_the_same() {
    let mut world = World::new().await;
    let id = world.raise(imminent_at("mission")).await.id;
    // The service is started again without its key file: what waits sealed cannot leave.
    world.app.vault = Vault::none("safety", world.app.clock.clone());
    assert_eq!(world.tick().await, 0);
    ring::ring_anew_without_a_key(&world.db.pool, &world.app).await.unwrap();
    assert_eq!(world.tick().await, 2, "both audiences are rung at once");
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar("select body from outbox where subject like 'ro.safety.ring.%' and not sealed")
        .fetch_all(&world.db.admin)
        .await
        .unwrap();
    for body in &bodies {
        let envelope = v1::Ring::decode(body.as_slice()).unwrap().envelope.unwrap();
        assert_eq!(envelope.content.unwrap().nature, LOST);
        assert_eq!(envelope.site, "mission");
    }
    assert_eq!(bodies.len(), 2);
    assert_eq!(told(&world, id).await.text, LOST);
    let again = world.raise(v1::Concern { concern_id: id.to_string(), ..one_line("more of it") }).await;
    assert!(again.already_known);
    assert_eq!(world.count("select count(*) from concern_variant").await, 1, "what cannot be compared is kept");
}
