//! Templates of notices about entry to a site: to whoever answers for the site without a word of why, and to whoever works on the case [R2a].

use super::{
    Bilingual, Data, Words,
    casework::case_body,
    lines::{Lines, minute},
};

pub(super) const ASKED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Somebody asks to enter your site: {}", data.reference),
        body: |data| {
            let first = "Read who, when and with what needs on the page Entries, and decide there.";
            of_a_site(data, first, ["Asked:", "Reference:"])
        },
    },
    fr: Words {
        title: |data| format!("Une entrée à votre unité est demandée\u{a0}: {}", data.reference),
        body: |data| {
            let first = "Voyez à la page Entrées qui, quand et avec quels besoins, puis décidez-en.";
            of_a_site(data, first, ["Demandée\u{a0}:", "Référence\u{a0}:"])
        },
    },
};

pub(super) const CHANGED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("An entry to your site has changed: {}", data.reference),
        body: |data| {
            let first = "Look at the page Entries before anybody is let in: an entry was cancelled, is on hold, is valid again or is over.";
            of_a_site(data, first, ["Changed:", "Reference:"])
        },
    },
    fr: Words {
        title: |data| format!("Une entrée à votre unité a changé\u{a0}: {}", data.reference),
        body: |data| {
            let first = "Consultez la page Entrées avant de laisser entrer qui que ce soit\u{a0}: une entrée a été annulée, est suspendue, est de \
                         nouveau valide ou a pris fin.";
            of_a_site(data, first, ["Changée\u{a0}:", "Référence\u{a0}:"])
        },
    },
};

pub(super) const DECIDED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("It was decided on an entry: {}", data.reference),
        body: |data| case_body(data, "Whoever answers for the site has decided. The file says how, and why.", EN),
    },
    fr: Words {
        title: |data| format!("Une décision a été rendue sur une entrée\u{a0}: {}", data.reference),
        body: |data| case_body(data, "La personne responsable de l’unité a décidé. Le dossier dit comment, et pourquoi.", FR),
    },
};

pub(super) const ON_HOLD: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("An entry is not valid, something changed: {}", data.reference),
        body: |data| case_body(data, "An entry to a site is on hold: nobody enters on it. The file says what changed.", EN),
    },
    fr: Words {
        title: |data| format!("Une entrée n’est pas valide, quelque chose a changé\u{a0}: {}", data.reference),
        body: |data| case_body(data, "Une entrée est suspendue\u{a0}: personne n’entre à ce titre. Le dossier dit ce qui a changé.", FR),
    },
};

pub(super) const CLEAR: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("An entry is valid again: {}", data.reference),
        body: |data| case_body(data, "What changed was undone or confirmed: the entry to the site is valid again.", EN),
    },
    fr: Words {
        title: |data| format!("Une entrée est de nouveau valide\u{a0}: {}", data.reference),
        body: |data| case_body(data, "Le changement a été annulé ou confirmé\u{a0}: l’entrée est de nouveau valide.", FR),
    },
};

pub(super) const LAPSED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("An entry has lapsed: {}", data.reference),
        body: |data| {
            let first =
                "An entry to a site was not recorded as used, or was on hold when its time came. Ask for another where one is needed.";
            case_body(data, first, EN)
        },
    },
    fr: Words {
        title: |data| format!("Une entrée est caduque\u{a0}: {}", data.reference),
        body: |data| {
            let first =
                "Une entrée n’a pas été consignée comme utilisée, ou était suspendue le moment venu. Demandez-en une autre au besoin.";
            case_body(data, first, FR)
        },
    },
};

const EN: [&str; 3] = ["Case:", "Since:", "Reference:"];
const FR: [&str; 3] = ["Cas\u{a0}:", "Depuis\u{a0}:", "Référence\u{a0}:"];

fn of_a_site(data: &Data, first: &str, [when, reference]: [&str; 2]) -> String {
    Lines::of(first.to_owned()).said(when, &minute(data.happened_at)).said(reference, &data.reference).text()
}
