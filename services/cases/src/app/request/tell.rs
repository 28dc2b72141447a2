//! Events of requests: to the addressee without the case, to whoever works on it, and to the RJ Unit [R7c, R8b].

use base::{Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{
    cases::v1::{RequestChanged, RequestNews},
    id::CaseId,
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{app::App, domain::request::office::RJ_UNIT, store::access};

/// What is told of one request.
pub(super) struct Telling<'a> {
    pub app: &'a App,
    pub case: CaseId,
    /// The step that is told of.
    pub notice: Uuid,
    pub at: OffsetDateTime,
}

impl Telling<'_> {
    /// To an addressee, who does not learn of the case.
    pub(super) async fn addressee(&self, tx: &mut PgConnection, name: &str, news: RequestNews) -> Result<()> {
        Ok(outbox::enqueue(tx, &self.event(name, news, ""), self.at).await?)
    }

    /// To whoever works on the case now; a former mediator who asked learns nothing more.
    pub(super) async fn at_work(&self, tx: &mut PgConnection, news: RequestNews) -> Result<()> {
        let people = access::at_work_on(tx, self.case, self.at).await?;
        let events: Vec<Outgoing> = people.iter().map(|person| self.event(person, news, &self.case.to_string())).collect();
        Ok(outbox::enqueue_all(tx, &events, self.at).await?)
    }

    /// To the RJ Unit.
    pub(super) async fn unit(&self, tx: &mut PgConnection, news: RequestNews) -> Result<()> {
        Ok(outbox::enqueue(tx, &self.event(RJ_UNIT, news, &self.case.to_string()), self.at).await?)
    }

    fn event(&self, recipient: &str, news: RequestNews, case: &str) -> Outgoing {
        let message = RequestChanged {
            notice_id: self.notice.to_string(),
            recipient: recipient.to_owned(),
            news: news.into(),
            case_id: case.to_owned(),
            changed_at: Some(wire::timestamp(self.at)),
        };
        Outgoing::event(&self.app.ids, self.case.uuid(), subject::REQUEST_CHANGED, &message)
    }
}
