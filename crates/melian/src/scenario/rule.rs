//! Rules of consent and bounds of links: text in, checked values out.

use super::names::Names;
use super::token::{Kind, Place, Token, Tokens, flipped, per_cent};
use super::{Bound, GroupId, IssueId, Relation, Rule};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};

/// The most parentheses a rule may nest.
const DEEPEST: usize = 32;

/// Reads whose agreement makes a stage pass: `all(athens, melos) or weight(council) >= 0.74`.
///
/// `and` binds closer than `or`. A group stands for its members inside `all` and `any`. `span` is the
/// place of `text` in its file, with or without the quotes.
///
/// # Errors
/// What is wrong, each with its place inside the string.
pub fn parse_rule(text: &str, span: Span, names: &Names) -> Result<Rule, Vec<Diagnostic>> {
    let place = Place::new(text, span);
    let tokens = Tokens::new(text, &place, Code::RULE_SYNTAX)?;
    let mut reader = RuleReader { tokens, place, names, depth: 0, errors: Vec::new() };
    let rule = reader.any().and_then(|rule| {
        reader.expect_end()?;
        Some(rule)
    });
    match rule {
        Some(rule) if reader.errors.is_empty() => Ok(rule),
        _ => Err(reader.errors),
    }
}

/// Reads the conditions of a link: `territory >= 40 and 10 <= order <= 30`.
///
/// # Errors
/// What is wrong, each with its place inside the string; bounds that no terms can meet.
pub fn parse_bounds(text: &str, span: Span, names: &Names) -> Result<Vec<Bound>, Vec<Diagnostic>> {
    let place = Place::new(text, span);
    let tokens = Tokens::new(text, &place, Code::LINK_SYNTAX)?;
    let mut reader = BoundReader { tokens, place, names, bounds: Vec::new(), errors: Vec::new() };
    if reader.all().is_some() && reader.errors.is_empty() {
        reader.check_contradictions();
    }
    if reader.errors.is_empty() {
        Ok(reader.bounds.into_iter().map(|(bound, _)| bound).collect())
    } else {
        Err(reader.errors)
    }
}

struct RuleReader<'a> {
    tokens: Tokens,
    place: Place,
    names: &'a Names,
    depth: usize,
    errors: Vec<Diagnostic>,
}

