//! The process of a node's server as its machine sees it: whether it runs, since when, and what it uses.

use time::OffsetDateTime;

/// The process of a node's server at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerProcess {
    /// What runs it; another one after each replacement.
    pub container: String,
    /// Why it does not run; nothing where it does.
    pub ended: Option<String>,
    /// When it was last started, as far as that is told.
    pub started_at: Option<OffsetDateTime>,
    /// How often it was started again by itself.
    pub restarts: u64,
    /// Bytes of memory that it uses, without the cache of files.
    pub memory_bytes: Option<u64>,
    /// Nanoseconds of CPU that it used since its start.
    pub cpu_ns: Option<u64>,
}

impl ServerProcess {
    /// What happened to it since `before` that nobody asked for, as a sentence about it; nothing where it went on, or where another
    /// container was put in its place.
    #[must_use]
    pub fn ended_since(&self, before: &Self) -> Option<String> {
        if let Some(how) = &self.ended {
            return Some(format!("its process {how}"));
        }
        let again = self.restarts > before.restarts || self.started_at > before.started_at;
        (self.container == before.container && again).then(|| {
            let at = self.started_at.map_or_else(String::new, |at| {
                format!(" at {:02}:{:02}:{:02} UTC", at.hour(), at.minute(), at.second())
            });
            format!("its process had ended and was started again{at}")
        })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn process() -> ServerProcess {
        ServerProcess {
            container: "abc".into(),
            ended: None,
            started_at: Some(datetime!(2026-11-27 10:00:00 UTC)),
            restarts: 1,
            memory_bytes: None,
            cpu_ns: None,
        }
    }

    #[test]
    fn an_end_nobody_asked_for_is_told_and_a_replacement_is_none() {
        let before = process();
        assert_eq!(process().ended_since(&before), None);
        let dead = ServerProcess { ended: Some("was killed (exit code 137)".into()), ..process() };
        assert_eq!(dead.ended_since(&before).as_deref(), Some("its process was killed (exit code 137)"));
        let later = Some(datetime!(2026-11-27 10:05:07 UTC));
        let again = ServerProcess { started_at: later, ..process() };
        let told = "its process had ended and was started again at 10:05:07 UTC";
        assert_eq!(again.ended_since(&before).as_deref(), Some(told));
        let by_its_policy = ServerProcess { restarts: 2, started_at: None, ..process() };
        let told = "its process had ended and was started again";
        assert_eq!(by_its_policy.ended_since(&before).as_deref(), Some(told));
        let replaced = ServerProcess { container: "def".into(), ..again };
        assert_eq!(replaced.ended_since(&before), None);
    }
}
