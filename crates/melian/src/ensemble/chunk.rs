//! A range of draws through every arm.

use rayon::prelude::*;

use crate::case::{CaseBlock, LANES};
use crate::ensemble::{CHUNK_DRAWS, Plan};
use crate::lens::{RowBlock, RowStatus, Scratch};

/// The rows of up to [`CHUNK_DRAWS`] consecutive draws: one row group of the tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The number of the first draw.
    pub first_draw: u64,
    /// The number of draws.
    pub draws: usize,
    /// The number, in the scenario's roster, of the expert each draw follows.
    pub experts: Vec<u32>,
    /// `inputs[column][draw]`, columns as [`Plan::inputs`].
    pub inputs: Vec<Vec<f64>>,
    /// One per arm, in the plan's order.
    pub arms: Vec<ArmRows>,
}

/// The rows of one arm in a chunk, by draw and branch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ArmRows {
    /// The draw of each row, counted from the chunk's first.
    pub draws: Vec<u32>,
    /// The branch of each row.
    pub branches: Vec<u16>,
    /// How well each row was solved.
    pub statuses: Vec<RowStatus>,
    /// `columns[measure][row]`; NaN where the lens says nothing.
    pub columns: Vec<Vec<f64>>,
}

/// What one thread makes of one block.
struct BlockRows {
    experts: Vec<u32>,
    inputs: Vec<Vec<f64>>,
    arms: Vec<RowBlock>,
}

impl Plan {
    /// How many chunks the run has.
    #[must_use]
    pub fn chunks(&self) -> u64 {
        self.settings().draws.div_ceil(CHUNK_DRAWS)
    }

    /// The rows of chunk `index`, on all threads of the current pool.
    #[must_use]
    pub fn chunk(&self, index: u64) -> Chunk {
        self.chunk_of(index, &|_| true)
    }

    /// The same with the rows of those arms only that are `wanted`; the others are empty.
    #[must_use]
    pub fn chunk_of(&self, index: u64, wanted: &(dyn Fn(usize) -> bool + Sync)) -> Chunk {
        let first_draw = index * CHUNK_DRAWS;
        let draws = CHUNK_DRAWS.min(self.settings().draws - first_draw) as usize;
        let blocks: Vec<BlockRows> = (0..draws.div_ceil(LANES))
            .into_par_iter()
            .map_init(Scratch::default, |scratch, block| {
                let from = block * LANES;
                self.block(first_draw + from as u64, LANES.min(draws - from), wanted, scratch)
            })
            .collect();
        let inputs = (0..self.inputs().len())
            .map(|column| blocks.iter().flat_map(|block| block.inputs[column].iter().copied()).collect())
            .collect();
        let experts = blocks.iter().flat_map(|block| block.experts.iter().copied()).collect();
        // By arm, each freed as soon as it is joined: a chunk is not to be held twice.
        let mut by_arm: Vec<Vec<RowBlock>> = self.planned().iter().map(|_| Vec::new()).collect();
        for block in blocks {
            by_arm.iter_mut().zip(block.arms).for_each(|(arm, rows)| arm.push(rows));
        }
        let arms = by_arm.into_par_iter().map(|rows| joined(&rows)).collect();
        Chunk { first_draw, draws, experts, inputs, arms }
    }

    fn block(
        &self,
        first_draw: u64,
        len: usize,
        wanted: &(dyn Fn(usize) -> bool + Sync),
        scratch: &mut Scratch,
    ) -> BlockRows {
        let cases: Vec<CaseBlock> =
            self.variants().iter().map(|variant| variant.block(first_draw, len)).collect();
        let arms = self
            .planned()
            .iter()
            .enumerate()
            .map(|(arm, planned)| {
                let mut rows = RowBlock::default();
                if !wanted(arm) {
                    return rows;
                }
                match self.draws_of(planned).saturating_sub(first_draw).min(len as u64) as usize {
                    0 => rows.one_row_per_lane(planned.model.measures().len(), 0),
                    all if all == len => {
                        let cases = &cases[planned.variant];
                        planned.model.solve(cases, &planned.streams, &mut rows, scratch);
                    }
                    some => {
                        let cases = self.variants()[planned.variant].block(first_draw, some);
                        planned.model.solve(&cases, &planned.streams, &mut rows, scratch);
                    }
                }
                rows
            })
            .collect();
        let inputs =
            self.inputs().iter().map(|column| cases[column.variant].field(column.field).to_vec()).collect();
        BlockRows { experts: cases[0].experts().to_vec(), inputs, arms }
    }
}

fn joined(blocks: &[RowBlock]) -> ArmRows {
    let rows = blocks.iter().map(RowBlock::len).sum();
    let measures = blocks.first().map_or(0, |block| block.columns.len());
    let mut joined = ArmRows {
        draws: Vec::with_capacity(rows),
        branches: Vec::with_capacity(rows),
        statuses: Vec::with_capacity(rows),
        columns: vec![Vec::with_capacity(rows); measures],
    };
    for (index, block) in blocks.iter().enumerate() {
        joined.append((index * LANES) as u32, block);
    }
    joined
}

impl ArmRows {
    /// Adds the rows of a block whose first draw is `from` draws after the first of these rows.
    pub fn append(&mut self, from: u32, block: &RowBlock) {
        self.draws.extend(block.lanes.iter().map(|lane| from + lane));
        self.branches.extend_from_slice(&block.branches);
        self.statuses.extend_from_slice(&block.statuses);
        self.columns.resize_with(block.columns.len(), Vec::new);
        for (column, values) in self.columns.iter_mut().zip(&block.columns) {
            column.extend_from_slice(values);
        }
    }
}
