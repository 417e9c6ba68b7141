//! Days, months and years, before and after our era.

use std::fmt;
use std::str::FromStr;

/// A year, with month and day where known. Years are astronomical as written: `-0416` is printed as 416 BC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// `-416` for 416 BC, 2026 for our own.
    pub year: i32,
    /// 1..=12; 0 where not given.
    pub month: u8,
    /// 1..=31; 0 where not given.
    pub day: u8,
}

impl Date {
    /// Whether this day is surely before the other: a date without month or day may be any in it.
    #[must_use]
    pub fn is_before(&self, other: &Date) -> bool {
        let pairs =
            [(i32::from(self.month), i32::from(other.month)), (i32::from(self.day), i32::from(other.day))];
        if self.year != other.year {
            return self.year < other.year;
        }
        for (own, others) in pairs {
            if own == 0 || others == 0 {
                return false;
            }
            if own != others {
                return own < others;
            }
        }
        false
    }
}

const MONTH_DAYS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl FromStr for Date {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "expected a date such as \"2026-02-04\", \"2026-02\", \"2026\" or \"-0416-05\"";
        let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let mut parts = rest.split('-');
        let mut number = |digits: usize| -> Result<Option<i32>, &'static str> {
            match parts.next() {
                None => Ok(None),
                Some(part) if part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()) => {
                    part.parse().map(Some).map_err(|_| EXPECTED)
                }
                Some(_) => Err(EXPECTED),
            }
        };
        let year = number(4)?.ok_or(EXPECTED)?;
        let month = number(2)?;
        let day = number(2)?;
        if parts.next().is_some() {
            return Err(EXPECTED);
        }
        if month.is_some_and(|m| !(1..=12).contains(&m)) {
            return Err("a month is between 01 and 12");
        }
        if let (Some(m), Some(d)) = (month, day)
            && !(1..=i32::from(MONTH_DAYS[m as usize - 1])).contains(&d)
        {
            return Err("that month has no such day");
        }
        Ok(Self { year: sign * year, month: month.unwrap_or(0) as u8, day: day.unwrap_or(0) as u8 })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.year < 0 {
            write!(f, "-{:04}", -self.year)?;
        } else {
            write!(f, "{:04}", self.year)?;
        }
        if self.month > 0 {
            write!(f, "-{:02}", self.month)?;
        }
        if self.day > 0 {
            write!(f, "-{:02}", self.day)?;
        }
        Ok(())
    }
}

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How many units; at least 1.
    pub count: u32,
    /// Of what.
    pub unit: StepUnit,
}

impl Step {
    /// How many whole steps lie between two days; a date without month or day is the first in it, and a horizon before
    /// `from` is none.
    #[must_use]
    pub fn periods(&self, from: &Date, to: &Date) -> u32 {
        let months = |date: &Date| i64::from(date.year) * 12 + i64::from(date.month.max(1)) - 1;
        let whole_months = months(to) - months(from) - i64::from(to.day.max(1) < from.day.max(1));
        let units = match self.unit {
            StepUnit::Day => day_number(*to) - day_number(*from),
            StepUnit::Week => (day_number(*to) - day_number(*from)).div_euclid(7),
            StepUnit::Month => whole_months,
            StepUnit::Year => whole_months.div_euclid(12),
        };
        u32::try_from(units.div_euclid(i64::from(self.count))).unwrap_or(0)
    }
}

/// Days on the proleptic Gregorian calendar, counted from 1 March of year 0.
fn day_number(date: Date) -> i64 {
    // March is the first month, so that a leap day is a year's last.
    let month = (i64::from(date.month.max(1)) + 9) % 12;
    let year = i64::from(date.year) - i64::from(month >= 10);
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + i64::from(date.day.max(1)) - 1
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepUnit {
    /// 1 day.
    Day,
    /// 7 days.
    Week,
    /// A twelfth of a year.
    Month,
    /// A year.
    Year,
}

impl FromStr for Step {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a length of time such as \"1 month\" or \"2 weeks\"";
        let (count, unit) = text.trim().split_once(' ').ok_or(EXPECTED)?;
        let count = count.parse().map_err(|_| EXPECTED)?;
        if count == 0 {
            return Err("a step is at least 1 long");
        }
        let unit = match unit.trim().trim_end_matches('s') {
            "day" => StepUnit::Day,
            "week" => StepUnit::Week,
            "month" => StepUnit::Month,
            "year" => StepUnit::Year,
            _ => return Err(EXPECTED),
        };
        Ok(Self { count, unit })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            StepUnit::Day => "day",
            StepUnit::Week => "week",
            StepUnit::Month => "month",
            StepUnit::Year => "year",
        };
        write!(f, "{} {unit}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_before_our_era_are_read_and_ordered() {
        let melos: Date = "-0416-05".parse().expect("a date");
        assert_eq!((melos.year, melos.month, melos.day), (-416, 5, 0));
        assert!(melos < "-0416-12".parse().expect("a date"));
        assert_eq!(melos.to_string(), "-0416-05");
    }

    #[test]
    fn impossible_dates_are_refused() {
        for text in ["", "2026-13", "2026-02-30", "26-01-01", "2026-1", "2026-01-01-01", "now"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn whole_steps_between_two_days() {
        let periods = |from: &str, to: &str, step: &str| {
            let date = |text: &str| text.parse::<Date>().expect("a date");
            step.parse::<Step>().expect("a step").periods(&date(from), &date(to))
        };
        assert_eq!(periods("-0416-05", "-0416-12", "1 month"), 7);
        assert_eq!(periods("1914-06-28", "1914-08-04", "1 day"), 37);
        assert_eq!(periods("1914-06-28", "1914-08-04", "2 days"), 18);
        assert_eq!(periods("1962-10-16", "1962-10-28", "1 week"), 1);
        assert_eq!(periods("2024-02-28", "2024-03-01", "1 day"), 2, "a leap year");
        assert_eq!(periods("1900-02-28", "1900-03-01", "1 day"), 1, "none");
        assert_eq!(periods("2026-01-31", "2026-03-30", "1 month"), 1);
        assert_eq!(periods("2026", "2029", "1 year"), 3);
        assert_eq!(periods("2026", "2025", "1 year"), 0);
    }

    #[test]
    fn steps_are_read_in_singular_and_plural() {
        assert_eq!("1 month".parse::<Step>().expect("a step").to_string(), "1 month");
        assert_eq!("2 weeks".parse::<Step>().expect("a step").to_string(), "2 weeks");
        assert!("0 days".parse::<Step>().is_err());
        assert!("fortnight".parse::<Step>().is_err());
    }
}
