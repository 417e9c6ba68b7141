//! The formulas of a run, by its options, so that a trace can be followed by hand.

use super::options::{
    BargainModel, CondorcetModel, Interpolation, Options, RiskAdjustment, RiskRange, Settlement,
    ThirdPartyCommitment, VictoryModel, VotingRule,
};
use crate::lens::TraceStep;

/// The formulas behind the tables, one a line.
pub(super) fn formulas(options: Options) -> TraceStep {
    let text = [
        "x position as a share of the scale, c capability, s_k salience/100 on issue k, s the sum of an actor's s_k (if any \
         actor's is above 1, all are scaled down together; no s_k below 0.01). Who has no stance on an issue stands at \
         the mean of the others there and doesn't care. An actor's ideal is where it stands, and follows it."
            .to_owned(),
        "d = the root of (sum of s_k^2 (ideal - x)^2 / sum of s_k^2): how far a position is from an actor's ideal, in its own \
         saliences. U = (1 - d)(1 + d R)."
            .to_owned(),
        format!("A vote of weight w on a difference u in utility between two options is {}.", vote(options.voting_rule)),
        format!(
            "In an election over options, C of a against b is the sum of votes of those who prefer a, and {}; {}.",
            victory(options.victory),
            condorcet(options.condorcet)
        ),
        format!(
            "Risk: an election over the positions, with w = c and every R = 0, gives each a probability p, between the least m and \
             the most M; {}. {}",
            risk(options.risk_range),
            insight(options.risk_adjustment)
        ),
        "A challenge of j by i in h's eyes, with w = c s: v = the vote on U(x of i) - U(x of j). The two parties' own v above 0 \
         add to A (for), those below 0 to B (against)."
            .to_owned(),
        third_party(options),
        "P = A / (A + B). dEU = (1 - s of j) 2 U(x of i) + s of j (P 2 U(x of i) + (1 - P) 2 U(x of j)) - U(x of i) - U(x of j), \
         with U to i for dEU(i), to j for dEU(j)."
            .to_owned(),
        "Each actor challenges the one that promises it the largest dEU(i) in its own eyes, if that is above 0.00001.".to_owned(),
        format!("The bargain, on each issue: {}. {}", bargain(options.interpolation), view(options.bargain)),
        format!(
            "Each actor then holds an election, with w = c, over standing still and the bargains it is a party to; U of a bargain is \
             the mean of U over the positions of all, were it carried out. It {}. All move at once.",
            match options.settlement {
                Settlement::Deterministic => "moves as the likeliest says",
                Settlement::Stochastic => "draws one by its probability and moves as that says",
            }
        ),
        "The talks end with the first turn, from the second on, that moves less than 2 % of what the first one moved.".to_owned(),
    ];
    let mut text = text.join("\n");
    let errors = options.ktab_errors;
    let repeated = [
        (errors.silent_third_parties, "third parties stay silent unless half committed"),
        (errors.gain_as_chance, "j's view of a bargain puts dEU(i) where P belongs"),
        (errors.initiator_capability, "a bargain of both views weighs j with i's capability"),
    ];
    let repeated: Vec<&str> = repeated.iter().filter(|(on, _)| *on).map(|(_, said)| *said).collect();
    if !repeated.is_empty() {
        text.push_str("\nErrors of KTAB that are repeated: ");
        text.push_str(&repeated.join("; "));
        text.push('.');
    }
    TraceStep { title: "How the numbers follow from each other".to_owned(), text, tables: Vec::new() }
}

fn vote(rule: VotingRule) -> &'static str {
    match rule {
        VotingRule::Binary => "w or -w, by the sign of u",
        VotingRule::PropBin => "w (0.8 u + 0.2 for u above 0, - 0.2 for u below)",
        VotingRule::Prop => "w u",
        VotingRule::PropCbc => "w (u + u^3) / 2",
        VotingRule::Cubic => "w u^3",
        VotingRule::AsymProsp => "w u where u is below 0, else 2/3 w u",
    }
}

fn victory(model: VictoryModel) -> &'static str {
    match model {
        VictoryModel::Linear => "P(a, b) = C(a, b) / (C(a, b) + C(b, a))",
        VictoryModel::Square => "P(a, b) = C(a, b)^2 / (C(a, b)^2 + C(b, a)^2)",
        VictoryModel::Quartic => "P(a, b) = C(a, b)^4 / (C(a, b)^4 + C(b, a)^4)",
        VictoryModel::Octic => "P(a, b) = C(a, b)^8 / (C(a, b)^8 + C(b, a)^8)",
        VictoryModel::Binary => {
            "P(a, b) is 1 if C(a, b) is 1.1 times C(b, a) or more, 0 if C(b, a) is 1.1 times C(a, b) or more, else \
             (2.1 C(a, b) / (C(a, b) + C(b, a)) - 1) / 0.1"
        }
    }
}

