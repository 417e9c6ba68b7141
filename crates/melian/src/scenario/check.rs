//! From a tree to a [`Scenario`]: names, numbers and rules, with everything that is wrong at once.

mod crisis;
mod parts;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{Key, Node, Table, Value};
use super::estimate::{self, Range, id};
use super::names::Names;
use super::overlay::{self, Adjustments};
use super::report::{Findings, clip, unknown, unknown_key};
use super::shape::{date, place};
use super::{
    About, Accept, Actor, ActorId, Attached, Field, FieldId, Group, Issue, IssueId, LensOptions, Link,
    OptionValue, Plain, Provenance, Rule, Scenario, Stage, Stance, StatedClaim, Status, WalkAway,
    correlation, rule, spec, warn,
};
use crate::diagnostic::{Code, Diagnostic, Sources, Span};
use crate::uncertainty::Estimate;

/// How many stances there may be room for: a scenario is no data set.
const MAX_STANCES: usize = 200_000;

const SCALE: Range = (0.0, 100.0);
const STAKE: Range = (-1000.0, 1000.0);

/// Builds a scenario from a tree of the right shape. Under overlays, what only speaks about the scenario
/// (claims, overlays) is taken over from `base`.
pub(super) fn build(
    document: &Arc<Attached>,
    root: &Table,
    sources: &Sources,
    adjustments: &Adjustments,
    base: Option<&Scenario>,
    findings: &mut Findings,
) -> Option<Scenario> {
    let mut check = Check {
        sources,
        findings,
        adjustments,
        names: Names::default(),
        fields: Vec::new(),
        experts: Vec::new(),
        expert_index: BTreeMap::new(),
    };
    let about = check.about(root);
    check.declare(root);
    if check.names.actors.len() * check.names.issues.len() > MAX_STANCES {
        let message = format!("actors times issues are more than {MAX_STANCES}");
        check.findings.push(Diagnostic::general(Code::TOO_LARGE, message));
        return None;
    }
    let mut actors = check.actors(root);
    let mut issues = check.issues(root);
    let stances = check.stances(root);
    check.walk_aways(root, &mut actors);
    let groups = check.groups(root);
    let crisis = check.crisis(root, about.as_ref());
    check.name_fields();
    let links = check.links(root);
    let consent = check.consent(root, &stances);
    check.crisis_makes_sense(root, &crisis, |actor| {
        consent.iter().any(|stage| stage.rule.asks(actor, &groups))
    });
    let correlations = correlation::read(root, &check.names, &check.fields, base.is_none(), check.findings);
    let (policies, perspectives, claims) = if let Some(base) = base {
        (base.policies.clone(), base.perspectives.clone(), base.claims.clone())
    } else {
        let (policies, perspectives) = overlay::read(root, &mut check.names, check.findings);
        let claims = check.claims(root);
        (policies, perspectives, claims)
    };
    let lens_options = lens_options(root);
    let counted = check.fields.len();
    if let Some(base) = base {
        check.keep_stake_zero(&mut issues, base);
    }
    let Check { names, fields, experts, findings, .. } = check;
    if findings.errors() > 0 {
        return None;
    }
    let scenario = Scenario {
        about: about?,
        actors,
        issues,
        stances,
        links,
        groups,
        consent,
        crisis,
        policies,
        perspectives,
        claims,
        verdict: verdict_rule(root),
        lens_options,
        fields,
        experts,
        correlations,
        sources: sources.clone(),
        names,
        document: Arc::clone(document),
        counted,
    };
    warn::check(&scenario, findings);
    (findings.errors() == 0).then_some(scenario)
}

struct Check<'a> {
    sources: &'a Sources,
    findings: &'a mut Findings,
    adjustments: &'a Adjustments,
    names: Names,
    fields: Vec<Field>,
    experts: Vec<String>,
    expert_index: BTreeMap<String, usize>,
}

/// What a table's provenance is for.
struct Cover {
    provenance: Provenance,
    all: bool,
    keys: Vec<String>,
}

impl Cover {
    fn of(&self, key: &str) -> Provenance {
        if self.all || self.keys.iter().any(|covered| covered == key) {
            self.provenance.clone()
        } else {
            Provenance::default()
        }
    }

