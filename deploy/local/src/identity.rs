//! Development identities for one machine: a local certificate authority, the services' certificates, and tokens for every role.
//!
//! For development only: whoever can read the state folder can be anybody.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use proto::{id::SiteCode, role};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
};
use serde::{Serialize, de::DeserializeOwned};
use time::{Duration, OffsetDateTime};

use crate::{
    OMS_READER, SERVICES,
    description::Identity,
    error::{Doing, Error, Result},
    nats::Credential,
    secret,
};

/// Issuer and audience of the local tokens.
pub const ISSUER: &str = "ro-local";
pub const AUDIENCE: &str = "ro";
const VALID: Duration = Duration::days(30);
const SIGNING_KEY: &str = "token-signing.pem";
/// Host name in the certificate of the bus.
pub const BUS: &str = "nats";

/// A person or system of the local stack, before it has a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Also the subject of the token.
    pub name: &'static str,
    /// Role that the directory grants them; it is not in their token.
    pub role: &'static str,
    pub sites: &'static [&'static str],
    pub regions: &'static [&'static str],
    /// Its login to the bus.
    pub bus: Option<&'static str>,
}

const fn person(name: &'static str, role: &'static str) -> Person {
    Person { name, role, sites: &[], regions: &[], bus: None }
}

const fn at(name: &'static str, role: &'static str, sites: &'static [&'static str]) -> Person {
    Person { name, role, sites, regions: &[], bus: None }
}

const fn of(name: &'static str, role: &'static str, regions: &'static [&'static str]) -> Person {
    Person { name, role, sites: &[], regions, bus: None }
}

/// One development identity for every role, a second mediator, a second officer, the head of another site, and a second keeper of the
/// directory.
pub const PEOPLE: [Person; 24] = [
    person("acce-1", role::ACCE),
    person("national-manager-1", role::NATIONAL_MANAGER),
    person("rj-officer-1", role::RJ_OFFICER),
    person("rj-supervisor-1", role::RJ_SUPERVISOR),
    person("nmc-supervisor-1", role::NMC_SUPERVISOR),
    person("mediator-1", role::MEDIATOR),
    person("mediator-2", role::MEDIATOR),
    of("rvs-manager-pacific", role::RVS_MANAGER, &["pacific"]),
    of("victim-services-pacific", role::VICTIM_SERVICES_OFFICER, &["pacific"]),
    at("institutional-head-mission", role::INSTITUTIONAL_HEAD, &["mission"]),
    at("institutional-head-kent", role::INSTITUTIONAL_HEAD, &["kent"]),
    at("district-director-1", role::DISTRICT_DIRECTOR, &["district-greater-ontario-nunavut"]),
    person("rj-officer-2", role::RJ_OFFICER),
    at("manager-ai-mission", role::MANAGER_ASSESSMENT_INTERVENTIONS, &["mission"]),
    at("parole-officer-supervisor-1", role::PAROLE_OFFICER_SUPERVISOR, &["po-ottawa"]),
    at("parole-officer-1", role::PAROLE_OFFICER, &["po-ottawa"]),
    at("staff-mission", role::STAFF, &["mission"]),
    Person { bus: Some("site-mission"), ..at("publishing-system-mission", role::PUBLISHING_SYSTEM, &["mission"]) },
    Person { bus: Some("region-pacific"), ..of("publishing-system-pacific", role::PUBLISHING_SYSTEM, &["pacific"]) },
    Person { bus: Some("dashboard"), ..person("dashboard-1", role::DASHBOARD) },
    person("statistics-officer-1", role::STATISTICS_OFFICER),
    person("operations-1", role::OPERATIONS),
    person("directory-administrator-1", role::DIRECTORY_ADMINISTRATOR),
    person("directory-administrator-2", role::DIRECTORY_ADMINISTRATOR),
];

/// How the names of a crowd begin: people of a benchmark, who stand on no page and hold nothing until the directory grants it.
const CROWD: &str = "crowd-";

/// Name of one of a crowd.
#[must_use]
pub fn one_of_a_crowd(number: usize) -> String {
    format!("{CROWD}{number}")
}

/// Whether somebody of this name can sign in on this machine.
#[must_use]
pub fn can_sign_in(name: &str) -> bool {
    let is_of_a_crowd = name.strip_prefix(CROWD).is_some_and(|number| number.parse::<u16>().is_ok());
    is_of_a_crowd || PEOPLE.iter().any(|person| person.name == name)
}

/// The identities that administer the directory, separated by commas: the only setting that gives anybody a permission.
#[must_use]
pub fn first_administrators() -> String {
    let keepers = PEOPLE.iter().filter(|person| person.role == role::DIRECTORY_ADMINISTRATOR);
    keepers.map(|person| person.name).collect::<Vec<_>>().join(",")
}

