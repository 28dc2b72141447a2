//! Refusals of cases, each with its reason, its clause and both languages.

use base::Refusal;

/// Defines the functions of the table below, one for each refusal.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident($($value:ident: $type:ty),*) = $refusal:expr;)+) => {
        $($(#[$doc])* #[must_use] pub fn $name($($value: $type),*) -> Refusal { $refusal })+
    };
}

mod condition;
mod document;
mod entry;
mod exchange;
mod extract;
mod list;
mod mediator;
mod protocol;
mod replay;
mod request;
mod review;
mod session;

pub use condition::*;
pub use document::*;
pub use entry::*;
pub use exchange::*;
pub use extract::*;
pub use list::*;
pub use mediator::*;
pub use protocol::*;
pub use replay::*;
pub use request::*;
pub use review::*;
pub use session::*;

// Texts.

refusals! {
    /// A text with a character that cannot be stored.
    text_unreadable(field: &'static str) = Refusal::invalid("text-unreadable", "R3c", field,
        format!("the field {field} holds a character that cannot be kept: type it again without it"),
        format!("le champ {field} contient un caractère qui ne peut être conservé : saisissez-le de nouveau sans ce caractère"));

    /// A text over its limit.
    text_too_long(field: &'static str, max: usize) = Refusal::invalid("text-too-long", "R3c", field,
        format!("the field {field} is longer than {max} characters"),
        format!("le champ {field} dépasse {max} caractères"));
}

// Need to know and assignments.

refusals! {
    /// A change by someone who reads by break-glass.
    read_only_access() = Refusal::denied("read-only-access", "R3c",
        "you opened this case by break-glass: you may read it, and change nothing; if someone is at risk, raise a concern directly",
        "vous avez ouvert ce dossier en bris de glace : vous pouvez le lire, sans rien y changer; si quelqu'un est en danger, signalez la \
         préoccupation directement");

    /// An action of whoever answers for the case, by another person.
    not_your_part() = Refusal::denied("not-your-part", "R3c",
        "this is done by whoever answers for the case: its officer, or a supervisor",
        "cela revient à la personne responsable du dossier : son agent ou un superviseur");

    /// An assignment without a mediator.
    mediator_missing() = Refusal::invalid("mediator-missing", "D-mediator", "mediator",
        "give the identity of the mediator", "indiquez l'identité du médiateur");

    /// An assignment to someone who is no mediator.
    mediator_unknown() = Refusal::invalid("mediator-unknown", "D-mediator", "mediator",
        "nobody holds the role of mediator under this identity at present: check how it is written, or ask a directory administrator",
        "personne ne détient actuellement le rôle de médiateur sous cette identité : vérifiez comment elle s'écrit, ou adressez-vous à un \
         administrateur du répertoire");

    /// The end of an assignment that never was.
    mediator_not_assigned() = Refusal::precondition("not-assigned", "D-mediator",
        "this mediator was never assigned to the case", "ce médiateur n'a jamais été affecté au dossier");

    /// An assignment of a mediator whose end has passed.
    mediator_assignment_over() = Refusal::invalid("assignment-already-over", "D-mediator", "until",
        "the assignment would end before it begins", "l'affectation prendrait fin avant de commencer");

    /// An assignment without an officer.
    officer_missing() = Refusal::invalid("officer-missing", "R3c", "officer",
        "give the identity of the officer", "indiquez l'identité de l'agent");

    /// An assignment to someone who is no officer.
    officer_unknown() = Refusal::invalid("officer-unknown", "R3c", "officer",
        "nobody holds the role of RJ officer under this identity at present: check how it is written, or ask a directory administrator",
        "personne ne détient actuellement le rôle d'agent de la JR sous cette identité : vérifiez comment elle s'écrit, ou adressez-vous à \
         un administrateur du répertoire");

    /// The end of an officer's assignment that never was.
    not_in_portfolio() = Refusal::precondition("not-in-portfolio", "R3c",
        "the case was never in this officer's portfolio", "le dossier n'a jamais été confié à cet agent");

    /// An assignment of an officer whose end has passed.
    officer_assignment_over() = Refusal::invalid("assignment-already-over", "R3c", "until",
        "the assignment would end before it begins", "l'affectation prendrait fin avant de commencer");

    /// An end that is no point in time.
    until_impossible() = Refusal::invalid("until-impossible", "D-mediator", "until",
        "the end of the assignment is not a point in time", "la fin de l'affectation n'est pas un moment possible");
}

