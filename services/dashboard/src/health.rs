//! The command `dashboard health`: checks the running dashboard over its own HTTP server, which does not speak gRPC.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use server::config::{self, Task};

use crate::Config;

const TIMEOUT: Duration = Duration::from_secs(2);

/// The exit status, if the command line requests the health check.
#[must_use]
pub fn run_if_requested() -> Option<ExitCode> {
    let settings = config::parse::<Config>("dashboard").server;
    if settings.command != Some(Task::Health) {
        return None;
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.listen.port()));
    Some(match answer(address) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) | Err(_) => ExitCode::FAILURE,
    })
}

fn answer(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut head = [0; 15];
    stream.read_exact(&mut head)?;
    Ok(&head == b"HTTP/1.1 200 OK")
}
