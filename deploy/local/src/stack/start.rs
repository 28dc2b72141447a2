//! The start of the stack, step by step.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Options, Stack, spawn};
use crate::{
    ISSUER, OMS_READER, SERVICES, clock,
    description::{self, Description, Identity},
    environment,
    error::{Progress, Result, Say},
    identity::{self, Issuer},
    mail::MailCatcher,
    nats::{self, Nats},
    oms::OmsStandIn,
    ports::Picker,
    postgres::{Login, Postgres},
    process::{Process, Spec},
    provider::Provider,
    secret,
    service::{self, DASHBOARD, Plan, Surroundings},
    state, sys, tools,
};

const TASK_TIMEOUT: Duration = Duration::from_secs(300);

pub(super) struct Places {
    logs: PathBuf,
    certificates: PathBuf,
    audit_keys: PathBuf,
    vault_keys: PathBuf,
    documents: PathBuf,
    session_keys: PathBuf,
    push_keys: PathBuf,
}

pub fn start(options: &Options, say: Say<'_>) -> Result<Stack> {
    let dir = &options.state_dir;
    state::prepare(dir)?;
    let lock = state::Lock::take(dir)?;
    let _stale = fs::remove_file(Description::path(dir));
    if options.fresh {
        say(Progress::Step("dropping the data of former runs".into()));
        state::reset(dir)?;
    }
    let nats_tool = tools::nats_server(&options.wishes, say)?;
    let postgres_tool = tools::postgres(&options.wishes, say)?;
    let places = prepare(dir)?;

    say(Progress::Step(format!("starting PostgreSQL {} and nats-server {}", postgres_tool.version, nats_tool.version)));
    let mut postgres = Postgres::start(&postgres_tool, &dir.join("pg"), &places.logs, &options.cancel)?;
    postgres.create_services(&SERVICES)?;
    certify(&places)?;
    let credentials = nats::credentials(&dir.join("secrets/nats"), &identity::sites())?;
    let nats = Nats::start(&nats_tool, &dir.join("nats"), &places.logs, None, Some(&places.certificates), credentials, &options.cancel)?;
    let (mail, oms) = (MailCatcher::start(&dir.join("mail"))?, OmsStandIn::start(&dir.join("oms"))?);

    let issuer = Issuer::open(&dir.join("secrets/identity"))?;
    let identities = issue(&issuer, &nats, &places)?;
    let mut picker = Picker::default();
    let (ports, notes) = service::choose_ports(options.ports, &mut picker)?;
    notes.into_iter().for_each(|note| say(Progress::Note(note)));
    let surroundings = Surroundings {
        certificates: &places.certificates,
        audit_keys: &places.audit_keys,
        vault_keys: &places.vault_keys,
        documents: &places.documents,
        keys_file: &issuer.keys_file,
        session_keys: &places.session_keys,
        push_keys: &places.push_keys,
        ports: &ports,
        postgres: &postgres,
        nats: &nats,
        smtp_url: &mail.url(),
        oms_url: &oms.url(),
    };
    let plans = plans(options, &surroundings, &mut picker)?;
    drop(picker);
    let sign_in = sign_in(&surroundings, dir)?;

    say(Progress::Step("creating streams, consumers and tables".into()));
    provision(options, &nats, &places)?;
    migrate(options, &plans, &postgres, &places)?;

    say(Progress::Step(format!("starting {} processes", plans.len())));
    let description = describe(options, &plans, &postgres, &postgres_tool, &nats, &nats_tool, &mail, identities, &places);
    let mut stack = Stack {
        members: Vec::new(),
        nats,
        postgres,
        _stand_ins: (mail, oms, sign_in),
        description,
        cancel: Arc::clone(&options.cancel),
        stopped: false,
        began: Instant::now(),
        kept: super::keep::Kept::default(),
        _lock: lock,
    };
    stack.begin(plans, &places)?;
    if options.seed {
        say(Progress::Step("loading the directory and the development office-holders".into()));
        seed(options, &stack, &places)?;
    }
    stack.description.save(&stack.description_path())?;
    Ok(stack)
}

/// The development sign-in, at its own port of this machine.
fn sign_in(surroundings: &Surroundings<'_>, dir: &Path) -> Result<Provider> {
    let url = surroundings.issuer_url()?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, surroundings.port(ISSUER)?));
    Provider::start(listen, &url, &dir.join("secrets/identity"))
}

fn prepare(dir: &Path) -> Result<Places> {
    let secrets = dir.join("secrets");
    let places = Places {
        logs: dir.join("logs"),
        certificates: secrets.join("certificates"),
        audit_keys: secrets.join("audit"),
        vault_keys: secrets.join("vault"),
        documents: dir.join("documents"),
        session_keys: secrets.join("sessions/dashboard.keys"),
        push_keys: secrets.join("push/notification.keys"),
    };
    for folder in [&secrets, &places.logs, &places.documents] {
        secret::folder(folder, 0o700)?;
    }
    // One former log of each process is kept.
    for log in fs::read_dir(&places.logs).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if log.extension().is_some_and(|extension| extension == "log") {
            let _kept = fs::rename(&log, log.with_extension("log.1"));
        }
    }
    Ok(places)
}

/// A certificate for every service and for the bus, of a new authority.
fn certify(places: &Places) -> Result<()> {
    let hosts: Vec<&str> = SERVICES.into_iter().chain([OMS_READER, identity::BUS]).collect();
    identity::write_certificates(&places.certificates, &hosts, clock::now())
}

pub(super) fn log_of(places: &Places, name: &str) -> PathBuf {
    places.logs.join(format!("{name}.log"))
}

