//! Items that pass between participants, and their steps, both append-only; texts are sealed [R4b].

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        exchange::{Item, NewItem, Taken, Way, machine::Step},
        mode::Mode,
        participant::kind::Side,
    },
    store::{
        decode::known,
        mode,
        sealed::{Unopened, owner},
    },
};

const fn words(id: Uuid) -> Place {
    Place::new("exchange_item", "words", id)
}

const fn held_at(id: Uuid) -> Place {
    Place::new("exchange_item", "held_at", id)
}

const fn said(id: Uuid) -> Place {
    Place::new("exchange_step", "words", id)
}

/// Adds an item, sealed under the key of its sender's side; an empty key means none.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
#[expect(clippy::too_many_arguments, reason = "a row is these things, and a struct would be used once")]
pub async fn add(
    tx: &mut PgConnection,
    vault: &Vault,
    case: CaseId,
    (id, side): (Uuid, Option<Side>),
    item: &NewItem,
    by: &str,
    key: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let data_key = vault.key(tx, owner(case.uuid(), side), at).await?;
    let sealed = |place, text: &str| if text.is_empty() { Ok(None) } else { data_key.seal(place, text.as_bytes()).map(Some) };
    sqlx::query!(
        "insert into exchange_item (id, case_id, sender_id, recipient_id, mode, described_mode, document_id, words_sealed, held_at_sealed,
                                    replaces, registered_by, registered_at, item_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, encode(sha256(convert_to(nullif($13, ''), 'UTF8')), 'hex'))",
        id,
        case.uuid(),
        item.from.uuid(),
        item.to.uuid(),
        item.mode.code(),
        item.mode.described().map(|described| described.id),
        item.document,
        sealed(words(id), item.words.expose())?,
        sealed(held_at(id), item.held_at.expose())?,
        item.replaces,
        by,
        at,
        key
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The item registered under an idempotency key of the caller.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from exchange_item
         where case_id = $1 and registered_by = $2 and item_key = encode(sha256(convert_to($3, 'UTF8')), 'hex')",
        case.uuid(),
        by,
        key
    )
    .fetch_optional(tx)
    .await
}

/// Adds a step; what is said with it is sealed under the key of the file.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn step(tx: &mut PgConnection, vault: &Vault, case: CaseId, (id, item): (Uuid, Uuid), taken: &Taken) -> sqlx::Result<()> {
    let sealed = match taken.words.expose().as_bytes() {
        [] => None,
        text => Some(vault.seal(tx, owner(case.uuid(), None), said(id), text, taken.at).await?),
    };
    sqlx::query!(
        "insert into exchange_step (id, case_id, item_id, step, words_sealed, way, taken_by, taken_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        case.uuid(),
        item,
        taken.step.code(),
        sealed,
        taken.way.map(Way::code),
        taken.by,
        taken.at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Every item of a case with its steps, in the order of registering.
///
/// # Errors
/// A statement failed, or a text cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Item>> {
    let mut steps = steps_of_case(tx, vault, case, unopened).await?;
    let rows = sqlx::query!(
        "select id, sender_id, recipient_id, mode, described_mode, is_direct(described_mode) as direct, document_id, words_sealed,
                held_at_sealed, replaces, registered_by, registered_at
         from exchange_item where case_id = $1 order by position",
        case.uuid()
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().flat_map(|row| [&row.words_sealed, &row.held_at_sealed]).flatten().map(Vec::as_slice).collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            let of_item = |(item, _): &(Uuid, Taken)| *item == row.id;
            Ok(Item {
                id: row.id,
                registered: NewItem {
                    from: ParticipantId::new(row.sender_id),
                    to: ParticipantId::new(row.recipient_id),
                    mode: mode::of_row(&row.mode, row.described_mode, row.direct)?,
                    document: row.document_id,
                    words: unopened.text(keys.text(words(row.id), row.words_sealed.as_deref(), Some(String::new())))?,
                    held_at: unopened.text(keys.text(held_at(row.id), row.held_at_sealed.as_deref(), Some(String::new())))?,
                    replaces: row.replaces,
                },
                registered_by: row.registered_by,
                registered_at: row.registered_at,
                steps: steps.extract_if(.., |one| of_item(one)).map(|(_, taken)| taken).collect(),
            })
        })
        .collect()
}

/// Every step of a case with its item, oldest first.
async fn steps_of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<(Uuid, Taken)>> {
    let rows = sqlx::query!(
        "select id, item_id, step, words_sealed, way, taken_by, taken_at from exchange_step where case_id = $1 order by position",
        case.uuid()
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().filter_map(|row| row.words_sealed.as_deref()).collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            let taken = Taken {
                step: known::<Step>("step", &row.step)?,
                words: unopened.text(keys.text(said(row.id), row.words_sealed.as_deref(), Some(String::new())))?,
                way: row.way.map(|code| known("way", &code)).transpose()?,
                by: row.taken_by,
                at: row.taken_at,
            };
            Ok((row.item_id, taken))
        })
        .collect()
}

/// A released item that has not been delivered: what the gate may block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    pub item: Uuid,
    pub from: ParticipantId,
    pub to: ParticipantId,
    pub mode: Mode,
}

/// The items of a case whose last step is their release.
///
/// # Errors
/// The statement failed.
pub async fn released(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Released>> {
    let rows = sqlx::query!(
        "select i.id, sender_id, recipient_id, mode, described_mode, is_direct(described_mode) as direct
         from exchange_step s join exchange_item i on i.id = s.item_id
         where s.case_id = $1 and s.step = 'release'
           and not exists (select from exchange_step later where later.item_id = s.item_id and later.position > s.position)
         order by i.position",
        case.uuid()
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Released {
                item: row.id,
                from: ParticipantId::new(row.sender_id),
                to: ParticipantId::new(row.recipient_id),
                mode: mode::of_row(&row.mode, row.described_mode, row.direct)?,
            })
        })
        .collect()
}

/// Cases with an item that is released and not delivered, after the one given, in the order of their ids.
///
/// # Errors
/// The statement failed.
pub async fn cases_with_released(tx: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<CaseId>> {
    let ids = sqlx::query_scalar!(
        "select distinct s.case_id from exchange_step s
         where s.step = 'release' and s.case_id > $1
           and not exists (select from exchange_step later where later.item_id = s.item_id and later.position > s.position)
         order by s.case_id limit $2",
        after,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().map(CaseId::new).collect())
}
