//! Refusals of extracts of OMS, each with its reason, its clause and both languages [TS1b].

use base::Refusal;

refusals! {
    /// Not an offender who takes part in the case.
    extract_of_nobody() = Refusal::invalid("extract-of-nobody", "TS1b", "participant_id",
        "name an offender who takes part in the case: nobody else is read in OMS",
        "nommez un délinquant qui participe au dossier : personne d'autre n'est consulté dans le SGD");

    /// No purpose, or one that the directive does not name.
    extract_purpose_missing() = Refusal::invalid("extract-purpose-missing", "TS1b", "purpose",
        "say what it is read for: the referral, an assessment or the preparation",
        "précisez à quoi sert la consultation : le renvoi, une évaluation ou la préparation");

    /// No reason.
    extract_reason_missing() = Refusal::invalid("extract-reason-missing", "TS1b", "reason",
        "say why it is read; it stays on this file, and OMS is not told",
        "dites pourquoi le dossier est consulté; la raison reste dans ce dossier et n'est pas transmise au SGD");

    /// The file has no number of this person.
    extract_number_missing() = Refusal::precondition("extract-number-missing", "TS1b",
        "the file has no FPS number of this offender: add them again with it",
        "le dossier ne contient pas le numéro SED de ce délinquant : ajoutez-le de nouveau avec ce numéro");

    /// The number of the file is none that OMS can know.
    extract_number_malformed() = Refusal::precondition("extract-number-malformed", "TS1b",
        "the number on the file is no FPS number, which has six to eight letters and digits",
        "le numéro au dossier n'est pas un numéro SED, qui compte de six à huit lettres et chiffres");

    /// OMS knows nobody by the number of the file.
    extract_number_unknown() = Refusal::precondition("extract-number-unknown", "TS1b",
        "OMS knows nobody by the number on the file: check it",
        "le SGD ne connaît personne sous le numéro au dossier : vérifiez-le");

    /// No reader of OMS is set up.
    oms_not_configured() = Refusal::precondition("oms-not-configured", "TS1b",
        "OMS cannot be read here: whoever runs this system has set up no reader",
        "le SGD ne peut pas être consulté ici : aucun lecteur n'a été configuré par l'exploitant du système");

    /// Another reading was asked for under this key.
    extract_key_used() = Refusal::precondition("extract-key-used", "TS1b",
        "something else was read under this key: use a new key",
        "autre chose a été consulté sous cette clé : utilisez une nouvelle clé");
}
