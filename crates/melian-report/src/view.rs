//! The summary as the report reads it: who says what under which condition. Selects and counts, never models.

use melian::analysis::{ArmSummary, Group, MeasureSummary};
use melian::ensemble::Arm;
use melian::lens::{Family, Quantity};
use melian::scenario::{
    Actor, ActorId, Date, Field, FieldId, Guard, Issue, IssueId, Overlay, OverlayKind, Rule, Status,
};

use crate::number::Share;
use crate::{LensNote, ReportInput};

/// A report's input with the questions the sections ask of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) input: &'a ReportInput<'a>,
}

/// A policy, a perspective, both or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Condition<'a> {
    pub(crate) policy: Option<&'a str>,
    pub(crate) perspective: Option<&'a str>,
}

impl<'a> Condition<'a> {
    /// The scenario as written.
    pub(crate) const BASE: Condition<'static> = Condition { policy: None, perspective: None };

    /// What an arm is run under.
    pub(crate) fn of(arm: &'a Arm) -> Self {
        Self { policy: arm.policy.as_deref(), perspective: arm.perspective.as_deref() }
    }
}

/// What one lens says under one condition.
#[derive(Debug, Clone)]
pub(crate) struct Voice<'a> {
    pub(crate) arm: &'a Arm,
    pub(crate) group: &'a Group,
    pub(crate) note: Option<&'a LensNote<'a>>,
    /// The lens's name, with its reading where the name alone is not enough.
    pub(crate) label: String,
}

/// Where the lenses' middle values for an issue lie.
#[derive(Debug, Clone)]
pub(crate) struct Spread<'a> {
    /// Each lens that speaks, with its terms.
    pub(crate) voices: Vec<(Voice<'a>, &'a MeasureSummary)>,
    /// The lowest median.
    pub(crate) low: f64,
    /// The highest median.
    pub(crate) high: f64,
}

impl<'a> Spread<'a> {
    fn of(voices: Vec<(Voice<'a>, &'a MeasureSummary)>) -> Option<Self> {
        let medians = || voices.iter().map(|(_, terms)| terms.quantiles.p50);
        let low = medians().min_by(f64::total_cmp)?;
        let high = medians().max_by(f64::total_cmp)?;
        Some(Self { voices, low, high })
    }

    /// How far the lenses disagree, in points.
    pub(crate) fn width(&self) -> f64 {
        self.high - self.low
    }

    /// The same for each family that speaks, first to last.
    pub(crate) fn by_family(&self) -> Vec<(Family, Spread<'a>)> {
        let mut families: Vec<Family> = self.voices.iter().map(|(voice, _)| voice.arm.family).collect();
        families.sort_unstable();
        families.dedup();
        families
            .into_iter()
            .filter_map(|family| {
                let own = self.voices.iter().filter(|(voice, _)| voice.arm.family == family);
                Some((family, Spread::of(own.cloned().collect())?))
            })
            .collect()
    }

    /// From the lowest 5 % to the highest 95 % of any lens, over the inputs.
    pub(crate) fn reach(&self) -> (f64, f64) {
        let ends = self.voices.iter().map(|(_, terms)| (terms.quantiles.p05, terms.quantiles.p95));
        ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (a, b)| (low.min(a), high.max(b)))
    }

    /// `54 to 71`, or `64` where they agree to the point.
    pub(crate) fn text(&self) -> String {
        let (low, high) = (crate::number::points(self.low), crate::number::points(self.high));
        if low == high { low } else { format!("{low} to {high}") }
    }
}

/// Whether a package exists, and whose red lines close the room.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    pub(crate) open: Share,
    /// Actors that close it, most often first.
    pub(crate) closed_by: Vec<(ActorId, Share)>,
}

impl<'a> View<'a> {
    pub(crate) fn new(input: &'a ReportInput<'a>) -> Self {
        Self { input }
    }

