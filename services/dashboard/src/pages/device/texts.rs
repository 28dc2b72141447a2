//! Texts of the devices, in both languages.

crate::text::texts! {
    devices: "Devices", "Appareils";
    intro: "A device raises, reads and accepts concerns for one person while the identity provider is away, and does nothing else. A lost one is ended at once, by one administrator.", "Un appareil signale, lit et accepte des signalements au nom d’une personne lorsque le fournisseur d’identité est absent, et ne fait rien d’autre. Un appareil perdu est désactivé immédiatement, par un seul administrateur.";
    person: "Person", "Personne";
    person_hint: "The identity under which they sign in.", "L’identité avec laquelle elle ouvre une session.";
    look_up: "Filter", "Filtrer";
    caption: "Devices, newest first", "Appareils, les plus récents d’abord";
    none: "No device that you may see.", "Aucun appareil que vous puissiez voir.";
    device: "Device", "Appareil";
    from: "From", "Du";
    until: "Until", "Jusqu’au";
    enrolled_by: "Enrolled by", "Inscrit par";
    state: "State", "État";
    valid: "Valid", "Valide";
    over: "Over", "Terminé";
    ended_by: "Ended by {who}", "Désactivé par {who}";
    change: "Change", "Modifier";
    ended: "It is ended: nothing it signs counts any more.", "Il est désactivé : plus rien de ce qu’il signe ne compte.";

    propose: "Enrol a device", "Inscrire un appareil";
    propose_title: "Propose a device for somebody", "Proposer un appareil pour une personne";
    propose_text: "The key is made on the device itself with the command “ro device new”, which prints its public key. You propose; another administrator compares the id with the one on the device and confirms.", "La clé est créée sur l’appareil même, avec la commande « ro device new », qui affiche sa clé publique. Vous proposez; un autre administrateur compare l’identifiant à celui de l’appareil et confirme.";
    public_key: "Public key", "Clé publique";
    public_key_hint: "As “ro device new” printed it.", "Telle que « ro device new » l’a affichée.";
    last_day: "Last day", "Dernier jour";
    last_day_hint: "Valid through this day, in every time zone of Canada. It cannot be valid without end.", "Valide jusqu’à la fin de ce jour, dans tous les fuseaux du Canada. Une validité sans fin est impossible.";
    submit: "Propose it", "Proposer";

    end: "End", "Désactiver";
    end_title: "End a device", "Désactiver un appareil";
    end_text: "It ends now: nothing it signs counts any more. Its person can sign in as before.", "La fin est immédiate : plus rien de ce qu’il signe ne compte. Sa personne peut ouvrir une session comme avant.";
    end_submit: "End this device now", "Désactiver cet appareil maintenant";
}
