//! The crisis sections: from tables to a [`Crisis`], with what is wrong or makes no sense.

use std::collections::BTreeMap;

use super::{Check, Cover, entries, items, owned};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::scenario::crisis::{
    ActKind, Ally, AtDeadline, Audience, Compliance, Crisis, Deadline, GameFrame, Guarantee, Ladder,
    Mediator, Message, OfferedPackage, Office, Order, PowerShift, PrivateType, RedLine, Rung, Spoiler,
    Survival, Traits, TypeDimension, WarTerms,
};
use crate::scenario::document::{Key, Node, Table, Value};
use crate::scenario::estimate::id;
use crate::scenario::overlay::item_name;
use crate::scenario::report::{Findings, clip, unknown};
use crate::scenario::shape::{count, date, place};
use crate::scenario::spec::{self, Kind, Section};
use crate::scenario::{About, ActorId, FieldId, NameTable, Provenance};

/// How many rungs a ladder may have.
const RUNGS: std::ops::RangeInclusive<usize> = 2..=12;

/// How many types an actor may have, in one dimension and in all.
const TYPES: std::ops::RangeInclusive<usize> = 2..=4;

/// How many strategic actors there may be.
const PLAYERS: std::ops::RangeInclusive<usize> = 2..=4;

/// How many periods there may be.
const MOST_PERIODS: u32 = 40;

/// How far chances may be from 1 in sum.
const ROUNDING: f64 = 1e-9;

type ByActor = Vec<(ActorId, FieldId)>;

/// A table with its declaration, its path and what its provenance is for.
struct Row<'a> {
    section: &'static Section,
    path: String,
    table: &'a Table,
    cover: Cover,
    span: Span,
}

impl<'a> Row<'a> {
    fn node(&self, key: &str) -> Option<&'a Node> {
        self.table.get(key)
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.table.text(key)
    }

    fn flag(&self, key: &str, otherwise: bool) -> bool {
        match self.node(key).map(|node| &node.value) {
            Some(Value::Boolean(flag)) => *flag,
            _ => otherwise,
        }
    }

    fn count(&self, key: &str) -> Option<u32> {
        let Some(Kind::Count(low, high)) = self.section.key(key).map(|key| key.kind) else { return None };
        count(key, self.node(key)?, (low, high), &mut Findings::default())
    }

    /// The ends of the numbers of a key.
    fn range(&self, key: &str) -> (f64, f64) {
        match self.section.key(key).map(|key| key.kind) {
            Some(
                Kind::Estimate(low, high)
                | Kind::Estimates(low, high)
                | Kind::ByActor(low, high)
                | Kind::ByIssue(low, high)
                | Kind::ByWord(_, low, high),
            ) => (low, high),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }
}

