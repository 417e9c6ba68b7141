//! The mechanisms as scenarios: where a scenario is the same game as a closed form, the crisis lens comes to it as
//! precision grows and the grid of offers becomes finer.

#![expect(clippy::disallowed_methods, reason = "tests read the catalog; the library reads no files")]

use std::path::{Path, PathBuf};

use melian::ensemble::{Plan, Settings, speakers};
use melian::lens::{Ending, Quantity, RowStatus};
use melian::mechanism::find;
use melian::scenario::{NoFiles, Scenario};
use melian::uncertainty::Design;

fn folders() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/mechanisms");
    let entries = std::fs::read_dir(folder).expect("the catalog is part of the repository");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

/// A scenario of the catalog, some of its text exchanged.
fn scenario(name: &str, changes: &[(&str, &str)]) -> Scenario {
    scenario_of(name, "scenario.toml", changes)
}

fn scenario_of(name: &str, file: &str, changes: &[(&str, &str)]) -> Scenario {
    let folder = folders().into_iter().find(|folder| folder.ends_with(name)).expect("it is in the catalog");
    let mut text = std::fs::read_to_string(folder.join(file)).expect("it is in the folder");
    for (old, new) in changes {
        assert!(text.contains(old), "{name} has no `{old}`");
        text = text.replace(old, new);
    }
    let read = Scenario::read("scenario.toml", text.as_bytes(), &NoFiles);
    let said: Vec<String> = read.diagnostics.iter().map(ToString::to_string).collect();
    read.scenario.unwrap_or_else(|| panic!("{said:#?}"))
}

/// What the crisis lens says under a policy: a value per row for each quantity.
struct Played {
    columns: Vec<(Quantity, Vec<f64>)>,
}

impl Played {
    fn of(scenario: &Scenario, policy: Option<&str>, draws: u64) -> Self {
        let lenses = vec!["crisis".to_owned()];
        let plan = Plan::new(
            scenario,
            Settings { seed: 1, draws, design: Design::LatinHypercube { n: draws }, lenses },
        )
        .expect("the lens can run");
        let arm = plan.arms().position(|arm| arm.policy.as_deref() == policy && arm.perspective.is_none());
        let arm = arm.expect("there is such a policy");
        let rows = &plan.chunk(0).arms[arm];
        assert!(rows.statuses.iter().all(|status| *status == RowStatus::Solved), "{:?}", rows.statuses);
        let quantities = plan.measures(arm).iter().map(|measure| measure.quantity);
        Self { columns: quantities.zip(rows.columns.iter().cloned()).collect() }
    }

    fn rows(&self, quantity: Quantity) -> &[f64] {
        &self.columns.iter().find(|(known, _)| *known == quantity).expect("a measure of the lens").1
    }

    fn first(&self, quantity: Quantity) -> f64 {
        self.rows(quantity)[0]
    }
}

#[track_caller]
fn near(lens: f64, closed: f64, tolerance: f64) {
    assert!((lens - closed).abs() <= tolerance, "the lens says {lens}, the closed form {closed}");
}

fn closed(model: &str, given: &str, key: &str) -> f64 {
    find(model)[0].ask(given).expect("answered").number(key).expect("a number")
}

#[test]
fn every_mechanism_is_there_and_the_lens_speaks_of_it() {
    let folders = folders();
    assert_eq!(folders.len(), 13);
    for (folder, letter) in folders.iter().zip('a'..='m') {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(name.starts_with(&format!("{letter}-")), "{name}");
        for page in ["README.md", "sources.md"] {
            assert!(folder.join(page).is_file(), "{name}: {page}");
        }
        let speakers = speakers(&scenario(name, &[])).expect("lenses can speak");
        assert!(speakers.able.iter().any(|lens| lens == "crisis"), "{name}: {speakers:?}");
    }
}

