//! The readings as lenses: each issue by itself.

use super::{Course, Dispute, Ending, Move, OfferKind, Outlook, Reading, Round, Solver, tell};
use crate::case::{Case, CaseBlock};
use crate::history::{PastActor, PastIssue};
use crate::lens::course;
use crate::lens::options::{Checked, number_option};
use crate::lens::point::{PointModel, PointPredictor, past_errors};
use crate::lens::seats::{Seats, choice, table};
use crate::lens::{Family, Lens, LensCard, Model, RowStatus, Trace, TraceStep, TraceTable, Unable};
use crate::scenario::{ActorId, FieldId, IssueId, LensOptions, Scenario};

/// Rounds run if the scenario names no other number, as in published uses.
const ROUNDS: usize = 5;

/// One reading as a lens.
#[derive(Debug)]
pub(crate) struct Challenge {
    card: LensCard,
    reading: Reading,
}

/// What of the last round is the forecast.
#[derive(Debug, Clone, Copy)]
enum Forecast {
    Median,
    Mean,
}

impl Forecast {
    fn of(self, course: &Course) -> f64 {
        let last = course.rounds();
        match self {
            Self::Median => course.median[last],
            Self::Mean => course.mean[last],
        }
    }
}

const CARD: LensCard = LensCard {
    id: "challenge",
    reading: "",
    family: Family::Challenge,
    name: "",
    idea: "Actors challenge whoever they expect to beat, by the votes of all; those who expect to lose give way, \
           round by round.",
    citation: "Bueno de Mesquita (1985), The war trap revisited, APSR 79, and (1994), in European Community Decision \
               Making; formulas as read by Scholz, Calbert and Smith (2011), Journal of Theoretical Politics 23",
    assumptions: &[
        "Each issue is settled by itself, and its scale is what everybody judges by.",
        "Salience is the chance that an actor resists a challenge.",
        "Attitudes to risk follow from how exposed a position is.",
    ],
    when_not: &[
        "When the question is whether there will be a deal at all.",
        "As the only forecast: the readings end far apart on the same input, and on legislation all of them did worse \
         than a weighted mean.",
    ],
    speaks_of_endings: false,
};

const fn lens(reading: Reading, name: &'static str) -> Challenge {
    Challenge { card: LensCard { reading: reading.name(), name, ..CARD }, reading }
}

/// Every reading.
pub(crate) static CHALLENGES: [Challenge; 4] = [
    lens(Reading::TextQ1, "Challenge, published text, Q = 1"),
    lens(Reading::TextQ05, "Challenge, published text, Q = 0.5"),
    lens(Reading::ScholzCode, "Challenge, Scholz's program"),
    lens(Reading::ScholzCodeCorrected, "Challenge, Scholz's program, choice corrected"),
];

impl Lens for Challenge {
    fn card(&self) -> &LensCard {
        &self.card
    }

    fn prepare(&self, scenario: &Scenario, options: &LensOptions) -> Result<Box<dyn Model>, Unable> {
        let chosen = self.choose(options)?;
        let predictor = Predictor { seats: Seats::read(scenario)?, chosen };
        Ok(Box::new(PointModel::new(scenario, Box::new(predictor), past_errors(self, options))))
    }

    fn predict_past(&self, issue: &PastIssue, options: &LensOptions) -> Option<f64> {
        self.choose(options).ok()?.predict(issue)
    }
}

impl Challenge {
    fn choose(&self, options: &LensOptions) -> Result<Chosen, Unable> {
        let mut checked = Checked::new(&self.card, options, &["rounds", "forecast"]);
        let rounds = number_option(&mut checked, "rounds", 1.0, 1000.0);
        let name = |forecast| match forecast {
            Forecast::Median => "median",
            Forecast::Mean => "mean",
        };
        let forecast = choice(&mut checked, "forecast", &[Forecast::Median, Forecast::Mean], name);
        checked.finish()?;
        Ok(Chosen {
            reading: self.reading,
            rounds: rounds.map_or(ROUNDS, |rounds| rounds as usize),
            forecast: forecast.unwrap_or(Forecast::Median),
        })
    }
}

/// A reading with its options.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    reading: Reading,
    rounds: usize,
    forecast: Forecast,
}

impl Chosen {
    /// The forecast on a past issue. Actors without salience are left out; where fewer than three or one position
    /// remain, nobody is challenged: the start's median or mean of all.
    fn predict(self, issue: &PastIssue) -> Option<f64> {
        let all = dispute(issue.actors.iter());
        let caring = dispute(issue.actors.iter().filter(|actor| actor.salience > 0.0));
        let divided = caring.position.iter().any(|&x| x != caring.position[0]);
        let (dispute, rounds) =
            if caring.actors() >= 3 && divided { (caring, self.rounds) } else { (all, 0) };
        let course = Solver::new(dispute.actors(), self.reading).solve(&dispute, rounds).ok()?;
        Some(self.forecast.of(&course))
    }
}

