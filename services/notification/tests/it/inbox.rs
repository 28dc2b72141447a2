//! Pages of the inbox: they reach every item, and what has happened again is notified again.

use harness::uniform::asked;
use notification::bus::Facts;
use proto::{
    cases::v1::MediatorAssigned,
    intake::v1::{Origin, ReferralReceived},
    notification::v1::{InboxItem, ListInboxRequest, inbox_service_server::InboxService},
    safety::v1::{Audience, Grade},
    subject,
};
use time::Duration;
use uuid::Uuid;

use crate::{
    fact::facts,
    world::{START, World, event_of, hear, officer, person, ring, world},
};

const NO_INTAKE: &str = "http://127.0.0.1:1";

async fn page(world: &World, who: &base::Caller, unread_only: bool, page_token: String) -> (Vec<InboxItem>, String) {
    let request = asked(who, ListInboxRequest { unread_only, page_size: 7, page_token });
    let answer = world.service.list_inbox(request).await.unwrap().into_inner();
    (answer.items, answer.next_page_token)
}

async fn all(world: &World, who: &base::Caller, unread_only: bool) -> Vec<InboxItem> {
    let (mut items, mut token) = page(world, who, unread_only, String::new()).await;
    while !token.is_empty() {
        let (next, after) = page(world, who, unread_only, token).await;
        assert!(next.len() == 7 || after.is_empty(), "only the last page is short");
        items.extend(next);
        token = after;
    }
    items
}

async fn received(world: &World, handler: &Facts, n: u128) {
    let received = ReferralReceived {
        referral_id: Uuid::from_u128(n).to_string(),
        origin: Origin::Victim.into(),
        counted_origin: Origin::Victim.into(),
        site: "mission".into(),
        received_at: Some(base::wire::timestamp(START)),
        import_id: String::new(),
    };
    hear(&world.app.pool, handler, subject::REFERRALS_RECEIVED, &event_of(&received)).await.unwrap();
}

#[tokio::test]
async fn the_inbox_reaches_every_item_past_any_page_alarms_first_and_none_twice() {
    let world = world().await;
    let (handler, who) = (facts(&world, NO_INTAKE), officer("rj-officer-1"));
    for n in 1..=40 {
        // Some at the same moment: the page ends among them.
        if n % 5 == 0 {
            world.clock.advance(Duration::SECOND);
        }
        received(&world, &handler, n).await;
    }
    for n in 0..9_u16 {
        let mut ring = ring(n, Audience::Nhq, Grade::Concern, &[("rj-unit", ""), ("", "rj-officer-1")]);
        ring.concern_id = Uuid::from_u128(0xc0 + u128::from(n)).to_string();
        world.by_bus(&ring).await.unwrap();
    }
    let items = all(&world, &who, false).await;
    let mut ids: Vec<&str> = items.iter().map(|item| item.item_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((items.len(), ids.len()), (58, 58), "forty notices, and each alarm in the box of the office and in one's own");
    assert!(items.iter().take(18).all(|item| !item.concern_id.is_empty()), "alarms that nobody has read come first");
    world.mark_read(&who, &items[0].item_id).await.unwrap();
    world.mark_read(&who, &items[57].item_id).await.unwrap();
    assert_eq!((all(&world, &who, false).await.len(), all(&world, &who, true).await.len()), (58, 56));
}

#[tokio::test]
async fn a_place_in_the_inbox_that_the_service_did_not_give_out_is_refused() {
    let world = world().await;
    for page_token in ["x".to_owned(), hex("[true,9223372036854775807,\"x\"]"), hex("[true,0,\"x\"]")] {
        let request = asked(&person("mediator-1"), ListInboxRequest { page_token, ..ListInboxRequest::default() });
        assert_eq!(harness::raw::reason(&world.service.list_inbox(request).await.err().unwrap()), "page-token-malformed");
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn an_item_that_this_version_cannot_read_hides_no_other() {
    let world = world().await;
    for n in 0..3_u16 {
        let mut ring = ring(n, Audience::Nhq, Grade::Concern, &[("rj-unit", "")]);
        ring.concern_id = Uuid::from_u128(1 + u128::from(n)).to_string();
        world.by_bus(&ring).await.unwrap();
    }
    for sql in [
        "alter table inbox_item drop constraint inbox_item_audience_known",
        "alter table inbox_item drop constraint inbox_item_urgency_known",
        "update inbox_item set audience = 'somebody-new' where about = '00000000-0000-0000-0000-000000000001'",
        "update inbox_item set grade = 'tepid' where about = '00000000-0000-0000-0000-000000000002'",
    ] {
        sqlx::query(sql).execute(&world.admin).await.unwrap();
    }
    let items = world.inbox(&officer("rj-officer-1")).await;
    assert_eq!((items.len(), items.iter().filter(|item| item.envelope.is_some()).count()), (3, 2));
}

#[tokio::test]
async fn a_second_assignment_to_the_same_mediator_is_told_again_and_the_same_one_is_not() {
    let world = world().await;
    let (handler, mediator) = (facts(&world, NO_INTAKE), person("mediator-1"));
    world.prefers("mediator-1", "en", "ada.exemple@csc-scc.gc.ca").await.unwrap();
    let assigned = |at| MediatorAssigned {
        case_id: Uuid::from_u128(0xca5e).to_string(),
        mediator: "mediator-1".into(),
        assigned_at: Some(base::wire::timestamp(at)),
    };
    let assign = async |at| hear(&world.app.pool, &handler, subject::MEDIATOR_ASSIGNED, &assigned(at)).await.unwrap();
    assign(START).await;
    let item = world.inbox(&mediator).await.remove(0);
    world.mark_read(&mediator, &item.item_id).await.unwrap();
    assign(START).await;
    assert_eq!(world.unread(&mediator).await, 0, "the same assignment is told once");
    let mails = "select count(*) from delivery where channel = 'email'";
    sqlx::query("update delivery set state = 'delivered', finished_at = now() where channel = 'email'")
        .execute(&world.admin)
        .await
        .unwrap();
    world.clock.advance(Duration::DAY);
    assign(world.clock.now()).await;
    let again = world.inbox(&mediator).await;
    assert_eq!((again.len(), world.unread(&mediator).await, world.count(mails).await), (1, 1, 2), "one item, unread again, and a mail");
    // What was told late of the first assignment takes nothing back.
    world.mark_read(&mediator, &again[0].item_id).await.unwrap();
    assign(START).await;
    assert_eq!(world.unread(&mediator).await, 0);
}
