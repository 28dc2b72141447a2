//! Forms as data: fields, what was typed, what must be mended; they keep what was typed and work without a script.

use maud::{Markup, html};
use time::{OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

pub use super::form_values::{CARRIED, FormValues, KEY, TOKEN};
use super::{refusal::Refusal, texts};
use crate::{
    session::Session,
    text::{Language, fill},
};

/// One choice of several.
#[derive(Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// Language of the label, where it is not the page's.
    pub foreign: Option<Language>,
}

impl Choice {
    #[must_use]
    pub fn new(value: impl ToString, label: &str) -> Self {
        Self { value: value.to_string(), label: label.to_owned(), foreign: None }
    }
}

/// Longest identity.
const LONGEST_IDENTITY: usize = 200;

/// How a field is typed. Lengths are in UTF-16 units, as browsers count.
pub enum Kind {
    Line {
        most: usize,
    },
    Lines {
        most: usize,
        rows: u8,
    },
    /// Identity of a person: typed in, or chosen by name from those who are known.
    Person(Vec<Choice>),
    Date,
    /// A date and a time of day in UTC, as no form knows where it is filled in.
    Moment,
    /// One of a few, all in view.
    Radios(Vec<Choice>),
    /// One of many.
    Select(Vec<Choice>),
    /// Any of a few.
    Checks(Vec<Choice>),
    /// Yes or nothing.
    Check,
    /// A file; what was chosen is lost when the form comes back. `sending` is said by a script meanwhile.
    File {
        accept: &'static str,
        sending: &'static str,
    },
}

/// One field.
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: Option<&'static str>,
    pub kind: Kind,
    pub is_needed: bool,
    /// A group of such fields alone is folded, until one of them is filled in or must be mended.
    pub is_seldom: bool,
    /// Label of no choice in a list to choose from; "Choose" where it is empty.
    pub blank: &'static str,
}

impl Field {
    #[must_use]
    pub const fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self { name, label, hint: None, kind, is_needed: false, is_seldom: false, blank: "" }
    }

    #[must_use]
    pub const fn needed(mut self) -> Self {
        self.is_needed = true;
        self
    }

    #[must_use]
    pub const fn seldom(mut self) -> Self {
        self.is_seldom = true;
        self
    }

    #[must_use]
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Label of no choice.
    #[must_use]
    pub const fn blank(mut self, label: &'static str) -> Self {
        self.blank = label;
        self
    }

    /// What is wrong with what was typed, as far as the form itself can tell.
    fn problem(&self, filled: &FormValues, language: Language) -> Option<String> {
        let texts = texts::of(language);
        let typed = filled.raw(self.name);
        if proto::normal::is_blank(typed) {
            return self.is_needed.then(|| fill(texts.field_needed, &[("field", self.label)]));
        }
        match &self.kind {
            Kind::Line { most } | Kind::Lines { most, .. } => {
                let n = typed.replace("\r\n", "\n").encode_utf16().count();
                let values = [("field", self.label), ("n", &n.to_string()), ("most", &most.to_string())];
                (n > *most).then(|| fill(texts.field_too_long, &values))
            }
            Kind::Radios(choices) | Kind::Select(choices) | Kind::Checks(choices) => {
                let known = filled.all(self.name).iter().all(|value| choices.iter().any(|choice| choice.value == *value));
                (!known).then(|| fill(texts.field_unknown, &[("field", self.label)]))
            }
            Kind::Date => super::time::day(typed).is_none().then(|| fill(texts.field_no_date, &[("field", self.label)])),
            Kind::Moment => parse_moment(typed).is_none().then(|| fill(texts.field_no_moment, &[("field", self.label)])),
            Kind::Person(_) => (typed.encode_utf16().count() > LONGEST_IDENTITY).then(|| {
                let (n, most) = (typed.encode_utf16().count().to_string(), LONGEST_IDENTITY.to_string());
                fill(texts.field_too_long, &[("field", self.label), ("n", &n), ("most", &most)])
            }),
            Kind::Check | Kind::File { .. } => None,
        }
    }
}

/// A date and a time of day as a browser sends them: `2027-03-02T10:00`, in UTC.
#[must_use]
pub fn parse_moment(typed: &str) -> Option<OffsetDateTime> {
    const MOMENT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute][optional [:[second]]]");
    PrimitiveDateTime::parse(typed.trim(), MOMENT).ok().map(PrimitiveDateTime::assume_utc)
}

