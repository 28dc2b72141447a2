//! Texts of the pages on access to a case, in both languages.

crate::text::texts! {
    mediator_title: "Assign a mediator", "Affecter un médiateur";
    mediator_what: "With the assignment the mediator can read and work on the case. Who had it before loses access at once.", "Par l’affectation, le médiateur peut lire le dossier et y travailler. La personne précédente perd aussitôt l’accès.";
    mediator: "Identity of the mediator", "Identité du médiateur";
    identity_hint: "As they sign in, for example mediator-1.", "Telle qu’à l’ouverture de session, par exemple mediator-1.";
    until: "Ends by itself (UTC)", "Prend fin d’elle-même (UTC)";
    until_hint: "Left open, it lasts until somebody ends it. Mediation under way pauses when the assignment of its mediator ends.", "Laissé ouvert, elle dure jusqu’à ce que quelqu’un y mette fin. Une médiation en cours est suspendue lorsque l’affectation de son médiateur prend fin.";
    assign_mediator: "Assign the mediator", "Affecter le médiateur";
    end_mediator_title: "End the mediator's assignment", "Mettre fin à l’affectation du médiateur";
    end_mediator_what: "Access ends in the same moment, and mediation under way pauses.", "L’accès prend fin au même instant, et une médiation en cours est suspendue.";
    end_mediator: "End the assignment", "Mettre fin à l’affectation";
    who: "Who", "Qui";
    officer_title: "Assign an officer", "Affecter un agent";
    officer_what: "The case comes into the officer's portfolio, and with it access. Several officers may have one case.", "Le dossier entre dans le portefeuille de l’agent, qui y a dès lors accès. Plusieurs agents peuvent avoir un même dossier.";
    officer: "Identity of the officer", "Identité de l’agent";
    officer_hint: "As they sign in, for example rj-officer-1.", "Telle qu’à l’ouverture de session, par exemple rj-officer-1.";
    officer_until_hint: "Left open, it lasts until somebody ends it.", "Laissé ouvert, elle dure jusqu’à ce que quelqu’un y mette fin.";
    assign_officer: "Assign the officer", "Affecter l’agent";
    end_officer_title: "End an officer's assignment", "Mettre fin à l’affectation d’un agent";
    end_officer_what: "The case leaves the officer's portfolio, and access ends in the same moment.", "Le dossier quitte le portefeuille de l’agent, et l’accès prend fin au même instant.";
    end_officer: "End the officer's assignment", "Mettre fin à cette affectation";

    log_title: "Who read or changed the case", "Qui a lu ou modifié le dossier";
    log_what: "Newest first, at most 1,000 lines, as old as the last seal of the audit log: some seconds. Whoever tried in vain is listed too.", "Du plus récent au plus ancien, 1 000 lignes au plus, à quelques secondes près : celles du dernier scellement du journal. Les tentatives vaines y figurent aussi.";
    at: "When", "Quand";
    actor: "Person or service", "Personne ou service";
    action: "What they did", "Action";
    outcome: "Outcome", "Issue";
    reason: "Reason code", "Code de motif";
    granted: "Done", "Fait";
    hidden: "Answered that there is no such case", "Réponse : dossier inexistant";
    refused: "Refused", "Refusé";
    break_glass: "By break-glass", "En bris de glace";
    none: "No line that you may see.", "Aucune ligne que vous puissiez voir.";

    case_list: "Listed the case", "Dossier listé";
    case_read: "Read the case", "Dossier lu";
    case_find: "Found the case by its referral", "Dossier trouvé par son renvoi";
    participant_add: "Added a participant", "Participant ajouté";
    participant_leave: "Recorded a departure", "Départ consigné";
    mediator_assign: "Assigned a mediator", "Médiateur affecté";
    mediator_end: "Ended a mediator's assignment", "Affectation d’un médiateur terminée";
    officer_assign: "Assigned an officer", "Agent affecté";
    officer_end: "Ended an officer's assignment", "Affectation d’un agent terminée";
    assessment_record: "Recorded an assessment", "Évaluation consignée";
    consent_record: "Recorded a consent", "Consentement consigné";
    mode_describe: "Described a mode", "Mode décrit";
    mode_say: "Said whether a mode is direct", "Nature d’un mode précisée";
    case_move: "Moved the case", "Étape changée";
    site_correct: "Corrected the site", "Établissement corrigé";
    site_move: "Recorded a move of the person", "Déplacement consigné";
    case_access: "Read this list", "Présente liste lue";
    break_glass_open: "Opened it by break-glass", "Ouvert en bris de glace";
    break_glass_end: "Gave back a break-glass", "Bris de glace rendu";
    break_glass_review: "Reviewed a break-glass", "Bris de glace révisé";
    document_keep: "Added a document", "Document ajouté";
    document_list: "Listed the documents", "Documents listés";
    document_read: "Read a document", "Document lu";
    hold_place: "Placed a hold", "Suspension imposée";
    hold_lift: "Lifted a hold", "Suspension levée";
    hold_list: "Listed the holds", "Suspensions listées";
    purge_order: "Ordered the purge", "Élimination ordonnée";
    purge_confirm: "Confirmed the purge", "Élimination confirmée";
    purge_certificate: "Read the certificate", "Certificat lu";
    case_open: "Opened the case", "Dossier ouvert";
}
