//! Parts in a crisis that are given to nobody who could play them: what the crisis lens would pass over.

use super::{Check, entries, items};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::scenario::ActorId;
use crate::scenario::crisis::{Crisis, Traits};
use crate::scenario::document::Table;
use crate::scenario::shape::place;

/// Sections by actor that only players have, and what each is called.
const OF_PLAYERS: [(&str, &str); 3] =
    [("type", "types"), ("audience", "an audience"), ("office", "an office")];

impl Check<'_> {
    /// Warns of parts that nobody plays; `asked` says whose consent a deal needs: they play where no players are named.
    pub(super) fn crisis_makes_sense(
        &mut self,
        root: &Table,
        crisis: &Crisis,
        asked: impl Fn(ActorId) -> bool,
    ) {
        if self.findings.errors() > 0 {
            return;
        }
        let named = &crisis.game.players;
        let plays = |actor: ActorId| if named.is_empty() { asked(actor) } else { named.contains(&actor) };
        self.parts_of_players(root, &plays);
        self.mediators_apart(root, &plays);
        self.deals_are_carried_out(root, crisis);
        self.red_lines_ahead(crisis);
        self.allies_on_one_side(crisis);
    }

    fn parts_of_players(&mut self, root: &Table, plays: &dyn Fn(ActorId) -> bool) {
        for (section, what) in OF_PLAYERS {
            for (key, node) in entries(root, section) {
                if self.names.actor(&key.name).is_some_and(|actor| !plays(actor)) {
                    let message = format!("{what} for `{}`, who is not a player", key.name);
                    self.findings.push(
                        Diagnostic::warning(Code::MOVES_NOTHING, place(key, node), message)
                            .label("the crisis lens passes this over")
                            .help("name it in [game] players = [..], or leave this out"),
                    );
                }
            }
        }
    }

    fn mediators_apart(&mut self, root: &Table, plays: &dyn Fn(ActorId) -> bool) {
        for (key, node) in entries(root, "mediator") {
            if self.names.actor(&key.name).is_some_and(plays) {
                let message = format!("the mediator `{}` is a player too", key.name);
                self.findings.push(
                    Diagnostic::warning(Code::CRISIS_PART, place(key, node), message)
                        .label("it would propose terms to itself")
                        .help("leave it out of [game] players, or leave the mediation to another actor"),
                );
            }
        }
    }

    /// What guarantees, temptations and spoilers do to a signed deal needs the sections that let it be broken.
    fn deals_are_carried_out(&mut self, root: &Table, crisis: &Crisis) {
        let traits = |of: fn(&Traits) -> Option<crate::scenario::FieldId>| {
            crisis.types.iter().flat_map(|dimension| &dimension.types).find_map(|one| of(&one.traits))
        };
        if crisis.compliance.is_none() {
            for guarantee in &crisis.guarantees {
                self.nothing(guarantee.span, "a guarantee, but signed deals are always kept", COMPLIANCE);
            }
            if let Some(field) = traits(|traits| traits.temptation.or(traits.betrayed)) {
                let span = self.fields[field.index()].span;
                self.nothing(
                    span,
                    "a type that may break deals, but signed deals are always kept",
                    COMPLIANCE,
                );
            }
        }
        if crisis.spoilers.is_empty() {
            let help = "say who may strike at a signed deal: [[spoiler]] actor = \"ACTOR\" ...";
            if let Some(field) = traits(|traits| traits.spoiled) {
                let span = self.fields[field.index()].span;
                self.nothing(
                    span,
                    "`spoiled` says how likely a strike succeeds, but there is no spoiler",
                    help,
                );
            }
            if crisis.compliance.is_none() && *crisis != Crisis::default() {
                self.claims_of_breaking(root);
            }
        }
    }

    fn claims_of_breaking(&mut self, root: &Table) {
        for claim in items(root, "claim") {
            let Some(test) = claim.as_table().and_then(|claim| claim.get("test")) else { continue };
            if test.as_text().is_some_and(|text| text.contains("P(broken)")) {
                let help = "a deal breaks by a [[spoiler]] or under [compliance]: give one of them";
                self.nothing(
                    test.span,
                    "this asks whether a deal breaks, but nothing here can break one",
                    help,
                );
            }
        }
    }

    fn red_lines_ahead(&mut self, crisis: &Crisis) {
        let Some(ladder) = &crisis.ladder else { return };
        for line in crisis.red_lines.iter().filter(|line| line.rung <= ladder.start) {
            let (rung, start) = (&ladder.rungs[line.rung].name, &ladder.rungs[ladder.start].name);
            self.findings.push(
                Diagnostic::warning(
                    Code::CRISIS_PART,
                    line.span,
                    format!("the red line `{rung}` is passed from the start"),
                )
                .label(format!("the crisis starts at `{start}`"))
                .help("draw it above the start, or let the crisis start lower: [ladder] start = \"RUNG\""),
            );
        }
    }

    fn allies_on_one_side(&mut self, crisis: &Crisis) {
        for (at, ally) in crisis.allies.iter().enumerate() {
            let name = self.names.actors.name(ally.of.index()).unwrap_or_default().to_owned();
            let other = crisis.allies[..at]
                .iter()
                .find(|other| other.of == ally.of && other.supports != ally.supports);
            let sworn =
                crisis.war.sides.iter().any(|(led, with)| with.contains(&ally.of) && *led != ally.supports);
            let mut warning = Diagnostic::warning(
                Code::CRISIS_PART,
                ally.span,
                format!("`{name}` may stand on two sides of one war"),
            )
            .help("keep the side it would join; for a choice between sides write a policy for each");
            match other {
                Some(other) => warning = warning.also(other.span, "the other side is here"),
                None if sworn => warning = warning.label("[war] sides has it on the other side"),
                None => continue,
            }
            self.findings.push(warning);
        }
    }

    fn nothing(&mut self, span: Span, message: &str, help: &str) {
        self.findings.push(Diagnostic::warning(Code::MOVES_NOTHING, span, message).help(help));
    }
}

const COMPLIANCE: &str = "deals can be broken under [compliance]: give it, with what breaking one is worth";
