//! Ring of the safety ladder, and its recipients. A ring is never dropped for want of a name [R3e, TRAP-2].

use std::collections::BTreeSet;

use base::Private;
use proto::id::{ConcernId, RingId, SiteCode};
use time::OffsetDateTime;

use super::{
    concern::{Audience, Bulletin, Grade},
    inbox::Recipient,
    office,
    template::Template,
};

/// Office to ring, and the person who holds it where one is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    pub office: String,
    pub holder: String,
}

/// Ring, as safety sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    pub ring_id: RingId,
    pub concern_id: ConcernId,
    pub audience: Audience,
    pub step: i32,
    pub level: i32,
    pub no_route: bool,
    /// When the alarm rings next, unless it is accepted.
    pub next_ring_by: Option<OffsetDateTime>,
    /// When it rang, by the clock of the alarm.
    pub rung_at: Option<OffsetDateTime>,
    pub called: Vec<Called>,
    pub reference: String,
    pub grade: Grade,
    pub bulletin: Bulletin,
    /// Encoded envelope, cut to the classes of the audience.
    pub envelope: Private<Vec<u8>>,
}

impl Ring {
    /// Template for this audience and grade [TRAP-1]. A recipient who stands in for a head that was not reached is informed of that.
    #[must_use]
    pub fn template(&self, recipient: &Recipient) -> Template {
        match (self.audience, self.grade) {
            (_, Grade::Drill) => Template::DrillRing,
            (Audience::Nhq, _) => Template::ConcernRingNhq,
            (Audience::ResponsibleHead, _) if self.stands_in(recipient) => Template::ConcernRingStandIn,
            (Audience::ResponsibleHead, Grade::Imminent) => Template::ConcernRingHeadImminent,
            (Audience::ResponsibleHead, Grade::Concern | Grade::Question) => Template::ConcernRingHead,
        }
    }

    /// Rung for NHQ or the monitoring centre, not for the site.
    fn stands_in(&self, recipient: &Recipient) -> bool {
        let nhq = |name: &str| [office::RJ_UNIT, office::NMC].contains(&name);
        match recipient {
            Recipient::Office(name) => nhq(name),
            Recipient::Person(name) => self.called.iter().filter(|c| c.holder == *name).all(|c| nhq(&c.office)),
        }
    }

    /// Every inbox the ring goes to, each once and always in the same order: the office, so that its present holder sees the ring, and each
    /// holder by name. Where no holder is named, the offices that must find one.
    #[must_use]
    pub fn recipients(&self) -> Vec<Recipient> {
        let offices = self.called.iter().filter(|c| !c.office.is_empty()).map(|c| Recipient::Office(c.office.clone()));
        let holders = self.called.iter().filter(|c| !c.holder.is_empty()).map(|c| Recipient::Person(c.holder.clone()));
        let named: BTreeSet<Recipient> = offices.chain(holders).collect();
        if named.is_empty() { self.last_resort() } else { named.into_iter().collect() }
    }

    fn last_resort(&self) -> Vec<Recipient> {
        let site = self.bulletin.site.parse::<SiteCode>().ok();
        let offices = match (self.audience, site) {
            (Audience::Nhq, _) => vec![office::NMC.to_owned(), office::RJ_UNIT.to_owned()],
            (Audience::ResponsibleHead, Some(site)) => vec![office::district_director(&site), office::institutional_head(&site)],
            // The head is not known: NHQ finds them.
            (Audience::ResponsibleHead, None) => vec![office::RJ_UNIT.to_owned()],
        };
        offices.into_iter().map(Recipient::Office).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn ring(audience: Audience, site: &str, called: &[(&str, &str)]) -> Ring {
        Ring {
            ring_id: RingId::new(Uuid::from_u128(1)),
            concern_id: ConcernId::new(Uuid::from_u128(2)),
            audience,
            step: 0,
            level: 0,
            no_route: called.is_empty(),
            next_ring_by: None,
            rung_at: None,
            called: called.iter().map(|(o, h)| Called { office: (*o).into(), holder: (*h).into() }).collect(),
            reference: "RS-7KDM-Q4XP".into(),
            grade: Grade::Concern,
            bulletin: Bulletin { site: site.into(), ..Bulletin::default() },
            envelope: Private::default(),
        }
    }

    fn names(ring: &Ring) -> Vec<String> {
        ring.recipients().iter().map(|r| r.as_str().to_owned()).collect()
    }

    #[test]
    fn an_office_and_its_holders_are_each_rung_once() {
        let ring = ring(
            Audience::ResponsibleHead,
            "mission",
            &[
                ("institutional-head/mission", "head-1"),
                ("institutional-head/mission", "deputy-1"),
                ("institutional-head/mission", "head-1"),
            ],
        );
        assert_eq!(names(&ring), ["institutional-head/mission", "deputy-1", "head-1"]);
    }

    #[test]
    fn who_stands_in_for_a_head_that_was_not_reached_is_told_so_and_the_head_is_not() {
        let ring =
            ring(Audience::ResponsibleHead, "mission", &[("institutional-head/mission", "head-1"), ("nmc", "nmc-1"), ("rj-unit", "")]);
        for recipient in ring.recipients() {
            let stands_in = !recipient.as_str().contains("head");
            assert_eq!(ring.template(&recipient) == Template::ConcernRingStandIn, stands_in, "{}", recipient.as_str());
        }
    }

    #[test]
    fn an_office_that_nobody_holds_is_rung_all_the_same() {
        assert_eq!(names(&ring(Audience::Nhq, "", &[("rj-unit", "")])), ["rj-unit"]);
    }

    #[test]
    fn a_ring_that_names_nobody_still_reaches_somebody() {
        assert_eq!(names(&ring(Audience::Nhq, "mission", &[])), ["nmc", "rj-unit"]);
        assert_eq!(
            names(&ring(Audience::ResponsibleHead, "mission", &[("", "")])),
            ["district-director/mission", "institutional-head/mission"]
        );
        assert_eq!(names(&ring(Audience::ResponsibleHead, "not a site", &[])), ["rj-unit"]);
    }
}
