//! Words of compose for what we read, for both comparisons with what compose reads.

use std::time::Duration;

use compose_file::{DependsCondition, FileMount, Port, Restart};

pub(crate) fn condition(condition: &DependsCondition) -> &'static str {
    match condition {
        DependsCondition::ServiceStarted => "service_started",
        DependsCondition::ServiceHealthy => "service_healthy",
        DependsCondition::ServiceCompletedSuccessfully => "service_completed_successfully",
    }
}

pub(crate) fn restart(restart: &Restart) -> String {
    match restart {
        Restart::No => "no".to_owned(),
        Restart::Always => "always".to_owned(),
        Restart::UnlessStopped => "unless-stopped".to_owned(),
        Restart::OnFailure(times) => format!("on-failure:{times}"),
    }
}

pub(crate) fn port(port: &Port) -> String {
    let published = port.published.map(|port| port.to_string()).unwrap_or_default();
    format!("{}:{published}:{}/{}", port.host_ip.as_deref().unwrap_or_default(), port.target, port.protocol)
}

pub(crate) fn file(file: &FileMount) -> String {
    format!("{} {} {}:{} {:o}", file.source, file.target, file.uid, file.gid, file.mode)
}

pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap()
}
