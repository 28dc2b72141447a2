//! Table `data_key`: a key is created when it is first needed, found by its owner or by what it sealed, and destroyed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base::Private;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{DataKey, Fault, Place, Vault, key_store::KEY, random_id, strung, value::key_id};

/// Owner of the values a key seals: one side of one object. The vault does not know what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    pub kind: &'static str,
    pub object: Uuid,
    /// Empty where the object has one side only.
    pub side: &'static str,
}

impl Owner {
    /// Owner of an object with one side.
    #[must_use]
    pub const fn of(kind: &'static str, object: Uuid) -> Self {
        Self { kind, object, side: "" }
    }
}

/// Destroyed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destroyed {
    pub id: Uuid,
    pub side: String,
}

/// Keys of some sealed values, or why each is unavailable.
#[derive(Default)]
pub struct Keys(HashMap<Uuid, Result<DataKey, Fault>>);

impl FromIterator<(Uuid, Result<DataKey, Fault>)> for Keys {
    fn from_iter<I: IntoIterator<Item = (Uuid, Result<DataKey, Fault>)>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl Keys {
    /// Opens one of the values the keys were requested for.
    ///
    /// # Errors
    /// Its key is unavailable, or the value does not open in this place.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Private<Vec<u8>>, Fault> {
        match self.0.get(&key_id(sealed)?) {
            Some(Ok(key)) => key.open(place, sealed),
            Some(Err(fault)) => Err(fault.clone()),
            None => Err(Fault::Unknown),
        }
    }

    /// Text that is sealed, or still in clear, or empty.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn text(&self, place: Place, sealed: Option<&[u8]>, clear: Option<String>) -> Result<Private<String>, Fault> {
        let Some(sealed) = sealed else { return Ok(Private::new(clear.unwrap_or_default())) };
        let bytes = self.open(place, sealed)?.into_inner();
        String::from_utf8(bytes).map(Private::new).map_err(|_| Fault::Broken)
    }

    /// Bytes that are sealed, or still in clear, or empty.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn bytes(&self, place: Place, sealed: Option<&[u8]>, clear: Option<Vec<u8>>) -> Result<Private<Vec<u8>>, Fault> {
        sealed.map_or_else(|| Ok(Private::new(clear.unwrap_or_default())), |sealed| self.open(place, sealed))
    }
}

/// Row of the table, as `keys_owned` and `keys_named` return it.
pub struct KeyRow {
    pub id: Uuid,
    pub kind: String,
    pub object: Uuid,
    pub side: String,
    pub wrapped: Option<Vec<u8>>,
    pub kek_version: i32,
}

impl KeyRow {
    /// Binding of the wrapped key: a row that is given another's key does not unwrap it.
    pub(super) fn bound(&self, service: &str) -> Vec<u8> {
        bound(service, self.id, &self.kind, self.object, &self.side)
    }
}

/// New keys of some owners, and the columns with which `keep_keys` stores them in a statement of the caller's own. An owner who was given a
/// key meanwhile keeps that one: what was sealed under the new one must not be written then.
#[derive(Default)]
pub struct NewKeys {
    pub ids: Vec<Uuid>,
    pub kinds: Vec<String>,
    pub objects: Vec<Uuid>,
    pub sides: Vec<String>,
    pub wrapped: Vec<Vec<u8>>,
    pub versions: Vec<i32>,
    pub keys: Vec<(Owner, DataKey)>,
}

fn bound(service: &str, id: Uuid, kind: &str, object: Uuid, side: &str) -> Vec<u8> {
    strung(&[], [service.as_bytes(), id.as_bytes(), kind.as_bytes(), object.as_bytes(), side.as_bytes()])
}

impl Vault {
    /// Key of an owner; created where there is none.
    ///
    /// # Errors
    /// A statement failed, the key was destroyed, or the key store cannot be used.
    pub async fn key(&self, tx: &mut PgConnection, owner: Owner, at: OffsetDateTime) -> sqlx::Result<DataKey> {
        Ok(self.keys_for(tx, &[owner], at).await?.remove(&owner).ok_or(Fault::Unknown)?)
    }

