//! The ledger in words: what was sealed, what is open, how forecasts fared.

use melian::ledger::{
    Bin, Calibration, Distribution, Forecast, Kind, Ledger, Mean, Open, Row, Rows, Said, Scored, Scores,
    Standing, Verdict, resolutions,
};
use melian::lens::{Family, full_id};
use melian::scenario::Date;
use serde_json::{Value, json as object};

use crate::levers::Page;
use crate::number::{count, exact, points};
use crate::text::{clean, plural, shorten};
use crate::view::date;

/// Fewer conflicts say nothing of skill.
const FEW: usize = 10;
/// Fewer leave intervals rough.
const SOME: usize = 30;

/// A forecast as it was sealed, for a terminal of `width` columns.
#[must_use]
pub fn sealed(forecast: &Forecast, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    page.put(&clean(&forecast.title), 0);
    page.put(&clean(&forecast.question), 0);
    if let Some(resolution) = &forecast.resolution {
        page.put(&format!("resolved by: {}", clean(resolution)), 0);
    }
    match forecast.due.as_ref().and_then(|due| due.parse::<Date>().ok()) {
        Some(due) => page.put(&format!("due: {}", date(due)), 0),
        None => page.put("no date by which it can be resolved", 0),
    }
    for (what, id) in [("under the policy", &forecast.policy), ("as seen from", &forecast.perspective)] {
        if let Some(id) = id {
            page.put(&format!("{what} {id}"), 0);
        }
    }
    for question in &forecast.questions {
        page.put("", 0);
        page.put(&format!("{}: {}", question.name, clean(&question.says)), 0);
        for said in forecast.said.iter().filter(|said| said.question == question.name) {
            page.put(&said_in_words(said, forecast.run.draws), 2);
        }
    }
    page.text.replace('−', "-")
}

fn said_in_words(said: &Said, draws: u64) -> String {
    let lens = full_id(&said.lens, &said.reading);
    let silent = if said.draws == draws {
        String::new()
    } else {
        format!("; from {} of {}", count(said.draws), plural(draws, "draw", "draws"))
    };
    let words = match &said.distribution {
        Distribution::Value { with_error, quantiles } => {
            let at = |tail: usize| &quantiles[(tail * quantiles.len() / 100).min(quantiles.len() - 1)];
            let spread = if *with_error { "with its error on history" } else { "spread of the inputs only" };
            format!("{} [{}, {}], {spread}", points(*at(50)), points(*at(5)), points(*at(94)))
        }
        Distribution::Event { chance, low, high } if low == high => format!("{} in 100", hundred(*chance)),
        Distribution::Event { chance, low, high } => {
            format!("{} in 100 [{}, {}]", hundred(*chance), hundred(*low), hundred(*high))
        }
        Distribution::Ending { deal, broken, imposed, none } => format!(
            "in 100: deal {}, broken {}, imposed {}, none {}",
            hundred(*deal),
            hundred(*broken),
            hundred(*imposed),
            hundred(*none)
        ),
    };
    format!("{lens}: {words}{silent}")
}

/// A chance in a hundred, never rounded to all or none.
fn hundred(chance: f64) -> String {
    match 100.0 * chance {
        h if h > 0.0 && h < 0.5 => "<1".to_owned(),
        h if h < 100.0 && h > 99.5 => ">99".to_owned(),
        h => format!("{h:.0}"),
    }
}

/// The scores of a ledger as things stand `today`, for a terminal of `width` columns.
#[must_use]
pub fn scores(ledger: &Ledger, scores: &Scores, today: Date, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    let counts = Counts::of(ledger, today);
    page.put(&counts.in_words(), 0);
    if scores.hindsight {
        page.put(
            "These were sealed in hindsight, when what came of it could be known: they are no forecasts.",
            0,
        );
    }
    for kind in [Kind::Ending, Kind::Event, Kind::Value] {
        kind_of(&mut page, scores, kind);
    }
    if let Some(all) = scores.calibration.iter().find(|calibration| calibration.of == Rows::All) {
        calibration(&mut page, all);
    }
    if !scores.scored.is_empty() {
        page.put("", 0);
        page.put(&caution(scores), 0);
    }
    left_out(&mut page, scores);
    open(&mut page, ledger, today);
    page.text.replace('−', "-")
}