    pub(crate) fn actor(self, id: ActorId) -> &'a Actor {
        &self.input.scenario.actors[id.index()]
    }

    pub(crate) fn issue(self, id: IssueId) -> &'a Issue {
        &self.input.scenario.issues[id.index()]
    }

    pub(crate) fn field(self, id: FieldId) -> &'a Field {
        self.input.scenario.field(id)
    }

    pub(crate) fn ongoing(self) -> bool {
        self.input.scenario.about.status == Status::Ongoing
    }

    pub(crate) fn partial(self) -> bool {
        self.input.summary.draws < self.input.summary.planned
    }

    /// Every condition of the run but the base, in the order of the run.
    pub(crate) fn conditions(self) -> Vec<Condition<'a>> {
        let mut conditions = Vec::new();
        for ArmSummary { arm, .. } in &self.input.summary.arms {
            let condition =
                Condition { policy: arm.policy.as_deref(), perspective: arm.perspective.as_deref() };
            if arm.is_combined() {
                continue;
            }
            if condition != Condition::BASE && !conditions.contains(&condition) {
                conditions.push(condition);
            }
        }
        conditions
    }

    /// The overlays of a condition.
    pub(crate) fn overlays(self, condition: Condition<'_>) -> Vec<&'a Overlay> {
        let scenario = self.input.scenario;
        scenario
            .policies
            .iter()
            .chain(&scenario.perspectives)
            .filter(|overlay| {
                let named = match overlay.kind {
                    OverlayKind::Policy => condition.policy,
                    OverlayKind::Perspective => condition.perspective,
                };
                named == Some(overlay.id.as_str())
            })
            .collect()
    }

    /// "Hold out", "as Thucydides sees it: Thucydides".
    pub(crate) fn condition_name(self, condition: Condition<'_>) -> String {
        let names: Vec<String> =
            self.overlays(condition).iter().map(|overlay| overlay.name.clone()).collect();
        if names.is_empty() { "as written".to_owned() } else { names.join(" / ") }
    }

    /// Whether the guard keeps a condition out of comparisons.
    pub(crate) fn guarded(self, condition: Condition<'_>) -> bool {
        let guard = Guard::new(self.input.scenario);
        let mut policies = self.overlays(condition).into_iter().filter(|o| o.kind == OverlayKind::Policy);
        policies.any(|policy| !guard.may_rank(policy))
    }

    /// What every lens says under a condition, over all draws or those that follow one expert.
    pub(crate) fn voices(self, condition: Condition<'_>, expert: Option<&str>) -> Vec<Voice<'a>> {
        self.input
            .summary
            .arms
            .iter()
            .filter(|summary| {
                summary.arm.policy.as_deref() == condition.policy
                    && summary.arm.perspective.as_deref() == condition.perspective
            })
            .filter_map(|summary| {
                let group = match expert {
                    None => &summary.pooled,
                    Some(name) => &summary.by_expert.iter().find(|(expert, _)| expert == name)?.1,
                };
                let note = self.note(&summary.arm);
                Some(Voice { arm: &summary.arm, group, note, label: self.label(&summary.arm) })
            })
            .collect()
    }

    /// What every lens says of the scenario as written.
    pub(crate) fn base(self) -> Vec<Voice<'a>> {
        self.voices(Condition::BASE, None)
    }

    fn note(self, arm: &Arm) -> Option<&'a LensNote<'a>> {
        self.input.lenses.iter().find(|note| note.card.id == arm.lens && note.card.reading == arm.reading)
    }

    fn label(self, arm: &Arm) -> String {
        let Some(note) = self.note(arm) else {
            return if arm.reading.is_empty() {
                arm.lens.clone()
            } else {
                format!("{}/{}", arm.lens, arm.reading)
            };
        };
        self.card_label(note)
    }

    /// A lens's name, with its reading where another lens has the same name.
    pub(crate) fn card_label(self, note: &LensNote<'_>) -> String {
        let card = note.card;
        let shared = self.input.lenses.iter().filter(|other| other.card.name == card.name).count() > 1;
        if shared && !card.reading.is_empty() {
            format!("{} ({})", card.name, card.reading.replace('_', " "))
        } else {
            card.name.to_owned()
        }
    }

    /// What the lenses say of an issue; `None` where none speaks.
    pub(crate) fn spread(
        self,
        issue: IssueId,
        condition: Condition<'_>,
        expert: Option<&str>,
    ) -> Option<Spread<'a>> {
        let voices: Vec<_> = self
            .voices(condition, expert)
            .into_iter()
            .filter_map(|voice| voice.group.measure(Quantity::Terms(issue)).map(|terms| (voice, terms)))
            .collect();
        Spread::of(voices)
    }

    /// Families that were asked, whether they speak or not, first to last; those that never speak of terms aside.
    pub(crate) fn families_asked_for_terms(self) -> Vec<Family> {
        let mut families: Vec<Family> = self.input.lenses.iter().map(|note| note.card.family).collect();
        families.sort_unstable();
        families.dedup();
        families.retain(|family| !matches!(family, Family::BaseRate | Family::Packages));
        families
    }

    /// Issues on which lenses speak, those they disagree on most first.
    pub(crate) fn by_disagreement(self) -> Vec<(IssueId, Spread<'a>)> {
        let mut issues: Vec<_> = self
            .input
            .scenario
            .issue_ids()
            .filter_map(|issue| Some((issue, self.spread(issue, Condition::BASE, None)?)))
            .collect();
        issues.sort_by(|a, b| b.1.width().total_cmp(&a.1.width()));
        issues
    }

    /// Whether any actor has a red line.
    pub(crate) fn has_red_lines(self) -> bool {
        self.input.scenario.stances.iter().flatten().any(|stance| stance.accept.is_some())
    }

    /// The room under a condition. It belongs to the scenario, so any lens that reports it will do.
    pub(crate) fn room(self, condition: Condition<'_>, expert: Option<&str>) -> Option<Room> {
        let voices = self.voices(condition, expert);
        let (voice, room) = voices.iter().find_map(|v| Some((v, v.group.measure(Quantity::Room)?)))?;
        let mut closed_by: Vec<(ActorId, Share)> = self
            .input
            .scenario
            .actor_ids()
            .filter_map(|actor| {
                let closes = voice.group.measure(Quantity::ClosesRoom(actor))?;
                Some((actor, Share { of: room.count, ..Share::of_flag(closes) }))
            })
            .filter(|(_, share)| share.hits > 0)
            .collect();
        closed_by.sort_by_key(|(_, share)| std::cmp::Reverse(share.hits));
        Some(Room { open: Share::of_flag(room), closed_by })
    }

    /// Lenses that speak of endings and have something to say.
    pub(crate) fn speakers_of_endings(self) -> Vec<Voice<'a>> {
        self.base().into_iter().filter(|voice| voice.note.is_some_and(|n| n.card.speaks_of_endings)).collect()
    }

    /// Families that ran, first to last.
    pub(crate) fn families(self) -> Vec<Family> {
        let mut families: Vec<Family> = self.base().iter().map(|voice| voice.arm.family).collect();
        families.sort_unstable();
        families.dedup();
        families
    }

    /// Families that speak of endings.
    pub(crate) fn families_on_endings(self) -> usize {
        let mut families: Vec<Family> = self.speakers_of_endings().iter().map(|v| v.arm.family).collect();
        families.sort_unstable();
        families.dedup();
        families.len()
    }

    /// Whose consent some stage can turn on.
    pub(crate) fn has_vote(self, actor: ActorId) -> bool {
        self.input.scenario.consent.iter().any(|stage| self.asks(&stage.rule, actor))
    }

    fn asks(self, rule: &Rule, actor: ActorId) -> bool {
        match rule {
            Rule::All(rules) | Rule::Any(rules) => rules.iter().any(|rule| self.asks(rule, actor)),
            Rule::Actor(id) => *id == actor,
            Rule::Weight(group, _) | Rule::Count(group, _) => {
                self.input.scenario.groups[group.index()].members.iter().any(|(id, _)| *id == actor)
            }
        }
    }

    /// What came of an issue, for past cases.
    pub(crate) fn outcome(self, issue: IssueId) -> Option<f64> {
        self.issue(issue).outcome.map(|id| self.field(id).central())
    }
}

