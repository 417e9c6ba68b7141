//! The sections and keys of the language, declared once: unknown keys, the JSON Schema and the reference
//! all read this table.

/// A kind of table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    /// How it is opened: `[stance.ACTOR.ISSUE]`.
    pub header: &'static str,
    /// What it says.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Whether `source`, `quote`, `date`, `basis` and `covers` may stand in it.
    pub provenance: bool,
}

/// A key of a [`Section`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether the section has no meaning without it.
    pub required: bool,
    /// What it says.
    pub about: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A date: "2026-02-04", "2026-02", "-0416".
    Date,
    /// A length of time: "1 month".
    Step,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A number or an estimate, between these ends.
    Estimate(f64, f64),
    /// Estimates between these ends, in a list.
    Estimates(f64, f64),
    /// An estimate between these ends for all actors, or estimates by actor.
    ByActor(f64, f64),
    /// Estimates by issue, between these ends.
    ByIssue(f64, f64),
    /// Estimates by one of these words, between these ends.
    ByWord(&'static [&'static str], f64, f64),
    /// A number that can't be an estimate, between these ends.
    Number(f64, f64),
    /// A whole number between these ends.
    Count(u32, u32),
    /// A list of these words for all actors, or lists by actor.
    WordsByActor(&'static [&'static str]),
    /// Lists of actors by actor.
    ActorsByActor,
    /// A list of strings.
    Texts,
    /// A string, or a list of strings.
    TextOrTexts,
    /// Words by points of the scale: `{ 0 = "none", 100 = "all" }`.
    Anchors,
    /// An estimate, or estimates by issue.
    Capability,
    /// A list of actors, or weights by actor.
    Members,
    /// A table with these keys.
    Table(&'static Section),
    /// Tables by id: `[actor.ID]`.
    ById(&'static Section),
    /// Tables by two ids: `[stance.ACTOR.ISSUE]`.
    ByIds(&'static Section),
    /// Tables by three ids: `[type.ACTOR.DIMENSION.TYPE]`.
    ByThreeIds(&'static Section),
    /// A list of tables: `[[link]]`.
    Tables(&'static Section),
    /// Values by path.
    Values,
    /// Numbers by path.
    Factors,
    /// `"accept"` or `"refuse"` by actor.
    Conducts,
    /// Tables to be merged into the scenario.
    Additions,
    /// Tables of free keys by the id of a lens.
    Options,
}

const INFINITE: f64 = f64::INFINITY;

const fn required(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: true, about }
}

const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: false, about }
}

/// The kinds of knowledge a number may rest on.
pub const BASES: &[&str] = &["quote", "data", "expert", "modeller"];

/// Keys that may stand in most tables and beside most numbers.
pub const PROVENANCE: &[Key] = &[
    optional("source", Kind::Text, "the reference"),
    optional("quote", Kind::Text, "the words it rests on"),
    optional("date", Kind::Text, "when it was so, or was said"),
    optional("basis", Kind::Word(BASES), "what kind of knowledge it is"),
];

/// Which numbers of a table its provenance is for.
pub const COVERS: Key = optional(
    "covers",
    Kind::TextOrTexts,
    "\"all\", or the keys of the numbers that this table's source, quote, date and basis are for",
);

/// The forms of an estimate.
pub const ESTIMATE_FORMS: &[&[&str]] = &[
    &["value"],
    &["range"],
    &["low", "likely", "high"],
    &["mean", "sd"],
    &["values", "weights"],
    &["experts"],
];

/// `[scenario]`
pub static ABOUT: Section = Section {
    header: "[scenario]",
    about: "What the scenario is about.",
    provenance: false,
    keys: &[
        required("title", Kind::Text, "a short title"),
        optional("question", Kind::Text, "the question asked"),
        optional("source", Kind::Text, "where the story is told"),
        optional(
            "drawn_by",
            Kind::Text,
            "whose view the base scenario is; perspectives `by` others are of another side",
        ),
        required(
            "status",
            Kind::Word(&["past", "ongoing", "hypothetical"]),
            "whether the conflict is over; the guard is on while it is \"ongoing\"",
        ),
        optional("from", Kind::Date, "when the talks begin"),
        optional("horizon", Kind::Date, "when the question is to be answered"),
        optional("step", Kind::Step, "the length of a period"),
        optional("resolution", Kind::Text, "how it will be decided what came of it"),
        optional(
            "actors",
            Kind::TextOrTexts,
            "tables of actors and stances to attach: \"actors.csv\", \"actors.xlsx\"",
        ),
        optional(
            "actors_format",
            Kind::Word(&["melian", "ktab"]),
            "the layout of these tables; else it is detected",
        ),
    ],
};

/// `[actor.ID]`
pub static ACTOR: Section = Section {
    header: "[actor.ID]",
    about: "Who takes part: an office or a body, never a person.",
    provenance: true,
    keys: &[
        optional("name", Kind::Text, "the name to show; else the id"),
        optional("capability", Kind::Capability, "power to press, on any ratio scale, overall or by issue"),
        optional("capability_meaning", Kind::Text, "what the capability is measured in"),
    ],
};

/// `[issue.ID]`
pub static ISSUE: Section = Section {
    header: "[issue.ID]",
    about: "A question on a scale from 0 to 100.",
    provenance: true,
    keys: &[
        optional("name", Kind::Text, "the name to show; else the id"),
        optional("anchors", Kind::Anchors, "points of the scale in words"),
        optional(
            "options",
            Kind::Flag,
            "whether a package can only take one of the anchors' points; else false",
        ),
        optional("no_deal", Kind::Estimate(0.0, 100.0), "what stands where there is no deal"),
        optional("outcome", Kind::Estimate(0.0, 100.0), "what came of it, in a past case; read by no lens"),
    ],
};

/// `accept = { min, max }`
pub static ACCEPT: Section = Section {
    header: "accept = { min, max }",
    about: "A red line: the range the actor would rather have than no deal. At least one end.",
    provenance: true,
    keys: &[
        optional("min", Kind::Estimate(0.0, 100.0), "the least it would take"),
        optional("max", Kind::Estimate(0.0, 100.0), "the most it would take"),
    ],
};

/// `[stance.ACTOR.ISSUE]`
pub static STANCE: Section = Section {
    header: "[stance.ACTOR.ISSUE]",
    about: "An actor on an issue.",
    provenance: true,
    keys: &[
        required("position", Kind::Estimate(0.0, 100.0), "what the actor wants"),
        required("salience", Kind::Estimate(0.0, 100.0), "how much it cares"),
        optional("accept", Kind::Table(&ACCEPT), "its red line; without one it would take anything"),
        optional("declared", Kind::Estimate(0.0, 100.0), "what it has said in public, where that differs"),
    ],
};

/// `[walk_away.ACTOR]`
pub static WALK_AWAY: Section = Section {
    header: "[walk_away.ACTOR]",
    about: "An actor's own value of no deal, where it differs from the no-deal points.",
    provenance: true,
    keys: &[
        required(
            "value",
            Kind::Estimate(-1000.0, 1000.0),
            "in points of the actor's stake: 0 = the no-deal points, 100 = its own position everywhere",
        ),
        optional("drift", Kind::Estimate(-1000.0, 1000.0), "how the value changes with every step"),
    ],
};

/// `[[link]]`
pub static LINK: Section = Section {
    header: "[[link]]",
    about: "A condition between issues that a package must meet.",
    provenance: true,
    keys: &[
        required("if", Kind::Text, "bounds on issues, joined by `and`: \"territory >= 40 and order <= 30\""),
        required("then", Kind::Text, "what these demand: \"guarantees >= 60\""),
    ],
};

/// `[group.ID]`
pub static GROUP: Section = Section {
    header: "[group.ID]",
    about: "Actors who are counted together.",
    provenance: true,
    keys: &[
        optional("name", Kind::Text, "the name to show; else the id"),
        required("members", Kind::Members, "a list of actors, or a table of voting weights by actor"),
    ],
};

/// `[[consent]]`
pub static CONSENT: Section = Section {
    header: "[[consent]]",
    about: "A stage that a deal must pass. Without any, everyone with an accept range must agree.",
    provenance: true,
    keys: &[
        required("stage", Kind::Text, "its name: \"sign\", \"ratify\""),
        required(
            "rule",
            Kind::Text,
            "whose agreement is needed: \"all(athens, melos)\", \"weight(council) >= 0.74\"",
        ),
        optional("issues", Kind::Texts, "the issues it decides; else all"),
        optional("by", Kind::Date, "the day by which"),
        optional("partial", Kind::Flag, "whether issues may settle singly; else false"),
    ],
};

/// The words for acts of a game.
pub const ACTS: &[&str] = &["wait", "offer", "step_up", "step_down", "concede", "threaten", "walk_out"];

const CHANCE: Kind = Kind::Estimate(0.0, 1.0);
const CHANCES: Kind = Kind::ByActor(0.0, 1.0);
/// What something costs, in points of an actor's stake.
const COST: Kind = Kind::Estimate(0.0, 1000.0);
const COSTS: Kind = Kind::ByActor(0.0, 1000.0);
/// The same where it may be a gain as well.
const WORTH: Kind = Kind::Estimate(-1000.0, 1000.0);
const WORTHS: Kind = Kind::ByActor(-1000.0, 1000.0);

const BELIEVED: Key =
    optional("believed", CHANCES, "what others believe that chance to be, where that differs; by actor");

const fn named(about: &'static str) -> Key {
    optional("id", Kind::Text, about)
}

/// `[game]`
pub static GAME: Section = Section {
    header: "[game]",
    about: "Who plays the crisis, in what order, how long. All of it may be left out.",
    provenance: true,
    keys: &[
        optional(
            "players",
            Kind::Texts,
            "2 to 4 actors who choose their acts; else those whose consent is needed",
        ),
        optional(
            "moves",
            Kind::Word(&["alternating", "simultaneous"]),
            "whether players take turns, a period each, or all move at once; else alternating",
        ),
        optional("first", Kind::Text, "who moves first when they take turns; else the first player"),
        optional("periods", Kind::Count(1, 40), "how many; else from the dates and the step of [scenario]"),
        optional("memory", Kind::Count(0, 8), "how many of the latest acts players look back on; else none"),
        optional("offers", Kind::Count(2, 101), "points of the grid of offers; else 11"),
        optional("package", Kind::ById(&PACKAGE), "packages that may be offered beside the grid"),
        optional("acts", Kind::WordsByActor(ACTS), "the acts there are; else all but `walk_out`"),
        optional(
            "weights",
            Kind::ByWord(ACTS, 0.0, 1e6),
            "how likely an act is against others at precision 0; else 1 each",
        ),
        optional("discount", CHANCES, "worth of the next period against this one; else 1"),
        optional(
            "precision",
            Kind::Estimate(0.0, 1e6),
            "how sharply players choose the better act, in units of 1 per full stake",
        ),
    ],
};

/// `[game.package.ID]`
pub static PACKAGE: Section = Section {
    header: "[game.package.ID]",
    about: "Terms that may be offered, under a name.",
    provenance: true,
    keys: &[
        optional("name", Kind::Text, "the name to show; else the id"),
        required(
            "terms",
            Kind::ByIssue(0.0, 100.0),
            "terms by issue; issues left out stay at their no-deal points",
        ),
    ],
};

/// `[ladder]`
pub static LADDER: Section = Section {
    header: "[ladder]",
    about: "Steps of escalation, in the abstract.",
    provenance: true,
    keys: &[
        required("rungs", Kind::Tables(&RUNG), "2 to 12 rungs, the lowest first"),
        optional("start", Kind::Text, "the rung the crisis stands on at the start; else the first"),
    ],
};

/// `ladder.rungs`
pub static RUNG: Section = Section {
    header: "ladder.rungs = [{ name, ... }]",
    about: "One rung of the ladder. Its name is an id.",
    provenance: true,
    keys: &[
        required("name", Kind::Text, "its id: \"siege\""),
        optional("cost", WORTHS, "what a period on it costs; negative: brings. For all actors, or by actor"),
        optional("accident", CHANCE, "chance per period that it gets out of hand: leads to war; else 0"),
        optional("reversible", Kind::Flag, "whether one can step down from it; else true"),
        optional(
            "by",
            Kind::TextOrTexts,
            "the players who may take the step to it, and back from it; else all",
        ),
        optional(
            "falls_back",
            Kind::Text,
            "the lower rung the crisis falls back to after a period on this one",
        ),
        optional("war", Kind::Flag, "whether reaching it is war, a lottery that ends play; else false"),
    ],
};

/// `[war]`
pub static WAR: Section = Section {
    header: "[war]",
    about: "War: a lottery over the winner's and the loser's terms.",
    provenance: true,
    keys: &[
        optional("cost", COSTS, "what war costs, win or lose; else 0. Types may say otherwise"),
        optional(
            "exponent",
            Kind::Estimate(0.0, 100.0),
            "m in A's chance to win, A^m / (A^m + B^m) of the capabilities; else 1",
        ),
        optional("wins", CHANCES, "an actor's chance to win, where it isn't from capabilities"),
        optional(
            "first_move",
            Kind::Estimate(-1.0, 1.0),
            "added to the chance of who steps into war; else 0",
        ),
        optional("sides", Kind::ActorsByActor, "actors who fight on a player's side from the start"),
    ],
};

/// `[type.ACTOR.DIMENSION.TYPE]`
pub static TYPE: Section = Section {
    header: "[type.ACTOR.DIMENSION.TYPE]",
    about: "What others don't know about an actor: one of two to four types in each dimension, at most four together.",
    provenance: true,
    keys: &[
        optional("chance", CHANCE, "its true chance; one type of a dimension may leave it out: the rest"),
        BELIEVED,
        optional("war_cost", COST, "what war costs it"),
        optional("wins", CHANCE, "its chance to win a war"),
        optional("rung_cost", Kind::Estimate(0.0, 1000.0), "factor on what rungs cost it; else 1"),
        optional("audience", COST, "what backing down in public costs it"),
        optional("red_line", COST, "what letting its red line pass costs it"),
        optional("walk_away", WORTH, "its value of no deal"),
        optional("temptation", WORTH, "what it gains by breaking a deal that others keep"),
        optional("betrayed", COST, "what it loses when others break a deal that it keeps"),
        optional("spoiled", CHANCE, "chance that a spoiler's strike from its side succeeds"),
        optional("patience", CHANCE, "worth of the next period against this one"),
        optional("stake", Kind::Estimate(0.0, 1000.0), "factor on its gains from terms; else 1"),
    ],
};

/// `[audience.ACTOR]`
pub static AUDIENCE: Section = Section {
    header: "[audience.ACTOR]",
    about: "What an actor's own public makes of backing down.",
    provenance: true,
    keys: &[
        required(
            "cost",
            COST,
            "what backing down costs after a public threat or step, or settling short of what was `declared`",
        ),
        optional("growth", COST, "what is added with every period after the threat; else 0"),
    ],
};

/// `[[red_line]]`
pub static RED_LINE: Section = Section {
    header: "[[red_line]]",
    about: "A rung that an actor has said it won't let others take.",
    provenance: true,
    keys: &[
        named("its id; else `of`"),
        required("of", Kind::Text, "who drew it"),
        required("rung", Kind::Text, "the rung others must not reach"),
        required("cost", COST, "what letting it pass costs: not answering with a step"),
    ],
};

/// `[power_shift.ACTOR]`
pub static POWER_SHIFT: Section = Section {
    header: "[power_shift.ACTOR]",
    about: "How an actor's capability will change.",
    provenance: true,
    keys: &[
        required("factor", Kind::Estimate(0.0, 1000.0), "factor on its capability"),
        optional(
            "at",
            Kind::Count(1, 40),
            "the period from which; else little by little, reached in the last",
        ),
    ],
};

/// `[deadline]`
pub static DEADLINE: Section = Section {
    header: "[deadline]",
    about: "What happens if there is no deal in time.",
    provenance: true,
    keys: &[
        optional("after", Kind::Count(1, 40), "the period after which; else the last"),
        optional("by", Kind::Date, "the day after which, in place of `after`"),
        required("then", Kind::Word(&["no_deal", "war", "imposed"]), "what comes then"),
        optional("imposed_by", Kind::Text, "whose terms are imposed, for `then = \"imposed\"`"),
    ],
};

/// `[compliance]`
pub static COMPLIANCE: Section = Section {
    header: "[compliance]",
    about: "Once a deal is signed, everyone keeps or breaks it. Without this section deals are kept.",
    provenance: true,
    keys: &[
        optional("steps", Kind::Estimates(0.0, 1.0), "shares of the deal, step by step; else all at once"),
        optional("temptation", WORTHS, "what breaking a deal that others keep gains; else 0"),
        optional("betrayed", COSTS, "what keeping a deal that others break loses; else 0"),
        optional("monitoring", CHANCE, "chance that a breach is seen; else 1"),
        optional("snap_back", COST, "what a breach that is seen costs who broke it; else 0"),
    ],
};

/// `[[guarantee]]`
pub static GUARANTEE: Section = Section {
    header: "[[guarantee]]",
    about: "Somebody makes good what a breach costs another.",
    provenance: true,
    keys: &[
        named("its id; else `by`"),
        required("by", Kind::Text, "who gives it"),
        required("to", Kind::Text, "whom it protects"),
        required("makes_good", COST, "how much of what a breach costs the protected it makes good"),
        required("honoured", CHANCE, "chance that it is honoured"),
        BELIEVED,
        optional("cost", COST, "what honouring it costs who gave it; else 0"),
    ],
};

/// `[[spoiler]]`
pub static SPOILER: Section = Section {
    header: "[[spoiler]]",
    about: "Who may strike at a signed deal; any actor, a player too.",
    provenance: true,
    keys: &[
        named("its id; else `actor`"),
        required("actor", Kind::Text, "who"),
        required("strikes", CHANCE, "chance per signed deal that it strikes"),
        required("succeeds", CHANCE, "chance that a strike succeeds; types may say otherwise by `spoiled`"),
        optional("from", Kind::Text, "the player from whose side it strikes, of whose type success tells"),
        optional("cost", COST, "what a strike that succeeds costs each party; else 0"),
    ],
};

/// `[[ally]]`
pub static ALLY: Section = Section {
    header: "[[ally]]",
    about: "Who may come to a player's help in a war.",
    provenance: true,
    keys: &[
        named("its id; else `of`"),
        required("of", Kind::Text, "who may come"),
        required("supports", Kind::Text, "whom"),
        required("chance", CHANCE, "chance that it comes"),
        BELIEVED,
        optional("cost", COST, "what coming costs it; else 0"),
        optional("pledge", COST, "what staying away costs it after its pledge; else 0"),
    ],
};

/// `[office.ACTOR]`
pub static OFFICE: Section = Section {
    header: "[office.ACTOR]",
    about: "The stakes of the office that decides, apart from the country's.",
    provenance: true,
    keys: &[
        optional("weight", CHANCE, "how much of the payoff is the office's own; else 1"),
        required("value", COST, "what holding office is worth"),
        required("fall", COST, "what losing it costs"),
        required("survival", Kind::Table(&SURVIVAL), "chance of holding office by how things end"),
        optional("tenure", CHANCE, "chance per period of still deciding in the next; else 1"),
    ],
};

/// `survival = { ... }`
pub static SURVIVAL: Section = Section {
    header: "survival = { deal, none, imposed, won, lost }",
    about: "Chances of holding office by how things end.",
    provenance: true,
    keys: &[
        required("deal", CHANCE, "a deal stands"),
        required("none", CHANCE, "no deal"),
        required("imposed", CHANCE, "the other side's terms were imposed, or it conceded"),
        required("won", CHANCE, "a war was won"),
        required("lost", CHANCE, "a war was lost"),
    ],
};

/// `[[message]]`
pub static MESSAGE: Section = Section {
    header: "[[message]]",
    about: "What a player may say, at no cost, before the first move.",
    provenance: true,
    keys: &[
        named("its id; else `from`"),
        required("from", Kind::Text, "who speaks"),
        required("words", Kind::Texts, "two to four things it may say"),
    ],
};

/// `[mediator.ACTOR]`
pub static MEDIATOR: Section = Section {
    header: "[mediator.ACTOR]",
    about: "Who mediates; not a player.",
    provenance: true,
    keys: &[
        optional("proposes", Kind::Flag, "whether it makes proposals, in turn with the players; else false"),
        optional(
            "carries",
            Kind::Flag,
            "whether offers go through it in private, so that settling short of what was declared costs nothing; else false",
        ),
        optional("adds", COSTS, "what it adds to an actor's payoff if there is a deal; for all, or by actor"),
        optional("bias", COSTS, "weight of an actor's gain in what it proposes; else 1 each"),
        optional("patience", CHANCE, "chance per period that it stays; else 1"),
    ],
};

const OPERATIONS: [Key; 6] = [
    optional(
        "set",
        Kind::Values,
        "other values by path: { \"stance.melos.submission.accept.max\" = \"30..75\" }",
    ),
    optional("scale", Kind::Factors, "factors by path: { \"actor.melos.capability\" = 1.5 }"),
    optional("shift", Kind::Factors, "amounts to add by path: { \"stance.melos.submission.position\" = 5 }"),
    optional("drop", Kind::Texts, "paths of what to take away: [\"stance.melos.submission.accept\"]"),
    optional("add", Kind::Additions, "tables to bring in: [policy.ID.add.actor.persia]"),
    optional(
        "do",
        Kind::Conducts,
        "what actors do whatever they think of the terms: { melos = \"accept\" } or \"refuse\"",
    ),
];

/// `[policy.ID]`
pub static POLICY: Section = Section {
    header: "[policy.ID]",
    about: "A named set of changes: what somebody could do.",
    provenance: true,
    keys: &[
        optional("name", Kind::Text, "the name to show; else the id"),
        optional("by", Kind::Text, "who could do it"),
        optional("coercive", Kind::Flag, "a step up, a first move, a threat, sabotage; else false"),
        OPERATIONS[0],
        OPERATIONS[1],
        OPERATIONS[2],
        OPERATIONS[3],
        OPERATIONS[4],
        OPERATIONS[5],
    ],
};

/// `[perspective.ID]`
pub static PERSPECTIVE: Section = Section {
    header: "[perspective.ID]",
    about: "A named set of changes: how a named source sees the conflict.",
    provenance: true,
    keys: &[
        optional("name", Kind::Text, "the name to show; else the id"),
        optional("by", Kind::Text, "who sees it so"),
        OPERATIONS[0],
        OPERATIONS[1],
        OPERATIONS[2],
        OPERATIONS[3],
        OPERATIONS[4],
        OPERATIONS[5],
    ],
};

/// `[[claim]]`
pub static CLAIM: Section = Section {
    header: "[[claim]]",
    about: "A testable sentence with its speaker.",
    provenance: true,
    keys: &[
        optional("id", Kind::Text, "what others call it; else claim_1, claim_2 ..."),
        required("by", Kind::Text, "the speaker"),
        required("says", Kind::Text, "the sentence in words"),
        required("test", Kind::Text, "the sentence as a test: \"gain(melos under hold_out) > 0\""),
        optional("counter_to", Kind::Text, "the id of the claim it stands against"),
    ],
};

/// `[verdict]`
pub static VERDICT: Section = Section {
    header: "[verdict]",
    about: "What it takes for a claim to hold.",
    provenance: false,
    keys: &[
        optional(
            "holds",
            Kind::Number(0.5, 1.0),
            "a claim holds if it is true in at least this share of the judged draws, and fails if it is false in at \
             least this share; else 0.9",
        ),
        optional("judged", Kind::Number(0.0, 1.0), "the least share of draws that must be judged; else 0.5"),
    ],
};

/// `[[correlate]]`
pub static CORRELATE: Section = Section {
    header: "[[correlate]]",
    about: "Two uncertain numbers that go together.",
    provenance: true,
    keys: &[
        required("fields", Kind::Texts, "the paths of the two numbers"),
        required("rank", Kind::Number(-1.0, 1.0), "Spearman's rank correlation"),
    ],
};

/// The whole file.
pub static ROOT: Section = Section {
    header: "",
    about: "A scenario.",
    provenance: false,
    keys: &[
        required("scenario", Kind::Table(&ABOUT), "what the scenario is about"),
        optional("actor", Kind::ById(&ACTOR), "who takes part"),
        optional("issue", Kind::ById(&ISSUE), "over what"),
        optional("stance", Kind::ByIds(&STANCE), "actors on issues"),
        optional("walk_away", Kind::ById(&WALK_AWAY), "actors' own values of no deal"),
        optional("link", Kind::Tables(&LINK), "conditions between issues"),
        optional("group", Kind::ById(&GROUP), "actors counted together"),
        optional("consent", Kind::Tables(&CONSENT), "stages a deal must pass"),
        optional("game", Kind::Table(&GAME), "who plays the crisis, and how long"),
        optional("ladder", Kind::Table(&LADDER), "steps of escalation"),
        optional("war", Kind::Table(&WAR), "who wins a war, and what it costs"),
        optional("type", Kind::ByThreeIds(&TYPE), "what others don't know about actors"),
        optional("audience", Kind::ById(&AUDIENCE), "what backing down costs at home"),
        optional("red_line", Kind::Tables(&RED_LINE), "rungs that must not be taken"),
        optional("power_shift", Kind::ById(&POWER_SHIFT), "how capabilities will change"),
        optional("deadline", Kind::Table(&DEADLINE), "what happens without a deal in time"),
        optional("compliance", Kind::Table(&COMPLIANCE), "keeping and breaking a deal"),
        optional("guarantee", Kind::Tables(&GUARANTEE), "who makes good what a breach costs"),
        optional("spoiler", Kind::Tables(&SPOILER), "who may strike at a deal"),
        optional("ally", Kind::Tables(&ALLY), "who may come to help in a war"),
        optional("office", Kind::ById(&OFFICE), "stakes of those who decide"),
        optional("message", Kind::Tables(&MESSAGE), "what may be said before the first move"),
        optional("mediator", Kind::ById(&MEDIATOR), "who mediates"),
        optional("policy", Kind::ById(&POLICY), "what somebody could do"),
        optional("perspective", Kind::ById(&PERSPECTIVE), "how named sources see the conflict"),
        optional("claim", Kind::Tables(&CLAIM), "testable sentences"),
        optional("verdict", Kind::Table(&VERDICT), "what it takes for a claim to hold"),
        optional("correlate", Kind::Tables(&CORRELATE), "uncertain numbers that go together"),
        optional("lens", Kind::Options, "options of lenses, by the lens's id"),
    ],
};

/// What an overlay's `add` may bring in.
pub const ADDABLE: &[&str] = &[
    "actor",
    "issue",
    "stance",
    "walk_away",
    "link",
    "group",
    "consent",
    "game",
    "ladder",
    "war",
    "type",
    "audience",
    "red_line",
    "power_shift",
    "deadline",
    "compliance",
    "guarantee",
    "spoiler",
    "ally",
    "office",
    "message",
    "mediator",
];

/// Sections that come with later lenses.
pub const LATER: &[&str] = &["signal", "leader", "sequence", "surprise", "trust"];

/// The keys that tell what an item of a list is called in paths, the first there is; none where items only have
/// numbers.
#[must_use]
pub fn naming_keys(list: &str) -> &'static [&'static str] {
    match list {
        "rungs" => &["name"],
        "red_line" | "ally" => &["id", "of"],
        "guarantee" => &["id", "by"],
        "spoiler" => &["id", "actor"],
        "message" => &["id", "from"],
        _ => &[],
    }
}

