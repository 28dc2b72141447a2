//! Caller of a request: who it is, what proves it, and what it is granted.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use tonic::Status;

use crate::{
    Private,
    programme::clause_of,
    refusal::{Kind, Refusal},
};

/// Prefix of the subject and the role of a service; no token may hold it.
const SERVICE: &str = "service:";
/// How far the provider's clock may be ahead.
const CLOCKS_DIFFER: Duration = Duration::seconds(60);

/// Proven identity, and until when the proof holds. What the person may do stands in the grants: whatever else a token says, roles and
/// places included, is not read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Proof {
    /// Opaque id, never a name.
    #[serde(rename = "sub")]
    pub subject: String,
    #[serde(rename = "exp", with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
    /// When the person last authenticated: to the provider (`auth_time`, where it is given), or to their device, with the PIN.
    #[serde(rename = "auth_time", default, deserialize_with = "instant_if_any")]
    pub proven_at: Option<OffsetDateTime>,
    /// Address of the person, as the provider has it.
    #[serde(default, deserialize_with = "text_if_any")]
    pub email: Option<Private<String>>,
    /// Whether the provider vouches for that address.
    #[serde(default, deserialize_with = "true_if_any")]
    pub email_verified: bool,
    /// Device that signed for the person; none for a token of the provider.
    #[serde(skip)]
    pub device: Option<String>,
}

/// Reads a time in seconds. Any other value a provider may write there is ignored, and invalidates no proof.
fn instant_if_any<'de, D: Deserializer<'de>>(claim: D) -> Result<Option<OffsetDateTime>, D::Error> {
    let seconds = serde_json::Value::deserialize(claim)?;
    #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second is cut off, and what is no time is refused below")]
    let seconds = seconds.as_i64().or_else(|| seconds.as_f64().map(|seconds| seconds as i64));
    Ok(seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok()))
}

/// Reads a text; any other value is ignored, and invalidates no proof.
fn text_if_any<'de, D: Deserializer<'de>>(claim: D) -> Result<Option<Private<String>>, D::Error> {
    Ok(match Value::deserialize(claim)? {
        Value::String(text) => Some(text.into()),
        _ => None,
    })
}

/// Reads a yes, which some providers write as a text; any other value is a no.
fn true_if_any<'de, D: Deserializer<'de>>(claim: D) -> Result<bool, D::Error> {
    let claim = Value::deserialize(claim)?;
    Ok(claim == Value::Bool(true) || claim.as_str() == Some("true"))
}

impl Proof {
    /// Proof by a token of the provider.
    #[must_use]
    pub fn new(subject: &str, expires_at: OffsetDateTime) -> Self {
        Self { subject: subject.to_owned(), expires_at, proven_at: None, email: None, email_verified: false, device: None }
    }
}

/// One grant: a role, and the one site or region it is held for. Grants are never mixed: the head of one place who serves at another does
/// not head the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    pub role: String,
    /// Site code the role is held for.
    pub site: Option<String>,
    /// Region code the role is held for.
    pub region: Option<String>,
}

/// The caller of one request. Its subject is an opaque id, never a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub subject: String,
    /// Grants in force, line by line.
    pub grants: Vec<Grant>,
    /// When the proof of identity or the first of the grants ends, whichever is earlier.
    pub expires_at: OffsetDateTime,
    /// Device that signed for the person, where one did: it may do less than they.
    pub device: Option<String>,
    /// When the person last authenticated, where that is known.
    pub proven_at: Option<OffsetDateTime>,
    /// Address that the provider vouches for, where it does.
    pub vouched_email: Option<Private<String>>,
    /// When the proof of identity ends.
    proven_until: OffsetDateTime,
}

impl Caller {
    /// Caller with the grants in force. `until` is when the first of these ends.
    #[must_use]
    pub fn new(proof: Proof, grants: Vec<Grant>, until: Option<OffsetDateTime>) -> Self {
        let proven_until = proof.expires_at;
        let expires_at = until.map_or(proven_until, |until| until.min(proven_until));
        let vouched_email = proof.email.filter(|_| proof.email_verified);
        Self { subject: proof.subject, grants, expires_at, device: proof.device, proven_at: proof.proven_at, vouched_email, proven_until }
    }

