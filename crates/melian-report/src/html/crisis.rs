//! The crisis lens: the ladder over time, beliefs, the likely course with what carries it, agreement, and how far to trust it.

use melian::lens::Quantity;
use melian::lens::crisis::{Choice, CrisisReading, Headline, Instead, Round, Shift, Step};
use melian::scenario::ActorId;
use melian::study::crisis::{BeliefFan, Check, CrisisStory, tolerance};

use super::markup::{Section, bullets, details, figure, number, table, text};
use crate::chart::{Caption, Layer, fan, layers};
use crate::number::{count, difference, interval, percent, points};
use crate::text::{list, plural, words};
use crate::view::{Condition, Solved, View, Voice};

/// A belief that moves by less than this is not told.
const TELLS: f64 = 0.03;
/// Chances of war that differ by less than this are not told.
const HANGS: f64 = 0.02;
/// How play can be over, in the order of [`Round::ended`].
const ENDED: [&str; 4] = ["a deal stands", "a deal was broken", "terms were imposed", "over without a deal"];

pub(super) fn sections(view: View<'_>) -> Vec<Section> {
    view.input.crises.iter().enumerate().map(|(place, story)| section(view, story, place)).collect()
}

fn section(view: View<'_>, story: &CrisisStory, place: usize) -> Section {
    let reading = &story.central;
    let mut body = the_game(view, reading);
    body.push_str(&conditions(view, story));
    body.push_str(&ladder(story, place));
    body.push_str(&beliefs(view, story, place));
    body.push_str(&course(view, reading));
    body.push_str(&agreement(view, reading));
    body.push_str(&gains(view, reading));
    body.push_str(&choices(view, story));
    body.push_str(&certificate(view, story));
    let id = if place == 0 { "crisis".to_owned() } else { format!("crisis-{place}") };
    Section::new(id, "The crisis, played out", body)
}

fn name(view: View<'_>, actor: ActorId) -> String {
    words(&view.actor(actor).name)
}

/// What the story's lens says under a condition.
fn voice_of<'a>(view: View<'a>, story: &CrisisStory, condition: Condition<'_>) -> Option<Voice<'a>> {
    let same = |voice: &Voice<'_>| voice.arm.lens == story.arm.lens && voice.arm.reading == story.arm.reading;
    view.voices(condition, None).into_iter().find(same)
}

fn hundred(chance: f64) -> String {
    match 100.0 * chance {
        low if low > 0.0 && low <= 0.5 => "&lt;1".to_owned(),
        high if (99.5..100.0).contains(&high) => "&gt;99".to_owned(),
        chance => format!("{chance:.0}"),
    }
}

fn the_game(view: View<'_>, reading: &CrisisReading) -> String {
    let size = &reading.size;
    let players: Vec<String> = reading.players.iter().map(|&player| name(view, player)).collect();
    let secret: Vec<String> = reading
        .players
        .iter()
        .zip(&size.types)
        .filter(|(_, types)| **types > 1)
        .map(|(&player, types)| format!("{} ({types} types)", name(view, player)))
        .collect();
    let mut text = format!(
        "<p>{} play {}; they see every act but not each other’s type{}. Better acts are chosen more often, not always: the \
         precision ({} per full stake) says how much more often. This is what follows from the numbers given, in a simple \
         game; no lens here has a track record on crises.</p>",
        list(&players),
        plural(u64::from(size.periods), "round", "rounds"),
        if secret.is_empty() { String::new() } else { format!(" – {}", list(&secret)) },
        points(reading.precision),
    );
    if reading.rungs.len() > 1 {
        let rungs: Vec<String> = reading.rungs.iter().map(|rung| words(rung)).collect();
        text.push_str(&format!("<p class=\"note\">The ladder, lowest first: {}.</p>", rungs.join(" · ")));
    }
    text
}

