//! Hinges with closed forms, and what must not change them.

use super::*;
use crate::ensemble::Settings;
use crate::scenario::{NoFiles, Scenario};
use crate::uncertainty::Design;

const DRAWS: u64 = 400;

fn scenario(status: &str, rest: &str) -> Scenario {
    let text = format!(
        "[scenario]\ntitle = \"t\"\nstatus = \"{status}\"\n[actor.a]\n[actor.b]\n[issue.x]\nno_deal = 0\n{rest}"
    );
    let read = Scenario::read("t.toml", text.as_bytes(), &NoFiles);
    assert!(read.scenario.is_some(), "{:?}", read.diagnostics);
    read.scenario.expect("a scenario")
}

fn plan(scenario: &Scenario, lens: &str) -> Plan {
    // A Latin hypercube: the median of the draws is the median of the distribution.
    let design = Design::LatinHypercube { n: DRAWS };
    let settings = Settings { seed: 1, draws: DRAWS, design, lenses: vec![lens.to_owned()] };
    Plan::new(scenario, settings).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn hinges(scenario: &Scenario, lens: &str) -> Hinges {
    study(&plan(scenario, lens), Reach { draws: DRAWS, certain: true, pairs: true }, None)
}

fn room(scenario: &Scenario) -> Answer {
    let found = hinges(scenario, "room");
    found.answers.into_iter().find(|answer| answer.question == Question::Room).expect("room is asked")
}

fn path(scenario: &Scenario, field: FieldId) -> &str {
    &scenario.field(field).path
}

/// Two red lines on one issue: `a` takes `least` or more, `b` takes `most` or less.
fn lines(status: &str, least: &str, most: &str) -> Scenario {
    scenario(
        status,
        &format!(
            "[stance.a.x]\nposition = 100\nsalience = 50\naccept = {{ min = {least} }}\n\
             [stance.b.x]\nposition = 0\nsalience = 50\naccept = {{ max = {most} }}\n"
        ),
    )
}

#[test]
fn room_turns_where_the_intervals_overlap() {
    // Room if U(30, 70) >= 60: in a quarter of the draws. With the end known, from 60 on.
    let scenario = lines("past", "60", "\"30..70\"");
    let answer = room(&scenario);
    assert_eq!(answer.stands, Some(Side::No));
    assert!((answer.score - 0.25).abs() < 0.01, "{}", answer.score);
    let nearest = &answer.hinges[0];
    assert_eq!(path(&scenario, nearest.input), "stance.b.x.accept.max");
    assert_eq!((nearest.from, nearest.up, nearest.excluded, nearest.becomes), (50.0, true, false, Side::Yes));
    assert!((nearest.at - 60.0).abs() < 0.05, "{nearest:?}");
    assert!((nearest.distance - 0.25).abs() < 0.002, "{nearest:?}");
    // The certain end must come down to the middle of the other's: a value that was excluded.
    let other = &answer.hinges[1];
    assert_eq!(path(&scenario, other.input), "stance.a.x.accept.min");
    assert!(other.excluded && !other.up && (other.at - 50.0).abs() < 0.2, "{other:?}");
    // To know the end is to know the answer: right in all draws rather than in three quarters of them.
    assert_eq!(answer.worth[0].turns, 0.25);
    assert!((answer.worth[0].gain - 0.25).abs() < 1e-9, "{:?}", answer.worth);
}

#[test]
fn two_red_lines_meet_halfway() {
    // U(20, 60) against U(40, 80). Known alone, either end has to go all the way, to the other's middle; together each
    // goes a quarter of its mass, to 50: at a distance of 1/sqrt(8).
    let scenario = lines("past", "\"40..80\"", "\"20..60\"");
    let answer = room(&scenario);
    assert!(answer.hinges.iter().all(|hinge| hinge.distance > 0.47), "{:?}", answer.hinges);
    let pair = answer.pair.expect("a pair");
    let exact = 0.125_f64.sqrt();
    assert!((pair.distance - exact).abs() < 0.005, "{pair:?}");
    assert!(pair.at.iter().all(|at| (at - 50.0).abs() < 0.5), "{pair:?}");
    assert_eq!(pair.becomes, Side::Yes);
}

#[test]
fn a_mean_turns_where_its_closed_form_does() {
    // (20 + x) / 2 = 50 at x = 80, a sixth of U(40, 100) above its middle.
    let scenario = scenario(
        "past",
        "[stance.a.x]\nposition = 20\nsalience = 50\n[stance.b.x]\nposition = \"40..100\"\nsalience = 50\n\
         [lens.mean]\nweights = \"equal\"\n",
    );
    let found = hinges(&scenario, "mean");
    let answer =
        found.answers.iter().find(|a| matches!(a.question, Question::Terms(..))).expect("terms are asked");
    assert_eq!(answer.stands, Some(Side::Low));
    assert!((answer.score - 45.0).abs() < 0.1, "{}", answer.score);
    let nearest = &answer.hinges[0];
    assert_eq!(path(&scenario, nearest.input), "stance.b.x.position");
    assert!((nearest.at - 80.0).abs() < 0.05, "{nearest:?}");
    assert!((nearest.distance - 1.0 / 6.0).abs() < 0.002, "{nearest:?}");
    // The other's position is certain: 30 of a middle draw of 70.
    let other = &answer.hinges[1];
    assert!(other.excluded && (other.at - 30.0).abs() < 0.3, "{other:?}");
    // Equal weights: no salience moves anything.
    assert!(answer.hinges.iter().all(|hinge| !path(&scenario, hinge.input).ends_with("salience")));
}

#[test]
fn listed_values_are_the_only_ones_inside() {
    let most = "{ values = [30, 55, 80], weights = [1, 1, 1] }";
    let scenario = lines("past", "60", most);
    let answer = room(&scenario);
    let nearest = &answer.hinges[0];
    assert_eq!((nearest.at, nearest.excluded), (80.0, false), "{nearest:?}");
    assert!((nearest.distance - 1.0 / 6.0).abs() < 1e-9, "{nearest:?}");
}

#[test]
fn nothing_that_was_given_moves_a_base_rate() {
    let scenario = scenario(
        "past",
        "[stance.a.x]\nposition = \"0..40\"\nsalience = 50\n[stance.b.x]\nposition = 90\nsalience = 50\n\
         [lens.base_rate]\nfilter = { territorial = true }\n",
    );
    let found = hinges(&scenario, "base_rate");
    let answer =
        found.answers.iter().find(|a| matches!(a.question, Question::Ending(_))).expect("endings are asked");
    assert!(answer.stands.is_some() && answer.moved_by == 0);
    assert!(answer.hinges.is_empty() && answer.pair.is_none() && answer.worth.is_empty());
}

#[test]
fn every_hinge_turns_the_answer_over() {
    let scenario = lines("past", "\"40..80\"", "\"30..75\"");
    let plan = plan(&scenario, "room");
    let ensemble = Ensemble::new(&plan, vec![0], DRAWS as usize);
    let asked = question::headlines(&plan);
    let answer = room(&scenario);
    assert!(!answer.hinges.is_empty());
    for hinge in &answer.hinges {
        let input = Input::new(&plan, hinge.input).expect("an input");
        let read = |rows: &crate::ensemble::Chunk| asked[0].read(rows);
        let there = ensemble.pinned(&mut ensemble.worker(), &[(&input, hinge.at)], &[0], read);
        assert_eq!(there.side, Some(hinge.becomes));
        assert_ne!(Some(hinge.becomes), answer.stands);
    }
}

#[test]
fn threads_and_names_change_nothing() {
    let scenario = lines("past", "\"40..80\"", "\"30..75\"");
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| hinges(&scenario, "room"))
    };
    assert_eq!(on(1), on(3));
    // An actor's name to show is no part of any path.
    let mut renamed = scenario.clone();
    renamed.actors[0].name = "somebody else".to_owned();
    assert_eq!(hinges(&scenario, "room"), hinges(&renamed, "room"));
}

