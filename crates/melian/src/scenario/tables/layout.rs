//! Rows of a sheet as actors, issues and stances.

use std::collections::BTreeMap;

use super::super::document::{Key, Node, Table, Value};
use super::super::estimate;
use super::super::report::Findings;
use super::TableFormat;
use super::sheet::{Cell, Row, Sheet, column_name};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};

/// What a sheet says, in the order of its rows.
#[derive(Default)]
pub(super) struct Draft {
    /// The title that KTAB's first line gives.
    pub(super) title: Option<String>,
    pub(super) actors: Vec<ActorDraft>,
    pub(super) issues: Vec<IssueDraft>,
    pub(super) stances: Vec<StanceDraft>,
}

pub(super) struct ActorDraft {
    pub(super) id: String,
    /// What the sheet calls it, where that is not the id.
    pub(super) name: Option<String>,
    pub(super) capability: Option<Node>,
    /// The cell, for comparison with other rows of the actor.
    capability_text: String,
    pub(super) span: Span,
}

pub(super) struct IssueDraft {
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// Whether the scenario already declares it.
    known: bool,
    pub(super) span: Span,
}

pub(super) struct StanceDraft {
    pub(super) actor: usize,
    pub(super) issue: usize,
    pub(super) table: Table,
    pub(super) span: Span,
}

impl Draft {
    /// The tree that TOML of the same content would give.
    pub(super) fn into_table(self) -> Table {
        let mut actors = Table::default();
        for actor in &self.actors {
            let mut table = Table::default();
            if let Some(name) = &actor.name {
                put(&mut table, "name", text_node(name, actor.span));
            }
            if let Some(capability) = &actor.capability {
                put(&mut table, "capability", capability.clone());
            }
            put(&mut actors, &actor.id, table_node(table, actor.span));
        }
        let mut issues = Table::default();
        for issue in self.issues.iter().filter(|issue| !issue.known) {
            let mut table = Table::default();
            if let Some(name) = &issue.name {
                put(&mut table, "name", text_node(name, issue.span));
            }
            put(&mut issues, &issue.id, table_node(table, issue.span));
        }
        let mut stances = Table::default();
        for (at, actor) in self.actors.iter().enumerate() {
            let mut by_issue = Table::default();
            for stance in self.stances.iter().filter(|stance| stance.actor == at) {
                put(
                    &mut by_issue,
                    &self.issues[stance.issue].id,
                    table_node(stance.table.clone(), stance.span),
                );
            }
            if !by_issue.entries.is_empty() {
                put(&mut stances, &actor.id, table_node(by_issue, actor.span));
            }
        }
        let mut root = Table::default();
        for (name, table, span) in [
            ("actor", actors, self.actors.first().map(|actor| actor.span)),
            ("issue", issues, self.issues.first().map(|issue| issue.span)),
            ("stance", stances, self.stances.first().map(|stance| stance.span)),
        ] {
            if !table.entries.is_empty() {
                put(&mut root, name, table_node(table, span.unwrap_or_default()));
            }
        }
        root
    }
}

fn put(table: &mut Table, name: &str, node: Node) {
    let span = node.span;
    table.entries.push((Key { name: name.to_owned(), span }, node));
}

fn text_node(text: &str, span: Span) -> Node {
    Node { value: Value::Text(text.to_owned()), span }
}

fn table_node(table: Table, span: Span) -> Node {
    Node { value: Value::Table(table), span }
}

/// An id from any name: letters without their accents, the rest as underscores. Empty if nothing is left.
pub(super) fn slug(name: &str) -> String {
    let mut id = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => id.push(c),
            _ => match plain_letters(c) {
                Some(letters) => id.push_str(letters),
                // An apostrophe or a dot of an abbreviation joins: "U.K." is `uk`.
                None if matches!(c, '\'' | '’' | '.') || ('\u{300}'..='\u{36f}').contains(&c) => {}
                None if id.is_empty() || id.ends_with('_') => {}
                None => id.push('_'),
            },
        }
    }
    let id = id.trim_end_matches('_');
    if id.starts_with(|c: char| c.is_ascii_digit()) { format!("n{id}") } else { id.to_owned() }
}

fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' | 'ġ' | 'ĝ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' | 'ĩ' => "i",
        'ķ' => "k",
        'ł' | 'ļ' | 'ľ' | 'ĺ' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => "o",
        'ö' | 'œ' => "oe",
        'ř' | 'ŕ' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// A slug no one has yet: `uk`, `uk_2`, `uk_3`; `actor_3` where no letter is left.
fn free_id(name: &str, fallback: &str, taken: &[&str]) -> String {
    let mut base = slug(name);
    if base.is_empty() {
        base = format!("{fallback}_{}", taken.len() + 1);
    }
    if !taken.contains(&base.as_str()) {
        return base;
    }
    (2..=taken.len() + 2)
        .map(|count| format!("{base}_{count}"))
        .find(|id| !taken.contains(&id.as_str()))
        .unwrap_or(base)
}

fn same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

const NUMBERS: [&str; 6] = ["capability", "position", "salience", "accept_min", "accept_max", "declared"];
const TEXTS: [&str; 7] = ["actor", "name", "issue", "source", "quote", "date", "basis"];
const PARTS: [&str; 4] = ["low", "likely", "high", "source"];

/// The canonical name of a column; `None` if there is none.
fn canonical(header: &str) -> Option<String> {
    let name = header.to_lowercase().replace([' ', '-'], "_");
    if TEXTS.contains(&name.as_str()) {
        return Some(name);
    }
    let (stem, part) = match name.rsplit_once('_') {
        Some((stem, part)) if PARTS.contains(&part) => (stem, Some(part)),
        _ => (name.as_str(), None),
    };
    let stem = if matches!(stem, "power" | "influence") { "capability" } else { stem };
    NUMBERS.contains(&stem).then(|| part.map_or_else(|| stem.to_owned(), |part| format!("{stem}_{part}")))
}

fn known_headers() -> Vec<String> {
    let numbers = NUMBERS.iter().chain(&["power", "influence"]);
    let parts = numbers.flat_map(|stem| {
        std::iter::once((*stem).to_owned()).chain(PARTS.iter().map(move |part| format!("{stem}_{part}")))
    });
    TEXTS.iter().map(|text| (*text).to_owned()).chain(parts).collect()
}

/// A reader of one sheet in Melian's layout.
struct Melian<'a> {
    sheet: &'a Sheet,
    issues: &'a [&'a str],
    import: bool,
    columns: BTreeMap<String, usize>,
    draft: Draft,
    /// The name of each actor and issue as the sheet writes it.
    actor_names: Vec<String>,
    issue_names: Vec<String>,
    errors: Vec<Diagnostic>,
}

/// Reads Melian's layout. When imported, names that give one id are told apart by numbers.
pub(super) fn melian(sheet: &Sheet, issues: &[&str], import: bool) -> Result<Draft, Vec<Diagnostic>> {
    let mut reader = Melian {
        sheet,
        issues,
        import,
        columns: BTreeMap::new(),
        draft: Draft::default(),
        actor_names: Vec::new(),
        issue_names: Vec::new(),
        errors: Vec::new(),
    };
    reader.header();
    if reader.columns.contains_key("actor") {
        for row in &sheet.rows[1..] {
            reader.row(row);
        }
        if sheet.rows.len() == 1 {
            reader.errors.push(
                Diagnostic::error(
                    Code::TABLE_EMPTY,
                    sheet.rows[0].span,
                    "the table has no row below its header",
                )
                .help("write a row for each actor and issue"),
            );
        }
    }
    if reader.errors.is_empty() { Ok(reader.draft) } else { Err(reader.errors) }
}

