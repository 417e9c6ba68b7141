//! The command line.

#![expect(clippy::doc_markdown, reason = "doc comments here are help texts for the terminal")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A workbench for crisis bargaining: write a conflict down, and ask what to expect.
#[derive(Debug, Parser)]
#[command(name = "melian", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, env = "MELIAN_COLOR")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    pub(crate) fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a scenario through every lens and write the report
    Run(RunArguments),
    /// Check a scenario without running it
    Check(CheckArguments),
    /// Write a commented scenario to start from
    New(NewArguments),
    /// Turn a table of actors (CSV, XLSX, KTAB's CSV) into a scenario
    Import(ImportArguments),
    /// Write the report of a run anew, or print its answer
    Report(ReportArguments),
    /// Solve a game (.efg, .nfg) and certify the answer
    Solve(SolveArguments),
    /// List the lenses, or tell about one
    Lenses(LensesArguments),
    /// Score every lens on past negotiations whose outcome is known
    Backtest(BacktestArguments),
    /// Judge the claims of a scenario, or of a run that is there, by every lens and perspective
    Claims(ClaimsArguments),
    /// Search packages over all issues: who would accept which, and where the solution points lie
    Packages(PackagesArguments),
    /// Tell at which values of which numbers the answers turn over, and which number is most worth finding out
    Hinges(HingesArguments),
    /// Tell what each policy of a scenario would change, for whom, and which go together
    Policies(PoliciesArguments),
    /// Tell which concession, attention, link or policy widens the room or moves the terms
    Levers(LeversArguments),
    /// Tell what changed between two runs, and which input did it
    Compare(CompareArguments),
    /// Add what a finished run expects to a ledger that nobody can change unseen
    Seal(SealArguments),
    /// Check a ledger, and remake its forecasts
    Verify(VerifyArguments),
    /// Enter what came of a forecast in the ledger
    Resolve(ResolveArguments),
    /// Score the ledger's forecasts against what happened
    Score(ScoreArguments),
    /// Ask one of the thirteen mechanisms of crisis bargaining in closed form
    Mechanism(MechanismArguments),
    /// Tell which of the numbers one is unsure of explain the spread of the answers
    Drivers(DriversArguments),
    /// Find the part of what is allowed in which something is true
    Discover(DiscoverArguments),
    /// References for a scenario and the lenses that can speak to it
    Cite(CiteArguments),
    /// Explain a diagnostic's code
    Explain(ExplainArguments),
    /// Print the JSON Schema of the scenario language, for editors
    Schema,
    /// Print completions for a shell
    Completions(CompletionsArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The scenario
    pub(crate) scenario: PathBuf,
    /// How many draws of the uncertain numbers
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000), env = "MELIAN_DRAWS")]
    pub(crate) draws: u64,
    /// The seed of all random numbers
    #[arg(long, default_value_t = 1, env = "MELIAN_SEED")]
    pub(crate) seed: u64,
    /// How the draws are spread
    #[arg(long, value_enum, default_value_t = Design::MonteCarlo, env = "MELIAN_DESIGN")]
    pub(crate) design: Design,
    /// Only these lenses: an id, or an id and a reading such as nash/linear_zero
    #[arg(long = "lens", value_name = "LENS", value_delimiter = ',', env = "MELIAN_LENS")]
    pub(crate) lenses: Vec<String>,
    /// The run directory [default: the scenario's name with .run, here]
    #[arg(long, value_name = "DIR", env = "MELIAN_OUT")]
    pub(crate) out: Option<PathBuf>,
    /// Replace another run in that directory
    #[arg(long)]
    pub(crate) replace: bool,
    /// Threads [default: one per core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024), env = "MELIAN_THREADS")]
    pub(crate) threads: Option<u16>,
    /// Show how each lens came to its answer in this draw (counted from 0), or with every number at its median
    /// (`central`), instead of running
    #[arg(long, value_name = "DRAW", value_parser = Traced::read)]
    pub(crate) trace: Option<Traced>,
    /// With --trace: under these policies or perspectives
    #[arg(long, value_name = "ID", value_delimiter = ',', requires = "trace")]
    pub(crate) under: Vec<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
    /// No progress and no path of the report
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// How draws are spread over the unit cube.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Design {
    /// Independent draws
    #[value(name = "monte_carlo", alias = "random")]
    MonteCarlo,
    /// Each input evenly spread on its own; fixed by the number of draws
    #[value(name = "latin_hypercube", alias = "lhs")]
    LatinHypercube,
    /// Scrambled Sobol' points: evenly spread together
    #[value(name = "sobol")]
    Sobol,
}

