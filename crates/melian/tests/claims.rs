//! Verdicts on claims: against counts made by hand, and what must hold of them whatever the claim.

use std::fmt::Write;

use melian::analysis::claims::{Judge, Judgement, Moved, ReadingVerdict, Stakes, Tally, Verdict};
use melian::ensemble::{Chunk, Plan, Settings};
use melian::lens::{Family, Quantity};
use melian::scenario::{NoFiles, Scenario};
use melian::study::claims::moved;
use melian::uncertainty::Design;
use proptest::prelude::*;

const BASE: &str = r#"
[scenario]
title  = "A border"
status = "hypothetical"

[actor.alba]
capability = "40..80"
[actor.brun]
capability = 50
[actor.carn]
capability = 20

[issue.border]
no_deal = 20
[issue.trade]
no_deal = 0

[stance.alba.border]
position = 100
salience = 80
accept   = { min = "30..60" }
[stance.alba.trade]
position = 60
salience = 30
[stance.brun.border]
position = "0..20"
salience = 90
accept   = { max = "40..70" }
[stance.brun.trade]
position = 100
salience = 40
accept   = { min = 10 }
[stance.carn.border]
position = 50
salience = 20

[lens.base_rate]
filter = { territorial = true }

[policy.yield]
do = { brun = "accept" }
[policy.stand]
do = { brun = "refuse" }
[policy.open]
shift = { "stance.brun.border.accept.max" = 10 }

[perspective.alba_says]
by  = "Alba"
set = { "stance.brun.border.accept.max" = "60..80" }
[perspective.brun_says]
by  = "Brun"
set = { "stance.brun.border.accept.max" = "20..50" }
"#;

fn scenario(tests: &[String], more: &str) -> Scenario {
    let mut text = BASE.to_owned() + more;
    for (index, test) in tests.iter().enumerate() {
        write!(
            text,
            "\n[[claim]]\nid = \"c{index}\"\nby = \"a speaker\"\nsays = \"so it is\"\ntest = {test:?}\n"
        )
        .expect("a string");
    }
    let read = Scenario::read("scenario.toml", text.as_bytes(), &NoFiles);
    let said: Vec<String> = read.diagnostics.iter().map(ToString::to_string).collect();
    read.scenario.unwrap_or_else(|| panic!("{said:#?}"))
}

fn plan(scenario: &Scenario, draws: u64) -> Plan {
    let lenses = ["room", "compromise", "mean", "challenge", "base_rate"].map(str::to_owned).to_vec();
    let settings = Settings { seed: 3, draws, design: Design::MonteCarlo, lenses };
    Plan::new(scenario, settings).expect("its lenses can run")
}

fn tally(judge: &Judge<'_>, moved: &Moved, chunks: impl Iterator<Item = Chunk>) -> Tally {
    let mut tallies = chunks.map(|chunk| judge.tally(&chunk, moved));
    let mut all = tallies.next().expect("a chunk");
    tallies.for_each(|tally| all.add(&tally));
    all
}

fn judged(scenario: &Scenario, draws: u64) -> Vec<Judgement> {
    let plan = plan(scenario, draws);
    let judge = Judge::new(&plan);
    let moved = moved(&judge);
    judge.finish(&tally(&judge, &moved, (0..plan.chunks()).map(|index| plan.chunk(index))))
}

fn reading<'a>(judgement: &'a Judgement, lens: &str) -> &'a ReadingVerdict {
    let readings = judgement.base().families.iter().flat_map(|family| &family.readings);
    readings.into_iter().find(|reading| reading.lens == lens).unwrap_or_else(|| panic!("{lens} speaks"))
}

fn strings(tests: &[&str]) -> Vec<String> {
    tests.iter().map(|&test| test.to_owned()).collect()
}

