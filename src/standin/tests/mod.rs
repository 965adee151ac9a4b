//! The stand-in seen from outside, through HTTP and websockets only.

mod client;
mod crossing;
mod faults;
mod life;
mod probes;
mod rest;
mod split;
