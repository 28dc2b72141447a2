//! Integration tests of the OMS reader against a recording stand-in: its requests, the answers it accepts, and failures of OMS.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use base::{Clock, Ids};
use clap::Parser as _;
use local::oms::OmsStandIn;
use oms_reader::{
    Config,
    get::{Fault, Getter},
    grpc::Server,
    source::{Fps, Offender, Oms, Source},
};
use proto::oms::v1::{ReadOffenderRequest, ReadOffenderResponse, oms_reader_service_server::OmsReaderService};
use tonic::{Code, Request, Status};

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("oms-reader-{}", Ids::random().uuid()))
}

fn config(arguments: &[&str]) -> Config {
    Config::parse_from([&["oms-reader"], arguments].concat())
}

fn reader(url: &str) -> Server<Oms> {
    Server::new(Some(Oms::new(Getter::new(url, &config(&[])).unwrap())), Clock::system())
}

/// As cases might send it by mistake: with everything in the headers that must not go further.
async fn read<S: Source>(reader: &Server<S>, fps: &str) -> Result<ReadOffenderResponse, Status> {
    let mut request = Request::new(ReadOffenderRequest { fps: fps.into() });
    for (name, value) in
        [("traceparent", "00-11111111111111111111111111111111-2222222222222222-01"), ("user-agent", "cases"), ("x-case", "RC-1")]
    {
        request.metadata_mut().insert(name, value.parse().unwrap());
    }
    reader.read_offender(request).await.map(tonic::Response::into_inner)
}

/// One answer to one request, from a server that knows no manners.
fn answering(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _asked = stream.read(&mut [0; 4096]);
            let _gone = stream.write_all(&answer);
        }
    });
    url
}

#[tokio::test]
async fn all_that_oms_is_ever_sent_is_one_get_that_says_nothing_of_who_asks_or_why() {
    let dir = folder();
    let oms = OmsStandIn::start(&dir).unwrap();
    let reader = reader(&oms.url());
    let taken = read(&reader, "000 000-f").await.unwrap();
    assert_eq!((taken.site.as_str(), taken.status.as_str()), ("mission", "in-custody"));
    assert!(taken.contact_conditions.contains("no contact"), "{}", taken.contact_conditions);
    assert_eq!(read(&reader, "999999Z").await.err().unwrap().code(), Code::NotFound);
    for hostile in ["", "000000F?write=1", "000000F HTTP/1.1\r\n\r\nPUT /x", "../000000F", "RC-4TQM-9XKD"] {
        assert_eq!(read(&reader, hostile).await.err().unwrap().code(), Code::InvalidArgument, "{hostile}");
    }
    let asked = |fps: &str| {
        let host = oms.url().replace("http://", "");
        format!(
            "GET /offenders/{fps}?fields=site,status,contactConditions&reason=authorized-duty HTTP/1.1\r\nhost: {host}\r\naccept: application/json\r\n\r\n"
        )
    };
    let recorded = fs::read_to_string(oms.record()).unwrap();
    assert_eq!(recorded, asked("000000F") + &asked("999999Z"), "every byte that was sent");
    fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn a_token_is_sent_to_oms_and_nothing_else_is_added() {
    let dir = folder();
    let oms = OmsStandIn::start(&dir).unwrap();
    let token = dir.join("token");
    fs::write(&token, "read-only-token\n").unwrap();
    let config = config(&["--source-token-file", token.to_str().unwrap()]);
    let reader = Server::new(Some(Oms::new(Getter::new(&oms.url(), &config).unwrap())), Clock::system());
    read(&reader, "000001G").await.unwrap();
    let recorded = fs::read_to_string(oms.record()).unwrap();
    let names: Vec<&str> = recorded.lines().skip(1).filter_map(|line| line.split(": ").next()).filter(|name| !name.is_empty()).collect();
    assert_eq!(names, ["host", "accept", "authorization"]);
    fs::remove_dir_all(dir).unwrap();
}

/// A source that never answers, and counts how often it was asked.
struct Silent(Arc<AtomicUsize>);

impl Source for Silent {
    async fn read(&self, _fps: &Fps) -> Result<Option<Offender>, Fault> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(Fault("no answer in time"))
    }
}

#[tokio::test]
async fn an_oms_that_does_not_answer_is_left_alone_and_who_asks_is_told_at_once() {
    let (asked, clock) = (Arc::new(AtomicUsize::new(0)), Clock::fixed(time::OffsetDateTime::UNIX_EPOCH));
    let reader = Server::new(Some(Silent(asked.clone())), clock.clone());
    for _ in 0..10 {
        assert_eq!(read(&reader, "000000F").await.err().unwrap().code(), Code::Unavailable);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    clock.advance(time::Duration::seconds(30));
    read(&reader, "000000F").await.err().unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 4);
    let none: Server<Silent> = Server::new(None, clock);
    assert_eq!(read(&none, "000000F").await.err().unwrap().code(), Code::Unavailable);
}

#[tokio::test]
async fn an_answer_that_is_too_large_broken_or_not_what_was_agreed_is_no_answer_and_no_refusal_repeats_it() {
    let large = [b"HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n\r\n".to_vec(), vec![b' '; 200_000]].concat();
    let odd = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n[1, 2]".to_vec();
    let moved = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/elsewhere\r\ncontent-length: 0\r\n\r\n".to_vec();
    for answer in [large, odd, moved, b"garbage\r\n\r\n".to_vec(), Vec::new()] {
        let refused = read(&reader(&answering(answer)), "000000F").await.err().unwrap();
        assert_eq!(refused.code(), Code::Unavailable);
        assert!(!format!("{refused:?}").contains("000000F"), "{refused:?}");
    }
}

#[test]
fn oms_is_reached_by_https_or_not_at_all() {
    for url in ["http://oms.example", "ftp://oms.example", "oms.example", "https://oms.example"] {
        assert!(Getter::new(url, &config(&[])).is_err(), "{url}");
    }
}
