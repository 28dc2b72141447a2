//! Writing of letters into inboxes, with their ledger lines and the mails that announce them: one read and one write for a set.

use std::collections::BTreeSet;

use auth::grants;
use sqlx::PgConnection;
use uuid::Uuid;
use vault::Fault;

use super::App;
use crate::{
    domain::{
        address::Address,
        channel::Kind,
        concern::Audience,
        delivery::Channel,
        inbox::{Alarm, Item, Recipient},
        language::mark,
        office,
        quiet::{self, What},
        template::{Data, Template},
    },
    store::{
        self,
        letter::{self, Known, Rung, Sending},
        mail::Entry,
        preference::Preferences,
    },
};

/// Largest number of holders of an office that get a mail.
const MAX_HOLDERS: i64 = 50;
/// Tries of a set; keys created concurrently are read at the next one.
const MAX_TRIES: usize = 3;

/// Notice to one recipient.
pub(super) struct Letter<'a> {
    pub recipient: Recipient,
    pub template: Template,
    /// Concern, referral, import, case or review.
    pub about: Uuid,
    pub data: &'a Data,
    pub alarm: Option<Alarm>,
    /// Step of the ladder, where it is a ring of it.
    pub step: Option<i32>,
    /// Sent before: the item is refreshed, and no holder of the office gets another mail.
    pub again: bool,
}

impl Letter<'_> {
    /// Key of its inbox item.
    fn item(&self) -> WriteKey {
        WriteKey::Item(
            self.recipient.as_str().to_owned(),
            self.template.code(),
            self.about,
            self.alarm.as_ref().map(|alarm| alarm.audience.code()),
        )
    }

    /// What it is to quiet hours.
    fn what(&self) -> What {
        match (&self.alarm, self.step) {
            (None, _) => What::Notice,
            (Some(alarm), Some(_)) => What::Ring(alarm.grade),
            (Some(_), None) => What::InPlaceOfTheAlarm,
        }
    }

    /// Whether each holder of the office gets a mail: where it is sent for the first time.
    fn is_mailed_to_the_holders(&self) -> bool {
        self.template.is_mailed_to_the_holders() && !self.again
    }
}

/// Letters that are written together: those of a ring, which are not written where it was stored before, or one by itself.
pub(super) struct Mailing<'a> {
    pub ring: Option<Rung<'a>>,
    pub letters: Vec<Letter<'a>>,
}

/// Writes each letter in its recipient's language. A ring refreshes the existing item; anything else is written once.
pub(super) async fn write_letters(tx: &mut PgConnection, app: &App, letters: Vec<Letter<'_>>) -> sqlx::Result<()> {
    let mailings = letters.into_iter().map(|letter| Mailing { ring: None, letters: vec![letter] }).collect();
    write_mailings(tx, app, mailings).await.map(|_| ())
}

/// The same for the letters of rings; returns the rings that were not stored before.
pub(super) async fn write_mailings(tx: &mut PgConnection, app: &App, mailings: Vec<Mailing<'_>>) -> sqlx::Result<BTreeSet<Uuid>> {
    let mut taken = BTreeSet::new();
    for round in rounds(mailings) {
        taken.extend(write_round(tx, app, &round).await?);
    }
    Ok(taken)
}

/// Key that one statement may write only once.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum WriteKey {
    Ring(Uuid),
    Guarded(Uuid, &'static str),
    Item(String, &'static str, Uuid, Option<&'static str>),
}

