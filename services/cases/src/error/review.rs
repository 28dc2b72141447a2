//! Refusals of reviews by the RJ Unit, each with its reason, its clause and both languages [RM1a, R3a].

use base::Refusal;

refusals! {
    /// No such review on a case that the caller sees.
    review_unknown() = Refusal::invalid("review-unknown", "RM1a", "review_id",
        "this case has no such review", "aucun réexamen de ce dossier ne porte cet identifiant");

    /// No finding, or one that does not exist.
    review_finding_missing() = Refusal::invalid("finding-missing", "RM1a", "finding",
        "say what was found: it goes on, or it goes on with measures. As long as it is not safe, leave the review open",
        "dites ce qui a été constaté : la démarche se poursuit, ou se poursuit avec des mesures. Tant que ce n'est pas sûr, laissez le réexamen ouvert");

    /// Measures that nobody names.
    review_measures_missing() = Refusal::invalid("measures-missing", "RM1a", "note",
        "name the measures", "nommez les mesures");

    /// A review that has its finding.
    review_finished() = Refusal::precondition("review-finished", "RM1a",
        "this review has its finding, which stands: a new event opens a new review",
        "ce réexamen a sa conclusion, qui demeure : un nouvel événement en ouvre un autre");

    /// A signature under an open review.
    review_not_finished() = Refusal::precondition("review-not-finished", "R3a",
        "an officer of the case records a finding before it is signed off",
        "un agent du dossier consigne une conclusion avant que le réexamen soit approuvé");

    /// A signature under one's own review.
    review_of_ones_own() = Refusal::precondition("review-of-ones-own", "R3a",
        "another supervisor signs off what you finished", "un autre superviseur approuve ce que vous avez conclu");
}