    /// Keys of many owners, in few statements.
    ///
    /// # Errors
    /// As [`Vault::key`].
    pub async fn keys_for(&self, tx: &mut PgConnection, owners: &[Owner], at: OffsetDateTime) -> sqlx::Result<BTreeMap<Owner, DataKey>> {
        let mut wanted: BTreeSet<Owner> = owners.iter().copied().collect();
        let mut found = BTreeMap::new();
        // A concurrent creator of the same key has committed by the second query.
        for _ in 0..2 {
            let owners: Vec<Owner> = wanted.iter().copied().collect();
            for row in rows_of(tx, &owners).await? {
                let Some(owner) = owners.iter().find(|o| o.kind == row.kind && o.object == row.object && o.side == row.side) else {
                    continue;
                };
                found.insert(*owner, self.unwrapped(&row).await?);
                wanted.remove(owner);
            }
            if wanted.is_empty() {
                break;
            }
            for (owner, key) in self.make(tx, &wanted, at).await? {
                found.insert(owner, key);
                wanted.remove(&owner);
            }
            if wanted.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    /// Creates keys; returns those that were not created concurrently.
    async fn make(&self, tx: &mut PgConnection, owners: &BTreeSet<Owner>, at: OffsetDateTime) -> sqlx::Result<Vec<(Owner, DataKey)>> {
        let fresh = self.new_keys(owners).await?;
        let kept = insert(tx, &fresh, at).await?;
        Ok(fresh.keys.into_iter().filter(|(_, key)| kept.contains(&key.id())).collect())
    }

    /// New keys, which count as soon as a statement of the caller's has stored them.
    ///
    /// # Errors
    /// The key store cannot be used.
    pub async fn new_keys(&self, owners: &BTreeSet<Owner>) -> Result<NewKeys, Fault> {
        let mut fresh = NewKeys::default();
        for owner in owners {
            let id = random_id()?;
            let mut bytes = [0_u8; KEY];
            aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Fault::KeyStore("the machine gives no random bytes".to_owned()))?;
            let bound = bound(self.0.service, id, owner.kind, owner.object, owner.side);
            let wrapped = self.store()?.wrap(&bytes, &bound).await;
            let key = DataKey::new(id, self.0.service, &bytes);
            bytes.fill(0);
            let (key, wrapped) = (key?, wrapped?);
            self.0.cache.put(&key);
            fresh.ids.push(id);
            fresh.kinds.push(owner.kind.to_owned());
            fresh.objects.push(owner.object);
            fresh.sides.push(owner.side.to_owned());
            fresh.wrapped.push(wrapped.bytes);
            fresh.versions.push(wrapped.version);
            fresh.keys.push((*owner, key));
        }
        Ok(fresh)
    }

    /// Keys of some sealed values. An unavailable one is no error yet: its values report it when they are opened.
    ///
    /// # Errors
    /// The statement failed.
    pub async fn keys_of(&self, tx: &mut PgConnection, sealed: &[&[u8]]) -> sqlx::Result<Keys> {
        let ids: BTreeSet<Uuid> = sealed.iter().filter_map(|value| key_id(value).ok()).collect();
        let mut keys = HashMap::with_capacity(ids.len());
        let mut missing = Vec::new();
        for id in ids {
            match self.0.cache.get(id) {
                Some(key) => {
                    keys.insert(id, Ok(key));
                }
                None => missing.push(id),
            }
        }
        if !missing.is_empty() {
            let rows = sqlx::query_as!(
                KeyRow,
                r#"select id as "id!", kind as "kind!", object as "object!", side as "side!", wrapped, kek_version as "kek_version!"
                   from keys_named($1)"#,
                &missing
            )
            .fetch_all(tx)
            .await?;
            for row in rows {
                keys.insert(row.id, self.unwrapped(&row).await);
            }
        }
        Ok(Keys(keys))
    }

    /// Key of a row that a statement of the caller's read.
    ///
    /// # Errors
    /// The key was destroyed, or the key store cannot be used.
    pub async fn unwrapped(&self, row: &KeyRow) -> Result<DataKey, Fault> {
        let Some(wrapped) = &row.wrapped else { return Err(Fault::Destroyed) };
        if let Some(key) = self.0.cache.get(row.id) {
            return Ok(key);
        }
        let mut bytes = self.store()?.unwrap(row.kek_version, wrapped, &row.bound(self.0.service)).await?;
        let key = DataKey::new(row.id, self.0.service, &bytes);
        bytes.fill(0);
        let key = key?;
        self.0.cache.put(&key);
        Ok(key)
    }

    /// Destroys every key of an object, in the caller's transaction: what they sealed cannot be opened again, wherever a copy of it is.
    /// Other instances of the service forget them within half a minute.
    ///
    /// # Errors
    /// The statement failed.
    pub async fn destroy(&self, tx: &mut PgConnection, kind: &str, object: Uuid, at: OffsetDateTime) -> sqlx::Result<Vec<Destroyed>> {
        let destroyed = sqlx::query_as!(
            Destroyed,
            "update data_key set wrapped = null, destroyed_at = $3 where kind = $1 and object = $2 and destroyed_at is null
             returning id, side",
            kind,
            object,
            at
        )
        .fetch_all(tx)
        .await?;
        self.0.cache.forget(&destroyed.iter().map(|key| key.id).collect::<Vec<_>>());
        Ok(destroyed)
    }

    /// The same, and bars each of these sides that never had a key from getting one. Whatever comes late is then refused with
    /// [`Fault::Destroyed`]. Returns the keys that were destroyed now.
    ///
    /// # Errors
    /// A statement failed.
    pub async fn bury(
        &self,
        tx: &mut PgConnection,
        (kind, object): (&str, Uuid),
        sides: &[&str],
        at: OffsetDateTime,
    ) -> sqlx::Result<Vec<Destroyed>> {
        let ids = sides.iter().map(|_| random_id()).collect::<Result<Vec<Uuid>, Fault>>()?;
        let sides: Vec<String> = sides.iter().map(|side| (*side).to_owned()).collect();
        sqlx::query!(
            "insert into data_key (id, kind, object, side, wrapped, kek_version, made_at, destroyed_at)
             select id, $3, $4, side, null, 1, $5, $5 from unnest($1::uuid[], $2::text[]) as buried (id, side)
             on conflict do nothing",
            &ids,
            &sides,
            kind,
            object,
            at
        )
        .execute(&mut *tx)
        .await?;
        self.destroy(tx, kind, object, at).await
    }
}

async fn rows_of(tx: &mut PgConnection, owners: &[Owner]) -> sqlx::Result<Vec<KeyRow>> {
    let (kinds, objects, sides) = columns(owners.iter());
    sqlx::query_as!(
        KeyRow,
        r#"select id as "id!", kind as "kind!", object as "object!", side as "side!", wrapped, kek_version as "kek_version!"
           from keys_owned($1, $2, $3)"#,
        &kinds,
        &objects,
        &sides
    )
    .fetch_all(tx)
    .await
}

async fn insert(tx: &mut PgConnection, fresh: &NewKeys, at: OffsetDateTime) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select kept as "id!" from keep_keys($1, $2, $3, $4, $5, $6, $7) as kept"#,
        &fresh.ids,
        &fresh.kinds,
        &fresh.objects,
        &fresh.sides,
        &fresh.wrapped,
        &fresh.versions,
        at
    )
    .fetch_all(tx)
    .await
}

fn columns<'a>(owners: impl Iterator<Item = &'a Owner>) -> (Vec<String>, Vec<Uuid>, Vec<String>) {
    let (mut kinds, mut objects, mut sides) = (Vec::new(), Vec::new(), Vec::new());
    for owner in owners {
        kinds.push(owner.kind.to_owned());
        objects.push(owner.object);
        sides.push(owner.side.to_owned());
    }
    (kinds, objects, sides)
}