#[test]
fn guarded_inputs_get_a_direction_only_while_it_goes_on() {
    for (status, guarded) in [("ongoing", true), ("past", false)] {
        let mut scenario = lines(status, "60", "\"30..70\"");
        // As if the end of the range were the chance that an ally comes.
        let field =
            scenario.fields.iter().position(|field| field.path == "stance.b.x.accept.max").expect("a field");
        "ally.1.chance".clone_into(&mut scenario.fields[field].path);
        let answer = room(&scenario);
        let field = FieldId::new(field);
        assert_eq!(answer.hinges.iter().any(|hinge| hinge.input == field), !guarded);
        assert_eq!(answer.conditions.iter().any(|condition| condition.input == field), guarded);
        assert_eq!(answer.worth.iter().any(|worth| worth.input == field), !guarded);
        if guarded {
            let condition = &answer.conditions[0];
            assert_eq!(
                (condition.up, condition.becomes, condition.kind),
                (true, Side::Yes, Some(Guarded::Ally))
            );
        }
    }
}

/// Red lines with claims on them, and their hinges by claim.
fn of_claims(status: &str, more: &str, tests: &[&str]) -> (Scenario, Vec<Answer>) {
    let claim = |test: &&str| format!("[[claim]]\nby = \"b\"\nsays = \"s\"\ntest = \"{test}\"\n");
    let claims = tests.iter().map(claim).collect::<Vec<_>>().concat();
    let scenario = scenario(
        status,
        &format!(
            "[stance.a.x]\nposition = 20\nsalience = 50\naccept = {{ min = 60 }}\n\
             [stance.b.x]\nposition = \"40..100\"\nsalience = 50\naccept = {{ max = \"30..70\" }}\n\
             [lens.mean]\nweights = \"equal\"\n{more}{claims}"
        ),
    );
    let design = Design::LatinHypercube { n: DRAWS };
    let lenses = vec!["room".to_owned(), "mean".to_owned()];
    let settings = Settings { seed: 1, draws: DRAWS, design, lenses };
    let plan = Plan::new(&scenario, settings).unwrap_or_else(|problems| panic!("{problems:?}"));
    let found = study(&plan, Reach { draws: DRAWS, certain: false, pairs: false }, None);
    let claims = found.answers.into_iter().filter(|answer| matches!(answer.question, Question::Claim(..)));
    (scenario, claims.collect())
}

