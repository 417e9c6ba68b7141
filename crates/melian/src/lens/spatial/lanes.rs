//! Matrices whose rows come in blocks of four numbers, the unit the compiler turns into
//! vector instructions. Sums always run over rows, lane by lane, so that the blocks change
//! no bit.

/// Numbers in a block.
pub(super) const LANES: usize = 4;

/// A row-major matrix; the lanes past its last column hold zeros or leftovers, never results.
#[derive(Debug, Clone, Default)]
pub(super) struct Lanes {
    blocks: usize,
    data: Vec<[f64; LANES]>,
}

impl Lanes {
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        let blocks = columns.div_ceil(LANES);
        Self { blocks, data: vec![[0.0; LANES]; rows * blocks] }
    }

    pub(super) fn blocks(&self) -> usize {
        self.blocks
    }

    #[inline]
    pub(super) fn row(&self, row: usize) -> &[[f64; LANES]] {
        &self.data[row * self.blocks..][..self.blocks]
    }

    #[inline]
    pub(super) fn row_mut(&mut self, row: usize) -> &mut [[f64; LANES]] {
        &mut self.data[row * self.blocks..][..self.blocks]
    }

    #[inline]
    pub(super) fn get(&self, row: usize, column: usize) -> f64 {
        self.data[row * self.blocks + column / LANES][column % LANES]
    }

    #[inline]
    pub(super) fn set(&mut self, row: usize, column: usize, value: f64) {
        self.data[row * self.blocks + column / LANES][column % LANES] = value;
    }
}

/// The positive part.
#[inline]
pub(super) fn positive(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}
