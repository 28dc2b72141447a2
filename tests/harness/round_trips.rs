//! Counter of the round trips between a service and its database, on the wire between the two.
//!
//! No time is measured here. What a call costs is the number of times that it waits for the database, and that is the same on every
//! machine; it is compared with a stored list of statements, so that no new one goes unnoticed.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
};

use crate::{
    database::{self, Database},
    system::panic_with,
};

/// Length of a statement's beginning that distinguishes it from others.
const SHOWN: usize = 110;
/// Connections of the pool under the meter.
const CONNECTIONS: u32 = 4;

/// A pool as a service has it, with a counting proxy before the database.
pub struct Meter {
    pub pool: PgPool,
    seen: Seen,
}

/// Connections and statements, in the order in which they were sent.
type Seen = Arc<Mutex<Vec<(usize, String)>>>;

/// Cost of a call: the statements that it waited for, and the messages that it left in the outbox.
pub struct Done {
    pub what: &'static str,
    pub statements: Vec<String>,
    pub messages: Vec<String>,
}

impl Meter {
    /// # Panics
    /// No port is free: the test cannot run.
    pub async fn of(database: &Database) -> Self {
        let listener = match TcpListener::bind("127.0.0.1:0").await {
            Ok(listener) => listener,
            Err(error) => panic_with(&error.to_string()),
        };
        let port = listener.local_addr().map_or(0, |address| address.port());
        let name = database.options.get_database().unwrap_or_default();
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port).ssl_mode(PgSslMode::Disable).database(name);
        let pool = base::database::pool(CONNECTIONS, database::login(&options, database::APPLICATION));
        let seen = Seen::default();
        let (server, noting) = (database.options.clone(), seen.clone());
        tokio::spawn(async move {
            for number in 0.. {
                let Ok((client, _)) = listener.accept().await else { return };
                let (server, noting) = (server.clone(), noting.clone());
                tokio::spawn(async move {
                    // When either side ends, so does the other.
                    let _ = pass(client, &server, (number, &noting)).await;
                });
            }
        });
        Self { pool, seen }
    }

    /// The statements since the last call of this.
    pub fn take(&self) -> Vec<String> {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        seen.into_iter().map(|(_, statement)| statement).collect()
    }

    /// The transactions with this statement that were committed since the last [`take`](Self::take): others run beside them.
    #[must_use]
    pub fn transactions_with(&self, asked: &str) -> Vec<Vec<String>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut open, mut ended) = (HashMap::<usize, Vec<String>>::new(), Vec::new());
        for (connection, statement) in seen.iter() {
            let transaction = open.entry(*connection).or_default();
            if statement.starts_with("begin") {
                transaction.clear();
            }
            transaction.push(statement.clone());
            if statement.eq_ignore_ascii_case("commit") {
                ended.push(std::mem::take(transaction));
            }
        }
        ended.retain(|transaction| transaction.iter().any(|statement| statement.contains(asked)));
        ended
    }
}

async fn pass(client: TcpStream, server: &PgConnectOptions, noting: (usize, &Seen)) -> io::Result<()> {
    client.set_nodelay(true)?;
    let socket = server.get_socket().cloned();
    let folder = socket.or_else(|| server.get_host().starts_with('/').then(|| server.get_host().into()));
    match folder {
        Some(folder) => both(client, UnixStream::connect(folder.join(format!(".s.PGSQL.{}", server.get_port()))).await?, noting).await,
        None => both(client, TcpStream::connect((server.get_host(), server.get_port())).await?, noting).await,
    }
}

async fn both(client: TcpStream, server: impl AsyncRead + AsyncWrite, (number, noting): (usize, &Seen)) -> io::Result<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let asking = async {
        let mut asked = Asked::default();
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let read = from_client.read(&mut bytes).await?;
            let Some(new) = bytes.get(..read).filter(|new| !new.is_empty()) else { return to_server.shutdown().await };
            let trips = asked.hear(new).into_iter().map(|statement| (number, statement));
            noting.lock().unwrap_or_else(PoisonError::into_inner).extend(trips);
            to_server.write_all(new).await?;
        }
    };
    tokio::select! {
        ended = asking => ended,
        ended = tokio::io::copy(&mut from_server, &mut to_client) => ended.map(|_| ()),
    }
}

/// State of one connection's protocol.
#[derive(Default)]
struct Asked {
    bytes: Vec<u8>,
    /// The first message has no kind.
    begun: bool,
    /// Prepared statements by their name.
    prepared: HashMap<Vec<u8>, String>,
    /// Messages sent since the last wait, whether they execute anything, and whether there are any.
    sent: String,
    runs: bool,
    any: bool,
    /// Whether the last wait was for an empty query. One follows each use: sqlx sends it before it takes a connection back.
    empty: bool,
}

