//! PRIM, the patient rule induction method (Friedman and Fisher 1999, Statistics and Computing 9), as scenario discovery
//! uses it (Bryant and Lempert 2010, Technological Forecasting & Social Change 77): from all rows a box is peeled, a
//! small share of it at a time, each time where that leaves it densest for the rows it costs.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::super::rank::ascending;
use super::limits::{Counts, Limits, Side};
use super::{Options, Rows};

/// A box on the way of peeling.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Step {
    /// Its limits.
    pub limits: Limits,
    /// What it holds.
    pub counts: Counts,
}

/// A change of one end of a limit, and the rows that it takes away or adds.
struct Change {
    input: usize,
    side: Side,
    /// The new end; the category that goes.
    at: f64,
    rows: Counts,
    /// How many inputs have a limit afterwards.
    limits: usize,
}

/// Boxes from all active rows on, each a part of the one before. `smallest` rows are left in the last.
pub(super) fn peel(rows: &Rows<'_>, active: &[bool], smallest: f64, options: &Options) -> Vec<Step> {
    let mut peeler = Peeler::new(rows, active);
    let mut steps = vec![peeler.step()];
    while let Some(change) = peeler.best(options.peel, smallest) {
        peeler.apply(&change);
        steps.push(peeler.step());
    }
    steps
}

struct Peeler<'a> {
    rows: &'a Rows<'a>,
    /// Rows still in the box.
    inside: Vec<bool>,
    columns: Vec<Column>,
    limits: Limits,
    counts: Counts,
}

enum Column {
    /// Rows by ascending value; those before `from` and from `to` on are out of the box.
    Number { order: Vec<u32>, from: usize, to: usize },
    /// What is in the box, by category.
    Names(Vec<Counts>),
}

impl<'a> Peeler<'a> {
    fn new(rows: &'a Rows<'a>, active: &[bool]) -> Self {
        let cases = (0..active.len()).filter(|row| active[*row]).map(|row| rows.cases[row]);
        let columns = rows.inputs.par_iter().zip(rows.named).map(|(values, named)| {
            if *named {
                let most = values.iter().fold(0.0_f64, |most, value| most.max(*value)) as usize;
                let mut counts = vec![Counts::default(); most + 1];
                for row in (0..active.len()).filter(|row| active[*row]) {
                    counts[values[row] as usize].add(rows.cases[row]);
                }
                Column::Names(counts)
            } else {
                let mut order = ascending(values);
                order.retain(|row| active[*row as usize]);
                Column::Number { from: 0, to: order.len(), order }
            }
        });
        Self {
            inside: active.to_vec(),
            columns: columns.collect(),
            limits: Limits::default(),
            counts: Counts::of(cases),
            rows,
        }
    }

    fn step(&self) -> Step {
        Step { limits: self.limits.clone(), counts: self.counts }
    }

    /// The peel that raises the density most per row it costs; of equal ones, that with fewer inputs limited, then the
    /// first input, then its high end.
    fn best(&self, share: f64, smallest: f64) -> Option<Change> {
        let take = ((self.counts.rows.saturating_sub(1)) as f64 * share) as u64 + 1;
        let mut best: Option<Change> = None;
        for input in 0..self.columns.len() {
            for change in self.peels(input, take) {
                let left = self.counts.without(change.rows);
                if (left.rows as f64) < smallest || left.rows == 0 || gain(self.counts, left) <= 0 {
                    continue;
                }
                let better = best.as_ref().is_none_or(|best| {
                    compare(self.counts, left, self.counts.without(best.rows))
                        .then(best.limits.cmp(&change.limits))
                        .is_gt()
                });
                if better {
                    best = Some(change);
                }
            }
        }
        best
    }

    fn peels(&self, input: usize, take: u64) -> Vec<Change> {
        let limits = self.limits.0.len() + usize::from(!self.limits.restrict(input));
        let change = |side, (at, rows)| Change { input, side, at, rows, limits };
        match &self.columns[input] {
            Column::Number { order, from, to } => {
                let walk = &order[*from..*to];
                let high = self.cut(input, walk.iter().rev(), take).map(|cut| change(Side::High, cut));
                let low = self.cut(input, walk.iter(), take).map(|cut| change(Side::Low, cut));
                high.into_iter().chain(low).collect()
            }
            Column::Names(counts) => {
                let there = |(_, counts): &(usize, &Counts)| counts.rows > 0;
                let each = counts.iter().enumerate().filter(there);
                each.map(|(name, counts)| change(Side::Without, (name as f64, *counts))).collect()
            }
        }
    }

