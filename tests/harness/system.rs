//! The whole system in a test: the built binaries on free ports in a folder of its own, and the clients that drive it.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{
        Arc, Mutex, Once, PoisonError,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use local::{Description, Options, Stack, ports::Ports, scratch};
use proto::{
    cases::v1::{
        access_service_client::AccessServiceClient, assessment_service_client::AssessmentServiceClient,
        break_glass_service_client::BreakGlassServiceClient, case_service_client::CaseServiceClient,
        condition_service_client::ConditionServiceClient, consent_service_client::ConsentServiceClient,
        document_service_client::DocumentServiceClient, due_service_client::DueServiceClient, entry_service_client::EntryServiceClient,
        exchange_service_client::ExchangeServiceClient, extract_service_client::ExtractServiceClient,
        hold_service_client::HoldServiceClient, mediator_service_client::MediatorServiceClient, mode_service_client::ModeServiceClient,
        participant_service_client::ParticipantServiceClient, protocol_service_client::ProtocolServiceClient,
        purge_service_client::PurgeServiceClient, request_service_client::RequestServiceClient, review_service_client::ReviewServiceClient,
        session_service_client::SessionServiceClient,
    },
    intake::v1::{contact_service_client::ContactServiceClient, referral_service_client::ReferralServiceClient},
    notification::v1::{
        delivery_service_client::DeliveryServiceClient, inbox_service_client::InboxServiceClient,
        preference_service_client::PreferenceServiceClient,
    },
    operations::v1::operations_service_client::OperationsServiceClient,
    reporting::v1::report_service_client::ReportServiceClient,
    safety::v1::{alarm_service_client::AlarmServiceClient, directory_service_client::DirectoryServiceClient},
};
use server::{client, retry::Retry};
use tokio::{runtime, sync::oneshot};

/// Timeout for a whole system to reach what a test waits for.
pub const SOON: Duration = Duration::from_secs(20);
/// SIGKILL, SIGSTOP, SIGCONT.
pub const KILL: i32 = 9;
/// SIGHUP.
pub const HANG_UP: i32 = 1;

/// Name prefix of the state folder of a system or a bus, followed by the process and a number.
const FOLDER: &str = "ro-sys-";

/// For so long a call that a busy service puts off is asked again.
const BUSY: Duration = Duration::from_secs(60);

/// A connection to a service of the system.
pub type Peer = Retry<client::Peer>;

type Order = Box<dyn FnOnce(&mut Stack) + Send>;

/// A running system; it stops when dropped.
#[derive(Clone)]
pub struct System {
    orders: mpsc::Sender<Order>,
    pub description: Arc<Description>,
    /// For so long a call that a busy service puts off is asked again.
    busy: Duration,
    open: Open,
}

/// Connections that are open, by the runtime of the test, the service and the token: a test that polls does not connect for each look.
type Open = Arc<Mutex<HashMap<(runtime::Id, String, Option<String>), Peer>>>;

/// Options of a system that differ from the default.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Number of processes of a service; one where it is not named.
    pub replicas: BTreeMap<String, u16>,
    /// Settings per service; `*` is for all.
    pub settings: BTreeMap<String, Vec<(String, String)>>,
    pub dashboard: bool,
}

impl System {
    /// Starts everything and waits until it is ready.
    ///
    /// # Panics
    /// It does not start: the test cannot run.
    pub async fn start(wishes: Wishes) -> Self {
        let (orders, inbox) = mpsc::channel::<Order>();
        let (ready, started) = oneshot::channel();
        // Children die with the thread that started them, so one thread lives as long as the system.
        thread::spawn(move || keep(&wishes, &inbox, ready));
        let description = match started.await {
            Ok(Ok(description)) => description,
            Ok(Err(why)) => panic_with(&why),
            Err(_) => panic_with("the runner's thread ended"),
        };
        Self { orders, description: Arc::new(description), busy: BUSY, open: Open::default() }
    }

    /// The same without retries and with a connection for each client: every answer is passed on, for a test of what a busy service answers.
    #[must_use]
    pub fn asking_once(self) -> Self {
        Self { busy: Duration::ZERO, ..self }
    }