impl RuleReader<'_> {
    fn fail<T>(&mut self, error: Diagnostic) -> Option<T> {
        self.errors.push(error);
        None
    }

    fn unexpected<T>(&mut self, expected: &str) -> Option<T> {
        let Token { kind, range } = self.tokens.peek().clone();
        let span = self.place.of(range);
        self.fail(
            Diagnostic::error(Code::RULE_SYNTAX, span, format!("unexpected {}", kind.describe()))
                .label(format!("expected {expected}")),
        )
    }

    fn expect(&mut self, sign: char) -> Option<()> {
        if self.tokens.eat_sign(sign) { Some(()) } else { self.unexpected(&format!("`{sign}`")) }
    }

    fn expect_end(&mut self) -> Option<()> {
        if self.tokens.peek().kind == Kind::End {
            return Some(());
        }
        self.unexpected("`and`, `or` or the end of the rule")
    }

    fn any(&mut self) -> Option<Rule> {
        let mut parts = vec![self.all()?];
        while self.tokens.eat_word("or") {
            parts.push(self.all()?);
        }
        Some(one_or(parts, Rule::Any))
    }

    fn all(&mut self) -> Option<Rule> {
        let mut parts = vec![self.part()?];
        while self.tokens.eat_word("and") {
            parts.push(self.part()?);
        }
        Some(one_or(parts, Rule::All))
    }

    fn part(&mut self) -> Option<Rule> {
        if self.tokens.at_sign('(') {
            self.tokens.take();
            let rule = self.deeper(Self::any)?;
            self.expect(')')?;
            return Some(rule);
        }
        let Token { kind, range } = self.tokens.peek().clone();
        let Kind::Word(word) = kind else {
            return self.unexpected("an actor, `all(...)`, `any(...)`, `weight(GROUP)` or `count(GROUP)`");
        };
        if self.tokens.call_follows() {
            return self.call(&word, self.place.of(range));
        }
        self.tokens.take();
        let span = self.place.of(range);
        if let Some(actor) = self.names.actor(&word) {
            return Some(Rule::Actor(actor));
        }
        if self.names.group(&word).is_some() {
            return self.fail(
                Diagnostic::error(Code::RULE_SYNTAX, span, format!("`{word}` is a group, not one actor"))
                    .label("how many of its members must agree?")
                    .help(format!(
                        "write `all({word})`, `any({word})`, `weight({word}) >= 0.5` or `count({word}) >= 2`"
                    )),
            );
        }
        if word == "not" {
            return self.fail(
                Diagnostic::error(Code::RULE_SYNTAX, span, "a rule can't ask for somebody's refusal")
                    .help("more agreement never hurts a deal: rules have `and` and `or`, no `not`"),
            );
        }
        self.unknown_actor(&word, span);
        // Names are checked to the end of the rule, so that all errors are shown at once.
        Some(Rule::All(Vec::new()))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == DEEPEST {
            let span = self.place.of(self.tokens.peek().range.clone());
            return self.fail(Diagnostic::error(Code::RULE_SYNTAX, span, "parentheses nest too deep"));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn call(&mut self, word: &str, span: Span) -> Option<Rule> {
        match word {
            "all" | "any" => {
                self.tokens.take();
                self.tokens.take();
                let parts = self.deeper(Self::list)?;
                Some(one_or(parts, if word == "all" { Rule::All } else { Rule::Any }))
            }
            "weight" | "count" => {
                self.tokens.take();
                self.tokens.take();
                self.threshold(word == "weight", span)
            }
            _ => {
                let mut error =
                    Diagnostic::error(Code::RULE_SYNTAX, span, format!("rules have no function `{word}`"))
                        .label("expected `all`, `any`, `weight` or `count`");
                if let Some(likely) = did_you_mean(word, ["all", "any", "weight", "count"]) {
                    error = error.help(format!("did you mean `{likely}`?"));
                }
                self.fail(error)
            }
        }
    }

    /// The items of `all(` and `any(`, to the closing parenthesis.
    fn list(&mut self) -> Option<Vec<Rule>> {
        let mut parts = Vec::new();
        loop {
            if let Some(group) = self.group_item() {
                parts.extend(self.names.members(group).iter().map(|&member| Rule::Actor(member)));
            } else {
                parts.push(self.any()?);
            }
            if self.tokens.eat_sign(')') {
                return Some(parts);
            }
            if !self.tokens.eat_sign(',') {
                return self.unexpected("`,` or `)`");
            }
            if self.tokens.eat_sign(')') {
                return Some(parts);
            }
        }
    }

    fn group_item(&mut self) -> Option<GroupId> {
        let Kind::Word(word) = &self.tokens.peek().kind else { return None };
        let group = self.names.group(word)?;
        if self.tokens.call_follows() {
            return None;
        }
        self.tokens.take();
        Some(group)
    }

    /// `GROUP) >= NUMBER`, of `weight(` or `count(`.
    fn threshold(&mut self, weight: bool, call: Span) -> Option<Rule> {
        let Token { kind, range } = self.tokens.take();
        let span = self.place.of(range);
        let Kind::Word(word) = kind else {
            return self.fail(
                Diagnostic::error(Code::RULE_SYNTAX, span, format!("unexpected {}", kind.describe()))
                    .label("expected a group"),
            );
        };
        let group = self.names.group(&word);
        if group.is_none() {
            self.unknown_group(&word, span);
        }
        self.expect(')')?;
        let strict = match &self.tokens.peek().kind {
            Kind::Relation(Relation::AtLeast) => false,
            Kind::Relation(Relation::Greater) => true,
            Kind::Relation(_) => {
                let span = self.place.of(self.tokens.peek().range.clone());
                return self.fail(
                    Diagnostic::error(Code::RULE_SYNTAX, span, "a rule can't ask for few to agree")
                        .label("expected `>=` or `>`")
                        .help("more agreement never hurts a deal"),
                );
            }
            _ => {
                return self.unexpected(if weight {
                    "`>=` and a share, as in `weight(council) >= 0.74`"
                } else {
                    "`>=` and a number of members, as in `count(council) >= 15`"
                });
            }
        };
        self.tokens.take();
        let Kind::Number(value) = self.tokens.peek().kind else {
            return self.unexpected("a number");
        };
        let token = self.tokens.take();
        let value_span = self.place.of(token.range);
        // The rest of the rule is still worth reading where the group is unknown.
        let group = group.unwrap_or(GroupId::new(0));
        Some(if weight {
            self.share(group, value, strict, value_span)
        } else {
            self.head_count(group, value, strict, call, value_span)
        })
    }

    fn share(&mut self, group: GroupId, value: f64, strict: bool, span: Span) -> Rule {
        let most = if strict { 1.0_f64.next_down() } else { 1.0 };
        if value > most {
            let mut error = Diagnostic::error(
                Code::IMPOSSIBLE_CONSENT,
                span,
                "no deal could ever have so large a share of the weight",
            )
            .label("expected a share between 0 and 1");
            if value > 1.0 && value <= 100.0 {
                error = error.help(format!("for {value} %, write `{}`", per_cent(value)));
            }
            self.errors.push(error);
        } else if value == 0.0 && !strict {
            self.errors.push(Diagnostic::error(
                Code::IMPOSSIBLE_CONSENT,
                span,
                "every deal has at least a share of 0: this asks nobody",
            ));
        }
        Rule::Weight(group, if strict { value.next_up() } else { value })
    }

    fn head_count(&mut self, group: GroupId, value: f64, strict: bool, call: Span, span: Span) -> Rule {
        if value.fract() != 0.0 {
            self.errors.push(
                Diagnostic::error(Code::RULE_SYNTAX, span, "members are counted in whole numbers")
                    .also(call, "for a share of the weight use `weight(...)`"),
            );
            return Rule::Count(group, 0);
        }
        let least = if strict { value + 1.0 } else { value };
        let members = self.names.members(group).len();
        let known = self.errors.is_empty();
        if known && least > members as f64 {
            self.errors.push(
                Diagnostic::error(
                    Code::IMPOSSIBLE_CONSENT,
                    span,
                    "no deal could ever have so many members agree",
                )
                .label(format!("the group has {members}")),
            );
        } else if least == 0.0 {
            self.errors.push(Diagnostic::error(
                Code::IMPOSSIBLE_CONSENT,
                span,
                "every deal has at least 0 members for it: this asks nobody",
            ));
        }
        Rule::Count(group, least as u32)
    }

    fn unknown_actor(&mut self, word: &str, span: Span) {
        let mut error = Diagnostic::error(Code::UNKNOWN_ACTOR, span, format!("no actor has the id `{word}`"));
        let known = self.names.actors.iter().chain(self.names.groups.iter());
        if let Some(likely) = did_you_mean(word, known) {
            error = error.help(format!("did you mean `{likely}`?"));
            if let Some(place) = self.names.actors.span(likely) {
                error = error.also(place, "declared here");
            }
        }
        self.errors.push(error);
    }

    fn unknown_group(&mut self, word: &str, span: Span) {
        let mut error = Diagnostic::error(Code::UNKNOWN_GROUP, span, format!("no group has the id `{word}`"));
        if self.names.actor(word).is_some() {
            error = error.label("this is an actor").help(format!("an actor alone is named bare: `{word}`"));
        } else if let Some((likely, place)) = self.names.groups.similar(word) {
            error = error.help(format!("did you mean `{likely}`?")).also(place, "declared here");
        }
        self.errors.push(error);
    }
}

fn one_or(mut parts: Vec<Rule>, join: impl FnOnce(Vec<Rule>) -> Rule) -> Rule {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

struct BoundReader<'a> {
    tokens: Tokens,
    place: Place,
    names: &'a Names,
    bounds: Vec<(Bound, Span)>,
    errors: Vec<Diagnostic>,
}

/// One side of a comparison.
enum Side {
    Issue(Option<IssueId>),
    Value(f64),
}

impl BoundReader<'_> {
    fn all(&mut self) -> Option<()> {
        loop {
            self.chain()?;
            let Token { kind, range } = self.tokens.take();
            match kind {
                Kind::End => return Some(()),
                Kind::Word(word) if word == "and" => {}
                Kind::Word(word) if word == "or" => {
                    self.errors.push(
                        Diagnostic::error(Code::LINK_SYNTAX, self.place.of(range), "a link has no `or`").help(
                            "for \"if a or b then c\" write two links, one with `if = \"a\"`, one with `if = \"b\"`",
                        ),
                    );
                    return None;
                }
                other => return self.unexpected(&other, range, "`and` or the end"),
            }
        }
    }

    fn unexpected<T>(&mut self, kind: &Kind, range: std::ops::Range<usize>, expected: &str) -> Option<T> {
        self.errors.push(
            Diagnostic::error(
                Code::LINK_SYNTAX,
                self.place.of(range),
                format!("unexpected {}", kind.describe()),
            )
            .label(format!("expected {expected}")),
        );
        None
    }

    /// `territory >= 40` or `10 <= order <= 30`.
    fn chain(&mut self) -> Option<()> {
        let from = self.tokens.peek().range.start;
        let mut left = self.side()?;
        let mut compared = false;
        while let Kind::Relation(relation) = self.tokens.peek().kind {
            self.tokens.take();
            let right = self.side()?;
            let span = self.place.of(from..self.tokens.end());
            match (&left, &right) {
                (Side::Issue(issue), Side::Value(value)) => self.add(*issue, relation, *value, span),
                (Side::Value(value), Side::Issue(issue)) => self.add(*issue, flipped(relation), *value, span),
                _ => self.errors.push(
                    Diagnostic::error(Code::LINK_SYNTAX, span, "a link compares an issue with a number")
                        .label("expected one issue and one number"),
                ),
            }
            left = right;
            compared = true;
        }
        if compared {
            return Some(());
        }
        let Token { kind, range } = self.tokens.peek().clone();
        self.unexpected(&kind, range, "`<`, `<=`, `>=` or `>`")
    }

    fn side(&mut self) -> Option<Side> {
        let Token { kind, range } = self.tokens.take();
        match kind {
            Kind::Word(word) if !matches!(word.as_str(), "and" | "or" | "not") => {
                let issue = self.names.issue(&word);
                if issue.is_none() {
                    let mut error = Diagnostic::error(
                        Code::UNKNOWN_ISSUE,
                        self.place.of(range),
                        format!("no issue has the id `{word}`"),
                    );
                    if let Some((likely, place)) = self.names.issues.similar(&word) {
                        error = error.help(format!("did you mean `{likely}`?")).also(place, "declared here");
                    }
                    self.errors.push(error);
                }
                Some(Side::Issue(issue))
            }
            Kind::Number(value) => {
                self.check_scale(value, range);
                Some(Side::Value(value))
            }
            Kind::Sign('-') if matches!(self.tokens.peek().kind, Kind::Number(_)) => {
                let end = self.tokens.take().range.end;
                self.check_scale(-1.0, range.start..end);
                Some(Side::Value(0.0))
            }
            other => self.unexpected(&other, range, "an issue or a number"),
        }
    }

    fn check_scale(&mut self, value: f64, range: std::ops::Range<usize>) {
        if !(0.0..=100.0).contains(&value) {
            self.errors.push(
                Diagnostic::error(Code::OUT_OF_RANGE, self.place.of(range), "this lies outside the scale")
                    .label("terms lie between 0 and 100"),
            );
        }
    }

    fn add(&mut self, issue: Option<IssueId>, relation: Relation, value: f64, span: Span) {
        if let Some(issue) = issue {
            self.bounds.push((Bound { issue, relation, value }, span));
        }
    }

    fn check_contradictions(&mut self) {
        let mut found = Vec::new();
        for (at, (last, span)) in self.bounds.iter().enumerate() {
            if matches!((last.relation, last.value), (Relation::Less, 0.0) | (Relation::Greater, 100.0)) {
                found.push(
                    Diagnostic::error(Code::LINK_CONTRADICTION, *span, "no terms can meet this")
                        .label("the scale ends at 0 and 100"),
                );
            }
            for (first, other) in &self.bounds[..at] {
                if first.issue == last.issue && contradict(*first, *last) {
                    found.push(
                        Diagnostic::error(Code::LINK_CONTRADICTION, *span, "no terms can meet both of these")
                            .also(*other, "against this"),
                    );
                }
            }
        }
        self.errors.extend(found);
    }
}

