//! Draws of a scenario as plain numbers, in blocks.

use crate::scenario::FieldId;

/// Draws per full block.
pub const LANES: usize = 256;

/// Up to [`LANES`] consecutive draws of all fields of one scenario, column-major: models see only these.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseBlock {
    first_draw: u64,
    len: usize,
    values: Vec<f64>,
    experts: Vec<u32>,
}

impl CaseBlock {
    /// A block of `len` draws from `first_draw` on, for `fields` fields, all values 0.
    ///
    /// # Panics
    /// If `len` is above [`LANES`].
    #[must_use]
    pub fn new(fields: usize, first_draw: u64, len: usize) -> Self {
        assert!(len <= LANES, "a block holds at most {LANES} draws");
        Self { first_draw, len, values: vec![0.0; fields * LANES], experts: vec![0; LANES] }
    }

    /// Makes the block stand for other draws, keeping its memory.
    ///
    /// # Panics
    /// If `len` is above [`LANES`].
    pub fn reset(&mut self, first_draw: u64, len: usize) {
        assert!(len <= LANES, "a block holds at most {LANES} draws");
        self.first_draw = first_draw;
        self.len = len;
    }

    /// The number of the first draw.
    #[must_use]
    pub fn first_draw(&self) -> u64 {
        self.first_draw
    }

    /// The number of draws in the block.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the block holds no draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One field over the draws of the block.
    #[must_use]
    pub fn field(&self, field: FieldId) -> &[f64] {
        &self.values[field.index() * LANES..][..self.len]
    }

    /// One field of one draw.
    #[must_use]
    #[inline]
    pub fn value(&self, field: FieldId, lane: usize) -> f64 {
        self.values[field.index() * LANES + lane]
    }

    /// Puts another value in the place of one drawn.
    pub fn set(&mut self, field: FieldId, lane: usize, value: f64) {
        self.values[field.index() * LANES + lane] = value;
    }

    /// The number, in the scenario's roster, of the expert each draw follows.
    #[must_use]
    pub fn experts(&self) -> &[u32] {
        &self.experts[..self.len]
    }

    /// All values (field `f`, lane `l` at `f * LANES + l`) and the experts, to be filled by a sampler.
    pub fn parts_mut(&mut self) -> (&mut [f64], &mut [u32]) {
        (&mut self.values, &mut self.experts)
    }

    /// A block of one of the draws.
    ///
    /// # Panics
    /// If `lane` is not below [`CaseBlock::len`].
    #[must_use]
    pub fn single(&self, lane: usize) -> Self {
        assert!(lane < self.len, "lane {lane} of a block of {}", self.len);
        let fields = self.values.len() / LANES;
        let mut single = Self::new(fields, self.first_draw + lane as u64, 1);
        for field in 0..fields {
            single.values[field * LANES] = self.values[field * LANES + lane];
        }
        single.experts[0] = self.experts[lane];
        single
    }

    /// One draw of the block.
    ///
    /// # Panics
    /// If `lane` is not below [`CaseBlock::len`].
    #[must_use]
    pub fn case(&self, lane: usize) -> Case<'_> {
        assert!(lane < self.len, "lane {lane} of a block of {}", self.len);
        Case { block: self, lane }
    }
}

/// One draw: one realisation of all estimates.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    block: &'a CaseBlock,
    lane: usize,
}

impl Case<'_> {
    /// The value of a field in this draw.
    #[must_use]
    pub fn value(&self, field: FieldId) -> f64 {
        self.block.value(field, self.lane)
    }

    /// The number of the draw.
    #[must_use]
    pub fn draw(&self) -> u64 {
        self.block.first_draw + self.lane as u64
    }

    /// The block the draw is part of, and its lane there.
    #[must_use]
    pub fn place(&self) -> (&CaseBlock, usize) {
        (self.block, self.lane)
    }
}
