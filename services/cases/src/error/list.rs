//! Refusals of lists.

use base::Refusal;

refusals! {
    /// A list filtered by what is not known.
    filter_unknown(field: &'static str) = Refusal::invalid("filter-unknown", "R3c", field,
        "the list cannot be filtered by this: choose what is offered", "la liste ne peut être filtrée ainsi : choisissez ce qui est offert");
}
