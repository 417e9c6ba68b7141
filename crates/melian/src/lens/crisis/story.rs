//! One draw in words and numbers.

use super::frame::{Frame, Turn};
use super::model::Played;
use super::reading::{CertificateReading, Choice, CrisisReading, Instead, Shift, Step, read};
use crate::case::Case;
use crate::lens::{Trace, TraceStep, TraceTable};

/// A belief that moves by less is not told.
const MOVES: f64 = 0.03;
/// A chance of war that moves by less is not told.
const HANGS: f64 = 0.02;

/// Tells one draw.
pub(super) fn tell(played: &Played, case: &Case<'_>) -> Trace {
    let reading = read(played, case);
    let frame = &played.frame;
    let steps = vec![
        the_game(frame, &reading),
        the_course(frame, &reading),
        over_time(frame, &reading),
        agreement(frame, &reading),
        gains(frame, &reading),
        certificate(&reading),
        otherwise(frame, &reading),
    ];
    Trace { steps }
}

fn step(title: &str, text: String, tables: Vec<TraceTable>) -> TraceStep {
    TraceStep { title: title.to_owned(), text, tables }
}

fn table(title: &str, columns: Vec<String>, rows: Vec<(String, Vec<f64>)>) -> TraceTable {
    TraceTable { title: title.to_owned(), columns, rows }
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn the_game(frame: &Frame, reading: &CrisisReading) -> TraceStep {
    let names: Vec<&str> = reading.players.iter().map(|&player| frame.name(player)).collect();
    let mut lines = vec![format!("{} play for {} periods, {}.", listed(&names), frame.periods, order(frame))];
    if reading.rungs.len() > 1 {
        lines.push(format!("The ladder: {}.", reading.rungs.join(", ")));
    }
    for (&player, types) in frame.players.iter().zip(&frame.types).filter(|(_, types)| types.len() > 1) {
        let types: Vec<&str> = types.iter().map(|kind| kind.name.as_str()).collect();
        lines.push(format!("Which of these {} is, only it knows: {}.", frame.name(player), types.join("; ")));
    }
    let size = &reading.size;
    lines.push(format!(
        "{} offers can be made. Merging histories that look alike leaves {} public states and {} probabilities to \
         solve for, at precision {:.1}.",
        size.offers, size.states, size.unknowns, reading.precision
    ));
    step("The game", lines.join("\n"), Vec::new())
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn order(frame: &Frame) -> String {
    if frame.turns.contains(&Turn::Everyone) {
        return "all at once in each".to_owned();
    }
    let who = frame.turns.iter().filter_map(|turn| match turn {
        Turn::Player(player) => Some(frame.name(frame.players[*player])),
        Turn::Mediator(at) => Some(frame.name(frame.scenario.crisis.mediators[*at].actor)),
        Turn::Everyone => None,
    });
    format!("in turn: {}", who.collect::<Vec<_>>().join(", "))
}

fn the_course(frame: &Frame, reading: &CrisisReading) -> TraceStep {
    let mut lines = vec![
        "The most likely next step, again and again. Chances are given what came before; the whole course is less likely \
         than any of its steps."
            .to_owned(),
    ];
    for one in &reading.course {
        let who = one.who.map_or(String::new(), |who| format!("{} ", frame.name(who)));
        lines.push(format!("Round {}: {who}{} ({}).", one.round + 1, one.what, share(one.chance)));
        lines.extend(
            one.beliefs.iter().filter(|shift| tells(shift)).map(|shift| format!("  {}", moved(frame, shift))),
        );
        lines.extend(one.instead.iter().filter_map(|instead| what_if(frame, one, instead)));
    }
    step("The likely course", lines.join("\n"), Vec::new())
}

/// Whether a belief moves enough; of two types one says it all.
fn tells(shift: &Shift) -> bool {
    (shift.after - shift.before).abs() >= MOVES
}

fn moved(frame: &Frame, shift: &Shift) -> String {
    let verb = if shift.after > shift.before { "rises" } else { "falls" };
    format!("{} {verb} from {} to {}.", belief(frame, shift), number(shift.before), number(shift.after))
}

fn belief(frame: &Frame, shift: &Shift) -> String {
    format!("{}'s belief that {} is {}", frame.name(shift.holder), frame.name(shift.about), shift.of_type)
}

/// What would follow from another act: the belief that would change most, and the chance of war.
fn what_if(frame: &Frame, chosen: &Step, instead: &Instead) -> Option<String> {
    let who = frame.name(chosen.who?);
    let strongest = instead
        .beliefs
        .iter()
        .max_by(|a, b| (a.after - a.before).abs().total_cmp(&(b.after - b.before).abs()))
        .filter(|shift| tells(shift));
    let mut parts = Vec::new();
    if let Some(shift) = strongest {
        let verb = if shift.after > shift.before { "rise" } else { "fall" };
        parts.push(format!(
            "{} would {verb} from {} to {}",
            belief(frame, shift),
            number(shift.before),
            number(shift.after)
        ));
    }
    let (here, there) = (chosen.ahead.war, instead.ahead.war);
    if (here - there).abs() >= HANGS {
        parts.push(format!("the chance of war would be {} instead of {}", number(there), number(here)));
    }
    if parts.is_empty() {
        return None;
    }
    Some(format!(
        "  If {who} instead {} ({}): {}.",
        past(&instead.what),
        share(instead.chance),
        parts.join("; ")
    ))
}

/// "waits" as "waited": what might have been.
fn past(words: &str) -> String {
    let known = [
        ("waits", "waited"),
        ("offers ", "offered "),
        ("steps ", "stepped "),
        ("gives in", "gave in"),
        ("says", "said"),
        ("walks", "walked"),
        ("accepts", "accepted"),
        ("refuses", "refused"),
        ("keeps", "kept"),
        ("breaks", "broke"),
    ];
    let found = known.iter().find_map(|(now, then)| Some(format!("{then}{}", words.strip_prefix(now)?)));
    found.unwrap_or_else(|| words.to_owned())
}

fn over_time(frame: &Frame, reading: &CrisisReading) -> TraceStep {
    let per_cent = |value: f64| 100.0 * value;
    let mut names = vec!["round".to_owned()];
    names.extend(reading.rungs.iter().cloned());
    names.extend(["deal", "broken", "imposed", "none", "war so far"].map(str::to_owned));
    let rows = reading.rounds.iter().map(|round| {
        let cells =
            round.on_rung.iter().chain(&round.ended).chain([&round.war]).map(|&value| per_cent(value));
        let name =
            if round.round == frame.periods { "end".to_owned() } else { (round.round + 1).to_string() };
        (name, cells.collect())
    });
    let mut tables = vec![table("Where plays stand at the start of each round, %", names, rows.collect())];
    if !reading.beliefs.is_empty() {
        let mut names = vec!["belief".to_owned()];
        names.extend((1..=frame.periods).map(|round| round.to_string()));
        let row = |words: String, values: &[f64]| (words, values.to_vec());
        let rows = reading.beliefs.iter().flat_map(|path| {
            let (holder, about) = (frame.name(path.holder), frame.name(path.about));
            let words = format!("{holder} that {about} is {}", path.of_type);
            [
                row(format!("{words}: if it is"), &path.if_so),
                row(format!("{words}: if it isn't"), &path.if_not),
            ]
        });
        tables.push(table("Beliefs by round, over the plays that go on", names, rows.collect()));
    }
    step("Over time", String::new(), tables)
}

fn agreement(frame: &Frame, reading: &CrisisReading) -> TraceStep {
    let mut rows = Vec::new();
    for stage in &reading.stages {
        rows.push((format!("`{}`: offers put to it", stage.name), vec![stage.put]));
        let blocked = stage.blocked.iter();
        rows.extend(
            blocked.map(|&(actor, count)| (format!("  {} in the way", frame.name(actor)), vec![count])),
        );
    }
    let tables = vec![table("Stages of consent, offers a play", columns(&["stage", "offers"]), rows)];
    step("Agreement", String::new(), tables)
}

fn gains(frame: &Frame, reading: &CrisisReading) -> TraceStep {
    let rows = reading.gains.iter().map(|row| {
        let of_type = row.of_type.as_ref().map_or(String::new(), |kind| format!(", if {kind}"));
        (format!("{}{of_type}", frame.name(row.actor)), vec![row.gain])
    });
    let tables = vec![table(
        "Gain over the no-deal points, own stake scale",
        columns(&["actor", "gain"]),
        rows.collect(),
    )];
    step("Who gains", "Points of one actor's scale say nothing about another's.".to_owned(), tables)
}

fn certificate(reading: &CrisisReading) -> TraceStep {
    step("Certificate", reading.certificate.words(), Vec::new())
}

impl CertificateReading {
    /// What it says, in plain words.
    #[must_use]
    pub fn words(&self) -> String {
        let solved = if self.converged { "Solved" } else { "Not solved to the tolerance" };
        let branch = if self.principal {
            let points = if self.turns == 1 { "turning point" } else { "turning points" };
            format!("on the branch that starts at play by weights alone ({} {points} on the way)", self.turns)
        } else {
            "off the branch that starts at play by weights alone: another equilibrium may lie nearer to it"
                .to_owned()
        };
        format!(
            "{solved}, {branch}. Every probability is within {:.0e} of what its own action values call for. One other choice \
             alone gains a type at most {:.1} points of its stake; deviating with full memory of play gains some type {:.1} \
             points and none more than {:.1}. At finite precision some of this belongs to the concept (mistakes), the rest is \
             the price of merging histories.",
            self.residual, self.one_shot, self.regret_lower, self.regret_upper
        )
    }
}

impl Choice {
    /// What was chosen, in plain words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::AsGiven => "as given".to_owned(),
            Self::Precision(precision) => format!("precision {precision}"),
            Self::Memory(0) => "no memory of acts".to_owned(),
            Self::Memory(1) => "memory of the last act".to_owned(),
            Self::Memory(acts) => format!("memory of the last {acts} acts"),
            Self::Offers(points) => format!("offers on {points} points"),
            Self::Branch(branch) => format!("another equilibrium ({branch})"),
        }
    }
}

fn otherwise(frame: &Frame, reading: &CrisisReading) -> TraceStep {
    let issues: Vec<String> = reading.others.first().map_or_else(Vec::new, |first| {
        first.terms.iter().map(|(issue, _)| frame.scenario.issues[issue.index()].id.clone()).collect()
    });
    let mut names = columns(&["choice", "deal, %", "broken, %", "imposed, %", "none, %", "war, %"]);
    names.extend(issues);
    let rows = reading.others.iter().map(|one| {
        let shares = one.endings.iter().chain([&one.war]).map(|share| 100.0 * share);
        let mark = if one.converged { "" } else { ", not solved" };
        (format!("{}{mark}", one.choice.words()), shares.chain(one.terms.iter().map(|(_, at)| *at)).collect())
    });
    let tables = vec![table("The same draw, other choices of the modeller", names, rows.collect())];
    step("Otherwise", "Precision is a prior, memory and grid are choices.".to_owned(), tables)
}

fn share(chance: f64) -> String {
    format!("{:.0} of 100", 100.0 * chance)
}

/// ".83"
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.strip_prefix('0').map_or(text.clone(), str::to_owned)
}
