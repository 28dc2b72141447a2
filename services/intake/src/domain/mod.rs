//! Rules of intake: what can be recorded, what must be asked, what follows from a screening decision. Pure, no clock, no I/O.

pub mod answer;
pub mod body;
pub mod concern;
pub mod contact;
pub mod key;
pub mod likeness;
pub mod purge;
pub mod queue;
pub mod referral;
pub mod text;
pub mod tie;

pub use answer::{Answer, Receipt, Repeat};
pub use body::Body;
pub use key::Key;
pub use queue::Disposition;
pub use referral::{Flag, Flags, Known, Origin, State, Statements};
