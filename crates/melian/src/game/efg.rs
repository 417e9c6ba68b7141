//! The .efg format of Gambit, version 2: reading (more forgiving than Gambit 17) and writing (obeying it).

use super::Game;
use super::arena::{Arena, ChanceId, InfosetId, NodeKind, Parts};
use super::builder::unique_by_owner;
use super::labels::{Labels, make_unique, tidy};
use super::rational::Rational;
use super::text::{Fault, Lexer, Problem, Token, header, labels, payoffs, place, quote};
use std::collections::BTreeMap;
use std::fmt::Write;

/// At most this many faults are reported.
const MAX_FAULTS: usize = 20;

/// Reads an .efg file. Time and memory are linear in its size.
///
/// More forgiving than Gambit 17 where nothing is in doubt: labels that are empty, repeated or full of
/// blanks are changed with a warning; labels may be left out or differ in a repeated description; equal
/// numbers may be written differently. Numbers stay exact.
///
/// # Errors
/// What is wrong, with line and column.
pub fn read_efg(text: &[u8]) -> Result<Game, Vec<Problem>> {
    let mut reader = Reader::default();
    if let Err(fault) = reader.file(text) {
        reader.faults.push(fault);
    }
    if reader.faults.is_empty() {
        let notes = std::mem::take(&mut reader.notes);
        let mut game = reader.finish();
        game.warnings.extend(place(text, notes));
        Ok(game)
    } else {
        Err(place(text, reader.faults))
    }
}

/// From the numbers a file uses to ids: numbers near the count so far by table, others by tree.
#[derive(Default)]
struct Numbering {
    near: Vec<u32>,
    far: BTreeMap<i64, u32>,
}

impl Numbering {
    fn get(&self, number: i64) -> Option<u32> {
        match usize::try_from(number).ok().and_then(|i| self.near.get(i)) {
            Some(&id) if id != u32::MAX => Some(id),
            _ => self.far.get(&number).copied(),
        }
    }

    fn insert(&mut self, number: i64, id: u32) {
        match usize::try_from(number) {
            Ok(i) if i < 64 + 4 * id as usize => {
                if i >= self.near.len() {
                    self.near.resize(i + 1, u32::MAX);
                }
                self.near[i] = id;
            }
            _ => {
                self.far.insert(number, id);
            }
        }
    }
}

#[derive(Default)]
struct Reader {
    title: String,
    description: String,
    players: Vec<Box<str>>,
    kind: Vec<NodeKind>,
    parent: Vec<u32>,
    outcome: Vec<u32>,
    node_label: Vec<Box<str>>,
    /// By player.
    infosets: Vec<Numbering>,
    info_player: Vec<u32>,
    info_label: Vec<Box<str>>,
    info_actions: Vec<Vec<Box<str>>>,
    chances: Numbering,
    chance_label: Vec<Box<str>>,
    chance_moves: Vec<Vec<Box<str>>>,
    chance_first: Vec<usize>,
    chance: Vec<Rational>,
    outcomes: Numbering,
    outcome_label: Vec<Box<str>>,
    payoff: Vec<Rational>,
    /// Where an outcome was first named, while its payoffs are missing.
    missing: BTreeMap<u32, usize>,
    faults: Vec<Fault>,
    notes: Vec<Fault>,
}

impl Reader {
    fn file(&mut self, text: &[u8]) -> Result<(), Fault> {
        let mut lexer = Lexer::new(text)?;
        self.title = header(&mut lexer, "EFG", "2")?;
        self.players = labels(&mut lexer, "a player's name in quotes")?;
        if self.players.is_empty() {
            return Err(Fault::new(lexer.at(), "a game needs at least one player"));
        }
        self.infosets.resize_with(self.players.len(), Numbering::default);
        self.outcome_label.push("".into());
        if let Token::Text(_) = lexer.peek() {
            self.description = lexer.text("a description")?.into_owned();
        }
        self.tree(&mut lexer)?;
        if lexer.peek() != Token::End {
            let note = Fault::new(lexer.at(), "text after the last node is not read");
            self.notes.push(note);
        }
        let missing = std::mem::take(&mut self.missing);
        for (&id, &at) in missing.iter().take(MAX_FAULTS) {
            let label = &self.outcome_label[id as usize];
            let fault = Fault::new(at, format!("the outcome `{label}` has no payoffs anywhere"));
            self.faults.push(fault);
        }
        Ok(())
    }