// Break-glass.

refusals! {
    /// A break-glass of a case that the caller may know of anyway.
    break_glass_not_needed() = Refusal::precondition("break-glass-not-needed", "R3c",
        "you may know of this case already: open it as usual", "vous avez déjà accès à ce dossier : ouvrez-le comme d'habitude");

    /// A break-glass without a reason.
    break_glass_reason_missing() = Refusal::invalid("reason-missing", "R3c", "reason",
        "say why you must read this case, in ten characters or more: a supervisor will read it",
        "dites pourquoi vous devez lire ce dossier, en dix caractères ou plus : un superviseur le lira");

    /// A break-glass over the quota of the last 24 hours.
    break_glass_quota_reached() = Refusal::denied("break-glass-quota", "IM1a",
        "you have opened as many cases by break-glass as one person may in 24 hours; your supervisors are told. If someone is at risk, \
         raise a concern directly",
        "vous avez ouvert autant de dossiers en bris de glace qu'une personne le peut en 24 heures; vos superviseurs en sont avisés. Si \
         quelqu'un est en danger, signalez la préoccupation directement");

    /// A review by the person who opened the case.
    own_break_glass() = Refusal::denied("own-break-glass", "IM1a",
        "nobody reviews their own break-glass: another supervisor must",
        "personne ne révise son propre bris de glace : un autre superviseur doit le faire");

    /// A review without its finding.
    finding_missing() = Refusal::invalid("finding-missing", "IM1a", "finding",
        "say whether it was justified", "précisez si c'était justifié");

    /// A finding of "not justified" without an explanation.
    note_missing() = Refusal::invalid("note-missing", "IM1a", "note",
        "say why it was not justified", "dites pourquoi ce n'était pas justifié");

    /// A second review with another finding.
    reviewed_already() = Refusal::conflict("reviewed-already", "IM1a",
        "this break-glass was reviewed already, with another finding", "ce bris de glace a déjà été révisé, avec une autre conclusion");
}

// Stages and the gate.

refusals! {
    /// A move to no stage.
    stage_unknown() = Refusal::invalid("stage-unknown", "R3a", "to",
        "give the stage to move to", "indiquez l'étape visée");

    /// Something new on a closed case.
    case_closed() = Refusal::precondition("case-closed", "R3a",
        "the case is closed: re-open it first", "le dossier est clos : rouvrez-le d'abord");

    /// A new participant while mediation is under way: they have not consented yet [L26.1-2].
    mediation_under_way() = Refusal::precondition("mediation-under-way", "L26.1-2",
        "mediation is under way: pause the case first, so that whoever joins can consent",
        "la médiation est en cours : mettez d'abord le dossier en pause, pour que la personne qui s'y joint puisse consentir");

    /// A move that the stages do not have; each stage by its name in English and in French.
    no_such_move(from: (&str, &str), to: (&str, &str)) = Refusal::precondition("no-such-move", "R3a",
        format!("a case does not go from {} to {}", from.0, to.0),
        format!("un dossier ne passe pas de {} à {}", from.1, to.1));

    /// A move with conditions that do not hold; its clause is that of the first of them.
    conditions_missing(clause: &'static str, en: &str, fr: &str) = Refusal::precondition("conditions-missing", clause,
        format!("this cannot go ahead yet; missing: {en}"),
        format!("cela ne peut pas encore avancer; il manque : {fr}"));
}

// Participants.

