//! Room: does a package exist that everyone whose consent is needed would rather have than no deal?
//!
//! Accept ranges and links are intervals, and pairwise meeting intervals have a common point (Helly 1923), which
//! can be moved down to the lower end of one of them. So on each issue only 0, the lower ends of accept ranges and
//! the thresholds of links need trying; a depth-first search over issues, cut as soon as the consent rule can't be
//! met, is exact. Strict bounds are closed at the neighbouring floating-point number.

use super::consent::{NEVER, Node, Voters, accepts, clear, compile, refuses};
use crate::case::{Case, CaseBlock};
use crate::scenario::{ActorId, Bound, FieldId, Link, Relation, Scenario, Stage};

/// How many partial packages and subsets one question about one draw may look at. A draw that needs more has no
/// answer (missing values): never a guess.
const BUDGET: u64 = 400_000;

/// The question of room, made ready for one scenario.
///
/// Where no stage is `partial` there is one question: all issues together. Where one is, issues settle singly: the
/// question is put for each issue alone, the others standing at their no-deal points with nobody asked about them
/// (a link to an issue without a no-deal point is left out); there is room if any issue has room.
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    actors: usize,
    issues: usize,
    questions: Vec<Question>,
    links: Vec<Link>,
}

/// One question: which packages pass all stages.
#[derive(Debug, Clone, PartialEq)]
struct Question {
    /// The issues to settle.
    free: Vec<usize>,
    /// The others, with the no-deal point they stand at.
    fixed: Vec<(usize, Option<FieldId>)>,
    voters: Voters,
    rule: Node,
    exact: bool,
    ranges: Vec<Range>,
    /// By bit: 0 for those who refuse whatever the package.
    willing: Vec<u64>,
    /// Per issue: whether a link speaks of it.
    linked: Vec<bool>,
    /// Only "all of these" and no links: every issue can be judged by itself.
    simple: Option<Simple>,
}

/// An accept range and whose it is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Range {
    issue: usize,
    slot: usize,
    bit: usize,
    min: Option<FieldId>,
    max: Option<FieldId>,
}

/// What is left of the rule where everyone asked must agree and no link ties issues.
#[derive(Debug, Clone, PartialEq)]
struct Simple {
    /// The ranges that must hold, each once.
    ranges: Vec<Range>,
    /// The actors that refuse and are asked.
    refusing: Vec<usize>,
}

/// Why there is no room, or why a package does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It is open.
    Open,
    /// The members of all smallest sets of actors whose ranges, dropped, would open it, and the size of such a set.
    By(Vec<ActorId>, u32),
    /// No consent would help: the links exclude it, or the rule can't be met by anyone.
    Beyond,
    /// Too many combinations to judge.
    Unjudged,
}

/// Room over the draws of a block: columns by lane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoomBlock {
    /// 1 with room, 0 without.
    pub open: Vec<f64>,
    /// `low[issue]`: lowest point in any package inside the room; missing without room.
    pub low: Vec<Vec<f64>>,
    /// `high[issue]`: highest such point.
    pub high: Vec<Vec<f64>>,
    /// `closers[actor]`: 1 for members of a smallest set that would open room.
    pub closers: Vec<Vec<f64>>,
}

/// Fit of given packages over the draws of a block: columns by lane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FitBlock {
    /// 1 if the package passes, 0 if not; missing where the package has a missing issue that matters.
    pub fits: Vec<f64>,
    /// `closers[actor]`: 1 for members of a smallest set that would let it pass.
    pub closers: Vec<Vec<f64>>,
}

