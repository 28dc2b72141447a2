//! Participants, the only table with names and FPS numbers, and how some of them left: sealed under the key of the person's side.

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        due::{Object, Of},
        language::Language,
        participant::{
            kind::{Kind, Side},
            leaving::Leaving,
            person::{NewParticipant, Participant},
        },
    },
    store::{
        decode::known,
        due,
        sealed::{Unopened, owner},
    },
};

pub(crate) const fn name(id: Uuid) -> Place {
    Place::new("participant", "name", id)
}

pub(crate) const fn fps(id: Uuid) -> Place {
    Place::new("participant", "fps", id)
}

pub(crate) const fn reason(id: Uuid) -> Place {
    Place::new("leaving", "reason", id)
}

/// Adds a person to a case; an empty key means none. `formerly` is their entry from before they left.
///
/// # Errors
/// The statement failed, or the vault cannot seal.
#[expect(clippy::too_many_arguments, reason = "a row is these things, and a struct would be used once")]
pub async fn add(
    tx: &mut PgConnection,
    vault: &Vault,
    case: CaseId,
    id: ParticipantId,
    person: &NewParticipant,
    by: &str,
    added_key: &str,
    formerly: Option<ParticipantId>,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let key = vault.key(tx, owner(case.uuid(), person.kind.side()), at).await?;
    sqlx::query!(
        "insert into participant (id, case_id, kind, name, fps, name_sealed, fps_sealed, language, added_by, added_at, added_key,
                                  formerly)
         values ($1, $2, $3, '', '', $4, $5, $6, $7, $8, encode(sha256(convert_to(nullif($9, ''), 'UTF8')), 'hex'), $10)",
        id.uuid(),
        case.uuid(),
        person.kind.code(),
        key.seal(name(id.uuid()), person.name.expose().as_bytes())?,
        key.seal(fps(id.uuid()), person.fps.expose().as_bytes())?,
        person.language.map(Language::code),
        by,
        at,
        added_key,
        formerly.map(ParticipantId::uuid)
    )
    .execute(&mut *tx)
    .await?;
    if matches!(person.kind, Kind::Victim | Kind::Offender) {
        due::set(tx, &Object::assessment(id), &Of::Case(case), at, None).await?;
    }
    Ok(())
}

/// The participant added under an idempotency key of the caller.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<ParticipantId>> {
    let id = sqlx::query_scalar!(
        "select id from participant where case_id = $1 and added_by = $2 and added_key = encode(sha256(convert_to($3, 'UTF8')), 'hex')",
        case.uuid(),
        by,
        key
    );
    Ok(id.fetch_optional(tx).await?.map(ParticipantId::new))
}

/// Records that a participant of this side has left; `stays_as` are entries that may be of the same person.
///
/// # Errors
/// The statement failed, or the vault cannot seal a reason: without a reason, no key is needed.
pub async fn leave(
    tx: &mut PgConnection,
    vault: &Vault,
    case: CaseId,
    (who, side): (ParticipantId, Option<Side>),
    leaving: &Leaving,
    stays_as: &[ParticipantId],
) -> sqlx::Result<()> {
    let stays_as: Vec<Uuid> = stays_as.iter().map(|id| id.uuid()).collect();
    let sealed = match leaving.reason.expose().as_bytes() {
        [] => None,
        words => Some(vault.seal(tx, owner(case.uuid(), side), reason(who.uuid()), words, leaving.at).await?),
    };
    sqlx::query!(
        "insert into leaving (participant_id, case_id, wish, reason_sealed, recorded_by, left_at, stays_as)
         values ($1, $2, $3, $4, $5, $6, $7)",
        who.uuid(),
        case.uuid(),
        leaving.wish.code(),
        sealed,
        leaving.recorded_by,
        leaving.at,
        &stays_as
    )
    .execute(&mut *tx)
    .await?;
    due::settle_of_participant(tx, case, who.uuid(), leaving.at).await
}

/// Everyone on the file, those who left included, in the order they were added.
///
/// # Errors
/// The statement failed, or a name cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Participant>> {
    let rows = sqlx::query!(
        r#"select p.id, kind, name, fps, name_sealed, fps_sealed, language, added_at, formerly, l.wish as "wish?", l.reason_sealed,
                  l.recorded_by as "left_by?", l.left_at as "left_at?"
           from participant p left join leaving l on l.participant_id = p.id
           where p.case_id = $1 order by position"#,
        case.uuid()
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed = rows.iter().flat_map(|row| [&row.name_sealed, &row.fps_sealed, &row.reason_sealed]);
    let sealed: Vec<&[u8]> = sealed.flatten().map(Vec::as_slice).collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Participant {
                id: ParticipantId::new(row.id),
                person: NewParticipant {
                    kind: known("kind", &row.kind)?,
                    name: unopened.text(keys.text(name(row.id), row.name_sealed.as_deref(), Some(row.name)))?,
                    fps: unopened.text(keys.text(fps(row.id), row.fps_sealed.as_deref(), Some(row.fps)))?,
                    language: row.language.map(|code| known("language", &code)).transpose()?,
                },
                added_at: row.added_at,
                formerly: row.formerly.map(ParticipantId::new),
                left: match (row.wish, row.left_by, row.left_at) {
                    (Some(wish), Some(recorded_by), Some(at)) => Some(Leaving {
                        wish: known("wish", &wish)?,
                        reason: unopened.text(keys.text(reason(row.id), row.reason_sealed.as_deref(), Some(String::new())))?,
                        recorded_by,
                        at,
                    }),
                    _ => None,
                },
            })
        })
        .collect()
}