refusals! {
    /// No such participant on a case that the caller sees [R4a].
    participant_unknown() = Refusal::invalid("participant-unknown", "R4a", "participant_id",
        "no participant of this case has this id; if someone is at risk now, raise a concern directly",
        "aucun participant de ce dossier ne porte cet identifiant; si quelqu'un est en danger, signalez la préoccupation directement");

    /// A person without their part.
    participant_kind_unknown() = Refusal::invalid("participant-kind-unknown", "D-RO", "kind",
        "give the part the person takes", "indiquez le rôle de la personne");

    /// A person without a name.
    participant_name_missing() = Refusal::invalid("name-missing", "R3c", "name",
        "give the name of the participant", "indiquez le nom du participant");

    /// A language that is not official [LOLA].
    language_unknown() = Refusal::invalid("language-unknown", "LOLA", "language",
        "Give the language as en or fr, or leave it empty where it is not known.",
        "Indiquez la langue par en ou fr, ou laissez le champ vide si elle n'est pas connue.");

    /// A person who is on the other side, by their number [CCRA 2(4)].
    same_person_on_both_sides() = Refusal::precondition("same-person-on-both-sides", "CCRA 2(4)",
        "The same person cannot stand on both sides of a case: an offender is never the victim of the offence, and cannot act for or \
         support one.",
        "La même personne ne peut figurer des deux côtés d'un dossier : un délinquant n'est jamais la victime de l'infraction et ne peut ni \
         agir pour elle ni la soutenir.");

    /// A person whose name is on the other side [CCRA 2(4)].
    may_be_the_same_person() = Refusal::precondition("may-be-the-same-person", "CCRA 2(4)",
        "Somebody of this name stands on the other side of the case. Give the FPS number of both, or say that this is another person.",
        "Une personne de ce nom figure de l'autre côté du dossier. Indiquez le numéro FPS des deux, ou précisez qu'il s'agit d'une autre \
         personne.");

    /// A key under which another person was added.
    participant_key_used() = Refusal::precondition("key-used", "R3c",
        "another person was added under this key: use a new one",
        "une autre personne a été ajoutée sous cette clé : utilisez-en une nouvelle");

    /// A departure at nobody's wish.
    wish_unknown() = Refusal::invalid("wish-unknown", "IM1c", "wish",
        "say at whose wish the participant leaves", "précisez à la demande de qui le participant quitte le dossier");

    /// A departure without a reason, at another's wish.
    leaving_reason_missing() = Refusal::invalid("reason-missing", "IM1c", "reason",
        "say why this participant leaves: only who leaves at their own wish need not say so",
        "indiquez pourquoi ce participant quitte le dossier : seule la personne qui part de sa propre volonté n'a pas à le dire");

    /// A departure that the mediator may not record.
    leaving_not_by_mediator() = Refusal::denied("leaving-not-by-mediator", "IM1c",
        "the mediator records that a participant leaves at their own wish or at the mediator's; anything else is recorded by who answers \
         for the case, its officer or a supervisor",
        "le médiateur consigne le départ voulu par le participant ou par lui-même; tout autre départ est consigné par la personne \
         responsable du dossier, son agent ou un superviseur");

    /// A second departure that differs from the recorded one.
    left_already() = Refusal::precondition("left-already", "IM1c",
        "this participant has left already, and what was recorded stands: a case shows it",
        "ce participant a déjà quitté le dossier, et ce qui a été consigné demeure : le dossier l'indique");

    /// A consent of a person who has left.
    participant_left() = Refusal::precondition("participant-left", "IM1c",
        "this participant has left the case: if they come back of their own free will, add them anew",
        "ce participant a quitté le dossier : s'il revient de son plein gré, ajoutez-le de nouveau");
}

// Modes of communication.

refusals! {
    /// A mode that is not on the list.
    mode_unknown() = Refusal::invalid("mode-unknown", "D-VOM", "mode",
        "give one of the modes: letter, video, shuttle, face_to_face, group, other",
        "indiquez un des modes : letter, video, shuttle, face_to_face, group, other");

    /// A described mode without its description.
    description_missing() = Refusal::invalid("description-missing", "D-VOM", "description",
        "describe the way to communicate, as everybody who is asked to consent to it will read it",
        "décrivez le mode de communication, tel que le lira chaque personne appelée à y consentir");

    /// A described mode beside a mode of the list.
    mode_on_the_list() = Refusal::invalid("mode-on-the-list", "D-VOM", "described_mode_id",
        "only the mode other is a described one: leave the description out, or give the mode other",
        "seul le mode other est décrit : retirez la description ou indiquez le mode other");

    /// A described mode that is not of this case.
    described_mode_unknown() = Refusal::invalid("described-mode-unknown", "D-VOM", "described_mode_id",
        "no such mode was described in this case: describe it first, or take its id from the case",
        "aucun mode de ce genre n'a été décrit dans ce dossier : décrivez-le d'abord, ou prenez son identifiant dans le dossier");

    /// A mode that is not on the list and not described.
    mode_not_described() = Refusal::invalid("mode-not-described", "D-VOM", "described_mode_id",
        "say which other mode: describe it first, and give its id, so that everybody consents to the same one",
        "précisez quel autre mode : décrivez-le d'abord et indiquez son identifiant, pour que chacun consente au même");
}