/// Endings under each condition that may be shown.
fn conditions(view: View<'_>, story: &CrisisStory) -> String {
    const SHOWN: [(Quantity, &str); 6] = [
        (Quantity::Ending(melian::lens::Ending::Deal), "Deal stands"),
        (Quantity::Ending(melian::lens::Ending::Broken), "Deal broken"),
        (Quantity::Ending(melian::lens::Ending::Imposed), "Imposed"),
        (Quantity::Ending(melian::lens::Ending::None), "None"),
        (Quantity::War, "War reached"),
        (Quantity::Accident, "of it by accident"),
    ];
    let mut rows = Vec::new();
    let (mut draws, mut unsound) = (0, Vec::new());
    let shown = view.conditions().into_iter().filter(|&condition| !view.guarded(condition));
    for condition in std::iter::once(Condition::BASE).chain(shown) {
        let Some(voice) = voice_of(view, story, condition) else { continue };
        draws = draws.max(voice.group.rows);
        let title = if condition == Condition::BASE {
            "<strong>as written</strong>".to_owned()
        } else {
            words(&view.condition_name(condition))
        };
        if !Solved::of(&voice).soundly() {
            unsound.push(format!("{title}: {}.", solved(&voice)));
        }
        let cell = |quantity: &Quantity| {
            voice.group.measure(*quantity).map_or_else(String::new, |said| {
                let (low, high) = (100.0 * said.quantiles.p05, 100.0 * said.quantiles.p95);
                format!("{} {}", hundred(said.mean), interval(low, high))
            })
        };
        let mut row = vec![title];
        row.extend(SHOWN.iter().map(|(quantity, _)| cell(quantity)));
        rows.push(row);
    }
    let mut columns = vec![text("Under")];
    columns.extend(SHOWN.iter().map(|(_, title)| number(*title)));
    format!(
        "{}<p class=\"note\">Chances inside the lens, of 100: mean and [5 %, 95 %] over {}{}. Each draw’s four endings sum to 100; \
         war overlaps with them.</p>{}",
        table("How it stands at the horizon", &columns, &rows),
        plural(draws, "draw", "draws"),
        if unsound.is_empty() { ", all of them solved, none by a jump to another branch" } else { "" },
        bullets(unsound)
    )
}

fn ladder(story: &CrisisStory, place: usize) -> String {
    let (rounds, rungs) = (&story.rounds, &story.central.rungs);
    let Some(last) = rounds.last() else { return String::new() };
    let mut bands: Vec<(String, Vec<f64>, String)> = Vec::new();
    let some = |shares: &[f64]| shares.iter().any(|&share| share >= 0.0005);
    for (ending, title) in ENDED.iter().enumerate() {
        let shares: Vec<f64> = rounds.iter().map(|round| round.ended[ending]).collect();
        bands.push((format!("over: {title}"), shares, format!("e{ending}")));
    }
    for (rung, title) in rungs.iter().enumerate() {
        let shares: Vec<f64> = rounds.iter().map(|round: &Round| round.on_rung[rung]).collect();
        let going = if rungs.len() == 1 { "still going on".to_owned() } else { format!("on “{title}”") };
        bands.push((going, shares, format!("r{}", rung * 11 / rungs.len().max(2))));
    }
    bands.retain(|(_, shares, _)| some(shares));
    let names: Vec<String> = (0..rounds.len())
        .map(|at| if at + 1 == rounds.len() { "end".to_owned() } else { (at + 1).to_string() })
        .collect();
    let drawn: Vec<Layer> = bands
        .iter()
        .enumerate()
        .map(|(mark, (_, shares, class))| Layer {
            mark: mark + 1,
            class: class.clone(),
            shares: shares.clone(),
        })
        .collect();
    let legend: String = bands
        .iter()
        .enumerate()
        .map(|(mark, (title, _, class))| {
            format!(
                "<li><svg class=\"key chart\" width=\"14\" height=\"14\" aria-hidden=\"true\"><rect class=\"layer {class}\" width=\"14\" \
                 height=\"14\"/></svg> {} {}</li>",
                mark + 1,
                words(title)
            )
        })
        .collect();
    let columns: Vec<_> = std::iter::once(text("Start of round"))
        .chain(bands.iter().map(|(title, _, _)| number(words(title))))
        .chain([number("war so far")])
        .collect();
    let rows: Vec<Vec<String>> = rounds
        .iter()
        .enumerate()
        .map(|(at, round)| {
            std::iter::once(names[at].clone())
                .chain(bands.iter().map(|(_, shares, _)| hundred(shares[at])))
                .chain([hundred(round.war)])
                .collect()
        })
        .collect();
    let description = format!(
        "At the end: {}; war in {} of 100",
        ENDED
            .iter()
            .zip(last.ended)
            .map(|(title, share)| format!("{title} {}", percent(share)))
            .collect::<Vec<_>>()
            .join(", "),
        hundred(last.war)
    );
    let id = format!("ladder-{place}");
    let caption = Caption { id: &id, title: "The ladder over time", description: &description };
    let reading = format!(
        "Of 100 plays at the start of each round, how many stand on which rung or are over, and how: a mean over {}. War is \
         over as “imposed” or “without a deal”, by what the loser keeps.<ul class=\"legend\">{legend}</ul>",
        plural(story.draws, "draw", "draws")
    );
    figure(&caption, &layers(&caption, &drawn, &names), &reading, &table(caption.title, &columns, &rows))
}

