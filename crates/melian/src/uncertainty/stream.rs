//! Named random streams: what a name and a seed fix, nothing else can move.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// The 53 high bits as a number in [0, 1).
#[inline]
pub(super) fn unit(bits: u64) -> f64 {
    const UNIT: f64 = 1.0 / 9_007_199_254_740_992.0;
    (bits >> 11) as f64 * UNIT
}

/// SHA-256 of the purpose, a zero byte, the seed (8 bytes, little endian) and the name (UTF-8).
fn key(purpose: &str, seed: u64, name: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(purpose.as_bytes());
    hash.update([0]);
    hash.update(seed.to_le_bytes());
    hash.update(name.as_bytes());
    hash.finalize().into()
}

/// The key that a seed and a name give to a family of streams, one for each draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamKey([u8; 32]);

impl StreamKey {
    /// The `ChaCha` key: SHA-256 of `melian stream`, a zero byte, the seed (8 bytes, little endian), the name.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> StreamKey {
        StreamKey(key("melian stream", seed, name))
    }

    /// The stream of one draw.
    #[must_use]
    pub fn draw(&self, draw: u64) -> Stream {
        let mut generator = ChaCha8Rng::from_seed(self.0);
        generator.set_stream(draw);
        Stream(generator)
    }
}

/// A source of random numbers that depends on a seed, a name and a draw only: `ChaCha8` (Bernstein 2008) with the
/// key of [`StreamKey`] and the draw as its 64-bit stream number.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `name` in draw `draw`; where many draws of one name are wanted, keep a [`StreamKey`].
    #[must_use]
    pub fn new(seed: u64, name: &str, draw: u64) -> Stream {
        StreamKey::new(seed, name).draw(draw)
    }

    /// The next 64 random bits: two 32-bit words of the stream, the low half first.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// The next number in [0, 1): the 53 high bits of [`Stream::next_u64`].
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        unit(self.next_u64())
    }
}

/// The Monte Carlo coordinates of one input, any draw at any time.
///
/// The coordinate in draw `i` is made of the 32-bit words 2i (low half) and 2i + 1 of the `ChaCha8` stream whose
/// key is SHA-256 of `melian coordinate`, a zero byte, the seed (8 bytes, little endian) and the input's path.
#[derive(Debug, Clone)]
pub struct Coordinates(ChaCha8Rng);

/// Numbers made at a time by [`Coordinates::fill`]; four `ChaCha` blocks hold 32.
const CHUNK: usize = 64;

impl Coordinates {
    /// The coordinates of the input at `path`.
    #[must_use]
    pub fn new(seed: u64, path: &str) -> Coordinates {
        Coordinates(ChaCha8Rng::from_seed(key("melian coordinate", seed, path)))
    }

    /// The coordinate in [0, 1) of one draw: the 53 high bits of [`Coordinates::bits`].
    #[must_use]
    pub fn at(&self, draw: u64) -> f64 {
        unit(self.bits(draw))
    }

    /// The generator, standing at the first word of a draw.
    fn standing_at(&self, draw: u64) -> ChaCha8Rng {
        let mut generator = self.0.clone();
        generator.set_word_pos(2 * u128::from(draw));
        generator
    }

    /// The 64 random bits of one draw.
    #[must_use]
    pub fn bits(&self, draw: u64) -> u64 {
        self.standing_at(draw).next_u64()
    }

    /// The coordinates in [0, 1) of the draws from `first_draw` on.
    pub fn fill(&self, first_draw: u64, lanes: &mut [f64]) {
        self.for_each_bits(first_draw, lanes, |_, bits| unit(bits));
    }

    /// Fills each lane from its place in `lanes` and the 64 random bits of its draw.
    pub(super) fn for_each_bits(
        &self,
        first_draw: u64,
        lanes: &mut [f64],
        value: impl Fn(usize, u64) -> f64,
    ) {
        let mut generator = self.standing_at(first_draw);
        let mut bytes = [0_u8; 8 * CHUNK];
        for (chunk, part) in lanes.chunks_mut(CHUNK).enumerate() {
            let bytes = &mut bytes[..8 * part.len()];
            generator.fill_bytes(bytes);
            for (lane, (slot, word)) in part.iter_mut().zip(bytes.as_chunks::<8>().0).enumerate() {
                *slot = value(chunk * CHUNK + lane, u64::from_le_bytes(*word));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chacha8_agrees_with_the_published_stream() {
        // Key and nonce zero: the ChaCha8 test vector TC1 with a 256-bit key of Strombergson (2013),
        // draft-strombergson-chacha-test-vectors-01, first 16 bytes 3e00ef2f895f40d67f5bb8e81f09a5a1.
        let mut stream = StreamKey([0; 32]).draw(0);
        assert_eq!(stream.next_u64().to_le_bytes(), [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]);
        assert_eq!(stream.next_u64().to_le_bytes(), [0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1]);
    }

    #[test]
    fn any_block_equals_random_access() {
        let coordinates = Coordinates::new(7, "actor.melos.capability");
        for first in [0, 1, 5, 255, 256, 1 << 40] {
            for size in [0, 1, 3, 63, 64, 65, 200] {
                let mut lanes = vec![0.0; size];
                coordinates.fill(first, &mut lanes);
                for (draw, lane) in (first..).zip(&lanes) {
                    assert_eq!(*lane, coordinates.at(draw));
                }
            }
        }
    }

    #[test]
    fn a_name_a_seed_and_a_draw_each_make_another_stream() {
        let first = Stream::new(1, "crisis", 0).next_u64();
        for mut other in
            [Stream::new(2, "crisis", 0), Stream::new(1, "crises", 0), Stream::new(1, "crisis", 1)]
        {
            assert_ne!(first, other.next_u64());
        }
        assert_ne!(first, Coordinates::new(1, "crisis").bits(0));
    }
}
