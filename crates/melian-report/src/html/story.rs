//! The story of the talks: who presses whom, as each lens with rounds tells it.

use melian::lens::Family;
use melian::lens::course::{Cause, Close, Course, IssueCourse, Move};
use melian::scenario::{ActorId, IssueId};
use melian::study::course::{ActorFan, Fan, Story};

use super::markup::{Section, details, number, table, text};
use super::worked::worked;
use crate::chart::{Caption, fan};
use crate::number::{interval, points};
use crate::text::{capital, escape, list, plural, words};
use crate::view::View;

/// Issues told at once for a lens; the rest are folded.
const ISSUES: usize = 1;
/// Moves told of one issue; smaller ones are counted.
const MOVES: usize = 6;
/// Actors drawn on one issue: those who move most.
const PANELS: usize = 6;
/// Moves of fewer points than this are only counted.
const LEAST_MOVE: f64 = 1.0;

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let stories = view.input.stories;
    if stories.is_empty() {
        return None;
    }
    let mut body = "<p>Some lenses have rounds: in each, actors press one another, and those who expect to lose give way. This \
                    is what each formal model makes of the numbers, not a record of sessions nor a forecast of them. Moves are \
                    told with every uncertain number at its median; “in 40 of 200 draws” says how often the same actor gives way \
                    to the same other on that issue. The <em>most typical draw</em> is the one whose set of who gives way to whom \
                    has most in common with all others’ (the mean share of common pairs, by Jaccard). In the charts, rounds go across \
                    and the issue’s scale upwards. Line: the middle draw; dark band: half of the draws; pale band: 90 of 100; \
                    dotted: the most typical draw. What is <em>worked by hand</em> is the case told here, every uncertain number at its \
                    median, with all its intermediate numbers.</p>"
        .to_owned();
    let mut told: Vec<Family> = Vec::new();
    let mut others = String::new();
    for (place, story) in stories.iter().enumerate() {
        let family = story.arm.family;
        let name = escape(&capital(&name(view, story)));
        if told.contains(&family) {
            others.push_str(&details(&format!("<h3>{name}</h3>"), &lens(view, story, place, false)));
        } else {
            told.push(family);
            body.push_str(&format!("<h3>{name}</h3>{}", lens(view, story, place, true)));
        }
    }
    if !others.is_empty() {
        body.push_str("<p class=\"note\">The same in other readings:</p>");
        body.push_str(&others);
    }
    Some(Section::new("story", "The story of the talks", body))
}

fn name(view: View<'_>, story: &Story) -> String {
    let note =
        view.input.lenses.iter().find(|n| n.card.id == story.arm.lens && n.card.reading == story.arm.reading);
    note.map_or_else(|| story.arm.lens.clone(), |note| view.card_label(note))
}

/// A lens's story: the chosen draws explained, then each issue.
fn lens(view: View<'_>, story: &Story, place: usize, charts: bool) -> String {
    let modal = &story.modal;
    let mut body = String::new();
    let lens_id = melian::lens::full_id(&story.arm.lens, &story.arm.reading);
    let command = format!("melian run {} --lens {lens_id} --trace central", view.input.manifest.file);
    let worked = worked(&story.worked, &command);
    if story.central.issues.iter().all(|issue| issue.moves.is_empty()) && story.pressures.is_empty() {
        return format!("<p>Nobody moves in any draw.</p>{worked}");
    }
    body.push_str(&format!(
        "<p class=\"note\">Most typical draw: number {}, {:.0} % in common on average; {}.</p>",
        modal.draw,
        100.0 * modal.likeness,
        match modal.same {
            1 => "no other has exactly its set".to_owned(),
            same => format!("{same} of {} have exactly its set", story.draws),
        }
    ));
    let order = view.by_disagreement();
    let rank = |issue: &IssueCourse| order.iter().position(|(id, _)| *id == issue.issue);
    let mut issues: Vec<&IssueCourse> = story.central.issues.iter().collect();
    issues.sort_by_key(|issue| rank(issue));
    for (i, told) in issues.iter().enumerate() {
        let inner = issue(view, story, told, place, charts || issues.len() == 1);
        let title = words(&view.issue(told.issue).name);
        if issues.len() == 1 {
            body.push_str(&inner);
        } else if i < ISSUES && charts {
            body.push_str(&format!("<h4>{title}</h4>{inner}"));
        } else {
            body.push_str(&details(&title, &inner));
        }
    }
    body + &worked
}

