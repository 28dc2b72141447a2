//! Every refusal of this service: its reason, the clause behind it, and its words in both languages.

mod drill;

use base::Refusal;

pub use self::drill::{drill_id_malformed, drill_id_taken, no_drill};
use crate::domain::{
    alarm::{concern::CloseRefusal, hand_over::HandOverRefusal, note::NoteRefusal},
    directory::{device, grant, person},
};

/// An acceptance names no audience.
#[must_use]
pub fn audience_missing() -> Refusal {
    Refusal::invalid(
        "audience-missing",
        "R3e",
        "audience",
        "say whether you accept as NHQ or as the responsible head",
        "dites si vous acceptez pour l'AC ou comme directeur responsable",
    )
}

/// Authenticate anew: a screen left unlocked, or a token of this morning, must silence nobody (THREAT-3). It rings on meanwhile.
#[must_use]
pub fn sign_in_again() -> Refusal {
    Refusal {
        kind: base::refusal::Kind::Unauthenticated,
        ..Refusal::precondition(
            "sign-in-again",
            "R3e",
            "to accept, prove anew that it is you: sign in again, or accept with a device. The concern rings on",
            "pour accepter, prouvez de nouveau votre identité : ouvrez une nouvelle session, ou acceptez avec un appareil. L'alerte continue",
        )
    }
}

/// More was said than the caller was shown.
#[must_use]
pub fn more_was_said() -> Refusal {
    Refusal::precondition(
        "more-was-said",
        "R3e",
        "more was said since you looked: read it, and accept then. The concern rings on",
        "il a été dit autre chose depuis que vous avez regardé : lisez-le, puis acceptez. L'alerte continue",
    )
}

/// The caller speaks for no office of the audience.
#[must_use]
pub fn not_this_audience() -> Refusal {
    Refusal::denied(
        "not-this-audience",
        "R3e",
        "you cannot accept for this audience: NHQ accepts for NHQ, the responsible head for the site",
        "vous ne pouvez pas accepter pour ce destinataire : l'AC accepte pour l'AC, le directeur responsable pour l'établissement",
    )
}

/// An office cannot be handed over.
#[must_use]
pub fn not_handed_over(why: HandOverRefusal) -> Refusal {
    match why {
        HandOverRefusal::NotAccepted => Refusal::precondition(
            "not-accepted",
            "R3e",
            "nobody has accepted this for the audience: it rings, and there is nothing to hand over",
            "personne n'a accepté pour ce destinataire : l'alerte continue, et il n'y a rien à transmettre",
        ),
        HandOverRefusal::NotTheirs => Refusal::denied(
            "accepted-by-another",
            "R3e",
            "somebody else has accepted this: only they hand it over",
            "une autre personne a accepté : elle seule peut transmettre",
        ),
        HandOverRefusal::ToThemselves => Refusal::invalid(
            "handed-to-oneself",
            "R3e",
            "to",
            "you have it already: name somebody else",
            "vous l'avez déjà : nommez quelqu'un d'autre",
        ),
        HandOverRefusal::CannotAccept => Refusal::invalid(
            "cannot-accept",
            "R3e",
            "to",
            "this person cannot accept for this audience: name somebody who can, or nobody",
            "cette personne ne peut pas accepter pour ce destinataire : nommez quelqu'un qui le peut, ou personne",
        ),
        HandOverRefusal::NobodyElse => Refusal::precondition(
            "nobody-else-holds-the-office",
            "R3e",
            "nobody else holds this office: you answer for it until the directory names somebody",
            "personne d'autre n'occupe ce poste : vous en répondez jusqu'à ce que le répertoire nomme quelqu'un",
        ),
    }
}

/// A note is not taken.
#[must_use]
pub fn note(why: NoteRefusal) -> Refusal {
    match why {
        NoteRefusal::Missing => Refusal::invalid("note-missing", "R3e", "text", "write the note", "écrivez la note"),
        NoteRefusal::TooLong => Refusal::invalid(
            "note-too-long",
            "R3e",
            "text",
            "a note has at most 2,000 characters: shorten it, or write two",
            "une note a au plus 2 000 caractères : raccourcissez-la, ou écrivez-en deux",
        ),
    }
}

/// A concern cannot be closed.
#[must_use]
pub fn not_closed(why: CloseRefusal) -> Refusal {
    match why {
        CloseRefusal::NotEveryAudienceAccepted => Refusal::precondition(
            "not-every-audience-accepted",
            "R3e",
            "not every audience has accepted this concern: it keeps ringing and cannot be closed",
            "tous les destinataires n'ont pas accepté ce signalement : il continue de sonner et ne peut être clos",
        ),
        CloseRefusal::OutcomeMissing => Refusal::invalid(
            "outcome-missing",
            "R3e",
            "outcome",
            "say in a line how it ended",
            "dites en une ligne comment cela s'est terminé",
        ),
    }
}

