//! The negotiation lenses on scenarios.

use std::fmt::Write;

use melian::case::CaseBlock;
use melian::lens::{Lens, Quantity, RowBlock, RowStatus, Scratch, Streams, Unable, find};
use melian::scenario::{FieldId, IssueId, LensOptions, NoFiles, Scenario};

/// A scenario of actors `a0`, `a1`... on issues `i0`, `i1`...: capability, then position and
/// salience on each issue; and a table of lens options.
fn scenario(rows: &[&[f64]], options: &str) -> Scenario {
    let mut text = "[scenario]\ntitle = \"test\"\nstatus = \"past\"\n".to_owned();
    for issue in 0..(rows[0].len() - 1) / 2 {
        write!(text, "[issue.i{issue}]\nname = \"i{issue}\"\nno_deal = 0\n").unwrap();
    }
    for (actor, row) in rows.iter().enumerate() {
        write!(text, "[actor.a{actor}]\nname = \"a{actor}\"\ncapability = {}\n", row[0]).unwrap();
        for (issue, stance) in row[1..].chunks(2).enumerate() {
            write!(
                text,
                "[stance.a{actor}.i{issue}]\nposition = {}\nsalience = {}\naccept = {{ min = 0 }}\n",
                stance[0], stance[1]
            )
            .unwrap();
        }
    }
    text.push_str(options);
    let read = Scenario::read("test.toml", text.as_bytes(), &NoFiles);
    let problems: Vec<String> = read.diagnostics.iter().map(|d| format!("{d:?}")).collect();
    read.scenario.unwrap_or_else(|| panic!("{text}\n{}", problems.join("\n")))
}

fn cases(scenario: &Scenario, lanes: usize) -> CaseBlock {
    let mut cases = CaseBlock::new(scenario.fields.len(), 0, lanes);
    for (index, field) in scenario.fields.iter().enumerate() {
        for lane in 0..lanes {
            cases.set(FieldId::new(index), lane, field.central());
        }
    }
    cases
}

fn the(id: &str) -> &'static dyn Lens {
    let found = find(id);
    assert_eq!(found.len(), 1, "{id}");
    found[0]
}

fn options(lens: &dyn Lens, scenario: &Scenario) -> LensOptions {
    scenario.lens_options.get(lens.card().id).cloned().unwrap_or_default()
}

/// Terms on an issue, and the status, of the last of three equal draws.
fn run(id: &str, scenario: &Scenario, issue: usize) -> (f64, RowStatus) {
    let lens = the(id);
    let Ok(model) = lens.prepare(scenario, &options(lens, scenario)) else { panic!("{id} can't run") };
    let (mut rows, mut scratch) = (RowBlock::default(), Scratch::default());
    model.solve(&cases(scenario, 3), &Streams::new(1, lens.card()), &mut rows, &mut scratch);
    let wanted = Quantity::Terms(IssueId::new(issue));
    let column = model.measures().iter().position(|measure| measure.quantity == wanted).unwrap();
    (rows.columns[column][2], rows.statuses[2])
}

fn told(id: &str, scenario: &Scenario) -> String {
    let lens = the(id);
    let Ok(model) = lens.prepare(scenario, &options(lens, scenario)) else { panic!("{id} can't run") };
    let trace = model.explain(&cases(scenario, 3).case(1));
    for table in trace.steps.iter().flat_map(|step| &step.tables) {
        for (name, row) in &table.rows {
            assert_eq!(row.len() + 1, table.columns.len(), "{}: {name}", table.title);
        }
    }
    let steps: Vec<String> = trace.steps.iter().map(|s| format!("{}: {}", s.title, s.text)).collect();
    steps.join(
        "
",
    )
}

/// Scholz, Calbert and Smith (2011); the positions are shares of the range of 0 to 10 years.
#[test]
fn challenge_on_emission_standards() {
    let rows: [&[f64]; 10] = [
        &[8.0, 40.0, 80.0],
        &[8.0, 70.0, 40.0],
        &[3.0, 40.0, 20.0],
        &[16.0, 40.0, 80.0],
        &[16.0, 100.0, 60.0],
        &[16.0, 100.0, 60.0],
        &[16.0, 100.0, 90.0],
        &[5.0, 70.0, 10.0],
        &[5.0, 40.0, 100.0],
        &[8.0, 70.0, 70.0],
    ];
    let plain = scenario(&rows, "");
    let (median, status) = run("challenge/scholz_code", &plain, 0);
    assert!((median - 99.619_80).abs() < 1e-5, "{median}");
    assert_eq!(status, RowStatus::NotConverged);
    let mean = scenario(&rows, "[lens.challenge]\nforecast = \"mean\"\nrounds = 3\n");
    assert!((run("challenge/scholz_code", &mean, 0).0 - 75.901_45).abs() < 1e-5);
    assert_eq!(run("challenge/text_q1", &plain, 0), (70.0, RowStatus::Solved));
    let story = told("challenge/scholz_code", &plain);
    assert!(story.contains("a1 moves from 70.00 to 84.16: it compromises with a4"), "{story}");
}

