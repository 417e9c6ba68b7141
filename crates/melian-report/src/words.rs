//! Words of likelihood (Intelligence Community Directive 203, 2015), one row of terms only.

use melian::lens::{LensCard, TrackRecord};

/// Lower end of each band; bands are half-open, `[low, next low)`.
const BANDS: [(f64, &str); 7] = [
    (0.95, "almost certain"),
    (0.80, "very likely"),
    (0.55, "likely"),
    (0.45, "roughly even"),
    (0.20, "unlikely"),
    (0.05, "very unlikely"),
    (0.0, "almost no chance"),
];

/// The word for a chance of 0..=1.
fn word(chance: f64) -> &'static str {
    BANDS.iter().find(|(low, _)| chance >= *low).map_or("almost no chance", |band| band.1)
}

/// The word for a chance known to lie between two; both words where they differ.
fn word_of_range(low: f64, high: f64) -> String {
    match (word(low), word(high)) {
        (least, most) if least == most => least.to_owned(),
        (least, most) => format!("from {least} to {most}"),
    }
}

/// The words a lens has earned for the chance of an ending: none without a track record on endings.
pub(crate) fn earned(card: &LensCard, record: Option<&TrackRecord>, low: f64, high: f64) -> Option<String> {
    (card.speaks_of_endings && record.is_some()).then(|| word_of_range(low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_half_open() {
        let expected = [
            (0.0, "almost no chance"),
            (0.049, "almost no chance"),
            (0.05, "very unlikely"),
            (0.2, "unlikely"),
            (0.45, "roughly even"),
            (0.549, "roughly even"),
            (0.55, "likely"),
            (0.8, "very likely"),
            (0.95, "almost certain"),
            (1.0, "almost certain"),
        ];
        for (chance, expected) in expected {
            assert_eq!(word(chance), expected, "{chance}");
        }
    }

    #[test]
    fn a_range_that_crosses_words_says_both() {
        assert_eq!(word_of_range(0.1, 0.7), "from very unlikely to likely");
        assert_eq!(word_of_range(0.6, 0.7), "likely");
    }
}
