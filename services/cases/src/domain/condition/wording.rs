//! Words of the exception, as the guidelines quote them: offered, and never paraphrased [GL2c/2d].

/// The exception in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    pub english: &'static str,
    pub french: &'static str,
    /// The French words are those of the French guideline; otherwise a translation, to be confirmed before it is used.
    pub french_is_official: bool,
    /// Where the words stand.
    pub clause: &'static str,
}

/// The exception that guidelines 785-1 have added to a condition.
pub const EXCEPTION: Wording = Wording {
    english: "unless deemed appropriate and facilitated by CSC's Restorative Opportunities Program",
    french: "sauf si cela est jugé approprié et facilité par le programme Possibilités de justice réparatrice du SCC",
    french_is_official: false,
    clause: "GL2c/2d",
};
