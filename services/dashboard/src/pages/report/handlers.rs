//! Handlers of the reports.

use axum::{
    extract::{Query, State},
    response::Response,
};
use proto::{
    reporting::v1::{GetReportRequest, GetReportResponse},
    sheet::{self, Separator},
};
use serde::Deserialize;
use tonic::{Code, Status};

use super::{
    texts,
    view::{self, Chosen},
};
use crate::{
    parts::refusal::Refusal,
    text::Language,
    web::{App, download, visitor::Member},
};

/// Which table of which year, as the address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    table: String,
    fiscal_year: String,
}

async fn report(app: &App, member: &Member, chosen: &Chosen) -> Result<GetReportResponse, Status> {
    let language = member.visitor.language.code().to_owned();
    let request = GetReportRequest { table: chosen.table.into(), fiscal_year: chosen.fiscal_year, language };
    Ok(app.clients.reports(&member.session).get_report(request).await?.into_inner())
}

pub async fn page(State(app): State<App>, member: Member, Query(wanted): Query<Wanted>) -> Response {
    let chosen = Chosen::of(&wanted.table, &wanted.fiscal_year, member.visitor.now);
    match report(&app, &member, &chosen).await {
        Ok(answer) => member.page(&answer.title, &view::page(&answer, &chosen, &member.drawing())),
        Err(status) if [Code::FailedPrecondition, Code::InvalidArgument].contains(&status.code()) => {
            let refusal = Refusal::of(&status, member.visitor.language);
            let title = texts::of(member.visitor.language).reports;
            member.visitor.page_with(refusal.status, title, None, &view::unreported(&refusal, &chosen, &member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn csv(State(app): State<App>, member: Member, Query(wanted): Query<Wanted>) -> Response {
    let chosen = Chosen::of(&wanted.table, &wanted.fiscal_year, member.visitor.now);
    match report(&app, &member, &chosen).await {
        Ok(answer) => {
            let language = member.visitor.language;
            let year = chosen.year();
            let year = if year.is_empty() { "latest" } else { &year };
            let file = format!("{}-{year}-{}.csv", chosen.word(), language.code());
            download::csv(&file, sheet::report(&answer, Separator::of(language == Language::French)))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
