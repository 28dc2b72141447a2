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
        "indiquez votre adresse de travail : les avis ne sont envoyés qu'aux systèmes de courriel du personnel",
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
