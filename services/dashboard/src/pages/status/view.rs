//! HTML of the state of the system.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::{
    operations::v1::GetStatusResponse,
    safety::v1::{Beat, Drill},
};
use time::{Duration, OffsetDateTime};

use super::texts::{self, Texts};
use crate::{
    clients::health::{Answer, Health},
    pages::drill::view::last,
    parts::{
        drawing::Drawing,
        table::{Column, Table},
        time::{elapsed, instant, instant_or},
    },
    text::fill,
};

/// Commands for what no page shows, or for a terminal.
const COMMANDS: [(Says, &str); 3] = [
    (|texts| texts.ask_status, "ro status"),
    (|texts| texts.ask_quarantine, "ro quarantine SERVICE"),
    (|texts| texts.ask_logs, "ro logs SERVICE"),
];
/// Age from which a message that waits is marked: all is sent within seconds while the bus is well.
const LONG: Duration = Duration::minutes(1);
/// One of the texts of the page.
type Says = fn(&Texts) -> &'static str;

/// What was answered just now.
pub struct Overview {
    pub services: Vec<Health>,
    /// The last beat of the alarm, where one came in time.
    pub beat: Option<Beat>,
    /// The last drill of the alarm, where safety tells it.
    pub drills: Option<Vec<Drill>>,
    /// What each service says of itself to operations, nothing where it does not answer; none for anybody else.
    pub states: Option<Vec<(&'static str, Option<GetStatusResponse>)>>,
}

impl Overview {
    fn is_well(&self) -> bool {
        let chain = self.beat.as_ref().is_some_and(|beat| beat.bus && beat.ladder);
        let well = |answer: Answer| matches!(answer, Answer::Well | Answer::Absent);
        chain && self.services.iter().all(|one| one.whole == Answer::Well && one.named.iter().all(|(_, answer)| well(*answer)))
    }

    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let is_well = self.is_well();
        html! {
            h1 { (texts.status) }
            p class=(if is_well { "outcome" } else { "notice" }) role="status" {
                strong { (if is_well { texts.all_well } else { texts.not_well }) } " " (texts.as_of) " " (instant(drawing.now))
            }
            section aria-labelledby="chain-title" {
                h2 id="chain-title" { (texts.chain) }
                (self.chain(texts, &last(self.drills.as_deref(), drawing)))
            }
            div {
                h2 id="services-title" { (texts.services) }
                (self.table(drawing))
            }
            section {
                h2 { (texts.kept) }
                @match &self.states {
                    Some(states) => { (kept(states, drawing)) }
                    None => { p { (texts.kept_others) } }
                }
            }
            section aria-labelledby="unknown-title" {
                h2 id="unknown-title" { (texts.unknown_title) }
                p { (texts.unknown_text) }
                dl class="facts-list" { @for (what, how) in COMMANDS { dt { (what(texts)) } dd { code { (how) } } } }
            }
        }
    }

    fn chain(&self, texts: &Texts, drill: &Markup) -> Markup {
        let line = |name: &str, well: bool, said: &str| {
            html! { dt { (name) } dd { @if well { (said) } @else { strong class="warned" { (said) } } } }
        };
        html! {
            dl class="facts-list" {
                @match &self.beat {
                    Some(beat) => {
                        (line(texts.beat, true, texts.beat_ok))
                        (line(texts.bus, beat.bus, if beat.bus { texts.bus_ok } else { texts.bus_bad }))
                        (line(texts.ladder, beat.ladder, if beat.ladder { texts.ladder_ok } else { texts.ladder_bad }))
                    }
                    None => { (line(texts.beat, false, texts.beat_silent)) }
                }
                dt { (texts.drill) } dd { (drill) }
            }
        }
    }

    fn table(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let titles = [texts.service, texts.whole, texts.health_bus, texts.health_room, texts.health_history, texts.health_work];
        let row = |one: &Health| {
            let named = one.named.iter().map(|(_, answer)| self::answer(*answer, texts));
            [html! { (one.service) }, self::answer(one.whole, texts)].into_iter().chain(named).collect()
        };
        let table = Table {
            id: "services",
            caption: texts.services,
            columns: titles.map(Column::plain).to_vec(),
            rows: self.services.iter().map(row).collect(),
            none: "",
            address: drawing.address("/status"),
            sort: "",
        };
        table.draw(drawing)
    }
}