    async fn order<T: Send + 'static>(&self, what: impl FnOnce(&mut Stack) -> T + Send + 'static) -> T {
        // Whoever dies takes the connections along.
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let (tell, told) = oneshot::channel();
        let order: Order = Box::new(move |stack| drop(tell.send(what(stack))));
        if self.orders.send(order).is_err() {
            panic_with("the runner's thread ended");
        }
        match told.await {
            Ok(value) => value,
            Err(_) => panic_with("the runner's thread ended"),
        }
    }

    /// Kills a process of the system as a power cut would: a service, `nats` or `postgres`.
    pub async fn kill(&self, name: &'static str) {
        if let Err(error) = self.order(move |stack| stack.kill(name, KILL)).await {
            panic_with(&error.to_string());
        }
    }

    /// Starts a killed process again and waits until it is ready.
    pub async fn restart(&self, name: &'static str) {
        if let Err(error) = self.order(move |stack| stack.restart(name)).await {
            panic_with(&error.to_string());
        }
    }

    /// Sends a signal to a process of the system.
    pub async fn signal(&self, name: &'static str, signal: i32) {
        if let Err(error) = self.order(move |stack| stack.kill(name, signal)).await {
            panic_with(&error.to_string());
        }
    }

    fn peer(&self, service: &str, token: Option<&str>) -> Peer {
        let connect = || -> anyhow::Result<Peer> {
            let ca = std::fs::read(&self.description.ca_file)?;
            let peer = client::connect(self.description.grpc(service)?, Some(&ca), token, None)?;
            Ok(Retry::within(peer, self.busy))
        };
        let connect = || connect().unwrap_or_else(|error| panic_with(&format!("{error:#}")));
        if self.busy.is_zero() {
            return connect();
        }
        let key = (runtime::Handle::current().id(), service.to_owned(), token.map(str::to_owned));
        self.open.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert_with(connect).clone()
    }

    fn token(&self, identity: &str) -> String {
        match self.description.identity(identity) {
            Ok(identity) => identity.token.clone(),
            Err(error) => panic_with(&error.to_string()),
        }
    }

    /// A safety client without a token, as a stranger has it.
    #[must_use]
    pub fn alarm_without_token(&self) -> AlarmServiceClient<Peer> {
        AlarmServiceClient::new(self.peer("safety", None))
    }

    /// A safety client with a token that no identity of `stack.json` has, as a device signs one.
    #[must_use]
    pub fn alarm_with_token(&self, token: &str) -> AlarmServiceClient<Peer> {
        AlarmServiceClient::new(self.peer("safety", Some(token)))
    }

    /// The same for the directory.
    #[must_use]
    pub fn directory_with_token(&self, token: &str) -> DirectoryServiceClient<Peer> {
        DirectoryServiceClient::new(self.peer("safety", Some(token)))
    }

    /// The address, authority and token that an outside client is given.
    #[must_use]
    pub fn outside(&self, service: &str, identity: &str) -> (String, Vec<u8>, String) {
        let url = self.description.grpc(service).map(str::to_owned).unwrap_or_default();
        (url, std::fs::read(&self.description.ca_file).unwrap_or_default(), self.token(identity))
    }

    /// Client of the operations of one service.
    #[must_use]
    pub fn operations(&self, service: &str, identity: &str) -> OperationsServiceClient<Peer> {
        OperationsServiceClient::new(self.peer(service, Some(&self.token(identity))))
    }

    /// A plain NATS client with the credential of an identity of `stack.json`.
    pub async fn bus(&self, identity: &str) -> async_nats::Client {
        let connect = async || -> anyhow::Result<async_nats::Client> {
            let identity = self.description.identity(identity)?;
            let (Some(seed), Some(prefix)) = (&identity.nats_seed_file, &identity.nats_inbox_prefix) else {
                anyhow::bail!("{} has no credential for the bus", identity.name);
            };
            let seed = std::fs::read_to_string(seed)?;
            let options = async_nats::ConnectOptions::with_nkey(seed.trim().to_owned()).custom_inbox_prefix(prefix);
            let options = options.add_root_certificates(self.description.ca_file.clone()).require_tls(true);
            Ok(options.connect(&self.description.nats.url).await?)
        };
        match connect().await {
            Ok(client) => client,
            Err(error) => panic_with(&format!("{error:#}")),
        }
    }

    /// A connection to a service's own database as its administrator, to inspect its rows: no policy hides any.
    pub async fn database(&self, service: &str) -> sqlx::PgPool {
        let name = format!("ro_{service}");
        let url = self.order(move |stack| stack.postgres().superuser_url(&name)).await.unwrap_or_default();
        match sqlx::PgPool::connect(&url).await {
            Ok(pool) => pool,
            Err(error) => panic_with(&error.to_string()),
        }
    }

    /// Folder of the built programs.
    #[must_use]
    pub fn programs() -> PathBuf {
        let exe = std::env::current_exe().unwrap_or_default();
        exe.ancestors().nth(2).map(PathBuf::from).unwrap_or_default()
    }
}