fn beliefs(view: View<'_>, story: &CrisisStory, place: usize) -> String {
    let told = told_fans(&story.beliefs);
    if told.is_empty() {
        return String::new();
    }
    let title = |fan: &BeliefFan| {
        format!(
            "{} that {} is {}",
            view.actor(fan.holder).name,
            view.actor(fan.about).name,
            fan.of_type.replace('_', " ")
        )
    };
    let panels: String = told
        .iter()
        .enumerate()
        .map(|(at, fan_of)| {
            let scaled: Vec<[f64; 5]> =
                fan_of.rounds.iter().map(|q| q.map(|chance| 100.0 * chance)).collect();
            let middles: Vec<String> = scaled.iter().map(|q| points(q[2])).collect();
            let (id, title) = (format!("belief-{place}-{at}"), title(fan_of));
            let description = format!("Middle draw by round, of 100: {}", middles.join(", "));
            let caption = Caption { id: &id, title: &title, description: &description };
            format!("<div><p title=\"{0}\">{0}</p>{1}</div>", words(&title), fan(&caption, &scaled, &[]))
        })
        .collect();
    let rows: Vec<Vec<String>> = told
        .iter()
        .map(|fan| {
            let at = |q: &[f64; 5]| format!("{} {}", hundred(q[2]), interval(100.0 * q[0], 100.0 * q[4]));
            let (first, last) = (&fan.rounds[0], &fan.rounds[fan.rounds.len() - 1]);
            vec![words(&title(fan)), at(first), at(last)]
        })
        .collect();
    let columns = [text("Belief"), number("At the start"), number("In the last round reached")];
    format!(
        "<figure><figcaption><strong>Beliefs by round, if they are true</strong> What the one actor believes, of 100, over the \
         plays that still go on in which the other is of that type: does conduct teach? Line: the middle draw; bands: half and 90 of \
         100 draws.</figcaption><div class=\"fans beliefs\">{panels}</div>{}</figure>",
        details("The numbers", &table("Beliefs, middle draw [5 %, 95 %]", &columns, &rows))
    )
}

/// Beliefs that are followed over rounds; of a type and its only alternative one says it all.
fn told_fans(beliefs: &[BeliefFan]) -> Vec<&BeliefFan> {
    let pair = |fan: &BeliefFan| (fan.holder, fan.about);
    let mut told: Vec<&BeliefFan> = Vec::new();
    for fan in beliefs.iter().filter(|fan| fan.rounds.len() > 1) {
        let types = beliefs.iter().filter(|other| pair(other) == pair(fan)).count();
        if types > 2 || told.iter().all(|other| pair(other) != pair(fan)) {
            told.push(fan);
        }
    }
    told
}

fn course(view: View<'_>, reading: &CrisisReading) -> String {
    if reading.course.is_empty() {
        return String::new();
    }
    let steps: String = reading.course.iter().map(|step| format!("<li>{}</li>", told(view, step))).collect();
    format!(
        "<h3>The likely course, and what carries it</h3><p>The most likely next step, again and again, with every uncertain number \
         at its median. The whole course is less likely than any of its steps. Indented: what else could be done there, and what \
         it would change.</p><ul class=\"moves\">{steps}</ul>"
    )
}

fn told(view: View<'_>, step: &Step) -> String {
    let who = step.who.map_or_else(String::new, |who| format!("<strong>{}</strong> ", name(view, who)));
    let mut text = format!(
        "<span class=\"round\">Round {}</span> {who}{} <span class=\"unit-in\">({} of 100)</span>",
        step.round + 1,
        words(&step.what),
        hundred(step.chance)
    );
    let mut learnt = told_of(&step.beliefs).map(|shift| moved(view, shift, false));
    if let Some(first) = learnt.next() {
        text.push_str(&format!(". {first}"));
        learnt.for_each(|next| text.push_str(&format!("; {next}")));
    }
    text.push_str(&bullets(step.instead.iter().filter_map(|other| instead(view, step, other))));
    text
}

/// Beliefs worth telling: of a type and its opposite, the one that rises.
fn told_of(beliefs: &[Shift]) -> impl Iterator<Item = &Shift> {
    beliefs.iter().filter(|shift| shift.after - shift.before >= TELLS)
}

