//! Page to raise a concern [S8, RM1c]: one page, one line is enough, nothing is lost when it fails.

use maud::{Markup, html};
use proto::safety::v1::{ConcernState, GetConcernReceiptResponse, Grade};
use serde::Deserialize;

use super::texts::{self, Texts};
use crate::{
    clients::Sites,
    pages::concern,
    parts::{
        desks::{self, Desk},
        drawing::Drawing,
        form,
        site::sites_in_order,
        time::instant,
    },
    text::{Language, fill},
};

/// Input of the raiser.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub form_token: String,
    /// Generated with the empty form: the same form sent twice is one concern.
    pub concern_id: String,
    /// As sent: an invalid number must not lose the text.
    pub grade: String,
    pub site: String,
    pub text: String,
    pub person_at_risk: String,
    pub nature: String,
    pub place: String,
    pub advice: String,
    pub call_back: String,
}

/// Most characters of a field, counted as by a browser: in UTF-16 units, a line break as one.
const MAX_TEXT: usize = 8_000;
const MAX_LINE: usize = 1_000;

/// Why it was not recorded, and the field to mend.
pub struct Failure {
    field: &'static str,
    why: String,
}

impl Failure {
    #[must_use]
    pub fn of_the_text(why: &str) -> Self {
        Self { field: "text", why: why.to_owned() }
    }

    #[must_use]
    pub fn of_the_gravity(why: &str) -> Self {
        Self { field: "grade-imminent", why: why.to_owned() }
    }
}

impl Draft {
    /// Whether nothing was entered; invisible characters alone count as nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let filled = [&self.text, &self.person_at_risk, &self.nature, &self.place, &self.advice];
        filled.iter().all(|field| proto::normal::is_blank(field))
    }

    /// The number of the grade; an invalid one counts as not chosen.
    #[must_use]
    pub fn grade(&self) -> i32 {
        let number: i32 = self.grade.trim().parse().unwrap_or_default();
        Grade::try_from(number).unwrap_or_default() as i32
    }

    /// The first field that is too long.
    #[must_use]
    pub fn too_long(&self, language: Language) -> Option<Failure> {
        let (texts, concern) = (texts::of(language), concern::texts::of(language));
        let fields = [
            ("text", texts.say_it, &self.text, MAX_TEXT),
            ("person_at_risk", concern.field_person, &self.person_at_risk, MAX_LINE),
            ("nature", concern.field_nature, &self.nature, MAX_LINE),
            ("place", concern.field_place, &self.place, MAX_LINE),
            ("advice", concern.field_advice, &self.advice, MAX_LINE),
            ("call_back", texts.call_back_label, &self.call_back, MAX_LINE),
        ];
        fields.into_iter().find_map(|(field, name, text, max)| {
            let n = text.replace("\r\n", "\n").encode_utf16().count();
            let why = fill(texts.raise_too_long, &[("field", name), ("n", &n.to_string()), ("most", &max.to_string())]);
            (n > max).then_some(Failure { field, why })
        })
    }
}

/// The form. `failure` says why the last attempt was not recorded.
#[must_use]
pub fn form(draft: &Draft, failure: Option<&Failure>, desks: &[Desk], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.raise) }
        @if let Some(failure) = failure {
            div class="errors" role="alert" tabindex="-1" autofocus {
                h2 { (texts.errors_title) }
                p { a href=(format!("#{}", failure.field)) { (failure.why) } }
                @if failure.field == "text" { (desks::draw(desks, drawing.language)) }
            }
        }
        p { (texts.raise_intro) }
        p class="notice" { (texts.raise_danger) }
        (fields(draft, &form::token(drawing.session), drawing.language, drawing.sites))
    }
}

/// The form again after the session ended, with all input: nothing was recorded; after signing in in another tab it can be sent from here.
#[must_use]
pub fn kept(draft: &Draft, language: Language, sites: &Sites, desks: &[Desk]) -> Markup {
    let texts = texts::of(language);
    html! {
        h1 { (texts.raise) }
        div class="errors" role="alert" {
            p { (texts.raise_signed_out) }
            p { a href=(format!("/{}/sign-in", language.code())) target="_blank" rel="noopener" { (texts.sign_in_elsewhere) } }
            (desks::draw(desks, language))
        }
        (fields(draft, &html! {}, language, sites))
    }
}

