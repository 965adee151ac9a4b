//! When each image of a run is pulled.
//!
//! A server's image is what is tested: where its name moves on (`master`, `release-11.7`) an old copy would be tested in its place, so
//! it is pulled again. The others are the ground that it stands on, and only the newest there is (`latest`, or no tag) is pulled
//! again: `postgres:16` moves as well, but slowly, and Docker Hub counts each question.

use crate::images::Images;
use crate::project::Roles;
use basics::reference::moving::{is_newest, stays};
use compose_file::{Project, PullPolicy};
use docker::Wanted;

/// Gives every service its image and its policy; returns the images that are needed besides. `input` is what the user said of all
/// images at once.
pub(super) fn settle(
    project: &mut Project,
    roles: &Roles,
    images: &Images<'_>,
    input: Option<PullPolicy>,
) -> Vec<Wanted> {
    let [stable, release] =
        [images.stable, images.release].map(|image| of_nodes(project, roles, image, input));
    for service in project.services.values_mut() {
        service.pull_policy = Some(of_another(input, service.pull_policy, &service.image));
    }
    for node in &roles.nodes {
        if let Some(service) = project.services.get_mut(&node.service) {
            // What the file says is the default of plain compose; here stable is what nodes begin with.
            images.stable.clone_into(&mut service.image);
            service.pull_policy = Some(stable.policy);
        }
    }
    let history: Vec<Wanted> =
        images.history.iter().map(|image| of_nodes(project, roles, image, input)).collect();
    let beside = images.beside.iter().map(|image| Wanted {
        reference: (*image).to_owned(),
        platform: None,
        policy: of_another(input, None, image),
    });
    std::iter::once(release).chain(history).chain(beside).collect()
}

/// An image that the nodes run, for the platform that they ask for.
pub(super) fn of_nodes(project: &Project, roles: &Roles, image: &str, input: Option<PullPolicy>) -> Wanted {
    let nodes = roles.nodes.iter().filter_map(|node| project.services.get(&node.service));
    // Where the nodes disagree, a pull serves them all.
    let in_file = nodes.clone().filter_map(|node| node.pull_policy).reduce(PullPolicy::stronger);
    Wanted {
        reference: image.to_owned(),
        platform: nodes.clone().find_map(|node| node.platform.clone()),
        policy: of_node(input, in_file, image),
    }
}

fn of_node(input: Option<PullPolicy>, in_file: Option<PullPolicy>, image: &str) -> PullPolicy {
    let by_name = if stays(image) { PullPolicy::Missing } else { PullPolicy::Renewed };
    input.or(in_file).unwrap_or(by_name)
}

/// Of all others the file knows better than a word for everything.
fn of_another(input: Option<PullPolicy>, in_file: Option<PullPolicy>, image: &str) -> PullPolicy {
    let by_name = if is_newest(image) { PullPolicy::Renewed } else { PullPolicy::Missing };
    in_file.or(input).unwrap_or(by_name)
}

#[cfg(test)]
mod tests {
    use PullPolicy::{Always, Missing, Never, Renewed};

    use super::*;
    use compose_file::Service;
    use release_policy::policy::Needs;

    fn policies(
        input: Option<PullPolicy>,
        in_file: Option<PullPolicy>,
        images: &Images<'_>,
    ) -> Vec<(String, PullPolicy)> {
        let mut project = Project::default();
        let labels = [("upgrade-gate.role".to_owned(), "node".to_owned())].into_iter().collect();
        let platform = Some("linux/amd64".to_owned());
        let node = Service { labels, replicas: 1, pull_policy: in_file, platform, ..Service::default() };
        let of = |image: &str, pull_policy| Service {
            image: image.into(),
            replicas: 1,
            pull_policy,
            ..Service::default()
        };
        project.services.extend([
            ("node".to_owned(), node),
            ("db".to_owned(), of("postgres:16", None)),
            ("store".to_owned(), of("minio/minio", None)),
            ("proxy".to_owned(), of("haproxy", Some(Never))),
        ]);
        let roles = Roles::read(&project).unwrap();
        let further = settle(&mut project, &roles, images, input);
        assert_eq!(further[0].platform.as_deref(), Some("linux/amd64"), "the release runs where stable does");
        let services = project.services.values().map(|service| (service.image.clone(), service.pull_policy));
        let services = services.map(|(image, policy)| (image, policy.unwrap()));
        services.chain(further.into_iter().map(|wanted| (wanted.reference, wanted.policy))).collect()
    }

    fn told(all: &[(String, PullPolicy)]) -> Vec<(&str, PullPolicy)> {
        all.iter().map(|(image, policy)| (image.as_str(), *policy)).collect()
    }

    fn images(needs: &Needs) -> Images<'_> {
        Images { stable: "mm:11.6.0", release: "mm:master", history: &[], beside: &["suite:1"], needs }
    }

    #[test]
    fn a_servers_name_that_moves_is_pulled_again_and_of_others_only_the_newest() {
        let all = policies(None, None, &images(&Needs::default()));
        let expected = [
            ("mm:11.6.0", Missing),
            ("postgres:16", Missing),
            ("minio/minio", Renewed),
            ("haproxy", Never),
            ("mm:master", Renewed),
            ("suite:1", Missing),
        ];
        assert_eq!(told(&all), expected);
    }

    #[test]
    fn the_file_is_honoured_and_for_servers_the_input_wins() {
        let node = |input, in_file| {
            let all = policies(input, in_file, &images(&Needs::default()));
            (all[0].1, all[4].1)
        };
        assert_eq!(node(None, Some(Never)), (Never, Never));
        assert_eq!(node(None, Some(Always)), (Always, Always));
        assert_eq!(node(Some(Missing), Some(Always)), (Missing, Missing));
        assert_eq!(node(Some(Always), Some(Never)), (Always, Always));
        let all = policies(Some(Always), None, &images(&Needs::default()));
        assert_eq!(told(&all)[1..4], [("postgres:16", Always), ("minio/minio", Always), ("haproxy", Never)]);
        assert_eq!(all[5].1, Always);
    }
}
