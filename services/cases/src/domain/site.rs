//! Site of the person of a case: corrections, moves, and which open concerns follow [R3e, TRAP-2].

use std::collections::{BTreeMap, BTreeSet};

use base::{Private, Refusal};
use proto::id::{ConcernId, SiteCode};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{
    domain::{calendar, text},
    error,
};

/// The known sites, from a small table of our own: the directory itself is safety's.
const SITES: &str = include_str!("../../data/site-kind.csv");

/// Kind of site change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum How {
    /// The file had the wrong site.
    Correction,
    /// The person is held, or supervised, elsewhere from a day on.
    Transfer,
    /// The person is under supervision in the community from a day on.
    Release,
}

/// Kind of site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Inside,
    Community,
    Headquarters,
}

/// A requested change.
#[derive(Debug, Clone, PartialEq)]
pub struct NewChange {
    pub how: How,
    pub site: SiteCode,
    /// The day of the move; `None` for a correction.
    pub moved_on: Option<Date>,
    pub reason: Private<String>,
}

/// A recorded change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub id: Uuid,
    pub how: How,
    pub before: Option<String>,
    pub site: String,
    pub moved_on: Option<Date>,
    pub reason: Private<String>,
    pub recorded_by: String,
    pub recorded_at: OffsetDateTime,
}

/// A stay at one site, or at an unknown one.
#[derive(Debug, Clone, PartialEq)]
pub struct Stay {
    pub site: Option<String>,
    pub from: Date,
    /// `None`: the person is still there.
    pub until: Option<Date>,
    /// The change that led there; `None` for the site at opening.
    pub change: Option<Change>,
}

impl How {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

impl Change {
    /// The day from which the person counts as there.
    #[must_use]
    pub fn since(&self) -> Date {
        self.moved_on.unwrap_or_else(|| self.recorded_at.date())
    }

    /// Whether a request repeats this change.
    fn is(&self, asked: &NewChange) -> bool {
        self.how == asked.how && self.site == asked.site.as_str() && self.moved_on == asked.moved_on && self.reason == asked.reason
    }
}

/// Parses a change. `moved_on` is YYYY-MM-DD, and empty for a correction.
///
/// # Errors
/// Refused without a reason, with an unknown site, or one where no person can be in that way; a move without a day, or on a future day.
pub fn parse(how: How, site: &str, moved_on: &str, reason: &str, today: Date) -> Result<NewChange, Refusal> {
    let code: Option<SiteCode> = site.trim().to_lowercase().parse().ok();
    let (site, kind) = code.and_then(|code| kind_of(code.as_str()).map(|kind| (code, kind))).ok_or_else(error::site_unknown)?;
    match (how, kind) {
        (How::Correction, _) | (How::Transfer, Kind::Inside | Kind::Community) | (How::Release, Kind::Community) => {}
        (How::Transfer, Kind::Headquarters) => return Err(error::nobody_is_held_there()),
        (How::Release, Kind::Inside | Kind::Headquarters) => return Err(error::release_not_to_the_community()),
    }
    let moved_on = match how {
        How::Correction => None,
        How::Transfer | How::Release => Some(calendar::date(moved_on.trim()).ok_or_else(error::move_date_missing)?),
    };
    // A plan is no location: transfers are put off, and the alarm would ring at a site that the person has not reached.
    if moved_on.is_some_and(|day| day > today) {
        return Err(error::move_not_yet());
    }
    let reason = text::given(reason, text::NARRATIVE, "reason", error::site_reason_missing())?.into();
    Ok(NewChange { how, site, moved_on, reason })
}

/// Decides on a change of a case that opened on a day at a site, with its recorded changes. Returns the one recorded under this key, if
/// any.
///
/// # Errors
/// Refused where another change was recorded under the key, where the case is at the site already, and where the person came to their
/// current site later than that.
pub fn decide<'a>(asked: &NewChange, at: Option<&str>, since: Date, under_key: Option<&'a Change>) -> Result<Option<&'a Change>, Refusal> {
    if let Some(known) = under_key {
        return if known.is(asked) { Ok(Some(known)) } else { Err(error::site_key_used()) };
    }
    if at == Some(asked.site.as_str()) {
        return Err(error::site_unchanged());
    }
    // Days are in UTC: where the person is, the same evening may be a day earlier.
    let earliest = since.previous_day().unwrap_or(since);
    if asked.moved_on.is_some_and(|day| day < earliest) {
        return Err(error::move_out_of_order());
    }
    Ok(None)
}

