//! Designs: how draws fill the unit cube.

use std::fmt;

use super::stream::{Coordinates, StreamKey, unit};

/// How the draws fill the unit cube.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Design {
    /// Independent uniform numbers; the coordinate of an input depends on the seed and its path only.
    #[default]
    MonteCarlo,
    /// `n` draws, each input with exactly one in every n-th part of its interval (`McKay`, Beckman and Conover 1979,
    /// Technometrics 21), each input in an order of its own. Draws from `n` on form further hypercubes.
    LatinHypercube {
        /// Number of draws.
        n: u64,
    },
    /// Sobol' points with the direction numbers `new-joe-kuo-6` (Joe and Kuo 2008, SIAM Journal on Scientific
    /// Computing 30), in Gray-code order, each dimension with its own nested scrambling (Owen 1995).
    Sobol,
}

impl Design {
    /// The name in manifests and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MonteCarlo => "monte_carlo",
            Self::LatinHypercube { .. } => "latin_hypercube",
            Self::Sobol => "sobol",
        }
    }

    /// The design of a name, for a number of draws.
    #[must_use]
    pub fn named(name: &str, draws: u64) -> Option<Self> {
        [Self::MonteCarlo, Self::LatinHypercube { n: draws }, Self::Sobol]
            .into_iter()
            .find(|design| design.name() == name)
    }
}

/// Why a design cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesignProblem {
    /// A Latin hypercube of no draws, or of more than [`LATIN_MOST`].
    Size {
        /// The number asked for.
        n: u64,
    },
    /// More dimensions than there are direction numbers for.
    TooManyDimensions {
        /// The number of the dimension asked for, from 0.
        dimension: usize,
        /// How many there are.
        available: usize,
    },
}

impl fmt::Display for DesignProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { n } => {
                write!(f, "a Latin hypercube has 1 to {LATIN_MOST} draws, not {n}")
            }
            Self::TooManyDimensions { dimension, available } => {
                write!(f, "Sobol' dimension {dimension} is wanted, but they go from 0 to {}", available - 1)
            }
        }
    }
}

impl std::error::Error for DesignProblem {}

/// The most draws of a Latin hypercube: 2^40.
pub const LATIN_MOST: u64 = 1 << 40;

/// Number of Sobol' dimensions.
pub const SOBOL_DIMENSIONS: usize = 1024;

/// One axis of a design: the coordinates of one input, any block of draws at any time.
#[derive(Debug, Clone)]
pub struct Axis(Kind);

#[derive(Debug, Clone)]
enum Kind {
    MonteCarlo(Coordinates),
    LatinHypercube(Latin),
    Sobol(Box<Sobol>),
}

impl Design {
    /// The axis of the input at `path`. `dimension` numbers the inputs from 0; only Sobol' points depend on it.
    ///
    /// # Errors
    /// See [`DesignProblem`].
    pub fn axis(self, seed: u64, path: &str, dimension: usize) -> Result<Axis, DesignProblem> {
        Ok(Axis(match self {
            Self::MonteCarlo => Kind::MonteCarlo(Coordinates::new(seed, path)),
            Self::LatinHypercube { n } => Kind::LatinHypercube(Latin::new(n, seed, path)?),
            Self::Sobol => Kind::Sobol(Box::new(Sobol::new(dimension, seed, path)?)),
        }))
    }
}

impl Axis {
    /// The coordinates in [0, 1) of the draws from `first_draw` on; each depends on its own draw only.
    pub fn fill(&self, first_draw: u64, lanes: &mut [f64]) {
        match &self.0 {
            Kind::MonteCarlo(coordinates) => coordinates.fill(first_draw, lanes),
            Kind::LatinHypercube(latin) => latin.fill(first_draw, lanes),
            Kind::Sobol(sobol) => sobol.fill(first_draw, lanes),
        }
    }
}

/// One axis of a Latin hypercube: (place of the draw in a keyed order + jitter) / n.
#[derive(Debug, Clone)]
struct Latin {
    n: u64,
    jitter: Coordinates,
    /// Bits of jitter: so few that the sum and its division by n never round into the next part.
    jitter_bits: u32,
    orders: StreamKey,
}

