//! Refusals of intake, each with its reason, its clause and both languages, and the error for an unknown stored code.

use std::borrow::Cow;

use base::{Error, Refusal};

/// The error for a stored code unknown to this version: a newer version wrote it.
#[must_use]
pub fn unknown_code(column: &'static str) -> Error {
    Error::Internal(format!("the column {column} holds a code of a newer version"))
}

// Submissions.

/// More referrals than one call may carry.
#[must_use]
pub fn too_many() -> Refusal {
    Refusal::invalid(
        "too-many-lines",
        "R8a",
        "referrals",
        "at most 500 referrals in one call: send them in parts",
        "au plus 500 renvois par appel : envoyez-les en plusieurs parties",
    )
}

/// A message that cannot be read [R6a].
#[must_use]
pub fn malformed_message() -> Refusal {
    Refusal::precondition(
        "malformed-message",
        "R6a",
        "the message could not be read and was set aside: send the protobuf message of this subject, texts in UTF-8, at most 256 KiB",
        "le message n'a pu être lu et a été mis de côté : envoyez le message protobuf de ce sujet, textes en UTF-8, au plus 256 Kio",
    )
}

/// A key that is too long, or holds a control character.
#[must_use]
pub fn key_malformed() -> Refusal {
    Refusal::invalid(
        "key-malformed",
        "R8a",
        "idempotency_key",
        "the key must have at most 200 characters and no control character; leave it empty to have one made",
        "la clé doit compter au plus 200 caractères, sans caractère de commande; laissez-la vide pour qu'une clé soit créée",
    )
}

/// A text over its limit.
#[must_use]
pub fn text_too_long(field: &'static str, limit: usize) -> Refusal {
    Refusal::invalid(
        "text-too-long",
        "R8a",
        field,
        format!("\"{field}\" may have at most {limit} characters: shorten it and send it again"),
        format!("« {field} » peut compter au plus {limit} caractères : abrégez et renvoyez"),
    )
}

/// A text with a control character.
#[must_use]
pub fn control_character(field: &'static str) -> Refusal {
    Refusal::invalid(
        "control-character",
        "R8a",
        field,
        format!("\"{field}\" holds a control character that cannot be kept: remove it and send it again"),
        format!("« {field} » contient un caractère de commande qui ne peut être conservé : retirez-le et renvoyez"),
    )
}

// Referrals.

/// A referral of no known origin.
#[must_use]
pub fn origin_unknown() -> Refusal {
    Refusal::invalid(
        "origin-unknown",
        "GL1",
        "origin",
        "say where the referral comes from: victim, institutional, community or any communication",
        "indiquez l'origine du renvoi : victime, établissement, collectivité ou toute communication",
    )
}

/// A site that is no code.
#[must_use]
pub fn site_malformed() -> Refusal {
    Refusal::invalid(
        "site-malformed",
        "R6a",
        "site",
        "give the code of your site: lower-case letters, digits and dashes, for example \"mission\"",
        "donnez le code de votre établissement ou bureau : lettres minuscules, chiffres et traits d'union, par exemple « mission »",
    )
}

/// A referral without a request and without a name.
#[must_use]
pub fn nothing_told() -> Refusal {
    Refusal::invalid(
        "nothing-told",
        "R8a",
        "request",
        "say what is asked for, or name the victim or the offender: one of the three is enough",
        "dites ce qui est demandé, ou nommez la victime ou le délinquant : un seul des trois suffit",
    )
}

/// A referral that names another site than its subject [R6a].
#[must_use]
pub fn site_mismatch() -> Refusal {
    Refusal::invalid(
        "site-mismatch",
        "R6a",
        "site",
        "the referral names another site than the subject it was published on",
        "le renvoi nomme un autre établissement ou bureau que le sujet sur lequel il a été publié",
    )
}

/// Reason of a submission in another site's name.
pub const SITE_NOT_YOURS: &str = "site-not-yours";