fn issue(view: View<'_>, story: &Story, told: &IssueCourse, place: usize, charts: bool) -> String {
    let mut body = moves(view, story, told);
    if let Some(other) = modal(story, told.issue).filter(|other| links(other) != links(told)) {
        let inner = moves_of(view, story, other);
        body.push_str(&details("The most typical draw goes another way", &inner));
    }
    if let Some(spread) = story.fans.iter().find(|fan| fan.issue == told.issue) {
        body.push_str(&fans(view, story, spread, place, charts));
    }
    body
}

fn modal(story: &Story, issue: IssueId) -> Option<&IssueCourse> {
    of(&story.modal.course, issue)
}

fn of(course: &Course, issue: IssueId) -> Option<&IssueCourse> {
    course.issues.iter().find(|told| told.issue == issue)
}

fn links(told: &IssueCourse) -> Vec<(ActorId, ActorId)> {
    let mut links: Vec<_> = told.moves.iter().map(|step| (step.actor, step.by)).collect();
    links.sort_unstable();
    links.dedup();
    links
}

fn moves(view: View<'_>, story: &Story, told: &IssueCourse) -> String {
    let body = moves_of(view, story, told);
    let often: Vec<String> = story
        .pressures
        .iter()
        .filter(|pressure| pressure.issue == told.issue)
        .take(4)
        .map(|p| {
            let (actor, by) = (words(&view.actor(p.actor).name), words(&view.actor(p.by).name));
            format!("{actor} to {by} in {}", p.draws)
        })
        .collect();
    if often.is_empty() {
        return body;
    }
    format!(
        "{body}<p><strong>Who gives way most often</strong>, of {} draws: {}.</p>",
        story.draws,
        often.join("; ")
    )
}

fn moves_of(view: View<'_>, story: &Story, told: &IssueCourse) -> String {
    let size = |step: &Move| (step.to - step.from).abs();
    let all = told.moves.len();
    let mut large: Vec<&Move> = told.moves.iter().filter(|step| size(step) >= LEAST_MOVE).collect();
    large.sort_by(|a, b| size(b).total_cmp(&size(a)));
    large.truncate(MOVES);
    large.sort_by_key(|step| step.round);
    let close = match told.close {
        Close::Settled => "Then hardly anybody moves any more.",
        Close::Cycle => "It does not settle: positions go round in a circle.",
        Close::Limit => "They are still moving when the last round ends.",
    };
    if all == 0 {
        return "<p>Nobody moves.</p>".to_owned();
    }
    let items: String =
        large.iter().map(|step| format!("<li>{}</li>", sentence(view, story, told.issue, step))).collect();
    let rest = all - large.len();
    let rest = match rest {
        0 => String::new(),
        1 => "One more move is smaller. ".to_owned(),
        rest => format!("{rest} more moves are smaller. "),
    };
    format!("<ul class=\"moves\">{items}</ul><p>{rest}{close}</p>")
}

fn sentence(view: View<'_>, story: &Story, issue: IssueId, step: &Move) -> String {
    let name = |actor: ActorId| words(&view.actor(actor).name);
    let (actor, by) = (name(step.actor), name(step.by));
    let why = match step.cause {
        Cause::Confrontation => format!("it expects to lose a confrontation with {by}"),
        Cause::Compromise => {
            format!("{by} stands to gain more than it would lose, so it meets {by} part of the way")
        }
        Cause::Compelled => format!("{by} compels it"),
        Cause::Pressed => format!("{by} presses it"),
        Cause::OwnOffer => format!("it offers {by} a bargain and moves to carry it"),
        Cause::Trade(other) => format!("for {by} giving way on {}", words(&view.issue(other).name)),
    };
    let mut text = format!(
        "<span class=\"round\">Round {}</span> <strong>{actor}</strong> goes from {} to {}: {why}",
        step.round,
        points(step.from),
        points(step.to)
    );
    if let Some(chance) = step.chance {
        let backers: Vec<String> = step.backers.iter().map(|&backer| name(backer)).collect();
        let backing = match backers.len() {
            0 => "alone".to_owned(),
            1..=4 => format!("backed by {}", list(&backers)),
            n => format!("backed by {} and {} others", backers[..3].join(", "), n - 3),
        };
        text.push_str(&format!(
            ". In a contest {by}, {backing}, would win {:.0} times of 100",
            100.0 * chance
        ));
    }
    if let Some(fear) = step.fear {
        if fear >= 0.005 {
            text.push_str(&format!("; resisting would cost {actor} {fear:.2} of utility"));
        } else if fear <= -0.005 {
            text.push_str(&format!("; resisting might even gain {actor} {:.2} of utility", -fear));
        }
    }
    let often = story
        .pressures
        .iter()
        .find(|p| p.issue == issue && p.actor == step.actor && p.by == step.by)
        .map_or(0, |p| p.draws);
    text.push_str(&format!(". <span class=\"unit-in\">In {often} of {} draws.</span>", story.draws));
    text
}