/// a3: the risky demand below the threshold, the safe one above; terms come to p + c as the grid becomes finer.
#[test]
fn the_ultimatum_turns_at_its_threshold() {
    let terms = |played: &Played, scenario: &Scenario| {
        let issue = scenario.issue_ids().next().expect("an issue");
        played.first(Quantity::Terms(issue)) / 100.0
    };
    for (pi, x) in [("0.5", 0.9), ("0.65", 0.6)] {
        let given = format!("p=.5,ct=.1,cw=.4,ca=.1,pi={pi}");
        for (offers, precision, tolerance) in [("51", "400", 0.025), ("101", "1000", 0.012)] {
            let changes = [
                ("chance = 0.5", &*format!("chance = {pi}")),
                ("offers   = 51", &format!("offers   = {offers}")),
                ("precision = 400", &format!("precision = {precision}")),
            ];
            let scenario = scenario("a-bargaining-range", &changes);
            let played = Played::of(&scenario, None, 1);
            near(played.first(Quantity::War), closed("a3", &given, "war"), 0.005);
            near(terms(&played, &scenario), x, tolerance);
        }
    }
}

/// c2: bluffs, resistance and war, at several beliefs and costs.
#[test]
fn bluffs_come_to_their_closed_form() {
    for (q, w, a) in [(0.3, 0.5, 0.4), (0.2, 0.5, 0.4), (0.3, 0.5, 1.0), (0.3, 0.9, 0.4)] {
        let changes = [
            ("chance = 0.3", &*format!("chance = {q}")),
            ("cost = { b = 50 }", &format!("cost = {{ b = {} }}", 100.0 * w)),
            ("cost = 40", &format!("cost = {}", 100.0 * a)),
            ("precision = 400", "precision = 1000"),
        ];
        let played = Played::of(&scenario("c-bluff", &changes), None, 1);
        let given = format!("q={q},w={w},a={a}");
        near(played.first(Quantity::War), closed("c2", &given, "war"), 0.004);
        near(played.first(Quantity::Rung(1)), closed("c2", &given, "challenges"), 0.004);
    }
}

/// f1, with B making all offers: A fights exactly if p1 - cA > (1 - d) + d (p2 - cA).
#[test]
fn preventive_war_turns_where_the_condition_does() {
    let scenario = scenario("f-preventive-war", &[]);
    near(Played::of(&scenario, None, 1).first(Quantity::War), 1.0, 0.001);
    let slow = Played::of(&scenario, Some("slow_shift"), 1);
    near(slow.first(Quantity::War), 0.0, 0.03);
    let offers = |p2: &str| {
        let answer = find("f1")[0].ask(&format!("d=.6,p1=.7,p2={p2},ca=.1,cb=.1")).expect("answered");
        answer.holds("b_offers").expect("a condition")
    };
    assert_eq!((offers(".3"), offers(".66")), (true, false));
}

/// f2 with two types: the reluctant strike where the chance that the other does exceeds the tipping belief
/// (s - f)/((s - f) + (m - g)); below it calm and panic are both equilibria, and both are shown.
#[test]
fn fear_of_surprise_tips_where_the_belief_does() {
    for (f, war_cost) in [("-1", "150"), ("-.8", "130")] {
        let tipping = closed("f2", &format!("s=0,f={f},sd=.1,m=.5,g=0"), "known_tipping");
        for eager in [0.2, tipping - 0.06, tipping + 0.06] {
            let changes = [
                ("chance = 0.2", &*format!("chance = {eager}")),
                ("war_cost = 150", &format!("war_cost = {war_cost}")),
            ];
            let scenario = scenario_of("f-preventive-war", "surprise.toml", &changes);
            let played = Played::of(&scenario, None, 1);
            let war = played.rows(Quantity::War);
            let least = war.iter().copied().fold(1.0, f64::min);
            let calm = 1.0 - (1.0 - eager) * (1.0 - eager);
            near(least, if eager < tipping { calm } else { 1.0 }, 0.01);
        }
    }
    let scenario = scenario_of("f-preventive-war", "surprise.toml", &[]);
    let war = Played::of(&scenario, None, 1).rows(Quantity::War).to_vec();
    assert!(war.iter().any(|war| (war - 1.0).abs() < 0.01), "panic stands beside the calm: {war:?}");
}

