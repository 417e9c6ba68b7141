//! The guard: in a conflict that is not over, nothing coercive is searched for, ranked, combined or given a threshold.
//!
//! It knows inputs by their path, whatever lens reads them, and policies by their mark and by what they touch. It says
//! what is guarded; each command obeys it.

use super::{Change, FieldId, Overlay, Scenario, Status};

/// Kinds of inputs that say how pressure or force would work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guarded {
    /// What war costs somebody.
    WarCost,
    /// How a war would go: chances, the exponent of power, who is on whose side.
    WarOdds,
    /// What moving into war first is worth.
    FirstMove,
    /// The chance that a rung gets out of hand.
    Accident,
    /// What a rung costs somebody.
    RungCost,
    /// Whether an ally comes, and what others think of it.
    Ally,
    /// Whether a spoiler strikes and succeeds.
    Spoiler,
    /// What makes a threat or a red line bind.
    Threat,
    /// How resolved an actor is, and what others think of it.
    Resolve,
    /// Power, where a war is decided by it.
    Power,
}

/// Why a policy is coercive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coercion {
    /// The scenario says so.
    Marked,
    /// It changes an input that says how pressure or force would work.
    Touches {
        /// The kind of input.
        kind: Guarded,
        /// Its path.
        path: String,
    },
}

/// The guard of one scenario.
#[derive(Debug, Clone, Copy)]
pub struct Guard<'a> {
    scenario: &'a Scenario,
}

impl Guarded {
    /// The kind in words, as part of a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::WarCost => "what war costs",
            Self::WarOdds => "how a war would go",
            Self::FirstMove => "what a first move is worth",
            Self::Accident => "the chance that it gets out of hand by accident",
            Self::RungCost => "what a step costs",
            Self::Ally => "whether an ally comes",
            Self::Spoiler => "whether a spoiler succeeds",
            Self::Threat => "what makes a threat bind",
            Self::Resolve => "how resolved an actor is",
            Self::Power => "power, where a war is decided by it",
        }
    }

    /// Whether less of it can only calm: a policy that lowers it is no coercion.
    fn calms_when_lowered(self) -> bool {
        matches!(self, Self::Accident | Self::FirstMove | Self::Spoiler)
    }
}

impl<'a> Guard<'a> {
    /// The guard of a scenario.
    #[must_use]
    pub fn new(scenario: &'a Scenario) -> Self {
        Self { scenario }
    }

    /// Whether the conflict is not over, so that guarded inputs get a direction and a condition in words, and
    /// coercive policies are at most tested in claims.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.scenario.about.status == Status::Ongoing
    }

    /// What kind of guarded input a path names, in whatever scenario; `None` for an input that is not.
    #[must_use]
    pub fn kind(self, path: &str) -> Option<Guarded> {
        let parts: Vec<&str> = path.split('.').collect();
        let last = parts.last().copied().unwrap_or_default();
        let kind = match parts[0] {
            "ladder" | "rung" if last == "accident" => Guarded::Accident,
            "ladder" | "rung" => Guarded::RungCost,
            "war" if last == "first_move" => Guarded::FirstMove,
            "war" if parts.get(1) == Some(&"cost") => Guarded::WarCost,
            "war" => Guarded::WarOdds,
            "ally" => Guarded::Ally,
            "spoiler" => Guarded::Spoiler,
            "audience" | "red_line" => Guarded::Threat,
            "power_shift" => Guarded::Power,
            "type" => return of_type(last),
            "game" if matches!(last, "step_up" | "threaten") => Guarded::Threat,
            "actor" if parts.get(2) == Some(&"capability") && self.has_war() => Guarded::Power,
            _ => return None,
        };
        Some(kind)
    }

    /// The kind of a field of the scenario.
    #[must_use]
    pub fn kind_of(self, field: FieldId) -> Option<Guarded> {
        self.kind(&self.scenario.field(field).path)
    }

    /// Whether a threshold on, or a rank of, the input at a path must not be shown.
    #[must_use]
    pub fn hides(self, path: &str) -> bool {
        self.is_on() && self.kind(path).is_some()
    }

    /// Why a policy is coercive, whatever the status of the conflict; `None` if it is not: marked, or changing a
    /// guarded input otherwise than towards calm (fewer accidents, less to gain by a first move, weaker spoilers).
    #[must_use]
    pub fn coercion(self, policy: &Overlay) -> Option<Coercion> {
        if policy.coercive {
            return Some(Coercion::Marked);
        }
        policy.operations.iter().find_map(|operation| {
            let kind = self.kind(&operation.path)?;
            let calms = kind.calms_when_lowered() && self.lowers(&operation.path, &operation.change);
            (!calms).then(|| Coercion::Touches { kind, path: operation.path.clone() })
        })
    }

    /// Whether a policy may be searched for, ranked against others, combined or put on a frontier.
    #[must_use]
    pub fn may_rank(self, policy: &Overlay) -> bool {
        !self.is_on() || self.coercion(policy).is_none()
    }

    /// Whether a change can only lower what stands at a path (nothing guarded is below 0 but what a rung costs).
    fn lowers(self, path: &str, change: &Change) -> bool {
        match change {
            Change::Scale(by) => *by <= 1.0,
            Change::Shift(by) => *by <= 0.0,
            Change::Drop => true,
            Change::Set(text) => {
                let field = self.scenario.fields.iter().find(|field| field.path == path);
                let value: Option<f64> = text.parse().ok();
                matches!((field, value), (Some(field), Some(value)) if value <= field.support().0)
            }
            Change::Add | Change::Do(_) => false,
        }
    }

    fn has_war(self) -> bool {
        let ladder = self.scenario.crisis.ladder.as_ref();
        ladder.is_some_and(|ladder| ladder.rungs.iter().any(|rung| rung.war))
    }
}

