//! What Playwright's JSON reporter writes, as far as somebody reads it.

use indexmap::IndexMap;
use serde::Serialize;
use time::OffsetDateTime;

#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) config: Config,
    pub(super) suites: Vec<SuiteOfSpecs>,
    /// What went wrong outside of any test.
    pub(super) errors: Vec<Error>,
    pub(super) stats: Stats,
}

/// Its other keys are about projects and folders that are not here.
#[derive(Debug, Default, Serialize)]
pub(super) struct Config {
    /// Whatever one likes; here what the run was about.
    pub(super) metadata: IndexMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
pub(super) struct SuiteOfSpecs {
    pub(super) title: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) specs: Vec<Spec>,
}

#[derive(Debug, Serialize)]
pub(super) struct Spec {
    pub(super) title: String,
    pub(super) ok: bool,
    pub(super) tags: Vec<String>,
    pub(super) tests: Vec<Test>,
    pub(super) id: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Test {
    pub(super) timeout: u64,
    pub(super) annotations: Vec<Annotation>,
    pub(super) expected_status: Status,
    pub(super) project_name: String,
    pub(super) project_id: String,
    pub(super) results: Vec<TestResult>,
    pub(super) status: TestStatus,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TestResult {
    pub(super) worker_index: u32,
    pub(super) status: Status,
    pub(super) duration: u64,
    pub(super) errors: Vec<Error>,
    pub(super) stdout: Vec<Output>,
    pub(super) stderr: Vec<Output>,
    pub(super) retry: u32,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) start_time: OffsetDateTime,
    pub(super) attachments: Vec<Attachment>,
}

#[derive(Debug, Serialize)]
pub(super) struct Annotation {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) description: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Error {
    pub(super) message: String,
    pub(super) stack: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Output {
    pub(super) text: String,
}

/// A picture or a trace; the gate has none.
#[derive(Debug, Serialize)]
pub(super) enum Attachment {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stats {
    #[serde(with = "time::serde::rfc3339")]
    pub(super) start_time: OffsetDateTime,
    pub(super) duration: u64,
    pub(super) expected: usize,
    pub(super) unexpected: usize,
    pub(super) flaky: usize,
    pub(super) skipped: usize,
}

/// How one try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Status {
    Passed,
    Failed,
    Skipped,
}

/// What all tries together come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum TestStatus {
    Expected,
    Unexpected,
    Flaky,
    Skipped,
}
