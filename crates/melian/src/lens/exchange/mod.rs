//! The exchange model: two actors each give way on the issue they care less about.
//!
//! Stokman and Van Oosten, "The exchange of voting positions" (in Bueno de Mesquita and
//! Stokman, European Community Decision Making, 1994), in its equal-gain form: outcomes are
//! means weighted by capability times salience, an exchange gives both partners the same
//! gain, and everyone else bears its externalities.

mod lens;

use std::fmt;

pub(crate) use lens::TRADE;

/// Gains below this share of the widest issue's range count as none.
const LEAST_GAIN: f64 = 1e-9;

/// An outcome closer to a position than this share of what divides the partners is at it:
/// exchanges often bring it there, and rounding mustn't decide on which side.
const LEAST_SIDE: f64 = 1e-9;

/// Actors on several issues, in plain numbers. Tables are row-major, a row per actor and a
/// column per issue.
#[derive(Debug, Clone, PartialEq)]
pub struct Market {
    /// Number of issues.
    pub issues: usize,
    /// Power, at least 0, any ratio scale; it may differ by issue.
    pub capability: Vec<f64>,
    /// On each issue's own scale. An actor without a position on an issue has salience or
    /// capability 0 there.
    pub position: Vec<f64>,
    /// At least 0; any one scale for all.
    pub salience: Vec<f64>,
}

/// Why a market can't be opened on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputError {
    /// There are no actors or no issues.
    Empty,
    /// A table has the wrong number of entries.
    Shape(&'static str),
    /// An actor's entry in a table is out of range.
    Range {
        /// The table.
        table: &'static str,
        /// The actor.
        actor: usize,
        /// The issue.
        issue: usize,
    },
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "there must be an actor and an issue"),
            Self::Shape(table) => {
                write!(f, "`{table}` must have an entry for every actor and issue")
            }
            Self::Range { table, actor, issue } => {
                write!(f, "the {table} of actor {actor} on issue {issue} is out of range")
            }
        }
    }
}

impl std::error::Error for InputError {}

/// One actor on one issue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stake {
    /// Where it stands.
    pub position: f64,
    /// How much it cares.
    pub salience: f64,
    /// Its power.
    pub capability: f64,
}

/// An issue as it stands: its outcome and the sum of all weights behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// The mean of positions weighted by capability times salience.
    pub outcome: f64,
    /// The sum of those weights.
    pub weight: f64,
}

/// The terms of an exchange in which `j` gives way on issue p and `i` on issue q.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// How far the outcome of p shifts towards `i`.
    pub shift_p: f64,
    /// How far the outcome of q shifts towards `j`.
    pub shift_q: f64,
    /// How far `j` moves on p.
    pub move_j: f64,
    /// How far `i` moves on q.
    pub move_i: f64,
    /// The gain of each.
    pub gain: f64,
}

/// The largest equal-gain exchange, `j` giving way on p and `i` on q; none unless they stand
/// on opposite sides of both outcomes and `i` cares relatively more about p.
///
/// Nobody moves past its partner's position, nor the outcome past it.
#[must_use]
pub fn equal_gain(i: (Stake, Stake), j: (Stake, Stake), (p, q): (Standing, Standing)) -> Option<Terms> {
    let ((ip, iq), (jp, jq)) = (i, j);
    let opposed = |a: Stake, b: Stake, at: Standing| {
        let least = LEAST_SIDE * (a.position - b.position).abs();
        let (a, b) = (a.position - at.outcome, b.position - at.outcome);
        a * b < 0.0 && a.abs() > least && b.abs() > least
    };
    let profitable = ip.salience * jq.salience > jp.salience * iq.salience;
    let (weight_j, weight_i) = (jp.salience * jp.capability, iq.salience * iq.capability);
    if !(opposed(ip, jp, p) && opposed(iq, jq, q) && profitable && weight_j > 0.0 && weight_i > 0.0) {
        return None;
    }
    let price = (ip.salience + jp.salience) / (iq.salience + jq.salience);
    let limit_p = {
        let full = (ip.position - jp.position).abs() * weight_j / p.weight;
        full.min((ip.position - p.outcome).abs())
    };
    let limit_q = {
        let full = (iq.position - jq.position).abs() * weight_i / q.weight;
        full.min((jq.position - q.outcome).abs())
    };
    let shift_p = limit_p.min(limit_q / price);
    let shift_q = shift_p * price;
    Some(Terms {
        shift_p,
        shift_q,
        move_j: shift_p * p.weight / weight_j,
        move_i: shift_q * q.weight / weight_i,
        gain: shift_p * ip.salience - shift_q * iq.salience,
    })
}

/// An exchange made.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The actor that gives way on issue `q`.
    pub i: usize,
    /// The actor that gives way on issue `p`.
    pub j: usize,
    /// The issue that `i` cares relatively more about.
    pub p: usize,
    /// The issue that `j` cares relatively more about.
    pub q: usize,
    /// Shifts, moves and gain.
    pub terms: Terms,
    /// Where `j` stood on p, and where it goes.
    pub j_path: (f64, f64),
    /// Where `i` stood on q, and where it goes.
    pub i_path: (f64, f64),
    /// Outcome of p before and after.
    pub outcome_p: (f64, f64),
    /// Outcome of q before and after.
    pub outcome_q: (f64, f64),
    /// What the exchange does to each actor, by the positions at the start of the round: the
    /// partners' gains, and the externalities on everyone else.
    pub effect: Vec<f64>,
}

