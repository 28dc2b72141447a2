//! Rings in inboxes: in the right ones and once each, whichever path delivered them [R3e, TRAP-1, TRAP-2].

use messaging::{inbox::Rejection, outbox::Fresh};
use notification::app::ring::{
    deliver::{ReceivedRing, deliver},
    read::read,
};
use prost::Message;
use proto::{
    notification::v1::RingDelivered,
    safety::v1::{Audience, Grade, Ring},
    subject::RING_DELIVERED,
};
use time::Duration;
use tonic::Code;
use tonic_types::StatusExt;
use tracing::Span;
use uuid::Uuid;

use crate::world::{START, head, officer, person, ring, ring_head, world};

#[tokio::test]
async fn the_same_ring_by_the_bus_and_by_the_second_road_is_one_item_and_one_answer() {
    let world = world().await;
    let ring = ring_head(0, Grade::Imminent);
    world.by_bus(&ring).await.unwrap();
    world.clock.advance(Duration::seconds(3));
    assert_eq!(world.by_call(&ring).await.unwrap(), START, "the answer tells when it was first delivered");
    world.by_bus(&ring).await.unwrap();

    assert_eq!(world.inbox(&person("head-mission-1")).await.len(), 1);
    assert_eq!(world.count("select sum(ring_count) from inbox_item where recipient = 'head-mission-1'").await, 1);
    let told = world.told(RING_DELIVERED).await;
    assert_eq!(told.len(), 1);
    let told = RingDelivered::decode(told[0].as_slice()).unwrap();
    assert_eq!((told.ring_id, told.concern_id, told.audience), (ring.ring_id, ring.concern_id, ring.audience));
}

#[tokio::test]
async fn a_ring_that_comes_by_both_roads_at_the_same_moment_is_one_ring() {
    let world = world().await;
    for step in 0..10 {
        let ring = ring(step, Audience::Nhq, Grade::Concern, &[("rj-unit", "rj-officer-1"), ("nmc", "")]);
        let (bus, call, again) = tokio::join!(world.by_bus(&ring), world.by_call(&ring), world.by_call(&ring));
        assert!(bus.is_ok() && call.is_ok() && again.is_ok());
    }
    assert_eq!(world.told(RING_DELIVERED).await.len(), 10);
    assert_eq!(world.count("select count(*) from inbox_item").await, 3);
    assert_eq!(world.count("select sum(ring_count) from inbox_item").await, 30);
}

#[tokio::test]
async fn a_later_ring_counts_up_on_the_same_item_and_makes_it_unread_again() {
    let world = world().await;
    let holder = person("head-mission-1");
    world.by_bus(&ring_head(0, Grade::Concern)).await.unwrap();
    let first = world.inbox(&holder).await.remove(0);
    world.mark_read(&holder, &first.item_id).await.unwrap();
    assert_eq!(world.unread(&holder).await, 0);

    world.clock.advance(Duration::minutes(15));
    world.by_bus(&ring_head(1, Grade::Imminent)).await.unwrap();
    let items = world.inbox(&holder).await;
    assert_eq!((items.len(), &items[0].item_id), (1, &first.item_id));
    assert_eq!(world.unread(&holder).await, 1);
    assert!(items[0].title.contains("Imminent risk"), "the item says what the last ring says: {}", items[0].title);
    assert_eq!(world.count("select ring_count::bigint from inbox_item where recipient = 'head-mission-1'").await, 2);
    assert_eq!(
        world
            .count("select extract(epoch from last_rung_at - created_at)::bigint from inbox_item where recipient = 'head-mission-1'")
            .await,
        900
    );
    assert_eq!(world.told(RING_DELIVERED).await.len(), 2);
}

#[tokio::test]
async fn each_audience_of_a_concern_has_its_own_item_even_where_one_person_stands_for_both() {
    let world = world().await;
    world.by_bus(&ring(0, Audience::Nhq, Grade::Concern, &[("rj-unit", "both-1")])).await.unwrap();
    world.by_bus(&ring(0, Audience::ResponsibleHead, Grade::Concern, &[("institutional-head/mission", "both-1")])).await.unwrap();
    let items = world.inbox(&person("both-1")).await;
    let mut audiences: Vec<i32> = items.iter().map(|item| item.audience).collect();
    audiences.sort_unstable();
    assert_eq!(audiences, [Audience::Nhq as i32, Audience::ResponsibleHead as i32]);
}

