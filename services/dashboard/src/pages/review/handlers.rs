//! Handlers of the pages of reviews.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{Case, FinishReviewRequest, ListReviewsRequest, Review, SignOffReviewRequest};

use super::{texts, view};
use crate::{
    frame::trouble::Trouble,
    parts::{
        casework::case as of_case,
        drawing::Drawing,
        form::{FormValues, Sheet},
    },
    session::Session as SignedIn,
    web::{App, of_case::OfCase, submitted::Submitted, visitor::Member},
};

/// Language, case and review in an address.
type OfReview = Path<(String, String, String)>;
/// What draws a form about a review; `None` of one that cannot be read now.
type Drawn = fn(&Case, &str, Option<&Review>, &Drawing<'_>) -> Sheet<'static>;

pub async fn list(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let reviews = match app.clients.reviews(&member.session).list_reviews(ListReviewsRequest { case_ref: case_ref.clone() }).await {
        Ok(answer) => answer.into_inner().reviews,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).title, &view::list(&case, &reviews, &member.drawing()))
}

/// A review of a case, where it can be read now; the service decides all the same.
async fn of(app: &App, signed_in: &SignedIn, case: &Case, id: &str) -> Option<Review> {
    let answer = app.clients.reviews(signed_in).list_reviews(ListReviewsRequest { case_ref: case.case_id.clone() }).await.ok()?;
    answer.into_inner().reviews.into_iter().find(|review| review.review_id == id)
}

async fn form(app: &App, member: &Member, (case_ref, id): (&str, &str), draw: Drawn) -> Response {
    let case = match app.clients.case(&member.session, case_ref).await {
        Ok(case) => case,
        Err(status) => return member.visitor.refused(&status),
    };
    let Some(review) = of(app, &member.session, &case, id).await else { return member.visitor.trouble(Trouble::NotFound) };
    let sheet = draw(&case, id, Some(&review), &member.drawing());
    member.sheet(&sheet, &FormValues::empty(app.ids.uuid()))
}

pub async fn finish_form(State(app): State<App>, member: Member, Path((_, case_ref, id)): OfReview) -> Response {
    form(&app, &member, (&case_ref, &id), view::finish).await
}

pub async fn finish(State(app): State<App>, Path((_, case_ref, review_id)): OfReview, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let review = of(&app, &member.session, &case, &review_id).await;
    let sheet = view::finish(&case, &review_id, review.as_ref(), &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = FinishReviewRequest { case_ref, review_id, finding: filled.number("finding"), note: filled.get("note") };
    match app.clients.reviews(&member.session).finish_review(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/reviews")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn sign_off_form(State(app): State<App>, member: Member, Path((_, case_ref, id)): OfReview) -> Response {
    form(&app, &member, (&case_ref, &id), view::sign_off).await
}

pub async fn sign_off(State(app): State<App>, Path((_, case_ref, review_id)): OfReview, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let review = of(&app, &member.session, &case, &review_id).await;
    let sheet = view::sign_off(&case, &review_id, review.as_ref(), &member.drawing());
    match app.clients.reviews(&member.session).sign_off_review(SignOffReviewRequest { case_ref, review_id }).await {
        Ok(_) => member.done(&of_case::path(&case, "/reviews")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
