//! [`Settings`](crate::inputs::Settings) → [`Plan`]: everything the run will do, decided beforehand.
//!
//! A plan is data: deterministic, serialisable, printable. The same inputs give the same bytes. Nothing is created
//! before a plan is made; what cannot work or is not supported is refused here (a downgrade, more than one minor apart in
//! rolling mode, a database that is too old).
//!
//! What is done is a list of [`Step`]s (`steps.rs`), made by the kind of upgrade (`sequence.rs`). The same list is printed,
//! run by `stages`, and counted by the console.

mod databases;
mod locks;
mod make;
mod matrix;
mod render;
mod rolling_policy;
mod sequence;
mod settle;
mod steps;
mod supported_versions;
mod types;

pub use databases::remedy as newer_database;
pub use locks::judge_lock;
pub use make::{has_apps, known_to_fail, make, of_settings};
pub use matrix::{Pair, matrix, pairs};
pub use render::text;
pub use steps::{Part, Step};
pub use supported_versions::{is_esr, support};
pub use types::{
    AttachedNode, AttachedPlan, Budgets, BuiltPlan, Bundle, LeftOut, Mode, Plan, Release, StagePlan,
    SuitePlan,
};