/// A submission in another site's name [R6a].
#[must_use]
pub fn site_not_yours() -> Refusal {
    Refusal {
        field: Some("site"),
        ..Refusal::denied(
            SITE_NOT_YOURS,
            "R6a",
            "you may submit for your own site only",
            "vous ne pouvez soumettre que pour votre propre établissement ou bureau",
        )
    }
}

/// The same refusal, of a submission whose concern was raised nevertheless.
#[must_use]
pub fn raised_all_the_same(refusal: Refusal) -> Refusal {
    let en = format!("{}; the safety concern in it has been raised all the same", refusal.en);
    let fr = format!("{}; la préoccupation de sécurité qu'il contient a tout de même été signalée", refusal.fr);
    Refusal { en: Cow::Owned(en), fr: Cow::Owned(fr), ..refusal }
}

// The queue: its lists, and decisions of the RJ Unit.

/// A list narrowed by more sites than there are.
#[must_use]
pub fn too_many_sites() -> Refusal {
    Refusal::invalid(
        "too-many-sites",
        "R3a",
        "sites",
        "name at most 200 sites, or none for all of them",
        "nommez au plus 200 établissements ou bureaux, ou aucun pour tous",
    )
}

/// A case for a referral with open questions; the reason is the code of the first, and the words name all.
#[must_use]
pub fn question_open(reason: &'static str, clause: &'static str, en: &str, fr: &str) -> Refusal {
    Refusal::precondition(
        reason,
        clause,
        format!("the referral cannot proceed before this is answered: {en}"),
        format!("le renvoi ne peut aller de l'avant avant une réponse : {fr}"),
    )
}

/// A decision that says nothing.
#[must_use]
pub fn disposition_missing() -> Refusal {
    Refusal::invalid("disposition-missing", "R3a", "disposition", "say what was decided", "indiquez la décision prise")
}

/// A decision without a reason.
#[must_use]
pub fn reason_missing() -> Refusal {
    Refusal::invalid(
        "reason-missing",
        "R3a",
        "reason",
        "every screening decision needs a reason, in your own words",
        "toute décision d'examen préalable doit être motivée, dans vos propres mots",
    )
}

/// A deferral without its review date.
#[must_use]
pub fn review_date_missing() -> Refusal {
    Refusal::invalid(
        "review-date-missing",
        "R3a",
        "review_on",
        "a deferred referral needs the day to look at it again, as YYYY-MM-DD",
        "un renvoi reporté exige la date à laquelle le revoir, sous la forme AAAA-MM-JJ",
    )
}

/// A review date more than a year ahead.
#[must_use]
pub fn review_date_far_ahead() -> Refusal {
    Refusal::invalid(
        "review-date-far-ahead",
        "R3a",
        "review_on",
        "a deferral is looked at again within a year",
        "un report est revu dans l'année",
    )
}

/// A review date that is over.
#[must_use]
pub fn review_date_past() -> Refusal {
    Refusal::invalid("review-date-past", "R3a", "review_on", "the review date lies in the past", "la date de révision est passée")
}

/// A review date that is no date.
#[must_use]
pub fn review_date_malformed() -> Refusal {
    Refusal::invalid(
        "review-date-malformed",
        "R3a",
        "review_on",
        "not a date: write it as YYYY-MM-DD",
        "ce n'est pas une date : écrivez-la sous la forme AAAA-MM-JJ",
    )
}

/// A review date of a decision that is no deferral.
#[must_use]
pub fn review_date_out_of_place() -> Refusal {
    Refusal::invalid(
        "review-date-out-of-place",
        "R3a",
        "review_on",
        "only a deferral has a review date",
        "seul un report comporte une date de révision",
    )
}

/// The number of another referral with a decision that is no duplicate.
#[must_use]
pub fn duplicate_of_out_of_place() -> Refusal {
    Refusal::invalid(
        "duplicate-of-out-of-place",
        "R3a",
        "duplicate_of",
        "only a duplicate repeats another referral",
        "seul un doublon répète un autre renvoi",
    )
}

