//! The model as a lens: all issues together.

use std::collections::BTreeSet;

use super::{Course, Ending, Exchange, Market};
use crate::case::{Case, CaseBlock};
use crate::history::PastIssue;
use crate::lens::course;
use crate::lens::options::{Checked, number_option};
use crate::lens::point::{PointModel, PointPredictor, past_errors};
use crate::lens::seats::{Seats, table};
use crate::lens::{Family, Lens, LensCard, Model, RowStatus, Trace, TraceStep, Unable};
use crate::scenario::{ActorId, FieldId, IssueId, LensOptions, Scenario};

/// Rounds of trading, if the scenario names no other number.
const ROUNDS: usize = 20;

/// The lens.
#[derive(Debug)]
pub(crate) struct Trade {
    card: LensCard,
}

/// The lens.
pub(crate) static TRADE: Trade = Trade {
    card: LensCard {
        id: "exchange",
        reading: "",
        family: Family::Exchange,
        name: "Exchange of positions",
        idea: "Two actors each give way on the issue they care relatively less about, so that both gain alike.",
        citation: "Stokman and Van Oosten (1994), The exchange of voting positions, in Bueno de Mesquita and Stokman, \
                   European Community Decision Making (equal gain)",
        assumptions: &[
            "Without trades, every issue ends at the mean weighted by capability times salience.",
            "Promises to give way are kept, and nobody else can stop a trade.",
            "Saliences compare across issues for one actor.",
        ],
        when_not: &[
            "When the question is whether there will be a deal at all.",
            "With a single issue, or issues decided at different times by actors who do not trust each other.",
        ],
        speaks_of_endings: false,
    },
};

impl Lens for Trade {
    fn card(&self) -> &LensCard {
        &self.card
    }

    fn prepare(&self, scenario: &Scenario, options: &LensOptions) -> Result<Box<dyn Model>, Unable> {
        let rounds = self.rounds(options)?;
        let seats = Seats::read(scenario)?;
        let issues: Vec<usize> = (0..seats.issues.len()).filter(|&k| !seats.on(k).is_empty()).collect();
        if issues.len() < 2 {
            return Err(Unable::Lacks("a second issue to trade against".to_owned()));
        }
        Ok(Box::new(PointModel::new(
            scenario,
            Box::new(Predictor { seats, issues, rounds }),
            past_errors(self, options),
        )))
    }

    /// Where a dossier has only one issue, nobody can trade: its compromise.
    fn predict_dossier(&self, issues: &[&PastIssue], options: &LensOptions) -> Vec<Option<f64>> {
        let Ok(rounds) = self.rounds(options) else { return vec![None; issues.len()] };
        let course = past_market(issues).trade(rounds);
        let point = |k: usize| course.as_ref().ok().map(|course| course.last()[k]);
        (0..issues.len()).map(|k| point(k).filter(|point| point.is_finite())).collect()
    }
}

impl Trade {
    fn rounds(&self, options: &LensOptions) -> Result<usize, Unable> {
        let mut checked = Checked::new(&self.card, options, &["rounds"]);
        let rounds = number_option(&mut checked, "rounds", 1.0, 1000.0);
        checked.finish()?;
        Ok(rounds.map_or(ROUNDS, |rounds| rounds as usize))
    }
}

/// A past dossier; where nobody cares about an issue, all care alike.
fn past_market(issues: &[&PastIssue]) -> Market {
    let everyone = issues.iter().flat_map(|issue| issue.actors.iter().map(|actor| actor.id));
    let actors: Vec<&str> = everyone.collect::<BTreeSet<_>>().into_iter().collect();
    let (n, m) = (actors.len(), issues.len());
    let mut market = Market {
        issues: m,
        capability: vec![0.0; n * m],
        position: vec![0.0; n * m],
        salience: vec![0.0; n * m],
    };
    for (k, issue) in issues.iter().enumerate() {
        let idle = issue.actors.iter().all(|actor| actor.salience == 0.0);
        for actor in &issue.actors {
            let Ok(a) = actors.binary_search(&actor.id) else { continue };
            market.capability[a * m + k] = actor.capability;
            market.position[a * m + k] = actor.position;
            market.salience[a * m + k] = if idle { 1.0 } else { actor.salience };
        }
    }
    market
}

/// What an exchange is made under.
struct Floor<'a> {
    number: usize,
    weight: Vec<f64>,
    market: &'a Market,
}

struct Predictor {
    seats: Seats,
    issues: Vec<usize>,
    rounds: usize,
}

