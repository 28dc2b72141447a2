//! Integration tests of the use cases on a real PostgreSQL, with a fixed clock and a mail server of the test's own.

#[cfg(test)]
mod alarm_guard;
#[cfg(test)]
mod bus;
#[cfg(test)]
mod channel;
#[cfg(test)]
mod contact;
#[cfg(test)]
mod costs;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod fact;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod preference;
#[cfg(test)]
mod purge;
#[cfg(test)]
mod push;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod ring;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod row_security;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod smtp;
#[cfg(test)]
mod stand_in;
#[cfg(test)]
mod uniform;
#[cfg(test)]
mod unreached;
#[cfg(test)]
mod world;
