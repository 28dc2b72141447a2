//! The command `ro audit verify`: reads the services' audit logs as an outsider, recomputes them, and compares with what it saw last time.

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context as _;
use audit_log::{
    Cosigned,
    log::{Examiner, Fault, KnownCheckpoint},
};
use clap::{Args, Subcommand};
use local::{Description, SERVICES, clock};
use proto::subject::witnessing;
use sqlx::{Connection, Executor};

use super::{
    failure::Failure,
    witness::{Findings, Own, Witness, connect},
};
use crate::{print, stack::Place};

#[derive(Debug, Subcommand)]
pub enum Command {
    Verify(Verify),
}

/// Compute the audit logs anew and compare them with their signed checkpoints and with what you saw last time
///
/// Exit status 1 when anything was changed, removed, moved or set back. Each log is compared with what its witness, another service,
/// holds of it in its own database. For the case that both were set back, keep the file of --held where nobody
/// who runs the databases can write.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro audit verify --held checkpoints.json\n  \
    ro audit verify cases --url postgres://ro_cases_auditor@db.example/ro_cases --keys keys/ --held checkpoints.json")]
pub struct Verify {
    /// Only these services; without names, all five
    services: Vec<String>,
    /// What you saw last time; written anew for every log that is in order
    #[arg(long, value_name = "FILE")]
    held: Option<PathBuf>,
    /// Database of the one service named, where it is not the local stack's; a login that may only read is enough
    #[arg(long, value_name = "URL", requires = "services", requires = "keys", env = "RO_AUDIT_URL", hide_env_values = true)]
    url: Option<String>,
    /// Database of that service's witness; without it, the log is compared with its own checkpoints and with --held only
    #[arg(long, value_name = "URL", requires = "url", env = "RO_AUDIT_WITNESS_URL", hide_env_values = true)]
    witness_url: Option<String>,
    /// Folder with the public keys, SERVICE.pub in hexadecimal digits; without it, the local stack's
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Entries read per query.
const PAGE: i64 = 20_000;

type Seen = BTreeMap<String, KnownCheckpoint>;

impl Command {
    /// Whether the person gave the address of a database.
    #[must_use]
    pub const fn names_a_database(&self) -> bool {
        let Self::Verify(verify) = self;
        verify.url.is_some()
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self) -> Result<(), Failure> {
        let Self::Verify(verify) = self;
        verify.run().await
    }
}

impl Verify {
    async fn run(&self) -> Result<(), Failure> {
        let names: Vec<&str> =
            if self.services.is_empty() { SERVICES.to_vec() } else { self.services.iter().map(String::as_str).collect() };
        if self.url.is_some() && names.len() != 1 {
            return Err(Failure::Usage("--url is the database of one service: name that one".to_owned()));
        }
        let stack = if self.url.is_none() { Some(self.place.description()?) } else { None };
        let mut seen = self.held.as_deref().map(read).transpose()?.unwrap_or_default();
        let mut sound = true;
        for name in names {
            let begun = Instant::now();
            let key = self.key(name, stack.as_ref())?;
            let url = self.url.as_ref().or_else(|| stack.as_ref()?.postgres.auditors.get(name));
            let Some(url) = url else { return Err(Failure::Usage(format!("{name} has no database"))) };
            // First the co-signatures in the log's database, then the witness's, then the log: what one contains, the next contains too.
            let cosigned = audit_log::cosigned(&mut connect(name, url).await?).await.context("the log cannot be read")?;
            let witness = self.witness(name, stack.as_ref()).await?;
            let (examined, found) = examine(name, url, &key, seen.get(name), witness.as_ref(), cosigned).await?;
            found.notes.iter().for_each(|note| print::line(format!("{name}: NOTE: {note}")));
            found.faults.iter().for_each(|fault| print::line(format!("{name}: WRONG: {fault}")));
            sound &= found.faults.is_empty();
            match examined {
                Ok(checkpoint) => {
                    let seconds = begun.elapsed().as_secs_f64();
                    let beside = witness.as_ref().map_or_else(String::new, |w| format!(", witnessed by {}", w.name));
                    print::line(format!("{name}: OK, {} entries{beside}, {seconds:.2} s, root {}", checkpoint.size, checkpoint.root));
                    seen.insert(name.to_owned(), checkpoint);
                }
                Err(faults) => {
                    sound = false;
                    faults.iter().for_each(|fault| print::line(format!("{name}: WRONG: {fault}")));
                }
            }
        }
        if let Some(path) = &self.held {
            let text = serde_json::to_vec_pretty(&seen).context("the file of checkpoints cannot be written")?;
            local::secret::write(path, &text)?;
        }
        if sound { Ok(()) } else { Err(Failure::Said) }
    }

    async fn witness(&self, log: &str, stack: Option<&Description>) -> anyhow::Result<Option<Witness>> {
        let name = witnessing(log).witness;
        let Some(url) = self.witness_url.as_ref().or_else(|| stack?.postgres.auditors.get(name)) else { return Ok(None) };
        Ok(Some(Witness::read(name, self.key(name, stack)?, url, log).await?))
    }

    fn key(&self, service: &str, stack: Option<&Description>) -> anyhow::Result<Vec<u8>> {
        let dir = self.keys.clone().or_else(|| Some(stack?.audit_keys())).context("give --keys")?;
        audit_log::public_key(&dir, service)
    }
}

fn read(path: &Path) -> anyhow::Result<Seen> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("{} holds no checkpoints", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Seen::new()),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}

/// Verifies one log, from one snapshot of its database.
async fn examine(
    service: &str,
    url: &str,
    key: &[u8],
    known: Option<&KnownCheckpoint>,
    witness: Option<&Witness>,
    cosigned: Vec<Cosigned>,
) -> anyhow::Result<(Result<KnownCheckpoint, Vec<Fault>>, Findings)> {
    let mut db = connect(service, url).await?;
    let mut tx = db.begin().await?;
    tx.execute("set transaction isolation level repeatable read, read only").await?;
    let checkpoints = audit_log::checkpoints(&mut tx).await?;
    let epochs = audit_log::epochs(&mut tx, service, key).await?;
    let now = base::clock::micros(clock::now());
    let own = Own { log: service, cosigned, epochs, checkpoints: &checkpoints, now };
    let found = witness.map(|witness| witness.compare(&own)).unwrap_or_default();
    let mut examiner = Examiner::new(service, key, known, checkpoints).beside(found.beside.clone());
    let mut from = i64::MIN;
    loop {
        let rows = audit_log::entries(&mut tx, from, PAGE).await?;
        let Some(last) = rows.last() else { break };
        from = last.position.saturating_add(1);
        rows.iter().for_each(|row| examiner.push(row));
    }
    Ok((examiner.finish(), found))
}

#[cfg(test)]
mod tests {
    use audit_log::log::unhex;

    use super::*;

    #[test]
    fn a_public_key_is_sixty_four_hexadecimal_digits() {
        assert_eq!(unhex(&"0a".repeat(32)), Some(vec![10; 32]));
        assert_eq!(unhex("0a"), None);
        assert_eq!(unhex(&"zz".repeat(32)), None);
        assert_eq!(unhex(&"é".repeat(32)), None);
    }

    #[test]
    fn whoever_comes_for_the_first_time_holds_nothing_and_a_broken_file_is_not_taken_for_nothing() {
        let path = std::env::temp_dir().join(format!("ro-audit-{}.json", std::process::id()));
        assert!(read(&path).unwrap().is_empty());
        fs::write(&path, "{").unwrap();
        assert!(read(&path).is_err());
        fs::remove_file(path).unwrap();
    }
}