#[test]
fn counts_are_those_of_the_tables() {
    let scenario = scenario(
        &strings(&[
            "room",
            "terms(border) >= 50",
            "room and terms(border) >= 50",
            "terms(border) under open > terms(border)",
            "gain(brun) under stand > gain(brun)",
            "acceptable({ border = 50, trade = 20 }, alba, brun)",
            "acceptable({ border = 50, trade = 20 }, alba, brun) under yield",
            "acceptable({ border = 50, trade = 20 }, brun) under stand",
        ]),
        "",
    );
    let plan = plan(&scenario, 3000);
    let chunks = [plan.chunk(0), plan.chunk(1)];
    let column = |lens: &str, quantity: Quantity| -> Vec<f64> {
        let arm =
            plan.arms().position(|arm| arm.lens == lens && arm.world() == <_>::default()).expect("an arm");
        let place =
            plan.measures(arm).iter().position(|measure| measure.quantity == quantity).expect("a measure");
        chunks.iter().flat_map(|chunk| chunk.arms[arm].columns[place].clone()).collect()
    };
    let border = Quantity::Terms(scenario.names.issue("border").expect("the issue"));
    let (room, terms) = (column("room", Quantity::Room), column("compromise", border));
    let count = |is: &dyn Fn(usize) -> bool| (0..3000).filter(|&draw| is(draw)).count() as u64;
    let verdicts = judged(&scenario, 3000);

    let said = reading(&verdicts[0], "room");
    assert_eq!((said.draws, said.judged()), (3000, 3000));
    assert_eq!(said.yes, count(&|draw| room[draw] == 1.0));
    let said = reading(&verdicts[1], "compromise");
    assert_eq!(said.yes, count(&|draw| terms[draw] >= 50.0));
    assert_eq!(said.example.yes, (0..3000).find(|&draw| terms[draw as usize] >= 50.0));
    let said = reading(&verdicts[2], "compromise");
    assert_eq!(said.yes, count(&|draw| room[draw] == 1.0 && terms[draw] >= 50.0));
    // A red line moves no terms of these lenses, and an order to refuse no gain at them: they can't tell.
    for claim in [3, 4] {
        let said = reading(&verdicts[claim], "compromise");
        assert_eq!((said.verdict, said.blind), (Verdict::CannotTell, true));
    }

    // By hand: uniform limits, 50 inside both with chance 2/3 * 2/3.
    let share = reading(&verdicts[5], "room").yes as f64 / 3000.0;
    assert!((share - 4.0 / 9.0).abs() < 0.04, "{share}");
    let share = reading(&verdicts[6], "room").yes as f64 / 3000.0;
    assert!((share - 2.0 / 3.0).abs() < 0.04, "{share}");
    assert_eq!(verdicts[7].base().families[0].verdict, Verdict::Fails);
}

#[test]
fn chances_alone_are_judged_over_all_draws() {
    let verdicts = judged(
        &scenario(
            &strings(&[
                "P(deal or broken or imposed or none) >= 0.99",
                "P(deal) + P(broken) + P(imposed) + P(none) <= 1.01",
                "P(not deal) > 0.99",
                "P(room) > 0.9",
                "P(terms(border) >= 50) < 0.02",
                "P(deal and war) <= 1",
            ]),
            "",
        ),
        2000,
    );
    for judgement in &verdicts {
        assert!(!judgement.each_draw);
    }
    for claim in [0, 1] {
        assert_eq!(reading(&verdicts[claim], "base_rate").verdict, Verdict::Holds);
    }
    assert_eq!(reading(&verdicts[2], "base_rate").verdict, Verdict::Fails);
    let found = &reading(&verdicts[3], "room").chances[0];
    let yes = reading(&judged(&scenario(&strings(&["room"]), ""), 2000)[0], "room").yes;
    assert!((found.value - yes as f64 / 2000.0).abs() < 1e-12);
    // The sampling error of a share: the square root of p (1 - p) / n, here from groups of draws.
    let error = (found.value * (1.0 - found.value) / 2000.0).sqrt();
    let half = (found.interval.1 - found.interval.0) / 2.0;
    assert!((half / (1.96 * error) - 1.0).abs() < 0.35, "{half} for {error}");
    assert_eq!(reading(&verdicts[5], "base_rate").verdict, Verdict::Holds);
}

#[test]
fn what_cannot_be_known_is_not_judged() {
    let verdicts = judged(
        &scenario(
            &strings(&[
                "P(joins(carn)) > 0.5",
                "P(deal and war) > 0.01",
                "terms(trade) / (terms(border) - terms(border)) > 1",
            ]),
            "[[ally]]\nof = \"carn\"\nsupports = \"brun\"\nchance = \"0.1..0.5\"\n",
        ),
        300,
    );
    assert_eq!(verdicts[0].base().judging(), 0);
    assert!(verdicts[0].base().silent.iter().any(|silence| silence.reason.contains("joins(carn)")));
    // Only bounds of the chance of both are known.
    assert_eq!(reading(&verdicts[1], "base_rate").verdict, Verdict::CannotTell);
    assert_eq!(reading(&verdicts[2], "compromise").verdict, Verdict::CannotTell);
}

