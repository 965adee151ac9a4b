//! The one integration binary: whole parts together, on the stand-in and, where an engine answers, on Docker.

// A long `json!` is a deep expansion.
#![recursion_limit = "256"]

// `cfg(test)` tells clippy that all of a module is test code (unwrap, printing).
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod attached;
#[cfg(test)]
mod bless;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod compose_shapes;
#[cfg(test)]
mod crowd;
#[cfg(test)]
mod deceiving_texts;
#[cfg(test)]
mod docker_engine;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod explained;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod foreign_texts;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod gate_on_docker;
#[cfg(test)]
mod held_mails;
#[cfg(test)]
mod history;
#[cfg(test)]
mod look;
#[cfg(test)]
mod outside;
#[cfg(test)]
mod plan_golden;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod play;
#[cfg(test)]
mod played;
#[cfg(test)]
mod plugin_upgrade;
#[cfg(test)]
mod products;
#[cfg(test)]
mod red_comments;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod report_command;
#[cfg(test)]
mod report_golden;
#[cfg(test)]
mod report_shown;
#[cfg(test)]
mod restarts;
#[cfg(test)]
mod runner;
#[cfg(test)]
mod site_copy;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod subpath;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod upgrades;
#[cfg(test)]
mod wait;
#[cfg(test)]
mod wrong_inputs;
