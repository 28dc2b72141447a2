//! The delivery ledger as it is read: page after page.

use harness::uniform::asked;
use proto::{
    notification::v1::{self as wire, delivery_service_server::DeliveryService as _},
    safety::v1::Grade,
};
use time::Duration;

use super::world::{officer, ring_head, world};

#[tokio::test]
async fn the_ledger_is_read_page_after_page_and_no_line_is_missed_or_shown_twice() {
    let world = world().await;
    for step in 0..7 {
        // Two at the same moment, as a clock has it.
        world.clock.advance(Duration::seconds(i64::from(step % 2)));
        world.by_bus(&ring_head(step, Grade::Imminent)).await.unwrap();
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    for reference in ["", "RS-7KDM-Q4XP"] {
        seen.clear();
        loop {
            let request = wire::ListDeliveriesRequest { page_size: 3, reference: reference.to_owned(), page_token };
            let page = world.service.list_deliveries(asked(&officer("rj-officer-1"), request)).await.unwrap().into_inner();
            assert!(page.deliveries.len() <= 3);
            seen.extend(page.deliveries.into_iter().map(|line| line.delivery_id));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        let whole: Vec<String> = world.ledger().await.into_iter().map(|line| line.delivery_id).collect();
        assert_eq!((&seen, seen.len()), (&whole, 14));
    }
    let request = wire::ListDeliveriesRequest { page_token: "none of ours".to_owned(), ..wire::ListDeliveriesRequest::default() };
    assert!(world.service.list_deliveries(asked(&officer("rj-officer-1"), request)).await.is_err());
}
