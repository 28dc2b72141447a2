//! Texts of the directory of sites, in both languages.

crate::text::texts! {
    sites: "Sites", "Établissements et bureaux";
    intro: "The alarm of a case is sent to the head of its site. A site that stands here wrongly sends it to the wrong person: tell an administrator of the directory.", "L’alarme d’un dossier est envoyée au responsable de son lieu. Un lieu mal inscrit l’envoie à la mauvaise personne : avisez un administrateur du répertoire.";
    caption: "{n} of {all} sites", "{n} lieux sur {all}";
    name: "Name", "Nom";
    code: "Code", "Code du lieu";
    kind: "Kind", "Type";
    region: "Region", "Région";
    verified: "Verified", "Vérification";
    is_verified: "Verified", "Vérifié";
    is_unverified: "Not verified", "Non vérifié";
    only: "Verification", "État de vérification";
    only_unverified: "Only those not verified", "Seulement ceux qui ne sont pas vérifiés";
    zone: "Time zone", "Fuseau horaire";
    zone_set: "set", "choisi";
    zone_province: "of its province", "de sa province";
    zone_most: "of most of its province: to be checked and set", "de la plus grande partie de sa province : à vérifier et à choisir";
    zone_none: "not known: times are shown in UTC", "inconnu : les heures sont indiquées en UTC";
    zone_change: "Change the time zone", "Modifier le fuseau horaire";
    zone_title: "Time zone of {site}", "Fuseau horaire, {site}";
    zone_text: "Times of an event at this site are shown in it, beside the reader’s own. It changes nothing of who is rung.", "Les heures d’un événement à ce lieu y sont indiquées, à côté de celles du lecteur. Cela ne change pas qui est appelé.";
    zone_default: "The default of its province", "Celui, par défaut, de sa province";
    zone_save: "Save", "Enregistrer";
    zone_saved: "The time zone is changed.", "Le fuseau horaire est modifié.";
    show: "Filter", "Filtrer";
    none: "No site that you may see fits this.", "Aucun lieu que vous puissiez voir ne correspond.";
}