/// Whether no value meets both bounds.
fn contradict(a: Bound, b: Bound) -> bool {
    let is_floor = |bound: Bound| matches!(bound.relation, Relation::AtLeast | Relation::Greater);
    let (floor, ceiling) = match (is_floor(a), is_floor(b)) {
        (true, false) => (a, b),
        (false, true) => (b, a),
        _ => return false,
    };
    let open = floor.relation == Relation::Greater || ceiling.relation == Relation::Less;
    floor.value > ceiling.value || (open && floor.value == ceiling.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::FileId;
    use crate::scenario::ActorId;

    fn names() -> Names {
        let mut names = Names {
            actors: ["athens", "melos", "sparta", "any"].into_iter().collect(),
            issues: ["territory", "order"].into_iter().collect(),
            groups: ["council"].into_iter().collect(),
            ..Names::default()
        };
        names.members = vec![vec![ActorId::new(1), ActorId::new(2)]];
        names
    }

    fn span(text: &str) -> Span {
        Span::new(FileId(0), 100..102 + text.len())
    }

    fn rule(text: &str) -> Result<Rule, Vec<Diagnostic>> {
        parse_rule(text, span(text), &names())
    }

    fn bounds(text: &str) -> Result<Vec<Bound>, Vec<Diagnostic>> {
        parse_bounds(text, span(text), &names())
    }

    fn actor(index: usize) -> Rule {
        Rule::Actor(ActorId::new(index))
    }

    #[test]
    fn rules_are_read() {
        let council = GroupId::new(0);
        for (text, expected) in [
            ("athens", actor(0)),
            ("any", actor(3)),
            ("all(athens, melos)", Rule::All(vec![actor(0), actor(1)])),
            ("all(athens, council)", Rule::All(vec![actor(0), actor(1), actor(2)])),
            ("any(council)", Rule::Any(vec![actor(1), actor(2)])),
            ("weight(council) >= 0.74", Rule::Weight(council, 0.74)),
            ("weight(council) > 0.5", Rule::Weight(council, 0.5_f64.next_up())),
            ("count(council) > 1", Rule::Count(council, 2)),
            ("athens and melos or sparta", Rule::Any(vec![Rule::All(vec![actor(0), actor(1)]), actor(2)])),
            (
                "athens and (melos or count(council) >= 1)",
                Rule::All(vec![actor(0), Rule::Any(vec![actor(1), Rule::Count(council, 1)])]),
            ),
        ] {
            assert_eq!(rule(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn errors_of_a_rule_are_all_shown_with_exact_places() {
        let text = "all(athen, mellos) and weight(concil) >= 0.5";
        let errors = rule(text).expect_err("three names are unknown");
        let words: Vec<&str> = errors
            .iter()
            .map(|error| {
                let span = error.primary.as_ref().expect("a place").span;
                &text[span.start - 101..span.end - 101]
            })
            .collect();
        assert_eq!(words, ["athen", "mellos", "concil"]);
        assert_eq!(errors[0].help, ["did you mean `athens`?"]);
    }

    #[test]
    fn rules_that_can_not_be_met_or_read_are_refused() {
        for (text, code) in [
            ("", Code::RULE_SYNTAX),
            ("athens +", Code::RULE_SYNTAX),
            ("athens melos", Code::RULE_SYNTAX),
            ("not athens", Code::RULE_SYNTAX),
            ("council", Code::RULE_SYNTAX),
            ("most(council)", Code::RULE_SYNTAX),
            ("weight(council)", Code::RULE_SYNTAX),
            ("weight(council) <= 0.5", Code::RULE_SYNTAX),
            ("weight(council) >= 74", Code::IMPOSSIBLE_CONSENT),
            ("weight(council) >= 0", Code::IMPOSSIBLE_CONSENT),
            ("count(council) >= 3", Code::IMPOSSIBLE_CONSENT),
            ("count(council) >= 1.5", Code::RULE_SYNTAX),
            ("weight(melos) >= 0.5", Code::UNKNOWN_GROUP),
            ("all(athens", Code::RULE_SYNTAX),
        ] {
            assert_eq!(rule(text).expect_err(text)[0].code, code, "{text}");
        }
        assert!(rule(&"(".repeat(100_000)).is_err());
        assert!(rule(&format!("{}athens{}", "(".repeat(100), ")".repeat(100))).is_err());
    }

    #[test]
    fn bounds_are_read_from_either_side() {
        let (territory, order) = (IssueId::new(0), IssueId::new(1));
        let bound = |issue, relation, value| Bound { issue, relation, value };
        assert_eq!(
            bounds("territory >= 40 and 10 <= order < 30"),
            Ok(vec![
                bound(territory, Relation::AtLeast, 40.0),
                bound(order, Relation::AtLeast, 10.0),
                bound(order, Relation::Less, 30.0),
            ])
        );
    }

    #[test]
    fn bounds_that_can_not_be_met_or_read_are_refused() {
        for (text, code) in [
            ("", Code::LINK_SYNTAX),
            ("territory", Code::LINK_SYNTAX),
            ("territory is high", Code::LINK_SYNTAX),
            ("territory == 40", Code::LINK_SYNTAX),
            ("territory >= order", Code::LINK_SYNTAX),
            ("territory >= 40 or order <= 30", Code::LINK_SYNTAX),
            ("teritory >= 40", Code::UNKNOWN_ISSUE),
            ("territory >= 140", Code::OUT_OF_RANGE),
            ("territory >= -1", Code::OUT_OF_RANGE),
            ("territory >= 60 and territory < 50", Code::LINK_CONTRADICTION),
            ("territory > 50 and territory <= 50", Code::LINK_CONTRADICTION),
            ("territory > 100", Code::LINK_CONTRADICTION),
        ] {
            assert_eq!(bounds(text).expect_err(text)[0].code, code, "{text}");
        }
    }
}
