//! The morning of the demo: referrals of every kind arrive by every path, NHQ screens them, and a case opens.

use std::collections::BTreeMap;

use futures::StreamExt;
use prost::Message;
use proto::{
    cases::v1::{Case, FindCaseByReferralRequest},
    id::SiteCode,
    intake::v1::{
        ContactKind, Disposition, Language, ListQueueRequest, PushContactRequest, QueueEntry, Receipt, Referral, ReferralState,
        ScreenReferralRequest, SubmissionAnswer, SubmitReferralRequest, VictimContact, submission_answer::Answer,
    },
    safety::v1::ListSitesRequest,
    subject,
};

use referral_file::reader::{Layout, read};

use super::{
    day::{DEADLINE, Day, if_found},
    referrals,
};
use crate::client::{failure::Failure, referral::send::send, text::Words, who::Who};

/// Results of the morning.
pub struct Referrals {
    /// Receipt numbers, by the path of the referral.
    institutional: String,
    community: String,
    victim: String,
    letter: String,
    /// Number of all recorded referrals.
    pub recorded: i64,
}

/// Lines of each office's backlog: the smallest count that a cell of the report publishes.
const BACKLOG: usize = 10;

const BY_BUS: Words = Words {
    en: "the system of {} publishes an institutional referral on the bus; its receipt comes back on the bus: {}",
    fr: "le système de {} publie un renvoi d'établissement sur le bus; son reçu revient par le bus : {}",
};
const BY_GRPC: Words = Words {
    en: "the parole office {} submits a community referral by gRPC: {}",
    fr: "le bureau de libération conditionnelle {} soumet un renvoi de la collectivité par gRPC : {}",
};
const BY_VICTIM: Words = Words {
    en: "victim services, region {}, submit a victim referral: {}",
    fr: "les services aux victimes, région {}, soumettent le renvoi d'une victime : {}",
};
const CONTACT: Words = Words { en: "and push the victim's contact: {}", fr: "et transmettent les coordonnées de la victime : {}" };
const LETTER: Words = Words {
    en: "a staff member of {} forwards \"inmate wants to send an apology letter\": {}",
    fr: "un membre du personnel de {} transmet « un détenu veut envoyer une lettre d'excuses » : {}",
};
const FILE: Words = Words {
    en: "NHQ imports the backlog of {} from a CSV file with a broken line in the middle: {} recorded, 1 rejected (line {})",
    fr: "l'AC importe les renvois en attente de {} d'un fichier CSV avec une ligne brisée au milieu : {} consignés, 1 rejeté (ligne {})",
};
const IN_QUEUE: Words = Words { en: "all four stand in NHQ's national queue", fr: "les quatre sont dans la file nationale de l'AC" };
const SCREENED: Words = Words { en: "NHQ screens {}: {}", fr: "l'AC examine {} : {}" };
const OPENED: Words = Words { en: "a case opens from {}: {}", fr: "un dossier s'ouvre à partir de {} : {}" };
const BUS_STORED: Words = Words { en: "the bus stores the submission", fr: "le bus conserve la soumission" };
const BUS_RECEIPT: Words = Words { en: "the receipt on the bus", fr: "le reçu sur le bus" };
const BUS_RECEIVED: Words = Words { en: "the submission is received and not rejected", fr: "la soumission est reçue et non rejetée" };
const FILE_COUNTS: Words =
    Words { en: "one line of the file rejected, the others recorded", fr: "une ligne rejetée, les autres consignées" };
const OFFICES: Words = Words { en: "parole offices in the directory", fr: "des bureaux de libération conditionnelle au répertoire" };
const RIGHT_STATE: Words = Words { en: "the state that the decision leads to", fr: "l'état auquel mène la décision" };
const CASE: Words = Words { en: "a case for the accepted referral", fr: "un dossier pour le renvoi accepté" };
const FRESH: Words = Words { en: "a referral of this run is new to intake", fr: "un renvoi de cette exécution est nouveau" };

/// Submits by every path into intake.
///
/// # Errors
/// A step was not seen.
pub async fn referrals_arrive(day: &Day) -> Result<Referrals, Failure> {
    let institutional = by_bus(day).await?;
    day.print(BY_BUS, &[&day.cast.site, &institutional]);
    let community = submit(day, &Who::of(&day.cast.parole_office), referrals::community(day)).await?;
    day.print(BY_GRPC, &[&day.cast.parole_site, &community]);
    let services = Who::of(&day.cast.victim_services);
    let victim = submit(day, &services, referrals::from_a_victim(day)).await?;
    day.print(BY_VICTIM, &[&day.cast.region, &victim]);
    day.print(CONTACT, &[&push_contact(day, &services, &victim).await?]);
    let letter = submit(day, &Who::of(&day.cast.staff), referrals::any_communication(day)).await?;
    day.print(LETTER, &[&day.cast.site, &letter]);
    let imported = import_backlog(day).await?;
    Ok(Referrals { institutional, community, victim, letter, recorded: 4 + imported })
}

