//! The ensemble with some inputs pinned to a value in every draw, everything else as drawn.

use std::collections::BTreeMap;

use crate::case::{CaseBlock, LANES};
use crate::ensemble::{ArmRows, Chunk, Plan, Variant};
use crate::lens::{RowBlock, Scratch};
use crate::scenario::{Field, FieldId, Scenario};
use crate::uncertainty::{Affine, Marginal, Range};

/// The first draws of a plan through some of its arms.
pub(super) struct Ensemble<'p> {
    plan: &'p Plan,
    arms: Vec<usize>,
    worker: Worker,
}

/// What one thread works on: the draws of each variant in blocks, and the rows they give. Between evaluations both are
/// as drawn; arms that nobody asks for have no rows.
#[derive(Clone)]
pub(super) struct Worker {
    blocks: Vec<Vec<CaseBlock>>,
    pub(super) rows: Chunk,
    /// Rows of arms at the values tried since [`Worker::forget`]: many questions ask for the same.
    known: BTreeMap<(Vec<(FieldId, u64)>, usize), ArmRows>,
}

impl Worker {
    /// Forgets what was tried.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}

/// An input of the scenario as written.
pub(super) struct Input {
    /// Where it stands in the scenario as written.
    pub(super) field: FieldId,
    /// What the user thinks of it.
    pub(super) marginal: Marginal,
    /// The least and the most it may be.
    pub(super) range: (f64, f64),
    /// Every place its value enters: the variants with the same estimate, with what their overlays do to it.
    places: Vec<Place>,
}

struct Place {
    variant: usize,
    field: FieldId,
    affine: Affine,
    range: Range,
}

impl Input {
    /// The input at a field of the plan's first variant.
    pub(super) fn new(plan: &Plan, field: FieldId) -> Option<Self> {
        let own = plan.variants()[0].scenario.field(field);
        let marginal = Marginal::new(&own.estimate, range(own), affine(own)).ok()?;
        let places = |(variant, scenario): (usize, &Scenario)| -> Vec<Place> {
            let same = |other: &Field| other.path == own.path && other.estimate == own.estimate;
            let fields = scenario.fields.iter().enumerate().filter(|(_, other)| same(other));
            let place = |(index, other): (usize, &Field)| Place {
                variant,
                field: FieldId::new(index),
                affine: affine(other),
                range: range(other),
            };
            fields.map(place).collect()
        };
        let variants = plan.variants().iter().map(|variant| &variant.scenario).enumerate();
        Some(Self { field, marginal, range: own.range, places: variants.flat_map(places).collect() })
    }
}

fn range(field: &Field) -> Range {
    Range { low: field.range.0, high: field.range.1 }
}

fn affine(field: &Field) -> Affine {
    Affine { scale: field.scale, shift: field.shift }
}

impl<'p> Ensemble<'p> {
    /// The first `draws` draws through `arms`.
    pub(super) fn new(plan: &'p Plan, arms: Vec<usize>, draws: usize) -> Self {
        Self::of(plan, arms, draws, |variant| {
            let block = |first: usize| variant.block(first as u64, LANES.min(draws - first));
            (0..draws).step_by(LANES).map(block).collect()
        })
    }

    /// The one case with every number at its median, through `arms`.
    pub(super) fn central(plan: &'p Plan, arms: Vec<usize>) -> Self {
        Self::of(plan, arms, 1, |variant| {
            let fields = &variant.scenario.fields;
            let mut block = CaseBlock::new(fields.len(), 0, 1);
            for (index, field) in fields.iter().enumerate() {
                block.set(FieldId::new(index), 0, field.central());
            }
            vec![block]
        })
    }

    fn of(
        plan: &'p Plan,
        arms: Vec<usize>,
        draws: usize,
        cases: impl Fn(&Variant) -> Vec<CaseBlock>,
    ) -> Self {
        let mut blocks: Vec<Vec<CaseBlock>> = plan.variants().iter().map(|_| Vec::new()).collect();
        for &arm in &arms {
            let variant = plan.variant_index(arm);
            if blocks[variant].is_empty() {
                blocks[variant] = cases(&plan.variants()[variant]);
            }
        }
        let drawn = blocks.iter().find(|blocks| !blocks.is_empty());
        let experts = drawn.into_iter().flatten().flat_map(CaseBlock::experts).copied().collect();
        let rows = Chunk {
            first_draw: 0,
            draws,
            experts,
            inputs: Vec::new(),
            arms: vec![ArmRows::default(); plan.arms().len()],
        };
        let mut ensemble = Self { plan, arms, worker: Worker { blocks, rows, known: BTreeMap::new() } };
        let solved = ensemble.solve(&ensemble.worker.blocks, &ensemble.arms);
        for (&arm, rows) in ensemble.arms.iter().zip(solved) {
            ensemble.worker.rows.arms[arm] = rows;
        }
        ensemble
    }

    /// The rows as drawn.
    pub(super) fn rows(&self) -> &Chunk {
        &self.worker.rows
    }

