//! The order in which services start.

use super::project::Project;

impl Project {
    /// The services in waves: each wave depends on earlier ones only, and within a wave the order is the file's.
    ///
    /// Dependencies on services that are not in the project do not count. The parser refuses circles; in a project made by
    /// hand, what hangs in one comes last, in one wave.
    pub fn waves(&self) -> Vec<Vec<String>> {
        let mut waves: Vec<Vec<String>> = Vec::new();
        let mut waiting: Vec<&String> = self.services.keys().collect();
        while !waiting.is_empty() {
            let is_free = |name: &&String| {
                let service = &self.services[name.as_str()];
                !service.depends_on.keys().any(|other| waiting.contains(&other))
            };
            let wave: Vec<&String> = waiting.iter().copied().filter(is_free).collect();
            let wave = if wave.is_empty() { waiting.clone() } else { wave };
            waiting.retain(|name| !wave.contains(name));
            waves.push(wave.into_iter().cloned().collect());
        }
        waves
    }

    /// The first circle of dependencies, as `a → b → a`.
    pub(super) fn circle(&self) -> Option<Vec<String>> {
        let mut done: Vec<&str> = Vec::new();
        for name in self.services.keys() {
            let mut path = Vec::new();
            if let Some(circle) = self.circle_from(name, &mut path, &mut done) {
                return Some(circle);
            }
        }
        None
    }

    fn circle_from<'a>(
        &'a self,
        name: &'a str,
        path: &mut Vec<&'a str>,
        done: &mut Vec<&'a str>,
    ) -> Option<Vec<String>> {
        if let Some(start) = path.iter().position(|other| *other == name) {
            return Some(path[start..].iter().copied().chain([name]).map(str::to_owned).collect());
        }
        if done.contains(&name) {
            return None;
        }
        path.push(name);
        for other in self.services.get(name)?.depends_on.keys() {
            if let Some(circle) = self.circle_from(other, path, done) {
                return Some(circle);
            }
        }
        path.pop();
        done.push(name);
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::project::{Dependency, DependsCondition, Service};
    use super::*;

    fn project(services: &[(&str, &[&str])]) -> Project {
        let dependency = Dependency { condition: DependsCondition::ServiceStarted, required: true };
        let service = |(name, others): &(&str, &[&str])| {
            let depends_on = others.iter().map(|other| ((*other).to_owned(), dependency)).collect();
            ((*name).to_owned(), Service { depends_on, ..Service::default() })
        };
        Project { services: services.iter().map(service).collect(), ..Project::default() }
    }

    #[test]
    fn waves_follow_dependencies() {
        let project = project(&[
            ("lb", &["a", "b"]),
            ("a", &["db"]),
            ("b", &["db", "gone"]),
            ("db", &[]),
            ("mail", &[]),
        ]);
        assert_eq!(project.waves(), [vec!["db", "mail"], vec!["a", "b"], vec!["lb"]]);
        assert_eq!(project.circle(), None);
    }

    #[test]
    fn circles_are_named() {
        let looping = project(&[("x", &["a"]), ("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &[])]);
        assert_eq!(looping.circle().unwrap().join(" → "), "a → b → c → a");
        assert_eq!(looping.waves(), [vec!["d"], vec!["x", "a", "b", "c"]]);
        assert_eq!(project(&[("a", &["a"])]).circle().unwrap(), ["a", "a"]);
    }

    proptest! {
        #[test]
        fn every_service_starts_once_and_after_what_it_needs(edges in proptest::collection::vec((0usize..12, 0usize..12), 0..40)) {
            let names: Vec<String> = (0..12).map(|number| format!("s{number}")).collect();
            // Only edges to lower numbers: no circles.
            let of = |from: usize| edges.iter().filter(move |(a, b)| *a == from && b < a).map(|(_, b)| names[*b].as_str());
            let lists: Vec<Vec<&str>> = (0..12).map(|from| of(from).collect()).collect();
            let services: Vec<(&str, &[&str])> = names.iter().zip(&lists).map(|(name, list)| (name.as_str(), list.as_slice())).collect();
            let project = project(&services);
            let waves = project.waves();
            prop_assert_eq!(waves.iter().flatten().count(), 12);
            let wave_of = |name: &str| waves.iter().position(|wave| wave.iter().any(|other| other == name)).unwrap();
            for (name, service) in &project.services {
                for other in service.depends_on.keys() {
                    prop_assert!(wave_of(other) < wave_of(name));
                }
            }
            prop_assert_eq!(project.circle(), None);
        }
    }
}
