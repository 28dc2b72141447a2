//! Test fixtures: a database with a directory, a fixed clock, and people who are obviously fictional.

use std::sync::Arc;

use audit_log::Signer;
use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};
use base::{
    Caller, Clock, Ids,
    caller::Grant,
    database::{Actor, begin},
};
use clap::Parser;
use harness::database::{Database, fresh};
use messaging::{bus::Bus, outbox::Fresh};
use prost::Message;
use proto::{id::SiteCode, role, safety::v1};
use safety::{
    Config,
    app::{
        alarm::{
            self, Ladders, Turn, accept_concern, raise_set,
            report::{Receipt, Report},
            ring, route_concern,
            watch::Hub,
        },
        directory::{
            self,
            directory_cache::DirectoryCache,
            grants,
            known_devices::KnownDevices,
            proposals::{self, Outcome},
            sites,
            trust::Trust,
            trust_cache,
        },
        epoch::Epoch,
        row_security,
    },
    domain::{
        alarm::concern::{Audience, AudienceStatus},
        directory::{grant::Wanted, office::Holder},
    },
    grpc::{alarm::AlarmServer, directory::DirectoryServer},
    store,
};
use server::{Context, Process};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;
use vault::Vault;

pub fn signer() -> Signer {
    Signer::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref()).unwrap()
}

pub const HEAD: &str = "head-of-mission";

pub struct World {
    pub db: Database,
    pub app: alarm::App,
}

pub fn caller(subject: &str, roles: &[&str], sites: &[&str]) -> Caller {
    Caller::acting(subject, roles, sites, &[], OffsetDateTime::UNIX_EPOCH)
}

pub fn administrator(subject: &str) -> Caller {
    caller(subject, &[role::DIRECTORY_ADMINISTRATOR], &[])
}

pub fn officer() -> Caller {
    caller("officer-1", &[role::RJ_OFFICER], &[])
}

pub fn head_of(site: &str) -> Caller {
    caller(&format!("head-of-{site}"), &[role::INSTITUTIONAL_HEAD], &[site])
}

pub fn one_line(text: &str) -> v1::Concern {
    v1::Concern { text: text.into(), ..v1::Concern::default() }
}

pub fn imminent_at(site: &str) -> v1::Concern {
    v1::Concern {
        grade: v1::Grade::Imminent as i32,
        site: site.into(),
        person_at_risk: "Alex Exemple".into(),
        nature: "said he will hurt himself tonight".into(),
        ..one_line("told in a preparation meeting")
    }
}

/// Use cases of the alarm, with a directory and a key of their own.
pub fn app(clock: Clock, ids: Ids, vault: Vault, ladders: Ladders) -> alarm::App {
    let (signer, epoch) = (Some(Arc::new(signer())), Epoch::default());
    let directory = directory::App {
        clock: clock.clone(),
        ids: ids.clone(),
        trust: Trust::by(signer.clone()),
        devices: KnownDevices::new(clock.clone(), time::Duration::days(365)),
        cache: DirectoryCache::default(),
        epoch: epoch.clone(),
        proposals_last: time::Duration::DAY,
        vault: vault.clone(),
    };
    alarm::App { clock, ids, ladders, signer, vault, directory, epoch, turn: Turn::default(), accept_within: None, drill_minutes: 30 }
}

impl World {
    /// The head of Mission, a deputy, an officer and the monitoring centre are in the directory.
    pub async fn new() -> Self {
        let db = fresh(&[&server::MIGRATOR, &safety::MIGRATOR]).await;
        sites::load(&db.pool).await.unwrap();
        let clock = Clock::fixed(datetime!(2026-11-22 13:00 UTC));
        let vault = harness::vault::vault("safety", &clock);
        let world = Self { db, app: app(clock, Ids::seeded(7), vault, ladders()) };
        for (office, holder, rank) in [
            ("institutional-head/mission", HEAD, 0),
            ("institutional-head/mission", "deputy-of-mission", 1),
            ("rj-unit", "officer-1", 0),
            ("nmc", "nmc-1", 0),
        ] {
            world.assign(office, holder, rank).await.unwrap();
        }
        world
    }

