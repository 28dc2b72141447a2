//! Files of many referrals, as the command and the web page read them: CSV or JSON lines in any encoding become referrals, rejected lines
//! and the concerns in these. It makes no call and keeps nothing.

pub mod codes;
pub mod concern_part;
pub mod concerns;
pub mod encoding;
mod json;
pub mod keys;
pub mod lines;
pub mod parts;
pub mod reader;
pub mod records;
pub mod rejects;
pub mod words;
