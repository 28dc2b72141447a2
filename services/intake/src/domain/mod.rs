//! Rules of intake: what can be recorded, what must be asked, what follows from a screening decision. Pure, no clock, no I/O.

pub mod body;
pub mod concern;
pub mod contact;
pub mod flag;
pub mod key;
pub mod purge;
pub mod referral;
pub mod screening;
pub mod statement;
pub mod text;
pub mod tie;

pub use body::Body;
pub use flag::{Flag, Flags};
pub use key::Key;
pub use referral::{Known, Origin};
pub use screening::{Disposition, State};
pub use statement::Statements;
