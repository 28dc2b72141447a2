//! HTML of the state of the system.

use maud::{Markup, html};
use proto::safety::v1::Beat;

use super::texts::{self, Texts};
use crate::{
    clients::health::{Answer, Health},
    parts::{
        drawing::Drawing,
        table::{Column, Table},
        time::instant,
    },
};

/// Commands for what stands in the databases of the services.
const COMMANDS: [(Says, &str); 4] = [
    (|texts| texts.ask_status, "ro status"),
    (|texts| texts.ask_quarantine, "ro quarantine SERVICE"),
    (|texts| texts.ask_outbox, "ro psql SERVICE -- -c 'select count(*), min(created_at) from outbox where carried_at is null'"),
    (|texts| texts.ask_logs, "ro logs SERVICE"),
];
/// One of the texts of the page.
type Says = fn(&Texts) -> &'static str;

/// What was answered just now.
pub struct Status {
    pub services: Vec<Health>,
    /// The last beat of the alarm, where one came in time.
    pub beat: Option<Beat>,
}

impl Status {
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
                (self.chain(texts))
            }
            div {
                h2 id="services-title" { (texts.services) }
                (self.table(drawing))
            }
            section aria-labelledby="unknown-title" {
                h2 id="unknown-title" { (texts.unknown_title) }
                p { (texts.unknown_text) }
                dl class="facts-list" { @for (what, how) in COMMANDS { dt { (what(texts)) } dd { code { (how) } } } }
            }
        }
    }

    fn chain(&self, texts: &Texts) -> Markup {
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

    fn status(whole: Answer, named: Answer, beat: Option<(bool, bool)>) -> Status {
        let service = Health { service: "safety", whole, named: NAMED_HEALTH.map(|name| (name, named)).to_vec() };
        Status { services: vec![service], beat: beat.map(|(bus, ladder)| Beat { bus, ladder, ..Beat::default() }) }
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
        let silent = status(Answer::Well, Answer::Well, None).chain(texts::of(crate::text::Language::English)).into_string();
        assert!(silent.contains("by telephone") && !silent.contains("Escalation"), "{silent}");
    }
}
