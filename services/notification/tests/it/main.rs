//! Integration tests of the use cases on a real PostgreSQL, with a fixed clock and a mail server of the test's own.

#[cfg(test)]
mod contacts;
#[cfg(test)]
mod facts;
#[cfg(test)]
mod flat;
#[cfg(test)]
mod guarding;
#[cfg(test)]
mod hearing;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod preferences;
#[cfg(test)]
mod purging;
#[cfg(test)]
mod rings;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod row_security;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod smtp;
#[cfg(test)]
mod uniform;
#[cfg(test)]
mod world;
