//! Texts of the state of the system, in both languages.

crate::text::texts! {
    status: "System status", "État du système";
    as_of: "Asked just now, at", "Vérifié à l’instant, à";
    all_well: "Every service answers and reports itself well, and the alarm runs.", "Chaque service répond et se dit en bon état, et l’alarme fonctionne.";
    not_well: "Something is not well. What it means stands beside it.", "Quelque chose ne va pas. La signification est indiquée en regard.";

    chain: "The alarm", "L’alarme";
    beat: "Beat of the alarm", "Battement de l’alarme";
    beat_ok: "The safety service is heard.", "Le service de sécurité est entendu.";
    beat_silent: "The safety service is not heard: concerns may not ring. Call the people responsible by telephone.", "Le service de sécurité n’est pas entendu : les signalements pourraient ne pas être suivis d’appels. Téléphonez aux responsables.";
    bus: "Message bus", "Bus de messages";
    bus_ok: "It answers.", "Il répond.";
    bus_bad: "It does not answer: rings may be late. They are delivered directly meanwhile.", "Il ne répond pas : les appels peuvent tarder. Entre-temps, ils sont remis directement.";
    ladder: "Escalation", "Escalade";
    ladder_ok: "It runs: who does not accept is rung again.", "Elle fonctionne : qui n’accepte pas est rappelé.";
    ladder_bad: "It does not run: nobody is rung again. Call the people responsible by telephone.", "Elle est arrêtée : personne n’est rappelé. Téléphonez aux responsables.";

    services: "Services", "Services du système";
    service: "Service", "Nom du service";
    whole: "Answers", "Répond";
    health_bus: "Bus", "Liaison au bus";
    health_room: "Room on the bus", "Place sur le bus";
    health_history: "History of its database", "Historique de sa base de données";
    health_work: "Periodic work", "Travaux périodiques";
    well: "well", "en bon état";
    bad: "not well", "en mauvais état";
    absent: "not applicable", "sans objet";
    silent: "no answer", "aucune réponse";

    kept: "Outboxes and quarantine", "Boîtes d’envoi et quarantaine";
    kept_others: "What waits in the outboxes and in quarantine is shown to operations.", "Ce qui attend dans les boîtes d’envoi et en quarantaine est montré à l’exploitation.";
    version: "Version", "Version en marche";
    since: "Runs since", "En marche depuis";
    schema: "Schema", "Schéma";
    to_carry: "To send", "À envoyer";
    to_confirm: "To be confirmed", "À confirmer";
    aside: "Set aside", "Mis de côté";
    late: "Late work", "Travaux en retard";
    oldest: "oldest waits {elapsed}", "le plus ancien attend depuis {elapsed}";
    untold: "It does not tell.", "Il ne le dit pas.";
    somebody_must_look: "Messages are set aside: somebody must look at them.", "Des messages sont mis de côté : quelqu’un doit les examiner.";
    groups: "What is set aside, by subject and reason", "Ce qui est mis de côté, par sujet et par motif";
    count: "Messages", "Nombre de messages";
    drill: "Last drill", "Dernier exercice";

    set_aside: "Messages set aside", "Messages mis de côté";
    set_aside_by: "Messages that {service} has set aside", "Messages mis de côté par {service}";
    set_aside_what: "None of them could be applied as it is. Their content is sealed and not shown here. Once the cause is mended, each can be tried again.", "Aucun n’a pu être appliqué tel quel. Leur contenu est scellé et n’est pas montré ici. Une fois la cause corrigée, chacun peut être réessayé.";
    none_set_aside: "This service has set nothing aside.", "Ce service n’a rien mis de côté.";
    back: "Back to the system status", "Retour à l’état du système";
    back_to_list: "Back to the messages set aside", "Retour aux messages mis de côté";
    message: "Subject", "Sujet";
    received: "Received", "Reçu";
    consumer: "Consumer", "Consommateur";
    reason: "Reason", "Motif";
    detail: "Detail", "Précision";
    size: "Bytes kept", "Octets conservés";
    digest: "SHA-256 of its event id", "SHA-256 de son identifiant";
    tries: "Tried again in vain", "Réessayé en vain";
    again: "Asked to be tried again", "Nouvel essai demandé";
    not_asked: "no", "non";
    replay: "Try it again", "Réessayer";
    replay_title: "Try a message again", "Réessayer un message";
    replay_what: "The service tries it within seconds, with the same bytes, and applies it at most once. Where it fails again it stays here with its reason.", "Le service le réessaie dans les secondes qui suivent, avec les mêmes octets, et l’applique au plus une fois. S’il échoue encore, il reste ici avec son motif.";
    replay_asked: "It is tried within seconds. If it is still in the list then, its reason says why.", "Il est réessayé dans les secondes qui suivent. S’il figure encore dans la liste, son motif dit pourquoi.";
    replay_applied: "It had been tried and applied before: nothing is left to do.", "Il avait déjà été réessayé et appliqué : il ne reste rien à faire.";

    unknown_title: "What this page cannot know", "Ce que cette page ne peut pas savoir";
    unknown_text: "Whoever operates the system asks on its machine:", "La personne qui exploite le système le demande sur sa machine :";
    ask_status: "Processes, addresses and bad health", "Processus, adresses et mauvais état";
    ask_quarantine: "The same messages, for a terminal", "Les mêmes messages, pour un terminal";
    ask_logs: "What the services log", "Ce que les services consignent";
}