async fn by_bus(day: &Day) -> Result<String, Failure> {
    let system = &day.cast.institution_system;
    let other = |e: &dyn std::fmt::Display| Failure::Unreachable(format!("{}: {e}", day.stack.nats.url));
    let file = system.nats_seed_file.clone().unwrap_or_default();
    let seed = std::fs::read_to_string(&file).map_err(|e| Failure::Usage(format!("{}: {e}", file.display())))?;
    let client = async_nats::ConnectOptions::with_nkey(seed.trim().to_owned())
        .custom_inbox_prefix(system.nats_inbox_prefix.clone().unwrap_or_default())
        .add_root_certificates(day.stack.ca_file.clone())
        .require_tls(true)
        .connection_timeout(DEADLINE)
        .request_timeout(Some(DEADLINE))
        .connect(&day.stack.nats.url)
        .await
        .map_err(|e| other(&e))?;
    let site: SiteCode = day.cast.site.parse().map_err(|e| Failure::Usage(format!("{}: {e}", day.cast.site)))?;
    let mut receipts = client.subscribe(subject::intake_receipt(&site)).await.map_err(|e| other(&e))?;
    client.flush().await.map_err(|e| other(&e))?;
    let referral = referrals::institutional(day);
    let stored = client.request(subject::submit_referral(&site), referral.encode_to_vec().into()).await.map_err(|e| other(&e))?;
    day.must(String::from_utf8_lossy(&stored.payload).contains(subject::SUBMISSIONS.name), BUS_STORED)?;
    // Other systems of the site may read their receipts on the same subject.
    let ours = async {
        while let Some(message) = receipts.next().await {
            match SubmissionAnswer::decode(message.payload).ok().and_then(|a| a.answer) {
                Some(Answer::Receipt(receipt)) if receipt.idempotency_key == referral.idempotency_key => return Some(Ok(receipt)),
                Some(Answer::Rejection(no)) if no.idempotency_key == referral.idempotency_key => return Some(Err(no.reason)),
                _ => {}
            }
        }
        None
    };
    let receipt = tokio::time::timeout(DEADLINE, ours).await.ok().flatten();
    day.must(receipt.is_some(), BUS_RECEIPT)?;
    day.must(matches!(receipt, Some(Ok(_))), BUS_RECEIVED)?;
    Ok(receipt.and_then(Result::ok).unwrap_or_default().number)
}

/// # Errors
/// A service does not answer, or refuses.
pub async fn submit(day: &Day, who: &Who, referral: Referral) -> Result<String, Failure> {
    let request = SubmitReferralRequest { referral: Some(referral) };
    let intake = day.session.referrals(who)?;
    let mut attempts = 0;
    let answer = day
        .answered(|| {
            attempts += 1;
            let (mut intake, request) = (intake.clone(), request.clone());
            async move { intake.submit_referral(request).await }
        })
        .await?;
    let receipt = answer.receipt.unwrap_or_default();
    day.must(!receipt.number.is_empty() && (attempts > 1 || !receipt.already_known), FRESH)?;
    Ok(receipt.number)
}

async fn push_contact(day: &Day, who: &Who, receipt_number: &str) -> Result<String, Failure> {
    let contact = VictimContact {
        idempotency_key: day.key("contact"),
        region: day.cast.region.clone(),
        victim_ref: format!("demo-{}", day.run),
        victim_name: "Camille Exemple".to_owned(),
        kind: ContactKind::Phone as i32,
        value: "604-555-0100".to_owned(),
        language: Language::French as i32,
        safe_contact: "weekdays after 17:00; leave no message".to_owned(),
        receipt_number: receipt_number.to_owned(),
        effective_at: Some(base::wire::timestamp(day.clock.now())),
        ..VictimContact::default()
    };
    let request = PushContactRequest { contact: Some(contact) };
    let intake = day.session.contacts(who)?;
    let mut attempts = 0;
    let answer = day
        .answered(|| {
            attempts += 1;
            let (mut intake, request) = (intake.clone(), request.clone());
            async move { intake.push_contact(request).await }
        })
        .await?;
    let receipt: Receipt = answer.receipt.unwrap_or_default();
    day.must(!receipt.number.is_empty() && (attempts > 1 || !receipt.already_known), FRESH)?;
    Ok(receipt.number)
}

