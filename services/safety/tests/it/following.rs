//! Concerns that follow the person: cases reports where the person is; the head there is rung, and the previous one until that head has
//! accepted [R3e, TRAP-2].

use base::{Error, database::begin};
use proto::{
    id::SiteCode,
    safety::v1::{self, Grade},
};
use safety::{
    app::{
        alarm::{follow_case, read_concerns},
        row_security,
    },
    domain::alarm::concern::Audience,
};
use uuid::Uuid;

use crate::world::{World, head_of, imminent_at, officer};

const HEAD: Audience = Audience::ResponsibleHead;

impl World {
    async fn follow(&self, concern: Uuid, word: u128, site: &str, former: &[&str]) -> base::Result<bool> {
        let former: Vec<SiteCode> = former.iter().map(|site| site.parse().unwrap()).collect();
        let word = follow_case::Word { concern, id: Uuid::from_u128(word), site: &site.parse().unwrap(), former: &former };
        follow_case::follow(&self.db.pool, &self.app, &word).await
    }

    async fn rings_at(&self, concern: Uuid, site: &str) -> u32 {
        self.office(concern, &format!("institutional-head/{site}")).await.rings
    }

    async fn head_now(&self, concern: Uuid) -> String {
        self.audience(concern, HEAD).await.office
    }
}

// [TRAP-2]
#[tokio::test]
async fn when_cases_says_that_the_person_moved_the_new_head_rings_and_the_former_until_the_new_one_accepts() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await.id;
    world.accept(&officer(), concern, Audience::Nhq).await.unwrap();
    assert!(!world.follow(concern, 1, "mission", &[]).await.unwrap(), "it is there");
    assert!(world.follow(concern, 2, "kent", &["mission"]).await.unwrap());
    assert_eq!((world.rings_at(concern, "kent").await, world.rings_at(concern, "mission").await), (1, 1));
    assert!(!world.follow(concern, 2, "kent", &["mission"]).await.unwrap(), "the same word rings nobody again");
    world.app.clock.advance(time::Duration::minutes(2));
    assert_eq!(world.tick().await, 2, "both heads");
    world.accept(&head_of("mission"), concern, HEAD).await.unwrap();
    world.app.clock.advance(time::Duration::minutes(3));
    assert_eq!(world.tick().await, 1, "a former head silences nobody else");
    world.accept(&head_of("kent"), concern, HEAD).await.unwrap();
    world.app.clock.advance(time::Duration::hours(1));
    assert_eq!(world.tick().await, 0);
    let routed = "select count(*) from timeline where what = 'routed' and actor = 'service:cases'";
    assert_eq!(world.count(routed).await, 1);
    assert_eq!(world.count("select count(*) from audit_staged where action = 'concern.route' and actor = 'service:cases'").await, 1);
}

#[tokio::test]
async fn who_was_told_only_because_of_the_former_site_knows_nothing_of_it_once_the_new_head_accepts() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await.id;
    world.follow(concern, 1, "kent", &["mission"]).await.unwrap();
    let sees = async |site: &str| {
        let who = head_of(site);
        let mut tx = begin(&world.db.pool, &row_security::actor(&who)).await.unwrap();
        let viewer = read_concerns::viewer(&mut tx, &world.app, &who).await.unwrap();
        read_concerns::find(&mut tx, &world.app.vault, &viewer, concern).await.unwrap().is_some()
    };
    assert!(sees("mission").await && sees("kent").await);
    world.accept(&head_of("kent"), concern, HEAD).await.unwrap();
    assert!(!sees("mission").await && sees("kent").await);
}

#[tokio::test]
async fn a_concern_without_a_site_goes_to_the_one_of_its_case_and_one_said_elsewhere_stays_there() {
    let world = World::new().await;
    let nowhere = world.raise(imminent_at("")).await.id;
    assert_eq!(world.head_now(nowhere).await, "rj-unit");
    assert!(world.follow(nowhere, 1, "kent", &["mission"]).await.unwrap());
    assert_eq!(world.head_now(nowhere).await, "institutional-head/kent");
    let elsewhere = world.raise(imminent_at("matsqui")).await.id;
    assert!(!world.follow(elsewhere, 1, "kent", &["mission"]).await.unwrap());
    assert_eq!(world.head_now(elsewhere).await, "institutional-head/matsqui");
}

#[tokio::test]
async fn what_nhq_routes_by_hand_stands_until_the_person_moves_from_there() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await.id;
    world.follow(concern, 1, "kent", &["mission"]).await.unwrap();
    world.route(concern, "mission").await;
    assert!(!world.follow(concern, 1, "kent", &["mission"]).await.unwrap());
    assert_eq!(world.head_now(concern).await, "institutional-head/mission", "the former word is taken once");
    assert!(world.follow(concern, 2, "matsqui", &["mission", "kent"]).await.unwrap());
    assert_eq!(world.head_now(concern).await, "institutional-head/matsqui");
}

// [RM1c]
#[tokio::test]
async fn a_question_goes_along_without_a_ring_and_said_again_worse_rings_the_head_of_now() {
    let world = World::new().await;
    let question = v1::Concern { grade: Grade::Question.into(), ..imminent_at("mission") };
    let id = world.raise(v1::Concern { concern_id: "01890000-0000-7000-8000-000000000001".into(), ..question.clone() }).await.id;
    assert!(world.follow(id, 1, "kent", &["mission"]).await.unwrap());
    assert_eq!(world.count("select count(*) from audience where kind = 'responsible-head'").await, 0);
    let worse = v1::Concern { grade: Grade::Imminent.into(), text: "he has a knife".into(), ..question };
    world.raise(v1::Concern { concern_id: id.to_string(), ..worse }).await;
    assert_eq!(world.head_now(id).await, "institutional-head/kent");
}

#[tokio::test]
async fn what_is_closed_unknown_or_at_no_site_follows_nothing_and_is_told_again() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await.id;
    let unknown = world.follow(concern, 1, "no-such-site", &["mission"]).await;
    assert!(matches!(unknown, Err(Error::Refused(refusal)) if refusal.reason == "site-unknown"));
    assert!(world.follow(concern, 1, "kent", &["mission"]).await.unwrap(), "a word that was refused was not taken");
    assert!(matches!(world.follow(Uuid::from_u128(7), 1, "kent", &[]).await, Err(Error::NotFound)));
    sqlx::query("update concern set state = 'closed', closed_at = now(), closed_by = 'x', outcome = '' where id = $1")
        .bind(concern)
        .execute(&world.db.admin)
        .await
        .unwrap();
    assert!(matches!(world.follow(concern, 2, "matsqui", &["kent"]).await, Err(Error::NotFound)));
}
