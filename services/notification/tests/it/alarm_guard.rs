//! Watch of the alarm: this service notices when safety falls silent (THREAT-1).

use std::sync::{Arc, Mutex};

use notification::app::alarm_guard::{GuardedAlarm, Progress, check};
use proto::{
    notification::v1::InboxItem,
    safety::v1::{
        self as wire, Audience, ConcernChanged, Grade, Ring,
        alarm_service_client::AlarmServiceClient,
        alarm_service_server::{AlarmService, AlarmServiceServer},
    },
    subject,
};
use time::Duration;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::world::{CONCERN, START, World, caller, head, hear, officer, ring, ring_head, world};

const GRACE: Duration = Duration::seconds(30);
/// Longer than any test but those of it: what is silent and what does not answer are two alarms.
const SILENCE_LIMIT: Duration = Duration::days(7);
const NEXT: Duration = Duration::minutes(2);

/// Nobody listens there: the alarm answers nothing.
fn silent() -> GuardedAlarm {
    let peer = server::client::connect("http://127.0.0.1:9", None, None, Some(server::client::DEADLINE)).unwrap();
    GuardedAlarm { safety: AlarmServiceClient::new(peer), grace: GRACE, patience: SILENCE_LIMIT }
}

fn with_next(ring: Ring) -> Ring {
    Ring { next_ring_at: Some(base::wire::timestamp(START + NEXT)), ..ring }
}

async fn looked(world: &World) -> usize {
    check(&world.app, &mut silent(), &mut Progress::from(START)).await.unwrap()
}

async fn silence_heard(world: &World, who: &base::Caller) -> Vec<InboxItem> {
    world.inbox(who).await.into_iter().filter(|item| item.template == "alarm-silent").collect()
}

#[tokio::test]
async fn when_the_alarm_has_not_rung_again_in_time_everybody_it_has_rung_is_told_to_use_the_telephone_and_again_every_minute() {
    let world = world().await;
    world.prefers("head-mission-1", "en", "head@csc-scc.gc.ca").await.unwrap();
    world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
    world.clock.advance(NEXT + GRACE);
    assert_eq!(looked(&world).await, 0, "the alarm may be a little late");
    world.clock.advance(Duration::SECOND);
    assert_eq!(looked(&world).await, 1);
    assert_eq!(looked(&world).await, 0);
    let by_name = caller("head-mission-1", "mediator", "");
    let listeners =
        [head("another-deputy", "mission"), by_name.clone(), officer("rj-officer-1"), caller("nmc-1", proto::role::NMC_SUPERVISOR, "")];
    for who in &listeners {
        let told = silence_heard(&world, who).await;
        assert!(told.iter().any(|item| item.title.contains("RS-7KDM-Q4XP") && !item.body.contains("marker-")), "{}", who.subject);
    }
    let mails = world.count("select count(*) from delivery where channel = 'email' and recipient = 'head-mission-1'").await;
    assert_eq!(mails, 2, "one for the ring, one for the silence");
    world.clock.advance(Duration::MINUTE);
    assert_eq!(looked(&world).await, 1);
    let rung = "select max(ring_count)::bigint from inbox_item where template = 'alarm-silent' and recipient = 'head-mission-1'";
    assert_eq!(world.count(rung).await, 2);
}

#[tokio::test]
async fn whoever_rings_again_or_has_accepted_is_not_missed() {
    let world = world().await;
    world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
    world.by_bus(&with_next(ring(0, Audience::Nhq, Grade::Imminent, &[("rj-unit", "")]))).await.unwrap();
    world.clock.advance(NEXT);
    let later = Ring { next_ring_at: Some(base::wire::timestamp(START + NEXT * 3)), ..ring_head(1, Grade::Imminent) };
    world.by_bus(&later).await.unwrap();
    let accepted = ConcernChanged {
        concern_id: Uuid::from_u128(CONCERN).to_string(),
        audience: Audience::Nhq.into(),
        what: "accepted".into(),
        ..ConcernChanged::default()
    };
    let handler = notification::bus::Concerns { app: world.app.clone() };
    hear(&world.app.pool, &handler, subject::CONCERN_CHANGED, &accepted).await.unwrap();
    world.clock.advance(NEXT);
    assert_eq!(looked(&world).await, 0);
    world.clock.advance(NEXT + GRACE * 2);
    assert_eq!(looked(&world).await, 1, "the head has still not accepted");
}

