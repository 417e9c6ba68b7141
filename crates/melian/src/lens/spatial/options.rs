//! The choices the spatial model of politics leaves open, by their names in KTAB.

/// How an actor's difference in utility between two options becomes a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VotingRule {
    /// All of the weight on the better option.
    Binary,
    /// Four fifths proportional, one fifth binary.
    PropBin,
    /// Weight times the difference in utility.
    #[default]
    Prop,
    /// Half proportional, half cubic.
    PropCbc,
    /// Weight times the cube of the difference.
    Cubic,
    /// Losses count in full, gains two thirds. Its votes aren't antisymmetric, so results
    /// depend on the order in which options are listed (for positions, the order of actors).
    AsymProsp,
}

/// How strong two coalitions' chances in a contest are, given their strengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VictoryModel {
    /// In proportion to strength.
    #[default]
    Linear,
    /// In proportion to the square of strength.
    Square,
    /// In proportion to the fourth power of strength.
    Quartic,
    /// In proportion to the eighth power of strength.
    Octic,
    /// A tenth more strength wins.
    Binary,
}

/// How pairwise chances become a distribution over options: the probabilistic Condorcet
/// election.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CondorcetModel {
    /// The chance of beating every option, given that one does.
    #[default]
    Conditional,
    /// The long run of a chain whose challengers are drawn uniformly.
    MarkovUniform,
    /// The long run of a chain whose challengers come in proportion to what they can win.
    MarkovIncentive,
}

/// The range of risk attitudes given to the least and the most favoured position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RiskRange {
    /// From 0 to 1.
    Min,
    /// From -1/2 to 1.
    #[default]
    Mid,
    /// From -1 to 1.
    Max,
}

/// How far an actor sees another's risk attitude as it is, rather than as its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RiskAdjustment {
    /// Others are taken to be as oneself.
    None,
    /// One third of the way to the truth.
    #[default]
    OneThird,
    /// Half of the way.
    Half,
    /// Two thirds of the way.
    TwoThirds,
    /// Others are seen as they are.
    Full,
}

impl RiskAdjustment {
    pub(crate) fn share(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::OneThird => 1.0 / 3.0,
            Self::Half => 0.5,
            Self::TwoThirds => 2.0 / 3.0,
            Self::Full => 1.0,
        }
    }
}

/// What a third party stakes when it takes a side in a contest of two others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThirdPartyCommitment {
    /// Nothing: it keeps its position whoever wins.
    NoCommit,
    /// Its position if the side it joins loses.
    #[default]
    SemiCommit,
    /// Its position in either case.
    FullCommit,
}

/// How far two parties move in a bargain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// To a point weighted by salience times chance of winning.
    S1P1,
    /// To a point weighted by the squares of salience and chance.
    #[default]
    S2P2,
    /// Only the likely loser moves, by its disadvantage and both saliences.
    S2PMax,
}

/// Whose estimate of the contest shapes the bargain that is put on the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BargainModel {
    /// The initiator's.
    #[default]
    InitOnlyInterp,
    /// Both the initiator's and the receiver's, as two bargains.
    InitRcvrInterp,
    /// One bargain between the two, weighted by capability times salience.
    PWCompInterp,
}

/// How an actor settles on one of the bargains before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Settlement {
    /// The likeliest.
    #[default]
    Deterministic,
    /// One drawn by its probability.
    Stochastic,
}

/// Errors of KTAB 1.4 that a run can be made to repeat, to compare with its results.
///
/// All are off by default. The errors that make KTAB stop or change from run to run (full
/// risk adjustment, converged positions, two actors, its shared random generator) can't be
/// asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KtabErrors {
    /// Third parties stay silent under `NoCommit` and `FullCommit`: KTAB gives a third party
    /// the same chance of winning whichever side it joins, so that its vote is always nil.
    pub silent_third_parties: bool,
    /// The receiver's view of a bargain puts the initiator's expected gain where the chance
    /// of winning belongs.
    pub gain_as_chance: bool,
    /// The power-weighted compromise weighs the receiver with the initiator's capability.
    pub initiator_capability: bool,
}

impl KtabErrors {
    /// Every error that can be repeated.
    pub const ALL: Self =
        Self { silent_third_parties: true, gain_as_chance: true, initiator_capability: true };
}

/// The options of a run; the default is KTAB's for a table of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// How utilities become votes.
    pub voting_rule: VotingRule,
    /// How strengths become chances.
    pub victory: VictoryModel,
    /// How chances become a distribution.
    pub condorcet: CondorcetModel,
    /// The range of risk attitudes.
    pub risk_range: RiskRange,
    /// How well actors see each other's risk attitude.
    pub risk_adjustment: RiskAdjustment,
    /// What third parties stake.
    pub third_parties: ThirdPartyCommitment,
    /// How far parties move.
    pub interpolation: Interpolation,
    /// Whose view shapes a bargain.
    pub bargain: BargainModel,
    /// How one bargain of several is taken.
    pub settlement: Settlement,
    /// KTAB's errors to repeat.
    pub ktab_errors: KtabErrors,
}

macro_rules! named {
    ($($type:ident { $($variant:ident = $name:literal),+ $(,)? })+) => {$(
        impl $type {
            /// Every choice, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The choice's name, as KTAB writes it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The choice of this name, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.name() == name)
            }
        }
    )+};
}

named! {
    VotingRule { Binary = "Binary", PropBin = "PropBin", Prop = "Prop", PropCbc = "PropCbc",
        Cubic = "Cubic", AsymProsp = "ASymProsp" }
    VictoryModel { Linear = "Linear", Square = "Square", Quartic = "Quartic", Octic = "Octic",
        Binary = "Binary" }
    CondorcetModel { Conditional = "Conditional", MarkovUniform = "MarkovUniform",
        MarkovIncentive = "MarkovIncentive" }
    RiskRange { Min = "Min", Mid = "Mid", Max = "Max" }
    RiskAdjustment { None = "None", OneThird = "OneThird", Half = "Half",
        TwoThirds = "TwoThirds", Full = "Full" }
    ThirdPartyCommitment { NoCommit = "NoCommit", SemiCommit = "SemiCommit",
        FullCommit = "FullCommit" }
    Interpolation { S1P1 = "S1P1", S2P2 = "S2P2", S2PMax = "S2PMax" }
    BargainModel { InitOnlyInterp = "InitOnlyInterp", InitRcvrInterp = "InitRcvrInterp",
        PWCompInterp = "PWCompInterp" }
    Settlement { Deterministic = "Deterministic", Stochastic = "Stochastic" }
}
