//! Page on which a person checks all their answers before a form is sent: every answer in words, a way back that loses none, and one button.

use maud::{Markup, html};

use super::{
    drawing::Drawing,
    facts::Facts,
    form::{self, Field, Form, FormValues, Kind},
    texts,
};

/// Name of the hidden field with which a checked form comes back to be changed.
pub const CHANGE: &str = "change";

/// The answers of one form, before they are sent.
pub struct Review<'a> {
    pub title: &'a str,
    /// The form with the answers: they go back to its address to be changed.
    pub form: &'a Form,
    /// What stands above the answers, and what will happen, below them.
    pub above: Markup,
    pub below: Markup,
    /// Where the answers are sent for good, and what the button says.
    pub action: String,
    pub submit: &'a str,
}

impl Review<'_> {
    #[must_use]
    pub fn draw(&self, filled: &FormValues, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let hidden = html! {
            (form::token(drawing.session))
            @for (name, value) in filled.typed().filter(|(name, _)| *name != CHANGE) { input type="hidden" name=(name) value=(value); }
        };
        html! {
            h1 { (self.title) }
            (self.above)
            (answers(self.form, filled).draw())
            (self.below)
            div class="actions" {
                form method="post" action=(self.action) { (hidden) button { (self.submit) } }
                form class="press" method="post" action=(self.form.action) {
                    (hidden)
                    input type="hidden" name=(CHANGE) value="1";
                    button class="second" { (texts.change_answers) }
                }
            }
        }
    }
}

/// Every answer in the words of the form; what was not answered is left out.
#[must_use]
pub fn answers(form: &Form, filled: &FormValues) -> Facts {
    let fields = form.groups.iter().flat_map(|group| &group.fields);
    fields.fold(Facts::new(), |facts, field| facts.text(field.label, &answer(field, filled)))
}

fn answer(field: &Field, filled: &FormValues) -> String {
    match &field.kind {
        Kind::Radios(choices) | Kind::Select(choices) | Kind::Checks(choices) => {
            let given = filled.all(field.name);
            let chosen: Vec<&str> =
                choices.iter().filter(|choice| given.contains(&choice.value)).map(|choice| choice.label.as_str()).collect();
            chosen.join("\n")
        }
        Kind::Check if filled.is_checked(field.name) => "✓".to_owned(),
        Kind::Check => String::new(),
        Kind::Line { .. } | Kind::Lines { .. } | Kind::Person(_) | Kind::Date | Kind::Moment | Kind::File { .. } => filled.get(field.name),
    }
}

/// Whether the form comes back from the check to be changed.
#[must_use]
pub fn is_to_be_changed(filled: &FormValues) -> bool {
    filled.is_checked(CHANGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::form::Choice;

    #[test]
    fn answers_are_shown_in_the_words_of_the_form_and_what_was_not_answered_is_left_out() {
        let kinds = Kind::Checks(vec![Choice::new(1, "By letter"), Choice::new(2, "By video"), Choice::new(3, "In person")]);
        let fields = vec![
            Field::new("why", "Why", Kind::Lines { most: 50, rows: 2 }),
            Field::new("how", "How", kinds),
            Field::new("when", "When", Kind::Date),
        ];
        let filled = FormValues::of([("why", " so it is "), ("how", "1"), ("how", "3")].map(|(n, v)| (n.to_owned(), v.to_owned())).into());
        let drawn = answers(&Form::new("/en/x".into(), "Send", fields), &filled).draw().into_string();
        assert!(drawn.contains("so it is") && drawn.contains("By letter\nIn person"), "{drawn}");
        assert!(!drawn.contains("By video") && !drawn.contains("When"), "{drawn}");
    }
}