/// A question is routed to no head.
#[must_use]
pub fn no_head_for_a_question() -> Refusal {
    Refusal::precondition(
        "no-head-for-a-question",
        "RM1c",
        "a question goes to the RJ Unit alone",
        "une question s'adresse à l'Unité de la justice réparatrice seulement",
    )
}

/// The directory does not know the site that a concern is routed to.
#[must_use]
pub fn site_unknown() -> Refusal {
    Refusal::invalid(
        "site-unknown",
        "R3e",
        "site",
        "the directory does not know this site",
        "le répertoire ne connaît pas cet établissement",
    )
}

/// What should be a site code is none.
#[must_use]
pub fn site_malformed() -> Refusal {
    Refusal::invalid(
        "site-malformed",
        "R3e",
        "site",
        "a site code is lower-case letters, digits and dashes",
        "un code d'établissement est formé de minuscules, de chiffres et de tirets",
    )
}

/// An envelope to restore names no concern.
#[must_use]
pub fn concern_malformed() -> Refusal {
    Refusal::invalid(
        "concern-malformed",
        "R3e",
        "envelope.concern_id",
        "the envelope names no concern",
        "l'enveloppe ne désigne aucun signalement",
    )
}

/// Too many concerns are compared in one call.
#[must_use]
pub fn too_many_compared() -> Refusal {
    Refusal::invalid(
        "too-many",
        "R3e",
        "guarded",
        "at most 2,000 concerns are compared in one call",
        "au plus 2 000 signalements sont comparés par appel",
    )
}

/// Too many concerns are asked about in one call.
#[must_use]
pub fn too_many_asked() -> Refusal {
    Refusal::invalid(
        "too-many",
        "RM1",
        "concern_ids",
        "at most 200 concerns are told of in one call",
        "au plus 200 signalements sont décrits par appel",
    )
}

/// An office holder has no identity.
#[must_use]
pub fn holder_missing() -> Refusal {
    Refusal::invalid(
        "holder-missing",
        "R3e",
        "holder",
        "name the identity that holds the office",
        "nommez l'identité qui occupe la fonction",
    )
}

/// An office has no such rank.
#[must_use]
pub fn rank_unknown() -> Refusal {
    Refusal::invalid("rank-unknown", "R3e", "rank", "rank is 0, 1 or 2", "le rang est 0, 1 ou 2")
}

/// The directory has no such office.
#[must_use]
pub fn office_unknown() -> Refusal {
    Refusal::invalid(
        "office-unknown",
        "R3e",
        "office",
        "an office is rj-unit, nmc, institutional-head/SITE or district-director/SITE, with a site of the directory",
        "une fonction est rj-unit, nmc, institutional-head/SITE ou district-director/SITE, avec un établissement du répertoire",
    )
}

/// The person is not in the office that they are to leave.
#[must_use]
pub fn office_not_held() -> Refusal {
    Refusal::invalid(
        "office-not-held",
        "R3e",
        "holder",
        "nobody of this name is in this office: ask who is with `ro office list`",
        "personne de ce nom n'occupe cette fonction : voyez qui l'occupe avec `ro office list`",
    )
}

/// A national office would be left empty.
#[must_use]
pub fn office_must_be_held() -> Refusal {
    Refusal::precondition(
        "office-must-be-held",
        "R3e",
        "nobody would be left in this office, and nobody is rung in its place: name somebody first",
        "personne ne resterait dans cette fonction, et personne n'est alerté à sa place : nommez d'abord quelqu'un",
    )
}

/// Fewer than two administrators of the directory would remain.
#[must_use]
pub fn two_administrators_must_remain() -> Refusal {
    Refusal::precondition(
        "two-administrators-must-remain",
        "A1",
        "two administrators of the directory without an end must remain, or nobody could name others: name somebody first",
        "deux administrateurs du répertoire sans date de fin doivent rester, sinon personne ne pourrait en nommer : nommez d'abord quelqu'un",
    )
}

/// A call holds no change, or too many.
#[must_use]
pub fn changes_count() -> Refusal {
    Refusal::invalid("changes-count", "A1", "changes", "send 1 to 100 changes at once", "envoyez de 1 à 100 changements à la fois")
}

/// Too many proposals wait.
#[must_use]
pub fn too_many_proposals() -> Refusal {
    Refusal::precondition(
        "too-many-proposals",
        "A1",
        "too many changes wait for a second administrator: confirm those first",
        "trop de changements attendent un second administrateur : confirmez-les d'abord",
    )
}

/// Nobody confirmed a proposal in time.
#[must_use]
pub fn proposal_over() -> Refusal {
    Refusal::precondition(
        "proposal-over",
        "A1",
        "nobody confirmed this in time: propose it again",
        "personne n'a confirmé à temps : proposez de nouveau",
    )
}