/// Points within which a value is told by an anchor alone.
const NEAR: f64 = 10.0;

/// Where a value lies among an issue's anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place<'a> {
    /// The anchor it is near.
    at: Option<&'a str>,
    /// That one, or the next below.
    from: Option<&'a str>,
    /// That one, or the next above.
    to: Option<&'a str>,
}

fn place(issue: &Issue, value: f64) -> Place<'_> {
    let distance = |anchor: &(f64, String)| (anchor.0 - value).abs();
    let near = issue
        .anchors
        .iter()
        .filter(|anchor| distance(anchor) <= NEAR)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .map(|anchor| anchor.1.as_str());
    let below = issue.anchors.iter().rev().find(|anchor| anchor.0 <= value).map(|anchor| anchor.1.as_str());
    let above = issue.anchors.iter().find(|anchor| anchor.0 >= value).map(|anchor| anchor.1.as_str());
    Place { at: near, from: near.or(below), to: near.or(above) }
}

/// A range in the issue's own words, put between marks by `quote`: `, near “ally”`, `, from “pays once” to “ally”`,
/// `, between “pays once” and “ally”`; nothing where no anchor is near and none lies on one side.
pub(crate) fn in_words(issue: &Issue, low: f64, high: f64, quote: impl Fn(&str) -> String) -> String {
    let (start, end) = (place(issue, low), place(issue, high));
    match ((start.at, end.at), (start.from, end.to)) {
        ((Some(one), Some(other)), _) if one == other => format!(", near {}", quote(one)),
        ((Some(one), Some(other)), _) => format!(", from {} to {}", quote(one), quote(other)),
        (_, (Some(from), Some(to))) => format!(", between {} and {}", quote(from), quote(to)),
        ((Some(from), None), _) => format!(", from {} upwards", quote(from)),
        ((None, Some(to)), _) => format!(", up to {}", quote(to)),
        _ => String::new(),
    }
}