impl Melian<'_> {
    fn header(&mut self) {
        let header = &self.sheet.rows[0];
        for (at, cell) in header.cells.iter().enumerate() {
            let place = format!("row {}, column {}", header.number, column_name(at));
            if cell.text.is_empty() {
                self.unnamed_column(at, cell.span);
                continue;
            }
            let Some(name) = canonical(&cell.text) else {
                let error = unknown_column(&cell.text, cell.span, &place);
                self.errors.push(error);
                continue;
            };
            if let Some(other) = self.columns.insert(name.clone(), at) {
                let message = format!("{place}: `{}` is there twice", cell.text);
                self.errors.push(
                    Diagnostic::error(Code::TABLE_COLUMN, cell.span, message)
                        .label(format!("this column is read as `{name}`"))
                        .also(header.cells[other].span, "and so is this"),
                );
            }
        }
        self.missing_columns(header.span);
    }

    fn unnamed_column(&mut self, at: usize, span: Span) {
        let filled = self.sheet.rows[1..]
            .iter()
            .find(|row| row.cells.get(at).is_some_and(|cell| !cell.text.is_empty()));
        if let Some(row) = filled {
            self.errors.push(
                Diagnostic::error(
                    Code::TABLE_COLUMN,
                    span,
                    format!("column {} has no name in the first row", column_name(at)),
                )
                .also(row.cells[at].span, "but a value here"),
            );
        }
    }

    fn missing_columns(&mut self, span: Span) {
        let has = |name: &str| self.columns.keys().any(|column| column.starts_with(name));
        let mut missing = Vec::new();
        if !self.columns.contains_key("actor") {
            missing.push(("actor", "who takes part"));
        }
        if has("salience") && !has("position") {
            missing.push(("position", "what the actor wants, 0 to 100"));
        }
        if has("position") && !has("salience") {
            missing.push(("salience", "how much it cares, 0 to 100"));
        }
        if self.issues.len() > 1 && has("position") && !self.columns.contains_key("issue") {
            missing.push(("issue", "which of the scenario's issues the row is about"));
        }
        for (name, about) in missing {
            self.errors.push(
                Diagnostic::error(
                    Code::TABLE_MISSING_COLUMN,
                    span,
                    format!("the column `{name}` is missing"),
                )
                .label("the first row names the columns")
                .help(format!("`{name}` says {about}")),
            );
        }
    }

    fn cell<'r>(&self, row: &'r Row, column: &str) -> Option<&'r Cell> {
        let cell = row.cells.get(*self.columns.get(column)?)?;
        (!cell.text.is_empty()).then_some(cell)
    }

    /// `row 3, column D (`position`)`.
    fn place(&self, row: &Row, column: &str) -> String {
        match self.columns.get(column) {
            Some(at) => format!("row {}, column {} (`{column}`)", row.number, column_name(*at)),
            None => format!("row {}", row.number),
        }
    }

    fn error(&mut self, row: &Row, column: &str, code: Code, span: Span, message: &str) -> &mut Diagnostic {
        let place = self.place(row, column);
        self.errors.push(Diagnostic::error(code, span, format!("{place}: {message}")));
        let last = self.errors.len() - 1;
        &mut self.errors[last]
    }

    fn row(&mut self, row: &Row) {
        let width = self.sheet.rows[0].cells.len();
        if let Some(extra) = row.cells.iter().skip(width).find(|cell| !cell.text.is_empty()) {
            self.error(row, "", Code::TABLE_CELL, extra.span, "this row has more cells than the header")
                .help
                .push("a cell that contains the separator is put in quotation marks".to_owned());
            return;
        }
        let Some(actor) = self.actor(row) else { return };
        let stance_columns = ["position", "salience", "accept_min", "accept_max", "declared"];
        let filled: Vec<&str> = stance_columns
            .into_iter()
            .filter(|stem| {
                std::iter::once((*stem).to_owned())
                    .chain(PARTS.iter().map(|part| format!("{stem}_{part}")))
                    .any(|column| self.cell(row, &column).is_some())
            })
            .collect();
        if filled.is_empty() {
            return;
        }
        for needed in ["position", "salience"] {
            if !filled.contains(&needed) {
                let message = format!("there is `{}` but no `{needed}`", filled[0]);
                let span = row
                    .cells
                    .get(self.columns.get(needed).copied().unwrap_or(0))
                    .map_or(row.span, |cell| if cell.text.is_empty() { row.span } else { cell.span });
                self.error(row, needed, Code::TABLE_CELL, span, &message);
            }
        }
        let Some(issue) = self.issue(row) else { return };
        if let Some(other) =
            self.draft.stances.iter().find(|stance| stance.actor == actor && stance.issue == issue)
        {
            let other = other.span;
            let error = self.error(
                row,
                "",
                Code::TABLE_DUPLICATE,
                row.span,
                "this actor already has a row on this issue",
            );
            *error = error.clone().also(other, "here");
            return;
        }
        let table = self.stance(row);
        self.draft.stances.push(StanceDraft { actor, issue, table, span: row.span });
    }

    fn stance(&mut self, row: &Row) -> Table {
        let mut table = Table::default();
        let scale = (0.0, 100.0);
        for stem in ["position", "salience"] {
            if let Some(node) = self.number(row, stem, scale) {
                put(&mut table, stem, node);
            }
        }
        let mut accept = Table::default();
        for (stem, end) in [("accept_min", "min"), ("accept_max", "max")] {
            if let Some(node) = self.number(row, stem, scale) {
                put(&mut accept, end, node);
            }
        }
        if let Some((_, first)) = accept.entries.first() {
            let span = first.span;
            put(&mut table, "accept", table_node(accept, span));
        }
        if let Some(node) = self.number(row, "declared", scale) {
            put(&mut table, "declared", node);
        }
        let about = self.provenance(row);
        if !about.entries.is_empty() {
            table.entries.extend(about.entries);
            put(&mut table, "covers", text_node("all", row.span));
        }
        table
    }

    /// What the row says of the origin of its numbers.
    fn provenance(&mut self, row: &Row) -> Table {
        let mut table = Table::default();
        for column in ["source", "quote", "date", "basis"] {
            let Some(cell) = self.cell(row, column) else { continue };
            let (mut text, span) = (cell.text.clone(), cell.span);
            if column == "basis" {
                text = text.to_lowercase();
                let words = ["quote", "data", "expert", "modeller"];
                if !words.contains(&text.as_str()) {
                    let message = format!("`{text}` is not a kind of knowledge");
                    let likely = did_you_mean(&text, words);
                    let error = self.error(row, column, Code::TABLE_CELL, span, &message);
                    *error = error.clone().label("expected quote, data, expert or modeller");
                    if let Some(likely) = likely {
                        error.help.push(format!("did you mean `{likely}`?"));
                    }
                    continue;
                }
            }
            put(&mut table, column, text_node(&text, span));
        }
        table
    }

    fn actor(&mut self, row: &Row) -> Option<usize> {
        let Some(cell) = self.cell(row, "actor").cloned() else {
            self.error(row, "actor", Code::TABLE_CELL, row.span, "whose row is this?").help.push(
                "every row names its actor: cells that were merged are blank in CSV below their first row"
                    .to_owned(),
            );
            return None;
        };
        let index = match self.actor_names.iter().position(|known| same_name(known, &cell.text)) {
            Some(index) => index,
            None => self.new_actor(row, &cell)?,
        };
        self.name_actor(row, index);
        self.capability(row, index);
        Some(index)
    }

    fn new_actor(&mut self, row: &Row, cell: &Cell) -> Option<usize> {
        let taken: Vec<&str> = self.draft.actors.iter().map(|actor| actor.id.as_str()).collect();
        let wanted = slug(&cell.text);
        if !self.import && wanted.is_empty() {
            self.error(row, "actor", Code::BAD_ID, cell.span, "no id can be made of this name")
                .help
                .push("write an id such as `actor_1` here and the name in the column `name`".to_owned());
            return None;
        }
        if let Some(other) = self.draft.actors.iter().find(|actor| !self.import && actor.id == wanted) {
            let (other, message) = (other.span, format!("this name and another both give the id `{wanted}`"));
            let error = self.error(row, "actor", Code::DUPLICATE_ID, cell.span, &message);
            *error = error.clone().also(other, "the other").help(
                "if they are one actor, write it the same way; else write ids here and names in the column `name`",
            );
            return None;
        }
        let id = free_id(&cell.text, "actor", &taken);
        let name = (id != cell.text).then(|| cell.text.clone());
        self.actor_names.push(cell.text.clone());
        self.draft.actors.push(ActorDraft {
            id,
            name,
            capability: None,
            capability_text: String::new(),
            span: cell.span,
        });
        Some(self.draft.actors.len() - 1)
    }

    fn name_actor(&mut self, row: &Row, index: usize) {
        let Some(cell) = self.cell(row, "name").cloned() else { return };
        let written = self.actor_names[index].clone();
        let actor = &mut self.draft.actors[index];
        match &actor.name {
            Some(known) if *known != cell.text && *known != written => {
                let message = format!("`{written}` is named \"{known}\" in an earlier row");
                self.error(row, "name", Code::TABLE_DUPLICATE, cell.span, &message);
            }
            _ => actor.name = Some(cell.text),
        }
    }

    fn capability(&mut self, row: &Row, index: usize) {
        let Some(mut node) = self.number(row, "capability", (0.0, f64::INFINITY)) else { return };
        let text: Vec<&str> = ["capability", "capability_low", "capability_likely", "capability_high"]
            .iter()
            .map(|column| self.cell(row, column).map_or("", |cell| cell.text.as_str()))
            .collect();
        let text = text.join("|");
        let about = self.errors.len();
        let provenance = self.provenance(row);
        // The stance of the same row reports what is wrong with these cells.
        self.errors.truncate(about);
        let known = &self.draft.actors[index];
        if let Some(first) = &known.capability {
            if known.capability_text != text {
                let (first, id) = (first.span, known.id.clone());
                let message = format!("`{id}` has another capability in an earlier row");
                let error = self.error(row, "capability", Code::TABLE_DUPLICATE, node.span, &message);
                *error = error.clone().also(first, "here").help(
                    "a sheet gives one capability for each actor; for power that differs by issue write \
                     `capability = { ISSUE = NUMBER }` in the scenario",
                );
            }
            return;
        }
        if !provenance.entries.is_empty() {
            node = with_provenance(node, provenance);
        }
        let actor = &mut self.draft.actors[index];
        actor.capability = Some(node);
        actor.capability_text = text;
    }

    fn issue(&mut self, row: &Row) -> Option<usize> {
        let cell = match self.cell(row, "issue") {
            Some(cell) => cell.clone(),
            None if self.columns.contains_key("issue") => {
                self.error(row, "issue", Code::TABLE_CELL, row.span, "which issue is this row about?")
                    .help
                    .push("a row with a position names its issue".to_owned());
                return None;
            }
            None => Cell {
                text: self
                    .issues
                    .first()
                    .map_or_else(|| "settlement".to_owned(), |issue| (*issue).to_owned()),
                span: row.span,
            },
        };
        if let Some(index) = self.issue_names.iter().position(|known| same_name(known, &cell.text)) {
            return Some(index);
        }
        let (id, known) = if self.issues.is_empty() {
            let taken: Vec<&str> = self.draft.issues.iter().map(|issue| issue.id.as_str()).collect();
            (free_id(&cell.text, "issue", &taken), false)
        } else {
            let wanted = slug(&cell.text);
            if !self.issues.contains(&wanted.as_str()) {
                let likely = did_you_mean(&wanted, self.issues.iter().copied());
                let all = self.issues.join("`, `");
                let message = format!("the scenario has no issue `{}`", cell.text);
                let error = self.error(row, "issue", Code::UNKNOWN_ISSUE, cell.span, &message);
                error.help.push(match likely {
                    Some(likely) => format!("did you mean `{likely}`?"),
                    None => format!("its issues are `{all}`"),
                });
                return None;
            }
            (wanted, true)
        };
        let name = (id != cell.text && !known).then(|| cell.text.clone());
        self.issue_names.push(cell.text);
        self.draft.issues.push(IssueDraft { id, name, known, span: cell.span });
        Some(self.draft.issues.len() - 1)
    }

    /// The number of a row in the columns `X`, `X_low`, `X_likely`, `X_high`, `X_source`.
    fn number(&mut self, row: &Row, stem: &str, range: (f64, f64)) -> Option<Node> {
        let column = |part: &str| format!("{stem}_{part}");
        let main = self.value(row, stem);
        let [low, likely, high] = ["low", "likely", "high"].map(|part| self.value(row, &column(part)));
        let source = self.cell(row, &column("source")).cloned();
        let mut node = match (main, low, likely, high) {
            (None, None, None, None) => return None,
            (Some(main), None, None, None) => main,
            (Some(main), _, Some(likely), _) => {
                self.error(
                    row,
                    stem,
                    Code::TABLE_CELL,
                    main.span,
                    &format!("`{stem}` and `{stem}_likely` say the same thing"),
                )
                .secondary
                .push(crate::diagnostic::Label { span: likely.span, text: "the other".to_owned() });
                return None;
            }
            (main, Some(low), likely, Some(high)) => between(low, main.or(likely), high),
            (main, low, likely, high) => {
                let given =
                    [low, likely, high, main].into_iter().flatten().next().map_or(row.span, |node| node.span);
                let message = format!("a range needs both `{stem}_low` and `{stem}_high`");
                self.error(row, stem, Code::TABLE_CELL, given, &message);
                return None;
            }
        };
        let mut findings = Findings::default();
        let before = self.errors.len();
        estimate::read(&node, range, &mut findings);
        let place = self.place(row, stem);
        for mut found in findings.finish() {
            if found.primary.as_ref().is_some_and(|label| label.span == Span::default()) {
                found = Diagnostic { primary: None, ..found };
            }
            found.message = format!("{place}: {}", found.message);
            self.errors.push(found);
        }
        if self.errors.len() > before {
            return None;
        }
        if let Some(source) = source {
            let mut about = Table::default();
            put(&mut about, "source", text_node(&source.text, source.span));
            node = with_provenance(node, about);
        }
        Some(node)
    }

    /// A cell as a number, or as the text of an estimate.
    fn value(&mut self, row: &Row, column: &str) -> Option<Node> {
        let cell = self.cell(row, column)?.clone();
        match parse_cell(&cell.text, self.sheet.decimal_comma) {
            Ok(value) => Some(Node { value, span: cell.span }),
            Err(problem) => {
                let error = self.error(row, column, Code::TABLE_CELL, cell.span, &problem.message);
                *error = error.clone().label("expected a number such as `70`, or a range such as `60..80`");
                error.help.extend(problem.help);
                None
            }
        }
    }
}