#[tokio::test]
async fn nothing_protected_about_a_concern_stands_anywhere_a_head_can_read() {
    let world = world().await;
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    for item in world.inbox(&head("head-mission-1", "mission")).await {
        let whole = format!("{}{}{:?}", item.title, item.body, item.envelope.as_ref().map(Message::encode_to_vec).map(String::from_utf8));
        for marker in ["marker-narrative", "marker-case", "marker-call-back"] {
            assert!(!whole.contains(marker), "{marker} reached {}", item.recipient);
        }
        assert!(whole.contains("marker-person"), "a head must know who is at risk");
    }
    for table in ["ring", "inbox_item", "delivery", "outbox"] {
        let sql = sqlx::AssertSqlSafe(format!(
            "select coalesce(string_agg(encode(convert_to(t::text, 'utf8'), 'escape'), ' '), '') from {table} t"
        ));
        let rows: String = sqlx::query_scalar(sql).fetch_one(&world.admin).await.unwrap();
        // Bytes stand as hex in a row's text.
        for marker in ["marker-narrative", "marker-case", "marker-call-back"] {
            let hex: String = marker.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!rows.contains(marker) && !rows.contains(&hex), "{marker} stands in {table}");
        }
    }
}

#[tokio::test]
async fn a_head_who_is_not_told_of_an_imminent_risk_is_told_to_call_nhq_and_no_more() {
    let world = world().await;
    world.by_bus(&ring_head(0, Grade::Question)).await.unwrap();
    let item = world.inbox(&person("head-mission-1")).await.remove(0);
    assert!(item.title.contains("Call NHQ about reference RS-7KDM-Q4XP"));
    assert!(!format!("{}{}", item.title, item.body).contains("marker"));
    let content = item.envelope.unwrap().content.unwrap();
    assert_eq!((content.person_at_risk, content.text, content.site), (String::new(), String::new(), "mission".to_owned()));
}

#[tokio::test]
async fn the_holder_and_whoever_holds_the_office_see_the_ring_and_another_sites_head_does_not() {
    let world = world().await;
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    let deputy = head("deputy-mission-1", "mission");
    let seen = |items: Vec<proto::notification::v1::InboxItem>| items.into_iter().map(|i| i.recipient).collect::<Vec<_>>();
    assert_eq!(seen(world.inbox(&person("head-mission-1")).await), ["head-mission-1"]);
    assert_eq!(seen(world.inbox(&deputy).await), ["institutional-head/mission"]);
    for stranger in [head("head-kent-1", "kent"), officer("rj-officer-1"), person("mediator-1"), person("institutional-head/mission")] {
        assert!(world.inbox(&stranger).await.is_empty(), "{}", stranger.subject);
    }

    let item = world.inbox(&deputy).await.remove(0);
    let hidden = world.mark_read(&head("head-kent-1", "kent"), &item.item_id).await.unwrap_err();
    let absent = world.mark_read(&deputy, "01890000-0000-7000-8000-00000000dead").await.unwrap_err();
    let nonsense = world.mark_read(&deputy, "not-an-id").await.unwrap_err();
    for status in [&hidden, &absent, &nonsense] {
        assert_eq!((status.code(), status.message()), (Code::NotFound, absent.message()));
        let told = |status: &tonic::Status| status.get_details_error_info().map(|info| (info.reason, info.metadata));
        assert_eq!(told(status), told(&absent));
    }
    world.mark_read(&deputy, &item.item_id).await.unwrap();
    assert_eq!(world.unread(&head("head-mission-2", "mission")).await, 0, "an office's item is read for the whole office");
}

#[tokio::test]
async fn a_ring_that_names_nobody_stands_with_the_offices_that_must_find_somebody() {
    let world = world().await;
    world.by_bus(&Ring { no_route: true, ..ring(0, Audience::ResponsibleHead, Grade::Imminent, &[]) }).await.unwrap();
    assert_eq!(world.inbox(&head("whoever", "mission")).await.len(), 1);
    world.by_bus(&ring(0, Audience::Nhq, Grade::Imminent, &[])).await.unwrap();
    assert_eq!(world.inbox(&officer("rj-officer-1")).await.len(), 1);
}

