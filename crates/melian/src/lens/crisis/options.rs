//! `[lens.crisis]`.

use crate::lens::options::{Checked, number_option};
use crate::lens::{LensCard, Unable};
use crate::scenario::{LensOptions, Plain};

/// What the lens may be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Options {
    /// The precision at which every draw is solved, where the scenario's own doesn't count.
    pub(super) precision: Option<f64>,
    /// Precisions shown side by side.
    pub(super) range: Vec<f64>,
    /// Points of the offer grid.
    pub(super) offers: Option<u32>,
    /// Acts remembered.
    pub(super) memory: Option<u32>,
    /// Periods.
    pub(super) periods: Option<u32>,
    /// Random starts from which each draw is searched for further equilibria.
    pub(super) branches: usize,
    /// How many draws of a run are solved, the first so many.
    pub(super) draws: Option<u64>,
    /// Whether every draw is judged for what deviating could gain.
    pub(super) check: bool,
}

/// Precisions shown side by side, where no others are asked for.
const RANGE: [f64; 5] = [2.0, 5.0, 10.0, 20.0, 40.0];
/// The largest precision that may be asked for.
const MOST: f64 = 1000.0;

impl Options {
    pub(super) fn read(card: &LensCard, options: &LensOptions) -> Result<Self, Unable> {
        let keys = ["precision", "offers", "memory", "periods", "branches", "draws", "check"];
        let mut checked = Checked::new(card, options, &keys);
        let (precision, range) = precisions(&mut checked);
        let whole = |checked: &mut Checked<'_>, key, least, most| {
            number_option(checked, key, least, most).map(|number| number as u32)
        };
        let offers = whole(&mut checked, "offers", 2.0, 201.0);
        let memory = whole(&mut checked, "memory", 0.0, 8.0);
        let periods = whole(&mut checked, "periods", 1.0, 40.0);
        let branches = whole(&mut checked, "branches", 0.0, 32.0).unwrap_or(0) as usize;
        let draws = number_option(&mut checked, "draws", 1.0, 1e9).map(|draws| draws as u64);
        let check = flag(&mut checked, "check");
        checked.finish()?;
        Ok(Self { precision, range, offers, memory, periods, branches, draws, check })
    }
}

fn flag(checked: &mut Checked<'_>, key: &str) -> bool {
    let Some(option) = checked.get(key) else { return false };
    if let Plain::Flag(flag) = option.value {
        return flag;
    }
    checked.refuse(
        option.span,
        format!("`{key}` is neither true nor false"),
        format!("write `{key} = true`"),
    );
    false
}

/// A number that every draw is solved at, or a list of them to show side by side.
fn precisions(checked: &mut Checked<'_>) -> (Option<f64>, Vec<f64>) {
    let Some(option) = checked.get("precision") else { return (None, RANGE.to_vec()) };
    let number = |value: &Plain| match value {
        Plain::Number(number) if (0.0..=MOST).contains(number) => Some(*number),
        _ => None,
    };
    let found = match &option.value {
        Plain::List(list) if !list.is_empty() => {
            list.iter().map(number).collect::<Option<Vec<f64>>>().map(|mut list| {
                list.sort_by(f64::total_cmp);
                list.dedup();
                (None, list)
            })
        }
        one => number(one).map(|one| (Some(one), RANGE.to_vec())),
    };
    found.unwrap_or_else(|| {
        checked.refuse(
            option.span,
            format!("`precision` is neither a number from 0 to {MOST} nor a list of such numbers"),
            "write `precision = 10`, or `precision = [2, 10, 40]` for the range to show; an estimate goes to \
             `[game] precision`",
        );
        (None, RANGE.to_vec())
    })
}