/// b: another game; the direction is the same: the dearer A's word, the less often it gives in and the more it gains.
#[test]
fn audience_costs_work_in_one_direction() {
    let of = |cost: &str| {
        let changed = format!("cost = {cost}\n\n[type.a");
        let scenario = scenario("b-audience-costs", &[("cost = 100\n\n[type.a", &*changed)]);
        let a = scenario.actor_ids().next().expect("an actor");
        let played = Played::of(&scenario, None, 1);
        (played.first(Quantity::War), played.first(Quantity::Gain(a)))
    };
    let (none, some, much) = (of("0"), of("30"), of("100"));
    assert!(none.0 > some.0 && some.0 > much.0, "war: {none:?} {some:?} {much:?}");
    assert!(none.1 < much.1, "gain: {none:?} {much:?}");
    let prevails = |a1: &str| closed("b", &format!("a1={a1},a2=.5,w1=2,w2=2"), "concedes_1");
    assert!(prevails(".5") > prevails("1") && prevails("1") > prevails("2"));
}

/// d with one test to come is the same game: B comes where its belief in a tough A is below b, here 2/3: crossing is worth 25
/// a period if let pass, 25 - 50 if fought, so b = 50/75. With three tests it is another game, in the same direction.
#[test]
fn the_last_test_comes_where_the_belief_is_below_its_threshold() {
    let crossed = |p: &str, periods: &str| {
        let changes = [
            ("chance = 0.1,", &*format!("chance = {p},")),
            ("periods = 6", &format!("periods = {periods}")),
            ("precision = 40", "precision = 400"),
        ];
        Played::of(&scenario("d-reputation", &changes), None, 1).first(Quantity::Rung(1))
    };
    for (p, comes) in [(".3", 1.0), (".6", 1.0), (".73", 0.0), (".9", 0.0)] {
        let answer = find("d1")[0].ask(&format!("b=.6666666666666666,a=2,p={p},n=1")).expect("answered");
        assert_eq!(answer.verdict, if comes > 0.5 { "enter" } else { "out" });
        near(crossed(&format!("0{p}"), "2"), comes, 0.01);
    }
    assert!(crossed("0.1", "6") > crossed("0.9", "6") + 0.5);
}

/// e: another game; the direction is Powell's (1990): more resolve on both sides, more risk of disaster.
#[test]
fn more_resolve_on_both_sides_raises_the_risk() {
    let disaster = |high: &str| {
        let changed = format!("chance = {high}, war_cost = 100");
        let changes = [("chance = 0.5, war_cost = 100", &*changed), ("precision = 20", "precision = 10")];
        let scenario = scenario("e-brinkmanship", &changes);
        Played::of(&scenario, None, 1).first(Quantity::War)
    };
    let risks = ["0.2", "0.5", "0.8"].map(disaster);
    assert!(risks.is_sorted() && risks[2] > risks[0] + 0.02, "{risks:?}");
}

/// g: trust after an attack decides whether the deal stands.
#[test]
fn spoilers_break_what_trust_does_not_carry() {
    let scenario = scenario("g-spoilers", &[]);
    let stands = |policy| Played::of(&scenario, policy, 1).first(Quantity::Ending(Ending::Deal));
    // Collapse after a successful attack: only the trustworthy under calm are left, .7 x .8.
    near(stands(None), 0.56, 0.005);
    assert_eq!(find("g")[0].ask("t=.7,b=1,c=1,st=.2,su=.6").expect("answered").verdict, "collapses");
    // The deal survives attacks: all the trustworthy are left.
    near(stands(Some("more_trust")), 0.8, 0.005);
    assert_eq!(find("g")[0].ask("t=.8,b=1,c=1,st=.2,su=.6").expect("answered").verdict, "holds");
}

/// h: among the equilibria of two steps is the one in which only the trustworthy go on, P = trust^2; of one step there
/// is none with cooperation.
#[test]
fn a_first_step_reassures() {
    let scenario = scenario("h-reassurance", &[]);
    let deals = |policy| Played::of(&scenario, policy, 1).rows(Quantity::Ending(Ending::Deal)).to_vec();
    let answer = find("h")[0].ask("r=1,p=0,t=.5,tg=1.5,s=-.25,trust=.3").expect("answered");
    assert_eq!(answer.verdict, "two steps");
    let most = |rows: Vec<f64>| rows.into_iter().fold(0.0, f64::max);
    near(most(deals(None)), answer.number("cooperation").expect("a number"), 0.004);
    near(most(deals(Some("one_step"))), 0.0, 0.004);
}

