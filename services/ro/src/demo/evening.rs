//! The evening of the demo: each person was notified in their own language, and the report counts the day without identifying anybody.

use proto::{
    notification::v1::{InboxItem, ListInboxRequest},
    reporting::v1::{Cell, GetReportRequest, GetReportResponse, Table, cell::Value},
};

use super::{
    alarm::{Alarm, NARRATIVE},
    day::Day,
    mail,
    referrals::OFFENDER,
};
use crate::client::{
    failure::Failure,
    report, seed,
    text::{Lang, Words},
    who::Who,
};

const MAIL: Words = Words {
    en: "e-mail to {} in {}: the reference, how urgent, where to accept, and no more",
    fr: "courriel à {} en {} : la référence, l'urgence, où accepter, et rien de plus",
};
const ENGLISH: Words = Words { en: "English", fr: "anglais" };
const FRENCH: Words = Words { en: "French", fr: "français" };
const ASSIGNED: Words = Words { en: "{} was told of the assignment in {}", fr: "{} a été avisé de sa désignation en {}" };
const COUNTED: Words = Words {
    en: "the report counts {} new referrals; cells from 1 to {} are withheld",
    fr: "le rapport compte {} nouveaux renvois; les cellules de 1 à {} sont masquées",
};
const MAIL_SEEN: Words =
    Words { en: "an e-mail to each of the two who were rung", fr: "un courriel à chacune des deux personnes appelées" };
const MAIL_LANGUAGE: Words = Words { en: "e-mail in the person's own language", fr: "courriel dans la langue de la personne" };
const MAIL_SILENT: Words = Words { en: "e-mail without content", fr: "courriel sans contenu" };
const ASSIGNMENT_SEEN: Words = Words { en: "the assignment in the mediator's inbox", fr: "la désignation dans la boîte du médiateur" };
const COUNT_SEEN: Words = Words { en: "the day's referrals in the report", fr: "les renvois de la journée dans le rapport" };
const SMALL_CELLS: Words = Words { en: "no small cell is published", fr: "aucune petite cellule n'est publiée" };

/// # Errors
/// A step was not seen.
pub async fn mail_went_out(day: &Day, alarm: &Alarm) -> Result<(), Failure> {
    let readers = seed::readers(&day.stack);
    let language_of = |name: &str| readers.iter().find(|(i, _)| i.name == name).map_or(Lang::En, |(_, lang)| *lang);
    for person in [&day.cast.nhq, &day.cast.head] {
        let address = seed::address(person);
        let text = day
            .seen(MAIL_SEEN, || async {
                let ours = |m: &mail::Mail| m.to.contains(&address) && m.text.contains(&alarm.reference);
                Ok(mail::all(&day.stack.mail_dir).into_iter().find(ours).map(|m| m.text))
            })
            .await?;
        let lang = language_of(&person.name);
        let (is_english, is_french) = (text.contains("Reference"), text.contains("Référence"));
        day.must((is_english, is_french) == (lang == Lang::En, lang == Lang::Fr), MAIL_LANGUAGE)?;
        let lower = text.to_lowercase();
        let content = [OFFENDER, NARRATIVE, "mediat", "médiat", "restorative", "réparatrice", "victim"];
        day.must(content.iter().all(|word| !lower.contains(&word.to_lowercase())), MAIL_SILENT)?;
        day.print(MAIL, &[&address, language(lang).of(day.lang())]);
    }
    let mediator = &day.cast.mediator;
    let lang = language_of(&mediator.name);
    let client = day.session.inbox(&Who::of(mediator))?;
    day.seen(ASSIGNMENT_SEEN, || {
        let mut client = client.clone();
        async move {
            let inbox =
                client.list_inbox(ListInboxRequest { unread_only: true, page_size: 200, page_token: String::new() }).await?.into_inner();
            let is_assignment = |item: &InboxItem| item.template == "mediator-assigned" && item.body.contains(&alarm.case_id);
            Ok(inbox.items.iter().any(|item| is_assignment(item) && item.language == lang.code()).then_some(()))
        }
    })
    .await?;
    day.print(ASSIGNED, &[&mediator.name, language(lang).of(day.lang())]);
    Ok(())
}

const fn language(lang: Lang) -> Words {
    match lang {
        Lang::En => ENGLISH,
        Lang::Fr => FRENCH,
    }
}

async fn table(day: &Day, table: Table) -> Result<GetReportResponse, Failure> {
    let request = GetReportRequest { table: table as i32, fiscal_year: 0, language: day.lang().code().to_owned() };
    let reporting = day.session.reports(&Who::of(&day.cast.nhq))?;
    let read = || {
        let (mut reporting, request) = (reporting.clone(), request.clone());
        async move { reporting.get_report(request).await }
    };
    day.answered(read).await
}

/// Number of referrals that the report shows for the year, summed by month; a withheld month counts as none.
///
/// # Errors
/// Reporting does not answer.
pub async fn counted(day: &Day) -> Result<i64, Failure> {
    let months = table(day, Table::ReferralsByMonth).await?;
    Ok(months.rows.iter().flat_map(|row| &row.cells).map(shown).sum())
}

const fn shown(cell: &Cell) -> i64 {
    match cell.value {
        Some(Value::Count(count)) => count,
        _ => 0,
    }
}

/// # Errors
/// A step was not seen.
pub async fn report(day: &Day, before: i64, recorded: i64) -> Result<(), Failure> {
    day.seen(COUNT_SEEN, || async { Ok((counted(day).await? >= before + recorded).then_some(())) }).await?;
    let origins = table(day, Table::ReferralsByOrigin).await?;
    let regions = table(day, Table::ReferralsByRegion).await?;
    let others = [Table::ReferralsByDisposition, Table::ReferralsByOriginAndRegion, Table::ConcernsByGrade];
    let mut all = vec![origins.clone(), regions.clone()];
    for one in others {
        all.push(table(day, one).await?);
    }
    let small = |t: &GetReportResponse| {
        let cells = t.rows.iter().chain(&t.total).flat_map(|row| &row.cells);
        cells.map(shown).any(|count| (1..i64::from(t.threshold)).contains(&count))
    };
    day.must(origins.threshold > 1 && !all.iter().any(small), SMALL_CELLS)?;
    day.print(COUNTED, &[&recorded.to_string(), &(origins.threshold - 1).to_string()]);
    for table in [&regions, &origins] {
        day.show("");
        day.show(&report::text(table, day.lang()));
    }
    day.show("");
    Ok(())
}
