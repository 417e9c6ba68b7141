//! Exact rational numbers: small ones in two machine words, the rest in big integers.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// The longest decimal number in a file.
const MAX_DIGITS: usize = 500;
/// The longest fraction: no decimal becomes longer when written as one.
const MAX_FRACTION: usize = 2_000;
/// The largest decimal exponent a number in a file may have.
const MAX_EXPONENT: i64 = 300;

/// An exact rational number in lowest terms.
///
/// ```
/// use melian::game::Rational;
/// let third = Rational::parse("1/3").unwrap();
/// assert_eq!(third + Rational::parse("0.5").unwrap(), Rational::new(5, 6));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rational(Repr);

/// `Small` holds every value that fits; the denominator is positive and coprime to the numerator.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(i64, i64),
    Big(Box<(BigInt, BigInt)>),
}

impl Rational {
    /// Zero.
    #[must_use]
    pub const fn zero() -> Self {
        Self(Repr::Small(0, 1))
    }

    /// One.
    #[must_use]
    pub const fn one() -> Self {
        Self(Repr::Small(1, 1))
    }

    /// `numerator / denominator`.
    ///
    /// # Panics
    /// If `denominator` is zero.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Self {
        assert!(denominator != 0, "a denominator of zero");
        Self::from_wide(i128::from(numerator), i128::from(denominator))
    }

    /// `n / d` in lowest terms, `d` not zero and both below 2^127 in size.
    fn from_wide(mut n: i128, mut d: i128) -> Self {
        if d < 0 {
            (n, d) = (-n, -d);
        }
        let g = match (u64::try_from(n.unsigned_abs()), u64::try_from(d)) {
            (Ok(a), Ok(b)) => i128::from(a.gcd(&b)),
            _ => n.gcd(&d),
        };
        let (n, d) = (n / g, d / g);
        match (i64::try_from(n), i64::try_from(d)) {
            (Ok(n), Ok(d)) => Self(Repr::Small(n, d)),
            _ => Self(Repr::Big(Box::new((BigInt::from(n), BigInt::from(d))))),
        }
    }

    fn from_big(n: BigInt, d: BigInt) -> Self {
        let (n, d) = if d.is_negative() { (-n, -d) } else { (n, d) };
        let g = n.gcd(&d);
        let (n, d) = if g.is_one() { (n, d) } else { (n / &g, d / &g) };
        match (n.to_i64(), d.to_i64()) {
            (Some(n), Some(d)) => Self(Repr::Small(n, d)),
            _ => Self(Repr::Big(Box::new((n, d)))),
        }
    }

    fn parts(&self) -> (BigInt, BigInt) {
        match &self.0 {
            Repr::Small(n, d) => (BigInt::from(*n), BigInt::from(*d)),
            Repr::Big(b) => (b.0.clone(), b.1.clone()),
        }
    }

    /// The number a text of a game file stands for: `[+-]digits`, then `.digits` and an exponent, or
    /// `/digits`; also `.digits`.
    ///
    /// # Errors
    /// What is wrong with the text. Decimals of more than 500 characters, fractions of more than 2,000 and
    /// exponents beyond 300 are refused, so that no short text stands for a huge number.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (sign, body) = match text.as_bytes().first() {
            Some(b'-') => (-1, &text[1..]),
            Some(b'+') => (1, &text[1..]),
            _ => (1, text),
        };
        let most = if body.contains('/') { MAX_FRACTION } else { MAX_DIGITS };
        if body.len() > most {
            return Err(format!("a number of more than {most} characters"));
        }
        let magnitude = match body.split_once('/') {
            Some((n, d)) => parse_fraction(n, d)?,
            None => parse_decimal(body)?,
        };
        Ok(if sign < 0 { -magnitude } else { magnitude })
    }

    /// The exact value of a finite float; `None` for infinities and NaN.
    #[must_use]
    pub fn from_f64(x: f64) -> Option<Self> {
        if !x.is_finite() {
            return None;
        }
        let bits = x.to_bits();
        let biased = ((bits >> 52) & 0x7ff) as i32;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, shift) =
            if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) };
        let mut n = BigInt::from(mantissa);
        let mut d = BigInt::one();
        if shift >= 0 {
            n <<= shift.unsigned_abs();
        } else {
            let cut = mantissa.trailing_zeros().min(shift.unsigned_abs());
            n >>= cut;
            d <<= shift.unsigned_abs() - cut;
        }
        Some(Self::from_big(if x < 0.0 { -n } else { n }, d))
    }

    /// The nearest float (ties to even); values out of range become infinite or zero.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        const EXACT: u64 = 1 << 53;
        match &self.0 {
            Repr::Small(n, d) if n.unsigned_abs() <= EXACT && d.unsigned_abs() <= EXACT => {
                *n as f64 / *d as f64
            }
            _ => self.to_f64_long(),
        }
    }

    fn to_f64_long(&self) -> f64 {
        let (n, d) = self.parts();
        let negative = n.is_negative();
        let n = n.abs();
        // A quotient of at least 64 bits with a sticky last bit rounds as the exact value does.
        let shift = 66 + d.bits().cast_signed() - n.bits().cast_signed();
        let (n, d) = if shift > 0 { (n << shift.unsigned_abs(), d) } else { (n, d << shift.unsigned_abs()) };
        let (q, r) = n.div_rem(&d);
        let q = if r.is_zero() { q } else { q | BigInt::one() };
        let wide = q.to_u128().unwrap_or(u128::MAX);
        let rounded = wide as f64;
        let value = libm::scalbn(rounded, i32::try_from(-shift).unwrap_or(i32::MIN / 2));
        if negative { -value } else { value }
    }

    /// Whether this is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0, _))
    }

    /// Whether this is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(n, _) => *n < 0,
            Repr::Big(b) => b.0.sign() == Sign::Minus,
        }
    }

    /// The number of bits in numerator and denominator: its size in memory.
    #[must_use]
    pub fn bits(&self) -> u64 {
        match &self.0 {
            Repr::Small(..) => 128,
            Repr::Big(b) => b.0.bits() + b.1.bits(),
        }
    }

    /// The fraction with the smallest denominator up to `limit` that differs from `x` by at most
    /// `tolerance`, by continued fractions; `None` if there is none.
    #[must_use]
    pub fn nearest(x: f64, limit: i64, tolerance: f64) -> Option<Self> {
        if !x.is_finite() || x.abs() > 1e9 {
            return None;
        }
        let (mut h0, mut k0, mut h1, mut k1) = (0_i64, 1_i64, 1_i64, 0_i64);
        let mut y = x;
        for _ in 0..64 {
            let whole = y.floor();
            if whole.abs() > 1e15 {
                return None;
            }
            let a = whole as i64;
            let h = a.checked_mul(h1)?.checked_add(h0)?;
            let k = a.checked_mul(k1)?.checked_add(k0)?;
            if k > limit || k <= 0 {
                return None;
            }
            if (h as f64 / k as f64 - x).abs() <= tolerance {
                return Some(Self::new(h, k));
            }
            (h0, k0, h1, k1) = (h1, k1, h, k);
            y = 1.0 / (y - whole);
        }
        None
    }
}

