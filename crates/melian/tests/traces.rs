//! What a trace shows satisfies the formulas it shows, and stories are the runs they tell.

use std::collections::BTreeMap;
use std::fmt::Write;

use melian::case::CaseBlock;
use melian::ensemble::{Plan, Settings};
use melian::lens::{Model, Trace, TraceTable, find};
use melian::math::pow;
use melian::scenario::{FieldId, LensOptions, Scenario};
use melian::study::course::{self, Story};
use melian::uncertainty::Design;

/// The EC emission standards, as published by Bueno de Mesquita (1994): see the catalog.
const EMISSIONS: &str = include_str!("../../../catalog/ec-emissions-1994/scenario.toml");
const EMISSIONS_ACTORS: &[u8] = include_bytes!("../../../catalog/ec-emissions-1994/actors.csv");

fn read(text: &str) -> Scenario {
    let files = BTreeMap::from([("actors.csv".to_owned(), EMISSIONS_ACTORS.to_vec())]);
    let read = Scenario::read("test.toml", text.as_bytes(), &files);
    read.scenario.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
}

/// Two issues, three actors, uncertain positions: enough for trades and for courses that differ by draw.
fn talks() -> Scenario {
    let mut text = "[scenario]\ntitle = \"test\"\nstatus = \"past\"\n".to_owned();
    for issue in ["land", "money"] {
        writeln!(text, "[issue.{issue}]\nname = \"{issue}\"\nno_deal = 0").expect("a text takes it");
    }
    let stances = [("a", 10.0, 90, 60, 80, 20), ("b", 90.0, 30, 20, 70, 50), ("c", 40.0, 50, 80, 90, 90)];
    for (id, land, care_land, money, care_money, capability) in stances {
        write!(
            text,
            "[actor.{id}]\nname = \"{id}\"\ncapability = {capability}\n[stance.{id}.land]\nposition = \"{}..{}\"\n\
             salience = {care_land}\n[stance.{id}.money]\nposition = {money}\nsalience = {care_money}\n",
            land - 10.0,
            land + 10.0
        )
        .expect("a text takes it");
    }
    read(&text)
}

fn model(id: &str, scenario: &Scenario) -> Box<dyn Model> {
    let Ok(model) = find(id)[0].prepare(scenario, &LensOptions::default()) else { panic!("{id} can't run") };
    model
}

fn central(scenario: &Scenario) -> CaseBlock {
    let mut block = CaseBlock::new(scenario.fields.len(), 0, 1);
    for (index, field) in scenario.fields.iter().enumerate() {
        block.set(FieldId::new(index), 0, field.central());
    }
    block
}

fn trace(id: &str, scenario: &Scenario) -> Trace {
    model(id, scenario).explain(&central(scenario).case(0))
}

/// The tables of the steps whose title ends so.
fn tables<'a>(trace: &'a Trace, step: &str) -> &'a [TraceTable] {
    &trace.steps.iter().find(|found| found.title.ends_with(step)).expect("the step").tables
}

fn cell(table: &TraceTable, row: &str, column: &str) -> f64 {
    let column = table.columns.iter().position(|name| name == column).expect(column) - 1;
    table.rows.iter().find(|(name, _)| name == row).unwrap_or_else(|| panic!("{row}")).1[column]
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} for {expected}");
}

#[test]
fn the_challenge_tables_satisfy_the_formulas() {
    let scenario = read(EMISSIONS);
    for (id, q) in [("challenge/text_q1", 1.0), ("challenge/text_q05", 0.5)] {
        let trace = trace(id, &scenario);
        let [standing, votes, contests, ..] = tables(&trace, "round 1") else { panic!("too few tables") };
        let of = |actor: &str, column: &str| cell(standing, actor, column);
        // By hand: the Netherlands at 4 years (40), 8 votes, salience 80, of Belgium at 7 (70) with the range 60.
        near(cell(votes, "Netherlands against Belgium", "Netherlands"), 2.0 * 8.0 * 0.8 * 30.0 / 60.0);
        for (name, row) in &votes.rows {
            let (sum_for, against, chance, theirs) = (row[0], row[1], row[2], row[3]);
            near(chance, sum_for / (sum_for + against));
            near(theirs, 1.0 - chance);
            near(row[4..].iter().filter(|vote| **vote > 0.0).sum(), sum_for);
            assert_eq!(row.len() + 1, votes.columns.len(), "{name}");
        }
        let dangers: Vec<f64> = standing.rows.iter().map(|(_, row)| row[3]).collect();
        let (least, most) =
            dangers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &d| (l.min(d), h.max(d)));
        for (name, row) in &standing.rows {
            let risk = (2.0 * row[3] - most - least) / (most - least);
            near(row[4], risk);
            near(row[5], (1.0 - risk / 3.0) / (1.0 + risk / 3.0));
            near(of(name, "U quiet"), 2.0 - 4.0 * pow(0.5, row[5]));
        }
        for (name, row) in &contests.rows {
            let (pair, _) = name.split_once(": ").expect("an outlook");
            let (i, j) = pair.split_once(" v ").expect("a pair");
            let gap = (of(i, "x") - of(j, "x")).abs() / 60.0;
            let r = of(i, "r");
            let drifts = if q < 1.0 { (row[4], row[5]) } else { (0.0, 0.0) };
            let (p, back, win, lose) = (row[0], row[1], row[2], row[3]);
            near(win, 2.0 - 4.0 * pow(0.5 - gap / 2.0, r));
            near(lose, 2.0 - 4.0 * pow(0.5 + gap / 2.0, r));
            let expect = |p: f64, s: f64, drift: f64| {
                s * (p * win + (1.0 - p) * lose) + (1.0 - s) * win - q * of(i, "U quiet") - (1.0 - q) * drift
            };
            near(row[row.len() - 2], expect(p, of(j, "s"), drifts.0));
            near(row[row.len() - 1], expect(back, of(i, "s"), drifts.1));
        }
    }
}