fn moved(view: View<'_>, shift: &Shift, would: bool) -> String {
    let verb = match (shift.after > shift.before, would) {
        (true, false) => "rises",
        (false, false) => "falls",
        (true, true) => "would rise",
        (false, true) => "would fall",
    };
    format!(
        "{}’s belief that {} is {} {verb} from {} to {}",
        name(view, shift.holder),
        name(view, shift.about),
        words(&shift.of_type.replace('_', " ")),
        hundred(shift.before),
        hundred(shift.after)
    )
}

fn instead(view: View<'_>, step: &Step, other: &Instead) -> Option<String> {
    let strongest = other
        .beliefs
        .iter()
        .filter(|shift| (shift.after - shift.before).abs() >= TELLS)
        .max_by(|a, b| (a.after - a.before).abs().total_cmp(&(b.after - b.before).abs()));
    let mut parts: Vec<String> = strongest.into_iter().map(|shift| moved(view, shift, true)).collect();
    if (step.ahead.war - other.ahead.war).abs() >= HANGS {
        parts.push(format!(
            "the chance of war would be {} of 100, not {}",
            hundred(other.ahead.war),
            hundred(step.ahead.war)
        ));
    }
    if (step.ahead.deal - other.ahead.deal).abs() >= HANGS {
        let chance = if (step.ahead.war - other.ahead.war).abs() >= HANGS {
            "that of a deal that stands"
        } else {
            "the chance of a deal that stands would be"
        };
        parts.push(format!(
            "{chance} {} of 100, not {}",
            hundred(other.ahead.deal),
            hundred(step.ahead.deal)
        ));
    }
    (!parts.is_empty()).then(|| {
        format!(
            "instead: {} <span class=\"unit-in\">({} of 100)</span>: {}",
            words(&other.what),
            hundred(other.chance),
            parts.join("; ")
        )
    })
}

