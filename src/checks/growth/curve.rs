//! How fast what a server uses grows, and how fast it may.

use std::fmt;

/// What was used, by milliseconds.
pub(super) type Curve = Vec<(u64, u64)>;

/// Something that a server uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Bytes of memory, those of plugins among them.
    Memory,
    /// Bytes of the server's own heap that are in use.
    Heap,
    /// What it has under way.
    Goroutines,
}

/// All of them.
pub(super) const USES: [Use; 3] = [Use::Memory, Use::Heap, Use::Goroutines];

/// From one measurement to the last of a time; its parts are as many measurements each.
const SPAN: usize = 8;

/// One MiB a second, in bytes a minute.
const MIB_A_SECOND: i64 = 60 << 20;

/// How something grew over a time. Rates are what is more after a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Growth {
    from: u64,
    to: u64,
    ms: u64,
    /// Of the part in which it grew least.
    pub(super) slowest: i64,
    /// Of all of it.
    mean: i64,
}

impl Growth {
    /// Over the last time of a curve; nothing where it is shorter than that.
    pub(super) fn last(of: Use, curve: &[(u64, u64)]) -> Option<Self> {
        curve.windows(SPAN + 1).next_back().map(|time| Self::over(of, time))
    }

    fn over(of: Use, time: &[(u64, u64)]) -> Self {
        let (first, last) = (time[0], time[SPAN]);
        let each = SPAN / of.parts();
        let parts = (0..of.parts()).map(|n| rate(time[n * each], time[(n + 1) * each]));
        let mean = rate(first, last);
        let (from, to, ms) = (first.1, last.1, last.0.saturating_sub(first.0));
        Self { from, to, ms, slowest: parts.min().unwrap_or(mean), mean }
    }
}

fn rate(from: (u64, u64), to: (u64, u64)) -> i64 {
    let ms = i64::try_from(to.0.saturating_sub(from.0)).unwrap_or(i64::MAX).max(1);
    let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    signed(to.1).saturating_sub(signed(from.1)).saturating_mul(60_000) / ms
}

/// The rate of the time in which any of these grew most; nothing where all are shorter than that.
pub(super) fn steepest(curves: impl Iterator<Item = Curve>) -> Option<i64> {
    let means = |curve: Curve| curve.windows(SPAN + 1).map(|time| rate(time[0], time[SPAN])).max();
    curves.filter_map(means).max()
}

impl Use {
    /// In each of so many parts of a time it must have grown to be said to grow all the while: what comes up, or does one large thing,
    /// grows in one or two. A heap is tidied up as rarely as it is large: in ten seconds for sure.
    fn parts(self) -> usize {
        match self {
            Self::Memory | Self::Goroutines => 4,
            Self::Heap => 2,
        }
    }

    /// How fast it may grow where stable's grew as fast as that: sure ends compared. A tidy heap hardly moves, and what else a server
    /// holds goes up and down by some tens of MiB in twenty seconds.
    pub(super) fn most(self, usual: i64) -> i64 {
        let least = match self {
            Self::Memory => 2 * MIB_A_SECOND,
            Self::Heap => MIB_A_SECOND * 3 / 2,
            Self::Goroutines => 3 * 60,
        };
        let usual = usual.max(0);
        (usual + least).max(usual / 2 * 3)
    }

    /// `2.6 MiB/s`.
    pub(super) fn rate(self, a_minute: i64) -> String {
        let (unit, name) = match self {
            Self::Memory | Self::Heap => (MIB_A_SECOND, " MiB/s"),
            Self::Goroutines => (60, "/s"),
        };
        // In whole tenths, as clearly as anybody needs it.
        let tenths = (i128::from(a_minute) * 10 / i128::from(unit)).unsigned_abs();
        let sign = if a_minute < 0 && tenths > 0 { "-" } else { "" };
        format!("{sign}{}.{}{name}", tenths / 10, tenths % 10)
    }

    /// `2.6 MiB/s over 20 s: from 123 to 175 MiB`.
    pub(super) fn told(self, growth: &Growth) -> String {
        let Growth { from, to, ms, mean, .. } = growth;
        let (from, to, unit) = match self {
            Self::Memory | Self::Heap => (from >> 20, to >> 20, " MiB"),
            Self::Goroutines => (*from, *to, ""),
        };
        format!("{} over {} s: from {from} to {to}{unit}", self.rate(*mean), ms / 1000)
    }
}

/// `memory`.
impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Heap => "heap in use",
            Self::Goroutines => "goroutines",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MiB, 2.5 s apart.
    fn curve(mib: &[u64]) -> Curve {
        (0..).step_by(2500).zip(mib.iter().map(|mib| mib << 20)).collect()
    }

    #[test]
    fn what_grew_is_told_by_its_mean_and_by_its_slowest_part() {
        let growth =
            Growth::last(Use::Memory, &curve(&[100, 90, 100, 110, 120, 130, 130, 140, 150, 160])).unwrap();
        assert_eq!(Use::Memory.told(&growth), "3.5 MiB/s over 20 s: from 90 to 160 MiB");
        assert_eq!(Use::Memory.rate(growth.slowest), "2.0 MiB/s");
        assert_eq!(Growth::last(Use::Memory, &curve(&[100; 8])), None, "too short a time");
        let falls = Growth::last(Use::Memory, &curve(&[140, 130, 120, 110, 100, 90, 80, 70, 60])).unwrap();
        assert_eq!(Use::Memory.told(&falls), "-4.0 MiB/s over 20 s: from 140 to 60 MiB");
    }

    #[test]
    fn one_jump_is_no_steady_growth() {
        let jump = curve(&[100, 100, 100, 900, 900, 900, 900, 900, 900]);
        assert_eq!(USES.map(|of| Growth::last(of, &jump).unwrap().slowest), [0; 3]);
        // The heap of a large server, tidied up every seven seconds.
        let seldom = curve(&[300, 300, 335, 335, 335, 370, 370, 370, 405]);
        let rates = [Use::Memory, Use::Heap].map(|of| of.rate(Growth::last(of, &seldom).unwrap().slowest));
        assert_eq!(rates, ["0.0 MiB/s", "3.5 MiB/s"]);
    }

    #[test]
    fn what_is_allowed_follows_stable() {
        let told = |of: Use, usual: i64| of.rate(of.most(usual));
        assert_eq!(told(Use::Memory, -5), "2.0 MiB/s");
        assert_eq!(told(Use::Memory, 10 * MIB_A_SECOND), "15.0 MiB/s");
        assert_eq!(told(Use::Goroutines, 60), "4.0/s");
        let curves = [curve(&[100; 9]), curve(&[100, 110, 120, 130, 140, 150, 160, 170, 180])];
        assert_eq!(
            steepest(curves.into_iter()).map(|rate| Use::Heap.rate(rate)).as_deref(),
            Some("4.0 MiB/s")
        );
    }
}
