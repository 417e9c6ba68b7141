//! A challenge of one actor by another: who wins it, with whose help, and is it worth it?

use super::lanes::{LANES, Lanes, positive};
use super::options::{KtabErrors, ThirdPartyCommitment, VotingRule};
use super::vote::{self, Rule};

/// Strength both sides start from.
const LEAST_SIDE: f64 = 1e-10;

/// What the actors are and how far they are apart, in one turn.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// 1 minus the distance of a row's ideal from a column's position.
    pub(super) near: Lanes,
    /// The distance itself, at most 1.
    pub(super) slope: Lanes,
    /// Capability times total salience.
    pub(super) weight: Vec<f64>,
    /// Total salience, 0..1: the chance that an actor resists.
    pub(super) resolve: Vec<f64>,
    /// Risk attitude.
    pub(super) risk: Vec<f64>,
    /// How far others' risk attitudes are seen as they are.
    pub(super) insight: f64,
}

impl Field {
    /// Risk attitude of `actor` as `viewer` sees it.
    #[inline]
    fn seen_risk(&self, viewer: usize, actor: usize) -> f64 {
        (1.0 - self.insight) * self.risk[viewer] + self.insight * self.risk[actor]
    }

    /// Utility to `actor` of the position of `at`, as `viewer` sees it.
    #[inline]
    pub(super) fn utility(&self, viewer: usize, actor: usize, at: usize) -> f64 {
        seen(self.near.get(actor, at), self.slope.get(actor, at), self.seen_risk(viewer, actor))
    }
}

#[inline]
pub(super) fn seen(near: f64, slope: f64, risk: f64) -> f64 {
    near * (1.0 + slope * risk)
}

/// A third party's vote: positive for the initiator, negative for the receiver. `at_i`,
/// `at_j` and `own` are its utilities of the three positions, `i` and `j` the principals'
/// own strengths.
trait Commitment {
    fn vote<R: Rule>(weight: f64, at_i: f64, at_j: f64, own: f64, i: f64, j: f64) -> f64;
}

/// The initiator's chance when a third party joins the side it prefers.
#[inline]
fn joined<R: Rule>(weight: f64, at_i: f64, at_j: f64, i: f64, j: f64) -> f64 {
    let v = R::vote(weight, at_i - at_j);
    let x = i + positive(v);
    let y = j + positive(-v);
    x / (x + y)
}

struct Semi;
impl Commitment for Semi {
    #[inline]
    fn vote<R: Rule>(weight: f64, at_i: f64, at_j: f64, own: f64, i: f64, j: f64) -> f64 {
        let a = joined::<R>(weight, at_i, at_j, i, j);
        let b = 1.0 - a;
        let with_i = a * (2.0 * at_i + own) + 3.0 * b * at_j;
        let with_j = 3.0 * a * at_i + b * (2.0 * at_j + own);
        R::vote(weight, with_i - with_j)
    }
}

/// The initiator's chance with the third party on its side, and with it on the other.
#[inline]
fn either<R: Rule>(weight: f64, at_i: f64, at_j: f64, i: f64, j: f64) -> (f64, f64) {
    let v = R::vote(weight, at_i - at_j).abs();
    let total = i + j + v;
    ((i + v) / total, i / total)
}

struct No;
impl Commitment for No {
    #[inline]
    fn vote<R: Rule>(weight: f64, at_i: f64, at_j: f64, own: f64, i: f64, j: f64) -> f64 {
        let (with, without) = either::<R>(weight, at_i, at_j, i, j);
        let expect = |a: f64| a * (2.0 * at_i + own) + (1.0 - a) * (2.0 * at_j + own);
        R::vote(weight, expect(with) - expect(without))
    }
}