impl Latin {
    fn new(n: u64, seed: u64, path: &str) -> Result<Latin, DesignProblem> {
        if n == 0 || n > LATIN_MOST {
            return Err(DesignProblem::Size { n });
        }
        Ok(Latin {
            n,
            jitter: Coordinates::new(seed, path),
            jitter_bits: 50 - bits_for(n),
            orders: StreamKey::new(seed, &format!("latin hypercube {path}")),
        })
    }

    fn fill(&self, first_draw: u64, lanes: &mut [f64]) {
        let mut draw = first_draw;
        let mut rest = lanes;
        while !rest.is_empty() {
            let (cube, place) = (draw / self.n, draw % self.n);
            let here = (self.n - place).min(rest.len() as u64);
            let (now, later) = rest.split_at_mut(here as usize);
            self.fill_within(cube, place, now);
            rest = later;
            draw = draw.saturating_add(here);
        }
    }

    /// Fills from draws of one hypercube.
    fn fill_within(&self, cube: u64, place: u64, lanes: &mut [f64]) {
        let order = Order::new(self.n, &self.orders, cube);
        let parts = (1_u64 << self.jitter_bits) as f64;
        self.jitter.for_each_bits(cube * self.n + place, lanes, |lane, bits| {
            let jitter = (bits >> (64 - self.jitter_bits)) as f64 / parts;
            (order.of(place + lane as u64) as f64 + jitter) / self.n as f64
        });
    }
}

/// How many bits the numbers below `n` need, at least 2.
fn bits_for(n: u64) -> u32 {
    (u64::BITS - (n - 1).leading_zeros()).max(2)
}

/// A keyed order of the numbers below n: a Feistel network on the next power of two (Luby and Rackoff 1988), walked
/// until it comes out below n (Black and Rogaway 2002). Nothing of size n is stored.
struct Order {
    n: u64,
    low_bits: u32,
    low_mask: u64,
    high_mask: u64,
    keys: Vec<u64>,
}

impl Order {
    fn new(n: u64, key: &StreamKey, cube: u64) -> Order {
        let bits = bits_for(n);
        let low_bits = bits / 2;
        // On few bits a round has few functions to choose from, and more are needed to make all orders alike.
        let rounds = if bits < 12 { 32 } else { 8 };
        let mut stream = key.draw(cube);
        Order {
            n,
            low_bits,
            low_mask: (1 << low_bits) - 1,
            high_mask: (1 << (bits - low_bits)) - 1,
            keys: (0..rounds).map(|_| stream.next_u64()).collect(),
        }
    }

    fn of(&self, place: u64) -> u64 {
        let mut walked = place;
        loop {
            walked = self.round_trip(walked);
            if walked < self.n {
                return walked;
            }
        }
    }

    fn round_trip(&self, x: u64) -> u64 {
        let (mut low, mut high) = (x & self.low_mask, x >> self.low_bits);
        for pair in self.keys.as_chunks::<2>().0 {
            low ^= round(high, pair[0]) & self.low_mask;
            high ^= round(low, pair[1]) & self.high_mask;
        }
        (high << self.low_bits) | low
    }
}

