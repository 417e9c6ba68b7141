//! Drivers by designs of their own: points are chosen so that each input's part can be read off, and the models are
//! asked there. Dearer than reading rows that are there, and better: totals are exact up to chance.
//!
//! Points are in the unit cube, so that any estimate will do; numbers tied by `[[correlate]]` move as one, and whom
//! one asks is an input of its own. A point's model streams are those of the draw with its number: whatever chance
//! there is inside a lens is the same at all points of a row, and no input's doing.

use std::ops::Range;

use rayon::prelude::*;

use crate::analysis::{ElementaryEffects, SaltelliSample, Silent, SobolIndices, elementary_effects, sobol};
use crate::case::LANES;
use crate::ensemble::{Arm, Plan};
use crate::lens::{Measure, RowBlock, Scratch};
use crate::scenario::{FieldId, Scenario};
use crate::uncertainty::{Axis, Design, EXPERT_PATH, SOBOL_DIMENSIONS, StreamKey};

/// What is moved as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Paths joined by ` + `, or `expert`.
    pub name: String,
    /// Its fields; none for the expert.
    pub fields: Vec<FieldId>,
}

/// What a design says of one measure of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Designed<T> {
    /// Which lens, under what.
    pub arm: Arm,
    /// Which measure.
    pub measure: Measure,
    /// What was moved, by number.
    pub factors: Vec<Factor>,
    /// What was found; or why nothing.
    pub found: Result<T, Silent>,
}

/// Levels of Morris's grid. Its points are the middles of as many equal parts of the unit interval, so that no number is
/// ever at the very end of its range.
const LEVELS: u64 = 4;
/// How far a step goes on the unit interval: half of it, as Morris recommends for an even number of levels.
const STRIDE: f64 = 0.5;

