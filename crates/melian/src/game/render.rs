//! A solve report as plain text.

use super::certify::Bound;
use super::report::{Concept, Outcome, Solution, SolveReport};
use super::sequential::Consistency;
use super::solve::qre::BranchEvent;
use std::fmt::Write;

/// At most this many information sets are printed per solution.
const SHOWN: usize = 60;

/// The report as text, for a terminal: no colours, lines ended by line feeds.
#[must_use]
pub fn text(report: &SolveReport) -> String {
    let mut out = String::new();
    match write_report(&mut out, report) {
        Ok(()) | Err(std::fmt::Error) => out,
    }
}

fn write_report(out: &mut String, report: &SolveReport) -> std::fmt::Result {
    for w in &report.warnings {
        writeln!(out, "note: {w}")?;
    }
    let title = if report.title.is_empty() { "(untitled)" } else { &report.title };
    let (nodes, sets) = report.size;
    writeln!(out, "{title}")?;
    writeln!(out, "players    {}", report.players.join(", "))?;
    writeln!(out, "size       {nodes} nodes, {sets} information sets")?;
    for (player, recall) in report.players.iter().zip(&report.recall) {
        if recall != "perfect" {
            writeln!(out, "recall     {player}: {recall}")?;
        }
    }
    writeln!(out, "concept    {}", concept(report.concept))?;
    if !report.method.name.is_empty() {
        let parameters: Vec<String> =
            report.method.parameters.iter().map(|(k, v)| format!("{k} {v}")).collect();
        let dots = if parameters.is_empty() { "" } else { "; " };
        writeln!(out, "method     {}{dots}{}", report.method.name, parameters.join(", "))?;
    }
    let many = report.solutions.len();
    let outcome = match report.outcome {
        Outcome::Solved if many == 1 => "solved".to_owned(),
        Outcome::Solved => format!("solved: {many} solutions"),
        Outcome::None => "none exists".to_owned(),
        Outcome::BestFound => "NOT solved to tolerance: the best found follows".to_owned(),
        Outcome::Refused => "refused".to_owned(),
    };
    writeln!(out, "outcome    {outcome}")?;
    if let Some(message) = &report.message {
        writeln!(out, "           {message}")?;
    }
    for (k, solution) in report.solutions.iter().enumerate() {
        writeln!(out)?;
        if many > 1 {
            writeln!(out, "Solution {} of {many}", k + 1)?;
        }
        write_solution(out, report, solution)?;
    }
    Ok(())
}

fn concept(concept: Concept) -> String {
    match concept {
        Concept::Auto => "chosen by the program".to_owned(),
        Concept::BackwardInduction => "subgame-perfect equilibrium (backward induction)".to_owned(),
        Concept::SubgamePerfect => "subgame-perfect equilibrium".to_owned(),
        Concept::PureNash => "all Nash equilibria in pure strategies".to_owned(),
        Concept::PureAgent => "all pure equilibria of the agent form".to_owned(),
        Concept::Qre { lambda } | Concept::MirrorDescent { lambda } => {
            format!("agent quantal-response equilibrium at lambda {lambda}")
        }
        Concept::LogitLimit => "Nash equilibrium: limit of the principal logit branch".to_owned(),
        Concept::Learned => "Nash equilibrium by learning".to_owned(),
    }
}

