//! A private nats-server for one test, provisioned as declared.

use std::{
    path::{Path, PathBuf},
    sync::{atomic::AtomicBool, mpsc},
    thread,
};

use local::{
    identity,
    nats::{self, Nats},
    tools::{self, Wishes},
};
use messaging::bus::Bus;
use proto::subject::{CONSUMERS, Permissions, STREAMS};
use tokio::sync::oneshot;

use crate::system::{panic_with, scratch};

type Order = Box<dyn FnOnce(&mut Nats) + Send>;

/// A running bus; it stops when dropped.
pub struct TestBus {
    orders: mpsc::Sender<Order>,
    pub url: String,
    /// The authority that signed the server's certificate.
    pub authority: PathBuf,
    /// Folder of the server's store.
    pub store: PathBuf,
    seeds: PathBuf,
}

impl TestBus {
    /// Starts the server and creates the declared streams and consumers.
    ///
    /// # Panics
    /// It does not start: the test cannot run.
    pub async fn start() -> Self {
        let (orders, inbox) = mpsc::channel::<Order>();
        let (ready, started) = oneshot::channel();
        let root = scratch();
        let (seeds, authority, store) = (root.join("seeds"), root.join("certificates/ca.pem"), root.join("nats/store"));
        // A child dies with the thread that started it, so one thread lives as long as the server.
        thread::spawn(move || {
            let outcome = launch(&root);
            match outcome {
                Err(error) => drop(ready.send(Err(error.to_string()))),
                Ok(mut nats) => {
                    let _ = ready.send(Ok(nats.url()));
                    while let Ok(order) = inbox.recv() {
                        order(&mut nats);
                    }
                    drop(nats);
                    let _ = std::fs::remove_dir_all(root);
                }
            }
        });
        let url = match started.await {
            Ok(Ok(url)) => url,
            Ok(Err(why)) => panic_with(&why),
            Err(_) => panic_with("the thread of the bus ended"),
        };
        let bus = Self { orders, url, authority, store, seeds };
        bus.provision().await;
        bus
    }

    /// A connection under a credential: a service, `provisioner`, `site-…`, `region-…` or `dashboard`.
    pub async fn connect(&self, name: &str) -> Bus {
        let seed = self.seed(name);
        let connect = async {
            let bus = Bus::connect(name, &self.url, Some(&seed), Some(&self.authority)).await?;
            bus.ready(&self.url).await?;
            anyhow::Ok(bus)
        };
        connect.await.unwrap_or_else(|error| panic_with(&format!("{error:#}")))
    }

    /// A connection with every permission on the account of the streams, for changes made only by an operator or an accident.
    pub async fn operator(&self) -> async_nats::Client {
        let seed = std::fs::read_to_string(self.seeds.with_file_name(OPERATOR).join("provisioner.nk")).unwrap_or_default();
        let options = async_nats::ConnectOptions::with_nkey(seed.trim().to_owned()).add_root_certificates(self.authority.clone());
        options.require_tls(true).connect(&self.url).await.unwrap_or_else(|error| panic_with(&error.to_string()))
    }

    /// The file with the seed of a credential.
    #[must_use]
    pub fn seed(&self, name: &str) -> PathBuf {
        self.seeds.join(format!("{name}.nk"))
    }

    /// Replaces the certificates by those of a new authority, and has the server reload them as an operator would.
    pub async fn renew(&self) {
        let folder = self.authority.parent().unwrap_or(&self.authority).to_owned();
        let (tell, told) = oneshot::channel();
        let order: Order = Box::new(move |nats| {
            let written = identity::write_certificates(&folder, &[identity::BUS], local::clock::now());
            nats.process.signal(crate::system::HANG_UP);
            drop(tell.send(written));
        });
        let sent = self.orders.send(order).is_ok();
        if !sent || !matches!(told.await, Ok(Ok(()))) {
            panic_with("the certificates of the bus were not renewed");
        }
    }

    /// Kills the server as a power cut would, and starts it again over what it had stored.
    pub async fn crash(&self) {
        self.crash_and(|_| Ok(())).await;
    }

    /// The same, with a change to the folder of its store while it is down.
    pub async fn crash_and(&self, change: impl FnOnce(&Path) -> std::io::Result<()> + Send + 'static) {
        let (tell, told) = oneshot::channel();
        let store = self.store.clone();
        let order: Order = Box::new(move |nats| {
            nats.process.signal(crate::system::KILL);
            while nats.process.exited().is_none() {
                thread::yield_now();
            }
            let changed = change(&store).map_err(|error| error.to_string());
            drop(tell.send(changed.and_then(|()| nats.restart(&AtomicBool::new(false)).map_err(|error| error.to_string()))));
        });
        let sent = self.orders.send(order).is_ok();
        if !sent || !matches!(told.await, Ok(Ok(()))) {
            panic_with("the bus did not come back");
        }
    }

    /// Creates the streams and consumers as declared.
    pub async fn provision(&self) {
        if let Err(error) = self.connect("provisioner").await.provision(&STREAMS, &CONSUMERS).await {
            panic_with(&format!("{error:#}"));
        }
    }
}

/// The folder with the seed of [`TestBus::operator`].
const OPERATOR: &str = "operator";

fn launch(root: &std::path::Path) -> local::Result<Nats> {
    local::state::prepare(root)?;
    let tool = tools::nats_server(&Wishes::from_env(), &mut |_| {})?;
    let sites: Vec<_> = ["mission", "kent"].iter().filter_map(|s| s.parse().ok()).collect();
    let mut credentials = nats::credentials(&root.join("seeds"), &sites)?;
    let operator = nats::credentials(&root.join(OPERATOR), &[])?.into_iter().filter(|credential| credential.name == "provisioner");
    credentials.extend(operator.map(|credential| {
        let everything = vec![">".to_owned()];
        let permissions = Permissions { publish: everything.clone(), subscribe: everything };
        nats::Credential { name: OPERATOR.to_owned(), permissions, at_home: true, ..credential }
    }));
    let certificates = root.join("certificates");
    identity::write_certificates(&certificates, &[identity::BUS], local::clock::now())?;
    Nats::start(&tool, &root.join("nats"), root, None, Some(&certificates), credentials, &AtomicBool::new(false))
}
