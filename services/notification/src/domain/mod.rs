//! Domain rules of notification: who is notified, in which words and language, by which channel, and what is tried again. No async, no I/O,
//! no generated wire types.

pub mod address;
pub mod alarm_guard;
pub mod channel;
pub mod code;
pub mod concern;
pub mod contact;
pub mod delivery;
pub mod fact;
pub mod gateway;
pub mod inbox;
pub mod language;
pub mod levels;
pub mod mail;
pub mod office;
pub mod own_address;
pub mod purge;
pub mod push;
pub mod quiet;
pub mod ring;
pub mod template;
pub mod text;
