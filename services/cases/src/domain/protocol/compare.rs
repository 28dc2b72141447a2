//! Comparison of a version with the version in force, part by part [R1].

use crate::domain::protocol::part::{Kind, Part};

/// What a version does to a part of the version in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    Same(Part),
    Added(Part),
    Changed { now: Part, before: Part },
    Removed(Part),
}

/// Every part of a version, and those of the version in force that it leaves out; by kind and key.
#[must_use]
pub fn compare(version: &[Part], in_force: &[Part]) -> Vec<Compared> {
    let same_place = |one: &Part, other: &Part| (one.kind, &one.key) == (other.kind, &other.key);
    let of_version = version.iter().map(|part| match in_force.iter().find(|before| same_place(part, before)) {
        None => Compared::Added(part.clone()),
        Some(before) if before == part => Compared::Same(part.clone()),
        Some(before) => Compared::Changed { now: part.clone(), before: before.clone() },
    });
    let removed = in_force.iter().filter(|before| !version.iter().any(|part| same_place(part, before)));
    let mut all: Vec<Compared> = of_version.chain(removed.cloned().map(Compared::Removed)).collect();
    all.sort_by(|one, other| place(one).cmp(&place(other)));
    all
}

fn place(compared: &Compared) -> (Kind, &str) {
    match compared {
        Compared::Same(part) | Compared::Added(part) | Compared::Changed { now: part, .. } | Compared::Removed(part) => {
            (part.kind, &part.key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: Kind, key: &str, en: &str) -> Part {
        Part { kind, key: key.into(), clause: "R4a", en: en.into(), fr: "mots".into(), check: None }
    }

    #[test]
    fn a_version_is_compared_part_by_part_with_the_one_in_force() {
        let in_force = [part(Kind::Rule, "a", "one"), part(Kind::Rule, "b", "two"), part(Kind::Wording, "a", "three")];
        let version = [part(Kind::Rule, "a", "one"), part(Kind::Rule, "b", "new"), part(Kind::Checklist, "c", "four")];
        assert_eq!(
            compare(&version, &in_force),
            [
                Compared::Same(part(Kind::Rule, "a", "one")),
                Compared::Changed { now: part(Kind::Rule, "b", "new"), before: part(Kind::Rule, "b", "two") },
                Compared::Added(part(Kind::Checklist, "c", "four")),
                Compared::Removed(part(Kind::Wording, "a", "three")),
            ]
        );
        assert!(compare(&version, &version).iter().all(|one| matches!(one, Compared::Same(_))));
    }
}
