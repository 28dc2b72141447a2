//! Client of Chromium's DevTools protocol over a pair of pipes: calls with a deadline, and the events of each page.

use std::{
    collections::HashMap,
    io,
    process::{ChildStdin, ChildStdout},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process,
    sync::{Mutex as AsyncMutex, oneshot},
    time::timeout,
};

/// Longest wait for an answer of the browser; the machine may be busy with other tests.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// What one page is told of: the name of an event and its parameters.
pub type Listener = Arc<dyn Fn(&str, &Value) + Send + Sync>;

type Answer = oneshot::Sender<Result<Value, String>>;

/// Calls that wait for an answer, and who hears the events of which session.
#[derive(Default)]
struct Open {
    calls: HashMap<u64, Answer>,
    listeners: HashMap<String, Listener>,
}

/// The connection to one browser.
pub struct Devtools {
    to: AsyncMutex<process::ChildStdin>,
    open: Arc<Mutex<Open>>,
    next: AtomicU64,
}

impl Devtools {
    /// Talks over the pipes of a browser that was started with `--remote-debugging-pipe`.
    pub fn over(to: ChildStdin, from: ChildStdout) -> io::Result<Self> {
        let open = Arc::new(Mutex::new(Open::default()));
        tokio::spawn(read(process::ChildStdout::from_std(from)?, open.clone()));
        Ok(Self { to: AsyncMutex::new(process::ChildStdin::from_std(to)?), open, next: AtomicU64::new(1) })
    }

    /// Calls a method of the browser, or of the page with this session.
    pub async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value, String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let (tell, told) = oneshot::channel();
        lock(&self.open).calls.insert(id, tell);
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        let call = async {
            self.to.lock().await.write_all(&bytes).await.map_err(|error| error.to_string())?;
            told.await.map_err(|_| "the browser has ended".to_owned())?
        };
        let answer = timeout(ANSWER_WITHIN, call).await;
        lock(&self.open).calls.remove(&id);
        answer.unwrap_or_else(|_| Err(format!("no answer within {ANSWER_WITHIN:?}"))).map_err(|why| format!("{method}: {why}"))
    }

    /// Has a page's events told to `listener`.
    pub fn listen(&self, session: &str, listener: Listener) {
        lock(&self.open).listeners.insert(session.to_owned(), listener);
    }
}

/// Reads messages, each of which ends with a zero byte, until the browser ends.
async fn read(from: process::ChildStdout, open: Arc<Mutex<Open>>) {
    let mut from = BufReader::new(from);
    let mut message = Vec::new();
    while matches!(from.read_until(0, &mut message).await, Ok(1..)) {
        message.pop();
        if let Ok(message) = serde_json::from_slice::<Value>(&message) {
            take(&open, &message);
        }
        message.clear();
    }
    // Whoever waits is told that no answer comes.
    lock(&open).calls.clear();
}

fn take(open: &Mutex<Open>, message: &Value) {
    if let Some(id) = message["id"].as_u64() {
        let answer = match message.get("error") {
            Some(error) => Err(error["message"].as_str().unwrap_or("refused").to_owned()),
            None => Ok(message["result"].clone()),
        };
        if let Some(waiting) = lock(open).calls.remove(&id) {
            let _gone = waiting.send(answer);
        }
        return;
    }
    let listener = lock(open).listeners.get(message["sessionId"].as_str().unwrap_or_default()).cloned();
    if let Some(listener) = listener {
        listener(message["method"].as_str().unwrap_or_default(), &message["params"]);
    }
}

fn lock(open: &Mutex<Open>) -> std::sync::MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}
