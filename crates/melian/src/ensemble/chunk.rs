//! A range of draws through every arm.

use rayon::prelude::*;

use crate::case::{CaseBlock, LANES};
use crate::ensemble::plan::PlannedArm;
use crate::ensemble::{CHUNK_DRAWS, Plan};
use crate::lens::{RowBlock, RowStatus, Scratch};

/// Draws that costly models solve at a time: few, so that there is work for every thread.
const FEW: usize = 8;

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
        let (blocks, costly) = rayon::join(
            || self.blocks(first_draw, draws, wanted),
            || self.costly_arms(first_draw, draws, wanted),
        );
        let inputs = (0..self.inputs().len())
            .map(|column| blocks.iter().flat_map(|block| block.inputs[column].iter().copied()).collect())
            .collect();
        let experts = blocks.iter().flat_map(|block| block.experts.iter().copied()).collect();
        // By arm, each freed as soon as it is joined: a chunk is not to be held twice.
        let mut by_arm: Vec<Vec<RowBlock>> = self.planned().iter().map(|_| Vec::new()).collect();
        for block in blocks {
            by_arm.iter_mut().zip(block.arms).for_each(|(arm, rows)| arm.push(rows));
        }
        let mut arms: Vec<ArmRows> = by_arm.into_par_iter().map(|rows| joined(&rows, LANES)).collect();
        for (arm, rows) in costly {
            arms[arm] = rows;
        }
        Chunk { first_draw, draws, experts, inputs, arms }
    }

    fn blocks(
        &self,
        first_draw: u64,
        draws: usize,
        wanted: &(dyn Fn(usize) -> bool + Sync),
    ) -> Vec<BlockRows> {
        (0..draws.div_ceil(LANES))
            .into_par_iter()
            .map_init(Scratch::default, |scratch, block| {
                let from = block * LANES;
                self.block(first_draw + from as u64, LANES.min(draws - from), wanted, scratch)
            })
            .collect()
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
                if wanted(arm) && !is_costly(planned) {
                    planned.model.solve(&cases[planned.variant], &planned.streams, &mut rows, scratch);
                }
                rows
            })
            .collect();
        let inputs =
            self.inputs().iter().map(|column| cases[column.variant].field(column.field).to_vec()).collect();
        BlockRows { experts: cases[0].experts().to_vec(), inputs, arms }
    }

    /// The rows of the arms that take fewer draws than the run has, a few draws at a time: all such arms of a draw on one
    /// thread, so that a game that several of them play is solved once.
    fn costly_arms(
        &self,
        first_draw: u64,
        draws: usize,
        wanted: &(dyn Fn(usize) -> bool + Sync),
    ) -> Vec<(usize, ArmRows)> {
        let arms: Vec<(usize, usize)> = self
            .planned()
            .iter()
            .enumerate()
            .filter(|(arm, planned)| wanted(*arm) && is_costly(planned))
            .map(|(arm, planned)| {
                (arm, self.draws_of(planned).saturating_sub(first_draw).min(draws as u64) as usize)
            })
            .collect();
        let most = arms.iter().map(|(_, draws)| *draws).max().unwrap_or(0);
        let pieces: Vec<Vec<RowBlock>> = (0..most.div_ceil(FEW))
            .into_par_iter()
            .map(|piece| {
                let (from, mut scratch) = (piece * FEW, Scratch::default());
                let rows = |&(arm, draws): &(usize, usize)| {
                    let planned = &self.planned()[arm];
                    let mut rows = RowBlock::default();
                    match draws.saturating_sub(from).min(FEW) {
                        0 => rows.one_row_per_lane(planned.model.measures().len(), 0),
                        len => {
                            let cases = self.variants()[planned.variant].block(first_draw + from as u64, len);
                            planned.model.solve(&cases, &planned.streams, &mut rows, &mut scratch);
                        }
                    }
                    rows
                };
                arms.iter().map(rows).collect()
            })
            .collect();
        let mut by_arm: Vec<Vec<RowBlock>> = arms.iter().map(|_| Vec::new()).collect();
        for piece in pieces {
            by_arm.iter_mut().zip(piece).for_each(|(arm, rows)| arm.push(rows));
        }
        arms.iter().zip(by_arm).map(|((arm, _), rows)| (*arm, self.joined_few(*arm, &rows))).collect()
    }

    /// The rows of a costly arm; its columns even where it takes none of the draws.
    fn joined_few(&self, arm: usize, rows: &[RowBlock]) -> ArmRows {
        let mut rows = joined(rows, FEW);
        rows.columns.resize_with(self.measures(arm).len(), Vec::new);
        rows
    }
}

fn is_costly(planned: &PlannedArm) -> bool {
    planned.model.draws().is_some()
}

/// Joins the rows of consecutive blocks of `lanes` draws.
fn joined(blocks: &[RowBlock], lanes: usize) -> ArmRows {
    let rows = blocks.iter().map(RowBlock::len).sum();
    let measures = blocks.first().map_or(0, |block| block.columns.len());
    let mut joined = ArmRows {
        draws: Vec::with_capacity(rows),
        branches: Vec::with_capacity(rows),
        statuses: Vec::with_capacity(rows),
        columns: vec![Vec::with_capacity(rows); measures],
    };
    for (index, block) in blocks.iter().enumerate() {
        joined.append((index * lanes) as u32, block);
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
