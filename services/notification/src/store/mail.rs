//! Mails in the delivery ledger: queued when a person is to be notified, leased while an attempt runs, concluded with its result.

use base::Private;
use proto::id::ParticipantId;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use vault::Vault;

use super::{contact::Victim, preference, sealed};
use crate::domain::{
    alarm_guard::STEP,
    concern::Grade,
    language::{Language, Preference},
    mail::{
        attempt::{LONGEST_PAUSE, SHORT_PAUSES},
        lane::Lane,
    },
    template::Template,
};

/// Mail to be sent.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub delivery_id: Uuid,
    /// Inbox item that it announces.
    pub item_id: Option<Uuid>,
    pub recipient: &'a str,
    /// Set where the recipient is a victim.
    pub victim_ref: Option<&'a Victim>,
    /// Set where the recipient is a participant of a case, and it is about that case.
    pub participant: Option<ParticipantId>,
    pub template: &'static str,
    pub language: &'static str,
    pub reference: &'a str,
    pub grade: Option<Grade>,
}

/// Queues mails. Where one for the same item still waits, that one becomes due at once instead. No two may be for one item.
///
/// # Errors
/// The statement failed.
pub async fn queue(db: &mut PgConnection, entries: &[Entry<'_>], at: OffsetDateTime) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.delivery_id).collect();
    let items: Vec<Option<Uuid>> = entries.iter().map(|entry| entry.item_id).collect();
    let victims: Vec<Option<String>> = entries.iter().map(|entry| entry.victim_ref.map(|victim| victim.index().to_owned())).collect();
    let participants: Vec<Option<Uuid>> = entries.iter().map(|entry| entry.participant.map(|participant| participant.uuid())).collect();
    let text = |of: fn(&Entry<'_>) -> String| entries.iter().map(of).collect::<Vec<String>>();
    let grades: Vec<Option<String>> = entries.iter().map(|entry| entry.grade.map(|grade| grade.code().to_owned())).collect();
    sqlx::query!(
        "insert into delivery
             (delivery_id, item_id, recipient, victim_ref, participant_id, template, channel, state, language, reference, grade, attempts,
              created_at, due_at)
         select delivery_id, item_id, recipient, victim_ref, participant_id, template, 'email', 'pending', language, reference, grade, 0, $9, $9
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $10::uuid[])
                  as mail (delivery_id, item_id, recipient, victim_ref, template, language, reference, grade, participant_id)
         on conflict (item_id, channel, via) where state in ('pending', 'retrying')
         do update set due_at = least(delivery.due_at, excluded.due_at),
                       language = excluded.language, reference = excluded.reference, grade = excluded.grade",
        &ids,
        &items as &[Option<Uuid>],
        &text(|entry| entry.recipient.to_owned()),
        &victims as &[Option<String>],
        &text(|entry| entry.template.to_owned()),
        &text(|entry| entry.language.to_owned()),
        &text(|entry| entry.reference.to_owned()),
        &grades as &[Option<String>],
        at,
        &participants as &[Option<Uuid>],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Mail that is due, leased to this worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub delivery_id: Uuid,
    /// Number of attempts, this one included.
    pub attempts: i32,
    pub language: Preference,
    pub reference: String,
    pub grade: Option<Grade>,
}

/// Leases what is due and is not held by quiet hours in one lane, oldest first; no other worker takes it before `until`.
///
/// # Errors
/// The statement failed.
pub async fn lease(db: &mut PgConnection, lane: Lane, now: OffsetDateTime, until: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<Due>> {
    let urgencies: Vec<String> = lane.urgencies().iter().map(|grade| (*grade).to_owned()).collect();
    let rows = if urgencies.is_empty() {
        sqlx::query_as!(
            Row,
            "update delivery set due_at = $2, attempts = attempts + 1
             where delivery_id in (
                 select delivery_id from delivery
                 where channel = 'email' and state in ('pending', 'retrying') and grade is null and due_at <= $1
                     and (held_until is null or held_until <= $1 or held_until > $1 + interval '25 hours')
                 order by due_at limit $3
                 for update skip locked)
             returning delivery_id, attempts, language, reference, grade",
            now,
            until,
            limit
        )
        .fetch_all(db)
        .await?
    } else {
        sqlx::query_as!(
            Row,
            "update delivery set due_at = $2, attempts = attempts + 1
             where delivery_id in (
                 select delivery_id from unnest($4::text[]) as lane (urgency) cross join lateral (
                     select delivery_id, due_at from delivery
                     where channel = 'email' and state in ('pending', 'retrying') and grade = urgency and due_at <= $1
                         and (held_until is null or held_until <= $1 or held_until > $1 + interval '25 hours')
                     order by due_at limit $3
                     for update skip locked) as due
                 order by due_at limit $3)
             returning delivery_id, attempts, language, reference, grade",
            now,
            until,
            limit,
            &urgencies
        )
        .fetch_all(db)
        .await?
    };
    let due = rows.into_iter().map(|row| Due {
        delivery_id: row.delivery_id,
        attempts: row.attempts,
        language: Language::of(&row.language),
        reference: row.reference,
        grade: row.grade.as_deref().and_then(Grade::of),
    });
    Ok(due.collect())
}

struct Row {
    delivery_id: Uuid,
    attempts: i32,
    language: String,
    reference: String,
    grade: Option<String>,
}

/// Makes due what waits in one lane for a moment further ahead than its pause, or its lease, can be: the clock was set back. Returns how
/// many. It touches no other lane: a mail that it had locked would be passed over by the lane that sends it.
///
/// # Errors
/// The statement failed.
pub async fn take_step_back(db: &mut PgConnection, lane: Lane, now: OffsetDateTime, lease: Duration) -> sqlx::Result<u64> {
    let urgencies: Vec<String> = lane.urgencies().iter().map(|grade| (*grade).to_owned()).collect();
    let within = |pause: Duration| now + pause.max(lease) + STEP;
    let [(few, short), (some, middling)] = SHORT_PAUSES;
    let done = if urgencies.is_empty() {
        sqlx::query!(
            "update delivery set due_at = $1
             where channel = 'email' and state in ('pending', 'retrying') and grade is null and due_at > $2
               and due_at > case when attempts <= $3 then $2 when attempts <= $4 then $5 else $6::timestamptz end",
            now,
            within(short),
            few,
            some,
            within(middling),
            within(LONGEST_PAUSE)
        )
        .execute(db)
        .await?
    } else {
        sqlx::query!(
            "update delivery set due_at = $1
             where channel = 'email' and state in ('pending', 'retrying') and grade = any($7) and due_at > $2
               and due_at > case when attempts <= $3 then $2 when attempts <= $4 then $5 else $6::timestamptz end",
            now,
            within(short),
            few,
            some,
            within(middling),
            within(LONGEST_PAUSE),
            &urgencies
        )
        .execute(db)
        .await?
    };
    Ok(done.rows_affected())
}

/// Whether and where a leased mail may be sent, at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub do_not_contact: bool,
    /// Contact with the participant is stopped in their case.
    pub contact_stopped: bool,
    pub address: Option<Private<String>>,
    /// It is the mail with the code of an address: the code, where the address still waits for one that is good.
    pub code: Option<Option<Private<String>>>,
}

/// Reads at send time: the person's address as it is now, or the victim's latest, the do-not-contact mark, and whether their
/// case has stopped contact.
///
/// # Errors
/// A statement failed, or the address cannot be opened.
pub async fn destination(db: &mut PgConnection, vault: &Vault, delivery_id: Uuid, now: OffsetDateTime) -> sqlx::Result<Destination> {
    let row = sqlx::query!(
        r#"select exists (select 1 from do_not_contact as mark where mark.victim_ref = delivery.victim_ref) as "do_not_contact!",
                  exists (select 1 from contact_stop as stop where stop.participant_id = delivery.participant_id and stopped) as "contact_stopped!",
                  delivery.recipient, delivery.template, delivery.victim_ref, point.contact_id as "contact_id?", point.value as "value?", point.value_sealed
           from delivery left join lateral (
               select contact_id, value, value_sealed from contact_point
               where contact_point.victim_ref = delivery.victim_ref and kind = 'email' and (value <> '' or value_sealed is not null)
               order by least(effective_at, taken_at) desc, taken_at desc limit 1) as point on true
           where delivery_id = $1"#,
        delivery_id,
    )
    .fetch_one(&mut *db)
    .await?;
    if row.template == Template::AddressCode.code() {
        let waits = preference::awaiting(db, vault, &row.recipient).await?.filter(|waits| now < waits.sent.expires_at);
        let (address, code) = waits.map(|waits| (waits.address, waits.sent.code)).unzip();
        return Ok(Destination { do_not_contact: row.do_not_contact, contact_stopped: row.contact_stopped, address, code: Some(code) });
    }
    let address = match (row.victim_ref, row.contact_id) {
        (None, _) => preference::address(db, vault, &row.recipient).await?,
        (Some(_), None) => None,
        (Some(_), Some(id)) => {
            let values: Vec<&[u8]> = row.value_sealed.as_deref().into_iter().collect();
            let keys = vault.keys_of(db, &values).await?;
            Some(keys.text(sealed::value(id), row.value_sealed.as_deref(), row.value)?)
        }
    };
    Ok(Destination { do_not_contact: row.do_not_contact, contact_stopped: row.contact_stopped, address, code: None })
}
