//! A safety concern, from every entry point to both audiences.

use std::time::Duration;

use harness::{
    system::{Peer, SOON},
    wait::eventually,
};
use prost::Message;
use proto::{
    notification::v1::{InboxItem, ListInboxRequest, inbox_service_client::InboxServiceClient},
    safety::v1::{
        AcceptConcernRequest, Audience, CloseConcernRequest, Concern, ConcernState, GetConcernReceiptRequest, GetConcernRequest,
        ListConcernsRequest, RaiseAnswer, RaiseConcernRequest, WatchConcernsRequest, watch_concerns_response::Item,
    },
};
use tokio_stream::StreamExt;

use crate::{samples::imminent_concern, system};

const OFFICER: &str = "rj-officer-1";
const HEAD: &str = "institutional-head-mission";
const OTHER_HEAD: &str = "institutional-head-kent";

pub async fn inbox(client: &mut InboxServiceClient<Peer>, audience: Audience, concern: &str) -> Result<InboxItem, String> {
    let request = ListInboxRequest { unread_only: false, page_size: 200, page_token: String::new() };
    let items = client.list_inbox(request).await.map_err(|s| s.to_string())?.into_inner().items;
    let count = items.len();
    items
        .into_iter()
        .find(|i| i.concern_id == concern && i.audience() == audience)
        .ok_or_else(|| format!("{count} items, none of the concern"))
}

