//! Mails that a node holds back, in its memory: what it holds when it stops is never sent.

use std::collections::BTreeMap;
use std::sync::Mutex;

use basics::unpoisoned::lock;

/// What a node holds: the text of a mail by its address.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<BTreeMap<String, String>>);

impl Held {
    /// Keeps what somebody is to be told, behind what they are to be told already.
    pub(crate) fn keep(&self, to: &str, text: &str) {
        lock(&self.0).entry(to.to_owned()).or_default().push_str(text);
    }

    /// Takes all of it.
    pub(crate) fn take(&self) -> BTreeMap<String, String> {
        std::mem::take(&mut *lock(&self.0))
    }
}