/// i1: the office fights on, the country would not; an office that survives a settlement settles.
#[test]
fn an_office_gambles_where_its_country_would_not() {
    let scenario = scenario("i-resurrection", &[]);
    let war = |policy| Played::of(&scenario, policy, 1).first(Quantity::War);
    near(war(None), 1.0, 0.001);
    near(war(Some("country")), 0.0, 0.001);
    near(war(Some("safe_settlement")), 0.0, 0.001);
    let verdict =
        |s: &str| find("i1")[0].ask(&format!("b=1,km=1,kl=1,s={s},pw=.3")).expect("answered").verdict;
    assert_eq!((verdict(".1"), verdict(".8")), ("fights on", "settles"));
}

/// j1: the share of attacks, and reliability over all cases and over those attacked.
#[test]
fn those_attacked_have_the_weaker_allies() {
    let scenario = scenario("j-alliance", &[]);
    let ally = scenario.actor_ids().nth(2).expect("the ally");
    let played = Played::of(&scenario, None, 500);
    let (wars, joins) = (played.rows(Quantity::War), played.rows(Quantity::Joins(ally)));
    let share = wars.iter().sum::<f64>() / wars.len() as f64;
    let mean = joins.iter().sum::<f64>() / joins.len() as f64;
    let attacked: f64 = wars.iter().zip(joins).map(|(war, joins)| war * joins).sum();
    let given = "p0=.7,p1=.35,ca=.5";
    near(share, closed("j1", given, "attacked"), 0.005);
    near(mean, closed("j1", given, "reliability"), 0.005);
    near(attacked / wars.iter().sum::<f64>(), closed("j1", given, "seen"), 0.005);
}

/// k: all types rank B's acts alike, so that what A says changes nothing: beliefs stay at the prior.
#[test]
fn words_that_all_would_say_are_not_believed() {
    let played = Played::of(&scenario("k-cheap-talk", &[]), None, 1);
    let beliefs = played.columns.iter().filter(|(quantity, _)| matches!(quantity, Quantity::Belief(_)));
    for (_, rows) in beliefs {
        for belief in rows {
            near(*belief, 0.5, 1e-6);
        }
    }
    near(played.first(Quantity::War), 0.5, 0.005);
    let given = "prior=[.5,.5],sender=[1,.5;1,0],receiver=[-1,-1.5;-1,0]";
    assert_eq!(find("k5")[0].ask(given).expect("answered").verdict, "for form's sake");
}

/// l1: shares by deadline, to the grid: a hundredth lost at each answer, as an indifferent party accepts half the time.
#[test]
fn shares_before_a_deadline_come_to_backward_induction() {
    for (periods, tolerance) in [("1", 0.015), ("2", 0.02), ("3", 0.02), ("5", 0.03)] {
        let changes = [("periods   = 5", &*format!("periods   = {periods}"))];
        let scenario = scenario("l-deadline", &changes);
        let a = scenario.actor_ids().next().expect("an actor");
        let played = Played::of(&scenario, None, 1);
        near(
            played.first(Quantity::Gain(a)) / 100.0,
            closed("l1", &format!("d1=.9,d2=.8,t={periods}"), "share"),
            tolerance,
        );
    }
}

/// m1: at the effective discount the preventive condition has war for the long horizon and none for the short one.
#[test]
fn a_short_horizon_fights_no_preventive_war() {
    let scenario = scenario("m-horizon", &[]);
    near(Played::of(&scenario, None, 1).first(Quantity::War), 1.0, 0.001);
    near(Played::of(&scenario, Some("short_horizon"), 1).first(Quantity::War), 0.0, 0.05);
    let fights = |s: &str| {
        let given = format!("t=1.5,r=1,p=0,d=.95,s={s},p1=.7,p2=.3,ca=.1,cb=.1");
        find("m1")[0].ask(&given).expect("answered").holds("preventive_b_offers").expect("a condition")
    };
    assert_eq!((fights(".9"), fights(".3")), (true, false));
}
