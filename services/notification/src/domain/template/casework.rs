//! Templates of notices to staff about the work of the programme: for inboxes inside the wall only.

use super::{
    Bilingual, Data, Origin, Words,
    lines::{Lines, minute},
};

pub(super) const REFERRAL_RECEIVED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("New referral: {}", data.reference),
        body: |data| {
            let origin = match data.origin.unwrap_or(Origin::Unknown) {
                Origin::Victim => "A victim referral",
                Origin::Institutional => "An institutional referral",
                Origin::Community => "A community referral",
                Origin::AnyCommunication => "A request to communicate",
                Origin::Unknown => "A referral of unknown origin",
            };
            Lines::of(format!("{origin} waits in the national queue."))
                .said("Site:", &data.site)
                .said("Received:", &minute(data.happened_at))
                .line(format!("Reference: {}", data.reference))
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Nouveau renvoi : {}", data.reference),
        body: |data| {
            let origin = match data.origin.unwrap_or(Origin::Unknown) {
                Origin::Victim => "Un renvoi d'une victime",
                Origin::Institutional => "Un renvoi d'un établissement",
                Origin::Community => "Un renvoi de la collectivité",
                Origin::AnyCommunication => "Une demande de communication",
                Origin::Unknown => "Un renvoi d'origine inconnue",
            };
            Lines::of(format!("{origin} attend dans la file nationale."))
                .said("Établissement ou bureau :", &data.site)
                .said("Reçu :", &minute(data.happened_at))
                .line(format!("Référence : {}", data.reference))
                .text()
        },
    },
};

pub(super) const REFERRAL_IMPORT: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("New referrals of an import: {} ({})", data.waiting.unwrap_or_default(), data.reference),
        body: |data| {
            let first = match data.waiting.unwrap_or_default() {
                1 => format!("1 referral of an import from {} is waiting in the national queue.", data.site),
                many => format!("{many} referrals of an import from {} are waiting in the national queue.", data.site),
            };
            Lines::of(first).said("Last received:", &minute(data.happened_at)).line(format!("Reference: {}", data.reference)).text()
        },
    },
    fr: Words {
        title: |data| format!("Nouveaux renvois d'une importation : {} ({})", data.waiting.unwrap_or_default(), data.reference),
        body: |data| {
            let first = match data.waiting.unwrap_or_default() {
                1 => format!("1 renvoi d'une importation ({}) attend dans la file nationale.", data.site),
                many => format!("{many} renvois d'une importation ({}) attendent dans la file nationale.", data.site),
            };
            Lines::of(first).said("Dernier reçu :", &minute(data.happened_at)).line(format!("Référence : {}", data.reference)).text()
        },
    },
};

pub(super) const CASE_OPENED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Case opened: {}", data.reference),
        body: |data| case_body(data, "A case was opened from an accepted referral.", ["Case:", "Opened:", "Reference:"]),
    },
    fr: Words {
        title: |data| format!("Cas ouvert : {}", data.reference),
        body: |data| case_body(data, "Un cas a été ouvert à partir d'un renvoi accepté.", ["Cas :", "Ouvert :", "Référence :"]),
    },
};

pub(super) const MEDIATOR_ASSIGNED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("You were assigned a case: {}", data.reference),
        body: |data| case_body(data, "You were assigned as mediator. The file is open to you.", ["Case:", "Assigned:", "Reference:"]),
    },
    fr: Words {
        title: |data| format!("Un cas vous a été attribué : {}", data.reference),
        body: |data| {
            case_body(
                data,
                "La médiation de ce cas vous est confiée. Le dossier vous est accessible.",
                ["Cas :", "Attribué :", "Référence :"],
            )
        },
    },
};

pub(super) const OFFICER_ASSIGNED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("A case is in your portfolio: {}", data.reference),
        body: |data| case_body(data, "A case was put into your portfolio. The file is open to you.", ["Case:", "Assigned:", "Reference:"]),
    },
    fr: Words {
        title: |data| format!("Un cas vous est confié : {}", data.reference),
        body: |data| case_body(data, "Un cas vous a été confié. Le dossier vous est accessible.", ["Cas :", "Attribué :", "Référence :"]),
    },
};

pub(super) const CONDITION_ADVISED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("An advice to you waits to be read: {}", data.reference),
        body: |data| {
            Lines::of("Read it on the page Advice to you. Nobody else can, and it is kept for some days only.".to_owned())
                .said("Given:", &minute(data.happened_at))
                .said("Reference:", &data.reference)
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Un avis qui vous est adressé attend d'être lu : {}", data.reference),
        body: |data| {
            Lines::of(
                "Lisez-le à la page Avis qui vous sont adressés. Personne d'autre ne le peut, et il n'y reste que quelques jours."
                    .to_owned(),
            )
            .said("Donné :", &minute(data.happened_at))
            .said("Référence :", &data.reference)
            .text()
        },
    },
};

pub(super) const PASSAGE_BLOCKED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Do not go on, something is missing: {}", data.reference),
        body: |data| {
            let first =
                "What was released or confirmed in a case of yours may not go on: a condition no longer holds. The file says which.";
            case_body(data, first, ["Case:", "Since:", "Reference:"])
        },
    },
    fr: Words {
        title: |data| format!("Ne continuez pas, il manque quelque chose : {}", data.reference),
        body: |data| {
            let first = "Ce qui était mis en circulation ou confirmé dans l'un de vos cas ne peut se poursuivre : une condition n'est plus remplie. Le dossier \
                         dit laquelle.";
            case_body(data, first, ["Cas :", "Depuis :", "Référence :"])
        },
    },
};

pub(super) const PASSAGE_CLEAR: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("It may go on: {}", data.reference),
        body: |data| {
            let first = "What was blocked in a case of yours may go on: every condition holds again.";
            case_body(data, first, ["Case:", "Since:", "Reference:"])
        },
    },
    fr: Words {
        title: |data| format!("Vous pouvez continuer : {}", data.reference),
        body: |data| {
            let first = "Ce qui était bloqué dans l'un de vos cas peut se poursuivre : toutes les conditions sont de nouveau remplies.";
            case_body(data, first, ["Cas :", "Depuis :", "Référence :"])
        },
    },
};

pub(super) fn case_body(data: &Data, first: &str, [case, when, reference]: [&str; 3]) -> String {
    Lines::of(first).said(case, data.case_id.expose()).said(when, &minute(data.happened_at)).said(reference, &data.reference).text()
}

pub(super) const CONTACT_REVIEW: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Compare contacts: {}", data.reference),
        body: |data| {
            Lines::of("Two regions pushed different contacts for one victim. Both are kept; somebody must compare them.")
                .said("Seen:", &minute(data.happened_at))
                .line(format!("Reference: {}", data.reference))
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Coordonnées à comparer : {}", data.reference),
        body: |data| {
            Lines::of(
                "Deux régions ont transmis des coordonnées différentes pour une même victime. Les deux sont conservées; il faut les comparer.",
            )
            .said("Constaté :", &minute(data.happened_at))
            .line(format!("Référence : {}", data.reference))
            .text()
        },
    },
};
