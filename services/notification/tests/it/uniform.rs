//! Uniform answers: no call tells another person's item from an absent one, by its bytes or by its database statements [R3c, TRAP-6].

use harness::uniform::{asked, every_rpc_of, refused, same};
use proto::{
    notification::v1::{self as wire, inbox_service_server::InboxService},
    safety::v1::{Audience, Grade},
};
use uuid::Uuid;

use crate::world::{head, person, ring_head, world};

const OWN: &str = "names the caller's own and nothing else";
const OTHERS: [(&str, &str); 5] = [
    ("ListInbox", OWN),
    ("SetPreferences", OWN),
    ("GetPreferences", OWN),
    ("ListDeliveries", "names no delivery; open to the RJ Unit and operations"),
    ("DeliverRing", "safety alone may call it"),
];

#[tokio::test]
async fn an_item_of_somebody_else_an_absent_one_and_no_name_at_all_are_the_same_bytes_and_the_same_statements() {
    every_rpc_of("ro.notification.v1", &["MarkRead"], &OTHERS);
    let world = world().await;
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    let items = world.inbox(&head("head-mission-1", "mission")).await;
    assert_eq!(items[0].audience(), Audience::ResponsibleHead);
    let mark = async |item: &str| {
        let request = asked(&person("mediator-1"), wire::MarkReadRequest { item_id: item.into() });
        refused(world.service.mark_read(request)).await
    };
    let absent = Uuid::from_u128(0xabc).to_string();
    same("MarkRead", &mark(&items[0].item_id).await, &mark(&absent).await, &mark("no id").await);
}