fn dispute<'a>(actors: impl Iterator<Item = &'a PastActor>) -> Dispute {
    let mut dispute = Dispute { capability: Vec::new(), salience: Vec::new(), position: Vec::new() };
    for actor in actors {
        dispute.capability.push(actor.capability);
        dispute.salience.push(actor.salience);
        dispute.position.push(actor.position);
    }
    dispute
}

struct Predictor {
    seats: Seats,
    chosen: Chosen,
}

impl Predictor {
    /// The dispute on an issue in one draw, and who takes part: everyone who cares, or, if
    /// nobody does, everyone.
    fn dispute(&self, issue: usize, cases: &CaseBlock, lane: usize) -> (Dispute, Vec<usize>) {
        let seats = self.seats.on(issue);
        let idle = seats.iter().all(|seat| cases.value(seat.salience, lane) == 0.0);
        let mut dispute = Dispute { capability: Vec::new(), salience: Vec::new(), position: Vec::new() };
        let mut who = Vec::new();
        for seat in seats {
            let salience = cases.value(seat.salience, lane);
            if salience > 0.0 || idle {
                dispute.capability.push(cases.value(seat.capability, lane));
                dispute.salience.push(salience);
                dispute.position.push(cases.value(seat.position, lane));
                who.push(seat.actor);
            }
        }
        (dispute, who)
    }

    /// One round: what was known, what followed, who moved.
    fn round(
        &self,
        issue: &str,
        names: &[&str],
        dispute: &Dispute,
        round: &Round,
        course: &Course,
    ) -> TraceStep {
        let n = names.len();
        let standing = (0..n).map(|i| {
            let known = [round.position[i], dispute.capability[i], dispute.salience[i] / 100.0];
            let found = [round.danger[i], round.risk[i], round.exponent[i], round.status_quo[i]];
            (names[i], known.into_iter().chain(found).collect())
        });
        let columns = ["actor", "x", "c", "s", "danger", "R", "r", "U quiet"];
        let mut tables = vec![
            table("Where they stand, and how they take risks", &columns, standing),
            self.votes(names, round),
            self.contests(names, round),
        ];
        let offers = round.offers.iter().map(|offer| {
            let kind = match offer.kind {
                OfferKind::Confrontation => "lost confrontation",
                OfferKind::Compromise => "compromise",
                OfferKind::Compelled => "compelled",
            };
            let (by, to) = (names[offer.by], names[offer.to]);
            (format!("{by} to {to}: {kind}"), vec![round.position[offer.to], offer.position])
        });
        tables.push(TraceTable {
            title: "Offers, by who would move".to_owned(),
            columns: ["offer", "x", "new x"].map(str::to_owned).to_vec(),
            rows: offers.collect(),
        });
        tables.retain(|table| !table.rows.is_empty());
        let mut text: Vec<String> = round.moves.iter().map(|step| moved(names, step)).collect();
        if text.is_empty() {
            text.push("Nobody moves.".to_owned());
        }
        let (median, mean) = (course.median[round.round], course.mean[round.round]);
        text.push(format!("The median is then {median:.2} and the mean {mean:.2}."));
        TraceStep { title: format!("{issue}, round {}", round.round), text: text.join("\n"), tables }
    }

    /// Votes on each pair of positions, with their sums and the chance that follows.
    fn votes(&self, names: &[&str], round: &Round) -> TraceTable {
        let n = names.len();
        let mut rows = Vec::new();
        for i in 0..n {
            for j in (i + 1..n).filter(|&j| round.position[j] != round.position[i]) {
                let votes: Vec<f64> = (0..n).map(|k| round.votes[(k * n + i) * n + j]).collect();
                let sum = |side: f64| votes.iter().map(|v| (side * v).max(0.0)).sum::<f64>();
                let mut row = vec![sum(1.0), sum(-1.0), round.chance[i * n + j], round.chance[j * n + i]];
                row.extend(votes);
                rows.push((format!("{} against {}", names[i], names[j]), row));
            }
        }
        let columns =
            ["i against j", "for", "against", "P", "j's P"].into_iter().chain(names.iter().copied());
        let chance = if self.chosen.reading.is_text() {
            "P = for / (for + against)"
        } else {
            "P = for / twice the sum of all rows' for and against"
        };
        TraceTable {
            title: format!("Votes for i's position (above 0) or j's, then by voter; {chance}"),
            columns: columns.map(str::to_owned).collect(),
            rows,
        }
    }

