use proptest::prelude::*;

use super::*;
use crate::package::fixture::Builder;
use crate::package::{Closed, Room};
use crate::scenario::{Conduct, GroupId, Link, Relation, Rule};
use crate::uncertainty::Design;

fn settings(draws: u64) -> Settings {
    Settings { seed: 1, draws, design: Design::MonteCarlo, lenses: Vec::new() }
}

fn study(builder: &Builder) -> Packages {
    let scenario = builder.scenario();
    Packages::study(&scenario, &scenario, &settings(10)).expect("a study")
}

fn all(actors: &[usize]) -> Rule {
    Rule::All(actors.iter().map(|&actor| Rule::Actor(ActorId::new(actor))).collect())
}

/// Two actors at the ends of one issue, no deal at the middle: any split has a gain and a loss, so only the middle is
/// rational; with no deal at the far end of both, the points are those of dividing a pie.
#[test]
fn dividing_a_pie_gives_the_middle() {
    let mut b = Builder::new(2, 2);
    // Each wants 100 on its own issue and nothing on the other; a link makes it one pie.
    b.stance(0, 0, 100.0, 50.0);
    b.stance(1, 1, 100.0, 50.0);
    b.no_deal(0, 0.0);
    b.no_deal(1, 0.0);
    b.stage(all(&[0, 1]), &[0, 1], false);
    for at in (10..=100).step_by(10) {
        let bound = |issue, relation, value: usize| crate::scenario::Bound {
            issue: IssueId::new(issue),
            relation,
            value: value as f64,
        };
        b.link(Link {
            condition: vec![bound(0, Relation::Greater, at - 10)],
            consequence: vec![bound(1, Relation::AtMost, 100 - at)],
            text: String::new(),
            span: crate::diagnostic::Span::default(),
        });
    }
    let packages = study(&b);
    assert_eq!(packages.parties.len(), 2);
    for (solution, package) in &packages.points {
        if *solution != Solution::Utilitarian {
            assert_eq!(package.terms, [50.0, 50.0], "{solution:?}");
            assert!(package.gains.iter().all(|gain| (gain - 50.0).abs() < 1e-9));
        }
        assert_eq!(package.accepted, 10);
    }
    assert!(packages.frontier.len() >= 11);
    assert_eq!(packages.blocking.sets, [[ActorId::new(0)], [ActorId::new(1)]]);
}

#[test]
fn three_parties_and_a_bystander() {
    let mut b = Builder::new(4, 2);
    for (actor, (first, second)) in [(100.0, 0.0), (0.0, 100.0), (50.0, 50.0)].into_iter().enumerate() {
        b.stance(actor, 0, first, if actor == 0 { 80.0 } else { 30.0 });
        b.stance(actor, 1, second, if actor == 1 { 80.0 } else { 30.0 });
    }
    b.stance(3, 0, 0.0, 50.0);
    b.no_deal(0, 0.0);
    b.no_deal(1, 0.0);
    b.stage(all(&[0, 1, 2]), &[0, 1], false);
    let packages = study(&b);
    assert_eq!(packages.parties.len(), 3);
    assert_eq!(packages.points.len(), 4);
    // The bystander loses by what the parties agree on, and is shown.
    let nash = &packages.points[0].1;
    assert!(nash.gains[..3].iter().all(|gain| *gain > 0.0) && nash.gains[3] < 0.0, "{nash:?}");
    // No package of the grid beats the Nash point in the product, found by looking at each.
    let scenario = b.scenario();
    let cases = b.cases(1);
    let stakes = Stakes::new(&scenario);
    let product = |terms: &[f64]| {
        let gain = |actor| stakes.additive(ActorId::new(actor), &cases.case(0)).expect("payoffs").gain(terms);
        let gains: Vec<f64> = (0..3).map(gain).collect();
        if gains.iter().all(|gain| *gain >= 0.0) { gains.iter().product() } else { 0.0 }
    };
    let best = (0..packages.grid.len()).map(|outcome| product(&packages.grid.package(outcome)));
    assert!((best.fold(0.0, f64::max) - product(&nash.terms)).abs() < 1e-6);
}

#[test]
fn a_red_line_below_no_deal_lowers_the_reservation_value() {
    let mut b = Builder::new(2, 1);
    b.no_deal(0, 0.0);
    b.accept(0, 0, 0.0, 50.0); // stands at 25
    b.accept(1, 0, 20.0, 100.0); // stands at 60
    let packages = study(&b);
    // 25 points from its position at 0 and at 50: nothing to lose against no deal.
    assert_eq!(packages.reservations[0].1, 0.0);
    assert_eq!(packages.passing, 31);
    assert!(packages.rational == 31, "{}", packages.rational);
    assert_eq!(packages.room, 10);
}

