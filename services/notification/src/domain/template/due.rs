//! Templates of notices that something is due: for inboxes inside the wall only [R3a, R4a, RM1a].

use super::{
    Bilingual, Data, Due, Words,
    lines::{Lines, minute},
};

pub(super) const SOON: Bilingual = Bilingual {
    en: Words { title: |data| format!("Due soon: {}", data.reference), body: |data| english(data, "Do it before it is overdue.") },
    fr: Words {
        title: |data| format!("Bientôt échu\u{a0}: {}", data.reference),
        body: |data| french(data, "Faites-le avant que le délai soit dépassé."),
    },
};

pub(super) const OVERDUE: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Overdue: {}", data.reference),
        body: |data| english(data, "What rests on it may be blocked until it is done."),
    },
    fr: Words {
        title: |data| format!("En retard\u{a0}: {}", data.reference),
        body: |data| french(data, "Ce qui en dépend peut rester bloqué tant que ce n’est pas fait."),
    },
};

pub(super) const SIGN_OFF: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("A review waits for your signature: {}", data.reference),
        body: |data| english(data, "Read the finding, and sign it off. Nobody signs off their own."),
    },
    fr: Words {
        title: |data| format!("Un réexamen attend votre approbation\u{a0}: {}", data.reference),
        body: |data| french(data, "Lisez la conclusion, puis approuvez-la. Personne n’approuve la sienne."),
    },
};

fn english(data: &Data, then: &str) -> String {
    Lines::of(data.due.map_or("Something is due.", |due| words(due).0))
        .line(then)
        .said("Case:", data.case_id.expose())
        .said("Due:", &minute(data.happened_at))
        .line(format!("Reference: {}", data.reference))
        .text()
}

fn french(data: &Data, then: &str) -> String {
    Lines::of(data.due.map_or("Une échéance arrive.", |due| words(due).1))
        .line(then)
        .said("Cas\u{a0}:", data.case_id.expose())
        .said("Échéance\u{a0}:", &minute(data.happened_at))
        .line(format!("Référence\u{a0}: {}", data.reference))
        .text()
}

/// What is due, in English and in French.
const fn words(due: Due) -> (&'static str, &'static str) {
    match due {
        Due::Assessment => ("A participant is to be assessed.", "Une personne participante doit être évaluée."),
        Due::Consent => ("A consent ends.", "Un consentement prend fin."),
        Due::Condition => ("An order or a condition ends.", "Une ordonnance ou une condition prend fin."),
        Due::FollowUp => ("A follow-up after a session is due.", "Un suivi est à faire après une séance."),
        Due::Review => ("The RJ Unit is to review a case.", "L’Unité de la justice réparatrice doit réexaminer un dossier."),
        Due::SignOff => ("A review was finished.", "Un réexamen est terminé."),
        Due::Training => ("A training of a mediator expires.", "Une formation d’un médiateur arrive à échéance."),
    }
}
