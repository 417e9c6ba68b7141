//! The .nfg format of Gambit, version 1, both bodies: reading and writing.
//!
//! A strategic form becomes a tree in which the players move one after the other without seeing anything;
//! players with one strategy move first, so that the tree is at most twice as large as the table.

use super::Game;
use super::arena::{Arena, InfosetId, NodeKind, Parts};
use super::labels::{Labels, make_unique};
use super::rational::Rational;
use super::text::{Fault, Lexer, Problem, Token, header, labels, payoffs, place, quote};
use std::fmt::Write;

/// Reads an .nfg file with a payoff or an outcome body. Time and memory are linear in its size.
///
/// # Errors
/// What is wrong, with line and column.
pub fn read_nfg(text: &[u8]) -> Result<Game, Vec<Problem>> {
    read(text).map_err(|fault| place(text, vec![fault]))
}

fn read(text: &[u8]) -> Result<Game, Fault> {
    let mut lexer = Lexer::new(text)?;
    let title = header(&mut lexer, "NFG", "1")?;
    let mut players = labels(&mut lexer, "a player's name in quotes")?;
    if players.is_empty() {
        return Err(Fault::new(lexer.at(), "a game needs at least one player"));
    }
    let at = lexer.at();
    let mut strategies = strategies(&mut lexer)?;
    if strategies.len() != players.len() {
        let text = format!("{} players but {} lists of strategies", players.len(), strategies.len());
        return Err(Fault::new(at, text));
    }
    let mut description = String::new();
    if let Token::Text(_) = lexer.peek() {
        description = lexer.text("a description")?.into_owned();
    }
    // Each profile takes at least two bytes, so the size of the file bounds the table.
    let cells = strategies
        .iter()
        .try_fold(1_usize, |n, s| n.checked_mul(s.len()))
        .filter(|&n| n / 2 <= lexer.left())
        .ok_or_else(|| Fault::new(at, "more strategy profiles than the file can hold"))?;
    let n = players.len();
    let table = match lexer.peek() {
        Token::Open => outcome_body(&mut lexer, n, cells)?,
        _ => payoff_body(&mut lexer, n, cells)?,
    };
    if lexer.peek() != Token::End {
        return Err(lexer.unexpected("the end of the file"));
    }
    let mut changed = make_unique(&mut players, "player");
    for list in &mut strategies {
        changed += make_unique(list, "strategy");
    }
    let mut game = strategic_form(title, players, strategies, table);
    game.description = description;
    if changed > 0 {
        game.warnings.push(Problem {
            message: format!("{changed} labels were empty, repeated or had stray blanks; they were changed"),
            line: 1,
            column: 1,
            help: None,
        });
    }
    Ok(game)
}

/// `{ 2 3 }`, or `{ { "a" "b" } { "x" "y" "z" } }`.
fn strategies(lexer: &mut Lexer<'_>) -> Result<Vec<Vec<Box<str>>>, Fault> {
    lexer.open()?;
    let mut lists = Vec::new();
    let mut total = 0_usize;
    while !lexer.takes(Token::Close)? {
        let at = lexer.at();
        let list = if lexer.peek() == Token::Open {
            labels(lexer, "a strategy's label in quotes")?
        } else {
            let count = usize::try_from(lexer.integer("a number of strategies")?).unwrap_or(0);
            total = total.saturating_add(count);
            // A player's strategies all appear in the body.
            if total / 2 > lexer.left() {
                return Err(Fault::new(at, "more strategies than the file can hold"));
            }
            (1..=count).map(|i| i.to_string().into()).collect()
        };
        if list.is_empty() {
            return Err(Fault::new(at, "a player needs at least one strategy"));
        }
        lists.push(list);
    }
    Ok(lists)
}

/// The payoffs of outcomes and the outcome of each profile, player 1's strategy running fastest.
struct Table {
    labels: Vec<Box<str>>,
    payoffs: Vec<Rational>,
    outcome: Vec<u32>,
}

fn payoff_body(lexer: &mut Lexer<'_>, n: usize, cells: usize) -> Result<Table, Fault> {
    let mut payoffs = Vec::new();
    for cell in 0..cells {
        for _ in 0..n {
            if lexer.peek() == Token::End {
                let text = format!("payoffs of {cell} profiles, but the game has {cells}");
                return Err(Fault::new(lexer.at(), text));
            }
            payoffs.push(lexer.number("a payoff")?);
            lexer.takes(Token::Comma)?;
        }
    }
    let labels = (1..=cells).map(|i| format!("o{i}").into()).collect();
    Ok(Table { labels, payoffs, outcome: (1..=cells as u32).collect() })
}

