//! Effects with closed forms, standards on a table worked by hand, and the guard.

use super::*;
use crate::lens;
use crate::scenario::NoFiles;
use crate::uncertainty::Design;

const DRAWS: u64 = 400;

fn scenario(status: &str) -> Scenario {
    let text = format!(
        "[scenario]\ntitle = \"t\"\nstatus = \"{status}\"\n[actor.a]\n[actor.b]\n[issue.x]\nno_deal = 0\n\
         [stance.a.x]\nposition = 100\nsalience = 50\naccept = {{ min = 60 }}\n\
         [stance.b.x]\nposition = \"0..40\"\nsalience = 50\naccept = {{ max = \"30..70\" }}\n\
         [lens.mean]\nweights = \"equal\"\n\
         [policy.widen]\nshift = {{ \"stance.b.x.accept.max\" = 20 }}\n\
         [policy.move]\nshift = {{ \"stance.b.x.position\" = 10 }}\n\
         [policy.press]\ncoercive = true\nshift = {{ \"stance.a.x.accept.min\" = -60 }}\n"
    );
    let read = Scenario::read("t.toml", text.as_bytes(), &NoFiles);
    assert!(read.scenario.is_some(), "{:?}", read.diagnostics);
    read.scenario.expect("a scenario")
}

fn answer(scenario: &Scenario) -> Policies {
    let lenses: Vec<&'static dyn Lens> = ["room", "mean"].iter().flat_map(|id| lens::find(id)).collect();
    let design = Design::LatinHypercube { n: DRAWS };
    let settings = Settings { seed: 1, draws: DRAWS, design, lenses: Vec::new() };
    study(scenario, &[], &settings, &lenses, true).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn find<'a>(answer: &'a Policies, policy: usize, measure: &str) -> &'a Effect {
    let mut own = answer.effects.iter().filter(|effect| effect.policy == policy && effect.measure == measure);
    own.next().unwrap_or_else(|| panic!("{measure}"))
}

#[test]
fn effects_are_differences_draw_by_draw() {
    let answer = answer(&scenario("past"));
    // U(30, 70) >= 60 in a quarter of the draws, U(50, 90) in three quarters, and never the other way round.
    let room = find(&answer, 0, "room");
    assert!((room.before - 0.25).abs() < 0.005 && (room.after - 0.75).abs() < 0.005, "{room:?}");
    assert!((room.rises - 0.5).abs() < 0.005 && room.falls == 0.0 && room.judged == DRAWS, "{room:?}");
    // The standard error of 400 differences that are 1 in half the draws and 0 in half.
    let error = 1.644_853_6 * (0.25_f64 / 399.0).sqrt();
    assert!((room.interval.1 - room.change - error).abs() < 1e-6, "{room:?}");
    // A position moved by 10 moves an equal mean by 5, in every draw alike; so the gain of one at 100 from 0.
    for measure in ["terms_x", "gain_a"] {
        let moved = find(&answer, 1, measure);
        assert!((moved.change - 5.0).abs() < 1e-9 && moved.rises == 1.0, "{moved:?}");
        assert!((moved.spread.1 - moved.spread.0).abs() < 1e-9 && moved.interval.1 - moved.interval.0 < 1e-9);
    }
    assert!(find(&answer, 0, "terms_x").change == 0.0);
}

#[test]
fn standards_follow_the_gains() {
    let answer = answer(&scenario("past"));
    let a = &answer.standards[0];
    // Options: as written, widen, move, press. `move` gains 5 more for `a` in every draw; the others leave its gains.
    assert_eq!(a.options.len(), 4);
    assert_eq!((a.maximin, a.minimax_regret, a.satisficing), (Some(2), Some(2), None));
    assert!(a.dominates.contains(&(2, 0)) && a.dominates.contains(&(2, 3)) && !a.dominates.contains(&(0, 1)));
    assert!((a.options[0].regret - 5.0).abs() < 1e-9 && a.options[2].regret == 0.0);
    assert!((a.options[0].mean[0].1 - 60.0).abs() < 0.1, "{:?}", a.options[0]);
    assert_eq!(a.options[0].satisfied[0].1, 1.0);
}

#[test]
fn coercive_policies_are_never_combined_and_not_compared_while_it_goes_on() {
    let past = answer(&scenario("past"));
    assert_eq!(past.compared, [0, 1, 2]);
    assert_eq!(past.combinations.len(), 1);
    assert_eq!(past.combinations[0].policies, [0, 1]);
    assert!(
        (past.combinations[0].room - 0.75).abs() < 0.005 && past.combinations[0].room_of_best_part > 0.74
    );
    let ongoing = answer(&scenario("ongoing"));
    assert_eq!((ongoing.compared.as_slice(), ongoing.left_out.as_slice()), (&[0, 1][..], &[2][..]));
    assert!(ongoing.effects.iter().all(|effect| effect.policy != 2));
    assert!(ongoing.standards.iter().all(|standards| standards.options.len() == 3));
    assert!(ongoing.combinations.iter().all(|combination| !combination.policies.contains(&2)));
}

#[test]
fn regret_and_the_worst_case_may_choose_differently() {
    // Savage 1951, in the manner of his example: two states of the world, three options.
    let gains = Gains { lenses: vec![(Family::Baseline, vec![vec![4.0, 0.0, 2.5], vec![1.0, 12.0, 4.0]])] };
    let best = |cell: &[f64]| cell.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let worst: Vec<f64> = (0..3).map(|o| gains.cells().map(|c| c[o]).fold(f64::INFINITY, f64::min)).collect();
    let regret: Vec<f64> =
        (0..3).map(|o| gains.cells().map(|c| best(c) - c[o]).fold(0.0, f64::max)).collect();
    assert_eq!(worst, [1.0, 0.0, 2.5]);
    assert_eq!(regret, [11.0, 4.0, 8.0]);
    assert!(dominates(&gains, 3).is_empty());
    assert_eq!(gains.by_family(|cell| cell[2]), [(Family::Baseline, 3.25)]);
}