    /// What each actor expects of challenging each other one, and how it therefore sees the two of them.
    fn contests(&self, names: &[&str], round: &Round) -> TraceTable {
        let n = names.len();
        let drifts = self.chosen.reading.status_quo() < 1.0;
        let mut rows = Vec::new();
        for at in 0..n * n {
            let (i, j) = (at / n, at % n);
            let Some(outlook) = outlook(round.outlook[at]) else { continue };
            let mut row =
                vec![round.chance[at], round.chance[j * n + i], round.success[at], round.failure[at]];
            if drifts {
                row.extend([round.drift[at], round.rival_drift[at]]);
            }
            row.extend([round.own[at], round.rival[at]]);
            rows.push((format!("{} v {}: {outlook}", names[i], names[j]), row));
        }
        let drift: &[&str] = if drifts { &["U drift", "j's drift"] } else { &[] };
        let columns = ["i v j, as i sees it", "P", "j's P", "U success", "U failure"]
            .into_iter()
            .chain(drift.iter().copied())
            .chain(["EU(i)", "EU(j)"]);
        TraceTable {
            title: "What i expects of challenging j, and thinks that j expects of challenging i".to_owned(),
            columns: columns.map(str::to_owned).collect(),
            rows,
        }
    }

    /// The formulas behind the tables.
    fn formulas(&self) -> TraceStep {
        let q = self.chosen.reading.status_quo();
        let quiet = if q < 1.0 {
            "- U quiet/2 - U drift/2, where U drift = 2 - 4 (1/2 -+ (|x - median| + |x - x of j|) / (4 range))^r, minus if \
             j's move to the median would bring it closer than it is; EU(j) takes j's own drift."
        } else {
            "- U quiet."
        };
        let votes = if self.chosen.reading.is_text() {
            "A vote is 2 c s (|x - x of j| - |x - x of i|) / range."
        } else {
            "A vote is c s ((|x - x of j| / range)^r - (|x - x of i| / range)^r)."
        };
        let choice = match self.chosen.reading {
            Reading::ScholzCode => {
                "Compelled moves are not made; of several compromises the one whose mean position weighted by the EUs is \
                 lowest, of others the nearest."
            }
            Reading::ScholzCodeCorrected => {
                "Compelled moves are not made; of several offers of a kind the nearest."
            }
            _ => "Of several offers of a kind the nearest.",
        };
        let text = format!(
            "x position, c capability, s salience/100, range = what divides the positions at the start.\n\
             {votes}\n\
             U success = 2 - 4 (1/2 - |x - x of j| / (2 range))^r, U failure = 2 - 4 (1/2 + |x - x of j| / (2 range))^r, \
             U quiet = 2 - 4 (1/2)^r, always with i's own r.\n\
             EU(i) = s of j (P U success + (1 - P) U failure) + (1 - s of j) U success {quiet}\n\
             EU(j) is the same with j's P and s of i.\n\
             danger = the sum of EU(j) over all j, with r = 1; R = (2 danger - most - least) / (most - least); \
             r = (1 - R/3) / (1 + R/3).\n\
             If EU(j) > EU(i) > 0, i loses a confrontation and moves to j; if EU(i) < 0 < -EU(i) < EU(j), they compromise and \
             i moves |EU(i) / EU(j)| of the way; if EU(i) < 0 < EU(j) <= -EU(i), i is compelled to move to j.\n\
             Confrontations go before compromises, those before compulsion. {choice}"
        );
        TraceStep { title: "How the numbers follow from each other".to_owned(), text, tables: Vec::new() }
    }
}

/// How an actor sees its standing with a rival, in words; none where nothing divides them.
fn outlook(outlook: Outlook) -> Option<&'static str> {
    Some(match outlook {
        Outlook::Same => return None,
        Outlook::Stalemate => "stalemate",
        Outlook::ConfrontationWon => "wins a confrontation",
        Outlook::ConfrontationLost => "loses a confrontation",
        Outlook::CompromiseByRival => "j compromises",
        Outlook::CompromiseByOwn => "i compromises",
        Outlook::CompelledRival => "j is compelled",
        Outlook::CompelledOwn => "i is compelled",
    })
}

fn moved(names: &[&str], step: &Move) -> String {
    let (by, to) = (names[step.offer.by], names[step.offer.to]);
    let how = match step.offer.kind {
        OfferKind::Confrontation => "it expects to lose a confrontation with",
        OfferKind::Compromise => "it compromises with",
        OfferKind::Compelled => "it is compelled by",
    };
    let backers: Vec<&str> = step.backers.iter().map(|&(k, _)| names[k]).collect();
    let backing = if backers.is_empty() {
        "backed by nobody else".to_owned()
    } else {
        format!("backed by {}", backers.join(", "))
    };
    let fear = if step.fear > 0.0 {
        format!("if it resisted, it would expect to lose {:.3} of utility", step.fear)
    } else {
        format!("it would even expect to gain {:.3} of utility by resisting", -step.fear)
    };
    format!(
        "{to} moves from {:.2} to {:.2}: {how} {by}, {backing}, whose position wins with chance {:.3}; {fear}.",
        step.from, step.offer.position, step.chance
    )
}

