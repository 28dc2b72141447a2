//! Values stored in clear, sealed once a key is available.

use messaging::leftovers::{BATCH, Leftovers};
use proto::subject;
use sqlx::PgConnection;
use time::OffsetDateTime;
use vault::{DataKey, Fault, Place, Vault};

use crate::{
    domain::participant::kind::Kind,
    store::{assessment, case::step::reason_place, decode::known, participant, sealed::owner},
};

/// Values stored in clear: rows of a former version, and imminent risk recorded without a key.
pub struct InClear;

impl Leftovers for InClear {
    const SUBJECTS: &'static [&'static str] = subject::SAFETY_SERVICE_RAISES.filters;

    async fn seal(&self, tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
        Ok(participants(tx, vault, at).await? + assessments(tx, vault, at).await? + moves(tx, vault, at).await?)
    }
}

async fn participants(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select id, case_id, kind, name, fps, name_sealed, fps_sealed from participant
         where (name <> '' or fps <> '') order by id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let key = vault.key(tx, owner(row.case_id, known::<Kind>("kind", &row.kind)?.side()), at).await?;
        let name = hidden(&key, participant::name(row.id), &row.name, row.name_sealed.as_deref())?;
        let fps = hidden(&key, participant::fps(row.id), &row.fps, row.fps_sealed.as_deref())?;
        sqlx::query!("update participant set name = '', fps = '', name_sealed = $2, fps_sealed = $3 where id = $1", row.id, name, fps)
            .execute(&mut *tx)
            .await?;
    }
    Ok(rows.len())
}

async fn assessments(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select a.id, a.case_id, p.kind, a.notes, a.for_the_head, a.notes_sealed, a.for_the_head_sealed
         from assessment a join participant p on p.id = a.participant_id
         where (a.notes <> '' or a.for_the_head <> '') order by a.id limit $1 for update of a skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let key = vault.key(tx, owner(row.case_id, known::<Kind>("kind", &row.kind)?.side()), at).await?;
        let notes = hidden(&key, assessment::notes(row.id), &row.notes, row.notes_sealed.as_deref())?;
        let head = hidden(&key, assessment::for_the_head(row.id), &row.for_the_head, row.for_the_head_sealed.as_deref())?;
        sqlx::query!(
            "update assessment set notes = '', for_the_head = '', notes_sealed = $2, for_the_head_sealed = $3 where id = $1",
            row.id,
            notes,
            head
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(rows.len())
}

async fn moves(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select id, case_id, reason, reason_sealed from case_move where reason <> '' order by id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let key = vault.key(tx, owner(row.case_id, None), at).await?;
        let reason = hidden(&key, reason_place(row.id), &row.reason, row.reason_sealed.as_deref())?;
        sqlx::query!("update case_move set reason = '', reason_sealed = $2 where id = $1", row.id, reason).execute(&mut *tx).await?;
    }
    Ok(rows.len())
}

/// The clear text, sealed; without one, the value already sealed.
fn hidden(key: &DataKey, place: Place, clear: &str, sealed: Option<&[u8]>) -> Result<Option<Vec<u8>>, Fault> {
    if clear.is_empty() { Ok(sealed.map(<[u8]>::to_vec)) } else { key.seal(place, clear.as_bytes()).map(Some) }
}