/// The mailings in their order, split into as few rounds as needed so that each has at most one letter per item.
fn rounds(mailings: Vec<Mailing<'_>>) -> Vec<Vec<Mailing<'_>>> {
    let mut rounds: Vec<Vec<Mailing<'_>>> = Vec::new();
    let mut written: BTreeSet<WriteKey> = BTreeSet::new();
    for mut mailing in mailings {
        one_for_each_item(&mut mailing.letters);
        let rung = mailing.ring.iter().flat_map(|rung| {
            let (ring, audience): (_, Audience) = (rung.ring, rung.ring.audience);
            [WriteKey::Ring(ring.ring_id.uuid()), WriteKey::Guarded(ring.concern_id.uuid(), audience.code())]
        });
        let writes: BTreeSet<WriteKey> = rung.chain(mailing.letters.iter().map(Letter::item)).collect();
        match rounds.last_mut() {
            Some(round) if written.is_disjoint(&writes) => {
                round.push(mailing);
                written.extend(writes);
            }
            _ => {
                rounds.push(vec![mailing]);
                written = writes;
            }
        }
    }
    rounds
}

/// Keeps the last letter of each item: where a person bears the name of an office, both are one item.
fn one_for_each_item(letters: &mut Vec<Letter<'_>>) {
    let mut seen = BTreeSet::new();
    letters.reverse();
    letters.retain(|letter| seen.insert(letter.item()));
    letters.reverse();
}

async fn write_round(tx: &mut PgConnection, app: &App, round: &[Mailing<'_>]) -> sqlx::Result<BTreeSet<Uuid>> {
    let now = app.clock.now();
    let (letters, about) = in_order(round);
    let holders = holders(tx, app, &letters).await?;
    let persons = letters.iter().filter_map(|(_, letter)| match &letter.recipient {
        Recipient::Person(subject) => Some(subject.clone()),
        Recipient::Office(_) => None,
    });
    let persons: BTreeSet<String> = persons.chain(holders.iter().flat_map(|(_, names)| names.iter().cloned())).collect();
    let persons: Vec<String> = persons.into_iter().collect();
    let mut rings: Vec<Rung<'_>> = round.iter().filter_map(|mailing| mailing.ring.clone()).collect();
    rings.sort_by_key(|rung| (rung.ring.concern_id.uuid(), rung.ring.audience.code()));
    for _ in 0..MAX_TRIES {
        let known = letter::known(tx, &app.vault, &persons, &about).await?;
        let ready: Vec<letter::Letter> = letters.iter().map(|(ring, letter)| ready(app, &known, *ring, letter)).collect();
        if let Some(written) = letter::write(tx, &known, &rings, &ready, now).await? {
            let stored = letters.iter().zip(&ready).filter(|(_, ready)| written.items.contains(&ready.item_id));
            let stored: Vec<_> = stored.map(|((_, letter), ready)| (*letter, ready)).collect();
            ask_for_mails(tx, app, (&known, &holders), &stored).await?;
            return Ok(written.rings);
        }
    }
    Err(Fault::Unknown.into())
}

/// Letters of a round with their rings, in the order of their items, so that two rounds never deadlock; and what they are about.
fn in_order<'a>(round: &'a [Mailing<'a>]) -> (Vec<(Option<Uuid>, &'a Letter<'a>)>, BTreeSet<Uuid>) {
    let of_one = |mailing: &'a Mailing<'a>| {
        let ring = mailing.ring.as_ref().map(|rung| rung.ring.ring_id.uuid());
        mailing.letters.iter().map(move |letter| (ring, letter))
    };
    let mut letters: Vec<_> = round.iter().flat_map(of_one).collect();
    letters.sort_by_cached_key(|(_, letter)| (letter.about, letter.item()));
    let about = letters.iter().map(|(_, letter)| letter.about).collect();
    (letters, about)
}

/// Present holders of each office whose holders get mails one by one.
async fn holders(tx: &mut PgConnection, app: &App, letters: &[(Option<Uuid>, &Letter<'_>)]) -> sqlx::Result<Vec<(Recipient, Vec<String>)>> {
    let written_to = letters.iter().filter(|(_, letter)| letter.is_mailed_to_the_holders());
    let offices: BTreeSet<&Recipient> = written_to.map(|(_, letter)| &letter.recipient).collect();
    let mut found = Vec::new();
    for recipient in offices {
        let roles = match recipient {
            Recipient::Office(office) => office::roles_of(office),
            Recipient::Person(_) => &[],
        };
        if !roles.is_empty() {
            found.push((recipient.clone(), grants::holders(tx, roles, app.clock.now(), MAX_HOLDERS).await?));
        }
    }
    Ok(found)
}

/// Letter rendered in its recipient's language.
fn ready(app: &App, known: &Known, ring_id: Option<Uuid>, letter: &Letter<'_>) -> letter::Letter {
    let wishes = match &letter.recipient {
        Recipient::Person(subject) => known.wishes(subject),
        Recipient::Office(_) => Preferences::default(),
    };
    let recipient = letter.recipient.clone();
    letter::Letter {
        ring_id,
        item_id: app.ids.uuid(),
        item: Item::new(recipient, wishes.language, letter.template, letter.about, letter.data, letter.alarm.clone()),
        things: letter.data.waiting.filter(|_| letter.template.grows()),
        noted_id: app.ids.uuid(),
        sendings: sendings(app, known, letter, &wishes),
    }
}

/// What is to leave for a letter: a mail to an address of staff; for an alarm also a call to the duty desk of an office, and a push to each
/// browser of a person.
fn sendings(app: &App, known: &Known, letter: &Letter<'_>, wishes: &Preferences) -> Vec<Sending> {
    let none = Uuid::nil();
    let mut wanted: Vec<(Channel, Uuid)> = Vec::new();
    if wants_mail(wishes, app) {
        wanted.push((Channel::Email, none));
    }
    if letter.alarm.is_some() {
        match &letter.recipient {
            Recipient::Office(_) if app.calls.is_on() => wanted.push((Channel::Gateway, none)),
            Recipient::Office(_) => {}
            Recipient::Person(subject) => wanted.extend(known.channels(subject).iter().filter_map(|(id, kind)| match kind {
                Kind::Push => app.pushes.is_on().then_some((Channel::Push, *id)),
                Kind::Text => app.calls.is_on().then_some((Channel::Text, *id)),
                Kind::Voice => app.calls.is_on().then_some((Channel::Voice, *id)),
            })),
        }
    }
    if let Some(alarm) = &letter.alarm {
        wanted.retain(|(channel, _)| app.levels.ring(*channel, alarm.grade, letter.step));
    }
    let held_until = wishes.quiet.as_ref().and_then(|quiet| quiet.end(app.clock.now()));
    let channels: Vec<Channel> = wanted.iter().map(|(channel, _)| *channel).collect();
    let waits = quiet::waits(letter.what(), &channels);
    let sendings = wanted.into_iter().zip(waits);
    sendings
        .map(|((channel, via), waits)| Sending { delivery_id: app.ids.uuid(), channel, via, held_until: held_until.filter(|_| waits) })
        .collect()
}

/// Wakes the workers for the mails of what was written, and queues those to the holders of offices.
async fn ask_for_mails(
    tx: &mut PgConnection,
    app: &App,
    (known, holders): (&Known, &[(Recipient, Vec<String>)]),
    written: &[(&Letter<'_>, &letter::Letter)],
) -> sqlx::Result<()> {
    let mut entries = Vec::new();
    for (letter, ready) in written {
        let item = &ready.item;
        let grade = item.alarm.as_ref().map(|alarm| alarm.grade);
        for sending in &ready.sendings {
            match sending.channel {
                Channel::Email => app.mail.wake(grade),
                Channel::Gateway | Channel::Text | Channel::Voice => app.calls.wake(),
                Channel::Push => app.pushes.wake(),
                Channel::Inbox => {}
            }
        }
        let names = holders.iter().filter(|(office, _)| *office == item.recipient && letter.is_mailed_to_the_holders());
        for name in names.flat_map(|(_, names)| names) {
            let wishes = known.wishes(name);
            if wants_mail(&wishes, app) {
                // One item, a mail to each: these are not the item's own mail, of which there is one at a time.
                entries.push(Entry {
                    delivery_id: app.ids.uuid(),
                    item_id: None,
                    recipient: name,
                    victim_ref: None,
                    participant: None,
                    template: item.template.code(),
                    language: mark(wishes.language),
                    reference: &item.reference,
                    grade,
                });
                app.mail.wake(grade);
            }
        }
    }
    if entries.is_empty() { Ok(()) } else { store::mail::queue(tx, &entries, app.clock.now()).await }
}

/// Whether the person has a staff address, or one that cannot be read: that one fails on the ledger, where it is seen.
fn wants_mail(wishes: &Preferences, app: &App) -> bool {
    let address = wishes.email.as_ref().map(|email| Address::parse(email.expose()));
    address.is_some_and(|address| address.map_or(true, |address| app.staff.hold(&address)))
}