#[test]
fn rising_and_falling_are_tested_over_the_whole_range() {
    let verdicts = judged(
        &scenario(
            &strings(&[
                "increases(terms(border), actor.alba.capability)",
                "decreases(terms(border), actor.alba.capability)",
                "increases(terms(border), stance.alba.border.salience)",
            ]),
            "",
        ),
        400,
    );
    // The weighted mean moves towards the stronger side: d/dc of sum(c s x) / sum(c s) has the sign of x - mean.
    let said = reading(&verdicts[0], "compromise");
    assert_eq!((said.verdict, said.draws), (Verdict::Holds, 256));
    assert_eq!(reading(&verdicts[1], "compromise").verdict, Verdict::Fails);
    assert_eq!(reading(&verdicts[2], "compromise").verdict, Verdict::Holds);
    // The plain mean does not look at power: it can't tell.
    let said = reading(&verdicts[1], "mean");
    assert_eq!((said.verdict, said.blind), (Verdict::CannotTell, true));
}

#[test]
fn policies_are_put_on_together_where_a_claim_asks() {
    let tests = strings(&[
        "acceptable({ border = 75 }, brun) under (open, alba_says)",
        "not room under (open, stand)",
    ]);
    let verdicts = judged(&scenario(&tests, ""), 2000);
    // 70..90 after both: 75 is inside in three of four draws.
    let said = reading(&verdicts[0], "room");
    assert!((said.yes as f64 / 2000.0 - 0.75).abs() < 0.04);
    assert_eq!(reading(&verdicts[1], "room").verdict, Verdict::Holds);
}

#[test]
fn thresholds_are_the_files_own_and_perspectives_agree_or_not() {
    let tests = strings(&["acceptable({ border = 42 }, brun)"]);
    let usual = judged(&scenario(&tests, ""), 2000);
    // 40..70: 42 is inside in 28 of 30.
    let said = &usual[0].base().families[0];
    assert_eq!((said.verdict, said.own_premises), (Verdict::Holds, false));
    assert_eq!(usual[0].seen[1].families[0].verdict, Verdict::Holds);
    assert_eq!(usual[0].seen[2].families[0].verdict, Verdict::Depends);
    let strict = judged(&scenario(&tests, "[verdict]\nholds = 0.97\n"), 2000);
    assert_eq!(strict[0].base().families[0].verdict, Verdict::Depends);
    // Without a perspective of another side that agrees it is its author's word.
    let one_sided = BASE.replace("status = ", "drawn_by = \"Alba\"\nstatus = ");
    let text = one_sided
        + "[[claim]]\nid = \"c\"\nby = \"Alba\"\nsays = \"so\"\ntest = \"acceptable({ border = 42 }, brun)\"\n";
    let read = Scenario::read("scenario.toml", text.as_bytes(), &NoFiles);
    let found = judged(&read.scenario.expect("a scenario"), 2000);
    assert!(found[0].base().families[0].own_premises);
}

#[test]
fn near_the_line_a_verdict_is_marked() {
    // 41.5..70 of 40..70: inside in 28.5 of 30, at the line of 95 in 100.
    let tests = strings(&["acceptable({ border = 41.5 }, brun)"]);
    let found = judged(&scenario(&tests, "[verdict]\nholds = 0.95\n"), 1000);
    assert!(found[0].base().families[0].knife_edge);
    let clear = judged(&scenario(&tests, "[verdict]\nholds = 0.8\n"), 1000);
    assert!(!clear[0].base().families[0].knife_edge);
}

#[test]
fn what_a_claim_turns_on_is_found() {
    let found = judged(&scenario(&strings(&["acceptable({ border = 50 }, brun)"]), ""), 2000);
    let turn = reading(&found[0], "room").turns_on.as_ref().expect("an input");
    assert_eq!(turn.lean.input, "stance.brun.border.accept.max");
    assert!(turn.lean.rises);
    assert!((turn.cut.expect("a cut").at - 50.0).abs() < 0.2);
}

#[test]
fn what_takes_two_inputs_is_told_as_a_box() {
    // Alba's weight and Brun's limit together: neither alone parts true from false.
    let tests = strings(&["acceptable({ border = 50 }, brun) and terms(border) >= 56"]);
    let found = judged(&scenario(&tests, ""), 2000);
    let mut readings = found[0].base().families.iter().flat_map(|family| &family.readings);
    let region = readings.find_map(|reading| reading.turns_in.as_ref()).expect("a box");
    let inputs: Vec<&str> = region.limits.iter().map(|edge| edge.input.as_str()).collect();
    assert!(inputs.len() > 1 && inputs.contains(&"stance.brun.border.accept.max"), "{region:?}");
    let share = |(hits, of): (u64, u64)| hits as f64 / of as f64;
    assert!(share(region.inside) >= 0.8 && share(region.outside) < 0.5, "{region:?}");
}

