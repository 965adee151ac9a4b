//! Inputs → [`Plan`]: everything the run will do, decided beforehand, and every wrong input named at once.
//!
//! A plan is data: deterministic, serialisable, printable. The same inputs give the same bytes; of the outside only the
//! bundles that the input `plugins` names are looked into. Nothing is created before a plan is made; what cannot work or is
//! not supported is refused here (a downgrade, more than one minor apart in rolling mode, a database that is too old).
//!
//! What is done is a list of [`Step`]s (`steps.rs`), made by the kind of upgrade (`sequence.rs`). The same list is printed,
//! run by `stages`, and counted by the console.

mod attached;
mod bundles;
mod ca_bundle;
mod databases;
mod images;
mod locks;
mod make;
mod matrix;
mod problems;
mod publishing;
mod registry;
mod releases;
mod render;
mod rolling_policy;
mod selection;
mod sequence;
mod settle;
mod steps;
mod suite;
mod supported_versions;
mod texts;
mod types;
mod upload;
mod values;
mod waivers;

pub use ca_bundle::{authorities, authorities_pem};
pub use databases::{needs, remedy as newer_database};
pub use images::judge_image;
pub use locks::judge_lock;
pub use make::{has_apps, known_to_fail, make};
pub use matrix::{Pair, matrix, pairs};
pub use problems::{Problem, Problems};
pub use publishing::judge_publishing;
pub use render::text;
pub use steps::{Part, Step};
pub use supported_versions::{is_esr, support};
pub use types::{
    AttachedNode, AttachedPlan, Budgets, BuiltPlan, Bundle, LeftOut, Mode, Plan, Release, StagePlan,
    SuitePlan,
};