/// The clients of each process, one for each of its gRPC services, with the token of an identity of `stack.json`.
macro_rules! clients {
    ($($process:ident: { $($name:ident: $client:ident,)+ })+) => {
        impl System {
            $($(
                #[must_use]
                pub fn $name(&self, identity: &str) -> $client<Peer> {
                    $client::new(self.peer(stringify!($process), Some(&self.token(identity))))
                }
            )+)+
        }
    };
}

clients! {
    intake: {
        referrals: ReferralServiceClient,
        contacts: ContactServiceClient,
    }
    cases: {
        cases: CaseServiceClient,
        participants: ParticipantServiceClient,
        access: AccessServiceClient,
        break_glass: BreakGlassServiceClient,
        assessments: AssessmentServiceClient,
        conditions: ConditionServiceClient,
        consents: ConsentServiceClient,
        modes: ModeServiceClient,
        documents: DocumentServiceClient,
        due_things: DueServiceClient,
        entries: EntryServiceClient,
        exchange: ExchangeServiceClient,
        extracts: ExtractServiceClient,
        holds: HoldServiceClient,
        mediators: MediatorServiceClient,
        protocols: ProtocolServiceClient,
        purges: PurgeServiceClient,
        requests: RequestServiceClient,
        reviews: ReviewServiceClient,
        sessions: SessionServiceClient,
    }
    safety: {
        alarm: AlarmServiceClient,
        directory: DirectoryServiceClient,
    }
    notification: {
        inbox: InboxServiceClient,
        preferences: PreferenceServiceClient,
        deliveries: DeliveryServiceClient,
    }
    reporting: {
        reports: ReportServiceClient,
    }
}

fn keep(wishes: &Wishes, inbox: &mpsc::Receiver<Order>, ready: oneshot::Sender<Result<Description, String>>) {
    let root = scratch();
    let mut options = Options::new(root.clone(), System::programs());
    options.ports = Ports::Free;
    options.dashboard = wishes.dashboard;
    options.replicas.clone_from(&wishes.replicas);
    options.extra_env.clone_from(&wishes.settings);
    let mut stack = match Stack::start(&options, &mut |_| {}) {
        Ok(stack) => stack,
        Err(error) => {
            let _ = ready.send(Err(error.to_string()));
            return;
        }
    };
    let _ = ready.send(Ok(stack.description().clone()));
    while let Ok(order) = inbox.recv() {
        order(&mut stack);
    }
    stack.stop(&mut |_| {});
    if !thread::panicking() {
        let _ = std::fs::remove_dir_all(root);
    }
}

/// A state folder that no other test has.
pub(crate) fn scratch() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static SWEPT: Once = Once::new();
    SWEPT.call_once(sweep);
    PathBuf::from(format!("{}/{FOLDER}{}-{}", scratch::place(), std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)))
}

/// Removes the folders left by test processes that are gone.
fn sweep() {
    for entry in scratch::PLACES.into_iter().filter_map(|place| std::fs::read_dir(place).ok()).flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|n| n.strip_prefix(FOLDER)).and_then(|n| n.split('-').next()?.parse::<u32>().ok());
        let ours = matches!(local::place::check(&entry.path()), Ok(true));
        if ours && owner.is_some_and(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[expect(clippy::panic, reason = "a test without its system has failed")]
pub(crate) fn panic_with(why: &str) -> ! {
    panic!("{why}")
}
