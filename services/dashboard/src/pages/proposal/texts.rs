//! Texts of the changes that wait, in both languages.

crate::text::texts! {
    proposals: "To be confirmed", "À confirmer";
    intro: "What decides who is rung, who accepts an alarm and who gives roles takes two administrators: one proposes, another confirms. Nobody confirms what they are given themselves.", "Ce qui détermine qui est appelé, qui accepte une alarme et qui accorde des rôles exige deux administrateurs : l’un propose, l’autre confirme. Personne ne confirme ce qu’il reçoit lui-même.";
    caption: "Changes that wait for a second administrator: {n}", "Modifications en attente d’un second administrateur : {n}";
    none: "Nothing that you may see waits for a second administrator.", "Rien que vous puissiez voir n’attend un second administrateur.";
    confirmed: "Confirmed: it is in force now.", "Confirmé : c’est maintenant en vigueur.";
    what: "What changes", "Ce qui change";
    person: "Person", "Personne";
    proposed_by: "Proposed by", "Proposé par";
    proposed_at: "Proposed", "Proposé le";
    before: "To be confirmed before", "À confirmer avant";
    look: "Look at it", "Examiner";

    title: "Change to be confirmed", "Modification à confirmer";
    is_new: "Proposed. It is not in force yet: another administrator confirms it on this page.", "Proposé. Ce n’est pas encore en vigueur : un autre administrateur le confirme sur cette page.";
    gives: "Gives a role", "Accorde un rôle";
    ends: "Ends a role", "Met fin à un rôle";
    assigns: "Assigns somebody to an office", "Affecte une personne à une fonction";
    releases: "Releases somebody from an office", "Retire une personne d’une fonction";
    enrols: "Enrols a device", "Inscrit un appareil";
    role: "Role", "Rôle";
    held_for: "Held for", "Exercé pour";
    from: "From", "Du";
    until: "Until", "Jusqu’au";
    no_end: "no end set", "sans date de fin";
    at_once: "from the confirmation on", "dès la confirmation";
    office: "Office", "Fonction";
    rank: "Rank", "Rang";
    device: "Device", "Appareil";

    gives_text: "From the confirmation on, this person may do what the role may do. Be sure that you know the person, and that the role belongs to their post.", "Dès la confirmation, cette personne peut faire ce que le rôle permet. Assurez-vous de connaître la personne et que le rôle correspond à son poste.";
    ends_text: "From the confirmation on, this person can no longer accept an alarm with this role, and the office counts as if they were not in it.", "Dès la confirmation, cette personne ne peut plus accepter d’alarme avec ce rôle, et la fonction est traitée comme si elle ne l’occupait pas.";
    assigns_text: "From the confirmation on, this person is rung for every concern of the site, at any hour.", "Dès la confirmation, cette personne est appelée pour tout signalement du lieu, à toute heure.";
    releases_text: "From the confirmation on, this person is not rung any more. Where nobody is left, National Headquarters and the National Monitoring Centre are rung in their place.", "Dès la confirmation, cette personne n’est plus appelée. Si personne ne reste, l’administration centrale et le Centre national de surveillance sont appelés à sa place.";
    enrols_text: "From the confirmation on, this device raises, reads and accepts concerns for this person while the identity provider is away. Compare the id with the one that the device shows: confirming it confirms its key.", "Dès la confirmation, cet appareil signale, lit et accepte des signalements au nom de cette personne lorsque le fournisseur d’identité est absent. Comparez l’identifiant à celui qu’affiche l’appareil : le confirmer, c’est confirmer sa clé.";
    confirm: "Confirm this change", "Confirmer cette modification";
    yours: "You proposed this, so another administrator confirms it.", "Vous l’avez proposé; un autre administrateur le confirme donc.";
    about_you: "This is about yourself, so another administrator confirms it.", "Cela vous concerne; un autre administrateur le confirme donc.";
    back: "All changes that wait", "Toutes les modifications en attente";
}
