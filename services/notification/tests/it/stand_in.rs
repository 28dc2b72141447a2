//! Stand-in for a system outside that is asked by HTTP: a gateway or a push service that fails as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What the stand-in does with a request.
#[derive(Clone, Copy)]
pub enum Does {
    Answer(u16, &'static str),
    /// Answers with a status and one more header line.
    Says(u16, &'static str),
    /// Answers with what is no HTTP.
    Babbles,
    /// Closes without an answer.
    HangsUp,
    /// Never answers.
    IsSilent,
}

/// Head and body of each request that came.
type Came = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// It answers 202 where nothing is said.
pub struct StandIn {
    pub address: String,
    /// Host and port.
    pub place: String,
    does: Arc<Mutex<VecDeque<Does>>>,
    came: Came,
}

impl StandIn {
    pub async fn up(does: &[Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let address = format!("http://{place}/rings");
        let this = Self { address, place, does: Arc::new(Mutex::new(does.iter().copied().collect())), came: Arc::default() };
        let (does, came) = (this.does.clone(), this.came.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let next = does.lock().unwrap().pop_front().unwrap_or(Does::Answer(202, ""));
                tokio::spawn(answer(stream, next, came.clone()));
            }
        });
        this
    }

    /// What it does next.
    pub fn then(&self, does: Does) {
        self.does.lock().unwrap().push_back(does);
    }

    /// Head and body of each request.
    pub fn came(&self) -> Vec<(String, String)> {
        self.raw().into_iter().map(|(head, body)| (head, String::from_utf8_lossy(&body).into_owned())).collect()
    }

    /// The same with bodies that are no text.
    pub fn raw(&self) -> Vec<(String, Vec<u8>)> {
        self.came.lock().unwrap().clone()
    }
}

async fn answer(mut stream: TcpStream, does: Does, came: Came) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    let (head, body) = loop {
        let n = stream.read(&mut piece).await.unwrap();
        bytes.extend_from_slice(&piece[..n]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let (head, body) = (String::from_utf8(bytes[..end].to_vec()).unwrap(), bytes[end + 4..].to_vec());
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            break (head, body);
        }
    };
    came.lock().unwrap().push((head, body));
    let text = match does {
        Does::Answer(status, body) => format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()),
        Does::Says(status, line) => format!("HTTP/1.1 {status} x\r\n{line}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        Does::Babbles => "\u{1}\u{2} ring ring\r\n\r\n".to_owned(),
        Does::HangsUp => return,
        Does::IsSilent => std::future::pending().await,
    };
    stream.write_all(text.as_bytes()).await.unwrap();
}
