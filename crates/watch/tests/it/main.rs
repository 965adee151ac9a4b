//! The watch on stand-in clusters: what is known of their outages beforehand is what it has to tell.

// `cfg(test)` tells clippy that all of a module is test code (unwrap, printing).
#[cfg(test)]
mod answers;
#[cfg(test)]
mod roll;
#[cfg(test)]
mod site;