/// The sites whose systems have a login to the bus: every site a development identity belongs to.
#[must_use]
pub fn sites() -> Vec<SiteCode> {
    let mut sites: Vec<SiteCode> = PEOPLE.iter().flat_map(|person| person.sites).filter_map(|site| site.parse().ok()).collect();
    sites.sort();
    sites.dedup();
    sites
}

/// Writes `ca.pem` and, for each host, `<host>.pem` and `<host>.key`, valid for 30 days. A service's certificate also names it as
/// `ro://service/<name>`, by which other services identify it; any other host's is a server certificate only.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_certificates(dir: &Path, hosts: &[&str], now: OffsetDateTime) -> Result<()> {
    secret::folder(dir, 0o700)?;
    let failed = |error: rcgen::Error| Error::said(format!("the certificates cannot be made: {error}"));
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Restorative Opportunities local CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    (params.not_before, params.not_after) = (now - Duration::days(1), now + VALID);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().map_err(failed)?).map_err(failed)?;
    secret::write(&dir.join("ca.pem"), authority.pem().as_bytes())?;
    for host in hosts {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), (*host).to_owned()];
        let mut params = CertificateParams::new(names).map_err(failed)?;
        params.distinguished_name.push(DnType::CommonName, *host);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // The reader's certificate, too, has the one form that a gRPC server accepts; no rule names it as a caller.
        if SERVICES.contains(host) || *host == OMS_READER {
            params.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
            params.subject_alt_names.push(SanType::URI(format!("ro://service/{host}").try_into().map_err(failed)?));
        }
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = (now - Duration::days(1), now + VALID);
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, &authority).map_err(failed)?;
        secret::write(&dir.join(format!("{host}.pem")), certificate.pem().as_bytes())?;
        secret::write(&dir.join(format!("{host}.key")), key.serialize_pem().as_bytes())?;
    }
    Ok(())
}

/// Makes, for each service that has none, the key that signs its audit log: `<service>.key` (PKCS #8, DER), and `<service>.pub`
/// in hexadecimal digits for whoever verifies. Kept as long as the folder: a new key would look like a forged log.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_audit_keys(dir: &Path, services: &[&str]) -> Result<()> {
    secret::folder(dir, 0o700)?;
    for service in services {
        let file = dir.join(format!("{service}.key"));
        if file.is_file() {
            continue;
        }
        let failed = |error| Error::said(format!("no audit key can be made: {error}"));
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).map_err(failed)?;
        secret::write(&dir.join(format!("{service}.pub")), hex::encode(key.public_key_raw()).as_bytes())?;
        secret::write(&file, &key.serialize_der())?;
    }
    Ok(())
}

/// Makes, for each service that has none, the key that wraps its data keys: `<service>.keys`. Kept as long as the data: without
/// it nothing that was sealed can be read again. A backup of it never lies beside a backup of the database.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_vault_keys(dir: &Path, services: &[&str]) -> Result<()> {
    secret::folder(dir, 0o700)?;
    for service in services {
        let file = dir.join(format!("{service}.keys"));
        if !file.is_file() {
            secret::write(&file, format!("1 {}\n", secret::random_hex::<32>()?).as_bytes())?;
        }
    }
    Ok(())
}

/// Makes a key file where there is none: of those that seal the sessions of the dashboard, or by which push services know this deployment.
/// Kept: another key signs everybody out, or ends every enrolment.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_keys(file: &Path) -> Result<()> {
    if let Some(folder) = file.parent() {
        secret::folder(folder, 0o700)?;
    }
    if file.is_file() { Ok(()) } else { secret::write(file, format!("1 {}\n", secret::random_hex::<32>()?).as_bytes()) }
}

/// Issues the local tokens. The key is made once, so that a token outlives a restart.
pub struct Issuer {
    key: EncodingKey,
    public: DecodingKey,
    key_id: String,
    key_set: String,
    /// The JWKS file by which services check tokens.
    pub keys_file: PathBuf,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'static str,
    aud: &'static str,
    sub: &'a str,
    iat: i64,
    /// Time of the person's authentication: nobody authenticates here, so it is when the token was made.
    auth_time: i64,
    exp: i64,
    /// Address of the identity, as a provider that knows the staff vouches for it.
    email: String,
    email_verified: bool,
}

/// Domain of the addresses of development identities; their mail never leaves the machine.
const STAFF_DOMAIN: &str = "csc-scc.gc.ca";

/// Staff address of a development identity.
#[must_use]
pub fn address(subject: &str) -> String {
    format!("{subject}@{STAFF_DOMAIN}")
}

