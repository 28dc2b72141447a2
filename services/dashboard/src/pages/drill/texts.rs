//! Texts of the drills of the alarm, in both languages.

crate::text::texts! {
    title: "Drills", "Exercices";
    intro: "A drill rings NHQ and the head of a site as a concern would, by words that say that it is a drill. It ends when both have accepted, when its time is over, or when a real concern rings at the site. It is counted in no report.", "Un exercice appelle l’AC et le responsable d’un lieu comme le ferait un signalement, en disant que c’est un exercice. Il prend fin lorsque les deux ont accepté, lorsque sa durée est écoulée, ou lorsqu’un vrai signalement vise ce lieu. Il n’entre dans aucun rapport.";
    begin: "Begin a drill", "Lancer un exercice";
    begun: "The drill has begun: it rings now.", "L’exercice est lancé : l’appel est en cours.";
    begun_before: "This drill was begun before.", "Cet exercice avait déjà été lancé.";
    site: "Site", "Lieu";
    minutes: "At the longest, in minutes", "Durée maximale, en minutes";
    minutes_hint: "5 to 240. Left empty, as the operator has set it.", "De 5 à 240. Si le champ est vide, la durée fixée par l’exploitant s’applique.";
    warning: "People are rung now, by every way that they chose. Tell the site before, or do not: that is what a drill is for.", "Des personnes sont appelées maintenant, par tous les moyens qu’elles ont choisis. Le lieu peut être prévenu ou non : c’est le but de l’exercice.";
    caption: "Drills, newest first", "Exercices, du plus récent au plus ancien";
    reference: "Reference", "Référence";
    began: "Begun", "Lancé le";
    by: "By", "Lancé par";
    result: "Result", "Résultat";
    offices: "Who was reached, and how fast", "Qui a été joint, et en combien de temps";
    running: "Runs until {until}", "En cours jusqu’à {until}";
    passed: "Accepted by all", "Accepté par tous";
    not_accepted: "Not accepted in time", "Pas accepté à temps";
    interrupted: "Ended by a real concern", "Interrompu par un vrai signalement";
    overtaken: "Became a real concern", "Devenu un vrai signalement";
    accepted_after: "accepted after {elapsed}", "accepté après {elapsed}";
    reached_after: "reached after {elapsed}, not accepted", "joint après {elapsed}, pas accepté";
    not_reached: "not reached", "pas joint";
    unheld: "nobody holds the office", "personne n’occupe cette fonction";
    none: "No drill that you may see.", "Aucun exercice que vous puissiez voir.";
    older: "Older drills", "Exercices plus anciens";
    last_none: "No drill was ever run.", "Aucun exercice n’a encore eu lieu.";
    last_untold: "The safety service does not tell the last drill now.", "Le service de sécurité n’indique pas le dernier exercice pour le moment.";
}