// Consents.

refusals! {
    /// A statement on consent without its status.
    consent_status_unknown() = Refusal::invalid("consent-status-unknown", "IM1c", "status",
        "say whether the consent is offered, given, withdrawn or expired",
        "précisez si le consentement est offert, donné, retiré ou expiré");

    /// A consent that is not informed and voluntary.
    consent_not_voluntary() = Refusal::invalid("consent-not-voluntary", "L26.1-2", "informed_and_voluntary",
        "consent counts only when the participant understood it and nobody pressed them",
        "le consentement ne vaut que si le participant l'a compris et que personne n'a exercé de pression");

    /// A consent without the version of its form.
    consent_form_missing() = Refusal::invalid("consent-form-missing", "L26.1-2", "form_version",
        "give the version of the consent form", "indiquez la version du formulaire de consentement");

    /// A consent without its language.
    consent_language_missing() = Refusal::invalid("consent-language-missing", "L26.1-2", "language",
        "give the language in which the participant consented: en or fr",
        "indiquez la langue dans laquelle le participant a consenti : en ou fr");

    /// A consent without how it was given.
    consent_how_missing() = Refusal::invalid("consent-how-missing", "IM1c", "how",
        "say how the participant gave their consent", "indiquez comment le participant a donné son consentement");

    /// A consent of which nobody checked that it was understood.
    consent_understanding_missing() = Refusal::invalid("consent-understanding-missing", "L26.1-2", "understanding",
        "say what was checked, at least one thing, to be sure that the participant understood",
        "indiquez au moins une chose qui a été vérifiée pour s'assurer que le participant a compris");

    /// A scan that is no consent form of this case that the participant's side may hold.
    consent_scan_unknown() = Refusal::invalid("consent-scan-unknown", "IM1c", "scan_document_id",
        "give the id of a consent form that is kept on this file, on the participant's own side or for the file itself",
        "donnez l'identifiant d'un formulaire de consentement conservé au dossier, du côté du participant ou pour le dossier lui-même");

    /// A last day that is past, or later than the programme allows.
    consent_end_impossible() = Refusal::invalid("consent-end-impossible", "L26.1-2", "ends_on",
        "give the last day of the consent as YYYY-MM-DD: today or later, and no later than the programme allows",
        "indiquez le dernier jour du consentement sous la forme AAAA-MM-JJ : aujourd'hui ou plus tard, sans dépasser ce que le programme \
         permet");

    /// A consent given that was not offered.
    consent_not_offered() = Refusal::precondition("consent-not-offered", "L26.1-2",
        "record first that this mode was offered to the participant", "consignez d'abord que ce mode a été offert au participant");

    /// A consent given again that was not offered anew.
    consent_not_offered_again() = Refusal::precondition("consent-not-offered-again", "IM1c",
        "this consent has ended; it can be given again only after a new offer",
        "ce consentement a pris fin; il ne peut être donné de nouveau qu'après une nouvelle offre");

    /// An offer of a mode to which the participant consented.
    consent_already_given() = Refusal::precondition("consent-already-given", "IM1c",
        "the participant has already consented to this mode", "le participant a déjà consenti à ce mode");

    /// The expiry of a consent that was not given.
    consent_not_given() = Refusal::precondition("consent-not-given", "IM1c",
        "only a consent that was given can expire", "seul un consentement qui a été donné peut expirer");

    /// An offer to someone who has withdrawn, or a consent given by them.
    own_initiative_missing() = Refusal::precondition("own-initiative-missing", "IM1c",
        "this participant has withdrawn; nothing is offered to them or given by them until they have said on their own initiative that \
         they want to go on: record that with the offer, how and when",
        "ce participant s'est retiré; rien ne lui est offert ni n'est donné par lui tant qu'il n'a pas dit de sa propre initiative vouloir \
         continuer : consignez-le avec l'offre, comment et quand");

    /// Half a statement of the participant's own initiative.
    own_initiative_incomplete() = Refusal::invalid("own-initiative-incomplete", "IM1c", "initiative",
        "say both how and when the participant said, on their own initiative, that they want to go on",
        "indiquez comment et quand le participant a dit, de sa propre initiative, vouloir continuer");

    /// A participant's own initiative, recorded by the mediator.
    own_initiative_by_mediator() = Refusal::denied("own-initiative-by-mediator", "IM1c",
        "the mediator does not record that a participant turned back on their own initiative: who answers for the case does, its officer \
         or a supervisor",
        "le médiateur ne consigne pas qu'un participant revient de sa propre initiative : cela revient à la personne responsable du \
         dossier, son agent ou un superviseur");

    /// A participant's own initiative before the withdrawal, or in the future.
    own_initiative_time() = Refusal::invalid("own-initiative-time", "IM1c", "initiative_at",
        "the participant's own initiative lies after the withdrawal, and not in the future",
        "l'initiative du participant est postérieure au retrait, et non dans le futur");
}

