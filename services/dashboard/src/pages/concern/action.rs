//! Form pages of one event: the empty form, and the form again with what must be mended.

use axum::response::Response;
use http::StatusCode;

use super::{
    texts::{self, Texts},
    view::Card,
};
use crate::{
    parts::{
        drawing::Drawing,
        form::{FormValues, Problems, Sheet},
        refusal::Refusal,
    },
    text::fill,
    web::{App, visitor::Member},
};

/// What somebody does with an event by a form of its own.
pub struct Action {
    /// Title of the page, with a place for the reference.
    pub title: fn(&Texts) -> &'static str,
    pub sheet: for<'a> fn(&Card, &'a str, &Drawing<'_>) -> Sheet<'a>,
}

impl Action {
    /// The empty form.
    pub async fn open(&self, app: &App, member: &Member, concern: &str) -> Response {
        self.open_with(app, member, concern, &FormValues::default()).await
    }

    /// The form with what is filled in before anybody has typed.
    pub async fn open_with(&self, app: &App, member: &Member, concern: &str, filled: &FormValues) -> Response {
        self.draw(app, member, concern, |sheet| member.sheet(sheet, filled)).await
    }

    /// The form again where it can tell by itself what must be mended.
    pub async fn mend(&self, app: &App, member: &Member, concern: &str, filled: &FormValues, problems: &Problems) -> Response {
        self.draw(app, member, concern, |sheet| member.again(sheet, filled, problems, StatusCode::UNPROCESSABLE_ENTITY)).await
    }

    /// The form again with what the service refused. The event is read only now: nothing waits for it that goes well.
    pub async fn refused(&self, app: &App, member: &Member, concern: &str, filled: &FormValues, status: &tonic::Status) -> Response {
        let refusal = Refusal::of(status, member.visitor.language);
        let code = refusal.status;
        self.draw(app, member, concern, |sheet| member.again(sheet, filled, &sheet.form.refused(refusal.clone()), code)).await
    }

    async fn draw(&self, app: &App, member: &Member, concern: &str, draw: impl Fn(&Sheet<'_>) -> Response) -> Response {
        match app.safety.get(&member.session, concern).await {
            Ok(view) => {
                let card = Card::of(&view, &member.session.caller);
                let title = fill((self.title)(texts::of(member.visitor.language)), &[("reference", &card.reference)]);
                draw(&(self.sheet)(&card, &title, &member.drawing()))
            }
            Err(status) => member.visitor.refused(&status),
        }
    }
}
