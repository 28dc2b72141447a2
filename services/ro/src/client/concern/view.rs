//! Text output of concerns: one line each in lists, a card for a single one.

use proto::safety::v1::{AudienceStatus, ConcernNote, ConcernView};

use crate::{
    client::{
        labels, output,
        text::{Lang, Words},
    },
    print,
};

const ACCEPTED: Words = Words { en: "{} accepted by {} {}", fr: "{} : acceptée par {} le {}" };
const DELIVERED: Words = Words { en: "{} filled {}, next ring {}", fr: "{} : avisé le {}, prochain appel {}" };
const RINGING: Words = Words { en: "{} ringing ({} times), next ring {}", fr: "{} : appel en cours ({} fois), prochain appel {}" };
const NO_SITE: Words = Words { en: "site not known", fr: "site inconnu" };
const UNREADABLE: Words = Words { en: "the message could not be read", fr: "le message n'a pas pu être lu" };
const TEXT: Words = Words { en: "text", fr: "texte" };
const PERSON: Words = Words { en: "person at risk", fr: "personne à risque" };
const NATURE: Words = Words { en: "nature", fr: "nature" };
const PLACE: Words = Words { en: "place", fr: "lieu" };
const ADVICE: Words = Words { en: "advice", fr: "conseil" };
const CASE: Words = Words { en: "case", fr: "dossier" };
const CALL_BACK: Words = Words { en: "call back", fr: "rappeler" };

/// State of one audience.
#[must_use]
pub fn audience(status: &AudienceStatus, lang: Lang) -> String {
    let name = labels::audience(status.audience()).of(lang);
    let instant = |stamp: &Option<_>| output::instant(stamp.as_ref());
    let next = instant(&status.next_ring_at);
    if status.accepted_at.is_some() {
        return ACCEPTED.fill(lang, &[name, output::or_dash(&status.accepted_by), &instant(&status.accepted_at)]);
    }
    match &status.delivered_at {
        Some(_) => DELIVERED.fill(lang, &[name, &instant(&status.delivered_at), &next]),
        None => RINGING.fill(lang, &[name, &status.rings.to_string(), &next]),
    }
}

/// A note: when, for which audience, by whom, and what it says.
#[must_use]
pub fn note(note: &ConcernNote, lang: Lang) -> String {
    let audience = labels::audience(note.audience()).of(lang);
    let head = print::one_line(&format!("{} {} {}", output::instant(note.at.as_ref()), audience, output::or_dash(&note.by)));
    format!("  {head}: {}", print::indented(&note.text))
}

/// One line for a concern.
#[must_use]
pub fn line(concern: &ConcernView, lang: Lang) -> String {
    let site = if concern.site.is_empty() { NO_SITE.of(lang) } else { &concern.site };
    let audiences: Vec<String> = concern.audiences.iter().map(|a| audience(a, lang)).collect();
    let line = format!(
        "{}  {}  {}  {}  {}  {}  {}",
        output::instant(concern.raised_at.as_ref()),
        concern.reference,
        labels::grade(concern.grade()).of(lang),
        site,
        labels::concern_state(concern.state()).of(lang),
        concern.concern_id,
        audiences.join("; ")
    );
    print::one_line(&line)
}

/// A card for a concern, with what the caller's audience may read of it.
#[must_use]
pub fn card(concern: &ConcernView, lang: Lang) -> String {
    let mut lines = vec![line(concern, lang)];
    let Some(envelope) = &concern.envelope else { return lines.concat() };
    if envelope.unreadable {
        lines.push(format!("  {}", UNREADABLE.of(lang)));
    }
    if let Some(content) = &envelope.content {
        let fields = [
            (PERSON, &content.person_at_risk),
            (NATURE, &content.nature),
            (PLACE, &content.place),
            (ADVICE, &content.advice),
            (TEXT, &content.text),
            (CASE, &content.case_id),
            (CALL_BACK, &content.call_back),
        ];
        let filled = fields.iter().filter(|(_, value)| !value.is_empty());
        lines.extend(filled.map(|(name, value)| format!("  {}: {}", name.of(lang), print::indented(value))));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use proto::safety::v1::{Audience, Concern, Envelope, Grade};

    use super::*;

    #[test]
    fn escapes_and_direction_marks_in_a_concern_are_shown_as_text_and_overwrite_nothing() {
        let text = include_str!("../../../tests/files/note-escape.txt");
        let content = Concern { text: text.into(), place: "cell\n2027-01-01  accepted by nobody".into(), ..Concern::default() };
        let envelope = Some(Envelope { content: Some(content), ..Envelope::default() });
        let shown = card(&ConcernView { reference: "RS-X".into(), envelope, ..ConcernView::default() }, Lang::En);
        assert!(!shown.contains(|letter| letter != '\n' && base::printable::is_dangerous(letter)), "{shown:?}");
        assert!(shown.contains(r"has a knife\x1b[2K\x1b[1A\x1b[2K\rfictional 24: all is well") && shown.contains(r"\u{202e}"), "{shown}");
        assert!(shown.contains("\n      | 2027-01-01  accepted by nobody"), "no line of somebody's passes for one of ours: {shown}");
    }

    #[test]
    fn a_card_shows_what_the_envelope_holds_and_nothing_beside_it() {
        let concern = ConcernView {
            reference: "RS-X".into(),
            grade: Grade::Imminent as i32,
            audiences: vec![AudienceStatus { audience: Audience::Nhq as i32, rings: 2, ..AudienceStatus::default() }],
            envelope: Some(Envelope {
                content: Some(Concern { nature: "self-injury".into(), ..Concern::default() }),
                ..Envelope::default()
            }),
            ..ConcernView::default()
        };
        let text = card(&concern, Lang::En);
        assert!(text.contains("IMMINENT") && text.contains("NHQ ringing (2 times)") && text.ends_with("  nature: self-injury"));
        assert!(card(&concern, Lang::Fr).contains("AC : appel en cours (2 fois)"));
    }
}
