//! The text of a test as a tree of words and signs, not yet checked for meaning.

use std::ops::Range;

use super::Operator;
use crate::diagnostic::{Code, Diagnostic};
use crate::scenario::Relation;
use crate::scenario::token::{Kind, Place, Token, Tokens};

/// The most that parentheses, `not` and `-` may nest.
const DEEPEST: usize = 48;

/// Words that are part of the grammar and no name.
const KEYWORDS: [&str; 4] = ["and", "or", "not", "under"];

/// A part of a test and its bytes in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expression {
    pub(super) kind: Form,
    pub(super) range: Range<usize>,
}

/// A name and its bytes in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// What a part of a test is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    Number(f64),
    /// A word alone: `room`, `athens`, `actor.melos.capability`.
    Word(String),
    /// `terms(territory)`.
    Call {
        name: Name,
        arguments: Vec<Expression>,
    },
    /// `{ territory = 40 }`.
    Package(Vec<(Name, Expression)>),
    Negative(Box<Expression>),
    Not(Box<Expression>),
    Arithmetic {
        operator: Operator,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    Chain {
        first: Box<Expression>,
        rest: Vec<(Relation, Expression)>,
    },
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Under {
        inner: Box<Expression>,
        overlays: Vec<Name>,
    },
}

/// Reads a whole test.
pub(super) fn read(text: &str, place: &Place) -> Result<Expression, Vec<Diagnostic>> {
    let tokens = Tokens::new(text, place, Code::CLAIM_SYNTAX)?;
    let mut reader = Reader { tokens, place, depth: 0 };
    reader.whole().map_err(|error| vec![*error])
}

type Read<T> = Result<T, Box<Diagnostic>>;

struct Reader<'a> {
    tokens: Tokens,
    place: &'a Place,
    depth: usize,
}

