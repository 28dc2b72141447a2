//! Templates of e-mail: that there is something, how urgent it is, and a reference. Never what it is about [TS1a].

use super::{Bilingual, Words, lines::Lines};
use crate::domain::concern::Grade;

pub(super) const RING: Bilingual = Bilingual {
    en: Words {
        title: |data| {
            let grade = match data.grade {
                Some(Grade::Imminent) => "IMMINENT",
                Some(Grade::Question) => "Question",
                Some(Grade::Concern) | None => "Concern",
            };
            format!("{grade}: accept {}", data.reference)
        },
        body: |data| {
            let first = match data.grade {
                Some(Grade::Imminent) => "An imminent safety concern rings for you until it is accepted.",
                Some(Grade::Question) => "A question rings for you until it is accepted.",
                Some(Grade::Concern) | None => "A safety concern rings for you until it is accepted.",
            };
            Lines::of(first)
                .line(format!("Reference: {}", data.reference))
                .line("Sign in and accept it on the safety page or in the secure inbox. Do not answer this message.")
                .text()
        },
    },
    fr: Words {
        title: |data| {
            let grade = match data.grade {
                Some(Grade::Imminent) => "IMMINENT",
                Some(Grade::Question) => "Question",
                Some(Grade::Concern) | None => "Préoccupation",
            };
            format!("{grade} : acceptez {}", data.reference)
        },
        body: |data| {
            let first = match data.grade {
                Some(Grade::Imminent) => {
                    "Une préoccupation imminente en matière de sécurité vous sera rappelée jusqu'à ce qu'elle soit acceptée."
                }
                Some(Grade::Question) => "Une question vous sera rappelée jusqu'à ce qu'elle soit acceptée.",
                Some(Grade::Concern) | None => {
                    "Une préoccupation en matière de sécurité vous sera rappelée jusqu'à ce qu'elle soit acceptée."
                }
            };
            Lines::of(first)
                .line(format!("Référence : {}", data.reference))
                .line("Ouvrez une session et acceptez-la à la page de sécurité ou dans la boîte protégée. Ne répondez pas à ce message.")
                .text()
        },
    },
};

pub(super) const NOTICE: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("You have a message: {}", data.reference),
        body: |data| {
            Lines::of(format!("You have a message in the secure inbox. Reference {}.", data.reference))
                .line("Sign in to read it. Do not answer this message.")
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Vous avez un message : {}", data.reference),
        body: |data| {
            Lines::of(format!("Vous avez un message dans la boîte protégée. Référence {}.", data.reference))
                .line("Ouvrez une session pour le lire. Ne répondez pas à ce message.")
                .text()
        },
    },
};
