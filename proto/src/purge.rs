//! Signed values of a purge certificate: with the public key of cases anyone can verify it without cases [LPR4].

use prost_types::Timestamp;

use crate::cases::v1::{CasePurged, DeletedRows, PurgeCertificate, PurgeStatement};

/// Domain separation: keeps the signature of a certificate from passing for that of another row.
pub const CERTIFICATE: &str = "purge-certificate";
/// The same for a statement.
pub const STATEMENT: &str = "purge-statement";

/// The same for the event on which other services destroy their data of a case.
pub const ORDER: &str = "purge-order";

/// The services that store data of a case, and report what they destroyed of it.
pub const OBEY: [&str; 2] = ["intake", "notification"];

/// The values of a certificate in signing order; statements have signatures of their own.
#[must_use]
pub fn certificate(of: &PurgeCertificate) -> Vec<String> {
    let mut values = vec![
        of.case_id.clone(),
        of.case_number.clone(),
        of.ordered_by.clone(),
        instant(of.ordered_at.as_ref()),
        of.confirmed_by.clone(),
        instant(of.purged_at.as_ref()),
        instant(of.last_used_at.as_ref()),
        of.retention_months.to_string(),
        instant(of.retention_over_at.as_ref()),
        of.holds_lifted.to_string(),
        of.keys.len().to_string(),
    ];
    values.extend(of.keys.iter().flat_map(|key| [key.key_id.clone(), key.side.clone()]));
    values.extend(rows(&of.deleted));
    values
}

/// The values of a statement in signing order.
#[must_use]
pub fn statement(case_id: &str, of: &PurgeStatement) -> Vec<String> {
    let mut values =
        vec![case_id.to_owned(), of.service.clone(), instant(of.obeyed_at.as_ref()), of.keys.to_string(), instant(of.heard_at.as_ref())];
    values.extend(rows(&of.deleted));
    values
}

/// The values of the event that a case was purged, in signing order.
#[must_use]
pub fn order(of: &CasePurged) -> Vec<String> {
    let mut values = vec![of.case_id.clone(), of.referral_id.clone(), instant(of.purged_at.as_ref()), instant(of.last_used_at.as_ref())];
    values.extend(list(&of.break_glass_ids));
    values.extend(list(&of.referral_ids));
    values.extend(list(&of.block_ids));
    values.extend(list(&of.due_notice_ids));
    values.extend(list(&of.entry_notice_ids));
    values.extend(list(&of.request_notice_ids));
    values
}

fn list(ids: &[String]) -> impl Iterator<Item = String> {
    std::iter::once(ids.len().to_string()).chain(ids.iter().cloned())
}

/// The count comes first, so that no two lists have the same values.
fn rows(deleted: &[DeletedRows]) -> impl Iterator<Item = String> {
    std::iter::once(deleted.len().to_string()).chain(deleted.iter().flat_map(|each| [each.table.clone(), each.rows.to_string()]))
}

/// Seconds and nanoseconds since 1970; empty where absent.
fn instant(at: Option<&Timestamp>) -> String {
    at.map(|at| format!("{}.{:09}", at.seconds, at.nanos)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::v1::DestroyedKey;

    fn sample() -> PurgeCertificate {
        let at = |seconds| Some(Timestamp { seconds, nanos: 5_000 });
        let row = |table: &str, rows| DeletedRows { table: table.into(), rows };
        PurgeCertificate {
            case_id: "case".into(),
            case_number: "RC".into(),
            ordered_by: "one".into(),
            ordered_at: at(1),
            confirmed_by: "two".into(),
            purged_at: at(2),
            last_used_at: at(3),
            retention_months: 24,
            retention_over_at: at(4),
            holds_lifted: 1,
            keys: vec![DestroyedKey { key_id: "k".into(), side: "file".into() }],
            deleted: vec![row("participant", 2), row("assessment", 3)],
            ..PurgeCertificate::default()
        }
    }

    #[test]
    fn a_change_of_any_field_of_a_certificate_changes_what_was_signed() {
        let changes: [fn(&mut PurgeCertificate); 14] = [
            |c| c.case_id.push('x'),
            |c| c.case_number.push('x'),
            |c| c.ordered_by.push('x'),
            |c| c.ordered_at = None,
            |c| c.confirmed_by.push('x'),
            |c| c.purged_at = c.ordered_at,
            |c| c.last_used_at = None,
            |c| c.retention_months = 25,
            |c| c.retention_over_at = None,
            |c| c.holds_lifted = 0,
            |c| c.keys.clear(),
            |c| c.keys.iter_mut().for_each(|k| k.side = "victim".into()),
            |c| c.deleted.truncate(1),
            |c| c.deleted.iter_mut().for_each(|d| d.rows += 1),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = sample();
            change(&mut changed);
            assert_ne!(certificate(&changed), certificate(&sample()), "change {number}");
        }
    }

    #[test]
    fn a_change_of_any_field_of_an_order_to_destroy_changes_what_was_signed() {
        let at = |seconds| Some(Timestamp { seconds, nanos: 0 });
        let sample = CasePurged {
            case_id: "case".into(),
            referral_id: "referral".into(),
            purged_at: at(9),
            break_glass_ids: vec!["break_glass".into()],
            referral_ids: vec!["other".into()],
            last_used_at: at(1),
            block_ids: vec!["block".into()],
            due_notice_ids: vec!["notice".into()],
            entry_notice_ids: vec!["entry".into()],
            request_notice_ids: vec!["request".into()],
            signature: Vec::new(),
        };
        let changes: [fn(&mut CasePurged); 11] = [
            |o| o.case_id.push('x'),
            |o| o.referral_id.push('x'),
            |o| o.purged_at = None,
            |o| o.last_used_at = o.purged_at,
            |o| o.break_glass_ids.push("another".into()),
            |o| o.referral_ids.clear(),
            |o| o.block_ids.clear(),
            |o| o.due_notice_ids.clear(),
            |o| o.entry_notice_ids.clear(),
            |o| o.request_notice_ids.clear(),
            |o| o.break_glass_ids.append(&mut o.referral_ids),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = sample.clone();
            change(&mut changed);
            assert_ne!(order(&changed), order(&sample), "change {number}");
        }
        assert_eq!(order(&CasePurged { signature: vec![1], ..sample.clone() }), order(&sample));
    }

    #[test]
    fn a_statement_is_of_one_case_and_of_one_service() {
        let said = PurgeStatement { service: "intake".into(), keys: 1, ..PurgeStatement::default() };
        let other = PurgeStatement { service: "notification".into(), keys: 1, ..PurgeStatement::default() };
        assert_ne!(statement("a", &said), statement("b", &said));
        assert_ne!(statement("a", &said), statement("a", &other));
    }
}
