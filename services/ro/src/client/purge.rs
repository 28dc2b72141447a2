//! The command `ro case purge`: cases that are due, the order, its confirmation, and the certificate with its signature checked [LPR4].

use std::path::PathBuf;

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{
        ConfirmPurgeRequest, DeletedRows, DueCase, GetPurgeCertificateRequest, ListDueRequest, OrderPurgeRequest, PurgeCertificate,
    },
    purge,
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::Session,
    text::{Lang, Words},
    who::Who,
};
use crate::print;

super::session::service_client!(cases, purges: proto::cases::v1::purge_service_client::PurgeServiceClient);

/// The service whose key signs certificates.
const SIGNER: &str = "cases";

#[derive(Debug, Subcommand)]
pub enum Command {
    Due(Due),
    Order(Order),
    Confirm(Confirm),
    Certificate(Certificate),
}

/// Cases whose retention is over, and what still keeps each
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case purge due")]
pub struct Due {
    #[command(flatten)]
    common: Common,
}

/// Order the purge of a case; nothing is destroyed until another person confirms
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case purge order RC-4TQM-9XKD --as rj-supervisor-1")]
pub struct Order {
    /// Case number or id, whole
    case: String,
    #[command(flatten)]
    common: Common,
}

/// Confirm what somebody else ordered: the case is destroyed, for good
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case purge confirm RC-4TQM-9XKD --as national-manager-1")]
pub struct Confirm {
    /// Case number or id, whole
    case: String,
    #[command(flatten)]
    common: Common,
}

/// What was destroyed of a case, on whose order, and whether the signatures hold
///
/// Exit status 1 where a signature does not hold.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro case purge certificate RC-4TQM-9XKD\n  ro case purge certificate RC-4TQM-9XKD --keys keys/ --json")]
pub struct Certificate {
    /// Case number or id
    case: String,
    /// Folder with the public key, cases.pub in hexadecimal digits; without it, the local stack's
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

const NONE_DUE: Words = Words { en: "no case is due", fr: "aucun dossier n'est arrivé à échéance" };
const MAY_BE_PURGED: Words = Words { en: "may be purged", fr: "peut être éliminé" };
const KEPT_BY: Words = Words { en: "kept: {}", fr: "conservé : {}" };
const ORDERED_BY: Words = Words { en: "ordered by {}: another person confirms", fr: "ordonné par {} : une autre personne confirme" };
const OVER: Words = Words { en: "retention over {}", fr: "délai écoulé le {}" };
const ORDERED: Words = Words {
    en: "ordered by {}; nothing is destroyed until somebody else confirms, until {}: ro case purge confirm {}",
    fr: "ordonnée par {}; rien n'est détruit avant qu'une autre personne confirme, d'ici le {} : ro case purge confirm {}",
};
const PURGED: Words = Words {
    en: "{} was purged {}: ordered {} by {}, confirmed by {}",
    fr: "{} a été éliminé le {} : ordonné le {} par {}, confirmé par {}",
};
const RETENTION: Words = Words {
    en: "  last used {}; kept for {} months, until {}; no hold stood ({} had been lifted)",
    fr: "  dernière utilisation le {}; conservé {} mois, jusqu'au {}; aucune suspension en vigueur ({} levées auparavant)",
};
const KEY: Words = Words { en: "  key destroyed: {} ({})", fr: "  clé détruite : {} ({})" };
const DELETED: Words = Words { en: "  rows deleted: {}", fr: "  lignes supprimées : {}" };
const OBEYED: Words = Words { en: "  {} destroyed {} keys {}: {}", fr: "  {} a détruit {} clés le {} : {}" };
const WAITING: Words =
    Words { en: "  INCOMPLETE: {} has not said yet that it obeyed", fr: "  INCOMPLET : {} n'a pas encore confirmé avoir obéi" };
const HOLDS: Words = Words { en: "  signature: holds", fr: "  signature : valide" };
const DOES_NOT_HOLD: Words = Words { en: "  signature: DOES NOT HOLD", fr: "  signature : NON VALIDE" };
const UNCHECKED: Words = Words { en: "  signature: not checked, give --keys", fr: "  signature : non vérifiée, indiquez --keys" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Due(c) => &c.common,
            Self::Order(c) => &c.common,
            Self::Confirm(c) => &c.common,
            Self::Certificate(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.purges(who)?;
        match self {
            Self::Due(_) => {
                let answer = client.list_due(ListDueRequest {}).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else if answer.cases.is_empty() {
                    print::line(NONE_DUE.of(session.lang));
                } else {
                    answer.cases.iter().for_each(|case| print::line(line(case, session.lang)));
                }
                Ok(())
            }
            Self::Order(c) => {
                let answer = client.order_purge(OrderPurgeRequest { case_ref: c.case.clone() }).await?.into_inner();
                let until = output::instant(answer.stands_until.as_ref());
                output::answer(session, &answer, ORDERED.fill(session.lang, &[&answer.ordered_by, &until, &c.case]));
                Ok(())
            }
            Self::Confirm(c) => {
                let answer = client.confirm_purge(ConfirmPurgeRequest { case_ref: c.case.clone() }).await?.into_inner();
                show(session, answer.certificate.unwrap_or_default(), None)
            }
            Self::Certificate(c) => {
                let answer = client.get_purge_certificate(GetPurgeCertificateRequest { case_ref: c.case.clone() }).await?.into_inner();
                show(session, answer.certificate.unwrap_or_default(), c.keys.clone())
            }
        }
    }
}

/// Prints a certificate with the result of checking its signatures. Without the key they are reported as unchecked.
fn show(session: &Session, certificate: PurgeCertificate, keys: Option<PathBuf>) -> Result<(), Failure> {
    let is_named = keys.is_some();
    let folder = keys.or_else(|| Some(session.stack.as_ref()?.audit_keys()));
    let key = match folder.map(|folder| audit_log::public_key(&folder, SIGNER)) {
        Some(Err(error)) if is_named => return Err(error.into()),
        found => found.and_then(Result::ok),
    };
    let holds = key.map(|key| holds(&certificate, &key));
    if session.json {
        output::print_checked(&certificate, holds);
    } else {
        print::line(card(&certificate, holds, session.lang));
    }
    if holds == Some(false) { Err(Failure::Said) } else { Ok(()) }
}

/// Whether this key signed the certificate and every statement, exactly as they are.
fn holds(certificate: &PurgeCertificate, key: &[u8]) -> bool {
    let signed = |kind, values: Vec<String>, signature: &[u8]| {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        audit_log::row_signed_by(key, kind, &values, signature)
    };
    signed(purge::CERTIFICATE, purge::certificate(certificate), &certificate.signature)
        && certificate
            .statements
            .iter()
            .all(|statement| signed(purge::STATEMENT, purge::statement(&certificate.case_id, statement), &statement.signature))
}

fn line(case: &DueCase, lang: Lang) -> String {
    let state = match (case.kept_by.as_str(), case.ordered_by.as_str()) {
        ("", "") => MAY_BE_PURGED.of(lang).to_owned(),
        ("", by) => ORDERED_BY.fill(lang, &[by]),
        (code, _) => KEPT_BY.fill(lang, &[code]),
    };
    format!("{}  {}  {state}", case.case_number, OVER.fill(lang, &[&output::instant(case.retention_over_at.as_ref())]))
}

fn card(of: &PurgeCertificate, holds: Option<bool>, lang: Lang) -> String {
    let (purged_at, ordered_at) = (output::instant(of.purged_at.as_ref()), output::instant(of.ordered_at.as_ref()));
    let (last, over) = (output::instant(of.last_used_at.as_ref()), output::instant(of.retention_over_at.as_ref()));
    let mut lines = vec![
        PURGED.fill(lang, &[&of.case_number, &purged_at, &ordered_at, &of.ordered_by, &of.confirmed_by]),
        RETENTION.fill(lang, &[&last, &of.retention_months.to_string(), &over, &of.holds_lifted.to_string()]),
    ];
    lines.extend(of.keys.iter().map(|key| KEY.fill(lang, &[&key.key_id, &key.side])));
    lines.push(DELETED.fill(lang, &[&rows(&of.deleted)]));
    lines.extend(of.statements.iter().map(|statement| {
        let at = output::instant(statement.obeyed_at.as_ref());
        OBEYED.fill(lang, &[&statement.service, &statement.keys.to_string(), &at, &rows(&statement.deleted)])
    }));
    lines.extend(of.waiting_for.iter().map(|service| WAITING.fill(lang, &[service])));
    let signature = match holds {
        Some(true) => HOLDS,
        Some(false) => DOES_NOT_HOLD,
        None => UNCHECKED,
    };
    lines.push(signature.of(lang).to_owned());
    lines.join("\n")
}

fn rows(deleted: &[DeletedRows]) -> String {
    let each: Vec<String> = deleted.iter().filter(|rows| rows.rows > 0).map(|rows| format!("{} {}", rows.table, rows.rows)).collect();
    output::or_dash(&each.join(", ")).to_owned()
}

#[cfg(test)]
mod tests {
    use proto::cases::v1::{DestroyedKey, PurgeStatement};

