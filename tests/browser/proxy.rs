//! A way between browser and dashboard that a test can hold up, black-hole or cut.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// Largest piece that is carried at once.
const PIECE: usize = 16 * 1024;

/// State of the way.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    /// Nothing passes for now, and nothing is lost.
    held: bool,
    /// Whatever is sent disappears, and nobody is told.
    hole: bool,
    /// Rises with every hole: a connection of before it never works again.
    age: u64,
    /// Rises with every cut: a connection of before it is closed.
    cuts: u64,
}

/// The way; everything on it ends when it is dropped.
pub struct Proxy {
    pub origin: String,
    way: Arc<watch::Sender<Way>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A way to `origin`.
    pub async fn to(origin: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let (way, server) = (Arc::new(watch::Sender::new(Way::default())), origin.trim_start_matches("http://").to_owned());
        let accepting = tokio::spawn(accept(listener, server, way.clone()));
        Self { origin: own, way, accepting }
    }

    /// Holds everything up until it is released; nothing is lost.
    pub fn hold(&self) {
        self.way.send_modify(|way| way.held = true);
    }

    pub fn release(&self) {
        self.way.send_modify(|way| way.held = false);
    }

    /// From now on everything disappears, as behind a firewall that has forgotten its connections: no end, no error.
    pub fn black_hole(&self) {
        self.way.send_modify(|way| (way.hole, way.age) = (true, way.age + 1));
    }

    /// New connections pass again. Those of before stay dead without a word.
    pub fn free(&self) {
        self.way.send_modify(|way| way.hole = false);
    }

    /// Closes every connection, as a restarted server does.
    pub fn cut(&self) {
        self.way.send_modify(|way| way.cuts += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, server: String, way: Arc<watch::Sender<Way>>) {
    while let Ok((browser, _)) = listener.accept().await {
        tokio::spawn(carry(browser, server.clone(), way.subscribe()));
    }
}

async fn carry(browser: TcpStream, server: String, mut way: watch::Receiver<Way>) {
    let born = *way.borrow_and_update();
    let cut = async |mut way: watch::Receiver<Way>| {
        let _gone = way.wait_for(|now| now.cuts != born.cuts).await;
    };
    if born.hole {
        cut(way).await;
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    let ((from_browser, to_browser), (from_server, to_server)) = (browser.into_split(), server.into_split());
    let both = async {
        tokio::join!(one_way(from_browser, to_server, born, way.clone()), one_way(from_server, to_browser, born, way.clone()));
    };
    tokio::select! {
        () = both => {}
        () = cut(way.clone()) => {}
    }
}

/// Carries what comes from one side to the other for as long as the way is there.
async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, born: Way, mut way: watch::Receiver<Way>) {
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        // A hole that began since swallows it: this never becomes true again.
        if way.wait_for(|now| !now.held && now.age == born.age).await.is_err() || to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
    // The end is a message too.
    let _gone = way.wait_for(|now| !now.held && now.age == born.age).await;
}