/// How trading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// No pair can gain any more.
    Exhausted,
    /// Positions returned to those at the end of round `first` and will do so every `period`
    /// rounds.
    Cycle {
        /// First round of the cycle.
        first: usize,
        /// Its length.
        period: usize,
    },
    /// There were still gains after the last round.
    Limit,
}

/// The result.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Number of actors.
    pub actors: usize,
    /// Number of issues.
    pub issues: usize,
    /// How trading ended.
    pub ending: Ending,
    /// The exchanges of each round, in the order made.
    pub rounds: Vec<Vec<Exchange>>,
    /// Outcomes by round (from 0, the start) and issue.
    pub outcome: Vec<f64>,
    /// Positions at the end, by actor and issue.
    pub position: Vec<f64>,
    /// What all exchanges together do to each actor, by its position at the very start:
    /// salience times how much closer the outcomes came, summed over issues.
    pub net: Vec<f64>,
}

impl Course {
    /// Outcomes after a round.
    pub fn at(&self, round: usize) -> &[f64] {
        &self.outcome[round * self.issues..][..self.issues]
    }

    /// Outcomes at the end.
    pub fn last(&self) -> &[f64] {
        self.at(self.rounds.len())
    }
}

struct Floor<'a> {
    market: &'a Market,
    actors: usize,
    /// Positions by which actors judge, those at the start of the round.
    judged: Vec<f64>,
    position: Vec<f64>,
    /// Who has given way on what in this round.
    spent: Vec<bool>,
    standing: Vec<Standing>,
    least_gain: f64,
}

impl Market {
    /// Number of actors.
    pub fn actors(&self) -> usize {
        self.position.len().checked_div(self.issues).unwrap_or(0)
    }

    /// # Errors
    /// The first thing wrong with the numbers.
    pub fn check(&self) -> Result<(), InputError> {
        const LARGE: f64 = 1e50;
        let (n, m) = (self.actors(), self.issues);
        if n == 0 || m == 0 {
            return Err(InputError::Empty);
        }
        let tables =
            [("position", &self.position), ("salience", &self.salience), ("capability", &self.capability)];
        for (name, table) in tables {
            if table.len() != n * m {
                return Err(InputError::Shape(name));
            }
        }
        for actor in 0..n {
            for issue in 0..m {
                let bad = |table| Err(InputError::Range { table, actor, issue });
                if !(0.0..LARGE).contains(&self.capability[actor * m + issue]) {
                    return bad("capability");
                }
                if !(0.0..LARGE).contains(&self.salience[actor * m + issue]) {
                    return bad("salience");
                }
                if !(-LARGE..LARGE).contains(&self.position[actor * m + issue]) {
                    return bad("position");
                }
            }
        }
        Ok(())
    }

    /// Trades until nobody gains, for at most this many rounds. In a round, exchanges are made
    /// from the most gainful down, the rest being worked out anew after each; an actor gives
    /// way on an issue once a round. The next round starts from the new positions.
    ///
    /// # Errors
    /// If the numbers are out of range.
    pub fn trade(&self, most_rounds: usize) -> Result<Course, InputError> {
        self.check()?;
        let mut floor = Floor::open(self);
        let start = floor.outcomes();
        let mut course = Course {
            actors: floor.actors,
            issues: self.issues,
            ending: Ending::Limit,
            rounds: Vec::new(),
            outcome: start.clone(),
            position: Vec::new(),
            net: Vec::new(),
        };
        let mut seen = vec![floor.position.clone()];
        loop {
            let exchanges = floor.round();
            if exchanges.is_empty() {
                course.ending = Ending::Exhausted;
                break;
            }
            if course.rounds.len() == most_rounds {
                floor.position.clone_from(&floor.judged);
                break;
            }
            course.rounds.push(exchanges);
            course.outcome.extend(floor.outcomes());
            if let Some(first) = seen.iter().position(|p| *p == floor.position) {
                let period = seen.len() - first;
                course.ending = Ending::Cycle { first, period };
                break;
            }
            seen.push(floor.position.clone());
        }
        let last = course.last().to_vec();
        course.net = (0..floor.actors)
            .map(|k| {
                (0..self.issues)
                    .map(|issue| self.approach(k, issue, &self.position, start[issue], last[issue]))
                    .sum()
            })
            .collect();
        course.position = floor.position;
        Ok(course)
    }

    fn stake(&self, position: &[f64], actor: usize, issue: usize) -> Stake {
        Stake {
            position: position[actor * self.issues + issue],
            salience: self.salience[actor * self.issues + issue],
            capability: self.capability[actor * self.issues + issue],
        }
    }

