//! Templates of notices to supervisors about break-glass: for inboxes inside the wall only. Who and why stands in the review list.

use super::{
    Bilingual, Data, Words,
    casework::case_body,
    lines::{Lines, minute},
};

pub(super) const BROKEN: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("A case was opened by break-glass: {}", data.reference),
        body: |data| {
            let first = "Somebody opened a case that is not in their portfolio, to read only, for some hours. Who and why stands in the \
                         review list; the review is due tomorrow.";
            case_body(data, first, ["Case:", "Opened:", "Reference:"])
        },
    },
    fr: Words {
        title: |data| format!("Un cas a été ouvert en bris de glace : {}", data.reference),
        body: |data| {
            let first = "Une personne a ouvert, en lecture seule et pour quelques heures, un cas qui ne lui est pas confié. La liste de \
                         révision dit qui et pourquoi; la révision est attendue demain.";
            case_body(data, first, ["Cas :", "Ouvert :", "Référence :"])
        },
    },
};

pub(super) const QUOTA_REACHED: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("A further break-glass was refused: {}", data.reference),
        body: |data| {
            Lines::of("Somebody has opened as many cases by break-glass as one person may in a day, and was refused a further one.")
                .said("Refused:", &minute(data.happened_at))
                .line(format!("Reference: {}", data.reference))
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Un autre bris de glace a été refusé : {}", data.reference),
        body: |data| {
            Lines::of("Une personne a ouvert en bris de glace autant de cas qu'il est permis en un jour, et un autre lui a été refusé.")
                .said("Refusé :", &minute(data.happened_at))
                .line(format!("Référence : {}", data.reference))
                .text()
        },
    },
};

pub(super) const REVIEW_DUE: Bilingual = Bilingual {
    en: Words {
        title: |data| format!("Reviews of break-glass are overdue: {}", data.reference),
        body: |data| {
            Lines::of("Cases were opened by break-glass, and nobody has reviewed them in time.")
                .said("Reviews overdue:", &count(data))
                .said("Counted:", &minute(data.happened_at))
                .line(format!("Reference: {}", data.reference))
                .text()
        },
    },
    fr: Words {
        title: |data| format!("Des révisions de bris de glace sont en retard : {}", data.reference),
        body: |data| {
            Lines::of("Des cas ont été ouverts en bris de glace, et personne ne les a révisés à temps.")
                .said("Révisions en retard :", &count(data))
                .said("Compté :", &minute(data.happened_at))
                .line(format!("Référence : {}", data.reference))
                .text()
        },
    },
};

fn count(data: &Data) -> String {
    data.waiting.map(|waiting| waiting.to_string()).unwrap_or_default()
}
