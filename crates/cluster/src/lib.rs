//! The one seam between what is verified and where it runs.
//!
//! A [`Cluster`] is asked by what it can do. It knows nothing of checks, stages and blame: what goes wrong is a
//! [`Trouble`](basics::trouble::Trouble) that names the part; what it cannot do is an [`Absent`] with the sentence for the report.
//!
//! ```text
//! Cluster ──► nodes             start, stop, replace; are they alive, what do their logs say     every provider
//!         ──► traffic           take a node out, put it back                                     a balancer, commands, nothing
//!         ──► inside            images, bucket, the way back to the gate                         what is not closed
//!         ──► side_containers   a container of the user's beside it                              compose
//! ```
//! Providers: *compose* builds it on a Docker engine, *stand-in* in this process, *attached* visits one that is there
//! already. They are plain variants of one enum: a reader finds what happens by following a match.
//! Files of providers (`attached`, `compose/`, `standin`) do not know the seam, its capabilities or each other.

mod absent;
mod attached;
mod command;
mod compose;
mod database;
mod database_look;
mod denied;
pub mod evidence;
mod haproxy;
mod image;
mod images;
mod inside;
mod last_words;
mod origin;
mod precautions;
mod process;
mod profile;
mod project;
mod ready;
mod reload;
mod seam;
mod side_container;
mod site_copy;
mod standin;
mod traffic;
pub mod unreached;
mod usage;

pub use absent::Absent;
pub use attached::{AttachedCluster, AttachedOptions, SiteAdmin};
pub use command::{Exit, Leftovers, run_command};
pub use compose::side_containers::SideContainers;
pub use compose::{ComposeCluster, ComposeOptions};
pub use database::Database;
pub use database_look::{DatabaseLook, LockWait};
pub use docker::PipedEnds;
pub use image::{ImageFacts, Packaged};
pub use images::Images;
pub use inside::Inside;
pub use last_words::LastWords;
pub use origin::Origin;
pub use process::ServerProcess;
pub use project::{
    Assurances, Foreseen, MOST_NODES, NodeFiles, ProjectRefusal, Roles, Site, StoreRole, cut_off,
    default_files, is_node, off_by_profile, what_is_cut_off,
};
pub use ready::ready;
pub use seam::{Cluster, Nodes};
pub use side_container::{PipedContainer, SideContainer, SideContainerEnd};
pub use site_copy::{Census, DatabaseDump, DumpForm, PickedRow, RowRange, TableCensus};
pub use standin::{StandInCluster, StandInOptions};
pub use traffic::Traffic;
pub use usage::ServerUsage;
