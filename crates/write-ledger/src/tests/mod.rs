//! The ledger against servers that are healthy, and against servers that are not.

mod corrupt;
mod cut_off;
mod handed_over;
mod healthy;
mod lost_answers;
mod rotten;
mod site;
mod unsteady;