impl Design {
    /// The design of so many draws.
    pub(crate) fn of(self, draws: u64) -> melian::uncertainty::Design {
        match self {
            Self::MonteCarlo => melian::uncertainty::Design::MonteCarlo,
            Self::LatinHypercube => melian::uncertainty::Design::LatinHypercube { n: draws },
            Self::Sobol => melian::uncertainty::Design::Sobol,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The scenarios
    #[arg(required = true)]
    pub(crate) scenarios: Vec<PathBuf>,
    /// How diagnostics are printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct NewArguments {
    /// A title; the file gets its name from it
    pub(crate) title: String,
    /// Where to write [default: NAME.toml, here]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Also write an empty table of actors beside it, for a spreadsheet
    #[arg(long)]
    pub(crate) table: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The table
    pub(crate) table: PathBuf,
    /// A title [default: the table's name]
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Where to write [default: NAME.toml, here; - for stdout]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The table's layout [default: found out]
    #[arg(long, value_enum)]
    pub(crate) layout: Option<Layout>,
}

/// The layout of a table of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layout {
    /// A row per actor and issue
    Melian,
    /// KTAB's CSV
    Ktab,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The run directory
    pub(crate) run: PathBuf,
    /// Where to write the HTML [default: report.html in the run directory]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct LensesArguments {
    /// A lens, to read what it assumes and when not to use it
    pub(crate) lens: Option<String>,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct BacktestArguments {
    /// The data: issues of European Union legislation
    #[arg(value_enum)]
    pub(crate) data: History,
    /// Score the issues of this table, in the layout of the public rows, instead of those
    #[arg(long, value_name = "FILE")]
    pub(crate) issues: Option<PathBuf>,
    /// How the scores are printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

/// Past negotiations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum History {
    /// DEU III: the public rows come with the program
    Deu,
}

#[derive(Debug, Args)]
pub(crate) struct PackagesArguments {
    /// The scenario
    pub(crate) scenario: PathBuf,
    /// How many draws of the uncertain numbers
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) draws: u64,
    /// The seed of all random numbers
    #[arg(long, default_value_t = 1, env = "MELIAN_SEED")]
    pub(crate) seed: u64,
    /// Under these policies or perspectives
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) under: Vec<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ClaimsArguments {
    /// The scenario, or the directory of a run, which is then read and not run anew
    pub(crate) scenario: PathBuf,
    /// How many draws of the uncertain numbers
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000), env = "MELIAN_DRAWS")]
    pub(crate) draws: u64,
    /// The seed of all random numbers
    #[arg(long, default_value_t = 1, env = "MELIAN_SEED")]
    pub(crate) seed: u64,
    /// How the draws are spread
    #[arg(long, value_enum, default_value_t = Design::MonteCarlo, env = "MELIAN_DESIGN")]
    pub(crate) design: Design,
    /// Only these lenses: an id, or an id and a reading such as nash/linear_zero
    #[arg(long = "lens", value_name = "LENS", value_delimiter = ',', env = "MELIAN_LENS")]
    pub(crate) lenses: Vec<String>,
    /// Show only these claims
    #[arg(long = "claim", value_name = "ID", value_delimiter = ',')]
    pub(crate) claims: Vec<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct LeversArguments {
    /// The scenario
    pub(crate) scenario: PathBuf,
    /// Whose levers: an actor's id, or mediator
    #[arg(long = "for", value_name = "ACTOR")]
    pub(crate) seat: String,
    /// How many draws of the uncertain numbers
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) draws: u64,
    /// The seed of all random numbers
    #[arg(long, default_value_t = 1, env = "MELIAN_SEED")]
    pub(crate) seed: u64,
    /// How far each lever is moved, in points; effects are told per point
    #[arg(long, default_value_t = 1.0, value_parser = unit)]
    pub(crate) by: f64,
    /// Through these lenses: an id, or an id and a reading such as nash/linear_zero
    #[arg(long = "lens", value_name = "LENS", value_delimiter = ',', default_value = "compromise")]
    pub(crate) lenses: Vec<String>,
    /// How many levers of a kind are shown; all of them in JSON
    #[arg(long, default_value_t = 5)]
    pub(crate) top: usize,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct HingesArguments {
    /// The scenario
    pub(crate) scenario: PathBuf,
    /// How many draws of the uncertain numbers
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) draws: u64,
    /// The seed of all random numbers
    #[arg(long, default_value_t = 1, env = "MELIAN_SEED")]
    pub(crate) seed: u64,
    /// Through these lenses: an id, or an id and a reading such as nash/linear_zero
    #[arg(long = "lens", value_name = "LENS", value_delimiter = ',', env = "MELIAN_LENS")]
    pub(crate) lenses: Vec<String>,
    /// Only of this claim
    #[arg(long, value_name = "ID")]
    pub(crate) claim: Option<String>,
    /// Leave out numbers that the scenario gives as certain
    #[arg(long)]
    pub(crate) uncertain: bool,
    /// Leave out changes of two numbers together
    #[arg(long)]
    pub(crate) single: bool,
    /// How many hinges of an answer are shown; all of them in JSON
    #[arg(long, default_value_t = 3)]
    pub(crate) top: usize,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PoliciesArguments {
    /// The scenario
    pub(crate) scenario: PathBuf,
    /// How many draws of the uncertain numbers
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) draws: u64,
    /// The seed of all random numbers
    #[arg(long, default_value_t = 1, env = "MELIAN_SEED")]
    pub(crate) seed: u64,
    /// Through these lenses: an id, or an id and a reading such as nash/linear_zero
    #[arg(long = "lens", value_name = "LENS", value_delimiter = ',', env = "MELIAN_LENS")]
    pub(crate) lenses: Vec<String>,
    /// As these perspectives see the conflict
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) under: Vec<String>,
    /// How many combinations are shown; all of them in JSON
    #[arg(long, default_value_t = 3)]
    pub(crate) top: usize,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

