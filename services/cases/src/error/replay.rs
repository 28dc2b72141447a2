//! Refusals of a case as it was known at a moment, each with its reason, its clause and both languages [L18].

use base::Refusal;

refusals! {
    /// No moment, or none that exists.
    replay_moment_missing() = Refusal::invalid("replay-moment-missing", "L18", "at",
        "name the moment: a date with a time of day", "indiquez le moment : une date suivie d'une heure");

    /// A moment that has not come.
    replay_ahead() = Refusal::invalid("replay-ahead", "L18", "at",
        "this moment has not come: nobody knows the case as it will be", "ce moment n'est pas venu : personne ne connaît le dossier tel qu'il sera");

    /// A moment before there was a case.
    replay_before_the_case() = Refusal::invalid("replay-before-the-case", "L18", "at",
        "the case opened later: name a moment since then", "le dossier a été ouvert plus tard : indiquez un moment ultérieur");
}
