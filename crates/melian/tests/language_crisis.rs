//! The crisis sections of the language: what is read, what is refused, and how that is said.

use insta::assert_snapshot;
use melian::scenario::crisis::{ActKind, AtDeadline, Order};
use melian::scenario::{ActorId, FieldId, NoFiles, Read, Scenario};
use melian::uncertainty::Estimate;

mod said;

const STRAIT: &str = include_str!("scenarios/crisis.toml");

const NORTH: usize = 0;
const SOUTH: usize = 1;
const PATRON: usize = 2;

fn read(text: &str) -> Read {
    Scenario::read("scenario.toml", text.as_bytes(), &NoFiles)
}

fn strait() -> Scenario {
    let read = read(STRAIT);
    assert!(read.diagnostics.is_empty(), "{:#?}", read.diagnostics);
    read.scenario.expect("no errors")
}

fn path(scenario: &Scenario, field: FieldId) -> &str {
    &scenario.field(field).path
}

fn of(numbers: &[(ActorId, FieldId)], actor: usize) -> Option<FieldId> {
    numbers.iter().find(|(other, _)| other.index() == actor).map(|(_, field)| *field)
}

#[test]
fn the_game_is_read() {
    let scenario = strait();
    let game = &scenario.crisis.game;
    assert_eq!(game.players, [NORTH, SOUTH].map(ActorId::new));
    assert_eq!((game.moves, game.first), (Order::Alternating, Some(ActorId::new(NORTH))));
    assert_eq!((game.periods, game.memory, game.offers), (Some(8), Some(1), Some(6)));
    assert_eq!(game.acts[0].1, [ActKind::Wait, ActKind::Offer, ActKind::Concede, ActKind::WalkOut]);
    assert_eq!(path(&scenario, game.weights[1].1), "game.weights.offer");
    assert_eq!(path(&scenario, of(&game.discount, SOUTH).expect("south's")), "game.discount.south");
    assert_eq!((game.packages[0].id.as_str(), game.packages[0].name.as_str()), ("shared", "Shared passage"));
    assert_eq!(path(&scenario, game.packages[0].terms[1].1), "game.package.shared.terms.tolls");
}

#[test]
fn rungs_have_their_costs_for_all_or_by_actor() {
    let scenario = strait();
    let ladder = scenario.crisis.ladder.as_ref().expect("there is one");
    assert_eq!(
        ladder.rungs.iter().map(|rung| rung.name.as_str()).collect::<Vec<_>>(),
        ["talks", "patrols", "closure", "war"]
    );
    let [_, patrols, closure, war] = &ladder.rungs[..] else { panic!("four rungs") };
    assert_eq!((patrols.cost, patrols.falls_back), (None, Some(0)));
    assert_eq!(
        path(&scenario, of(&patrols.cost_by, SOUTH).expect("south's")),
        "ladder.rungs.patrols.cost.south"
    );
    assert_eq!(path(&scenario, closure.cost.expect("for all")), "ladder.rungs.closure.cost");
    assert_eq!((&closure.by, closure.war, war.war), (&vec![ActorId::new(NORTH)], false, true));
}

#[test]
fn beliefs_for_all_leave_out_whom_they_are_about() {
    let scenario = strait();
    let believed = &scenario.crisis.guarantees[0].believed;
    let holders: Vec<usize> = believed.iter().map(|(actor, _)| actor.index()).collect();
    assert_eq!(holders, [NORTH, SOUTH, 3], "all but the patron, who gives it");
    assert!(believed.iter().all(|(_, field)| path(&scenario, *field) == "guarantee.patron.believed"));
    let ally = &scenario.crisis.allies[0];
    assert_eq!(ally.of.index(), PATRON);
    assert_eq!(path(&scenario, of(&ally.believed, SOUTH).expect("south's")), "ally.patron.believed.south");
}

#[test]
fn a_day_is_turned_into_a_period() {
    let deadline = strait().crisis.deadline.expect("there is one");
    assert_eq!((deadline.after, deadline.then), (Some(6), AtDeadline::NoDeal));
}