    /// Nodes in prefix order; `open` holds (node, children still to come).
    fn tree(&mut self, lexer: &mut Lexer<'_>) -> Result<(), Fault> {
        let mut open: Vec<(u32, usize)> = Vec::new();
        loop {
            let at = lexer.at();
            if self.kind.len() >= (u32::MAX >> 2) as usize {
                return Err(Fault::new(at, "more nodes than fit"));
            }
            let parent = open.last().map_or(u32::MAX, |p| p.0);
            let (kind, arity) = self.node(lexer).map_err(|f| {
                let cut = lexer.peek() == Token::End && !open.is_empty();
                if cut && f.help.is_none() { f.help("a node's children are missing") } else { f }
            })?;
            if let Some(top) = open.last_mut() {
                top.1 -= 1;
            }
            self.kind.push(kind);
            self.parent.push(parent);
            if arity > 0 {
                open.push((self.kind.len() as u32 - 1, arity));
            }
            while open.last().is_some_and(|top| top.1 == 0) {
                open.pop();
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    fn node(&mut self, lexer: &mut Lexer<'_>) -> Result<(NodeKind, usize), Fault> {
        let at = lexer.at();
        let Token::Symbol(&[letter @ (b'c' | b'p' | b't')]) = lexer.peek() else {
            return Err(lexer
                .unexpected("a node")
                .help("a node begins with `c` (chance), `p` (player) or `t` (terminal) and a blank"));
        };
        lexer.take()?;
        let label = lexer.text("the node's label in quotes")?;
        if !label.is_empty() && self.node_label.len() < self.kind.len() {
            self.node_label.resize(self.kind.len(), "".into());
        }
        if !label.is_empty() || !self.node_label.is_empty() {
            self.node_label.push(tidy(&label));
        }
        let read = match letter {
            b'c' => self.chance(lexer, at)?,
            b'p' => self.decision(lexer)?,
            _ => (NodeKind::Terminal, 0),
        };
        let row = self.outcome(lexer)?;
        self.outcome.push(row);
        Ok(read)
    }

    fn decision(&mut self, lexer: &mut Lexer<'_>) -> Result<(NodeKind, usize), Fault> {
        let at = lexer.at();
        let number = lexer.integer("the player's number")?;
        let player =
            usize::try_from(number - 1).ok().filter(|&p| p < self.players.len()).ok_or_else(|| {
                Fault::new(at, format!("there is no player {number}"))
                    .help(format!("the file names {} players", self.players.len()))
            })?;
        let at = lexer.at();
        let number = lexer.integer("the number of the information set")?;
        let known = self.infosets[player].get(number);
        let label = match lexer.peek() {
            Token::Text(_) => Some(lexer.text("a label")?),
            _ => None,
        };
        let id = match (known, lexer.peek()) {
            (Some(id), Token::Open) => {
                self.same_actions(lexer, at, id as usize)?;
                id
            }
            (Some(id), _) => id,
            (None, Token::Open) => {
                let actions = labels(lexer, "an action's label in quotes")?;
                if actions.is_empty() {
                    return Err(Fault::new(at, "an information set without actions"));
                }
                let id = self.info_player.len() as u32;
                self.infosets[player].insert(number, id);
                self.info_player.push(player as u32);
                self.info_label.push(label.as_deref().unwrap_or("").into());
                self.info_actions.push(actions);
                id
            }
            (None, _) => {
                return Err(lexer
                    .unexpected("the actions in braces")
                    .help("the first node of an information set must list its actions"));
            }
        };
        if let (Some(label), true) = (label, known.is_some())
            && *label != *self.info_label[id as usize]
        {
            self.note(at, "another label for a known information set; the first stays");
        }
        let arity = self.info_actions[id as usize].len();
        Ok((NodeKind::Decision(InfosetId(id)), arity))
    }

    /// A repeated list of actions: as many, and best the same.
    fn same_actions(&mut self, lexer: &mut Lexer<'_>, at: usize, id: usize) -> Result<(), Fault> {
        lexer.open()?;
        let mut count = 0;
        let mut differs = false;
        while !lexer.takes(Token::Close)? {
            let label = lexer.text("an action's label in quotes")?;
            let known = self.info_actions[id].get(count);
            differs |= known.is_none_or(|k| **k != *label);
            count += 1;
        }
        let want = self.info_actions[id].len();
        if count != want {
            let text = format!("this information set has {want} actions elsewhere, here {count}");
            return Err(Fault::new(at, text));
        }
        if differs {
            self.note(at, "other action labels for a known information set; the first stay");
        }
        Ok(())
    }

    fn chance(&mut self, lexer: &mut Lexer<'_>, node: usize) -> Result<(NodeKind, usize), Fault> {
        let at = lexer.at();
        let number = lexer.integer("the number of the chance set")?;
        let label = match lexer.peek() {
            Token::Text(_) => lexer.text("a label")?,
            _ => "".into(),
        };
        let known = self.chances.get(number);
        if lexer.peek() == Token::Open {
            lexer.take()?;
            let mut moves: Vec<Box<str>> = Vec::new();
            let start = self.chance.len();
            while !lexer.takes(Token::Close)? {
                moves.push(lexer.text("a move's label in quotes")?.into());
                let here = lexer.at();
                let p = lexer.number("a probability")?;
                if p.is_negative() {
                    return Err(Fault::new(here, "a negative probability"));
                }
                self.chance.push(p);
            }
            if let Some(id) = known {
                let given = self.chance.split_off(start);
                let first = self.chance_first[id as usize];
                let count = self.chance_moves[id as usize].len();
                if self.chance[first..first + count] != given {
                    return Err(Fault::new(at, "other probabilities for a known chance set"));
                }
                if self.chance_moves[id as usize] != moves {
                    self.note(at, "other move labels for a known chance set; the first stay");
                }
            } else {
                if moves.is_empty() {
                    return Err(Fault::new(at, "a chance set without moves"));
                }
                self.sums_to_one(at, start);
                self.chances.insert(number, self.chance_label.len() as u32);
                self.chance_label.push(tidy(&label));
                self.chance_moves.push(moves);
                self.chance_first.push(start);
            }
        }
        let id = self.chances.get(number).ok_or_else(|| {
            Fault::new(node, format!("chance set {number} has no moves yet"))
                .help("the first node of a chance set must list its moves and probabilities")
        })?;
        let arity = self.chance_moves[id as usize].len();
        Ok((NodeKind::Chance(ChanceId(id)), arity))
    }

    fn sums_to_one(&mut self, at: usize, start: usize) {
        let sum = self.chance[start..].iter().fold(Rational::zero(), |s, p| &s + p);
        if sum != Rational::one() && self.faults.len() < MAX_FAULTS {
            let fault = Fault::new(at, format!("chance probabilities sum to {sum}, not 1"))
                .help("write fractions, 1/3 and 2/3, or decimals that sum to 1 exactly");
            self.faults.push(fault);
        }
    }

    fn outcome(&mut self, lexer: &mut Lexer<'_>) -> Result<u32, Fault> {
        let at = lexer.at();
        let number = lexer.integer("the outcome's number (0 for none)")?;
        let label = match lexer.peek() {
            Token::Text(_) => Some(lexer.text("a label")?),
            _ => None,
        };
        let n = self.players.len();
        if number == 0 {
            if lexer.takes(Token::Open)? {
                let mut zero = Vec::new();
                payoffs(lexer, n, &mut zero)?;
                if zero.iter().any(|x| !x.is_zero()) {
                    return Err(Fault::new(at, "outcome 0 is the null outcome and pays nothing")
                        .help("give the outcome a number from 1"));
                }
                self.note(at, "the null outcome needs no payoffs");
            }
            return Ok(0);
        }
        let known = self.outcomes.get(number);
        let id = known.unwrap_or(self.outcome_label.len() as u32);
        if known.is_none() {
            self.outcomes.insert(number, id);
            self.outcome_label.push(label.as_deref().unwrap_or("").into());
            self.missing.insert(id, at);
            self.payoff.resize(self.payoff.len() + n, Rational::zero());
        } else if let Some(label) = label
            && *label != *self.outcome_label[id as usize]
            && !self.missing.contains_key(&id)
        {
            self.note(at, "another label for a known outcome; the first stays");
        }
        if lexer.takes(Token::Open)? {
            let mut given = Vec::with_capacity(n);
            payoffs(lexer, n, &mut given)?;
            let row = (id as usize - 1) * n..id as usize * n;
            if self.missing.remove(&id).is_some() {
                self.payoff[row].clone_from_slice(&given);
            } else if self.payoff[row] != given {
                return Err(Fault::new(at, format!("other payoffs for outcome {number}")));
            }
        }
        Ok(id)
    }

    fn note(&mut self, at: usize, text: &str) {
        if self.notes.len() < MAX_FAULTS {
            self.notes.push(Fault::new(at, text));
        }
    }

    fn finish(mut self) -> Game {
        let nodes = self.kind.len();
        if !self.node_label.is_empty() {
            self.node_label.resize(nodes, "".into());
        }
        let mut count = vec![0_u32; nodes];
        for &p in &self.parent[1..] {
            count[p as usize] += 1;
        }
        let first = super::arena::offsets(&count, 0);
        let mut next = first.clone();
        let mut child = vec![0; nodes - 1];
        for (node, &p) in self.parent.iter().enumerate().skip(1) {
            child[next[p as usize] as usize] = node as u32;
            next[p as usize] += 1;
        }
        let lengths = |sets: &[Vec<Box<str>>]| sets.iter().map(|s| s.len() as u32).collect();
        let arena = Arena::assemble(Parts {
            players: self.players.len(),
            kind: self.kind,
            outcome: self.outcome,
            first,
            child,
            info_player: self.info_player.clone(),
            info_actions: lengths(&self.info_actions),
            chance_moves: lengths(&self.chance_moves),
            chance: self.chance,
            exact: self.payoff,
        });
        let mut changed = make_unique(&mut self.players, "player");
        for set in self.info_actions.iter_mut().chain(&mut self.chance_moves) {
            changed += make_unique(set, "action");
        }
        changed += unique_by_owner(&mut self.info_label, &self.info_player, self.players.len());
        // Outcomes are told by their payoffs: labels nobody reads are not worth a note.
        make_unique(&mut self.outcome_label[1..], "outcome");
        let labels = Labels {
            players: self.players,
            infosets: self.info_label,
            slots: self.info_actions.into_iter().chain(self.chance_moves).flatten().collect(),
            chances: self.chance_label,
            outcomes: self.outcome_label,
            nodes: self.node_label,
        };
        let mut game = Game::new(self.title, self.description, arena, labels);
        if changed > 0 {
            game.warnings.push(Problem {
                message: format!(
                    "{changed} labels were empty, repeated or had stray blanks; they were changed"
                ),
                line: 1,
                column: 1,
                help: None,
            });
        }
        game
    }
}

/// Writes a game as .efg text that Gambit 17 reads. `None` if histories are merged: the format holds trees.
#[must_use]
pub fn write_efg(game: &Game) -> Option<String> {
    let (arena, labels) = (&game.arena, &game.labels);
    if !arena.is_tree() {
        return None;
    }
    let mut out = String::with_capacity(64 * arena.nodes());
    out.push_str("EFG 2 R ");
    quote(&mut out, &game.title);
    out.push_str(" {");
    for p in &labels.players {
        out.push(' ');
        quote(&mut out, p);
    }
    out.push_str(" }\n");
    quote(&mut out, &game.description);
    out.push('\n');
    let mut writer = Writer::new(game);
    for node in 0..arena.nodes() {
        writer.node(&mut out, node);
    }
    Some(out)
}

struct Writer<'a> {
    game: &'a Game,
    /// Number of each information set for its owner.
    number: Vec<u32>,
    info_seen: Vec<bool>,
    chance_seen: Vec<bool>,
    outcome_seen: Vec<bool>,
}

impl<'a> Writer<'a> {
    fn new(game: &'a Game) -> Self {
        let mut count = vec![0; game.arena.players()];
        let number = game
            .arena
            .info_player
            .iter()
            .map(|&p| {
                count[p as usize] += 1;
                count[p as usize]
            })
            .collect();
        Self {
            game,
            number,
            info_seen: vec![false; game.arena.infosets()],
            chance_seen: vec![false; game.arena.chances()],
            outcome_seen: vec![false; game.arena.outcomes()],
        }
    }

    fn node(&mut self, out: &mut String, node: usize) {
        let (arena, labels) = (&self.game.arena, &self.game.labels);
        let label = labels.nodes.get(node).map_or("", |l| l);
        match arena.kind[node] {
            NodeKind::Terminal => {
                out.push_str("t ");
                quote(out, label);
            }
            NodeKind::Chance(c) => {
                out.push_str("c ");
                quote(out, label);
                write!(out, " {}", c.index() + 1).expect("a string takes all");
                if !std::mem::replace(&mut self.chance_seen[c.index()], true) {
                    out.push(' ');
                    quote(out, &labels.chances[c.index()]);
                    out.push_str(" {");
                    for (slot, p) in arena.chance_slots(c).zip(arena.exact_chances(c)) {
                        out.push(' ');
                        quote(out, &labels.slots[slot]);
                        write!(out, " {p}").expect("a string takes all");
                    }
                    out.push_str(" }");
                }
            }
            NodeKind::Decision(i) => {
                out.push_str("p ");
                quote(out, label);
                let number = self.number[i.index()];
                let player = arena.info_player[i.index()] + 1;
                write!(out, " {player} {number}").expect("a string takes all");
                if !std::mem::replace(&mut self.info_seen[i.index()], true) {
                    out.push(' ');
                    quote(out, &labels.infosets[i.index()]);
                    out.push_str(" {");
                    for slot in arena.acts(i.index()) {
                        out.push(' ');
                        quote(out, &labels.slots[slot]);
                    }
                    out.push_str(" }");
                }
            }
        }
        self.outcome(out, node);
    }

    fn outcome(&mut self, out: &mut String, node: usize) {
        let row = self.game.arena.outcome[node] as usize;
        write!(out, " {row}").expect("a string takes all");
        if row > 0 && !std::mem::replace(&mut self.outcome_seen[row], true) {
            out.push(' ');
            quote(out, &self.game.labels.outcomes[row]);
            out.push_str(" { ");
            for (i, x) in self.game.arena.pay_exact(node).iter().enumerate() {
                let comma = if i > 0 { ", " } else { "" };
                write!(out, "{comma}{x}").expect("a string takes all");
            }
            out.push_str(" }");
        }
        out.push('\n');
    }
}