impl Reader<'_> {
    fn whole(&mut self) -> Read<Expression> {
        let expression = self.any()?;
        if self.tokens.peek().kind == Kind::End {
            return Ok(expression);
        }
        let mut error = self.unexpected("`and`, `or`, a comparison or the end of the test");
        if self.tokens.at_sign('=') {
            *error =
                error.help("uncertain numbers are never exactly equal: ask for a range, `40 <= x <= 60`");
        }
        Err(error)
    }

    fn unexpected(&self, expected: &str) -> Box<Diagnostic> {
        let Token { kind, range } = self.tokens.peek();
        Box::new(
            Diagnostic::error(
                Code::CLAIM_SYNTAX,
                self.place.of(range.clone()),
                format!("unexpected {}", kind.describe()),
            )
            .label(format!("expected {expected}")),
        )
    }

    fn expect(&mut self, sign: char, expected: &str) -> Read<()> {
        if self.tokens.eat_sign(sign) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn start(&self) -> usize {
        self.tokens.peek().range.start
    }

    fn from(&self, start: usize, kind: Form) -> Expression {
        Expression { kind, range: start..self.tokens.end() }
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == DEEPEST {
            let span = self.place.of(self.tokens.peek().range.clone());
            return Err(Box::new(
                Diagnostic::error(Code::CLAIM_SYNTAX, span, "the test nests too deep to be read")
                    .help("state it as several claims"),
            ));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn any(&mut self) -> Read<Expression> {
        self.list("or", Self::all, Form::Any)
    }

    fn all(&mut self) -> Read<Expression> {
        self.list("and", Self::not, Form::All)
    }

    fn list(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Read<Expression>,
        join: fn(Vec<Expression>) -> Form,
    ) -> Read<Expression> {
        let start = self.start();
        let first = part(self)?;
        if !self.tokens.at_word(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.tokens.eat_word(word) {
            parts.push(part(self)?);
        }
        Ok(self.from(start, join(parts)))
    }

    fn not(&mut self) -> Read<Expression> {
        let start = self.start();
        if self.tokens.eat_word("not") {
            let inner = self.deeper(Self::not)?;
            return Ok(self.from(start, Form::Not(Box::new(inner))));
        }
        self.chain()
    }

    fn chain(&mut self) -> Read<Expression> {
        let start = self.start();
        let first = self.sum()?;
        let mut rest = Vec::new();
        while let Kind::Relation(relation) = self.tokens.peek().kind {
            self.tokens.take();
            rest.push((relation, self.sum()?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(self.from(start, Form::Chain { first: Box::new(first), rest }))
    }

    fn sum(&mut self) -> Read<Expression> {
        self.arithmetic(&[('+', Operator::Add), ('-', Operator::Subtract)], Self::product)
    }

    fn product(&mut self) -> Read<Expression> {
        self.arithmetic(&[('*', Operator::Multiply), ('/', Operator::Divide)], Self::signed)
    }

    fn arithmetic(
        &mut self,
        operators: &[(char, Operator)],
        part: fn(&mut Self) -> Read<Expression>,
    ) -> Read<Expression> {
        let start = self.start();
        let mut left = part(self)?;
        loop {
            let Kind::Sign(sign) = self.tokens.peek().kind else { return Ok(left) };
            let Some(&(_, operator)) = operators.iter().find(|(known, _)| *known == sign) else {
                return Ok(left);
            };
            self.tokens.take();
            let right = part(self)?;
            left =
                self.from(start, Form::Arithmetic { operator, left: Box::new(left), right: Box::new(right) });
        }
    }

    fn signed(&mut self) -> Read<Expression> {
        let start = self.start();
        if self.tokens.eat_sign('-') {
            let inner = self.deeper(Self::signed)?;
            let kind = match inner.kind {
                Form::Number(value) => Form::Number(-value),
                _ => Form::Negative(Box::new(inner)),
            };
            return Ok(self.from(start, kind));
        }
        let mut inner = self.part()?;
        while self.tokens.eat_word("under") {
            let overlays = self.overlays()?;
            inner = self.from(start, Form::Under { inner: Box::new(inner), overlays });
        }
        Ok(inner)
    }

    /// `hold_out` or `(hold_out, thucydides)`.
    fn overlays(&mut self) -> Read<Vec<Name>> {
        if !self.tokens.eat_sign('(') {
            return Ok(vec![self.name("a policy or perspective, or several in parentheses")?]);
        }
        let mut names = Vec::new();
        loop {
            names.push(self.name("a policy or perspective")?);
            if self.tokens.eat_sign(')') {
                return Ok(names);
            }
            self.expect(',', "`,` or `)`")?;
        }
    }

    fn name(&mut self, expected: &str) -> Read<Name> {
        match &self.tokens.peek().kind {
            Kind::Word(word) if !KEYWORDS.contains(&word.as_str()) => {
                let text = word.clone();
                Ok(Name { text, range: self.tokens.take().range })
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    fn part(&mut self) -> Read<Expression> {
        let Token { kind, range } = self.tokens.peek().clone();
        let start = range.start;
        match kind {
            Kind::Number(value) => {
                self.tokens.take();
                Ok(self.from(start, Form::Number(value)))
            }
            Kind::Sign('(') => {
                self.tokens.take();
                let inner = self.deeper(Self::any)?;
                self.expect(')', "`)`")?;
                Ok(self.from(start, inner.kind))
            }
            Kind::Sign('{') => {
                self.tokens.take();
                let package = self.package()?;
                Ok(self.from(start, Form::Package(package)))
            }
            Kind::Word(word) if !KEYWORDS.contains(&word.as_str()) => {
                self.tokens.take();
                if !self.tokens.eat_sign('(') {
                    return Ok(self.from(start, Form::Word(word)));
                }
                let arguments = self.deeper(Self::arguments)?;
                Ok(self.from(start, Form::Call { name: Name { text: word, range }, arguments }))
            }
            _ => Err(self.unexpected("a quantity, a number or `(`")),
        }
    }

    /// What stands in the parentheses of a call, to the closing one.
    fn arguments(&mut self) -> Read<Vec<Expression>> {
        let mut arguments = Vec::new();
        if self.tokens.eat_sign(')') {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.any()?);
            if self.tokens.eat_sign(')') {
                return Ok(arguments);
            }
            self.expect(',', "`,` or `)`")?;
        }
    }

    /// `territory = 40, order = 10 }`.
    fn package(&mut self) -> Read<Vec<(Name, Expression)>> {
        let mut terms = Vec::new();
        loop {
            let name = self.name("an issue")?;
            self.expect('=', "`=` and the terms on this issue")?;
            terms.push((name, self.deeper(Self::sum)?));
            if self.tokens.eat_sign('}') {
                return Ok(terms);
            }
            self.expect(',', "`,` or `}`")?;
        }
    }
}
