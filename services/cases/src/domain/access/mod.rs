//! Need to know: the scope of a caller, and the decision on each action.

pub mod decision;
pub mod scope;