#[test]
fn a_flipped_claim_has_the_same_hinges() {
    let (_, answers) = of_claims("past", "", &["room", "not room", "terms(x) >= 50", "terms(x) < 50"]);
    for pair in [[0, 1], [2, 3]] {
        let of = |claim: usize| -> Vec<&Answer> {
            answers
                .iter()
                .filter(|answer| matches!(answer.question, Question::Claim(own, _) if own == claim))
                .collect()
        };
        let (one, other) = (of(pair[0]), of(pair[1]));
        assert!(!one.is_empty() && one.len() == other.len());
        for (one, other) in one.into_iter().zip(other) {
            assert_ne!(one.stands, other.stands);
            let values = |answer: &Answer| -> Vec<(FieldId, f64, bool)> {
                answer.hinges.iter().map(|hinge| (hinge.input, hinge.at, hinge.up)).collect()
            };
            assert!(!one.hinges.is_empty());
            assert_eq!(values(one), values(other));
        }
    }
    // The closed forms: an end at 60, a position at 80.
    let at =
        |claim: usize| answers.iter().find(|a| matches!(a.question, Question::Claim(own, _) if own == claim));
    assert!((at(0).expect("a claim").hinges[0].at - 60.0).abs() < 0.05);
    assert!((at(2).expect("a claim").hinges[0].at - 80.0).abs() < 0.1);
}

#[test]
fn claims_under_a_policy_follow_the_number_as_the_policy_changes_it() {
    // Moved up by 10, the end reaches 60 from 50 on.
    let policy = "[policy.p]\nshift = { \"stance.b.x.accept.max\" = 10 }\n";
    let (_, answers) = of_claims("past", policy, &["room under p"]);
    let answer = answers.iter().find(|answer| answer.stands.is_some()).expect("a family that can tell");
    assert!((answer.hinges[0].at - 50.0).abs() < 0.2, "{:?}", answer.hinges);
}

#[test]
fn claims_that_test_coercion_get_directions_only_while_it_goes_on() {
    let policy = "[policy.p]\ncoercive = true\nshift = { \"stance.b.x.accept.max\" = 10 }\n";
    let (_, answers) = of_claims("ongoing", policy, &["room under p"]);
    let answer = answers.iter().find(|answer| answer.stands.is_some()).expect("a family that can tell");
    assert!(answer.guarded && answer.hinges.is_empty() && answer.worth.is_empty() && answer.score.is_nan());
    assert!(!answer.conditions.is_empty());
}
