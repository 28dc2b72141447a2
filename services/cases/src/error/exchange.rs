//! Refusals of items that pass between participants, each with its reason, its clause and both languages [R4b, X-085].

use base::Refusal;

refusals! {
    /// No such item on a case that the caller sees.
    item_unknown() = Refusal::invalid("item-unknown", "R4b", "item_id",
        "this case has no such item", "aucun élément de ce dossier ne porte cet identifiant");

    /// An item of or for somebody who left.
    item_of_someone_who_left() = Refusal::precondition("item-of-someone-who-left", "IM1c",
        "the sender or the recipient has left the case: nothing passes between them",
        "l'expéditeur ou le destinataire a quitté le dossier : rien ne passe entre eux");

    /// An item whose sender is its recipient.
    item_to_oneself() = Refusal::invalid("item-to-oneself", "R4b", "to",
        "the sender and the recipient are the same person", "l'expéditeur et le destinataire sont la même personne");

    /// An item in a mode in which people meet.
    item_in_a_direct_mode() = Refusal::invalid("item-in-a-direct-mode", "D-VOM", "mode",
        "an item passes by letter, by video, as a relayed message, or in a described mode that is not direct",
        "un élément passe par lettre, par vidéo, comme message transmis, ou dans un mode décrit qui n'est pas direct");

    /// A document that is not of the sender's side.
    item_document_of_another_side() = Refusal::invalid("item-document-of-another-side", "IM1a", "document_id",
        "this document does not stand on the side of the sender: keep it there, and pass that one on",
        "ce document n'est pas versé du côté de l'expéditeur : versez-le de ce côté, et transmettez celui-là");

    /// An item with nothing that can be reviewed or held.
    item_empty() = Refusal::invalid("item-empty", "R4b", "words",
        "give a document, the words to be relayed, or where the original is held",
        "donnez un document, les mots à transmettre, ou l'endroit où l'original est gardé");

    /// An item in place of one that was not returned.
    item_not_returned() = Refusal::precondition("item-not-returned", "R4b",
        "the item in whose place this one would stand was not returned to its sender",
        "l'élément que celui-ci remplacerait n'a pas été rendu à son expéditeur");

    /// Another item under a used key.
    item_key_used() = Refusal::precondition("item-key-used", "R4b",
        "another item was registered under this key: give each item a key of its own",
        "un autre élément a été consigné sous cette clé : donnez à chaque élément sa propre clé");

    /// No step, or one that does not exist.
    item_step_unknown() = Refusal::invalid("item-step-unknown", "R4b", "step",
        "say what is done with the item: review, release, return, withhold, deliver, acknowledge, decline or take back",
        "précisez ce qui est fait de l'élément : examen, mise en circulation, retour, retenue, remise, accusé de réception, refus ou reprise");

    /// A step that the state does not have.
    no_such_step(state: (&str, &str), step: (&str, &str)) = Refusal::precondition("no-such-step", "R4b",
        format!("an item that is {} cannot be {}", state.0, step.0),
        format!("un élément {} ne peut être {}", state.1, step.1));

    /// A return without advice.
    item_advice_missing() = Refusal::invalid("advice-missing", "R4b", "words",
        "say what the sender may want to change", "dites ce que l'expéditeur voudra peut-être changer");

    /// An item withheld without a reason.
    item_reason_missing() = Refusal::invalid("reason-missing", "R4b", "words",
        "say why it is withheld", "dites pourquoi il est retenu");

    /// A delivery without its way.
    item_way_missing() = Refusal::invalid("way-missing", "R4b", "way",
        "say how it reached the person", "dites comment il est parvenu à la personne");

    /// A delivery by the mail of an institution.
    institutional_mail_is_no_way() = Refusal::invalid("institutional-mail-is-no-way", "X-085", "way",
        "an item of the programme is no inmate mail: it is handed over, read aloud or shown, by the mediator or the victim services",
        "un élément du programme n'est pas du courrier de détenu : il est remis, lu ou montré par le médiateur ou par les services aux victimes");
}
