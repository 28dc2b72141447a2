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

    unknown_title: "What this page cannot know", "Ce que cette page ne peut pas savoir";
    unknown_text: "These stand in the databases of the services, which the dashboard does not read. Whoever operates the system asks on its machine:", "Ces éléments se trouvent dans les bases de données des services, que le tableau de bord ne lit pas. La personne qui exploite le système les obtient sur sa machine :";
    ask_status: "Processes, addresses and bad health", "Processus, adresses et mauvais état";
    ask_quarantine: "Messages in quarantine, and trying one again", "Messages en quarantaine, et nouvel essai";
    ask_outbox: "What waits in an outbox", "Ce qui attend dans une boîte d’envoi";
    ask_logs: "What the services log", "Ce que les services consignent";
}