#[tokio::test]
async fn a_concern_raised_with_one_line_reaches_nhq_and_the_raiser_reads_its_receipt_back() {
    let system = system().await;
    let concern = Concern { text: "he was crying and would not say why".into(), ..Concern::default() };
    let raised = system.alarm("mediator-1").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    let id = raised.into_inner().receipt.unwrap().concern_id;
    let item = eventually("NHQ has it", SOON, async || inbox(&mut system.inbox(OFFICER), Audience::Nhq, &id).await).await;
    assert!(item.body.contains("crying"), "{}", item.body);
    let ask = GetConcernReceiptRequest { concern_id: id.clone() };
    assert!(system.alarm("mediator-1").get_concern_receipt(ask.clone()).await.is_ok());
    let hidden = system.alarm("mediator-2").get_concern_receipt(ask).await.err().unwrap();
    assert_eq!(hidden.code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn nhq_and_the_head_of_the_right_site_each_receive_their_own_envelope_and_each_accepts() {
    let system = system().await;
    let concern = imminent_concern("mission");
    let id = concern.concern_id.clone();
    system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();

    let nhq = eventually("NHQ has it", SOON, async || inbox(&mut system.inbox(OFFICER), Audience::Nhq, &id).await).await;
    let head = eventually("the head has it", SOON, async || inbox(&mut system.inbox(HEAD), Audience::ResponsibleHead, &id).await).await;
    assert!(nhq.body.contains("told the mediator"), "{}", nhq.body);
    for told in [&head.title, &head.body] {
        assert!(!told.contains("mediator") && !told.to_lowercase().contains("restorative"), "{told}");
    }
    assert!(head.body.contains("Alex Exemple") && head.body.contains("Unit 3"), "{}", head.body);
    assert!(inbox(&mut system.inbox(OTHER_HEAD), Audience::ResponsibleHead, &id).await.is_err());

    let accept =
        |audience: Audience| AcceptConcernRequest { concern_id: id.clone(), audience: audience as i32, ..AcceptConcernRequest::default() };
    system.alarm(OFFICER).accept_concern(accept(Audience::Nhq)).await.unwrap();
    let close = CloseConcernRequest { concern_id: id.clone(), outcome: "seen by the nurse".into() };
    let early = system.alarm(OFFICER).close_concern(close.clone()).await.err().unwrap();
    assert_eq!(early.code(), tonic::Code::FailedPrecondition);
    let wrong = system.alarm(OTHER_HEAD).accept_concern(accept(Audience::ResponsibleHead)).await.err().unwrap();
    assert_eq!(wrong.code(), tonic::Code::NotFound);
    system.alarm(HEAD).accept_concern(accept(Audience::ResponsibleHead)).await.unwrap();
    let again = system.alarm(HEAD).accept_concern(accept(Audience::ResponsibleHead)).await.unwrap().into_inner();
    assert!(again.already_accepted);
    let seen = system.alarm(OFFICER).get_concern(GetConcernRequest { concern_ref: id.clone(), with_history: false }).await.unwrap();
    assert_eq!(seen.into_inner().concern.unwrap().state(), ConcernState::Accepted);
    system.alarm(OFFICER).close_concern(close).await.unwrap();
}

#[tokio::test]
async fn an_institutions_system_raises_on_the_bus_and_reads_the_receipt_there() {
    let system = system().await;
    let bus = system.bus("publishing-system-mission").await;
    let mut receipts = bus.subscribe("ro.safety.receipt.mission").await.unwrap();
    let concern = imminent_concern("mission");
    let id = concern.concern_id.clone();
    bus.publish("ro.safety.raise.mission", concern.encode_to_vec().into()).await.unwrap();
    let answer = receipt_for(&mut receipts, |a| a.receipt.as_ref().is_some_and(|r| r.concern_id == id)).await;
    assert!(answer.unreadable_reason.is_empty());
    eventually("NHQ has it", SOON, async || inbox(&mut system.inbox(OFFICER), Audience::Nhq, &id).await).await;
    eventually("the head has it", SOON, async || inbox(&mut system.inbox(HEAD), Audience::ResponsibleHead, &id).await).await;
}

#[tokio::test]
async fn a_concern_that_cannot_be_decoded_still_rings_nhq_and_the_head() {
    let system = system().await;
    let bus = system.bus("publishing-system-mission").await;
    let mut receipts = bus.subscribe("ro.safety.receipt.mission").await.unwrap();
    bus.publish("ro.safety.raise.mission", bytes::Bytes::from_static(b"\xff\xfehelp, not protobuf")).await.unwrap();
    let answer = receipt_for(&mut receipts, |a| !a.unreadable_reason.is_empty()).await;
    let id = answer.receipt.unwrap().concern_id;
    eventually("NHQ is rung", SOON, async || inbox(&mut system.inbox(OFFICER), Audience::Nhq, &id).await).await;
    eventually("the head is rung", SOON, async || inbox(&mut system.inbox(HEAD), Audience::ResponsibleHead, &id).await).await;
}

#[tokio::test]
async fn two_concerns_that_a_site_raises_under_one_reused_message_id_at_the_same_moment_both_ring() {
    let system = system().await;
    let bus = system.bus("publishing-system-mission").await;
    let mut answers = bus.subscribe("_INBOX_site-mission.twice").await.unwrap();
    let concerns = [imminent_concern("mission"), imminent_concern("mission")];
    for concern in &concerns {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Nats-Msg-Id", "always-the-same");
        let body = concern.encode_to_vec().into();
        bus.publish_with_reply_and_headers("ro.safety.raise.mission", "_INBOX_site-mission.twice", headers, body).await.unwrap();
    }
    let mut told = Vec::new();
    for _ in &concerns {
        let answer = tokio::time::timeout(SOON, answers.next()).await.unwrap().unwrap();
        told.push(String::from_utf8_lossy(&answer.payload).contains("duplicate"));
    }
    assert_eq!(told, [false, true], "the server has thrown the second one away");
    for concern in &concerns {
        let id = &concern.concern_id;
        eventually("NHQ has it", SOON, async || inbox(&mut system.inbox(OFFICER), Audience::Nhq, id).await).await;
        eventually("the head has it", SOON, async || inbox(&mut system.inbox(HEAD), Audience::ResponsibleHead, id).await).await;
    }
}

async fn receipt_for(receipts: &mut async_nats::Subscriber, wanted: impl Fn(&RaiseAnswer) -> bool) -> RaiseAnswer {
    let search = async {
        while let Some(message) = receipts.next().await {
            let answer = RaiseAnswer::decode(message.payload).unwrap();
            if wanted(&answer) {
                return Some(answer);
            }
        }
        None
    };
    tokio::time::timeout(SOON, search).await.ok().flatten().unwrap()
}

#[tokio::test]
async fn a_dashboard_follows_every_change_and_never_reads_a_word_of_it() {
    let system = system().await;
    let mut stream = system.alarm("dashboard-1").watch_concerns(WatchConcernsRequest::default()).await.unwrap().into_inner();
    let first = stream.next().await.unwrap().unwrap().item.unwrap();
    assert!(matches!(first, Item::Snapshot(_)));
    let concern = imminent_concern("mission");
    let id = concern.concern_id.clone();
    system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    let (mut told, mut beat) = (false, false);
    let follow = async {
        while let Some(Ok(item)) = stream.next().await {
            match item.item.unwrap() {
                Item::Changed(view) => {
                    assert!(view.envelope.is_none() && view.audiences.iter().all(|a| a.accepted_by.is_empty()));
                    told |= view.concern_id == id;
                }
                Item::Beat(now) => beat |= now.bus && now.ladder,
                Item::Snapshot(_) => {}
            }
            if told && beat {
                return;
            }
        }
    };
    tokio::time::timeout(SOON, follow).await.unwrap();
}

#[tokio::test]
async fn a_staff_member_sees_no_concern_in_any_list_and_a_stranger_is_not_let_in() {
    let system = system().await;
    let list = ListConcernsRequest::default();
    let seen = system.alarm("staff-mission").list_concerns(list.clone()).await.unwrap().into_inner();
    assert!(seen.concerns.is_empty() && seen.next_page_token.is_empty());
    let stranger = system.alarm_without_token().list_concerns(list).await.err().unwrap();
    assert_eq!(stranger.code(), tonic::Code::Unauthenticated);
}

#[tokio::test]
async fn with_the_bus_down_a_concern_still_reaches_both_audiences() {
    let system = harness::system::System::start(harness::system::Wishes::default()).await;
    system.kill("nats").await;
    let concern = imminent_concern("mission");
    let id = concern.concern_id.clone();
    system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    for (who, audience) in [(OFFICER, Audience::Nhq), (HEAD, Audience::ResponsibleHead)] {
        eventually("rung without the bus", SOON, async || inbox(&mut system.inbox(who), audience, &id).await).await;
    }
    system.restart("nats").await;
    let delivered = async || {
        let seen = system.alarm(OFFICER).get_concern(GetConcernRequest { concern_ref: id.clone(), with_history: false }).await;
        let seen = seen.map_err(|s| s.to_string())?.into_inner().concern.unwrap();
        if seen.audiences.iter().all(|a| a.delivered_at.is_some()) { Ok(()) } else { Err("not confirmed".to_owned()) }
    };
    eventually("both deliveries are confirmed", SOON + Duration::from_secs(10), delivered).await;
}
