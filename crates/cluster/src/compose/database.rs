//! Whether the database is new enough for both releases: asked of its image before anything is started, and of the server
//! itself before the first node is. A server on a PostgreSQL that is too old exits at once, and would look like a bad release.

use std::time::Duration;

use tokio::time::Instant;

use super::ComposeCluster;
use basics::trouble::{OfPart as _, Trouble};
use docker::{self, ExecOutput, RunningProject};
use release_policy::policy::{Needs, Unmet, major_of_environment, major_of_image, major_of_server};

/// How long a server may take to say what it is.
const ANSWER: Duration = Duration::from_secs(20);

impl ComposeCluster {
    /// Looks at the databases' images, which are there.
    pub(super) async fn database_images_suffice(
        &self,
        running: &RunningProject,
        needs: &Needs,
    ) -> Result<(), Trouble> {
        for service in &self.options.roles.databases {
            if let Some(major) = self.by_environment(running, service).await?
                && let Some(unmet) = needs.unmet(major)
            {
                let image = &self.options.project.services[service].image;
                return Err(too_old(service, &format!("its image {image} is {}", unmet.told), &unmet));
            }
        }
        Ok(())
    }

    /// Asks the databases' servers, which were started. One that cannot tell is a note: nothing is claimed of it.
    pub(super) async fn database_servers_suffice(
        &self,
        running: &RunningProject,
        needs: &Needs,
    ) -> Result<(), Trouble> {
        let Some(needed) = needs.told() else { return Ok(()) };
        if self.options.roles.databases.is_empty() {
            let who = "the nodes' database is no service of the compose file, or none that is known as one";
            self.events.warn(format!("{who}: which PostgreSQL it is was not asked, and {needed}"));
        }
        for service in &self.options.roles.databases {
            match self.by_server(running, service).await {
                Some(major) => {
                    if let Some(unmet) = needs.unmet(major) {
                        return Err(too_old(service, &format!("its server is {}", unmet.told), &unmet));
                    }
                }
                None => {
                    let by_tag = major_of_image(&self.options.project.services[service].image);
                    if by_tag.is_none() && self.by_environment(running, service).await?.is_none() {
                        self.events.warn(format!(
                            "service {service} does not tell which PostgreSQL it is, and {needed}"
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    /// By the image that its container is made of, whatever the name leads to by now.
    async fn by_environment(&self, running: &RunningProject, service: &str) -> Result<Option<u32>, Trouble> {
        let image = &self.options.project.services[service].image;
        let facts = docker::inspect_image(&self.engine, running.exactly(image)).await.part(service)?;
        Ok(major_of_environment(&facts.environment))
    }

    /// What the server says by SQL, else what its program says: the container has no other.
    async fn by_server(&self, running: &RunningProject, service: &str) -> Option<u32> {
        let (user, database) = self.database_login(service);
        let question = "SHOW server_version_num";
        let by_sql = ["psql", "-XwtA", "-U", user, "-d", database, "-c", question];
        for command in [&by_sql[..], &["postgres", "--version"]] {
            let answer = running.exec(service, 1, command, Instant::now() + ANSWER).await;
            if let Ok(ExecOutput { exit_code: 0, stdout, .. }) = answer
                && let Some(major) = major_of_server(&stdout)
            {
                return Some(major);
            }
        }
        None
    }

    /// User and database, in the images' own words, the official one's first; both let their own container in without a password
    /// or say no.
    pub(super) fn database_login(&self, service: &str) -> (&str, &str) {
        let environment = &self.options.project.services[service].environment;
        let first = |names: [&str; 2]| {
            let mut values = names.iter().filter_map(|name| environment.get(*name));
            values.find(|value| !value.is_empty()).map(String::as_str)
        };
        let user = first(["POSTGRES_USER", "POSTGRESQL_USERNAME"]).unwrap_or("postgres");
        (user, first(["POSTGRES_DB", "POSTGRESQL_DATABASE"]).unwrap_or(user))
    }
}

fn too_old(service: &str, told: &str, unmet: &Unmet) -> Trouble {
    let least = unmet.least;
    let remedy = format!(
        "Give it PostgreSQL {least} or later (input database-image, or the image in the compose file); a folder that an older one \
         made must be migrated first, or be an empty one. Nothing was learned about the release."
    );
    Trouble::new(service, told, remedy)
}