/// Fields that belong together.
#[derive(Default)]
pub struct Group {
    pub legend: Option<&'static str>,
    pub hint: Option<&'static str>,
    pub fields: Vec<Field>,
}

impl Group {
    fn draw(&self, filled: &FormValues, problems: &Problems, language: Language) -> Markup {
        let fields = html! {
            @if let Some(hint) = self.hint { p class="hint" { (hint) } }
            @for field in &self.fields { (draw_field(field, filled, problems, language)) }
        };
        let Some(legend) = self.legend else { return fields };
        let is_used = |field: &Field| filled.is_checked(field.name) || problems.of(field.name).is_some();
        html! {
            @if self.fields.iter().all(|field| field.is_seldom) {
                details class="folded" open[self.fields.iter().any(is_used)] { summary { (legend) } (fields) }
            } @else {
                fieldset { legend { (legend) } (fields) }
            }
        }
    }
}

/// A form.
pub struct Form {
    /// Where it is sent.
    pub action: String,
    pub groups: Vec<Group>,
    pub submit: &'static str,
}

/// A page that holds one form.
pub struct Sheet<'a> {
    pub title: &'a str,
    /// What stands between the title and the form.
    pub above: Markup,
    pub form: Form,
}

impl Sheet<'_> {
    #[must_use]
    pub fn draw(&self, filled: &FormValues, problems: &Problems, session: &Session, language: Language) -> Markup {
        html! {
            h1 { (self.title) }
            (summary(problems, language))
            (self.above)
            (self.form.draw(filled, problems, session, language))
        }
    }
}

/// A form of one button: what it does is said by its label, to what by a part that only a screen reader needs.
pub struct Press<'a> {
    pub action: String,
    pub label: &'a str,
    pub of_what: &'a str,
    pub fields: &'a [(&'a str, &'a str)],
}

impl Press<'_> {
    #[must_use]
    pub fn draw(&self, session: &Session) -> Markup {
        html! {
            form class="press" method="post" action=(self.action) {
                (token(session))
                @for (name, value) in self.fields { input type="hidden" name=(name) value=(value); }
                button class="second" { (self.label) span class="unseen" { " " (self.of_what) } }
            }
        }
    }
}

/// What must be mended before a form can be taken.
#[derive(Debug, Default)]
pub struct Problems {
    /// Why the service did not do it.
    pub refusal: Option<Refusal>,
    pub fields: Vec<(&'static str, String)>,
}

impl Problems {
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.refusal.is_none() && self.fields.is_empty()
    }

    fn of(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, why)| why.as_str())
    }
}

impl Form {
    /// A form of one group without a legend.
    #[must_use]
    pub fn new(action: String, submit: &'static str, fields: Vec<Field>) -> Self {
        Self { action, submit, groups: vec![Group { fields, ..Group::default() }] }
    }

    fn has_file(&self) -> bool {
        self.fields().any(|field| matches!(field.kind, Kind::File { .. }))
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.groups.iter().flat_map(|group| &group.fields)
    }

    /// What the form itself can tell of mistakes: nothing typed, too much typed, a choice it does not offer.
    #[must_use]
    pub fn check(&self, filled: &FormValues, language: Language) -> Problems {
        let fields = self.fields().filter_map(|field| field.problem(filled, language).map(|why| (field.name, why)));
        Problems { refusal: None, fields: fields.collect() }
    }

    /// What a service refused, at the field it names where the form has one of that name.
    #[must_use]
    pub fn refused(&self, refusal: Refusal) -> Problems {
        // A service may say in which message the field stands: `device.person`.
        let names = |field: &Field, named: &str| named == field.name || named.rsplit('.').next() == Some(field.name);
        let field = refusal.field.as_deref().and_then(|named| self.fields().find(|field| names(field, named)));
        let fields = field.map(|field| (field.name, refusal.words.clone())).into_iter().collect();
        Problems { refusal: Some(refusal), fields }
    }

    #[must_use]
    pub fn draw(&self, filled: &FormValues, problems: &Problems, session: &Session, language: Language) -> Markup {
        self.draw_with(&[], filled, problems, session, language)
    }

