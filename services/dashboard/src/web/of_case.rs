//! Forms of one case: the page that opens one, and where it leads when it was done.

use axum::{extract::Path, response::Response};
use proto::cases::v1::Case;

use super::{App, visitor::Member};
use crate::parts::{
    casework::case as of_case,
    drawing::Drawing,
    form::{FormValues, Sheet},
};

/// Language and case in an address.
pub type OfCase = Path<(String, String)>;
/// Language, case, and what it holds, in an address.
pub type InCase = Path<(String, String, String)>;

/// The empty form of a case, with the key under which it is sent.
pub async fn open(app: &App, member: &Member, case_ref: &str, sheet: impl Fn(&Case, &Drawing<'_>) -> Sheet<'static>) -> Response {
    match app.clients.case(&member.session, case_ref).await {
        Ok(case) => {
            let sheet = sheet(&case, &member.drawing());
            member.sheet(&sheet, &FormValues::empty(app.ids.uuid()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

impl Member {
    /// Back to the file, which says that it was done.
    pub fn done_with(&self, case: &Case) -> Response {
        self.done(&of_case::path(case, "?done=done"))
    }
}
