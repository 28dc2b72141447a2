//! The command `ro issuer`: the development sign-in of `docker-compose.yml`, as a process of its own. `ro up` has it built in.

use std::{io::Read as _, net::SocketAddr, path::PathBuf, thread};

use anyhow::{Context as _, ensure};
use clap::Args;
use local::provider::Provider;

use crate::{print, stack::signals};

/// Sign in as one of the invented people, without a password; for development and trials only
#[derive(Debug, Args)]
pub struct Issuer {
    /// Address to serve on
    #[arg(long, env = "ISSUER_LISTEN", default_value = "127.0.0.1:8786")]
    listen: SocketAddr,

    /// How browsers reach it; an address of this machine
    #[arg(long, env = "ISSUER_URL", default_value = "http://127.0.0.1:8786")]
    url: String,

    /// Folder with the key that signs the tokens of this machine
    #[arg(long, value_name = "DIR", env = "ISSUER_KEYS", default_value = "/state/identity")]
    keys: PathBuf,

    /// Ask the running one whether it serves, and end
    #[arg(long)]
    health: bool,
}

impl Issuer {
    /// Serves until asked to stop.
    ///
    /// # Errors
    /// The address is not of this machine or is taken, or there is no key.
    pub fn run(&self) -> anyhow::Result<()> {
        if self.health {
            return self.ask();
        }
        let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        ensure!(here.iter().any(|here| self.url.starts_with(here)), "whoever reaches it can be anybody: --url must be of this machine");
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        signals::raise_on_stop(stop.clone()).context("catch the signal to stop")?;
        let provider = Provider::start(self.listen, &self.url, &self.keys)?;
        print::note(format!("development sign-in on {}: whoever reaches it can be any of the invented people", provider.address()));
        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
            thread::sleep(std::time::Duration::from_millis(100));
        }
        Ok(())
    }

    fn ask(&self) -> anyhow::Result<()> {
        let wait = std::time::Duration::from_secs(3);
        let here = SocketAddr::from(([127, 0, 0, 1], self.listen.port()));
        let mut stream = std::net::TcpStream::connect_timeout(&here, wait).context("it does not listen")?;
        stream.set_read_timeout(Some(wait))?;
        std::io::Write::write_all(&mut stream, b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "it does not serve");
        Ok(())
    }
}
