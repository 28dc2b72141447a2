//! Event of a purge: signed, for the services that must destroy what they store of the case [LPR4].

use audit_log::Signer;
use base::{Ids, wire};
use messaging::outbox::Outgoing;
use proto::{
    cases::v1::CasePurged,
    id::{CaseId, ReferralId},
    purge, subject,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// A purged case, as it is published.
#[derive(Debug, Clone, Copy)]
pub struct Purged<'a> {
    pub case: CaseId,
    pub referral: ReferralId,
    /// Other referrals about the case.
    pub duplicates: &'a [Uuid],
    pub break_glasses: &'a [Uuid],
    pub blocks: &'a [Uuid],
    pub due_notices: &'a [Uuid],
    pub entry_notices: &'a [Uuid],
    pub request_notices: &'a [Uuid],
    pub last_used_at: OffsetDateTime,
    pub at: OffsetDateTime,
}

/// Event: the case was purged. Other services verify its signature, destroy what they store of the case, and report it.
#[must_use]
pub fn case_purged(ids: &Ids, signer: &Signer, purged: &Purged<'_>) -> Outgoing {
    let mut message = CasePurged {
        case_id: purged.case.to_string(),
        referral_id: purged.referral.to_string(),
        purged_at: Some(wire::timestamp(purged.at)),
        break_glass_ids: purged.break_glasses.iter().map(Uuid::to_string).collect(),
        block_ids: purged.blocks.iter().map(Uuid::to_string).collect(),
        due_notice_ids: purged.due_notices.iter().map(Uuid::to_string).collect(),
        entry_notice_ids: purged.entry_notices.iter().map(Uuid::to_string).collect(),
        request_notice_ids: purged.request_notices.iter().map(Uuid::to_string).collect(),
        referral_ids: purged.duplicates.iter().map(Uuid::to_string).collect(),
        last_used_at: Some(wire::timestamp(purged.last_used_at)),
        signature: Vec::new(),
    };
    let values = purge::order(&message);
    message.signature = signer.sign_row(purge::ORDER, &values.iter().map(String::as_str).collect::<Vec<_>>());
    Outgoing::event(ids, purged.case.uuid(), subject::CASE_PURGED, &message)
}
