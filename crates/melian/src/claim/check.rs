//! From words and signs to a typed claim: every name known, every comparison with a meaning.

use std::ops::Range;

use super::syntax::{Expression, Form, Name};
use super::{Direction, Event, Flag, FlagQuantity, Number, NumberQuantity, Operator, Overlays};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::scenario::token::{Place, per_cent, relation_sign};
use crate::scenario::{NameTable, Names, Relation};

/// The words of the language that name a measure or ask something of one.
const QUANTITIES: [&str; 16] = [
    "terms",
    "room",
    "fit",
    "gain",
    "P",
    "joins",
    "belief",
    "acceptable",
    "increases",
    "decreases",
    "best",
    "deal",
    "imposed",
    "broken",
    "war",
    "rung",
];

/// Gives a test its meaning.
pub(super) fn check(expression: &Expression, place: &Place, names: &Names) -> Result<Flag, Vec<Diagnostic>> {
    let mut checker = Checker { place, names, errors: Vec::new(), leaves: 0, worlds: None };
    match checker.flag(expression, &[]) {
        Some(flag) if checker.errors.is_empty() => Ok(flag),
        _ => Err(checker.errors),
    }
}

/// What a number is measured in.
#[derive(Debug, Clone, PartialEq)]
enum Unit {
    /// A plain number, which may be compared with anything.
    Plain,
    /// A chance, 0..1.
    Chance,
    /// Points of an issue's scale, 0..100.
    Points,
    /// Points of this actor's stake.
    Stake(String),
}

impl Unit {
    fn describe(&self) -> String {
        match self {
            Self::Plain => "a plain number".to_owned(),
            Self::Chance => "a chance (0 to 1)".to_owned(),
            Self::Points => "points of an issue's scale".to_owned(),
            Self::Stake(actor) => format!("points of the stake of `{actor}`"),
        }
    }
}

/// What an expression is by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Number,
    Flag,
    Event,
    Other,
}

fn sort(expression: &Expression) -> Sort {
    match &expression.kind {
        Form::Number(_) | Form::Negative(_) | Form::Arithmetic { .. } => Sort::Number,
        Form::Chain { first, .. } if is_rung(first) => Sort::Event,
        Form::Not(inner) => match sort(inner) {
            Sort::Event => Sort::Event,
            _ => Sort::Flag,
        },
        Form::All(parts) | Form::Any(parts) => {
            if parts.iter().any(|part| sort(part) == Sort::Event) {
                Sort::Event
            } else {
                Sort::Flag
            }
        }
        Form::Chain { .. } => Sort::Flag,
        Form::Under { inner, .. } => sort(inner),
        Form::Package(_) => Sort::Other,
        Form::Word(word) => match word.as_str() {
            "room" | "fit" => Sort::Flag,
            "deal" | "imposed" | "broken" | "none" | "war" | "rung" => Sort::Event,
            _ => Sort::Other,
        },
        Form::Call { name, .. } => match name.text.as_str() {
            "terms" | "gain" | "belief" | "P" | "best" => Sort::Number,
            "acceptable" | "increases" | "decreases" => Sort::Flag,
            "joins" => Sort::Event,
            _ => Sort::Other,
        },
    }
}

fn is_rung(expression: &Expression) -> bool {
    matches!(&expression.kind, Form::Word(word) if word == "rung")
}

struct Checker<'a> {
    place: &'a Place,
    names: &'a Names,
    errors: Vec<Diagnostic>,
    /// Measures met so far.
    leaves: usize,
    /// Inside `P(...)`: the overlays of each measure met.
    worlds: Option<Vec<Overlays>>,
}