struct Counts {
    forecasts: u64,
    answered: u64,
    void: u64,
    open: u64,
    overdue: u64,
}

impl Counts {
    fn of(ledger: &Ledger, today: Date) -> Self {
        let forecasts = ledger.forecasts().count() as u64;
        let mut counts = Self { forecasts, answered: 0, void: 0, open: 0, overdue: 0 };
        for resolution in resolutions(ledger, today) {
            match resolution.standing {
                Standing::Answered { what: melian::ledger::What::Void, .. } | Standing::Unmet => {
                    counts.void += 1;
                }
                Standing::Answered { .. } => counts.answered += 1,
                Standing::Open(open) => {
                    counts.open += 1;
                    counts.overdue += u64::from(open == Open::Overdue);
                }
            }
        }
        counts
    }

    fn in_words(&self) -> String {
        let questions = self.answered + self.void + self.open;
        format!(
            "{} with {}: {} answered, {} void, {} open, of which {} overdue",
            plural(self.forecasts, "forecast", "forecasts"),
            plural(questions, "question", "questions"),
            self.answered,
            self.void,
            self.open,
            self.overdue
        )
    }
}

fn kind_of(page: &mut Page, scores: &Scores, kind: Kind) {
    let rows: Vec<&Row> = scores.rows.iter().filter(|row| row.kind == kind).collect();
    if rows.is_empty() {
        return;
    }
    page.put("", 0);
    page.put(
        match kind {
            Kind::Ending => "How things stand: Brier score (0 to 2) and log score, lower is better",
            Kind::Event => "Whether it happened: Brier score (0 to 1) and log score, lower is better",
            Kind::Value => "Terms: CRPS and error of the median in points, lower is better",
        },
        0,
    );
    let [first, second] = if kind == Kind::Value { ["CRPS", "error"] } else { ["Brier", "log"] };
    let digits = if kind == Kind::Value { 1 } else { 3 };
    page.text.push_str(&format!(
        "  {:<36} {:>9} {:>9} {:>9}  {first:<21} {second}\n",
        "", "forecasts", "questions", "conflicts"
    ));
    for row in rows {
        let (one, other) = if kind == Kind::Value { (row.crps, row.error) } else { (row.brier, row.log) };
        let of = match &row.of {
            Rows::All => "everyone".to_owned(),
            Rows::Family(family) => family.name().to_owned(),
            Rows::Lens(_, lens) => format!("  {lens}"),
        };
        let line = format!(
            "  {:<36} {:>9} {:>9} {:>9}  {:<21} {}",
            shorten(&of, 36),
            row.forecasts,
            row.questions,
            row.conflicts,
            mean(one, digits),
            mean(other, digits)
        );
        page.text.push_str(line.trim_end());
        page.text.push('\n');
        if row.impossible > 0 {
            let told = plural(row.impossible as u64, "forecast", "forecasts");
            page.put(&format!("{told} called impossible what happened: the log score is infinite"), 4);
        }
    }
}

fn mean(mean: Option<Mean>, digits: usize) -> String {
    let number = |value: f64| {
        if value.is_finite() { format!("{value:.digits$}") } else { "infinite".to_owned() }
    };
    match mean {
        None => "-".to_owned(),
        Some(Mean { mean, interval: None }) => number(mean),
        Some(Mean { mean, interval: Some(interval) }) => {
            format!("{} [{}, {}]", number(mean), number(interval.low), number(interval.high))
        }
    }
}

