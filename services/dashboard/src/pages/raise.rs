//! Raising a concern [S8, RM1c]: one page, one line is enough, nothing is lost when it fails.

use maud::{Markup, html};
use proto::safety::v1::{ConcernState, GetConcernReceiptResponse, Grade};
use serde::Deserialize;

use super::{card::Drawing, form_token, instant};
use crate::texts::{Language, Texts};

/// What the raiser has written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub form_token: String,
    /// Made with the empty form: the same form sent twice is one concern.
    pub concern_id: String,
    pub grade: i32,
    pub site: String,
    pub text: String,
    pub person_at_risk: String,
    pub nature: String,
    pub place: String,
    pub advice: String,
    pub call_back: String,
}

impl Draft {
    /// Nothing was said at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let said = [&self.text, &self.person_at_risk, &self.nature, &self.place, &self.advice];
        said.iter().all(|field| field.trim().is_empty())
    }
}

/// The form. `failure` says why the last attempt was not recorded.
#[must_use]
pub fn form(draft: &Draft, failure: Option<&str>, drawing: &Drawing<'_>) -> Markup {
    let texts = drawing.language.texts();
    html! {
        h1 { (texts.raise) }
        @if let Some(failure) = failure {
            div class="errors" role="alert" tabindex="-1" autofocus {
                h2 { (texts.errors_title) }
                p { a href="#text" { (failure) } }
            }
        }
        p { (texts.raise_intro) }
        p class="notice" { (texts.raise_danger) }
        form class="raise" method="post" action=(format!("/{}/raise", drawing.language.code())) {
            (form_token(drawing.session))
            input type="hidden" name="concern_id" value=(draft.concern_id);
            (grades(draft, texts))
            (site(draft, drawing))
            div class="field" {
                label for="text" { (texts.say_it) }
                p class="hint" id="text-hint" { (texts.say_hint) }
                textarea id="text" name="text" rows="4" maxlength="8000" aria-describedby="text-hint" { (draft.text) }
            }
            fieldset {
                legend { (texts.for_the_head) }
                p class="hint" { (texts.for_the_head_hint) }
                (line("person_at_risk", texts.field_person, &draft.person_at_risk))
                (line("nature", texts.field_nature, &draft.nature))
                (line("place", texts.field_place, &draft.place))
                (line("advice", texts.field_advice, &draft.advice))
            }
            (line("call_back", texts.call_back_label, &draft.call_back))
            button { (texts.send) }
        }
    }
}

/// What was written when the session had ended meanwhile: to be copied, for nothing was recorded.
#[must_use]
pub fn kept(draft: &Draft, language: Language) -> Markup {
    let texts = language.texts();
    let written = [
        (texts.say_it, &draft.text),
        (texts.field_person, &draft.person_at_risk),
        (texts.field_nature, &draft.nature),
        (texts.field_place, &draft.place),
        (texts.field_advice, &draft.advice),
        (texts.call_back_label, &draft.call_back),
    ];
    html! {
        h1 { (texts.raise) }
        div class="errors" role="alert" { p { (texts.raise_signed_out) } }
        dl class="said" {
            @for (name, value) in written.iter().filter(|(_, value)| !value.trim().is_empty()) { dt { (name) } dd { (value) } }
        }
        p { a href=(format!("/{0}/sign-in?next=/{0}/raise", language.code())) { (texts.sign_in) } }
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
            @for (grade, id, text) in choices {
                div class="choice" {
                    input type="radio" name="grade" id=(id) value=(grade as i32) checked[draft.grade == grade as i32];
                    label for=(id) { (text) }
                }
            }
        }
    }
}

fn site(draft: &Draft, drawing: &Drawing<'_>) -> Markup {
    let texts = drawing.language.texts();
    let name = |site: &proto::safety::v1::Site| match drawing.language {
        Language::English => site.name_en.clone(),
        Language::French => site.name_fr.clone(),
    };
    let mut sites: Vec<(String, String)> = drawing.sites.values().map(|s| (name(s), s.code.clone())).collect();
    sites.sort();
    let listed = sites.iter().any(|(_, code)| *code == draft.site);
    html! {
        div class="field" {
            label for="site" { (texts.which_site) }
            p class="hint" id="site-hint" { (texts.site_hint) }
            select id="site" name="site" aria-describedby="site-hint" {
                option value="" selected[draft.site.is_empty()] { (texts.site_not_known) }
                @if !listed && !draft.site.is_empty() { option value=(draft.site) selected { (draft.site) } }
                @for (name, code) in &sites { option value=(code) selected[*code == draft.site] { (name) } }
            }
        }
    }
}

fn line(id: &str, label: &str, value: &str) -> Markup {
    html! {
        div class="field" {
            label for=(id) { (label) }
            input type="text" id=(id) name=(id) value=(value) maxlength="1000" autocomplete="off";
        }
    }
}

/// What the raiser reads afterwards; `None` where the service cannot say now.
#[must_use]
pub fn recorded(concern: &str, receipt: Option<&GetConcernReceiptResponse>, drawing: &Drawing<'_>) -> Markup {
    let texts = drawing.language.texts();
    let state = receipt.map_or(texts.state_not_known, |r| match r.state() {
        ConcernState::Ringing => texts.state_ringing,
        ConcernState::Accepted => texts.state_accepted,
        ConcernState::Closed => texts.state_closed,
        ConcernState::Unspecified => texts.state_not_known,
    });
    let known = receipt.and_then(|r| r.receipt.as_ref());
    let at = known.and_then(|r| r.recorded_at.as_ref()).and_then(chassis::wire::instant);
    html! {
        h1 { (texts.recorded_title) }
        @if let Some(known) = known {
            p class="big" { (known.reference) }
            p { (texts.recorded_text) }
            @if let Some(at) = at { p { (texts.recorded_at) " " (instant(at)) } }
        }
        p role="status" { strong { (state) } }
        p { a href=(format!("/{}/raise/{concern}", drawing.language.code())) { (texts.look_again) } }
        p class="notice" { (texts.recorded_danger) }
    }
}
