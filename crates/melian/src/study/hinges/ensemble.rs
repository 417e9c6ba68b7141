//! The ensemble with some inputs pinned to a value in every draw, everything else as drawn.

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
        let mut ensemble = Self { plan, arms, worker: Worker { blocks, rows } };
        for &arm in &ensemble.arms {
            let rows = ensemble.solve(
                &ensemble.worker.blocks[plan.variant_index(arm)],
                arm,
                &mut Scratch::default(),
            );
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
        self.pin(worker, pins, arms);
        let mut scratch = Scratch::default();
        let mut drawn = Vec::with_capacity(arms.len());
        for &arm in arms {
            let rows = self.solve(&worker.blocks[self.plan.variant_index(arm)], arm, &mut scratch);
            drawn.push(std::mem::replace(&mut worker.rows.arms[arm], rows));
        }
        let answer = read(&worker.rows);
        for (&arm, rows) in arms.iter().zip(drawn) {
            worker.rows.arms[arm] = rows;
        }
        self.unpin(worker, pins, arms);
        answer
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

    fn solve(&self, blocks: &[CaseBlock], arm: usize, scratch: &mut Scratch) -> ArmRows {
        let mut joined = ArmRows::default();
        let mut rows = RowBlock::default();
        for (index, block) in blocks.iter().enumerate() {
            self.plan.solve(arm, block, &mut rows, scratch);
            joined.append((index * LANES) as u32, &rows);
        }
        joined
    }
}

/// Whether two sets of rows of one arm are the same to the bit.
pub(super) fn same(a: &ArmRows, b: &ArmRows) -> bool {
    let bits = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
    a.draws == b.draws
        && a.statuses == b.statuses
        && a.columns.iter().zip(&b.columns).all(|(a, b)| a.len() == b.len() && bits(a, b))
}