impl Issuer {
    /// Opens the issuer stored in `dir`, creating it when it is not there.
    ///
    /// # Errors
    /// When its files cannot be read or written.
    pub fn open(dir: &Path) -> Result<Self> {
        secret::folder(dir, 0o700)?;
        let file = dir.join(SIGNING_KEY);
        if !file.is_file() {
            let key = KeyPair::generate().map_err(|error| Error::said(format!("no signing key: {error}")))?;
            secret::write(&file, key.serialize_pem().as_bytes())?;
        }
        let issuer = Self::read(dir)?;
        secret::write(&issuer.keys_file, issuer.key_set.as_bytes())?;
        Ok(issuer)
    }

    /// Opens the issuer stored in `dir` and writes nothing.
    ///
    /// # Errors
    /// When there is no signing key.
    pub fn read(dir: &Path) -> Result<Self> {
        let file = dir.join(SIGNING_KEY);
        let pem = fs::read(&file).doing(|| format!("read {}", file.display()))?;
        let broken = |_| Error::said(format!("{} is no signing key: remove it, a new one is made", file.display()));
        let key = EncodingKey::from_ec_pem(&pem).map_err(broken)?;
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(broken)?;
        let key_id = "ro-local-1".to_owned();
        jwk.common.key_id = Some(key_id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let public = DecodingKey::from_jwk(&jwk).map_err(broken)?;
        let key_set = serde_json::to_string_pretty(&JwkSet { keys: vec![jwk] })
            .map_err(|error| Error::said(format!("the key set cannot be written: {error}")))?;
        Ok(Self { key, public, key_id, key_set, keys_file: dir.join("jwks.json") })
    }

    /// The key set by which tokens are checked, as JSON.
    #[must_use]
    pub fn key_set(&self) -> &str {
        &self.key_set
    }

    /// A token of any kind with these claims. The kind stands in its header.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn sign(&self, kind: &str, claims: &impl Serialize) -> Result<String> {
        let mut header = Header::new(Algorithm::ES256);
        (header.typ, header.kid) = (Some(kind.to_owned()), Some(self.key_id.clone()));
        jsonwebtoken::encode(&header, claims, &self.key).map_err(|error| Error::said(format!("a token cannot be signed: {error}")))
    }

    /// The claims of a token of this kind that was signed here, whether or not it is over.
    #[must_use]
    pub fn read_signed<T: DeserializeOwned>(&self, kind: &str, token: &str) -> Option<T> {
        if decode_header(token).ok()?.typ.as_deref() != Some(kind) {
            return None;
        }
        let mut validation = Validation::new(Algorithm::ES256);
        (validation.validate_exp, validation.validate_aud) = (false, false);
        validation.required_spec_claims.clear();
        decode(token, &self.public, &validation).ok().map(|data| data.claims)
    }

    /// A token that authenticates a subject for 30 days. Permissions of the subject are in the directory of the safety service.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn token(&self, subject: &str, now: OffsetDateTime) -> Result<String> {
        let (iat, exp) = (now.unix_timestamp(), (now + VALID).unix_timestamp());
        self.sign(
            "JWT",
            &Claims { iss: ISSUER, aud: AUDIENCE, sub: subject, iat, auth_time: iat, exp, email: address(subject), email_verified: true },
        )
    }

    /// Every development identity with a fresh token, and with its login to the bus where it has one.
    ///
    /// # Errors
    /// When a token cannot be signed or a login is missing.
    pub fn identities<'a>(&self, login: impl Fn(&str) -> Result<&'a Credential>, now: OffsetDateTime) -> Result<Vec<Identity>> {
        let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        let identity = |person: &Person| {
            let bus = person.bus.map(&login).transpose()?;
            Ok(Identity {
                name: person.name.to_owned(),
                subject: person.name.to_owned(),
                roles: vec![person.role.to_owned()],
                sites: owned(person.sites),
                regions: owned(person.regions),
                token: self.token(person.name, now)?,
                nats_seed_file: bus.map(|credential| credential.seed_file.clone()),
                nats_inbox_prefix: bus.map(|credential| credential.inbox_prefix.clone()),
            })
        };
        PEOPLE.iter().map(identity).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_of_the_programme_has_an_identity_to_try_it_with() {
        for role in role::ALL {
            assert!(PEOPLE.iter().any(|person| person.role == role), "{role}");
        }
        let mut names: Vec<_> = PEOPLE.iter().map(|person| person.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PEOPLE.len());
    }

    #[test]
    fn every_site_of_an_identity_stands_in_the_directory() {
        let csv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services/safety/data/csc-sites.csv");
        let text = fs::read_to_string(csv).unwrap();
        let codes: Vec<_> = text.lines().filter_map(|line| line.split(',').next()).collect();
        for site in PEOPLE.iter().flat_map(|person| person.sites) {
            assert!(codes.contains(site), "{site}");
        }
    }
}
