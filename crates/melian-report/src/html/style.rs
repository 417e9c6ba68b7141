//! The style of the page: a briefing paper, light and dark, on screen and on paper.

/// Everything a browser needs. Colours after Okabe and Ito (2008), darkened or lightened to a contrast of 4.5:1.
pub(super) const SHEET: &str = include_str!("style.css");