/// A keyed function from one half to the other: the high bits of a product folded and multiplied again, with the
/// multipliers of `SplitMix64` (Steele, Lea and Flood 2014).
fn round(half: u64, key: u64) -> u64 {
    let product = (half ^ key).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (product ^ (product >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 32
}

/// Little-endian 16-bit words: for each dimension from 1 its primitive polynomial, leading and constant bit
/// included, then as many initial direction numbers as its degree. From `new-joe-kuo-6`.
static JOE_KUO: &[u8] = include_bytes!("sobol_joe_kuo.bin");

/// One scrambled dimension of the Sobol' points, to 64 binary digits.
#[derive(Debug, Clone)]
struct Sobol {
    /// Direction numbers, the first digit in the highest bit.
    directions: [u64; 64],
    scramble: Scramble,
}

impl Sobol {
    fn new(dimension: usize, seed: u64, path: &str) -> Result<Sobol, DesignProblem> {
        let directions = directions(dimension)
            .ok_or(DesignProblem::TooManyDimensions { dimension, available: SOBOL_DIMENSIONS })?;
        Ok(Sobol { directions, scramble: Scramble::new(seed, path) })
    }

    fn fill(&self, first_draw: u64, lanes: &mut [f64]) {
        let mut digits = point(&self.directions, first_draw);
        for (index, lane) in (first_draw..=u64::MAX).zip(lanes) {
            *lane = unit(self.scramble.of(digits));
            digits ^= self.directions[(index.trailing_ones() & 63) as usize];
        }
    }
}

/// The digits of point `index` in Gray-code order (Antonov and Saleev 1979).
fn point(directions: &[u64; 64], index: u64) -> u64 {
    let gray = index ^ (index >> 1);
    directions.iter().enumerate().filter(|(k, _)| (gray >> k) & 1 == 1).fold(0, |sum, (_, v)| sum ^ v)
}

/// The direction numbers of a dimension, by the recurrence of Bratley and Fox (1988, algorithm 659).
fn directions(dimension: usize) -> Option<[u64; 64]> {
    if dimension >= SOBOL_DIMENSIONS {
        return None;
    }
    if dimension == 0 {
        return Some(std::array::from_fn(|k| 1 << (63 - k)));
    }
    let mut words = JOE_KUO.as_chunks::<2>().0.iter().map(|word| u64::from(u16::from_le_bytes(*word)));
    let mut polynomial = words.next()?;
    for _ in 1..dimension {
        polynomial = words.nth(degree(polynomial))?;
    }
    let degree = degree(polynomial);
    let mut v = [0_u64; 64];
    for (k, (slot, initial)) in v.iter_mut().zip(words.take(degree)).enumerate() {
        *slot = initial << (63 - k);
    }
    for k in degree..64 {
        let oldest = v[k - degree];
        let others = (1..degree).filter(|back| (polynomial >> (degree - back)) & 1 == 1);
        v[k] = others.fold(oldest ^ (oldest >> degree), |sum, back| sum ^ v[k - back]);
    }
    Some(v)
}

fn degree(polynomial: u64) -> usize {
    polynomial.ilog2() as usize
}

/// A nested uniform scrambling (Owen 1995): whether a digit is flipped depends on the digits before it only.
///
/// Hash-based (Laine and Karras 2011; Burley 2020, Journal of Computer Graphics Techniques 9): with the first digit
/// in the lowest bit, multiplication by an odd number, addition, and xor with an even multiple carry from lower to
/// higher bits only. Four rounds, all numbers from the `ChaCha8` stream named `sobol` and the path.
#[derive(Debug, Clone)]
struct Scramble([[u64; 3]; 4]);

impl Scramble {
    fn new(seed: u64, path: &str) -> Scramble {
        let mut stream = StreamKey::new(seed, &format!("sobol {path}")).draw(0);
        Scramble(std::array::from_fn(|_| [stream.next_u64() | 1, stream.next_u64(), stream.next_u64() & !1]))
    }

    fn of(&self, digits: u64) -> u64 {
        let scrambled = self.0.iter().fold(digits.reverse_bits(), |x, [odd, shift, even]| {
            let x = x.wrapping_mul(*odd).wrapping_add(*shift);
            x ^ x.wrapping_mul(*even)
        });
        scrambled.reverse_bits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64) -> f64 {
        x * x
    }

    #[test]
    fn sobol_points_before_scrambling_are_joe_and_kuos() {
        // Joe and Kuo (2008), web page "Sobol sequence generator", sample output for three dimensions; further
        // dimensions as computed by scipy 1.17.1 (stats.qmc.Sobol, scramble=False).
        let first = [
            [0.0, 0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125],
            [0.0, 0.5, 0.25, 0.75, 0.375, 0.875, 0.125, 0.625],
            [0.0, 0.5, 0.25, 0.75, 0.625, 0.125, 0.875, 0.375],
            [0.0, 0.5, 0.25, 0.75, 0.875, 0.375, 0.625, 0.125],
            [0.0, 0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125],
        ];
        for (dimension, column) in first.iter().enumerate() {
            let directions = directions(dimension).unwrap();
            for (index, value) in (0..).zip(column) {
                assert_eq!(unit(point(&directions, index)), *value, "dimension {dimension}, point {index}");
            }
        }
        for (index, dimension, value) in [
            (100, 20, 0.757_812_5),
            (777, 500, 0.870_117_187_5),
            (999, 1023, 0.026_367_187_5),
            (3, 1000, 0.75),
        ] {
            assert_eq!(unit(point(&directions(dimension).unwrap(), index)), value);
        }
        assert!(directions(1024).is_none());
    }

    #[test]
    fn direction_numbers_fill_their_file() {
        let words: Vec<u16> = JOE_KUO.as_chunks::<2>().0.iter().map(|w| u16::from_le_bytes(*w)).collect();
        let (mut dimensions, mut at) = (1, 0);
        while at < words.len() {
            at += 1 + degree(u64::from(words[at]));
            dimensions += 1;
        }
        assert_eq!((dimensions, at), (SOBOL_DIMENSIONS, words.len()));
    }

    #[test]
    fn scrambling_flips_each_digit_by_a_fair_coin_of_its_own_for_each_prefix() {
        // The flips of digit 3 after the four prefixes of two digits: 16 patterns, and of digit 4 after its eight
        // prefixes: 256 patterns. Chi-squared over 25,600 seeds; bounds are the 1e-6 points for 15 and 255 degrees.
        for (digit, bound) in [(2_u32, 58.0), (3, 377.0)] {
            let prefixes = 1_usize << digit;
            let mut counts = vec![0_u32; 1 << prefixes];
            for seed in 0..25_600 {
                let scramble = Scramble::new(seed, "x");
                let pattern = (0..prefixes as u64).fold(0, |bits, prefix| {
                    let scrambled = scramble.of(prefix << (64 - digit));
                    (bits << 1) | ((scrambled >> (63 - digit)) & 1)
                });
                counts[pattern as usize] += 1;
            }
            let expected = 25_600.0 / counts.len() as f64;
            let chi2: f64 = counts.iter().map(|c| square(f64::from(*c) - expected) / expected).sum();
            assert!(chi2 < bound, "digit {digit}: {chi2}");
        }
    }

    #[test]
    fn scrambling_of_a_digit_does_not_look_at_later_ones() {
        let scramble = Scramble::new(3, "x");
        let digits = 0x9e37_79b9_7f4a_7c15;
        for kept in 1..64 {
            let other = digits ^ (u64::MAX >> kept);
            assert_eq!((scramble.of(digits) ^ scramble.of(other)).leading_zeros(), kept);
        }
    }

    #[test]
    fn an_order_visits_each_number_once_and_all_orders_are_alike() {
        for n in [1, 2, 3, 5, 17, 256, 1000] {
            let order = Order::new(n, &StreamKey::new(1, "x"), 0);
            let mut seen: Vec<u64> = (0..n).map(|place| order.of(place)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..n).collect::<Vec<_>>());
        }
        // Where 0 and 1 go in orders of 5: 20 pairs; chi-squared with 19 degrees, 1e-6 point 65.4.
        let mut counts = [0_u32; 25];
        for cube in 0..20_000 {
            let order = Order::new(5, &StreamKey::new(1, "x"), cube);
            counts[(5 * order.of(0) + order.of(1)) as usize] += 1;
        }
        let chi2: f64 =
            counts.iter().filter(|c| **c > 0).map(|c| square(f64::from(*c) - 1000.0) / 1000.0).sum();
        assert!(counts.iter().filter(|c| **c > 0).count() == 20 && chi2 < 65.4, "{chi2}");
    }
}