// Assessments.

refusals! {
    /// An assessment without its risk.
    risk_unknown() = Refusal::invalid("risk-unknown", "R4a", "risk",
        "give the risk: low, moderate, high or imminent", "indiquez le risque : faible, modéré, élevé ou imminent");

    /// An assessment without the date of the next review.
    next_review_missing() = Refusal::invalid("next-review-missing", "R4a", "next_review_on",
        "give the date of the next review as YYYY-MM-DD", "indiquez la date du prochain réexamen sous la forme AAAA-MM-JJ");

    /// An assessment without a key.
    assessment_key_missing() = Refusal::invalid("idempotency-key-missing", "R4a", "idempotency_key",
        "give a key of your own: the same key twice records one assessment",
        "indiquez une clé de votre choix : la même clé deux fois ne consigne qu'une évaluation");

    /// A key under which another assessment was recorded.
    assessment_key_used() = Refusal::conflict("idempotency-key-used", "R4a",
        "another assessment was recorded under this key: use a new key",
        "une autre évaluation a été consignée sous cette clé : utilisez une nouvelle clé");
}

// The site of the person.

refusals! {
    /// A site that the table of sites does not have.
    site_unknown() = Refusal::invalid("site-unknown", "R3e", "site",
        "there is no such site: give the code of an institution, a community correctional centre or a parole office",
        "cet établissement n'existe pas : indiquez le code d'un établissement, d'un centre correctionnel communautaire ou d'un bureau de \
         libération conditionnelle");

    /// A transfer to a headquarters.
    nobody_is_held_there() = Refusal::invalid("nobody-is-held-there", "R3e", "site",
        "nobody is held or supervised at a headquarters: give the site where the person is",
        "personne n'est détenu ni surveillé à une administration : indiquez l'établissement où se trouve la personne");

    /// A release to an institution or a headquarters.
    release_not_to_the_community() = Refusal::invalid("release-not-to-the-community", "R3e", "site",
        "a release is to a parole office, a district or a community correctional centre: record a move to another institution as a transfer",
        "une mise en liberté se fait vers un bureau de libération conditionnelle, un district ou un centre correctionnel communautaire : \
         consignez le passage à un autre établissement comme un transfèrement");

    /// A move that is neither a transfer nor a release.
    move_unknown() = Refusal::invalid("move-unknown", "R3e", "how",
        "say whether the person was transferred, or released to supervision in the community",
        "précisez si la personne a été transférée ou mise en liberté sous surveillance dans la collectivité");

    /// A move without its day.
    move_date_missing() = Refusal::invalid("move-date-missing", "R3e", "moved_on",
        "give the day on which the person moved, as YYYY-MM-DD",
        "indiquez le jour où la personne a changé d'établissement, sous la forme AAAA-MM-JJ");

    /// A move on a day that lies ahead.
    move_not_yet() = Refusal::invalid("move-not-yet", "R3e", "moved_on",
        "that day has not come: record the move once the person has moved, because until then the head of the present site is responsible",
        "ce jour n'est pas encore venu : consignez le déplacement une fois effectué, car jusque-là le directeur de l'établissement actuel \
         est responsable");

    /// A move before the person came to their present site.
    move_out_of_order() = Refusal::precondition("move-out-of-order", "R3e",
        "the file has the person at the present site only since a later day: if they are not there, correct the site",
        "selon le dossier, la personne n'est à l'établissement actuel que depuis un jour ultérieur : si elle n'y est pas, corrigez \
         l'établissement");

    /// A change of the site without a reason.
    site_reason_missing() = Refusal::invalid("reason-missing", "R3e", "reason",
        "say how you know where the person is", "dites comment vous savez où se trouve la personne");

    /// A key under which another change of the site was recorded.
    site_key_used() = Refusal::conflict("key-used", "R3e",
        "another change of the site was recorded under this key: use a new one",
        "un autre changement d'établissement a été consigné sous cette clé : utilisez-en une nouvelle");

    /// A change to the site at which the case is.
    site_unchanged() = Refusal::precondition("site-unchanged", "R3e",
        "the case stands at this site already", "le dossier est déjà rattaché à cet établissement");
}