fn write_solution(out: &mut String, report: &SolveReport, s: &Solution) -> std::fmt::Result {
    for p in &s.payoffs {
        // What rounding leaves of nothing is nothing.
        let payoff = if p.payoff.abs() <= 1e-15 * s.certificate.range { 0.0 } else { p.payoff };
        writeln!(out, "payoff     {:<16} {}", p.player, number(payoff))?;
    }
    for play in s.strategies.iter().take(SHOWN) {
        let actions: Vec<String> =
            play.actions.iter().map(|a| format!("{} {}", a.label, number(a.probability))).collect();
        let reached = match play.reached {
            0.0 => "reached never".to_owned(),
            // Only absent-minded players come by more than once.
            r if r > 1.0 + 1e-9 => format!("visited {} times on average", number(r)),
            r => format!("reached {}", number(r)),
        };
        writeln!(out, "play       {} at {} ({reached}): {}", play.player, play.infoset, actions.join(", "))?;
        if !play.beliefs.is_empty() {
            let beliefs: Vec<String> =
                play.beliefs.iter().map(|b| format!("[{}] {}", b.label, number(b.probability))).collect();
            writeln!(out, "  belief   {}", beliefs.join(", "))?;
        }
    }
    if s.strategies.len() > SHOWN {
        writeln!(out, "           .. and {} more information sets", s.strategies.len() - SHOWN)?;
    }
    write_branch(out, s)?;
    write_certificate(out, report, s)?;
    for remark in &s.remarks {
        writeln!(out, "remark     {remark}")?;
    }
    Ok(())
}

fn write_branch(out: &mut String, s: &Solution) -> std::fmt::Result {
    if let Some(lambda) = s.lambda {
        writeln!(out, "branch     lambda {}", number(lambda))?;
    }
    for event in s.events.iter().take(20) {
        match event {
            BranchEvent::Turn { lambda } => {
                writeln!(out, "           turns near lambda {}", number(*lambda))?;
            }
            BranchEvent::Bifurcation { from, to } => {
                writeln!(out, "           bifurcates between lambda {} and {}", number(*from), number(*to))?;
            }
        }
    }
    if s.events.len() > 20 {
        writeln!(out, "           .. and {} more turns or bifurcations", s.events.len() - 20)?;
    }
    Ok(())
}

fn write_certificate(out: &mut String, report: &SolveReport, s: &Solution) -> std::fmt::Result {
    let c = &s.certificate;
    if let Some(residual) = c.residual {
        writeln!(out, "certified  residual {residual:.1e} in probability")?;
    }
    for (player, r) in report.players.iter().zip(&c.players) {
        let how = match r.bound {
            Bound::Exact => "exact best response",
            Bound::Upper => "upper bound: the deviator remembers more than the player",
            Bound::NotCertified => "NOT certified: the best deviation found",
        };
        writeln!(out, "certified  {player:<16} regret {:.1e} ({how})", r.regret)?;
        if r.bound == Bound::Upper {
            writeln!(out, "           {player:<16} best deviation found gains {:.1e}", r.found)?;
        }
        if let (Bound::Exact, Some(memory)) = (r.bound, r.with_memory) {
            writeln!(out, "           {player:<16} with memory of all own moves {memory:.1e}")?;
        }
    }
    writeln!(out, "           largest regret {:.1e} on a payoff range of {}", c.max_regret, number(c.range))?;
    if let Some(check) = &s.sequential {
        let beliefs = match check.consistency {
            Consistency::Consistent => "beliefs consistent",
            Consistency::AgainstBayes(_) => "beliefs against Bayes' rule",
            Consistency::Inconsistent => "beliefs not consistent",
            Consistency::Unknown => "consistency of beliefs not decided",
        };
        let verdict = if check.sequential { "yes" } else { "not shown" };
        writeln!(out, "sequential {verdict}: {beliefs}, largest gain from one action {:.1e}", check.gain)?;
    }
    if let Some(exact) = &s.exact {
        let what = if exact.simple { "these fractions" } else { "the printed floats as fractions" };
        if exact.equilibrium {
            writeln!(out, "exact      {what} are an equilibrium; payoffs {}", exact.values.join(", "))?;
        } else {
            writeln!(out, "exact      {what}: largest regret {:.1e}", exact.max_regret)?;
        }
    }
    Ok(())
}

/// Seven significant digits, without trailing zeros.
fn number(x: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let size = x.abs();
    if !(1e-5..1e7).contains(&size) {
        return format!("{x:.3e}");
    }
    let text = format!("{x:.7}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_owned() } else { text.to_owned() }
}
