//! The gRPC server of the alarm, with real tokens and grants: whose calls are let in, and whose are cut off.

use std::time::Duration;

use auth::{access::Access, grants::Line};
use base::{Clock, Ids, database::begin};
use clap::Parser;
use harness::{
    bus::TestBus,
    database::{Database, fresh},
    grants::{hold, line},
    raw::{self, reason},
    wait::eventually,
};
use local::identity::Issuer;
use proto::{
    role,
    safety::v1::{
        self, AcceptConcernRequest, ListConcernsRequest, RaiseConcernRequest, RouteConcernRequest, WatchConcernsRequest, WhoAmIRequest,
        alarm_service_client::AlarmServiceClient, alarm_service_server::AlarmServiceServer,
        directory_service_client::DirectoryServiceClient, directory_service_server::DirectoryServiceServer, watch_concerns_response::Item,
    },
    subject,
};
use safety::{
    access::{BY_DEVICE, RULES},
    app::{
        alarm::{App, Ladders, raise_concern, report::Report, watch::Hub},
        directory::sites,
        row_security,
    },
    tasks,
};
use server::{
    Context, Process,
    client::{self, Peer},
};
use tonic::Code;

use crate::world::{self, administrator, one_line};

pub const SOON: Duration = Duration::from_secs(20);

#[derive(Parser)]
struct Config {
    #[command(flatten)]
    server: server::Settings,
}

