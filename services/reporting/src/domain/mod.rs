//! Rules of reporting: what is counted, how it is shown, and what is withheld. Pure: no async, no database, no wire types.

pub mod code;
pub mod concerns;
pub mod fact;
pub mod referrals;
pub mod report;
pub mod rows;
pub mod site;
pub mod suppress;
pub mod year;
