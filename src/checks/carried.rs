//! What is kept in one stage for a later one, in memory: each value by who keeps it, its name and its type.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Mutex;

use crate::unpoisoned::lock;

/// Who keeps it (a check's id), what it is, and its type: a value cannot be asked for as something else.
type Key = (&'static str, &'static str, TypeId);

/// All that is kept in a run.
#[derive(Debug, Default)]
pub struct Carried {
    values: Mutex<HashMap<Key, Box<dyn Any + Send>>>,
    /// Why somebody keeps none of something; of nothing at all, where no name is given.
    absences: Mutex<HashMap<(&'static str, Option<&'static str>), String>>,
}

impl Carried {
    pub(super) fn get<T: Clone + 'static>(&self, owner: &'static str, name: &'static str) -> Option<T> {
        lock(&self.values).get(&(owner, name, TypeId::of::<T>()))?.downcast_ref().cloned()
    }

    pub(super) fn set<T: Send + 'static>(&self, owner: &'static str, name: &'static str, value: T) {
        lock(&self.values).insert((owner, name, TypeId::of::<T>()), Box::new(value));
    }

    pub(super) fn take<T: 'static>(&self, owner: &'static str, name: &'static str) -> Option<T> {
        let value = lock(&self.values).remove(&(owner, name, TypeId::of::<T>()))?;
        value.downcast().ok().map(|value| *value)
    }

    /// What several share: the first who asks makes it.
    pub(super) fn shared<T: Clone + Default + Send + 'static>(
        &self,
        owner: &'static str,
        name: &'static str,
    ) -> T {
        let mut values = lock(&self.values);
        let value = values.entry((owner, name, TypeId::of::<T>())).or_insert_with(|| Box::new(T::default()));
        value.downcast_ref::<T>().cloned().unwrap_or_default()
    }

    /// Notes why there is none; the first reason stays.
    pub(super) fn set_absent(&self, owner: &'static str, name: Option<&'static str>, reason: &str) {
        lock(&self.absences).entry((owner, name)).or_insert_with(|| reason.to_owned());
    }

    /// Why there is none of this, or of nothing at all.
    pub(super) fn absent(&self, owner: &'static str, name: &'static str) -> Option<String> {
        let absences = lock(&self.absences);
        absences.get(&(owner, Some(name))).or_else(|| absences.get(&(owner, None))).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_by_its_owner_its_name_and_its_type() {
        let carried = Carried::default();
        carried.set("posts", "a post", "id".to_owned());
        assert_eq!(carried.get("posts", "a post"), Some("id".to_owned()));
        assert_eq!(carried.get::<u64>("posts", "a post"), None);
        assert_eq!(carried.get::<String>("files", "a post"), None);
        assert_eq!(carried.take("posts", "a post"), Some("id".to_owned()));
        assert_eq!(carried.get::<String>("posts", "a post"), None);
    }

    #[test]
    fn the_first_reason_stays_and_one_for_nothing_at_all_is_a_reason_for_each() {
        let carried = Carried::default();
        carried.set_absent("emoji", Some("an emoji"), "they are off");
        carried.set_absent("emoji", Some("an emoji"), "something else");
        carried.set_absent("boards", None, "no plugin");
        assert_eq!(carried.absent("emoji", "an emoji").as_deref(), Some("they are off"));
        assert_eq!(carried.absent("boards", "a board").as_deref(), Some("no plugin"));
        assert_eq!(carried.absent("posts", "a post"), None);
    }
}