    /// The same, with hidden fields.
    #[must_use]
    pub fn draw_with(
        &self,
        hidden: &[(&str, &str)],
        filled: &FormValues,
        problems: &Problems,
        session: &Session,
        language: Language,
    ) -> Markup {
        html! {
            form class="form" method="post" action=(self.action) enctype=[self.has_file().then_some("multipart/form-data")] novalidate {
                (token(session))
                @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
                @if filled.is_checked(KEY) { input type="hidden" name=(KEY) value=(filled.raw(KEY)); }
                @for group in &self.groups { (group.draw(filled, problems, language)) }
                button { (self.submit) }
            }
        }
    }
}

/// The hidden field that proves that a form is ours.
#[must_use]
pub fn token(session: &Session) -> Markup {
    html! { input type="hidden" name=(TOKEN) value=(session.form_token); }
}

/// What must be mended, above a form.
#[must_use]
pub fn summary(problems: &Problems, language: Language) -> Markup {
    let texts = texts::of(language);
    let title = if problems.fields.is_empty() { texts.refused_title } else { texts.errors_title };
    html! {
        @if !problems.is_empty() {
            div class="errors" role="alert" tabindex="-1" autofocus {
                h2 { (title) }
                @if problems.fields.is_empty() { @if let Some(refusal) = &problems.refusal { p { (refusal.words) } } }
                @else { ul { @for (name, why) in &problems.fields { li { a href=(format!("#{name}")) { (why) } } } } }
                @if let Some(refusal) = &problems.refusal { (refusal.rule(language)) }
                p { (texts.nothing_recorded) }
            }
        }
    }
}

/// A field with its label, its hint and what is wrong with it.
pub(super) fn draw_field(field: &Field, filled: &FormValues, problems: &Problems, language: Language) -> Markup {
    let (name, why) = (field.name, problems.of(field.name));
    let hint_id = field.hint.map(|_| format!("{name}-hint"));
    let why_id = why.map(|_| format!("{name}-why"));
    let described: Vec<String> = [hint_id.clone(), why_id.clone()].into_iter().flatten().collect();
    let notes = html! {
        @if let (Some(hint), Some(id)) = (field.hint, &hint_id) { p class="hint" id=(id) { (hint) } }
        @if let (Some(why), Some(id)) = (why, &why_id) { p class="why" id=(id) { (why) } }
    };
    let optional = html! { @if !field.is_needed { span class="optional" { " (" (texts::of(language).optional) ")" } } };
    match &field.kind {
        Kind::Radios(choices) => group_of(field, choices, filled, "radio", &html! { (optional) }, &notes),
        Kind::Checks(choices) => group_of(field, choices, filled, "checkbox", &html! { (optional) }, &notes),
        Kind::Check => html! {
            div class="field" {
                div class="choice" {
                    input type="checkbox" id=(name) name=(name) value="1" checked[filled.is_checked(name)];
                    label for=(name) { (field.label) }
                }
                (notes)
            }
        },
        kind => html! {
            div class=(if why.is_some() { "field wrong" } else { "field" }) {
                label for=(name) { (field.label) (optional) }
                (notes)
                (control(field, kind, filled, (!described.is_empty()).then(|| described.join(" ")).as_deref(), why.is_some(), language))
            }
        },
    }
}

