//! Changes of the offices of a concern after an event: raised, said again, routed, accepted or rung. Pure: the caller writes what has
//! changed.

use time::OffsetDateTime;

use super::{
    concern::{Acceptance, Audience, AudienceStatus, Said},
    core::{Verdict, the_present_head_has_accepted},
    route,
};
use crate::domain::directory::office::RJ_UNIT;

/// Statement, as far as it decides who must accept.
pub struct Word<'a> {
    /// Audiences that must accept a concern of the gravest grade said so far.
    pub needed: &'a [Audience],
    /// It is graver than everything before.
    pub graver: bool,
    /// Office that answers for the head at the site that is known now.
    pub head: &'a str,
}

/// Adds missing offices of a concern, just raised or with a row lost: those that are needed and not there owe from now on.
pub fn complete(statuses: &mut Vec<AudienceStatus>, needed: &[Audience], head: &str, now: OffsetDateTime) -> Vec<Audience> {
    let there =
        |audience: Audience, statuses: &[AudienceStatus]| statuses.iter().any(|status| status.audience == audience && !status.former);
    let missing: Vec<Audience> = needed.iter().copied().filter(|audience| !there(*audience, statuses)).collect();
    for audience in &missing {
        let office = match audience {
            Audience::Nhq => RJ_UNIT,
            Audience::ResponsibleHead => head,
        };
        statuses.push(AudienceStatus::unrung(*audience, office.to_owned(), now));
    }
    missing
}

/// More was said: NHQ must know every statement, a head the gravest. An office that had accepted without it owes anew; one that owes
/// already rings at once. Where no head was known and the site is named now, that head is rung.
pub fn said_again(statuses: &mut Vec<AudienceStatus>, word: &Word<'_>, now: OffsetDateTime) {
    let must_know = |status: &&mut AudienceStatus| !status.ended && (word.graver || status.audience == Audience::Nhq);
    for status in statuses.iter_mut().filter(must_know) {
        if status.accepted.is_some() {
            status.owe_anew(now);
        } else {
            status.ring_anew(now);
        }
    }
    let unknown = |status: &&mut AudienceStatus| {
        status.audience == Audience::ResponsibleHead && !status.former && status.office == RJ_UNIT && word.head != RJ_UNIT
    };
    if let Some(head) = statuses.iter_mut().find(unknown) {
        *head = AudienceStatus::unrung(Audience::ResponsibleHead, word.head.to_owned(), now);
    }
    complete(statuses, word.needed, word.head, now);
}

/// The person is with another head from now on, who owes anew. The head before joins the former ones and keeps their own ladder; what they
/// have accepted stays theirs and counts for no other. The unit is no head: it has the concern as NHQ.
pub fn routed(statuses: &mut Vec<AudienceStatus>, office: &str, now: OffsetDateTime) {
    let present = |status: &&mut AudienceStatus| status.audience == Audience::ResponsibleHead && !status.former;
    let Some(present) = statuses.iter_mut().find(present).filter(|present| present.office != office) else { return };
    let mut left = std::mem::replace(present, AudienceStatus::unrung(Audience::ResponsibleHead, office.to_owned(), now));
    for back in statuses.iter_mut().filter(|status| status.former && !status.ended && status.office == office) {
        back.end();
    }
    if !route::is_a_heads(&left.office) {
        return;
    }
    (left.former, left.handed) = (true, None);
    statuses.retain(|status| !(status.former && status.office == left.office));
    statuses.push(left);
}

/// These offices have accepted. Once the present head has, the former heads have nothing left to do. Returns every office that rings no
/// more.
pub fn accepted(
    statuses: &mut [AudienceStatus],
    said: Said,
    which: &[usize],
    acceptance: impl Fn(&AudienceStatus) -> Acceptance,
) -> Vec<String> {
    let mut silent = Vec::new();
    for at in which {
        let Some(status) = statuses.get_mut(*at) else { continue };
        status.accepted = Some(acceptance(status));
        (status.next_ring_at, status.anew, status.handed) = (None, false, None);
        silent.push(status.office.clone());
    }
    if the_present_head_has_accepted(statuses, said) {
        for status in statuses.iter_mut().filter(|status| status.former && !status.ended) {
            status.end();
            silent.push(status.office.clone());
        }
    }
    silent
}

/// Applies the core's decision to an office; returns whether that changed anything.
pub fn carried_out(status: &mut AudienceStatus, verdict: &Verdict, now: OffsetDateTime) -> bool {
    match verdict {
        Verdict::Silent if status.former && !status.ended && status.accepted.is_none() => {
            status.end();
            true
        }
        Verdict::Silent => false,
        Verdict::Waits(until) => {
            let before = (status.next_ring_at, status.accepted.is_some());
            (status.next_ring_at, status.accepted) = (Some(*until), None);
            before != (status.next_ring_at, false)
        }
        Verdict::Rings(due) => {
            status.rung_from = due.since;
            status.rung_at = Some(now);
            (status.step, status.level) = (due.step, due.level);
            status.rings = status.rings.saturating_add(1);
            (status.anew, status.unheld, status.accepted) = (false, due.to.no_route, None);
            status.next_ring_at = Some(due.next);
            true
        }
    }
}
