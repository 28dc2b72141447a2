//! Form that filters a list by its address: sent by GET, so that it can be kept, sent on and gone back to.

use maud::{Markup, html};

use super::{
    form::{self, Field, FormValues, Problems},
    texts,
};
use crate::text::Language;

/// Fields of a list's address.
pub struct Filter {
    pub action: String,
    pub fields: Vec<Field>,
    pub submit: &'static str,
}

impl Filter {
    #[must_use]
    pub fn draw(self, chosen: &FormValues, language: Language) -> Markup {
        self.keeping(&[], chosen, language)
    }

    /// The same, with what else stands in the address.
    #[must_use]
    pub fn keeping(self, hidden: &[(&str, &str)], chosen: &FormValues, language: Language) -> Markup {
        html! {
            form class="filter" method="get" action=(self.action) role="search" {
                @for (name, value) in hidden { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } }
                @for field in self.fields { (form::draw_field(&unneeded(field, language), chosen, &Problems::none(), language)) }
                button class="second" { (self.submit) }
            }
        }
    }
}

/// Nothing is needed in a filter, and saying so at each field helps nobody.
fn unneeded(field: Field, language: Language) -> Field {
    let blank = if field.blank.is_empty() { texts::of(language).any } else { field.blank };
    Field { is_needed: true, blank, ..field }
}