/// Submits a backlog with the code of `ro referral import`.
async fn import_backlog(day: &Day) -> Result<i64, Failure> {
    let offices = parole_offices(day).await?;
    let line = |office: &String, n: usize| format!("{},community,{office},Person {n} Exemple,no,no", day.key(&format!("{office}-{n}")));
    let mut lines: Vec<String> = offices.iter().flat_map(|office| (1..=BACKLOG).map(move |n| line(office, n))).collect();
    let (all, broken) = (lines.len(), lines.len() / 2);
    lines.insert(broken, "this line, \"is broken".to_owned());
    let heading = "idempotency_key,origin,site,offender_name,no_contact_condition,offender_in_custody";
    let reading = read(format!("{heading}\n{}\n", lines.join("\n")).as_bytes(), Layout::Csv);
    let client = day.session.referrals(&Who::of(&day.cast.nhq))?;
    let (mut recorded, mut rejected) = (0_usize, Vec::new());
    send(client, reading.reads.into_iter(), |outcome| {
        match outcome.answer {
            Answer::Receipt(receipt) if !receipt.already_known => recorded += 1,
            Answer::Receipt(_) => {}
            Answer::Rejection(_) => rejected.push(outcome.line.number),
        }
        Ok(())
    })
    .await?;
    // The heading is line 1.
    let broken = broken as u64 + 2;
    day.must(recorded == all && rejected == [broken], FILE_COUNTS)?;
    day.print(FILE, &[&offices.join(", "), &recorded.to_string(), &broken.to_string()]);
    Ok(i64::try_from(recorded).unwrap_or_default())
}

/// One parole office of each region that has any.
async fn parole_offices(day: &Day) -> Result<Vec<String>, Failure> {
    let safety = day.session.directory(&Who::of(&day.cast.nhq))?;
    let list = || {
        let mut safety = safety.clone();
        async move { safety.list_sites(ListSitesRequest {}).await }
    };
    let sites = day.answered(list).await?.sites;
    let offices = sites.into_iter().filter(|site| site.kind == "parole-office");
    let by_region: BTreeMap<String, String> = offices.map(|site| (site.region, site.code)).collect();
    day.must(!by_region.is_empty(), OFFICES)?;
    Ok(by_region.into_values().collect())
}

/// Screening: NHQ finds all of them in the queue, and decides.
///
/// # Errors
/// A step was not seen.
pub async fn nhq_screens(day: &Day, referrals: &Referrals) -> Result<Case, Failure> {
    let numbers = [&referrals.institutional, &referrals.community, &referrals.victim, &referrals.letter];
    let entries = day
        .seen(IN_QUEUE, || async {
            let found = queue(day).await?;
            Ok(numbers.iter().all(|n| found.contains_key(*n)).then_some(found))
        })
        .await?;
    day.print(IN_QUEUE, &[]);
    let decisions = [
        (&referrals.institutional, Disposition::Accepted, ReferralState::ScreenedAccepted),
        (&referrals.community, Disposition::DeferredForPreparation, ReferralState::ScreenedDeferred),
        (&referrals.victim, Disposition::Accepted, ReferralState::ScreenedAccepted),
        (&referrals.letter, Disposition::IndirectOnly, ReferralState::ScreenedIndirectOnly),
    ];
    let mut intake = day.session.referrals(&Who::of(&day.cast.nhq))?;
    for (number, disposition, expected) in decisions {
        let deferred = disposition == Disposition::DeferredForPreparation;
        let request = ScreenReferralRequest {
            referral_id: entries.get(number).map(|e| e.referral_id.clone()).unwrap_or_default(),
            disposition: disposition as i32,
            reason: "demonstration: both sides have been spoken with".to_owned(),
            review_on: if deferred { day.in_days(30) } else { String::new() },
            ..Default::default()
        };
        let answer = intake.screen_referral(request).await?.into_inner();
        day.must(answer.state() == expected, RIGHT_STATE)?;
        day.print(SCREENED, &[number, crate::client::labels::referral_state(expected).of(day.lang())]);
    }
    let referral_id = entries.get(&referrals.institutional).map(|e| e.referral_id.clone()).unwrap_or_default();
    let case = case_of(day, &referral_id).await?;
    day.print(OPENED, &[&referrals.institutional, &case.case_number]);
    Ok(case)
}

async fn queue(day: &Day) -> Result<BTreeMap<String, QueueEntry>, Failure> {
    let mut client = day.session.referrals(&Who::of(&day.cast.nhq))?;
    let mut found = BTreeMap::new();
    let mut page_token = String::new();
    // A queue of 200 000 is longer than any the demo can leave behind.
    for _ in 0..1_000 {
        let request = ListQueueRequest { page_size: 200, page_token, ..ListQueueRequest::default() };
        let page = client.list_queue(request).await?.into_inner();
        found.extend(page.entries.into_iter().map(|e| (e.receipt_number.clone(), e)));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// # Errors
/// The case did not open.
pub async fn case_of(day: &Day, referral_id: &str) -> Result<Case, Failure> {
    let cases = day.session.cases(&Who::of(&day.cast.nhq))?;
    day.seen(CASE, || {
        let mut cases = cases.clone();
        async move {
            let request = FindCaseByReferralRequest { referral_id: referral_id.to_owned() };
            Ok(if_found(cases.find_case_by_referral(request).await)?.and_then(|found| found.case))
        }
    })
    .await
}