#[tokio::test]
async fn a_start_after_a_long_absence_gives_the_alarm_its_time_before_it_is_missed() {
    let world = world().await;
    world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
    world.clock.advance(Duration::DAY);
    let started = world.clock.now();
    assert_eq!(check(&world.app, &mut silent(), &mut Progress::from(started)).await.unwrap(), 0);
    world.clock.advance(GRACE + Duration::SECOND);
    assert_eq!(check(&world.app, &mut silent(), &mut Progress::from(started)).await.unwrap(), 1);
}

/// An alarm that answers what it is told to answer.
#[derive(Clone, Default)]
struct Answering {
    standing: Arc<Mutex<wire::Standing>>,
    asked: Arc<Mutex<Vec<(usize, bool)>>>,
    restored: Arc<Mutex<Vec<wire::Envelope>>>,
}

macro_rules! not_asked {
    ($($rpc:ident($asked:ident) -> $answer:ident;)*) => {
        #[tonic::async_trait]
        impl AlarmService for Answering {
            type WatchConcernsStream = tokio_stream::Pending<Result<wire::WatchConcernsResponse, Status>>;

            $(async fn $rpc(&self, _: Request<wire::$asked>) -> Result<Response<wire::$answer>, Status> {
                Err(Status::unimplemented("not asked in this test"))
            })*

            async fn watch_concerns(&self, _: Request<wire::WatchConcernsRequest>) -> Result<Response<Self::WatchConcernsStream>, Status> {
                Err(Status::unimplemented("not asked in this test"))
            }

            async fn compare_concerns(&self, asked: Request<wire::CompareConcernsRequest>) -> Result<Response<wire::CompareConcernsResponse>, Status> {
                let asked = asked.into_inner();
                self.asked.lock().unwrap().push((asked.guarded.len(), asked.whole));
                let standing = *self.standing.lock().unwrap() as i32;
                Ok(Response::new(wire::CompareConcernsResponse { standings: vec![standing; asked.guarded.len()] }))
            }

            async fn restore_concern(&self, asked: Request<wire::RestoreConcernRequest>) -> Result<Response<wire::RestoreConcernResponse>, Status> {
                let mut restored = self.restored.lock().unwrap();
                restored.push(asked.into_inner().envelope.unwrap());
                Ok(Response::new(wire::RestoreConcernResponse { restored: restored.len() == 1 }))
            }
        }
    };
}

not_asked! {
    raise_concern(RaiseConcernRequest) -> RaiseConcernResponse;
    accept_concern(AcceptConcernRequest) -> AcceptConcernResponse;
    hand_over_concern(HandOverConcernRequest) -> HandOverConcernResponse;
    add_concern_note(AddConcernNoteRequest) -> AddConcernNoteResponse;
    close_concern(CloseConcernRequest) -> CloseConcernResponse;
    route_concern(RouteConcernRequest) -> RouteConcernResponse;
    list_concerns(ListConcernsRequest) -> ListConcernsResponse;
    get_concern(GetConcernRequest) -> GetConcernResponse;
    get_concern_receipt(GetConcernReceiptRequest) -> GetConcernReceiptResponse;
    list_concern_ties(ListConcernTiesRequest) -> ListConcernTiesResponse;
    follow_case(FollowCaseRequest) -> FollowCaseResponse;
}

impl Answering {
    async fn serve(&self) -> GuardedAlarm {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
        tokio::spawn(tonic::transport::Server::builder().add_service(AlarmServiceServer::new(self.clone())).serve_with_incoming(incoming));
        let peer = server::client::connect(&url, None, None, Some(server::client::DEADLINE)).unwrap();
        GuardedAlarm { safety: AlarmServiceClient::new(peer), grace: GRACE, patience: SILENCE_LIMIT }
    }

    fn says(&self, standing: wire::Standing) {
        *self.standing.lock().unwrap() = standing;
    }
}

pub async fn accepted(world: &World, audience: Audience) {
    change(world, "accepted", audience).await;
}

async fn change(world: &World, what: &str, audience: Audience) {
    let changed = ConcernChanged {
        concern_id: Uuid::from_u128(CONCERN).to_string(),
        audience: audience.into(),
        what: what.into(),
        ..ConcernChanged::default()
    };
    let handler = notification::bus::Concerns { app: world.app.clone() };
    hear(&world.app.pool, &handler, subject::CONCERN_CHANGED, &changed).await.unwrap();
}

