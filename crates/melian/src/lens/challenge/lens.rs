//! The readings as lenses: each issue by itself.

use super::{Course, Dispute, Ending, Move, OfferKind, Outlook, Reading, Round, Solver, tell};
use crate::case::{Case, CaseBlock};
use crate::history::{PastActor, PastIssue};
use crate::lens::options::{Checked, number_option};
use crate::lens::point::{PointModel, PointPredictor, past_errors};
use crate::lens::seats::{Seats, choice, square, table};
use crate::lens::{Family, Lens, LensCard, Model, RowStatus, Scratch, Trace, TraceStep, TraceTable, Unable};
use crate::scenario::{FieldId, LensOptions, Scenario};

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

    fn round(issue: &str, names: &[&str], round: &Round, course: &Course) -> TraceStep {
        let n = names.len();
        let column = |numbers: &[f64], i: usize| numbers[i];
        let standing = (0..n).map(|i| {
            let of = |numbers: &[f64]| column(numbers, i);
            (names[i], vec![of(&round.position), of(&round.danger), of(&round.risk), of(&round.exponent)])
        });
        let mut tables = vec![
            table(
                "Where they stand and how they take risks",
                &["actor", "position", "danger", "risk taking", "exponent"],
                standing,
            ),
            votes(names, round),
            square("Chance that the row's position beats the column's", names, &round.chance),
            square("Utility to the row of success against the column", names, &round.success),
            square("Utility to the row of failure against the column", names, &round.failure),
            square("What the row expects of challenging the column", names, &round.own),
            square("What the column expects of challenging the row, as the row sees it", names, &round.rival),
            outlooks(names, round),
        ];
        let offers = round.offers.iter().map(|offer| {
            let kind = match offer.kind {
                OfferKind::Confrontation => 1.0,
                OfferKind::Compromise => 2.0,
                OfferKind::Compelled => 3.0,
            };
            (format!("{} to {}", names[offer.by], names[offer.to]), vec![kind, offer.position])
        });
        tables.push(TraceTable {
            title: "Offers: 1 lost confrontation, 2 compromise, 3 compelled".to_owned(),
            columns: ["offer", "kind", "new position"].map(str::to_owned).to_vec(),
            rows: offers.collect(),
        });
        let mut text: Vec<String> = round.moves.iter().map(|step| moved(names, step)).collect();
        if text.is_empty() {
            text.push("Nobody moves.".to_owned());
        }
        let (median, mean) = (course.median[round.round], course.mean[round.round]);
        text.push(format!("The median is then {median:.2} and the mean {mean:.2}."));
        TraceStep { title: format!("{issue}, round {}", round.round), text: text.join(" "), tables }
    }
}

fn votes(names: &[&str], round: &Round) -> TraceTable {
    let n = names.len();
    let mut rows = Vec::new();
    for i in 0..n {
        for j in (0..n).filter(|&j| j != i && round.position[j] != round.position[i]) {
            let by_voter = (0..n).map(|k| round.votes[(k * n + i) * n + j]).collect();
            rows.push((format!("{} against {}", names[i], names[j]), by_voter));
        }
    }
    let columns = std::iter::once("positions").chain(names.iter().copied());
    TraceTable {
        title: "Votes in pairs, by voter: above 0 for the first".to_owned(),
        columns: columns.map(str::to_owned).collect(),
        rows,
    }
}

fn outlooks(names: &[&str], round: &Round) -> TraceTable {
    let number = |outlook: &Outlook| match outlook {
        Outlook::Same => f64::NAN,
        Outlook::Stalemate => 0.0,
        Outlook::ConfrontationWon => 1.0,
        Outlook::ConfrontationLost => -1.0,
        Outlook::CompromiseByRival => 2.0,
        Outlook::CompromiseByOwn => -2.0,
        Outlook::CompelledRival => 3.0,
        Outlook::CompelledOwn => -3.0,
    };
    let numbers: Vec<f64> = round.outlook.iter().map(number).collect();
    square(
        "How the row sees its standing with the column: 0 stalemate, 1 confrontation, 2 compromise, 3 compulsion; \
         below 0 at its own cost",
        names,
        &numbers,
    )
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

    fn predict(
        &self,
        cases: &CaseBlock,
        terms: &mut [Vec<f64>],
        statuses: &mut [RowStatus],
        _scratch: &mut Scratch,
    ) {
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
        let mut trace = Trace::default();
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
                trace.steps.push(Self::round(name, &names, round, &story.course));
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
}
