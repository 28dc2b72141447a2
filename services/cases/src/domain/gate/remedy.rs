//! Who can bring about a missing condition of a move, and how.

use crate::domain::gate::missing::Missing;

impl Missing {
    /// Whose move it is, in English and in French.
    #[must_use]
    pub const fn remedy(self) -> (&'static str, &'static str) {
        match self {
            Self::NoSuchMove { .. } => ("The case goes through its stages in their order.", "Le dossier suit ses étapes dans l’ordre."),
            Self::Reason => ("Whoever moves the case writes it.", "La personne qui change l’étape l’écrit."),
            Self::Acceptance => {
                ("The RJ Unit decides anew on the referral.", "L’Unité de la justice réparatrice rend une nouvelle décision sur le renvoi.")
            }
            Self::OwnInitiative(_) | Self::Consent(..) => (
                "Only the person can say so, and nobody for them. The mediator or the officer records what they say.",
                "Seule la personne peut le dire, et personne à sa place. Le médiateur ou l’agent consigne ce qu’elle dit.",
            ),
            Self::Mode => (
                "The participants choose it: offer each the consent to a mode.",
                "Les personnes participantes le choisissent : offrez à chacune de consentir à un mode.",
            ),
            Self::Description => (
                "Whoever works on the case describes the mode, and moves the case in it.",
                "La personne qui travaille au dossier décrit le mode, puis change l’étape dans ce mode.",
            ),
            Self::IndirectOnly(_) => (
                "Choose an indirect mode. Only a new decision of the RJ Unit on the referral allows a direct one.",
                "Choisissez un mode indirect. Seule une nouvelle décision de l’Unité de la justice réparatrice sur le renvoi en permet un direct.",
            ),
            Self::ContactFrozen => (
                "Whoever took the safety concern in hand closes it.",
                "La personne qui a pris en charge la préoccupation de sécurité la ferme.",
            ),
            Self::ConditionException => (
                "The RJ Unit advises who drafts the condition, and records the amendment once the victim was informed. A meeting with the \
                 mediator is no breach.",
                "L’Unité de la justice réparatrice avise la personne qui rédige la condition, puis consigne la modification une fois la \
                 victime informée. Une rencontre avec le médiateur n’est pas une violation.",
            ),
            Self::ConditionsAnswer => (
                "The RJ Unit records the condition, or states that there is none.",
                "L’Unité de la justice réparatrice consigne la condition, ou déclare qu’il n’y en a pas.",
            ),
            Self::SafetyAnswer => ("Try again in a moment.", "Réessayez dans un instant."),
            Self::Mediator => {
                ("An officer of the case, or a supervisor, assigns one.", "Un agent du dossier, ou un superviseur, en affecte un.")
            }
            Self::Engagement => (
                "An officer of the case assigns another mediator, or the National Manager engages this one again and the officer assigns them anew.",
                "Un agent du dossier affecte un autre médiateur, ou le gestionnaire national ou la gestionnaire nationale engage de nouveau cette personne et l’agent l’affecte de nouveau.",
            ),
            Self::Training => (
                "The mediator completes the training, and the National Manager records it.",
                "Le médiateur suit la formation, et le gestionnaire national ou la gestionnaire nationale la consigne.",
            ),
            Self::Conflict => (
                "An officer of the case, or a supervisor, assigns another mediator.",
                "Un agent du dossier, ou un superviseur, affecte un autre médiateur.",
            ),
            Self::Participant(_) => {
                ("The officer or the mediator adds them to the file.", "L’agent ou le médiateur ajoute cette personne au dossier.")
            }
            Self::NotInMediation => (
                "The mediator or the officer moves the case to mediation, which says what that needs.",
                "Le médiateur ou l’agent fait passer le dossier à la médiation, et apprend ce qu’il y faut.",
            ),
            Self::Entry(_) | Self::EntryOnHold(_) | Self::Curfew | Self::PartyLeft(_) => self.remedy_of_meeting(),
            Self::OpenReview(_) => of_a_review(),
            Self::Assessment(_) | Self::Review(_) | Self::NoteOnHighRisk(_) | Self::ImminentRisk(_) => {
                ("The mediator or the officer records an assessment.", "Le médiateur ou l’agent consigne une évaluation.")
            }
        }
    }

    /// The same for who meets, and for what a meeting in one room depends on.
    const fn remedy_of_meeting(self) -> (&'static str, &'static str) {
        match self {
            Self::PartyLeft(_) => (
                "Nobody can: whoever comes back says so on their own initiative, and is added again.",
                "Personne : qui revient le dit de sa propre initiative, et est ajouté de nouveau.",
            ),
            Self::Entry(_) => (
                "The mediator or the officer asks for an entry, and whoever answers for the institution approves it.",
                "Le médiateur ou l’agent demande une entrée, et la personne responsable de l’établissement l’approuve.",
            ),
            Self::EntryOnHold(_) => (
                "The entries of the case say what changed. Whoever answers for the institution confirms the entry anew, or it clears when \
                 the change is undone.",
                "Les entrées du dossier disent ce qui a changé. La personne responsable de l’établissement confirme l’entrée de nouveau, ou \
                 elle redevient valide lorsque le changement est annulé.",
            ),
            _ => (
                "The mediator or the officer plans another time, or records that the curfew is over.",
                "Le médiateur ou l’agent prévoit un autre moment, ou consigne que le couvre-feu a pris fin.",
            ),
        }
    }
}

const fn of_a_review() -> (&'static str, &'static str) {
    ("An officer of the case reviews it and records the finding.", "Un agent du dossier procède au réexamen et consigne la conclusion.")
}
