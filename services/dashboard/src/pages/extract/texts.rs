//! Texts of the pages of extracts of OMS, in both languages.

crate::text::texts! {
    title: "Extracts of OMS", "Extraits du SGD";
    what: "What OMS said of the offender when it was read. It is kept on this file only: OMS is sent the FPS number and nothing else, and nothing is ever written there.", "Ce que le SGD indiquait au sujet du délinquant au moment de la consultation. Cela reste dans ce seul dossier : le SGD ne reçoit que le numéro SED, et rien n’y est jamais écrit.";
    none: "Nothing of this case was read in OMS.", "Rien n’a été consulté dans le SGD pour ce dossier.";
    pull: "Read OMS", "Consulter le SGD";
    pull_what: "Reading takes a few seconds. What OMS says may change afterwards: read it again when you need it.", "La consultation prend quelques secondes. Ce qu’indique le SGD peut changer ensuite : consultez-le de nouveau au besoin.";
    of_whom: "Offender", "Délinquant";
    purpose: "What it is read for", "Utilité de la consultation";
    referral: "The referral", "Le renvoi";
    assessment: "An assessment", "Une évaluation";
    preparation: "The preparation", "La préparation";
    reason: "Reason", "Raison";
    reason_hint: "It stays on this file.", "Elle reste dans ce dossier.";
    read: "Read", "Consulté";
    site: "Site", "Lieu";
    status: "Status", "Situation";
    conditions: "Conditions on contact", "Conditions relatives aux contacts";
    conditions_hint: "OMS states conditions on contact: look whether each stands in the register.", "Le SGD fait état de conditions relatives aux contacts : vérifiez que chacune figure au registre.";
    to_conditions: "Conditions of this case", "Conditions de ce dossier";
    not_stated: "Not stated", "Non précisé";
}