    /// A worker of one's own.
    pub(super) fn worker(&self) -> Worker {
        self.worker.clone()
    }

    pub(super) fn arms(&self) -> &[usize] {
        &self.arms
    }

    /// What `read` makes of the rows with inputs pinned; the rows of arms other than `arms` are as drawn.
    pub(super) fn pinned<R>(
        &self,
        worker: &mut Worker,
        pins: &[(&Input, f64)],
        arms: &[usize],
        read: impl FnOnce(&Chunk) -> R,
    ) -> R {
        let pinned = self.solve_pinned(worker, pins, arms);
        Self::read(worker, arms, pinned, read).0
    }

    /// The same, remembering the rows until [`Worker::forget`].
    pub(super) fn pinned_once<R>(
        &self,
        worker: &mut Worker,
        pins: &[(&Input, f64)],
        arms: &[usize],
        read: impl FnOnce(&Chunk) -> R,
    ) -> R {
        let at: Vec<(FieldId, u64)> =
            pins.iter().map(|(input, value)| (input.field, value.to_bits())).collect();
        let key = |arm: usize| (at.clone(), arm);
        let fresh: Vec<usize> =
            arms.iter().copied().filter(|&arm| !worker.known.contains_key(&key(arm))).collect();
        for (&arm, rows) in fresh.iter().zip(self.solve_pinned(worker, pins, &fresh)) {
            worker.known.insert(key(arm), rows);
        }
        let known = arms.iter().map(|&arm| worker.known.remove(&key(arm)).unwrap_or_default()).collect();
        let (answer, known) = Self::read(worker, arms, known, read);
        worker.known.extend(arms.iter().map(|&arm| key(arm)).zip(known));
        answer
    }

    fn solve_pinned(&self, worker: &mut Worker, pins: &[(&Input, f64)], arms: &[usize]) -> Vec<ArmRows> {
        if arms.is_empty() {
            return Vec::new();
        }
        self.pin(worker, pins, arms);
        let rows = self.solve(&worker.blocks, arms);
        self.unpin(worker, pins, arms);
        rows
    }

    /// What `read` makes of other rows of some arms; gives these back.
    fn read<R>(
        worker: &mut Worker,
        arms: &[usize],
        mut others: Vec<ArmRows>,
        read: impl FnOnce(&Chunk) -> R,
    ) -> (R, Vec<ArmRows>) {
        swap(&mut worker.rows, arms, &mut others);
        let answer = read(&worker.rows);
        swap(&mut worker.rows, arms, &mut others);
        (answer, others)
    }

    fn pin(&self, worker: &mut Worker, pins: &[(&Input, f64)], arms: &[usize]) {
        for (input, value) in pins {
            for place in input.places.iter().filter(|place| self.asks(place.variant, arms)) {
                let value = place.range.clamp(place.affine.scale * value + place.affine.shift);
                for block in &mut worker.blocks[place.variant] {
                    (0..block.len()).for_each(|lane| block.set(place.field, lane, value));
                }
            }
        }
    }

    fn unpin(&self, worker: &mut Worker, pins: &[(&Input, f64)], arms: &[usize]) {
        for (input, _) in pins {
            for place in input.places.iter().filter(|place| self.asks(place.variant, arms)) {
                let drawn = &self.worker.blocks[place.variant];
                for (block, drawn) in worker.blocks[place.variant].iter_mut().zip(drawn) {
                    (0..block.len())
                        .for_each(|lane| block.set(place.field, lane, drawn.value(place.field, lane)));
                }
            }
        }
    }

    fn asks(&self, variant: usize, arms: &[usize]) -> bool {
        arms.iter().any(|&arm| self.plan.variant_index(arm) == variant)
    }

    /// The rows of some arms, block by block: variants in which nothing changes that a lens reads share its terms.
    fn solve(&self, blocks: &[Vec<CaseBlock>], arms: &[usize]) -> Vec<ArmRows> {
        let mut joined = vec![ArmRows::default(); arms.len()];
        let mut rows = RowBlock { without_errors: true, ..RowBlock::default() };
        let mut scratch = Scratch::default();
        let of = |arm: usize| &blocks[self.plan.variant_index(arm)];
        for index in 0..arms.iter().map(|&arm| of(arm).len()).max().unwrap_or(0) {
            for (&arm, joined) in arms.iter().zip(&mut joined) {
                self.plan.solve(arm, &of(arm)[index], &mut rows, &mut scratch);
                joined.append((index * LANES) as u32, &rows);
            }
        }
        joined
    }
}

fn swap(rows: &mut Chunk, arms: &[usize], others: &mut [ArmRows]) {
    for (&arm, others) in arms.iter().zip(others) {
        std::mem::swap(&mut rows.arms[arm], others);
    }
}

/// Whether two sets of rows of one arm are the same to the bit.
pub(super) fn same(a: &ArmRows, b: &ArmRows) -> bool {
    let bits = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
    a.draws == b.draws
        && a.statuses == b.statuses
        && a.columns.iter().zip(&b.columns).all(|(a, b)| a.len() == b.len() && bits(a, b))
}