impl Predictor {
    fn market(&self, cases: &CaseBlock, lane: usize) -> Market {
        let (n, m) = (self.seats.actors.len(), self.issues.len());
        let mut market = Market {
            issues: m,
            capability: vec![0.0; n * m],
            position: vec![0.0; n * m],
            salience: vec![0.0; n * m],
        };
        for (k, &issue) in self.issues.iter().enumerate() {
            for seat in self.seats.on(issue) {
                let at = seat.actor * m + k;
                market.capability[at] = cases.value(seat.capability, lane);
                market.position[at] = cases.value(seat.position, lane);
                market.salience[at] = cases.value(seat.salience, lane);
            }
        }
        market
    }

    fn exchange(&self, exchange: &Exchange, number: usize, round: &Floor<'_>) -> TraceStep {
        let actor = |a: usize| self.seats.actors[a].as_str();
        let issue = |k: usize| self.seats.issues[self.issues[k]].as_str();
        let (i, j) = (actor(exchange.i), actor(exchange.j));
        let (p, q) = (issue(exchange.p), issue(exchange.q));
        let text = format!(
            "{j} moves from {:.2} to {:.2} on {p} for {i}, and {i} moves from {:.2} to {:.2} on {q} for {j}. The outcome \
             of {p} shifts from {:.2} to {:.2} and that of {q} from {:.2} to {:.2}; each of the two gains {:.3}.",
            exchange.j_path.0,
            exchange.j_path.1,
            exchange.i_path.0,
            exchange.i_path.1,
            exchange.outcome_p.0,
            exchange.outcome_p.1,
            exchange.outcome_q.0,
            exchange.outcome_q.1,
            exchange.terms.gain
        );
        let market = &round.market;
        let care = |a: usize, k: usize| market.salience[a * market.issues + k];
        let weight = |a: usize, k: usize| care(a, k) * market.capability[a * market.issues + k];
        let sides = [exchange.i, exchange.j].map(|a| {
            let (p, q) = (exchange.p, exchange.q);
            (actor(a), vec![care(a, p), care(a, q), weight(a, p), weight(a, q)])
        });
        let terms = &exchange.terms;
        let shifts = [
            (p, vec![round.weight[exchange.p], terms.shift_p, terms.move_j]),
            (q, vec![round.weight[exchange.q], terms.shift_q, terms.move_i]),
        ];
        let rows = exchange.effect.iter().enumerate().map(|(a, &effect)| (actor(a), vec![effect]));
        TraceStep {
            title: format!("Round {}, exchange {number}: {i} and {j}", round.number),
            text,
            tables: vec![
                table(
                    &format!("The partners: salience s and weight s c on p ({p}) and q ({q})"),
                    &["actor", "s on p", "s on q", "s c on p", "s c on q"],
                    sides,
                ),
                table("The issues", &["issue", "sum of s c", "shift of outcome", "move"], shifts),
                table("What it does to each: salience times points closer", &["actor", "effect"], rows),
            ],
        }
    }

    /// Positions and saliences before anyone trades, and the rule of trading.
    fn opening(&self, market: &Market, course: &Course) -> TraceStep {
        let m = market.issues;
        let issues: Vec<&str> = self.issues.iter().map(|&issue| self.seats.issues[issue].as_str()).collect();
        let columns: Vec<&str> = std::iter::once("actor").chain(issues.iter().copied()).collect();
        let rows = |numbers: &[f64]| -> Vec<(&str, Vec<f64>)> {
            self.seats.actors.iter().map(String::as_str).zip(numbers.chunks(m).map(<[f64]>::to_vec)).collect()
        };
        let text = "Without trades each issue ends at the sum of s c x over the sum of s c (x position, s salience, c \
                    capability).\nTwo actors can trade issues p and q if they stand on different sides of both outcomes and one \
                    cares relatively more about p.\nThe outcome of q shifts by that of p times (s of i + s of j on p) / (s of i + \
                    s of j on q), so that both gain alike: gain = shift of p times s of i on p - shift of q times s of i on q.\n\
                    A mover moves by the shift times the sum of s c over its own s c.\nNobody passes its partner's position, \
                    nor the outcome. The largest gain is traded first."
            .to_owned();
        let outcome = course.at(0).to_vec();
        TraceStep {
            title: "Before any trade".to_owned(),
            text,
            tables: vec![
                table("Positions", &columns, rows(&market.position)),
                table("Saliences", &columns, rows(&market.salience)),
                table("Capabilities", &columns, rows(&market.capability)),
                table("Outcomes", &columns, [("all", outcome)]),
            ],
        }
    }

