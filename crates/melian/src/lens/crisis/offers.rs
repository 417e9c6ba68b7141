//! What may be offered: a grid over the scale of a single issue, the efficient path between two players over several,
//! each proposer's path to the others where more than two play, and packages with a name.

use crate::case::Case;
use crate::package::Additive;
use crate::scenario::{ActorId, FieldId, IssueId, Scenario};

/// Points of the grid, if nothing else is said.
pub(super) const POINTS: u32 = 11;
/// Weight of a package with a name against the whole grid, whatever the grid's points.
const NAMED_WEIGHT: f64 = 0.1;

/// One offer of the game.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Offer {
    pub(super) place: Place,
    /// The only player who makes it; `None`: all may.
    pub(super) by: Option<usize>,
    /// Base measure within the kind of act.
    pub(super) measure: f64,
    /// The name of a named package.
    pub(super) name: Option<String>,
}

/// Where an offer lies.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// On the scale of the only issue.
    Point(IssueId, f64),
    /// So far along the efficient path of two players, from the second's ideal (0) to the first's (1).
    Path(f64),
    /// So far from the mean of the others' positions (0) to the proposer's own (1).
    Own(f64),
    /// Terms as given; other issues at their no-deal points.
    Named(Vec<(IssueId, FieldId)>),
}

/// Issues on which some player has a stance.
pub(super) fn issues(scenario: &Scenario, players: &[ActorId]) -> Vec<IssueId> {
    let taken = |issue: &IssueId| players.iter().any(|&player| scenario.stance(player, *issue).is_some());
    scenario.issue_ids().filter(taken).collect()
}

/// Every offer of the game. Grid points have the weights of the trapezoid rule, so that a finer grid is the same
/// choice told in more detail.
pub(super) fn list(scenario: &Scenario, players: &[ActorId], issues: &[IssueId], points: u32) -> Vec<Offer> {
    let grid = |place: &dyn Fn(f64) -> Place, by: Option<usize>| -> Vec<Offer> {
        let last = points - 1;
        (0..points)
            .map(|k| Offer {
                place: place(f64::from(k) / f64::from(last)),
                by,
                measure: if k == 0 || k == last { 0.5 } else { 1.0 } / f64::from(last),
                name: None,
            })
            .collect()
    };
    let mut offers = match issues {
        [] => Vec::new(),
        [issue] if scenario.issues[issue.index()].options => {
            let anchors = &scenario.issues[issue.index()].anchors;
            let point = |(at, name): &(f64, String)| Offer {
                place: Place::Point(*issue, *at),
                by: None,
                measure: 1.0 / anchors.len() as f64,
                name: Some(name.clone()),
            };
            anchors.iter().map(point).collect()
        }
        [issue] => grid(&|share| Place::Point(*issue, 100.0 * share), None),
        _ if players.len() == 2 => grid(&Place::Path, None),
        _ => (0..players.len()).flat_map(|player| grid(&Place::Own, Some(player))).collect(),
    };
    offers.extend(scenario.crisis.game.packages.iter().map(|package| Offer {
        place: Place::Named(package.terms.clone()),
        by: None,
        measure: NAMED_WEIGHT,
        name: Some(package.name.clone()),
    }));
    offers
}

/// Terms of every offer in one draw: `[offer][issue]`.
pub(super) fn terms(
    scenario: &Scenario,
    players: &[ActorId],
    offers: &[Offer],
    payoffs: &[Option<Additive>],
    base: &[f64],
    case: &Case<'_>,
) -> Vec<Vec<f64>> {
    let path = Path::new(scenario, players, payoffs, base, case);
    offers
        .iter()
        .map(|offer| {
            let mut package = base.to_vec();
            match &offer.place {
                Place::Point(issue, at) => package[issue.index()] = *at,
                Place::Path(share) => path.at(*share, &mut package),
                Place::Own(share) => own_path(scenario, players, offer.by, *share, &mut package, case),
                Place::Named(terms) => {
                    for (issue, field) in terms {
                        package[issue.index()] = case.value(*field).clamp(0.0, 100.0);
                    }
                }
            }
            package
        })
        .collect()
}