impl Checker<'_> {
    fn error(&self, code: Code, range: &Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.place.of(range.clone()), message)
    }

    fn meaning(&self, range: &Range<usize>, message: impl Into<String>) -> Diagnostic {
        self.error(Code::CLAIM_MEANING, range, message)
    }

    fn fail<T>(&mut self, error: Diagnostic) -> Option<T> {
        self.errors.push(error);
        None
    }

    /// Notes a measure; returns the overlays to write on it (inside `P` they belong to the `P`).
    fn leaf(&mut self, under: &[String]) -> Overlays {
        self.leaves += 1;
        match &mut self.worlds {
            Some(worlds) => {
                worlds.push(under.to_vec());
                Vec::new()
            }
            None => under.to_vec(),
        }
    }

    /// Reads all parts, so that the errors of all are shown.
    fn each<T>(
        &mut self,
        parts: &[Expression],
        under: &[String],
        read: fn(&mut Self, &Expression, &[String]) -> Option<T>,
    ) -> Option<Vec<T>> {
        let read: Vec<Option<T>> = parts.iter().map(|part| read(self, part, under)).collect();
        read.into_iter().collect()
    }

    // True or false.

    fn flag(&mut self, expression: &Expression, under: &[String]) -> Option<Flag> {
        match &expression.kind {
            Form::All(parts) => self.each(parts, under, Self::flag).map(Flag::All),
            Form::Any(parts) => self.each(parts, under, Self::flag).map(Flag::Any),
            Form::Not(inner) => self.flag(inner, under).map(|flag| Flag::Not(Box::new(flag))),
            Form::Under { inner, overlays } => self.under(inner, overlays, under, Self::flag),
            Form::Chain { first, rest } if !is_rung(first) => {
                let (first, rest) = self.comparison(first, rest, under)?;
                Some(Flag::Compare { first, rest })
            }
            Form::Call { name, arguments } if matches!(name.text.as_str(), "increases" | "decreases") => {
                self.moves(name, arguments, under)
            }
            _ if sort(expression) == Sort::Flag => {
                let (quantity, under) = self.flag_quantity(expression, under)?;
                Some(Flag::Measured { quantity, under })
            }
            _ => self.not_a_flag(expression),
        }
    }

    fn not_a_flag<T>(&mut self, expression: &Expression) -> Option<T> {
        let error = match sort(expression) {
            Sort::Number => self
                .meaning(&expression.range, "a number stands where true or false is wanted")
                .label("this is a number")
                .help("compare it with something: `... >= 0.5`"),
            Sort::Event => self
                .meaning(&expression.range, "an event has a chance; it is not true or false in a draw")
                .label("this is an event")
                .help("ask for its chance and compare it: `P(...) >= 0.5`"),
            Sort::Flag | Sort::Other => return self.unknown(expression, "something true or false"),
        };
        self.fail(error)
    }

    /// `room`, `fit` or `acceptable(...)`, with its overlays.
    fn flag_quantity(
        &mut self,
        expression: &Expression,
        under: &[String],
    ) -> Option<(FlagQuantity, Overlays)> {
        match &expression.kind {
            Form::Word(word) => {
                let quantity = if word == "room" { FlagQuantity::Room } else { FlagQuantity::Fit };
                Some((quantity, self.leaf(under)))
            }
            Form::Call { name, arguments } => self.acceptable(name, arguments, under),
            _ => self.not_a_flag(expression),
        }
    }

    fn acceptable(
        &mut self,
        name: &Name,
        arguments: &[Expression],
        under: &[String],
    ) -> Option<(FlagQuantity, Overlays)> {
        const FORM: &str = "acceptable({ ISSUE = NUMBER, ... }, ACTOR, ...)";
        let (arguments, under) = self.arguments(arguments, under);
        let Some((Expression { kind: Form::Package(terms), .. }, parties)) = arguments.split_first() else {
            let error = self
                .error(Code::CLAIM_SYNTAX, &name.range, "`acceptable` asks for a package first")
                .help(format!("write `{FORM}`"));
            return self.fail(error);
        };
        if parties.is_empty() {
            let error = self.meaning(&name.range, "acceptable to whom?").help(format!("write `{FORM}`"));
            self.errors.push(error);
        }
        let mut package: Vec<(String, f64)> = Vec::new();
        for (issue, value) in terms {
            self.name(issue, Code::UNKNOWN_ISSUE, "issue");
            if package.iter().any(|(known, _)| *known == issue.text) {
                let error = self.meaning(&issue.range, format!("`{}` is in the package twice", issue.text));
                self.errors.push(error);
            }
            match value.kind {
                Form::Number(number) if (0.0..=100.0).contains(&number) => {
                    package.push((issue.text.clone(), number));
                }
                Form::Number(_) => {
                    let error = self
                        .error(Code::OUT_OF_RANGE, &value.range, "this lies outside the scale")
                        .label("terms lie between 0 and 100");
                    self.errors.push(error);
                }
                _ => {
                    let error = self
                        .meaning(&value.range, "terms of a package are plain numbers")
                        .label("expected a number");
                    self.errors.push(error);
                }
            }
        }
        let parties = parties.iter().map(|party| self.party(party)).collect::<Vec<_>>();
        let quantity =
            FlagQuantity::Acceptable { package, parties: parties.into_iter().collect::<Option<Vec<_>>>()? };
        Some((quantity, self.leaf(&under)))
    }

    fn moves(&mut self, name: &Name, arguments: &[Expression], under: &[String]) -> Option<Flag> {
        if self.worlds.is_some() {
            let error = self
                .meaning(
                    &name.range,
                    format!("`{}` looks at a whole range of inputs and has no chance", name.text),
                )
                .help("state it without `P`");
            return self.fail(error);
        }
        let [quantity, input] = arguments else {
            let error = self
                .meaning(&name.range, format!("`{}` takes two arguments, not {}", name.text, arguments.len()))
                .help(format!(
                    "write `{}(QUANTITY, INPUT)`, as in `increases(P(deal), actor.melos.capability)`",
                    name.text
                ));
            return self.fail(error);
        };
        let before = self.leaves;
        let number = self.number(quantity, under);
        if number.is_some() && self.leaves == before {
            let error = self.meaning(&quantity.range, "a constant never moves").label("expected a quantity");
            self.errors.push(error);
        }
        let input = self.input(input);
        let direction = if name.text == "increases" { Direction::Increases } else { Direction::Decreases };
        Some(Flag::Moves { direction, quantity: number?.0, input: input? })
    }

    /// The path of an input.
    fn input(&mut self, expression: &Expression) -> Option<String> {
        let Form::Word(path) = &expression.kind else {
            let error = self
                .meaning(&expression.range, "an input is named by its path")
                .label("expected a path such as `actor.melos.capability`");
            return self.fail(error);
        };
        if self.names.paths.get(path).is_some() {
            return Some(path.clone());
        }
        let mut error =
            self.error(Code::UNKNOWN_PATH, &expression.range, format!("no number has the path `{path}`"));
        if let Some((likely, place)) = self.names.paths.similar(path) {
            error = error.help(format!("did you mean `{likely}`?"));
            if place != crate::diagnostic::Span::default() {
                error = error.also(place, "stands here");
            }
        } else {
            error =
                error.help("paths look like `actor.melos.capability` or `stance.melos.territory.accept.max`");
        }
        self.fail(error)
    }

    // Comparisons.

    fn comparison(
        &mut self,
        first: &Expression,
        rest: &[(Relation, Expression)],
        under: &[String],
    ) -> Option<(Number, Vec<(Relation, Number)>)> {
        let before = self.leaves;
        let parts: Vec<&Expression> =
            std::iter::once(first).chain(rest.iter().map(|(_, part)| part)).collect();
        let numbers: Vec<Option<(Number, Unit)>> =
            parts.iter().map(|part| self.number(part, under)).collect();
        let whole = first.range.start..parts.last().map_or(first.range.end, |last| last.range.end);
        self.check_direction(rest, &whole);
        let numbers: Vec<(Number, Unit)> = numbers.into_iter().collect::<Option<_>>()?;
        if self.leaves == before {
            let error = self.meaning(&whole, "this compares constants").label("expected a quantity in it");
            return self.fail(error);
        }
        for (at, pair) in numbers.windows(2).enumerate() {
            self.check_pair(&pair[0], &pair[1], &(parts[at].range.start..parts[at + 1].range.end));
            self.check_constant(&pair[0], &pair[1], &parts[at + 1].range);
            self.check_constant(&pair[1], &pair[0], &parts[at].range);
        }
        let mut numbers = numbers.into_iter().map(|(number, _)| number);
        let first = numbers.next()?;
        Some((first, rest.iter().map(|(relation, _)| *relation).zip(numbers).collect()))
    }

    fn check_direction(&mut self, rest: &[(Relation, Expression)], range: &Range<usize>) {
        let is_up = |relation: Relation| matches!(relation, Relation::Less | Relation::AtMost);
        let Some(((first, _), others)) = rest.split_first() else { return };
        if let Some((other, _)) = others.iter().find(|(other, _)| is_up(*other) != is_up(*first)) {
            let error = self
                .meaning(
                    range,
                    format!(
                        "`{}` and `{}` point different ways",
                        relation_sign(*first),
                        relation_sign(*other)
                    ),
                )
                .help("a chain runs one way, as in `0.2 <= x <= 0.4`; else join two comparisons by `and`");
            self.errors.push(error);
        }
    }

    fn check_pair(&mut self, left: &(Number, Unit), right: &(Number, Unit), range: &Range<usize>) {
        let (a, b) = (&left.1, &right.1);
        if a == b || *a == Unit::Plain || *b == Unit::Plain {
            return;
        }
        let error = self.mismatch(a, b, range, "compared");
        self.errors.push(error);
    }

    fn mismatch(&self, a: &Unit, b: &Unit, range: &Range<usize>, done: &str) -> Diagnostic {
        if let (Unit::Stake(first), Unit::Stake(second)) = (a, b) {
            return self
                .meaning(range, format!("gains of different actors can't be {done}"))
                .label(format!("a gain of `{first}` and a gain of `{second}`"))
                .help(
                    "each actor's gain is in points of its own stake; compare one actor's gain under two \
                     policies, or with a number",
                );
        }
        self.meaning(range, format!("these can't be {done}")).label(format!(
            "{} and {}",
            a.describe(),
            b.describe()
        ))
    }

    /// A constant beside a quantity whose range it can't lie in.
    fn check_constant(&mut self, quantity: &(Number, Unit), other: &(Number, Unit), range: &Range<usize>) {
        let (Number::Measured { .. } | Number::Chance { .. } | Number::Best { .. }, Number::Constant(value)) =
            (&quantity.0, &other.0)
        else {
            return;
        };
        let (most, label) = match quantity.1 {
            Unit::Chance => (1.0, "a chance lies between 0 and 1"),
            Unit::Points => (100.0, "terms lie between 0 and 100"),
            _ => return,
        };
        if (0.0..=most).contains(value) {
            return;
        }
        let mut error = self.error(Code::OUT_OF_RANGE, range, "this lies outside the scale").label(label);
        if quantity.1 == Unit::Chance && (0.0..=100.0).contains(value) {
            error = error.help(format!("for {value} %, write `{}`", per_cent(*value)));
        }
        self.errors.push(error);
    }

    // Numbers.

    fn number(&mut self, expression: &Expression, under: &[String]) -> Option<(Number, Unit)> {
        match &expression.kind {
            Form::Number(value) => Some((Number::Constant(*value), Unit::Plain)),
            Form::Negative(inner) => {
                let (number, unit) = self.number(inner, under)?;
                Some((Number::Negative(Box::new(number)), unit))
            }
            Form::Arithmetic { operator, left, right } => {
                let a = self.number(left, under);
                let b = self.number(right, under);
                let ((left, a), (right, b)) = (a?, b?);
                let unit = self.unit(*operator, &a, &b, &right, &expression.range)?;
                Some((
                    Number::Arithmetic { operator: *operator, left: Box::new(left), right: Box::new(right) },
                    unit,
                ))
            }
            Form::Under { inner, overlays } => self.under(inner, overlays, under, Self::number),
            Form::Call { name, arguments } => match name.text.as_str() {
                "terms" | "gain" | "belief" => self.number_quantity(name, arguments, under),
                "P" => self.chance(name, arguments, under),
                "best" => self.best(name, arguments, under),
                _ => self.not_a_number(expression),
            },
            _ => self.not_a_number(expression),
        }
    }

    fn not_a_number<T>(&mut self, expression: &Expression) -> Option<T> {
        if sort(expression) == Sort::Other {
            return self.unknown(expression, "a number");
        }
        let what = if sort(expression) == Sort::Flag { "true or false" } else { "an event" };
        let error = self
            .meaning(&expression.range, format!("{what} stands where a number is wanted"))
            .label(format!("this is {what}"))
            .help("`P(...)` makes a chance of it");
        self.fail(error)
    }

    fn unit(
        &mut self,
        operator: Operator,
        a: &Unit,
        b: &Unit,
        right: &Number,
        range: &Range<usize>,
    ) -> Option<Unit> {
        let unit = match operator {
            Operator::Add | Operator::Subtract => match (a, b) {
                (Unit::Plain, unit) | (unit, Unit::Plain) => Ok(unit.clone()),
                _ if a == b => Ok(a.clone()),
                _ => Err(if operator == Operator::Add { "added" } else { "subtracted" }),
            },
            Operator::Multiply => product(a, b).ok_or("multiplied"),
            Operator::Divide if *right == Number::Constant(0.0) => {
                let error = self.meaning(range, "this divides by zero");
                return self.fail(error);
            }
            Operator::Divide => match (a, b) {
                _ if a == b => Ok(Unit::Plain),
                (unit, Unit::Plain | Unit::Chance) => Ok(unit.clone()),
                (Unit::Plain, _) => Ok(Unit::Plain),
                _ => Err("divided"),
            },
        };
        match unit {
            Ok(unit) => Some(unit),
            Err(done) => {
                let error = self.mismatch(a, b, range, done);
                self.fail(error)
            }
        }
    }

    fn number_quantity(
        &mut self,
        name: &Name,
        arguments: &[Expression],
        under: &[String],
    ) -> Option<(Number, Unit)> {
        let (arguments, under) = self.arguments(arguments, under);
        let (quantity, unit) = match (name.text.as_str(), arguments.as_slice()) {
            ("terms", [issue]) => {
                let issue = self.declared(issue, Code::UNKNOWN_ISSUE, "issue")?;
                (NumberQuantity::Terms { issue }, Unit::Points)
            }
            ("gain", [actor]) => {
                let actor = self.declared(actor, Code::UNKNOWN_ACTOR, "actor")?;
                (NumberQuantity::Gain { actor: actor.clone() }, Unit::Stake(actor))
            }
            ("belief", [holder, about, of_type, round]) => {
                let holder = self.declared(holder, Code::UNKNOWN_ACTOR, "actor");
                let at = about.range.clone();
                let about = self.declared(about, Code::UNKNOWN_ACTOR, "actor");
                let of_type = self.type_of(about.as_deref(), of_type);
                if about.is_some() && holder == about {
                    let error = self
                        .meaning(&at, "an actor knows its own type")
                        .label("the holder of the belief and whom it is about are the same");
                    self.errors.push(error);
                }
                let round = self.round(round);
                (
                    NumberQuantity::Belief {
                        holder: holder?,
                        about: about?,
                        of_type: of_type?,
                        round: round?,
                    },
                    Unit::Chance,
                )
            }
            (quantity, given) => {
                let form = match quantity {
                    "terms" => "terms(ISSUE)",
                    "gain" => "gain(ACTOR)",
                    _ => "belief(ACTOR, ACTOR, TYPE, ROUND)",
                };
                let error = self
                    .meaning(&name.range, format!("`{quantity}` can't take {} arguments", given.len()))
                    .help(format!("write `{form}`"));
                return self.fail(error);
            }
        };
        Some((Number::Measured { quantity, under: self.leaf(&under) }, unit))
    }

    fn round(&mut self, expression: &Expression) -> Option<u32> {
        match expression.kind {
            Form::Number(value) if value.fract() == 0.0 && (0.0..1e6).contains(&value) => Some(value as u32),
            _ => {
                let error = self
                    .meaning(&expression.range, "rounds are whole numbers from 0")
                    .label("expected a round such as `3`");
                self.fail(error)
            }
        }
    }

    fn best(&mut self, name: &Name, arguments: &[Expression], under: &[String]) -> Option<(Number, Unit)> {
        let Some((quantity, policies)) = arguments.split_first().filter(|(_, policies)| !policies.is_empty())
        else {
            let error = self
                .meaning(&name.range, "`best` takes a quantity and the policies to choose from")
                .help("write `best(QUANTITY, POLICY, ...)`, as in `best(gain(melos), submit, hold_out)`");
            return self.fail(error);
        };
        if self.worlds.is_some() {
            let error = self
                .meaning(&name.range, "`best` compares policies; inside `P` there is one world only")
                .help("write `best(P(...), POLICY, ...)`");
            return self.fail(error);
        }
        let before = self.leaves;
        let number = self.number(quantity, under);
        if number.is_some() && self.leaves == before {
            let error = self.meaning(&quantity.range, "a constant is the same under all policies");
            self.errors.push(error);
        }
        let mut ids: Vec<String> = Vec::new();
        for policy in policies {
            let Some(id) = self.word(policy, "a policy") else { continue };
            if ids.contains(&id) {
                let error = self.meaning(&policy.range, format!("`{id}` is listed twice"));
                self.errors.push(error);
            } else if self.names.policies.get(&id).is_none() {
                self.unknown_policy(&id, &policy.range);
            }
            ids.push(id);
        }
        let (number, unit) = number?;
        Some((Number::Best { quantity: Box::new(number), policies: ids }, unit))
    }

    fn unknown_policy(&mut self, id: &str, range: &Range<usize>) {
        let mut error = self.error(Code::UNKNOWN_OVERLAY, range, format!("no policy has the id `{id}`"));
        if self.names.perspectives.get(id).is_some() {
            error = error.label("this is a perspective: nobody can choose it");
        } else {
            error = suggest(error, id, &[&self.names.policies]);
        }
        self.errors.push(error);
    }

    // Chances.

    fn chance(&mut self, name: &Name, arguments: &[Expression], under: &[String]) -> Option<(Number, Unit)> {
        if self.worlds.is_some() {
            let error =
                self.meaning(&name.range, "a chance of a chance can't be judged").label("inside another `P`");
            return self.fail(error);
        }
        let [event] = arguments else {
            let error = self
                .meaning(&name.range, format!("`P` takes one event, not {}", arguments.len()))
                .help("join events by `and` and `or`");
            return self.fail(error);
        };
        self.worlds = Some(Vec::new());
        let read = self.event(event, under);
        let worlds = self.worlds.take().unwrap_or_default();
        let read = read?;
        let mut worlds = worlds.into_iter();
        let Some(world) = worlds.next() else {
            let error = self.meaning(&event.range, "there is no event in it");
            return self.fail(error);
        };
        if worlds.any(|other| other != world) {
            let error = self
                .meaning(&event.range, "the parts of an event are asked under different overlays")
                .help("an event happens in one world: write `P(... and ...) under OVERLAY`");
            return self.fail(error);
        }
        Some((Number::Chance { event: Box::new(read), under: world }, Unit::Chance))
    }

    fn event(&mut self, expression: &Expression, under: &[String]) -> Option<Event> {
        let event = match &expression.kind {
            Form::All(parts) => return self.each(parts, under, Self::event).map(Event::All),
            Form::Any(parts) => return self.each(parts, under, Self::event).map(Event::Any),
            Form::Not(inner) => return self.event(inner, under).map(|event| Event::Not(Box::new(event))),
            Form::Under { inner, overlays } => return self.under(inner, overlays, under, Self::event),
            Form::Chain { first, rest } if is_rung(first) => self.rung(rest, &expression.range)?,
            Form::Chain { first, rest } => {
                let (first, rest) = self.comparison(first, rest, under)?;
                return Some(Event::Compare { first, rest });
            }
            Form::Word(word) => match word.as_str() {
                "deal" => Event::Deal,
                "imposed" => Event::Imposed,
                "broken" => Event::Broken,
                "none" => Event::NoDeal,
                "war" => Event::War,
                "room" => Event::Measured(FlagQuantity::Room),
                "fit" => Event::Measured(FlagQuantity::Fit),
                "rung" => {
                    let error = self
                        .meaning(&expression.range, "which rung?")
                        .help("compare it with a rung of the ladder: `P(rung >= siege)`");
                    return self.fail(error);
                }
                _ => return self.unknown(expression, "an event"),
            },
            Form::Call { name, arguments } => match name.text.as_str() {
                "joins" => return self.joins(name, arguments, under),
                "acceptable" => {
                    return self
                        .acceptable(name, arguments, under)
                        .map(|(quantity, _)| Event::Measured(quantity));
                }
                "increases" | "decreases" => {
                    self.moves(name, arguments, under)?;
                    return None;
                }
                _ => return self.not_an_event(expression),
            },
            _ => return self.not_an_event(expression),
        };
        self.leaf(under);
        Some(event)
    }

    fn not_an_event<T>(&mut self, expression: &Expression) -> Option<T> {
        if sort(expression) != Sort::Number {
            return self.unknown(expression, "an event");
        }
        let error = self
            .meaning(&expression.range, "a number stands where an event is wanted")
            .label("this is a number")
            .help("compare it with something: `P(terms(...) >= 50)`");
        self.fail(error)
    }

    fn joins(&mut self, name: &Name, arguments: &[Expression], under: &[String]) -> Option<Event> {
        let (arguments, under) = self.arguments(arguments, under);
        let [actor] = arguments.as_slice() else {
            let error = self
                .meaning(&name.range, format!("`joins` takes one actor, not {}", arguments.len()))
                .help("write `P(joins(ACTOR))`");
            return self.fail(error);
        };
        let range = actor.range.clone();
        let actor = self.declared(actor, Code::UNKNOWN_ACTOR, "actor")?;
        let is_ally = |index| self.names.allies.iter().any(|ally| ally.index() == index);
        if self.names.actors.get(&actor).is_some_and(|index| !is_ally(index)) {
            let error = self
                .error(Code::UNKNOWN_NAME, &range, format!("`{actor}` is nobody's ally"))
                .label("it has no war to join")
                .help(format!("write [[ally]] with of = \"{actor}\", `supports` and `chance`"));
            self.errors.push(error);
        }
        self.leaf(&under);
        Some(Event::Joins { actor })
    }

    /// The name of a type of an actor.
    fn type_of(&mut self, actor: Option<&str>, expression: &Expression) -> Option<String> {
        let text = self.word(expression, "a type")?;
        let types = actor
            .and_then(|actor| self.names.actors.get(actor))
            .map(|index| self.names.types.get(index).cloned().unwrap_or_default());
        if let Some(types) = types.filter(|types| types.get(&text).is_none()) {
            let actor = actor.unwrap_or_default();
            let help = format!("write [type.{actor}.DIMENSION] with its types");
            self.no_such("type", &text, &expression.range, &types, &help);
        }
        Some(text)
    }

    fn no_such(&mut self, kind: &str, name: &str, range: &Range<usize>, known: &NameTable, help: &str) {
        let error = self.error(Code::UNKNOWN_NAME, range, format!("no {kind} is called `{name}`"));
        let error = if known.is_empty() { error.help(help) } else { suggest(error, name, &[known]) };
        self.errors.push(error);
    }

    fn rung(&mut self, rest: &[(Relation, Expression)], range: &Range<usize>) -> Option<Event> {
        let [(relation, rung)] = rest else {
            let error = self
                .meaning(range, "a rung is compared once")
                .help("join two comparisons by `and`: `rung >= siege and rung < assault`");
            return self.fail(error);
        };
        let at = rung.range.clone();
        let rung = self.word(rung, "the name of a rung")?;
        let rungs = &self.names.rungs;
        if rungs.get(&rung).is_none() {
            self.no_such("rung", &rung, &at, rungs, "the scenario has no ladder: write [ladder]");
        }
        Some(Event::Rung { relation: *relation, rung })
    }

    // Overlays and names.

    fn under<T>(
        &mut self,
        inner: &Expression,
        overlays: &[Name],
        outer: &[String],
        read: fn(&mut Self, &Expression, &[String]) -> Option<T>,
    ) -> Option<T> {
        let ids = self.overlays(overlays, outer);
        let before = self.leaves;
        let value = read(self, inner, &ids)?;
        if self.leaves == before {
            let error = self
                .meaning(&inner.range, "no overlay changes a constant")
                .label("expected a quantity before `under`");
            return self.fail(error);
        }
        Some(value)
    }

    fn overlays(&mut self, overlays: &[Name], outer: &[String]) -> Overlays {
        let mut ids: Overlays = Vec::new();
        for name in overlays {
            let id = &name.text;
            if !outer.is_empty() {
                let error = self
                    .meaning(&name.range, "`under` is said twice of the same quantity")
                    .label(format!("it is already under `{}`", outer.join("`, `")))
                    .help("for several overlays at once write `under (a, b)`");
                self.errors.push(error);
            } else if ids.contains(id) {
                let error = self.meaning(&name.range, format!("`{id}` is listed twice"));
                self.errors.push(error);
            } else if self.names.policies.get(id).is_none() && self.names.perspectives.get(id).is_none() {
                let error = self.error(
                    Code::UNKNOWN_OVERLAY,
                    &name.range,
                    format!("no policy or perspective has the id `{id}`"),
                );
                let error = suggest(error, id, &[&self.names.policies, &self.names.perspectives]);
                self.errors.push(error);
            }
            ids.push(id.clone());
        }
        ids
    }

    /// The arguments of a quantity; `gain(melos under hold_out)` is `gain(melos) under hold_out`.
    fn arguments(&mut self, arguments: &[Expression], under: &[String]) -> (Vec<Expression>, Overlays) {
        let mut plain = arguments.to_vec();
        let mut ids = under.to_vec();
        if let Some(last) = plain.last_mut()
            && let Form::Under { inner, overlays } = &last.kind
        {
            ids = self.overlays(overlays, under);
            let inner = (**inner).clone();
            *last = inner;
        }
        (plain, ids)
    }

    fn word(&mut self, expression: &Expression, expected: &str) -> Option<String> {
        match &expression.kind {
            Form::Word(word) if !word.contains('.') => Some(word.clone()),
            _ => {
                let error = self
                    .error(Code::CLAIM_SYNTAX, &expression.range, "a name is wanted here")
                    .label(format!("expected {expected}"));
                self.fail(error)
            }
        }
    }

    /// The id of an issue or actor that must be declared.
    fn declared(&mut self, expression: &Expression, code: Code, kind: &str) -> Option<String> {
        let text = self.word(expression, &format!("the id of an {kind}"))?;
        self.name(&Name { text: text.clone(), range: expression.range.clone() }, code, kind);
        Some(text)
    }

    fn name(&mut self, name: &Name, code: Code, kind: &str) {
        let table = if kind == "issue" { &self.names.issues } else { &self.names.actors };
        if table.get(&name.text).is_none() {
            let error = self.error(code, &name.range, format!("no {kind} has the id `{}`", name.text));
            let error = suggest(error, &name.text, &[table]);
            let error = self.what_it_is(error, &name.text);
            self.errors.push(error);
        }
    }

    /// An actor, or a group for all its members.
    fn party(&mut self, expression: &Expression) -> Option<String> {
        let text = self.word(expression, "an actor or a group")?;
        if self.names.group(&text).is_none() {
            self.name(
                &Name { text: text.clone(), range: expression.range.clone() },
                Code::UNKNOWN_ACTOR,
                "actor",
            );
        }
        Some(text)
    }

    fn what_it_is(&self, error: Diagnostic, text: &str) -> Diagnostic {
        let kinds = [
            (&self.names.actors, "an actor"),
            (&self.names.issues, "an issue"),
            (&self.names.groups, "a group"),
            (&self.names.policies, "a policy"),
            (&self.names.perspectives, "a perspective"),
        ];
        match kinds.iter().find(|(table, _)| table.get(text).is_some()) {
            Some((_, kind)) => error.label(format!("this is {kind}")),
            None => error,
        }
    }

    fn unknown<T>(&mut self, expression: &Expression, expected: &str) -> Option<T> {
        let (word, range) = match &expression.kind {
            Form::Word(word) => (word, &expression.range),
            Form::Call { name, .. } => (&name.text, &name.range),
            _ => {
                let error = self
                    .meaning(&expression.range, "this has no meaning here")
                    .label(format!("expected {expected}"));
                return self.fail(error);
            }
        };
        let names = self.names;
        let mut error = self
            .error(Code::UNKNOWN_NAME, range, format!("`{word}` is no quantity"))
            .label(format!("expected {expected}"));
        error = if names.issues.get(word).is_some() {
            error.help(format!("for the terms on this issue write `terms({word})`"))
        } else if names.actors.get(word).is_some() {
            error.help(format!("for what this actor gains write `gain({word})`"))
        } else if names.policies.get(word).is_some() || names.perspectives.get(word).is_some() {
            error.help(format!(
                "overlays follow a quantity: `gain(ACTOR) under {word}`; several: `under (a, b)`"
            ))
        } else if let Some(likely) = quantity_like(word) {
            error.help(format!("did you mean `{likely}`?"))
        } else {
            error.help(format!("quantities are {}", QUANTITIES.join(", ")))
        };
        self.fail(error)
    }
}

/// The unit of a product, where it has a meaning.
fn product(a: &Unit, b: &Unit) -> Option<Unit> {
    match (a, b) {
        _ if *a == Unit::Plain => Some(b.clone()),
        (unit, Unit::Plain | Unit::Chance) => Some(unit.clone()),
        _ if *a == Unit::Chance => Some(b.clone()),
        _ => None,
    }
}

fn quantity_like(word: &str) -> Option<&'static str> {
    QUANTITIES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(word))
        .or_else(|| did_you_mean(word, QUANTITIES))
}

fn suggest(error: Diagnostic, text: &str, tables: &[&NameTable]) -> Diagnostic {
    let Some(likely) = did_you_mean(text, tables.iter().flat_map(|table| table.iter())) else { return error };
    let error = error.help(format!("did you mean `{likely}`?"));
    match tables.iter().find_map(|table| table.span(likely)) {
        Some(place) => error.also(place, "declared here"),
        None => error,
    }
}