/// What the language puts at a path such as `stance.melos.submission.accept.max`; `None` where it has no value.
#[must_use]
pub fn kind_at(path: &str) -> Option<Kind> {
    let mut kind = Kind::Table(&ROOT);
    for part in path.split('.') {
        kind = match kind {
            Kind::Table(section) => section.key(part)?.kind,
            Kind::ById(section) | Kind::Tables(section) => Kind::Table(section),
            Kind::ByIds(section) => Kind::ById(section),
            Kind::ByThreeIds(section) => Kind::ByIds(section),
            Kind::Capability => Kind::Estimate(NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            Kind::Estimates(low, high)
            | Kind::ByActor(low, high)
            | Kind::ByIssue(low, high)
            | Kind::ByWord(_, low, high) => Kind::Estimate(low, high),
            _ => return None,
        };
    }
    Some(kind)
}

impl Section {
    /// The key of this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        let own = self.keys.iter().find(|key| key.name == name);
        own.or_else(|| self.provenance_keys().find(|key| key.name == name))
    }

    /// The keys of provenance this section takes.
    pub fn provenance_keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        static COVERS_KEY: Key = COVERS;
        let take = self.provenance;
        PROVENANCE.iter().chain(std::iter::once(&COVERS_KEY)).filter(move |_| take)
    }

    /// All keys.
    pub fn all_keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.keys.iter().chain(self.provenance_keys())
    }
}

/// The range of an unbounded, non-negative quantity.
pub const NOT_NEGATIVE: (f64, f64) = (0.0, INFINITE);