fn unknown_column(header: &str, span: Span, place: &str) -> Diagnostic {
    let known = known_headers();
    let wanted = header.to_lowercase().replace([' ', '-'], "_");
    let error =
        Diagnostic::error(Code::TABLE_COLUMN, span, format!("{place}: no column is called `{header}`"));
    match did_you_mean(&wanted, known.iter().map(String::as_str)) {
        Some(likely) => error.help(format!("did you mean `{likely}`?")),
        None => error
            .help(format!("columns are {}, {}", TEXTS.join(", "), NUMBERS.join(", ")))
            .help("for each number X also X_low, X_likely, X_high and X_source"),
    }
}

fn between(low: Node, likely: Option<Node>, high: Node) -> Node {
    let span =
        Span { end: high.span.end.max(low.span.end), start: low.span.start.min(high.span.start), ..low.span };
    let mut table = Table::default();
    match likely {
        None => {
            let ends = low.as_number().zip(high.as_number());
            if let Some((low, high)) = ends {
                return Node { value: Value::Text(format!("{low}..{high}")), span };
            }
            put(&mut table, "low", low);
        }
        Some(likely) => {
            put(&mut table, "low", low);
            put(&mut table, "likely", likely);
        }
    }
    put(&mut table, "high", high);
    table_node(table, span)
}