    /// Puts somebody in an office, with a role to accept with.
    pub async fn assign(&self, office: &str, holder: &str, rank: i16) -> base::Result<()> {
        self.name(office, holder, rank).await?;
        let mut tx = self.begin(&row_security::itself()).await;
        let (role, site) = match office.split_once('/') {
            Some((head, site)) => (head, Some(site.to_owned())),
            None if office == "nmc" => (role::NMC_SUPERVISOR, None),
            None => (role::RJ_OFFICER, None),
        };
        let grant = Grant { role: role.into(), site, region: None };
        let wanted = Wanted { subject: holder.into(), grant, since: None, until: None };
        grants::give(&mut tx, &self.app.directory, wanted, "admin-1", Some("admin-2")).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Puts somebody in an office.
    pub async fn name(&self, office: &str, holder: &str, rank: i16) -> base::Result<()> {
        let holder = Holder { office: office.into(), holder: holder.into(), rank };
        let (one, other) = (administrator("admin-1"), administrator("admin-2"));
        let mut tx = self.begin(&row_security::actor(&one)).await;
        let outcome = proposals::propose_office(&mut tx, &self.app.directory, &one, holder).await?;
        if let Outcome::Waits(id) = outcome {
            proposals::confirm(&mut tx, &self.app.directory, &other, &[id]).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// gRPC server of the alarm, over a way to the database.
    pub async fn server(&self, pool: &PgPool) -> AlarmServer {
        self.servers(pool).await.0
    }

    /// Both gRPC servers, over a way to the database.
    pub async fn servers(&self, pool: &PgPool) -> (AlarmServer, DirectoryServer) {
        // Nothing listens there: what is published waits in the outbox.
        let bus = Bus::connect("safety", "nats://127.0.0.1:9", None, None).await.unwrap();
        let settings = Config::parse_from(["safety"]).server;
        let process = Process::new(proto::PROGRAMME, "safety", settings, self.app.clock.clone(), self.app.ids.clone());
        let hub = Hub::new(self.app.clock.clone(), self.app.epoch.clone());
        let ctx = Context::assemble(process, pool.clone(), bus);
        safety::servers(&ctx, self.app.clone(), hub).unwrap()
    }

    pub async fn begin(&self, actor: &Actor) -> Transaction<'static, Postgres> {
        begin(&self.db.pool, actor).await.unwrap()
    }

    pub async fn raise(&self, concern: v1::Concern) -> Receipt {
        self.report(concern, "someone", None).await
    }

    /// Raises as the bus does: from memory, which was read a moment ago where it can be read.
    pub async fn report(&self, concern: v1::Concern, raised_by: &str, origin_site: Option<&str>) -> Receipt {
        let _too_long =
            tokio::time::timeout(std::time::Duration::from_secs(2), trust_cache::refresh(&self.db.pool, &self.app.directory)).await;
        let mut tx = self.begin(&row_security::itself()).await;
        let report = Report {
            concern,
            unreadable: false,
            raised_by: raised_by.into(),
            origin_site: origin_site.map(|d| d.parse::<SiteCode>().unwrap()),
            fallback_id: self.app.ids.uuid(),
        };
        let receipt = raise_set::raise(&mut tx, &self.app, &mut Fresh::default(), report).await.unwrap();
        tx.commit().await.unwrap();
        receipt
    }

    pub async fn accept(&self, who: &Caller, id: Uuid, audience: Audience) -> base::Result<bool> {
        let mut tx = self.begin(&row_security::actor(who)).await;
        let accepted = self.accept_in(&mut tx, who, id, audience, "").await?;
        tx.commit().await?;
        Ok(accepted.already)
    }

    /// A head accepts with a note.
    pub async fn accept_with(&self, who: &Caller, id: Uuid, note: &str) {
        let mut tx = self.begin(&row_security::actor(who)).await;
        self.accept_in(&mut tx, who, id, Audience::ResponsibleHead, note).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn accept_in(
        &self,
        tx: &mut PgConnection,
        who: &Caller,
        id: Uuid,
        audience: Audience,
        note: &str,
    ) -> base::Result<accept_concern::Accepted> {
        accept_concern::accept(tx, &self.app, who, id, accept_concern::Asked { audience, note, knowing: 0 }).await
    }

    /// NHQ says where the person now is.
    pub async fn route(&self, id: Uuid, site: &str) {
        let mut tx = self.begin(&row_security::actor(&officer())).await;
        route_concern::route(&mut tx, &self.app, &officer(), id, &site.parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn tick(&self) -> usize {
        ring::tick(&self.db.pool, &self.app).await.unwrap()
    }

    pub async fn audience(&self, id: Uuid, audience: Audience) -> AudienceStatus {
        let mut db = self.db.admin.acquire().await.unwrap();
        let all = store::alarm::audience::of(&mut db, id).await.unwrap();
        all.into_iter().find(|a| a.audience == audience).unwrap()
    }

    /// How one office stands, whether the person is still with it or not.
    pub async fn office(&self, id: Uuid, office: &str) -> AudienceStatus {
        let mut db = self.db.admin.acquire().await.unwrap();
        let all = store::alarm::audience::of(&mut db, id).await.unwrap();
        all.into_iter().find(|a| a.audience == Audience::ResponsibleHead && a.office == office).unwrap()
    }

    /// Every ring in the outbox, oldest first.
    pub async fn rings(&self) -> Vec<v1::Ring> {
        let bodies = harness::vault::outbox(&mut *self.begin(&row_security::itself()).await, &self.app.vault, "ro.safety.ring.%").await;
        bodies.iter().map(|b| v1::Ring::decode(b.as_slice()).unwrap()).collect()
    }

    /// Every fact on a subject in the outbox, oldest first.
    pub async fn facts<M: Message + Default>(&self, subject: &str) -> Vec<M> {
        let bodies = harness::vault::outbox(&mut *self.begin(&row_security::itself()).await, &self.app.vault, subject).await;
        bodies.iter().map(|b| M::decode(b.as_slice()).unwrap()).collect()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.db.admin).await.unwrap()
    }
}

fn ladders() -> Ladders {
    Ladders {
        version: 1,
        imminent: "0s:holder,2m:holder,5m:deputy,10m:everyone,every 5m".parse().unwrap(),
        concern: "0s:holder,15m:holder,1h:deputy,4h:everyone,every 24h".parse().unwrap(),
        question: "0s:holder,4h:holder,12h:deputy,24h:everyone,every 24h".parse().unwrap(),
    }
}