fn ended(course: &Course) -> String {
    let even = course.even.map_or_else(String::new, |round| {
        format!(
            " In round {round} two actors' expectations of each other are exactly even: what follows hangs on that tie."
        )
    });
    let how = match course.ending {
        Ending::Settled { round } => format!("Nobody moves after round {round}."),
        Ending::Cycle { first, period } => {
            format!("It does not settle: positions return to those of round {first} every {period} rounds.")
        }
        Ending::Limit => format!("It has not settled after {} rounds.", course.rounds()),
    };
    how + &even
}

impl PointPredictor for Predictor {
    fn reads(&self) -> Vec<FieldId> {
        self.seats.fields()
    }

    fn predict(&self, cases: &CaseBlock, terms: &mut [Vec<f64>], statuses: &mut [RowStatus]) {
        let issues = terms.iter_mut().enumerate();
        for (issue, terms) in issues.filter(|(issue, _)| !self.seats.on(*issue).is_empty()) {
            let mut solver = Solver::new(self.seats.on(issue).len(), self.chosen.reading);
            for lane in 0..cases.len() {
                let (dispute, who) = self.dispute(issue, cases, lane);
                if who.len() != solver.actors() {
                    solver = Solver::new(who.len(), self.chosen.reading);
                }
                match solver.solve(&dispute, self.chosen.rounds) {
                    Ok(course) => {
                        terms[lane] = self.chosen.forecast.of(&course);
                        if !matches!(course.ending, Ending::Settled { .. }) {
                            statuses[lane] = RowStatus::NotConverged;
                        }
                    }
                    Err(_) => statuses[lane] = RowStatus::NoSolution,
                }
            }
        }
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        let (cases, lane) = case.place();
        let mut trace = Trace { steps: vec![self.formulas()] };
        for (issue, name) in self.seats.issues.iter().enumerate() {
            let (dispute, who) = self.dispute(issue, cases, lane);
            let names: Vec<&str> = who.iter().map(|&a| self.seats.actors[a].as_str()).collect();
            let story = match tell(&dispute, self.chosen.reading, self.chosen.rounds) {
                Ok(story) => story,
                Err(error) => {
                    let (title, text) = (name.clone(), format!("Not run: {error}."));
                    trace.steps.push(TraceStep { title, text, tables: Vec::new() });
                    continue;
                }
            };
            for round in &story.rounds {
                trace.steps.push(self.round(name, &names, &dispute, round, &story.course));
            }
            let columns: Vec<String> = (0..=story.course.rounds()).map(|r| format!("round {r}")).collect();
            let columns: Vec<&str> =
                std::iter::once("actor").chain(columns.iter().map(String::as_str)).collect();
            let path = |a: usize| (0..=story.course.rounds()).map(|r| story.course.at(r)[a]).collect();
            let rows = names.iter().enumerate().map(|(a, &name)| (name, path(a)));
            trace.steps.push(TraceStep {
                title: format!("{name}: the course"),
                text: ended(&story.course),
                tables: vec![table("Positions by round", &columns, rows)],
            });
        }
        trace
    }

    fn course(&self, case: &Case<'_>) -> Option<course::Course> {
        let (cases, lane) = case.place();
        let issues = (0..self.seats.issues.len()).filter_map(|issue| {
            let (dispute, who) = self.dispute(issue, cases, lane);
            let story = tell(&dispute, self.chosen.reading, self.chosen.rounds).ok()?;
            let actor = |seat: usize| ActorId::new(who[seat]);
            let moves = story.rounds.iter().flat_map(|round| {
                round.moves.iter().map(move |step| course::Move {
                    round: round.round,
                    actor: actor(step.offer.to),
                    by: actor(step.offer.by),
                    cause: match step.offer.kind {
                        OfferKind::Confrontation => course::Cause::Confrontation,
                        OfferKind::Compromise => course::Cause::Compromise,
                        OfferKind::Compelled => course::Cause::Compelled,
                    },
                    from: step.from,
                    to: step.offer.position,
                    backers: step.backers.iter().map(|&(k, _)| actor(k)).collect(),
                    chance: Some(step.chance),
                    fear: Some(step.fear),
                })
            });
            Some(course::IssueCourse {
                issue: IssueId::new(issue),
                actors: who.iter().map(|&a| ActorId::new(a)).collect(),
                positions: (0..=story.course.rounds()).map(|r| story.course.at(r).to_vec()).collect(),
                moves: moves.collect(),
                close: match story.course.ending {
                    Ending::Settled { .. } => course::Close::Settled,
                    Ending::Cycle { .. } => course::Close::Cycle,
                    Ending::Limit => course::Close::Limit,
                },
            })
        });
        Some(course::Course { issues: issues.collect() })
    }
}
