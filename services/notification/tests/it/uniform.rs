//! Uniform answers: no call tells another person's item from an absent one, by its bytes or by its database statements [R3c, TRAP-6].

use harness::uniform::{asked, every_rpc_of, refused, same};
use proto::{
    notification::v1::{self as wire, channel_service_server::ChannelService, inbox_service_server::InboxService},
    safety::v1::{Audience, Grade},
};
use uuid::Uuid;

use crate::world::{head, person, ring_head, world};

const OWN: &str = "names the caller's own and nothing else";
const OTHERS: [(&str, &str); 8] = [
    ("ListChannels", OWN),
    ("AddChannel", OWN),
    ("ListInbox", OWN),
    ("SetPreferences", OWN),
    ("ConfirmAddress", OWN),
    ("GetPreferences", OWN),
    ("ListDeliveries", "names no delivery; open to the RJ Unit and operations"),
    ("DeliverRing", "safety alone may call it"),
];

#[tokio::test]
async fn an_item_of_somebody_else_an_absent_one_and_no_name_at_all_are_the_same_bytes_and_the_same_statements() {
    every_rpc_of("ro.notification.v1", &["ConfirmChannel", "MarkRead", "RemoveChannel"], &OTHERS);
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

    let of_another = Uuid::from_u128(0xdef);
    sqlx::query(
        "insert into channel (channel_id, subject, kind, place_index, place_sealed, name_sealed, key_version, added_at)
         values ($1, 'head-mission-1', 'push', 'x', '', '', 1, now())",
    )
    .bind(of_another)
    .execute(&world.admin)
    .await
    .unwrap();
    let confirm = async |channel: &str| {
        let request = asked(&person("mediator-1"), wire::ConfirmChannelRequest { channel_id: channel.into(), code: "000000".into() });
        refused(world.service.confirm_channel(request)).await
    };
    same("ConfirmChannel", &confirm(&of_another.to_string()).await, &confirm(&absent).await, &confirm("no id").await);
    let remove = async |channel: &str| {
        let request = asked(&person("mediator-1"), wire::RemoveChannelRequest { channel_id: channel.into() });
        refused(world.service.remove_channel(request)).await
    };
    same("RemoveChannel", &remove(&of_another.to_string()).await, &remove(&absent).await, &remove("no id").await);
}
