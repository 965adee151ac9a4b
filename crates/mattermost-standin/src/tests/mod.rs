//! The stand-in seen from outside, through HTTP and websockets only.

mod account_probes;
mod browser_probes;
mod calls;
mod client;
mod content;
mod crossing;
mod due;
mod faults;
mod forgotten;
mod integrations;
mod kept;
mod life;
mod mail;
mod mail_probes;
mod outages;
mod personal;
mod plugins;
mod probes;
mod product_probes;
mod rest;
mod rot;
mod settings;
mod split;
mod traffic_probes;
mod usage;
mod web_probes;
