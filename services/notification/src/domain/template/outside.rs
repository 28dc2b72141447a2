//! Templates of e-mail: that there is something, how urgent it is, and a reference, or the code of an address. Never what it is about [TS1a].

use super::{Bilingual, Data, Words, lines::Lines};
use crate::domain::concern::Grade;

pub(super) const RING: Bilingual = Bilingual {
    en: Words {
        title: |data| {
            let grade = match data.grade {
                Some(Grade::Imminent) => "IMMINENT",
                Some(Grade::Question) => "Question",
                Some(Grade::Drill) => "DRILL",
                Some(Grade::Concern) | None => "Concern",
            };
            format!("{grade}: accept {}", data.reference)
        },
        body: |data| {
            let first = match data.grade {
                Some(Grade::Imminent) => "An imminent safety concern rings for you until it is accepted.",
                Some(Grade::Question) => "A question rings for you until it is accepted.",
                Some(Grade::Drill) => {
                    "This is a drill of the alarm: nobody is at risk. It rings for you until it is accepted, or its time is over."
                }
                Some(Grade::Concern) | None => "A safety concern rings for you until it is accepted.",
            };
            Lines::of(first)
                .line(format!("Reference: {}", data.reference))
                .line(format!("Sign in and accept it on the page “Safety events”.{}Do not answer this message.", address("en", data)))
                .text()
        },
    },
    fr: Words {
        title: |data| {
            let grade = match data.grade {
                Some(Grade::Imminent) => "IMMINENT",
                Some(Grade::Question) => "Question",
                Some(Grade::Drill) => "EXERCICE",
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
                Some(Grade::Drill) => {
                    "Ceci est un exercice de l'alarme : personne n'est en danger. Il vous sera rappelé jusqu'à ce qu'il soit accepté, ou que sa durée soit écoulée."
                }
                Some(Grade::Concern) | None => {
                    "Une préoccupation en matière de sécurité vous sera rappelée jusqu'à ce qu'elle soit acceptée."
                }
            };
            Lines::of(first)
                .line(format!("Référence : {}", data.reference))
                .line(format!(
                    "Ouvrez une session et acceptez-la à la page « Événements de sécurité ».{}Ne répondez pas à ce message.",
                    address("fr", data)
                ))
                .text()
        },
    },
};

/// Address of the event's page, where it is known where the pages are. It says no more than the reference does.
fn address(language: &str, data: &Data) -> String {
    if data.pages.is_empty() { " ".to_owned() } else { format!("\n{}/{language}/concerns/{}\n", data.pages, data.reference) }
}

pub(super) const NOTICE: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("You have a message: {}", data.reference),
        body: |data| {
            Lines::of(format!("You have a message on the page “Inbox”. Reference {}.", data.reference))
                .line("Sign in to read it. Do not answer this message.")
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Vous avez un message : {}", data.reference),
        body: |data| {
            Lines::of(format!("Vous avez un message à la page « Boîte de réception ». Référence {}.", data.reference))
                .line("Ouvrez une session pour le lire. Ne répondez pas à ce message.")
                .text()
        },
    },
};

pub(super) const ADDRESS_CODE: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Confirm your address: {}", data.reference),
        body: |data| {
            Lines::of(format!("Your code is {}. It is good for ten minutes.", data.code.expose()))
                .line("Give it on the page “My account”: from then on you are told at this address. If you did not ask for it, do nothing.")
                .line(format!("Reference {}. Do not answer this message.", data.reference))
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Confirmez votre adresse : {}", data.reference),
        body: |data| {
            Lines::of(format!("Votre code est {}. Il est valable dix minutes.", data.code.expose()))
                .line("Donnez-le à la page « Mon compte » : vous serez dès lors avisé à cette adresse. Si vous n'avez rien demandé, ne faites rien.")
                .line(format!("Référence {}. Ne répondez pas à ce message.", data.reference))
                .text()
        },
    },
};
