//! The open list of ways to communicate [D-VOM].

use chassis::Refusal;

/// How the participants communicate; `Other` keeps the list open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    Letter,
    Video,
    Shuttle,
    FaceToFace,
    Group,
    Other,
}

impl Mode {
    pub const ALL: [Self; 6] = [Self::Letter, Self::Video, Self::Shuttle, Self::FaceToFace, Self::Group, Self::Other];

    /// The code used on the wire and in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Video => "video",
            Self::Shuttle => "shuttle",
            Self::FaceToFace => "face_to_face",
            Self::Group => "group",
            Self::Other => "other",
        }
    }

    /// The mode of a code, where there is one.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.code() == code)
    }

    /// Participants are in one room, or may be: never for a referral accepted for indirect communication only. A mode that is not on the list
    /// counts as direct: nobody has said otherwise.
    #[must_use]
    pub const fn is_direct(self) -> bool {
        matches!(self, Self::FaceToFace | Self::Group | Self::Other)
    }

    /// Name of the mode in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Letter => ("letter exchange", "l'échange de lettres"),
            Self::Video => ("video exchange", "l'échange de vidéos"),
            Self::Shuttle => ("relayed messages", "les messages relayés"),
            Self::FaceToFace => ("a face-to-face meeting", "une rencontre en personne"),
            Self::Group => ("a group conference", "une conférence de groupe"),
            Self::Other => ("another way to communicate", "un autre mode de communication"),
        }
    }

    /// Parses what a caller wrote.
    ///
    /// # Errors
    /// Refuses anything that is not a mode code [D-VOM].
    pub fn parse(code: &str) -> Result<Self, Refusal> {
        Self::of_code(code).ok_or_else(|| {
            Refusal::invalid(
                "mode-unknown",
                "D-VOM",
                "mode",
                "give one of the modes: letter, video, shuttle, face_to_face, group, other",
                "indiquez un des modes : letter, video, shuttle, face_to_face, group, other",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_is_read_back_from_its_code() {
        for mode in Mode::ALL {
            assert_eq!(Mode::parse(mode.code()).ok(), Some(mode));
        }
        assert_eq!(Mode::parse("").map_err(|r| r.reason), Err("mode-unknown"));
    }
}
