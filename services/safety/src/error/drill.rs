//! Refusals of a drill of the alarm: reason, clause, and words in both languages.

use base::Refusal;

use crate::domain::alarm::drill::Refusal as Why;

/// Why no drill begins.
#[must_use]
pub fn no_drill(why: Why) -> Refusal {
    match why {
        Why::UnknownSite => Refusal::invalid(
            "drill-site-unknown",
            "R3e",
            "site",
            "the directory has no such site: a drill rings the head of a site",
            "le répertoire n'a pas cet établissement : un exercice appelle le directeur d'un établissement",
        ),
        Why::Minutes => Refusal::invalid(
            "drill-minutes-out-of-range",
            "R3e",
            "minutes",
            "a drill lasts 5 to 240 minutes at the longest",
            "un exercice dure au plus de 5 à 240 minutes",
        ),
        Why::ConcernRings => Refusal::precondition(
            "drill-while-a-concern-rings",
            "R3e",
            "a concern at this site has yet to be accepted: no drill is rung beside it",
            "un signalement visant cet établissement n'est pas encore accepté : aucun exercice n'est lancé en même temps",
        ),
        Why::Running => Refusal::precondition(
            "drill-runs-already",
            "R3e",
            "a drill runs at this site: wait until it has ended",
            "un exercice est en cours à cet établissement : attendez qu'il prenne fin",
        ),
        Why::TooMany => Refusal::precondition(
            "too-many-drills",
            "R3e",
            "as many drills run as may at the same time: wait until one has ended",
            "le nombre maximal d'exercices est en cours : attendez que l'un prenne fin",
        ),
    }
}

/// The id of a drill is that of something else.
#[must_use]
pub fn drill_id_taken() -> Refusal {
    Refusal::invalid(
        "drill-id-taken",
        "R3e",
        "drill_id",
        "this id belongs to something else: leave it out, or make another",
        "cet identifiant appartient à autre chose : omettez-le, ou créez-en un autre",
    )
}

/// The id of a drill is no UUID.
#[must_use]
pub fn drill_id_malformed() -> Refusal {
    Refusal::invalid(
        "drill-id-malformed",
        "R3e",
        "drill_id",
        "the id of a drill is a UUID: leave it out, or make one",
        "l'identifiant d'un exercice est un UUID : omettez-le, ou créez-en un",
    )
}
