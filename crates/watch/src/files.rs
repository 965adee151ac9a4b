//! How many requests may be on their way where a process may open few files: each of them is one.

use rustix::process::{Resource, getrlimit};

/// What everything else in the process needs.
const OTHERS: u64 = 256;

/// Fewer on their way would give up requests that are only slow.
const LEAST: usize = 16;

/// As many requests of a route as are wanted, or as there are files for if all `routes` hang.
pub(crate) fn in_flight(wanted: usize, routes: usize) -> usize {
    shared(getrlimit(Resource::Nofile).current, wanted, routes)
}

fn shared(files: Option<u64>, wanted: usize, routes: usize) -> usize {
    let Some(files) = files else { return wanted };
    let of_one = files.saturating_sub(OTHERS) / u64::try_from(routes.max(1)).unwrap_or(u64::MAX);
    wanted.min(usize::try_from(of_one).unwrap_or(usize::MAX).max(LEAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_files_are_shared_and_many_are_not_counted() {
        assert_eq!(shared(None, 256, 17), 256);
        assert_eq!(shared(Some(1_048_576), 256, 17), 256);
        assert_eq!(shared(Some(1024), 256, 17), 45);
        assert_eq!(shared(Some(64), 256, 17), 16);
    }
}
