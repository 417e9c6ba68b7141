//! The guard over every command: of a conflict that is not over nothing prints a threshold on, or a rank of, what says
//! how force or pressure would work, and nothing ranks, combines or searches a coercive policy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use melian::scenario::{Guard, NoFiles, Scenario};
use serde_json::Value;

/// Every kind of guarded number, each unsure; a policy marked coercive, and one that is by what it touches.
const STANDOFF: &str = r#"
[scenario]
title   = "The strait"
status  = "ongoing"
from    = "2026-01"
horizon = "2026-06"
step    = "1 month"

[actor.north]
name = "North"
capability = "50..60"
[actor.south]
name = "South"
capability = "35..45"
[actor.patron]
name = "Patron"
capability = 30
[actor.militia]
name = "Militia"
capability = 1

[issue.passage]
name    = "Passage"
anchors = { 0 = "closed", 50 = "by convoy", 100 = "free" }
no_deal = 20

[stance.north.passage]
position = "80..100"
salience = 80
accept   = { min = "30..60" }
[stance.south.passage]
position = 0
salience = 70
accept   = { max = "30..80" }

[game]
players = ["north", "south"]
periods = 3
offers  = 3

[ladder]
start = "talks"
rungs = [
  { name = "talks" },
  { name = "closure", cost = "2..4", accident = "0.01..0.3" },
  { name = "war", war = true },
]
[war]
cost       = { north = "20..60", south = "10..50" }
exponent   = "0.5..2"
first_move = "0..0.2"
sides      = { north = ["militia"] }
[type.north.resolve]
firm   = { chance = "0.3..0.6", believed = { south = "0.2..0.8" }, war_cost = "5..15" }
wavers = { war_cost = "40..80" }
[audience.north]
cost = "2..12"
[[red_line]]
of   = "north"
rung = "closure"
cost = "1..9"
[[spoiler]]
actor    = "militia"
strikes  = "0.1..0.5"
succeeds = "0.2..0.6"
from     = "south"
[[ally]]
of       = "patron"
supports = "south"
chance   = "0.05..0.6"
believed = { south = "0.3..0.8" }

[policy.monitors]
name  = "Monitors in the strait"
shift = { "stance.south.passage.accept.max" = 10 }
[policy.calm]
name  = "Hot lines"
scale = { "ladder.rungs.closure.accident" = 0.5 }
[policy.strike]
name     = "A strike on the harbour"
coercive = true
scale    = { "stance.south.passage.salience" = 0.5 }
[policy.arm]
name  = "New arms for the north"
scale = { "war.cost.north" = 0.5 }

[perspective.southern]
by  = "South"
set = { "stance.north.passage.accept.min" = "50..70" }

[[claim]]
id   = "room_enough"
by   = "Patron"
says = "there is room"
test = "room under monitors"
[[claim]]
id   = "war_is_near"
by   = "Militia"
says = "war is near"
test = "P(war) >= 0.02"
[[claim]]
id   = "terms_are_fair"
by   = "Patron"
says = "the terms are fair"
test = "terms(passage) >= 50"
[[claim]]
id   = "strike_pays"
by   = "North"
says = "it pays"
test = "gain(north) under strike > gain(north)"
[[claim]]
id   = "arms_deter"
by   = "North"
says = "they deter"
test = "P(war) under arm < P(war)"
[[claim]]
id   = "costs_calm"
by   = "a scholar"
says = "the dearer war is, the rarer"
test = "decreases(P(war), war.cost.north)"
"#;

/// How guarded numbers are called in words.
const WORDS: [&str; 17] = [
    "North: capability",
    "South: capability",
    "Patron: capability",
    "Militia: capability",
    "cost of a period on closure",
    "chance of an accident on closure",
    "war: cost, for North",
    "war: cost, for South",
    "war: exponent",
    "war: what moving first adds to the odds",
    "North, if firm: ",
    "North, if wavers: ",
    "chance that North is of type",
    "North: audience cost",
    "North: cost of letting its red line pass",
    "spoiler Militia",
    "chance that Patron comes",
];
/// Coercive policies, as they are called and by id.
const COERCIVE: [(&str, &str); 2] =
    [("A strike on the harbour", "strike"), ("New arms for the north", "arm")];
/// Where shares of guarded numbers stand out of any order.
const NOT_RANKED: &str = "not ranked while the conflict goes on";

struct Standoff {
    folder: PathBuf,
    guarded: Vec<String>,
}