/// How far an actor moves over the rounds, over draws.
fn travel(fan: &ActorFan) -> f64 {
    let (Some(first), Some(last)) = (fan.rounds.first(), fan.rounds.last()) else { return 0.0 };
    first.iter().zip(last).map(|(from, to)| (to - from).abs()).fold(0.0, f64::max)
}

/// Positions by round, a panel for each actor that moves.
fn fans(view: View<'_>, story: &Story, spread: &Fan, place: usize, charts: bool) -> String {
    let mut movers: Vec<&ActorFan> = spread.actors.iter().filter(|fan| travel(fan) >= LEAST_MOVE).collect();
    movers.sort_by(|a, b| travel(b).total_cmp(&travel(a)));
    let quiet: Vec<String> = spread
        .actors
        .iter()
        .filter(|fan| travel(fan) < LEAST_MOVE)
        .map(|fan| words(&view.actor(fan.actor).name))
        .collect();
    let cells: Vec<Vec<String>> = spread
        .actors
        .iter()
        .filter_map(|fan| {
            let (first, last) = (fan.rounds.first()?, fan.rounds.last()?);
            let at = |q: &[f64; 5]| format!("{} {}", points(q[2]), interval(q[0], q[4]));
            Some(vec![words(&view.actor(fan.actor).name), at(first), at(last)])
        })
        .collect();
    let columns = [text("Actor"), number("At the start"), number("At the end")];
    let title = "Positions, middle draw [5 %, 95 %]";
    let numbers = table(title, &columns, &cells);
    if movers.is_empty() || !charts {
        return details("Positions at the start and the end", &numbers);
    }
    let path = modal(story, spread.issue);
    let panels: String = movers
        .iter()
        .take(PANELS)
        .map(|fan| {
            panel(view, fan, path, &format!("fan-{place}-{}-{}", spread.issue.index(), fan.actor.index()))
        })
        .collect();
    let mut reading = String::new();
    if movers.len() > PANELS {
        reading.push_str(&format!(" The {PANELS} who move most."));
    }
    if !quiet.is_empty() && quiet.len() <= 6 {
        let stay = if quiet.len() == 1 { "stays" } else { "stay" };
        reading.push_str(&format!(" {} {stay} put.", list(&quiet)));
    }
    format!(
        "<figure><figcaption><strong>Positions by round, over {}</strong> {reading}</figcaption>\
         <div class=\"fans\">{panels}</div>{}</figure>",
        plural(story.draws, "draw", "draws"),
        details("The numbers", &numbers)
    )
}

fn panel(view: View<'_>, actor: &ActorFan, modal: Option<&IssueCourse>, id: &str) -> String {
    let name = &view.actor(actor.actor).name;
    let path: Vec<f64> = modal
        .and_then(|told| {
            let seat = told.actors.iter().position(|other| *other == actor.actor)?;
            Some(told.positions.iter().map(|at| at[seat]).collect())
        })
        .unwrap_or_default();
    let middles: Vec<String> = actor.rounds.iter().map(|q| points(q[2])).collect();
    let description = format!("Middle draw by round: {}", middles.join(", "));
    let title = format!("{name}: positions by round");
    let caption = Caption { id, title: &title, description: &description };
    let svg = fan(&caption, &actor.rounds, &path);
    format!("<div><p>{}</p>{svg}</div>", words(name))
}
