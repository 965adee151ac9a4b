//! [`Settings`](crate::inputs::Settings) → [`Plan`]: everything the run will do, decided beforehand.
//!
//! A plan is data: deterministic, serialisable, printable. The same inputs give the same bytes. Nothing is created
//! before a plan is made; what cannot work or is not supported is refused here (a downgrade, more than one minor apart in
//! rolling mode, a database that is too old).
//!
//! What is done is a list of [`PlanStep`]s (`steps.rs`), made by the kind of upgrade (`sequence.rs`). The same list is printed,
//! run by `stages`, and counted by the console.

mod databases;
mod locks;
mod make;
mod matrix;
mod part;
mod render;
mod rollback_policy;
mod rolling_policy;
mod sequence;
mod settle;
mod steps;
mod supported_versions;
mod types;

pub(crate) use databases::remedy as newer_database;
pub(crate) use locks::judge_lock;
pub use make::{has_apps, make};
pub(crate) use make::{known_to_fail, of_settings};
pub(crate) use matrix::matrix;
pub use matrix::{Pair, pairs};
pub(crate) use render::text;
pub(crate) use steps::PlanStep;
pub(crate) use supported_versions::{is_esr, support};
pub use types::Plan;
pub(crate) use types::{BrowserPlan, BuiltPlan, Bundle, Release, SiteCopy, StoreDump, StoreForm, SuitePlan};