impl Room {
    /// Makes the question ready.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let issues = scenario.issues.len();
        let questions = if scenario.consent.iter().any(|stage| stage.partial) {
            let decided = |issue: usize| {
                scenario.consent.iter().any(|stage| stage.issues.iter().any(|id| id.index() == issue))
            };
            (0..issues)
                .filter(|&issue| decided(issue))
                .map(|issue| Question::new(scenario, &[issue]))
                .collect()
        } else {
            let all: Vec<usize> = (0..issues).collect();
            vec![Question::new(scenario, &all)]
        };
        Self { actors: scenario.actors.len(), issues, questions, links: scenario.links.clone() }
    }

    /// Room in every draw of a block.
    pub fn solve(&self, cases: &CaseBlock, out: &mut RoomBlock) {
        let lanes = cases.len();
        reset(&mut out.open, lanes, 0.0);
        reset_all(&mut out.low, self.issues, lanes, f64::NAN);
        reset_all(&mut out.high, self.issues, lanes, f64::NAN);
        reset_all(&mut out.closers, self.actors, lanes, 0.0);
        let mut closed: Vec<usize> = Vec::new();
        match self.questions.as_slice() {
            [question] if question.simple.is_some() => {
                question.solve_simply(cases, out);
                closed.extend((0..lanes).filter(|&lane| out.open[lane] == 0.0));
            }
            _ => {
                let mut search = Search::default();
                for lane in 0..lanes {
                    self.solve_lane(cases, lane, out, &mut search);
                    if out.open[lane] == 0.0 {
                        closed.push(lane);
                    }
                }
            }
        }
        let mut search = Search::default();
        for lane in closed {
            let mut flags = Flags::new(&mut out.closers, lane);
            if self.close(cases, lane, None, &mut search, &mut flags).is_err() {
                flags.blank();
            }
        }
    }

    fn solve_lane(&self, cases: &CaseBlock, lane: usize, out: &mut RoomBlock, search: &mut Search) {
        let mut judged = true;
        for question in &self.questions {
            search.load(question, &self.links, cases, lane);
            match search.exists(question, &self.links, None) {
                Ok(true) => {
                    out.open[lane] = 1.0;
                    for &issue in &question.free {
                        if let Ok((low, high)) = search.extent(question, &self.links, issue) {
                            out.low[issue][lane] = low;
                            out.high[issue][lane] = high;
                        }
                    }
                }
                Ok(false) => {}
                Err(TooMany) => judged = false,
            }
        }
        if !judged && out.open[lane] == 0.0 {
            out.open[lane] = f64::NAN;
            Flags::new(&mut out.closers, lane).blank();
        }
    }

    /// Whether given packages (`terms[issue]` by lane) pass, in every draw of a block.
    pub fn fit(&self, cases: &CaseBlock, terms: &[Vec<f64>], out: &mut FitBlock) {
        let lanes = cases.len();
        reset(&mut out.fits, lanes, 0.0);
        reset_all(&mut out.closers, self.actors, lanes, 0.0);
        if let [question] = self.questions.as_slice()
            && let Some(simple) = &question.simple
        {
            simple.fit(&question.voters, cases, terms, out);
            return;
        }
        let mut search = Search::default();
        for lane in 0..lanes {
            let package: Vec<f64> = terms.iter().map(|issue| issue[lane]).collect();
            let mut flags = Flags::new(&mut out.closers, lane);
            match self.close(cases, lane, Some(&package), &mut search, &mut flags) {
                Ok(Some(0)) => out.fits[lane] = 1.0,
                Ok(_) => {}
                Err(TooMany) => {
                    flags.blank();
                    out.fits[lane] = f64::NAN;
                }
            }
            if package.iter().any(|value| value.is_nan()) {
                flags.blank();
                out.fits[lane] = f64::NAN;
            }
        }
    }

    /// Why there is no room in one draw.
    #[must_use]
    pub fn closed_by(&self, case: &Case<'_>) -> Closed {
        self.reason(case, None)
    }

    /// Why a package does not pass in one draw.
    #[must_use]
    pub fn refused_by(&self, case: &Case<'_>, package: &[f64]) -> Closed {
        self.reason(case, Some(package))
    }

    fn reason(&self, case: &Case<'_>, package: Option<&[f64]>) -> Closed {
        let (cases, lane) = case.place();
        let mut closers = vec![vec![0.0; lane + 1]; self.actors];
        let mut flags = Flags::new(&mut closers, lane);
        match self.close(cases, lane, package, &mut Search::default(), &mut flags) {
            Ok(Some(0)) => Closed::Open,
            Ok(Some(size)) => Closed::By(
                (0..self.actors).filter(|&actor| closers[actor][lane] == 1.0).map(ActorId::new).collect(),
                size,
            ),
            Ok(None) => Closed::Beyond,
            Err(TooMany) => Closed::Unjudged,
        }
    }

    /// The size of a smallest set of actors whose ranges, dropped, would open room (or let `package` pass), over all
    /// questions; its members and those of the other smallest sets are flagged. `None`: no set would.
    fn close(
        &self,
        cases: &CaseBlock,
        lane: usize,
        package: Option<&[f64]>,
        search: &mut Search,
        flags: &mut Flags<'_>,
    ) -> Result<Option<u32>, TooMany> {
        let mut least = NEVER;
        for question in &self.questions {
            search.load(question, &self.links, cases, lane);
            let (size, slots) = search.smallest(question, &self.links, package, least)?;
            if size < least {
                least = size;
                flags.fill(0.0);
            }
            if size == least && size != NEVER {
                for slot in slots {
                    flags.raise(question.voters.actors[slot]);
                }
            }
        }
        Ok((least != NEVER).then_some(least))
    }
}

fn reset(column: &mut Vec<f64>, lanes: usize, value: f64) {
    column.clear();
    column.resize(lanes, value);
}

fn reset_all(columns: &mut Vec<Vec<f64>>, count: usize, lanes: usize, value: f64) {
    columns.resize_with(count, Vec::new);
    for column in columns {
        reset(column, lanes, value);
    }
}

/// One lane of a flag per actor.
struct Flags<'a> {
    columns: &'a mut [Vec<f64>],
    lane: usize,
}

impl<'a> Flags<'a> {
    fn new(columns: &'a mut [Vec<f64>], lane: usize) -> Self {
        Self { columns, lane }
    }

    fn fill(&mut self, value: f64) {
        self.columns.iter_mut().for_each(|column| column[self.lane] = value);
    }

    fn blank(&mut self) {
        self.fill(f64::NAN);
    }

    fn raise(&mut self, actor: usize) {
        self.columns[actor][self.lane] = 1.0;
    }
}