    /// Where to cut so that `take` rows go, walking inwards: between the last that goes and the first that stays.
    /// Equal values stay together: on their side of the cut, unless nothing would go then.
    fn cut<'r>(&self, input: usize, walk: impl Iterator<Item = &'r u32>, take: u64) -> Option<(f64, Counts)> {
        let values = &self.rows.inputs[input];
        let (mut gone, mut whole) = (Counts::default(), Counts::default());
        let (mut last, mut outside) = (f64::NAN, f64::NAN);
        for row in walk.map(|row| *row as usize).filter(|row| self.inside[*row]) {
            let value = values[row];
            if value != last {
                (whole, outside) = (gone, last);
                if gone.rows >= take {
                    return Some((between(last, value), gone));
                }
                last = value;
            } else if gone.rows >= take && whole.rows > 0 {
                return Some((between(outside, value), whole));
            }
            gone.add(self.rows.cases[row]);
        }
        (whole.rows > 0).then(|| (between(outside, last), whole))
    }

    fn apply(&mut self, change: &Change) {
        let values = &self.rows.inputs[change.input];
        let limit = self.limits.on(change.input);
        match change.side {
            Side::High => limit.high = Some(change.at),
            Side::Low => limit.low = Some(change.at),
            Side::Without => limit.without.push(change.at as u32),
        }
        let outside = |value: f64| match change.side {
            Side::High => value > change.at,
            Side::Low => value < change.at,
            Side::Without => value == change.at,
        };
        let mut leaving = Vec::new();
        match &mut self.columns[change.input] {
            Column::Number { order, from, to } => {
                if change.side == Side::High {
                    while *to > *from && outside(values[order[*to - 1] as usize]) {
                        *to -= 1;
                        leaving.push(order[*to] as usize);
                    }
                } else {
                    while *from < *to && outside(values[order[*from] as usize]) {
                        leaving.push(order[*from] as usize);
                        *from += 1;
                    }
                }
            }
            Column::Names(_) => leaving.extend((0..values.len()).filter(|row| outside(values[*row]))),
        }
        leaving.retain(|row| self.inside[*row]);
        for row in leaving {
            self.inside[row] = false;
            let case = Counts::of(std::iter::once(self.rows.cases[row]));
            for (column, values) in self.columns.iter_mut().zip(self.rows.inputs) {
                if let Column::Names(counts) = column {
                    let own = &mut counts[values[row] as usize];
                    *own = own.without(case);
                }
            }
        }
        self.counts = self.counts.without(change.rows);
        self.tidy();
    }

    /// Throws out of the orders what is out of the box, once that is most of them.
    fn tidy(&mut self) {
        let (inside, rows) = (&self.inside, self.counts.rows as usize);
        self.columns.par_iter_mut().for_each(|column| {
            if let Column::Number { order, from, to } = column
                && *to - *from > 2 * rows
            {
                order.truncate(*to);
                order.drain(..*from);
                order.retain(|row| inside[*row as usize]);
                (*from, *to) = (0, order.len());
            }
        });
    }
}

/// A number between two others; the inner one where there is none.
fn between(outer: f64, inner: f64) -> f64 {
    let middle = f64::midpoint(outer, inner);
    if middle == outer { inner } else { middle }
}

/// The sign of the change in density.
fn gain(before: Counts, after: Counts) -> i128 {
    i128::from(after.cases) * i128::from(before.rows) - i128::from(before.cases) * i128::from(after.rows)
}

/// Compares two changes of the same box by (new density - old density) / rows gained or lost: in whole numbers, so that
/// ties are ties.
fn compare(before: Counts, one: Counts, other: Counts) -> Ordering {
    let cost = |after: Counts| i128::from(after.rows) * i128::from(after.rows.abs_diff(before.rows));
    let (one_gain, other_gain) = (gain(before, one), gain(before, other));
    match (one_gain.checked_mul(cost(other)), other_gain.checked_mul(cost(one))) {
        (Some(one), Some(other)) => one.cmp(&other),
        // Only with billions of rows.
        _ => (one_gain as f64 / cost(one) as f64).total_cmp(&(other_gain as f64 / cost(other) as f64)),
    }
}

/// Lets a box grow where that makes it denser still, `share` of its rows at a time.
pub(super) fn paste(rows: &Rows<'_>, active: &[bool], from: Step, share: f64) -> Step {
    let mut step = from;
    loop {
        let take = ((step.counts.rows as f64 * share) as usize).max(1);
        let mut best: Option<Step> = None;
        for (input, side) in step.limits.sides() {
            let Some(grown) = grown(rows, active, &step, (input, side), take) else { continue };
            if gain(step.counts, grown.counts) <= 0 {
                continue;
            }
            if best.as_ref().is_none_or(|best| compare(step.counts, grown.counts, best.counts).is_gt()) {
                best = Some(grown);
            }
        }
        let Some(best) = best else { return step };
        step = best;
    }
}

/// The box with one end moved outwards past the next `take` rows; freed where there are no more.
fn grown(
    rows: &Rows<'_>,
    active: &[bool],
    step: &Step,
    (input, side): (usize, Side),
    take: usize,
) -> Option<Step> {
    let freed = step.limits.freed(input, side);
    let values = &rows.inputs[input];
    let mut beyond: Vec<usize> = (0..active.len())
        .filter(|row| active[*row] && freed.hold(rows.inputs, *row) && !step.limits.hold(rows.inputs, *row))
        .collect();
    match side {
        Side::Low => beyond.sort_by(|a, b| values[*b].total_cmp(&values[*a])),
        Side::High => beyond.sort_by(|a, b| values[*a].total_cmp(&values[*b])),
        Side::Without => return None,
    }
    let last = values[*beyond.get(take.min(beyond.len()).checked_sub(1)?)?];
    let inner = beyond.iter().take_while(|row| match side {
        Side::Low => values[**row] >= last,
        _ => values[**row] <= last,
    });
    let added = Counts::of(inner.map(|row| rows.cases[*row]));
    let mut limits = freed;
    if let Some(next) = beyond.get(added.rows as usize) {
        let limit = limits.on(input);
        let at = Some(between(values[*next], last));
        if side == Side::Low {
            limit.low = at;
        } else {
            limit.high = at;
        }
    }
    Some(Step { limits, counts: step.counts.with(added) })
}