fn calibration(page: &mut Page, calibration: &Calibration) {
    let spoken: Vec<(usize, &Bin)> =
        calibration.bins.iter().enumerate().filter(|(_, bin)| bin.forecasts > 0).collect();
    if !spoken.is_empty() {
        page.put("", 0);
        page.put("Chances and what happened, each ending taken as one event", 0);
        for (bin, told) in spoken {
            page.put(
                &format!(
                    "said {} to {} in 100: {} of {} happened, {} in 100 said on average",
                    10 * bin,
                    10 * (bin + 1),
                    told.happened,
                    told.forecasts,
                    hundred(told.said)
                ),
                2,
            );
        }
    }
    if calibration.values > 0 {
        page.put("", 0);
        page.put("Where the terms fell in their forecasts", 0);
        let (n, half, ninety) = (calibration.values, calibration.in_half, calibration.in_ninety);
        page.put(
            &format!("in the middle half: {half} of {n}; between the 5 % and 95 % points: {ninety} of {n}"),
            2,
        );
        let tenths: Vec<String> = calibration.places.iter().map(usize::to_string).collect();
        page.put(&format!("in each tenth, lowest first (even if calibrated): {}", tenths.join(" ")), 2);
        if calibration.without_error > 0 {
            page.put(
                &format!(
                    "{} of {n} are the spread of inputs only, without an error on history: expect too few inside",
                    calibration.without_error
                ),
                2,
            );
        }
    }
}

fn caution(scores: &Scores) -> String {
    let conflicts = scores.rows.iter().filter(|row| row.of == Rows::All).map(|row| row.conflicts).max();
    let conflicts = conflicts.unwrap_or(0);
    let count = plural(conflicts as u64, "conflict", "conflicts");
    let weight = match conflicts {
        1 => "One conflict cannot tell skill from luck; there are no intervals.".to_owned(),
        n if n < FEW => format!("{count} cannot tell skill from luck; intervals from so few are too narrow."),
        n if n < SOME => format!("{count} are few: intervals are rough."),
        _ => format!("{count}."),
    };
    format!(
        "{weight} A question counts once in a mean, however many lenses speak to it; intervals are 90 %, by drawing whole \
         conflicts anew."
    )
}

fn left_out(page: &mut Page, scores: &Scores) {
    if scores.left_out == 0 {
        return;
    }
    let count = plural(scores.left_out as u64, "answered forecast", "answered forecasts");
    page.put("", 0);
    page.put(
        &if scores.hindsight {
            format!("Left out: {count} sealed in time.")
        } else {
            format!(
                "Left out: {count} sealed when what came of it could be known (`--hindsight` scores them by themselves)."
            )
        },
        0,
    );
}

fn open(page: &mut Page, ledger: &Ledger, today: Date) {
    let mut told = false;
    for (entry, _, forecast) in ledger.forecasts() {
        let all = resolutions(ledger, today);
        let open: Vec<_> = all
            .iter()
            .filter(|resolution| resolution.entry == entry)
            .filter_map(|resolution| match resolution.standing {
                Standing::Open(open) => Some((resolution.question, open)),
                _ => None,
            })
            .collect();
        let Some((_, since)) = open.first() else { continue };
        if !told {
            page.put("", 0);
            page.put("Open", 0);
            told = true;
        }
        let due = forecast.due.as_ref().and_then(|due| due.parse::<Date>().ok());
        let when = match (due, since) {
            (Some(due), Open::Overdue) => format!("overdue since {}", date(due)),
            (Some(due), _) => format!("due {}", date(due)),
            (None, _) => "without a date".to_owned(),
        };
        page.put(&format!("entry {entry}, {}: {when}", shorten(&forecast.title, 60)), 2);
        let names: Vec<&str> = open.iter().map(|(question, _)| *question).collect();
        page.put(&names.join(", "), 4);
    }
}