impl Question {
    fn new(scenario: &Scenario, free: &[usize]) -> Self {
        let issues = scenario.issues.len();
        let fixed: Vec<(usize, Option<FieldId>)> = (0..issues)
            .filter(|issue| !free.contains(issue))
            .map(|issue| (issue, scenario.issues[issue].no_deal))
            .collect();
        let (panels, stages) = panels(scenario, free);
        let voters = voters(scenario, &panels);
        let ranges = ranges(scenario, &panels, &voters);
        let mut asked = vec![false; voters.len() * 64];
        let mut willing = vec![u64::MAX; voters.len()];
        for range in &ranges {
            asked[range.bit] = true;
        }
        for (slot, &actor) in voters.actors.iter().enumerate() {
            if refuses(scenario, actor) {
                for panel in 0..panels.len() {
                    asked[voters.bit(panel, slot)] = true;
                    clear(&mut willing, voters.bit(panel, slot));
                }
            }
        }
        let rule = compile(scenario, &voters, &asked, &stages);
        let mut heard = vec![0; voters.len()];
        rule.collect(&mut heard);
        let ranges: Vec<Range> =
            ranges.into_iter().filter(|range| heard[range.bit / 64] >> (range.bit % 64) & 1 == 1).collect();
        let mut linked = vec![false; issues];
        for bound in scenario.links.iter().flat_map(|link| link.condition.iter().chain(&link.consequence)) {
            linked[bound.issue.index()] = true;
        }
        let simple = match &rule {
            Node::All { required, rest }
                if rest.is_empty() && scenario.links.is_empty() && fixed.is_empty() =>
            {
                Some(Simple::new(&voters, required, &willing, &ranges))
            }
            _ => None,
        };
        Self {
            free: free.to_vec(),
            fixed,
            exact: rule.is_exact(),
            voters,
            rule,
            ranges,
            willing,
            linked,
            simple,
        }
    }

    fn solve_simply(&self, cases: &CaseBlock, out: &mut RoomBlock) {
        let Some(simple) = &self.simple else { return };
        for &issue in &self.free {
            out.low[issue].fill(0.0);
            out.high[issue].fill(100.0);
        }
        for range in &simple.ranges {
            if let Some(min) = range.min {
                let low = &mut out.low[range.issue];
                low.iter_mut().zip(cases.field(min)).for_each(|(low, &min)| *low = low.max(min));
            }
            if let Some(max) = range.max {
                let high = &mut out.high[range.issue];
                high.iter_mut().zip(cases.field(max)).for_each(|(high, &max)| *high = high.min(max));
            }
        }
        out.open.fill(if simple.refusing.is_empty() { 1.0 } else { 0.0 });
        for &issue in &self.free {
            let ends = out.low[issue].iter().zip(&out.high[issue]);
            out.open.iter_mut().zip(ends).for_each(|(open, (low, high))| {
                if low > high {
                    *open = 0.0;
                }
            });
        }
        for &issue in &self.free {
            let ends = out.low[issue].iter_mut().zip(&mut out.high[issue]);
            out.open.iter().zip(ends).for_each(|(&open, (low, high))| {
                if open == 0.0 {
                    *low = f64::NAN;
                    *high = f64::NAN;
                }
            });
        }
    }
}

