//! Templates of notices that an engagement of a mediator ends: for inboxes inside the wall only [D-mediator].

use super::{
    Bilingual, Data, Words,
    lines::{Lines, minute},
};

pub(super) const ENGAGEMENT_ENDING: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Your engagement as a mediator ends soon: {}", data.reference),
        body: |data| {
            Lines::of("Unless it is renewed, your access to every case ends in that moment.")
                .said("It ends:", &minute(data.happened_at))
                .said("Your open cases:", &count(data))
                .line("The National Manager renews an engagement.".to_owned())
                .line(format!("Reference: {}", data.reference))
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Votre engagement comme médiateur prend bientôt fin\u{a0}: {}", data.reference),
        body: |data| {
            Lines::of("S’il n’est pas renouvelé, votre accès à tout dossier prend fin à ce moment.")
                .said("Il prend fin\u{a0}:", &minute(data.happened_at))
                .said("Vos dossiers ouverts\u{a0}:", &count(data))
                .line("Le gestionnaire national ou la gestionnaire nationale renouvelle un engagement.".to_owned())
                .line(format!("Référence\u{a0}: {}", data.reference))
                .text()
        },
    },
};

pub(super) const CASES_TO_HAND_OVER: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("The engagement of a mediator ends soon: {}", data.reference),
        body: |data| {
            Lines::of(
                "Renew the engagement, or hand the open cases over to another mediator before it ends: mediation under way pauses then.",
            )
            .said("Mediator:", &data.person)
            .said("It ends:", &minute(data.happened_at))
            .said("Open cases to hand over:", &count(data))
            .line(format!("Reference: {}", data.reference))
            .text()
        },
    },
    fr: Words {
        title: |data| format!("L’engagement d’un médiateur prend bientôt fin\u{a0}: {}", data.reference),
        body: |data| {
            Lines::of("Renouvelez l’engagement, ou confiez les dossiers ouverts à un autre médiateur avant sa fin\u{a0}: les médiations en cours seront alors suspendues.")
                .said("Médiateur\u{a0}:", &data.person)
                .said("Il prend fin\u{a0}:", &minute(data.happened_at))
                .said("Dossiers ouverts à confier\u{a0}:", &count(data))
                .line(format!("Référence\u{a0}: {}", data.reference))
                .text()
        },
    },
};

fn count(data: &Data) -> String {
    data.waiting.map(|waiting| waiting.to_string()).unwrap_or_default()
}
