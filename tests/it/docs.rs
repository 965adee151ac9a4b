//! What is written about the gate, against what the gate is: tables in README.md, docs/, action.yml.
//!
//! A generated part stands between a line with `generated: NAME` and a line with `end`. With `UPGRADE_GATE_BLESS=1`
//! these tests write the parts anew instead of comparing them.

mod check_tables;
mod exit_codes;
mod input_tables;
mod own_compose;
mod policy_tables;
mod region;
mod step_lists;
mod workflows;