fn digits(text: &str) -> Result<BigInt, String> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err("not a number".to_owned());
    }
    if text.len() <= 18 {
        let small = text.bytes().fold(0_i64, |n, b| n * 10 + i64::from(b - b'0'));
        return Ok(BigInt::from(small));
    }
    BigInt::parse_bytes(text.as_bytes(), 10).ok_or_else(|| "not a number".to_owned())
}

fn short(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.bytes().fold(0_i64, |n, b| n * 10 + i64::from(b - b'0')))
}

fn parse_fraction(n: &str, d: &str) -> Result<Rational, String> {
    if let (Some(n), Some(d)) = (short(n), short(d))
        && d != 0
    {
        return Ok(Rational::new(n, d));
    }
    let (n, d) = (digits(n)?, digits(d)?);
    if d.is_zero() {
        return Err("a fraction over zero".to_owned());
    }
    Ok(Rational::from_big(n, d))
}

fn parse_decimal(body: &str) -> Result<Rational, String> {
    if let Some(n) = short(body) {
        return Ok(Rational(Repr::Small(n, 1)));
    }
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(i) => (&body[..i], parse_exponent(&body[i + 1..])?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err("a number without digits".to_owned());
    }
    let scale = exponent - fraction.len().cast_signed() as i64;
    let joined = [whole, fraction].concat();
    if let Some(n) = short(&joined)
        && (-18..=0).contains(&scale)
    {
        let d = (0..-scale).fold(1_i64, |d, _| d * 10);
        return Ok(Rational::new(n, d));
    }
    let n = digits(&joined)?;
    let ten = BigInt::from(10).pow(scale.unsigned_abs() as u32);
    Ok(if scale >= 0 { Rational::from_big(n * ten, BigInt::one()) } else { Rational::from_big(n, ten) })
}

fn parse_exponent(text: &str) -> Result<i64, String> {
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let size = short(body).ok_or_else(|| "a number with a broken exponent".to_owned())?;
    if size > MAX_EXPONENT {
        return Err(format!("an exponent beyond {MAX_EXPONENT}"));
    }
    Ok(if negative { -size } else { size })
}