// [R3e] [TRAP-1]
#[tokio::test]
async fn the_guard_follows_the_newest_promise_of_a_ring_and_not_the_latest_ever_made() {
    let world = world().await;
    let promised = |step, by| Ring { next_ring_at: Some(base::wire::timestamp(START + by)), ..ring_head(step, Grade::Imminent) };
    world.by_bus(&promised(0, Duration::hours(52))).await.unwrap();
    world.by_bus(&promised(1, NEXT)).await.unwrap();
    world.clock.advance(NEXT + GRACE + Duration::SECOND);
    assert_eq!(looked(&world).await, 1, "it waited for a promise that was taken back");
}

// [R3e] [TRAP-1]
#[tokio::test]
async fn an_alarm_that_does_not_answer_for_some_seconds_is_rung_for_whether_a_ring_is_due_or_not_and_every_minute() {
    let world = world().await;
    let patience = Duration::seconds(30);
    let mut progress = Progress::from(START);
    let mut dead = GuardedAlarm { patience, ..silent() };
    check(&world.app, &mut dead, &mut progress).await.unwrap();
    let not_answering = "select count(*) from inbox_item where template = 'alarm-unanswered'";
    assert_eq!(world.count(not_answering).await, 0, "it may be starting");
    // Nothing rings, and NHQ is told all the same.
    world.clock.advance(patience);
    check(&world.app, &mut dead, &mut progress).await.unwrap();
    assert_eq!(world.count(not_answering).await, 3);
    let told = world.inbox(&officer("rj-officer-1")).await;
    assert!(
        told.iter().any(|item| item.title.contains("use the telephone") && item.title.contains("téléphone") && item.concern_id.is_empty()),
        "nothing says that the alarm does not answer"
    );
    // Whoever was rung is told too, long before the next ring is due.
    let far = Ring { next_ring_at: Some(base::wire::timestamp(START + Duration::DAY)), ..ring_head(0, Grade::Imminent) };
    world.by_bus(&far).await.unwrap();
    assert_eq!(check(&world.app, &mut dead, &mut progress).await.unwrap(), 1);
    let heads = async || {
        world.inbox(&caller("head-mission-1", "mediator", "")).await.into_iter().filter(|item| item.template == "alarm-unanswered").count()
    };
    assert_eq!(heads().await, 1);
    let rung = "select max(ring_count)::bigint from inbox_item where template = 'alarm-unanswered' and recipient = 'nmc'";
    assert_eq!(check(&world.app, &mut dead, &mut progress).await.unwrap(), 0);
    let before = world.count(rung).await;
    world.clock.advance(Duration::MINUTE);
    assert_eq!(check(&world.app, &mut dead, &mut progress).await.unwrap(), 1);
    assert!(world.count(rung).await > before);
    // It answers again: nobody is rung, and its next silence is counted anew.
    let alive = Answering::default();
    alive.says(wire::Standing::Rings);
    check(&world.app, &mut GuardedAlarm { patience, ..alive.serve().await }, &mut progress).await.unwrap();
    world.clock.advance(patience - Duration::SECOND);
    let before = world.count(rung).await;
    check(&world.app, &mut dead, &mut progress).await.unwrap();
    assert_eq!(world.count(rung).await, before);
    world.clock.advance(Duration::SECOND);
    check(&world.app, &mut dead, &mut progress).await.unwrap();
    assert_eq!(world.count(rung).await, before + 1);
}

// [R3e] [TRAP-1]
#[tokio::test]
async fn what_was_accepted_is_guarded_until_it_is_closed_and_is_given_back_when_the_alarm_has_lost_it() {
    let world = world().await;
    world.by_bus(&with_next(ring(0, Audience::Nhq, Grade::Imminent, &[("rj-unit", "")]))).await.unwrap();
    accepted(&world, Audience::Nhq).await;
    let alarm = Answering::default();
    let (mut alarmed, mut progress) = (alarm.serve().await, Progress::from(START));
    alarm.says(wire::Standing::Settled);
    assert_eq!(check(&world.app, &mut alarmed, &mut progress).await.unwrap(), 0);
    alarm.says(wire::Standing::Vanished);
    assert_eq!(check(&world.app, &mut alarmed, &mut progress).await.unwrap(), 1);
    let given = alarm.restored.lock().unwrap()[0].clone();
    assert_eq!((given.reference.as_str(), given.content.unwrap().text.as_str()), ("RS-7KDM-Q4XP", "marker-narrative"));
    change(&world, "closed", Audience::Unspecified).await;
    assert_eq!(check(&world.app, &mut alarmed, &mut progress).await.unwrap(), 0);
    assert_eq!(alarm.asked.lock().unwrap().last(), Some(&(0, true)), "a closed concern is compared no more");
}

