//! Ties between concerns and cases that safety publishes to cases: which concerns are open, and which cases they name [RM1].

use proto::{reference, safety::v1};
use safety::{
    app::alarm::{
        close_concern,
        ties::{self, Ties},
    },
    domain::alarm::concern::{Audience, State},
};
use uuid::Uuid;

use crate::world::{World, head_of, imminent_at, officer};

impl World {
    async fn ties(&self, id: Uuid) -> Ties {
        ties::ties(&self.db.pool, &self.app, &[id]).await.unwrap().remove(0)
    }

    async fn open_ones(&self) -> Vec<Uuid> {
        let (open, more) = ties::open(&self.db.pool, Uuid::nil()).await.unwrap();
        assert!(!more);
        open.into_iter().map(|open| open.id).collect()
    }

    async fn finish(&self, id: Uuid) {
        self.accept(&head_of("mission"), id, Audience::ResponsibleHead).await.unwrap();
        self.accept(&officer(), id, Audience::Nhq).await.unwrap();
        let mut tx = self.begin(&safety::app::row_security::actor(&officer())).await;
        close_concern::close(&mut tx, &self.app, &officer(), id, "handled").await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_concern_names_its_cases_whichever_line_they_stand_in_and_whenever_they_were_said() {
    let world = World::new().await;
    let (first, second, referral) = (reference::make("RC", 1), reference::make("RC", 2), reference::make("RO", 3));
    let id = "01890000-0000-7000-8000-0000000000ab";
    let concern = v1::Concern {
        concern_id: "01890000-0000-7000-8000-000000000001".into(),
        case_id: first.to_lowercase(),
        text: format!("he spoke of it; see also {referral}"),
        ..imminent_at("mission")
    };
    let raised = world.raise(concern.clone()).await.id;
    let before = world.ties(raised).await;
    assert_eq!((before.state, before.names.into_iter().collect::<Vec<_>>()), (Some(State::Ringing), vec![first.clone(), referral.clone()]));
    // Said again with another case, and an id.
    world.app.clock.advance(time::Duration::MINUTE);
    world.raise(v1::Concern { case_id: id.into(), advice: format!("and {second}"), ..concern }).await;
    let after = world.ties(raised).await;
    assert_eq!(after.names.into_iter().collect::<Vec<_>>(), [id.to_owned(), first, second, referral]);
    assert!(after.said_at > before.said_at && !after.unread);
    let unknown = world.ties(Uuid::from_u128(7)).await;
    assert_eq!((unknown.state, unknown.names.len()), (None, 0));
}

#[tokio::test]
async fn a_concern_is_closed_for_cases_only_when_this_service_signed_its_closing() {
    let world = World::new().await;
    let (closed, forged) = (world.raise(imminent_at("mission")).await.id, world.raise(imminent_at("mission")).await.id);
    let mut both = world.open_ones().await;
    both.sort_unstable();
    assert_eq!(both, {
        let mut ids = [closed, forged];
        ids.sort_unstable();
        ids
    });
    world.finish(closed).await;
    assert_eq!(world.open_ones().await, [forged]);
    let prompt =
        "update concern set state = 'closed', closed_at = now(), closed_by = 'officer-1', outcome = '', revision = 9000 where id = $1";
    sqlx::query(prompt).bind(forged).execute(&world.db.admin).await.unwrap();
    assert_eq!(world.ties(closed).await.state, Some(State::Closed));
    assert_eq!(world.ties(forged).await.state, Some(State::Ringing), "whatever the row says");
}

#[tokio::test]
async fn what_cannot_be_opened_now_is_said_to_be_unread_and_the_other_concerns_are_told() {
    let world = World::new().await;
    let number = reference::make("RC", 5);
    let (kept, lost) = (
        world.raise(v1::Concern { case_id: number.clone(), ..imminent_at("mission") }).await.id,
        world.raise(imminent_at("mission")).await.id,
    );
    sqlx::query(
        "update concern set content_sealed = overlay(content_sealed placing '\\x00'::bytea from length(content_sealed)) where id = $1",
    )
    .bind(lost)
    .execute(&world.db.admin)
    .await
    .unwrap();
    sqlx::query(
        "update concern set content_sealed = overlay(content_sealed placing '\\x01'::bytea from length(content_sealed) - 1) where id = $1",
    )
    .bind(lost)
    .execute(&world.db.admin)
    .await
    .unwrap();
    let told = ties::ties(&world.db.pool, &world.app, &[lost, kept]).await.unwrap();
    assert_eq!(told.iter().map(|one| (one.unread, one.names.len())).collect::<Vec<_>>(), [(true, 0), (false, 1)]);
}
