//! The command `ro status`: what runs, where, and which of its health names are bad.

use std::{
    net::{SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use clap::Args;
use local::{Description, sys};
use serde::Serialize;
use server::{NAMED_HEALTH, client};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use super::Place;
use crate::{
    print,
    text::{Lang, Language, Words},
};

const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

const BAD_HEALTH: Words = Words { en: "bad health: {}", fr: "mauvais état de santé : {}" };

/// Options of `ro status`.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    language: Language,

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
    /// Health names that the process reports as bad.
    bad_health: Vec<&'static str>,
}

impl Status {
    /// Exit status 0 when every process runs and answers.
    ///
    /// # Errors
    /// When no stack runs.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let description = self.place.description()?;
        let mut rows = rows(&description);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(add_health(&mut rows, &description))?;
        if self.json {
            print::json(&rows);
        } else {
            for row in &rows {
                print::line(row.text(self.language.lang()));
            }
        }
        let well = rows.iter().all(|row| row.state == "up");
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Row {
    fn text(&self, lang: Lang) -> String {
        let state = match (self.state, lang) {
            ("up", Lang::Fr) => "en marche",
            ("gone", Lang::Fr) => "arrêté",
            ("no answer", Lang::Fr) => "sans réponse",
            (state, _) => state,
        };
        let text = format!("{:<16} {state:<12} {:<8} {}", self.name, self.pid, self.address);
        if self.bad_health.is_empty() { text } else { format!("{text}  {}", BAD_HEALTH.fill(lang, &[&self.bad_health.join(", ")])) }
    }
}

/// Asks every process that serves gRPC for its health names.
async fn add_health(rows: &mut [Row], description: &Description) -> anyhow::Result<()> {
    let file = &description.ca_file;
    let ca = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let checks = rows.iter_mut().filter(|row| row.state == "up").map(|row| async {
        if let Some(url) = description.services.get(&row.name).and_then(|service| service.grpc.as_deref()) {
            row.bad_health = bad_health_of(url, &ca).await;
        }
    });
    futures::future::join_all(checks).await;
    Ok(())
}

async fn bad_health_of(url: &str, ca: &[u8]) -> Vec<&'static str> {
    let Ok(peer) = client::connect(url, Some(ca), None, Some(HEALTH_TIMEOUT)) else { return Vec::new() };
    let checks = NAMED_HEALTH.map(|name| {
        let mut health = HealthClient::new(peer.clone());
        async move {
            let answer = health.check(HealthCheckRequest { service: name.to_owned() }).await;
            let is_bad = answer.is_ok_and(|answer| answer.into_inner().status() == ServingStatus::NotServing);
            is_bad.then_some(name)
        }
    });
    futures::future::join_all(checks).await.into_iter().flatten().collect()
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
            bad_health: Vec::new(),
        },
        Row {
            name: "nats".into(),
            state: state(nats.pid, answers(&nats.url)),
            pid: nats.pid,
            address: nats.url.clone(),
            bad_health: Vec::new(),
        },
    ];
    for (name, service) in &description.services {
        let address = service.grpc.clone().or_else(|| service.http.clone()).unwrap_or_default();
        let state = state(service.pid, answers(&address));
        rows.push(Row { name: name.clone(), state, pid: service.pid, address, bad_health: Vec::new() });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_runs_is_shown_with_its_bad_health_and_a_well_one_without_a_word() {
        let row = |bad_health| Row { name: "safety".into(), state: "up", pid: 7, address: "https://127.0.0.1:1".into(), bad_health };
        let ill = row(vec!["bus", "work"]);
        assert_eq!(ill.text(Lang::En), "safety           up           7        https://127.0.0.1:1  bad health: bus, work");
        assert_eq!(ill.text(Lang::Fr), "safety           en marche    7        https://127.0.0.1:1  mauvais état de santé : bus, work");
        assert!(row(Vec::new()).text(Lang::En).ends_with("https://127.0.0.1:1"));
    }
}