struct Full;
impl Commitment for Full {
    #[inline]
    fn vote<R: Rule>(weight: f64, at_i: f64, at_j: f64, _own: f64, i: f64, j: f64) -> f64 {
        let (with, without) = either::<R>(weight, at_i, at_j, i, j);
        let expect = |a: f64| 3.0 * a * at_i + 3.0 * (1.0 - a) * at_j;
        R::vote(weight, expect(with) - expect(without))
    }
}

struct Silent;
impl Commitment for Silent {
    #[inline]
    fn vote<R: Rule>(_: f64, _: f64, _: f64, _: f64, _: f64, _: f64) -> f64 {
        0.0
    }
}

/// A challenge in some viewer's eyes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Judged {
    /// Chance that the initiator wins.
    pub(super) chance: f64,
    /// Strength of its coalition.
    pub(super) with: f64,
    /// Strength of the receiver's coalition.
    pub(super) against: f64,
}

type All = fn(&Field, usize, &mut Seats, &mut Lanes, &mut Lanes);
type One = fn(&Field, usize, usize, usize, &mut dyn FnMut(usize, f64)) -> Judged;

/// The two forms of the same calculation: all of one actor's challenges at once, in its own
/// view, and any challenge in any view, with the third parties' votes. They agree bit for
/// bit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contests {
    all: All,
    one: One,
}

/// What an actor sees of the others whichever of them it challenges.
#[derive(Debug, Clone, Default)]
pub(super) struct Seats {
    risk: Vec<f64>,
    of_challenger: Vec<f64>,
    own: Vec<f64>,
}

impl Contests {
    pub(super) fn new(rule: VotingRule, commitment: ThirdPartyCommitment, errors: KtabErrors) -> Self {
        match rule {
            VotingRule::Binary => Self::of::<vote::Binary>(commitment, errors),
            VotingRule::PropBin => Self::of::<vote::PropBin>(commitment, errors),
            VotingRule::Prop => Self::of::<vote::Prop>(commitment, errors),
            VotingRule::PropCbc => Self::of::<vote::PropCbc>(commitment, errors),
            VotingRule::Cubic => Self::of::<vote::Cubic>(commitment, errors),
            VotingRule::AsymProsp => Self::of::<vote::AsymProsp>(commitment, errors),
        }
    }

    fn of<R: Rule>(commitment: ThirdPartyCommitment, errors: KtabErrors) -> Self {
        match commitment {
            ThirdPartyCommitment::SemiCommit => Self::with::<R, Semi>(),
            _ if errors.silent_third_parties => Self::with::<R, Silent>(),
            ThirdPartyCommitment::NoCommit => Self::with::<R, No>(),
            ThirdPartyCommitment::FullCommit => Self::with::<R, Full>(),
        }
    }

    fn with<R: Rule, C: Commitment>() -> Self {
        Self { all: all::<R, C>, one: one::<R, C> }
    }

    /// Chance of winning and expected gain for `i` of challenging each actor, in `i`'s view,
    /// into row `i` of `chance` and `gain`.
    pub(super) fn all(
        &self,
        field: &Field,
        i: usize,
        seats: &mut Seats,
        chance: &mut Lanes,
        gain: &mut Lanes,
    ) {
        (self.all)(field, i, seats, chance, gain);
    }

    /// The challenge of `j` by `i` in `viewer`'s eyes; third parties' votes go to `votes`.
    pub(super) fn one(
        &self,
        field: &Field,
        viewer: usize,
        (i, j): (usize, usize),
        votes: &mut dyn FnMut(usize, f64),
    ) -> Judged {
        (self.one)(field, viewer, i, j, votes)
    }
}