/// The long form of a number, with its origin. What it already says of itself stays.
fn with_provenance(node: Node, about: Table) -> Node {
    let span = node.span;
    let mut table = match node.value {
        Value::Table(table) => table,
        Value::Text(_) => {
            let mut table = Table::default();
            put(&mut table, "range", node);
            table
        }
        _ => {
            let mut table = Table::default();
            put(&mut table, "value", node);
            table
        }
    };
    for (key, value) in about.entries {
        if table.get(&key.name).is_none() {
            table.entries.push((key, value));
        }
    }
    table_node(table, span)
}

struct BadCell {
    message: String,
    help: Vec<String>,
}

/// `12`, `12.5`, `4..10`; with a decimal comma where the file has one.
fn parse_cell(text: &str, decimal_comma: bool) -> Result<Value, BadCell> {
    if let Some((low, high)) = text.split_once("..") {
        let low = plain_number(low.trim(), decimal_comma)?;
        let high = plain_number(high.trim(), decimal_comma)?;
        return Ok(Value::Text(format!("{low}..{high}")));
    }
    let number = plain_number(text, decimal_comma)?;
    // Integers stay integers, so that what is written out looks as it came.
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Ok(Value::Integer(number as i64))
    } else {
        Ok(Value::Float(number))
    }
}