impl Standoff {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder for the test");
        fs::write(folder.join("standoff.toml"), STANDOFF).expect("a scenario");
        fs::write(folder.join("later.toml"), STANDOFF.replace("\"20..60\", south", "\"30..70\", south"))
            .expect("a scenario");
        let scenario = Scenario::read("standoff.toml", STANDOFF.as_bytes(), &NoFiles).scenario;
        let scenario = scenario.expect("a scenario");
        let guard = Guard::new(&scenario);
        let paths = scenario.fields.iter().map(|field| field.path.clone());
        Self { folder, guarded: paths.filter(|path| guard.hides(path)).collect() }
    }

    fn melian(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
        // As few lines are broken as can be, so that each can be judged.
        command.current_dir(&self.folder).env("NO_COLOR", "1").env("COLUMNS", "10000");
        for variable in ["MELIAN_DRAWS", "MELIAN_SEED", "MELIAN_LENS", "MELIAN_OUT", "MELIAN_FORMAT"] {
            command.env_remove(variable);
        }
        command.args(arguments).output().expect("the program starts")
    }

    fn told(&self, arguments: &[&str]) -> String {
        let output = self.melian(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Whether a line names a guarded number, and what is left of it without the names.
    fn named(&self, line: &str) -> Option<String> {
        let names = WORDS.iter().copied().chain(self.guarded.iter().map(String::as_str));
        let found: Vec<&str> = names.filter(|name| line.contains(name)).collect();
        (!found.is_empty()).then(|| found.iter().fold(line.to_owned(), |rest, name| rest.replace(name, "")))
    }

    /// No line says a number of a guarded number, or a word of a coercive policy but that it is left out.
    fn judge_lines<'t>(&self, what: &str, lines: impl Iterator<Item = &'t str>) {
        // What an overlay is, or what changed between two scenarios, as they have it.
        let is_stated = |line: &&str| {
            ["\" -> \"", "(policy): ", "(policy, coercive): ", "(perspective): "]
                .iter()
                .any(|kind| line.contains(kind))
        };
        let indent = |line: &str| line.len() - line.trim_start().len();
        // Long lines are broken all the same: what stands out of the ranking goes on where it is indented deeper.
        let mut apart: Option<usize> = None;
        for line in lines.filter(|line| !is_stated(line)) {
            if apart.is_some_and(|first| indent(line) > first) {
                continue;
            }
            apart = line.contains(NOT_RANKED).then(|| indent(line));
            // Beside a number of something else a direction may stand: each clause by itself.
            let ranked = line.split(NOT_RANKED).next().unwrap_or_default();
            for rest in ranked.split("; ").filter_map(|clause| self.named(clause)) {
                assert!(!rest.contains(|c: char| c.is_ascii_digit()), "{what}: {line}");
            }
            let is_left_out = line.contains("Left out") || line.contains("Not compared here");
            for (policy, _) in COERCIVE {
                let directions = !line.contains(|c: char| c.is_ascii_digit());
                assert!(!line.contains(policy) || is_left_out || directions, "{what}: {line}");
            }
        }
    }

    /// No object of JSON gives a guarded number a value, an order or a worth, or a coercive policy a number.
    fn judge_json(&self, what: &str, place: &str, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.judge_json(what, place, item)),
            Value::Object(fields) => {
                let is = |known: &dyn Fn(&str) -> bool| fields.values().filter_map(Value::as_str).any(known);
                let is_guarded = is(&|text| self.guarded.iter().any(|path| path == text))
                    || fields.get("inputs").is_some_and(|all| self.named(&all.to_string()).is_some());
                let is_told = |value: &Value| !(value.is_string() || value.is_boolean() || value.is_null());
                let numbers: Vec<&String> = fields
                    .iter()
                    .filter(|(key, value)| is_told(value) && key.as_str() != "inputs")
                    .map(|(key, _)| key)
                    .collect();
                let apart = ["not_ranked", "dependent"].iter().any(|list| place.ends_with(list));
                assert!(!is_guarded || numbers.is_empty() || apart, "{what} {place}: {value}");
                let is_coercive = fields
                    .get("policy")
                    .is_some_and(|policy| COERCIVE.iter().any(|(_, id)| policy.as_str() == Some(id)));
                assert!(!is_coercive || numbers.is_empty(), "{what} {place}: {value}");
                for (key, inner) in fields {
                    let named = self.guarded.contains(key);
                    assert!(!named || !is_told(inner), "{what} {place}: {key} {inner}");
                    self.judge_json(what, &format!("{place}.{key}"), inner);
                }
            }
            _ => {}
        }
    }
}