    use super::*;

    fn certificate() -> PurgeCertificate {
        PurgeCertificate {
            case_number: "RC-3333-3333".into(),
            ordered_by: "rj-supervisor-1".into(),
            confirmed_by: "national-manager-1".into(),
            retention_months: 24,
            keys: vec![DestroyedKey { key_id: "a-key".into(), side: "victim".into() }],
            deleted: vec![DeletedRows { table: "participant".into(), rows: 2 }, DeletedRows { table: "break_glass".into(), rows: 0 }],
            statements: vec![PurgeStatement { service: "intake".into(), keys: 1, ..PurgeStatement::default() }],
            waiting_for: vec!["notification".into()],
            ..PurgeCertificate::default()
        }
    }

    #[test]
    fn a_certificate_shows_who_which_keys_what_is_missing_and_whether_its_signature_holds() {
        for (lang, marks) in
            [(Lang::En, ["INCOMPLETE: notification", "DOES NOT HOLD"]), (Lang::Fr, ["INCOMPLET : notification", "NON VALIDE"])]
        {
            let shown = card(&certificate(), Some(false), lang);
            for expected in ["RC-3333-3333", "rj-supervisor-1", "national-manager-1", "a-key (victim)", "participant 2", marks[0], marks[1]]
            {
                assert!(shown.contains(expected), "{expected}\n{shown}");
            }
            assert!(!shown.contains("glass"), "{shown}");
        }
    }

    #[test]
    fn a_certificate_that_nobody_signed_does_not_hold() {
        assert!(!holds(&certificate(), &[0; 32]));
    }
}