    /// Caller who holds each of the roles at each of the places; for tests, and where no more than that is known.
    #[must_use]
    pub fn acting(subject: &str, roles: &[&str], sites: &[&str], regions: &[&str], expires_at: OffsetDateTime) -> Self {
        let line = |role: &&str, site: Option<&str>, region: Option<&str>| Grant {
            role: (*role).to_owned(),
            site: site.map(str::to_owned),
            region: region.map(str::to_owned),
        };
        let mut grants = Vec::new();
        for role in roles {
            grants.extend(sites.iter().map(|site| line(role, Some(site), None)));
            grants.extend(regions.iter().map(|region| line(role, None, Some(region))));
            if sites.is_empty() && regions.is_empty() {
                grants.push(line(role, None, None));
            }
        }
        Self::new(Proof::new(subject, expires_at), grants, None)
    }

    /// Caller that the server has verified for this request.
    ///
    /// # Errors
    /// `unauthenticated` where the request did not come through the server's gate.
    pub fn of<T>(request: &tonic::Request<T>) -> Result<Self, Status> {
        request.extensions().get::<Self>().cloned().ok_or_else(unauthenticated)
    }

    /// Whether the caller holds the role anywhere.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.has_any(&[role])
    }

    /// Whether the caller holds any of the roles anywhere.
    #[must_use]
    pub fn has_any(&self, roles: &[&str]) -> bool {
        self.grants.iter().any(|grant| roles.contains(&grant.role.as_str()))
    }

    /// Whether the caller holds one of these roles for this very site.
    #[must_use]
    pub fn holds_at(&self, roles: &[&str], site: &str) -> bool {
        self.grants.iter().any(|grant| roles.contains(&grant.role.as_str()) && grant.site.as_deref() == Some(site))
    }

    /// Whether the caller holds one of these roles for this very region.
    #[must_use]
    pub fn holds_in(&self, roles: &[&str], region: &str) -> bool {
        self.grants.iter().any(|grant| roles.contains(&grant.role.as_str()) && grant.region.as_deref() == Some(region))
    }

    /// The sites for which the caller holds the role.
    pub fn sites_of<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a str> {
        self.grants.iter().filter(move |grant| grant.role == role).filter_map(|grant| grant.site.as_deref())
    }

    /// The roles the caller holds, each once: for showing, never for deciding about a place.
    #[must_use]
    pub fn roles(&self) -> Vec<&str> {
        let mut roles: Vec<&str> = Vec::new();
        for grant in &self.grants {
            if !roles.contains(&grant.role.as_str()) {
                roles.push(&grant.role);
            }
        }
        roles
    }

    /// Proof of the caller's identity, for reading their grants anew.
    pub fn proof(&self) -> Proof {
        Proof {
            device: self.device.clone(),
            proven_at: self.proven_at,
            email: self.vouched_email.clone(),
            email_verified: self.vouched_email.is_some(),
            ..Proof::new(&self.subject, self.proven_until)
        }
    }

    /// Whether the proof of identity still holds; the grants are another question.
    #[must_use]
    pub fn is_proven(&self, now: OffsetDateTime) -> bool {
        now < self.proven_until
    }

    /// Whether the person authenticated within this time; no where the time is unknown or lies ahead.
    #[must_use]
    pub fn proved_within(&self, lasts: Duration, now: OffsetDateTime) -> bool {
        self.proven_at.is_some_and(|at| at <= now + CLOCKS_DIFFER && now - at <= lasts)
    }

    /// Caller behind a service's verified certificate. It acts for no site and no region, and for one call only.
    #[must_use]
    pub fn service(name: &str) -> Self {
        let subject = format!("{SERVICE}{name}");
        Self::acting(&subject, &[&subject], &[], &[], OffsetDateTime::UNIX_EPOCH)
    }

    /// Whether the caller is this service of ours.
    #[must_use]
    pub fn is_service(&self, name: &str) -> bool {
        self.subject.strip_prefix(SERVICE) == Some(name)
    }

    /// Whether the caller is any of our own services, and no person.
    #[must_use]
    pub fn is_any_service(&self) -> bool {
        is_service(&self.subject)
    }
}

/// Whether a subject is that of a service.
#[must_use]
pub fn is_service(text: &str) -> bool {
    text.trim_start().get(..SERVICE.len()).is_some_and(|head| head.eq_ignore_ascii_case(SERVICE))
}

