//! A day, as people write it in data: which one is today is told from outside.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// A day: `2026-12-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(DAY).map_err(|_| fmt::Error)?)
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Date::parse(&text, DAY)
            .map(Self)
            .map_err(|error| format!("\"{text}\" is no day such as 2026-12-31 ({error})"))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_ordered_and_told_as_they_were_written() {
        let day = |text: &str| Day::try_from(text.to_owned());
        assert!(day("2026-11-26").unwrap() < day("2026-12-01").unwrap());
        assert_eq!(day("2026-11-26").unwrap().to_string(), "2026-11-26");
        for wrong in ["2026-02-30", "26-11-26", "2026-11-26T00:00", "soon", ""] {
            assert!(day(wrong).unwrap_err().contains("no day such as"), "{wrong}");
        }
    }
}