fn unit(text: &str) -> Result<f64, String> {
    let unit: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.01..=50.0).contains(&unit) { Ok(unit) } else { Err("not between 0.01 and 50".to_owned()) }
}

#[derive(Debug, Args)]
pub(crate) struct MechanismArguments {
    /// An id such as ultimatum, or a letter: a2, or a for all of (a)
    pub(crate) mechanism: Option<String>,
    /// A parameter's value; several at once with commas: p=.5,ca=.1
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    pub(crate) set: Vec<String>,
    /// A table over evenly spaced values of one parameter
    #[arg(long, value_name = "KEY=FROM:TO:COUNT", allow_hyphen_values = true)]
    pub(crate) sweep: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// The old run's directory
    pub(crate) old: PathBuf,
    /// The new run's directory
    pub(crate) new: PathBuf,
    /// How many draws both scenarios are run on
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) draws: u64,
    /// Only through these lenses: an id, or an id and a reading such as nash/linear_zero [default: those of the runs]
    #[arg(long = "lens", value_name = "LENS", value_delimiter = ',')]
    pub(crate) lenses: Vec<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct SealArguments {
    /// The run directory
    pub(crate) run: PathBuf,
    /// The ledger; begun where there is none
    #[arg(long, value_name = "FILE", default_value = "ledger.jsonl", env = "MELIAN_LEDGER")]
    pub(crate) ledger: PathBuf,
    /// The question that will be resolved [default: the scenario's]
    #[arg(long, value_name = "TEXT")]
    pub(crate) question: Option<String>,
    /// How it will be decided what came of it [default: the scenario's]
    #[arg(long, value_name = "TEXT")]
    pub(crate) resolution: Option<String>,
    /// The date by which [default: the scenario's horizon]
    #[arg(long, value_name = "DATE")]
    pub(crate) due: Option<String>,
    /// Only these measures, such as ending, terms_ISSUE, p_war [default: all that will be known one day]
    #[arg(long = "measure", value_name = "NAME", value_delimiter = ',')]
    pub(crate) measures: Vec<String>,
    /// Under this policy, from this perspective, or both
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) under: Vec<String>,
    /// The day to write, such as 2026-11-25 [default: today, UTC]
    #[arg(long, value_name = "DAY")]
    pub(crate) date: Option<String>,
    /// How the entry is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The ledger
    pub(crate) ledger: PathBuf,
    /// Run every forecast anew from what its entry holds, and compare to the byte
    #[arg(long)]
    pub(crate) remake: bool,
    /// Remake only these entries
    #[arg(long = "entry", value_name = "N", value_delimiter = ',', requires = "remake")]
    pub(crate) entries: Vec<u64>,
    /// A head that was noted earlier: shows whether entries were cut off since
    #[arg(long, value_name = "HASH")]
    pub(crate) head: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ResolveArguments {
    /// The ledger
    pub(crate) ledger: PathBuf,
    /// The number of the forecast's entry
    pub(crate) entry: u64,
    /// What happened: ending=deal, terms_ISSUE=64, p_war=no, or NAME=void for what can't be known
    #[arg(long = "outcome", value_name = "NAME=ANSWER", required = true, value_delimiter = ',')]
    pub(crate) outcomes: Vec<String>,
    /// Who says so
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: Option<String>,
    /// Anything to add
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// The day to write, such as 2026-11-25 [default: today, UTC]
    #[arg(long, value_name = "DAY")]
    pub(crate) date: Option<String>,
    /// How the entry is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ScoreArguments {
    /// The ledger
    pub(crate) ledger: PathBuf,
    /// Score those sealed when what came of it could be known, by themselves
    #[arg(long)]
    pub(crate) hindsight: bool,
    /// The day on which questions are open or overdue [default: today, UTC]
    #[arg(long, value_name = "DAY")]
    pub(crate) date: Option<String>,
    /// How the scores are printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct CiteArguments {
    /// The scenario
    pub(crate) scenario: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A code such as M0101
    pub(crate) code: String,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    let positive = seconds > 0.0 && seconds <= 1e9;
    if positive {
        Ok(std::time::Duration::from_secs_f64(seconds))
    } else {
        Err("not a time above 0".to_owned())
    }
}

