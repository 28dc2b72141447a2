//! Days of the calendar: their form on the wire, and the same day some months later.

use time::{Date, Month, format_description::BorrowedFormatItem, macros::format_description};

pub(crate) const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// The date of a text on the wire, if valid.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    Date::parse(text, DATE).ok()
}

/// A date in its wire form.
#[must_use]
pub fn date_text(date: Date) -> String {
    date.format(DATE).unwrap_or_default()
}

const MONTHS_IN_A_YEAR: i32 = 12;

/// The same day of the calendar so many months later; where that month has no such day, the first day after it.
pub(crate) fn later(day: Date, months: i32) -> Option<Date> {
    let counted = i32::from(u8::from(day.month())) - 1 + months;
    let year = day.year().checked_add(counted.div_euclid(MONTHS_IN_A_YEAR))?;
    let month = Month::try_from(u8::try_from(counted.rem_euclid(MONTHS_IN_A_YEAR) + 1).ok()?).ok()?;
    match Date::from_calendar_date(year, month, day.day()) {
        Ok(day) => Some(day),
        Err(_) => Date::from_calendar_date(year, month, month.length(year)).ok()?.next_day(),
    }
}