/// What a reader of a page sees, a line for each row, item and paragraph; without the scenario's own numbers, and draws
/// worked through, which are no thresholds.
fn lines_of_page(page: &str) -> Vec<String> {
    let mut text = String::new();
    for section in page.split("<section ") {
        if ["id=\"numbers\"", "id=\"worked\""].iter().any(|own| section.starts_with(own)) {
            continue;
        }
        text.push_str(&section[section.find('>').map_or(0, |at| at + 1)..]);
    }
    for end in ["</tr>", "</li>", "</p>", "</h2>", "</h3>", "</text>", "</title>", "</desc>", "</figcaption>"]
    {
        text = text.replace(end, "\n");
    }
    let mut bare = String::new();
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside => bare.push(letter),
            _ => {}
        }
    }
    bare.lines().map(str::to_owned).collect()
}

#[test]
fn no_command_tells_what_the_guard_forbids() {
    let standoff = Standoff::new("guard_all");
    assert!(standoff.guarded.len() > 15, "{:?}", standoff.guarded);
    let file = "standoff.toml";
    let draws = ["--draws", "600"];
    let run = |file: &str, out: &str, more: &[&str]| {
        let mut arguments = vec!["run", file, "--out", out, "--replace", "--quiet"];
        arguments.extend(draws);
        arguments.extend(more);
        standoff.told(&arguments)
    };
    run("later.toml", "later.run", &[]);
    let commands: &[&[&str]] = &[
        &["report", "standoff.run"],
        &["claims", "standoff.run"],
        &["claims", file, "--draws", "300"],
        &["hinges", file, "--draws", "100", "--top", "50"],
        &["hinges", file, "--draws", "60", "--uncertain", "--single", "--claim", "strike_pays"],
        &["policies", file, "--draws", "100", "--top", "50"],
        &["policies", file, "--draws", "100", "--under", "southern"],
        &["packages", file, "--draws", "100"],
        &["levers", file, "--for", "mediator", "--draws", "200", "--top", "99"],
        &["levers", file, "--for", "north", "--draws", "200", "--top", "99", "--lens", "crisis"],
        &["drivers", "standoff.run", "--pairs", "--top", "99"],
        &[
            "drivers",
            file,
            "--method",
            "morris",
            "--draws",
            "300",
            "--lens",
            "compromise,crisis",
            "--top",
            "99",
        ],
        &["drivers", file, "--method", "saltelli", "--draws", "2000", "--lens", "compromise", "--top", "99"],
        &["compare", "standoff.run", "later.run", "--draws", "200"],
        &["check", file],
    ];
    let text = run(file, "standoff.run", &[]);
    standoff.judge_lines("run", text.lines());
    let page = fs::read_to_string(standoff.folder.join("standoff.run/report.html")).expect("the report");
    standoff.judge_lines("report.html", lines_of_page(&page).iter().map(String::as_str));
    let json = run(file, "standoff.run", &["--format", "json"]);
    standoff.judge_json("run", "", &serde_json::from_str(&json).expect("JSON"));
    for arguments in commands {
        standoff.judge_lines(&arguments.join(" "), standoff.told(arguments).lines());
        let json = standoff.told(&[arguments, &["--format", "json"][..]].concat());
        standoff.judge_json(&arguments.join(" "), "", &serde_json::from_str(&json).expect("JSON"));
    }
    // Boxes: directions of guarded numbers only.
    for sought in [&["--where", "p_war > 0.1", "--lens", "crisis"][..], &["--claim", "terms_are_fair"]] {
        let told = standoff.told(&[&["discover", "standoff.run"], sought].concat());
        for line in told.lines().filter(|line| !line.contains("of 100 draws, true in")) {
            let limit = line.split(" [<.").next().unwrap_or_default();
            standoff.judge_lines("discover", std::iter::once(limit));
        }
    }
    // A draw worked through has values of that draw, and no order.
    standoff.told(&["run", file, "--trace", "3"]);
}

#[test]
fn nothing_is_searched_under_a_coercive_policy() {
    let standoff = Standoff::new("guard_refused");
    for arguments in [
        &["packages", "standoff.toml", "--under", "strike"][..],
        &["drivers", "standoff.toml", "--under", "arm"],
        &["discover", "standoff.toml", "--under", "strike", "--where", "room == 1"],
        &["discover", "standoff.toml", "--claim", "strike_pays"],
    ] {
        let output = standoff.melian(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("coercive"), "{arguments:?}: {said}");
    }
    // In a conflict that is over, the same is answered.
    let past = STANDOFF.replace("\"ongoing\"", "\"past\"");
    fs::write(standoff.folder.join("past.toml"), past).expect("a scenario");
    let told =
        standoff.told(&["hinges", "past.toml", "--draws", "60", "--lens", "compromise", "--top", "50"]);
    assert!(told.contains("North: capability 4") || told.contains("North: capability 5"), "{told}");
}
