//! Rules of reporting: what is counted, how it is shown, and what is withheld. Pure: no async, no database, no wire types.

pub mod code;
pub mod concern;
pub mod fact;
pub mod referral;
pub mod report;
pub mod site;
pub mod suppress;
pub mod year;
