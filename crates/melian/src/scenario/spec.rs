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
    /// A number that can't be an estimate, between these ends.
    Number(f64, f64),
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
        optional("policy", Kind::ById(&POLICY), "what somebody could do"),
        optional("perspective", Kind::ById(&PERSPECTIVE), "how named sources see the conflict"),
        optional("claim", Kind::Tables(&CLAIM), "testable sentences"),
        optional("verdict", Kind::Table(&VERDICT), "what it takes for a claim to hold"),
        optional("correlate", Kind::Tables(&CORRELATE), "uncertain numbers that go together"),
        optional("lens", Kind::Options, "options of lenses, by the lens's id"),
    ],
};

/// What an overlay's `add` may bring in.
pub const ADDABLE: &[&str] = &["actor", "issue", "stance", "walk_away", "link", "group", "consent"];

/// Sections that come with later lenses.
pub const LATER: &[&str] = &[
    "ladder",
    "type",
    "ally",
    "belief",
    "audience",
    "offer",
    "guarantee",
    "spoiler",
    "office",
    "mediator",
    "war",
    "signal",
    "leader",
    "sequence",
    "surprise",
    "trust",
];

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
