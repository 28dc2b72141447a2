//! Routing when the person moves, or was thought to be elsewhere: who is rung then, and whose acceptance silences whom [R3e, TRAP-2].

use base::{Caller, Error};
use proto::role;
use safety::{
    app::{
        alarm::{
            close_concern,
            read_concerns::{self, Depth},
        },
        row_security,
    },
    domain::alarm::concern::Audience,
    store::alarm::list::Wanted,
};
use uuid::Uuid;

use crate::world::{World, caller, head_of, imminent_at, officer};

const HEAD: Audience = Audience::ResponsibleHead;

fn office(site: &str) -> String {
    format!("institutional-head/{site}")
}

impl World {
    async fn rings_of(&self, id: Uuid, site: &str) -> u32 {
        self.office(id, &office(site)).await.rings
    }

    async fn minutes(&self, minutes: i64) -> usize {
        self.app.clock.advance(time::Duration::minutes(minutes));
        self.tick().await
    }

    async fn close(&self, id: Uuid) -> base::Result<()> {
        let mut tx = self.begin(&row_security::actor(&officer())).await;
        close_concern::close(&mut tx, &self.app, &officer(), id, "handled").await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What this person finds in their list, by the use case and through the fence.
async fn listed(world: &World, who: &Caller) -> Vec<Uuid> {
    let mut tx = world.begin(&row_security::actor(who)).await;
    let viewer = read_concerns::viewer(&mut tx, &world.app, who).await.unwrap();
    let (views, _) =
        read_concerns::list(&mut tx, &world.app.vault, &viewer, (&Wanted { closed: true, ..Wanted::default() }, Depth::Said), None, 50)
            .await
            .unwrap();
    views.into_iter().map(|view| view.concern.id).collect()
}

#[tokio::test]
async fn when_the_person_moves_the_new_head_is_rung_at_once_and_the_former_one_until_the_new_one_accepts() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.route(concern.id, "kent").await;
    assert!(world.rings().await.last().unwrap().recipients.iter().any(|r| r.office == office("kent")));
    assert_eq!(world.minutes(2).await, 3, "nhq, the new head and the former one");
    for site in ["mission", "kent"] {
        assert_eq!((world.rings_of(concern.id, site).await, listed(&world, &head_of(site)).await), (2, vec![concern.id]), "{site}");
    }
    world.accept(&head_of("kent"), concern.id, HEAD).await.unwrap();
    assert!(world.audience(concern.id, HEAD).await.accepted.is_some());
    assert_eq!(world.minutes(60).await, 1, "nhq alone");
    assert_eq!(world.rings_of(concern.id, "mission").await, 2);
    assert_eq!(listed(&world, &head_of("kent")).await, [concern.id]);
    assert!(listed(&world, &head_of("mission")).await.is_empty(), "the former head still knows of it");
    let late = world.accept(&head_of("mission"), concern.id, HEAD).await;
    assert!(matches!(late, Err(Error::NotFound)), "the former head still reaches it");
}

// [TRAP-2]: until the new head accepts, both keep it.
#[tokio::test]
async fn a_former_head_who_accepts_silences_the_former_office_alone_and_the_new_head_rings_until_they_accept() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.accept(&officer(), concern.id, Audience::Nhq).await.unwrap();
    world.route(concern.id, "kent").await;
    assert!(!world.accept(&head_of("mission"), concern.id, HEAD).await.unwrap());
    assert!(world.accept(&head_of("mission"), concern.id, HEAD).await.unwrap(), "told again that it is theirs");
    assert!(world.audience(concern.id, HEAD).await.accepted.is_none(), "the new head has not accepted");
    assert_eq!(world.count("select count(*) from concern where state = 'ringing'").await, 1);
    let told = "select count(*) from timeline where what = 'accepted' and audience = 'responsible-head'";
    assert_eq!(world.count(told).await, 0, "whoever hears that the audience accepted would stop waiting for it");
    let rings = (world.rings_of(concern.id, "kent").await, world.rings_of(concern.id, "mission").await);
    assert_eq!(world.minutes(2).await, 1);
    assert_eq!((world.rings_of(concern.id, "kent").await, world.rings_of(concern.id, "mission").await), (rings.0 + 1, rings.1));
    assert!(world.close(concern.id).await.is_err(), "closed without the head who is responsible");
    let deputy = caller("deputy-of-mission", &[role::STAFF], &["mission"]);
    assert_eq!(listed(&world, &deputy).await, [concern.id], "both keep it");
    world.accept(&head_of("kent"), concern.id, HEAD).await.unwrap();
    for site in ["mission", "kent"] {
        assert_eq!(listed(&world, &head_of(site)).await, [concern.id], "{site}: whoever took it in hand keeps it");
    }
    assert!(listed(&world, &deputy).await.is_empty(), "nobody else of the former site keeps it");
    world.close(concern.id).await.unwrap();
}

#[tokio::test]
async fn a_second_re_route_forgets_neither_the_head_before_nor_the_one_named_by_mistake() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.accept(&officer(), concern.id, Audience::Nhq).await.unwrap();
    world.route(concern.id, "kent").await;
    world.route(concern.id, "matsqui").await;
    assert_eq!(world.minutes(2).await, 3);
    for site in ["mission", "kent", "matsqui"] {
        assert_eq!((world.rings_of(concern.id, site).await, listed(&world, &head_of(site)).await), (2, vec![concern.id]), "{site}");
    }
    world.accept(&head_of("kent"), concern.id, HEAD).await.unwrap();
    assert_eq!(world.minutes(3).await, 2, "one by mistake silences themselves alone");
    world.accept(&head_of("matsqui"), concern.id, HEAD).await.unwrap();
    assert_eq!(world.minutes(60 * 24).await, 0, "the head who is responsible ends it for all");
    assert_eq!(world.count("select count(*) from concern where state = 'accepted'").await, 1);
}