fn plain_number(text: &str, decimal_comma: bool) -> Result<f64, BadCell> {
    let bad = |help: Option<String>| BadCell {
        message: format!("`{}` is not a number", text.chars().take(40).collect::<String>()),
        help: help.into_iter().collect(),
    };
    let looks_numeric = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit() || b"+-.,eE".contains(&b))
        && text.bytes().any(|b| b.is_ascii_digit());
    if !looks_numeric {
        let help = if text.ends_with('%') {
            Some("scales run from 0 to 100: leave the % out".to_owned())
        } else if text.contains('-') && text.split('-').count() == 2 {
            Some(format!("a range is written with two dots: `{}`", text.replace('-', "..").replace(' ', "")))
        } else {
            None
        };
        return Err(bad(help));
    }
    if let Some((low, high)) =
        text.split_once('-').filter(|(low, _)| !low.is_empty() && !low.ends_with(['e', 'E']))
    {
        return Err(bad(Some(format!("a range is written with two dots: `{low}..{high}`"))));
    }
    let commas = text.matches(',').count();
    let dotted_thousands = decimal_comma
        && text.split(',').next().unwrap_or("").split('.').skip(1).any(|group| group.len() == 3);
    if (commas > 0 && !decimal_comma) || commas > 1 || dotted_thousands {
        return Err(bad(Some(
            "numbers are written without marks between thousands; a decimal comma is read only in files \
             separated by semicolons or tabs"
                .to_owned(),
        )));
    }
    match text.replace(',', ".").parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(bad(None)),
    }
}

