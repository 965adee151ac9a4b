//! What a container uses of its machine.

use bollard::models::ContainerStatsResponse;
use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::StreamExt as _;

use super::error::{DuringOperation as _, Error};
use super::project::RunningProject;

/// What a container uses of its machine; what the engine does not tell is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ContainerUsage {
    /// Bytes of memory, without the cache of files that the kernel takes back when it likes: what `docker stats` shows.
    pub memory_bytes: Option<u64>,
    /// Nanoseconds of CPU since its start.
    pub cpu_ns: Option<u64>,
}

impl RunningProject {
    /// What a container uses of its machine now.
    ///
    /// # Errors
    /// When there is no such container or the engine does not answer.
    pub async fn usage(&self, service: &str, number: u32) -> Result<ContainerUsage, Error> {
        let name = self.container_name(service, number);
        let once = StatsOptionsBuilder::default().stream(false).one_shot(true).build();
        let mut answers = Box::pin(self.engine().docker().stats(&name, Some(once)));
        match answers.next().await {
            Some(answer) => {
                answer.map(|told| read(&told)).when("measuring", format_args!("container {name}"))
            }
            None => Ok(ContainerUsage::default()),
        }
    }
}

fn read(told: &ContainerStatsResponse) -> ContainerUsage {
    let memory = told.memory_stats.as_ref();
    let stats = memory.and_then(|memory| memory.stats.as_ref());
    // By the names of cgroups 2 and 1.
    let cache = stats.and_then(|stats| stats.get("inactive_file").or(stats.get("total_inactive_file")));
    let used = memory.and_then(|memory| memory.usage);
    ContainerUsage {
        memory_bytes: used.map(|used| used.saturating_sub(cache.copied().unwrap_or(0))),
        cpu_ns: told.cpu_stats.as_ref().and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_told_without_the_cache_of_files() {
        let told = |text: &str| read(&serde_json::from_str(text).unwrap());
        let second = r#"{"memory_stats":{"usage":900,"stats":{"inactive_file":300}},"cpu_stats":{"cpu_usage":{"total_usage":7}}}"#;
        assert_eq!(told(second), ContainerUsage { memory_bytes: Some(600), cpu_ns: Some(7) });
        let first = r#"{"memory_stats":{"usage":900,"stats":{"total_inactive_file":200}}}"#;
        assert_eq!(told(first), ContainerUsage { memory_bytes: Some(700), cpu_ns: None });
        assert_eq!(told(r#"{"memory_stats":{}}"#), ContainerUsage::default());
    }
}
