//! Cases as the pages need them: one by its reference, and all that a person may see, up to a bound.

use proto::cases::v1::{Case, GetCaseRequest, ListCasesRequest};
use tonic::{Code, Status};

use super::Clients;
use crate::session::Session;

/// Most cases of one list.
pub const MOST: usize = 1000;
/// Cases of one call.
const PAGE: i32 = 200;

/// The cases that a person may see.
#[derive(Default)]
pub struct Listed {
    pub cases: Vec<Case>,
    /// There are more than [`MOST`].
    pub is_cut: bool,
}

impl Clients {
    /// A case by its id or number.
    ///
    /// # Errors
    /// What the service answers.
    pub async fn case(&self, session: &Session, case_ref: &str) -> Result<Case, Status> {
        let answer = self.cases(session).get_case(GetCaseRequest { case_ref: case_ref.to_owned() }).await?.into_inner();
        answer.case.ok_or_else(|| Status::not_found(""))
    }

    /// The case of a form that was sent. Where it cannot be read, its reference alone: the form is sent on and what was typed is kept.
    pub async fn case_of_form(&self, session: &Session, case_ref: &str) -> Case {
        self.case(session, case_ref).await.unwrap_or_else(|status| {
            if !matches!(status.code(), Code::NotFound | Code::PermissionDenied) {
                tracing::warn!(code = %status.code(), "the case of a form cannot be read");
            }
            Case { case_id: case_ref.to_owned(), ..Case::default() }
        })
    }

    /// Every case that the person may see and asks for, oldest first.
    ///
    /// # Errors
    /// What the service answers.
    pub async fn all_cases(&self, session: &Session, wanted: &ListCasesRequest) -> Result<Listed, Status> {
        let mut client = self.cases(session);
        let mut listed = Listed::default();
        let mut page_token = String::new();
        while listed.cases.len() < MOST {
            let request = ListCasesRequest { page_size: PAGE, page_token, ..wanted.clone() };
            let page = client.list_cases(request).await?.into_inner();
            let last = page.next_page_token.is_empty() || page.cases.is_empty();
            listed.cases.extend(page.cases);
            page_token = page.next_page_token;
            if last {
                return Ok(listed);
            }
        }
        listed.is_cut = true;
        Ok(listed)
    }
}