/// The sets of issues that are voted on together, and each stage with the panel it votes in.
fn panels<'a>(scenario: &'a Scenario, free: &[usize]) -> (Vec<Vec<usize>>, Vec<(usize, &'a Stage)>) {
    let mut panels: Vec<Vec<usize>> = Vec::new();
    let mut stages = Vec::new();
    for stage in &scenario.consent {
        let mut issues: Vec<usize> =
            stage.issues.iter().map(|id| id.index()).filter(|issue| free.contains(issue)).collect();
        issues.sort_unstable();
        issues.dedup();
        if issues.is_empty() {
            continue;
        }
        let panel = panels.iter().position(|known| *known == issues).unwrap_or_else(|| {
            panels.push(issues);
            panels.len() - 1
        });
        stages.push((panel, stage));
    }
    (panels, stages)
}

fn voters(scenario: &Scenario, panels: &[Vec<usize>]) -> Voters {
    let issues = scenario.issues.len();
    let may_refuse = |actor: usize| {
        let has_range = |issue: &usize| {
            scenario.stances[actor * issues + issue].as_ref().is_some_and(|stance| stance.accept.is_some())
        };
        refuses(scenario, actor)
            || (!accepts(scenario, actor) && panels.iter().any(|panel| panel.iter().any(has_range)))
    };
    let actors: Vec<usize> = (0..scenario.actors.len()).filter(|&actor| may_refuse(actor)).collect();
    let mut slot = vec![None; scenario.actors.len()];
    for (index, &actor) in actors.iter().enumerate() {
        slot[actor] = Some(index);
    }
    Voters { words: actors.len().div_ceil(64).max(1), actors, slot, panels: panels.len().max(1) }
}

fn ranges(scenario: &Scenario, panels: &[Vec<usize>], voters: &Voters) -> Vec<Range> {
    let issues = scenario.issues.len();
    let mut ranges = Vec::new();
    for (panel, members) in panels.iter().enumerate() {
        for &issue in members {
            for (slot, &actor) in voters.actors.iter().enumerate() {
                if refuses(scenario, actor) {
                    continue;
                }
                let stance = scenario.stances[actor * issues + issue].as_ref();
                if let Some(accept) = stance.and_then(|stance| stance.accept) {
                    let bit = voters.bit(panel, slot);
                    ranges.push(Range { issue, slot, bit, min: accept.min, max: accept.max });
                }
            }
        }
    }
    ranges
}

impl Simple {
    fn new(voters: &Voters, required: &[u64], willing: &[u64], ranges: &[Range]) -> Self {
        let mut kept: Vec<Range> = Vec::new();
        for range in ranges {
            if !kept.iter().any(|known| known.issue == range.issue && known.slot == range.slot) {
                kept.push(*range);
            }
        }
        let refusing = voters.missing(required, willing).map(|slot| voters.actors[slot]).collect();
        Self { ranges: kept, refusing }
    }

    fn fit(&self, voters: &Voters, cases: &CaseBlock, terms: &[Vec<f64>], out: &mut FitBlock) {
        for range in &self.ranges {
            let flags = &mut out.closers[voters.actors[range.slot]];
            if let Some(min) = range.min {
                let ends = terms[range.issue].iter().zip(cases.field(min));
                flags
                    .iter_mut()
                    .zip(ends)
                    .for_each(|(flag, (at, min))| *flag = if at < min { 1.0 } else { *flag });
            }
            if let Some(max) = range.max {
                let ends = terms[range.issue].iter().zip(cases.field(max));
                flags
                    .iter_mut()
                    .zip(ends)
                    .for_each(|(flag, (at, max))| *flag = if at > max { 1.0 } else { *flag });
            }
        }
        for &actor in &self.refusing {
            out.closers[actor].fill(1.0);
        }
        out.fits.fill(1.0);
        for flags in &out.closers {
            out.fits.iter_mut().zip(flags).for_each(|(fits, flag)| *fits *= 1.0 - flag);
        }
        for (lane, fits) in out.fits.iter_mut().enumerate() {
            if terms.iter().any(|issue| issue[lane].is_nan()) {
                *fits = f64::NAN;
                Flags::new(&mut out.closers, lane).blank();
            }
        }
    }
}

/// The budget is spent.
struct TooMany;

/// One draw of one question, and the memory of the search.
#[derive(Debug, Default)]
struct Search {
    /// Lower and upper end of each range.
    ends: Vec<(f64, f64)>,
    /// The package so far; NaN where not chosen.
    package: Vec<f64>,
    /// Per free issue: points to try, with the voters that agree there.
    choices: Vec<Choices>,
    /// Voters that agree, a row per depth.
    agreed: Vec<u64>,
    words: usize,
    spent: u64,
}

#[derive(Debug, Default, Clone)]
struct Choices {
    issue: usize,
    points: Vec<f64>,
    /// `words` per point.
    masks: Vec<u64>,
}

/// What the search is after.
struct Goal {
    /// Packages that need more actors dropped than this are not looked at.
    best: u32,
    /// Whether any was found.
    found: bool,
    /// `None`: stop at the first. Otherwise the slots in sets of size `best`.
    members: Option<Vec<usize>>,
}

impl Search {
    fn load(&mut self, question: &Question, links: &[Link], cases: &CaseBlock, lane: usize) {
        let end =
            |field: Option<FieldId>, otherwise: f64| field.map_or(otherwise, |id| cases.value(id, lane));
        self.ends.clear();
        self.ends.extend(
            question
                .ranges
                .iter()
                .map(|range| (end(range.min, f64::NEG_INFINITY), end(range.max, f64::INFINITY))),
        );
        self.words = question.voters.len();
        self.spent = 0;
        self.package.clear();
        self.package.resize(question.free.len() + question.fixed.len(), f64::NAN);
        for (issue, no_deal) in &question.fixed {
            self.package[*issue] = end(*no_deal, f64::NAN);
        }
        self.agreed.clear();
        self.agreed.resize((question.free.len() + 1) * self.words, 0);
        self.agreed[..self.words].copy_from_slice(&question.willing);
        self.choices.resize_with(question.free.len(), Choices::default);
        for (at, &issue) in question.free.iter().enumerate() {
            let mut choices = std::mem::take(&mut self.choices[at]);
            choices.issue = issue;
            choices.points.clear();
            choices.points.push(0.0);
            choices.points.extend(
                question
                    .ranges
                    .iter()
                    .zip(&self.ends)
                    .filter(|(range, _)| range.issue == issue)
                    .map(|(_, ends)| ends.0),
            );
            if question.linked[issue] {
                choices.points.extend(bounds(links, issue).map(lower_end));
            }
            tidy(&mut choices.points);
            self.mark(question, &mut choices);
            if !question.linked[issue] {
                choices.keep_maximal(self.words);
            }
            self.choices[at] = choices;
        }
        self.choices.sort_by_key(|choices| (choices.points.len(), choices.issue));
    }

    /// Which voters agree at each point.
    fn mark(&self, question: &Question, choices: &mut Choices) {
        choices.masks.clear();
        choices.masks.resize(choices.points.len() * self.words, u64::MAX);
        for (range, (low, high)) in question.ranges.iter().zip(&self.ends) {
            if range.issue != choices.issue {
                continue;
            }
            for (point, mask) in choices.points.iter().zip(choices.masks.chunks_exact_mut(self.words)) {
                if point < low || point > high {
                    clear(mask, range.bit);
                }
            }
        }
    }

    /// Whether a package passes; with `pinned`, one that has this issue at this point.
    fn exists(
        &mut self,
        question: &Question,
        links: &[Link],
        pinned: Option<(usize, f64)>,
    ) -> Result<bool, TooMany> {
        let mut goal = Goal { best: 0, found: false, members: None };
        let at = pinned.and_then(|(issue, _)| self.choices.iter().position(|choices| choices.issue == issue));
        let (Some(at), Some((issue, point))) = (at, pinned) else {
            self.descend(question, links, 0, &mut goal)?;
            return Ok(goal.found);
        };
        // The pinned issue first: where too few agree there, nothing else need be tried.
        let whole = self.pin(question, at, issue, point);
        self.choices[..=at].rotate_right(1);
        let outcome = self.descend(question, links, 0, &mut goal);
        self.choices[..=at].rotate_left(1);
        self.choices[at] = whole;
        outcome?;
        Ok(goal.found)
    }

    /// Leaves one point to try on an issue; gives back what there was.
    fn pin(&mut self, question: &Question, at: usize, issue: usize, point: f64) -> Choices {
        let mut choices = Choices { issue, points: vec![point], masks: Vec::new() };
        self.mark(question, &mut choices);
        std::mem::replace(&mut self.choices[at], choices)
    }

    /// Lowest and highest point of an issue in any package that passes.
    fn extent(&mut self, question: &Question, links: &[Link], issue: usize) -> Result<(f64, f64), TooMany> {
        let own = || question.ranges.iter().enumerate().filter(move |(_, range)| range.issue == issue);
        let mut lows: Vec<f64> = own().map(|(index, _)| self.ends[index].0).chain([0.0]).collect();
        let mut highs: Vec<f64> = own().map(|(index, _)| self.ends[index].1).chain([100.0]).collect();
        if question.linked[issue] {
            lows.extend(bounds(links, issue).map(lower_end));
            highs.extend(bounds(links, issue).map(upper_end));
        }
        tidy(&mut lows);
        tidy(&mut highs);
        let mut low = f64::NAN;
        for point in lows {
            if self.exists(question, links, Some((issue, point)))? {
                low = point;
                break;
            }
        }
        let mut high = f64::NAN;
        for &point in highs.iter().rev() {
            if self.exists(question, links, Some((issue, point)))? {
                high = point;
                break;
            }
        }
        Ok((low, high))
    }

    /// Size of the smallest sets whose ranges, dropped, would open room or let `package` pass, if at most `limit`,
    /// with the slots in any of them.
    fn smallest(
        &mut self,
        question: &Question,
        links: &[Link],
        package: Option<&[f64]>,
        limit: u32,
    ) -> Result<(u32, Vec<usize>), TooMany> {
        if let Some(package) = package {
            for at in 0..self.choices.len() {
                let issue = self.choices[at].issue;
                self.pin(question, at, issue, package[issue]);
            }
        }
        let everyone = question.voters.actors.len() as u32;
        let mut goal = Goal { best: limit.min(everyone), found: false, members: Some(Vec::new()) };
        self.descend(question, links, 0, &mut goal)?;
        let mut members = goal.members.unwrap_or_default();
        members.sort_unstable();
        members.dedup();
        Ok(if goal.found { (goal.best, members) } else { (NEVER, Vec::new()) })
    }

    /// Tries the points of the issue at `depth`, given those before; `true` to stop.
    fn descend(
        &mut self,
        question: &Question,
        links: &[Link],
        depth: usize,
        goal: &mut Goal,
    ) -> Result<bool, TooMany> {
        self.spend()?;
        let words = self.words;
        let start = depth * words;
        let need = question.rule.need(&question.voters, &self.agreed[start..start + words]);
        if need > goal.best {
            return Ok(false);
        }
        if depth == self.choices.len() {
            return self.settle(question, start, need, goal);
        }
        let issue = self.choices[depth].issue;
        let mut stop = false;
        for index in 0..self.choices[depth].points.len() {
            self.package[issue] = self.choices[depth].points[index];
            if question.linked[issue] && !self.links_hold(links, issue) {
                continue;
            }
            let (before, after) = self.agreed.split_at_mut(start + words);
            let mask = &self.choices[depth].masks[index * words..][..words];
            for ((to, from), mask) in after.iter_mut().zip(&before[start..]).zip(mask) {
                *to = from & mask;
            }
            stop = self.descend(question, links, depth + 1, goal)?;
            if stop {
                break;
            }
        }
        self.package[issue] = f64::NAN;
        Ok(stop)
    }

    /// Judges a whole package: who must still agree, at least.
    fn settle(
        &mut self,
        question: &Question,
        start: usize,
        need: u32,
        goal: &mut Goal,
    ) -> Result<bool, TooMany> {
        let Some(members) = &mut goal.members else {
            goal.found = true;
            return Ok(true);
        };
        let agreed = self.agreed[start..start + self.words].to_vec();
        let mut size = need;
        if !question.exact {
            while !self.completes(question, &agreed, size, 0)? {
                size += 1;
                if size > goal.best {
                    return Ok(false);
                }
            }
        }
        if size < goal.best || !goal.found {
            members.clear();
        }
        goal.best = size;
        goal.found = true;
        if size == 0 {
            return Ok(true);
        }
        let mut heard = vec![0; self.words];
        question.rule.collect(&mut heard);
        let missing: Vec<usize> = question.voters.missing(&heard, &agreed).collect();
        for slot in missing {
            if members.contains(&slot) {
                continue;
            }
            let mut widened = agreed.clone();
            question.voters.agree(slot, &mut widened);
            if self.completes(question, &widened, size - 1, 0)? {
                members.push(slot);
            }
        }
        Ok(false)
    }

    /// Whether at most `size` further actors, from slot `from` on, make the rule pass.
    fn completes(
        &mut self,
        question: &Question,
        agreed: &[u64],
        size: u32,
        from: usize,
    ) -> Result<bool, TooMany> {
        self.spend()?;
        let need = question.rule.need(&question.voters, agreed);
        if need == 0 || need > size || question.exact {
            return Ok(need <= size);
        }
        for slot in from..question.voters.actors.len() {
            let mut widened = agreed.to_vec();
            question.voters.agree(slot, &mut widened);
            if widened != agreed && self.completes(question, &widened, size - 1, slot + 1)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the links that speak of an issue hold, as far as all their issues are chosen.
    fn links_hold(&self, links: &[Link], issue: usize) -> bool {
        links.iter().all(|link| {
            let mut bounds = link.condition.iter().chain(&link.consequence);
            let settled = |bound: &Bound| !self.package[bound.issue.index()].is_nan();
            let open = !bounds.clone().any(|bound| bound.issue.index() == issue) || !bounds.all(settled);
            let met = |bound: &Bound| holds(*bound, self.package[bound.issue.index()]);
            open || !link.condition.iter().all(met) || link.consequence.iter().all(met)
        })
    }

    fn spend(&mut self) -> Result<(), TooMany> {
        self.spent += 1;
        if self.spent > BUDGET { Err(TooMany) } else { Ok(()) }
    }
}

impl Choices {
    /// Leaves out points at which only voters agree that all agree at another point; the most agreed first.
    fn keep_maximal(&mut self, words: usize) {
        let mask = |index: usize| &self.masks[index * words..][..words];
        let within = |a: usize, b: usize| mask(a).iter().zip(mask(b)).all(|(a, b)| a & !b == 0);
        let count = self.points.len();
        let mut kept: Vec<usize> = (0..count)
            .filter(|&a| !(0..count).any(|b| a != b && within(a, b) && (b < a || !within(b, a))))
            .collect();
        let agreeing = |index: &usize| mask(*index).iter().map(|word| word.count_ones()).sum::<u32>();
        kept.sort_by_key(|index| std::cmp::Reverse(agreeing(index)));
        self.masks = kept.iter().flat_map(|&index| mask(index).to_vec()).collect();
        self.points = kept.iter().map(|&index| self.points[index]).collect();
    }
}

/// Sorted points of the scale, each once.
fn tidy(points: &mut Vec<f64>) {
    points.retain(|point| (0.0..=100.0).contains(point));
    points.sort_by(f64::total_cmp);
    points.dedup();
}

fn bounds(links: &[Link], issue: usize) -> impl Iterator<Item = &Bound> {
    let all = links.iter().flat_map(|link| link.condition.iter().chain(&link.consequence));
    all.filter(move |bound| bound.issue.index() == issue)
}

fn holds(bound: Bound, value: f64) -> bool {
    match bound.relation {
        Relation::Less => value < bound.value,
        Relation::AtMost => value <= bound.value,
        Relation::AtLeast => value >= bound.value,
        Relation::Greater => value > bound.value,
    }
}

/// The lower end of where a bound holds, or of where it does not: whichever is not 0.
fn lower_end(bound: &Bound) -> f64 {
    match bound.relation {
        Relation::AtLeast | Relation::Less => bound.value,
        Relation::Greater | Relation::AtMost => bound.value.next_up(),
    }
}

/// The upper end of where a bound holds, or of where it does not: whichever is not 100.
fn upper_end(bound: &Bound) -> f64 {
    match bound.relation {
        Relation::AtMost | Relation::Greater => bound.value,
        Relation::Less | Relation::AtLeast => bound.value.next_down(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::package::fixture::Builder;
    use crate::scenario::{Conduct, GroupId, IssueId, Rule};

    fn answer(b: &Builder) -> RoomBlock {
        let mut out = RoomBlock::default();
        Room::new(&b.scenario()).solve(&b.cases(2), &mut out);
        out
    }

    fn closers(out: &RoomBlock) -> Vec<f64> {
        out.closers.iter().map(|column| column[1]).collect()
    }

    #[test]
    fn ranges_that_meet_leave_room_and_ranges_that_do_not_close_it() {
        let mut b = Builder::new(2, 1);
        b.accept(0, 0, 60.0, 100.0);
        b.accept(1, 0, 0.0, 60.0);
        let out = answer(&b);
        assert_eq!((out.open[0], out.low[0][0], out.high[0][0]), (1.0, 60.0, 60.0));
        b.accept(1, 0, 0.0, 59.0);
        let out = answer(&b);
        assert_eq!(out.open, [0.0, 0.0]);
        assert!(out.low[0][0].is_nan());
        assert_eq!(closers(&out), [1.0, 1.0]);
    }

    #[test]
    fn conduct_decides_over_ranges() {
        let mut b = Builder::new(3, 1);
        b.accept(0, 0, 60.0, 100.0);
        b.accept(1, 0, 0.0, 50.0);
        b.stance(2, 0, 10.0, 10.0);
        b.actor_mut(1).conduct = Some(Conduct::Accept);
        assert_eq!(answer(&b).open[0], 1.0);
        b.actor_mut(1).conduct = Some(Conduct::Refuse);
        let out = answer(&b);
        assert_eq!(out.open[0], 0.0);
        assert_eq!(closers(&out), [0.0, 1.0, 0.0]);
    }

    #[test]
    fn a_link_can_close_room_by_itself() {
        let bound = |issue, relation, value| Bound { issue: IssueId::new(issue), relation, value };
        let mut b = Builder::new(1, 1);
        b.accept(0, 0, 0.0, 100.0);
        b.link(Link {
            condition: vec![bound(0, Relation::AtLeast, 0.0)],
            consequence: vec![bound(0, Relation::Less, 0.0)],
            text: String::new(),
            span: crate::diagnostic::Span::default(),
        });
        let out = answer(&b);
        assert_eq!((out.open[0], out.closers[0][0]), (0.0, 0.0));
        let cases = b.cases(1);
        assert_eq!(Room::new(&b.scenario()).closed_by(&cases.case(0)), Closed::Beyond);
    }

    #[test]
    fn issues_may_settle_singly() {
        let mut b = Builder::new(2, 2);
        b.accept(0, 0, 0.0, 40.0);
        b.accept(1, 0, 60.0, 100.0);
        b.accept(0, 1, 0.0, 40.0);
        b.accept(1, 1, 30.0, 100.0);
        assert_eq!(answer(&b).open[0], 0.0);
        let both = Rule::All(vec![Rule::Actor(ActorId::new(0)), Rule::Actor(ActorId::new(1))]);
        b.stage(both, &[0, 1], true);
        let out = answer(&b);
        assert_eq!((out.open[0], out.low[1][0], out.high[1][0]), (1.0, 30.0, 40.0));
        assert!(out.low[0][0].is_nan());
    }

    #[test]
    fn a_weighted_majority_needs_the_fewest_who_tip_it() {
        let mut b = Builder::new(3, 1);
        b.accept(0, 0, 0.0, 10.0);
        b.accept(1, 0, 20.0, 30.0);
        b.accept(2, 0, 40.0, 50.0);
        b.group(&[(0, 0.5), (1, 0.3), (2, 0.2)]);
        b.stage(Rule::Weight(GroupId::new(0), 0.7), &[0], false);
        let out = answer(&b);
        // 0.5 + 0.2 reaches 0.7; 0.3 + 0.2 does not.
        assert_eq!((out.open[0], closers(&out)), (0.0, vec![1.0, 1.0, 1.0]));
        let mut fit = FitBlock::default();
        Room::new(&b.scenario()).fit(&b.cases(1), &[vec![25.0]], &mut fit);
        assert_eq!((fit.fits[0], fit.closers[0][0], fit.closers[2][0]), (0.0, 1.0, 0.0));
    }

    #[derive(Debug, Clone)]
    struct Plan {
        actors: usize,
        issues: usize,
        ranges: Vec<Option<(u8, u8)>>,
        rules: Vec<(u8, u8, u8)>,
        links: Vec<[(usize, u8, u8); 2]>,
        refuse: Vec<bool>,
        package: Vec<u8>,
    }

    fn plan() -> impl Strategy<Value = Plan> {
        (1..5_usize, 1..4_usize).prop_flat_map(|(actors, issues)| {
            let range = prop::option::weighted(0.8, (0..6_u8, 0..6_u8));
            (
                prop::collection::vec(range, actors * issues),
                prop::collection::vec((0..6_u8, 1..4_u8, 1..8_u8), 1..3),
                prop::collection::vec([(0..issues, 0..4_u8, 0..6_u8), (0..issues, 0..4_u8, 0..6_u8)], 0..3),
                prop::collection::vec(prop::bool::weighted(0.1), actors),
                prop::collection::vec(0..12_u8, issues),
            )
                .prop_map(move |(ranges, rules, links, refuse, package)| Plan {
                    actors,
                    issues,
                    ranges,
                    rules,
                    links,
                    refuse,
                    package,
                })
        })
    }

    fn build(plan: &Plan, partial: bool) -> Builder {
        let mut b = Builder::new(plan.actors, plan.issues);
        for (index, range) in plan.ranges.iter().enumerate() {
            if let Some((min, max)) = range {
                b.accept(index / plan.issues, index % plan.issues, f64::from(*min), f64::from(*max));
            }
        }
        for (actor, refuse) in plan.refuse.iter().enumerate() {
            if *refuse {
                b.actor_mut(actor).conduct = Some(Conduct::Refuse);
            }
        }
        let weights: Vec<(usize, f64)> = (0..plan.actors).map(|actor| (actor, 1.0 + actor as f64)).collect();
        b.group(&weights);
        let actor = |index: usize| Rule::Actor(ActorId::new(index % plan.actors));
        let group = GroupId::new(0);
        for (kind, number, issues) in &plan.rules {
            let n = usize::from(*number);
            let rule = match kind {
                0 => Rule::All((0..plan.actors).map(actor).collect()),
                1 => Rule::Any(vec![actor(n), Rule::All(vec![actor(n + 1), actor(n + 2)])]),
                2 => Rule::Count(group, u32::from(*number)),
                3 => Rule::Weight(group, f64::from(*number) / 4.0),
                4 => Rule::All(vec![actor(n), Rule::Count(group, u32::from(*number) - 1)]),
                _ => Rule::All(vec![
                    Rule::Count(group, 2),
                    Rule::Any(vec![Rule::Weight(group, 0.6), actor(n)]),
                ]),
            };
            let chosen: Vec<usize> = (0..plan.issues).filter(|issue| issues >> issue & 1 == 1).collect();
            let chosen = if chosen.is_empty() { vec![0] } else { chosen };
            b.stage(rule, &chosen, partial);
        }
        let bound = |(issue, relation, value): (usize, u8, u8)| Bound {
            issue: IssueId::new(issue),
            relation: [Relation::Less, Relation::AtMost, Relation::AtLeast, Relation::Greater]
                [usize::from(relation)],
            value: f64::from(value),
        };
        for [condition, consequence] in &plan.links {
            b.link(Link {
                condition: vec![bound(*condition)],
                consequence: vec![bound(*consequence)],
                text: String::new(),
                span: crate::diagnostic::Span::default(),
            });
        }
        b
    }

    fn rule_met(rule: &Rule, scenario: &Scenario, agrees: &dyn Fn(usize) -> bool) -> bool {
        match rule {
            Rule::All(rules) => rules.iter().all(|rule| rule_met(rule, scenario, agrees)),
            Rule::Any(rules) => rules.iter().any(|rule| rule_met(rule, scenario, agrees)),
            Rule::Actor(actor) => agrees(actor.index()),
            Rule::Count(group, needed) => {
                let members = &scenario.groups[group.index()].members;
                members.iter().filter(|(actor, _)| agrees(actor.index())).count() >= *needed as usize
            }
            Rule::Weight(group, share) => {
                let members = &scenario.groups[group.index()].members;
                let total: f64 = members.iter().map(|member| member.1).sum();
                let held: f64 =
                    members.iter().filter(|(actor, _)| agrees(actor.index())).map(|member| member.1).sum();
                held >= share * total - 1e-9
            }
        }
    }

    /// Whether a package passes when the actors in `dropped` agree to anything: straight from the definition.
    fn passes(scenario: &Scenario, plan: &Plan, package: &[f64], dropped: u32) -> bool {
        let agrees = |actor: usize, stage: &Stage| {
            if dropped >> actor & 1 == 1 {
                return true;
            }
            !plan.refuse[actor]
                && stage.issues.iter().all(|issue| match plan.ranges[actor * plan.issues + issue.index()] {
                    Some((min, max)) => (f64::from(min)..=f64::from(max)).contains(&package[issue.index()]),
                    None => true,
                })
        };
        let stages = scenario
            .consent
            .iter()
            .all(|stage| rule_met(&stage.rule, scenario, &|actor| agrees(actor, stage)));
        let met = |bound: &Bound| holds(*bound, package[bound.issue.index()]);
        stages
            && scenario
                .links
                .iter()
                .all(|link| !link.condition.iter().all(met) || link.consequence.iter().all(met))
    }

    fn grid(issues: usize) -> Vec<Vec<f64>> {
        let points: Vec<f64> = (0..=12).map(|step| 0.5 * f64::from(step)).chain([100.0]).collect();
        let mut packages = vec![Vec::new()];
        for _ in 0..issues {
            packages = packages
                .iter()
                .flat_map(|package: &Vec<f64>| {
                    points.iter().map(move |&point| package.iter().copied().chain([point]).collect())
                })
                .collect();
        }
        packages
    }

    /// Size and members of the smallest sets that, dropped, let some of `packages` pass.
    fn smallest(scenario: &Scenario, plan: &Plan, packages: &[Vec<f64>]) -> (Option<u32>, u32) {
        let opens = |set: &u32| packages.iter().any(|package| passes(scenario, plan, package, *set));
        let opening: Vec<u32> = (0..1_u32 << plan.actors).filter(opens).collect();
        let least = opening.iter().map(|set| set.count_ones()).min();
        let members =
            opening.iter().filter(|set| Some(set.count_ones()) == least).fold(0, |all, set| all | set);
        (least, members)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn equals_brute_force(plan in plan()) {
            let b = build(&plan, false);
            let scenario = b.scenario();
            let packages = grid(plan.issues);
            let (least, members) = smallest(&scenario, &plan, &packages);
            let room = Room::new(&scenario);
            let out = answer(&b);
            prop_assert_eq!(out.open[0] == 1.0, least == Some(0));
            for actor in 0..plan.actors {
                prop_assert_eq!(out.closers[actor][1] == 1.0, members >> actor & 1 == 1, "actor {}", actor);
            }
            for issue in 0..plan.issues {
                let inside = packages.iter().filter(|package| passes(&scenario, &plan, package, 0));
                let low = inside.clone().map(|package| package[issue]).fold(f64::INFINITY, f64::min);
                let high = inside.map(|package| package[issue]).fold(f64::NEG_INFINITY, f64::max);
                if least == Some(0) {
                    // Open ends lie half a step or less beside the grid.
                    prop_assert!((out.low[issue][0] - low).abs() <= 0.5, "{} {}", out.low[issue][0], low);
                    prop_assert!(out.high[issue][0] >= high && (high == 100.0 || out.high[issue][0] < high + 0.51));
                } else {
                    prop_assert!(out.low[issue][0].is_nan());
                }
            }
            let package: Vec<f64> = plan.package.iter().map(|&step| 0.5 * f64::from(step)).collect();
            let (least, members) = smallest(&scenario, &plan, std::slice::from_ref(&package));
            let terms: Vec<Vec<f64>> = package.iter().map(|&x| vec![x, x]).collect();
            let mut fit = FitBlock::default();
            room.fit(&b.cases(2), &terms, &mut fit);
            prop_assert_eq!(fit.fits[1] == 1.0, least == Some(0));
            for actor in 0..plan.actors {
                prop_assert_eq!(fit.closers[actor][0] == 1.0, members >> actor & 1 == 1);
            }
        }
    }

    #[test]
    fn thirty_actors_on_six_issues_are_judged() {
        let mut b = Builder::new(30, 6);
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % 100
        };
        for actor in 0..30 {
            for issue in 0..6 {
                let (a, z) = (next() as f64, next() as f64);
                b.accept(actor, issue, a.min(z), a.max(z));
            }
        }
        let members: Vec<(usize, f64)> = (0..30).map(|actor| (actor, 1.0)).collect();
        b.group(&members);
        b.stage(Rule::Weight(GroupId::new(0), 0.5), &[0, 1, 2, 3, 4, 5], false);
        let out = answer(&b);
        assert!(!out.open[0].is_nan());
    }
}