/// The caller is no second person for a proposal.
#[must_use]
pub fn second_person_needed() -> Refusal {
    Refusal::denied(
        "second-person-needed",
        "A1",
        "this takes two persons: another administrator confirms it, and nobody what they are given themselves",
        "il faut deux personnes : un autre administrateur confirme, et personne ce qu'il reçoit lui-même",
    )
}

/// A grant is invalid by itself.
#[must_use]
pub fn grant(fault: grant::Fault) -> Refusal {
    match fault {
        grant::Fault::Subject => Refusal::invalid(
            "subject-missing",
            "A1",
            "grants.subject",
            "name the identity of a person or a system",
            "nommez l'identité d'une personne ou d'un système",
        ),
        grant::Fault::Role => {
            Refusal::invalid("role-unknown", "A1", "grants.role", "the programme has no such role", "le programme n'a pas un tel rôle")
        }
        grant::Fault::Place => Refusal::invalid(
            "place-wrong",
            "A1",
            "grants.site",
            "this role is held for one site, for one region, or for neither: name what belongs to it",
            "ce rôle s'exerce pour un établissement, pour une région ou sans lieu : indiquez ce qui lui revient",
        ),
        grant::Fault::Times => Refusal::invalid(
            "times-wrong",
            "A1",
            "grants.until",
            "the end lies before the beginning, or is over",
            "la fin précède le début ou est déjà passée",
        ),
    }
}

/// The directory does not know the site of a grant.
#[must_use]
pub fn site_of_grant_unknown() -> Refusal {
    Refusal::invalid(
        "site-unknown",
        "A1",
        "grants.site",
        "the directory does not know this site",
        "le répertoire ne connaît pas cet établissement",
    )
}

/// A time of a grant or a device cannot be read.
#[must_use]
pub fn instant_unreadable() -> Refusal {
    Refusal::invalid("instant-unreadable", "A1", "grants.until", "this is no date and time", "ceci n'est ni une date ni une heure")
}

/// A device cannot be enrolled as it was proposed.
#[must_use]
pub fn device(fault: device::Fault) -> Refusal {
    match fault {
        device::Fault::Person => {
            Refusal::invalid("person-missing", "A1", "device.person", "name the identity of the person", "nommez l'identité de la personne")
        }
        device::Fault::Key => Refusal::invalid(
            "device-key-wrong",
            "A1",
            "device.public_key",
            "this is no P-256 public key: send what `ro device new` printed",
            "ceci n'est pas une clé publique P-256 : envoyez ce que `ro device new` a affiché",
        ),
        device::Fault::Until => Refusal::invalid(
            "times-wrong",
            "A1",
            "device.until",
            "name an end that lies ahead and is not later than a device may last",
            "indiquez une fin à venir, dans la durée permise à un appareil",
        ),
    }
}

/// The key of a device is or was enrolled.
#[must_use]
pub fn device_known() -> Refusal {
    Refusal::conflict(
        "device-known",
        "A1",
        "this key is or was enrolled: make a new one on the device",
        "cette clé est ou a été inscrite : créez-en une nouvelle sur l'appareil",
    )
}

/// As many devices are enrolled as are kept in memory.
#[must_use]
pub fn too_many_devices() -> Refusal {
    Refusal::precondition(
        "too-many-devices",
        "A1",
        "as many devices are enrolled as this service knows by heart: end those that nobody uses",
        "le nombre maximal d'appareils est inscrit : mettez fin à ceux qui ne servent plus",
    )
}

/// There is no key to sign a device with.
#[must_use]
pub fn device_cannot_be_signed() -> Refusal {
    Refusal::precondition(
        "device-cannot-be-signed",
        "A1",
        "this service has no audit key to sign devices with, so none would be believed",
        "ce service n'a pas de clé d'audit pour signer les appareils : aucun ne serait cru",
    )
}

/// Nothing of the kind can be shown for an identity.
#[must_use]
pub fn person(fault: person::Fault) -> Refusal {
    match fault {
        person::Fault::Subject => {
            Refusal::invalid("subject-missing", "A1", "subject", "name the identity of a person", "nommez l'identité d'une personne")
        }
        person::Fault::Name => Refusal::invalid(
            "name-wrong",
            "A1",
            "name",
            "a name is one line of at most 120 visible characters",
            "un nom est une ligne d'au plus 120 caractères visibles",
        ),
        person::Fault::Telephone => Refusal::invalid(
            "telephone-wrong",
            "A1",
            "telephone",
            "a telephone is a number of at most 40 characters, with its extension",
            "un téléphone est un numéro d'au plus 40 caractères, avec son poste",
        ),
    }
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
