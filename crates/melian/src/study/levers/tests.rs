use super::*;
use crate::lens;
use crate::scenario::NoFiles;
use crate::uncertainty::Design;

const TALKS: &str = r#"
[scenario]
title  = "talks"
status = "STATUS"
[actor.a]
capability = 60
[actor.b]
capability = "20..40"
[actor.c]
capability = 10
[issue.x]
no_deal = 0
[issue.y]
no_deal = 20
[stance.a.x]
position = "80..100"
salience = 60
accept   = { min = "40..80" }
[stance.b.x]
position = 10
salience = "30..90"
accept   = { max = "30..70" }
[stance.c.x]
position = 40
salience = 20
[stance.a.y]
position = 30
salience = 50
[stance.b.y]
position = "60..70"
salience = 50
accept   = { min = 20 }
[[link]]
if   = "x >= 50"
then = "y >= 60"
[policy.monitors]
by    = "A"
shift = { "stance.b.x.accept.max" = 10 }
[policy.strike]
coercive = true
shift = { "stance.b.x.accept.max" = 30 }
[policy.rearm]
scale = { "actor.a.capability" = 2.0 }
[policy.squeeze]
set = { "issue.x.no_deal" = 30 }
[policy.stonewall]
do = { b = "refuse" }
[policy.submit]
do = { b = "accept" }
"#;

fn talks(status: &str) -> Scenario {
    let text = TALKS.replace("STATUS", status);
    let read = Scenario::read("t.toml", text.as_bytes(), &NoFiles);
    read.scenario.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
}

fn levers(scenario: &Scenario, seat: Seat, lens: &str, unit: f64) -> Levers {
    let settings = Settings { seed: 1, draws: 600, design: Design::MonteCarlo, lenses: Vec::new() };
    study(scenario, &settings, &lens::find(lens), seat, unit).expect("levers")
}

#[test]
fn nothing_coercive_is_ever_listed() {
    for status in ["ongoing", "past", "hypothetical"] {
        let scenario = talks(status);
        let all = levers(&scenario, Seat::Mediator, "compromise", 1.0);
        let policies: Vec<&str> = all
            .levers
            .iter()
            .filter_map(|lever| match lever.what {
                Move::Policy(index) => Some(scenario.policies[index].id.as_str()),
                _ => None,
            })
            .collect();
        assert!(policies.contains(&"monitors") && policies.contains(&"submit"), "{policies:?}");
        assert_eq!((policies.len(), all.left_out), (2, 4));
        assert!(all.levers.iter().all(|lever| lever.effects[0].gains.len() == 3));
    }
}

#[test]
fn the_compromise_derivative_is_that_of_the_formula_and_of_differences() {
    let scenario = talks("past");
    let all = levers(&scenario, Seat::Mediator, "compromise", 1e-4);
    let world = World::new(
        &scenario,
        scenario.clone(),
        &Settings { seed: 1, draws: 600, design: Design::MonteCarlo, lenses: Vec::new() },
        &lens::find("compromise"),
        &mut Vec::new(),
    )
    .expect("a world");
    let before = world.measure(600, None);
    let mut looked = 0;
    for lever in &all.levers {
        let Some((_, issue, _)) = lever.what.derived(&scenario) else { continue };
        assert!(lever.effects[0].exact);
        let after = world.measure(600, Some(&shifts(&scenario, &lever.what, 1e-4)));
        let terms = |measured: &Measured| measured.terms[0][issue.index()].clone();
        let differences: Vec<f64> =
            terms(&after).iter().zip(terms(&before)).map(|(after, before)| (after - before) / 1e-4).collect();
        let slope = mean(&differences).expect("draws");
        let exact = lever.effects[0].terms[issue.index()];
        assert!((slope - exact).abs() < 1e-6, "{:?}: {slope} and {exact}", lever.what);
        looked += 1;
    }
    assert_eq!(looked, 10);
}

#[test]
fn the_derivative_by_hand() {
    let text = "[scenario]\ntitle = \"t\"\nstatus = \"past\"\n[actor.a]\ncapability = 2\n[actor.b]\ncapability = 1\n\
                [issue.x]\nno_deal = 0\n[stance.a.x]\nposition = 0\nsalience = 50\n\
                [stance.b.x]\nposition = 90\nsalience = 50\n";
    let scenario = Scenario::read("t.toml", text.as_bytes(), &NoFiles).scenario.expect("a scenario");
    let all = levers(&scenario, Seat::Actor(ActorId::new(0)), "compromise", 1.0);
    // Weights 100 and 50, mean 30: 100/150 per point of position; 2 (0 - 30) / 150 per point of salience.
    let of = |wanted: &Move| {
        let lever = all.levers.iter().find(|lever| lever.what == *wanted).expect("a lever");
        lever.effects[0].terms[0]
    };
    let (a, x) = (ActorId::new(0), IssueId::new(0));
    assert!((of(&Move::Position(a, x, true)) - 2.0 / 3.0).abs() < 1e-12);
    assert!((of(&Move::Salience(a, x, true)) + 0.4).abs() < 1e-12);
    assert_eq!(all.room, None);
}

#[test]
fn concessions_never_narrow_the_room_and_the_actor_moves_only_its_own() {
    let scenario = talks("past");
    let all = levers(&scenario, Seat::Mediator, "mean", 5.0);
    assert!(all.room.is_some_and(|room| room > 0.05 && room < 0.95), "{:?}", all.room);
    for lever in &all.levers {
        if matches!(lever.what, Move::AcceptLess(..) | Move::AcceptMore(..) | Move::Loosen(_)) {
            assert!(lever.room.is_some_and(|room| room >= 0.0), "{lever:?}");
        }
    }
    let (b, x) = (ActorId::new(1), IssueId::new(0));
    let first = all.levers.first().expect("levers");
    assert!(first.room.is_some_and(|room| room > 0.0));
    let own = levers(&scenario, Seat::Actor(b), "mean", 5.0);
    assert!(own.levers.iter().all(|lever| match lever.what {
        Move::AcceptLess(actor, _)
        | Move::AcceptMore(actor, _)
        | Move::Position(actor, ..)
        | Move::Salience(actor, ..) => actor == b,
        Move::Loosen(_) => false,
        Move::Policy(index) => scenario.policies[index].id == "submit",
    }));
    assert!(own.levers.iter().any(|lever| lever.what == Move::AcceptMore(b, x)));
}
