//! Handlers of receipts.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use proto::{
    intake::v1::{GetReceiptRequest, ListReceiptsRequest},
    reference,
};
use serde::Deserialize;
use tonic::Code;

use super::{
    texts,
    view::{self, NUMBER},
};
use crate::{
    parts::form::{FormValues, Problems},
    web::{App, submitted::Submitted, visitor::Member},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    page: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ReceiptQuery {
    other: Option<u8>,
}

/// What this person sent, and the form that finds a receipt by its number.
pub async fn page(State(app): State<App>, member: Member, Query(query): Query<ListQuery>) -> Response {
    let is_first = query.page.is_empty();
    let request = ListReceiptsRequest { page_size: 50, page_token: query.page };
    match app.clients.referrals(&member.session).list_receipts(request).await {
        Ok(answer) => {
            let drawing = member.drawing();
            let form = view::sheet(&drawing).form.draw(&FormValues::default(), &Problems::none(), drawing.session, drawing.language);
            let content = view::own(&answer.into_inner(), is_first, &form, &drawing);
            member.page(texts::of(member.visitor.language).receipts, &content)
        }
        Err(status) => member.visitor.refused(&status),
    }
}

/// Leads to the receipt, where there is one that this person may see.
pub async fn find(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let (sheet, texts) = (view::sheet(&member.drawing()), texts::of(member.visitor.language));
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let Some(number) = reference::parse("RO", filled.raw(NUMBER)) else {
        return member.mend(&sheet, &filled, NUMBER, texts.not_a_number.to_owned());
    };
    match app.clients.referrals(&member.session).get_receipt(GetReceiptRequest { number: number.clone() }).await {
        Ok(_) => member.done(&format!("/receipts/{number}")),
        Err(status) if status.code() == Code::NotFound => member.mend(&sheet, &filled, NUMBER, texts.not_found.to_owned()),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn receipt(
    State(app): State<App>,
    member: Member,
    Path((_, number)): Path<(String, String)>,
    Query(query): Query<ReceiptQuery>,
) -> Response {
    match app.clients.referrals(&member.session).get_receipt(GetReceiptRequest { number }).await {
        Ok(answer) => {
            let receipt = answer.into_inner().receipt.unwrap_or_default();
            let content = view::receipt(&receipt, query.other.is_some(), &member.drawing());
            member.page(texts::of(member.visitor.language).received_title, &content)
        }
        Err(status) => member.visitor.refused(&status),
    }
}
