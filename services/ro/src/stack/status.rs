//! The command `ro status`: what runs, and where.

use std::{
    net::{SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use local::{Description, sys};
use serde::Serialize;

use super::Place;
use crate::print;

/// Options of `ro status`.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    place: Place,

    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    state: &'static str,
    pid: u32,
    address: String,
}

impl Status {
    /// Exit status 0 when every process runs and answers.
    ///
    /// # Errors
    /// When no stack runs.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let description = self.place.description()?;
        let rows = rows(&description);
        if self.json {
            print::json(&rows);
        } else {
            for row in &rows {
                print::line(format!("{:<16} {:<10} {:<8} {}", row.name, row.state, row.pid, row.address));
            }
        }
        let well = rows.iter().all(|row| row.state == "up");
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn rows(description: &Description) -> Vec<Row> {
    let socket = description.postgres.socket_dir.join(".s.PGSQL.5432");
    let (postgres, nats) = (&description.postgres, &description.nats);
    let mut rows = vec![
        Row {
            name: "postgres".into(),
            state: state(postgres.pid, std::os::unix::net::UnixStream::connect(&socket).is_ok()),
            pid: postgres.pid,
            address: postgres.socket_dir.display().to_string(),
        },
        Row { name: "nats".into(), state: state(nats.pid, answers(&nats.url)), pid: nats.pid, address: nats.url.clone() },
    ];
    for (name, service) in &description.services {
        let address = service.grpc.clone().or_else(|| service.http.clone()).unwrap_or_default();
        let state = state(service.pid, answers(&address));
        rows.push(Row { name: name.clone(), state, pid: service.pid, address });
    }
    rows
}

fn state(pid: u32, answers: bool) -> &'static str {
    match (sys::alive(pid), answers) {
        (false, _) => "gone",
        (true, false) => "no answer",
        (true, true) => "up",
    }
}

fn answers(url: &str) -> bool {
    let address = url.split_once("//").and_then(|(_, rest)| rest.trim_end_matches('/').parse::<SocketAddr>().ok());
    address.is_some_and(|address| TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok())
}
