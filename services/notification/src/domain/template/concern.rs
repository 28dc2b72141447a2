//! Templates of a concern for NHQ and the responsible head. The head's words say what to do and whom to call, and nothing of where the
//! concern comes from [TRAP-1, RM1b, RM1c].

use super::{
    Bilingual, Words,
    lines::{Lines, minute},
};
use crate::domain::concern::Grade;

pub(super) const NHQ: Bilingual = Bilingual { en: NHQ_EN, fr: NHQ_FR };

const NHQ_EN: Words = Words {
    title: |data| {
        let what = match data.grade {
            Some(Grade::Imminent) => "Imminent risk",
            Some(Grade::Question) => "Question",
            Some(Grade::Concern | Grade::Drill) | None => "Safety concern",
        };
        format!("{what}: {}", data.reference)
    },
    body: |data| {
        let told = &data.bulletin;
        let first = match (told.unreadable, data.grade) {
            (true, _) => "A concern arrived that could not be read. What is known is here: find the sender and ask. Then accept it.",
            (false, Some(Grade::Imminent)) => "Imminent risk of serious harm. Act now, then accept it.",
            (false, Some(Grade::Question)) => "A question about the process waits for an answer. Accept it when you take it in hand.",
            (false, _) => "A safety or security concern was raised. Accept it when you take it in hand.",
        };
        Lines::of(first)
            .said("Site:", &told.site)
            .said("Raised:", &minute(told.raised_at))
            .said("Person at risk:", told.person_at_risk.expose())
            .said("Nature:", told.nature.expose())
            .said("Place:", told.place.expose())
            .said("What to do:", told.advice.expose())
            .said("In the words of who raised it:", told.text.expose())
            .said("Call back:", told.call_back.expose())
            .said("Case:", told.case.expose())
            .line(format!("Reference: {}", data.reference))
            .text()
    },
};

const NHQ_FR: Words = Words {
    title: |data| {
        let what = match data.grade {
            Some(Grade::Imminent) => "Risque imminent",
            Some(Grade::Question) => "Question",
            Some(Grade::Concern | Grade::Drill) | None => "Préoccupation en matière de sécurité",
        };
        format!("{what} : {}", data.reference)
    },
    body: |data| {
        let told = &data.bulletin;
        let first = match (told.unreadable, data.grade) {
            (true, _) => {
                "Un signalement est arrivé, mais n'a pu être lu. Voici ce que l'on sait : trouvez l'expéditeur et informez-vous. Acceptez-le ensuite."
            }
            (false, Some(Grade::Imminent)) => "Risque imminent de préjudice grave. Agissez maintenant, puis acceptez-le.",
            (false, Some(Grade::Question)) => {
                "Une question sur le processus attend une réponse. Acceptez-la lorsque vous la prenez en charge."
            }
            (false, _) => "Une préoccupation en matière de sécurité a été signalée. Acceptez-la lorsque vous la prenez en charge.",
        };
        Lines::of(first)
            .said("Établissement ou bureau :", &told.site)
            .said("Signalé :", &minute(told.raised_at))
            .said("Personne à risque :", told.person_at_risk.expose())
            .said("Nature :", told.nature.expose())
            .said("Lieu :", told.place.expose())
            .said("Mesures à prendre :", told.advice.expose())
            .said("Dans les mots de la personne qui signale :", told.text.expose())
            .said("Rappeler :", told.call_back.expose())
            .said("Cas :", told.case.expose())
            .line(format!("Référence : {}", data.reference))
            .text()
    },
};

pub(super) const HEAD_IMMINENT: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Imminent risk: {}", data.reference),
        body: |data| {
            let told = &data.bulletin;
            Lines::of("Imminent risk of self-injury, suicide, serious bodily injury or death. Act now, then accept it.")
                .said("Site:", &told.site)
                .said("Raised:", &minute(told.raised_at))
                .said("Person at risk:", told.person_at_risk.expose())
                .said("Nature:", told.nature.expose())
                .said("Place:", told.place.expose())
                .said("What to do:", told.advice.expose())
                .line(format!("Call NHQ about reference {}.", data.reference))
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Risque imminent : {}", data.reference),
        body: |data| {
            let told = &data.bulletin;
            Lines::of(
                "Risque imminent d'automutilation, de suicide, de blessures corporelles graves ou de décès. Agissez maintenant, puis acceptez-le.",
            )
            .said("Établissement ou bureau :", &told.site)
            .said("Signalé :", &minute(told.raised_at))
            .said("Personne à risque :", told.person_at_risk.expose())
            .said("Nature :", told.nature.expose())
            .said("Lieu :", told.place.expose())
            .said("Mesures à prendre :", told.advice.expose())
            .line(format!("Appelez l'administration centrale au sujet de la référence {}.", data.reference))
            .text()
        },
    },
};

