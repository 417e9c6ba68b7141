//! The stable codes of diagnostics, each with its long explanation.

use std::fmt;

use serde::{Serialize, Serializer};

/// A stable code: once published, it keeps its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// What `melian explain CODE` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// One line.
    pub title: &'static str,
    /// Why it is refused or doubted, and how to mend it, with a wrong and a right example.
    pub text: &'static str,
}

/// The explanation of a code such as `M0101`, in either case.
#[must_use]
pub fn explain(code: &str) -> Option<&'static Explanation> {
    EXPLANATIONS.iter().find(|explanation| explanation.code.0.eq_ignore_ascii_case(code))
}

/// All explanations, by ascending code.
#[must_use]
pub fn explanations() -> &'static [Explanation] {
    EXPLANATIONS
}

/// Declares the codes with their explanations, so that none can lack one.
macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $text:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code($code);)*
        }
        /// Every code with its explanation, in order.
        static EXPLANATIONS: &[Explanation] = &[
            $(Explanation { code: Code::$name, title: $title, text: $text },)*
        ];
    };
}

codes! {
    SYNTAX = "M0001", "the text is not valid TOML", "\
A scenario is written in TOML 1.1. The message names what was found and what was expected; all
syntax errors of a file are shown at once, and nothing else is checked until they are mended.

Wrong:
    [actor.melos
    name = Melos

Right:
    [actor.melos]
    name = \"Melos\"
";
    NOT_UTF8 = "M0002", "the file is not UTF-8 text", "\
Scenarios and CSV tables are UTF-8 text. A spreadsheet program may have saved the file in an older
encoding such as Windows-1252, or the file may not be text at all.

Mend it by saving the file as UTF-8 (\"CSV UTF-8\" in spreadsheet programs). An .xlsx file is named
as `actors = \"actors.xlsx\"`; it can't be given in the place of the scenario.
";
    TOO_LARGE = "M0003", "the file is too large", "\
A scenario, and every table it attaches, may have at most 16 MiB. A scenario of thirty actors and five
issues has some twenty thousand bytes, so that a larger file is most likely the wrong one.

Wrong: `melian check events.csv`, a data set of 100 MB.
Right: attach only the rows the scenario is about.
";
    EMPTY = "M0004", "there is nothing in the file", "\
The file has no table at all. A scenario needs at least a `[scenario]` table, an actor, an issue and
their stances. `melian new` writes a commented starting point.

Right:
    [scenario]
    title = \"Who gets the island\"
    status = \"hypothetical\"
";
    DUPLICATE_KEY = "M0005", "a key or table is written twice", "\
Every key may stand once in its table, and every table may be opened once. One of the two is
left over, or a name is misspelt.

Wrong:
    [actor.melos]
    [actor.melos]

Right:
    [actor.melos]
    [actor.sparta]
";
    TOO_MANY = "M0006", "further errors are not shown", "\
After 200 diagnostics the rest is only counted. They often have one cause: mend the first ones
and check again.
";
    FILE = "M0007", "an attached file can't be read", "\
`actors = \"actors.csv\"` names a file beside the scenario. It is not there, may not be read, or its
path leaves the scenario's directory.

Wrong: actors = \"/home/me/actors.csv\"
Right: actors = \"actors.csv\"
";
    UNKNOWN_KEY = "M0101", "a key that the language does not have", "\
Unknown keys are errors, so that a misspelt key can't be passed over in silence. The help names the
most likely key, or all that may stand there. `melian schema` gives editors the same list.

Wrong:
    [stance.melos.submission]
    positon = 0

Right:
    [stance.melos.submission]
    position = 0
";
    MISSING_KEY = "M0102", "a key that must be there is missing", "\
Some tables can't be understood without certain keys: a stance needs `position` and `salience`, a
scenario its `title` and `status`, a claim `by`, `says` and `test`.

Wrong:
    [stance.melos.submission]
    position = 0

Right:
    [stance.melos.submission]
    position = 0
    salience = 100
";
    WRONG_TYPE = "M0103", "a value of the wrong kind", "\
The key takes another kind of value: a string where a number is wanted, a number where a table is
wanted, and so on. Strings are quoted; numbers are not, except for ranges such as \"4..10\".

Wrong: title = 416
Right: title = \"The Melian dialogue, 416 BC\"
";
    BAD_ID = "M0104", "not a valid id", "\
Ids of actors, issues, groups, overlays and claims begin with a lower-case letter and go on with
lower-case letters, digits and underscores. What readers shall see goes into `name`.

Wrong: [actor.European-States]
Right:
    [actor.european_states]
    name = \"European states\"
";
    DUPLICATE_ID = "M0105", "an id is used twice", "\
An id names one thing: it may not be shared by an actor and a group, by a policy and a perspective,
or by two claims; and an actor may be declared once, in the scenario or in a table.

Wrong:
    [actor.council]
    [group.council]

Right:
    [actor.council]
    [group.members]
";
    UNKNOWN_ACTOR = "M0106", "no actor has this id", "\
Stances, groups, rules, walk-away values and policies may name only actors that are declared as
`[actor.ID]` or in an attached table.

Wrong:
    [actor.melos]
    [stance.mellos.submission]

Right:
    [actor.melos]
    [stance.melos.submission]
";
    UNKNOWN_ISSUE = "M0107", "no issue has this id", "\
Stances, links, consent stages and capabilities by issue may name only issues that are declared as
`[issue.ID]`.

Wrong:
    [issue.tribute]
    [stance.melos.tributes]

Right:
    [issue.tribute]
    [stance.melos.tribute]
";
    UNKNOWN_GROUP = "M0108", "no group has this id", "\
`weight(GROUP)` and `count(GROUP)` in a rule ask for a group that is declared as `[group.ID]`; an
actor alone is named bare.

Wrong:
    [[consent]]
    rule = \"weight(coucil) >= 0.74\"

Right:
    [group.council]
    members = { de = 29, fr = 29, nl = 13 }
    [[consent]]
    rule = \"weight(council) >= 0.74\"
";
    UNKNOWN_OVERLAY = "M0109", "no policy or perspective has this id", "\
`under` in a claim, `--policy` and `--perspective` name overlays that are declared as `[policy.ID]`
or `[perspective.ID]`.

Wrong: test = \"gain(melos under holdout) > 0\"
Right: test = \"gain(melos under hold_out) > 0\"
";
    UNKNOWN_PATH = "M0110", "no value has this path", "\
Overlays and correlations name a value by its path: `actor.ID.capability`,
`stance.ACTOR.ISSUE.position`, `stance.ACTOR.ISSUE.accept.max`, `issue.ID.no_deal`,
`walk_away.ACTOR.value`. The value must stand in the scenario: what is not there yet is brought by `add`.

Wrong: set = { \"stance.melos.submission.accept.maximum\" = 40 }
Right: set = { \"stance.melos.submission.accept.max\" = 40 }
";
    UNKNOWN_CLAIM = "M0111", "no claim has this id", "\
`counter_to` names the claim that this one stands against, by its `id`.

Wrong:
    [[claim]]
    counter_to = \"sparta_coms\"

Right:
    [[claim]]
    id = \"sparta_comes\"
    [[claim]]
    counter_to = \"sparta_comes\"
";
    LATER_SECTION = "M0112", "a section that comes with a later lens", "\
The ladder, types, beliefs, allies, audiences, offers, spoilers and mediators are read only by lenses
of escalation and private information, which this version does not have. Rather than pass over what
you wrote, it is refused.

Mend it by taking the section out until a lens reads it.
";
    UNKNOWN_EXPERT = "M0113", "no expert has this name", "\
An expert's name that is asked for is not among those that any estimate of the scenario quotes.

Right: position = { experts = { kim = \"4..8\", ortiz = \"6..12\" } }
";
    UNKNOWN_NAME = "M0114", "a name that means nothing here", "\
A test or rule uses a word that is neither a quantity nor a declared name.

Wrong: test = \"room and acceptble({ submission = 40 }, melos)\"
Right: test = \"room and acceptable({ submission = 40 }, melos)\"
";
    NOT_FINITE = "M0201", "not a finite number", "\
TOML knows `nan` and `inf`; no quantity here can be either. For a value that nobody knows, give
the whole range it may take.

Wrong: position = nan
Right: position = \"0..100\"
";
    OUT_OF_RANGE = "M0202", "a number outside what it may be", "\
Positions, accept ranges and no-deal points lie on the scale from 0 to 100; salience is from 0 to 100;
capability is not negative. An estimate must lie inside as a whole.

Wrong: salience = 120
Right: salience = 100
";
    BAD_ESTIMATE = "M0203", "not an estimate", "\
Any number may be written as an estimate:
    12                                       known
    \"4..10\"                                  anything between, with equal chance
    { low = 4, likely = 6, high = 9 }        5 % point, most likely value, 95 % point
    { mean = 6, sd = 2 }                     normal, cut off at the ends of the range
    { values = [4, 10], weights = [3, 1] }   one of several values
    { experts = { kim = \"4..8\", ortiz = 7 } } several experts

Wrong: position = { low = 4, high = 9 }
Right: position = \"4..9\"
";
    ESTIMATE_ORDER = "M0204", "the ends of a range are in the wrong order", "\
A range is written from its low to its high end, and `likely` lies between `low` and `high`.

Wrong: position = \"10..4\"
Right: position = \"4..10\"
";
    EMPTY_RANGE = "M0205", "an accept range that holds nothing", "\
`accept = { min, max }` is what the actor would rather have than no deal. If `min` is above `max` in
every draw, nothing is acceptable to it. An actor that takes nothing is a different thing: a
policy with `do = { ACTOR = \"refuse\" }`.

Wrong: accept = { min = 60, max = 40 }
Right: accept = { min = 40, max = 60 }
";
    POSITION_NOT_ACCEPTED = "M0206", "a position outside the actor's own accept range", "\
An actor would take its own ideal, so that a position beyond its red line is likely a slip: the ends
are swapped, or the red line is on the wrong side.

Doubtful:
    position = 80
    accept   = { max = 40 }

Right:
    position = 80
    accept   = { min = 40 }
";
    BAD_WEIGHTS = "M0207", "weights that can't be used", "\
Weights are finite, not negative, not all 0, and there is one for each value or member.

Wrong: { values = [4, 10], weights = [1] }
Right: { values = [4, 10], weights = [3, 1] }
";
    BAD_DATE = "M0208", "not a date or a length of time", "\
Dates are written as \"2026-02-04\", \"2026-02\" or \"2026\"; years before our era with a minus sign and
four digits: \"-0416-05\" for May 416 BC. A step is a count and a unit: \"1 month\", \"2 weeks\".

Wrong: horizon = \"December 2026\"
Right: horizon = \"2026-12\"
";
    DATE_ORDER = "M0209", "dates in the wrong order", "\
`from` is when the talks begin and `horizon` when the question is to be answered, so `from` is not
after `horizon`; and a consent stage is not due outside of them.

Wrong:
    from    = \"2027-01\"
    horizon = \"2026-12\"

Right:
    from    = \"2026-01\"
    horizon = \"2026-12\"
";
    MAYBE_EMPTY_RANGE = "M0210", "an accept range that may hold nothing in some draws", "\
The estimates of `min` and `max` overlap, so that in some draws `min` lies above `max` and the actor
accepts nothing. If that is not meant, make them apart.

Doubtful: accept = { min = \"20..60\", max = \"40..80\" }
Right:    accept = { min = \"20..40\", max = \"40..80\" }
";
    NO_ACTORS = "M0301", "a scenario without actors", "\
A scenario needs at least one actor, as `[actor.ID]` or from a table: `actors = \"actors.csv\"`.

Right:
    [actor.melos]
    name = \"Melos\"
    capability = \"4..10\"
";
    NO_ISSUES = "M0302", "a scenario without issues", "\
A scenario needs at least one question on a scale from 0 to 100.

Right:
    [issue.submission]
    name = \"What Melos becomes\"
    anchors = { 0 = \"independent\", 100 = \"subject city\" }
    no_deal = 0
";
    NO_STANCE = "M0303", "an actor without a stance", "\
The actor is declared but takes part in no issue, so that no lens can see it. Either its stances are
missing or its id is misspelt in them.

Right:
    [actor.sparta]
    [stance.sparta.submission]
    position = 0
    salience = 30
";
    ISSUE_WITHOUT_STANCE = "M0304", "an issue nobody has a stance on", "\
No actor has a stance on this issue, so that nothing can be said of its terms.

Right:
    [issue.tribute]
    [stance.athens.tribute]
    position = 80
    salience = 40
";
    NO_CAPABILITY = "M0305", "an actor with stances but no capability", "\
Lenses that weigh actors by power (compromise, median, Nash, challenge) need a capability for each
actor with a stance, on one scale for all. While it is missing for one, they can't run.

Right:
    [actor.sparta]
    capability = { low = 40, likely = 60, high = 90 }
";
    NO_PACKAGE = "M0306", "no package in any draw", "\
Even at the widest ends of all estimates, no terms lie inside the red lines of everyone whose
consent is needed: the answer is \"no room\" in every draw. That may be what you mean; it may also
be a red line on the wrong side.

Doubtful:
    [stance.athens.submission]
    accept = { min = 60 }
    [stance.melos.submission]
    accept = { max = 30 }

Then `melian run` reports no room in any draw, and who closes it.
";
    LINK_CONTRADICTION = "M0307", "links that no package can meet", "\
A link says what a package must meet. Together, these leave no package at all, or the part after
`then` can never be true.

Wrong:
    [[link]]
    if   = \"territory >= 40\"
    then = \"guarantees >= 60 and guarantees < 50\"

Right:
    [[link]]
    if   = \"territory >= 40\"
    then = \"guarantees >= 60\"
";
    LINK_SYNTAX = "M0308", "a condition of a link that can't be read", "\
A condition is an issue, one of < <= >= >, and a number from 0 to 100; several are joined by `and`.

Wrong: if = \"territory is high\"
Right: if = \"territory >= 40 and order <= 30\"
";
    RULE_SYNTAX = "M0309", "a consent rule that can't be read", "\
A rule is made of actors, `all(a, b)`, `any(a, b)`, `weight(GROUP) >= 0.74` (a share of the group's
weight), `count(GROUP) >= 15` (members), `and`, `or` and parentheses.

Wrong: rule = \"athens + melos\"
Right: rule = \"all(athens, melos)\"
";
    IMPOSSIBLE_CONSENT = "M0310", "a consent rule that can never be met", "\
The share asked for is above 1, or more members are asked for than the group has; no deal could
ever pass. A rule that is always met is doubted in the same way.

Wrong: rule = \"weight(council) >= 74\"
Right: rule = \"weight(council) >= 0.74\"
";
    MOVES_NOTHING = "M0311", "an input that moves nothing", "\
What is written has no effect on any result: a salience of 0 throughout, a link whose condition can
never be true, an overlay without operations, a drift without a step, an accept range of 0 to 100.

Doubtful: accept = { min = 0, max = 100 }
Right:    leave `accept` out: the actor would take anything.
";
    BAD_CORRELATION = "M0312", "a correlation that can't be used", "\
A correlation ties two different uncertain numbers, once, with a rank correlation from -1 to 1.

Wrong:
    [[correlate]]
    fields = [\"actor.melos.capability\", \"actor.melos.capability\"]
    rank = 0.6

Right:
    [[correlate]]
    fields = [\"actor.melos.capability\", \"actor.sparta.capability\"]
    rank = 0.6
";
    NOT_POSITIVE_DEFINITE = "M0313", "correlations that contradict each other", "\
If a goes with b and b with c, then a can't go strongly against c. Taken together, the rank
correlations given are those of no random numbers (their matrix, carried over to normal scores, is not
positive definite). Make the strongest weaker.

Wrong: rank(a, b) = 0.9, rank(b, c) = 0.9, rank(a, c) = -0.9
Right: rank(a, b) = 0.9, rank(b, c) = 0.9, rank(a, c) = 0.7
";
    CONFLICTING_OVERLAYS = "M0314", "two overlays change the same value", "\
Overlays may be put on together when they touch different paths. Where both touch one, or one touches
a part of what the other replaces, the result would hang on their order.

Mend it by putting on only one of them, or by writing a third that says what holds when both do.
";
    BAD_OPERATION = "M0315", "an operation of an overlay that can't be done", "\
`set` gives a number another value; `scale` and `shift` multiply and add; `drop` takes a table or an
optional value away; `add` brings in a table that is not there yet; `do` orders an actor to
\"accept\" or \"refuse\".

Wrong: scale = { \"actor.melos.capability\" = \"double\" }
Right: scale = { \"actor.melos.capability\" = 2 }
";
    CLAIM_SYNTAX = "M0316", "a claim's test that can't be read", "\
A test is built from the measures of lenses, numbers, arithmetic, comparisons, `and`, `or`, `not`.

Wrong: test = \"P(deal) is at least 0.5\"
Right: test = \"P(deal) >= 0.5\"
";
    CLAIM_MEANING = "M0317", "a claim's test that has no meaning", "\
The parts of the test don't fit: a number where true or false is wanted, a comparison of terms with
a chance, a quantity with the wrong number of arguments.

Wrong: test = \"room >= 0.5\"
Right: test = \"P(room) >= 0.5\"
";
    OUTCOME_NOT_PAST = "M0318", "an outcome in a scenario that is not past", "\
`outcome` is what came of an issue. It is shown beside the forecast and read by no lens; in a scenario
whose `status` is not \"past\" there is none yet.

Wrong:
    status = \"ongoing\"
    [issue.tribute]
    outcome = 40

Right: status = \"past\"
";
    MISSING_NO_DEAL = "M0319", "an accept range without a no-deal point", "\
An accept range says what an actor would rather have than no deal, but the issue does not say what
stands where there is no deal. Gains and the lenses of bargaining need it.

Right:
    [issue.tribute]
    no_deal = 0
";
    EMPTY_GROUP = "M0320", "a group without members", "\
A group needs at least one member with a weight above 0.

Wrong:
    [group.council]
    members = []

Right:
    [group.council]
    members = { de = 29, fr = 29 }
";
    BAD_CRISIS = "M0321", "a crisis that can't be played", "\
The crisis sections are each in order, but don't make a game together: too few or too many players, rungs,
types or periods, two rungs that are war, an accident without a rung that is war, a deadline after the last
period. The limits are 2 to 4 players, 2 to 12 rungs, 2 to 4 types of an actor over all its
dimensions, and 1 to 40 periods.

Wrong:
    [ladder]
    rungs = [ { name = \"talks\" }, { name = \"siege\", accident = 0.05 } ]

Right:
    [ladder]
    rungs = [ { name = \"talks\" }, { name = \"siege\", accident = 0.05 }, { name = \"war\", war = true } ]
";
    BAD_CHANCES = "M0322", "chances that don't add up", "\
Types of one dimension exclude each other, so their chances are 1 in sum; the same holds of what somebody
believes of them, and of chances to win. One type may leave its chance out: it has the rest.

Wrong:
    [type.athens.values]
    determined = { chance = 0.8 }
    reluctant  = { chance = 0.4 }

Right:
    [type.athens.values]
    determined = { chance = 0.8 }
    reluctant  = {}
";
    BAD_BELIEF = "M0323", "a belief about oneself", "\
`believed` says what others believe of an actor; the actor itself knows.

Wrong:
    [[ally]]
    of       = \"sparta\"
    believed = { sparta = 0.5 }

Right:
    believed = { melos = 0.5 }
";
    CRISIS_PART = "M0324", "a part that doesn't fit the crisis", "\
Parts in a crisis are each in order, but not together: a mediator who is a player too, an ally that may join both
sides of one war, a red line at or below the rung on which the crisis starts. The scenario runs; what it says of
them is probably not what was meant.

Doubtful:
    [ladder]
    start = \"closure\"
    [[red_line]]
    of   = \"north\"
    rung = \"closure\"

Right:
    [ladder]
    start = \"talks\"
";
    TABLE_COLUMN = "M0401", "a column that the table can't have", "\
The first row of an actor table names its columns: actor, name, issue, capability (or power,
influence), position, salience, accept_min, accept_max, declared; for any number X also X_low, X_likely,
X_high and X_source; and source, quote, basis. Unknown columns are errors so that none is passed over.

Wrong: actor,postion,salience
Right: actor,position,salience
";
    TABLE_CELL = "M0402", "a cell that can't be read", "\
A cell holds a number or an estimate as in a scenario: `12`, `4..10`. An empty cell is a value that
is not given.

Wrong: melos,about 10,100
Right: melos,4..10,100
";
    TABLE_FORMAT = "M0403", "not a table that can be read", "\
Actor tables are CSV (comma, semicolon or tab; UTF-8), XLSX, or KTAB's CSV. Other spreadsheets are saved
as one of these first; `actors_format` says which layout is meant where it can't be told.

Wrong: actors = \"actors.ods\"
Right: actors = \"actors.csv\"
";
    TABLE_DUPLICATE = "M0404", "two rows for one actor and issue", "\
A table has one row for each actor and issue; an actor's name and capability must be the same
wherever they are given.

Wrong:
    actor,issue,position,salience
    melos,submission,0,100
    melos,submission,20,100
";
    TABLE_MISSING_COLUMN = "M0405", "a column that must be there is missing", "\
An actor table needs the columns actor, position and salience, and issue when the scenario has more than
one.

Wrong: actor,capability
Right: actor,issue,capability,position,salience
";
    TABLE_EMPTY = "M0406", "a table without rows", "\
The table has no row below its header, so that it brings no actor.

Right:
    actor,issue,capability,position,salience
    melos,submission,6,0,100
";
    LENS_NEEDS = "M0501", "a lens can't run on this scenario", "\
The lens needs something the scenario does not have. `melian check` lists for every lens whether it can
run and what is missing. The other lenses are not touched by it.
";
    LENS_OPTION = "M0502", "an option that the lens does not take", "\
Each lens checks its own table `[lens.ID]`. `melian lenses` lists options with their values.

Wrong:
    [lens.nash]
    utility = \"cubic\"

Right:
    [lens.nash]
    utility = \"quadratic\"
";
    UNKNOWN_LENS = "M0503", "no lens has this id", "\
`[lens.ID]` and `--lens ID` name a lens that Melian has; `melian lenses` lists them.

Wrong: [lens.nsh]
Right: [lens.nash]
";
    NO_LENS = "M0504", "no lens can run on the scenario", "\
Each lens needs something of a scenario: a stance on each issue, a capability for each actor with a stance, no-deal
points. The help behind the error says for each lens what is missing.
";
    DESIGN = "M0505", "the design can't carry the scenario", "\
Sobol' points come from a table of direction numbers and have only so many dimensions; a Latin hypercube has a greatest
number of draws.

Wrong: melian run big.toml --design sobol          (with more uncertain numbers than the table has dimensions)
Right: melian run big.toml --design monte_carlo
";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_ascending_and_explained() {
        for pair in EXPLANATIONS.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} before {}", pair[0].code, pair[1].code);
        }
        for explanation in EXPLANATIONS {
            assert!(explanation.text.len() > 40, "{}", explanation.code);
            assert!(!explanation.title.ends_with('.'), "{}", explanation.code);
        }
    }

    #[test]
    fn codes_are_found_in_either_case() {
        assert_eq!(explain("m0001").map(|e| e.code), Some(Code::SYNTAX));
        assert_eq!(explain("M9999"), None);
    }
}
