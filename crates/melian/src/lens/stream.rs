//! Named random streams of models.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// The key that a seed and a name give to a family of streams, one for each draw.
pub(super) struct StreamKey([u8; 32]);

/// The stream of one draw.
pub(super) struct Stream(ChaCha8Rng);

impl StreamKey {
    pub(super) fn new(seed: u64, name: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update("melian stream");
        hash.update([0]);
        hash.update(seed.to_le_bytes());
        hash.update(name.as_bytes());
        Self(hash.finalize().into())
    }

    pub(super) fn draw(&self, draw: u64) -> Stream {
        let mut generator = ChaCha8Rng::from_seed(self.0);
        generator.set_stream(draw);
        Stream(generator)
    }
}

impl Stream {
    /// The next number in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
    }
}