// Holds and purges.

refusals! {
    /// A hold of no kind.
    hold_kind_unknown() = Refusal::invalid("hold-kind-unknown", "LPR4", "kind",
        "say what the case is held for: an access request, a legal matter, or another",
        "précisez le motif de la suspension : demande d'accès, question juridique ou autre");

    /// A hold placed or lifted without a reason.
    hold_reason_missing() = Refusal::invalid("reason-missing", "LPR4", "reason",
        "say why, in ten characters or more", "dites pourquoi, en dix caractères ou plus");

    /// A hold that is not of this case.
    hold_unknown() = Refusal::invalid("hold-unknown", "LPR4", "hold_id",
        "this case has no such hold", "aucune suspension de ce dossier ne porte cet identifiant");

    /// A purge of a case that is not closed.
    case_not_closed() = Refusal::precondition("case-not-closed", "LPR4",
        "the case is not closed: only a closed case is purged", "le dossier n'est pas clos : seul un dossier clos est éliminé");

    /// A purge before the retention is over.
    retention_not_over(until: &str) = Refusal::precondition("retention-not-over", "LPR4",
        format!("the case is kept until {until}: its retention is not over"),
        format!("le dossier est conservé jusqu'au {until} : le délai de conservation n'est pas écoulé"));

    /// A purge of a case with a hold.
    hold_stands() = Refusal::precondition("hold-stands", "LPR4",
        "a hold stands on the case: it is kept until the hold is lifted",
        "une suspension de l'élimination vise le dossier : il est conservé jusqu'à ce qu'elle soit levée");

    /// A purge of a case with an open concern.
    concern_open() = Refusal::precondition("concern-open", "LPR4",
        "a safety concern of the case is open: it is kept until every one is closed",
        "une préoccupation de sécurité du dossier est ouverte : il est conservé jusqu'à la clôture de chacune");

    /// A purge of a case with a break-glass that is not reviewed.
    break_glass_review_open() = Refusal::precondition("break-glass-review-open", "LPR4",
        "a break-glass of the case is not reviewed: it is kept until every one is",
        "un bris de glace visant le dossier n'est pas révisé : il est conservé jusqu'à ce que chacun le soit");

    /// A confirmation without an order.
    purge_not_ordered() = Refusal::precondition("purge-not-ordered", "LPR4",
        "nobody has ordered the purge of this case in the last thirty days: order it, and somebody else confirms",
        "personne n'a ordonné l'élimination de ce dossier dans les trente derniers jours : ordonnez-la, et une autre personne confirme");

    /// A confirmation by the person who ordered.
    second_person_needed() = Refusal::denied("second-person-needed", "LPR4",
        "this takes two persons: you ordered the purge, and somebody else confirms it",
        "il faut deux personnes : vous avez ordonné l'élimination, et une autre personne la confirme");

    /// A purge whose certificate cannot be signed: without proof none is carried out.
    certificate_cannot_be_signed() = Refusal::precondition("certificate-cannot-be-signed", "LPR4",
        "this service has no audit key to sign the certificate with: nothing was destroyed",
        "ce service n'a pas de clé d'audit pour signer le certificat : rien n'a été détruit");
}
