//! Use cases of the contact register: fetching a pushed contact, taking it, and converting those of a former version.

pub mod convert;
pub mod fetch;
pub mod stop;
pub mod take;
