//! What the entries of a case depend on, read once under its lock [R2a, R7d].

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        entry::{
            change::{Change, Depends, changes},
            curfew::Curfew,
        },
        site,
    },
    store::{
        consent,
        entry::{
            curfew,
            standing::{self, Open},
        },
    },
};

/// The facts of a case on which its entries depend.
pub(crate) struct Known {
    person_at: Option<String>,
    pub conditions: Vec<Uuid>,
    curfews: Vec<Curfew>,
    withdrawn: Vec<ParticipantId>,
}

impl Known {
    pub(crate) async fn read(tx: &mut PgConnection, case: CaseId, at: OffsetDateTime) -> sqlx::Result<Self> {
        Ok(Self {
            person_at: standing::person_at(tx, case).await?,
            conditions: standing::forbidding(tx, case, at.date()).await?,
            curfews: curfew::of_case(tx, case).await?,
            withdrawn: consent::withdrawn(tx, case).await?.into_iter().map(|(who, _)| who).collect(),
        })
    }

    /// Curfews of somebody who enters that clash with the time of the entry.
    fn clashing(&self, one: &Open) -> Vec<Uuid> {
        let clash = |curfew: &&Curfew| one.people.contains(&curfew.said.participant) && curfew.clashes(one.starts_at, one.ends_at);
        self.curfews.iter().filter(clash).map(|curfew| curfew.id).collect()
    }

    /// Everything that whoever approves or confirms the entry accepts with it.
    pub(crate) fn accepted(&self, one: &Open) -> Vec<Uuid> {
        self.conditions.iter().copied().chain(self.clashing(one)).collect()
    }

    /// What changed since.
    pub(crate) fn changes(&self, one: &Open) -> Vec<Change> {
        let at = self.person_at.as_deref();
        changes(&Depends {
            purpose: one.purpose,
            site: &one.site,
            site_kind: site::kind_of(&one.site),
            person_at: at.map(|code| (code, site::kind_of(code))),
            offender_enters: one.offender_enters,
            somebody_left: one.somebody_left || one.people.iter().any(|who| self.withdrawn.contains(who)),
            mediator_not_engaged: one.mediator_not_engaged,
            conditions: &self.conditions,
            curfews: &self.clashing(one),
            accepted: &one.accepted,
        })
    }
}