fn control(field: &Field, kind: &Kind, filled: &FormValues, described: Option<&str>, wrong: bool, language: Language) -> Markup {
    let (name, value, wrong) = (field.name, filled.raw(field.name), wrong.then_some("true"));
    match kind {
        // HTML drops the first line break of the element.
        Kind::Lines { most, rows } => html! {
            textarea id=(name) name=(name) rows=(rows) maxlength=(most) aria-describedby=[described] aria-invalid=[wrong] { "\n" (value) }
        },
        Kind::Select(choices) => {
            let known = choices.iter().any(|choice| choice.value == value);
            html! {
                select id=(name) name=(name) aria-describedby=[described] aria-invalid=[wrong] {
                    option value="" selected[value.is_empty()] { (if field.blank.is_empty() { texts::of(language).choose } else { field.blank }) }
                    @if !known && !value.is_empty() { option value=(value) selected { (value) } }
                    @for choice in choices {
                        option value=(choice.value) lang=[choice.foreign.map(Language::code)] selected[choice.value == value] { (choice.label) }
                    }
                }
            }
        }
        Kind::Date => html! { input type="date" id=(name) name=(name) value=(value) aria-describedby=[described] aria-invalid=[wrong]; },
        Kind::Moment => html! {
            input type="datetime-local" id=(name) name=(name) value=(value) aria-describedby=[described] aria-invalid=[wrong];
        },
        Kind::Line { most } => html! {
            input type="text" id=(name) name=(name) value=(value) maxlength=(most) autocomplete="off" aria-describedby=[described] aria-invalid=[wrong];
        },
        Kind::Person(known) => html! {
            input type="text" id=(name) name=(name) value=(value) maxlength=(LONGEST_IDENTITY) autocomplete="off" list=(format!("{name}-known")) aria-describedby=[described] aria-invalid=[wrong];
            datalist id=(format!("{name}-known")) { @for one in known { option value=(one.value) { (one.label) } } }
        },
        Kind::File { accept, sending } => html! {
            input type="file" id=(name) name=(name) accept=(accept) data-sending=(sending) aria-describedby=[described] aria-invalid=[wrong];
        },
        Kind::Radios(_) | Kind::Checks(_) | Kind::Check => html! {},
    }
}

/// Choices in view. The first has the name of the field as its id, so that the summary of errors leads there.
fn group_of(field: &Field, choices: &[Choice], filled: &FormValues, kind: &str, optional: &Markup, notes: &Markup) -> Markup {
    let id = |index: usize| if index == 0 { field.name.to_owned() } else { format!("{}-{index}", field.name) };
    html! {
        fieldset class="field" {
            legend { (field.label) (optional) }
            (notes)
            @for (index, choice) in choices.iter().enumerate() {
                div class="choice" {
                    input type=(kind) id=(id(index)) name=(field.name) value=(choice.value) checked[filled.all(field.name).contains(&choice.value)];
                    label for=(id(index)) lang=[choice.foreign.map(Language::code)] { (choice.label) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let kinds = Kind::Radios(vec![Choice::new(1, "One"), Choice::new(2, "Two")]);
        let fields = vec![Field::new("why", "Why", Kind::Line { most: 5 }).needed(), Field::new("which", "Which", kinds)];
        Form::new("/en/x".into(), "Send", fields)
    }

    fn filled(pairs: &[(&str, &str)]) -> FormValues {
        FormValues::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_form_names_each_field_that_is_missing_too_long_or_not_a_choice_it_offers() {
        let problems = |pairs: &[(&str, &str)]| form().check(&filled(pairs), Language::English).fields;
        assert!(problems(&[("why", "so"), ("which", "2")]).is_empty());
        assert_eq!(problems(&[("why", " \u{200b} ")])[0].0, "why");
        assert!(problems(&[("why", "123456")])[0].1.contains('6'));
        assert_eq!(problems(&[("why", "so"), ("which", "3")])[0].0, "which");
        // Two units of UTF-16 each, as a browser counts them.
        assert!(problems(&[("why", "😀😀")]).is_empty() && problems(&[("why", "😀😀😀")]).len() == 1);
    }

    #[test]
    fn a_moment_is_read_as_utc_and_anything_else_is_named() {
        let moment = parse_moment("2027-03-02T10:05").unwrap();
        assert_eq!((moment.hour(), moment.minute(), moment.offset().is_utc()), (10, 5, true));
        let field = Field::new("at", "When", Kind::Moment);
        assert!(field.problem(&filled(&[("at", "yesterday")]), Language::English).unwrap().contains("When"));
        assert!(field.problem(&filled(&[("at", "")]), Language::English).is_none());
    }

    #[test]
    fn a_refusal_stands_at_the_field_it_names_or_above_all_of_them() {
        let refusal =
            |field| Refusal::of(&base::Refusal::invalid("reason-missing", "R3a", field, "say why", "dites").into(), Language::English);
        assert_eq!(form().refused(refusal("why")).fields[0].0, "why");
        assert_eq!(form().refused(refusal("grants.why")).fields[0].0, "why");
        let elsewhere = form().refused(refusal("another"));
        assert!(elsewhere.fields.is_empty() && !elsewhere.is_empty());
        assert!(summary(&elsewhere, Language::English).into_string().contains("say why"));
    }
}
