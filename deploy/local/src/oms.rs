//! A stand-in for the OMS server on one machine: knows a few invented offenders, answers GET, and keeps every byte it is sent.

use std::{
    fs::OpenOptions,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    error::{Doing, Result},
    secret,
};

const MAX_LINE_LENGTH: u64 = 8192;
const MAX_LINES: usize = 100;
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Offender numbers and their records. Every one is invented.
const OFFENDERS: [(&str, &str); 2] = [
    (
        "000000F",
        r#"{"site":"mission","status":"in-custody","contactConditions":"no contact with a named person, by court order","name":"Alex Exemple","dateOfBirth":"1900-01-01"}"#,
    ),
    ("000001G", r#"{"site":"po-ottawa","status":"conditionally-released","contactConditions":""}"#),
];

/// A running stand-in; it ends when dropped.
#[derive(Debug)]
pub struct OmsStandIn {
    address: SocketAddr,
    record: PathBuf,
    stop: Arc<AtomicBool>,
}

impl OmsStandIn {
    /// Listens on a free loopback port and adds every byte it is sent to `oms-requests.log` in `dir`.
    ///
    /// # Errors
    /// When the folder or the port is not available.
    pub fn start(dir: &Path) -> Result<Self> {
        secret::folder(dir, 0o700)?;
        let doing = || "listen in the place of OMS".to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing(doing)?;
        let address = listener.local_addr().doing(doing)?;
        let record = dir.join("oms-requests.log");
        secret::write(&record, b"")?;
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, file) = (Arc::clone(&stop), record.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                // One after the other: the record is then in order.
                let _broken = serve(&stream, &file);
            }
        });
        Ok(Self { address, record, stop })
    }

    /// The address to read from.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The file with every byte that was sent here.
    #[must_use]
    pub fn record(&self) -> &Path {
        &self.record
    }
}

impl Drop for OmsStandIn {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // One connection wakes the listening thread.
        let _woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

fn serve(stream: &TcpStream, record: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE_TIMEOUT))?;
    stream.set_write_timeout(Some(IDLE_TIMEOUT))?;
    let mut input = BufReader::new(stream);
    let mut head = Vec::new();
    for _ in 0..MAX_LINES {
        let mut line = Vec::new();
        (&mut input).take(MAX_LINE_LENGTH).read_until(b'\n', &mut line)?;
        head.extend_from_slice(&line);
        if line.len() <= 2 {
            break;
        }
    }
    // Whatever else was sent with it, a body for example.
    head.extend_from_slice(input.buffer());
    OpenOptions::new().append(true).open(record)?.write_all(&head)?;
    let first = String::from_utf8_lossy(&head);
    let path = first.strip_prefix("GET /offenders/").and_then(|rest| rest.split(['?', ' ']).next());
    let (status, body) = match (path, OFFENDERS.iter().find(|(fps, _)| Some(*fps) == path)) {
        (Some(_), Some((_, body))) => ("200 OK", *body),
        (Some(_), None) => ("404 Not Found", "{}"),
        (None, _) => ("405 Method Not Allowed", "{}"),
    };
    let mut output = stream;
    output.write_all(
        format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
            .as_bytes(),
    )
}
