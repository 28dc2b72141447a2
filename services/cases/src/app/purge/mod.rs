//! Use cases of purges: order, confirm, list what is due; the certificate and the statements that complete it.

pub mod certificate;
pub mod due;
pub mod event;
pub mod order;
pub mod statement;