#[derive(Debug, Args)]
pub(crate) struct SolveArguments {
    /// The game
    pub(crate) game: PathBuf,
    /// What counts as a solution
    #[arg(long, value_enum, default_value_t = SolveConcept::Auto)]
    pub(crate) concept: SolveConcept,
    /// The precision of a quantal response, in units of one over payoff
    #[arg(long, value_name = "X")]
    pub(crate) lambda: Option<f64>,
    /// Verify in exact arithmetic too
    #[arg(long)]
    pub(crate) exact: bool,
    /// Look for other branches from so many random starts (limit and qre): what is found, not all there is
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub(crate) restarts: u32,
    /// The seed of the random starts
    #[arg(long, default_value_t = 1, env = "MELIAN_SEED")]
    pub(crate) seed: u64,
    /// Stop after so many seconds with the best found [default: no limit]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) time: Option<std::time::Duration>,
    /// Most steps of one method
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) steps: u64,
    /// Most bytes for a solver's tables
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30)]
    pub(crate) memory: u64,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

/// What counts as a solution of a game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum SolveConcept {
    /// Backward induction with perfect information, else the logit limit
    Auto,
    /// Backward induction in exact arithmetic
    BackwardInduction,
    /// Subgames from the smallest up
    SubgamePerfect,
    /// All pure Nash equilibria
    Pure,
    /// All pure equilibria of the agent form
    PureAgent,
    /// Agent quantal-response equilibrium at --lambda
    Qre,
    /// Limit of the principal logit branch
    Limit,
    /// Nash equilibrium by regret matching
    Learned,
    /// Quantal-response equilibrium at --lambda by mirror descent
    Mirror,
}

/// What `--trace` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Traced {
    /// A draw of the run.
    Draw(u64),
    /// Every number at its median.
    Central,
}

impl Traced {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "central" => Ok(Self::Central),
            _ => {
                text.parse().map(Self::Draw).map_err(|_| "a draw is a number from 0, or `central`".to_owned())
            }
        }
    }

    pub(crate) fn draw(self) -> Option<u64> {
        match self {
            Self::Draw(draw) => Some(draw),
            Self::Central => None,
        }
    }
}

