//! The session of a command: its identity, the services' addresses and the language, from the local stack or from options and a token file.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::Context as _;
use local::{Description, description::Identity};
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
        let holds = |granted: &[String], one: Option<&str>| one.is_none_or(|one| granted.iter().any(|granted| granted == one));
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
    min_timeout: Duration,
}

const NO_STACK: Words = Words {
    en: "give the address of {} (--{} URL): no stack.json was found",
    fr: "donnez l'adresse de {} (--{} URL) : aucun stack.json trouvé",
};
const NOBODY: Words = Words {
    en: "no development identity fits this command: name one with --as, or give --token-file",
    fr: "aucune identité de développement ne convient : nommez-en une avec --as, ou donnez --token-file",
};
/// Timeout of a call that carries or counts much.
const LONG_CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Timeout of a call to a process; an import or a report gets more.
pub(super) fn deadline(process: &str) -> Duration {
    if ["intake", "reporting"].contains(&process) { LONG_CALL_TIMEOUT } else { client::DEADLINE }
}

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
        Ok(Self { lang: common.lang(), json: common.json, stack, common: common.clone(), ca, device: None, min_timeout: Duration::ZERO })
    }

    /// The same with this minimum timeout, for which a call is also retried where a service asks for that: for work that must not depend on
    /// how busy the machine is.
    #[must_use]
    pub fn with_min_timeout(self, min_timeout: Duration) -> Self {
        Self { min_timeout, ..self }
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

    /// Connection to a process; `None` as the deadline is for calls that stream without end.
    ///
    /// # Errors
    /// The address or the certificate cannot be used.
    pub(super) fn peer(&self, service: &'static str, who: &Who, deadline: Option<Duration>) -> Result<Peer, Failure> {
        let url = match (self.common.address(service), &self.stack) {
            (Some(url), _) => url.clone(),
            (None, Some(stack)) => stack.grpc(service)?.to_owned(),
            (None, None) => return Err(Failure::Usage(NO_STACK.fill(self.lang, &[service, service]))),
        };
        let plain = url.starts_with("http://");
        let ca = self.ca.as_deref().filter(|_| !plain);
        let deadline = deadline.map(|usual| usual.max(self.min_timeout));
        let peer = client::connect(&url, ca, Some(who.token.expose()), deadline).with_context(|| format!("cannot use {url}"))?;
        Ok(Retry::within(peer, self.min_timeout))
    }
}

/// The client of one gRPC service, declared in the file of its capability: `service_client!(cases, consents: …::ConsentServiceClient)` is
/// `session.consents(&who)`, a client of the process `cases`.
macro_rules! service_client {
    ($process:ident, $name:ident: $($client:ident)::+) => {
        impl $crate::client::session::Session {
            /// # Errors
            /// The address or the certificate cannot be used.
            pub fn $name(
                &self,
                who: &$crate::client::who::Who,
            ) -> Result<$($client)::+<$crate::client::session::Peer>, $crate::client::failure::Failure> {
                Ok($($client)::+::new(self.peer(stringify!($process), who, Some($crate::client::session::deadline(stringify!($process))))?))
            }
        }
    };
}
pub(crate) use service_client;

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
