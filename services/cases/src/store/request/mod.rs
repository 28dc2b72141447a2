//! Requests for information with their items, answers and steps; words sealed under the key of the side whose file is asked about [R5c].

mod read;
mod write;

pub use read::{addressed, case_of, of_case, one, under_key};
pub use write::{Asked, add, answer, climb, set_state, step};

use uuid::Uuid;
use vault::Place;

const fn about(id: Uuid) -> Place {
    Place::new("request", "about", id)
}

const fn number(id: Uuid) -> Place {
    Place::new("request", "number", id)
}

const fn reason(id: Uuid) -> Place {
    Place::new("request", "reason", id)
}

const fn item_words(id: Uuid) -> Place {
    Place::new("request_item", "words", id)
}

const fn answer_words(item: Uuid) -> Place {
    Place::new("request_answer", "words", item)
}

const fn step_words(id: Uuid) -> Place {
    Place::new("request_step", "words", id)
}
