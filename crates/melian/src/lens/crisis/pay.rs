//! What is paid and what chance decides, by name: the structure of a game knows these, a draw gives them numbers.

use crate::scenario::ActorId;

/// Whether a player has committed itself in public: 0 not, else 1 and the periods since where its audience's cost grows.
pub(super) type Held = [u8; 4];

/// Something that is paid, at an end of play or on the way. Periods are 0 where time makes no difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pay {
    /// A deal stands.
    Settled { offer: usize, period: u32 },
    /// Some players (bits) broke a deal at a step of carrying it out.
    Breach { offer: usize, step: usize, breakers: u8, period: u32 },
    /// A spoiler broke a deal.
    Spoiled { period: u32 },
    /// Players gave in, each to another.
    Conceded { pairs: Vec<(usize, usize)>, held: Held, period: u32 },
    /// War, and which player stepped into it, if one alone did.
    War { first: Option<usize>, accident: bool, period: u32 },
    /// The horizon without a deal.
    NoDeal { period: u32 },
    /// The deadline brings an actor's terms.
    Imposed { by: ActorId, period: u32 },
    /// A period on a rung.
    OnRung { rung: usize, period: u32 },
    /// A player let its red lines (bits) pass.
    Lapse { lines: u16, period: u32 },
    /// A player stepped back from its public word.
    BackDown { player: usize, held: u8, period: u32 },
    /// Terms short of what was said in public.
    Short { offer: usize, held: Held, period: u32 },
    /// A spoiler's strike succeeded.
    Strike { spoiler: usize, period: u32 },
}

impl Pay {
    /// Whether play ends with it.
    pub(super) fn is_end(&self) -> bool {
        !matches!(
            self,
            Self::OnRung { .. }
                | Self::Lapse { .. }
                | Self::BackDown { .. }
                | Self::Short { .. }
                | Self::Strike { .. }
        )
    }

    /// The period it is paid in; 0 where time makes no difference.
    pub(super) fn period(&self) -> u32 {
        match self {
            Self::Settled { period, .. }
            | Self::Breach { period, .. }
            | Self::Spoiled { period }
            | Self::Conceded { period, .. }
            | Self::War { period, .. }
            | Self::NoDeal { period }
            | Self::Imposed { period, .. }
            | Self::OnRung { period, .. }
            | Self::Lapse { period, .. }
            | Self::BackDown { period, .. }
            | Self::Short { period, .. }
            | Self::Strike { period, .. } => *period,
        }
    }

    /// A short name of an end.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Settled { .. } => "deal",
            Self::Breach { .. } | Self::Spoiled { .. } => "broken",
            Self::Conceded { .. } => "conceded",
            Self::War { accident: false, .. } => "war",
            Self::War { accident: true, .. } => "war by accident",
            Self::Imposed { .. } => "imposed",
            _ => "no deal",
        }
    }
}

/// Something chance decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Luck {
    /// Whether a period on a rung gets out of hand: no, yes.
    Accident { rung: usize },
    /// Whether a stage passes given which players agreed (bits): yes, no.
    Stage { stage: usize, offer: usize, agreed: u8 },
    /// Whether a spoiler strikes and succeeds: yes, no.
    Strike { spoiler: usize },
    /// Which offer a mediator makes, the last branch: none.
    Propose { mediator: usize, period: u32 },
    /// One of so many, evenly.
    Even { of: usize },
}
