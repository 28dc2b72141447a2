//! Safety concern that travels with a referral. It is raised whether or not the referral can be recorded [RM1c].

use std::str::FromStr;

use base::Private;
use proto::id::{ConcernId, SiteCode};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{referral::SubmittedReferral, text};

/// Content of the concern for safety.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// The same concern resent with the same key has the same id.
    pub id: ConcernId,
    /// `None`: NHQ is rung and finds the head.
    pub site: Option<SiteCode>,
    pub text: Private<String>,
}

/// The concern in a submission, if any. `key` is the submission's key in its form for comparison; `place` is the site of the credential,
/// without which the stated one counts.
#[must_use]
pub fn travelling_with(told: &SubmittedReferral, key: &str, place: Option<&SiteCode>) -> Option<Concern> {
    let stated = told.safety_concern.expose();
    if !text::is_given(stated) {
        return None;
    }
    let site = place.cloned().or_else(|| SiteCode::from_str(&told.site).ok());
    // Nothing is refused: characters that cannot be stored are dropped, and overlong text is cut.
    let text: String = stated.chars().filter(|c| *c != '\0').take(text::TEXT).collect();
    let id = fingerprint(&[site.as_ref().map_or("", SiteCode::as_str), key, &text]);
    Some(Concern { id, site, text: text.into() })
}

fn fingerprint(parts: &[&str]) -> ConcernId {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
    ConcernId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Aggregate id of a concern in the outbox.
#[must_use]
pub const fn aggregate(concern: &Concern) -> Uuid {
    concern.id.uuid()
}

/// Open concerns of safety, as far as they are about one referral.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// An open concern names the referral, its case, or one that it repeats or that repeats it; or one that travelled with it is open.
    pub open: bool,
    /// A concern that travelled with it was raised, and safety does not know it: it has not arrived yet, or was lost there.
    pub missing: bool,
    /// The content of an open concern could not be opened: it may name any referral.
    pub unread: bool,
}

/// Why nothing of a referral is destroyed for now, as a stable code; `None` where no open concern is about it.
#[must_use]
pub const fn keeps(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing { open: true, .. } => Some("concern-open"),
        Standing { missing: true, .. } => Some("concern-not-at-safety"),
        Standing { unread: true, .. } => Some("concern-unread"),
        Standing { open: false, missing: false, unread: false } => None,
    }
}

/// Code where everything is kept because safety does not answer.
pub const SAFETY_SILENT: &str = "safety-not-heard";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Key;

    #[test]
    fn a_referral_is_let_go_only_where_no_concern_is_open_missing_or_unread() {
        let none = Standing::default();
        assert_eq!(keeps(none), None);
        assert_eq!(keeps(Standing { open: true, missing: true, unread: true }), Some("concern-open"));
        assert_eq!(keeps(Standing { missing: true, ..none }), Some("concern-not-at-safety"));
        assert_eq!(keeps(Standing { unread: true, ..none }), Some("concern-unread"));
    }

    fn told(key: &str, site: &str, concern: &str) -> SubmittedReferral {
        SubmittedReferral {
            idempotency_key: key.into(),
            site: site.into(),
            safety_concern: concern.to_owned().into(),
            ..SubmittedReferral::default()
        }
    }

    fn id(told: &SubmittedReferral) -> Option<ConcernId> {
        travelling_with(told, Key::read(&told.idempotency_key, Uuid::from_u128(1)).form(), None).map(|c| c.id)
    }

    #[test]
    fn a_referral_without_a_concern_rings_nobody() {
        assert_eq!(id(&told("k", "mission", "")), None);
        assert_eq!(id(&told("k", "mission", " \n ")), None);
        assert_eq!(id(&told("k", "mission", "\u{200b}\u{3164}")), None);
    }

    #[test]
    fn the_same_concern_sent_again_is_one_and_another_is_another() {
        let first = id(&told("k", "mission", "said he will hurt himself"));
        assert_eq!(first, id(&told("k", "mission", "said he will hurt himself")));
        for other in [
            told("k2", "mission", "said he will hurt himself"),
            told("k", "mission", "worse"),
            told("k", "kent", "said he will hurt himself"),
        ] {
            assert_ne!(first, id(&other));
        }
    }

    #[test]
    fn no_fault_of_the_referral_keeps_its_concern_from_being_raised() {
        let hostile = told("", "*.>", &format!("help\0{}", "é".repeat(text::TEXT)));
        let concern = travelling_with(&hostile, "k", None).unwrap();
        assert_eq!(concern.site, None);
        assert_eq!(concern.text.expose().chars().count(), text::TEXT);
        assert!(!concern.text.expose().contains('\0'));
        let vouched = SiteCode::from_str("mission").unwrap();
        assert_eq!(travelling_with(&hostile, "k", Some(&vouched)).unwrap().site, Some(vouched));
    }
}