fn outcome_body(lexer: &mut Lexer<'_>, n: usize, cells: usize) -> Result<Table, Fault> {
    lexer.open()?;
    let mut labels: Vec<Box<str>> = Vec::new();
    let mut rows = Vec::new();
    while !lexer.takes(Token::Close)? {
        lexer.open()?;
        labels.push(lexer.text("the outcome's label in quotes")?.into());
        payoffs(lexer, n, &mut rows)?;
    }
    let mut outcome = Vec::new();
    for cell in 0..cells {
        let at = lexer.at();
        if lexer.peek() == Token::End {
            let text = format!("outcomes of {cell} profiles, but the game has {cells}");
            return Err(Fault::new(at, text));
        }
        let index = lexer.integer("an outcome's number")?;
        match u32::try_from(index) {
            Ok(i) if i as usize <= labels.len() => outcome.push(i),
            _ => {
                let text = format!("there is no outcome {index}, only {}", labels.len());
                return Err(Fault::new(at, text).help("outcomes count from 1; 0 is the null outcome"));
            }
        }
    }
    make_unique(&mut labels, "outcome");
    Ok(Table { labels, payoffs: rows, outcome })
}

/// The tree of a strategic form, level by level in prefix order.
fn strategic_form(
    title: String,
    players: Vec<Box<str>>,
    strategies: Vec<Vec<Box<str>>>,
    table: Table,
) -> Game {
    let n = players.len();
    let size: Vec<usize> = strategies.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..n).filter(|&p| size[p] == 1).collect();
    order.extend((0..n).filter(|&p| size[p] > 1));
    let stride: Vec<usize> = size.iter().scan(1, |s, &k| Some(std::mem::replace(s, *s * k))).collect();
    let (mut kind, mut outcome, mut parent) = (Vec::new(), Vec::new(), Vec::new());
    let mut stack = vec![(0_usize, 0_usize, u32::MAX)];
    while let Some((depth, cell, from)) = stack.pop() {
        let node = kind.len() as u32;
        parent.push(from);
        if depth == n {
            kind.push(NodeKind::Terminal);
            outcome.push(table.outcome[cell]);
            continue;
        }
        let p = order[depth];
        kind.push(NodeKind::Decision(InfosetId::new(p)));
        outcome.push(0);
        for k in (0..size[p]).rev() {
            stack.push((depth + 1, cell + k * stride[p], node));
        }
    }
    let mut count = vec![0_u32; kind.len()];
    for &p in &parent[1..] {
        count[p as usize] += 1;
    }
    let first = super::arena::offsets(&count, 0);
    let mut next = first.clone();
    let mut child = vec![0; kind.len() - 1];
    for (node, &p) in parent.iter().enumerate().skip(1) {
        child[next[p as usize] as usize] = node as u32;
        next[p as usize] += 1;
    }
    let arena = Arena::assemble(Parts {
        players: n,
        kind,
        outcome,
        first,
        child,
        info_player: (0..n as u32).collect(),
        info_actions: size.iter().map(|&k| k as u32).collect(),
        chance_moves: Vec::new(),
        chance: Vec::new(),
        exact: table.payoffs,
    });
    let mut outcomes = vec!["".into()];
    outcomes.extend(table.labels);
    let labels = Labels {
        infosets: players.iter().map(|_| "moves".into()).collect(),
        players,
        slots: strategies.into_iter().flatten().collect(),
        chances: Vec::new(),
        outcomes,
        nodes: Vec::new(),
    };
    let mut game = Game::new(title, String::new(), arena, labels);
    game.strategic = true;
    game
}

/// Writes a game in strategic form as .nfg text with an outcome body. `None` for a game that is not in
/// strategic form (one information set a player, no chance, everyone moving once).
#[must_use]
pub fn write_nfg(game: &Game) -> Option<String> {
    if !game.strategic {
        return None;
    }
    let (arena, labels) = (&game.arena, &game.labels);
    let mut out = String::from("NFG 1 R ");
    quote(&mut out, &game.title);
    out.push_str(" {");
    for p in &labels.players {
        out.push(' ');
        quote(&mut out, p);
    }
    out.push_str(" } {");
    for p in 0..arena.players() {
        out.push_str(" {");
        for slot in arena.acts(p) {
            out.push(' ');
            quote(&mut out, &labels.slots[slot]);
        }
        out.push_str(" }");
    }
    out.push_str(" }\n");
    quote(&mut out, &game.description);
    out.push_str("\n{\n");
    for row in 1..arena.outcomes() {
        out.push_str("{ ");
        quote(&mut out, &labels.outcomes[row]);
        for x in arena.exact_payoffs(super::OutcomeId::new(row)) {
            write!(out, " {x}").expect("a string takes all");
        }
        out.push_str(" }\n");
    }
    out.push_str("}\n");
    for row in profile_outcomes(arena) {
        writeln!(out, "{row}").expect("a string takes all");
    }
    Some(out)
}

/// The outcome of every profile, player 1's strategy running fastest.
fn profile_outcomes(arena: &Arena) -> Vec<u32> {
    let n = arena.players();
    let mut stride = vec![1_usize; n + 1];
    for p in 0..n {
        stride[p + 1] = stride[p] * arena.acts(p).len();
    }
    let mut out = vec![0; stride[n]];
    let mut cell = vec![0_usize; arena.nodes()];
    for node in 0..arena.nodes() {
        match arena.kind[node] {
            NodeKind::Decision(i) => {
                for (k, &c) in arena.kids(node).iter().enumerate() {
                    cell[c as usize] = cell[node] + k * stride[i.index()];
                }
            }
            _ => out[cell[node]] = arena.outcome[node],
        }
    }
    out
}
