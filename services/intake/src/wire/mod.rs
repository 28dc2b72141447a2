//! Conversion between wire and domain types, in both directions, for every transport.

mod answer;
mod contact;
mod queue;
mod referral;

pub use self::{
    answer::{answer, receipt, rejection},
    contact::{contact, kept_contact},
    queue::{asked, count, disposition, disposition_code, state_code},
    referral::{concern_in_unreadable, kept_referral, origin_code, referral, referral_received},
};
