//! The gate asked for an item or a session: the facts of the case and its people, read once [R4b, RM1].

use base::Result;
use proto::id::ParticipantId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{App, gate::facts},
    domain::{
        gate::{
            conditions::Facts,
            missing::{self, Missing},
            release::{self, Party},
        },
        mode::Mode,
        participant::person::Participant,
    },
    store::{gate::Ground, sealed::Unopened},
};

/// What the gate looks at for everything that passes between the people of one case.
pub(crate) struct Passage {
    facts: Facts,
    people: Vec<Participant>,
}

impl Passage {
    /// Reads it; `unopened` says what becomes of notes that cannot be opened.
    pub(crate) async fn read(tx: &mut PgConnection, app: &App, ground: &Ground, unopened: Unopened, at: OffsetDateTime) -> Result<Self> {
        let (facts, people) = facts::with_people(tx, app, ground, unopened, at).await?;
        Ok(Self { facts, people })
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

    fn parties(&self, named: &[ParticipantId]) -> Vec<Party> {
        let party = |person: &Participant| Party { kind: person.person.kind, has_left: person.left.is_some() };
        self.people.iter().filter(|person| named.contains(&person.id)).map(party).collect()
    }
}