impl Add for &Rational {
    type Output = Rational;
    fn add(self, other: &Rational) -> Rational {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            let [a, b, c, d] = [*a, *b, *c, *d].map(i128::from);
            return Rational::from_wide(a * d + c * b, b * d);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Rational::from_big(a * &d + c * &b, b * d)
    }
}

impl Mul for &Rational {
    type Output = Rational;
    fn mul(self, other: &Rational) -> Rational {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            let [a, b, c, d] = [*a, *b, *c, *d].map(i128::from);
            return Rational::from_wide(a * c, b * d);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Rational::from_big(a * c, b * d)
    }
}

impl Neg for Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        match self.0 {
            Repr::Small(n, d) if n != i64::MIN => Rational(Repr::Small(-n, d)),
            _ => {
                let (n, d) = self.parts();
                Rational::from_big(-n, d)
            }
        }
    }
}

impl Sub for &Rational {
    type Output = Rational;
    fn sub(self, other: &Rational) -> Rational {
        self + &(-other.clone())
    }
}

/// # Panics
/// On division by zero.
impl Div for &Rational {
    type Output = Rational;
    fn div(self, other: &Rational) -> Rational {
        assert!(!other.is_zero(), "division by zero");
        let (n, d) = other.parts();
        self * &Rational::from_big(d, n)
    }
}

macro_rules! by_value {
    ($($trait:ident $method:ident),*) => {$(
        impl $trait for Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational {
                (&self).$method(&other)
            }
        }
    )*};
}
by_value!(Add add, Sub sub, Mul mul, Div div);

impl AddAssign<&Rational> for Rational {
    fn add_assign(&mut self, other: &Rational) {
        *self = &*self + other;
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            return (i128::from(*a) * i128::from(*d)).cmp(&(i128::from(*c) * i128::from(*b)));
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        (a * d).cmp(&(c * b))
    }
}

impl From<i64> for Rational {
    fn from(n: i64) -> Self {
        Self(Repr::Small(n, 1))
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(n, 1) => write!(f, "{n}"),
            Repr::Small(n, d) => write!(f, "{n}/{d}"),
            Repr::Big(b) if b.1.is_one() => write!(f, "{}", b.0),
            Repr::Big(b) => write!(f, "{}/{}", b.0, b.1),
        }
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_game_files() {
        for (text, n, d) in [
            ("1", 1, 1),
            ("+7", 7, 1),
            ("-0.25", -1, 4),
            (".5", 1, 2),
            ("3.", 3, 1),
            ("6/4", 3, 2),
            ("1.5e2", 150, 1),
            ("25E-2", 1, 4),
            ("-0", 0, 1),
        ] {
            assert_eq!(Rational::parse(text), Ok(Rational::new(n, d)), "{text}");
        }
        for text in ["", "-", ".", "1/0", "1/", "e5", "1e", "1e999", "1/2e3", "--1", "1.2.3"] {
            assert!(Rational::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn long_numbers_stay_exact() {
        let long = Rational::parse("123456789012345678901234567891/7").unwrap();
        assert_eq!(long.to_string(), "123456789012345678901234567891/7");
        assert_eq!(long.to_f64(), 123_456_789_012_345_678_901_234_567_891_f64 / 7.0);
        assert_eq!(&(&long - &long), &Rational::zero());
        assert_eq!(Rational::parse("1e-300").unwrap().to_f64(), 1e-300);
    }

    #[test]
    fn nearest_finds_simple_fractions() {
        assert_eq!(Rational::nearest(1.0 / 7.0, 1000, 1e-12), Some(Rational::new(1, 7)));
        assert_eq!(Rational::nearest(0.0, 1000, 1e-12), Some(Rational::zero()));
        assert_eq!(Rational::nearest(std::f64::consts::PI, 1000, 1e-12), None);
    }

    proptest! {
        #[test]
        fn floats_round_trip(bits: u64) {
            let x = f64::from_bits(bits);
            if x.is_finite() {
                prop_assert_eq!(Rational::from_f64(x).unwrap().to_f64(), x);
            }
        }

        #[test]
        fn field_laws(a in any::<i64>(), b in 1..i64::MAX, c in any::<i64>(), d in 1..i64::MAX) {
            let (x, y) = (Rational::new(a, b), Rational::new(c, d));
            prop_assert_eq!(&(&(&x + &y) - &y), &x);
            if !y.is_zero() {
                prop_assert_eq!(&(&(&x * &y) / &y), &x);
            }
            prop_assert_eq!(Rational::parse(&x.to_string()).unwrap(), x);
        }
    }
}
