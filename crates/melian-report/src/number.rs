//! Numbers as a reader meets them.

use melian::analysis::MeasureSummary;
use melian::uncertainty::Estimate;

/// A count with thousands apart: `10,000`.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A value to the whole point; small non-zero ones keep a digit. A true minus sign.
pub(crate) fn points(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let digits = usize::from(value.abs() < 1.0);
    let text = format!("{:.digits$}", value.abs());
    let zero = text.bytes().all(|b| b == b'0' || b == b'.');
    match (zero, value < 0.0) {
        (true, _) => "0".to_owned(),
        (false, true) => format!("−{text}"),
        (false, false) => text,
    }
}

/// A difference, always with its sign: `+7`, `−3`, `0`.
pub(crate) fn difference(value: f64) -> String {
    let text = points(value);
    if value > 0.0 && text != "0" { format!("+{text}") } else { text }
}

/// A number as somebody wrote it: no more digits than it has, never more than four decimals.
pub(crate) fn exact(value: f64) -> String {
    let text = format!("{:.4}", value.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if value < 0.0 && text != "0" { format!("−{text}") } else { text.to_owned() }
}

/// Two ends that no line break parts: `[48, 80]`.
pub(crate) fn interval(low: f64, high: f64) -> String {
    format!("[{},\u{a0}{}]", points(low), points(high))
}

/// A share in per cent, never rounded to certainty: `41 %`, `under 1 %`.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if !p.is_finite() => "–".to_owned(),
        p if p > 0.0 && p < 0.5 => "under 1\u{a0}%".to_owned(),
        p if p < 100.0 && p > 99.5 => "over 99\u{a0}%".to_owned(),
        p => format!("{p:.0}\u{a0}%"),
    }
}

/// A frequency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share {
    /// In how many draws it is true.
    pub(crate) hits: u64,
    /// Of how many.
    pub(crate) of: u64,
}

impl Share {
    /// Of the draws in which a flag has a value.
    pub(crate) fn of_flag(flag: &MeasureSummary) -> Self {
        Self { hits: (flag.mean * flag.count as f64).round() as u64, of: flag.count }
    }

    /// The share, 0..=1; `NaN` of nothing.
    pub(crate) fn value(self) -> f64 {
        self.hits as f64 / self.of as f64
    }

    /// The number of draws in a hundred, never rounded to all or none: `38`, `<1`.
    pub(crate) fn in_hundred(self) -> String {
        match 100.0 * self.value() {
            h if h > 0.0 && h < 0.5 => "<1".to_owned(),
            h if h < 100.0 && h > 99.5 => ">99".to_owned(),
            h if h.is_finite() => format!("{h:.0}"),
            _ => "–".to_owned(),
        }
    }

    /// `38 of 100 draws`, `7 of 8 draws`, `all 10,000 draws`, `none of 10,000 draws`.
    pub(crate) fn draws(self) -> String {
        match (self.hits, self.of) {
            (_, 0) => "no draw".to_owned(),
            (hits, 1) => (if hits == 1 { "the one draw" } else { "not in the one draw" }).to_owned(),
            (0, of) => format!("none of {} draws", count(of)),
            (hits, of) if hits >= of => format!("all {} draws", count(of)),
            (hits, of) if of < 100 => format!("{hits} of {of} draws"),
            (_, of) => match self.in_hundred().as_str() {
                "<1" => format!("fewer than 1 of 100 draws ({} of {})", count(self.hits), count(of)),
                ">99" => {
                    format!("more than 99 of 100 draws (all but {} of {})", count(of - self.hits), count(of))
                }
                hundred => format!("{hundred} of 100 draws"),
            },
        }
    }
}

/// An estimate in words: `4 to 10`, `40 to 90, likely 60`.
pub(crate) fn estimate(estimate: &Estimate) -> String {
    match estimate {
        Estimate::Exact(value) => exact(*value),
        Estimate::Uniform { low, high } => format!("{} to {}, all alike", exact(*low), exact(*high)),
        Estimate::Pert { low, likely, high } => {
            format!("{} to {} (5 % to 95 %), likely {}", exact(*low), exact(*high), exact(*likely))
        }
        Estimate::Normal { mean, sd } => format!("about {}, standard deviation {}", exact(*mean), exact(*sd)),
        Estimate::Discrete { values, weights } => {
            let total: f64 = weights.iter().sum();
            let items: Vec<String> = values
                .iter()
                .zip(weights)
                .map(|(value, weight)| format!("{} ({})", exact(*value), percent(weight / total)))
                .collect();
            format!("one of {}", items.join(", "))
        }
        Estimate::Experts(experts) => {
            let items: Vec<String> =
                experts.iter().map(|(name, said)| format!("{name}: {}", self::estimate(said))).collect();
            items.join("; ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_points_are_short() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(100), "100");
        assert_eq!(points(63.6), "64");
        assert_eq!(points(-0.04), "0");
        assert_eq!(points(-0.25), "−0.2");
        assert_eq!(points(f64::NAN), "–");
        assert_eq!(difference(6.7), "+7");
        assert_eq!(exact(0.05), "0.05");
        assert_eq!(exact(100.0), "100");
    }

    #[test]
    fn shares_are_never_rounded_to_certainty() {
        let share = |hits, of| Share { hits, of };
        assert_eq!(share(3_800, 10_000).draws(), "38 of 100 draws");
        assert_eq!(share(10_000, 10_000).draws(), "all 10,000 draws");
        assert_eq!(share(0, 10_000).draws(), "none of 10,000 draws");
        assert_eq!(share(9_999, 10_000).draws(), "more than 99 of 100 draws (all but 1 of 10,000)");
        assert_eq!(share(7, 8).draws(), "7 of 8 draws");
        assert_eq!(percent(0.999), "over 99\u{a0}%");
        assert_eq!(percent(0.001), "under 1\u{a0}%");
    }
}