/// The scores of a ledger for scripts.
#[must_use]
pub fn scores_json(ledger: &Ledger, scores: &Scores, today: Date) -> Value {
    let counts = Counts::of(ledger, today);
    let rows: Vec<Value> = scores
        .rows
        .iter()
        .map(|row| {
            let mut value = of_json(&row.of);
            value["kind"] = object!(row.kind);
            value["forecasts"] = object!(row.forecasts);
            value["questions"] = object!(row.questions);
            value["conflicts"] = object!(row.conflicts);
            value["brier"] = object!(row.brier);
            value["log"] = object!(row.log);
            value["impossible"] = object!(row.impossible);
            value["crps"] = object!(row.crps);
            value["error"] = object!(row.error);
            value
        })
        .collect();
    let calibration: Vec<Value> = scores
        .calibration
        .iter()
        .map(|told| {
            let mut value = of_json(&told.of);
            value["bins"] = object!(told.bins);
            value["places"] = object!(told.places);
            value["values"] = object!(told.values);
            value["in_half"] = object!(told.in_half);
            value["in_ninety"] = object!(told.in_ninety);
            value["without_error"] = object!(told.without_error);
            value
        })
        .collect();
    let standing: Vec<Value> = resolutions(ledger, today)
        .iter()
        .map(|resolution| {
            let due = ledger.forecast(resolution.entry).and_then(|(forecast, _)| forecast.due.as_deref());
            let (standing, what, by, earlier) = match resolution.standing {
                Standing::Answered { what, entry, earlier } => {
                    ("answered", Some(what.to_string()), Some(entry), earlier)
                }
                Standing::Unmet => ("unmet", None, None, 0),
                Standing::Open(Open::Undated) => ("undated", None, None, 0),
                Standing::Open(Open::Waiting) => ("waiting", None, None, 0),
                Standing::Open(Open::Overdue) => ("overdue", None, None, 0),
            };
            object!({
                "entry": resolution.entry,
                "question": resolution.question,
                "standing": standing,
                "outcome": what,
                "by_entry": by,
                "earlier_answers": earlier,
                "due": due,
            })
        })
        .collect();
    object!({
        "schema_version": crate::SCHEMA_VERSION,
        "head": ledger.head(),
        "today": today.to_string(),
        "hindsight": scores.hindsight,
        "forecasts": counts.forecasts,
        "answered": counts.answered,
        "void": counts.void,
        "open": counts.open,
        "overdue": counts.overdue,
        "left_out": scores.left_out,
        "rows": rows,
        "calibration": calibration,
        "scored": scores.scored.iter().map(scored_json).collect::<Vec<_>>(),
        "questions": standing,
    })
}

fn of_json(of: &Rows) -> Value {
    let (family, lens): (Option<Family>, Option<&str>) = match of {
        Rows::All => (None, None),
        Rows::Family(family) => (Some(*family), None),
        Rows::Lens(family, lens) => (Some(*family), Some(lens)),
    };
    object!({ "family": family, "lens": lens })
}

fn scored_json(scored: &Scored) -> Value {
    let verdict = match &scored.verdict {
        Verdict::Value { outcome, median, crps, pit, in_half, in_ninety, with_error } => object!({
            "kind": "value", "outcome": outcome, "median": median, "crps": crps, "pit": pit,
            "in_half": in_half, "in_ninety": in_ninety, "with_error": with_error,
        }),
        Verdict::Event { outcome, chance, brier, log } => object!({
            "kind": "event", "outcome": outcome, "chance": chance, "brier": brier, "log": log,
        }),
        Verdict::Ending { outcome, chances: [deal, broken, imposed, none], brier, log } => object!({
            "kind": "ending", "outcome": outcome,
            "chances": { "deal": deal, "broken": broken, "imposed": imposed, "none": none },
            "brier": brier, "log": log,
        }),
    };
    object!({
        "entry": scored.entry,
        "title": scored.title,
        "question": scored.question,
        "policy": scored.policy,
        "perspective": scored.perspective,
        "lens": scored.lens,
        "family": scored.family,
        "score": verdict,
    })
}

/// What an answer to a question looks like, for a message: `terms_walls=64`.
#[must_use]
pub fn example_answer(name: &str, kind: Kind) -> String {
    match kind {
        Kind::Value => format!("{name}={}", exact(64.0)),
        Kind::Event => format!("{name}=yes"),
        Kind::Ending => format!("{name}=deal"),
    }
}
