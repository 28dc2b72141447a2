//! Events of entries: to whoever works on the case, to the office of the site, and to the RJ Unit [R2a].

use base::{Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{
    cases::v1::{EntryChanged, EntryNews},
    id::{CaseId, SiteCode},
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{app::App, domain::entry::office, store::access};

/// What is told of one entry.
pub(crate) struct Telling<'a> {
    pub app: &'a App,
    pub case: CaseId,
    /// The step, the hold or the entry that is told of.
    pub notice: Uuid,
    pub at: OffsetDateTime,
}

impl Telling<'_> {
    /// To whoever works on the case and whoever asked.
    pub(crate) async fn at_work(&self, tx: &mut PgConnection, asked_by: &str, news: EntryNews) -> Result<()> {
        let mut people = access::at_work_on(tx, self.case, self.at).await?;
        people.push(asked_by.to_owned());
        people.sort_unstable();
        people.dedup();
        let events: Vec<Outgoing> = people.iter().map(|person| self.event(person, news, &self.case.to_string())).collect();
        Ok(outbox::enqueue_all(tx, &events, self.at).await?)
    }

    /// To the RJ Unit.
    pub(crate) async fn unit(&self, tx: &mut PgConnection, news: EntryNews) -> Result<()> {
        let event = self.event(office::RJ_UNIT, news, &self.case.to_string());
        Ok(outbox::enqueue(tx, &event, self.at).await?)
    }

    /// To whoever answers for the site, who does not learn of the case.
    pub(crate) async fn site(&self, tx: &mut PgConnection, site: &SiteCode, news: EntryNews) -> Result<()> {
        Ok(outbox::enqueue(tx, &self.event(&office::office(site), news, ""), self.at).await?)
    }

    fn event(&self, recipient: &str, news: EntryNews, case: &str) -> Outgoing {
        let message = EntryChanged {
            notice_id: self.notice.to_string(),
            recipient: recipient.to_owned(),
            news: news.into(),
            case_id: case.to_owned(),
            changed_at: Some(wire::timestamp(self.at)),
        };
        Outgoing::event(&self.app.ids, self.case.uuid(), subject::ENTRY_CHANGED, &message)
    }
}
