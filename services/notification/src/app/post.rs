//! Puts one item into one inbox, notes it on the ledger, and asks for the mail that announces it.

use chassis::grants;
use sqlx::PgConnection;
use uuid::Uuid;

use super::App;
use crate::{
    domain::{
        address::Address,
        inbox::{Alarm, Item},
        language::mark,
        office,
        ring::Recipient,
        template::{Data, Template},
    },
    store::{self, delivery::Entry, preference::Preferences},
};

/// Holders of an office that are written to at most.
const HOLDERS: i64 = 50;

/// What one recipient is told.
pub(super) struct Letter<'a> {
    pub template: Template,
    /// Concern, referral, case or review.
    pub about: Uuid,
    pub data: &'a Data,
    pub alarm: Option<Alarm>,
    /// It was told before: the item is refreshed, and no holder of the office is written to once more.
    pub again: bool,
}

/// Posts the letter in the recipient's language. A ring refreshes the item that already stands; anything else is told once.
pub(super) async fn post(tx: &mut PgConnection, app: &App, recipient: Recipient, letter: Letter<'_>) -> sqlx::Result<()> {
    let now = app.clock.now();
    // What comes late about a purged case is told to nobody; a purge silences no alarm [LPR4].
    if letter.alarm.is_none() && store::purge::is_purged(tx, letter.about).await? {
        return Ok(());
    }
    let wishes = match &recipient {
        Recipient::Person(subject) => store::preference::of(tx, &app.vault, subject).await?,
        Recipient::Office(_) => Preferences::default(),
    };
    let urgency = letter.alarm.as_ref().map(|alarm| alarm.urgency);
    let holders = match &recipient {
        Recipient::Office(office) if letter.template.is_mailed_to_the_holders() && !letter.again => {
            grants::holders(tx, office::roles_of(office), now, HOLDERS).await?
        }
        Recipient::Office(_) | Recipient::Person(_) => Vec::new(),
    };
    let item = Item::new(recipient, wishes.language, letter.template, letter.about, letter.data, letter.alarm);
    let Some(item_id) = store::inbox::put(tx, &app.vault, app.ids.uuid(), &item, now).await? else {
        return Ok(());
    };
    let entry = Entry {
        item_id: Some(item_id),
        recipient: item.recipient.as_str(),
        victim_ref: None,
        template: item.template.code(),
        language: item.language,
        reference: &item.reference,
        urgency,
    };
    store::delivery::note_inbox(tx, app.ids.uuid(), &entry, now).await?;
    if wants_mail(&wishes, app) {
        store::delivery::queue_email(tx, app.ids.uuid(), &entry, now).await?;
        app.mail.wake();
    }
    for holder in &holders {
        let wishes = store::preference::of(tx, &app.vault, holder).await?;
        if wants_mail(&wishes, app) {
            // One item, a mail to each: it is not the item's own mail, of which there is one at a time.
            let to_each = Entry { item_id: None, recipient: holder, language: mark(wishes.language), ..entry.clone() };
            store::delivery::queue_email(tx, app.ids.uuid(), &to_each, now).await?;
            app.mail.wake();
        }
    }
    Ok(())
}

/// A staff address, or one that cannot be read: that one fails on the ledger, where somebody sees it.
fn wants_mail(wishes: &Preferences, app: &App) -> bool {
    let address = wishes.email.as_ref().map(|email| Address::parse(email.expose()));
    address.is_some_and(|address| address.map_or(true, |address| app.staff.hold(&address)))
}
