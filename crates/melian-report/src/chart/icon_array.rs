//! How often: a mark per case, by kind.

use super::{Anchor, Canvas, Caption};

/// Marks in a row: fits a phone.
const COLUMNS: usize = 20;
const CELL: f64 = 16.0;
/// Above this many cases a mark stands for several.
const MARKS: u64 = 200;

/// Cases of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub(crate) label: String,
    pub(crate) cases: u64,
}

/// Marks for cases, kind after kind, each kind with its own shape; at most seven kinds are told apart.
pub(crate) fn icon_array(caption: &Caption<'_>, kinds: &[Kind]) -> String {
    let total: u64 = kinds.iter().map(|kind| kind.cases).sum();
    let each = total.div_ceil(MARKS).max(1);
    let mut canvas = Canvas::default();
    let mut y = 16.0;
    if each > 1 {
        canvas.text("tick", (0.0, y - 4.0), Anchor::Start, &format!("one mark stands for {each} cases"));
        y += 16.0;
    }
    for (i, kind) in kinds.iter().enumerate() {
        let note = format!("{} ({})", kind.label, kind.cases);
        canvas.label("name", (0.0, y - 2.0), Anchor::Start, &note, (44, 96));
        let marks = usize::try_from(kind.cases.div_ceil(each)).unwrap_or(usize::MAX);
        for mark in 0..marks {
            let (column, row) = ((mark % COLUMNS) as f64, (mark / COLUMNS) as f64);
            canvas.fixed_mark(&format!("k{}", i % 7), (8.0 + CELL * column, y + 11.0 + CELL * row), i, 5.0);
        }
        y += CELL * marks.div_ceil(COLUMNS).max(1) as f64 + 24.0;
    }
    canvas.finish(y - 14.0, caption)
}