/// Three actors by hand: (22.52, 23.12, 23.12) after three turns.
#[test]
fn spatial_on_the_hand_case() {
    let rows: [&[f64]; 3] = [&[100.0, 20.0, 50.0], &[80.0, 80.0, 25.0], &[60.0, 50.0, 40.0]];
    let plain = scenario(&rows, "");
    for id in ["spatial/smp", "spatial/by_issue", "spatial/ktab"] {
        let (mean, status) = run(id, &plain, 0);
        assert!((22.52..=23.12).contains(&mean), "{id}: {mean}");
        assert_eq!(status, RowStatus::Solved);
    }
    let mode = run("spatial/smp", &scenario(&rows, "[lens.spatial]\nforecast = \"mode\"\n"), 0).0;
    assert!([22.52, 23.12].iter().any(|x| (mode - x).abs() < 1e-9), "{mode}");
    let story = told("spatial/smp", &plain);
    assert!(story.contains("a2 moves from 50.00 to 54.62"), "{story}");
    let drawn = scenario(&rows, "[lens.spatial]\nsettlement = \"Stochastic\"\nseed = 7\n");
    assert_eq!(run("spatial/smp", &drawn, 0), run("spatial/smp", &drawn, 0));
}

#[test]
fn exchange_of_two_issues() {
    let rows: [&[f64]; 2] = [&[10.0, 0.0, 90.0, 100.0, 20.0], &[10.0, 100.0, 20.0, 0.0, 90.0]];
    let market = scenario(&rows, "");
    let (first, status) = run("exchange", &market, 0);
    assert_eq!(status, RowStatus::Solved);
    assert!(first < 100.0 * 20.0 / 110.0, "the one who cares more gets more: {first}");
    assert!(told("exchange", &market).contains("nobody can gain"));
    let single = scenario(&[&[1.0, 0.0, 50.0], &[1.0, 100.0, 50.0]], "");
    let refused = the("exchange").prepare(&single, &LensOptions::default());
    assert!(matches!(refused, Err(Unable::Lacks(what)) if what.contains("second issue")));
}

#[test]
fn wrong_options_are_refused() {
    for (id, option) in [
        ("spatial", "voting_rule = \"Proportional\""),
        ("spatial", "gain_as_chance = 1"),
        ("spatial", "rounds = 1"),
        ("challenge", "rounds = 0"),
        ("challenge", "forecast = true"),
    ] {
        let s = scenario(&[&[1.0, 0.0, 50.0], &[1.0, 100.0, 50.0]], &format!("[lens.{id}]\n{option}\n"));
        for lens in find(id) {
            let refused = lens.prepare(&s, &options(lens, &s));
            assert!(matches!(refused, Err(Unable::Mistaken(_))), "{id} {option}");
        }
    }
}

/// KTAB's own run of its sample smpExample (see `data/README.md`), whose ideals follow positions by an accommodation
/// matrix, written as a scenario: the weighted mean of KTAB's last positions.
#[test]
fn accommodation_as_in_ktab() {
    let cases: serde_json::Value = serde_json::from_str(include_str!("data/ktab_smp_public.json")).unwrap();
    let case =
        cases.as_array().unwrap().iter().find(|case| case["case"] == "smpExample-det None=None").unwrap();
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let (input, last) = (&case["input"], case["positions"].as_array().unwrap().last().unwrap());
    let table: Vec<Vec<f64>> = (0..5)
        .map(|a| {
            let stances = (0..3).flat_map(|k| [&input["position"][a][k], &input["salience"][a][k]]);
            std::iter::once(&input["capability"][a]).chain(stances).map(number).collect()
        })
        .collect();
    let share = |a: usize, b: usize| format!("a{b} = {}", number(&input["accommodation"][a][b]));
    let row = |a| format!("a{a} = {{ {} }}", (0..5).map(|b| share(a, b)).collect::<Vec<_>>().join(", "));
    let rows: Vec<String> = (0..5).map(row).collect();
    let option = |ours: &str, ktab: &str| format!("{ours} = {}\n", case["options"][ktab]);
    let options = [
        "[lens.spatial]\nforecast = \"weighted_mean\"\n".to_owned(),
        option("victory", "VictoryProbModel"),
        option("pce", "PCEModel"),
        option("voting_rule", "VotingRule"),
        option("risk_adjustment", "BigRAdjust"),
        option("risk_range", "BigRRange"),
        option("third_parties", "ThirdPartyCommit"),
        option("interpolation", "InterVecBrgn"),
        option("bargain", "BargnModel"),
        format!("accommodation = {{ {} }}\n", rows.join(", ")),
    ]
    .concat();
    let rows: Vec<&[f64]> = table.iter().map(Vec::as_slice).collect();
    let scenario = scenario(&rows, &options);
    for issue in 0..3 {
        let weight = |a: usize| table[a][0] * table[a][2 + 2 * issue];
        let total: f64 = (0..5).map(weight).sum();
        let mean = (0..5).map(|a| weight(a) * number(&last[a][issue])).sum::<f64>() / total;
        let (terms, _) = run("spatial/ktab", &scenario, issue);
        assert!((terms - mean).abs() < 1e-6, "issue {issue}: {terms} is not {mean}");
    }
}

#[test]
fn mistaken_accommodation_is_told_at_once() {
    let text = "[lens.spatial]\naccommodation = { a0 = { a1 = 0.7, a0 = 0.7 }, a9 = { a0 = 1 }, a1 = 2, a2 = { a0 = -1, b1 = 0.1 } }\n";
    let scenario = scenario(&[&[1.0, 0.0, 50.0], &[1.0, 50.0, 50.0], &[1.0, 100.0, 50.0]], text);
    let lens = the("spatial/smp");
    let Err(Unable::Mistaken(wrong)) = lens.prepare(&scenario, &options(lens, &scenario)) else {
        panic!("it is refused");
    };
    let told: Vec<&str> = wrong.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(told.len(), 5, "{told:#?}");
}