impl std::fmt::Display for Traced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Draw(draw) => write!(f, "draw {draw}"),
            Self::Central => write!(f, "central values"),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DriversArguments {
    /// The scenario, or the directory of a run
    #[arg(required_unless_present = "table", conflicts_with = "table")]
    pub(crate) source: Option<PathBuf>,
    /// A table of samples (CSV) instead: a row per run, a column per input and output
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Option<PathBuf>,
    /// The table's column to explain [default: its last column of numbers]
    #[arg(long, value_name = "COLUMN", requires = "table")]
    pub(crate) output: Option<String>,
    /// The table's columns that are inputs [default: all other columns of numbers]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', requires = "table")]
    pub(crate) inputs: Vec<String>,
    /// Measures by the names of their columns, such as terms_ISSUE, room or p_war; or all [default: terms, room,
    /// endings]
    #[arg(long = "measure", value_name = "MEASURE", value_delimiter = ',')]
    pub(crate) measures: Vec<String>,
    /// Only these lenses: an id, or an id and a reading such as nash/linear_zero
    #[arg(long = "lens", value_name = "LENS", value_delimiter = ',')]
    pub(crate) lenses: Vec<String>,
    /// Under these policies or perspectives
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) under: Vec<String>,
    /// From the draws of a run, or by a design of its own
    #[arg(long, value_enum, default_value_t = Method::Given)]
    pub(crate) method: Method,
    /// Draws looked at, 4096 unless given; for saltelli base points (512), for morris paths (64)
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) draws: Option<u64>,
    /// The seed of all random numbers
    #[arg(long, default_value_t = 1, env = "MELIAN_SEED")]
    pub(crate) seed: u64,
    /// With saltelli: what two inputs do together too, at twice the cost
    #[arg(long)]
    pub(crate) pairs: bool,
    /// Resamples for the intervals
    #[arg(long, default_value_t = 100, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(0..=100_000))]
    pub(crate) resamples: usize,
    /// How many inputs are shown; all of them in JSON
    #[arg(long, default_value_t = 6)]
    pub(crate) top: usize,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

/// How drivers are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// From rows that are there
    Given,
    /// Saltelli's design: first-order and total Sobol' indices
    Saltelli,
    /// Morris's design: elementary effects, cheap with many inputs
    Morris,
}

#[derive(Debug, Args)]
pub(crate) struct DiscoverArguments {
    /// The scenario, or the directory of a run
    #[arg(required_unless_present = "table", conflicts_with = "table")]
    pub(crate) source: Option<PathBuf>,
    /// A table of samples (CSV) instead: a row per run, a column per input and output
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Option<PathBuf>,
    /// The table's columns that are inputs [default: all columns of numbers that the condition doesn't name]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', requires = "table")]
    pub(crate) inputs: Vec<String>,
    /// What is looked for, on the columns of measures and inputs: 'terms_ISSUE > 60 and room == 1'
    #[arg(long = "where", value_name = "CONDITION", required_unless_present = "claim")]
    pub(crate) condition: Option<String>,
    /// Where a claim of the scenario is true, instead, by its id
    #[arg(long, value_name = "ID", conflicts_with_all = ["condition", "table", "under"])]
    pub(crate) claim: Option<String>,
    /// Only these lenses: an id, or an id and a reading such as nash/linear_zero
    #[arg(long = "lens", value_name = "LENS", value_delimiter = ',')]
    pub(crate) lenses: Vec<String>,
    /// Under these policies or perspectives
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) under: Vec<String>,
    /// Draws looked at [default: 10000]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) draws: Option<u64>,
    /// The seed of all random numbers
    #[arg(long, default_value_t = 1, env = "MELIAN_SEED")]
    pub(crate) seed: u64,
    /// The share of draws in a box in which it should be true
    #[arg(long, default_value_t = 0.8, value_parser = share)]
    pub(crate) density: f64,
    /// The share of all draws that a box or a part of the tree has at least
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    pub(crate) smallest: f64,
    /// The share of a box that is peeled off at a time
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    pub(crate) peel: f64,
    /// Don't let boxes grow again after peeling
    #[arg(long)]
    pub(crate) no_paste: bool,
    /// At most so many boxes
    #[arg(long, default_value_t = 3, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=100))]
    pub(crate) boxes: usize,
    /// Splits from the top of the tree to a leaf
    #[arg(long, default_value_t = 3, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(0..=16))]
    pub(crate) depth: usize,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MELIAN_FORMAT")]
    pub(crate) format: Format,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if share > 0.0 && share <= 1.0 { Ok(share) } else { Err("not above 0 and up to 1".to_owned()) }
}
