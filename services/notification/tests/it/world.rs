//! Test fixtures: one database, one clock, and short helpers for the subject of each test.

use std::collections::BTreeMap;

use base::{
    Caller, Clock, Ids,
    database::{Actor, begin},
};
use harness::uniform::asked;
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::{Fresh, Wake},
};
use notification::{app::App, bus::Rings, domain::address::StaffDomains, grpc::Server};
use prost::Message;
use proto::{
    intake::v1::{ReferralReceived, ReferralsReceived},
    notification::v1::{
        self as wire, InboxItem, delivery_service_server::DeliveryService as _, inbox_service_server::InboxService as _,
        preference_service_server::PreferenceService as _,
    },
    safety::v1::{Audience, Concern, Envelope, Grade, OfficeHolder, Ring},
    subject,
};
use sqlx::{PgPool, Postgres, Transaction};
use time::{OffsetDateTime, macros::datetime};
use tonic::{Request, Status};
use uuid::Uuid;

pub const START: OffsetDateTime = datetime!(2026-01-05 12:00 UTC);
pub const CONCERN: u128 = 0x0189_0000_0000_7000_8000_0000_0000_0c01;

/// A notification service without its process.
pub struct World {
    pub app: App,
    /// Behind the curtain.
    pub admin: PgPool,
    pub clock: Clock,
    pub service: Server,
    database: harness::database::Database,
}

pub async fn world() -> World {
    let db = harness::database::fresh(&[&server::MIGRATOR, &notification::MIGRATOR]).await;
    let clock = Clock::fixed(START);
    let staff = StaffDomains::new(&["csc-scc.gc.ca".to_owned()]);
    let vault = harness::vault::vault("notification", &clock);
    let app = App::new(db.pool.clone(), clock.clone(), Ids::seeded(785), Wake::default(), staff, vault);
    World { admin: db.admin.clone(), clock, service: Server { app: app.clone() }, app, database: db }
}

impl World {
    /// The first road: as the runner of the bus does it.
    pub async fn by_bus(&self, ring: &Ring) -> Result<(), Rejection> {
        let handler = Rings { app: self.app.clone() };
        hear(&self.app.pool, &handler, subject::RING_DUE, ring).await
    }

    /// The second road.
    pub async fn by_call(&self, ring: &Ring) -> Result<OffsetDateTime, Status> {
        let request = Request::new(wire::DeliverRingRequest { ring: Some(ring.clone()) });
        let answer = self.service.deliver_ring(request).await?.into_inner();
        Ok(base::wire::instant(&answer.delivered_at.unwrap()).unwrap())
    }

    pub const fn database(&self) -> &harness::database::Database {
        &self.database
    }

    /// A transaction as the service has it.
    pub async fn begin(&self) -> Transaction<'static, Postgres> {
        begin(&self.app.pool, &Actor::service("notification")).await.unwrap()
    }

    pub async fn inbox(&self, caller: &Caller) -> Vec<InboxItem> {
        let request = asked(caller, wire::ListInboxRequest::default());
        self.service.list_inbox(request).await.unwrap().into_inner().items
    }

    pub async fn unread(&self, caller: &Caller) -> usize {
        let request = asked(caller, wire::ListInboxRequest { unread_only: true, page_size: 200, page_token: String::new() });
        self.service.list_inbox(request).await.unwrap().into_inner().items.len()
    }

    pub async fn mark_read(&self, caller: &Caller, item_id: &str) -> Result<(), Status> {
        let request = asked(caller, wire::MarkReadRequest { item_id: item_id.to_owned() });
        self.service.mark_read(request).await.map(|_| ())
    }

    /// Sets what a person prefers; their identity provider vouches for the address.
    pub async fn prefers(&self, subject: &str, language: &str, email: &str) -> Result<(), Status> {
        let preferences = wire::Preferences { language: language.to_owned(), email: email.to_owned(), ..wire::Preferences::default() };
        self.set_preferences(subject, preferences).await
    }

    pub async fn set_preferences(&self, subject: &str, preferences: wire::Preferences) -> Result<(), Status> {
        let mut caller = person(subject);
        caller.vouched_email = Some(preferences.email.clone().into());
        let request = asked(&caller, wire::SetPreferencesRequest { preferences: Some(preferences) });
        self.service.set_preferences(request).await.map(|_| ())
    }

    pub async fn ledger(&self) -> Vec<wire::Delivery> {
        let caller = officer("rj-officer-1");
        let request = asked(&caller, wire::ListDeliveriesRequest::default());
        self.service.list_deliveries(request).await.unwrap().into_inner().deliveries
    }

    /// The lines of the ledger of one channel, newest first, as (state, attempts, reason).
    pub async fn lines(&self, channel: wire::Channel) -> Vec<(wire::DeliveryState, i32, String)> {
        let lines = self.ledger().await.into_iter().filter(|line| line.channel() == channel);
        lines.map(|line| (line.state(), line.attempts, line.reason)).collect()
    }

    /// The e-mail lines of the ledger, as (recipient, state, attempts, reason).
    pub async fn mails(&self) -> Vec<(String, wire::DeliveryState, i32, String)> {
        let lines = self.ledger().await.into_iter().filter(|line| line.channel() == wire::Channel::Email);
        lines.map(|line| (line.recipient.clone(), line.state(), line.attempts, line.reason)).collect()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.admin).await.unwrap()
    }

    /// The bodies of what waits for the bus on a subject.
    pub async fn told(&self, subject: &str) -> Vec<Vec<u8>> {
        sqlx::query_scalar("select body from outbox where subject = $1 order by position")
            .bind(subject)
            .fetch_all(&self.admin)
            .await
            .unwrap()
    }
}