#[test]
fn what_is_at_stake_stands_beside_claims_while_a_conflict_lasts() {
    let policy = "[policy.press]\ncoercive = true\nshift = { \"stance.brun.border.position\" = 20 }\n";
    let claims = "[[claim]]\nid = \"c\"\nby = \"a\"\nsays = \"b\"\ntest = \"gain(alba) under press > gain(alba)\"\n\
                  [[claim]]\nid = \"d\"\nby = \"a\"\nsays = \"b\"\ntest = \"gain(alba) under open >= gain(alba)\"\n";
    for status in ["ongoing", "hypothetical"] {
        let text = BASE.replace("hypothetical", status) + policy + claims;
        let read = Scenario::read("scenario.toml", text.as_bytes(), &NoFiles);
        let found = judged(&read.scenario.expect("a scenario"), 500);
        if status == "hypothetical" {
            assert!(found.iter().all(|judgement| judgement.stakes.is_empty()));
            continue;
        }
        let [coercive, open] = found.as_slice() else { panic!("two claims") };
        // Everyone's gains are told; of a coercive policy which way they go, and no more.
        let actors = |stakes: &Stakes| stakes.at.iter().filter(|stake| stake.actor.is_some()).count();
        assert!(found.iter().flat_map(|judgement| &judgement.stakes).all(|stakes| actors(stakes) == 3));
        assert!(coercive.stakes[1].at.iter().all(|stake| stake.range.is_none() && stake.way.is_some()));
        assert!(open.stakes[1].at.iter().all(|stake| stake.range.is_some()));
    }
}

#[test]
fn coercive_policies_in_an_open_conflict_get_conditions_only() {
    let ongoing = BASE.replace("hypothetical", "ongoing");
    let policy = "[policy.press]\ncoercive = true\nshift = { \"stance.brun.border.accept.max\" = 20 }\n";
    let claim = "[[claim]]\nid = \"c\"\nby = \"a\"\nsays = \"b\"\ntest = \"acceptable({ border = 65 }, brun) under press\"\n";
    let read = Scenario::read("scenario.toml", (ongoing.clone() + policy + claim).as_bytes(), &NoFiles);
    let found = judged(&read.scenario.expect("a scenario"), 2000);
    assert!(found[0].guarded);
    for reading in found[0].seen.iter().flat_map(|seen| &seen.families).flat_map(|family| &family.readings) {
        assert_eq!(reading.verdict, Verdict::Conditions);
        assert_eq!((reading.yes, reading.no, reading.split), (0, 0, 0));
        assert!(
            reading.turns_on.is_none() && reading.chances.is_empty() && reading.example == <_>::default()
        );
    }
    let leans = &reading(&found[0], "room").leans;
    assert!(leans.iter().any(|lean| lean.input == "stance.brun.border.accept.max" && lean.rises));
    // Put on together with others it is refused.
    let together = claim.replace("under press", "under (press, open)");
    let read = Scenario::read("scenario.toml", (ongoing + policy + &together).as_bytes(), &NoFiles);
    let scenario = read.scenario.expect("a scenario");
    let settings = Settings { seed: 1, draws: 10, design: Design::MonteCarlo, lenses: Vec::new() };
    let refused = Plan::new(&scenario, settings).err().expect("a refusal");
    assert!(refused.iter().any(|error| error.message.contains("press")));
}

/// A family's verdict with the counts of its readings.
type Bare = (Family, Verdict, Vec<(u64, u64, u64)>);

/// The verdicts without draws' numbers and names.
fn bare(judgements: &[Judgement]) -> Vec<Vec<Bare>> {
    let families = |judgement: &Judgement| {
        let all = judgement.seen.iter().flat_map(|seen| &seen.families);
        all.map(|family| {
            let counts = family.readings.iter().map(|reading| (reading.yes, reading.no, reading.split));
            (family.family, family.verdict, counts.collect())
        })
        .collect()
    };
    judgements.iter().map(families).collect()
}

const TESTS: [&str; 7] = [
    "room",
    "terms(border) >= 45",
    "P(deal) > 0.3",
    "gain(alba) under open > 10 and room",
    "P(war and not deal) < 0.5",
    "best(gain(brun), yield, open) > 5",
    "increases(terms(border), actor.alba.capability)",
];