/// The stays of the person, the current one last. `site` is that of a case without any change.
#[must_use]
pub fn history(site: Option<&str>, opened_at: OffsetDateTime, changes: Vec<Change>) -> Vec<Stay> {
    let first = changes.first().map_or(site, |change| change.before.as_deref());
    let mut stays = vec![Stay { site: first.map(str::to_owned), from: opened_at.date(), until: None, change: None }];
    for change in changes {
        let from = change.since();
        if let Some(before) = stays.last_mut() {
            before.until = Some(from.max(before.from));
        }
        stays.push(Stay { site: Some(change.site.clone()), from, until: None, change: Some(change) });
    }
    stays
}

/// A case that an open concern names, and its site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCase {
    pub concern: ConcernId,
    /// Id of its last change, or of the case where there was none.
    pub update: Uuid,
    pub since: OffsetDateTime,
    pub site: String,
    /// Its former sites.
    pub former: Vec<String>,
}

/// Update to safety on an open concern: where the person is, and where the file had them before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteUpdate {
    pub concern: ConcernId,
    pub id: Uuid,
    pub site: String,
    pub former: Vec<String>,
}

/// One update per concern: of several cases that it names, the one whose site changed last. A concern at the site of any of them stays.
#[must_use]
pub fn updates(named: Vec<NamedCase>) -> Vec<SiteUpdate> {
    let mut by_concern: BTreeMap<ConcernId, Vec<NamedCase>> = BTreeMap::new();
    for one in named {
        by_concern.entry(one.concern).or_default().push(one);
    }
    let update = |(concern, cases): (ConcernId, Vec<NamedCase>)| {
        let now: BTreeSet<String> = cases.iter().map(|one| one.site.clone()).collect();
        let newest = cases.into_iter().max_by_key(|one| (one.since, one.update))?;
        let former = newest.former.into_iter().filter(|site| !now.contains(site)).collect();
        Some(SiteUpdate { concern, id: newest.update, site: newest.site, former })
    };
    by_concern.into_iter().filter_map(update).collect()
}

/// Whether this is a site of the directory.
#[must_use]
pub fn is_known(site: &SiteCode) -> bool {
    kind_of(site.as_str()).is_some()
}