/// The event of one referral.
pub fn event_of(received: &ReferralReceived) -> ReferralsReceived {
    ReferralsReceived { referrals: vec![received.clone()] }
}

/// Reads and applies one message in a transaction of its own.
pub async fn hear<H: Handler>(pool: &PgPool, handler: &H, subject: &str, message: &impl Message) -> Result<(), Rejection> {
    let incoming = Incoming {
        event_id: "event-1".to_owned(),
        subject: subject.to_owned(),
        body: message.encode_to_vec().into(),
        headers: BTreeMap::new(),
        attempt: 1,
    };
    let work = handler.read(&incoming).await?;
    let mut tx = begin(pool, &Actor::service("notification")).await?;
    handler.apply(&mut tx, &mut Fresh::default(), work, &incoming).await?;
    tx.commit().await?;
    Ok(())
}

pub fn caller(subject: &str, role: &str, site: &str) -> Caller {
    let sites: &[&str] = if site.is_empty() { &[] } else { &[site] };
    Caller::acting(subject, &[role], sites, &[], OffsetDateTime::UNIX_EPOCH)
}

pub fn person(subject: &str) -> Caller {
    caller(subject, "mediator", "")
}

pub fn officer(subject: &str) -> Caller {
    caller(subject, proto::role::RJ_OFFICER, "")
}

pub fn head(subject: &str, site: &str) -> Caller {
    caller(subject, proto::role::INSTITUTIONAL_HEAD, site)
}

/// A ring of the concern at step `step`. Its envelope is full, whatever the audience: nothing but the service cuts it here.
pub fn ring(step: u16, audience: Audience, grade: Grade, called: &[(&str, &str)]) -> Ring {
    let concern = Concern {
        site: "mission".into(),
        text: "marker-narrative".into(),
        person_at_risk: "marker-person".into(),
        nature: "marker-nature".into(),
        place: "marker-place".into(),
        advice: "marker-advice".into(),
        case_id: "marker-case".into(),
        call_back: "marker-call-back".into(),
        ..Concern::default()
    };
    let concern_id = Uuid::from_u128(CONCERN).to_string();
    let envelope = Envelope {
        audience: audience.into(),
        concern_id: concern_id.clone(),
        reference: "RS-7KDM-Q4XP".into(),
        grade: grade.into(),
        site: "mission".into(),
        raised_at: Some(base::wire::timestamp(START)),
        content: Some(concern),
        unreadable: false,
    };
    Ring {
        ring_id: Uuid::from_u128(CONCERN + 0x100 * (1 + u128::from(step)) + (audience as u128)).to_string(),
        concern_id,
        audience: audience.into(),
        step: step.into(),
        level: 0,
        recipients: called
            .iter()
            .map(|(office, holder)| OfficeHolder { office: (*office).into(), holder: (*holder).into(), rank: 0, cannot_accept: false })
            .collect(),
        envelope: Some(envelope),
        no_route: false,
        next_ring_at: None,
        rung_at: None,
    }
}

/// A ring for the head of Mission, who is known by name.
pub fn ring_head(step: u16, grade: Grade) -> Ring {
    ring(step, Audience::ResponsibleHead, grade, &[("institutional-head/mission", "head-mission-1")])
}