    fn covers(&self, key: &str) -> bool {
        self.all || self.keys.iter().any(|covered| covered == key)
    }
}

fn entries<'a>(root: &'a Table, section: &str) -> &'a [(Key, Node)] {
    root.table(section).map_or(&[], |table| table.entries.as_slice())
}

fn items<'a>(root: &'a Table, section: &str) -> &'a [Node] {
    root.get(section).and_then(Node::as_list).unwrap_or(&[])
}

fn owned(table: &Table, key: &str) -> Option<String> {
    table.text(key).map(str::to_owned)
}

/// Provenance that was already checked.
pub(super) fn provenance(table: &Table) -> Provenance {
    estimate::provenance(table, &mut Findings::default())
}

impl Check<'_> {
    fn about(&mut self, root: &Table) -> Option<About> {
        let table = root.table("scenario")?;
        let day = |key: &str| date(key, table.get(key)?, &mut Findings::default());
        let (from, horizon) = (day("from"), day("horizon"));
        if let (Some(from), Some(horizon), Some(node)) = (from, horizon, table.get("horizon"))
            && horizon.is_before(&from)
        {
            let diagnostic = Diagnostic::error(
                Code::DATE_ORDER,
                node.span,
                format!("the horizon {horizon} is before {from}"),
            );
            self.findings.push(match table.get("from") {
                Some(node) => diagnostic.also(node.span, "the talks begin here"),
                None => diagnostic,
            });
        }
        let status = match table.text("status")? {
            "past" => Status::Past,
            "ongoing" => Status::Ongoing,
            _ => Status::Hypothetical,
        };
        Some(About {
            title: owned(table, "title")?,
            question: owned(table, "question"),
            source: owned(table, "source"),
            drawn_by: owned(table, "drawn_by"),
            status,
            from,
            horizon,
            step: table.text("step").and_then(|step| step.parse().ok()),
            resolution: owned(table, "resolution"),
        })
    }

    /// Collects the names, so that any section may refer to any other.
    fn declare(&mut self, root: &Table) {
        for (key, _) in entries(root, "actor") {
            self.names.actors.add(&key.name, key.span);
        }
        for (key, _) in entries(root, "issue") {
            self.names.issues.add(&key.name, key.span);
        }
        let whole = Span::default();
        if self.names.actors.is_empty() {
            let span =
                root.entries.iter().find(|(key, _)| key.name == "actor").map_or(whole, |(key, _)| key.span);
            self.findings.push(
                Diagnostic::error(Code::NO_ACTORS, span, "the scenario has no actors")
                    .help("write [actor.ID] for each, or attach a table: actors = \"actors.csv\""),
            );
        }
        if self.names.issues.is_empty() {
            let span =
                root.entries.iter().find(|(key, _)| key.name == "issue").map_or(whole, |(key, _)| key.span);
            self.findings.push(
                Diagnostic::error(Code::NO_ISSUES, span, "the scenario has no issues")
                    .help("write [issue.ID] for each question on a scale from 0 to 100"),
            );
        }
    }

    fn cover(&mut self, section: &spec::Section, table: &Table) -> Cover {
        let provenance = provenance(table);
        let mut cover = Cover { provenance, all: false, keys: Vec::new() };
        let Some(node) = table.get("covers") else { return cover };
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        let numbers = || {
            let own = section.keys.iter().filter(|key| {
                use spec::Kind;
                matches!(
                    key.kind,
                    Kind::Estimate(..)
                        | Kind::Estimates(..)
                        | Kind::ByActor(..)
                        | Kind::ByIssue(..)
                        | Kind::ByWord(..)
                        | Kind::Capability
                        | Kind::Table(_)
                        | Kind::Tables(_)
                )
            });
            own.map(|key| key.name)
        };
        for node in nodes {
            match node.as_text() {
                Some("all") => cover.all = true,
                Some(key) if numbers().any(|number| number == key) => cover.keys.push(key.to_owned()),
                Some(key) => {
                    let known = numbers().chain(["all"]).collect::<Vec<_>>();
                    self.findings.push(unknown_key(node.span, key, "`covers`", known.iter().copied()));
                }
                None => {}
            }
        }
        if cover.provenance == Provenance::default() {
            self.findings.push(
                Diagnostic::warning(Code::MOVES_NOTHING, node.span, "`covers` has nothing to pass on")
                    .help("say `source`, `quote`, `date` or `basis` beside it"),
            );
        }
        cover
    }

    /// Reads a number and gives it a path.
    fn field(&mut self, path: &str, node: &Node, range: Range, inherited: Provenance) -> Option<FieldId> {
        let Some((estimate, own)) = estimate::read(node, range, self.findings) else {
            // Its path is there all the same, so that one mistake is not reported wherever the path is used.
            let anything = Estimate::Normal { mean: 0.0, sd: 1.0 };
            self.push_field(path, node, range, anything, inherited);
            return None;
        };
        if let Estimate::Experts(experts) = &estimate {
            for (name, _) in experts {
                if !self.expert_index.contains_key(name) {
                    self.expert_index.insert(name.clone(), self.experts.len());
                    self.experts.push(name.clone());
                }
            }
        }
        let provenance = if own == Provenance::default() { inherited } else { own };
        Some(self.push_field(path, node, range, estimate, provenance))
    }

    fn push_field(
        &mut self,
        path: &str,
        node: &Node,
        range: Range,
        estimate: Estimate,
        provenance: Provenance,
    ) -> FieldId {
        let (scale, shift) = self.adjustments.factors(path);
        let path = path.to_owned();
        self.fields.push(Field { path, estimate, range, scale, shift, provenance, span: node.span });
        FieldId::new(self.fields.len() - 1)
    }

    fn actors(&mut self, root: &Table) -> Vec<Actor> {
        let mut actors = Vec::new();
        for (key, node) in entries(root, "actor") {
            let Some(table) = node.as_table() else { continue };
            let cover = self.cover(&spec::ACTOR, table);
            let capability = table
                .get("capability")
                .and_then(|node| self.capability(&key.name, node, &cover.of("capability")))
                .unwrap_or_default();
            actors.push(Actor {
                id: key.name.clone(),
                name: owned(table, "name").unwrap_or_else(|| key.name.clone()),
                capability,
                capability_meaning: owned(table, "capability_meaning"),
                walk_away: None,
                conduct: self.adjustments.conduct(&key.name),
                provenance: cover.provenance,
                span: place(key, node),
            });
        }
        actors
    }

    /// One field for each issue: the same one throughout, or one of their own.
    fn capability(&mut self, actor: &str, node: &Node, inherited: &Provenance) -> Option<Vec<FieldId>> {
        let path = format!("actor.{actor}.capability");
        let issues = self.names.issues.len();
        let by_issue = node.as_table().filter(|table| {
            let named = |key: &Key| self.names.issue(&key.name).is_some();
            !table.entries.is_empty()
                && (table.entries.iter().all(|(key, _)| named(key)) || !estimate::is_form(table))
                && !table.entries.iter().all(|(key, _)| spec::PROVENANCE.iter().any(|p| p.name == key.name))
        });
        let Some(table) = by_issue else {
            let field = self.field(&path, node, spec::NOT_NEGATIVE, inherited.clone())?;
            return Some(vec![field; issues]);
        };
        let mut fields = vec![None; issues];
        for (key, node) in &table.entries {
            match self.names.issue(&key.name) {
                Some(issue) => {
                    let path = format!("{path}.{}", key.name);
                    fields[issue.index()] = self.field(&path, node, spec::NOT_NEGATIVE, inherited.clone());
                }
                None => self.findings.push(unknown(
                    Code::UNKNOWN_ISSUE,
                    key.span,
                    "issue",
                    &key.name,
                    &self.names.issues,
                    self.findings,
                )),
            }
        }
        let first = fields.iter().flatten().next().copied()?;
        Some(fields.into_iter().map(|field| field.unwrap_or(first)).collect())
    }

    fn issues(&mut self, root: &Table) -> Vec<Issue> {
        let mut issues = Vec::new();
        for (key, node) in entries(root, "issue") {
            let Some(table) = node.as_table() else { continue };
            let cover = self.cover(&spec::ISSUE, table);
            let mut number = |name: &str| {
                let node = table.get(name)?;
                self.field(&format!("issue.{}.{name}", key.name), node, SCALE, cover.of(name))
            };
            let no_deal = number("no_deal");
            let outcome = number("outcome");
            let options = matches!(table.get("options").map(|node| &node.value), Some(Value::Boolean(true)));
            if let (true, None, Some(node)) = (options, table.get("anchors"), table.get("options")) {
                self.findings.push(
                    Diagnostic::error(Code::MISSING_KEY, node.span, "listed options need `anchors`")
                        .help("write anchors = { 0 = \"...\", 50 = \"...\", 100 = \"...\" }, a point for each option"),
                );
            }
            issues.push(Issue {
                id: key.name.clone(),
                name: owned(table, "name").unwrap_or_else(|| key.name.clone()),
                anchors: table.get("anchors").map(|node| self.anchors(node)).unwrap_or_default(),
                options,
                no_deal,
                stake_zero: no_deal,
                outcome,
                provenance: cover.provenance,
                span: place(key, node),
            });
        }
        issues
    }

    /// Payoffs are counted from the no-deal points as they are without overlays.
    fn keep_stake_zero(&mut self, issues: &mut [Issue], base: &Scenario) {
        for issue in issues {
            let Some(before) = base.issues.iter().find(|before| before.id == issue.id) else { continue };
            let Some(before) = before.stake_zero.map(|field| base.field(field)) else { continue };
            let same = |now: &Field| {
                now.estimate == before.estimate && now.scale == before.scale && now.shift == before.shift
            };
            if !issue.no_deal.is_some_and(|now| same(&self.fields[now.index()])) {
                self.fields.push(before.clone());
                issue.stake_zero = Some(FieldId::new(self.fields.len() - 1));
            }
        }
    }

    fn anchors(&mut self, node: &Node) -> Vec<(f64, String)> {
        let mut anchors: Vec<(f64, String, Span)> = Vec::new();
        let Some(table) = node.as_table() else { return Vec::new() };
        for (key, node) in &table.entries {
            self.anchor(key, node, &mut anchors);
        }
        anchors.sort_by(|a, b| a.0.total_cmp(&b.0));
        for pair in anchors.windows(2) {
            if pair[0].0 == pair[1].0 {
                let message = format!("point {} has two anchors", pair[0].0);
                self.findings.push(
                    Diagnostic::error(Code::DUPLICATE_KEY, pair[1].2, message).also(pair[0].2, "the other"),
                );
            }
        }
        anchors.into_iter().map(|(point, words, _)| (point, words)).collect()
    }

    fn anchor(&mut self, key: &Key, node: &Node, anchors: &mut Vec<(f64, String, Span)>) {
        // `33.3 = "..."` is a dotted key to TOML.
        if let (Ok(whole), Some(table)) = (key.name.parse::<u8>(), node.as_table()) {
            let diagnostic = Diagnostic::error(Code::WRONG_TYPE, key.span, "an anchor must be a string");
            let rest = table.entries.first().map_or("5", |(key, _)| key.name.as_str());
            self.findings.push(
                diagnostic
                    .help(format!("quote a point that is no whole number: \"{whole}.{}\" = ...", clip(rest))),
            );
            return;
        }
        let point = key.name.parse::<f64>().ok().filter(|point| (0.0..=100.0).contains(point));
        match (point, node.as_text()) {
            (Some(point), Some(words)) => anchors.push((point, words.to_owned(), key.span)),
            (None, _) => self.findings.push(
                Diagnostic::error(
                    Code::OUT_OF_RANGE,
                    key.span,
                    format!("`{}` is no point of the scale", clip(&key.name)),
                )
                .label("must be a number from 0 to 100"),
            ),
            (_, None) => self.findings.push(Diagnostic::error(
                Code::WRONG_TYPE,
                node.span,
                format!("an anchor must be a string, not {}", node.kind()),
            )),
        }
    }

    fn stances(&mut self, root: &Table) -> Vec<Option<Stance>> {
        let issues = self.names.issues.len();
        // The fields' order follows actors and issues, not the order of the tables, so that a changed or added
        // stance moves no other.
        let mut places: Vec<Option<(&Key, &Node)>> = vec![None; self.names.actors.len() * issues];
        for (actor_key, node) in entries(root, "stance") {
            let actor = self.names.actor(&actor_key.name);
            if actor.is_none() {
                self.unknown_actor(&actor_key.name, actor_key.span);
            }
            let Some(table) = node.as_table() else { continue };
            for (key, node) in &table.entries {
                match (actor, self.names.issue(&key.name)) {
                    (_, None) => self.findings.push(self.unknown_issue(&key.name, key.span)),
                    (Some(actor), Some(issue)) => {
                        places[actor.index() * issues + issue.index()] = Some((key, node));
                    }
                    (None, _) => {}
                }
            }
        }
        let mut stances = Vec::with_capacity(places.len());
        for (index, found) in places.into_iter().enumerate() {
            let stance = found.and_then(|(key, node)| {
                let actor = self.names.actors.name(index / issues).unwrap_or_default().to_owned();
                let path = format!("stance.{actor}.{}", key.name);
                self.stance(&path, node.as_table()?, place(key, node))
            });
            stances.push(stance);
        }
        stances
    }

    fn unknown_actor(&mut self, name: &str, span: Span) {
        let diagnostic = unknown(Code::UNKNOWN_ACTOR, span, "actor", name, &self.names.actors, self.findings);
        self.findings.push(diagnostic);
    }

    fn unknown_issue(&self, name: &str, span: Span) -> Diagnostic {
        unknown(Code::UNKNOWN_ISSUE, span, "issue", name, &self.names.issues, self.findings)
    }

    fn stance(&mut self, path: &str, table: &Table, span: Span) -> Option<Stance> {
        let cover = self.cover(&spec::STANCE, table);
        let mut number = |name: &str| {
            let node = table.get(name)?;
            self.field(&format!("{path}.{name}"), node, SCALE, cover.of(name))
        };
        let position = number("position");
        let salience = number("salience");
        let declared = number("declared");
        let accept = table.get("accept").and_then(|node| {
            let mut inner = self.cover(&spec::ACCEPT, node.as_table()?);
            if cover.covers("accept") && inner.provenance == Provenance::default() {
                inner = Cover { provenance: cover.provenance.clone(), all: true, keys: Vec::new() };
            }
            self.accept(&format!("{path}.accept"), node, &inner)
        });
        Some(Stance {
            position: position?,
            salience: salience?,
            accept,
            declared,
            provenance: cover.provenance,
            span,
        })
    }

    fn accept(&mut self, path: &str, node: &Node, cover: &Cover) -> Option<Accept> {
        let table = node.as_table()?;
        if table.get("min").is_none() && table.get("max").is_none() {
            self.findings.push(
                Diagnostic::error(Code::MISSING_KEY, node.span, "an accept range without `min` or `max`")
                    .help("give at least one end, or leave `accept` out: the actor would take anything"),
            );
            return None;
        }
        let mut end = |name: &str| {
            let node = table.get(name)?;
            self.field(&format!("{path}.{name}"), node, SCALE, cover.of(name))
        };
        let (min, max) = (end("min"), end("max"));
        if let (Some(min), Some(max)) = (min, max) {
            self.accept_order(min, max);
        }
        Some(Accept { min, max })
    }

    fn accept_order(&mut self, min: FieldId, max: FieldId) {
        let (min, max) = (&self.fields[min.index()], &self.fields[max.index()]);
        let ((least, most_of_min), (least_of_max, most)) = (min.support(), max.support());
        let diagnostic = if least > most {
            let message = format!("the accept range is empty: `min` {least} is above `max` {most}");
            Diagnostic::error(Code::EMPTY_RANGE, min.span, message)
                .label("`min` is here")
                .also(max.span, "`max` is here")
        } else if most_of_min > least_of_max && min.is_bounded() && max.is_bounded() {
            Diagnostic::warning(Code::MAYBE_EMPTY_RANGE, min.span, "the accept range is empty in some draws")
                .label(format!("`min` may be as high as {most_of_min}"))
                .also(max.span, format!("`max` may be as low as {least_of_max}"))
        } else {
            return;
        };
        self.findings.push(diagnostic);
    }

    fn walk_aways(&mut self, root: &Table, actors: &mut [Actor]) {
        let mut places: Vec<Option<&Table>> = vec![None; actors.len()];
        for (key, node) in entries(root, "walk_away") {
            match self.names.actor(&key.name) {
                Some(actor) if actor.index() < places.len() => places[actor.index()] = node.as_table(),
                Some(_) => {}
                None => self.unknown_actor(&key.name, key.span),
            }
        }
        for (actor, table) in actors.iter_mut().zip(places) {
            let Some(table) = table else { continue };
            let cover = self.cover(&spec::WALK_AWAY, table);
            let mut number = |name: &str| {
                let node = table.get(name)?;
                self.field(&format!("walk_away.{}.{name}", actor.id), node, STAKE, cover.of(name))
            };
            let value = number("value");
            let drift = number("drift");
            actor.walk_away = value.map(|value| WalkAway { value, drift });
        }
    }

    fn groups(&mut self, root: &Table) -> Vec<Group> {
        let mut groups = Vec::new();
        for (key, node) in entries(root, "group") {
            if let Some(actor) = self.names.actors.span(&key.name) {
                let message = format!("`{}` is both an actor and a group", key.name);
                self.findings.push(
                    Diagnostic::error(Code::DUPLICATE_ID, key.span, message).also(actor, "the actor is here"),
                );
            }
            let Some(table) = node.as_table() else { continue };
            let members = table.get("members").map(|node| self.members(node)).unwrap_or_default();
            self.names.groups.add(&key.name, key.span);
            self.names.members.push(members.iter().map(|(actor, _)| *actor).collect());
            groups.push(Group { id: key.name.clone(), members, span: place(key, node) });
        }
        groups
    }

    fn members(&mut self, node: &Node) -> Vec<(ActorId, f64)> {
        let mut seen: BTreeMap<ActorId, Span> = BTreeMap::new();
        let mut members = Vec::new();
        let mut add = |check: &mut Self, name: &str, span: Span, weight: f64| match check.names.actor(name) {
            Some(actor) => {
                if let Some(first) = seen.insert(actor, span) {
                    let message = format!("`{name}` is a member twice");
                    check
                        .findings
                        .push(Diagnostic::error(Code::DUPLICATE_ID, span, message).also(first, "first here"));
                } else {
                    members.push((actor, weight));
                }
            }
            None => check.unknown_actor(name, span),
        };
        match &node.value {
            Value::List(items) => {
                for item in items {
                    match item.as_text() {
                        Some(name) => add(self, name, item.span, 1.0),
                        None => self.findings.push(Diagnostic::error(
                            Code::WRONG_TYPE,
                            item.span,
                            format!("a member must be an actor's id, not {}", item.kind()),
                        )),
                    }
                }
            }
            Value::Table(table) => {
                for (key, node) in &table.entries {
                    let weight = estimate::number(node, spec::NOT_NEGATIVE, self.findings).unwrap_or(1.0);
                    add(self, &key.name, key.span, weight);
                }
            }
            _ => self.findings.push(
                Diagnostic::error(
                    Code::WRONG_TYPE,
                    node.span,
                    format!("`members` must be a list of actors or their weights, not {}", node.kind()),
                )
                .help("write members = [\"a\", \"b\"] or members = { a = 29, b = 13 }"),
            ),
        }
        if members.iter().all(|(_, weight)| *weight == 0.0) && self.findings.errors() == 0 {
            let message =
                if members.is_empty() { "the group has no members" } else { "all members have weight 0" };
            self.findings.push(Diagnostic::error(Code::EMPTY_GROUP, node.span, message));
        }
        members
    }

    /// Makes the paths of numbers known, for correlations, overlays and claims.
    fn name_fields(&mut self) {
        for field in &self.fields {
            self.names.paths.add(&field.path, field.span);
        }
    }

    /// The inside of a string, and whether places in it can be told from its value.
    fn inside(&self, node: &Node) -> Option<(Span, bool)> {
        let text = node.as_text()?;
        let written = self.sources.get(node.span.file).text.get(node.span.start..node.span.end)?;
        let quotes = if written.starts_with("\"\"\"") || written.starts_with("'''") { 3 } else { 1 };
        let inner =
            Span { start: node.span.start + quotes, end: node.span.end.saturating_sub(quotes), ..node.span };
        let exact = written.get(quotes..written.len().saturating_sub(quotes)) == Some(text);
        Some(if exact { (inner, true) } else { (node.span, false) })
    }

    /// Reads a small language inside a string.
    fn embedded<T>(
        &mut self,
        node: &Node,
        parse: impl FnOnce(&str, Span, &Names) -> Result<T, Vec<Diagnostic>>,
    ) -> Option<T> {
        if self.findings.is_full() {
            return None;
        }
        let (span, exact) = self.inside(node)?;
        match parse(node.as_text()?, span, &self.names) {
            Ok(parsed) => Some(parsed),
            Err(mut diagnostics) => {
                for diagnostic in diagnostics.iter_mut().filter(|_| !exact) {
                    if let Some(primary) = &mut diagnostic.primary {
                        primary.span = node.span;
                    }
                }
                self.findings.extend(diagnostics);
                None
            }
        }
    }

    fn links(&mut self, root: &Table) -> Vec<Link> {
        let mut links = Vec::new();
        for node in items(root, "link") {
            let Some(table) = node.as_table() else { continue };
            let (Some(condition), Some(consequence)) = (table.get("if"), table.get("then")) else { continue };
            let text = format!(
                "if {} then {}",
                condition.as_text().unwrap_or_default(),
                consequence.as_text().unwrap_or_default()
            );
            let condition = self.embedded(condition, rule::parse_bounds);
            let consequence = self.embedded(consequence, rule::parse_bounds);
            if let (Some(condition), Some(consequence)) = (condition, consequence) {
                links.push(Link { condition, consequence, text, span: node.span });
            }
        }
        links
    }

    fn consent(&mut self, root: &Table, stances: &[Option<Stance>]) -> Vec<Stage> {
        let mut stages = Vec::new();
        for node in items(root, "consent") {
            if let Some(stage) = node.as_table().and_then(|table| self.stage(table, node.span)) {
                stages.push(stage);
            }
        }
        if stages.is_empty() {
            stages.push(self.default_stage(stances));
        }
        stages
    }

    fn default_stage(&self, stances: &[Option<Stance>]) -> Stage {
        let issues = self.names.issues.len();
        let needed = (0..self.names.actors.len()).filter(|actor| {
            stances[actor * issues..][..issues].iter().flatten().any(|stance| stance.accept.is_some())
        });
        Stage {
            name: "sign".to_owned(),
            rule: Rule::All(needed.map(|actor| Rule::Actor(ActorId::new(actor))).collect()),
            issues: (0..issues).map(IssueId::new).collect(),
            partial: false,
            by: None,
            text: "everyone with an accept range".to_owned(),
            span: None,
        }
    }

    fn stage(&mut self, table: &Table, span: Span) -> Option<Stage> {
        let node = table.get("rule")?;
        let rule = self.embedded(node, rule::parse_rule);
        let issues = match table.get("issues") {
            None => (0..self.names.issues.len()).map(IssueId::new).collect(),
            Some(node) => self.stage_issues(node),
        };
        Some(Stage {
            name: owned(table, "stage")?,
            rule: rule?,
            issues,
            partial: matches!(table.get("partial").map(|node| &node.value), Some(Value::Boolean(true))),
            by: table.get("by").and_then(|node| date("by", node, &mut Findings::default())),
            text: node.as_text()?.to_owned(),
            span: Some(span),
        })
    }

    fn stage_issues(&mut self, node: &Node) -> Vec<IssueId> {
        let mut issues = Vec::new();
        for item in node.as_list().unwrap_or(&[]) {
            let Some(name) = item.as_text() else { continue };
            match self.names.issue(name) {
                Some(issue) if issues.contains(&issue) => {
                    let message = format!("issue `{name}` is named twice");
                    self.findings.push(Diagnostic::error(Code::DUPLICATE_ID, item.span, message));
                }
                Some(issue) => issues.push(issue),
                None => self.findings.push(self.unknown_issue(name, item.span)),
            }
        }
        if issues.is_empty() && self.findings.errors() == 0 {
            self.findings.push(
                Diagnostic::error(Code::WRONG_TYPE, node.span, "the stage decides no issue")
                    .help("leave `issues` out if it decides all"),
            );
        }
        issues
    }

    fn claims(&mut self, root: &Table) -> Vec<StatedClaim> {
        let nodes = items(root, "claim");
        let ids = self.claim_ids(nodes);
        let mut claims = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let Some(table) = node.as_table() else { continue };
            let own = table.get("id").map_or(node.span, |node| node.span);
            let counter_to = table.get("counter_to").and_then(|node| {
                let name = node.as_text()?;
                match ids.span(name) {
                    Some(at) if at == own => self.findings.push(Diagnostic::error(
                        Code::UNKNOWN_CLAIM,
                        node.span,
                        "a claim can't stand against itself",
                    )),
                    Some(_) => {}
                    None => self.findings.push(unknown(
                        Code::UNKNOWN_CLAIM,
                        node.span,
                        "claim",
                        name,
                        &ids,
                        self.findings,
                    )),
                }
                Some(name.to_owned())
            });
            let Some(test) = table.get("test") else { continue };
            let expression = self.embedded(test, crate::claim::parse);
            let (Some(expression), Some(by), Some(says)) =
                (expression, owned(table, "by"), owned(table, "says"))
            else {
                continue;
            };
            claims.push(StatedClaim {
                id: owned(table, "id").unwrap_or_else(|| format!("claim_{}", index + 1)),
                by,
                says,
                counter_to,
                test: test.as_text().unwrap_or_default().to_owned(),
                expression,
                provenance: provenance(table),
                span: node.span,
            });
        }
        claims
    }

    /// The claims' ids.
    fn claim_ids(&mut self, nodes: &[Node]) -> super::NameTable {
        let mut ids = super::NameTable::default();
        for (index, node) in nodes.iter().enumerate() {
            let default = format!("claim_{}", index + 1);
            let given = node.as_table().and_then(|table| table.get("id"));
            let (name, span) = given
                .and_then(|node| Some((node.as_text()?, node.span)))
                .unwrap_or((default.as_str(), node.span));
            id(name, span, "id", self.findings);
            if let Some(first) = ids.span(name) {
                let message = format!("two claims have the id `{}`", clip(name));
                self.findings
                    .push(Diagnostic::error(Code::DUPLICATE_ID, span, message).also(first, "first here"));
            } else {
                ids.add(name, span);
            }
        }
        ids
    }
}

