//! What claims ask that no table tells: whether a quantity rises, or falls, with an input over its whole range.

use rayon::prelude::*;

use crate::analysis::claims::{Judge, Moved, Movement, Truth};
use crate::claim::Direction;
use crate::ensemble::{ArmRows, Chunk, Plan};
use crate::lens::{Family, RowBlock, Scratch};
use crate::scenario::{Field, FieldId};
use crate::uncertainty::{Affine, Quantile, Range};

/// Draws in which a movement is looked at, and points of the input's range in each: fewer for games, which are solved
/// anew for every one.
fn effort(family: Family) -> (u64, usize) {
    if family == Family::Crisis { (8, 7) } else { (256, 21) }
}

/// The most a quantity may seem to move back, by its rounding, relative to its size.
const ROUNDING: f64 = 1e-7;

/// Evaluates every movement that claims ask about, in the first draws of the run: in each, the input is moved over its
/// whole range and all else stays as drawn.
#[must_use]
pub fn moved(judge: &Judge<'_>) -> Moved {
    let mut moved = Moved::default();
    // Games are costly: claims that move the same input share them.
    let mut solved: Vec<(Movement, Vec<Chunk>)> = Vec::new();
    for movement in judge.movements() {
        if movement.family != Family::Crisis {
            let truth = truth(judge, &movement, &paths(judge, &movement));
            moved.add(&movement, truth);
            continue;
        }
        let same = |(other, _): &(Movement, Vec<Chunk>)| {
            other.input == movement.input && other.arms == movement.arms
        };
        if !solved.iter().any(same) {
            solved.push((movement.clone(), chunks(judge.plan(), &movement)));
        }
        let paths = solved.iter().find(|known| same(known)).map(|(_, chunks)| {
            chunks.iter().map(|chunk| judge.quantity(&movement, chunk)).collect::<Vec<_>>()
        });
        let truth = truth(judge, &movement, &paths.unwrap_or_default());
        moved.add(&movement, truth);
    }
    moved
}

/// The quantity of a movement in each draw, for each point of the input's range.
fn paths(judge: &Judge<'_>, movement: &Movement) -> Vec<Vec<f64>> {
    let of_chunk = |chunk: &Chunk| judge.quantity(movement, chunk);
    chunks(judge.plan(), movement).iter().map(of_chunk).collect()
}

/// How many draws a movement is looked at in.
fn draws(plan: &Plan, movement: &Movement) -> usize {
    plan.settings().draws.min(effort(movement.family).0) as usize
}

/// The draws of a movement's arms for each point of the input's range; none if some arm doesn't know the input.
fn chunks(plan: &Plan, movement: &Movement) -> Vec<Chunk> {
    let points = effort(movement.family).1;
    let Some((low, high)) = range(plan, movement) else { return Vec::new() };
    let at = |point: usize| low + (high - low) * point as f64 / (points - 1) as f64;
    let draws = draws(plan, movement);
    (0..points).into_par_iter().map(|point| chunk(plan, movement, draws, at(point))).collect()
}

fn truth(judge: &Judge<'_>, movement: &Movement, paths: &[Vec<f64>]) -> Vec<Truth> {
    let draws = draws(judge.plan(), movement);
    let Some(first) = paths.first() else { return vec![Truth::Undefined; draws] };
    // A lens in which the input moves nothing has nothing to say of which way.
    let moves = |draw: usize| paths.iter().any(|values| step(values[draw], first[draw]) > 0.0);
    if !(0..draws).any(moves) {
        return vec![Truth::Undefined; draws];
    }
    let of_draw = |draw: usize| {
        let path: Vec<f64> =
            paths.iter().map(|values| values[draw]).filter(|value| !value.is_nan()).collect();
        monotone(&path, movement.direction)
    };
    (0..draws).map(of_draw).collect()
}

/// By how much two values differ beyond rounding; 0 where they don't, or either is missing.
fn step(a: f64, b: f64) -> f64 {
    let far = (a - b).abs();
    if far > ROUNDING * b.abs().max(1.0) { far } else { 0.0 }
}

/// Whether a path never moves back; undefined where fewer than two of its points are defined.
fn monotone(path: &[f64], direction: Direction) -> Truth {
    if path.len() < 2 {
        return Truth::Undefined;
    }
    let back = |pair: &[f64]| {
        let step = if direction == Direction::Increases { pair[1] - pair[0] } else { pair[0] - pair[1] };
        step < -ROUNDING * pair[0].abs().max(1.0)
    };
    if path.windows(2).any(back) { Truth::False } else { Truth::True }
}

/// The first draws of the movement's arms with the input at one value.
fn chunk(plan: &Plan, movement: &Movement, draws: usize, value: f64) -> Chunk {
    let mut scratch = Scratch::default();
    let rows = |arm: usize| {
        if !movement.arms.contains(&arm) {
            return ArmRows::default();
        }
        let variant = plan.variant_of(arm);
        let mut block = variant.block(0, draws);
        if let Some(field) = field(&variant.scenario.fields, &movement.input) {
            for lane in 0..draws {
                block.set(field, lane, value);
            }
        }
        let mut rows = RowBlock::default();
        plan.solve(arm, &block, &mut rows, &mut scratch);
        ArmRows { draws: rows.lanes, branches: rows.branches, statuses: rows.statuses, columns: rows.columns }
    };
    let arms = (0..plan.arms().len()).map(rows).collect();
    Chunk { first_draw: 0, draws, experts: vec![0; draws], inputs: Vec::new(), arms }
}

fn field(fields: &[Field], path: &str) -> Option<FieldId> {
    fields.iter().position(|field| field.path == path).map(FieldId::new)
}

/// The whole range of an input: what its estimate allows, but for a thousandth in each tail; for a certain number all it
/// may legally be, or, where that is no range to speak of, up to twice its value. `None` if some arm doesn't know it.
fn range(plan: &Plan, movement: &Movement) -> Option<(f64, f64)> {
    let mut whole: Option<(f64, f64)> = None;
    for &arm in &movement.arms {
        let fields = &plan.variant_of(arm).scenario.fields;
        let (low, high) = extent(&fields[field(fields, &movement.input)?.index()]);
        whole = Some(whole.map_or((low, high), |(least, most)| (least.min(low), most.max(high))));
    }
    whole.filter(|(low, high)| low < high)
}

fn extent(field: &Field) -> (f64, f64) {
    /// Scales of points and chances are shorter than this.
    const LONG: f64 = 2000.0;
    let (least, most) = field.range;
    if field.is_certain() {
        let short = most - least <= LONG;
        return if short { (least, most) } else { (least.max(0.0), (2.0 * field.central()).min(most)) };
    }
    if field.is_bounded() {
        return field.support();
    }
    let range = Range { low: least, high: most };
    let affine = Affine { scale: field.scale, shift: field.shift };
    let tabulated = Quantile::tabulate(&field.estimate, range).and_then(|quantile| quantile.under(affine));
    // Several experts with tails: their common range.
    tabulated.map_or_else(|_| field.support(), |quantile| (quantile.at(0.001), quantile.at(0.999)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_turns_back_does_not_rise() {
        assert_eq!(monotone(&[1.0, 1.0, 2.0], Direction::Increases), Truth::True);
        assert_eq!(monotone(&[1.0, 2.0, 1.9], Direction::Increases), Truth::False);
        assert_eq!(monotone(&[3.0, 2.0, 2.0 + 1e-12], Direction::Decreases), Truth::True);
        assert_eq!(monotone(&[3.0], Direction::Decreases), Truth::Undefined);
    }
}