#[test]
fn neither_threads_nor_the_order_of_rows_matter() {
    let scenario = scenario(&strings(&TESTS), "");
    let plan = plan(&scenario, 2500);
    let judge = Judge::new(&plan);
    let all = judged(&scenario, 2500);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    assert_eq!(alone.install(|| judged(&scenario, 2500)), all);
    let turned = |mut chunk: Chunk| {
        for rows in &mut chunk.arms {
            rows.draws.reverse();
            rows.branches.reverse();
            rows.statuses.reverse();
            rows.columns.iter_mut().for_each(|column| column.reverse());
        }
        chunk
    };
    let moved = moved(&judge);
    let chunks = (0..plan.chunks()).map(|index| turned(plan.chunk(index)));
    assert_eq!(judge.finish(&tally(&judge, &moved, chunks)), all);
}

#[test]
fn names_of_actors_do_not_matter() {
    let tests = strings(&TESTS);
    let named = |tests: &[String], base: &str| {
        let mut text = base.to_owned();
        for test in tests {
            write!(text, "\n[[claim]]\nby = \"a\"\nsays = \"b\"\ntest = {test:?}\n").expect("a string");
        }
        Scenario::read("scenario.toml", text.as_bytes(), &NoFiles).scenario.expect("a scenario")
    };
    // An actor without uncertain numbers: those draw by the name of their path.
    let renamed: Vec<String> = tests.iter().map(|test| test.replace("carn", "zorn")).collect();
    let before = judged(&named(&tests, BASE), 500);
    let after = judged(&named(&renamed, &BASE.replace("carn", "zorn")), 500);
    assert_eq!(bare(&before), bare(&after));
}

#[test]
fn solutions_that_disagree_count_for_neither_side() {
    let scenario = scenario(&strings(&["terms(border) >= 50", "not terms(border) >= 50"]), "");
    let plan = plan(&scenario, 100);
    let mut chunk = plan.chunk(0);
    for rows in &mut chunk.arms {
        for draw in 0..100 {
            rows.draws.push(draw);
            rows.branches.push(1);
            rows.statuses.push(rows.statuses[draw as usize]);
            // The other solution lies on the other side of everything.
            rows.columns.iter_mut().for_each(|column| {
                let other = 100.0 - column[draw as usize];
                column.push(other);
            });
        }
    }
    let judge = Judge::new(&plan);
    let found = judge.finish(&judge.tally(&chunk, &Moved::default()));
    let (claim, negation) = (reading(&found[0], "mean"), reading(&found[1], "mean"));
    assert!(claim.split > 90, "{}", claim.split);
    assert_eq!(claim.verdict, Verdict::Depends);
    assert_eq!((claim.yes, claim.no, claim.split), (negation.no, negation.yes, negation.split));
}

fn number() -> impl Strategy<Value = String> {
    let under =
        prop_oneof![Just(""), Just(" under yield"), Just(" under (open, brun_says)"), Just(" under stand")];
    let leaf = prop_oneof![
        Just("terms(border)".to_owned()),
        Just("gain(alba)".to_owned()),
        Just("P(deal)".to_owned()),
        Just("P(war or imposed)".to_owned()),
        Just("P(room and deal)".to_owned()),
    ];
    (leaf, under).prop_map(|(leaf, under)| leaf + under)
}

fn test() -> impl Strategy<Value = String> {
    let compare = (number(), prop::sample::select(vec!["<", "<=", ">=", ">"]), 0.0..1.0_f64).prop_map(
        |(number, relation, at)| {
            let at = if number.starts_with('P') { at } else { 30.0 + 40.0 * at };
            format!("{number} {relation} {at:.3}")
        },
    );
    let leaf = prop_oneof![
        Just("room".to_owned()),
        Just("fit under open".to_owned()),
        Just("acceptable({ border = 48 }, alba, brun)".to_owned()),
        compare,
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_verdict_of_a_negation_is_the_verdict_flipped(tests in prop::collection::vec(test(), 8)) {
        let both: Vec<String> = tests.iter().flat_map(|test| [test.clone(), format!("not ({test})")]).collect();
        let found = judged(&scenario(&both, ""), 300);
        for pair in found.chunks(2) {
            for (mine, theirs) in pair[0].seen.iter().zip(&pair[1].seen) {
                prop_assert_eq!(mine.families.len(), theirs.families.len());
                for (a, b) in mine.families.iter().zip(&theirs.families) {
                    prop_assert_eq!(a.verdict.flipped(), b.verdict);
                    prop_assert_eq!(a.knife_edge, b.knife_edge);
                    prop_assert_eq!(a.own_premises, b.own_premises);
                    for (a, b) in a.readings.iter().zip(&b.readings) {
                        prop_assert_eq!((a.yes, a.no, a.split), (b.no, b.yes, b.split));
                    }
                }
            }
        }
    }
}