pub struct Alarm {
    url: String,
    issuer: Issuer,
    pub ctx: Context,
    pub app: App,
    pub database: Database,
    bus: TestBus,
    folder: std::path::PathBuf,
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.ctx.stop.cancel();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Alarm {
    pub async fn open() -> Self {
        let folder = std::env::temp_dir().join(format!("ro-alarm-{}", Ids::random().uuid()));
        std::fs::create_dir_all(&folder).unwrap();
        let issuer = Issuer::open(&folder).unwrap();
        let address = harness::port::address();
        let keys = issuer.keys_file.to_string_lossy().into_owned();
        let settings = Config::parse_from(["safety", "--listen", &address, "--identity-keys", &keys]).server;
        let (bus, database) = (TestBus::start().await, fresh(&[&server::MIGRATOR, &safety::MIGRATOR]).await);
        sites::load(&database.pool).await.unwrap();
        let process = Process::new(proto::PROGRAMME, "safety", settings, Clock::system(), Ids::random());
        let ctx = Context::assemble(process, database.pool.clone(), bus.connect("safety").await);
        let ladder = || "0s:holder,2m:holder,5m:deputy,10m:everyone,every 5m".parse().unwrap();
        let ladders = Ladders { version: 1, imminent: ladder(), concern: ladder(), question: ladder() };
        let app = world::app(ctx.clock.clone(), ctx.ids.clone(), harness::vault::vault("safety", &ctx.clock), ladders);
        let hub = Hub::new(ctx.clock.clone(), app.epoch.clone());
        tasks::watchers::start(&ctx, &hub);
        tasks::trust_cache::start(&ctx, &app.directory);
        let (server, of_directory) = safety::servers(&ctx, app.clone(), hub).unwrap();
        let devices = Some(app.directory.devices.in_use.clone());
        let access = Access { rules: RULES.into(), by_device: BY_DEVICE, devices, ..Access::default() };
        let serving = ctx.clone();
        let routes = tonic::service::Routes::new(AlarmServiceServer::new(server)).add_service(DirectoryServiceServer::new(of_directory));
        tokio::spawn(async move { serving.serve_grpc_to(proto::DESCRIPTOR_BYTES, access, routes).await });
        let alarm = Self { url: format!("http://{address}"), issuer, ctx, app, database, bus, folder };
        let look = async || alarm.directory("anyone").who_am_i(WhoAmIRequest {}).await.map_err(|status| status.to_string());
        eventually("the server answers", SOON, look).await;
        alarm
    }

    fn peer(&self, subject: &str) -> Peer {
        self.peer_with(&self.issuer.token(subject, Clock::system().now()).unwrap())
    }

    pub fn peer_with(&self, token: &str) -> Peer {
        client::connect(&self.url, None, Some(token), None).unwrap()
    }

    pub fn alarm(&self, subject: &str) -> AlarmServiceClient<Peer> {
        AlarmServiceClient::new(self.peer(subject))
    }

    pub fn directory(&self, subject: &str) -> DirectoryServiceClient<Peer> {
        DirectoryServiceClient::new(self.peer(subject))
    }

    pub async fn hold(&self, line: &Line) {
        hold(&self.ctx.pool, line).await;
    }

    /// An empty message to any RPC; the reason of the refusal, or empty.
    async fn knock(&self, subject: &str, method: &'static str) -> String {
        Self::knock_with(self.peer(subject), method).await
    }

    /// The same with a connection that has its own token.
    pub async fn knock_with(peer: Peer, method: &'static str) -> String {
        raw::knock(peer, method, None).await.err().map(|status| reason(&status)).unwrap_or_default()
    }
}

pub fn raise() -> RaiseConcernRequest {
    RaiseConcernRequest { concern: Some(one_line("he is not well")) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contractor_whose_contract_ended_yesterday_can_raise_a_concern_and_do_nothing_else() {
    let alarm = Alarm::open().await;
    let yesterday = Clock::system().now() - time::Duration::DAY;
    let former = |role, site| Line { since: yesterday - time::Duration::DAY, until: Some(yesterday), ..line("contractor-1", role, site) };
    for was in [former(role::RJ_OFFICER, None), former(role::STAFF, Some("mission")), former(role::DIRECTORY_ADMINISTRATOR, None)] {
        alarm.hold(&was).await;
    }
    let mut refused = 0;
    for rule in RULES {
        let open = ["concern.raise", "grant.own"].contains(&rule.permission);
        let told = alarm.knock("contractor-1", rule.method).await;
        assert_eq!(told, if open { "" } else { "no-grant" }, "{}", rule.method);
        refused += i64::from(!open);
    }
    let receipt = alarm.alarm("contractor-1").raise_concern(raise()).await.unwrap().into_inner().receipt.unwrap();
    assert!(receipt.reference.starts_with("RS-"));
    assert!(alarm.directory("contractor-1").who_am_i(WhoAmIRequest {}).await.unwrap().into_inner().grants.is_empty());
    alarm.ctx.process.denied.flush(&alarm.ctx.pool, alarm.ctx.clock.now()).await;
    let noted: i64 =
        sqlx::query_scalar("select sum(object::bigint)::bigint from audit_staged where actor = 'contractor-1' and outcome = 'denied'")
            .fetch_one(&alarm.database.admin)
            .await
            .unwrap();
    assert_eq!(noted, refused, "every attempt stands in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concern_is_taken_while_nobody_can_read_what_people_may_do() {
    let alarm = Alarm::open().await;
    alarm.hold(&line("staff-mission", role::STAFF, Some("mission"))).await;
    alarm.alarm("staff-mission").raise_concern(raise()).await.unwrap();
    sqlx::query("alter table grant_held rename to grant_lost").execute(&alarm.database.admin).await.unwrap();
    alarm.alarm("staff-mission").raise_concern(raise()).await.unwrap();
    assert!(alarm.alarm("staff-mission").list_concerns(ListConcernsRequest::default()).await.is_err());
    let sites: Vec<Option<String>> =
        sqlx::query_scalar("select site from concern order by raised_at").fetch_all(&alarm.database.admin).await.unwrap();
    assert_eq!(sites, [Some("mission".to_owned()), None], "the first went to the raiser's own head, the second to NHQ to find the head");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_stream_ends_soon_after_the_grant_it_stands_on() {
    let alarm = Alarm::open().await;
    let officer = line("officer-1", role::RJ_OFFICER, None);
    alarm.hold(&officer).await;
    let mut stream = alarm.alarm("officer-1").watch_concerns(WatchConcernsRequest::default()).await.unwrap().into_inner();
    assert!(matches!(stream.message().await.unwrap().unwrap().item, Some(Item::Snapshot(_))));
    alarm.hold(&Line { ended_at: Some(Clock::system().now()), revision: 2, ..officer }).await;
    let end = async {
        loop {
            if let Err(status) = stream.message().await {
                return status;
            }
        }
    };
    let status = tokio::time::timeout(Duration::from_secs(60), end).await.expect("the stream outlived its grant by a minute");
    assert_eq!((status.code(), reason(&status)), (Code::PermissionDenied, "no-grant".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concern_that_another_instance_of_the_alarm_recorded_is_shown_to_whoever_watches_here() {
    let alarm = Alarm::open().await;
    alarm.hold(&line("officer-1", role::RJ_OFFICER, None)).await;
    let mut stream = alarm.alarm("officer-1").watch_concerns(WatchConcernsRequest::default()).await.unwrap().into_inner();
    assert!(matches!(stream.message().await.unwrap().unwrap().item, Some(Item::Snapshot(shown)) if shown.concerns.is_empty()));
    // Nobody in this process is woken for it.
    let concern = crate::world::imminent_at("mission");
    let report =
        Report { concern, unreadable: false, raised_by: "someone".into(), origin_site: None, fallback_id: uuid::Uuid::from_u128(7) };
    let mut tx = begin(&alarm.database.pool, &row_security::itself()).await.unwrap();
    let receipt = raise_concern::raise(&mut tx, &alarm.app, report).await.unwrap();
    tx.commit().await.unwrap();
    let shown = async {
        loop {
            if let Some(Item::Changed(view)) = stream.message().await.unwrap().unwrap().item {
                return view;
            }
        }
    };
    let view = tokio::time::timeout(SOON, shown).await.expect("nobody here looked");
    assert_eq!(view.reference, receipt.reference);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_outlines_is_told_of_every_change_and_of_nothing_that_was_said_and_no_reading_is_recorded() {
    let alarm = Alarm::open().await;
    let who = ["officer-1", "officer-2", "wall-1", "head-of-mission", "head-of-kent"];
    for (who, role, site) in [
        (who[0], role::RJ_OFFICER, None),
        (who[1], role::NMC_SUPERVISOR, None),
        (who[2], role::DASHBOARD, None),
        (who[3], role::INSTITUTIONAL_HEAD, Some("mission")),
        (who[4], role::INSTITUTIONAL_HEAD, Some("kent")),
    ] {
        alarm.hold(&line(who, role, site)).await;
    }
    let mut streams = Vec::new();
    for who in who {
        let mut stream = alarm.alarm(who).watch_concerns(WatchConcernsRequest { outline: true }).await.unwrap().into_inner();
        assert!(matches!(stream.message().await.unwrap().unwrap().item, Some(Item::Snapshot(shown)) if shown.concerns.is_empty()));
        streams.push(stream);
    }
    let concern = crate::world::imminent_at("mission");
    let raised = alarm.alarm("officer-1").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap().into_inner();
    let concern_id = raised.receipt.unwrap().concern_id;
    let accept =
        AcceptConcernRequest { concern_id: concern_id.clone(), audience: v1::Audience::Nhq.into(), ..AcceptConcernRequest::default() };
    alarm.alarm("officer-2").accept_concern(accept).await.unwrap();
    let kent = streams.pop().unwrap();
    for (stream, who) in streams.iter_mut().zip(who) {
        let accepted = async {
            loop {
                let Some(Item::Changed(view)) = stream.message().await.unwrap().unwrap().item else { continue };
                assert!(view.envelope.is_none(), "{who} is told what was said");
                let nhq = view.audiences.iter().find(|status| status.audience() == v1::Audience::Nhq).unwrap();
                if nhq.accepted_at.is_some() {
                    return view;
                }
            }
        };
        let view = tokio::time::timeout(SOON, accepted).await.expect("the change does not come");
        let head = view.audiences.iter().find(|status| status.audience() == v1::Audience::ResponsibleHead).unwrap();
        assert_eq!((view.concern_id.as_str(), head.may_accept), (concern_id.as_str(), who == "head-of-mission"), "{who}");
    }
    // For the head of another site there is none.
    alarm.hold(&line("head-of-kent", role::RJ_OFFICER, None)).await;
    let mut kent = kent;
    while let Ok(Some(message)) = kent.message().await {
        assert!(!matches!(message.item, Some(Item::Changed(_))));
    }
    let read: i64 = sqlx::query_scalar("select count(*) from audit_staged where action = 'concern.watch'")
        .fetch_one(&alarm.database.admin)
        .await
        .unwrap();
    assert_eq!(read, 0);
}

// [TRAP-2]
#[tokio::test(flavor = "multi_thread")]
async fn a_live_stream_of_the_former_head_ends_when_another_head_accepts_so_that_no_page_goes_on_ringing() {
    let alarm = Alarm::open().await;
    for (who, role, site) in [
        ("head-of-mission", role::INSTITUTIONAL_HEAD, Some("mission")),
        ("head-of-kent", role::INSTITUTIONAL_HEAD, Some("kent")),
        ("officer-1", role::RJ_OFFICER, None),
    ] {
        alarm.hold(&line(who, role, site)).await;
    }
    let concern = crate::world::imminent_at("mission");
    let raised = alarm.alarm("officer-1").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap().into_inner();
    let concern_id = raised.receipt.unwrap().concern_id;
    let mut stream = alarm.alarm("head-of-mission").watch_concerns(WatchConcernsRequest::default()).await.unwrap().into_inner();
    assert!(matches!(stream.message().await.unwrap().unwrap().item, Some(Item::Snapshot(shown)) if shown.concerns.len() == 1));
    let route = RouteConcernRequest { concern_id: concern_id.clone(), site: "kent".into() };
    alarm.alarm("officer-1").route_concern(route).await.unwrap();
    let accept = AcceptConcernRequest { concern_id, audience: v1::Audience::ResponsibleHead.into(), ..AcceptConcernRequest::default() };
    alarm.alarm("head-of-kent").accept_concern(accept).await.unwrap();
    let end = async {
        loop {
            if let Err(status) = stream.message().await {
                return status;
            }
        }
    };
    let status = tokio::time::timeout(Duration::from_secs(30), end).await.expect("the page of the former head rings on");
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    let mut again = alarm.alarm("head-of-mission").watch_concerns(WatchConcernsRequest::default()).await.unwrap().into_inner();
    assert!(matches!(again.message().await.unwrap().unwrap().item, Some(Item::Snapshot(shown)) if shown.concerns.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_directory_grants_and_takes_back_another_service_knows() {
    let alarm = Alarm::open().await;
    let theirs = fresh(&[&server::MIGRATOR]).await;
    let settings = Config::parse_from(["cases"]).server;
    let process = Process::new(proto::PROGRAMME, "cases", settings, Clock::system(), Ids::random());
    let cases = Context::assemble(process, theirs.pool.clone(), alarm.bus.connect("cases").await);
    cases.consume_grants(subject::CASES_GRANTS).unwrap();
    alarm.ctx.publish_outbox();
    let grant = crate::directory::give(&alarm.ctx.pool, &alarm.app.directory, "mediator-1", role::MEDIATOR, None).await;
    let live = async || -> Vec<String> {
        let proof = base::caller::Proof::new("mediator-1", Clock::system().now() + time::Duration::HOUR);
        let caller = auth::grants::Copy::new(theirs.pool.clone(), None).caller(proof, Clock::system().now()).await.unwrap();
        caller.grants.into_iter().map(|grant| grant.role).collect()
    };
    let becomes = async |wanted: &[&str]| {
        let look = async || match live().await {
            found if found == wanted => Ok(()),
            found => Err(format!("{found:?}")),
        };
        eventually("the copy follows", SOON, look).await;
    };
    becomes(&["mediator"]).await;
    let mut tx = begin(&alarm.ctx.pool, &row_security::actor(&administrator("admin-1"))).await.unwrap();
    safety::app::directory::grants::end(&mut tx, &alarm.app.directory, &administrator("admin-1"), grant).await.unwrap();
    tx.commit().await.unwrap();
    becomes(&[]).await;
    // The line is changed in the copy, whose inbox has received every revision; the daily statement mends it.
    sqlx::query("update grant_held set ended_at = null").execute(&theirs.admin).await.unwrap();
    becomes(&["mediator"]).await;
    sqlx::query("update role_grant set stated_at = stated_at - interval '2 days'").execute(&alarm.database.admin).await.unwrap();
    assert_eq!(safety::app::directory::grants::restate(&alarm.ctx.pool, &alarm.app.directory, true).await.unwrap(), 1);
    let urgent = "select urgent from outbox where subject = 'ro.safety.event.grant-changed' order by next_attempt_at desc limit 1";
    let urgent: bool = sqlx::query_scalar(urgent).fetch_one(&alarm.database.admin).await.unwrap();
    assert!(!urgent, "what is only said again goes before a ring");
    becomes(&[]).await;
    cases.stop.cancel();
}
