//! `melian verify`

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use anstream::{eprintln, println};
use melian::ensemble::{Plan, Settings};
use melian::ledger::{Forecast, Head, Ledger, Said, Terms};
use melian::scenario::Scenario;
use melian::uncertainty::Design;
use melian_store::RunDirectory;
use serde_json::json as object;

use crate::args::{Format, VerifyArguments};
use crate::commands::seal::forecaster;
use crate::exit::Failure;
use crate::ledger;

/// What came of remaking a forecast.
struct Remade {
    entry: u64,
    sealed_by: String,
    /// Why it could not be remade.
    failed: Option<String>,
    digest: bool,
    /// Lens and question of each distribution that is not the same to the byte.
    differ: Vec<String>,
    of: usize,
}

/// Checks a ledger, and remakes its forecasts where asked.
pub(crate) fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    let path = &arguments.ledger;
    let reading = melian_store::read_ledger(path).map_err(|error| ledger::fault(path, error))?;
    let ledger = &reading.ledger;
    let noted = arguments.head.as_deref().map(|noted| ledger.find(noted));
    let remade = if arguments.remake && reading.problems.is_empty() {
        remake_all(ledger, arguments)?
    } else {
        Vec::new()
    };
    ledger::tell(path, &reading.problems);
    match arguments.format {
        Format::Json => println!(
            "{:#}",
            object!({
                "schema_version": 1,
                "entries": ledger.entries.len(),
                "head": ledger.head(),
                "problems": reading.problems.iter().map(|problem| object!({
                    "line": problem.line, "column": problem.column,
                    "message": problem.message, "help": problem.help,
                })).collect::<Vec<_>>(),
                "noted_head": noted.map(|noted| match noted {
                    Head::Last => "last",
                    Head::Earlier(_) => "earlier",
                    Head::Missing => "missing",
                }),
                "remade": remade.iter().map(Remade::json).collect::<Vec<_>>(),
            })
        ),
        Format::Text => tell(arguments, ledger, reading.problems.is_empty(), noted, &remade),
    }
    let sound =
        reading.problems.is_empty() && noted != Some(Head::Missing) && remade.iter().all(Remade::is_same);
    if sound { Ok(()) } else { Err(Failure::Scenario) }
}

fn tell(arguments: &VerifyArguments, ledger: &Ledger, holds: bool, noted: Option<Head>, remade: &[Remade]) {
    if holds {
        let count = ledger.entries.len();
        let entries = if count == 1 { "entry" } else { "entries" };
        println!("{}: {count} {entries}, the chain holds", arguments.ledger.display());
        println!("head {}", ledger.head());
    }
    match noted {
        None => {}
        Some(Head::Last) => println!("the noted head is the last entry: nothing was cut off or added since"),
        Some(Head::Earlier(entry)) => {
            println!(
                "the noted head is entry {entry}: nothing before was changed, and entries were added since"
            );
        }
        Some(Head::Missing) => {
            eprintln!(
                "error: no entry has the noted head: entries were cut off or rewritten since it was noted"
            );
        }
    }
    for remade in remade {
        remade.tell();
    }
    if arguments.remake && !holds {
        eprintln!("nothing was remade: first the chain must hold");
    }
}

fn remake_all(ledger: &Ledger, arguments: &VerifyArguments) -> Result<Vec<Remade>, Failure> {
    if let Some(unknown) = arguments.entries.iter().find(|entry| ledger.forecast(**entry).is_none()) {
        return Err(Failure::used(format!("entry {unknown} is no forecast"))
            .help("`melian score` lists forecasts with their entries"));
    }
    let wanted = |entry: u64| arguments.entries.is_empty() || arguments.entries.contains(&entry);
    let all = ledger.forecasts().filter(|(entry, ..)| wanted(*entry));
    all.map(|(entry, _, forecast)| {
        eprintln!("remaking entry {entry}: {} draws", forecast.run.draws);
        let mut remade = Remade {
            entry,
            sealed_by: forecast.run.version.clone(),
            failed: None,
            digest: false,
            differ: Vec::new(),
            of: forecast.said.len(),
        };
        if let Err(reason) = remake(forecast, &mut remade) {
            remade.failed = Some(reason);
        }
        Ok(remade)
    })
    .collect()
}