/// What waits in each service, and what it has set aside.
fn kept(states: &[(&'static str, Option<GetStatusResponse>)], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let titles = [texts.service, texts.version, texts.since, texts.schema, texts.to_carry, texts.to_confirm, texts.aside, texts.late];
    let table = Table {
        id: "kept",
        caption: texts.kept,
        columns: titles.map(Column::plain).to_vec(),
        rows: states.iter().map(|(service, state)| kept_row(service, state.as_ref(), drawing)).collect(),
        none: "",
        address: drawing.address("/status"),
        sort: "",
    };
    let groups: Vec<Vec<Markup>> =
        states.iter().filter_map(|(_, state)| state.as_ref()).flat_map(|state| group_rows(state, drawing)).collect();
    html! {
        @if !groups.is_empty() { p class="notice" { strong { (texts.somebody_must_look) } } }
        (table.draw(drawing))
        @if !groups.is_empty() {
            (Table {
                id: "groups",
                caption: texts.groups,
                columns: [texts.service, texts.message, texts.reason, texts.count, texts.received].map(Column::plain).to_vec(),
                rows: groups,
                none: "",
                address: drawing.address("/status"),
                sort: "",
            }.draw(drawing))
        }
    }
}

fn kept_row(service: &str, state: Option<&GetStatusResponse>, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let Some(state) = state else {
        return vec![html! { (service) }, html! { strong class="warned" { (texts.untold) } }];
    };
    let outbox = state.outbox.unwrap_or_default();
    let aside = state.quarantine.as_ref().map_or(0, |quarantine| quarantine.count);
    let list = drawing.address(&format!("/status/{service}/quarantine"));
    vec![
        html! { (service) },
        html! { (state.version) },
        instant_or(state.started_at.as_ref().and_then(at), ""),
        html! { (state.schema_version) },
        waiting(outbox.to_carry, outbox.oldest_to_carry.as_ref().and_then(at), drawing),
        waiting(outbox.to_confirm, outbox.oldest_to_confirm.as_ref().and_then(at), drawing),
        html! { a href=(list) { (aside) span class="unseen" { " " (fill(texts.set_aside_by, &[("service", service)])) } } },
        html! { @if !state.late_work.is_empty() { strong class="warned" { (state.late_work.join(", ")) } } },
    ]
}

/// A count, and the age of the oldest: marked where it waits for long.
fn waiting(count: i64, oldest: Option<OffsetDateTime>, drawing: &Drawing<'_>) -> Markup {
    let Some(oldest) = oldest else { return html! { (count) } };
    let age = drawing.now - oldest;
    let said = fill(texts::of(drawing.language).oldest, &[("elapsed", &elapsed(age))]);
    html! { (count) br; @if age > LONG { strong class="warned" { (said) } } @else { (said) } }
}

fn group_rows(state: &GetStatusResponse, drawing: &Drawing<'_>) -> Vec<Vec<Markup>> {
    let groups = state.quarantine.as_ref().map(|quarantine| quarantine.groups.as_slice()).unwrap_or_default();
    let list = drawing.address(&format!("/status/{}/quarantine", state.service));
    let row = |group: &proto::operations::v1::QuarantineGroup| {
        vec![
            html! { a href=(list) { (state.service) } },
            html! { (group.subject) },
            html! { code { (group.reason) } },
            html! { (group.count) },
            instant_or(group.oldest.as_ref().and_then(at), ""),
        ]
    };
    groups.iter().map(row).collect()
}

fn answer(answer: Answer, texts: &Texts) -> Markup {
    match answer {
        Answer::Well => html! { (texts.well) },
        Answer::Absent => html! { span class="hint" { (texts.absent) } },
        Answer::Bad => html! { strong class="warned" { (texts.bad) } },
        Answer::Silent => html! { strong class="warned" { (texts.silent) } },
    }
}

#[cfg(test)]
mod tests {
    use server::NAMED_HEALTH;

    use super::*;

    fn status(whole: Answer, named: Answer, beat: Option<(bool, bool)>) -> Overview {
        let service = Health { service: "safety", whole, named: NAMED_HEALTH.map(|name| (name, named)).to_vec() };
        Overview {
            services: vec![service],
            states: None,
            drills: None,
            beat: beat.map(|(bus, ladder)| Beat { bus, ladder, ..Beat::default() }),
        }
    }

    #[test]
    fn all_is_well_only_while_every_service_answers_well_and_the_alarm_beats_with_its_bus_and_ladder() {
        let all = Some((true, true));
        assert!(status(Answer::Well, Answer::Well, all).is_well() && status(Answer::Well, Answer::Absent, all).is_well());
        for bad in [Answer::Bad, Answer::Silent] {
            assert!(!status(bad, Answer::Well, all).is_well() && !status(Answer::Well, bad, all).is_well());
        }
        for beat in [None, Some((false, true)), Some((true, false))] {
            assert!(!status(Answer::Well, Answer::Well, beat).is_well());
        }
        assert_eq!(NAMED_HEALTH, ["bus", "bus-room", "history", "work"], "the columns of the table");
    }

    #[test]
    fn an_alarm_that_is_not_heard_is_said_with_what_to_do() {
        let silent = status(Answer::Well, Answer::Well, None).chain(texts::of(crate::text::Language::English), &html! {}).into_string();
        assert!(silent.contains("by telephone") && !silent.contains("Escalation"), "{silent}");
    }
}
