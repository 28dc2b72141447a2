//! Clients for the services, called with the token of the person signed in: what they may see is decided there, never extended here.

pub mod cases;
pub mod health;
mod safety;

use anyhow::Context as _;
use proto::{
    cases::v1::{
        access_service_client::AccessServiceClient, assessment_service_client::AssessmentServiceClient,
        break_glass_service_client::BreakGlassServiceClient, case_service_client::CaseServiceClient,
        clause_service_client::ClauseServiceClient, condition_service_client::ConditionServiceClient,
        consent_service_client::ConsentServiceClient, disclosure_service_client::DisclosureServiceClient,
        document_service_client::DocumentServiceClient, due_service_client::DueServiceClient, entry_service_client::EntryServiceClient,
        exchange_service_client::ExchangeServiceClient, extract_service_client::ExtractServiceClient,
        hold_service_client::HoldServiceClient, mediator_service_client::MediatorServiceClient, mode_service_client::ModeServiceClient,
        participant_service_client::ParticipantServiceClient, protocol_service_client::ProtocolServiceClient,
        purge_service_client::PurgeServiceClient, request_service_client::RequestServiceClient, review_service_client::ReviewServiceClient,
        session_service_client::SessionServiceClient,
    },
    intake::v1::{contact_service_client::ContactServiceClient, referral_service_client::ReferralServiceClient},
    notification::v1::{
        channel_service_client::ChannelServiceClient, delivery_service_client::DeliveryServiceClient,
        inbox_service_client::InboxServiceClient, preference_service_client::PreferenceServiceClient,
    },
    operations::v1::operations_service_client::OperationsServiceClient,
    reporting::v1::report_service_client::ReportServiceClient,
    safety::v1::{
        alarm_service_client::AlarmServiceClient, directory_service_client::DirectoryServiceClient,
        drill_service_client::DrillServiceClient,
    },
};
use server::client::{self, Peer};
use tonic::transport::Channel;

use crate::session::Session;
pub use safety::{People, Safety, Sites};

/// Addresses of the services.
#[derive(Debug, Clone)]
pub struct Addresses {
    pub intake: String,
    pub cases: String,
    pub safety: String,
    pub notification: String,
    pub reporting: String,
}

/// Connections to every service. Cheap to clone.
#[derive(Clone)]
pub struct Clients {
    intake: Channel,
    cases: Channel,
    safety: Channel,
    notification: Channel,
    reporting: Channel,
}

/// A client of one gRPC service, under the token of a person.
macro_rules! clients {
    ($($name:ident: $service:ident, $client:ident;)+) => {
        impl Clients {
            $(#[must_use]
            pub fn $name(&self, session: &Session) -> $client<Peer> {
                $client::new(client::as_person(&self.$service, &session.token))
            })+
        }
    };
}

clients! {
    referrals: intake, ReferralServiceClient;
    contacts: intake, ContactServiceClient;
    cases: cases, CaseServiceClient;
    access: cases, AccessServiceClient;
    assessments: cases, AssessmentServiceClient;
    break_glass: cases, BreakGlassServiceClient;
    clauses: cases, ClauseServiceClient;
    conditions: cases, ConditionServiceClient;
    consents: cases, ConsentServiceClient;
    disclosures: cases, DisclosureServiceClient;
    documents: cases, DocumentServiceClient;
    due_things: cases, DueServiceClient;
    entries: cases, EntryServiceClient;
    exchange: cases, ExchangeServiceClient;
    extracts: cases, ExtractServiceClient;
    holds: cases, HoldServiceClient;
    mediators: cases, MediatorServiceClient;
    modes: cases, ModeServiceClient;
    participants: cases, ParticipantServiceClient;
    protocols: cases, ProtocolServiceClient;
    purges: cases, PurgeServiceClient;
    requests: cases, RequestServiceClient;
    reviews: cases, ReviewServiceClient;
    sessions: cases, SessionServiceClient;
    alarm: safety, AlarmServiceClient;
    directory: safety, DirectoryServiceClient;
    drills: safety, DrillServiceClient;
    inbox: notification, InboxServiceClient;
    deliveries: notification, DeliveryServiceClient;
    preferences: notification, PreferenceServiceClient;
    channels: notification, ChannelServiceClient;
    reports: reporting, ReportServiceClient;
}

impl Clients {
    /// Every service by its name.
    const fn all(&self) -> [(&'static str, &Channel); 5] {
        [
            ("intake", &self.intake),
            ("cases", &self.cases),
            ("safety", &self.safety),
            ("notification", &self.notification),
            ("reporting", &self.reporting),
        ]
    }

    /// Client of the operations of a service; `None` where there is no service of this name.
    #[must_use]
    pub fn operations(&self, service: &str, session: &Session) -> Option<OperationsServiceClient<Peer>> {
        let (_, channel) = self.all().into_iter().find(|(name, _)| *name == service)?;
        Some(OperationsServiceClient::new(client::as_person(channel, &session.token)))
    }

    /// # Errors
    /// An address or the authority's certificate is malformed.
    pub fn connect(addresses: &Addresses, authority: Option<&[u8]>) -> anyhow::Result<Self> {
        let connect = |name: &str, url: &str| {
            client::channel(url, authority, Some(client::DEADLINE)).with_context(|| format!("the address of {name}"))
        };
        Ok(Self {
            intake: connect("intake", &addresses.intake)?,
            cases: connect("cases", &addresses.cases)?,
            safety: connect("safety", &addresses.safety)?,
            notification: connect("notification", &addresses.notification)?,
            reporting: connect("reporting", &addresses.reporting)?,
        })
    }
}