fn condorcet(model: CondorcetModel) -> &'static str {
    match model {
        CondorcetModel::Conditional => {
            "the probability of a is the product of its P(a, b) over all options (1/2 for itself), as a share of the sum of \
             all such products"
        }
        CondorcetModel::MarkovUniform => {
            "the probabilities are those that stay as they are when p(a) becomes the mean over b of P(a, b) (p(a) + p(b))"
        }
        CondorcetModel::MarkovIncentive => {
            "the probabilities are those that stay as they are when each favourite b is challenged by a in proportion to \
             C(a, b) P(a, b)"
        }
    }
}

fn risk(range: RiskRange) -> &'static str {
    match range {
        RiskRange::Min => "R = (p - m) / (M - m)",
        RiskRange::Mid => "R = (3 p - M - 2 m) / (2 (M - m))",
        RiskRange::Max => "R = (2 p - M - m) / (M - m)",
    }
}

fn insight(adjustment: RiskAdjustment) -> &'static str {
    match adjustment {
        RiskAdjustment::None => "Each takes the others' R to be its own.",
        RiskAdjustment::OneThird => "Each takes another's R to be 2/3 of its own and 1/3 of the other's.",
        RiskAdjustment::Half => "Each takes another's R to be the mean of its own and the other's.",
        RiskAdjustment::TwoThirds => "Each takes another's R to be 1/3 of its own and 2/3 of the other's.",
        RiskAdjustment::Full => "Each knows the others' R.",
    }
}

fn third_party(options: Options) -> String {
    let (with_i, with_j, chances) = match options.third_parties {
        ThirdPartyCommitment::SemiCommit => (
            "a (2 U(x of i) + U(own x)) + 3 (1 - a) U(x of j)",
            "3 a U(x of i) + (1 - a)(2 U(x of j) + U(own x))",
            "a = the chance of i if the third party adds its v to the side it prefers, from the two parties' A and B alone",
        ),
        _ if options.ktab_errors.silent_third_parties => {
            return "Third parties have no vote.".to_owned();
        }
        ThirdPartyCommitment::NoCommit => (
            "a (2 U(x of i) + U(own x)) + (1 - a)(2 U(x of j) + U(own x)) with a = (A + |v|) / (A + B + |v|)",
            "the same with a = A / (A + B + |v|)",
            "A and B are the two parties' alone",
        ),
        ThirdPartyCommitment::FullCommit => (
            "3 a U(x of i) + 3 (1 - a) U(x of j) with a = (A + |v|) / (A + B + |v|)",
            "the same with a = A / (A + B + |v|)",
            "A and B are the two parties' alone",
        ),
    };
    format!(
        "A third party votes, with its w, on E1 - E2: E1 = {with_i}; E2 = {with_j}; {chances}. Above 0 it adds to A, below to B."
    )
}

fn bargain(rule: Interpolation) -> &'static str {
    match rule {
        Interpolation::S1P1 => {
            "weights a_i = s_k of i times P and a_j = s_k of j times (1 - P); both go to (a_i x of i + a_j x of j) / (a_i + a_j), to \
             four decimals"
        }
        Interpolation::S2P2 => {
            "weights a_i = (s_k of i times P)^2 and a_j = (s_k of j times (1 - P))^2; both go to \
             (a_i x of i + a_j x of j) / (a_i + a_j), to four decimals"
        }
        Interpolation::S2PMax => {
            "the likely loser, at a disadvantage D = 1 - 2 times its chance, goes g of the way to the other, \
             g = D s_k^2 of the other / (D s_k^2 of the other + (1 - D) s_k^2 of its own)"
        }
    }
}

fn view(model: BargainModel) -> &'static str {
    match model {
        BargainModel::InitOnlyInterp => "P is in i's eyes.",
        BargainModel::InitRcvrInterp => "One bargain has P in i's eyes, another in j's.",
        BargainModel::PWCompInterp => {
            "It lies between those with P in i's and in j's eyes, weighted by the parties' c s."
        }
    }
}
