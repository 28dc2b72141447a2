//! Templates of notices about requests for information: to the addressee without a word of the case, and to whoever works on it [R7c, R8b].

use super::{
    Bilingual, Data, Words,
    casework::case_body,
    lines::{Lines, minute},
};

pub(super) const ASKED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("You are asked for information: {}", data.reference),
        body: |data| addressed(data, "Read what is asked for on the page Requests to you, and answer it there item by item.", EN),
    },
    fr: Words {
        title: |data| format!("Des renseignements vous sont demandés\u{a0}: {}", data.reference),
        body: |data| {
            addressed(data, "Voyez à la page Demandes qui vous sont adressées ce qui est demandé, et répondez-y point par point.", FR)
        },
    },
};

pub(super) const CLIMBED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("A request for information is late and comes to you: {}", data.reference),
        body: |data| addressed(data, "Nobody has answered in time. It waits on the page Requests to you.", EN),
    },
    fr: Words {
        title: |data| format!("Une demande de renseignements en retard vous parvient\u{a0}: {}", data.reference),
        body: |data| addressed(data, "Personne n’a répondu à temps. Elle attend à la page Demandes qui vous sont adressées.", FR),
    },
};

pub(super) const WITHDRAWN: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("A request to you was withdrawn: {}", data.reference),
        body: |data| addressed(data, "It needs no answer any more.", EN),
    },
    fr: Words {
        title: |data| format!("Une demande qui vous était adressée a été retirée\u{a0}: {}", data.reference),
        body: |data| addressed(data, "Elle n’appelle plus de réponse.", FR),
    },
};

pub(super) const ANSWERED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("A request for information was answered: {}", data.reference),
        body: |data| case_body(data, "The file has the answer, or the reason why it was declined.", OF_CASE_EN),
    },
    fr: Words {
        title: |data| format!("Une demande de renseignements a reçu une réponse\u{a0}: {}", data.reference),
        body: |data| case_body(data, "Le dossier contient la réponse, ou le motif du refus.", OF_CASE_FR),
    },
};

pub(super) const LATE: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("A request for information is late: {}", data.reference),
        body: |data| {
            case_body(data, "Nobody has answered in time. It was passed on to the next office, or waits for the RJ Unit.", OF_CASE_EN)
        },
    },
    fr: Words {
        title: |data| format!("Une demande de renseignements est en retard\u{a0}: {}", data.reference),
        body: |data| {
            let first = "Personne n’a répondu à temps. Elle a été transmise au bureau suivant, ou attend l’Unité de la JR.";
            case_body(data, first, OF_CASE_FR)
        },
    },
};

const EN: [&str; 2] = ["Since:", "Reference:"];
const FR: [&str; 2] = ["Depuis\u{a0}:", "Référence\u{a0}:"];
const OF_CASE_EN: [&str; 3] = ["Case:", "Since:", "Reference:"];
const OF_CASE_FR: [&str; 3] = ["Cas\u{a0}:", "Depuis\u{a0}:", "Référence\u{a0}:"];

fn addressed(data: &Data, first: &str, [when, reference]: [&str; 2]) -> String {
    Lines::of(first.to_owned()).said(when, &minute(data.happened_at)).said(reference, &data.reference).text()
}