// KTAB's CSV: `name,description,actors,dimensions`, then `Actor,Description,Power,<issue>,<salience>,...`.

/// The layout that the first two rows are in.
pub(super) fn guess(sheet: &Sheet) -> TableFormat {
    if looks_like_ktab(sheet) { TableFormat::Ktab } else { TableFormat::Melian }
}

/// Whether the first two rows are KTAB's.
fn looks_like_ktab(sheet: &Sheet) -> bool {
    let counts = |row: &Row| {
        row.cells.len() >= 4 && [2, 3].iter().all(|&at| row.cells[at].text.parse::<u32>().is_ok())
    };
    let header = |row: &Row| {
        let is = |at: usize, name: &str| row.cells.get(at).is_some_and(|cell| same_name(&cell.text, name));
        is(0, "actor") && is(2, "power")
    };
    sheet.rows.first().is_some_and(counts) && sheet.rows.get(1).is_some_and(header)
}

/// Reads KTAB's layout.
pub(super) fn ktab(sheet: &Sheet, issues: &[&str]) -> Result<Draft, Vec<Diagnostic>> {
    if !looks_like_ktab(sheet) {
        let span = sheet.rows[0].span;
        return Err(vec![
            Diagnostic::error(Code::TABLE_FORMAT, span, "this is not KTAB's layout")
                .label("expected `name,description,ACTORS,DIMENSIONS`")
                .help("the second row is `Actor,Description,Power,<dimension>,<salience>,...`")
                .help("a table with one row for each actor and issue is in the layout `melian`"),
        ]);
    }
    let header = &sheet.rows[1];
    let last = header.cells.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or(0);
    let mut errors = Vec::new();
    let mut draft = Draft { title: Some(sheet.rows[0].cells[0].text.clone()), ..Draft::default() };
    if last < 4 || !(last - 2).is_multiple_of(2) {
        return Err(vec![
            Diagnostic::error(Code::TABLE_COLUMN, header.span, "KTAB's columns come in pairs after `Power`")
                .help("each dimension has a column of positions and one of saliences"),
        ]);
    }
    for at in (3..last).step_by(2) {
        let cell = &header.cells[at];
        let taken: Vec<&str> = draft.issues.iter().map(|issue| issue.id.as_str()).collect();
        let id = free_id(&cell.text, "issue", &taken);
        let known = issues.contains(&id.as_str());
        if !issues.is_empty() && !known {
            let error = Diagnostic::error(
                Code::UNKNOWN_ISSUE,
                cell.span,
                format!(
                    "row {}, column {}: the scenario has no issue `{id}`",
                    header.number,
                    column_name(at)
                ),
            );
            errors.push(match did_you_mean(&id, issues.iter().copied()) {
                Some(likely) => error.help(format!("did you mean `{likely}`?")),
                None => {
                    error.help("declare it as `[issue.ID]`, or declare no issue and let the table make them")
                }
            });
        }
        let name = (id != cell.text && !cell.text.is_empty()).then(|| cell.text.clone());
        draft.issues.push(IssueDraft { id, name, known, span: cell.span });
    }
    for row in &sheet.rows[2..] {
        ktab_row(sheet, row, last, &mut draft, &mut errors);
    }
    let stated = &sheet.rows[0].cells;
    for (cell, found, what) in
        [(&stated[2], sheet.rows.len() - 2, "actors"), (&stated[3], draft.issues.len(), "dimensions")]
    {
        if cell.text.parse() != Ok(found) {
            errors.push(
                Diagnostic::error(
                    Code::TABLE_FORMAT,
                    cell.span,
                    format!("the number of {what} is {found}, not {} as the first row says", cell.text),
                )
                .help("rows or columns may have been lost, or added without changing the count"),
            );
        }
    }
    if errors.is_empty() { Ok(draft) } else { Err(errors) }
}

