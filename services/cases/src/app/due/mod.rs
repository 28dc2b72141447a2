//! Due things: what takes them when their time has come, the list of them, and who has how much [R3a].

pub mod list;
pub mod tell;
pub mod work;
pub mod workload;
