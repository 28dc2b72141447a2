//! Device that authenticates a person: rules of its enrolment.

use auth::devices;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::grant;

/// Proposed device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    pub person: String,
    /// Encoded as in [`auth::devices::Device`].
    pub public_key: Vec<u8>,
    pub until: OffsetDateTime,
}

/// Reason a device cannot be enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No identity, or the identity of a service.
    Person,
    /// No key that a device could sign with.
    Key,
    /// It would be over already, or last longer than any device may.
    Until,
}

impl Enrolment {
    /// Id of the device.
    #[must_use]
    pub fn id(&self) -> Uuid {
        devices::id_of(&self.public_key)
    }
}

/// Checks an enrolment by itself; whether the key is known already is checked elsewhere.
///
/// # Errors
/// The first [`Fault`].
pub fn check(wanted: &Enrolment, now: OffsetDateTime, longest: Duration) -> Result<(), Fault> {
    if !grant::is_subject(&wanted.person) {
        return Err(Fault::Person);
    }
    if !devices::is_public_key(&wanted.public_key) {
        return Err(Fault::Key);
    }
    if wanted.until <= now || wanted.until > now + longest {
        return Err(Fault::Until);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-11-22 13:00 UTC);
    const YEAR: Duration = Duration::days(365);

    #[test]
    fn a_device_stands_for_a_person_and_never_for_a_service_and_not_for_longer_than_any_may() {
        let key = devices::Key::from_pkcs8(&devices::Key::generate().unwrap()).unwrap();
        let sound = Enrolment { person: "head-1".into(), public_key: key.public().to_vec(), until: NOW + YEAR };
        assert_eq!(check(&sound, NOW, YEAR), Ok(()));
        assert_eq!(sound.id(), key.id());
        for person in ["", "service:cases", "Service:cases", "a\nb"] {
            assert_eq!(check(&Enrolment { person: person.into(), ..sound.clone() }, NOW, YEAR), Err(Fault::Person), "{person}");
        }
        for public_key in [Vec::new(), vec![4; devices::PUBLIC_KEY], b"-----BEGIN PUBLIC KEY-----".to_vec()] {
            assert_eq!(check(&Enrolment { public_key, ..sound.clone() }, NOW, YEAR), Err(Fault::Key));
        }
        for until in [NOW, NOW - YEAR, NOW + YEAR + Duration::SECOND] {
            assert_eq!(check(&Enrolment { until, ..sound.clone() }, NOW, YEAR), Err(Fault::Until), "{until}");
        }
    }
}