fn ktab_row(sheet: &Sheet, row: &Row, last: usize, draft: &mut Draft, errors: &mut Vec<Diagnostic>) {
    let blank = Cell { text: String::new(), span: row.span };
    let cell = |at: usize| row.cells.get(at).unwrap_or(&blank);
    let mut number = |at: usize, what: &str, range: (f64, f64)| -> Option<Node> {
        let place = format!("row {}, column {} ({what})", row.number, column_name(at));
        let cell = cell(at);
        let found = match parse_cell(&cell.text, sheet.decimal_comma) {
            Ok(value) => value,
            Err(problem) => {
                let message =
                    if cell.text.is_empty() { "there is no number".to_owned() } else { problem.message };
                let mut error = Diagnostic::error(Code::TABLE_CELL, cell.span, format!("{place}: {message}"));
                error.help = problem.help;
                errors.push(error);
                return None;
            }
        };
        let node = Node { value: found, span: cell.span };
        let mut findings = Findings::default();
        estimate::read(&node, range, &mut findings);
        let wrong = findings.errors() > 0;
        for mut found in findings.finish() {
            found.message = format!("{place}: {}", found.message);
            errors.push(found);
        }
        (!wrong).then_some(node)
    };
    let capability = number(2, "Power", (0.0, f64::INFINITY));
    let mut stances = Vec::new();
    for (issue, at) in (3..last).step_by(2).enumerate() {
        let position = number(at, "position", (0.0, 100.0));
        let salience = number(at + 1, "salience", (0.0, 100.0));
        let mut table = Table::default();
        if let (Some(position), Some(salience)) = (position, salience) {
            put(&mut table, "position", position);
            put(&mut table, "salience", salience);
        }
        let span = Span { end: cell(at + 1).span.end.max(cell(at).span.end), ..cell(at).span };
        stances.push(StanceDraft { actor: draft.actors.len(), issue, table, span });
    }
    let name = cell(0);
    if name.text.is_empty() {
        errors.push(Diagnostic::error(
            Code::TABLE_CELL,
            row.span,
            format!("row {}, column A (Actor): whose row is this?", row.number),
        ));
    }
    if draft.actors.iter().any(|actor| actor.name.as_ref().unwrap_or(&actor.id) == &name.text) {
        errors.push(Diagnostic::error(
            Code::TABLE_DUPLICATE,
            name.span,
            format!("row {}: `{}` has a row already", row.number, name.text),
        ));
    }
    let taken: Vec<&str> = draft.actors.iter().map(|actor| actor.id.as_str()).collect();
    let id = free_id(&name.text, "actor", &taken);
    let shown = (id != name.text).then(|| name.text.clone());
    draft.actors.push(ActorDraft {
        id,
        name: shown,
        capability,
        capability_text: String::new(),
        span: name.span,
    });
    draft.stances.extend(stances);
}
