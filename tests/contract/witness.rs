//! The ring of audit-log witnesses: it is closed, and the audit log writes exactly the messages that the wire declares.

use std::collections::BTreeSet;

use prost::Message;
use proto::{
    DESCRIPTORS,
    audit::v1::{CheckpointRefused, CheckpointSealed, CheckpointWitnessed},
    subject::WITNESSES,
};

/// Reads the bytes as the wire's message and writes it again; every declared field must be filled.
fn same<M: Message + Default>(ours: &impl Message, name: &str, filled: usize) {
    let bytes = ours.encode_to_vec();
    let theirs = M::decode(bytes.as_slice()).unwrap();
    assert_eq!(theirs.encode_to_vec(), bytes, "{name}");
    let declared = DESCRIPTORS.get_message_by_name(&format!("ro.audit.v1.{name}")).unwrap();
    assert_eq!(declared.fields().len(), filled, "{name} has a field that the audit log does not know");
    let read = prost_reflect::DynamicMessage::decode(declared.clone(), bytes.as_slice()).unwrap();
    assert!(declared.fields().all(|field| read.has_field(&field)) && read.unknown_fields().next().is_none(), "{name}");
}

#[test]
fn the_audit_log_and_the_wire_write_the_same_bytes_about_a_checkpoint() {
    let (log, root, signature) = ("cases".to_owned(), vec![1; 32], vec![2; 64]);
    let said = CheckpointSealed {
        log: log.clone(),
        epoch: 1,
        size: 2,
        root: root.clone(),
        former_size: 3,
        former_root: root.clone(),
        stated_at: 4,
        signature: signature.clone(),
    };
    same::<CheckpointSealed>(&said, "CheckpointSealed", 8);
    let witness = "safety".to_owned();
    let witnessed = CheckpointWitnessed { log: log.clone(), epoch: 1, size: 2, root, witness: witness.clone(), signature };
    same::<CheckpointWitnessed>(&witnessed, "CheckpointWitnessed", 6);
    let refused = CheckpointRefused { log, epoch: 1, size: 2, witness, known_epoch: 3, known_size: 4, reason: "set-back".to_owned() };
    same::<CheckpointRefused>(&refused, "CheckpointRefused", 7);
}

#[test]
fn every_service_has_one_witness_and_the_ring_leads_through_all_of_them() {
    let (mut at, mut passed) = (WITNESSES[0], BTreeSet::new());
    for _ in 0..WITNESSES.len() {
        let next = WITNESSES.iter().find(|place| place.service == at.witness).unwrap();
        assert_eq!(next.ward, at.service);
        assert_eq!(next.wards.filters, [at.sealed]);
        assert_eq!(at.answers.filters, [next.witnessed, next.refused]);
        at = *next;
        passed.insert(at.service);
    }
    assert_eq!(at, WITNESSES[0]);
    assert_eq!((WITNESSES.len(), passed.len()), (5, 5), "{passed:?}");
}