impl Check<'_> {
    /// Reads all crisis sections and makes rungs, types and allies known by name.
    pub(super) fn crisis(&mut self, root: &Table, about: Option<&About>) -> Crisis {
        let game = self.game(root);
        let ladder = self.ladder(root);
        let crisis = Crisis {
            game,
            war: self.war(root),
            types: self.types(root),
            audiences: self.audiences(root),
            red_lines: self.red_lines(root),
            power_shifts: self.power_shifts(root),
            deadline: self.deadline(root, about),
            compliance: self.compliance(root),
            guarantees: self.guarantees(root),
            spoilers: self.spoilers(root),
            allies: self.allies(root),
            offices: self.offices(root),
            messages: self.messages(root),
            mediators: self.mediators(root),
            ladder,
        };
        self.periods(root, about, &crisis);
        self.war_is_possible(root, &crisis);
        for section in ["policy", "perspective"] {
            for (_, overlay) in entries(root, section) {
                if let Some(added) = overlay.as_table().and_then(|overlay| overlay.table("add")) {
                    self.names_added(added);
                }
            }
        }
        crisis
    }

    /// Rungs, types and allies that an overlay brings, which claims may name.
    fn names_added(&mut self, added: &Table) {
        for rung in added.table("ladder").map_or(&[][..], |ladder| items(ladder, "rungs")) {
            if let Some(name) = rung.as_table().and_then(|rung| rung.text("name")) {
                self.names.rungs.add(name, rung.span);
            }
        }
        for (actor, dimensions) in entries(added, "type") {
            let Some(types) =
                self.names.actor(&actor.name).and_then(|id| self.names.types.get_mut(id.index()))
            else {
                continue;
            };
            for (_, dimension) in dimensions.as_table().map_or(&[][..], |table| &table.entries) {
                for (key, _) in dimension.as_table().map_or(&[][..], |table| &table.entries) {
                    types.add(&key.name, key.span);
                }
            }
        }
        for ally in items(added, "ally") {
            let of = ally.as_table().and_then(|ally| ally.text("of"));
            self.names.allies.extend(of.and_then(|of| self.names.actor(of)));
        }
    }

    // Tables.

    fn row<'a>(&mut self, section: &'static Section, path: String, table: &'a Table, span: Span) -> Row<'a> {
        let cover = self.cover(section, table);
        Row { section, path, table, cover, span }
    }

    /// A single table of the file: `[war]`.
    fn single<'a>(&mut self, root: &'a Table, section: &'static Section, name: &str) -> Option<Row<'a>> {
        let (key, node) = root.entries.iter().find(|(key, _)| key.name == name)?;
        Some(self.row(section, name.to_owned(), node.as_table()?, place(key, node)))
    }

    /// Tables by actor: `[office.ACTOR]`, with those actors that are known.
    fn by_actor_tables<'a>(
        &mut self,
        root: &'a Table,
        section: &'static Section,
        name: &str,
    ) -> Vec<(Option<ActorId>, Row<'a>)> {
        let mut rows = Vec::new();
        for (key, node) in entries(root, name) {
            let actor = self.actor_named(&key.name, key.span);
            let Some(table) = node.as_table() else { continue };
            let row = self.row(section, format!("{name}.{}", key.name), table, place(key, node));
            rows.push((actor, row));
        }
        rows
    }

    /// Tables of a list, each under its own name: `[[ally]]`.
    fn listed<'a>(&mut self, root: &'a Table, section: &'static Section, name: &str) -> Vec<Row<'a>> {
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for (index, node) in items(root, name).iter().enumerate() {
            let Some(table) = node.as_table() else { continue };
            if let Some(node) = table.get("id")
                && let Some(text) = node.as_text()
            {
                id(text, node.span, "id", self.findings);
            }
            let own = item_name(name, index, node);
            if let Some(first) = seen.get(&own) {
                self.findings.push(
                    Diagnostic::error(
                        Code::DUPLICATE_ID,
                        node.span,
                        format!("two [[{name}]] are called `{}`", clip(&own)),
                    )
                    .also(*first, "the other is here")
                    .help("give one of them an `id` of its own"),
                );
            } else {
                seen.insert(own.clone(), node.span);
            }
            rows.push(self.row(section, format!("{name}.{own}"), table, node.span));
        }
        rows
    }

    // Values of a table.

    fn number(&mut self, row: &Row<'_>, key: &str) -> Option<FieldId> {
        let node = row.node(key)?;
        self.field(&format!("{}.{key}", row.path), node, row.range(key), row.cover.of(key))
    }

    /// Numbers by actor; one for all is everybody's but `owner`'s.
    fn numbers_by_actor(&mut self, row: &Row<'_>, key: &str, owner: Option<ActorId>) -> ByActor {
        let Some(node) = row.node(key) else { return Vec::new() };
        let path = format!("{}.{key}", row.path);
        let Some(table) = self.by_actor(node) else {
            let field = self.field(&path, node, row.range(key), row.cover.of(key));
            let all = (0..self.names.actors.len()).map(ActorId::new).filter(|actor| Some(*actor) != owner);
            return field.map(|field| all.map(|actor| (actor, field)).collect()).unwrap_or_default();
        };
        let mut numbers = Vec::new();
        for (name, node) in &table.entries {
            let actor = self.actor_named(&name.name, name.span);
            let field = self.field(&format!("{path}.{}", name.name), node, row.range(key), row.cover.of(key));
            if actor.is_some() && actor == owner {
                self.findings.push(
                    Diagnostic::error(
                        Code::BAD_BELIEF,
                        name.span,
                        format!("`{}` knows this of itself", name.name),
                    )
                    .help("name those who don't know it"),
                );
            } else if let (Some(actor), Some(field)) = (actor, field) {
                numbers.push((actor, field));
            }
        }
        numbers
    }

    /// The table, if a value is given by actor.
    fn by_actor<'a>(&self, node: &'a Node) -> Option<&'a Table> {
        let table = node.as_table()?;
        let named = |key: &Key| self.names.actor(&key.name).is_some();
        let all_named = !table.entries.is_empty() && table.entries.iter().all(|(key, _)| named(key));
        let is_source = |key: &Key| spec::PROVENANCE.iter().any(|source| source.name == key.name);
        let estimate =
            crate::scenario::estimate::is_form(table) || table.entries.iter().all(|(key, _)| is_source(key));
        (all_named || !estimate).then_some(table)
    }

    fn actor_named(&mut self, name: &str, span: Span) -> Option<ActorId> {
        let actor = self.names.actor(name);
        if actor.is_none() {
            self.unknown_actor(name, span);
        }
        actor
    }

    fn actor(&mut self, row: &Row<'_>, key: &str) -> Option<ActorId> {
        let node = row.node(key)?;
        self.actor_named(node.as_text()?, node.span)
    }

    /// Actors of a list, or a single one.
    fn actors_of(&mut self, node: &Node) -> Vec<ActorId> {
        let mut actors: Vec<ActorId> = Vec::new();
        for item in node.as_list().unwrap_or(std::slice::from_ref(node)) {
            let Some(name) = item.as_text() else { continue };
            let Some(actor) = self.actor_named(name, item.span) else { continue };
            if actors.contains(&actor) {
                let message = format!("`{name}` is named twice");
                self.findings.push(Diagnostic::error(Code::DUPLICATE_ID, item.span, message));
            } else {
                actors.push(actor);
            }
        }
        actors
    }

    fn rung(&mut self, row: &Row<'_>, key: &str) -> Option<usize> {
        let node = row.node(key)?;
        self.rung_named(node.as_text()?, node.span)
    }

    fn rung_named(&mut self, name: &str, span: Span) -> Option<usize> {
        let rung = self.names.rungs.get(name);
        if rung.is_none() {
            let diagnostic =
                unknown(Code::UNKNOWN_NAME, span, "rung", name, &self.names.rungs, self.findings);
            self.findings.push(diagnostic);
        }
        rung
    }

    fn two_actors(&mut self, row: &Row<'_>, one: &str, other: &str) -> Option<(ActorId, ActorId)> {
        let first = self.actor(row, one);
        let second = self.actor(row, other);
        let (first, second) = (first?, second?);
        if first == second {
            let span = row.node(other).map_or(row.span, |node| node.span);
            let message = format!("`{one}` and `{other}` are the same actor");
            self.findings.push(Diagnostic::error(Code::BAD_CRISIS, span, message));
            return None;
        }
        Some((first, second))
    }

    fn name_of(&self, actor: ActorId) -> String {
        self.names.actors.name(actor.index()).unwrap_or_default().to_owned()
    }

    // Sections.

    fn game(&mut self, root: &Table) -> GameFrame {
        let Some(row) = self.single(root, &spec::GAME, "game") else { return GameFrame::default() };
        let players = row.node("players").map(|node| self.players(node)).unwrap_or_default();
        let first = self.actor(&row, "first");
        if let (Some(first), Some(node)) = (first, row.node("first"))
            && !players.is_empty()
            && !players.contains(&first)
        {
            let message = format!("`{}` is not among the players", self.name_of(first));
            self.findings.push(Diagnostic::error(Code::BAD_CRISIS, node.span, message));
        }
        let simultaneous = row.text("moves") == Some("simultaneous");
        if let Some(node) = row.node("first").filter(|_| simultaneous) {
            self.warn(Code::MOVES_NOTHING, node.span, "nobody moves first where all move at once");
        }
        GameFrame {
            players,
            moves: if simultaneous { Order::Simultaneous } else { Order::Alternating },
            first,
            periods: row.count("periods"),
            memory: row.count("memory"),
            offers: row.count("offers"),
            packages: self.packages(&row),
            acts: row.node("acts").map(|node| self.acts(node)).unwrap_or_default(),
            weights: self.weights(&row),
            discount: self.numbers_by_actor(&row, "discount", None),
            precision: self.number(&row, "precision"),
            span: Some(row.span),
        }
    }

    fn players(&mut self, node: &Node) -> Vec<ActorId> {
        let players = self.actors_of(node);
        if self.findings.errors() == 0 && !PLAYERS.contains(&players.len()) {
            self.findings.push(
                Diagnostic::error(
                    Code::BAD_CRISIS,
                    node.span,
                    format!("a game has 2 to 4 players, not {}", players.len()),
                )
                .help("others take part as allies, spoilers, mediators or givers of guarantees"),
            );
        }
        players
    }

    fn packages(&mut self, game: &Row<'_>) -> Vec<OfferedPackage> {
        let mut packages = Vec::new();
        for (key, node) in entries(game.table, "package") {
            let Some(table) = node.as_table() else { continue };
            let row = self.row(&spec::PACKAGE, format!("game.package.{}", key.name), table, place(key, node));
            let terms = row.node("terms").map(|node| self.terms(&row, node)).unwrap_or_default();
            let name = owned(table, "name").unwrap_or_else(|| key.name.clone());
            packages.push(OfferedPackage { id: key.name.clone(), name, terms });
        }
        packages
    }

    fn terms(&mut self, row: &Row<'_>, node: &Node) -> Vec<(super::IssueId, FieldId)> {
        let mut terms = Vec::new();
        let Some(table) = node.as_table() else { return terms };
        for (key, node) in &table.entries {
            let issue = self.names.issue(&key.name);
            if issue.is_none() {
                self.findings.push(self.unknown_issue(&key.name, key.span));
            }
            let path = format!("{}.terms.{}", row.path, key.name);
            let field = self.field(&path, node, row.range("terms"), row.cover.of("terms"));
            terms.extend(issue.zip(field));
        }
        if terms.is_empty() && self.findings.errors() == 0 {
            self.warn(Code::MOVES_NOTHING, node.span, "a package without terms is no deal");
        }
        terms
    }

    fn acts(&mut self, node: &Node) -> Vec<(ActorId, Vec<ActKind>)> {
        let Some(table) = node.as_table() else {
            let acts = self.act_list(node);
            return (0..self.names.actors.len()).map(|actor| (ActorId::new(actor), acts.clone())).collect();
        };
        let mut by_actor = Vec::new();
        for (key, node) in &table.entries {
            let actor = self.actor_named(&key.name, key.span);
            let acts = self.act_list(node);
            by_actor.extend(actor.map(|actor| (actor, acts)));
        }
        by_actor
    }

    fn act_list(&mut self, node: &Node) -> Vec<ActKind> {
        let mut acts: Vec<ActKind> = Vec::new();
        for item in node.as_list().unwrap_or(&[]) {
            let Some(act) = item.as_text().and_then(ActKind::named) else { continue };
            if acts.contains(&act) {
                self.findings.push(Diagnostic::error(Code::DUPLICATE_ID, item.span, "an act named twice"));
            } else {
                acts.push(act);
            }
        }
        if acts.is_empty() && self.findings.errors() == 0 {
            self.findings.push(
                Diagnostic::error(Code::BAD_CRISIS, node.span, "nothing to do")
                    .help("leave `acts` out, or give [\"wait\"] to who lets things pass"),
            );
        }
        acts
    }

    fn weights(&mut self, row: &Row<'_>) -> Vec<(ActKind, FieldId)> {
        let mut weights = Vec::new();
        let table = row.node("weights").and_then(Node::as_table);
        for (key, node) in table.map_or(&[][..], |table| &table.entries) {
            let path = format!("{}.weights.{}", row.path, key.name);
            let field = self.field(&path, node, row.range("weights"), row.cover.of("weights"));
            weights.extend(ActKind::named(&key.name).zip(field));
        }
        weights
    }

    fn ladder(&mut self, root: &Table) -> Option<Ladder> {
        let row = self.single(root, &spec::LADDER, "ladder")?;
        let nodes = row.node("rungs")?.as_list()?;
        self.name_rungs(nodes);
        if !RUNGS.contains(&nodes.len()) {
            let span = row.node("rungs").map_or(row.span, |node| node.span);
            let message = format!("a ladder has 2 to 12 rungs, not {}", nodes.len());
            self.findings.push(Diagnostic::error(Code::BAD_CRISIS, span, message));
        }
        let rungs: Vec<Rung> =
            nodes.iter().enumerate().filter_map(|(index, node)| self.one_rung(&row, index, node)).collect();
        let start = self.rung(&row, "start").unwrap_or(0);
        self.war_rungs(&rungs, start);
        (rungs.len() == nodes.len() && start < rungs.len()).then_some(Ladder { rungs, start, span: row.span })
    }

    fn name_rungs(&mut self, nodes: &[Node]) {
        for node in nodes {
            let Some(name) = node.as_table().and_then(|table| table.get("name")) else { continue };
            let Some(text) = name.as_text() else { continue };
            id(text, name.span, "name of a rung", self.findings);
            if let Some(first) = self.names.rungs.span(text) {
                let message = format!("two rungs are called `{}`", clip(text));
                self.findings.push(
                    Diagnostic::error(Code::DUPLICATE_ID, name.span, message).also(first, "first here"),
                );
            }
            self.names.rungs.add(text, name.span);
        }
    }

    fn one_rung(&mut self, ladder: &Row<'_>, index: usize, node: &Node) -> Option<Rung> {
        let table = node.as_table()?;
        let path = format!("ladder.rungs.{}", item_name("rungs", index, node));
        let mut row = self.row(&spec::RUNG, path, table, node.span);
        if ladder.cover.covers("rungs") && row.cover.provenance == Provenance::default() {
            row.cover = Cover { provenance: ladder.cover.provenance.clone(), all: true, keys: Vec::new() };
        }
        let shared = row.node("cost").is_some_and(|node| self.by_actor(node).is_none());
        let costs = self.numbers_by_actor(&row, "cost", None);
        let (cost, cost_by) =
            if shared { (costs.first().map(|(_, field)| *field), Vec::new()) } else { (None, costs) };
        let accident = self.number(&row, "accident");
        let by = row.node("by").map(|node| self.actors_of(node)).unwrap_or_default();
        let falls_back = self.rung(&row, "falls_back");
        if let (Some(lower), Some(node)) = (falls_back, row.node("falls_back"))
            && lower >= index
        {
            self.findings.push(
                Diagnostic::error(Code::BAD_CRISIS, node.span, "a crisis falls back to a lower rung only")
                    .label("not below this one"),
            );
        }
        Some(Rung {
            name: owned(table, "name")?,
            cost,
            cost_by,
            accident,
            reversible: row.flag("reversible", true),
            by,
            falls_back,
            war: row.flag("war", false),
            span: row.span,
        })
    }

    fn war_rungs(&mut self, rungs: &[Rung], start: usize) {
        let mut wars = rungs.iter().enumerate().filter(|(_, rung)| rung.war);
        let first = wars.next();
        if let (Some((_, first)), Some((_, second))) = (first, wars.next()) {
            self.findings.push(
                Diagnostic::error(Code::BAD_CRISIS, second.span, "two rungs are war")
                    .also(first.span, "the other is here")
                    .help("war ends play: let the last rung alone be it"),
            );
        }
        let Some((at, war)) = first else {
            if let Some(accident) = rungs.iter().find_map(|rung| rung.accident) {
                let span = self.fields[accident.index()].span;
                self.findings.push(
                    Diagnostic::error(Code::BAD_CRISIS, span, "an accident leads to war, but no rung is war")
                        .help("mark one: { name = \"war\", war = true }"),
                );
            }
            return;
        };
        if at == start {
            self.findings.push(
                Diagnostic::error(Code::BAD_CRISIS, war.span, "the crisis starts at war")
                    .help("war ends play: let it start below"),
            );
        }
        if let Some(beyond) = rungs.get(at + 1) {
            self.warn(Code::MOVES_NOTHING, beyond.span, "a rung above war is never reached");
        }
        let idle = war.cost.or(war.cost_by.first().map(|(_, field)| *field)).or(war.accident);
        if let Some(field) = idle {
            let span = self.fields[field.index()].span;
            self.findings.push(
                Diagnostic::warning(
                    Code::MOVES_NOTHING,
                    span,
                    "war ends play: no period is spent on its rung",
                )
                .help("what war costs is said in [war] and in types"),
            );
        }
    }

    fn war(&mut self, root: &Table) -> WarTerms {
        let Some(row) = self.single(root, &spec::WAR, "war") else { return WarTerms::default() };
        let wins = self.numbers_by_actor(&row, "wins", None);
        let least: f64 = wins.iter().map(|(_, field)| self.fields[field.index()].support().0).sum();
        if let Some(node) = row.node("wins").filter(|_| least > 1.0 + ROUNDING) {
            self.findings.push(
                Diagnostic::error(Code::BAD_CHANCES, node.span, "chances to win are above 1 in sum")
                    .help("give one side's alone: the rest is the others'"),
            );
        }
        let mut sides = Vec::new();
        for (key, node) in row.node("sides").and_then(Node::as_table).map_or(&[][..], |table| &table.entries)
        {
            let actor = self.actor_named(&key.name, key.span);
            let with = self.actors_of(node);
            sides.extend(actor.map(|actor| (actor, with)));
        }
        WarTerms {
            exponent: self.number(&row, "exponent"),
            wins,
            cost: self.numbers_by_actor(&row, "cost", None),
            first_move: self.number(&row, "first_move"),
            sides,
        }
    }

    fn types(&mut self, root: &Table) -> Vec<TypeDimension> {
        self.names.types = vec![NameTable::default(); self.names.actors.len()];
        let mut dimensions = Vec::new();
        for (actor_key, node) in entries(root, "type") {
            let actor = self.actor_named(&actor_key.name, actor_key.span);
            let mut together = 1;
            for (key, node) in node.as_table().map_or(&[][..], |table| &table.entries) {
                let Some(table) = node.as_table() else { continue };
                let path = format!("type.{}.{}", actor_key.name, key.name);
                let types = self.dimension(actor, &path, table);
                together *= types.len().max(1);
                let span = place(key, node);
                if self.findings.errors() == 0 && !TYPES.contains(&table.entries.len()) {
                    let message = format!("2 to 4 types in a dimension, not {}", table.entries.len());
                    self.findings.push(
                        Diagnostic::error(Code::BAD_CRISIS, span, message)
                            .help("what all know of an actor is said where it stands without types"),
                    );
                }
                if let Some(actor) = actor {
                    let dimension = TypeDimension { actor, name: key.name.clone(), types, span };
                    self.dimension_makes_sense(&dimension);
                    dimensions.push(dimension);
                }
            }
            if together > *TYPES.end() {
                self.findings.push(
                    Diagnostic::error(
                        Code::BAD_CRISIS,
                        actor_key.span,
                        format!("`{}` has {together} types", clip(&actor_key.name)),
                    )
                    .label("counted over all its dimensions; at most 4")
                    .help("keep the dimension that matters most"),
                );
            }
        }
        dimensions
    }

    fn dimension(&mut self, actor: Option<ActorId>, path: &str, table: &Table) -> Vec<PrivateType> {
        let mut types = Vec::new();
        for (key, node) in &table.entries {
            let Some(table) = node.as_table() else { continue };
            let row = self.row(&spec::TYPE, format!("{path}.{}", key.name), table, place(key, node));
            if let Some(known) = actor.and_then(|actor| self.names.types.get_mut(actor.index())) {
                let first = known.span(&key.name);
                known.add(&key.name, key.span);
                if let Some(first) = first {
                    let message = format!("two types of one actor are called `{}`", clip(&key.name));
                    self.findings.push(
                        Diagnostic::error(Code::DUPLICATE_ID, key.span, message).also(first, "first here"),
                    );
                }
            }
            types.push(PrivateType {
                name: key.name.clone(),
                chance: self.number(&row, "chance"),
                believed: self.numbers_by_actor(&row, "believed", actor),
                traits: Traits {
                    war_cost: self.number(&row, "war_cost"),
                    wins: self.number(&row, "wins"),
                    rung_cost: self.number(&row, "rung_cost"),
                    audience: self.number(&row, "audience"),
                    red_line: self.number(&row, "red_line"),
                    walk_away: self.number(&row, "walk_away"),
                    temptation: self.number(&row, "temptation"),
                    betrayed: self.number(&row, "betrayed"),
                    spoiled: self.number(&row, "spoiled"),
                    patience: self.number(&row, "patience"),
                    stake: self.number(&row, "stake"),
                },
                span: row.span,
            });
        }
        types
    }

    fn dimension_makes_sense(&mut self, dimension: &TypeDimension) {
        let chances: Vec<Option<FieldId>> = dimension.types.iter().map(|one| one.chance).collect();
        let silent: Vec<&PrivateType> = dimension
            .types
            .iter()
            .zip(&chances)
            .filter(|(_, chance)| chance.is_none())
            .map(|(one, _)| one)
            .collect();
        if let [_, second, ..] = silent[..]
            && self.findings.errors() == 0
        {
            self.findings.push(
                Diagnostic::error(Code::BAD_CHANCES, second.span, "two types without a chance")
                    .also(silent[0].span, "the other is here")
                    .help("one type of a dimension may leave its chance out: it takes the rest"),
            );
        }
        self.chances(&chances, dimension.span, silent.is_empty());
        for holder in (0..self.names.actors.len()).map(ActorId::new) {
            let believed: Vec<Option<FieldId>> =
                dimension.types.iter().map(|one| of_actor(&one.believed, holder)).collect();
            self.chances(&believed, dimension.span, believed.iter().all(Option::is_some));
        }
        if dimension.types.len() > 1 && dimension.types.iter().all(|one| one.traits == Traits::default()) {
            self.findings.push(
                Diagnostic::warning(Code::MOVES_NOTHING, dimension.span, "these types differ in nothing")
                    .help("say what sets them apart: war_cost, audience, walk_away ..."),
            );
        }
    }

    /// Chances of types that exclude each other; `whole` if there is no other.
    fn chances(&mut self, chances: &[Option<FieldId>], span: Span, whole: bool) {
        let given = || chances.iter().flatten().map(|field| &self.fields[field.index()]);
        let Some(first) = given().next() else { return };
        let (least, most) = given().fold((0.0, 0.0), |(least, most), field| {
            let (low, high) = field.support();
            (least + low, most + high)
        });
        let place = first.span;
        let bounded = given().all(crate::scenario::Field::is_bounded);
        let diagnostic = if least > 1.0 + ROUNDING {
            Diagnostic::error(Code::BAD_CHANCES, place, format!("chances are {least} in sum: above 1"))
        } else if whole && most < 1.0 - ROUNDING {
            Diagnostic::warning(Code::BAD_CHANCES, place, format!("chances are {most} in sum: below 1"))
                .help("they are scaled up to 1; leave one out to give its type the rest")
        } else if !whole && bounded && most > 1.0 + ROUNDING {
            Diagnostic::warning(Code::BAD_CHANCES, place, "chances are above 1 in sum in some draws")
                .label(format!("up to {most}"))
                .help("the type without a chance then has none, and the others are scaled down to 1")
        } else {
            return;
        };
        self.findings.push(diagnostic.also(span, "the types are here"));
    }

    fn audiences(&mut self, root: &Table) -> Vec<Audience> {
        let mut audiences = Vec::new();
        for (actor, row) in self.by_actor_tables(root, &spec::AUDIENCE, "audience") {
            let cost = self.number(&row, "cost");
            let growth = self.number(&row, "growth");
            if let (Some(actor), Some(cost)) = (actor, cost) {
                audiences.push(Audience { actor, cost, growth });
            }
        }
        audiences
    }

    fn red_lines(&mut self, root: &Table) -> Vec<RedLine> {
        let mut red_lines = Vec::new();
        for row in self.listed(root, &spec::RED_LINE, "red_line") {
            let of = self.actor(&row, "of");
            let rung = self.rung(&row, "rung");
            let cost = self.number(&row, "cost");
            if let (Some(of), Some(rung), Some(cost)) = (of, rung, cost) {
                red_lines.push(RedLine { of, rung, cost, span: row.span });
            }
        }
        red_lines
    }

    fn power_shifts(&mut self, root: &Table) -> Vec<PowerShift> {
        let mut shifts = Vec::new();
        for (actor, row) in self.by_actor_tables(root, &spec::POWER_SHIFT, "power_shift") {
            let factor = self.number(&row, "factor");
            if let (Some(actor), Some(factor)) = (actor, factor) {
                shifts.push(PowerShift { actor, factor, at: row.count("at") });
            }
        }
        shifts
    }

    fn deadline(&mut self, root: &Table, about: Option<&About>) -> Option<Deadline> {
        let row = self.single(root, &spec::DEADLINE, "deadline")?;
        let imposed_by = self.actor(&row, "imposed_by");
        let by = row.node("by").and_then(|node| self.period_of(node, about));
        if let (Some(after), Some(by)) = (row.node("after"), row.node("by")) {
            self.findings.push(
                Diagnostic::error(Code::BAD_CRISIS, by.span, "a deadline has either `after` or `by`")
                    .also(after.span, "and here"),
            );
        }
        let then = match row.text("then")? {
            "no_deal" => AtDeadline::NoDeal,
            "war" => AtDeadline::War,
            "imposed" => {
                if row.node("imposed_by").is_none() {
                    self.findings.push(
                        Diagnostic::error(Code::MISSING_KEY, row.span, "whose terms are imposed?")
                            .label("`imposed_by` is missing")
                            .help("write imposed_by = \"ACTOR\""),
                    );
                }
                AtDeadline::Imposed(imposed_by?)
            }
            // Another word: the shape of the table has told.
            _ => return None,
        };
        if let Some(node) = row.node("imposed_by").filter(|_| !matches!(then, AtDeadline::Imposed(_))) {
            self.findings.push(
                Diagnostic::warning(Code::MOVES_NOTHING, node.span, "nothing is imposed at this deadline")
                    .help("write then = \"imposed\""),
            );
        }
        Some(Deadline { after: row.count("after").or(by), then })
    }

    /// The period in which a day lies.
    fn period_of(&mut self, node: &Node, about: Option<&About>) -> Option<u32> {
        let day = date("by", node, &mut Findings::default())?;
        let (Some(from), Some(step)) =
            (about.and_then(|about| about.from), about.and_then(|about| about.step))
        else {
            self.findings.push(
                Diagnostic::error(Code::BAD_CRISIS, node.span, "a day, but no dates to count periods from")
                    .help("give `from` and `step` in [scenario], or write after = PERIOD"),
            );
            return None;
        };
        if day.is_before(&from) {
            let message = format!("the deadline {day} is before {from}");
            self.findings.push(Diagnostic::error(Code::DATE_ORDER, node.span, message));
            return None;
        }
        Some(step.periods(&from, &day).max(1))
    }

    fn compliance(&mut self, root: &Table) -> Option<Compliance> {
        let row = self.single(root, &spec::COMPLIANCE, "compliance")?;
        let mut steps = Vec::new();
        for (index, node) in row.node("steps").and_then(Node::as_list).unwrap_or(&[]).iter().enumerate() {
            let path = format!("compliance.steps.{}", index + 1);
            steps.extend(self.field(&path, node, row.range("steps"), row.cover.of("steps")));
        }
        let sum: f64 = steps.iter().map(|step| self.fields[step.index()].central()).sum();
        let certain = steps.iter().all(|step| self.fields[step.index()].is_certain());
        if let Some(node) = row.node("steps").filter(|_| self.findings.errors() == 0) {
            if sum <= 0.0 || steps.len() > 6 {
                self.findings.push(Diagnostic::error(
                    Code::BAD_CRISIS,
                    node.span,
                    "a deal is carried out in 1 to 6 steps that are something together",
                ));
            } else if certain && (sum - 1.0).abs() > ROUNDING {
                self.findings.push(
                    Diagnostic::warning(Code::BAD_CHANCES, node.span, format!("the steps are {sum} in sum"))
                        .help("they are scaled to 1"),
                );
            }
        }
        Some(Compliance {
            steps,
            temptation: self.numbers_by_actor(&row, "temptation", None),
            betrayed: self.numbers_by_actor(&row, "betrayed", None),
            monitoring: self.number(&row, "monitoring"),
            snap_back: self.number(&row, "snap_back"),
        })
    }

    fn guarantees(&mut self, root: &Table) -> Vec<Guarantee> {
        let mut guarantees = Vec::new();
        for row in self.listed(root, &spec::GUARANTEE, "guarantee") {
            let pair = self.two_actors(&row, "by", "to");
            let covers = self.number(&row, "makes_good");
            let honoured = self.number(&row, "honoured");
            let believed = self.numbers_by_actor(&row, "believed", pair.map(|(by, _)| by));
            let cost = self.number(&row, "cost");
            if let (Some((by, to)), Some(covers), Some(honoured)) = (pair, covers, honoured) {
                guarantees.push(Guarantee { by, to, covers, honoured, believed, cost, span: row.span });
            }
        }
        guarantees
    }

    fn spoilers(&mut self, root: &Table) -> Vec<Spoiler> {
        let mut spoilers = Vec::new();
        for row in self.listed(root, &spec::SPOILER, "spoiler") {
            let actor = self.actor(&row, "actor");
            let from = self.actor(&row, "from");
            let strikes = self.number(&row, "strikes");
            let succeeds = self.number(&row, "succeeds");
            let cost = self.number(&row, "cost");
            if let (Some(actor), Some(strikes), Some(succeeds)) = (actor, strikes, succeeds) {
                spoilers.push(Spoiler { actor, strikes, succeeds, from, cost, span: row.span });
            }
        }
        spoilers
    }

    fn allies(&mut self, root: &Table) -> Vec<Ally> {
        let mut allies = Vec::new();
        for row in self.listed(root, &spec::ALLY, "ally") {
            let pair = self.two_actors(&row, "of", "supports");
            let chance = self.number(&row, "chance");
            let believed = self.numbers_by_actor(&row, "believed", pair.map(|(of, _)| of));
            let cost = self.number(&row, "cost");
            let pledge = self.number(&row, "pledge");
            if let Some((of, _)) = pair
                && !self.names.allies.contains(&of)
            {
                self.names.allies.push(of);
            }
            if let (Some((of, supports)), Some(chance)) = (pair, chance) {
                allies.push(Ally { of, supports, chance, believed, cost, pledge, span: row.span });
            }
        }
        allies
    }

    fn offices(&mut self, root: &Table) -> Vec<Office> {
        let mut offices = Vec::new();
        for (actor, row) in self.by_actor_tables(root, &spec::OFFICE, "office") {
            let weight = self.number(&row, "weight");
            let value = self.number(&row, "value");
            let fall = self.number(&row, "fall");
            let tenure = self.number(&row, "tenure");
            let survival = self.survival(&row);
            if let (Some(actor), Some(value), Some(fall), Some(survival)) = (actor, value, fall, survival) {
                offices.push(Office { actor, weight, value, fall, survival, tenure });
            }
        }
        offices
    }

    fn survival(&mut self, office: &Row<'_>) -> Option<Survival> {
        let node = office.node("survival")?;
        let table = node.as_table()?;
        let mut row = self.row(&spec::SURVIVAL, format!("{}.survival", office.path), table, node.span);
        if office.cover.covers("survival") && row.cover.provenance == Provenance::default() {
            row.cover = Cover { provenance: office.cover.provenance.clone(), all: true, keys: Vec::new() };
        }
        let [deal, none, imposed, won, lost] =
            ["deal", "none", "imposed", "won", "lost"].map(|key| self.number(&row, key));
        Some(Survival { deal: deal?, none: none?, imposed: imposed?, won: won?, lost: lost? })
    }

    fn messages(&mut self, root: &Table) -> Vec<Message> {
        let mut messages = Vec::new();
        for row in self.listed(root, &spec::MESSAGE, "message") {
            let from = self.actor(&row, "from");
            let Some(node) = row.node("words") else { continue };
            let words: Vec<String> =
                node.as_list().unwrap_or(&[]).iter().filter_map(Node::as_text).map(str::to_owned).collect();
            let twice = (1..words.len()).find(|&at| words[..at].contains(&words[at]));
            if let Some(item) = twice.and_then(|at| node.as_list()?.get(at)) {
                self.findings.push(Diagnostic::error(Code::DUPLICATE_ID, item.span, "a word said twice"));
            }
            if self.findings.errors() == 0 && !TYPES.contains(&words.len()) {
                let message = format!("a message is one of 2 to 4 words, not {}", words.len());
                self.findings.push(Diagnostic::error(Code::BAD_CRISIS, node.span, message));
            }
            messages.extend(from.map(|from| Message { from, words, span: row.span }));
        }
        messages
    }

    fn mediators(&mut self, root: &Table) -> Vec<Mediator> {
        let mut mediators = Vec::new();
        for (actor, row) in self.by_actor_tables(root, &spec::MEDIATOR, "mediator") {
            let adds = self.numbers_by_actor(&row, "adds", None);
            let bias = self.numbers_by_actor(&row, "bias", None);
            let patience = self.number(&row, "patience");
            let (proposes, carries) = (row.flag("proposes", false), row.flag("carries", false));
            if !proposes && !carries && adds.is_empty() {
                self.findings.push(
                    Diagnostic::warning(Code::MOVES_NOTHING, row.span, "a mediator who does nothing")
                        .help("let it have `proposes`, `carries` or `adds`"),
                );
            }
            mediators.extend(actor.map(|actor| Mediator { actor, proposes, carries, adds, bias, patience }));
        }
        mediators
    }

    // What sections say of each other.

    fn periods(&mut self, root: &Table, about: Option<&About>, crisis: &Crisis) {
        let counted = given_by_dates(about);
        if crisis.game.periods.is_none()
            && *crisis != Crisis::default()
            && let Some(counted) = counted.filter(|counted| *counted > MOST_PERIODS)
        {
            let span = root
                .table("scenario")
                .and_then(|table| table.get("step"))
                .map_or(Span::default(), |node| node.span);
            self.findings.push(
                Diagnostic::error(
                    Code::BAD_CRISIS,
                    span,
                    format!("dates and step make {counted} periods; a game has at most {MOST_PERIODS}"),
                )
                .help("take a longer step, or say how many periods: [game] periods = 20"),
            );
        }
        let last = crisis.game.periods.or(counted).unwrap_or(MOST_PERIODS);
        if let Some(after) = crisis.deadline.and_then(|deadline| deadline.after).filter(|after| *after > last)
            && let Some(node) =
                root.table("deadline").and_then(|table| table.get("after").or_else(|| table.get("by")))
        {
            let message = format!("the deadline lies in period {after}, after the last, {last}");
            self.findings.push(Diagnostic::error(Code::BAD_CRISIS, node.span, message));
        }
        for shift in &crisis.power_shifts {
            if let Some(at) = shift.at.filter(|at| *at > last) {
                let span = self.fields[shift.factor.index()].span;
                let message = format!("the shift comes in period {at}, after the last, {last}");
                self.findings.push(Diagnostic::error(Code::BAD_CRISIS, span, message));
            }
        }
    }

    /// Where war is spoken of, a rung must be war.
    fn war_is_possible(&mut self, root: &Table, crisis: &Crisis) {
        let possible = crisis.ladder.as_ref().is_some_and(|ladder| ladder.rungs.iter().any(|rung| rung.war));
        if possible || self.findings.errors() > 0 {
            return;
        }
        let help = "give the ladder a rung that is war: { name = \"war\", war = true }";
        if crisis.deadline.is_some_and(|deadline| deadline.then == AtDeadline::War)
            && let Some(node) = root.table("deadline").and_then(|table| table.get("then"))
        {
            self.findings.push(
                Diagnostic::error(Code::BAD_CRISIS, node.span, "the deadline is war, but no rung is")
                    .help(help),
            );
        }
        let idle = root.entries.iter().find(|(key, _)| key.name == "war").map(|(key, node)| place(key, node));
        for span in idle.into_iter().chain(crisis.allies.iter().map(|ally| ally.span)) {
            self.findings.push(
                Diagnostic::warning(Code::MOVES_NOTHING, span, "there is no war on the ladder").help(help),
            );
        }
    }

    fn warn(&mut self, code: Code, span: Span, message: &str) {
        self.findings.push(Diagnostic::warning(code, span, message));
    }
}

fn of_actor(numbers: &ByActor, actor: ActorId) -> Option<FieldId> {
    numbers.iter().find(|(other, _)| *other == actor).map(|(_, field)| *field)
}

/// The periods between the scenario's dates.
fn given_by_dates(about: Option<&About>) -> Option<u32> {
    let about = about?;
    Some(about.step?.periods(&about.from?, &about.horizon?).max(1))
}