impl Asked {
    /// The round trips that begin with these bytes.
    fn hear(&mut self, new: &[u8]) -> Vec<String> {
        self.bytes.extend_from_slice(new);
        let mut trips = Vec::new();
        loop {
            let head = usize::from(self.begun);
            let Some(length) = self.bytes.get(head..head + 4).and_then(|length| length.try_into().ok()).map(u32::from_be_bytes) else {
                break;
            };
            let whole = head + usize::try_from(length).unwrap_or(usize::MAX);
            if self.bytes.len() < whole {
                break;
            }
            let message: Vec<u8> = self.bytes.drain(..whole).collect();
            match message.split_first() {
                Some((kind, rest)) if self.begun => trips.extend(self.message(*kind, rest.get(4..).unwrap_or_default())),
                _ => self.begun = true,
            }
        }
        trips
    }

    fn message(&mut self, kind: u8, body: &[u8]) -> Option<String> {
        let mut texts = body.split(|byte| *byte == 0);
        let mut text = || texts.next().unwrap_or_default();
        let any = std::mem::replace(&mut self.any, kind != b'S');
        match kind {
            b'Q' => {
                (self.empty, self.any) = (false, false);
                let statement = shown(&String::from_utf8_lossy(text()));
                // A dropped transaction is rolled back in the background: no caller waits.
                return (statement != "ROLLBACK").then_some(statement);
            }
            b'P' => {
                let (name, statement) = (text().to_vec(), shown(&String::from_utf8_lossy(text())));
                self.prepared.insert(name, statement);
            }
            b'B' => {
                let (_, name) = (text(), text());
                self.sent = self.prepared.get(name).cloned().unwrap_or_default();
            }
            b'E' => self.runs = true,
            b'S' => {
                let (runs, sent) = (std::mem::take(&mut self.runs), std::mem::take(&mut self.sent));
                let before = std::mem::replace(&mut self.empty, !any);
                if before && !any {
                    return Some("an empty question".to_owned());
                }
                // A statement is prepared, and its types are described, once per connection.
                let of_types = ["pg_type", "pg_enum", "pg_range"].iter().any(|table| sent.contains(table));
                return (runs && !of_types).then_some(sent);
            }
            _ => {}
        }
        None
    }
}

/// A statement on one line, without its literal values.
fn shown(statement: &str) -> String {
    let plain = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let quoted: Vec<&str> = plain.split('\'').collect();
    let is_hex = |text: &str| text.len() > 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let plain = quoted.into_iter().map(|part| if is_hex(part) { "…" } else { part }).collect::<Vec<_>>().join("'");
    if plain.chars().count() <= SHOWN { plain } else { plain.chars().take(SHOWN).chain(std::iter::once('…')).collect() }
}

/// Compares the cost with the golden file; `UPDATE_GOLDEN=1` writes it again.
///
/// # Panics
/// They differ: the whole list is shown.
pub fn hold(file: &Path, all: &[Done]) {
    let mut list = String::new();
    for Done { what, statements, messages } in all {
        let _ = writeln!(list, "{what}: {} round trips, {} messages", statements.len(), messages.len());
        for (place, statement) in statements.iter().enumerate() {
            let _ = writeln!(list, "  {:>2} {statement}", place + 1);
        }
        for message in messages {
            let _ = writeln!(list, "  -> {message}");
        }
        list.push('\n');
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some()
        && let Err(error) = std::fs::write(file, &list)
    {
        panic_with(&error.to_string());
    }
    let held = std::fs::read_to_string(file).unwrap_or_default();
    if held != list {
        panic_with(&format!("the round trips have changed (`UPDATE_GOLDEN=1` writes them again); before:\n{held}\nnow:\n{list}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap_or_default().to_be_bytes();
        [&[kind], length.as_slice(), body].concat()
    }

    #[test]
    fn each_wait_is_counted_once_however_its_bytes_are_cut() {
        let start = [&[0, 0, 0, 8], [0, 3, 0, 0].as_slice()].concat();
        let run = [message(b'B', b"\0s1\0"), message(b'E', b"\0"), message(b'S', b"")].concat();
        let prepare = [message(b'P', b"s1\0select 1\0"), message(b'D', b"Ss1\0"), message(b'S', b"")].concat();
        let bytes =
            [start, message(b'Q', b"begin; select 'abcdef0123'\0"), prepare, run.clone(), run, message(b'S', b""), message(b'S', b"")]
                .concat();
        for cut in [1, 3, 7, 1_000] {
            let mut asked = Asked::default();
            let trips: Vec<String> = bytes.chunks(cut).flat_map(|part| asked.hear(part)).collect();
            assert_eq!(trips, ["begin; select '…'", "select 1", "select 1", "an empty question"], "cut at {cut}");
        }
    }
}
