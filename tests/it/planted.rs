//! Secrets are planted, one of its own in each place that can hold one, and everything that leaves the process is searched.
//!
//! [`secrets`] has the secrets and the forms they are looked for in, [`call`] a call of the real binary and all that came of
//! it. The few places where a secret may be are named where a situation is judged.

mod call;
mod calls_that_are_wrong;
mod clusters;
mod files;
mod hub;
mod inputs_that_are_wrong;
mod runs;
mod secrets;
