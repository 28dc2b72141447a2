//! Refusals of this service, each with its reason, its clause and both languages.

use base::Refusal;

/// Refusal of a language that is not official [LOLA].
#[must_use]
pub fn language_unknown() -> Refusal {
    Refusal::invalid(
        "language-unknown",
        "LOLA",
        "preferences.language",
        "use \"en\" or \"fr\", or leave it empty to be told in both languages",
        "indiquez « en » ou « fr », ou rien pour être informé dans les deux langues",
    )
}

/// Refusal of a text that is no e-mail address.
#[must_use]
pub fn address_malformed() -> Refusal {
    Refusal::invalid(
        "address-malformed",
        "TS1a",
        "preferences.email",
        "this is not an e-mail address",
        "ceci n'est pas une adresse de courriel",
    )
}

/// Refusal of an address that is not one of staff [TS1a].
#[must_use]
pub fn address_outside_staff_domains() -> Refusal {
    Refusal::invalid(
        "address-outside-staff-domains",
        "TS1a",
        "preferences.email",
        "use your work address: notices go to staff mail systems only",
        "indiquez votre adresse de travail : les avis ne sont envoyés qu'aux systèmes de courriel du personnel",
    )
}

/// Refusal of a ring without its ids or its audience.
#[must_use]
pub fn ring_malformed(field: &'static str) -> Refusal {
    Refusal::invalid(
        "ring-malformed",
        "R3e",
        field,
        "a ring needs its id, its concern and its audience",
        "un appel doit indiquer son identifiant, la préoccupation et les destinataires",
    )
}

/// Refusal of a page token that this service did not give out.
#[must_use]
pub fn page_token_malformed() -> Refusal {
    Refusal::invalid(
        "page-token-malformed",
        "TS1",
        "page_token",
        "this page token was not given out by the service",
        "ce jeton de page ne vient pas du service",
    )
}

/// Refusal to enrol a browser where no push service is set up.
#[must_use]
pub fn push_not_configured() -> Refusal {
    Refusal::precondition(
        "push-not-configured",
        "R3e",
        "browsers cannot be rung here: whoever runs this system has set up no push services",
        "les navigateurs ne peuvent pas être appelés ici : aucun service de notification n’a été configuré par l’exploitant du système",
    )
}

/// Refusal of a subscription that is not whole.
#[must_use]
pub fn subscription_malformed() -> Refusal {
    Refusal::invalid(
        "subscription-malformed",
        "TS1",
        "browser.endpoint",
        "this is not the address and the keys of a browser at its push service",
        "ceci n’est pas l’adresse et les clés d’un navigateur auprès de son service de notification",
    )
}

/// Refusal of a browser whose push service is not one that requests may go to.
#[must_use]
pub fn push_host_forbidden() -> Refusal {
    Refusal::precondition(
        "push-host-forbidden",
        "TS1",
        "the push service of this browser is not one that this system may use",
        "le service de notification de ce navigateur n’est pas de ceux que ce système peut utiliser",
    )
}

/// Refusal of a browser that was enrolled under a key that is not the newest.
#[must_use]
pub fn push_key_former() -> Refusal {
    Refusal::precondition(
        "push-key-former",
        "TS1",
        "this browser was enrolled under a former key: load the page again, and enrol it once more",
        "ce navigateur a été inscrit avec une ancienne clé : rechargez la page, puis inscrivez-le de nouveau",
    )
}

/// Refusal of one channel more than a person can have.
#[must_use]
pub fn too_many_channels() -> Refusal {
    Refusal::precondition(
        "too-many-channels",
        "TS1",
        "you have as many channels as one person can have: remove one first",
        "vous avez autant de moyens qu’une personne peut en avoir : retirez-en un d’abord",
    )
}

/// Refusal to add a number where no gateway is set up.
#[must_use]
pub fn gateway_not_configured() -> Refusal {
    Refusal::precondition(
        "gateway-not-configured",
        "R3e",
        "numbers cannot be called here: whoever runs this system has set up no gateway",
        "les numéros ne peuvent pas être appelés ici : aucune passerelle n’a été configurée par l’exploitant du système",
    )
}

/// Refusal of a text that is no telephone number.
#[must_use]
pub fn number_malformed() -> Refusal {
    Refusal::invalid(
        "number-malformed",
        "R3e",
        "number.number",
        "this is not a telephone number: type ten digits, or + and the country",
        "ceci n’est pas un numéro de téléphone : tapez dix chiffres, ou + et l’indicatif du pays",
    )
}

/// Refusal of another code so soon.
#[must_use]
pub fn too_many_codes() -> Refusal {
    Refusal::precondition(
        "too-many-codes",
        "TS1",
        "you were sent several codes: use the newest, or wait ten minutes",
        "plusieurs codes vous ont été envoyés : utilisez le plus récent ou attendez dix minutes",
    )
}

/// Refusal of a code that is not the one that was sent.
#[must_use]
pub fn code_wrong() -> Refusal {
    Refusal::invalid("code-wrong", "TS1", "code", "this is not the code that was sent", "ce n’est pas le code qui a été envoyé")
}

/// Refusal of a code that is no longer good.
#[must_use]
pub fn code_over() -> Refusal {
    Refusal::precondition(
        "code-over",
        "TS1",
        "this code is no longer good: add the number or the address again, and another is sent",
        "ce code n’est plus valable : ajoutez de nouveau le numéro ou l’adresse, et un autre sera envoyé",
    )
}

/// Refusal of a code where no address waits for one.
#[must_use]
pub fn no_address_awaits_a_code() -> Refusal {
    Refusal::precondition(
        "no-address-awaits-code",
        "TS1a",
        "no address waits for a code: set one first",
        "aucune adresse n’attend de code : indiquez-en une d’abord",
    )
}

/// There is no such time zone to choose.
#[must_use]
pub fn zone_unknown() -> Refusal {
    Refusal::invalid(
        "zone-unknown",
        "R3e",
        "zone",
        "this is no time zone of Canada: choose one of the list, as America/Toronto",
        "ceci n'est pas un fuseau horaire du Canada : choisissez-en un de la liste, comme America/Toronto",
    )
}

/// Quiet hours are of the clock of a zone.
#[must_use]
pub fn zone_missing() -> Refusal {
    Refusal::invalid(
        "zone-missing",
        "R3e",
        "zone",
        "choose a time zone: quiet hours are of its clock",
        "choisissez un fuseau horaire : les heures de tranquillité suivent son heure",
    )
}

/// Quiet hours have no beginning, no end, or both at once.
#[must_use]
pub fn quiet_hours_malformed() -> Refusal {
    Refusal::invalid(
        "quiet-hours-malformed",
        "R3e",
        "quiet_from",
        "write when quiet hours begin and when they end as 22:00 and 07:00; they are not the same",
        "indiquez le début et la fin des heures de tranquillité, par exemple 22:00 et 07:00; les deux diffèrent",
    )
}
