//! A small SMTP server for tests: accepts mails or refuses them, and stores them.

use std::sync::{Arc, Mutex};

use base::Private;
use base64::{Engine, engine::general_purpose::STANDARD};
use notification::channels::smtp::Mailer;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// One mail as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub to: String,
    pub raw: String,
}

impl Arrived {
    pub fn header(&self, name: &str) -> String {
        let unfolded = self.raw.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default();
        line.split(' ').map(decode_word).collect::<Vec<_>>().join(" ").replace("\u{0}", "")
    }

    pub fn body(&self) -> String {
        let body = self.raw.split_once("\r\n\r\n").unwrap().1;
        match self.header("Content-Transfer-Encoding").as_str() {
            "base64" => text(STANDARD.decode(body.replace("\r\n", "")).unwrap()),
            "quoted-printable" => quoted_printable(body),
            _ => body.to_owned(),
        }
        .replace("\r\n", "\n")
    }
}

fn decode_word(word: &str) -> String {
    let encoded = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
    encoded.map_or_else(|| word.to_owned(), |encoded| text(STANDARD.decode(encoded).unwrap()))
}

fn quoted_printable(body: &str) -> String {
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'=' {
            let hex = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    text(bytes)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The mail system; it stands on its port only while it is up.
pub struct Smtp {
    pub port: u16,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    up: Option<JoinHandle<()>>,
}

impl Smtp {
    pub async fn up() -> Self {
        let mut smtp = Self::down();
        smtp.start(false).await;
        smtp
    }

    /// A port on which nobody answers, yet.
    pub fn down() -> Self {
        Self { port: harness::port::free(), arrived: Arc::default(), up: None }
    }

    pub async fn start(&mut self, refuse: bool) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        let arrived = self.arrived.clone();
        self.up = Some(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, arrived.clone(), refuse));
            }
        }));
    }

    pub fn mailer(&self) -> Mailer {
        let url = Private::new(format!("smtp://127.0.0.1:{}", self.port));
        Mailer::new(&url, "CSC-SCC <do-not-reply@mail.example>").unwrap()
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        if let Some(up) = &self.up {
            up.abort();
        }
    }
}

async fn converse(stream: TcpStream, arrived: Arc<Mutex<Vec<Arrived>>>, refuse: bool) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.example\r\n").await.unwrap();
    let mut to = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "RCPT" if refuse => "550 no such mailbox",
            "RCPT" => {
                to = line.trim_start_matches("RCPT TO:").trim_matches(['<', '>']).to_owned();
                "250 ok"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.unwrap();
                let mut raw = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    raw.push_str("\r\n");
                }
                arrived.lock().unwrap().push(Arrived { to: to.clone(), raw });
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}
