//! Filter of a list of cases: what is not chosen keeps nothing out.

use proto::id::SiteCode;
use strum::{IntoStaticStr, VariantArray};

use crate::domain::case::stage::Stage;

/// Which of the cases that a caller may know of are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these; none: in any.
    pub stages: Vec<Stage>,
    pub site: Option<SiteCode>,
    /// The mediator who has it now.
    pub mediator: Option<String>,
    pub waits_for: Option<Wait>,
}

/// What a case visibly waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Wait {
    /// It is in nobody's portfolio.
    Officer,
    /// It is open, and no mediator has it.
    Mediator,
    /// A concern is open.
    EndOfConcern,
}

impl Wait {
    /// The code by which statements know it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

impl Filter {
    /// Only cases that wait for something.
    #[must_use]
    pub fn waiting_for(what: Wait) -> Self {
        Self { waits_for: Some(what), ..Self::default() }
    }

    /// Whether it keeps nothing out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Codes of the stages.
    #[must_use]
    pub fn stage_codes(&self) -> Vec<String> {
        self.stages.iter().map(|stage| stage.code().to_owned()).collect()
    }
}