/// Refusal of a caller without a valid token.
#[must_use]
pub fn unauthenticated() -> Status {
    Refusal {
        kind: Kind::Unauthenticated,
        ..Refusal::precondition(
            "sign-in-needed",
            clause_of("sign-in-needed"),
            "a valid access token is needed: send it as `authorization: Bearer …`",
            "un jeton d'accès valide est requis : envoyez-le sous la forme `authorization: Bearer …`",
        )
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(role: &str, site: &str) -> Grant {
        Grant { role: role.into(), site: Some(site.into()), region: None }
    }

    #[test]
    fn whoever_heads_one_place_and_serves_at_another_does_not_head_the_other() {
        let proof = Proof::new("someone", OffsetDateTime::UNIX_EPOCH);
        let caller = Caller::new(proof, vec![line("head", "mission"), line("staff", "kent")], None);
        assert!(caller.holds_at(&["head"], "mission") && caller.holds_at(&["staff"], "kent") && caller.has_any(&["head"]));
        assert!(!caller.holds_at(&["head"], "kent") && !caller.holds_at(&["staff"], "mission") && !caller.holds_in(&["head"], "mission"));
        assert_eq!(caller.sites_of("head").collect::<Vec<_>>(), ["mission"]);
    }

    #[test]
    fn who_proved_themselves_long_ago_or_tomorrow_or_nobody_knows_when_did_not_do_so_within_the_time() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::DAY;
        let lasts = Duration::minutes(5);
        let cases = [
            (None, false),
            (Some(now), true),
            (Some(now - lasts), true),
            (Some(now - lasts - Duration::SECOND), false),
            (Some(now + CLOCKS_DIFFER), true),
            (Some(now + CLOCKS_DIFFER + Duration::SECOND), false),
        ];
        for (proven_at, fresh) in cases {
            let caller = Caller::new(Proof { proven_at, ..Proof::new("someone", now) }, Vec::new(), None);
            assert_eq!(caller.proved_within(lasts, now), fresh, "{proven_at:?}");
            assert_eq!(Caller::new(caller.proof(), Vec::new(), None).proven_at, proven_at, "lost when the grants are asked again");
        }
    }

    #[test]
    fn whatever_a_provider_writes_of_when_somebody_proved_themselves_takes_nobodys_proof_away() {
        let second = OffsetDateTime::UNIX_EPOCH + Duration::SECOND;
        let cases = [
            ("1", Some(second)),
            ("1.9", Some(second)),
            ("\"2026-11-26T19:00:00Z\"", None),
            ("\"1\"", None),
            ("null", None),
            ("[1]", None),
            ("1e300", None),
            ("-1e300", None),
        ];
        for (claim, proven_at) in cases {
            let claims = format!("{{\"sub\":\"someone\",\"exp\":5,\"auth_time\":{claim}}}");
            assert_eq!(serde_json::from_str::<Proof>(&claims).unwrap().proven_at, proven_at, "{claim}");
        }
        assert_eq!(serde_json::from_str::<Proof>("{\"sub\":\"someone\",\"exp\":5}").unwrap().proven_at, None);
    }

    // [TS1a]
    #[test]
    fn an_address_counts_where_the_provider_vouches_for_it_and_whatever_else_stands_there_takes_nobodys_proof_away() {
        let vouched = |email: &str, verified: &str| {
            let claims = format!("{{\"sub\":\"someone\",\"exp\":5,\"email\":{email},\"email_verified\":{verified}}}");
            let caller = Caller::new(serde_json::from_str(&claims).unwrap(), Vec::new(), None);
            let again = Caller::new(caller.proof(), Vec::new(), None);
            assert_eq!(again.vouched_email, caller.vouched_email, "lost when the grants are asked again");
            caller.vouched_email.map(Private::into_inner)
        };
        let own = Some("ada@example.org".to_owned());
        assert_eq!((vouched("\"ada@example.org\"", "true"), vouched("\"ada@example.org\"", "\"true\"")), (own.clone(), own));
        for (email, verified) in
            [("\"ada@example.org\"", "false"), ("\"ada@example.org\"", "1"), ("\"ada@example.org\"", "null"), ("7", "true"), ("[]", "true")]
        {
            assert_eq!(vouched(email, verified), None, "{email} {verified}");
        }
        assert_eq!(Caller::acting("someone", &[], &[], &[], OffsetDateTime::UNIX_EPOCH).vouched_email, None);
    }

    #[test]
    fn what_is_granted_ends_with_the_proof_or_with_the_first_grant_whichever_is_earlier() {
        let (soon, late) = (OffsetDateTime::UNIX_EPOCH + time::Duration::HOUR, OffsetDateTime::UNIX_EPOCH + time::Duration::DAY);
        for (proven, until, ends) in [(late, Some(soon), soon), (soon, Some(late), soon), (soon, None, soon)] {
            let caller = Caller::new(Proof::new("someone", proven), Vec::new(), until);
            assert_eq!(caller.expires_at, ends);
            assert_eq!((caller.is_proven(proven), caller.is_proven(proven - time::Duration::SECOND)), (false, true));
        }
    }
}