    /// What an outcome's shift does to an actor.
    fn approach(&self, actor: usize, issue: usize, position: &[f64], from: f64, to: f64) -> f64 {
        let at = actor * self.issues + issue;
        ((from - position[at]).abs() - (to - position[at]).abs()) * self.salience[at]
    }
}

impl<'a> Floor<'a> {
    fn open(market: &'a Market) -> Self {
        let spread = (0..market.issues)
            .map(|issue| {
                let column = market.position.iter().skip(issue).step_by(market.issues);
                let (low, high) =
                    column.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
                high - low
            })
            .fold(0.0, f64::max);
        let care = market.salience.iter().copied().fold(0.0, f64::max);
        let mut floor = Self {
            market,
            actors: market.actors(),
            judged: market.position.clone(),
            position: market.position.clone(),
            spent: vec![false; market.position.len()],
            standing: Vec::new(),
            least_gain: LEAST_GAIN * spread * care,
        };
        floor.stand();
        floor
    }

    /// Outcomes anew from positions.
    fn stand(&mut self) {
        self.standing = (0..self.market.issues)
            .map(|issue| {
                let stakes = (0..self.actors).map(|a| self.market.stake(&self.position, a, issue));
                let (sum, weight) = stakes.fold((0.0, 0.0), |(sum, weight), s| {
                    let w = s.salience * s.capability;
                    (sum + w * s.position, weight + w)
                });
                let outcome = if weight > 0.0 { sum / weight } else { self.plain_mean(issue) };
                Standing { outcome, weight }
            })
            .collect();
    }

    fn plain_mean(&self, issue: usize) -> f64 {
        let column = self.position.iter().skip(issue).step_by(self.market.issues);
        column.sum::<f64>() / self.actors as f64
    }

    fn outcomes(&self) -> Vec<f64> {
        self.standing.iter().map(|s| s.outcome).collect()
    }

    fn round(&mut self) -> Vec<Exchange> {
        self.judged.clone_from(&self.position);
        self.spent.fill(false);
        let mut made = Vec::new();
        while let Some((i, j, p, q, terms)) = self.best() {
            made.push(self.make(i, j, p, q, terms));
        }
        made
    }

    /// Whether two actors stand on different sides of an outcome.
    fn across(&self, i: usize, j: usize, issue: usize) -> bool {
        let m = self.market.issues;
        let off = |a: usize| self.position[a * m + issue] - self.standing[issue].outcome;
        off(i) * off(j) < 0.0
    }

    /// The most gainful exchange still open.
    fn best(&self) -> Option<(usize, usize, usize, usize, Terms)> {
        let m = self.market.issues;
        let mut best: Option<(usize, usize, usize, usize, Terms)> = None;
        let mut contested = Vec::with_capacity(m);
        for i in 0..self.actors {
            for j in 0..i {
                contested.clear();
                contested.extend((0..m).filter(|&issue| self.across(i, j, issue)));
                for (at, &first) in contested.iter().enumerate() {
                    for &second in &contested[..at] {
                        let of = |actor, issue| self.market.stake(&self.position, actor, issue);
                        let care = |actor, issue| of(actor, issue).salience;
                        let i_prefers_first =
                            care(i, first) * care(j, second) > care(j, first) * care(i, second);
                        let (p, q) = if i_prefers_first { (first, second) } else { (second, first) };
                        if self.spent[j * m + p] || self.spent[i * m + q] {
                            continue;
                        }
                        let standings = (self.standing[p], self.standing[q]);
                        let terms = equal_gain((of(i, p), of(i, q)), (of(j, p), of(j, q)), standings);
                        let least = best.map_or(self.least_gain, |(.., kept)| kept.gain);
                        if let Some(terms) = terms.filter(|terms| terms.gain > least) {
                            best = Some((i, j, p, q, terms));
                        }
                    }
                }
            }
        }
        best
    }

    fn make(&mut self, i: usize, j: usize, p: usize, q: usize, terms: Terms) -> Exchange {
        let m = self.market.issues;
        let before = (self.standing[p].outcome, self.standing[q].outcome);
        let mut shift = |mover: usize, partner: usize, issue: usize, distance: f64| {
            let (from, goal) = (self.position[mover * m + issue], self.position[partner * m + issue]);
            let full = (goal - from).abs();
            let to = if distance >= full { goal } else { from + (goal - from) * (distance / full) };
            self.position[mover * m + issue] = to;
            self.spent[mover * m + issue] = true;
            (from, to)
        };
        let j_path = shift(j, i, p, terms.move_j);
        let i_path = shift(i, j, q, terms.move_i);
        self.stand();
        let after = (self.standing[p].outcome, self.standing[q].outcome);
        let effect = (0..self.actors)
            .map(|k| {
                self.market.approach(k, p, &self.judged, before.0, after.0)
                    + self.market.approach(k, q, &self.judged, before.1, after.1)
            })
            .collect();
        Exchange {
            i,
            j,
            p,
            q,
            terms,
            j_path,
            i_path,
            outcome_p: (before.0, after.0),
            outcome_q: (before.1, after.1),
            effect,
        }
    }
}