fn all<R: Rule, C: Commitment>(
    field: &Field,
    i: usize,
    seats: &mut Seats,
    chance: &mut Lanes,
    gain: &mut Lanes,
) {
    let actors = field.risk.len();
    seats.risk.clear();
    seats.of_challenger.clear();
    seats.own.clear();
    for n in 0..actors {
        let risk = field.seen_risk(i, n);
        seats.risk.push(risk);
        seats.of_challenger.push(seen(field.near.get(n, i), field.slope.get(n, i), risk));
        seats.own.push(seen(field.near.get(n, n), field.slope.get(n, n), risk));
    }
    let seats = &*seats;
    let own = seats.own[i];
    for block in 0..field.near.blocks() {
        let lane_of = |j: usize| (j / LANES == block).then_some(j % LANES);
        let (near, slope) = (field.near.row(i)[block], field.slope.row(i)[block]);
        let risk_i = seats.risk[i];
        let (mut at_j, mut with, mut against) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            let j = (block * LANES + lane).min(actors - 1);
            at_j[lane] = seen(near[lane], slope[lane], risk_i);
            let vi = R::vote(field.weight[i], own - at_j[lane]);
            let vj = R::vote(field.weight[j], seats.of_challenger[j] - seats.own[j]);
            with[lane] = LEAST_SIDE + positive(vi) + positive(vj);
            against[lane] = LEAST_SIDE + positive(-vi) + positive(-vj);
        }
        let (principal, opponent) = (with, against);
        for n in 0..actors {
            if n == i {
                continue;
            }
            let (w, risk) = (field.weight[n], seats.risk[n]);
            let (at_i, self_n) = (seats.of_challenger[n], seats.own[n]);
            let (near, slope) = (field.near.row(n)[block], field.slope.row(n)[block]);
            let aside = lane_of(n).map(|lane| (lane, with[lane], against[lane]));
            for lane in 0..LANES {
                let at_j = seen(near[lane], slope[lane], risk);
                let v = C::vote::<R>(w, at_i, at_j, self_n, principal[lane], opponent[lane]);
                with[lane] += positive(v);
                against[lane] += positive(-v);
            }
            if let Some((lane, a, b)) = aside {
                with[lane] = a;
                against[lane] = b;
            }
        }
        for lane in 0..LANES {
            let j = (block * LANES + lane).min(actors - 1);
            let p = with[lane] / (with[lane] + against[lane]);
            chance.row_mut(i)[block][lane] = p;
            gain.row_mut(i)[block][lane] = expected_gain(field.resolve[j], p, own, at_j[lane]);
        }
    }
}

fn one<R: Rule, C: Commitment>(
    field: &Field,
    viewer: usize,
    i: usize,
    j: usize,
    votes: &mut dyn FnMut(usize, f64),
) -> Judged {
    let u = |actor, at| field.utility(viewer, actor, at);
    let vi = R::vote(field.weight[i], u(i, i) - u(i, j));
    let vj = R::vote(field.weight[j], u(j, i) - u(j, j));
    let principal = LEAST_SIDE + positive(vi) + positive(vj);
    let opponent = LEAST_SIDE + positive(-vi) + positive(-vj);
    let (mut with, mut against) = (principal, opponent);
    for n in (0..field.risk.len()).filter(|&n| n != i && n != j) {
        let v = C::vote::<R>(field.weight[n], u(n, i), u(n, j), u(n, n), principal, opponent);
        with += positive(v);
        against += positive(-v);
        votes(n, v);
    }
    Judged { chance: with / (with + against), with, against }
}

/// Expected change in utility to an actor from a challenge of a receiver that resists with
/// probability `resolve`; `at_i` and `at_j` are its utilities of the two positions.
#[inline]
pub(super) fn expected_gain(resolve: f64, chance: f64, at_i: f64, at_j: f64) -> f64 {
    let contest = expected_contest(chance, at_i, at_j);
    (1.0 - resolve) * (2.0 * at_i) + resolve * contest - (at_i + at_j)
}

/// Expected utility, over both positions, of a challenge that is resisted.
#[inline]
pub(super) fn expected_contest(chance: f64, at_i: f64, at_j: f64) -> f64 {
    chance * (2.0 * at_i) + (1.0 - chance) * (2.0 * at_j)
}