/// The kind of a site of the directory.
#[must_use]
pub fn kind_of(site: &str) -> Option<Kind> {
    let mut rows = SITES.lines().skip(1).filter_map(|line| line.trim().split_once(','));
    let (_, kind) = rows.find(|(code, _)| *code == site)?;
    match kind {
        "inside" => Some(Kind::Inside),
        "community" => Some(Kind::Community),
        "headquarters" => Some(Kind::Headquarters),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    const TODAY: Date = date!(2026 - 03 - 02);
    const OPENED: OffsetDateTime = datetime!(2026-02-10 12:00 UTC);

    fn asked(how: How, site: &str, on: &str) -> Result<NewChange, &'static str> {
        parse(how, site, on, "the unit was told by telephone", TODAY).map_err(|refusal| refusal.reason)
    }

    /// Whether it was recorded under its key before, or why it is refused.
    fn decided(asked: &NewChange, at: Option<&str>, since: Date, known: Option<&Change>) -> Result<bool, &'static str> {
        decide(asked, at, since, known).map(|known| known.is_some()).map_err(|refusal| refusal.reason)
    }

    fn change(how: How, before: Option<&str>, site: &str, on: Option<Date>, at: OffsetDateTime) -> Change {
        Change {
            id: Uuid::from_u128(1),
            how,
            before: before.map(str::to_owned),
            site: site.to_owned(),
            moved_on: on,
            reason: "the unit was told by telephone".to_owned().into(),
            recorded_by: "rj-officer-1".to_owned(),
            recorded_at: at,
        }
    }

    #[test]
    fn a_person_is_at_a_site_that_there_is_and_released_to_the_community_alone() {
        for nowhere in ["", "no-such-site", "Kent Institution", "../kent"] {
            assert_eq!(asked(How::Correction, nowhere, ""), Err("site-unknown"), "{nowhere}");
        }
        assert!(asked(How::Correction, " Kent ", "").is_ok());
        assert!(asked(How::Correction, "nhq", "").is_ok(), "the unit itself answers where no head does");
        assert_eq!(asked(How::Transfer, "nhq", "2026-03-02"), Err("nobody-is-held-there"));
        for inside in ["kent", "nhq"] {
            assert_eq!(asked(How::Release, inside, "2026-03-02"), Err("release-not-to-the-community"), "{inside}");
        }
        let outside = SITES.lines().find_map(|line| line.strip_suffix(",community")).unwrap();
        assert!(asked(How::Release, outside, "2026-03-02").is_ok() && asked(How::Transfer, outside, "2026-03-02").is_ok());
    }

    #[test]
    fn a_move_is_recorded_once_the_person_has_moved_and_no_day_before() {
        for (day, outcome) in [
            ("2026-03-02", None),
            ("2026-02-20", None),
            ("2026-03-03", Some("move-not-yet")),
            ("2036-03-03", Some("move-not-yet")),
            ("", Some("move-date-missing")),
            ("2026-02-30", Some("move-date-missing")),
            ("tomorrow", Some("move-date-missing")),
        ] {
            assert_eq!(asked(How::Transfer, "kent", day).err(), outcome, "{day}");
        }
        assert_eq!(parse(How::Correction, "kent", "", " ", TODAY).unwrap_err().reason, "reason-missing");
    }

    #[test]
    fn a_change_changes_something_comes_in_order_and_is_one_under_its_key() {
        let kent = asked(How::Transfer, "kent", "2026-03-01").unwrap();
        assert_eq!(decided(&kent, Some("mission"), date!(2026 - 02 - 10), None), Ok(false));
        assert_eq!(decided(&kent, None, date!(2026 - 02 - 10), None), Ok(false), "no site was known");
        assert_eq!(decided(&kent, Some("kent"), date!(2026 - 02 - 10), None), Err("site-unchanged"));
        assert_eq!(decided(&kent, Some("mission"), date!(2026 - 03 - 02), None), Ok(false), "the same evening, in another zone");
        assert_eq!(decided(&kent, Some("mission"), date!(2026 - 03 - 03), None), Err("move-out-of-order"));
        let same = change(How::Transfer, Some("mission"), "kent", Some(date!(2026 - 03 - 01)), OPENED);
        assert_eq!(decided(&kent, Some("kent"), date!(2026 - 03 - 01), Some(&same)), Ok(true));
        let other = Change { how: How::Correction, moved_on: None, ..same };
        assert_eq!(decided(&kent, Some("kent"), date!(2026 - 03 - 01), Some(&other)), Err("key-used"));
    }

    #[test]
    fn the_history_says_from_when_until_when_the_person_was_where() {
        let changes = vec![
            change(How::Correction, Some("mission"), "kent", None, datetime!(2026-02-12 9:00 UTC)),
            change(How::Transfer, Some("kent"), "matsqui", Some(date!(2026 - 02 - 20)), datetime!(2026-02-25 9:00 UTC)),
        ];
        let told: Vec<_> = history(Some("matsqui"), OPENED, changes).into_iter().map(|s| (s.site.unwrap(), s.from, s.until)).collect();
        let (corrected, moved) = (date!(2026 - 02 - 12), date!(2026 - 02 - 20));
        assert_eq!(
            told,
            [
                ("mission".to_owned(), OPENED.date(), Some(corrected)),
                ("kent".to_owned(), corrected, Some(moved)),
                ("matsqui".to_owned(), moved, None)
            ]
        );
        let unchanged = history(None, OPENED, Vec::new());
        assert_eq!((unchanged.len(), unchanged[0].site.clone(), unchanged[0].until), (1, None, None));
    }

    #[test]
    fn of_several_cases_that_a_concern_names_the_one_that_changed_last_says_where_the_person_is() {
        let concern = ConcernId::new(Uuid::from_u128(9));
        let named = |update: u128, days: i64, site: &str, former: &[&str]| NamedCase {
            concern,
            update: Uuid::from_u128(update),
            since: OPENED + time::Duration::days(days),
            site: site.to_owned(),
            former: former.iter().map(|site| (*site).to_owned()).collect(),
        };
        let told = updates(vec![named(1, 5, "kent", &["mission"]), named(2, 1, "matsqui", &[])]);
        assert_eq!(told, [SiteUpdate { concern, id: Uuid::from_u128(1), site: "kent".into(), former: vec!["mission".into()] }]);
        // The other case of the same concern is at Mission now: the concern rings there rightly.
        let told = updates(vec![named(1, 5, "kent", &["mission"]), named(2, 1, "mission", &[])]);
        assert_eq!(told[0].former, Vec::<String>::new());
    }
}
