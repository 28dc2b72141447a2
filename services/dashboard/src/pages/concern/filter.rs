//! Which safety events a list holds, as its address says: grade, state, site and days; and the search by reference.

use maud::{Markup, html};
use proto::safety::v1::{ConcernState, Grade, ListConcernsRequest};
use serde::Deserialize;
use time::OffsetDateTime;

use super::texts;
use crate::{
    parts::{
        drawing::Drawing,
        site::sites_in_order,
        time::{begins, day, ends},
    },
    text::Language,
};

/// Fields of the address. What is no value of a field is left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    pub closed: String,
    pub grade: String,
    pub state: String,
    pub site: String,
    pub from: String,
    pub to: String,
    pub reference: String,
}

const GRADES: [(&str, Grade); 4] =
    [("imminent", Grade::Imminent), ("concern", Grade::Concern), ("question", Grade::Question), ("drill", Grade::Drill)];
const STATES: [(&str, ConcernState); 3] =
    [("ringing", ConcernState::Ringing), ("accepted", ConcernState::Accepted), ("closed", ConcernState::Closed)];

impl Chosen {
    fn grade(&self) -> Grade {
        GRADES.into_iter().find(|(word, _)| *word == self.grade).map_or(Grade::Unspecified, |(_, grade)| grade)
    }

    fn state(&self) -> ConcernState {
        STATES.into_iter().find(|(word, _)| *word == self.state).map_or(ConcernState::Unspecified, |(_, state)| state)
    }

    /// Closed ones are listed too.
    #[must_use]
    pub fn with_closed(&self) -> bool {
        self.closed == "1" || self.state() == ConcernState::Closed
    }

    /// The list leaves some of what is open out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        let chosen = self.grade() != Grade::Unspecified || self.state() != ConcernState::Unspecified;
        chosen || !self.site.trim().is_empty() || self.since().is_some() || self.before().is_some()
    }

    fn since(&self) -> Option<OffsetDateTime> {
        begins(day(&self.from)?)
    }

    fn before(&self) -> Option<OffsetDateTime> {
        ends(day(&self.to)?)
    }

    /// What the safety service is asked for.
    #[must_use]
    pub fn request(&self, page_token: String) -> ListConcernsRequest {
        ListConcernsRequest {
            include_closed: self.with_closed(),
            page_token,
            // A list shows nothing of what was said: nothing is opened for it, and no reading recorded.
            outline: true,
            grade: self.grade().into(),
            state: self.state().into(),
            site: self.site.trim().to_owned(),
            raised_from: self.since().map(base::wire::timestamp),
            raised_before: self.before().map(base::wire::timestamp),
            ..ListConcernsRequest::default()
        }
    }

    /// The same list as a query, without its page.
    #[must_use]
    pub fn query(&self) -> String {
        let fields = [
            ("closed", &self.closed),
            ("grade", &self.grade),
            ("state", &self.state),
            ("site", &self.site),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let plain = |value: &&(&str, &String)| !value.1.is_empty() && value.1.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        fields.iter().filter(plain).map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }

    /// The form, closed while nothing is chosen.
    #[must_use]
    pub fn form(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let grades = [
            ("imminent", texts.grade_imminent),
            ("concern", texts.grade_concern),
            ("question", texts.grade_question),
            ("drill", texts.grade_drill),
        ];
        let states = [("ringing", texts.state_ringing), ("accepted", texts.state_accepted), ("closed", texts.state_closed)];
        html! {
            details class="filters" open[self.narrows() || !self.reference.is_empty()] {
                summary { (texts.filters) }
                form method="get" action=(drawing.address("/concerns")) role="search" {
                    div class="field" {
                        label for="f-reference" { (texts.reference) }
                        input type="text" id="f-reference" name="reference" value=(self.reference) maxlength="40" autocomplete="off";
                    }
                    (select("f-grade", "grade", texts.filter_grade, &grades, &self.grade, texts.any))
                    (select("f-state", "state", texts.state, &states, &self.state, texts.any))
                    div class="field" {
                        label for="f-site" { (texts.filter_site) }
                        select id="f-site" name="site" {
                            option value="" { (texts.any) }
                            @for site in sites_in_order(drawing.language, drawing.sites) {
                                option value=(site.code) lang=[site.foreign.map(Language::code)] selected[site.code == self.site] { (site.name) }
                            }
                        }
                    }
                    @for (id, name, label, value) in [("f-from", "from", texts.filter_from, &self.from), ("f-to", "to", texts.filter_to, &self.to)] {
                        div class="field" { label for=(id) { (label) } input type="date" id=(id) name=(name) value=(value); }
                    }
                    div class="choice" {
                        input type="checkbox" id="f-closed" name="closed" value="1" checked[self.closed == "1"];
                        label for="f-closed" { (texts.show_closed) }
                    }
                    button class="second" { (texts.filter_show) }
                    @if self.narrows() || self.with_closed() { p { a href=(drawing.address("/concerns")) { (texts.filter_clear) } } }
                }
            }
        }
    }
}

fn select(id: &str, name: &str, label: &str, choices: &[(&str, &str)], chosen: &str, any: &str) -> Markup {
    html! {
        div class="field" {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                option value="" { (any) }
                @for (value, text) in choices { option value=(value) selected[*value == chosen] { (text) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_address_says_is_asked_of_the_service_and_what_is_no_choice_is_left_out() {
        let chosen = Chosen {
            grade: "imminent".into(),
            state: "closed".into(),
            site: "kent".into(),
            from: "2026-11-30".into(),
            ..Chosen::default()
        };
        let request = chosen.request(String::new());
        assert_eq!((request.grade(), request.state(), request.include_closed), (Grade::Imminent, ConcernState::Closed, true));
        assert!(request.outline && request.raised_from.is_some() && request.raised_before.is_none());
        assert_eq!(chosen.query(), "grade=imminent&state=closed&site=kent&from=2026-11-30");
        let odd = Chosen { grade: "'; drop".into(), from: "2026-02-30".into(), to: "+999999-01-01".into(), ..Chosen::default() };
        assert!(!odd.narrows() && !odd.query().contains("drop"));
    }
}
