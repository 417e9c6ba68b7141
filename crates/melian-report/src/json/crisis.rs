//! The crisis lens's readings, with actors and issues by id.

use melian::lens::crisis::{Choice, Headline, Instead, Outlook, Round, Shift, Step};
use melian::scenario::{ActorId, IssueId, Scenario};
use melian::study::crisis::{Check, CrisisStory};
use serde_json::{Map, Value, json};

const ENDINGS: [&str; 4] = ["deal", "broken", "imposed", "none"];

/// What a crisis lens makes of the scenario as written.
pub(super) fn crisis(scenario: &Scenario, story: &CrisisStory) -> Value {
    let names = Names(scenario);
    let reading = &story.central;
    let central: Vec<Value> = reading
        .beliefs
        .iter()
        .map(|path| {
            json!({
                "holder": names.actor(path.holder), "about": names.actor(path.about), "type": path.of_type,
                "all": path.all, "if_so": path.if_so, "if_not": path.if_not,
            })
        })
        .collect();
    let over_draws: Vec<Value> = story
        .beliefs
        .iter()
        .map(|fan| {
            json!({
                "holder": names.actor(fan.holder), "about": names.actor(fan.about), "type": fan.of_type,
                "if_so_quantiles": fan.rounds,
            })
        })
        .collect();
    let stages: Vec<Value> = reading
        .stages
        .iter()
        .map(|stage| {
            let blocked: Map<String, Value> =
                stage.blocked.iter().map(|(actor, times)| (names.actor(*actor), json!(times))).collect();
            json!({ "stage": stage.name, "put": stage.put, "blocked": blocked })
        })
        .collect();
    let gains: Vec<Value> = reading
        .gains
        .iter()
        .map(|row| json!({ "actor": names.actor(row.actor), "type": row.of_type, "gain": row.gain }))
        .collect();
    json!({
        "lens": melian::lens::full_id(&story.arm.lens, &story.arm.reading),
        "players": reading.players.iter().map(|&player| names.actor(player)).collect::<Vec<_>>(),
        "rungs": reading.rungs,
        "precision": reading.precision,
        "size": reading.size,
        "draws": story.draws,
        "rounds": story.rounds.iter().map(round).collect::<Vec<_>>(),
        "beliefs": over_draws,
        "central": {
            "rounds": reading.rounds.iter().map(round).collect::<Vec<_>>(),
            "beliefs": central,
            "course": reading.course.iter().map(|step| names.step(step)).collect::<Vec<_>>(),
            "stages": stages,
            "gains": gains,
            "certificate": reading.certificate,
            "random_starts": reading.starts,
            "choices": reading.others.iter().map(|one| names.headline(one)).collect::<Vec<_>>(),
        },
        "checks": story.checks.iter().map(|check| names.check(check)).collect::<Vec<_>>(),
    })
}

fn round(round: &Round) -> Value {
    let mut value = json!({ "round": round.round, "on_rung": round.on_rung, "war": round.war });
    for (ending, share) in ENDINGS.iter().zip(round.ended) {
        value[*ending] = json!(share);
    }
    value
}

fn outlook(ahead: &Outlook) -> Value {
    json!({ "deal": ahead.deal, "war": ahead.war })
}

fn choice(choice: Choice) -> Value {
    match choice {
        Choice::AsGiven => json!("as_given"),
        Choice::Precision(precision) => json!({ "precision": precision }),
        Choice::Memory(acts) => json!({ "memory": acts }),
        Choice::Offers(points) => json!({ "offers": points }),
        Choice::Branch(number) => json!({ "branch": number }),
    }
}

/// Ids for indices.
struct Names<'a>(&'a Scenario);

impl Names<'_> {
    fn actor(&self, id: ActorId) -> String {
        self.0.actors[id.index()].id.clone()
    }

    fn issue(&self, id: IssueId) -> String {
        self.0.issues[id.index()].id.clone()
    }

    fn shifts(&self, shifts: &[Shift]) -> Vec<Value> {
        shifts
            .iter()
            .map(|shift| {
                json!({
                    "holder": self.actor(shift.holder), "about": self.actor(shift.about), "type": shift.of_type,
                    "before": shift.before, "after": shift.after,
                })
            })
            .collect()
    }

    fn step(&self, step: &Step) -> Value {
        let instead = |other: &Instead| {
            json!({
                "what": other.what, "chance": other.chance, "ahead": outlook(&other.ahead),
                "beliefs": self.shifts(&other.beliefs),
            })
        };
        json!({
            "round": step.round, "rung": step.rung, "who": step.who.map(|who| self.actor(who)), "what": step.what,
            "chance": step.chance, "ahead": outlook(&step.ahead), "beliefs": self.shifts(&step.beliefs),
            "instead": step.instead.iter().map(instead).collect::<Vec<_>>(),
        })
    }

    fn headline(&self, one: &Headline) -> Value {
        let terms: Map<String, Value> =
            one.terms.iter().map(|(issue, at)| (self.issue(*issue), json!(at))).collect();
        let mut value = json!({ "choice": choice(one.choice), "war": one.war, "terms": terms, "converged": one.converged });
        for (ending, share) in ENDINGS.iter().zip(one.endings) {
            value[*ending] = json!(share);
        }
        value
    }

    fn check(&self, check: &Check) -> Value {
        let moves: Vec<Value> = check
            .moves
            .iter()
            .map(|moved| {
                json!({
                    "measure": moved.quantity.column(self.0), "from": moved.from, "to": moved.to, "most": moved.most,
                })
            })
            .collect();
        json!({ "choice": choice(check.choice), "cases": check.draws, "holds": check.holds, "moves": moves })
    }
}