#[test]
fn nobody_is_a_party_alone_where_a_majority_decides() {
    let mut b = Builder::new(3, 1);
    b.no_deal(0, 0.0);
    for actor in 0..3 {
        b.stance(actor, 0, 20.0 * actor as f64 + 20.0, 50.0);
    }
    b.group(&[(0, 1.0), (1, 1.0), (2, 1.0)]);
    b.stage(Rule::Count(GroupId::new(0), 2), &[0], false);
    let packages = study(&b);
    assert!(packages.vetoes.is_empty());
    assert_eq!(packages.parties.len(), 3);
    assert_eq!(packages.blocking.sets.len(), 3);
    assert!(packages.blocking.sets.iter().all(|set| set.len() == 2));
}

#[test]
fn who_refuses_everything_leaves_no_package() {
    let mut b = Builder::new(2, 1);
    b.no_deal(0, 0.0);
    b.accept(0, 0, 0.0, 50.0);
    b.accept(1, 0, 0.0, 50.0);
    b.actor_mut(1).conduct = Some(Conduct::Refuse);
    let packages = study(&b);
    assert_eq!((packages.passing, packages.room, packages.points.len()), (0, 0, 0));
    assert!(packages.most_often.is_empty());
}

#[test]
fn draws_are_counted_the_same_on_any_number_of_threads() {
    let text = "[scenario]\ntitle = \"t\"\nstatus = \"hypothetical\"\n[actor.a]\n[actor.b]\n[issue.x]\nno_deal = 0\n\
                [stance.a.x]\nposition = 100\nsalience = 50\naccept = { min = \"20..80\" }\n\
                [stance.b.x]\nposition = \"10..40\"\nsalience = 50\naccept = { max = \"30..70\" }\n\
                [walk_away.b]\nvalue = \"-300..0\"\n";
    let read = Scenario::read("t.toml", text.as_bytes(), &crate::scenario::NoFiles);
    let scenario = read.scenario.expect("a scenario");
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| Packages::study(&scenario, &scenario, &settings(3000)).expect("a study"))
    };
    let one = run(1);
    assert_eq!(one, run(3));
    assert!(one.room > 300 && one.room < 2700, "{}", one.room);
    let best = &one.most_often[0];
    assert!(best.accepted > 0 && best.accepted <= one.room);
    assert!(best.refused.iter().all(|&refused| refused + best.accepted <= 3000));
    assert!(best.refused.iter().sum::<u64>() + best.accepted >= 3000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// What passes here is what the lens on room says fits, package by package.
    #[test]
    fn passing_is_what_room_says(
        ranges in prop::collection::vec(prop::option::weighted(0.8, (0..10_u8, 0..10_u8)), 6),
        kind in 0..4_u8,
        refuses in prop::bool::weighted(0.1),
    ) {
        let mut b = Builder::new(3, 2);
        for (index, range) in ranges.iter().enumerate() {
            if let Some((a, z)) = range {
                b.accept(index / 2, index % 2, f64::from(*a.min(z)) * 10.0, f64::from(*a.max(z)) * 10.0);
            }
        }
        if refuses {
            b.actor_mut(0).conduct = Some(Conduct::Refuse);
        }
        b.group(&[(0, 0.5), (1, 0.3), (2, 0.2)]);
        match kind {
            0 => {}
            1 => b.stage(Rule::Weight(GroupId::new(0), 0.7), &[0, 1], false),
            2 => b.stage(Rule::Any(vec![all(&[0]), all(&[1, 2])]), &[1], false),
            _ => {
                b.stage(all(&[0, 1]), &[0], false);
                b.stage(Rule::Count(GroupId::new(0), 2), &[1, 0], false);
            }
        }
        let scenario = b.scenario();
        let grid = Grid { points: vec![vec![0.0, 25.0, 50.0, 95.0]; 2], step: None, thinned: false };
        let consent = Consent::new(&scenario, &grid).expect("few actors");
        let cases = b.cases(1);
        let mut passing = Vec::new();
        consent.passing(&consent.draw(&cases.case(0)), &mut |outcome| passing.push(outcome));
        let room = Room::new(&scenario);
        for outcome in 0..grid.len() {
            let open = room.refused_by(&cases.case(0), &grid.package(outcome)) == Closed::Open;
            prop_assert_eq!(open, passing.contains(&outcome), "{:?}", grid.package(outcome));
        }
    }
}
