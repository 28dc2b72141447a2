//! View model of one concern for the person signed in: codes and times in the form a page needs.

use base::{Caller, wire};
use proto::{
    role,
    safety::v1::{Audience, ConcernState, ConcernView, Grade},
};
use time::OffsetDateTime;

use super::texts::{self, Texts};
use crate::{clients::Sites, parts::site::Named, text::Language};

/// One audience of one concern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceView {
    pub audience: Audience,
    pub office: String,
    pub level: i32,
    pub rings: i32,
    pub delivered_at: Option<OffsetDateTime>,
    pub accepted_at: Option<OffsetDateTime>,
    pub accepted_by: String,
    pub next_ring_at: Option<OffsetDateTime>,
    /// The viewer may accept for this audience, and no one has.
    pub may_accept: bool,
    /// The viewer has accepted.
    pub mine: bool,
    /// Offices of the person's former sites, which ring beside this one.
    pub also_rung: Vec<String>,
    /// It was handed over, and by whom as far as the viewer may know.
    pub handed_over: Option<String>,
}

/// One concern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub id: String,
    pub reference: String,
    pub grade: Grade,
    pub state: ConcernState,
    pub site: String,
    pub raised_at: Option<OffsetDateTime>,
    /// Rises with every change, and with every epoch of the alarm: of two the page shows the higher.
    pub revision: i64,
    /// How many different statements were made of it.
    pub said: i32,
    pub audiences: Vec<AudienceView>,
}

impl Card {
    /// The card for `caller`: the service has already cut the content, this only arranges it.
    #[must_use]
    pub fn of(view: &ConcernView, caller: &Caller) -> Self {
        let ringing = view.state() == ConcernState::Ringing;
        let audiences = view.audiences.iter().map(|status| {
            let acceptors: &[&str] = match status.audience() {
                Audience::Nhq => &role::NHQ_ACCEPTORS,
                Audience::ResponsibleHead => &role::RESPONSIBLE_HEADS,
                Audience::Unspecified => &[],
            };
            AudienceView {
                audience: status.audience(),
                office: status.office.clone(),
                level: status.level,
                rings: status.rings,
                delivered_at: status.delivered_at.as_ref().and_then(wire::instant),
                accepted_at: status.accepted_at.as_ref().and_then(wire::instant),
                accepted_by: status.accepted_by.clone(),
                next_ring_at: status.next_ring_at.as_ref().and_then(wire::instant),
                may_accept: ringing && status.accepted_at.is_none() && (status.may_accept || caller.has_any(acceptors)),
                mine: !status.accepted_by.is_empty() && status.accepted_by == caller.subject,
                handed_over: status.handed_over_at.as_ref().map(|_| status.handed_over_by.clone()),
                also_rung: status.also_rung.iter().filter(|office| **office != status.office).cloned().collect(),
            }
        });
        Self {
            id: view.concern_id.clone(),
            reference: view.reference.clone(),
            grade: view.grade(),
            state: view.state(),
            site: view.site.clone(),
            raised_at: view.raised_at.as_ref().and_then(wire::instant),
            revision: order(view.epoch, view.revision),
            said: view.said,
            audiences: audiences.collect(),
        }
    }

