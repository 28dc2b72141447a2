//! Programme that uses these crates: what it gives them of its own, set once when a process begins.

use std::sync::OnceLock;

use topology::Programme;

static PROGRAMME: OnceLock<Programme> = OnceLock::new();
/// What stands in its place until one is set.
const UNNAMED: Programme = Programme {
    name: "programme",
    directory: "directory",
    issuer: "issuer",
    audience: "audience",
    provision: "the command that provisions the bus",
    reset: "the command that drops the data",
    operators: &[],
    operations_clause: "",
    clauses: &[],
};

/// Sets the programme of this process. The first one stays.
pub fn set(programme: Programme) {
    PROGRAMME.get_or_init(|| programme);
}

/// Programme of this process.
#[must_use]
pub fn get() -> Programme {
    PROGRAMME.get().copied().unwrap_or(UNNAMED)
}

/// Clause of the programme behind a refusal of these crates; empty where it names none.
#[must_use]
pub fn clause_of(reason: &str) -> &'static str {
    get().clauses.iter().find(|(of, _)| *of == reason).map_or("", |(_, clause)| clause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_the_clause_that_the_programme_gives_its_reason() {
        let library = Programme { name: "library", clauses: &[("too-late", "12b")], ..UNNAMED };
        set(library);
        set(UNNAMED);
        assert_eq!(get(), library);
        assert_eq!((clause_of("too-late"), clause_of("other")), ("12b", ""));
    }
}
