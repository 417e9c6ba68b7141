//! The same talks told turn by turn: who pressed whom, backed by whom, what the other feared.

use super::contest::{expected_contest, expected_gain};
use super::engine::{Course, Solver, View};
use super::options::Options;
use super::talks::{InputError, Talks};

/// Votes of no more than this share of the largest are left out of a coalition.
const LEAST_VOTE: f64 = 1e-9;

/// A third party's vote in a contest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backer {
    /// Who votes.
    pub actor: usize,
    /// Its strength: above 0 for the initiator, below 0 for the receiver.
    pub vote: f64,
}

/// A challenge as one of its parties sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Chance that the initiator wins if the receiver resists.
    pub chance: f64,
    /// Strength of the initiator's coalition.
    pub with: f64,
    /// Strength of the receiver's coalition.
    pub against: f64,
    /// Third parties' votes, in the order of actors; those that stay out are left out.
    pub backers: Vec<Backer>,
    /// Expected change in the initiator's utility.
    pub initiator_gain: f64,
    /// Expected change in the receiver's utility.
    pub receiver_gain: f64,
    /// What the initiator expects to lose if the receiver resists; below 0, to gain.
    pub initiator_fear: f64,
    /// What the receiver expects to lose by resisting; below 0, to gain.
    pub receiver_fear: f64,
}

/// A bargain put on the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Who put it.
    pub initiator: usize,
    /// To whom.
    pub receiver: usize,
    /// Whose estimate shaped it.
    pub view: View,
    /// The contest in the initiator's eyes.
    pub initiator_estimate: Estimate,
    /// The contest in the receiver's eyes.
    pub receiver_estimate: Estimate,
    /// Where the initiator would stand, 0..100 by dimension.
    pub initiator_terms: Vec<f64>,
    /// Where the receiver would stand, 0..100 by dimension.
    pub receiver_terms: Vec<f64>,
}

/// An actor's move.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Who moved.
    pub actor: usize,
    /// The offer it took, an index into [`Turn::offers`].
    pub offer: usize,
    /// The other party to that offer.
    pub partner: usize,
    /// Whether the mover gave way to pressure (or, if not, moved to carry its own offer).
    pub pressed: bool,
    /// The partner's chance of winning the contest, in the mover's eyes.
    pub partner_chance: f64,
    /// Third parties on the partner's side, in the mover's eyes; votes are above 0.
    pub backers: Vec<Backer>,
    /// What the mover expected to lose in that contest; below 0, to gain.
    pub fear: f64,
    /// Probability of this offer among those before the mover.
    pub probability: f64,
    /// How many offers the mover had before it.
    pub choices: usize,
    /// Where it stood, 0..100 by dimension.
    pub from: Vec<f64>,
    /// Where it went.
    pub to: Vec<f64>,
}

/// One turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Counts from 1.
    pub turn: usize,
    /// Risk attitude of each actor as the turn began.
    pub risk: Vec<f64>,
    /// Probability of each actor's position as the turn began.
    pub probability: Vec<f64>,
    /// Utility to actor i of j's position, entry (i, j), rows of tables.
    pub utility: Vec<f64>,
    /// Chance, in i's eyes, that it wins a challenge of j.
    pub chance: Vec<f64>,
    /// What i expects to gain by challenging j.
    pub gain: Vec<f64>,
    /// What was put on the table, by initiator.
    pub offers: Vec<Offer>,
    /// Who moved, by actor.
    pub moves: Vec<Move>,
}

/// A run with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The result, equal bit for bit to that of [`Solver::solve`].
    pub course: Course,
    /// Its turns.
    pub turns: Vec<Turn>,
}

/// Holds the talks, of `most_turns` turns at most ([`MOST_TURNS`](super::MOST_TURNS) as [`Solver::new`] has it), and
/// tells them.
///
/// # Errors
/// If the numbers are out of range.
pub fn tell(
    talks: &Talks,
    options: Options,
    most_turns: usize,
    stream: &mut dyn FnMut() -> u64,
) -> Result<Story, InputError> {
    let mut turns = Vec::new();
    let mut solver = Solver::new(talks.actors(), talks.dimensions, options).within(most_turns);
    let course = solver.run(talks, stream, &mut |solver, turn| {
        turns.push(turn_of(solver, turn));
    })?;
    Ok(Story { course, turns })
}