#[tokio::test]
async fn nothing_a_raiser_writes_keeps_a_ring_from_standing_in_the_inbox() {
    let world = world().await;
    for (step, text) in
        ["nul \0 inside", "\u{202e}\u{feff}", "'; drop table ring; --", "=?utf-8?b?AAAA?=\r\nBcc: a@example.org"].into_iter().enumerate()
    {
        let mut ring = ring_head(u16::try_from(step).unwrap(), Grade::Imminent);
        let envelope = ring.envelope.as_mut().unwrap();
        text.clone_into(&mut envelope.site);
        text.clone_into(&mut envelope.content.as_mut().unwrap().nature);
        ring.recipients.push(proto::safety::v1::OfficeHolder { office: text.into(), holder: text.into(), rank: 0, cannot_accept: false });
        world.by_bus(&ring).await.unwrap();
        let item = world.inbox(&person("head-mission-1")).await.remove(0);
        assert_eq!(item.envelope.unwrap().content.unwrap().nature, text, "the envelope keeps what was written");
    }
    assert_eq!(world.count("select ring_count::bigint from inbox_item where recipient = 'head-mission-1'").await, 4);
}

#[tokio::test]
async fn a_ring_that_cannot_be_read_is_set_aside_loudly_and_refused_by_the_second_road() {
    let world = world().await;
    let broken = Ring { concern_id: "not-an-id".into(), ..ring_head(0, Grade::Imminent) };
    assert!(matches!(world.by_bus(&broken).await, Err(Rejection::Never { reason: "ring-malformed", .. })));
    assert_eq!(world.by_call(&broken).await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(world.count("select count(*) from ring").await, 0);
}

/// The rings of both audiences of a concern of its own.
fn both_audiences(n: u128) -> [Ring; 2] {
    [(1, ring(0, Audience::Nhq, Grade::Imminent, &[("rj-unit", "officer-1"), ("nmc", "nmc-1")])), (2, ring_head(0, Grade::Imminent))].map(
        |(k, mut ring)| {
            let concern = Uuid::from_u128(0x7000 + n).to_string();
            ring.ring_id = Uuid::from_u128(0x8000 + 2 * n + k).to_string();
            ring.envelope.as_mut().unwrap().concern_id.clone_from(&concern);
            Ring { concern_id: concern, ..ring }
        },
    )
}

#[tokio::test]
async fn the_first_rings_of_both_audiences_at_the_same_moment_can_both_be_read() {
    let world = world().await;
    for n in 0..20 {
        let [nhq, head] = both_audiences(n);
        let (one, other) = tokio::join!(world.by_bus(&nhq), world.by_call(&head));
        assert!(one.is_ok() && other.is_ok());
    }
    for recipient in ["nmc-1", "head-mission-1"] {
        let items = world.inbox(&person(recipient)).await;
        assert_eq!(items.len(), 20);
        assert!(items.iter().all(|item| item.title.contains("Imminent risk") && item.envelope.as_ref().unwrap().content.is_some()));
    }
}

#[tokio::test]
async fn rings_that_come_together_stand_in_every_inbox_once_each_and_the_later_counts_up() {
    let world = world().await;
    let mut rings: Vec<Ring> = (0..30).flat_map(both_audiences).collect();
    world.by_bus(&rings[7]).await.unwrap();
    rings.extend([rings[3].clone(), rings[7].clone()]);
    let [_, later] = both_audiences(5);
    rings.push(Ring { ring_id: Uuid::from_u128(0x9999).to_string(), step: 1, ..later });
    let read: Vec<_> = rings.into_iter().map(|ring| ReceivedRing { ring: read(ring).unwrap(), span: Span::none() }).collect();
    let mut tx = world.begin().await;
    let taken = deliver(&mut tx, &mut Fresh::default(), &world.app, &read).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(taken.len(), 60, "one was taken before, and one came twice");
    assert_eq!(world.told(RING_DELIVERED).await.len(), 61);
    assert_eq!(world.count("select count(*) from inbox_item where recipient in ('nmc-1', 'head-mission-1')").await, 60);
    assert_eq!(world.count("select sum(ring_count) from inbox_item where recipient in ('nmc-1', 'head-mission-1')").await, 61);
    assert_eq!(world.count("select count(*) from delivery").await, world.count("select sum(ring_count) from inbox_item").await);
    assert_eq!(world.count("select count(*) from guarded where settled_at is null").await, 60);
    assert_eq!(world.inbox(&person("nmc-1")).await.len(), 30);
}
