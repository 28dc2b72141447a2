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
    show: "Filter", "Filtrer";
    none: "No site that you may see fits this.", "Aucun lieu que vous puissiez voir ne correspond.";
}
