//! The stand-in beside what it stands in for: recorded exchanges with real servers, and the AWS client on its S3 store.

// `cfg(test)` tells clippy that all of a module is test code (unwrap, printing).
#[cfg(test)]
mod standin_contract;
#[cfg(test)]
mod storage;
#[cfg(test)]
mod store;
