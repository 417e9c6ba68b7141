//! The compromise two parties put on the table.

use super::options::Interpolation;

/// Keeps the weights of two parties who neither care nor can press away from 0/0.
const LEAST_WEIGHT: f64 = 1e-6;

/// One party's coordinate (0..1) and salience (0..1) on one dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Side {
    /// Where it stands.
    pub position: f64,
    /// How much it cares.
    pub salience: f64,
}

/// New coordinates of the initiator and the receiver, the initiator winning with probability
/// `chance`.
#[must_use]
pub fn bargain(rule: Interpolation, initiator: Side, receiver: Side, chance: f64) -> (f64, f64) {
    let odds = 1.0 - chance;
    match rule {
        Interpolation::S1P1 => {
            meet(initiator, receiver, initiator.salience * chance, receiver.salience * odds)
        }
        Interpolation::S2P2 => meet(
            initiator,
            receiver,
            (initiator.salience * initiator.salience) * (chance * chance),
            (receiver.salience * receiver.salience) * (odds * odds),
        ),
        Interpolation::S2PMax => {
            let yields = |own: Side, other: Side, disadvantage: f64| {
                let pull = disadvantage * (other.salience * other.salience);
                let hold = (1.0 - disadvantage) * (own.salience * own.salience);
                pull / (pull + LEAST_WEIGHT + hold)
            };
            let gap = receiver.position - initiator.position;
            let i = yields(initiator, receiver, (odds - chance).max(0.0));
            let j = yields(receiver, initiator, (chance - odds).max(0.0));
            (initiator.position + i * gap, receiver.position - j * gap)
        }
    }
}

fn meet(initiator: Side, receiver: Side, wi: f64, wj: f64) -> (f64, f64) {
    let total = wi + LEAST_WEIGHT + wj;
    let (i, j) = (initiator.position, receiver.position);
    (
        four_decimals(((wi + LEAST_WEIGHT) * i + wj * j) / total),
        four_decimals((wi * i + (LEAST_WEIGHT + wj) * j) / total),
    )
}

/// Rounds half up to four decimals, as KTAB does against spurious precision.
fn four_decimals(x: f64) -> f64 {
    (0.5 + x * 10_000.0).trunc() / 10_000.0
}