#[tokio::test]
async fn a_head_to_whom_the_person_comes_back_accepts_anew_whatever_they_accepted_before() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.accept(&head_of("mission"), concern.id, HEAD).await.unwrap();
    world.route(concern.id, "kent").await;
    world.app.clock.advance(time::Duration::minutes(1));
    world.route(concern.id, "mission").await;
    let back = world.audience(concern.id, HEAD).await;
    assert!(back.office == office("mission") && back.accepted.is_none() && back.rings == 1, "{back:?}");
    assert_eq!(world.minutes(2).await, 3, "nhq, mission anew, and kent until mission accepts");
    world.accept(&head_of("mission"), concern.id, HEAD).await.unwrap();
    world.accept(&officer(), concern.id, Audience::Nhq).await.unwrap();
    assert_eq!(world.minutes(60).await, 0);
    world.close(concern.id).await.unwrap();
}

#[tokio::test]
async fn whoever_holds_a_role_at_nhq_and_heads_a_site_accepts_for_each() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let both = Caller::acting("both-1", &[role::NATIONAL_MANAGER], &[], &[], time::OffsetDateTime::UNIX_EPOCH);
    let refused = world.accept(&both, concern.id, HEAD).await;
    assert!(matches!(refused, Err(Error::Refused(r)) if r.reason == "not-this-audience"), "a role at nhq alone is no head");
    world.assign("institutional-head/mission", "both-1", 0).await.unwrap();
    for audience in [Audience::Nhq, HEAD] {
        assert!(!world.accept(&both, concern.id, audience).await.unwrap(), "{audience:?}");
    }
    world.close(concern.id).await.unwrap();
}

#[tokio::test]
async fn at_a_headquarters_the_unit_itself_is_the_head_accepts_for_it_and_can_close() {
    let world = World::new().await;
    let site = world.count("select count(*) from site where kind in ('regional-hq', 'nhq')").await;
    assert!(site > 0);
    let site: String = sqlx::query_scalar("select code from site where kind = 'regional-hq' order by code limit 1")
        .fetch_one(&world.db.admin)
        .await
        .unwrap();
    let concern = world.raise(imminent_at(&site)).await;
    assert_eq!(world.audience(concern.id, HEAD).await.office, format!("rj-unit/{site}"));
    let rings = world.rings().await;
    assert!(rings.iter().all(|ring| !ring.no_route && ring.recipients.iter().any(|r| r.holder == "officer-1")));
    assert!(world.close(concern.id).await.is_err());
    for audience in [Audience::Nhq, HEAD] {
        world.accept(&officer(), concern.id, audience).await.unwrap();
    }
    world.close(concern.id).await.unwrap();
    // Where nobody knows the site, nobody accepts in the head's place: the unit names the site.
    let unknown = world.raise(imminent_at("")).await;
    let refused = world.accept(&officer(), unknown.id, HEAD).await;
    assert!(matches!(refused, Err(Error::Refused(r)) if r.reason == "not-this-audience"));
}

// THREAT-3
#[tokio::test]
async fn nhq_does_not_silence_a_head_by_routing_the_concern_to_itself() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let hq: String = sqlx::query_scalar("select code from site where kind = 'nhq' limit 1").fetch_one(&world.db.admin).await.unwrap();
    world.route(concern.id, &hq).await;
    for audience in [Audience::Nhq, HEAD] {
        world.accept(&officer(), concern.id, audience).await.unwrap();
    }
    assert_eq!(world.minutes(2).await, 1, "the head of the site rings on");
    assert!(world.close(concern.id).await.is_err());
    world.accept(&head_of("mission"), concern.id, HEAD).await.unwrap();
    world.close(concern.id).await.unwrap();
}

#[tokio::test]
async fn a_head_is_shown_how_their_own_office_stands_and_nhq_who_else_is_rung() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.route(concern.id, "kent").await;
    world.accept(&head_of("mission"), concern.id, HEAD).await.unwrap();
    world.route(concern.id, "matsqui").await;
    let shown = async |who: &Caller| {
        let mut tx = world.begin(&row_security::actor(who)).await;
        let viewer = read_concerns::viewer(&mut tx, &world.app, who).await.unwrap();
        let view = read_concerns::find(&mut tx, &world.app.vault, &viewer, concern.id).await.unwrap().unwrap();
        view.audiences.into_iter().find(|shown| shown.status.audience == HEAD).unwrap()
    };
    let mission = shown(&head_of("mission")).await;
    assert_eq!((mission.status.office, mission.may_accept), (office("mission"), false));
    for site in ["kent", "matsqui"] {
        let theirs = shown(&head_of(site)).await;
        assert_eq!((theirs.status.office, theirs.may_accept), (office(site), true));
    }
    let nhq = shown(&officer()).await;
    assert_eq!((nhq.status.office, nhq.may_accept, nhq.also_rung), (office("matsqui"), false, vec![office("kent")]));
}
