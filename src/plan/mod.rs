//! Inputs → [`Plan`]: everything the run will do, decided beforehand, and every wrong input named at once.
//!
//! A plan is data: deterministic, serialisable, printable. The same inputs give the same bytes; of the outside only the
//! bundles that the input `plugins` names are looked into. Nothing is created before a plan is made; policy is refused
//! here (a downgrade, more than one minor apart in rolling mode).

mod attached;
mod authorities;
mod bundles;
mod images;
mod make;
mod matrix;
mod policy;
mod problems;
mod publishing;
mod registry;
mod releases;
mod render;
mod selection;
mod suite;
mod support;
mod texts;
mod types;
mod upload;
mod values;
mod waivers;

pub use authorities::{authorities, authorities_pem};
pub use images::judge_image;
pub use make::{has_apps, make};
pub use matrix::{Pair, matrix, pairs};
pub use problems::{Problem, Problems};
pub use publishing::judge_publishing;
pub use render::text;
pub use types::{
    AttachedNode, AttachedPlan, Budgets, BuiltPlan, Bundle, LeftOut, Mode, Plan, Release, StagePlan,
    SuitePlan,
};