fn own_path(
    scenario: &Scenario,
    players: &[ActorId],
    by: Option<usize>,
    share: f64,
    package: &mut [f64],
    case: &Case<'_>,
) {
    for issue in scenario.issue_ids() {
        let own = by.and_then(|by| scenario.stance(players[by], issue));
        let others = (0..players.len()).filter(|&player| Some(player) != by);
        let (mut sum, mut weight) = (0.0, 0.0);
        for stance in others.filter_map(|player| scenario.stance(players[player], issue)) {
            sum += case.value(stance.salience) * case.value(stance.position);
            weight += case.value(stance.salience);
        }
        let mean = (weight > 0.0).then(|| sum / weight);
        let own = own.map(|stance| case.value(stance.position));
        package[issue.index()] = match (own, mean) {
            (Some(own), Some(mean)) => mean + share * (own - mean),
            (Some(at), None) | (None, Some(at)) => at,
            (None, None) => package[issue.index()],
        };
    }
}

/// The efficient packages of two players with payoffs linear in distance: from the second's ideal, issue by issue, those
/// first that give the first player most for what they cost the second.
struct Path {
    /// Issue, the second's position, the first's position, length along the path.
    legs: Vec<(usize, f64, f64, f64)>,
    /// Issues that only one of them cares about, where that one wants them.
    settled: Vec<(usize, f64)>,
}

impl Path {
    fn new(
        scenario: &Scenario,
        players: &[ActorId],
        payoffs: &[Option<Additive>],
        base: &[f64],
        case: &Case<'_>,
    ) -> Self {
        let mut path = Self { legs: Vec::new(), settled: Vec::new() };
        let [first, second] = players else { return path };
        let worth = |player: &ActorId, issue: IssueId, from: f64, to: f64| {
            payoffs[player.index()].as_ref().map_or(0.0, |own| own.part(issue, to) - own.part(issue, from))
        };
        let mut found = Vec::new();
        for issue in scenario.issue_ids() {
            let at =
                |player: &ActorId| scenario.stance(*player, issue).map(|stance| case.value(stance.position));
            match (at(first), at(second)) {
                (None, None) => {}
                (Some(at), None) | (None, Some(at)) => path.settled.push((issue.index(), at)),
                // What both want is settled so, though no step along the path would change it.
                (Some(to), Some(from)) if to == from => path.settled.push((issue.index(), to)),
                (Some(to), Some(from)) => {
                    let (gain, loss) = (worth(first, issue, from, to), worth(second, issue, to, from));
                    match (gain > 0.0, loss > 0.0) {
                        (true, true) => found.push((issue.index(), from, to, gain, loss)),
                        (true, false) => path.settled.push((issue.index(), to)),
                        (false, true) => path.settled.push((issue.index(), from)),
                        (false, false) => path.settled.push((issue.index(), base[issue.index()])),
                    }
                }
            }
        }
        found.sort_by(|a, b| (b.3 * a.4).total_cmp(&(a.3 * b.4)));
        let (gains, losses) = found.iter().fold((0.0, 0.0), |sum, leg| (sum.0 + leg.3, sum.1 + leg.4));
        path.legs = found
            .iter()
            .map(|&(issue, from, to, gain, loss)| (issue, from, to, 0.5 * (gain / gains + loss / losses)))
            .collect();
        path
    }

    fn at(&self, share: f64, package: &mut [f64]) {
        for &(issue, at) in &self.settled {
            package[issue] = at;
        }
        let mut left = share;
        for &(issue, from, to, length) in &self.legs {
            let part = if length > 0.0 { (left / length).clamp(0.0, 1.0) } else { 0.0 };
            // The far end must be reached exactly.
            package[issue] = if part >= 1.0 - 1e-12 { to } else { from + part * (to - from) };
            left -= length;
        }
    }
}
