//! The session of a command: its identity, the services' addresses and the language, from the local stack or from options and a token file.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::Context as _;
use local::{Description, description::Identity};
use proto::{
    cases::v1::{
        access_service_client::AccessServiceClient, assessment_service_client::AssessmentServiceClient,
        break_glass_service_client::BreakGlassServiceClient, case_service_client::CaseServiceClient,
        consent_service_client::ConsentServiceClient, document_service_client::DocumentServiceClient,
        hold_service_client::HoldServiceClient, mode_service_client::ModeServiceClient,
        participant_service_client::ParticipantServiceClient, purge_service_client::PurgeServiceClient,
    },
    intake::v1::{contact_service_client::ContactServiceClient, referral_service_client::ReferralServiceClient},
    notification::v1::{inbox_service_client::InboxServiceClient, preference_service_client::PreferenceServiceClient},
    reporting::v1::report_service_client::ReportServiceClient,
    safety::v1::{alarm_service_client::AlarmServiceClient, directory_service_client::DirectoryServiceClient},
};
use server::{client, retry::Retry};

use super::{
    common::Common,
    device_key::unlock::ByDevice,
    failure::Failure,
    text::{Lang, Words},
    who::Who,
};

/// Role and place that a command acts as when no identity is named.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub role: &'a str,
    pub site: Option<&'a str>,
    pub region: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    #[must_use]
    pub const fn role(role: &'a str) -> Self {
        Self { role, site: None, region: None }
    }

    #[must_use]
    pub const fn at(role: &'a str, site: &'a str) -> Self {
        Self { role, site: Some(site), region: None }
    }

    #[must_use]
    pub const fn of(role: &'a str, region: &'a str) -> Self {
        Self { role, site: None, region: Some(region) }
    }

    fn fits(&self, identity: &Identity) -> bool {
        let holds = |held: &[String], one: Option<&str>| one.is_none_or(|one| held.iter().any(|h| h == one));
        holds(&identity.roles, Some(self.role)) && holds(&identity.sites, self.site) && holds(&identity.regions, self.region)
    }
}

/// A connection to a service, in the form generated clients take.
pub type Peer = Retry<client::Peer>;

/// The context of a command.
pub struct Session {
    pub lang: Lang,
    pub json: bool,
    pub stack: Option<Description>,
    common: Common,
    ca: Option<Vec<u8>>,
    /// The person whose device signs, where one does.
    device: Option<Who>,
    /// Minimum timeout of every call, and how long it is retried where a service asks for that.
    patience: Duration,
}

const NO_STACK: Words = Words {
    en: "give the address of {} (--{} URL): no stack.json was found",
    fr: "donnez l'adresse de {} (--{} URL) : aucun stack.json trouvé",
};
const NOBODY: Words = Words {
    en: "no development identity fits this command: name one with --as, or give --token-file",
    fr: "aucune identité de développement ne convient : nommez-en une avec --as, ou donnez --token-file",
};
/// Timeout of a call; long work such as an import gets more.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

impl Session {
    /// Reads stack.json where there is one, and the authority's certificate.
    ///
    /// # Errors
    /// There is neither a stack nor a token file, or a named file cannot be read.
    pub fn open(common: &Common) -> Result<Self, Failure> {
        let stack = match (&common.stack, &common.token_file) {
            (Some(path), _) => Some(Description::load(path)?),
            (None, Some(_)) => None,
            (None, None) => Some(common.place.description()?),
        };
        Self::with(common, stack)
    }

    /// The same for a command that may use a device. With one, no stack is needed where the address of safety is given.
    ///
    /// # Errors
    /// As [`Session::open`], or the device cannot be used.
    pub fn open_by(common: &Common, by: &ByDevice) -> Result<Self, Failure> {
        let Some(who) = by.who(common.lang())? else { return Self::open(common) };
        let stack = match &common.stack {
            Some(path) => Some(Description::load(path)?),
            None if common.safety.is_some() => common.place.description().ok(),
            None => Some(common.place.description()?),
        };
        Ok(Self { device: Some(who), ..Self::with(common, stack)? })
    }

    /// A session on a stack that is already known.
    ///
    /// # Errors
    /// The authority's certificate cannot be read.
    pub fn with(common: &Common, stack: Option<Description>) -> Result<Self, Failure> {
        let file = common.ca.clone().or_else(|| stack.as_ref().map(|s| s.ca_file.clone()));
        let read = |path: &PathBuf| fs::read(path).map_err(|e| Failure::Usage(format!("{}: {e}", path.display())));
        let ca = file.as_ref().map(read).transpose()?;
        Ok(Self { lang: common.lang(), json: common.json, stack, common: common.clone(), ca, device: None, patience: Duration::ZERO })
    }