#[test]
fn the_spatial_tables_satisfy_the_formulas() {
    let trace = trace("spatial/smp", &read(EMISSIONS));
    let [standing, utility, chance, gain, seen, ..] = tables(&trace, "turn 1") else {
        panic!("too few tables")
    };
    let of = |actor: &str, column: &str| cell(standing, actor, column);
    for (i, _) in &standing.rows {
        for (j, _) in &standing.rows {
            let d = (of(i, "x") - of(j, "x")).abs() / 100.0;
            near(cell(utility, i, j), (1.0 - d) * (1.0 + d * of(i, "R")));
            if i != j {
                let (s, p) = (of(j, "s"), cell(chance, i, j));
                let (own, other) = (cell(utility, i, i), cell(utility, i, j));
                let contest = p * 2.0 * own + (1.0 - p) * 2.0 * other;
                near(cell(gain, i, j), (1.0 - s) * 2.0 * own + s * contest - own - other);
            }
        }
    }
    assert!(!seen.rows.is_empty());
    for (pair, row) in &seen.rows {
        let (i, j) = pair.split_once(" to ").expect("a pair");
        near(row[2], row[0] / (row[0] + row[1]));
        near(row[2], cell(chance, i, j));
        near(row[3], cell(gain, i, j));
    }
}

#[test]
fn the_exchange_tables_satisfy_the_formulas() {
    let trace = trace("exchange", &talks());
    let step =
        trace.steps.iter().find(|step| step.title.starts_with("Round 1, exchange 1")).expect("a trade");
    let [partners, issues, effects] = step.tables.as_slice() else { panic!("other tables") };
    let (i, j) = (&partners.rows[0], &partners.rows[1]);
    let (p, q) = (&issues.rows[0].1, &issues.rows[1].1);
    near(q[1], p[1] * (i.1[0] + j.1[0]) / (i.1[1] + j.1[1]));
    near(p[2], p[1] * p[0] / j.1[2]);
    near(q[2], q[1] * q[0] / i.1[3]);
    let gain = p[1] * i.1[0] - q[1] * i.1[1];
    near(gain, q[1] * j.1[1] - p[1] * j.1[0]);
    near(cell(effects, &i.0, "effect"), gain);
    near(cell(effects, &j.0, "effect"), gain);
}

fn stories(scenario: &Scenario, lenses: &[&str]) -> Vec<Story> {
    let settings = Settings {
        seed: 1,
        draws: 300,
        design: Design::MonteCarlo,
        lenses: lenses.iter().map(|&id| id.to_owned()).collect(),
    };
    let plan = Plan::new(scenario, settings).unwrap_or_else(|problems| panic!("{problems:?}"));
    course::stories(&plan, course::DRAWS)
}

#[test]
fn moves_lead_from_the_first_positions_to_the_last() {
    let scenario = talks();
    for id in ["challenge/text_q1", "challenge/scholz_code", "spatial/smp", "spatial/by_issue", "exchange"] {
        let course = model(id, &scenario).course(&central(&scenario).case(0)).expect(id);
        assert_eq!(course.issues.len(), 2, "{id}");
        for told in &course.issues {
            let mut at = told.positions[0].clone();
            for (round, positions) in told.positions.iter().enumerate() {
                for step in told.moves.iter().filter(|step| step.round == round) {
                    let seat = told.actors.iter().position(|actor| *actor == step.actor).expect("a seat");
                    assert!((at[seat] - step.from).abs() < 1e-9, "{id}: {step:?}");
                    at[seat] = step.to;
                }
                // Rounds that repeat earlier ones, in a circle, are not told.
                if told.close == melian::lens::course::Close::Settled {
                    for (now, then) in at.iter().zip(positions) {
                        assert!((now - then).abs() < 1e-9, "{id}, round {round}: {now} for {then}");
                    }
                }
            }
        }
    }
    assert!(model("mean", &scenario).course(&central(&scenario).case(0)).is_none());
}

#[test]
fn stories_are_the_same_on_any_number_of_threads() {
    let scenario = talks();
    let lenses = ["challenge", "spatial", "exchange"];
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let many = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
    let stories_alone = alone.install(|| stories(&scenario, &lenses));
    // Empty cells are NaN, which equals nothing: what is told is compared as printed.
    let printed = |stories: &[course::Story]| format!("{stories:?}");
    assert_eq!(printed(&stories_alone), printed(&many.install(|| stories(&scenario, &lenses))));
    assert_eq!(stories_alone.len(), 8);
    for story in &stories_alone {
        assert_eq!(story.draws, 200);
        assert!(story.modal.same >= 1 && story.modal.likeness > 0.0 && story.modal.likeness <= 1.0);
        for fan in &story.fans {
            for actor in &fan.actors {
                assert!(actor.rounds.iter().all(|q| q.is_sorted()), "{:?}", actor.rounds);
            }
        }
        assert!(story.pressures.iter().all(|pressure| pressure.draws <= story.draws));
    }
}
