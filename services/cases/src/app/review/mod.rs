//! Use cases of reviews by the RJ Unit [RM1a, R3a].

pub mod call;
pub mod finish;
pub mod list;
pub mod sign_off;

use base::Refusal;
use uuid::Uuid;

use crate::{domain::review::Review, error};

/// The review that a caller names.
fn named<'a>(reviews: &'a [Review], id: &str) -> Result<&'a Review, Refusal> {
    let id = Uuid::try_parse(id.trim()).map_err(|_| error::review_unknown())?;
    reviews.iter().find(|review| review.id == id).ok_or_else(error::review_unknown)
}
