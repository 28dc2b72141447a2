//! List of facts: names and values, empty ones left out.

use maud::{Markup, PreEscaped, html};

/// A list of facts of one object.
#[derive(Default)]
pub struct Facts(Vec<(String, Markup)>);

impl Facts {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A text, kept as it was typed. An empty one is left out.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        if value.trim().is_empty() { self } else { self.markup(name, html! { (value) }) }
    }

    /// Anything that a page draws. An empty one is left out.
    #[must_use]
    pub fn markup(mut self, name: &str, value: Markup) -> Self {
        let PreEscaped(drawn) = &value;
        if !drawn.is_empty() {
            self.0.push((name.to_owned(), value));
        }
        self
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn draw(&self) -> Markup {
        html! { dl class="facts-list" { @for (name, value) in &self.0 { dt { (name) } dd { (value) } } } }
    }
}