/// Of private types: traits of war, rungs, threats and spoilers, and how likely a type is.
fn of_type(key: &str) -> Option<Guarded> {
    match key {
        "war_cost" => Some(Guarded::WarCost),
        "wins" => Some(Guarded::WarOdds),
        "rung_cost" => Some(Guarded::RungCost),
        "audience" | "red_line" => Some(Guarded::Threat),
        "spoiled" => Some(Guarded::Spoiler),
        "temptation" | "betrayed" | "walk_away" | "patience" | "stake" => None,
        _ => Some(Guarded::Resolve),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NoFiles, Scenario};

    fn scenario(status: &str, policy: &str) -> Scenario {
        let text = format!(
            "[scenario]\ntitle = \"t\"\nstatus = \"{status}\"\n[actor.a]\ncapability = 1\n[actor.b]\ncapability = 1\n\
             [issue.i]\nno_deal = 10\n[stance.a.i]\nposition = 0\nsalience = 50\n[stance.b.i]\nposition = 90\nsalience = 50\n{policy}"
        );
        let read = Scenario::read("t.toml", text.as_bytes(), &NoFiles);
        assert!(read.scenario.is_some(), "{:?}", read.diagnostics);
        read.scenario.expect("a scenario")
    }

    #[test]
    fn inputs_of_force_are_known_by_their_path() {
        let scenario = scenario("ongoing", "");
        let guard = Guard::new(&scenario);
        for (path, kind) in [
            ("ladder.rungs.3.accident", Some(Guarded::Accident)),
            ("rung.siege.accident", Some(Guarded::Accident)),
            ("rung.siege.cost", Some(Guarded::RungCost)),
            ("ladder.rungs.3.cost.athens", Some(Guarded::RungCost)),
            ("war.cost.melos", Some(Guarded::WarCost)),
            ("war.exponent", Some(Guarded::WarOdds)),
            ("war.first_move", Some(Guarded::FirstMove)),
            ("ally.sparta.chance", Some(Guarded::Ally)),
            ("ally.1.believed.melos", Some(Guarded::Ally)),
            ("spoiler.1.succeeds", Some(Guarded::Spoiler)),
            ("audience.athens.cost", Some(Guarded::Threat)),
            ("type.athens.values.determined.war_cost", Some(Guarded::WarCost)),
            ("type.athens.values.determined.chance", Some(Guarded::Resolve)),
            ("type.athens.values.determined.believed.melos", Some(Guarded::Resolve)),
            ("type.athens.trust.true.temptation", None),
            ("guarantee.1.honoured", None),
            ("compliance.monitoring", None),
            ("office.melos.tenure", None),
            ("stance.a.i.position", None),
            // Without a war that power decides, capability is weight at the table.
            ("actor.a.capability", None),
        ] {
            assert_eq!(guard.kind(path), kind, "{path}");
        }
        assert!(guard.hides("war.first_move") && !guard.hides("stance.a.i.salience"));
    }

    #[test]
    fn thresholds_of_a_conflict_that_is_over_may_be_shown() {
        let scenario =
            scenario("past", "[policy.p]\ncoercive = true\nshift = { \"stance.a.i.position\" = 5 }\n");
        let guard = Guard::new(&scenario);
        assert!(!guard.hides("war.first_move"));
        assert_eq!(guard.coercion(&scenario.policies[0]), Some(Coercion::Marked));
        assert!(guard.may_rank(&scenario.policies[0]));
    }

    #[test]
    fn marked_policies_are_not_ranked_while_it_goes_on() {
        let scenario = scenario(
            "ongoing",
            "[policy.p]\ncoercive = true\nshift = { \"stance.a.i.position\" = 5 }\n\
             [policy.q]\nshift = { \"stance.a.i.position\" = 5 }\n",
        );
        let guard = Guard::new(&scenario);
        assert!(!guard.may_rank(&scenario.policies[0]) && guard.may_rank(&scenario.policies[1]));
    }

    #[test]
    fn what_calms_is_no_coercion() {
        let scenario = scenario("ongoing", "");
        let guard = Guard::new(&scenario);
        let mut policy = policy_of();
        for (path, change, coercive) in [
            ("rung.siege.accident", Change::Scale(0.5), false),
            ("rung.siege.accident", Change::Scale(1.5), true),
            ("spoiler.1.succeeds", Change::Shift(-0.1), false),
            ("spoiler.1", Change::Drop, false),
            ("spoiler.2", Change::Add, true),
            ("war.cost.b", Change::Scale(0.5), true),
            ("ally.1.chance", Change::Shift(0.1), true),
            ("guarantee.2", Change::Add, false),
        ] {
            policy.operations[0].path = path.to_owned();
            policy.operations[0].change = change;
            assert_eq!(guard.coercion(&policy).is_some(), coercive, "{path}");
        }
    }

    fn policy_of() -> Overlay {
        scenario("past", "[policy.q]\nshift = { \"stance.a.i.position\" = 5 }\n").policies[0].clone()
    }
}
