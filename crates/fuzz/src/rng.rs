//! Numbers that look random and are the same for the same seed (splitmix64).

/// A source of them.
#[derive(Debug)]
pub struct Rng(u64);

/// A seed that no other run has.
pub(super) fn of_now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_nanos() & u128::from(u64::MAX)).unwrap()
}

impl Rng {
    /// A source that begins so.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`; 0 where none is.
    pub fn number_below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One below `limit`; 0 where nothing is.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number_below(u64::try_from(limit).unwrap())).unwrap()
    }

    /// One of these.
    pub(super) fn one<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> Option<&'t T> {
        (!of.is_empty()).then(|| of[self.below(of.len())])
    }
}