pub(super) const HEAD: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Call NHQ about reference {}", data.reference),
        body: |data| {
            Lines::of(format!("Call NHQ about reference {}. Accept it when you take it in hand.", data.reference))
                .said("Site:", &data.bulletin.site)
                .said("Raised:", &minute(data.bulletin.raised_at))
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Appelez l'administration centrale : référence {}", data.reference),
        body: |data| {
            Lines::of(format!(
                "Appelez l'administration centrale au sujet de la référence {}. Acceptez-la lorsque vous la prenez en charge.",
                data.reference
            ))
            .said("Établissement ou bureau :", &data.bulletin.site)
            .said("Signalé :", &minute(data.bulletin.raised_at))
            .text()
        },
    },
};

pub(super) const DRILL: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("DRILL: accept {}", data.reference),
        body: |data| {
            Lines::of("This is a drill of the alarm: nobody is at risk. Accept it as you would accept a concern; it is measured how long that takes.")
                .said("Site:", &data.bulletin.site)
                .said("Begun:", &minute(data.bulletin.raised_at))
                .line(format!("Reference: {}", data.reference))
                .text()
        },
    },
    fr: Words {
        title: |data| format!("EXERCICE : acceptez {}", data.reference),
        body: |data| {
            Lines::of(
                "Ceci est un exercice de l'alarme : personne n'est en danger. Acceptez-le comme vous accepteriez un signalement ; le temps que cela prend est mesuré.",
            )
            .said("Établissement ou bureau :", &data.bulletin.site)
            .said("Lancé :", &minute(data.bulletin.raised_at))
            .line(format!("Référence : {}", data.reference))
            .text()
        },
    },
};

pub(super) const STAND_IN: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("The responsible head has not been reached: {}", data.reference),
        body: |data| {
            Lines::of(format!(
                "The responsible head has not accepted reference {}, or nobody is known to hold the office. Reach them by telephone, or route the reference to the right site: it rings until a head accepts.",
                data.reference
            ))
            .said("Site:", &data.bulletin.site)
            .said("Raised:", &minute(data.bulletin.raised_at))
            .text()
        },
    },
    fr: Words {
        title: |data| format!("Le directeur responsable n'a pas été joint : {}", data.reference),
        body: |data| {
            Lines::of(format!(
                "Le directeur responsable n'a pas accepté la référence {}, ou personne n'est connu dans cette fonction. Joignez-le par téléphone, ou dirigez la référence vers le bon établissement : elle sonne jusqu'à ce qu'un directeur l'accepte.",
                data.reference
            ))
            .said("Établissement ou bureau :", &data.bulletin.site)
            .said("Signalé :", &minute(data.bulletin.raised_at))
            .text()
        },
    },
};

pub(super) const ALARM_SILENT: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("The alarm has fallen silent: {}", data.reference),
        body: |data| {
            Lines::of(format!(
                "Reference {} has not been accepted, and the alarm has not rung again in time: it may have failed. Do not wait for it. Reach NHQ and the responsible head by telephone now, and tell operations.",
                data.reference
            ))
            .text()
        },
    },
    fr: Words {
        title: |data| format!("L'alarme s'est tue : {}", data.reference),
        body: |data| {
            Lines::of(format!(
                "La référence {} n'a pas été acceptée, et l'alarme n'a pas sonné de nouveau à temps : elle est peut-être en panne. N'attendez pas. Joignez dès maintenant par téléphone l'administration centrale et le directeur responsable, et prévenez les opérations.",
                data.reference
            ))
            .text()
        },
    },
};

pub(super) const ALARM_UNANSWERED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("The alarm does not answer, use the telephone: {}", data.reference),
        body: |data| {
            Lines::of(format!(
                "The alarm service does not answer (reference {}). It may ring nobody and record nothing. Until it answers again, raise and accept by telephone: reach NHQ, the National Monitoring Centre and the responsible head, and tell operations.",
                data.reference
            ))
            .text()
        },
    },
    fr: Words {
        title: |data| format!("L'alarme ne répond pas, utilisez le téléphone : {}", data.reference),
        body: |data| {
            Lines::of(format!(
                "Le service d'alarme ne répond pas (référence {}). Il se peut qu'il ne sonne chez personne et ne consigne rien. Jusqu'à ce qu'il réponde de nouveau, signalez et acceptez par téléphone : joignez l'administration centrale, le Centre national de surveillance et le directeur responsable, et prévenez les opérations.",
                data.reference
            ))
            .text()
        },
    },
};

pub(super) const VANISHED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("A concern had vanished and was put back: {}", data.reference),
        body: |data| {
            Lines::of(format!(
                "Reference {} was recorded by the alarm, and then stood in its database no more. It was put back from the copy that is guarded here, and rings both audiences anew: what they had accepted does not count any more. Tell operations and security: somebody may have removed it.",
                data.reference
            ))
            .text()
        },
    },
    fr: Words {
        title: |data| format!("Un signalement avait disparu et a été rétabli : {}", data.reference),
        body: |data| {
            Lines::of(format!(
                "La référence {} avait été consignée par l'alarme, puis ne figurait plus dans sa base de données. Elle a été rétablie à partir de la copie gardée ici et sonne de nouveau chez les deux destinataires : leurs acceptations antérieures ne comptent plus. Prévenez les opérations et la sécurité : quelqu'un l'a peut-être supprimée.",
                data.reference
            ))
            .text()
        },
    },
};
