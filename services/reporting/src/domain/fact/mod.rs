//! Facts as counted, and the rows derived from them: a file for each capability. Ids, codes and times; no field for a name or a text [IM1].
//!
//! Rows are derived once from facts: repeated facts, or facts in another order, give the same rows.

pub mod case;
pub mod concern;
pub mod referral;

/// The capabilities whose facts are counted, in the order in which their rows are written.
macro_rules! capabilities {
    ($($name:ident in $module:ident,)+) => {
        /// One fact reported by another service.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Fact {
            $($name($module::Fact),)+
            /// A valid fact that no count uses, for example that a concern rang again.
            NotCounted,
        }

        $(
            impl From<$module::Fact> for Fact {
                fn from(fact: $module::Fact) -> Self {
                    Self::$name(fact)
                }
            }
        )+

        /// Rows of the facts that came together, sorted by id, so that two concurrent writes cannot deadlock.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct Rows {
            $(pub $module: $module::Rows,)+
        }

        impl Rows {
            fn add(&mut self, fact: Fact) {
                match fact {
                    $(Fact::$name(fact) => self.$module.add(fact),)+
                    Fact::NotCounted => {}
                }
            }
        }
    };
}

capabilities! {
    Referral in referral,
    Case in case,
    Concern in concern,
}

impl Rows {
    /// The rows of these facts, in the order in which they came.
    #[must_use]
    pub fn of(facts: Vec<Fact>) -> Self {
        let mut rows = Self::default();
        for fact in facts {
            rows.add(fact);
        }
        rows
    }
}