/// What a claim takes to hold; the shape was checked.
fn verdict_rule(root: &Table) -> super::VerdictRule {
    let usual = super::VerdictRule::default();
    let table = root.table("verdict");
    let number = |key: &str| table?.get(key)?.as_number();
    super::VerdictRule {
        holds: number("holds").unwrap_or(usual.holds),
        judged: number("judged").unwrap_or(usual.judged),
    }
}

fn lens_options(root: &Table) -> BTreeMap<String, LensOptions> {
    let mut options = BTreeMap::new();
    for (key, node) in entries(root, "lens") {
        let Some(table) = node.as_table() else { continue };
        let values = table.entries.iter().map(|(key, node)| {
            let value = OptionValue { value: plain(node), key_span: key.span, span: node.span };
            (key.name.clone(), value)
        });
        let options_of = LensOptions { values: values.collect(), span: Some(place(key, node)) };
        options.insert(key.name.clone(), options_of);
    }
    options
}

fn plain(node: &Node) -> Plain {
    match &node.value {
        Value::Text(text) | Value::Date(text) => Plain::Text(text.clone()),
        Value::Integer(number) => Plain::Number(*number as f64),
        Value::Float(number) => Plain::Number(*number),
        Value::Boolean(flag) => Plain::Flag(*flag),
        Value::List(items) => Plain::List(items.iter().map(plain).collect()),
        Value::Table(table) => {
            Plain::Table(table.entries.iter().map(|(key, node)| (key.name.clone(), plain(node))).collect())
        }
    }
}
