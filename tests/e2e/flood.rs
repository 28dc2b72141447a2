//! A flood of calls, refused in good order while a concern goes through undelayed (THREAT-14).

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use harness::{
    endless::{Says, begin, stranger},
    raw::reason,
    system::{SOON, System, Wishes},
    wait::eventually,
};
use proto::{
    cases::v1::GetCaseRequest,
    intake::v1::SubmitReferralRequest,
    safety::v1::{AcceptConcernRequest, Audience, GetConcernRequest, ListConcernsRequest, RaiseConcernRequest},
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::samples::{imminent_concern, institutional_referral};

/// Streams of the attack without identity: as many as one connection may have.
const STREAMS: usize = 1_024;
/// The largest message that any call takes.
const LARGEST: u32 = 4 * 1024 * 1024;
const LONG: Duration = Duration::from_secs(180);
const CLIENTS: usize = 64;
const RAISES: usize = 30;
const OFFICER: &str = "rj-officer-1";

/// How the calls of the flood ended.
#[derive(Default)]
struct Ends {
    answered: AtomicU64,
    refused: AtomicU64,
    otherwise: Mutex<Vec<String>>,
}

impl Ends {
    fn count(&self, ended: Result<(), Status>) {
        let Err(status) = ended else {
            self.answered.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let ours = status.code() == Code::ResourceExhausted && ["quota", "busy"].contains(&reason(&status).as_str());
        if ours && status.get_details_retry_info().is_some() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        } else {
            self.otherwise.lock().unwrap().push(format!("{status:?}"));
        }
    }
}

async fn flood(system: System, client: usize, ends: Arc<Ends>, over: Arc<AtomicBool>) {
    let (mut safety, mut intake) = (system.alarm(OFFICER), system.referrals(OFFICER));
    while !over.load(Ordering::Relaxed) && ends.otherwise.lock().unwrap().is_empty() {
        let ended = if client.is_multiple_of(2) {
            safety.list_concerns(ListConcernsRequest::default()).await.map(|_| ())
        } else {
            let referral = Some(institutional_referral("mission"));
            intake.submit_referral(SubmitReferralRequest { referral }).await.map(|_| ())
        };
        ends.count(ended);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_sixty_four_clients_flood_the_doors_every_concern_of_the_same_person_is_taken_rung_and_accepted() {
    let tight = |service: &str| {
        [("CALLS_BURST", "100"), ("CALLS_PER_SECOND", "5"), ("DATABASE_CONNECTIONS", "4")]
            .map(|(name, value)| (format!("{}_{name}", service.to_uppercase()), value.to_owned()))
            .to_vec()
    };
    let settings = ["safety", "intake"].map(|service| (service.to_owned(), tight(service))).into();
    // A concern that is put off would be held behind the flood.
    let system = System::start(Wishes { settings, ..Wishes::default() }).await.asking_once();
    let (ends, over) = (Arc::new(Ends::default()), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..CLIENTS).map(|n| tokio::spawn(flood(system.clone(), n, ends.clone(), over.clone()))).collect();
    let refused = async |at_least: u64| {
        let look = async || match ends.refused.load(Ordering::Relaxed) {
            n if n >= at_least => Ok(()),
            n => Err(format!("{n} refused")),
        };
        eventually("the flood is refused", SOON, look).await;
    };
    refused(100).await;
    let mut safety = system.alarm(OFFICER);
    for _ in 0..RAISES {
        let before = ends.refused.load(Ordering::Relaxed);
        let raise = RaiseConcernRequest { concern: Some(imminent_concern("mission")) };
        let receipt = safety.raise_concern(raise).await.unwrap().into_inner().receipt.unwrap();
        let accept = AcceptConcernRequest { concern_id: receipt.concern_id, audience: Audience::Nhq.into(), ..Default::default() };
        assert!(!safety.accept_concern(accept).await.unwrap().into_inner().already_accepted);
        // The flood goes on: what was raised did not find a pause.
        refused(before + 1).await;
    }
    over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    assert!(count(&ends.answered) >= 100, "a burst is allowed");
    let otherwise = ends.otherwise.lock().unwrap().first().cloned();
    assert_eq!(otherwise, None, "whoever is refused is told why, and when to come back");
    let rung = system.database("safety").await;
    let both = "select count(*) from concern c where (select count(*) from audience a where a.concern_id = c.id and a.rings > 0) = 2";
    assert_eq!(sqlx::query_scalar::<_, i64>(both).fetch_one(&rung).await.unwrap(), i64::try_from(RAISES).unwrap());
    // Reading is what is held back, and it comes back by itself.
    let look = async || {
        let read = system.alarm(OFFICER).get_concern(GetConcernRequest { concern_ref: "RS-0000-0000".into(), with_history: false }).await;
        match read.err().unwrap() {
            status if status.code() == Code::NotFound => Ok(()),
            status => Err(status.message().to_owned()),
        }
    };
    eventually("the quota fills again", SOON, look).await;
}

/// What a container of a service may have, in KiB.
fn container() -> u64 {
    let compose = concat!(env!("CARGO_MANIFEST_DIR"), "/../docker-compose.yml");
    let text = std::fs::read_to_string(compose).unwrap();
    let (_, limit) = text.split_once("mem_limit: \"").unwrap();
    limit.split_once("m\"").unwrap().0.parse::<u64>().unwrap() * 1024
}

/// The most that a process has had in memory, in KiB.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_streams_of_four_megabytes_from_somebody_unknown_take_no_memory_and_hold_up_neither_health_nor_a_concern() {
    let system = System::start(Wishes::default()).await;
    let (url, authority, _) = system.outside("safety", OFFICER);
    let pid = system.description.services.get("safety").unwrap().pid;
    for path in [
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/ro.safety.v1.AlarmService/RaiseConcern",
        "/no.such.Service/Method",
    ] {
        let attack = stranger(url.clone(), &authority, [127, 0, 0, 2].into());
        let (said, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let streams: Vec<_> = (0..STREAMS)
            .map(|_| {
                let (attack, said, ended) = (attack.clone(), said.clone(), ended.clone());
                tokio::spawn(async move {
                    let _refused = begin(attack, path, Says::NearlyAll(LARGEST), said).await;
                    ended.fetch_add(1, Ordering::Relaxed);
                })
            })
            .collect();
        let look = async || {
            assert!(peak(pid) < container(), "{path}: {} KiB", peak(pid));
            match said.load(Ordering::Relaxed) + ended.load(Ordering::Relaxed) {
                n if n >= STREAMS => Ok(()),
                n => Err(format!("{n} streams have said all or were ended")),
            }
        };
        eventually("the attack is at its height", LONG, look).await;
        let honest = stranger(url.clone(), &authority, [127, 0, 0, 1].into());
        let mut health = tonic_health::pb::health_client::HealthClient::new(honest);
        health.check(tonic_health::pb::HealthCheckRequest::default()).await.unwrap();
        let raise = RaiseConcernRequest { concern: Some(imminent_concern("mission")) };
        system.alarm(OFFICER).raise_concern(raise).await.unwrap();
        streams.iter().for_each(tokio::task::JoinHandle::abort);
    }
    let most = peak(pid);
    assert!(most < container(), "{most} KiB");
    println!("{} MiB at most, of {} MiB", most / 1024, container() / 1024);
}

#[tokio::test]
async fn a_message_larger_than_its_call_takes_is_refused_with_a_reason() {
    let system = crate::system().await;
    let request = GetCaseRequest { case_ref: "x".repeat(2 * 1024 * 1024) };
    let refused = system.cases(OFFICER).get_case(request).await.err().unwrap();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "message-too-large"), "{refused:?}");
}
