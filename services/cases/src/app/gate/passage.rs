//! The gate asked for an item or a session: the facts of the case and its people, read once [R4b, RM1].

use base::Result;
use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{App, gate::facts},
    domain::{
        gate::{
            admission::{self, Admission, Meeting},
            conditions::Facts,
            missing::{self, Missing},
            release::{self, Party},
        },
        mode::Mode,
        participant::person::Participant,
        session::NewSession,
    },
    store::{
        entry::{curfew, standing},
        gate::Ground,
        sealed::Unopened,
    },
};

/// A session that is planned, as far as the gate asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session<'a> {
    pub mode: Mode,
    pub people: &'a [ParticipantId],
    pub at: OffsetDateTime,
    pub co_mediator: Option<&'a str>,
}

impl<'a> Session<'a> {
    pub(crate) fn of(planned: &'a NewSession) -> Self {
        let co_mediator = planned.co_mediator.as_deref();
        Self { mode: planned.mode, people: &planned.participants, at: planned.starts_at, co_mediator }
    }
}

/// What sessions of a case depend on beside the conditions of mediation: entries to the site, and curfews.
pub(crate) async fn admission(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Admission> {
    let person_at = standing::person_at(tx, case).await?;
    let clearances = match &person_at {
        Some(site) => standing::clearances(tx, site).await?,
        None => Vec::new(),
    };
    Ok(Admission { person_at, entries: standing::admitted(tx, case).await?, clearances, curfews: curfew::of_case(tx, case).await? })
}

/// What the gate looks at for everything that passes between the people of one case.
pub(crate) struct Passage {
    facts: Facts,
    people: Vec<Participant>,
    mediator: Option<String>,
}

impl Passage {
    /// Reads it; `unopened` says what becomes of notes that cannot be opened.
    pub(crate) async fn read(tx: &mut PgConnection, app: &App, ground: &Ground, unopened: Unopened, at: OffsetDateTime) -> Result<Self> {
        let (facts, people) = facts::with_people(tx, app, ground, unopened, at).await?;
        Ok(Self { facts, people, mediator: ground.mediator.clone() })
    }

    /// Lets it pass between these people, or refuses with every missing condition.
    pub(crate) fn open(&self, mode: Mode, named: &[ParticipantId]) -> Result<()> {
        let in_the_way = release::missing(&self.facts, mode, &self.parties(named));
        if in_the_way.is_empty() { Ok(()) } else { Err(missing::refusal(&in_the_way).into()) }
    }

    /// What blocks it between these people, a silent safety apart.
    pub(crate) fn blocks(&self, mode: Mode, named: &[ParticipantId]) -> Vec<Missing> {
        release::blocks(&self.facts, mode, &self.parties(named))
    }

    /// Lets a session take place, or refuses with every missing condition.
    pub(crate) fn open_session(&self, admission: &Admission, session: Session<'_>) -> Result<()> {
        let mut in_the_way = release::missing(&self.facts, session.mode, &self.parties(session.people));
        in_the_way.extend(self.admits(admission, session));
        if in_the_way.is_empty() { Ok(()) } else { Err(missing::refusal(&in_the_way).into()) }
    }

    /// What blocks a session, a silent safety apart.
    pub(crate) fn blocks_session(&self, admission: &Admission, session: Session<'_>) -> Vec<Missing> {
        let mut blocked = self.blocks(session.mode, session.people);
        blocked.extend(self.admits(admission, session));
        blocked
    }

    /// Nobody enters anything for a meeting that is not in one room.
    fn admits(&self, admission: &Admission, session: Session<'_>) -> Vec<Missing> {
        if !session.mode.is_direct() {
            return Vec::new();
        }
        let named = self.people.iter().filter(|person| session.people.contains(&person.id));
        let people = named.map(|person| (person.id, person.person.kind)).collect();
        let mediators = self.mediator.iter().cloned().chain(session.co_mediator.map(str::to_owned)).collect();
        admission::missing(admission, &Meeting { at: session.at, people, mediators })
    }

    fn parties(&self, named: &[ParticipantId]) -> Vec<Party> {
        let party = |person: &Participant| Party { kind: person.person.kind, has_left: person.left.is_some() };
        self.people.iter().filter(|person| named.contains(&person.id)).map(party).collect()
    }
}