    /// Group of a list in which it stands.
    #[must_use]
    pub fn group(&self) -> &'static str {
        match (self.state, self.grade) {
            (ConcernState::Ringing, Grade::Imminent) => "imminent",
            (ConcernState::Ringing, _) => "other",
            (ConcernState::Closed, _) => "closed",
            _ => "accepted",
        }
    }

    #[must_use]
    pub fn is_ringing(&self) -> bool {
        self.state == ConcernState::Ringing
    }

    /// Whether it waits for the viewer. For a viewer who may accept nothing, whether it waits for anyone.
    #[must_use]
    pub fn is_waiting(&self, caller: &Caller) -> bool {
        let accepts = caller.has_any(&role::ACCEPTORS);
        if accepts { self.audiences.iter().any(|audience| audience.may_accept) } else { self.is_ringing() }
    }

    /// Whether it is known which site answers for it.
    #[must_use]
    pub fn has_site(&self) -> bool {
        !self.site.is_empty() && self.site != proto::subject::NO_SITE
    }

    /// "Imminent risk".
    #[must_use]
    pub const fn grade_text(&self, texts: &Texts) -> &'static str {
        match self.grade {
            Grade::Imminent => texts.grade_imminent,
            Grade::Question => texts.grade_question,
            Grade::Drill => texts.grade_drill,
            Grade::Concern | Grade::Unspecified => texts.grade_concern,
        }
    }

    /// The name of the site, its code where the directory does not know it.
    #[must_use]
    pub fn site_text(&self, language: Language, sites: &Sites) -> String {
        self.site_named(language, sites).name
    }

    /// The same, and the language it is in where that is not the page's.
    #[must_use]
    pub fn site_named(&self, language: Language, sites: &Sites) -> Named {
        if !self.has_site() {
            return Named { code: String::new(), name: texts::of(language).site_unknown.to_owned(), foreign: None };
        }
        let by_code = || Named { code: self.site.clone(), name: self.site.clone(), foreign: None };
        sites.get(&self.site).map_or_else(by_code, |site| Named::of(site, language))
    }
}

/// The audience's name.
#[must_use]
pub const fn audience_text(audience: Audience, texts: &Texts) -> &'static str {
    match audience {
        Audience::ResponsibleHead => texts.head,
        Audience::Nhq | Audience::Unspecified => texts.nhq,
    }
}

/// Whom the ladder has reached.
#[must_use]
pub const fn level(level: i32, texts: &Texts) -> &'static str {
    match level {
        ..=0 => texts.level_holder,
        1 => texts.level_deputy,
        _ => texts.level_everyone,
    }
}

/// What happened, in words; a word of a later version as it is.
#[must_use]
pub fn happened<'a>(what: &'a str, texts: &'a Texts) -> &'a str {
    match what {
        "raised" => texts.did_raise,
        "rung" => texts.did_ring,
        "delivered" => texts.did_deliver,
        "accepted" => texts.did_accept,
        "former-accepted" => texts.did_accept_former,
        "routed" => texts.did_route,
        "restated" => texts.did_restate,
        "said-graver" => texts.did_say_graver,
        "closed" => texts.did_close,
        "handed-over" => texts.did_hand_over,
        "noted" => texts.did_note,
        "voided" => texts.did_void,
        "reopened" => texts.did_reopen,
        "restored" => texts.did_restore,
        other => other,
    }
}

/// What was done on the way to the page of an event.
#[must_use]
pub fn done(code: &str, texts: &Texts) -> Option<&'static str> {
    match code {
        "closed" => Some(texts.done_closed),
        "routed" => Some(texts.done_routed),
        "noted" => Some(texts.done_noted),
        "handed-over" => Some(texts.done_handed_over),
        _ => None,
    }
}

/// Upper bound of changes of one concern in one epoch; with an epoch in seconds the product is exact in a script's numbers until 2255.
const REVISIONS: i64 = 1_000_000;

/// One number that rises with the epoch and, within one, with the revision.
const fn order(epoch: i64, revision: i64) -> i64 {
    epoch.saturating_mul(REVISIONS).saturating_add(if revision < REVISIONS { revision } else { REVISIONS - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_takes_a_concern_of_a_later_epoch_whatever_its_revision() {
        let epoch = 1_795_000_000;
        assert!(order(0, 7) < order(0, 8) && order(0, 999_999) < order(epoch, 1) && order(epoch, 2_000_000) < order(epoch + 1, 0));
        assert!(order(epoch, 1) < 9_000_000_000_000_000, "the script's mark for a page that is being renewed");
    }
}