fn agreement(view: View<'_>, reading: &CrisisReading) -> String {
    let rows: Vec<Vec<String>> = reading
        .stages
        .iter()
        .map(|stage| {
            let mut blocked: Vec<_> = stage.blocked.iter().filter(|(_, times)| *times >= 0.005).collect();
            blocked.sort_by(|a, b| b.1.total_cmp(&a.1));
            let blocked: Vec<String> =
                blocked.iter().map(|(actor, times)| format!("{} {times:.2}", name(view, *actor))).collect();
            let blocked = if blocked.is_empty() { "nobody".to_owned() } else { blocked.join(", ") };
            vec![words(&stage.name), format!("{:.2}", stage.put), blocked]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = [text("Stage"), number("Offers put to it, a play"), text("In the way, times a play")];
    table("Where agreements stop", &columns, &rows)
}

fn gains(view: View<'_>, reading: &CrisisReading) -> String {
    let rows: Vec<Vec<String>> = reading
        .gains
        .iter()
        .map(|row| {
            let who = name(view, row.actor);
            let who = match &row.of_type {
                Some(kind) => format!("{who}, if {}", words(&kind.replace('_', " "))),
                None => format!("<strong>{who}</strong>"),
            };
            vec![who, difference(row.gain)]
        })
        .collect();
    let columns = [text("Actor"), number("Expected gain")];
    format!(
        "{}<p class=\"note\">Against the no-deal points in peace, each on its own scale (100 = its own position on everything), costs \
         included; never to be compared between actors. Every uncertain number at its median.</p>",
        table("Who gains and who loses by the course of play", &columns, &rows)
    )
}

fn choice(choice: Choice) -> String {
    match choice {
        Choice::AsGiven => format!("<strong>{}</strong>", choice.words()),
        other => words(&other.words()),
    }
}

/// The answer over precision, memory, grid and branches.
fn choices(view: View<'_>, story: &CrisisStory) -> String {
    let others = &story.central.others;
    let Some(first) = others.first() else { return String::new() };
    let mut columns = vec![text("Choice")];
    columns.extend(["Deal stands", "Broken", "Imposed", "None", "War"].map(number));
    columns.extend(first.terms.iter().map(|(issue, _)| number(words(&view.issue(*issue).name))));
    let row = |one: &Headline| {
        let mark = if one.converged { "" } else { " (not solved)" };
        let mut cells = vec![format!("{}{mark}", choice(one.choice))];
        cells.extend(one.endings.iter().chain([&one.war]).map(|&share| hundred(share)));
        let terms = one.terms.iter().map(|(_, at)| if at.is_finite() { points(*at) } else { "–".to_owned() });
        cells.extend(terms);
        cells
    };
    let rows: Vec<Vec<String>> = others.iter().map(row).collect();
    let branches = others.iter().filter(|one| matches!(one.choice, Choice::Branch(_))).count();
    let found = match branches {
        0 => format!(
            "No other equilibrium was found from {}; that does not prove there is none.",
            plural(story.central.starts as u64, "random start", "random starts")
        ),
        1 => "There is another equilibrium, shown beside the first.".to_owned(),
        more => format!("There are {more} other equilibria, shown beside the first."),
    };
    let checks: Vec<String> = story.checks.iter().map(|check| checked(view, check)).collect();
    format!(
        "<h3>The same under other choices of the modeller</h3>{}<p class=\"note\">Middle case. Low precision is play by habit, high \
         precision is play without mistakes. {found}</p>{}",
        table("Endings of 100 plays, and terms given a deal", &columns, &rows),
        bullets(checks)
    )
}

fn headline(view: View<'_>, quantity: Quantity) -> String {
    match quantity {
        Quantity::War => "the chance of war".to_owned(),
        Quantity::Terms(issue) => format!("the terms on {}", words(&view.issue(issue).name)),
        Quantity::Ending(melian::lens::Ending::Deal) => "the chance of a deal that stands".to_owned(),
        Quantity::Ending(melian::lens::Ending::Broken) => "that of a broken deal".to_owned(),
        Quantity::Ending(melian::lens::Ending::Imposed) => "that of imposed terms".to_owned(),
        _ => "that of no deal".to_owned(),
    }
}

fn checked(view: View<'_>, check: &Check) -> String {
    let what = match check.choice {
        Choice::Offers(grid) => format!("A finer grid of offers ({grid} points)"),
        Choice::Memory(0) => "Without memory".to_owned(),
        _ => "With memory of the last act".to_owned(),
    };
    let far = check.moves.iter().max_by(|a, b| {
        let size = |m: &melian::study::crisis::Moved| (m.to - m.from).abs() / tolerance(m.quantity);
        size(a).total_cmp(&size(b))
    });
    let draws = plural(check.draws, "case", "cases");
    let tolerated = "5 of 100";
    let Some(far) = far else { return format!("{what}: nothing to compare in {draws}.") };
    let show = |value: f64| match far.quantity {
        Quantity::Terms(_) => points(value),
        _ => hundred(value),
    };
    let moves = format!("{} goes from {} to {}", headline(view, far.quantity), show(far.from), show(far.to));
    if check.holds {
        format!(
            "{what} moves no headline by more than {tolerated} on average over {draws}; most of all, {moves}."
        )
    } else {
        format!("<strong>{what} changes the answer</strong>: over {draws}, {moves}, more than {tolerated}.")
    }
}

/// How many of a case's draws were solved, and how.
fn solved(voice: &Voice<'_>) -> String {
    let Solved { rows, failed, jumped } = Solved::of(voice);
    let of = format!("{} {}", count(rows), if rows == 1 { "draw" } else { "draws" });
    match (failed, jumped) {
        (0, 0) => format!("all of {of} solved, none by a jump to another branch"),
        _ => format!(
            "of {of} {} not solved to the tolerance and {} solved only by a jump off the branch that starts at play by weights \
             alone, so that another equilibrium may lie nearer",
            count(failed),
            count(jumped)
        ),
    }
}

fn certificate(view: View<'_>, story: &CrisisStory) -> String {
    let base = voice_of(view, story, Condition::BASE);
    let q95 = |quantity| base.as_ref().and_then(|voice| Some(voice.group.measure(quantity)?.quantiles.p95));
    let residual = q95(Quantity::Residual);
    let regret = q95(Quantity::Regret);
    let size = &story.central.size;
    let text = format!(
        "<p>Middle case: {}</p><p>As written: {}{}{}. The game: {} public states, {} probabilities.</p>",
        words(&story.central.certificate.words()),
        base.as_ref().map_or_else(|| "no draws".to_owned(), solved),
        residual.map_or_else(String::new, |worst| format!("; 95 of 100 have a residual under {worst:.0e}")),
        regret.map_or_else(String::new, |worst| format!(
            "; in 95 of 100 no deviation gains more than {} points",
            points(worst)
        )),
        count(size.states as u64),
        count(size.unknowns as u64),
    );
    details("Certificate: how well this is solved", &text)
}

#[cfg(test)]
mod tests {
    use super::hundred;

    #[test]
    fn chances_are_never_rounded_to_certainty() {
        let said = [0.0, 0.001, 0.004, 0.005, 0.5, 0.994, 0.996, 0.9999, 1.0].map(hundred);
        assert_eq!(said, ["0", "&lt;1", "&lt;1", "&lt;1", "50", "99", "&gt;99", "&gt;99", "100"]);
    }
}
