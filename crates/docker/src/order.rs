//! What must be there before what: pure.

use std::collections::HashSet;

use super::cause::Cause;
use super::error::Error;
use super::names;
use compose_file::{Condition, Project};

/// The services that one service waits for, and how far each must be.
pub(super) type Waits = Vec<(String, Condition)>;

/// The named services with what each waits for, in an order in which they can start.
/// Dependencies outside the list are assumed to be there.
///
/// # Errors
/// An unknown service, and a circle of dependencies, which would wait for itself.
pub(super) fn starting_order(project: &Project, names: &[&str]) -> Result<Vec<(String, Waits)>, Error> {
    let wanted: HashSet<&str> = names.iter().copied().collect();
    let mut left = Vec::new();
    // In the file's order, so that the same list always starts the same way.
    for name in project.services.keys().map(String::as_str).filter(|name| wanted.contains(name)) {
        let dependencies = &names::service(project, name)?.depends_on;
        let waits: Waits = dependencies
            .iter()
            .filter(|(dependency, _)| wanted.contains(dependency.as_str()))
            .map(|(dependency, how)| (dependency.clone(), how.condition))
            .collect();
        left.push((name.to_owned(), waits));
    }
    for name in names {
        names::service(project, name)?;
    }
    let mut ordered: Vec<(String, Waits)> = Vec::new();
    while !left.is_empty() {
        let can_start = |waits: &Waits| {
            waits.iter().all(|(dependency, _)| ordered.iter().any(|(name, _)| name == dependency))
        };
        let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|(_, waits)| can_start(waits));
        if now.is_empty() {
            let circle = later.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
            let message = "they wait for each other in a circle of depends_on";
            return Err(Error::new(Cause::Invalid, "ordering", format!("services {circle}"), message));
        }
        ordered.extend(now);
        left = later;
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use compose_file::{Dependency, Service};

    fn project(edges: &[(&str, &[&str])]) -> Project {
        let mut project = Project::default();
        for (name, dependencies) in edges {
            let how = Dependency { condition: Condition::ServiceStarted, required: true };
            let depends_on = dependencies.iter().map(|name| ((*name).to_owned(), how)).collect();
            project.services.insert((*name).to_owned(), Service { depends_on, ..Service::default() });
        }
        project
    }

    fn names(order: &[(String, Waits)]) -> Vec<&str> {
        order.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn dependencies_come_first_whatever_the_order_of_the_file() {
        let project = project(&[("web", &["app"]), ("app", &["db", "mail"]), ("mail", &[]), ("db", &[])]);
        let order = starting_order(&project, &["web", "app", "mail", "db"]).unwrap();
        assert_eq!(names(&order), ["mail", "db", "app", "web"]);
    }

    #[test]
    fn dependencies_outside_the_list_are_not_waited_for() {
        let project = project(&[("db", &[]), ("app", &["db"]), ("web", &["app"])]);
        let order = starting_order(&project, &["web", "app"]).unwrap();
        assert_eq!(names(&order), ["app", "web"]);
        assert!(order[0].1.is_empty());
        assert_eq!(order[1].1, [("app".to_owned(), Condition::ServiceStarted)]);
    }

    #[test]
    fn a_circle_and_an_unknown_name_are_errors() {
        let project = project(&[("a", &["b"]), ("b", &["a"]), ("c", &[])]);
        let error = starting_order(&project, &["a", "b", "c"]).unwrap_err();
        assert!(error.to_string().contains("services a, b failed: they wait for each other"), "{error}");
        assert!(starting_order(&project, &["nobody"]).is_err());
    }
}