// [R3e] [TRAP-1]
#[tokio::test]
async fn an_acceptance_that_the_alarm_has_lost_is_missed_when_the_alarm_does_not_ring_again() {
    let world = world().await;
    world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
    accepted(&world, Audience::ResponsibleHead).await;
    let alarm = Answering::default();
    alarm.says(wire::Standing::Rings);
    let (mut alarmed, mut progress) = (alarm.serve().await, Progress::from(START));
    assert_eq!(check(&world.app, &mut alarmed, &mut progress).await.unwrap(), 0, "it is given its time");
    world.clock.advance(GRACE + Duration::SECOND);
    assert_eq!(check(&world.app, &mut alarmed, &mut progress).await.unwrap(), 1);
}

// [R3e]
#[tokio::test]
async fn a_clock_that_steps_back_an_hour_or_a_day_silences_nothing_in_the_guard() {
    for step in [Duration::HOUR, Duration::DAY] {
        let world = world().await;
        world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
        world.clock.advance(NEXT + GRACE * 2);
        let mut progress = Progress::from(START);
        assert_eq!(check(&world.app, &mut silent(), &mut progress).await.unwrap(), 1);
        world.clock.advance(-step);
        assert_eq!(check(&world.app, &mut silent(), &mut progress).await.unwrap(), 0, "the alarm has its grace from now");
        world.clock.advance(GRACE + Duration::SECOND);
        assert_eq!(check(&world.app, &mut silent(), &mut progress).await.unwrap(), 1, "{step} back");
        // The clock of the alarm alone is ahead: its promise is no further away than from one of its rings to the next.
        let ahead = Ring {
            rung_at: Some(base::wire::timestamp(world.clock.now() + step)),
            next_ring_at: Some(base::wire::timestamp(world.clock.now() + step + NEXT)),
            ..ring_head(1, Grade::Imminent)
        };
        world.by_bus(&ahead).await.unwrap();
        world.clock.advance(NEXT + GRACE + Duration::SECOND);
        assert_eq!(check(&world.app, &mut silent(), &mut progress).await.unwrap(), 1, "the alarm is {step} ahead");
    }
}

// [R3e]
#[tokio::test]
async fn one_guarded_concern_that_cannot_be_read_or_written_stops_no_other() {
    let world = world().await;
    for n in 1..=3_u16 {
        let id = Uuid::from_u128(u128::from(n)).to_string();
        let mut ring = with_next(ring_head(n, Grade::Imminent));
        (ring.concern_id, ring.envelope.as_mut().unwrap().concern_id) = (id.clone(), id);
        world.by_bus(&ring).await.unwrap();
    }
    for sql in [
        "alter table guarded drop constraint guarded_audience_known",
        "alter table guarded drop constraint guarded_urgency_known",
        "update guarded set audience = 'somebody-new', grade = 'tepid' where concern_id = '00000000-0000-0000-0000-000000000001'",
        "alter table inbox_item add constraint broken check (template <> 'alarm-silent' or about <> '00000000-0000-0000-0000-000000000002')",
    ] {
        sqlx::query(sql).execute(&world.admin).await.unwrap();
    }
    world.clock.advance(NEXT + GRACE * 2);
    assert_eq!(looked(&world).await, 1);
    let told = "select count(*) from inbox_item where template = 'alarm-silent' and about = '00000000-0000-0000-0000-000000000003'";
    assert!(world.count(told).await > 0);
}

#[tokio::test]
async fn two_instances_ring_in_the_place_of_the_alarm_once() {
    let world = world().await;
    world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
    world.clock.advance(NEXT + GRACE * 2);
    let rung = futures::future::join_all((0..4).map(|_| looked(&world))).await;
    assert_eq!(rung.into_iter().sum::<usize>(), 1);
}