/// "December 416 BC", "4 February 2026".
pub(crate) fn date(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let year = if date.year < 0 { format!("{} BC", -date.year) } else { date.year.to_string() };
    match (date.month, date.day) {
        (0, _) => year,
        (month, 0) => format!("{} {year}", MONTHS[usize::from(month) - 1]),
        (month, day) => format!("{day} {} {year}", MONTHS[usize::from(month) - 1]),
    }
}

/// How the draws of a game were solved in one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Solved {
    pub(crate) rows: u64,
    /// Not to the tolerance.
    pub(crate) failed: u64,
    /// Off the branch that starts at play by weights alone.
    pub(crate) jumped: u64,
}

impl Solved {
    pub(crate) fn of(voice: &Voice<'_>) -> Self {
        let jumped = voice.group.measure(Quantity::Jumped);
        Self {
            rows: voice.group.rows,
            failed: voice.group.not_converged,
            jumped: jumped.map_or(0, |said| (said.mean * said.count as f64).round() as u64),
        }
    }

    /// Whether every draw is what it seems.
    pub(crate) fn soundly(self) -> bool {
        self.failed == 0 && self.jumped == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_names_only_what_is_near_it() {
        let mut issue = crate::fixtures::melos().scenario.issues[0].clone();
        let said = |issue: &Issue, low, high| in_words(issue, low, high, str::to_owned);
        issue.anchors = [(0.0, "none"), (40.0, "some"), (100.0, "all")]
            .map(|(at, words)| (at, words.to_owned()))
            .to_vec();
        assert_eq!(said(&issue, 4.0, 10.0), ", near none");
        assert_eq!(said(&issue, 0.0, 45.0), ", from none to some");
        assert_eq!(said(&issue, 20.0, 25.0), ", between none and some");
        assert_eq!(said(&issue, 20.0, 70.0), ", between none and all");
        assert_eq!(said(&issue, 0.0, 70.0), ", between none and all");
        issue.anchors.truncate(1);
        assert_eq!(said(&issue, 3.0, 3.0), ", near none");
        assert_eq!(said(&issue, 3.0, 60.0), ", from none upwards");
        assert_eq!(said(&issue, 50.0, 60.0), "");
    }
}
