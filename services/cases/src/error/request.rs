//! Refusals of requests for information, each with its reason, its clause and both languages [R5c, R6c, R7c, R8b, X-784].

use base::Refusal;

refusals! {
    /// A request for no file.
    request_file_unknown() = Refusal::invalid("request-file-unknown", "R5c", "file",
        "say whose file is asked about: the offender's or the victim's", "précisez le dossier visé : celui du délinquant ou celui de la victime");

    /// Somebody who is not on the file on that side.
    request_about_whom() = Refusal::invalid("request-about-whom", "R5c", "participant_id",
        "name a participant whose file this is and who takes part in the case",
        "nommez une personne participante à qui appartient ce dossier et qui prend part au cas");

    /// The victim's file without its reference.
    request_reference_missing() = Refusal::invalid("reference-missing", "R5c", "reference",
        "give the reference under which victim services keep the file", "indiquez la référence sous laquelle les services aux victimes tiennent le dossier");

    /// A request that asks nobody, or an office and a person at once.
    request_to_nobody() = Refusal::invalid("request-to-nobody", "R8b", "office",
        "name an office by its position and place, or a person by their identity: one of the two",
        "nommez un bureau par son poste et son lieu, ou une personne par son identité : l'un des deux");

    /// A position that does not answer for this file.
    request_office_unknown() = Refusal::invalid("request-office-unknown", "R8b", "office",
        "the offender's file is asked of staff of a site, the victim's file of victim services of a region",
        "le dossier du délinquant se demande au personnel d'une unité, celui de la victime aux services aux victimes d'une région");

    /// A place that is not known.
    request_place_unknown() = Refusal::invalid("request-place-unknown", "R8b", "place",
        "give the code of a site; for victim services, of a region", "indiquez le code d'une unité; pour les services aux victimes, d'une région");

    /// A person who holds none of these positions.
    request_person_unknown() = Refusal::invalid("request-person-unknown", "R8b", "person",
        "nobody of this identity answers for this file at present: check how it is written, or ask an office",
        "personne de cette identité ne répond de ce dossier actuellement : vérifiez comment elle s'écrit, ou adressez-vous à un bureau");

    /// No items, or too many.
    request_items(most: usize) = Refusal::invalid("request-items", "R5c", "items",
        format!("say what is wanted, in one to {most} items"), format!("précisez ce qui est demandé, en un à {most} éléments"));

    /// An item of no kind.
    request_item_kind_unknown() = Refusal::invalid("request-item-kind-unknown", "R5c", "items",
        "say of each item what kind it is", "précisez la nature de chaque élément");

    /// An item that says nothing.
    request_item_without_words() = Refusal::invalid("request-item-without-words", "R5c", "items",
        "say in words what is wanted", "dites en mots ce qui est demandé");

    /// A request without a reason.
    request_reason_missing() = Refusal::invalid("reason-missing", "R5c", "reason",
        "say why this is asked, as the addressee may read it", "dites pourquoi ceci est demandé, en des termes que le destinataire peut lire");

    /// Words that tell the addressee too much.
    request_says_too_much(field: &'static str) = Refusal::invalid("request-says-too-much", "R8b", field,
        "the addressee reads this: leave out the programme, the other party, and the number of the case",
        "le destinataire lit ce texte : n'y mentionnez ni le programme, ni l'autre partie, ni le numéro du cas");

    /// Another request under a used key.
    request_key_used() = Refusal::conflict("key-used", "R5c",
        "something else was asked under this key: use a new one", "autre chose a été demandé sous cette clé : utilisez-en une nouvelle");

    /// No such request on a case that the caller sees.
    request_unknown() = Refusal::invalid("request-unknown", "R5c", "request_id",
        "this case has no such request", "aucune demande de ce cas ne porte cet identifiant");

    /// A step that the state does not have.
    no_such_request_step(state: (&str, &str), step: (&str, &str)) = Refusal::precondition("no-such-request-step", "R5c",
        format!("a request that is {} cannot be {}", state.0, step.0),
        format!("une demande {} ne peut être {}", state.1, step.1));

    /// An answer to no item of the request.
    request_item_unknown() = Refusal::invalid("request-item-unknown", "R8b", "answers",
        "the request has no such item", "la demande n'a aucun élément de ce genre");

    /// An answer to nothing.
    request_answers_missing() = Refusal::invalid("request-answers-missing", "R8b", "answers",
        "answer one item at least, or decline the request with a reason", "répondez à au moins un élément, ou refusez la demande avec un motif");

    /// An item without an outcome.
    request_outcome_unknown() = Refusal::invalid("request-outcome-unknown", "R8b", "answers",
        "say of each item whether it is given, declined or not held", "précisez pour chaque élément s'il est fourni, refusé ou non détenu");

    /// Something given without the information.
    request_answer_missing() = Refusal::invalid("request-answer-missing", "R8b", "answers",
        "write what is given", "écrivez l'information fournie");

    /// Something declined without a reason.
    request_decline_reason_missing() = Refusal::invalid("request-decline-reason-missing", "R8b", "reason",
        "say why it is declined", "dites pourquoi c'est refusé");

    /// Another answer to an item that has one.
    request_item_answered() = Refusal::conflict("request-item-answered", "R8b",
        "this item has its answer, which stands: a new request can ask for more",
        "cet élément a sa réponse, qui demeure : une nouvelle demande peut en demander davantage");

    /// A last day that is past, or later than the programme allows.
    request_last_day() = Refusal::invalid("request-last-day", "R5c", "last_day",
        "give the last day as YYYY-MM-DD: today or later, and no later than the programme allows, or leave it empty",
        "indiquez le dernier jour sous la forme AAAA-MM-JJ : aujourd'hui ou plus tard, sans dépasser ce que le programme permet, ou laissez le champ \
         vide");

    /// A disclosure to a victim by somebody who is not of victim services [CD 784].
    victim_is_told_by_victim_services() = Refusal::denied("victim-told-by-victim-services", "X-784",
        "only victim services disclose such information to a victim and record it: ask them by a request for the victim's file, with an item \
         that says what the victim is to be told",
        "seuls les services aux victimes communiquent de tels renseignements à une victime et le consignent : adressez-leur une demande visant \
         le dossier de la victime, avec un élément qui dit ce que la victime doit apprendre");

    /// A recorded disclosure that nobody asked for.
    no_disclosure_to_victim_asked() = Refusal::precondition("no-disclosure-asked", "X-784",
        "this item does not ask that a victim be told something", "cet élément ne demande pas que quelque chose soit communiqué à une victime");
}
