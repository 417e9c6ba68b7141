//! Scenarios put together by hand, for tests of what reads them.

use std::collections::BTreeMap;

use crate::case::CaseBlock;
use crate::diagnostic::{Sources, Span};
use crate::scenario::{
    About, Accept, Actor, ActorId, Field, FieldId, Group, Issue, IssueId, Link, Names, Provenance, Rule,
    Scenario, Stage, Stance, Status,
};
use crate::uncertainty::Estimate;

/// A scenario of `a0, a1...` and `i0, i1...`, certain numbers, no stances.
pub(crate) struct Builder {
    scenario: Scenario,
}

impl Builder {
    pub(crate) fn new(actors: usize, issues: usize) -> Self {
        let mut b = Self {
            scenario: Scenario {
                about: About {
                    title: "test".into(),
                    question: None,
                    source: None,
                    drawn_by: None,
                    status: Status::Past,
                    from: None,
                    horizon: None,
                    step: None,
                    resolution: None,
                },
                actors: Vec::new(),
                issues: Vec::new(),
                stances: vec![None; actors * issues],
                links: Vec::new(),
                groups: Vec::new(),
                consent: Vec::new(),
                crisis: crate::scenario::crisis::Crisis::default(),
                policies: Vec::new(),
                perspectives: Vec::new(),
                claims: Vec::new(),
                verdict: crate::scenario::VerdictRule::default(),
                lens_options: BTreeMap::new(),
                fields: Vec::new(),
                experts: Vec::new(),
                correlations: Vec::new(),
                sources: Sources::default(),
                names: Names::default(),
                document: std::sync::Arc::default(),
                counted: 0,
            },
        };
        for index in 0..actors {
            let capability = b.field(format!("actor.a{index}.capability"), 1.0);
            b.scenario.actors.push(Actor {
                id: format!("a{index}"),
                name: format!("a{index}"),
                capability: vec![capability; issues],
                capability_meaning: None,
                walk_away: None,
                conduct: None,
                provenance: Provenance::default(),
                span: Span::default(),
            });
        }
        for index in 0..issues {
            b.scenario.issues.push(Issue {
                id: format!("i{index}"),
                name: format!("i{index}"),
                anchors: Vec::new(),
                options: false,
                no_deal: None,
                stake_zero: None,
                outcome: None,
                provenance: Provenance::default(),
                span: Span::default(),
            });
        }
        b
    }

    fn field(&mut self, path: String, value: f64) -> FieldId {
        self.scenario.fields.push(Field {
            path,
            estimate: Estimate::Exact(value),
            range: (0.0, f64::INFINITY),
            scale: 1.0,
            shift: 0.0,
            provenance: Provenance::default(),
            span: Span::default(),
        });
        FieldId::new(self.scenario.fields.len() - 1)
    }

    pub(crate) fn capability(&mut self, actor: usize, value: f64) {
        let field = self.scenario.actors[actor].capability[0];
        self.scenario.fields[field.index()].estimate = Estimate::Exact(value);
    }

    pub(crate) fn no_capability(&mut self, actor: usize) {
        self.scenario.actors[actor].capability.clear();
    }

    pub(crate) fn no_deal(&mut self, issue: usize, value: f64) {
        let field = self.field(format!("issue.i{issue}.no_deal"), value);
        self.scenario.issues[issue].no_deal = Some(field);
        self.scenario.issues[issue].stake_zero = Some(field);
    }

    pub(crate) fn stance(&mut self, actor: usize, issue: usize, position: f64, salience: f64) {
        let position = self.field(format!("stance.a{actor}.i{issue}.position"), position);
        let salience = self.field(format!("stance.a{actor}.i{issue}.salience"), salience);
        self.scenario.stances[actor * self.scenario.issues.len() + issue] = Some(Stance {
            position,
            salience,
            accept: None,
            declared: None,
            provenance: Provenance::default(),
            span: Span::default(),
        });
    }

    /// A stance with an accept range, at its middle.
    pub(crate) fn accept(&mut self, actor: usize, issue: usize, min: f64, max: f64) {
        self.stance(actor, issue, 0.5 * (min + max), 50.0);
        let min = self.field(format!("stance.a{actor}.i{issue}.accept.min"), min);
        let max = self.field(format!("stance.a{actor}.i{issue}.accept.max"), max);
        let stance = &mut self.scenario.stances[actor * self.scenario.issues.len() + issue];
        stance.as_mut().expect("just made").accept = Some(Accept { min: Some(min), max: Some(max) });
    }

    pub(crate) fn link(&mut self, link: Link) {
        self.scenario.links.push(link);
    }

    pub(crate) fn group(&mut self, members: &[(usize, f64)]) {
        let members = members.iter().map(|&(actor, weight)| (ActorId::new(actor), weight)).collect();
        let id = format!("g{}", self.scenario.groups.len());
        self.scenario.groups.push(Group { id, members, span: Span::default() });
    }

    pub(crate) fn stage(&mut self, rule: Rule, issues: &[usize], partial: bool) {
        self.scenario.consent.push(Stage {
            name: format!("s{}", self.scenario.consent.len()),
            rule,
            issues: issues.iter().map(|&issue| IssueId::new(issue)).collect(),
            partial,
            by: None,
            text: String::new(),
            span: None,
        });
    }

    /// A number of its own, whatever its range.
    pub(crate) fn number(&mut self, value: f64) -> FieldId {
        let field = self.field(format!("number.{}", self.scenario.fields.len()), value);
        self.scenario.fields[field.index()].range = (f64::NEG_INFINITY, f64::INFINITY);
        field
    }

    /// What the scenario itself holds.
    pub(crate) fn scenario_mut(&mut self) -> &mut Scenario {
        &mut self.scenario
    }

    pub(crate) fn actor_mut(&mut self, actor: usize) -> &mut Actor {
        &mut self.scenario.actors[actor]
    }

    /// The scenario; without a stage, everyone with an accept range is asked.
    pub(crate) fn scenario(&self) -> Scenario {
        let mut scenario = self.scenario.clone();
        if scenario.consent.is_empty() {
            let issues = scenario.issues.len();
            let asked = |actor: &ActorId| {
                scenario.stances[actor.index() * issues..][..issues]
                    .iter()
                    .any(|stance| stance.as_ref().is_some_and(|stance| stance.accept.is_some()))
            };
            let rule = Rule::All(scenario.actor_ids().filter(asked).map(Rule::Actor).collect());
            scenario.consent.push(Stage {
                name: "sign".into(),
                rule,
                issues: scenario.issue_ids().collect(),
                partial: false,
                by: None,
                text: "everyone with an accept range".into(),
                span: None,
            });
        }
        scenario
    }

    /// Equal draws at the fields' values.
    pub(crate) fn cases(&self, lanes: usize) -> CaseBlock {
        let mut cases = CaseBlock::new(self.scenario.fields.len(), 0, lanes);
        for (index, field) in self.scenario.fields.iter().enumerate() {
            for lane in 0..lanes {
                cases.set(FieldId::new(index), lane, field.central());
            }
        }
        cases
    }
}