fn issue(issuer: &Issuer, nats: &Nats, places: &Places) -> Result<Vec<Identity>> {
    let now = clock::now();
    identity::write_audit_keys(&places.audit_keys, &SERVICES)?;
    identity::write_vault_keys(&places.vault_keys, &SERVICES)?;
    let identities = issuer.identities(|name| nats.credential(name), now)?;
    identity::write_keys(&places.session_keys)?;
    identity::write_keys(&places.push_keys)?;
    Ok(identities)
}

fn plans(options: &Options, surroundings: &Surroundings<'_>, picker: &mut Picker) -> Result<Vec<Plan>> {
    let beside = [Some(OMS_READER), options.dashboard.then_some(DASHBOARD)];
    let beside: Vec<String> = beside.into_iter().flatten().map(str::to_owned).collect();
    let mut plans = Vec::new();
    for service in options.services.iter().chain(&beside) {
        let replicas = options.replicas.get(service).copied().unwrap_or(1).clamp(1, 20);
        for number in 1..=replicas {
            let (name, port) = match (number, surroundings.ports.get(service)) {
                (1, Some(port)) => (service.clone(), *port),
                _ => (format!("{service}-{number}"), picker.any()?),
            };
            let mut plan = surroundings.plan(service, &name, port, &options.bin_dir)?;
            for key in ["*", service.as_str()] {
                plan.settings.extend(options.extra_env.get(key).cloned().unwrap_or_default());
            }
            plans.push(plan);
        }
    }
    Ok(plans)
}

/// Creates streams and consumers, by the one login that may create them.
fn provision(options: &Options, nats: &Nats, places: &Places) -> Result<()> {
    let seed_file = nats.credential("provisioner")?.seed_file.clone();
    let mut command = environment::command(options.bin_dir.join("ro"));
    command.args(["provision", "--nats-url", &nats.url(), "--nats-seed-file"]).arg(seed_file);
    command.arg("--nats-ca").arg(places.certificates.join("ca.pem"));
    task("ro provision", command, log_of(places, "provision"), options)
}

fn seed(options: &Options, stack: &Stack, places: &Places) -> Result<()> {
    // The final file appears only when the stack is complete: a client that waits for it finds everything ready.
    let path = options.state_dir.join("secrets/stack-starting.json");
    stack.description.save(&path)?;
    let mut command = environment::command(options.bin_dir.join("ro"));
    command.args(["seed", "--stack"]).arg(&path);
    let seeded = task("ro seed", command, log_of(places, "seed"), options);
    let _gone = fs::remove_file(&path);
    seeded
}

fn task(name: &str, command: Command, log: PathBuf, options: &Options) -> Result<()> {
    let (stop_signal, death_signal) = (sys::SIGTERM, sys::SIGKILL);
    let mut process = Process::spawn(Spec { name: name.into(), command, log, stop_signal, death_signal })?;
    process.wait_done(TASK_TIMEOUT, &options.cancel)
}

/// Migrates every service's database in parallel. Only here is the owner's login used.
fn migrate(options: &Options, plans: &[Plan], postgres: &Postgres, places: &Places) -> Result<()> {
    let firsts = plans.iter().filter(|plan| plan.name == plan.service && SERVICES.contains(&plan.service.as_str()));
    let mut running = Vec::new();
    for plan in firsts {
        let mut plan = plan.clone();
        let owner = format!("{}_DATABASE_OWNER_URL", plan.service.to_ascii_uppercase());
        plan.settings.push((owner, postgres.url(&plan.service, Login::Owner)?));
        running.push(spawn(&plan, log_of(places, &plan.name), &["migrate"])?);
    }
    running.iter_mut().try_for_each(|process| process.wait_done(TASK_TIMEOUT, &options.cancel))
}

#[expect(clippy::too_many_arguments, reason = "the file names every part of the stack")]
fn describe(
    options: &Options,
    plans: &[Plan],
    postgres: &Postgres,
    postgres_tool: &tools::PostgresTool,
    nats: &Nats,
    nats_tool: &tools::NatsTool,
    mail: &MailCatcher,
    identities: Vec<Identity>,
    places: &Places,
) -> Description {
    let service = |plan: &Plan| {
        let address = Some(plan.address());
        let (grpc, http) = if plan.service == DASHBOARD { (None, address) } else { (address, None) };
        (plan.name.clone(), description::Service { grpc, http, pid: 0, log: log_of(places, &plan.name) })
    };
    let databases = |login: Login| {
        let database = |name: &&str| postgres.url(name, login).ok().map(|url| ((*name).to_owned(), url));
        SERVICES.iter().filter_map(database).collect()
    };
    Description {
        version: description::VERSION,
        pid: std::process::id(),
        state_dir: options.state_dir.clone(),
        ca_file: places.certificates.join("ca.pem"),
        nats: description::Nats {
            url: nats.url(),
            monitor: nats.monitor_url(),
            pid: nats.process.pid(),
            version: nats_tool.version.to_string(),
            log: log_of(places, "nats"),
        },
        postgres: description::Postgres {
            socket_dir: postgres.socket_dir(),
            bin_dir: postgres_tool.bin.clone(),
            library_dir: postgres_tool.libraries.clone(),
            pid: postgres.process.pid(),
            version: postgres_tool.version.to_string(),
            log: log_of(places, "postgres"),
            databases: databases(Login::Application),
            owners: databases(Login::Owner),
            auditors: databases(Login::Auditor),
        },
        services: plans.iter().map(service).collect(),
        mail_dir: mail.dir().to_path_buf(),
        identities,
    }
}