/// Sobol' indices by Saltelli's design with `points` base points: `points` times (inputs + 2) evaluations of each arm,
/// twice the inputs with `pairs`.
///
/// Base points are scrambled Sobol' points; intervals take them for independent, so they are rather too wide.
#[must_use]
pub fn saltelli(
    plan: &Plan,
    arms: &[usize],
    wanted: impl Fn(&Measure) -> bool + Sync,
    points: usize,
    pairs: bool,
    resamples: usize,
) -> Vec<Designed<SobolIndices>> {
    let seed = plan.settings().seed;
    arms.iter()
        .flat_map(|&arm| {
            let space = Space::new(plan, arm);
            let axes = Axes::new(&space, seed);
            let inputs = space.factors.len();
            let matrices = if pairs { 2 * inputs + 2 } else { inputs + 2 };
            let wanted = columns(plan, arm, &wanted);
            let outputs = evaluate(plan, arm, &wanted, matrices, points, |matrix, rows, block| {
                axes.base(matrix == 1 || matrix > inputs + 1, rows.clone(), block);
                let factor = match matrix {
                    0 | 1 => return,
                    matrix if matrix < inputs + 2 => matrix - 2,
                    matrix => matrix - 2 - inputs,
                };
                let mut other = Point::new(&space, rows.len());
                axes.base(matrix < inputs + 2, rows, &mut other);
                block.take(&space.factors[factor], &other);
            });
            wanted
                .iter()
                .zip(outputs)
                .map(|(&measure, mut outputs)| {
                    let ba = outputs.split_off(inputs + 2);
                    let ab = outputs.split_off(2);
                    let b = outputs.pop().unwrap_or_default();
                    let a = outputs.pop().unwrap_or_default();
                    Designed {
                        arm: arm_of(plan, arm),
                        measure: plan.measures(arm)[measure].clone(),
                        factors: space.factors.clone(),
                        found: sobol(&SaltelliSample { a, b, ab, ba }, resamples, seed),
                    }
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Elementary effects along `paths` paths of one step per input, each from a place and in an order of its own: `paths`
/// times (inputs + 1) evaluations of each arm. Effects are per whole range of the unit interval; a factor of several
/// numbers moves them all, the sign of the effect being that of its first.
#[must_use]
pub fn morris(
    plan: &Plan,
    arms: &[usize],
    wanted: impl Fn(&Measure) -> bool + Sync,
    paths: usize,
    resamples: usize,
) -> Vec<Designed<Vec<ElementaryEffects>>> {
    let seed = plan.settings().seed;
    arms.iter()
        .flat_map(|&arm| {
            let space = Space::new(plan, arm);
            let inputs = space.factors.len();
            let paths: Vec<Path> = (0..paths).map(|number| Path::new(&space, seed, number as u64)).collect();
            let wanted = columns(plan, arm, &wanted);
            let outputs = evaluate(plan, arm, &wanted, inputs + 1, paths.len(), |step, rows, block| {
                for (lane, row) in rows.enumerate() {
                    paths[row].at(&space, step, lane, block);
                }
            });
            wanted
                .iter()
                .zip(outputs)
                .map(|(&measure, outputs)| {
                    let mut effects = vec![Vec::new(); inputs];
                    for (row, path) in paths.iter().enumerate() {
                        for (step, &factor) in path.order.iter().enumerate() {
                            let by = STRIDE * path.sign(&space, factor);
                            effects[factor].push((outputs[step + 1][row] - outputs[step][row]) / by);
                        }
                    }
                    let found = elementary_effects(&effects, resamples, seed);
                    let told = found.iter().any(|effects| effects.count > 0);
                    Designed {
                        arm: arm_of(plan, arm),
                        measure: plan.measures(arm)[measure].clone(),
                        factors: space.factors.clone(),
                        found: if told { Ok(found) } else { Err(Silent::TooFew { rows: 0 }) },
                    }
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

fn arm_of(plan: &Plan, arm: usize) -> Arm {
    plan.arms().nth(arm).cloned().expect("an arm of the plan")
}

fn columns(plan: &Plan, arm: usize, wanted: impl Fn(&Measure) -> bool) -> Vec<usize> {
    let measures = plan.measures(arm);
    (0..measures.len()).filter(|measure| wanted(&measures[*measure])).collect()
}

/// The uncertain numbers of an arm's scenario, and what moves as one.
struct Space<'a> {
    scenario: &'a Scenario,
    factors: Vec<Factor>,
}

impl<'a> Space<'a> {
    fn new(plan: &'a Plan, arm: usize) -> Self {
        let scenario = &plan.variant_of(arm).scenario;
        let mut factors: Vec<Factor> = Vec::new();
        for (index, field) in scenario.fields.iter().enumerate().filter(|(_, field)| !field.is_certain()) {
            let id = FieldId::new(index);
            let tied = |factor: &Factor| {
                factor.fields.iter().any(|other| {
                    field.path == scenario.field(*other).path || correlated(scenario, id, *other)
                })
            };
            let (with, mut rest): (Vec<Factor>, Vec<Factor>) = factors.into_iter().partition(tied);
            let mut fields: Vec<FieldId> = with.into_iter().flat_map(|factor| factor.fields).collect();
            fields.push(id);
            rest.push(Factor { name: field.path.clone(), fields });
            factors = rest;
        }
        for factor in &mut factors {
            let mut paths: Vec<&str> =
                factor.fields.iter().map(|field| scenario.field(*field).path.as_str()).collect();
            paths.dedup();
            factor.name = paths.join(" + ");
        }
        factors.sort_by_key(|factor| factor.fields[0].index());
        if scenario.experts.len() > 1 {
            factors.push(Factor { name: EXPERT_PATH.to_owned(), fields: Vec::new() });
        }
        Self { scenario, factors }
    }
}

fn correlated(scenario: &Scenario, one: FieldId, other: FieldId) -> bool {
    scenario
        .correlations
        .iter()
        .any(|tie| (tie.first, tie.second) == (one, other) || (tie.first, tie.second) == (other, one))
}

/// Coordinates of a block of points, as the sampler takes them.
struct Point {
    inputs: Vec<f64>,
    expert: Vec<f64>,
}

impl Point {
    fn new(space: &Space<'_>, rows: usize) -> Self {
        Self { inputs: vec![0.5; space.scenario.fields.len() * LANES], expert: vec![0.5; rows] }
    }

    /// Takes a factor's coordinates from others.
    fn take(&mut self, factor: &Factor, other: &Point) {
        if factor.fields.is_empty() {
            self.expert.copy_from_slice(&other.expert);
        }
        for field in &factor.fields {
            let column = field.index() * LANES..(field.index() + 1) * LANES;
            self.inputs[column.clone()].copy_from_slice(&other.inputs[column]);
        }
    }
}

/// The axes of the two base samples.
struct Axes {
    fields: Vec<(FieldId, [Axis; 2])>,
    expert: [Axis; 2],
}

impl Axes {
    fn new(space: &Space<'_>, seed: u64) -> Self {
        let fields: Vec<FieldId> = space.factors.iter().flat_map(|factor| factor.fields.clone()).collect();
        let each = fields.len() + 1;
        let design = if 2 * each <= SOBOL_DIMENSIONS { Design::Sobol } else { Design::MonteCarlo };
        let pair = |path: &str, dimension: usize| {
            [0, 1].map(|sample| {
                // Names that no run's axis has, so that these points are none of its draws.
                let path = format!("saltelli {sample} {path}");
                design.axis(seed, &path, sample * each + dimension).expect("there are dimensions enough")
            })
        };
        let path = |field: &FieldId| space.scenario.field(*field).path.as_str();
        let axis = |field: &FieldId| {
            // Fields under one path are one number.
            let first = fields.iter().position(|other| path(other) == path(field)).unwrap_or(0);
            (*field, pair(path(field), first + 1))
        };
        Self { fields: fields.iter().map(axis).collect(), expert: pair(EXPERT_PATH, 0) }
    }

    /// Fills the rows of base sample A, or of B.
    fn base(&self, second: bool, rows: Range<usize>, point: &mut Point) {
        let which = usize::from(second);
        for (field, axes) in &self.fields {
            let column = &mut point.inputs[field.index() * LANES..][..rows.len()];
            axes[which].fill(rows.start as u64, column);
        }
        self.expert[which].fill(rows.start as u64, &mut point.expert);
    }
}

/// One path of Morris's design.
struct Path {
    /// The level of every field (the expert's is last) at the start.
    start: Vec<u64>,
    /// The factors in the order in which they move.
    order: Vec<usize>,
}

impl Path {
    fn new(space: &Space<'_>, seed: u64, number: u64) -> Self {
        let mut stream = StreamKey::new(seed, "morris").draw(number);
        let mut below = |limit: u64| ((u128::from(stream.next_u64()) * u128::from(limit)) >> 64) as u64;
        let fields = &space.scenario.fields;
        let mut start: Vec<u64> = (0..=fields.len()).map(|_| below(LEVELS)).collect();
        for (place, field) in fields.iter().enumerate().filter(|(_, field)| !field.is_certain()) {
            let first = fields.iter().position(|other| other.path == field.path).unwrap_or(place);
            start[place] = start[first];
        }
        let mut order: Vec<usize> = (0..space.factors.len()).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, below(last as u64 + 1) as usize);
        }
        Self { start, order }
    }

    /// Whether a field goes up (from the lower half) or down.
    fn sign(&self, space: &Space<'_>, factor: usize) -> f64 {
        let fields = &space.factors[factor].fields;
        let first = fields.first().map_or(self.start.len() - 1, |field| field.index());
        if self.start[first] < LEVELS / 2 { 1.0 } else { -1.0 }
    }

    /// The coordinate of a field. Fields under one path are one number, and start from one level.
    fn coordinate(&self, field: usize, moved: bool) -> f64 {
        let level = if moved { (self.start[field] + LEVELS / 2) % LEVELS } else { self.start[field] };
        (level as f64 + 0.5) / LEVELS as f64
    }

    /// The point after `step` steps, into a lane.
    fn at(&self, space: &Space<'_>, step: usize, lane: usize, point: &mut Point) {
        for (place, &factor) in self.order.iter().enumerate() {
            let moved = place < step;
            let fields = &space.factors[factor].fields;
            if fields.is_empty() {
                point.expert[lane] = self.coordinate(self.start.len() - 1, moved);
            }
            for field in fields {
                point.inputs[field.index() * LANES + lane] = self.coordinate(field.index(), moved);
            }
        }
    }
}

/// `outputs[measure][matrix][row]` of the wanted measures: `fill` puts the coordinates of some rows of a matrix in place.
fn evaluate(
    plan: &Plan,
    arm: usize,
    wanted: &[usize],
    matrices: usize,
    rows: usize,
    fill: impl Fn(usize, Range<usize>, &mut Point) + Sync,
) -> Vec<Vec<Vec<f64>>> {
    let space = Space::new(plan, arm);
    let blocks: Vec<(usize, Range<usize>)> = (0..matrices)
        .flat_map(|matrix| (0..rows).step_by(LANES).map(move |from| (matrix, from..rows.min(from + LANES))))
        .collect();
    let solved: Vec<Vec<Vec<f64>>> = blocks
        .par_iter()
        .map_init(
            || (RowBlock::default(), Scratch::default()),
            |(out, scratch), (matrix, rows)| {
                let mut point = Point::new(&space, rows.len());
                fill(*matrix, rows.clone(), &mut point);
                let cases = plan.variant_of(arm).block_at(rows.start as u64, &point.inputs, &point.expert);
                plan.solve(arm, &cases, out, scratch);
                wanted
                    .iter()
                    .map(|&measure| {
                        let mut column = vec![f64::NAN; rows.len()];
                        for row in (0..out.len()).filter(|row| out.branches[*row] == 0) {
                            column[out.lanes[row] as usize] = out.columns[measure][row];
                        }
                        column
                    })
                    .collect()
            },
        )
        .collect();
    let mut outputs = vec![vec![Vec::with_capacity(rows); matrices]; wanted.len()];
    for ((matrix, _), columns) in blocks.iter().zip(solved) {
        for (measure, column) in columns.into_iter().enumerate() {
            outputs[measure][*matrix].extend(column);
        }
    }
    outputs
}