fn fields(draft: &Draft, form_token: &Markup, language: Language, sites: &Sites) -> Markup {
    let (texts, concern) = (texts::of(language), concern::texts::of(language));
    html! {
        form class="raise" method="post" action=(format!("/{}/raise", language.code())) {
            (form_token)
            input type="hidden" name="concern_id" value=(draft.concern_id);
            (grades(draft, texts))
            (site(draft, language, sites))
            div class="field" {
                label for="text" { (texts.say_it) }
                p class="hint" id="text-hint" { (texts.say_hint) }
                // HTML drops the first line break of the element.
                textarea id="text" name="text" rows="4" maxlength=(MAX_TEXT) aria-describedby="text-hint" { "\n" (draft.text) }
            }
            fieldset {
                legend { (texts.for_the_head) }
                p class="hint" { (texts.for_the_head_hint) }
                (line("person_at_risk", concern.field_person, &draft.person_at_risk))
                (line("nature", concern.field_nature, &draft.nature))
                (line("place", concern.field_place, &draft.place))
                (line("advice", concern.field_advice, &draft.advice))
            }
            (line("call_back", texts.call_back_label, &draft.call_back))
            button { (texts.send) }
        }
    }
}

fn grades(draft: &Draft, texts: &Texts) -> Markup {
    let choices = [
        (Grade::Imminent, "grade-imminent", texts.choose_imminent),
        (Grade::Concern, "grade-concern", texts.choose_concern),
        (Grade::Question, "grade-question", texts.choose_question),
    ];
    html! {
        fieldset {
            legend { (texts.how_grave) }
            p class="hint" { (texts.how_grave_hint) }
            @for (grade, id, text) in choices {
                div class="choice" {
                    input type="radio" name="grade" id=(id) value=(grade as i32) checked[draft.grade() == grade as i32];
                    label for=(id) { (text) }
                }
            }
        }
    }
}

fn site(draft: &Draft, language: Language, sites: &Sites) -> Markup {
    let texts = texts::of(language);
    let listed = sites_in_order(language, sites);
    let known = listed.iter().any(|site| site.code == draft.site);
    html! {
        div class="field" {
            label for="site" { (texts.which_site) }
            p class="hint" id="site-hint" { (texts.site_hint) }
            select id="site" name="site" aria-describedby="site-hint" {
                option value="" selected[draft.site.is_empty()] { (texts.site_not_known) }
                @if !known && !draft.site.is_empty() { option value=(draft.site) selected { (draft.site) } }
                @for site in &listed {
                    option value=(site.code) lang=[site.foreign.map(Language::code)] selected[site.code == draft.site] { (site.name) }
                }
            }
        }
    }
}

fn line(id: &str, label: &str, value: &str) -> Markup {
    html! {
        div class="field" {
            label for=(id) { (label) }
            input type="text" id=(id) name=(id) value=(value) maxlength=(MAX_LINE) autocomplete="off";
        }
    }
}

/// The page after a raise; `None` where the service cannot report on it now.
#[must_use]
pub fn recorded(concern: &str, receipt: Option<&GetConcernReceiptResponse>, desks: &[Desk], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let state = receipt.map_or(texts.state_not_known, |r| match r.state() {
        ConcernState::Ringing => texts.state_ringing,
        ConcernState::Accepted => texts.state_accepted,
        ConcernState::Closed => texts.state_closed,
        ConcernState::Unspecified => texts.state_not_known,
    });
    let is_open = receipt.is_some_and(|r| r.state() != ConcernState::Closed);
    let known = receipt.and_then(|r| r.receipt.as_ref());
    let at = known.and_then(|r| r.recorded_at.as_ref()).and_then(base::wire::instant);
    html! {
        h1 { (texts.recorded_title) }
        @if let Some(known) = known {
            p class="big" { (known.reference) }
            p { (texts.recorded_text) }
            @if let Some(at) = at { p { (texts.recorded_at) " " (instant(at)) } }
        }
        // A script asks again every few seconds for as long as it is open.
        div id="receipt" data-open=[is_open.then_some("1")] data-stale=(texts.state_stale) {
            p { strong class="state" { (state) } " " span class="hint" { (texts.state_as_of) " " (instant(drawing.now)) } }
            p class="failure" role="alert" {}
        }
        p { a href=(format!("/{}/raise/{concern}", drawing.language.code())) { (texts.look_again) } }
        div class="notice" { p { (texts.recorded_danger) } (desks::draw(desks, drawing.language)) }
    }
}