    /// The same with this minimum timeout, for which a call is also retried where a service asks for that: for work that must not depend on
    /// how busy the machine is.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Identity of a command: the person of the device, the one named on the command line, or the first that fits.
    ///
    /// # Errors
    /// No identity fits, or the token file cannot be read.
    pub fn who(&self, wanted: &[Wanted<'_>]) -> Result<Who, Failure> {
        if let Some(who) = &self.device {
            return Ok(who.clone());
        }
        if let Some(path) = &self.common.token_file {
            let token = fs::read_to_string(path).map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
            return Ok(Who::with_token(&path.display().to_string(), token));
        }
        match (&self.common.identity, &self.stack) {
            (Some(name), Some(stack)) => self.named(stack, name),
            (_, stack) => {
                let all = stack.as_ref().map(|s| s.identities.as_slice()).unwrap_or_default();
                let first = wanted.iter().find_map(|w| all.iter().find(|i| w.fits(i)));
                first.map(Who::of).ok_or_else(|| Failure::Usage(NOBODY.of(self.lang).to_owned()))
            }
        }
    }

    fn named(&self, stack: &Description, name: &str) -> Result<Who, Failure> {
        stack.identity(name).map(Who::of).map_err(|e| Failure::Usage(e.to_string()))
    }

    /// Whether an identity was named; otherwise a command may choose.
    #[must_use]
    pub const fn is_named(&self) -> bool {
        self.device.is_some() || self.common.identity.is_some() || self.common.token_file.is_some()
    }

    fn peer(&self, service: &'static str, given: Option<&String>, who: &Who, deadline: Option<Duration>) -> Result<Peer, Failure> {
        let url = match (given, &self.stack) {
            (Some(url), _) => url.clone(),
            (None, Some(stack)) => stack.grpc(service)?.to_owned(),
            (None, None) => return Err(Failure::Usage(NO_STACK.fill(self.lang, &[service, service]))),
        };
        let plain = url.starts_with("http://");
        let ca = self.ca.as_deref().filter(|_| !plain);
        let deadline = deadline.map(|usual| usual.max(self.patience));
        let peer = client::connect(&url, ca, Some(who.token.expose()), deadline).with_context(|| format!("cannot use {url}"))?;
        Ok(Retry::within(peer, self.patience))
    }

    /// A client for calls that stream without end.
    ///
    /// # Errors
    /// The address or the certificate cannot be used.
    pub fn alarm_stream(&self, who: &Who) -> Result<AlarmServiceClient<Peer>, Failure> {
        Ok(AlarmServiceClient::new(self.peer("safety", self.common.safety.as_ref(), who, None)?))
    }
}

/// The clients of each process: one for each of its gRPC services, and what a call may take.
macro_rules! clients {
    ($($process:ident ($deadline:expr): { $($name:ident: $client:ident,)+ })+) => {
        impl Session {
            $($(
                /// # Errors
                /// The address or the certificate cannot be used.
                pub fn $name(&self, who: &Who) -> Result<$client<Peer>, Failure> {
                    Ok($client::new(self.peer(stringify!($process), self.common.$process.as_ref(), who, Some($deadline))?))
                }
            )+)+
        }
    };
}

clients! {
    intake (CALL_TIMEOUT): {
        referrals: ReferralServiceClient,
        contacts: ContactServiceClient,
    }
    cases (client::DEADLINE): {
        cases: CaseServiceClient,
        participants: ParticipantServiceClient,
        access: AccessServiceClient,
        break_glass: BreakGlassServiceClient,
        assessments: AssessmentServiceClient,
        consents: ConsentServiceClient,
        modes: ModeServiceClient,
        documents: DocumentServiceClient,
        holds: HoldServiceClient,
        purges: PurgeServiceClient,
    }
    safety (client::DEADLINE): {
        alarm: AlarmServiceClient,
        directory: DirectoryServiceClient,
    }
    notification (client::DEADLINE): {
        inbox: InboxServiceClient,
        preferences: PreferenceServiceClient,
    }
    reporting (CALL_TIMEOUT): {
        reports: ReportServiceClient,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(role: &str, sites: &[&str]) -> Identity {
        Identity {
            name: "x".into(),
            subject: "x".into(),
            roles: vec![role.into()],
            sites: sites.iter().map(|s| (*s).to_owned()).collect(),
            regions: Vec::new(),
            token: "t".into(),
            nats_seed_file: None,
            nats_inbox_prefix: None,
        }
    }

    #[test]
    fn the_head_of_another_site_is_not_taken_for_the_head_of_this_one() {
        let wanted = Wanted::at("institutional-head", "mission");
        assert!(wanted.fits(&identity("institutional-head", &["kent", "mission"])));
        assert!(!wanted.fits(&identity("institutional-head", &["kent"])));
        assert!(!wanted.fits(&identity("staff", &["mission"])));
    }
}
