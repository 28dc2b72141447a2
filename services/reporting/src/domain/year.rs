//! Fiscal year, April to March, and the time up to which it is reported.

use time::Month;

use super::code::Language;

/// The time zone of NHQ, in which a fiscal year and its months begin.
pub const ZONE: &str = "America/Toronto";

/// A fiscal year by its first calendar year: 2026 is April 2026 to March 2027.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FiscalYear(i32);

impl FiscalYear {
    /// The first year that can be requested. The programme's own figures begin with June 2000.
    pub const FIRST: i32 = 1990;

    #[must_use]
    pub const fn new(first_calendar_year: i32) -> Self {
        Self(first_calendar_year)
    }

    #[must_use]
    pub const fn first_calendar_year(self) -> i32 {
        self.0
    }

    /// "2026-2027".
    #[must_use]
    pub fn label(self) -> String {
        format!("{}-{}", self.0, self.0 + 1)
    }

    /// The twelve months in order, as "2026-04" and "April 2026".
    pub fn months(self, language: Language) -> impl Iterator<Item = (String, String)> {
        MONTHS.iter().enumerate().map(move |(index, (month, en, fr))| {
            let year = if index < 9 { self.0 } else { self.0 + 1 };
            (format!("{year}-{:02}", u8::from(*month)), format!("{} {year}", language.pick(en, fr)))
        })
    }
}

/// Index of a calendar month in the fiscal year: April is 0, March is 11.
#[must_use]
pub const fn month_index(calendar_month: u8) -> usize {
    (calendar_month as usize + 8) % 12
}

const MONTHS: [(Month, &str, &str); 12] = [
    (Month::April, "April", "avril"),
    (Month::May, "May", "mai"),
    (Month::June, "June", "juin"),
    (Month::July, "July", "juillet"),
    (Month::August, "August", "août"),
    (Month::September, "September", "septembre"),
    (Month::October, "October", "octobre"),
    (Month::November, "November", "novembre"),
    (Month::December, "December", "décembre"),
    (Month::January, "January", "janvier"),
    (Month::February, "February", "février"),
    (Month::March, "March", "mars"),
];

/// Release interval of reports. Comparing two reports a day apart reveals that day: the longer the interval, the less it reveals [L13].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Release {
    /// Everything known now. For the RJ Unit, which works the queue itself.
    #[default]
    Live,
    /// Everything until the first of this month.
    Month,
    /// Finished fiscal years only: two reports of one year differ only by late facts.
    Year,
}

impl std::str::FromStr for Release {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "live" => Ok(Self::Live),
            "month" => Ok(Self::Month),
            "year" => Ok(Self::Year),
            _ => Err("use live, month or year".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_year_runs_from_april_to_march() {
        let months: Vec<_> = FiscalYear::new(2026).months(Language::French).collect();
        assert_eq!(months.first().unwrap(), &("2026-04".into(), "avril 2026".into()));
        assert_eq!(months[8].0, "2026-12");
        assert_eq!(months.last().unwrap(), &("2027-03".into(), "mars 2027".into()));
        assert_eq!((month_index(4), month_index(12), month_index(1), month_index(3)), (0, 8, 9, 11));
    }
}