fn turn_of(solver: &mut Solver, turn: usize) -> Turn {
    let (probability, _) = solver.standing_report();
    let offers: Vec<Offer> = (0..solver.offers.len()).map(|o| offer_of(solver, o)).collect();
    let moves = (0..solver.choices.len()).filter_map(|actor| move_of(solver, &offers, actor)).collect();
    let n = solver.choices.len();
    let square = |of: &dyn Fn(usize, usize) -> f64| (0..n * n).map(|at| of(at / n, at % n)).collect();
    Turn {
        turn,
        risk: solver.field.risk.clone(),
        probability,
        utility: square(&|i, j| solver.field.utility(i, i, j)),
        chance: square(&|i, j| if i == j { f64::NAN } else { solver.chance.get(i, j) }),
        gain: square(&|i, j| if i == j { f64::NAN } else { solver.gain.get(i, j) }),
        offers,
        moves,
    }
}

fn offer_of(solver: &Solver, index: usize) -> Offer {
    let offer = solver.offers[index];
    let (i, j) = (offer.initiator, offer.receiver);
    let terms = |actor| solver.terms_of(index, actor).iter().map(|x| x * 100.0).collect();
    Offer {
        initiator: i,
        receiver: j,
        view: offer.view,
        initiator_estimate: estimate(solver, i, (i, j)),
        receiver_estimate: estimate(solver, j, (i, j)),
        initiator_terms: terms(i),
        receiver_terms: terms(j),
    }
}

fn estimate(solver: &Solver, viewer: usize, (i, j): (usize, usize)) -> Estimate {
    let mut backers = Vec::new();
    let judged = solver.judge(viewer, (i, j), &mut |actor, vote| {
        backers.push(Backer { actor, vote });
    });
    let largest = backers.iter().map(|b| b.vote.abs()).fold(0.0, f64::max);
    backers.retain(|b| b.vote.abs() > LEAST_VOTE * largest);
    let u = |actor, at| solver.field.utility(viewer, actor, at);
    let gain = |k| expected_gain(solver.field.resolve[j], judged.chance, u(k, i), u(k, j));
    let fear = |k| u(k, i) + u(k, j) - expected_contest(judged.chance, u(k, i), u(k, j));
    Estimate {
        chance: judged.chance,
        with: judged.with,
        against: judged.against,
        backers,
        initiator_gain: gain(i),
        receiver_gain: gain(j),
        initiator_fear: fear(i),
        receiver_fear: fear(j),
    }
}

fn move_of(solver: &Solver, offers: &[Offer], actor: usize) -> Option<Move> {
    let choice = solver.choices[actor];
    let index = choice.offer?;
    let offer = &offers[index];
    let d = solver.terms_of(index, actor).len();
    let from: Vec<f64> = solver.position[actor * d..][..d].iter().map(|x| x * 100.0).collect();
    let pressed = offer.receiver == actor;
    let (partner, own, to) = if pressed {
        (offer.initiator, &offer.receiver_estimate, &offer.receiver_terms)
    } else {
        (offer.receiver, &offer.initiator_estimate, &offer.initiator_terms)
    };
    let side = if pressed { 1.0 } else { -1.0 };
    (from != *to).then(|| Move {
        actor,
        offer: index,
        partner,
        pressed,
        partner_chance: if pressed { own.chance } else { 1.0 - own.chance },
        backers: own
            .backers
            .iter()
            .map(|b| Backer { vote: side * b.vote, ..*b })
            .filter(|b| b.vote > 0.0)
            .collect(),
        fear: if pressed { own.receiver_fear } else { own.initiator_fear },
        probability: choice.probability,
        choices: choice.offers,
        from,
        to: to.clone(),
    })
}