#[test]
fn overlays_reach_the_crisis_by_names_and_numbers() {
    let scenario = strait();
    let patched = scenario.under(&[&scenario.policies[0]]).expect("it can be put on");
    let field = |path: &str| {
        let found = patched.fields.iter().find(|field| field.path == path);
        found.unwrap_or_else(|| panic!("{path}"))
    };
    assert_eq!(field("ally.patron.chance").estimate, Estimate::Uniform { low: 0.5, high: 0.9 });
    assert_eq!(field("ladder.rungs.closure.cost").central(), 5.0);
    assert!((field("ladder.rungs.closure.accident").shift - 0.02).abs() < 1e-12, "by its number");
    assert_eq!(field("war.cost.north").central(), 60.0, "a factor for all reaches each");
    assert_eq!(field("type.north.resolve.firm.war_cost").central(), 5.0);
    assert_eq!(field("compliance.steps.1").central(), 0.15);
    assert!(patched.crisis.spoilers.is_empty() && patched.crisis.deadline.is_none());
    assert_eq!(patched.crisis.offices.len(), 2, "added");
}

/// What is said of the strait with pieces of its text changed.
fn told(changes: &[(&str, &str)]) -> String {
    let text = changes.iter().fold(STRAIT.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let read = read(&text);
    said::render(&read.diagnostics, &read.sources)
}

#[test]
fn a_game_of_one_player() {
    assert_snapshot!(told(&[(r#"players   = ["north", "south"]"#, r#"players   = ["north"]"#)]), @r#"
    error[M0321]: a game has 2 to 4 players, not 1
     49 | players   = ["north"]
        |             ^^^^^^^^^
        = help: others take part as allies, spoilers, mediators or givers of guarantees
    "#);
}

#[test]
fn war_that_no_rung_is() {
    assert_snapshot!(told(&[(r#"  { name = "war", war = true },
"#, "")]), @r#"
    error[M0321]: an accident leads to war, but no rung is war
     69 |   { name = "closure", cost = 3, accident = { low = 0.01, likely = 0.03, high = 0.1, basis = "expert", source = "asked" }, by = "north" },
        |                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        = help: mark one: { name = "war", war = true }
    "#);
}

#[test]
fn a_deadline_after_the_last_period() {
    assert_snapshot!(told(&[(r#"by   = "2026-07""#, "after = 9")]), @r#"
    error[M0321]: the deadline lies in period 9, after the last, 8
    101 | after = 9
        |         ^
    "#);
}

#[test]
fn types_that_are_surely_too_likely() {
    assert_snapshot!(told(&[("honest = { chance = 0.7", "honest = { chance = 0.9")]), @r#"
    error[M0322]: chances are 1.2 in sum: above 1
     84 | honest = { chance = 0.9, spoiled = 0.2 }
        |                     ^^^
     83 | [type.south.trust]
        | ------------------ the types are here
    "#);
}

#[test]
fn a_belief_about_oneself() {
    assert_snapshot!(told(&[(r#"believed = { south = "0.3..0.8" }"#, r#"believed = { patron = "0.3..0.8" }"#)]), @r#"
    error[M0323]: `patron` knows this of itself
    130 | believed = { patron = "0.3..0.8" }
        |              ^^^^^^
        = help: name those who don't know it
    error[M0110]: unknown path `ally.patron.believed.south`
    168 | fields = ["ally.patron.chance", "ally.patron.believed.south"]
        |                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no value has this path
    130 | believed = { patron = "0.3..0.8" }
        |                       ---------- a similar path leads here
        = help: did you mean `ally.patron.believed.patron`?
    "#);
}

#[test]
fn an_office_of_someone_who_does_not_play() {
    assert_snapshot!(told(&[("[office.north]", "[office.patron]")]), @r#"
    warning[M0311]: an office for `patron`, who is not a player
    134 | [office.patron]
        | ^^^^^^^^^^^^^^^ the crisis lens passes this over
        = help: name it in [game] players = [..], or leave this out
    "#);
}

#[test]
fn an_audience_of_someone_who_does_not_play() {
    assert_snapshot!(told(&[("[audience.north]", "[audience.patron]")]), @r#"
    warning[M0311]: an audience for `patron`, who is not a player
     87 | [audience.patron]
        | ^^^^^^^^^^^^^^^^^ the crisis lens passes this over
        = help: name it in [game] players = [..], or leave this out
    "#);
}

#[test]
fn types_of_someone_who_does_not_play() {
    assert_snapshot!(told(&[("[type.south.trust]", "[type.militia.trust]")]), @r#"
    warning[M0311]: types for `militia`, who is not a player
     83 | [type.militia.trust]
        |       ^^^^^^^ the crisis lens passes this over
        = help: name it in [game] players = [..], or leave this out
    "#);
}

#[test]
fn a_mediator_who_plays() {
    assert_snapshot!(told(&[("[mediator.patron]", "[mediator.south]")]), @r#"
    warning[M0324]: the mediator `south` is a player too
    145 | [mediator.south]
        | ^^^^^^^^^^^^^^^^ it would propose terms to itself
        = help: leave it out of [game] players, or leave the mediation to another actor
    "#);
}

#[test]
fn a_red_line_passed_from_the_start() {
    assert_snapshot!(told(&[(r#"start = "talks""#, r#"start = "closure""#)]), @r#"
    warning[M0324]: the red line `closure` is passed from the start
     91 | [[red_line]]
        | ^^^^^^^^^^^^ the crisis starts at `closure`
        = help: draw it above the start, or let the crisis start lower: [ladder] start = "RUNG"
    "#);
}

#[test]
fn an_ally_on_two_sides() {
    assert_snapshot!(told(&[("[office.north]", r#"[[ally]]
id       = "turncoat"
of       = "patron"
supports = "north"
chance   = 0.1

[office.north]"#)]), @r#"
    warning[M0324]: `patron` may stand on two sides of one war
    134 | [[ally]]
        | ^^^^^^^^
    126 | [[ally]]
        | -------- the other side is here
        = help: keep the side it would join; for a choice between sides write a policy for each
    "#);
}

#[test]
fn an_ally_sworn_to_the_other_side() {
    assert_snapshot!(told(&[(r#"sides      = { north = ["militia"] }"#, r#"sides      = { north = ["militia", "patron"] }"#)]), @r#"
    warning[M0324]: `patron` may stand on two sides of one war
    126 | [[ally]]
        | ^^^^^^^^ [war] sides has it on the other side
        = help: keep the side it would join; for a choice between sides write a policy for each
    "#);
}

/// Without the sections that let a signed deal be broken.
#[test]
fn deals_that_cannot_be_broken() {
    let (without, rest) = STRAIT.split_once("[compliance]").expect("it has one");
    let rest = &rest[rest.find("[[guarantee]]").expect("it has one")..];
    let (before, after) = rest.split_once("[[spoiler]]").expect("it has one");
    let after = &after[after.find("[[ally]]").expect("it has one")..];
    let text = format!("{without}{before}{after}")
        .replace(r#", "compliance.steps.1" = 0.5"#, "")
        .replace(r#""spoiler.militia", "#, "")
        .replace("P(joins(patron) under patron_pledges) > 0.5", "P(broken) < 0.1");
    let read = read(&text);
    assert_snapshot!(said::render(&read.diagnostics, &read.sources), @r#"
    warning[M0311]: `spoiled` says how likely a strike succeeds, but there is no spoiler
     81 | wavers = { war_cost = 60, spoiled = 0.2 }
        |                                     ^^^
        = help: say who may strike at a signed deal: [[spoiler]] actor = "ACTOR" ...
    warning[M0311]: a type that may break deals, but signed deals are always kept
     85 | false  = { chance = 0.3, spoiled = 0.6, temptation = 20 }
        |                                                      ^^
        = help: deals can be broken under [compliance]: give it, with what breaking one is worth
    warning[M0311]: a guarantee, but signed deals are always kept
    104 | [[guarantee]]
        | ^^^^^^^^^^^^^
        = help: deals can be broken under [compliance]: give it, with what breaking one is worth
    warning[M0311]: this asks whether a deal breaks, but nothing here can break one
    160 | test = "belief(south, north, firm, 5) > 0.5 and P(rung >= closure) < 0.4 and P(broken) < 0.1"
        |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        = help: a deal breaks by a [[spoiler]] or under [compliance]: give one of them
    "#);
}

/// Who only strikes, joins, vouches or mediates needs no stance.
#[test]
fn a_part_is_enough() {
    let text = STRAIT.replace("[stance.militia.passage]\nposition = 0\nsalience = 100\n", "");
    assert_eq!(read(&text).diagnostics, []);
}

#[test]
fn a_deadline_that_brings_an_unknown_thing() {
    assert_snapshot!(told(&[(r#"then = "no_deal""#, r#"then = "peace""#)]), @r#"
    error[M0103]: unexpected word "peace"
    102 | then = "peace"
        |        ^^^^^^^
        = help: the words for it are `no_deal`, `war`, `imposed`
    "#);
}