/// Runs the campaign anew from what the entry holds.
fn remake(forecast: &Forecast, remade: &mut Remade) -> Result<(), String> {
    let scenario_file = forecast.files.first().ok_or("it holds no scenario")?;
    let bytes = scenario_file.bytes().ok_or("its scenario can't be read")?;
    let read = Scenario::read(&scenario_file.name, &bytes, forecast);
    let scenario = read.scenario.ok_or_else(|| {
        let errors = read.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        let errors: Vec<String> = errors.map(ToString::to_string).collect();
        format!("this version can't read its scenario: {}", errors.join("; "))
    })?;
    let run = &forecast.run;
    let design = Design::named(&run.design, run.draws)
        .ok_or_else(|| format!("this version has no design `{}`", run.design))?;
    let settings = Settings { seed: run.seed, draws: run.draws, design, lenses: run.lenses.clone() };
    let plan = Plan::new(&scenario, settings).map_err(|diagnostics| {
        let errors: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
        format!("this version can't run it: {}", errors.join("; "))
    })?;
    let manifest = plan.manifest(&scenario_file.name, scenario.hash());
    let folder = Aside::new(remade.entry).map_err(|error| format!("no folder to run it in: {error}"))?;
    let directory = RunDirectory::new(folder.0.join("run"));
    let mut files = Vec::new();
    for file in &forecast.files {
        files.push((file.name.clone(), file.bytes().ok_or("one of its files can't be read")?));
    }
    let io = |error: melian_store::StoreError| error.to_string();
    directory.prepare(&manifest, &files).map_err(io)?;
    let finished =
        melian_store::execute(&directory, &plan, &mut |_| std::ops::ControlFlow::Continue(())).map_err(io)?;
    remade.digest = finished.digest == run.digest;
    let terms = Terms {
        questions: forecast.questions.iter().map(|question| question.name.clone()).collect(),
        policy: forecast.policy.clone(),
        perspective: forecast.perspective.clone(),
    };
    let mut forecaster =
        forecaster(&plan, &terms).map_err(|_| "the lenses of this version don't forecast what it holds")?;
    melian_store::visit(&directory, &plan, &mut |chunk| {
        forecaster.add(chunk);
        ControlFlow::Continue(())
    })
    .map_err(io)?;
    let (_, said) = forecaster.finish();
    let written = |said: &Said| serde_json::to_string(said).unwrap_or_default();
    let name =
        |said: &Said| format!("{} on {}", melian::lens::full_id(&said.lens, &said.reading), said.question);
    let anew: Vec<String> = said.iter().map(written).collect();
    let sealed: Vec<String> = forecast.said.iter().map(written).collect();
    let only_in = |here: &[Said], texts: &[String], others: &[String]| -> Vec<String> {
        let differ = here.iter().zip(texts).filter(|(_, text)| !others.contains(text));
        differ.map(|(said, _)| name(said)).collect()
    };
    remade.differ = only_in(&forecast.said, &sealed, &anew);
    let mut added = only_in(&said, &anew, &sealed);
    added.retain(|name| !remade.differ.contains(name));
    remade.differ.extend(added);
    Ok(())
}

impl Remade {
    fn is_same(&self) -> bool {
        self.failed.is_none() && self.digest && self.differ.is_empty()
    }

    fn tell(&self) {
        let Self { entry, of, .. } = self;
        if self.is_same() {
            println!("entry {entry}: remade to the byte (digest and all {of} distributions)");
            return;
        }
        if let Some(reason) = &self.failed {
            eprintln!("error: entry {entry} could not be remade: {reason}");
        } else if self.differ.is_empty() {
            eprintln!("error: entry {entry}: the digest differs, all {of} distributions are the same");
        } else {
            let shown = self.differ.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let more = if self.differ.len() > 5 { ", ..." } else { "" };
            let digest = if self.digest { "is the same" } else { "differs" };
            eprintln!(
                "error: entry {entry}: the digest {digest}, {} of {of} distributions differ: {shown}{more}",
                self.differ.len()
            );
        }
        if self.sealed_by == env!("CARGO_PKG_VERSION") {
            return;
        }
        eprintln!(
            "  help: it was sealed by Melian {}, this is {}; remake it with that version",
            self.sealed_by,
            env!("CARGO_PKG_VERSION")
        );
    }

    fn json(&self) -> serde_json::Value {
        object!({
            "entry": self.entry,
            "same": self.is_same(),
            "failed": self.failed,
            "digest_same": self.digest,
            "differ": self.differ,
            "distributions": self.of,
            "sealed_by": self.sealed_by,
            "version": env!("CARGO_PKG_VERSION"),
        })
    }
}

/// A folder of our own that goes away with us.
struct Aside(PathBuf);

impl Aside {
    fn new(entry: u64) -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("melian-remake-{}-{entry}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