    fn course(&self, course: &Course) -> TraceStep {
        let text = match course.ending {
            Ending::Exhausted => format!("After {} rounds nobody can gain by trading.", course.rounds.len()),
            Ending::Cycle { first, period } => {
                format!("Trading goes in a circle: round {first} comes back every {period} rounds.")
            }
            Ending::Limit => format!("There are still gains after {} rounds.", course.rounds.len()),
        };
        let rounds: Vec<String> = (0..=course.rounds.len()).map(|r| format!("round {r}")).collect();
        let columns: Vec<&str> = std::iter::once("issue").chain(rounds.iter().map(String::as_str)).collect();
        let path = |k: usize| (0..=course.rounds.len()).map(|r| course.at(r)[k]).collect();
        let outcomes =
            self.issues.iter().enumerate().map(|(k, &issue)| (self.seats.issues[issue].as_str(), path(k)));
        let net = self.seats.actors.iter().zip(&course.net).map(|(name, &net)| (name.as_str(), vec![net]));
        TraceStep {
            title: "The course".to_owned(),
            text,
            tables: vec![
                table("Outcomes by round", &columns, outcomes),
                table("What all trades together do to each", &["actor", "effect"], net),
            ],
        }
    }
}

/// The sum of weights on each issue.
fn weights(market: &Market) -> Vec<f64> {
    let weight = |at: usize| market.salience[at] * market.capability[at];
    (0..market.issues).map(|k| (k..market.position.len()).step_by(market.issues).map(weight).sum()).collect()
}

impl PointPredictor for Predictor {
    fn reads(&self) -> Vec<FieldId> {
        self.seats.fields()
    }

    fn predict(&self, cases: &CaseBlock, terms: &mut [Vec<f64>], statuses: &mut [RowStatus]) {
        for (lane, status) in statuses.iter_mut().enumerate() {
            let Ok(course) = self.market(cases, lane).trade(self.rounds) else {
                *status = RowStatus::NoSolution;
                continue;
            };
            for (&issue, &outcome) in self.issues.iter().zip(course.last()) {
                terms[issue][lane] = outcome;
            }
            if course.ending != Ending::Exhausted {
                *status = RowStatus::NotConverged;
            }
        }
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        let (cases, lane) = case.place();
        let mut trace = Trace::default();
        let market = self.market(cases, lane);
        match market.trade(self.rounds) {
            Ok(course) => {
                trace.steps.push(self.opening(&market, &course));
                for (r, made) in course.rounds.iter().enumerate() {
                    let round = Floor { number: r + 1, weight: weights(&market), market: &market };
                    let made = made.iter().enumerate();
                    trace.steps.extend(made.map(|(e, exchange)| self.exchange(exchange, e + 1, &round)));
                }
                trace.steps.push(self.course(&course));
            }
            Err(error) => trace.steps.push(TraceStep {
                title: "Not run".to_owned(),
                text: format!("{error}."),
                tables: Vec::new(),
            }),
        }
        trace
    }

    fn course(&self, case: &Case<'_>) -> Option<course::Course> {
        let (cases, lane) = case.place();
        let market = self.market(cases, lane);
        let traded = market.trade(self.rounds).ok()?;
        let issues = self.issues.iter().enumerate().map(|(k, &issue)| {
            let who: Vec<usize> = self.seats.on(issue).iter().map(|seat| seat.actor).collect();
            let mut standing: Vec<f64> = who.iter().map(|a| market.position[a * market.issues + k]).collect();
            let mut told = course::IssueCourse {
                issue: IssueId::new(issue),
                actors: who.iter().map(|&a| ActorId::new(a)).collect(),
                positions: vec![standing.clone()],
                moves: Vec::new(),
                close: match traded.ending {
                    Ending::Exhausted => course::Close::Settled,
                    Ending::Cycle { .. } => course::Close::Cycle,
                    Ending::Limit => course::Close::Limit,
                },
            };
            for (r, made) in traded.rounds.iter().enumerate() {
                for step in made.iter().filter_map(|exchange| self.sides(exchange, k, r + 1)) {
                    if let Some(seat) = told.actors.iter().position(|actor| *actor == step.actor) {
                        standing[seat] = step.to;
                    }
                    told.moves.push(step);
                }
                told.positions.push(standing.clone());
            }
            told
        });
        Some(course::Course { issues: issues.collect() })
    }
}

impl Predictor {
    /// Who gives way on issue `k` in an exchange.
    fn sides(&self, exchange: &Exchange, k: usize, round: usize) -> Option<course::Move> {
        let (mover, partner, other, path) = if exchange.p == k {
            (exchange.j, exchange.i, exchange.q, exchange.j_path)
        } else if exchange.q == k {
            (exchange.i, exchange.j, exchange.p, exchange.i_path)
        } else {
            return None;
        };
        Some(course::Move {
            round,
            actor: ActorId::new(mover),
            by: ActorId::new(partner),
            cause: course::Cause::Trade(IssueId::new(self.issues[other])),
            from: path.0,
            to: path.1,
            backers: Vec::new(),
            chance: None,
            fear: None,
        })
    }
}