/// The number of another referral that is none.
#[must_use]
pub fn duplicate_of_malformed() -> Refusal {
    Refusal::invalid(
        "duplicate-of-malformed",
        "R3a",
        "duplicate_of",
        "not a receipt number: check it, for example RO-7KDM-Q4XP, or leave it empty",
        "ce n'est pas un numéro d'accusé de réception : vérifiez-le, par exemple RO-7KDM-Q4XP, ou laissez-le vide",
    )
}

/// A decision on what is a case, other than one that stops it.
#[must_use]
pub fn case_is_open() -> Refusal {
    Refusal::precondition(
        "case-already-open",
        "R3a",
        "a case has been opened from this referral: close or pause the case instead; a withdrawal, or that no contact is permitted, can be \
         decided here and stops the case",
        "un dossier a été ouvert à partir de ce renvoi : fermez ou suspendez plutôt le dossier; un retrait, ou l'interdiction de tout contact, \
         peut être décidé ici et arrête le dossier",
    )
}

// Contacts of victims.

/// A region that is none of the five.
#[must_use]
pub fn region_unknown() -> Refusal {
    Refusal::invalid(
        "region-unknown",
        "R5a",
        "region",
        "give the region: atlantic, quebec, ontario, prairie or pacific",
        "donnez la région : atlantic, quebec, ontario, prairie ou pacific",
    )
}

/// A contact that names another region than its subject [R5b].
#[must_use]
pub fn region_mismatch() -> Refusal {
    Refusal::invalid(
        "region-mismatch",
        "R5b",
        "region",
        "the contact names another region than the subject it was published on",
        "les coordonnées nomment une autre région que le sujet sur lequel elles ont été publiées",
    )
}

/// A contact of another region [R5b].
#[must_use]
pub fn region_not_yours() -> Refusal {
    Refusal {
        field: Some("region"),
        ..Refusal::denied(
            "region-not-yours",
            "R5b",
            "you may push contacts for your own region only",
            "vous ne pouvez transmettre des coordonnées que pour votre propre région",
        )
    }
}

/// A contact without a reference for the victim.
#[must_use]
pub fn victim_ref_missing() -> Refusal {
    Refusal::invalid(
        "victim-ref-missing",
        "R5b",
        "victim_ref",
        "give your own reference for the victim; never a name",
        "donnez votre propre numéro de référence pour la victime; jamais un nom",
    )
}

/// A contact without a number or address.
#[must_use]
pub fn value_missing() -> Refusal {
    Refusal::invalid(
        "value-missing",
        "R5b",
        "value",
        "give the number or address, or mark that the victim asked not to be contacted",
        "donnez le numéro ou l'adresse, ou indiquez que la victime a demandé de ne pas être contactée",
    )
}

/// A receipt number that is none.
#[must_use]
pub fn receipt_number_malformed() -> Refusal {
    Refusal::invalid(
        "receipt-number-malformed",
        "R5b",
        "receipt_number",
        "not a receipt number: check it, for example RO-7KDM-Q4XP, or leave it empty",
        "ce n'est pas un numéro d'accusé de réception : vérifiez-le, par exemple RO-7KDM-Q4XP, ou laissez-le vide",
    )
}

/// A start more than a year ahead.
#[must_use]
pub fn effective_at_far() -> Refusal {
    Refusal::invalid(
        "effective-at-far-ahead",
        "R5b",
        "effective_at",
        "this lies more than a year ahead: mend it, or leave it empty for now",
        "cette date est à plus d'un an : corrigez-la, ou laissez-la vide pour maintenant",
    )
}

/// A start that is no point in time.
#[must_use]
pub fn effective_at_malformed() -> Refusal {
    Refusal::invalid(
        "effective-at-malformed",
        "R5b",
        "effective_at",
        "not a point in time: mend it, or leave it empty for now",
        "ce n'est pas un moment valide : corrigez-le, ou laissez-le vide pour maintenant",
    )
}
